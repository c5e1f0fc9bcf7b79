/* The parser of CQL2 text: parse.c reads conditions and arithmetic, operand.c the values in them. For these two alone. */
#ifndef TINHSO_CQL2_PARSE_H
#define TINHSO_CQL2_PARSE_H

#include "base/vec.h"
#include "cql2/tree.h"

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

extern const struct cql2_expected cql2_want_value;

/* All return NULL (or false) with the fault set, and leave the token behind what they read. */
struct cql2_node *cql2_parse_condition(struct parser *p);
struct cql2_node *cql2_parse_arithmetic(struct parser *p, int least);
struct cql2_node *cql2_parse_operand(struct parser *p);
/* The number that is the token. */
struct cql2_node *cql2_parse_number(struct parser *p, unsigned at, bool is_negative);
/* Elements up to the closing parenthesis, which is taken; `first` was read already, or is NULL. */
bool cql2_parse_elements(struct parser *p, struct cql2_node *first, bool has_arrays, struct nodes *ret_list);
/* Counts the parenthesis that is the token, and steps over it; whoever has read the closing one counts back. */
bool cql2_paren_enter(struct parser *p);

static inline struct cql2_node *fail(struct parser *p, struct cql2_expected expected)
{
    cql2_unexpected(&p->lx, expected);
    return NULL;
}

static inline bool next(struct parser *p)
{
    return cql2_next(&p->lx) == OK;
}

static inline bool is_word(const struct parser *p, struct str word)
{
    return p->lx.token == CQL2_T_WORD && str_eq_ascii_nocase(p->lx.text, word);
}

static inline bool is_symbol(const struct parser *p, char symbol)
{
    return cql2_is_symbol(&p->lx, symbol);
}

static inline bool expect(struct parser *p, char symbol, struct cql2_expected expected)
{
    return cql2_expect(&p->lx, symbol, expected) == OK;
}

static inline struct cql2_node *leaf(struct parser *p, enum cql2_op op, unsigned at)
{
    return cql2_node_new(&p->b, op, at, NULL, 0);
}

static inline struct cql2_node *unary(struct parser *p, enum cql2_op op, unsigned at, struct cql2_node *arg)
{
    return arg ? cql2_node_new(&p->b, op, at, &arg, 1) : NULL;
}

static inline struct cql2_node *list_node(struct parser *p, enum cql2_op op, unsigned at, const struct nodes *list)
{
    return cql2_node_new(&p->b, op, at, list->p, (unsigned)list->n);
}

#endif
