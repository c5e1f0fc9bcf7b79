/* CQL2 JSON (schema of 21-065r2, annex C) into a tree. */
#include "cql2/tree.h"

#include <stdio.h>

#include "text/utf8.h"

#include "base/banned.h"

struct reader {
    struct cql2_build b;
};

static struct cql2_node *read_value(struct reader *r, const struct json *v);

static struct cql2_node *refuse(struct reader *r, const struct json *v, const char *vi, const char *en)
{
    char number[32];
    struct str found = v->string;
    switch (v->kind) {
    case J_NULL:
        found = STR("null");
        break;
    case J_BOOL:
        found = v->boolean ? STR("true") : STR("false");
        break;
    case J_ARRAY:
        snprintf(number, sizeof number, "[…] (%zu)", v->n);
        found = str_of(number);
        break;
    case J_OBJECT:
        snprintf(number, sizeof number, "{…} (%zu)", v->n);
        found = v->n ? v->members[0].key : str_of(number);
        break;
    case J_NUMBER:
    case J_STRING:
        break;
    }
    cql2_syntax(r->b.f, found, (struct cql2_expected){vi, en});
    fault_place(r->b.f, (struct str){NULL, 0}, v->line, v->column);
    return NULL;
}

static struct cql2_node *make(struct reader *r, const struct json *v, enum cql2_op op, struct cql2_node *const *args,
                              size_t n)
{
    struct cql2_node *node = NULL;
    if (n <= LIMIT_CQL2_NODES)
        node = cql2_node_new(&r->b, op, 0, args, (unsigned)n);
    else
        FAULT(r->b.f, ERR_CQL2_LIMIT, {"what_vi", STR("Số phần tử của bộ lọc")},
              {"what_en", STR("The number of parts of the filter")}, {"limit", STR("10000")});
    if (node) {
        node->line = v->line;
        node->column = v->column;
    } else {
        fault_place(r->b.f, (struct str){NULL, 0}, v->line, v->column);
    }
    return node;
}

static bool is_text(struct str s)
{
    return s.n == 0 || !memchr(s.p, 0, s.n);
}

static struct cql2_node *read_text(struct reader *r, const struct json *v, enum cql2_op op, struct str text)
{
    if (!is_text(text) || (op == CQL2_OP_PROPERTY && text.n == 0))
        return refuse(r, v, "một chuỗi không rỗng, không có ký tự số 0",
                      "text that is not empty and holds no zero byte");
    struct cql2_node *n = make(r, v, op, NULL, 0);
    if (n)
        n->text = text;
    return n;
}

static struct cql2_node *read_number(struct reader *r, const struct json *v)
{
    bool is_integer = !memchr(v->string.p, '.', v->string.n) && !memchr(v->string.p, 'e', v->string.n) &&
                      !memchr(v->string.p, 'E', v->string.n);
    int64_t integer = 0;
    bool is_negative = v->string.p[0] == '-';
    for (size_t i = is_negative; is_integer && i < v->string.n; i++)
        is_integer =
            !__builtin_mul_overflow(integer, 10, &integer) &&
            !__builtin_add_overflow(integer, is_negative ? '0' - v->string.p[i] : v->string.p[i] - '0', &integer);
    struct cql2_node *n = make(r, v, is_integer ? CQL2_OP_INTEGER : CQL2_OP_NUMBER, NULL, 0);
    if (n && is_integer)
        n->integer = integer;
    else if (n)
        n->number = v->number;
    return n;
}

static struct cql2_node *read_instant(struct reader *r, const struct json *v, const struct json *text, enum cql2_op op)
{
    struct str s = text->string;
    if (text->kind != J_STRING || (op == CQL2_OP_DATE ? !cql2_date_read(s) : !cql2_timestamp_read(r->b.a, s, &s)))
        return refuse(r, text,
                      op == CQL2_OP_DATE ? "một ngày có thật dạng \"yyyy-mm-dd\""
                                         : "một thời điểm dạng \"yyyy-mm-ddThh:mm:ssZ\"",
                      op == CQL2_OP_DATE ? "a date as \"yyyy-mm-dd\"" : "an instant as \"yyyy-mm-ddThh:mm:ssZ\"");
    return read_text(r, v, op, s);
}

static struct cql2_node *read_interval_end(struct reader *r, const struct json *v)
{
    static const char *const vi = "\"yyyy-mm-dd\", \"yyyy-mm-ddThh:mm:ssZ\", \"..\" hoặc {\"property\": …}";
    static const char *const en = "\"yyyy-mm-dd\", \"yyyy-mm-ddThh:mm:ssZ\", \"..\" or {\"property\": …}";
    if (v->kind == J_OBJECT) {
        struct cql2_node *n = read_value(r, v);
        if (n && n->op != CQL2_OP_PROPERTY && n->op != CQL2_OP_CALL && n->op != CQL2_OP_DATE &&
            n->op != CQL2_OP_TIMESTAMP)
            return refuse(r, v, vi, en);
        return n;
    }
    if (v->kind != J_STRING)
        return refuse(r, v, vi, en);
    struct str s = v->string;
    if (str_is(s, ".."))
        return make(r, v, CQL2_OP_OPEN, NULL, 0);
    if (cql2_date_read(s))
        return read_text(r, v, CQL2_OP_DATE, s);
    if (cql2_timestamp_read(r->b.a, s, &s))
        return read_text(r, v, CQL2_OP_TIMESTAMP, s);
    return refuse(r, v, vi, en);
}

static struct cql2_node *read_interval(struct reader *r, const struct json *v, const struct json *ends)
{
    if (ends->kind != J_ARRAY || ends->n != 2)
        return refuse(r, ends, "một mảng hai đầu mút", "an array of two ends");
    struct cql2_node *args[2];
    for (int i = 0; i < 2; i++)
        if (!(args[i] = read_interval_end(r, &ends->items[i])))
            return NULL;
    return make(r, v, CQL2_OP_INTERVAL, args, 2);
}

static struct cql2_node *read_bbox(struct reader *r, const struct json *v, const struct json *bbox)
{
    double numbers[6];
    bool ok = bbox->kind == J_ARRAY && bbox->n <= 6;
    for (size_t i = 0; ok && i < bbox->n; i++) {
        ok = bbox->items[i].kind == J_NUMBER;
        numbers[i] = bbox->items[i].number;
    }
    if (!ok)
        return refuse(r, bbox, "một mảng 4 hoặc 6 số", "an array of 4 or 6 numbers");
    struct cql2_expected expected;
    if (cql2_bbox_check(numbers, (unsigned)bbox->n, &expected) != OK)
        return refuse(r, bbox, expected.vi, expected.en);
    struct cql2_node *n = make(r, v, CQL2_OP_BBOX, NULL, 0);
    if (n) {
        double *kept = arena_alloc(r->b.a, bbox->n * sizeof *kept);
        memcpy(kept, numbers, bbox->n * sizeof *kept);
        n->bbox = kept;
        n->n = (unsigned)bbox->n;
    }
    return n;
}

static struct cql2_node *read_shape(struct reader *r, const struct json *v)
{
    struct shape *s = ARENA_NEW(r->b.a, struct shape);
    if (shape_read_geojson(r->b.a, v, s, r->b.f) != OK)
        return NULL;
    struct cql2_node *n = make(r, v, CQL2_OP_SHAPE, NULL, 0);
    if (n)
        n->shape = s;
    return n;
}

/* Where the grammar of the text allows an array: arguments of functions, elements, operands of A_…. */
static struct cql2_node *read_element(struct reader *r, const struct json *v)
{
    if (v->kind != J_ARRAY)
        return read_value(r, v);
    struct cql2_node **items = ARENA_ARRAY(r->b.a, struct cql2_node *, v->n);
    for (size_t i = 0; i < v->n; i++)
        if (!(items[i] = read_element(r, &v->items[i])))
            return NULL;
    return make(r, v, CQL2_OP_LIST, items, v->n);
}

static struct cql2_node *count_fault(struct reader *r, const struct json *args, enum cql2_op op, size_t found)
{
    char expected[16], number[24];
    const struct cql2_op_info *info = &cql2_ops[op];
    snprintf(expected, sizeof expected, info->most > info->fewest ? "%d…" : "%d", info->fewest);
    snprintf(number, sizeof number, "%zu", found);
    FAULT(r->b.f, ERR_CQL2_ARGUMENTS, {"name", str_of(info->json)}, {"expected", str_of(expected)},
          {"found", str_of(number)});
    fault_place(r->b.f, (struct str){NULL, 0}, args->line, args->column);
    return NULL;
}

/* in: [value, [item, …]] becomes value, item, … */
static struct cql2_node *read_in(struct reader *r, const struct json *v, const struct json *args)
{
    if (args->n != 2)
        return count_fault(r, args, CQL2_OP_IN, args->n);
    const struct json *list = &args->items[1];
    if (list->kind != J_ARRAY || list->n == 0)
        return refuse(r, list, "một mảng giá trị không rỗng", "an array of values that is not empty");
    struct cql2_node **items = ARENA_ARRAY(r->b.a, struct cql2_node *, list->n + 1);
    if (!(items[0] = read_value(r, &args->items[0])))
        return NULL;
    for (size_t i = 0; i < list->n; i++)
        if (!(items[i + 1] = read_value(r, &list->items[i])))
            return NULL;
    return make(r, v, CQL2_OP_IN, items, list->n + 1);
}

static struct cql2_node *read_operator(struct reader *r, const struct json *v, const struct json *name)
{
    const struct json *args = json_get(v, "args");
    if (name->kind != J_STRING)
        return refuse(r, name, "tên toán tử dạng chuỗi", "the name of an operator as text");
    if (!args || args->kind != J_ARRAY)
        return refuse(r, args ? args : v, "\"args\" là một mảng", "\"args\" as an array");
    enum cql2_op op = cql2_op_of_json(name->string);
    if (op == CQL2_OP_IN)
        return read_in(r, v, args);
    if (op == CQL2_OP_COUNT) {
        if (!cql2_is_identifier(name->string) || cql2_is_reserved(name->string))
            return refuse(r, name, "toán tử hoặc tên hàm của CQL2", "an operator or function of CQL2");
        op = CQL2_OP_CALL;
    }
    if (args->n < cql2_ops[op].fewest || args->n > cql2_ops[op].most)
        return count_fault(r, args, op, args->n);
    bool has_arrays = op == CQL2_OP_CALL || cql2_ops[op].kind == CQL2_KIND_ARRAY;
    struct cql2_node **nodes = ARENA_ARRAY(r->b.a, struct cql2_node *, args->n);
    for (size_t i = 0; i < args->n; i++)
        if (!(nodes[i] = has_arrays ? read_element(r, &args->items[i]) : read_value(r, &args->items[i])))
            return NULL;
    struct cql2_node *n = make(r, v, op, nodes, args->n);
    if (n && op == CQL2_OP_CALL)
        n->text = name->string;
    return n;
}

static struct cql2_node *read_object(struct reader *r, const struct json *v)
{
    const struct json *m;
    if ((m = json_get(v, "op")))
        return read_operator(r, v, m);
    if ((m = json_get(v, "property")))
        return m->kind == J_STRING ? read_text(r, v, CQL2_OP_PROPERTY, m->string)
                                   : refuse(r, m, "tên trường dạng chuỗi", "the name of a property as text");
    if ((m = json_get(v, "date")))
        return read_instant(r, v, m, CQL2_OP_DATE);
    if ((m = json_get(v, "timestamp")))
        return read_instant(r, v, m, CQL2_OP_TIMESTAMP);
    if ((m = json_get(v, "interval")))
        return read_interval(r, v, m);
    if (json_get(v, "type"))
        return read_shape(r, v);
    if ((m = json_get(v, "bbox")))
        return read_bbox(r, v, m);
    return refuse(r, v, "\"op\", \"property\", \"date\", \"timestamp\", \"interval\", \"type\" hoặc \"bbox\"",
                  "\"op\", \"property\", \"date\", \"timestamp\", \"interval\", \"type\" or \"bbox\"");
}

static struct cql2_node *read_value(struct reader *r, const struct json *v)
{
    struct cql2_node *n;
    switch (v->kind) {
    case J_BOOL:
        n = make(r, v, CQL2_OP_BOOLEAN, NULL, 0);
        if (n)
            n->boolean = v->boolean;
        return n;
    case J_NUMBER:
        return read_number(r, v);
    case J_STRING:
        return read_text(r, v, CQL2_OP_STRING, v->string);
    case J_OBJECT:
        return read_object(r, v);
    case J_NULL:
    case J_ARRAY:
        break;
    }
    return refuse(r, v, "một giá trị: chuỗi, số, true, false hoặc {…}", "a value: text, a number, true, false or {…}");
}

enum err cql2_read_json(struct arena *a, const struct json *value, struct cql2 **ret, struct fault *f)
{
    struct fault own;
    if (!f)
        f = &own;
    *f = (struct fault){0};
    struct cql2 *q = ARENA_NEW(a, struct cql2);
    struct reader r = {.b = {a, q, f}};
    q->root = read_value(&r, value);
    if (!q->root)
        return f->code;
    *ret = q;
    return OK;
}

enum err cql2_parse_json(struct arena *a, struct str text, struct cql2 **ret, struct fault *f)
{
    struct json *root;
    if (text.n > LIMIT_CQL2_JSON_BYTES)
        return FAULT(f, ERR_CQL2_LIMIT, {"what_vi", STR("Độ dài của bộ lọc (byte)")},
                     {"what_en", STR("The length of the filter in bytes")}, {"limit", STR("1048576")});
    enum err e = json_parse(a, text, STR(""), &root, f);
    return e == OK ? cql2_read_json(a, root, ret, f) : e;
}
