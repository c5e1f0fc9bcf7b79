#!/bin/bash
# The server as a process: what it says, kill -9 under load and a new start, no races under load.
# suite: release
# timeout: 240
# alone: yes
. "$(dirname "$0")/lib.sh"
loaded_province

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
db=$WORK/var/dak-nong.db

# start BINARY ARGS…: until it answers.
start() {
    "$@" serve --db "$db" --listen "127.0.0.1:$port" --access-log "$WORK/access.log" 2>"$WORK/serve.err" &
    server=$!
    timeout 30 bash -c "until curl -sf -m 5 -o /dev/null http://127.0.0.1:$port/readyz; do sleep 0.01; done"
}

# load SECONDS: four clients that keep their connections; prints how many answers were right.
load() {
    python3 - "$port" "$1" <<'END'
import http.client, sys, threading, time
port, seconds = int(sys.argv[1]), float(sys.argv[2])
end, right, wrong = time.monotonic() + seconds, [], []
def client():
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    while time.monotonic() < end:
        for path, status in (("/healthz", 200), ("/readyz", 200), ("/metrics", 200), ("/no-such-page", 404), ("/healthz?x=1", 400)):
            try:
                c.request("GET", path, headers={"Accept-Encoding": "gzip"})
                a = c.getresponse()
                a.read()
                (right if a.status == status else wrong).append(path)
            except (OSError, http.client.HTTPException):
                c.close()
                time.sleep(0.02)
threads = [threading.Thread(target=client) for _ in range(4)]
[t.start() for t in threads]
[t.join() for t in threads]
print(len(right), len(wrong))
END
}

start "$TINHSO_BIN"
expect_eq "the server becomes ready" $? 0
read -r right wrong <<<"$(load 1)"
expect_true "it answers under load ($right answers)" test "$right" -gt 100
expect_eq "rightly" "$wrong" 0

load 2 >"$WORK/load.txt" &
loader=$!
sleep 0.5
kill -9 "$server"
wait "$server" 2>/dev/null
began=$(date +%s%N)
start "$TINHSO_BIN"
took_ms=$((($(date +%s%N) - began) / 1000000))
expect_true "killed under load, it serves again within a second ($took_ms ms)" test "$took_ms" -lt 1000
wait "$loader"
read -r right wrong <<<"$(cat "$WORK/load.txt")"
expect_eq "no wrong answer was given before or after" "$wrong" 0

python3 - "$WORK/access.log" >"$WORK/log.txt" <<'END'
import json, sys
keys = {"time", "id", "client", "method", "path", "route", "status", "bytes", "us"}
lines = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
print(len(lines) > 100 and all(set(line) == keys for line in lines))
END
expect_eq "the access log is a line of JSON for each request" "$(cat "$WORK/log.txt")" True
kill -TERM "$server"
wait "$server"
expect_eq "SIGTERM ends it cleanly" $? 0
server=

run python3 "$SOURCE/tests/abuse/stop.py" "$TINHSO_BIN" "$db" "$WORK"
expect_contains "asked to end under load, it loses no answer and tells each that the connection ends" "$out" "told 8 lost 0 exit 0"
expect_contains "what was asked on an old connection before SIGTERM is answered" "$out" "old 40"
expect_contains "so is what was asked on a new one" "$out" "new 40"
expect_contains "then it ends" "$out" "
exit 0"

tsan=$SOURCE/build-tsan/tinhso
if [ -x "$tsan" ]; then
    export TSAN_OPTIONS="halt_on_error=0 exitcode=66 log_path=$WORK/tsan"
    start "$tsan"
    read -r right wrong <<<"$(load 4)"
    kill -TERM "$server"
    wait "$server"
    expect_eq "under load the thread sanitizer finds nothing ($right answers)" $? 0
    server=
    run "$SOURCE/build-tsan/tests/unit-http-test_server"
    expect_eq "nor in the tests of the server and its writer" "$status" 0
    [ "$status" -eq 0 ] || not_ok "sanitizer's report" "$(cat "$WORK"/tsan.* 2>/dev/null)"
else
    skip "under load the thread sanitizer finds nothing" "scripts/build tsan was not called"
fi
