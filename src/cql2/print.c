/* A tree as text and as JSON, each in one canonical form. What is printed here parses to the same tree again. */
#include <inttypes.h>

#include "cql2/tree.h"
#include "text/number.h"

#include "base/banned.h"

/* How tightly a piece of text binds; a looser piece in a tighter place gets parentheses. */
enum level { LEVEL_OR, LEVEL_AND, LEVEL_NOT, LEVEL_TEST, LEVEL_SUM, LEVEL_PRODUCT, LEVEL_POWER, LEVEL_OPERAND };

static void print(const struct cql2_node *n, enum level least, struct buf *out);

static bool is_infix_negation(const struct cql2_node *n)
{
    return n->op == CQL2_OP_NOT && n->args[0]->op >= CQL2_OP_LIKE && n->args[0]->op <= CQL2_OP_IS_NULL;
}

static enum level level_of(const struct cql2_node *n)
{
    switch (cql2_kind(n)) {
    case CQL2_KIND_LOGIC:
        return n->op == CQL2_OP_OR    ? LEVEL_OR
               : n->op == CQL2_OP_AND ? LEVEL_AND
               : is_infix_negation(n) ? LEVEL_TEST
                                      : LEVEL_NOT;
    case CQL2_KIND_COMPARE:
    case CQL2_KIND_TEST:
        return LEVEL_TEST;
    case CQL2_KIND_SUM:
        return LEVEL_SUM;
    case CQL2_KIND_PRODUCT:
        return LEVEL_PRODUCT;
    case CQL2_KIND_POWER:
        return LEVEL_POWER;
    default:
        return LEVEL_OPERAND;
    }
}

void cql2_quote(struct buf *out, struct str s, char mark)
{
    size_t slashes = 0;
    buf_putc(out, mark);
    for (size_t i = 0; i < s.n; i++) {
        slashes = s.p[i] == '\\' && mark == '\'' ? slashes + 1 : 0;
        buf_putc(out, s.p[i]);
        /* a run of backslashes before a quote is doubled (lex.c) */
        bool ends_run = slashes && (i + 1 == s.n || s.p[i + 1] == '\'');
        for (size_t k = 0; ends_run && k < slashes; k++)
            buf_putc(out, '\\');
        if (s.p[i] == mark)
            buf_putc(out, mark);
    }
    buf_putc(out, mark);
}

static void put_string(struct str s, struct buf *out)
{
    cql2_quote(out, s, '\'');
}

static void put_number(double v, struct buf *out)
{
    size_t from = out->n;
    if (v == 0 && __builtin_signbit(v))
        buf_putc(out, '-');
    number_print(v, out);
    if (out->is_full || memchr(out->p + from, '.', out->n - from) || memchr(out->p + from, 'e', out->n - from))
        return;
    buf_puts(out, ".0"); /* a number stays one, and does not become an integer */
}

static void put_name(struct str name, struct buf *out)
{
    if (cql2_is_identifier(name) && !cql2_is_reserved(name)) {
        buf_str(out, name);
        return;
    }
    cql2_quote(out, name, '"');
}

static void print_bbox(const struct cql2_node *n, const char *separator, struct buf *out)
{
    for (unsigned i = 0; i < n->n; i++) {
        if (i)
            buf_puts(out, separator);
        if (n->bbox[i] == 0 && __builtin_signbit(n->bbox[i]))
            buf_putc(out, '-');
        number_print(n->bbox[i], out);
    }
}

static void print_interval(const struct cql2_node *n, struct buf *out)
{
    buf_puts(out, "INTERVAL(");
    for (unsigned i = 0; i < 2; i++) {
        const struct cql2_node *end = n->args[i];
        if (i)
            buf_puts(out, ", ");
        if (end->op == CQL2_OP_OPEN || end->op == CQL2_OP_DATE || end->op == CQL2_OP_TIMESTAMP)
            buf_printf(out, "'%.*s'", STR_ARG(end->op == CQL2_OP_OPEN ? STR("..") : end->text));
        else
            print(end, LEVEL_OPERAND, out);
    }
    buf_putc(out, ')');
}

static void print_element(const struct cql2_node *n, struct buf *out);

static void print_elements(const struct cql2_node *n, struct buf *out)
{
    buf_putc(out, '(');
    for (unsigned i = 0; i < n->n; i++) {
        if (i)
            buf_puts(out, ", ");
        print_element(n->args[i], out);
    }
    buf_putc(out, ')');
}

/* An element of an array or an argument of a function: see operand.c for arrays of one. */
static void print_element(const struct cql2_node *n, struct buf *out)
{
    if (n->op != CQL2_OP_LIST) {
        print(n, LEVEL_OR, out);
        return;
    }
    enum cql2_kind kind = n->n == 1 ? cql2_kind(n->args[0]) : CQL2_KIND_OPERAND;
    bool is_operator = kind != CQL2_KIND_OPERAND && kind != CQL2_KIND_LITERAL;
    if (is_operator)
        buf_putc(out, '(');
    print_elements(n, out);
    if (is_operator)
        buf_putc(out, ')');
}

static void print_operand(const struct cql2_node *n, struct buf *out)
{
    switch ((enum cql2_op)n->op) {
    case CQL2_OP_STRING:
        put_string(n->text, out);
        return;
    case CQL2_OP_INTEGER:
        buf_printf(out, "%" PRId64, n->integer);
        return;
    case CQL2_OP_NUMBER:
        put_number(n->number, out);
        return;
    case CQL2_OP_BOOLEAN:
        buf_puts(out, n->boolean ? "TRUE" : "FALSE");
        return;
    case CQL2_OP_DATE:
    case CQL2_OP_TIMESTAMP:
        buf_printf(out, "%s('%.*s')", cql2_ops[n->op].text, STR_ARG(n->text));
        return;
    case CQL2_OP_SHAPE:
        shape_write_wkt(n->shape, out);
        return;
    case CQL2_OP_BBOX:
        buf_puts(out, "BBOX(");
        print_bbox(n, ", ", out);
        buf_putc(out, ')');
        return;
    case CQL2_OP_INTERVAL:
        print_interval(n, out);
        return;
    case CQL2_OP_PROPERTY:
        put_name(n->text, out);
        return;
    case CQL2_OP_LIST:
        print_elements(n, out);
        return;
    case CQL2_OP_CALL:
        buf_str(out, n->text);
        print_elements(n, out);
        return;
    default: /* CASEI, S_…, T_…, A_… */
        buf_puts(out, cql2_ops[n->op].text);
        buf_putc(out, '(');
        for (unsigned i = 0; i < n->n; i++) {
            if (i)
                buf_puts(out, ", ");
            print(n->args[i], LEVEL_SUM, out);
        }
        buf_putc(out, ')');
        return;
    }
}

static void print_test(const struct cql2_node *n, bool is_not, struct buf *out)
{
    print(n->args[0], LEVEL_SUM, out);
    if (n->op == CQL2_OP_IS_NULL) {
        buf_puts(out, is_not ? " IS NOT NULL" : " IS NULL");
        return;
    }
    buf_puts(out, is_not ? " NOT " : " ");
    buf_puts(out, cql2_ops[n->op].text);
    buf_puts(out, n->op == CQL2_OP_IN ? " (" : " ");
    for (unsigned i = 1; i < n->n; i++) {
        if (i > 1)
            buf_puts(out, n->op == CQL2_OP_BETWEEN ? " AND " : ", ");
        print(n->args[i], LEVEL_SUM, out);
    }
    if (n->op == CQL2_OP_IN)
        buf_putc(out, ')');
}

static void print_infix(const struct cql2_node *n, struct buf *out)
{
    enum level level = level_of(n), left = level, right = (enum level)(level + 1);
    if (level == LEVEL_TEST) /* comparisons do not chain */
        left = LEVEL_SUM;
    else if (level == LEVEL_POWER)
        left = LEVEL_OPERAND;
    else if (level <= LEVEL_AND)
        left = right;
    for (unsigned i = 0; i < n->n; i++) {
        if (i) {
            buf_putc(out, ' ');
            buf_puts(out, cql2_ops[n->op].text);
            buf_putc(out, ' ');
        }
        print(n->args[i], i ? right : left, out);
    }
}

static void print(const struct cql2_node *n, enum level least, struct buf *out)
{
    enum level level = level_of(n);
    if (level < least)
        buf_putc(out, '(');
    if (is_infix_negation(n)) {
        print_test(n->args[0], true, out);
    } else if (n->op == CQL2_OP_NOT) {
        buf_puts(out, "NOT ");
        print(n->args[0], LEVEL_TEST, out);
    } else if (cql2_kind(n) == CQL2_KIND_TEST && n->op != CQL2_OP_LIKE) {
        print_test(n, false, out);
    } else if (level == LEVEL_OPERAND) {
        print_operand(n, out);
    } else {
        print_infix(n, out);
    }
    if (level < least)
        buf_putc(out, ')');
}

void cql2_print_node(const struct cql2_node *node, struct buf *out)
{
    if (node->op == CQL2_OP_LIST)
        print_elements(node, out);
    else
        print(node, LEVEL_OR, out);
}

void cql2_print_text(const struct cql2 *q, struct buf *out)
{
    cql2_print_node(q->root, out);
}

/* ---- JSON ---- */

static void json_print(const struct cql2_node *n, struct buf *out);

static void json_array(struct cql2_node *const *items, unsigned n, struct buf *out)
{
    buf_putc(out, '[');
    for (unsigned i = 0; i < n; i++) {
        if (i)
            buf_putc(out, ',');
        json_print(items[i], out);
    }
    buf_putc(out, ']');
}

static void json_text_member(const char *key, struct str value, struct buf *out)
{
    buf_printf(out, "{\"%s\":", key);
    json_quote(out, value);
    buf_putc(out, '}');
}

static void json_interval(const struct cql2_node *n, struct buf *out)
{
    buf_puts(out, "{\"interval\":[");
    for (unsigned i = 0; i < 2; i++) {
        const struct cql2_node *end = n->args[i];
        if (i)
            buf_putc(out, ',');
        if (end->op == CQL2_OP_OPEN)
            buf_puts(out, "\"..\"");
        else if (end->op == CQL2_OP_DATE || end->op == CQL2_OP_TIMESTAMP)
            json_quote(out, end->text);
        else
            json_print(end, out);
    }
    buf_puts(out, "]}");
}

static void json_operator(const struct cql2_node *n, struct buf *out)
{
    buf_puts(out, "{\"op\":");
    json_quote(out, n->op == CQL2_OP_CALL ? n->text : str_of(cql2_ops[n->op].json));
    buf_puts(out, ",\"args\":");
    if (n->op == CQL2_OP_IN) {
        buf_putc(out, '[');
        json_print(n->args[0], out);
        buf_putc(out, ',');
        json_array(n->args + 1, n->n - 1, out);
        buf_putc(out, ']');
    } else {
        json_array(n->args, n->n, out);
    }
    buf_putc(out, '}');
}

static void json_print(const struct cql2_node *n, struct buf *out)
{
    switch ((enum cql2_op)n->op) {
    case CQL2_OP_STRING:
        json_quote(out, n->text);
        return;
    case CQL2_OP_INTEGER:
    case CQL2_OP_NUMBER:
        print_operand(n, out);
        return;
    case CQL2_OP_BOOLEAN:
        buf_puts(out, n->boolean ? "true" : "false");
        return;
    case CQL2_OP_DATE:
        json_text_member("date", n->text, out);
        return;
    case CQL2_OP_TIMESTAMP:
        json_text_member("timestamp", n->text, out);
        return;
    case CQL2_OP_PROPERTY:
        json_text_member("property", n->text, out);
        return;
    case CQL2_OP_SHAPE: {
        struct json_out o;
        json_out_init(&o, out, JSON_OUT_COMPACT);
        shape_write_geojson(n->shape, &o);
        json_out_done(&o);
        return;
    }
    case CQL2_OP_BBOX:
        buf_puts(out, "{\"bbox\":[");
        print_bbox(n, ",", out);
        buf_puts(out, "]}");
        return;
    case CQL2_OP_INTERVAL:
        json_interval(n, out);
        return;
    case CQL2_OP_LIST:
        json_array(n->args, n->n, out);
        return;
    default:
        json_operator(n, out);
        return;
    }
}

void cql2_print_json(const struct cql2 *q, struct buf *out)
{
    json_print(q->root, out);
}
