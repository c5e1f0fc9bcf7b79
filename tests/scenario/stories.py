#!/usr/bin/python3
"""Who has a hand in the stories of tests/portal/stories.js.

stories.py ADDRESS WORK writes people.json (name: cookie) and paper.pdf.
"""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from attachments import pdf  # noqa: E402
from people import Stage  # noqa: E402

stage = Stage(sys.argv[1], sys.argv[2])
COMMUNE, OFFICE = ("--unit", "24631"), ("--agency", "so-nnmt")
OFFICERS = {
    "mai": ("reception_officer", COMMUNE), "nam": ("case_officer", COMMUNE), "hanh": ("unit_head", COMMUNE),
    "long": ("leader", COMMUNE), "tam": ("reception_officer", OFFICE), "sau": ("case_officer", OFFICE),
    "chin": ("unit_head", OFFICE), "muoi": ("leader", OFFICE), "tien": ("cashier", OFFICE),
}
CITIZENS = {"lan": "067195000123", "kim": "067190000456", "ba": "067185000789", "bay": "067187000321"}

people = {name: stage.account(name, "--role", role, *where, lang="vi") for name, (role, where) in OFFICERS.items()}
people |= {name: stage.account(name, "--citizen", "--personal-id", number, lang="vi")
           for name, number in CITIZENS.items()}
with open(os.path.join(stage.work, "people.json"), "w", encoding="utf-8") as f:
    json.dump({name: "; ".join(f"{k}={v}" for k, v in b.cookies.items()) for name, b in people.items()}, f)
with open(os.path.join(stage.work, "paper.pdf"), "wb") as f:
    f.write(pdf())
