#include "access/delegation.h"
#include "access/draft.h"
#include "access/read_journal.h"
#include "access/read_log.h"

#include "base/clock.h"
#include "base/file.h"
#include "text/html.h"

#include "base/banned.h"

/* ---- the tables: a step a version, each run once; new ones are added at the end ---- */

static const char accounts[] =
    "CREATE TABLE account(account INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, full_name TEXT NOT "
    "NULL,"
    " agency TEXT NOT NULL, unit TEXT NOT NULL, is_citizen INTEGER NOT NULL, personal_id TEXT NOT NULL,"
    " password TEXT, password_ms INTEGER, totp BLOB, totp_step INTEGER NOT NULL DEFAULT 0,"
    " made_ms INTEGER NOT NULL, disabled_ms INTEGER);"
    "CREATE TABLE account_role(account INTEGER NOT NULL REFERENCES account, role TEXT NOT NULL,"
    " PRIMARY KEY(account, role)) WITHOUT ROWID;"
    "CREATE TABLE recovery_code(account INTEGER NOT NULL REFERENCES account, digest BLOB NOT NULL, used_ms INTEGER,"
    " PRIMARY KEY(account, digest)) WITHOUT ROWID;"
    "CREATE TABLE link(digest BLOB PRIMARY KEY, account INTEGER REFERENCES account, until_ms INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE session(session INTEGER PRIMARY KEY AUTOINCREMENT, digest BLOB NOT NULL UNIQUE,"
    " account INTEGER NOT NULL REFERENCES account, made_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL,"
    " proved_ms INTEGER NOT NULL, is_pending INTEGER NOT NULL, has_second_factor INTEGER NOT NULL, totp_draft BLOB,"
    " address TEXT NOT NULL, agent TEXT NOT NULL);"
    "CREATE INDEX session_account ON session(account);"
    "CREATE INDEX session_seen ON session(seen_ms);"
    "CREATE TABLE throttle(key TEXT PRIMARY KEY, failures INTEGER NOT NULL, last_ms INTEGER NOT NULL,"
    " until_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX throttle_last ON throttle(last_ms);"
    "CREATE TABLE event(event INTEGER PRIMARY KEY AUTOINCREMENT, time_ms INTEGER NOT NULL, kind TEXT NOT NULL,"
    " account INTEGER, actor INTEGER, session INTEGER, address TEXT, request TEXT, detail TEXT);"
    "CREATE INDEX event_account ON event(account, event);"
    "CREATE TRIGGER event_stays BEFORE UPDATE ON event BEGIN SELECT raise(ABORT, 'events are only added'); END;"
    "CREATE TRIGGER event_is_kept BEFORE DELETE ON event BEGIN SELECT raise(ABORT, 'events are only added'); END;";

/* Accounts at other providers (oidc.c), and sign-ins there that have not come back. */
static const char providers[] =
    "CREATE TABLE identity(issuer TEXT NOT NULL, subject TEXT NOT NULL, account INTEGER NOT NULL REFERENCES account,"
    " PRIMARY KEY(issuer, subject)) WITHOUT ROWID;"
    "CREATE TABLE oidc_state(digest BLOB PRIMARY KEY, provider TEXT NOT NULL, nonce TEXT NOT NULL,"
    " verifier TEXT NOT NULL, next TEXT NOT NULL, until_ms INTEGER NOT NULL) WITHOUT ROWID;";

/* Devices (device.c), and counts of what strangers do (tally.c), whose events may go when they are 400 days old; the time is that of the newest event. */
static const char devices[] =
    "CREATE TABLE device(digest BLOB PRIMARY KEY, account INTEGER NOT NULL REFERENCES account,"
    " until_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX device_account ON device(account);"
    "CREATE TABLE tally(kind TEXT NOT NULL, key TEXT NOT NULL, window_ms INTEGER NOT NULL, n INTEGER NOT NULL,"
    " event INTEGER, PRIMARY KEY(kind, key, window_ms)) WITHOUT ROWID;"
    "CREATE INDEX tally_event ON tally(event);"
    "DROP TRIGGER event_is_kept;"
    "CREATE TRIGGER event_is_kept BEFORE DELETE ON event WHEN NOT (OLD.kind IN ('sign-in-refused', 'sign-in-waits')"
    " AND OLD.time_ms < (SELECT time_ms FROM event ORDER BY event DESC LIMIT 1) - 34560000000)"
    " BEGIN SELECT raise(ABORT, 'events are only added'); END;";

/* Lookups of dossiers with codes that do not fit are what strangers do, too (tally.c). */
static const char lookups[] =
    "DROP TRIGGER event_is_kept;"
    "CREATE TRIGGER event_is_kept BEFORE DELETE ON event WHEN NOT (OLD.kind IN ('sign-in-refused', 'sign-in-waits',"
    " 'track-refused') AND OLD.time_ms < (SELECT time_ms FROM event ORDER BY event DESC LIMIT 1) - 34560000000)"
    " BEGIN SELECT raise(ABORT, 'events are only added'); END;";

static const char *const steps[] = {accounts,        providers,         draft_tables,
                                    read_log_tables, delegation_tables, read_journal_tables,
                                    devices,         draft_file_tables, lookups};

static enum err migrate(struct db *db, struct fault *f)
{
    int64_t version = 0;
    enum err e = db_begin(db, f);
    if (e == OK && db_schema_version(db) == 0) {
        e = db_script(db, "CREATE TABLE access_schema(version INTEGER NOT NULL);INSERT INTO access_schema VALUES (0);",
                      f);
        if (e == OK)
            e = db_schema_version_set(db, DB_SCHEMA_VERSION, f);
    }
    if (e == OK)
        e = db_value_int(db, STR("SELECT version FROM access_schema"), DB_NO_VALUES, &version, f);
    if (e == OK && version > (int64_t)ARRAY_LEN(steps))
        e = FAULT(f, ERR_ACCESS_NEWER, {"path", str_of(db_path(db))});
    for (int64_t i = version; e == OK && i < (int64_t)ARRAY_LEN(steps); i++)
        e = db_script(db, steps[i], f);
    if (e == OK && version < (int64_t)ARRAY_LEN(steps))
        e = db_run(db, STR("UPDATE access_schema SET version = ?1"), DB_VALUES(db_int((int64_t)ARRAY_LEN(steps))), f);
    if (e == OK)
        return db_commit(db, f);
    db_rollback(db);
    return e;
}

/* Taking the write lock at each start would hold up those that are working. */
static bool is_up_to_date(struct db *db)
{
    int64_t version = 0;
    return db_schema_version(db) > 0 &&
           db_value_int(db, STR("SELECT version FROM access_schema"), DB_NO_VALUES, &version, NULL) == OK &&
           version == (int64_t)ARRAY_LEN(steps);
}

/* ---- opening ---- */

const char *access_path(struct arena *a, const char *path)
{
    struct str p = str_of(path);
    if (str_ends(p, STR(".db")))
        p.n -= 3;
    return arena_printf(a, "%.*s.access.db", STR_ARG(p));
}

bool access_is_path(struct str path)
{
    return str_ends(path, STR(".access.db"));
}

enum err access_open(const char *path, struct access **ret_access, struct fault *f)
{
    struct arena *scratch CLEANUP(arena_freep) = arena_new();
    struct access *a CLEANUP(access_freep) = mem_zalloc(sizeof *a);
    a->journal = -1;
    enum err e = db_open(access_path(scratch, path), DB_CREATE_PRIVATE, &a->db, f);
    if (e == OK && !is_up_to_date(a->db))
        e = migrate(a->db, f);
    if (e == OK)
        e = read_journal_open(a, f);
    if (e == OK)
        e = read_log_settle(a, f); /* of a process that was killed */
    if (e != OK)
        return e;
    db_sync_full(a->db, false);
    *ret_access = TAKE(a);
    return OK;
}

void access_close(struct access *a)
{
    if (!a)
        return;
    db_close(a->db);
    fd_close(&a->journal);
    free(a);
}

void access_freep(struct access **a)
{
    access_close(*a);
}

enum err access_begin(struct access *a, struct fault *f)
{
    db_sync_full(a->db, true);
    enum err e = db_begin(a->db, f);
    if (e != OK)
        db_sync_full(a->db, false);
    return e;
}

enum err access_commit(struct access *a, struct fault *f)
{
    enum err e = db_commit(a->db, f);
    db_sync_full(a->db, false);
    return e;
}

void access_rollback(struct access *a)
{
    db_rollback(a->db);
    db_sync_full(a->db, false);
}

enum err access_end(struct access *a, enum err e, struct fault *f)
{
    if (e == OK)
        return access_commit(a, f);
    access_rollback(a);
    return e;
}

/* ---- events ---- */

const char *event_name(enum event_kind kind)
{
    static const char *const names[] = {
#define X(kind_, name) name,
        ACCESS_EVENTS(X)
#undef X
    };
    return names[kind];
}

static struct db_value number_or_null(int64_t n)
{
    return n ? db_int(n) : db_null();
}

static struct db_value text_or_null(struct str s)
{
    return s.n ? db_text(s) : db_null();
}

enum err access_event(struct access *a, const struct event *v, struct fault *f)
{
    return db_run(a->db,
                  STR("INSERT INTO event(time_ms, kind, account, actor, session, address, request, detail)"
                      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"),
                  DB_VALUES(db_int(clock_now_ms()), db_text(str_of(event_name(v->kind))), number_or_null(v->account),
                            number_or_null(v->by.account), number_or_null(v->by.session), text_or_null(v->by.address),
                            text_or_null(v->by.request), text_or_null(v->detail)),
                  f);
}

/* ---- tokens ---- */

void token_make(struct token *ret)
{
    unsigned char bytes[ACCESS_TOKEN_BYTES];
    static const char digits[] = "0123456789abcdef";
    random_bytes(bytes, sizeof bytes);
    for (size_t i = 0; i < TOKEN_TEXT; i++)
        ret->text[i] = digits[bytes[i / 2] >> (i % 2 ? 0 : 4) & 15];
    ret->text[TOKEN_TEXT] = 0;
}

bool token_digest(struct str text, struct digest *ret)
{
    struct digest bytes; /* as large as a digest, and written like one */
    if (!digest_parse(text, &bytes))
        return false;
    sha256(digest_view(&bytes), ret);
    return true;
}
