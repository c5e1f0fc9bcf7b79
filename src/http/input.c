/* Inputs decoded as the route declares them: a handler never sees an unchecked string. */
#include "http/internal.h"
#include "http/multipart.h"

#include "text/date.h"
#include "text/number.h"
#include "text/utf8.h"

#include "base/banned.h"

static enum err wrong_type(const struct input *d, struct str value, const char *expected, struct fault *f)
{
    return FAULT(f, ERR_INPUT_TYPE, {"name", str_of(d->name)}, {"value", value}, {"expected", str_of(expected)});
}

static enum err take_integer(const struct input *d, struct input_value *v, struct fault *f)
{
    if (integer_parse(v->text, &v->integer, NULL) != OK)
        return wrong_type(d, v->text, "integer: 10", f);
    if ((d->min || d->max) && (v->integer < d->min || v->integer > d->max)) {
        struct buf min CLEANUP(buf_done) = BUF_INIT(32), max CLEANUP(buf_done) = BUF_INIT(32);
        buf_printf(&min, "%lld", (long long)d->min);
        buf_printf(&max, "%lld", (long long)d->max);
        return FAULT(f, ERR_INPUT_RANGE, {"name", str_of(d->name)}, {"min", buf_view(&min)}, {"max", buf_view(&max)},
                     {"value", v->text});
    }
    return OK;
}

static enum err take_boolean(const struct input *d, struct input_value *v, struct fault *f)
{
    bool is_true = str_is(v->text, "true") || str_is(v->text, "1");
    if (!is_true && !str_is(v->text, "false") && !str_is(v->text, "0"))
        return wrong_type(d, v->text, "true, false", f);
    v->integer = is_true;
    return OK;
}

static enum err take_choice(const struct input *d, struct input_value *v, struct fault *f)
{
    struct str rest = str_of(d->choices);
    for (int64_t i = 0; rest.p; i++)
        if (str_eq(str_cut(rest, '|', &rest), v->text)) {
            v->integer = i;
            return OK;
        }
    return FAULT(f, ERR_INPUT_CHOICE, {"name", str_of(d->name)}, {"choices", str_of(d->choices)}, {"value", v->text});
}

/* min x, min y, [min z,] max x, max y [, max z]; west may lie east of east: across the date line. */
static enum err take_box(const struct input *d, struct input_value *v, struct fault *f)
{
    struct str rest = v->text;
    v->n_box = 0;
    while (rest.p && v->n_box < 6) {
        struct str piece = str_trim(str_cut(rest, ',', &rest));
        if (number_parse(piece, &v->box[v->n_box++], NULL) != OK)
            return wrong_type(d, v->text, "west,south,east,north", f);
    }
    if (rest.p || (v->n_box != 4 && v->n_box != 6))
        return wrong_type(d, v->text, "west,south,east,north", f);
    int up = v->n_box / 2;
    if (v->box[1] > v->box[1 + up])
        return wrong_type(d, v->text, "south <= north", f);
    return OK;
}

static bool is_moment(struct str s, bool may_be_open)
{
    struct date d;
    int64_t ms;
    if (may_be_open && (s.n == 0 || str_is(s, "..")))
        return true;
    return date_parse(s, &d, NULL) == OK || instant_parse(s, &ms, NULL) == OK;
}

static enum err take_interval(const struct input *d, struct input_value *v, struct fault *f)
{
    struct str to, from = str_cut(v->text, '/', &to);
    bool is_open = to.p && (from.n == 0 || str_is(from, "..")) && (to.n == 0 || str_is(to, ".."));
    if (is_open || !is_moment(from, to.p != NULL) || (to.p && !is_moment(to, true)))
        return wrong_type(d, v->text, "2026-01-31, 2026-01-31T08:00:00Z, 2026-01-01/..", f);
    return OK;
}

static enum err take_name(const struct input *d, struct input_value *v, struct fault *f)
{
    if (v->text.n == 0 || memchr(v->text.p, '/', v->text.n))
        return wrong_type(d, v->text, "name", f);
    return OK;
}

static enum err take_number(const struct input *d, struct input_value *v, struct fault *f)
{
    return number_parse(v->text, &v->number, NULL) == OK ? OK : wrong_type(d, v->text, "number: 1.5", f);
}

static enum err take_date(const struct input *d, struct input_value *v, struct fault *f)
{
    struct date day;
    return date_parse(v->text, &day, NULL) == OK ? OK : wrong_type(d, v->text, "2026-01-31", f);
}

static enum err too_long(struct str name, size_t limit, struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(32);
    buf_printf(&b, "%zu", limit);
    return FAULT(f, ERR_INPUT_LONG, {"name", name}, {"limit", buf_view(&b)});
}

static enum err take(const struct input *d, struct input_value *v, struct str text, struct fault *f)
{
    static enum err (*const by_type[])(const struct input *, struct input_value *, struct fault *) = {
        [INPUT_NAME] = take_name,     [INPUT_INTEGER] = take_integer,
        [INPUT_NUMBER] = take_number, [INPUT_BOOLEAN] = take_boolean,
        [INPUT_DATE] = take_date,     [INPUT_CHOICE] = take_choice,
        [INPUT_BBOX] = take_box,      [INPUT_INTERVAL] = take_interval,
        [INPUT_REST] = NULL,          [INPUT_FILE] = NULL,
    };
    if (v->is_given)
        return FAULT(f, ERR_INPUT_TWICE, {"name", str_of(d->name)});
    if (text.n == 0 && d->may_be_empty)
        return OK;
    size_t limit = d->type == INPUT_TEXT && d->max > 0 ? (size_t)d->max : LIMIT_HTTP_TEXT_BYTES;
    if (text.n > limit)
        return too_long(str_of(d->name), limit, f);
    v->is_given = true;
    v->text = text;
    return by_type[d->type] ? by_type[d->type](d, v, f) : OK;
}

/* ---- pairs of a query or a form ---- */

/* The names that may stand there, and the nearest to a wrong one. */
static enum err unknown(const struct route *r, enum input_in in, struct str name, struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    struct str nearest = STR("f");
    unsigned best = str_distance(name, nearest, 64);
    const char *always[] = {in == IN_QUERY ? "f" : NULL, in == IN_QUERY ? "lang" : NULL,
                            in == IN_QUERY && (r->flags & TAKES_AT) ? "at" : NULL};
    for (const struct input *d = r->inputs; d && d->name; d++) {
        if (d->in != in || d->is_open)
            continue;
        buf_printf(&b, "%s%s", b.n ? ", " : "", d->name);
        unsigned distance = str_distance(name, str_of(d->name), 64);
        if (distance < best)
            best = distance, nearest = str_of(d->name);
    }
    for (size_t i = 0; i < ARRAY_LEN(always); i++)
        if (always[i]) {
            buf_printf(&b, "%s%s", b.n ? ", " : "", always[i]);
            unsigned distance = str_distance(name, str_of(always[i]), 64);
            if (distance < best)
                best = distance, nearest = str_of(always[i]);
        }
    return FAULT(f, ERR_INPUT_UNKNOWN, {"name", name}, {"nearest", nearest}, {"valid", buf_view(&b)});
}

/* f, lang and at have been looked at before, as they stand; here they are only counted, and refused where they were not to be seen (%66=csv). */
struct pairs {
    struct exchange *x;
    enum input_in in;
    bool has_f, has_lang, has_at, has_csrf;
    size_t n;
};

static enum err take_always(struct pairs *p, struct str name, bool is_plain, bool *ret_is_taken, struct fault *f)
{
    bool *seen = NULL;
    if (p->in == IN_QUERY)
        seen = str_is(name, "f")                                       ? &p->has_f
               : str_is(name, "lang")                                  ? &p->has_lang
               : str_is(name, "at") && (p->x->route->flags & TAKES_AT) ? &p->has_at
                                                                       : NULL;
    else if (p->in == IN_BODY && str_is(name, "csrf")) /* guard_form has compared it */
        seen = &p->has_csrf;
    *ret_is_taken = seen != NULL;
    if (seen && !is_plain)
        return FAULT(f, ERR_HTTP_ENCODING, {"name", name});
    if (seen && *seen)
        return FAULT(f, ERR_INPUT_TWICE, {"name", name});
    if (seen)
        *seen = true;
    return OK;
}

static enum err take_other(struct exchange *x, struct str name, struct str value, struct fault *f)
{
    for (size_t i = 0; i < x->n_others; i++)
        if (str_eq(x->others[i].name, name))
            return FAULT(f, ERR_INPUT_TWICE, {"name", name});
    if (!x->others)
        x->others = ARENA_ARRAY(x->arena, struct name_value, LIMIT_HTTP_QUERY_INPUTS);
    if (value.n > LIMIT_HTTP_TEXT_BYTES)
        return too_long(name, LIMIT_HTTP_TEXT_BYTES, f);
    x->others[x->n_others++] = (struct name_value){name, value};
    return OK;
}

/* Boxes of one name that are ticked come once each; it is for the form to say which names may. */
static enum err take_of_form(struct exchange *x, const struct input *d, struct str name, struct str value,
                             struct fault *f)
{
    size_t limit = d->max > 0 ? (size_t)d->max : LIMIT_HTTP_TEXT_BYTES;
    if (!x->form)
        x->form = ARENA_ARRAY(x->arena, struct name_value, LIMIT_HTTP_FORM_INPUTS);
    if (value.n > limit)
        return too_long(name, limit, f);
    x->form[x->n_form++] = (struct name_value){name, value};
    return OK;
}

static bool is_of_line(struct str value)
{
    for (size_t i = 0; i < value.n; i++)
        if ((unsigned char)value.p[i] < 0x20)
            return false;
    return true;
}

static enum err take_pair(struct pairs *p, struct str name, bool is_plain, struct str value, struct fault *f)
{
    struct exchange *x = p->x;
    const struct route *r = x->route;
    bool is_taken;
    enum err e = take_always(p, name, is_plain, &is_taken, f);
    if (e != OK || is_taken)
        return e;
    const struct input *open = NULL;
    for (size_t i = 0; r->inputs && r->inputs[i].name; i++) {
        const struct input *d = &r->inputs[i];
        if (d->in != p->in)
            continue;
        if (d->is_open)
            open = d;
        else if (str_is(name, d->name))
            return d->type == INPUT_FILE ? wrong_type(d, value, "multipart/form-data", f)
                   : is_of_line(value)   ? take(d, &x->inputs[i], value, f)
                                         : FAULT(f, ERR_HTTP_ENCODING, {"name", name});
    }
    if (!open)
        return unknown(r, p->in, name, f);
    return p->in == IN_BODY ? take_of_form(x, open, name, value, f) : take_other(x, name, value, f);
}

static enum err take_pairs(struct exchange *x, enum input_in in, struct str text, struct fault *f)
{
    struct pairs p = {.x = x, .in = in};
    bool is_form = in == IN_BODY;
    size_t limit = is_form ? LIMIT_HTTP_FORM_INPUTS : LIMIT_HTTP_QUERY_INPUTS;
    struct str rest = text.n ? text : (struct str){NULL, 0};
    while (rest.p) {
        struct str value, pair = str_cut(rest, '&', &rest), name = str_cut(pair, '=', &value);
        if (pair.n == 0)
            continue;
        if (++p.n > limit)
            return FAULT(f, ERR_LIMIT, {"what", is_form ? STR("form") : STR("query")},
                         {"limit", str_of(arena_printf(x->arena, "%zu", limit))});
        struct str decoded_name, decoded_value;
        if (!url_decode(x->arena, name, true, &decoded_name))
            return FAULT(f, ERR_HTTP_ENCODING, {"name", STR("?")});
        value = value.p ? value : STR("");
        if (is_form ? !form_decode(x->arena, value, &decoded_value)
                    : !url_decode(x->arena, value, true, &decoded_value))
            return FAULT(f, ERR_HTTP_ENCODING, {"name", decoded_name});
        enum err e = take_pair(&p, decoded_name, str_eq(name, decoded_name), decoded_value, f);
        if (e != OK)
            return e;
    }
    return OK;
}

/* ---- a form with files ---- */

static enum err take_file(struct exchange *x, const struct part *p, struct fault *f)
{
    const struct route *r = x->route;
    for (size_t i = 0; r->inputs && r->inputs[i].name; i++) {
        const struct input *d = &r->inputs[i];
        if (d->in != IN_BODY || d->type != INPUT_FILE || !str_is(p->name, d->name))
            continue;
        if ((x->inputs[i].is_given && !d->is_open) || x->n_files == HTTP_MAX_INPUTS)
            return FAULT(f, ERR_INPUT_TWICE, {"name", p->name});
        if (p->filename.n == 0 && p->content.n == 0)
            return OK; /* none was chosen */
        if (!x->files)
            x->files = ARENA_ARRAY(x->arena, struct upload, HTTP_MAX_INPUTS);
        x->inputs[i].is_given = true;
        x->files[x->n_files++] = (struct upload){d->name, p->filename, p->media, p->content};
        return OK;
    }
    return unknown(r, IN_BODY, p->name, f);
}

/* Texts of such a form as they would be read of one without: LF ends a line, and there are no other control characters. */
static bool plain_text(struct exchange *x, struct str content, struct str *ret)
{
    char *out = arena_alloc(x->arena, content.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < content.n; i++) {
        unsigned char c = (unsigned char)content.p[i];
        if ((c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f)
            return false;
        if (c == '\n' && n && out[n - 1] == '\r')
            n--;
        out[n++] = (char)c;
    }
    *ret = str_slice(out, n);
    return utf8_valid(*ret);
}

static enum err take_parts(struct exchange *x, struct fault *f)
{
    struct pairs p = {.x = x, .in = IN_BODY};
    struct multipart mp;
    struct part part;
    bool has_part = true;
    enum err e = multipart_begin(&mp, x->content_type, x->request_body, f);
    while (e == OK && (e = multipart_next(x->arena, &mp, &part, &has_part, f)) == OK && has_part) {
        struct str value;
        if (part.is_file)
            e = take_file(x, &part, f);
        else if (!plain_text(x, part.content, &value))
            e = FAULT(f, ERR_HTTP_ENCODING, {"name", part.name});
        else
            e = take_pair(&p, part.name, true, value, f);
    }
    return e;
}

const struct upload *exchange_file(const struct exchange *x, const char *input)
{
    for (size_t i = 0; i < x->n_files; i++)
        if (strcmp(x->files[i].input, input) == 0)
            return &x->files[i];
    return NULL;
}

bool query_find(struct str query, struct str name, struct str *ret_value)
{
    struct str rest = query.n ? query : (struct str){NULL, 0};
    while (rest.p) {
        struct str value, pair = str_cut(rest, '&', &rest);
        if (str_eq(str_cut(pair, '=', &value), name)) {
            *ret_value = value.p ? value : STR("");
            return true;
        }
    }
    return false;
}

static enum err take_headers(struct exchange *x, const struct message *m, struct fault *f)
{
    const struct route *r = x->route;
    enum err e = OK;
    for (size_t i = 0; e == OK && r->inputs && r->inputs[i].name; i++) {
        if (r->inputs[i].in != IN_HEADER)
            continue;
        struct str value = message_header(m, str_of(r->inputs[i].name));
        if (value.p && !utf8_valid(value))
            e = FAULT(f, ERR_HTTP_ENCODING, {"name", str_of(r->inputs[i].name)});
        else if (value.p)
            e = take(&r->inputs[i], &x->inputs[i], value, f);
    }
    return e;
}

enum err inputs_decode(struct exchange *x, const struct message *m, const struct match *match, struct fault *f)
{
    const struct route *r = x->route;
    enum err e = OK;
    for (size_t i = 0; e == OK && i < match->n_params; i++) {
        int at = match->param_input[i];
        e = take(&r->inputs[at], &x->inputs[at], match->param[i], f);
    }
    if (e == OK)
        e = take_pairs(x, IN_QUERY, x->query, f);
    if (e == OK)
        e = take_headers(x, m, f);
    if (e == OK && x->request_body.n && media_is(x->content_type, STR("application/x-www-form-urlencoded")))
        e = take_pairs(x, IN_BODY, x->request_body, f);
    if (e == OK && (r->flags & TAKES_UPLOAD) && media_is(x->content_type, STR("multipart/form-data")))
        e = take_parts(x, f);
    for (size_t i = 0; e == OK && r->inputs && r->inputs[i].name; i++) {
        const struct input *d = &r->inputs[i];
        if (x->inputs[i].is_given || d->is_open)
            continue;
        if (d->is_required)
            e = FAULT(f, ERR_INPUT_MISSING, {"name", str_of(d->name)});
        x->inputs[i].integer = d->standard;
        x->inputs[i].number = (double)d->standard;
    }
    return e;
}

const struct input_value *input_named(const struct exchange *x, const char *name)
{
    const struct input *d = x->route->inputs;
    size_t i = 0;
    while (d && d[i].name && strcmp(d[i].name, name) != 0)
        i++;
    must(d && d[i].name);
    return &x->inputs[i];
}
