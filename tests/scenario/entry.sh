#!/bin/bash
# One record put or removed by hand: every rule, the look for duplicates, both languages, and nothing written when refused.
. "$(dirname "$0")/lib.sh"

fresh_province tests/golden/province
export TINHSO_DB=$WORK/var.db
tinhso load tests/golden/province
expect_exit "the province loads" 0

revisions() {
    run "$TINHSO_BIN" log --json --limit 0
    grep -o '"rev":[0-9]*' <<<"$out" | wc -l
}

# ---- a new record
tinhso put keepers code=k90 full_name="Lê Văn Tám" since=2019-01-01
expect_exit "an entry without a reason is wrong usage" 2
tinhso put keepers code=k90 full_name="Lê Văn Tám" sex=male birth_year=1970 area=11 since=2019-01-01 --reason "mới nhận việc"
expect_exit "a new record goes in" 0
expect_contains "and is told" "$out" "Thêm bản ghi “k90”"
tinhso query keepers --id k90 --csv --reveal "kiểm tra"
expect_contains "it is there" "$out" "Lê Văn Tám"
tinhso log --limit 1 --json
expect_contains "the log knows why" "$out" "mới nhận việc"
before=$(revisions)

# ---- what is wrong is told together, and nothing is written
tinhso put keepers code=k91 full_name="Ai đó" sex=nam birth_year=1800 since=31/12/2019 --reason thử
expect_exit "wrong values are refused" 1
expect_contains "the code" "$err" "nam"
expect_contains "the year" "$err" "1800"
expect_contains "the date" "$err" "31/12/2019"
tinhso put keepers code=k91 full_name="Ai đó" area=99999 since=2019-01-01 --reason thử --lang en
expect_exit "a unit that there is not is refused" 1
expect_contains "in English too" "$err" "99999"
tinhso put wells code=G090 --reason thử
expect_exit "required fields are missed" 1
tinhso put keepers code=k91 fullname=x --reason thử
expect_exit "an unknown field is refused" 1
expect_contains "with the nearest" "$err" "full_name"
tinhso put keepers code=k91 code=k92 --reason thử
expect_exit "a field named twice is wrong usage" 2
tinhso put keepers k91 --reason thử
expect_exit "a word that is no field=value is wrong usage" 2
tinhso put declarations path=x text=y --reason thử
expect_exit "a built-in register is refused" 1
tinhso put keepers code=k90 full_name=X since=2019-01-01 --mode create --reason thử
expect_exit "create refuses a key that is there" 1
tinhso put keepers code=k91 full_name=X since=2019-01-01 --mode update --reason thử
expect_exit "update refuses one that is not" 1
tinhso put keepers code=k91 --mode sideways --reason thử
expect_exit "there is no such mode" 2
expect_eq "of all this nothing was written" "$(revisions)" "$before"

# ---- duplicates
twin=(keepers code=k92 "full_name=do thi huong" birth_year=1990 "phone=0912 345 678" area=11 since=2017-01-01)
tinhso put "${twin[@]}" --reason thử
expect_exit "a record that resembles another is refused" 1
expect_contains "the other is shown" "$out" "k1"
expect_contains "with a score" "$out" "điểm 1,00"
expect_contains "and how it compares" "$out" "gần giống"
expect_not_contains "names are masked" "$out" "Hường"
expect_contains "the way on is told" "$err" "--allow-duplicate"
tinhso put "${twin[@]}" --reason thử --json
expect_exit "in JSON too" 1
expect_contains "the pair is there" "$out" '"ids":["k92","k1"]'
expect_contains "and that nothing was written" "$out" '"revision":null'
tinhso put "${twin[@]}" --reason thử --allow-duplicate --dry-run
expect_exit "a dry run with leave is accepted" 0
expect_contains "and says so" "$out" "chưa ghi gì"
expect_eq "still nothing was written" "$(revisions)" "$before"
tinhso put "${twin[@]}" --reason "hai người khác nhau" --allow-duplicate
expect_exit "who looked may write it" 0
tinhso put keepers code=k92 since=2017-02-01 --reason "sửa ngày"
expect_exit "a change of what no rule compares is not asked about" 0
tinhso put keepers code=k2 "full_name=Đỗ Thị Hường" phone=0912345678 --reason thử
expect_exit "a change that makes two alike is" 1

# ---- changing
tinhso put keepers code=k90 phone=0912000111 --reason "có điện thoại"
expect_exit "one field is changed" 0
tinhso query keepers --id k90 --csv --reveal "kiểm tra"
expect_contains "the others are kept" "$out" "Lê Văn Tám"
expect_contains "the new one is there" "$out" "+84912000111"
tinhso put keepers code=k90 phone= --reason "cắt điện thoại" --json
expect_contains "an empty value clears" "$out" '"outcome":"changed"'
tinhso query keepers --id k90 --csv --reveal "kiểm tra"
expect_not_contains "it is gone" "$out" "912000111"
before=$(revisions)
tinhso put keepers code=k90 full_name="Lê Văn Tám" --reason "lại lần nữa" --json
expect_contains "the same again is no change" "$out" '"outcome":"same"'
expect_eq "and no revision" "$(revisions)" "$before"

# ---- from JSON
printf '{"code":"k93","full_name":"Y Bhăm","sex":"male","since":"2020-05-01","phone":null,"_sample":true}' >"$WORK/k93.json"
tinhso put keepers --from k93.json --reason "từ biểu mẫu"
expect_exit "a JSON object is taken" 0
expect_contains "an invented record is called so" "$out" "dữ liệu mẫu"
tinhso put keepers code=k93 sex=female --reason "sửa"
tinhso query keepers --filter "_sample = true AND code = 'k93'" --count --json
expect_contains "it stays invented when it is changed" "$out" '"count":1,'
tinhso put keepers code=k93 _sample=false --reason "đã gặp người này"
expect_contains "until it is called real" "$out" "nay là bản ghi thật"
run bash -c "echo '[1]' | '$TINHSO_BIN' put keepers --from - --reason thử"
expect_exit "what is no object is wrong usage" 2
printf '{"code":"k94","full_name":"Nguyễn Thị Sáu","since":"2020-05-01"}' >"$WORK/k94.json"
run bash -c "'$TINHSO_BIN' put keepers --from - sex=female --reason 'từ đầu vào chuẩn' <k94.json"
expect_exit "standard input is read, words come on top" 0

# ---- removing
tinhso remove keepers k94
expect_exit "a removal wants a reason" 2
tinhso remove keepers k94 --reason "nghỉ việc" --dry-run
expect_exit "a dry run of a removal" 0
tinhso query keepers --id k94 --count --json
expect_contains "leaves it there" "$out" '"count":1,'
tinhso remove keepers k94 --reason "nghỉ việc" --json
expect_contains "a record is removed" "$out" '"removed":"k94"'
tinhso query keepers --id k94 --history
expect_contains "its history stays" "$out" "xóa"
tinhso remove keepers k94 --reason "nghỉ việc"
expect_exit "what is gone is not removed again" 1
tinhso remove areas 13@ --reason thử --dry-run
expect_exit "a unit that records lie in cannot be removed, as a dry run tells" 1
tinhso remove areas 13@ --reason thử
expect_exit "and is not" 1
expect_contains "a record that needs it is named" "$err" "13"
tinhso merge keepers k1 k92 --reason "cùng một người"
tinhso remove keepers k92 --reason thử
expect_exit "a record that was merged is not removed" 1
expect_contains "but where it went is told" "$err" "k1"

# ---- what is invented and what is real do not mix in a merge
tinhso put keepers code=k95 full_name="Người mẫu" since=2020-05-01 _sample=true --reason "bản ghi mẫu"
tinhso merge keepers k95 k2 --reason "thử"
expect_exit "a real record is not dropped for an invented one" 1
expect_contains "the other way is told" "$err" "ngược lại"
tinhso merge keepers k2 k95 --reason "cùng một người"
expect_exit "and works" 0
tinhso query keepers --filter "_sample = true AND code = 'k2'" --count --json
expect_contains "the real one stays real" "$out" '"count":0,'
tinhso log verify
expect_exit "the log is whole" 0
