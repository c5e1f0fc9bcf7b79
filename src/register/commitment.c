/* Salts of personal fields and the commitments made with them. */
#include "register/commitment.h"

#include "base/banned.h"

enum { FORM_FIELDS = 1 };

/* ---- reading ---- */

static void derive(const unsigned char root[SALT_BYTES], unsigned n, struct digest *ret)
{
    unsigned char text[SALT_BYTES + 1];
    memcpy(text, root, SALT_BYTES);
    text[SALT_BYTES] = (unsigned char)n;
    sha256(str_slice((const char *)text, sizeof text), ret);
}

static void derive_all(const struct reg *reg, const unsigned char root[SALT_BYTES], struct salts *ret)
{
    struct digest two;
    unsigned at = 0; /* salts handed out: two from a hash */
    ret->is_root = true;
    derive(root, 0, &two);
    memcpy(ret->shown, two.b, SALT_BYTES);
    for (size_t i = 0; i < reg->n_fields; i++) {
        struct field_salt *x = &ret->of[reg->sorted[i]];
        x->state = SALT_NONE;
        if (!field_is_personal(&reg->fields[reg->sorted[i]]))
            continue;
        if (++at % 2 == 0)
            derive(root, at / 2, &two);
        x->state = SALT_KEPT;
        memcpy(x->b, two.b + at % 2 * SALT_BYTES, SALT_BYTES);
    }
}

/* The next field of the longer form; false at its end, and *ret_ok tells whether that is where it should be. */
static bool entry_cut(struct str *rest, enum salt_state *ret_state, struct str *ret_name, struct str *ret_bytes,
                      bool *ret_ok)
{
    *ret_ok = rest->n == 0;
    if (rest->n < 2 || (rest->p[0] != SALT_KEPT && rest->p[0] != SALT_ERASED))
        return false;
    *ret_state = (enum salt_state)rest->p[0];
    size_t n_name = (unsigned char)rest->p[1], n = *ret_state == SALT_KEPT ? (size_t)SALT_BYTES : (size_t)DIGEST_BYTES;
    if (rest->n < 2 + n_name + n)
        return false;
    *ret_name = str_slice(rest->p + 2, n_name);
    *ret_bytes = str_slice(rest->p + 2 + n_name, n);
    *rest = str_slice(rest->p + 2 + n_name + n, rest->n - 2 - n_name - n);
    return true;
}

static bool is_form_fields(struct str stored)
{
    return stored.n > 1 + SALT_BYTES && stored.p[0] == FORM_FIELDS;
}

static struct str entries_of(struct str stored)
{
    return str_slice(stored.p + 1 + SALT_BYTES, stored.n - 1 - SALT_BYTES);
}

static int field_named(const struct reg *reg, struct str name)
{
    for (size_t i = 0; i < reg->n_fields; i++) /* a layout of log verify has no map of names */
        if (str_eq(reg->fields[i].name, name))
            return (int)i;
    return NO_FIELD;
}

bool salts_read(const struct reg *reg, struct str stored, struct salts *ret)
{
    if (stored.n == SALT_BYTES) {
        derive_all(reg, (const unsigned char *)stored.p, ret);
        return true;
    }
    if (!is_form_fields(stored))
        return false;
    ret->is_root = false;
    memcpy(ret->shown, stored.p + 1, SALT_BYTES);
    for (size_t i = 0; i < reg->n_fields; i++)
        ret->of[i].state = SALT_NONE;
    struct str rest = entries_of(stored), name, bytes, before = {NULL, 0};
    enum salt_state state;
    bool is_whole;
    while (entry_cut(&rest, &state, &name, &bytes, &is_whole)) {
        int n = field_named(reg, name);
        if (n == NO_FIELD || !field_is_personal(&reg->fields[n]) || (before.p && str_cmp(before, name) >= 0))
            return false;
        ret->of[n].state = (unsigned char)state;
        memcpy(ret->of[n].b, bytes.p, bytes.n);
        before = name;
    }
    return is_whole;
}

size_t salts_erased(struct arena *a, const struct reg *reg, struct str stored, int **ret_fields)
{
    size_t n = 0;
    if (!is_form_fields(stored))
        return 0;
    struct str rest = entries_of(stored), name, bytes;
    enum salt_state state;
    bool is_whole;
    *ret_fields = ARENA_ARRAY(a, int, reg->n_fields);
    while (n < reg->n_fields && entry_cut(&rest, &state, &name, &bytes, &is_whole)) {
        int field = state == SALT_ERASED ? field_named(reg, name) : NO_FIELD;
        if (field != NO_FIELD)
            (*ret_fields)[n++] = field;
    }
    return n;
}

/* ---- commitments ---- */

void canonical_value(const struct field *fd, const struct value *v, struct json_out *o)
{
    must(v->kind != VALUE_MASKED); /* what a reader may not see never goes into a log or a proof */
    if (v->kind != VALUE_BLOB) {
        value_json(fd, v, o);
        return;
    }
    /* Exact, and independent of how coordinates are printed. */
    struct buf hex CLEANUP(buf_done) = BUF_INIT(2 * LIMIT_RECORD_BYTES);
    buf_hex(&hex, v->text.p, v->text.n);
    json_str(o, buf_view(&hex));
}

void field_commit(const struct field *fd, const struct value *v, const unsigned char salt[SALT_BYTES],
                  struct buf *scratch, struct digest *ret)
{
    struct json_out o;
    size_t from = scratch->n;
    json_out_init(&o, scratch, JSON_OUT_COMPACT);
    canonical_value(fd, v, &o);
    const struct str parts[] = {str_slice((const char *)salt, SALT_BYTES),
                                str_slice(scratch->p + from, scratch->n - from)};
    sha256_parts(parts, 2, ret);
    scratch->n = from;
}

bool salts_erase(const struct reg *reg, const struct value *values, const struct salts *salts, const bool *is_erased,
                 struct buf *out)
{
    size_t n = 0;
    buf_putc(out, FORM_FIELDS);
    buf_str(out, str_slice((const char *)salts->shown, SALT_BYTES));
    for (size_t i = 0; i < reg->n_fields; i++) {
        int k = reg->sorted[i];
        const struct field *fd = &reg->fields[k];
        const struct field_salt *x = &salts->of[k];
        struct digest commitment;
        bool goes = is_erased[k] && x->state == SALT_KEPT && values[k].kind != VALUE_NULL;
        if (x->state == SALT_NONE || (x->state == SALT_KEPT && values[k].kind == VALUE_NULL))
            continue;
        buf_putc(out, goes ? SALT_ERASED : (char)x->state);
        buf_putc(out, (char)(unsigned char)fd->name.n);
        buf_str(out, fd->name);
        if (goes)
            field_commit(fd, &values[k], x->b, out, &commitment);
        if (goes)
            buf_str(out, digest_view(&commitment));
        else
            buf_str(out,
                    str_slice((const char *)x->b, x->state == SALT_ERASED ? (size_t)DIGEST_BYTES : (size_t)SALT_BYTES));
        n += goes;
    }
    return n > 0;
}
