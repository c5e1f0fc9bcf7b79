/* Instants, intervals and their relations as SQL.
 *
 * Timestamps are stored as text, with milliseconds only when they are not 0, so that bytes do not quite follow time:
 * '…:19.500Z' sorts before '…:19Z'. Comparing a column with a literal stays a plain comparison, which an index can serve,
 * by setting the odd one out apart:
 *   literal of whole seconds t, S = 't' without Z:   col < t   is  col < 'S'
 *                                                    col <= t  is  col < 'S' OR col = 'SZ'
 *   literal with milliseconds, W its whole second:   col < t   is  col < 'S' OR col = 'WZ'
 *                                                    col <= t  is  col <= 'SZ' OR col = 'WZ'
 * and > and >= are their opposites. Two columns are compared without their Z. */
#include "cql2/tree.h"

#include <stdio.h>

#include "text/date.h"

#include "base/banned.h"

/* One end of a temporal operand. */
struct end {
    const struct cql2_node *node; /* NULL: a column of an interval property */
    struct str sql;               /* the column */
    struct str text;              /* of a literal, or of a constant */
    bool is_literal, is_open;
    bool may_be_open; /* NULL there is no "unknown" but "open" */
    enum cql2_type type;
};

struct period {
    struct end from, till;
    bool is_instant;
};

enum side { SIDE_FROM, SIDE_TILL };

static bool constant_text(const struct cql2_param *value, struct str *ret_text)
{
    if (value->kind != CQL2_PARAM_TEXT)
        return false;
    *ret_text = value->bytes;
    return true;
}

static struct end end_of_node(const struct cql2_node *n)
{
    struct end e = {.node = n, .type = (enum cql2_type)n->type};
    if (n->op == CQL2_OP_OPEN)
        e.is_open = true;
    else if (n->op == CQL2_OP_DATE || n->op == CQL2_OP_TIMESTAMP)
        e.is_literal = true, e.text = n->text;
    else if (n->op == CQL2_OP_PROPERTY && n->property->is_constant)
        e.is_literal = constant_text(&n->property->value, &e.text);
    return e;
}

static struct end end_of_property(const struct cql2_property *p, enum side side)
{
    struct end e = {.type = p->of == CQL2_UNKNOWN ? CQL2_DATE : p->of, .may_be_open = true};
    if (!p->is_constant) {
        e.sql = side == SIDE_FROM ? p->sql : p->sql_end;
        return e;
    }
    e.is_literal = constant_text(side == SIDE_FROM ? &p->value : &p->value_end, &e.text);
    e.is_open = !e.is_literal;
    e.may_be_open = false;
    return e;
}

static struct period period_of(const struct cql2_node *n)
{
    if (n->op == CQL2_OP_INTERVAL)
        return (struct period){end_of_node(n->args[0]), end_of_node(n->args[1]), false};
    if (n->type == CQL2_INTERVAL && n->op == CQL2_OP_PROPERTY)
        return (struct period){end_of_property(n->property, SIDE_FROM), end_of_property(n->property, SIDE_TILL), false};
    struct end e = end_of_node(n);
    return (struct period){e, e, true};
}

/* ---- one end as SQL ---- */

static void emit_raw(struct cql2_compiler *c, const struct end *e)
{
    if (e->is_literal)
        cql2_bind_text(c, e->text);
    else if (e->node)
        cql2_emit(c, e->node);
    else
        buf_str(c->sql, e->sql);
}

/* Date of a timestamp under the schema's offset. */
static void emit_end_date(struct cql2_compiler *c, const struct end *e)
{
    if (e->type == CQL2_DATE) {
        emit_raw(c, e);
        return;
    }
    int64_t ms;
    if (e->is_literal && instant_parse(e->text, &ms, NULL) == OK) {
        struct buf b CLEANUP(buf_done) = BUF_INIT(32);
        date_print(date_of_instant(ms, c->schema->utc_offset_minutes), &b);
        cql2_bind_text(c, str_dup(c->a, buf_view(&b)));
        return;
    }
    buf_puts(c->sql, c->schema->utc_offset_minutes ? "date(" : "substr(");
    emit_raw(c, e);
    if (c->schema->utc_offset_minutes)
        buf_printf(c->sql, ", '%+d minutes')", c->schema->utc_offset_minutes);
    else
        buf_puts(c->sql, ", 1, 10)");
}

void cql2_emit_date(struct cql2_compiler *c, const struct cql2_node *node)
{
    struct end e = end_of_node(node);
    emit_end_date(c, &e);
}

/* ---- a op b ---- */

static const char *op_sql(enum cql2_op op)
{
    return cql2_ops[op].text;
}

enum cql2_op cql2_op_mirrored(enum cql2_op op)
{
    switch (op) {
    case CQL2_OP_LT:
        return CQL2_OP_GT;
    case CQL2_OP_GT:
        return CQL2_OP_LT;
    case CQL2_OP_LE:
        return CQL2_OP_GE;
    case CQL2_OP_GE:
        return CQL2_OP_LE;
    default:
        return op;
    }
}

static void emit_plain(struct cql2_compiler *c, const char *op, const struct end *a, struct str literal)
{
    emit_raw(c, a);
    buf_printf(c->sql, " %s ", op);
    cql2_bind_text(c, literal);
}

/* A timestamp column against a timestamp literal: see the head of this file. */
static void emit_column_literal(struct cql2_compiler *c, enum cql2_op op, const struct end *a, struct str literal)
{
    if (op == CQL2_OP_EQ || op == CQL2_OP_NE) {
        emit_plain(c, op_sql(op), a, literal);
        return;
    }
    bool is_or = op == CQL2_OP_LT || op == CQL2_OP_LE; /* the opposites join with AND and <> */
    bool is_whole = literal.n == sizeof "yyyy-mm-ddThh:mm:ssZ" - 1;
    struct str bare = str_slice(literal.p, literal.n - 1);
    bool takes_equal = op == CQL2_OP_LE || op == CQL2_OP_GT;
    if (is_whole && !takes_equal) {
        emit_plain(c, is_or ? "<" : ">=", a, bare);
        return;
    }
    struct str odd = literal;
    if (!is_whole) {
        char *whole = arena_dup(c->a, literal.p, sizeof "yyyy-mm-ddThh:mm:ssZ" - 1);
        whole[sizeof "yyyy-mm-ddThh:mm:ss" - 1] = 'Z';
        odd = str_of(whole);
    }
    bool is_inclusive = !is_whole && takes_equal;
    buf_putc(c->sql, '(');
    emit_plain(c, is_or ? (is_inclusive ? "<=" : "<") : (is_inclusive ? ">" : ">="), a, is_inclusive ? literal : bare);
    buf_puts(c->sql, is_or ? " OR " : " AND ");
    emit_plain(c, is_or ? "=" : "<>", a, odd);
    buf_putc(c->sql, ')');
}

/* The instant at which a day begins, as stored text without its Z. */
static struct str day_start(struct cql2_compiler *c, struct date d)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    instant_print(instant_of_date(d, c->schema->utc_offset_minutes), &b);
    return str_dup(c->a, buf_view(&b));
}

/* A timestamp column against a day: the day's two edges, so that an index can serve. */
static void emit_column_day(struct cql2_compiler *c, enum cql2_op op, const struct end *a, struct date day)
{
    struct str begin = day_start(c, day), end = day_start(c, date_add_days(day, 1));
    switch (op) {
    case CQL2_OP_EQ:
    case CQL2_OP_NE:
        buf_puts(c->sql, op == CQL2_OP_EQ ? "(" : "NOT (");
        emit_column_literal(c, CQL2_OP_GE, a, begin);
        buf_puts(c->sql, " AND ");
        emit_column_literal(c, CQL2_OP_LT, a, end);
        buf_putc(c->sql, ')');
        return;
    case CQL2_OP_LT:
    case CQL2_OP_GE:
        emit_column_literal(c, op, a, begin);
        return;
    default: /* <= is before the next day, > is not */
        emit_column_literal(c, op == CQL2_OP_LE ? CQL2_OP_LT : CQL2_OP_GE, a, end);
        return;
    }
}

static bool literal_day(const struct end *e, struct date *ret)
{
    return e->is_literal && e->type == CQL2_DATE && date_parse(e->text, ret, NULL) == OK &&
           date_days(*ret) < DATE_DAYS_MAX;
}

static void emit_timestamps(struct cql2_compiler *c, enum cql2_op op, const struct end *a, const struct end *b)
{
    if (b->is_literal && !a->is_literal) {
        emit_column_literal(c, op, a, b->text);
        return;
    }
    if (a->is_literal && !b->is_literal) {
        emit_column_literal(c, cql2_op_mirrored(op), b, a->text);
        return;
    }
    bool is_plain = op == CQL2_OP_EQ || op == CQL2_OP_NE;
    const char *before = is_plain ? "" : "rtrim(", *behind = is_plain ? "" : ", 'Z')";
    buf_puts(c->sql, before);
    emit_raw(c, a);
    buf_printf(c->sql, "%s %s %s", behind, op_sql(op), before);
    emit_raw(c, b);
    buf_puts(c->sql, behind);
}

static void emit_ends(struct cql2_compiler *c, enum cql2_op op, const struct end *a, const struct end *b)
{
    struct date day;
    if (a->type == CQL2_TIMESTAMP && b->type == CQL2_TIMESTAMP) {
        emit_timestamps(c, op, a, b);
    } else if (a->type == CQL2_TIMESTAMP && !a->is_literal && literal_day(b, &day)) {
        emit_column_day(c, op, a, day);
    } else if (b->type == CQL2_TIMESTAMP && !b->is_literal && literal_day(a, &day)) {
        emit_column_day(c, cql2_op_mirrored(op), b, day);
    } else {
        emit_end_date(c, a);
        buf_printf(c->sql, " %s ", op_sql(op));
        emit_end_date(c, b);
    }
}

void cql2_emit_instants(struct cql2_compiler *c, enum cql2_op op, const struct cql2_node *a, const struct cql2_node *b)
{
    struct end left = end_of_node(a), right = end_of_node(b);
    emit_ends(c, op, &left, &right);
}

/* ---- relations ---- */

/* One comparison of a relation: end of the first operand, operator, end of the second. */
struct test {
    enum side a;
    enum cql2_op op;
    enum side b;
};

enum { TESTS_MAX = 3 };

/* OWL Time, for closed intervals; the 13 relations of Allen are exclusive of each other. */
static const struct relation {
    unsigned char n;
    struct test tests[TESTS_MAX];
} relations[] = {
#define R(op) [CQL2_OP_T_##op - CQL2_OP_T_AFTER]
#define FF(op)                                                                                                         \
    {                                                                                                                  \
        SIDE_FROM, CQL2_OP_##op, SIDE_FROM                                                                             \
    }
#define FT(op)                                                                                                         \
    {                                                                                                                  \
        SIDE_FROM, CQL2_OP_##op, SIDE_TILL                                                                             \
    }
#define TF(op)                                                                                                         \
    {                                                                                                                  \
        SIDE_TILL, CQL2_OP_##op, SIDE_FROM                                                                             \
    }
#define TT(op)                                                                                                         \
    {                                                                                                                  \
        SIDE_TILL, CQL2_OP_##op, SIDE_TILL                                                                             \
    }
    R(AFTER) = {1, {FT(GT)}},
    R(BEFORE) = {1, {TF(LT)}},
    R(EQUALS) = {2, {FF(EQ), TT(EQ)}},
    R(INTERSECTS) = {2, {FT(LE), TF(GE)}},
    R(CONTAINS) = {2, {FF(LT), TT(GT)}},
    R(DURING) = {2, {FF(GT), TT(LT)}},
    R(FINISHEDBY) = {2, {FF(LT), TT(EQ)}},
    R(FINISHES) = {2, {FF(GT), TT(EQ)}},
    R(MEETS) = {1, {TF(EQ)}},
    R(METBY) = {1, {FT(EQ)}},
    R(OVERLAPPEDBY) = {3, {FF(GT), FT(LT), TT(GT)}},
    R(OVERLAPS) = {3, {FF(LT), TF(GT), TT(LT)}},
    R(STARTEDBY) = {2, {FF(EQ), TT(GT)}},
    R(STARTS) = {2, {FF(EQ), TT(LT)}},
#undef R
#undef FF
#undef FT
#undef TF
#undef TT
};

/* -1 for an open start, 1 for an open end, 0 for a moment: open ends lie before and behind all moments. */
static int infinity_of(const struct end *e, enum side side)
{
    return e->is_open ? (side == SIDE_FROM ? -1 : 1) : 0;
}

static bool holds(enum cql2_op op, int order)
{
    switch (op) {
    case CQL2_OP_EQ:
        return order == 0;
    case CQL2_OP_LT:
        return order < 0;
    case CQL2_OP_GT:
        return order > 0;
    case CQL2_OP_LE:
        return order <= 0;
    default:
        return order >= 0;
    }
}

static void emit_is_open(struct cql2_compiler *c, const struct end *e, bool is_open)
{
    buf_str(c->sql, e->sql);
    buf_puts(c->sql, is_open ? " IS NULL" : " IS NOT NULL");
}

static void emit_truth(struct cql2_compiler *c, bool is_true)
{
    buf_putc(c->sql, is_true ? '1' : '0');
}

/* a op b where an end may be open: every combination that can occur is decided apart. */
static void emit_test(struct cql2_compiler *c, const struct end *a, enum side sa, enum cql2_op op, const struct end *b,
                      enum side sb)
{
    int ia = infinity_of(a, sa), ib = infinity_of(b, sb);
    if (a->may_be_open) {
        struct end open = {.is_open = true}, closed = *a;
        closed.may_be_open = false;
        buf_puts(c->sql, "CASE WHEN ");
        emit_is_open(c, a, true);
        buf_puts(c->sql, " THEN ");
        emit_test(c, &open, sa, op, b, sb);
        buf_puts(c->sql, " ELSE ");
        emit_test(c, &closed, sa, op, b, sb);
        buf_puts(c->sql, " END");
    } else if (b->may_be_open) {
        emit_test(c, b, sb, cql2_op_mirrored(op), a, sa);
    } else if (ia || ib) {
        emit_truth(c, holds(op, ia - ib));
    } else {
        buf_putc(c->sql, '(');
        emit_ends(c, op, a, b);
        buf_putc(c->sql, ')');
    }
}

/* What must not be NULL lest the whole be NULL, but shows in no comparison that stands in the SQL. */
static void emit_known(struct cql2_compiler *c, const struct period *p, bool *has_any)
{
    const struct end *ends[] = {&p->from, &p->till};
    const char *join = *has_any ? " AND " : "";
    if (p->from.may_be_open) {
        buf_printf(c->sql, "%s(", join);
        emit_is_open(c, &p->from, false);
        buf_puts(c->sql, " OR ");
        emit_is_open(c, &p->till, false);
        buf_putc(c->sql, ')');
        *has_any = true;
        return;
    }
    for (int i = 0; i < (p->is_instant ? 1 : 2); i++) {
        const struct end *e = ends[i];
        if (e->is_open || e->is_literal || !e->node)
            continue;
        buf_puts(c->sql, *has_any ? " AND " : "");
        cql2_emit(c, e->node);
        buf_puts(c->sql, " IS NOT NULL");
        *has_any = true;
    }
}

static bool is_known(const struct period *p)
{
    return !p->from.may_be_open && (p->from.is_open || p->from.is_literal) && (p->till.is_open || p->till.is_literal);
}

/* `x` of an instant with a literal needs no guard: its one comparison is NULL by itself. */
static bool needs_guard(const struct period *a, const struct period *b)
{
    bool simple_a = a->is_instant || is_known(a), simple_b = b->is_instant || is_known(b);
    bool has_open = a->from.is_open || a->till.is_open || b->from.is_open || b->till.is_open;
    return !(simple_a && simple_b) || has_open;
}

static void emit_relation(struct cql2_compiler *c, const struct relation *r, const struct period *a,
                          const struct period *b)
{
    for (unsigned i = 0; i < r->n; i++) {
        const struct test *t = &r->tests[i];
        if (i)
            buf_puts(c->sql, " AND ");
        emit_test(c, t->a == SIDE_FROM ? &a->from : &a->till, t->a, t->op, t->b == SIDE_FROM ? &b->from : &b->till,
                  t->b);
    }
}

void cql2_emit_temporal(struct cql2_compiler *c, const struct cql2_node *node)
{
    struct period a = period_of(node->args[0]), b = period_of(node->args[1]);
    bool is_disjoint = node->op == CQL2_OP_T_DISJOINT;
    enum cql2_op op = is_disjoint ? CQL2_OP_T_INTERSECTS : (enum cql2_op)node->op;
    bool is_guarded = needs_guard(&a, &b) && !(is_known(&a) && is_known(&b));
    if (is_guarded) {
        bool has_any = false;
        buf_puts(c->sql, "CASE WHEN ");
        emit_known(c, &a, &has_any);
        emit_known(c, &b, &has_any);
        buf_puts(c->sql, " THEN ");
    }
    buf_puts(c->sql, is_disjoint ? "NOT (" : "(");
    emit_relation(c, &relations[op - CQL2_OP_T_AFTER], &a, &b);
    buf_putc(c->sql, ')');
    if (is_guarded)
        buf_puts(c->sql, " END");
}
