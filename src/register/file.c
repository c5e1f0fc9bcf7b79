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

static enum err is_made(struct db *db, bool *ret_is, struct fault *f)
{
    int64_t n = 0;
    enum err e = db_value_int(db, STR("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'file'"),
                              DB_NO_VALUES, &n, f);
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
    enum err e = is_made(s->db, &has_row, f);
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

enum err file_erase(struct db *db, struct str reg, struct str id, struct fault *f)
{
    bool is = false;
    enum err e = is_made(db, &is, f);
    if (e != OK || !is)
        return e;
    return db_run(db, STR("DELETE FROM file WHERE register = ?1 AND record = ?2"), DB_VALUES(db_text(reg), db_text(id)),
                  f);
}
