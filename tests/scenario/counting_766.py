#!/usr/bin/python3
"""The figures of Decision 766 and article 31 against counts from the records: counting_766.py DATABASE FOLDER."""
import csv
import datetime
import json
import os
import shutil
import sqlite3
import subprocess
import sys


def figure(name, on, *more):
    p = subprocess.run([os.environ["TINHSO_BIN"], "figure", name, "--on", on, "--db", path, "--json", *more],
                       capture_output=True, text=True, check=True)
    return json.loads(p.stdout)


def table(name, columns):
    names = columns.split()
    cells = ", ".join(f'"{n}"' for n in names)
    return [dict(zip(names, row)) for row in db.execute(f"SELECT {cells} FROM r_{name} WHERE {LIVE}")]


def tinhso(*words):
    p = subprocess.run([os.environ["TINHSO_BIN"], *words, "--db", path], capture_output=True, text=True, check=False)
    assert p.returncode == 0, (words, p.stdout, p.stderr)


def day(iso, days):
    return (datetime.date.fromisoformat(iso) + datetime.timedelta(days)).isoformat()


def days(a, b):
    return (datetime.date.fromisoformat(b) - datetime.date.fromisoformat(a)).days


def put(register, rows):
    """Rows as the workflow would leave them."""
    names = list(rows[0])
    with open(f"{there}/{register}.csv", "w", encoding="utf-8", newline="") as f:
        out = csv.DictWriter(f, names)
        out.writeheader()
        out.writerows(rows)
    tinhso("import", register, f"{there}/{register}.csv", "--reason", "x")


def add_what_samples_lack():
    """Results, files, comparisons with the portal, decisions with a day, databases consulted, and more feedback than
    samples have. In a copy, where not the workflow alone writes them."""
    with sqlite3.connect(path) as copy:
        copy.execute("DELETE FROM r_feedback")  # else its declaration could not let go of the workflow
    shutil.copytree(sys.argv[2], f"{there}/province")
    os.remove(f"{there}/province/workflows/feedback.yaml")
    for register in ("results", "dossier_files", "feedback", "portal_checks"):
        with open(f"{there}/province/registers/{register}.yaml", "r+", encoding="utf-8") as f:
            text = f.read().replace("by: workflow\n", "")
            f.seek(0)
            f.write(text)
            f.truncate()
    tinhso("load", f"{there}/province")
    results_, files_, feedback_, asked_, checks_ = [], [], [], [], {}
    cells = "code, office, personal_id, filed_on, result_on"
    rows = db.execute(f"SELECT {cells} FROM r_dossiers WHERE {LIVE} ORDER BY code").fetchall()
    for i, (code, office, person, filed, settled) in enumerate(rows):
        if settled and i % 3:
            results_.append({"code": code, "dossier": code, "kind": "x", "number": "1", "owner": "Lê Thị Mai",
                             "issuer": office, "personal_id": person if i % 2 else "", "file": i if i % 5 else "",
                             "signed_on": filed})
        for n, origin in enumerate(("digitised", "store", "uploaded", "reused")[:i % 5]):
            files_.append({"dossier": code, "number": n + 1, "kind": ("paper", "supplement", "result")[i % 3],
                           "name": "x", "media_type": "text/plain", "bytes": 1, "sha256": "0" * 64, "origin": origin,
                           "added_on": filed, "removed_on": filed if i % 7 == 0 else ""})
        if i % 4 == 0:
            answered = ("", filed + "T10:00:00Z", "2025-07-18T10:00:00Z")[i // 4 % 3]
            feedback_.append({"code": f"PA-250601-{i:04}", "kind": ("complaint", "proposal", "praise")[i % 3],
                              "office": office, "words": "x", "filed_on": filed, "late_at": filed + "T20:00:00Z",
                              "status": "received", "answered_at": answered,
                              "answer_rating": ("", "satisfied", "dissatisfied")[i // 8 % 3] if answered else "",
                              "answer_rated_on": ("2025-06-28", "2025-07-28")[i // 24 % 2] if answered else ""})
        asked_.append(((1, None, 0)[i % 3], ("electronic", "counter")[i % 2],
                       ('["population","land"]', '["land"]', None)[i // 3 % 3], code))
        check_ = checks_.setdefault((filed, office), {"day": filed, "office": office, "dossiers": 0, "same": 0,
                                                      "waiting": 0, "missing": 0})
        check_["dossiers"] += 1
        check_[("same", "same", "waiting", "missing")[i % 4]] += 1
    with sqlite3.connect(path) as dossiers_:  # no declaration lets go of a dossier that there is
        dossiers_.executemany("UPDATE r_dossiers SET is_verified = ?, return_by = ?, databases = ? "
                              f"WHERE code = ? AND {LIVE}", asked_)
    put("portal_checks", list(checks_.values()))
    known = db.execute(f"SELECT code, valid_from FROM r_procedures WHERE {LIVE} AND valid_from = '2025-07-01' "
                       "AND resolved_by IS NOT NULL ORDER BY code").fetchall()
    put("procedures", [{"code": code, "valid_from": since, "decided_on": day(since, -back), "resolved_by": "x",
                        "published_on": day(since, public) if public is not None else ""}
                       for (code, since), (back, public) in zip(
                           known, ((7, 0), (6, 1), (10, -4), (3, None), (8, None), (20, -13), (7, -1)))])
    put("results", results_)
    put("dossier_files", files_)
    put("feedback", feedback_)


there = sys.argv[1] + ".judged"
shutil.copytree(os.path.dirname(sys.argv[1]), there)
path = f"{there}/{os.path.basename(sys.argv[1])}"
db = sqlite3.connect(path)
db.execute("PRAGMA query_only = ON")
LIVE = "_until IS NULL AND _removed = 0"
add_what_samples_lack()
dossiers = table("dossiers", "code procedure office channel personal_id filed_on result_on finished_at late_at money "
                 "fee_vnd payment_ref supplements rating rated_on is_verified databases return_by")
steps = table("dossier_events", "dossier transition")
at_once = {e["dossier"] for e in steps if e["transition"] == "decide_now"}
files = table("dossier_files", "dossier kind origin added_on removed_on")
results = table("results", "dossier file personal_id")
feedback = table("feedback", "kind office filed_on late_at answered_at answer_rating answer_rated_on")
checks = table("portal_checks", "day office dossiers same")
levels = table("procedures", "code valid_from valid_to level published_on authority office applicants results "
               "legal_basis law_limit_unit national_limit_unit local_limit_unit online_limit_unit counter_limit_unit "
               "decided_on fee_online fee_counter")
offices = table("offices", "code valid_from valid_to level")


def is_on(row, day):
    return (row["valid_from"] or "") <= day and (not row["valid_to"] or day < row["valid_to"])


def entity(rows, code, when):
    """What a dated register held of an entity on a day."""
    found = [r for r in rows if r["code"] == code and is_on(r, when)]
    assert len(found) == 1, (code, when, found)
    return found[0]


def on_day(rows, code, when):
    return entity(rows, code, when)["level"]


def is_paid_for(p):
    return (p["fee_online"] or 0) > 0 or (p["fee_counter"] or 0) > 0


def is_for_persons(p):
    return bool({"citizen", "overseas_vietnamese", "foreign_resident"} & set(json.loads(p["applicants"] or "[]")))


def is_looked_up(d):
    return d["is_verified"] == 1 or "population" in json.loads(d["databases"] or "[]")


def points(part, whole, most, full=1, empty=0):
    return empty if whole == 0 else min(most, most * part / whole / full)


def check(name, on, part, whole):
    r = figure(name, on)
    assert (r["value"], r["of"]) == (part, whole), (name, on, r["value"], r["of"], part, whole)


made = {}


def check_points(name, on, expected):
    r = figure(name, on)
    assert abs(r["value"] - expected) < 1e-5, (name, on, r["value"], expected)
    made[on] = made.get(on, 0) + expected


# What an office is judged by, with its bound and what stands where nothing was there to judge.
OF_OFFICES = {"sync": 0, "progress": 0, "online": 0, "payment-dossiers": 0, "payment-procedures": 0, "e-result": 0,
              "components": 0, "reuse": 0, "store": 0, "certified": 0, "population": 0, "complaints": 6, "answers": 6,
              "ratings": 0}


def judge_offices(on):
    first = on[:8] + "01"
    by = {d["code"]: d["office"] for d in dossiers}
    rows = {p: {r["key"]: r["value"] for r in figure("qd766-" + p, on, "--by", "office", "--whole")["rows"]}
            for p in (*OF_OFFICES, "offices")}
    expected = {}
    for office in {*by.values()}:
        settled = [d for d in dossiers if d["office"] == office and d["result_on"] and first <= d["result_on"] <= on]
        filed = [d for d in dossiers if d["office"] == office and first <= d["filed_on"] <= on]
        codes = {d["code"] for d in settled}
        electronic = {r["dossier"] for r in results if r["file"] and r["dossier"] in codes}
        expected["e-result"] = points(len(electronic), len(settled), 6)
        here = {d["code"] for d in filed}
        reused = {f["dossier"] for f in files if f["dossier"] in here and f["kind"] in ("paper", "supplement")
                  and f["origin"] in ("reused", "store") and f["added_on"] <= on
                  and not (f["removed_on"] and f["removed_on"] <= on)}
        expected["reuse"] = points(len(reused), len(filed), 2, 0.8)
        expected["population"] = points(sum(map(is_looked_up, filed)), len(filed), 2)
        seen_ = [c for c in checks if c["office"] == office and first <= c["day"] <= on]
        expected["sync"] = points(sum(c["same"] for c in seen_), sum(c["dossiers"] for c in seen_), 6)
        for part, value in expected.items():
            assert abs(rows[part].get(office, OF_OFFICES[part]) - value) < 1e-5, (office, part, rows[part], value)
        total = sum(rows[p].get(office, empty) for p, empty in OF_OFFICES.items())
        if office in rows["offices"]:
            assert abs(rows["offices"][office] - total) < 1e-5, (office, rows["offices"][office], total)
    assert len(rows["offices"]) > 10 and len({round(v, 2) for v in rows["offices"].values()}) > 5, rows["offices"]


def judge(on):
    first = on[:8] + "01"
    filed = [d for d in dossiers if first <= d["filed_on"] <= on]
    settled = [d for d in dossiers if d["result_on"] and first <= d["result_on"] <= on]
    codes = {d["code"] for d in settled}
    term = [d for d in settled if d["late_at"]]
    good = [d for d in term if d["finished_at"] <= d["late_at"]]
    check_points("qd766-progress", on, points(len(good), len(term), 20))
    full = [d for d in filed if on_day(levels, d["procedure"], d["filed_on"]) == "full"]
    check("dossiers-online-full", on, sum(d["channel"] == "online" for d in full), len(full))
    judged = [d for d in full if on_day(offices, d["office"], d["filed_on"]) != "commune"]
    check_points("qd766-online", on, points(sum(d["channel"] == "online" for d in judged), len(judged), 12))
    owed = [d for d in settled if d["fee_vnd"]]
    paid = [d for d in owed if d["money"] == "paid" and d["payment_ref"]]
    check("dossiers-paid-online", on, len(paid), len(owed))
    check_points("qd766-payment-dossiers", on, points(len(paid), len(owed), 6))
    some, all_ = {d["procedure"] for d in paid}, {d["procedure"] for d in owed}
    check("procedures-paid-online", on, len(some), len(all_))
    check_points("qd766-payment-procedures", on, min(2, 2.5 * len(some) / len(all_)) if all_ else 0)
    electronic = {r["dossier"] for r in results if r["file"] and r["dossier"] in codes}
    check("dossiers-e-result", on, len(electronic), len(settled))
    check_points("qd766-e-result", on, points(len(electronic), len(settled), 6))
    known = {d["code"] for d in settled if d["personal_id"]}
    stored = {r["dossier"] for r in results if r["file"] and r["personal_id"] and r["dossier"] in known}
    check("dossiers-in-personal-store", on, len(stored), len(known))
    check_points("qd766-store", on, points(len(stored), len(known), 4))
    paper = {d["code"] for d in filed if d["channel"] != "online"}
    scanned = {f["dossier"] for f in files if f["dossier"] in paper and f["origin"] == "digitised"
               and f["added_on"] <= on and not (f["removed_on"] and f["removed_on"] <= on)}
    check("dossiers-digitised", on, len(scanned), len(paper))
    check_points("qd766-components", on, points(len(scanned), len(paper), 4))
    here = {d["code"] for d in filed}
    reused = {f["dossier"] for f in files if f["dossier"] in here and f["kind"] in ("paper", "supplement")
              and f["origin"] in ("reused", "store") and f["added_on"] <= on
              and not (f["removed_on"] and f["removed_on"] <= on)}
    check("dossiers-reused", on, len(reused), len(filed))
    check_points("qd766-reuse", on, points(len(reused), len(filed), 2, 0.8))
    copies = {d["code"]: d for d in settled if d["procedure"] == "2.000815"}
    certified = {r["dossier"] for r in results if r["file"] and r["dossier"] in copies
                 and copies[r["dossier"]]["return_by"] == "electronic"}
    check("dossiers-certified-copy", on, len(certified), len(copies))
    check_points("qd766-certified", on, points(len(certified), len(copies), 2))
    looked_up = [d for d in filed if is_looked_up(d)]
    check("dossiers-population", on, len(looked_up), len(filed))
    check_points("qd766-population", on, points(len(looked_up), len(filed), 2))
    force = [p for p in levels if is_on(p, on)]
    persons = [p for p in force if is_for_persons(p)]
    used = {d["procedure"] for d in looked_up if is_for_persons(entity(levels, d["procedure"], d["filed_on"]))}
    check("procedures-population", on, len(used), len(persons))
    check_points("qd766-population-procedures", on, points(len(used), len(persons), 2))
    priced = [p for p in force if is_paid_for(p)]
    offered = {d["procedure"] for d in filed
               if d["fee_vnd"] and is_paid_for(entity(levels, d["procedure"], d["filed_on"]))}
    check("procedures-fee-online", on, len(offered), len(priced))
    check_points("qd766-payment-offered", on, points(len(offered), len(priced), 2, 0.8))
    seen_ = [c for c in checks if first <= c["day"] <= on]
    same, compared = sum(c["same"] for c in seen_), sum(c["dossiers"] for c in seen_)
    assert abs(figure("dossiers-synchronised", on)["value"] - (100 * same / compared if compared else 0)) < 1e-5
    check_points("qd766-sync", on, points(same, compared, 6))
    year = f"{int(on[:4]) - 1:04}-{int(on[5:7]) + 1:02}-01" if on[5:7] != "12" else on[:4] + "-01-01"
    decided = [p for p in force if p["decided_on"] and year <= p["decided_on"] <= on]
    early = [p for p in decided if p["valid_from"] and days(p["decided_on"], p["valid_from"]) >= 7]
    check("procedures-published-on-time", on, len(early), len(decided))
    check_points("qd766-published", on, points(len(early), len(decided), 6))
    due = [p for p in decided if (p["published_on"] and p["published_on"] <= on) or days(p["decided_on"], on) > 7]
    soon = [p for p in due if p["published_on"] and p["published_on"] <= on
            and days(p["decided_on"], p["published_on"]) <= 7]
    check("procedures-updated-on-time", on, len(soon), len(due))
    check_points("qd766-updated", on, points(len(soon), len(due), 4))
    rated = [d for d in dossiers if d["rated_on"] and first <= d["rated_on"] <= on]
    check_points("qd766-ratings", on, points(sum(d["rating"] >= 4 for d in rated), len(rated), 6, 0.9))
    end = datetime.datetime.fromisoformat(on + "T17:00:00").isoformat() + "Z"  # midnight in the province
    months = int(on[:4]) * 12 + int(on[5:7]) - 3
    since = f"{months // 12:04}-{months % 12 + 1:02}-01"
    asked = [c for c in feedback if c["kind"] != "praise" and since <= c["filed_on"] <= on]
    ripe = [c for c in asked if (c["answered_at"] or "9") < end or c["late_at"] < end]
    in_time = [c for c in ripe if c["answered_at"] and c["answered_at"] < end and c["answered_at"] <= c["late_at"]]
    check("complaints-on-time", on, len(in_time), len(ripe))
    check_points("qd766-complaints", on, points(len(in_time), len(ripe), 6, empty=6))
    content = [c for c in in_time if not (c["answer_rating"] == "dissatisfied" and c["answer_rated_on"] <= on)]
    check("complaints-satisfied", on, len(content), len(ripe))
    check_points("qd766-answers", on, points(len(content), len(ripe), 6, empty=6))
    check("dossiers-no-supplement", on, sum(not d["supplements"] for d in settled), len(settled))
    check("dossiers-at-the-desk", on, len(codes & at_once), len(settled))
    needed = ("applicants", "results", "legal_basis")
    limits = [k for k in levels[0] if k.endswith("_limit_unit")]
    complete = [p for p in force if p["published_on"] and p["published_on"] <= on and (p["authority"] or p["office"])
                and all(p[k] for k in needed) and any(p[k] for k in limits)]
    check("procedures-complete", on, len(complete), len(force))
    check_points("qd766-content", on, points(len(complete), len(force), 2))
    check("procedures-online", on, sum(p["level"] in ("full", "partial", "3", "4") for p in force), len(force))
    total = made[on]
    check_points("qd766-total", on, total)
    check_points("qd766-offices", on, sum(figure("qd766-" + p, on)["value"] for p in OF_OFFICES))
    return len(settled), len(paid), len(full), len(complete), len(rated), len(electronic), len(stored), \
        len(scanned), len(reused), len(in_time), len(ripe) - len(in_time), len(certified), len(looked_up), len(used), \
        len(offered), same, compared - same, len(early), len(decided) - len(early), len(soon), len(due) - len(soon), \
        len(in_time) - len(content)


seen = [judge(on) for on in ("2025-06-17", "2025-06-30", "2025-07-20", "2025-07-31", "2026-11-20")]
assert all(max(column) > 0 for column in zip(*seen)), seen  # each on a day on which there was something to count
# Each office by itself, and all of them in order: from the parts, whose rows are counted from the records above.
judge_offices("2025-06-30")
# No more than the bound, and offices by themselves: what is not hidden is within it.
rows = figure("qd766-ratings", "2025-06-30", "--by", "office")["rows"]
assert rows and all(r.get("value") is None or 0 <= r["value"] <= 6 for r in rows), rows
print(seen)
