#include "register/moment.h"
#include "web/parts.h"

#include <math.h>

#include "base/limits.h"
#include "crypt/base64.h"
#include "crypt/merkle.h"
#include "text/date.h"
#include "web/assets.h"
#include "web/message.h"
#include "web/templates.h"
#include "web/tpl.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

struct str part_quantity(struct exchange *x, struct quantity q, int decimals)
{
    struct buf b = BUF_INIT(256);
    quantity_print(q, decimals, x->lang, &b);
    return buf_move(&b, x->arena);
}

struct str part_fixed(struct exchange *x, struct quantity q, int decimals)
{
    struct buf b = BUF_INIT(256);
    if (quantity_is_known(q))
        (x->lang == LANG_EN ? decimal_print_en : decimal_print_vi)(quantity_decimal(q), decimals, &b);
    return buf_move(&b, x->arena);
}

struct str part_int(struct exchange *x, int64_t value)
{
    struct buf b = BUF_INIT(64);
    tpl_int(&b, value, x->lang);
    return buf_move(&b, x->arena);
}

struct str part_signed(struct exchange *x, int64_t value)
{
    struct buf b = BUF_INIT(64);
    if (value != 0)
        buf_puts(&b, value > 0 ? "+" : "−");
    tpl_int(&b, value < 0 ? -value : value, x->lang);
    return buf_move(&b, x->arena);
}

struct str part_date(struct exchange *x, struct str iso)
{
    struct date d;
    if (x->lang == LANG_EN || date_parse(iso, &d, NULL) != OK)
        return iso;
    struct buf b = BUF_INIT(64);
    date_print_vi(d, &b);
    return buf_move(&b, x->arena);
}

struct str part_href(struct exchange *x, const char *prefix, struct str piece)
{
    struct buf b = BUF_INIT(LIMIT_TEXT_BYTES);
    buf_puts(&b, prefix);
    url_encode(&b, piece);
    return buf_move(&b, x->arena);
}

struct str part_root(struct exchange *x)
{
    struct digest root;
    merkle_frontier_root(&((struct worker *)x->worker)->store->frontier, &root);
    struct buf b = BUF_INIT(64);
    base64_encode(root.b, sizeof root.b, &b);
    return buf_move(&b, x->arena);
}

/* ---- tables */

/* The link of a column's head: ascending first, then the other way round. */
static struct str sort_link(struct exchange *x, const struct table *t, struct str key, const char **ret_order)
{
    bool is_down = t->sorted.n > 1 && t->sorted.p[0] == '-';
    struct str by = is_down ? str_slice(t->sorted.p + 1, t->sorted.n - 1) : t->sorted;
    bool is_by = str_eq(by, key);
    *ret_order = !is_by ? "" : is_down ? "descending" : "ascending";
    const char *sign = is_by && !is_down ? "-" : "";
    return exchange_link(x, "sortby", str_of(arena_printf(x->arena, "%s%.*s", sign, STR_ARG(key))));
}

static const char *mark_name(enum table_mark mark)
{
    static const char *const names[] = {"", "up", "down", "sample"};
    return names[mark];
}

void part_table(struct exchange *x, struct buf *out, const struct table *t)
{
    struct tpl_table_columns *columns = arena_zalloc(x->arena, (t->n_columns + 1) * sizeof(*columns));
    for (size_t i = 0; i < t->n_columns; i++) {
        const char *order = "";
        columns[i] = (struct tpl_table_columns){.title = t->columns[i].title, .is_number = t->columns[i].is_number};
        if (t->columns[i].sort.n)
            columns[i].href = sort_link(x, t, t->columns[i].sort, &order);
        columns[i].order = str_of(order);
    }
    struct tpl_table_rows *rows = arena_zalloc(x->arena, (t->n_rows + 1) * sizeof(*rows));
    bool has_bars = false;
    for (size_t r = 0; r < t->n_rows; r++) {
        struct tpl_table_rows_cells *cells = arena_zalloc(x->arena, (t->n_columns + 1) * sizeof(*cells));
        for (size_t i = 0; i < t->n_columns; i++) {
            const struct table_cell *c = &t->rows[r].cells[i];
            cells[i] = (struct tpl_table_rows_cells){.text = c->text,
                                                     .href = c->href,
                                                     .mark = str_of(mark_name(c->mark)),
                                                     .is_number = t->columns[i].is_number,
                                                     .is_head = t->columns[i].is_head};
        }
        double tick = t->bar_full > 0 && t->rows[r].tick > 0 ? fmin(99 * t->rows[r].tick / t->bar_full, 99) : NAN;
        double bar = t->bar_full > 0 ? 100 * t->rows[r].bar / t->bar_full : NAN;
        has_bars |= !isnan(bar) || !isnan(tick);
        rows[r] = (struct tpl_table_rows){.kind = str_of(t->rows[r].is_total    ? "total"
                                                         : t->rows[r].is_chosen ? "chosen"
                                                                                : ""),
                                          .cells = cells,
                                          .n_cells = t->n_columns,
                                          .bar = fmin(fmax(bar, 0), 100),
                                          .has_bar = !isnan(bar) || !isnan(tick),
                                          .tick = tick,
                                          .has_tick = !isnan(tick)};
    }
    tpl_table(out,
              &(struct tpl_table){.caption = t->caption,
                                  .columns = columns,
                                  .n_columns = t->n_columns,
                                  .has_bars = has_bars,
                                  .rows = rows,
                                  .n_rows = t->n_rows},
              x->lang);
}

void part_pages(struct exchange *x, struct buf *out, const struct pages *p)
{
    const char *parameter = p->parameter ? p->parameter : "after";
    tpl_pages(out,
              &(struct tpl_pages){.shown = p->n_shown,
                                  .total = p->n_total,
                                  .is_total_known = p->n_total >= 0,
                                  .first_href = p->after.n ? exchange_link(x, parameter, nothing) : nothing,
                                  .next_href = p->next.n ? exchange_link(x, parameter, p->next) : nothing},
              x->lang);
}

void part_filters(struct exchange *x, struct buf *out, const struct filter_group *groups, size_t n_groups,
                  struct str cql2, struct str clear)
{
    struct tpl_filters_groups *shown = arena_zalloc(x->arena, (n_groups + 1) * sizeof(*shown));
    for (size_t g = 0; g < n_groups; g++) {
        const struct filter_group *group = &groups[g];
        struct tpl_filters_groups_options *options = arena_zalloc(x->arena, (group->n_options + 1) * sizeof(*options));
        for (size_t i = 0; i < group->n_options; i++) {
            const struct filter_option *o = &group->options[i];
            options[i] = (struct tpl_filters_groups_options){
                .title = o->title,
                .href = o->href.n ? o->href : exchange_link(x, group->parameter, o->value.n ? o->value : nothing),
                .count = o->count,
                .has_count = o->count >= 0,
                .is_on = str_eq(o->value, group->chosen),
            };
        }
        shown[g] = (struct tpl_filters_groups){group->title, options, group->n_options};
    }
    tpl_filters(out, &(struct tpl_filters){shown, n_groups, cql2, clear}, x->lang);
}

/* ---- maps and boxes */

void part_map_box(struct exchange *x, struct buf *out, const struct map_box *m)
{
    tpl_map_box(out,
                &(struct tpl_map_box){.title = m->title,
                                      .source = m->source,
                                      .worker = asset_href("map-worker.js"),
                                      .name = m->name,
                                      .key = m->key,
                                      .href = m->href,
                                      .values = m->values,
                                      .plain = m->plain},
                x->lang);
}

void part_map(struct exchange *x, struct buf *out, const struct map_box *m)
{
    struct buf map CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    part_map_box(x, &map, m);
    tpl_map(out, &(struct tpl_map){m->title, buf_view(&map)}, x->lang);
}

void part_facts(struct exchange *x, struct buf *out, const struct fact *facts, size_t n)
{
    struct tpl_facts_facts *shown = arena_zalloc(x->arena, (n + 1) * sizeof(*shown));
    for (size_t i = 0; i < n; i++)
        shown[i] = (struct tpl_facts_facts){facts[i].term, facts[i].text, facts[i].href, facts[i].html};
    tpl_facts(out, &(struct tpl_facts){shown, n}, x->lang);
}

void part_snippets(struct exchange *x, struct buf *out, struct str intro, const struct snippet *snippets, size_t n)
{
    struct tpl_snippets_snippets *shown = arena_zalloc(x->arena, (n + 1) * sizeof(*shown));
    for (size_t i = 0; i < n; i++)
        shown[i] = (struct tpl_snippets_snippets){snippets[i].title, snippets[i].how, snippets[i].code};
    tpl_snippets(out, &(struct tpl_snippets){intro, shown, n}, x->lang);
}

enum err part_verify(struct exchange *x, struct buf *out, struct str proof, struct str command, struct fault *f)
{
    struct worker *w = x->worker;
    struct moment at;
    enum err e = moment_read(x->arena, w->store, &at, f);
    if (e != OK)
        return e;
    tpl_verify(out,
               &(struct tpl_verify){.revision = w->store->at,
                                    .revision_time =
                                        page_time(x->arena, at.time, w->store->province->utc_offset_minutes, x->lang),
                                    .size = w->head,
                                    .root = part_root(x),
                                    .checkpoint_href = STR("/api/log/checkpoint"),
                                    .proof_href = proof,
                                    .command = command},
               x->lang);
    return OK;
}

struct str part_author(struct exchange *x, const struct authorship *by)
{
    return by->behalf.n ? STR_JOIN(x->arena, by->actor, STR(", "), message(M_behalf, x->lang), STR(" "), by->behalf)
                        : by->actor;
}
