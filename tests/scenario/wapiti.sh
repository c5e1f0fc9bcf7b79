#!/bin/bash
# suite: release
# timeout: 400
# wapiti over the running portal, as a stranger and as an administrator: nothing of medium weight or above.
. "$(dirname "$0")/lib.sh"
command -v wapiti >/dev/null || skip_all "wapiti is not installed"
modules=xss,permanentxss,sql,exec,file,crlf,redirect,csrf,cookieflags,csp,http_headers,shellshock,htaccess

fresh_province tests/golden/province
tinhso load tests/golden/province
expect_exit "the small province loads" 0
serve --lang en

# The cookie of an administrator who is signed in, by both factors.
tinhso user add chief --full-name "Quản Trị Mẫu" --role administrator
link=$(grep -oE '/welcome/[0-9a-f]+' <<<"$out")
run_python <<END
import sys
sys.path.insert(0, "$SOURCE/tests/scenario")
from signing import Browser, welcome
b = Browser("$address")
welcome(b, "$link", "bảy con mèo ngủ trưa")
print("; ".join(f"{k}={v}" for k, v in b.cookies.items()))
END
cookie=$out

# scan WHO ADDRESS OPTION…: that it found pages to try, and what it found in them, by weight (1 is low).
scan() {
    local who=$1 at=$2 pages
    shift 2
    (cd "$WORK" && timeout 180 wapiti -u "$at/" --flush-session --store-session "$WORK/wapiti-$who" -d 2 --max-links-per-page 12 \
        --max-files-per-dir 3 --max-attack-time 6 -m "$modules" -f json -o "$who.json" --no-bugreport -S insane -v 1 "$@") >"$WORK/$who.out" 2>&1 </dev/null
    run_python <<END
import json
found = json.load(open("$who.json", encoding="utf-8"))
for kind in ("vulnerabilities", "anomalies"):
    for name, those in found[kind].items():
        for v in those:
            if v["level"] >= 2:
                print(v["level"], name, v["method"], v["path"], v["parameter"], v["info"])
END
    expect_exit "as $who it went to its end" 0
    expect_eq "as $who it finds nothing of medium weight or above" "$out" ""
    pages=$(grep -c '^\[+\] GET' "$WORK/$who.out")
    expect_true "as $who it tried $pages pages" test "$pages" -gt 20
}
scan stranger "$address"
python3 "$SOURCE/tests/scenario/stay_signed_in.py" "$address" "$cookie" >"$WORK/between" 2>/dev/null &
between=$!
cleanup() { kill "$between" 2>/dev/null; }
until [ -s "$WORK/between" ]; do sleep 0.05; done
at=$(cat "$WORK/between")
scan administrator "$at" -s "$at/admin" -s "$at/admin/users/new" -s "$at/account"
expect_eq "the administrator was signed in to the end" \
    "$(curl -s -o /dev/null -w '%{http_code}' -H "Cookie: $cookie" "$address/admin/users")" 200
serve_end
tinhso log verify
expect_exit "the log verifies" 0
