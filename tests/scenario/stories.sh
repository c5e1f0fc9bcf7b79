#!/bin/bash
# suite: release
# timeout: 900
# A birth, a change of land with its duty, and poor households decided together: from filing to rating in a real browser, by keyboard (tests/portal/stories.js).
. "$(dirname "$0")/lib.sh"

a_browser
loaded_province
head -c 24 /dev/urandom | base64 >"$WORK/payment.key"
python3 "$SOURCE/tests/peers/payment.py" "$WORK/payment.key" >"$WORK/payment.url" 2>/dev/null &
platform=$!
cleanup() {
    kill "$platform" 2>/dev/null
}
until [ -s "$WORK/payment.url" ] || [ $SECONDS -gt 20 ]; do sleep 0.1; done
serve --lang vi --payment-url "$(cat "$WORK/payment.url")" --payment-key-file payment.key
run python3 "$SOURCE/tests/scenario/stories.py" "$address" "$WORK"
expect_exit "everybody has an account" 0
[ "$status" -eq 0 ] || printf '%s\n' "# ${err//$'\n'/$'\n'# }"
CHROMIUM=$chromium node "$SOURCE/tests/portal/stories.js" "$modules" "$address" "$WORK/people.json" "$WORK/paper.pdf" >"$WORK/stories.tap" 2>&1
told=$?
retell "$WORK/stories.tap" "$WORK/serve.log"
expect_eq "the stories end by themselves" "$told" 0
serve_end
tinhso log verify
expect_exit "the log verifies" 0
