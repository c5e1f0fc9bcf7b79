#include "db/outbox.h"

#include "base/vec.h"

#include "base/banned.h"

enum err outbox_tables(struct db *db, struct fault *f)
{
    return db_script(db,
                     "CREATE TABLE IF NOT EXISTS outbox(id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, "
                     "subject TEXT NOT NULL,"
                     " payload TEXT NOT NULL, added_ms INTEGER NOT NULL, next_ms INTEGER NOT NULL, done_ms INTEGER,"
                     " attempts INTEGER NOT NULL DEFAULT 0, state INTEGER NOT NULL DEFAULT 0, answer TEXT);"
                     "CREATE INDEX IF NOT EXISTS outbox_sent ON outbox(subject, id) WHERE state = 1;"
                     "CREATE INDEX IF NOT EXISTS outbox_due ON outbox(topic, next_ms) WHERE state = 0;"
                     "CREATE INDEX IF NOT EXISTS outbox_subject ON outbox(subject, id) WHERE state IN (0, 2)",
                     f);
}

enum err outbox_add(struct db *db, struct str topic, struct str subject, struct str payload, int64_t now_ms,
                    struct fault *f)
{
    bool is_there = false;
    enum err e = db_has_table(db, "outbox", &is_there, f);
    if (e == OK && !is_there)
        e = outbox_tables(db, f);
    return e == OK ? db_run(db,
                            STR("INSERT INTO outbox(topic, subject, payload, added_ms, next_ms) VALUES(?1, ?2, ?3, ?4, "
                                "?4)"),
                            DB_VALUES(db_text(topic), db_text(subject), db_text(payload), db_int(now_ms)), f)
                   : e;
}

#define COLUMNS                                                                                                        \
    "id, topic, subject, payload, coalesce(answer, ''), added_ms, next_ms, coalesce(done_ms, 0), attempts, state"

static struct outbox_message message_read(struct arena *a, struct stmt *st)
{
    return (struct outbox_message){.id = stmt_column_int(st, 0),
                                   .topic = str_dup(a, stmt_column_text(st, 1)),
                                   .subject = str_dup(a, stmt_column_text(st, 2)),
                                   .payload = str_dup(a, stmt_column_text(st, 3)),
                                   .answer = str_dup(a, stmt_column_text(st, 4)),
                                   .added_ms = stmt_column_int(st, 5),
                                   .next_ms = stmt_column_int(st, 6),
                                   .done_ms = stmt_column_int(st, 7),
                                   .attempts = (int)stmt_column_int(st, 8),
                                   .state = (enum outbox_state)stmt_column_int(st, 9)};
}

enum err outbox_next(struct db *db, struct arena *a, struct str topic, int64_t now_ms,
                     struct outbox_message *ret_message, bool *ret_has, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    enum err e =
        stmt_new(db,
                 STR("SELECT " COLUMNS " FROM outbox o WHERE topic = ?1 AND state = 0 AND next_ms <= ?2 AND NOT"
                     " EXISTS(SELECT 1 FROM outbox b WHERE b.subject = o.subject AND b.id < o.id AND"
                     " b.topic = o.topic AND b.state IN (0, 2)) ORDER BY next_ms, id LIMIT 1"),
                 &st, f);
    *ret_has = false;
    if (e != OK)
        return e;
    stmt_bind_text(st, 1, topic);
    stmt_bind_int(st, 2, now_ms);
    e = stmt_step(st, ret_has, f);
    if (e == OK && *ret_has)
        *ret_message = message_read(a, st);
    return e;
}

/* What became of a message; next_ms and done_ms 0: as they were. */
static enum err settle(struct db *db, int64_t id, const char *sql, struct str answer, int64_t ms, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    enum err e = stmt_new(db, str_of(sql), &st, f);
    if (e != OK)
        return e;
    stmt_bind_int(st, 1, id);
    stmt_bind_text(st, 2, answer);
    stmt_bind_int(st, 3, ms);
    return stmt_run(st, f);
}

enum err outbox_sending(struct db *db, int64_t id, int64_t next_ms, struct fault *f)
{
    return db_run(db, STR("UPDATE outbox SET attempts = attempts + 1, next_ms = ?2 WHERE id = ?1 AND state = 0"),
                  DB_VALUES(db_int(id), db_int(next_ms)), f);
}

enum err outbox_hurry(struct db *db, struct str topic, int64_t now_ms, struct fault *f)
{
    return db_run(db, STR("UPDATE outbox SET next_ms = ?2 WHERE topic = ?1 AND state = 0 AND next_ms > ?2"),
                  DB_VALUES(db_text(topic), db_int(now_ms)), f);
}

enum err outbox_has_done(struct db *db, struct str topic, struct str subject, int64_t id, bool *ret_has,
                         struct fault *f)
{
    int64_t n = 0;
    enum err e = db_value_int(
        db, STR("SELECT EXISTS(SELECT 1 FROM outbox WHERE subject = ?2 AND topic = ?1 AND id < ?3 AND state = 1)"),
        DB_VALUES(db_text(topic), db_text(subject), db_int(id)), &n, f);
    if (e == OK)
        *ret_has = n > 0;
    return e;
}

enum err outbox_done(struct db *db, int64_t id, struct str answer, int64_t now_ms, struct fault *f)
{
    return settle(db, id, "UPDATE outbox SET state = 1, answer = ?2, done_ms = ?3 WHERE id = ?1 AND state = 0", answer,
                  now_ms, f);
}

enum err outbox_retry(struct db *db, int64_t id, int64_t next_ms, struct str answer, struct fault *f)
{
    return settle(db, id, "UPDATE outbox SET answer = ?2, next_ms = ?3 WHERE id = ?1 AND state = 0", answer, next_ms,
                  f);
}

enum err outbox_dead(struct db *db, int64_t id, struct str answer, struct fault *f)
{
    return db_run(db, STR("UPDATE outbox SET state = 2, answer = ?2 WHERE id = ?1 AND state = 0"),
                  DB_VALUES(db_int(id), db_text(answer)), f);
}

enum err outbox_again(struct db *db, int64_t id, int64_t now_ms, struct fault *f)
{
    return settle(db, id,
                  "UPDATE outbox SET state = 0, next_ms = ?3, answer = coalesce(answer, ?2) WHERE id = ?1 AND state IN "
                  "(0, 2)",
                  STR(""), now_ms, f);
}

enum err outbox_skip(struct db *db, int64_t id, struct str answer, int64_t now_ms, struct fault *f)
{
    return settle(db, id, "UPDATE outbox SET state = 3, answer = ?2, done_ms = ?3 WHERE id = ?1 AND state = 2", answer,
                  now_ms, f);
}

int64_t outbox_wait_ms(int attempts)
{
    int64_t wait = OUTBOX_WAIT_MS;
    for (int i = 0; i < attempts && wait < OUTBOX_WAIT_MOST_MS; i++)
        wait *= 2;
    return wait < OUTBOX_WAIT_MOST_MS ? wait : OUTBOX_WAIT_MOST_MS;
}

enum err outbox_list(struct db *db, struct arena *a, struct str topic, struct str subject, int state, size_t most,
                     struct outbox_message **ret_list, size_t *ret_n, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    VEC(struct outbox_message) list = {0};
    bool has_row;
    enum err e =
        stmt_new(db,
                 STR("SELECT " COLUMNS " FROM outbox WHERE topic = ?1 AND (?2 = '' OR subject = ?2) AND (?3 < 0 "
                     "OR state = ?3) ORDER BY id LIMIT ?4"),
                 &st, f);
    if (e != OK)
        return e;
    stmt_bind_text(st, 1, topic);
    stmt_bind_text(st, 2, subject);
    stmt_bind_int(st, 3, state);
    stmt_bind_int(st, 4, (int64_t)most);
    while ((e = stmt_step(st, &has_row, f)) == OK && has_row)
        VEC_PUSH(a, &list, message_read(a, st));
    *ret_list = list.p;
    *ret_n = list.n;
    return e;
}

enum err outbox_tally(struct db *db, struct str topic, struct outbox_tally *ret_tally, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row;
    enum err e =
        stmt_new(db,
                 STR("SELECT count(*) FILTER (WHERE state = 0), count(*) FILTER (WHERE state = 2), count(*) FILTER"
                     " (WHERE state = 1), count(*) FILTER (WHERE state = 3), coalesce(min(added_ms) FILTER (WHERE"
                     " state IN (0, 2)), 0) FROM outbox WHERE topic = ?1"),
                 &st, f);
    if (e != OK)
        return e;
    stmt_bind_text(st, 1, topic);
    e = stmt_step(st, &has_row, f);
    if (e == OK && has_row)
        *ret_tally = (struct outbox_tally){stmt_column_int(st, 0), stmt_column_int(st, 1), stmt_column_int(st, 2),
                                           stmt_column_int(st, 3), stmt_column_int(st, 4)};
    return e;
}
