#!/bin/bash
# A dossier is filed online, from the list of services to the returned result, as applicants do it and as others try to (apply.py).
# timeout: 900
. "$(dirname "$0")/lib.sh"

loaded_province
serve --lang vi
run python3 "$SOURCE/tests/scenario/apply.py" "$address" "$WORK"
retell "$WORK/.out" "$WORK/serve.log"
expect_exit "every check was made" 0
[ "$status" -eq 0 ] || printf '%s\n' "# ${err//$'\n'/$'\n'# }"
serve_end
tinhso log verify
expect_exit "the log verifies" 0
