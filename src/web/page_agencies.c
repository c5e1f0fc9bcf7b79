/* /admin/agencies: the agencies that officials belong to, with their accounts and open sessions. */
#include "access/delegation.h"
#include "base/limits.h"
#include "web/admin.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/show.h"
#include "web/signed.h"
#include "web/templates.h"

#include "base/banned.h"

enum { AGENCIES_A_PAGE = 50, SHOWN_ACCOUNTS = 20 };

static enum err name_of(struct exchange *x, struct reg *agencies, struct names *names, struct str code,
                        struct tpl_agencies_agencies *row, struct fault *f)
{
    const struct worker *w = x->worker;
    struct shown shown = {0};
    row->title = code;
    if (!agencies || agencies->entity == NO_FIELD || code.n == 0)
        return OK;
    const struct field fd = {.type = FT_REFERENCE, .target = agencies, .reg = agencies};
    enum err e = show_reference(x, names, &fd, code, delegation_today(x->arena, w->store), &shown, f);
    if (e == OK && shown.text.n)
        row->title = shown.text;
    row->href = shown.href;
    return e;
}

static enum err list_accounts(struct exchange *x, struct str code, struct tpl_agencies_agencies *row, struct fault *f)
{
    struct account *list;
    size_t n = 0;
    enum err e = account_list_of_agency(x->arena, access_of(x), code, SHOWN_ACCOUNTS + 1, &list, &n, f);
    if (e != OK)
        return e;
    row->has_more = n > SHOWN_ACCOUNTS;
    row->n_accounts = row->has_more ? SHOWN_ACCOUNTS : n;
    struct tpl_agencies_agencies_accounts *shown =
        ARENA_ARRAY(x->arena, struct tpl_agencies_agencies_accounts, row->n_accounts + 1);
    for (size_t i = 0; i < row->n_accounts; i++)
        shown[i] = (struct tpl_agencies_agencies_accounts){part_href(x, "/admin/users/", list[i].name), list[i].name,
                                                           list[i].full_name};
    row->accounts = shown;
    return OK;
}

enum err page_agencies(struct exchange *x, struct fault *f)
{
    struct worker *w = x->worker;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct str after = input_named(x, "after")->text;
    struct agency_count *counts;
    struct names names = {0};
    struct tpl_agencies t = {.next = STR("")};
    size_t n = 0;
    int64_t rev;
    enum err e = worker_revision(w, STR(""), &rev, f);
    if (e == OK)
        e = account_count_by_agency(x->arena, access_of(x), after.n ? &after : NULL, AGENCIES_A_PAGE + 1, &counts, &n,
                                    f);
    if (e != OK)
        return e;
    if (n > AGENCIES_A_PAGE) {
        n = AGENCIES_A_PAGE;
        t.next = part_href(x, "/admin/agencies?after=", counts[n - 1].agency);
    }
    struct reg *agencies = province_agencies(w->store->province);
    struct tpl_agencies_agencies *rows = ARENA_ARRAY(x->arena, struct tpl_agencies_agencies, n + 1);
    for (size_t i = 0; e == OK && i < n; i++) {
        rows[i] = (struct tpl_agencies_agencies){.code = counts[i].agency,
                                                 .count = counts[i].accounts,
                                                 .disabled = counts[i].disabled,
                                                 .sessions = counts[i].sessions};
        e = name_of(x, agencies, &names, counts[i].agency, &rows[i], f);
        if (e == OK)
            e = list_accounts(x, counts[i].agency, &rows[i], f);
    }
    if (e != OK)
        return e;
    t.agencies = rows;
    t.n_agencies = n;
    tpl_agencies(&content, &t, x->lang);
    return admin_page(x, message(M_agencies_title, x->lang), &content, f);
}
