#include "base/str.h"

#include <stdint.h>

#include "base/mem.h"

#include "base/banned.h"

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s)
{
    while (s.n && is_space(s.p[0]))
        s.p++, s.n--;
    while (s.n && is_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

struct str str_cut(struct str s, char sep, struct str *rest)
{
    const char *at = s.n ? memchr(s.p, sep, s.n) : NULL;
    if (!at) {
        *rest = (struct str){NULL, 0};
        return s;
    }
    size_t n = (size_t)(at - s.p);
    *rest = str_slice(at + 1, s.n - n - 1);
    return str_slice(s.p, n);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool str_eq_ascii_nocase(struct str a, struct str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

struct str str_join(struct arena *a, const struct str *parts, size_t n)
{
    size_t all = 0;
    for (size_t i = 0; i < n; i++)
        all += parts[i].n;
    char *joined = arena_alloc(a, all + 1), *p = joined;
    for (size_t i = 0; i < n; i++) {
        if (parts[i].n)
            memcpy(p, parts[i].p, parts[i].n);
        p += parts[i].n;
    }
    *p = 0;
    return str_slice(joined, all);
}

struct str str_dup(struct arena *a, struct str s)
{
    return str_slice(arena_dup(a, s.n ? s.p : "", s.n), s.n);
}

size_t str_hash(struct str s)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 1099511628211u;
    return (size_t)(h ^ h >> 32);
}

unsigned str_distance(struct str a, struct str b, unsigned limit)
{
    enum { MAX = 64 };
    if (a.n > MAX || b.n > MAX)
        return limit + 1;
    unsigned row[3][MAX + 1];
    unsigned *two_back = row[0], *back = row[1], *now = row[2];
    for (unsigned j = 0; j <= b.n; j++)
        back[j] = j;
    for (unsigned i = 1; i <= a.n; i++) {
        now[0] = i;
        for (unsigned j = 1; j <= b.n; j++) {
            unsigned same = a.p[i - 1] == b.p[j - 1] ? 0 : 1;
            unsigned best = back[j - 1] + same;
            best = back[j] + 1 < best ? back[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1] && two_back[j - 2] + 1 < best)
                best = two_back[j - 2] + 1;
            now[j] = best;
        }
        unsigned *spare = two_back;
        two_back = back;
        back = now;
        now = spare;
    }
    return back[b.n] > limit ? limit + 1 : back[b.n];
}
