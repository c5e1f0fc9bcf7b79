#!/usr/bin/python3
"""The checks of office.sh: office.py ADDRESS WORK. Lines of TAP."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from signing import Browser, welcome  # noqa: E402

ADDRESS, WORK = sys.argv[1], sys.argv[2]
PASSWORD = "bảy con mèo ngủ trưa"
failed = 0


def tell(is_ok, what, why=""):
    global failed
    failed += not is_ok
    print(("ok " if is_ok else "not ok ") + what)
    if not is_ok:
        print("# " + str(why)[:1500].replace("\n", "\n# "))


def tinhso(*args):
    p = subprocess.run([os.environ["TINHSO_BIN"], *args, "--lang", "en"], cwd=WORK, capture_output=True, text=True,
                       check=False)
    assert p.returncode == 0, p.stderr
    return p.stdout


def account(name, *options):
    out = tinhso("user", "add", name, "--full-name", name.title(), *options)
    b = Browser(ADDRESS)
    b.secret = welcome(b, re.search(r"/welcome/\w+", out).group(0), PASSWORD)
    return b


def has(page, what, *pieces):
    missing = [p for p in pieces if p not in page.text]
    tell(page.status == 200 and not missing, what, f"{page.status}, without {missing}: {page.text}")


def lacks(page, what, *pieces):
    found = [p for p in pieces if p in page.text]
    tell(page.status == 200 and not found, what, f"{page.status}, with {found}")


def ways_in(chief, officer):
    home = chief.get("/")
    has(home, "every page leads an administrator to administration", 'href="/admin"')
    for path in sorted(set(re.findall(r'href="(/admin[^"#?]*)"', chief.get("/admin").text))):
        page = chief.get(path)
        has(page, f"{path} stands in the menu, and shows it", f'<a href="{path}" aria-current="page"',
            'href="/admin/users"')
    lacks(officer.get("/"), "others are not led there", 'href="/admin"')
    tell(officer.get("/admin").status == 403, "and may not go")
    page = officer.get("/account")
    has(page, "an account leads to its drafts, to who read its data and to its registers", 'href="/drafts"',
        'href="/account/reads"', 'href="/registers/farm_households/import"', 'href="/registers/farm_households/export"',
        'href="/registers/teams/new"')
    lacks(page, "and to no other register", 'href="/registers/poor_households"', "/registers/teams/export")


def main():
    chief = account("chief", "--role", "administrator")
    officer = account("lan", "--role", "commune_officer", "--unit", "24611")
    ways_in(chief, officer)
    sys.exit(failed > 0)


main()
