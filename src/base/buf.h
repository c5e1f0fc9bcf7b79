/* A growing byte buffer with a maximum given at birth and a sticky error.
 *
 *     struct buf b = BUF_INIT(1 << 20);
 *     buf_str(&b, STR("Tỉnh "));
 *     buf_printf(&b, "%d xã", 71);
 *     if (b.is_full) ...                     // something did not fit; what came before it is whole
 *     puts(buf_cstr(&b));
 *     buf_done(&b);
 *
 * Ownership: the buffer owns its bytes until buf_done; buf_take hands them over (free() them).
 * After the maximum is hit every further write is dropped: test is_full once, at the end.
 */
#ifndef TINHSO_BASE_BUF_H
#define TINHSO_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct buf {
    char *p;
    size_t n;
    size_t cap;
    size_t max;
    bool is_full;
};

#define BUF_INIT(max_bytes) ((struct buf){.max = (max_bytes)})

void buf_done(struct buf *b);                 /* also for CLEANUP */
void buf_reset(struct buf *b);                /* empty, keeps memory, clears is_full */
bool buf_reserve(struct buf *b, size_t more); /* room for more bytes, or false and is_full */
void buf_puts(struct buf *b, const char *z);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
void buf_int(struct buf *b, int64_t i); /* decimal digits */
void buf_hex(struct buf *b, const void *p, size_t n);
const char *buf_cstr(struct buf *b); /* NUL-terminated, valid until the next write */
struct str buf_view(const struct buf *b);
struct arena;
struct str buf_move(struct buf *b, struct arena *a); /* its text, copied into the arena; the buffer is done after */
char *buf_take(struct buf *b);                       /* NUL-terminated; the caller frees; the buffer is empty after */

static inline void buf_add(struct buf *b, const void *p, size_t n)
{
    bool has_room = b->cap - b->n > n && !b->is_full;
    if (n == 0 || (!has_room && !buf_reserve(b, n)))
        return;
    memcpy(b->p + b->n, p, n);
    b->n += n;
}

static inline void buf_putc(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

static inline void buf_str(struct buf *b, struct str s)
{
    buf_add(b, s.p, s.n);
}

#endif
