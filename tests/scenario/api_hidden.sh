#!/bin/bash
# The open interface against those who mean ill: hidden fields stay hidden (http/hidden.py), hostile values in every input do no harm (http/hostile.py).
# timeout: 600
. "$(dirname "$0")/lib.sh"

key=a-key-of-this-scenario-only
printf %s "$key" >"$WORK/key"
fresh_province tests/golden/province
tinhso load tests/golden/province
expect_exit "the small province loads" 0
tinhso serve --routes
printf %s "$out" >"$WORK/routes.json"

serve --db var/vi-du.db --operator-key-file key

# judge COMMAND ARGS…
judge() {
    run "$@"
    retell "$WORK/.out"
    expect_exit "$(basename "$2") went to its end" 0
}
judge /usr/bin/python3 "$SOURCE/tests/scenario/http/hidden.py" "$address" var/vi-du.db "$key"
judge /usr/bin/python3 "$SOURCE/tests/scenario/http/hostile.py" "$address" routes.json var/vi-du.db

# What is made private is private in the past too, for a server that runs and has the answer kept.
past="$address/api/collections/wells/items/G001?at=12"
expect_contains "a public field of the past is read" "$(curl -s "$past" "$past")" '"cost":3000000'
sed -i 's/^  cost: {type: money,/  cost: {type: money, privacy: internal,/' "$WORK/tests/golden/province/registers/wells.yaml"
tinhso load tests/golden/province
expect_exit "it is declared internal" 0
sleep 0.1
expect_contains "the past is still there" "$(curl -s "$past")" '"id":"G001"'
expect_not_contains "without it" "$(curl -s "$past")" '"cost"'
expect_not_contains "nor can it be filtered by" "$(curl -s "$address/api/collections/wells/items?at=12&cost=3000000")" G001
expect_contains "the operator reads it" "$(curl -s -H "Authorization: Bearer $key" "$past")" '"cost":3000000'

serve_end
