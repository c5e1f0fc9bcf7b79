#!/bin/bash
# Signing in against the running server: what gets in, and everything that must not. tests/scenario/signin.py says how.
# timeout: 300
. "$(dirname "$0")/lib.sh"


# start OPTION…: the server again; the first administrator's link, if it tells one, is $link.
start() {
    serve --lang en --access-log "$WORK/access.log" "$@"
    sleep 0.5
    link=$(grep -oE '/welcome/[0-9a-f]{64}' "$WORK/serve.log")
}

# check FUNCTION NAME: a function of signin.py holds on the server that is up.
check() {
    run python3 "$SOURCE/tests/scenario/signin.py" "$address" "$WORK" "$1"
    [ "$status" -eq 0 ] || out="$(tail -n 20 "$WORK/serve.log")"
    expect_exit "$2" 0
}

loaded_province
start
expect_true "without accounts the server tells a one-time link" test -n "$link"
first=$link
start
expect_true "another start tells another link" test "$first" != "$link"
echo "$first" >"$WORK/old-link"
echo "$link" >"$WORK/link"
expect_eq "the file of accounts is its owner's alone" "$(stat -c %a "$WORK"/var/*.access.db)" 600
check links_open_once "the link opens once; the one before, and any other, opens nothing"
check an_official_needs_both_factors "an official does nothing before the second factor is set up"
check sign_in "name, password and code sign in; wrong ones are told in the same words whatever the name"
check ids_change "each step of signing in gives the session another id; one that was planted is not taken"
check codes_once "a code is taken once, a recovery code once"
check signing_out "signing out ends the session, and so does ending it from elsewhere"
check kept_for_nobody "nothing that was made for an account is kept for others"
check forged_forms "a form without the token of its session, or from another site, does nothing"
check open_redirect "no address of another site is gone on to"
check injected_headers "nothing typed comes to stand in a header"
check stored_script "a name with script in it is shown as text"
check privilege "an official does not administer, whatever parameters are sent"
check administration "accounts are added, given roles, disabled and reset; sessions end with it"
check passwords "another password wants the former one, and ends the other sessions"
check factor_needs_factor "a second factor is changed, and recovery codes are made, by whoever shows the present one"
check refusals_are_written "what an account is refused is written down, a few a minute"
check again "what matters asks for the password again"

start --public-url http://portal.example
expect_eq "with an account no link is told" "$link" ""
check brute_force "who guesses waits, also with the right password, by name and by address"
check timing "an attempt takes as long for a name that exists as for one that does not"

start --public-url https://portal.example
check secure_cookie "behind https the cookie is __Host-, Secure, HttpOnly and SameSite"

tinhso user list --json
expect_exit "the command lists the accounts" 0
expect_not_contains "without their passwords" "$out" "argon2"
tinhso user add x.y --full-name "X Y" --password secret
expect_exit "no password is taken from an argument" 2
tinhso user add x.y --full-name "X Y" --unit 99999 --lang en
expect_exit "nor a unit that is none" 1
expect_contains "by the same words as on the page" "$err" "99999"
tinhso user add x.y --full-name "X Y" --personal-id 12
expect_exit "nor what is no personal id" 1
tinhso user add system --full-name "X Y"
expect_exit "nor a name of the program's own" 1
tinhso user disable chief
expect_exit "the last administrator cannot be disabled" 1
tinhso query units --limit 1
expect_exit "the file of accounts is not taken for a second database" 0
expect_not_contains "no link stands in the access log" "$(cat "$WORK/access.log")" "$(cat "$WORK/link")"
