#!/bin/bash
# timeout: 300
# A backup holds the whole province, opens only to its secret, and is restored only where nothing is lost unsaid.
. "$(dirname "$0")/lib.sh"
fresh_province tests/golden/province
province=tests/golden/province
tinhso load $province
db=var/vi-du.db
head -c 40 /dev/urandom | base64 >"$WORK/key"
printf 'một cụm mật khẩu dài\n' >"$WORK/words"

tinhso backup one.backup --key-file key
expect_exit "a key file that others may read is refused" 1
chmod 600 "$WORK/key" "$WORK/words"
tinhso backup one.backup --key-file key --lang en
expect_exit "a backup is made" 0
expect_contains "and said to be read back" "$out" "read back"
expect_eq "only its owner reads it" "$(stat -c %a "$WORK/one.backup")" 600
expect_eq "no plain copy is left" "$(find "$WORK/var" -name '.backup-*' | wc -l)" 0
if grep -qa 'SQLite format 3' "$WORK/one.backup"; then not_ok "it is encrypted"; else ok "it is encrypted"; fi
tinhso backup one.backup --key-file key
expect_exit "a file that is there is not overwritten" 1
tinhso backup two.backup </dev/null
expect_exit "without a terminal a secret is asked for" 2
printf 'kurz\n' >"$WORK/short" && chmod 600 "$WORK/short"
tinhso backup two.backup --passphrase-file short
expect_exit "a short passphrase is refused" 1

# ---- back again
tinhso restore one.backup --key-file key --db back/x.db --checkpoint var/vi-du.checkpoint --json
expect_exit "it is restored into an empty place" 0
expect_contains "nothing was lost" "$out" '"lost":0'
tinhso log verify --db back/x.db
expect_exit "its log is whole" 0
expect_eq "it answers as the first did" "$(cd "$WORK" && "$TINHSO_BIN" query wells --csv --db back/x.db | sha256sum)" \
    "$(cd "$WORK" && "$TINHSO_BIN" query wells --csv --db $db | sha256sum)"
tinhso restore one.backup --key-file key --db back/x.db
expect_exit "what is there is not overwritten" 1
tinhso restore one.backup --key-file key --db back/x.db --replace
expect_exit "unless that is said" 0

# ---- secrets and damage
head -c 40 /dev/urandom | base64 >"$WORK/other" && chmod 600 "$WORK/other"
tinhso restore one.backup --key-file other --db no/x.db
expect_exit "another key does not open it" 1
tinhso restore one.backup --passphrase-file words --db no/x.db
expect_exit "nor does a passphrase" 1
tinhso backup words.backup --passphrase-file words
expect_exit "a passphrase locks one too" 0
tinhso restore words.backup --passphrase-file words --db opened/x.db
expect_exit "and opens it" 0
size=$(stat -c %s "$WORK/one.backup")
refused=0
for cut in 0 1 40 57 1000 65600 $((size / 2)) $((size - 1)); do
    head -c "$cut" "$WORK/one.backup" >"$WORK/cut.backup"
    tinhso restore cut.backup --key-file key --db no/x.db
    [ "$status" -eq 1 ] && refused=$((refused + 1))
done
expect_eq "one that was cut is refused, wherever" $refused 8
refused=0
for at in 3 15 20 40 70 5000 $((size / 2)) $((size - 5)); do
    cp "$WORK/one.backup" "$WORK/bad.backup"
    python3 - "$WORK/bad.backup" "$at" <<'END'
import sys
with open(sys.argv[1], "r+b") as f:
    f.seek(int(sys.argv[2]))
    byte = f.read(1)
    f.seek(int(sys.argv[2]))
    f.write(bytes([byte[0] ^ 1]))
END
    tinhso restore bad.backup --key-file key --db no/x.db
    [ "$status" -eq 1 ] && refused=$((refused + 1))
done
expect_eq "one of which a bit was changed is refused, wherever" $refused 8
cat "$WORK/one.backup" <(echo more) >"$WORK/more.backup"
tinhso restore more.backup --key-file key --db no/x.db
expect_exit "one that goes on is refused" 1
expect_eq "nothing was made by all these" "$(find "$WORK/no" -mindepth 1 2>/dev/null | wc -l)" 0

# ---- the log goes on
sed -i 's/^G001,Giếng Đình,/G001,Giếng Đình Cả,/' "$WORK/$province/data/wells.csv"
tinhso load $province
tinhso restore one.backup --key-file key --db $db --replace --lang en
expect_exit "a backup older than the checkpoint is refused" 1
expect_contains "the remedy is named" "$err" "accept-loss"
tinhso query wells --id G001
expect_contains "and the database is as it was" "$out" "Giếng Đình Cả"
cp "$WORK/var/vi-du.checkpoint" "$WORK/kept.checkpoint"
tinhso restore one.backup --key-file key --db older/x.db --checkpoint kept.checkpoint
expect_exit "also where only a kept checkpoint knows" 1
(cd "$WORK" && mkdir other-log && "$TINHSO_BIN" load $province --db other-log/y.db >/dev/null 2>&1)
tinhso restore one.backup --key-file key --db older/x.db --checkpoint other-log/y.checkpoint --accept-loss
expect_exit "the checkpoint of another log never fits" 1
tinhso restore one.backup --key-file key --db $db --replace --accept-loss --json
expect_exit "a loss that is accepted is restored" 0
expect_contains "and counted" "$out" '"lost":'
tinhso log verify
expect_exit "its log is whole again" 0
tinhso query wells --id G001
expect_contains "it is the older one" "$out" "Giếng Đình"

# ---- what was taken away since stays away
for name in stays goes less; do
    tinhso user add $name --full-name "$name" --role administrator --lang en
done
expect_exit "accounts are added" 0
tinhso user disable stays
tinhso backup accounts.backup --key-file key
tinhso user enable stays
tinhso user disable goes
tinhso user role less remove administrator
tinhso restore accounts.backup --key-file key --db $db --replace --lang en
expect_exit "an older file of accounts is restored" 0
expect_contains "what is kept of the one in force is told" "$err" "1 accounts disabled, 0 reset, 1 roles removed"
tinhso user list --json
expect_contains "an account disabled since stays so" "$out" '"name":"goes","full_name":"goes","agency":"","unit":"","roles":["administrator"],"citizen":false,"disabled":true'
expect_contains "a role taken away since stays away" "$out" '"name":"less","full_name":"less","agency":"","unit":"","roles":[],'
expect_contains "one disabled then is disabled" "$out" '"name":"stays","full_name":"stays","agency":"","unit":"","roles":["administrator"],"citizen":false,"disabled":true'
tinhso user enable goes
expect_exit "it can be enabled by hand" 0
tinhso restore accounts.backup --key-file key --db elsewhere/x.db --json
expect_contains "elsewhere there is nothing to keep" "$out" '"kept_disabled":0'

# ---- while others work, and killed
serve --db $db
tinhso backup live.backup --key-file key
expect_exit "a backup is made while the server runs" 0
tinhso restore live.backup --key-file key --db $db --replace
expect_exit "nothing is put in the place of a database that is open" 1
serve_end
passed=0
for i in $(seq 30); do
    rm -f "$WORK/killed.backup"
    (cd "$WORK" && exec "$TINHSO_BIN" backup killed.backup --key-file key >/dev/null 2>&1) &
    pid=$!
    sleep "0.0$((RANDOM % 10))$((RANDOM % 10))"
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    if [ -e "$WORK/killed.backup" ]; then
        tinhso restore killed.backup --key-file key --db killed/x.db --replace
        [ "$status" -eq 0 ] && passed=$((passed + 1))
    else
        passed=$((passed + 1))
    fi
done
expect_eq "killed at thirty moments: no file, or a whole one" $passed 30
tinhso backup after.backup --key-file key
expect_exit "the next one is made" 0
expect_eq "what the killed ones left is gone" "$(find "$WORK/var" -name '.backup-*' | wc -l)" 0
