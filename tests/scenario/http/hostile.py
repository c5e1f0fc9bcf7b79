#!/usr/bin/python3
"""Hostile values in every input of the open interface: none is an error of the server, and none gets more than its due.

    hostile.py URL ROUTES.json DATABASE

What tests/abuse does to the protocol, this does to the inputs: SQL, CQL2 beyond its limits, places of other queries,
coordinates that are none, Unicode that looks like something else. Prints TAP without numbers.
"""
import base64
import http.client
import json
import random
import sqlite3
import sys
import time
from urllib.parse import quote, urlsplit

URL, ROUTES, DATABASE = sys.argv[1:4]
AT = urlsplit(URL)
PROBLEM = "application/problem+json"
SLOW = 20  # seconds, of a build with sanitizers on a busy machine


def q(text):
    return quote(text, safe="")


def get(path, method="GET", body=None, **headers):
    c = http.client.HTTPConnection(AT.hostname, AT.port, timeout=120)
    try:
        c.putrequest(method, path, skip_accept_encoding=True)
        for k, v in headers.items():
            c.putheader(k.replace("_", "-"), v)
        if body is not None:
            c.putheader("Content-Length", str(len(body)))
        c.endheaders(body)
        a = c.getresponse()
        return a.status, a.headers.get("Content-Type", ""), a.read()
    finally:
        c.close()


def say(is_right, name, *detail):
    print(("ok " if is_right else "not ok ") + name)
    for d in detail if not is_right else ():
        print("# " + str(d)[:600].replace("\n", " "))
    sys.stdout.flush()


def judge(name, paths, allowed):
    """Each answers with one of those, in time; what is refused says so as a problem."""
    wrong = []
    for path in paths:
        began = time.monotonic()
        status, media, body = get(path)
        took = time.monotonic() - began
        if (
            status not in allowed
            or took > SLOW
            or (status >= 400 and (media != PROBLEM or json.loads(body)["status"] != status))
        ):
            wrong.append((path[:200], status, media, f"{took:.1f} s", body[:200]))
    say(not wrong, f"{name}: {len(paths)} requests", len(wrong), *wrong[:6])


SQL = [
    "'",
    "''",
    "' OR 1=1 --",
    '" OR ""="',
    "1; DROP TABLE r_wells; --",
    "x' UNION SELECT _salt FROM r_keepers --",
    "') OR ('1'='1",
    "G001'/*",
    "*/ OR 1 /*",
    "\\'; ATTACH '/tmp/x' AS y; --",
    "name) FROM r_keepers --",
    "%27%20OR%201=1",
    "_salt",
    "rowid",
    "r_keepers.full_name",
    "t._salt",
    "load_extension('x')",
    "sqlite_version()",
    "wells; PRAGMA journal_mode=DELETE",
    "name COLLATE NOCASE",
    "CASE WHEN 1 THEN name END",
    "(SELECT full_name FROM r_keepers)",
    "name, (SELECT 1)",
    "1e999",
    "0x10",
    "NULL",
]
UNICODE = [
    "G001\u200b",
    "Ｇ００１",
    "G\u0660\u0660\u0661",
    "\u202e100G",
    "G001\ufeff",
    "G001\u0301",
    "Gie\u0302\u0301ng",
    "\U0001f4a9" * 50,
    "İ",
    "ß",
    "ﬀ",
    "\u1e9e",
    "a" * 400,
    "\U0010ffff",
    "đ" * 99,
    "\u0e33" * 60,
]
BROKEN = [
    "%00",
    "%ff",
    "%c0%af",
    "%ed%a0%80",
    "%f5%80%80%80",
    "%e2%80",
    "%",
    "%4",
    "%zz",
    "%0d%0aX-A:%20b",
    "%0a",
    "%1b[31m",
    "%7f",
]


def inputs_of_routes():
    """Every input of every route of the table that reads."""
    routes = [
        r
        for r in json.load(open(ROUTES, encoding="utf-8"))["routes"]
        if r["method"] == "GET" and r["path"].startswith(("/api", "/search"))
    ]
    good = {
        "register": "wells",
        "id": "G001",
        "figure": "wells-public",
        "index": "school-care",
        "year": "2023",
        "report": "half-year",
        "revision": "6",
        "tile": "0/000",
    }
    texts = SQL + UNICODE
    paths, raw = [], []
    for r in routes:
        fixed = r["path"]
        for name, value in good.items():
            fixed = fixed.replace("{" + name + "}", value)
        for i in r["inputs"]:
            for t in texts:
                if i["in"] == "path":
                    path = r["path"].replace("{" + i["name"] + "}", q(t))
                    for name, value in good.items():
                        path = path.replace("{" + name + "}", value)
                    paths.append(path)
                elif i["in"] == "query":
                    paths.append(f"{fixed}?{'name' if i['open'] else i['name']}={q(t)}")
            for b in BROKEN:
                if i["in"] == "path":
                    path = r["path"].replace("{" + i["name"] + "}", b)
                    for name, value in good.items():
                        path = path.replace("{" + name + "}", value)
                    raw.append(path)
                elif i["in"] == "query":
                    raw.append(f"{fixed}?{'name' if i['open'] else i['name']}={b}")
        paths += [f"{fixed}?at={q(t)}" for t in SQL[:6] + UNICODE[:3]] + [f"{fixed}?f={q(t)}" for t in SQL[:4]]
        paths += [f"{fixed}?{q(t)}=1" for t in SQL[:6]]
    return paths, raw


def injections():
    """A condition smuggled in as a value finds what a value that is nowhere finds: nothing."""
    wrong = []
    for value in SQL:
        for field in ("name", "code", "kind", "area", "keeper"):
            status, _, body = get(f"/api/collections/wells/items?{field}={q(value)}")
            if status == 200 and json.loads(body)["numberReturned"]:
                wrong.append((field, value))
        text = value.replace("'", "''")
        status, _, body = get(f"/api/collections/wells/items?filter={q(f'name = {chr(39)}{text}{chr(39)}')}")
        if status not in (200, 400) or (
            status == 200 and json.loads(body)["numberReturned"]
        ):  # \\' is a quote too: 400
            wrong.append(("filter", value, status))
    say(not wrong, "no value becomes a condition", *wrong[:6])
    for value in ("a\\", "a\\'b", "\\\\'", "'", "\\'\\"):
        status, _, body = get(f"/api/collections/wells/items?name={q(value)}")
        if status != 200 or json.loads(body)["numberReturned"]:
            wrong.append((value, status, body[:200]))
    say(not wrong, "a value with backslashes and quotes is a value", *wrong[:6])


def filters():
    base = "/api/collections/wells/items?filter="
    deep = [("(" * n + "name='a'" + ")" * n) for n in (100, 1000, 3000)] + [
        "NOT " * 1500 + "name='a'",
        "NOT(" * 1200 + "name='a'" + ")" * 1200,
    ]
    deep += [
        "casei(" * 300 + "name" + ")" * 300 + "='a'",
        "depth_m+" * 900 + "1>0",
        "-" * 3000 + "1=depth_m",
        "(" * 3500,
        "'" * 3001,
    ]
    deep += [
        " OR ".join(["name='a'"] * 600),
        "name IN (" + ",".join(["'a'"] * 1500) + ")",
        "name LIKE '" + "%a" * 1500 + "%'",
        "name LIKE '" + "_" * 4000 + "'",
    ]
    wide = [
        "S_INTERSECTS(place,BBOX(NaN,0,1,1))",
        "S_INTERSECTS(place,BBOX(Infinity,0,1,1))",
        "S_INTERSECTS(place,BBOX(1e999,0,1,1))",
        "S_INTERSECTS(place,POINT(1e400 1))",
        "S_INTERSECTS(place,POLYGON EMPTY)",
        "S_INTERSECTS(place,POLYGON((0 0,1 1)))",
        "S_INTERSECTS(place,POLYGON((0 0,0 0,0 0,0 0)))",
        "S_WITHIN(place,GEOMETRYCOLLECTION(" + "GEOMETRYCOLLECTION(" * 200 + "POINT(1 1)" + ")" * 201 + ")",
        "S_INTERSECTS(place,LINESTRING(" + ",".join(["1 1"] * 1200) + "))",
        "depth_m > 1e308*10",
        "depth_m / 0 > 1",
        "rings DIV 0 = 1",
        "rings % 0 = 1",
        "cost > 99999999999999999999999",
        "dug_on > DATE('0000-00-00')",
        "dug_on > DATE('9999-12-31')",
        "dug_on = TIMESTAMP('2023-02-30T25:61:61Z')",
        "T_AFTER(dug_on,INTERVAL('..','..'))",
        "T_AFTER(dug_on,INTERVAL('2024-01-01','2023-01-01'))",
        "A_CONTAINS(uses,())",
        "A_EQUALS(tags,(1,'a',TRUE))",
        "name = \u0000".replace("\u0000", "\x01"),
        "\ufeffname='a'",
        "name='a'; name='b'",
        "name='a' -- x",
        "name='a' /* x */",
        "nosuch('a')=1",
        "\"\"='a'",
    ]
    judge("CQL2 beyond its depth, length and sense", [base + q(f) for f in deep + wide], (200, 400, 413, 414, 422))
    nested = '{"op":"not","args":[' * 300 + '{"op":"=","args":[1,1]}' + "]}" * 300
    odd = [
        nested,
        "[" * 2000,
        '{"op":"=","args":' + "[" * 500 + "]" * 500 + "}",
        '{"op":"=","args":[]}',
        '{"op":"=","args":[{"property":1},2]}',
        '{"op":null}',
        "null",
        "[]",
        "{}",
        '{"op":"and","args":[' + ",".join(['{"op":"=","args":[1,1]}'] * 150) + "]}",
        '{"op":"=","op":"<","args":[1,1]}',
        '{"op":"=","args":[{"property":"name"},"\\ud800"]}',
        '{"op":"=","args":[{"property":"name"},"\\u0000"]}',
        '{"op":"s_intersects","args":[{"property":"place"},{"type":"Point","coordinates":[1e999,1]}]}',
        '{"op":"s_intersects","args":[{"property":"place"},{"bbox":[1,2]}]}',
        '{"op":"like","args":[{"property":"name"},{"property":"name"}]}',
        '{"op":"=","args":[1e400,1]}',
        '{"op":"in","args":[{"property":"name"},[' + ",".join(['"a"'] * 1500) + "]]}",
        '{"op":"casei","args":[' * 100 + '"a"' + "]}" * 100,
    ]
    judge(
        "CQL2 in JSON likewise",
        ["/api/collections/wells/items?filter-lang=cql2-json&filter=" + q(f) for f in odd],
        (200, 400, 413, 414, 422),
    )


def pages():
    """A place of another query, or of none."""
    base = "/api/collections/wells/items?limit=2"

    def next_of(path):
        links = json.loads(get(path)[2])["links"]
        return next(l["href"] for l in links if l["rel"] == "next").split("after=")[1]

    orders = [
        "",
        "&sortby=name",
        "&sortby=-name",
        "&sortby=dug_on,-depth_m",
        "&sortby=-dug_on,depth_m",
        "&sortby=in_use",
        "&sortby=cost",
    ]
    places = {o: next_of(base + o) for o in orders}
    other = next_of("/api/collections/areas/items?limit=2")
    crossed = [f"{base}{o}&after={p}" for o in orders for o2, p in places.items() if o != o2] + [
        f"{base}&after={other}"
    ]
    judge("a place in one order is none in another", crossed, (400,))
    random.seed(7)
    made = [
        [],
        [1],
        [None],
        ["a", 1],
        [1, 2, 3],
        [[1], 1],
        [{"a": 1}, 1],
        [True, 5],
        [1e308, 1],
        [-1, 5],
        [9223372036854775807, 1],
        [1.5, 2],
        ["'; DROP TABLE r_wells", 1],
    ]
    texts = [base64.b64encode(json.dumps(m).encode()).decode() for m in made] + [
        "",
        "=",
        "AAAA",
        "W10=",
        "-1",
        "1e9",
        "99999999999999999999",
        "\u0661",
    ]
    texts += [base64.b64encode(random.randbytes(n)).decode() for n in (1, 7, 40, 300)]
    texts += [places[""][:-4] + "AAAA", places["&sortby=name"][::-1]]
    judge(
        "a place that was made up",
        [f"{base}{o}&after={q(t)}" for t in texts if t for o in ("", "&sortby=name", "&q=gieng")],
        (200, 400),
    )
    # a next link stays right: all pages together are the whole, whatever the order
    for o in orders:
        seen, path = [], base + o
        while path:
            page = json.loads(get(path)[2])
            seen += [f["id"] for f in page["features"]]
            path = next((l["href"][len(URL) :] for l in page["links"] if l["rel"] == "next"), None)
        say(
            len(seen) == 12 and len(set(seen)) == 12,
            f"all pages together are the whole, each once: {o or 'as written'}",
            seen,
        )


def numbers():
    base = "/api/collections/wells/items?"
    limits = [
        "9223372036854775807",
        "-9223372036854775808",
        "-1",
        "0",
        "10001",
        "2147483648",
        "9223372036854775808",
        "1e3",
        "0x10",
        "+5",
        " 5",
        "5 ",
        "１０",
        "5.0",
        "",
        "NaN",
        "null",
    ]
    judge(
        "limits that are none",
        [base + "limit=" + q(v) for v in limits]
        + ["/api/figures/wells-public/records?limit=" + q(v) for v in limits]
        + ["/api/log/revisions?limit=" + q(v) for v in limits]
        + ["/api/log/revisions/6/records?from=" + q(v) for v in limits if v != "0"],
        (200, 400),
    )
    boxes = [
        "NaN,0,1,1",
        "0,NaN,1,1",
        "Infinity,0,1,1",
        "-Infinity,0,Infinity,1",
        "inf,inf,inf,inf",
        "1e999,0,1,1",
        "1,2,3",
        "1,2,3,4,5",
        "1,2,3,4,5,6,7",
        "a,b,c,d",
        ",,,",
        "1,2,3,",
        "1;2;3;4",
        "1e308,-1e308,1e308,1e308",
        "0,5,1,1",
        "1 2 3 4",
        "٠,0,1,1",
    ]
    judge("boxes that are none", [base + "bbox=" + q(v) for v in boxes], (200, 400))
    judge(
        "orders that are none",
        [
            base + "sortby=" + q(v)
            for v in (
                ",".join(["name"] * 150),
                ",".join(["-name", "+name"] * 70),
                ",,",
                "-",
                "+",
                "--name",
                "name desc",
                "1",
                "_id",
                "place",
            )
        ]
        + [
            base
            + "sortby="
            + ",".join(
                [
                    "name",
                    "-dug_on",
                    "cost",
                    "rings",
                    "kind",
                    "area",
                    "code",
                    "firm",
                    "keeper",
                    "photo",
                    "in_use",
                    "tested_at",
                ]
            )
            + "&limit=1"
        ],
        (200, 400),
    )
    systems = [
        "",
        "EPSG",
        "EPSG:",
        "EPSG:4326' OR 1=1",
        "EPSG:999999",
        "http://www.opengis.net/def/crs/EPSG/0/",
        "http://evil.example/crs",
        "+proj=longlat",
        "PROJ4:+init=/etc/passwd",
        "urn:ogc:def:crs:EPSG::4326",
        "[EPSG:4326",
        'GEOGCS["x"]',
        "../../etc/passwd",
        "OGC:CRS84h",
        "\u200bEPSG:4326",
    ]
    judge(
        "systems that are none",
        [f"{base}{i}={q(v)}&bbox=1,1,2,2&filter=1%3D1" for v in systems for i in ("crs", "bbox-crs", "filter-crs")],
        (400,),
    )
    judge(
        "a box far outside of any system",
        [
            base + f"bbox={b}&bbox-crs={c}"
            for b in ("1e30,1e30,1e31,1e31", "-1e9,-1e9,1e9,1e9", "0,0,1e-300,1e-300")
            for c in ("EPSG:9218", "EPSG:3857", "EPSG:3405", "EPSG:4756")
        ],
        (200, 422),
    )
    times = [
        "2023-02-30",
        "2023-13-01",
        "../..",
        "/",
        "..",
        "2023-01-01/2022-01-01",
        "2023-01-01T00:00:00",
        "2023-01-01T25:00:00Z",
        "a/b",
        "2023-01-01/b",
        "1/2/3",
        "-0001-01-01",
        "99999-01-01",
        "2023-01-01T00:00:00+99:00",
        "2023-01-01T00:00:00Z/..",
        "２０２３-01-01",
    ]
    judge(
        "times that are none",
        [base + "datetime=" + q(v) for v in times] + [base + "at=" + q(v) for v in times],
        (200, 400, 404),
    )


def ids():
    """What looks like an id is not one."""
    wrong = [
        t
        for t in UNICODE + ["g001", "G001 ", " G001", "G001%00", "G001/", "G001@", "G001@1", "g001%20"]
        if get(f"/api/collections/wells/items/{q(t)}")[0] not in (400, 404)
    ]
    say(not wrong, "an id is its characters and nothing that looks like them", wrong)
    wrong = [
        t
        for t in [
            "Wells",
            "WELLS",
            "wells ",
            "wells%00",
            "ｗells",
            "r_wells",
            "declarations",
            "redirects",
            "sqlite_schema",
            "s_wells",
            "g_wells",
        ]
        if get(f"/api/collections/{q(t)}/items")[0] not in (400, 404)
    ]
    say(not wrong, "and so is the name of a register", wrong)


def rows():
    db = sqlite3.connect(f"file:{DATABASE}?mode=ro", uri=True)
    return {
        t: db.execute(f'SELECT count(*) FROM "{t}"').fetchone()[0]
        for (t,) in db.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND "
            "(name LIKE 'r\\_%' ESCAPE '\\' OR name IN ('revision', 'log_tile'))"
        ).fetchall()
    }


before = rows()
good, broken = inputs_of_routes()
judge("SQL and Unicode in every input of every route", good, (200, 303, 400, 403, 404, 406, 414, 422))
judge("bytes that are no text in every input of every route", broken, (400, 404))
injections()
filters()
pages()
numbers()
ids()
say(rows() == before, "nothing was written", before, rows())
status, _, body = get("/readyz?f=json")
say(status == 200, "the server is ready as before", status)
