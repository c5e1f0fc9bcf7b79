#!/bin/bash
# suite: release
# The server has given up what a stranger in it would want; the kernel says so.
. "$(dirname "$0")/lib.sh"
fresh_province tests/golden/province
tinhso load tests/golden/province
port=$((20000 + RANDOM % 20000))
user=$(id -un)
if [ "$(id -u)" -eq 0 ]; then
    user=nobody
    chmod 755 "$WORK"
    chown -R nobody "$WORK/var"
fi
(cd "$WORK" && exec "$TINHSO_BIN" serve --db var/vi-du.db --listen 127.0.0.1:$port --user "$user" >"$WORK/log" 2>&1) &
server=$!
cleanup() { kill "$server" 2>/dev/null; }
for _ in $(seq 100); do (exec 3<>/dev/tcp/127.0.0.1/$port) 2>/dev/null && break; sleep 0.1; done
status_of() { sed -n "s/^$1:[[:space:]]*\([^[:space:]]*\).*/\1/p" /proc/$server/status; }
expect_eq "no new rights" "$(status_of NoNewPrivs)" 1
expect_eq "system calls are filtered" "$(status_of Seccomp)" 2
expect_eq "it runs as the user named" "$(status_of Uid)" "$(id -u "$user")"
expect_eq "no core files" "$(awk '/Max core file size/ {print $5, $6}' /proc/$server/limits 2>/dev/null || echo '0 0')" "0 0"
run curl -s -o page -w '%{http_code}' "http://127.0.0.1:$port/"
expect_eq "it answers" "$out" 200
run curl -s -o list -w '%{http_code}' "http://127.0.0.1:$port/api/collections"
expect_eq "the API, too" "$out" 200
expect_lacks() { case $2 in *"$3"*) not_ok "$1" "$2" ;; *) ok "$1" ;; esac; }
if [ "$(id -u)" -eq 0 ]; then expect_lacks "no warning of root" "$(cat "$WORK/log")" "root"; else ok "no warning of root"; fi
kill "$server"
wait "$server"
expect_eq "it stops in order" $? 0
