"""A browser that signs in: what scenarios use to ask the running server as somebody.

    from signing import Browser, totp, welcome
    b = Browser("http://127.0.0.1:8080")
    secret = welcome(b, link, "a sentence nobody knows", name="an", full_name="An")     # the first administrator
    b = Browser(base); b.sign_in("an", "a sentence nobody knows", secret)
    page = b.get("/account"); page.status, page.text, page.headers, b.cookies
    b.post("/account/sessions/end")                                                   # with the token of the page asked last

A code of the second factor is taken once: sign_in waits for the next when it must. Where TINHSO_NOW stands still, so do the codes.
"""
import base64
import datetime
import hashlib
import hmac
import html
import http.client
import os
import re
import struct
import time
import urllib.parse


def now():
    """By the clock of the server."""
    fixed = os.environ.get("TINHSO_NOW")
    return datetime.datetime.fromisoformat(fixed.replace("Z", "+00:00")).timestamp() if fixed else time.time()


def totp(secret, at=None, step=30):
    counter = int((now() if at is None else at) // step)
    mac = hmac.new(base64.b32decode(secret.replace(" ", "")), struct.pack(">Q", counter), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7fffffff) % 1000000:06d}"


class Page:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()
        self.text = html.unescape(self.body.decode("utf-8", "replace"))

    @property
    def location(self):
        return self.headers.get("Location", "")

    def hidden(self, name):
        m = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        return m.group(1) if m else None

    def problem(self):
        m = re.search(r'role="alert"><p>(.*?)</p>', self.text, re.S)
        return m.group(1) if m else ""


class Browser:
    """Keeps cookies and the token of the page it saw last; follows nothing by itself."""

    used = {}  # counter of the last code taken, by secret

    def __init__(self, base, lang="en"):
        self.base, self.cookies, self.token, self.lang = base, {}, None, lang
        self.host = urllib.parse.urlsplit(base).netloc

    def ask(self, method, path, body=None, headers=None):
        c = http.client.HTTPConnection(self.host, timeout=60)
        sent = {"Accept": "text/html", "Accept-Language": self.lang, "Connection": "close"}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        if method != "GET":
            sent["Origin"] = self.base
            if isinstance(body, str):
                sent["Content-Type"] = "application/x-www-form-urlencoded"
        sent.update(headers or {})
        c.request(method, path, body.encode() if isinstance(body, str) else body,
                  {k: v for k, v in sent.items() if v is not None})
        page = Page(c.getresponse())
        c.close()
        for cookie in page.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            if "Max-Age=0" in cookie:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        self.token = page.hidden("csrf") or self.token
        return page

    def get(self, path, **headers):
        return self.ask("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def post(self, path, fields=None, token=True, headers=None):
        fields = dict(fields or {})
        if token is True and self.token:
            fields["csrf"] = self.token
        elif isinstance(token, str):
            fields["csrf"] = token
        return self.ask("POST", path, urllib.parse.urlencode(fields), headers)

    def code(self, secret):
        """One that was not used yet."""
        while int(now() // 30) <= Browser.used.get(secret, 0) - 1:
            assert not os.environ.get("TINHSO_NOW"), "codes run out while the clock stands still"
            time.sleep(0.5)
        counter = max(int(now() // 30), Browser.used.get(secret, 0) + 1)
        Browser.used[secret] = counter
        return totp(secret, counter * 30)

    def sign_in(self, name, password, secret=None, next_="/"):
        self.token = None
        self.get("/sign-in?next=" + urllib.parse.quote(next_, safe=""))
        page = self.post("/sign-in", {"name": name, "password": password, "next": next_})
        if page.status == 303 and secret and "/sign-in/code" in page.location:
            self.get(page.location)
            page = self.post("/sign-in/code", {"code": self.code(secret), "next": next_})
        if page.status == 303 and page.location:
            self.get("/account")
        return page


def second_factor(browser):
    """Sets it up; the secret, and the page with the recovery codes."""
    page = browser.get("/account/second-factor")
    secret = re.search(r'<code translate="no">([A-Z2-7 ]+)</code>', page.text).group(1).replace(" ", "")
    page = browser.post("/account/second-factor", {"code": browser.code(secret)})
    return secret, page


def welcome(browser, link, password, name=None, full_name=None):
    """Chooses a password by a one-time link, and sets up the second factor; its secret."""
    path = urllib.parse.urlsplit(link).path
    browser.get(path)
    fields = {"password": password, "again": password}
    if name:
        fields.update(name=name, full_name=full_name)
    page = browser.post(path, fields)
    assert page.status == 303, (page.status, page.problem(), page.text[:2000])
    secret, page = second_factor(browser)
    assert page.status == 200, (page.status, page.problem())
    browser.recovery = re.findall(r"<li><code>([0-9a-z-]{19})</code>", page.text)
    browser.get("/account")
    return secret
