"""national_account.py TINHSO FOLDER MODULES PROVIDER.mjs: signs in by way of a provider, as a browser would, and as nobody should. Prints “ok NAME” and “not ok NAME”."""
import base64
import hashlib
import html.parser
import http.client
import http.server
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import traceback
import urllib.parse

tinhso, folder, modules, script = sys.argv[1:]
checks = []


def check(fn):
    checks.append(fn)
    return fn


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Forms(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.forms, self.links = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == "form":
            self.forms.append((a.get("action", ""), {}))
        elif tag == "input" and self.forms and a.get("name"):
            self.forms[-1][1][a["name"]] = a.get("value", "")
        elif tag == "a":
            self.links.append(a.get("href", ""))


class Answer:
    def __init__(self, url, status, headers, text):
        self.url, self.status, self.headers, self.text = url, status, headers, text

    @property
    def location(self):
        return urllib.parse.urljoin(self.url, self.headers.get("Location", ""))


class Browser:
    """Keeps cookies by host and port, follows nothing by itself."""

    def __init__(self):
        self.jars = {}

    def ask(self, url, form=None):
        u = urllib.parse.urlsplit(url)
        jar = self.jars.setdefault(u.netloc, {})
        headers = {"Accept": "text/html, */*;q=0.1", "Accept-Language": "en", "Host": u.netloc}
        if jar:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in jar.items())
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = f"{u.scheme}://{u.netloc}"
        c = http.client.HTTPConnection(u.hostname, u.port, timeout=30)
        c.request("POST" if form is not None else "GET", (u.path or "/") + ("?" + u.query if u.query else ""), body, headers)
        r = c.getresponse()
        text = r.read().decode("utf-8", "replace")
        for name, value in r.getheaders():
            if name.lower() == "set-cookie":
                k, v = value.split(";")[0].split("=", 1)
                gone = "max-age=0" in value.lower() or "expires=thu, 01 jan 1970" in value.lower()
                if gone or not v:
                    jar.pop(k, None)
                else:
                    jar[k] = v
        c.close()
        return Answer(url, r.status, r.headers, text)


class Site:
    """Our server, told of a provider."""

    def __init__(self, issuer, secret="a secret of no worth / 100%"):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        with open(f"{folder}/national.secret", "w", encoding="utf-8") as f:
            f.write(secret + "\n")
        os.chmod(f"{folder}/national.secret", 0o600)
        with open(f"{folder}/national.yaml", "w", encoding="utf-8") as f:
            f.write(f"""\
provider: national
title: {{vi: Tài khoản định danh mẫu, en: Sample national account}}
issuer: {issuer}
client_id: tinhso
client_secret_file: national.secret
scopes: [openid, profile, citizen]
claims:
  full_name: name
  personal_id: personal_id
""")
        self.log = open(f"{folder}/site.log", "ab")
        self.process = subprocess.Popen([tinhso, "serve", "--listen", f"127.0.0.1:{self.port}", "--sign-in-provider", "national.yaml"],
                                        cwd=folder, stdout=self.log, stderr=self.log)
        wait(f"{self.url}/readyz")

    def stop(self):
        self.process.terminate()
        return self.process.wait(30)


def wait(url):
    for _ in range(300):
        try:
            if Browser().ask(url).status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")


class Provider:
    def __init__(self, port, back, key):
        self.process = subprocess.Popen(["node", script, modules, str(port), back, key], stdout=subprocess.DEVNULL, stderr=open(f"{folder}/provider.log", "ab"))
        wait(f"http://127.0.0.1:{port}/.well-known/openid-configuration")

    def stop(self):
        self.process.kill()
        self.process.wait()


provider_port = free_port()
issuer = f"http://127.0.0.1:{provider_port}"
site = Site(issuer)
back = f"{site.url}/sign-in/with/national/back"
provider = Provider(provider_port, back, "first")


def there(b, name, next_="/", agrees=True):
    """From our link to the address that the provider sends the browser back to."""
    a = b.ask(f"{site.url}/sign-in/with/national?next={urllib.parse.quote(next_)}")
    assert a.status == 303, (a.status, a.text)
    for _ in range(12):
        if a.location.startswith(back):
            return a.location
        if a.status in (302, 303):
            a = b.ask(a.location)
            continue
        page = Forms(a.text)
        if not agrees:
            cancel = [urllib.parse.urljoin(a.url, link) for link in page.links if link.endswith("/abort")]
            a = b.ask(cancel[0])
            continue
        action, form = page.forms[0]
        if "login" in form:
            form.update(login=name, password="any")
        a = b.ask(urllib.parse.urljoin(a.url, action or a.url), form)
    raise AssertionError(f"the provider leads nowhere: {a.status} {a.text[:500]}")


def is_signed_in(b, name):
    a = b.ask(f"{site.url}/account")
    return a.status == 200 and name in a.text


@check
def the_sign_in_page_offers_the_provider():
    a = Browser().ask(f"{site.url}/sign-in?next=/units")
    assert "/sign-in/with/national?next=" in a.text and "Sample national account" in a.text, a.text


@check
def a_citizen_signs_in_and_is_greeted_by_name():
    b = Browser()
    a = b.ask(there(b, "lan", "/units?on=2024-01-01"))
    assert a.status == 303 and a.location == f"{site.url}/units?on=2024-01-01", (a.status, a.location, a.text)
    assert is_signed_in(b, "Nguyễn Thị Lan Mẫu")


@check
def again_it_is_the_same_account():
    b = Browser()
    assert b.ask(there(b, "lan")).status == 303
    assert is_signed_in(b, "Nguyễn Thị Lan Mẫu")


@check
def what_goes_there_bears_state_nonce_and_pkce_and_differs_each_time():
    seen = []
    for _ in range(2):
        q = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(Browser().ask(f"{site.url}/sign-in/with/national").location).query))
        assert q["response_type"] == "code" and q["code_challenge_method"] == "S256" and q["redirect_uri"] == back, q
        assert q["scope"] == "openid profile citizen", q
        seen.append([q["state"], q["nonce"], q["code_challenge"]])
    assert not set(seen[0]) & set(seen[1]) and all(len(v) >= 43 for v in seen[0]), seen


@check
def another_browser_cannot_come_back_with_it():
    b = Browser()
    url = there(b, "lan")
    other = Browser()
    assert other.ask(url).status == 400
    assert not is_signed_in(other, "Lan")
    other.ask(f"{site.url}/sign-in/with/national")  # one with a sign-in of its own under way
    assert other.ask(url).status == 400
    assert not is_signed_in(other, "Lan")


@check
def nobody_comes_back_twice():
    b = Browser()
    url = there(b, "hung")
    jar = dict(b.jars[f"127.0.0.1:{site.port}"])
    assert b.ask(url).status == 303
    again = Browser()
    again.jars[f"127.0.0.1:{site.port}"] = jar
    assert again.ask(url).status == 400
    assert not is_signed_in(again, "Hùng")


@check
def it_leads_only_to_pages_of_ours():
    for evil in ("//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"):
        b = Browser()
        a = b.ask(there(b, "lan", evil))
        assert a.status == 303 and a.location == f"{site.url}/", (evil, a.location)


@check
def who_does_not_agree_is_told_so():
    b = Browser()
    a = b.ask(there(b, "lan", agrees=False))
    assert a.status == 403 and "access_denied" in a.text, (a.status, a.text)
    assert not is_signed_in(b, "Lan")


@check
def people_that_the_provider_does_not_know_well_are_refused():
    for name in ("nameless", "wrong"):
        b = Browser()
        a = b.ask(there(b, name))
        assert a.status == 401, (name, a.status, a.text)
        assert b.ask(f"{site.url}/account").status == 303


@check
def a_session_that_was_there_before_does_not_go_on():
    b = Browser()
    b.jars[f"127.0.0.1:{site.port}"] = {"tinhso": "a" * 64}
    assert b.ask(there(b, "lan")).status == 303
    assert b.jars[f"127.0.0.1:{site.port}"]["tinhso"] != "a" * 64


@check
def there_is_no_other_provider():
    assert Browser().ask(f"{site.url}/sign-in/with/other").status == 404
    assert Browser().ask(f"{site.url}/sign-in/with/other/back?code=x&state=y").status == 404


@check
def answers_that_nobody_gave_are_refused():
    for query in ("", "code=x", "state=x", "code=x&state=" + "0" * 64, "error=access_denied", "code=x&code=y&state=z"):
        a = Browser().ask(f"{back}?{query}")
        assert 400 <= a.status < 500, (query, a.status)


@check
def the_provider_may_change_its_keys():
    global provider
    provider.stop()
    provider = Provider(provider_port, back, "second")
    time.sleep(5.5)  # not oftener than that are keys fetched for an unknown one
    b = Browser()
    a = b.ask(there(b, "lan"))
    assert a.status == 303, (a.status, a.text)
    assert is_signed_in(b, "Lan")


@check
def a_provider_that_is_down_is_told_of_and_everything_else_works():
    b = Browser()
    url = there(b, "lan")
    provider.stop()
    a = b.ask(url)
    assert a.status in (502, 503, 504), (a.status, a.text)
    assert Browser().ask(f"{site.url}/").status == 200


# ---- a false provider: everything about it is as it should be, but for one thing


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class False_(http.server.BaseHTTPRequestHandler):
    fault, nonce, challenge = None, "", ""
    key = f"{folder}/false.pem"

    @classmethod
    def prepare(cls):
        for path in (cls.key, cls.key + ".other"):
            subprocess.run(["openssl", "genrsa", "-out", path, "2048"], check=True, capture_output=True)
        out = subprocess.run(["openssl", "rsa", "-in", cls.key, "-noout", "-modulus"], check=True, capture_output=True, text=True).stdout
        cls.n = b64(bytes.fromhex(out.strip().split("=")[1]))

    def log_message(self, *_):
        pass

    def answer(self, document, status=200):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        me = f"http://127.0.0.1:{self.server.server_port}"
        if self.path.startswith("/.well-known"):
            self.answer({"issuer": "https://somebody.example" if self.fault == "discovery" else me, "authorization_endpoint": me + "/auth",
                         "token_endpoint": me + "/token", "jwks_uri": me + "/keys",
                         "code_challenge_methods_supported": ["plain"] if self.fault == "plain" else ["S256"]})
        elif self.path == "/keys":
            self.answer({"keys": [{"kty": "RSA", "kid": "k", "use": "sig", "n": self.n, "e": "AQAB"}]})
        else:
            self.answer({}, 404)

    def do_POST(self):
        form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        basic = base64.b64decode(self.headers.get("Authorization", "Basic ").split()[1] + "==").decode()
        verifier = b64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if verifier != type(self).challenge or urllib.parse.unquote(basic) != "tinhso:a secret of no worth / 100%":
            self.answer({"error": "invalid_grant"}, 400)
            return
        me, now = f"http://127.0.0.1:{self.server.server_port}", int(time.time())
        claims = {"iss": me, "aud": "tinhso", "sub": "false", "exp": now + 600, "iat": now, "nonce": type(self).nonce, "name": "Người Mẫu Giả", "personal_id": "067090000789"}
        head, key = {"alg": "RS256", "kid": "k"}, self.key
        change = {"iss": {"iss": "https://somebody.example"}, "aud": {"aud": "another"}, "audiences": {"aud": ["tinhso", "another"]}, "azp": {"azp": "another"},
                  "expired": {"exp": now - 120}, "future": {"iat": now + 3600}, "old": {"iat": now - 7200}, "nonce": {"nonce": "0" * 64}, "no-nonce": {"nonce": None},
                  "sub": {"sub": ""}, "exp-text": {"exp": "never"}}
        claims.update(change.get(self.fault, {}))
        claims = {k: v for k, v in claims.items() if v is not None}
        if self.fault == "none":
            head = {"alg": "none"}
        if self.fault == "hmac":
            head = {"alg": "HS256", "kid": "k"}
        if self.fault == "other-key":
            key += ".other"
        text = b64(json.dumps(head).encode()) + "." + b64(json.dumps(claims).encode())
        signature = b"" if self.fault == "none" else subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=text.encode(), check=True, capture_output=True).stdout
        if self.fault == "cut":
            signature = signature[:-1]
        if self.fault == "redirect":
            self.send_response(302)
            self.send_header("Location", me + "/token2")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.answer({"token_type": "Bearer", "access_token": "x", "id_token": f"{text}.{b64(signature)}"})


def with_false(fault):
    """How our server answers to the browser that comes back from it."""
    False_.fault = fault
    b = Browser()
    a = b.ask(f"{site.url}/sign-in/with/national")
    if a.status != 303:
        return a, b
    q = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(a.location).query))
    False_.nonce, False_.challenge = q["nonce"], q["code_challenge"]
    return b.ask(f"{site.url}/sign-in/with/national/back?code=c&state={q['state']}"), b


@check
def a_false_provider_gets_nobody_in():
    global site
    assert site.stop() == 0, "the server stops cleanly"
    False_.prepare()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), False_)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for fault in ("discovery", "plain"):
        site = Site(f"http://127.0.0.1:{server.server_port}")
        a, b = with_false(fault)
        assert a.status >= 400, (fault, a.status)
        assert site.stop() == 0
    site = Site(f"http://127.0.0.1:{server.server_port}")
    a, b = with_false(None)
    assert a.status == 303 and is_signed_in(b, "Người Mẫu Giả"), ("all right", a.status, a.text)
    for fault in ("iss", "aud", "audiences", "azp", "expired", "future", "old", "nonce", "no-nonce", "sub", "exp-text", "none", "hmac", "other-key", "cut", "redirect"):
        a, b = with_false(fault)
        assert a.status >= 400, (fault, a.status)
        assert b.ask(f"{site.url}/account").status == 303, fault
    server.shutdown()


for fn in checks:
    try:
        fn()
        print("ok", fn.__name__.replace("_", " "), flush=True)
    except Exception:
        print("not ok", fn.__name__.replace("_", " "), flush=True)
        print("".join("# " + line + "\n" for line in traceback.format_exc().splitlines()), flush=True)
provider.stop()
sys.exit(1 if site.stop() != 0 else 0)
