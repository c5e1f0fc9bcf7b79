"""What signing in, rights and the log of reads cost: `bench/run access`.

The same page of a farm household is asked by two accounts whose roles differ in one word: one is shown the personal
fields, so each answer is first written into the log of reads, the other sees them masked. Rounds are interleaved; paths
are drawn at random among 5,000 households. Then 1,000 sessions, each with a connection of its own, walk through the
portal at once, looking at each page for two seconds.
"""
import asyncio
import os
import random
import re
import shutil
import sys
import urllib.parse

import servers
from servers import Failure
from web import Contender

sys.path.insert(0, os.path.join(servers.SOURCE, "tests", "scenario"))
from signing import Browser, welcome

ROUNDS, SEED, HOUSEHOLDS = 7, 20220630, 5000
SESSIONS, CITIZENS, SESSION_SECONDS, LOOK_SECONDS = 1000, 10, 20, 2
PASSWORD = "bảy con mèo ngủ trưa"
ROLE = """\
role: {name}
title: {{vi: Đo, en: Measuring}}
grants:
  - {{may: [read], registers: [farm_households], fields: {fields}}}
"""


class Access:
    def __init__(self, bench, measure):
        self.bench, self.measure = bench, measure
        self.work = os.path.join(bench.work, "access")
        self.program = os.path.join(servers.SOURCE, "build", "tinhso")
        self.random = random.Random(SEED)

    def prepare(self):
        os.makedirs(self.work)
        province = os.path.join(self.work, "province", "dak-nong")
        shutil.copytree(os.path.join(servers.SOURCE, "province", "dak-nong"), province)
        for name, fields in (("shown", "basic-personal"), ("masked", "internal")):
            with open(os.path.join(province, "roles", name + ".yaml"), "w", encoding="utf-8") as f:
                f.write(ROLE.format(name=name, fields=fields))
        servers.run([self.program, "load", "province/dak-nong"], cwd=self.work)
        self.server = servers.tinhso(self.program, os.path.join(self.work, "var", "dak-nong.db"),
                                     os.path.join(self.work, "tinhso.log"))

    def account(self, name, *options):
        """A browser that is signed in."""
        out = servers.run([self.program, "user", "add", name, "--full-name", "Đo", "--lang", "en", *options],
                          cwd=self.work)
        b = Browser(f"http://127.0.0.1:{self.server.port}")
        link = urllib.parse.urlsplit(re.search(r"\S*/welcome/\w+", out).group(0)).path
        if "--citizen" in options:
            b.get(link)
            b.post(link, {"password": PASSWORD, "again": PASSWORD})
        else:
            welcome(b, link, PASSWORD)
        if b.get("/account").status != 200:
            raise Failure(f"{name} is not signed in")
        return b

    @staticmethod
    def cookie(browser):
        return "; ".join(f"{k}={v}" for k, v in browser.cookies.items()).replace(" ", "")

    def file(self, name, lines):
        path = os.path.join(self.work, name + ".paths")
        with open(path, "w", encoding="utf-8") as f:
            f.writelines(line + "\n" for line in lines)
        return path

    def add(self, *args):
        m = self.measure(*args)
        self.bench.add(m)
        return m

    def reads(self):
        """What writing into the log of reads takes of the throughput of the page."""
        contenders = []
        for name in ("masked", "shown"):
            b = self.account(name, "--role", name)
            page = b.get("/registers/farm_households/HN000001")
            if page.status != 200 or ("Head of household" in page.text) != (name == "shown"):
                raise Failure(f"{name} sees the wrong page: {page.status}")
            paths = (f"/registers/farm_households/HN{n:06d} {self.cookie(b)}"
                     for n in self.random.sample(range(1, self.bench.rows + 1), HOUSEHOLDS))
            contenders.append(Contender(name, self.server, self.file(name, paths)))
        for number in range(ROUNDS + 1):
            for c in contenders:
                c.round(number)
        for c in contenders: # the first round warms
            del c.values[0], c.wall[0], c.tails[0]
        masked, shown = contenders
        reference = self.add("page of a personal record, fields masked: nothing to log", masked.wall, "answers/s")
        self.add("page of a personal record, fields shown, each answer logged before", shown.wall, "answers/s",
                 ">= 0.9 ×", reference)
        reference = self.add("the masked page, a second of processor", masked.values, "answers/s of processor")
        self.add("the shown page, a second of processor", shown.values, "answers/s of processor", "", reference)

    def sessions(self):
        """1,000 sessions at once."""
        cookies, paths = [], ("/", "/registers", "/account", "/units", "/registers/products")
        browsers = [self.account(f"citizen{n}", "--citizen", "--personal-id", f"0670900{n:05d}")
                    for n in range(CITIZENS)]
        cookies += [self.cookie(b) for b in browsers]
        for n in range(SESSIONS - CITIZENS):
            b = Browser(f"http://127.0.0.1:{self.server.port}")
            if b.sign_in(f"citizen{n % CITIZENS}", PASSWORD).status != 303:
                raise Failure("a citizen cannot sign in")
            cookies.append(self.cookie(b))
        took, seconds = asyncio.run(self.walk(cookies, paths))
        self.add(f"{SESSIONS:,} sessions at once, a connection each: answers", [len(took) / seconds], "answers/s")
        took.sort()
        for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
            self.add(f"the same, {name}", [took[int(len(took) * share)] * 1000], "ms")
        self.add("the same, memory of the server", [self.server.memory()], "MiB", "<= 256")

    async def walk(self, cookies, paths):
        """Everybody asks for a page, looks at it for two seconds or so, and asks for another."""
        took, loop = [], asyncio.get_running_loop()
        end = loop.time() + SESSION_SECONDS

        async def session(cookie, draw):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
            await asyncio.sleep(draw.uniform(0, 2 * LOOK_SECONDS))
            while loop.time() < end:
                began = loop.time()
                writer.write((f"GET {draw.choice(paths)} HTTP/1.1\r\nHost: 127.0.0.1:{self.server.port}\r\n"
                              f"Cookie: {cookie}\r\n\r\n").encode())
                head = await reader.readuntil(b"\r\n\r\n")
                if not head.startswith(b"HTTP/1.1 200"):
                    raise Failure(f"a session is answered {head[:40]!r}")
                await reader.readexactly(int(re.search(rb"(?i)content-length: (\d+)", head).group(1)))
                took.append(loop.time() - began)
                await asyncio.sleep(draw.expovariate(1 / LOOK_SECONDS))
            writer.close()

        await asyncio.gather(*(session(c, random.Random(n)) for n, c in enumerate(cookies)))
        return took, SESSION_SECONDS

    def run(self):
        self.prepare()
        try:
            self.reads()
            self.sessions()
        finally:
            self.server.stop()
