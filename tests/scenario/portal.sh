#!/bin/bash
# suite: release
# timeout: 900
# alone: yes
# The pages in a real browser: tests/portal/walk.js visits them on the loaded province.
. "$(dirname "$0")/lib.sh"

a_browser
loaded_province
printf 'code,name,place\nTCN001,Tổ công nghệ số mới,\n' >"$WORK/teams.csv"
tinhso import teams teams.csv --mode update
expect_exit "a record changes, to have a history" 0
serve --lang en

images=
[ -z "${TINHSO_IMAGES:-}" ] || images="--images $TINHSO_IMAGES"
# shellcheck disable=SC2086  # an option and its value, or nothing
CHROMIUM=$chromium node "$SOURCE/tests/portal/walk.js" "$modules" "$address" $images >"$WORK/walk.tap" 2>&1
walked=$?
retell "$WORK/walk.tap"
expect_eq "the walk ends by itself" "$walked" 0

serve_end
