#!/bin/bash
# The promise of a dossier under its own steps: nothing that is past due is halted, a pause every evening wins no time, an extension counts from the last day.
# timeout: 300
. "$(dirname "$0")/lib.sh"

# at "yyyy-mm-dd hh:mm": the moment of what follows, in the province's time.
at() {
    export TINHSO_NOW="${1/ /T}:00+07:00"
}
# receive PROCEDURE: a dossier at a commune's counter; its code in $code.
receive() {
    tinhso dossier procedure="$1" reception_office=ubnd-24631 channel=counter applicant="Lê Thị Mẫu" --as reception_officer --json
    expect_exit "a dossier is received" 0
    code=$(python3 -c 'import json, sys; print(json.loads(sys.argv[1])["id"])' "$out")
}
# step STEP ARGS…: of that dossier; its promise in $promise: first due, due, late, minutes left.
step() {
    tinhso act dossiers "$code" "$@" --json --lang en
    [ "$status" = 0 ] || return 0
    promise=$(python3 - "$out" <<'END'
import datetime, json, sys
r = json.loads(sys.argv[1])["record"]
zone = datetime.timezone(datetime.timedelta(hours=7))
def shown(key):
    return datetime.datetime.fromisoformat(r[key].replace("Z", "+00:00")).astimezone(zone).strftime("%d/%m %H:%M") if r.get(key) else "-"
print(shown("due_first_at"), shown("due_at"), shown("late_at"), r.get("left_minutes", "-"), sep=", ")
END
    )
}
# begin: the province as it was loaded the day before, so that no step lies before it; not what other scenarios share.
begin() {
    rm -rf "${WORK:?}/var"
    loaded_province
}
# shown WHO WORDS WITHOUT: the page of the dossier, for a leader who signs in at that moment.
shown() {
    serve --lang en
    run python3 "$SOURCE/tests/scenario/dossier_clock.py" "$address" "$WORK" "$1" "$code" "$2" "$3"
    retell "$WORK/.out" "$WORK/serve.log"
    expect_exit "the page was asked" 0
    [ "$status" -eq 0 ] || printf '%s\n' "# ${err//$'\n'/$'\n'# }"
    serve_end
}
TINHSO_TEST_SHARED=''
at "2026-11-29 08:00"
begin
asking=(faults="Thiếu giấy chứng sinh" answer_by=2026-12-31)

# ---- Monday 30 November 2026, three working days: due Thursday 10:00, late after 17:00
at "2026-11-30 10:00"
receive 1.004873
at "2026-12-03 10:01"
step ask_supplement "${asking[@]}" --as reception_officer
expect_exit "after the due moment nothing is halted, though it is not late yet" 1
expect_contains "and it is said why" "$err" "The term has passed (2026-12-03T03:00:00Z)"
step ask_payment fee_vnd=8000 fee_note=phí --as cashier
expect_exit "not for money either" 1
expect_contains "for the same reason" "$err" "The term has passed"

# ---- due at the close of the same day: in the evening nothing is halted
at "2026-12-04 09:00"
receive 2.000635
at "2026-12-04 16:59"
shown lan "due today" "late since today"
at "2026-12-04 20:00"
step ask_supplement "${asking[@]}" --as reception_officer
expect_exit "nor after office hours" 1
expect_contains "it is late" "$err" "The term has passed (2026-12-04T10:00:00Z)"
shown mai "late since today" "working days late"
at "2026-12-07 08:00"
shown hoa "1 working days late" "late since today"
step stop ground=not_eligible --reason "chưa đủ điều kiện" --as leader
expect_exit "what is late can be stopped" 0
shown hue "done late" "done in time"

# ---- halted every evening, a minute before the close, and taken up in the morning
at "2026-11-30 10:00"
begin
receive 1.004873
ask=ask_supplement as=reception_officer
for day in 30:01 01:02 02:03; do
    month=12
    [ "${day%:*}" != 30 ] || month=11
    at "2026-$month-${day%:*} 16:59"
    step "$ask" "${asking[@]}" --as "$as" --reason "giấy tờ mờ"
    expect_exit "halted at 16:59" 0
    at "2026-12-${day#*:} 07:00"
    step accept_supplement --as reception_officer
    expect_exit "taken up at 07:00" 0
    ask=ask_supplement_again as=leader
done
expect_eq "three such nights give three minutes" "$promise" "03/12 10:00, 03/12 10:03, 03/12 17:00, -"

# ---- stopped long after the day that was promised, having waited for the applicant since before it
begin
at "2026-11-30 10:00"
receive 1.004873
at "2026-12-01 10:00"
step ask_supplement "${asking[@]}" --as reception_officer
expect_exit "it waits for the applicant" 0
at "2027-01-05 08:00"
shown lan "halted since" "working days late"
step stop ground=not_supplemented --reason "không bổ sung" --as leader
expect_exit "who did not answer" 0
shown mai "done in time" "done late"

# ---- 15 calendar days, extended
begin
at "2026-11-30 10:00"
receive 1.011607
at "2026-12-10 09:00"
step extend --as leader --reason "Thẩm tra thêm"
expect_exit "a limit in calendar days is extended" 0
expect_eq "by as many days from its last day on" "$promise" "15/12 17:00, 30/12 17:00, 30/12 17:00, -"

# ---- a day that is swapped a week before: who is touched, and nothing is moved
begin
at "2026-11-30 10:00"
receive 1.011607
receive 1.004873
tinhso calendar --lang en
expect_contains "before it every promise agrees" "$out" "No dossier is touched"
at "2026-12-01 08:00"
tinhso put holidays date=2026-12-02 kind=swap_off day_off=1 name_vi="Nghỉ hoán đổi" --reason "Thông báo"
expect_exit "a swap is announced" 0
tinhso calendar --json
expect_contains "the dossier in working days is touched" "$out" "\"id\":\"$code\",\"promised\":\"2026-12-03T03:00:00Z\",\"computed\":\"2026-12-04T03:00:00Z\",\"later\":true"
expect_eq "that in calendar days is not" "$(grep -o '"id"' <<<"$out" | wc -l)" 1
tinhso query dossiers --filter "code = '$code'" --json
expect_contains "and nothing was moved" "$out" '"due_at":"2026-12-03T03:00:00Z"'
