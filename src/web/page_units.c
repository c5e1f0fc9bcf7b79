/* The tree of units on a day: today, and before each day on which it was rearranged; and units by name. */
#include "base/limits.h"
#include "register/query.h"
#include "text/date.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/show.h"
#include "web/templates.h"
#include "web/unit_parts.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

/* ---- the tree ---- */

static size_t count_below(const struct units *u, struct str code, struct str day)
{
    size_t n = 0;
    for (size_t i = 0; i < u->n; i++)
        n += unit_holds(&u->p[i], day) && str_eq(u->p[i].parent, code);
    return n;
}

/* Units that have none below them, beneath one. */
static size_t leaves_of(struct exchange *x, const struct units *u, struct str parent, struct str day,
                        struct tpl_units_roots_leaves **ret)
{
    VEC(struct tpl_units_roots_leaves) all = {0};
    for (size_t i = 0; i < u->n; i++)
        if (unit_holds(&u->p[i], day) && str_eq(u->p[i].parent, parent) && !count_below(u, u->p[i].code, day))
            VEC_PUSH(x->arena, &all,
                     ((struct tpl_units_roots_leaves){u->p[i].name, part_href(x, "/units/", u->p[i].code)}));
    *ret = all.p;
    return all.n;
}

static size_t branches_of(struct exchange *x, const struct units *u, struct str parent, struct str day,
                          struct tpl_units_roots_branches **ret)
{
    VEC(struct tpl_units_roots_branches) all = {0};
    for (size_t i = 0; i < u->n; i++) {
        size_t n = unit_holds(&u->p[i], day) && str_eq(u->p[i].parent, parent) ? count_below(u, u->p[i].code, day) : 0;
        if (n == 0)
            continue;
        struct tpl_units_roots_leaves *leaves;
        struct tpl_units_roots_branches b = {.name = u->p[i].name,
                                             .href = part_href(x, "/units/", u->p[i].code),
                                             .count = (int64_t)n,
                                             .n_leaves = leaves_of(x, u, u->p[i].code, day, &leaves)};
        struct tpl_units_roots_branches_leaves *copied =
            ARENA_ARRAY(x->arena, struct tpl_units_roots_branches_leaves, b.n_leaves + 1);
        for (size_t k = 0; k < b.n_leaves; k++)
            copied[k] = (struct tpl_units_roots_branches_leaves){leaves[k].name, leaves[k].href};
        b.leaves = copied;
        VEC_PUSH(x->arena, &all, b);
    }
    *ret = all.p;
    return all.n;
}

/* Those that belong to none; one with nothing below it comes last. */
static size_t roots_of(struct exchange *x, const struct units *u, struct str day, struct tpl_units_roots **ret)
{
    VEC(struct tpl_units_roots) all = {0};
    for (int is_bare = 0; is_bare <= 1; is_bare++)
        for (size_t i = 0; i < u->n; i++) {
            const struct unit *unit = &u->p[i];
            bool is_root = unit_holds(unit, day) && (unit->parent.n == 0 || !units_on(u, unit->parent, day));
            if (!is_root || (count_below(u, unit->code, day) == 0) != is_bare)
                continue;
            struct tpl_units_roots_leaves *leaves;
            struct tpl_units_roots_branches *branches;
            struct tpl_units_roots t = {.name = unit->name,
                                        .href = part_href(x, "/units/", unit->code),
                                        .n_leaves = leaves_of(x, u, unit->code, day, &leaves),
                                        .n_branches = branches_of(x, u, unit->code, day, &branches)};
            t.leaves = leaves;
            t.branches = branches;
            VEC_PUSH(x->arena, &all, t);
        }
    *ret = all.p;
    return all.n;
}

/* “Các đơn vị ngày 30/06/2025: 2 tỉnh, 8 huyện, 71 xã.” */
static struct str lead_of(struct exchange *x, const struct units *u, struct str day)
{
    const struct province *p = ((struct worker *)x->worker)->store->province;
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    buf_str(&b, message_with(x->arena, M_units_on_day, x->lang, part_date(x, day)));
    const char *mark = " ";
    for (size_t l = 0; l < p->n_levels; l++) {
        int64_t n = 0;
        for (size_t i = 0; i < u->n; i++)
            n += unit_holds(&u->p[i], day) && u->p[i].level == p->levels[l].level;
        struct str title = text2_in(&p->levels[l].title, x->lang), number = part_int(x, n);
        if (n)
            buf_printf(&b, "%s%.*s: %.*s", mark, STR_ARG(title), STR_ARG(number)), mark = " · ";
    }
    return str_dup(x->arena, buf_view(&b));
}

static size_t days_of(struct exchange *x, const struct units *u, struct str day, struct tpl_units_days **ret)
{
    struct str *changes;
    size_t n = units_days(x, u, &changes);
    struct tpl_units_days *days = ARENA_ARRAY(x->arena, struct tpl_units_days, n + 1);
    days[0] = (struct tpl_units_days){message(M_units_today, x->lang), exchange_link(x, "on", nothing),
                                      n == 0 || str_cmp(changes[n - 1], day) <= 0};
    for (size_t i = 0; i < n; i++) { /* newest first */
        struct str change = changes[n - 1 - i];
        bool is_here = str_cmp(day, change) < 0 && (i + 1 == n || str_cmp(changes[n - 2 - i], day) <= 0);
        days[i + 1] = (struct tpl_units_days){message_with(x->arena, M_units_before, x->lang, part_date(x, change)),
                                              exchange_link(x, "on", day_before(x, change)), is_here};
    }
    *ret = days;
    return n + 1;
}

/* ---- by name ---- */

enum err page_units_named(struct exchange *x, const struct units *u, struct str words, struct fault *f)
{
    struct worker *w = x->worker;
    struct query *q CLEANUP(query_closep) = NULL;
    VEC(struct tpl_units_found_units) found = {0};
    struct str only = nothing;
    bool has_row = true, is_one = true;
    struct record r;
    enum err e = query_open(w->store, u->reg, &(struct query_options){.search = words, .limit = 100}, &q, f);
    if (e == ERR_SEARCH_EMPTY || e == ERR_SEARCH_NONE)
        e = OK;
    while (e == OK && q && (e = query_next(q, &r, &has_row, f)) == OK && has_row) {
        VEC_PUSH(x->arena, &found,
                 ((struct tpl_units_found_units){show_title(x, u->reg, &r), show_href(x, u->reg, &r),
                                                 show_validity(x, u->reg, &r)}));
        struct str href = found.p[found.n - 1].href;
        is_one &= !only.p || str_eq(only, href);
        only = href;
    }
    if (e != OK)
        return e;
    if (found.n && is_one) {
        exchange_redirect(x, 303, only);
        return OK;
    }
    if (!found.n)
        x->status = 404;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    tpl_units_found(&content, &(struct tpl_units_found){words, found.n > 0, found.p, found.n}, x->lang);
    struct crumb crumbs[] = {{message(M_units_title, x->lang), STR("/units")}, {words, nothing}};
    return page(x,
                &(struct page){.title = message(M_units_title, x->lang),
                               .content = buf_view(&content),
                               .crumbs = crumbs,
                               .n_crumbs = ARRAY_LEN(crumbs),
                               .section = "units"},
                f);
}

enum err page_units(struct exchange *x, struct fault *f)
{
    struct worker *w = x->worker;
    struct units u;
    enum err e = units_read(x, &u, f);
    if (e != OK)
        return e;
    struct str words = str_trim(input_named(x, "name")->text);
    if (words.n && u.reg)
        return page_units_named(x, &u, words, f);
    const struct input_value *on = input_named(x, "on");
    struct str day = on->is_given ? on->text : u.today;
    struct tpl_units_roots *roots;
    struct tpl_units_days *days;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                       drawing CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                       description CLEANUP(buf_done) = BUF_INIT(4096);
    if ((e = unit_drawing(x, &u, nothing, day, message(M_units_map, x->lang), &drawing, f)) != OK)
        return e;
    struct tpl_units t = {.lead = lead_of(x, &u, day),
                          .drawing = buf_view(&drawing),
                          .n_days = days_of(x, &u, day, &days),
                          .n_roots = roots_of(x, &u, day, &roots)};
    t.days = days;
    t.roots = roots;
    tpl_units(&content, &t, x->lang);
    message_fill(&description, M_units_description, x->lang, text2_in(&w->store->province->title, x->lang));
    return page(x,
                &(struct page){.title = message(M_units_title, x->lang),
                               .description = buf_view(&description),
                               .content = buf_view(&content),
                               .section = "units"},
                f);
}
