/* Parts that pages share: HTML without inline style or script, good without scripts, at 360 px, on paper, and for screen readers.
 *
 *     struct buf b = BUF_INIT(LIMIT_PAGE_BYTES);
 *     struct table_column columns[] = {{.title = name, .sort = STR("name")}, {.title = value, .is_number = true}};
 *     part_table(x, &b, &(struct table){.caption = caption, .columns = columns, .n_columns = 2, .rows = rows, .n_rows = n});
 *     part_pages(x, &b, &(struct pages){.n_shown = n, .n_total = total, .next = token});
 *     return page(x, &(struct page){.title = …, .content = buf_view(&b)}, f);
 *
 * Links to the same page go through exchange_link, so whatever else was asked stays. Empty text is shown as “unknown”.
 * A page with part_chart needs the bundle "chart", one with part_map "map" (struct page, scripts).
 * Ownership: nothing is kept; what is passed must live until the call returns.
 */
#ifndef TINHSO_WEB_PARTS_H
#define TINHSO_WEB_PARTS_H

#include "figure/quantity.h"
#include "geo/shape.h"
#include "web/site.h"

/* ---- text */

/* A quantity as people read it: “111.390”, “92,8”; empty when unknown. In the arena. */
struct str part_quantity(struct exchange *x, struct quantity q, int decimals);
/* The same with exactly so many digits behind the mark, for numbers that stand below each other. */
struct str part_fixed(struct exchange *x, struct quantity q, int decimals);
struct str part_int(struct exchange *x, int64_t value);
/* A whole number with its sign: “+3”, “−1”, “0”. */
struct str part_signed(struct exchange *x, int64_t value);
/* An ISO date as people read it: 05/03/2022, 2022-03-05. */
struct str part_date(struct exchange *x, struct str iso);
/* The log's root at the newest revision, as checkpoints write it (base64). */
struct str part_root(struct exchange *x);
/* prefix and the piece, percent-encoded: part_href(x, "/registers/", name). */
struct str part_href(struct exchange *x, const char *prefix, struct str piece);

/* ---- tables */

struct table_column {
    struct str title;
    struct str sort; /* what ?sortby= takes for it, "-" before it descending; empty: not to be sorted by */
    bool is_number;
    bool is_head; /* names the row */
};

enum table_mark { MARK_NONE, MARK_UP, MARK_DOWN, MARK_SAMPLE };

struct table_cell {
    struct str text, href; /* text empty: unknown */
    enum table_mark mark;
};

struct table_row {
    const struct table_cell *cells; /* n_columns */
    bool is_chosen;                 /* stands out */
    bool is_total;                  /* stands under a line */
    double bar;                     /* NAN: none */
    double tick;                    /* a mark on the bar, to compare with; 0 or NAN: none */
};

struct table {
    struct str caption;
    const struct table_column *columns;
    size_t n_columns;
    const struct table_row *rows;
    size_t n_rows;
    struct str sorted; /* in effect, as ?sortby= takes it */
    double bar_full;   /* the longest bar; 0: no bars. This is the bar chart: the numbers are beside it */
};

void part_table(struct exchange *x, struct buf *out, const struct table *t);

struct pages {
    int64_t n_shown, n_total; /* n_total -1: not counted */
    struct str after;         /* where this page began, empty at the beginning */
    struct str next;          /* where the next begins; empty: there is none */
    const char *parameter;    /* that takes it; NULL: "after" */
};
void part_pages(struct exchange *x, struct buf *out, const struct pages *p);

struct filter_option {
    struct str title, value; /* value: what the parameter takes; the filter is taken off by an empty one */
    int64_t count;           /* -1: not counted */
    struct str href;         /* instead of the parameter's own link; may be empty */
};
struct filter_group {
    struct str title;
    const char *parameter;
    struct str chosen;
    const struct filter_option *options;
    size_t n_options;
};
/* Filters as links. cql2: the filter in effect; clear: the address without any. */
void part_filters(struct exchange *x, struct buf *out, const struct filter_group *groups, size_t n_groups,
                  struct str cql2, struct str clear);

/* ---- charts */

struct chart_series {
    struct str name;
    const double *values; /* n_labels; NAN: unknown */
    bool is_strong;       /* the one that the page is about */
};

/* Lines over labels (years, dates); of ranks, 1 on top, when is_rank: a bump chart. */
struct chart {
    struct str title;
    struct str summary; /* one sentence: what it shows */
    const struct str *labels;
    size_t n_labels;
    const struct chart_series *series;
    size_t n_series;
    bool is_rank;
    int decimals;
    bool has_table; /* the page has the numbers elsewhere; else they follow, folded */
};
void part_chart(struct exchange *x, struct buf *out, const struct chart *c);

/* A trend the size of a word; nothing with fewer than two known values. */
void part_spark(struct exchange *x, struct buf *out, const double *values, size_t n, struct str label);

/* 1, 2 or 5 times a power of ten: the smallest step that crosses the span in at most so many. */
double part_nice_step(double span, int most);

/* ---- maps */

/* Shapes shaded by value, drawn by the server and, where there are scripts, to be moved and pointed at. The same numbers must stand in a table beside
 * it. */
struct area {
    struct str key;         /* as the shape of the source bears it */
    struct str title, text; /* name, and value as people read it */
    double value;           /* NAN: unknown */
    const struct shape *shape;
};
struct areas {
    struct str title;
    struct str summary; /* one sentence: what it shows */
    struct str unit;    /* behind the numbers of the legend; may be empty */
    const struct area *p;
    size_t n;
    int decimals;
    bool is_degrees;
    struct str source, source_key,
        href; /* GeoJSON of our own API, the property that is the key, what a key is added to; empty: only drawn */
};
void part_areas(struct exchange *x, struct buf *out, const struct areas *m);

struct map_box {
    struct str title;
    struct str source;    /* GeoJSON of our own API: "/api/collections/unit_boundaries/items?f=geojson&limit=1000" */
    struct str name, key; /* properties of a shape: its title, and what is added to href; key empty: its id */
    struct str values;    /* JSON, by key: what the page knows of a shape (web/scripts/map.js); empty: nothing */
    struct str href;      /* "/units/"; may be empty */
    struct str
        plain; /* HTML that serves without scripts, and is gone where there are some: a list or table of the same */
};
void part_map(struct exchange *x, struct buf *out, const struct map_box *m);
void part_map_box(struct exchange *x, struct buf *out, const struct map_box *m); /* without the title above */

/* Names as they stand on a map: without a first word that most of them begin with. NULL when there are too many to stand on it. */
const struct str *part_map_names(struct exchange *x, const struct str *titles, size_t n);
/* Where within a polygon a name fits best. */
void part_name_place(const struct shape *s, double *ret_place);

/* Geometries drawn by the server, for those without scripts and for paper: the `plain` of a map. False when there is nothing to draw. */
struct drawing_item {
    struct str title, href; /* href empty: leads nowhere */
    struct str blob;        /* as stored */
    bool is_chosen;
};
bool part_drawing(struct exchange *x, struct buf *out, struct str title, bool is_geographic,
                  const struct drawing_item *items, size_t n);

/* "bob", or "bob, thay mặt amy": who wrote a revision. */
struct authorship; /* register/moment.h */
struct str part_author(struct exchange *x, const struct authorship *by);

/* ---- boxes */

struct fact {
    struct str term, text, href, html; /* html instead of text */
};
void part_facts(struct exchange *x, struct buf *out, const struct fact *facts, size_t n);

struct snippet {
    struct str title, how, code;
};
void part_snippets(struct exchange *x, struct buf *out, struct str intro, const struct snippet *snippets, size_t n);

/* Why the numbers of this page can be believed. proof: address of a proof; may be empty. command: what checks it. */
enum err part_verify(struct exchange *x, struct buf *out, struct str proof, struct str command, struct fault *f);

#endif
