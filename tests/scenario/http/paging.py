#!/usr/bin/python3
"""Pages that are followed by their links `next` while somebody writes: nothing is missed, met twice or out of place.

    paging.py http://127.0.0.1:8080 KEY

Of the register `teams` of Đắk Nông: one thread adds, moves in the order and removes; pages are followed meanwhile and
compared with the whole list at the revision of the first. Prints TAP without numbers.
"""
import itertools
import json
import sys
import threading
import time
import urllib.parse
import urllib.request

URL, KEY = sys.argv[1:3]
ITEMS = "/api/collections/teams/items"


def ask(path, method="GET", body=None, media="application/geo+json"):
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": media, "If-Match": "*"} if method != "GET" else {}
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(path if path.startswith("http") else URL + path, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=60) as a:
        content = a.read()
        return json.loads(content) if content else None


def say(is_right, name, *detail):
    print(("ok " if is_right else "not ok ") + name)
    for d in detail if not is_right else ():
        print("# " + str(d)[:500].replace("\n", " "))


def write(stop, written):
    """Each turn: a team that comes first or last by name, another that moves, and mostly one that goes."""
    for turn in itertools.count():
        if stop.is_set():
            return
        code, day = f"TCN{500 + turn % 400}", f"2022-0{4 + turn % 6}-{10 + turn % 18}"
        name = f"{'AZ'[turn % 2]} tổ {turn}"
        team = {"code": code, "name": name, "kind": "commune", "unit": "24611", "established_on": day}
        ask(ITEMS, "POST", {"type": "Feature", "geometry": None, "properties": team})
        moved = {"properties": {"established_on": day, "name": name}}
        ask(f"{ITEMS}/TCN{1 + turn * 7 % 150:03d}", "PATCH", moved, "application/merge-patch+json")
        if turn % 3:
            ask(f"{ITEMS}/{code}", "DELETE")
        written.append(turn)


def follow(query, written):
    """All that the pages held, and the revision of the first. Between the first few something is written each time."""
    ids, page, rev, matched = [], f"{ITEMS}?limit=7&{query}", None, set()
    while page:
        answer = ask(page)
        rev = rev or answer["revision"]
        ids += [f["id"] for f in answer["features"]]
        seen, until = len(written), time.monotonic() + 10
        while len(ids) < 50 and len(written) == seen and writer.is_alive() and time.monotonic() < until:
            time.sleep(0.002)
        matched.add((answer["revision"], answer.get("numberMatched")))
        page = next((l["href"] for l in answer["links"] if l["rel"] == "next"), None)
    return ids, rev, matched


stop, written = threading.Event(), []
writer = threading.Thread(target=write, args=(stop, written))
writer.start()
try:
    for query in (
        "",
        "sortby=-established_on,name",
        "sortby=name,-code",
        "count=exact&filter=" + urllib.parse.quote("established_on >= DATE('2022-04-01')"),
        "sortby=code&q=" + urllib.parse.quote("tổ"),
    ):
        before = len(written)
        ids, rev, matched = follow(query, written)
        turns = len(written) - before
        whole = [f["id"] for f in ask(f"{ITEMS}?limit=10000&at={rev}&{query}")["features"]]
        say(
            ids == whole and len(set(ids)) == len(ids) > 100 and len(matched) == 1 and turns > 5,
            "pages hold what there was at the first, while others write: "
            + urllib.parse.unquote(query or "as written"),
            f"{len(ids)} of {len(whole)}, {turns} turns of writing, {matched}",
            [(i, a, b) for i, (a, b) in enumerate(zip(ids, whole)) if a != b][:3],
        )
finally:
    stop.set()
    writer.join()
