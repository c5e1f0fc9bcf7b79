/* Backup and restore of all that a province is: database, access file, key, checkpoint, in one sealed file (crypt/seal.h) that holds a tar.
 *
 *     struct backup_facts facts;
 *     backup_make(a, "var/x.db", "x.backup", &secret, &facts, f);           // while the server runs
 *     struct restore_options o = {.db_path = "var/x.db", .checkpoint = "kept/x.checkpoint"};
 *     backup_restore(a, "x.backup", &secret, &o, &facts, f);                // with the server stopped
 *
 * Making. Each database is copied in one read transaction; the checkpoint is read before, so that the copy extends it. The copy is opened and every page of it
 * checked; then the file is written as FILE.PID.tmp, read back, every member against its SHA-256, and only then gets its name. A process that is killed leaves no
 * FILE, and what it leaves is no sealed file that ends. Copies lie in a folder of mode 0700 beside the database meanwhile; the next backup removes those of the dead.
 *
 * Restoring. Everything is unpacked beside the target and judged before the target is touched: the seal to its end, each SHA-256, the whole log (log_verify), and that the log
 * extends the checkpoint given, and the one that lies beside the target. An older log is refused (ERR_RESTORE_OLDER) unless `accept_loss` says that what came
 * since is gone; another log always is (ERR_RESTORE_OTHER, ERR_LOG_FORKED). Nothing is overwritten without `is_replace`, nor while another process has the database open
 * (ERR_DB_BUSY). Sessions and one-time links end. What was taken away in the access file that is replaced stays away in the one that takes its place: accounts that are disabled
 * or reset, roles, delegations that were ended (struct revocations). Passwords and second factors are those of the backup.
 *
 * Errors besides: ERR_FILE_THERE, ERR_BACKUP_DIFFERS (what was read back is not what was written), ERR_RESTORE_LOG, those of seal, store and access.
 */
#ifndef TINHSO_ACCESS_BACKUP_H
#define TINHSO_ACCESS_BACKUP_H

#include "base/fault.h"
#include "base/mem.h"
#include "crypt/seal.h"

struct revocations {
    int64_t disabled, reset, roles, delegations; /* that the backup did not know of */
    bool is_unknown;                             /* the file that was replaced could not be read */
};

struct backup_facts {
    int64_t revision, bytes;
    struct str root, time; /* base64; RFC 3339 */
    struct str log;        /* name of the key that signs it */
    bool has_access;
    struct revocations kept;
    int64_t lost; /* restored: revisions that the checkpoint knows and this log lacks */
};

struct actor;

/* The run is noted as a job (access/job.h) in the access file, where there is one; `by` NULL: the command line. */
enum err backup_make(struct arena *a, const char *db_path, const char *file, const struct seal_secret *secret,
                     const struct actor *by, struct backup_facts *ret_facts, struct fault *f);

struct restore_options {
    const char *db_path, *checkpoint; /* checkpoint: NULL for none */
    bool is_replace, accept_loss;
};

enum err backup_restore(struct arena *a, const char *file, const struct seal_secret *secret,
                        const struct restore_options *o, struct backup_facts *ret_facts, struct fault *f);

#endif
