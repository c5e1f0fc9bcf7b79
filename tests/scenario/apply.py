#!/usr/bin/python3
"""The checks of apply.sh: apply.py ADDRESS WORK. Lines of TAP."""
import json
import os
import re
import sqlite3
import subprocess
import sys
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "peers"))
import browser  # noqa: E402
import payment  # noqa: E402
from attachments import jpeg, pdf, png  # noqa: E402
from signing import Browser, welcome  # noqa: E402

ADDRESS, WORK = sys.argv[1], sys.argv[2]
PASSWORD = "bảy con mèo ngủ trưa"
BIRTH = "/apply/1.001193"
failed = 0


def tell(is_ok, what, why=""):
    global failed
    failed += not is_ok
    print(("ok " if is_ok else "not ok ") + what, flush=True)
    if not is_ok:
        print("# " + str(why)[:2500].replace("\n", "\n# "), flush=True)


def tinhso(*args, code=0):
    p = subprocess.run([os.environ["TINHSO_BIN"], *args], cwd=WORK, capture_output=True, text=True, check=False)
    assert p.returncode == code, p.stderr + p.stdout
    return p.stdout + p.stderr


def account(name, full_name, *options):
    out = tinhso("user", "add", name, "--full-name", full_name, *options)
    b = Browser(ADDRESS, lang="vi")
    b.secret = welcome(b, re.search(r"/welcome/\w+", out).group(0), PASSWORD)
    return b


def read(page):
    return browser.Page(page.status, {"content-type": "text/html"}, page.body.decode())


def text(page):
    return " ".join(re.sub(r"<[^>]*>", " ", re.sub(r"(?s)<(script|style)\b.*?</\1>", " ", page.body.decode())).split())


def fill(b, path, do="next", ending=None, **fields):
    """The form of a page, as it stands there but for some fields, sent by one of its buttons."""
    page = read(b.get(path))
    form = page.form(ending or path.split("?")[0])
    form.values.update({k.replace("__", "."): v for k, v in fields.items()})
    pairs = [*form.pairs(), *([("do", do)] if do else [])]
    return b.ask("POST", form.action, urllib.parse.urlencode(pairs))


def send_files(b, action, csrf, files, component=0, more=()):
    edge = "----tinhso-test"
    body = b""
    for name, value in [("csrf", csrf), ("component", str(component)), *more]:
        body += f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    for name, content in files:
        body += (f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
                 "Content-Type: application/octet-stream\r\n\r\n").encode() + content + b"\r\n"
    return b.ask("POST", action, body + f"--{edge}--\r\n".encode(),
         {"Content-Type": f"multipart/form-data; boundary={edge}"})


ANSWERS = {"relation": "mother", "child_name": "Nguyễn Minh Khôi", "child_sex": "male",
     "child_birth_date": "12/11/2026",
           "birth_place_kind": "facility", "birth_place": "Bệnh viện Đa khoa tỉnh", "child_ethnicity": "Kinh",
           "child_home_place": "Xã Đắk Wer", "mother_name": "Nguyễn Thị Lan", "mother_birth_year": "1995",
           "has_father": "false", "copies": "2"}


def start_pages(anyone, lan):
    page = anyone.get(BIRTH)
    words = text(page)
    tell(page.status == 200 and "Đăng nhập để nộp" in words and "8 giờ làm việc" in words,
         "who is not signed in reads what is needed, how long it takes, and where to sign in", words)
    tell("Nơi giải quyết" not in words, "and is shown no list of parts")
    tell(anyone.get(BIRTH + "/who").status in (302, 303), "a page of the form asks to sign in")
    page = read(lan.get(BIRTH))
    form = page.form(BIRTH)
    gone = lan.ask("POST", form.action, urllib.parse.urlencode(list(form.pairs())))
    tell(gone.status == 303 and gone.headers["location"] == BIRTH + "/where", "it begins with the first part",
         gone.headers)


def walk(b, base, answers, **about):
    """Every page in the order in which the program asks for them; stops at the files or the check."""
    for _ in range(60):
        page = read(b.get(base))
        href = [h for h in page.links if h.startswith(base + "/")]
        todo = re.findall(r'<a href="([^"]*)">[^<]*</a> <span class="ts-task-state">Chưa xong',
             b.get(base).body.decode())
        if not todo or todo[0].endswith("/files"):
            return todo[0] if todo else base + "/check", href
        path = todo[0]
        form = read(b.get(path)).form(path)
        fields = {}
        for name in form.values.keys() | form.options.keys():
            if name.startswith("f.") and name[2:] in {**answers, **about}:
                fields[name] = {**answers, **about}[name[2:]]
        form.values.update(fields)
        out = b.ask("POST", path, urllib.parse.urlencode([*form.pairs(), ("do", "next")]))
        if out.status != 303:
            return path, text(out)
    return None, "it never ends"


def bad_answers(lan):
    """Each is told beside its box, and nothing that was typed is lost."""
    out = fill(lan, BIRTH + "/where", f__unit="")
    tell(out.status == 422 and 'href="#f-unit"' in out.body.decode(),
         "without a commune it says so, with a link to the box",
         text(out))
    out = fill(lan, BIRTH + "/where", f__unit="99999")
    tell(out.status in (404, 422), "a commune that there is not is refused", out.status)
    fill(lan, BIRTH + "/where", f__unit="24631")
    out = fill(lan, BIRTH + "/who", f__phone="12", f__applicant="")
    body = out.body.decode()
    tell(out.status == 422 and 'id="f-phone-problem"' in body and 'id="f-applicant-problem"' in body
         and 'value="12"' in body,
         "a telephone that is none, and no name: both are told at the top and beside the box, what was typed stays",
         text(out))
    out = lan.ask("POST", BIRTH + "/who", urllib.parse.urlencode([("csrf", lan.token), ("f.status", "10")]))
    tell(out.status == 400, "a field that the page does not ask is refused", out.status)
    out = fill(lan, BIRTH + "/a-child_birth_date", f__child_birth_date="31/02/2026")
    tell(out.status == 422 and "31/02/2026" in out.body.decode(),
         "a day that there is not is refused and kept in its box")
    tell(lan.ask("POST", BIRTH + "/who", urllib.parse.urlencode([("f.applicant", "x")])).status == 403,
         "without the token of the form nothing is taken")


def papers(lan):
    path = BIRTH + "/files"
    page = lan.get(path)
    csrf = page.hidden("csrf")
    component = re.search(r'<option value="(\d+)">Giấy chứng sinh', page.body.decode()).group(1)
    whole = pdf(2)
    for name, content, status, words in [
            ("rong.pdf", b"", 422, "không có nội dung"),
            ("a.exe", b"MZ\x90\0not at all", 422, "không phải PDF, JPEG hay PNG"),
            ("gia.pdf", b"<html>I am no PDF</html>", 422, "không phải PDF, JPEG hay PNG"),
            ("cut.pdf", whole[:len(whole) // 2], 422, "thiếu phần cuối hoặc bị hỏng"),
            ("khoa.pdf", pdf(1, b"/Encrypt 9 0 R"), 422, "đặt mật khẩu"),
            ("cut.jpg", jpeg()[:-2], 422, "thiếu phần cuối hoặc bị hỏng"),
            ("cut.png", png()[:-12], 422, "thiếu phần cuối hoặc bị hỏng"),
            ("lon.pdf", whole + b" " * (11 << 20), 422, "lớn hơn 10 MB")]:
        out = send_files(lan, path, csrf, [(name, content)], component)
        tell(out.status == status and words in text(out) and name in text(out), f"{name}: told that it is {words}",
             (out.status, text(out)))
    out = lan.ask("POST", path + "/done", urllib.parse.urlencode([("csrf", csrf)]))
    tell(out.status == 422 and "Giấy chứng sinh" in text(out), "without a paper that is needed one cannot go on",
         text(out))
    out = send_files(lan, path, csrf, [], component)
    tell(out.status == 422 and "Chưa chọn tệp nào" in text(out), "no file chosen: it says so")
    out = send_files(lan, path, csrf, [("Giấy chứng sinh.pdf", whole), ("Ảnh 2.jpg", jpeg()), ("thừa.png", png())],
         component)
    words = text(lan.get(path))
    tell(out.status == 303 and "Giấy chứng sinh.pdf" in words and "Ảnh 2.jpg" in words and "2 trang" in words,
         "several files in one go are listed, with their pages", (out.status, text(out), words))
    number = re.search(r'name="number" value="(\d+)"><button[^>]*>[^<]*<span class="ts-hidden"> thừa.png',
         lan.get(path).body.decode())
    out = lan.ask("POST", path + "/remove", urllib.parse.urlencode([("csrf", csrf), ("number", number.group(1))]))
    tell(out.status == 303 and "thừa.png" not in text(lan.get(path)), "one of them is removed")
    back = lan.get(path + "/1")
    tell(back.status == 200 and back.body == whole and "attachment" in back.headers.get("Content-Disposition", ""),
         "what was sent can be looked at again, byte for byte", (back.status, back.headers))
    return whole


def vouch(name):
    """As if he had come by way of the national account (national_account.py)."""
    with sqlite3.connect(os.path.join(WORK, "var", "dak-nong.access.db")) as db:
        db.execute("INSERT INTO identity SELECT 'https://định-danh.test', name, account FROM account WHERE name = ?",
                   (name,))


def send(lan, other):
    page = lan.get(BIRTH + "/check")
    words, csrf, draft = text(page), page.hidden("csrf"), page.hidden("draft")
    tell("Nguyễn Minh Khôi" in words and "Bệnh viện Đa khoa tỉnh" in words and "12/11/2026" in words
         and f'href="{BIRTH}/a-child_name"' in page.body.decode(),
              "all answers stand there once more, with the way to change them", words)
    fields = [("csrf", csrf), ("draft", draft)]
    out = lan.ask("POST", BIRTH + "/send", urllib.parse.urlencode(fields))
    tell(out.status == 422 and 'href="#f-truth"' in out.body.decode(), "without the declaration nothing is sent",
         text(out))
    fill(lan, BIRTH + "/a-child_birth_date", f__child_birth_date="30/12/2099")
    out = lan.ask("POST", BIRTH + "/send", urllib.parse.urlencode(fields + [("truth", "1")]))
    tell(out.status == 422 and "không thể ở sau ngày nộp" in text(out), "a rule of the form is told in its words",
         text(out))
    fill(lan, BIRTH + "/a-child_birth_date", f__child_birth_date="12/11/2026")
    out = lan.ask("POST", BIRTH + "/send", urllib.parse.urlencode(fields + [("truth", "1")]))
    again = lan.ask("POST", BIRTH + "/send", urllib.parse.urlencode(fields + [("truth", "1")]))
    tell(out.status == 303 and re.fullmatch(r"/account/dossiers/[0-9.]+[.]H[0-9]{2}-\d{6}-\d{4}/sent",
         out.location) is not None,
         "it is sent", (out.status, text(out), out.location))
    tell(again.status == 303 and again.location == out.location, "pressed twice, it is one dossier", (again.status,
         again.location))
    done = lan.get(out.location)
    words = text(done)
    code = re.search(r"[0-9.]+[.]H[0-9]{2}-\d{6}-\d{4}", out.location).group(0)
    token = re.search(r"\b[0-9a-z]{4}(-[0-9a-z]{4}){3}\b", words)
    tell(done.status == 200 and code in words and token and "Trả lời trước" in words and "<svg" in done.body.decode(),
         "the page says the code, the lookup code, until when the office answers, and has a QR code", words)
    third = lan.ask("POST", BIRTH + "/send", urllib.parse.urlencode(fields + [("truth", "1")]))
    tell(third.status == 303 and third.location == out.location, "also when it was looked at already", third.location)
    tell(other.get(out.location).status == 404, "nobody else is shown it")
    tell("/apply/" not in lan.get("/drafts").body.decode().split("<main")[-1], "the draft is gone")
    return code, token.group(0)


def kept(code, whole):
    """What was written: dossier, answers, papers, one revision, no draft left."""
    def rows(register, where):
        found = json.loads(tinhso("query", register, "--filter", where, "--reveal", "test", "--limit", "0", "--json"))
        return [r["fields"] for r in found["records"]]
    dossier = rows("dossiers", f"code = '{code}'")[0]
    tell(dossier["channel"] == "online" and dossier["status"] == "1" and dossier["account"] == "lan",
         "the dossier is newly filed", dossier)
    tell(dossier["is_verified"] is True and dossier_of(filed()[0])["is_verified"] is None,
         "and says that a provider of identities vouched for who filed it, which no counter can say", dossier)
    form = rows("form_birth", f"dossier = '{code}'")[0]
    tell(form["child_name"] == "Nguyễn Minh Khôi" and form["has_father"] is False,
         "its answers are a record of the form", form)
    why = act(code, "enter_form", "reception_officer", code_=1) or ""
    tell("tự khai" in why, "which nobody writes over at the desk", why)
    files = rows("dossier_files", f"dossier = '{code}'")
    tell(len(files) == 2 and files[0]["bytes"] == len(whole) and files[0]["pages"] == 2
         and files[0]["origin"] == "uploaded",
         "its papers are recorded", files)


def act(code, step, role, *fields, reason=None, code_=0):
    return tinhso("act", "dossiers", code, step, "--as", role, *(["--reason", reason] if reason else []), *fields,
         code=code_)


def dossier_of(code):
    found = json.loads(tinhso("query", "dossiers", "--id", code, "--reveal", "test", "--json"))
    return found["records"][0]["fields"]


def enter(code, token):
    b = Browser(ADDRESS, lang="vi")
    out = b.ask("POST", "/track", urllib.parse.urlencode([("code", code), ("token", token)]))
    assert out.status == 303 and out.location == "/track", (out.status, text(out))
    return b


def tracking(code, token, anyone):
    out = anyone.get("/track")
    tell(out.status == 200 and 'name="token"' in out.body.decode(), "without an account one is asked for both codes",
         text(out))
    wrong = [anyone.ask("POST", "/track", urllib.parse.urlencode([("code", c), ("token", t)]))
             for c, t in [(code, "0000-0000-0000-0000"), ("000.99.99.H16-261101-0001", token), (code, token[:-1]),
                  ("'x", token)]]
    words = [re.sub(r"Mã hồ sơ.*", "", text(p)) for p in wrong]
    tell({p.status for p in wrong} == {422} and len(set(words)) == 1,
         "a code that does not fit, and one that there is not, are told alike",
         (words, [p.status for p in wrong]))
    qr = Browser(ADDRESS, lang="vi")
    out = qr.get(f"/track?code={code}&token={token}")
    tell(out.status == 303 and out.location == "/track" and token not in out.location,
         "the QR code leads on to an address without codes",
         (out.status, out.location))
    b = enter(code, token.upper().replace("-", " "))
    page = b.get("/track")
    words = text(page)
    tell("Mới đăng ký" in words and "Trả lời trước" in words and "N••• Lan" in words,
         "it says how the dossier stands", words)
    tell("Nguyễn Thị Lan" not in words and "067195000123" not in words and "0912345678" not in words,
         "name, number and telephone are masked", words)
    tell("Giấy chứng sinh.pdf" in words and b.get("/track/files/1").body.startswith(b"%PDF"),
         "papers that were sent can be read")
    tell(anyone.get("/track/files/1").status == 303, "not without the codes")
    tell("no-store" in page.headers["Cache-Control"], "nothing of it is kept on the way", page.headers["Cache-Control"])
    return b


def own(lan, other, code):
    words = text(lan.get("/account/dossiers"))
    tell(code in words, "the applicant finds it among his own", words)
    tell(code not in text(other.get("/account/dossiers")), "others do not")
    tell(lan.get("/account/dossiers/" + code).location == "/track", "and follows it from there")
    words = text(lan.get("/track"))
    tell("Nguyễn Thị Lan" in words and "067195000123" in words and "/account/reads" in lan.get("/track").body.decode(),
         "signed in, nothing is masked, and who read it can be asked", words)
    tell(other.get("/account/dossiers/" + code).status == 404, "somebody else's is not there")


def press(b, do, *more, path="/track/act", seen=None):
    page = b.get("/track")
    seen = seen or page.hidden("seen")
    pairs = [("do", do), *([("seen", seen)] if seen else []), *more]
    if page.hidden("csrf"):
        pairs.append(("csrf", page.hidden("csrf")))
    return b.ask("POST", path, urllib.parse.urlencode(pairs))


def supplement(b, code, whole):
    act(code, "ask_supplement_first", "reception_officer",
        "faults=Giấy chứng sinh: ảnh trang 2 mờ, chụp lại\nGiấy tờ cư trú: chưa có", "answer_by=2036-12-20")
    page = b.get("/track")
    words = text(page)
    tell("ảnh trang 2 mờ" in words and "Giấy tờ cư trú: chưa có" in words and "20/12/2036" in words,
         "all that is missing is said at once, with the day", words)
    seen = page.hidden("seen")
    out = send_files(b, "/track/supplement", "", [("cut.pdf", whole[:150])], more=[("words", "Gửi lại"), ("seen",
         seen)])
    tell(out.status == 422 and "thiếu phần cuối" in text(out), "a broken file is refused here too", text(out))
    out = send_files(b, "/track/supplement", "", [], more=[("words", ""), ("seen", seen)])
    tell(out.status == 422, "nothing at all is no supplement")
    out = send_files(b, "/track/supplement", "", [("Trang 2.pdf", whole)], more=[("words", "Đã chụp lại trang 2"),
         ("seen", seen)])
    words = text(b.get("/track"))
    tell(out.status == 303 and "Trang 2.pdf" in words and "Đã chụp lại trang 2" in words, "answer and file are there",
         (out.status, text(out), words))
    again = send_files(b, "/track/supplement", "", [("Trang 2.pdf", whole)], more=[("words", "Đã chụp lại trang 2"),
         ("seen", seen)])
    tell(again.status == 409 and text(b.get("/track")).count("Trang 2.pdf") == 1, "sent twice, it is there once",
         again.status)
    act(code, "accept_after_supplement", "reception_officer")
    words = text(b.get("/track"))
    tell("Được tiếp nhận" in words and "Hẹn trả lần đầu" in words, "accepted: the promised day stands there", words)
    tell("Phiếu" in words or "Giấy tiếp nhận" in words or "GIẤY TIẾP NHẬN" in words, "and the receipt can be read",
         words)
    number = re.search(r'/track/papers/(\d+)"', b.get("/track").body.decode()).group(1)
    paper = b.get(f"/track/papers/{number}")
    tell(paper.status == 200 and b"<html" in paper.body.lower(), "as a page", paper.status)
    tell(b.get(f"/track/papers/{number}?as=pdf").body.startswith(b"%PDF"), "and as PDF")
    act(code, "correct", "reception_officer", "phone=0987654321", reason="Ghi nhầm số điện thoại")
    words = text(b.get("/track"))
    tell("•••678" in words and "•••321" in words and "Ghi nhầm số điện thoại" in words,
         "what an officer changed stands there, before and after", words)


def end(b, lan, code):
    act(code, "hand_over", "reception_officer")
    act(code, "take", "case_officer")
    act(code, "draft", "case_officer", "draft_text=Đồng ý")
    act(code, "approve", "unit_head")
    tell(press(b, "collect").status in (409, 422), "there is no result to take yet")
    act(code, "decide", "leader", "result_number=12/TL", "signer=Chủ tịch")
    words = text(b.get("/track"))
    tell("Nhận kết quả điện tử" in words, "the result is ready", words)
    out = press(b, "collect")
    tell(out.status == 303 and dossier_of(code)["status"] == "10", "it is taken electronically", (out.status,
         text(out)))
    out = press(b, "rate", ("rating", "5"), ("words", "Nhanh"))
    tell(out.status == 303 and dossier_of(code)["rating"] == 5 and "đã được đánh giá" in text(b.get("/track")),
         "it is rated", text(out))
    tell(press(b, "rate", ("rating", "1")).status in (409, 422) and dossier_of(code)["rating"] == 5, "once")
    found = json.loads(tinhso("query", "dossier_events", "--filter", f"dossier = '{code}' AND transition = 'rate'",
         "--reveal", "t", "--json"))
    tell(found["records"][0]["fields"]["actor"] == "applicant", "the step does not say who rated", found)
    tell(press(b, "withdraw", ("words", "Đổi ý")).status in (409, 422), "what was settled cannot be withdrawn")


def filed(**fields):
    """A dossier at the counter, whose fee is asked for: code, lookup code."""
    out = tinhso("dossier", "procedure=2.000635", "reception_office=ubnd-24631", "channel=counter",
         "applicant=Lê Văn Tám",
                 "--as", "reception_officer", *[f"{k}={v}" for k, v in fields.items()])
    code = re.search(r"[0-9.]+[.]H[0-9]{2}-\d{6}-\d{4}", out).group(0)
    return code, dossier_of(code)["token"]


def paying(key):
    code, token = filed()
    b = enter(code, token)
    tell("Thanh toán trực tuyến" not in text(b.get("/track")), "nothing is to be paid before it is asked for")
    tell(press(b, "pay").status in (409, 422), "nor can it be")
    act(code, "ask_fee", "cashier", "fee_vnd=24000")
    tell("24.000 đồng" in text(b.get("/track")), "what is to be paid stands there")
    out = press(b, "pay")
    q = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(out.location).query))
    reference = q.get("MaThamChieu", "")
    tell(out.status == 303 and q.get("SoTien") == "24000" and q.get("MaHoSo") == code
         and q.get("ChuKy") == payment.sign(key, f"{reference}|{code}|24000"), "one is led to the platform, signed",
              out.location)
    tell(dossier_of(code)["money"] == "pending", "the payment has begun")
    again = press(b, "pay")
    tell(again.location == out.location, "begun twice, it is one payment", again.location)
    other, _ = filed()
    cases = [
        ("forged", 403, dict(signature="0" * 64)),
        ("no JSON", 400, dict(body=b"paid!")),
        ("the wrong amount", 409, dict(amount=23999)),
        ("of another dossier", 404, dict(code=other)),
        ("of a reference that nobody began", 404, dict(reference="TS00")),
    ]
    for what, status, change in cases:
        got = payment.notify(ADDRESS, key, **{**dict(reference=reference, code=code, amount=24000), **change})
        tell(got[0] == status and dossier_of(code)["money"] == "pending",
             f"a message {what}: {status}, and nothing is counted", got)
    got = payment.notify(ADDRESS, key, reference, code, 24000, "THAT_BAI")
    tell(got[0] == 200 and dossier_of(code)["money"] == "failed", "a failed payment is told", got)
    out = press(b, "pay")
    second = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(out.location).query))["MaThamChieu"]
    tell(second != reference, "and can be begun anew")
    got = payment.notify(ADDRESS, key, reference, code, 24000)
    tell(got[0] == 404 and dossier_of(code)["money"] == "pending", "the old reference pays nothing any more", got)
    first, twice = [payment.notify(ADDRESS, key, second, code, 24000) for _ in range(2)]
    tell(first[0] == 200 and first[1]["KetQua"] == "DA_GHI_NHAN" and dossier_of(code)["money"] == "paid", "paid", first)
    tell(twice[0] == 200 and twice[1]["KetQua"] == "DA_GHI_NHAN_TRUOC", "told twice, it is counted once", twice)
    steps = json.loads(tinhso("query", "dossier_events", "--filter",
         f"dossier = '{code}' AND transition = 'pay_fee'", "--json"))
    tell(len(steps["records"]) == 1, "by one step", steps)
    tell("Giấy đã ra" in text(b.get("/track")), "the receipt can be read")


def duties(key):
    code, token = filed()
    b = enter(code, token)
    act(code, "ask_payment", "cashier", "fee_vnd=1000000", "fee_note=Lệ phí trước bạ")
    words = text(b.get("/track"))
    tell("Yêu cầu thực hiện nghĩa vụ tài chính" in words and "1.000.000 đồng" in words, "the clock waits for a duty",
         words)
    reference = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(press(b, "pay").location).query))["MaThamChieu"]
    got = payment.notify(ADDRESS, key, reference, code, 1000000)
    tell(got[0] == 200 and dossier_of(code)["status"] == "2", "paid: it goes on", (got, dossier_of(code)))
    code, token = filed()
    b = enter(code, token)
    act(code, "ask_fee", "cashier", "fee_vnd=8000")
    reference = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(press(b, "pay").location).query))["MaThamChieu"]
    out = press(b, "withdraw")
    tell(out.status == 422, "withdrawing needs a reason", text(out))
    tell(press(b, "withdraw", ("words", "Đổi ý")).status == 303 and dossier_of(code)["status"] == "7",
         "it is withdrawn")
    got = payment.notify(ADDRESS, key, reference, code, 8000)
    tell(got[0] == 200 and dossier_of(code)["money"] == "paid" and dossier_of(code)["status"] == "7",
         "paid after that: the money is on record, and the dossier stays withdrawn", got)
    act(code, "refund", "cashier", reason="Hồ sơ đã rút")
    tell(dossier_of(code)["money"] == "refunded", "so that it is given back")
    got = payment.notify(ADDRESS, key, reference, code, 8000)
    tell(got[0] == 200 and got[1]["KetQua"] == "DA_GHI_NHAN_TRUOC", "told once more, nothing changes", got)
    code, token = filed()
    b = enter(code, token)
    act(code, "ask_fee", "cashier", "fee_vnd=8000")
    reference = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(press(b, "pay").location).query))["MaThamChieu"]
    act(code, "payment_failed", "cashier")
    got = payment.notify(ADDRESS, key, reference, code, 8000)
    tell(got[0] == 200 and dossier_of(code)["money"] == "paid",
         "late, after it was given up: what was paid counts", got)


def feedback_act(code, step, role, *fields, code_=0, reason=None):
    more = ["--reason", reason] if reason else []
    return tinhso("act", "feedback", code, step, "--as", role, *more, *fields, code=code_)


def complain(b, anyone):
    page = b.get("/feedback")
    words = text(page)
    tell("Về hồ sơ" in words and "tinhso act" in words,
         "a complaint begins with the dossier that is followed, and who acted on it", words)
    send = [("kind", "complaint"), ("about", "tinhso act")]
    out = b.ask("POST", "/feedback", urllib.parse.urlencode([*send, ("words", "")]))
    tell(out.status == 422 and "Chưa có nội dung" in text(out), "without words it is none")
    out = b.ask("POST", "/feedback", urllib.parse.urlencode([*send, ("words", "Hẹn ba lần"), ("phone", "12")]))
    tell(out.status == 422 and "Hẹn ba lần" in out.body.decode(),
         "a telephone that is none is told, and the words stay", text(out))
    out = b.ask("POST", "/feedback", urllib.parse.urlencode([*send, ("words", "Hẹn ba lần"), ("sender", "Lan")]))
    tell(out.status == 303 and out.location == "/feedback/case", "it is filed", (out.status, text(out)))
    words = text(b.get("/feedback/case"))
    code = re.search(r"PA-\d{6}-\d{4}", words).group(0)
    token = re.search(r"\b[0-9a-z]{4}(-[0-9a-z]{4}){3}\b", words).group(0)
    tell("Đã nhận" in words and "Trả lời trước" in words, "with its number and until when it is answered", words)
    for step, fields in [("assign", ["assignee=Bình"])]:
        out = feedback_act(code, step, "procedure_controller", *fields, code_=1)
        tell("phản ánh" in out, "whoever is complained about cannot take it", out)
    b.ask("POST", "/feedback", urllib.parse.urlencode([("kind", "complaint"), ("words", "Phòng chờ nóng")]))
    words = text(b.get("/feedback/case"))
    code = re.search(r"PA-\d{6}-\d{4}", words).group(0)
    token = re.search(r"\b[0-9a-z]{4}(-[0-9a-z]{4}){3}\b", words).group(0)
    feedback_act(code, "assign", "procedure_controller", "assignee=Bình")
    feedback_act(code, "tell_progress", "procedure_controller", "progress=Đã hỏi bộ phận một cửa")
    feedback_act(code, "answer", "procedure_controller", "answer=Sẽ lắp quạt trong tháng này")
    out = anyone.ask("POST", "/feedback/find", urllib.parse.urlencode([("code", code), ("token",
         "0000-0000-0000-0000")]))
    tell(out.status == 422, "its number alone shows nothing")
    out = anyone.ask("POST", "/feedback/find", urllib.parse.urlencode([("code", code), ("token", token)]))
    words = text(anyone.get("/feedback/case"))
    tell(out.status == 303 and "Sẽ lắp quạt" in words and "Đã hỏi bộ phận một cửa" in words,
         "progress and answer are read by the two codes", words)
    tell("Sẽ lắp quạt" not in text(Browser(ADDRESS, lang="vi").get("/feedback")),
         "an answer is public only when it was published")
    feedback_act(code, "publish", "procedure_controller")
    words = text(Browser(ADDRESS, lang="vi").get("/feedback"))
    tell("Sẽ lắp quạt" in words and "Phòng chờ nóng" not in words, "then everybody reads it, and not who asked", words)
    rate = [("rating", "dissatisfied"), ("words", "Quạt chưa có")]
    tell(text(Browser(ADDRESS, lang="vi").ask("POST", "/feedback/rate", urllib.parse.urlencode(rate))) == "",
         "nobody rates an answer without the two codes")
    tell("Quý vị thấy câu trả lời thế nào" in text(anyone.get("/feedback/case")), "who sent it is asked how it was")
    out = anyone.ask("POST", "/feedback/rate", urllib.parse.urlencode([("words", "Quạt chưa có")]))
    tell(out.status == 422 and "Chọn hài lòng hay không" in text(out), "a rating says yes or no", text(out))
    out = anyone.ask("POST", "/feedback/rate", urllib.parse.urlencode(rate))
    words = text(anyone.get("/feedback/case"))
    tell(out.status == 303 and "Quý vị đã đánh giá câu trả lời: Không hài lòng" in words, "and it is kept", words)
    out = anyone.ask("POST", "/feedback/rate", urllib.parse.urlencode([("rating", "satisfied")]))
    tell(out.status == 409 and "đã được đánh giá" in text(out), "once only", (out.status, text(out)))
    out = feedback_act(code, "rate_answer", "procedure_controller", "answer_rating=satisfied", code_=1)
    tell("rate_answer" in out or "đánh giá" in out.lower(), "and by nobody for him", out)
    out = Browser(ADDRESS, lang="vi").ask("POST", "/feedback", urllib.parse.urlencode([("kind", "praise"), ("words",
         "Nhanh")]))
    tell(out.status == 422 and "Chọn cơ quan" in text(out), "without a dossier an office is chosen", text(out))
    out = Browser(ADDRESS, lang="vi").ask("POST", "/feedback", urllib.parse.urlencode([("kind", "praise"), ("words",
         "Nhanh"),
         ("office", "ubnd-24631")]))
    tell(out.status == 303, "then it is filed as well")


def once_only(lan):
    """What an office signed need not be brought: it lies in the store."""
    path = BIRTH + "/files"
    lan.ask("POST", BIRTH, urllib.parse.urlencode([("csrf", lan.get(BIRTH).hidden("csrf"))]))
    page = lan.get(BIRTH + "/who")
    tell("Các cơ quan đã có dữ liệu này" in text(page) and 'value="+84987654321"' in page.body.decode(),
         "what an earlier dossier says is offered, and stands in the box", text(page))
    page = lan.get(path)
    result = page.hidden("result")
    tell(result is not None and result.startswith("KQ."), "the result of before is offered instead of paper",
         text(page))
    out = lan.ask("POST", path + "/result", urllib.parse.urlencode([("csrf", page.hidden("csrf")), ("result",
         "KQ.nobody")]))
    tell(out.status in (404, 422), "one that is not his is not", out.status)
    out = lan.ask("POST", path + "/result", urllib.parse.urlencode([("csrf", page.hidden("csrf")), ("result", result)]))
    tell(out.status == 303 and lan.get(path + "/1").body.startswith(b"%PDF"), "it serves as it was signed",
         (out.status, text(out)))


def changed_form(lan):
    """The declaration changes while somebody fills in the form."""
    fill(lan, BIRTH + "/where", f__unit="24631")
    fill(lan, BIRTH + "/a-child_name", f__child_name="Nguyễn An")
    fill(lan, BIRTH + "/a-copies", f__copies="3")
    folder = os.path.join(WORK, "again")
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "province", "dak-nong")
    subprocess.run(["cp", "-r", source, folder], check=True)
    path = os.path.join(folder, "registers", "form_birth.yaml")
    with open(path, encoding="utf-8") as f:
        declared = f.read()
    declared = declared.replace("min: 0, max: 20}\nrules",
         "min: 0, max: 2}\n  nickname: {type: string, title: {vi: Tên gọi ở nhà, "
                                "en: Nickname}, max_length: 40}\nrules")
    with open(path, "w", encoding="utf-8") as f:
        f.write(declared)
    tinhso("load", folder)
    page = lan.get(BIRTH)
    words = text(page)
    tell("Tờ khai đã thay đổi" in words and "Tên gọi ở nhà" in words,
         "it says that the form changed, and asks what is new", words)
    words = text(lan.get(BIRTH + "/check"))
    tell("Nguyễn An" in words, "what still fits stays", words)
    tell('value="3"' not in lan.get(BIRTH + "/a-copies").body.decode(), "what fits no more is asked again")


def erased(b, code):
    tell(b.get("/track/files/1").status == 200, "a paper is there")
    tinhso("erase", "dossier_files", f"{code}@1", "--reason", "thử", "--basis", "Luật 91/2025/QH15")
    tell(b.get("/track/files/1").status == 404, "with its personal data its bytes are gone")


def half_way(whole):
    """Somebody who has not sent it yet, and follows a dossier to be supplemented and paid: for the walk."""
    mai = account("mai", "Đỗ Thị Mai", "--citizen", "--personal-id", "067196000789")
    mai.ask("POST", BIRTH, urllib.parse.urlencode([("csrf", mai.get(BIRTH).hidden("csrf"))]))
    walk(mai, BIRTH, ANSWERS, unit="24631", phone="0912345678")
    send_files(mai, BIRTH + "/files", mai.get(BIRTH + "/files").hidden("csrf"), [("Giấy chứng sinh.pdf", whole)])
    code, token = filed(personal_id="067196000789", phone="0912345678")
    act(code, "ask_fee", "cashier", "fee_vnd=24000")
    act(code, "ask_supplement", "case_officer", "faults=Giấy chứng sinh: ảnh trang 2 mờ\nGiấy tờ cư trú: chưa có",
         "answer_by=2037-12-20")
    act(code, "correct", "reception_officer", "address=Thôn 5, xã Đắk Wer", reason="Ghi nhầm thôn")
    mai.ask("POST", "/track", urllib.parse.urlencode([("csrf", mai.token), ("code", code), ("token", token)]))
    mai.ask("POST", "/feedback", urllib.parse.urlencode([("csrf", mai.token), ("kind", "complaint"), ("words",
         "Chờ lâu")]))
    with open(os.path.join(WORK, "nop.cookie"), "w", encoding="utf-8") as f:
        f.write("; ".join(f"{k}={v}" for k, v in mai.cookies.items() if k != "lang"))


def guessing(code, token):
    b = Browser(ADDRESS, lang="vi")
    for _ in range(30):
        out = b.ask("POST", "/track", urllib.parse.urlencode([("code", code), ("token", "1111-1111-1111-1111")]))
        if out.status == 429:
            break
    tell(out.status == 429 and "phút" in text(out), "whoever guesses must wait", (out.status, text(out)))
    out = b.ask("POST", "/track", urllib.parse.urlencode([("code", code), ("token", token)]))
    tell(out.status == 429, "also with the right code, from there")


def main():
    anyone = Browser(ADDRESS, lang="vi")
    lan = account("lan", "Nguyễn Thị Lan", "--citizen", "--personal-id", "067195000123")
    start_pages(anyone, lan)
    other = account("nam", "Trần Văn Nam", "--citizen", "--personal-id", "067190000456")
    bad_answers(lan)
    at, why = walk(lan, BIRTH, ANSWERS, unit="24631", phone="0912345678", address="Thôn 2, xã Đắk Wer")
    tell(at == BIRTH + "/files", "the pages lead one to another up to the papers", (at, why))
    whole = papers(lan)
    out = lan.ask("POST", BIRTH + "/files/done", urllib.parse.urlencode([("csrf", lan.token)]))
    tell(out.status == 303 and out.location == BIRTH + "/giving", "then how the result is returned", out.location)
    fill(lan, BIRTH + "/giving", f__return_by="electronic")
    vouch("lan")
    code, token = send(lan, other)
    kept(code, whole)
    b = tracking(code, token, anyone)
    own(lan, other, code)
    supplement(b, code, whole)
    end(b, lan, code)
    with open(os.path.join(WORK, "payment.key"), "rb") as f:
        key = f.read().strip()
    complain(b, anyone)
    paying(key)
    duties(key)
    erased(b, code)
    once_only(lan)
    half_way(whole)
    changed_form(lan)
    with open(os.path.join(WORK, "codes"), "w", encoding="utf-8") as f:
        f.write(f"{code} {token}")


def scanned():
    an = account("an", "Lý Văn An", "--citizen", "--personal-id", "067190000999")
    path = BIRTH + "/files"
    an.ask("POST", BIRTH, urllib.parse.urlencode([("csrf", an.get(BIRTH).hidden("csrf"))]))
    csrf = an.get(path).hidden("csrf")
    out = send_files(an, path, csrf, [("xấu.pdf", pdf(1, b"/EICAR 1"))])
    tell(out.status == 422 and "chương trình quét mã độc từ chối" in text(out), "what the scanner refuses is told",
         text(out))
    tell(send_files(an, path, csrf, [("tốt.pdf", pdf())]).status == 303, "what it lets pass is taken")


if sys.argv[3:] == ["scanned"]:
    scanned()
    with open(os.path.join(WORK, "codes"), encoding="utf-8") as codes:
        guessing(*codes.read().split())
else:
    main()
sys.exit(failed > 0)
