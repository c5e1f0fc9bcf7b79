/* Geometry literals of CQL2 text: WKT and BBOX, read token by token so that an error has its place. */
#include "cql2/tree.h"

#include "base/vec.h"

#include "base/banned.h"

static const struct cql2_expected want_number = {"một toạ độ", "a coordinate"};

static bool is_number_ahead(const struct cql2_lexer *lx)
{
    return lx->token == CQL2_T_INTEGER || lx->token == CQL2_T_NUMBER || cql2_is_symbol(lx, '-') ||
           cql2_is_symbol(lx, '+');
}

static enum err number(struct cql2_lexer *lx, double *ret)
{
    bool is_negative = cql2_is_symbol(lx, '-');
    if ((is_negative || cql2_is_symbol(lx, '+')) && cql2_next(lx) != OK)
        return fault_code(lx->f);
    if (lx->token != CQL2_T_INTEGER && lx->token != CQL2_T_NUMBER)
        return cql2_unexpected(lx, want_number);
    *ret = is_negative ? -lx->number : lx->number;
    return cql2_next(lx);
}

struct numbers {
    double *p;
    size_t n, cap;
};

/* x y or x y z; the first position of a geometry decides (*z: -1 undecided, 0, 1). */
static enum err position(struct cql2_lexer *lx, struct numbers *at, int *z)
{
    double v[3];
    int n = 0;
    unsigned from = lx->from;
    do {
        if (number(lx, &v[n++]) != OK)
            return fault_code(lx->f);
    } while (n < 3 && is_number_ahead(lx));
    if (n == 1)
        return cql2_unexpected(lx, want_number);
    if (*z < 0)
        *z = n == 3;
    if (n != 2 + *z) {
        cql2_syntax(
            lx->f, str_slice(lx->source.p + from, lx->from - from),
            *z ? (struct cql2_expected){"ba toạ độ, như các điểm khác", "three coordinates, as the other positions"}
               : (struct cql2_expected){"hai toạ độ, như các điểm khác", "two coordinates, as the other positions"});
        return cql2_fault_offset(lx->source, from, lx->f);
    }
    for (int i = 0; i < n; i++)
        VEC_PUSH(lx->a, at, v[i]);
    return OK;
}

/* ( position, … ), with at least `least` of them. */
static enum err positions(struct cql2_lexer *lx, size_t least, bool is_one, int *z, struct shape *s)
{
    struct numbers at = {0};
    if (cql2_expect(lx, '(', cql2_want_open) != OK)
        return fault_code(lx->f);
    size_t n = 0;
    for (;;) {
        if (position(lx, &at, z) != OK)
            return fault_code(lx->f);
        n++;
        if (is_one || !cql2_is_symbol(lx, ','))
            break;
        if (cql2_next(lx) != OK)
            return fault_code(lx->f);
    }
    if (n < least)
        return cql2_unexpected(
            lx, least == 4 ? (struct cql2_expected){"vòng có ít nhất 4 điểm", "a ring of 4 positions or more"}
                           : (struct cql2_expected){"đường có ít nhất 2 điểm", "a line of 2 positions or more"});
    s->has_z = *z == 1;
    s->n = n;
    s->at = at.p;
    return cql2_expect(lx, ')', is_one ? cql2_want_close : cql2_want_comma_or_close);
}

static enum err ring(struct cql2_lexer *lx, int *z, struct shape *s)
{
    unsigned from = lx->from;
    *s = (struct shape){.kind = SHAPE_LINESTRING};
    if (positions(lx, 4, false, z, s) != OK)
        return fault_code(lx->f);
    must(s->n >= 4);
    size_t width = 2 + (size_t)s->has_z;
    const double *first = s->at, *last = s->at + (s->n - 1) * width;
    if (first[0] == last[0] && first[1] == last[1])
        return OK;
    cql2_syntax(lx->f, str_slice(lx->source.p + from, lx->from - from),
                (struct cql2_expected){"vòng khép kín: điểm cuối trùng điểm đầu",
                                       "a closed ring: its last position is its first"});
    return cql2_fault_offset(lx->source, from, lx->f);
}

struct shapes {
    struct shape *p;
    size_t n, cap;
};

static enum err body(struct cql2_lexer *lx, enum shape_kind kind, unsigned depth, int *z, struct shape *s);

/* A part of a multi-geometry or a ring of a polygon. */
static enum err part(struct cql2_lexer *lx, enum shape_kind kind, unsigned depth, int *z, struct shape *s)
{
    switch (kind) {
    case SHAPE_POLYGON:
        return ring(lx, z, s);
    case SHAPE_MULTIPOINT:
        if (is_number_ahead(lx)) { /* MULTIPOINT (1 2, 3 4) is written, too */
            struct numbers at = {0};
            if (position(lx, &at, z) != OK)
                return fault_code(lx->f);
            *s = (struct shape){.kind = SHAPE_POINT, .has_z = *z == 1, .n = 1, .at = at.p};
            return OK;
        }
        return body(lx, SHAPE_POINT, depth, z, s);
    case SHAPE_MULTILINESTRING:
        return body(lx, SHAPE_LINESTRING, depth, z, s);
    case SHAPE_MULTIPOLYGON:
        return body(lx, SHAPE_POLYGON, depth, z, s);
    default:
        break;
    }
    static const struct cql2_expected want = {"tên hình: POINT, LINESTRING, POLYGON, …",
                                              "a geometry: POINT, LINESTRING, POLYGON, …"};
    if (lx->token != CQL2_T_WORD)
        return cql2_unexpected(lx, want);
    for (int k = SHAPE_POINT; k <= SHAPE_COLLECTION; k++)
        if (str_eq_ascii_nocase(lx->text, str_of(shape_kind_wkt((enum shape_kind)k)))) {
            if (cql2_next(lx) != OK)
                return fault_code(lx->f);
            return cql2_shape_parse(lx, (enum shape_kind)k, depth + 1, s);
        }
    return cql2_unexpected(lx, want);
}

/* What follows the name (and its Z): the parenthesis and all in it. */
static enum err body(struct cql2_lexer *lx, enum shape_kind kind, unsigned depth, int *z, struct shape *s)
{
    *s = (struct shape){.kind = kind};
    if (kind == SHAPE_POINT || kind == SHAPE_LINESTRING)
        return positions(lx, kind == SHAPE_POINT ? 1 : 2, kind == SHAPE_POINT, z, s);
    struct shapes parts = {0};
    if (cql2_expect(lx, '(', cql2_want_open) != OK)
        return fault_code(lx->f);
    for (;;) {
        struct shape one;
        if (part(lx, kind, depth, z, &one) != OK)
            return fault_code(lx->f);
        VEC_PUSH(lx->a, &parts, one);
        if (!cql2_is_symbol(lx, ','))
            break;
        if (cql2_next(lx) != OK)
            return fault_code(lx->f);
    }
    s->parts = parts.p;
    s->n = parts.n;
    s->has_z = *z == 1;
    return cql2_expect(lx, ')', cql2_want_comma_or_close);
}

enum err cql2_shape_parse(struct cql2_lexer *lx, enum shape_kind kind, unsigned depth, struct shape *ret_shape)
{
    if (depth > LIMIT_GEOMETRY_DEPTH) {
        cql2_limit_fault(lx->f, "Số tầng GEOMETRYCOLLECTION", "The nesting of GEOMETRYCOLLECTION",
                         LIMIT_GEOMETRY_DEPTH);
        return cql2_fault_offset(lx->source, lx->from, lx->f);
    }
    int z = -1;
    if (lx->token == CQL2_T_WORD && str_eq_ascii_nocase(lx->text, STR("Z"))) {
        if (kind != SHAPE_COLLECTION)
            z = 1;
        if (cql2_next(lx) != OK)
            return fault_code(lx->f);
    }
    if (kind != SHAPE_COLLECTION)
        return body(lx, kind, depth, &z, ret_shape);
    int undecided = -1; /* the parts of a collection name their own dimension */
    enum err e = body(lx, kind, depth, &undecided, ret_shape);
    for (size_t i = 0; e == OK && i < ret_shape->n; i++)
        ret_shape->has_z |= ret_shape->parts[i].has_z;
    return e;
}

enum err cql2_bbox_check(const double *v, unsigned n, struct cql2_expected *ret_expected)
{
    const unsigned half = n / 2;
    if (n != 4 && n != 6)
        *ret_expected = (struct cql2_expected){"BBOX với 4 hoặc 6 số", "BBOX with 4 or 6 numbers"};
    else if (v[1] > v[half + 1])
        *ret_expected = (struct cql2_expected){"BBOX có cạnh nam không vượt cạnh bắc",
                                               "a BBOX whose south does not exceed its north"};
    else if (n == 6 && v[2] > v[5])
        *ret_expected =
            (struct cql2_expected){"BBOX có đáy không vượt đỉnh", "a BBOX whose bottom does not exceed its top"};
    else
        return OK;
    return ERR_CQL2_SYNTAX;
}

enum err cql2_bbox_parse(struct cql2_lexer *lx, double **ret_numbers, unsigned *ret_n)
{
    double v[6] = {0};
    unsigned n = 0, from = lx->from;
    if (cql2_expect(lx, '(', cql2_want_open) != OK)
        return fault_code(lx->f);
    for (;;) {
        if (number(lx, &v[n++]) != OK)
            return fault_code(lx->f);
        if (n == 6 || !cql2_is_symbol(lx, ','))
            break;
        if (cql2_next(lx) != OK)
            return fault_code(lx->f);
    }
    unsigned till = lx->till;
    if (cql2_expect(lx, ')', n == 6 ? cql2_want_close : cql2_want_comma_or_close) != OK)
        return fault_code(lx->f);
    struct cql2_expected expected;
    if (cql2_bbox_check(v, n, &expected) != OK) {
        cql2_syntax(lx->f, str_slice(lx->source.p + from, till - from), expected);
        return cql2_fault_offset(lx->source, from, lx->f);
    }
    *ret_numbers = arena_alloc(lx->a, n * sizeof *v);
    memcpy(*ret_numbers, v, n * sizeof *v);
    *ret_n = n;
    return OK;
}
