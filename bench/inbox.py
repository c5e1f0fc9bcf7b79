"""The inbox of the one-stop over 100,000 dossiers: `bench/run inbox`.

Every tab, as it is asked for by the leader of the province, who sees all units, and at a commune by whoever sees its
unit and its office. One connection, one question after the other, over HTTP.

Making the dossiers takes some minutes: `tinhso sample dossiers` takes each through its steps. A database that is there
already may be named instead: TINHSO_BENCH_DOSSIERS=FILE (it is copied).
"""
import contextlib
import os
import re
import shutil
import sqlite3
import time

import servers
from servers import Failure
from access import Access

DAYS, PER_DAY, SEED = 60, 2600, 3
ROUNDS, WARM = 40, 3
TABS = ("tasks", "open", "late", "soon", "waiting", "owed", "done")
ROW = re.compile(r'<th scope="row"><a href="/desk/dossiers/')


class Inbox(Access):
    def prepare(self):
        self.work = os.path.join(self.bench.work, "inbox")
        database = os.path.join(self.work, "var", "dak-nong.db")
        os.makedirs(os.path.dirname(database))
        province = os.path.join(self.work, "province", "dak-nong")
        shutil.copytree(os.path.join(servers.SOURCE, "province", "dak-nong"), province)
        made = os.environ.get("TINHSO_BENCH_DOSSIERS")
        for end in ("", "-wal") if made else ():
            if os.path.exists(made + end):
                shutil.copy(made + end, database + end)
        for end in (".key", ".pub", ".checkpoint") if made else ():
            shutil.copy(os.path.splitext(made)[0] + end, os.path.splitext(database)[0] + end)
        servers.run([self.program, "load", "province/dak-nong"], cwd=self.work)
        if not made:
            servers.run([self.program, "sample", "dossiers", "--days", str(DAYS), "--per-day", str(PER_DAY),
                         "--seed", str(SEED)], cwd=self.work)
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
            counts = db.execute("SELECT unit, count(*) FROM r_dossiers WHERE _until IS NULL GROUP BY 1 ORDER BY 2 DESC")
            counts = dict(counts.fetchall())
        self.commune = next(u for u in counts if u != "68")  # that received most
        self.counts = {"the province": sum(counts.values()), "a commune and its office": counts[self.commune]}
        self.server = servers.tinhso(self.program, database, os.path.join(self.work, "tinhso.log"))

    def tab(self, browser, tab):
        """Milliseconds, each of its own, and the rows of the page."""
        took, rows = [], 0
        for _ in range(WARM + ROUNDS):
            began = time.perf_counter()
            page = browser.get("/desk/dossiers?tab=" + tab)
            took.append((time.perf_counter() - began) * 1000)
            if page.status != 200:
                raise Failure(f"the tab {tab}: {page.status}")
            rows = len(ROW.findall(page.text))
        return sorted(took[WARM:]), rows

    def run(self):
        self.prepare()
        try:
            people = (("the province", self.account("leader", "--role", "leader", "--unit", "68")),
                      ("a commune and its office",
                       self.account("officer", "--role", "reception_officer", "--unit", self.commune,
                                    "--agency", "ubnd-" + self.commune)))
            for who, browser in people:
                for tab in TABS:
                    took, rows = self.tab(browser, tab)
                    if tab in ("open", "done") and not rows:
                        raise Failure(f"{who}: the tab {tab} is empty")
                    self.add(f"inbox of {who}, {self.counts[who]:,} dossiers: tab {tab}, p95", [took[int(len(took) * 0.95)]], "ms", "<= 30")
        finally:
            self.server.stop()
