#!/bin/bash
# A role that an official lends to another: what the other can do by it, by every way; in whose name it is written; how it ends; what is refused (delegation.py).
# timeout: 300
. "$(dirname "$0")/lib.sh"

cp -r "$SOURCE/tests/scenario/rights/province" "$WORK/province"
cat >"$WORK/province/roles/eraser.yaml" <<'END'
role: eraser
title: {vi: Xóa dữ liệu, en: Eraser}
grants:
  - {may: [read, administer], registers: [people], within: unit, fields: basic-personal}
END
tinhso load province
expect_exit "a province with roles loads" 0

stage() { # NAME
    run python3 "$SOURCE/tests/scenario/delegation.py" "$address" "$WORK" "$1"
    retell "$WORK/.out"
    expect_exit "$1 went to its end" 0
    [ "$status" -eq 0 ] || printf '%s\n' "# ${err//$'\n'/$'\n'# }"
}

serve --lang en
stage lend

tinhso access explain bob update people P1 --lang en
expect_contains "access explain names who lent the role" "$out" "officer (delegated by amy until"
tinhso access explain bob update people P1 --json
expect_contains "also to machines" "$out" '"delegated_by":"amy"'
tinhso access matrix --lang en
expect_contains "the matrix shows what is lent" "$out" "officer: amy → bob, until"
tinhso access matrix --json
expect_contains "also to machines" "$out" '"delegations":[{"role":"officer","from":"amy","to":"bob","unit":""'
tinhso access reads --json
expect_contains "a read by a role that was lent says in whose name" "$out" '"account":"bob","behalf":"amy"'
tinhso access reads --account amy --json
expect_not_contains "one by a role of one's own does not" "$out" '"behalf"'
tinhso log verify
expect_exit "the log verifies, with names of those who lent" 0

stage bounds
stage endings

# By the day: the province's calendar decides, and nobody signs in anew for it.
last=$(date -u -d '+1 day +7 hours' +%F)
after=$(date -u -d "$last +1 day" +%F)
tinhso user delegate amy --to bob --role officer --until "$last" --reason "leave until $last"
expect_exit "user delegate" 0
tinhso user delegations --json
expect_contains "user delegations" "$out" "\"last\":\"$last\",\"reason\":\"leave until $last\",\"state\":\"in-force\""
export TINHSO_NOW="${last}T23:55:00+07:00"
serve --lang en
stage last-day
export TINHSO_NOW="${after}T00:06:00+07:00"
serve --lang en
stage day-after
tinhso user delegations bob --json
expect_contains "and the list says that it is over" "$out" '"state":"over"'
unset TINHSO_NOW

tinhso user delegate amy --to bob --role officer --reason "no end" --lang en
expect_exit "user delegate without an end is refused" 1
expect_contains "and says why" "$err" "the last day is required"
tinhso user delegate amy --to bob --role chief --until "$last" --reason "not hers"
expect_exit "a role that she does not hold" 1
tinhso user delegate nobody --to bob --role chief --until "$last" --reason "not there"
expect_exit "an account that is not there" 1
tinhso user undelegate 99999
expect_exit "a delegation that is not there" 1
serve_end
