#!/bin/bash
# suite: release
# The memory of an export does not grow with the number of its records.
. "$(dirname "$0")/lib.sh"
loaded_province

# peak FILE FILTER: MiB × 10 that the export takes at most.
peak() {
    run python3 -c '
import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(pid, 0)
print(usage.ru_maxrss * 10 // 1024 if status == 0 else "failed", file=open(".peak", "w"))' \
        "$TINHSO_BIN" export farm_households "$1" --reveal "kiểm tra" --filter "$2"
    cat "$WORK/.peak"
}

for ending in csv xlsx; do
    few=$(peak "few.$ending" "code < 'HN006001'")
    all=$(peak "all.$ending" "1 = 1")
    expect_true "$ending of 20 times as many records takes as much memory ($few, $all)" \
        test "$((all * 100))" -le "$((few * 112))"
done
expect_true "as many rows as there are" test "$(wc -l <"$WORK/all.csv")" -gt 120000
