#!/bin/bash
# A counter node: it receives while the line is down, and the province takes each of its steps once when the line is back (counter_node.py).
# timeout: 600
. "$(dirname "$0")/lib.sh"

loaded_province
run python3 "$SOURCE/tests/scenario/counter_node.py" "$WORK" "$SOURCE"
retell "$WORK/.out"
expect_exit "every check was made" 0
[ "$status" -eq 0 ] || printf '%s\n' "# ${err//$'\n'/$'\n'# }"
