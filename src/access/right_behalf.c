/* In whose name something is done: which delegations were needed for it. */
#include "access/right_internal.h"

#include "cql2/cql2.h"
#include "base/limits.h"
#include "register/query.h"

#include "base/banned.h"

struct str behalf_add(struct arena *a, struct str names, struct str name)
{
    for (struct str rest = names, one; rest.p && rest.n;) {
        one = str_trim(str_cut(rest, ',', &rest));
        if (str_eq(one, name))
            return names;
    }
    return names.n ? STR_JOIN(a, names, STR(", "), name) : str_dup(a, name);
}

/* How many of the records lie within the level, and within the other one. */
static enum err count(struct rights *r, const struct reg *reg, struct str ids, const struct sight_level *level,
                      const struct sight_level *other, int64_t *ret_n, struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_BYTES);
    *ret_n = 0;
    if (level->is_none || (other && other->is_none))
        return OK;
    buf_str(&b, ids);
    if (level->where.n)
        buf_printf(&b, " AND (%.*s)", STR_ARG(level->where));
    if (other && other->where.n)
        buf_printf(&b, " AND (%.*s)", STR_ARG(other->where));
    if (b.is_full) { /* too much to ask: it counts as needed */
        *ret_n = !other;
        return OK;
    }
    return query_count(r->m.store, reg, &(struct query_options){.filter = buf_view(&b)}, ret_n, f);
}

static struct str id_list(struct rights *r, const struct str *ids, size_t n)
{
    struct buf b = BUF_INIT(LIMIT_CQL2_BYTES);
    buf_puts(&b, "_id IN (");
    for (size_t i = 0; i < n; i++) {
        buf_puts(&b, i ? ", " : "");
        cql2_quote(&b, ids[i], '\'');
    }
    buf_putc(&b, ')');
    return buf_move(&b, r->request);
}

/* Whether the holding shows what the subject's own roles do not. */
static enum err is_needed(struct rights *r, size_t at, const struct reg *reg, enum privacy class, struct str ids,
                          const struct sight_level *own, bool *ret_is, struct fault *f)
{
    struct sight_level lent;
    int64_t all = 0, both = 0;
    enum err e = right_level(r, at, at + 1, VERB_READ, reg, class, &lent, f);
    if (e != OK)
        return e;
    *ret_is = !lent.is_none;
    if (ids.n == 0 || lent.is_none)
        return OK;
    e = count(r, reg, ids, &lent, NULL, &all, f);
    if (e == OK)
        e = count(r, reg, ids, &lent, own, &both, f);
    *ret_is = all > both;
    return e;
}

enum err rights_behalf(struct rights *r, const struct reg *reg, enum privacy class, const struct str *ids, size_t n,
                       struct str *ret_names, struct fault *f)
{
    struct sight_level own;
    *ret_names = (struct str){NULL, 0};
    if (r->n_own == r->n_holdings)
        return OK;
    enum err e = right_level(r, 0, r->n_own, VERB_READ, reg, class, &own, f);
    if (e != OK || own.is_all)
        return e;
    struct str list = n ? id_list(r, ids, n) : (struct str){NULL, 0};
    const struct viewer *view = r->m.store->viewer;
    store_view(r->m.store, NULL);
    for (size_t i = r->n_own; e == OK && i < r->n_holdings; i++) {
        bool is = false;
        e = is_needed(r, i, reg, class, list, &own, &is, f);
        if (e == OK && is)
            *ret_names = behalf_add(r->request, *ret_names, r->holdings[i].delegation->from_name);
    }
    store_view(r->m.store, view);
    return e;
}
