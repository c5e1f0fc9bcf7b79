/* Accounts as rows: adding, finding, listing, roles, disabling; one-time links. */
#include "access/account.h"

#include "access/account_internal.h"
#include "access/device.h"
#include "access/session.h"
#include "access/subject.h"
#include "base/clock.h"
#include "text/vn.h"

#include "base/banned.h"

enum { NAME_MIN = 2, NAME_MAX = 64, LINK_MS = 24 * 3600 * 1000 };

enum err account_name_parse(struct arena *a, struct str text, struct str *ret_name, struct fault *f)
{
    text = str_trim(text);
    char *name = arena_dup(a, text.p ? text.p : "", text.n);
    bool is_fine = text.n >= NAME_MIN && text.n <= NAME_MAX;
    for (size_t i = 0; i < text.n; i++) {
        if (name[i] >= 'A' && name[i] <= 'Z')
            name[i] = (char)(name[i] + 32);
        bool is_mark = name[i] == '.' || name[i] == '_' || name[i] == '-';
        is_fine =
            is_fine && ((name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9') || (is_mark && i));
    }
    if (!is_fine)
        return FAULT(f, ERR_ACCOUNT_NAME, {"name", text});
    *ret_name = str_slice(name, text.n);
    return OK;
}

/* ---- reading ---- */

#define ACCOUNT_COLUMNS                                                                                                \
    "account, name, full_name, agency, unit, is_citizen, personal_id, password IS NOT NULL, totp IS NOT NULL, "        \
    "made_ms,"                                                                                                         \
    " disabled_ms, (SELECT max(seen_ms) FROM session s WHERE s.account = account.account),"                            \
    " (SELECT count(*) FROM recovery_code r WHERE r.account = account.account AND used_ms IS NULL)"

static void read_account(struct arena *a, struct stmt *s, struct account *ret)
{
    *ret = (struct account){
        .number = stmt_column_int(s, 0),
        .name = str_dup(a, stmt_column_text(s, 1)),
        .full_name = str_dup(a, stmt_column_text(s, 2)),
        .agency = str_dup(a, stmt_column_text(s, 3)),
        .unit = str_dup(a, stmt_column_text(s, 4)),
        .is_citizen = stmt_column_int(s, 5) != 0,
        .personal_id = str_dup(a, stmt_column_text(s, 6)),
        .has_password = stmt_column_int(s, 7) != 0,
        .has_second_factor = stmt_column_int(s, 8) != 0,
        .made_ms = stmt_column_int(s, 9),
        .is_disabled = !stmt_column_is_null(s, 10),
        .seen_ms = stmt_column_int(s, 11),
        .recovery_left = stmt_column_int(s, 12),
    };
}

enum err account_roles(struct arena *a, struct access *access, int64_t number, const struct str **ret, size_t *ret_n,
                       struct fault *f)
{
    struct stmt *s CLEANUP(stmt_freep) = NULL;
    struct str *roles = NULL;
    size_t n = 0, cap = 0;
    bool has_row;
    enum err e = stmt_new(access->db, STR("SELECT role FROM account_role WHERE account = ?1 ORDER BY role"), &s, f);
    if (e != OK)
        return e;
    stmt_bind_int(s, 1, number);
    while ((e = stmt_step(s, &has_row, f)) == OK && has_row) {
        if (n == cap) {
            struct str *more = ARENA_ARRAY(a, struct str, cap ? cap * 2 : 4);
            if (n)
                memcpy(more, roles, n * sizeof *roles);
            roles = more;
            cap = cap ? cap * 2 : 4;
        }
        roles[n++] = str_dup(a, stmt_column_text(s, 0));
    }
    *ret = roles;
    *ret_n = n;
    return e;
}

static enum err read_one(struct arena *a, struct access *access, struct str sql, struct db_value key, struct str name,
                         struct account *ret, struct fault *f)
{
    struct stmt *s CLEANUP(stmt_freep) = NULL;
    bool has_row = false;
    enum err e = stmt_new(access->db, sql, &s, f);
    if (e == OK) {
        stmt_bind(s, 1, key);
        e = stmt_step(s, &has_row, f);
    }
    if (e == OK && !has_row)
        e = FAULT(f, ERR_ACCOUNT_UNKNOWN, {"name", name});
    if (e == OK)
        read_account(a, s, ret);
    return e == OK ? account_roles(a, access, ret->number, &ret->roles, &ret->n_roles, f) : e;
}

enum err account_find(struct arena *a, struct access *access, struct str name, struct account *ret, struct fault *f)
{
    return read_one(a, access, STR("SELECT " ACCOUNT_COLUMNS " FROM account WHERE name = ?1"), db_text(name), name, ret,
                    f);
}

enum err account_get(struct arena *a, struct access *access, int64_t number, struct account *ret, struct fault *f)
{
    return read_one(a, access, STR("SELECT " ACCOUNT_COLUMNS " FROM account WHERE account = ?1"), db_int(number),
                    STR("?"), ret, f);
}

/* Of a statement whose ?2 is how many at most. */
static enum err read_list(struct arena *a, struct access *access, struct str sql, struct str key, size_t most,
                          struct account **ret, size_t *ret_n, struct fault *f)
{
    struct account *list = ARENA_ARRAY(a, struct account, most);
    struct stmt *s CLEANUP(stmt_freep) = NULL;
    size_t n = 0;
    bool has_row;
    enum err e = stmt_new(access->db, sql, &s, f);
    if (e != OK)
        return e;
    stmt_bind_text(s, 1, key.p ? key : STR(""));
    stmt_bind_int(s, 2, (int64_t)most);
    while ((e = stmt_step(s, &has_row, f)) == OK && has_row && n < most)
        read_account(a, s, &list[n++]);
    for (size_t i = 0; i < n && e == OK; i++)
        e = account_roles(a, access, list[i].number, &list[i].roles, &list[i].n_roles, f);
    if (e != OK)
        return e;
    *ret = list;
    *ret_n = n;
    return OK;
}

enum err account_list(struct arena *a, struct access *access, struct str after, size_t most, struct account **ret,
                      size_t *ret_n, struct fault *f)
{
    return read_list(a, access, STR("SELECT " ACCOUNT_COLUMNS " FROM account WHERE name > ?1 ORDER BY name LIMIT ?2"),
                     after, most, ret, ret_n, f);
}

enum err account_list_of_role(struct arena *a, struct access *access, struct str role, size_t most,
                              struct account **ret, size_t *ret_n, struct fault *f)
{
    return read_list(a, access,
                     STR("SELECT " ACCOUNT_COLUMNS " FROM account WHERE account IN (SELECT o.account FROM account_role"
                         " o WHERE role = ?1) ORDER BY name LIMIT ?2"),
                     role, most, ret, ret_n, f);
}

enum err account_list_of_agency(struct arena *a, struct access *access, struct str agency, size_t most,
                                struct account **ret, size_t *ret_n, struct fault *f)
{
    return read_list(a, access,
                     STR("SELECT " ACCOUNT_COLUMNS " FROM account WHERE agency = ?1 AND NOT is_citizen ORDER BY name"
                         " LIMIT ?2"),
                     agency, most, ret, ret_n, f);
}

enum err account_count(struct access *a, int64_t *ret_n, struct fault *f)
{
    return db_value_int(a->db, STR("SELECT count(*) FROM account"), DB_NO_VALUES, ret_n, f);
}

/* ---- adding ---- */

static enum err tell(struct access *a, enum event_kind kind, const struct actor *by, int64_t account, struct str detail,
                     struct fault *f)
{
    return access_event(a, &(struct event){.kind = kind, .account = account, .by = *by, .detail = detail}, f);
}

/* What is written down of somebody who is none of the accounts bears these names. */
static bool is_reserved(struct str name)
{
    static const char *const names[] = {"operator",  "administrator", "tinhso", "system",  "anyone",
                                        "anonymous", "root",          "nobody", "unknown", "command-line"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_is(name, names[i]))
            return true;
    return false;
}

enum err account_add(struct access *a, const struct actor *by, const struct account *who, const struct str *roles,
                     size_t n_roles, int64_t *ret_number, struct token *ret_link, struct fault *f)
{
    int64_t n = 0;
    enum err e =
        db_value_int(a->db, STR("SELECT count(*) FROM account WHERE name = ?1"), DB_VALUES(db_text(who->name)), &n, f);
    if (e == OK && n)
        e = FAULT(f, ERR_ACCOUNT_EXISTS, {"name", who->name});
    if (e == OK && is_reserved(who->name))
        e = FAULT(f, ERR_ACCOUNT_NAME_RESERVED, {"name", who->name});
    if (e == OK)
        e = db_run(a->db,
                   STR("INSERT INTO account(name, full_name, agency, unit, is_citizen, personal_id, made_ms)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
                   DB_VALUES(db_text(who->name), db_text(who->full_name), db_text(who->agency), db_text(who->unit),
                             db_int(who->is_citizen), db_text(who->personal_id), db_int(clock_now_ms())),
                   f);
    int64_t number = e == OK ? db_last_rowid(a->db) : 0;
    if (e == OK)
        e = tell(a, EVENT_ACCOUNT_ADDED, by, number, who->name, f);
    struct account added = {.number = number, .name = who->name, .is_citizen = who->is_citizen};
    for (size_t i = 0; i < n_roles && e == OK; i++)
        e = account_role_add(a, by, &added, roles[i], f);
    if (e == OK && ret_link)
        e = account_link(a, by, number, ret_link, f);
    if (e == OK)
        *ret_number = number;
    return e;
}

/* ---- disabling, resetting, roles ---- */

/* Somebody must be able to put things right. */
/* Within the transaction, for roles that were read before it may be others by now. */
static enum err keeps_administrator(struct access *a, struct fault *f)
{
    int64_t n = 0;
    enum err e = db_value_int(a->db,
                              STR("SELECT count(*) FROM account JOIN account_role USING (account)"
                                  " WHERE role = '" ROLE_ADMINISTRATOR "' AND disabled_ms IS NULL"),
                              DB_NO_VALUES, &n, f);
    return e == OK && n == 0 ? FAULT(f, ERR_ACCOUNT_LAST) : e;
}

static enum err is_administrator(struct access *a, int64_t account, bool *ret_is, struct fault *f)
{
    int64_t n = 0;
    enum err e = db_value_int(
        a->db, STR("SELECT count(*) FROM account_role WHERE account = ?1 AND role = '" ROLE_ADMINISTRATOR "'"),
        DB_VALUES(db_int(account)), &n, f);
    *ret_is = n > 0;
    return e;
}

enum err account_disable(struct access *a, const struct actor *by, const struct account *who, struct fault *f)
{
    enum err e = db_run(a->db, STR("UPDATE account SET disabled_ms = ?2 WHERE account = ?1 AND disabled_ms IS NULL"),
                        DB_VALUES(db_int(who->number), db_int(clock_now_ms())), f);
    bool is_one = false;
    if (e == OK)
        e = is_administrator(a, who->number, &is_one, f);
    if (e == OK && is_one)
        e = keeps_administrator(a, f);
    if (e == OK)
        e = db_run(a->db, STR("DELETE FROM link WHERE account = ?1"), DB_VALUES(db_int(who->number)), f);
    if (e == OK)
        e = session_end_all(a, by, who->number, 0, f);
    if (e == OK)
        e = device_forget(a, who->number, f);
    return e == OK ? tell(a, EVENT_ACCOUNT_DISABLED, by, who->number, who->name, f) : e;
}

enum err account_enable(struct access *a, const struct actor *by, const struct account *who, struct fault *f)
{
    enum err e = db_run(a->db, STR("UPDATE account SET disabled_ms = NULL WHERE account = ?1"),
                        DB_VALUES(db_int(who->number)), f);
    return e == OK ? tell(a, EVENT_ACCOUNT_ENABLED, by, who->number, who->name, f) : e;
}

enum err account_reset(struct access *a, const struct actor *by, const struct account *who, struct token *ret_link,
                       struct fault *f)
{
    enum err e = db_run(a->db,
                        STR("UPDATE account SET password = NULL, password_ms = NULL, totp = NULL, totp_step = 0"
                            " WHERE account = ?1"),
                        DB_VALUES(db_int(who->number)), f);
    if (e == OK)
        e = db_run(a->db, STR("DELETE FROM recovery_code WHERE account = ?1"), DB_VALUES(db_int(who->number)), f);
    if (e == OK)
        e = session_end_all(a, by, who->number, 0, f);
    if (e == OK)
        e = device_forget(a, who->number, f);
    if (e == OK)
        e = tell(a, EVENT_ACCOUNT_RESET, by, who->number, who->name, f);
    return e == OK ? account_link(a, by, who->number, ret_link, f) : e;
}

/* Who holds other rights than when he signed in signs in anew; whoever gave them to himself gets another session id from the caller. */
static enum err rights_changed(struct access *a, const struct actor *by, int64_t number, struct fault *f)
{
    return session_end_all(a, by, number, by->account == number ? by->session : 0, f);
}

enum err account_role_add(struct access *a, const struct actor *by, const struct account *who, struct str role,
                          struct fault *f)
{
    if (who->is_citizen)
        return FAULT(f, ERR_ACCOUNT_CITIZEN, {"name", who->name}, {"role", role});
    enum err e = db_run(a->db, STR("INSERT OR IGNORE INTO account_role(account, role) VALUES (?1, ?2)"),
                        DB_VALUES(db_int(who->number), db_text(role)), f);
    if (e != OK || db_changes(a->db) == 0)
        return e;
    e = rights_changed(a, by, who->number, f);
    return e == OK ? tell(a, EVENT_ROLE_ADDED, by, who->number, role, f) : e;
}

enum err account_role_remove(struct access *a, const struct actor *by, const struct account *who, struct str role,
                             struct fault *f)
{
    enum err e = db_run(a->db, STR("DELETE FROM account_role WHERE account = ?1 AND role = ?2"),
                        DB_VALUES(db_int(who->number), db_text(role)), f);
    if (e != OK || db_changes(a->db) == 0)
        return e;
    if (str_is(role, ROLE_ADMINISTRATOR))
        e = keeps_administrator(a, f);
    if (e == OK)
        e = rights_changed(a, by, who->number, f);
    return e == OK ? tell(a, EVENT_ROLE_REMOVED, by, who->number, role, f) : e;
}

/* ---- one-time links ---- */

enum err account_link(struct access *a, const struct actor *by, int64_t number, struct token *ret_link, struct fault *f)
{
    struct token link;
    struct digest digest;
    token_make(&link);
    must(token_digest(str_of(link.text), &digest));
    struct db_value account = number ? db_int(number) : db_null();
    enum err e = db_run(a->db, STR("DELETE FROM link WHERE account IS ?1 OR until_ms < ?2"),
                        DB_VALUES(account, db_int(clock_now_ms())), f);
    if (e == OK)
        e = db_run(a->db, STR("INSERT INTO link(digest, account, until_ms) VALUES (?1, ?2, ?3)"),
                   DB_VALUES(db_blob(digest_view(&digest)), account, db_int(clock_now_ms() + LINK_MS)), f);
    if (e == OK)
        e = tell(a, EVENT_LINK_MADE, by, number, STR(""), f);
    if (e == OK)
        *ret_link = link;
    return e;
}

enum err account_link_find(struct access *a, struct str link, int64_t *ret_number, struct fault *f)
{
    struct stmt *s CLEANUP(stmt_freep) = NULL;
    struct digest digest;
    bool has_row = false;
    if (!token_digest(link, &digest))
        return FAULT(f, ERR_LINK_UNKNOWN);
    enum err e = stmt_new(a->db,
                          STR("SELECT account FROM link LEFT JOIN account USING (account) WHERE digest = ?1 AND"
                              " until_ms > ?2 AND disabled_ms IS NULL AND (link.account IS NOT NULL OR NOT EXISTS"
                              " (SELECT * FROM account))"),
                          &s, f);
    if (e != OK)
        return e;
    stmt_bind_blob(s, 1, digest_view(&digest));
    stmt_bind_int(s, 2, clock_now_ms());
    e = stmt_step(s, &has_row, f);
    if (e == OK && !has_row)
        return FAULT(f, ERR_LINK_UNKNOWN);
    if (e == OK)
        *ret_number = stmt_column_int(s, 0);
    return e;
}

enum err account_link_use(struct access *a, const struct actor *by, struct str link, struct fault *f)
{
    struct digest digest;
    int64_t number = 0;
    enum err e = account_link_find(a, link, &number, f);
    if (e != OK)
        return e;
    must(token_digest(link, &digest));
    e = db_run(a->db, STR("DELETE FROM link WHERE digest = ?1"), DB_VALUES(db_blob(digest_view(&digest))), f);
    return e == OK ? tell(a, EVENT_LINK_USED, by, number, STR(""), f) : e;
}
