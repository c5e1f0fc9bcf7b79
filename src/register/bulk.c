/* Many records in one change, judged as a whole. */
#include "register/bulk.h"

#include "base/limits.h"
#include "register/query.h"

#include "base/banned.h"

enum { PASSES_MAX = 20 };

struct setting {
    struct arena *a;
    struct store *s;
    const struct reg *reg;
    const struct str *ids;
    size_t n_ids;
    int field;
    struct str text;
    const struct bulk_options *o;
    struct bulk_result *result;
    struct faults *list;
    enum put_outcome *how; /* by place in ids */
};

static enum err limit(struct arena *a, int64_t n, struct fault *f)
{
    if (n <= LIMIT_BULK_RECORDS)
        return OK;
    return FAULT(f, ERR_LIMIT, {"what", str_of(arena_printf(a, "%lld", (long long)n))},
                 {"limit", str_of(arena_printf(a, "%d", LIMIT_BULK_RECORDS))});
}

static enum err begin(struct store *s, const struct reg *reg, const struct bulk_options *o, struct change **ret_change,
                      const struct reg **ret_reg, struct fault *f)
{
    struct change *c;
    if (reg->is_builtin)
        return FAULT(f, ERR_ENTRY_BUILTIN, {"register", reg->name});
    enum err e = change_begin(
        s, &(struct change_info){.actor = o->actor, .reason = o->reason, .shown = LIMIT_BULK_RECORDS}, &c, f);
    if (e == OK && (e = change_register(c, reg, ret_reg, f)) != OK)
        change_abort(TAKE(c));
    if (e == OK)
        *ret_change = c;
    return e;
}

/* ---- one field of many ---- */

static void note_failed(struct setting *x, size_t i)
{
    if (i >= x->n_ids || x->result->is_failed[i])
        return;
    x->result->is_failed[i] = true;
    x->result->failed++;
}

static void note_faults(struct setting *x, const struct faults *list)
{
    for (size_t i = 0; i < list->n; i++) {
        faults_add(x->list, &list->p[i]);
        if (list->p[i].line > 0)
            note_failed(x, (size_t)list->p[i].line - 1);
    }
}

static enum err set_one(struct setting *x, struct change *c, size_t i, struct arena *row, struct fault *f)
{
    struct faults list CLEANUP(faults_done) = {.max = 20};
    const struct reg *reg = x->reg;
    struct record old = {0}, r;
    enum err e = change_current(c, reg, x->ids[i], &old, f);
    if (e != OK)
        return e;
    if (!old.values) /* somebody took it out meanwhile */
        return FAULT(f, ERR_RECORD_UNKNOWN, {"id", x->ids[i]}, {"register", reg->name});
    bool *is_given = ARENA_ARRAY(row, bool, reg->n_fields);
    struct str *cells = ARENA_ARRAY(row, struct str, reg->n_fields);
    is_given[x->field] = true;
    cells[x->field] = x->text;
    struct value *kept = record_fill(row, reg, &old, is_given, cells);
    bool was_sample = old.is_sample;
    if (record_parse(row, reg, cells, (uint32_t)i + 1, change_today(c), &r, &list) != OK) {
        note_faults(x, &list);
        return OK;
    }
    record_keep(reg, kept, is_given, &r);
    r.is_sample = was_sample;
    e = change_put(c, reg, &r, &x->how[i], f);
    if (e == ERR_RIGHT_RECORD || e == ERR_RIGHT_FIELD) { /* not for who asks: one that fails, as others do */
        f->line = (int)i + 1;
        faults_add(&list, f);
        note_faults(x, &list);
        *f = (struct fault){0};
        return OK;
    }
    return e;
}

static void count(struct setting *x)
{
    x->result->changed = x->result->same = 0;
    for (size_t i = 0; i < x->n_ids; i++)
        if (!x->result->is_failed[i])
            *(x->how[i] == PUT_SAME ? &x->result->same : &x->result->changed) += 1;
}

/* ret_is_clean: nothing more failed than was known before. */
static enum err pass(struct setting *x, struct change *c, bool *ret_is_clean, struct fault *f)
{
    struct arena *row CLEANUP(arena_freep) = arena_new();
    struct faults list CLEANUP(faults_done) = {.max = LIMIT_BULK_RECORDS};
    int64_t before = x->result->failed;
    enum err e = OK;
    for (size_t i = 0; e == OK && i < x->n_ids; i++) {
        arena_reset(row);
        if (!x->result->is_failed[i])
            e = set_one(x, c, i, row, f);
    }
    if (e != OK)
        return e;
    e = change_judge(c, &list, NULL);
    for (size_t i = 0; i < list.n; i++)
        if (err_http(list.p[i].code) >= 500) { /* not the records' fault */
            *f = list.p[i];
            return f->code;
        }
    note_faults(x, &list);
    count(x);
    *ret_is_clean = x->result->failed == before;
    return e == OK || list.n ? OK : FAULT(f, e);
}

static enum err set_all(struct setting *x, struct fault *f)
{
    struct bulk_result *r = x->result;
    bool is_done = false;
    enum err e = OK;
    for (int n = 0; e == OK && !is_done && n < PASSES_MAX; n++) {
        struct change *c;
        bool is_clean = false;
        if ((e = begin(x->s, x->reg, x->o, &c, &x->reg, f)) != OK)
            return e;
        e = pass(x, c, &is_clean, f);
        bool may_write = is_clean && !x->o->is_dry_run && (r->failed == 0 || x->o->leaves_out);
        is_done = is_clean || !x->o->leaves_out;
        if (e == OK && may_write)
            e = change_commit(c, &r->rev, x->list, NULL);
        else
            change_abort(c);
    }
    return e;
}

enum err bulk_set(struct arena *a, struct store *s, const struct reg *reg, const struct str *ids, size_t n_ids,
                  int field, struct str text, const struct bulk_options *o, struct bulk_result *ret_result,
                  struct faults *list)
{
    struct fault f = {0};
    *ret_result = (struct bulk_result){.is_failed = ARENA_ARRAY(a, bool, n_ids + 1)};
    struct setting x = {
        a, s, reg, ids, n_ids, field, text, o, ret_result, list, ARENA_ARRAY(a, enum put_outcome, n_ids + 1)};
    enum err e = limit(a, (int64_t)n_ids, &f);
    if (e == OK)
        e = set_all(&x, &f);
    if (e != OK && f.code != OK)
        faults_add(list, &f);
    return e;
}

/* ---- a revision undone ---- */

struct undoing {
    struct arena *a;
    struct store *s;
    const struct reg *reg;
    struct change *c;
    int64_t rev;
    struct bulk_result *result;
};

/* Ids that the revision wrote, of those that nobody changed since. */
static enum err read_ids(struct undoing *x, struct str **ret_ids, size_t *ret_n, struct fault *f)
{
    VEC(struct str) ids = {0};
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row;
    const char *sql =
        arena_printf(x->a, "SELECT _id, _until IS NULL FROM %s WHERE _rev = ?1 ORDER BY _ord DESC", x->reg->table);
    enum err e = stmt_new(x->s->db, str_of(sql), &st, f);
    if (e != OK)
        return e;
    stmt_bind_int(st, 1, x->rev);
    while ((e = stmt_step(st, &has_row, f)) == OK && has_row) {
        if (stmt_column_int(st, 1))
            VEC_PUSH(x->a, &ids, str_dup(x->a, stmt_column_text(st, 0)));
        else
            x->result->kept++;
    }
    *ret_ids = ids.p;
    *ret_n = ids.n;
    if (e == OK && ids.n == 0)
        e = FAULT(f, ERR_UNDO_NOTHING, {"revision", str_of(arena_printf(x->a, "%lld", (long long)x->rev))},
                  {"register", x->reg->name});
    return e == OK ? limit(x->a, (int64_t)ids.n, f) : e;
}

/* The version before; false when there was none, or only a removal. */
static enum err read_before(struct undoing *x, struct arena *row, struct str id, struct record *ret, bool *ret_is_there,
                            struct fault *f)
{
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = true;
    *ret_is_there = false;
    enum err e = query_open(x->s, x->reg, &(struct query_options){.id = id, .has_history = true}, &q, f);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row && query_rev(q) < x->rev) {
        *ret_is_there = !query_is_removed(q);
        if (*ret_is_there) {
            *ret = record_copy(row, x->reg, &r);
            ret->is_sample = r.is_sample;
        }
    }
    return e;
}

static enum err undo_one(struct undoing *x, struct arena *row, struct str id, struct fault *f)
{
    struct record before;
    bool is_there;
    enum put_outcome outcome;
    enum err e = read_before(x, row, id, &before, &is_there, f);
    if (e != OK)
        return e;
    if (!is_there) {
        struct record now = {0};
        e = change_current(x->c, x->reg, id, &now, f);
        if (e != OK || !now.values)
            return e;
        x->result->removed++;
        return change_remove(x->c, x->reg, id, f);
    }
    x->result->changed++;
    return change_put(x->c, x->reg, &before, &outcome, f);
}

static enum err undo_all(struct undoing *x, struct fault *f)
{
    struct arena *row CLEANUP(arena_freep) = arena_new();
    struct str *ids;
    size_t n;
    enum err e = read_ids(x, &ids, &n, f);
    for (size_t i = 0; e == OK && i < n; i++) {
        arena_reset(row);
        e = undo_one(x, row, ids[i], f);
    }
    return e;
}

enum err bulk_undo(struct arena *a, struct store *s, const struct reg *reg, int64_t rev, const struct bulk_options *o,
                   struct bulk_result *ret_result, struct faults *list)
{
    struct fault f = {0};
    *ret_result = (struct bulk_result){0};
    struct undoing x = {.a = a, .s = s, .rev = rev, .result = ret_result};
    const struct viewer *viewer = s->viewer;
    enum err e = begin(s, reg, o, &x.c, &x.reg, &f);
    if (e == OK) {
        store_view(s, NULL); /* what is put back is whole */
        e = undo_all(&x, &f);
        store_view(s, viewer);
    }
    if (e == OK)
        e = change_judge(x.c, list, NULL);
    if (e == OK && !o->is_dry_run)
        return change_commit(x.c, &ret_result->rev, list, NULL);
    change_abort(x.c);
    if (e != OK && f.code != OK)
        faults_add(list, &f);
    return e;
}
