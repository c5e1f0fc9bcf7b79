#!/bin/bash
# A dossier from the counter to the returned result, by those who work on it (one_stop.py), and the laws that nobody gets around.
# timeout: 600
. "$(dirname "$0")/lib.sh"

loaded_province
serve --lang en
run python3 "$SOURCE/tests/scenario/one_stop.py" "$address" "$WORK"
retell "$WORK/.out" "$WORK/serve.log"
expect_exit "every check was made" 0
[ "$status" -eq 0 ] || printf '%s\n' "# ${err//$'\n'/$'\n'# }"
for who in mai nam; do walk_as "$who"; done
read -ra pages <"$WORK/addresses"
walk_as mai "${pages[@]}"
serve_end
tinhso log verify
expect_exit "the log verifies" 0
