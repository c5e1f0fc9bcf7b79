/* Judging the head of a request: what two readers could take differently is refused (RFC 9112 §11.2). */
#include "http/internal.h"

#include "base/banned.h"

/* What a byte may stand in: a token, the host. Every byte of every head is looked up. */
enum { IN_TOKEN = 1, IN_HOST = 2, IN_BOTH = IN_TOKEN | IN_HOST };
static const unsigned char uses[256] = {
    ['0' ... '9'] = IN_BOTH, ['a' ... 'z'] = IN_BOTH, ['A' ... 'Z'] = IN_BOTH, ['-'] = IN_BOTH,  ['.'] = IN_BOTH,
    ['_'] = IN_BOTH,         ['~'] = IN_BOTH,         ['%'] = IN_BOTH,         [':'] = IN_HOST,  ['['] = IN_HOST,
    [']'] = IN_HOST,         ['!'] = IN_TOKEN,        ['#'] = IN_TOKEN,        ['$'] = IN_TOKEN, ['&'] = IN_TOKEN,
    ['\''] = IN_TOKEN,       ['*'] = IN_TOKEN,        ['+'] = IN_TOKEN,        ['^'] = IN_TOKEN, ['`'] = IN_TOKEN,
    ['|'] = IN_TOKEN,
};

static bool is_made_of(struct str s, unsigned char use)
{
    unsigned char all = use;
    for (size_t i = 0; i < s.n; i++)
        all &= uses[(unsigned char)s.p[i]];
    return s.n > 0 && all;
}

/* How many bytes at the beginning are surely from `lowest` on and below DEL, eight at a step. */
static size_t bytes_plain(struct str s, unsigned char lowest)
{
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    size_t i = 0;
    for (uint64_t eight; s.n - i >= 8; i += 8) {
        memcpy(&eight, s.p + i, 8);
        uint64_t del = eight ^ ones * 0x7f;
        if ((eight | (eight - ones * lowest) | (del - ones)) & tops)
            break;
    }
    return i;
}

static bool is_token(struct str s)
{
    return is_made_of(s, IN_TOKEN);
}

/* field-value: no control characters but the tab; bytes above ASCII are opaque. */
static bool is_value(struct str s)
{
    for (size_t i = bytes_plain(s, ' '); i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

static const struct {
    const char *name;
    size_t n;
    size_t at; /* in struct message */
    bool is_once;
} known[] = {
#define X(field, name, once) {name, sizeof(name) - 1, offsetof(struct message, field), once},
    HTTP_HEADERS(X)
#undef X
};

/* Sets the field of a known header. False when one that may stand once stands twice. */
static bool header_take(struct message *m, const struct name_value *h)
{
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (known[i].n != h->name.n || (h->name.p[0] | 0x20) != known[i].name[0] ||
            !str_eq_ascii_nocase(h->name, str_slice(known[i].name, known[i].n)))
            continue;
        struct str *field = (struct str *)(void *)((char *)m + known[i].at);
        if (field->p)
            return !known[i].is_once;
        *field = h->value;
        return true;
    }
    return true;
}

struct str message_header(const struct message *m, struct str name)
{
    for (size_t i = 0; i < m->n_headers; i++)
        if (str_eq_ascii_nocase(m->headers[i].name, name))
            return m->headers[i].value;
    return (struct str){NULL, 0};
}

static enum err framing(struct fault *f, const char *reason)
{
    return FAULT(f, ERR_HTTP_FRAMING, {"reason", str_of(reason)});
}

enum err message_too_large(struct fault *f, enum err code, struct str name, long limit)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(32);
    buf_printf(&b, "%ld", limit);
    return FAULT(f, code, {"name", name}, {"limit", buf_view(&b)});
}

/* Content-Length is digits alone: a sign, a list, a space is something that another reader may take for another number. */
static enum err judge_length(struct message *m, struct fault *f)
{
    m->body_bytes = 0;
    if (m->transfer_encoding.p && m->content_length.p)
        return framing(f, "Content-Length + Transfer-Encoding");
    if (m->transfer_encoding.p && !str_eq_ascii_nocase(m->transfer_encoding, STR("chunked")))
        return framing(f, "Transfer-Encoding");
    if (m->transfer_encoding.p)
        return FAULT(f, ERR_HTTP_LENGTH);
    if (!m->content_length.p)
        return OK;
    if (m->content_length.n == 0 || m->content_length.n > 18)
        return framing(f, "Content-Length");
    for (size_t i = 0; i < m->content_length.n; i++) {
        if (m->content_length.p[i] < '0' || m->content_length.p[i] > '9')
            return framing(f, "Content-Length");
        m->body_bytes = m->body_bytes * 10 + (m->content_length.p[i] - '0');
    }
    if (m->body_bytes > LIMIT_HTTP_UPLOAD_BYTES) /* smaller where no files are taken: answer_head */
        return message_too_large(f, ERR_HTTP_BODY_LARGE, STR("Content-Length"), LIMIT_HTTP_BODY_BYTES);
    if (m->expect.p && !str_eq_ascii_nocase(m->expect, STR("100-continue")))
        return framing(f, "Expect");
    if (m->content_encoding.p && !str_eq_ascii_nocase(m->content_encoding, STR("identity")))
        return framing(f, "Content-Encoding");
    return OK;
}

/* Answers are sent whole, whatever range is asked for (RFC 9110 §14.2 allows it); who asks for very many wants something else. */
static enum err judge_ranges(const struct message *m, struct fault *f)
{
    long n = 0;
    for (struct str one, rest = m->range; rest.p; n += one.n > 0)
        one = str_trim(str_cut(rest, ',', &rest));
    return n > LIMIT_HTTP_RANGES ? message_too_large(f, ERR_HTTP_RANGES, STR("Range"), LIMIT_HTTP_RANGES) : OK;
}

/* host[:port], with nothing that another reader could cut differently. */
static bool is_host(struct str h)
{
    return is_made_of(h, IN_HOST) && h.n <= 255;
}

/* Origin form, or absolute form that says what Host says (RFC 9112 §3.2.2). */
static enum err judge_target(struct message *m, struct fault *f)
{
    struct str t = m->target;
    if (t.n > LIMIT_HTTP_TARGET_BYTES)
        return message_too_large(f, ERR_HTTP_URI_LONG, STR(""), LIMIT_HTTP_TARGET_BYTES);
    bool is_plain = t.n == 0 || !memchr(t.p, '#', t.n);
    for (size_t i = bytes_plain(t, '!'); i < t.n; i++)
        is_plain &= t.p[i] > 0x20 && t.p[i] < 0x7f;
    if (!is_plain)
        return framing(f, "request-target");
    if (t.n && t.p[0] != '/') {
        size_t scheme = str_starts(t, STR("http://")) ? 7 : str_starts(t, STR("https://")) ? 8 : 0;
        if (!scheme)
            return str_is(t, "*") && str_is(m->method, "OPTIONS") ? OK : framing(f, "request-target");
        struct str rest = str_slice(t.p + scheme, t.n - scheme);
        const char *slash = memchr(rest.p, '/', rest.n);
        size_t n = slash ? (size_t)(slash - rest.p) : rest.n;
        if (!slash || !str_eq_ascii_nocase(str_slice(rest.p, n), m->host))
            return framing(f, "request-target");
        t = str_slice(slash, rest.n - n);
    }
    if (t.n == 0)
        return framing(f, "request-target");
    m->path = str_cut(t, '?', &m->query);
    return OK;
}

enum err message_judge(struct message *m, struct fault *f)
{
    struct str query;
    m->path = str_cut(m->target, '?', &query); /* for the log, which never has the query, whatever is wrong */
    if (m->is_broken)
        return framing(f, "bare LF, folded line or NUL");
    if (m->has_more_headers)
        return message_too_large(f, ERR_HTTP_HEADER_LARGE, STR(""), LIMIT_HTTP_HEADERS);
    if (!str_is(m->version, "HTTP/1.1") && !str_is(m->version, "HTTP/1.0"))
        return framing(f, "HTTP-version");
    if (!is_token(m->method) || m->method.n > 32)
        return framing(f, "method");
    for (size_t i = 0; i < m->n_headers; i++) {
        const struct name_value *h = &m->headers[i];
        if (!is_token(h->name))
            return framing(f, "field");
        if (h->name.n + h->value.n > LIMIT_HTTP_HEADER_LINE_BYTES)
            return message_too_large(f, ERR_HTTP_HEADER_LARGE, h->name, LIMIT_HTTP_HEADER_LINE_BYTES);
        if (!is_value(h->value) || !header_take(m, h))
            return FAULT(f, ERR_HTTP_FRAMING, {"reason", h->name});
    }
    if (!m->host.p || !is_host(m->host))
        return framing(f, "Host");
    enum err e = judge_length(m, f);
    if (e == OK)
        e = judge_ranges(m, f);
    return e == OK ? judge_target(m, f) : e;
}

static const char *const methods[] = {
    [METHOD_GET] = "GET",     [METHOD_POST] = "POST",     [METHOD_PUT] = "PUT",
    [METHOD_PATCH] = "PATCH", [METHOD_DELETE] = "DELETE", [METHOD_OPTIONS] = "OPTIONS",
};

const char *method_name(enum method method)
{
    return methods[method];
}

struct str allow_text(struct arena *a, unsigned allow)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(128);
    for (unsigned i = 0; i <= METHOD_OPTIONS; i++)
        if ((allow | 1u << METHOD_OPTIONS) & 1u << i)
            buf_printf(&b, "%s%s%s", b.n ? ", " : "", methods[i], i == METHOD_GET ? ", HEAD" : "");
    return str_dup(a, buf_view(&b));
}

bool method_parse(struct str name, enum method *ret_method, bool *ret_is_head)
{
    *ret_is_head = str_is(name, "HEAD");
    if (*ret_is_head) {
        *ret_method = METHOD_GET;
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(methods); i++)
        if (str_is(name, methods[i])) {
            *ret_method = (enum method)i;
            return true;
        }
    return false;
}
