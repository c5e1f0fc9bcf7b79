#!/bin/bash
# Signing in with an account at a provider (OpenID Connect): a real provider from npm, and a false one that tries what it must not get away with.
# timeout: 300
. "$(dirname "$0")/lib.sh"
fresh_province tests/golden/province
export TINHSO_DB=$WORK/var.db
npm_modules
if [ -z "$modules" ]; then
    skip "signing in with an account at a provider" "$why"
    exit 0
fi
tinhso load tests/golden/province
expect_exit "the province loads" 0
tinhso user add an.quan --full-name "Quản Trị Mẫu" --role administrator
expect_exit "there is an administrator already" 0
python3 "$SOURCE/tests/scenario/national_account.py" "$TINHSO_BIN" "$WORK" "$modules" "$SOURCE/tests/peers/provider.mjs" >"$WORK/oidc.tap" 2>"$WORK/oidc.err"
ended=$?
retell "$WORK/oidc.tap"
[ "$ended" -eq 0 ] || not_ok "the checks end by themselves" "$(cat "$WORK/oidc.err")"
tinhso user list
expect_contains "the citizen has an account" "$out" "Nguyễn Thị Lan Mẫu"
expect_eq "one only, however often she signs in" "$(grep -c 'Lan Mẫu' <<<"$out")" 1
