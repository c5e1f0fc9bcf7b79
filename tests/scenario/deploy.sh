#!/bin/bash
# deploy/: nginx with TLS and HTTP/2 in front of the program, and the hardened unit.
. "$(dirname "$0")/lib.sh"

nginx=$(command -v nginx || echo /usr/sbin/nginx)
[ -x "$nginx" ] || skip_all "nginx is not installed"
curl --version 2>/dev/null | grep -q HTTP2 || skip_all "curl with HTTP/2 is not installed"
loaded_province

site=$WORK/site
mkdir -p "$site/cache" "$site/tmp"
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
"$TINHSO_BIN" serve --db "$WORK/var/dak-nong.db" --listen "unix:$site/http.sock" --public-url https://so.example.vn \
    --access-log "$site/program.log" 2>"$site/program.err" &
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

kill -TERM "$program"
wait "$program"
expect_eq "the program ends cleanly" $? 0
expect_true "and takes its socket away" test ! -e "$site/http.sock"

if command -v systemd-analyze >/dev/null; then
    cp "$SOURCE/deploy/tinhso.service" "$WORK/tinhso.service"
    run systemd-analyze security --offline=true --no-pager "$WORK/tinhso.service"
    exposure=$(printf '%s\n' "$out" | sed -n 's/.*Overall exposure level[^:]*: \([0-9.]*\).*/\1/p')
    expect_true "the unit's exposure is below 2.0 (it is ${exposure:-unknown})" awk -v e="${exposure:-9}" 'BEGIN { exit !(e < 2.0) }'
else
    skip "the unit's exposure is below 2.0" "systemd-analyze is not installed"
fi
