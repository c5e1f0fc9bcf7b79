/* What the one who asks may see and write: the rights of x->subject, brought to the store that answers him.
 *
 * They are worked out when the first register is looked at, so that a kept answer and a page of words cost nothing. */
#include "access/read_log.h"
#include "register/change.h"
#include "register/query.h"
#include "web/workflow_site.h"

#include "base/banned.h"

/* ---- the worker's */

static enum err roles_read(struct worker *w, struct fault *f)
{
    struct faults list CLEANUP(faults_done) = {.max = 1};
    struct roles *roles = NULL;
    int64_t declared = 0;
    if (!w->store->is_write)
        return OK; /* worker_revision has them */
    enum err e = store_declared(w->store, w->store->head, &declared, f);
    if (e != OK || (w->roles && w->roles_rev == declared))
        return e;
    arena_free(w->roles_arena);
    w->roles_arena = arena_new();
    /* Roles that do not fit their registers allow nothing. */
    w->roles = roles_load(w->roles_arena, w->store->province, &roles, &list) == OK ? roles : NULL;
    struct workflows *workflows = NULL;
    w->workflows = workflows_load(w->roles_arena, w->store->province, &workflows, &list) == OK ? workflows : NULL;
    w->roles_rev = w->roles_then = declared;
    return OK;
}

static void judge(struct worker *w, const struct exchange *x)
{
    w->asking = x;
    w->is_judged = true;
    const struct subject *who = x ? x->subject : &subject_anyone;
    if (roles_read(w, NULL) != OK)
        who = &subject_anyone;
    struct rights_moment m = {.store = w->store,
                              .roles = w->roles,
                              .declared = w->roles_rev,
                              .declared_then = w->roles_then,
                              .opened = w->opened,
                              .context = w};
    rights_begin(w->rights, &m, who, NULL); /* a fault leaves the rights of anyone */
}

static void begin(struct worker *w, const struct exchange *x)
{
    if (!w->is_judged || w->asking != x)
        judge(w, x);
}

static bool give_sight(const struct viewer *v, const struct reg *reg, struct sight *ret)
{
    struct worker *w = (struct worker *)(uintptr_t)v->context;
    begin(w, w->asking);
    return access_sight(w->rights, reg, ret);
}

static enum err give_opened(void *context, struct arena *a, const struct subject *who, struct str reg,
                            const struct str **ret_ids, size_t *ret_n, struct fault *f)
{
    const struct worker *w = context;
    return opening_list(w->access, a, who, reg, ret_ids, ret_n, f);
}

/* ---- writing */

static enum err denied(const struct exchange *x, enum err code, enum verb verb, const struct reg *reg, struct fault *f)
{
    struct text2 title = verb_title(verb);
    return FAULT(f, code, {"verb", text2_in(&title, x ? x->lang : LANG_VI)}, {"register", reg->name});
}

static enum err judge_fields(const struct reg *reg, const struct record *old, const struct record *next,
                             enum privacy most, struct fault *f)
{
    static const struct value none = {.kind = VALUE_NULL};
    for (size_t i = 0; next && i < reg->n_fields; i++) {
        const struct field *fd = &reg->fields[i];
        if (fd->privacy > most && !value_equal(old ? &old->values[i] : &none, &next->values[i]))
            return FAULT(f, ERR_RIGHT_FIELD, {"field", fd->name}, {"register", reg->name});
    }
    return OK;
}

/* A record that is there and not seen is refused as if it were not there. */
static enum err refuse_side(struct worker *w, enum verb verb, const struct reg *reg, const struct record *old,
                            struct fault *f)
{
    struct decision d;
    bool is_seen = true;
    enum err e = old ? query_shows(w->store, reg, old, &is_seen, f) : OK;
    if (!is_seen)
        verb = VERB_CREATE;
    if (e == OK)
        e = access_may(w->rights, verb, reg, NULL, &d, f);
    return e == OK ? denied(w->asking, d.is_allowed ? ERR_RIGHT_RECORD : ERR_RIGHT_DENIED, verb, reg, f) : e;
}

/* Whose right is used, when it is not his own. */
static void note_behalf(struct worker *w, const struct decision *d, const struct reg *reg, const struct record *old,
                        const struct record *next)
{
    struct fault ignored = {0};
    if (d->delegation && (!d->is_own || judge_fields(reg, old, next, d->own_fields, &ignored) != OK))
        w->behalf = behalf_add(w->asking->arena, w->behalf, d->delegation->from_name);
}

/* The record as it is and as it shall be must both lie within what the account may write. */
static enum err may_write(const struct write_guard *g, const struct reg *reg, const struct record *old,
                          const struct record *next, struct fault *f)
{
    struct worker *w = (struct worker *)(uintptr_t)g->context;
    begin(w, w->asking);
    const struct record *sides[] = {old, next};
    enum verb verb = !old ? VERB_CREATE : next ? VERB_UPDATE : VERB_DELETE;
    enum privacy most = PRIVACY_SENSITIVE;
    struct decision d;
    for (size_t i = 0; i < ARRAY_LEN(sides); i++) {
        if (!sides[i])
            continue;
        enum err e = access_may(w->rights, verb, reg, sides[i], &d, f);
        if (e == OK && !d.is_allowed)
            e = refuse_side(w, verb, reg, old, f);
        if (e != OK)
            return e;
        most = d.fields < most ? d.fields : most;
        note_behalf(w, &d, reg, old, next);
    }
    return judge_fields(reg, old, next, most, f);
}

/* Who does not see the record that holds the id learns no more than that he may not create this one. */
static enum err refuse_unseen(const struct write_guard *g, const struct reg *reg, struct fault *f)
{
    const struct worker *w = g->context;
    return denied(w->asking, ERR_RIGHT_RECORD, VERB_CREATE, reg, f);
}

static struct str behalf(const struct write_guard *g)
{
    return ((const struct worker *)g->context)->behalf;
}

static enum err allow(const struct write_guard *g, const struct reg *reg, const struct record *old,
                      const struct record *next, struct fault *f)
{
    (void)g, (void)reg, (void)old, (void)next, (void)f;
    return OK;
}

void site_write_decided(const struct exchange *x, const struct decision *d, enum privacy fields)
{
    struct worker *w = x->worker;
    if (d->delegation && (!d->is_own || d->own_fields < fields))
        w->behalf = behalf_add(x->arena, w->behalf, d->delegation->from_name);
    w->decided = (struct write_guard){.may = allow, .behalf = behalf, .context = w};
    store_guard(w->store, &w->decided);
}

/* ---- steps of workflows */

enum err site_workflow(const struct exchange *x, struct str reg, const struct workflow **ret, struct fault *f)
{
    struct worker *w = x->worker;
    begin(w, x); /* a writer reads them with the roles */
    *ret = w->workflows ? workflow_on(w->workflows, reg) : NULL;
    return *ret ? OK : FAULT(f, ERR_WORKFLOW_NONE, {"register", reg});
}

void site_acts(const struct exchange *x, bool is_acting)
{
    struct worker *w = x->worker;
    w->decided = (struct write_guard){.may = allow, .refuse = refuse_unseen, .behalf = behalf, .context = w};
    store_guard(w->store, is_acting ? &w->decided : &w->guard);
    store_view(w->store, is_acting ? NULL : &w->viewer);
}

void worker_rights_new(struct worker *w)
{
    w->rights = rights_new();
    w->viewer = (struct viewer){.sight = give_sight, .seen = worker_seen, .counted = worker_counted, .context = w};
    w->opened = give_opened;
    w->guard = (struct write_guard){.may = may_write, .refuse = refuse_unseen, .behalf = behalf, .context = w};
    store_view(w->store, &w->viewer);
    if (w->store->is_write)
        store_guard(w->store, &w->guard);
}

void worker_rights_free(struct worker *w)
{
    rights_free(w->rights);
    arena_free(w->roles_arena);
}

void worker_view(void *worker, struct exchange *x)
{
    struct worker *w = worker;
    w->asking = x;
    w->viewer.writes_unseen = x->is_operator;
    w->is_judged = false;
    w->seen = NULL;
    w->figures = NULL; /* until worker_revision says which */
    w->behalf = (struct str){NULL, 0};
}

struct rights *site_rights(const struct exchange *x)
{
    struct worker *w = x->worker;
    begin(w, x);
    return w->rights;
}

/* ---- what pages ask */

bool site_sight(const struct exchange *x, const struct reg *reg, struct sight *ret)
{
    return !reg->is_builtin && access_sight(site_rights(x), reg, ret);
}

bool site_shows_register(const struct exchange *x, const struct reg *reg)
{
    struct sight sight;
    return site_sight(x, reg, &sight);
}

bool site_shows_field(const struct exchange *x, const struct field *fd)
{
    struct sight sight;
    return access_sight(site_rights(x), fd->reg, &sight) && !sight.level[fd->privacy].is_none;
}

unsigned site_shows_classes(const struct exchange *x, const struct reg *reg)
{
    struct sight sight;
    unsigned classes = 0;
    if (!access_sight(site_rights(x), reg, &sight))
        return 0;
    for (size_t c = 0; c < PRIVACY_COUNT; c++)
        classes |= sight.level[c].is_none ? 0 : 1U << c;
    return classes;
}

bool site_shows_personal(const struct exchange *x, const struct reg *reg)
{
    for (size_t i = 0; i < reg->n_fields; i++)
        if (field_is_personal(&reg->fields[i]) && site_shows_field(x, &reg->fields[i]))
            return true;
    return false;
}

bool site_searches(const struct exchange *x, const struct reg *reg)
{
    bool may = reg->n_search > 0;
    for (size_t i = 0; i < reg->n_search; i++)
        may &= site_shows_field(x, &reg->fields[reg->search[i]]);
    return may;
}

/* Of every record, not of some only. */
static bool shows_all(const struct exchange *x, const struct field *fd)
{
    struct sight sight;
    return site_sight(x, fd->reg, &sight) && sight.level[PRIVACY_PUBLIC].is_all && sight.level[fd->privacy].is_all;
}

bool site_shows_throughout(const struct exchange *x, const struct field *fd)
{
    struct sight sight;
    return site_shows_field(x, fd) && access_sight(site_rights(x), fd->reg, &sight) &&
           sight_covers(&sight.level[fd->privacy], &sight.level[PRIVACY_PUBLIC]);
}

bool site_shows_whole(const struct exchange *x, const struct reg *reg)
{
    bool is_shown = site_shows_register(x, reg);
    for (size_t i = 0; i < reg->n_fields; i++)
        is_shown &= shows_all(x, &reg->fields[i]);
    return is_shown;
}

bool site_shows_every(const struct exchange *x, const struct reg *reg)
{
    struct sight sight;
    return site_sight(x, reg, &sight) && sight.level[PRIVACY_PUBLIC].is_all;
}

static bool shows_by(const struct exchange *x, const struct measure *m, struct str by)
{
    const struct field *fd = measure_by_field(m, by);
    return !fd || shows_all(x, fd);
}

enum err site_allows_by(const struct exchange *x, const struct figure *figure, struct str by, struct fault *f)
{
    if (by.n == 0)
        return OK;
    for (size_t i = 0; i < figure->n_by; i++)
        if (str_eq(figure->by[i], by))
            return OK;
    if (!shows_by(x, &figure->main, by) || !shows_by(x, &figure->of, by))
        return FAULT(f, ERR_FIGURE_BY_PRIVATE, {"by", by});
    enum err e = OK;
    for (size_t i = 0; e == OK && i < figure_n_parts(figure); i++)
        if (figure_part(figure, i))
            e = site_allows_by(x, figure_part(figure, i), by, f);
    return e;
}

/* ---- single records */

enum err site_mask(const struct exchange *x, const struct reg *reg, struct record *r, bool *ret_is_there,
                   struct fault *f)
{
    struct worker *w = x->worker;
    struct sight sight;
    bool is_met[PRIVACY_COUNT];
    enum err e = OK;
    *ret_is_there = false;
    if (!site_sight(x, reg, &sight))
        return OK;
    for (size_t c = 0; e == OK && c < PRIVACY_COUNT; c++) {
        const struct sight_level *level = &sight.level[c];
        is_met[c] = level->is_all;
        if (!level->is_all && !level->is_none)
            e = query_matches(w->store, reg, r, level->where, &is_met[c], f);
    }
    if (e != OK)
        return e;
    *ret_is_there = is_met[PRIVACY_PUBLIC];
    for (size_t i = 0; i < reg->n_fields; i++)
        if (!is_met[PRIVACY_PUBLIC] || !is_met[reg->fields[i].privacy])
            r->values[i] = (struct value){.kind = VALUE_MASKED};
    return OK;
}

enum err site_may_do(const struct exchange *x, enum verb verb, const struct reg *reg, struct fault *f)
{
    struct decision d;
    enum err e = access_may(site_rights(x), verb, reg, NULL, &d, f);
    return e == OK && !d.is_allowed ? denied(x, ERR_RIGHT_DENIED, verb, reg, f) : e;
}

enum err site_begin_export(const struct exchange *x, const struct reg *reg, struct fault *f)
{
    struct sight sight;
    rights_export(site_rights(x));
    return site_sight(x, reg, &sight) ? OK : denied(x, ERR_RIGHT_DENIED, VERB_EXPORT, reg, f);
}

struct str site_actor(const struct exchange *x)
{
    if (x->subject->kind != SUBJECT_ACCOUNT)
        return STR("operator");
    return x->subject->name;
}

bool site_may_write(const struct exchange *x, enum verb verb, const struct reg *reg)
{
    struct fault ignored = {0};
    bool is_writer = x->is_operator || x->subject->kind == SUBJECT_ACCOUNT;
    bool is_stepped =
        reg->is_by_workflow && verb != VERB_EXPORT && verb != VERB_ADMINISTER; /* steps are its only way */
    return is_writer && x->at.n == 0 && !reg->is_builtin && !is_stepped && site_shows_register(x, reg) &&
           site_may_do(x, verb, reg, &ignored) == OK;
}

bool site_writes_field(const struct exchange *x, enum verb verb, const struct field *fd)
{
    struct fault ignored = {0};
    struct decision d;
    return access_may(site_rights(x), verb, fd->reg, NULL, &d, &ignored) == OK && d.is_allowed &&
           fd->privacy <= d.fields;
}
