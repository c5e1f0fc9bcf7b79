#!/bin/bash
# deploy/: nginx with TLS and HTTP/2 in front of the program, and the hardened unit.
. "$(dirname "$0")/lib.sh"

nginx=$(command -v nginx || echo /usr/sbin/nginx)
[ -x "$nginx" ] || skip_all "nginx is not installed"
curl --version 2>/dev/null | grep -q HTTP2 || skip_all "curl with HTTP/2 is not installed"
tinhso load "$SOURCE/tests/golden/province" --db "$WORK/x.db"
expect_exit "the small province is loaded" 0

site=$WORK/site
mkdir -p "$site/cache" "$site/tmp"
key=a-key-of-this-scenario-only
printf %s "$key" >"$site/key"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=so.example.vn \
    -addext subjectAltName=DNS:so.example.vn -keyout "$site/key.pem" -out "$site/fullchain.pem" 2>"$WORK/openssl.log"
two_ports='import socket; a, b = socket.socket(), socket.socket(); a.bind(("127.0.0.1", 0)); b.bind(("127.0.0.1", 0))
print(a.getsockname()[1], b.getsockname()[1])'
# The site as it is, but for places: ports that need no root, files of this test.
write_site() {
    read -r port plain_port < <(python3 -c "$two_ports")
    sed -e "s|/etc/ssl/tinhso/|$site/|; s|/var/cache/nginx/tinhso|$site/cache|; s|unix:/run/tinhso/http.sock|unix:$site/http.sock|" \
        -e "/listen \[::\]/d; s/listen 80;/listen 127.0.0.1:$plain_port;/; s/listen 443 /listen 127.0.0.1:$port /" \
        "$SOURCE/deploy/nginx.conf" >"$site/site.conf"
}
cat >"$site/nginx.conf" <<END
$([ "$(id -u)" -ne 0 ] || echo "user root;") # the files of this test are its owner's alone
daemon off; pid $site/nginx.pid; error_log $site/error.log; worker_processes 1;
events { worker_connections 256; }
http { access_log $site/access.log; client_body_temp_path $site/tmp/a; proxy_temp_path $site/tmp/b; fastcgi_temp_path $site/tmp/c;
uwsgi_temp_path $site/tmp/d; scgi_temp_path $site/tmp/e; include $site/site.conf; }
END
for _ in 1 2 3 4 5; do # another test may take a port meanwhile
    write_site
    "$nginx" -t -p "$site" -c "$site/nginx.conf" 2>"$site/nginx.err" && break
done
# What the unit lets through of system calls, as systemd would have it.
within=
if command -v systemd-analyze >/dev/null; then
    within="env ASAN_OPTIONS=detect_leaks=0 python3 $SOURCE/tests/scenario/unit_filter.py $SOURCE/deploy/tinhso.service"
fi
# shellcheck disable=SC2086  # a command and its words
$within "$TINHSO_BIN" serve --db "$WORK/x.db" --listen "unix:$site/http.sock" --public-url https://so.example.vn \
    --operator-key-file "$site/key" --access-log "$site/program.log" 2>"$site/program.err" &
program=$!
"$nginx" -p "$site" -c "$site/nginx.conf" 2>"$site/nginx.err" &
proxy=$!
cleanup() {
    kill "$program" "$proxy" 2>/dev/null
}

fetch() {
    run curl -sS --http2 --max-time 20 --cacert "$site/fullchain.pem" --resolve "so.example.vn:$port:127.0.0.1" \
        -D "$WORK/headers" "$@"
    headers=$(tr -d '\r' <"$WORK/headers" 2>/dev/null)
}
url=https://so.example.vn:$port
for _ in $(seq 100); do
    fetch "$url/healthz"
    [ "$status" -ne 0 ] || case $headers in "HTTP/2 200"*) break ;; esac
    sleep 0.1
done

cat "/proc/$program/status" >"$WORK/seccomp"
expect_contains "the site answers over HTTP/2 and TLS" "$headers" "HTTP/2 200"
expect_contains "with the program's answer" "$out" '"status":"ok"'
expect_contains "it asks browsers to stay with TLS" "$headers" "strict-transport-security: max-age=31536000; includeSubDomains"
expect_eq "and once" "$(printf "%s\n" "$headers" | grep -ic "^strict-transport-security")" 1
expect_contains "the policy comes through" "$headers" "content-security-policy: default-src 'none'"
expect_eq "it tells no version" "$(printf '%s\n' "$headers" | grep -ic '^server: nginx$')" 1
fetch "$url/no-such-page"
expect_contains "a problem comes through" "$out" '"type":"/problems/not-found"'
expect_contains "the address of the reader reaches the program's log" "$(sleep 0.3; cat "$site/program.log")" '"client":"127.0.0.1"'
fetch "$url/metrics"
expect_contains "metrics are there for this machine" "$out" "tinhso_http_requests_total"
run curl -sS --max-time 10 -o /dev/null -w '%{http_code} %{redirect_url}' -H 'Host: so.example.vn' "http://127.0.0.1:$plain_port/x"
expect_eq "plain HTTP is sent to TLS" "$out" "308 https://so.example.vn/x"
fetch -X TRACE "$url/"
expect_contains "TRACE is refused" "$headers" "HTTP/2 405"

# asked PATH: the statuses of what nginx asked the program about it, since the last time.
echo 0 >"$WORK/seen"
asked() {
    sleep 0.3
    python3 - "$site/program.log" "$(cat "$WORK/seen")" "$1" <<'END'
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")][int(sys.argv[2]):]
print(*[line["status"] for line in lines if line["path"] == sys.argv[3]])
END
    wc -l <"$site/program.log" >"$WORK/seen"
}
items=/api/collections/firms/items
asked "$items" >/dev/null
fetch "$url$items?limit=1000"
before=$(printf '%s' "$out" | grep -o '"numberReturned":[0-9]*')
fetch "$url$items?limit=1000"
expect_eq "within a second the cache answers" "$(asked "$items")" "200"
sleep 2.2 # nginx counts whole seconds
fetch "$url$items?limit=1000"
expect_contains "then the same answer comes" "$out" "$before"
expect_contains "whole" "$headers" "HTTP/2 200"
etag=$(printf '%s\n' "$headers" | sed -n 's/^etag: //p')
expect_eq "for which the program was asked by ETag" "$(asked "$items")" "304"
fetch -H "If-None-Match: $etag" "$url$items?limit=1000"
expect_contains "who has it is told so" "$headers" "HTTP/2 304"
fetch -X POST -H "Authorization: Bearer $key" -H 'Content-Type: application/geo+json' \
    --data '{"type":"Feature","geometry":null,"properties":{"code":"x1","name":"Công ty Thử"}}' "$url$items"
expect_contains "a record is written through the site" "$headers" "HTTP/2 201"
sleep 2.2 # nginx counts whole seconds
fetch "$url$items?limit=1000"
expect_true "and within two seconds everybody sees it" test "$before" != "$(printf '%s' "$out" | grep -o '"numberReturned":[0-9]*')"
fetch -H 'Accept-Language: en' "$url/about"
expect_contains "a page in English" "$out" '<html lang="en"'
fetch -H 'Accept-Language: vi' "$url/about"
expect_contains "is not what another reader gets" "$out" '<html lang="vi"'
asked /about >/dev/null
for _ in 1 2; do fetch -H 'Cookie: __Host-tinhso=a-session' "$url/about"; done
expect_eq "who may be signed in is never answered from the cache" "$(asked /about)" "200 200"
for _ in 1 2; do fetch -H "Authorization: Bearer $key" "$url/about"; done
expect_eq "nor who has a key" "$(asked /about)" "200 200"
fetch -H 'Host: evil.example' "$url/about"
expect_contains "nor who asks for another site" "$headers" "HTTP/2 421"
fetch -H 'X-Forwarded-For: 203.0.113.9' -H 'X-Request-Id: chosen-by-a-stranger' "$url/no-such-page"
expect_eq "nobody can choose the id of his request" "$(printf '%s' "$out" | grep -c chosen-by-a-stranger)" 0
sleep 0.3
expect_eq "nobody can claim another's address" "$(grep -c 203.0.113.9 "$site/program.log")" 0
fetch -H "Range: bytes=$(seq -s, -f '%g-' 0 99)" "$url/about"
expect_true "a range bomb is no more than the page or a refusal" test "$(printf %s "$out" | wc -c)" -lt 200000
fetch -H "X-Long: $(head -c 20000 /dev/zero | tr '\0' X)" "$url/about"
expect_eq "too long a header is refused" "$(printf '%s' "$headers" | grep -c "HTTP/2 200")" 0
run curl -sS --http1.1 --max-time 20 --cacert "$site/fullchain.pem" --resolve "so.example.vn:$port:127.0.0.1" -D - -o /dev/null \
    -H 'Content-Length: 5' -H 'Transfer-Encoding: chunked' --data hello "$url/about"
expect_contains "ambiguous framing is refused by the site as well" "$out" "HTTP/1.1 400"

fetch "$url/"
style=$(printf '%s' "$out" | grep -oE '/assets/[0-9a-f]+/[a-z-]+\.css' | head -n 1)
fetch "$url$style"
bytes=$(printf %s "$out" | cksum)
expect_contains "a static file may be kept for ever" "$headers" "cache-control: public, max-age=31536000, immutable"

kill -TERM "$program"
wait "$program"
expect_eq "the program ends cleanly" $? 0
expect_true "and takes its socket away" test ! -e "$site/http.sock"
fetch "$url$style"
expect_contains "static files are served without the program" "$headers" "HTTP/2 200"
expect_eq "the same" "$(printf %s "$out" | cksum)" "$bytes"
sleep 2.2 # nginx counts whole seconds
fetch "$url/about"
expect_contains "pages are not, after two seconds: nothing is shown that may be old" "$headers" "HTTP/2 502"

if command -v systemd-analyze >/dev/null; then
    expect_eq "all of that within the system calls of the unit, and the program's own" "$(awk '$1 == "Seccomp_filters:" { print $2 }' "$WORK/seccomp")" 2
    tinhso export wells plain.gpkg --db x.db
    if [ "$status" -eq 0 ]; then
        # shellcheck disable=SC2086
        run $within "$TINHSO_BIN" export wells within.gpkg --db x.db
        expect_eq "what it confines by Landlock, too" "$status" 0
        expect_eq "and no word of what it lacks" "$(grep -c Landlock "$site/program.err")" 0
    fi
    sed "s|^ExecStart=/usr/bin/tinhso|ExecStart=$TINHSO_BIN|" "$SOURCE/deploy/tinhso.service" >"$WORK/tinhso.service"
    run systemd-analyze verify --man=no "$WORK/tinhso.service"
    expect_eq "the unit is understood to its last line" "$status$(printf '%s' "$err" | grep tinhso.service)" 0
    run systemd-analyze security --offline=true --no-pager "$WORK/tinhso.service"
    exposure=$(printf '%s\n' "$out" | sed -n 's/.*Overall exposure level[^:]*: \([0-9.]*\).*/\1/p')
    expect_true "the unit's exposure is below 2.0 (it is ${exposure:-unknown})" awk -v e="${exposure:-9}" 'BEGIN { exit !(e < 2.0) }'
else
    skip "the unit's exposure is below 2.0" "systemd-analyze is not installed"
fi
