#!/bin/bash
# Whoever edits the database with other tools is found, and what he altered is named: revision, register, record.
. "$(dirname "$0")/lib.sh"
fresh_province tests/golden/province
province=tests/golden/province

# A history of 14 revisions: the first load, two changed rows of wells, each in a load of its own.
tinhso load $province
sed -i 's/^G001,Giếng Đình,/G001,Giếng Đình Cả,/' "$WORK/$province/data/wells.csv"
tinhso load $province
sed -i 's/^G001,Giếng Đình Cả,/G001,Giếng Đình Hạ,/' "$WORK/$province/data/wells.csv"
tinhso load $province
expect_exit "a register is changed twice" 0
cp -R "$WORK/var" "$WORK/good"
tinhso log --json
expect_eq "and has 14 revisions" "$(grep -c '"rev":' <<<"$out")" 14
tinhso log verify
expect_exit "nobody touched it: it is whole" 0
rev=$(sqlite3 "$WORK/var/vi-du.db" "SELECT _rev FROM r_wells WHERE _id = 'G002'")

# tampered NAME SQL PIECE…: after the SQL, log verify refuses, and its first line holds every piece.
tampered() {
    local name=$1 sql=$2 first piece
    shift 2
    rm -rf "${WORK:?}/var"
    cp -R "$WORK/good" "$WORK/var"
    if ! sqlite3 "$WORK/var/vi-du.db" "$sql" >"$WORK/.sql" 2>&1; then
        not_ok "$name" "$(cat "$WORK/.sql")"
        return
    fi
    tinhso log verify --lang en
    expect_exit "$name: refused" 1
    first=$(head -n 1 <<<"$err")
    for piece in "$@"; do
        expect_contains "$name: $piece is named first" "$first" "$piece"
    done
}

tampered "a changed field" "UPDATE r_wells SET depth_m = 46 WHERE _id = 'G002'" \
    "Revision $rev" "“wells”" "“G002”"
expect_contains "its page is named, too" "$err" "(r_wells)"
tinhso query wells --id G002
expect_exit "a reader gets no answer from that page" 1
tampered "a changed id" "UPDATE r_wells SET _id = 'G999' WHERE _id = 'G002'" "Revision $rev" "“wells”" "“G999”"
tampered "a hidden personal value" "UPDATE r_meters SET holder = 'Người Khác' WHERE _id = 'DH0001'" "“meters”" "“DH0001”"
tampered "a sample passed off as real" "UPDATE r_meters SET _sample = 0 WHERE _id = 'DH0002'" "“meters”" "“DH0002”"
tampered "a deleted row" "DELETE FROM r_wells WHERE _id = 'G002'" "Revision $rev" "“wells”" "record number 1"
tampered "a deleted version of a record that has others" "DELETE FROM r_wells WHERE _id = 'G001' AND _rev = 13" \
    "Revision 13" "“wells”" "“G001”"
tampered "an added row" "INSERT INTO r_wells(_id, _rev, _ord, _removed, _sample, _salt, code) VALUES('G013', 14, 1, 0, 0, zeroblob(16), 'G013')" \
    "Revision 14" "“wells”" "“G013”"
tampered "swapped revisions" "UPDATE revision SET rev = -rev WHERE rev IN (13, 14); UPDATE revision SET rev = 27 + rev WHERE rev < 0" \
    "Revision 13"
tampered "swapped versions" "UPDATE r_wells SET _rev = -_rev WHERE _id = 'G001' AND _rev >= 13; UPDATE r_wells SET _rev = 27 + _rev WHERE _rev < 0" \
    "Revision 13" "“wells”" "“G001”"
tampered "an edited history" "UPDATE r_wells SET _until = 14 WHERE _id = 'G001' AND _rev = $rev" \
    "Revision $rev" "“wells”" "“G001”"
tampered "a record brought back" "UPDATE r_wells SET _until = NULL WHERE _id = 'G001' AND _rev = 13" \
    "Revision 13" "“wells”" "“G001”"
tampered "an edited old version" "UPDATE r_wells SET name = 'Giếng Lạ' WHERE _id = 'G001' AND _rev = $rev" \
    "Revision $rev" "“wells”" "“G001”"
tampered "an edited entry" "UPDATE revision SET entry = replace(entry, 'tinhso load', 'someone') WHERE rev = 5" "Revision 5"
tampered "an edited date" "UPDATE revision SET time = '2020-01-01T00:00:00.000Z' WHERE rev = 5" "Revision 5" "time"
tampered "an edited declaration" "UPDATE r_declarations SET text = replace(text, 'Chủ hộ', 'Chủ') WHERE _id = 'registers/meters.yaml'" \
    "Revision 1," "“declarations”" "“registers/meters.yaml”"
tampered "a deleted revision" "DELETE FROM revision WHERE rev = 6" "Revision 6"
tampered "a removed last revision" "DELETE FROM r_wells WHERE _rev = 14; UPDATE r_wells SET _until = NULL WHERE _until = 14;
    DELETE FROM revision WHERE rev = 14; DELETE FROM log_tile WHERE tree = 14;
    UPDATE log_tile SET hashes = substr(hashes, 1, 13 * 32) WHERE tree = 0" "Revisions from 14"
tinhso query wells
expect_exit "such a database is refused at start" 1
tinhso load $province
expect_exit "for writers, too" 1

# A forged log needs a signature.
rm -rf "${WORK:?}/var"
cp -R "$WORK/good" "$WORK/var"
sed -i '2s/14/15/' "$WORK/var/vi-du.checkpoint"
tinhso log verify --lang en
expect_exit "an edited checkpoint is refused" 1
expect_contains "and named" "$err" "signed checkpoint"
tinhso query wells
expect_exit "at start, too" 1

# ---- proofs
rm -rf "${WORK:?}/var"
cp -R "$WORK/good" "$WORK/var"
tinhso log prove wells G001 --out proof.json
expect_exit "a record is proven" 0
expect_not_contains "without its neighbours" "$(cat "$WORK/proof.json")" "G002"
rm -rf "${WORK:?}/var"
tinhso log check-proof proof.json --key "$(cat "$WORK/good/vi-du.pub")"
expect_exit "the proof is accepted without the database" 0
expect_contains "and shows the record" "$out" "Giếng Đình Hạ"
sed 's/Đình Hạ/Đình Cả/' "$WORK/proof.json" >"$WORK/forged.json"
tinhso log check-proof forged.json
expect_exit "a forged one is refused" 1
tinhso log check-proof proof.json --key "tinhso/x+3c0f4a4e+AQ8tA8v5TzqVqBhXQqg0R1YlYtXyv0FJtOXwMZkFJ5lF"
expect_exit "another key is refused" 1
