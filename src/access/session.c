#include "access/session.h"

#include "access/account_internal.h"
#include "access/delegation.h"
#include "base/clock.h"
#include "text/utf8.h"

#include "base/banned.h"

enum { MOST_LISTED = 100, AGENT_BYTES = 300 };

/* Sessions that are over are removed when another begins. */
static enum err sweep(struct access *a, int64_t now, struct fault *f)
{
    return db_run(a->db, STR("DELETE FROM session WHERE seen_ms < ?1 OR made_ms < ?2"),
                  DB_VALUES(db_int(now - SESSION_IDLE_MS), db_int(now - SESSION_MOST_MS)), f);
}

static enum err tell(struct access *a, enum event_kind kind, const struct actor *by, int64_t account, int64_t session,
                     struct fault *f)
{
    struct event v = {.kind = kind, .account = account, .by = *by};
    v.by.session = session;
    return access_event(a, &v, f);
}

enum err session_begin(struct access *a, const struct session_start *how, struct token *ret_id, struct fault *f)
{
    int64_t now = clock_now_ms();
    struct digest digest;
    struct str agent = str_slice(how->agent.p, how->agent.n > AGENT_BYTES ? AGENT_BYTES : how->agent.n);
    agent.n = utf8_valid_prefix(agent); /* it is shown to the account */
    token_make(ret_id);
    must(token_digest(str_of(ret_id->text), &digest));
    enum err e = sweep(a, now, f);
    if (e == OK && how->instead_of)
        e = db_run(a->db, STR("DELETE FROM session WHERE session = ?1"), DB_VALUES(db_int(how->instead_of)), f);
    if (e == OK)
        e = db_run(a->db,
                   STR("INSERT INTO session(digest, account, made_ms, seen_ms, proved_ms, is_pending,"
                       " has_second_factor, address, agent) VALUES (?1, ?2, ?3, ?3, ?3, ?4, ?5, ?6, ?7)"),
                   DB_VALUES(db_blob(digest_view(&digest)), db_int(how->account), db_int(now), db_int(how->is_pending),
                             db_int(how->has_second_factor), db_text(how->by.address), db_text(agent)),
                   f);
    if (e == OK && !how->is_pending)
        e = tell(a, EVENT_SIGNED_IN, &how->by, how->account, db_last_rowid(a->db), f);
    return e;
}

/* ---- each request ---- */

static struct str csrf_of(struct arena *arena, struct str id)
{
    struct str parts[] = {STR("form "), id};
    struct digest d;
    sha256_parts(parts, ARRAY_LEN(parts), &d);
    struct buf b CLEANUP(buf_done) = BUF_INIT(2 * DIGEST_BYTES + 1);
    digest_hex(&d, &b);
    return str_dup(arena, buf_view(&b));
}

static struct subject *read_subject(struct arena *arena, struct stmt *s, struct str id)
{
    struct subject *who = ARENA_NEW(arena, struct subject);
    *who = (struct subject){
        .session = stmt_column_int(s, 0),
        .account = stmt_column_int(s, 1),
        .signed_in_ms = stmt_column_int(s, 2),
        .proved_ms = stmt_column_int(s, 3),
        .kind = stmt_column_int(s, 4) ? SUBJECT_PENDING : SUBJECT_ACCOUNT,
        .has_second_factor = stmt_column_int(s, 5) != 0,
        .name = str_dup(arena, stmt_column_text(s, 6)),
        .full_name = str_dup(arena, stmt_column_text(s, 7)),
        .agency = str_dup(arena, stmt_column_text(s, 8)),
        .unit = str_dup(arena, stmt_column_text(s, 9)),
        .is_citizen = stmt_column_int(s, 10) != 0,
        .personal_id = str_dup(arena, stmt_column_text(s, 11)),
        .owes_second_factor = stmt_column_int(s, 12) != 0,
        .csrf = csrf_of(arena, id),
    };
    return who;
}

enum err session_find(struct arena *arena, struct access *a, struct str id, const struct subject **ret_subject,
                      struct fault *f)
{
    struct stmt *s CLEANUP(stmt_freep) = NULL;
    struct digest digest;
    int64_t now = clock_now_ms();
    bool has_row = false;
    if (!token_digest(id, &digest))
        return OK;
    enum err e = stmt_new(a->db,
                          STR("SELECT session, account, s.made_ms, proved_ms, is_pending, has_second_factor, name,"
                              " full_name, agency, unit, is_citizen, personal_id, totp IS NOT NULL, seen_ms"
                              " FROM session s JOIN account USING (account) WHERE digest = ?1 AND seen_ms > ?2"
                              " AND s.made_ms > ?3 AND disabled_ms IS NULL"),
                          &s, f);
    if (e != OK)
        return e;
    stmt_bind_blob(s, 1, digest_view(&digest));
    stmt_bind_int(s, 2, now - SESSION_IDLE_MS);
    stmt_bind_int(s, 3, now - SESSION_MOST_MS);
    e = stmt_step(s, &has_row, f);
    if (e != OK || !has_row)
        return e;
    struct subject *who = read_subject(arena, s, id);
    int64_t seen = stmt_column_int(s, 13);
    stmt_reset(s);
    e = account_roles(arena, a, who->account, &who->roles, &who->n_roles, f);
    if (e == OK && !who->is_citizen)
        e = delegation_read(arena, a, who->account, &who->delegations, &who->n_delegations, f);
    who->is_administrator = subject_has_role(who, STR(ROLE_ADMINISTRATOR));
    if (e == OK && now - seen > SESSION_SEEN_MS)
        e = db_run(a->db, STR("UPDATE session SET seen_ms = ?2 WHERE session = ?1"),
                   DB_VALUES(db_int(who->session), db_int(now)), f);
    if (e == OK)
        *ret_subject = who;
    return e;
}

/* ---- changing and ending ---- */

enum err session_rotate(struct access *a, int64_t session, struct token *ret_id, struct fault *f)
{
    struct digest digest;
    token_make(ret_id);
    must(token_digest(str_of(ret_id->text), &digest));
    enum err e = db_run(a->db, STR("UPDATE session SET digest = ?2, totp_draft = NULL WHERE session = ?1"),
                        DB_VALUES(db_int(session), db_blob(digest_view(&digest))), f);
    return e == OK && db_changes(a->db) != 1 ? FAULT(f, ERR_HTTP_SIGN_IN) : e;
}

enum err session_complete(struct access *a, const struct actor *by, int64_t account, int64_t session,
                          struct token *ret_id, struct fault *f)
{
    enum err e = session_rotate(a, session, ret_id, f);
    if (e == OK)
        e = db_run(a->db,
                   STR("UPDATE session SET is_pending = 0, has_second_factor = 1, proved_ms = ?2 WHERE session = ?1"),
                   DB_VALUES(db_int(session), db_int(clock_now_ms())), f);
    return e == OK ? tell(a, EVENT_SIGNED_IN, by, account, session, f) : e;
}

enum err session_proved(struct access *a, const struct actor *by, int64_t account, int64_t session,
                        struct token *ret_id, struct fault *f)
{
    enum err e = session_rotate(a, session, ret_id, f);
    if (e == OK)
        e = db_run(a->db, STR("UPDATE session SET proved_ms = ?2 WHERE session = ?1"),
                   DB_VALUES(db_int(session), db_int(clock_now_ms())), f);
    return e == OK ? tell(a, EVENT_PROVED, by, account, session, f) : e;
}

enum err session_end(struct access *a, const struct actor *by, int64_t account, int64_t session, bool is_sign_out,
                     struct fault *f)
{
    enum err e = db_run(a->db, STR("DELETE FROM session WHERE session = ?1 AND account = ?2"),
                        DB_VALUES(db_int(session), db_int(account)), f);
    if (e != OK || db_changes(a->db) == 0)
        return e;
    return tell(a, is_sign_out ? EVENT_SIGNED_OUT : EVENT_SESSION_ENDED, by, account, session, f);
}

enum err session_end_all(struct access *a, const struct actor *by, int64_t account, int64_t but, struct fault *f)
{
    enum err e = db_run(a->db, STR("DELETE FROM session WHERE account = ?1 AND session <> ?2"),
                        DB_VALUES(db_int(account), db_int(but)), f);
    if (e != OK || db_changes(a->db) == 0)
        return e;
    return access_event(
        a, &(struct event){.kind = EVENT_SESSION_ENDED, .account = account, .by = *by, .detail = STR("all")}, f);
}

enum err session_list(struct arena *arena, struct access *a, int64_t account, struct session **ret, size_t *ret_n,
                      struct fault *f)
{
    struct session *list = ARENA_ARRAY(arena, struct session, MOST_LISTED);
    struct stmt *s CLEANUP(stmt_freep) = NULL;
    size_t n = 0;
    bool has_row;
    int64_t now = clock_now_ms();
    enum err e = stmt_new(a->db,
                          STR("SELECT session, made_ms, seen_ms, is_pending, has_second_factor, address, agent"
                              " FROM session WHERE account = ?1 AND seen_ms > ?2 AND made_ms > ?3"
                              " ORDER BY seen_ms DESC, session DESC LIMIT ?4"),
                          &s, f);
    if (e != OK)
        return e;
    stmt_bind_int(s, 1, account);
    stmt_bind_int(s, 2, now - SESSION_IDLE_MS);
    stmt_bind_int(s, 3, now - SESSION_MOST_MS);
    stmt_bind_int(s, 4, MOST_LISTED);
    while ((e = stmt_step(s, &has_row, f)) == OK && has_row)
        list[n++] = (struct session){
            .number = stmt_column_int(s, 0),
            .made_ms = stmt_column_int(s, 1),
            .seen_ms = stmt_column_int(s, 2),
            .is_pending = stmt_column_int(s, 3) != 0,
            .has_second_factor = stmt_column_int(s, 4) != 0,
            .address = str_dup(arena, stmt_column_text(s, 5)),
            .agent = str_dup(arena, stmt_column_text(s, 6)),
        };
    if (e == OK)
        *ret = list, *ret_n = n;
    return e;
}

enum err session_totp_draft(struct access *a, int64_t session, unsigned char *ret_secret, struct fault *f)
{
    unsigned char fresh[TOTP_SECRET_BYTES];
    random_bytes(fresh, sizeof fresh);
    enum err e = db_run(a->db, STR("UPDATE session SET totp_draft = ?2 WHERE session = ?1 AND totp_draft IS NULL"),
                        DB_VALUES(db_int(session), db_blob(str_slice((const char *)fresh, sizeof fresh))), f);
    struct stmt *s CLEANUP(stmt_freep) = NULL;
    bool has_row = false;
    if (e == OK)
        e = stmt_new(a->db, STR("SELECT totp_draft FROM session WHERE session = ?1"), &s, f);
    if (e != OK)
        return e;
    stmt_bind_int(s, 1, session);
    e = stmt_step(s, &has_row, f);
    if (e == OK && (!has_row || stmt_column_blob(s, 0).n != TOTP_SECRET_BYTES))
        e = FAULT(f, ERR_HTTP_SIGN_IN);
    if (e == OK)
        memcpy(ret_secret, stmt_column_blob(s, 0).p, TOTP_SECRET_BYTES);
    return e;
}
