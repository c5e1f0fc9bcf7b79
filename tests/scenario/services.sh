#!/bin/bash
# Public services on the portal: found by what people call them, shown as of a day and a place; boards that lead somewhere for ever; doubts.
# timeout: 300
. "$(dirname "$0")/lib.sh"
loaded_province

judge() {
    run python3 "$SOURCE/tests/scenario/services.py" "$address" "$WORK" "$@"
    retell "$WORK/.out" "$WORK/serve.log"
    [ "$status" -le 1 ] || not_ok "the checks went to their end" "$err"
}
serve --lang en
judge now
judge doubts
walk_as kiem.soat

# What is in force changes overnight, without a revision: a kept answer is that of its day.
etag() { curl -s -o /dev/null -D - "$address/services" | grep -i '^etag' | tr -d '\r'; }
TINHSO_NOW=2025-06-30T03:00:00Z serve
former=$(etag)
expect_contains "an answer has an ETag" "$former" '"'
judge before
TINHSO_NOW=2025-07-01T03:00:00Z serve
expect_true "which is another on the next day" test "$former" != "$(etag)"
serve_end
