"""forms.py PORT KEY ROUTES.json LINK: every path of the forms of tests/golden/province, and of the registers that forms.sh adds. Prints “ok NAME” and “not ok NAME”."""
import csv
import http.client
import io
import json
import re
import sys
import traceback
import zipfile

from browser import Browser
import signing

port, key = int(sys.argv[1]), sys.argv[2]
b = Browser(port, key)
SCRIPT = "<script>alert('xin chào')</script>\"'><img src=x onerror=alert(1)>"
checks = []


def check(fn):
    checks.append(fn)
    return fn


def is_in(piece, page, what=""):
    assert piece in page.text, f"{what or piece!r} is not in: {page.status} {page.h1}: {page.text[-1500:]}"


def add(register, **fields):
    """Through check and save."""
    f = b.get(f"/registers/{register}/new").form("/new")
    p = b.press(f, "do", "check", **fields)
    assert p.status == 200, f"{p.status}: {p.text[-1500:]}"
    p = b.press(p.form("/new"), "do", "save")
    assert p.status == 303, f"{p.status}: {p.text[-1500:]}"
    return p


def well(code, **more):
    fields = {"f__code": code, "f__name": f"Giếng {code}", "f__kind": "dug", "f__area": "11", "f__dug_on": "01/02/2019",
              "f__is_public": "true"}
    return {**fields, **more}


@check
def every_type_of_field_goes_in_and_comes_back():
    f = b.get("/registers/wells/new").form("/new")
    typed = well("G501", f__depth_m="34,5", f__rings="12", f__cost="1.500.000", f__in_use__from="05/03/2020", f__tested_at="06/04/2021 08:30",
                 f__uses=[f.options["f.uses"][0]], f__levels="3.5\n4", f__repairs="2020\n2021", f__tags="a|b\nxa; gần",
                 f__photo="https://example.vn/anh.jpg", f__place="12.0046, 107.6907", f__notes="dòng một\r\ndòng hai")
    p = b.press(f, "do", "check", **typed)
    assert p.status == 200 and p.h1 == "Kiểm tra trước khi lưu", p.text[-1500:]
    for piece in ("Giếng G501", "34,5 m", "1.500.000", "107.6907 12.0046"):
        is_in(piece, p)
    p = b.press(p.form("/new"), "do", "save", reason="đủ mọi kiểu")
    assert p.status == 303 and p.location == "/registers/wells/G501#saved", (p.status, p.location)
    edit = b.get("/registers/wells/G501/edit").form("/edit")
    for name, text in (("f.depth_m", "34,5"), ("f.cost", "1500000"), ("f.in_use.from", "05/03/2020"), ("f.in_use.to", ""), ("f.levels", "3.5\n4"),
                       ("f.tested_at", "06/04/2021 08:30"), ("f.tags", "a|b\nxa; gần"), ("f.dug_on", "01/02/2019"),
                       ("f.notes", "dòng một\ndòng hai")):
        assert edit.values[name] == text, (name, edit.values[name])
    p = b.press(edit, "do", "check")
    is_in("Không có gì thay đổi", p, "a form that is sent back as it came changes nothing")


@check
def what_is_wrong_is_told_at_the_top_and_beside_the_field_and_nothing_typed_is_lost():
    f = b.get("/registers/wells/new").form("/new")
    typed = dict(f__code="xx", f__name="Giếng thử", f__depth_m="sâu lắm", f__dug_on="31/02/2020", f__notes="  giữ\nnguyên  ")
    p = b.press(f, "do", "check", **typed)
    assert p.status == 422 and p.h1.startswith("Có lỗi:"), (p.status, p.h1)
    assert {"f-code-problem", "f-depth_m-problem", "f-dug_on-problem", "f-kind-problem", "f-is_public-problem"} <= p.ids, p.ids
    links = [x for x in p.links if x.startswith("#f-")]
    assert "#f-code" in links and all(x[1:] in p.ids for x in links), links
    again = p.form("/new").values
    for name, text in typed.items():
        assert again[name.replace("__", ".")].strip() == text.strip(), (name, again)
    p = b.press(p.form("/new"), "do", "check", **well("G502", f__rings="3", f__kind="drilled", f__depth_m=""))
    assert p.status == 422
    is_in("Chỉ giếng đào mới có bi", p, "the broken rule")
    is_in("Giếng khoan phải có đơn vị khoan", p, "and the other")


@check
def warnings_are_shown_and_do_not_refuse():
    f = b.get("/registers/wells/new").form("/new")
    p = b.press(f, "do", "check", **well("G503", f__depth_m="150"))
    assert p.status == 200, p.text[-800:]
    is_in("Giếng sâu trên 100 m", p)
    p = b.press(p.form("/new"), "do", "edit")
    assert p.form("/new").values["f.depth_m"] == "150", "the way back keeps what was typed"


@check
def pickers_search_without_accents_and_without_scripts():
    f = b.get("/registers/pumps/new").form("/new")
    assert "f.part" not in f.options and ("find", "part") in f.buttons, "61 parts are looked for, not listed"
    p = b.press(f, "find", "part", f__code="m1", f__name="Bơm", f__part__find="dia ly hop")
    f = p.form("/new")
    assert p.status == 200 and f.options["f.part"][0] == "px" and f.values["f.name"] == "Bơm", (p.status, f.options)
    p = b.press(f, "do", "check")
    assert p.status == 200, "one single find is taken"
    is_in("Đĩa ly hợp", p)
    p = b.press(b.get("/registers/pumps/new").form("/new"), "do", "check", f__code="m1", f__name="Bơm", f__part__find="banh rang")
    is_in("Chọn một trong các kết quả", p)
    is_in("Còn nhiều kết quả", p)
    p = b.press(p.form("/new"), "do", "check", f__part="p7")
    is_in("Bánh răng số 7", p)
    p = b.press(b.get("/registers/pumps/new").form("/new"), "find", "part", f__part__find="không đâu có")
    is_in("Không tìm thấy “không đâu có”", p)
    a = b.get("/registers/pumps/choices/part?q=dia%20ly", Accept="application/json")
    assert '"value":"px"' in a.body and a.status == 200, a.body
    assert b.get("/registers/pumps/choices/name?q=x", Accept="application/json").status >= 400


@check
def units_know_the_date():
    then = b.get("/registers/wells/choices/area?q=&day=2019-02-01", Accept="application/json").body
    now = b.get("/registers/wells/choices/area?q=&day=01/02/2026", Accept="application/json").body
    assert "Hồ Sen" in then and "Sen Trên" not in then, then
    assert "Sen Trên" in now and "Hồ Sen" not in now, now
    f = b.get("/registers/wells/new").form("/new")
    p = b.press(f, "do", "check", **well("G504", f__area="17"))
    assert p.status == 422 and "f-area-problem" in p.ids, "a parish that was not there yet"
    assert p.form("/new").values["f.area"] == "17", "and is not lost"


@check
def possible_duplicates_are_shown_before_and_it_is_another_one():
    add("pumps", f__code="d1", f__name="Bơm chìm Trung Thành", f__part="p1")
    f = b.get("/registers/pumps/new").form("/new")
    p = b.press(f, "do", "check", f__code="d2", f__name="bom chim trung thanh", f__part="p1")
    assert p.status == 200, p.text[-500:]
    is_in("Có thể đã có hồ sơ này", p)
    assert "/registers/pumps/d1" in p.links
    p = b.press(p.form("/new"), "do", "save")
    assert p.status == 409, (p.status, p.text[-800:])
    is_in("Đánh dấu “đây là hồ sơ khác”", p)
    p = b.press(p.form("/new"), "do", "save", other="1")
    assert p.status == 303, p.text[-800:]


@check
def a_code_that_is_there_is_refused():
    f = b.get("/registers/pumps/new").form("/new")
    p = b.press(f, "do", "check", f__code="d1", f__name="Máy khác hẳn")
    assert p.status == 422
    is_in("Sổ đã có hồ sơ “d1”", p)


@check
def an_edit_shows_its_differences():
    add("pumps", f__code="e1", f__name="Bơm <i>xanh</i>", f__hours="10")
    f = b.get("/registers/pumps/e1/edit").form("/edit")
    assert "f.code" not in f.values, "the key is not to be changed"
    p = b.press(f, "do", "check", f__hours="1.234,5")
    is_in("10", p)
    is_in("1234,5", p)
    p = b.press(p.form("/edit"), "do", "save", reason="đếm lại")
    assert p.status == 303, p.text[-500:]
    p = b.follow(p)
    is_in("đếm lại", p, "the reason")
    is_in("<i>xanh</i>", p, "text as text")


@check
def a_change_in_between_is_met_with_three_columns_and_a_choice():
    add("pumps", f__code="c1", f__name="Bơm lúc đầu", f__hours="1")
    mine = b.get("/registers/pumps/c1/edit").form("/edit")
    theirs = b.get("/registers/pumps/c1/edit").form("/edit")
    p = b.press(theirs, "do", "check", f__name="Bơm của người ta", f__bought_on="02/03/2021")
    assert b.press(p.form("/edit"), "do", "save").status == 303
    p = b.press(mine, "do", "check", f__name="Bơm của tôi", f__hours="7")
    assert p.status == 409 and p.h1 == "Hồ sơ vừa được người khác sửa", (p.status, p.h1)
    for piece in ("Bơm của người ta", "Bơm của tôi", "Bơm lúc đầu", "cả hai cùng sửa"):
        is_in(piece, p)
    f = p.form("/edit")
    assert f.values["c.hours"] == "mine" and f.values["c.bought_on"] == "theirs", f.values
    p = b.press(f, "do", "merge", c__name="theirs")
    assert p.status == 200 and p.h1 == "Kiểm tra trước khi lưu", (p.status, p.h1, p.text[-500:])
    p = b.press(p.form("/edit"), "do", "save")
    assert p.status == 303, (p.status, p.h1)
    f = b.get("/registers/pumps/c1/edit").form("/edit").values
    assert (f["f.name"], f["f.hours"], f["f.bought_on"]) == ("Bơm của người ta", "7", "02/03/2021"), f


@check
def a_removal_wants_a_reason_and_can_be_undone():
    add("pumps", f__code="r1", f__name="Bơm cũ", f__hours="5")
    f = b.get("/registers/pumps/r1/edit").form("/edit")
    p = b.press(f, "do", "check", f__name="Bơm mới")
    b.press(p.form("/edit"), "do", "save")
    p = b.get("/registers/pumps/r1/remove")
    is_in("Bơm mới", p)
    stale = b.get("/registers/pumps/r1/edit").form("/edit")
    r = b.press(p.form("/remove"))
    assert r.status == 422 and "f-reason" in r.ids
    is_in("Hãy ghi lý do", r)
    r = b.press(r.form("/remove"), reason="hỏng hẳn")
    assert r.status == 303, r.text[-500:]
    gone = b.get("/registers/pumps/r1")
    assert gone.status == 410
    r = b.press(stale, "do", "check", f__name="Bơm đang sửa dở")
    assert r.status == 422 and r.form("/edit").values["f.name"] == "Bơm đang sửa dở", "what was typed stays in sight"
    restore = [x for x in gone.links if "/restore?version=" in x]
    assert len(restore) == 2, restore
    p = b.get(restore[-1])
    is_in("Bơm cũ", p, "the first version")
    r = b.press(p.form("/restore"), reason="tìm lại được")
    assert r.status == 303, r.text[-800:]
    p = b.get("/registers/pumps/r1")
    assert p.status == 200 and p.h1.strip() == "Bơm cũ", p.h1
    assert [x for x in p.links if x.endswith("/edit")] == ["/registers/pumps/r1/edit"]


@check
def a_removal_of_what_is_needed_is_refused_and_so_is_one_of_another_version():
    add("pumps", f__code="n1", f__name="Bơm cần", f__part="p9")
    r = b.press(b.get("/registers/parts/p9/remove").form("/remove"), reason="thử")
    assert r.status == 422 and "p9" in r.text, (r.status, r.text[-500:])
    f = b.get("/registers/pumps/n1/remove").form("/remove")
    f.values["rev"] = "1"
    r = b.press(f, reason="thử")
    assert r.status == 422
    is_in("người khác sửa", r)


@check
def what_the_form_did_not_offer_is_not_assigned():
    base = {"do": "save", "reading": "vi", "f.code": "x1", "f.name": "Bơm"}
    for name in ("f.secret", "f.no_such", "_sample", "f._sample", "f._rev", "secret", "f.name.more", "f.code.find", "c.name"):
        p = b.post("/registers/pumps/new", {**base, name: "x"})
        assert p.status == 400, (name, p.status, p.text[-300:])
        assert "Kín" not in p.text, "what is hidden is not told"
    p = b.post("/registers/pumps/new", list(base.items()) + [("f.name", "hai lần")])
    assert p.status == 400
    assert b.get("/registers/pumps/x1").status == 404, "nothing was written"
    f = b.get("/registers/pumps/d1/edit").form("/edit")
    p = b.press(f, "do", "check", f__code="zz")
    assert p.status == 400, "the key of a record is not assigned"


@check
def script_stays_text_wherever_it_is_typed():
    f = b.get("/registers/pumps/new").form("/new")
    p = b.press(f, "do", "check", f__code="s1", f__name=SCRIPT[:60], f__part__find=SCRIPT, f__bought_on=SCRIPT, f__hours=SCRIPT)
    for page in (p, b.press(p.form("/new"), "find", "part")):
        assert "<script>alert" not in page.body and "<img src=x" not in page.body, page.body
    add("pumps", f__code="s1", f__name=SCRIPT[:60])
    for path in ("/registers/pumps/s1", "/registers/pumps/s1/edit", "/registers/pumps/s1/remove", "/registers/pumps", "/registers/pumps/new"):
        page = b.get(path)
        assert page.status == 200 and "<script>alert" not in page.body, path
        assert "default-src 'none'" in page.headers["content-security-policy"]


@check
def nobody_without_the_right_gets_in():
    guest = Browser(port)
    for path in ("/registers/pumps/new", "/registers/pumps/d1/edit", "/registers/pumps/d1/remove", "/registers/pumps/choices/part?q=x"):
        a = guest.get(path)
        assert a.status == 401 or (a.status == 303 and a.location.startswith("/sign-in")), (path, a.status, a.location)
    a = guest.post("/registers/pumps/new", {"f.code": "y1", "f.name": "y", "do": "save"})
    assert a.status in (303, 401, 403), a.status
    assert "/edit" not in " ".join(guest.get("/registers/pumps/d1").links)
    evil = b.ask("POST", "/registers/pumps/new", "do=save&f.code=y1&f.name=y",
                 {"Content-Type": "application/x-www-form-urlencoded", "Origin": "https://evil.example"})
    assert evil.status == 403, evil.status
    for path in ("/registers/declarations/new", "/registers/redirects/new", "/registers/no_such/new", "/registers/keepers/new"):
        assert b.get(path).status in (403, 404), path
    assert b.get("/registers/pumps/no-such/edit").status == 404


@check
def limits_hold():
    p = b.post("/registers/wells/new", [("f.name", "x")] + [("f.tags", "x")] * 2100)
    assert p.status == 413, p.status
    p = b.post("/registers/wells/new", {"f.notes": "a" * (1 << 20) + "b"})
    assert p.status in (400, 413, 422), p.status
    assert b.post("/registers/wells/new", {"f.notes": "a\x00b"}).status == 400
    assert b.post("/registers/wells/new", {"reason": "a\nb"}).status == 400


@check
def both_languages():
    e = Browser(port, key, lang="en")
    f = e.get("/registers/wells/new").form("/new")
    p = e.press(f, "do", "check", **well("G510", f__dug_on="2019-02-01", f__depth_m="34.5", f__cost="1,500,000"))
    assert p.status == 200 and p.h1 == "Check before saving", (p.h1, p.text[-500:])
    is_in("34.5 m", p)
    r = b.press(p.form("/new"), "do", "save")
    assert r.status == 303, "the texts are read in the language in which they were typed"
    assert b.get("/registers/wells/G510/edit").form("/edit").values["f.depth_m"] == "34,5"


def names(prefix):
    return {i: b.get(f"/registers/pumps/{i}/edit").form("/edit").values["f.name"] for i in (f"{prefix}{n}" for n in range(1, 4))}


@check
def many_are_changed_at_once_after_a_preview_and_undone_as_a_new_revision():
    for n in range(1, 4):
        add("pumps", f__code=f"b{n}", f__name=f"Bơm loạt {n}", f__hours=str(n * 10))
    where = "/registers/pumps/bulk?name-has=loat&set=hours"
    p = b.get(where)
    is_in("3 hồ sơ.", p)
    p = b.press(p.forms[-1], "do", "check", f__hours="nhiều")
    assert p.status == 422 and "f-hours-problem" in p.ids
    p = b.press(p.forms[-1], "do", "check", f__hours="20")
    assert p.status == 200, p.text[-900:]
    for piece in ("2 hồ sơ sẽ đổi", "1 hồ sơ đã có sẵn", "Bơm loạt 1"):
        is_in(piece, p)
    r = b.press(p.forms[-1], "do", "save")
    assert r.status == 422 and "Hãy ghi lý do" in r.text
    r = b.press(r.forms[-1], "do", "save", reason="đồng loạt")
    assert r.status == 303, r.text[-900:]
    change = b.follow(r)
    for piece in ("đồng loạt", "Bơm loạt 1", "Bơm loạt 3"):
        is_in(piece, change)
    hours = [b.get(f"/registers/pumps/b{n}/edit").form("/edit").values["f.hours"] for n in (1, 2, 3)]
    assert hours == ["20", "20", "20"], hours
    u = b.press(change.forms[-1])
    assert u.status == 422
    f = b.get("/registers/pumps/b1/edit").form("/edit")
    b.press(b.press(f, "do", "check", f__hours="99").form("/edit"), "do", "save")
    u = b.press(u.forms[-1], reason="nhầm")
    assert u.status == 303 and u.location != r.location, u.text[-900:]
    hours = [b.get(f"/registers/pumps/b{n}/edit").form("/edit").values["f.hours"] for n in (1, 2, 3)]
    assert hours == ["99", "20", "30"], "what was changed since stays"


@check
def of_many_those_that_break_a_rule_are_told_and_left_out_only_when_asked():
    p = b.get("/registers/wells/bulk?set=rings")
    p = b.press(p.forms[-1], "do", "check", f__rings="5")
    is_in("không hợp lệ nếu đổi", p)
    is_in("Chỉ giếng đào mới có bi", p)
    r = b.press(p.forms[-1], "do", "save", reason="thử")
    assert r.status == 422 and "không hợp lệ nếu đổi" in r.text, "nothing is left out without a word"
    is_in("Chưa ghi gì", r)
    r = b.press(r.forms[-1], "do", "save", reason="thử", leave="1")
    assert r.status == 303, r.text[-900:]
    u = b.press(b.follow(r).forms[-1], reason="trả lại")
    assert u.status == 303, u.text[-900:]


@check
def of_many_the_same_records_are_written_that_were_looked_at():
    p = b.press(b.get("/registers/pumps/bulk?name-has=loat&set=hours").forms[-1], "do", "check", f__hours="77")
    add("pumps", f__code="b9", f__name="Bơm loạt 9")
    r = b.press(p.forms[-1], "do", "save", reason="thử")
    assert r.status == 409 and "khác so với lúc xem trước" in r.text, (r.status, r.text[-500:])


@check
def many_cannot_be_given_what_is_not_offered():
    for field in ("code", "secret", "no_such", "_sample"):
        assert b.get(f"/registers/pumps/bulk?set={field}").status in (400, 404), field
    p = b.post("/registers/pumps/bulk?set=hours", {"do": "save", "f.hours": "1", "f.name": "x", "reason": "x"})
    assert p.status == 400, p.status
    p = b.post("/registers/pumps/bulk", {"do": "save", "f.hours": "1", "reason": "x"})
    assert p.status == 400, p.status
    assert b.get("/registers/pumps/changes/1").status == 409
    assert b.get("/registers/pumps/changes/99999").status in (404, 409)


def send(name, content, register="pumps", **changes):
    """The page of the check, after the file was sent."""
    f = b.get(f"/registers/{register}/import").form("/import")
    r = b.upload(f, [("file", name, content.encode() if isinstance(content, str) else content)], **changes)
    return b.follow(r) if r.status == 303 else r


@check
def a_file_is_looked_at_mapped_imported_and_undone():
    p = send("máy bơm.csv", "Mã,Tên máy,Giờ chạy máy,Ngày mua\ni1,Bơm nhập 1,12,01/02/2020\ni2,Bơm nhập 2,7,02/02/2020\n")
    assert p.status == 200 and p.h1.strip() == "Kiểm tra tệp máy bơm.csv", (p.status, p.h1, p.text[-500:])
    for piece in ("2 dòng trong tệp", "2 hồ sơ mới", "Giờ chạy máy"):
        is_in(piece, p)
    f = p.forms[-1]
    assert (f.values["m.A"], f.values["m.C"], f.values["m.D"]) == ("code", "", "bought_on"), f.values
    p = b.follow(b.press(f, "do", "map", m__C="hours"))
    assert p.forms[-1].values["m.C"] == "hours"
    r = b.press(p.forms[-1], "do", "save")
    assert r.status == 422 and "Hãy ghi lý do" in r.text, (r.status, r.text[-300:])
    r = b.press(r.forms[-1], "do", "save", reason="nhập thử")
    assert r.status == 303 and "/changes/" in r.location, r.text[-900:]
    change = b.follow(r)
    is_in("Bơm nhập 2", change)
    is_in("máy bơm.csv", change, "the source")
    assert b.get("/registers/pumps/i1/edit").form("/edit").values["f.hours"] == "12"
    assert b.get(f.action).status == 404, "the file is forgotten once it is in"
    u = b.press(change.forms[-1], reason="nhầm tệp")
    assert u.status == 303, u.text[-600:]
    assert b.get("/registers/pumps/i1").status == 410


@check
def wrong_cells_are_told_and_left_out_only_when_asked():
    p = send("b.csv", "code,name,hours,bought_on\nj1,Bơm j1,nhiều,01/02/2020\nj2,Bơm j2,-5,01/02/2020\nj3,Bơm j3,5,31/02/2020\nj4,Bơm j4,5,\n")
    assert p.status == 200, p.text[-600:]
    for piece in ("3 dòng bị từ chối", "Số giờ không thể âm", "nhiều"):
        is_in(piece, p)
    r = b.press(p.forms[-1], "do", "save", reason="thử")
    assert r.status in (200, 422) and b.get("/registers/pumps/j4").status == 404, "all or nothing"
    r = b.press(r.forms[-1], "do", "save", reason="thử", valid="1")
    assert r.status == 303, r.text[-800:]
    assert b.get("/registers/pumps/j4").status == 200 and b.get("/registers/pumps/j1").status == 404


@check
def a_file_without_the_key_can_be_mapped():
    p = send("c.csv", "số hiệu,name\nk1,Bơm k1\n")
    assert p.status == 422 and "m.A" in p.forms[-1].options, p.text[-500:]
    p = b.follow(b.press(p.forms[-1], "do", "map", m__A="code"))
    is_in("1 hồ sơ mới", p)
    assert b.press(p.forms[-1], "do", "drop").status == 303
    assert b.get(p.forms[-1].action).status == 404


@check
def a_column_that_may_not_be_written_is_left_out():
    p = send("d.csv", "code,name,secret\nl1,Bơm l1,lộ\n")
    is_in("không được ghi", p)
    r = b.press(p.forms[-1], "do", "map", m__C="secret")
    assert r.status == 400, r.status
    r = b.press(p.forms[-1], "do", "save", reason="thử", m__C="")
    assert r.status == 303, r.text[-500:]


def workbook(p):
    """Texts and comments of a workbook."""
    with zipfile.ZipFile(io.BytesIO(p)) as z:
        names = z.namelist()
        texts = "".join(z.read(n).decode() for n in names if n.startswith("xl/worksheets/sheet") or n == "xl/sharedStrings.xml")
        return texts, "".join(z.read(n).decode() for n in names if "comments" in n)


def download(path):
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    c.request("GET", path, headers=b.headers)
    a = c.getresponse()
    Browser.asked.add(("GET", path))
    return a, a.read()


@check
def the_file_comes_back_with_its_wrong_cells_marked():
    p = send("e.csv", "code,name,hours,secret\nm1,Bơm m1,nhiều,lộ một\nm2,Bơm m2,-5,lộ hai\n")
    report = p.forms[-1].action + "/report"
    assert report in p.links, p.links
    a, body = download(report)
    assert a.status == 200 and "spreadsheetml" in a.headers["content-type"], (a.status, a.headers)
    assert 'filename="pumps-kiem-tra.xlsx"' in a.headers["content-disposition"], a.headers
    texts, comments = workbook(body)
    assert "Bơm m2" in texts and "Số giờ không thể âm" in comments and "Giá trị: nhiều" in comments, comments
    p = b.follow(b.press(p.forms[-1], "do", "map", m__B=""))
    a, body = download(report)
    assert "Tên máy" in workbook(body)[1], "what has no column is told by its name"
    assert b.press(p.forms[-1], "do", "drop").status == 303
    assert download(report)[0].status == 404, "with the file its report is gone"
    p = send("rỗng.csv", "code,name\n")
    assert download(p.forms[-1].action + "/report")[0].status in (400, 422), "nothing in it, nothing to mark"


@check
def a_file_replaces_the_register_only_when_the_number_is_confirmed():
    rows = [["code", "name", "hours"], ["mới1", "Bơm thay 1", "5"], ["mới2", "Bơm thay 2", "5"]]
    keep = json.loads(b.get("/api/collections/pumps/items?limit=1000", Accept="application/json").body)["features"]
    rows += [[x["id"], x["properties"]["name"], ""] for x in keep if x["id"] != "j4"]
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    p = send("thay.csv", text.getvalue(), mode="replace")
    is_in("1 hồ sơ không có trong tệp sẽ bị đưa ra khỏi sổ", p)
    assert ("do", "save") in p.forms[-1].buttons, p.text[-2500:]
    assert "/registers/pumps/j4" in p.links, p.links
    r = b.press(p.forms[-1], "do", "save", reason="thay cả sổ")
    assert r.status == 422 and "Hãy xác nhận số hồ sơ" in r.text, (r.status, r.text[-400:])
    assert b.get("/registers/pumps/j4").status == 200, "nothing was written"
    r = b.press(r.forms[-1], "do", "save", reason="thay cả sổ", gone="7")
    assert r.status == 422 and b.get("/registers/pumps/j4").status == 200, "nor with another number"
    r = b.press(r.forms[-1], "do", "save", reason="", gone="1")
    assert r.status == 422 and b.get("/registers/pumps/j4").status == 200, "nor without a reason"
    r = b.press(r.forms[-1], "do", "save", reason="thay cả sổ", gone="1")
    assert r.status == 303, r.text[-900:]
    assert b.get("/registers/pumps/j4").status == 410 and b.get("/registers/pumps/mới1").status == 200
    u = b.press(b.follow(r).forms[-1], reason="trả lại")
    assert u.status == 303 and b.get("/registers/pumps/j4").status == 200, u.text[-600:]
    p = send("sai.csv", "code,name,hours\nr3,Bơm r3,nhiều\n", mode="replace")
    assert ("do", "save") not in p.forms[-1].buttons, "a file with wrong cells replaces nothing"


@check
def hostile_files_and_names():
    nasty = ["../../../etc/passwd.csv", "..\\..\\x.csv", "/etc/shadow.csv", "a\x01b.csv", "x" * 600 + ".csv"]
    for name in nasty:
        p = send(name, "code,name\nq1,Bơm q1\n")
        assert p.status == 200, (name, p.status, p.text[-300:])
        assert "/" not in p.h1 and ".." not in p.h1.replace("Kiểm tra tệp ..x", ""), p.h1
        b.press(p.forms[-1], "do", "drop")
    p = send("<script>alert(1)<script>.csv", "code,name,<script>alert(2)</script>\nq1,<img src=x onerror=alert(3)>,x\n")
    assert p.status == 200 and "<script>alert" not in p.body and "<img src=x" not in p.body, p.body[-800:]
    for name, content in (("a.exe", b"MZ"), ("a", b"x"), (".csv", b"x"), ("a.xlsx.sh", b"x"), ("a.xlsm", b"PK")):
        p = send(name, content)
        assert p.status == 422, (name, p.status)
    for name, content in (("a.xlsx", b"PK\x03\x04 no workbook"), ("a.csv", b""), ("a.csv", b"\x00" * 100), ("a.gpkg", b"x"), ("a.geojson", b"{")):
        p = send(name, content)
        assert p.status == 422 and p.forms[-1].buttons, (name, p.status, p.text[-300:])
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", "<Types/>")
        z.writestr("xl/workbook.xml", "<workbook>" + " " * (200 << 20) + "</workbook>")
    p = send("bom.xlsx", bomb.getvalue())
    assert p.status == 422, (p.status, p.text[-300:])


@check
def hostile_bodies():
    head = {"Content-Type": "multipart/form-data; boundary=XX"}
    for body in (b"", b"--XX--", b"--XX\r\n\r\n", b"x" * 1000, b"--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\ncode",
                 b"--XX\r\nContent-Disposition: form-data; name=\"f.code\"\r\n\r\n1\r\n--XX--"):
        p = b.ask("POST", "/registers/pumps/import", body, head)
        assert p.status in (400, 422), (body[:40], p.status)
    p = b.ask("POST", "/registers/pumps/import", b"file=x", {"Content-Type": "application/x-www-form-urlencoded"})
    assert p.status == 400, p.status
    for path, length in (("/registers/pumps/import", (64 << 20) + 1), ("/registers/pumps/new", (4 << 20) + 1)):
        c = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        c.putrequest("POST", path)
        for k, v in {**b.headers, **head, "Origin": f"http://127.0.0.1:{port}", "Content-Length": str(length)}.items():
            c.putheader(k, v)
        c.endheaders()
        a = c.getresponse()
        assert a.status == 413, (path, a.status)
        c.close()
    for token in ("0" * 32, "..", "x", "a" * 64, "0" * 31 + "G"):
        assert b.get(f"/registers/pumps/imports/{token}").status in (400, 404), token


@check
def files_of_others_are_not_there():
    p = send("e.csv", "code,name\nq1,Bơm q1\n")
    path = p.forms[-1].action
    assert b.get(path.replace("pumps", "wells")).status == 404, "it was sent for another register"
    assert Browser(port).get(path).status in (303, 401)
    b.press(p.forms[-1], "do", "drop")


@check
def what_a_spreadsheet_would_run_is_text_when_it_leaves():
    for n, text in enumerate(("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "=HYPERLINK(\"http://evil.example\")"), 1):
        add("pumps", f__code=f"x{n}", f__name=text)
    raw = b.ask("GET", "/api/collections/pumps/items?f=csv&limit=1000").body
    for line in raw.splitlines():
        cells = next(csv.reader([line]))
        assert not any(re.match(r"[=+@]|-[^0-9]", c) for c in cells), line
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    c.request("GET", "/api/collections/pumps/items?f=xlsx", headers=b.headers)
    book = zipfile.ZipFile(io.BytesIO(c.getresponse().read()))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "<f " not in sheet and "<hyperlink" not in sheet, "no formula, no link"


@check
def what_is_taken_along_wants_a_purpose():
    p = b.get("/registers/pumps/export?name-has=bom")
    assert "/registers/pumps?name-has=bom" in p.links, "whoever thinks better of it finds what he had asked"
    is_in("hồ sơ sẽ được tải về", p)
    r = b.press(p.forms[-1])
    assert r.status == 422 and "mục đích" in r.text, r.status
    r = b.press(r.forms[-1], purpose="kế hoạch 12/KH-UBND", **{"as": "csv"})
    assert r.status == 200 and r.headers["content-type"].startswith("text/csv"), (r.status, r.headers)
    assert "attachment" in r.headers["content-disposition"] and r.body.count("\n") > 3, r.body[:200]
    assert "secret" not in r.body.splitlines()[0]


@check
def an_account_works_under_its_rights_and_its_name():
    s = signing.Browser(f"http://127.0.0.1:{port}")
    signing.welcome(s, sys.argv[4], "bảy con mèo ngủ trưa")
    c = Browser(port).sign_in_as(s)
    f = c.get("/registers/pumps/new").form("/new")
    assert f.values["csrf"] and ("do", "draft") in f.buttons, f.buttons
    p = c.press(f, "do", "draft", f__code="ac1", f__name="Bơm dở dang", f__hours="sai số")
    assert p.status == 200 and "Đã lưu nháp" in p.text and p.form("/new").values["f.hours"] == "sai số", p.text[-600:]
    drafts = c.get("/drafts")
    assert "/registers/pumps/new?draft=1" in drafts.links, drafts.links
    assert b.get("/drafts").status in (303, 401, 403), "drafts are of accounts"
    again = c.get("/registers/pumps/new")
    is_in("Có bản nháp lưu lúc", again)
    assert again.form("/new").values["f.name"] == ""
    f = c.get("/registers/pumps/new?draft=1").form("/new")
    assert (f.values["f.name"], f.values["f.hours"]) == ("Bơm dở dang", "sai số"), f.values
    p = c.press(f, "do", "check", f__hours="5")
    bare = [(k, v) for k, v in p.form("/new").pairs() if k != "csrf"]
    assert c.post("/registers/pumps/new", [*bare, ("do", "save")]).status == 403, "without the token of the session"
    r = c.press(p.form("/new"), "do", "save", reason="lần đầu")
    assert r.status == 303, r.text[-600:]
    assert "new?draft=1" not in " ".join(c.get("/drafts").links), "what is written is no draft"
    p = c.press(c.get("/registers/pumps/bulk?code=ac1&set=hours").forms[-1], "do", "check", f__hours="6")
    r = c.press(p.forms[-1], "do", "save", reason="sửa")
    assert r.status == 303, r.text[-600:]
    change = c.follow(r)
    is_in("clerk", change, "who wrote it")
    r = c.press(change.forms[-1], reason="trả lại")
    assert r.status == 303, r.text[-600:]
    f = c.get("/registers/pumps/import").form("/import")
    r = c.upload(f, [("file", "t.csv", "code,name\nac2,Bơm ac2\n".encode())])
    assert r.status == 303, (r.status, r.text[-400:])
    assert b.get(r.location).status == 404, "a file is its sender's"
    p = c.follow(r)
    r = c.press(p.forms[-1], "do", "save", reason="nhập")
    assert r.status == 303, (r.status, r.text[-600:])
    for path in ("/registers/wells/new", "/registers/parts/new", "/registers/parts/p1/edit", "/registers/parts/import", "/registers/wells/bulk?set=rings",
                 "/registers/parts/p1/remove"):
        assert c.get(path).status in (403, 404), (path, c.get(path).status)
    for path in ("/registers/parts/new", "/registers/wells/new"):
        r = c.post(path, {"csrf": s.token, "do": "save", "f.code": "zz", "f.name": "zz"})
        assert r.status in (403, 404), (path, r.status)
    assert not [x for x in c.get("/registers/parts/p1").links if x.endswith("/edit")]


@check
def every_page_behind_the_right_to_write_was_asked():
    left = []
    for r in json.load(open(sys.argv[3], encoding="utf-8"))["routes"]:
        pattern = re.compile(re.sub(r"\{[^}]*\}", "[^/]+", r["path"]) + "$")
        is_asked = any(m == r["method"] and pattern.match(path) for m, path in Browser.asked)
        if r["right"] == "write" and r["tag"] == "pages" and not is_asked:
            left.append(f"{r['method']} {r['path']}")
    assert not left, left


for fn in checks:
    name = fn.__name__.replace("_", " ")
    try:
        fn()
        print("ok " + name, flush=True)
    except Exception:
        print("not ok " + name)
        for line in traceback.format_exc().splitlines()[-6:]:
            print("# " + line[:1800], flush=True)
