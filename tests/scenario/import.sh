#!/bin/bash
# suite: release
# timeout: 300
# Import as officials meet it: a dry run that tells the truth, a report that is corrected and goes in, old encodings, a kill at any moment.
. "$(dirname "$0")/lib.sh"
loaded_province
db=var/dak-nong.db
[ -e "$WORK/$db" ] || db=$(cd "$WORK" && ls var/*.db)
export TINHSO_DB=$db

cat >"$WORK/ho.csv" <<'CSV'
DANH SÁCH HỘ SẢN XUẤT NÔNG NGHIỆP,,,,,,,,,
,,,,,,,,,
STT,Mã hộ,HỌ TÊN CHỦ HỘ,Giới tính,Năm sinh,Số định danh cá nhân,Số điện thoại,"Xã, phường, thị trấn",Diện tích sản xuất (ha),Ngày rà soát,Đã số hóa (*)
1,HN900001,Nguyễn Thị Hường,Nữ,1979,67179227202,912345678,Xã Đắk Ha,"1,5",15/09/2021,x
2,HN900002,Y Bhăm,Nam,1980,,0912345678,Dak Ha,"2,25",05/09/2021,
3,HN900003,Trần Văn An,Nam,1980,6.71E+10,,Quảng Sơn,3,31/02/2022,x
CSV

tinhso import farm_households ho.csv --dry-run --report dry.xlsx
expect_exit "a file with wrong rows is refused" 1
dry=$out$err
expect_contains "the header is found below the titles" "$out" "hàng 3"
expect_contains "the unit of the header is turned into the field's" "$out" "ha → m²"
expect_contains "a repair is shown from old to new" "$out" "67179227202 → 067179227202"
expect_contains "a shortened number is refused with the reason" "$err" "6.71E+10"
expect_contains "with its row and column" "$err" "ho.csv:6:6"
expect_contains "and the day that does not exist" "$err" "31/02/2022"
tinhso import farm_households ho.csv --report real.xlsx
expect_exit "nothing goes in when one row is wrong" 1
expect_eq "the dry run told what the real run tells" "${dry//Chạy thử, chưa ghi gì: /}" "$(printf '%s' "$out$err" | sed 's/Chưa ghi gì vì có dòng sai: //; s/real\.xlsx/dry.xlsx/')"
tinhso query farm_households --filter "code LIKE 'HN9000%'" --count --json
expect_contains "the register is as before" "$out" '"count":0,'
tinhso import farm_households ho.csv --dry-run --lang en
expect_contains "English is spoken too" "$err" "its last digits are lost"

tinhso import farm_households ho.csv --mode sideways
expect_exit "an unknown mode is wrong usage" 2
tinhso import farm_households ho.csv --read area_m2=upwards
expect_exit "an unknown reading is wrong usage" 2
tinhso import farm_household ho.csv
expect_exit "an unknown register is refused" 1
tinhso import farm_households no-such-file.csv
expect_exit "a file that is not there is refused" 1

# Only the marked cells are corrected, in the report itself.
python3 - "$WORK/real.xlsx" "$WORK/corrected.xlsx" <<'PY'
import sys, zipfile
source, target = zipfile.ZipFile(sys.argv[1]), zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED)
for name in source.namelist():
    data = source.read(name)
    if name == "xl/worksheets/sheet1.xml":
        assert data.count(b"31/02/2022") == 1 and data.count(b"6.71E+10") == 1
        data = data.replace(b"31/02/2022", b"28/02/2022").replace(b"6.71E+10", b"067080000123")
    target.writestr(name, data)
target.close()
PY
tinhso import farm_households corrected.xlsx --reason "Rà soát bổ sung"
expect_exit "the corrected report goes in" 0
expect_contains "all of it" "$out" "thêm 3"
tinhso query farm_households --id HN900003 --csv --reveal thử
expect_contains "with the corrected value" "$out" "2022-02-28"
tinhso import farm_households corrected.xlsx --reason "Rà soát bổ sung"
expect_exit "the same file again is no error" 0
expect_contains "and changes nothing" "$out" "Không có gì thay đổi"
tinhso import farm_households ho.csv --accept-valid
expect_exit "the valid rows alone go in when asked for" 0
expect_contains "the others are told" "$out" "từ chối 1"

# TCVN3, as a program of 1998 wrote it.
python3 - "$WORK/cu.csv" <<'PY'
import sys
rows = ["M· hé;Hä tªn chñ hé;Giíi tÝnh;X·, ph­êng, thÞ trÊn;Ngµy rµ so¸t;§· sè hãa",
        "HN900011;NguyÔn ThÞ H­êng;N÷;24631;15/03/2022;cã", "HN900012;TrÇn V¨n §øc;Nam;24631;16/03/2022;kh«ng",
        "HN900013;§inh C«ng Tr¸ng;Nam;24631;17/03/2022;cã"]
open(sys.argv[1], "wb").write("\r\n".join(rows).encode("latin-1"))
PY
tinhso import farm_households cu.csv --encoding tcvn3
expect_exit "a TCVN3 file is read when it is named" 0
tinhso query farm_households --id HN900011 --reveal thử
expect_contains "letter by letter" "$out" "Nguyễn Thị Hường"

# Killed at 20 moments, then the same command: the state of an import that nobody disturbed.
python3 - "$WORK/lon.csv" <<'PY'
import sys
with open(sys.argv[1], "w") as f:
    f.write("code,head,unit,surveyed_on,digitised\n")
    for i in range(12000):
        f.write(f"HN8{i:05},Hộ số {i},24631,2022-03-15,{'true' if i % 3 else 'false'}\n")
PY
count() {
    tinhso query farm_households --count --json
    sed -E 's/.*"count":([0-9]+).*/\1/' <<<"$out"
}
before=$(count)
killed=0
for i in $(seq 1 20); do
    (cd "$WORK" && exec "$TINHSO_BIN" import farm_households lon.csv >/dev/null 2>&1) &
    pid=$!
    sleep "0.$(printf '%03d' $((i * 30)))"
    kill -9 $pid 2>/dev/null && killed=$((killed + 1))
    wait $pid 2>/dev/null
done
expect_true "some of the kills came before the end ($killed)" test "$killed" -ge 3
tinhso import farm_households lon.csv
expect_exit "after 20 kills the same command does it" 0
expect_eq "every row is there once" "$(count)" "$((before + 12000))"
tinhso log verify
expect_exit "and the log is whole" 0

# ---- an export of invented records comes back with its mark
tinhso export farm_households mau.csv --filter "unit = '24637'" --fields code,village,head,unit,surveyed_on,digitised --reveal "vòng lặp"
expect_exit "invented households are exported" 0
sed -i 's/^\(HN[0-9]*\),[^,]*,/\1,,/' "$WORK/mau.csv" # every village is cleared
sed -i '$s/^HN[0-9]*/HN990001/' "$WORK/mau.csv"         # and one household is another
tinhso import farm_households mau.csv --reason "sửa bản xuất"
expect_exit "changed, they go in" 0
expect_contains "and are told to be invented" "$out" "là dữ liệu mẫu"
tinhso query farm_households --filter "unit = '24637' AND _sample = false" --count --json
expect_contains "none of them became real" "$out" '"count":0,'
tinhso query farm_households --id HN990001 --json
expect_contains "nor is the new one" "$out" '"sample":true'
