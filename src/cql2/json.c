/* CQL2 JSON (schema of 21-065r2, annex C) into a tree. */
#include "cql2/tree.h"

#include <stdio.h>

#include "text/utf8.h"

#include "base/banned.h"

static struct cql2_node *read_value(struct cql2_build *b, const struct json *v);

static struct cql2_node *refuse(struct cql2_build *b, const struct json *v, const char *vi, const char *en)
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
    cql2_syntax(b->f, found, (struct cql2_expected){vi, en});
    fault_place(b->f, (struct str){NULL, 0}, v->line, v->column);
    return NULL;
}

static struct cql2_node *make(struct cql2_build *b, const struct json *v, enum cql2_op op,
                              struct cql2_node *const *args, size_t n)
{
    must(n <= LIMIT_CQL2_NODES); /* each operand was counted when it was made */
    struct cql2_node *node = cql2_node_new(b, op, 0, args, (unsigned)n);
    if (node) {
        node->line = v->line;
        node->column = v->column;
    } else {
        fault_place(b->f, (struct str){NULL, 0}, v->line, v->column);
    }
    return node;
}

static bool is_text(struct str s)
{
    return s.n == 0 || !memchr(s.p, 0, s.n);
}

static struct cql2_node *read_text(struct cql2_build *b, const struct json *v, enum cql2_op op, struct str text)
{
    if (!is_text(text) || (op == CQL2_OP_PROPERTY && text.n == 0))
        return refuse(b, v, "một chuỗi không rỗng, không có ký tự số 0",
                      "text that is not empty and holds no zero byte");
    struct cql2_node *n = make(b, v, op, NULL, 0);
    if (n)
        n->text = text;
    return n;
}

static struct cql2_node *read_number(struct cql2_build *b, const struct json *v)
{
    bool is_integer = !memchr(v->string.p, '.', v->string.n) && !memchr(v->string.p, 'e', v->string.n) &&
                      !memchr(v->string.p, 'E', v->string.n);
    int64_t integer = 0;
    bool is_negative = v->string.p[0] == '-';
    for (size_t i = is_negative; is_integer && i < v->string.n; i++)
        is_integer =
            !__builtin_mul_overflow(integer, 10, &integer) &&
            !__builtin_add_overflow(integer, is_negative ? '0' - v->string.p[i] : v->string.p[i] - '0', &integer);
    struct cql2_node *n = make(b, v, is_integer ? CQL2_OP_INTEGER : CQL2_OP_NUMBER, NULL, 0);
    if (n && is_integer)
        n->integer = integer;
    else if (n)
        n->number = v->number;
    return n;
}

static struct cql2_node *read_instant(struct cql2_build *b, const struct json *v, const struct json *text,
                                      enum cql2_op op)
{
    struct str s = text->string;
    if (text->kind != J_STRING || (op == CQL2_OP_DATE ? !cql2_date_read(s) : !cql2_timestamp_read(b->a, s, &s)))
        return refuse(b, text,
                      op == CQL2_OP_DATE ? "một ngày có thật dạng \"yyyy-mm-dd\""
                                         : "một thời điểm dạng \"yyyy-mm-ddThh:mm:ssZ\"",
                      op == CQL2_OP_DATE ? "a date as \"yyyy-mm-dd\"" : "an instant as \"yyyy-mm-ddThh:mm:ssZ\"");
    return read_text(b, v, op, s);
}

static struct cql2_node *read_interval_end(struct cql2_build *b, const struct json *v)
{
    static const char *const vi = "\"yyyy-mm-dd\", \"yyyy-mm-ddThh:mm:ssZ\", \"..\" hoặc {\"property\": …}";
    static const char *const en = "\"yyyy-mm-dd\", \"yyyy-mm-ddThh:mm:ssZ\", \"..\" or {\"property\": …}";
    if (v->kind == J_OBJECT) {
        struct cql2_node *n = read_value(b, v);
        if (n && n->op != CQL2_OP_PROPERTY && n->op != CQL2_OP_CALL && n->op != CQL2_OP_DATE &&
            n->op != CQL2_OP_TIMESTAMP)
            return refuse(b, v, vi, en);
        return n;
    }
    if (v->kind != J_STRING)
        return refuse(b, v, vi, en);
    struct str s = v->string;
    if (str_is(s, ".."))
        return make(b, v, CQL2_OP_OPEN, NULL, 0);
    if (cql2_date_read(s))
        return read_text(b, v, CQL2_OP_DATE, s);
    if (cql2_timestamp_read(b->a, s, &s))
        return read_text(b, v, CQL2_OP_TIMESTAMP, s);
    return refuse(b, v, vi, en);
}

static struct cql2_node *read_interval(struct cql2_build *b, const struct json *v, const struct json *ends)
{
    if (ends->kind != J_ARRAY || ends->n != 2)
        return refuse(b, ends, "một mảng hai đầu mút", "an array of two ends");
    struct cql2_node *args[2];
    for (int i = 0; i < 2; i++)
        if (!(args[i] = read_interval_end(b, &ends->items[i])))
            return NULL;
    return make(b, v, CQL2_OP_INTERVAL, args, 2);
}

static struct cql2_node *read_bbox(struct cql2_build *b, const struct json *v, const struct json *bbox)
{
    double numbers[6];
    bool ok = bbox->kind == J_ARRAY && bbox->n <= 6;
    for (size_t i = 0; ok && i < bbox->n; i++) {
        ok = bbox->items[i].kind == J_NUMBER;
        numbers[i] = bbox->items[i].number;
    }
    if (!ok)
        return refuse(b, bbox, "một mảng 4 hoặc 6 số", "an array of 4 or 6 numbers");
    struct cql2_expected expected;
    if (cql2_bbox_check(numbers, (unsigned)bbox->n, &expected) != OK)
        return refuse(b, bbox, expected.vi, expected.en);
    struct cql2_node *n = make(b, v, CQL2_OP_BBOX, NULL, 0);
    if (n) {
        double *kept = arena_alloc(b->a, bbox->n * sizeof *kept);
        memcpy(kept, numbers, bbox->n * sizeof *kept);
        n->bbox = kept;
        n->n = (unsigned)bbox->n;
    }
    return n;
}

static struct cql2_node *read_shape(struct cql2_build *b, const struct json *v)
{
    struct shape *s = ARENA_NEW(b->a, struct shape);
    if (shape_read_geojson(b->a, v, s, b->f) != OK)
        return NULL;
    struct cql2_node *n = make(b, v, CQL2_OP_SHAPE, NULL, 0);
    if (n)
        n->shape = s;
    return n;
}

/* Where the grammar of the text allows an array: arguments of functions, elements, operands of A_…. */
static struct cql2_node *read_element(struct cql2_build *b, const struct json *v)
{
    if (v->kind != J_ARRAY)
        return read_value(b, v);
    struct cql2_node **items = ARENA_ARRAY(b->a, struct cql2_node *, v->n);
    for (size_t i = 0; i < v->n; i++)
        if (!(items[i] = read_element(b, &v->items[i])))
            return NULL;
    return make(b, v, CQL2_OP_LIST, items, v->n);
}

static struct cql2_node *count_fault(struct cql2_build *b, const struct json *args, enum cql2_op op, size_t found)
{
    char expected[16], number[24];
    const struct cql2_op_info *info = &cql2_ops[op];
    snprintf(expected, sizeof expected, info->most > info->fewest ? "%d…" : "%d", info->fewest);
    snprintf(number, sizeof number, "%zu", found);
    FAULT(b->f, ERR_CQL2_ARGUMENTS, {"name", str_of(info->json)}, {"expected", str_of(expected)},
          {"found", str_of(number)});
    fault_place(b->f, (struct str){NULL, 0}, args->line, args->column);
    return NULL;
}

/* in: [value, [item, …]] becomes value, item, … */
static struct cql2_node *read_in(struct cql2_build *b, const struct json *v, const struct json *args)
{
    if (args->n != 2)
        return count_fault(b, args, CQL2_OP_IN, args->n);
    const struct json *list = &args->items[1];
    if (list->kind != J_ARRAY || list->n == 0)
        return refuse(b, list, "một mảng giá trị không rỗng", "an array of values that is not empty");
    struct cql2_node **items = ARENA_ARRAY(b->a, struct cql2_node *, list->n + 1);
    if (!(items[0] = read_value(b, &args->items[0])))
        return NULL;
    for (size_t i = 0; i < list->n; i++)
        if (!(items[i + 1] = read_value(b, &list->items[i])))
            return NULL;
    return make(b, v, CQL2_OP_IN, items, list->n + 1);
}

static struct cql2_node *read_operator(struct cql2_build *b, const struct json *v, const struct json *name)
{
    const struct json *args = json_get(v, "args");
    if (name->kind != J_STRING)
        return refuse(b, name, "tên toán tử dạng chuỗi", "the name of an operator as text");
    if (!args || args->kind != J_ARRAY)
        return refuse(b, args ? args : v, "\"args\" là một mảng", "\"args\" as an array");
    enum cql2_op op = cql2_op_of_json(name->string);
    if (op == CQL2_OP_IN)
        return read_in(b, v, args);
    if (op == CQL2_OP_COUNT) {
        if (!cql2_is_identifier(name->string) || cql2_is_reserved(name->string))
            return refuse(b, name, "toán tử hoặc tên hàm của CQL2", "an operator or function of CQL2");
        op = CQL2_OP_CALL;
    }
    if (args->n < cql2_ops[op].fewest || args->n > cql2_ops[op].most)
        return count_fault(b, args, op, args->n);
    bool has_arrays = op == CQL2_OP_CALL || cql2_ops[op].kind == CQL2_KIND_ARRAY;
    struct cql2_node **nodes = ARENA_ARRAY(b->a, struct cql2_node *, args->n);
    for (size_t i = 0; i < args->n; i++)
        if (!(nodes[i] = has_arrays ? read_element(b, &args->items[i]) : read_value(b, &args->items[i])))
            return NULL;
    struct cql2_node *n = make(b, v, op, nodes, args->n);
    if (n && op == CQL2_OP_CALL)
        n->text = name->string;
    return n;
}

static struct cql2_node *read_object(struct cql2_build *b, const struct json *v)
{
    const struct json *m;
    if ((m = json_get(v, "op")))
        return read_operator(b, v, m);
    if ((m = json_get(v, "property")))
        return m->kind == J_STRING ? read_text(b, v, CQL2_OP_PROPERTY, m->string)
                                   : refuse(b, m, "tên trường dạng chuỗi", "the name of a property as text");
    if ((m = json_get(v, "date")))
        return read_instant(b, v, m, CQL2_OP_DATE);
    if ((m = json_get(v, "timestamp")))
        return read_instant(b, v, m, CQL2_OP_TIMESTAMP);
    if ((m = json_get(v, "interval")))
        return read_interval(b, v, m);
    if (json_get(v, "type"))
        return read_shape(b, v);
    if ((m = json_get(v, "bbox")))
        return read_bbox(b, v, m);
    return refuse(b, v, "\"op\", \"property\", \"date\", \"timestamp\", \"interval\", \"type\" hoặc \"bbox\"",
                  "\"op\", \"property\", \"date\", \"timestamp\", \"interval\", \"type\" or \"bbox\"");
}

static struct cql2_node *read_value(struct cql2_build *b, const struct json *v)
{
    struct cql2_node *n;
    switch (v->kind) {
    case J_BOOL:
        n = make(b, v, CQL2_OP_BOOLEAN, NULL, 0);
        if (n)
            n->boolean = v->boolean;
        return n;
    case J_NUMBER:
        return read_number(b, v);
    case J_STRING:
        return read_text(b, v, CQL2_OP_STRING, v->string);
    case J_OBJECT:
        return read_object(b, v);
    case J_NULL:
    case J_ARRAY:
        break;
    }
    return refuse(b, v, "một giá trị: chuỗi, số, true, false hoặc {…}", "a value: text, a number, true, false or {…}");
}

enum err cql2_read_json(struct arena *a, const struct json *value, struct cql2 **ret, struct fault *f)
{
    struct fault own;
    if (!f)
        f = &own;
    *f = (struct fault){0};
    struct cql2 *q = ARENA_NEW(a, struct cql2);
    struct cql2_build b = {a, q, f};
    q->root = read_value(&b, value);
    if (!q->root)
        return f->code;
    *ret = q;
    return OK;
}

enum err cql2_parse_json(struct arena *a, struct str text, struct cql2 **ret, struct fault *f)
{
    struct json *root;
    if (text.n > LIMIT_CQL2_JSON_BYTES)
        return cql2_limit_fault(f, "Độ dài của bộ lọc (byte)", "The length of the filter in bytes",
                                LIMIT_CQL2_JSON_BYTES);
    enum err e = json_parse(a, text, STR(""), &root, f);
    return e == OK ? cql2_read_json(a, root, ret, f) : e;
}
