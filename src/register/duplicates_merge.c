/* Two records become one, in one change; and where the old id leads afterwards. */
#include "register/duplicates.h"

#include "base/limits.h"
#include "register/internal.h"

#include "base/banned.h"

enum { REDIRECT_STEPS = 1000 };

struct merging {
    struct arena *a;
    struct store *s;
    struct change *c;
    const struct reg *reg, *redirects;
    struct str keep, drop;
    struct faults *list;
};

static const struct reg *redirects_of(const struct store *s)
{
    return s->province ? province_register(s->province, STR("redirects")) : NULL;
}

static const char redirects_table[] = "r_redirects"; /* a database last loaded by an older program has none yet */

static enum err is_alive(struct arena *a, const struct store *s, const struct reg *reg, struct str id, bool *ret,
                         struct fault *f)
{
    int64_t n;
    enum err e = db_value_int(s->db,
                              str_of(arena_printf(a, "SELECT count(*) FROM %s t WHERE t._id = ?1 AND %s", reg->table,
                                                  store_visible_sql(a, s, reg, "t"))),
                              DB_VALUES(db_text(id)), &n, f);
    if (e == OK)
        *ret = n > 0;
    return e;
}

static enum err next_id(struct arena *a, const struct store *s, const struct reg *reg, struct str id, struct str *ret,
                        struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row;
    struct str key = str_of(arena_printf(a, "%.*s@%.*s", STR_ARG(reg->name), STR_ARG(id)));
    enum err e = stmt_new(s->db,
                          str_of(arena_printf(a, "SELECT t.\"new_id\" FROM \"r_redirects\" t WHERE t._id = ?1 AND %s",
                                              store_visible_sql(a, s, redirects_of(s), "t"))),
                          &st, f);
    if (e == OK)
        stmt_bind_text(st, 1, key);
    if (e == OK)
        e = stmt_step(st, &has_row, f);
    if (e == OK) {
        struct str to = has_row ? stmt_column_text(st, 0) : (struct str){NULL, 0};
        *ret = has_row ? str_dup(a, to) : to;
    }
    return e;
}

enum err record_redirect(struct store *s, const struct reg *reg, struct str id, struct str *ret_id, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str at = id, next;
    bool is_there = false, is_end;
    enum err e = db_has_table(s->db, redirects_table, &is_there, f);
    for (int i = 0; e == OK && is_there && i < REDIRECT_STEPS; i++) {
        if ((e = is_alive(a, s, reg, at, &is_end, f)) != OK || is_end)
            break;
        if ((e = next_id(a, s, reg, at, &next, f)) != OK || !next.p)
            break;
        at = next;
    }
    if (e == OK)
        *ret_id = str_eq(at, id) ? id : str_dup(s->arena, at);
    return e;
}

/* ---- merging ---- */

/* The current record, or why there is none: it may have been merged already. */
static enum err take(struct merging *m, struct str id, struct record *ret, struct fault *f)
{
    struct record now;
    enum err e = change_current(m->c, m->reg, id, &now, f);
    if (e != OK)
        return e;
    if (now.values) {
        *ret = record_copy(m->a, m->reg, &now);
        return OK;
    }
    struct str leads;
    if ((e = record_redirect(m->s, m->reg, id, &leads, f)) != OK)
        return e;
    if (!str_eq(leads, id))
        return FAULT(f, ERR_MERGE_GONE, {"id", id}, {"now", leads});
    return FAULT(f, ERR_RECORD_UNKNOWN, {"register", m->reg->name}, {"id", id});
}

static bool is_reference(const struct merging *m, const struct field *fd)
{
    return fd->type == FT_REFERENCE && fd->target == m->reg;
}

/* References are to the entity, which for a register with one key field is the id. */
static bool move_values(const struct merging *m, const struct reg *reg, struct value *values)
{
    bool has_moved = false;
    for (size_t i = 0; i < reg->n_fields; i++)
        if (is_reference(m, &reg->fields[i]) && values[i].kind == VALUE_TEXT && str_eq(values[i].text, m->drop)) {
            values[i].text = m->keep;
            has_moved = true;
        }
    return has_moved;
}

static enum err find_referrers(struct merging *m, const struct reg *reg, void *list, struct fault *f)
{
    VEC(struct str) *ids = list;
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 16);
    for (size_t i = 0; i < reg->n_fields; i++)
        if (is_reference(m, &reg->fields[i]))
            buf_printf(&b, "%s t.%s = ?1", b.n ? " OR" : "", reg->fields[i].column);
    if (b.n == 0)
        return OK;
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row;
    enum err e =
        stmt_new(m->s->db,
                 str_of(arena_printf(m->a,
                                     "SELECT t._id FROM %s t WHERE t._until IS NULL AND t._removed = 0 AND (%s) "
                                     "ORDER BY t._n",
                                     reg->table, buf_cstr(&b))),
                 &st, f);
    if (e == OK)
        stmt_bind_text(st, 1, m->drop);
    while (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row) {
        struct str id = stmt_column_text(st, 0);
        VEC_PUSH(m->a, ids, str_dup(m->a, id));
    }
    return e;
}

static enum err move_references(struct merging *m, const struct reg *reg, struct fault *f)
{
    VEC(struct str) ids = {0};
    enum err e = find_referrers(m, reg, &ids, f);
    for (size_t i = 0; e == OK && i < ids.n; i++) {
        if (reg == m->reg && (str_eq(ids.p[i], m->drop) || str_eq(ids.p[i], m->keep)))
            continue;
        struct record now, moved;
        if ((e = change_current(m->c, reg, ids.p[i], &now, f)) != OK)
            break;
        moved = record_copy(m->a, reg, &now);
        for (size_t k = 0; k < reg->n_key; k++)
            if (is_reference(m, &reg->fields[reg->key[k]]) && moved.values[reg->key[k]].kind == VALUE_TEXT &&
                str_eq(moved.values[reg->key[k]].text, m->drop))
                return FAULT(f, ERR_MERGE_KEY, {"id", moved.id}, {"register", reg->name}, {"drop", m->drop});
        enum put_outcome outcome;
        move_values(m, reg, moved.values);
        e = change_put(m->c, reg, &moved, &outcome, f);
    }
    return e;
}

static enum err write_redirect(struct merging *m, struct fault *f)
{
    struct str old_of_keep = str_of(arena_printf(m->a, "%.*s@%.*s", STR_ARG(m->reg->name), STR_ARG(m->keep)));
    struct record stale;
    /* The kept record may have come back under an id that was once merged away: its way would lead in a ring. */
    enum err e = change_current(m->c, m->redirects, old_of_keep, &stale, f);
    if (e == OK && stale.values)
        e = change_remove(m->c, m->redirects, old_of_keep, f);
    struct value values[3] = {{.kind = VALUE_TEXT, .text = m->reg->name},
                              {.kind = VALUE_TEXT, .text = m->drop},
                              {.kind = VALUE_TEXT, .text = m->keep}};
    struct record r = {.id = str_of(arena_printf(m->a, "%.*s@%.*s", STR_ARG(m->reg->name), STR_ARG(m->drop))),
                       .values = values};
    enum put_outcome outcome;
    must(m->redirects->n_fields == ARRAY_LEN(values));
    return e == OK ? change_put(m->c, m->redirects, &r, &outcome, f) : e;
}

static enum err merge_records(struct merging *m, struct fault *f)
{
    struct record keep, drop;
    enum put_outcome outcome;
    enum err e = take(m, m->keep, &keep, f);
    if (e == OK)
        e = take(m, m->drop, &drop, f);
    if (e != OK)
        return e;
    if (keep.is_sample && !drop.is_sample) /* a real record would become an invented one */
        return FAULT(f, ERR_MERGE_SAMPLE, {"keep", m->keep}, {"drop", m->drop});
    bool may_take = keep.is_sample == drop.is_sample; /* nothing invented goes into a real record */
    for (size_t i = 0; may_take && i < m->reg->n_fields; i++)
        if (keep.values[i].kind == VALUE_NULL)
            keep.values[i] = drop.values[i];
    size_t before = m->list->total;
    record_check(m->reg, &keep, m->list);
    if (m->list->total > before)
        return m->list->p[m->list->n - 1].code;
    move_values(m, m->reg, keep.values);
    e = change_put(m->c, m->reg, &keep, &outcome, f);
    if (e == OK)
        e = change_remove(m->c, m->reg, m->drop, f);
    for (size_t i = 0; e == OK && i < m->s->province->n_registers; i++)
        e = move_references(m, m->s->province->registers[i], f);
    return e == OK ? write_redirect(m, f) : e;
}

static enum err check_merge(const struct reg *reg, struct str keep, struct str drop, struct fault *f)
{
    if (reg->is_builtin || reg->valid_from != NO_FIELD)
        return FAULT(f, ERR_MERGE_DATED, {"register", reg->name});
    return str_eq(keep, drop) ? FAULT(f, ERR_MERGE_SELF, {"id", keep}) : OK;
}

enum err duplicates_merge(struct store *s, const struct reg *reg, struct str keep_id, struct str drop_id,
                          struct str actor, struct str reason, int64_t *ret_rev, struct faults *list)
{
    struct fault f = {0};
    bool is_there = false;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct merging m = {.a = a, .s = s, .keep = keep_id, .drop = drop_id, .list = list};
    struct str name = str_dup(a, reg->name);
    enum err e = check_merge(reg, keep_id, drop_id, &f);
    if (e == OK)
        e = change_begin(s, &(struct change_info){.actor = actor, .reason = reason}, &m.c, &f);
    if (e == OK) { /* the change may have read newer declarations */
        e = province_register_find(s->province, name, &m.reg, &f);
        m.redirects = redirects_of(s);
    }
    if (e == OK && (e = db_has_table(s->db, redirects_table, &is_there, &f)) == OK && !is_there)
        e = store_migrate(s, s->province, NULL, 0, list);
    if (e == OK)
        e = merge_records(&m, &f);
    if (e == OK)
        return change_commit(m.c, ret_rev, list, NULL);
    change_abort(m.c);
    if (f.code != OK)
        faults_add(list, &f);
    return e;
}
