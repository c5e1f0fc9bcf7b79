#!/bin/bash
# Export: every format is read back by a program that is not ours (Python's csv and zipfile, GDAL), and says what was there.
# timeout: 300
. "$(dirname "$0")/lib.sh"

# ---- a province with a map

small_province map
cat >"$WORK/map/registers/wells.yaml" <<'END'
register: wells
title: {vi: Giếng khoan, en: Wells}
source: Khảo sát thử
purpose: Thử xuất
legal_basis: Dữ liệu bịa
key: [code]
fields:
  code: {type: string, title: {vi: Mã, en: Code}, required: true}
  name: {type: string, title: {vi: Tên, en: Name}}
  kind: {type: code, title: {vi: Loại, en: Kind}, codes: {a: {vi: Khoan, en: Drilled}, b: {vi: Đào, en: Dug}}}
  depth: {type: number, title: {vi: Độ sâu, en: Depth}}
  cost: {type: money, title: {vi: Chi phí, en: Cost}}
  dug_on: {type: date, title: {vi: Ngày đào, en: Dug on}}
  works: {type: boolean, title: {vi: Còn dùng, en: Works}}
  phone: {type: phone, title: {vi: Điện thoại, en: Phone}}
  owner: {type: string, title: {vi: Chủ giếng, en: Owner}, privacy: basic-personal}
  illness: {type: string, title: {vi: Bệnh, en: Illness}, privacy: sensitive}
  place: {type: geometry, title: {vi: Nơi, en: Place}, kind: point}
data:
  - {file: data/wells.csv, source: thử}
END
cat >"$WORK/map/data/wells.csv" <<'END'
code,name,kind,depth,cost,dug_on,works,phone,owner,illness,place
001,Giếng Đá Đỏ,a,12.5,1500000,2019-03-05,true,0912345678,Người Một,ho,POINT(107.69 12)
002,=1+1,b,0.30000000000000004,-5,1899-12-31,false,,"Người, Hai",,POINT(107.7 12.1)
003,"Giếng ""ba""",,,,,,,,,
END
export TINHSO_DB=$WORK/map.db
tinhso load map
expect_exit "a province with a map is loaded" 0

# ---- CSV

tinhso export wells out.csv
expect_exit "CSV is written" 0
expect_contains "what is personal is named" "$out" "Chủ giếng, Bệnh"
run_python <<'END'
import csv
data = open("out.csv", "rb").read()
assert data.startswith(b"\xef\xbb\xbf"), "byte order mark"
assert data.count(b"\n") == data.count(b"\r\n"), "CRLF"
rows = list(csv.reader(open("out.csv", encoding="utf-8-sig", newline="")))
assert rows[0] == ["Mã", "Tên", "Loại", "Độ sâu", "Chi phí", "Ngày đào", "Còn dùng", "Điện thoại", "Nơi"], rows[0]
assert rows[1] == ["001", "Giếng Đá Đỏ", "a", "12.5", "1500000", "2019-03-05", "true", "+84912345678", "POINT(107.69 12)"], rows[1]
assert rows[2][:5] == ["002", "'=1+1", "b", "0.30000000000000004", "-5"], rows[2]
assert rows[3] == ["003", 'Giếng "ba"'] + [""] * 7, rows[3]
assert len(rows) == 4
END
expect_exit "Python's csv reads the same" 0
tinhso export wells out.csv --reveal "kiểm tra" --lang en
expect_contains "with a reason the owner is there, not the illness" "$(cat "$WORK/out.csv")" "Người Một"
expect_not_contains "sensitive fields need their own word" "$(cat "$WORK/out.csv")" "Illness"
tinhso export wells out.csv --reveal "kiểm tra" --reveal-sensitive --ids
expect_contains "which shows them" "$(cat "$WORK/out.csv")" "owner,illness"
expect_eq "a file with personal data is its owner's alone" "$(stat -c %a "$WORK/out.csv")" 600
tinhso export wells out.csv --reveal " "
expect_exit "an empty reason is none" 2
tinhso export wells out.csv --reveal-sensitive
expect_exit "sensitive without a reason is wrong usage" 2
tinhso export wells out.csv --fields code,owner
expect_exit "a personal field asked for is refused" 1
expect_contains "with the remedy" "$err" "--reveal"
tinhso export wells out.csv --filter "kind = 'b'" --fields code,depth --json
expect_contains "the answer in JSON counts" "$out" '"records":1'
expect_eq "the filter and the fields choose" "$(tail -n 1 "$WORK/out.csv")" $'002,0.30000000000000004\r'

# ---- XLSX

tinhso export wells out.xlsx --reveal "kiểm tra"
expect_exit "XLSX is written" 0
run_python <<'END'
import re, zipfile
from xml.etree import ElementTree as ET
z = zipfile.ZipFile("out.xlsx")
assert z.testzip() is None
n = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
def sheet(i):
    cells = {}
    for c in ET.fromstring(z.read(f"xl/worksheets/sheet{i}.xml")).iter(n + "c"):
        text = "".join(t.text or "" for t in c.iter(n + "t"))
        v = c.find(n + "v")
        cells[c.get("r")] = ("text", text) if c.get("t") == "inlineStr" else ("number", v.text if v is not None else None)
        assert c.find(n + "f") is None, "no formulas"
    return cells
names = re.findall(r'<sheet name="([^"]+)"', z.read("xl/workbook.xml").decode())
assert names[:2] == ["Giếng khoan", "Nguồn"], names
d, s = sheet(1), {v[1] for v in sheet(2).values()}
assert d["A1"] == ("text", "Mã") and d["A2"] == ("text", "001"), d
assert d["B3"] == ("text", "=1+1") and d["C2"] == ("text", "Khoan")
assert d["D2"] == ("number", "12.5") and d["D3"] == ("text", "0.30000000000000004")
assert d["F2"] == ("number", "43529") and d["F3"] == ("text", "31/12/1899"), (d["F2"], d["F3"])
assert d["G2"] == ("text", "có") and d["H2"] == ("text", "+84912345678") and "H3" not in d
xml = z.read("xl/worksheets/sheet1.xml").decode()
assert 'state="frozen"' in xml and '"Khoan,Đào"' in xml and '"có,không"' in xml
assert "Khảo sát thử" in s and "kiểm tra" in s and "Bệnh" in s and "không: toàn bộ" in s, s
assert any(t.startswith("“tinhso log verify”") for t in s) and any("(tinhso/map, 2)" in t for t in s), s
END
expect_exit "Python finds typed cells, drop-downs, a frozen header, the sources" 0
expect_eq "and Python says no word" "$err" ""

# ---- maps and OpenDocument, read by GDAL

if ! command -v ogr2ogr >/dev/null; then
    skip "geographic formats" "ogr2ogr (package gdal-bin) is not installed"
    exit 0
fi
plain='POINT (107.69 12),001,Giếng Đá Đỏ,a,12.5,1500000,2019/03/05,1,+84912345678'
for ending in geojson gpkg gml shp.zip; do
    tinhso export wells "out.$ending"
    if [ "$status" -ne 0 ] && [[ $err == *Landlock* ]]; then
        skip "geographic formats" "this kernel has no Landlock"
        exit 0
    fi
    expect_exit "$ending is written" 0
    file=out.$ending
    [ "$ending" != shp.zip ] || file=/vsizip/out.shp.zip
    run ogr2ogr -f CSV /vsistdout/ "$file" -lco GEOMETRY=AS_WKT -dialect OGRSQL \
        -sql "SELECT code, name, kind, depth, cost, dug_on, works, phone FROM wells"
    row=$(grep '001' <<<"$out" | tr -d '\r"' | sed -E 's/12\.0\)/12)/; s/12\.50*,/12.5,/')
    expect_eq "GDAL reads the same from $ending" "$row" "$plain"
    expect_eq "and all records" "$(grep -c '^"*POINT\|^"*,' <<<"$out")" 3
    expect_not_contains "without what is personal" "$(ogrinfo -al "$WORK/out.$ending" 2>/dev/null)" "Người"
done
run python3 -c '
import json
d = json.load(open("out.geojson"))
assert d["type"] == "FeatureCollection" and d["numberReturned"] == 3 and d["leftOut"] == ["owner", "illness"]
assert d["features"][0]["id"] == "001" and d["features"][2]["geometry"] is None and "crs" not in d
'
expect_exit "the GeoJSON is JSON with its source" 0

# VN-2000, zone of Đắk Nông (EPSG:9216): the point computed by GDAL on its own.
for crs in 9205 9216 9218 5896 5899 3405 3406; do
    tinhso export wells out.gpkg --crs "EPSG:$crs"
    expect_exit "VN-2000 EPSG:$crs is written" 0
    got=$(cd "$WORK" && ogr2ogr -f CSV /vsistdout/ out.gpkg -lco GEOMETRY=AS_XY -sql "SELECT * FROM wells WHERE code = '001'" |
        awk -F, 'NR == 2 {printf "%.2f %.2f", $1, $2}')
    want=$(gdaltransform -s_srs OGC:CRS84 -t_srs "EPSG:$crs" -output_xy <<<"107.69 12" | awk '{printf "%.2f %.2f", $1, $2}')
    expect_eq "as GDAL computes it" "$got" "$want"
done
tinhso export wells out.gpkg --crs EPSG:1
expect_exit "no such system is refused" 1
tinhso export wells out.geojson --crs EPSG:9216
expect_exit "GeoJSON has one system only" 1

tinhso export wells out.ods
expect_exit "ODS is written" 0
run ogr2ogr -f CSV /vsistdout/ out.ods
expect_contains "GDAL reads the titles" "$out" "Mã,Tên,Loại,Độ sâu,Chi phí,Ngày đào,Còn dùng,Điện thoại,Nơi"
expect_contains "zeros, words of codes, numbers, dates" "$(tr -d '"' <<<"$out")" "001,Giếng Đá Đỏ,Khoan,12.5,1500000,2019/03/05,có,+84912345678,POINT(107.69 12)"
expect_contains "and no formula is made" "$out" "=1+1"
expect_eq "nothing is left behind" "$(find "$WORK" -name '.tinhso-*' -o -name '*.tmp')" ""

# ---- registers without a map, and records that are invented

unset TINHSO_DB
loaded_province
tinhso export units out.gpkg
expect_exit "a register without geometry makes no map" 1
expect_contains "the formats that work are named" "$err" "csv, xlsx, ods"
tinhso export units out.doc
expect_exit "an unknown format is refused" 1
tinhso export units no-such-folder/out.csv
expect_exit "a folder that is not there is refused" 1
tinhso export farm_households out.csv --filter "unit = '24637'" --json
expect_contains "personal fields are named in JSON too" "$out" '"leftOut":["head","sex","birth_year","personal_id","phone"]'
expect_contains "invented records have their column" "$(head -n 1 "$WORK/out.csv")" "Dữ liệu mẫu"
tinhso query farm_households --filter "unit = '24637'" --count --json
count=$(sed -E 's/.*"count":([0-9]+).*/\1/' <<<"$out")
expect_eq "as many rows as records" "$(($(wc -l <"$WORK/out.csv") - 1))" "$count"
expect_eq "each marked" "$(grep -c $',true\r$' "$WORK/out.csv")" "$count"
