#include "base/mem.h"

#include <stdalign.h>
#include <stdio.h>
#include <string.h>

#include "base/banned.h"

/* The first block is small: most arenas live as long as a query, and what malloc gives back at 64 KiB costs it a tidying up. */
enum { FIRST_BLOCK_BYTES = 4 * 1024, BLOCK_BYTES = 64 * 1024 };

struct block {
    struct block *next;
    size_t size;
    size_t used;
    alignas(max_align_t) unsigned char data[];
};

struct deferred {
    struct deferred *next;
    void (*fn)(void *);
    void *p;
};

struct arena {
    struct deferred *deferred;
    struct block *first;
    struct block *current;
    size_t bytes;
};

_Noreturn void must_failed(const char *cond, const char *file, int line)
{
    fprintf(stderr, "tinhso: %s:%d: impossible state: %s\n", file, line, cond);
    abort();
}

static void (*failure_fn)(void);

void mem_on_failure(void (*fn)(void))
{
    failure_fn = fn;
}

static void *got(void *p)
{
    if (__builtin_expect(!p && failure_fn, 0))
        failure_fn();
    must(p != NULL);
    return p;
}

void *mem_alloc(size_t n)
{
    return got(malloc(n ? n : 1));
}

void *mem_zalloc(size_t n)
{
    return got(calloc(1, n ? n : 1));
}

void *mem_realloc(void *p, size_t n)
{
    return got(realloc(p, n ? n : 1));
}

char *mem_strdup(const char *s)
{
    size_t n = strlen(s) + 1;
    return memcpy(mem_alloc(n), s, n);
}

void mem_freep(void *pp)
{
    free(*(void **)pp);
}

struct arena *arena_new(void)
{
    return mem_zalloc(sizeof(struct arena));
}

void arena_defer(struct arena *a, void (*fn)(void *), void *p)
{
    struct deferred *d = arena_alloc(a, sizeof *d);
    *d = (struct deferred){a->deferred, fn, p};
    a->deferred = d;
}

static void run_deferred(struct arena *a)
{
    struct deferred *d = a->deferred;
    a->deferred = NULL;
    for (; d; d = d->next)
        d->fn(d->p);
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    run_deferred(a);
    for (struct block *b = a->first, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(a);
}

void arena_freep(struct arena **pa)
{
    arena_free(*pa);
}

void arena_reset(struct arena *a)
{
    run_deferred(a);
    for (struct block *b = a->first; b; b = b->next)
        b->used = 0;
    a->current = a->first;
}

size_t arena_bytes(const struct arena *a)
{
    return a->bytes;
}

static struct block *block_add(struct arena *a, size_t n)
{
    size_t usual = a->bytes >= BLOCK_BYTES ? BLOCK_BYTES : a->bytes ? a->bytes * 2 : FIRST_BLOCK_BYTES;
    size_t size = n > usual / 4 ? n > usual ? n : usual : usual;
    struct block *b = mem_alloc(sizeof *b + size);
    *b = (struct block){.size = size};
    a->bytes += size;
    if (a->current) {
        b->next = a->current->next;
        a->current->next = b;
    } else {
        a->first = b;
    }
    a->current = b;
    return b;
}

void *arena_alloc(struct arena *a, size_t n)
{
    must(n < SIZE_MAX / 2);
    n = (n + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    struct block *b = a->current;
    while (b && b->size - b->used < n && b->next) {
        b = b->next;
        a->current = b;
    }
    if (!b || b->size - b->used < n)
        b = block_add(a, n);
    void *p = b->data + b->used;
    b->used += n;
    return p;
}

void *arena_zalloc(struct arena *a, size_t n)
{
    return memset(arena_alloc(a, n), 0, n);
}

char *arena_dup(struct arena *a, const char *p, size_t n)
{
    char *q = arena_alloc(a, n + 1);
    if (n)
        memcpy(q, p, n);
    q[n] = 0;
    return q;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return arena_dup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    char small[256];
    int n = vsnprintf(small, sizeof small, fmt, ap);
    va_end(ap);
    must(n >= 0);
    char *p = arena_alloc(a, (size_t)n + 1);
    if ((size_t)n < sizeof small)
        memcpy(p, small, (size_t)n + 1);
    else
        vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return p;
}
