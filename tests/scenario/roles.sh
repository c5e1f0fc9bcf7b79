#!/bin/bash
# The pages of roles, agencies and delegations: what they say, to whom they are shown, and how they stand in a real browser (roles.py, tests/portal/walk.js).
# timeout: 400
. "$(dirname "$0")/lib.sh"

loaded_province
serve --lang en
run python3 "$SOURCE/tests/scenario/roles.py" "$address" "$WORK"
retell "$WORK/.out" "$WORK/serve.log"
expect_exit "every check was made" 0
[ "$status" -eq 0 ] || printf '%s\n' "# ${err//$'\n'/$'\n'# }"

walk_as ada /admin/roles /admin/roles/commune_officer /admin/roles/statistician /admin/agencies
walk_as amy /account/delegations /account
serve_end
