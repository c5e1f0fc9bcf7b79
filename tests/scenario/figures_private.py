#!/usr/bin/python3
"""The checks of figures_private.sh: figures_private.py ADDRESS WORK KEY. Lines of TAP.

Ann is analyst (closed-count, closed-ratio), Bob counts all registers and has no grant on figures, Eve is lent Ann's
role in one unit."""
import datetime
import json
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from people import Stage  # noqa: E402
from signing import Browser  # noqa: E402

ADDRESS, WORK, KEY = sys.argv[1:4]
stage = Stage(ADDRESS, WORK)
tell, tinhso = stage.tell, stage.run
HIDDEN = ("closed-count", "closed-ratio")
MARKS = ("closed-count", "closed-ratio", "Zclosed", "Zkín")
def api(b, path, **headers):
    return b.ask("GET", path, headers={"Accept": "application/json", **headers})


PLACES = ["/", "/figures", "/search?q=zclosed", "/search?q=nguoi", "/units", "/units/11", "/registers",
    "/registers/people", "/reports", "/reports/all", "/data", "/developers", "/about", "/posts",
    "/indexes", "/sitemap.xml"]
INTERFACE = ["/api", "/api/figures", "/api/reports", "/api/reports/all", "/api/indexes", "/api/openapi",
    "/api/catalogue", "/api/collections", "/api/feeds/figures", "/api/log/revisions",
    "/api/log/revisions/1/records",
    "/api/log/revisions/6/records"]
OF_ONE = ["/figures/{}", "/figures/{}?by=unit:2", "/api/figures/{}", "/api/figures/{}?by=unit:2",
    "/api/figures/{}?by=state", "/api/figures/{}/records", "/api/figures/{}?on=2026-01-01"]


def is_absent(b, who):
    wrong = []
    for path in PLACES + INTERFACE:
        page = b.get(path) if path in PLACES else b.ask("GET", path, headers={"Accept": "*/*"})
        for mark in MARKS:
            if mark in page.text.replace("q=zclosed", ""):
                wrong.append(f"{path} names {mark}")
    for form in OF_ONE:
        for figure in HIDDEN:
            for at in ("", "at=1"):
                join = "&" if "?" in form else "?"
                path = form + (join + at if at else "")
                asked = (figure, "no-such-thing")
                page, none = (b.ask("GET", path.format(f), headers={"Accept": "*/*"}) for f in asked)
                if page.status != 404 or none.status != 404:
                    wrong.append(f"{path} of {figure}: {page.status}, of none: {none.status}")
                texts = [p.text.replace(f, "ID") for p, f in ((page, figure), (none, "no-such-thing"))]
                texts = [re.sub(r'"?(instance|request|id)"?[:=] ?"[^"]*"', "", t) for t in texts]
                if "Zclosed" in page.text or "Zkín" in page.text or len(texts[0]) - len(texts[1]) not in range(-64, 65):
                    wrong.append(f"{path} of {figure} is told apart:\n{texts[0][:600]}\n{texts[1][:600]}")
    page = api(b, "/api/figures/closed-coun")
    if any(m in page.text.replace("closed-coun”", "").replace("closed-coun ", "") for m in MARKS):
        wrong.append("the nearest name is that of a hidden one: " + page.text)
    tell(not wrong, f"{who} finds none", "\n".join(wrong[:8]))
    tell(api(b, "/api/figures/open-count").status == 200, f"{who} reads the public one")


def is_there(b, who, **headers):
    wrong = []
    for figure, value in (("closed-count", 2), ("closed-ratio", 50)):
        page = api(b, "/api/figures/" + figure, **headers)
        if page.status != 200 or json.loads(page.body).get("value") != value:
            wrong.append(page.text[:600])
        elif json.loads(page.body)["definition"].get("privacy") != "internal":
            wrong.append("it is not told as internal: " + page.text[:600])
    for path in ("/api/figures", "/api/figures/closed-count?by=unit:2", "/api/figures/closed-ratio?at=2"):
        page = api(b, path, **headers)
        if page.status != 200 or "closed" not in page.text:
            wrong.append(path + ": " + page.text[:600])
    tell(not wrong, f"{who} reads the internal ones", "\n".join(wrong))
    return not wrong


anyone = Browser(ADDRESS)
is_absent(anyone, "anyone")
ann, bob, eve = (stage.account(*who) for who in (
    ("ann", "--role", "analyst", "--unit", "1"), ("bob", "--role", "counter"), ("eve", "--role", "nothing")))
is_there(ann, "who holds a grant")
for path in ("/figures", "/figures/closed-ratio", "/figures/closed-count?by=unit:2", "/search?q=zclosed"):
    page = ann.get(path)
    tell(page.status == 200 and "Zclosed" in page.text, f"on pages too: {path}", page.text[-1500:])
page = ann.get("/figures/closed-count")
tell("Internal" in page.text, "where it is told that it is internal")
tell("no-store" in ann.get("/figures/closed-ratio").headers["Cache-Control"], "and nothing of it is kept on the way")
is_absent(anyone, "anyone, after it was asked for by others,")
is_absent(bob, "an account without a grant")
is_there(anyone, "the operator", Authorization="Bearer " + KEY)
is_absent(anyone, "anyone, after the operator asked,")
today = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=7)
until = str(today.date())
LENT = ("user", "delegate", "ann", "--to", "eve", "--role", "analyst", "--until", until, "--reason", "on leave")
tinhso(*LENT, "--unit", "11")
is_absent(eve, "who was lent the role in one unit")
tinhso(*LENT)
is_there(eve, "who was lent all of it")
sys.exit(stage.failed > 0)
