#!/bin/bash
# Who sees and writes what, against the running server: every role × verb × register × own or other unit × class of field, as the declarations say,
# through pages, interface, export, search, filters, error texts and map (rights.py). The log of reads, openings, tinhso access.
# timeout: 600
. "$(dirname "$0")/lib.sh"

province=$SOURCE/tests/scenario/rights/province
cp -r "$province" "$WORK/province"
tinhso check province
expect_exit "a province with roles is in order" 0
tinhso load province
expect_exit "and loads" 0

sed -i 's/registers: \[people\]/registers: [prople]/' "$WORK/province/roles/officer.yaml"
tinhso check province
expect_exit "a role of a register that is not there is refused" 1
expect_contains "with file and line" "$err" "roles/officer.yaml:5"
expect_contains "and the nearest name" "$err" "people"

serve --lang en

run python3 "$SOURCE/tests/scenario/rights.py" "$address" "$WORK"
retell "$WORK/.out"
expect_exit "the matrix went to its end" 0
[ "$status" -eq 0 ] || printf '%s\n' "# ${err//$'\n'/$'\n'# }"

tinhso access explain amy update people P1
expect_contains "access explain says yes, by which grant" "$out" "roles/officer.yaml:4"
tinhso access explain amy update people P3 --lang en
expect_contains "and no, and why" "$out" "outside of its scope"
tinhso access matrix --json
expect_contains "the matrix can be read by machines" "$out" '"role":"officer","verb":"update","register":"people","within":"unit"'
tinhso access reads --json
expect_contains "reads of personal data are kept" "$out" '"fields":"name'
expect_contains "with the purpose of a file" "$out" "kiem tra so 12"
expect_contains "openings with their reason" "$out" "request 12/2026"
tinhso access affected --account amy --json
expect_contains "whom a stolen account concerns is told" "$out" '"id":"P1"'
expect_true "and nobody else" test "${out/\"id\":\"P3\"/}" = "$out"
tinhso access affected --from 2020-01-01 --lang en
expect_contains "and whom a span of time" "$out" "records in"
tinhso log verify
expect_exit "the log verifies" 0
