/* The store: one database file with the registers of one province, and the log beside it.
 *
 *     struct store *s;
 *     store_open("var/x.db", STORE_READ, &s, f);
 *     const struct reg *units = province_register(s->province, STR("units"));
 *
 * Tables. r_NAME is the table of versions of register NAME (docs/decisions/0001): `_n` INTEGER PRIMARY KEY, `_id`, `_rev` (revision that wrote the
 * version), `_ord` (its place in that change), `_until` (revision that replaced it, NULL while current), `_removed` (1 for a removal), `_sample`,
 * `_salt`, then a column a field. s_NAME is its full-text index (rowid = _n). `revision` has a row a change; `log_tile` the leaf
 * hashes: tree 0 is the log itself, tree R the subtree of revision R, 256 hashes a tile.
 *
 * Reading as of revision R: `_rev <= R AND (_until IS NULL OR _until > R) AND NOT _removed`.
 *
 * Beside x.db live x.key (Ed25519 key, mode 0600), x.pub (its public half) and x.checkpoint (the latest signed checkpoint). store_open
 * refuses a database whose log is smaller than, or differs from, that checkpoint: ERR_DB_ROLLED_BACK.
 *
 * Thread: one store, one thread.
 */
#ifndef TINHSO_REGISTER_STORE_H
#define TINHSO_REGISTER_STORE_H

#include <signal.h>

#include "crypt/hash.h"
#include "crypt/merkle.h"
#include "crypt/note.h"
#include "db/db.h"
#include "register/declaration.h"
#include "register/sight.h"

enum store_mode {
    STORE_READ,
    STORE_WRITE, /* creates the file, the key and the system tables when there are none */
    STORE_SCRUB, /* for `log verify`: reads on in spite of damaged pages, takes no notice of the checkpoint */
    STORE_TRIAL, /* of store_trial alone */
};

enum { STORE_FILES = 3 }; /* key, public key, checkpoint */

struct write_guard;

struct store {
    struct arena *arena; /* lives as long as the store */
    struct db *db;
    struct str path;                 /* of the database */
    const struct province *province; /* as declared at the moment of reading; NULL in an empty store */
    struct str only;                 /* the register that is read, see store_open_register */
    int64_t head;                    /* newest revision; 0 in an empty store */
    int64_t at;                      /* revision that reads see: head unless store_at moved it */
    bool is_write;
    const char *trial; /* the folder of a trial, which goes with it; NULL: it is none */
    bool has_erased;   /* values were erased, and the write-ahead log could not be emptied yet: readers hold it back */
    struct merkle_frontier frontier; /* of the log, size == head */
    struct note_key key;             /* of a write store: signs its checkpoints */
    const char *beside[STORE_FILES]; /* paths, of log_checkpoint.c */
    struct change_group *group;      /* under way; see change.h */
    const struct viewer *viewer;     /* NULL: who reads sees everything; see store_view */
    const struct write_guard *guard; /* NULL: everything may be written; see store_guard */
    struct arena *spare[4];          /* empty ones, for the next query */
    struct map writings;             /* of a write store: register's name → struct writing *, of change.c */
};

/* An arena for the time of a query: those that were given back serve again, unless they have grown large. */
struct arena *store_arena_take(struct store *s);
void store_arena_give(struct store *s, struct arena *a); /* NULL is fine */

enum err store_open(const char *path, enum store_mode mode, struct store **ret_store, struct fault *f);
/* For reading one register: other registers are not declared then (province_build_part), but when there is none of that name. */
enum err store_open_register(const char *path, struct str name, struct store **ret_store, struct fault *f);
void store_close(struct store *s);
void store_freep(struct store **ps); /* for CLEANUP */

/* A copy of the database as it is now, in a private folder beside it, to try a change on while others write: a change of it is judged like any, and may only be
 * aborted. Viewer and guard are those of s. It costs a copy of the file, and as much room, until it is closed. */
enum err store_trial(struct store *s, struct store **ret_trial, struct fault *f);

/* From here on a reader sees one moment, the newest, whatever others write: all that it answers in several statements belongs to one
 * revision. Asked again, it moves on. */
enum err store_hold(struct store *s, struct fault *f);

/* Moves reading to a moment: a revision ("12"), a date ("2026-11-23": the last revision of that day in the province's time), or an instant
 * (RFC 3339). Declarations of that moment are read again. ERR_AT_INVALID, ERR_AT_UNKNOWN. */
enum err store_at(struct store *s, struct str at, struct fault *f);

/* For readers that stay open. store_follow takes notice of revisions written since, by anyone: head, and `at` when it stood at the head; declarations are
 * not read again. store_find is the revision that `at` names, as store_at takes it. store_declared is the revision that declarations in force at `rev` were written at:
 * while it is the same, they are. store_move reads at `rev` from here on, under declarations that the caller has (NULL: none yet) and owns;
 * store_province_read builds those of s->at in an arena. */
enum err store_follow(struct store *s, struct fault *f);
enum err store_find(struct store *s, struct str at, int64_t *ret_rev, struct fault *f);
enum err store_declared(struct store *s, int64_t rev, int64_t *ret_declared, struct fault *f);
void store_move(struct store *s, int64_t rev, const struct province *p);
enum err store_province_read(struct arena *a, const struct store *s, const struct province **ret_province,
                             struct fault *f);

/* Who reads from here on: queries hand out what he may see (sight.h). NULL: everything, as for the command line, figures and the rules of a change. The viewer
 * outlives its use. */
void store_view(struct store *s, const struct viewer *v);

/* Asked for each record that a change would write, before it is known whether that changes anything: `old` is NULL when there is none, `next` when it is to be
 * removed. Both hold all of their values, which live until it returns. What it refuses, the change refuses. */
struct write_guard {
    enum err (*may)(const struct write_guard *g, const struct reg *reg, const struct record *old,
                    const struct record *next, struct fault *f);
    /* Refuses to create a record under an id that another holds which whoever writes does not see: in the words of any creation outside of what he may. */
    enum err (*refuse)(const struct write_guard *g, const struct reg *reg, struct fault *f);
    /* In whose names what it allowed was written, for the revision; empty: in that of the actor alone. NULL: always so. */
    struct str (*behalf)(const struct write_guard *g);
    const void *context;
};
/* Who writes from here on. NULL: no guard, as for the command line. It outlives its use. */
void store_guard(struct store *s, const struct write_guard *g);

/* Takes declarations into a write store: creates and extends tables, refuses what would lose data unless its
 * "REGISTER.FIELD" or "REGISTER" stands in drops. Must run inside a change (see change.h: change_declare). */
enum err store_migrate(struct store *s, const struct province *next, const struct str *drops, size_t n_drops,
                       struct faults *list);

/* The revision that wrote to the register last; 0: none. Its newest version, which has the greatest _n, tells in one look. What erasing takes from a record it takes without a
 * version (register `erasures`). */
enum err store_changed(struct arena *a, const struct store *s, const struct reg *reg, int64_t *ret_rev,
                       struct fault *f);

/* The SQL condition that makes a version of reg visible at revision s->at, for table alias `alias`: text in the arena. It holds while the
 * store is at this moment. NULL for s: now. */
const char *store_visible_sql(struct arena *a, const struct store *s, const struct reg *reg, const char *alias);

/* The condition that a version of a dated register is valid on a date bound as parameter text; "1" for undated ones. */
const char *store_valid_sql(struct arena *a, const struct reg *reg, const char *alias, const char *date_sql);

#endif
