/* Which rows are the header, and what each column is called: rows are scored by how many fields they name. */
#include "register/import_internal.h"

#include "base/limits.h"
#include "text/vn.h"

#include "base/banned.h"

const char *column_letter(size_t column, char storage[8])
{
    char *p = storage + 7;
    *p = 0;
    for (size_t n = column + 1; n && p > storage; n = (n - 1) / 26)
        *--p = (char)('A' + (n - 1) % 26);
    return p;
}

struct head_row {
    uint32_t number;
    struct str *texts;              /* n_columns, merges filled in */
    bool *is_open;                  /* by column: no font tells the encoding */
    enum encoding of_font, guessed; /* of a text that was repaired so */
    size_t filled;
};

struct heads {
    struct import *im;
    struct head_row rows[IMPORT_HEADER_ROWS];
    size_t n;
    struct map names; /* folded names of fields */
};

static void add_name(struct heads *h, struct str name, size_t field)
{
    struct str key = text_fold_name(h->im->a, name);
    if (key.n)
        map_put(h->im->a, &h->names, key, &h->im->reg->fields[field]);
}

static void collect_names(struct heads *h)
{
    const struct reg *reg = h->im->reg;
    for (size_t i = 0; i < reg->n_fields; i++) {
        add_name(h, reg->fields[i].name, i);
        add_name(h, reg->fields[i].title.vi, i);
        add_name(h, reg->fields[i].title.en, i);
        for (size_t k = 0; k < reg->fields[i].n_aliases; k++)
            add_name(h, reg->fields[i].aliases[k], i);
    }
}

static struct str copy(struct arena *a, struct str s)
{
    return s.n ? str_dup(a, s) : (struct str){NULL, 0};
}

/* Texts in an old font are read by it at once. What cannot be repaired stays: it names no field, and the person sees it. */
static void read_cells(struct heads *h, struct head_row *r, const struct sheet_row *row)
{
    struct import *im = h->im;
    static const struct text_reading fine = {TEXT_FINE, false};
    for (size_t i = 0; i < row->n && i < im->n_columns; i++) {
        const struct cell *cell = &row->cells[i];
        struct str text = str_trim(cell->text), repaired;
        bool is_lossy;
        enum encoding e;
        if (cell->kind == CELL_EMPTY || text.n == 0)
            continue;
        r->is_open[i] = cell->kind == CELL_TEXT && !import_font_says(im, cell, &e);
        if (cell->kind == CELL_TEXT && !r->is_open[i] &&
            import_text_repair(im, im->a, cell, text, &fine, &repaired, &is_lossy, NULL) == OK) {
            r->of_font = str_eq(text, repaired) ? r->of_font : e;
            text = repaired;
        }
        r->texts[i] = copy(im->a, text);
    }
}

static bool is_named(struct heads *h, struct str text);

static void repair_row(struct heads *h, struct head_row *r, enum encoding e)
{
    for (size_t i = 0; i < h->im->n_columns; i++) {
        struct str repaired;
        bool is_lossy;
        if (!r->is_open[i] || is_named(h, r->texts[i]) || /* a header that is right above cells that are not */
            encoding_repair(h->im->a, r->texts[i], e, false, &repaired, &is_lossy, NULL) != OK)
            continue;
        r->guessed = str_eq(repaired, r->texts[i]) ? r->guessed : e;
        r->texts[i] = repaired;
    }
}

/* Where no font tells, the texts of the first rows together may. */
static void repair_open(struct heads *h)
{
    VEC(struct str) all = {0};
    struct encoding_guess g;
    for (size_t k = 0; k < h->n; k++)
        for (size_t i = 0; i < h->im->n_columns; i++)
            if (h->rows[k].is_open[i])
                VEC_PUSH(h->im->a, &all, h->rows[k].texts[i]);
    encoding_guess_texts(all.p, all.n, &g);
    for (size_t k = 0; g.encoding != TEXT_FINE && k < h->n; k++)
        repair_row(h, &h->rows[k], g.encoding);
}

static void clean_row(struct heads *h, struct head_row *r)
{
    struct arena *a = h->im->a;
    for (size_t i = 0; i < h->im->n_columns; i++) {
        struct str clean;
        bool is_clean = r->texts[i].n && text_clean(a, r->texts[i], false, &clean, NULL) == OK;
        r->texts[i] = is_clean ? copy(a, clean) : (struct str){NULL, 0};
        r->filled += r->texts[i].n > 0;
    }
}

/* What a merged area says counts for all its cells. */
static void fill_merge(struct heads *h, const struct sheet_merge *g)
{
    size_t n_columns = h->im->n_columns;
    struct str text = {NULL, 0};
    for (size_t i = 0; i < h->n; i++)
        if (h->rows[i].number == g->row && g->column >= 1 && g->column <= n_columns)
            text = h->rows[i].texts[g->column - 1];
    for (size_t i = 0; text.n && i < h->n; i++)
        for (size_t c = g->column;
             h->rows[i].number >= g->row && h->rows[i].number <= g->row_end && c <= g->column_end && c <= n_columns;
             c++)
            h->rows[i].texts[c - 1] = text;
}

static enum err read_rows(struct heads *h, struct fault *f)
{
    struct import *im = h->im;
    struct sheet_row row;
    bool has_row = true;
    enum err e = spool_rewind(&im->spool, f);
    while (e == OK && h->n < IMPORT_HEADER_ROWS && (e = spool_next(&im->spool, &row, &has_row, f)) == OK && has_row) {
        struct head_row *r = &h->rows[h->n++];
        *r = (struct head_row){.number = row.number,
                               .texts = ARENA_ARRAY(im->a, struct str, im->n_columns),
                               .is_open = ARENA_ARRAY(im->a, bool, im->n_columns)};
        read_cells(h, r, &row);
    }
    if (e != OK)
        return e;
    repair_open(h);
    for (size_t i = 0; i < h->n; i++)
        clean_row(h, &h->rows[i]);
    for (size_t m = 0; m < im->facts->n_merges; m++)
        fill_merge(h, &im->facts->merges[m]);
    return OK;
}

static struct str without_unit(struct arena *a, struct str s, struct str *ret_unit)
{
    const char *open = memchr(s.p, '(', s.n);
    const char *close = open ? memchr(open, ')', s.n - (size_t)(open - s.p)) : NULL;
    if (!close || open == s.p)
        return s;
    if (ret_unit)
        *ret_unit = str_trim(str_slice(open + 1, (size_t)(close - open) - 1));
    struct str head = str_trim(str_slice(s.p, (size_t)(open - s.p)));
    struct str tail = str_trim(str_slice(close + 1, s.n - (size_t)(close + 1 - s.p)));
    return tail.n ? str_of(arena_printf(a, "%.*s %.*s", STR_ARG(head), STR_ARG(tail))) : head;
}

/* The text of a column over rows from … to, equal ones (merged downwards) once. */
static struct str joined(struct heads *h, size_t from, size_t to, size_t column)
{
    struct str all = {NULL, 0}, last = {NULL, 0};
    for (size_t r = from; r <= to; r++) {
        struct str t = h->rows[r].texts[column];
        if (t.n == 0 || str_eq(t, last))
            continue;
        all = all.n ? str_of(arena_printf(h->im->a, "%.*s %.*s", STR_ARG(all), STR_ARG(t))) : t;
        last = t;
    }
    return all;
}

static bool is_named(struct heads *h, struct str text)
{
    return text.n && (map_get(&h->names, text_fold_name(h->im->a, text)) ||
                      map_get(&h->names, text_fold_name(h->im->a, without_unit(h->im->a, text, NULL))));
}

static size_t score(struct heads *h, size_t from, size_t to)
{
    size_t n = 0;
    for (size_t c = 0; c < h->im->n_columns; c++)
        n += is_named(h, joined(h, from, to, c)) || (to > from && is_named(h, h->rows[to].texts[c]));
    return n;
}

/* Of two names that both fit, the longer says more; the child alone is for parents that only group. */
static void name_columns(struct heads *h, size_t from, size_t to)
{
    struct import *im = h->im;
    for (size_t c = 0; c < im->n_columns; c++) {
        struct column *col = &im->columns[c];
        struct str all = joined(h, from, to, c), child = h->rows[to].texts[c];
        struct str text = !is_named(h, all) && is_named(h, child) ? child : all;
        bool is_whole = text.n && map_get(&h->names, text_fold_name(im->a, text));
        struct str bare = without_unit(im->a, text, &col->unit);
        col->header = is_whole ? text : bare;
    }
}

/* A row below the header that only numbers the columns: (1) (2) (3), as forms have it. */
static bool is_numbering(struct heads *h, size_t at)
{
    size_t n = 0;
    if (at >= h->n || h->rows[at].filled < 3)
        return false;
    for (size_t c = 0; c < h->im->n_columns; c++) {
        struct str key = text_fold_name(h->im->a, h->rows[at].texts[c]);
        if (key.n == 0)
            continue;
        char expected[24];
        snprintf(expected, sizeof expected, "%zu", ++n);
        bool is_letter = key.n == 1 && key.p[0] >= 'a' && key.p[0] <= 'e';
        if (is_letter)
            n--;
        else if (!str_is(key, expected))
            return false;
    }
    return n >= 2;
}

enum err import_header_find(struct import *im, struct fault *f)
{
    struct heads *h = ARENA_NEW(im->a, struct heads);
    h->im = im;
    collect_names(h);
    enum err e = read_rows(h, f);
    if (e != OK)
        return e;
    size_t best = 0, from = 0, to = 0;
    for (size_t last = 0; last < h->n; last++) {
        if (im->o.header_row && h->rows[last].number != im->o.header_row)
            continue;
        for (size_t depth = 0; depth < IMPORT_HEADER_DEPTH && depth <= last; depth++) {
            size_t n = score(h, last - depth, last);
            if (n > best || (im->o.header_row && depth == 0)) {
                best = n;
                from = last - depth;
                to = last;
            }
        }
    }
    if (best == 0 && !im->o.header_row && !im->o.map_path)
        return FAULT(f, ERR_IMPORT_HEADER, {"file", str_of(im->o.path)}, {"fields", im->reg->fields[0].title.vi});
    if (im->o.header_row && (h->n == 0 || h->rows[to].number != im->o.header_row))
        return FAULT(f, ERR_IMPORT_HEADER_ROW, {"row", str_of(arena_printf(im->a, "%u", im->o.header_row))});
    if (h->n == 0)
        return FAULT(f, ERR_IMPORT_EMPTY, {"file", str_of(im->o.path)});
    name_columns(h, from, to);
    for (size_t i = from; i <= to; i++) {
        im->header_font = im->header_font != TEXT_FINE ? im->header_font : h->rows[i].of_font;
        im->header_encoding = im->header_encoding != TEXT_FINE ? im->header_encoding : h->rows[i].guessed;
    }
    im->header_first = h->rows[from].number;
    im->header_last = h->rows[to].number;
    im->before_data = (int64_t)to + 1 + is_numbering(h, to + 1);
    return OK;
}
