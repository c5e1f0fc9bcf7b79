#include "text/csv.h"

#include <stdint.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/vec.h"
#include "text/place.h"

#include "base/banned.h"

/* ---- reading ---- */

struct cells {
    struct str *p;
    size_t n, cap;
};

void csv_init(struct csv *c, struct arena *cells, struct str text, char separator)
{
    must(separator != '"' && separator != '\n' && separator != '\r');
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        text = str_slice(text.p + 3, text.n - 3);
    *c = (struct csv){.cells = cells, .separator = separator, .next_line = 1, .n_guess = 16};
    c->at = text.n ? text.p : "";
    c->end = c->at + text.n;
}

/* Remembers the fault: after it the reader cannot know where rows begin. No line_start: there are too many columns. */
static enum err csv_fail(struct csv *c, enum err code, size_t line, const char *line_start, const char *at)
{
    int column = 1, one;
    if (line_start)
        place_of(str_slice(line_start, (size_t)(at - line_start)), SIZE_MAX, &one, &column);
    c->failed = (struct fault){0};
    if (code == ERR_LIMIT) {
        char number[16];
        bool is_columns = !line_start;
        snprintf(number, sizeof number, "%d", is_columns ? (int)LIMIT_CSV_COLUMNS : (int)LIMIT_CSV_CELL_BYTES);
        FAULT(&c->failed, code, {"what", is_columns ? STR("CSV (columns)") : STR("CSV (cell bytes)")},
              {"limit", str_of(number)});
    } else {
        FAULT(&c->failed, code);
    }
    fault_place(&c->failed, (struct str){NULL, 0}, (int)line, line_start ? column : 0);
    return code;
}

static inline void cell_add(struct csv *c, struct cells *row, const char *p, const char *end)
{
    if (__builtin_expect(row->n == row->cap, 0))
        row->p = vec_grow(c->cells, row->p, row->n, &row->cap, sizeof *row->p);
    row->p[row->n++] = (struct str){p, (size_t)(end - p)};
}

/* Cuts a line without quotes. Eight bytes at a time: cells are short, a call of memchr for each would cost more. */
static void line_split(struct csv *c, struct cells *row, const char *p, const char *end)
{
    const uint64_t low = 0x7F7F7F7F7F7F7F7Fu, every = (uint64_t)(unsigned char)c->separator * 0x0101010101010101u;
    const char *from = p;
    for (; end - p >= 8 && row->n <= LIMIT_CSV_COLUMNS; p += 8) {
        uint64_t eight;
        memcpy(&eight, p, 8);
        eight ^= every;
        uint64_t hits = ~(((eight & low) + low) | eight | low); /* 0x80 in each byte that is the separator, exactly */
        while (hits) {
            const char *at = p + (__builtin_ctzll(hits) >> 3);
            cell_add(c, row, from, at);
            from = at + 1;
            hits &= hits - 1;
        }
    }
    if (row->n > LIMIT_CSV_COLUMNS)
        return; /* refused anyway */
    for (; p < end; p++)
        if (*p == c->separator) {
            cell_add(c, row, from, p);
            from = p + 1;
        }
    cell_add(c, row, from, end);
}

/* The inside of a quoted cell, its doubled quotes made single. */
static struct str undouble(struct csv *c, const char *p, const char *end)
{
    char *copy = arena_alloc(c->cells, (size_t)(end - p) + 1);
    size_t n = 0;
    for (; p < end; p++) {
        copy[n++] = *p;
        p += *p == '"';
    }
    return str_slice(copy, n);
}

/* Where a row with quotes is being read. */
struct quoted {
    const char *at;
    const char *line_start; /* for columns in errors */
    size_t line;
};

/* A cell that begins with a quote at q->at; leaves q->at behind the closing one. */
static enum err quoted_read(struct csv *c, struct cells *row, struct quoted *q)
{
    const char *open = q->at, *open_line_start = q->line_start, *p = open + 1;
    size_t open_line = q->line;
    bool has_doubled = false;
    for (;;) {
        const char *close = memchr(p, '"', (size_t)(c->end - p));
        if (!close)
            return csv_fail(c, ERR_CSV_QUOTE_OPEN, open_line, open_line_start, open);
        for (const char *nl; (nl = memchr(p, '\n', (size_t)(close - p))) != NULL; p = nl + 1) {
            q->line++;
            q->line_start = nl + 1;
        }
        p = close + 1;
        if (p < c->end && *p == '"') {
            has_doubled = true;
            p++;
            continue;
        }
        if (close - open - 1 > LIMIT_CSV_CELL_BYTES)
            return csv_fail(c, ERR_LIMIT, open_line, open_line_start, open);
        struct str cell = str_slice(open + 1, (size_t)(close - open - 1));
        if (has_doubled)
            cell = undouble(c, open + 1, close);
        cell_add(c, row, cell.p, cell.p + cell.n);
        q->at = p;
        return OK;
    }
}

/* A cell without quotes, up to separator or line end. */
static enum err plain_read(struct csv *c, struct cells *row, struct quoted *q)
{
    const char *p = q->at;
    while (p < c->end && *p != c->separator && *p != '\n' && *p != '"')
        p++;
    if (p < c->end && *p == '"')
        return csv_fail(c, ERR_CSV_QUOTE, q->line, q->line_start, p);
    const char *end = p > q->at && p[-1] == '\r' && (p == c->end || *p == '\n') ? p - 1 : p;
    if (end - q->at > LIMIT_CSV_CELL_BYTES)
        return csv_fail(c, ERR_LIMIT, q->line, q->line_start, q->at);
    cell_add(c, row, q->at, end);
    q->at = p;
    return OK;
}

/* A row that has a quote somewhere in its first line. */
static enum err quoted_row_read(struct csv *c, struct cells *row)
{
    struct quoted q = {c->at, c->at, c->line};
    for (;;) {
        enum err code = q.at < c->end && *q.at == '"' ? quoted_read(c, row, &q) : plain_read(c, row, &q);
        if (code != OK)
            return code;
        if (row->n > LIMIT_CSV_COLUMNS)
            return csv_fail(c, ERR_LIMIT, c->line, NULL, NULL);
        if (q.at < c->end && *q.at == c->separator) {
            q.at++;
            continue;
        }
        if (c->end - q.at >= 2 && q.at[0] == '\r' && q.at[1] == '\n')
            q.at++;
        else if (c->end - q.at == 1 && q.at[0] == '\r')
            q.at = c->end;
        if (q.at < c->end && *q.at != '\n')
            return csv_fail(c, ERR_CSV_QUOTE, q.line, q.line_start, q.at);
        c->at = q.at < c->end ? q.at + 1 : q.at;
        c->next_line = q.line + 1;
        return OK;
    }
}

static enum err plain_row_read(struct csv *c, struct cells *row, const char *line_end)
{
    const char *end = line_end > c->at && line_end[-1] == '\r' ? line_end - 1 : line_end;
    line_split(c, row, c->at, end);
    if (row->n > LIMIT_CSV_COLUMNS)
        return csv_fail(c, ERR_LIMIT, c->line, NULL, NULL);
    if (end - c->at > LIMIT_CSV_CELL_BYTES) /* no cell of a shorter line can be too long */
        for (size_t i = 0; i < row->n; i++)
            if (row->p[i].n > LIMIT_CSV_CELL_BYTES)
                return csv_fail(c, ERR_LIMIT, c->line, c->at, row->p[i].p);
    c->at = line_end < c->end ? line_end + 1 : line_end;
    c->next_line = c->line + 1;
    return OK;
}

enum err csv_next(struct csv *c, struct str **ret_cells, size_t *ret_n, bool *ret_is_end, struct fault *f)
{
    if (c->failed.code != OK) {
        if (f)
            *f = c->failed;
        return c->failed.code;
    }
    if (c->at == c->end) {
        *ret_is_end = true;
        return OK;
    }
    arena_reset(c->cells);
    c->line = c->next_line;
    c->row++;
    struct cells row = {.cap = c->n_guess};
    row.p = arena_alloc(c->cells, row.cap * sizeof *row.p);
    const char *line_end = memchr(c->at, '\n', (size_t)(c->end - c->at));
    if (!line_end)
        line_end = c->end;
    bool has_quote = memchr(c->at, '"', (size_t)(line_end - c->at)) != NULL;
    enum err code = has_quote ? quoted_row_read(c, &row) : plain_row_read(c, &row, line_end);
    if (code != OK) {
        if (f)
            *f = c->failed;
        return code;
    }
    c->n_guess = row.n;
    *ret_cells = row.p;
    *ret_n = row.n;
    *ret_is_end = false;
    return OK;
}

char csv_separator(struct str text)
{
    static const char separators[] = {',', ';', '\t'};
    size_t counts[3] = {0}, best = 0;
    bool is_quoted = false;
    for (size_t i = 0; i < text.n && (is_quoted || text.p[i] != '\n'); i++) {
        is_quoted ^= text.p[i] == '"';
        for (size_t k = 0; k < 3 && !is_quoted; k++)
            counts[k] += text.p[i] == separators[k];
    }
    for (size_t k = 1; k < 3; k++)
        if (counts[k] > counts[best])
            best = k;
    return separators[best];
}

/* ---- a table with a header ---- */

static enum err header_check(struct csv_table *t, struct fault *f)
{
    char number[24];
    for (size_t i = 0; i < t->n; i++) {
        snprintf(number, sizeof number, "%zu", i + 1);
        if (t->header[i].n == 0)
            return FAULT(f, ERR_CSV_HEADER_EMPTY, {"column", str_of(number)});
        for (size_t k = 0; k < i; k++)
            if (str_eq(t->header[k], t->header[i]))
                return FAULT(f, ERR_CSV_HEADER_TWICE, {"name", t->header[i]});
    }
    return OK;
}

enum err csv_table_open(struct csv_table *t, struct arena *keep, struct arena *cells, struct str text, char separator,
                        struct str file, struct fault *f)
{
    *t = (struct csv_table){.file = file};
    csv_init(&t->csv, cells, text, separator);
    struct str *row;
    bool is_end;
    enum err code = place_utf8(text, file, f);
    if (code == OK)
        code = csv_next(&t->csv, &row, &t->n, &is_end, f);
    if (code == OK && is_end)
        code = FAULT(f, ERR_CSV_HEADER_EMPTY, {"column", STR("1")});
    if (code != OK) {
        fault_place(f, file, 1, 0);
        return code;
    }
    t->header = ARENA_ARRAY(keep, struct str, t->n);
    for (size_t i = 0; i < t->n; i++) {
        struct str name = str_trim(row[i]);
        t->header[i] = str_dup(keep, name);
    }
    code = header_check(t, f);
    if (code != OK)
        fault_place(f, file, (int)t->csv.line, 0);
    return code;
}

enum err csv_table_next(struct csv_table *t, struct str **ret_cells, bool *ret_is_end, struct fault *f)
{
    struct str *row = NULL;
    size_t n = 0;
    bool is_end = false;
    enum err code;
    do
        code = csv_next(&t->csv, &row, &n, &is_end, f);
    while (code == OK && !is_end && n == 1 && row[0].n == 0 && t->n > 1);
    if (code == OK && !is_end && n != t->n) {
        char number[24], found[24], expected[24];
        snprintf(number, sizeof number, "%zu", t->csv.row);
        snprintf(found, sizeof found, "%zu", n);
        snprintf(expected, sizeof expected, "%zu", t->n);
        code = FAULT(f, ERR_CSV_COLUMNS, {"row", str_of(number)}, {"found", str_of(found)},
                     {"expected", str_of(expected)});
    }
    if (code != OK) {
        fault_place(f, t->file, (int)t->csv.line, 0);
        return code;
    }
    *ret_is_end = is_end;
    if (!is_end)
        *ret_cells = row;
    return OK;
}

ptrdiff_t csv_table_column(const struct csv_table *t, struct str name)
{
    for (size_t i = 0; i < t->n; i++)
        if (str_eq(t->header[i], name))
            return (ptrdiff_t)i;
    return -1;
}

/* ---- writing ---- */

static void quoted_write(struct buf *b, const char *prefix, struct str cell)
{
    buf_putc(b, '"');
    buf_puts(b, prefix);
    while (cell.p) {
        struct str rest, piece = str_cut(cell, '"', &rest);
        buf_str(b, piece);
        if (rest.p)
            buf_puts(b, "\"\"");
        cell = rest;
    }
    buf_putc(b, '"');
}

void csv_cell(struct buf *b, struct str cell, char separator)
{
    bool needs_quotes = false;
    for (size_t i = 0; i < cell.n && !needs_quotes; i++)
        needs_quotes = cell.p[i] == separator || cell.p[i] == '"' || cell.p[i] == '\n' || cell.p[i] == '\r';
    if (needs_quotes)
        quoted_write(b, "", cell);
    else
        buf_str(b, cell);
}

void csv_row(struct buf *b, const struct str *cells, size_t n, char separator)
{
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_putc(b, separator);
        csv_cell(b, cells[i], separator);
    }
    if (n == 1 && cells[0].n == 0)
        buf_puts(b, "\"\""); /* an empty line would be no row to many a reader */
    buf_puts(b, "\r\n");
}

bool csv_is_formula(struct str cell)
{
    if (str_starts(cell, STR("of:="))) /* OpenDocument's own sign */
        return true;
    if (cell.n == 0 || !strchr("=+-@\t\r", cell.p[0]) || cell.p[0] == 0)
        return false;
    if (cell.p[0] != '+' && cell.p[0] != '-')
        return true;
    for (size_t i = 1; i < cell.n; i++)
        if (!strchr("0123456789., ", cell.p[i]) || cell.p[i] == 0)
            return true;
    return cell.n == 1;
}

/* Apostrophes in front do not count: a value that begins with one before a formula is guarded too, so that taking one away is exact. */
static bool is_guarded_form(struct str cell)
{
    while (cell.n && cell.p[0] == '\'')
        cell = str_slice(cell.p + 1, cell.n - 1);
    return csv_is_formula(cell);
}

void csv_cell_guarded(struct buf *b, struct str cell, char separator)
{
    if (is_guarded_form(cell))
        quoted_write(b, "'", cell);
    else
        csv_cell(b, cell, separator);
}

struct str csv_unguard(struct str cell)
{
    bool is_guarded = cell.n > 1 && cell.p[0] == '\'' && is_guarded_form(cell);
    return is_guarded ? str_slice(cell.p + 1, cell.n - 1) : cell;
}
