#!/bin/bash
# A doubted due date: the command tells start, due moment and each day left out; by the calendar as it was known, of each office, and never by a guess.
. "$(dirname "$0")/lib.sh"

province=$WORK/province/gio
mkdir -p "$province/registers" "$province/data"
cp "$SOURCE"/province/dak-nong/registers/{holidays,office_hours}.yaml "$province/registers/"
cp "$SOURCE"/province/dak-nong/data/{holidays,office_hours}.csv "$province/data/"
cat >"$province/province.yaml" <<'END'
province: gio
title: {vi: Tỉnh Giờ, en: Province of Hours}
END
cat >"$province/registers/offices.yaml" <<'END'
register: offices
title: {vi: Cơ quan, en: Offices}
privacy: public
key: [code, valid_from]
valid_time: {from: valid_from, to: valid_to}
fields:
  code: {type: string, title: {vi: Mã, en: Code}, required: true}
  valid_from: {type: date, title: {vi: Từ, en: From}}
  valid_to: {type: date, title: {vi: Đến, en: To}}
  name: {type: string, title: {vi: Tên, en: Name}, required: true}
  successor: {type: string, title: {vi: Kế tục, en: Successor}}
data: {file: data/offices.csv, source: made for this test}
END
printf 'code,valid_from,valid_to,name\nubnd-24760,,2025-07-01,UBND xã Cũ\nubnd-24760,2025-07-01,,UBND xã Mới\n' >"$province/data/offices.csv"
# As it was known until 25 December 2025: 2 January 2026 is a working day.
grep -v "^2026-01-02," "$SOURCE/province/dak-nong/data/holidays.csv" >"$province/data/holidays.csv"
tinhso load province/gio
expect_exit "the province loads" 0
tinhso log --json
before=$(python3 -c 'import json, sys; print(json.loads(sys.argv[1])["revisions"][0]["rev"])' "$out")
cp "$SOURCE/province/dak-nong/data/holidays.csv" "$province/data/"
tinhso load province/gio
expect_exit "and again with the days off as announced later" 0

# due ARGS…: start, due and late moment in the province's time.
due() {
    tinhso deadline "$@" --json
    [ "$status" = 0 ] || { echo "exit $status: $err" && return; }
    python3 - "$out" <<'END'
import datetime, json, sys
d = json.loads(sys.argv[1])
zone = datetime.timezone(datetime.timedelta(hours=7))
for key in ("starts", "due", "late"):
    t = d[key]
    print(t and datetime.datetime.fromisoformat(t.replace("Z", "+00:00")).astimezone(zone).strftime("%Y-%m-%d %H:%M"), end=" ")
print(*(x["date"] + ("+" if x["open"] else "") for x in d["days"]))
END
}

expect_eq "three working days cross a weekend" "$(due ubnd-24760 3 working_day "2025-03-06 09:15")" \
    "2025-03-06 09:15 2025-03-11 09:15 2025-03-11 17:00 2025-03-08 2025-03-09"
expect_eq "on a Saturday it starts on Monday" "$(due ubnd-24760 3 working_day "2025-03-08 10:00")" \
    "2025-03-10 07:00 2025-03-12 17:00 2025-03-13 17:00 2025-03-08 2025-03-09"
expect_eq "but not where the office works on Saturdays" "$(due cong-an-24760 3 working_day "2025-03-08 10:00")" \
    "2025-03-08 10:00 2025-03-12 10:00 2025-03-12 17:00 2025-03-09"
expect_eq "calendar days leave out only what follows the last one" "$(due - 20 calendar_day "2025-04-10 08:00")" \
    "2025-04-10 08:00 2025-05-05 17:00 2025-05-05 17:00 2025-04-30 2025-05-01 2025-05-02 2025-05-03 2025-05-04"
expect_eq "after 15:00 the same day is the next" "$(due - 1 same_day "2025-03-06 15:01")" \
    "2025-03-06 15:01 2025-03-07 17:00 2025-03-07 17:00 "
expect_eq "a pause gives back what it took, over days off and a Saturday worked instead" \
    "$(due - 7 working_day "25/04/2024 08:00" --pause "26/04/2024 16:00; 04/05/2024 10:00")" \
    "2024-04-25 08:00 2024-05-10 14:00 2024-05-10 17:00 2024-04-27 2024-04-28 2024-04-29 2024-04-30 2024-05-01 2024-05-04+ 2024-05-05"
expect_eq "while it waits nothing is due" "$(due - 7 working_day "2024-04-25 08:00" --pause "2024-04-26 16:00")" \
    "2024-04-25 08:00 None None "
expect_eq "where the law sets no limit, neither" "$(due - 0 none "2024-04-25 08:00")" "2024-04-25 08:00 None None "
expect_eq "a day made off at short notice counts" "$(due - 1 working_day "2025-12-31 16:00")" \
    "2025-12-31 16:00 2026-01-05 16:00 2026-01-05 17:00 2026-01-01 2026-01-02 2026-01-03 2026-01-04"
expect_eq "by the calendar as it was known before, it does not" "$(due - 1 working_day "2025-12-31 16:00" --at "$before")" \
    "2025-12-31 16:00 2026-01-02 16:00 2026-01-02 17:00 2026-01-01"

tinhso deadline ubnd-24760 3 working_day "2025-04-28 09:15"
expect_exit "it is told in words" 0
expect_contains "the office under its name of that day" "$out" "UBND xã Cũ (giờ làm việc chung của tỉnh)"
expect_contains "due" "$out" "Hạn trả:        09:15 thứ ba 06/05/2025"
expect_contains "late" "$out" "Trễ sau:        17:00 thứ ba 06/05/2025"
expect_contains "each day left out with its reason" "$out" "nghỉ lễ, nghỉ bù: Ngày Chiến thắng 30/4"
tinhso deadline ubnd-24760 3 working_day "2025-08-28 09:15" --lang en
expect_contains "in English too" "$out" "UBND xã Mới (the hours of the province)"
expect_contains "with the weekday" "$out" "Saturday  weekly day of rest"
tinhso deadline - 3 working_day "2035-03-06 09:15" --lang en
expect_exit "a year without known days off is answered" 0
expect_contains "with a warning" "$err" "lacks the days off"

# refused CODE WORDS ARGS…
refused() {
    local code=$1 words=$2
    shift 2
    tinhso deadline "$@" --lang en
    expect_exit "refused: $*" "$code"
    expect_contains "and said why" "$err" "$words"
    expect_eq "nothing is guessed" "$out" ""
}
refused 1 "has no office “ubnd-2476”" ubnd-2476 3 working_day "2025-03-06 09:15"
refused 1 "has no office “x'y”" "x'y" 3 working_day "2025-03-06 09:15"
refused 1 "unit “unspecified” does not say how to count" - 3 unspecified "2025-03-06 09:15"
refused 1 "unit “weeks” does not say how to count" - 3 weeks "2025-03-06 09:15"
refused 1 "A limit of “0”" - 0 working_day "2025-03-06 09:15"
refused 1 "A limit of “99999999999”" - 99999999999 working_day "2025-03-06 09:15"
refused 1 "not an integer" - ba working_day "2025-03-06 09:15"
refused 1 "is not a moment with a day and an hour" - 3 working_day "2025-03-06"
refused 1 "outside of the known hours" - 3 working_day "1999-03-06 09:15"
refused 1 "lies behind the due moment" - 1 working_day "2025-03-06 09:15" --pause "2025-03-07 09:16;2025-03-10 09:00"
refused 2 "is out of order" - 9 working_day "2025-03-06 09:15" --pause "2025-03-07 09:16;2025-03-07 09:00"
refused 2 "is out of order" - 9 working_day "2025-03-06 09:15" --pause "2025-03-05 09:16;2025-03-07 09:00"
refused 2 "is out of order" - 9 working_day "2025-03-06 09:15" --pause "2025-03-07 09:00" --pause "2025-03-08 09:00"

# ---- hours that cannot be
tinhso put office_hours weekday=1 opens=11:00 closes=12:00 source=sai --reason "chồng giờ"
expect_exit "a session that overlaps another is a record like any" 0
refused 1 "Session “@1@13:30@”" - 3 working_day "2025-03-06 09:15"
rm "$province/registers/office_hours.yaml"
cp -r "$province" "$WORK/province/khong" && sed -i 's/^province: gio/province: khong/' "$WORK/province/khong/province.yaml"
tinhso load province/khong
refused 1 "No hours are declared" - 3 working_day "2025-03-06 09:15" --db var/khong.db
