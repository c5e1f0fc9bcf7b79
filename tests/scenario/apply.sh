#!/bin/bash
# A dossier is filed online, from the list of services to the returned result, as applicants do it and as others try to (apply.py).
# timeout: 900
. "$(dirname "$0")/lib.sh"

loaded_province
head -c 24 /dev/urandom | base64 >"$WORK/payment.key"
serve --lang vi --payment-url http://127.0.0.1:1/pay --payment-key-file payment.key --access-log access.log
run python3 "$SOURCE/tests/scenario/apply.py" "$address" "$WORK"
retell "$WORK/.out" "$WORK/serve.log"
expect_exit "every check was made" 0
[ "$status" -eq 0 ] || printf '%s\n' "# ${err//$'\n'/$'\n'# }"
walk_as nop
serve_end
serve --lang vi --virus-check "grep -qzv EICAR"
run python3 "$SOURCE/tests/scenario/apply.py" "$address" "$WORK" scanned
retell "$WORK/.out" "$WORK/serve.log"
expect_exit "every check was made" 0
serve_end
tinhso serve --payment-url http://127.0.0.1:1/pay
expect_contains "a payment platform needs the shared key" "$err" "--payment-key-file"
expect_true "no lookup code stands in the access log" test -z "$(grep -E '[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}' "$WORK/access.log")"
tinhso log verify
expect_exit "the log verifies" 0
