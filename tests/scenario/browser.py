"""What a browser without scripts does with a form: reads the page, fills in, presses a button."""
import html.parser
import http.client
import urllib.parse


class Page(html.parser.HTMLParser):
    """Forms, links, headings and text of a page."""

    def __init__(self, status, headers, body):
        super().__init__()
        self.status, self.headers, self.body = status, headers, body
        self.forms, self.links, self.ids, self.text, self.h1 = [], [], set(), [], ""
        self._form = self._select = self._area = self._option = self._button = None
        self._in_h1 = False
        if headers.get("content-type", "").startswith("text/html"):
            self.feed(body)
        self.text = " ".join(" ".join(self.text).split())

    @property
    def location(self):
        return self.headers.get("location", "")

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if "id" in a:
            assert a["id"] not in self.ids, f"the id {a['id']} stands twice"
            self.ids.add(a["id"])
        if tag == "a":
            self.links.append(a.get("href", ""))
        elif tag == "h1":
            self._in_h1 = True
        elif tag == "form":
            self._form = Form(a.get("action", ""), a.get("method", "get"), a.get("enctype", ""))
            self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "input":
            self._form.add_input(a)
        elif tag == "select":
            self._select = a["name"]
        elif tag == "option" and self._select:
            self._form.options.setdefault(self._select, []).append(a.get("value", ""))
            if "selected" in a or self._select not in self._form.values:
                self._form.values[self._select] = a.get("value", "")
        elif tag == "textarea":
            self._area = a["name"]
            self._form.values[self._area] = ""
        elif tag == "button":
            self._form.buttons.append((a.get("name"), a.get("value", "")))

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None
        elif tag == "h1":
            self._in_h1 = False

    def handle_data(self, data):
        self.text.append(data)
        if self._in_h1:
            self.h1 += data
        if self._area:
            self._form.values[self._area] += data

    def form(self, ending=""):
        """The form whose address ends so; the last one."""
        return [f for f in self.forms if f.action.endswith(ending) and f.method == "post"][-1]


class Form:
    def __init__(self, action, method, enctype):
        self.action, self.method, self.enctype = action, method, enctype
        self.values, self.options, self.buttons = {}, {}, []

    def add_input(self, a):
        kind, name, value = a.get("type", "text"), a.get("name"), a.get("value", "on")
        if not name:
            return
        if kind in ("radio", "checkbox"):
            self.options.setdefault(name, []).append(value)
            if "checked" in a and kind == "radio":
                self.values[name] = value
            elif "checked" in a:
                self.values.setdefault(name, []).append(value)
        elif kind == "hidden" and name in self.values:
            before = self.values[name]
            self.values[name] = (before if isinstance(before, list) else [before]) + [a.get("value", "")]
        else:
            self.values[name] = a.get("value", "")

    def pairs(self):
        for name, value in self.values.items():
            for v in value if isinstance(value, list) else [value]:
                yield name, v


class Browser:
    asked = set()  # method and path of what was answered, by all of them

    def __init__(self, port, key=None, lang="vi"):
        self.port, self.headers = port, {"Accept": "text/html", "Cookie": f"lang={lang}"}
        if key:
            self.headers["Authorization"] = f"Bearer {key}"

    def sign_in_as(self, other):
        """The cookies of a browser of signing.py that signed in."""
        self.headers["Cookie"] += "".join(f"; {k}={v}" for k, v in other.cookies.items() if k != "lang")
        return self

    def ask(self, method, path, body=None, headers=None):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        ours = {"Origin": f"http://127.0.0.1:{self.port}"} if method == "POST" else {}
        c.request(method, path, body, {**self.headers, **ours, **(headers or {})})
        a = c.getresponse()
        data = a.read().decode("utf-8", "replace")
        c.close()
        if a.status < 400:
            Browser.asked.add((method, path.split("?")[0]))
        return Page(a.status, {k.lower(): v for k, v in a.getheaders()}, data)

    def get(self, path, **headers):
        return self.ask("GET", urllib.parse.quote(path, safe="/?=&%#+,:;@'()*!$~-._"), headers=headers)

    def post(self, path, pairs):
        body = urllib.parse.urlencode(pairs)
        return self.ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def press(self, form, name=None, value=None, **changes):
        """changes: names with “.” as “__”: f__code="A1"."""
        form.values.update({k.replace("__", "."): v for k, v in changes.items()})
        pairs = list(form.pairs())
        if name:
            assert (name, value) in form.buttons, f"there is no button {name}={value} but {form.buttons}"
            pairs.append((name, value))
        return self.post(form.action, pairs)

    def follow(self, page):
        return self.get(page.location.split("#")[0])

    def upload(self, form, files, **changes):
        """files: (input, name, bytes). A form with files, as browsers send it."""
        form.values.update({k.replace("__", "."): v for k, v in changes.items()})
        mark, parts = "----tinhso0123456789", []
        for name, value in form.pairs():
            if name not in [f[0] for f in files]:
                parts.append(f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
        for name, file, content in files:
            head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'
            parts.append(head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n")
        body = b"".join(parts) + f"--{mark}--\r\n".encode()
        return self.ask("POST", form.action, body, {"Content-Type": f"multipart/form-data; boundary={mark}"})
