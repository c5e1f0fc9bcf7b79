#!/usr/bin/python3
"""The checks of delegation.sh: delegation.py ADDRESS WORK STAGE. Lines of TAP.

Amy is officer of unit 11, Bob counts (roles/counter.yaml: everything, no personal fields), Cat is chief of all, Dan has
no right worth the name."""
import datetime
import json
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from people import PASSWORD, Stage  # noqa: E402
from signing import Browser  # noqa: E402

ADDRESS, WORK, STAGE = sys.argv[1:4]
stage = Stage(ADDRESS, WORK)
tell, tinhso = stage.tell, stage.run
KEPT = os.path.join(WORK, "accounts.json")
ACCOUNTS = {
    "amy": ("officer", "11"),
    "bob": ("counter", ""),
    "cat": ("chief", ""),
    "dan": ("nothing", ""),
    "fay": ("eraser", "11"),
    "ada": ("administrator", ""),
}
def eq(got, wanted, what):
    tell(got == wanted, what, f"got {got!r}, expected {wanted!r}")


def day(days):
    """The province's calendar."""
    return str((datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=7, days=days)).date())


def browsers():
    """Those of the first stage: later stages go on with their sessions."""
    if not os.path.exists(KEPT):
        kept = {}
        for name, (role, unit) in ACCOUNTS.items():
            of_unit = ["--unit", unit] if unit else []
            b = stage.account(name, "--role", role, *of_unit)
            kept[name] = {"cookies": b.cookies, "token": b.token, "secret": b.secret}
        with open(KEPT, "w", encoding="utf-8") as f:
            json.dump(kept, f)
    with open(KEPT, encoding="utf-8") as f:
        kept = json.load(f)
    found = {}
    for name, k in kept.items():
        b = found[name] = Browser(ADDRESS)
        b.cookies, b.token, b.secret = k["cookies"], k["token"], k["secret"]
    return found


def api(b, path, method="GET", body=None, **headers):
    sent = {"Accept": "application/json", "X-CSRF-Token": b.token}
    sent.update({k.replace("_", "-"): v for k, v in headers.items()})
    return b.ask(method, path, body, sent)


def names(b):
    """The people whose names are shown."""
    page = api(b, "/api/collections/people/items?f=geojson")
    if page.status != 200:
        return page.status
    return sorted(f["id"] for f in json.loads(page.body)["features"] if f["properties"].get("name"))


def change(b, id_, **properties):
    stamp = api(b, f"/api/collections/people/items/{id_}?f=geojson").headers.get("ETag", "*")
    return api(b, f"/api/collections/people/items/{id_}", "PATCH", json.dumps({"properties": properties}),
        Content_Type="application/merge-patch+json", If_Match=stamp)


def create(b, code, home):
    new = {"type": "Feature", "geometry": None, "properties": {"code": code, "home": home, "name": "New"}}
    return api(b, "/api/collections/people/items", "POST", json.dumps(new), Content_Type="application/geo+json")


def delete(b, id_):
    stamp = api(b, f"/api/collections/people/items/{id_}?f=geojson").headers.get("ETag", "*")
    return api(b, f"/api/collections/people/items/{id_}", "DELETE", If_Match=stamp)


def lend(b, **fields):
    fields = {"to": "bob", "role": "officer", "until": day(1), "reason": "leave, decision 12", **fields}
    b.get("/account/delegations")
    return b.post("/account/delegations", {k: v for k, v in fields.items() if v is not None})


def number_of_last(name):
    return max(d["delegation"] for d in json.loads(tinhso("user", "delegations", name, "--json"))["delegations"])


def stage_lend(b):
    amy, bob, ada = b["amy"], b["bob"], b["ada"]
    eq(names(amy), ["P1", "P2"], "the officer reads the names of her unit")
    eq(names(bob), [], "the other reads none")
    eq(change(bob, "P1", state="open").status, 403, "nor writes he anything")
    page = amy.get("/account/delegations")
    tell(page.status == 200 and 'value="officer"' in page.text, "the page offers one's own role", page.text[-2000:])
    page = lend(amy)
    eq((page.status, page.location), (303, "/account/delegations"), "the role is lent")
    page = amy.get("/account/delegations")
    is_told = "Bob" in page.text and "In force" in page.text and "/end" in page.text
    tell(is_told, "she sees that she lent it", page.text[-3000:])
    page = bob.get("/account/delegations")
    tell("Amy" in page.text and "In force" in page.text, "and he that he received it", page.text[-3000:])
    tell('value="officer"' not in page.text, "which he is not offered to lend on")
    eq(names(bob), ["P1", "P2"], "a session that was open reads what she could, at once")
    for id_ in ("P1", "P3"):
        page = bob.get("/registers/people/" + id_)
        name = {"P1": "Quyenmot", "P3": "Quyenba"}[id_]
        eq(name in page.text, id_ == "P1", f"the page of {id_}")
    page = change(bob, "P1", state="done")
    eq(page.status, 200, "he writes what she could")
    page = api(bob, "/api/log/revisions?limit=1")
    is_hers = '"actor":"bob","behalf":"amy"' in page.text.replace(" ", "")
    tell(is_hers, "the revision is his, in her name", page.text[:1500])
    page = bob.get("/registers/people/P1")
    tell("bob, in the name of amy" in page.text, "its history says so", page.text[-4000:])
    eq(change(amy, "P1", state="open").status, 200, "she still writes herself")
    page = api(amy, "/api/log/revisions?limit=1")
    tell('"behalf"' not in page.text, "in her own name")
    eq(change(bob, "P3", state="done").status, 403, "nothing outside of her unit")
    eq(change(bob, "P1", home="12").status, 403, "nothing is given away to another unit")
    eq(create(bob, "B1", "11").status, 201, "he adds what she could")
    eq(create(bob, "B2", "12").status, 403, "and no more")
    eq(delete(bob, "B1").status, 403, "what she cannot, he cannot")
    eq(delete(b["cat"], "B1").status, 204, "which others can")
    page = bob.ask("GET", "/api/collections/people/items?f=csv", headers={"Accept": "text/csv"})
    tell("Quyenmot" not in page.text, "names are not taken away by it, as by her role", page.text[:500])
    eq(b["dan"].get("/registers/people/P1").status, 404, "nobody else has gained anything")
    page = ada.get("/admin/events")
    is_event = "delegation-made" in page.text and "officer, amy → bob" in page.text
    tell(is_event, "it stands among the events", page.text[-3000:])
    path = re.search(r"/welcome/\w+", tinhso("user", "add", "zed", "--full-name", "Zed", "--citizen", "--personal-id",
        "067090000011")).group(0)
    zed = Browser(ADDRESS)
    zed.get(path)
    zed.post(path, {"password": PASSWORD, "again": PASSWORD})
    page = zed.get("/account/reads")
    tell("Bob, in the name of amy" in " ".join(page.text.split()), "the person is told who read, and by whose right",
        page.text[-3000:])
    eq(zed.get("/account/delegations").text.count("<form class=\"ts-form"), 0, "a citizen lends nothing")
    eq(lend(zed).status, 422, "nor by a form of his own")
    vi = Browser(ADDRESS, "vi")
    vi.cookies = amy.cookies
    page = vi.get("/account/delegations")
    tell("Tôi ủy quyền cho người khác" in page.text and "Đang có hiệu lực" in page.text, "the page in Vietnamese")


def stage_bounds(b):
    """What must not be possible: privilege by parameter, lending on, too long, too far."""
    amy, bob, dan = b["amy"], b["bob"], b["dan"]
    before = tinhso("user", "delegations", "--json")
    tinhso("user", "add", "zoe", "--full-name", "Zoe", "--citizen", "--personal-id", "067090000099")
    eq(lend(bob, to="dan").status, 422, "what was lent is not lent on")
    for more in ({"from_account": "1"}, {"account": "amy"}, {"name": "amy"}, {"number": "1"}, {"from_unit": "11"}):
        page = lend(dan, to="bob", role="officer", **more)
        tell(page.status in (400, 422), f"no other's role by {more}", page.status)
    eq(lend(dan, to="dan", role="chief").status, 422, "no role that one does not hold, to oneself")
    eq(lend(b["ada"], role="administrator").status, 422, "administrator is never lent")
    eq(lend(amy, to="amy").status, 422, "not to oneself")
    eq(lend(amy, to="zoe").status, 422, "not to a citizen")
    eq(lend(amy, to="nobody").status, 422, "not to nobody")
    eq(lend(amy, unit="12").status, 422, "no unit that is not below one's own")
    eq(lend(amy, unit="1").status, 422, "nor one above it")
    eq(lend(amy, unit="x' OR 1=1").status, 422, "nor one that is none")
    eq(lend(amy, until=None).status, 422, "not without a last day")
    eq(lend(amy, until="soon").status, 422, "which is a day")
    eq(lend(amy, until=day(400)).status, 422, "not for more than a year")
    eq(lend(amy, until=day(-1)).status, 422, "not into the past")
    eq(lend(amy, **{"from": day(-3)}).status, 422, "nor from there")
    eq(lend(amy, **{"from": day(5), "until": day(4)}).status, 422, "not backwards")
    page = lend(amy, reason=" x ")
    eq(page.status, 422, "not without a reason")
    tell(f'value="{day(1)}"' in page.text and 'value="bob"' in page.text, "nothing typed is lost", page.text[-3000:])
    amy.get("/account/delegations")
    form = {"to": "bob", "role": "officer", "until": day(1), "reason": "forged form"}
    eq(amy.post("/account/delegations", form, token=False).status, 403, "not without the token of the session")
    eq(Browser(ADDRESS).get("/account/delegations").status, 303, "nobody who is not signed in")
    dan.get("/account/delegations")
    eq(dan.post("/account/delegations/1/end").status, 404, "nobody ends what is not his")
    eq(tinhso("user", "delegations", "--json"), before, "and nothing came of all that")
    eq(names(dan), 404, "nor of the rights of those who tried")


def stage_endings(b):
    amy, bob, cat = b["amy"], b["bob"], b["cat"]
    tinhso("user", "disable", "amy")
    eq(names(bob), [], "disabled, she lends nothing")
    tinhso("user", "enable", "amy")
    eq(names(bob), ["P1", "P2"], "enabled, she does")
    tinhso("user", "role", "amy", "remove", "officer")
    eq(names(bob), [], "a role that she lost lends nothing")
    tinhso("user", "role", "amy", "add", "officer")
    eq(names(bob), ["P1", "P2"], "given back, it does")
    tinhso("user", "undelegate", str(number_of_last("amy")))
    eq(names(bob), [], "ended, it is over at once")
    # all of a role, in one unit
    eq(lend(cat, role="chief", unit="12").status, 303, "the chief lends her role in one unit")
    eq(names(bob), ["P3", "P4"], "he reads the names of that unit")
    page = api(bob, "/api/collections/needy/items?f=geojson")
    eq([f["id"] for f in json.loads(page.body)["features"]], ["N2"], "and who is needy there")
    page = api(bob, "/api/collections/people/items?f=csv&purpose=request%2014")
    tell("Quyenba" in page.text and "Quyenmot" not in page.text, "takes away theirs", page.text[:800])
    eq(change(bob, "P1", state="done").status, 403, "writes nothing of the other")
    eq(change(bob, "P3", state="done").status, 200, "but of that")
    eq(change(bob, "P3", state="open").status, 200, "and back")
    eq(create(bob, "B3", "12").status, 201, "adds")
    eq(delete(bob, "B3").status, 204, "and takes out")
    bob.get("/registers/people/P3")
    eq(bob.post("/registers/people/P3/open", {"reason": "request 14/2026"}).status, 303, "opens what is sensitive")
    eq(bob.post("/registers/people/P1/open", {"reason": "request 14/2026"}).status, 403, "but not of the other")
    page = api(bob, "/api/collections/visits/items?f=geojson")
    eq(page.status, 200, "what he reads by his own role he still reads")
    bob.get("/account/delegations")
    page = bob.post(f"/account/delegations/{number_of_last('bob')}/end")
    eq(page.status, 303, "he gives it back")
    eq(names(bob), [], "and has it no more")
    eq(bob.post(f"/account/delegations/{number_of_last('bob')}/end").status, 404, "it ends once")
    # what is no writing of a record
    eq(lend(b["fay"], role="eraser").status, 303, "the right to erase is lent")
    bob.get("/registers/people/P2/erase")
    form = {"f.number": "1", "reason": "request 15", "basis": "Law 91/2025/QH15", "do": "erase"}
    page = bob.post("/registers/people/P2/erase", form)
    tell(page.status == 303 and "done=" in page.location, "a value is erased by it", page.text[-1500:])
    page = api(bob, "/api/log/revisions?limit=1")
    tell('"actor":"bob","behalf":"fay"' in page.text.replace(" ", ""), "in her name", page.text[:1500])
    eq(bob.get("/registers/people/P4/erase").status, 404, "of her unit only")
    tinhso("user", "undelegate", str(number_of_last("bob")))
    eq(lend(cat, role="chief", **{"from": day(2), "until": day(3)}).status, 303, "one that begins later")
    eq(names(bob), [], "gives nothing before")
    tinhso("user", "undelegate", str(number_of_last("bob")))


def stage_last_day(b):
    b["amy"].cookies = {}
    b["amy"].sign_in("amy", PASSWORD, b["amy"].secret)
    page = b["amy"].get("/account/delegations")
    tell('name="until"' in page.text, "who has just shown the password may lend")
    with open(KEPT, encoding="utf-8") as f:
        kept = json.load(f)
    kept["amy"].update(cookies=b["amy"].cookies, token=b["amy"].token)
    with open(KEPT, "w", encoding="utf-8") as f:
        json.dump(kept, f)
    b["bob"].cookies = {}
    b["bob"].sign_in("bob", PASSWORD, b["bob"].secret)
    eq(names(b["bob"]), ["P1", "P2"], "to the end of the last day")


def stage_day_after(b):
    amy = b["amy"] # who showed her password eleven minutes ago
    page = amy.get("/account/delegations")
    tell(page.status == 200 and 'name="until"' not in page.text and "/sign-in/again" in page.text,
        "who has not shown it lately is asked to, before anything is typed", page.text[-2000:])
    before = tinhso("user", "delegations", "--json")
    page = lend(amy, until=os.environ["TINHSO_NOW"][:10])
    is_sent = page.status == 303 and page.location.startswith("/sign-in/again")
    tell(is_sent, "and sent there when a form comes all the same", page.status)
    page = amy.post(f"/account/delegations/{number_of_last('amy')}/end")
    tell(page.location.startswith("/sign-in/again"), "as for ending one", page.status)
    eq(tinhso("user", "delegations", "--json"), before, "nothing came of it")
    b["bob"].cookies = {}
    b["bob"].sign_in("bob", PASSWORD, b["bob"].secret)
    eq(names(b["bob"]), [], "the day after, nothing")
    eq(change(b["bob"], "P1", state="done").status, 403, "nor is anything written")
    eq(b["bob"].get("/account/delegations").status, 200, "though it is told that it was")


globals()["stage_" + STAGE.replace("-", "_")](browsers())
sys.exit(stage.failed > 0)
