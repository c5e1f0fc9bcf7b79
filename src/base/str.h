/* Text by pointer and length: a view, never an owner. Always UTF-8 unless said otherwise; not NUL-terminated.
 *
 *     struct str s = STR("Xã");
 *     if (str_eq(s, STR("Phường"))) ...
 *     printf("%.*s\n", STR_ARG(s));
 */
#ifndef TINHSO_BASE_STR_H
#define TINHSO_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct str {
    const char *p;
    size_t n;
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
#define STR_ARG(s) (int)(s).n, (s).p

static inline struct str str_of(const char *z)
{
    return (struct str){z, z ? strlen(z) : 0};
}

static inline struct str str_slice(const char *p, size_t n)
{
    return (struct str){p, n};
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_is(struct str a, const char *z)
{
    return str_eq(a, str_of(z));
}

/* Byte order; a prefix comes first. */
static inline int str_cmp(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

static inline bool str_starts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

static inline bool str_ends(struct str s, struct str suffix)
{
    return s.n >= suffix.n && (suffix.n == 0 || memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}

/* ASCII white space off both ends. (Unicode white space: text_clean.) */
struct str str_trim(struct str s);

/* The piece before the first sep, and *rest behind it (rest->p == NULL when there was none). */
struct str str_cut(struct str s, char sep, struct str *rest);

/* Case-insensitive for ASCII letters only: keywords and formats, never people's text. */
bool str_eq_ascii_nocase(struct str a, struct str b);

/* FNV-1a, for hash tables. */
size_t str_hash(struct str s);

/* The parts behind one another, in the arena: STR_JOIN(a, base, path). What arena_printf does with %.*s, without its cost. */
struct arena;
struct str str_join(struct arena *a, const struct str *parts, size_t n);
#define STR_JOIN(a, ...)                                                                                               \
    str_join(a, (const struct str[]){__VA_ARGS__}, sizeof((const struct str[]){__VA_ARGS__}) / sizeof(struct str))

/* A copy in the arena, with a NUL behind it; never NULL. */
struct str str_dup(struct arena *a, struct str s);

/* Optimal-string-alignment distance over bytes, at most limit + 1; for "did you mean". */
unsigned str_distance(struct str a, struct str b, unsigned limit);

#endif
