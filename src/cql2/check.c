/* Names and types: every node of a tree gets its type, and what does not fit is refused with its place. */
#include "cql2/tree.h"

#include <stdio.h>

#include "base/banned.h"

/* Types that compare with each other. */
enum family { FAMILY_NONE, FAMILY_STRING, FAMILY_NUMBER, FAMILY_BOOLEAN, FAMILY_INSTANT };

static enum family family_of(enum cql2_type type)
{
    switch (type) {
    case CQL2_STRING:
        return FAMILY_STRING;
    case CQL2_INTEGER:
    case CQL2_NUMBER:
        return FAMILY_NUMBER;
    case CQL2_BOOLEAN:
        return FAMILY_BOOLEAN;
    case CQL2_DATE:
    case CQL2_TIMESTAMP:
        return FAMILY_INSTANT;
    default:
        return FAMILY_NONE;
    }
}

static struct cql2_expected type_expected(enum cql2_type type)
{
    return (struct cql2_expected){cql2_type_name(type, LANG_VI), cql2_type_name(type, LANG_EN)};
}

/* What an operand beside one of this type must be; quoted dates are the usual slip. */
static struct cql2_expected partner_expected(enum cql2_type type, const struct cql2_node *found)
{
    if (found->op == CQL2_OP_STRING && type == CQL2_DATE)
        return (struct cql2_expected){"ngày, viết DATE('yyyy-mm-dd')", "date, written DATE('yyyy-mm-dd')"};
    if (found->op == CQL2_OP_STRING && type == CQL2_TIMESTAMP)
        return (struct cql2_expected){"thời điểm, viết TIMESTAMP('yyyy-mm-ddThh:mm:ssZ') hoặc DATE('yyyy-mm-dd')",
                                      "timestamp, written TIMESTAMP('yyyy-mm-ddThh:mm:ssZ') or DATE('yyyy-mm-dd')"};
    return type_expected(type);
}

static const struct cql2_expected want_scalar = {"chuỗi, số, đúng/sai, ngày hoặc thời điểm",
                                                 "string, number, boolean, date or timestamp"};
static const struct cql2_expected want_time = {"ngày, thời điểm hoặc khoảng thời gian", "date, timestamp or interval"};
static const struct cql2_expected want_interval = {
    "khoảng thời gian (với một thời điểm, dùng T_INTERSECTS, T_AFTER, T_BEFORE)",
    "interval (for an instant use T_INTERSECTS, T_AFTER, T_BEFORE)"};

/* `where` is the node as the canonical text shows it, cut when long. */
static struct str node_text(const struct cql2_node *node, struct buf *b)
{
    cql2_print_node(node, b);
    return buf_view(b);
}

enum err cql2_type_fault(struct cql2_check *c, const struct cql2_node *node, struct cql2_expected expected)
{
    struct buf where CLEANUP(buf_done) = BUF_INIT(200);
    enum cql2_type type = (enum cql2_type)node->type;
    FAULT(c->f, ERR_CQL2_TYPE, {"where", node_text(node, &where)}, {"found_vi", str_of(cql2_type_name(type, LANG_VI))},
          {"found_en", str_of(cql2_type_name(type, LANG_EN))}, {"expected_vi", str_of(expected.vi)},
          {"expected_en", str_of(expected.en)});
    cql2_fault_at(c->q, node, c->f);
    return ERR_CQL2_TYPE;
}

/* ---- names ---- */

enum { NEAREST_SHOWN = 8 };

/* The nearest of n names, or the first few when none is near. */
static void nearest(struct str name, struct str (*name_at)(const void *, size_t), const void *list, size_t n,
                    struct buf *out)
{
    size_t best = n;
    unsigned limit = name.n > 6 ? 3 : name.n > 3 ? 2 : 1, distance = limit + 1;
    for (size_t i = 0; i < n; i++) {
        struct str other = name_at(list, i);
        unsigned d = str_eq_ascii_nocase(other, name) ? 0 : str_distance(other, name, limit);
        if (d < distance) {
            distance = d;
            best = i;
        }
    }
    if (best < n) {
        buf_str(out, name_at(list, best));
        return;
    }
    for (size_t i = 0; i < n && i < NEAREST_SHOWN; i++) {
        if (i)
            buf_puts(out, ", ");
        buf_str(out, name_at(list, i));
    }
    if (n > NEAREST_SHOWN)
        buf_puts(out, ", …");
}

static struct str property_name_at(const void *list, size_t i)
{
    return ((const struct cql2_property *)list)[i].name;
}

static struct str function_name_at(const void *list, size_t i)
{
    return ((const struct cql2_function *)list)[i].name;
}

static enum err check_property(struct cql2_check *c, struct cql2_node *node)
{
    const struct cql2_schema *s = c->schema;
    const struct cql2_property *p = NULL;
    for (size_t i = 0; i < s->n && !p; i++)
        if (str_eq(s->properties[i].name, node->text))
            p = &s->properties[i];
    if (!p && s->lookup)
        p = s->lookup(s->context, node->text);
    if (p) {
        node->property = p;
        node->type = (unsigned char)p->type;
        node->of = (unsigned char)p->of;
        return OK;
    }
    struct buf near CLEANUP(buf_done) = BUF_INIT(300);
    nearest(node->text, property_name_at, s->properties, s->n, &near);
    FAULT(c->f, ERR_CQL2_PROPERTY, {"name", node->text}, {"nearest", buf_view(&near)});
    cql2_fault_at(c->q, node, c->f);
    return ERR_CQL2_PROPERTY;
}

static const struct cql2_function *function_of(const struct cql2_schema *s, struct str name)
{
    size_t n;
    const struct cql2_function *own = cql2_functions(&n);
    for (size_t i = 0; i < s->n_functions; i++)
        if (str_eq_ascii_nocase(s->functions[i].name, name))
            return &s->functions[i];
    for (size_t i = 0; i < n; i++)
        if (str_eq_ascii_nocase(own[i].name, name))
            return &own[i];
    return NULL;
}

static bool argument_fits(enum cql2_type wanted, enum cql2_type found)
{
    return wanted == CQL2_UNKNOWN || wanted == found || (wanted == CQL2_NUMBER && found == CQL2_INTEGER) ||
           (wanted == CQL2_DATE && found == CQL2_TIMESTAMP);
}

static enum err check_call(struct cql2_check *c, struct cql2_node *node)
{
    const struct cql2_function *fn = function_of(c->schema, node->text);
    if (!fn) {
        size_t n;
        const struct cql2_function *own = cql2_functions(&n);
        struct buf near CLEANUP(buf_done) = BUF_INIT(300);
        nearest(node->text, function_name_at, own, n, &near);
        FAULT(c->f, ERR_CQL2_FUNCTION, {"name", node->text}, {"nearest", buf_view(&near)});
        cql2_fault_at(c->q, node, c->f);
        return ERR_CQL2_FUNCTION;
    }
    if (node->n < fn->n_args_min || node->n > fn->n_args) {
        char expected[32], found[16];
        snprintf(expected, sizeof expected, fn->n_args_min == fn->n_args ? "%zu" : "%zu–%zu", fn->n_args_min,
                 fn->n_args);
        snprintf(found, sizeof found, "%u", node->n);
        FAULT(c->f, ERR_CQL2_ARGUMENTS, {"name", node->text}, {"expected", str_of(expected)}, {"found", str_of(found)});
        cql2_fault_at(c->q, node, c->f);
        return ERR_CQL2_ARGUMENTS;
    }
    for (unsigned i = 0; i < node->n; i++)
        if (!argument_fits(fn->args[i], (enum cql2_type)node->args[i]->type))
            return cql2_type_fault(c, node->args[i], partner_expected(fn->args[i], node->args[i]));
    node->function = fn;
    node->type = (unsigned char)fn->result;
    return OK;
}

/* ---- types ---- */

static enum err expect_type(struct cql2_check *c, const struct cql2_node *node, enum cql2_type type)
{
    if (node->type == type || (type == CQL2_NUMBER && node->type == CQL2_INTEGER))
        return OK;
    return cql2_type_fault(c, node, type_expected(type));
}

/* All operands from `first` on compare with the first operand. */
static enum err check_same_family(struct cql2_check *c, const struct cql2_node *node)
{
    enum family family = family_of((enum cql2_type)node->args[0]->type);
    if (family == FAMILY_NONE)
        return cql2_type_fault(c, node->args[0], want_scalar);
    for (unsigned i = 1; i < node->n; i++)
        if (family_of((enum cql2_type)node->args[i]->type) != family)
            return cql2_type_fault(c, node->args[i],
                                   partner_expected((enum cql2_type)node->args[0]->type, node->args[i]));
    return OK;
}

/* Arguments that SQLite's json_array takes; an array of literals alone is bound as one value. */
enum { LIST_COMPUTED_MAX = 100 };

static enum err check_list(struct cql2_check *c, struct cql2_node *node)
{
    node->type = CQL2_ARRAY;
    node->of = CQL2_UNKNOWN;
    if (node->n > LIST_COMPUTED_MAX && !cql2_is_literal_list(node)) {
        cql2_limit_fault(c->f, "Số phần tử của mảng có trường hoặc phép tính",
                         "The length of an array that holds properties or computations", LIST_COMPUTED_MAX);
        cql2_fault_at(c->q, node, c->f);
        return ERR_CQL2_LIMIT;
    }
    for (unsigned i = 0; i < node->n; i++) {
        enum cql2_type type = (enum cql2_type)node->args[i]->type;
        if (family_of(type) == FAMILY_NONE)
            return cql2_type_fault(c, node->args[i], want_scalar);
        if (i == 0)
            node->of = (unsigned char)type;
        else if (node->of == CQL2_INTEGER && type == CQL2_NUMBER)
            node->of = CQL2_NUMBER;
        else if (type != node->of && !(node->of == CQL2_NUMBER && type == CQL2_INTEGER))
            return cql2_type_fault(c, node->args[i], type_expected((enum cql2_type)node->of));
    }
    return OK;
}

static enum err check_interval(struct cql2_check *c, struct cql2_node *node)
{
    node->type = CQL2_INTERVAL;
    node->of = CQL2_TIMESTAMP;
    for (unsigned i = 0; i < 2; i++) {
        const struct cql2_node *end = node->args[i];
        if (end->op == CQL2_OP_OPEN)
            continue;
        if (family_of((enum cql2_type)end->type) != FAMILY_INSTANT)
            return cql2_type_fault(c, end, (struct cql2_expected){"ngày hoặc thời điểm", "date or timestamp"});
        if (end->type == CQL2_DATE)
            node->of = CQL2_DATE;
    }
    return OK;
}

static enum err check_arithmetic(struct cql2_check *c, struct cql2_node *node)
{
    bool is_integer = node->op != CQL2_OP_DIVIDE && node->op != CQL2_OP_POWER;
    for (unsigned i = 0; i < 2; i++) {
        enum err e = expect_type(c, node->args[i], CQL2_NUMBER);
        if (e != OK)
            return e;
        is_integer = is_integer && node->args[i]->type == CQL2_INTEGER;
    }
    node->type = is_integer || node->op == CQL2_OP_DIV ? CQL2_INTEGER : CQL2_NUMBER;
    return OK;
}

/* GEOS has these three for geometries of one kind only. */
static bool needs_one_kind(enum cql2_op op)
{
    return op == CQL2_OP_S_TOUCHES || op == CQL2_OP_S_CROSSES || op == CQL2_OP_S_OVERLAPS;
}

static enum err check_spatial(struct cql2_check *c, struct cql2_node *node)
{
    for (unsigned i = 0; i < 2; i++) {
        const struct cql2_node *arg = node->args[i];
        enum err e = expect_type(c, arg, CQL2_GEOMETRY);
        if (e != OK)
            return e;
        if (arg->op == CQL2_OP_SHAPE && arg->shape->kind == SHAPE_COLLECTION && needs_one_kind((enum cql2_op)node->op))
            return cql2_type_fault(c, arg,
                                   (struct cql2_expected){"hình một loại, không phải GEOMETRYCOLLECTION",
                                                          "a geometry of one kind, not a GEOMETRYCOLLECTION"});
    }
    return OK;
}

static enum err check_temporal(struct cql2_check *c, struct cql2_node *node)
{
    bool takes_instants = node->op <= CQL2_OP_T_INTERSECTS; /* table 2 of the standard; the others: table 3 */
    for (unsigned i = 0; i < 2; i++) {
        enum cql2_type type = (enum cql2_type)node->args[i]->type;
        if (type == CQL2_INTERVAL)
            continue;
        if (family_of(type) != FAMILY_INSTANT)
            return cql2_type_fault(c, node->args[i], want_time);
        if (!takes_instants)
            return cql2_type_fault(c, node->args[i], want_interval);
    }
    return OK;
}

static enum err check_array(struct cql2_check *c, struct cql2_node *node)
{
    enum family family[2];
    for (unsigned i = 0; i < 2; i++) {
        enum err e = expect_type(c, node->args[i], CQL2_ARRAY);
        if (e != OK)
            return e;
        family[i] = family_of((enum cql2_type)node->args[i]->of);
    }
    if (family[0] == family[1] || family[0] == FAMILY_NONE || family[1] == FAMILY_NONE)
        return OK;
    const struct cql2_node *wrong = node->args[1]->op == CQL2_OP_LIST ? node->args[1]->args[0] : node->args[1];
    return cql2_type_fault(c, wrong, type_expected((enum cql2_type)node->args[0]->of));
}

static enum err check_operator(struct cql2_check *c, struct cql2_node *node)
{
    enum err e = OK;
    node->type = CQL2_BOOLEAN;
    switch (cql2_kind(node)) {
    case CQL2_KIND_LOGIC:
        for (unsigned i = 0; i < node->n && e == OK; i++)
            e = expect_type(c, node->args[i], CQL2_BOOLEAN);
        return e;
    case CQL2_KIND_COMPARE:
        return check_same_family(c, node);
    case CQL2_KIND_SUM:
    case CQL2_KIND_PRODUCT:
    case CQL2_KIND_POWER:
        return check_arithmetic(c, node);
    case CQL2_KIND_SPATIAL:
        return check_spatial(c, node);
    case CQL2_KIND_TEMPORAL:
        return check_temporal(c, node);
    case CQL2_KIND_ARRAY:
        return check_array(c, node);
    default:
        break;
    }
    switch ((enum cql2_op)node->op) {
    case CQL2_OP_LIKE:
        e = expect_type(c, node->args[0], CQL2_STRING);
        return e == OK ? expect_type(c, node->args[1], CQL2_STRING) : e;
    case CQL2_OP_BETWEEN: {
        enum family family = family_of((enum cql2_type)node->args[0]->type);
        if (family != FAMILY_NUMBER && family != FAMILY_INSTANT)
            return cql2_type_fault(c, node->args[0],
                                   (struct cql2_expected){"số, ngày hoặc thời điểm", "number, date or timestamp"});
        return check_same_family(c, node);
    }
    case CQL2_OP_IN:
        return check_same_family(c, node);
    case CQL2_OP_CASEI:
    case CQL2_OP_ACCENTI:
        node->type = CQL2_STRING;
        return expect_type(c, node->args[0], CQL2_STRING);
    default: /* IS NULL takes anything */
        return OK;
    }
}

enum err cql2_check_node(struct cql2_check *c, struct cql2_node *node)
{
    static const unsigned char literal_types[] = {
        [CQL2_OP_STRING] = CQL2_STRING,   [CQL2_OP_INTEGER] = CQL2_INTEGER, [CQL2_OP_NUMBER] = CQL2_NUMBER,
        [CQL2_OP_BOOLEAN] = CQL2_BOOLEAN, [CQL2_OP_DATE] = CQL2_DATE,       [CQL2_OP_TIMESTAMP] = CQL2_TIMESTAMP,
        [CQL2_OP_OPEN] = CQL2_UNKNOWN,    [CQL2_OP_SHAPE] = CQL2_GEOMETRY,  [CQL2_OP_BBOX] = CQL2_GEOMETRY,
    };
    if (cql2_kind(node) == CQL2_KIND_LITERAL) {
        node->type = literal_types[node->op];
        return OK;
    }
    for (unsigned i = 0; i < node->n; i++) {
        enum err e = cql2_check_node(c, node->args[i]);
        if (e != OK)
            return e;
    }
    switch ((enum cql2_op)node->op) {
    case CQL2_OP_PROPERTY:
        return check_property(c, node);
    case CQL2_OP_CALL:
        return check_call(c, node);
    case CQL2_OP_LIST:
        return check_list(c, node);
    case CQL2_OP_INTERVAL:
        return check_interval(c, node);
    default:
        return check_operator(c, node);
    }
}

enum err cql2_check_value(struct arena *a, struct cql2 *q, const struct cql2_schema *schema, enum cql2_type *ret_type,
                          struct fault *f)
{
    struct fault own;
    if (!f)
        f = &own;
    *f = (struct fault){0};
    struct cql2_check c = {a, q, schema, f};
    q->is_checked = false;
    enum err e = cql2_check_node(&c, q->root);
    if (e != OK)
        return e;
    q->is_checked = true;
    *ret_type = (enum cql2_type)q->root->type;
    return OK;
}

enum err cql2_check(struct arena *a, struct cql2 *q, const struct cql2_schema *schema, struct fault *f)
{
    struct fault own;
    if (!f)
        f = &own;
    enum cql2_type type;
    enum err e = cql2_check_value(a, q, schema, &type, f);
    if (e == OK && type != CQL2_BOOLEAN) {
        struct cql2_check c = {a, q, schema, f};
        q->is_checked = false;
        e = cql2_type_fault(&c, q->root,
                            (struct cql2_expected){"điều kiện đúng/sai, như a = 1", "a condition, like a = 1"});
    }
    return e;
}
