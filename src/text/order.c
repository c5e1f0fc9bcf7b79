/* The order of lists and of people: the parts of text/vn.h that compare. */
#include "text/unicode.h"
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
    if (at == 0)
        return name;
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
