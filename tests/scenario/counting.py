#!/usr/bin/python3
"""The checks of counting.sh over pages: counting.py ADDRESS WORK. Lines of TAP."""
import html
import json
import os
import re
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from people import Stage  # noqa: E402
from signing import Browser  # noqa: E402

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


def tables(page):
    """The rankings of a page: of each its rows as lists of texts."""
    found = []
    for table in re.findall(r"(?s)<table.*?</table>", page.text):
        cells = [[" ".join(re.sub(r"<[^>]*>", " ", c).split())
                  for c in re.findall(r"(?s)<t[hd][^>]*>(.*?)</t[hd]>", row)]
                 for row in re.findall(r"(?s)<tr.*?</tr>", table)]
        if cells and cells[0][:1] == ["Rank"]:
            end = sum(bool(c) for c in cells[0])  # the bar stands behind them, under no words
            found.append([r[:end] for r in cells[1:]])
    return found


def ranking():
    page = leader.get("/desk/overview/ranking")
    tell(page.status == 200 and "/desk/overview/ranking" in leader.get("/desk/overview").text,
         "the overview leads to a ranking of offices", page.text)
    tell(clerk.get("/desk/overview/ranking").status == 403, "a case officer has none")
    ranked = tables(page)
    tell(len(ranked) == 2, "departments and communes are ranked apart", ranked)
    at, total = 2, {}  # the total stands beside the name
    for rows_ in ranked:
        points = [float(r[at]) for r in rows_]
        tell(points == sorted(points, reverse=True) and len(points) > 1, "the most points first", rows_)
        places = [1 + sum(p > q for p in points) for q in points]
        tell([int(r[0]) for r in rows_] == places, "equal points share a place, the next are left out", rows_)
        total.update({r[1]: r[at] for r in rows_})
        for r in rows_:
            parts = sum(float(c.strip("()")) for c in r[at + 1:])
            if abs(parts - float(r[at])) > 0.05:
                tell(False, "the parts of a row add up", r)
    p = subprocess.run([os.environ["TINHSO_BIN"], "figure", "qd766-offices", "--by", "office", "--whole", "--json"],
                       cwd=sys.argv[2], capture_output=True, text=True, check=True)
    figure = {r["title"]["vi"] if isinstance(r["title"], dict) else r["title"]: r["value"]
              for r in json.loads(p.stdout)["rows"]}
    wrong = [(k, v, total.get(k)) for k, v in figure.items() if k in total and abs(v - float(total[k])) > 0.006]
    tell(not wrong and len(total) == len(figure), "they are the points of the figure", (wrong, total, figure))
    tell("<svg" in page.text and "(12.00)" in page.text, "with bars, and in brackets what nothing was there to judge")
    tell("hidden" not in " ".join(c for rows_ in ranked for r in rows_ for c in r) and "nothing is hidden" in page.text,
         "who may read every dossier is shown all of it")
    theirs = near.get("/desk/overview/ranking")
    cells = [r for rows_ in tables(theirs) for r in rows_]
    tell(any("hidden" in r for r in cells) and "nothing is hidden" not in theirs.text
         and all(r[0] == "–" for r in cells if "hidden" in r), "a commune's head sees what is published", cells)
    public = Browser(sys.argv[1], "en").get("/figures/qd766-offices")
    tell(tables(public) == tables(theirs), "and so does everybody, on the page of the figure", public.text)
    reached = [Browser(sys.argv[1], "en").get("/figures/dossiers-reused?by=" + by).status
               for by in ("assignee", "applicant", "office")]
    tell(reached == [403, 403, 200], "what is reached through a reference is kept as in its own register", reached)
    tell(leader.get("/desk/overview/ranking?on=2020-01-31").text.count("nothing to rank") == 1,
         "a month of nothing says so")
    tell(leader.get("/desk/overview/ranking?on=yesterday").status in (400, 422), "a day that is none is refused")
    earlier = re.search(r'href="(/desk/overview/ranking[?]on=[0-9-]+)" rel="prev"', page.text).group(1)
    tell(leader.get(earlier).status == 200, "months are walked through", earlier)


overview()
filters()
ranking()
sys.exit(stage.failed > 0)
