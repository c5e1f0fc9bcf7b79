#!/usr/bin/python3
"""The checks of counting.sh over pages: counting.py ADDRESS WORK. Lines of TAP."""
import html
import os
import re
import sqlite3
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from people import Stage  # noqa: E402

stage = Stage(sys.argv[1], sys.argv[2])
tell = stage.tell
leader = stage.account("long", "--role", "leader", "--unit", "68")
clerk = stage.account("nam", "--role", "case_officer", "--unit", "24611")
near = stage.account("hanh", "--role", "unit_head", "--unit", "24611")


def rows(b, href):
    """How many dossiers a list of the desk has, over all its pages."""
    n = 0
    while href:
        page = b.get(href)
        assert page.status == 200, (href, page.status, page.text)
        n += len(re.findall(r'<th scope="row"><a href="/desk/dossiers/', page.text))
        more = re.search(r'href="([^"]+)"[^>]*rel="next"|rel="next"[^>]*href="([^"]+)"', page.text)
        href = html.unescape(more.group(1) or more.group(2)) if more else None
    return n


def overview():
    page = leader.get("/desk/overview")
    tell(page.status == 200 and "Waiting for whom" in page.text, "a leader has an overview", page.text)
    tell(clerk.get("/desk/overview").status == 403, "a case officer has none")
    links = re.findall(r'<a href="(/desk/dossiers\?tab=[^"]+)">([\d,]+)</a>', page.text)
    tell(len(links) > 20, "its numbers are links", links)
    wrong = [(href, n, got) for href, n in ((html.unescape(h), int(n.replace(",", ""))) for h, n in links[:26])
             if (got := rows(leader, href)) != n]
    tell(not wrong, "and each leads to as many dossiers as it says", wrong)
    tell("samples" in page.text, "it says that they are invented")
    unopened = next((int(n.replace(",", "")) for h, n in links if "status=1&before=" in html.unescape(h)), 0)
    tell(rows(leader, "/desk/dossiers?tab=tasks&status=1") == unopened > 0,
         "what nobody opened in time is the leader's task", unopened)
    tell(rows(clerk, "/desk/dossiers?tab=tasks&status=1") == 0, "and not everybody's")
    mine = near.get("/desk/overview").text
    db = sqlite3.connect(os.path.join(sys.argv[2], "var", "dak-nong.db"))
    offices = set(re.findall(r"office=([\w-]+)", mine))
    open_ones = "_until IS NULL AND closed_on IS NULL"
    units = {u for (u,) in db.execute(f"SELECT DISTINCT unit FROM r_dossiers WHERE {open_ones}")}
    tell(len(units) > 5 and len(offices) < len(set(re.findall(r"office=([\w-]+)", page.text))),
         "a commune's head sees his own alone", (offices, units))
    stage.keep(leader, "long")


def filters():
    tell(leader.get("/desk/dossiers?tab=open&status=4&before=yesterday").status == 422
         or leader.get("/desk/dossiers?tab=open&before=yesterday").status == 400, "a moment that is none is refused")
    page = leader.get("/desk/dossiers?tab=open&procedure=2.000815")
    tell("Only those" in page.text and "Show all" in page.text, "what is left out is said",
         re.sub(r"(?s).*<\/nav>(.{600}).*", r"\1", page.text))


overview()
filters()
sys.exit(stage.failed > 0)
