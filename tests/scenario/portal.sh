#!/bin/bash
# suite: release
# timeout: 900
# alone: yes
# The pages in a real browser: tests/portal/walk.js visits them on the loaded province.
. "$(dirname "$0")/lib.sh"

chromium=$(command -v chromium || true)
[ -n "$chromium" ] || skip_all "chromium is not installed"
npm_modules
[ -n "$modules" ] || skip_all "$why"

server=
cleanup() {
    [ -z "$server" ] || kill "$server" 2>/dev/null
}

loaded_province
(cd "$WORK" && exec "$TINHSO_BIN" serve --listen 127.0.0.1:0 --lang en) >"$WORK/serve.log" 2>&1 </dev/null &
server=$!
for _ in $(seq 100); do
    address=$(grep -m 1 -oE 'http://[0-9.:]+' "$WORK/serve.log" || true)
    [ -z "$address" ] || break
    sleep 0.1
done
if [ -z "$address" ]; then
    not_ok "the server starts" "$(cat "$WORK/serve.log")"
    exit 1
fi

images=
[ -z "${TINHSO_IMAGES:-}" ] || images="--images $TINHSO_IMAGES"
# shellcheck disable=SC2086  # an option and its value, or nothing
CHROMIUM=$chromium node "$SOURCE/tests/portal/walk.js" "$modules" "$address" $images >"$WORK/walk.tap" 2>&1
walked=$?
while IFS= read -r line; do
    case $line in
    "ok "*) ok "${line#ok * - }" ;;
    "not ok "*) not_ok "${line#not ok * - }" ;;
    1..*) ;;
    *) printf '%s\n' "$line" ;;
    esac
done <"$WORK/walk.tap"
expect_eq "the walk ends by itself" "$walked" 0

kill "$server"
wait "$server"
expect_eq "the server stops cleanly" $? 0
server=
