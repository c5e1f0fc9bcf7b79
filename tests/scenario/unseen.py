#!/usr/bin/python3
"""The checks of unseen.sh: unseen.py ADDRESS LINK LINK. Clerks of commune 11 write; P3, P4, C3, T1 are of commune 12.
Prints lines of TAP."""
import json
import os
import re
import sys
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import browser  # noqa: E402
from signing import Browser, welcome  # noqa: E402

ADDRESS, LINK, SECOND = sys.argv[1:4]
checks = []


def check(fn):
    checks.append(fn)
    return fn


def eq(got, expected, what=""):
    assert got == expected, f"{what}: expected {expected!r}, got {got!r}"


def api(path, method="GET", body=None, media="application/geo+json", **headers):
    sent = {"Accept": "application/json", "X-CSRF-Token": clerk.token, "Content-Type": media,
            **{k.replace("_", "-"): v for k, v in headers.items()}}
    return clerk.ask(method, "/api/collections/" + path, json.dumps(body) if body else None, sent)


def create(reg, **properties):
    return api(f"{reg}/items", "POST", {"type": "Feature", "geometry": None, "properties": properties})


def words(page, *typed):
    """Status and words, without what was typed."""
    text = page.text
    for t in typed:
        text = text.replace(t, "?")
    problem = json.loads(text)
    problem.pop("instance", None)
    return page.status, {k: v for k, v in problem.items() if "request" not in k}


def stamp(path):
    return api(path + "?f=geojson").headers["ETag"]


def send(reg, content, mode):
    """The page on which a file is looked at."""
    port = int(ADDRESS.rsplit(":", 1)[1])
    b = browser.Browser(port, lang="en").sign_in_as(clerk)
    f = b.get(f"/registers/{reg}/import").form("/import")
    p = b.upload(f, [("file", "a.csv", content.encode())], mode=mode)
    assert p.status == 303, (p.status, p.text[-400:])
    return b.follow(p)


@check
def a_reference_to_an_unseen_record_leads_nowhere():
    unseen, absent = create("cards", code="C8", home="11", who="P3"), create("cards", code="C8", home="11", who="P9")
    eq(absent.status, 422, absent.text)
    eq(words(unseen, "P3"), words(absent, "P9"))
    eq(create("cards", code="C10", home="11", who="P1").status, 201)
    patch = {"properties": {"who": "P3"}}
    page = api("cards/items/C1", "PATCH", patch, "application/merge-patch+json", If_Match=stamp("cards/items/C1"))
    eq(page.status, 422, "changed to one that is not seen")


@check
def a_reference_that_was_there_stays():
    patch = {"properties": {"number": "2222"}}
    page = api("cards/items/C2", "PATCH", patch, "application/merge-patch+json", If_Match=stamp("cards/items/C2"))
    eq(page.status, 200, page.text)


@check
def nor_does_a_file_find_it_by_code_or_name():
    seen = [re.sub("P[39]|Quyenba Cúc|Khong Co", "?", send("cards", f"code,home,who\nC11,11,{who}\n", "upsert").text)
            for who in ("P3", "P9", "Quyenba Cúc", "Khong Co")]
    assert "1 rows refused" in seen[1] or "not" in seen[1], seen[1]
    strip = [re.sub(r"imports/\w+|csrf\S*|P[39]", "", t) for t in seen]
    eq(strip[0], strip[1], "by code")
    eq(strip[2], strip[3], "by name")
    found = send("cards", "code,home,who\nC11,11,Quyenmot Ân\n", "upsert")
    assert "1 new" in found.text or "1 record" in found.text, found.text[-1500:]


@check
def what_still_refers_is_not_named():
    page = api("people/items/P2", "DELETE", If_Match=stamp("people/items/P2"))
    eq(page.status, 422, page.text)
    assert "C3" not in page.text and "•••" in page.text, page.text
    page = api("people/items/P1", "DELETE", If_Match=stamp("people/items/P1"))
    assert "C1" in page.text, page.text


@check
def the_other_side_of_a_conflict_is_not_named():
    page = create("cards", code="C12", home="11", number="333")
    assert page.status == 422 and "C3" not in page.text and "•••" in page.text, page.text
    page = create("cards", code="C12", home="11", number="111")
    assert page.status == 422 and "C1" in page.text, page.text
    page = create("terms", code="T1", since="2021-01-01", home="11")
    assert page.status == 422 and "2020" not in page.text and "•••" in page.text, page.text


@check
def each_try_of_an_id_is_refused_in_forms_and_files_as_well():
    port = int(ADDRESS.rsplit(":", 1)[1])
    b = browser.Browser(port, lang="en").sign_in_as(clerk)
    for code, home in (("P4", "11"), ("P98", "12")):
        p = b.press(b.get("/registers/people/new").form("/new"), "do", "check", f__code=code, f__home=home, f__name="A")
        assert p.status == 422 and "already" not in p.text, (p.status, p.text[-800:])
    p = send("people", "code,home,name\nP4,11,A\n", "create")
    assert "already" not in p.text, p.text[-800:]


@check
def an_id_that_an_unseen_record_holds_is_refused_in_the_words_of_one_outside():
    taken, free = create("people", code="P3", home="11", name="A"), create("people", code="P99", home="12", name="A")
    eq((taken.status, free.status), (403, 403), taken.text)
    eq(words(taken, "P3"), words(free, "P99"))
    eq(create("people", code="P1", home="11", name="A").status, 409, "one that he sees")
    texts = {mode: send("people", "code,home,name\nP3,11,A\n", mode).text for mode in ("create", "update", "upsert")}
    for mode, text in texts.items():
        assert "already" not in text and "Quyenba" not in text, (mode, text)
    absent = send("people", "code,home,name\nP9,11,A\n", "update").text
    eq(re.sub(r"imports/\w+", "", texts["update"]).replace("P3", "P9"), re.sub(r"imports/\w+", "", absent))


@check
def a_file_does_not_tell_what_an_unseen_record_holds():
    def told(content, mode="upsert"):
        return re.sub(r"imports/\w+|csrf\S*|P3|P9", "", send("people", content, mode).text)
    right, wrong = told("code,name\nP3,Quyenba Cúc\n"), told("code,name\nP3,Quyenbon\n")
    assert "unchanged" not in right or "0 " in right, right[-1500:]
    eq(right.replace("Quyenba Cúc", ""), wrong.replace("Quyenbon", ""))
    rows = told("code,home,name\nP1,11,Quyenmot Ân\nP77,12,A\n")
    assert re.search(r"1 row equals the register.* 3 A Code This record, before or after", rows), rows[-1500:]
    eq(told("code,name\nP3,A\n", "update"), told("code,name\nP9,A\n", "update"), "some columns of a record")


@check
def many_at_once_and_undoing_are_refused_as_well():
    second = Browser(ADDRESS)
    welcome(second, SECOND, "bảy con mèo ngủ trưa")
    port = int(ADDRESS.rsplit(":", 1)[1])
    b = browser.Browser(port, lang="en").sign_in_as(second)
    p = b.press(b.get("/registers/cards/bulk?set=home").forms[-1], "do", "check", f__home="12")
    assert p.status == 200 and "0 records will change" in p.text, (p.status, p.text[-900:])
    rev = next(r for r in range(1, 9) if b.get(f"/registers/cards/changes/{r}").status == 200)
    p = b.press(b.get(f"/registers/cards/changes/{rev}").forms[-1], reason="test")
    assert p.status == 422 and "outside of what the account may" in p.text, (p.status, p.text[-900:])


@check
def a_possible_duplicate_that_is_not_seen_is_none():
    eq(create("cards", code="C13", home="11", name="Thẻ ba").status, 201)
    page = create("cards", code="C14", home="11", name="Thẻ một")
    assert page.status == 409 and "C1" in page.text, page.text


@check
def one_account_does_not_take_all_places_of_files():
    port = int(ADDRESS.rsplit(":", 1)[1])
    b = browser.Browser(port, lang="en").sign_in_as(clerk)
    statuses, last = [], None
    for _ in range(25):
        f = b.get("/registers/people/import").form("/import")
        p = b.upload(f, [("file", "a.csv", b"code,home,name\nP5,11,A\n")])
        statuses.append(p.status)
        last = p.location if p.status == 303 else last
    assert statuses[0] == 303 and statuses[-1] == 422, statuses
    p = b.get(last)
    b.press(p.forms[-1], "do", "drop")
    f = b.get("/registers/people/import").form("/import")
    eq(b.upload(f, [("file", "a.csv", b"code,home,name\nP5,11,A\n")]).status, 303, "after one was dropped")


clerk = Browser(ADDRESS)
welcome(clerk, LINK, "bảy con mèo ngủ trưa")
failed = 0
for c in checks:
    name = c.__name__.replace("_", " ")
    try:
        c()
        print("ok " + name)
    except Exception:  # pylint: disable=broad-except
        failed += 1
        print("not ok " + name)
        print("# " + traceback.format_exc()[-2500:].replace("\n", "\n# "))
sys.exit(1 if failed else 0)
