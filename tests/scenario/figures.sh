#!/bin/bash
# timeout: 300
# Every figure of the half-year report has the published value, as `tinhso figure ID --json` answers it; and so has the report.
. "$(dirname "$0")/lib.sh"
loaded_province

# json KEY: the value of a key of the answer, nested ones by a dot.
json() {
    python3 -c '
import json, sys
v = json.loads(sys.argv[1])
for k in sys.argv[2].split("."):
    v = v.get(k) if isinstance(v, dict) else None
print("" if v is None else v)' "$out" "$1"
}

while IFS=, read -r id value of; do
    [ "$id" != figure ] || continue
    of=${of%$'\r'}
    tinhso figure "$id" --json
    expect_eq "$id is $value${of:+ of $of}" "$status $(json figure) $(json value) $(json of)" "0 $id $value $of"
done <"$SOURCE/tests/golden/dak-nong-figures.csv"

tinhso figure farm-households-digitised --json
expect_eq "the answer begins with figure, value, of, unit and at" \
    "$(printf '%s' "$out" | cut -c1-94)" \
    '{"figure":"farm-households-digitised","value":111390,"of":120032,"unit":"hộ","at":{"revision'
expect_eq "a share has its per cent" "$(json percent)" "92.8"
tinhso figure dti-rank-change --json
expect_eq "a change says from where" "$(json from)" "54"
tinhso figure online-shoppers --json
expect_true "a survey has its margin" test -n "$(json margin)"
expect_contains "and its question" "$(json question)" "?"
tinhso figure online-shoppers --json --lang en
expect_contains "in English too" "$(json question)" "12 months"

tinhso figure farm-households-digitised --by unit:2 --json
expect_eq "the parts of a breakdown add up" "$(python3 -c '
import json, sys
rows = json.loads(sys.argv[1])["rows"]
print(sum(r["value"] for r in rows), sum(r["of"] for r in rows), len(rows))' "$out")" "111390 120032 8"
tinhso figure farm-households-digitised --by unit:3 --units-at 2025-07-01 --json
expect_eq "and on the map after the merger" "$(python3 -c '
import json, sys
rows = json.loads(sys.argv[1])["rows"]
print(sum(r["value"] for r in rows), sum(r["of"] for r in rows), len(rows))' "$out")" "111390 120032 28"

tinhso figure community-teams --why --limit 3
expect_exit "a figure can be asked why" 0
for piece in "182" "teams" "established_on <= on_date" "teams/TCN001" "tinhso log prove teams"; do
    expect_contains "why names $piece" "$out" "$piece"
done
tinhso figure farm-households-digitised --why --limit 2
expect_contains "personal data is masked" "$out" "•••"

tinhso figure farm-households-digitised --why --limit 2 --json
expect_eq "for machines too, with the definition, masked" "$(python3 -c '
import json, sys
v = json.loads(sys.argv[1])
why, first = v["why"], v["why"]["records"][0]
print(v["value"], why["definition"]["count"]["where"], why["total"], len(why["records"]), first["fields"]["head"])' "$out")" \
    "111390 digitised = true AND digitised_on <= on_date 111390 2 •••"
tinhso figure community-teams --units-at 2025-07-01
expect_exit "a map without a breakdown is wrong usage" 2
expect_contains "and what it needs is named" "$err" "--by"
tinhso figure --why
expect_exit "why without a figure too" 2

tinhso report 2022-h1
expect_exit "the report is printed" 0
text=$(printf '%s' "$out" | tr '\n' ' ')
for piece in "41 trên 63" "13 bậc" "24 trên 27" "19 trên 19" "16 trên 19" "8 trên 8" "71 trên 71" "516" "272" "437" \
    "182 tổ" "630 sản phẩm" "47 sản phẩm" "583 sản phẩm" "111.390 trên 120.032 hộ" "92,8 %" "25 %" "4 doanh nghiệp"; do
    expect_contains "the report says $piece" "${text// \[mẫu\]/}" "$piece"
done
expect_contains "and what counts sample data" "$text" "182 tổ [mẫu]"
expect_contains "it ends by naming its page" "$out" "var/reports/2022-h1.html"
expect_eq "and three commands to try, written as the program was called" \
    "$(printf '%s\n' "$out" | tail -n 3 | grep -cF "  $TINHSO_BIN ")" "3"
printf '%s\n' "$out" | tail -n 3 | sed "s|^ *$TINHSO_BIN ||" >"$WORK/next"
while read -r line; do
    case $line in "log verify") continue ;; esac
    # shellcheck disable=SC2086  # the words of a command
    tinhso $line
    expect_exit "tinhso $line works" 0
done <"$WORK/next"

page=$WORK/var/reports/2022-h1.html
expect_true "the page is there" test -s "$page"
while IFS=, read -r id value _; do
    case $id in figure | dti-rank-2022 | media-channels | interconnections-national | procedures-described | team-members | \
        communes | communes-change-2025) continue ;; esac
    expect_true "$id stands on it with its revision and the value $value" \
        grep -qE "<data class=\"figure\" data-figure=\"$id\" data-revision=\"[0-9]+\"[^>]* value=\"$value\"" "$page"
done <"$SOURCE/tests/golden/dak-nong-figures.csv"
expect_eq "it loads nothing from elsewhere" "$(grep -cE '<script|<link|src=|@import|url\(' "$page")" "0"
expect_contains "it marks sample data" "$(cat "$page")" '<small class="sample">dữ liệu mẫu</small>'

tinhso index dti-province --year 2022 --json
expect_eq "63 provinces are ranked, two at 15 and none at 16, five totals as computed" "$(python3 -c '
import json, sys
t = json.loads(sys.argv[1])
ranks = [r["rank"] for r in t["rows"]]
known = [(r["published"], r["computed"]) for r in t["rows"] if r["computed"] is not None]
print(len(ranks), ranks.count(15), ranks.count(16), [p for p, c in known], [p for p, c in known if p != c])' "$out")" \
    "63 2 0 [0.8002, 0.7163, 0.7024, 0.6975, 0.6924] [0.7163]"
expect_eq "the framework that judged tells where it comes from and whether it is in force" "$(python3 -c '
import json, sys
t = json.loads(sys.argv[1])
print(t["framework"], t["framework_status"], t["framework_source"], t["rows"][0]["main"][0]["components"])' "$out")" \
    "qd-922 closed Quyết định 922/QĐ-BTTTT ngày 20/5/2022 10"
tinhso index dti-province --year 2022 --of "da nang"
expect_contains "a total is explained by main index" "$out" "0,800175"
tinhso index dti-province --year 2022 --of "dak nong"
expect_contains "of one whose values are not known the rank is told" "$out" "Đắk Nông: hạng 49; "
expect_contains "and that there is nothing to explain" "$out" "không đủ chỉ số chính"
