"""What bench/run imports and exports: a register of 25 fields, its rows as CSV and as a workbook, and readers to compare with."""
import csv
import datetime
import sys
import zipfile
from xml.sax.saxutils import escape

REGISTER = "census"
ROWS = 111390

# Behind the fields, rules, indexes and search of the farm households stand nine more, so that every common type is there.
FIELDS = """\
  second_phone: {type: phone, title: {vi: Điện thoại khác, en: Other phone}, privacy: basic-personal}
  income: {type: money, title: {vi: Thu nhập năm, en: Income of the year}, min: 0}
  plots: {type: integer, title: {vi: Số thửa, en: Plots}, min: 0, max: 99}
  harvest_t: {type: number, title: {vi: Sản lượng, en: Harvest}, unit: t, min: 0}
  page: {type: url, title: {vi: Trang giới thiệu, en: Page}}
  note: {type: text, title: {vi: Ghi chú, en: Note}, max_length: 400}
  entered_at: {type: timestamp, title: {vi: Thời điểm nhập, en: Entered at}}
  devices: {type: array, of: string, title: {vi: Thiết bị, en: Devices}}
  water: {type: code, codes: {well: Giếng, stream: Suối, lake: Hồ, network: Nước máy}, title: {vi: Nguồn nước, en: Water}}
"""
NUMBERS = {"birth_year", "area_m2", "income", "plots", "harvest_t"}
DATES = {"surveyed_on", "digitised_on"}
DAY_ZERO = datetime.date(1899, 12, 30).toordinal()


def declaration(households):
    """The register, from the text of the one of the farm households."""
    text = households.replace("register: farm_households", f"register: {REGISTER}", 1)
    return text.replace("\nrules:\n", "\n" + FIELDS + "rules:\n", 1)


def rows(households_csv):
    """Header, then rows: the same on every machine, since the invented households are."""
    with open(households_csv, encoding="utf-8", newline="") as f:
        reader = csv.reader(f)
        header = next(reader)
        header = header[:header.index("platform") + 1]
        yield header + ["second_phone", "income", "plots", "harvest_t", "page", "note", "entered_at", "devices", "water"]
        for i, row in enumerate(reader):
            if i == ROWS:
                return
            yield row[:len(header)] + [
                f"09{i * 7919 % 10**8:08d}" if i % 3 else "", str(i * 1237 % 400000 * 1000), str(1 + i % 9),
                f"{i * 31 % 997 / 10:g}", f"https://example.vn/ho/{i}" if i % 4 == 0 else "",
                f"Đã kiểm tra thực địa lần {i % 5}, thửa số {i % 1013}" if i % 2 else "",
                f"2022-0{1 + i % 6}-{1 + i % 28:02d}T{i % 24:02d}:{i % 60:02d}:00Z",
                ("điện thoại|máy tính", "điện thoại", "")[i % 3], ("well", "stream", "lake", "network")[i % 4]]


def write_csv(path, table):
    with open(path, "w", encoding="utf-8", newline="") as f:
        csv.writer(f, lineterminator="\r\n").writerows(table)


def letters(i):
    return chr(65 + i) if i < 26 else chr(64 + i // 26) + chr(65 + i % 26)


def write_xlsx(path, table):
    """As spreadsheet programs write it: shared strings, dates as days with a style, compressed."""
    table, shared = iter(table), {}
    header = next(table)
    names = [letters(i) for i in range(len(header))]

    def text(ref, value):
        return f'<c r="{ref}" t="s"><v>{shared.setdefault(value, len(shared))}</v></c>'

    def cell(column, ref, value):
        if column in NUMBERS:
            return f'<c r="{ref}"><v>{value}</v></c>'
        if column in DATES:
            return f'<c r="{ref}" s="1"><v>{datetime.date.fromisoformat(value).toordinal() - DAY_ZERO}</v></c>'
        return text(ref, value)

    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as z:
        with z.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'{head}<worksheet xmlns="{main}"><sheetData>'.encode())
            cells = "".join(text(f"{names[i]}1", v) for i, v in enumerate(header))
            sheet.write(f'<row r="1">{cells}</row>'.encode())
            for n, row in enumerate(table, 2):
                cells = "".join(cell(header[i], f"{names[i]}{n}", v) for i, v in enumerate(row) if v)
                sheet.write(f'<row r="{n}">{cells}</row>'.encode())
            sheet.write(b"</sheetData></worksheet>")
        with z.open("xl/sharedStrings.xml", "w") as strings:
            strings.write(f'{head}<sst xmlns="{main}" uniqueCount="{len(shared)}">'.encode())
            strings.writelines(f"<si><t>{escape(value)}</t></si>".encode() for value in shared)
            strings.write(b"</sst>")
        z.writestr("xl/styles.xml", f'{head}<styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/>'
                   '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>')
        z.writestr("xl/workbook.xml", f'{head}<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
                   '<sheet name="Hộ" sheetId="1" r:id="rId1"/></sheets></workbook>')
        z.writestr("xl/_rels/workbook.xml.rels", f'{head}<Relationships xmlns="{package}/relationships">' + "".join(
            f'<Relationship Id="rId{i}" Type="{office}/{kind}" Target="{target}"/>' for i, (kind, target) in enumerate(
                (("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"),
                 ("styles", "styles.xml")), 1)) + "</Relationships>")
        z.writestr("_rels/.rels", f'{head}<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
                   f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>')
        z.writestr("[Content_Types].xml", f'{head}<Types xmlns="{package}/content-types">'
                   '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                   f'<Override PartName="/xl/workbook.xml" ContentType="{types}sheet.main+xml"/>'
                   f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{types}worksheet+xml"/>'
                   f'<Override PartName="/xl/sharedStrings.xml" ContentType="{types}sharedStrings+xml"/>'
                   f'<Override PartName="/xl/styles.xml" ContentType="{types}styles+xml"/></Types>')


# A program of its own, for a fair reference: unpacks and parses, and keeps nothing but a count of the elements.
READ_XML = """
import sys, zipfile, xml.parsers.expat
n = 0
def start(name, attributes):
    global n
    n += 1
with zipfile.ZipFile(sys.argv[1]) as z:
    for name in z.namelist():
        if name.startswith(("xl/worksheets/sheet", "xl/sharedStrings")):
            parser = xml.parsers.expat.ParserCreate()
            parser.StartElementHandler = start
            with z.open(name) as f:
                parser.ParseFile(f)
print(n)
"""

if __name__ == "__main__":  # the households as CSV, what the files are called before .csv and .xlsx
    write_csv(sys.argv[2] + ".csv", rows(sys.argv[1]))
    write_xlsx(sys.argv[2] + ".xlsx", rows(sys.argv[1]))
