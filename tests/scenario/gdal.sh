#!/bin/bash
# suite: release
# timeout: 400
# GDAL's OAPIF driver, that of QGIS, reads every collection over HTTP: pages, boxes, conditions, and agrees with the database.
. "$(dirname "$0")/lib.sh"

server=
cleanup() {
    [ -z "$server" ] || kill "$server" 2>/dev/null
}
command -v ogr2ogr >/dev/null || skip_all "ogr2ogr is not installed"
ogrinfo --formats | grep -q OAPIF || skip_all "this GDAL has no OAPIF driver"
key=a-key-of-this-scenario-only
printf %s "$key" >"$WORK/key"

# read_all NAME DATABASE: as anybody, then as the operator.
read_all() {
    [ -z "$server" ] || { kill "$server" && wait "$server" 2>/dev/null; }
    : >"$WORK/serve.log"
    (cd "$WORK" && exec "$TINHSO_BIN" serve --db "$2" --listen 127.0.0.1:0 --operator-key-file "$WORK/key") >"$WORK/serve.log" 2>&1 </dev/null &
    server=$!
    local address='' who line
    for _ in $(seq 200); do
        address=$(grep -m 1 -oE 'http://[0-9.:]+' "$WORK/serve.log") && break
        sleep 0.1
    done
    for who in anybody operator; do
        # shellcheck disable=SC2046  # the key, or nothing
        run /usr/bin/python3 "$SOURCE/tests/scenario/http/gdal.py" "$address" "$TINHSO_BIN" "$2" $([ "$who" = anybody ] || echo "$key")
        while IFS= read -r line; do
            case $line in
            "ok "*) ok "${line#ok } ($who)" ;;
            "not ok "*) not_ok "${line#not ok } ($who)" ;;
            *) echo "$line" ;;
            esac
        done <"$WORK/.out"
        expect_exit "all of $1 was read by $who" 0
    done
}

loaded_province
fresh_province tests/golden/province
tinhso load tests/golden/province
expect_exit "the small province loads" 0
read_all "the small province" var/vi-du.db
read_all "Đắk Nông" var/dak-nong.db
