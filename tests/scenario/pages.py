"""What the pages of registers, records, units and posts must be: pages.py ADDRESS SOURCE CHECK. Each check of pages.sh is a function here."""
import csv
import html
import json
import re
import sys
import unicodedata
import urllib.error
import urllib.parse
import urllib.request

address, source, check = sys.argv[1:4]


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *ignored):
        return None


opener = urllib.request.build_opener(Stay)


def get(path, accept="text/html", lang="vi"):
    """Status, text, Location; nothing is followed."""
    request = urllib.request.Request(address + path, headers={"Accept": accept, "Accept-Language": lang})
    try:
        with opener.open(request, timeout=60) as a:
            return a.status, a.read().decode(errors="replace"), a.headers.get("Location")
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode(), e.headers.get("Location")


def place(location):
    return location.removeprefix(address) if location else location


def records(page, register):
    """Ids of the records that a page lists, in its order."""
    return [urllib.parse.unquote(i) for i in re.findall(rf'<th scope="row"><a href="/registers/{register}/([^"]*)"', page)]


def all_records(path, register):
    ids = []
    for _ in range(50):
        status, page, _ = get(path)
        assert status == 200, (path, status)
        ids += records(page, register)
        found = re.search(r'<a href="([^"]*)" rel="next"', page)
        if not found:
            break
        path = html.unescape(found[1])
    return ids


def plain(text):
    text = text.replace("đ", "d").replace("Đ", "D")
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def rows(name):
    with open(f"{source}/province/dak-nong/data/{name}.csv", encoding="utf-8-sig") as f:
        return list(csv.DictReader(f))


def page_and_interface_agree():
    for question in ("teams?kind=village", "teams?unit=660", "units?datetime=2025-06-30&level=3",
                     "teams?established_on-from=2022-04-01&established_on-to=2022-05-31", "procedures?name-has=khai%20sinh",
                     "plans?sortby=-issued_on,code"):
        register, asked = question.split("?")
        api = json.loads(get(f"/api/collections/{register}/items?{asked}&limit=10000", "application/geo+json")[1])
        ids = all_records(f"/registers/{register}?{asked}&limit=100", register)
        assert ids and len(set(ids)) == len(ids), question
        assert sorted(ids) == sorted(f["id"] for f in api["features"]), (question, len(ids), len(api["features"]))


def each_record_once():
    api = json.loads(get("/api/collections/teams/items?limit=1&count=exact", "application/geo+json")[1])
    for order in ("", "&sortby=name", "&sortby=-established_on", "&sortby=unit,-code"):
        ids = all_records("/registers/teams?limit=30" + order, "teams")
        assert len(ids) == len(set(ids)) == api["numberMatched"], (order, len(ids))


def empty_fields_leave():
    status, _, to = get("/registers/teams?q=&kind=village&unit=&filter=&datetime=")
    assert (status, place(to)) == (303, "/registers/teams?kind=village"), (status, to)
    page = html.unescape(get("/registers/teams?kind=village&name-has=to%25")[1])
    assert "kind = 'village'" in page and "ACCENTI(CASEI(name))" in page


def wrong_questions_are_told():
    for question in ("nonsense=1", "filter=kind%20%3D", "established_on-from=tomorrow", "sortby=nonsense", "kind-from=1"):
        status, page, _ = get("/registers/teams?" + question)
        assert status == 400 and 'role="alert"' in page and "<form" in page and not records(page, "teams"), (question, status)


def hidden_registers():
    hidden = ("farm_households", "poor_households", "survey_answers", "team_members", "declarations", "redirects")
    for path in ("/registers", "/data", "/developers", "/units/24611", "/units/663"):
        page = get(path)[1]
        for register in hidden:
            assert f"/{register}" not in page, (path, register)
    for register in hidden:
        for rest in ("", "?q=an", "/HN000001"):
            assert get(f"/registers/{register}{rest}")[0] == 404, (register, rest)


def units_are_found():
    units = rows("units")
    assert len(units) > 100
    for u in units:
        status, page, _ = get("/units/" + u["code"])
        assert status == 200 and u["full_name"] in html.unescape(page), u["full_name"]
        status, page, to = get("/units/" + urllib.parse.quote(plain(u["full_name"]), safe=""))
        found = place(to) == "/units/" + u["code"] if status == 303 else status == 200 and f'href="/units/{u["code"]}"' in page
        assert found, (u["full_name"], status, to)
    assert get("/units/khong-co-don-vi-nay")[0] == 404


def successors_are_named():
    for way in rows("unit_successors"):
        page = html.unescape(get("/units/" + way["old_code"])[1])
        assert f'href="/units/{way["new_code"]}#' in page and way["new_full_name"] in page and "01/07/2025" in page, way
        page = html.unescape(get("/units/" + way["new_code"])[1])
        assert way["old_full_name"] in page and "1671/NQ-UBTVQH15" in page, way


def a_unit_has_its_figures():
    """On its own map: the code 24611 stood for another ward on the day of the figures."""
    for code, name in (("24611", "Phường Bắc Gia Nghĩa"), ("660", "Thành phố Gia Nghĩa")):
        page = get("/units/" + code)[1]
        cards = re.findall(r'<li class="ts-card">.*?</li>', page, re.S)
        assert len(cards) >= 4, cards
        for card in cards:
            figure = get(html.unescape(re.search(r'href="([^"]*)"', card)[1]))[1]
            row = re.search(rf'<tr[^>]*>\s*<th[^>]*><a href="/units/{code}">{name}</a>.*?</tr>', figure, re.S)
            value = re.search(r'<p class="ts-card-value">([0-9.,]+)', card)[1]
            assert row and re.search(rf">{re.escape(value)}(,0)?<", row[0]), (code, card, row and row[0])
    town = html.unescape(get("/units/660")[1])
    assert '<a href="/units/660">Thành phố Gia Nghĩa</a>' in town and "<dd>Gia Nghĩa</dd>" not in town  # the successor of the town, by its name


def the_tree_of_a_day():
    for day, n in (("2025-06-30", 71), ("2025-07-01", 28)):
        found = set(re.findall(r'<li><a href="/units/(\d{5})"', get("/units?on=" + day)[1]))
        assert len(found) == n, (day, len(found))
    drawing = get("/units?on=2025-06-30")[1].split('class="ts-drawing"')[1].split("</svg>")[0]
    names = sorted(html.unescape(t) for t in re.findall(r"<text[^>]*>([^<]*)</text>", drawing))
    assert names == sorted(u["name"] for u in rows("units") if u["level"] == "2" and u["valid_to"] == "2025-07-01"), names


def one_box_finds_all():
    for words, href in (("giấy khai sinh", "/services/1.001193"), ("hộ sản xuất nông nghiệp", "/figures/farm-households-digitised"),
                        ("sản phẩm trên sàn", "/registers/products"), ("nông sản đã có mặt", "/posts/nong-san-len-san"),
                        ("chỉ số chuyển đổi số", "/indexes/dti-province"), ("báo cáo 6 tháng đầu năm", "/reports/2022-h1"),
                        ("Thành phố Gia Nghĩa", "/units/660"), ("first half of 2022", "/reports/2022-h1-en")):
        for asked in (words, plain(words)):
            page = get("/search?q=" + urllib.parse.quote(asked))[1]
            assert re.search(rf'href="{re.escape(href)}["#?]', page), (asked, href)


def posts_have_figures():
    for lang, title in (("vi", "630 nông sản"), ("en", "630 farm products")):
        status, page, _ = get("/posts/nong-san-len-san", lang=lang)
        assert status == 200 and title in page and page.count('class="ts-card"') == 3, lang


def examples_are_answered():
    examples = {html.unescape(h) for h in re.findall(r'href="(/api[^"]*)"', get("/developers")[1])}
    assert len(examples) > 60, len(examples)
    for example in sorted(examples):
        assert get(example, "*/*")[0] == 200, example


def private_fields_stay_private():
    status, page, _ = get("/registers/keepers")
    assert records(page, "keepers") == ["k1", "k2", "k3", "k4", "k5"], records(page, "keepers")  # not by the name that is hidden
    pages = [page] + [get(p)[1] for p in ("/registers/keepers/k1", "/registers/wells", "/registers/wells/G001", "/search?q=huong")]
    for name in ("full_name", "birth_year", "personal_id", "phone", "health"):
        for question in (f"{name}=1990", f"{name}-from=1", f"{name}-has=a", f"sortby={name}", f"filter={name}%20IS%20NOT%20NULL",
                         f"properties={name}"):
            status, page, _ = get("/registers/keepers?" + question)
            assert status == 400 and not records(page, "keepers"), (question, status)
            pages.append(page)
    pages.append(get("/registers/keepers?q=huong")[1])
    assert not records(pages[-1], "keepers")
    for page in pages:
        for secret in ("Hường", "Nguyễn Văn An", "0912345678", "001190000017", "phấn hoa"):
            assert secret not in page, secret
    assert "/api/log/proof/" not in get("/registers/keepers/k1")[1]


def merged_and_changed():
    status, _, to = get("/registers/firms/f3")
    assert (status, place(to)) == (308, "/registers/firms/f1"), (status, to)
    page = get("/registers/keepers/k4")[1]
    assert "<del>15/07/2019</del>" in page and "<ins>16/07/2019</ins>" in page
    assert get("/registers/keepers/nobody")[0] == 404


globals()[check]()
