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

# walk WHO ADDRESS…: in both languages, narrow and wide, with and without scripts.
walk() {
    local who=$1
    shift
    CHROMIUM=$chromium node "$SOURCE/tests/portal/walk.js" "$modules" "$address" --cookie "$(cat "$WORK/$who.cookie")" "$@" >"$WORK/walk.tap" 2>&1
    local walked=$?
    retell "$WORK/walk.tap"
    expect_eq "the walk of $who ends by itself" "$walked" 0
}
chromium=$(command -v chromium || true)
why="chromium is not installed"
[ -z "$chromium" ] || npm_modules
if [ -n "$chromium" ] && [ -n "$modules" ]; then
    walk ada /admin/roles /admin/roles/commune_officer /admin/roles/statistician /admin/agencies
    walk amy /account/delegations /account
else
    skip "the pages in a browser" "$why"
fi
serve_end
