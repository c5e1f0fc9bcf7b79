/* Accounts counted: by agency, by role. */
#include "access/account.h"
#include "access/session.h"
#include "base/clock.h"
#include "base/vec.h"

#include "base/banned.h"

enum err account_count_by_agency(struct arena *a, struct access *access, const struct str *after, size_t most,
                                 struct agency_count **ret, size_t *ret_n, struct fault *f)
{
    VEC(struct agency_count) all = {0};
    struct stmt *s CLEANUP(stmt_freep) = NULL;
    int64_t now = clock_now_ms();
    bool has_row = false;
    enum err e = stmt_new(access->db,
                          STR("SELECT agency, count(*), sum(disabled_ms IS NOT NULL), sum((SELECT count(*) FROM session"
                              " s WHERE s.account = account.account AND seen_ms > ?3 AND s.made_ms > ?4)) FROM account"
                              " WHERE NOT is_citizen AND (?1 IS NULL OR agency > ?1) GROUP BY agency ORDER BY agency"
                              " LIMIT ?2"),
                          &s, f);
    if (e != OK)
        return e;
    if (after)
        stmt_bind_text(s, 1, *after);
    else
        stmt_bind_null(s, 1);
    stmt_bind_int(s, 2, (int64_t)most);
    stmt_bind_int(s, 3, now - SESSION_IDLE_MS);
    stmt_bind_int(s, 4, now - SESSION_MOST_MS);
    while ((e = stmt_step(s, &has_row, f)) == OK && has_row)
        VEC_PUSH(a, &all,
                 ((struct agency_count){str_dup(a, stmt_column_text(s, 0)), stmt_column_int(s, 1),
                                        stmt_column_int(s, 2), stmt_column_int(s, 3)}));
    *ret = all.p;
    *ret_n = all.n;
    return e;
}

enum err account_count_by_role(struct arena *a, struct access *access, struct role_count **ret, size_t *ret_n,
                               struct fault *f)
{
    VEC(struct role_count) all = {0};
    struct stmt *s CLEANUP(stmt_freep) = NULL;
    bool has_row = false;
    enum err e = stmt_new(access->db,
                          STR("SELECT role, sum(disabled_ms IS NULL) FROM account_role JOIN account USING (account)"
                              " GROUP BY role ORDER BY role"),
                          &s, f);
    if (e != OK)
        return e;
    while ((e = stmt_step(s, &has_row, f)) == OK && has_row)
        VEC_PUSH(a, &all, ((struct role_count){str_dup(a, stmt_column_text(s, 0)), stmt_column_int(s, 1)}));
    *ret = all.p;
    *ret_n = all.n;
    return e;
}
