/* CQL2 text into a tree (BNF of 21-065r2, annex B): recursive descent, precedence climbing for arithmetic. */
#include "cql2/parse.h"

#include "base/banned.h"

static const struct cql2_expected want_operator = {
    "một toán tử so sánh (= <> < > <= >= LIKE IN BETWEEN IS NULL), AND, OR hoặc hết bộ lọc",
    "a comparison operator (= <> < > <= >= LIKE IN BETWEEN IS NULL), AND, OR or the end of the filter",
};

static struct cql2_node *binary(struct parser *p, enum cql2_op op, struct cql2_node *left, struct cql2_node *right)
{
    return left && right ? cql2_node_new(&p->b, op, left->at, (struct cql2_node *[]){left, right}, 2) : NULL;
}

/* [ "-" ] operand. The minus of a name is a product with -1, as the standard's own examples have it in JSON. */
static struct cql2_node *parse_factor(struct parser *p)
{
    if (!is_symbol(p, '-') && !is_symbol(p, '+'))
        return cql2_parse_operand(p);
    unsigned at = p->lx.from;
    bool is_negative = p->lx.symbol == '-';
    if (!next(p))
        return NULL;
    if (p->lx.token == CQL2_T_INTEGER || p->lx.token == CQL2_T_NUMBER)
        return cql2_parse_number(p, at, is_negative);
    if (!is_negative || (p->lx.token == CQL2_T_SYMBOL && p->lx.symbol != '('))
        return fail(p, (struct cql2_expected){"một số", "a number"});
    struct cql2_node *one = leaf(p, CQL2_OP_INTEGER, at), *operand = cql2_parse_operand(p);
    if (!one || !operand)
        return NULL;
    one->integer = -1;
    return binary(p, CQL2_OP_MULTIPLY, one, operand);
}

/* 1 sums, 2 products, 3 powers; 0 when the token is no operator of arithmetic. */
static int arithmetic_level(const struct parser *p, enum cql2_op *ret_op)
{
    if (is_word(p, STR("DIV"))) {
        *ret_op = CQL2_OP_DIV;
        return 2;
    }
    if (p->lx.token != CQL2_T_SYMBOL)
        return 0;
    switch (p->lx.symbol) {
    case '+':
        *ret_op = CQL2_OP_ADD;
        return 1;
    case '-':
        *ret_op = CQL2_OP_SUBTRACT;
        return 1;
    case '*':
        *ret_op = CQL2_OP_MULTIPLY;
        return 2;
    case '/':
        *ret_op = CQL2_OP_DIVIDE;
        return 2;
    case '%':
        *ret_op = CQL2_OP_MODULO;
        return 2;
    case '^':
        *ret_op = CQL2_OP_POWER;
        return 3;
    default:
        return 0;
    }
}

struct cql2_node *cql2_parse_arithmetic(struct parser *p, int least)
{
    struct cql2_node *left = parse_factor(p);
    bool is_power = false;
    while (left) {
        enum cql2_op op = CQL2_OP_COUNT;
        int level = arithmetic_level(p, &op);
        if (level == 0 || level < least)
            break;
        if (op == CQL2_OP_POWER && is_power)
            return fail(p, (struct cql2_expected){"dấu ngoặc: (a ^ b) ^ c hoặc a ^ (b ^ c)",
                                                  "parentheses: (a ^ b) ^ c or a ^ (b ^ c)"});
        if (!next(p))
            return NULL;
        left = binary(p, op, left, cql2_parse_arithmetic(p, level + 1));
        is_power = op == CQL2_OP_POWER;
    }
    return left;
}

static enum cql2_op comparison_op(const struct parser *p)
{
    if (p->lx.token != CQL2_T_SYMBOL)
        return CQL2_OP_COUNT;
    switch (p->lx.symbol) {
    case '=':
        return CQL2_OP_EQ;
    case 'n':
        return CQL2_OP_NE;
    case '<':
        return CQL2_OP_LT;
    case '>':
        return CQL2_OP_GT;
    case 'l':
        return CQL2_OP_LE;
    case 'g':
        return CQL2_OP_GE;
    default:
        return CQL2_OP_COUNT;
    }
}

static struct cql2_node *parse_in(struct parser *p, struct cql2_node *left)
{
    struct nodes list = {0};
    VEC_PUSH(p->b.a, &list, left);
    if (!is_symbol(p, '('))
        return fail(p, cql2_want_open);
    if (!cql2_paren_enter(p))
        return NULL;
    if (is_symbol(p, ')'))
        return fail(p, cql2_want_value);
    return cql2_parse_elements(p, NULL, false, &list) ? list_node(p, CQL2_OP_IN, left->at, &list) : NULL;
}

static struct cql2_node *parse_between(struct parser *p, struct cql2_node *left)
{
    struct cql2_node *low = cql2_parse_arithmetic(p, 0);
    if (!low)
        return NULL;
    if (!is_word(p, STR("AND")))
        return fail(p, (struct cql2_expected){"AND giữa hai đầu của BETWEEN", "AND between the two ends of BETWEEN"});
    struct cql2_node *high = next(p) ? cql2_parse_arithmetic(p, 0) : NULL;
    return high ? cql2_node_new(&p->b, CQL2_OP_BETWEEN, left->at, (struct cql2_node *[]){left, low, high}, 3) : NULL;
}

static struct cql2_node *parse_is_null(struct parser *p, struct cql2_node *left)
{
    bool is_not = is_word(p, STR("NOT"));
    if (is_not && !next(p))
        return NULL;
    if (!is_word(p, STR("NULL")))
        return fail(p, is_not ? (struct cql2_expected){"NULL", "NULL"}
                              : (struct cql2_expected){"NULL hoặc NOT NULL", "NULL or NOT NULL"});
    struct cql2_node *n = next(p) ? unary(p, CQL2_OP_IS_NULL, left->at, left) : NULL;
    return is_not ? unary(p, CQL2_OP_NOT, left->at, n) : n;
}

static struct cql2_node *parse_predicate(struct parser *p)
{
    struct cql2_node *left = cql2_parse_arithmetic(p, 0);
    if (!left)
        return NULL;
    enum cql2_op op = comparison_op(p);
    if (op != CQL2_OP_COUNT)
        return next(p) ? binary(p, op, left, cql2_parse_arithmetic(p, 0)) : NULL;
    if (p->lx.token != CQL2_T_WORD)
        return left;
    if (is_word(p, STR("IS")))
        return next(p) ? parse_is_null(p, left) : NULL;
    bool is_not = is_word(p, STR("NOT"));
    if (is_not && !next(p))
        return NULL;
    struct cql2_node *n;
    if (is_word(p, STR("LIKE")))
        n = next(p) ? binary(p, CQL2_OP_LIKE, left, cql2_parse_arithmetic(p, 0)) : NULL;
    else if (is_word(p, STR("BETWEEN")))
        n = next(p) ? parse_between(p, left) : NULL;
    else if (is_word(p, STR("IN")))
        n = next(p) ? parse_in(p, left) : NULL;
    else
        return is_not ? fail(p, (struct cql2_expected){"LIKE, IN hoặc BETWEEN", "LIKE, IN or BETWEEN"}) : left;
    return is_not ? unary(p, CQL2_OP_NOT, left->at, n) : n;
}

static struct cql2_node *parse_not(struct parser *p)
{
    unsigned at[LIMIT_CQL2_DEPTH], n = 0;
    while (is_word(p, STR("NOT"))) {
        if (n == ARRAY_LEN(at)) {
            cql2_depth_fault(p->lx.f);
            cql2_fault_offset(p->lx.source, p->lx.from, p->lx.f);
            return NULL;
        }
        at[n++] = p->lx.from;
        p->element_at = UINT32_MAX;
        if (!next(p))
            return NULL;
    }
    struct cql2_node *e = parse_predicate(p);
    while (e && n)
        e = unary(p, CQL2_OP_NOT, at[--n], e);
    return e;
}

/* A chain of AND (of OR) is one node with many operands. */
static struct cql2_node *parse_chain(struct parser *p, enum cql2_op op, struct str word,
                                     struct cql2_node *(*operand)(struct parser *))
{
    struct cql2_node *first = operand(p);
    if (!first || !is_word(p, word))
        return first;
    struct nodes list = {0};
    VEC_PUSH(p->b.a, &list, first);
    while (is_word(p, word)) {
        struct cql2_node *e = next(p) ? operand(p) : NULL;
        if (!e)
            return NULL;
        VEC_PUSH(p->b.a, &list, e);
    }
    return list_node(p, op, first->at, &list);
}

static struct cql2_node *parse_and(struct parser *p)
{
    return parse_chain(p, CQL2_OP_AND, STR("AND"), parse_not);
}

struct cql2_node *cql2_parse_condition(struct parser *p)
{
    return parse_chain(p, CQL2_OP_OR, STR("OR"), parse_and);
}

enum err cql2_parse_text(struct arena *a, struct str text, struct cql2 **ret, struct fault *f)
{
    struct fault own;
    if (!f)
        f = &own;
    *f = (struct fault){0};
    struct cql2 *q = ARENA_NEW(a, struct cql2);
    q->source = text.p ? text : STR("");
    struct parser p = {.b = {a, q, f}, .element_at = UINT32_MAX};
    if (cql2_lexer_init(&p.lx, a, q->source, f) != OK || !next(&p))
        return fault_code(f);
    q->root = cql2_parse_condition(&p);
    if (!q->root)
        return fault_code(f);
    if (p.lx.token != CQL2_T_END)
        return cql2_unexpected(&p.lx, want_operator);
    *ret = q;
    return OK;
}
