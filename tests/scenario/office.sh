#!/bin/bash
# The pages of administration and of the desk of personal data, as those who work there use them, and as others try to (office.py).
# timeout: 900
. "$(dirname "$0")/lib.sh"

loaded_province
serve --lang en
run python3 "$SOURCE/tests/scenario/office.py" "$address" "$WORK"
retell "$WORK/.out" "$WORK/serve.log"
expect_exit "every check was made" 0
[ "$status" -eq 0 ] || printf '%s\n' "# ${err//$'\n'/$'\n'# }"
for who in chief dpo cong.dan lan; do walk_as "$who"; done
head -c 48 /dev/urandom >"$WORK/key"
chmod 600 "$WORK/key"
mkdir "$WORK/kept" "$WORK/var2"
tinhso serve --backup-folder kept --lang en
expect_contains "a folder for backups needs a key" "$err" "--backup-key-file"
serve --lang en --backup-folder kept --backup-key-file key
run python3 "$SOURCE/tests/scenario/office.py" "$address" "$WORK" backups
retell "$WORK/.out" "$WORK/serve.log"
expect_exit "backups were all looked at" 0
serve_end
expect_true "what was erased is in no file any more" test -z "$(grep -laF "$(cat "$WORK/phone")" "$WORK"/var/*)"
tinhso log verify
expect_exit "the log verifies" 0
