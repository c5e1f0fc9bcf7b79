#!/bin/bash
# timeout: 300
# Workbooks as officials keep them, made here part by part: old fonts, rich text, both date systems, hidden rows, titles and headers over
# several rows, formulas, numbers stored as text. Each goes in through the command, and the records are what was meant.
. "$(dirname "$0")/lib.sh"

mkdir -p "$WORK/small/registers" "$WORK/small/data"
cat >"$WORK/small/province.yaml" <<'END'
province: mau
title: {vi: Tỉnh Mẫu, en: Sample}
END
cat >"$WORK/small/registers/households.yaml" <<'END'
register: households
title: {vi: Hộ dân, en: Households}
key: [code]
fields:
  code: {type: string, title: {vi: Mã hộ, en: Code}, required: true}
  head: {type: string, title: {vi: Họ và tên chủ hộ, en: Head}}
  born_on: {type: date, title: {vi: Ngày sinh, en: Born on}}
  area: {type: number, title: {vi: Diện tích đất, en: Area}}
  people: {type: integer, title: {vi: Số nhân khẩu, en: People}, max: 30}
  note: {type: text, title: {vi: Ghi chú, en: Note}}
data:
  - {file: data/households.csv, source: thử}
END
printf 'code,head\nH0,Có trước\n' >"$WORK/small/data/households.csv"
export TINHSO_DB=$WORK/small.db
tinhso load small
expect_exit "a small register is loaded" 0

run_python <<'END'
import zipfile
from xml.sax.saxutils import escape
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
FONTS = ["Times New Roman", ".VnTime", ".VnTimeH", "VNI-Times", "Calibri"]
# Styles 0 to 4: the fonts; 5: a date in font 0.
XFS = [(0, i) for i in range(len(FONTS))] + [(14, 0)]

def book(path, rows, merges=(), is_1904=False, shared=()):
    cells = "".join(f'<row r="{n}"{" hidden=" + chr(34) + "1" + chr(34) if hidden else ""}>'
                    + "".join(f'<c r="{chr(65 + i)}{n}"{c[0]}>{c[1]}</c>' for i, c in enumerate(row) if c) + "</row>"
                    for n, hidden, row in rows)
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}sheet.main+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr date1904="{int(is_1904)}"/><sheets>'
            '<sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            + "".join(f'<Relationship Id="r{i}" Type="{OFFICE}/{t}" Target="{p}"/>' for i, (t, p) in enumerate(
                (("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml"), ("sharedStrings", "strings.xml")), 1))
            + "</Relationships>",
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><fonts>'
            + "".join(f'<font><sz val="12"/><name val="{f}"/></font>' for f in FONTS) + "</fonts><cellXfs>"
            + "".join(f'<xf numFmtId="{n}" fontId="{f}"/>' for n, f in XFS) + "</cellXfs></styleSheet>",
        "xl/strings.xml": f'<sst xmlns="{MAIN}">' + "".join(f"<si>{s}</si>" for s in shared) + "</sst>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData><mergeCells>'
            + "".join(f'<mergeCell ref="{m}"/>' for m in merges) + "</mergeCells></worksheet>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for name, text in parts.items():
            z.writestr(name, text)

def text(s, style=0):
    return (f' s="{style}" t="inlineStr"', f'<is><t xml:space="preserve">{escape(s)}</t></is>')
def number(x, style=0):
    return (f' s="{style}"', f"<v>{x}</v>")
def run(s, font):
    return f'<r><rPr><rFont val="{font}"/></rPr><t xml:space="preserve">{escape(s)}</t></r>'
def rows(*list, first=1):
    return [(first + i, False, row) for i, row in enumerate(list)]

# TCVN3 throughout; the header in the font that draws capitals.
TCVN3 = ["M· hé", "Hä vµ tªn chñ hé", "Ngµy sinh", "DiÖn tÝch ®Êt", "Sè nh©n khÈu", "Ghi chó"]
SMALL = str.maketrans("MHNDSG", "mhndsg")
book("tcvn3.xlsx", rows([text(t.translate(SMALL), 2) for t in TCVN3],
    [text("T1", 1), text("NguyÔn ThÞ H\u00adêng", 1), text("15/03/1979", 1), number("1.5"), number(4), text("“Tæ 5” – §¾k M©m", 1)],
    [text("T2", 1), text("trÇn v¨n an", 2), number(29000, 5), number(2), number(3), text("Hà Nội, Lê Hà")]))
# A VNI header above Unicode cells, and a TCVN3 one that no font tells.
VNI = ["Maõ hoä", "Hoï vaø teân chuû hoä", "Ngaøy sinh", "Dieän tích ñaát", "Soá nhaân khaåu", "Ghi chuù"]
book("vni.xlsx", rows([text(t, 3) for t in VNI], [text("V1"), text("Lê Hà"), text("01/02/1980"), number(3), number(5), text("Y Bhăm Êban")]))
book("no-font.xlsx", rows([text(t, 4) for t in TCVN3], [text("N1"), text("TrÇn V¨n §øc", 4), text("01/02/1980"), number(3), number(5), None],
    [text("N2"), text("NguyÔn ThÞ H\u00adêng", 4), None, None, None, None]))
# Rich text: an old font for a part of the cell only, in shared strings and within the cell, header included.
book("rich.xlsx", rows([text("Mã hộ"), (' s="0" t="s"', "<v>0</v>"), text("Ghi chú")],
    [text("R1"), (' s="0" t="s"', "<v>1</v>"), text("x")],
    [text("R2"), (' s="1" t="inlineStr"', "<is>" + run("Điểu ", "Times New Roman") + "<r><t>Hµ</t></r></is>"), text("y")],
    [text("R3"), (' s="1" t="s"', "<v>2</v>"), text("z")]),
    shared=[run("Hä vµ tªn ", ".VnTime") + run("chủ hộ", "Arial"), run("§ç ThÞ ", ".VnTime") + run("Lê Hà", "Arial"),
            run("Hà Lê", "Arial")])
# Title rows merged, two header rows, the parents merged sideways and the others downwards, columns numbered.
book("titles.xlsx", [
    (1, False, [text("UBND XÃ ĐẮK HA")]),
    (2, False, [text("DANH SÁCH HỘ DÂN NĂM 2022")]),
    (4, False, [text("STT"), text("Họ và tên"), text("Ngày sinh"), text("Mã hộ"), text("Diện tích"), None, text("Số")]),
    (5, False, [None, text("chủ hộ"), None, None, text("đất"), text("rừng"), text("nhân khẩu")]),
    (6, False, [text(f"({i})") for i in range(1, 8)]),
    (7, False, [number(1), text("Đinh Văn Ba"), text("05/09/1961"), text("M1"), number(7), number(8), number(2)]),
    (8, True, [number(2), text("Thị Mai"), text("06/09/1962"), text("M2"), None, None, number(3)]),
    (9, True, [number(3), text("Điểu Lên"), text("07/09/1963"), text("M3"), None, None, number(4)])],
    merges=["A1:G1", "A2:G2", "A4:A5", "C4:C5", "D4:D5", "E4:F4"])
# The 1904 system; formulas with their last values; numbers and dates as text.
book("days-1904.xlsx", rows([text("Mã hộ"), text("Ngày sinh")], [text("D1"), number(43280, 5)], [text("D2"), number(0, 5)]), is_1904=True)
book("days-1900.xlsx", rows([text("Mã hộ"), text("Ngày sinh")], [text("D3"), number(43280, 5)], [text("D4"), number("32874.0", 5)]))
book("formulas.xlsx", rows([text("Mã hộ"), text("Họ và tên chủ hộ"), text("Ngày sinh"), text("Diện tích đất"), text("Số nhân khẩu")],
    [text("F1"), (' t="str"', "<f>B9&amp;C9</f><v>Hoàng Thị Lan</v>"), (' s="5"', "<f>TODAY()</f><v>29000</v>"), ("", "<f>1/4</f><v>0.25</v>"),
     ("", "<f>SUM(A1)</f><v>6</v>")],
    [text("007"), text("Lý A Páo"), text("20/11/1985"), text("1.234,5"), text("12")]))
# One cell is wrong: the report of a TCVN3 workbook, which has no fonts, must go in when that cell is corrected.
book("wrong.xlsx", rows([text(t, 1) for t in TCVN3],
    [text("W1", 1), text("Vò ThÞ Hång", 1), text("15/03/1979", 1), number("1.5"), number(4), text("Bµ lµ chñ hé", 1)],
    [text("W2", 1), text("Hµ V¨n Lª", 1), text("31/02/1980", 1), number(2), number(3), text("Tæ 3", 1)]))
END
expect_exit "the workbooks are made" 0
[ "$status" -eq 0 ] || echo "# $err"

# row CODE: the record as CSV, behind its code.
row() {
    tinhso query households --id "$1" --csv
    out=$(printf '%s\n' "$out" | tr -d '\r' | tail -n +2)
}

tinhso import households tcvn3.xlsx
expect_exit "a workbook in .VnTime goes in" 0
expect_contains "its header is found, and the repair told" "$out" "tiêu đề viết theo bảng mã tcvn3, đã đọc lại"
expect_contains "as that of the cells" "$out" "bảng mã tcvn3 theo phông chữ"
expect_contains "from old to new" "$out" "→ Nguyễn Thị Hường"
row T1
expect_eq "letter by letter, quotes and dashes too" "$out" "T1,Nguyễn Thị Hường,1979-03-15,1.5,4,“Tổ 5” – Đắk Mâm"
row T2
expect_eq "the font of capitals draws capitals, and text in another font is right already" "$out" \
    'T2,TRẦN VĂN AN,1979-05-25,2,3,"Hà Nội, Lê Hà"'

tinhso import households vni.xlsx --lang en
expect_exit "a header in a VNI font goes in" 0
expect_contains "and is told in English too" "$out" "the header was written in vni, and read again"
row V1
expect_eq "above cells that are Unicode" "$out" "V1,Lê Hà,1980-02-01,3,5,Y Bhăm Êban"
tinhso import households no-font.xlsx
expect_exit "a TCVN3 header in a common font is found out by its words" 0
row N2
expect_contains "with the cells" "$out" "N2,Nguyễn Thị Hường"

tinhso import households rich.xlsx
expect_exit "rich text goes in" 0
row R1
expect_eq "each piece is read by its own font" "$out" "R1,Đỗ Thị Lê Hà,,,,x"
row R2
expect_eq "or by that of the cell" "$out" "R2,Điểu Hà,,,,y"
row R3
expect_eq "a font of the whole text comes before the cell's" "$out" "R3,Hà Lê,,,,z"

tinhso import households titles.xlsx
expect_exit "titles and a header of two rows above the table are no hindrance" 0
expect_contains "the header is told" "$out" "tiêu đề ở các hàng 4–5"
expect_contains "hidden rows are announced" "$out" "2 hàng ẩn cũng được nhập"
row M1
expect_eq "parents and children of the header are joined" "$out" "M1,Đinh Văn Ba,1961-09-05,7,2,"
row M3
expect_eq "a hidden row is there" "$out" "M3,Điểu Lên,1963-09-07,,4,"
tinhso query households --filter "code LIKE '(%' OR code LIKE 'M%'" --count --json
expect_contains "the numbering of the columns is no record" "$out" '"count":3'

tinhso import households days-1904.xlsx
expect_exit "days of the 1904 system go in" 0
row D1
expect_eq "counted from 1904" "$out" "D1,,2022-06-30,,,"
row D2
expect_eq "day 0 too" "$out" "D2,,1904-01-01,,,"
tinhso import households days-1900.xlsx
row D3
expect_eq "the same number is another day in the 1900 system" "$out" "D3,,2018-06-29,,,"
row D4
expect_eq "written with a point too" "$out" "D4,,1990-01-01,,,"

tinhso import households formulas.xlsx
expect_exit "formulas go in by their last values" 0
expect_contains "which is told" "$out" "ô là công thức"
row F1
expect_eq "text, day, fraction and whole number" "$out" "F1,Hoàng Thị Lan,1979-05-25,0.25,6,"
row 007
expect_eq "numbers stored as text are numbers, codes keep their zeros" "$out" "007,Lý A Páo,1985-11-20,1234.5,12,"

tinhso import households wrong.xlsx --report report.xlsx
expect_exit "one wrong cell keeps a TCVN3 workbook out" 1
run_python <<'END'
import zipfile
source = zipfile.ZipFile("report.xlsx")
with zipfile.ZipFile("corrected.xlsx", "w", zipfile.ZIP_DEFLATED) as target:
    for name in source.namelist():
        data = source.read(name)
        if name == "xl/worksheets/sheet1.xml":
            assert data.count(b"31/02/1980") == 1
            data = data.replace(b"31/02/1980", b"28/02/1980")
        target.writestr(name, data)
END
expect_exit "it is corrected in the report" 0
tinhso import households corrected.xlsx
expect_exit "which goes in, without the fonts of the file" 0
row W1
expect_eq "with all its letters" "$out" "W1,Vũ Thị Hồng,1979-03-15,1.5,4,Bà là chủ hộ"
row W2
expect_eq "and the correction" "$out" "W2,Hà Văn Lê,1980-02-28,2,3,Tổ 3"
