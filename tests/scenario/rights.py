#!/usr/bin/python3
"""The matrix of rights.sh: rights.py ADDRESS WORK. Lines of TAP; what is expected is worked out here anew, by hand."""
import json
import os
import subprocess
import sys
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from people import Stage  # noqa: E402
from signing import Browser  # noqa: E402

ADDRESS, WORK = sys.argv[1], sys.argv[2]
stage = Stage(ADDRESS, WORK)
tell, tinhso = stage.tell, stage.run

# The records, and the secrets in them by class.
PEOPLE = {
    "P1": dict(home="11", state="open", basic=["Quyenmot", "067090000011", "107.1111"], sensitive=["beliefone"]),
    "P2": dict(home="11", state="done", basic=["Quyenhai", "067090000022", "107.2222"], sensitive=["belieftwo"]),
    "P3": dict(home="12", state="open", basic=["Quyenba", "067090000033", "107.3333"], sensitive=["beliefthree"]),
    "P4": dict(home="12", state="done", basic=["Quyenbon", "067090000044", "107.4444"], sensitive=["belieffour"]),
}
NEEDY = {"N1": dict(home="11", sensitive=["needyone"]), "N2": dict(home="12", sensitive=["needytwo"])}

EVERYWHERE, OWN, OPEN, NONE = (lambda u, r: True), (lambda u, r: r["home"] == u), \
    (lambda u, r: r["state"] == "open"), (lambda u, r: False)
# role: which people exist, of which basic fields are shown, which may be opened; which needy exist; which people may be
# created, updated, deleted, exported; of which the names go along
ROLES = {
    "officer": dict(rows=OWN, basic=OWN, open=NONE, needy=NONE, create=OWN, update=OWN, delete=NONE, export=OWN,
        take=NONE),
    "welfare": dict(rows=OWN, basic=OWN, open=OWN, needy=OWN, create=NONE, update=OWN, delete=OWN, export=NONE,
        take=NONE),
    "counter": dict(rows=EVERYWHERE, basic=NONE, open=NONE, needy=NONE, create=NONE, update=NONE, delete=NONE,
                    export=EVERYWHERE, take=NONE),
    "opener": dict(rows=OPEN, basic=OPEN, open=NONE, needy=NONE, create=NONE, update=NONE, delete=NONE, export=NONE,
        take=NONE),
    "chief": dict(rows=EVERYWHERE, basic=EVERYWHERE, open=EVERYWHERE, needy=EVERYWHERE, create=EVERYWHERE,
                  update=EVERYWHERE, delete=EVERYWHERE, export=EVERYWHERE, take=EVERYWHERE),
    "nothing": dict(rows=NONE, basic=NONE, open=NONE, needy=NONE, create=NONE, update=NONE, delete=NONE, export=NONE,
        take=NONE),
}
def api(b, path, method="GET", body=None, **headers):
    headers = {"Accept": "application/json", "X-CSRF-Token": b.token, **{k.replace("_", "-"): v for k,
        v in headers.items()}}
    return b.ask(method, path, body, headers)


def ids(page):
    return sorted(f["id"] for f in json.loads(page.body)["features"]) if page.status == 200 else []


def query(**q):
    return urllib.parse.urlencode(q)


class Matrix:
    def __init__(self, b, role, unit):
        self.b, self.role, self.unit, self.wrong = b, role, unit, []
        self.may = ROLES[role]

    def set(self, what, records=PEOPLE):
        return sorted(k for k, r in records.items() if self.may[what](self.unit, r))

    def expect(self, got, wanted, what):
        if got != wanted:
            self.wrong.append(f"{what}: got {got!r}, expected {wanted!r}")

    def secrets_hidden(self, opened=()):
        """What must never come out, whatever is asked."""
        for k, r in PEOPLE.items():
            if not self.may["basic"](self.unit, r) or not self.may["rows"](self.unit, r):
                yield from r["basic"]
            if k not in opened:
                yield from r["sensitive"]
        for r in NEEDY.values():
            yield from r["sensitive"]

    def leaks(self, page, what, opened=()):
        for secret in self.secrets_hidden(opened):
            if secret in page.text:
                self.wrong.append(f"{what} holds {secret}")

    def leaks_anything(self, page, what):
        for r in PEOPLE.values():
            for secret in r["basic"] + r["sensitive"]:
                if secret in page.text:
                    self.wrong.append(f"{what} holds {secret}")

    # ---- the ways out

    def interface(self):
        rows, basic = self.set("rows"), self.set("basic")
        page = api(self.b, "/api/collections/people/items?f=geojson")
        self.expect(ids(page), rows, "items")
        self.leaks(page, "items")
        for f in json.loads(page.body)["features"] if page.status == 200 else []:
            shows = f["properties"].get("name") is not None
            self.expect(shows, f["id"] in basic, "name of " + f["id"])
            if not shows and basic:
                self.expect("name" in f["properties"].get("_masked", []), True, "name is told as masked")
        for k in PEOPLE:
            page = api(self.b, f"/api/collections/people/items/{k}?f=geojson")
            self.expect(page.status, 200 if k in rows else 404, "item " + k)
            self.leaks(page, "item " + k)
            proof = api(self.b, "/api/log/proof/people/" + k)
            self.leaks(proof, "proof of " + k)
        self.expect(ids(api(self.b, "/api/collections/needy/items?f=geojson")), self.set("needy", NEEDY), "needy")
        for path in ("/api/collections", "/api/collections/people", "/api/collections/people/schema",
            "/api/collections/people/queryables",
                     "/api/openapi.json", "/api/catalogue", "/api/log/revisions", "/api/collections/units/items",
                     "/api/collections/visits/items?f=geojson",
                         "/api/collections/people/items?bbox=107.0,12.0,108.0,13.0&f=geojson"):
            self.leaks(api(self.b, path), path)
        for rev in range(1, 7):
            self.leaks(api(self.b, f"/api/log/revisions/{rev}/records"), f"records of revision {rev}")

    def questions(self):
        """An answer tells of a value also when it is only a count."""
        basic = self.set("basic")
        all_basic = [k for k in PEOPLE if k in basic]
        for k, r in PEOPLE.items():
            for q in (dict(q=r["basic"][0]), dict(filter=f"name LIKE '{r['basic'][0]}%'"), dict(name=r["basic"][0]),
                      dict(filter=f"number = '{r['basic'][1]}'"), {"name-has": r["basic"][0]}):
                page = api(self.b, f"/api/collections/people/items?{query(**q)}&f=geojson")
                wanted = [k] if k in basic and "name" not in q else []
                self.expect(ids(page), wanted, f"{q}")
                self.leaks_but(page, f"{q}", r)
            for q in (dict(filter=f"belief = '{r['sensitive'][0]}'"), dict(filter="belief IS NOT NULL"),
                dict(sortby="belief")):
                page = api(self.b, f"/api/collections/people/items?{query(**q)}&f=geojson")
                self.expect(ids(page), [], f"{q}")
        page = api(self.b,
            f"/api/collections/people/items?{query(filter='NOT (name = $$x$$)'.replace('$$', chr(39)))}&f=geojson")
        self.expect(ids(page), all_basic, "NOT")
        page = api(self.b, "/api/collections/people/items?sortby=name&f=geojson")
        self.expect(ids(page), all_basic, "sorted by name")
        page = api(self.b, f"/api/collections/visits/items?{query(filter='who.name IS NOT NULL')}&f=geojson")
        reached = sorted({"P1": "1", "P3": "2"}[k] for k in basic if k in ("P1", "P3"))
        self.expect(ids(page), reached, "through a reference")
        page = api(self.b, "/api/collections/people/items?bbox=107.0,12.0,107.35,12.4&f=geojson")
        wanted = [k for k in all_basic if k != "P4"]
        if page.status == 200 and wanted:
            self.expect(ids(page), wanted, "in a box")

    def leaks_but(self, page, what, asked):
        """An error may repeat what was typed."""
        for secret in self.secrets_hidden():
            if secret in page.text and secret not in asked["basic"]:
                self.wrong.append(f"{what} holds {secret}")

    def pages(self):
        rows = self.set("rows")
        page = self.b.get("/registers/people")
        self.expect(page.status, 200 if rows else 404, "page of the register")
        self.leaks(page, "page of the register")
        for k in rows:
            self.expect(f"/registers/people/{k}" in page.text, True, f"{k} on the page")
        for k in PEOPLE:
            page = self.b.get("/registers/people/" + k)
            self.expect(page.status, 200 if k in rows else 404, "page of " + k)
            self.leaks(page, "page of " + k)
            can_open = self.may["open"](self.unit, PEOPLE[k]) and k in rows
            self.expect(f"/registers/people/{k}/open" in page.text, can_open, "opening offered of " + k)
        for path in ("/", "/registers", "/search?q=Quyenmot", "/search?q=belief", "/data", "/units", "/units/11",
            "/units/12", "/registers/visits",
                     "/registers/visits/1", "/registers/visits/2", "/registers/people?q=Quyenba", "/developers"):
            page = self.b.get(path)
            for secret in self.secrets_hidden():
                if secret in page.text and secret not in urllib.parse.unquote(path):
                    self.wrong.append(f"{path} holds {secret}")

    def export(self):
        taken = self.set("export") if self.set("rows") else []
        if taken and self.set("take"):
            for path in ("?f=csv", "?f=xlsx", "?f=csv&purpose=", "?f=csv&purpose=abc", "?f=csv&limit=3"):
                page = api(self.b, "/api/collections/people/items" + path)
                self.expect(page.status, 400, "personal data without a purpose: " + path)
                self.expect("purpose" in page.text, True, "and it is said what is missing")
                self.leaks_anything(page, path)
            page = api(self.b, "/api/collections/people/items?f=csv&properties=code,home,state")
            self.expect(page.status, 200, "without personal fields none is asked for")
        page = api(self.b, "/api/collections/people/items?f=csv&purpose=kiem%20tra%20so%2012")
        self.expect(page.status, 200 if taken else 403 if self.set("rows") else 404, "export")
        self.leaks(page, "export")
        if page.status == 200:
            lines = [line.split(",")[0] for line in page.text.strip().splitlines()[1:]]
            self.expect(sorted(line.strip('"') for line in lines), taken, "exported")
            names = [k for k in taken if PEOPLE[k]["basic"][0] in page.text]
            self.expect(names, self.set("take"), "names taken away")
        page = api(self.b, "/api/collections/people/items?f=xlsx&purpose=kiem%20tra%20so%2012")
        self.expect(page.status, 200 if taken else 403 if self.set("rows") else 404, "workbook")

    def openings(self):
        for k, r in PEOPLE.items():
            self.b.get("/account")
            is_there = k in self.set("rows")
            page = self.b.post(f"/registers/people/{k}/open", {"reason": "request 12/2026"})
            can = is_there and self.may["open"](self.unit, r)
            self.expect(page.status, 303 if can else 403 if is_there else 404, "opening " + k)
            self.leaks(page, "opening " + k)
            if not can:
                continue
            page = self.b.get("/registers/people/" + k)
            self.expect(r["sensitive"][0] in page.text, True, "opened " + k)
            self.leaks(page, "what was opened", opened=(k,))
            other = Browser(ADDRESS)
            other.cookies = {}
            self.expect(other.get("/registers/people/" + k).status, 404, "not for others")
            page = self.b.post(f"/registers/people/{k}/open", {"reason": " x "})
            self.expect(page.status, 422, "a reason is needed")
            break

    def writes(self):
        rows = self.set("rows")
        for k, r in PEOPLE.items():
            stamp = api(self.b, f"/api/collections/people/items/{k}?f=geojson").headers.get("ETag", "*")
            patch = {"properties": {"state": "open"}}
            send = dict(method="PATCH", Content_Type="application/merge-patch+json", If_Match=stamp)
            anything = self.set("update")
            page = api(self.b, f"/api/collections/people/items/{k}", body=json.dumps(patch), **send)
            self.leaks(page, "answer of a change")
            wanted = 200 if self.may["update"](self.unit,
                r) and k in rows else 403 if not anything and rows else 403 if k in rows else 404
            self.expect(page.status, wanted, "update " + k)
            if page.status == 200 and r["state"] != "open":
                stamp = page.headers["ETag"]
                api(self.b, f"/api/collections/people/items/{k}",
                    body=json.dumps({"properties": {"state": r["state"]}}),
                    **{**send, "If_Match": stamp})
            # what may not be written is not taken along
            stamp = api(self.b, f"/api/collections/people/items/{k}?f=geojson").headers.get("ETag", "*")
            page = api(self.b, f"/api/collections/people/items/{k}",
                body=json.dumps({"properties": {"belief": r["sensitive"][0]}}),
                       **{**send, "If_Match": stamp})
            self.expect(page.status in (403, 404), True, f"a sensitive field of {k} unopened: {page.status}")
            if self.may["update"](self.unit, r) and k in rows and self.may["update"] is OWN:
                page = api(self.b, f"/api/collections/people/items/{k}",
                    body=json.dumps({"properties": {"home": "12" if self.unit == "11" else "11"}}),
                           **{**send, "If_Match": api(self.b,
                               f"/api/collections/people/items/{k}?f=geojson").headers["ETag"]})
                self.expect(page.status, 403, f"{k} given to another unit")
        for home in ("11", "12"):
            new = {"type": "Feature", "geometry": None, "properties": {"code": f"X{home}{self.role}", "home": home,
                "name": "New"}}
            page = api(self.b, "/api/collections/people/items", "POST", json.dumps(new),
                Content_Type="application/geo+json")
            may = self.may["create"](self.unit, {"home": home, "state": None})
            self.expect(page.status, 201 if may else 403 if rows else 404, f"create in {home}")
            if may:
                self.made.append(f"X{home}{self.role}")
        for k in PEOPLE:
            if self.role == "chief" or (self.may["delete"](self.unit, PEOPLE[k]) and k in rows):
                continue # what may be deleted is deleted at the end
            stamp = api(self.b, f"/api/collections/people/items/{k}?f=geojson").headers.get("ETag", "*")
            page = api(self.b, f"/api/collections/people/items/{k}", "DELETE", If_Match=stamp)
            self.expect(page.status in (403, 404), True, f"delete {k}: {page.status}")

    made = []

    def run(self):
        for part in (self.interface, self.questions, self.pages, self.export, self.writes, self.openings):
            self.wrong = []
            try:
                part()
            except (AssertionError, KeyError, ValueError) as e:
                self.wrong.append(repr(e))
            tell(not self.wrong, f"{self.role} of unit {self.unit or 'none'}: {part.__name__}",
                "\n".join(self.wrong[:12]))
        for k in Matrix.made: # so that the next finds what the first found
            subprocess.run([os.environ["TINHSO_BIN"], "remove", "people", k, "--reason", "test"], cwd=WORK,
                check=False, capture_output=True)
        Matrix.made.clear()


def strangers():
    m = Matrix(Browser(ADDRESS), "nothing", "")
    for path in ("/registers/people", "/registers/people/P1", "/api/collections/people/items",
        "/api/collections/people/items/P1",
                 "/registers/people/P1/edit", "/registers/people/new", "/account/reads"):
        page = m.b.get(path)
        m.leaks(page, path)
        m.expect(page.status in (303, 404), True, f"{path}: {page.status}")
    tell(not m.wrong, "who is not signed in sees nothing of it", "\n".join(m.wrong))


def mine(b_official):
    b = stage.account("citizen", "--personal-id", "067090000011")
    b_official.get("/registers/people/P1")
    page = b.get("/account/reads")
    tell(page.status == 200 and "Amy" in page.text and "Bob" not in page.text, "a citizen sees who read his data",
        page.text[-1500:])


def counted(b):
    """A number is an answer about persons, too."""
    question = "name LIKE 'Quyenmo%' OR number = '067090000033'"
    page = b.get("/registers/people/export?" + query(filter=question))
    tell(page.status == 200 and "Quyenmot" not in page.text, "how many there are is told", page.text[-800:])
    reads = json.loads(tinhso("access", "reads", "--json"))["reads"]
    found = [r for r in reads if "Quyenmo%" in r.get("filter", "")]
    is_told = found and found[0]["fields"] == "name,number" and found[0]["account"] == "amy" and found[0]["count"] == 1
    tell(is_told, "and written down as a read, with the question", json.dumps(reads)[:1500])
    b.get("/registers/people/export?" + query(filter="state = 'open'"))
    reads = json.loads(tinhso("access", "reads", "--json"))["reads"]
    tell(not [r for r in reads if r.get("filter") == "state = 'open'"], "but not what is asked of no person")
    b.get("/registers/visits/export?" + query(filter="who.name = 'Quyenmot Ân'"))
    reads = json.loads(tinhso("access", "reads", "--json"))["reads"]
    found = [r for r in reads if r["register"] == "visits"]
    tell(found and found[0]["fields"] == "who.name", "through a reference as well", json.dumps(reads)[:1500])


def main():
    people = {}
    for name, role, unit in (("amy", "officer", "11"), ("bob", "officer", "12"), ("wes", "welfare", "11"), ("cleo",
        "counter", ""),
                             ("olga", "opener", ""), ("carl", "chief", ""), ("nora", "nothing", "")):
        people[name] = stage.account(name, "--role", role, *(["--unit", unit] if unit else []))
        Matrix(people[name], role, unit).run()
    strangers()
    counted(people["amy"])
    mine(people["amy"])
    sys.exit(stage.failed > 0)


main()
