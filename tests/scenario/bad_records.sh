#!/bin/bash
# Records that are wrong: all faults of a file together, each with its place and remedy, and nothing of the file in the database.
. "$(dirname "$0")/lib.sh"
fresh_province tests/golden/province
province=tests/golden/province
wells=$WORK/$province/data/wells.csv
cp "$wells" "$WORK/good.csv"

sed -i '2s/,11,/,99,/; 4s/2015-02-02/2015-02-30/; 5s/^G004/G003/' "$wells"
tinhso load $province
expect_exit "a file with faults is refused" 1
expect_contains "a day that does not exist" "$err" "data/wells.csv:4: dug_on: Không có ngày “2015-02-30”"
expect_contains "and a unit that does not, of another row" "$err" "data/wells.csv:2: area: “99” không có trong sổ “areas”"
tinhso query wells --csv
expect_not_contains "nothing of the file is loaded" "$out" "G0"
cp "$WORK/good.csv" "$wells"
sed -i '3s/^G002/G001/' "$wells"
tinhso load $province
expect_contains "a key that stands twice" "$err" "data/wells.csv:3: Khóa “G001”"

# A unit as it was on the record's day: the golden province merges two of its parishes.
cp "$WORK/good.csv" "$wells"
tinhso load $province
expect_exit "the corrected file loads" 0
tinhso query areas --filter "valid_to IS NOT NULL" --fields code,valid_to --csv
ended=$(tail -n 1 <<<"$out" | tr -d '\r')
printf 'G013,Giếng Muộn,dug,%s,%s,5,,,true,,,,,,,,,,,\n' "${ended%%,*}" "${ended##*,}" >>"$wells"
tinhso load $province
expect_exit "a record of the day its unit ended is refused" 1
expect_contains "by its line" "$err" "data/wells.csv:14: area: Đơn vị “${ended%%,*}”"
expect_contains "with the successor" "$err" "Đơn vị kế tục: 1"
day=$(date -d "${ended##*,} - 1 day" +%F)
sed -i "14s/${ended##*,}/$day/" "$wells"
tinhso load $province
expect_exit "one of the day before is taken" 0
tinhso log verify
expect_exit "the log is whole" 0
