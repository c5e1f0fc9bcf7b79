#include "register/retention.h"

#include "register/change_internal.h"

#include "base/banned.h"

struct retaining {
    struct arena *a;
    struct store *s;
    const struct retention_options *o;
    const struct reg *reg;
    struct change *c;
    VEC(struct str) ids;
};

static bool is_key(const struct reg *reg, size_t field)
{
    for (size_t i = 0; i < reg->n_key; i++)
        if ((size_t)reg->key[i] == field)
            return true;
    return false;
}

/* A personal part of the key cannot go: it does not make a record due. */
static void has_personal_sql(const struct reg *reg, struct buf *b)
{
    const char *between = "(";
    for (size_t i = 0; i < reg->n_fields; i++) {
        if (!field_is_personal(&reg->fields[i]) || is_key(reg, i))
            continue;
        buf_printf(b, "%st.%s IS NOT NULL", between, reg->fields[i].column);
        if (reg->fields[i].column_end)
            buf_printf(b, " OR t.%s IS NOT NULL", reg->fields[i].column_end);
        between = " OR ";
    }
    buf_puts(b, between[0] == '(' ? "(0)" : ")");
}

static enum err find_due(struct retaining *x, const char *cutoff, struct fault *f)
{
    const struct reg *reg = x->reg;
    const char *after = reg->fields[reg->retention->after].column;
    struct buf has CLEANUP(buf_done) = BUF_INIT(1 << 16);
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row;
    has_personal_sql(reg, &has);
    const char *sql = arena_printf(
        x->a,
        "SELECT t._id FROM %s t GROUP BY t._id HAVING max(CASE WHEN t._removed = 0 THEN t.%s END) <= ?1 AND "
        "(max(%.*s)%s) ORDER BY min(t._n)",
        reg->table, after, STR_ARG(buf_view(&has)),
        reg->retention->is_removal ? " OR max(t._until IS NULL AND t._removed = 0)" : "");
    enum err e = stmt_new(x->s->db, str_of(sql), &st, f);
    if (e == OK)
        stmt_bind_text(st, 1, str_of(cutoff));
    while (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row)
        VEC_PUSH(x->a, &x->ids, str_dup(x->a, stmt_column_text(st, 0)));
    return e;
}

static enum err count_undated(struct retaining *x, int64_t *ret_n, struct fault *f)
{
    struct buf has CLEANUP(buf_done) = BUF_INIT(1 << 16);
    has_personal_sql(x->reg, &has);
    const char *sql = arena_printf(
        x->a, "SELECT count(*) FROM %s t WHERE t._until IS NULL AND t._removed = 0 AND t.%s IS NULL AND %.*s",
        x->reg->table, x->reg->fields[x->reg->retention->after].column, STR_ARG(buf_view(&has)));
    return db_value_int(x->s->db, str_of(sql), DB_NO_VALUES, ret_n, f);
}

static enum err apply_one(struct retaining *x, struct str id, struct retention_done *done, struct fault *f)
{
    const struct retention *r = x->reg->retention;
    struct record now = {0};
    struct erased gone = {0};
    struct str basis = text2_in(&r->basis, LANG_VI);
    struct erasure what = {.id = id, .reason = str_of("hết hạn lưu · retention"), .basis = basis};
    enum err e = OK;
    if (r->is_removal && (e = change_current(x->c, x->reg, id, &now, f)) == OK && now.values) {
        e = change_remove(x->c, x->reg, id, f);
        done->removed++;
    }
    if (e == OK && x->reg->n_personal)
        e = change_erase(x->c, x->reg, &what, &gone, f);
    done->records += gone.versions > 0;
    done->versions += gone.versions;
    return e;
}

static enum err apply(struct retaining *x, struct retention_done *done, struct faults *list)
{
    struct fault f = {0};
    enum err e = OK;
    for (size_t i = 0; e == OK && i < x->ids.n; i++)
        e = apply_one(x, x->ids.p[i], done, &f);
    if (e != OK)
        faults_add(list, &f);
    if (e == OK && x->o->is_dry_run)
        e = change_judge(x->c, list, NULL);
    if (e == OK && !x->o->is_dry_run)
        e = change_commit(TAKE(x->c), &done->rev, list, NULL);
    change_abort(x->c);
    x->c = NULL;
    return e;
}

static enum err retain(struct arena *a, struct store *s, const struct reg *reg, const struct retention_options *o,
                       struct retention_done *done, struct faults *list)
{
    struct retaining x = {.a = a, .s = s, .o = o, .reg = reg};
    struct fault f = {0};
    struct date today;
    struct buf day CLEANUP(buf_done) = BUF_INIT(32);
    struct str reason = str_of(arena_printf(a, "retention: %.*s", STR_ARG(reg->name)));
    enum err e = change_begin(s, &(struct change_info){.actor = o->actor, .reason = reason}, &x.c, &f);
    if (e == OK)
        e = change_register(x.c, reg, &x.reg, &f);
    if (e == OK && !x.reg->retention)
        e = FAULT(&f, ERR_REGISTER_CHANGED, {"register", reg->name});
    if (e == OK)
        e = date_parse(change_today(x.c), &today, &f);
    if (e == OK) {
        date_print(date_add_days(date_add_months(today, -x.reg->retention->months), -x.reg->retention->days), &day);
        memcpy(done->cutoff, day.p, 10);
        e = find_due(&x, done->cutoff, &f);
    }
    if (e == OK)
        e = count_undated(&x, &done->undated, &f);
    done->reg = x.reg ? x.reg : reg;
    if (e == OK)
        return apply(&x, done, list);
    faults_add(list, &f);
    change_abort(x.c);
    return e;
}

enum err retention_run(struct arena *a, struct store *s, const struct retention_options *o,
                       struct retention_done **ret_done, size_t *ret_n, struct faults *list)
{
    VEC(struct str) names = {0};
    enum err first = OK;
    for (size_t i = 0; s->province && i < s->province->n_registers; i++)
        if (s->province->registers[i]->retention)
            VEC_PUSH(a, &names, str_dup(a, s->province->registers[i]->name));
    *ret_done = ARENA_ARRAY(a, struct retention_done, names.n + 1);
    *ret_n = 0;
    if (names.n == 0) {
        struct fault f = {0};
        FAULT(&f, ERR_RETENTION_NONE);
        faults_add(list, &f);
        return ERR_RETENTION_NONE;
    }
    for (size_t i = 0; i < names.n; i++) {
        const struct reg *reg = province_register(s->province, names.p[i]); /* a change may read declarations anew */
        struct retention_done *done = &(*ret_done)[*ret_n];
        if (!reg || !reg->retention || (o->may && !o->may(o->context, reg)))
            continue;
        *done = (struct retention_done){0};
        enum err e = retain(a, s, reg, o, done, list);
        if (e == OK)
            ++*ret_n;
        first = first == OK ? e : first;
    }
    return first;
}

struct str retention_facts(struct arena *a, const struct retention_done *done, size_t n)
{
    int64_t erased = 0, removed = 0, rev = 0;
    for (size_t i = 0; i < n; i++) {
        erased += done[i].records;
        removed += done[i].removed;
        rev = done[i].rev > rev ? done[i].rev : rev;
    }
    return str_of(arena_printf(a, "erased=%lld removed=%lld revision=%lld", (long long)erased, (long long)removed,
                               (long long)rev));
}
