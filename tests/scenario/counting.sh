#!/bin/bash
# Invented dossiers of weeks across the merger: in all states, by the laws of every dossier, the same for the same seed; and what is counted over them at any moment.
# timeout: 600
. "$(dirname "$0")/lib.sh"
loaded_province
cp -r "$WORK/var" "$WORK/fresh"

tinhso sample dossiers --days 40 --per-day 24 --seed 1 --until 2025-07-20 --lang en
expect_exit "dossiers of forty days are made" 0
expect_contains "and it says how many" "$out" "invented dossiers"
tinhso sample dossiers --days 0
expect_exit "not of no day" 2

run_python <<'END'
import sqlite3
db = sqlite3.connect("var/dak-nong.db")
one = lambda sql: db.execute(sql).fetchone()[0]
now = "_until IS NULL AND _removed = 0"
n = one(f"SELECT count(*) FROM r_dossiers WHERE {now}")
assert n > 300, n
assert one(f"SELECT count(*) FROM r_dossiers WHERE {now} AND _sample = 0") == 0, "all are marked as invented"
states = {s for s, in db.execute(f"SELECT DISTINCT status FROM r_dossiers WHERE _removed = 0")}
assert states >= set("12345679") | {"10"}, states
assert {c for c, in db.execute(f"SELECT DISTINCT channel FROM r_dossiers WHERE {now}")} == {"online", "counter", "post"}
late = one(f"SELECT avg(finished_at > late_at) FROM r_dossiers WHERE {now} AND finished_at IS NOT NULL AND late_at IS NOT NULL")
assert 0.005 < late < 0.1, late
# Offices and their codes are those of the day of filing.
for code, on, office in db.execute(f"SELECT code, filed_on, reception_office FROM r_dossiers WHERE {now}"):
    assert ("H16" in code) == (on < "2025-07-01"), (code, on)
    assert code.split("-")[1] == on[2:].replace("-", ""), (code, on)
assert one(f"SELECT count(*) FROM r_dossiers WHERE {now} AND filed_on >= '2025-07-01'") > 20
# Numbers of an office and day leave no gap.
for head, most, count in db.execute(f"SELECT substr(code, 1, 20), max(substr(code, 22)), count(*) FROM r_dossiers WHERE {now} GROUP BY 1"):
    assert int(most) == count, (head, most, count)
# Every step is an event; the due moment first promised never changes; a change of it has a paper.
assert one(f"SELECT count(*) FROM r_dossiers d WHERE {now} AND events <> (SELECT count(*) FROM r_dossier_events e WHERE e.dossier = d.code)") == 0
assert one("SELECT count(*) FROM (SELECT code FROM r_dossiers WHERE due_first_at IS NOT NULL GROUP BY code HAVING count(DISTINCT due_first_at) > 1)") == 0
assert one("SELECT count(*) FROM r_dossier_events WHERE due_before IS NOT due_after AND paper IS NULL AND due_before IS NOT NULL") == 0
assert one("SELECT count(*) FROM r_dossier_events e JOIN r_dossier_events b ON b.dossier = e.dossier AND b.number = e.number - 1 WHERE e.at < b.at") == 0
# Nothing of a common kind is stuck at a step that was forgotten: of each procedure asked for often, most are settled.
for procedure, n, done in db.execute(f"SELECT procedure, count(*), sum(finished_at IS NOT NULL OR closed_on IS NOT NULL) FROM r_dossiers WHERE {now} AND filed_on < '2025-07-10' AND limit_unit <> 'calendar_day' AND \"limit\" <= 5 GROUP BY 1 HAVING count(*) >= 8"):
    assert done > n * 0.6, (procedure, n, done)
assert one(f"SELECT count(*) FROM r_dossiers WHERE {now} AND parent IS NOT NULL") > 0, "parts of joined-up dossiers"
# Applicants have answered their forms; the same person stands in the dossier and in what he answered.
forms = {"1.001193": "form_birth", "1.013831": "form_land_change", "1.011607": "form_poor_household", "2.000815": "form_general"}
for procedure, form in forms.items():
    asked = one(f"SELECT count(*) FROM r_dossiers WHERE {now} AND procedure = '{procedure}' AND parent IS NULL")
    answered = one(f"SELECT count(*) FROM r_{form} f JOIN r_dossiers d ON d.code = f.dossier AND d._until IS NULL WHERE f._until IS NULL AND f._sample = 1 AND d.procedure = '{procedure}'")
    assert asked == answered > 0, (procedure, asked, answered)
mothers = db.execute(f"SELECT f.mother_name = d.applicant AND f.mother_personal_id = d.personal_id FROM r_form_birth f JOIN r_dossiers d ON d.code = f.dossier AND d._until IS NULL WHERE f.relation = 'mother'").fetchall()
assert len(mothers) > 1 and all(same for same, in mothers), mothers
assert one("SELECT count(*) FROM r_form_birth WHERE (relation = 'other') <> (relation_words IS NOT NULL) OR (has_father = 1) <> (father_name IS NOT NULL)") == 0
# Neighbours are decided together: one number for several, on one day, of one office.
batches = db.execute(f"SELECT count(*), count(DISTINCT result_number), count(DISTINCT result_on) FROM r_dossiers WHERE {now} AND batch IS NOT NULL GROUP BY office, batch").fetchall()
assert max(n for n, *_ in batches) >= 3 and all(rest == [1, 1] for _, *rest in batches), batches
assert one(f"SELECT count(*) FROM r_dossiers WHERE {now} AND batch IS NOT NULL AND procedure <> '1.011607'") == 0
# Money in every state that there is; what was paid for nothing was given back.
money = {m for m, in db.execute("SELECT DISTINCT money FROM r_dossiers")}
assert money == {"none", "requested", "pending", "paid", "failed", "refunded"}, money
assert one(f"SELECT count(*) FROM r_dossiers WHERE {now} AND money = 'refunded' AND status NOT IN ('3', '7', '8')") == 0
# Ratings of all kinds; feedback that begins after the end of its dossier, and goes on.
assert {r for r, in db.execute(f"SELECT DISTINCT rating FROM r_dossiers WHERE {now} AND rating IS NOT NULL")} >= {2, 3, 4, 5}
assert one(f"SELECT count(*) FROM r_dossiers WHERE {now} AND rating_words IS NOT NULL AND rating IS NULL") == 0
assert one(f"SELECT count(*) FROM r_feedback WHERE {now} AND _sample = 1 AND answered_at IS NOT NULL") > 0
assert one("SELECT count(*) FROM r_feedback WHERE answer_rating IS NOT NULL AND answer_rated_on < substr(answered_at, 1, 10)") == 0
verified, looked = (one(f"SELECT count(*) FROM r_dossiers WHERE {now} AND {what}") for what in ("is_verified = 1", "databases LIKE '%population%'"))
assert verified > 20 < looked and one("SELECT count(*) FROM r_dossiers WHERE is_verified = 1 AND channel <> 'online'") == 0, (verified, looked)
assert one(f"SELECT count(*) FROM r_feedback f JOIN r_dossiers d ON d.code = f.dossier AND d._until IS NULL WHERE f._until IS NULL AND f.filed_at < coalesce(d.returned_at, d.finished_at, d.filed_at)") == 0
assert one(f"SELECT count(*) FROM r_feedback WHERE {now} AND (_sample = 0 OR substr(code, 4, 6) <> substr(replace(filed_on, '-', ''), 3))") == 0
assert one("SELECT count(*) FROM sqlite_master WHERE name = 'outbox'") == 0 or one("SELECT count(*) FROM outbox") == 0, "partners hear of nothing invented"
END
expect_exit "they are as dossiers are" 0
[ "$status" = 0 ] || echo "$err"

mv "$WORK/var" "$WORK/first"
mv "$WORK/fresh" "$WORK/var"
tinhso sample dossiers --days 40 --per-day 24 --seed 1 --until 2025-07-20
run_python <<'END'
import sqlite3
def dossiers(path):
    db = sqlite3.connect(path)
    rows = []
    for register in ("dossiers", "form_birth", "form_general", "feedback"):
        names = [r[1] for r in db.execute(f"PRAGMA table_info(r_{register})") if not r[1].startswith("_") and r[1] not in ("token", "workflow_rev", "calendar_rev")]
        cells = ", ".join(f'"{n}"' for n in names)
        rows += db.execute(f"SELECT {cells} FROM r_{register} WHERE _until IS NULL ORDER BY _id").fetchall()
    return rows
first, second = dossiers("first/dak-nong.db"), dossiers("var/dak-nong.db")
assert len(first) > 300 and first == second, [(a, b) for a, b in zip(first, second) if a != b][:1]
END
expect_exit "the same seed gives the same dossiers" 0
[ "$status" = 0 ] || echo "$err"

# ---- what is counted: the balance holds on any day, and a closed month stays as it was
cat >"$WORK/balance.py" <<'END'
import json, os, random, subprocess, sys
def value(figure, on):
    p = subprocess.run([os.environ["TINHSO_BIN"], "figure", "dossiers-" + figure, "--on", on, "--json"], capture_output=True, text=True, check=True)
    return json.loads(p.stdout)["value"]
month = ["carried", "received", "settled", "settled-early", "settled-on-time", "settled-late", "settled-no-term", "ended", "pending"]
random.seed(11)
days = [f"2025-{m:02}-{random.randint(1, d):02}" for m, d in [(6, 30), (7, 31), (8, 31)] for _ in range(6)]
for day in days + ["2025-06-30", "2025-07-31"]:
    v = {f: value(f, day) for f in month}
    assert v["carried"] + v["received"] == v["settled"] + v["ended"] + v["pending"], (day, v)
    assert v["settled"] == sum(v["settled-" + x] for x in ("early", "on-time", "late", "no-term")), (day, v)
june = {f: value(f, "2025-06-30") for f in month}
july = {f: value(f, "2025-07-31") for f in month}
assert june["pending"] == july["carried"] > 0, (june, july)
assert june["settled"] > 100 and june["ended"] > 0, june
print(json.dumps([june, july]))
END
run python3 balance.py
expect_exit "carried over + filed = settled + pending + refused, withdrawn, stopped: on any day" 0
[ "$status" = 0 ] || echo "$err"
before=$out
settle=$(python3 - "$WORK/var/dak-nong.db" <<'END'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
print(*next(db.execute("SELECT code, late_at FROM r_dossiers WHERE _until IS NULL AND status IN ('2', '4') AND paused_at IS NULL AND late_at IS NOT NULL ORDER BY code")))
END
)
late=${settle% *}
for step in "extend --as leader" "ask_supplement faults=x answer_by=2030-01-01 --as case_officer" "ask_payment fee_vnd=1 fee_note=x --as cashier"; do
    # shellcheck disable=SC2086
    tinhso act dossiers "$late" $step --reason "để đẹp số" --lang en
    expect_exit "a late dossier is not made to look on time by: ${step%% *}" 1
done
tinhso put dossiers code="$late" late_at=2030-01-01T00:00:00Z --reason "để đẹp số" --lang en
expect_exit "nor by writing another term" 1
tinhso act dossiers "$late" stop ground=not_eligible --reason "đóng lại" --as leader
expect_exit "it can be stopped, today" 0
run python3 balance.py
expect_eq "and what was told of closed months stays" "$out" "$before"
tinhso report one-stop-month --lang en
expect_exit "the month's report is written" 0
run python3 "$SOURCE/tests/scenario/counting_766.py" "$WORK/var/dak-nong.db" "$SOURCE/province/dak-nong"
expect_exit "what Decision 766 judges by is what the records hold" 0
[ "$status" = 0 ] || echo "$err"
tinhso report qd-766 --lang en
expect_exit "its report is written" 0
expect_contains "with points for what nobody complained of" "$out" "6 điểm"
expect_contains "a table of nothing says so, in place of rows" "$out" "Chưa có gì để đếm"
expect_eq "each of its four tables: the ranking and three breakdowns" "$(grep -c "Chưa có" <<<"$out")" 4
tinhso figure dossiers-settled --on 2025-06-30 --by office --lang en
expect_exit "by office" 0

# ---- pages
tinhso sample dossiers --days 30 --per-day 14 --seed 8
serve --lang en
run python3 "$SOURCE/tests/scenario/counting.py" "$address" "$WORK"
retell "$WORK/.out" "$WORK/serve.log"
expect_exit "every check was made" 0
[ "$status" -eq 0 ] || printf '%s\n' "# ${err//$'\n'/$'\n'# }"
walk_as long
serve_end
tinhso log verify
expect_exit "the log verifies" 0
