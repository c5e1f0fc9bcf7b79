#!/bin/bash
# What somebody writes tells him nothing of records that he may not see: references, conflicts, taken ids, possible duplicates, through the interface and
# through files, against the running server (unseen.py).
# timeout: 300
. "$(dirname "$0")/lib.sh"

cp -r "$SOURCE/tests/scenario/rights/province" "$WORK/province"
cat >"$WORK/province/registers/cards.yaml" <<'END'
register: cards
title: {vi: Thẻ, en: Cards}
privacy: internal
purpose: {vi: Kiểm thử, en: Testing}
legal_basis: {vi: Dữ liệu bịa, en: Invented data}
key: [code]
fields:
  code: {type: string, title: {vi: Mã, en: Code}, required: true}
  home: {type: unit, title: {vi: Xã, en: Commune}}
  number: {type: string, title: {vi: Số thẻ, en: Card number}, unique: true}
  name: {type: string, title: {vi: Tên trên thẻ, en: Name}, privacy: basic-personal}
  who: {type: reference, register: people, title: {vi: Ai, en: Who}}
duplicates:
  - {same: [name]}
data:
  - {file: data/cards.csv, source: invented}
END
cat >"$WORK/province/data/cards.csv" <<'END'
code,home,number,name,who
C1,11,111,Thẻ một,P1
C2,11,222,Thẻ hai,P4
C3,12,333,Thẻ ba,P2
END
cat >"$WORK/province/registers/terms.yaml" <<'END'
register: terms
title: {vi: Nhiệm kỳ, en: Terms}
privacy: internal
key: [code, since]
valid_time: {from: since, to: until}
fields:
  code: {type: string, title: {vi: Mã, en: Code}, required: true}
  since: {type: date, title: {vi: Từ, en: Since}, required: true}
  until: {type: date, title: {vi: Đến, en: Until}}
  home: {type: unit, title: {vi: Xã, en: Commune}}
data:
  - {file: data/terms.csv, source: invented}
END
printf 'code,since,until,home\nT1,2020-01-01,,12\n' >"$WORK/province/data/terms.csv"
cat >"$WORK/province/roles/clerk.yaml" <<'END'
role: clerk
title: {vi: Cán bộ thẻ, en: Clerk}
grants:
  - may: [read, create, update, delete, import]
    registers: [people, cards, terms]
    within: unit
    fields: basic-personal
END
tinhso load province
expect_exit "the province loads" 0
tinhso user add clerk --full-name Clerk --role clerk --unit 11 --lang en
link=$(grep -oE '/welcome/[0-9a-f]+' <<<"$out")
tinhso user add second --full-name Second --role clerk --unit 11 --lang en # of one account, five refusals a minute are written down
second=$(grep -oE '/welcome/[0-9a-f]+' <<<"$out")

serve --lang en
run python3 "$SOURCE/tests/scenario/unseen.py" "$address" "$link" "$second"
retell "$WORK/.out"
expect_exit "the checks went to their end" 0
[ "$status" -eq 0 ] || printf '%s\n' "# ${err//$'\n'/$'\n'# }"
run_python <<'END'
import sqlite3
events = sqlite3.connect("file:var/rights.access.db?mode=ro", uri=True)
for detail, in events.execute("SELECT detail FROM event WHERE kind = 'refused'"):
    print(detail)
END
expect_contains "what he was refused through the interface is written down" "$out" "POST /api/collections/{register}/items"
expect_contains "and by a file" "$out" "GET /registers/{register}/imports/{token}"
expect_contains "and in a form" "$out" "POST /registers/{register}/new"
expect_contains "and of many at once" "$out" "POST /registers/{register}/bulk"
expect_contains "and in undoing" "$out" "POST /registers/{register}/changes/{revision}"
serve_end
tinhso log verify
expect_exit "the log verifies" 0
