/* Values of CQL2 text: literals, names, functions, arrays, and what stands in parentheses.
 *
 * One place of the grammar needs care: in the arguments of a function and among the elements of an array, `(x)` may be a
 * parenthesis or an array of one. An operator in parentheses is a parenthesis, anything else an array; each further
 * pair is an array more. The printer follows the same rule. */
#include "cql2/parse.h"

#include "base/banned.h"

/* Printing a tree of the greatest height can take two pairs a level, and people add some of their own. */
enum { PARENS_MAX = 4 * LIMIT_CQL2_DEPTH };

const struct cql2_expected cql2_want_value = {
    "một giá trị: tên trường, số, 'chuỗi', DATE('…'), hàm hoặc (",
    "a value: a property, a number, a 'string', DATE('…'), a function or (",
};
static const struct cql2_expected want_comma = {"dấu ,", "a comma"};

bool cql2_paren_enter(struct parser *p)
{
    if (++p->parens <= PARENS_MAX)
        return next(p);
    cql2_limit_fault(p->lx.f, "Số tầng ngoặc của bộ lọc", "The nesting of parentheses", PARENS_MAX);
    cql2_fault_offset(p->lx.source, p->lx.from, p->lx.f);
    return false;
}

static bool paren_leave(struct parser *p, struct cql2_expected expected)
{
    p->parens--;
    return expect(p, ')', expected);
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
    return element_wrap(p, cql2_parse_condition(p));
}

bool cql2_parse_elements(struct parser *p, struct cql2_node *first, bool has_arrays, struct nodes *ret_list)
{
    if (first)
        VEC_PUSH(p->b.a, ret_list, first);
    else if (is_symbol(p, ')'))
        return paren_leave(p, cql2_want_close);
    for (bool is_due = !first;; is_due = true) {
        if (is_due) {
            struct cql2_node *e = has_arrays ? parse_element(p) : cql2_parse_arithmetic(p, 0);
            if (!e)
                return false;
            VEC_PUSH(p->b.a, ret_list, e);
        }
        if (!is_symbol(p, ','))
            return paren_leave(p, cql2_want_comma_or_close);
        if (!next(p))
            return false;
    }
}

/* An operand of A_CONTAINS and its family: there a parenthesis always opens an array. */
static struct cql2_node *parse_array_operand(struct parser *p)
{
    unsigned at = p->lx.from;
    if (!is_symbol(p, '('))
        return cql2_parse_arithmetic(p, 0);
    struct nodes list = {0};
    if (!cql2_paren_enter(p) || !cql2_parse_elements(p, NULL, true, &list))
        return NULL;
    return list_node(p, CQL2_OP_LIST, at, &list);
}

/* At an opening parenthesis: a group, or an array where one may stand. */
static struct cql2_node *parse_group(struct parser *p)
{
    unsigned at = p->lx.from;
    bool may_be_array = p->element_at == at;
    if (!cql2_paren_enter(p))
        return NULL;
    struct cql2_node *e;
    if (may_be_array && is_symbol(p, ')')) {
        e = leaf(p, CQL2_OP_LIST, at);
        return e && paren_leave(p, cql2_want_close) ? e : NULL;
    }
    p->element_at = may_be_array ? p->lx.from : UINT32_MAX;
    e = cql2_parse_condition(p);
    if (!e)
        return NULL;
    if (may_be_array && is_symbol(p, ',')) {
        struct nodes list = {0};
        e = element_wrap(p, e);
        if (!e || !cql2_parse_elements(p, e, true, &list))
            return NULL;
        return list_node(p, CQL2_OP_LIST, at, &list);
    }
    if (!paren_leave(p, cql2_want_close))
        return NULL;
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
    if (!n || !next(p) || !expect(p, ')', cql2_want_close))
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
        struct cql2_node *end = cql2_parse_operand(p);
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
    struct cql2_node *ends[2];
    for (int i = 0; i < 2; i++) {
        if (!(i ? expect(p, ',', want_comma) : cql2_paren_enter(p)))
            return NULL;
        ends[i] = parse_interval_end(p);
        if (!ends[i])
            return NULL;
    }
    return paren_leave(p, cql2_want_close) ? cql2_node_new(&p->b, CQL2_OP_INTERVAL, at, ends, 2) : NULL;
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
    if (!cql2_paren_enter(p) || !cql2_parse_elements(p, NULL, true, &list))
        return NULL;
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
    if (!cql2_paren_enter(p))
        return NULL;
    for (unsigned i = 0; i < n; i++) {
        if (i && !expect(p, ',', want_comma))
            return NULL;
        args[i] = cql2_ops[op].kind == CQL2_KIND_ARRAY ? parse_array_operand(p) : cql2_parse_arithmetic(p, 0);
        if (!args[i])
            return NULL;
    }
    return paren_leave(p, cql2_want_close) ? cql2_node_new(&p->b, op, at, args, n) : NULL;
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
        return fail(p, cql2_want_value);
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

struct cql2_node *cql2_parse_number(struct parser *p, unsigned at, bool is_negative)
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

struct cql2_node *cql2_parse_operand(struct parser *p)
{
    unsigned at = p->lx.from;
    struct cql2_node *n;
    switch (p->lx.token) {
    case CQL2_T_WORD:
        return parse_word(p);
    case CQL2_T_QUOTED:
    case CQL2_T_STRING:
        if (p->lx.token == CQL2_T_QUOTED && p->lx.text.n == 0)
            return fail(p, cql2_want_value);
        n = leaf(p, p->lx.token == CQL2_T_QUOTED ? CQL2_OP_PROPERTY : CQL2_OP_STRING, at);
        if (n)
            n->text = p->lx.text;
        return n && next(p) ? n : NULL;
    case CQL2_T_INTEGER:
    case CQL2_T_NUMBER:
        return cql2_parse_number(p, at, false);
    case CQL2_T_SYMBOL:
        if (p->lx.symbol == '(')
            return parse_group(p);
        break;
    case CQL2_T_END:
        break;
    }
    return fail(p, cql2_want_value);
}
