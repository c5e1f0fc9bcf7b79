#!/usr/bin/python3
"""The published filters of the CQL2 standard through HTTP, in both notations: numberMatched is the published number.

    cql2.py prepare FOLDER COUNTS.csv SOURCE.gpkg      writes FOLDER/world, a province of the layers
    cql2.py ask URL COUNTS.csv CQL2-JSON               CQL2-JSON: the program that turns text into JSON
"""
import csv
import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

# The standard's table is wrong here: opengeospatial/ogcapi-features#1011, as in tests/unit/cql2/test_counts.c.
ERRATA = {"ACCENTI(CASEI(name)) LIKE accenti(casei('Chiș%'))": 1}

FIELDS = {  # layer: register, kind of geometry, fields (name there, name here, type)
    "ne_110m_admin_0_countries": (
        "countries",
        "polygon",
        [("NAME", "name", "string"), ("POP_EST", "pop_est", "number")],
    ),
    "ne_110m_populated_places_simple": (
        "places",
        "point",
        [
            ("name", "name", "string"),
            ("nameascii", "nameascii", "string"),
            ("pop_max", "pop_max", "integer"),
            ("pop_min", "pop_min", "integer"),
            ("pop_other", "pop_other", "integer"),
            ("date", "date", "date"),
            ("start", "start", "timestamp"),
            ("end", "end", "timestamp"),
            ("boolean", "boolean", "boolean"),
        ],
    ),
    "ne_110m_rivers_lake_centerlines": ("rivers", "line", [("name", "name", "string")]),
}


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def register(name, kind, fields, crs="EPSG:4326"):
    text = f"register: {name}\ntitle: {{vi: {name}, en: {name}}}\nsource: Natural Earth\n"
    text += "privacy: public\nkey: [code]\nfields:\n"
    text += "  code: {type: string, title: {vi: Mã, en: Code}, required: true}\n"
    for _, here, kind_of in fields:
        text += f"  {here}: {{type: {kind_of}, title: {{vi: {here}, en: {here}}}}}\n"
    return text + f'  geom: {{type: geometry, crs: "{crs}", kind: {kind}, title: {{vi: Hình, en: Geometry}}}}\n'


def prepare(folder, source):
    province = os.path.join(folder, "world")
    write(
        province + "/province.yaml",
        'province: world\ntitle: {vi: Thế giới, en: World}\ntime_zone: "+00:00"\n'
        "units: {register: units, code: code, name: name, level: level, parent: parent}\n"
        "levels:\n  1: {vi: Nước, en: Country}\n",
    )
    write(
        province + "/registers/units.yaml",
        "register: units\ntitle: {vi: Đơn vị, en: Units}\nsource: none\nprivacy: public\nkey: [code, valid_from]\n"
        "valid_time: {from: valid_from, to: valid_to}\nfields:\n"
        "  code: {type: string, title: {vi: Mã, en: Code}, required: true}\n"
        "  valid_from: {type: date, title: {vi: Từ ngày, en: From}}\n"
        "  valid_to: {type: date, title: {vi: Đến ngày, en: To}}\n"
        "  name: {type: string, title: {vi: Tên, en: Name}, required: true}\n"
        "  level: {type: integer, title: {vi: Cấp, en: Level}, required: true}\n"
        "  parent: {type: string, title: {vi: Cấp trên, en: Parent}}\n",
    )
    # One in VN-2000, for boxes and filters that come in degrees.
    write(province + "/registers/marks.yaml", register("marks", "point", [("", "name", "string")], "EPSG:9218"))
    for layer, (name, kind, fields) in FIELDS.items():
        write(f"{province}/registers/{name}.yaml", register(name, kind, fields))
        # Its instants lack their Z.
        columns = ", ".join(
            f'"{there}" || \'Z\' AS "{here}"' if t == "timestamp" else f'"{there}" AS "{here}"'
            for there, here, t in fields
        )
        subprocess.run(
            [
                "ogr2ogr",
                "-f",
                "GeoJSON",
                f"{folder}/{name}.geojson",
                source,
                "-dialect",
                "SQLITE",
                "-lco",
                "COORDINATE_PRECISION=17",
                "-nln",
                name,
                "-sql",
                f'SELECT CAST(rowid AS TEXT) AS code, {columns}, geom FROM "{layer}"',
            ],
            check=True,
        )


def count(url, name, text, notation):
    query = urllib.parse.urlencode(
        {"filter": text, "filter-lang": notation, "count": "exact", "limit": 1}, quote_via=urllib.parse.quote
    )
    try:
        with urllib.request.urlopen(f"{url}/api/collections/{name}/items?{query}", timeout=60) as a:
            return json.load(a)["numberMatched"]
    except urllib.error.HTTPError as e:
        return e.read().decode()


def ask(url, counts, program):
    rows = list(csv.DictReader(open(counts, encoding="utf-8")))
    for r in rows:
        r["name"], _, fields = FIELDS[r["collection"]]
        for there, here, _ in fields:  # names of ours are written small
            if there != here:
                r["filter"] = "".join(
                    p if p.startswith("'") else re.sub(rf"\b{there}\b", here, p)
                    for p in re.split(r"('(?:[^']|'')*')", r["filter"])
                )
        r["matched"] = ERRATA.get(r["filter"], int(r["matched"]))
    done = subprocess.run(
        [program], input="\n".join(r["filter"] for r in rows) + "\n", capture_output=True, text=True, check=True
    )
    texts = done.stdout.splitlines()
    for notation in ("cql2-text", "cql2-json"):
        wrong = []
        for r, in_json in zip(rows, texts, strict=True):
            found = count(url, r["name"], r["filter"] if notation == "cql2-text" else in_json, notation)
            wrong += [(r["filter"], r["matched"], found)] if found != r["matched"] else []
        print(
            ("not ok " if wrong or len(rows) != 137 else "ok ")
            + f"the {len(rows)} published filters select the published numbers over HTTP, in {notation}"
        )
        for w in wrong[:10]:
            print("# " + str(w)[:400])


if sys.argv[1] == "prepare":
    prepare(sys.argv[2], sys.argv[4])
else:
    ask(*sys.argv[2:5])
