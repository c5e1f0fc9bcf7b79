#!/bin/bash
# While somebody looks at what would come of a large file, others write: the dry run holds nobody up, and leaves nothing behind.
# timeout: 300
. "$(dirname "$0")/lib.sh"

cp -r "$SOURCE/tests/scenario/rights/province" "$WORK/province"
sed -i 's/may: \[read, create, update, delete, export\]/may: [read, create, update, delete, import, export]/' "$WORK/province/roles/chief.yaml"
tinhso load province
expect_exit "the province loads" 0
for name in reader writer; do
    tinhso user add $name --full-name $name --role chief --lang en
    grep -oE '/welcome/[0-9a-f]+' <<<"$out" >>"$WORK/links"
done
python3 - >"$WORK/large.csv" <<'END'
print("code,home,state,name")
for i in range(150000):
    print(f"B{i},{11 + i % 2},open,Trần Văn {i}")
END

serve --lang en
run python3 "$SOURCE/tests/scenario/import_beside.py" "$address" "$WORK"
retell "$WORK/.out"
expect_exit "the checks went to their end" 0
[ "$status" -eq 0 ] || printf '%s\n' "# ${err//$'\n'/$'\n'# }"
expect_eq "no copy is left beside the database" "$(find "$WORK/var" -mindepth 1 -maxdepth 1 -type d -not -name '*.uploads')" ""
tinhso import people large.csv --dry-run --lang en
expect_exit "the command tries it beside the server, too" 0
expect_contains "and tells what would come of it" "$out" "150,000"
serve_end
tinhso log verify
expect_exit "the log verifies" 0
