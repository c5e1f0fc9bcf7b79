#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#include "base/banned.h"

void buf_done(struct buf *b)
{
    free(b->p);
    b->p = NULL;
    b->n = b->cap = 0;
}

void buf_reset(struct buf *b)
{
    b->n = 0;
    b->is_full = false;
}

bool buf_reserve(struct buf *b, size_t more)
{
    if (b->is_full || more > b->max - b->n) {
        b->is_full = true;
        return false;
    }
    if (b->cap - b->n > more)
        return true;
    size_t cap = b->cap ? b->cap : 256;
    while (cap - b->n <= more)
        cap += cap / 2;
    cap = cap > b->max ? b->max + 1 : cap; /* whatever has room below cap fits: buf_add relies on it */
    b->p = mem_realloc(b->p, cap);
    b->cap = cap;
    return true;
}

void buf_puts(struct buf *b, const char *z)
{
    buf_add(b, z, strlen(z));
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    size_t room = b->cap - b->n;
    int n = vsnprintf(room ? b->p + b->n : NULL, room, fmt, ap);
    must(n >= 0);
    if ((size_t)n < room && (size_t)n <= b->max - b->n && !b->is_full) {
        b->n += (size_t)n;
    } else if (buf_reserve(b, (size_t)n)) {
        vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
        b->n += (size_t)n;
    }
    va_end(again);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    buf_vprintf(b, fmt, ap);
    va_end(ap);
}

void buf_int(struct buf *b, int64_t i)
{
    char digits[24], *p = digits + sizeof digits;
    uint64_t u = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
    do
        *--p = (char)('0' + u % 10);
    while (u /= 10);
    if (i < 0)
        *--p = '-';
    buf_add(b, p, (size_t)(digits + sizeof digits - p));
}

void buf_hex(struct buf *b, const void *p, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *u = p;
    if (n > SIZE_MAX / 2 || !buf_reserve(b, 2 * n))
        return;
    for (size_t i = 0; i < n; i++) {
        b->p[b->n++] = digits[u[i] >> 4];
        b->p[b->n++] = digits[u[i] & 15];
    }
}

const char *buf_cstr(struct buf *b)
{
    if (!b->p) {
        b->cap = 256;
        b->p = mem_alloc(b->cap);
    }
    b->p[b->n] = 0;
    return b->p;
}

struct str buf_view(const struct buf *b)
{
    return str_slice(b->p, b->n);
}

struct str buf_move(struct buf *b, struct arena *a)
{
    struct str s = str_dup(a, buf_view(b));
    buf_done(b);
    return s;
}

char *buf_take(struct buf *b)
{
    buf_cstr(b);
    char *p = b->p;
    *b = BUF_INIT(b->max);
    return p;
}
