#!/bin/bash
# The commands as people meet them: help, languages, exit codes, which database, masks, a province of one's own.
. "$(dirname "$0")/lib.sh"

tinhso help
expect_exit "help is given" 0
for command in check load put remove duplicates merge query figure index report paper boards log import export new sample version help; do
    expect_contains "help lists $command" "$out" "  $command "
    tinhso help "$command"
    expect_contains "help explains $command" "$out" "tinhso $command"
    tinhso "$command" --help
    expect_exit "$command --help is the same" 0
    tinhso help
done
tinhso
expect_exit "no command at all is wrong usage" 2
tinhso --help
expect_exit "tinhso --help is not" 0
tinhso --version
expect_contains "the version is told" "$out" "tinhso "

tinhso qeury
expect_exit "an unknown command is wrong usage" 2
expect_contains "with the nearest" "$err" "query"
expect_eq "and nothing on standard output" "$out" ""
tinhso query units --fliter x
expect_exit "an unknown option is wrong usage" 2
expect_contains "with the nearest" "$err" "--filter"
tinhso query
expect_exit "a missing word is wrong usage" 2
tinhso query units --limit many
expect_exit "a number that is none is wrong usage" 2
tinhso check no-such-folder
expect_exit "a folder that is not there is refused" 1
tinhso query units
expect_exit "without a database nothing is read" 1
expect_contains "and the remedy is named" "$err" "tinhso load"

LANG=en_US.UTF-8 tinhso qeury
expect_contains "an English LANG speaks English" "$err" "did you mean"
LANG=vi_VN.UTF-8 tinhso qeury
expect_contains "a Vietnamese one Vietnamese" "$err" "có phải"
tinhso qeury --lang en
expect_contains "--lang en does too" "$err" "did you mean"
tinhso version --lang fr
expect_exit "other languages are wrong usage" 2

# ---- a province of one's own
tinhso new province/tinh-moi
expect_exit "a province is begun" 0
tinhso new province/tinh-moi
expect_exit "and never written over" 1
tinhso check province/tinh-moi
expect_exit "it passes check" 0
tinhso load province/tinh-moi
expect_exit "it loads" 0
expect_contains "and says how much" "$out" "mẫu"
expect_eq "without a word on standard error" "$err" ""
tinhso load province/tinh-moi
expect_contains "loading again changes nothing" "$out" "Không có gì thay đổi"
tinhso load province/tinh-moi --json
expect_contains "for machines too" "$out" '"revisions":0'
tinhso report overview
expect_exit "its report is printed" 0
expect_contains "with a share" "$out" "2 trên 3 xã (66,7 %)"
tinhso index commune-index --year 2022
expect_contains "its index is ranked" "$out" "0,6500"

tinhso new "province/nhà của a'b"
expect_contains "what it says to do next can be copied, whatever the folder is called" "$out" "load 'province/nhà của a'\\''b'"
(cd "$WORK" && eval "$(grep -F ' load ' <<<"$out") --db khac.db") >"$WORK/.copied" 2>&1
expect_contains "and works" "$(cat "$WORK/.copied")" "khac.db"
rm -f "$WORK"/khac.*

# ---- reading
tinhso query units --filter "level = 2" --count --json
expect_contains "records are counted" "$out" '"count":3'
tinhso query units --search "hoa lac"
expect_contains "words are found without accents" "$out" "Xã Hòa Lạc"
tinhso query units --fields name --csv --filter "level = 2" --sort name
expect_eq "CSV has the fields asked for" "$(printf '%s' "$out" | tr -d '\r' | tr '\n' '/')" "name/Xã An Bình/Xã Hòa Lạc/Xã Tân Phú"
tinhso query units --filter "lewel = 2"
expect_exit "a wrong filter is refused" 1
expect_contains "with the nearest property" "$err" "level"
tinhso query untis
expect_contains "an unknown register too" "$err" "units"
tinhso query team_members --limit 3 --json
expect_contains "personal fields are masked" "$out" '"name":"•••"'
expect_contains "and sample records are marked" "$out" '"sample":true'
tinhso query team_members --limit 3 --json --reveal "kiểm tra"
expect_not_contains "unless a reason is given" "$out" "•••"
tinhso query team_members --reveal ""
expect_exit "an empty reason is none" 2
tinhso query units --json --csv
expect_exit "two formats at once are wrong usage" 2
tinhso query units --limit 2
expect_contains "a table says how many more there are" "$out" "còn 2 bản ghi"

# ---- time: the same question at an old revision
sed -i 's/Xã Tân Phú/Xã Tân Phước/' "$WORK/province/tinh-moi/data/units.csv"
tinhso load province/tinh-moi
expect_contains "a changed row is one change" "$out" "đổi 1"
tinhso query units --id 00103@ --fields name --csv
expect_contains "now" "$out" "Tân Phước"
tinhso query units --id 00103@ --fields name --csv --at 5
expect_contains "then" "$out" "Tân Phú"
tinhso query units --id 00103@ --history --fields name
expect_contains "history has both: old" "$out" "Tân Phú"
expect_contains "and new" "$out" "Tân Phước"
tinhso figure teams --at 999
expect_exit "a revision that never was is refused" 1
tinhso figure teams --at yesterday
expect_exit "and a moment that is none" 1

# ---- the log
tinhso log verify
expect_exit "an untouched log verifies" 0
tinhso log
expect_contains "the log lists its revisions" "$out" "data/units.csv"
tinhso log prove teams T001 --out proof.json
expect_exit "a record is proven" 0
mkdir "$WORK/elsewhere"
mv "$WORK/proof.json" "$WORK/elsewhere/"
tinhso log check-proof elsewhere/proof.json
expect_exit "and the proof accepted without the database" 0
expect_contains "with what it proves" "$out" "Tổ công nghệ số thôn Một"
tinhso log check-proof elsewhere/proof.json --key "$(cat "$WORK/var/tinh-moi.pub")"
expect_exit "by the log's own key" 0
sed -i 's/thôn Một/thôn Mốt/' "$WORK/elsewhere/proof.json"
tinhso log check-proof elsewhere/proof.json
expect_exit "an altered proof is refused" 1
tinhso log prove teams T999
expect_exit "what is not there cannot be proven" 1
tinhso log provee
expect_exit "an unknown word behind log is wrong usage" 2

# ---- which database
tinhso new province/khac
tinhso load province/khac
tinhso figure
expect_exit "of two databases none is guessed" 1
expect_contains "both are named" "$err" "var/khac.db, var/tinh-moi.db"
tinhso figure teams --db var/khac.db --json
expect_exit "--db chooses" 0
tinhso figure teams --db var/khac.db --why
expect_contains "and stands in what it says to do next" "$(grep -F 'log prove' <<<"$out")" "--db var/khac.db"
TINHSO_DB=var/khac.db tinhso figure teams --why
expect_not_contains "but not where it is found without" "$(grep -F 'log prove' <<<"$out")" "--db"
TINHSO_DB=var/tinh-moi.db tinhso figure teams --json
expect_exit "TINHSO_DB too" 0
tinhso figure teams --db var/none.db
expect_exit "one that is not there is refused" 1

# ---- invented records as a file
tinhso sample team_members --db var/khac.db --csv rows.csv
expect_exit "sample writes a file" 0
expect_eq "with a header and a row a record" "$(wc -l <"$WORK/rows.csv")" "16"
tinhso sample units --db var/khac.db
expect_exit "a register without sample has none" 1
