"""What scenarios of accounts begin with: lines of TAP, commands, accounts that are signed in.

    from people import Stage
    stage = Stage(address, work)
    mai = stage.account("mai", "--role", "reception_officer", "--unit", "24631")
    stage.tell(mai.get("/desk/dossiers").status == 200, "she has a desk")
    page = stage.fill(mai, "/desk/counter/1.001193", "save", **{"f.applicant": "Lê Thị Mai"})
    sys.exit(stage.failed > 0)
"""
import json
import os
import re
import subprocess
import urllib.parse

import browser
from signing import Browser, welcome

PASSWORD = "bảy con mèo ngủ trưa"


class Stage:
    def __init__(self, address, work):
        self.address, self.work, self.failed = address, work, 0

    def tell(self, is_ok, what, why=""):
        self.failed += not is_ok
        print(("ok " if is_ok else "not ok ") + what)
        if not is_ok:
            print("# " + str(why)[:1500].replace("\n", "\n# "))

    def run(self, *args, may_fail=False):
        p = subprocess.run([os.environ["TINHSO_BIN"], *args, "--lang", "en"], cwd=self.work, capture_output=True,
                           text=True, check=False)
        assert may_fail or p.returncode == 0, p.stderr
        return p.stderr if p.returncode else p.stdout

    def json(self, *args):
        return json.loads(self.run(*args, "--json"))

    def account(self, name, *options, lang="en"):
        out = self.run("user", "add", name, "--full-name", name.replace(".", " ").title(), *options)
        b = Browser(self.address, lang)
        b.secret = welcome(b, re.search(r"/welcome/\w+", out).group(0), PASSWORD)
        return b

    def keep(self, b, name):
        """For walk_as in lib.sh."""
        with open(os.path.join(self.work, name + ".cookie"), "w", encoding="utf-8") as f:
            f.write("; ".join(f"{k}={v}" for k, v in b.cookies.items()))

    def upload(self, b, path, fields, name, content):
        """A form with one file."""
        edge = "XX"
        parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode()
                 for k, v in {"csrf": b.token, **fields}.items()]
        parts.append(f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
                     "Content-Type: application/octet-stream\r\n\r\n".encode() + content + b"\r\n")
        body = b"".join(parts) + f"--{edge}--\r\n".encode()
        return b.ask("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={edge}"})

    def fill(self, b, path, do="save", **fields):
        """The form of a page, as it stands there but for some fields, sent by one of its buttons."""
        page = b.get(path)
        seen = browser.Page(page.status, {"content-type": "text/html"}, page.body.decode())
        form = [f for f in seen.forms if f.method == "post" and "csrf" in f.values and f.action not in
                ("/sign-out",)][-1]
        form.values.update(fields)
        pairs = [*form.pairs(), *([("do", do)] if do else [])]
        return b.ask("POST", form.action, urllib.parse.urlencode(pairs))
