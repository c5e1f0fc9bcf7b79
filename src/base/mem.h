/* Memory: arenas by lifetime, clean-up at end of scope, and the checks that stay on in production.
 *
 * An arena hands out memory that is freed all at once. Lifetimes are process, worker, batch and scratch.
 * Allocation never returns NULL: running out of memory ends the process through must().
 *
 *     struct arena *a CLEANUP(arena_freep) = arena_new();
 *     char *name = arena_dup(a, "Hộ nghèo", strlen("Hộ nghèo"));
 *     ...
 *     arena_reset(a);                       // keeps the blocks, forgets what was in them
 *
 * Ownership: what an arena hands out belongs to the arena. Not thread-safe: one arena, one thread.
 */
#ifndef TINHSO_BASE_MEM_H
#define TINHSO_BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Runs fn(&variable) when the variable leaves its scope. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))

/* Hands over a pointer and clears the variable that held it, so that CLEANUP does not free it. */
#define TAKE(p)                                                                                                        \
    (__extension__({                                                                                                   \
        __typeof__(p) take_ = (p);                                                                                     \
        (p) = NULL;                                                                                                    \
        take_;                                                                                                         \
    }))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* A state that cannot be: prints where, and aborts. On in production. */
#define must(cond) ((cond) ? (void)0 : must_failed(#cond, __FILE__, __LINE__))
_Noreturn void must_failed(const char *cond, const char *file, int line);

/* malloc and friends that cannot fail. */
void *mem_alloc(size_t n);
void *mem_zalloc(size_t n);
void *mem_realloc(void *p, size_t n);
char *mem_strdup(const char *s);

/* What to do when there is no memory, instead of aborting; fn must not return. For a child process under a limit. */
void mem_on_failure(void (*fn)(void));

/* For CLEANUP: frees *(void **)pp. */
void mem_freep(void *pp);

struct arena;
struct arena *arena_new(void);
void arena_free(struct arena *a);    /* NULL is fine */
void arena_freep(struct arena **pa); /* for CLEANUP */
void arena_reset(struct arena *a);
size_t arena_bytes(const struct arena *a); /* memory held, for limits and metrics */

/* Calls fn(p) when the arena is freed or reset, last one first: for what a library allocated by itself. */
void arena_defer(struct arena *a, void (*fn)(void *), void *p);

/* Memory of n bytes, aligned for any type. arena_zalloc clears it. */
void *arena_alloc(struct arena *a, size_t n) __attribute__((malloc, returns_nonnull, alloc_size(2)));
void *arena_zalloc(struct arena *a, size_t n) __attribute__((malloc, returns_nonnull, alloc_size(2)));

/* A copy of n bytes with a NUL behind it. */
char *arena_dup(struct arena *a, const char *p, size_t n);
char *arena_strdup(struct arena *a, const char *s);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define ARENA_NEW(a, type) ((type *)arena_zalloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_zalloc((a), sizeof(type) * (size_t)(n)))

#endif
