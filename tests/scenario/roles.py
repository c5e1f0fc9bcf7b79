#!/usr/bin/python3
"""The checks of roles.sh on the loaded province: roles.py ADDRESS WORK. Lines of TAP."""
import datetime
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from people import Stage  # noqa: E402
from signing import Browser  # noqa: E402

ADDRESS, WORK = sys.argv[1:3]
stage = Stage(ADDRESS, WORK)
tell, tinhso = stage.tell, stage.run
def has(page, what, *pieces):
    text = " ".join(re.sub(r"<[^>]+>", " ", page.text).split())
    missing = [p for p in pieces if p not in text and p not in page.text]
    is_fine = page.status == 200 and not missing
    tell(is_fine, what, f"{page.status}, lacks {missing}: {text[:2500]}")


ada = stage.account("ada", "--role", "administrator")
stage.keep(ada, "ada")
amy = stage.account("amy", "--role", "commune_officer,leader", "--unit", "24611", "--agency", "so-nnptnt")
stage.keep(amy, "amy")
bob = stage.account("bob", "--role", "statistician", "--agency", "so-nnptnt")
tinhso("user", "add", "eve", "--full-name", "Eve", "--role", "commune_officer", "--agency", "so-tttt")
tinhso("user", "disable", "eve")
until = str((datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=7, days=1)).date())
LENT = ("--role", "commune_officer", "--until", until, "--reason", "decision 12")
tinhso("user", "delegate", "amy", "--to", "bob", *LENT)

page = ada.get("/admin")
has(page, "the menu of administration leads to both", 'href="/admin/roles"', 'href="/admin/agencies"')
page = ada.get("/admin/roles")
has(page, "all roles, with who holds them", "Commune officer", 'href="/admin/roles/commune_officer"', "Statistician",
    "roles/commune_officer.yaml:2")
row = re.search(r"<tr>\s*<th scope=\"row\"><a href=\"/admin/roles/commune_officer\".*?</tr>", page.text, re.S).group(0)
numbers = re.findall(r'<td class="ts-number">(\d+)</td>', row)
tell(numbers == ["1", "1"], "counted without those that are disabled; what is lent too", row)
has(page, "and what each does in each register", "Farm households", "read, create, update")
page = ada.get("/admin/roles/commune_officer")
has(page, "one role, in words of both languages", "Được xem", "May read", "Only records of the account’s unit",
    "Chỉ hồ sơ thuộc đơn vị của tài khoản", "roles/commune_officer.yaml:")
has(page, "its holders", 'href="/admin/users/amy"', "24611", "so-nnptnt", 'href="/admin/users/eve"', "disabled")
has(page, "what of it is lent, to whom and why", 'href="/admin/users/bob"', "decision 12")
has(page, "and its matrix", "own unit")
href = re.search(r'action="(/admin/delegations/\d+/end)"', page.text).group(1)
bob.get("/account")
tell(bob.post(href).status == 403, "which only an administrator ends for others")
tell(ada.post(href, token=False).status == 403, "by his own form")
tinhso("user", "delegate", "amy", "--to", "bob", "--role", "leader", *LENT[2:])
page = ada.get("/admin/roles/leader")
page = ada.post(re.search(r'action="(/admin/delegations/\d+/end)"', page.text).group(1))
tell((page.status, page.location) == (303, "/admin/roles"), "so he ends it", page.text)
tell("/admin/delegations/" not in ada.get("/admin/roles/leader").text, "and it is over")
page = ada.get("/admin/roles/statistician")
has(page, "figures among the words", "Figures (* is all): *")
page = ada.get("/admin/roles/administrator")
has(page, "the program's own role", "The program’s own role", 'href="/admin/users/ada"')
page = ada.get("/admin/roles/commune_oficer")
tell(page.status == 404 and "commune_officer" in page.text, "an unknown role names the nearest", page.text[-1500:])
page = ada.get("/admin/users/amy")
has(page, "the page of an account leads to its roles", 'href="/admin/roles/leader"')
page = ada.get("/admin/agencies")
has(page, "agencies, with their accounts", "so-nnptnt", 'href="/admin/users/amy"', 'href="/admin/users/bob"',
    "so-tttt", "Of no agency", 'href="/admin/users/ada"')
row = re.search(r"<tr>\s*<th scope=\"row\">(?:(?!</tr>).)*so-nnptnt.*?</tr>", page.text, re.S).group(0)
tell(re.findall(r'<td class="ts-number">(\d+)</td>', row) == ["2", "0", "2"], "counted, with their sessions", row)
href = re.search(r'<a href="(/registers/offices/[^"]+)">([^<]+)</a>', row)
tell(href and ada.get(href.group(1)).status == 200, "and their record in the register", row)
vi = Browser(ADDRESS, "vi")
vi.cookies = ada.cookies
has(vi.get("/admin/roles"), "in Vietnamese too", "Vai trò nào làm gì ở sổ nào", "Công chức cấp xã")
for path in ("/admin/roles", "/admin/roles/leader", "/admin/agencies"):
    tell(bob.get(path).status == 403, f"{path} is not for others")
    page = Browser(ADDRESS).get(path)
    tell(page.status == 303 and page.location.startswith("/sign-in"), f"{path} is for nobody who is not signed in")
sys.exit(stage.failed > 0)
