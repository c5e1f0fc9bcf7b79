#!/bin/bash
# A second, invented province: the engine knows none. Also: loading twice, time, languages, bad reports.
. "$(dirname "$0")/lib.sh"
fresh_province tests/golden/province
province=tests/golden/province

tinhso check $province
expect_exit "it passes check" 0
expect_contains "and says so" "$out" "không có lỗi"
tinhso load $province
expect_exit "it loads" 0
expect_true "into var/ID.db" test -s "$WORK/var/vi-du.db"
tinhso load $province
expect_exit "loading again is fine" 0
expect_contains "and changes nothing" "$out" "Không có gì thay đổi"
tinhso load $province --lang en
expect_contains "in English too" "$out" "Nothing changed"

while IFS=, read -r id value of; do
    [ "$id" != figure ] || continue
    of=${of%$'\r'}
    tinhso figure "$id" --json
    expect_contains "$id is $value${of:+ of $of}" "$out" "\"value\":$value,${of:+\"of\":$of,}\"unit\""
done <"$SOURCE/tests/golden/province-figures.csv"

tinhso report half-year
expect_exit "its report is printed" 0
expect_contains "with its numbers" "$out" "8 trên 12 giếng"
tinhso report half-year --markdown out.md --html out.html
expect_contains "also as Markdown" "$(cat "$WORK/out.md")" "8 trên 12 giếng"
expect_contains "and as a page in its language" "$(cat "$WORK/out.html")" '<html lang="vi">'

# ---- wrong reports
write_report() { # BODY
    printf -- '---\nreport: bad\ntitle: Bad\non: 2023-06-30\n---\n%s\n' "$1" >"$WORK/$province/reports/bad.md"
}
write_report $'# Bad\n\nCó {{wells-publik}} giếng và {{no-such.value}}.\n\n{{table wells-public by colour}}'
tinhso check $province
expect_exit "a report with unknown figures does not pass check" 1
expect_contains "each is named, with file, line and column" "$err" "reports/bad.md:8:"
expect_contains "the first" "$err" "wells-publik"
expect_contains "and the second" "$err" "no-such"
expect_contains "and a breakdown that the register does not have" "$(grep -F "reports/bad.md:10:" <<<"$err")" "colour"
tinhso load $province
expect_exit "nor does it load" 1
tinhso figure parishes --json
expect_contains "and nothing was loaded" "$out" '"revision":12'

write_report $'# Bad\n\nCó {{wells-public.colour}} và {{table wells-public}} giữa câu.\n\nMở {{wells-public mà không đóng.'
tinhso check $province
expect_contains "an unknown part is named with the place" "$err" "reports/bad.md:8:"
expect_contains "a table within a sentence is refused" "$err" "đứng riêng một dòng"
expect_contains "an open marker is refused" "$err" "reports/bad.md:10:"

write_report $'# Bad\n\n{{index school-care 1999}}\n\nCó {{parishes.margin}} xã.'
tinhso check $province
expect_contains "a year that no framework judges is told before it is asked" "$(grep -F "reports/bad.md:8:" <<<"$err")" "1999"
expect_contains "and a part that such a figure never has" "$(grep -F "reports/bad.md:10:" <<<"$err")" "parishes.margin"

printf -- '---\nreport: bad\ntitle: Bad\non: 2023-06-30\nkey_figures: [parishes, parrishes]\n---\n# Bad\n' >"$WORK/$province/reports/bad.md"
tinhso check $province
expect_exit "nor does one that names an unknown key figure" 1
expect_contains "which is named with its line" "$(grep -F "reports/bad.md:5:" <<<"$err")" "parrishes"

sed -i 's/^  period: {from: 2023-01-01, to: 2023-06-30}/&\n  valid: {from: 2023-01-01, to: 2023-05-31}/' "$WORK/$province/figures/wells.yaml"
write_report $'# Bad\n\nCó {{wells-public}}.'
tinhso check $province
expect_exit "a stale figure stops a report" 1
expect_contains "with its name and line" "$err" "reports/bad.md:8:"
expect_contains "and name" "$err" "wells-public"

rm "$WORK/$province/reports/bad.md"
tinhso report no-such-report
expect_exit "an unknown report is refused" 1
expect_contains "with the nearest" "$err" "half-year"
