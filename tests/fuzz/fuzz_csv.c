/* The first byte chooses the separator, the rest is a CSV text: rows are read or the text is refused; what was read, written
 * again, reads back cell for cell. A plain reader, byte by byte, must see the same cells. */
#include <stdint.h>

#include "text/csv.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char separator_of(uint8_t byte)
{
    static const char separators[] = {',', ';', '\t', '|'};
    return separators[byte & 3];
}

/* Every cell with a mark behind it, every row with another: two readings are equal when these are. */
static bool flatten(struct str text, char separator, struct buf *flat, struct buf *written)
{
    struct arena *cells CLEANUP(arena_freep) = arena_new();
    struct csv c;
    csv_init(&c, cells, text, separator);
    size_t last_line = 0;
    for (;;) {
        struct str *row;
        size_t n;
        bool is_end;
        struct fault f = {0};
        if (csv_next(&c, &row, &n, &is_end, &f) != OK) {
            must(f.code != OK && f.line > 0);
            must(csv_next(&c, &row, &n, &is_end, NULL) == f.code);
            return false;
        }
        if (is_end)
            return true;
        must(n > 0 && c.line > last_line);
        last_line = c.line;
        for (size_t i = 0; i < n; i++) {
            buf_printf(flat, "%zu:", row[i].n);
            buf_str(flat, row[i]);
        }
        buf_putc(flat, '\n');
        if (written)
            csv_row(written, row, n, separator);
    }
}

/* The grammar spelled out a byte at a time; false when the text is not of it. */
static bool flatten_plainly(struct str text, char separator, struct buf *flat)
{
    struct buf cell CLEANUP(buf_done) = BUF_INIT(64 << 20);
    size_t at = str_starts(text, STR("\xEF\xBB\xBF")) ? 3 : 0;
    while (at < text.n) {
        for (;;) { /* a cell */
            buf_reset(&cell);
            if (at < text.n && text.p[at] == '"') {
                for (at++;; at++) {
                    if (at == text.n)
                        return false;
                    if (text.p[at] == '"' && (at + 1 == text.n || text.p[at + 1] != '"'))
                        break;
                    at += text.p[at] == '"';
                    buf_putc(&cell, text.p[at]);
                }
                at++;
                if (at < text.n && text.p[at] == '\r' && (at + 1 == text.n || text.p[at + 1] == '\n'))
                    at++;
                if (at < text.n && text.p[at] != separator && text.p[at] != '\n')
                    return false;
            } else {
                for (; at < text.n && text.p[at] != separator && text.p[at] != '\n'; at++) {
                    if (text.p[at] == '"')
                        return false;
                    buf_putc(&cell, text.p[at]);
                }
                if (cell.n && cell.p[cell.n - 1] == '\r' && (at == text.n || text.p[at] == '\n'))
                    cell.n--;
            }
            buf_printf(flat, "%zu:", cell.n);
            buf_str(flat, buf_view(&cell));
            if (at == text.n || text.p[at] == '\n')
                break;
            at++;
        }
        buf_putc(flat, '\n');
        at++;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    char separator = separator_of(data[0]);
    struct str text = str_slice((const char *)data + 1, size - 1);
    struct buf flat CLEANUP(buf_done) = BUF_INIT(64 << 20), again CLEANUP(buf_done) = BUF_INIT(64 << 20);
    struct buf plain CLEANUP(buf_done) = BUF_INIT(64 << 20), written CLEANUP(buf_done) = BUF_INIT(64 << 20);
    bool is_good = flatten(text, separator, &flat, &written);
    if (size < 1000) /* below every limit */
        must(flatten_plainly(text, separator, &plain) == is_good);
    if (!is_good)
        return 0;
    if (size < 1000)
        must(str_eq(buf_view(&flat), buf_view(&plain)));
    /* A byte order mark at the front of the first cell would be skipped as one when it is written first. */
    if (str_starts(buf_view(&written), STR("\xEF\xBB\xBF")))
        return 0;
    must(flatten(buf_view(&written), separator, &again, NULL));
    must(str_eq(buf_view(&flat), buf_view(&again)));

    struct arena *keep CLEANUP(arena_freep) = arena_new(), *cells CLEANUP(arena_freep) = arena_new();
    struct csv_table t;
    struct fault f = {0};
    if (csv_table_open(&t, keep, cells, text, csv_separator(text), STR("f"), &f) != OK)
        return 0;
    bool is_end = false;
    while (!is_end) {
        struct str *row;
        enum err code = csv_table_next(&t, &row, &is_end, &f);
        if (code != OK && code != ERR_CSV_COLUMNS)
            break;
    }
    return 0;
}
