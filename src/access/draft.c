#include "access/draft.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/vec.h"

#include "base/banned.h"

const char draft_tables[] =
    "CREATE TABLE draft(account INTEGER NOT NULL REFERENCES account, form TEXT NOT NULL, title TEXT NOT NULL,"
    " content TEXT NOT NULL, saved_ms INTEGER NOT NULL, PRIMARY KEY(account, form)) WITHOUT ROWID;"
    "CREATE INDEX draft_saved ON draft(saved_ms);";

static enum err forget(struct access *a, int64_t account, int64_t now_ms, struct fault *f)
{
    enum err e = db_run(a->db, STR("DELETE FROM draft WHERE saved_ms < ?1"), DB_VALUES(db_int(now_ms - DRAFT_MS)), f);
    if (e != OK)
        return e;
    return db_run(a->db,
                  STR("DELETE FROM draft WHERE account = ?1 AND form IN (SELECT form FROM draft WHERE account = ?1 "
                      "ORDER BY saved_ms DESC LIMIT -1 OFFSET ?2)"),
                  DB_VALUES(db_int(account), db_int(LIMIT_DRAFTS)), f);
}

enum err draft_put(struct access *a, int64_t account, struct str form, struct str title, struct str content,
                   struct fault *f)
{
    int64_t now_ms = clock_now_ms();
    if (content.n > LIMIT_DRAFT_BYTES)
        return FAULT(f, ERR_LIMIT, {"what", title}, {"limit", STR("1 MiB")});
    enum err e = access_begin(a, f);
    if (e != OK)
        return e;
    e = db_run(a->db,
               STR("INSERT INTO draft(account, form, title, content, saved_ms) VALUES(?1, ?2, ?3, ?4, ?5) ON "
                   "CONFLICT(account, form) DO UPDATE SET title = ?3, content = ?4, saved_ms = ?5"),
               DB_VALUES(db_int(account), db_text(form), db_text(title), db_text(content), db_int(now_ms)), f);
    if (e == OK)
        e = forget(a, account, now_ms, f);
    return access_end(a, e, f);
}

static enum err read_all(struct access *a, struct arena *arena, const char *sql, int64_t account, struct str form,
                         struct draft **ret, size_t *ret_n, struct fault *f)
{
    VEC(struct draft) all = {0};
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row = false;
    enum err e = stmt_new(a->db, str_of(sql), &st, f);
    if (e != OK)
        return e;
    stmt_bind_int(st, 1, account);
    stmt_bind_int(st, 2, clock_now_ms() - DRAFT_MS);
    if (form.n)
        stmt_bind_text(st, 3, form);
    while ((e = stmt_step(st, &has_row, f)) == OK && has_row) {
        struct draft d = {.form = str_dup(arena, stmt_column_text(st, 0)),
                          .title = str_dup(arena, stmt_column_text(st, 1)),
                          .content = str_dup(arena, stmt_column_text(st, 2)),
                          .saved_ms = stmt_column_int(st, 3)};
        VEC_PUSH(arena, &all, d);
    }
    *ret = all.p;
    *ret_n = all.n;
    return e;
}

enum err draft_get(struct access *a, struct arena *arena, int64_t account, struct str form, struct draft *ret_draft,
                   bool *ret_is_there, struct fault *f)
{
    struct draft *all;
    size_t n = 0;
    enum err e = read_all(a, arena,
                          "SELECT form, title, content, saved_ms FROM draft WHERE account = ?1 AND saved_ms >= ?2 AND "
                          "form = ?3",
                          account, form, &all, &n, f);
    *ret_is_there = e == OK && n > 0;
    if (*ret_is_there)
        *ret_draft = all[0];
    return e;
}

enum err draft_list(struct access *a, struct arena *arena, int64_t account, struct draft **ret_drafts, size_t *ret_n,
                    struct fault *f)
{
    return read_all(a, arena,
                    "SELECT form, title, '', saved_ms FROM draft WHERE account = ?1 AND saved_ms >= ?2 ORDER BY "
                    "saved_ms DESC",
                    account, (struct str){NULL, 0}, ret_drafts, ret_n, f);
}

enum err draft_drop(struct access *a, int64_t account, struct str form, struct fault *f)
{
    return db_run(a->db, STR("DELETE FROM draft WHERE account = ?1 AND form = ?2"),
                  DB_VALUES(db_int(account), db_text(form)), f);
}
