/* What an applicant does with his dossier: supplements, pays, withdraws, takes the result, rates. And the list of those that are his. */
#include "base/limits.h"
#include "crypt/hash.h"
#include "register/query.h"
#include "web/apply.h"
#include "web/dossier_parts.h"
#include "web/form.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/signed.h"
#include "web/templates.h"
#include "web/track.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

/* The lookup code alone tells no name. */
static struct str name_of(const struct tracked *t)
{
    return t->is_own && t->x->subject->full_name.n ? t->x->subject->full_name : STR("applicant");
}

static enum err back(struct exchange *x)
{
    exchange_redirect(x, 303, STR("/track#steps"));
    return OK;
}

/* Without the cookie, or with one that does not fit: the form that asks for the codes. */
static enum err begin(struct exchange *x, struct tracked *t, bool *ret_is_led_away, struct fault *f)
{
    struct fault why = {0};
    enum err e = track_read(x, STR("dossiers"), t, &why);
    *ret_is_led_away = e == ERR_TRACK_UNKNOWN || e == ERR_TRACK_WAIT;
    if (*ret_is_led_away)
        exchange_redirect(x, 303, STR("/track"));
    else if (e != OK)
        *f = why;
    return *ret_is_led_away ? OK : e;
}

static enum err told(struct tracked *t, enum err e, struct fault *why, struct fault *f)
{
    if (e == OK)
        return back(t->x);
    if (err_http(e) >= 500) {
        *f = *why;
        return e;
    }
    t->x->status = err_http(e) == 409 ? 409 : 422;
    return track_show(t, fault_sentence(t->x, why), f);
}

/* ---- paying */

static struct str reference_new(struct exchange *x)
{
    unsigned char random[12];
    struct buf hex = BUF_INIT(64);
    random_bytes(random, sizeof random);
    buf_hex(&hex, random, sizeof random);
    return STR_JOIN(x->arena, STR("TS"), buf_move(&hex, x->arena));
}

static void add_pair(struct buf *url, const char *name, struct str value)
{
    buf_printf(url, "%s%s=", strchr(buf_cstr(url), '?') ? "&" : "?", name);
    url_encode(url, value);
}

/* The platform's page, with what is to be paid under our signature: reference, code, amount. */
static void lead_to_platform(struct tracked *t, struct str reference)
{
    struct exchange *x = t->x;
    const struct site *site = ((struct worker *)x->worker)->site;
    int64_t vnd = 0;
    struct digest mac;
    struct buf url CLEANUP(buf_done) = BUF_INIT(4096), hex CLEANUP(buf_done) = BUF_INIT(80);
    record_integer(t->w->reg, &t->r, "fee_vnd", &vnd);
    struct str amount = str_of(arena_printf(x->arena, "%lld", (long long)vnd));
    hmac_sha256(site->payment_key, STR_JOIN(x->arena, reference, STR("|"), t->code, STR("|"), amount), &mac);
    digest_hex(&mac, &hex);
    buf_str(&url, site->payment_url);
    add_pair(&url, "MaThamChieu", reference);
    add_pair(&url, "MaHoSo", t->code);
    add_pair(&url, "SoTien", amount);
    add_pair(&url, "TroVe", STR_JOIN(x->arena, exchange_base(x), STR("/track")));
    add_pair(&url, "ChuKy", buf_view(&hex));
    exchange_redirect_out(x, str_dup(x->arena, buf_view(&url)));
}

/* A payment that was begun and not ended goes on under the reference that it has. */
static enum err pay(struct tracked *t, const struct track_step *step, struct fault *f)
{
    struct exchange *x = t->x;
    struct worker *w = x->worker;
    struct fault why = {0};
    struct str money = record_text(t->w->reg, &t->r, "money"), reference = record_text(t->w->reg, &t->r, "payment_ref");
    if (!w->site->payment_url.n)
        return told(t, FAULT(&why, ERR_PAYMENT_OFF), &why, f);
    if (!str_is(money, "pending") || !reference.n) {
        reference = reference_new(x);
        const struct act_input ref = {STR("payment_ref"), reference};
        struct track_step begun = *step;
        begun.transition = STR("begin_payment");
        begun.inputs = &ref;
        begun.n_inputs = 1;
        enum err e = track_act(x, w, t->w, t->code, &begun, &why);
        if (e != OK)
            return told(t, e, &why, f);
    }
    lead_to_platform(t, reference);
    return OK;
}

/* ---- the other steps */

enum err post_track_act(struct exchange *x, struct fault *f)
{
    struct tracked t;
    struct fault why = {0};
    bool is_led_away = false;
    struct act_input inputs[2];
    enum err e = begin(x, &t, &is_led_away, f);
    if (e != OK || is_led_away)
        return e;
    struct str what = input_named(x, "do")->text, words = str_trim(input_named(x, "words")->text);
    struct track_step step = {.as = STR(ACTOR_APPLICANT),
                              .name = name_of(&t),
                              .reason = words,
                              .inputs = inputs,
                              .seen = input_named(x, "seen")->is_given ? input_named(x, "seen")->integer : -1};
    if (str_is(what, "pay"))
        return pay(&t, &step, f);
    step.transition = str_is(what, "withdraw")  ? STR("withdraw")
                      : str_is(what, "collect") ? STR("return")
                                                : STR("rate");
    if (str_is(what, "rate")) {
        inputs[step.n_inputs++] = (struct act_input){STR("rating"), input_named(x, "rating")->text};
        if (words.n)
            inputs[step.n_inputs++] = (struct act_input){STR("rating_words"), words};
        step.reason = nothing; /* what he thinks of it stands nowhere but in its own field */
        step.name = STR("applicant");
    }
    e = track_act(x, x->worker, t.w, t.code, &step, &why);
    return told(&t, e, &why, f);
}

/* Files are judged on the lane for what takes long; the writer waits for the one transaction. */
enum err post_track_supplement(struct exchange *x, struct fault *f)
{
    struct tracked t;
    struct fault why = {0};
    bool is_led_away = false;
    enum err e = begin(x, &t, &is_led_away, f);
    if (e != OK || is_led_away)
        return e;
    struct str words = str_trim(input_named(x, "words")->text);
    struct draft_file *files = ARENA_ARRAY(x->arena, struct draft_file, x->n_files + 1);
    if (!words.n && !x->n_files)
        return track_show(&t, message(M_track_supplement_empty, x->lang), f);
    for (size_t i = 0; e == OK && i < x->n_files; i++)
        e = apply_file_take(x, &x->files[i], 0, &files[i], &why);
    void *writer = NULL;
    if (e == OK)
        e = worker_new_writer(((struct worker *)x->worker)->site, &writer, &why);
    if (e == OK) {
        worker_view(writer, x);
        const struct track_step step = {.transition = STR("supplement"),
                                        .as = STR(ACTOR_APPLICANT),
                                        .name = name_of(&t),
                                        .reason = words.n ? words : message(M_track_supplement_files, LANG_VI),
                                        .files = files,
                                        .n_files = x->n_files,
                                        .seen =
                                            input_named(x, "seen")->is_given ? input_named(x, "seen")->integer : -1};
        e = track_act(x, writer, t.w, t.code, &step, &why);
    }
    worker_free(writer);
    return told(&t, e, &why, f);
}

/* ---- my dossiers */

static enum err read_mine(struct exchange *x, const struct reg *reg, struct tpl_my_dossiers *p, struct fault *f)
{
    enum { MOST = 200 };
    struct worker *w = x->worker;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = true;
    VEC(struct record) all = {0};
    struct str filter = STR_JOIN(x->arena, STR("account = '"), x->subject->name, STR("'"));
    if (x->subject->personal_id.n)
        filter = STR_JOIN(x->arena, filter, STR(" OR personal_id = '"), x->subject->personal_id, STR("'"));
    store_view(w->store, NULL);
    enum err e = query_open(w->store, reg,
                            &(struct query_options){.filter = filter, .sort = STR("-filed_on"), .limit = MOST}, &q, f);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row)
        VEC_PUSH(x->arena, &all, record_copy(x->arena, reg, &r));
    store_view(w->store, &w->viewer);
    struct tpl_my_dossiers_dossiers *list = ARENA_ARRAY(x->arena, struct tpl_my_dossiers_dossiers, all.n + 1);
    for (size_t i = 0; e == OK && i < all.n; i++) {
        struct text2 status = record_title(reg, &all.p[i], "status");
        list[i] = (struct tpl_my_dossiers_dossiers){
            record_text(reg, &all.p[i], "code"), part_href(x, "/account/dossiers/", all.p[i].id),
            reference_brief(x, reg, &all.p[i], "procedure"), text2_in(&status, x->lang),
            moment_text(x, record_text(reg, &all.p[i], "due_at"))};
    }
    p->dossiers = list;
    p->n_dossiers = all.n;
    return e;
}

static enum err read_drafts(struct exchange *x, struct tpl_my_dossiers *p, struct fault *f)
{
    struct draft *all = NULL;
    size_t n = 0;
    enum err e = draft_list(access_of(x), x->arena, x->subject->account, &all, &n, f);
    struct tpl_my_dossiers_drafts *list = ARENA_ARRAY(x->arena, struct tpl_my_dossiers_drafts, n + 1);
    for (size_t i = 0; e == OK && i < n; i++) {
        struct str rest, kind = str_cut(all[i].form, '/', &rest);
        if (str_is(kind, "apply"))
            list[p->n_drafts++] = (struct tpl_my_dossiers_drafts){all[i].title, part_href(x, "/apply/", rest),
                                                                  instant_text(x, all[i].saved_ms)};
    }
    p->drafts = list;
    return e;
}

enum err page_my_dossiers(struct exchange *x, struct fault *f)
{
    const struct reg *reg;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct tpl_my_dossiers p = {.n_drafts = 0};
    enum err e = province_register_find(((struct worker *)x->worker)->store->province, STR("dossiers"), &reg, f);
    if (e == OK)
        e = read_mine(x, reg, &p, f);
    if (e == OK)
        e = read_drafts(x, &p, f);
    if (e != OK)
        return e;
    tpl_my_dossiers(&content, &p, x->lang);
    struct crumb crumbs[] = {{message(M_account_title, x->lang), STR("/account")},
                             {message(M_my_dossiers_title, x->lang), nothing}};
    return page(x,
                &(struct page){.title = message(M_my_dossiers_title, x->lang),
                               .content = buf_view(&content),
                               .crumbs = crumbs,
                               .n_crumbs = 2,
                               .is_form = true},
                f);
}
