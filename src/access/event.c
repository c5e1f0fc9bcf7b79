#include "access/event.h"

#include "base/banned.h"

enum err event_list(struct arena *arena, struct access *a, const struct event_filter *filter, size_t most,
                    struct event_row **ret_rows, size_t *ret_n, struct fault *f)
{
    struct stmt *s CLEANUP(stmt_freep) = NULL;
    struct event_row *rows = ARENA_ARRAY(arena, struct event_row, most + 1);
    size_t n = 0;
    bool has_row = false;
    enum err e =
        stmt_new(a->db,
                 STR("SELECT event, time_ms, kind, coalesce(c.name, ''), coalesce(d.name, ''), "
                     "coalesce(address, ''), trim(coalesce(detail, '') || coalesce((SELECT ' ×' || n FROM tally y"
                     " WHERE y.event = e.event AND n > 1), '')) FROM event e"
                     " LEFT JOIN account c ON c.account = e.account LEFT JOIN account d ON d.account = e.actor"
                     " WHERE (?1 = 0 OR event < ?1) AND (?2 = '' OR kind = ?2) AND (?3 = '' OR c.name = ?3)"
                     " ORDER BY event DESC LIMIT ?4"),
                 &s, f);
    if (e != OK)
        return e;
    stmt_bind_int(s, 1, filter->before);
    stmt_bind_text(s, 2, filter->kind.n ? filter->kind : STR(""));
    stmt_bind_text(s, 3, filter->name.n ? filter->name : STR(""));
    stmt_bind_int(s, 4, (int64_t)most);
    while ((e = stmt_step(s, &has_row, f)) == OK && has_row)
        rows[n++] = (struct event_row){.number = stmt_column_int(s, 0),
                                       .time_ms = stmt_column_int(s, 1),
                                       .kind = str_dup(arena, stmt_column_text(s, 2)),
                                       .account = str_dup(arena, stmt_column_text(s, 3)),
                                       .actor = str_dup(arena, stmt_column_text(s, 4)),
                                       .address = str_dup(arena, stmt_column_text(s, 5)),
                                       .detail = str_dup(arena, stmt_column_text(s, 6))};
    *ret_rows = rows;
    *ret_n = n;
    return e;
}
