#!/bin/bash
# A declaration that changes: what would lose data waits for its command; after it, records are as the files say.
. "$(dirname "$0")/lib.sh"
fresh_province tests/golden/province
province=tests/golden/province
wells=$WORK/$province/registers/wells.yaml
tinhso load $province
expect_exit "a province loads" 0

sed -i '/rings IS NULL/,+1d; s/^  rings: .*/  rings: {type: string, title: {vi: Số bi, en: Rings}}/' "$wells"
tinhso load $province
expect_exit "a narrower type is refused" 1
expect_contains "with the command that does it" "$err" "--drop wells.rings"
tinhso load $province --drop wells.rings
expect_exit "which does" 0
tinhso query wells --filter "rings = '14'" --fields code --csv
expect_contains "the file is read again, though it is the same" "$out" "G001"
tinhso load $province
expect_contains "and then no more" "$out" "Không có gì thay đổi"
tinhso query wells --at 12 --filter "rings = 14" --fields code --csv
expect_contains "what was known before stays known" "$out" "G001"

sed -i '/^  rings: /d' "$wells"
sed -i '1s/rings,//; 1!s/^\([^,]*,[^,]*,[^,]*,[^,]*,[^,]*,[^,]*,\)[^,]*,/\1/' "$WORK/$province/data/wells.csv"
tinhso load $province --drop wells.rings
expect_exit "a field goes" 0
sed -i 's/^  depth_m:/  rings: {type: boolean, title: {vi: Có bi, en: Has rings}}\n  depth_m:/' "$wells"
tinhso load $province
expect_exit "and comes back as another" 0
tinhso query wells --filter "rings IS NOT NULL" --fields code --csv
expect_not_contains "without what it held" "$out" "G0"
tinhso log verify
expect_exit "the log is whole" 0
