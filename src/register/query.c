/* Filters against declarations, and reading records: one statement, or two when people search. */
#include "register/query.h"

#include "base/limits.h"
#include "register/commitment.h"
#include "register/internal.h"
#include "register/query_order.h"
#include "register/query_sight.h"
#include "text/number.h"
#include "text/words.h"

#include "base/banned.h"

/* ---- what a filter may name ---- */

struct schema_context {
    struct arena *a;
    const struct store *s; /* NULL when only declarations are checked */
    const struct reg *reg;
};

static const enum cql2_type cql2_types[] = {
#define X(type, name, cql2) [type] = cql2,
    FIELD_TYPES(X)
#undef X
};

static struct str column_sql(struct arena *a, const char *alias, const char *column)
{
    size_t n = strlen(alias), n_column = strlen(column);
    char *sql = arena_alloc(a, n + 1 + n_column + 1);
    memcpy(sql, alias, n);
    sql[n] = '.';
    memcpy(sql + n + 1, column, n_column + 1);
    return str_slice(sql, n + 1 + n_column);
}

static struct cql2_property property_of(const struct field *fd, struct str name, struct str sql, struct str sql_end)
{
    return (struct cql2_property){
        .name = name,
        .type = cql2_types[fd->type],
        .of = fd->type == FT_ARRAY      ? cql2_types[fd->of]
              : fd->type == FT_INTERVAL ? CQL2_DATE
                                        : CQL2_UNKNOWN,
        .sql = sql,
        .sql_end = sql_end,
        .geometry_kind = fd->geometry_kind,
    };
}

const char *record_as_of_sql(struct arena *a, const struct reg *reg, const char *alias, int utc_offset_minutes)
{
    if (reg->as_of != NO_FIELD && reg->fields[reg->as_of].is_required)
        return arena_printf(a, "%s.%s", alias, reg->fields[reg->as_of].column);
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    buf_puts(&b, "coalesce(");
    if (reg->as_of != NO_FIELD)
        buf_printf(&b, "%s.%s, ", alias, reg->fields[reg->as_of].column);
    if (reg->valid_from != NO_FIELD)
        buf_printf(&b, "%s.%s, ", alias, reg->fields[reg->valid_from].column);
    if (reg->valid_to != NO_FIELD)
        buf_printf(&b, "date(%s.%s, '-1 day'), ", alias, reg->fields[reg->valid_to].column);
    buf_printf(&b,
               "(SELECT date(v.time, '%d minutes') FROM revision v WHERE v.rev = %s._rev), date('now', '%d minutes'))",
               utc_offset_minutes, alias, utc_offset_minutes);
    return arena_dup(a, b.p, b.n);
}

/* `agency.kind`: the field of the entity that a reference names, as that entity was on the record's as-of date. */
static const char *reach_sql(const struct schema_context *c, const struct field *ref, const char *column)
{
    const struct reg *target = ref->target;
    int offset = c->s && c->s->province ? c->s->province->utc_offset_minutes : 0;
    const char *visible = store_visible_sql(c->a, c->s, target, "x");
    if (target->valid_from == NO_FIELD || target->entity == NO_FIELD)
        return arena_printf(c->a, "(SELECT x.%s FROM %s x WHERE x._id = t.%s AND %s)", column, target->table,
                            ref->column, visible);
    const char *valid = store_valid_sql(c->a, target, "x", record_as_of_sql(c->a, c->reg, "t", offset));
    return arena_printf(c->a, "(SELECT x.%s FROM %s x WHERE x.%s = t.%s AND %s AND %s LIMIT 1)", column, target->table,
                        target->fields[target->entity].column, ref->column, visible, valid);
}

static const struct cql2_property *lookup(const void *context, struct str name)
{
    const struct schema_context *c = context;
    struct str rest, first = str_cut(name, '.', &rest);
    const struct field *ref = rest.p ? reg_field(c->reg, first) : NULL;
    const struct field *fd = ref && ref->target ? reg_field(ref->target, rest) : NULL;
    if (!fd)
        return NULL;
    struct cql2_property *p = ARENA_NEW(c->a, struct cql2_property);
    struct str end = fd->column_end ? str_of(reach_sql(c, ref, fd->column_end)) : (struct str){NULL, 0};
    *p = property_of(fd, str_dup(c->a, name), str_of(reach_sql(c, ref, fd->column)), end);
    return p;
}

static struct cql2_property constant_of(const struct filter_constant *k)
{
    struct cql2_param value = {.kind = CQL2_PARAM_TEXT, .bytes = k->text};
    if (k->text.n == 0)
        value.kind = CQL2_PARAM_NULL;
    else if (k->type == CQL2_INTEGER && integer_parse(k->text, &value.integer, NULL) == OK)
        value.kind = CQL2_PARAM_INTEGER;
    else if (k->type == CQL2_NUMBER && number_parse(k->text, &value.number, NULL) == OK)
        value.kind = CQL2_PARAM_NUMBER;
    return (struct cql2_property){.name = k->name, .type = k->type, .is_constant = true, .value = value};
}

static const struct cql2_schema *schema_build(struct arena *a, const struct store *s, const struct province *p,
                                              const struct reg *reg, const struct filter_constant *constants,
                                              size_t n_constants)
{
    struct cql2_property *list = ARENA_ARRAY(a, struct cql2_property, reg->n_fields + 3 + n_constants);
    size_t n = 0;
    for (size_t i = 0; i < reg->n_fields; i++) {
        const struct field *fd = &reg->fields[i];
        struct str end = fd->column_end ? column_sql(a, "t", fd->column_end) : (struct str){NULL, 0};
        list[n++] = property_of(fd, fd->name, column_sql(a, "t", fd->column), end);
    }
    list[n++] = (struct cql2_property){.name = STR("_id"), .type = CQL2_STRING, .sql = STR("t._id")};
    list[n++] = (struct cql2_property){.name = STR("_rev"), .type = CQL2_INTEGER, .sql = STR("t._rev")};
    list[n++] = (struct cql2_property){.name = STR("_sample"), .type = CQL2_BOOLEAN, .sql = STR("t._sample")};
    for (size_t i = 0; i < n_constants; i++)
        list[n++] = constant_of(&constants[i]);
    struct schema_context *context = ARENA_NEW(a, struct schema_context);
    *context = (struct schema_context){a, s, reg};
    struct cql2_schema *schema = ARENA_NEW(a, struct cql2_schema);
    *schema = (struct cql2_schema){.properties = list,
                                   .n = n,
                                   .lookup = lookup,
                                   .context = context,
                                   .utc_offset_minutes = p ? p->utc_offset_minutes : 0};
    return schema;
}

enum err query_schema(struct arena *a, const struct store *s, const struct reg *reg,
                      const struct filter_constant *constants, size_t n_constants,
                      const struct cql2_schema **ret_schema, struct fault *f)
{
    (void)f;
    *ret_schema = schema_build(a, s, s->province, reg, constants, n_constants);
    return OK;
}

static enum err compile(struct arena *a, const struct cql2_schema *schema, struct str text, struct filter_sql *ret_sql,
                        struct fault *f)
{
    struct cql2 *q;
    struct filter_sql sql = {.params = {.arena = a}};
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_BYTES * 16);
    enum err e = cql2_parse_text(a, text, &q, f);
    if (e == OK)
        e = cql2_check(a, q, schema, f);
    if (e == OK)
        e = cql2_compile(q, schema, &b, &sql.params, f);
    if (e == OK && b.is_full)
        e = FAULT(f, ERR_LIMIT, {"what", STR("CQL2 → SQL")}, {"limit", STR("1 MiB")});
    if (e != OK)
        return e;
    sql.where = str_dup(a, buf_view(&b));
    *ret_sql = sql;
    return OK;
}

enum err filter_compile(struct arena *a, const struct store *s, const struct reg *reg, struct str text,
                        const struct filter_constant *constants, size_t n_constants, struct filter_sql *ret_sql,
                        struct fault *f)
{
    if (str_trim(text).n == 0) {
        *ret_sql = (struct filter_sql){.where = STR("1"), .params = {.arena = a}};
        return OK;
    }
    return compile(a, schema_build(a, s, s->province, reg, constants, n_constants), text, ret_sql, f);
}

enum err filter_check(struct arena *a, const struct province *p, const struct reg *reg, struct str text,
                      const struct filter_constant *constants, size_t n_constants, struct fault *f)
{
    struct filter_sql sql;
    if (str_trim(text).n == 0)
        return OK;
    return compile(a, schema_build(a, NULL, p, reg, constants, n_constants), text, &sql, f);
}

int filter_bind(struct stmt *st, const struct cql2_params *params, int first)
{
    for (size_t i = 0; i < params->n; i++, first++) {
        const struct cql2_param *v = &params->p[i];
        switch (v->kind) {
        case CQL2_PARAM_NULL:
            stmt_bind_null(st, first);
            break;
        case CQL2_PARAM_INTEGER:
            stmt_bind_int(st, first, v->integer);
            break;
        case CQL2_PARAM_NUMBER:
            stmt_bind_number(st, first, v->number);
            break;
        case CQL2_PARAM_TEXT:
            stmt_bind_text(st, first, v->bytes);
            break;
        case CQL2_PARAM_BLOB:
            stmt_bind_blob(st, first, v->bytes);
            break;
        }
    }
    return first;
}

/* ---- rows ---- */

/* Fields of a stricter class than `most` as NULL: what is not shown is not read. */
static const char *fields_sql(struct arena *a, const struct reg *reg, const char *fixed, enum privacy most)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    buf_puts(&b, fixed);
    buf_puts(&b, most >= PRIVACY_BASIC_PERSONAL ? ", t._salt" : ", NULL");
    for (size_t i = 0; i < reg->n_fields; i++) {
        const struct field *fd = &reg->fields[i];
        bool is_read = fd->privacy <= most;
        buf_printf(&b, is_read ? ", t.%s" : ", NULL", fd->column);
        if (fd->column_end)
            buf_printf(&b, is_read ? ", t.%s" : ", NULL", fd->column_end);
    }
    return arena_dup(a, b.p, b.n);
}

const char *record_columns_sql(struct arena *a, const struct reg *reg)
{
    return fields_sql(a, reg, "t._n, t._id, t._rev, t._ord, t._until, t._removed, t._sample", PRIVACY_SENSITIVE);
}

void record_sql(struct arena *a, struct reg *reg)
{
    unsigned classes = 1U << PRIVACY_PUBLIC | 1U << PRIVACY_BASIC_PERSONAL; /* from which on salts are read */
    reg->columns = record_columns_sql(a, reg);
    for (size_t i = 0; i < reg->n_fields; i++)
        classes |= 1U << reg->fields[i].privacy;
    for (size_t c = PRIVACY_PUBLIC; c < PRIVACY_COUNT; c++) {
        if (!(classes & 1U << c)) { /* nothing more than in the class before */
            reg->one[c] = reg->one[c - 1];
            continue;
        }
        const char *fields = fields_sql(a, reg, "t._n, t._id, t._rev, NULL, NULL, 0, t._sample", (enum privacy)c);
        reg->one[c] = arena_printf(a, "SELECT %s FROM %s t WHERE t._id = ?1 AND %s", fields, reg->table,
                                   store_visible_sql(a, NULL, reg, "t"));
    }
}

static struct value read_interval(struct arena *a, struct stmt *st, int at)
{
    bool no_from = stmt_column_is_null(st, at), no_to = stmt_column_is_null(st, at + 1);
    if (no_from && no_to)
        return (struct value){.kind = VALUE_NULL};
    struct str from = no_from ? STR("..") : stmt_column_text(st, at);
    struct str to = no_to ? STR("..") : stmt_column_text(st, at + 1);
    return (struct value){.kind = VALUE_TEXT, .text = str_of(arena_printf(a, "%.*s/%.*s", STR_ARG(from), STR_ARG(to)))};
}

static struct value read_value(struct stmt *st, int at, enum field_type type)
{
    switch (stmt_column_type(st, at)) {
    case DB_NULL:
        break;
    case DB_INT:
        if (type == FT_NUMBER) /* a wider type since */
            return (struct value){.kind = VALUE_NUMBER, .number = (double)stmt_column_int(st, at)};
        return (struct value){.kind = VALUE_INTEGER, .integer = stmt_column_int(st, at)};
    case DB_NUMBER:
        return (struct value){.kind = VALUE_NUMBER, .number = stmt_column_number(st, at)};
    case DB_TEXT:
        return (struct value){.kind = VALUE_TEXT, .text = stmt_column_text(st, at)};
    case DB_BLOB:
        return (struct value){.kind = VALUE_BLOB, .text = stmt_column_blob(st, at)};
    }
    return (struct value){.kind = VALUE_NULL};
}

void record_read(struct arena *a, const struct reg *reg, struct stmt *st, struct record *ret_record)
{
    struct record r = {.id = stmt_column_text(st, 1), .is_sample = stmt_column_int(st, 6) != 0};
    r.values = arena_alloc(a, sizeof(struct value) * (reg->n_fields + 1));
    int at = RECORD_FIXED_COLUMNS;
    for (size_t i = 0; i < reg->n_fields; i++) {
        if (reg->fields[i].column_end) {
            r.values[i] = read_interval(a, st, at);
            at += 2;
        } else {
            r.values[i] = read_value(st, at, reg->fields[i].type);
            at++;
        }
    }
    if (reg->n_personal && !stmt_column_is_null(st, 7)) {
        int *erased = NULL;
        r.n_erased = salts_erased(a, reg, stmt_column_blob(st, 7), &erased);
        r.erased = erased;
    }
    *ret_record = r;
}

/* ---- queries ---- */

/* A page in the order of rows begins with a window: the rows behind its place are looked through one by one, as many as NEAR_ROWS for each record
 * wanted. Where a filter lets many pass, that ends it; an index would give all that match, to be sorted. The others follow in PHASE_FAR. */
enum { PHASE_ALL, PHASE_EXACT, PHASE_FOLDED, PHASE_NEAR, PHASE_FAR };
enum { NEAR_ROWS = 128 };

struct query {
    struct store *s;
    const struct reg *reg;
    struct arena *a, *row;
    struct query_options o;
    struct stmt *st;
    struct filter_sql filter;
    struct sight sight;
    bool is_narrowed; /* by the sight of the store's viewer */
    struct query_masks masks;
    struct sort_key *keys;
    size_t n_keys;
    struct str order, exact, folded;
    struct str last_id; /* a history under a sight: the version given last, and the revision that ended it */
    int64_t last_until;
    int phase;
    int64_t skipped, given;
    int64_t near_after, near_to; /* the window: rows > and <= */
    VEC(int64_t) seen;           /* rowids given in the exact phase, ascending */
};

/* Nobody asked for the declared order, so it hides no record; but it must not tell of values that are kept back. */
static void leave_out_hidden(struct query *q)
{
    size_t n = 0;
    for (size_t i = 0; i < q->n_keys; i++) {
        int field = q->keys[i].field;
        if (field == NO_FIELD || sight_covers(&q->sight.level[q->reg->fields[field].privacy], &q->sight.level[0]))
            q->keys[n++] = q->keys[i];
    }
    q->n_keys = n;
}

static enum err build_order(struct query *q, struct fault *f)
{
    if (q->o.has_history) {
        q->order = STR("t._id, t._rev");
        return OK;
    }
    if (q->o.id.n)
        return OK; /* of one record, one version is visible */
    enum err e = query_order_read(q->a, q->reg, &q->o, &q->keys, &q->n_keys, f);
    if (e == OK && q->is_narrowed && q->o.sort.n == 0)
        leave_out_hidden(q);
    if (e == OK)
        q->order = query_order_sql(q->a, q->reg, q->keys, q->n_keys);
    if (e == OK && q->o.after.n && q->o.search.n)
        e = query_after_count(q->o.after, &q->o.offset, f);
    return e;
}

/* The three fixed parameters, the four of the box, the two of the window. */
enum { FIRST_FILTER_PARAM = 10 };

/* FROM and WHERE; parameters: the words of the search, the date, the id, the box, the window, then the filter's. */
static void add_where(const struct query *q, struct buf *b)
{
    const struct reg *reg = q->reg;
    bool has_words = q->o.search.n > 0;
    if (has_words) {
        buf_printf(b, " FROM %s JOIN %s t ON t._n = %s.rowid WHERE %s MATCH ?1", reg->search_table, reg->table,
                   reg->search_table, reg->search_table);
    } else {
        buf_puts(b, " FROM ");
        buf_puts(b, reg->table);
        buf_puts(b, q->phase == PHASE_NEAR  ? " t NOT INDEXED WHERE t._n > ?8 AND t._n <= ?9"
                    : q->phase == PHASE_FAR ? " t WHERE t._n > ?9"
                                            : " t WHERE 1");
    }
    buf_puts(b, " AND ");
    if (q->o.has_history)
        buf_printf(b, "t._rev <= %lld", (long long)q->s->at);
    else
        buf_puts(b, store_visible_sql(q->a, q->s, reg, "t"));
    if (q->o.on.n)
        buf_printf(b, " AND %s", store_valid_sql(q->a, reg, "t", "?2"));
    if (q->o.id.n)
        buf_puts(b, " AND t._id = ?3");
    if (q->o.box)
        buf_printf(b,
                   " AND (t._n IN (SELECT n FROM %s WHERE x_max >= ?4 AND x_min <= ?5 AND y_max >= ?6 AND y_min <= ?7)",
                   reg->box_table);
    if (q->o.box && !reg->fields[reg->geometry].is_required)
        buf_printf(b, " OR t.%s IS NULL", reg->fields[reg->geometry].column);
    buf_puts(b, q->o.box ? ")" : "");
    buf_puts(b, " AND (");
    buf_str(b, q->filter.where);
    buf_puts(b, ")");
}

static enum err prepare(struct query *q, const char *what, bool has_order, struct stmt **ret, struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_BYTES * 32);
    bool has_words = q->o.search.n > 0;
    /* The fixed parameters are numbered; naming them first makes the filter's plain ones begin behind. */
    buf_puts(&b, "WITH fixed AS (SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) SELECT ");
    buf_puts(&b, what);
    if (has_order)
        buf_str(&b, q->masks.columns);
    add_where(q, &b);
    if (has_order && has_words && !q->o.has_history &&
        q->n_keys == 1) /* as the words are found, so that the first few end it */
        buf_printf(&b, " ORDER BY %s.rowid", q->reg->search_table);
    else if (has_order && q->order.n) {
        buf_puts(&b, " ORDER BY ");
        buf_str(&b, q->order);
    }
    /* The best few are sorted, not all. */
    bool is_few = has_order && q->o.limit && q->o.limit < INT32_MAX && q->o.offset < INT32_MAX;
    int64_t rows = is_few ? q->o.limit + q->o.offset + (int64_t)q->seen.n : 0;
    if (is_few)
        buf_printf(&b, " LIMIT %lld", (long long)rows);
    enum err e = has_words ? search_settle(q->s, f) : OK;
    if (e == OK)
        e = stmt_new(q->s->db, buf_view(&b), ret, f);
    if (e != OK)
        return e;
    if (has_words)
        stmt_bind_text(*ret, 1, q->phase == PHASE_EXACT ? q->exact : q->folded);
    stmt_bind_text(*ret, 2, q->o.on);
    stmt_bind_text(*ret, 3, q->o.id);
    if (q->o.box) {
        const double bounds[] = {q->o.box->x_min, q->o.box->x_max, q->o.box->y_min, q->o.box->y_max};
        for (int i = 0; i < 4; i++)
            stmt_bind_number(*ret, 4 + i, bounds[i]);
    }
    stmt_bind_int(*ret, 8, q->near_after);
    stmt_bind_int(*ret, 9, q->near_to);
    int next = has_order ? filter_bind(*ret, &q->masks.params, FIRST_FILTER_PARAM) : FIRST_FILTER_PARAM;
    filter_bind(*ret, &q->filter.params, next);
    return OK;
}

/* One record as it is, whoever may see it: the question of most requests has its statement ready. */
static bool is_plain_one(const struct query *q)
{
    const struct query_options *o = &q->o;
    bool is_for_all = !q->is_narrowed || (q->sight.level[PRIVACY_PUBLIC].is_all && q->masks.columns.n == 0);
    return o->id.n && is_for_all && q->s->at >= q->s->head && !o->filter.n && !o->search.n && !o->has_history &&
           !o->on.n && !o->box && !o->after.n;
}

static enum err prepare_one(struct query *q, struct stmt **ret, struct fault *f)
{
    enum privacy most = PRIVACY_SENSITIVE; /* each level lies within the one before it */
    while (q->is_narrowed && most > PRIVACY_PUBLIC && q->sight.level[most].is_none)
        most--;
    enum err e = stmt_new(q->s->db, str_of(q->reg->one[most]), ret, f);
    if (e == OK)
        stmt_bind_text(*ret, 1, q->o.id);
    return e;
}

static void words_of(struct query *q)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(16384);
    words_query(q->o.search, true, &b);
    q->exact = str_dup(q->a, buf_view(&b));
    buf_reset(&b);
    words_query(q->o.search, false, &b);
    q->folded = str_dup(q->a, buf_view(&b));
}

static enum err start(struct query *q, struct fault *f)
{
    stmt_free(q->st);
    q->st = NULL;
    return is_plain_one(q) ? prepare_one(q, &q->st, f) : prepare(q, q->reg->columns, true, &q->st, f);
}

static enum err query_init(struct query *q, struct store *s, const struct reg *reg, const struct query_options *o,
                           struct fault *f)
{
    q->s = s;
    q->reg = reg;
    q->o = *o;
    q->a = store_arena_take(s);
    q->row = store_arena_take(s);
    q->phase = PHASE_ALL;
    if (o->search.n && !reg->search_table)
        return FAULT(f, ERR_SEARCH_NONE, {"register", reg->name});
    if (o->search.n) {
        words_of(q);
        if (q->folded.n == 0)
            return FAULT(f, ERR_SEARCH_EMPTY, {"words", o->search});
        bool is_heeded = memchr(q->exact.p, '=', q->exact.n) && !o->sort.n && !o->has_history;
        q->phase = is_heeded ? PHASE_EXACT : PHASE_FOLDED;
    }
    if (o->box && !reg->box_table)
        return FAULT(f, ERR_GEOMETRY_NONE, {"register", reg->name});
    q->is_narrowed = query_sight(s, reg, &q->sight);
    enum err e = build_order(q, f);
    if (e == OK)
        e = filter_compile(q->a, s, reg, o->filter, o->constants, o->n_constants, &q->filter, f);
    bool may_reach = s->viewer && o->filter.n && memchr(o->filter.p, '.', o->filter.n); /* into another register */
    if (e == OK && (q->is_narrowed || may_reach))
        e = query_sight_add(q->a, s, reg, &q->sight, o, query_classes(reg, o, q->keys, q->n_keys),
                            q->is_narrowed && query_is_walked(reg, o, q->keys, q->n_keys, &q->sight), &q->filter, f);
    if (e == OK && o->after.n && !o->search.n)
        e = query_after_add(q->a, reg, q->keys, q->n_keys, o->after, &q->filter, f);
    return e;
}

/* Only where rows come as they were written, and few are wanted of many. */
static void choose_window(struct query *q)
{
    bool is_by_row = q->phase == PHASE_ALL && !q->o.has_history && q->n_keys == 1 && q->keys[0].field == NO_FIELD;
    bool is_some = q->o.filter.n > 0 || (q->is_narrowed && !q->sight.level[PRIVACY_PUBLIC].is_all);
    if (!is_by_row || q->o.id.n || q->o.box || !is_some || q->o.limit == 0 || q->o.limit > LIMIT_PAGE_RECORDS)
        return;
    const struct cql2_params *params = &q->filter.params;
    if (q->o.after.n) { /* the place is a row, and the last parameter */
        must(params->p && params->n > 0);
        q->near_after = params->p[params->n - 1].integer;
    }
    if (q->o.offset <= LIMIT_QUERY_SKIP &&
        !__builtin_add_overflow(q->near_after, (q->o.limit + q->o.offset) * NEAR_ROWS, &q->near_to))
        q->phase = PHASE_NEAR;
}

/* How many columns a row has without those of masks. */
static int row_columns(const struct reg *reg)
{
    int n = RECORD_FIXED_COLUMNS;
    for (size_t i = 0; i < reg->n_fields; i++)
        n += reg->fields[i].column_end ? 2 : 1;
    return n;
}

enum err query_open(struct store *s, const struct reg *reg, const struct query_options *o, struct query **ret_query,
                    struct fault *f)
{
    struct query *q = mem_zalloc(sizeof *q);
    enum err e = query_init(q, s, reg, o, f);
    if (e == OK && q->is_narrowed)
        e = query_masks_read(q->a, s, reg, &q->sight, o->has_history, row_columns(reg), &q->masks, f);
    if (e == OK)
        choose_window(q);
    if (e == OK)
        e = start(q, f);
    if (e != OK) {
        query_close(q);
        return e;
    }
    *ret_query = q;
    return OK;
}

static bool was_seen(const struct query *q, int64_t n)
{
    size_t low = 0, high = q->seen.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (q->seen.p[middle] < n)
            low = middle + 1;
        else
            high = middle;
    }
    return low < q->seen.n && q->seen.p[low] == n;
}

/* A removal holds nothing by which it could be judged: it is there for those who saw the version before it. */
static bool is_foreign_removal(struct query *q)
{
    struct str id = stmt_column_text(q->st, 1);
    bool is_removal = stmt_column_int(q->st, 5) != 0,
         is_next = str_eq(id, q->last_id) && stmt_column_int(q->st, 2) == q->last_until;
    if (!is_removal) {
        q->last_id = str_dup(q->a, id);
        q->last_until = stmt_column_int(q->st, 4);
    }
    return is_removal && !is_next;
}

/* The next row of any phase. */
static enum err step(struct query *q, bool *ret_has_row, struct fault *f)
{
    for (;;) {
        enum err e = stmt_step(q->st, ret_has_row, f);
        if (e != OK)
            return e;
        if (*ret_has_row) {
            if (q->is_narrowed && q->o.has_history && is_foreign_removal(q))
                continue;
            if (q->phase == PHASE_EXACT)
                VEC_PUSH(q->a, &q->seen, stmt_column_int(q->st, 0));
            else if (q->phase == PHASE_FOLDED && was_seen(q, stmt_column_int(q->st, 0)))
                continue;
            return OK;
        }
        if (q->phase != PHASE_EXACT && q->phase != PHASE_NEAR)
            return OK;
        q->phase = q->phase == PHASE_EXACT ? PHASE_FOLDED : PHASE_FAR;
        if ((e = start(q, f)) != OK)
            return e;
    }
}

enum err query_next(struct query *q, struct record *ret_record, bool *ret_has_row, struct fault *f)
{
    if (q->o.limit && q->given >= q->o.limit) {
        *ret_has_row = false;
        return OK;
    }
    do {
        enum err e = step(q, ret_has_row, f);
        if (e != OK || !*ret_has_row)
            return e;
    } while (q->skipped++ < q->o.offset);
    q->given++;
    arena_reset(q->row);
    record_read(q->row, q->reg, q->st, ret_record);
    if (q->masks.is_on)
        query_masks_apply(&q->masks, q->reg, q->st, ret_record);
    if (q->s->viewer && q->s->viewer->seen && q->reg->n_personal && !query_is_removed(q))
        q->s->viewer->seen(q->s->viewer, q->reg, ret_record, &q->o);
    return OK;
}

void query_after(const struct query *q, const struct record *r, struct buf *out)
{
    if (q->o.search.n) /* found words come in two turns, which no key tells apart */
        buf_printf(out, "%lld", (long long)q->o.offset + (long long)q->given);
    else
        query_after_write(q->reg, q->keys, q->n_keys, r, stmt_column_int(q->st, 0), out);
}

int64_t query_rev(const struct query *q)
{
    return stmt_column_int(q->st, 2);
}

bool query_is_removed(const struct query *q)
{
    return stmt_column_int(q->st, 5) != 0;
}

void query_close(struct query *q)
{
    if (!q)
        return;
    stmt_free(q->st);
    store_arena_give(q->s, q->row);
    store_arena_give(q->s, q->a);
    free(q);
}

void query_closep(struct query **pq)
{
    query_close(*pq);
}

enum err query_count(struct store *s, const struct reg *reg, const struct query_options *o, int64_t *ret_count,
                     struct fault *f)
{
    struct query *q CLEANUP(query_closep) = mem_zalloc(sizeof *q);
    enum err e = query_init(q, s, reg, o, f);
    if (q->phase == PHASE_EXACT)
        q->phase = PHASE_FOLDED;
    if (e == OK)
        e = prepare(q, "count(*)", false, &q->st, f);
    bool has_row;
    if (e == OK)
        e = stmt_step(q->st, &has_row, f);
    if (e == OK)
        *ret_count = stmt_column_int(q->st, 0);
    if (e == OK && *ret_count && s->viewer && s->viewer->counted)
        s->viewer->counted(s->viewer, reg, o, *ret_count);
    return e;
}
