/* Grants become conditions: a grant's scope and its own `where`, joined by OR over the grants of a subject. */
#include "access/right_internal.h"

#include "cql2/cql2.h"
#include "access/unit_tree.h"
#include "base/clock.h"
#include "base/limits.h"
#include "register/query.h"
#include "text/date.h"

#include "base/banned.h"

static bool give_sight(const struct viewer *v, const struct reg *reg, struct sight *ret)
{
    return access_sight((struct rights *)(uintptr_t)v->context, reg, ret);
}

struct rights *rights_new(void)
{
    struct rights *r = mem_zalloc(sizeof *r);
    r->request = arena_new();
    r->units = arena_new();
    r->who = &subject_anyone;
    r->viewer = (struct viewer){.sight = give_sight, .context = r};
    return r;
}

static void forget(struct rights *r)
{
    for (size_t i = 0; i < KNOWN_SUBJECTS; i++) {
        arena_free(r->known[i].arena);
        r->known[i] = (struct known){0};
    }
    r->tree = NULL;
    arena_reset(r->units);
}

void rights_free(struct rights *r)
{
    if (!r)
        return;
    forget(r);
    arena_free(r->request);
    arena_free(r->units);
    free(r);
}

const struct viewer *rights_viewer(const struct rights *r)
{
    return &r->viewer;
}

/* ---- who asks ---- */

static bool is_account(const struct rights *r)
{
    return r->who->kind == SUBJECT_ACCOUNT;
}

static void add_holding(struct rights *r, const struct holding *h)
{
    struct holding *added = &r->holdings[r->n_holdings++];
    *added = *h;
    added->role = r->m.roles ? role_find(r->m.roles, h->role_id) : NULL;
}

/* A role that asks for a second factor is held in sessions in which it was shown. */
static bool is_held(const struct rights *r, struct str id)
{
    const struct role *role = r->m.roles ? role_find(r->m.roles, id) : NULL;
    return !role || !role->needs_second_factor || r->who->has_second_factor;
}

static bool is_of_today(const struct rights *r, const struct delegation *d)
{
    struct str day = str_of(r->day);
    return (d->from.n == 0 || str_cmp(d->from, day) <= 0) && (d->until.n == 0 || str_cmp(day, d->until) <= 0);
}

static void add_holdings(struct rights *r)
{
    const struct subject *who = r->who;
    r->holdings = ARENA_ARRAY(r->request, struct holding, who->n_roles + who->n_delegations + 1);
    for (size_t i = 0; i < who->n_roles; i++)
        if (is_held(r, who->roles[i]))
            add_holding(r, &(struct holding){.role_id = who->roles[i], .unit = who->unit, .agency = who->agency});
    r->n_own = r->n_holdings;
    for (size_t i = 0; i < who->n_delegations; i++) {
        const struct delegation *d = &who->delegations[i];
        if (is_of_today(r, d) && is_held(r, d->role))
            add_holding(r, &(struct holding){.role_id = d->role,
                                             .unit = d->from_unit,
                                             .agency = d->from_agency,
                                             .limit = d->unit,
                                             .delegation = d});
    }
}

static void add_text(struct buf *b, struct str s)
{
    buf_printf(b, "%zu:%.*s,", s.n, STR_ARG(s));
}

static struct str mark_of(struct rights *r)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 16);
    for (size_t i = 0; i < r->n_holdings; i++) {
        add_text(&b, r->holdings[i].role_id);
        add_text(&b, r->holdings[i].unit);
        add_text(&b, r->holdings[i].agency);
        add_text(&b, r->holdings[i].limit);
    }
    return str_dup(r->request, buf_view(&b));
}

static void find_known(struct rights *r)
{
    struct str mark = mark_of(r);
    struct known *oldest = &r->known[0];
    r->now = NULL;
    for (size_t i = 0; i < KNOWN_SUBJECTS && !r->now; i++) {
        struct known *k = &r->known[i];
        if (k->arena && str_eq(k->mark, mark))
            r->now = k;
        else if (k->used < oldest->used)
            oldest = k;
    }
    if (!r->now) {
        arena_free(oldest->arena);
        *oldest = (struct known){.arena = arena_new()};
        oldest->mark = str_dup(oldest->arena, mark);
        r->now = oldest;
    }
    r->now->used = ++r->n_uses;
}

static void read_day(struct rights *r)
{
    int offset = r->m.store->province ? r->m.store->province->utc_offset_minutes : 0;
    struct buf b CLEANUP(buf_done) = BUF_INIT(16);
    date_print(date_of_instant(clock_now_ms(), offset), &b);
    memcpy(r->day, b.p, 10);
    r->day[10] = 0;
}

/* What is kept holds for these declarations, these units, this day. */
static enum err keep_or_forget(struct rights *r, struct fault *f)
{
    const struct province *p = r->m.roles ? r->m.roles->province : NULL;
    int64_t units = 0, successors = 0, at = r->m.store->at;
    r->m.store->at = r->m.store->head; /* rights are of now */
    enum err e = p && p->units ? query_newest(r->m.store, p->units, &units, f) : OK;
    if (e == OK && p && p->successors)
        e = query_newest(r->m.store, p->successors, &successors, f);
    r->m.store->at = at;
    if (e != OK)
        return e;
    if (units != r->units_rev || successors != r->successors_rev || r->m.declared != r->kept_declared ||
        r->m.declared_then != r->kept_then || strcmp(r->day, r->kept_day_text) != 0)
        forget(r);
    r->units_rev = units;
    r->successors_rev = successors;
    r->kept_declared = r->m.declared;
    r->kept_then = r->m.declared_then;
    memcpy(r->kept_day_text, r->day, sizeof r->day);
    return OK;
}

enum err rights_begin(struct rights *r, const struct rights_moment *m, const struct subject *who, struct fault *f)
{
    arena_reset(r->request);
    r->m = *m;
    r->who = who;
    r->n_asked = r->n_holdings = r->n_own = 0;
    r->now = NULL;
    r->is_export = false;
    r->fit.reg = NULL;
    if (!is_account(r))
        return OK;
    read_day(r);
    enum err e = keep_or_forget(r, f);
    if (e != OK) {
        r->who = &subject_anyone;
        return e;
    }
    add_holdings(r);
    find_known(r);
    return OK;
}

/* ---- a grant as a condition ---- */

/* 'a','b': the unit and all below it; empty when it is not known. */
static enum err below(struct rights *r, struct str unit, struct str *ret, struct fault *f)
{
    struct str *kept = map_get(&r->now->below, unit);
    if (kept) {
        *ret = *kept;
        return OK;
    }
    size_t n;
    enum err e = r->tree ? OK : unit_tree_read(r->units, r->m.store, r->m.roles->province, str_of(r->day), &r->tree, f);
    if (e != OK)
        return e;
    const struct str *codes = unit_tree_below(r->tree, r->now->arena, unit, &n);
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_BYTES);
    for (size_t i = 0; i < n; i++) {
        buf_puts(&b, i ? ", " : "");
        cql2_quote(&b, codes[i], '\'');
    }
    kept = ARENA_NEW(r->now->arena, struct str);
    *kept = b.is_full ? (struct str){NULL, 0} : str_dup(r->now->arena, buf_view(&b));
    map_put(r->now->arena, &r->now->below, str_dup(r->now->arena, unit), kept);
    *ret = *kept;
    return OK;
}

enum why right_when(const struct rights *r, const struct grant *g)
{
    struct str day = str_of(r->day);
    if (grant_is_in_force(g, day))
        return WHY_ALLOWED;
    return g->from.n && str_cmp(day, g->from) < 0 ? WHY_EARLY : WHY_LATE;
}

/* The units of his own, or of the one who lends the role, or what of them is lent. Empty: none. */
static enum err units_of(struct rights *r, const struct holding *h, bool is_within, struct str *ret, struct fault *f)
{
    *ret = (struct str){NULL, 0};
    if (is_within && h->unit.n == 0)
        return OK;
    enum err e = below(r, is_within ? h->unit : h->limit, ret, f);
    if (e != OK || !is_within || h->limit.n == 0)
        return e;
    struct buf b CLEANUP(buf_done) = BUF_INIT(1024);
    cql2_quote(&b, h->limit, '\'');
    bool is_below = ret->n && memmem(ret->p, ret->n, b.p, b.n);
    *ret = (struct str){NULL, 0};
    return is_below ? below(r, h->limit, ret, f) : OK;
}

/* The field that says it lies in the list: as declared now, also where the past is read. */
static void add_in(struct rights *r, const struct reg *reg, enum scope by, struct str list, struct buf *b,
                   enum why *ret_why)
{
    const struct province *p = r->m.roles->province;
    const struct reg *now = province_register(p, reg->name);
    int n = reg_scope_field(p, now ? now : reg, by);
    const struct field *field = n == NO_FIELD ? NULL : reg_field(reg, (now ? now : reg)->fields[n].name);
    if (!field || list.n == 0) {
        *ret_why = field ? WHY_NO_UNIT : WHY_NO_FIELD;
        return;
    }
    buf_puts(b, b->n ? " AND " : "");
    cql2_quote(b, field->name, '"');
    buf_printf(b, " IN (%.*s)", STR_ARG(list));
}

/* Whether the grant speaks of the register at all, and which scope it has there: empty for all records. */
static enum err scope_of(struct rights *r, const struct holding *h, const struct grant *g, const struct reg *reg,
                         enum why *ret_why, struct str *ret_scope, struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_BYTES + 1024), agency CLEANUP(buf_done) = BUF_INIT(1024);
    struct str list = {NULL, 0};
    *ret_scope = list;
    *ret_why = reg->is_builtin || !grant_names(g, reg->name) ? WHY_REGISTER : right_when(r, g);
    if (*ret_why == WHY_ALLOWED && g->fields < reg_class(reg))
        *ret_why = WHY_CLASS;
    if (*ret_why != WHY_ALLOWED || (g->within == SCOPE_ALL && h->limit.n == 0))
        return OK;
    if (g->within == SCOPE_AGENCY) {
        if (h->agency.n)
            cql2_quote(&agency, h->agency, '\'');
        add_in(r, reg, SCOPE_AGENCY, buf_view(&agency), &b, ret_why);
    }
    if (*ret_why == WHY_ALLOWED && (g->within == SCOPE_UNIT || h->limit.n)) {
        enum err e = units_of(r, h, g->within == SCOPE_UNIT, &list, f);
        if (e != OK)
            return e;
        add_in(r, reg, SCOPE_UNIT, list, &b, ret_why);
    }
    if (*ret_why == WHY_ALLOWED)
        *ret_scope = str_dup(r->request, buf_view(&b));
    return OK;
}

/* ---- sights ---- */

typedef VEC(struct str) conditions;

static void add_condition(struct arena *a, conditions *all, struct str condition)
{
    for (size_t i = 0; i < all->n; i++)
        if (str_eq(all->p[i], condition))
            return;
    VEC_PUSH(a, all, condition);
}

static void join(const conditions *all, struct buf *b)
{
    for (size_t i = 0; i < all->n; i++)
        buf_printf(b, "%s(%.*s)", i ? " OR " : "", STR_ARG(all->p[i]));
}

static struct str both(struct arena *a, struct str scope, struct str where)
{
    if (scope.n == 0 || where.n == 0)
        return scope.n ? scope : where;
    return str_of(arena_printf(a, "%.*s AND (%.*s)", STR_ARG(scope), STR_ARG(where)));
}

/* A declaration of the past may not know the fields that the condition names: then nothing is shown. The classes of a register mostly have the same one. */
static bool fits(struct rights *r, const struct reg *reg, struct str where)
{
    if (r->fit.reg != reg || !str_eq(r->fit.where, where)) {
        r->fit.reg = reg;
        r->fit.where = where;
        r->fit.is = filter_check(r->request, r->m.store->province, reg, where, NULL, 0, NULL) == OK;
    }
    return r->fit.is;
}

enum err right_level(struct rights *r, size_t first, size_t end, enum verb verb, const struct reg *reg,
                     enum privacy class, struct sight_level *ret, struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_BYTES * 4);
    conditions all = {0};
    enum err e = OK;
    *ret = (struct sight_level){.is_none = true};
    for (size_t i = first; e == OK && i < end; i++) {
        const struct holding *h = &r->holdings[i];
        for (size_t k = 0; e == OK && h->role && k < h->role->n && !ret->is_all; k++) {
            const struct grant *g = &h->role->grants[k];
            enum why why;
            struct str scope;
            if (!(g->verbs & 1U << verb) || g->fields < class)
                continue;
            e = scope_of(r, h, g, reg, &why, &scope, f);
            if (e != OK || why != WHY_ALLOWED)
                continue;
            struct str condition = both(r->request, scope, g->where);
            *ret = (struct sight_level){.is_all = condition.n == 0};
            if (condition.n)
                add_condition(r->request, &all, condition);
        }
    }
    join(&all, &b);
    if (e == OK && !ret->is_all && !ret->is_none)
        ret->where = str_dup(r->request, buf_view(&b));
    if (e == OK && ret->where.n && (b.is_full || !fits(r, reg, ret->where)))
        *ret = (struct sight_level){.is_none = true};
    return e;
}

static enum err level_of(struct rights *r, enum verb verb, const struct reg *reg, enum privacy class,
                         struct sight_level *ret, struct fault *f)
{
    return right_level(r, 0, r->n_holdings, verb, reg, class, ret, f);
}

static void public_sight(const struct reg *reg, enum privacy most, struct sight *ret)
{
    bool is_shown = !reg->is_builtin && reg_class(reg) <= most;
    for (size_t c = 0; c < PRIVACY_COUNT; c++)
        ret->level[c] =
            (struct sight_level){.is_all = is_shown && c <= (size_t)most, .is_none = !is_shown || c > (size_t)most};
}

static struct sight_level both_levels(const struct rights *r, const struct sight_level *a, const struct sight_level *b)
{
    if (sight_covers(a, b))
        return *b;
    if (sight_covers(b, a))
        return *a;
    return (struct sight_level){
        .where = str_of(arena_printf(r->request, "(%.*s) AND (%.*s)", STR_ARG(a->where), STR_ARG(b->where)))};
}

static enum err account_sight(struct rights *r, const struct reg *reg, struct sight *ret, struct fault *f)
{
    struct map *sights = r->is_export ? &r->now->exports : &r->now->sights;
    struct sight *kept = map_get(sights, reg->name);
    if (kept) {
        *ret = *kept;
        return OK;
    }
    enum err e = OK;
    for (size_t c = 0; e == OK && c < PRIVACY_COUNT; c++)
        e = level_of(r, VERB_READ, reg, (enum privacy)c, &ret->level[c], f);
    for (size_t c = 0; e == OK && r->is_export && c < PRIVACY_COUNT; c++) {
        struct sight_level taken;
        e = level_of(r, VERB_EXPORT, reg, (enum privacy)c, &taken, f);
        if (e == OK)
            ret->level[c] = both_levels(r, &ret->level[c], &taken);
    }
    if (e != OK)
        return e;
    if (!reg->is_builtin && reg_class(reg) == PRIVACY_PUBLIC)
        ret->level[PRIVACY_PUBLIC] = (struct sight_level){.is_all = true};
    sight_gate(ret, reg);
    if (r->is_export) /* the records of a sensitive register may be taken, what is sensitive of them not */
        ret->level[PRIVACY_SENSITIVE] = (struct sight_level){.is_none = true};
    kept = ARENA_NEW(r->now->arena, struct sight);
    for (size_t c = 0; c < PRIVACY_COUNT; c++)
        ret->level[c].where = str_dup(r->now->arena, ret->level[c].where);
    *kept = *ret;
    map_put(r->now->arena, sights, str_dup(r->now->arena, reg->name), kept);
    return OK;
}

static bool has_sensitive(const struct reg *reg)
{
    for (size_t i = 0; i < reg->n_fields; i++)
        if (reg->fields[i].privacy == PRIVACY_SENSITIVE)
            return true;
    return false;
}

/* Sensitive fields: only of records that were opened, of those that may be. */
static enum err narrow_to_opened(struct rights *r, const struct reg *reg, struct sight *sight, struct fault *f)
{
    struct sight_level *level = &sight->level[PRIVACY_SENSITIVE];
    const struct str *ids = NULL;
    size_t n = 0;
    if (level->is_none || !has_sensitive(reg))
        return OK;
    enum err e = r->m.opened ? r->m.opened(r->m.context, r->request, r->who, reg->name, &ids, &n, f) : OK;
    if (e != OK)
        return e;
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_BYTES * 4);
    if (level->where.n)
        buf_printf(&b, "(%.*s) AND ", STR_ARG(level->where));
    buf_puts(&b, "_id IN (");
    for (size_t i = 0; i < n; i++) {
        buf_puts(&b, i ? ", " : "");
        cql2_quote(&b, ids[i], '\'');
    }
    buf_putc(&b, ')');
    bool is_none = n == 0 || b.is_full;
    *level = (struct sight_level){.is_none = is_none,
                                  .where = is_none ? (struct str){NULL, 0} : str_dup(r->request, buf_view(&b))};
    return OK;
}

static bool work_out(struct rights *r, const struct reg *reg, struct sight *ret)
{
    struct fault ignored = {0};
    bool is_redirects = reg->is_builtin && str_is(reg->name, "redirects"); /* ids that lead on to others */
    if (is_redirects)
        for (size_t c = 0; c < PRIVACY_COUNT; c++)
            ret->level[c] = (struct sight_level){.is_all = true};
    else if (!is_account(r))
        public_sight(reg, r->who->kind == SUBJECT_OPERATOR ? PRIVACY_INTERNAL : PRIVACY_PUBLIC, ret);
    else if (account_sight(r, reg, ret, &ignored) != OK || narrow_to_opened(r, reg, ret, &ignored) != OK)
        return false; /* what cannot be worked out shows nothing */
    return !ret->level[PRIVACY_PUBLIC].is_none;
}

bool access_sight(struct rights *r, const struct reg *reg, struct sight *ret_sight)
{
    for (size_t i = 0; i < r->n_asked && i < ASKED_REGISTERS; i++)
        if (r->asked[i].reg == reg) {
            *ret_sight = r->asked[i].sight;
            return r->asked[i].is_seen;
        }
    bool is_seen = work_out(r, reg, ret_sight);
    size_t at = r->n_asked++ % ASKED_REGISTERS;
    r->asked[at].reg = reg;
    r->asked[at].is_seen = is_seen;
    r->asked[at].sight = *ret_sight;
    return is_seen;
}

void rights_export(struct rights *r)
{
    r->is_export = true;
    r->n_asked = 0;
}

/* ---- decisions ---- */

static enum err judge(struct rights *r, const struct holding *h, const struct grant *g, enum verb verb,
                      const struct reg *reg, const struct record *record, enum why *ret_why, struct fault *f)
{
    struct str scope;
    bool is_met = true;
    enum err e = scope_of(r, h, g, reg, ret_why, &scope, f);
    if (e == OK && *ret_why != WHY_REGISTER && !(g->verbs & 1U << verb))
        *ret_why = WHY_VERB;
    if (e != OK || *ret_why != WHY_ALLOWED || !record)
        return e;
    if (scope.n && (e = query_matches(r->m.store, reg, record, scope, &is_met, f)) == OK && !is_met)
        *ret_why = WHY_OUTSIDE;
    if (e == OK && is_met && g->where.n && (e = query_matches(r->m.store, reg, record, g->where, &is_met, f)) == OK &&
        !is_met)
        *ret_why = WHY_WHERE;
    return e;
}

static void note_allowed(struct decision *d, const struct decision_step *step)
{
    enum privacy fields = step->grant->fields;
    bool is_more = !d->is_allowed || fields > d->fields;
    if (!step->delegation) {
        d->own_fields = !d->is_own || fields > d->own_fields ? fields : d->own_fields;
        d->is_own = true;
    }
    if (is_more) {
        d->fields = fields;
        d->delegation = step->delegation;
    }
    d->is_allowed = true;
}

static enum err judge_all(struct rights *r, enum verb verb, const struct reg *reg, const struct record *record,
                          struct decision *d, struct fault *f)
{
    VEC(struct decision_step) steps = {0};
    enum err e = OK;
    for (size_t i = 0; e == OK && i < r->n_holdings; i++) {
        const struct holding *h = &r->holdings[i];
        struct decision_step step = {h->role, h->role_id, NULL, h->delegation, WHY_REGISTER};
        if (!h->role)
            VEC_PUSH(r->request, &steps, step);
        for (size_t k = 0; e == OK && h->role && k < h->role->n; k++) {
            step.grant = &h->role->grants[k];
            e = judge(r, h, step.grant, verb, reg, record, &step.why, f);
            VEC_PUSH(r->request, &steps, step);
            if (e != OK || step.why != WHY_ALLOWED)
                continue;
            note_allowed(d, &step);
        }
    }
    d->steps = steps.p;
    d->n_steps = steps.n;
    return e;
}

enum err access_may(struct rights *r, enum verb verb, const struct reg *reg, const struct record *record,
                    struct decision *ret_decision, struct fault *f)
{
    struct decision d = {0};
    bool is_public = verb == VERB_READ && !reg->is_builtin && reg_class(reg) == PRIVACY_PUBLIC;
    enum err e = OK;
    if (r->who->kind == SUBJECT_OPERATOR) {
        d.is_operator = true;
        d.is_allowed = !reg->is_builtin && (verb != VERB_READ || reg_class(reg) <= PRIVACY_INTERNAL);
        d.fields = verb == VERB_READ ? PRIVACY_INTERNAL : PRIVACY_SENSITIVE;
    } else if (is_account(r)) {
        e = judge_all(r, verb, reg, record, &d, f);
    }
    if (is_public && !d.is_allowed) {
        d.is_public = d.is_allowed = true;
        d.fields = PRIVACY_PUBLIC;
    }
    if (e == OK)
        *ret_decision = d;
    return e;
}

enum err access_may_throughout(struct rights *r, enum verb verb, const struct reg *reg, bool *ret_may, struct fault *f)
{
    struct sight_level level = {.is_all = r->who->kind == SUBJECT_OPERATOR && !reg->is_builtin};
    enum err e = is_account(r) ? level_of(r, verb, reg, reg_class(reg), &level, f) : OK;
    *ret_may = e == OK && level.is_all;
    return e;
}
