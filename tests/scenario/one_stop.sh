#!/bin/bash
# A dossier from the counter to the returned result, by those who work on it (one_stop.py), and the laws that nobody gets around.
# timeout: 600
. "$(dirname "$0")/lib.sh"

loaded_province
# An authority of our own, and the seal of the commune that it certifies.
(cd "$WORK" && openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj "/CN=Sample CA" &&
    openssl req -newkey rsa:2048 -nodes -keyout seal.key -out seal.csr -subj "/CN=UBND Quang Khe" &&
    openssl x509 -req -in seal.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out seal.pem -days 30) >/dev/null 2>&1
serve --lang en --seal-cert seal.pem --seal-key seal.key
run python3 "$SOURCE/tests/scenario/one_stop.py" "$address" "$WORK"
retell "$WORK/.out" "$WORK/serve.log"
expect_exit "every check was made" 0
[ "$status" -eq 0 ] || printf '%s\n' "# ${err//$'\n'/$'\n'# }"
for who in mai nam; do walk_as "$who"; done
read -ra pages <"$WORK/addresses"
walk_as mai "${pages[@]}"
serve_end
run openssl cms -verify -binary -inform DER -in "$WORK/result.p7s" -content "$WORK/result.pdf" -CAfile "$WORK/ca.pem" -out /dev/null
expect_exit "openssl verifies the detached signature of a result" 0
run pdfsig "$WORK/result.pdf"
expect_contains "and poppler the one inside" "$out" "Signature is Valid"
expect_contains "which bears the seal of the commune" "$out" "UBND Quang Khe"
printf 'x' >>"$WORK/result.pdf"
run openssl cms -verify -binary -inform DER -in "$WORK/result.p7s" -content "$WORK/result.pdf" -CAfile "$WORK/ca.pem" -out /dev/null
expect_true "a changed result is none" test "$status" -ne 0
tinhso log verify
expect_exit "the log verifies" 0
