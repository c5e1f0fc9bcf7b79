"""The checks of counter_node.sh: counter_node.py WORK SOURCE. Lines of TAP. The province's database is var/dak-nong.db in WORK."""
import atexit
import base64
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.parse
import zlib

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
    secret = welcome(mai, link, PASSWORD)
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
    return codes, secret


def strike(province, sending, is_there):
    """kill -9 of the province, or of the node that sends to it."""
    if is_there:
        province.end(signal.SIGKILL)
        sending.wait()
        province.start()
    else:
        sending.kill()
        sending.wait()


def killed(province):
    """The line is back, and everything is killed again and again, at the node and at the province; answers are lost."""
    line.is_up = True
    for i in range(8):
        line.losing = random.choice([0, 1])
        p = subprocess.Popen([TINHSO, "node", "sync", "--db", "n1.db"], cwd=WORK, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0.0, 0.15))
        strike(province, p, i % 2 == 1)
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


# ---- files

def picture(pixels):
    """A PNG of noise: about three bytes a pixel."""
    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
    wide = 256
    high = pixels // wide
    rows_ = b"".join(b"\0" + random.randbytes(3 * wide) for _ in range(high))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", wide.to_bytes(4, "big") + high.to_bytes(4, "big") + b"\x08\2\0\0\0")
            + chunk(b"IDAT", zlib.compress(rows_, 0)) + chunk(b"IEND", b""))


def attached(mai, code, *files):
    for name, content in files:
        page = stage.upload(mai, f"/desk/dossiers/{code}/attach", {"component": "1"}, name, content)
        assert page.status == 303, page.text
    return mai.post(f"/desk/dossiers/{code}/attach/done")


def kept_files(db, code):
    return sorted(rows(db, "dossier_files", "--filter", f"dossier = '{code}'", "--reveal", "test"), key=lambda r: r["number"])


def signed_body(what, id_, at, content, key="n1.key"):
    """What a node sends, made by whoever has its key."""
    with open(os.path.join(WORK, key), encoding="utf-8") as f:
        _, _, name, key_id, secret = f.read().strip().split("+", 4)
    seed = base64.b64decode(secret)[1:]
    with open(os.path.join(WORK, "forged.der"), "wb") as f:
        f.write(bytes.fromhex("302e020100300506032b657004220420") + seed)
    told = {"node": "quay-1", "what": what, "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "id": id_, "at": at,
            "sha256": hashlib.sha256(content).hexdigest()}
    text = json.dumps(told).encode() + b"\n"
    with open(os.path.join(WORK, "forged.txt"), "wb") as f:
        f.write(text)
    subprocess.run(["openssl", "pkeyutl", "-sign", "-inkey", "forged.der", "-keyform", "DER", "-rawin", "-in", "forged.txt", "-out",
                    "forged.sig"], cwd=WORK, check=True, capture_output=True)
    with open(os.path.join(WORK, "forged.sig"), "rb") as f:
        sign = base64.b64encode(bytes.fromhex(key_id) + f.read()).decode()
    return json.dumps({"note": f"{text.decode()}\n— {name} {sign}\n", "data": base64.b64encode(content).decode()}).encode()


def pieces():
    return [b for p, b in line.bodies if p.endswith("/files")]


def declared_on_paper(mai, code):
    """The form of who came with paper is written down at the node, a slip of the pen mended."""
    born = {"f.relation": "mother", "f.child_name": "Trần Khôi", "f.child_sex": "female", "f.child_birth_date": "12/11/2025",
            "f.birth_place_kind": "home", "f.birth_place": "Thôn 2", "f.child_ethnicity": "Kinh", "f.child_home_place": "Quảng Khê",
            "f.mother_name": "Trần Thị Lan", "f.has_father": "false"}
    for name in ("Trần Khôi", "Trần Khang"):
        page = stage.fill(mai, f"/desk/dossiers/{code}/form", **{**born, "f.child_name": name})
        tell(page.status == 303, "a declaration on paper is written down at the node", page.text)


def files(mai, server):
    """Papers scanned while the line is down; it breaks in the middle of one, again and again."""
    line.is_up = False
    big, small, other = picture(500_000), picture(256), picture(90_000)
    code = file("n1.db", "Có giấy tờ")
    stage.address = server.url
    page = attached(mai, code, ("to-khai.png", small), ("ban-do.png", big))
    tell(page.status == 303 and mai.get(f"/desk/dossiers/{code}/files/2").body == big, "papers are added at the node", page.text)
    attached(mai, code, ("them.png", other))
    declared_on_paper(mai, code)
    assert server.end() == 0
    stage.address = province.url
    line.is_up = True
    line.cut("/files", 4)
    done = run("n1.db", "node", "sync")
    tell(done.returncode == 1 and not line.is_up, "the line breaks in the middle of a file", done.stdout)
    found = kept_files(PROVINCE, code)
    tell([r["name"] for r in found] == ["to-khai.png", "ban-do.png", "them.png"] and all(r["node"] == "quay-1" for r in found),
         "the dossier has them with the step that added them", found)
    tell([bool(r.get("arrived_at")) for r in found] == [True, False, False], "one has arrived", found)
    form = rows(PROVINCE, "form_birth", "--filter", f"dossier = '{code}'", "--reveal", "test")
    tell(len(form) == 1 and form[0]["child_name"] == "Trần Khang", "the declaration came with its step, as it stood last", form)
    tell("Trần Khang" in long_.get(f"/desk/dossiers/{code}").text, "and is read there", form)
    page = long_.get(f"/desk/dossiers/{code}")
    tell(f"/desk/dossiers/{code}/files/1\"" in page.text and f"/files/2\"" not in page.text and "still at node quay-1" in page.text,
         "the page tells the others are on their way, and leads nowhere", page.text)
    page = long_.get(f"/desk/dossiers/{code}/files/2")
    tell(page.status == 404 and "still at node quay-1" in page.text, "and asked for one says so", page.text)
    tell("Files still at nodes, on their way: 2" in thu.get("/desk/partner").text, "the desk of partners says how many are on their way")
    token = tokens()[code]
    page = Browser(province.url, "en")
    page.get("/track")
    page.post("/track", {"code": code, "token": token})
    tell("still at node quay-1" in page.get("/track/dossier").text or "still at node quay-1" in page.get("/track").text,
         "so it does to the applicant")
    path = "/api/nodes/quay-1/files"
    sent = pieces()
    line.is_up = True
    answers = [line.post(path, b) for b in sent]
    tell(all(status == 200 for status, _ in answers) and kept_files(PROVINCE, code) == found, "pieces that come again add nothing", answers)
    told = json.loads(json.loads(sent[-1])["note"].split("\n")[0])
    status, answer = line.post(path, sent[-1].replace(b"A", b"B", 40))
    tell(status in (400, 403, 422) and b"has" not in answer, "an altered piece is refused", answer)
    status, answer = line.post(path.replace("quay-1", "quay-2"), sent[-1])
    tell(status == 403, "nor does another node send it", answer)
    for at in (told["at"] + 1, 0, 10_000_000):
        status, answer = line.post(path, signed_body("file", f"{code}@2", at, b"xyz"))
        tell(status == 200 and json.loads(answer) == {"has": 2 * 262144, "whole": False}, f"a piece at {at} belongs nowhere", answer)
    status, answer = line.post(path, signed_body("file", f"{code}@9", 0, b"xyz"))
    tell(status == 404, "there is no such file", answer)
    status, answer = line.post(path, signed_body("refresh", f"{code}@2", 2 * 262144, b"xyz"))
    tell(status == 403, "what was signed for another purpose is nothing", answer)
    rest = random.randbytes(len(big) - 2 * 262144)
    for at in range(0, len(rest), 262144):
        status, answer = line.post(path, signed_body("file", f"{code}@2", 2 * 262144 + at, rest[at:at + 262144]))
    tell(status == 422 and b"SHA-256" in answer, "a file that is not the one that was signed is refused, whoever has the key", answer)
    tell(not kept_files(PROVINCE, code)[1].get("arrived_at"), "nothing of it is kept")
    status, answer = line.post(path, signed_body("file", f"{code}@2", 0, b"x"))
    tell(json.loads(answer) == {"has": 1, "whole": False}, "it begins anew", answer)
    line.post(path, signed_body("file", f"{code}@3", 0, other[:200_000]))
    status, answer = line.post(path, signed_body("file", f"{code}@3", 200_000, other[200_000:] + b"x"))
    tell(status == 422, "more than was signed is refused", answer)
    for i in range(8):
        line.losing, line.is_up = random.choice([0, 1]), True
        line.cut("/files", random.randint(1, 4))
        p = subprocess.Popen([TINHSO, "node", "sync", "--db", "n1.db"], cwd=WORK, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0.02, 0.3))
        strike(province, p, i % 4 == 3)
    line.losing, line.is_up, line.cutting = 0, True, ("", 0)
    done = run("n1.db", "node", "sync")
    tell(done.returncode == 1 and f"{code}@2" in done.stderr, "what the forger left ends with the first whole one: it is refused and told",
         done.stdout + done.stderr)
    sent = asked("n1.db", "node", "sync")
    tell(sent["coming"] == 0, "in the end all files are there", sent)
    found = kept_files(PROVINCE, code)
    tell(len(found) == 3 and all(r.get("arrived_at") for r in found), "once each", found)
    long_.get("/")
    tell([long_.get(f"/desk/dossiers/{code}/files/{n}").body for n in (1, 2, 3)] == [small, big, other], "to the byte")
    tell("still at node" not in long_.get(f"/desk/dossiers/{code}").text, "and the page leads to them")
    tell("Files still at nodes" not in thu.get("/desk/partner").text, "none is on its way")
    return code


def tokens():
    """The lookup codes that the node printed, by dossier."""
    done = run("n1.db", "export", "dossiers", os.path.join(WORK, "t.csv"), "--ids", "--fields", "code,token", "--reveal", "test",
               "--reveal-sensitive")
    assert done.returncode == 0, done.stderr
    with open(os.path.join(WORK, "t.csv"), encoding="utf-8") as f:
        lines = [re.findall(r'[^,"\r\n]+', one) for one in f]
    return {cells[-2]: cells[-1] for cells in lines[1:]}


# ---- what comes back

def declared(db, path=None, old="", new=""):
    """Declarations without data, as they stand in the province's folder but for one place; nothing is invented."""
    folder = os.path.join(WORK, "declared")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(os.path.join(SOURCE, "province", "dak-nong"), folder, ignore=shutil.ignore_patterns("*.csv"))
    for name in os.listdir(os.path.join(folder, "registers")):
        register = os.path.join(folder, "registers", name)
        with open(register, encoding="utf-8") as f:
            text = f.read()
        with open(register, "w", encoding="utf-8") as f:
            f.write(re.sub(r"(?m)^(sample|data):.*\n(?:[ #].*\n|\n)*", "", text))
    if path:
        with open(os.path.join(folder, path), encoding="utf-8") as f:
            text = f.read()
        assert old in text, (path, old)
        with open(os.path.join(folder, path), "w", encoding="utf-8") as f:
            f.write(text.replace(old, new))
    done = run(db, "load", folder)
    assert done.returncode == 0, done.stderr


def last_refresh():
    return line.post("/api/nodes/quay-1/refresh", [b for p, b in line.bodies if p.endswith("quay-1/refresh")][-1])


def refresh(codes):
    fee = rows(PROVINCE, "procedure_fees", "--filter", "code = '1.001193-base'")[0]["amount"]
    put = ("put", "procedure_fees", "code=1.001193-base", "amount=8000", "--reason", "Nghị quyết mới")
    done = run(PROVINCE, *put)
    assert done.returncode == 0, done.stderr
    assert run(PROVINCE, "remove", "holidays", "2021-01-01", "--reason", "x").returncode == 0
    declared(PROVINCE, "registers/holidays.yaml", "en: Holidays and days worked instead", "en: Days off")
    c = codes[2]
    act(PROVINCE, c, "take", "case_officer")
    act(PROVINCE, c, "draft", "case_officer", "draft_text=Bản thảo kín")
    for _ in range(4):
        p = subprocess.Popen([TINHSO, "node", "sync", "--db", "n1.db"], cwd=WORK, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0.02, 0.4))
        p.kill()
        p.wait()
    sent = asked("n1.db", "node", "sync")
    again = asked("n1.db", "node", "sync")
    tell(not any(again.values()), "a second time there is nothing to do", (sent, again))
    amounts = [r["amount"] for r in rows("n1.db", "procedure_fees", "--filter", "code = '1.001193-base'")]
    tell(fee == 0 and amounts == [8000], "a fee that changed at the province has changed at the node", amounts)
    tell(not rows("n1.db", "holidays", "--filter", "date = DATE('2021-01-01')"), "a record that went is gone")
    page = rows("n1.db", "declarations", "--filter", "path = 'registers/holidays.yaml'")
    tell(page and "Days off" in page[0]["text"], "declarations follow", page)
    here = {r["code"]: r for r in rows("n1.db", "dossiers", "--reveal", "test")}[c]
    tell((here["status"], here["custody"], here["draft"]) == ("4", "office", "drafted"), "how a dossier stands is known at the node", here)
    taken = steps("n1.db")[f"{c}@{here['events'] - 1}"]
    tell((taken["transition"], taken["role"]) == ("take", "case_officer"), "with the steps that others took", taken)
    tell(not here.get("draft_text"), "but not what they wrote of the case")
    tell(asked("n1.db", "node", "status")["waiting"] == 0, "what came from the province is not sent back")
    status, answer = last_refresh()
    tell(status == 200 and b"draft_text" not in answer, "asked again the same is answered", answer[:300])
    return c


def sight():
    """A node of the office gets the dossiers that it received, and nothing of anybody else."""
    other = asked(PROVINCE, "dossier", "procedure=1.001193", "reception_office=ubnd-24611", "channel=counter", "applicant=Người Xã Khác",
                  "--as", "reception_officer")["id"]
    mine = file(PROVINCE, "Nộp tại tỉnh")
    status, answer = line.post("/api/nodes/quay-1/refresh", signed_body("refresh", "", 1, b""))
    told = json.loads(answer)
    codes = {d["dossier"]["code"] for d in told["dossiers"]}
    tell(status == 200 and len(codes) > 5 and all(re.search("-5[0-9]{3}$", c) for c in codes), "those of its numbers alone", codes)
    text = json.dumps([told["dossiers"], told["registers"], told["staff"]], ensure_ascii=False)
    tell(other not in text and mine not in text and "Người Xã Khác" not in text and "draft_text" not in text and '"token"' not in text,
         "nothing of others, no draft, no lookup code", text[:300])
    tell({r["name"] for r in told["registers"]} & {"farm_households", "dossiers", "results", "plans"} == set(), "and no register of people")
    status, answer = line.post("/api/nodes/quay-1/refresh", b'{"note":"x","data":""}')
    tell(status == 403, "who does not sign is told nothing", answer)
    status, answer = line.post("/api/nodes/quay-2/refresh", signed_body("refresh", "", 1, b""))
    tell(status == 403, "nor who signs as another", answer)
    for body in (b"", b"[]", b"{", b"{}", b'{"note":[],"data":1}', b'{"note":"a\n\n\xe2\x80\x94 b AAAA\n","data":"!"}'):
        for path in ("/api/nodes/quay-1/refresh", "/api/nodes/quay-1/files", "/api/nodes/x/files"):
            status, answer = line.post(path, body)
            tell(400 <= status < 500, f"{body!r} for {path} is refused", (status, answer))


def staff(mai, server, code):
    """Accounts follow those of the office."""
    stage.address = server.url
    tell(mai.get("/desk/dossiers").status == 200, "an officer works at the node")
    assert run(PROVINCE, "user", "disable", "mai").returncode == 0
    assert run(PROVINCE, "user", "add", "bao", "--full-name", "Bảo", "--unit", UNIT, "--role", "case_officer,reception_officer").returncode == 0
    done = run("n1.db", "node", "sync")
    link = re.search(r"bao: (/welcome/\w+)", done.stderr)
    tell(done.returncode == 0 and link and "1 may not sign in" in done.stdout, "one leaves, one comes", done.stdout + done.stderr)
    page = mai.get("/desk/dossiers")
    tell(page.status in (303, 401, 403), "who left is signed out", page.status)
    page = Browser(server.url, "en").sign_in("mai", PASSWORD)
    tell(page.status != 303 or "code" not in page.location, "and signs in no more", (page.status, page.location))
    bao = Browser(server.url, "en")
    welcome(bao, link.group(1), PASSWORD)
    page = bao.get(f"/desk/dossiers/{code}")
    tell(page.status == 200 and "a node only receives" in page.text, "the page of a dossier says which steps are not for a node, and why",
         page.text)
    before = len(steps("n1.db"))
    page = stage.fill(bao, f"/registers/dossiers/{code}/do/take", None)
    tell(page.status in (409, 422) and "a node only receives" in page.text and len(steps("n1.db")) == before,
         "a case officer's step is refused there, with words", (page.status, page.text))
    done = run("n1.db", "act", "dossiers", code, "take", "--as", "case_officer")
    tell(done.returncode == 1 and "reception_officer" in done.stderr and line.url in done.stderr,
         "at the command line too: what, why, and where to do it", done.stderr)
    assert run(PROVINCE, "user", "role", "bao", "remove", "case_officer").returncode == 0
    assert run(PROVINCE, "user", "enable", "mai").returncode == 0
    assert run("n1.db", "node", "sync").returncode == 0
    users = {u["name"]: u for u in asked("n1.db", "user", "list")["users"]}
    tell(users["bao"]["roles"] == ["reception_officer"] and not users["mai"]["disabled"], "roles follow, and who comes back is back", users)


def conflicts(codes):
    a = codes[5]
    act("n1.db", a, "hand_over", "reception_officer")
    act("n1.db", a, "correct", "reception_officer", "reason=Sai số", "phone=0905123457")
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
    states = [(r["status"], r.get("phone")) for r in rows("n1.db", "dossiers", "--filter", f"code = '{a}'", "--reveal", "test")]
    mine = [v["transition"] for k, v in sorted(steps("n1.db").items()) if v["dossier"] == a]
    tell(states == [("7", None)] and mine == ["receive", "withdraw_counter"], "the node is told how it stands, and shows its steps no more",
         (states, mine))
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
    """Whoever has the node's database, key and all, declares there what he likes; the province takes what a counter does."""
    declared("n1.db", "workflows/dossier.yaml", "    by: [reception_officer]\n    clock: {main: start}",
             "    by: [reception_officer, case_officer, leader]\n    clock: {main: start}")
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
    declared("n1.db")
    sent = asked("n1.db", "node", "sync")
    tell(sent["conflicts"] == 6 and len(rows(PROVINCE, "node_conflicts")) == before + 6,
         "a node decides nothing, nor does it act as the program or as another role: a person is told", sent)
    states = {r["code"]: (r["status"], r.get("open_parts")) for r in rows(PROVINCE, "dossiers")}
    tell((states[code][0], states[early][0], states[part][1]) == ("2", "2", 2), "what it received stays received", states.get(code))
    here = {r["code"]: (r["status"], r.get("draft")) for r in rows("n1.db", "dossiers")}
    tell(here[code] == ("2", "none"), "also at the node, from then on", here[code])
    act("n1.db", code, "correct", "reception_officer", "reason=Sai số", "phone=0905123458")
    sent = asked("n1.db", "node", "sync")
    tell(sent["taken"] == 1 and sent["conflicts"] == 0, "and goes on from there", sent)


def times():
    file("n2.db", "Mai sau", now="2031-03-04T02:00:00Z")
    done = run("n2.db", "node", "sync")
    tell(done.returncode == 1 and "2031" in done.stderr, "a receipt in the future is not taken", done.stderr)
    amounts = [r["amount"] for r in rows("n2.db", "procedure_fees", "--filter", "code = '1.001193-base'")]
    tell(amounts == [8000], "what changed at the province comes all the same", amounts)
    key = asked(PROVINCE, "node", "add", "quay-3", "--office", OFFICE, "--numbers", "7001-7099", "--from-day", "2026-01-01")["key"]
    past = "2026-03-04T02:00:00Z"
    done = run("n3.db", "node", "init", "--from", line.url, "--key", key_file("n3.txt", key), now=past)
    assert done.returncode == 0, done.stderr
    code = file("n3.db", "Ghi lùi", now="2026-03-04T02:05:00Z")
    tell("-260304-7001" in code, "a node whose clock was set back writes what it believes", code)
    done = run("n3.db", "node", "sync", now="2026-03-04T02:06:00Z")
    tell(done.returncode == 1 and "clock of node quay-3" in done.stderr, "a request of another time is none: the clock is to be set", done.stderr)
    asked("n3.db", "node", "sync")
    kept = [r["step"] for r in rows(PROVINCE, "node_conflicts") if r["node"] == "quay-3"]
    tell(kept == [f"{code}@1"] and code not in {v["dossier"] for v in steps(PROVINCE).values()},
         "before its numbers were reserved nothing was received: a person looks at it", kept)
    asked_end = run(PROVINCE, "node", "end", "quay-2")
    tell(asked_end.returncode == 0 and [r["ended_at"] for r in rows(PROVINCE, "nodes") if r["code"] == "quay-2"][0], "a node ends",
         asked_end.stderr)
    why = [r["why"] for r in rows(PROVINCE, "node_conflicts") if r["node"] == "quay-3"]
    tell(why and "2026-03-04" in why[0], "and is told why", why)
    assert run(PROVINCE, "node", "end", "quay-3").returncode == 0
    assert run(PROVINCE, "put", "holidays", "date=2027-02-01", "kind=holiday", "day_off=1", "name_vi=x", "name_en=x", "confidence=A",
               "source=x", "--reason", "x").returncode == 0
    done = run("n3.db", "node", "sync")
    tell(done.returncode == 0 and "ended this node" in done.stdout, "a node that is over is told so", done.stdout + done.stderr)
    tell(not rows("n3.db", "holidays", "--filter", "date = DATE('2027-02-01')"), "and gets nothing any more")
    users = {u["name"]: u["disabled"] for u in asked("n3.db", "user", "list")["users"]}
    tell(users and all(users.values()), "nor may anybody sign in there", users)


province = Server(PROVINCE)
line = Line(province.url)
stage.address = province.url
stage.account("mai", "--role", "reception_officer", "--unit", UNIT)
codes, secret = offline(joins())
time.sleep(1.1)
before = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
killed(province)
arrived(codes, before)
forged()
by_itself()
stage.address = province.url
long_ = stage.account("long", "--role", "reception_officer,unit_head", "--unit", UNIT)
thu = stage.account("thu", "--role", "procedure_controller")
node = Server("n1.db")
asked("n1.db", "node", "sync")
mai = Browser(node.url, "en")
page = mai.sign_in("mai", PASSWORD, secret)
with_files = files(mai, node)
followed = refresh(codes)
sight()
node.start()
conflicts(codes)
act("n1.db", with_files, "hand_over", "reception_officer")
staff(mai, node, with_files)
tell(node.end() == 0, "the node's server stops cleanly")
beyond()
times()
tell(province.end() == 0, "the province's server stops cleanly")
for db in (PROVINCE, "n1.db"):
    done = run(db, "log", "verify")
    tell(done.returncode == 0, f"the log of {db} verifies", done.stdout + done.stderr)
sys.exit(stage.failed > 0)
