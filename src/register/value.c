/* One value of a record: from the text of a file, and to a reader's eye, JSON, CSV. */
#include <regex.h>

#include "base/limits.h"
#include "geo/geometry.h"
#include "geo/shape.h"
#include "register/record.h"
#include "text/ident.h"
#include "text/number.h"
#include "text/utf8.h"
#include "text/vn.h"

#include "base/banned.h"

static struct value text_value(struct str s)
{
    return (struct value){.kind = VALUE_TEXT, .text = s};
}

static enum err wrong_type(const struct field *fd, struct str text, const char *expected, struct fault *f)
{
    return FAULT(f, ERR_VALUE_TYPE, {"value", text}, {"type", str_of(field_type_name(fd->type))},
                 {"expected", str_of(expected)});
}

static enum err check_range(const struct field *fd, struct str text, double v, struct fault *f)
{
    if ((!fd->has_min || v >= fd->min) && (!fd->has_max || v <= fd->max))
        return OK;
    char space[400];
    struct buf b CLEANUP(buf_done) = BUF_INIT(sizeof space);
    bool is_date = fd->type == FT_DATE || fd->type == FT_TIMESTAMP;
    for (int i = 0; i < 2; i++) {
        if (i)
            buf_puts(&b, " … ");
        if (!(i ? fd->has_max : fd->has_min))
            buf_puts(&b, "..");
        else if (is_date)
            date_print(date_of_days((int32_t)(i ? fd->max : fd->min)), &b);
        else
            number_print(i ? fd->max : fd->min, &b);
    }
    return FAULT(f, ERR_VALUE_RANGE, {"value", text}, {"range", buf_view(&b)});
}

static enum err parse_text(struct arena *a, const struct field *fd, struct str text, struct value *ret, struct fault *f)
{
    size_t limit = fd->max_length ? (size_t)fd->max_length : LIMIT_TEXT_BYTES;
    if (text.n > limit && utf8_count(text) > limit)
        return FAULT(f, ERR_VALUE_LENGTH, {"value", text}, {"limit", str_of(arena_printf(a, "%zu", limit))});
    if (fd->regex) {
        char small[256];
        const char *z = small;
        if (text.n < sizeof small) {
            memcpy(small, text.p, text.n);
            small[text.n] = 0;
        } else {
            z = arena_dup(a, text.p, text.n);
        }
        if (regexec(fd->regex, z, 0, NULL, 0) != 0)
            return FAULT(f, ERR_VALUE_PATTERN, {"value", text}, {"pattern", fd->pattern});
    }
    *ret = text_value(text);
    return OK;
}

static enum err parse_code(struct arena *a, const struct field *fd, struct str text, struct str as_of, struct fault *f)
{
    const struct code *c = map_get(&fd->codes->by_code, text);
    if (!c) {
        struct str *names = ARENA_ARRAY(a, struct str, fd->codes->n);
        for (size_t i = 0; i < fd->codes->n; i++)
            names[i] = fd->codes->p[i].code;
        return FAULT(f, ERR_VALUE_CODE, {"value", text}, {"list", fd->codes->name},
                     {"nearest", yaml_nearest(text, names, fd->codes->n)});
    }
    bool is_valid = as_of.n == 0 ||
                    ((c->from.n == 0 || str_cmp(c->from, as_of) <= 0) && (c->to.n == 0 || str_cmp(as_of, c->to) < 0));
    if (is_valid)
        return OK;
    return FAULT(f, ERR_VALUE_CODE_DATE, {"value", text}, {"date", as_of}, {"from", c->from.n ? c->from : STR("..")},
                 {"to", c->to.n ? c->to : STR("..")});
}

static enum err parse_timestamp(struct arena *a, const struct field *fd, struct str text, struct value *ret,
                                struct fault *f)
{
    int64_t ms;
    enum err e = instant_parse(text, &ms, f);
    if (e == OK && (fd->has_min || fd->has_max))
        e = check_range(fd, text, (double)date_days(date_of_instant(ms, 0)), f);
    if (e != OK)
        return e;
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    instant_print(ms, &b);
    *ret = text_value(str_dup(a, buf_view(&b)));
    return OK;
}

static enum err parse_interval(const struct field *fd, struct str text, struct value *ret, struct fault *f)
{
    struct str to, from = str_cut(text, '/', &to);
    if (!to.p)
        return wrong_type(fd, text, "2022-01-01/2022-06-30 | ../2022-06-30", f);
    struct date d[2];
    const struct str ends[] = {from, to};
    for (int i = 0; i < 2; i++) {
        if (str_is(ends[i], ".."))
            continue;
        enum err e = date_parse(ends[i], &d[i], f);
        if (e != OK)
            return e;
    }
    if (!str_is(from, "..") && !str_is(to, "..") && date_compare(d[0], d[1]) > 0)
        return wrong_type(fd, text, "2022-01-01/2022-06-30", f);
    *ret = text_value(text);
    return OK;
}

struct str array_item_cut(struct arena *a, struct str *rest)
{
    size_t end = 0;
    bool is_escaped = false;
    for (; end < rest->n && rest->p[end] != '|'; end++)
        if (rest->p[end] == '\\' && end + 1 < rest->n) {
            is_escaped = true;
            end++;
        }
    struct str item = str_trim(str_slice(rest->p, end));
    *rest = end < rest->n ? str_slice(rest->p + end + 1, rest->n - end - 1) : (struct str){NULL, 0};
    if (!is_escaped)
        return item;
    char *bare = arena_dup(a, item.p, item.n);
    size_t n = 0;
    for (size_t i = 0; i < item.n; i++) {
        bool is_mark = item.p[i] == '\\' && i + 1 < item.n && strchr("|;\\", item.p[i + 1]);
        i += is_mark;
        bare[n++] = item.p[i];
    }
    return str_slice(bare, n);
}

void array_item_write(struct str item, struct buf *out)
{
    for (size_t i = 0; i < item.n; i++) {
        if (item.p[i] == '|' || item.p[i] == ';' || item.p[i] == '\\')
            buf_putc(out, '\\');
        buf_putc(out, item.p[i]);
    }
}

static enum err parse_array(struct arena *a, const struct field *fd, struct str text, struct str as_of,
                            struct value *ret, struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES * 2);
    struct json_out o;
    json_out_init(&o, &b, JSON_OUT_COMPACT);
    json_array_begin(&o);
    enum err e = OK;
    for (struct str rest = text, item; e == OK && rest.p;) {
        item = array_item_cut(a, &rest);
        int64_t i;
        double x;
        if (fd->of == FT_INTEGER) {
            if ((e = integer_parse(item, &i, f)) == OK)
                json_int(&o, i);
        } else if (fd->of == FT_NUMBER) {
            if ((e = number_parse(item, &x, f)) == OK)
                json_number(&o, x);
        } else {
            if (fd->of != FT_CODE || (e = parse_code(a, fd, item, as_of, f)) == OK)
                json_str(&o, item);
        }
    }
    if (e != OK)
        return e;
    json_array_end(&o);
    if (b.is_full)
        return FAULT(f, ERR_VALUE_LENGTH, {"value", text}, {"limit", STR("1 MiB")});
    *ret = text_value(str_dup(a, buf_view(&b)));
    return OK;
}

static enum err read_geojson(struct arena *a, struct str text, struct shape *ret, struct fault *f)
{
    struct json *root;
    enum err e = json_parse(a, text, (struct str){NULL, 0}, &root, f);
    return e == OK ? shape_read_geojson(a, root, ret, f) : e;
}

static enum err read_wkt(struct arena *a, struct str text, struct shape *ret, struct fault *f)
{
    struct geometry_context *gc = geometry_context_new();
    struct geometry *g = NULL;
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_RECORD_BYTES);
    enum err e = geometry_read_wkt(gc, text, &g, f);
    if (e == OK) {
        geometry_write_wkb(g, &b);
        e = shape_read_blob(a, buf_view(&b), ret, f);
    }
    geometry_free(g);
    geometry_context_free(gc);
    return e;
}

static enum err parse_geometry(struct arena *a, const struct field *fd, struct str text, struct value *ret,
                               struct fault *f)
{
    struct shape shape;
    enum err e = text.p[0] == '{' ? read_geojson(a, text, &shape, f) : read_wkt(a, text, &shape, f);
    if (e != OK)
        return e;
    struct str kind = fd->geometry_kind;
    bool fits = str_is(kind, "any") ||
                (str_is(kind, "point") && (shape.kind == SHAPE_POINT || shape.kind == SHAPE_MULTIPOINT)) ||
                (str_is(kind, "line") && (shape.kind == SHAPE_LINESTRING || shape.kind == SHAPE_MULTILINESTRING)) ||
                (str_is(kind, "polygon") && (shape.kind == SHAPE_POLYGON || shape.kind == SHAPE_MULTIPOLYGON));
    if (!fits)
        return wrong_type(fd, text, arena_dup(a, kind.p, kind.n), f);
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_RECORD_BYTES);
    shape_write_wkb(&shape, &b);
    if (b.is_full)
        return FAULT(f, ERR_VALUE_LENGTH, {"value", STR("geometry")}, {"limit", STR("4 MiB")});
    *ret = (struct value){.kind = VALUE_BLOB, .text = str_dup(a, buf_view(&b))};
    return OK;
}

static enum err parse_number(const struct field *fd, struct str text, struct value *ret, struct fault *f)
{
    enum err e;
    if (fd->type == FT_NUMBER) {
        double x;
        e = number_parse(text, &x, f);
        if (e == OK && (e = check_range(fd, text, x, f)) == OK)
            *ret = (struct value){.kind = VALUE_NUMBER, .number = x == 0 ? 0 : x};
    } else {
        int64_t i;
        e = integer_parse(text, &i, f);
        if (e == OK && (e = check_range(fd, text, (double)i, f)) == OK)
            *ret = (struct value){.kind = VALUE_INTEGER, .integer = i};
    }
    return e;
}

static enum err parse_boolean(const struct field *fd, struct str text, struct value *ret, struct fault *f)
{
    bool is_true = str_is(text, "true");
    if (!is_true && !str_is(text, "false"))
        return wrong_type(fd, text, "true | false", f);
    *ret = (struct value){.kind = VALUE_INTEGER, .integer = is_true};
    return OK;
}

static enum err parse_date(const struct field *fd, struct str text, struct value *ret, struct fault *f)
{
    struct date d;
    enum err e = date_parse(text, &d, f);
    if (e == OK && (fd->has_min || fd->has_max))
        e = check_range(fd, text, date_days(d), f);
    if (e == OK)
        *ret = text_value(text);
    return e;
}

static enum err parse_clean(struct arena *a, const struct field *fd, struct str text, struct str as_of,
                            struct value *ret, struct fault *f)
{
    enum err e = OK;
    switch (fd->type) {
    case FT_STRING:
    case FT_TEXT:
    case FT_REFERENCE:
    case FT_UNIT:
        return parse_text(a, fd, text, ret, f);
    case FT_INTEGER:
    case FT_NUMBER:
    case FT_MONEY:
        return parse_number(fd, text, ret, f);
    case FT_BOOLEAN:
        return parse_boolean(fd, text, ret, f);
    case FT_DATE:
        return parse_date(fd, text, ret, f);
    case FT_TIMESTAMP:
        return parse_timestamp(a, fd, text, ret, f);
    case FT_INTERVAL:
        return parse_interval(fd, text, ret, f);
    case FT_ARRAY:
        return parse_array(a, fd, text, as_of, ret, f);
    case FT_GEOMETRY:
        return parse_geometry(a, fd, text, ret, f);
    case FT_CODE:
        e = parse_code(a, fd, text, as_of, f);
        break;
    case FT_PHONE:
        e = phone_normalise(a, text, &text, f);
        break;
    case FT_TAX_CODE:
        e = tax_code_check(text, f);
        break;
    case FT_URL:
        e = url_check(text, f);
        if (e == OK)
            return parse_text(a, fd, text, ret, f);
        break;
    case FT_PERSONAL_ID: /* the 12 digits against sex and birth year: record_parse, which has them */
        e = text.n == 9 ? personal_id_old_check(text, f) : personal_id_check(text, SEX_UNKNOWN, 0, f);
        break;
    }
    if (e == OK)
        *ret = text_value(text);
    return e;
}

enum err value_parse(struct arena *a, const struct field *fd, struct str text, struct str as_of,
                     struct value *ret_value, struct fault *f)
{
    enum err e = text.n == 0 ? OK : text_clean(a, text, fd->type == FT_TEXT, &text, f);
    if (e == OK && text.n == 0) {
        if (fd->is_required)
            e = FAULT(f, ERR_VALUE_REQUIRED, {"field", fd->title.vi});
        else
            *ret_value = (struct value){.kind = VALUE_NULL};
    } else if (e == OK && str_is(text, VALUE_MASK)) {
        e = FAULT(f, ERR_VALUE_MASKED, {"field", fd->title.vi});
    } else if (e == OK) {
        e = parse_clean(a, fd, text, as_of, ret_value, f);
    }
    if (e != OK && f)
        fault_field(f, fd->name);
    return e;
}

bool value_equal(const struct value *a, const struct value *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case VALUE_NULL:
    case VALUE_MASKED:
        return true;
    case VALUE_INTEGER:
        return a->integer == b->integer;
    case VALUE_NUMBER:
        return a->number == b->number;
    case VALUE_TEXT:
    case VALUE_BLOB:
        return str_eq(a->text, b->text);
    }
    return false;
}

/* ---- out ---- */

static void geometry_text(struct str blob, struct buf *out)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct shape shape;
    if (shape_read_blob(a, blob, &shape, NULL) == OK)
        shape_write_wkt(&shape, out);
}

static void print_date(struct str iso, enum lang lang, struct buf *out)
{
    struct date d;
    if (lang == LANG_VI && date_parse(iso, &d, NULL) == OK)
        date_print_vi(d, out);
    else
        buf_str(out, iso);
}

static void print_code(const struct field *fd, struct str code, enum lang lang, struct buf *out)
{
    const struct code *c = fd->codes ? map_get(&fd->codes->by_code, code) : NULL;
    buf_str(out, c ? text2_in(&c->title, lang) : code);
}

static void print_number(const struct value *v, enum lang lang, struct buf *out)
{
    if (lang == LANG_EN)
        number_print(v->number, out);
    else {
        struct buf b CLEANUP(buf_done) = BUF_INIT(64);
        number_print(v->number, &b);
        for (size_t i = 0; i < b.n; i++)
            buf_putc(out, b.p[i] == '.' ? ',' : b.p[i]);
    }
}

static void array_print(struct str json, bool is_for_cell, struct buf *out)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct json *root;
    if (json_parse(a, json, (struct str){NULL, 0}, &root, NULL) != OK)
        return;
    for (size_t i = 0; i < root->n; i++) {
        if (i)
            buf_putc(out, '|');
        if (is_for_cell)
            array_item_write(root->items[i].string, out);
        else
            buf_str(out, root->items[i].string);
    }
}

void value_print(const struct field *fd, const struct value *v, enum lang lang, struct buf *out)
{
    switch (v->kind) {
    case VALUE_NULL:
        return;
    case VALUE_INTEGER:
        if (fd->type == FT_BOOLEAN)
            buf_puts(out, lang == LANG_EN ? (v->integer ? "yes" : "no") : (v->integer ? "có" : "không"));
        else if (fd->type == FT_MONEY && lang == LANG_VI)
            integer_print_vi(v->integer, out);
        else
            buf_printf(out, "%lld", (long long)v->integer);
        return;
    case VALUE_NUMBER:
        print_number(v, lang, out);
        return;
    case VALUE_TEXT:
        if (fd->type == FT_DATE)
            print_date(v->text, lang, out);
        else if (fd->type == FT_CODE)
            print_code(fd, v->text, lang, out);
        else if (fd->type == FT_ARRAY)
            array_print(v->text, false, out);
        else
            buf_str(out, v->text);
        return;
    case VALUE_BLOB:
        geometry_text(v->text, out);
        return;
    case VALUE_MASKED:
        buf_puts(out, VALUE_MASK);
        return;
    }
}

void value_json(const struct field *fd, const struct value *v, struct json_out *out)
{
    struct shape shape;
    switch (v->kind) {
    case VALUE_NULL:
    case VALUE_MASKED: /* whoever writes the object says which they are: "_masked" */
        json_null(out);
        return;
    case VALUE_INTEGER:
        if (fd->type == FT_BOOLEAN)
            json_bool(out, v->integer != 0);
        else
            json_int(out, v->integer);
        return;
    case VALUE_NUMBER:
        json_number(out, v->number);
        return;
    case VALUE_TEXT:
        if (fd->type == FT_ARRAY)
            json_raw(out, v->text);
        else
            json_str(out, v->text);
        return;
    case VALUE_BLOB: {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        if (shape_read_blob(a, v->text, &shape, NULL) == OK)
            shape_write_geojson(&shape, out);
        else
            json_null(out);
        return;
    }
    }
}

void number_csv(double v, struct buf *out)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(512);
    number_print(v, &b);
    struct str text = buf_view(&b), exponent = {NULL, 0};
    struct str mantissa = str_cut(text, 'e', &exponent);
    if (exponent.p) { /* the shortest digits that give the number back, moved to their place */
        long shift = strtol(exponent.p, NULL, 10);
        long point = 1, n = 0;
        char digits[32];
        for (size_t i = 0; i < mantissa.n && n < (long)sizeof digits; i++)
            if (mantissa.p[i] >= '0' && mantissa.p[i] <= '9')
                digits[n++] = mantissa.p[i];
        point += shift;
        buf_puts(out, v < 0 ? "-" : "");
        for (long i = point < 1 ? point - 1 : 0; i < n || i < point; i++) {
            if (i == point && i > 0)
                buf_putc(out, '.');
            buf_putc(out, i >= 0 && i < n ? digits[i] : '0');
            if (i == point - 1 && point < 1)
                buf_putc(out, '.');
        }
        return;
    }
    const char *dot = memchr(text.p, '.', text.n);
    buf_str(out, text);
    if (dot && text.p + text.n - dot == 4)
        buf_putc(out, '0');
}

void value_csv(const struct field *fd, const struct value *v, struct buf *out)
{
    switch (v->kind) {
    case VALUE_NULL:
        return;
    case VALUE_INTEGER:
        if (fd->type == FT_BOOLEAN)
            buf_puts(out, v->integer ? "true" : "false");
        else
            buf_printf(out, "%lld", (long long)v->integer);
        return;
    case VALUE_NUMBER:
        number_print(v->number, out);
        return;
    case VALUE_TEXT:
        if (fd->type == FT_ARRAY)
            array_print(v->text, true, out);
        else
            buf_str(out, v->text);
        return;
    case VALUE_BLOB:
        geometry_text(v->text, out);
        return;
    case VALUE_MASKED:
        buf_puts(out, VALUE_MASK);
        return;
    }
}
