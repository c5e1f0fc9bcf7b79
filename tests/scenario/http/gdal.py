#!/usr/bin/python3
"""GDAL's OAPIF driver reads every collection of a server that is up, page by page, and finds what
`tinhso export` finds in the database.

    gdal.py http://127.0.0.1:8080 TINHSO DATABASE [KEY]

With KEY as the operator: internal registers too. Prints TAP without numbers; a warning of GDAL's is a failure.
"""
import csv
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import urllib.request

URL, TINHSO, DATABASE = sys.argv[1:4]
KEY = sys.argv[4] if len(sys.argv) > 4 else None
csv.field_size_limit(1 << 26)


def collections():
    request = urllib.request.Request(
        URL + "/api/collections?lang=en", headers={"Authorization": f"Bearer {KEY}"} if KEY else {}
    )
    return json.load(urllib.request.urlopen(request))["collections"]


def gdal(*args):
    env = dict(os.environ, GDAL_HTTP_HEADERS=f"Authorization: Bearer {KEY}") if KEY else os.environ
    done = subprocess.run(args, env=env, capture_output=True, text=True, timeout=300)
    return done.stdout, done.stderr.strip() or (f"status {done.returncode}" if done.returncode else "")


def read(name, page, *more):
    """Features as GDAL understood them; ids by place, and what it warned of."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "x.geojson")
        _, said = gdal(
            "ogr2ogr",
            "-f",
            "GeoJSON",
            out,
            f"OAPIF:{URL}/api",
            name,
            "-oo",
            f"PAGE_SIZE={page}",
            "-lco",
            "COORDINATE_PRECISION=15",
            *more,
        )
        return (json.load(open(out, encoding="utf-8"))["features"] if not said and os.path.exists(out) else []), said


def export(name):
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "x.csv")
        subprocess.run([TINHSO, "export", name, out, "--ids", "--db", DATABASE], check=True, capture_output=True)
        return list(csv.DictReader(open(out, encoding="utf-8-sig", newline="")))


def is_same(ours, theirs):
    """A cell of ours and a property of GDAL's."""
    if theirs is None or theirs == "":
        return ours == ""
    if isinstance(theirs, bool):
        return ours == str(theirs).lower()
    if isinstance(theirs, list):
        parts = ours.split("|")
        return len(parts) == len(theirs) and all(is_same(p, t) for p, t in zip(parts, theirs))
    if isinstance(theirs, (int, float)):
        if ours in ("true", "false"):
            return theirs == (ours == "true")
        try:
            return math.isclose(float(ours), theirs, rel_tol=1e-12)
        except ValueError:
            return False
    if ours in ("true", "false") and theirs in ("0", "1"):  # GDAL's way where the first page has none
        return (theirs == "1") == (ours == "true")
    if re.fullmatch(r"\d\d:\d\d", ours):  # and with times of day
        return theirs == ours + ":00"
    if re.match(r"\d{4}/\d\d/\d\d", theirs):  # and with dates
        wanted = ours.replace("-", "/", 2).replace("T", " ").rstrip("Z")
        return wanted == re.sub(r"(\.0+)?(\+00)?$", "", theirs)
    return ours.lstrip("'") == theirs.lstrip("'")


def places(geometry):
    found = []

    def walk(c):
        if c and isinstance(c[0], (int, float)):
            found.append((c[0], c[1]))
        else:
            for part in c:
                walk(part)

    walk(geometry["coordinates"])
    return found


def say(is_right, name, *detail):
    print(("ok " if is_right else "not ok ") + name)
    for d in detail if not is_right else ():
        print("# " + str(d)[:700].replace("\n", " "))
    sys.stdout.flush()


def judge_values(name, rows, features):
    """Both in the order of their ids: GDAL's `id` is ours."""
    wrong = []
    keys = [k for k in rows[0] if k not in ("_sample", "__id")] if rows else []
    shared = [k for k in keys if features and k in features[0]["properties"]]
    missing = [
        k
        for k in keys
        if k not in shared and not any(r[k].startswith(("POINT", "MULTI", "POLYGON", "LINE")) for r in rows)
    ]
    by_id = {}
    for f in features:
        by_id.setdefault(f["properties"].get("id"), f)
    for r in rows:
        f = by_id.get(r["__id"])
        if f is None:
            wrong.append(("not there", r["__id"]))
        else:
            wrong += [(r["__id"], k, r[k], f["properties"][k]) for k in shared if not is_same(r[k], f["properties"][k])]
    return wrong[:5], missing


def ids_of(name, rows):
    """The id is not a column of the export: it is the key, joined."""
    key = KEYS[name]
    for r in rows:
        r["__id"] = "@".join(r[k] for k in key)


def find_keys():
    """The fields of the key: those whose values make the id of the first record."""
    keys = {}
    for c in collections():
        request = urllib.request.Request(
            URL + f"/api/collections/{c['id']}/items?limit=1", headers={"Authorization": f"Bearer {KEY}"} if KEY else {}
        )
        features = json.load(urllib.request.urlopen(request))["features"]
        if features:
            keys[c["id"]] = key_fields(features[0]["id"], features[0]["properties"])
    return keys


def key_fields(rid, properties):
    names, parts = list(properties), rid.split("@")
    found, at = [], 0
    for part in parts:
        while at < len(names) and str(properties[names[at]] if properties[names[at]] is not None else "") != part:
            at += 1
        if at == len(names):
            return [n for p in parts for n in names if str(properties[n] if properties[n] is not None else "") == p][
                : len(parts)
            ]
        found.append(names[at])
        at += 1
    return found


def judge(collection):
    name = collection["id"]
    rows = export(name)
    if not rows:
        return
    page = 7 if len(rows) < 100 else 997 if len(rows) < 20000 else 10000
    features, said = read(name, page)
    say(
        len(features) == len(rows) and not said,
        f"GDAL reads all {len(rows)} of {name}, {page} a page, and warns of nothing",
        len(features),
        said,
    )
    ids_of(name, rows)
    wrong, missing = judge_values(name, rows, features)
    say(not wrong and not missing, f"with the values that the database has: {name}", wrong, missing)
    judge_where(name, rows, features)
    if "extent" in collection:
        judge_box(name, features)


def judge_where(name, rows, features):
    """By a text and, where there is one, by a number."""
    tried = 0
    for k in rows[0]:
        values = [r[k] for r in rows if r[k]]
        if (
            k.startswith("_")
            or not values
            or "," in k
            or "'" in values[0]
            or "|" in values[0]
            or values[0].startswith(("POINT", "POLY", "MULTI"))
        ):
            continue
        is_number = all(re.fullmatch(r"-?\d{1,9}\.\d+", v) for v in values) and any(
            isinstance(f["properties"].get(k), float) for f in features
        )
        is_word = (
            all(re.fullmatch(r"[a-z_]+", v) and v not in ("true", "false") for v in values) and len(set(values)) > 1
        )
        if is_number:
            middle = sorted(map(float, values))[len(values) // 2]
            where, wanted = f"{k} > {middle}", sum(float(v) > middle for v in values)
        elif is_word:
            where, wanted = f"{k} = '{values[0]}'", sum(v == values[0] for v in values)
        else:
            continue
        features, said = read(name, 10000 if len(rows) > 20000 else 500, "-where", where)
        say(
            len(features) == wanted and not said,
            f"-where finds as many as there are: {name}, {where}",
            len(features),
            wanted,
            said,
        )
        tried += 1
        if tried == 2:
            return


def judge_box(name, features):
    points = [p for f in features if f["geometry"] for p in places(f["geometry"])]
    xs, ys = sorted(p[0] for p in points), sorted(p[1] for p in points)
    box = (xs[len(xs) // 4], ys[len(ys) // 4], xs[3 * len(xs) // 4], ys[3 * len(ys) // 4])

    # what lies in it for certain, by a vertex; what may, by its rectangle
    def touches(f):
        return f["geometry"] and any(box[0] <= x <= box[2] and box[1] <= y <= box[3] for x, y in places(f["geometry"]))

    def may(f):
        if not f["geometry"]:
            return False
        x, y = zip(*places(f["geometry"]))
        return min(x) <= box[2] and max(x) >= box[0] and min(y) <= box[3] and max(y) >= box[1]

    found, said = read(name, 5, "-spat", *map(str, box))
    got = {f["properties"]["id"] for f in found}
    certain, possible = ({f["properties"]["id"] for f in features if t(f)} for t in (touches, may))
    say(
        certain <= got <= possible and certain and not said,
        f"-spat finds what lies in the box: {name}",
        sorted(certain - got),
        sorted(got - possible),
        said,
    )


KEYS = find_keys()
for c in collections():
    judge(c)
