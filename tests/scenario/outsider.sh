#!/bin/bash
# timeout: 200
# Somebody outside, who has the address of the portal and no trust in it: what a figure counts is proved with curl's means and openssl; `tinhso log follow`
# sees the log grow, and says so when it was written anew.
. "$(dirname "$0")/lib.sh"

key=a-key-of-this-scenario-only
printf %s "$key" >"$WORK/key"

# outsider FIGURE REGISTER
outsider() {
    run /usr/bin/python3 "$SOURCE/tests/scenario/http/outsider.py" "$address" "$@"
    retell "$WORK/.out"
    expect_exit "an outsider looked at $1 to the end" 0
}

# post CODE: one more revision.
post() {
    curl -fsS -o /dev/null -X POST -H "Authorization: Bearer $key" -H "Content-Type: application/geo+json" "$address/api/collections/posts/items" \
        -d "{\"type\":\"Feature\",\"geometry\":null,\"properties\":{\"code\":\"$1\",\"title\":\"Tin\",\"body\":\"Nội dung.\",\"posted_on\":\"2022-09-01\"}}"
}

# follow [OPTION…]: from a folder of the follower's own.
follow() {
    mkdir -p "$WORK/elsewhere"
    run env -C "$WORK/elsewhere" "$TINHSO_BIN" log follow "$@"
}

loaded_province
serve --db var/dak-nong.db --operator-key-file key
outsider community-teams teams
outsider pilot-partners pilot_partners

follow "$address" --json
expect_exit "a log is followed for the first time" 0
size=$(printf %s "$out" | python3 -c 'import json,sys; print(json.load(sys.stdin)["size"])')
expect_true "and is as long as the log ($size)" test "$size" -gt 40
follow "$address" --json
expect_contains "nothing is new the second time" "$out" "\"size\":$size,\"old_size\":$size"
expect_true "a record is written" post tin-1
expect_true "and another" post tin-2
follow "$address" --json
expect_exit "the log that grew is followed" 0
expect_contains "by two" "$out" "\"size\":$((size + 2)),\"old_size\":$size"
follow "$address" --records
expect_exit "with the records of every revision that is new" 0

# At the same address with the same key, another history: what was loaded, without the two records.
serve_end
known=$WORK/elsewhere/var/follow/${address#http://}
rm -r "${WORK:?}/var"
loaded_province
serve --db var/dak-nong.db --operator-key-file key
for kind in checkpoint pub; do # the port of a scenario's server is another each time
    mv "${known/:/-}.$kind" "$WORK/elsewhere/var/follow/127.0.0.1-${address##*:}.$kind"
done
follow "$address"
expect_exit "a log that became shorter is refused" 1
expect_contains "and how long it was" "$err" "$((size + 2))"
expect_true "other records are written" post tin-3
expect_true "as many as before" post tin-4
expect_true "and one more" post tin-5
follow "$address"
expect_exit "a log that was written anew is refused" 1
follow "$address" --lang en
expect_contains "as such" "$err" "written anew"
serve_end
