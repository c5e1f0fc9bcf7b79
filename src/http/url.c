/* Percent-encoding, and paths without tricks. */
#include "http/internal.h"

#include "text/utf8.h"

#include "base/banned.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Lines end in LF, however the browser sends them. */
static bool decode(struct arena *a, struct str text, bool is_query, bool has_lines, struct str *ret_text)
{
    char *out = arena_alloc(a, text.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        int c = (unsigned char)text.p[i];
        if (c == '%') {
            int high = i + 2 < text.n ? hex_digit(text.p[i + 1]) : -1, low = high >= 0 ? hex_digit(text.p[i + 2]) : -1;
            if (low < 0)
                return false;
            c = high * 16 + low;
            i += 2;
        } else if (c == '+' && is_query) {
            c = ' ';
        }
        bool is_line = has_lines && (c == '\n' || c == '\r' || c == '\t');
        if ((c < 0x20 || c == 0x7f) && !is_line)
            return false;
        if (c == '\n' && n && out[n - 1] == '\r')
            n--;
        out[n++] = (char)c;
    }
    out[n] = 0;
    *ret_text = str_slice(out, n);
    return utf8_valid(*ret_text);
}

bool url_decode(struct arena *a, struct str text, bool is_query, struct str *ret_text)
{
    return decode(a, text, is_query, false, ret_text);
}

bool form_decode(struct arena *a, struct str text, struct str *ret_text)
{
    return decode(a, text, true, true, ret_text);
}

/* Nothing to decode, and no segment that is empty or begins with a dot: most paths are so. */
static bool is_plain_path(struct str p)
{
    unsigned char is_odd = !p.n || p.p[0] != '/';
    for (size_t i = 0; i < p.n; i++) {
        unsigned char c = (unsigned char)p.p[i];
        is_odd |= (unsigned char)(c - '!') > '~' - '!';
        is_odd |= c == '%';
        is_odd |= c == '\\';
    }
    for (struct str rest = p; !is_odd && rest.p && rest.n;) {
        str_cut(rest, '/', &rest);
        is_odd = rest.n && (rest.p[0] == '/' || rest.p[0] == '.');
    }
    return !is_odd;
}

enum err path_normal(struct arena *a, struct str path, struct str *ret_path, struct fault *f)
{
    struct str p;
    if (is_plain_path(path)) {
        *ret_path = str_dup(a, path);
        return OK;
    }
    for (size_t i = 0; i + 2 < path.n; i++)
        if (path.p[i] == '%' && ((path.p[i + 1] == '2' && (path.p[i + 2] | 0x20) == 'f') ||
                                 (path.p[i + 1] == '5' && (path.p[i + 2] | 0x20) == 'c')))
            return FAULT(f, ERR_HTTP_PATH, {"reason", str_slice(path.p + i, 3)});
    if (!url_decode(a, path, false, &p))
        return FAULT(f, ERR_HTTP_PATH, {"reason", STR("percent-encoding, UTF-8")});
    if (p.n == 0 || p.p[0] != '/')
        return FAULT(f, ERR_HTTP_PATH, {"reason", STR("/")});
    if (memchr(p.p, '\\', p.n))
        return FAULT(f, ERR_HTTP_PATH, {"reason", STR("\\")});
    for (size_t i = 0; i < p.n; i++) {
        if (p.p[i] != '/')
            continue;
        struct str rest = str_slice(p.p + i + 1, p.n - i - 1), segment = str_cut(rest, '/', &rest);
        if ((segment.n == 0 && rest.p) || str_is(segment, ".") || str_is(segment, ".."))
            return FAULT(f, ERR_HTTP_PATH, {"reason", segment.n ? segment : STR("//")});
    }
    *ret_path = p;
    return OK;
}
