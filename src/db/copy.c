/* A copy of the whole database as of one moment, while others read and write. */
#include <sqlite3.h>

#include "base/file.h"
#include "db/internal.h"
#include "db/pagesum.h"

#include "base/banned.h"

static enum err copy_pages(struct db *db, struct db *to, struct fault *f)
{
    sqlite3_backup *b = sqlite3_backup_init(to->handle, "main", db->handle, "main");
    if (!b)
        return fault_sqlite(to, sqlite3_extended_errcode(to->handle), "backup", f);
    sqlite3_backup_step(b, -1); /* all in one read transaction: no writer in between makes it begin anew */
    int rc = sqlite3_backup_finish(b);
    return rc == SQLITE_OK ? OK : fault_sqlite(to, rc, "backup", f);
}

enum err db_copy(struct db *db, const char *path, struct fault *f)
{
    struct db *to CLEANUP(db_freep) = NULL;
    if (file_exists(path))
        return FAULT(f, ERR_FILE_THERE, {"path", str_of(path)});
    enum err e = db_open(path, DB_CREATE_PRIVATE, &to, f);
    if (e == OK)
        e = copy_pages(db, to, f);
    return e == OK ? db_checkpoint_wait(to, f) : e;
}
