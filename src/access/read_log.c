#include "access/read_log.h"

#include "access/read_journal.h"
#include "base/clock.h"
#include "base/limits.h"
#include "text/json.h"

#include "base/banned.h"

enum { ENTRY_BYTES = 1 << 20 };

const char read_log_tables[] =
    "CREATE TABLE read_log(read INTEGER PRIMARY KEY AUTOINCREMENT, time_ms INTEGER NOT NULL, account INTEGER NOT NULL,"
    " session INTEGER NOT NULL, register TEXT NOT NULL, id TEXT, ids TEXT, filter TEXT, words TEXT, rev INTEGER NOT "
    "NULL,"
    " count INTEGER NOT NULL, fields TEXT NOT NULL, reason TEXT, request TEXT NOT NULL);"
    "CREATE INDEX read_log_record ON read_log(register, id) WHERE id IS NOT NULL;"
    "CREATE INDEX read_log_many ON read_log(register) WHERE id IS NULL;"
    "CREATE INDEX read_log_account ON read_log(account, time_ms);"
    "CREATE TRIGGER read_log_stays BEFORE UPDATE ON read_log BEGIN SELECT raise(ABORT, 'reads are only added'); END;"
    "CREATE TRIGGER read_log_is_kept BEFORE DELETE ON read_log BEGIN SELECT raise(ABORT, 'reads are only added'); END;"
    "CREATE TABLE opening(session INTEGER NOT NULL, register TEXT NOT NULL, id TEXT NOT NULL, reason TEXT NOT NULL,"
    " until_ms INTEGER NOT NULL, PRIMARY KEY(session, register, id)) WITHOUT ROWID;";

const char read_journal_tables[] =
    "CREATE TABLE read_journal(id BLOB PRIMARY KEY, taken INTEGER NOT NULL) WITHOUT ROWID;";

/* ---- an entry on its way through the journal: numbers and texts in the order of the columns ---- */

enum { COLUMNS = 14 };

static void pack_int(struct buf *b, int64_t v)
{
    buf_add(b, &v, sizeof v);
}

static void pack_text(struct buf *b, struct str s)
{
    pack_int(b, (int64_t)s.n);
    buf_str(b, s);
}

static int64_t take_int(struct str *rest)
{
    int64_t v = 0;
    must(rest->n >= sizeof v);
    memcpy(&v, rest->p, sizeof v);
    *rest = str_slice(rest->p + sizeof v, rest->n - sizeof v);
    return v;
}

static struct db_value take_text(struct str *rest)
{
    size_t n = (size_t)take_int(rest);
    must(rest->n >= n);
    struct str s = str_slice(rest->p, n);
    *rest = str_slice(rest->p + n, rest->n - n);
    return n ? db_text(s) : db_null();
}

static void pack(struct buf *b, const struct read_entry *r, struct str ids, struct str reason)
{
    bool is_named = r->n_ids > 0 && r->n_ids <= READ_IDS;
    pack_int(b, clock_now_ms());
    pack_int(b, r->who->account);
    pack_int(b, r->who->session);
    pack_int(b, r->rev);
    pack_int(b, r->count);
    pack_text(b, r->reg);
    pack_text(b, r->n_ids == 1 ? r->ids[0] : STR(""));
    pack_text(b, ids);
    pack_text(b, is_named ? STR("") : r->filter);
    pack_text(b, is_named ? STR("") : r->words);
    pack_text(b, r->fields);
    pack_text(b, reason);
    pack_text(b, r->request);
    pack_text(b, r->behalf);
}

static enum err insert(struct access *a, struct str entry, struct fault *f)
{
    struct db_value v[COLUMNS];
    for (int i = 0; i < COLUMNS; i++)
        v[i] = i < 5 ? db_int(take_int(&entry)) : take_text(&entry);
    return db_run(a->db,
                  STR("INSERT INTO read_log(time_ms, account, session, rev, count, register, id, ids, filter, words, "
                      "fields, reason, request, behalf) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
                      "?13, ?14)"),
                  (struct db_values){v, COLUMNS}, f);
}

enum err read_log_settle(struct access *a, struct fault *f)
{
    return read_journal_settle(a, insert, f);
}

/* A record that was opened is read for the reason of its opening. */
static enum err reason_of(struct access *a, struct arena *arena, const struct read_entry *r, struct str *ret_reason,
                          struct fault *f)
{
    *ret_reason = r->reason;
    if (r->reason.n || !r->is_sensitive || r->n_ids != 1)
        return OK;
    enum err e = db_value_text(
        a->db, arena,
        STR("SELECT reason FROM opening WHERE session = ?1 AND register = ?2 AND id = ?3 AND until_ms > ?4"),
        DB_VALUES(db_int(r->who->session), db_text(r->reg), db_text(r->ids[0]), db_int(clock_now_ms())), ret_reason, f);
    return e == ERR_DB_NO_ROW ? OK : e;
}

enum err read_log_add(struct access *a, const struct read_entry *r, struct fault *f)
{
    struct arena *scratch CLEANUP(arena_freep) = r->is_sensitive ? arena_new() : NULL;
    struct buf ids CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES), entry CLEANUP(buf_done) = BUF_INIT(ENTRY_BYTES);
    struct json_out o;
    struct str reason;
    if (r->n_ids > 1 && r->n_ids <= READ_IDS) {
        json_out_init(&o, &ids, JSON_OUT_COMPACT);
        json_array_begin(&o);
        for (size_t i = 0; i < r->n_ids; i++)
            json_str(&o, r->ids[i]);
        json_array_end(&o);
        json_out_done(&o);
    }
    enum err e = reason_of(a, scratch, r, &reason, f);
    if (e != OK)
        return e;
    buf_reserve(&entry, 512);
    pack(&entry, r, buf_view(&ids), reason);
    if (entry.is_full || ids.is_full)
        return FAULT(f, ERR_LIMIT, {"what", STR("reads")}, {"limit", STR("1 MiB")});
    return read_journal_add(a, buf_view(&entry), f);
}

static void read_ids(struct arena *arena, struct str text, struct read_row *r)
{
    struct json *root;
    if (text.n == 0 || json_parse(arena, text, STR(""), &root, NULL) != OK || root->kind != J_ARRAY)
        return;
    r->ids = ARENA_ARRAY(arena, struct str, root->n);
    for (size_t i = 0; i < root->n; i++)
        if (root->items[i].kind == J_STRING)
            r->ids[r->n_ids++] = root->items[i].string;
}

static bool names(const struct read_row *r, struct str id)
{
    for (size_t i = 0; i < r->n_ids; i++)
        if (str_eq(r->ids[i], id))
            return true;
    return false;
}

static struct read_row row_of(struct arena *arena, struct stmt *st)
{
    struct read_row r = {
        .number = stmt_column_int(st, 0),
        .time_ms = stmt_column_int(st, 1),
        .account = stmt_column_int(st, 2),
        .session = stmt_column_int(st, 3),
        .reg = str_dup(arena, stmt_column_text(st, 4)),
        .id = str_dup(arena, stmt_column_text(st, 5)),
        .filter = str_dup(arena, stmt_column_text(st, 7)),
        .words = str_dup(arena, stmt_column_text(st, 8)),
        .rev = stmt_column_int(st, 9),
        .count = stmt_column_int(st, 10),
        .fields = str_dup(arena, stmt_column_text(st, 11)),
        .reason = str_dup(arena, stmt_column_text(st, 12)),
        .request = str_dup(arena, stmt_column_text(st, 13)),
        .account_name = str_dup(arena, stmt_column_text(st, 14)),
        .full_name = str_dup(arena, stmt_column_text(st, 15)),
        .agency = str_dup(arena, stmt_column_text(st, 16)),
        .unit = str_dup(arena, stmt_column_text(st, 17)),
        .behalf = str_dup(arena, stmt_column_text(st, 18)),
    };
    if (r.id.n) {
        r.ids = ARENA_NEW(arena, struct str);
        r.ids[r.n_ids++] = r.id;
    } else {
        read_ids(arena, str_dup(arena, stmt_column_text(st, 6)), &r);
    }
    return r;
}

enum err read_log_each(struct access *a, const struct read_filter *which,
                       bool (*each)(void *context, const struct read_row *r), void *context, struct fault *f)
{
    struct arena *arena CLEANUP(arena_freep) = arena_new();
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row = false, goes_on = true;
    int64_t n = 0;
    enum err e = read_log_settle(a, f);
    if (e != OK)
        return e;
    e = stmt_new(
        a->db,
        STR("SELECT l.read, l.time_ms, l.account, l.session, l.register, l.id, l.ids, l.filter, l.words, l.rev, "
            "l.count, l.fields, l.reason, l.request, a.name, a.full_name, a.agency, a.unit, coalesce(l.behalf, '') "
            "FROM read_log l LEFT JOIN "
            "account a USING (account) WHERE (?1 = '' OR a.name = ?1) AND l.time_ms >= ?2 AND l.time_ms < ?3 AND "
            "(?4 = '' OR l.register = ?4) AND (?5 = '' OR l.id IS NULL OR l.id = ?5) ORDER BY l.read DESC"),
        &st, f);
    if (e != OK)
        return e;
    stmt_bind_text(st, 1, which->account.n ? which->account : STR(""));
    stmt_bind_int(st, 2, which->from_ms);
    stmt_bind_int(st, 3, which->to_ms ? which->to_ms : INT64_MAX);
    stmt_bind_text(st, 4, which->reg.n ? which->reg : STR(""));
    stmt_bind_text(st, 5, which->id.n ? which->id : STR(""));
    while (goes_on && (e = stmt_step(st, &has_row, f)) == OK && has_row && (which->limit == 0 || n < which->limit)) {
        arena_reset(arena);
        struct read_row r = row_of(arena, st);
        if (which->id.n && r.n_ids && !names(&r, which->id))
            continue;
        n++;
        goes_on = each(context, &r);
    }
    return e;
}

/* ---- openings */

enum err opening_add(struct access *a, const struct subject *who, struct str reg, struct str id, struct str reason,
                     struct fault *f)
{
    int64_t now = clock_now_ms();
    enum err e = db_run(a->db, STR("DELETE FROM opening WHERE until_ms <= ?1"), DB_VALUES(db_int(now)), f);
    if (e == OK)
        e = db_run(
            a->db, STR("INSERT OR REPLACE INTO opening VALUES (?1, ?2, ?3, ?4, ?5)"),
            DB_VALUES(db_int(who->session), db_text(reg), db_text(id), db_text(reason), db_int(now + OPENING_MS)), f);
    return e;
}

enum err opening_list(void *access, struct arena *arena, const struct subject *who, struct str reg,
                      const struct str **ret_ids, size_t *ret_n, struct fault *f)
{
    struct access *a = access;
    VEC(struct str) ids = {0};
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row = false;
    enum err e =
        stmt_new(a->db, STR("SELECT id FROM opening WHERE session = ?1 AND register = ?2 AND until_ms > ?3"), &st, f);
    if (e != OK)
        return e;
    stmt_bind_int(st, 1, who->session);
    stmt_bind_text(st, 2, reg);
    stmt_bind_int(st, 3, clock_now_ms());
    while ((e = stmt_step(st, &has_row, f)) == OK && has_row)
        VEC_PUSH(arena, &ids, str_dup(arena, stmt_column_text(st, 0)));
    *ret_ids = ids.p;
    *ret_n = ids.n;
    return e;
}
