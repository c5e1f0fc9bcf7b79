#!/usr/bin/python3
"""The checks of services.sh: services.py ADDRESS WORK [before|doubts]. Lines of TAP."""
import html
import os
import re
import subprocess
import sys
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from people import Stage  # noqa: E402
from signing import Browser  # noqa: E402

ADDRESS, WORK, PART = sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else "now"
stage = Stage(ADDRESS, WORK)
tell = stage.tell
def main_of(page):
    return html.unescape(page.body.decode().split("<main", 1)[-1].split("</main", 1)[0])


def words_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main_of(page)))


def found(page):
    return re.findall(r'<a href="/services/([0-9A-Z.]+)(?:\?[^"]*)?">', main_of(page))


def get(path, lang="vi"):
    return Browser(ADDRESS).ask("GET", path + ("&" if "?" in path else "?") + "lang=" + lang)


def search(path):
    return get(path.split("=")[0] + "=" + urllib.parse.quote(path.split("=", 1)[1]))


CALLED = {
    "giay khai sinh": "1.001193",
    "Giấy khai sinh": "1.001193",
    "làm giấy khai sinh cho con": "1.001193",
    "sang tên sổ đỏ": "1.013831",
    "lam so do": "1.013831",
    "so ho ngheo": "1.011607",
    "hộ khẩu": "1.004222",
    "CCCD": "1.014061",
    "xin phep xay nha": "1.013225",
    "khoan giếng": "1.001662",
    "birth certificate": "1.001193",
    "1.004222": "1.004222",
    "sao y": "2.000815",
}
NARROWED = (
    ("event=land", 3, "1.013831"),
    ("field=Hộ tịch", 5, "1.001193"),
    ("office=commune", 20, "1.001193"),
    ("office=so-xay-dung", 2, "1.000703"),
    ("level=partial", 4, "1.000894"),
)
RESIDENCE = (
    "Đăng ký thường trú", "Toàn trình", "Công an cấp xã", "7 ngày làm việc", "20.000 đồng/hồ sơ", "10.000 đồng/hồ sơ",
    "75/2022/TT-BTC", "Tờ khai thay đổi thông tin cư trú CT01",
    "Chỉ khi: không có trong cơ sở dữ liệu đất đai, nhà ở", "hộ khẩu", "1523/QĐ-BCA-C06", "dichvucong.gov.vn",
    "/t/1.004222", "Từ 01/07/2025", "Đến trước 01/07/2025",
)
IN_ENGLISH = (
    "7 working days", "Permanent residence registration", "20,000 đồng/dossier", "Filed online", "Full online service",
)


def what_people_call_them():
    for words, code in CALLED.items():
        page = search("/services?q=" + words)
        tell(page.status == 200 and found(page)[:1] == [code], f"“{words}” finds {code} first", found(page))
        page = search("/search?q=" + words)
        first = re.search(r'<ul class="ts-results">.*?<a href="([^"?]+)', main_of(page), re.S)
        tell(first and first.group(1) == "/services/" + code, f"and first of all on the whole site: “{words}”",
            main_of(page)[:600])
    page = search("/services?q=sổ đỏ")
    tell(found(page)[:1] == ["1.013831"] and "1.008128" not in found(page), "and nothing that only has such letters",
         found(page))
    page = search("/services?q=em bé")
    tell("1.001193" in found(page), "a life event is found by its words", found(page))
    page = search("/services?q=zzz không có")
    tell(page.status == 200 and not found(page) and "Không có thủ tục nào như vậy" in words_of(page),
         "nothing found is said", words_of(page))


def narrowed():
    everything = get("/services")
    tell(len(found(everything)) == 38 and "1.004859" not in found(everything),
         "38 are published; one with open doubts is not listed",
         len(found(everything)))
    for query, least, sure in NARROWED:
        page = search("/services?" + query)
        n = int(re.search(r"Tìm thấy (\d+) thủ tục", words_of(page)).group(1))
        tell(sure in found(page) and least <= n == len(found(page)) < 38, f"{query} narrows", (n, found(page)))
    home = get("/")
    tell('href="/services?event=birth"' in main_of(home) and 'href="/services"' in home.text,
         "the home page leads there", main_of(home)[:800])
    sitemap = Browser(ADDRESS).ask("GET", "/sitemap.xml", headers={"Accept": "*/*"})
    listed = sitemap.body.decode()
    tell(listed.count("/services/") == 38 and "/services/1.001193<" in listed, "and so does the sitemap", listed[:500])


def then():
    page = get("/services?on=2022-06-30")
    words = words_of(page)
    tell("Tất cả 788 thủ tục" in words and "Mức độ 3 (516)" in words and "Mức độ 4 (272)" in words,
         "the catalogue of June 2022 has its levels", words[:2500])
    tell(main_of(page).count('class="ts-sample"') == 50 == len(found(page)),
         "each of them marked as a sample, fifty a page", len(found(page)))
    page = get("/services?on=2022-06-30&after=750")
    tell(len(found(page)) == 38, "and the last page has the rest", len(found(page)))
    tell(get("/services?on=2022-02-30").status == 400, "a day that is none is refused")


def one():
    words = words_of(get("/services/1.004222"))
    tell(all(p in words for p in RESIDENCE), "a page says what, who, where, how long, how much, which papers",
         [p for p in RESIDENCE if p not in words])
    tell('href="/apply/1.004222"' in main_of(get("/services/1.004222")), "and leads to filing it")
    for closed in ("1.011607", "2.001263", "3.000333", "1.004222?on=2025-06-30"):
        tell("/apply/" not in main_of(get("/services/" + closed)), f"which {closed} does not")
    english = words_of(get("/services/1.004222", "en"))
    tell(all(p in english for p in IN_ENGLISH), "in English too", english[:1500])
    words = words_of(get("/services/2.001263"))
    tell("chưa được công khai" in words and "chưa rõ" in words
         and "400.000 đồng/hồ sơ" in words and "không thu" in words,
         "one with open doubts says so, and promises nothing", words[:1200])
    words = words_of(get("/services/1.012812"))
    tell("30 ngày" in words and "Lệ phí" in words, "a resolved limit is the one that is promised", words[:800])
    words = words_of(get("/services/1.000656"))
    tell("chưa rõ" in words and "Đăng ký quá hạn" in words, "an unknown amount is not free")
    words = words_of(get("/services/1.013225?on=2025-06-30"))
    tell("UBND cấp huyện" in words and "không phải bản hiện nay" in words
         and "Xem bản hiện nay" in words and "dichvucong.gov.vn" not in words,
         "a page of an earlier day is the version of that day", words[:1000])
    words = words_of(get("/services/1.001193?u=24745"))
    tell("Xã Quảng Tín đã sáp nhập" in words and "UBND xã Quảng Tín" in words, "an old place leads to its successor",
         words[:1000])
    page = get("/services/1.001193?u=24745")
    tell('value="24760" selected' in main_of(page), "which is chosen in the list")
    words = words_of(get("/services/1.004363?u=24745"))
    tell("Sở Nông nghiệp và Môi trường" in words, "an office of the province settles it wherever one lives",
         words[:800])
    for bad in ("1'%20OR%20'1'='1", "9.999999", "x"):
        tell(get("/services/" + bad).status == 404, f"there is no procedure {bad}")
    tell(get("/services/1.001193?u=%27").status == 200, "a place that is none changes nothing")


def lead(path):
    page, path = None, path
    for _ in range(4):
        page = Browser(ADDRESS).ask("GET", path, headers={"Accept-Language": "vi"})
        if page.status != 303:
            break
        path = page.location
    return path, page


def boards():
    for path, end, pieces in (
            ("/t/1.001193", "/services/1.001193", ["Đăng ký khai sinh", "dichvucong.gov.vn"]),
            ("/t/1001193", "/services/1.001193", ["Đăng ký khai sinh"]),
            ("/t/1.001193.000.00.00.H16", "/services/1.001193", ["Đăng ký khai sinh"]),
            ("/t/1.001193?u=24745", "/services/1.001193?u=24745", ["đã sáp nhập", "UBND xã Quảng Tín"]),
            ("/t/1.001193?u=666", "/services/1.001193?u=666", ["Đăng ký khai sinh"]),
            ("/t/2.000488", "/services/3.000333?was=2.000488",
            ["Mã cũ 2.000488 không còn dùng", "Phiếu lý lịch tư pháp"]),
            ("/t/2.000488?u=24745", "/services/3.000333?u=24745&was=2.000488", ["Mã cũ 2.000488 không còn dùng"]),
            ("/t/DVC0001", "/services/DVC0001", ["không phải bản hiện nay", "14/08/2022"]),
            ("/t/dvc0001", "/services/DVC0001", ["DVC0001"]),
            ("/t/1.013225", "/services/1.013225", ["UBND cấp xã"]),
            ("/t/9.999999", "/services?missing=9.999999",
            ["Danh mục không có thủ tục mã “9.999999”", "Quý vị cần làm gì?"]),
            ("/t/%22%3E%3Cscript%3E", None, ["Quý vị cần làm gì?"])):
        to, page = lead(path)
        words = words_of(page)
        tell(page.status == 200 and (end is None or to == end) and all(p in words for p in pieces),
            f"{path} leads somewhere useful",
             (to, page.status, [p for p in pieces if p not in words]))


def before():
    words = words_of(get("/services/1.013225?u=24745"))
    tell("UBND cấp huyện" in words and "UBND huyện Đắk R'Lấp" in words and "dichvucong.gov.vn" not in words,
         "before the merger the district settles it", words[:1000])
    to, page = lead("/t/2.000488")
    tell("3.000333" in to and page.status == 200, "a renamed procedure leads on", to)
    to, page = lead("/t/1.001193?u=24745")
    tell("UBND xã Quảng Tín" in words_of(page) and "đã sáp nhập" not in words_of(page),
         "the commune of the board was there", words_of(page)[:800])


def doubts():
    tell(get("/procedures/doubts").status == 303, "doubts are not for everybody: sign in")
    b = stage.account("kiem.soat", "--role", "procedure_controller", "--agency", "vp-ubnd")
    stage.keep(b, "kiem.soat")
    page = b.ask("GET", "/procedures/doubts?lang=vi")
    words = words_of(page)
    tell(page.status == 200 and all(p in words for p in ("1.004859", "Thời hạn không có đơn vị",
         "đọc lại văn bản công bố", "đã hết hiệu lực")),
         "the procedure controller sees them", (page.status, words[:1000]))
    tell("/registers/procedures/1.004859@2025-07-01/edit" in urllib.parse.unquote(main_of(page)),
         "and is led to the record")
    tell("/procedures/doubts" in main_of(b.ask("GET", "/services")), "by a link beside the catalogue")
    other = stage.account("can.bo", "--role", "commune_officer", "--unit", "24697")
    tell(other.ask("GET", "/procedures/doubts").status == 403, "an officer of a commune does not")
    tell("/procedures/doubts" not in main_of(other.ask("GET", "/services")), "nor the link")


parts = {"now": (what_people_call_them, narrowed, then, one, boards), "before": (before,), "doubts": (doubts,)}
for part in parts[PART]:
    try:
        part()
    except (AssertionError, AttributeError, IndexError, ValueError, KeyError, subprocess.CalledProcessError) as e:
        tell(False, f"{part.__name__} was gone through", repr(e))
sys.exit(stage.failed > 0)
