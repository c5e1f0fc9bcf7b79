"""The national portal, through a partner that misbehaves: tests/scenario/national_portal.sh. Arguments: the program, a folder with var.db, the repository."""
import atexit
import collections
import datetime
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
import urllib.request

TINHSO, WORK, SOURCE = sys.argv[1:4]
sys.path.insert(0, os.path.join(SOURCE, "tests", "peers"))
from national_portal import NationalPortal  # noqa: E402

SECRET = os.path.join(WORK, "portal.secret")
random.seed(5)
number = 0


def expect(name, is_true, detail=""):
    global number
    number += 1
    print(f"{'ok' if is_true else 'not ok'} {number} - {name}", flush=True)
    if not is_true:
        print(f"# {detail}", flush=True)


def tinhso(*args, now=None):
    env = {k: v for k, v in os.environ.items() if k != "TINHSO_NOW"}
    if now:
        env["TINHSO_NOW"] = now
    return subprocess.run([TINHSO, *args], cwd=WORK, env=env, capture_output=True, text=True, check=False)


def told(*args, now=None):
    done = tinhso(*args, "--json", now=now)
    if done.returncode:
        raise SystemExit(f"tinhso {' '.join(args)}: {done.stderr}")
    return json.loads(done.stdout)


def reach(partner, wait="2"):
    return ["--national-portal", partner.url, "--national-portal-secret-file", SECRET, "--national-portal-wait", wait]


def send(partner, *more, now=None):
    return told("portal", "send", *reach(partner), *more, now=now)


def file(applicant="Lê Thị Mai", procedure="1.001193"):
    return told("dossier", f"procedure={procedure}", "reception_office=ubnd-24631", "channel=counter", f"applicant={applicant}",
                "personal_id=067190000123", "--as", "reception_officer")["id"]


STEPS = [("hand_over", "reception_officer", []), ("take", "case_officer", []), ("draft", "case_officer", ["draft_text=Nội dung"]),
         ("approve", "leader", []), ("decide", "leader", ["result_number=12/QĐ", "signer=Lê Văn An"]), ("take_back", "reception_officer", []),
         ("return", "reception_officer", ["received_by=Lê Thị Mai"])]


def act(code, step, role, fields, *more):
    return told("act", "dossiers", code, step, *fields, "--as", role, *more)


def walk(code, n=len(STEPS)):
    for step, role, fields in STEPS[:n]:
        act(code, step, role, fields)


SENT = {"file_online", "file_counter", "receive", "accept", "ask_supplement", "take", "decide", "return", "withdraw",
        "withdraw_counter", "refuse_after_supplement", "accept_supplement", "accept_supplement_office"}


def ours():
    """What the log says that the partner is to be told: of each dossier the events with a message, and the status that they led to."""
    out = collections.defaultdict(list)
    for record in told("query", "dossier_events", "--limit", "0", "--sort", "dossier,number")["records"]:
        row = record["fields"]
        if row["transition"] in SENT:
            status = [p.split("=")[1] for p in row["to_state"].split() if p.startswith("status=")]
            out[row["dossier"]].append((f"{row['dossier']}@{row['number']}", status[0]))
    return dict(out)


def drain(partner, rounds=60, now=None):
    for _ in range(rounds):
        send(partner, "--now", now=now)
        if told("portal", "status", now=now)["waiting"] == 0:
            return True
    return False


def agrees(name, partner):
    log = ours()
    wrong = [c for c in log if partner.history.get(c) != log[c]]
    expect(name, not wrong and set(log) == set(partner.history), f"{wrong[:2]} {[(partner.history.get(c), log[c]) for c in wrong[:2]]}")


# ---- what is told, and how little

def test_in_order(partner):
    code = file()
    walk(code)
    sent = send(partner)
    expect("a finished dossier is told in as many messages as its statuses", sent == {"sent": 4, "refused": 0, "down": False}, sent)
    expect("and they arrive in order", [s for _, s in partner.history[code]] == ["2", "4", "9", "10"], partner.history)
    expect("each step is told as progress too", partner.progress[code] == [m for m, _ in partner.history[code]], partner.progress)
    d = partner.last[code]
    expect("in the names of the protocol", d["MaTTHC"] == "1.001193" and d["KenhThucHien"] == "1" and d["NoiNopHoSo"].startswith("000.00.")
           and len(d["NgayTiepNhan"]) == 14 and d["NgayTra"] >= d["NgayKetThucXuLy"] >= d["NgayTiepNhan"], d)
    expect("the applicant is masked", d["ChuHoSo"] == "Lê T*** M***" and d["DinhDanhCHS"] == "*********123" and "Mai" not in json.dumps(d, ensure_ascii=False), d)
    expect("nothing is left", told("portal", "status")["waiting"] == 0)


def test_misbehaving(partner):
    """Every mood, several times, on dossiers under way: nothing doubled, nothing lost."""
    codes = [file(f"Người {i}") for i in range(4)]
    for code in codes:
        walk(code, 2)
    act(codes[0], "ask_supplement", "case_officer", ["faults=Giấy chứng sinh: ảnh mờ", "answer_by=2030-01-15"])
    partner.moods = ["lose", "twice", "busy", "500", "lose", "garbage", "expire", "slow", "lose", "lose", "twice", "slow"]
    down = send(partner, "--now")
    expect("what cannot be told for now is nobody's refusal", down["down"] and not down["refused"], down)
    expect("the queue drains all the same", drain(partner) and not partner.moods, (partner.moods, told("portal", "status")))
    expect("a lost answer makes no double: it is asked what arrived", partner.repeats == 0, partner.repeats)
    agrees("and the partner has what the log has", partner)
    expect("5 was told as 5", partner.history[codes[0]][-1][1] == "5", partner.history[codes[0]])
    expect("with what was asked", "ảnh mờ" in json.dumps(partner.last[codes[0]]["DanhSachHoSoBoSung"], ensure_ascii=False), partner.last[codes[0]])


def test_down_for_a_day(partner):
    partner.down()
    codes = [file(f"Ngày {i}") for i in range(5)]
    for code in codes[:3]:
        walk(code)
    for _ in range(3):
        done = tinhso("portal", "send", *reach(partner), "--now")
        expect("without a line sending ends with a sentence", done.returncode == 1 and "national" not in done.stdout and partner.url in done.stderr, done.stderr)
    waiting = told("portal", "status")
    expect("the counters work on, and the lag is shown", waiting["waiting"] == 14 and waiting["refused"] == 0, waiting)
    letters = told("portal", "letters", "--waiting")["letters"]
    expect("the tries are counted", sum(m["attempts"] for m in letters) == 3, letters[:2])
    tomorrow = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    lag = told("portal", "status", now=tomorrow)["lag_seconds"]
    expect("a day later it is a day", 86000 < lag < 87000, lag)
    partner.up()
    sent = send(partner, now=tomorrow)
    expect("the next day all of it goes", sent == {"sent": 14, "refused": 0, "down": False}, sent)
    agrees("in the order of the log", partner)
    compared = told("portal", "reconcile", *reach(partner))
    expect("and the national counts equal ours", compared["counts_ours"] == compared["counts_theirs"] and compared["differences"] == []
           and compared["same"] == len(partner.history), compared)


def test_refused(partner):
    partner.catalogue = {"1.001193"}
    good, bad = file("Đúng"), None
    partner.catalogue = {"2.000815"}  # the codes changed overnight
    bad = good
    walk(bad, 2)
    sent = send(partner)
    expect("a code that the partner does not know any more is refused", sent["refused"] == 1 and sent["sent"] == 0, sent)
    letter = told("portal", "letters")["letters"][0]
    expect("in the partner's own words", letter["dossier"] == bad and letter["answer"] == "Mã TTHC không có trong danh mục", letter)
    expect("what follows of that dossier waits", told("portal", "status")["waiting"] == 1 and bad not in partner.history, told("portal", "status"))
    partner.catalogue = None
    other = file("Khác")
    expect("other dossiers go on", send(partner)["sent"] == 1 and other in partner.history)
    done = tinhso("portal", "leave-out", str(letter["id"]))
    expect("leaving out needs a reason", done.returncode == 1 and "lý do" in done.stderr, done.stderr)
    done = tinhso("portal", "again", str(letter["id"]))
    expect("sent again by a person", done.returncode == 0, done.stderr)
    expect("it arrives, and what waited behind it", send(partner)["sent"] == 2 and [s for _, s in partner.history[bad]] == ["2", "4"], partner.history.get(bad))
    done = tinhso("portal", "again", str(letter["id"]))
    expect("once only", done.returncode == 1 and str(letter["id"]) in done.stderr, done.stderr)


def test_left_out(partner):
    code = file("Bỏ qua")
    walk(code, 2)
    partner.offices = {"000.00.99.H16"}
    expect("a wrong unit is refused", send(partner)["refused"] == 1)
    letter = told("portal", "letters")["letters"][0]
    expect("with the reason", letter["answer"] == "Đơn vị xử lý không đúng", letter)
    partner.offices = None
    done = tinhso("portal", "leave-out", str(letter["id"]), "--reason", "đã báo bằng công văn")
    expect("it can be left out with a reason", done.returncode == 0, done.stderr)
    sent = send(partner)
    expect("then the next one is told as the first", sent["sent"] == 1 and [s for _, s in partner.history[code]] == ["4"], partner.history.get(code))
    fee = file("Phí")
    act(fee, "ask_fee", "cashier", ["fee_vnd=8000"])
    walk(fee, 2)
    partner.fees = {"1.001193": 5000}
    expect("a fee that contradicts is refused", send(partner)["refused"] == 1 and told("portal", "letters")["letters"][0]["answer"] == "Lệ phí không khớp danh mục")
    partner.fees = {}
    tinhso("portal", "again", str(told("portal", "letters")["letters"][0]["id"]))
    send(partner)
    partner.history.pop(code)  # the comparison is about the others from here on
    return code


def test_compared(partner, left):
    gone = file("Biến mất")
    changed = file("Khác trạng thái")
    send(partner)
    partner.history.pop(gone)
    partner.override = {changed: "7"}
    partner.extra = {"000.00.31.H16-220101-0001": "2", "G12-1": "4", "G12-2": "9"}
    for code, status in (("G12-1", "4"), ("G12-2", "2")):
        done = tinhso("put", "foreign_dossiers", f"code={code}", "system=business", f"status={status}", "seen_on=2026-11-27", "--reason", "báo cáo ngày")
        expect(f"{code} of another system is entered", done.returncode == 0, done.stderr)
    late = file("Đang gửi")
    found = told("portal", "reconcile", *reach(partner))
    kinds = {(d["code"], d["kind"]) for d in found["differences"]}
    expect("missing there, missing here, different; also of the systems that decide themselves",
           kinds == {(gone, "missing-there"), (left, "missing-there"), (changed, "different"), ("000.00.31.H16-220101-0001", "missing-here"),
                     ("G12-2", "different")}, found["differences"])
    def counted():
        found = json.loads(tinhso("query", "portal_checks", "--limit", "0", "--json").stdout)["records"]
        return {k: sum(r["fields"][k] for r in found) for k in ("dossiers", "same", "waiting", "missing")}, found
    sums, records = counted()
    expect("the comparison is a record an office, of the dossiers of the month: what is late or missing is not in step",
           sums["waiting"] == 1 and sums["missing"] == 2 and sums["dossiers"] == sums["same"] + 4
           and len(records) == len({(r["fields"]["day"], r["fields"]["office"]) for r in records}), records)
    share = json.loads(tinhso("figure", "dossiers-synchronised", "--json").stdout)["value"]
    expect("and a figure", abs(share - 100 * sums["same"] / sums["dossiers"]) < 0.001, (share, sums))
    expect("compared again on that day, it is the same record", told("portal", "reconcile", *reach(partner))["same"] == found["same"]
           and counted()[0] == sums, counted())
    expect("nobody writes such a record by hand", tinhso("put", "portal_checks", "day=2026-11-01", "office=so-tu-phap", "dossiers=1", "same=1",
           "waiting=0", "missing=0", "--reason", "x").returncode != 0)
    expect("what is on its way is no difference", found["waiting"] == 1 and late not in {c for c, _ in kinds}, found)
    partner.override, partner.extra = {}, {}


# ---- killed while sending

def serve(partner):
    log = open(os.path.join(WORK, "serve.log"), "w", encoding="utf-8")
    server = subprocess.Popen([TINHSO, "serve", "--listen", "127.0.0.1:0", *reach(partner, "1")], cwd=WORK, stdout=log, stderr=log)
    atexit.register(server.kill)
    return server


def test_killed(partner, kills):
    codes = [file(f"Giết {i}") for i in range(12)]
    todo = [(code, step) for step in STEPS for code in codes]
    for i in range(kills):
        partner.moods = [random.choice(["", "", "lose", "slow", "twice"]) for _ in range(6)]
        server = serve(partner)
        until = time.monotonic() + random.uniform(0.3, 1.6)
        while time.monotonic() < until:
            if todo:
                code, (step, role, fields) = todo.pop(0)
                act(code, step, role, fields)
        server.send_signal(signal.SIGKILL)
        server.wait()
    for code, (step, role, fields) in todo:
        act(code, step, role, fields)
    partner.moods = []
    server = serve(partner)
    deadline = time.monotonic() + 60
    while told("portal", "status")["waiting"] and time.monotonic() < deadline:
        time.sleep(0.3)
    with open(os.path.join(WORK, "serve.log"), encoding="utf-8") as f:
        address = re.search(r"http://[0-9.:]+", f.read()).group(0)
    with urllib.request.urlopen(address + "/metrics") as answer:
        lines = answer.read().decode()
    expect("the lag is measured", all(f"\ntinhso_portal_{n} " in lines for n in ("waiting", "refused", "lag_seconds")), lines)
    server.terminate()
    expect("the server stops cleanly while it sends", server.wait(30) == 0, open(os.path.join(WORK, "serve.log"), encoding="utf-8").read())
    expect("after many a kill -9 the queue drains", told("portal", "status")["waiting"] == 0, told("portal", "status"))
    log = ours()
    wrong = {c: (partner.history.get(c), log[c]) for c in codes if partner.history.get(c) != log[c]}
    expect("no status twice, out of order, or lost", not wrong, wrong)
    expect("log verify finds nothing", tinhso("log", "verify").returncode == 0)


def main():
    with open(SECRET, "w", encoding="utf-8") as f:
        f.write("h16:secret\n")
    partner = NationalPortal()
    done = tinhso("portal", "send", *reach(partner))
    expect("a secret that others may read is refused", done.returncode == 1 and "portal.secret" in done.stderr, done.stderr)
    os.chmod(SECRET, 0o600)
    done = tinhso("portal", "send")
    expect("without an address it says what is missing", done.returncode == 1 and "--national-portal" in done.stderr, done.stderr)
    test_in_order(partner)
    test_misbehaving(partner)
    test_down_for_a_day(partner)
    test_refused(partner)
    left = test_left_out(partner)
    test_compared(partner, left)
    test_killed(partner, int(os.environ.get("TINHSO_KILLS", "8")))


main()
