/* The statements by which records of a register are written and judged, as text: made once for a register as it is declared. */
#include "register/change_internal.h"

#include "base/banned.h"

static const char *insert_sql(struct arena *a, const struct reg *reg)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    int n = 7;
    buf_printf(&b, "INSERT INTO %s(_n, _id, _rev, _ord, _removed, _sample, _salt", reg->table);
    for (size_t i = 0; i < reg->n_fields; i++) {
        buf_printf(&b, ", %s", reg->fields[i].column);
        n++;
        if (reg->fields[i].column_end) {
            buf_printf(&b, ", %s", reg->fields[i].column_end);
            n++;
        }
    }
    buf_puts(&b, ") VALUES(");
    for (int i = 1; i <= n; i++)
        buf_printf(&b, i > 1 ? ",?%d" : "?%d", i);
    buf_puts(&b, ")");
    return arena_dup(a, b.p, b.n);
}

static struct writing *writing_new(struct arena *a, const struct reg *reg)
{
    struct writing *w = ARENA_NEW(a, struct writing);
    const char *t = reg->table;
    w->reg = reg;
    w->newest = str_of(arena_printf(a, "SELECT coalesce(max(_n), 0) FROM %s", t));
    w->insert = str_of(insert_sql(a, reg));
    w->find = str_of(arena_printf(a, "SELECT %s FROM %s t WHERE t._id = ?1 AND t._until IS NULL", reg->columns, t));
    w->until = str_of(arena_printf(a, "UPDATE %s SET _until = ?1 WHERE _n = ?2", t));
    w->covers = ARENA_ARRAY(a, struct str, reg->n_fields);
    return w;
}

struct writing *writing_of(struct arena *a, struct store *s, const struct reg *reg)
{
    bool is_in_force = s->province && province_register(s->province, reg->name) == reg;
    struct writing *w = map_get(&s->writings, reg->name);
    if (!is_in_force) /* it may go before the store does */
        return writing_new(a, reg);
    if (!w || w->reg != reg) {
        w = writing_new(s->arena, reg);
        w->is_kept = true;
        map_put(s->arena, &s->writings, reg->name, w);
    }
    return w;
}
