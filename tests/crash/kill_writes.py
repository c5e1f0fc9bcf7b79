#!/usr/bin/python3
"""Kills the server at 200 random moments (kill -9) while records are created, changed and removed over the API, rights
are given and taken on the pages, and personal data is read. After each: it starts again; every acknowledged change is
there, and of those that were on their way each is there whole or not at all; every personal record that was shown
stands in the log of reads; an account has the roles of its last change, and that change and nothing less: its event is
written and its sessions are ended. The log verifies."""
import glob
import json
import os
import random
import re
import shutil
import sqlite3
import sys
import threading
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenario"))
from common import Folder, Server, Tap, tinhso
from signing import Browser, welcome

KILLS, SEED = int(os.environ.get("TINHSO_KILLS", "200")), 20220701
VERIFY_EVERY = 20
KEY, PASSWORD = "a-key-of-this-scenario-only", "bảy con mèo ngủ trưa"
PROVINCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenario", "rights", "province")
ROLE = "welfare"  # given and taken
GONE = None       # the state of a key without a record


def ask(address, method, path, body=None):
    """The status; 0: no answer came."""
    data = json.dumps(body).encode() if body else None
    r = urllib.request.Request(address + path, method=method, data=data, headers={
        "Authorization": "Bearer " + KEY,
        "Content-Type": "application/merge-patch+json" if method == "PATCH" else "application/geo+json",
        **({} if method == "POST" else {"If-Match": "*"})})
    try:
        with urllib.request.urlopen(r, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as e:
        return e.code
    except OSError:
        return 0
    except Exception:  # an answer that was cut
        return 0


class Writer:
    """Creates, changes and removes records of its own keys. known: key -> value or GONE; doubt: the one change that may
    or may not have happened."""
    def __init__(self, name, draw):
        self.name, self.draw, self.known, self.doubt, self.n, self.acknowledged, self.wrong = \
            name, draw, {}, None, 0, 0, []

    def go(self, server, stop):
        while not stop.is_set():
            key = f"{self.name}{self.draw.randrange(40)}"
            self.n += 1
            value = f"{self.name}-{self.n}"
            there = self.known.get(key)
            path = "/api/collections/people/items"
            if there is GONE:
                method, body, wanted = "POST", {"type": "Feature", "geometry": None, "properties": {
                    "code": key, "home": "11", "state": value, "name": "Mẫu"}}, 201
            elif self.draw.random() < 0.7:
                method, body, wanted, path = "PATCH", {"properties": {"state": value}}, 200, f"{path}/{key}"
            else:
                method, body, wanted, path, value = "DELETE", None, 204, f"{path}/{key}", GONE
            self.doubt = (key, there, value)
            status = ask(server.address, method, path, body)
            if status == 0:
                return
            if status not in (200, 201, 204):
                self.wrong.append(f"{method} {path}: {status}, not {wanted}")
                return
            self.known[key], self.doubt = value, None
            self.acknowledged += 1

    def check(self, found):
        """What is wrong with what is there."""
        if self.doubt:
            key, before, after = self.doubt
            is_value = found.get(key, GONE)
            if is_value not in (before, after):
                yield f"{key} was {before}, should become {after}, is {is_value}"
            self.known[key], self.doubt = is_value, None
        for key, value in self.known.items():
            if found.get(key, GONE) != value:
                yield f"{key} was acknowledged as {value}, is {found.get(key, GONE)}"
        for key in found:
            if key.startswith(self.name) and key not in self.known:
                yield f"{key} is there, and nobody wrote it"
        yield from self.wrong


class Administrator:
    """Gives and takes one role."""
    def __init__(self, browser):
        self.browser, self.has, self.doubt, self.changes, self.wrong = browser, False, False, 0, []

    def go(self, server, stop):
        self.browser.base, self.browser.host = server.address, server.address[7:]
        while not stop.is_set():
            self.doubt = True
            try:
                page = self.browser.post("/admin/users/target/roles",
                                         {"role": ROLE, "act": "remove" if self.has else "add"})
            except Exception:  # no answer
                return
            if page.status != 303 or page.location.startswith("/sign-in"):
                self.wrong.append(f"the page of roles answers {page.status} {page.location} {page.problem()}")
                return
            self.has, self.doubt = not self.has, False
            self.changes += 1
            time.sleep(0.05)


class Reader:
    """An officer who looks at a person."""
    def __init__(self, browser):
        self.browser, self.shown, self.wrong = browser, 0, []

    def go(self, server, stop):
        self.browser.base, self.browser.host = server.address, server.address[7:]
        while not stop.is_set():
            try:
                page = self.browser.get("/registers/people/P1")
            except Exception:  # no answer
                return
            if page.status != 200 or "Quyenmot" not in page.text:
                self.wrong.append(f"the record of P1 answers {page.status}: {page.text[page.text.find('<h1'):][:600]}")
                return
            self.shown += 1


def account(server, folder, name, role):
    out = tinhso(folder, "user", "add", name, "--full-name", name.title(), "--role", role, "--unit", "11",
                 "--lang", "en")
    b = Browser(server.address)
    welcome(b, re.search(r"/welcome/\w+", out.stdout).group(0), PASSWORD)
    return b


def value_of(folder, sql):
    db = sqlite3.connect("file:" + glob.glob(os.path.join(folder, "var", "*.access.db"))[0] + "?mode=ro", uri=True)
    try:
        return db.execute(sql).fetchone()[0]
    finally:
        db.close()


def pending(server):
    """Target's browser after the password: a session that waits for the code."""
    b = Browser(server.address)
    b.sign_in("target", PASSWORD)
    return b


def is_waiting(server, b):
    b.base, b.host = server.address, server.address[7:]
    return b.get("/sign-in/code").status == 200


def people(folder):
    out = tinhso(folder, "query", "people", "--json", "--limit", "0").stdout
    return {r["fields"]["code"]: r["fields"]["state"] for r in json.loads(out)["records"]}


def round_of(server, folder, workers, admin, draw):
    """One life of the server; what is wrong after the next start."""
    session, before = pending(server), admin.changes
    stop = threading.Event()
    threads = [threading.Thread(target=w.go, args=(server, stop)) for w in workers]
    for t in threads:
        t.start()
    time.sleep(draw.uniform(0.02, 0.5))
    server.kill()
    stop.set()
    for t in threads:
        t.join()
    server.start()
    found = people(folder)
    for w in workers:
        yield from w.check(found) if isinstance(w, Writer) else w.wrong
    roles = next(u["roles"] for u in json.loads(tinhso(folder, "user", "list", "--json").stdout)["users"]
                 if u["name"] == "target")
    has = ROLE in roles
    if has != admin.has:
        if not admin.doubt:
            yield f"roles of target: {roles}, although the last change was acknowledged"
        admin.has, admin.changes = has, admin.changes + 1
    admin.doubt = False
    events = value_of(folder, "SELECT count(*) FROM event WHERE kind IN ('role-added', 'role-removed') AND detail = "
                      f"'{ROLE}'")
    if events != admin.changes:
        yield f"{admin.changes} changes of roles, {events} events"
    if is_waiting(server, session) != (admin.changes == before):
        ends = "goes on" if admin.changes > before else "ended"
        yield f"{admin.changes - before} changes of roles, and the session of before {ends}"


def main():
    tap, draw, faults = Tap(), random.Random(SEED), []
    with Folder() as folder:
        shutil.copytree(PROVINCE, os.path.join(folder, "province"))
        with open(os.path.join(folder, "key"), "w", encoding="utf-8") as f:
            f.write(KEY)
        done = tinhso(folder, "load", "province")
        tap.ok(done.returncode == 0, "the province loads", done.stderr)
        server = Server(folder, "--operator-key-file", "key")
        server.start()
        admin = Administrator(account(server, folder, "admin", "administrator"))
        reader = Reader(account(server, folder, "officer", "officer"))
        account(server, folder, "target", "nothing")
        writers = [Writer(name, random.Random(SEED + i)) for i, name in enumerate("XYZ")]
        kills, began = 0, time.monotonic()
        while kills < KILLS and len(faults) < 5:
            for fault in round_of(server, folder, [*writers, admin, reader], admin, draw):
                faults.append(f"kill {kills + 1}: {fault}")
            kills += 1
            read = value_of(folder, "SELECT count(*) FROM read_log WHERE register = 'people'")
            if read < reader.shown:
                faults.append(f"kill {kills}: {reader.shown} records were shown, {read} reads are kept")
            if kills % VERIFY_EVERY == 0 or kills == KILLS:
                verified = tinhso(folder, "log", "verify")
                if verified.returncode:
                    faults.append(f"kill {kills}: log verify: {verified.stderr}")
        acknowledged = sum(w.acknowledged for w in writers)
        tap.ok(not faults, f"{kills} kills: nothing acknowledged is lost, nothing is half there, the log verifies",
               *faults)
        tap.ok(acknowledged >= kills and admin.changes >= kills // 2 and reader.shown >= kills,
               f"there was something to lose: {acknowledged} records written, {admin.changes} rights changed, "
               f"{reader.shown} personal records shown")
        server.process.terminate()
        tap.ok(server.process.wait() == 0, "the last server stops in order")
        print(f"# {kills} kills in {time.monotonic() - began:.0f} s")
    tap.end()


main()
