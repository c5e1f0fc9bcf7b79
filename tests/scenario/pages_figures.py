"""What the pages of reports, figures and indices must be: pages_figures.py ADDRESS SOURCE CHECK. Each check of pages_figures.sh is a function here."""
import html
import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

address, source, check = sys.argv[1:4]


def get(path, accept="text/html", lang="vi"):
    """Status and text."""
    request = urllib.request.Request(address + path, headers={"Accept": accept, "Accept-Language": lang})
    try:
        with urllib.request.urlopen(request, timeout=60) as a:
            return a.status, a.read().decode()
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode()


def data(path):
    status, text = get(path, "application/json")
    assert status == 200, (path, status, text)
    return json.loads(text)


def words(page):
    """The text of a page, as it is read."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", page)))


def vietnamese(number):
    """1.234,5"""
    whole, _, rest = f"{number:,}".partition(".")
    return whole.replace(",", ".") + ("," + rest if rest else "")


def table(page, section):
    """The cells of the first table of a section, row by row."""
    part = page[page.index(f'<section id="{section}"'):]
    body = re.search(r"<tbody>(.*?)</tbody>", part, re.S)[1]
    return [[words(c).strip() for c in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)] for row in re.findall(r"<tr.*?</tr>", body, re.S)]


def every_number_of_a_report_leads_on():
    for report in ("2022-h1", "2022-h1-en"):
        status, page = get("/reports/" + report)
        assert status == 200
        numbers = page.count('<data class="figure"')
        links = re.findall(r'<a href="([^"]*)"><data class="figure"', page)
        assert numbers == len(links) > 30, (report, numbers, len(links))
        for link in sorted(set(map(html.unescape, links))):
            assert get(link)[0] == 200, (report, link)
    status, text = get("/reports/2022-h1?f=md", "*/*")
    assert status == 200 and text.startswith("# Báo cáo") and "111.390" in text and "{{" not in text


def a_figure_says_what_the_interface_says():
    figures = data("/api/figures")["figures"]
    assert len(figures) > 30
    for f in figures:
        status, page = get(f"/figures/{f['figure']}")
        answer = data(f"/api/figures/{f['figure']}")
        assert status == 200 and html.escape(f["title"], quote=False) in page, f["figure"]
        number = answer["percent"] if answer.get("percent") is not None else answer["value"]
        shown = words(re.search(r'<p class="ts-figure-value.*?<strong>(.*?)</strong>', page, re.S)[1]).strip()
        assert number is None and shown == "chưa rõ" or shown.split(" ")[0] in (
            vietnamese(round(number, 1)).removesuffix(",0"), vietnamese(round(number, 2))), (f["figure"], shown, number)
        has_sample = answer["sample"] > 0
        assert ("có đếm hồ sơ mẫu" in page) == has_sample == ("ts-notice-sample" in page), f["figure"]
        assert "/api/log/revisions/" in page and "tinhso figure " in page


def the_list_has_every_figure_once():
    ids = [f["figure"] for f in data("/api/figures")["figures"]]
    for lang, first in (("vi", "2022-h1"), ("en", "2022-h1-en")):
        page = get("/figures", lang=lang)[1]
        main = page[page.index("<main"):]
        assert sorted(re.findall(r'<a href="/figures/([^"/?]*)"', main)) == sorted(ids), lang
        groups = re.findall(r'<h2>(?:<a href="/reports/([^"]*)">)?', main)
        assert groups[0] == first and groups[-1] == "" and len(groups) == len(set(groups)) >= 4, groups


def rows_agree_and_add_up():
    for by in ("unit:2", "unit:3", "main_crop"):
        answer = data(f"/api/figures/farm-households-digitised?by={by}")
        rows = table(get(f"/figures/farm-households-digitised?by={by}")[1], "breakdown")
        assert [r[1] for r in rows[:-1]] == [vietnamese(r["value"]) for r in answer["rows"]], by
        assert rows[-1][:3] == ["Tổng cộng", "111.390", "120.032"], rows[-1]
    shares = get("/figures/online-shoppers?by=age_group&lang=vi")[1]
    widths = [float(w) for w in re.findall(r'<rect class="ts-bar-value" width="([0-9.]*)"', shares)]
    assert [f"{w:.1f}".replace(".", ",") for w in widths] == [r[1] for r in table(shares, "breakdown")], widths  # of 100
    down = table(get("/figures/community-teams?by=unit:2&sortby=-value")[1], "breakdown")[:-1]
    values = [int(r[1]) for r in down]
    assert values == sorted(values, reverse=True) and len(values) == 8, values


def a_map_stands_where_outlines_are_known():
    page = get("/figures/farm-households-digitised?by=unit:2")[1]
    assert len(re.findall(r'<path class="ts-shade-[1-5]"', page)) == 8
    assert "Đắk Mil: 93" in words(page)
    assert "ts-shade" not in get("/figures/farm-households-digitised?by=unit:3")[1]
    # The codes were given anew on 1 July 2025: no outline of theirs is known.
    assert "ts-shade" not in get("/figures/farm-households-digitised?by=unit:3&units-at=2025-07-01")[1]


def private_records_are_only_counted():
    hidden = [f["figure"] for f in data("/api/figures")["figures"] if f["figure"].startswith(("farm-", "poor-", "team-members"))]
    assert len(hidden) >= 4
    for figure in hidden:
        page = get(f"/figures/{figure}")[1]
        assert "không được công bố" in page and not re.search(r"\bHN\d{6}\b", page) and "/registers/farm_households" not in page, figure
    shown = table(get("/figures/community-teams")[1], "records")
    assert len(shown) == 10 and shown[0][0].startswith("TCN"), shown
    more = re.search(r'<a href="(/registers/teams\?filter=[^"]*)"', get("/figures/community-teams")[1])
    assert "182" in words(get(html.unescape(more[1]))[1])


def history_is_drawn_where_there_is_one():
    rows = table(get("/figures/dti-rank")[1], "history")
    assert [r[:2] for r in rows[:3]] == [["2020", "54"], ["2021", "41"], ["2022", "49"]] and rows[3][1] == "chưa rõ", rows
    rows = table(get("/figures/communes")[1], "history")
    assert rows[-1][0] == "01/07/2025", rows
    rows = table(get("/figures/community-teams")[1], "history")
    assert len(rows) == 12 and rows[-1][:2] == ["30/06/2022", "182"] and rows[-2][0] == "31/05/2022", rows
    for day, value in (r[:2] for r in rows):
        iso = "-".join(reversed(day.split("/")))
        assert vietnamese(data(f"/api/figures/community-teams?on={iso}")["value"]) == value, (day, value)
    assert "mới được ghi một lần" in get("/figures/team-members")[1]
    for nothing in ("qd766-offices", "dossiers-received"):  # points for what did not happen are no course
        page = get("/figures/" + nothing)[1]
        assert "ts-plot" not in page and "Chưa có gì để tính" in page, nothing


def home_shows_what_matters():
    for lang, report, digitised in (("vi", "2022-h1", "92,8"), ("en", "2022-h1-en", "92.8")):
        page = get("/", lang=lang)[1]
        declared = re.search(r"^key_figures: \[(.*)\]$", open(f"{source}/province/dak-nong/reports/{report}.md").read(), re.M)[1].split(", ")
        cards = re.findall(r'<li class="ts-card">.*?</li>', page, re.S)
        assert [re.search(r'href="/figures/([^"]*)"', c)[1] for c in cards] == declared, lang
        assert f'href="/reports/{report}"' in page and f"{digitised} %" in words(cards[0]) and "ts-notice-sample" in page
        # A trend mark stands where there is a course up to the day of the figure: not where the register was written once.
        trends = {name for name, c in zip(declared, cards) if "ts-spark" in c}
        assert trends == {"farm-households-digitised", "community-teams", "department-plans"}, trends
        households = cards[declared.index("farm-households-digitised")]
        assert f"16 % → {digitised} %" in households and ("31/01/2022" if lang == "vi" else "2022-01-31") in households, households
        teams = cards[declared.index("community-teams")]
        assert "0 → 182" in teams and ("31/07/2021 – 30/06/2022" if lang == "vi" else "2021-07-31 – 2022-06-30") in words(teams), teams


def an_index_shows_what_is_unknown():
    answer = data("/api/indexes/dti-province/2021")
    rows = table(get("/indexes/dti-province?year=2021")[1], "table")
    assert len(rows) == 63
    for row, r in zip(rows, answer["rows"]):
        assert row[1] == r["name"], (row, r["name"])
        assert row[0] == ("chưa rõ" if r["rank"] is None else str(r["rank"])), row
        total = r["published"] if r["published"] is not None else r["computed"]
        assert row[2] == ("chưa rõ" if total is None else f"{total:.4f}".replace(".", ",")), row
    names = [r[1] for r in table(get("/indexes/dti-province?year=2022&sortby=name")[1], "table")]
    assert names[0] == "An Giang" and names.index("Đà Nẵng") > names.index("Cao Bằng"), names[:3]
    up = table(get("/indexes/dti-province?year=2022&change=up")[1], "table")
    assert up and all("▲" in r[3] for r in up)
    cities = table(get("/indexes/dti-province?year=2022&kind=thanh_pho")[1], "table")
    assert len(cities) == 5, cities  # Huế became one in 2025
    assert "khung đánh giá khác" in get("/indexes/dti-province?year=2021")[1]
    assert "khung đánh giá khác" not in get("/indexes/dti-province?year=2022")[1]


def a_profile_and_a_comparison():
    page = get("/indexes/dti-province/48?year=2022")[1]
    parts = table(page, "parts")
    assert len(parts) == 9 and parts[0][1] == "1,0000" and parts[0][3] == "5 / 63", parts[0]
    assert get("/indexes/dti-province/da%20nang?year=2022")[0] == 200
    unknown = table(get("/indexes/dti-province/67?year=2022")[1], "parts")
    assert all(r[1] == "chưa rõ" for r in unknown), unknown
    page = get("/indexes/dti-province/67?year=2021")[1]
    assert "0,4014" in page  # the published mean
    # Where only the mean is known the chart says whose line it is.
    course = page[page.index('<section id="ranks"'):page.index('<section id="compare"')]
    assert re.findall(r"</svg> ([^<]*)</li>", course) == ["Trung bình các tỉnh"], course[-2000:]
    assert "Decision 922" in get("/indexes/dti-province/67?year=2021", lang="en")[1]
    page = get("/indexes/dti-province/compare?a=48&b=79&year=2022")[1]
    parts = table(page, "parts")
    values = {s["subject"]: s["main"] for s in data("/api/indexes/dti-province/2022")["rows"]}
    assert len(parts) == 9
    known = [p for p in parts if p[1] != "chưa rõ"]  # what is collected without points has no value
    assert len(known) == len(values["48"]) == 8
    for row, a, b in zip(known, values["48"], values["79"]):
        assert [float(c.replace(",", ".")) for c in row[1:4]] == [a["value"], b["value"], round(a["value"] - b["value"], 4)], row
    assert "tinhso index dti-province 2022" in page and "/api/log/revisions/" in page
    assert 'value="48" selected="selected"' in page and 'value="79" selected="selected"' in page


def wrong_questions_are_told():
    for path, status in (("/figures/none", 404), ("/reports/none", 404), ("/indexes/none", 404), ("/figures/communes?by=x", 400),
                         ("/figures/farm-households-digitised?by=unit:2&units-at=2025-07-01", 400), ("/figures/communes?sortby=x", 400),
                         ("/figures/communes?on=2022-02-30", 400), ("/indexes/dti-province?year=1990", 404),
                         ("/indexes/dti-province?kind=x", 400), ("/indexes/dti-province?colour=red", 400), ("/indexes/dti-province/nowhere", 404),
                         ("/figures/farm-households-digitised?by=head", 403)):
        found, page = get(path)
        assert found == status and "<h1>" in page, (path, found)


globals()[check]()
