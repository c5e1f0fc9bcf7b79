#!/usr/bin/python3
"""The checks of import_beside.sh: import_beside.py ADDRESS WORK. Prints lines of TAP."""
import json
import os
import re
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import browser  # noqa: E402
from people import Stage  # noqa: E402
from signing import Browser, welcome  # noqa: E402

ADDRESS, WORK = sys.argv[1], sys.argv[2]
stage = Stage(ADDRESS, WORK)
tell = stage.tell
PATH = "/api/collections/people/items/P1"
def account(link):
    b = Browser(ADDRESS)
    welcome(b, link.strip(), "bảy con mèo ngủ trưa")
    return b


def write(b, state):
    """Seconds that it took."""
    stamp = b.ask("GET", PATH, headers={"Accept": "application/json"}).headers["ETag"]
    began = time.monotonic()
    page = b.ask("PATCH", PATH, json.dumps({"properties": {"state": state}}), {
        "Accept": "application/json", "X-CSRF-Token": b.token, "Content-Type": "application/merge-patch+json",
        "If-Match": stamp})
    assert page.status == 200, (page.status, page.text)
    return time.monotonic() - began


def main():
    with open(os.path.join(WORK, "links"), encoding="utf-8") as f:
        reader, writer = (account(link) for link in f)
    b = browser.Browser(int(ADDRESS.rsplit(":", 1)[1]), lang="en").sign_in_as(reader)
    with open(os.path.join(WORK, "large.csv"), "rb") as f:
        sent = b.upload(b.get("/registers/people/import").form("/import"), [("file", "large.csv", f.read())])
    assert sent.status == 303, (sent.status, sent.text[-500:])
    looked = []
    thread = threading.Thread(target=lambda: looked.append(b.follow(sent)))
    began = time.monotonic()
    thread.start()
    took = []
    while thread.is_alive():
        took.append(write(writer, f"s{len(took)}"))
    lasted = time.monotonic() - began
    print(f"# the dry run took {lasted:.1f} s; {len(took)} writes meanwhile, the longest {max(took):.2f} s")
    tell(looked and looked[0].status == 200 and re.search(r"150.?000 new records", looked[0].text),
         "the file is looked at", looked and looked[0].text[:1500])
    tell(lasted > 1.2, "for longer than a write may wait", lasted)
    tell(len(took) > 1 and max(took) < 1, "meanwhile each write of somebody else is answered within a second", took)
    page = writer.ask("GET", "/api/collections/people/items?limit=1&f=geojson", headers={"Accept": "application/json"})
    tell(json.loads(page.body)["numberMatched"] == 4, "nothing of it was written", page.text[:500])


main()
sys.exit(stage.failed > 0)
