/* The conversation: who sends, in which order, and what an answer means for the message. */
#include "exchange/portal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "exchange/portal_internal.h"

#include "base/banned.h"

enum { SESSION_BYTES = 512, HURRY_AFTER = 3 };

struct portal {
    struct portal_options o;
    struct db *db;
    int lock;
    char session[SESSION_BYTES + 1]; /* empty: not signed in */
    int failures;                    /* of the line, one after another */
    int64_t rest_until_us, compare_after_ms;
};

void portal_close(struct portal *p)
{
    if (!p)
        return;
    db_close(p->db);
    fd_close(&p->lock);
    free(p);
}

void portal_freep(struct portal **p)
{
    portal_close(*p);
}

enum err portal_open(const struct portal_options *o, struct portal **ret_portal, struct fault *f)
{
    struct arena *scratch CLEANUP(arena_freep) = arena_new();
    struct portal *p CLEANUP(portal_freep) = mem_zalloc(sizeof *p);
    const char *lock = arena_printf(scratch, "%s.national-portal.lock", o->db_path);
    p->o = *o;
    p->lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (p->lock < 0)
        return fault_errno(f, "open", lock);
    enum err e = db_open(o->db_path, DB_WRITE, &p->db, f);
    if (e == OK)
        e = outbox_tables(p->db, f);
    if (e == OK)
        *ret_portal = TAKE(p);
    return e;
}

struct db *portal_db(const struct portal *p)
{
    return p->db;
}

const struct portal_options *portal_options_of(const struct portal *p)
{
    return &p->o;
}

int64_t *portal_compare_after(struct portal *p)
{
    return &p->compare_after_ms;
}

/* ---- one call */

static struct str member(const struct json *object, const char *name)
{
    const struct json *v = json_get(object, name);
    return v && (v->kind == J_STRING || v->kind == J_NUMBER) ? v->string : STR("");
}

static enum err senseless(const struct portal *p, const char *reason, struct fault *f)
{
    return FAULT(f, ERR_PORTAL_ANSWER, {"url", str_of(p->o.url)}, {"reason", str_of(reason)});
}

static enum err post(struct portal *p, struct arena *a, const char *path, struct str json, struct json **ret_root,
                     struct fault *f)
{
    struct buf out CLEANUP(buf_done) = BUF_INIT(LIMIT_JSON_BYTES);
    const char *url = arena_printf(a, "%s%s", p->o.url, path);
    long status = 0;
    enum err e = p->o.post(url, json, p->o.wait_ms ? p->o.wait_ms : PORTAL_WAIT_MS, &status, &out, f);
    if (e != OK)
        return e;
    if (status != 200) {
        struct buf b CLEANUP(buf_done) = BUF_INIT(32);
        buf_printf(&b, "%ld", status);
        p->session[0] = 0;
        return FAULT(f, ERR_FETCH_STATUS, {"url", str_of(url)}, {"status", buf_view(&b)});
    }
    if (json_parse(a, buf_view(&out), STR(""), ret_root, NULL) != OK || (*ret_root)->kind != J_OBJECT)
        return senseless(p, "JSON", f);
    return OK;
}

static enum err sign_in(struct portal *p, struct arena *a, struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 14);
    struct json_out o;
    struct json *root = NULL;
    json_out_init(&o, &b, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_member(&o, "username", p->o.user);
    json_member(&o, "password", p->o.secret);
    json_object_end(&o);
    enum err e = post(p, a, "/mapi/login", buf_view(&b), &root, f);
    if (e != OK)
        return e;
    struct str session = member(root, "session");
    if (!session.n || session.n > SESSION_BYTES)
        return FAULT(f, ERR_PORTAL_REFUSED, {"message", member(root, "message")});
    memcpy(p->session, session.p, session.n);
    p->session[session.n] = 0;
    return OK;
}

/* Codes of the protocol: 0 done; 3, -3 there already; -2, 401 sign in again; -1, 500 … 599 the partner's own failure. All others say what is wrong with the data. */
static enum err judge(const struct portal *p, struct arena *a, const struct json *root, struct answer *ret,
                      struct fault *f)
{
    const struct json *result = json_get(root, "result");
    struct str code = member(root, "error_code"), message = member(root, "message");
    ret->result = result && result->kind == J_ARRAY ? result : NULL;
    if (!code.n)
        return senseless(p, "error_code", f);
    if (str_is(code, "0") && ret->result && ret->result->n && member(&ret->result->items[0], "error_code").n) {
        code = member(&ret->result->items[0], "error_code");
        message = member(&ret->result->items[0], "message");
    }
    if (str_is(code, "-1") || (code.n == 3 && code.p[0] == '5'))
        return senseless(p, message.n ? str_dup(a, message).p : str_dup(a, code).p, f);
    ret->verdict = str_is(code, "0")                           ? VERDICT_OK
                   : str_is(code, "3") || str_is(code, "-3")   ? VERDICT_EXISTS
                   : str_is(code, "-2") || str_is(code, "401") ? VERDICT_SESSION
                                                               : VERDICT_REFUSED;
    ret->message = message.n ? message : STR_JOIN(a, STR("error_code "), code);
    return OK;
}

static enum err call_once(struct portal *p, struct arena *a, struct str authority, const char *service, bool is_update,
                          struct str data, struct answer *ret, struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_JSON_BYTES);
    struct json_out o;
    struct json *root = NULL;
    enum err e = p->session[0] ? OK : sign_in(p, a, f);
    if (e != OK)
        return e;
    json_out_init(&o, &b, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_member(&o, "session", str_of(p->session));
    json_member(&o, "madonvi", authority);
    json_member(&o, "service", str_of(service));
    json_key(&o, STR("isUpdating")), json_bool(&o, is_update);
    json_key(&o, STR("data"));
    json_array_begin(&o);
    json_raw(&o, data);
    json_array_end(&o);
    json_object_end(&o);
    e = post(p, a, "/mapi/g", buf_view(&b), &root, f);
    return e == OK ? judge(p, a, root, ret, f) : e;
}

enum err portal_call(struct portal *p, struct arena *a, struct str authority, const char *service, bool is_update,
                     struct str data, struct answer *ret, struct fault *f)
{
    bool was_signed_in = p->session[0];
    enum err e = call_once(p, a, authority, service, is_update, data, ret, f);
    if (e != OK || ret->verdict != VERDICT_SESSION)
        return e;
    p->session[0] = 0;
    if (was_signed_in)
        e = call_once(p, a, authority, service, is_update, data, ret, f);
    if (e == OK && ret->verdict == VERDICT_SESSION)
        e = FAULT(f, ERR_PORTAL_REFUSED, {"message", ret->message});
    return e;
}

/* ---- one message */

struct sending {
    struct portal *p;
    struct arena *a;
    struct store *s;
    const struct outbox_message *m;
    struct letter l;
    struct str dossier, progress; /* the data of the two calls */
    struct answer last;
};

/* What the partner has of the dossier, and whether this very message has arrived there. */
static enum err ask(struct sending *g, bool *ret_is_known, bool *ret_is_there, struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    struct json_out o;
    struct answer answer = {0};
    json_out_init(&o, &b, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_member(&o, "MaHoSo", g->l.id);
    json_member(&o, "MaThongDiep", g->l.key);
    json_object_end(&o);
    *ret_is_known = *ret_is_there = false;
    enum err e = portal_call(g->p, g->a, g->l.authority, "TraCuuHoSo", false, buf_view(&b), &answer, f);
    for (size_t i = 0; e == OK && answer.result && i < answer.result->n; i++) {
        const struct json *row = &answer.result->items[i];
        if (!str_eq(member(row, "MaHoSo"), g->l.id))
            continue;
        *ret_is_known = true;
        *ret_is_there |= str_eq(member(row, "MaThongDiep"), g->l.key);
    }
    return e;
}

/* New, or another status of one that the partner has. Which of the two it is, the partner knows best. */
static enum err tell_dossier(struct sending *g, bool is_update, struct fault *f)
{
    bool is_known, is_there;
    enum err e = portal_call(g->p, g->a, g->l.authority, "DongBoHoSoMC", is_update, g->dossier, &g->last, f);
    if (e != OK || g->last.verdict == VERDICT_OK || (is_update && g->last.verdict == VERDICT_EXISTS))
        return e;
    struct answer refused = g->last;
    e = ask(g, &is_known, &is_there, f);
    if (e != OK)
        return e;
    if (is_there) {
        g->last.verdict = VERDICT_EXISTS;
        return OK;
    }
    if (is_known == is_update) {
        g->last = refused;
        if (g->last.verdict == VERDICT_EXISTS) /* it says so, and does not have it: whoever reads that must decide */
            g->last.verdict = VERDICT_REFUSED;
        return OK;
    }
    return portal_call(g->p, g->a, g->l.authority, "DongBoHoSoMC", is_known, g->dossier, &g->last, f);
}

static enum err tell(struct sending *g, struct fault *f)
{
    bool is_update = false, is_there = false;
    enum err e = g->m->attempts ? ask(g, &is_update, &is_there, f)
                                : outbox_has_done(g->p->db, PORTAL_TOPIC, g->m->subject, g->m->id, &is_update, f);
    if (e == OK && !is_there)
        e = tell_dossier(g, is_update, f);
    if (e != OK || (!is_there && g->last.verdict == VERDICT_REFUSED))
        return e;
    return portal_call(g->p, g->a, g->l.authority, "CapNhatTienDoHoSoMC", false, g->progress, &g->last, f);
}

static bool is_of_line(enum err e)
{
    return e == ERR_FETCH_NONE || e == ERR_FETCH_FAILED || e == ERR_FETCH_STATUS || e == ERR_LIMIT ||
           e == ERR_PORTAL_ANSWER || e == ERR_PORTAL_REFUSED;
}

static struct str sentence(struct arena *a, const struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 14);
    fault_print(f, LANG_VI, &b);
    return str_dup(a, buf_view(&b));
}

static void line_is_down(struct portal *p, struct portal_round *round, const struct fault *why)
{
    int64_t rest_ms = outbox_wait_ms(p->failures++);
    p->session[0] = 0;
    p->rest_until_us = clock_mono_us() + 1000 * (rest_ms < PORTAL_REST_MS ? rest_ms : PORTAL_REST_MS);
    round->is_down = true;
    round->why = *why;
}

static enum err line_is_up(struct portal *p, struct fault *f)
{
    enum err e = p->failures >= HURRY_AFTER ? outbox_hurry(p->db, PORTAL_TOPIC, clock_now_ms(), f) : OK;
    p->failures = 0;
    return e;
}

static enum err letter_write(struct sending *g, struct fault *f)
{
    enum err e = letter_read(g->a, g->s, g->m, &g->l, f);
    if (e == OK)
        e = letter_dossier(g->a, g->s, &g->l, &g->dossier, f);
    if (e == OK)
        e = letter_progress(g->a, g->s, &g->l, &g->progress, f);
    return e;
}

static enum err send_one(struct sending *g, struct portal_round *round, struct fault *f)
{
    struct portal *p = g->p;
    const struct outbox_message *m = g->m;
    struct fault why = {0};
    enum err e = letter_write(g, &why);
    if (e != OK && err_http(e) < 500) { /* a person must look at it; what lies behind in other dossiers goes on */
        round->dead++;
        return outbox_dead(p->db, m->id, sentence(g->a, &why), f);
    }
    if (e == OK)
        e = outbox_sending(p->db, m->id, clock_now_ms() + outbox_wait_ms(m->attempts), &why);
    if (e == OK)
        e = tell(g, &why);
    if (is_of_line(e)) {
        line_is_down(p, round, &why);
        return outbox_retry(p->db, m->id, clock_now_ms() + outbox_wait_ms(m->attempts), sentence(g->a, &why), f);
    }
    if (e != OK)
        return *f = why, e;
    e = line_is_up(p, f);
    if (e != OK)
        return e;
    if (g->last.verdict == VERDICT_REFUSED) {
        round->dead++;
        return outbox_dead(p->db, m->id, g->last.message, f);
    }
    round->sent++;
    return outbox_done(p->db, m->id, g->last.message, clock_now_ms(), f);
}

/* ---- a round */

static enum err read_store(struct portal *p, struct store **s, struct fault *f)
{
    return *s ? store_follow(*s, f) : store_open(p->o.db_path, STORE_READ, s, f);
}

static enum err round_run(struct portal *p, struct portal_round *round, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct store *s CLEANUP(store_freep) = NULL;
    enum err e = OK;
    for (int i = 0; e == OK && i < PORTAL_ROUND && !round->is_down && !(p->o.stop && *p->o.stop); i++) {
        struct outbox_message m;
        bool has = false;
        arena_reset(a);
        e = outbox_next(p->db, a, PORTAL_TOPIC, p->o.is_all_due ? INT64_MAX : clock_now_ms(), &m, &has, f);
        if (e != OK || !has)
            break;
        e = read_store(p, &s, f);
        if (e == OK)
            e = send_one(&(struct sending){.p = p, .a = a, .s = s, .m = &m}, round, f);
    }
    return e;
}

enum err portal_send(struct portal *p, struct portal_round *ret_round, struct fault *f)
{
    *ret_round = (struct portal_round){0};
    if (!p->o.is_all_due && clock_mono_us() < p->rest_until_us)
        return OK;
    if (flock(p->lock, LOCK_EX | LOCK_NB) < 0)
        return FAULT(f, ERR_PORTAL_BUSY, {"path", str_of(p->o.db_path)});
    enum err e = round_run(p, ret_round, f);
    flock(p->lock, LOCK_UN);
    return e;
}

/* ---- dead letters */

static enum err letter_is_dead(struct db *db, int64_t id, struct fault *f)
{
    int64_t n = 0;
    enum err e = outbox_tables(db, f);
    if (e == OK)
        e = db_value_int(db, STR("SELECT count(*) FROM outbox WHERE id = ?1 AND topic = ?2 AND state = 2"),
                         DB_VALUES(db_int(id), db_text(PORTAL_TOPIC)), &n, f);
    if (e != OK || n)
        return e;
    struct buf b CLEANUP(buf_done) = BUF_INIT(32);
    buf_printf(&b, "%lld", (long long)id);
    return FAULT(f, ERR_PORTAL_LETTER, {"id", buf_view(&b)});
}

enum err portal_letter_again(struct db *db, int64_t id, struct fault *f)
{
    enum err e = letter_is_dead(db, id, f);
    return e == OK ? outbox_again(db, id, clock_now_ms(), f) : e;
}

enum err portal_letter_leave_out(struct db *db, int64_t id, struct str by, struct str reason, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str said = STR("");
    if (str_trim(reason).n < PORTAL_REASON_MIN)
        return FAULT(f, ERR_PORTAL_REASON);
    enum err e = letter_is_dead(db, id, f);
    if (e == OK) /* what the partner said stays with it */
        e = db_value_text(db, a, STR("SELECT coalesce(answer, '') FROM outbox WHERE id = ?1"), DB_VALUES(db_int(id)),
                          &said, f);
    if (e != OK)
        return e;
    return outbox_skip(db, id, STR_JOIN(a, by, STR(": "), str_trim(reason), STR(" ← "), said), clock_now_ms(), f);
}

enum err portal_tally(struct db *db, struct outbox_tally *ret, struct fault *f)
{
    bool has = false;
    *ret = (struct outbox_tally){0};
    enum err e = db_has_table(db, "outbox", &has, f);
    return e == OK && has ? outbox_tally(db, PORTAL_TOPIC, ret, f) : e;
}

enum err portal_waiting(struct portal *p, struct outbox_tally *ret, struct fault *f)
{
    return portal_tally(p->db, ret, f);
}

enum err portal_dead(struct arena *a, struct db *db, size_t most, struct outbox_message **ret_list, size_t *ret_n,
                     struct fault *f)
{
    bool has = false;
    *ret_list = NULL;
    *ret_n = 0;
    enum err e = db_has_table(db, "outbox", &has, f);
    return e == OK && has ? outbox_list(db, a, PORTAL_TOPIC, STR(""), OUTBOX_DEAD, most, ret_list, ret_n, f) : e;
}
