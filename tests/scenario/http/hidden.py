#!/usr/bin/python3
"""Nothing that is not shown leaves: every value of a hidden field is looked for in every answer, and no question about one answers anything.

    hidden.py URL DATABASE KEY

Twice: as anybody, who sees public fields, and as the operator, who sees internal ones too. What is hidden is what the tables of the database
hold and the collections do not show. Prints TAP without numbers.
"""
import io
import json
import re
import sqlite3
import sys
import urllib.error
import urllib.parse
import urllib.request
import zipfile

URL, DATABASE, KEY = sys.argv[1:4]
JSON_FORMATS = ("geojson", "json")


class Reader:
    def __init__(self, name, headers):
        self.name, self.headers = name, headers
        self.leaks, self.asked, self.secrets, self.pattern = [], 0, set(), None

    def get(self, path, **more):
        """Status and text; a workbook is unpacked. Whatever is secret and was not in the question is a leak."""
        request = urllib.request.Request(URL + path, headers={**self.headers, **more})
        try:
            with urllib.request.urlopen(request, timeout=60) as a:
                status, body, head = a.status, a.read(), str(a.headers)
        except urllib.error.HTTPError as e:
            status, body, head = e.code, e.read(), str(e.headers)
        if body.startswith(b"PK"):
            z = zipfile.ZipFile(io.BytesIO(body))
            body = b"\n".join(z.read(n) for n in z.namelist())
        text = head + body.decode("utf-8", "replace")
        self.asked += 1
        asked = urllib.parse.unquote_plus(path)
        found = {s for s in self.pattern.findall(text)} if self.pattern else set()
        self.leaks += [(path, s) for s in found if s not in asked]
        return status, body.decode("utf-8", "replace")

    def json(self, path):
        status, text = self.get(path)
        return json.loads(text) if status == 200 else None


def q(text):
    return urllib.parse.quote(text, safe="")


def tables(db):
    """Register → field → its distinct values as text, of every version there ever was."""
    found = {}
    for (table,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'r\\_%' ESCAPE '\\'"):
        name = table[2:]
        if name in ("declarations", "redirects"):
            continue
        columns = [c[1] for c in db.execute(f'PRAGMA table_info("{table}")') if not c[1].startswith("_") or c[1] == "_id"]
        found[name] = {c: {str(v) for (v,) in db.execute(f'SELECT DISTINCT "{c}" FROM "{table}" WHERE "{c}" IS NOT NULL')
                           if not isinstance(v, bytes)} for c in columns}
    return found


def find_secrets(reader, held):
    """Shown fields by register, and the values that only hidden fields hold: long enough not to stand somewhere by chance."""
    shown = {c["id"]: set(reader.json(f"/api/collections/{c['id']}/schema")["properties"])
             for c in reader.json("/api/collections")["collections"]}
    public, hidden = set(), {}
    for name, fields in held.items():
        for field, values in fields.items():
            if name in shown and (field in shown[name] or field == "_id"):
                public |= values
            else:
                hidden.setdefault(name, {})[field] = values
    secrets = {v for fields in hidden.values() for f, values in fields.items() for v in values
               if len(v) >= 6 and not re.fullmatch(r"\d{4}-\d\d-\d\d.*|[a-z_]+|\d{1,7}(\.\d+)?", v)}
    secrets = {s for s in secrets if not any(s in p for p in public)}
    return shown, hidden, secrets


def read_everything(reader, shown, hidden, held):
    for name in shown:
        for f in (*JSON_FORMATS, "csv", "xlsx"):
            reader.get(f"/api/collections/{name}/items?f={f}&limit=10000")
        for at in ("6", "10", "12"):
            reader.get(f"/api/collections/{name}/items?limit=10000&at={at}")
        for rid in sorted(held[name].get("_id", ()))[:40]:
            reader.get(f"/api/collections/{name}/items/{q(rid)}")
            reader.get(f"/api/log/proof/{name}/{q(rid)}")
        for what in ("", "/schema", "/queryables", "/sortables"):
            reader.get(f"/api/collections/{name}{what}")
    for name in hidden:
        for what in ("", "/items", "/schema", "/items?f=csv", "/items?f=xlsx"):
            reader.get(f"/api/collections/{name}{what}")
        for rid in sorted(held[name].get("_id", ()))[:40]:
            reader.get(f"/api/collections/{name}/items/{q(rid)}")
            reader.get(f"/api/log/proof/{name}/{q(rid)}")
    for path in ("/", "/about", "/sitemap.xml", "/robots.txt", "/metrics", "/readyz", "/api", "/api/openapi", "/api/catalogue",
                 "/api/feeds/figures", "/api/feeds/posts", "/api/reports", "/api/indexes", "/api/log/revisions?limit=1000"):
        reader.get(path)
    for path in ("/registers", "/figures", "/indexes", "/units", "/posts", "/data", "/developers", "/reports"):
        reader.get(path)
    for name in {**held, **shown}:
        reader.get(f"/registers/{name}?limit=1000")
        for rid in sorted(held[name].get("_id", ()))[:15]:
            reader.get(f"/registers/{name}/{q(rid)}")
    for r in reader.json("/api/reports")["reports"]:
        reader.get(f"/reports/{r['report']}")
        reader.get(f"/api/reports/{r['report']}")
        reader.get(f"/api/reports/{r['report']}?f=md")
    for i in reader.json("/api/indexes")["indexes"]:
        reader.get(f"/api/indexes/{i['index']}")
    for rev in range(1, reader.json("/api")["revision"] + 1):
        reader.get(f"/api/log/revisions/{rev}")
        reader.get(f"/api/log/revisions/{rev}/records?limit=10000")
        reader.get(f"/api/log/tile/entries/000.p/{rev}")


def read_figures(reader, held):
    """Every figure, by every field there is anywhere."""
    fields = sorted({f for fields in held.values() for f in fields if f != "_id"})
    for figure in reader.json("/api/figures")["figures"]:
        name = figure["figure"]
        reader.get(f"/api/figures/{name}/records?limit=10000")
        reader.get(f"/figures/{name}")
        for by in ["unit:2", "area:2", *fields]:
            if by not in figure.get("by", ()):  # what a figure declares, its province publishes
                reader.get(f"/api/figures/{name}?by={q(by)}")
                reader.get(f"/figures/{name}?by={q(by)}")


def ask_about(reader, shown, hidden, held):
    """Every way to name a hidden field answers as for one that is not there: the same whatever the value, right or wrong."""
    wrong = []
    for name in shown:
        for field, values in hidden.get(name, {}).items():
            wrong += ask_field(reader, name, field, min(values, default="x"), False) if field != "_id" else []
        # through a reference or a unit, to registers that are shown or not
        for reference, p in reader.json(f"/api/collections/{name}/schema")["properties"].items():
            to = p.get("x-ogc-collectionId")
            for other, fields in hidden.items():
                for field, values in fields.items():
                    is_shown = field in shown.get(to, ()) or field.startswith("_")
                    wrong += [] if is_shown else ask_field(reader, name, f"{reference}.{field}", min(values, default="x"), to != other)
    return wrong


def ask_field(reader, name, field, value, is_brief):
    base, wrong = f"/api/collections/{name}/items?", []
    text = value.replace("'", "''")
    if is_brief:
        status, body = reader.get(base + "filter=" + q(f"{field} IS NOT NULL"))
        return [] if status == 400 and "field-unknown" in body else [(name, field, status, body[:200])]
    filters = [f"{field} = '{{}}'", f"\"{field}\" = '{{}}'", f"casei({field}) = casei('{{}}')", f"NOT ({field} <> '{{}}')",
               f"{field} LIKE '{{}}%'", f"{field} IN ('{{}}', 'x')", f"'{{}}' = {field}", f"{field} BETWEEN '{{}}' AND 'zz'",
               f"accenti({field}) LIKE '{{}}'", f"code = '1' OR {field} = '{{}}'"]
    asked = [base + "filter=" + q(f.format(v)) for f in filters for v in (text, "zzzzzz")]
    asked += [base + "filter=" + q(f"{field} IS NULL"), base + "filter=" + q(f"{field} IS NOT NULL")]
    asked += [base + "filter-lang=cql2-json&filter=" + q(json.dumps({"op": "=", "args": [{"property": field}, v]})) for v in (value, "zzzzzz")]
    asked += [base + "sortby=" + q(s) for s in (field, "-" + field, "+" + field)]
    asked += [base + "properties=" + q(field), base + f"{q(field)}={q(value)}", base + f"f=csv&properties={q(field)}",
              base + f"f=csv&sortby={q(field)}", base + f"f=xlsx&filter={q(field + ' IS NULL')}"]
    for path in asked:
        status, body = reader.get(path)
        if status != 400 or not re.search("field-unknown|input-unknown", body):
            wrong.append((path, status, body[:200]))
    return wrong


def ask_words(reader, shown, secrets):
    """Search for what is hidden finds what a word that is nowhere finds."""
    wrong = []
    for secret in sorted(secrets)[:25]:
        for name in shown:
            status, body = reader.get(f"/api/collections/{name}/items?q={q(secret)}")
            if status == 200 and json.loads(body)["numberReturned"]:
                wrong.append((name, secret))
        _, body = reader.get(f"/search?q={q(secret)}")
        _, none = reader.get(f"/search?q={q('zq' * (len(secret) // 2))}")
        if body.count("<li") > none.count("<li"):
            wrong.append(("search", secret))
    return wrong


def say(is_right, name, *detail):
    print(("ok " if is_right else "not ok ") + name)
    for d in detail if not is_right else ():
        print("# " + str(d)[:900].replace("\n", " "))
    sys.stdout.flush()


def judge(name, headers):
    reader = Reader(name, headers)
    held = tables(sqlite3.connect(f"file:{DATABASE}?mode=ro", uri=True))
    shown, hidden, secrets = find_secrets(reader, held)
    n_fields = sum(len(f) for f in hidden.values())
    say(len(secrets) > 50 and n_fields > 5, f"{name}: there is something to hide: {len(secrets)} values of {n_fields} fields", hidden.keys())
    reader.secrets = secrets
    reader.pattern = re.compile("|".join(re.escape(s) for s in sorted(secrets, key=len, reverse=True)))
    read_everything(reader, shown, hidden, held)
    read_figures(reader, held)
    wrong = ask_about(reader, shown, hidden, held)
    say(not wrong, f"{name}: no question about a hidden field is answered", len(wrong), *wrong[:5])
    wrong = ask_words(reader, shown, secrets)
    say(not wrong, f"{name}: no word of a hidden field is found", *wrong[:5])
    say(not reader.leaks, f"{name}: no hidden value stands in any of {reader.asked} answers", len(reader.leaks), *reader.leaks[:8])


judge("anybody", {})
judge("operator", {"Authorization": f"Bearer {KEY}"})
