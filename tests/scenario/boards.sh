#!/bin/bash
# Boards for the walls of offices: every QR code of whole sheets is read back from a print of 150 dpi and leads where its row says.
# timeout: 600
. "$(dirname "$0")/lib.sh"

for tool in pdftotext pdftoppm pdfinfo zbarimg; do
    command -v "$tool" >/dev/null || skip_all "$tool is not installed"
done
loaded_province
URL=https://dichvucong.daknong.gov.vn

# The codes of a PDF as zbarimg reads them from its pages, and the addresses as they stand in letters: both sorted.
read_back() {
    rm -f "$WORK"/page-*.png
    pdftoppm -r 150 -png "$WORK/$1" "$WORK/page"
    zbarimg -q --raw "$WORK"/page-*.png 2>/dev/null | sort >"$WORK/codes"
    pdftotext "$WORK/$1" - | grep -oE '[a-z.]+/t/[0-9A-Z.]+' | sed 's|^|https://|' | sort >"$WORK/letters"
}

# ---- all districts and communes at once
start=$(date +%s)
tinhso boards --all --day 2025-06-30 --url "$URL" --output all
expect_exit "all boards of the last day with districts are made" 0
expect_true "in a minute at most" test $(($(date +%s) - start)) -le 60
tinhso query offices --filter "level = 'district' OR level = 'commune'" --on 2025-06-30 --count
expect_eq "there are 79 districts and communes" "$(printf '%s' "$out" | grep -m 1 -oE '[0-9]+' | head -n 1)" 79
expect_true "each has its board" test "$(find "$WORK/all" -name 'ubnd-*.pdf' | wc -l)" -ge 79
tinhso boards --all --day 2025-06-30 --url "$URL" --output json --json
expect_contains "told as JSON too" "$out" '"boards":'

# ---- whole sheets, read back
for office in ubnd-24760 ubnd-dak-mil so-tu-phap; do
    read_back "all/$office.pdf"
    expect_true "$office lists procedures" test -s "$WORK/letters"
    expect_true "each code of $office leads where the letters under it say" diff "$WORK/letters" "$WORK/codes"
done
text=$(pdftotext -layout "$WORK/all/ubnd-24760.pdf" -)
expect_contains "a sheet names its office" "$text" "UBND xã Đắk Sin"
expect_contains "and what is above it" "$text" "UBND huyện Đắk R'Lấp"
expect_contains "a procedure has its limit" "$text" "Thời hạn: Trong ngày"
expect_contains "its fee" "$text" "Phí: 8.000 đồng"
expect_contains "its code" "$text" "Mã: 1.001193"
expect_contains "the sheet has its day" "$text" "Danh mục ngày 30/06/2025"
expect_eq "a sheet is A3" "$(pdfinfo "$WORK/all/ubnd-24760.pdf" | sed -n 's/^Page size: *//p')" "841.89 x 1190.55 pts (A3)"

# ---- after the merger: the same addresses, other offices
tinhso boards --all --day 2025-07-01 --url "$URL" --output after
expect_exit "boards of the day after" 0
expect_contains "what nobody has answered for is not printed, which is told" "$err" "chưa công khai"
expect_true "communes of the new map have one" test -e "$WORK/after/ubnd-24760.pdf"
expect_true "districts have none" test ! -e "$WORK/after/ubnd-dak-mil.pdf"
expect_contains "the level is told" "$(pdftotext -layout "$WORK/after/ubnd-24760.pdf" -)" "Mức độ: Toàn trình"
expect_contains "and the tariff" "$(pdftotext -layout "$WORK/after/ubnd-24760.pdf" -)" "Phí: 20.000 đồng/hồ sơ"
expect_not_contains "nothing hangs there of which doubts are open" "$(pdftotext -layout "$WORK/after/ubnd-24760.pdf" -)" "1.004859"
expect_contains "and by which decision" "$(pdftotext -layout "$WORK/after/ubnd-24760.pdf" -)" "Công bố: 163/QĐ-BTP"

tinhso boards --field "bảo trợ xã hội" --day 2026-11-27 --url "$URL" --output some
read_back some/baotroxahoi.pdf
expect_eq "a published procedure is there, one with an open doubt is not" \
    "$(grep -c '/t/1.001699$' "$WORK/codes") $(grep -c '/t/1.001776$' "$WORK/codes")" "1 0"

# ---- an event, a field, an office, on A4
tinhso boards --event birth --size A4 --url "$URL" --output some
expect_exit "a board of a life event" 0
expect_eq "on A4" "$(pdfinfo "$WORK/some/birth.pdf" | sed -n 's/^Page size: *//p')" "595.276 x 841.89 pts (A4)"
read_back some/birth.pdf
expect_true "its codes are read" diff "$WORK/letters" "$WORK/codes"
expect_true "birth registration is among them" grep -qx "$URL/t/1.001193" "$WORK/codes"
tinhso boards --field "hộ tịch" --size A4 --url "$URL" --output some
expect_exit "a board of a field" 0
read_back some/hotich.pdf
expect_true "its codes are read" diff "$WORK/letters" "$WORK/codes"
# A longer portal: fewer columns, a larger version.
LONG=https://cong-dich-vu-cong-truc-tuyen.mot-tinh-rat-xa.gov.vn/vi
tinhso boards --office ubnd-24760 --day 2025-06-30 --size A4 --url "$LONG" --output long
expect_exit "a board under a long address" 0
read_back long/ubnd-24760.pdf
expect_true "its codes are read too" test "$(grep -c "^$LONG/t/" "$WORK/codes")" -ge 15

# ---- refused
tinhso boards --url "$URL"
expect_exit "nothing chosen is wrong usage" 2
tinhso boards --all --event birth --url "$URL"
expect_exit "two choices too" 2
tinhso boards --event birth
expect_exit "no address too" 2
for bad in http://x.vn https://x.vn/ 'https://x.vn/?a' 'https://x y.vn' "https://$(printf 'x%.0s' {1..90}).vn"; do
    tinhso boards --event birth --url "$bad"
    expect_exit "nor is $bad one" 2
done
tinhso boards --event birth --url "$URL" --size A5
expect_exit "other sizes are wrong usage" 2
tinhso boards --office nobody --url "$URL" --lang en
expect_exit "an office that is not there" 1
expect_contains "is named" "$err" "nobody"

# ---- the addresses of a board printed before the merger lead somewhere, in the running portal
serve --lang en
read_back all/ubnd-24760.pdf
lost=
while read -r code; do
    answer=$(curl -s -o /dev/null -w '%{http_code} %{redirect_url}' "$address${code#"$URL"}")
    where=${answer#* }
    [ -n "$where" ] && [ "$(curl -s -o /dev/null -w '%{http_code}' "$where")" = 200 ] || lost="$lost $code ($answer)"
done <"$WORK/codes"
expect_eq "every code leads to a page" "$lost" ""
serve_end
