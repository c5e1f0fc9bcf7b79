/* Events that whoever does not get in can cause as often as he likes: the first of a key and a span of time is written, the others are counted. */
#include "access/store.h"

#include "base/clock.h"

#include "base/banned.h"

/* The row of all keys together, whose beginning is the time to forget. */
static const struct str all = {"", 0};

/* Events are only added; those of strangers alone may go, when they are old (store.c, trigger event_is_kept). */
static enum err forget_old(struct access *a, struct str kind, int64_t window, int most, struct fault *f)
{
    int64_t old = clock_now_ms() - ATTEMPTS_KEPT_MS;
    enum err e =
        db_run(a->db, STR("DELETE FROM tally WHERE kind = ?1 AND (window_ms < ?2 OR window_ms < ?3 AND n <= ?4)"),
               DB_VALUES(db_text(kind), db_int(old), db_int(window), db_int(most)), f);
    return e == OK ? db_run(a->db,
                            STR("DELETE FROM event WHERE kind IN ('sign-in-refused', 'sign-in-waits', 'track-refused') "
                                "AND time_ms < ?1"
                                " AND time_ms < (SELECT time_ms FROM event ORDER BY event DESC LIMIT 1) - ?2"),
                            DB_VALUES(db_int(old), db_int(ATTEMPTS_KEPT_MS)), f)
                   : e;
}

/* *ret_n: how often now; 0 when there is no such row and none was to be made. */
static enum err count(struct access *a, struct str kind, struct str key, int64_t window, bool may_add, int64_t *ret_n,
                      struct fault *f)
{
    enum err e = db_run(a->db, STR("UPDATE tally SET n = n + 1 WHERE kind = ?1 AND key = ?2 AND window_ms = ?3"),
                        DB_VALUES(db_text(kind), db_text(key), db_int(window)), f);
    if (e == OK && db_changes(a->db) == 0 && may_add)
        e = db_run(a->db, STR("INSERT INTO tally(kind, key, window_ms, n) VALUES (?1, ?2, ?3, 1)"),
                   DB_VALUES(db_text(kind), db_text(key), db_int(window)), f);
    if (e == OK)
        e = db_value_int(
            a->db, STR("SELECT coalesce((SELECT n FROM tally WHERE kind = ?1 AND key = ?2 AND window_ms = ?3), 0)"),
            DB_VALUES(db_text(kind), db_text(key), db_int(window)), ret_n, f);
    return e;
}

static enum err put_event(struct access *a, const struct event *v, struct str kind, struct str key, int64_t window,
                          struct fault *f)
{
    enum err e = access_event(a, v, f);
    return e == OK ? db_run(a->db, STR("UPDATE tally SET event = ?4 WHERE kind = ?1 AND key = ?2 AND window_ms = ?3"),
                            DB_VALUES(db_text(kind), db_text(key), db_int(window), db_int(db_last_rowid(a->db))), f)
                   : e;
}

enum err access_event_bounded(struct access *a, const struct event *v, const struct event_bound *b, struct fault *f)
{
    struct str kind = str_of(event_name(v->kind));
    int64_t now = clock_now_ms(), window = now - now % b->window_ms, n = 0, of_all = 0;
    enum err e = count(a, kind, all, window, true, &of_all, f);
    if (e == OK && of_all == 1)
        e = forget_old(a, kind, window, b->most, f);
    bool is_full = of_all > b->most_of_all;
    if (e == OK)
        e = count(a, kind, b->key, window, !is_full, &n, f);
    if (e != OK || n > b->most)
        return e;
    if (n)
        return put_event(a, v, kind, b->key, window, f);
    /* Too many keys: one event stands for the rest, whose count is that of all. */
    int64_t is_told = 0;
    e = db_value_int(a->db, STR("SELECT event IS NOT NULL FROM tally WHERE kind = ?1 AND key = '' AND window_ms = ?2"),
                     DB_VALUES(db_text(kind), db_int(window)), &is_told, f);
    return e == OK && !is_told
               ? put_event(a, &(struct event){.kind = v->kind, .detail = STR("…")}, kind, all, window, f)
               : e;
}
