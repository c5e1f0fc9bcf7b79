#include "figure/kept.h"

#include "base/clock.h"
#include "base/vec.h"
#include "text/date.h"

#include "base/banned.h"

struct figure_kept {
    struct arena *arena;
    struct map entries;
    struct date day;
    /* When registers were written to, as of rev. */
    int64_t rev;
    const struct province *province;
    int64_t *written; /* by the order of province->registers; -1: not asked yet */
};

struct entry {
    const void *p;
    size_t *from; /* places in province->registers */
    size_t n;
    int64_t written; /* the newest of them */
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

static void begin_revision(struct figure_kept *k, const struct store *s)
{
    if (!k->written)
        k->written = ARENA_ARRAY(k->arena, int64_t, s->province->n_registers);
    for (size_t i = 0; i < s->province->n_registers; i++)
        k->written[i] = -1;
    k->rev = s->at;
}

/* -1 when it cannot be asked. */
static int64_t written_to(struct figure_kept *k, struct arena *a, const struct store *s, size_t i)
{
    if (k->written[i] < 0 && store_changed(a, s, s->province->registers[i], &k->written[i], NULL) != OK)
        k->written[i] = -1;
    return k->written[i];
}

/* The newest revision that wrote to one of the registers; INT64_MAX when it cannot be told. */
static int64_t newest_of(struct figure_kept *k, struct arena *a, const struct store *s, const size_t *from, size_t n)
{
    int64_t newest = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t rev = written_to(k, a, s, from[i]);
        if (rev < 0)
            return INT64_MAX;
        newest = rev > newest ? rev : newest;
    }
    return newest;
}

const void *kept_find(struct figure_kept *k, struct arena *a, const struct store *s, struct str key,
                      struct kept_place *ret_place)
{
    *ret_place = (struct kept_place){.arena = a};
    if (!k || s->at == 0 || s->at < s->head || s->at < k->rev)
        return NULL;
    struct date day = date_of_instant(clock_now_ms(), s->province->utc_offset_minutes);
    bool is_within = a == k->arena; /* what is being computed needs this */
    bool is_same = k->arena && k->province == s->province && date_compare(day, k->day) == 0;
    if (!is_within && (!is_same || arena_bytes(k->arena) > KEPT_BYTES)) {
        if (k->arena) /* whoever asks now may hold results of it */
            arena_defer(a, free_arena, k->arena);
        *k = (struct figure_kept){.arena = arena_new(), .province = s->province, .day = day};
    }
    if (s->at != k->rev)
        begin_revision(k, s);
    *ret_place = (struct kept_place){.key = key, .arena = k->arena};
    const struct entry *en = map_get(&k->entries, key);
    return en && newest_of(k, a, s, en->from, en->n) == en->written ? en->p : NULL;
}

/* With all that they refer to. */
static void add_register(const struct province *p, const struct reg *reg, bool *is_in)
{
    size_t i = 0;
    while (i < p->n_registers && p->registers[i] != reg)
        i++;
    if (i == p->n_registers || is_in[i])
        return;
    is_in[i] = true;
    for (size_t k = 0; k < reg->n_fields; k++)
        if (reg->fields[k].target)
            add_register(p, reg->fields[k].target, is_in);
}

void kept_put(struct figure_kept *k, const struct kept_place *place, const void *p, size_t size, const struct store *s,
              const struct reg *const *from, size_t n)
{
    const struct province *province = s->province;
    if (!place->key.p)
        return;
    struct entry *en = ARENA_NEW(k->arena, struct entry);
    bool *is_in = ARENA_ARRAY(k->arena, bool, province->n_registers);
    for (size_t i = 0; i < n; i++)
        if (from[i])
            add_register(province, from[i], is_in);
    const struct reg *always[] = {province->units, province->successors, province_register(province, STR("erasures"))};
    for (size_t i = 0; i < ARRAY_LEN(always); i++)
        if (always[i])
            add_register(province, always[i], is_in);
    en->from = ARENA_ARRAY(k->arena, size_t, province->n_registers);
    for (size_t i = 0; i < province->n_registers; i++)
        if (is_in[i])
            en->from[en->n++] = i;
    en->written = newest_of(k, k->arena, s, en->from, en->n);
    void *own = arena_alloc(k->arena, size);
    memcpy(own, p, size);
    en->p = own;
    if (en->written != INT64_MAX)
        map_put(k->arena, &k->entries, str_dup(k->arena, place->key), en);
}
