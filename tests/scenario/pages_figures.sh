#!/bin/bash
# The pages of reports, figures and indices: they say what the open interface says, keep what is private, and call unknown what is unknown.
# timeout: 300
. "$(dirname "$0")/lib.sh"

# expect CHECK NAME: a function of pages_figures.py holds on the server that is up.
expect() {
    run python3 "$SOURCE/tests/scenario/pages_figures.py" "$address" "$SOURCE" "$1"
    expect_exit "$2" 0
}

loaded_province
serve --db var/dak-nong.db --lang en

expect every_number_of_a_report_leads_on "every number of a report is a link that leads to its figure"
expect a_figure_says_what_the_interface_says "the page of every figure has the value that the interface answers, and the mark of samples"
expect the_list_has_every_figure_once "the list has every figure once, by the report that quotes it"
expect rows_agree_and_add_up "a breakdown has the rows of the interface, which add up, in the order asked"
expect a_map_stands_where_outlines_are_known "a map is drawn where the outlines of the units are known, and only there"
expect private_records_are_only_counted "records that are not public are counted and not shown; others lead to all of them"
expect history_is_drawn_where_there_is_one "a figure's course is shown by years, by days, or said to be none"
expect home_shows_what_matters "the home page shows the key figures that the newest report names, with their trends"
expect an_index_shows_what_is_unknown "the table of an index has every subject, in the order and choice asked, unknown called unknown"
expect a_profile_and_a_comparison "a subject stands beside mean and best, and two beside each other"
expect wrong_questions_are_told "what cannot be asked is told"
