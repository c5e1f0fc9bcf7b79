#include "http/multipart.h"

#include "base/limits.h"
#include "text/utf8.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

static enum err broken(const char *what, struct fault *f)
{
    return FAULT(f, ERR_HTTP_MULTIPART, {"reason", str_of(what)});
}

/* The value of `name=` among the parameters behind a ";", unquoted; p is NULL when there is none. Browsers write “"” in a quoted one as %22. */
static struct str parameter(struct str header, const char *name)
{
    struct str rest, one = str_cut(header, ';', &rest);
    while (rest.p) {
        struct str from = rest, value;
        bool is_quoted = false;
        size_t n = 0;
        for (; n < from.n && (is_quoted || from.p[n] != ';'); n++)
            is_quoted ^= from.p[n] == '"';
        one = str_trim(str_slice(from.p, n));
        rest = n < from.n ? str_slice(from.p + n + 1, from.n - n - 1) : nothing;
        if (!str_eq_ascii_nocase(str_trim(str_cut(one, '=', &value)), str_of(name)) || !value.p)
            continue;
        value = str_trim(value);
        if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
            return str_slice(value.p + 1, value.n - 2);
        return value;
    }
    return nothing;
}

static bool is_boundary(struct str s)
{
    bool is_fine = s.n && s.n <= MULTIPART_BOUNDARY_BYTES;
    for (size_t i = 0; is_fine && i < s.n; i++)
        is_fine = (s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'z') ||
                  (s.p[i] >= 'A' && s.p[i] <= 'Z') || strchr("'()+_,-./:=?", s.p[i]) != NULL;
    return is_fine;
}

enum err multipart_begin(struct multipart *ret_multipart, struct str content_type, struct str body, struct fault *f)
{
    struct multipart mp = {0};
    struct str boundary = parameter(content_type, "boundary");
    if (!boundary.p || !is_boundary(boundary))
        return broken("boundary", f);
    memcpy(mp.mark, "\r\n--", 4);
    memcpy(mp.mark + 4, boundary.p, boundary.n);
    mp.n_mark = boundary.n + 4;
    if (!str_starts(body, str_slice(mp.mark + 2, mp.n_mark - 2)))
        return broken("the first boundary", f);
    mp.rest = str_slice(body.p + mp.n_mark - 2, body.n - (mp.n_mark - 2));
    *ret_multipart = mp;
    return OK;
}

/* What is left of a name that somebody else's system gave. */
static struct str file_name(struct arena *a, struct str given)
{
    for (size_t i = given.n; i > 0; i--)
        if (given.p[i - 1] == '/' || given.p[i - 1] == '\\') {
            given = str_slice(given.p + i, given.n - i);
            break;
        }
    char *out = arena_alloc(a, given.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < given.n; i++)
        if ((unsigned char)given.p[i] >= 0x20 && given.p[i] != 0x7f)
            out[n++] = given.p[i];
    size_t from = n > MULTIPART_NAME_BYTES ? n - MULTIPART_NAME_BYTES : 0; /* its ending tells the kind */
    while (from && from < n && ((unsigned char)out[from] & 0xc0) == 0x80)
        from++;
    return str_trim(str_slice(out + from, n - from));
}

static enum err read_header(struct arena *a, struct str line, struct part *p, struct fault *f)
{
    struct str value, name = str_cut(line, ':', &value);
    if (!value.p || name.n == 0)
        return broken("header", f);
    value = str_trim(value);
    if (str_eq_ascii_nocase(name, STR("content-type"))) {
        p->media = value;
    } else if (str_eq_ascii_nocase(name, STR("content-transfer-encoding"))) {
        return broken("Content-Transfer-Encoding", f);
    } else if (str_eq_ascii_nocase(name, STR("content-disposition"))) {
        struct str rest, kind = str_trim(str_cut(value, ';', &rest)), field = parameter(value, "name"),
                         file = parameter(value, "filename");
        if (p->name.p || !str_eq_ascii_nocase(kind, STR("form-data")) || !field.p || field.n == 0 ||
            field.n > MULTIPART_NAME_BYTES || !utf8_valid(field) || parameter(value, "filename*").p)
            return broken("Content-Disposition", f);
        p->name = field;
        p->is_file = file.p != NULL;
        if (p->is_file && !utf8_valid(file))
            return broken("filename", f);
        if (p->is_file)
            p->filename = file_name(a, file);
    }
    return OK;
}

static enum err read_head(struct arena *a, struct str head, struct part *p, struct fault *f)
{
    enum err e = OK;
    while (e == OK && head.n) {
        const char *end = memmem(head.p, head.n, "\r\n", 2);
        size_t n = end ? (size_t)(end - head.p) : head.n;
        if (memchr(head.p, '\n', n) || memchr(head.p, 0, n) || head.p[0] == ' ' || head.p[0] == '\t')
            return broken("header", f);
        e = read_header(a, str_slice(head.p, n), p, f);
        head = end ? str_slice(end + 2, head.n - n - 2) : nothing;
    }
    return e == OK && !p->name.p ? broken("Content-Disposition", f) : e;
}

enum err multipart_next(struct arena *a, struct multipart *mp, struct part *ret_part, bool *ret_has_part,
                        struct fault *f)
{
    struct str rest = mp->rest;
    struct part p = {0};
    *ret_has_part = false;
    if (str_starts(rest, STR("--"))) {
        bool is_end = rest.n == 2 || (rest.n == 4 && str_ends(rest, STR("\r\n")));
        return is_end ? OK : broken("what follows the last boundary", f);
    }
    if (!str_starts(rest, STR("\r\n")))
        return broken("boundary", f);
    if (++mp->n_parts > LIMIT_HTTP_FORM_INPUTS)
        return broken("too many parts", f);
    rest = str_slice(rest.p + 2, rest.n - 2);
    const char *end = memmem(rest.p, rest.n > MULTIPART_HEAD_BYTES ? MULTIPART_HEAD_BYTES : rest.n, "\r\n\r\n", 4);
    if (!end)
        return broken("header", f);
    enum err e = read_head(a, str_slice(rest.p, (size_t)(end - rest.p)), &p, f);
    if (e != OK)
        return e;
    rest = str_slice(end + 4, rest.n - (size_t)(end + 4 - rest.p));
    const char *next = NULL;
    if (str_starts(rest, str_slice(mp->mark + 2, mp->n_mark - 2))) { /* nothing in it: its end is that of the head */
        next = rest.p - 2;
        p.content = str_slice(rest.p, 0);
    } else if ((next = memmem(rest.p, rest.n, mp->mark, mp->n_mark))) {
        p.content = str_slice(rest.p, (size_t)(next - rest.p));
    }
    if (!next)
        return broken("the last boundary", f);
    mp->rest = str_slice(next + mp->n_mark, (size_t)(rest.p + rest.n - (next + mp->n_mark)));
    *ret_part = p;
    *ret_has_part = true;
    return OK;
}
