# shellcheck shell=bash
# The few words in which scenarios are written. A scenario is a bash program that sources this file and prints TAP:
#
#     # suite: release            only when it needs build/tinhso (kills, traces, times it); default: the sanitized binary
#     # timeout: 300              seconds; default 120
#     . "$(dirname "$0")/lib.sh"
#     loaded_province             province/dak-nong, already loaded, in a folder of this scenario's own
#
#     tinhso figure community-teams
#     expect_exit "a figure that exists is answered" 0
#     expect_contains "it has the published value" "$out" "182"
#     tinhso figure no-such-figure
#     expect_exit "an unknown figure is refused" 1
#     expect_contains "and named" "$err" "no-such-figure"
#
# `tinhso ARGS` runs the program in $WORK and leaves standard output in $out, standard error in $err, the exit code in
# $status; it never ends the scenario. $WORK is removed at the end. Every scenario ends with its plan by itself.

set -u

SOURCE=${TINHSO_SOURCE:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
REFERENCE=$SOURCE/../shared/reference
if [ -z "${TINHSO_BIN:-}" ]; then
    TINHSO_BIN=$SOURCE/build-test/tinhso
    ! grep -q '^# suite: release$' "$0" || TINHSO_BIN=$SOURCE/build/tinhso
fi
WORK=$(mktemp -d "${TMPDIR:-/tmp}/tinhso-XXXXXX")
export LC_ALL=C.UTF-8
unset LANG LANGUAGE TINHSO_DB TINHSO_NOW
checks=0
out='' err='' status=0 server=''
export SOURCE REFERENCE TINHSO_BIN WORK

finish() {
    code=$?
    [ "$code" -ne 0 ] || echo "1..$checks"
    [ -z "$server" ] || kill "$server" 2>/dev/null
    declare -F cleanup >/dev/null && cleanup
    rm -rf "$WORK"
}
trap finish EXIT
trap 'exit 130' INT TERM

# run COMMAND ARGS…: like tinhso below, for any program.
run() {
    (cd "$WORK" && "$@") >"$WORK/.out" 2>"$WORK/.err" </dev/null
    status=$?
    out=$(tr -d '\0' <"$WORK/.out")
    err=$(tr -d '\0' <"$WORK/.err")
    return 0
}

# run_python <<'END': a program on standard input, in $WORK; one that reads nothing has not said that all is well.
run_python() {
    cat >"$WORK/.check.py"
    [ -s "$WORK/.check.py" ] || not_ok "the check in Python is there"
    run python3 "$WORK/.check.py"
}

# tinhso ARGS…: the program under test. A sanitizer's report fails the scenario whatever it expected.
tinhso() {
    run "$TINHSO_BIN" "$@"
    if [ "$status" -eq 99 ] || [ "$status" -ge 132 ]; then
        not_ok "tinhso $* ends without a crash" "status $status" "$err"
    fi
    return 0
}

ok() {
    checks=$((checks + 1))
    echo "ok $checks - $1"
}

# not_ok NAME [DETAIL…]
not_ok() {
    checks=$((checks + 1))
    echo "not ok $checks - $1"
    shift
    local d
    for d in "$@"; do
        printf '%s\n' "$d" | head -n 40 | sed 's/^/#   /'
    done
}

# skip NAME REASON: one check that cannot be made here.
skip() {
    checks=$((checks + 1))
    echo "ok $checks - $1 # SKIP $2"
}

# skip_all REASON: ends the scenario.
skip_all() {
    skip "$(basename "$0" .sh)" "$1"
    exit 0
}

expect_eq() { # NAME ACTUAL EXPECTED
    if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "expected: $3" "got:      $2"; fi
}

expect_contains() { # NAME TEXT PIECE
    case $2 in
    *"$3"*) ok "$1" ;;
    *) not_ok "$1" "expected to find: $3" "in:" "$2" ;;
    esac
}

expect_not_contains() { # NAME TEXT PIECE
    case $2 in
    *"$3"*) not_ok "$1" "expected not to find: $3" "in:" "$2" ;;
    *) ok "$1" ;;
    esac
}

# The exit code of the last run or tinhso.
expect_exit() { # NAME CODE
    if [ "$status" -eq "$2" ]; then ok "$1"; else not_ok "$1" "expected exit $2, got $status" "$out" "$err"; fi
}

expect_true() { # NAME COMMAND ARGS…
    local name=$1
    shift
    if "$@" >"$WORK/.check" 2>&1; then ok "$name"; else not_ok "$name" "failed: $*" "$(cat "$WORK/.check")"; fi
}

# retell FILE [DETAIL-FILE]: what another program found, written as lines of TAP, becomes ours; with its comments.
retell() {
    local line name
    while IFS= read -r line; do
        name=${line#not }
        name=${name#ok }
        [[ ! $name =~ ^[0-9]+\ -\ (.*)$ ]] || name=${BASH_REMATCH[1]}
        case $line in
        "ok "*) ok "$name" ;;
        "not ok "*) not_ok "$name" ${2:+"$(tail -n 20 "$2")"} ;;
        "skip "*) name=${line#skip } && skip "${name%%:*}" "${name#*: }" ;;
        "#"*) printf '%s\n' "$line" ;;
        esac
    done <"$1"
}

# serve OPTION…: the server, in $WORK, at a port of its own, in place of the one before; until it answers. Its address is $address, its process
# $server; what it says is in $WORK/serve.log. It ends with the scenario.
serve() {
    local deadline=$((SECONDS + 60))
    [ -z "$server" ] || { kill "$server" && wait "$server" 2>/dev/null; }
    : >"$WORK/serve.log" # what the server before said is no address of this one
    (cd "$WORK" && exec "$TINHSO_BIN" serve --listen 127.0.0.1:0 "$@") >"$WORK/serve.log" 2>&1 </dev/null &
    server=$!
    address=
    until address=$(grep -m 1 -oE '(at|tại) http://[0-9.:]+' "$WORK/serve.log"); do
        if [ $SECONDS -gt $deadline ] || ! kill -0 "$server" 2>/dev/null; then
            not_ok "the server starts" "$(cat "$WORK/serve.log")"
            exit 1
        fi
        sleep 0.05
    done
    address=${address#* }
}

# serve_end: it ends when asked to, without a word of a sanitizer.
serve_end() {
    kill "$server"
    wait "$server"
    expect_eq "the server stops cleanly" $? 0
    server=
}

# fresh_province [FOLDER]: a copy of a province's declarations (default province/dak-nong) at the same place below $WORK.
fresh_province() {
    local province=${1:-province/dak-nong}
    mkdir -p "$WORK/$(dirname "$province")"
    cp -R "$SOURCE/$province" "$WORK/$province"
}

# small_province FOLDER: the beginning of an invented one; registers and data are written beside it.
small_province() {
    mkdir -p "$WORK/$1/registers" "$WORK/$1/data"
    printf 'province: mau\ntitle: {vi: Tỉnh Mẫu, en: Sample}\n' >"$WORK/$1/province.yaml"
}

# loaded_province: fresh_province and var/ as after `tinhso load province/dak-nong`. The load is done once for all
# scenarios of a run, by the release binary; each gets a copy.
loaded_province() {
    local shared=${TINHSO_TEST_SHARED:-$WORK/.shared} loader=$SOURCE/build/tinhso
    [ -x "$loader" ] || loader=$TINHSO_BIN
    mkdir -p "$shared"
    fresh_province
    (
        flock 9
        if [ ! -e "$shared/loaded" ]; then
            rm -rf "$shared/work"
            mkdir -p "$shared/work/province"
            cp -R "$SOURCE/province/dak-nong" "$shared/work/province/dak-nong"
            cd "$shared/work" && "$loader" load province/dak-nong >"$shared/load.log" 2>&1 </dev/null &&
                touch "$shared/loaded"
        fi
    ) 9>"$shared/lock"
    if [ ! -e "$shared/loaded" ]; then
        not_ok "province/dak-nong loads" "$(tail -n 20 "$shared/load.log")"
        exit 1
    fi
    cp -R "$shared/work/var" "$WORK/var"
}

# npm_modules: the packages of tests/package.json, fetched once a lockfile; their folder is $modules, empty when they cannot be had, and
# then $why says why.
npm_modules() {
    local folder=$SOURCE/build-test/npm wanted
    modules='' why=''
    if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
        why="node and npm are not installed"
        return 0
    fi
    mkdir -p "$folder"
    wanted=$(sha256sum <"$SOURCE/tests/package-lock.json")
    (
        flock 9
        [ "$(cat "$folder/stamp" 2>/dev/null)" != "$wanted" ] || exit 0
        cp "$SOURCE/tests/package.json" "$SOURCE/tests/package-lock.json" "$folder/"
        cd "$folder" && timeout 200 npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1 </dev/null && echo "$wanted" >stamp
    ) 9>"$folder/lock"
    if [ "$(cat "$folder/stamp" 2>/dev/null)" = "$wanted" ]; then
        modules=$folder
    else
        why="npm could not fetch them: $(grep -m 1 'npm error' "$folder/npm.log" | tr -d '#')"
    fi
}

# a_browser: $chromium and the packages of npm_modules are there, or the whole scenario is skipped.
a_browser() {
    chromium=$(command -v chromium || true)
    [ -n "$chromium" ] || skip_all "chromium is not installed"
    npm_modules
    [ -n "$modules" ] || skip_all "$why"
}

# walk_as WHO [ADDRESS…]: the pages in a real browser, signed in by the cookie in $WORK/WHO.cookie: in both languages, narrow and wide, with and without
# scripts. Without addresses those of tests/portal/addresses.txt that begin with WHO. Pictures go to TINHSO_IMAGES, when that is set.
walk_as() {
    local who=$1 images=() walked chromium
    shift
    chromium=$(command -v chromium || true)
    why="chromium is not installed"
    modules=''
    [ -z "$chromium" ] || npm_modules
    if [ -z "$modules" ]; then
        skip "the pages of $who in a browser" "$why"
        return 0
    fi
    [ -z "${TINHSO_IMAGES:-}" ] || images=(--images "$TINHSO_IMAGES")
    [ $# -gt 0 ] || set -- --who "$who"
    CHROMIUM=$chromium node "$SOURCE/tests/portal/walk.js" "$modules" "$address" --cookie "$(cat "$WORK/$who.cookie")" "${images[@]}" "$@" \
        >"$WORK/walk.tap" 2>&1
    walked=$?
    retell "$WORK/walk.tap"
    expect_eq "the walk of $who ends by itself" "$walked" 0
}
