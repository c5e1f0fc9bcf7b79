#!/bin/bash
# The published filters of the CQL2 standard (137 of them, with the number of features that each selects) through HTTP, in text and in JSON; the
# layers of the standard's GeoPackage are registers of a province made for it. And a register in VN-2000, asked in degrees.
# timeout: 300
. "$(dirname "$0")/lib.sh"

[ -r "$REFERENCE/cql2/counts.csv" ] || skip_all "../shared/reference/cql2 is not there"
command -v ogr2ogr >/dev/null || skip_all "ogr2ogr is not installed"

run /usr/bin/python3 "$SOURCE/tests/scenario/http/cql2.py" prepare . counts "$REFERENCE/cql2/ne110m4cql2.gpkg"
expect_exit "a province is made for the layers" 0
tinhso load world
expect_exit "it loads" 0
for name in countries places rivers; do
    tinhso import "$name" "$name.geojson"
    expect_exit "$name are imported" 0
done
cat >"$WORK/marks.csv" <<'END'
code,name,geom
a,Gia Nghĩa,POINT(405000 1325000)
b,Đắk Mil,POINT(402000 1376000)
END
tinhso import marks marks.csv
expect_exit "marks in VN-2000 are imported" 0

printf 'a-key-of-this-scenario' >"$WORK/key"
serve --db var/world.db --operator-key-file key

run /usr/bin/python3 "$SOURCE/tests/scenario/http/cql2.py" ask "$address" "$REFERENCE/cql2/counts.csv" "$(dirname "$TINHSO_BIN")/tests/cql2-json"
asked=$status
retell "$WORK/.out"
expect_eq "both notations were asked" "$asked" 0

: >"$WORK/covered"
run /usr/bin/python3 "$SOURCE/tests/scenario/http/run.py" --url "$address" --key a-key-of-this-scenario --covered "$WORK/covered" \
    "$SOURCE/tests/scenario/http/vn2000.http"
retell "$WORK/.out"
