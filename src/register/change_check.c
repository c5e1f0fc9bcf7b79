/* What can only be judged when all records of a change are in: references, unit levels, rules, uniqueness, validity.
 * Each is one statement over the versions that the change wrote, never one a record. */
#include "register/change_internal.h"
#include "register/query.h"
#include "register/query_sight.h"
#include "text/date.h"

#include "base/banned.h"

enum { SHOWN = 100 }; /* offending records that a check names, unless the change says otherwise */

struct checker {
    struct change *c;
    struct put_state *p;
    struct faults *list, *warnings;
};

static int shown(const struct checker *k)
{
    int64_t n = k->c->info.shown;
    return n <= 0 ? SHOWN : n > INT32_MAX ? INT32_MAX : (int)n;
}

static void report(struct checker *k, struct faults *list, struct fault *f, int64_t ord)
{
    if (ord >= 0 && ord < k->c->count && k->c->lines[ord])
        f->line = (int)k->c->lines[ord];
    fault_place(f, k->c->info.file, 0, 0);
    faults_add(list, f);
}

/* ---- references ---- */

void change_note_uses(struct change *c, struct put_state *p, const struct record *r)
{
    char storage[11];
    struct str as_of = {NULL, 0};
    for (size_t i = 0; i < p->reg->n_fields; i++) {
        const struct field *fd = &p->reg->fields[i];
        if (!fd->target || r->values[i].kind != VALUE_TEXT)
            continue;
        if (!as_of.p)
            as_of = record_as_of(p->reg, r->values, change_today(c), storage);
        struct ref_use *use = map_get(&p->uses[i], r->values[i].text);
        if (!use) {
            use = ARENA_NEW(c->a, struct ref_use);
            use->value = str_dup(c->a, r->values[i].text);
            memcpy(use->min, as_of.p, 10);
            memcpy(use->max, as_of.p, 10);
            map_put(c->a, &p->uses[i], use->value, use);
        } else if (memcmp(as_of.p, use->min, 10) < 0) {
            memcpy(use->min, as_of.p, 10);
        } else if (memcmp(as_of.p, use->max, 10) > 0) {
            memcpy(use->max, as_of.p, 10);
        }
    }
}

const char *reg_entity_column(const struct reg *target)
{
    bool is_dated = target->valid_from != NO_FIELD && target->entity != NO_FIELD;
    return is_dated ? target->fields[target->entity].column : "_id";
}

/* SQL that a version `x` of the target serves field fd: current, of an allowed level. */
static const char *serves_sql(const struct checker *k, struct arena *a, const struct field *fd)
{
    const struct province *p = k->c->next ? k->c->next : k->c->s->province;
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    buf_printf(&b, "x.%s = ?1 AND x._until IS NULL AND x._removed = 0", reg_entity_column(fd->target));
    if (fd->type == FT_UNIT && fd->levels && p && p->unit_level != NO_FIELD) {
        buf_printf(&b, " AND x.%s IN (-1", fd->target->fields[p->unit_level].column);
        for (int level = 0; level < 31; level++)
            if (fd->levels >> level & 1)
                buf_printf(&b, ", %d", level);
        buf_puts(&b, ")");
    }
    return arena_dup(a, b.p, b.n);
}

struct str_pair {
    struct str a, b;
};

static struct str text_of(struct arena *a, struct stmt *st, int column)
{
    struct str s = stmt_column_text(st, column);
    return str_dup(a, s);
}

/* Codes that took over from, or went into, a unit: "24646, 24678" or "—". */
static struct str related_units(struct checker *k, struct str code, bool is_after, struct fault *f)
{
    const struct province *p = k->c->next ? k->c->next : k->c->s->province;
    if (!p || !p->successors)
        return STR("—");
    const char *from = p->successors->fields[is_after ? p->successor_from : p->successor_to].column;
    const char *to = p->successors->fields[is_after ? p->successor_to : p->successor_from].column;
    struct str found;
    const char *sql =
        arena_printf(k->c->a,
                     "SELECT group_concat(v, ', ') FROM (SELECT DISTINCT t.%s AS v FROM %s t WHERE t.%s = ?1 "
                     "AND t._until IS NULL AND t._removed = 0 ORDER BY 1)",
                     to, p->successors->table, from);
    if (db_value_text(k->c->s->db, k->c->a, str_of(sql), DB_VALUES(db_text(code)), &found, f) != OK || found.n == 0)
        return STR("—");
    return found;
}

/* Why a code that some version of the unit register bears does not serve on the date. */
static bool explain_unit(struct checker *k, const struct field *fd, struct str code, struct str date, struct fault *out)
{
    const struct province *p = k->c->next ? k->c->next : k->c->s->province;
    const struct reg *units = fd->target;
    struct arena *a = k->c->a;
    if (fd->type != FT_UNIT || !p || p->unit_code == NO_FIELD || units->valid_to == NO_FIELD)
        return false;
    const char *sql =
        arena_printf(a,
                     "SELECT x.%s, x.%s, x.%s, x.%s FROM %s x WHERE x.%s = ?1 AND x._until IS NULL AND x._removed = 0 "
                     "ORDER BY x.%s IS NULL OR x.%s > ?2 DESC, x.%s",
                     units->fields[p->unit_name].column, units->fields[units->valid_from].column,
                     units->fields[units->valid_to].column, units->fields[p->unit_level].column, units->table,
                     units->fields[p->unit_code].column, units->fields[units->valid_to].column,
                     units->fields[units->valid_to].column, units->fields[units->valid_from].column);
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row = false;
    if (stmt_new(k->c->s->db, str_of(sql), &st, NULL) != OK)
        return false;
    stmt_bind_text(st, 1, code);
    stmt_bind_text(st, 2, date);
    if (stmt_step(st, &has_row, NULL) != OK || !has_row)
        return false;
    struct str name = text_of(a, st, 0), from = text_of(a, st, 1), to = text_of(a, st, 2), level = text_of(a, st, 3);
    struct fault ignored = {0};
    struct buf levels CLEANUP(buf_done) = BUF_INIT(256);
    for (int i = 0; i < 31; i++)
        if (fd->levels >> i & 1)
            buf_printf(&levels, levels.n ? ", %d" : "%d", i);
    if (to.n && str_cmp(to, date) <= 0)
        FAULT(out, ERR_UNIT_ENDED, {"value", code}, {"name", name}, {"date", date}, {"ended", to},
              {"successor", related_units(k, code, true, &ignored)});
    else if (from.n && str_cmp(from, date) > 0)
        FAULT(out, ERR_UNIT_NOT_YET, {"value", code}, {"name", name}, {"date", date}, {"begins", from},
              {"predecessor", related_units(k, code, false, &ignored)});
    else
        FAULT(out, ERR_UNIT_LEVEL, {"value", code}, {"name", name}, {"level", level}, {"expected", buf_view(&levels)});
    return true;
}

/* Under declarations that are not in force yet, and in the past, no text is kept. */
static bool is_kept(const struct checker *k)
{
    return k->p->writing->is_kept && !k->c->next && k->c->s->at == k->c->s->head;
}

/* One version that serves on both the first and the last date serves on all between. */
static struct str covers_sql(const struct checker *k, size_t field)
{
    struct str *kept = &k->p->writing->covers[field];
    struct arena *a = is_kept(k) ? k->c->s->arena : k->c->a;
    const struct field *fd = &k->p->reg->fields[field];
    if (is_kept(k) && kept->n)
        return *kept;
    const char *first = store_valid_sql(a, fd->target, "x", "?2"), *last = store_valid_sql(a, fd->target, "x", "?3");
    struct str sql = str_of(
        arena_printf(a, "WITH fixed AS (SELECT ?1, ?2, ?3) SELECT EXISTS(SELECT 1 FROM %s x WHERE %s AND %s AND %s)",
                     fd->target->table, serves_sql(k, a, fd), first, last));
    if (is_kept(k))
        *kept = sql;
    return sql;
}

static enum err covers(struct checker *k, size_t field, const struct ref_use *use, bool *ret, struct fault *f)
{
    int64_t n;
    enum err e = db_value_int(
        k->c->s->db, covers_sql(k, field),
        DB_VALUES(db_text(use->value), db_text(str_slice(use->min, 10)), db_text(str_slice(use->max, 10))), &n, f);
    if (e == OK)
        *ret = n != 0;
    return e;
}

/* The records of the change that use a value on a date when nothing serves it. */
static enum err name_offenders(struct checker *k, const struct field *fd, const struct ref_use *use, struct fault *f)
{
    struct arena *a = k->c->a;
    const struct reg *reg = k->p->reg;
    const struct province *p = k->c->next ? k->c->next : k->c->s->province;
    const char *as_of = record_as_of_sql(a, reg, "t", p ? p->utc_offset_minutes : 0);
    const char *sql =
        arena_printf(a,
                     "SELECT t._ord, %s FROM %s t WHERE t._n >= ?2 AND t._rev = ?3 AND t.%s = ?1 AND NOT EXISTS"
                     "(SELECT 1 FROM %s x WHERE %s AND %s) ORDER BY t._ord LIMIT %d",
                     as_of, reg->table, fd->column, fd->target->table, serves_sql(k, a, fd),
                     store_valid_sql(a, fd->target, "x", as_of), shown(k));
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    enum err e = stmt_new(k->c->s->db, str_of(sql), &st, f);
    if (e != OK)
        return e;
    stmt_bind_text(st, 1, use->value);
    stmt_bind_int(st, 2, k->p->first_n);
    stmt_bind_int(st, 3, k->c->rev);
    bool has_row;
    while ((e = stmt_step(st, &has_row, f)) == OK && has_row) {
        struct fault one = {0};
        struct str date = text_of(a, st, 1);
        if (!explain_unit(k, fd, use->value, date, &one))
            FAULT(&one, ERR_REFERENCE_UNKNOWN, {"value", use->value}, {"register", fd->target->name}, {"date", date});
        fault_field(&one, fd->name);
        report(k, k->list, &one, stmt_column_int(st, 0));
    }
    return e;
}

/* ---- what whoever writes does not see ---- */

/* Whether a version of that code is there for him, or was written by this very change. */
static enum err is_seen(struct checker *k, const struct field *fd, struct str code, bool *ret, struct fault *f)
{
    struct arena *a = k->c->a;
    struct filter_sql sight;
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    enum err e = query_sight_sql(a, k->c->s, fd->target, 0, &sight, f);
    if (e == OK)
        e = stmt_new(k->c->s->db,
                     str_of(arena_printf(a,
                                         "SELECT 1 FROM %s t WHERE t.%s = ?1 AND t._until IS NULL AND t._removed = 0 "
                                         "AND (t._rev = ?2 OR (%.*s)) LIMIT 1",
                                         fd->target->table, reg_entity_column(fd->target), STR_ARG(sight.where))),
                     &st, f);
    if (e != OK)
        return e;
    stmt_bind_text(st, 1, code);
    stmt_bind_int(st, 2, k->c->rev);
    filter_bind(st, &sight.params, 3);
    return stmt_step(st, ret, f);
}

static bool sees_all(const struct checker *k, const struct reg *target)
{
    struct sight sight;
    return !query_sight(k->c->s, target, &sight) || sight.level[PRIVACY_PUBLIC].is_all;
}

/* A reference that is new and leads to what he does not see is told as one that leads nowhere: the answer says nothing of the record.
 * One that was there before stays. */
static enum err name_unseen(struct checker *k, const struct field *fd, const struct ref_use *use, struct fault *f)
{
    struct arena *a = k->c->a;
    const struct reg *reg = k->p->reg;
    const struct province *p = k->c->next ? k->c->next : k->c->s->province;
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool is_known = true, has_row;
    enum err e = sees_all(k, fd->target) ? OK : is_seen(k, fd, use->value, &is_known, f);
    if (e != OK || is_known)
        return e;
    e = stmt_new(k->c->s->db,
                 str_of(arena_printf(a,
                                     "SELECT t._ord, %s FROM %s t WHERE t._n >= ?2 AND t._rev = ?3 AND t.%s = ?1 AND "
                                     "NOT EXISTS(SELECT 1 FROM %s y WHERE y._id = t._id AND y._until = ?3 AND "
                                     "y.%s = ?1) ORDER BY t._ord LIMIT %d",
                                     record_as_of_sql(a, reg, "t", p ? p->utc_offset_minutes : 0), reg->table,
                                     fd->column, reg->table, fd->column, shown(k))),
                 &st, f);
    if (e != OK)
        return e;
    stmt_bind_text(st, 1, use->value);
    stmt_bind_int(st, 2, k->p->first_n);
    stmt_bind_int(st, 3, k->c->rev);
    while ((e = stmt_step(st, &has_row, f)) == OK && has_row) {
        struct fault one = {0};
        FAULT(&one, ERR_REFERENCE_UNKNOWN, {"value", use->value}, {"register", fd->target->name},
              {"date", text_of(a, st, 1)});
        fault_field(&one, fd->name);
        report(k, k->list, &one, stmt_column_int(st, 0));
    }
    return e;
}

static enum err check_references(struct checker *k, struct fault *f)
{
    enum err e = OK;
    for (size_t i = 0; i < k->p->reg->n_fields; i++) {
        const struct map *uses = &k->p->uses[i];
        for (size_t s = 0; e == OK && s < uses->cap; s++) {
            bool is_fine;
            if (!uses->slots[s].value)
                continue;
            e = covers(k, i, uses->slots[s].value, &is_fine, f);
            if (e == OK && !is_fine)
                e = name_offenders(k, &k->p->reg->fields[i], uses->slots[s].value, f);
            else if (e == OK)
                e = name_unseen(k, &k->p->reg->fields[i], uses->slots[s].value, f);
        }
    }
    return e;
}

/* Whether the version in row `alias`, and the classes of fields, are there for who writes: a column that comes last, behind what binds ?1 … */
static enum err seen_sql(struct checker *k, const struct reg *reg, unsigned classes, const char *alias,
                         const char **ret_sql, struct cql2_params *ret_params, struct fault *f)
{
    struct filter_sql sight;
    enum err e = query_sight_sql(k->c->a, k->c->s, reg, classes, &sight, f);
    if (e != OK)
        return e;
    *ret_params = sight.params;
    *ret_sql = arena_printf(k->c->a, "EXISTS(SELECT 1 FROM %s t WHERE t._n = %s._n AND (%.*s))", reg->table, alias,
                            STR_ARG(sight.where));
    return OK;
}

/* The register of what still refers, when any of it is there for who writes. */
static struct str name_if_seen(const struct checker *k, const struct reg *reg)
{
    struct sight sight;
    bool is_hidden = query_sight(k->c->s, reg, &sight) && sight.level[PRIVACY_PUBLIC].is_none;
    return is_hidden ? STR(VALUE_MASK) : reg->name;
}

/* The records of one register that refer by fd to what this change removed, where nothing of that name is left. */
static enum err name_referrers(struct checker *k, const struct reg *from, const struct field *fd, struct fault *f)
{
    const char *table = k->p->reg->table, *entity = reg_entity_column(k->p->reg), *seen = NULL;
    struct cql2_params params = {0};
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    enum err e = seen_sql(k, from, 1U << fd->privacy, "o", &seen, &params, f);
    if (e == OK)
        e = stmt_new(
            k->c->s->db,
            str_of(arena_printf(
                k->c->a,
                "WITH o AS (SELECT t._n, t._id, t.%s AS code FROM %s t WHERE t._until IS NULL AND t._removed = 0 AND "
                "t.%s IN (SELECT y.%s FROM %s x JOIN %s y ON y._id = x._id WHERE x._n >= ?1 AND x._rev = ?2 AND "
                "x._removed = 1 AND y._until = ?2) AND NOT EXISTS(SELECT 1 FROM %s x WHERE x.%s = t.%s AND "
                "x._until IS NULL AND x._removed = 0) LIMIT %d) SELECT o._id, o.code, %s AS seen FROM o "
                "ORDER BY o.code, seen",
                fd->column, from->table, fd->column, entity, table, table, table, entity, fd->column, shown(k), seen)),
            &st, f);
    if (e != OK)
        return e;
    stmt_bind_int(st, 1, k->p->first_n);
    stmt_bind_int(st, 2, k->c->rev);
    filter_bind(st, &params, 3);
    bool has_row;
    struct str told = {NULL, 0}; /* how many there are that are not seen is told no more than which */
    while ((e = stmt_step(st, &has_row, f)) == OK && has_row) {
        struct fault one = {0};
        struct str id = text_of(k->c->a, st, 1);
        bool is_shown = stmt_column_int(st, 2) == 1;
        if (!is_shown && told.p && str_eq(told, id))
            continue;
        told = is_shown ? told : id;
        FAULT(&one, ERR_RECORD_NEEDED, {"id", id}, {"register", k->p->reg->name},
              {"other", is_shown ? stmt_column_text(st, 0) : STR(VALUE_MASK)},
              {"from", is_shown ? from->name : name_if_seen(k, from)});
        report(k, k->list, &one, -1);
    }
    return e;
}

static enum err check_removals(struct checker *k, struct fault *f)
{
    const struct province *p = k->c->next ? k->c->next : k->c->s->province;
    enum err e = OK;
    for (size_t i = 0; p && k->p->removed && e == OK && i < p->n_registers; i++)
        for (size_t n = 0; e == OK && n < p->registers[i]->n_fields; n++) {
            const struct field *fd = &p->registers[i]->fields[n];
            if (fd->target && str_eq(fd->target->name, k->p->reg->name))
                e = name_referrers(k, p->registers[i], fd, f);
        }
    return e;
}

/* ---- rules, uniqueness, validity ---- */

static enum err check_rule(struct checker *k, const struct rule *rule, struct fault *f)
{
    struct arena *a = k->c->a;
    struct filter_sql sql;
    enum err e = filter_compile(a, k->c->s, k->p->reg, rule->check, NULL, 0, &sql, f);
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    if (e == OK)
        e = stmt_new(k->c->s->db,
                     str_of(arena_printf(a,
                                         "SELECT t._ord, t._id FROM %s t WHERE t._n >= ?1 AND t._rev = ?2 AND "
                                         "t._removed = 0 AND NOT (%.*s) ORDER BY t._ord LIMIT %d",
                                         k->p->reg->table, STR_ARG(sql.where), shown(k))),
                     &st, f);
    if (e != OK)
        return e;
    stmt_bind_int(st, 1, k->p->first_n);
    stmt_bind_int(st, 2, k->c->rev);
    filter_bind(st, &sql.params, 3);
    struct faults *list = rule->level == RULE_WARNING ? k->warnings : k->list;
    bool has_row;
    while ((e = stmt_step(st, &has_row, f)) == OK && has_row) {
        struct fault one = {0};
        FAULT(&one, ERR_RULE_BROKEN, {"id", stmt_column_text(st, 1)}, {"vi", text2_in(&rule->message, LANG_VI)},
              {"en", text2_in(&rule->message, LANG_EN)});
        if (list)
            report(k, list, &one, stmt_column_int(st, 0));
    }
    return e;
}

/* That a record breaks one of the rules: all that is asked as long as none does. */
static enum err rules_sql(const struct checker *k, struct filter_sql *ret, struct fault *f)
{
    const struct reg *reg = k->p->reg;
    struct arena *a = is_kept(k) ? k->c->s->arena : k->c->a;
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    struct filter_sql all = {.params = {.arena = a}};
    if (is_kept(k) && k->p->writing->rules) {
        *ret = *k->p->writing->rules;
        return OK;
    }
    buf_printf(&b, "SELECT EXISTS(SELECT 1 FROM %s t WHERE t._n >= ?1 AND t._rev = ?2 AND t._removed = 0 AND (0",
               reg->table);
    for (size_t i = 0; i < reg->n_rules; i++) {
        struct filter_sql one;
        enum err e = filter_compile(a, k->c->s, reg, reg->rules[i].check, NULL, 0, &one, f);
        if (e != OK)
            return e;
        buf_puts(&b, " OR NOT (");
        buf_str(&b, one.where);
        buf_puts(&b, ")");
        for (size_t n = 0; n < one.params.n; n++)
            VEC_PUSH(a, &all.params, one.params.p[n]);
    }
    buf_puts(&b, "))");
    must(!b.is_full);
    all.where = str_dup(a, buf_view(&b));
    if (is_kept(k)) {
        k->p->writing->rules = ARENA_NEW(a, struct filter_sql);
        *k->p->writing->rules = all;
    }
    *ret = all;
    return OK;
}

static enum err check_rules(struct checker *k, struct fault *f)
{
    const struct reg *reg = k->p->reg;
    struct filter_sql sql;
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row = false;
    if (reg->n_rules == 0)
        return OK;
    enum err e = rules_sql(k, &sql, f);
    if (e == OK)
        e = stmt_new(k->c->s->db, sql.where, &st, f);
    if (e != OK)
        return e;
    stmt_bind_int(st, 1, k->p->first_n);
    stmt_bind_int(st, 2, k->c->rev);
    filter_bind(st, &sql.params, 3);
    e = stmt_step(st, &has_row, f);
    bool is_broken = e == OK && has_row && stmt_column_int(st, 0) != 0;
    for (size_t i = 0; is_broken && e == OK && i < reg->n_rules; i++)
        e = check_rule(k, &reg->rules[i], f);
    return e;
}

/* Offending pairs (o): the new version's _ord, its id and value, _n and id of the other, which is named where who writes sees it, and the value in it. */
static enum err check_pairs(struct checker *k, const char *pairs, enum err code, const struct field *fd,
                            struct fault *f)
{
    struct cql2_params params = {0};
    const char *seen = NULL;
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    enum err e = seen_sql(k, k->p->reg, 1U << fd->privacy, "o", &seen, &params, f);
    if (e == OK)
        e = stmt_new(k->c->s->db,
                     str_of(arena_printf(k->c->a,
                                         "WITH o(ord, id, value, _n, other) AS (%s) SELECT o.ord, o.id, o.value, "
                                         "o.other, %s FROM o",
                                         pairs, seen)),
                     &st, f);
    if (e != OK)
        return e;
    stmt_bind_int(st, 1, k->p->first_n);
    stmt_bind_int(st, 2, k->c->rev);
    filter_bind(st, &params, 3);
    bool has_row;
    while ((e = stmt_step(st, &has_row, f)) == OK && has_row) {
        struct fault one = {0};
        FAULT(&one, code, {"id", stmt_column_text(st, 1)}, {"value", stmt_column_text(st, 2)},
              {"other", stmt_column_int(st, 4) == 1 ? stmt_column_text(st, 3) : STR(VALUE_MASK)});
        fault_field(&one, fd->name);
        report(k, k->list, &one, stmt_column_int(st, 0));
    }
    return e;
}

static enum err check_unique(struct checker *k, const struct field *fd, struct fault *f)
{
    const char *sql = arena_printf(
        k->c->a,
        "SELECT t._ord, t._id, t.%s, x._n, x._id FROM %s t JOIN %s x ON x.%s = t.%s AND x._until IS NULL AND "
        "x._removed = 0 AND x._n < t._n WHERE t._n >= ?1 AND t._rev = ?2 ORDER BY t._ord LIMIT %d",
        fd->column, k->p->reg->table, k->p->reg->table, fd->column, fd->column, shown(k));
    return check_pairs(k, sql, ERR_VALUE_NOT_UNIQUE, fd, f);
}

static enum err check_validity(struct checker *k, struct fault *f)
{
    const struct reg *reg = k->p->reg;
    if (reg->valid_from == NO_FIELD || reg->valid_to == NO_FIELD || reg->entity == NO_FIELD)
        return OK;
    const char *from = reg->fields[reg->valid_from].column, *to = reg->fields[reg->valid_to].column;
    const char *entity = reg->fields[reg->entity].column;
    const char *sql = arena_printf(
        k->c->a,
        "SELECT t._ord, t._id, t.%s, x._n, x._id FROM %s t JOIN %s x ON x.%s = t.%s AND x._until IS NULL AND "
        "x._removed = 0 "
        "AND x._n <> t._n AND (t.%s IS NULL OR x.%s IS NULL OR t.%s < x.%s) AND (x.%s IS NULL OR t.%s IS NULL OR "
        "x.%s < t.%s) WHERE t._n >= ?1 AND t._rev = ?2 AND t._removed = 0 ORDER BY t._ord LIMIT %d",
        entity, reg->table, reg->table, entity, entity, from, to, from, to, from, to, from, to, shown(k));
    return check_pairs(k, sql, ERR_VALIDITY_OVERLAPS, &reg->fields[reg->valid_from], f);
}

/* Before the indexes of a register that was empty come back: the second and later records under one key. */
static enum err check_keys(struct checker *k, struct fault *f)
{
    const char *sql = arena_printf(
        k->c->a,
        "SELECT t._ord, t._id FROM (SELECT _id, min(_n) AS first FROM %s GROUP BY _id HAVING count(*) > 1) x "
        "JOIN %s t ON t._id = x._id AND t._n > x.first ORDER BY t._n LIMIT %d",
        k->p->reg->table, k->p->reg->table, shown(k));
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    enum err e = stmt_new(k->c->s->db, str_of(sql), &st, f);
    bool has_row;
    while (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row) {
        struct fault one = {0};
        FAULT(&one, ERR_KEY_TWICE, {"id", stmt_column_text(st, 1)}, {"register", k->p->reg->name});
        report(k, k->list, &one, stmt_column_int(st, 0));
    }
    return e;
}

/* The unique index finds out whether a key came twice; only then is it worth to look which. */
static enum err restore_indexes(struct checker *k, struct fault *f)
{
    enum err e = reg_indexes_create(k->c->s, k->p->reg, f);
    if (e != ERR_DB_CONSTRAINT)
        return e;
    *f = (struct fault){0};
    return check_keys(k, f);
}

enum err change_check(struct change *c, struct faults *list, struct faults *warnings, struct fault *f)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < c->states.n; i++) {
        struct checker k = {c, c->states.p[i], list, warnings};
        const struct reg *reg = k.p->reg;
        size_t before = list->total;
        if (k.p->was_empty)
            e = restore_indexes(&k, f);
        if (k.p->count == 0 || list->total > before || e != OK)
            continue;
        e = check_references(&k, f);
        if (e == OK)
            e = check_removals(&k, f);
        if (e == OK)
            e = check_rules(&k, f);
        for (size_t n = 0; e == OK && n < reg->n_fields; n++)
            if (reg->fields[n].is_unique)
                e = check_unique(&k, &reg->fields[n], f);
        if (e == OK)
            e = check_validity(&k, f);
    }
    return e;
}
