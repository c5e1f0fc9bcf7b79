/* The tree of a filter, for the files of this folder alone. */
#ifndef TINHSO_CQL2_TREE_H
#define TINHSO_CQL2_TREE_H

#include "cql2/cql2.h"
#include "geo/shape.h"

/* OP(name, JSON name, text name, fewest and most operands, kind) */
#define CQL2_OPS(OP)                                                                                                   \
    OP(STRING, "", "", 0, 0, LITERAL)                                                                                  \
    OP(INTEGER, "", "", 0, 0, LITERAL)                                                                                 \
    OP(NUMBER, "", "", 0, 0, LITERAL)                                                                                  \
    OP(BOOLEAN, "", "", 0, 0, LITERAL)                                                                                 \
    OP(DATE, "", "DATE", 0, 0, LITERAL)                                                                                \
    OP(TIMESTAMP, "", "TIMESTAMP", 0, 0, LITERAL)                                                                      \
    OP(OPEN, "", "", 0, 0, LITERAL)                                                                                    \
    OP(SHAPE, "", "", 0, 0, LITERAL)                                                                                   \
    OP(BBOX, "", "BBOX", 0, 0, LITERAL)                                                                                \
    OP(INTERVAL, "", "INTERVAL", 2, 2, OPERAND)                                                                        \
    OP(LIST, "", "", 0, CQL2_MANY, OPERAND)                                                                            \
    OP(PROPERTY, "", "", 0, 0, OPERAND)                                                                                \
    OP(CALL, "", "", 0, CQL2_MANY, OPERAND)                                                                            \
    OP(CASEI, "casei", "CASEI", 1, 1, OPERAND)                                                                         \
    OP(ACCENTI, "accenti", "ACCENTI", 1, 1, OPERAND)                                                                   \
    OP(OR, "or", "OR", 2, CQL2_MANY, LOGIC)                                                                            \
    OP(AND, "and", "AND", 2, CQL2_MANY, LOGIC)                                                                         \
    OP(NOT, "not", "NOT", 1, 1, LOGIC)                                                                                 \
    OP(EQ, "=", "=", 2, 2, COMPARE)                                                                                    \
    OP(NE, "<>", "<>", 2, 2, COMPARE)                                                                                  \
    OP(LT, "<", "<", 2, 2, COMPARE)                                                                                    \
    OP(GT, ">", ">", 2, 2, COMPARE)                                                                                    \
    OP(LE, "<=", "<=", 2, 2, COMPARE)                                                                                  \
    OP(GE, ">=", ">=", 2, 2, COMPARE)                                                                                  \
    OP(LIKE, "like", "LIKE", 2, 2, TEST)                                                                               \
    OP(BETWEEN, "between", "BETWEEN", 3, 3, TEST)                                                                      \
    OP(IN, "in", "IN", 2, CQL2_MANY, TEST)                                                                             \
    OP(IS_NULL, "isNull", "IS NULL", 1, 1, TEST)                                                                       \
    OP(ADD, "+", "+", 2, 2, SUM)                                                                                       \
    OP(SUBTRACT, "-", "-", 2, 2, SUM)                                                                                  \
    OP(MULTIPLY, "*", "*", 2, 2, PRODUCT)                                                                              \
    OP(DIVIDE, "/", "/", 2, 2, PRODUCT)                                                                                \
    OP(DIV, "div", "div", 2, 2, PRODUCT)                                                                               \
    OP(MODULO, "%", "%", 2, 2, PRODUCT)                                                                                \
    OP(POWER, "^", "^", 2, 2, POWER)                                                                                   \
    OP(S_INTERSECTS, "s_intersects", "S_INTERSECTS", 2, 2, SPATIAL)                                                    \
    OP(S_EQUALS, "s_equals", "S_EQUALS", 2, 2, SPATIAL)                                                                \
    OP(S_DISJOINT, "s_disjoint", "S_DISJOINT", 2, 2, SPATIAL)                                                          \
    OP(S_TOUCHES, "s_touches", "S_TOUCHES", 2, 2, SPATIAL)                                                             \
    OP(S_WITHIN, "s_within", "S_WITHIN", 2, 2, SPATIAL)                                                                \
    OP(S_OVERLAPS, "s_overlaps", "S_OVERLAPS", 2, 2, SPATIAL)                                                          \
    OP(S_CROSSES, "s_crosses", "S_CROSSES", 2, 2, SPATIAL)                                                             \
    OP(S_CONTAINS, "s_contains", "S_CONTAINS", 2, 2, SPATIAL)                                                          \
    OP(T_AFTER, "t_after", "T_AFTER", 2, 2, TEMPORAL)                                                                  \
    OP(T_BEFORE, "t_before", "T_BEFORE", 2, 2, TEMPORAL)                                                               \
    OP(T_DISJOINT, "t_disjoint", "T_DISJOINT", 2, 2, TEMPORAL)                                                         \
    OP(T_EQUALS, "t_equals", "T_EQUALS", 2, 2, TEMPORAL)                                                               \
    OP(T_INTERSECTS, "t_intersects", "T_INTERSECTS", 2, 2, TEMPORAL)                                                   \
    OP(T_CONTAINS, "t_contains", "T_CONTAINS", 2, 2, TEMPORAL)                                                         \
    OP(T_DURING, "t_during", "T_DURING", 2, 2, TEMPORAL)                                                               \
    OP(T_FINISHEDBY, "t_finishedBy", "T_FINISHEDBY", 2, 2, TEMPORAL)                                                   \
    OP(T_FINISHES, "t_finishes", "T_FINISHES", 2, 2, TEMPORAL)                                                         \
    OP(T_MEETS, "t_meets", "T_MEETS", 2, 2, TEMPORAL)                                                                  \
    OP(T_METBY, "t_metBy", "T_METBY", 2, 2, TEMPORAL)                                                                  \
    OP(T_OVERLAPPEDBY, "t_overlappedBy", "T_OVERLAPPEDBY", 2, 2, TEMPORAL)                                             \
    OP(T_OVERLAPS, "t_overlaps", "T_OVERLAPS", 2, 2, TEMPORAL)                                                         \
    OP(T_STARTEDBY, "t_startedBy", "T_STARTEDBY", 2, 2, TEMPORAL)                                                      \
    OP(T_STARTS, "t_starts", "T_STARTS", 2, 2, TEMPORAL)                                                               \
    OP(A_EQUALS, "a_equals", "A_EQUALS", 2, 2, ARRAY)                                                                  \
    OP(A_CONTAINS, "a_contains", "A_CONTAINS", 2, 2, ARRAY)                                                            \
    OP(A_CONTAINEDBY, "a_containedBy", "A_CONTAINEDBY", 2, 2, ARRAY)                                                   \
    OP(A_OVERLAPS, "a_overlaps", "A_OVERLAPS", 2, 2, ARRAY)

enum { CQL2_MANY = LIMIT_CQL2_NODES };

enum cql2_op {
#define OP(name, json, text, fewest, most, kind) CQL2_OP_##name,
    CQL2_OPS(OP)
#undef OP
        CQL2_OP_COUNT
};

/* In the order of how tightly operators bind, loosest first. */
enum cql2_kind {
    CQL2_KIND_LOGIC,
    CQL2_KIND_COMPARE,
    CQL2_KIND_TEST,
    CQL2_KIND_SUM,
    CQL2_KIND_PRODUCT,
    CQL2_KIND_POWER,
    CQL2_KIND_SPATIAL,
    CQL2_KIND_TEMPORAL,
    CQL2_KIND_ARRAY,
    CQL2_KIND_OPERAND,
    CQL2_KIND_LITERAL,
};

struct cql2_op_info {
    const char *json, *text;
    unsigned short fewest, most;
    unsigned char kind;
    unsigned char json_n, text_n;
};

extern const struct cql2_op_info cql2_ops[CQL2_OP_COUNT];

struct cql2_node {
    unsigned char op;     /* enum cql2_op */
    unsigned char type;   /* enum cql2_type, set by the check */
    unsigned char of;     /* type of an array's elements, of an interval's ends */
    unsigned char parens; /* how many pairs stood around it in the text */
    unsigned short height;
    unsigned n;
    int line, column; /* of JSON; text has `at` */
    unsigned at;      /* byte offset in the text */
    struct cql2_node **args;
    union {
        struct str text; /* string, name of a property or function; date and timestamp in canonical form */
        int64_t integer;
        double number;
        bool boolean;
        const struct shape *shape;
        const double *bbox; /* w, s, (bottom,) e, n, (top); n says how many */
    };
    union {
        const struct cql2_property *property;
        const struct cql2_function *function;
    };
};

struct cql2 {
    struct cql2_node *root;
    struct str source; /* empty for JSON */
    size_t n_nodes;
    bool is_checked;
};

/* What is being built, by either parser. */
struct cql2_build {
    struct arena *a;
    struct cql2 *q;
    struct fault *f;
};

/* ---- tree.c ---- */
/* NULL when a limit was hit; the fault is set. Height follows from the operands. */
struct cql2_node *cql2_node_new(struct cql2_build *b, enum cql2_op op, unsigned at, struct cql2_node *const *args,
                                unsigned n);
static inline enum cql2_kind cql2_kind(const struct cql2_node *node)
{
    return (enum cql2_kind)cql2_ops[node->op].kind;
}
/* Of an array: no element is a property or a computation. */
bool cql2_is_literal_list(const struct cql2_node *list);
/* By name, whatever its case; CQL2_OP_COUNT when there is none. Only operators that both notations write as a word. */
enum cql2_op cql2_op_of_word(struct str word);
/* By JSON name, symbols included. */
enum cql2_op cql2_op_of_json(struct str name);
/* A word that stands for something in the grammar and is no name of a property without quotes. */
bool cql2_is_reserved(struct str word);
bool cql2_is_identifier(struct str s);
/* Bytes of the identifier that starts at `at`; 0 when there is none. */
size_t cql2_identifier_length(struct str s, size_t at);
/* ERR_CQL2_LIMIT: what exceeds which limit; the second for the depth that LIMIT_CQL2_DEPTH and SQLite's parser allow. */
enum err cql2_limit_fault(struct fault *f, const char *what_vi, const char *what_en, size_t limit);
enum err cql2_depth_fault(struct fault *f);
/* Adds the place of a node (or offset) to a fault and returns its code. */
enum err cql2_fault_at(const struct cql2 *q, const struct cql2_node *node, struct fault *f);
enum err cql2_fault_offset(struct str source, unsigned at, struct fault *f);
/* 'yyyy-mm-dd' or 'yyyy-mm-ddThh:mm:ss[.fff…]Z' → canonical text in the arena; false when it is none. */
bool cql2_date_read(struct str s);
bool cql2_timestamp_read(struct arena *a, struct str s, struct str *ret_canonical);

/* ---- lex.c ---- */
enum cql2_token {
    CQL2_T_END,
    CQL2_T_WORD,
    CQL2_T_QUOTED, /* "name" */
    CQL2_T_STRING,
    CQL2_T_INTEGER,
    CQL2_T_NUMBER,
    CQL2_T_SYMBOL, /* one of ( ) , = <> < > <= >= + - * / % ^ */
};

struct cql2_lexer {
    struct str source;
    struct arena *a;
    struct fault *f;
    size_t at; /* where the next token is looked for */
    /* the token */
    enum cql2_token token;
    char symbol;         /* ( ) , = + - * / % ^ < >; 'n' for <>, 'l' for <=, 'g' for >= */
    unsigned from, till; /* bytes of the source */
    struct str text;     /* WORD, QUOTED, STRING: its value */
    uint64_t integer;    /* INTEGER, without sign */
    double number;       /* INTEGER and NUMBER */
};

enum err cql2_lexer_init(struct cql2_lexer *lx, struct arena *a, struct str source, struct fault *f);
enum err cql2_next(struct cql2_lexer *lx);

/* What was expected, in both languages. */
struct cql2_expected {
    const char *vi, *en;
};
extern const struct cql2_expected cql2_want_open, cql2_want_close, cql2_want_comma_or_close;

enum err cql2_unexpected(struct cql2_lexer *lx, struct cql2_expected expected);
enum err cql2_syntax(struct fault *f, struct str found, struct cql2_expected expected);
static inline bool cql2_is_symbol(const struct cql2_lexer *lx, char symbol)
{
    return lx->token == CQL2_T_SYMBOL && lx->symbol == symbol;
}
/* Steps over the symbol; anything else is an error. */
enum err cql2_expect(struct cql2_lexer *lx, char symbol, struct cql2_expected expected);

/* ---- wkt.c ---- */
/* The token is a geometry's name, the next one is not looked at yet. Leaves the token behind the geometry. */
enum err cql2_shape_parse(struct cql2_lexer *lx, enum shape_kind kind, unsigned depth, struct shape *ret_shape);
enum err cql2_bbox_parse(struct cql2_lexer *lx, double **ret_numbers, unsigned *ret_n);
enum err cql2_bbox_check(const double *v, unsigned n, struct cql2_expected *ret_expected);

/* ---- print.c ---- */
void cql2_print_node(const struct cql2_node *node, struct buf *out);

/* ---- check.c ---- */
struct cql2_check {
    struct arena *a;
    struct cql2 *q;
    const struct cql2_schema *schema;
    struct fault *f;
};
enum err cql2_check_node(struct cql2_check *c, struct cql2_node *node);
enum err cql2_type_fault(struct cql2_check *c, const struct cql2_node *node, struct cql2_expected expected);

/* ---- compile.c ---- */
struct cql2_compiler {
    const struct cql2_schema *schema;
    struct buf *sql;
    struct cql2_params *params;
    struct arena *a;
};
void cql2_emit(struct cql2_compiler *c, const struct cql2_node *node);
void cql2_bind(struct cql2_compiler *c, struct cql2_param param);
void cql2_bind_text(struct cql2_compiler *c, struct str s);

/* ---- temporal.c ---- */
void cql2_emit_temporal(struct cql2_compiler *c, const struct cql2_node *node);
/* a op b for two instants of either granularity; op is one of EQ … GE. */
void cql2_emit_instants(struct cql2_compiler *c, enum cql2_op op, const struct cql2_node *a, const struct cql2_node *b);
/* b op' a means a op b. */
enum cql2_op cql2_op_mirrored(enum cql2_op op);
/* A timestamp cast to the date it falls on, or a date as it is. */
void cql2_emit_date(struct cql2_compiler *c, const struct cql2_node *node);

#endif
