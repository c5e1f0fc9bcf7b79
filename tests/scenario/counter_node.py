"""The checks of counter_node.sh: counter_node.py WORK SOURCE. Lines of TAP. The province's database is var/dak-nong.db in WORK."""
import atexit
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
import urllib.parse

WORK, SOURCE = sys.argv[1:3]
SCENARIO = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(SCENARIO, "..", "peers"), SCENARIO]
from line import Line  # noqa: E402
from people import PASSWORD, Stage  # noqa: E402
from signing import Browser, welcome  # noqa: E402

TINHSO = os.environ["TINHSO_BIN"]
PROVINCE, UNIT = "var/dak-nong.db", "24631"
OFFICE = f"ubnd-{UNIT}"
random.seed(7)
stage = Stage("", WORK)
tell = stage.tell


def run(db, *args, now=None):
    env = {k: v for k, v in os.environ.items() if k != "TINHSO_NOW"} | {"TINHSO_DB": db} | ({"TINHSO_NOW": now} if now else {})
    return subprocess.run([TINHSO, *args, "--lang", "en"], cwd=WORK, env=env, capture_output=True, text=True, check=False)


def asked(db, *args, now=None):
    done = run(db, *args, "--json", now=now)
    assert done.returncode == 0, (args, done.stderr)
    return json.loads(done.stdout)


def file(db, applicant, now=None, procedure="1.001193"):
    return asked(db, "dossier", f"procedure={procedure}", f"reception_office={OFFICE}", "channel=counter", f"applicant={applicant}",
                 "personal_id=067190000123", "--as", "reception_officer", now=now)["id"]


def act(db, code, step, role, *fields):
    return asked(db, "act", "dossiers", code, step, *fields, "--as", role)


def rows(db, register, *more):
    return [r["fields"] for r in asked(db, "query", register, "--limit", "0", *more)["records"]]


def steps(db):
    return {f"{r['dossier']}@{r['number']}": r for r in rows(db, "dossier_events")}


class Server:
    """The program over one database, killed and started again at the same port."""

    def __init__(self, db):
        self.db, self.port, self.process = db, 0, None
        atexit.register(lambda: self.process and self.process.kill())
        self.start()

    def start(self):
        log = os.path.join(WORK, "server.log")
        with open(log, "w", encoding="utf-8") as out:
            self.process = subprocess.Popen([TINHSO, "serve", "--db", self.db, "--listen", f"127.0.0.1:{self.port}", "--lang", "en"],
                                            cwd=WORK, stdout=out, stderr=out)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with open(log, encoding="utf-8") as f:
                found = re.search(r"at http://127.0.0.1:(\d+)", f.read())
            if found:
                self.port = int(found.group(1))
                return
            time.sleep(0.05)
        raise SystemExit("the server does not start")

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(30)


def key_file(name, text):
    path = os.path.join(WORK, name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text + "\n")
    os.chmod(path, 0o600)
    return path


# ---- joining

def joins():
    done = run(PROVINCE, "node", "add", "quay-1", "--office", OFFICE, "--numbers", "6000-5000")
    tell(done.returncode == 1 and "6000-5000" in done.stderr, "a block goes from its first number to its last", done.stderr)
    key = asked(PROVINCE, "node", "add", "quay-1", "--office", OFFICE, "--numbers", "5001-5999")["key"]
    done = run(PROVINCE, "node", "add", "quay-x", "--office", OFFICE, "--numbers", "5900-6100")
    tell(done.returncode == 1 and "5900-6100" in done.stderr, "blocks of one office do not overlap", done.stderr)
    done = run("n1.db", "node", "init", "--from", line.url, "--key", key_file("bad.key", "quay-1:" + "0" * 64))
    tell(done.returncode == 1 and "joining key" in done.stderr, "another key joins nothing", done.stderr)
    key = asked(PROVINCE, "node", "add", "quay-1", "--office", OFFICE)["key"]
    begin = ["node", "init", "--from", line.url, "--office", OFFICE, "--key", key_file("n1.txt", key)]
    line.losing = 1
    done = run("n1.db", *begin)
    tell(done.returncode == 1 and run("n1.db", "node", "sync").returncode == 1, "an answer that is lost leaves no node",
         done.stdout)
    for _ in range(4):
        p = subprocess.Popen([TINHSO, *begin, "--db", "n1.db"], cwd=WORK, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        time.sleep(random.uniform(0.02, 0.12))
        p.kill()
        p.communicate()
    done = run("n1.db", *begin)
    told = done.stderr if done.returncode == 0 else ""
    tell(done.returncode == 0, "made again it goes on, also when it was killed while it was made", done.stderr)
    link = re.search(r"mai: (/welcome/\w+)", told)
    tell(link is not None, "its staff gets links to choose passwords there", done.stderr)
    done = run("n1.db", *begin)
    tell(done.returncode == 1 and "n1.db" in done.stderr, "a node that is made is not made again", done.stderr)
    done = run(PROVINCE, "node", "add", "quay-1", "--office", OFFICE)
    tell(done.returncode == 1 and "quay-1" in done.stderr, "another machine does not get the same numbers", done.stderr)
    done = run("n1b.db", "node", "init", "--from", line.url, "--key", os.path.join(WORK, "n1.txt"))
    tell(done.returncode == 1 and "joining key" in done.stderr, "the key lets one node join", done.stderr)
    real = [r["id"] for r in asked(PROVINCE, "query", "procedures", "--limit", "0")["records"] if not r["sample"]]
    tell(len(rows("n1.db", "procedures")) == len(real) > 40, "the node has the catalogue", len(real))
    tell(run("n1.db", "query", "farm_households", "--count", "--json").stdout.count('"count":0') == 1, "and no register of people")
    done = run(PROVINCE, "put", "number_blocks", "node=quay-1", "first=1", "last=9", "id_code=x", "from_day=2022-01-01",
               "reserved_at=2022-01-01T00:00:00Z", "--reason", "x")
    tell(done.returncode == 1, "nobody writes a block beside the command", done.stdout)
    done = run(PROVINCE, "node", "sync")
    tell(done.returncode == 1 and "counter node" in done.stderr, "the province is no node", done.stderr)
    return link.group(1) if link else ""


# ---- the line is down for hours

def offline(link):
    line.is_up = False
    server = Server("n1.db")
    stage.address = server.url
    mai = Browser(server.url, "en")
    welcome(mai, link, PASSWORD)
    page = stage.fill(mai, "/desk/counter/1.001193", other="true", **{"f.applicant": "Trần Thị Quầy", "f.personal_id": "067190001234"})
    code = urllib.parse.unquote((re.search(r"/desk/dossiers/([^/]+)/received", page.location) or ["", ""])[1])
    tell(page.status == 303 and code.endswith("-5001"), "the counter receives without a line, in its own numbers", page.text)
    page = mai.get(f"/desk/dossiers/{code}/papers/1")
    tell(page.status == 200 and code in page.text, "and prints the slip", page.text)
    tell(server.end() == 0, "the node's server stops cleanly")
    codes = [code] + [file("n1.db", f"Người {i}") for i in range(6)]
    for c in codes[:4]:
        act("n1.db", c, "hand_over", "reception_officer")
    act("n1.db", codes[0], "correct", "reception_officer", "reason=Sai số", "phone=0905123456")
    act("n1.db", codes[1], "withdraw_counter", "reception_officer", "reason=Nộp nhầm")
    tell([int(c[-4:]) for c in codes] == list(range(5001, 5008)), "one after another", codes)
    joined = file("n1.db", "Trẻ em", procedure="2.000986")
    codes += [r["code"] for r in rows("n1.db", "dossiers") if r["code"] == joined or r["parent"] == joined]
    tell(len(codes) == 10, "a joined-up one is a dossier a part", codes)
    act("n1.db", joined, "withdraw_counter", "reception_officer", "--reason", "Nộp lại sau")
    mine = [file(PROVINCE, f"Tỉnh {i}") for i in range(2)]
    tell([int(c[-4:]) for c in mine] == [1, 2], "the province numbers beside the block", mine)
    done = run("n1.db", "node", "sync")
    tell(done.returncode == 1 and line.url in done.stderr, "without a line sending ends with a sentence", done.stderr)
    waiting = asked("n1.db", "node", "status")["waiting"]
    tell(waiting == len(steps("n1.db")) == 19, "what waits is counted", waiting)
    return codes


def killed(province):
    """The line is back, and everything is killed again and again, at the node and at the province; answers are lost."""
    line.is_up = True
    for i in range(8):
        line.losing = random.choice([0, 1])
        p = subprocess.Popen([TINHSO, "node", "sync", "--db", "n1.db"], cwd=WORK, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0.0, 0.15))
        if i % 2:
            province.end(signal.SIGKILL)
            p.wait()
            province.start()
        else:
            p.kill()
            p.wait()
    line.losing = 0
    for _ in range(5):
        done = run("n1.db", "node", "sync", "--json")
        if done.returncode == 0:
            break
    tell(done.returncode == 0 and json.loads(done.stdout)["waiting"] == 0, "in the end all was sent", done.stderr)


def arrived(codes, before):
    here, there = steps("n1.db"), {k: v for k, v in steps(PROVINCE).items() if v["dossier"] in codes}
    tell(set(here) == set(there), "each step is there once, none is lost", set(here) ^ set(there))
    same = ("transition", "at", "actor", "role", "from_state", "to_state", "due_after")
    wrong = [(k, f, here[k].get(f), there[k].get(f)) for k in here for f in same if here[k].get(f) != there[k].get(f)]
    tell(not wrong, "with the moments and the promises of the node", wrong)
    tell(all(v.get("node") == "quay-1" and v["arrived_at"] >= before > v["at"] for v in there.values()),
         "marked with the node and when it arrived: nobody takes it for a receipt of today", list(there.values())[:1])
    dossier = {r["code"]: r for r in rows(PROVINCE, "dossiers", "--reveal", "test")}
    kept = {r["code"]: r for r in rows("n1.db", "dossiers", "--reveal", "test")}
    differs = [(c, f, kept[c].get(f), dossier[c].get(f)) for c in codes for f in kept[c]
               if f not in ("workflow_rev", "calendar_rev", "limit_law") and kept[c].get(f) != dossier[c].get(f)]
    tell(not differs, "each dossier is as the node left it", differs)
    export = os.path.join(WORK, "tokens")
    for db, name in (("n1.db", "n"), (PROVINCE, "p")):
        done = run(db, "export", "dossiers", f"{export}-{name}.csv", "--ids", "--fields", "code,token", "--reveal", "test", "--reveal-sensitive",
                   "--filter", "code LIKE '%-5___'")
        assert done.returncode == 0, done.stderr
    with open(export + "-n.csv", encoding="utf-8") as n, open(export + "-p.csv", encoding="utf-8") as p:
        tell(sorted(n) == sorted(p), "the lookup codes that were printed hold at the province")
    found = rows(PROVINCE, "node_conflicts")
    tell(found == [], "and nothing is left for a person", found)
    tell(asked("n1.db", "portal", "status")["waiting"] == 0 and asked(PROVINCE, "portal", "status")["waiting"] > len(codes),
         "partners are told by the province, not by the node", asked("n1.db", "portal", "status"))
    mine = file(PROVINCE, "Sau đó")
    tell(int(mine[-4:]) == 3, "the province goes on with its own numbers", mine)


# ---- what does not hold

def forged():
    path, body = [b for b in line.bodies if b[0].endswith("/steps")][-1]
    status, answer = line.post(path, body)
    tell(status == 200 and json.loads(answer)["taken"] == 0 and json.loads(answer)["conflict"] == 0, "the same body again takes nothing", answer)
    key = asked(PROVINCE, "node", "add", "quay-2", "--office", OFFICE, "--numbers", "6001-6099", "--from-day", "2026-01-01")["key"]
    assert run("n2.db", "node", "init", "--from", line.url, "--key", key_file("n2.txt", key)).returncode == 0
    file("n2.db", "Quầy khác")
    line.is_up, count = True, len(steps(PROVINCE))
    assert run("n2.db", "node", "sync").returncode == 0
    other = json.loads([b for b in line.bodies if "quay-2/steps" in b[0]][-1][1])
    other["node"] = "quay-1"
    status, answer = line.post("/api/nodes/quay-1/steps", json.dumps(other).encode())
    tell(status == 403 and b"node-signature" in answer, "a step under the name of another node is refused", answer)
    changed = body.replace(b"67190000123", b"67190000124").replace("Người".encode(), "Ngườj".encode())
    status, answer = line.post(path, changed)
    tell(changed != body and status == 403, "a letter that was altered is seen", (status, answer))
    status, answer = line.post("/api/nodes/quay-9/steps", body)
    tell(status == 404, "a node that is not registered sends nothing", answer)
    status, answer = line.post("/api/nodes/quay-1/steps", b'{"node":"quay-1"}')
    tell(status == 422, "a body without steps is refused", answer)
    for body in (b"", b"[]", b"{", b"{}", b'{"node":"quay-1","steps":[1,null,{}]}', b'{"node":"quay-1","steps":{}}', b'{"key":1,"verifier":2}',
                 b'{"key":"a","verifier":"quay+00000000+AA"}'):
        for path in ("/api/nodes/quay-1/steps", "/api/nodes/quay-1/join", "/api/nodes/x/join"):
            status, answer = line.post(path, body)
            tell(400 <= status < 500, f"{body.decode()} for {path} is refused", (status, answer))
    tell(len(steps(PROVINCE)) == count + 1, "and nothing of it was taken")


def by_itself():
    """A node's server sends what waits, without anybody asking for it."""
    code = file("n1.db", "Tự gửi")
    server, deadline = Server("n1.db"), time.monotonic() + 20
    while asked("n1.db", "node", "status")["waiting"] and time.monotonic() < deadline:
        time.sleep(0.2)
    tell(f"{code}@1" in steps(PROVINCE), "a node's server sends by itself")
    tell(server.end() == 0, "and stops cleanly")


def conflicts(codes):
    a = codes[5]
    act("n1.db", a, "hand_over", "reception_officer")
    act("n1.db", a, "take", "case_officer")
    act(PROVINCE, a, "withdraw_counter", "reception_officer", "reason=Người nộp xin rút")
    sent = asked("n1.db", "node", "sync")
    tell(sent["conflicts"] == 2 and sent["waiting"] == 0, "steps that both sides took are told to a person", sent)
    found = rows(PROVINCE, "node_conflicts")
    tell({r["step"] for r in found} == {f"{a}@2", f"{a}@3"} and all(r["actor"] and r["why"] for r in found), "with who did what", found)
    states = [r["status"] for r in rows(PROVINCE, "dossiers", "--filter", f"code = '{a}'")]
    tell(states == ["7"], "what stands at the province stays", states)
    path, body = [b for b in line.bodies if b[0].endswith("quay-1/steps")][-1]
    line.post(path, body)
    tell(len(rows(PROVINCE, "node_conflicts")) == 2, "once, however often it comes")
    stage.address = province.url
    tam, hoa = (stage.account(*who) for who in (("tam", "--role", "procedure_controller"),
                                                ("hoa", "--role", "unit_head", "--unit", UNIT)))
    page = tam.get("/desk/partner")
    tell("wait for a person: 2" in page.text and "/registers/node_conflicts" in page.text, "the desk says how many",
         page.text)
    id_ = urllib.parse.quote(f"quay-1@{a}@2")
    page = hoa.get(f"/registers/node_conflicts/{id_}")
    tell(page.status == 200 and "hand_over" in page.text and "Người 4" in page.text, "the head of the office sees what was done",
         page.text)
    tell("token" not in page.text, "without the lookup code")
    page = tam.get(f"/registers/node_conflicts/{id_}")
    tell("Người 4" not in page.text, "others do not see whose it is", page.text)


def beyond():
    """Whoever has the node's database, key and all, acts as anybody there; the province takes what a counter does."""
    code = file("n1.db", "Quá quyền")
    act("n1.db", code, "hand_over", "reception_officer")
    act("n1.db", code, "take", "case_officer")
    act("n1.db", code, "draft", "case_officer", "draft_text=Đủ")
    act("n1.db", code, "approve", "leader")
    act("n1.db", code, "decide", "leader", "result_number=1", "signer=Long")
    early = file("n1.db", "Tự rút")
    act("n1.db", early, "withdraw", "system", "reason=x")
    part = file("n1.db", "Tự hết phần", procedure="2.000986")
    act("n1.db", part, "part_done", "system")
    before = len(rows(PROVINCE, "node_conflicts"))
    sent = asked("n1.db", "node", "sync")
    tell(sent["conflicts"] == 6 and len(rows(PROVINCE, "node_conflicts")) == before + 6,
         "a node decides nothing, nor does it act as the program or as another role: a person is told", sent)
    states = {r["code"]: (r["status"], r.get("open_parts")) for r in rows(PROVINCE, "dossiers")}
    tell((states[code][0], states[early][0], states[part][1]) == ("2", "2", 2), "what it received stays received", states.get(code))


def times():
    file("n2.db", "Mai sau", now="2031-03-04T02:00:00Z")
    done = run("n2.db", "node", "sync")
    tell(done.returncode == 1 and "2031" in done.stderr, "a receipt in the future is not taken", done.stderr)
    key = asked(PROVINCE, "node", "add", "quay-3", "--office", OFFICE, "--numbers", "7001-7099", "--from-day", "2026-01-01")["key"]
    past = "2026-03-04T02:00:00Z"
    done = run("n3.db", "node", "init", "--from", line.url, "--key", key_file("n3.txt", key), now=past)
    assert done.returncode == 0, done.stderr
    code = file("n3.db", "Ghi lùi", now="2026-03-04T02:05:00Z")
    tell("-260304-7001" in code, "a node whose clock was set back writes what it believes", code)
    sent = asked("n3.db", "node", "sync", now="2026-03-04T03:00:00Z")
    tell(sent["conflicts"] == 1 and code not in {v["dossier"] for v in steps(PROVINCE).values()},
         "before its numbers were reserved nothing was received: a person looks at it", sent)
    asked_end = run(PROVINCE, "node", "end", "quay-2")
    tell(asked_end.returncode == 0 and [r["ended_at"] for r in rows(PROVINCE, "nodes") if r["code"] == "quay-2"][0], "a node ends",
         asked_end.stderr)
    why = [r["why"] for r in rows(PROVINCE, "node_conflicts") if r["node"] == "quay-3"]
    tell(why and "2026-03-04" in why[0], "and is told why", why)


province = Server(PROVINCE)
line = Line(province.url)
stage.address = province.url
stage.account("mai", "--role", "reception_officer", "--unit", UNIT)
codes = offline(joins())
time.sleep(1.1)
before = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
killed(province)
arrived(codes, before)
forged()
by_itself()
conflicts(codes)
beyond()
times()
tell(province.end() == 0, "the province's server stops cleanly")
for db in (PROVINCE, "n1.db"):
    done = run(db, "log", "verify")
    tell(done.returncode == 0, f"the log of {db} verifies", done.stdout + done.stderr)
sys.exit(stage.failed > 0)
