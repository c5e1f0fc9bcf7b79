/* /api/payment/callback: what the payment platform says of a payment, signed; told twice, late, or of another dossier, nothing is counted twice and nothing is lost. */
#include "base/limits.h"
#include "crypt/hash.h"
#include "text/json.h"
#include "text/number.h"
#include "web/api.h"
#include "web/signed.h"
#include "web/track.h"

#include "base/banned.h"

struct notice {
    struct str reference, code, transaction;
    int64_t vnd;
    bool is_paid;
};

static enum err check_signature(struct exchange *x, struct fault *f)
{
    const struct site *site = ((struct worker *)x->worker)->site;
    struct digest mac, given;
    if (!site->payment_key.n)
        return FAULT(f, ERR_PAYMENT_OFF);
    hmac_sha256(site->payment_key, x->request_body, &mac);
    if (!digest_parse(input_named(x, "X-Signature")->text, &given) || !digest_eq(&mac, &given))
        return FAULT(f, ERR_PAYMENT_SIGNATURE);
    return OK;
}

static enum err text_of(const struct json *root, const char *name, struct str *ret, struct fault *f)
{
    const struct json *v = json_get(root, name);
    if (!v || v->kind != J_STRING || v->string.n == 0 || v->string.n > 80)
        return FAULT(f, ERR_PAYMENT_MESSAGE, {"field", str_of(name)});
    *ret = v->string;
    return OK;
}

static enum err read_notice(struct exchange *x, struct notice *ret, struct fault *f)
{
    struct json *root;
    struct str state = {NULL, 0};
    if (json_parse(x->arena, x->request_body, STR(""), &root, NULL) != OK || root->kind != J_OBJECT)
        return FAULT(f, ERR_PAYMENT_MESSAGE, {"field", STR("JSON")});
    const struct json *vnd = json_get(root, "SoTien");
    enum err e = text_of(root, "MaThamChieu", &ret->reference, f);
    if (e == OK)
        e = text_of(root, "MaHoSo", &ret->code, f);
    if (e == OK)
        e = text_of(root, "MaGiaoDich", &ret->transaction, f);
    if (e == OK)
        e = text_of(root, "TrangThai", &state, f);
    if (e == OK && (!vnd || vnd->kind != J_NUMBER || integer_parse(vnd->string, &ret->vnd, NULL) != OK))
        e = FAULT(f, ERR_PAYMENT_MESSAGE, {"field", STR("SoTien")});
    if (e == OK && !str_is(state, "THANH_CONG") && !str_is(state, "THAT_BAI"))
        e = FAULT(f, ERR_PAYMENT_MESSAGE, {"field", STR("TrangThai")});
    ret->is_paid = str_is(state, "THANH_CONG");
    return e;
}

static enum err find(struct exchange *x, const struct workflow *w, struct str code, struct record *ret,
                     bool *ret_is_there, struct fault *f)
{
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    struct worker *worker = x->worker;
    site_acts(x, true);
    enum err e = query_open(worker->store, w->reg, &(struct query_options){.id = code, .limit = 1}, &q, f);
    if (e == OK)
        e = query_next(q, &r, ret_is_there, f);
    site_acts(x, false);
    if (e == OK && *ret_is_there)
        *ret = record_copy(x->arena, w->reg, &r);
    return e;
}

/* What was refused is written down with what was paid: somebody must give it back. */
static void note(struct exchange *x, const struct notice *n, const struct fault *why)
{
    struct access *a = access_of(x);
    struct fault ignored = {0};
    const struct event v = {
        .kind = EVENT_PAYMENT_REFUSED,
        .by = actor_of(x),
        .detail = str_of(arena_printf(x->arena, "%.*s %.*s %lld %.*s: %s", STR_ARG(n->code), STR_ARG(n->reference),
                                      (long long)n->vnd, STR_ARG(n->transaction), err_type(why->code))),
    };
    const struct event_bound b = {.key = n->reference, .window_ms = 3600 * 1000, .most = 1, .most_of_all = 500};
    if (access_begin(a, &ignored) == OK)
        (void)access_end(a, access_event_bounded(a, &v, &b, &ignored), &ignored);
}

static enum err step_of(const struct workflow *w, const struct record *r, const struct notice *n, struct str *ret_step,
                        struct fault *f)
{
    struct str status = record_text(w->reg, r, "status"), custody = record_text(w->reg, r, "custody");
    struct str id = !n->is_paid                 ? STR("payment_failed")
                    : !str_is(status, "6")      ? STR("pay_fee")
                    : str_is(custody, "office") ? STR("pay_duty")
                                                : STR("pay_duty_reception");
    const struct transition *t = transition_find(w, id);
    if (!t || !transition_leads_from(t, r))
        return FAULT(f, ERR_PAYMENT_CLOSED, {"code", n->code}, {"state", record_text(w->reg, r, "money")});
    *ret_step = id;
    return OK;
}

static enum err settle(struct exchange *x, const struct notice *n, bool *ret_is_known, struct fault *f)
{
    const struct workflow *w;
    struct record r;
    bool is_there = false;
    int64_t due = 0;
    struct str step = {NULL, 0};
    enum err e = site_workflow(x, STR("dossiers"), &w, f);
    if (e == OK)
        e = find(x, w, n->code, &r, &is_there, f);
    if (e != OK)
        return e;
    if (!is_there || !str_eq(record_text(w->reg, &r, "payment_ref"), n->reference))
        return FAULT(f, ERR_PAYMENT_UNKNOWN, {"reference", n->reference}, {"code", n->code});
    record_integer(w->reg, &r, "fee_vnd", &due);
    struct str money = record_text(w->reg, &r, "money");
    if (n->is_paid && n->vnd != due)
        return FAULT(f, ERR_PAYMENT_AMOUNT, {"paid", str_of(arena_printf(x->arena, "%lld", (long long)n->vnd))},
                     {"due", str_of(arena_printf(x->arena, "%lld", (long long)due))});
    *ret_is_known = str_is(money, "paid") || str_is(money, "refunded") || (!n->is_paid && str_is(money, "failed"));
    if (*ret_is_known) /* told again */
        return OK;
    e = step_of(w, &r, n, &step, f);
    const struct track_step act = {.transition = step,
                                   .as = STR(ACTOR_SYSTEM),
                                   .name = STR("payment-platform"),
                                   .reason = n->transaction,
                                   .seen = -1};
    return e == OK ? track_act(x, x->worker, w, n->code, &act, f) : e;
}

enum err api_payment_callback(struct exchange *x, struct fault *f)
{
    struct notice n = {.vnd = 0};
    struct json_out o;
    bool is_known = false;
    enum err e = check_signature(x, f);
    if (e == OK)
        e = read_notice(x, &n, f);
    if (e == OK && (e = settle(x, &n, &is_known, f)) != OK && err_http(e) < 500)
        note(x, &n, f);
    if (e != OK)
        return e;
    json_out_init(&o, &x->body, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_member(&o, "MaThamChieu", n.reference);
    json_member(&o, "KetQua", is_known ? STR("DA_GHI_NHAN_TRUOC") : STR("DA_GHI_NHAN"));
    json_object_end(&o);
    return OK;
}
