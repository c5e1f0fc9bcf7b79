/* The records behind a figure, as far as the reader may see them. */
#include <math.h>

#include "base/limits.h"
#include "register/query.h"
#include "web/message.h"
#include "web/page_figure.h"
#include "web/show.h"
#include "web/templates.h"

#include "base/banned.h"

enum { SHOWN_RECORDS = 10, SHOWN_FIELDS = 5 };

/* Records of one register and part that follow each other: a table. */
struct listing {
    struct figure_view *v;
    struct buf *out;
    const struct reg *reg;
    const char *part;
    int fields[SHOWN_FIELDS];
    size_t n_fields;
    struct table_row rows[SHOWN_RECORDS];
    size_t n;
    struct names names;
    enum err e; /* a callback has no other way to tell */
    struct fault *f;
};

static bool may_stand(const struct exchange *x, const struct field *fd)
{
    return fd->type != FT_GEOMETRY && fd->type != FT_URL && site_shows_field(x, fd) && !figure_field_is_masked(fd);
}

static bool is_key(const struct reg *reg, int field)
{
    bool is = false;
    for (size_t i = 0; i < reg->n_key; i++)
        is |= reg->key[i] == field;
    return is && reg->n_key == 1; /* the only part of the id, which is shown anyway */
}

static void choose_fields(struct listing *l)
{
    l->n_fields = 0;
    for (size_t i = 0; i < l->reg->n_fields && l->n_fields < SHOWN_FIELDS; i++)
        if (may_stand(l->v->x, &l->reg->fields[i]) && !is_key(l->reg, (int)i))
            l->fields[l->n_fields++] = (int)i;
}

static void flush(struct listing *l)
{
    struct exchange *x = l->v->x;
    if (l->n == 0)
        return;
    struct table_column columns[SHOWN_FIELDS + 1] = {{.title = message(M_figure_record, x->lang), .is_head = true}};
    for (size_t i = 0; i < l->n_fields; i++) {
        const struct field *fd = &l->reg->fields[l->fields[i]];
        columns[i + 1] = (struct table_column){.title = text2_in(&fd->title, x->lang),
                                               .is_number = fd->type == FT_NUMBER || fd->type == FT_MONEY};
    }
    struct buf caption CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    message_fill(&caption, strcmp(l->part, "under") == 0 ? M_figure_part_under : M_figure_part_count, x->lang,
                 text2_in(&l->reg->title, x->lang));
    part_table(x, l->out,
               &(struct table){.caption = buf_view(&caption),
                               .columns = columns,
                               .n_columns = l->n_fields + 1,
                               .rows = l->rows,
                               .n_rows = l->n});
    l->n = 0;
}

static bool take(void *ctx, const struct figure_record *r)
{
    struct listing *l = ctx;
    struct exchange *x = l->v->x;
    if (!site_shows_register(x, r->reg))
        return true;
    if (l->n == SHOWN_RECORDS || r->reg != l->reg || strcmp(r->part, l->part) != 0) {
        flush(l);
        l->reg = r->reg;
        l->part = r->part;
        choose_fields(l);
    }
    struct table_cell *cells = arena_zalloc(x->arena, (l->n_fields + 1) * sizeof(*cells));
    cells[0] = (struct table_cell){.text = str_dup(x->arena, r->id),
                                   .href = show_record_href(x, r->reg, r->id),
                                   .mark = r->record->is_sample ? MARK_SAMPLE : MARK_NONE};
    for (size_t i = 0; l->e == OK && i < l->n_fields; i++) {
        struct shown shown = {0};
        l->e = show_value(x, &l->names, r->reg, r->record, l->fields[i], &shown, l->f);
        cells[i + 1] = (struct table_cell){.text = shown.text, .href = shown.href};
    }
    l->rows[l->n++] = (struct table_row){.cells = cells, .bar = NAN};
    return l->e == OK;
}

/* Whether records of any register that the figure counts may be seen; else there is no need to look for them. */
static bool shows_any(const struct exchange *x, const struct figure *figure)
{
    const struct reg *reg = figure_view_register(figure);
    bool shows = reg && site_shows_register(x, reg);
    if (figure->kind == FIGURE_RATIO && figure->of.reg)
        shows |= site_shows_register(x, figure->of.reg);
    return shows;
}

/* All of them, in the register's own page; only where a filter says which they are. */
static struct str all_href(struct figure_view *v)
{
    struct exchange *x = v->x;
    const struct measure *m = &v->figure->main;
    if (v->figure->kind != FIGURE_COUNT || m->kind != MEASURE_COUNT || !site_shows_register(x, m->reg))
        return (struct str){NULL, 0};
    struct str href = part_href(x, "/registers/", m->reg->name), query = show_counted_query(x, v->figure, m, v->r.on);
    struct str at = x->at.n ? part_href(x, query.n ? "&at=" : "?at=", x->at) : (struct str){NULL, 0};
    return str_of(arena_printf(x->arena, "%.*s%.*s%.*s", STR_ARG(href), STR_ARG(query), STR_ARG(at)));
}

enum err figure_show_records(struct figure_view *v, struct buf *out, struct fault *f)
{
    struct exchange *x = v->x;
    struct worker *w = x->worker;
    struct buf tables CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct listing l = {.v = v, .out = &tables, .part = "", .f = f};
    bool shows = shows_any(x, v->figure);
    int64_t total = 0;
    enum err e = OK;
    if (shows)
        e = figure_why(x->arena, w->store, w->figures, v->figure->id, &(struct figure_options){.on = v->options.on},
                       SHOWN_RECORDS, false, take, &l, &total, f);
    e = e == OK ? l.e : e;
    if (e != OK)
        return e;
    flush(&l);
    tpl_figure_records(out,
                       &(struct tpl_figure_records){.total = v->r.n_counted,
                                                    .sample = v->r.n_sample,
                                                    .has_hidden = !shows,
                                                    .tables = buf_view(&tables),
                                                    .has_more = total > SHOWN_RECORDS,
                                                    .more_href = total ? all_href(v) : (struct str){NULL, 0}},
                       x->lang);
    return OK;
}
