#!/bin/bash
# Working in the browser without scripts, against the running server: records are added, edited, met by somebody else's change, removed and brought back
# through forms made from the declaration; and what hostile hands send.
# timeout: 600
. "$(dirname "$0")/lib.sh"

fresh_province tests/golden/province
province=$WORK/tests/golden/province
# Records that may be one, a field that the caller may not see, and more to refer to than a list should have.
cat >"$province/registers/pumps.yaml" <<'END'
register: pumps
title: {vi: Máy bơm, en: Pumps}
description: {vi: "Máy bơm <b>ở</b> giếng", en: Pumps}
source: Invented
privacy: public
purpose: Thử biểu mẫu
legal_basis: Dữ liệu bịa
key: [code]
as_of: bought_on
search: [name]
fields:
  code: {type: string, title: {vi: Mã, en: Code}, required: true}
  name: {type: string, title: {vi: Tên máy, en: Name}, required: true, max_length: 60}
  part: {type: reference, register: parts, title: {vi: Linh kiện, en: Part}}
  bought_on: {type: date, title: {vi: Ngày mua, en: Bought on}}
  hours: {type: number, title: {vi: Số giờ chạy, en: Hours}, unit: giờ}
  secret: {type: string, title: {vi: Kín, en: Secret}, privacy: sensitive}
rules:
  - check: hours IS NULL OR hours >= 0
    message: {vi: Số giờ không thể âm, en: Hours cannot be negative}
duplicates:
  - {same: [part], like: [name], score: 0.8}
END
mkdir -p "$province/roles"
cat >"$province/roles/pump_clerk.yaml" <<'END'
role: pump_clerk
title: {vi: Cán bộ máy bơm, en: Pump clerk}
second_factor: required
grants:
  - may: [read, create, update, delete, import, export]
    registers: [pumps]
  - may: [read]
    registers: [parts]
END
cat >"$province/registers/parts.yaml" <<'END'
register: parts
title: {vi: Linh kiện, en: Parts}
source: Invented
privacy: public
key: [code]
search: [name]
fields:
  code: {type: string, title: {vi: Mã, en: Code}, required: true}
  name: {type: string, title: {vi: Tên, en: Name}, required: true}
data:
  - {file: data/parts.csv, source: Invented}
END
{
    echo code,name
    for i in $(seq 60); do echo "p$i,Bánh răng số $i"; done
    echo "px,Đĩa ly hợp"
} >"$province/data/parts.csv"
export TINHSO_DB=$WORK/var.db
tinhso load tests/golden/province
expect_exit "the province loads" 0
tinhso user add clerk --full-name "Cán bộ máy bơm" --role pump_clerk --lang en
expect_exit "an account is added" 0
link=$(grep -oE '/welcome/[0-9a-f]+' <<<"$out")
printf %s a-key-of-this-scenario-only >"$WORK/key"
serve --operator-key-file key --lang en
port=${address##*:}

tinhso serve --routes
printf %s "$out" >"$WORK/routes.json"
python3 "$SOURCE/tests/scenario/forms.py" "$port" a-key-of-this-scenario-only "$WORK/routes.json" "$link" >"$WORK/forms.tap" 2>"$WORK/forms.err"
ended=$?
retell "$WORK/forms.tap"
[ "$ended" -eq 0 ] || not_ok "the checks end by themselves" "$(cat "$WORK/forms.err")"

# The same by keyboard in a real browser, with and without scripts, at 360 px.
chromium=$(command -v chromium || true)
npm_modules
if [ -z "$chromium" ] || [ -z "$modules" ]; then
    skip "forms in a browser" "${why:-chromium is not installed}"
else
    images=
    [ -z "${TINHSO_IMAGES:-}" ] || images="--images $TINHSO_IMAGES"
    # shellcheck disable=SC2086  # an option and its value, or nothing
    CHROMIUM=$chromium node "$SOURCE/tests/portal/forms.js" "$modules" "http://127.0.0.1:$port" a-key-of-this-scenario-only $images >"$WORK/walk.tap" 2>&1
    walked=$?
    retell "$WORK/walk.tap"
    expect_eq "the browser ends by itself" "$walked" 0
fi
serve_end
tinhso log verify
expect_exit "the log verifies" 0
