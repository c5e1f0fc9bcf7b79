#!/bin/bash
# Duties about personal data, by command and by every way out: small cells that are published nowhere, terms of requests, the impact assessment.
# timeout: 200
. "$(dirname "$0")/lib.sh"

# ---- a district of four communes with 203, 127, 61 and 3 people: the 3 is small, and 394 - 203 - 127 - 3 would tell of the 61
small_province province/mau
province=$WORK/province/mau
cat >>"$province/province.yaml" <<'END'
time_zone: "+07:00"
units: {register: units, code: code, name: name, level: level, parent: parent}
levels: {1: {vi: Huyện, en: District}, 2: {vi: Xã, en: Commune}}
END
cat >"$province/registers/units.yaml" <<'END'
register: units
title: {vi: Đơn vị, en: Units}
privacy: public
key: [code, valid_from]
valid_time: {from: valid_from, to: valid_to}
search: [name]
fields:
  code: {type: string, title: {vi: Mã, en: Code}, required: true}
  valid_from: {type: date, title: {vi: Từ, en: From}}
  valid_to: {type: date, title: {vi: Đến, en: To}}
  name: {type: string, title: {vi: Tên, en: Name}, required: true}
  level: {type: integer, title: {vi: Cấp, en: Level}}
  parent: {type: string, title: {vi: Cấp trên, en: Parent}}
data:
  - {file: data/units.csv, source: Invented}
END
printf 'code,valid_from,valid_to,name,level,parent\n1,,,Huyện Mẫu,1,\n11,,,Xã Đông,2,1\n12,,,Xã Tây,2,1\n13,,,Xã Nam,2,1\n14,,,Xã Bắc,2,1\n' \
    >"$province/data/units.csv"
cat >"$province/registers/people.yaml" <<'END'
register: people
title: {vi: Người được trợ giúp, en: People helped}
privacy: internal
purpose: {vi: Trợ giúp người gặp khó khăn, en: To help people in need}
legal_basis: {vi: Nghị định 1, en: Decree 1}
key: [code]
retention:
  after: helped_on
  keep: 18 months
  then: delete
  basis: {vi: Thông tư 2, en: Circular 2}
fields:
  code: {type: string, title: {vi: Mã, en: Code}, required: true}
  name: {type: string, person: true, title: {vi: Họ tên, en: Name}, privacy: basic-personal}
  belief: {type: string, title: {vi: "Tín | ngưỡng", en: "Be | lief"}, privacy: sensitive}
  helped_on: {type: date, title: {vi: Ngày, en: Day}}
  area: {type: unit, title: {vi: Xã, en: Commune}, levels: [2]}
data:
  - {file: data/people.csv, source: Invented}
END
cat >"$province/registers/guests.yaml" <<'END'
register: guests
title: {vi: Khách, en: Guests}
privacy: internal
purpose: {vi: Đón khách, en: To receive guests}
legal_basis: {vi: Quy chế, en: Rules of the house}
key: [code]
fields:
  code: {type: string, title: {vi: Mã, en: Code}, required: true}
  phone: {type: phone, title: {vi: Điện thoại, en: Phone}, privacy: basic-personal}
END
{
    echo code,name,belief,helped_on,area
    n=0
    for part in 11:203 12:127 13:61 14:3; do
        for _ in $(seq "${part#*:}"); do
            n=$((n + 1))
            echo "P$n,Nguyễn Văn Mẫu,,2026-01-02,${part%:*}"
        done
    done
} >"$province/data/people.csv"
mkdir -p "$province/figures" "$province/reports"
cat >"$province/figures/people.yaml" <<'END'
- figure: helped
  title: {vi: Người được trợ giúp, en: People helped}
  unit: {vi: người, en: people}
  on: 2026-04-28
  count: {register: people}
  by: [unit:2]
END
cat >"$province/reports/helped.md" <<'END'
---
report: helped
title: {vi: Báo cáo trợ giúp, en: Report on help}
on: 2026-04-28
---
# Báo cáo

Có {{helped}}.

{{table helped by unit:2}}
END
cp "$SOURCE"/province/dak-nong/registers/{data_requests,holidays}.yaml "$province/registers/"
cp "$SOURCE/province/dak-nong/data/holidays.csv" "$province/data/"
tinhso load province/mau
expect_exit "the province loads" 0

# ---- small cells

# shows NAME TEXT: the large cells and the sum, and neither of the hidden ones.
shows() {
    local found
    found=$(grep -oE '\b(394|203|127|61|130|64)\b' <<<"$2" | sort -u | tr '\n' ' ')
    expect_eq "$1" "$found" "127 203 394 "
}
# text_of PATH: what a reader sees of a page, or gets from the interface.
text_of() {
    curl -s "$address$1" | python3 -c '
import re, sys
t = sys.stdin.read()
t = re.sub(r"(?s)<(script|style|svg|head|footer)\b.*?</\1>", " ", t)
print(re.sub(r"<[^>]+>", " ", t) if t.lstrip().startswith("<") else t)'
}
tinhso figure helped --by unit:2 --json
shows "a breakdown by command hides the small cell and the next, and nothing that tells of them" "$out"
python3 - "$out" >"$WORK/rows" <<'END'
import json, sys
rows = {r["key"]: r for r in json.loads(sys.argv[1])["rows"] if "key" in r}
print([(k, r["value"], r.get("suppressed", False)) for k, r in sorted(rows.items()) if k in ("11", "12", "13", "14")])
END
expect_eq "in JSON they are null and called suppressed" "$(cat "$WORK/rows")" \
    "[('11', 203, False), ('12', 127, False), ('13', None, True), ('14', None, True)]"
tinhso figure helped --by unit:2
shows "in columns too" "$out"
tinhso figure helped --by unit:2 --whole
expect_contains "those who may see the records ask for all" "$out" "61"
tinhso report helped --html report.html --markdown report.md
expect_exit "the report is written" 0
shows "the report on the terminal hides them" "$out"
shows "as a page of its own" "$(sed 's/<[^>]*>/ /g' "$WORK/report.html")"
shows "as Markdown" "$(cat "$WORK/report.md")"
tinhso report helped --json
expect_not_contains "as JSON" "$out" '"value":61'

serve --lang en --threads 1
# A result that is kept for the next reader holds nothing of the one before; one thread, so that it is the same that keeps.
for path in "/api/figures/helped?by=unit:2" /reports/helped "/reports/helped?f=md" /api/feeds/figures /figures; do
    curl -s "$address$path" >/dev/null
done
expect_eq "a page says what it is broken down by, whoever asked before" \
    "$(curl -s "$address/figures/helped" | tr -d '\000' | grep -o 'aria-current="true">[^<]*')" 'aria-current="true">Xã'
shows "the interface hides them" "$(text_of '/api/figures/helped?by=unit:2')"
expect_contains "and says so" "$(text_of '/api/figures/helped?by=unit:2')" '"suppressed":true'
shows "the page of the figure" "$(text_of '/figures/helped?by=unit:2')"
shows "the page of the report" "$(text_of /reports/helped)"
shows "the report as Markdown over HTTP" "$(text_of '/reports/helped?f=md')"
for path in /api/reports/helped /api/feeds/figures /api/figures/helped /figures /figures/helped /units/13 /units/14 \
    "/api/figures/helped/records?limit=1000" "/api/figures/helped?by=area" "/search?q=helped"; do
    expect_true "$path tells of no hidden cell" test -z "$(text_of "$path" | grep -oE '\b(61|64)\b')"
done
serve_end

# ---- requests: Friday 24 April 2026; Monday 27 is off, and so are 30 April and 1 May
TINHSO_NOW=2026-04-28T03:00:00Z
export TINHSO_NOW
ask() {
    tinhso put data_requests code="$1" kind="$2" received_on="$3" person="Nguyễn Văn Mẫu" "${@:4}" --reason thử
    expect_exit "request $1 is noted" 0
}
tinhso requests
expect_exit "there are none" 0
ask YC000001 access 2026-04-24
ask YC000002 delete 2026-04-24 has_third_party=true answered_on=2026-04-28
ask YC000003 correct 2026-04-20
ask YC000004 restrict 2026-04-24 answered_on=2026-04-28 extended_on=2026-04-28
ask YC000005 object 2026-03-02 answered_on=2026-03-03 finished_on=2026-03-04 outcome=done
tinhso requests --json
expect_exit "the list is answered" 0
python3 - "$out" >"$WORK/terms" <<'END'
import json, sys
for r in json.loads(sys.argv[1])["requests"]:
    print(r["code"], r["answer_due"], r["finish_due"], r["working_days_left"], r["late"])
END
expect_eq "the most urgent first, each with its terms; what is finished is left out" "$(cat "$WORK/terms")" \
    "YC000003 2026-04-22 2026-05-14 -3 True
YC000001 2026-04-29 2026-05-20 1 False
YC000002 2026-04-29 2026-05-27 19 False
YC000004 2026-04-29 2026-06-10 29 False"
tinhso requests --all --lang en
expect_contains "with --all that too" "$out" "YC000005"
expect_contains "what is late is called so" "$out" "late"
expect_not_contains "nobody is named" "$out" "Mẫu"
tinhso requests --json --at 2020-01-01
expect_exit "of a time before there was a province nothing can be told" 1
ask YC000006 access 2035-04-24
tinhso requests --lang en
expect_contains "a year without known holidays is told" "$err" "holidays lacks"

# ---- the impact assessment
tinhso impact-assessment --lang en
expect_exit "the impact assessment is written" 0
for piece in "# Impact assessment" "## People helped" "**Purpose:** To help people in need" "**Legal basis:** Decree 1" "Records:** 394" \
    "18 months from “Day”, then the record is removed and its personal values erased. Circular 2" "| Name | " "Be \\| lief" "sensitive" \
    "## Guests" "**Kept for:** not declared" "## To be added by the body in charge"; do
    expect_contains "with $piece" "$out" "$piece"
done
expect_not_contains "fields that are not personal are left out" "$out" "| Commune |"
expect_not_contains "and registers without any" "$out" "## Units"
expect_not_contains "no person stands in it" "$out" "Nguyễn"
tinhso impact-assessment
expect_contains "in Vietnamese too" "$out" "## Biện pháp bảo vệ"
