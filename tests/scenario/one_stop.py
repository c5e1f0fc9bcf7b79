#!/usr/bin/python3
"""The checks of one_stop.sh: one_stop.py ADDRESS WORK. Lines of TAP."""
import base64
import os
import re
import shutil
import subprocess
import sys
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from people import Stage  # noqa: E402
from signing import Browser  # noqa: E402

stage = Stage(sys.argv[1], sys.argv[2])
tell, fill = stage.tell, stage.fill
UNIT = "24631"
mai = stage.account("mai", "--role", "reception_officer", "--unit", UNIT)
nam = stage.account("nam", "--role", "case_officer", "--unit", UNIT)
head = stage.account("hanh", "--role", "unit_head", "--unit", UNIT)
leader = stage.account("long", "--role", "leader", "--unit", UNIT)
money = stage.account("tien", "--role", "cashier", "--unit", UNIT)
far = stage.account("xa", "--role", "reception_officer", "--unit", "24640")


def record(code):
    r = stage.json("query", "dossiers", "--filter", f"code = '{code}'", "--reveal", "test")["records"]
    return r[0]["fields"] if r else {}


def do(b, code, step, **fields):
    return fill(b, f"/registers/dossiers/{code}/do/{step}", **{k.replace("__", "."): v for k, v in fields.items()})


def has_done(page, what):
    tell(page.status == 303 and page.location.endswith("#done"), what, f"{page.status} {page.location} {page.text}")


def receive(b, name, **more):
    page = fill(b, "/desk/counter/1.001193", other="true", **{"f.applicant": name, **more})
    code = re.search(r"/desk/dossiers/([^/]+)/received", page.location)
    tell(page.status == 303 and code, f"{name} is received at the counter", page.text)
    return urllib.parse.unquote(code.group(1)) if code else ""


def counter():
    page = mai.get("/desk/counter?q=giay+khai+sinh")
    tell("1.001193" in page.text or page.location.endswith("1.001193"), "a procedure is found by what people call it",
         page.text)
    page = fill(mai, "/desk/counter/1.001193", **{"f.applicant": "Lê Thị Mai"})
    tell(page.status == 422 and "Lê Thị Mai" in page.text,
         "papers that were not checked are not received, and nothing typed is lost", page.text)
    page = fill(mai, "/desk/counter/1.001193", other="true", **{"f.phone": "12"})
    tell(page.status == 422 and "Is missing" in page.text, "nor without an applicant", page.text)
    code = receive(mai, "Lê Thị Mai", **{"f.personal_id": "067190001234"})
    again = receive(mai, "Trần Văn Ba")
    tell(int(again[-4:]) == int(code[-4:]) + 1, "the next dossier of the office has the next number", (code, again))
    page = mai.get(f"/desk/dossiers/{code}/papers/1")
    tell(page.status == 200 and code in page.text and "GIẤY TIẾP NHẬN" in page.text, "its slip is there",
         page.text)
    pdf = mai.get(f"/desk/dossiers/{code}/papers/1?as=pdf")
    tell(pdf.body.startswith(b"%PDF"), "also as PDF", pdf.text[:200])
    tell(far.get(f"/desk/dossiers/{code}").status == 404, "another commune does not see it")
    tell(far.get(f"/desk/dossiers/{code}/papers/1").status == 404, "nor its papers")
    return code, again


def way(code):
    page = nam.get("/desk/dossiers")
    tell(code not in page.text, "what was not handed over is not yet the case officer's task")
    tell(code in mai.get("/desk/dossiers").text, "but that of reception")
    page = do(nam, code, "take")
    tell(page.status == 422, "a dossier that was not handed over is not taken", page.text)
    page = do(nam, code, "hand_over")
    tell(page.status == 422 and "belongs to" in page.text, "nor does the case officer hand over", page.text)
    has_done(do(mai, code, "hand_over"), "reception hands over: the first signature")
    tell(code in nam.get("/desk/dossiers").text, "now it is the case officer's task")
    has_done(do(nam, code, "take"), "he takes it: the second signature")
    page = do(nam, code, "ask_supplement", f__faults="", f__answer_by="2030-01-02")
    tell(page.status == 422 and "missing" in page.text, "a supplement says what is missing", page.text)
    before = record(code)
    has_done(do(nam, code, "ask_supplement", f__faults="Giấy chứng sinh: ảnh mờ", f__answer_by="2030-01-02"),
             "a supplement is asked for")
    tell(record(code)["paused_at"] and record(code)["due_first_at"] == before["due_first_at"],
         "the clock stands, the first due moment stays", record(code))
    has_done(do(mai, code, "supplement"), "the applicant brings the paper to the counter")
    tell(code in mai.get("/desk/dossiers").text, "which is somebody's task")
    has_done(do(nam, code, "accept_supplement_office"), "and is accepted")
    after = record(code)
    tell(not after["paused_at"] and after["due_first_at"] == before["due_first_at"], "the clock goes on", after)
    page = do(nam, code, "ask_supplement", f__faults="Giấy khác", f__answer_by="2030-01-02")
    tell(page.status == 422 and "leader" in page.text, "a second one needs a leader", page.text)
    has_done(do(nam, code, "draft", f__draft_text="Đủ điều kiện"), "a draft is submitted")
    page = do(leader, code, "decide", f__result_number="1", f__signer="Long")
    tell(page.status == 422, "nothing is signed that was not approved", page.text)
    has_done(do(head, code, "approve"), "it is approved")
    has_done(do(leader, code, "decide", f__result_number="01/2026", f__signer="Nguyễn Long"), "and signed")
    has_done(do(nam, code, "print_slip"), "the control slip is printed")
    slip = re.search(r'/papers/(\d+)">Control slip', nam.get(f"/desk/dossiers/{code}").text).group(1)
    words = pdf_text(nam.get(f"/desk/dossiers/{code}/papers/{slip}?as=pdf").body)
    tell(all(w in words for w in ("PHIẾU KIỂM SOÁT", "Lê Thị Mai", "Ký nhận hồ sơ", "Ký và ban hành")),
         "it tells each hand-over in words", words)
    tell(f"/track/papers/{slip}" not in follow(code).get("/track").text, "and is not for the applicant")
    for number, name in ((1, "result.pdf"), (2, "result.p7s")):
        page = leader.get(f"/desk/dossiers/{code}/files/{number}")
        tell(page.status == 200 and page.body, f"{name} is kept with the dossier", page.text[:200])
        with open(os.path.join(stage.work, name), "wb") as f:
            f.write(page.body)
        tell(far.get(f"/desk/dossiers/{code}/files/{number}").status == 404, "and not for everybody")
    kept = stage.json("query", "results", "--filter", f"dossier = '{code}'", "--reveal", "test")["records"]
    tell(len(kept) == 1 and kept[0]["fields"]["personal_id"] == "067190001234" and
         kept[0]["fields"]["number"] == "01/2026", "the result lies in the citizen's store", kept)
    has_done(do(mai, code, "take_back"), "reception takes the result")
    page = do(mai, code, "return")
    tell(page.status == 422 and "received" in page.text, "nothing is returned to nobody", page.text)
    has_done(do(mai, code, "return", f__received_by="Lê Thị Mai"), "and returns it")
    tell(record(code)["status"] == "10", "that is the end", record(code))
    steps = stage.json("query", "dossier_events", "--filter", f"dossier = '{code}'", "--limit", "0")["records"]
    tell(len(steps) == record(code)["events"], "each step is an event", len(steps))


def two_officers(code):
    do(mai, code, "hand_over")
    page = nam.get(f"/registers/dossiers/{code}/do/take")
    seen = re.search(r'name="seen" value="(\d+)"', page.text).group(1)
    do(mai, code, "correct", reason="x", f__reason="Sai số điện thoại", f__phone="0905123456")
    pairs = [("csrf", nam.token), ("seen", seen), ("do", "save")]
    page = nam.ask("POST", f"/registers/dossiers/{code}/do/take", urllib.parse.urlencode(pairs))
    tell(page.status == 422 and "Somebody else acted" in page.text, "two officers on one dossier: the second is told",
         page.text)


def databases(code):
    """What was looked up instead of asked for: figures of Decision 766 count it."""
    where = f"/registers/dossiers/{code}/do/consult_databases"
    page = mai.get(where)
    tell(re.search(r'name="f[.]databases"[^>]*value="population"', page.text), "databases are ticked", page.text)
    page = do(mai, code, "consult_databases")
    tell(page.status == 422 and record(code)["databases"] is None, "one at least", page.text)
    seen = re.search(r'name="seen" value="(\d+)"', mai.get(where).text).group(1)
    pairs = [("csrf", mai.token), ("seen", seen), ("do", "save"), *[("f.databases", d) for d in ("population", "land")]]
    has_done(mai.ask("POST", where, urllib.parse.urlencode(pairs)), "two are recorded")
    tell(record(code)["databases"] == ["population", "land"], "as they were ticked", record(code))
    share = stage.json("figure", "dossiers-population")
    tell(share["value"] == 1 and share["of"] > 1, "and counted", share)


def pdf_text(body):
    path = os.path.join(stage.work, "minutes.pdf")
    with open(path, "wb") as f:
        f.write(body)
    return subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout


def batch():
    codes = [receive(mai, f"Nguyễn Văn {n}") for n in ("Một", "Hai", "Ba")]
    pairs = [("csrf", mai.token), *[("d", c) for c in codes]]
    page = mai.ask("POST", "/registers/dossiers/batch/hand_over", urllib.parse.urlencode(pairs))
    tell(page.status == 303 and "done=3" in page.location, "three are handed over at once", page.text)
    minutes = re.search(r"/desk/minutes/\d+", mai.get(page.location).text)
    tell(minutes, "with their minutes")
    pdf = mai.get(minutes.group(0))
    tell(pdf.body.startswith(b"%PDF"), "for both signatures", pdf.text[:300])
    tell(far.get(minutes.group(0)).status == 404, "which others do not see")
    head_rev = stage.json("log", "list")["revisions"][0]
    tell(head_rev["count"] == 9, "as one revision: three dossiers, three events, three minutes", head_rev)
    nam.get("/desk/dossiers")
    pairs = [("csrf", nam.token), ("d", codes[0]), ("d", "000.00.00.H16-000000-0001")]
    page = nam.ask("POST", "/registers/dossiers/batch/take", urllib.parse.urlencode(pairs))
    tell(page.status == 422 and record(codes[0])["custody"] == "to_office", "all of them, or none", page.text)
    pairs = [("csrf", nam.token), *[("d", c) for c in codes]]
    page = nam.ask("POST", "/registers/dossiers/batch/take", urllib.parse.urlencode(pairs))
    taken = re.search(r"/desk/minutes/\d+", nam.get(page.location).text)
    for at, path in ((nam, taken.group(0)), (nam, minutes.group(0))):
        words = pdf_text(at.get(path).body)
        giver, taker = words.find("Bên giao: "), words.find("Bên nhận: ")
        tell(0 < giver < taker and "Ông/Bà: mai" in words[giver:taker].lower().replace("ông/bà", "Ông/Bà") and
             "nam" in words[taker:taker + 200].lower(), "the minutes name who gave and who took, whichever is asked",
             words)
        tell("UBND xã" in words or "Ủy ban nhân dân" in words, "in Vietnamese", words)
    for c in codes:
        do(nam, c, "draft", f__draft_text="Công nhận hộ nghèo")
        do(head, c, "approve")
    pairs = [("csrf", leader.token), *[("d", c) for c in codes]]
    leader.get("/desk/dossiers")
    pairs[0] = ("csrf", leader.token)
    page = leader.ask("POST", "/registers/dossiers/batch/decide", urllib.parse.urlencode(pairs))
    tell(page.status == 200 and "f.result_number" in page.text, "one decision for many asks for its number once",
         page.text)
    pairs += [("f.result_number", "12/QĐ-UBND"), ("f.signer", "Nguyễn Long"), ("do", "save"), ("reading", "en")]
    page = leader.ask("POST", "/registers/dossiers/batch/decide", urllib.parse.urlencode(pairs))
    tell(page.status == 303, "and is signed for all", page.text)
    tell(all(record(c)["result_number"] == "12/QĐ-UBND" for c in codes), "each bears it", [record(c) for c in codes])
    paper = re.search(r"/desk/decisions/\d+", leader.get(page.location).text)
    words = " ".join(pdf_text(leader.get(paper.group(0)).body).split()) if paper else ""
    tell(all(w in words for w in ("QUYẾT ĐỊNH", "12/QĐ-UBND", "Nguyễn Long", "Nguyễn Văn Hai", *codes)),
         "and the decision is printed with its list", words)
    tell(far.get(paper.group(0)).status == 404 and mai.get("/desk/decisions/1").status == 404,
         "which others do not see, and which a revision without one has not", paper)


def several_offices():
    """Received at one counter and handed over at once, to two offices; each takes its own."""
    phuc = stage.account("phuc", "--role", "leader", "--unit", "68")
    there = stage.account("yen", "--role", "case_officer", "--agency", "so-tu-phap")
    both = (f"ubnd-{UNIT}", "so-tu-phap")
    codes = [stage.json("dossier", "procedure=1.001193", f"reception_office=ubnd-{UNIT}", f"office={office}",
                        "channel=counter", "applicant=Lê Thị Mai", "--as", "reception_officer")["id"]
             for office in both]
    mai.get("/desk/dossiers")
    page = mai.ask("POST", "/registers/dossiers/batch/hand_over", urllib.parse.urlencode(
        [("csrf", mai.token), *[("d", c) for c in codes]]))
    tell(page.status == 303 and "done=2" in page.location, "dossiers of two offices are handed over at once", page.text)
    minutes = re.search(r"/desk/minutes/\d+", mai.get(page.location).text).group(0)
    for b, code in ((nam, codes[0]), (there, codes[1])):
        b.get("/desk/dossiers")
        page = b.ask("POST", "/registers/dossiers/batch/take", urllib.parse.urlencode([("csrf", b.token), ("d", code)]))
        tell(page.status == 303, "each office takes its own", page.text)
    offices = [r["fields"]["name"] for office in both for r in stage.json(
        "query", "offices", "--filter", f"code = '{office}' AND valid_to IS NULL")["records"]]
    words = " ".join(pdf_text(phuc.get(minutes).body).split())
    parts = re.split("|".join(map(re.escape, codes)), words)
    tell(len(parts) == 3 and all(o in parts[0] for o in offices), "the minutes say to which offices", (offices, words))
    tell("– Nam" in parts[1] and "Yen" not in parts[1], "each dossier says to which of them, and who took it", parts)
    tell("Sở Tư" in parts[2] and "– Yen" in parts[2] and "Sở Tư" not in parts[1], "the other to the other", parts)
    part = " ".join(pdf_text(there.get(minutes).body).split())
    tell(codes[1] in part and codes[0] not in part and "– Yen" not in part, "who sees one of them has its line alone",
         part)


def paper_form(code):
    """The declared form of who came with paper is written down at the desk."""
    path = f"/desk/dossiers/{code}/form"
    born = {"f.relation": "mother", "f.child_name": "Trần Khôi", "f.child_sex": "female", "f.child_birth_date":
            "12/11/2026", "f.birth_place_kind": "home", "f.birth_place": "Thôn 2", "f.child_ethnicity": "Kinh",
            "f.child_home_place": "Quảng Khê", "f.mother_name": "Trần Thị Lan", "f.has_father": "false"}
    tell("Write down the form" in mai.get(f"/desk/dossiers/{code}").text, "the step is offered")
    page = fill(mai, path, **{**born, "f.child_name": "", "f.copies": "nhiều"})
    tell(page.status == 422 and "Is missing" in page.text and "nhiều" in page.text and "Thôn 2" in page.text,
         "what is missing or wrong is told, and nothing typed is lost", page.text)
    page = fill(mai, path, **{**born, "f.child_birth_date": "12/11/2090"})
    tell(page.status == 422 and "after the day of filing" in page.text, "the rules of the form hold", page.text)
    page = fill(mai, path, **{**born, "f.has_father": "true"})
    tell(page.status == 422 and "Is missing" in page.text, "what its condition asks for is needed", page.text)
    tell(far.get(path).status == 404, "another commune does not see it")
    tell(fill(leader, f"/desk/dossiers/{code}/form", **born).status in (403, 422), "a leader does not write it")
    seen = mai.get(path).hidden("seen")
    page = fill(mai, path, **{**born, "f.father_name": "Ai đó"})
    tell(page.status == 303 and page.location.endswith("#form"), "it is kept", page.text)
    kept = stage.json("query", "form_birth", "--filter", f"dossier = '{code}'", "--reveal", "test")["records"]
    tell(len(kept) == 1 and kept[0]["fields"]["child_name"] == "Trần Khôi" and
         not kept[0]["fields"].get("father_name"), "without what its condition leaves out", kept)
    words = nam.get(f"/desk/dossiers/{code}").text
    tell("Trần Khôi" in words and "Application for birth registration" in words, "who works on it reads it", words)
    page = fill(mai, path, seen=seen, **{"f.child_name": "Trần Khang"})
    tell(page.status == 422 and "Somebody else acted" in page.text, "written by two, the second is told", page.text)
    page = fill(mai, path, **{"f.child_name": "Trần Khang"})
    kept = stage.json("query", "form_birth", "--filter", f"dossier = '{code}'", "--reveal", "test")["records"]
    tell(page.status == 303 and len(kept) == 1 and kept[0]["fields"]["child_name"] == "Trần Khang",
         "a slip of the pen is mended, the version before stays in the history", kept)


def ways_around(code):
    page = mai.ask("POST", f"/registers/dossiers/{code}/do/receive", urllib.parse.urlencode(
        [("csrf", mai.token), ("seen", "0"), ("do", "save")]))
    tell(page.status == 422 and mai.get("/desk/dossiers").status == 200,
         "a step that begins a dossier is not done with one that is there, and nothing breaks", page.text)
    page = nam.ask("PATCH", f"/api/collections/dossiers/items/{code}", '{"properties":{"_sample":true}}',
                   {"Content-Type": "application/merge-patch+json", "If-Match": "*"})
    tell(page.status >= 400 and not record(code).get("_sample"), "a dossier does not become an invented one", page.text)
    page = do(mai, code, "ask_fee", f__fee_vnd="0")
    tell(page.status == 422, "nothing is asked for 0 đồng", page.text)
    out = stage.run("dossier", "procedure=1.001193", f"reception_office=ubnd-{UNIT}", "channel=counter", "applicant=A",
                    "closed_on=2020-11-27", "rating=5", "--as", "reception_officer", may_fail=True)
    tell("closed_on" in out or "rating" in out, "the end is not filled in at the beginning", out)
    folder = os.path.join(stage.work, "freed")
    here = os.path.dirname(os.path.abspath(__file__))
    shutil.copytree(os.path.join(here, "..", "..", "province", "dak-nong"), folder)
    path = os.path.join(folder, "registers", "dossiers.yaml")
    with open(path, encoding="utf-8") as f:
        text = f.read()
    with open(path, "w", encoding="utf-8") as f:
        f.write(text.replace("by: workflow\n", "", 1))
    out = stage.run("load", folder, may_fail=True)
    tell("by: workflow" in out, "the declaration that keeps them is not let go", out)


def laws(code):
    refused = [
        (["put", "dossiers", f"code={code}", "due_at=2030-01-01T00:00:00Z", "--reason", "x"],
         "a due moment is not put"),
        (["put", "dossiers", f"code={code}", "finished_at=2022-01-01T00:00:00Z", "--reason", "x"], "nor an end"),
        (["remove", "dossiers", code, "--reason", "x"], "a dossier is not removed"),
        (["remove", "dossier_events", f"{code}@1", "--reason", "x"], "nor a step"),
        (["put", "dossier_events", f"dossier={code}", "number=99", "transition=x", "at=2022-01-01T00:00:00Z",
          "on=2022-01-01", "actor=x", "--reason", "x"], "none is added beside the workflow"),
        (["act", "dossiers", code, "take", "--as", "leader"], "a role does not do another's step"),
        (["act", "dossiers", code, "take", "due_at=2030-01-01T00:00:00Z", "--as", "case_officer"],
         "no step takes a due moment"),
        (["dossier", "procedure=1.001193", f"reception_office=ubnd-{UNIT}", "channel=counter", "applicant=A",
          "received_at=2022-01-01T00:00:00Z", "--as", "reception_officer"], "a receipt is not dated back"),
        (["dossier", "procedure=1.001193", f"reception_office=ubnd-{UNIT}", "channel=counter", "applicant=A",
          "limit=90", "--as", "reception_officer"], "nobody chooses the limit"),
    ]
    for args, what in refused:
        out = stage.run(*args, may_fail=True)
        tell(out and not out.startswith("000."), what, out)
    page = mai.ask("PATCH", f"/api/collections/dossiers/items/{code}", '{"status":"10"}',
                   {"Content-Type": "application/merge-patch+json", "If-Match": "*"})
    tell(page.status >= 400, "the interface does not write a state", page.text)


def joined_up():
    page = fill(mai, "/desk/counter/2.000986", other="true", **{"f.applicant": "Lò Thị Pằng"})
    whole = urllib.parse.unquote(re.search(r"/desk/dossiers/([^/]+)/received", page.location).group(1))
    parts = [r["fields"] for r in stage.json("query", "dossiers", "--filter", f"parent = '{whole}'", "--reveal",
                                             "test")["records"]]
    tell([p["procedure"] for p in parts] == ["1.001193", "1.004222"] and record(whole)["open_parts"] == 2,
         "one joined-up file makes a dossier for each part", parts)
    tell(len({p["due_at"] for p in parts}) == 2, "each with a term of its own", parts)
    for c in (whole, parts[0]["code"]):
        do(mai, c, "hand_over")
        do(nam, c, "take")
        do(nam, c, "draft", f__draft_text="Đủ điều kiện")
        do(head, c, "approve")
    page = do(leader, whole, "decide", f__result_number="1", f__signer="Long")
    tell(page.status == 422 and "joined-up" in page.text, "the whole does not end before its parts", page.text)
    has_done(do(leader, parts[0]["code"], "decide", f__result_number="2", f__signer="Long"), "one part is decided")
    tell(record(whole)["open_parts"] == 1, "the whole knows", record(whole))
    has_done(do(leader, parts[1]["code"], "stop", f__ground="not_eligible", f__reason="Không đủ điều kiện"),
             "another is stopped with its reason")
    has_done(do(leader, whole, "decide", f__result_number="3", f__signer="Long"),
             "then the whole ends: part of it succeeded")
    page = mai.get(f"/desk/dossiers/{whole}")
    tell(all(p["code"] in page.text for p in parts), "its page leads to the parts", page.text)
    page = fill(mai, "/desk/counter/2.000986", other="true", **{"f.applicant": "Lò Văn Tấn"})
    again = urllib.parse.unquote(re.search(r"/desk/dossiers/([^/]+)/received", page.location).group(1))
    has_done(do(mai, again, "withdraw_counter", f__reason="Nộp nhầm"), "a whole is withdrawn")
    left = stage.json("query", "dossiers", "--filter", f"parent = '{again}'", "--reveal", "test")["records"]
    tell(all(r["fields"]["status"] == "7" for r in left), "with its parts", left)


def scans(code):
    png = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJ"
                           "RU5ErkJggg==")
    for name, bytes_, status in (("khai.png", png, 303), ("rong.pdf", b"", 422), ("van-ban.pdf", b"khong", 422)):
        page = stage.upload(mai, f"/desk/dossiers/{code}/attach", {"component": "1"}, name, bytes_)
        tell(page.status == status, f"{name} is {'taken' if status == 303 else 'refused with words'}", page.text)
    page = mai.get(f"/desk/dossiers/{code}/attach")
    tell("khai.png" in page.text and "rong.pdf" not in page.text, "what was taken waits to be kept", page.text)
    link = re.search(r"/attach\?number=\d+", page.text)
    tell(link and mai.get(f"/desk/dossiers/{code}{link.group(0)}").body == png, "and can be looked at", page.text)
    mai.post(f"/desk/dossiers/{code}/attach/done")
    page = mai.post(f"/desk/dossiers/{code}/attach/done")
    kept = stage.json("query", "dossier_files", "--filter", f"dossier = '{code}'", "--limit", "0")["records"]
    tell(len(kept) == 1, "kept once, however often one presses", kept)
    tell(page.status == 303, "and is kept with the dossier", page.text)
    page = mai.get(f"/desk/dossiers/{code}")
    tell("khai.png" not in mai.get(f"/desk/dossiers/{code}/attach").text, "nothing waits any more")
    tell("khai.png" in page.text and "Add scanned papers" in page.text, "whose page shows it, and the step", page.text)
    page = mai.get(f"/desk/dossiers/{code}/files/1")
    tell(page.body == png, "and hands it out as it was sent", page.status)


def parties():
    page = fill(mai, "/desk/counter/1.000894", other="true", **{
        "f.applicant": "Lê Văn Nam", "f.parties": "Trần Thị Nữ; 067192003456; 0905123456"})
    m = re.search(r"/desk/dossiers/([^/]+)/received", page.location)
    c = urllib.parse.unquote(m.group(1))
    for b, step, fields in ((mai, "hand_over", {}), (nam, "take", {}), (nam, "draft", {"f__draft_text": "Đủ"}),
                            (head, "approve", {})):
        do(b, c, step, **fields)
    page = do(leader, c, "decide", f__result_number="5", f__signer="Long")
    tell(page.status == 422 and "parties" in page.text, "a marriage waits for both", page.text)
    has_done(do(nam, c, "confirm_presence"), "both have come")
    has_done(do(leader, c, "decide", f__result_number="5", f__signer="Long"), "and are married")


def twice():
    page = mai.get("/desk/counter/1.001193")
    sent = re.search(r'name="sent_as" value="(\w+)"', page.text)
    pairs = [("csrf", mai.token), ("reading", "en"), ("sent_as", sent.group(1) if sent else ""), ("do", "save"),
             ("other", "true"), ("f.applicant", "Người Bấm Hai Lần"), ("channel", "post")]
    pages = [mai.ask("POST", "/desk/counter/1.001193", urllib.parse.urlencode(pairs)) for _ in range(2)]
    tell(pages[0].status == 303 and pages[0].location == pages[1].location, "a form sent twice is one dossier",
         [p.location for p in pages])
    code = urllib.parse.unquote(re.search(r"/desk/dossiers/([^/]+)/received", pages[0].location).group(1))
    tell(record(code)["channel"] == "post", "that came by post", record(code))
    pairs[5] = ("f.applicant", "Người Đến Sau")
    page = mai.ask("POST", "/desk/counter/1.001193", urllib.parse.urlencode(pairs))
    tell(page.status == 303 and page.location != pages[0].location, "filled in for somebody else it is another",
         page.location)
    missing(pairs)


def missing(pairs):
    pairs = [p for p in pairs if p[0] not in ("other", "do", "sent_as")] + [("missing", "true")]
    page = mai.ask("POST", "/desk/counter/1.001193", urllib.parse.urlencode(pairs))
    code = urllib.parse.unquote((re.search(r"/dossiers/([^/]+)/do/ask_supplement_first", page.location) or ["", ""])[1])
    tell(page.status == 303 and code, "papers that are missing lead to the request for them", page.text)
    tell(record(code)["status"] == "1" and not record(code).get("due_at"), "without a promise", record(code))
    page = do(mai, code, "ask_supplement_first", f__faults="Giấy chứng sinh: thiếu", f__answer_by="2030-01-02")
    has_done(page, "which is printed")
    words = mai.get(f"/desk/dossiers/{code}").text
    tell(record(code)["status"] == "5" and "no term yet" in words, "and it waits, without a term that would run", words)


def token_of(code):
    page = mai.get(f"/desk/dossiers/{code}/papers/1")
    found = re.search(r"\b[0-9a-z]{4}(-[0-9a-z]{4}){3}\b", page.text)
    return found.group(0) if found else "?"


def follow(code):
    """A browser of whoever holds the slip."""
    b = Browser(stage.address, "en")
    pairs = [("code", code), ("token", token_of(code)), ("do", "find")]
    page = b.ask("POST", "/track", urllib.parse.urlencode(pairs))
    tell(page.status == 303, "whoever holds the slip follows the dossier", page.text)
    return b


def secrets(code):
    token = token_of(code)
    tell(token != "?" and "<svg" in mai.get(f"/desk/dossiers/{code}/papers/1").text,
         "the counter prints the lookup code on the slip")
    for b, who in ((nam, "the case officer"), (head, "the head"), (money, "the cashier"), (leader, "the leader")):
        page = b.get(f"/desk/dossiers/{code}/papers/1")
        tell(page.status == 200 and token not in page.text and "<svg" not in page.text,
             f"{who} reads it without the code that would make one the applicant", page.text)
    kept = stage.run("query", "dossier_papers", "--filter", f"dossier = '{code}' AND paper <> 'form-01' AND paper <> "
                     "'form-02'", "--reveal", "test", "--json")
    tell("issued_at" in kept and token not in kept, "papers that do not need it do not bear it", kept)
    b = follow(code)
    page = b.get("/track")
    tell("Minutes of handing over" not in page.text and "/track/papers/1" in page.text,
         "the applicant reads his papers, but not the minutes between desks", page.text)
    page = b.get("/track/papers/2")
    tell("BÀN GIAO" not in page.text, "nor by their number", page.text)
    pairs = [("do", "rate"), ("rating", "1"), ("words", "Cán bộ cáu gắt")]
    page = b.ask("POST", "/track/act", urllib.parse.urlencode(pairs))
    tell(record(code).get("rating") == 1, "a bad rating is given", f"{page.status} {page.text}")
    for x in (mai, nam, leader):
        page = x.get(f"/desk/dossiers/{code}")
        tell(page.status == 200 and "cáu gắt" not in page.text and ">Rate<" not in page.text and
             "Remark" not in page.text, "which nobody who worked on it is told", page.text)


code, other = counter()
way(code)
secrets(code)
twice()
two_officers(other)
databases(other)
batch()
several_offices()
joined_up()
parties()
scans(other)
paper_form(other)
ways_around(other)
laws(other)
has_done(do(money, other, "ask_fee", f__fee_vnd="50000"), "a fee is asked for")
has_done(do(money, other, "pay_fee", f__payment_ref="PT01"), "and paid, with a receipt")
waiting = receive(mai, "Hồ sơ Đang Chờ")
stage.keep(mai, "mai")
stage.keep(nam, "nam")
with open(os.path.join(stage.work, "addresses"), "w", encoding="utf-8") as f:
    f.write(f"/desk/dossiers/{code} /desk/dossiers/{waiting}/received /registers/dossiers/{waiting}/do/hand_over "
            f"/registers/dossiers/{waiting}/do/correct /desk/dossiers/{waiting}/form")
sys.exit(stage.failed > 0)
