#!/usr/bin/python3
"""Runs scenario files against a server that is up; prints lines of TAP without numbers.

    run.py --url http://127.0.0.1:8080 --key KEY --routes routes.json --covered FILE SCENARIO.http …

A scenario file is a list of exchanges:

    ### a page of one record                     the name of the check
    GET /api/collections/wells/items?limit=1     method and path, as they are sent
    Accept: application/geo+json                 headers, then after an empty line the body
                                                 {{name}} is what `let` took, {{key}} the operator's key
    HTTP 200                                     the status that is expected, then one expectation a line:
    Content-Type: application/geo\\+json         a header matches the pattern (re.search); `Header: -` is absent
    $.features[0].id = "G001"                    a place in the JSON answer is that value
    $.features.length = 1                        or that long; also !=, <=, >=, ~ "pattern", absent
    $.links[rel=next].href ~ "after="            the first item whose member is that text
    contains text                                the body does, or `lacks text`
    let etag = header ETag                       for later exchanges; or a place: let next = $.links[rel=next].href
                                                 or the group of a pattern in the body: let css = match href="([^"]+)

A path that begins with the server's own address is asked there. Lines that begin with # are remarks.

Every answer in JSON is checked against the OpenAPI document, by its status and media type; problems against their own
schema. --covered gathers what was answered with a status below 400; --judge then says which of --routes were not asked.
"""
import argparse
import http.client
import json
import re
import sys
from urllib.parse import unquote, urlsplit

import jsonschema

# Answered only to who knows a secret: signin.py, national_account.py and counter_node.py ask them.
SECRET = {"trackFind", "feedbackFind", "paymentCallback", "signIn", "signInCode", "welcomePage", "welcome",
          "secondFactor", "signInWith", "signInBack", "nodeJoin", "nodeSteps",
          "nodeRefresh", "nodeFiles"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Exchange:
    def __init__(self, file, line, name):
        self.file, self.line, self.name = file, line, name
        self.method = self.path = ""
        self.headers, self.body, self.status, self.expected = [], None, 0, []


def read_scenarios(path):
    exchanges, state = [], "head"
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        line = line.rstrip("\n")
        if line.startswith("### "):
            exchanges.append(Exchange(path, number, line[4:].strip()))
            state = "request"
        elif state == "head" or (line.startswith("#") and state != "body"):
            if line and not line.startswith("#"):
                raise SystemExit(f"{path}:{number}: stands before the first ###")
        elif re.fullmatch(r"HTTP \d\d\d", line):
            exchanges[-1].status, state = int(line[5:]), "expect"
        elif state == "request":
            exchanges[-1].method, _, exchanges[-1].path = line.partition(" ")
            if exchanges[-1].method not in METHODS:
                raise SystemExit(f"{path}:{number}: no method: {line}")
            state = "headers"
        elif state == "headers" and line:
            name, _, value = line.partition(":")
            exchanges[-1].headers.append((name.strip(), value.strip()))
        elif state == "headers":
            state, exchanges[-1].body = "body", []
        elif state == "body":
            exchanges[-1].body.append(line)
        elif line:
            exchanges[-1].expected.append((number, line))
    for x in exchanges:
        if not x.status:
            raise SystemExit(f"{x.file}:{x.line}: expects no status")
        x.body = "\n".join(x.body or []).strip() or None
    return exchanges


# ---- places in JSON

STEP = re.compile(r"\.([A-Za-z_@$][\w:@$-]*)|\[(\d+)\]|\[([\w-]+)=([^\]]*)\]|\['([^']+)'\]")
ABSENT = object()


def place(root, text):
    """The value at `$.a.b[0]`, or ABSENT."""
    at, value = 1, root
    while at < len(text):
        m = STEP.match(text, at)
        if not m:
            raise ValueError(f"not a place: {text}")
        at = m.end()
        name = m.group(1) or m.group(5)
        if name == "length" and isinstance(value, (list, str)):
            value = len(value)
        elif name is not None:
            value = value.get(name, ABSENT) if isinstance(value, dict) else ABSENT
        elif m.group(2) is not None:
            value = value[int(m.group(2))] if isinstance(value, list) and int(m.group(2)) < len(value) else ABSENT
        else:
            items = value if isinstance(value, list) else []
            value = next((i for i in items if isinstance(i, dict) and str(i.get(m.group(3))) == m.group(4)), ABSENT)
        if value is ABSENT:
            return ABSENT
    return value


def judge_place(line, root):
    m = re.match(r"(\$\S*)\s+(absent|=|!=|<=|>=|~)\s*(.*)$", line)
    if not m:
        raise ValueError(f"not an expectation: {line}")
    value, op = place(root, m.group(1)), m.group(2)
    if op == "absent":
        return None if value is ABSENT else f"{line}: it is {value!r}"
    wanted = json.loads(m.group(3))
    right = (
        value is not ABSENT
        and {
            "=": lambda: value == wanted and isinstance(value, bool) == isinstance(wanted, bool),
            "!=": lambda: value != wanted,
            "<=": lambda: value <= wanted,
            ">=": lambda: value >= wanted,
            "~": lambda: re.search(wanted, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)),
        }[op]()
    )
    return (
        None
        if right
        else f"{line}: it is {'absent' if value is ABSENT else json.dumps(value, ensure_ascii=False)[:300]}"
    )


# ---- the server


class Server:
    def __init__(self, url, key):
        self.url, self.key = url, key
        self.at = urlsplit(url)
        self.documents = {}

    def ask(self, method, path, headers, body=None):
        c = http.client.HTTPConnection(self.at.hostname, self.at.port, timeout=60)
        try:
            c.putrequest(method, path, skip_accept_encoding=True)
            for name, value in headers:
                c.putheader(name, value)
            data = body.encode() if body is not None else None
            if data is not None or method in ("POST", "PUT", "PATCH"):
                c.putheader("Content-Length", str(len(data or b"")))
            c.endheaders(data)
            a = c.getresponse()
            return a.status, a.headers, a.read()
        finally:
            c.close()

    def document(self, is_operator):
        """The OpenAPI document as the caller sees it."""
        if is_operator not in self.documents:
            headers = [("Authorization", f"Bearer {self.key}")] if is_operator else []
            status, _, body = self.ask("GET", "/api/openapi", headers)
            assert status == 200, body
            self.documents[is_operator] = json.loads(body)
        return self.documents[is_operator]


def template_pattern(path):
    return re.compile(
        "".join(
            "[^/]+" if p.startswith("{") and p != "{tile}" else ".+" if p.startswith("{") else re.escape(p)
            for p in re.split(r"(\{[^}]+\})", path)
        )
        + r"\Z"
    )


def schema_of(document, method, path, status, media):
    """The schema that the document gives for an answer, or None."""
    for fixed in (True, False):
        for template, item in document["paths"].items():
            if ("{" in template) == fixed or not template_pattern(template).match(path):
                continue
            operation = item.get("get" if method == "HEAD" else method.lower())
            answer = operation and operation["responses"].get(str(status))
            if answer and "$ref" in answer:
                answer = document["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
            if answer and media in answer.get("content", {}):
                return answer["content"][media].get("schema")
    return None


def judge_schema(document, x, path, status, media, root):
    root_path = urlsplit(document["servers"][0]["url"]).path
    plain = urlsplit(path).path
    plain = (plain[len(root_path) :] or "/") if plain.startswith(root_path) else plain
    schema = schema_of(document, x.method, plain, status, media)
    if schema is None and media == "application/problem+json":
        schema = {"$ref": "#/components/schemas/problem"}
    if schema is None:
        return None
    whole = dict(
        schema, **{"$schema": "https://json-schema.org/draft/2020-12/schema", "components": document["components"]}
    )
    validator = jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker())
    error = next(iter(validator.iter_errors(root)), None)
    if error is None:
        return None
    return f"the answer does not fit its schema: {error.message[:300]} at {list(error.absolute_path)}"


# ---- one exchange


def fill(text, known, x):
    def value(m):
        if m.group(1) not in known:
            raise ValueError(f"{x.file}:{x.line}: nothing was taken as {m.group(1)}")
        return known[m.group(1)]

    return re.sub(r"\{\{(\w+)\}\}", value, text)


def take(line, headers, text, root, known):
    m = re.match(r"let (\w+) = (?:header (\S+)|(\$\S*)|match (.+))$", line)
    if not m:
        raise ValueError(f"not an expectation: {line}")
    found = re.search(m.group(4), text) if m.group(4) else None
    value = (
        headers.get(m.group(2)) if m.group(2) else place(root, m.group(3)) if m.group(3) else found and found.group(1)
    )
    if value is None or value is ABSENT:
        return f"{line}: there is none"
    known[m.group(1)] = str(value)
    return None


def judge_line(line, headers, text, root, known):
    if line.startswith("let "):
        return take(line, headers, text, root, known)
    if line.startswith("$"):
        return "the answer is no JSON" if root is ABSENT else judge_place(line, root)
    word, _, rest = line.partition(" ")
    if word == "contains":
        return None if rest in text else f"{line}: {text[:600]}"
    if word == "lacks":
        return f"{line}: {text[:600]}" if rest in text else None
    name, colon, pattern = line.partition(":")
    if not colon:
        raise ValueError(f"not an expectation: {line}")
    value, pattern = headers.get(name), pattern.strip()
    if pattern == "-":
        return None if value is None else f"{line}: it is {value}"
    return None if value is not None and re.search(pattern, value) else f"{line}: it is {value}"


def run_exchange(server, x, known, covered):
    path = fill(x.path, known, x)
    if path.startswith(server.url):
        path = path[len(server.url) :]
    headers = [(n, fill(v, known, x)) for n, v in x.headers]
    status, got, body = server.ask(x.method, path, headers, fill(x.body, known, x) if x.body else None)
    text = body.decode("utf-8", "replace")
    media = (got.get("Content-Type") or "").split(";")[0]
    root, wrong = ABSENT, []
    if media.endswith("json") and body:
        try:
            root = json.loads(body)
        except ValueError as e:
            wrong.append(f"the answer is no JSON: {e}")
    if status != x.status:
        wrong.append(f"the status is {status}, not {x.status}: {text[:800]}")
    else:
        if status < 400:
            covered.add((x.method, urlsplit(path).path))
        for number, line in x.expected:
            fault = judge_line(fill(line, known, x), got, text, root, known)
            if fault:
                wrong.append(f"line {number}: {fault}")
    if root is not ABSENT:
        is_operator = any(n.lower() == "authorization" for n, _ in headers)
        fault = judge_schema(server.document(is_operator), x, unquote(path), status, media, root)
        if fault:
            wrong.append(fault)
    return wrong


def judge_routes(routes, covered):
    """Routes that no exchange has reached. A fixed path takes precedence over one with parameters. Pages behind a right
    are asked by a browser (forms.py), which judges them itself."""
    left, found = [], set()
    routes = [r for r in routes if (r["right"] == "public" or r["tag"] != "pages") and r["id"] not in SECRET]
    order = sorted(routes, key=lambda r: r["path"].count("{"))
    for method, path in covered:
        for r in order:
            if r["method"] == ("GET" if method == "HEAD" else method) and template_pattern(r["path"]).match(
                unquote(path)
            ):
                found.add((r["method"], r["path"]))
                break
    for r in routes:
        if (r["method"], r["path"]) not in found:
            left.append(f"{r['method']} {r['path']}")
    return left


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--url")
    p.add_argument("--key", default="")
    p.add_argument("--routes")
    p.add_argument("--covered", required=True)
    p.add_argument("--judge", action="store_true")
    p.add_argument("files", nargs="*")
    args = p.parse_args()
    if args.judge:
        covered = [tuple(line.rstrip("\n").split(" ", 1)) for line in open(args.covered, encoding="utf-8")]
        left = judge_routes(json.load(open(args.routes, encoding="utf-8"))["routes"], covered)
        print(
            "ok every route has a scenario" if not left else "not ok every route has a scenario\n# " + "\n# ".join(left)
        )
        return
    server, covered = Server(args.url, args.key), set()
    for file in args.files:
        known = {"key": args.key, "url": args.url}
        for x in read_scenarios(file):
            wrong = run_exchange(server, x, known, covered)
            print(("not ok " if wrong else "ok ") + x.name)
            for w in wrong:
                print(f"# {x.file}:{x.line}: {w}".replace("\n", " "))
            sys.stdout.flush()
    with open(args.covered, "a", encoding="utf-8") as f:
        f.writelines(f"{m} {path}\n" for m, path in sorted(covered))


if __name__ == "__main__":
    main()
