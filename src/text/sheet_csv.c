/* CSV in the child: encoding and separator found out, then row by row. */
#include "base/limits.h"
#include "text/csv.h"
#include "text/place.h"
#include "text/sheet_internal.h"
#include "text/utf8.h"

#include "base/banned.h"

enum { SNIFF_BYTES = 64 << 10, SNIFF_ROWS = 500, SNIFF_COLUMNS = 64 };

/* How well a separator explains the start of a text: the share of rows that agree on the number of columns, then the number. */
static double separator_score(struct str start, char separator)
{
    struct arena *cells CLEANUP(arena_freep) = arena_new();
    unsigned counts[SNIFF_COLUMNS + 1] = {0}, n_rows = 0;
    struct csv c;
    csv_init(&c, cells, start, separator);
    for (; n_rows < SNIFF_ROWS; n_rows++) {
        struct str *row;
        size_t n;
        bool is_end;
        if (csv_next(&c, &row, &n, &is_end, NULL) != OK || is_end)
            break;
        counts[n < SNIFF_COLUMNS ? n : SNIFF_COLUMNS]++;
    }
    unsigned best = 1;
    for (unsigned k = 2; k <= SNIFF_COLUMNS; k++)
        if (counts[k] >= counts[best] || counts[best] == 0)
            best = counts[k] ? k : best;
    if (best == 1 || n_rows == 0)
        return 0;
    unsigned several = n_rows - counts[1];
    return (double)counts[best] / n_rows + (double)several / n_rows * 0.5 + (double)best / 1000;
}

static char separator_find(struct str text)
{
    static const char separators[] = {',', ';', '\t', '|'};
    struct str start = text;
    if (start.n > SNIFF_BYTES) {
        start.n = SNIFF_BYTES;
        const char *last = memrchr(start.p, '\n', start.n);
        if (last)
            start.n = (size_t)(last - start.p) + 1;
    }
    char best = csv_separator(start);
    double best_score = separator_score(start, best);
    for (size_t i = 0; i < ARRAY_LEN(separators); i++) {
        double score = separator_score(start, separators[i]);
        if (score > best_score) {
            best_score = score;
            best = separators[i];
        }
    }
    return best;
}

/* The text in UTF-8. What is UTF-8 already is not copied. */
static enum err text_decode(struct arena *a, struct str file, struct str wanted, struct encoding_guess *ret,
                            struct str *ret_text, struct fault *f)
{
    *ret = (struct encoding_guess){.certainty = 1};
    if (wanted.n && !encoding_named(wanted, &ret->encoding))
        return FAULT(f, ERR_SHEET_ENCODING, {"encoding", wanted});
    if (!wanted.n)
        encoding_detect(file, ret);
    *ret_text = file;
    if (ret->encoding == TEXT_FINE)
        return place_utf8(file, STR(""), f);
    return encoding_decode(a, file, ret->encoding, ret_text, f);
}

static enum err rows_read(struct str text, char separator, struct sheet_out *out, struct fault *f)
{
    struct arena *cells CLEANUP(arena_freep) = arena_new();
    struct csv c;
    csv_init(&c, cells, text, separator);
    for (;;) {
        struct str *row;
        size_t n;
        bool is_end;
        enum err e = csv_next(&c, &row, &n, &is_end, f);
        if (e != OK || is_end)
            return e;
        sheet_out_row(out, c.line < UINT32_MAX ? (uint32_t)c.line : UINT32_MAX, false);
        for (size_t i = 0; i < n && e == OK; i++)
            e = sheet_out_cell(
                out, &(struct cell_out){.kind = row[i].n ? CELL_TEXT : CELL_EMPTY, .column = (uint32_t)i}, row[i], f);
        if (e == OK)
            e = sheet_out_row_end(out, f);
        if (e != OK)
            return e;
    }
}

enum err sheet_csv(struct str file, const struct sheet_job *job, struct sheet_out *out, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const struct sheet_options *o = &job->options;
    struct sheet_facts facts = {.format = SHEET_CSV, .quote = '"', .separator = o->separator};
    struct str text;
    if ((o->quote && o->quote != '"') || o->separator == '"' || o->separator == '\n' || o->separator == '\r')
        return FAULT(f, ERR_SHEET_QUOTE);
    enum err e = text_decode(a, file, o->encoding, &facts.encoding, &text, f);
    if (e != OK)
        return e;
    if (!facts.separator)
        facts.separator = separator_find(text);
    sheet_out_facts(out, &facts);
    return rows_read(text, facts.separator, out, f);
}
