#include "access/draft.h"

#include <stdio.h>

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
    e = db_run(a->db,
               STR("DELETE FROM draft WHERE account = ?1 AND form IN (SELECT form FROM draft WHERE account = ?1 "
                   "ORDER BY saved_ms DESC LIMIT -1 OFFSET ?2)"),
               DB_VALUES(db_int(account), db_int(LIMIT_DRAFTS)), f);
    if (e != OK)
        return e;
    return db_run(a->db,
                  STR("DELETE FROM draft_file WHERE NOT EXISTS(SELECT 1 FROM draft d WHERE d.account = "
                      "draft_file.account AND d.form = draft_file.form)"),
                  DB_NO_VALUES, f);
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
    enum err e = db_run(a->db, STR("DELETE FROM draft_file WHERE account = ?1 AND form = ?2"),
                        DB_VALUES(db_int(account), db_text(form)), f);
    if (e != OK)
        return e;
    return db_run(a->db, STR("DELETE FROM draft WHERE account = ?1 AND form = ?2"),
                  DB_VALUES(db_int(account), db_text(form)), f);
}

/* ---- files */

const char draft_file_tables[] =
    "CREATE TABLE draft_file(account INTEGER NOT NULL REFERENCES account, form TEXT NOT NULL, number INTEGER NOT NULL,"
    " component INTEGER NOT NULL, name TEXT NOT NULL, media TEXT NOT NULL, pages INTEGER NOT NULL, sha256 TEXT NOT "
    "NULL, origin TEXT NOT NULL, source TEXT NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY(account, form, number));";

static enum err room_for(struct access *a, int64_t account, struct str form, size_t size, int64_t *ret_number,
                         struct fault *f)
{
    int64_t n = 0, all = 0;
    char most[16];
    enum err e = db_value_int(a->db, STR("SELECT count(*) FROM draft_file WHERE account = ?1 AND form = ?2"),
                              DB_VALUES(db_int(account), db_text(form)), &n, f);
    if (e == OK)
        e = db_value_int(a->db,
                         STR("SELECT 1 + coalesce(max(number), 0) FROM draft_file WHERE account = ?1 AND form = ?2"),
                         DB_VALUES(db_int(account), db_text(form)), ret_number, f);
    if (e == OK)
        e = db_value_int(a->db, STR("SELECT coalesce(sum(length(bytes)), 0) FROM draft_file WHERE account = ?1"),
                         DB_VALUES(db_int(account)), &all, f);
    snprintf(most, sizeof most, "%d", n >= LIMIT_DOSSIER_FILES ? LIMIT_DOSSIER_FILES : LIMIT_DRAFT_FILES_BYTES >> 20);
    if (e == OK && n >= LIMIT_DOSSIER_FILES)
        return FAULT(f, ERR_FILES_MANY, {"limit", str_of(most)});
    if (e == OK && all + (int64_t)size > LIMIT_DRAFT_FILES_BYTES)
        return FAULT(f, ERR_FILES_FULL, {"limit", str_of(most)});
    return e;
}

enum err draft_file_add(struct access *a, int64_t account, struct str form, const struct draft_file *file,
                        struct fault *f)
{
    int64_t number = 0;
    enum err e = access_begin(a, f);
    if (e != OK)
        return e;
    e = room_for(a, account, form, file->bytes.n, &number, f);
    if (e == OK)
        e = db_run(a->db,
                   STR("INSERT INTO draft_file(account, form, number, component, name, media, pages, sha256, origin, "
                       "source, bytes) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"),
                   DB_VALUES(db_int(account), db_text(form), db_int(number), db_int(file->component),
                             db_text(file->name), db_text(file->media), db_int(file->pages), db_text(file->sha256),
                             db_text(file->origin), db_text(file->source), db_blob(file->bytes)),
                   f);
    if (e == OK)
        e = db_run(a->db, STR("UPDATE draft SET saved_ms = ?3 WHERE account = ?1 AND form = ?2"),
                   DB_VALUES(db_int(account), db_text(form), db_int(clock_now_ms())), f);
    return access_end(a, e, f);
}

enum err draft_files(struct access *a, struct arena *arena, int64_t account, struct str form, bool has_bytes,
                     struct draft_file **ret_files, size_t *ret_n, struct fault *f)
{
    VEC(struct draft_file) all = {0};
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row = false;
    enum err e = stmt_new(a->db,
                          STR("SELECT number, component, pages, name, media, sha256, origin, source, length(bytes), "
                              "iif(?3, bytes, x'') FROM draft_file WHERE account = ?1 AND form = ?2 ORDER BY number"),
                          &st, f);
    if (e != OK)
        return e;
    stmt_bind_int(st, 1, account);
    stmt_bind_text(st, 2, form);
    stmt_bind_int(st, 3, has_bytes);
    while ((e = stmt_step(st, &has_row, f)) == OK && has_row) {
        struct draft_file d = {.number = stmt_column_int(st, 0),
                               .component = stmt_column_int(st, 1),
                               .pages = stmt_column_int(st, 2),
                               .name = str_dup(arena, stmt_column_text(st, 3)),
                               .media = str_dup(arena, stmt_column_text(st, 4)),
                               .sha256 = str_dup(arena, stmt_column_text(st, 5)),
                               .origin = str_dup(arena, stmt_column_text(st, 6)),
                               .source = str_dup(arena, stmt_column_text(st, 7)),
                               .size = stmt_column_int(st, 8)};
        if (has_bytes)
            d.bytes = str_dup(arena, stmt_column_blob(st, 9));
        VEC_PUSH(arena, &all, d);
    }
    *ret_files = all.p;
    *ret_n = all.n;
    return e;
}

enum err draft_file_drop(struct access *a, int64_t account, struct str form, int64_t number, struct fault *f)
{
    return db_run(a->db, STR("DELETE FROM draft_file WHERE account = ?1 AND form = ?2 AND number = ?3"),
                  DB_VALUES(db_int(account), db_text(form), db_int(number)), f);
}
