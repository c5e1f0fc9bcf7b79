/* Opening the store, the moment that reads see, and the SQL of visibility. */
#include "register/store.h"

#include "base/file.h"
#include "register/declaration_internal.h"
#include "register/geofile.h"
#include "register/internal.h"
#include "register/log.h"
#include "text/date.h"
#include "text/number.h"

#include "base/banned.h"

static const char system_tables[] =
    "CREATE TABLE revision(rev INTEGER PRIMARY KEY, time TEXT NOT NULL, source TEXT, digest TEXT, entry TEXT NOT NULL);"
    "CREATE INDEX revision_source ON revision(source, rev) WHERE source IS NOT NULL;"
    "CREATE INDEX revision_time ON revision(time);"
    "CREATE TABLE log_tile(tree INTEGER NOT NULL, n INTEGER NOT NULL, hashes BLOB NOT NULL, PRIMARY KEY(tree, n))"
    " WITHOUT ROWID;"
    "CREATE TABLE \"r_declarations\"(_n INTEGER PRIMARY KEY, _id, _rev, _ord, _until, _removed, _sample, _salt,"
    " \"path\", \"text\");"
    "CREATE UNIQUE INDEX \"u_declarations\" ON \"r_declarations\"(_id, _rev);";

static enum err create_system_tables(struct db *db, struct fault *f)
{
    enum err e = db_begin(db, f);
    if (e == OK && db_schema_version(db) == 0) {
        e = db_script(db, system_tables, f);
        if (e == OK)
            e = db_schema_version_set(db, DB_SCHEMA_VERSION, f);
    }
    if (e == OK)
        return db_commit(db, f);
    db_rollback(db);
    return e;
}

/* The head and the right edge of the log, as the database has them now. */
static enum err read_head(struct store *s, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct digest *leaves;
    uint64_t n;
    int64_t head;
    enum err e =
        db_value_int(s->db, STR("SELECT coalesce(max(rev), 0) FROM revision"), (struct db_values){0}, &head, f);
    if (e == OK && head > 0 && head == s->head && s->frontier.size == (uint64_t)head)
        return OK; /* nobody has written since: a change costs no more in a long log */
    if (e == OK)
        e = log_tree_leaves(a, s->db, 0, &leaves, &n, f);
    if (e != OK)
        return e;
    s->head = head;
    s->frontier = (struct merkle_frontier){0};
    for (uint64_t i = 0; i < n; i++)
        merkle_frontier_add(&s->frontier, &leaves[i]);
    return OK;
}

static const char *visible_then_sql(struct arena *a, int64_t rev, const char *alias)
{
    return arena_printf(a, "%s._rev <= %lld AND (%s._until IS NULL OR %s._until > %lld) AND %s._removed = 0", alias,
                        (long long)rev, alias, alias, (long long)rev, alias);
}

static enum err read_sources(struct arena *a, const struct store *s, struct sources *ret, struct fault *f)
{
    VEC(struct source_file) files = {0};
    const char *sql = arena_printf(a, "SELECT t.path, t.text FROM r_declarations t WHERE %s ORDER BY t._id",
                                   visible_then_sql(a, s->at, "t"));
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    enum err e = stmt_new(s->db, str_of(sql), &st, f);
    bool has_row;
    while (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row) {
        struct str path = stmt_column_text(st, 0), text = stmt_column_text(st, 1);
        VEC_PUSH(a, &files, ((struct source_file){str_dup(a, path), str_dup(a, text)}));
    }
    if (e == OK)
        *ret = (struct sources){files.p, files.n};
    return e;
}

enum err store_province_read(struct arena *a, const struct store *s, const struct province **ret_province,
                             struct fault *f)
{
    struct sources sources;
    struct province *p;
    enum err e = read_sources(a, s, &sources, f);
    if (e != OK || sources.n == 0) {
        if (e == OK)
            *ret_province = NULL;
        return e;
    }
    struct faults list CLEANUP(faults_done) = {.max = 1};
    const char *file = arena_printf(a, "registers/%.*s.yaml", STR_ARG(s->only));
    bool is_part = s->only.n && sources_find(&sources, str_of(file));
    e = province_build_part(a, &sources, is_part ? s->only : (struct str){NULL, 0}, &p, &list);
    if (e == OK)
        *ret_province = p;
    else if (f && list.n)
        *f = list.p[0];
    return e;
}

enum err store_follow(struct store *s, struct fault *f)
{
    bool was_at_head = s->at == s->head;
    enum err e = read_head(s, f);
    if (e == OK && was_at_head)
        s->at = s->head;
    return e;
}

enum err store_hold(struct store *s, struct fault *f)
{
    int64_t head = s->head;
    must(!s->is_write);
    db_rollback(s->db);
    enum err e = db_begin(s->db, f);
    if (e == OK)
        e = store_follow(s, f);
    return e == OK && s->head != head && s->at == s->head ? store_province_read(s->arena, s, &s->province, f) : e;
}

static enum err open_parts(struct store *s, enum store_mode mode, struct fault *f)
{
    static const enum db_mode modes[] = {
        [STORE_READ] = DB_READ, [STORE_WRITE] = DB_CREATE, [STORE_SCRUB] = DB_SCRUB, [STORE_TRIAL] = DB_WRITE};
    enum err e = mode == STORE_WRITE && !file_exists(s->path.p) ? log_checkpoint_check_new(s, f) : OK;
    if (e == OK)
        e = db_open(s->path.p, modes[mode], &s->db, f);
    int version = e == OK ? db_schema_version(s->db) : 0;
    if (version > 0 && version < DB_SCHEMA_VERSION && mode != STORE_SCRUB)
        e = FAULT(f, ERR_STORE_OLD, {"path", s->path}, {"version", str_of(version == 1 ? "1" : "?")});
    if (e == OK && mode == STORE_WRITE && db_schema_version(s->db) == 0)
        e = create_system_tables(s->db, f);
    bool is_told_later = mode == STORE_SCRUB && log_has_checkpoint(s); /* an empty database, but something was signed */
    if (e == OK && !is_told_later && db_schema_version(s->db) == 0)
        e = FAULT(f, ERR_STORE_EMPTY, {"path", s->path});
    if (e == OK)
        e = read_head(s, f);
    if (mode == STORE_SCRUB && e != ERR_INTERRUPTED && e != ERR_SYSTEM && e != ERR_STORE_EMPTY && s->db)
        e = OK; /* what cannot be read any more is told by log_verify */
    s->at = s->head;
    if (e == OK && mode == STORE_WRITE)
        e = log_key_open(s, f);
    if (e == OK && mode != STORE_SCRUB && mode != STORE_TRIAL)
        e = log_checkpoint_check(s, f);
    if (e != OK)
        return e;
    if (mode == STORE_WRITE)
        log_tidy(s);
    e = store_province_read(s->arena, s, &s->province, f);
    if (e != OK && mode == STORE_SCRUB) {
        s->province = NULL;
        e = OK;
    }
    return e;
}

static enum err open_store(const char *path, enum store_mode mode, struct str only, struct store **ret_store,
                           struct fault *f)
{
    struct store *s = mem_zalloc(sizeof *s);
    s->arena = arena_new();
    s->only = str_dup(s->arena, only);
    s->path = str_of(arena_strdup(s->arena, path));
    s->is_write = mode == STORE_WRITE || mode == STORE_TRIAL;
    const char *slash = strrchr(path, '/');
    enum err e = OK;
    if (mode == STORE_WRITE && slash && slash != path)
        e = folder_make(arena_dup(s->arena, path, (size_t)(slash - path)), f);
    if (e == OK)
        e = open_parts(s, mode, f);
    if (e != OK) {
        if (s->db) /* refused means untouched */
            db_wal_keep(s->db);
        store_close(s);
        return e;
    }
    *ret_store = s;
    return OK;
}

enum err store_open(const char *path, enum store_mode mode, struct store **ret_store, struct fault *f)
{
    return open_store(path, mode, (struct str){NULL, 0}, ret_store, f);
}

enum err store_open_register(const char *path, struct str name, struct store **ret_store, struct fault *f)
{
    return open_store(path, STORE_READ, name, ret_store, f);
}

enum err store_trial(struct store *s, struct store **ret_trial, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const char *folder;
    enum err e = geofile_folder(a, s->path.p, &folder, f);
    if (e != OK)
        return e;
    const char *path = arena_printf(a, "%s/trial.db", folder);
    e = db_copy(s->db, path, f);
    if (e == OK)
        e = open_store(path, STORE_TRIAL, (struct str){NULL, 0}, ret_trial, f);
    if (e != OK) {
        geofile_folder_remove(folder);
        return e;
    }
    struct store *t = *ret_trial;
    t->trial = arena_strdup(t->arena, folder);
    db_sync_full(t->db, false);
    t->viewer = s->viewer;
    t->guard = s->guard;
    return OK;
}

void store_wal_clear(struct store *s)
{
    if (s->has_erased && db_checkpoint_wait(s->db, NULL) == OK)
        s->has_erased = false;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < ARRAY_LEN(s->spare); i++)
        arena_free(s->spare[i]);
    db_close(s->db);
    note_key_done(&s->key);
    if (s->trial)
        geofile_folder_remove(s->trial);
    arena_free(s->arena);
    free(s);
}

struct arena *store_arena_take(struct store *s)
{
    for (size_t i = 0; i < ARRAY_LEN(s->spare); i++)
        if (s->spare[i])
            return TAKE(s->spare[i]);
    return arena_new();
}

void store_arena_give(struct store *s, struct arena *a)
{
    enum { KEEP_BYTES = 64 << 10 };
    for (size_t i = 0; a && i < ARRAY_LEN(s->spare) && arena_bytes(a) <= KEEP_BYTES; i++)
        if (!s->spare[i]) {
            arena_reset(a);
            s->spare[i] = a;
            return;
        }
    arena_free(a);
}

void store_freep(struct store **ps)
{
    store_close(*ps);
}

/* ---- moments ---- */

static enum err revision_at(struct store *s, int64_t before_ms, struct str at, int64_t *ret_rev, struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    instant_print(before_ms, &b);
    enum err e = db_value_int(s->db, STR("SELECT coalesce(max(rev), 0) FROM revision WHERE time < ?1"),
                              DB_VALUES(db_text(buf_view(&b))), ret_rev, f);
    if (e == OK && *ret_rev == 0)
        e = FAULT(f, ERR_AT_UNKNOWN, {"at", at});
    return e;
}

enum err store_find(struct store *s, struct str at, int64_t *ret_rev, struct fault *f)
{
    struct date d;
    int64_t ms;
    if (integer_parse(at, ret_rev, NULL) == OK) {
        if (*ret_rev >= 1 && *ret_rev <= s->head)
            return OK;
        struct buf b CLEANUP(buf_done) = BUF_INIT(32);
        buf_printf(&b, "%lld", (long long)s->head);
        return FAULT(f, ERR_AT_RANGE, {"at", at}, {"head", buf_view(&b)});
    }
    int offset = s->province ? s->province->utc_offset_minutes : 0;
    if (date_parse(at, &d, NULL) == OK)
        return revision_at(s, instant_of_date(date_add_days(d, 1), offset), at, ret_rev, f);
    if (instant_parse(at, &ms, NULL) == OK)
        return revision_at(s, ms + 1, at, ret_rev, f);
    return FAULT(f, ERR_AT_INVALID, {"at", at});
}

enum err store_at(struct store *s, struct str at, struct fault *f)
{
    int64_t rev;
    enum err e = store_find(s, at, &rev, f);
    if (e != OK)
        return e;
    s->at = rev;
    return store_province_read(s->arena, s, &s->province, f);
}

enum err store_declared(struct store *s, int64_t rev, int64_t *ret_declared, struct fault *f)
{
    return db_value_int(s->db, STR("SELECT coalesce(max(_rev), 0) FROM r_declarations WHERE _rev <= ?1"),
                        DB_VALUES(db_int(rev)), ret_declared, f);
}

void store_move(struct store *s, int64_t rev, const struct province *p)
{
    must(rev >= 0 && rev <= s->head);
    s->at = rev;
    s->province = p;
}

void store_view(struct store *s, const struct viewer *v)
{
    s->viewer = v;
}

void store_guard(struct store *s, const struct write_guard *g)
{
    s->guard = g;
}

enum err store_changed(struct arena *a, const struct store *s, const struct reg *reg, int64_t *ret_rev, struct fault *f)
{
    const char *sql = arena_printf(a, "SELECT coalesce((SELECT _rev FROM %s ORDER BY _n DESC LIMIT 1), 0)", reg->table);
    return db_value_int(s->db, str_of(sql), DB_NO_VALUES, ret_rev, f);
}

/* Whether the register is as it was at s->at. */
static bool is_unchanged(struct arena *a, const struct store *s, const struct reg *reg)
{
    int64_t newest;
    return s->at >= s->head || (store_changed(a, s, reg, &newest, NULL) == OK && newest <= s->at);
}

const char *store_visible_sql(struct arena *a, const struct store *s, const struct reg *reg, const char *alias)
{
    if (!s || is_unchanged(a, s, reg)) /* then indexes over current versions answer */
        return strcmp(alias, "t") == 0 ? "t._until IS NULL AND t._removed = 0"
                                       : arena_printf(a, "%s._until IS NULL AND %s._removed = 0", alias, alias);
    return visible_then_sql(a, s->at, alias);
}

const char *store_valid_sql(struct arena *a, const struct reg *reg, const char *alias, const char *date_sql)
{
    if (reg->valid_from == NO_FIELD)
        return "1";
    const char *from = reg->fields[reg->valid_from].column;
    if (reg->valid_to == NO_FIELD)
        return arena_printf(a, "(%s.%s IS NULL OR %s.%s <= %s)", alias, from, alias, from, date_sql);
    const char *to = reg->fields[reg->valid_to].column;
    return arena_printf(a, "(%s.%s IS NULL OR %s.%s <= %s) AND (%s.%s IS NULL OR %s.%s > %s)", alias, from, alias, from,
                        date_sql, alias, to, alias, to, date_sql);
}
