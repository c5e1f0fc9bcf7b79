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


def put(register, rows):
    """Rows as the workflow would leave them."""
    names = list(rows[0])
    with open(f"{there}/{register}.csv", "w", encoding="utf-8", newline="") as f:
        out = csv.DictWriter(f, names)
        out.writeheader()
        out.writerows(rows)
    tinhso("import", register, f"{there}/{register}.csv", "--reason", "x")


def add_what_samples_lack():
    """Results, files, and more feedback than samples have. In a copy, where not the workflow alone writes them."""
    with sqlite3.connect(path) as copy:
        copy.execute("DELETE FROM r_feedback")  # else its declaration could not let go of the workflow
    shutil.copytree(sys.argv[2], f"{there}/province")
    os.remove(f"{there}/province/workflows/feedback.yaml")
    for register in ("results", "dossier_files", "feedback"):
        with open(f"{there}/province/registers/{register}.yaml", "r+", encoding="utf-8") as f:
            text = f.read().replace("by: workflow\n", "")
            f.seek(0)
            f.write(text)
            f.truncate()
    tinhso("load", f"{there}/province")
    results_, files_, feedback_ = [], [], []
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
                              "status": "received", "answered_at": answered})
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
                 "fee_vnd payment_ref supplements rating rated_on")
steps = table("dossier_events", "dossier transition")
at_once = {e["dossier"] for e in steps if e["transition"] == "decide_now"}
files = table("dossier_files", "dossier kind origin added_on removed_on")
results = table("results", "dossier file personal_id")
feedback = table("feedback", "kind filed_on late_at answered_at")
levels = table("procedures", "code valid_from valid_to level published_on authority office applicants results "
               "legal_basis law_limit_unit national_limit_unit local_limit_unit online_limit_unit counter_limit_unit")
offices = table("offices", "code valid_from valid_to level")


def is_on(row, day):
    return (row["valid_from"] or "") <= day and (not row["valid_to"] or day < row["valid_to"])


def on_day(rows, code, day):
    """What a dated register held of an entity on a day."""
    found = [r for r in rows if r["code"] == code and is_on(r, day)]
    assert len(found) == 1, (code, day, found)
    return found[0]["level"]


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
    theirs = [f for f in files if f["kind"] in ("paper", "supplement") and first <= f["added_on"] <= on]
    reused = sum(f["origin"] in ("reused", "store") for f in theirs)
    check("files-reused", on, reused, len(theirs))
    check_points("qd766-reuse", on, points(reused, len(theirs), 2, 0.8))
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
    check("dossiers-no-supplement", on, sum(not d["supplements"] for d in settled), len(settled))
    check("dossiers-at-the-desk", on, len(codes & at_once), len(settled))
    force = [p for p in levels if is_on(p, on)]
    needed = ("applicants", "results", "legal_basis")
    limits = [k for k in levels[0] if k.endswith("_limit_unit")]
    complete = [p for p in force if p["published_on"] and p["published_on"] <= on and (p["authority"] or p["office"])
                and all(p[k] for k in needed) and any(p[k] for k in limits)]
    check("procedures-complete", on, len(complete), len(force))
    check_points("qd766-content", on, points(len(complete), len(force), 2))
    check("procedures-online", on, sum(p["level"] in ("full", "partial", "3", "4") for p in force), len(force))
    total = made[on]
    check_points("qd766-total", on, total)
    parts = ("progress", "online", "payment-dossiers", "complaints", "ratings")
    check_points("qd766-offices", on, sum(figure("qd766-" + p, on)["value"] for p in parts))
    return len(settled), len(paid), len(full), len(complete), len(rated), len(electronic), len(stored), \
        len(scanned), reused, len(in_time), len(ripe) - len(in_time)


seen = [judge(on) for on in ("2025-06-17", "2025-06-30", "2025-07-20", "2025-07-31", "2026-11-20")]
assert all(max(column) > 0 for column in zip(*seen)), seen  # each on a day on which there was something to count
# No more than the bound, and offices by themselves: what is not hidden is within it.
rows = figure("qd766-ratings", "2025-06-30", "--by", "office")["rows"]
assert rows and all(r.get("value") is None or 0 <= r["value"] <= 6 for r in rows), rows
print(seen)
