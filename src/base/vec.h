/* Growing arrays and string maps whose memory comes from an arena.
 *
 *     VEC(struct field) fields = {0};
 *     VEC_PUSH(a, &fields, ((struct field){...}));
 *     for (size_t i = 0; i < fields.n; i++) use(&fields.p[i]);
 *
 *     struct map m = {0};
 *     map_put(a, &m, STR("xa"), ptr);        // the key must live as long as the map
 *     struct unit *u = map_get(&m, STR("xa"));
 *
 * A vector moves when it grows: keep indices, not pointers, while filling it.
 */
#ifndef TINHSO_BASE_VEC_H
#define TINHSO_BASE_VEC_H

#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define VEC(type)                                                                                                      \
    struct {                                                                                                           \
        type *p;                                                                                                       \
        size_t n, cap;                                                                                                 \
    }

#define VEC_PUSH(arena, v, item)                                                                                       \
    do {                                                                                                               \
        if ((v)->n == (v)->cap)                                                                                        \
            (v)->p = vec_grow((arena), (v)->p, (v)->n, &(v)->cap, sizeof *(v)->p);                                     \
        (v)->p[(v)->n++] = (item);                                                                                     \
    } while (0)

void *vec_grow(struct arena *a, void *p, size_t n, size_t *cap, size_t item) __attribute__((returns_nonnull));

struct map_slot {
    struct str key;
    void *value;
};

struct map {
    struct map_slot *slots;
    size_t n, cap;
};

/* The value under key, or NULL. */
void *map_get(const struct map *m, struct str key);
/* Sets or replaces; value must not be NULL. */
void map_put(struct arena *a, struct map *m, struct str key, void *value);

#endif
