#!/bin/bash
# Ctrl-C while loading: the running change is rolled back, the program says so, and the next load goes on.
. "$(dirname "$0")/lib.sh"
fresh_province

# Stops the load once its first revisions are there; loops until a signal came before the end.
stopped=no
for wait in 1 0.6 0.3 0.2 0.1; do
    rm -rf "${WORK:?}/var"
    (cd "$WORK" && exec "$TINHSO_BIN" load province/dak-nong) >"$WORK/.out" 2>"$WORK/.err" </dev/null &
    pid=$!
    sleep "$wait"
    kill -INT "$pid" 2>/dev/null
    # Bash starts what runs in the background with SIGINT ignored; TERM means the same to the program.
    kill -TERM "$pid" 2>/dev/null
    wait "$pid"
    status=$?
    if [ "$status" -eq 1 ] && [ -s "$WORK/var/dak-nong.db" ]; then
        stopped=yes
        break
    fi
done
expect_eq "a signal stops the load with exit 1" "$stopped" "yes"
expect_contains "and a reason" "$(cat "$WORK/.err")" "Đã dừng theo yêu cầu"
tinhso log verify
expect_exit "what was loaded before is whole" 0
tinhso load province/dak-nong
expect_exit "the next load goes on" 0
tinhso load province/dak-nong
expect_contains "to the end" "$out" "Không có gì thay đổi"
tinhso figure farm-households-digitised --json
expect_contains "with every record once" "$out" '"value":111390,"of":120032'
