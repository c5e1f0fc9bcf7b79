#!/usr/bin/python3
"""Abuses a running server, and proves that nobody else notices.

    tests/abuse/abuse.py BINARY DATABASE FOLDER

From the table of routes (`BINARY serve --routes`) every route gets its abuse: unknown, repeated, wrong and overlong
inputs, wrong methods, wrong formats; then come the probes of probes.py, compared with what nginx answers; slow senders;
floods of connections; range bombs. While all of it happens a well-behaved client asks every 50 ms and must be served
each time. Prints `ok NAME` or `not ok NAME: REASON` for each check, `skip NAME: REASON` for what this machine cannot
do.
"""
import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scenario"))
import probes  # noqa: E402
import signing  # noqa: E402

GUARDS = (b"Content-Security-Policy: default-src 'none'", b"X-Content-Type-Options: nosniff", b"Referrer-Policy: ")
KEY = "an-operator-key-of-this-test"
HEAD_SECONDS, BODY_SECONDS = 20, 30  # LIMIT_HTTP_HEAD_MS, LIMIT_HTTP_BODY_MS
WRONG = {"integer": "1e3", "number": "x", "boolean": "ja", "date": "2026-02-30", "choice": "no-such-choice",
         "bbox": "1,2,3", "interval": "../..", "name": "a/b"}


def check(name, reason):
    """reason: None when all is well."""
    print(f"ok {name}" if reason is None else f"not ok {name}: {reason}", flush=True)


class Answer:
    def __init__(self, data, is_closed):
        self.data, self.is_closed = data, is_closed
        head, _, self.body = data.partition(b"\r\n\r\n")
        m = re.match(rb"HTTP/1\.1 (\d{3}) ", head)
        self.status = int(m.group(1)) if m else 0
        self.head = head

    def header(self, name):
        m = re.search(rb"(?mi)^" + name.encode() + rb":[ \t]*(.*?)\r?$", self.head)
        return m.group(1).decode("latin-1") if m else None

    def __str__(self):
        return repr(self.data[:200])


def ask(port, data, seconds=10.0):
    """What comes until the server closes, or for so long."""
    got, is_closed = b"", False
    with socket.create_connection(("127.0.0.1", port)) as s:
        s.settimeout(seconds)
        try:
            s.sendall(data)
        except OSError:
            pass
        try:
            while True:
                piece = s.recv(65536)
                if not piece:
                    is_closed = True
                    break
                got += piece
        except TimeoutError:
            pass
        except ConnectionError:
            is_closed = True
    return Answer(got, is_closed)


def request(port, method, target, headers=(), body=b""):
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", "Connection: close", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return ask(port, ("\r\n".join(lines) + "\r\n\r\n").encode() + body)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    def __init__(self, command, port, cwd):
        self.port = port
        with open(os.path.join(cwd, "server.log"), "ab") as log:
            self.process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=log)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("the server does not begin to listen")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)


class Neighbour(threading.Thread):
    """A client that behaves: every answer must come, whole and soon."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.n, self.faults, self.slowest = port, 0, [], 0.0
        self.is_over = threading.Event()

    def run(self):
        while not self.is_over.wait(0.05):
            began = time.monotonic()
            try:
                a = request(self.port, "GET", "/healthz")
            except OSError as error:
                self.faults.append(repr(error))
                continue
            self.n += 1
            self.slowest = max(self.slowest, time.monotonic() - began)
            if a.status != 200 or b'"ok"' not in a.body:
                self.faults.append(str(a))

    def verdict(self, name):
        self.is_over.set()
        self.join()
        reason = self.faults[0] if self.faults else None
        if not reason and self.slowest > 5:
            reason = f"one of {self.n} answers took {self.slowest:.1f} s"
        reason = reason or (None if self.n else "no answer at all")
        check(f"a well-behaved client is served all the while ({name}; {self.n} answers)", reason)


# ---- every route ----

def unguarded(a):
    return next((f"lacks {g.decode()}" for g in GUARDS if g not in a.head), None)


def problem(a, *statuses):
    """None when the answer is a problem of one of these statuses, told as RFC 9457 wants."""
    if a.status not in statuses:
        return f"expected {statuses}, got {a}"
    if a.header("Content-Type") != "application/problem+json":
        return f"no problem: {a}"
    p = json.loads(a.body)
    if p.get("status") != a.status or not p.get("detail") or not p.get("type"):
        return f"incomplete: {a.body[:200]!r}"
    return unguarded(a)


def administrator(port, log):
    """Signs in by the one-time link that the server told at its start; what each of its requests says of it."""
    link, end = None, time.monotonic() + 20
    while not link and time.monotonic() < end:  # the server listens before it tells
        with open(log, encoding="utf-8") as f:
            found = re.search(r"/welcome/\w+", f.read())
        link = found.group(0) if found else time.sleep(0.1)
    b = signing.Browser(f"http://localhost:{port}")
    signing.welcome(b, link, "a sentence of this test", name="chief", full_name="Chief of this test")
    return (f"Cookie: tinhso={b.cookies['tinhso']}", f"X-CSRF-Token: {b.token}")


class Route:
    def __init__(self, r, port, methods, signed):
        self.r, self.port, self.methods, self.signed = r, port, methods, signed
        self.path = re.sub(r"\{[^}]*\}", "x", r["path"])
        self.query = [i for i in r["inputs"] if i["in"] == "query" and not i["open"]]
        self.is_open = any(i["open"] and i["in"] == "query" for i in r["inputs"])

    def ask(self, query="", headers=(), method=None, path=None):
        right = self.r["right"]
        key = () if right == "public" else (
            (f"Authorization: Bearer {KEY}",) if right in ("write", "operator") else self.signed)
        key += ("Origin: http://localhost",)  # a form is taken from our own pages only
        body = b"{}" if self.r["takes_body"] and method is None else b""
        return request(self.port, method or self.r["method"], (path or self.path) + query, [*headers, *key], body)

    def cases(self):
        r = self.r
        if not self.is_open:
            yield "unknown parameter", problem(self.ask("?no-such-parameter=1"), 400)
        yield "f twice", problem(self.ask(f"?f={(r['formats'] or ['x'])[0]}&f={(r['formats'] or ['x'])[0]}"), 400, 406)
        for i in self.query:
            yield f"{i['name']} twice", problem(self.ask(f"?{i['name']}=1&{i['name']}=1"), 400)
            if i["type"] in WRONG:
                yield f"{i['name']} of a wrong type", problem(self.ask(f"?{i['name']}={WRONG[i['type']]}"), 400)
            if i["type"] == "integer" and i["max"]:
                yield f"{i['name']} too large", problem(self.ask(f"?{i['name']}={i['max'] + 1}"), 400)
            longest = i["max"] if i["type"] == "text" and i["max"] else 1024
            if longest < 7000:
                yield f"{i['name']} too long", problem(self.ask(f"?{i['name']}={'9' * (longest + 1)}"), 400)
            yield f"{i['name']} not UTF-8", problem(self.ask(f"?{i['name']}=%ff"), 400)
        if "{" in r["path"]:
            filled = [re.sub(r"\{[^}]*\}", piece, r["path"]) for piece in ("%ff", "a" * 2000)]
            yield "path not UTF-8", problem(self.ask(path=filled[0]), 400)
            yield "path too long", problem(self.ask(path=filled[1]), 400, 404)
        if r["takes_at"]:
            yield "at that is no moment", problem(self.ask("?at=yesterday"), 400)
            yield "at beyond the newest revision", problem(self.ask("?at=999999999"), 404)
        yield "unknown format", problem(self.ask("?f=no-such-format"), 406) if r["formats"] else None
        if r["formats"] and r["formats"] != ["bytes"]:
            yield "Accept of what it has not", problem(self.ask(headers=["Accept: image/x-none"]), 406)
        other = next(m for m in ("PATCH", "DELETE", "PUT", "POST", "GET") if m not in self.methods)
        a = self.ask(method=other)
        yield f"method {other}", problem(a, 405) or (None if a.header("Allow") else "no Allow")
        yield "method TRACE", problem(self.ask(method="TRACE"), 501)
        if r["right"] != "public":
            a = request(self.port, r["method"], self.path, ["Origin: http://localhost"])
            yield "without a key", problem(a, 401)


def abuse_routes(port, routes, signed):
    methods = {}
    for r in routes:
        methods.setdefault(re.sub(r"\{[^}]*\}", "{}", r["path"]), set()).add(r["method"])
    for r in routes:
        n = 0
        for name, reason in Route(r, port, methods[re.sub(r"\{[^}]*\}", "{}", r["path"])], signed).cases():
            n += 1
            if reason:
                check(f"{r['method']} {r['path']}: {name}", reason)
        reason = None if n >= 4 else f"only {n} abuses"
        check(f"{r['method']} {r['path']}: {n} abuses are refused with a problem", reason)


# ---- messages ----

def start_nginx(folder):
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    if not os.path.exists(nginx):
        return None
    port = free_port()
    conf = os.path.join(folder, "nginx.conf")
    with open(conf, "w", encoding="utf-8") as f:
        f.write(f"""daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 512; }}
http {{ access_log off; client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
server {{ listen 127.0.0.1:{port}; server_name localhost; location / {{ return 200 "ok"; }} }} }}
""")
    return Server([nginx, "-p", folder, "-c", conf], port, folder)


def abuse_messages(port, nginx):
    both = 0
    for name, data in probes.SMUGGLING:
        a = ask(port, data, 5)
        is_refused = a.status == 0 or 400 <= a.status < 600
        reason = None if is_refused else f"answered {a}"
        reason = reason or (None if a.is_closed else "the connection stays open")
        # The library tells some refusals of its own twice over; an answer that is no refusal is one too many.
        reason = reason or ("a request was smuggled" if re.search(rb"HTTP/1\.1 [123]", a.data) else None)
        theirs = "not asked"
        if nginx:
            b = ask(nginx.port, data, 0.5)
            theirs = b.status or "no answer"
            both += is_refused and (b.status == 0 or b.status >= 400)
        check(f"refused, closed: {name} (we {a.status or 'close'}, nginx {theirs})", reason)
    for name, data in probes.ACCEPTED:
        a = ask(port, data)
        check(f"served: {name}", None if a.status == 200 and a.is_closed else str(a))
    for name, status, data in probes.TOO_LARGE:
        a = ask(port, data, 5)
        check(f"{status} and closed: {name}", None if a.status == status and a.is_closed else str(a))
    a = ask(port, probes.TOO_LARGE[0][2], 5)
    check("and the header is named", None if b"X-Long" in a.body else str(a))
    for path in probes.PATHS:
        a = ask(port, b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 5)
        check(f"400 and closed: path {path.decode()}", problem(a, 400) or (None if a.is_closed else "stays open"))
    if nginx:
        check(f"nginx refuses some of the probes too ({both} of {len(probes.SMUGGLING)}), none that we let pass",
              None if both >= 12 else "fewer than 12: is it nginx?")
    else:
        print("skip comparison with nginx: nginx is not installed", flush=True)


def abuse_ranges(port):
    bomb = "Range: bytes=" + ",".join(f"{i}-" for i in range(1000))
    a = ask(port, f"GET /metrics HTTP/1.1\r\nHost: localhost\r\n{bomb}\r\n\r\n".encode(), 5)
    reason = problem(a, 416) or (None if a.is_closed else "stays open")
    check("a range bomb is refused, and the connection closed", reason)
    for one in ("bytes=0-0", "bytes=5-1", "lines=1-2", "bytes=0-0, 2-3"):
        a = request(port, "GET", "/healthz", [f"Range: {one}"])
        is_whole = a.status == 200 and b'"ok"' in a.body and not a.header("Content-Range")
        check(f"Range: {one} gets the whole answer", None if is_whole else str(a))


def abuse_queries(port):
    """Whatever fits the address is answered with words."""
    for name, query in (("2,000 parameters", "a=1&" * 2000), ("8,000 separators", "&" * 8000)):
        a = request(port, "GET", f"/healthz?{query}x=1")
        check(f"a query of {name} is refused with a problem", problem(a, 400))
    a = request(port, "GET", "/healthz/?f=txt")
    check("a slash too much leads to the same page with its query",
          None if a.status == 308 and a.header("Location") == "/healthz?f=txt" else str(a))


def abuse_hosts(port):
    for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example"):
        a = ask(port, f"GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        check(f"a name that is not ours is refused: {host}", problem(a, 421))
    a = request(port, "GET", "/no-such-page", ["X-Request-Id: chosen-by-a-stranger", "X-Forwarded-For: 203.0.113.9",
                                               "X-Forwarded-Host: evil.example", "Forwarded: host=evil.example"])
    chosen = next((s for s in (b"chosen-by-a-stranger", b"evil.example") if s in a.data), None)
    check("headers of a proxy are believed from none but the proxy", problem(a, 404) or (chosen and str(chosen)))


# ---- the log ----

LOG_KEYS = {"time", "id", "client", "method", "path", "route", "status", "bytes", "us"}


def abuse_log(port, log, secrets):
    """What hostile bytes and names of people become in the access log."""
    for target in ("/healthz?q=Nguy\u1ec5n", '/\u0301"}\n{"a":1', "/x?q=Nguyen%20Van%20A#y", "/healthz?q=NguyenVanA"):
        ask(port, f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode(), 3)
    for data in (b"GET /log-1?q=NguyenVanA HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
                 b"GET /log-2?q=NguyenVanA HTTP/1.1\nHost: localhost\n\n",
                 b"GET /log-3\x01\xff\"\\?q=NguyenVanA HTTP/1.1\r\nHost: localhost\r\n\r\n"):
        ask(port, data, 3)
    for _ in range(2):
        request(port, "GET", "/healthz")
    request(port, "HEAD", "/healthz")
    time.sleep(0.5)
    with open(log, "rb") as f:
        lines = f.read().splitlines()
    try:
        entries = [json.loads(line) for line in lines]
        wrong = next((e for e in entries if set(e) != LOG_KEYS), None)
    except ValueError as error:
        entries, wrong = [], error
    check(f"each of {len(lines)} lines of the access log is JSON with the known members", wrong and str(wrong))
    whole = b"\n".join(lines)
    for name, secret in secrets:
        check(f"the log does not have {name}", f"has {secret}" if secret.encode() in whole else None)
    paths = [e["path"] for e in entries]
    check("nor an address that only a proxy may tell", "203.0.113.9" if b"203.0.113.9" in whole else None)
    check("nor a query", next((p for p in paths if "?" in p), None))
    check("what the library itself refuses stands in it too",
          None if any(e["path"] == "/log-1" and e["status"] == 400 for e in entries) else "no line of /log-1")
    last = [(e["status"], e["bytes"]) for e in entries if e["route"] == "health"][-3:]
    sizes = [(200, 16), (200, 16), (200, 0)]
    check("it tells the bytes that were sent, also of a kept answer", None if last == sizes else str(last))


# ---- the metrics ----

LABEL = r'[a-z_]+="[^"\\\n]*"'
SAMPLE = re.compile(rf"(?P<name>[a-z_][a-z0-9_]*)(?:\{{(?P<labels>{LABEL}(?:,{LABEL})*)\}})? (?P<value>-?[0-9.e+]+)")


def metrics_fault(text):
    """The first line that Prometheus would not take, or that its conventions do not allow."""
    kinds, helps, seen, buckets = {}, set(), set(), []
    if not text.endswith("\n"):
        return "the last line does not end"
    for line in text.splitlines():
        if line.startswith("# "):
            _, what, name, rest = line.split(" ", 3)
            known = helps if what == "HELP" else kinds
            if name in known or (what == "TYPE" and name not in helps):
                return f"out of order: {line}"
            if what == "HELP":
                helps.add(name)
            else:
                kinds[name] = rest
            continue
        m = SAMPLE.fullmatch(line)
        if not m or (m["name"], m["labels"]) in seen:
            return f"no sample, or one twice: {line}"
        seen.add((m["name"], m["labels"]))
        family = re.sub("_(bucket|sum|count)$", "", m["name"])
        kind = kinds.get(m["name"]) or (kinds.get(family) if kinds.get(family) == "histogram" else None)
        if not kind or not m["name"].startswith("tinhso_") or (kind == "counter") != m["name"].endswith("_total"):
            return f"a name against the conventions, or without TYPE: {line}"
        if m["name"].endswith("_bucket"):
            buckets.append((float(m["labels"][4:-1]), float(m["value"])))
        if m["name"] == family + "_count" and kind == "histogram" and buckets[-1] != (float("inf"), float(m["value"])):
            return f"the last bucket is not the count: {line}"
    return None if buckets == sorted(buckets) else "buckets are not cumulative"


def abuse_metrics(port):
    text = request(port, "GET", "/metrics").body.decode()
    check("Prometheus can read the metrics, and their names are as it wants", metrics_fault(text))
    total = sum(int(n) for n in re.findall(r"(?m)^tinhso_http_requests_total\{.*\} (\d+)$", text))
    count = int(re.search(r"(?m)^tinhso_http_answer_seconds_count (\d+)$", text).group(1))
    check("every request is counted once", None if total == count > 2000 else f"{total} by route, {count} by time")
    refused = int(re.search(r"(?m)^tinhso_http_refused_total (\d+)$", text).group(1))
    check("refused messages are counted", None if refused >= len(probes.SMUGGLING) - 10 else str(refused))


# ---- connections ----

class Slow(threading.Thread):
    """Sends a byte now and then; notes when the server has had enough."""

    def __init__(self, port, head, filler, seconds):
        super().__init__(daemon=True)
        self.port, self.head, self.filler, self.seconds, self.lasted = port, head, filler, seconds, None

    def run(self):
        began = time.monotonic()
        with socket.create_connection(("127.0.0.1", self.port)) as s:
            s.settimeout(0.7)
            s.sendall(self.head)
            while time.monotonic() - began < self.seconds:
                try:
                    if not s.recv(4096):
                        break
                    self.seconds = min(self.seconds, time.monotonic() - began + 5)  # answered: must close soon
                    s.sendall(self.filler)
                except TimeoutError:
                    try:
                        s.sendall(self.filler)
                    except OSError:
                        break
                except OSError:
                    break
            else:
                return
        self.lasted = time.monotonic() - began


def abuse_slowly(port, routes):
    kinds = [("in the request line", b"GET /he", b"a", HEAD_SECONDS),
             ("in a header", b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ", b"a", HEAD_SECONDS),
             ("with headers", b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"X: y\r\n", HEAD_SECONDS),
             ("saying nothing", b"", b"", HEAD_SECONDS)]
    for r in routes:
        if r["takes_body"]:
            head = (f"{r['method']} {re.sub(r'{[^}]*}', 'x', r['path'])} HTTP/1.1\r\nHost: localhost\r\n"
                    f"Authorization: Bearer {KEY}\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n")
            kinds.append(("in a body", head.encode(), b" ", BODY_SECONDS))
            break
    all_slow = [(name, limit, [Slow(port, head, filler, limit + 8) for _ in range(40)])
                for name, head, filler, limit in kinds]
    for _, _, some in all_slow:
        for s in some:
            s.start()
    for name, limit, some in all_slow:
        for s in some:
            s.join()
        lasting = [s.lasted for s in some if s.lasted is None or s.lasted > limit + 4]
        reason = f"{len(lasting)} are not" if lasting else None
        check(f"40 senders that dribble {name} are closed within {limit} s", reason)


def flood(port):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    want = 4300
    if hard != resource.RLIM_INFINITY and hard < want + 200:
        print(f"skip flood of connections: this machine allows {hard} descriptors", flush=True)
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, want + 200), hard))
    held = []
    for _ in range(want):
        try:
            s = socket.create_connection(("127.0.0.1", port), timeout=2)
            held.append(s)
        except OSError:
            break
    began = time.monotonic()
    a, seconds = None, 0.0
    while seconds < 10 and (not a or a.status != 200):
        try:
            a = request(port, "GET", "/healthz")
        except OSError:
            time.sleep(0.1)
        seconds = time.monotonic() - began
    check(f"{len(held)} idle connections make room for a client within 10 s", None if a and a.status == 200 else str(a))
    for s in held:
        s.close()


def main():
    binary, database, folder = sys.argv[1:4]
    key = os.path.join(folder, "operator.key")
    with open(key, "w", encoding="utf-8") as f:
        f.write(KEY + "\n")
    routes = json.loads(subprocess.check_output([binary, "serve", "--routes"]))["routes"]
    port = free_port()
    log = os.path.join(folder, "access.log")
    command = [binary, "serve", "--db", database, "--listen", f"127.0.0.1:{port}", "--operator-key-file", key,
               "--access-log", log]
    server = Server(command, port, folder)
    nginx = start_nginx(folder)
    neighbour = Neighbour(port)
    neighbour.start()
    slow = threading.Thread(target=abuse_slowly, args=(port, routes))
    slow.start()
    signed = administrator(port, os.path.join(folder, "server.log"))
    abuse_routes(port, routes, signed)
    abuse_messages(port, nginx)
    abuse_ranges(port)
    abuse_queries(port)
    abuse_hosts(port)
    slow.join()
    neighbour.verdict("abuse and slow senders")
    cookie, token = (line.partition(" ")[2] for line in signed)
    abuse_log(port, log, (("the operator's key", KEY), ("a session", cookie.partition("=")[2]),
                          ("the token of a form", token), ("whom a query names", "Nguyen")))
    abuse_metrics(port)
    flood(port)
    if nginx:
        nginx.stop()
    status = server.stop()
    check("the server ends cleanly on SIGTERM", None if status == 0 else f"status {status}")


if __name__ == "__main__":
    main()
