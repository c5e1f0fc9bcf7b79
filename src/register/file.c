#include "register/file.h"

#include "base/limits.h"

#include "base/banned.h"

static enum err tables(struct db *db, struct fault *f)
{
    return db_script(db,
                     "CREATE TABLE IF NOT EXISTS file(n INTEGER PRIMARY KEY, register TEXT NOT NULL, record TEXT NOT "
                     "NULL, sha256 BLOB NOT NULL, bytes BLOB NOT NULL, UNIQUE(register, record))",
                     f);
}

static enum err has_table(struct db *db, const char *name, bool *ret_is, struct fault *f)
{
    int64_t n = 0;
    enum err e = db_value_int(db, STR("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?1"),
                              DB_VALUES(db_text(str_of(name))), &n, f);
    *ret_is = n > 0;
    return e;
}

enum err file_put(struct change *c, struct str reg, struct str id, struct str bytes, struct digest *ret_digest,
                  struct fault *f)
{
    struct db *db = change_store(c)->db;
    if (bytes.n > LIMIT_DOSSIER_FILE_BYTES)
        return FAULT(f, ERR_LIMIT, {"what", id}, {"limit", STR("10 MiB")});
    sha256(bytes, ret_digest);
    enum err e = tables(db, f);
    if (e != OK)
        return e;
    return db_run(db, STR("INSERT INTO file(register, record, sha256, bytes) VALUES(?1, ?2, ?3, ?4)"),
                  DB_VALUES(db_text(reg), db_text(id), db_blob(digest_view(ret_digest)), db_blob(bytes)), f);
}

enum err file_read_bytes(struct arena *a, struct store *s, struct str reg, struct str id, struct str *ret_bytes,
                         struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row = false;
    enum err e = has_table(s->db, "file", &has_row, f);
    if (e == OK && !has_row)
        return FAULT(f, ERR_FILE_GONE);
    if (e == OK)
        e = stmt_new(s->db, STR("SELECT bytes FROM file WHERE register = ?1 AND record = ?2"), &st, f);
    if (e != OK)
        return e;
    stmt_bind_text(st, 1, reg);
    stmt_bind_text(st, 2, id);
    e = stmt_step(st, &has_row, f);
    if (e == OK && !has_row)
        e = FAULT(f, ERR_FILE_GONE);
    if (e == OK)
        *ret_bytes = str_dup(a, stmt_column_blob(st, 0));
    return e;
}

/* ---- pieces */

enum err file_pieces_size(struct db *db, struct str reg, struct str id, int64_t *ret_size, struct fault *f)
{
    bool is = false;
    *ret_size = 0;
    enum err e = has_table(db, "file_piece", &is, f);
    if (e != OK || !is)
        return e;
    return db_value_int(
        db, STR("SELECT coalesce(sum(length(bytes)), 0) FROM file_piece WHERE register = ?1 AND record = ?2"),
        DB_VALUES(db_text(reg), db_text(id)), ret_size, f);
}

enum err file_piece_add(struct db *db, struct str reg, struct str id, int64_t at, struct str bytes, struct fault *f)
{
    enum err e = db_script(db,
                           "CREATE TABLE IF NOT EXISTS file_piece(register TEXT NOT NULL, record TEXT NOT NULL, place "
                           "INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY(register, record, place))",
                           f);
    return e == OK ? db_run(db, STR("INSERT INTO file_piece VALUES(?1, ?2, ?3, ?4)"),
                            DB_VALUES(db_text(reg), db_text(id), db_int(at), db_blob(bytes)), f)
                   : e;
}

enum err file_pieces_read(struct arena *a, struct db *db, struct str reg, struct str id, struct str *ret_bytes,
                          struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    struct buf all CLEANUP(buf_done) = BUF_INIT(LIMIT_DOSSIER_FILE_BYTES);
    bool has_row = false;
    enum err e = has_table(db, "file_piece", &has_row, f);
    if (e == OK && !has_row)
        return FAULT(f, ERR_FILE_GONE);
    if (e == OK)
        e = stmt_new(db, STR("SELECT bytes FROM file_piece WHERE register = ?1 AND record = ?2 ORDER BY place"), &st,
                     f);
    if (e != OK)
        return e;
    stmt_bind_text(st, 1, reg);
    stmt_bind_text(st, 2, id);
    while ((e = stmt_step(st, &has_row, f)) == OK && has_row)
        buf_str(&all, stmt_column_blob(st, 0));
    if (e == OK && all.is_full)
        return FAULT(f, ERR_LIMIT, {"what", id}, {"limit", STR("10 MiB")});
    *ret_bytes = str_dup(a, buf_view(&all));
    return e;
}

enum err file_pieces_drop(struct db *db, struct str reg, struct str id, struct fault *f)
{
    bool is = false;
    enum err e = has_table(db, "file_piece", &is, f);
    if (e != OK || !is)
        return e;
    return db_run(db, STR("DELETE FROM file_piece WHERE register = ?1 AND record = ?2"),
                  DB_VALUES(db_text(reg), db_text(id)), f);
}

enum err file_erase(struct db *db, struct str reg, struct str id, struct fault *f)
{
    bool is = false;
    enum err e = file_pieces_drop(db, reg, id, f);
    if (e == OK)
        e = has_table(db, "file", &is, f);
    if (e != OK || !is)
        return e;
    return db_run(db, STR("DELETE FROM file WHERE register = ?1 AND record = ?2"), DB_VALUES(db_text(reg), db_text(id)),
                  f);
}
