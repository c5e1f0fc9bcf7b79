#include "web/person.h"

#include "register/query.h"

#include "base/banned.h"

struct finding {
    struct exchange *x;
    bool is_own;
    VEC(struct person_record) found;
};

bool person_is_number(struct str s)
{
    bool is = s.n == 12 || s.n == 9;
    for (size_t i = 0; i < s.n; i++)
        is &= s.p[i] >= '0' && s.p[i] <= '9';
    return is;
}

/* Judged by all of its values; what the reader may not see is masked then. */
static enum err take(struct finding *m, const struct reg *reg, const struct field *fd, const struct record *r,
                     const struct query_options *asked, struct fault *f)
{
    struct exchange *x = m->x;
    struct worker *w = x->worker;
    struct decision d = {0};
    struct person_record one = {.reg = reg, .record = record_copy(x->arena, reg, r)};
    bool is_there = true;
    enum err e = m->is_own ? OK : access_may(site_rights(x), VERB_READ, reg, r, &d, f);
    if (e != OK || (!m->is_own && (!d.is_allowed || d.fields < fd->privacy)))
        return e;
    if (!m->is_own)
        e = site_mask(x, reg, &one.record, &is_there, f);
    if (e != OK || !is_there)
        return e;
    if (!m->is_own)
        worker_seen(&w->viewer, reg, &one.record, asked);
    VEC_PUSH(x->arena, &m->found, one);
    return OK;
}

static enum err find_in(struct finding *m, const struct reg *reg, const struct field *fd, struct str number,
                        struct fault *f)
{
    struct worker *w = m->x->worker;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = true;
    struct query_options o = {.filter = STR_JOIN(m->x->arena, STR("\""), fd->name, STR("\" = '"), number, STR("'")),
                              .is_unsorted = true,
                              .limit = PERSON_RECORDS};
    store_view(w->store, NULL);
    enum err e = query_open(w->store, reg, &o, &q, f);
    store_view(w->store, &w->viewer);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row)
        e = take(m, reg, fd, &r, &o, f);
    return e;
}

enum err person_records(struct exchange *x, struct str number, bool is_own, struct person_record **ret, size_t *ret_n,
                        struct fault *f)
{
    const struct province *p = ((struct worker *)x->worker)->store->province;
    struct finding m = {.x = x, .is_own = is_own};
    enum err e = OK;
    for (size_t i = 0; e == OK && person_is_number(number) && i < p->n_registers; i++)
        for (size_t k = 0; e == OK && k < p->registers[i]->n_fields; k++)
            if (p->registers[i]->fields[k].type == FT_PERSONAL_ID)
                e = find_in(&m, p->registers[i], &p->registers[i]->fields[k], number, f);
    *ret = m.found.p;
    *ret_n = m.found.n;
    return e;
}
