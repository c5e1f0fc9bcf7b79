#!/bin/bash
# suite: release
# timeout: 300
# Files that are no honest table: each is refused at once, in two languages, with little memory, and changes nothing. How
# each is told is tested in tests/unit/text/test_sheet.c.
. "$(dirname "$0")/lib.sh"

small_province small
cat >"$WORK/small/registers/things.yaml" <<'END'
register: things
title: {vi: Đồ vật, en: Things}
key: [code]
fields:
  code: {type: string, title: {vi: Mã, en: Code}, required: true}
  name: {type: string, title: {vi: Tên, en: Name}}
data:
  - {file: data/things.csv, source: thử}
END
printf 'code,name\n001,Một\n' >"$WORK/small/data/things.csv"
export TINHSO_DB=$WORK/small.db
tinhso load small
expect_exit "a small register is loaded" 0

run_python <<'END'
import os, struct, zipfile
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
def book(path, sheet=None, strings=None, main=SHEET_TYPE + "sheet.main+xml", more=()):
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{main}"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{SHEET_TYPE}worksheet+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/sharedStrings.xml": strings or f'<sst xmlns="{MAIN}"><si><t>code</t></si><si><t>name</t></si></sst>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for name, text in [*parts.items(), *more]:
            z.writestr(name, text)
        with z.open("xl/worksheets/sheet1.xml", "w") as f:
            for piece in sheet or [good]:
                f.write(piece.encode())
def row(i, a, b):
    return f'<row r="{i}"><c r="A{i}" t="inlineStr"><is><t>{a}</t></is></c><c r="B{i}" t="inlineStr"><is><t>{b}</t></is></c></row>'
head = f'<worksheet xmlns="{MAIN}"><sheetData>' + row(1, "code", "name")
tail = "</sheetData></worksheet>"
good = head + row(2, "002", "Hai") + tail
book("good.xlsx")
book("bomb.xlsx", [head, *[" " * (1 << 20)] * 200, row(2, "002", "Hai"), tail])
book("text-bomb.xlsx", [head, row(2, "002", "x" * (100 << 20)), tail])
book("repeated.xlsx", [f'<worksheet xmlns="{MAIN}"><sheetData><row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>',
    *['<row><c t="s"><v>0</v></c><c t="s"><v>2</v></c></row>'] * 20000, tail],
    strings=f'<sst xmlns="{MAIN}"><si><t>code</t></si><si><t>name</t></si><si><t>{"x" * 1000000}</t></si></sst>')
book("rows-bomb.xlsx", [head, *[row(i, i, "a") for i in range(2, 300000)], '<row r="2000000"/>', tail])
laughs = '<!DOCTYPE l [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(10)) + "]>"
book("laughs.xlsx", strings=f'{laughs}<sst xmlns="{MAIN}"><si><t>&k;</t></si></sst>')
book("entity.xlsx", [f'<!DOCTYPE l [<!ENTITY a SYSTEM "small.db">]>', head, row(2, "002", "&a;"), tail])
book("macro.xlsx", main="application/vnd.ms-excel.sheet.macroEnabled.main+xml", more=[("xl/vbaProject.bin", "x")])
book("macro.xlsm", more=[("xl/vbaProject.bin", "x")])
whole = open("good.xlsx", "rb").read()
open("truncated.xlsx", "wb").write(whole[:len(whole) * 2 // 3])
at = whole.index(b"PK\x01\x02")
open("damaged.xlsx", "wb").write(whole[:at - 40] + bytes(b ^ 0x5A for b in whole[at - 40:at - 10]) + whole[at - 10:])
with open("sparse.xlsx", "wb") as f:
    f.write(whole)
    f.truncate(10 << 30)
with open("sparse.csv", "wb") as f:
    f.write(b"code,name\n")
    f.truncate(10 << 30)
os.symlink("good.xlsx", "link.xlsx")
os.mkfifo("pipe.csv")
os.mkdir("folder.xlsx")
# A compound file of one directory with one stream, as an encrypted workbook is wrapped.
def compound(path, stream):
    def entry(name, kind, child=-1):
        raw = name.encode("utf-16le")
        return raw.ljust(64, b"\0") + struct.pack("<HBBiii16sIQQIQ", len(raw) + 2, kind, 1, -1, -1, child, b"", 0, 0, 0, 0 if kind == 1 else 0xFFFFFFFE, 0)
    header = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16 + struct.pack("<HHHHH6sIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, b"", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)
    header += struct.pack("<I", 0xFFFFFFFF) * 108
    fat = struct.pack("<II", 0xFFFFFFFD, 0xFFFFFFFE) + b"\xff" * 504
    open(path, "wb").write(header + fat + (entry("Root Entry", 5, 1) + entry(stream, 2)).ljust(512, b"\0"))
compound("encrypted.xlsx", "EncryptedPackage")
compound("old.xls", "Workbook")
open("picture.xlsx", "wb").write(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
open("paper.pdf", "wb").write(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n")
open("nothing.xlsx", "wb").close()
with zipfile.ZipFile("letter.docx", "w") as z:
    z.writestr("[Content_Types].xml", "<Types/>")
    z.writestr("word/document.xml", "<document/>")
END
expect_exit "the files are made" 0
[ "$status" -eq 0 ] || echo "# $err"

# state: all that an import could change.
state() {
    run "$TINHSO_BIN" query things --csv --limit 0
    printf '%s\n' "$out"
    run "$TINHSO_BIN" log --json --limit 0
    printf '%s\n' "$out"
}
before=$(state)

# measured ARGS…: as tinhso; $seconds and $mib are the time taken and the largest of both processes' memory.
measured() {
    run python3 -c '
import resource, subprocess, sys, time
start = time.monotonic()
code = subprocess.run(sys.argv[2:], stdin=subprocess.DEVNULL).returncode
with open(sys.argv[1], "w") as f:
    print(int(time.monotonic() - start + 0.5), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, file=f)
sys.exit(code if code >= 0 else 128 - code)' "$WORK/.measured" timeout 60 "$TINHSO_BIN" "$@"
    read -r seconds mib <"$WORK/.measured"
}

# refused FILE VIETNAMESE ENGLISH
refused() {
    local vi en
    measured import things "$1"
    expect_exit "$1 is refused" 1
    expect_true "within 5 s ($seconds)" test "$seconds" -le 5
    expect_true "and 128 MiB ($mib)" test "$mib" -le 128
    vi=$err
    run "$TINHSO_BIN" import things "$1" --lang en
    en=$err
    expect_contains "it says why" "$vi" "$2"
    expect_contains "in English too" "$en" "$3"
    expect_eq "and nothing changed" "$(state)" "$before"
}

refused bomb.xlsx "bung ra quá lớn" "expands too much"
refused text-bomb.xlsx "bung ra quá lớn" "expands too much"
refused repeated.xlsx "bung ra quá lớn" "expands too much"
refused rows-bomb.xlsx 2000000 2000000
refused laughs.xlsx "DTD" "DTD"
refused entity.xlsx "DTD" "DTD"
refused truncated.xlsx "hỏng hoặc bị cắt cụt" "damaged or cut short"
refused damaged.xlsx "hỏng" "damaged"
refused sparse.xlsx "lớn hơn 512 MiB" "larger than 512 MiB"
refused sparse.csv "lớn hơn 512 MiB" "larger than 512 MiB"
refused link.xlsx "không phải là tệp thường" "no regular file"
refused pipe.csv "không phải là tệp thường" "no regular file"
refused folder.xlsx "không phải là tệp thường" "no regular file"
refused macro.xlsx "macro" "macros"
refused macro.xlsm "macro" "macros"
refused encrypted.xlsx "mật khẩu" "password"
refused old.xls "đời cũ" "old Excel"
refused picture.xlsx "không phải là bảng tính" "neither an XLSX workbook nor CSV"
refused paper.pdf "không phải là bảng tính" "neither an XLSX workbook nor CSV"
refused letter.docx "không phải là bảng tính" "neither an XLSX workbook nor CSV"
refused nothing.xlsx "không có nội dung" "is empty"
refused not-there.xlsx "not-there.xlsx" "not-there.xlsx"

tinhso import things good.xlsx --reason "sau các tệp bị từ chối"
expect_exit "an honest workbook beside them goes in" 0
tinhso query things --csv --limit 0
expect_contains "and is there" "$out" "002,Hai"
expect_eq "no file is left behind" "$(find "$WORK" -name '.tinhso-*' -o -name '*.tmp')" ""
