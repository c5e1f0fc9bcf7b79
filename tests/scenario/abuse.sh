#!/bin/bash
# Abuse of the running server: tests/abuse/abuse.py says what is done to it.
# timeout: 300
. "$(dirname "$0")/lib.sh"
loaded_province

mkdir "$WORK/abuse"
python3 "$SOURCE/tests/abuse/abuse.py" "$TINHSO_BIN" "$WORK/var/dak-nong.db" "$WORK/abuse" >"$WORK/abuse.out" 2>"$WORK/abuse.err"
status=$?
retell "$WORK/abuse.out" "$WORK/abuse/server.log"
err=$(cat "$WORK/abuse.err")
expect_exit "the abuse went to its end" 0
