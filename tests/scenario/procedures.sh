#!/bin/bash
# The catalogue of procedures: versions by day, the totals of 2022, doubts, and what is refused.
# timeout: 300
. "$(dirname "$0")/lib.sh"
loaded_province

# ---- versions and totals
tinhso procedures --json
expect_exit "the catalogue is listed" 0
expect_eq "44 procedures are in force, 38 of them published, none is a sample" "$(python3 -c '
import json, sys
p = json.loads(sys.argv[1])["procedures"]
print(len(p), sum(x["published"] for x in p), sum(x["code"].startswith("DVC") for x in p))' "$out")" "44 38 0"
tinhso procedures --on 2022-06-30 --json
expect_eq "in June 2022 the levels are those of Decree 43/2011, known of the sample alone" "$(python3 -c '
import json, sys
p = json.load(open(sys.argv[1], encoding="utf-8"))["procedures"]
levels = [x["level"] for x in p]
real = [x for x in p if not x["code"].startswith("DVC")]
print(levels.count("3"), levels.count("4"), {x["level"] for x in real}, any(x["published"] for x in real))' "$WORK/.out")" "516 272 {''} False"
tinhso query procedures --count --filter "is_on_national_portal = true AND valid_from < DATE('2022-06-30') AND valid_to > DATE('2022-06-30')"
expect_contains "437 are on the national portal" "$out" "437"
tinhso query procedures --filter "code = '1.013225'" --json
expect_eq "a version bears the level that was competent then" "$(python3 -c '
import json, sys
r = json.loads(sys.argv[1])["records"]
print([(x["fields"]["competent_level"], x["fields"]["valid_from"] if "valid_from" in x["fields"] else None) for x in r])' "$out")" \
    "[('district', None), ('commune', '2025-07-01')]"
tinhso procedures --on 2022-06-31
expect_exit "a day that is none is refused" 1
tinhso procedures listed
expect_exit "an unknown word is wrong usage" 2

# ---- offices
tinhso query offices --count --filter "valid_to = DATE('2025-07-01')"
expect_contains "98 offices until the merger" "$out" "98"
expect_eq "each with an identification code of its own" "$(python3 - "$SOURCE/province/dak-nong/data/offices.csv" <<'END'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], encoding="utf-8")))
before = [r for r in rows if r["valid_to"]]
after = [r for r in rows if not r["valid_to"]]
codes = {r["code"] for r in after}
print(len({r["id_code"] for r in before}), len({r["id_code"] for r in after}),
      [r["code"] for r in before if r["successor"] and r["successor"] not in codes],
      [r["code"] for r in before if r["level"] != "district" and not r["successor"]])
END
)" "98 42 [] []"

# ---- doubts
tinhso procedures check
expect_exit "doubts are listed" 0
for piece in "1.004859" "Thời hạn không có đơn vị" "đọc lại văn bản công bố" "Nguồn viết “1”" "05/2015/TTLT-BTP-BCA-BYT đã hết hiệu lực từ 2024-07-01" \
    "khác nhau theo hình thức nộp" "Phí ghi 0 nhưng ghi chú"; do
    expect_contains "they name $piece" "$out" "$piece"
done
expect_not_contains "and no procedure that somebody has resolved" "$out" "1.001193"
tinhso procedures check --lang en --json
expect_eq "each says which record, why and what to do" "$(python3 -c '
import json, sys
d = json.loads(sys.argv[1])["doubts"]
print(len(d) > 5, all(x["procedure"] and x["id"] and x["why"] and x["remedy"] for x in d))' "$out")" "True True"

# An import of dirty rows is taken in, told of, and not published; nobody publishes it without a resolver.
cat >"$WORK/dirty.csv" <<'END'
code,valid_from,name,field,competent_level,online_limit,online_limit_unit,online_limit_text,counter_limit,counter_limit_unit,fee_online,fee_counter,publishing_decision
2.999991,2026-01-01,Thủ tục thiếu đơn vị,Thử,commune,3,unspecified,3,,,,,1/QĐ
2.999992,2026-01-01,Thủ tục phí mâu thuẫn,Thử,commune,3,working_day,3 Ngày làm việc,3,working_day,100,100000,1/QĐ
2.999993,2026-01-01,Thủ tục khác nguồn,Thử,commune,3,working_day,5 Ngày làm việc,3,working_day,,,1/QĐ
2.999994,2026-01-01,Thủ tục sạch,Thử,commune,3,working_day,03 ngày làm việc,3,working_day,0,0,1/QĐ
END
tinhso import procedures "$WORK/dirty.csv"
expect_exit "dirty rows are imported" 0
expect_contains "with a warning" "$out$err" "Thời hạn không có đơn vị"
tinhso procedures check --json
expect_eq "and each doubt is told once" "$(python3 -c '
import json, sys
d = [x for x in json.loads(sys.argv[1])["doubts"] if x["procedure"].startswith("2.99999")]
print([(x["procedure"], x["why"][:22]) for x in d])' "$out")" \
    "[('2.999991', 'Nguồn viết “3” (online'), ('2.999991', 'Thời hạn không có đơn '), ('2.999992', 'Mức phí dưới 1.000 đồn'), ('2.999993', 'Nguồn viết “5 Ngày làm')]"
tinhso procedures --json
expect_eq "none of them is published" "$(python3 -c '
import json, sys
print([x["published"] for x in json.loads(sys.argv[1])["procedures"] if x["code"].startswith("2.99999")])' "$out")" "[False, False, False, False]"
tinhso put procedures --reason "công khai" code=2.999991 valid_from=2026-01-01 published_on=2026-02-01
expect_exit "publishing without a resolver is refused" 1
expect_contains "and says why" "$err" "Chưa có người giải quyết nghi vấn"
tinhso put procedures --reason "công khai" \
    code=2.999991 valid_from=2026-01-01 published_on=2026-02-01 "resolved_by=Lê Thị Kiểm" local_limit=3 local_limit_unit=working_day
expect_exit "with one it is published" 0
tinhso procedures check
expect_not_contains "and no longer doubted" "$out" "2.999991"
cat >"$WORK/papers.csv" <<'END'
procedure,number,name,originals,copies,need
9.999999,1,Giấy không của thủ tục nào,1,0,always
END
tinhso import procedure_components "$WORK/papers.csv"
expect_exit "a paper of an unknown procedure is refused" 1
expect_contains "by its code" "$out$err" "9.999999"
tinhso put procedures --reason "mức độ" code=2.999994 valid_from=2026-01-01 level=3
expect_exit "a level of the former decree is refused of a version of today" 1
tinhso put procedure_fees --reason "phí" code=2.999994-base procedure=2.999994 item=fee kind=phi per=dossier
expect_exit "an empty amount without a word is refused" 1
tinhso put procedure_components --reason "dòng hướng dẫn" \
    procedure=2.999994 number=1 "name=Lưu ý: nộp một trong các giấy tờ sau" originals=0 copies=0 need=always
tinhso procedures check
expect_contains "an instruction among the papers is a doubt" "$out" "có thể là dòng hướng dẫn"
