/* One search over everything the reader may see: figures, indices, reports and registers by their titles, records by the words of their registers. */
#include "base/limits.h"
#include "register/query.h"
#include "report/report.h"
#include "text/vn.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/services.h"
#include "web/show.h"
#include "web/templates.h"

#include "base/banned.h"

enum { FOUND_EACH = 5, SCRATCH_BYTES = 64 << 10 };

/* Registers that people mostly look for come first, whichever a province declares; the others follow in its order. */
static const char *const first_registers[] = {"units", "posts"};

struct finding {
    struct exchange *x;
    struct str words;
    VEC(struct str) folded; /* each word */
    VEC(struct tpl_search_groups) groups;
    bool has_sample;
};

static struct str fold(struct exchange *x, struct str s)
{
    struct buf b = BUF_INIT(SCRATCH_BYTES);
    text_fold_words(s, &b);
    return buf_move(&b, x->arena);
}

static void split_words(struct finding *f)
{
    struct str rest = fold(f->x, f->words);
    while (rest.p && rest.n) {
        struct str word = str_cut(rest, ' ', &rest);
        if (word.n)
            VEC_PUSH(f->x->arena, &f->folded, word);
    }
}

/* Every word begins a word of the title. */
static bool title_matches(struct finding *f, const struct text2 *title)
{
    struct buf both CLEANUP(buf_done) = BUF_INIT(SCRATCH_BYTES);
    buf_putc(&both, ' ');
    text_fold_words(title->vi, &both);
    buf_putc(&both, ' ');
    text_fold_words(title->en, &both);
    for (size_t i = 0; i < f->folded.n; i++) {
        const char *word = arena_printf(f->x->arena, " %.*s", STR_ARG(f->folded.p[i]));
        if (!memmem(both.p, both.n, word, strlen(word)))
            return false;
    }
    return f->folded.n > 0;
}

/* ---- titles */

struct matches {
    VEC(struct tpl_search_groups_items) items;
};

static void match(struct finding *f, struct matches *m, const struct text2 *title, const char *prefix, struct str id,
                  const struct text2 *detail)
{
    struct exchange *x = f->x;
    if (title_matches(f, title))
        VEC_PUSH(x->arena, &m->items,
                 ((struct tpl_search_groups_items){text2_in(title, x->lang), part_href(x, prefix, id),
                                                   detail ? text2_in(detail, x->lang) : (struct str){NULL, 0}, false}));
}

static void add_matches(struct finding *f, const struct matches *m, enum message title, struct str href)
{
    if (m->items.n)
        VEC_PUSH(f->x->arena, &f->groups,
                 ((struct tpl_search_groups){
                     .title = message(title, f->x->lang), .href = href, .items = m->items.p, .n_items = m->items.n}));
}

static void find_figures(struct finding *f)
{
    const struct figures *all = ((struct worker *)f->x->worker)->figures;
    struct matches m = {0};
    for (size_t i = 0; i < all->n; i++)
        match(f, &m, &all->p[i]->title, "/figures/", all->p[i]->id, &all->p[i]->note);
    add_matches(f, &m, M_search_figures, STR("/figures"));
}

static void find_indexes(struct finding *f)
{
    const struct indexes *all = ((struct worker *)f->x->worker)->figures->indexes;
    struct matches m = {0};
    for (size_t i = 0; i < all->n; i++)
        match(f, &m, &all->p[i]->title, "/indexes/", all->p[i]->id, NULL);
    add_matches(f, &m, M_indexes_title, STR("/indexes"));
}

static void find_reports(struct finding *f)
{
    const struct province *p = ((struct worker *)f->x->worker)->store->province;
    struct matches m = {0};
    struct str *ids;
    size_t n;
    reports_list(f->x->arena, p, &ids, &n);
    for (size_t i = 0; i < n; i++) {
        struct text2 title = report_title(f->x->arena, p, ids[i]);
        match(f, &m, &title, "/reports/", ids[i], NULL);
    }
    add_matches(f, &m, M_reports_title, STR("/reports"));
}

static void find_registers(struct finding *f)
{
    const struct province *p = ((struct worker *)f->x->worker)->store->province;
    struct matches m = {0};
    for (size_t i = 0; i < p->n_registers; i++)
        if (site_shows_register(f->x, p->registers[i]))
            match(f, &m, &p->registers[i]->title, "/registers/", p->registers[i]->name, &p->registers[i]->description);
    add_matches(f, &m, M_search_registers, STR("/registers"));
}

/* ---- services */

static enum err find_services(struct finding *f, struct fault *fault)
{
    struct exchange *x = f->x;
    struct services s;
    struct procedure **found;
    VEC(struct tpl_search_groups_items) items = {0};
    if (!services_are_there(x))
        return OK;
    enum err e = services_read(x, &s, fault);
    if (e != OK)
        return e;
    size_t n = procedures_find(x->arena, s.p, s.n, f->words, &found);
    for (size_t i = 0; i < n && i < FOUND_EACH; i++) {
        struct str detail =
            STR_JOIN(x->arena, found[i]->code, STR(" · "), found[i]->field, STR(" · "), service_who(x, found[i]));
        VEC_PUSH(x->arena, &items,
                 ((struct tpl_search_groups_items){service_name(x, found[i]), service_href(x, found[i]), detail,
                                                   found[i]->is_sample}));
        f->has_sample |= found[i]->is_sample;
    }
    if (items.n)
        VEC_PUSH(x->arena, &f->groups,
                 ((struct tpl_search_groups){.title = message(M_services_title, x->lang),
                                             .href = STR("/services"),
                                             .has_more = n > FOUND_EACH,
                                             .more_href = part_href(x, "/services?q=", f->words),
                                             .items = items.p,
                                             .n_items = items.n}));
    return OK;
}

/* ---- records */

static enum err find_records(struct finding *f, const struct reg *reg, struct fault *fault)
{
    struct exchange *x = f->x;
    struct worker *w = x->worker;
    struct query *q CLEANUP(query_closep) = NULL;
    struct query_options o = {.search = f->words, .limit = FOUND_EACH + 1};
    enum err e = query_open(w->store, reg, &o, &q, fault);
    if (e == ERR_SEARCH_EMPTY)
        return OK;
    VEC(struct tpl_search_groups_items) items = {0};
    struct record r;
    bool has_row = true;
    while (e == OK && (e = query_next(q, &r, &has_row, fault)) == OK && has_row) {
        VEC_PUSH(x->arena, &items,
                 ((struct tpl_search_groups_items){show_title(x, reg, &r), show_href(x, reg, &r),
                                                   show_validity(x, reg, &r), r.is_sample}));
        f->has_sample |= r.is_sample;
    }
    if (e != OK || items.n == 0)
        return e;
    struct str href = part_href(x, "/registers/", reg->name), query = part_href(x, "?q=", f->words);
    VEC_PUSH(x->arena, &f->groups,
             ((struct tpl_search_groups){
                 .title = text2_in(&reg->title, x->lang),
                 .href = href,
                 .has_more = items.n > FOUND_EACH,
                 .more_href = str_of(arena_printf(x->arena, "%.*s%.*s", STR_ARG(href), STR_ARG(query))),
                 .items = items.p,
                 .n_items = items.n > FOUND_EACH ? FOUND_EACH : items.n,
             }));
    return OK;
}

static bool comes_first(const struct reg *reg)
{
    for (size_t i = 0; i < ARRAY_LEN(first_registers); i++)
        if (str_is(reg->name, first_registers[i]))
            return true;
    return false;
}

/* Procedures are found as services: by what people call them, in force today. */
static bool may_find(const struct exchange *x, const struct reg *reg)
{
    bool is_catalogue = str_is(reg->name, "procedures") && services_are_there(x);
    return !is_catalogue && site_shows_register(x, reg) && site_searches(x, reg);
}

static enum err find_all_records(struct finding *f, struct fault *fault)
{
    const struct province *p = ((struct worker *)f->x->worker)->store->province;
    enum err e = OK;
    for (size_t i = 0; e == OK && i < ARRAY_LEN(first_registers); i++) {
        const struct reg *reg = province_register(p, str_of(first_registers[i]));
        if (reg && may_find(f->x, reg))
            e = find_records(f, reg, fault);
    }
    for (size_t i = 0; e == OK && i < p->n_registers; i++)
        if (!comes_first(p->registers[i]) && may_find(f->x, p->registers[i]))
            e = find_records(f, p->registers[i], fault);
    return e;
}

enum err page_search(struct exchange *x, struct fault *fault)
{
    struct finding f = {.x = x, .words = str_trim(input_text(x, 0))};
    if (f.words.n) {
        split_words(&f);
        enum err e = find_services(&f, fault);
        if (e != OK)
            return e;
        find_figures(&f);
        find_indexes(&f);
        find_reports(&f);
        find_registers(&f);
        e = find_all_records(&f, fault);
        if (e != OK)
            return e;
    }
    struct buf title CLEANUP(buf_done) = BUF_INIT(SCRATCH_BYTES),
                     content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    if (f.words.n)
        message_fill(&title, M_search_title_words, x->lang, f.words);
    else
        buf_str(&title, message(M_search_title, x->lang));
    tpl_search(&content,
               &(struct tpl_search){.words = f.words,
                                    .is_asked = f.words.n > 0,
                                    .found = f.groups.n > 0,
                                    .groups = f.groups.p,
                                    .n_groups = f.groups.n},
               x->lang);
    return page(x,
                &(struct page){.title = buf_view(&title),
                               .content = buf_view(&content),
                               .has_own_search = true,
                               .has_sample = f.has_sample},
                fault);
}
