#include "figure/kept.h"

#include "base/clock.h"
#include "base/vec.h"

#include "base/banned.h"

enum { DAY_MS = 24 * 3600 * 1000, MINUTE_MS = 60 * 1000 };

struct figure_kept {
    struct arena *arena;
    struct map results;
    int64_t rev, day;
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

void figures_keep(struct figures *fs, struct arena *owner)
{
    fs->kept = mem_zalloc(sizeof *fs->kept);
    arena_defer(owner, free_kept, fs->kept);
}

static void put(struct buf *b, struct str s)
{
    buf_str(b, s);
    buf_putc(b, '\n'); /* in no option */
}

static struct str key_of(struct arena *a, struct str id, const struct figure_options *o)
{
    struct buf b = BUF_INIT(4096);
    put(&b, id);
    put(&b, o->by);
    put(&b, o->on);
    put(&b, o->units_at);
    put(&b, o->asked);
    buf_printf(&b, "%lld %d", (long long)o->year, o->is_whole);
    return b.is_full ? (buf_done(&b), (struct str){NULL, 0}) : buf_move(&b, a);
}

bool kept_find(struct figure_kept *k, struct arena *a, const struct store *s, struct str id,
               const struct figure_options *o, struct kept_place *ret_place, struct figure_result *ret_result)
{
    int64_t day = (clock_now_ms() + s->province->utc_offset_minutes * (int64_t)MINUTE_MS) / DAY_MS;
    *ret_place = (struct kept_place){.arena = a};
    if (s->at < k->rev || s->at == 0)
        return false;
    if (!k->arena || s->at > k->rev || day != k->day || arena_bytes(k->arena) > KEPT_BYTES) {
        if (k->arena) /* whoever asks now may hold results of it */
            arena_defer(a, free_arena, k->arena);
        *k = (struct figure_kept){.arena = arena_new(), .rev = s->at, .day = day};
    }
    *ret_place = (struct kept_place){.key = key_of(a, id, o), .arena = k->arena};
    const struct figure_result *r = ret_place->key.p ? map_get(&k->results, ret_place->key) : NULL;
    if (!r)
        return false;
    *ret_result = *r;
    return true;
}

void kept_put(struct figure_kept *k, const struct kept_place *place, const struct figure_result *r)
{
    if (!place->key.p)
        return;
    struct figure_result *own = ARENA_NEW(k->arena, struct figure_result);
    *own = *r;
    map_put(k->arena, &k->results, str_dup(k->arena, place->key), own);
}
