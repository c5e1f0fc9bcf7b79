#!/usr/bin/env bash
# A figure moves whole to the map of another day: through the merger of 2025, and through an invented split.
# shellcheck source=tests/scenario/lib.sh
. "$(dirname "$0")/lib.sh"

# rows EXPRESSION: what Python makes of the answer's rows.
rows() {
    printf '%s' "$out" | python3 -c "import json, sys; rows = json.load(sys.stdin)['rows']; print($1)"
}

loaded_province
tinhso figure farm-households-digitised --by unit:3 --json
expect_eq "before the merger 71 communes add up to the province" "$(rows 'len(rows), sum(r["value"] for r in rows)')" "71 111390"
tinhso figure farm-households-digitised --by unit:3 --units-at 2025-07-01 --json
expect_eq "after it 28 communes add up to the same" "$(rows 'len(rows), sum(r["value"] for r in rows)')" "28 111390"
tinhso figure community-teams --by unit:2 --units-at 2019-06-01 --json
expect_eq "in 2019 Gia Nghĩa was a town" "$(rows 'rows[0]["title"]')" "Thị xã Gia Nghĩa"
tinhso figure farm-households-digitised --by unit:2 --units-at 2025-07-01
expect_exit "districts that ended are not invented" 1
expect_contains "the levels of that day are named" "$err" "1, 3"

fresh_province tests/golden/province
tinhso load tests/golden/province --db county.db
expect_exit "the invented county loads" 0
export TINHSO_DB=county.db
tinhso figure wells-public --by unit:2 --units-at 2024-06-01 --json
expect_eq "a parish that was split is divided by its shares" \
    "$(rows '*("%s=%g" % (r["key"], r["value"]) for r in rows)')" \
    "$(awk -F, 'NR > 1 { printf "%s%s=%s", n++ ? " " : "", $1, $3 }' "$SOURCE/tests/golden/province-wells-on-2024-map.csv")"
tinhso figure pupils --by area:2 --units-at 2024-06-01 --json
expect_eq "a sum is divided like a count" \
    "$(rows '*("%s=%g" % (r["key"], r["value"]) for r in rows)')" \
    "$(awk -F, 'NR > 1 { printf "%s%s=%s", n++ ? " " : "", $1, $4 }' "$SOURCE/tests/golden/province-wells-on-2024-map.csv")"
