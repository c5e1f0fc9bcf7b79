#include "crypt/base64.h"

#include "base/banned.h"

static const char digits[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(const void *p, size_t n, struct buf *out)
{
    const unsigned char *b = p;
    for (size_t i = 0; i < n; i += 3) {
        size_t left = n - i;
        unsigned group = (unsigned)b[i] << 16 | (left > 1 ? (unsigned)b[i + 1] << 8 : 0) | (left > 2 ? b[i + 2] : 0);
        char four[4] = {digits[group >> 18], digits[group >> 12 & 63], left > 1 ? digits[group >> 6 & 63] : '=',
                        left > 2 ? digits[group & 63] : '='};
        buf_add(out, four, sizeof four);
    }
}

static int digit_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

enum err base64_decode(struct arena *a, struct str text, struct str *ret_bytes, struct fault *f)
{
    size_t padding = str_ends(text, STR("==")) ? 2 : str_ends(text, STR("=")) ? 1 : 0;
    if (text.n % 4)
        return FAULT(f, ERR_BASE64_INVALID, {"value", text});
    char *out = arena_alloc(a, text.n / 4 * 3 + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i += 4) {
        size_t given = i + 4 == text.n ? 4 - padding : 4;
        unsigned group = 0;
        for (size_t k = 0; k < 4; k++) {
            int v = k < given ? digit_value(text.p[i + k]) : 0;
            if (v < 0)
                return FAULT(f, ERR_BASE64_INVALID, {"value", text});
            group = group << 6 | (unsigned)v;
        }
        if ((given == 2 && group & 0xFFFF) || (given == 3 && group & 0xFF))
            return FAULT(f, ERR_BASE64_INVALID, {"value", text});
        for (size_t k = 0; k + 1 < given; k++)
            out[n++] = (char)(group >> (16 - 8 * k) & 0xFF);
    }
    out[n] = 0;
    *ret_bytes = str_slice(out, n);
    return OK;
}

void base64url_encode(const void *p, size_t n, struct buf *out)
{
    size_t from = out->n;
    base64_encode(p, n, out);
    while (out->n > from && out->p[out->n - 1] == '=')
        out->n--;
    for (size_t i = from; i < out->n; i++)
        out->p[i] = out->p[i] == '+' ? '-' : out->p[i] == '/' ? '_' : out->p[i];
}

enum err base64url_decode(struct arena *a, struct str text, struct str *ret_bytes, struct fault *f)
{
    size_t padding = (4 - text.n % 4) % 4;
    char *plain = arena_alloc(a, text.n + padding + 1);
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        plain[i] = c == '-' ? '+' : c == '_' ? '/' : c == '+' || c == '/' || c == '=' ? '*' : c;
    }
    memset(plain + text.n, '=', padding);
    return padding == 3 ? FAULT(f, ERR_BASE64_INVALID, {"value", text})
                        : base64_decode(a, str_slice(plain, text.n + padding), ret_bytes, f);
}
