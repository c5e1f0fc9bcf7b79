#include "access/delegation.h"

#include "access/unit_tree.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/vec.h"
#include "text/date.h"
#include "text/utf8.h"

#include "base/banned.h"

const char delegation_tables[] =
    "CREATE TABLE delegation(delegation INTEGER PRIMARY KEY AUTOINCREMENT, from_account INTEGER NOT NULL REFERENCES "
    "account, to_account INTEGER NOT NULL REFERENCES account, role TEXT NOT NULL, unit TEXT NOT NULL, first_day TEXT "
    "NOT NULL, last_day TEXT NOT NULL, reason TEXT NOT NULL, made_ms INTEGER NOT NULL, made_by INTEGER,"
    " ended_ms INTEGER, ended_by INTEGER, CHECK(from_account <> to_account));"
    "CREATE INDEX delegation_to ON delegation(to_account, last_day) WHERE ended_ms IS NULL;"
    "CREATE INDEX delegation_from ON delegation(from_account, last_day) WHERE ended_ms IS NULL;"
    "CREATE TRIGGER delegation_stays BEFORE UPDATE ON delegation WHEN old.ended_ms IS NOT NULL OR new.ended_ms IS NULL"
    " OR (old.delegation, old.from_account, old.to_account, old.role, old.unit, old.first_day, old.last_day, "
    "old.reason, old.made_ms, old.made_by) IS NOT (new.delegation, new.from_account, new.to_account, new.role, "
    "new.unit, new.first_day, new.last_day, new.reason, new.made_ms, new.made_by)"
    " BEGIN SELECT raise(ABORT, 'a delegation is only ended'); END;"
    "CREATE TRIGGER delegation_is_kept BEFORE DELETE ON delegation"
    " BEGIN SELECT raise(ABORT, 'delegations are only added'); END;"
    /* In whose name personal data was read. */
    "ALTER TABLE read_log ADD COLUMN behalf TEXT;";

static struct str day_of(struct arena *arena, int64_t ms, int offset_minutes)
{
    struct buf b = BUF_INIT(16);
    date_print(date_of_instant(ms, offset_minutes), &b);
    return buf_move(&b, arena);
}

struct str delegation_today(struct arena *arena, const struct store *s)
{
    return day_of(arena, clock_now_ms(), s->province ? s->province->utc_offset_minutes : 0);
}

struct str delegation_day(struct arena *arena, struct str typed)
{
    struct buf b = BUF_INIT(16);
    struct date d;
    typed = str_trim(typed);
    if (date_parse_vi(typed, &d, NULL) != OK)
        return typed.p ? typed : STR("");
    date_print(d, &b);
    return buf_move(&b, arena);
}

/* ---- making one ---- */

static bool is_official(const struct account *who)
{
    return !who->is_citizen && !who->is_disabled;
}

static enum err judge_parties(const struct delegation_new *d, struct fault *f)
{
    if (!is_official(d->from))
        return FAULT(f, ERR_DELEGATION_PARTY, {"name", d->from->name});
    if (!is_official(d->to) || d->from->number == d->to->number)
        return FAULT(f, ERR_DELEGATION_PARTY, {"name", d->to->name});
    bool is_held = false;
    for (size_t i = 0; i < d->from->n_roles; i++)
        is_held |= str_eq(d->from->roles[i], d->role);
    if (!is_held || str_is(d->role, ROLE_ADMINISTRATOR))
        return FAULT(f, ERR_DELEGATION_ROLE, {"name", d->from->name}, {"role", d->role});
    return OK;
}

static enum err judge_days(const struct delegation_new *d, struct str first, struct str today, struct fault *f)
{
    struct date from, until;
    bool is_read = date_parse(first, &from, NULL) == OK && date_parse(d->last, &until, NULL) == OK;
    if (!is_read || str_cmp(first, today) < 0 || date_compare(until, from) < 0 ||
        date_compare(until, date_add_months(from, DELEGATION_MONTHS)) > 0)
        return FAULT(f, ERR_DELEGATION_DAYS, {"from", first}, {"until", d->last.n ? d->last : STR("?")});
    return OK;
}

/* Whoever has no unit may still lend his role in one of them. */
static enum err judge_unit(struct arena *arena, const struct delegation_new *d, struct str today, struct fault *f)
{
    struct unit_tree *tree = NULL;
    const struct province *p = d->store->province;
    size_t n = 0;
    if (d->unit.n == 0)
        return OK;
    enum err e = p ? unit_tree_read(arena, d->store, p, today, &tree, f) : OK;
    if (e != OK)
        return e;
    bool is_below = false;
    struct str top = d->from->unit.n ? d->from->unit : d->unit;
    const struct str *codes = tree ? unit_tree_below(tree, arena, top, &n) : NULL;
    for (size_t i = 0; i < n; i++)
        is_below |= str_eq(codes[i], d->unit);
    return is_below ? OK : FAULT(f, ERR_DELEGATION_UNIT, {"unit", d->unit}, {"name", d->from->name});
}

static enum err judge_number(struct access *a, const struct account *who, struct str today, struct fault *f)
{
    int64_t n = 0;
    enum err e = db_value_int(a->db,
                              STR("SELECT count(*) FROM delegation WHERE ended_ms IS NULL AND last_day >= ?2 AND"
                                  " (from_account = ?1 OR to_account = ?1)"),
                              DB_VALUES(db_int(who->number), db_text(today)), &n, f);
    if (e == OK && n >= LIMIT_DELEGATIONS)
        return FAULT(f, ERR_DELEGATION_MANY, {"name", who->name}, {"limit", STR("50")});
    return e;
}

static enum err tell(struct access *a, enum event_kind kind, const struct actor *by, int64_t to, struct str detail,
                     struct fault *f)
{
    return access_event(a, &(struct event){.kind = kind, .account = to, .by = *by, .detail = detail}, f);
}

static struct db_value number_or_null(int64_t n)
{
    return n ? db_int(n) : db_null();
}

enum err delegation_add(struct access *a, const struct actor *by, const struct delegation_new *d, int64_t *ret_number,
                        struct fault *f)
{
    struct arena *arena CLEANUP(arena_freep) = arena_new();
    struct str today = delegation_today(arena, d->store), reason = str_trim(d->reason);
    struct str first = d->first.n ? d->first : today;
    enum err e = judge_parties(d, f);
    if (e == OK)
        e = judge_days(d, first, today, f);
    if (e == OK)
        e = judge_unit(arena, d, today, f);
    if (e == OK && (utf8_count(reason) < DELEGATION_REASON_MIN || utf8_count(reason) > DELEGATION_REASON_MAX))
        e = FAULT(f, ERR_DELEGATION_REASON);
    if (e == OK)
        e = judge_number(a, d->from, today, f);
    if (e == OK)
        e = judge_number(a, d->to, today, f);
    if (e == OK)
        e = db_run(a->db,
                   STR("INSERT INTO delegation(from_account, to_account, role, unit, first_day, last_day, reason,"
                       " made_ms, made_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"),
                   DB_VALUES(db_int(d->from->number), db_int(d->to->number), db_text(d->role),
                             db_text(d->unit.n ? d->unit : STR("")), db_text(first), db_text(d->last), db_text(reason),
                             db_int(clock_now_ms()), number_or_null(by->account)),
                   f);
    if (e != OK)
        return e;
    int64_t number = db_last_rowid(a->db);
    struct str detail = str_of(arena_printf(arena, "%lld: %.*s, %.*s → %.*s, %.*s – %.*s%s%.*s", (long long)number,
                                            STR_ARG(d->role), STR_ARG(d->from->name), STR_ARG(d->to->name),
                                            STR_ARG(first), STR_ARG(d->last), d->unit.n ? ", " : "", STR_ARG(d->unit)));
    e = tell(a, EVENT_DELEGATION_MADE, by, d->to->number, detail, f);
    if (e == OK)
        *ret_number = number;
    return e;
}

enum err delegation_end(struct access *a, const struct actor *by, int64_t number, int64_t account, struct fault *f)
{
    struct arena *arena CLEANUP(arena_freep) = arena_new();
    struct str text = str_of(arena_printf(arena, "%lld", (long long)number));
    int64_t to = 0;
    enum err e =
        db_run(a->db,
               STR("UPDATE delegation SET ended_ms = ?3, ended_by = ?4 WHERE delegation = ?1 AND ended_ms IS"
                   " NULL AND (?2 = 0 OR from_account = ?2 OR to_account = ?2)"),
               DB_VALUES(db_int(number), db_int(account), db_int(clock_now_ms()), number_or_null(by->account)), f);
    if (e == OK && db_changes(a->db) == 0)
        return FAULT(f, ERR_DELEGATION_UNKNOWN, {"number", text});
    if (e == OK)
        e = db_value_int(a->db, STR("SELECT to_account FROM delegation WHERE delegation = ?1"),
                         DB_VALUES(db_int(number)), &to, f);
    return e == OK ? tell(a, EVENT_DELEGATION_ENDED, by, to, text, f) : e;
}

/* ---- reading ---- */

#define IS_BACKED                                                                                                      \
    "(g.disabled_ms IS NULL AND EXISTS (SELECT * FROM account_role o WHERE o.account = d.from_account AND o.role = "   \
    "d.role))"

static enum err read_rows(struct arena *arena, struct access *a, int64_t account, struct str role, size_t most,
                          struct delegation_row **ret_rows, size_t *ret_n, struct fault *f)
{
    VEC(struct delegation_row) all = {0};
    struct stmt *s CLEANUP(stmt_freep) = NULL;
    bool has_row = false;
    enum err e = stmt_new(a->db,
                          STR("SELECT delegation, from_account, to_account, g.name, g.full_name, r.name, r.full_name,"
                              " role, d.unit, first_day, last_day, reason, d.made_ms, ended_ms, coalesce(m.name, ''),"
                              " coalesce(n.name, ''), " IS_BACKED " FROM delegation d"
                              " JOIN account g ON g.account = from_account JOIN account r ON r.account = to_account"
                              " LEFT JOIN account m ON m.account = made_by LEFT JOIN account n ON n.account = ended_by"
                              " WHERE (?1 = 0 OR from_account = ?1 OR to_account = ?1) AND (?3 = '' OR role = ?3) "
                              "ORDER BY delegation DESC LIMIT ?2"),
                          &s, f);
    if (e != OK)
        return e;
    stmt_bind_int(s, 1, account);
    stmt_bind_int(s, 2, (int64_t)most);
    stmt_bind_text(s, 3, role);
    while ((e = stmt_step(s, &has_row, f)) == OK && has_row) {
        struct delegation_row d = {.number = stmt_column_int(s, 0),
                                   .from = stmt_column_int(s, 1),
                                   .to = stmt_column_int(s, 2),
                                   .made_ms = stmt_column_int(s, 12),
                                   .ended_ms = stmt_column_int(s, 13),
                                   .is_backed = stmt_column_int(s, 16) != 0};
        struct str *const texts[] = {&d.from_name, &d.from_full_name, &d.to_name, &d.to_full_name, &d.role,
                                     &d.unit,      &d.first,          &d.last,    &d.reason};
        for (int i = 0; i < (int)ARRAY_LEN(texts); i++)
            *texts[i] = str_dup(arena, stmt_column_text(s, 3 + i));
        d.made_name = str_dup(arena, stmt_column_text(s, 14));
        d.ended_by = str_dup(arena, stmt_column_text(s, 15));
        VEC_PUSH(arena, &all, d);
    }
    *ret_rows = all.p;
    *ret_n = all.n;
    return e;
}

enum err delegation_list(struct arena *arena, struct access *a, int64_t account, size_t most,
                         struct delegation_row **ret_rows, size_t *ret_n, struct fault *f)
{
    return read_rows(arena, a, account, STR(""), most, ret_rows, ret_n, f);
}

enum err delegation_list_of_role(struct arena *arena, struct access *a, struct str role, size_t most,
                                 struct delegation_row **ret_rows, size_t *ret_n, struct fault *f)
{
    return read_rows(arena, a, 0, role, most, ret_rows, ret_n, f);
}

enum delegation_state delegation_state(const struct delegation_row *d, struct str day)
{
    if (d->ended_ms)
        return DELEGATION_ENDED;
    if (str_cmp(d->last, day) < 0)
        return DELEGATION_OVER;
    if (!d->is_backed)
        return DELEGATION_VOID;
    return str_cmp(day, d->first) < 0 ? DELEGATION_LATER : DELEGATION_IN_FORCE;
}

enum err delegation_read(struct arena *arena, struct access *a, int64_t account, const struct delegation **ret,
                         size_t *ret_n, struct fault *f)
{
    enum { DAY_MS = 24 * 3600 * 1000 };
    VEC(struct delegation) all = {0};
    struct stmt *s CLEANUP(stmt_freep) = NULL;
    struct buf yesterday CLEANUP(buf_done) = BUF_INIT(16), tomorrow CLEANUP(buf_done) = BUF_INIT(16);
    int64_t now = clock_now_ms();
    bool has_row = false;
    enum err e = stmt_new(a->db,
                          STR("SELECT from_account, g.name, d.role, d.unit, first_day, last_day, g.unit, g.agency FROM"
                              " delegation d JOIN account g ON g.account = from_account WHERE to_account = ?1 AND"
                              " last_day >= ?2 AND first_day <= ?3 AND ended_ms IS NULL AND d.role <> "
                              "'" ROLE_ADMINISTRATOR "' AND " IS_BACKED " ORDER BY delegation"),
                          &s, f);
    if (e != OK)
        return e;
    date_print(date_of_instant(now - DAY_MS, 0), &yesterday);
    date_print(date_of_instant(now + DAY_MS, 0), &tomorrow);
    stmt_bind_int(s, 1, account);
    stmt_bind_text(s, 2, buf_view(&yesterday));
    stmt_bind_text(s, 3, buf_view(&tomorrow));
    while ((e = stmt_step(s, &has_row, f)) == OK && has_row) {
        struct delegation d = {.from_account = stmt_column_int(s, 0)};
        struct str *const texts[] = {&d.from_name, &d.role, &d.unit, &d.from, &d.until, &d.from_unit, &d.from_agency};
        for (int i = 0; i < (int)ARRAY_LEN(texts); i++)
            *texts[i] = str_dup(arena, stmt_column_text(s, 1 + i));
        VEC_PUSH(arena, &all, d);
    }
    *ret = all.p;
    *ret_n = all.n;
    return e;
}
