/* /procedures/doubts: what a person has to resolve before a procedure is published; for whoever may change the catalogue. */
#include "base/limits.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/services.h"
#include "web/show.h"
#include "web/templates.h"
#include "workflow/doubts.h"

#include "base/banned.h"

static struct tpl_doubts_procedures_doubts doubt_of(struct exchange *x, const struct doubt *d)
{
    return (struct tpl_doubts_procedures_doubts){.record = d->id,
                                                 .book = text2_in(&d->reg->title, x->lang),
                                                 .href = show_record_href(x, d->reg, d->id),
                                                 .why = text2_in(&d->why, x->lang),
                                                 .remedy = text2_in(&d->remedy, x->lang)};
}

/* Doubts come sorted by procedure. */
static size_t group(struct exchange *x, const struct reg *reg, const struct doubt *list, size_t n,
                    struct tpl_doubts_procedures **ret)
{
    bool may_edit = site_may_write(x, VERB_UPDATE, reg);
    struct tpl_doubts_procedures *groups = ARENA_ARRAY(x->arena, struct tpl_doubts_procedures, n + 1);
    struct tpl_doubts_procedures_doubts *doubts = ARENA_ARRAY(x->arena, struct tpl_doubts_procedures_doubts, n + 1);
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        doubts[i] = doubt_of(x, &list[i]);
        if (i == 0 || !str_eq(list[i].procedure, list[i - 1].procedure)) {
            groups[k] = (struct tpl_doubts_procedures){.code = list[i].procedure,
                                                       .name = text2_in(&list[i].name, x->lang),
                                                       .href = part_href(x, "/services/", list[i].procedure),
                                                       .doubts = &doubts[i]};
            k++;
        }
        groups[k - 1].n_doubts++;
        if (may_edit && list[i].reg == reg)
            groups[k - 1].edit_href = STR_JOIN(x->arena, show_record_href(x, reg, list[i].id), STR("/edit"));
    }
    *ret = groups;
    return k;
}

enum err page_doubts(struct exchange *x, struct fault *f)
{
    struct worker *w = x->worker;
    const struct reg *reg = province_register(w->store->province, STR("procedures"));
    struct doubt *list = NULL;
    struct date on;
    size_t n = 0;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    enum err e = reg ? site_may_do(x, VERB_UPDATE, reg, f) : FAULT(f, ERR_PROCEDURES_NONE);
    if (e == OK)
        e = services_day(x, &on, f);
    if (e == OK)
        e = procedure_doubts(x->arena, w->store, on, &list, &n, f);
    if (e != OK)
        return e;
    struct tpl_doubts t = {.count = (int64_t)n};
    struct tpl_doubts_procedures *groups;
    t.n_procedures = group(x, reg, list, n, &groups);
    t.procedures = groups;
    tpl_doubts(&content, &t, x->lang);
    struct crumb crumbs[] = {{message(M_services_title, x->lang), STR("/services")},
                             {message(M_doubts_title, x->lang), {NULL, 0}}};
    return page(x,
                &(struct page){.title = message(M_doubts_title, x->lang),
                               .content = buf_view(&content),
                               .section = "services",
                               .crumbs = crumbs,
                               .n_crumbs = ARRAY_LEN(crumbs)},
                f);
}
