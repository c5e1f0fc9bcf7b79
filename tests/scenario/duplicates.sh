#!/bin/bash
# Duplicates from finding to merging: candidates side by side, personal fields masked, the old id leading on, both histories.
. "$(dirname "$0")/lib.sh"

fresh_province tests/golden/province
cat >>"$WORK/tests/golden/province/data/keepers.csv" <<'CSV'
k90,do thi huong,female,1990,,0912 345 678,,11,2017-01-01
k91,An Nguyễn Văn,male,1985,245123456,,,13,2018-06-01
CSV
export TINHSO_DB=$WORK/var.db
tinhso load tests/golden/province
expect_exit "the province with two keepers entered twice loads" 0

# ---- finding
tinhso duplicates keepers
expect_exit "duplicates are listed" 0
expect_contains "two pairs are found" "$out" "2 cặp"
expect_contains "with a score" "$out" "điểm 1,00"
expect_contains "one keeper" "$out" "k90"
expect_contains "and the other" "$out" "k91"
expect_contains "names are masked" "$out" "•••"
expect_not_contains "really" "$out" "Hường"
tinhso duplicates keepers --reveal "đối chiếu hồ sơ"
expect_contains "unless a reason is given" "$out" "Đỗ Thị Hường"
expect_contains "alike is told" "$out" "gần giống"
tinhso duplicates keepers --reveal ""
expect_exit "an empty reason is none" 2
tinhso duplicates keepers --json
expect_contains "for machines too" "$out" '"total":2'
expect_contains "with a verdict of each field" "$out" '"verdict":"alike"'
expect_not_contains "masked as well" "$out" "huong"
tinhso duplicates keepers --limit 1 --lang en
expect_contains "a limit says how many more there are" "$out" "and 1 pairs more"
tinhso duplicates keepers --min-score 2
expect_exit "a score that is none is wrong usage" 2
tinhso duplicates firms
expect_exit "a register without rules is refused" 1
expect_contains "with the remedy" "$err" "duplicates"
tinhso duplicates keeprs
expect_contains "an unknown register with the nearest" "$err" "keepers"

# ---- merging
tinhso merge keepers k1 k90
expect_exit "a merge without a reason is wrong usage" 2
tinhso merge keepers k1 k1 --reason "thử"
expect_exit "a record is not merged with itself" 1
tinhso merge keepers k1 k90 --reason "cùng một người"
expect_exit "a merge is made" 0
expect_contains "and told" "$out" "k90"
tinhso duplicates keepers
expect_contains "one pair is left" "$out" "1 cặp"
tinhso query keepers --id k90 --fields code --csv
expect_contains "the old id leads to the kept record" "$out" "k1"
expect_contains "and says so" "$err" "đã được gộp"
tinhso query keepers --id k90 --json
expect_contains "for machines too" "$out" '"redirected_from":"k90"'
tinhso query keepers --id k90 --history
expect_contains "the history of the dropped one stays" "$out" "xóa"
tinhso query redirects --csv
expect_contains "the way is a record" "$out" "keepers,k90,k1"
tinhso merge keepers k90 k2 --reason "nhầm"
expect_exit "a record that was merged takes in no other" 1
expect_contains "the one to use is named" "$err" "k1"
tinhso merge keepers k1 nobody --reason "nhầm"
expect_exit "what is not there is not merged" 1
tinhso merge areas 11@ 12@ --reason "nhầm"
expect_exit "units are not merged this way" 1
tinhso log verify
expect_exit "the log is clean afterwards" 0
tinhso load tests/golden/province
expect_exit "loading again works" 0

# ---- no way back under the old id
sed -i 's/^k90,do thi huong,/k90,do thi huong lan,/; s/^k91,/k91,Anh /' "$WORK/tests/golden/province/data/keepers.csv"
tinhso load tests/golden/province
expect_exit "a file that still has the merged record is refused" 1
expect_contains "by its line" "$err" "data/keepers.csv:"
expect_contains "with the id to use" "$err" "“k1”"
tinhso import keepers "$WORK/tests/golden/province/data/keepers.csv" --accept-valid --reason "thử"
expect_exit "an import takes the rest" 0
tinhso query keepers --id k91 --csv --reveal "thử"
expect_contains "which is in" "$out" "Anh An"
tinhso query keepers --id k90 --csv
expect_contains "and the merged one stays where it is" "$err" "đã được gộp"
sed -i '/^k90,/d' "$WORK/tests/golden/province/data/keepers.csv"
tinhso load tests/golden/province
expect_exit "without its row the file loads" 0
