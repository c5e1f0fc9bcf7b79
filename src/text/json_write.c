#include <math.h>

#include "text/json.h"
#include "text/number.h"

#include "base/banned.h"

/* ---- strings ---- */

/* 0: stands for itself; 'u': \u00xx; else the letter behind the backslash. */
static const unsigned char escapes[256] = {
    [0] = 'u',  [1] = 'u',  [2] = 'u',  [3] = 'u',  [4] = 'u',  [5] = 'u',   [6] = 'u',     [7] = 'u',  [8] = 'b',
    [9] = 't',  [10] = 'n', [11] = 'u', [12] = 'f', [13] = 'r', [14] = 'u',  [15] = 'u',    [16] = 'u', [17] = 'u',
    [18] = 'u', [19] = 'u', [20] = 'u', [21] = 'u', [22] = 'u', [23] = 'u',  [24] = 'u',    [25] = 'u', [26] = 'u',
    [27] = 'u', [28] = 'u', [29] = 'u', [30] = 'u', [31] = 'u', ['"'] = '"', ['\\'] = '\\',
};

/* Does any of eight bytes need an escape? Exact as a yes or no, not as to which byte. */
static inline bool any_escape(uint64_t x)
{
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    uint64_t quote = x ^ ones * '"', backslash = x ^ ones * '\\';
    return (((x - ones * 0x20) & ~x) | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash)) & tops;
}

static char *escape_write(char *out, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    *out++ = '\\';
    *out++ = (char)escapes[c];
    if (escapes[c] == 'u') {
        *out++ = '0';
        *out++ = '0';
        *out++ = hex[c >> 4];
        *out++ = hex[c & 15];
    }
    return out;
}

/* How many bytes stand for themselves. */
static size_t plain_bytes(const char *p, size_t n)
{
    size_t i = 0;
    uint64_t eight;
    while (n - i >= 8 && (memcpy(&eight, p + i, 8), !any_escape(eight)))
        i += 8;
    if (i && n - i < 8 && (memcpy(&eight, p + n - 8, 8), !any_escape(eight))) /* what is left, and some of it again */
        return n;
    while (i < n && !escapes[(unsigned char)p[i]])
        i++;
    return i;
}

void json_quote(struct buf *b, struct str s)
{
    if (!buf_reserve(b, s.n + 2))
        return;
    b->p[b->n++] = '"';
    for (size_t i = 0;;) {
        size_t n = s.n - i ? plain_bytes(s.p + i, s.n - i) : 0;
        if (n)
            memcpy(b->p + b->n, s.p + i, n);
        b->n += n;
        i += n;
        if (i == s.n)
            break;
        if (!buf_reserve(b, s.n - i + 7)) /* the escape's five more bytes, the rest, the quote */
            return;
        b->n = (size_t)(escape_write(b->p + b->n, (unsigned char)s.p[i++]) - b->p);
    }
    b->p[b->n++] = '"';
}

/* ---- structure ---- */

void json_out_init(struct json_out *o, struct buf *b, enum json_style style)
{
    *o = (struct json_out){.b = b, .is_pretty = style == JSON_OUT_PRETTY};
}

void json_out_done(const struct json_out *o)
{
    must(o->depth == 0 && o->has_items);
}

static void newline(struct json_out *o)
{
    size_t n = 1 + 2 * (size_t)o->depth;
    if (!buf_reserve(o->b, n))
        return;
    memset(o->b->p + o->b->n, ' ', n);
    o->b->p[o->b->n] = '\n';
    o->b->n += n;
}

/* A value may stand here: the comma and line before it. */
static void value_begin(struct json_out *o)
{
    if (o->depth == 0) {
        must(!o->has_items);
    } else if (o->is_object[o->depth]) {
        must(o->has_key);
        o->has_key = false;
        return;
    } else {
        if (o->has_items)
            buf_putc(o->b, ',');
        if (o->is_pretty)
            newline(o);
    }
    o->has_items = true;
}

static void open(struct json_out *o, bool is_object, char bracket)
{
    value_begin(o);
    must(o->depth < JSON_OUT_DEPTH);
    o->is_object[++o->depth] = is_object;
    o->has_items = false;
    buf_putc(o->b, bracket);
}

static void close(struct json_out *o, bool is_object, char bracket)
{
    must(o->depth > 0 && o->is_object[o->depth] == is_object && !o->has_key);
    o->depth--;
    if (o->is_pretty && o->has_items)
        newline(o);
    o->has_items = true;
    buf_putc(o->b, bracket);
}

void json_object_begin(struct json_out *o)
{
    open(o, true, '{');
}

void json_object_end(struct json_out *o)
{
    close(o, true, '}');
}

void json_array_begin(struct json_out *o)
{
    open(o, false, '[');
}

void json_array_end(struct json_out *o)
{
    close(o, false, ']');
}

static void key_begin(struct json_out *o)
{
    must(o->depth > 0 && o->is_object[o->depth] && !o->has_key);
    if (o->has_items)
        buf_putc(o->b, ',');
    if (o->is_pretty)
        newline(o);
    o->has_items = true;
}

static void key_end(struct json_out *o)
{
    buf_putc(o->b, ':');
    if (o->is_pretty)
        buf_putc(o->b, ' ');
    o->has_key = true;
}

void json_key(struct json_out *o, struct str key)
{
    key_begin(o);
    json_quote(o->b, key);
    key_end(o);
}

void json_key_quoted(struct json_out *o, struct str quoted)
{
    key_begin(o);
    buf_str(o->b, quoted);
    key_end(o);
}

void json_str(struct json_out *o, struct str s)
{
    value_begin(o);
    json_quote(o->b, s);
}

void json_member(struct json_out *o, const char *key, struct str s)
{
    json_key(o, str_of(key));
    json_str(o, s);
}

void json_int(struct json_out *o, int64_t i)
{
    value_begin(o);
    buf_int(o->b, i);
}

void json_number(struct json_out *o, double x)
{
    must(isfinite(x));
    value_begin(o);
    number_print(x, o->b);
}

void json_bool(struct json_out *o, bool is_true)
{
    json_raw(o, is_true ? STR("true") : STR("false"));
}

void json_raw(struct json_out *o, struct str json)
{
    must(json.n > 0);
    value_begin(o);
    buf_str(o->b, json);
}

/* ---- canonical form ---- */

/* UTF-16 order differs from byte order in one thing: U+E000 to U+FFFF come behind the surrogates of U+10000 and up. */
static int utf16_cmp(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    for (size_t i = 0; i < n; i++) {
        unsigned char x = (unsigned char)a.p[i], y = (unsigned char)b.p[i];
        if (x == y)
            continue;
        if (x >= 0xF0 && (y == 0xEE || y == 0xEF))
            return -1;
        if (y >= 0xF0 && (x == 0xEE || x == 0xEF))
            return 1;
        return x < y ? -1 : 1;
    }
    return (a.n > b.n) - (a.n < b.n);
}

static int member_order(const void *a, const void *b)
{
    return utf16_cmp((*(const struct json_member *const *)a)->key, (*(const struct json_member *const *)b)->key);
}

static void canonical_write(struct arena *scratch, const struct json *v, struct json_out *o)
{
    switch (v->kind) {
    case J_NULL:
        json_null(o);
        break;
    case J_BOOL:
        json_bool(o, v->boolean);
        break;
    case J_NUMBER:
        json_number(o, v->number);
        break;
    case J_STRING:
        json_str(o, v->string);
        break;
    case J_ARRAY:
        json_array_begin(o);
        for (size_t i = 0; i < v->n; i++)
            canonical_write(scratch, &v->items[i], o);
        json_array_end(o);
        break;
    case J_OBJECT: {
        const struct json_member **order = ARENA_ARRAY(scratch, const struct json_member *, v->n);
        for (size_t i = 0; i < v->n; i++)
            order[i] = &v->members[i];
        if (v->n)
            qsort(order, v->n, sizeof *order, member_order);
        json_object_begin(o);
        for (size_t i = 0; i < v->n; i++) {
            json_key(o, order[i]->key);
            canonical_write(scratch, &order[i]->value, o);
        }
        json_object_end(o);
        break;
    }
    }
}

void json_canonical(struct arena *scratch, const struct json *value, struct buf *out)
{
    struct json_out o;
    json_out_init(&o, out, JSON_OUT_COMPACT);
    canonical_write(scratch, value, &o);
    json_out_done(&o);
}
