#!/bin/bash
# The server in hard times, through its real routes: a full disk refuses writes with 507, reads go on, room heals it without a restart; slow senders
# (slowhttptest) leave the others served.
# suite: release
# timeout: 200
# alone: yes
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || skip_all "a small file system needs root"
disk=$WORK/disk
mkdir "$disk"
mount -t tmpfs -o size=12m tinhso "$disk" 2>/dev/null || skip_all "no file system can be mounted here"

server=
cleanup() {
    [ -z "$server" ] || kill "$server" 2>/dev/null
    [ -z "$server" ] || wait "$server" 2>/dev/null
    umount "$disk" 2>/dev/null
}
key=a-key-of-this-scenario-only
printf %s "$key" >"$WORK/key"
tinhso load "$SOURCE/tests/golden/province" --db "$disk/x.db"
expect_exit "the small province fits the small disk" 0
serve --db "$disk/x.db" --operator-key-file key

# create N: the status of a new firm's POST.
create() {
    curl -s -o "$WORK/answer" -w '%{http_code}' -X POST -H "Authorization: Bearer $key" -H 'Content-Type: application/geo+json' \
        --data "{\"type\":\"Feature\",\"geometry\":null,\"properties\":{\"code\":\"x$1\",\"name\":\"Công ty Thử $1\"}}" \
        "$address/api/collections/firms/items"
}

expect_eq "a record is created while there is room" "$(create 1)" "201"
dd if=/dev/zero of="$disk/filler" bs=64k count=1000 2>/dev/null
created=1
for n in $(seq 2 60); do
    last=$(create "$n")
    [ "$last" = 201 ] || break
    created=$((created + 1))
done
expect_eq "a full disk refuses the next with 507" "$last" "507"
expect_contains "and says so" "$(cat "$WORK/answer")" '"status":507'
expect_not_contains "without where the file lies" "$(cat "$WORK/answer")" "$disk"
expect_eq "reads go on" "$(curl -s -o /dev/null -w '%{http_code}' "$address/api/collections")" "200"
expect_eq "and go on refusing writes, not only once" "$(create 900)" "507"
rm "$disk/filler"
expect_eq "with room again the same server writes" "$(create 901)" "201"
count=$(curl -s -H "Authorization: Bearer $key" "$address/api/collections/firms/items?filter=code%20LIKE%20'x%25'&limit=200" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["numberReturned"])')
expect_eq "what was acknowledged is there, what was refused is not" "$count" "$((created + 1))"
tinhso log verify --db "$disk/x.db"
expect_exit "and the log verifies" 0

# slow KIND OPTION…: slow senders for eight seconds; how many of a hundred requests of somebody else were answered meanwhile.
slow() {
    slowhttptest "$@" -c 120 -r 60 -i 3 -l 8 -p 3 -u "$address/api" >"$WORK/slow.log" 2>&1 </dev/null &
    local sender=$! served=0
    sleep 2
    for _ in $(seq 100); do
        [ "$(curl -s -m 2 -o /dev/null -w '%{http_code}' "$address/api/collections")" = 200 ] && served=$((served + 1))
    done
    wait "$sender" 2>/dev/null
    echo "$served"
}
if command -v slowhttptest >/dev/null; then
    expect_eq "slow heads leave others served" "$(slow -H)" "100"
    expect_eq "slow bodies leave others served" "$(slow -B)" "100"
    expect_eq "slow readers leave others served" "$(slow -X)" "100"
else
    skip "slow senders" "slowhttptest is not installed"
fi
