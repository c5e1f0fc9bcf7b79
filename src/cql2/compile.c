/* A checked tree as parameterised SQL for SQLite. Every expression is written in parentheses of its own. */
#include "cql2/tree.h"

#include <ctype.h>
#include <stdio.h>

#include "base/vec.h"
#include "text/json.h"
#include "text/vn.h"

#include "base/banned.h"

void cql2_bind(struct cql2_compiler *c, struct cql2_param param)
{
    VEC_PUSH(c->params->arena, c->params, param);
    buf_putc(c->sql, '?');
}

void cql2_bind_text(struct cql2_compiler *c, struct str s)
{
    cql2_bind(c, (struct cql2_param){.kind = CQL2_PARAM_TEXT, .bytes = s});
}

static void puts_sql(struct cql2_compiler *c, const char *sql)
{
    buf_puts(c->sql, sql);
}

static void emit_infix(struct cql2_compiler *c, const char *before, const struct cql2_node *a, const char *between,
                       const struct cql2_node *b, const char *behind)
{
    puts_sql(c, before);
    cql2_emit(c, a);
    puts_sql(c, between);
    cql2_emit(c, b);
    puts_sql(c, behind);
}

/* ---- values ---- */

static bool fits_arena(const struct buf *b, struct cql2_compiler *c)
{
    if (b->is_full)
        c->sql->is_full = true; /* reported once, at the end */
    return !b->is_full;
}

static void bind_kept(struct cql2_compiler *c, struct buf *b, enum cql2_param_kind kind)
{
    struct str kept = STR("");
    if (fits_arena(b, c))
        kept = str_dup(c->a, buf_view(b));
    cql2_bind(c, (struct cql2_param){.kind = kind, .bytes = kept});
}

static void emit_shape(struct cql2_compiler *c, const struct cql2_node *node)
{
    struct buf wkb CLEANUP(buf_done) = BUF_INIT(LIMIT_GEOMETRY_BYTES);
    if (node->op == CQL2_OP_SHAPE) {
        shape_write_wkb(node->shape, &wkb);
    } else {
        const double *v = node->bbox;
        unsigned half = node->n / 2;
        struct shape s;
        shape_of_box(c->a, (struct box){v[0], v[1], v[half], v[half + 1]}, &s);
        shape_write_wkb(&s, &wkb);
    }
    bind_kept(c, &wkb, CQL2_PARAM_BLOB);
}

static bool is_literal(const struct cql2_node *node)
{
    return cql2_kind(node) == CQL2_KIND_LITERAL;
}

static void json_literal(const struct cql2_node *node, struct buf *out)
{
    switch ((enum cql2_op)node->op) {
    case CQL2_OP_INTEGER:
        buf_printf(out, "%lld", (long long)node->integer);
        break;
    case CQL2_OP_NUMBER:
        buf_printf(out, "%.17g", node->number);
        break;
    case CQL2_OP_BOOLEAN:
        buf_puts(out, node->boolean ? "true" : "false");
        break;
    default:
        json_quote(out, node->text);
        break;
    }
}

/* An array of literals is bound whole; one with properties in it is built by SQLite. */
static void emit_list(struct cql2_compiler *c, const struct cql2_node *node)
{
    if (cql2_is_literal_list(node)) {
        struct buf json CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_SQL_BYTES);
        buf_putc(&json, '[');
        for (unsigned i = 0; i < node->n; i++) {
            if (i)
                buf_putc(&json, ',');
            json_literal(node->args[i], &json);
        }
        buf_putc(&json, ']');
        bind_kept(c, &json, CQL2_PARAM_TEXT);
        return;
    }
    puts_sql(c, "json_array("); /* check.c sees to it that there are not too many arguments */
    for (unsigned i = 0; i < node->n; i++) {
        puts_sql(c, i ? ", " : "");
        cql2_emit(c, node->args[i]);
    }
    buf_putc(c->sql, ')');
}

/* CASEI and ACCENTI of a literal are folded here, once. */
static bool fold_literal(const struct cql2_node *node, struct arena *a, struct str *ret)
{
    if (node->op == CQL2_OP_STRING) {
        *ret = node->text;
        return true;
    }
    struct str inner;
    if ((node->op != CQL2_OP_CASEI && node->op != CQL2_OP_ACCENTI) || !fold_literal(node->args[0], a, &inner))
        return false;
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    if (node->op == CQL2_OP_CASEI)
        text_casei(inner, &b);
    else
        text_accenti(inner, &b);
    if (b.is_full)
        return false;
    *ret = str_dup(a, buf_view(&b));
    return true;
}

static void emit_fold(struct cql2_compiler *c, const struct cql2_node *node)
{
    struct str folded;
    if (fold_literal(node, c->a, &folded)) {
        cql2_bind_text(c, folded);
        return;
    }
    puts_sql(c, node->op == CQL2_OP_CASEI ? "casei(" : "accenti(");
    cql2_emit(c, node->args[0]);
    buf_putc(c->sql, ')');
}

static void emit_call(struct cql2_compiler *c, const struct cql2_node *node)
{
    const struct cql2_function *fn = node->function;
    const char *sql = fn->sql[node->n];
    must(sql != NULL);
    for (; *sql; sql++) {
        if (*sql != '$') {
            buf_putc(c->sql, *sql);
            continue;
        }
        unsigned i = (unsigned)(*++sql - '1');
        must(i < node->n);
        const struct cql2_node *arg = node->args[i];
        if (fn->args[i] == CQL2_DATE && arg->type == CQL2_TIMESTAMP)
            cql2_emit_date(c, arg);
        else
            cql2_emit(c, arg);
    }
}

static void emit_operand(struct cql2_compiler *c, const struct cql2_node *node)
{
    switch ((enum cql2_op)node->op) {
    case CQL2_OP_STRING:
    case CQL2_OP_DATE:
    case CQL2_OP_TIMESTAMP:
        cql2_bind_text(c, node->text);
        return;
    case CQL2_OP_INTEGER:
        cql2_bind(c, (struct cql2_param){.kind = CQL2_PARAM_INTEGER, .integer = node->integer});
        return;
    case CQL2_OP_NUMBER:
        cql2_bind(c, (struct cql2_param){.kind = CQL2_PARAM_NUMBER, .number = node->number});
        return;
    case CQL2_OP_BOOLEAN:
        buf_putc(c->sql, node->boolean ? '1' : '0');
        return;
    case CQL2_OP_SHAPE:
    case CQL2_OP_BBOX:
        emit_shape(c, node);
        return;
    case CQL2_OP_PROPERTY:
        if (node->property->is_constant)
            cql2_bind(c, node->property->value);
        else
            buf_str(c->sql, node->property->sql);
        return;
    case CQL2_OP_LIST:
        emit_list(c, node);
        return;
    case CQL2_OP_CASEI:
    case CQL2_OP_ACCENTI:
        emit_fold(c, node);
        return;
    case CQL2_OP_CALL:
        emit_call(c, node);
        return;
    default: /* an interval on its own stands only in IS NULL and in relations, which do not come here */
        puts_sql(c, "NULL");
        return;
    }
}

/* ---- predicates ---- */

/* SQLite's parser has a stack of 100 symbols. Of `x AND (y OR (…))` it holds three for each level, of `((…) OR y) AND x` one:
 * so beyond this height the deeper operand goes first. The order of operands means nothing. */
enum { HEIGHT_DEEP = 4 };

static bool is_deeper(const struct cql2_node *b, const struct cql2_node *a)
{
    return b->height > HEIGHT_DEEP && b->height > a->height;
}

static const struct cql2_node *deepest(struct cql2_node *const *args, unsigned n)
{
    const struct cql2_node *best = args[0];
    for (unsigned i = 1; i < n; i++)
        if (args[i]->height > best->height)
            best = args[i];
    return best;
}

/* A chain of many operands as a balanced tree: SQLite bounds the depth of expressions, not their number. */
static void emit_chain(struct cql2_compiler *c, struct cql2_node *const *args, unsigned n, const char *join)
{
    if (n == 1) {
        cql2_emit(c, args[0]);
        return;
    }
    unsigned half = n / 2;
    bool swaps = is_deeper(deepest(args + half, n - half), deepest(args, half));
    buf_putc(c->sql, '(');
    emit_chain(c, swaps ? args + half : args, swaps ? n - half : half, join);
    puts_sql(c, join);
    emit_chain(c, swaps ? args : args + half, swaps ? half : n - half, join);
    buf_putc(c->sql, ')');
}

static void emit_not(struct cql2_compiler *c, const struct cql2_node *node)
{
    const struct cql2_node *a = node->args[0];
    if (a->op == CQL2_OP_NOT) { /* NOT NOT x is x, also when x is NULL */
        cql2_emit(c, a->args[0]);
        return;
    }
    bool is_deep = a->height > HEIGHT_DEEP;
    puts_sql(c, is_deep ? "(" : "(NOT ");
    cql2_emit(c, a);
    puts_sql(c, is_deep ? " = 0)" : ")"); /* the same to SQLite, one symbol less on its stack */
}

static bool is_instant(const struct cql2_node *node)
{
    return node->type == CQL2_DATE || node->type == CQL2_TIMESTAMP;
}

static void emit_compare(struct cql2_compiler *c, enum cql2_op op, const struct cql2_node *a, const struct cql2_node *b)
{
    char between[8];
    if (is_deeper(b, a)) {
        emit_compare(c, cql2_op_mirrored(op), b, a);
        return;
    }
    buf_putc(c->sql, '(');
    if (is_instant(a)) {
        cql2_emit_instants(c, op, a, b);
    } else {
        snprintf(between, sizeof between, " %s ", cql2_ops[op].text);
        emit_infix(c, "", a, between, b, "");
    }
    buf_putc(c->sql, ')');
}

/* SQL's x BETWEEN a AND NULL can be false; the standard's is NULL. A product of the two comparisons is, too. */
static void emit_between(struct cql2_compiler *c, const struct cql2_node *node)
{
    struct cql2_node *const *a = node->args;
    if (!is_instant(a[0]) && is_literal(a[1]) && is_literal(a[2])) {
        emit_infix(c, "(", a[0], " BETWEEN ", a[1], " AND ");
        cql2_emit(c, a[2]);
        buf_putc(c->sql, ')');
        return;
    }
    bool is_known = is_literal(a[1]) && is_literal(a[2]);
    buf_putc(c->sql, '(');
    emit_compare(c, CQL2_OP_GE, a[0], a[1]);
    puts_sql(c, is_known ? " AND " : " * ");
    emit_compare(c, CQL2_OP_LE, a[0], a[2]);
    buf_putc(c->sql, ')');
}

static void emit_in(struct cql2_compiler *c, const struct cql2_node *node)
{
    bool is_plain = node->args[0]->type != CQL2_TIMESTAMP;
    for (unsigned i = 1; i < node->n; i++)
        is_plain = is_plain && node->args[i]->type != CQL2_TIMESTAMP;
    bool all_timestamps = true;
    for (unsigned i = 0; i < node->n; i++)
        all_timestamps = all_timestamps && node->args[i]->type == CQL2_TIMESTAMP;
    if (is_plain || all_timestamps) { /* equality of timestamps is equality of their text */
        emit_infix(c, "(", node->args[0], " IN (", node->args[1], "");
        for (unsigned i = 2; i < node->n; i++) {
            puts_sql(c, ", ");
            cql2_emit(c, node->args[i]);
        }
        puts_sql(c, "))");
        return;
    }
    /* dates among timestamps: one comparison each */
    for (unsigned i = 1; i < node->n; i++) {
        puts_sql(c, i > 1 ? " OR " : "(");
        emit_compare(c, CQL2_OP_EQ, node->args[0], node->args[i]);
    }
    buf_putc(c->sql, ')');
}

static void emit_is_null(struct cql2_compiler *c, const struct cql2_node *node)
{
    const struct cql2_node *a = node->args[0];
    if (a->op == CQL2_OP_INTERVAL) {
        puts_sql(c, "(0");
        for (unsigned i = 0; i < 2; i++) {
            if (a->args[i]->op == CQL2_OP_OPEN)
                continue;
            puts_sql(c, " OR ");
            cql2_emit(c, a->args[i]);
            puts_sql(c, " IS NULL");
        }
        buf_putc(c->sql, ')');
    } else if (a->type == CQL2_INTERVAL && a->op == CQL2_OP_PROPERTY) {
        const struct cql2_property *p = a->property;
        if (p->is_constant)
            buf_putc(c->sql, p->value.kind == CQL2_PARAM_NULL && p->value_end.kind == CQL2_PARAM_NULL ? '1' : '0');
        else
            buf_printf(c->sql, "(%.*s IS NULL AND %.*s IS NULL)", STR_ARG(p->sql), STR_ARG(p->sql_end));
    } else {
        buf_putc(c->sql, '(');
        cql2_emit(c, a);
        puts_sql(c, " IS NULL)");
    }
}

static void emit_arithmetic(struct cql2_compiler *c, const struct cql2_node *node)
{
    const struct cql2_node *a = node->args[0], *b = node->args[1];
    switch ((enum cql2_op)node->op) {
    case CQL2_OP_ADD:
        emit_infix(c, "(", is_deeper(b, a) ? b : a, " + ", is_deeper(b, a) ? a : b, ")");
        return;
    case CQL2_OP_SUBTRACT:
        emit_infix(c, "(", a, " - ", b, ")");
        return;
    case CQL2_OP_MULTIPLY:
        emit_infix(c, "(", is_deeper(b, a) ? b : a, " * ", is_deeper(b, a) ? a : b, ")");
        return;
    case CQL2_OP_DIVIDE: /* SQLite would cut the quotient of two integers */
        emit_infix(c, "(", a, " * 1.0 / ", b, ")");
        return;
    case CQL2_OP_DIV:
        emit_infix(c, "CAST(", a, " / ", b, " AS INTEGER)");
        return;
    case CQL2_OP_MODULO: /* % of SQLite knows integers only */
        if (node->type == CQL2_INTEGER)
            emit_infix(c, "(", a, " % ", b, ")");
        else
            emit_infix(c, "mod(", a, ", ", b, ")");
        return;
    default:
        emit_infix(c, "pow(", a, ", ", b, ")");
        return;
    }
}

/* `b` minus `a` is empty: all of b is in a. To json_each true is 1; booleans only meet booleans. */
static void emit_subset(struct cql2_compiler *c, const struct cql2_node *b, const struct cql2_node *a)
{
    emit_infix(c, "NOT EXISTS (SELECT value FROM json_each(", b, ") EXCEPT SELECT value FROM json_each(", a, "))");
}

static void emit_array(struct cql2_compiler *c, const struct cql2_node *node)
{
    const struct cql2_node *a = node->args[0], *b = node->args[1];
    bool is_guarded = false;
    for (unsigned i = 0; i < 2; i++) {
        if (node->args[i]->op == CQL2_OP_LIST)
            continue;
        puts_sql(c, is_guarded ? " AND " : "CASE WHEN ");
        cql2_emit(c, node->args[i]);
        puts_sql(c, " IS NOT NULL");
        is_guarded = true;
    }
    puts_sql(c, is_guarded ? " THEN " : "");
    switch ((enum cql2_op)node->op) {
    case CQL2_OP_A_EQUALS:
        buf_putc(c->sql, '(');
        emit_subset(c, a, b);
        puts_sql(c, " AND ");
        emit_subset(c, b, a);
        buf_putc(c->sql, ')');
        break;
    case CQL2_OP_A_CONTAINS:
        emit_subset(c, b, a);
        break;
    case CQL2_OP_A_CONTAINEDBY:
        emit_subset(c, a, b);
        break;
    default: /* overlaps */
        emit_infix(c, "EXISTS (SELECT value FROM json_each(", a, ") INTERSECT SELECT value FROM json_each(", b, "))");
        break;
    }
    puts_sql(c, is_guarded ? " END" : "");
}

static void emit_test(struct cql2_compiler *c, const struct cql2_node *node)
{
    switch ((enum cql2_op)node->op) {
    case CQL2_OP_LIKE:
        emit_infix(c, "cql2_like(", node->args[0], ", ", node->args[1], ")");
        return;
    case CQL2_OP_BETWEEN:
        emit_between(c, node);
        return;
    case CQL2_OP_IN:
        emit_in(c, node);
        return;
    default:
        emit_is_null(c, node);
        return;
    }
}

void cql2_emit(struct cql2_compiler *c, const struct cql2_node *node)
{
    switch (cql2_kind(node)) {
    case CQL2_KIND_LOGIC:
        if (node->op == CQL2_OP_NOT)
            emit_not(c, node);
        else
            emit_chain(c, node->args, node->n, node->op == CQL2_OP_AND ? " AND " : " OR ");
        return;
    case CQL2_KIND_COMPARE:
        emit_compare(c, (enum cql2_op)node->op, node->args[0], node->args[1]);
        return;
    case CQL2_KIND_TEST:
        emit_test(c, node);
        return;
    case CQL2_KIND_SUM:
    case CQL2_KIND_PRODUCT:
    case CQL2_KIND_POWER:
        emit_arithmetic(c, node);
        return;
    case CQL2_KIND_SPATIAL:
        buf_puts(c->sql, cql2_ops[node->op].json); /* the SQL functions have the operators' JSON names */
        emit_infix(c, "(", node->args[0], ", ", node->args[1], ")");
        return;
    case CQL2_KIND_TEMPORAL:
        buf_putc(c->sql, '(');
        cql2_emit_temporal(c, node);
        buf_putc(c->sql, ')');
        return;
    case CQL2_KIND_ARRAY:
        buf_putc(c->sql, '(');
        emit_array(c, node);
        buf_putc(c->sql, ')');
        return;
    case CQL2_KIND_OPERAND:
    case CQL2_KIND_LITERAL:
        emit_operand(c, node);
        return;
    }
}

/* ---- SQLite's parser ---- */

enum {
    HEIGHT_SAFE = 5,     /* trees up to this height fit without counting */
    PARSER_SYMBOLS = 80, /* of SQLite's 100; the rest is for the statement around the filter */
    PARSER_PARENS = 256,
};

static size_t token_length(struct str s, size_t at)
{
    char c = s.p[at];
    size_t end = at + 1;
    if (c == '\'' || c == '"') {
        while (end < s.n && s.p[end] != c)
            end++;
        return end - at + 1;
    }
    while (end < s.n && (isalnum((unsigned char)c) || c == '_' || c == '.') &&
           (isalnum((unsigned char)s.p[end]) || s.p[end] == '_' || s.p[end] == '.'))
        end++;
    return end - at;
}

/* More symbols than the parser's stack ever holds: all tokens since each open parenthesis, a closed pair being one, a
 * list up to its last comma two. */
static bool fits_parser(struct str sql)
{
    unsigned here[PARSER_PARENS], level = 0, total = 0;
    bool is_word = false;
    here[0] = 0;
    for (size_t at = 0; at < sql.n;) {
        char c = sql.p[at];
        if (c == ' ') {
            at++;
            continue;
        }
        if (c == '(') {
            if (++level == PARSER_PARENS)
                return false;
            here[level] = is_word ? 2u : 1u; /* a function's parenthesis brings a symbol along */
            total += here[level];
        } else if (c == ')') {
            must(level > 0);
            total -= here[level--];
            here[level]++, total++;
        } else if (c == ',') {
            total -= here[level];
            here[level] = level ? 4u : 2u;
            total += here[level];
        } else {
            here[level]++, total++;
        }
        if (total > PARSER_SYMBOLS)
            return false;
        is_word = isalnum((unsigned char)c) || c == '_';
        at += token_length(sql, at);
    }
    return true;
}

enum err cql2_compile(const struct cql2 *q, const struct cql2_schema *schema, struct buf *sql,
                      struct cql2_params *params, struct fault *f)
{
    must(q->is_checked && params->arena);
    struct cql2_compiler c = {schema, sql, params, params->arena};
    size_t from = sql->n;
    /* As the whole filter a bare flag is compared, so that an index over it can serve. */
    bool is_flag = q->root->op == CQL2_OP_PROPERTY && q->root->type == CQL2_BOOLEAN;
    buf_puts(sql, is_flag ? "(" : "");
    cql2_emit(&c, q->root);
    buf_puts(sql, is_flag ? " = 1)" : "");
    if (!sql->is_full && q->root->height > HEIGHT_SAFE && !fits_parser(str_slice(sql->p + from, sql->n - from)))
        return cql2_depth_fault(f);
    if (sql->is_full)
        return cql2_limit_fault(f, "Độ dài SQL của bộ lọc (byte)", "The length of the filter's SQL in bytes", sql->max);
    return OK;
}
