#!/usr/bin/python3
"""Kills the server at random moments (kill -9) while four officers of two communes receive dossiers at the counter
and hand them over. After each: it starts again; every dossier whose code an officer saw is there; the codes of an
office and day are 1, 2, 3 … without gap or double, whatever was on its way; each dossier has an event for each of its
steps, the paper that its receipt promised, and the message to the partner, or is not there at all. The log verifies."""
import collections
import glob
import os
import random
import re
import sqlite3
import sys
import threading
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "scenario"))
from common import Folder, Server, Tap, tinhso
from signing import Browser, welcome

KILLS, SEED, PASSWORD = int(os.environ.get("TINHSO_KILLS", "60")), 20261127, "bảy con mèo ngủ trưa"
PROVINCE = os.path.join(HERE, "..", "..", "province", "dak-nong")


class Officer:
    def __init__(self, server, folder, name, unit):
        out = tinhso(folder, "user", "add", name, "--full-name", name.title(), "--role", "reception_officer", "--unit",
                     unit, "--lang", "en")
        self.browser, self.seen, self.wrong, self.n = Browser(server.address), set(), [], 0
        welcome(self.browser, re.search(r"/welcome/\w+", out.stdout).group(0), PASSWORD)

    def receive(self):
        self.n += 1
        pairs = [("csrf", self.browser.token), ("reading", "en"), ("do", "save"), ("other", "true"),
                 ("f.applicant", f"Người Mẫu {self.n}")]
        page = self.browser.ask("POST", "/desk/counter/1.001193", urllib.parse.urlencode(pairs))
        m = re.search(r"/desk/dossiers/([^/]+)/received", page.location)
        if not m:
            self.wrong.append(f"the counter answers {page.status}: {page.text[:400]}")
            return None
        return urllib.parse.unquote(m.group(1))

    def go(self, server, stop):
        self.browser.base, self.browser.host = server.address, server.address[7:]
        while not stop.is_set() and not self.wrong:
            try:
                code = self.receive()
                if code:
                    self.seen.add(code)
                if code and self.n % 3 == 0:
                    self.browser.ask("POST", f"/registers/dossiers/{code}/do/hand_over", urllib.parse.urlencode(
                        [("csrf", self.browser.token), ("seen", "1"), ("do", "save")]))
            except Exception:  # no answer
                return


def faults_of(folder, officers):
    db = sqlite3.connect("file:" + os.path.join(folder, "var", "dak-nong.db") + "?mode=ro", uri=True)
    try:
        steps = dict(db.execute("SELECT code, events FROM r_dossiers WHERE _until IS NULL"))
        events = collections.Counter(c for (c,) in db.execute("SELECT dossier FROM r_dossier_events"))
        papers = {c for (c,) in db.execute("SELECT dossier FROM r_dossier_papers WHERE number = 1")}
        sent = {c for (c,) in db.execute("SELECT subject FROM outbox")} if steps else set()
    finally:
        db.close()
    for o in officers:
        yield from o.wrong
        for code in o.seen - steps.keys():
            yield f"{code} was told to an officer, and is not there"
    numbers = collections.defaultdict(list)
    for code, n in steps.items():
        head, _, number = code.rpartition("-")
        numbers[head].append(int(number))
        if events[code] != n:
            yield f"{code} has {n} steps and {events[code]} events"
        if code not in papers or code not in sent:
            yield f"{code} has no slip, or no message"
    for head, found in numbers.items():
        if sorted(found) != list(range(1, len(found) + 1)):
            yield f"{head}: {sorted(found)}"


def main():
    tap, draw, faults, kills = Tap(), random.Random(SEED), [], 0
    with Folder() as folder:
        done = tinhso(folder, "load", PROVINCE)
        tap.ok(done.returncode == 0, "the province loads", done.stderr)
        server = Server(folder)
        server.start()
        officers = [Officer(server, folder, f"mai{i}", ("24631", "24640")[i % 2]) for i in range(4)]
        began = time.monotonic()
        while kills < KILLS and len(faults) < 5:
            stop = threading.Event()
            threads = [threading.Thread(target=o.go, args=(server, stop)) for o in officers]
            for t in threads:
                t.start()
            time.sleep(draw.uniform(0.05, 0.6))
            server.kill()
            stop.set()
            for t in threads:
                t.join()
            server.start()
            kills += 1
            faults += [f"kill {kills}: {f}" for f in faults_of(folder, officers)]
        verified = tinhso(folder, "log", "verify")
        seen = sum(len(o.seen) for o in officers)
        tap.ok(not faults and verified.returncode == 0,
               f"{kills} kills at a busy counter: no dossier lost, no number twice or left out, the log verifies",
               *faults, verified.stderr)
        tap.ok(seen >= kills, f"there was something to lose: {seen} dossiers")
        server.process.terminate()
        tap.ok(server.process.wait() == 0, "the last server stops in order")
        print(f"# {kills} kills in {time.monotonic() - began:.0f} s, databases: {len(glob.glob(folder + '/var/*.db'))}")
    tap.end()


main()
