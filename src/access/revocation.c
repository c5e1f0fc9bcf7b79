/* What was taken away since a backup was made stays away: from the access file in force into the one that is about to take its place. */
#include "access/backup_internal.h"
#include "access/store.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/vec.h"

#include "base/banned.h"

struct carrying {
    struct access *old, *next;
    struct revocations *r;
};

static enum err tell(struct carrying *x, enum event_kind kind, struct str name, struct str detail, struct fault *f)
{
    int64_t number = 0;
    enum err e = db_value_int(x->next->db, STR("SELECT account FROM account WHERE name = ?1"), DB_VALUES(db_text(name)),
                              &number, f);
    return e == OK ? access_event(x->next, &(struct event){.kind = kind, .account = number, .detail = detail}, f) : e;
}

/* The names that `which` finds in the one; `change` is done to each in the other, when there is anything to change. */
static enum err carry_accounts(struct carrying *x, struct str which, struct str change, enum event_kind kind,
                               int64_t *count, struct fault *f)
{
    struct stmt *s CLEANUP(stmt_freep) = NULL;
    bool has_row;
    enum err e = stmt_new(x->old->db, which, &s, f);
    while (e == OK && (e = stmt_step(s, &has_row, f)) == OK && has_row) {
        struct str name = stmt_column_text(s, 0);
        e = db_run(x->next->db, change, DB_VALUES(db_text(name), db_int(clock_now_ms())), f);
        if (e != OK || db_changes(x->next->db) == 0)
            continue;
        ++*count;
        e = tell(x, kind, name, STR("restore"), f);
    }
    return e;
}

/* Those of whoever was reset open nothing any more, either. */
static enum err forget_codes(struct carrying *x, struct fault *f)
{
    struct stmt *s CLEANUP(stmt_freep) = NULL;
    bool has_row;
    enum err e = stmt_new(x->old->db,
                          STR("SELECT name FROM account WHERE password IS NULL AND NOT EXISTS (SELECT 1 FROM"
                              " recovery_code r WHERE r.account = account.account)"),
                          &s, f);
    while (e == OK && (e = stmt_step(s, &has_row, f)) == OK && has_row)
        e = db_run(x->next->db,
                   STR("DELETE FROM recovery_code WHERE account = (SELECT account FROM account WHERE name = ?1)"),
                   DB_VALUES(db_text(stmt_column_text(s, 0))), f);
    return e;
}

static enum err carry_roles(struct carrying *x, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct stmt *s CLEANUP(stmt_freep) = NULL;
    VEC(struct str) gone = {0}; /* name, role, name, role … */
    bool has_row;
    int64_t is_gone = 0;
    enum err e = stmt_new(x->next->db, STR("SELECT name, role FROM account_role JOIN account USING (account)"), &s, f);
    while (e == OK && (e = stmt_step(s, &has_row, f)) == OK && has_row) {
        struct str name = stmt_column_text(s, 0), role = stmt_column_text(s, 1);
        e = db_value_int(x->old->db,
                         STR("SELECT EXISTS(SELECT 1 FROM account WHERE name = ?1) AND NOT EXISTS(SELECT 1 FROM "
                             "account_role JOIN account USING (account) WHERE name = ?1 AND role = ?2)"),
                         DB_VALUES(db_text(name), db_text(role)), &is_gone, f);
        if (e == OK && is_gone) {
            VEC_PUSH(a, &gone, str_dup(a, name));
            VEC_PUSH(a, &gone, str_dup(a, role));
        }
    }
    for (size_t i = 0; e == OK && i < gone.n; i += 2) {
        e = db_run(x->next->db,
                   STR("DELETE FROM account_role WHERE role = ?2 AND account = (SELECT account FROM account WHERE "
                       "name = ?1)"),
                   DB_VALUES(db_text(gone.p[i]), db_text(gone.p[i + 1])), f);
        if (e == OK)
            e = tell(x, EVENT_ROLE_REMOVED, gone.p[i], gone.p[i + 1], f);
        x->r->roles++;
    }
    return e;
}

static enum err carry_delegations(struct carrying *x, struct fault *f)
{
    struct stmt *s CLEANUP(stmt_freep) = NULL;
    bool has_row;
    enum err e = stmt_new(
        x->old->db, STR("SELECT delegation, made_ms, ended_ms FROM delegation WHERE ended_ms IS NOT NULL"), &s, f);
    while (e == OK && (e = stmt_step(s, &has_row, f)) == OK && has_row) {
        e = db_run(
            x->next->db,
            STR("UPDATE delegation SET ended_ms = ?3 WHERE delegation = ?1 AND made_ms = ?2 AND ended_ms IS NULL"),
            DB_VALUES(db_int(stmt_column_int(s, 0)), db_int(stmt_column_int(s, 1)), db_int(stmt_column_int(s, 2))), f);
        if (e == OK)
            x->r->delegations += db_changes(x->next->db);
    }
    return e;
}

static enum err carry(struct carrying *x, struct fault *f)
{
    enum err e = carry_accounts(x, STR("SELECT name FROM account WHERE disabled_ms IS NOT NULL"),
                                STR("UPDATE account SET disabled_ms = ?2 WHERE name = ?1 AND disabled_ms IS NULL"),
                                EVENT_ACCOUNT_DISABLED, &x->r->disabled, f);
    /* Reset, and no other password chosen yet. */
    if (e == OK)
        e = carry_accounts(x, STR("SELECT name FROM account WHERE password IS NULL"),
                           STR("UPDATE account SET password = NULL, password_ms = NULL, totp = NULL, totp_step = 0 "
                               "WHERE name = ?1 AND password IS NOT NULL AND ?2 = ?2"),
                           EVENT_ACCOUNT_RESET, &x->r->reset, f);
    if (e == OK)
        e = forget_codes(x, f);
    if (e == OK)
        e = carry_roles(x, f);
    return e == OK ? carry_delegations(x, f) : e;
}

enum err revocations_carry(struct arena *a, const char *db_path, const char *next_path, struct revocations *ret,
                           struct fault *f)
{
    struct access *old CLEANUP(access_freep) = NULL, *next CLEANUP(access_freep) = NULL;
    struct fault ignored = {0};
    *ret = (struct revocations){0};
    enum err e = access_open(next_path, &next, f);
    if (e != OK)
        return e;
    if (file_exists(access_path(a, db_path)) && access_open(db_path, &old, &ignored) != OK)
        ret->is_unknown = true; /* damaged, say: that is why there are backups */
    struct carrying x = {old, next, ret};
    e = access_begin(next, f);
    if (e == OK && old)
        e = carry(&x, f);
    if (e == OK) /* whoever was signed in then is not signed in now */
        e = db_script(next->db, "DELETE FROM session; DELETE FROM link; DELETE FROM device; DELETE FROM oidc_state;",
                      f);
    return access_end(next, e, f);
}
