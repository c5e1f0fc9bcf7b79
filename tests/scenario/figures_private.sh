#!/bin/bash
# Figures that are not for everybody: to those without a grant they are as absent as one that was never declared, by every way out of the running server and at every
# moment (figures_private.py). What is computed from one is internal too; a report, which is for everybody, cannot quote one.
. "$(dirname "$0")/lib.sh"

cp -r "$SOURCE/tests/scenario/rights/province" "$WORK/province"
mkdir -p "$WORK/province/figures" "$WORK/province/reports"
cat >"$WORK/province/figures/people.yaml" <<'END'
- figure: open-count
  title: {vi: Số người đang mở, en: Persons counted openly}
  count: {register: people}
  by: [unit:2]
- figure: closed-count
  title: {vi: Zkín người, en: Zclosed persons}
  count: {register: people, where: "state = 'done'"}
  by: [unit:2]
- figure: closed-ratio
  title: {vi: Zkín tỷ lệ, en: Zclosed ratio}
  ratio: {over: {figure: closed-count}, under: {figure: open-count}, scale: 100}
END
printf -- '---\nreport: all\ntitle: {vi: Báo cáo, en: Report}\n---\n# People\n\n{{open-count.value}} persons\n' >"$WORK/province/reports/all.md"
cat >"$WORK/province/roles/analyst.yaml" <<'END'
role: analyst
title: {vi: Phân tích, en: Analyst}
grants:
  - {may: [read, publish], figures: [closed-count, closed-ratio]}
END
tinhso load province
expect_exit "while all figures are public, the province loads" 0
sed -i '/^- figure: closed-count/a\  privacy: internal' "$WORK/province/figures/people.yaml"
tinhso check province --lang en
expect_exit "one becomes internal" 0
expect_contains "a verb that nothing asks for is told" "$err" "roles/analyst.yaml:4: Role analyst allows “publish” on figures"
tinhso load province
expect_exit "and is loaded" 0

cp -r "$WORK/province" "$WORK/quoting"
printf '\n{{closed-ratio.value}} of them\n' >>"$WORK/quoting/reports/all.md"
tinhso check quoting --lang en
expect_exit "a report that quotes one is refused" 1
expect_contains "with its line" "$err" "reports/all.md:9"
expect_contains "the figure, and why" "$err" "quotes the internal figure “closed-ratio”"
sed -i 's/privacy: internal/privacy: secret/' "$WORK/quoting/figures/people.yaml"
tinhso check quoting --lang en
expect_contains "a class that figures do not have is refused" "$err" "figures/people.yaml:6"

key=$(head -c 24 /dev/urandom | base64)
printf '%s\n' "$key" >"$WORK/key"
chmod 600 "$WORK/key"
serve --lang en --operator-key-file key
run python3 "$SOURCE/tests/scenario/figures_private.py" "$address" "$WORK" "$key"
retell "$WORK/.out"
expect_exit "every way was tried" 0
[ "$status" -eq 0 ] || printf '%s\n' "# ${err//$'\n'/$'\n'# }"

tinhso access explain ann read figure:closed-ratio --lang en
expect_contains "access explain says yes, by which grant" "$out" "analyst, roles/analyst.yaml:4: allows it"
tinhso access explain bob read figure:closed-ratio --json
expect_contains "and no" "$out" '"allowed":false,"account":"bob","verb":"read","figure":"closed-ratio"'
tinhso access explain bob read figure:open-count --json
expect_contains "and that a public one is anyone's" "$out" '"public":true'
tinhso access explain bob read figure:no-such
expect_exit "an unknown figure is refused" 1
tinhso access matrix --json
expect_contains "the matrix shows figures" "$out" '{"role":"analyst","verb":"read","figure":"closed-count","line":4}'
tinhso figure closed-count --json
expect_exit "the command line counts it, as ever" 0
serve_end
