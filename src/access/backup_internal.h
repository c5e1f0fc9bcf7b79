/* What making and restoring a backup share. */
#ifndef TINHSO_ACCESS_BACKUP_INTERNAL_H
#define TINHSO_ACCESS_BACKUP_INTERNAL_H

#include "access/backup.h"
#include "crypt/hash.h"

#define BACKUP_FORMAT "tinhso-backup-1"
#define MANIFEST "manifest.json"

/* The members, by the names they have in the tar; a province has the first, the others when it has such a file. */
enum backup_member { MEMBER_DB, MEMBER_CHECKPOINT, MEMBER_PUBLIC, MEMBER_KEY, MEMBER_ACCESS, BACKUP_MEMBERS };
extern const char *const backup_names[BACKUP_MEMBERS];

struct backup_file {
    bool is_there;
    int64_t bytes;
    struct digest digest;
};

struct backup_set {
    struct backup_facts facts;
    struct backup_file files[BACKUP_MEMBERS];
};

/* Where a member lies beside a database: x.db, x.checkpoint, x.pub, x.key, x.access.db. */
const char *backup_path(struct arena *a, const char *db_path, enum backup_member member);

/* A folder of this process beside the database (mode 0700), after removing those of processes that are gone. */
enum err backup_folder_make(struct arena *a, const char *db_path, const char **ret_folder, struct fault *f);
void backup_folder_remove(struct arena *a, const char *folder);

/* Before the access file beside next_path (a database's) takes the place of that beside db_path: ends its sessions and links, and does what was revoked in the other. */
enum err revocations_carry(struct arena *a, const char *db_path, const char *next_path, struct revocations *ret,
                           struct fault *f);

/* Reads a sealed file to its end. With a folder, unpacks the members into it; without, only compares each with the manifest. */
enum err backup_read(struct arena *a, const char *file, const struct seal_secret *secret, const char *folder,
                     struct backup_set *ret_set, struct fault *f);

#endif
