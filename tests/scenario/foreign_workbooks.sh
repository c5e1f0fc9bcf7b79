#!/bin/bash
# suite: release
# timeout: 300
# The same table of farm households written by three writers (ours, LibreOffice, SheetJS) and as CSV: each goes into the
# province's register with the same result.
. "$(dirname "$0")/lib.sh"

loaded_province
mv "$WORK/var" "$WORK/before"
fresh() {
    rm -rf "${WORK:?}/var"
    cp -R "$WORK/before" "$WORK/var"
}

# ---- the table: two hundred households of a commune, every seventh changed, some new

fresh
tinhso export farm_households there.csv --filter "unit = '24637'" --reveal "ba chương trình" --ids
expect_exit "households of a commune are exported" 0
run_python <<'END'
import csv
rows = list(csv.DictReader(open("there.csv", encoding="utf-8-sig", newline="")))[:200]
assert len(rows) == 200
names = [n for n in rows[0] if n in ("code", "head", "sex", "birth_year", "personal_id", "phone", "village", "unit",
    "main_crop", "area_m2", "has_smartphone", "surveyed_on", "digitised", "digitised_on", "has_account", "platform")]
assert len(names) == 16, list(rows[0])
for i, r in enumerate(rows):
    if i % 7 == 0:
        r["area_m2"] = f"{1000 + i}.5"
for i in range(20):
    rows.append(dict(rows[i], code=f"HN{990000 + i}", head=f"Đỗ Thị Ưng {i}, 'Út' & \"Bé\"", sex="", birth_year="", personal_id="",
                     phone="0912345678", area_m2="0.1" if i % 2 else "1234567.25"[2:], surveyed_on="2021-08-01"))
with open("table.csv", "w", encoding="utf-8", newline="") as f:
    w = csv.DictWriter(f, names, extrasaction="ignore")
    w.writeheader()
    w.writerows(rows)
END
expect_exit "and a table of changes and new ones made of them" 0

everything() {
    tinhso query farm_households --filter "unit = '24637' OR code LIKE 'HN99%'" --json --limit 0
    printf '%s\n' "$out" | sed -E 's/"(revision|rev|at|root|time|recorded_at|hash)":("[^"]*"|[0-9]+),?//g'
}

# taken NAME FILE: goes into the province as it was before; $counts and $result are what came of it.
taken() {
    fresh
    tinhso import farm_households "$2" --reason "ba chương trình" --json
    expect_exit "$1 is taken" 0
    [ "$status" -eq 0 ] || not_ok "$1: why" "$out" "$err"
    counts=$(grep -oE '"(rows|added|changed|same|refused)":[0-9]+' <<<"$out" | tr '\n' ' ')
    result=$(everything)
}

# alike NAME FILE: taken, with the result of CSV; and the same file again changes nothing.
alike() {
    taken "$1" "$2"
    expect_eq "$1 counts as CSV does" "$counts" "$wanted_counts"
    printf '%s' "$wanted" >"$WORK/wanted.json"
    printf '%s' "$result" >"$WORK/result.json"
    expect_true "$1 makes the same records" diff <(tr '{' '\n' <"$WORK/wanted.json") <(tr '{' '\n' <"$WORK/result.json")
    tinhso import farm_households "$2" --reason "lần nữa" --json
    expect_contains "$1 again changes nothing" "$out" '"added":0,"changed":0'
}

taken "CSV" table.csv
wanted=$result wanted_counts=$counts
expect_contains "there are new ones" "$counts" '"added":20 '
expect_contains "and changed ones" "$counts" '"changed":29 '
expect_contains "in the answer too" "$wanted" "HN990019"

# ---- ours

tinhso export farm_households ours.xlsx --filter "unit = '24637'" --reveal "ba chương trình"
expect_exit "our workbook is written" 0
fresh
tinhso import farm_households ours.xlsx --reason "ba chương trình" --json
expect_contains "the whole commune: as many new ones" "$out" '"added":20'
expect_contains "as many changed ones" "$out" '"changed":29'
result=$(everything)
expect_true "our workbook makes the same records" test "$result" = "$wanted"

# ---- LibreOffice

# through OUT INPUT [FILTER]: LibreOffice without its window writes saved/OUT.xlsx.
through() {
    run timeout 120 soffice "-env:UserInstallation=file://$WORK/profile" --headless ${3:+"--infilter=$3"} \
        --convert-to xlsx --outdir saved "$2"
    [ -s "$WORK/saved/$1.xlsx" ] || not_ok "LibreOffice writes $1.xlsx" "$out" "$err"
}

if command -v soffice >/dev/null; then
    # 44: comma, 34: quote, 76: UTF-8; each column as it is typed, but codes and telephones as text (2).
    through table table.csv "CSV:44,34,76,1,1/2/5/2/6/2"
    alike "LibreOffice's workbook of the CSV" saved/table.xlsx
    mv "$WORK/saved/table.xlsx" "$WORK/again.xlsx"
    through again again.xlsx
    alike "the same saved once more" saved/again.xlsx
else
    skip "a workbook of LibreOffice" "soffice (package libreoffice-calc) is not installed"
fi

# ---- SheetJS

npm_modules
if [ -z "$modules" ]; then
    skip "a workbook of SheetJS" "$why"
    exit 0
fi
cat >"$WORK/write.cjs" <<'END'
const X = require(process.argv[2] + "/node_modules/xlsx"), fs = require("fs");
const rows = X.utils.sheet_to_json(X.read(fs.readFileSync("table.csv", "utf8"), {type: "string", raw: true}).Sheets.Sheet1,
                                   {header: 1, raw: true, defval: null});
const numbers = ["birth_year", "area_m2"], dates = ["surveyed_on", "digitised_on"];
const truths = ["has_smartphone", "digitised", "has_account"];
const typed = rows.map((row, i) => row.map((v, j) => {
    const name = rows[0][j];
    if (i === 0 || v === null || v === "") return v === "" ? null : v;
    if (numbers.includes(name)) return Number(v);
    if (dates.includes(name)) return {t: "n", v: Date.parse(v) / 86400000 + 25569, z: "dd/mm/yyyy"};
    if (truths.includes(name)) return v === "true";
    return v;
}));
for (const [name, options] of [["shared", {bookSST: true}], ["inline", {bookSST: false, compression: true}]]) {
    const book = X.utils.book_new();
    X.utils.book_append_sheet(book, X.utils.aoa_to_sheet(typed), "Hộ");
    X.writeFile(book, name + ".xlsx", options);
}
END
run node "$WORK/write.cjs" "$modules"
expect_exit "SheetJS writes two workbooks" 0
[ "$status" -eq 0 ] || echo "$err" | head -5 | sed 's/^/# /'
alike "SheetJS's workbook with shared strings" shared.xlsx
alike "SheetJS's workbook without them" inline.xlsx
