#include "access/read_log.h"

#include "base/clock.h"
#include "base/limits.h"
#include "text/json.h"

#include "base/banned.h"

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

static struct db_value text_or_null(struct str s)
{
    return s.n ? db_text(s) : db_null();
}

enum err read_log_add(struct access *a, const struct read_entry *r, struct fault *f)
{
    struct buf ids CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    struct json_out o;
    bool is_one = r->n_ids == 1, is_named = r->n_ids > 1 && r->n_ids <= READ_IDS;
    if (is_named) {
        json_out_init(&o, &ids, JSON_OUT_COMPACT);
        json_array_begin(&o);
        for (size_t i = 0; i < r->n_ids; i++)
            json_str(&o, r->ids[i]);
        json_array_end(&o);
        json_out_done(&o);
    }
    /* A record that was opened is read for the reason of its opening. */
    return db_run(
        a->db,
        STR("INSERT INTO read_log(time_ms, account, session, register, id, ids, filter, words, rev, count, "
            "fields, reason, request, behalf) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, coalesce(?12, "
            "(SELECT reason FROM opening WHERE session = ?3 AND register = ?4 AND id = ?5 AND until_ms > "
            "?1)), ?13, ?14)"),
        DB_VALUES(db_int(clock_now_ms()), db_int(r->who->account), db_int(r->who->session), db_text(r->reg),
                  is_one ? db_text(r->ids[0]) : db_null(), is_named ? db_text(buf_view(&ids)) : db_null(),
                  is_one || is_named ? db_null() : db_text(r->filter),
                  is_one || is_named ? db_null() : text_or_null(r->words), db_int(r->rev), db_int(r->count),
                  db_text(r->fields), text_or_null(r->reason), db_text(r->request), text_or_null(r->behalf)),
        f);
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
    enum err e = stmt_new(
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
