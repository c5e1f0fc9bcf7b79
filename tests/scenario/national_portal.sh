#!/bin/bash
# The national portal: what happens is told in order, once, whatever the partner does; what it refuses waits for a person; its list is compared with ours.
# timeout: 400
. "$(dirname "$0")/lib.sh"
loaded_province
python3 "$SOURCE/tests/scenario/national_portal.py" "$TINHSO_BIN" "$WORK" "$SOURCE" >"$WORK/portal.tap" 2>"$WORK/portal.err"
ended=$?
retell "$WORK/portal.tap"
[ "$ended" -eq 0 ] || not_ok "the checks end by themselves" "$(cat "$WORK/portal.err")"
