/* The order of lists and of people, and LIKE: the parts of text/vn.h that compare. */
#include "text/unicode.h"
#include "text/utf8.h"
#include "text/vn.h"

#include "base/banned.h"

int text_compare(struct str a, struct str b)
{
    int order = unicode_compare(3, a, b);
    if (order == 0)
        order = str_cmp(a, b);
    return (order > 0) - (order < 0);
}

void text_sortkey(struct str s, struct buf *out)
{
    unicode_sortkey(3, s, out);
}

struct str text_order_version(void)
{
    return str_of(unicode_order_version());
}

/* Without a suffix in brackets and the white space around it. A name that is nothing but brackets stays. */
static struct str without_suffix(struct str name)
{
    name = str_trim(name);
    while (name.n && (name.p[name.n - 1] == ')' || name.p[name.n - 1] == ']')) {
        size_t depth = 0, at = name.n;
        do {
            char c = name.p[--at];
            if (c == ')' || c == ']')
                depth++;
            else if (c == '(' || c == '[')
                depth--;
        } while (depth && at);
        struct str left = str_trim(str_slice(name.p, at));
        if (depth || left.n == 0)
            break;
        name = left;
    }
    return name;
}

static struct str last_word(struct str name)
{
    size_t at = name.n;
    while (at && name.p[at - 1] != ' ')
        at--;
    return str_slice(name.p + at, name.n - at);
}

struct str person_given_name(struct str full_name)
{
    return last_word(without_suffix(full_name));
}

/* A full name in the parts by which people are sorted. */
static struct str before_given(struct str name, struct str given)
{
    return str_trim(str_slice(name.p, name.n - given.n));
}

int person_compare(struct str a, struct str b)
{
    struct str name_a = without_suffix(a), name_b = without_suffix(b);
    struct str given_a = last_word(name_a), given_b = last_word(name_b);
    int order = unicode_compare(2, given_a, given_b);
    if (order == 0)
        order = unicode_compare(2, before_given(name_a, given_a), before_given(name_b, given_b));
    return order ? order : text_compare(a, b);
}

/* Keys hold no zero byte, so that a zero between two keys makes the shorter one come first. */
void person_sortkey(struct str full_name, struct buf *out)
{
    struct str name = without_suffix(full_name), given = last_word(name);
    unicode_sortkey(2, given, out);
    buf_putc(out, 0);
    unicode_sortkey(2, before_given(name, given), out);
    buf_putc(out, 0);
    unicode_sortkey(3, full_name, out);
}

/* One element of a pattern: a character to be found as it is, or any one character. */
struct element {
    struct str literal; /* empty: any one character */
    size_t next;        /* where the next element starts in the pattern */
};

static struct element element_at(struct str pattern, size_t at)
{
    uint32_t cp;
    struct element e = {{NULL, 0}, at + 1};
    if (pattern.p[at] == '_')
        return e;
    if (pattern.p[at] == '\\' && at + 1 < pattern.n)
        at++;
    size_t n = utf8_next(pattern, at, &cp);
    e.literal = str_slice(pattern.p + at, n);
    e.next = at + n;
    return e;
}

/* The elements from `at` to the next % (or the end), matched at the start of text. Returns the bytes of text used, or
 * SIZE_MAX. *ret_end is where the run ends in the pattern, when it matched. */
static size_t run_match(struct str text, struct str pattern, size_t at, size_t *ret_end)
{
    size_t used = 0;
    while (at < pattern.n && pattern.p[at] != '%') {
        struct element e = element_at(pattern, at);
        if (used >= text.n)
            return SIZE_MAX;
        if (e.literal.n == 0) {
            uint32_t cp;
            used += utf8_next(text, used, &cp);
        } else {
            if (text.n - used < e.literal.n || memcmp(text.p + used, e.literal.p, e.literal.n) != 0)
                return SIZE_MAX;
            used += e.literal.n;
        }
        at = e.next;
    }
    *ret_end = at;
    return used;
}

/* True when the run that starts at `at` holds neither _ nor \: then it is found by memmem, which is linear. */
static bool run_is_plain(struct str pattern, size_t at, size_t *ret_n)
{
    size_t end = at;
    while (end < pattern.n && pattern.p[end] != '%') {
        if (pattern.p[end] == '_' || pattern.p[end] == '\\')
            return false;
        end++;
    }
    *ret_n = end - at;
    return true;
}

bool text_like(struct str text, struct str pattern)
{
    size_t at = 0, used = run_match(text, pattern, 0, &at);
    if (used == SIZE_MAX)
        return false;
    text = str_slice(text.p + used, text.n - used);
    /* Each further run is taken where it first fits: what lies behind % may begin anywhere, so the first place leaves
     * the most text for the runs to come, and none is ever tried again. The last run must end the text. */
    while (at < pattern.n) {
        while (at < pattern.n && pattern.p[at] == '%')
            at++;
        if (at == pattern.n)
            return true;
        size_t end = at, n;
        if (run_is_plain(pattern, at, &n)) {
            if (at + n == pattern.n)
                return str_ends(text, str_slice(pattern.p + at, n));
            const char *found = text.n ? memmem(text.p, text.n, pattern.p + at, n) : NULL;
            if (!found)
                return false;
            size_t skip = (size_t)(found - text.p) + n;
            text = str_slice(text.p + skip, text.n - skip);
            at += n;
            continue;
        }
        for (;;) {
            used = run_match(text, pattern, at, &end);
            if (used != SIZE_MAX && (end < pattern.n || used == text.n))
                break;
            if (text.n == 0)
                return false;
            uint32_t cp;
            size_t step = utf8_next(text, 0, &cp);
            text = str_slice(text.p + step, text.n - step);
        }
        text = str_slice(text.p + used, text.n - used);
        at = end;
    }
    return text.n == 0;
}
