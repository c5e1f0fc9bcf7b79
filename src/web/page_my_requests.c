/* /account/requests: what a citizen asks about his own data. The program writes the record for him, under his name: he needs no right on the register. */
#include "base/limits.h"
#include "web/desk.h"
#include "web/form.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/person.h"
#include "web/signed.h"
#include "web/templates.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

/* All that he asked, whatever may be seen of the register. */
static enum err read_mine(struct exchange *x, struct request **ret_list, size_t *ret_n, struct fault *f)
{
    struct worker *w = x->worker;
    *ret_n = 0;
    if (!person_is_number(x->subject->personal_id))
        return OK;
    store_view(w->store, NULL);
    enum err e = requests_of(x->arena, w->store, today_of(x), x->subject->personal_id, ret_list, ret_n, f);
    store_view(w->store, &w->viewer);
    return e;
}

static void write_table(struct exchange *x, const struct request *list, size_t n, struct buf *out)
{
    enum { COLUMNS = 5 };
    const struct table_column columns[COLUMNS] = {
        {.title = message(M_desk_code, x->lang), .is_head = true},
        {.title = message(M_desk_kind, x->lang)},
        {.title = message(M_desk_received, x->lang)},
        {.title = message(M_desk_state, x->lang)},
        {.title = message(M_desk_finish_due, x->lang)},
    };
    struct table_row *rows = ARENA_ARRAY(x->arena, struct table_row, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct table_cell *cells = ARENA_ARRAY(x->arena, struct table_cell, COLUMNS);
        cells[0].text = list[i].code;
        cells[1].text = text2_in(&list[i].kind_title, x->lang);
        cells[2].text = day_text(x, list[i].received);
        cells[3].text = desk_state(x, &list[i]);
        cells[4].text = day_text(x, list[i].finish_due);
        rows[i] = (struct table_row){.cells = cells};
    }
    part_table(x, out,
               &(struct table){.caption = message(M_my_requests_mine, x->lang),
                               .columns = columns,
                               .n_columns = COLUMNS,
                               .rows = rows,
                               .n_rows = n});
}

static const struct tpl_my_requests_kinds *kinds_of(struct exchange *x, struct str chosen, size_t *ret_n)
{
    const struct province *p = ((struct worker *)x->worker)->store->province;
    const struct reg *reg = province_register(p, STR(DESK_REGISTER));
    const struct field *fd = reg ? reg_field(reg, STR("kind")) : NULL;
    const struct code_list *codes = fd ? fd->codes : NULL;
    size_t n = codes ? codes->n : 0;
    struct tpl_my_requests_kinds *kinds = ARENA_ARRAY(x->arena, struct tpl_my_requests_kinds, n + 1);
    for (size_t i = 0; i < n; i++)
        kinds[i] = (struct tpl_my_requests_kinds){codes->p[i].code, text2_in(&codes->p[i].title, x->lang),
                                                  str_eq(codes->p[i].code, chosen)};
    *ret_n = n;
    return kinds;
}

static enum err answer(struct exchange *x, struct str problem, struct str kind, struct str words, struct str sent,
                       struct fault *f)
{
    struct buf table CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                     content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct request *list = NULL;
    size_t n = 0;
    bool is_mine = false;
    enum err e = read_mine(x, &list, &n, f);
    if (e != OK)
        return e;
    for (size_t i = 0; i < n; i++)
        is_mine |= str_eq(list[i].code, sent);
    if (n)
        write_table(x, list, n, &table);
    struct tpl_my_requests t = {.has_number = person_is_number(x->subject->personal_id),
                                .sent = is_mine ? sent : nothing,
                                .table = buf_view(&table),
                                .problem = problem,
                                .words = words,
                                .csrf = x->subject->csrf};
    t.kinds = kinds_of(x, kind, &t.n_kinds);
    tpl_my_requests(&content, &t, x->lang);
    struct crumb crumbs[] = {{message(M_account_title, x->lang), STR("/account")},
                             {message(M_my_requests_title, x->lang), nothing}};
    return page(x,
                &(struct page){.title = message(M_my_requests_title, x->lang),
                               .content = buf_view(&content),
                               .crumbs = crumbs,
                               .n_crumbs = ARRAY_LEN(crumbs),
                               .is_form = true},
                f);
}

enum err page_my_requests(struct exchange *x, struct fault *f)
{
    return answer(x, nothing, nothing, nothing, input_named(x, "sent")->text, f);
}

/* Not too many at a time; then the record, which the program itself writes. */
static enum err file(struct exchange *x, struct str kind, struct str words, struct str *ret_id, struct faults *list)
{
    struct worker *w = x->worker;
    struct request *mine = NULL;
    size_t n = 0, open = 0;
    struct fault f = {0};
    enum err e = read_mine(x, &mine, &n, &f);
    for (size_t i = 0; e == OK && i < n; i++)
        open += mine[i].finished_on.n == 0;
    if (e == OK && !person_is_number(x->subject->personal_id))
        e = FAULT(&f, ERR_HTTP_MAY_NOT);
    if (e == OK && open >= LIMIT_REQUESTS_OPEN)
        e = FAULT(&f, ERR_REQUESTS_MANY, {"count", part_int(x, (int64_t)open)});
    if (e != OK) {
        faults_add(list, &f);
        return e;
    }
    const struct request_filed what = {.kind = kind,
                                       .words = words,
                                       .person = x->subject->full_name,
                                       .personal_id = x->subject->personal_id,
                                       .actor = site_actor(x)};
    store_view(w->store, NULL);
    store_guard(w->store, NULL);
    e = request_file(x->arena, w->store, &what, ret_id, list);
    store_view(w->store, &w->viewer);
    store_guard(w->store, &w->guard);
    return e;
}

enum err post_my_requests(struct exchange *x, struct fault *f)
{
    struct faults list CLEANUP(faults_done) = {.max = 1};
    struct str kind = input_named(x, "kind")->text, words = str_trim(input_named(x, "words")->text), id = nothing;
    enum err e = file(x, kind, words, &id, &list);
    if (e == OK) {
        exchange_redirect(x, 303, STR_JOIN(x->arena, STR("/account/requests?sent="), id));
        return OK;
    }
    *f = list.n ? list.p[0] : (struct fault){0};
    int status = err_http(e);
    if (status != 422 && status != 409)
        return list.n ? e : FAULT(f, e);
    x->status = status;
    return answer(x, fault_sentence(x, f), kind, words, nothing, f);
}
