#!/bin/bash
# suite: release
# The server has given up what a stranger in it would want; the kernel says so.
. "$(dirname "$0")/lib.sh"
fresh_province tests/golden/province
tinhso load tests/golden/province
user=$(id -un)
if [ "$(id -u)" -eq 0 ]; then
    user=nobody
    chmod 755 "$WORK"
    chown -R nobody "$WORK/var"
fi
serve --db var/vi-du.db --user "$user"
status_of() { sed -n "s/^$1:[[:space:]]*\([^[:space:]]*\).*/\1/p" /proc/"$server"/status; }
expect_eq "no new rights" "$(status_of NoNewPrivs)" 1
expect_eq "system calls are filtered" "$(status_of Seccomp)" 2
expect_eq "it runs as the user named" "$(status_of Uid)" "$(id -u "$user")"
expect_eq "no core files" "$(awk '/Max core file size/ {print $5, $6}' /proc/"$server"/limits 2>/dev/null || echo '0 0')" "0 0"
run curl -s -o page -w '%{http_code}' "$address/"
expect_eq "it answers" "$out" 200
run curl -s -o list -w '%{http_code}' "$address/api/collections"
expect_eq "the API, too" "$out" 200
expect_lacks() { case $2 in *"$3"*) not_ok "$1" "$2" ;; *) ok "$1" ;; esac; }
if [ "$(id -u)" -eq 0 ]; then expect_lacks "no warning of root" "$(cat "$WORK/serve.log")" "root"; else ok "no warning of root"; fi
serve_end
