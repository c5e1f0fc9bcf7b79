/* CQL2 text into tokens (BNF of 21-065r2, annex B).
 *
 * The standard leaves one thing open: it escapes a quote as '' or \', while LIKE patterns hold backslashes of their own, so
 * 'a\' could end or go on. Here a run of backslashes right before a quote is read in pairs, each pair being one
 * backslash; an odd one escapes the quote. Elsewhere a backslash is a backslash. Thus every text can be written. */
#include "cql2/tree.h"

#include <math.h>

#include "text/utf8.h"

#include "base/banned.h"

const struct cql2_expected cql2_want_open = {"dấu (", "("};
const struct cql2_expected cql2_want_close = {"dấu )", ")"};
const struct cql2_expected cql2_want_comma_or_close = {"dấu , hoặc )", "a comma or )"};

enum err cql2_syntax(struct fault *f, struct str found, struct cql2_expected expected)
{
    return FAULT(f, ERR_CQL2_SYNTAX, {"found", found}, {"expected_vi", str_of(expected.vi)},
                 {"expected_en", str_of(expected.en)});
}

static enum err refuse(struct cql2_lexer *lx, size_t at, struct str found, const char *vi, const char *en)
{
    cql2_syntax(lx->f, found, (struct cql2_expected){vi, en});
    cql2_fault_offset(lx->source, (unsigned)at, lx->f);
    return ERR_CQL2_SYNTAX;
}

enum err cql2_unexpected(struct cql2_lexer *lx, struct cql2_expected expected)
{
    if (lx->token == CQL2_T_END) {
        FAULT(lx->f, ERR_CQL2_END, {"expected_vi", str_of(expected.vi)}, {"expected_en", str_of(expected.en)});
        cql2_fault_offset(lx->source, (unsigned)lx->source.n, lx->f);
        return ERR_CQL2_END;
    }
    return refuse(lx, lx->from, str_slice(lx->source.p + lx->from, lx->till - lx->from), expected.vi, expected.en);
}

enum err cql2_expect(struct cql2_lexer *lx, char symbol, struct cql2_expected expected)
{
    return cql2_is_symbol(lx, symbol) ? cql2_next(lx) : cql2_unexpected(lx, expected);
}

enum err cql2_lexer_init(struct cql2_lexer *lx, struct arena *a, struct str source, struct fault *f)
{
    *lx = (struct cql2_lexer){.source = source, .a = a, .f = f};
    if (source.n > LIMIT_CQL2_BYTES) {
        cql2_limit_fault(f, "Độ dài của bộ lọc (byte)", "The length of the filter in bytes", LIMIT_CQL2_BYTES);
        return cql2_fault_offset(source, LIMIT_CQL2_BYTES, f);
    }
    size_t good = utf8_valid_prefix(source);
    const char *zero = source.n ? memchr(source.p, 0, source.n) : NULL;
    if (zero && (size_t)(zero - source.p) < good)
        good = (size_t)(zero - source.p);
    if (good < source.n)
        return refuse(lx, good, STR("?"), "văn bản UTF-8", "UTF-8 text");
    return OK;
}

/* White space as the grammar lists it; 0 when there is none. */
static size_t space_length(struct str s, size_t at)
{
    unsigned char c = (unsigned char)s.p[at];
    if (c == ' ' || (c >= '\t' && c <= '\r'))
        return 1;
    if (c < 0x80)
        return 0;
    uint32_t u;
    size_t n = utf8_next(s, at, &u);
    bool is_space = u == 0x85 || u == 0xA0 || u == 0x1680 || (u >= 0x2000 && u <= 0x200A) || u == 0x2028 ||
                    u == 0x2029 || u == 0x202F || u == 0x205F || u == 0x3000;
    return is_space ? n : 0;
}

static bool is_digit(struct str s, size_t at)
{
    return at < s.n && s.p[at] >= '0' && s.p[at] <= '9';
}

static enum err number_next(struct cql2_lexer *lx)
{
    struct str s = lx->source;
    size_t at = lx->at;
    bool is_integer = true, fits = true;
    uint64_t value = 0;
    for (; is_digit(s, at); at++) {
        unsigned digit = (unsigned)(s.p[at] - '0');
        if (__builtin_mul_overflow(value, (uint64_t)10, &value) || __builtin_add_overflow(value, digit, &value))
            fits = false;
    }
    if (at < s.n && s.p[at] == '.') {
        is_integer = false;
        for (at++; is_digit(s, at); at++)
            ;
    }
    if (at < s.n && (s.p[at] == 'e' || s.p[at] == 'E')) {
        size_t digits = at + 1 + (at + 1 < s.n && (s.p[at + 1] == '+' || s.p[at + 1] == '-'));
        if (is_digit(s, digits)) {
            is_integer = false;
            for (at = digits; is_digit(s, at); at++)
                ;
        }
    }
    struct str text = str_slice(s.p + lx->at, at - lx->at);
    lx->from = (unsigned)lx->at;
    lx->till = (unsigned)at;
    if (at < s.n && cql2_identifier_length(s, at) > 0)
        return refuse(lx, at, str_slice(s.p + lx->at, at - lx->at + cql2_identifier_length(s, at)),
                      "một số, rồi một toán tử", "a number, then an operator");
    lx->integer = value;
    if (is_integer && fits) {
        lx->token = CQL2_T_INTEGER;
        lx->number = (double)value;
    } else {
        lx->token = CQL2_T_NUMBER;
        lx->number = strtod(arena_dup(lx->a, text.p, text.n), NULL);
        if (!isfinite(lx->number))
            return refuse(lx, lx->from, text, "một số nhỏ hơn 1e308", "a number below 1e308");
    }
    lx->at = at;
    return OK;
}

/* `quoted` is what stands between the quotes, still escaped. */
static struct str unescape(struct cql2_lexer *lx, struct str quoted, char quote)
{
    char *out = arena_alloc(lx->a, quoted.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < quoted.n;) {
        size_t slashes = 0;
        if (quote == '\'')
            while (i + slashes < quoted.n && quoted.p[i + slashes] == '\\')
                slashes++;
        size_t after = i + slashes;
        bool before_quote = slashes && (after == quoted.n || quoted.p[after] == quote);
        size_t keep = before_quote ? slashes / 2 : slashes;
        memset(out + n, '\\', keep);
        n += keep;
        i = after;
        if (i == quoted.n)
            break;
        if (quoted.p[i] == quote) {
            out[n++] = quote;
            i += before_quote && slashes % 2 ? 1 : 2;
        } else if (!slashes) {
            out[n++] = quoted.p[i++];
        }
    }
    return str_slice(out, n);
}

static enum err quoted_next(struct cql2_lexer *lx, char quote)
{
    struct str s = lx->source;
    size_t from = lx->at + 1, at = from, slashes = 0;
    bool has_escape = false;
    for (;; at++) {
        if (at >= s.n)
            return refuse(lx, lx->at, str_slice(s.p + lx->at, s.n - lx->at),
                          quote == '"' ? "dấu \" đóng tên" : "dấu ' đóng chuỗi",
                          quote == '"' ? "the \" that closes the name" : "the ' that closes the string");
        char c = s.p[at];
        if (c == quote) {
            if (slashes)
                has_escape = true;
            if (slashes % 2 == 0) {
                if (at + 1 >= s.n || s.p[at + 1] != quote)
                    break;
                has_escape = true;
                at++;
            }
        }
        slashes = c == '\\' && quote == '\'' ? slashes + 1 : 0;
    }
    lx->token = quote == '"' ? CQL2_T_QUOTED : CQL2_T_STRING;
    lx->from = (unsigned)lx->at;
    lx->till = (unsigned)at + 1;
    struct str quoted = str_slice(s.p + from, at - from);
    lx->text = has_escape ? unescape(lx, quoted, quote) : quoted;
    lx->at = at + 1;
    return OK;
}

static enum err symbol_next(struct cql2_lexer *lx)
{
    struct str s = lx->source;
    char c = s.p[lx->at], next = lx->at + 1 < s.n ? s.p[lx->at + 1] : 0;
    size_t n = 1;
    lx->token = CQL2_T_SYMBOL;
    lx->from = (unsigned)lx->at;
    switch (c) {
    case '(':
    case ')':
    case ',':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '^':
        lx->symbol = c;
        break;
    case '=':
        lx->symbol = c;
        if (next == '=' || next == '>' || next == '<') /* habits from other languages */
            return refuse(lx, lx->at, str_slice(s.p + lx->at, 2),
                          "một toán tử so sánh: = <> < > <= >=", "a comparison operator: = <> < > <= >=");
        break;
    case '<':
        lx->symbol = next == '>' ? 'n' : next == '=' ? 'l' : '<';
        n = lx->symbol == '<' ? 1 : 2;
        break;
    case '>':
        lx->symbol = next == '=' ? 'g' : '>';
        n = lx->symbol == '>' ? 1 : 2;
        break;
    default: {
        uint32_t u;
        size_t length = utf8_next(s, lx->at, &u);
        if (c == '!' && next == '=')
            return refuse(lx, lx->at, STR("!="),
                          "một toán tử so sánh: = <> < > <= >=", "a comparison operator: = <> < > <= >=");
        return refuse(lx, lx->at, str_slice(s.p + lx->at, length), "tên, giá trị hoặc toán tử của CQL2",
                      "a name, value or operator of CQL2");
    }
    }
    lx->at += n;
    lx->till = (unsigned)lx->at;
    return OK;
}

enum err cql2_next(struct cql2_lexer *lx)
{
    struct str s = lx->source;
    size_t n;
    while (lx->at < s.n && (n = space_length(s, lx->at)) > 0)
        lx->at += n;
    if (lx->at >= s.n) {
        lx->token = CQL2_T_END;
        lx->from = lx->till = (unsigned)s.n;
        return OK;
    }
    char c = s.p[lx->at];
    if ((c >= '0' && c <= '9') || (c == '.' && is_digit(s, lx->at + 1)))
        return number_next(lx);
    if (c == '\'' || c == '"')
        return quoted_next(lx, c);
    n = cql2_identifier_length(s, lx->at);
    if (n == 0)
        return symbol_next(lx);
    lx->token = CQL2_T_WORD;
    lx->from = (unsigned)lx->at;
    lx->at += n;
    lx->till = (unsigned)lx->at;
    lx->text = str_slice(s.p + lx->from, n);
    return OK;
}
