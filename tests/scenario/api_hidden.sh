#!/bin/bash
# The open interface against those who mean ill: hidden fields stay hidden (http/hidden.py), hostile values in every input do no harm (http/hostile.py).
# timeout: 600
. "$(dirname "$0")/lib.sh"

server=
cleanup() {
    [ -z "$server" ] || kill "$server" 2>/dev/null
}
key=a-key-of-this-scenario-only
printf %s "$key" >"$WORK/key"
fresh_province tests/golden/province
tinhso load tests/golden/province
expect_exit "the small province loads" 0
tinhso serve --routes
printf %s "$out" >"$WORK/routes.json"

: >"$WORK/serve.log"
(cd "$WORK" && exec "$TINHSO_BIN" serve --db var/vi-du.db --listen 127.0.0.1:0 --operator-key-file key) >"$WORK/serve.log" 2>&1 </dev/null &
server=$!
for _ in $(seq 200); do
    address=$(grep -m 1 -oE 'http://[0-9.:]+' "$WORK/serve.log") && break
    sleep 0.1
done

# tell COMMAND ARGS…: its lines of TAP become ours.
tell() {
    local line
    run "$@"
    while IFS= read -r line; do
        case $line in
        "ok "*) ok "${line#ok }" ;;
        "not ok "*) not_ok "${line#not ok }" ;;
        *) echo "$line" ;;
        esac
    done <"$WORK/.out"
    expect_exit "$(basename "$2") went to its end" 0
}
tell /usr/bin/python3 "$SOURCE/tests/scenario/http/hidden.py" "$address" var/vi-du.db "$key"
tell /usr/bin/python3 "$SOURCE/tests/scenario/http/hostile.py" "$address" routes.json var/vi-du.db

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

kill "$server"
wait "$server"
expect_eq "the server stops cleanly" $? 0
server=
