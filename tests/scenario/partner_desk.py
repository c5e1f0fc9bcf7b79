"""The checks of partner_desk.sh: partner_desk.py ADDRESS WORK. Lines of TAP."""
import os
import re
import sys
import urllib.parse

SCENARIO = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(SCENARIO, "..", "peers"), SCENARIO]
from national_portal import NationalPortal  # noqa: E402
from people import Stage  # noqa: E402

stage = Stage(sys.argv[1], sys.argv[2])
tell = stage.tell
partner = NationalPortal()
secret = os.path.join(stage.work, "portal.secret")
with open(secret, "w", encoding="utf-8") as f:
    f.write("h16:secret\n")
os.chmod(secret, 0o600)
REACH = ["--national-portal", partner.url, "--national-portal-secret-file", secret]


def file(applicant):
    return stage.json("dossier", "procedure=1.001193", "reception_office=ubnd-24631", "channel=counter",
                      f"applicant={applicant}", "--as", "reception_officer")["id"]


def send():
    stage.run("portal", "send", "--now", *REACH)


def has(page, what, *pieces):
    missing = [p for p in pieces if p not in page.text]
    tell(page.status == 200 and not missing, what, f"{page.status}, without {missing}: {page.text[-3000:]}")


def decide(b, letter, do, reason=""):
    fields = {"csrf": b.token, "letter": letter, "do": do, "reason": reason}
    return b.ask("POST", "/desk/partner", urllib.parse.urlencode(fields))


chief = stage.account("chief", "--role", "administrator")
tam = stage.account("tam", "--role", "procedure_controller")
mai = stage.account("mai", "--role", "reception_officer", "--unit", "24631")
citizen = stage.account("cong.dan", "--citizen", "--personal-id", "067190000123")

for who, b in (("a reception officer", mai), ("a citizen", citizen)):
    tell(b.get("/desk/partner").status == 403, who + " does not come to the desk of partners")
    tell(decide(b, "1", "again").status == 403, who + " decides nothing there")
has(tam.get("/desk/partner"), "nothing was refused, nothing compared yet", "Nothing was refused.",
    "There was no comparison yet.", 'aria-current="page"')
tell('href="/desk/partner"' in tam.get("/account").text and 'href="/desk/partner"' not in mai.get("/account").text,
     "whoever may open it is led there")

partner.catalogue = set()
one, two = file("Lê Thị Mai"), file("Trần Văn Bình")
send()
page = tam.get("/desk/partner")
has(page, "what was refused stands there in the partner's words", one, two, "Mã TTHC không có trong danh mục",
    "1.001193", "Send again", "Leave out")
tell("Lê Thị Mai" not in page.text and "Bình" not in page.text, "without the names of the applicants", page.text)
has(chief.get("/desk/partner"), "the administrator sees the same", one, "1.001193")
letters = re.findall(r'name="letter" value="(\d+)"', page.text)
tell(len(letters) == 2, "each with its form", letters)
page = decide(tam, letters[1], "leave-out", " ")
tell(page.status == 422 and "reason" in page.text and two in page.text, "leaving out needs a reason", page.text)
tell(tam.ask("POST", "/desk/partner", f"letter={letters[0]}&do=again").status == 403, "a forged form does nothing")
partner.catalogue = None
tell(decide(tam, letters[0], "again").status == 303, "it is sent again")
tell(decide(tam, letters[1], "leave-out", "Hồ sơ thử").status == 303, "and another left out")
tell(decide(tam, letters[1], "again").status == 404, "which ends it")
send()
tell([s for _, s in partner.history[one]] == ["2"] and two not in partner.history, "so it was told", partner.history)
events = chief.get("/admin/events").text
tell("letter-sent-again" in events and "letter-left-out" in events and "tam" in events, "who decided is written down",
     events)
partner.extra = {"000.00.31.H16-220101-0001": "4"}
three = file("Nguyễn Thị Chờ")
stage.run("portal", "reconcile", *REACH)
page = tam.get("/desk/partner")
has(page, "the comparison says what differs", "000.00.31.H16-220101-0001", "Missing here", two, "Missing there",
    "Dossiers by status")
tell(f">{three}<" not in page.text, "what is on its way is no difference", page.text)
with open(os.path.join(stage.work, "tam.cookie"), "w", encoding="utf-8") as f:
    f.write("; ".join(f"{k}={v}" for k, v in tam.cookies.items()))
partner.catalogue = set()
send()
sys.exit(stage.failed > 0)
