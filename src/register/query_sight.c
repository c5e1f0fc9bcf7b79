/* The viewer's sight as SQL: which rows there are, which questions they answer, which of their fields are kept back. */
#include "register/query_sight.h"

#include "base/limits.h"
#include "register/internal.h"
#include "register/query_order.h"

#include "base/banned.h"

enum privacy reg_class(const struct reg *reg)
{
    enum privacy class = reg->privacy;
    for (size_t i = 0; i < reg->n_key; i++)
        if (reg->fields[reg->key[i]].privacy > class)
            class = reg->fields[reg->key[i]].privacy;
    return class;
}

void sight_gate(struct sight *sight, const struct reg *reg)
{
    enum privacy class = reg_class(reg);
    for (enum privacy c = PRIVACY_PUBLIC; c < class; c++)
        sight->level[c] = sight->level[class];
}

bool sight_covers(const struct sight_level *wide, const struct sight_level *narrow)
{
    if (wide->is_all || narrow->is_none)
        return true;
    return !wide->is_none && !narrow->is_all && str_eq(wide->where, narrow->where);
}

bool query_sight(const struct store *s, const struct reg *reg, struct sight *ret_sight)
{
    if (!s->viewer)
        return false;
    if (!s->viewer->sight(s->viewer, reg, ret_sight)) {
        for (size_t c = 0; c < PRIVACY_COUNT; c++)
            ret_sight->level[c] = (struct sight_level){.is_none = true};
        return true;
    }
    for (size_t c = 0; c < PRIVACY_COUNT; c++)
        if (!ret_sight->level[c].is_all)
            return true;
    return false;
}

/* ---- which classes a question names ---- */

unsigned query_classes(const struct reg *reg, const struct query_options *o, const struct sort_key *keys, size_t n)
{
    unsigned classes = 0;
    for (size_t i = 0; i < n; i++)
        if (keys[i].field != NO_FIELD)
            classes |= 1U << reg->fields[keys[i].field].privacy;
    for (size_t i = 0; i < reg->n_search && o->search.n; i++)
        classes |= 1U << reg->fields[reg->search[i]].privacy;
    if (o->box && reg->geometry != NO_FIELD)
        classes |= 1U << reg->fields[reg->geometry].privacy;
    const int dates[] = {reg->valid_from, reg->valid_to};
    for (size_t i = 0; i < ARRAY_LEN(dates) && o->on.n; i++)
        if (dates[i] != NO_FIELD)
            classes |= 1U << reg->fields[dates[i]].privacy;
    return classes;
}

struct reached {
    const struct field *ref;
    enum privacy class;
};

struct names {
    struct arena *a;
    const struct reg *reg;
    unsigned classes;
    VEC(struct reached) reached;
};

static void add_reached(struct names *n, const struct field *ref, enum privacy class)
{
    for (size_t i = 0; i < n->reached.n; i++)
        if (n->reached.p[i].ref == ref && n->reached.p[i].class == class)
            return;
    VEC_PUSH(n->a, &n->reached, ((struct reached){ref, class}));
}

static void add_name(void *context, struct str name)
{
    struct names *n = context;
    struct str rest, first = str_cut(name, '.', &rest);
    const struct field *fd = reg_field(n->reg, name);
    if (!fd)
        fd = reg_field(n->reg, first);
    if (fd)
        n->classes |= 1U << fd->privacy;
    const struct field *far = fd && rest.p && fd->target ? reg_field(fd->target, rest) : NULL;
    if (far)
        add_reached(n, fd, far->privacy);
}

bool query_is_walked(const struct reg *reg, const struct query_options *o, const struct sort_key *keys, size_t n,
                     const struct sight *sight)
{
    struct str where = sight->level[PRIVACY_PUBLIC].where;
    bool is_some = n && keys[0].field != NO_FIELD && o->sort.n && o->limit && o->limit <= LIMIT_PAGE_RECORDS;
    bool is_several = where.n && (memchr(where.p, ',', where.n) || memmem(where.p, where.n, " OR ", 4));
    if (!is_some || !is_several || o->search.n || o->id.n || o->box || o->has_history)
        return false;
    for (size_t i = 0; i < reg->n_indexes; i++) {
        const struct index_decl *x = &reg->indexes[i];
        bool is_behind = false;
        for (size_t k = 0; k < x->n; k++) {
            struct str name = reg->fields[x->fields[k]].name;
            if (is_behind && memmem(where.p, where.n, name.p, name.n))
                return true;
            is_behind |= x->fields[k] == keys[0].field;
        }
    }
    return false;
}

/* ---- conditions ---- */

static void add_and(struct buf *b, struct str condition)
{
    buf_puts(b, b->n ? " AND (" : "(");
    buf_str(b, condition);
    buf_putc(b, ')');
}

static void add_params(struct cql2_params *to, const struct cql2_params *from)
{
    for (size_t i = 0; i < from->n; i++)
        VEC_PUSH(to->arena, to, from->p[i]);
}

static enum err level_sql(struct arena *a, const struct store *s, const struct reg *reg,
                          const struct sight_level *level, struct filter_sql *ret, struct fault *f)
{
    if (!level->is_none && !level->is_all)
        return filter_compile(a, s, reg, level->where, NULL, 0, ret, f);
    *ret = (struct filter_sql){.where = level->is_all ? STR("1") : STR("0"), .params = {.arena = a}};
    return OK;
}

static enum err add_level(struct arena *a, const struct store *s, const struct reg *reg,
                          const struct sight_level *level, bool is_walked, struct buf *b, struct cql2_params *params,
                          struct fault *f)
{
    struct filter_sql sql;
    if (level->is_all)
        return OK;
    enum err e = level_sql(a, s, reg, level, &sql, f);
    if (e != OK)
        return e;
    if (is_walked) /* an unary plus: no index answers this */
        sql.where = STR_JOIN(a, STR("+("), sql.where, STR(")"));
    add_and(b, sql.where);
    add_params(params, &sql.params);
    return OK;
}

/* Every version of the thing that a reference names must be one that the viewer sees in that class: the reference does not say which is read. */
static enum err add_reach(struct arena *a, struct store *s, const struct reached *r, struct buf *b,
                          struct cql2_params *params, struct fault *f)
{
    struct sight sight;
    struct filter_sql sql;
    const struct reg *target = r->ref->target;
    if (!query_sight(s, target, &sight) || sight.level[r->class].is_all)
        return OK;
    enum err e = level_sql(a, s, target, &sight.level[r->class], &sql, f);
    if (e != OK)
        return e;
    bool is_dated = target->valid_from != NO_FIELD && target->entity != NO_FIELD;
    const char *entity = is_dated ? target->fields[target->entity].column : "_id";
    add_and(b, str_of(arena_printf(a,
                                   "t.%s IS NULL OR t.%s IN (SELECT t.%s FROM %s t WHERE %s GROUP BY 1 "
                                   "HAVING min(coalesce((%.*s), 0)) = 1)",
                                   r->ref->column, r->ref->column, entity, target->table,
                                   store_visible_sql(a, s, target, "t"), STR_ARG(sql.where))));
    add_params(params, &sql.params);
    return OK;
}

/* A history is shown whole when the record as it stands is there for the viewer. Of one that was removed, he sees the versions that he saw. */
static enum err add_history(struct arena *a, struct store *s, const struct reg *reg, const struct sight_level *rows,
                            struct str id, struct buf *b, struct cql2_params *params, struct fault *f)
{
    struct filter_sql sql;
    if (rows->is_all)
        return OK;
    enum err e = level_sql(a, s, reg, rows, &sql, f);
    if (e != OK)
        return e;
    const char *visible = store_visible_sql(a, s, reg, "t"), *one = id.n ? "t._id = ?3 AND " : "";
    add_and(b, str_of(arena_printf(a,
                                   "t._id IN (SELECT t._id FROM %s t WHERE %s%s AND (%.*s)) OR (t._id NOT IN (SELECT "
                                   "t._id FROM %s t WHERE %s%s) AND (t._removed = 1 OR (%.*s)))",
                                   reg->table, one, visible, STR_ARG(sql.where), reg->table, one, visible,
                                   STR_ARG(sql.where))));
    add_params(params, &sql.params);
    add_params(params, &sql.params);
    return OK;
}

static enum err read_names(struct names *n, struct str filter, struct fault *f)
{
    struct cql2 *tree;
    if (str_trim(filter).n == 0)
        return OK;
    enum err e = cql2_parse_text(n->a, filter, &tree, f);
    if (e == OK)
        cql2_properties(tree, add_name, n);
    return e;
}

enum err query_sight_add(struct arena *a, struct store *s, const struct reg *reg, const struct sight *sight,
                         const struct query_options *o, unsigned classes, bool is_walked, struct filter_sql *filter,
                         struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_BYTES * 16);
    struct names n = {.a = a, .reg = reg, .classes = classes};
    const struct sight_level *rows = &sight->level[PRIVACY_PUBLIC];
    if (rows->is_all && o->filter.n == 0 && classes == 0)
        return OK; /* every row, and nothing is asked of its fields */
    enum err e = read_names(&n, o->filter, f);
    if (e == OK)
        add_and(&b, filter->where);
    if (e == OK && o->has_history)
        e = add_history(a, s, reg, rows, o->id, &b, &filter->params, f);
    else if (e == OK)
        e = add_level(a, s, reg, rows, is_walked, &b, &filter->params, f);
    for (size_t c = PRIVACY_INTERNAL; e == OK && c < PRIVACY_COUNT; c++)
        if ((n.classes & 1U << c) && (o->has_history || !sight_covers(&sight->level[c], rows)))
            e = add_level(a, s, reg, &sight->level[c], false, &b, &filter->params, f);
    for (size_t i = 0; e == OK && i < n.reached.n; i++)
        e = add_reach(a, s, &n.reached.p[i], &b, &filter->params, f);
    if (e == OK && b.is_full)
        e = FAULT(f, ERR_LIMIT, {"what", STR("CQL2 → SQL")}, {"limit", STR("1 MiB")});
    if (e == OK)
        filter->where = str_dup(a, buf_view(&b));
    return e;
}

/* ---- masks ---- */

enum err query_masks_read(struct arena *a, struct store *s, const struct reg *reg, const struct sight *sight,
                          bool has_history, int first_column, struct query_masks *ret_masks, struct fault *f)
{
    struct query_masks m = {.params = {.arena = a}};
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_BYTES * 16);
    unsigned classes = 0;
    enum err e = OK;
    for (size_t i = 0; i < reg->n_fields; i++)
        classes |= 1U << reg->fields[i].privacy;
    for (size_t c = PRIVACY_PUBLIC; e == OK && c < PRIVACY_COUNT; c++) {
        const struct sight_level *level = &sight->level[c];
        m.column[c] = -1;
        /* A version of another time may lie outside what the record lies within. */
        bool is_shown = has_history ? level->is_all : sight_covers(level, &sight->level[PRIVACY_PUBLIC]);
        if (!(classes & 1U << c) || is_shown)
            continue;
        m.is_on = true;
        m.is_always[c] = level->is_none;
        if (level->is_none || c == PRIVACY_PUBLIC)
            continue;
        struct filter_sql sql;
        e = level_sql(a, s, reg, level, &sql, f);
        if (e != OK)
            break;
        m.column[c] = first_column++;
        buf_puts(&b, ", (");
        buf_str(&b, sql.where);
        buf_putc(&b, ')');
        add_params(&m.params, &sql.params);
    }
    if (e == OK && b.is_full)
        e = FAULT(f, ERR_LIMIT, {"what", STR("CQL2 → SQL")}, {"limit", STR("1 MiB")});
    if (e != OK)
        return e;
    if (b.n)
        m.columns = str_dup(a, buf_view(&b));
    *ret_masks = m;
    return OK;
}

void query_masks_apply(const struct query_masks *m, const struct reg *reg, struct stmt *st, struct record *r)
{
    bool is_masked[PRIVACY_COUNT];
    for (size_t c = 0; c < PRIVACY_COUNT; c++)
        is_masked[c] = m->is_always[c] || (m->column[c] >= 0 && stmt_column_int(st, m->column[c]) != 1);
    for (size_t i = 0; i < reg->n_fields; i++)
        if (is_masked[reg->fields[i].privacy])
            r->values[i] = (struct value){.kind = VALUE_MASKED};
    for (size_t i = 0; i < r->n_erased; i++)
        if (is_masked[reg->fields[r->erased[i]].privacy]) {
            r->n_erased = 0; /* nor that there was one */
            break;
        }
}

/* ---- for others that read tables themselves ---- */

enum err query_sight_sql(struct arena *a, struct store *s, const struct reg *reg, unsigned classes,
                         struct filter_sql *ret_sql, struct fault *f)
{
    struct sight sight;
    struct filter_sql sql = {.where = STR("1"), .params = {.arena = a}};
    enum err e = OK;
    if (query_sight(s, reg, &sight))
        e = query_sight_add(a, s, reg, &sight, &(struct query_options){0}, classes, false, &sql, f);
    if (e == OK)
        *ret_sql = sql;
    return e;
}
