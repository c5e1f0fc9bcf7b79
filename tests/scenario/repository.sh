#!/bin/bash
# The house rules that a program can check: contracts in headers, banned functions, the two commands, no province in src/.
. "$(dirname "$0")/lib.sh"
cd "$SOURCE" || exit 1

# Names what is wrong, or nothing.
expect_none() { # NAME LIST
    if [ -z "$2" ]; then ok "$1"; else not_ok "$1" "$2"; fi
}

headers_without_contract() {
    find src -name '*.h' | sort | while read -r h; do
        [ "$(head -c 2 "$h")" = '/*' ] || echo "$h"
    done
}

sources_without_bans() {
    find src -name '*.c' | sort | while read -r c; do
        # shellcheck disable=SC2016
        [ "$(grep '^#include' "$c" | grep -v '\.def"$' | tail -n 1)" = '#include "base/banned.h"' ] || echo "$c"
    done
}

expect_none "every public header begins with its contract" "$(headers_without_contract)"
expect_none "every source file includes banned.h last" "$(sources_without_bans)"
expect_none "no province is named in src" "$(python3 tools/names 2>&1)"
expect_none "modules include only what stands above them" "$(python3 tools/layers 2>&1)"
expect_true "the check of the layers finds a bad include" python3 tools/layers --self-test
expect_true "the check of the names finds a bad name" python3 tools/names --self-test

for target in setup build load run test bench lint fuzz clean; do
    expect_true "make knows $target" make -n "$target"
done
expect_eq "make run reads the database that it filled, whatever others lie in var/" \
    "$(env -u TINHSO_DB make -n run | grep -c -- '--db var/dak-nong.db')" "3"
for command in "make run" "make test"; do
    expect_contains "README.md names “$command”" "$(cat README.md)" "$command"
done
for f in LICENSE CONTRIBUTING.md docs/architecture.md docs/glossary.md docs/decisions/README.md; do
    expect_true "$f is there" test -s "$f"
done
while read -r link; do
    expect_true "what README.md and CONTRIBUTING.md link to is there: $link" test -e "$link"
done < <(grep -ohE '\]\([^)#:]+' README.md CONTRIBUTING.md | sed 's/^](//' | sort -u)

expect_none "every package of scripts/packages.txt says what it is for" \
    "$(grep -vE '^(#|$|[a-z0-9.+-]+(:[a-z]+>=[0-9]+)? +[^ ])' scripts/packages.txt)"
run "$SOURCE/scripts/setup" build test # what `make test` itself asked for: other targets may not have run yet
expect_exit "setup is content on a machine that has everything" 0
expect_eq "and silent" "$out$err" ""
