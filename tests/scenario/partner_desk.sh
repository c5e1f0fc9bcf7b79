#!/bin/bash
# The desk of the national portal: what it refused, who decides about it, what differs (partner_desk.py).
# timeout: 300
. "$(dirname "$0")/lib.sh"

loaded_province
serve --lang en
run python3 "$SOURCE/tests/scenario/partner_desk.py" "$address" "$WORK"
retell "$WORK/.out" "$WORK/serve.log"
expect_exit "every check was made" 0
[ "$status" -eq 0 ] || printf '%s\n' "# ${err//$'\n'/$'\n'# }"
walk_as tam
serve_end
