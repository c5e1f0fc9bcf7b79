#include "figure/kept.h"

#include "base/clock.h"
#include "base/vec.h"
#include "text/date.h"

#include "base/banned.h"

struct figure_kept {
    struct arena *arena;
    struct map results;
    int64_t rev;
    struct date day;
};

static void free_kept(void *p)
{
    struct figure_kept *k = p;
    arena_free(k->arena);
    free(k);
}

static void free_arena(void *p)
{
    arena_free(p);
}

struct figure_kept *kept_new(struct arena *owner)
{
    struct figure_kept *k = mem_zalloc(sizeof *k);
    arena_defer(owner, free_kept, k);
    return k;
}

const void *kept_find(struct figure_kept *k, struct arena *a, const struct store *s, struct str key,
                      struct kept_place *ret_place)
{
    *ret_place = (struct kept_place){.arena = a};
    if (!k || s->at == 0 || s->at < k->rev)
        return NULL;
    struct date day = date_of_instant(clock_now_ms(), s->province->utc_offset_minutes);
    bool is_same = k->arena && s->at == k->rev && date_compare(day, k->day) == 0;
    bool is_within = a == k->arena; /* what is being computed needs this */
    if (!is_within && (!is_same || arena_bytes(k->arena) > KEPT_BYTES)) {
        if (k->arena) /* whoever asks now may hold results of it */
            arena_defer(a, free_arena, k->arena);
        *k = (struct figure_kept){.arena = arena_new(), .rev = s->at, .day = day};
    }
    *ret_place = (struct kept_place){.key = key, .arena = k->arena};
    return map_get(&k->results, key);
}

void kept_put(struct figure_kept *k, const struct kept_place *place, const void *p, size_t n)
{
    if (!place->key.p)
        return;
    void *own = arena_alloc(k->arena, n);
    memcpy(own, p, n);
    map_put(k->arena, &k->results, str_dup(k->arena, place->key), own);
}
