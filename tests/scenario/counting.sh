#!/bin/bash
# Invented dossiers of weeks across the merger: in all states, by the laws of every dossier, the same for the same seed; and what is counted over them at any moment.
# timeout: 600
. "$(dirname "$0")/lib.sh"
loaded_province
cp -r "$WORK/var" "$WORK/fresh"

tinhso sample dossiers --days 40 --per-day 14 --seed 7 --until 2025-07-20 --lang en
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
assert one("SELECT count(*) FROM sqlite_master WHERE name = 'outbox'") == 0 or one("SELECT count(*) FROM outbox") == 0, "partners hear of nothing invented"
END
expect_exit "they are as dossiers are" 0
[ "$status" = 0 ] || echo "$err"

mv "$WORK/var" "$WORK/first"
mv "$WORK/fresh" "$WORK/var"
tinhso sample dossiers --days 40 --per-day 14 --seed 7 --until 2025-07-20
run_python <<'END'
import sqlite3
def dossiers(path):
    db = sqlite3.connect(path)
    names = [r[1] for r in db.execute("PRAGMA table_info(r_dossiers)") if not r[1].startswith("_") and r[1] not in ("token", "workflow_rev", "calendar_rev")]
    cells = ", ".join(f'"{n}"' for n in names)
    return db.execute(f"SELECT {cells} FROM r_dossiers WHERE _until IS NULL ORDER BY code").fetchall()
first, second = dossiers("first/dak-nong.db"), dossiers("var/dak-nong.db")
assert len(first) > 300 and first == second, [(a, b) for a, b in zip(first, second) if a != b][:1]
END
expect_exit "the same seed gives the same dossiers" 0
[ "$status" = 0 ] || echo "$err"

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
