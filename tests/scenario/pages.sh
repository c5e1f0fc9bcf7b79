#!/bin/bash
# The pages of registers, records, units and posts: they agree with the open interface, keep what is private, and find what has gone.
# timeout: 300
. "$(dirname "$0")/lib.sh"


# expect CHECK NAME: a function of pages.py holds on the server that is up.
expect() {
    run python3 "$SOURCE/tests/scenario/pages.py" "$address" "$SOURCE" "$1"
    expect_exit "$2" 0
}

loaded_province
serve --db var/dak-nong.db --lang en
expect page_and_interface_agree "a page lists the records that the interface answers with to the same question"
expect each_record_once "page by page every record comes once, in each order"
expect empty_fields_leave "a form's empty fields leave the address, and a filter shows its CQL2"
expect wrong_questions_are_told "what cannot be asked is told on the page, with the form to set it right"
expect hidden_registers "registers that are not public are not there, whatever is asked"
expect units_are_found "every unit that there ever was is found by its code, and by its name without accents"
expect successors_are_named "a unit that went into another names it, with the day and the ground"
expect a_unit_has_its_figures "the figures of a unit are those that their pages say of it, on its own map"
expect the_tree_of_a_day "the tree of a day has the units of that day"
expect one_box_finds_all "one box finds services, figures, registers, indices, reports, units and posts, with accents and without"
expect posts_have_figures "a post shows its figures, in both languages"
expect examples_are_answered "every example of the documentation is answered"

# A register of people that may be seen in part: in the small province.
fresh_province tests/golden/province
small=$WORK/tests/golden/province
sed -i -e 's/^privacy: basic-personal/privacy: public/' \
    -e 's/^\(  \(full_name\|sex\|birth_year\|personal_id\|phone\): {\)/\1privacy: basic-personal, /' "$small/registers/keepers.yaml"
tinhso load tests/golden/province --db var/g.db
expect_exit "the small province is loaded" 0
serve --db var/g.db --lang en
expect private_fields_stay_private "what is private comes out by no page, filter, order, search or error"

tinhso merge firms f1 f3 --reason "one and the same" --db var/g.db
expect_exit "two records are merged" 0
sed -i 's/^\(k4,.*\),2019-07-15/\1,2019-07-16/' "$small/data/keepers.csv"
sed -i '/^f3,/d' "$small/data/firms.csv"
tinhso load tests/golden/province --db var/g.db
expect_exit "a record is changed" 0
expect merged_and_changed "a merged record's address leads on, a changed one shows what changed"
