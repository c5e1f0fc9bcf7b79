#include "register/query_order.h"

#include "base/limits.h"
#include "crypt/base64.h"
#include "text/json.h"
#include "text/number.h"

#include "base/banned.h"

/* ---- the order ---- */

static const char *collation(const struct field *fd)
{
    if (fd->type != FT_STRING && fd->type != FT_TEXT)
        return "";
    return fd->is_person ? " COLLATE vi_person" : " COLLATE vi";
}

static const char *column_sql(struct arena *a, const struct reg *reg, const struct sort_key *k)
{
    if (k->field == NO_FIELD)
        return "t._n";
    const struct field *fd = &reg->fields[k->field];
    return arena_printf(a, "t.%s%s", fd->column, collation(fd));
}

static enum err unknown_field(struct arena *a, const struct reg *reg, struct str name, struct fault *f)
{
    struct str *names = ARENA_ARRAY(a, struct str, reg->n_fields);
    for (size_t i = 0; i < reg->n_fields; i++)
        names[i] = reg->fields[i].name;
    return FAULT(f, ERR_FIELD_UNKNOWN, {"name", name}, {"register", reg->name},
                 {"nearest", yaml_nearest(name, names, reg->n_fields)});
}

static enum err read_key(struct arena *a, const struct reg *reg, struct str name, struct sort_key *ret_key,
                         struct fault *f)
{
    bool is_descending = str_starts(name, STR("-"));
    if (is_descending || str_starts(name, STR("+")))
        name = str_slice(name.p + 1, name.n - 1);
    const struct field *fd = reg_field(reg, name);
    if (!fd)
        return unknown_field(a, reg, name, f);
    if (fd->type == FT_GEOMETRY || fd->type == FT_ARRAY)
        return FAULT(f, ERR_SORT_TYPE, {"field", name}, {"type", str_of(field_type_name(fd->type))});
    *ret_key = (struct sort_key){(int)(fd - reg->fields), is_descending};
    return OK;
}

enum err query_order_read(struct arena *a, const struct reg *reg, const struct query_options *o,
                          struct sort_key **ret_keys, size_t *ret_n, struct fault *f)
{
    VEC(struct sort_key) keys = {0};
    for (struct str rest = o->sort, name; rest.p && o->sort.n;) {
        name = str_trim(str_cut(rest, ',', &rest));
        struct sort_key k = {NO_FIELD, false};
        enum err e = read_key(a, reg, name, &k, f);
        if (e != OK)
            return e;
        bool is_there = false; /* a second time it orders nothing */
        for (size_t i = 0; i < keys.n; i++)
            is_there |= keys.p[i].field == k.field;
        if (!is_there)
            VEC_PUSH(a, &keys, k);
    }
    bool is_declared = o->sort.n == 0 && o->search.n == 0 && !o->is_unsorted;
    for (size_t i = 0; i < reg->n_order && is_declared; i++)
        VEC_PUSH(a, &keys, ((struct sort_key){reg->order[i].field, reg->order[i].is_descending}));
    VEC_PUSH(a, &keys, ((struct sort_key){NO_FIELD, false}));
    *ret_keys = keys.p;
    *ret_n = keys.n;
    return OK;
}

struct str query_order_sql(struct arena *a, const struct reg *reg, const struct sort_key *keys, size_t n)
{
    if (n == 1 && keys[0].field == NO_FIELD && !keys[0].is_descending)
        return STR("t._n");
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 16);
    for (size_t i = 0; i < n; i++)
        buf_printf(&b, "%s%s%s", i ? ", " : "", column_sql(a, reg, &keys[i]), keys[i].is_descending ? " DESC" : "");
    return str_dup(a, buf_view(&b));
}

/* ---- a place in it ---- */

/* An interval sorts by its beginning, NULL when it is open. */
static void add_beginning(struct json_out *o, struct str interval)
{
    struct str rest, from = str_cut(interval, '/', &rest);
    if (str_is(from, ".."))
        json_null(o);
    else
        json_str(o, from);
}

/* A place in one order is none in another: what the order is, as a number that stands last in the place. */
static int64_t order_mark(const struct reg *reg, const struct sort_key *keys, size_t n)
{
    size_t mark = str_hash(reg->name);
    for (size_t i = 0; i < n; i++) {
        size_t name = keys[i].field == NO_FIELD ? 1 : str_hash(reg->fields[keys[i].field].name);
        mark = (mark * 31 + name) * 2 + keys[i].is_descending;
    }
    return (int64_t)(mark & 0xffffff);
}

void query_after_write(const struct reg *reg, const struct sort_key *keys, size_t n, const struct record *r,
                       int64_t row, struct buf *out)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_RECORD_BYTES);
    struct json_out o;
    json_out_init(&o, &b, JSON_OUT_COMPACT);
    json_array_begin(&o);
    for (size_t i = 0; i < n; i++) {
        static const struct value none = {.kind = VALUE_NULL};
        const struct value *v = keys[i].field == NO_FIELD ? &none : &r->values[keys[i].field];
        if (keys[i].field == NO_FIELD)
            json_int(&o, row);
        else if (v->kind == VALUE_INTEGER)
            json_int(&o, v->integer);
        else if (v->kind == VALUE_NUMBER)
            json_number(&o, v->number);
        else if (v->kind == VALUE_TEXT && reg->fields[keys[i].field].column_end)
            add_beginning(&o, v->text);
        else if (v->kind == VALUE_TEXT)
            json_str(&o, v->text);
        else
            json_null(&o);
    }
    json_int(&o, order_mark(reg, keys, n));
    json_array_end(&o);
    base64_encode(b.p, b.n, out);
}

static enum err bad_place(struct str after, struct fault *f)
{
    return FAULT(f, ERR_QUERY_AFTER, {"value", after});
}

static void add_param(struct filter_sql *filter, const struct json *v)
{
    struct cql2_param p = {.kind = CQL2_PARAM_TEXT, .bytes = v->string};
    if (v->kind == J_NUMBER && integer_parse(v->string, &p.integer, NULL) == OK)
        p.kind = CQL2_PARAM_INTEGER;
    else if (v->kind == J_NUMBER)
        p = (struct cql2_param){.kind = CQL2_PARAM_NUMBER, .number = v->number};
    VEC_PUSH(filter->params.arena, &filter->params, p);
}

/* NULL stands before every value. */
static void add_behind(struct buf *b, const char *column, bool is_descending, const struct json *v,
                       struct filter_sql *filter)
{
    if (v->kind == J_NULL) {
        buf_printf(b, is_descending ? "0" : "%s IS NOT NULL", column);
        return;
    }
    buf_printf(b, is_descending ? "(%s < ? OR %s IS NULL)" : "%s > ?", column, column);
    add_param(filter, v);
}

static void add_same(struct buf *b, const char *column, const struct json *v, struct filter_sql *filter)
{
    buf_printf(b, v->kind == J_NULL ? "%s IS NULL" : "%s = ?", column);
    if (v->kind != J_NULL)
        add_param(filter, v);
}

static bool fits(const struct reg *reg, const struct sort_key *k, const struct json *v)
{
    if (k->field == NO_FIELD)
        return v->kind == J_NUMBER;
    enum field_type type = reg->fields[k->field].type;
    bool is_number = type == FT_INTEGER || type == FT_NUMBER || type == FT_MONEY || type == FT_BOOLEAN;
    return v->kind == J_NULL || v->kind == (is_number ? J_NUMBER : J_STRING);
}

enum err query_after_add(struct arena *a, const struct reg *reg, const struct sort_key *keys, size_t n,
                         struct str after, struct filter_sql *filter, struct fault *f)
{
    struct str text;
    struct json *place;
    struct fault quiet = {0};
    if (base64_decode(a, after, &text, &quiet) != OK || json_parse(a, text, STR(""), &place, &quiet) != OK ||
        place->kind != J_ARRAY || place->n != n + 1 || place->items[n].kind != J_NUMBER ||
        place->items[n].number != (double)order_mark(reg, keys, n))
        return bad_place(after, f);
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 16);
    buf_putc(&b, '(');
    buf_str(&b, filter->where);
    buf_puts(&b, ") AND ");
    for (size_t i = 0; i < n; i++) {
        const struct json *v = &place->items[i];
        if (!fits(reg, &keys[i], v))
            return bad_place(after, f);
        const char *column = column_sql(a, reg, &keys[i]);
        bool is_last = i + 1 == n;
        buf_puts(&b, is_last ? "" : "(");
        add_behind(&b, column, keys[i].is_descending, v, filter);
        if (is_last)
            break;
        buf_puts(&b, " OR (");
        add_same(&b, column, v, filter);
        buf_puts(&b, " AND ");
    }
    for (size_t i = 0; i + 1 < n; i++)
        buf_puts(&b, "))");
    filter->where = str_dup(a, buf_view(&b));
    return OK;
}

enum err query_after_count(struct str after, int64_t *ret_count, struct fault *f)
{
    int64_t n;
    if (integer_parse(after, &n, NULL) != OK || n < 0 || n > LIMIT_QUERY_SKIP)
        return bad_place(after, f);
    *ret_count = n;
    return OK;
}
