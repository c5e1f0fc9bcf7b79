"""What bench/run measures over HTTP: `bench/run web`. Our server and its rivals answer the same questions.

Rounds are interleaved: each contender in turn, ROUNDS times over, so that what else the machine does falls on all
alike. The figure is answers a second of the processor time of the server's whole process family; wrk draws the paths
at random, 64 connections. Before any round the answers of a rival are compared with ours. An answer to the operator's
key is never kept, so each costs its query; those marked “kept” are public ones that one revision makes once.

In the rivals' rows stands what they do not do. MapServer is asked a fixed number of times (h2load), as it is slow.
"""
import html.parser
import json
import os
import random
import re
import shutil
import sqlite3
import statistics
import subprocess
import threading
import time
import unicodedata
import urllib.parse

import servers
from servers import Failure

ROUNDS, SECONDS, CONNECTIONS, SEED = 5, 2, 64, 20220630
SLOW_COUNT, SLOW_CONNECTIONS = {"items": 20, "box": 400}, 4
KEY = "bench-operator-key-of-no-worth"
POINTS, PEOPLE = 20000, 1000000
ITEMS = "/api/collections/{}/items"
PER = "answers/s of processor"

OPEN_POINTS = """\
register: open_points
title: {vi: Điểm, en: Points}
source: bench
privacy: public
key: [code]
order: [code]
search: [name]
fields:
  code: {type: string, title: {vi: Mã, en: Code}, required: true}
  name: {type: string, title: {vi: Tên, en: Name}, required: true}
  kind: {type: string, title: {vi: Loại, en: Kind}}
  height: {type: number, title: {vi: Độ cao, en: Height}}
  place: {type: geometry, title: {vi: Nơi, en: Place}, required: true, crs: "EPSG:4326", kind: point}
"""
PEOPLE_REGISTER = """\
register: people
title: {vi: Người, en: People}
source: bench
privacy: public
key: [code]
order: [code]
search: [name]
fields:
  code: {type: string, title: {vi: Mã, en: Code}, required: true}
  sex:
    type: code
    title: {vi: Giới tính, en: Sex}
    required: true
    codes: {male: {vi: Nam, en: Male}, female: {vi: Nữ, en: Female}}
  name: {type: string, title: {vi: Họ tên, en: Full name}, required: true, person: true}
  birth_year: {type: integer, title: {vi: Năm sinh, en: Year of birth}}
sample:
  seed: 1000000
  count: %d
  fields:
    code: {sequence: "N{n:07}"}
    sex: {choose: {male: 1, female: 1}}
    name: {person: sex}
    birth_year: {integer: [1930, 2020]}
""" % PEOPLE


def fold(text):
    """As somebody types who has no accents at hand."""
    text = unicodedata.normalize("NFD", text).replace("đ", "d").replace("Đ", "D")
    return "".join(c for c in text if not unicodedata.combining(c)).lower()


def is_named(name, words):
    """Each word begins one of the name."""
    there = fold(name).split()
    return all(any(t.startswith(w) for t in there) for w in fold(words).split())


def p95(values):
    return statistics.quantiles(values, n=20)[-1]


class Links(html.parser.HTMLParser):
    """What a browser fetches with a page: styles, scripts, images."""

    def __init__(self, text):
        super().__init__()
        self.found = set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == "link" and set((a.get("rel") or "").split()) & {"stylesheet", "icon", "preload", "modulepreload"}:
            self.found.add(a["href"])
        if tag in ("script", "img") and a.get("src"):
            self.found.add(a["src"])


class Contender:
    """One question to one server: a file of paths, and what its rounds gave."""

    def __init__(self, name, server, paths, is_operator=False, slow=None):
        self.name, self.server, self.paths, self.slow = name, server, paths, slow
        self.authorization = f"Bearer {KEY}" if is_operator else ""
        self.values, self.wall, self.tails, self.measure = [], [], [], None

    def round(self, number):
        before = self.server.cpu()
        if self.slow:
            n, seconds, tail = servers.h2load(self.server, self.paths, self.slow, SLOW_CONNECTIONS)
        else:
            n, seconds, tail = servers.wrk(self.server, self.paths, SEED + number, SECONDS, CONNECTIONS,
                                           self.authorization)
        used = self.server.cpu() - before
        if used <= 0:
            raise Failure(f"{self.name}: no processor time was seen")
        self.values.append(n / used)
        self.wall.append(n / seconds)
        self.tails.append(tail)


class Web:
    def __init__(self, bench, measure):
        self.bench, self.measure = bench, measure
        self.work = os.path.join(bench.work, "web")
        self.program = os.path.join(servers.SOURCE, "build", "tinhso")
        self.random = random.Random(SEED)
        self.running, self.contenders = [], []

    # ---- the data

    def prepare(self):
        os.makedirs(self.work)
        province = os.path.join(self.work, "province", "dak-nong")
        shutil.copytree(os.path.join(servers.SOURCE, "province", "dak-nong"), province)
        registers = os.path.join(province, "registers")
        with open(os.path.join(registers, "open_points.yaml"), "w", encoding="utf-8") as f:
            f.write(OPEN_POINTS)
        with open(os.path.join(registers, "farm_households.yaml"), encoding="utf-8") as f:
            text = f.read()
        # The same households for everybody's eyes: public, and only the fields that are.
        text = text.replace("farm_households", "open_households", 1)
        text = re.sub(r"^.*privacy: basic-personal.*\n", "", text, flags=re.MULTILINE)
        text = text.replace("privacy: internal", "privacy: public", 1).replace("search: [head, code]", "search: [code]")
        text = text.replace("\nduplicates:\n", "\n#\n").split("\n#\n")[0] + "\n" + self.open_sample(text)
        with open(os.path.join(registers, "open_households.yaml"), "w", encoding="utf-8") as f:
            f.write(text)
        servers.run([self.program, "load", "province/dak-nong"], cwd=self.work)
        with open(os.path.join(self.work, "points.csv"), "w", encoding="utf-8") as f:
            f.write("code,name,kind,height,place\n")
            for i in range(POINTS):
                kind, height = self.random.choice(("cột", "trạm", "trường")), self.random.randrange(1000)
                x, y = self.random.uniform(107.2, 108.2), self.random.uniform(11.7, 12.9)
                f.write(f"P{i:05d},Điểm {i},{kind},{height},POINT ({x:.6f} {y:.6f})\n")
        servers.run([self.program, "import", "open_points", "points.csv", "--reason", "bench"], cwd=self.work)
        servers.run([self.program, "export", "open_points", "points.gpkg"], cwd=self.work)
        self.key_file = os.path.join(self.work, "key")
        with open(self.key_file, "w", encoding="utf-8") as f:
            f.write(KEY)
        self.bare = servers.households_database(self.bench.csv, os.path.join(self.work, "bare.db"))

    @staticmethod
    def open_sample(text):
        """The section that invents the households, without the lines of personal fields."""
        sample = text[text.index("\nsample:\n") + 1:]
        return re.sub(r"^    (head|sex|birth_year|personal_id|phone): .*\n", "", sample, flags=re.MULTILINE)

    def file(self, name, paths):
        path = os.path.join(self.work, name + ".paths")
        with open(path, "w", encoding="utf-8") as f:
            f.writelines(p + "\n" for p in paths)
        return path

    def start(self, database=None, *options, **more):
        server = servers.tinhso(self.program, database or os.path.join(self.work, "var", "dak-nong.db"),
                                os.path.join(self.work, "tinhso.log"), "--operator-key-file", self.key_file, *options,
                                **more)
        self.running.append(server)
        return server

    def rival(self, fn, *args):
        try:
            server = fn(*args)
        except (Failure, OSError, sqlite3.Error, subprocess.SubprocessError) as e:
            self.bench.failures.append(f"web: {fn.__name__}: {e}")
            print(f"web: {fn.__name__}: not measured: {e}", flush=True)
            return None
        self.running.append(server)
        return server

    # ---- questions, and whether the answers are right

    def boxes(self):
        """Small boxes: about eight of the 20,000 points."""
        for _ in range(4000):
            x, y = self.random.uniform(107.2, 108.18), self.random.uniform(11.7, 12.88)
            yield f"bbox={x:.4f},{y:.4f},{x + 0.022:.4f},{y + 0.022:.4f}"

    def filters(self, n):
        """Which of them a page of ten answers, and the same in SQL."""
        for _ in range(n):
            crop = self.random.choice(("coffee", "pepper", "cashew", "durian", "rice", "avocado"))
            area = self.random.randrange(1000, 30000)
            yield (f"main_crop = '{crop}' AND digitised = TRUE AND area_m2 > {area}",
                   f"main_crop = '{crop}' AND digitised = 1 AND area_m2 > {area}")

    def operator(self, server, path):
        return server.json(path, {"Authorization": f"Bearer {KEY}"})

    def check_households(self, rival, path_of, properties_of):
        for n in self.random.sample(range(1, self.bench.rows + 1), 25):
            code = f"HN{n:06d}"
            ours = self.operator(self.ours, f"{ITEMS.format('farm_households')}/{code}")["properties"]
            theirs = properties_of(rival.json(path_of(code)))
            for name in servers.HOUSEHOLD:
                if ours[name] != theirs[name] and not (ours[name] is None and theirs[name] in ("", 0, False)):
                    raise Failure(f"{rival.name}, {name} of {code}: {theirs[name]!r} instead of {ours[name]!r}")

    def check_points(self, rival, boxes):
        for query in ["", *boxes]:
            both = []
            for server, items in ((self.ours, "/api/collections/open_points/items?f=geojson"),
                                  (rival, "/ogcapi/collections/points/items?f=json")):
                both.append({(f["id"], f["properties"]["name"], *(round(c, 6) for c in f["geometry"]["coordinates"]))
                             for f in server.json(f"{items}&limit=10&{query}")["features"]})
            fewer = len(both[0]) < 10 or not query  # which ten of more is each server's own affair
            if (both[0] != both[1] if fewer else len(both[1]) != 10):
                raise Failure(f"{rival.name} and we answer “{query}” differently: {sorted(both[0] ^ both[1])[:2]}")

    def check_filters(self):
        db = sqlite3.connect(self.bare)
        for cql, sql in self.filters(20):
            wanted = [r[0] for r in db.execute(f"SELECT code FROM farm_households WHERE {sql} ORDER BY code LIMIT 10")]
            for register in ("farm_households", "open_households"):
                got = self.operator(self.ours, f"{ITEMS.format(register)}?limit=10&filter={urllib.parse.quote(cql)}")
                if [f["id"] for f in got["features"]] != wanted:
                    raise Failure(f"{register}: “{cql}” finds other records than SQL does")

    # ---- rates

    def add(self, *args, **kwargs):
        self.contenders.append(Contender(*args, **kwargs))
        return self.contenders[-1]

    def questions(self):
        """All contenders of the rounds; attributes name those that are compared."""
        ours, households, points = self.ours, ITEMS.format("farm_households"), ITEMS.format("open_points")
        keys = [f"HN{n:06d}" for n in range(1, self.bench.rows + 1)]
        self.constant = self.add("constant JSON (/healthz)", ours, self.file("constant", ["/healthz"]))
        self.key = self.add("one record by key as GeoJSON, rights checked, nothing kept", ours,
                            self.file("key", (f"{households}/{k}" for k in keys)), is_operator=True)
        self.key_kept = self.add("one public record by key, a thousand of them, kept", ours, self.file(
            "key-kept", (f"{ITEMS.format('open_households')}/{k}" for k in self.random.sample(keys, 1000))))
        self.page = self.add("OGC items, limit 10, nothing kept", ours, self.file("page", [f"{points}?limit=10"]),
                             is_operator=True)
        boxes = list(self.boxes())
        self.box = self.add("OGC items in a small random bbox, nothing kept", ours,
                            self.file("box", (f"{points}?limit=10&{b}" for b in boxes)), is_operator=True)
        filters = [urllib.parse.quote(cql) for cql, _ in self.filters(4000)]
        self.cql = self.add("page of 10 by random CQL2 over 120,000, nothing kept", ours,
                            self.file("cql", (f"{households}?limit=10&filter={c}" for c in filters)), is_operator=True)
        self.cql_kept = self.add("page of 10 by CQL2 over 120,000 public records, 500 filters, kept", ours, self.file(
            "cql-kept", (f"{ITEMS.format('open_households')}?limit=10&filter={c}" for c in filters[:500])))
        report = "/reports/2022-h1" if ours.get("/reports/2022-h1")[0] == 200 else "/api/reports/2022-h1"
        self.report = self.add(f"report page ({report}), kept", ours, self.file("report", [report]))
        self.rivals(boxes, keys, report)

    def rivals(self, boxes, keys, report):
        self.nginx = self.static = self.bun = self.fastify = self.pocketbase = self.ms_page = self.ms_box = None
        server = self.rival(servers.nginx, self.work)
        if server:
            with open(os.path.join(self.work, "static", "report"), "wb") as f:
                f.write(self.ours.get(report)[1])
            self.nginx = self.add("nginx `return 200`", server, self.file("nginx", ["/healthz"]))
            self.static = self.add("nginx, the report as a static file", server,
                                   self.file("static", ["/static/report"]))
            if server.get("/healthz")[1] != self.ours.get("/healthz")[1]:
                raise Failure("nginx answers /healthz with other bytes")
        paths = self.file("rival-key", (f"/items/{k}" for k in keys))
        server = self.rival(servers.bun, self.work, self.bare)
        if server:
            self.check_households(server, "/items/{}".format, lambda a: a["properties"])
            self.bun = self.add("Bun with bun:sqlite, the same by key (no rights, no history)", server, paths)
        server = self.rival(servers.fastify, self.work, self.bare)
        if server:
            self.check_households(server, "/items/{}".format, lambda a: a["properties"])
            self.fastify = self.add("Fastify with better-sqlite3, the same by key (no rights, no history)", server,
                                    paths)
        server = self.rival(servers.pocketbase, self.work, self.bare)
        if server:
            path_of = lambda code: f"/api/collections/farm_households/records/{servers.pocketbase_id(code)}"
            self.check_households(server, path_of, lambda a: a)
            self.pocketbase = self.add("PocketBase, the same by key (its own rules, open to all; no history)", server,
                                       self.file("pocketbase", map(path_of, keys)))
        server = self.rival(servers.mapserver, self.work)
        if server:
            server.wait("/ogcapi/collections?f=json")
            self.check_points(server, boxes[:20])
            items = "/ogcapi/collections/points/items?f=json&limit=10"
            self.ms_page = self.add("MapServer 8, the same items (no rights, no history, no filters)", server,
                                    self.file("ms-page", [items]), slow=SLOW_COUNT["items"])
            self.ms_box = self.add("MapServer 8, the same small boxes (no rights, no history, no filters)", server,
                                   self.file("ms-box", (f"{items}&{b}" for b in boxes)), slow=SLOW_COUNT["box"])

    def rounds(self):
        for c in self.contenders:  # caches warm, programs compiled
            n, c.slow = c.slow, c.slow and 4
            c.round(0)
            c.slow = n
            c.values, c.wall, c.tails = [], [], []
        for number in range(1, ROUNDS + 1):
            for c in self.contenders:
                c.round(number)

    def rate(self, contender, budget="", against=None, name=None):
        if not contender or (budget and not against):
            return
        reference = against.measure if against else None
        measure = self.measure(f"web: {name or contender.name}", contender.values, PER, budget, reference)
        contender.measure = contender.measure or measure
        self.bench.add(measure)

    def rates(self):
        self.questions()
        self.check_filters()
        self.rounds()
        for rival in (self.nginx, self.static, self.bun, self.fastify, self.pocketbase, self.ms_page, self.ms_box):
            self.rate(rival)
        self.rate(self.constant, ">= 0.8 ×", self.nginx)
        self.rate(self.key, ">= 1.0 ×", self.bun)
        self.rate(self.key, ">= 3 ×", self.fastify, "the same, against Fastify")
        self.rate(self.key, ">= 15 ×", self.pocketbase, "the same, against PocketBase")
        self.rate(self.key_kept, "", self.bun)
        self.rate(self.page, ">= 20 ×", self.ms_page)
        self.rate(self.box, ">= 20 ×", self.ms_box)
        self.rate(self.cql, "", self.nginx)
        self.rate(self.cql_kept, ">= 0.15 ×", self.nginx)
        self.rate(self.report, ">= 0.2 ×", self.nginx)
        self.rate(self.report, "", self.static, "the same, against the static file")
        for server in self.running:
            self.add_values(f"resident memory of {server.name} after the rounds", [server.memory()], "MiB")

    def add_values(self, name, values, unit, budget=""):
        self.bench.add(self.measure(f"web: {name}", values, unit, budget))

    # ---- latency

    def tails(self):
        """p99 where half of what a question can be answered at all is asked for."""
        log = os.path.join(self.work, "h2load.log")
        for contender, name in ((self.key, "one record by key"), (self.cql, "page of 10 by CQL2"),
                                (self.report, "report page")):
            rate, values = int(statistics.median(contender.wall) / 2), []
            for _ in range(3):
                if os.path.exists(log):
                    os.unlink(log)
                servers.h2load(self.ours, contender.paths, rate * 2, 16, contender.authorization, rate, log)
                with open(log, encoding="utf-8") as f:
                    took = sorted(int(line.split("\t")[2]) / 1000 for line in f)
                values.append(took[len(took) * 99 // 100])
            self.add_values(f"{name}: p99 at half of saturation ({rate:,} a second)", values, "ms", "<= 20")

    def cold(self):
        """A new process, and its first question."""
        took, starts, memory = [], [], []
        for _ in range(5):
            server = self.start(ready=None)
            starts.append(server.wait("/readyz"))
            server.get("/")
            memory.append(server.memory())
            begun = time.monotonic()
            answer = server.json(f"{ITEMS.format('open_points')}?limit=1000")
            took.append((time.monotonic() - begun) * 1000)
            server.stop()
            if answer["numberReturned"] != 1000 or not answer["features"][999]["geometry"]["coordinates"]:
                raise Failure("not a thousand features with geometry")
        self.add_values("1,000 features with geometry, first question to a new process", took, "ms", "<= 100")
        self.add_values("start to the first answer, the province loaded", starts, "s", "<= 0.5")
        self.add_values("idle resident memory, the home page answered", memory, "MiB", "<= 64")

    def home(self):
        total, gzip = 0, {"Accept-Encoding": "gzip"}
        status, body, headers = self.ours.get("/", gzip)
        text = self.ours.get("/")[1].decode("utf-8")
        if status != 200 or headers["Content-Encoding"] != "gzip":
            raise Failure("the home page is not there, or not compressed")
        for path in ["/", *sorted(Links(text).found)]:
            status, body, headers = self.ours.get(path, gzip)
            if status != 200 or "://" in path:
                raise Failure(f"the home page needs {path}: {status}")
            total += len(body) + len(str(headers))
        self.add_values("home page with its styles, scripts and images, compressed", [total / 1000], "kB", "<= 60")

    # ---- a million

    def million(self):
        folder = os.path.join(self.work, "million")
        servers.run([self.program, "new", folder], cwd=self.work)
        with open(os.path.join(folder, "registers", "people.yaml"), "w", encoding="utf-8") as f:
            f.write(PEOPLE_REGISTER)
        begun = time.monotonic()
        servers.run([self.program, "load", folder, "--db", "million.db"], cwd=self.work)
        self.add_values(f"load of {PEOPLE:,} invented people", [time.monotonic() - begun], "s")
        database = os.path.join(self.work, "million.db")
        server = self.start(database)
        words = self.words(server)
        self.search_http(server, words)
        self.search_command(database, words)
        self.killed(server, database)

    def words(self, server):
        """Names that are there, whole or their last two words, with accents and without."""
        words = []
        for n in self.random.sample(range(1, PEOPLE + 1), 200):
            name = server.json(f"{ITEMS.format('people')}/N{n:07d}")["properties"]["name"]
            name = name if n % 2 else " ".join(name.split()[-2:])
            words.append(fold(name) if n % 4 < 2 else name)
        return words

    def search_http(self, server, words):
        took = []
        for w in words:
            begun = time.monotonic()
            answer = server.json(f"{ITEMS.format('people')}?limit=10&q={urllib.parse.quote(w)}")
            took.append((time.monotonic() - begun) * 1000)
            features = answer["features"]
            if not features or not is_named(features[0]["properties"]["name"], w):
                raise Failure(f"the search for “{w}” did not find it")
        self.add_values(f"search for a name among {PEOPLE:,}, p95 over HTTP", [p95(took)], "ms", "<= 20")

    def search_command(self, database, words):
        took = []
        for w in words[:40]:
            begun = time.monotonic()
            servers.run([self.program, "query", "people", "--db", database, "--search", w, "--limit", "10", "--json"],
                        cwd=self.work)
            took.append((time.monotonic() - begun) * 1000)
        self.add_values("the same by the command, process start included, p95", [p95(took)], "ms", "<= 20")

    def killed(self, server, database):
        """kill -9 while it answers as fast as it can; the time is from the next start to its first record."""
        path, took, some = f"{ITEMS.format('people')}/N0500000", [], self.random.sample(range(1, PEOPLE + 1), 5000)
        paths = self.file("people", (f"{ITEMS.format('people')}/N{n:07d}" for n in some))
        for _ in range(3):
            load = threading.Thread(target=self.load_in_vain, args=(server, paths))
            load.start()
            time.sleep(0.7)
            server.stop(kill=True)
            load.join()
            server = self.start(database, ready=None)
            took.append(server.wait(path))
        server.stop()
        self.add_values(f"kill -9 under load, new start to the first record of {PEOPLE:,}", took, "s", "<= 1")

    def load_in_vain(self, server, paths):
        try:
            servers.wrk(server, paths, SEED, 1, CONNECTIONS)
        except Failure:
            pass  # it is killed meanwhile

    # ---- all

    def run(self):
        try:
            self.prepare()
            self.ours = self.start()
            for part in (self.rates, self.tails, self.home, self.cold):
                self.part(part)
            for server in self.running:
                server.stop()
            self.part(self.million)
        finally:
            for server in self.running:
                server.stop()

    def part(self, fn):
        try:
            fn()
        except (Failure, OSError, ValueError, KeyError, AttributeError) as e:
            self.bench.failures.append(f"web: {fn.__name__}: {e}")
            print(f"web: {fn.__name__}: not measured: {e}", flush=True)
