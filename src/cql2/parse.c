/* CQL2 text into a tree (BNF of 21-065r2, annex B): recursive descent, precedence climbing for arithmetic.
 *
 * One place of the grammar needs care: in the arguments of a function and among the elements of an array, `(x)` may be a
 * parenthesis or an array of one. An operator in parentheses is a parenthesis, anything else an array; each further
 * pair is an array more. The printer follows the same rule. */
#include "cql2/tree.h"

#include "base/vec.h"

#include "base/banned.h"

/* Printing a tree of the greatest height can take two pairs a level, and people add some of their own. */
enum { PARENS_MAX = 4 * LIMIT_CQL2_DEPTH };

struct parser {
    struct cql2_lexer lx;
    struct cql2_build b;
    unsigned parens;
    unsigned element_at; /* where the element of an array or argument begins that is being read */
};

struct nodes {
    struct cql2_node **p;
    size_t n, cap;
};

static const struct cql2_expected want_value = {
    "một giá trị: tên trường, số, 'chuỗi', DATE('…'), hàm hoặc (",
    "a value: a property, a number, a 'string', DATE('…'), a function or (",
};
static const struct cql2_expected want_operator = {
    "một toán tử so sánh (= <> < > <= >= LIKE IN BETWEEN IS NULL), AND, OR hoặc hết bộ lọc",
    "a comparison operator (= <> < > <= >= LIKE IN BETWEEN IS NULL), AND, OR or the end of the filter",
};
static const struct cql2_expected want_open = {"dấu (", "("};
static const struct cql2_expected want_close = {"dấu )", ")"};
static const struct cql2_expected want_comma = {"dấu ,", "a comma"};
static const struct cql2_expected want_comma_or_close = {"dấu , hoặc )", "a comma or )"};

static struct cql2_node *parse_or(struct parser *p);
static struct cql2_node *parse_operand(struct parser *p);
static struct cql2_node *parse_arithmetic(struct parser *p, int least);

static struct cql2_node *fail(struct parser *p, struct cql2_expected expected)
{
    cql2_unexpected(&p->lx, expected);
    return NULL;
}

static bool next(struct parser *p)
{
    return cql2_next(&p->lx) == OK;
}

static bool is_word(const struct parser *p, struct str word)
{
    return p->lx.token == CQL2_T_WORD && str_eq_ascii_nocase(p->lx.text, word);
}

static bool is_symbol(const struct parser *p, char symbol)
{
    return p->lx.token == CQL2_T_SYMBOL && p->lx.symbol == symbol;
}

static bool expect(struct parser *p, char symbol, struct cql2_expected expected)
{
    if (!is_symbol(p, symbol)) {
        cql2_unexpected(&p->lx, expected);
        return false;
    }
    return next(p);
}

static struct cql2_node *leaf(struct parser *p, enum cql2_op op, unsigned at)
{
    return cql2_node_new(&p->b, op, at, NULL, 0);
}

static struct cql2_node *unary(struct parser *p, enum cql2_op op, unsigned at, struct cql2_node *arg)
{
    return arg ? cql2_node_new(&p->b, op, at, (struct cql2_node *[]){arg}, 1) : NULL;
}

static struct cql2_node *binary(struct parser *p, enum cql2_op op, struct cql2_node *left, struct cql2_node *right)
{
    return left && right ? cql2_node_new(&p->b, op, left->at, (struct cql2_node *[]){left, right}, 2) : NULL;
}

static bool paren_enter(struct parser *p)
{
    if (++p->parens <= PARENS_MAX)
        return true;
    FAULT(p->lx.f, ERR_CQL2_LIMIT, {"what_vi", STR("Số tầng ngoặc của bộ lọc")},
          {"what_en", STR("The nesting of parentheses")}, {"limit", STR("256")});
    cql2_fault_offset(p->lx.source, p->lx.from, p->lx.f);
    return false;
}

/* ---- arrays and arguments ---- */

/* Turns pairs of parentheses around an element into arrays of one, as the rule above says. */
static struct cql2_node *element_wrap(struct parser *p, struct cql2_node *e)
{
    if (!e)
        return NULL;
    enum cql2_kind kind = cql2_kind(e);
    bool is_operator = kind != CQL2_KIND_OPERAND && kind != CQL2_KIND_LITERAL;
    unsigned arrays = e->parens;
    if (arrays && is_operator)
        arrays--;
    e->parens = 0;
    for (; e && arrays; arrays--)
        e = unary(p, CQL2_OP_LIST, e->at, e);
    return e;
}

static struct cql2_node *parse_element(struct parser *p)
{
    p->element_at = p->lx.from;
    return element_wrap(p, parse_or(p));
}

/* Elements up to the closing parenthesis, which is taken; `first` was read already, or is NULL. */
static bool elements(struct parser *p, struct cql2_node *first, bool has_arrays, struct nodes *ret_list)
{
    if (first)
        VEC_PUSH(p->b.a, ret_list, first);
    else if (is_symbol(p, ')'))
        return next(p);
    bool is_due = !first;
    for (;;) {
        if (is_due) {
            struct cql2_node *e = has_arrays ? parse_element(p) : parse_arithmetic(p, 0);
            if (!e)
                return false;
            VEC_PUSH(p->b.a, ret_list, e);
        }
        if (is_symbol(p, ')'))
            return next(p);
        if (!expect(p, ',', want_comma_or_close))
            return false;
        is_due = true;
    }
}

static struct cql2_node *list_node(struct parser *p, enum cql2_op op, unsigned at, const struct nodes *list)
{
    return cql2_node_new(&p->b, op, at, list->p, (unsigned)list->n);
}

/* An operand of A_CONTAINS and its family: there a parenthesis always opens an array. */
static struct cql2_node *parse_array_operand(struct parser *p)
{
    unsigned at = p->lx.from;
    if (!is_symbol(p, '('))
        return parse_arithmetic(p, 0);
    struct nodes list = {0};
    if (!paren_enter(p) || !next(p) || !elements(p, NULL, true, &list))
        return NULL;
    p->parens--;
    return list_node(p, CQL2_OP_LIST, at, &list);
}

/* At an opening parenthesis: a group, or an array where one may stand. */
static struct cql2_node *parse_group(struct parser *p)
{
    unsigned at = p->lx.from;
    bool may_be_array = p->element_at == at;
    if (!paren_enter(p) || !next(p))
        return NULL;
    struct cql2_node *e;
    if (may_be_array && is_symbol(p, ')')) {
        e = leaf(p, CQL2_OP_LIST, at);
        p->parens--;
        return e && next(p) ? e : NULL;
    }
    p->element_at = may_be_array ? p->lx.from : UINT32_MAX;
    e = parse_or(p);
    if (!e)
        return NULL;
    if (may_be_array && is_symbol(p, ',')) {
        struct nodes list = {0};
        e = element_wrap(p, e);
        if (!e || !elements(p, e, true, &list))
            return NULL;
        p->parens--;
        return list_node(p, CQL2_OP_LIST, at, &list);
    }
    if (!expect(p, ')', want_close))
        return NULL;
    p->parens--;
    if (e->parens < UINT8_MAX)
        e->parens++;
    return e;
}

/* ---- words ---- */

/* Behind `DATE`, at its parenthesis. */
static struct cql2_node *parse_instant(struct parser *p, enum cql2_op op, unsigned at)
{
    static const struct cql2_expected want_date = {"một ngày có thật dạng 'yyyy-mm-dd'", "a date as 'yyyy-mm-dd'"};
    static const struct cql2_expected want_time = {"một thời điểm dạng 'yyyy-mm-ddThh:mm:ssZ'",
                                                   "an instant as 'yyyy-mm-ddThh:mm:ssZ'"};
    struct cql2_expected want = op == CQL2_OP_DATE ? want_date : want_time;
    if (!next(p))
        return NULL;
    struct str text = p->lx.text;
    if (p->lx.token != CQL2_T_STRING)
        return fail(p, want);
    if (op == CQL2_OP_DATE ? !cql2_date_read(text) : !cql2_timestamp_read(p->b.a, text, &text))
        return fail(p, want);
    struct cql2_node *n = leaf(p, op, at);
    if (!n || !next(p) || !expect(p, ')', want_close))
        return NULL;
    n->text = text;
    return n;
}

/* An end of an interval: a date, a timestamp or '..' as a string; a property; a function. */
static struct cql2_node *parse_interval_end(struct parser *p)
{
    static const struct cql2_expected want = {"'yyyy-mm-dd', 'yyyy-mm-ddThh:mm:ssZ', '..' hoặc tên trường",
                                              "'yyyy-mm-dd', 'yyyy-mm-ddThh:mm:ssZ', '..' or a property"};
    unsigned from = p->lx.from;
    if (p->lx.token == CQL2_T_WORD || p->lx.token == CQL2_T_QUOTED) {
        struct cql2_node *end = parse_operand(p);
        if (!end || end->op == CQL2_OP_PROPERTY || end->op == CQL2_OP_CALL || end->op == CQL2_OP_DATE ||
            end->op == CQL2_OP_TIMESTAMP)
            return end;
        cql2_syntax(p->lx.f, str_slice(p->lx.source.p + from, p->lx.from - from), want);
        cql2_fault_offset(p->lx.source, from, p->lx.f);
        return NULL;
    }
    if (p->lx.token != CQL2_T_STRING)
        return fail(p, want);
    struct str text = p->lx.text;
    enum cql2_op op = CQL2_OP_OPEN;
    if (!str_is(text, "..")) {
        op = cql2_date_read(text) ? CQL2_OP_DATE : CQL2_OP_TIMESTAMP;
        if (op == CQL2_OP_TIMESTAMP && !cql2_timestamp_read(p->b.a, text, &text))
            return fail(p, want);
    }
    struct cql2_node *n = leaf(p, op, p->lx.from);
    if (n)
        n->text = text;
    return n && next(p) ? n : NULL;
}

static struct cql2_node *parse_interval(struct parser *p, unsigned at)
{
    if (!next(p))
        return NULL;
    struct cql2_node *from = parse_interval_end(p);
    if (!from || !expect(p, ',', want_comma))
        return NULL;
    struct cql2_node *till = parse_interval_end(p);
    if (!till || !expect(p, ')', want_close))
        return NULL;
    return cql2_node_new(&p->b, CQL2_OP_INTERVAL, at, (struct cql2_node *[]){from, till}, 2);
}

static struct cql2_node *parse_shape(struct parser *p, enum shape_kind kind, unsigned at)
{
    struct shape *s = ARENA_NEW(p->b.a, struct shape);
    if (cql2_shape_parse(&p->lx, kind, 0, s) != OK)
        return NULL;
    struct cql2_node *n = leaf(p, CQL2_OP_SHAPE, at);
    if (n)
        n->shape = s;
    return n;
}

static struct cql2_node *parse_bbox(struct parser *p, unsigned at)
{
    double *numbers;
    unsigned count;
    if (cql2_bbox_parse(&p->lx, &numbers, &count) != OK)
        return NULL;
    struct cql2_node *n = leaf(p, CQL2_OP_BBOX, at);
    if (n) {
        n->bbox = numbers;
        n->n = count;
    }
    return n;
}

static struct cql2_node *parse_call(struct parser *p, struct str name, unsigned at)
{
    struct nodes list = {0};
    if (!paren_enter(p) || !next(p) || !elements(p, NULL, true, &list))
        return NULL;
    p->parens--;
    struct cql2_node *n = list_node(p, CQL2_OP_CALL, at, &list);
    if (n)
        n->text = name;
    return n;
}

/* CASEI(…), S_INTERSECTS(…, …) and so on, at the parenthesis. */
static struct cql2_node *parse_standard(struct parser *p, enum cql2_op op, unsigned at)
{
    struct cql2_node *args[2];
    unsigned n = cql2_ops[op].fewest;
    if (!paren_enter(p) || !next(p))
        return NULL;
    for (unsigned i = 0; i < n; i++) {
        if (i && !expect(p, ',', want_comma))
            return NULL;
        args[i] = cql2_ops[op].kind == CQL2_KIND_ARRAY ? parse_array_operand(p) : parse_arithmetic(p, 0);
        if (!args[i])
            return NULL;
    }
    if (!expect(p, ')', want_close))
        return NULL;
    p->parens--;
    return cql2_node_new(&p->b, op, at, args, n);
}

static bool is_operator_word(struct str word)
{
    static const char *const words[] = {"AND", "OR", "NOT", "LIKE", "BETWEEN", "IN", "IS", "NULL", "DIV"};
    if (word.n < 2 || word.n > 7)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq_ascii_nocase(word, str_of(words[i])))
            return true;
    return false;
}

static enum shape_kind shape_kind_of(struct str word)
{
    for (int kind = SHAPE_POINT; kind <= SHAPE_COLLECTION; kind++)
        if (str_eq_ascii_nocase(word, str_of(shape_kind_wkt((enum shape_kind)kind))))
            return (enum shape_kind)kind;
    return 0;
}

static struct cql2_node *parse_word(struct parser *p)
{
    struct str word = p->lx.text;
    unsigned at = p->lx.from;
    if (is_operator_word(word))
        return fail(p, want_value);
    bool is_true = str_eq_ascii_nocase(word, STR("TRUE"));
    if (is_true || str_eq_ascii_nocase(word, STR("FALSE"))) {
        struct cql2_node *n = leaf(p, CQL2_OP_BOOLEAN, at);
        if (n)
            n->boolean = is_true;
        return n && next(p) ? n : NULL;
    }
    if (!next(p))
        return NULL;
    if (is_word(p, STR("Z"))) {
        enum shape_kind kind = shape_kind_of(word);
        if (kind)
            return parse_shape(p, kind, at);
    }
    if (!is_symbol(p, '(')) {
        struct cql2_node *n = leaf(p, CQL2_OP_PROPERTY, at);
        if (n)
            n->text = word;
        return n;
    }
    enum cql2_op op = cql2_op_of_word(word);
    if (op == CQL2_OP_COUNT) {
        enum shape_kind kind = shape_kind_of(word);
        if (kind)
            return parse_shape(p, kind, at);
        if (str_eq_ascii_nocase(word, STR("DATE")))
            return parse_instant(p, CQL2_OP_DATE, at);
        if (str_eq_ascii_nocase(word, STR("TIMESTAMP")))
            return parse_instant(p, CQL2_OP_TIMESTAMP, at);
        if (str_eq_ascii_nocase(word, STR("INTERVAL")))
            return parse_interval(p, at);
        if (str_eq_ascii_nocase(word, STR("BBOX")))
            return parse_bbox(p, at);
        return parse_call(p, word, at);
    }
    return parse_standard(p, op, at);
}

/* ---- expressions ---- */

static struct cql2_node *parse_number(struct parser *p, unsigned at, bool is_negative)
{
    bool is_integer = p->lx.token == CQL2_T_INTEGER && p->lx.integer <= (uint64_t)INT64_MAX + is_negative;
    struct cql2_node *n = leaf(p, is_integer ? CQL2_OP_INTEGER : CQL2_OP_NUMBER, at);
    if (!n)
        return NULL;
    if (is_integer)
        n->integer = is_negative ? (int64_t)(0 - p->lx.integer) : (int64_t)p->lx.integer;
    else
        n->number = is_negative ? -p->lx.number : p->lx.number;
    return next(p) ? n : NULL;
}

static struct cql2_node *parse_operand(struct parser *p)
{
    unsigned at = p->lx.from;
    struct cql2_node *n;
    switch (p->lx.token) {
    case CQL2_T_WORD:
        return parse_word(p);
    case CQL2_T_QUOTED:
    case CQL2_T_STRING:
        if (p->lx.token == CQL2_T_QUOTED && p->lx.text.n == 0)
            return fail(p, want_value);
        n = leaf(p, p->lx.token == CQL2_T_QUOTED ? CQL2_OP_PROPERTY : CQL2_OP_STRING, at);
        if (n)
            n->text = p->lx.text;
        return n && next(p) ? n : NULL;
    case CQL2_T_INTEGER:
    case CQL2_T_NUMBER:
        return parse_number(p, at, false);
    case CQL2_T_SYMBOL:
        if (p->lx.symbol == '(')
            return parse_group(p);
        break;
    case CQL2_T_END:
        break;
    }
    return fail(p, want_value);
}

/* [ "-" ] operand. The minus of a name is a product with -1, as the standard's own examples have it in JSON. */
static struct cql2_node *parse_factor(struct parser *p)
{
    if (!is_symbol(p, '-') && !is_symbol(p, '+'))
        return parse_operand(p);
    unsigned at = p->lx.from;
    bool is_negative = p->lx.symbol == '-';
    if (!next(p))
        return NULL;
    if (p->lx.token == CQL2_T_INTEGER || p->lx.token == CQL2_T_NUMBER)
        return parse_number(p, at, is_negative);
    if (!is_negative || (p->lx.token == CQL2_T_SYMBOL && p->lx.symbol != '('))
        return fail(p, (struct cql2_expected){"một số", "a number"});
    struct cql2_node *one = leaf(p, CQL2_OP_INTEGER, at), *operand = parse_operand(p);
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

static struct cql2_node *parse_arithmetic(struct parser *p, int least)
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
        left = binary(p, op, left, parse_arithmetic(p, level + 1));
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
    if (!expect(p, '(', want_open))
        return NULL;
    if (is_symbol(p, ')'))
        return fail(p, want_value);
    if (!paren_enter(p) || !elements(p, NULL, false, &list))
        return NULL;
    p->parens--;
    return list_node(p, CQL2_OP_IN, left->at, &list);
}

static struct cql2_node *parse_between(struct parser *p, struct cql2_node *left)
{
    struct cql2_node *low = parse_arithmetic(p, 0);
    if (!low)
        return NULL;
    if (!is_word(p, STR("AND")))
        return fail(p, (struct cql2_expected){"AND giữa hai đầu của BETWEEN", "AND between the two ends of BETWEEN"});
    struct cql2_node *high = next(p) ? parse_arithmetic(p, 0) : NULL;
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
    struct cql2_node *left = parse_arithmetic(p, 0);
    if (!left)
        return NULL;
    enum cql2_op op = comparison_op(p);
    if (op != CQL2_OP_COUNT)
        return next(p) ? binary(p, op, left, parse_arithmetic(p, 0)) : NULL;
    if (p->lx.token != CQL2_T_WORD)
        return left;
    if (is_word(p, STR("IS")))
        return next(p) ? parse_is_null(p, left) : NULL;
    bool is_not = is_word(p, STR("NOT"));
    if (is_not && !next(p))
        return NULL;
    struct cql2_node *n;
    if (is_word(p, STR("LIKE")))
        n = next(p) ? binary(p, CQL2_OP_LIKE, left, parse_arithmetic(p, 0)) : NULL;
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
            FAULT(p->lx.f, ERR_CQL2_LIMIT, {"what_vi", STR("Số tầng lồng nhau của bộ lọc")},
                  {"what_en", STR("The nesting of the filter")}, {"limit", STR("64")});
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

static struct cql2_node *parse_or(struct parser *p)
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
    q->root = parse_or(&p);
    if (!q->root)
        return fault_code(f);
    if (p.lx.token != CQL2_T_END)
        return cql2_unexpected(&p.lx, want_operator);
    *ret = q;
    return OK;
}
