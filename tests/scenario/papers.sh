#!/bin/bash
# Papers: from Markdown with a head to HTML and PDF, and what is wrong in one is told with its line. Signatures, judged by others too.
# timeout: 300
. "$(dirname "$0")/lib.sh"

for tool in pdftotext pdftoppm pdfinfo pdffonts pdfsig zbarimg openssl; do
    command -v "$tool" >/dev/null || skip_all "$tool is not installed"
done
PAPERS=$SOURCE/province/dak-nong

# paper ID VALUES|"" DAY OUT
paper() {
    if [ -n "$2" ]; then
        tinhso paper "$1" "$2" --folder "$PAPERS" --day "$3" --output "$4"
    else
        tinhso paper "$1" --folder "$PAPERS" --day "$3" --output "$4"
    fi
}
# The words of a PDF as one line.
words() { pdftotext "$WORK/$1" - | tr '\n\f' '  ' | tr -s ' '; }

cat >"$WORK/values.json" <<'END'
{"superior_name": "Ủy ban nhân dân huyện Đắk Mil", "office_name": "Ủy ban nhân dân xã Đắk Lao", "place": "Đắk Lao", "number": "12/TNHS",
 "issued_at": "2022-11-28T01:30:00Z", "code": "000.25.12.H16-221128-0001", "procedure_name": "Đăng ký khai sinh", "procedure_code": "1.001193",
 "applicant": "H'Bia Niê **đậm** | <b>x</b> {{office_name}}", "personal_id": "067********1", "address": "Bon Đắk Rông", "phone": "0912345678",
 "components": [{"number": 1, "name": "Giấy chứng sinh | # - 1.", "originals": 1}, {"number": 2, "name": "Tờ khai", "electronic": true}],
 "faults": [{"number": 1, "name": "Giấy chứng sinh", "why": "thiếu dấu của cơ sở y tế"}], "answer_by": "2022-12-12",
 "sets": 1, "limit": 1, "limit_unit": "working_day", "received_at": "2022-11-28T01:30:00Z", "due_at": "2022-11-29T01:30:00Z",
 "due_first_at": "2022-11-29T01:30:00Z", "new_due_at": "2022-12-05T09:00:00Z", "reason": "mất điện", "ground": "not_competent",
 "return_by": "counter", "fee_vnd": 1205021, "money": "paid", "book": "01/2022", "book_number": "215", "signer": "Trần Văn Hưởng",
 "lookup_url": "https://dvc.example.vn/track", "token": "k7qz-9fwm-2xtb-0abc", "office_hotline": "0261.3741.000",
 "handovers": [{"from": "Một cửa", "to": "Tư pháp", "at": "2022-11-28T02:00:00Z", "result": "early"}],
 "qr": "https://dvc.example.vn/track?code=000.25.12.H16-221128-0001&token=k7qz-9fwm-2xtb-0abc"}
END

# ---- form 01
paper form-01 values.json 2022-11-28 01.pdf
expect_exit "form 01 is drawn" 0
expect_contains "in the version of the day" "$out" "(form-01)"
text=$(words 01.pdf)
for piece in "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" "Độc lập - Tự do - Hạnh phúc" "ỦY BAN NHÂN DÂN XÃ ĐẮK LAO" "Số: 12/TNHS" \
    "Đắk Lao, ngày 28 tháng 11 năm 2022" "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ" "Mã hồ sơ: 000.25.12.H16-221128-0001" \
    "08 giờ 30 phút, ngày 28/11/2022" "1 ngày làm việc" "Tại nơi tiếp nhận" \
    "1.205.021 đồng (Một triệu hai trăm linh năm nghìn không trăm hai mươi mốt đồng) – Đã nộp" "k7qz-9fwm-2xtb-0abc"; do
    expect_contains "form 01 says: $piece" "$text" "$piece"
done
expect_contains "what a value holds is only text" "$text" "H'Bia Niê **đậm** | <b>x</b> {{office_name}}"
expect_contains "in a table too" "$text" "Giấy chứng sinh | # - 1."
expect_not_contains "no sample is said where there is none" "$text" "DỮ LIỆU MẪU"
facts=$(pdfinfo "$WORK/01.pdf")
expect_contains "the PDF has its title" "$facts" "Giấy tiếp nhận hồ sơ và hẹn trả kết quả 000.25.12.H16-221128-0001"
expect_contains "it is A5" "$facts" "419.528 x 595.276"
expect_true "it says its language" grep -aq '/Lang (vi)' "$WORK/01.pdf"
fonts=$(pdffonts "$WORK/01.pdf" | tail -n +3)
expect_eq "all letters come from one family, embedded, with their Unicode" \
    "$(printf '%s\n' "$fonts" | grep -v -E '^[A-Z]{6}\+LiberationSerif(-[A-Za-z]+)? .* yes yes yes ')" ""
pdftoppm -r 150 -f 1 -l 1 -png "$WORK/01.pdf" "$WORK/01"
expect_eq "its code is read from a print of 150 dpi" "$(zbarimg -q --raw "$WORK"/01-*.png 2>/dev/null)" \
    "https://dvc.example.vn/track?code=000.25.12.H16-221128-0001&token=k7qz-9fwm-2xtb-0abc"
cp "$WORK/01.pdf" "$WORK/again.pdf"
paper form-01 values.json 2022-11-28 01.pdf
expect_true "the same values give the same bytes" cmp "$WORK/01.pdf" "$WORK/again.pdf"
# A long content, as Circular 01/2023 asks for: the code grows with it.
python3 - "$WORK" <<'END'
import json, sys
values = json.load(open(sys.argv[1] + "/values.json"))
values["qr"] = "000.25.12.H16-221128-0001|1.001193|067********1|Giấy tiếp nhận hồ sơ và hẹn trả kết quả|Hệ thống thông tin giải quyết thủ tục hành chính tỉnh|2022-11-28T08:30|2022-11-29T08:30"
json.dump(values, open(sys.argv[1] + "/long.json", "w"))
values["qr"] = "x" * 1001
json.dump(values, open(sys.argv[1] + "/too-long.json", "w"))
values["is_sample"], values["qr"] = True, "x"
json.dump(values, open(sys.argv[1] + "/sample.json", "w"))
values["dossiers"] = [{"number": i, "code": "000.25.12.H16-221128-%04d" % i, "procedure_name": "Đăng ký khai sinh", "applicant": "Người thứ %d" % i} for i in range(1, 121)]
json.dump(values, open(sys.argv[1] + "/many.json", "w"))
values["fee_vnd"] = "nhiều"
json.dump(values, open(sys.argv[1] + "/bad.json", "w"))
values["fee_vnd"], values["components"] = 1, "không phải danh sách"
json.dump(values, open(sys.argv[1] + "/no-list.json", "w"))
END
paper form-01 long.json 2022-11-28 long.pdf
pdftoppm -r 150 -f 1 -l 1 -png "$WORK/long.pdf" "$WORK/long"
expect_contains "a code of 200 bytes is read at 150 dpi" "$(zbarimg -q --raw "$WORK"/long-*.png 2>/dev/null)" "Hệ thống thông tin"
paper form-01 too-long.json 2022-11-28 x.pdf
expect_exit "a content that no code holds is refused" 1
expect_contains "with its length" "$err" "1001"
paper form-01 sample.json 2022-11-28 sample.pdf
expect_contains "a sample dossier's paper says so" "$(words sample.pdf)" "DỮ LIỆU MẪU – KHÔNG CÓ GIÁ TRỊ"
paper form-01 bad.json 2022-11-28 x.pdf
expect_exit "a value that is not of its kind is refused" 1
expect_contains "by name" "$err" "fee_vnd"
paper form-01 no-list.json 2022-11-28 x.pdf
expect_exit "a list that is none too" 1
expect_contains "by name" "$err" "components"
paper form-01 values.json 2022-11-28 x.txt
expect_exit "another kind of file is wrong usage" 2

# ---- versions by day
paper form-01 values.json 2025-07-01 01.pdf
expect_contains "from 1 July 2025 the form of the new circular" "$out" "(form-01-2025)"
paper stop-notice "" 2025-06-30 x.pdf
expect_contains "the stop notice before" "$out" "(stop-notice)"
paper stop-notice "" 2025-07-01 x.pdf
expect_contains "and since" "$out" "(stop-notice-2025)"
paper form-09 "" 2025-07-01 x.pdf
expect_exit "a paper that is not there is refused" 1
expect_contains "with the nearest" "$err" "form-0"

# ---- every paper: filled, and empty to be filled in by hand; as PDF and as a page
tinhso paper --folder "$PAPERS" --json
names=$(printf '%s' "$out" | python3 -c 'import json, sys; print(" ".join(p["version"] for p in json.load(sys.stdin)["papers"]))')
expect_true "there are the forms of both circulars" \
    python3 -c 'import sys; sys.exit(not {"form-01", "form-02", "form-03", "form-04", "control-slip", "dossier-book", "form-01-2025", "form-02-2025", "form-03-2025", "form-04-2025", "stop-notice-2025", "control-slip-2025", "dossier-book-2025"} <= set(sys.argv[1].split()))' "$names"
for name in $names; do
    tinhso paper "$name" values.json --folder "$PAPERS" --output "$name.pdf"
    expect_exit "$name is drawn" 0
    expect_contains "$name has its motto" "$(words "$name.pdf")" "Độc lập - Tự do - Hạnh phúc"
    tinhso paper "$name" --folder "$PAPERS" --output "$name-empty.pdf"
    expect_exit "$name is drawn to be filled in by hand" 0
    expect_contains "$name has dots then" "$(words "$name-empty.pdf")" "........"
    tinhso paper "$name" values.json --folder "$PAPERS" --output "$name.html"
    expect_exit "$name is a page" 0
done
expect_contains "a page says what the PDF says" "$(cat "$WORK/form-02.html")" "thiếu dấu của cơ sở y tế"
expect_not_contains "no tag of a value comes through" "$(cat "$WORK/form-01.html")" "<b>x</b>"
expect_contains "it stands there as text" "$(cat "$WORK/form-01.html")" "&lt;b&gt;x&lt;/b&gt;"
expect_contains "the page has the code" "$(cat "$WORK/form-01.html")" '<svg class="ts-qr"'
expect_contains "codes are told in words" "$(words form-03.pdf)" "Không thuộc thẩm quyền"
expect_contains "form 04 tells both moments" "$(words form-04.pdf)" "16 giờ 00 phút, ngày 05/12/2022"
expect_contains "the control slip tells hand-overs" "$(words control-slip.pdf)" "Một cửa Tư pháp 09:00 28/11/2022"
expect_contains "and how they went" "$(words control-slip.pdf)" "Trước hạn"

# ---- a table over pages
paper handover many.json 2022-11-28 many.pdf
pages=$(pdfinfo "$WORK/many.pdf" | sed -n 's/^Pages: *//p')
expect_true "120 rows take several pages" test "$pages" -ge 3
expect_eq "each page repeats the head of the table" "$(pdftotext -layout "$WORK/many.pdf" - | grep -c 'Mã hồ sơ')" "$pages"
expect_eq "no row is lost or doubled" "$(words many.pdf | grep -o '221128-0[01][0-9][0-9]' | sort -u | wc -l) $(words many.pdf | grep -o '221128-0[01][0-9][0-9]' | wc -l)" "120 120"
expect_eq "the second page bears its number, the first none" \
    "$(pdftotext -f 1 -l 1 -layout "$WORK/many.pdf" - | grep -cE '^ +1$') $(pdftotext -f 2 -l 2 -layout "$WORK/many.pdf" - | grep -cE '^ +2$')" "0 1"

# ---- what is wrong in a paper is told with its line
small_province mau
mkdir "$WORK/mau/papers"
cat >"$WORK/mau/papers/thu.md" <<'END'
---
paper: thu
title: Thử
fields: [applicant, due_at]
lists:
  rows: {fields: [name]}
---
# THỬ

{{applicant}} {{due_at:datetime}} {{name}}
{{due_at:dattime}} {{applicamt}} {{?applicant}} {{?applicant=}}
{{Applicant}} {{open
{{#rows}}
{{name}}
{{/}}
{{/}} {{else}}
::: signature
:::
::: note
END
tinhso check mau --lang en
expect_exit "a paper with errors fails the check" 1
for place in "papers/thu.md:10:35: The marker “name” takes “name”, which the head does not declare; did you mean “#rows … name … /”" "papers/thu.md:11:1: There is no format “dattime”; did you mean “datetime”" \
    "papers/thu.md:11:20: The marker “applicamt” takes “applicamt”, which the head does not declare; did you mean “applicant”" \
    "papers/thu.md:11:49: Cannot read the marker “?applicant=”" "papers/thu.md:12:1: Cannot read the marker “Applicant”" \
    "papers/thu.md:12:15: The double brace at “{{open”" "papers/thu.md:16:7: The marker “else” has no partner" \
    "papers/thu.md:17: There is no block “signature”; did you mean “signatures”" "papers/thu.md:19: The block “note” is not closed"; do
    expect_contains "told: $place" "$err" "$place"
done
printf -- '---\npaper: thu\ntitle: Thử\n---\n# THỬ\n\n{{#rows}}{{/}}\n' >"$WORK/mau/papers/thu.md"
tinhso check mau --lang en
expect_contains "a list must be declared" "$err" "papers/thu.md:7:1: The marker “#rows”"
printf -- '---\npaper: thu\ntitle: Thử\n---\nkhông có tên\n' >"$WORK/mau/papers/thu.md"
tinhso check mau --lang en
expect_contains "a paper begins with its title" "$err" "papers/thu.md:5: The paper papers/thu.md must have the title"
printf -- '---\npaper: khac\ntitle: Thử\n---\n# THỬ\n' >"$WORK/mau/papers/thu.md"
tinhso check mau --lang en
expect_contains "the file is named by the id" "$err" "papers/thu.md:2: The paper's id “khac”"
printf -- '---\npaper: thu\ntitle: Thử\nvalid_from: 2024-01-01\n---\n# THỬ\n' | tee "$WORK/mau/papers/thu.md" >"$WORK/mau/papers/thu-2025.md"
tinhso check mau --lang en
expect_contains "two versions are not in force at once" "$err" "are in force at the same time"
printf -- '---\npaper: thu\ntitle: Thử\nvalid_to: 2023-12-31\n---\n# THỬ\n' >"$WORK/mau/papers/thu-2025.md"
tinhso check mau
expect_exit "with their days apart they are fine" 0
expect_contains "and counted" "$out" "2 mẫu giấy"
printf -- '---\npaper: thu\ntitle: Thử\nfields: [a]\n---\n# THỬ\n\n{{a:code}}\n' >"$WORK/mau/papers/thu.md"
rm "$WORK/mau/papers/thu-2025.md"
tinhso check mau --lang en
expect_contains "codes need a register" "$err" "papers/thu.md:8:1: The marker “a:code” needs a field of codes"

# ---- they are records: what was in force at a revision is printed as it was
printf -- '---\npaper: thu\ntitle: Thử\n---\n# BẢN MỘT\n' >"$WORK/mau/papers/thu.md"
tinhso load mau --db mau.db
printf -- '---\npaper: thu\ntitle: Thử\n---\n# BẢN HAI\n' >"$WORK/mau/papers/thu.md"
tinhso load mau --db mau.db
tinhso paper thu --db mau.db --output now.pdf
expect_contains "a paper of the database is the newest" "$(words now.pdf)" "BẢN HAI"
tinhso paper thu --db mau.db --at 1 --output then.pdf
expect_contains "or that of a revision" "$(words then.pdf)" "BẢN MỘT"

# ---- signatures
export TINHSO_NOW=2026-11-27T03:00:00Z
{
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$WORK/ca.key" -out "$WORK/ca.pem" -subj "/CN=CA thử" -utf8 -days 3650
    openssl req -newkey rsa:2048 -nodes -keyout "$WORK/a.key" -out "$WORK/a.csr" -subj "/CN=Nguyễn Văn Lãnh đạo" -utf8
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$WORK/b.key" -out "$WORK/b.csr" -subj "/CN=Lê Thị Văn thư" -utf8
    for who in a b; do
        openssl x509 -req -in "$WORK/$who.csr" -CA "$WORK/ca.pem" -CAkey "$WORK/ca.key" -CAcreateserial -days 3000 -out "$WORK/$who.pem" \
            -extfile <(printf 'keyUsage=digitalSignature,nonRepudiation\n')
    done
    printf 'mật khẩu\n' >"$WORK/pass" && chmod 600 "$WORK/pass"
    openssl pkcs12 -export -in "$WORK/b.pem" -inkey "$WORK/b.key" -out "$WORK/b.p12" -passout 'pass:mật khẩu'
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$WORK/other.key" -out "$WORK/other.pem" -subj "/CN=CA khác" -utf8 -days 3650
} >"$WORK/openssl.log" 2>&1
# The certificates begin now, not in 2026, unless the machine's clock says so.
now=$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%SZ)
export TINHSO_NOW=$now
paper form-01 values.json 2022-11-28 plain.pdf
cp "$WORK/plain.pdf" "$WORK/signed.pdf"
tinhso paper verify plain.pdf
expect_exit "a PDF without a signature has none to judge" 1
tinhso paper sign signed.pdf --cert a.pem --key a.key --reason "Ký ban hành"
expect_exit "a PDF is signed" 0
expect_contains "by whom is told" "$out" "Nguyễn Văn Lãnh đạo"
expect_true "what was there stays as it was" cmp -n "$(stat -c %s "$WORK/plain.pdf")" "$WORK/plain.pdf" "$WORK/signed.pdf"
sig=$(pdfsig "$WORK/signed.pdf" 2>/dev/null)
expect_contains "another reader finds it valid" "$sig" "Signature is Valid"
expect_contains "over the whole document" "$sig" "Total document signed"
expect_contains "by the same name" "$sig" "Nguyễn Văn Lãnh đạo"
expect_contains "the paper is still read" "$(words signed.pdf)" "GIẤY TIẾP NHẬN HỒ SƠ"
tinhso paper verify signed.pdf --ca ca.pem --json
expect_exit "the program finds it good" 0
expect_contains "who" "$out" '"name":"Nguyễn Văn Lãnh đạo"'
expect_contains "when" "$out" "\"signed_at\":\"$now\""
expect_contains "by whose word" "$out" '"issuer":"CA thử"'
expect_contains "trusted" "$out" '"is_trusted":true'
tinhso paper verify signed.pdf --ca other.pem --lang en
expect_exit "not where another is trusted" 1
expect_contains "and says so" "$err" "leads to no trusted issuer"
tinhso paper sign signed.pdf --cert b.p12 --passphrase-file pass
expect_exit "a second one signs, by PKCS#12 and an elliptic curve" 0
expect_eq "both hold" "$(pdfsig "$WORK/signed.pdf" 2>/dev/null | grep -c 'Signature is Valid')" 2
tinhso paper verify signed.pdf --ca ca.pem --json
expect_eq "in their order" "$(printf '%s' "$out" | python3 -c 'import json, sys; print([s["name"] for s in json.load(sys.stdin)["signatures"]])')" \
    "['Nguyễn Văn Lãnh đạo', 'Lê Thị Văn thư']"

cp "$WORK/signed.pdf" "$WORK/forged.pdf"
printf 'x' | dd of="$WORK/forged.pdf" bs=1 seek=3000 conv=notrunc 2>/dev/null
tinhso paper verify forged.pdf --ca ca.pem
expect_exit "a byte changed is seen" 1
cp "$WORK/signed.pdf" "$WORK/longer.pdf"
printf '%% more\n' >>"$WORK/longer.pdf"
tinhso paper verify longer.pdf --ca ca.pem
expect_exit "a byte added too" 1
# An addition in the very shape of ours, but without a signature of its own.
python3 - "$WORK" <<'END'
import re, sys
data = open(sys.argv[1] + "/signed.pdf", "rb").read()
xref = int(re.findall(rb"startxref\n(\d+)", data)[-1])
trailer = re.findall(rb"trailer\n<<.*?>>", data, re.S)[-1]
size, root, info = (int(re.search(key + rb" (\d+)", trailer).group(1)) for key in (rb"/Size", rb"/Root", rb"/Info"))
at = len(data)
added = b"%d 0 obj\n<< /Title (khac)\n>>\nendobj\n" % info
table = b"xref\n%d 1\n%010d 00000 n \ntrailer\n<< /Size %d\n   /Root %d 0 R\n   /Info %d 0 R\n   /Prev %d\n>>\nstartxref\n%d\n%%%%EOF\n" % (
    info, at, size, root, info, xref, at + len(added))
open(sys.argv[1] + "/shadow.pdf", "wb").write(data + added + table)
END
tinhso paper verify shadow.pdf --ca ca.pem --lang en
expect_exit "so is an addition that a reader of PDF would follow" 1
expect_contains "as what is not signed" "$err" "is not signed"

tinhso paper sign plain.pdf --cert a.pem --key a.key --detached
expect_exit "a signature beside the file" 0
expect_true "is one that OpenSSL takes" openssl cms -verify -binary -inform DER -in "$WORK/plain.pdf.p7s" -content "$WORK/plain.pdf" \
    -CAfile "$WORK/ca.pem" -out /dev/null -attime "$(date -u -d "$now" +%s)"
tinhso paper verify plain.pdf --signature plain.pdf.p7s --ca ca.pem
expect_exit "and the program" 0
tinhso paper verify signed.pdf --signature plain.pdf.p7s --ca ca.pem
expect_exit "for this file alone" 1
tinhso paper sign plain.pdf --cert a.pem --key b.key
expect_exit "a key of another is refused" 1
tinhso paper sign plain.pdf --cert b.p12
expect_exit "a key without its passphrase too" 1
printf 'sai\n' >"$WORK/pass"
tinhso paper sign plain.pdf --cert b.p12 --passphrase-file pass --lang en
expect_exit "and with a wrong one" 1
expect_contains "as what cannot be read" "$err" "PKCS#12"
TINHSO_NOW=2050-01-01T00:00:00Z tinhso paper sign plain.pdf --cert a.pem --key a.key --lang en
expect_exit "a certificate that ran out signs nothing" 1
expect_contains "with its days" "$err" "is not valid at the time"
printf '%%PDF-1.4\n1 0 obj\n<< >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%%%EOF\n%0100d' 0 >"$WORK/foreign.pdf"
tinhso paper sign foreign.pdf --cert a.pem --key a.key
expect_exit "a PDF of another's making is not signed" 1
tinhso paper sign
expect_exit "sign without a file is wrong usage" 2
