#!/bin/bash
# suite: release
# timeout: 400
# GDAL's OAPIF driver, that of QGIS, reads every collection over HTTP: pages, boxes, conditions, and agrees with the database.
. "$(dirname "$0")/lib.sh"

command -v ogr2ogr >/dev/null || skip_all "ogr2ogr is not installed"
ogrinfo --formats | grep -q OAPIF || skip_all "this GDAL has no OAPIF driver"
key=a-key-of-this-scenario-only
printf %s "$key" >"$WORK/key"

# read_all NAME DATABASE: as anybody, then as the operator.
read_all() {
    serve --db "$2" --operator-key-file key
    local who
    for who in anybody operator; do
        # shellcheck disable=SC2046  # the key, or nothing
        run /usr/bin/python3 "$SOURCE/tests/scenario/http/gdal.py" "$address" "$TINHSO_BIN" "$2" $([ "$who" = anybody ] || echo "$key")
        sed -i "/^\(not \)\?ok /s/\$/ ($who)/" "$WORK/.out"
        retell "$WORK/.out"
        expect_exit "all of $1 was read by $who" 0
    done
}

loaded_province
fresh_province tests/golden/province
tinhso load tests/golden/province
expect_exit "the small province loads" 0
read_all "the small province" var/vi-du.db
read_all "Đắk Nông" var/dak-nong.db
