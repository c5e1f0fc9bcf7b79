#!/usr/bin/python3
"""The checks of office.sh: office.py ADDRESS WORK. Lines of TAP."""
import html
import json
import os
import re
import sys
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import browser  # noqa: E402
from people import Stage  # noqa: E402
from signing import Browser  # noqa: E402

ADDRESS, WORK = sys.argv[1], sys.argv[2]
stage = Stage(ADDRESS, WORK)
tell, tinhso, account = stage.tell, stage.run, stage.account
def fill(b, path, do, **fields):
    """The form of a page, as it stands there but for some fields (“.” is written “__”), sent by one of its buttons."""
    page = b.get(path)
    form = browser.Page(page.status, {"content-type": "text/html"}, page.body.decode()).form(path.split("?")[0])
    form.values.update({k.replace("__", "."): v for k, v in fields.items()})
    pairs = [*form.pairs(), *([("do", do)] if do else [])]
    return b.ask("POST", form.action, urllib.parse.urlencode(pairs))


def main_of(page):
    return page.body.decode().split("<main", 1)[-1].split("</main", 1)[0]


def has(page, what, *pieces):
    missing = [p for p in pieces if p not in page.text]
    tell(page.status == 200 and not missing, what, f"{page.status}, without {missing}: {page.text}")


def lacks(page, what, *pieces):
    found = [p for p in pieces if p in main_of(page)]
    tell(page.status == 200 and not found, what, f"{page.status}, with {found}")


def ways_in(chief, officer):
    home = chief.get("/")
    has(home, "every page leads an administrator to administration", 'href="/admin"')
    for path in sorted(set(re.findall(r'href="(/admin[^"#?]*)"', chief.get("/admin").text))):
        page = chief.get(path)
        has(page, f"{path} stands in the menu, and shows it", f'<a href="{path}" aria-current="page"',
            'href="/admin/users"')
    tell('href="/admin"' not in officer.get("/").text, "others are not led there")
    tell(officer.get("/admin").status == 403, "and may not go")
    page = officer.get("/account")
    has(page, "an account leads to its drafts, to who read its data and to its registers", 'href="/drafts"',
        'href="/account/reads"', 'href="/registers/farm_households/import"',
             'href="/registers/farm_households/export"',
        'href="/registers/teams/new"')
    lacks(page, "and to no other register", 'href="/registers/poor_households"', "/registers/teams/export")


def record(register, filter_):
    return json.loads(tinhso("query", register, "--filter", filter_, "--json", "--limit", "1", "--reveal",
         "test"))["records"][0]["fields"]


def requests_desk(officer, dpo, chief, citizen, other, household):
    for b, who in ((officer, "an official without that right"), (chief, "an administrator"), (citizen, "a citizen")):
        tell(b.get("/desk/requests").status == 403, who + " does not come to the desk")
        lacks(b.get("/account"), who + " is not led there", "/desk/requests")
    has(dpo.get("/account"), "who answers for personal data is", 'href="/desk/requests"')
    has(dpo.get("/desk/requests"), "nothing is asked yet", "There are none.", 'href="/registers/data_requests/new"')

    page = citizen.get("/account/requests")
    has(page, "a citizen may ask about his own data", "What do you ask for?", 'value="delete"')
    page = citizen.post("/account/requests", {"kind": "access", "words": "short"})
    tell(page.status == 422 and "few words" in page.text and ">short<" in page.text
         and 'value="access" selected' in page.text,
         "what is too short comes back as it was typed", page.text)
    page = citizen.post("/account/requests", {"kind": "", "words": "Tôi muốn xem dữ liệu về hộ tôi"})
    tell(page.status == 422 and "Choose a kind" in page.text, "and so does what has no kind", page.text)
    page = citizen.post("/account/requests", {"kind": "steal", "words": "Tôi muốn xem dữ liệu về hộ tôi"})
    tell(page.status == 422 and "steal" in page.text, "a kind that there is not is refused", page.text)
    page = citizen.post("/account/requests", {"kind": "access", "words": "Tôi muốn xem dữ liệu về hộ tôi",
         "person": "X"})
    tell(page.status == 400, "nothing else can be sent along", page.status)
    page = citizen.post("/account/requests", {"kind": "access", "words": "Tôi muốn xem dữ liệu về hộ tôi"},
         token="0" * 64)
    tell(page.status == 403, "nor without the token of the session", page.status)
    page = citizen.post("/account/requests", {"kind": "access", "words": "Tôi muốn xem <b>dữ liệu</b> về hộ tôi"})
    tell(page.location == "/account/requests?sent=YC000001", "a request becomes a record of today", page.text)
    has(citizen.get(page.location), "which the citizen sees, with its terms", "Request YC000001 was sent", "To see")
    has(other.get("/account/requests?sent=YC000001"), "and nobody else", "What do you ask for?")
    lacks(other.get("/account/requests?sent=YC000001"), "not even that there is one", "YC000001")
    kept = record("data_requests", "code = 'YC000001'")
    tell(kept["personal_id"] == household["personal_id"] and kept["person"] == "Cong Dan",
         "it bears his name and number", kept)
    revision = json.loads(tinhso("log", "list", "--json"))["revisions"][0]
    tell(revision["actor"] == "cong.dan", "the log names his account", revision)
    tell(officer.post("/account/requests", {"kind": "access", "words": "Tôi muốn xem dữ liệu về tôi"}).status == 403,
         "an account without a personal number asks nothing here")
    for i in range(2, 11):
        page = citizen.post("/account/requests", {"kind": "delete", "words": f"Xóa số điện thoại, lần {i}"})
    tell(page.location == "/account/requests?sent=YC000010", "codes go up by one", page.text)
    page = citizen.post("/account/requests", {"kind": "delete", "words": "Xóa số điện thoại lần nữa"})
    tell(page.status == 409 and "10 requests" in page.text, "who has ten that are open waits", page.text)

    page = dpo.get("/desk/requests")
    has(page, "the desk lists them with their terms", "YC000001", "Cong Dan", "Working days left: 2")
    page = dpo.get("/desk/requests/YC000001")
    has(page, "one of them tells what is kept on the person, and what to do next", household["code"],
        "/registers/data_requests/YC000001/edit#f-answered_on", "/desk/requests/YC000001/extract")
    lacks(page, "what was typed is text", "<b>dữ")
    lacks(page, "of one that only asks to see, nothing is erased", "/erase")
    has(dpo.get("/desk/requests/YC000002"), "of one that asks to delete, erasing is offered",
        f"/registers/farm_households/{household['code']}/erase")
    page = dpo.get("/desk/requests/YC000001/extract")
    has(page, "the extract holds the record, its purpose and its legal basis", household["phone"], "Processed for",
         "Legal basis")
    reads = json.loads(tinhso("access", "reads", "--json"))["reads"]
    tell(any(r["register"] == "data_requests" and r["reason"] == "Bàn dữ liệu cá nhân" for r in reads),
         "that the list names persons is logged as well", reads[:2])
    reads = [r for r in reads if r["register"] == "farm_households"]
    tell(reads and all(r["reason"] == "Yêu cầu YC000001" or r["reason"] == "Yêu cầu YC000002" for r in reads)
         and "phone" in reads[0]["fields"], "each reading is logged, with the request as its reason", reads[:2])
    has(citizen.get("/account/reads"), "and the citizen sees it", "Dpo", "Yêu cầu YC000001")
    tell(citizen.get("/desk/requests/YC000001").status == 403 and dpo.get("/desk/requests/YC000099").status == 404,
         "others see no request, and one that there is not is not found")
    page = fill(dpo, "/registers/data_requests/YC000001/edit", "save", reason="done",
         f__answered_on=kept["received_on"],
                f__finished_on=kept["received_on"], f__outcome="done")
    tell(page.status == 303, "answer and outcome are noted by the form of the record", page.text)
    lacks(dpo.get("/desk/requests"), "what is finished leaves the list", "YC000001")
    has(dpo.get("/desk/requests?all=1"), "and stands in that of all", "YC000001", "Done")


def sensitive(officer, dpo):
    """A register of which a record itself is sensitive: found by the number, shown once it was opened with a reason."""
    poor = record("poor_households", "personal_id IS NOT NULL AND head IS NOT NULL")
    path = f"/registers/poor_households/{poor['code']}"
    put("data_requests", code="YC000070", kind="access", received_on="2026-01-05", person="Ai Do",
        personal_id=poor["personal_id"])
    has(dpo.get("/desk/requests/YC000070"), "a sensitive record is found by the number of the person",
         f'href="{path}"')
    page = dpo.get("/desk/requests/YC000070/extract")
    has(page, "what is sensitive of it stays masked", "•••", "open the record with a reason")
    lacks(page, "wholly", poor["head"])
    dpo.get(path)
    page = dpo.post(path + "/open", {"reason": "request YC000070"})
    tell(page.location == path, "it is opened with a reason", page.text)
    has(dpo.get("/desk/requests/YC000070/extract"), "and then stands in the extract", poor["head"])
    reads = [r for r in json.loads(tinhso("access", "reads", "--json"))["reads"]
         if r["register"] == "poor_households"]
    tell(any("head" in r["fields"] and r["reason"] == "Yêu cầu YC000070" for r in reads), "which is logged",
         reads[:3])
    tell(officer.get("/desk/requests/YC000070/extract").status == 403, "for whoever has no business there, nothing")


def on_disk(text):
    return [name for name in os.listdir(os.path.join(WORK, "var"))
            if text.encode() in open(os.path.join(WORK, "var", name), "rb").read()]


def erasing(officer, dpo, chief, household):
    path = f"/registers/farm_households/{household['code']}"
    tell(officer.get(path + "/erase").status == 403, "who may not administer a register erases nothing of it")
    page = chief.get(path + "/erase")
    tell(page.status == 404, "nor does an administrator, for whom that register is not there", page.status)
    tell(dpo.get("/registers/teams/TCN001/erase").status == 403, "nor of a register that is not his")
    tell(dpo.get("/registers/farm_households/HN999999/erase").status == 404, "of nothing, nothing")
    page = dpo.get(path)
    has(page, "the page of a record leads to erasing", f'href="{path}/erase"')
    lacks(officer.get("/registers/farm_households"), "and others are not led there", "/erase")
    page = dpo.get(path + "/erase")
    has(page, "personal fields may be chosen", 'name="f.phone"', 'name="f.head"')
    lacks(page, "and no other", 'name="f.code"', 'name="f.area_m2"')
    form = {"f.phone": "1", "reason": "request YC000002", "basis": "Law 91/2025/QH15"}
    for missing, word in (("f.phone", "at least one field"), ("reason", "give a reason"), ("basis", "legal basis")):
        page = dpo.post(path + "/erase", {k: v for k, v in form.items() if k != missing} | {"do": "erase"})
        tell(page.status == 422 and word in page.text, f"without {missing} nothing is erased", page.text)
    page = dpo.post(path + "/erase", {**form, "f.area_m2": "1", "do": "erase"})
    tell(page.status == 400, "a field that is not personal cannot be sent along", page.status)
    page = dpo.post(path + "/erase", {**form, "do": "erase"}, token="0" * 64)
    tell(page.status == 403, "nor anything without the token of the session", page.status)
    before = json.loads(tinhso("log", "list", "--json"))["revisions"][0]["rev"]
    page = dpo.post(path + "/erase", {**form, "do": "check"})
    has(page, "first it says what would go", "Look once more", "1 version", "Erase for good")
    tell(json.loads(tinhso("log", "list", "--json"))["revisions"][0]["rev"] == before, "and nothing is written")
    tell(on_disk(household["phone"]) != [], "the value is in the database")
    page = dpo.post(path + "/erase", {**form, "do": "erase"})
    tell(page.location == f"{path}/erase?done={before + 1}", "then it goes, as a revision", page.text)
    has(dpo.get(page.location), "which is the proof", "Erased.", "Law 91/2025/QH15",
         f'href="/api/log/revisions/{before + 1}"')
    entry = json.loads(tinhso("log", "list", "--json"))["revisions"][0]
    tell(entry["actor"] == "dpo" and entry["reason"] == "request YC000002", "the log says who and why", entry)
    page = dpo.get(path)
    lacks(page, "the record shows it no more, nor does its history", household["phone"])
    has(page, "but that it was erased", "erased")
    has(dpo.get("/desk/erasures"), "the desk lists it", household["code"], "request YC000002")
    tell(officer.get("/desk/erasures").status == 403, "for those who work there")
    page = dpo.post(path + "/erase", {**form, "do": "erase"})
    has(page, "a second time there is nothing to erase", "There is nothing to erase")
    tell(dpo.get(path + f"/erase?done={before}").status == 404, "another revision is no proof")


def put(register, **fields):
    tinhso("put", register, *[f"{k}={v}" for k, v in fields.items()], "--reason", "test")


def consents(dpo, citizen, other, household):
    put("consent_texts", code="SMS.1", purpose="Weather warnings by <i>message</i>", text="First words.",
         used_from="2020-01-01")
    put("consent_texts", code="SMS.2", purpose="Weather and price news", text="Second words.", used_from="2024-01-01")
    for code, text, number in (("DY000001", "SMS.1", household["personal_id"]), ("DY000002", "SMS.2",
         "067299000001")):
        put("consents", code=code, text=text, person="Cong Dan", personal_id=number, given_on="2024-05-06",
             how="signature")
    page = citizen.get("/account/consents")
    has(page, "a citizen sees his consents with the text that he read", "First words.", "SMS.1", "In force",
         "Withdraw this consent")
    lacks(page, "as text, and nobody else's", "<i>message", "Second words.")
    has(other.get("/account/consents"), "each his own", "Second words.")
    page = citizen.post("/account/consents/DY000002/withdraw")
    tell(page.status == 404, "nobody withdraws another's consent", page.status)
    page = citizen.post("/account/consents/DY000001/withdraw", token="0" * 64)
    tell(page.status == 403, "nor without the token of the session", page.status)
    page = citizen.post("/account/consents/DY000001/withdraw")
    tell(page.location == "/account/consents", "his own he withdraws", page.text)
    has(citizen.get("/account/consents"), "from today", "Withdrawn on")
    lacks(citizen.get("/account/consents"), "once", "Withdraw this consent")
    entry = json.loads(tinhso("log", "list", "--json"))["revisions"][0]
    tell(entry["actor"] == "cong.dan" and entry["registers"] == {"consents": 1}, "as a revision under his name",
         entry)
    head = entry["rev"]
    citizen.post("/account/consents/DY000001/withdraw")
    tell(json.loads(tinhso("log", "list", "--json"))["revisions"][0]["rev"] == head,
         "a second time nothing is written")
    put("data_requests", code="YC000050", kind="withdraw", received_on="2026-01-05", person="Cong Dan",
        personal_id=household["personal_id"])
    has(dpo.get("/desk/requests/YC000050"), "who asks to withdraw leads the desk to his consents",
        "/desk/requests/YC000050/consents")
    has(dpo.get("/desk/requests/YC000050/consents"), "with the text and the withdrawal", "First words.",
         "Withdrawn on")
    has(dpo.get("/desk/requests"), "what is late stands first, and is counted", "2 are late", "Late; working days")


def retention(chief, dpo):
    tell(dpo.get("/admin/retention").status == 403, "retention is run by administrators")
    page = chief.get("/admin/retention")
    has(page, "the terms of all registers with personal data are told", "Kept for", "not declared", "years: 5",
         "It never ran.")
    put("data_requests", code="YC000060", kind="access", received_on="2019-01-07", person="Long Gone",
         phone="0905123456",
        finished_on="2019-01-08", outcome="done")
    page = chief.post("/admin/retention", {"do": "check"})
    has(page, "what is due is looked at first", "There is no way back", "Erase what is due")
    tell(record("data_requests", "code = 'YC000060'")["person"] == "Long Gone", "and looking erases nothing")
    page = chief.post("/admin/retention", {"do": "run"}, token="0" * 64)
    tell(page.status == 403, "nor does who has no token")
    page = chief.post("/admin/retention", {"do": "run"})
    tell(page.location == "/admin/retention#runs", "then it goes", page.text)
    tell(record("data_requests", "code = 'YC000060'")["person"] is None, "the value is gone")
    page = chief.get("/admin/retention")
    has(page, "the run is noted, with who did it and the revision that proves it", "erased: 1", "chief", "good")
    has(chief.post("/admin/retention", {"do": "check"}), "afterwards nothing is due", "Nothing is due today")
    tinhso("retention")
    has(chief.get("/admin/retention"), "what the command did is noted too", "command line")
    has(dpo.get("/desk/erasures"), "and the desk sees what was erased", "YC000060")
    codes = [f"YC0001{n:02}" for n in range(55)]
    with open(os.path.join(WORK, "many.csv"), "w", encoding="utf-8") as out:
        out.write("code,kind,received_on,person,finished_on,outcome\n")
        out.writelines(f"{code},access,2019-01-07,Gone {code},2019-01-08,done\n" for code in codes)
    tinhso("import", "data_requests", "many.csv")
    tinhso("retention")
    seen, path = "", "/desk/erasures"
    while path:
        page = main_of(dpo.get(path))
        seen += page
        following = re.search(r'href="([^"]*)" rel="next"', page)
        path = html.unescape(following.group(1)) if following else None
    tell(all(code in seen for code in codes), "all of one revision, page by page", [c for c in codes if c not in seen])


def jobs(chief, dpo):
    for path in ("/admin/jobs", "/admin/backups", "/admin/log"):
        tell(dpo.get(path).status == 403, path + " is for administrators")
    tell(dpo.post("/admin/backups").status == 403 and dpo.post("/admin/log").status == 403,
         "and so are their buttons")
    has(chief.get("/admin/backups"), "what the audit says of backups stands there", "Run tinhso backup",
         "--backup-folder",
        "It never ran")
    page = chief.post("/admin/backups")
    tell(page.status == 409 and "was given no folder and key" in page.text,
         "without a folder and a key none is made", page.text)
    page = chief.post("/admin/log", token="0" * 64)
    tell(page.status == 403, "without the token of the session nothing runs")
    page = chief.post("/admin/log")
    tell(page.location == "/admin/log#runs", "the log is verified", page.text)
    has(chief.get("/admin/log"), "the verification is noted", "good", "problems: 0", "chief")
    tinhso("log", "verify")
    has(chief.get("/admin/log"), "that of the command too", "command line")
    tinhso("audit")
    has(chief.get("/admin/jobs"), "the jobs are told with their last run and the next", "Verification of the log",
         "never",
        "Erasing what outlived its term", "weak:", "when there is reason to")


def backups(chief):
    page = chief.get("/admin/backups")
    has(page, "given both, a backup may be made", "Make a backup now")
    page = chief.post("/admin/backups")
    tell(page.location == "/admin/backups#runs", "it is", page.text)
    page = chief.get("/admin/backups")
    has(page, "with size, age, and that it was read back", "dak-nong-", "read back when it was made", "days: 0",
         "MiB")
    lacks(page, "and the audit is content", "Run tinhso backup")
    kept = os.listdir(os.path.join(WORK, "kept"))
    tell(len(kept) == 1 and kept[0].endswith(".backup"), "one file lies in the folder", kept)
    tinhso("restore", "kept/" + kept[0], "--db", "var2/x.db", "--key-file", "key")
    tell(os.path.exists(os.path.join(WORK, "var2/x.db")), "from which the province can be restored")
    has(chief.get("/admin/jobs"), "the run is told among the jobs", "Backup", "file: " + kept[0])
    with open(os.path.join(WORK, "serve.log"), encoding="utf-8") as f, open(os.path.join(WORK, "key"), "rb") as k:
        tell(k.read().hex() not in f.read(), "the key stands in no log")


def replacing(officer):
    """A register is not replaced by who sees a part of it, though he may import."""
    path = "/registers/farm_households/import"
    page = officer.get(path)
    has(page, "an officer imports into what is his", 'value="upsert"')
    lacks(page, "and does not replace the register", 'value="replace"')
    parts = {"csrf": officer.token, "mode": "replace"}
    body = "".join(f'--XX\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in parts.items())
    body += '--XX\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    body += 'code\nHN000001\n\r\n--XX--\r\n'
    page = officer.ask("POST", path, body, {"Content-Type": "multipart/form-data; boundary=XX"})
    tell(page.status == 403, "whatever is sent", (page.status, main_of(page)[:400]))


def main():
    if sys.argv[3:] == ["backups"]:
        chief = Browser(ADDRESS)
        with open(os.path.join(WORK, "cookies"), encoding="utf-8") as f:
            chief.cookies = json.load(f)
        chief.get("/admin")
        backups(chief)
        sys.exit(stage.failed > 0)
    chief = account("chief", "--role", "administrator")
    officer = account("lan", "--role", "commune_officer", "--unit", "24611")
    ways_in(chief, officer)
    household = record("farm_households", "personal_id IS NOT NULL AND phone IS NOT NULL")
    dpo = account("dpo", "--role", "data_protection_officer")
    citizen = account("cong.dan", "--citizen", "--personal-id", household["personal_id"])
    other = account("nguoi.khac", "--citizen", "--personal-id", "067299000001")
    replacing(officer)
    requests_desk(officer, dpo, chief, citizen, other, household)
    sensitive(officer, dpo)
    erasing(officer, dpo, chief, household)
    consents(dpo, citizen, other, household)
    retention(chief, dpo)
    jobs(chief, dpo)
    with open(os.path.join(WORK, "cookies"), "w", encoding="utf-8") as f:
        json.dump(chief.cookies, f)
    for name, b in (("chief", chief), ("dpo", dpo), ("cong.dan", citizen), ("lan", officer)):
        with open(os.path.join(WORK, name + ".cookie"), "w", encoding="utf-8") as f:
            f.write("; ".join(f"{k}={v}" for k, v in b.cookies.items()))
    with open(os.path.join(WORK, "phone"), "w", encoding="utf-8") as f:
        f.write(household["phone"])
    sys.exit(stage.failed > 0)


main()
