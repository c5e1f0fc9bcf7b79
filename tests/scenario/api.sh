#!/bin/bash
# The open interface: every route by scenario files (http/*.http), answers against the OpenAPI document, and what the standards say of the
# documents themselves: Redocly's linter, JSON-LD, Atom, the sitemap.
# timeout: 300
. "$(dirname "$0")/lib.sh"

key=a-key-of-this-scenario-only
printf %s "$key" >"$WORK/key"
: >"$WORK/covered"
http=$SOURCE/tests/scenario/http

# scenarios FILE…: on the server that is up.
scenarios() {
    run /usr/bin/python3 "$http/run.py" --url "$address" --key "$key" --covered "$WORK/covered" "$@"
    retell "$WORK/.out"
    expect_exit "the scenarios of $(basename "$1") and its like went to their end" 0
}

# lint NAME: the OpenAPI document of the server that is up, for readers and for the operator.
lint() {
    npm_modules
    local who name
    for who in anybody operator; do
        name="Redocly finds no error in the OpenAPI document of $1 for $who"
        if [ -z "$modules" ]; then
            skip "$name" "$why"
            continue
        fi
        python3 - "$address" "$who" "$key" >"$WORK/openapi.json" <<'END'
import sys, urllib.request
headers = {"Authorization": "Bearer " + sys.argv[3]} if sys.argv[2] == "operator" else {}
sys.stdout.write(urllib.request.urlopen(urllib.request.Request(sys.argv[1] + "/api/openapi?lang=en", headers=headers)).read().decode())
END
        run node "$modules/node_modules/@redocly/cli/bin/cli.js" lint openapi.json
        expect_exit "$name" 0
    done
}

# documents NAME: catalogue, feeds and sitemap of the server that is up.
documents() {
    run /usr/bin/python3 "$http/documents.py" "$address"
    retell "$WORK/.out"
    expect_exit "the documents of $1 were all judged" 0
}

loaded_province
fresh_province tests/golden/province
tinhso load tests/golden/province
expect_exit "the small province loads" 0
serve --db var/vi-du.db --operator-key-file key
scenarios "$http"/golden-*.http
lint "the small province"
documents "the small province"

serve --db var/dak-nong.db --operator-key-file key
scenarios "$http"/dak-nong*.http
lint "Đắk Nông"
documents "Đắk Nông"
run /usr/bin/python3 "$http/paging.py" "$address" "$key"
retell "$WORK/.out"
expect_exit "pages were followed while others wrote" 0

# The commands of docs/api.md, as they stand there.
commands=0
while IFS= read -r command; do
    commands=$((commands + 1))
    command=${command//http:\/\/127.0.0.1:8080/$address}
    KEY=$key bash -c "curl -fsS -o '$WORK/answer' -w '%{http_code}' ${command#curl }" >"$WORK/.out" 2>"$WORK/.err"
    case $(cat "$WORK/.out") in
    2??) ok "docs/api.md: ${command:0:100}" ;;
    *) not_ok "docs/api.md: $command" "$(cat "$WORK/.out" "$WORK/.err")" ;;
    esac
done < <(sed -n 's/^    \(curl .*\)/\1/p' "$SOURCE/docs/api.md")
expect_true "docs/api.md has $commands of them" test "$commands" -gt 15

tinhso serve --routes
printf %s "$out" >"$WORK/routes.json"
run /usr/bin/python3 "$http/run.py" --covered "$WORK/covered" --routes routes.json --judge
retell "$WORK/.out"

serve_end
