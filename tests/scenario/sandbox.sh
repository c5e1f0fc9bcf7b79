#!/bin/bash
# suite: release
# The rules of the sandbox once more in the program as it is installed: sanitizers need more memory than its limit allows, and so
# their build leaves that rule out.
. "$(dirname "$0")/lib.sh"

run env CMOCKA_MESSAGE_OUTPUT=TAP "$SOURCE/build/tests/unit-base-test_sandbox"
expect_exit "every rule of tests/unit/base/test_sandbox.c holds" 0
expect_contains "the limit of memory among them" "$out$err" "ok 4 - memory_has_a_limit_and_is_never_executable"
expect_eq "none is left out" "$(printf '%s' "$out$err" | grep -ci skip)" "0"
