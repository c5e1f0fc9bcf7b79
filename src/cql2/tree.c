/* Nodes, the table of operators, names and places. */
#include "cql2/tree.h"

#include <stdio.h>

#include "text/date.h"
#include "text/place.h"
#include "text/utf8.h"

#include "base/banned.h"

const struct cql2_op_info cql2_ops[CQL2_OP_COUNT] = {
#define OP(name, json, text, fewest, most, kind)                                                                       \
    [CQL2_OP_##name] = {json, text, fewest, most, CQL2_KIND_##kind, sizeof(json) - 1, sizeof(text) - 1},
    CQL2_OPS(OP)
#undef OP
};

/* Beyond this, SQL text made of the tree would pass SQLite's own depth limit of 1000. A little over LIMIT_CQL2_DEPTH, so that
 * 64 negations around a predicate still fit. */
enum { HEIGHT_MAX = LIMIT_CQL2_DEPTH + 16 };

enum err cql2_limit_fault(struct fault *f, const char *what_vi, const char *what_en, size_t limit)
{
    char number[24];
    snprintf(number, sizeof number, "%zu", limit);
    return FAULT(f, ERR_CQL2_LIMIT, {"what_vi", str_of(what_vi)}, {"what_en", str_of(what_en)},
                 {"limit", str_of(number)});
}

enum err cql2_depth_fault(struct fault *f)
{
    return cql2_limit_fault(f, "Số tầng lồng nhau của bộ lọc", "The nesting of the filter", LIMIT_CQL2_DEPTH);
}

/* The grammar knows arrays only within arrays, as arguments of functions and as operands of A_CONTAINS and its family. */
static bool takes_arrays(enum cql2_op op)
{
    return op == CQL2_OP_LIST || op == CQL2_OP_CALL || cql2_ops[op].kind == CQL2_KIND_ARRAY;
}

struct cql2_node *cql2_node_new(struct cql2_build *b, enum cql2_op op, unsigned at, struct cql2_node *const *args,
                                unsigned n)
{
    if (++b->q->n_nodes > LIMIT_CQL2_NODES) {
        cql2_limit_fault(b->f, "Số phần tử của bộ lọc", "The number of parts of the filter", LIMIT_CQL2_NODES);
        cql2_fault_offset(b->q->source, at, b->f);
        return NULL;
    }
    unsigned height = 0;
    for (unsigned i = 0; i < n; i++) {
        if (args[i]->height > height)
            height = args[i]->height;
        if (args[i]->op == CQL2_OP_LIST && !takes_arrays(op)) {
            cql2_syntax(b->f, STR("(…)"),
                        (struct cql2_expected){"một giá trị, không phải mảng", "a value, not an array"});
            cql2_fault_at(b->q, args[i], b->f);
            return NULL;
        }
    }
    if (height + 1 > HEIGHT_MAX) {
        cql2_depth_fault(b->f);
        cql2_fault_offset(b->q->source, at, b->f);
        return NULL;
    }
    struct cql2_node *node = ARENA_NEW(b->a, struct cql2_node);
    node->op = (unsigned char)op;
    node->at = at;
    node->height = (unsigned short)(height + 1);
    node->n = n;
    if (n) {
        node->args = arena_alloc(b->a, n * sizeof *args);
        memcpy(node->args, args, n * sizeof *args);
    }
    return node;
}

bool cql2_is_literal_list(const struct cql2_node *list)
{
    for (unsigned i = 0; i < list->n; i++)
        if (cql2_kind(list->args[i]) != CQL2_KIND_LITERAL)
            return false;
    return true;
}

/* Words are few and short: a scan that compares lengths first costs less than a hash. */
enum cql2_op cql2_op_of_word(struct str word)
{
    for (int op = CQL2_OP_CASEI; op < CQL2_OP_COUNT; op++) {
        const struct cql2_op_info *info = &cql2_ops[op];
        if (info->json_n == word.n && (info->kind >= CQL2_KIND_SPATIAL) &&
            str_eq_ascii_nocase(word, str_slice(info->json, info->json_n)))
            return (enum cql2_op)op;
    }
    return CQL2_OP_COUNT;
}

enum cql2_op cql2_op_of_json(struct str name)
{
    for (int op = CQL2_OP_CASEI; op < CQL2_OP_COUNT; op++)
        if (str_eq_ascii_nocase(name, str_slice(cql2_ops[op].json, cql2_ops[op].json_n)))
            return (enum cql2_op)op;
    return CQL2_OP_COUNT;
}

bool cql2_is_reserved(struct str word)
{
    static const char *const words[] = {"AND",
                                        "OR",
                                        "NOT",
                                        "LIKE",
                                        "BETWEEN",
                                        "IN",
                                        "IS",
                                        "NULL",
                                        "TRUE",
                                        "FALSE",
                                        "DIV",
                                        "CASEI",
                                        "ACCENTI",
                                        "DATE",
                                        "BBOX",
                                        "TIMESTAMP",
                                        "POINT",
                                        "INTERVAL",
                                        "MULTIPOINT",
                                        "LINESTRING",
                                        "POLYGON",
                                        "ISNULL",
                                        "MULTIPOLYGON",
                                        "EMPTY",
                                        "MULTILINESTRING",
                                        "GEOMETRYCOLLECTION"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq_ascii_nocase(word, str_of(words[i])))
            return true;
    return cql2_op_of_word(word) != CQL2_OP_COUNT;
}

static bool is_start(uint32_t c)
{
    if (c < 0x80)
        return c == ':' || c == '_' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    static const uint32_t ranges[][2] = {
        {0xC0, 0xD6},     {0xD8, 0xF6},     {0xF8, 0x2FF},    {0x370, 0x37D},   {0x37F, 0x1FFE},  {0x200C, 0x200D},
        {0x2070, 0x218F}, {0x2C00, 0x2FEF}, {0x3001, 0xD7FF}, {0xF900, 0xFDCF}, {0xFDF0, 0xFFFD}, {0x10000, 0xEFFFF},
    };
    for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
        if (c >= ranges[i][0] && c <= ranges[i][1])
            return c != 0x1680 && !(c >= 0x2000 && c <= 0x200A); /* white space of the grammar */
    return false;
}

static bool is_part(uint32_t c)
{
    return is_start(c) || c == '.' || (c >= '0' && c <= '9') || (c >= 0x300 && c <= 0x36F) ||
           (c >= 0x203F && c <= 0x2040);
}

size_t cql2_identifier_length(struct str s, size_t at)
{
    size_t from = at;
    while (at < s.n) {
        uint32_t c = (unsigned char)s.p[at];
        size_t n = 1;
        if (c >= 0x80)
            n = utf8_next(s, at, &c);
        if (!(at == from ? is_start(c) : is_part(c)))
            break;
        at += n;
    }
    return at - from;
}

bool cql2_is_identifier(struct str s)
{
    return s.n && cql2_identifier_length(s, 0) == s.n;
}

enum err cql2_fault_offset(struct str source, unsigned at, struct fault *f)
{
    if (!f || !source.p)
        return f ? f->code : OK;
    int line, column;
    place_of(source, at, &line, &column);
    fault_place(f, (struct str){NULL, 0}, line, column);
    return fault_code(f);
}

enum err cql2_fault_at(const struct cql2 *q, const struct cql2_node *node, struct fault *f)
{
    if (!f)
        return OK;
    if (node->line)
        fault_place(f, (struct str){NULL, 0}, node->line, node->column);
    else
        cql2_fault_offset(q->source, node->at, f);
    return fault_code(f);
}

bool cql2_date_read(struct str s)
{
    struct date d;
    return date_parse(s, &d, NULL) == OK;
}

bool cql2_timestamp_read(struct arena *a, struct str s, struct str *ret_canonical)
{
    int64_t ms;
    if (instant_parse(s, &ms, NULL) != OK)
        return false;
    struct buf b = BUF_INIT(64);
    instant_print(ms, &b);
    *ret_canonical = str_dup(a, buf_view(&b));
    buf_done(&b);
    return true;
}

const char *cql2_type_name(enum cql2_type type, enum lang lang)
{
    static const char *const names[][2] = {
        [CQL2_UNKNOWN] = {"giá trị", "value"},         [CQL2_STRING] = {"chuỗi", "string"},
        [CQL2_INTEGER] = {"số nguyên", "integer"},     [CQL2_NUMBER] = {"số", "number"},
        [CQL2_BOOLEAN] = {"đúng/sai", "boolean"},      [CQL2_DATE] = {"ngày", "date"},
        [CQL2_TIMESTAMP] = {"thời điểm", "timestamp"}, [CQL2_INTERVAL] = {"khoảng thời gian", "interval"},
        [CQL2_GEOMETRY] = {"hình học", "geometry"},    [CQL2_ARRAY] = {"mảng", "array"},
    };
    return names[type][lang == LANG_EN];
}

static void properties_of(const struct cql2_node *node, void (*use)(void *, struct str), void *context)
{
    if (node->op == CQL2_OP_PROPERTY)
        use(context, node->text);
    for (unsigned i = 0; i < node->n && node->args; i++)
        properties_of(node->args[i], use, context);
}

void cql2_properties(const struct cql2 *q, void (*use)(void *context, struct str name), void *context)
{
    properties_of(q->root, use, context);
}

struct shapes_walk {
    struct arena *a;
    enum err (*move)(void *context, struct shape *s, struct fault *f);
    void *context;
    struct fault *f;
};

static enum err move_shapes(const struct shapes_walk *w, const struct cql2 *q, struct cql2_node *node)
{
    enum err e = OK;
    if (node->op == CQL2_OP_SHAPE || node->op == CQL2_OP_BBOX) {
        struct shape *s = ARENA_NEW(w->a, struct shape);
        if (node->op == CQL2_OP_SHAPE) {
            *s = *node->shape;
        } else {
            const double *v = node->bbox;
            unsigned half = node->n / 2;
            shape_of_box(w->a, (struct box){v[0], v[1], v[half], v[half + 1]}, s);
            node->n = 0;
        }
        e = w->move(w->context, s, w->f);
        node->op = CQL2_OP_SHAPE;
        node->shape = s;
        if (e != OK)
            cql2_fault_at(q, node, w->f);
        return e;
    }
    for (unsigned i = 0; e == OK && i < node->n && node->args; i++)
        e = move_shapes(w, q, node->args[i]);
    return e;
}

enum err cql2_shapes(struct arena *a, struct cql2 *q, enum err (*move)(void *context, struct shape *s, struct fault *f),
                     void *context, struct fault *f)
{
    struct shapes_walk w = {a, move, context, f};
    return move_shapes(&w, q, q->root);
}
