#include "web/track.h"

#include "access/draft.h"
#include "base/limits.h"
#include "register/query.h"
#include "web/apply.h"
#include "web/ask.h"
#include "web/signed.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};
enum { TRACK_FREE = 20 };

static bool is_https(const struct exchange *x)
{
    return str_starts(exchange_base(x), STR("https:"));
}

static struct str cookie_name(const struct exchange *x, struct str reg)
{
    return STR_JOIN(x->arena, is_https(x) ? STR("__Host-tinhso-") : STR("tinhso-"), reg);
}

static bool is_plain(struct str s)
{
    bool is = s.n > 0 && s.n <= 60;
    for (size_t i = 0; i < s.n; i++)
        is &= (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
              (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-' || s.p[i] == '.' || s.p[i] == ' ';
    return is;
}

/* ---- who may */

static struct str address_of(const struct exchange *x)
{
    return STR_JOIN(x->arena, STR("t:"), x->client);
}

static enum err refused(struct exchange *x, struct fault *f)
{
    struct access *a = access_of(x);
    const struct event v = {.kind = EVENT_TRACK_REFUSED, .by = actor_of(x)};
    const struct event_bound b = {.key = address_of(x), .window_ms = 3600 * 1000, .most = 1, .most_of_all = 200};
    enum err e = access_begin(a, f);
    if (e != OK)
        return e;
    e = throttle_failed(a, address_of(x), TRACK_FREE, f);
    if (e == OK)
        e = access_event_bounded(a, &v, &b, f);
    e = access_end(a, e, f);
    return e == OK ? FAULT(f, ERR_TRACK_UNKNOWN) : e;
}

static enum err must_not_wait(struct exchange *x, struct fault *f)
{
    int64_t wait = 0;
    enum err e = throttle_wait(access_of(x), address_of(x), &wait, f);
    if (e != OK || wait == 0)
        return e;
    return FAULT(f, ERR_TRACK_WAIT, {"minutes", str_of(arena_printf(x->arena, "%lld", (long long)(wait / 60000 + 1)))});
}

static enum err find(struct exchange *x, const struct workflow *w, struct str code, struct record *ret,
                     bool *ret_is_there, struct fault *f)
{
    struct worker *worker = x->worker;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    store_view(worker->store, NULL);
    enum err e = query_open(worker->store, w->reg, &(struct query_options){.id = code, .limit = 1}, &q, f);
    if (e == OK)
        e = query_next(q, &r, ret_is_there, f);
    store_view(worker->store, &worker->viewer);
    if (e == OK && *ret_is_there)
        *ret = record_copy(x->arena, w->reg, &r);
    return e;
}

/* The same work, and the same answer, whether there is such a dossier or not. */
static enum err prove(struct exchange *x, struct str reg, struct str code, struct str token, struct tracked *ret,
                      struct fault *f)
{
    struct tracked t = {.x = x, .code = code, .token = token};
    bool is_there = false;
    enum err e = must_not_wait(x, f);
    if (e == OK)
        e = site_workflow(x, reg, &t.w, f);
    if (e == OK && is_plain(code))
        e = find(x, t.w, code, &t.r, &is_there, f);
    if (e != OK)
        return e;
    struct str kept = is_there ? record_text(t.w->reg, &t.r, "token") : STR("0000-0000-0000-0000");
    bool fits = dossier_token_fits(kept, token);
    if (!fits || !is_there)
        return refused(x, f);
    struct str number = record_text(t.w->reg, &t.r, "personal_id");
    t.is_own =
        x->subject->kind == SUBJECT_ACCOUNT && (str_eq(record_text(t.w->reg, &t.r, "account"), x->subject->name) ||
                                                (number.n && str_eq(number, x->subject->personal_id)));
    *ret = t;
    return OK;
}

void track_remember(struct exchange *x, struct str reg, struct str code, struct str token)
{
    struct str more = is_https(x) ? STR("; Secure") : nothing;
    exchange_header(x, "Set-Cookie",
                    STR_JOIN(x->arena, cookie_name(x, reg), STR("="), code, STR("~"), token,
                             STR("; Path=/; Max-Age=1800; HttpOnly; SameSite=Lax"), more));
}

enum err track_enter(struct exchange *x, struct str reg, struct str code, struct str token, struct fault *f)
{
    struct tracked t;
    enum err e = prove(x, reg, str_trim(code), str_trim(token), &t, f);
    if (e == OK)
        track_remember(x, reg, t.code, record_text(t.w->reg, &t.r, "token"));
    return e;
}

void track_leave(struct exchange *x, struct str reg)
{
    struct str more = is_https(x) ? STR("; Secure") : nothing;
    exchange_header(x, "Set-Cookie",
                    STR_JOIN(x->arena, cookie_name(x, reg), STR("=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"), more));
}

enum err track_read(struct exchange *x, struct str reg, struct tracked *ret, struct fault *f)
{
    struct str token, cookie = cookie_find(x->cookies, cookie_name(x, reg)), code = str_cut(cookie, '~', &token);
    if (!cookie.n || !token.p)
        return FAULT(f, ERR_TRACK_UNKNOWN);
    return prove(x, reg, code, token, ret, f);
}

/* ---- what he does */

static enum err count_files(struct exchange *x, struct worker *writer, struct str code, int64_t *ret_n, struct fault *f)
{
    struct query *q CLEANUP(query_closep) = NULL;
    struct buf filter CLEANUP(buf_done) = BUF_INIT(4096);
    struct record r;
    bool has_row = true;
    const struct reg *reg;
    *ret_n = 0;
    enum err e = province_register_find(writer->store->province, STR("dossier_files"), &reg, f);
    if (e == OK)
        e = ask_equals(x, &reg->fields[reg->key[0]], code, &filter, f);
    if (e == OK)
        e = query_open(writer->store, reg, &(struct query_options){.filter = buf_view(&filter)}, &q, f);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row) {
        int64_t n = 0;
        record_integer(reg, &r, "number", &n);
        *ret_n = n > *ret_n ? n : *ret_n;
    }
    return e;
}

static enum err write_step(struct exchange *x, struct worker *writer, struct change *c, const struct act *act,
                           const struct track_step *step, struct fault *f)
{
    struct acted done;
    int64_t n = 0;
    enum err e = workflow_act(x->arena, writer->acting, c, act, &done, f);
    if (e == OK && step->n_files)
        e = count_files(x, writer, act->id, &n, f);
    for (size_t i = 0; e == OK && i < step->n_files; i++)
        e = dossier_file_put(x, c, act->id, n + 1 + (int64_t)i, "supplement", &step->files[i], step->name, f);
    return e;
}

enum err track_act(struct exchange *x, struct worker *writer, const struct workflow *w, struct str code,
                   const struct track_step *step, struct fault *f)
{
    struct faults list CLEANUP(faults_done) = {.max = 1};
    struct change *c;
    int64_t rev;
    const struct act act = {.workflow = w,
                            .id = code,
                            .transition = step->transition,
                            .inputs = step->inputs,
                            .n_inputs = step->n_inputs,
                            .reason = step->reason,
                            .seen = step->seen,
                            .actor = {.name = step->name, .as = step->as, .device = STR("web")},
                            .papers = site_papers(x)};
    const struct change_info info = {.actor = step->name, .reason = step->transition, .is_act = true};
    const struct write_guard *guard = writer->store->guard;
    const struct viewer *viewer = writer->store->viewer;
    store_guard(writer->store, NULL); /* the lookup code, or the partner's signature, was the right */
    store_view(writer->store, NULL);
    enum err e = change_begin(writer->store, &info, &c, f);
    if (e == OK) {
        e = write_step(x, writer, c, &act, step, f);
        if (e == OK)
            e = change_commit(c, &rev, &list, NULL);
        else
            change_abort(c);
        if (list.n)
            *f = list.p[0];
    }
    store_guard(writer->store, guard);
    store_view(writer->store, viewer);
    return e;
}
