#include "base/vec.h"

#include "base/banned.h"

void *vec_grow(struct arena *a, void *p, size_t n, size_t *cap, size_t item)
{
    size_t bigger = *cap ? *cap * 2 : 8;
    must(bigger < SIZE_MAX / 2 / item);
    void *q = arena_alloc(a, bigger * item);
    if (n)
        memcpy(q, p, n * item);
    *cap = bigger;
    return q;
}

static struct map_slot *slot_of(const struct map *m, struct str key)
{
    size_t i = str_hash(key) & (m->cap - 1);
    while (m->slots[i].value && !str_eq(m->slots[i].key, key))
        i = (i + 1) & (m->cap - 1);
    return &m->slots[i];
}

void *map_get(const struct map *m, struct str key)
{
    return m->cap ? slot_of(m, key)->value : NULL;
}

void map_put(struct arena *a, struct map *m, struct str key, void *value)
{
    must(value != NULL);
    if (m->n * 4 >= m->cap * 3) {
        struct map bigger = {.cap = m->cap ? m->cap * 2 : 16, .n = m->n};
        bigger.slots = ARENA_ARRAY(a, struct map_slot, bigger.cap);
        for (size_t i = 0; i < m->cap; i++)
            if (m->slots[i].value)
                *slot_of(&bigger, m->slots[i].key) = m->slots[i];
        *m = bigger;
    }
    struct map_slot *s = slot_of(m, key);
    if (!s->value)
        m->n++;
    *s = (struct map_slot){key, value};
}
