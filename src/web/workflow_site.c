#include "web/workflow_site.h"

#include "base/clock.h"
#include "base/vec.h"
#include "register/query.h"
#include "web/ask.h"
#include "web/desk.h"

#include "base/banned.h"

/* The one office of a unit; a unit with several, as the province is, does not say which. */
static enum err office_of_unit(struct exchange *x, struct office *ret_office, struct fault *f)
{
    struct worker *w = x->worker;
    struct str unit = x->subject->unit, code = {NULL, 0};
    const struct reg *reg = province_register(w->store->province, STR("offices"));
    struct query *q CLEANUP(query_closep) = NULL;
    struct buf filter CLEANUP(buf_done) = BUF_INIT(4096);
    struct record r;
    bool has_row = true;
    size_t n = 0;
    if (!reg || !unit.n)
        return FAULT(f, ERR_OFFICE_NONE, {"unit", unit}, {"level", STR("")}, {"date", STR("")});
    enum err e = ask_equals(x, reg_field(reg, STR("unit")), unit, &filter, f);
    if (e == OK)
        e = query_open(
            w->store, reg,
            &(struct query_options){.filter = buf_view(&filter), .on = date_iso(x->arena, today_of(x)), .limit = 2}, &q,
            f);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row) {
        code = str_dup(x->arena, record_text(reg, &r, "code"));
        n++;
    }
    if (e == OK && n != 1)
        e = n ? FAULT(f, ERR_OFFICE_SEVERAL, {"unit", unit})
              : FAULT(f, ERR_OFFICE_NONE, {"unit", unit}, {"level", STR("")}, {"date", STR("")});
    return e == OK ? office_read(x->arena, w->store, code, today_of(x), ret_office, f) : e;
}

enum err site_office(struct exchange *x, struct office *ret_office, struct fault *f)
{
    struct worker *w = x->worker;
    return x->subject->agency.n ? office_read(x->arena, w->store, x->subject->agency, today_of(x), ret_office, f)
                                : office_of_unit(x, ret_office, f);
}

enum err site_clock(const struct exchange *x, struct str office, const struct office_clock **ret, struct fault *f)
{
    struct worker *w = x->worker;
    w->acting = w->acting ? w->acting : acting_new();
    return acting_clock(w->acting, w->store, office, ret, f);
}

struct act_by site_act_by(struct exchange *x)
{
    struct office office;
    struct fault ignored = {0};
    bool has_office = site_office(x, &office, &ignored) == OK;
    return (struct act_by){.name = x->subject->full_name.n ? x->subject->full_name : site_actor(x),
                           .rights = site_rights(x),
                           .subject = x->subject,
                           .office = has_office ? office.code : STR("")};
}

enum err site_act(struct exchange *x, const struct act *acts, size_t n, struct acted *ret_done, int64_t *ret_rev,
                  struct faults *list)
{
    struct worker *w = x->worker;
    struct change *c;
    struct fault f = {0};
    struct change_info info = {.actor = site_actor(x), .reason = n ? acts[0].transition : STR(""), .is_act = true};
    site_acts(x, true);
    enum err e = change_begin(w->store, &info, &c, &f);
    bool has_begun = e == OK;
    for (size_t i = 0; e == OK && i < n; i++) {
        e = workflow_act(x->arena, w->acting, c, &acts[i], &ret_done[i], &f);
        if (e == OK && ret_done[i].behalf.n)
            w->behalf = behalf_add(x->arena, w->behalf, ret_done[i].behalf);
    }
    if (e != OK)
        faults_add(list, &f);
    if (e == OK)
        e = change_commit(c, ret_rev, list, NULL);
    else if (has_begun)
        change_abort(c);
    site_acts(x, false);
    return e;
}

enum err site_choices(struct exchange *x, const struct workflow *w, const struct record *r, struct choice **ret_list,
                      size_t *ret_n, struct fault *f)
{
    struct worker *worker = x->worker;
    struct act_by by = site_act_by(x);
    struct query *q CLEANUP(query_closep) = NULL;
    struct record whole;
    bool has_row = false;
    store_view(worker->store, NULL); /* guards ask for all of it, whatever of it is shown */
    enum err e = query_open(worker->store, w->reg, &(struct query_options){.id = r->id}, &q, f);
    if (e == OK)
        e = query_next(q, &whole, &has_row, f);
    if (e == OK && has_row)
        whole = record_copy(x->arena, w->reg, &whole);
    *ret_n = 0;
    if (e == OK && has_row)
        e = workflow_choices(x->arena, worker->store, w, &whole, &by, clock_now_ms(), ret_list, ret_n, f);
    store_view(worker->store, &worker->viewer);
    return e;
}

enum err site_beside(struct exchange *x, const struct reg *reg, struct str id, struct record **ret_list, size_t *ret_n,
                     struct fault *f)
{
    struct worker *w = x->worker;
    struct query *q CLEANUP(query_closep) = NULL;
    struct buf filter CLEANUP(buf_done) = BUF_INIT(4096);
    VEC(struct record) list = {0};
    struct record r;
    bool has_row;
    store_view(w->store, NULL);
    enum err e = ask_equals(x, &reg->fields[reg->key[0]], id, &filter, f);
    if (e == OK)
        e = query_open(w->store, reg, &(struct query_options){.filter = buf_view(&filter)}, &q, f);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row)
        VEC_PUSH(x->arena, &list, record_copy(x->arena, reg, &r));
    store_view(w->store, &w->viewer);
    *ret_list = list.p;
    *ret_n = list.n;
    return e;
}

const struct paper_maker *site_papers(struct exchange *x)
{
    struct dossier_papers *about = ARENA_NEW(x->arena, struct dossier_papers);
    struct paper_maker *m = ARENA_NEW(x->arena, struct paper_maker);
    about->public_url = exchange_base(x);
    about->seal = ((struct worker *)x->worker)->site->seal;
    *m = dossier_paper_maker_of(about);
    return m;
}
