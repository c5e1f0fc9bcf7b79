#include "text/html.h"

#include <string.h>

#include "base/banned.h"

static void escape(struct buf *b, struct str s, bool is_attr)
{
    if (s.n == 0)
        return;
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        const char *with;
        switch (s.p[i]) {
        case '&':
            with = "&amp;";
            break;
        case '<':
            with = "&lt;";
            break;
        case '>':
            with = "&gt;";
            break;
        case '"':
            with = is_attr ? "&quot;" : NULL;
            break;
        case '\'':
            with = is_attr ? "&#39;" : NULL;
            break;
        default:
            with = NULL;
        }
        if (!with)
            continue;
        buf_add(b, s.p + from, i - from);
        buf_puts(b, with);
        from = i + 1;
    }
    buf_add(b, s.p + from, s.n - from);
}

void html_text(struct buf *b, struct str s)
{
    escape(b, s, false);
}

void html_attr(struct buf *b, struct str s)
{
    escape(b, s, true);
}

/* Browsers drop tabs, line ends and leading blanks before they look for the scheme: such a link is refused whole. */
bool url_is_safe(struct str url)
{
    bool may_be_scheme = true;
    for (size_t i = 0; i < url.n; i++) {
        unsigned char c = (unsigned char)url.p[i];
        if (c < 0x20 || c == 0x7F || (c == ' ' && i == 0))
            return false;
        if (c == ':' && may_be_scheme) {
            may_be_scheme = false;
            struct str name = str_slice(url.p, i);
            if (!str_eq_ascii_nocase(name, STR("http")) && !str_eq_ascii_nocase(name, STR("https")) &&
                !str_eq_ascii_nocase(name, STR("mailto")))
                return false;
        }
        if (c == '/' || c == '?' || c == '#')
            may_be_scheme = false;
    }
    return true;
}

bool url_attr(struct buf *b, struct str url)
{
    bool is_safe = url_is_safe(url);
    html_attr(b, is_safe ? url : STR("#"));
    return is_safe;
}

/* RFC 3986 §2.3 */
static const bool is_unreserved[256] = {
    ['0' ... '9'] = true, ['a' ... 'z'] = true, ['A' ... 'Z'] = true, ['-'] = true,
    ['.'] = true,         ['_'] = true,         ['~'] = true,
};

struct str url_encoded(struct arena *a, struct str piece)
{
    size_t n = 0;
    while (n < piece.n && is_unreserved[(unsigned char)piece.p[n]])
        n++;
    if (n == piece.n)
        return piece;
    struct buf b = BUF_INIT(piece.n * 3 + 1);
    url_encode(&b, piece);
    return buf_move(&b, a);
}

void url_encode(struct buf *out, struct str piece)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0, n; i < piece.n; i += n) {
        for (n = 0; i + n < piece.n && is_unreserved[(unsigned char)piece.p[i + n]]; n++)
            ;
        buf_add(out, piece.p + i, n);
        if (i + n == piece.n)
            break;
        unsigned char c = (unsigned char)piece.p[i + n++];
        buf_add(out, (const char[]){'%', hex[c >> 4], hex[c & 15]}, 3);
    }
}
