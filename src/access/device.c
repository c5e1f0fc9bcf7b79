#include "access/device.h"

#include "base/clock.h"

#include "base/banned.h"

/* What is over, the one that this one follows, and the oldest of too many. */
static enum err make_room(struct access *a, int64_t account, struct str former, int64_t now, struct fault *f)
{
    struct digest digest;
    enum err e = db_run(a->db, STR("DELETE FROM device WHERE until_ms < ?1"), DB_VALUES(db_int(now)), f);
    if (e == OK && token_digest(former, &digest))
        e = db_run(a->db, STR("DELETE FROM device WHERE digest = ?1 AND account = ?2"),
                   DB_VALUES(db_blob(digest_view(&digest)), db_int(account)), f);
    return e == OK ? db_run(a->db,
                            STR("DELETE FROM device WHERE digest IN (SELECT digest FROM device WHERE account = ?1"
                                " ORDER BY until_ms DESC LIMIT -1 OFFSET ?2)"),
                            DB_VALUES(db_int(account), db_int(DEVICE_MOST - 1)), f)
                   : e;
}

enum err device_make(struct access *a, int64_t account, struct str former, struct token *ret_id, struct fault *f)
{
    struct digest digest;
    struct token id;
    int64_t now = clock_now_ms();
    token_make(&id);
    must(token_digest(str_of(id.text), &digest));
    enum err e = make_room(a, account, former, now, f);
    if (e == OK)
        e = db_run(a->db, STR("INSERT INTO device(digest, account, until_ms) VALUES (?1, ?2, ?3)"),
                   DB_VALUES(db_blob(digest_view(&digest)), db_int(account), db_int(now + DEVICE_MS)), f);
    if (e == OK)
        *ret_id = id;
    return e;
}

enum err device_key(struct arena *arena, struct access *a, struct str id, int64_t account, struct str *ret_key,
                    struct fault *f)
{
    struct digest digest = {0};
    int64_t is_known = 0;
    token_digest(id, &digest);
    enum err e = db_value_int(
        a->db, STR("SELECT EXISTS(SELECT 1 FROM device WHERE digest = ?1 AND account = ?2 AND until_ms > ?3)"),
        DB_VALUES(db_blob(digest_view(&digest)), db_int(account), db_int(clock_now_ms())), &is_known, f);
    if (e != OK)
        return e;
    struct buf b = BUF_INIT(2 * DIGEST_BYTES + 4);
    buf_puts(&b, "d:");
    digest_hex(&digest, &b);
    *ret_key = is_known ? str_dup(arena, buf_view(&b)) : (struct str){NULL, 0};
    buf_done(&b);
    return OK;
}

enum err device_forget(struct access *a, int64_t account, struct fault *f)
{
    return db_run(a->db, STR("DELETE FROM device WHERE account = ?1"), DB_VALUES(db_int(account)), f);
}
