/* Attempts that failed: from some on, each doubles the wait. Kept for names that do not exist as for those that do, so that it tells nothing. */
#include "access/store.h"

#include "base/clock.h"

#include "base/banned.h"

enum { FORGET_MS = 24 * 3600 * 1000, MOST_KEYS = 50000 };

enum err throttle_wait(struct access *a, struct str key, int64_t *ret_wait_ms, struct fault *f)
{
    int64_t until = 0, now = clock_now_ms();
    enum err e = db_value_int(a->db, STR("SELECT coalesce((SELECT until_ms FROM throttle WHERE key = ?1), 0)"),
                              DB_VALUES(db_text(key)), &until, f);
    if (e == OK)
        *ret_wait_ms = until > now ? until - now : 0;
    return e;
}

/* Strangers choose the names: what is oldest makes room. */
static enum err make_room(struct access *a, int64_t now, struct fault *f)
{
    enum err e = db_run(a->db, STR("DELETE FROM throttle WHERE last_ms < ?1"), DB_VALUES(db_int(now - FORGET_MS)), f);
    int64_t n = 0;
    if (e == OK)
        e = db_value_int(a->db, STR("SELECT count(*) FROM throttle"), DB_NO_VALUES, &n, f);
    if (e == OK && n > MOST_KEYS)
        e = db_run(a->db,
                   STR("DELETE FROM throttle WHERE key IN (SELECT key FROM throttle ORDER BY last_ms LIMIT 1000)"),
                   DB_NO_VALUES, f);
    return e;
}

static int64_t wait_after(int64_t failures, int free)
{
    int64_t wait = THROTTLE_FIRST_MS;
    if (failures < free)
        return 0;
    for (int64_t i = free; i < failures && wait < THROTTLE_MOST_MS; i++)
        wait *= 2;
    return wait < THROTTLE_MOST_MS ? wait : THROTTLE_MOST_MS;
}

enum err throttle_failed(struct access *a, struct str key, int free, struct fault *f)
{
    int64_t failures = 0, now = clock_now_ms();
    enum err e = make_room(a, now, f);
    if (e == OK)
        e = db_value_int(a->db, STR("SELECT 1 + coalesce((SELECT failures FROM throttle WHERE key = ?1), 0)"),
                         DB_VALUES(db_text(key)), &failures, f);
    if (e != OK)
        return e;
    return db_run(a->db,
                  STR("INSERT INTO throttle(key, failures, last_ms, until_ms) VALUES (?1, ?2, ?3, ?4)"
                      " ON CONFLICT(key) DO UPDATE SET failures = ?2, last_ms = ?3, until_ms = ?4"),
                  DB_VALUES(db_text(key), db_int(failures), db_int(now), db_int(now + wait_after(failures, free))), f);
}

enum err throttle_forget(struct access *a, struct str key, struct fault *f)
{
    return db_run(a->db, STR("DELETE FROM throttle WHERE key = ?1"), DB_VALUES(db_text(key)), f);
}
