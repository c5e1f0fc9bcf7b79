/* /account/delegations: roles that one lends to another, or was lent, for some days. */
#include "access/delegation.h"
#include "base/limits.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/signed.h"
#include "web/templates.h"

#include "base/banned.h"

enum { SHOWN_DELEGATIONS = 200 };

struct typed {
    struct str problem, to, role, unit, first, last, reason;
};

static struct str role_title(const struct exchange *x, struct str id)
{
    const struct worker *w = x->worker;
    const struct role *role = w->roles ? role_find(w->roles, id) : NULL;
    return role ? text2_in(&role->title, x->lang) : id;
}

static struct str state_of(struct exchange *x, const struct delegation_row *d, struct str today)
{
    static const enum message words[] = {[DELEGATION_IN_FORCE] = M_delegation_in_force,
                                         [DELEGATION_LATER] = M_delegation_later,
                                         [DELEGATION_VOID] = M_delegation_void,
                                         [DELEGATION_OVER] = M_delegation_over,
                                         [DELEGATION_ENDED] = M_delegation_ended};
    return message(words[delegation_state(d, today)], x->lang);
}

static struct tpl_delegation_table_rows row_of(struct exchange *x, const struct delegation_row *d, struct str today,
                                               bool is_given)
{
    enum delegation_state state = delegation_state(d, today);
    bool is_open = state != DELEGATION_ENDED && state != DELEGATION_OVER;
    struct str name = is_given ? d->to_name : d->from_name;
    return (struct tpl_delegation_table_rows){
        .who = is_given ? d->to_full_name : d->from_full_name,
        .name = name,
        .role = role_title(x, d->role),
        .role_id = d->role,
        .unit = d->unit,
        .first = part_date(x, d->first),
        .last = part_date(x, d->last),
        .reason = d->reason,
        .state = state_of(x, d, today),
        .subject = STR_JOIN(x->arena, name, STR(", "), d->role),
        .end_href =
            is_open ? str_of(arena_printf(x->arena, "/account/delegations/%lld/end", (long long)d->number)) : STR(""),
    };
}

static enum err read_lists(struct exchange *x, struct str today, struct tpl_delegations *t, struct fault *f)
{
    struct delegation_row *all;
    size_t n = 0;
    enum err e = delegation_list(x->arena, access_of(x), x->subject->account, SHOWN_DELEGATIONS, &all, &n, f);
    if (e != OK)
        return e;
    struct tpl_delegation_table_rows *given = ARENA_ARRAY(x->arena, struct tpl_delegation_table_rows, n + 1);
    struct tpl_delegation_table_rows *received = ARENA_ARRAY(x->arena, struct tpl_delegation_table_rows, n + 1);
    size_t n_given = 0, n_received = 0;
    for (size_t i = 0; i < n; i++) {
        bool is_given = all[i].from == x->subject->account;
        struct tpl_delegation_table_rows row = row_of(x, &all[i], today, is_given);
        if (is_given)
            given[n_given++] = row;
        else
            received[n_received++] = row;
    }
    t->has_given = n_given > 0;
    t->given = (struct tpl_delegation_table){.heading = STR("given"),
                                             .csrf = x->subject->csrf,
                                             .is_given = true,
                                             .has_role = true,
                                             .rows = given,
                                             .n_rows = n_given};
    t->has_received = n_received > 0;
    t->received = (struct tpl_delegation_table){.heading = STR("received"),
                                                .csrf = x->subject->csrf,
                                                .gives_back = true,
                                                .has_role = true,
                                                .rows = received,
                                                .n_rows = n_received};
    return OK;
}

static void add_roles(struct exchange *x, const struct typed *typed, struct tpl_delegations *t)
{
    const struct subject *s = x->subject;
    struct tpl_delegations_roles *roles = ARENA_ARRAY(x->arena, struct tpl_delegations_roles, s->n_roles + 1);
    for (size_t i = 0; i < s->n_roles; i++)
        if (!str_is(s->roles[i], ROLE_ADMINISTRATOR))
            roles[t->n_roles++] = (struct tpl_delegations_roles){s->roles[i], role_title(x, s->roles[i]),
                                                                 typed->role.n && str_eq(typed->role, s->roles[i])};
    t->roles = roles;
    t->may_give = !s->is_citizen && t->n_roles > 0;
}

static enum err show(struct exchange *x, const struct typed *typed, struct fault *f)
{
    struct worker *w = x->worker;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    int64_t rev;
    enum err e = worker_revision(w, STR(""), &rev, f);
    if (e != OK)
        return e;
    struct str today = delegation_today(x->arena, w->store);
    struct tpl_delegations t = {.problem = typed->problem,
                                .is_recent = subject_is_recent(x->subject),
                                .csrf = x->subject->csrf,
                                .to = typed->to,
                                .unit = typed->unit,
                                .today = today,
                                .first = typed->first,
                                .last = typed->last,
                                .reason = typed->reason};
    add_roles(x, typed, &t);
    e = read_lists(x, today, &t, f);
    if (e != OK)
        return e;
    tpl_delegations(&content, &t, x->lang);
    struct crumb up = {message(M_account_title, x->lang), STR("/account")};
    return page(x,
                &(struct page){.title = message(M_delegations_title, x->lang),
                               .content = buf_view(&content),
                               .is_form = true,
                               .crumbs = &up,
                               .n_crumbs = 1},
                f);
}

enum err page_delegations(struct exchange *x, struct fault *f)
{
    return show(x, &(struct typed){.problem = STR("")}, f);
}

/* ---- giving */

/* Only in one's own name: who gives is whoever is signed in, whatever the form says. An account that may not receive is told as one that is not there. */
static enum err give(struct exchange *x, const struct typed *typed, struct fault *f)
{
    struct worker *w = x->worker;
    struct access *a = access_of(x);
    struct actor by = actor_of(x);
    struct account from, to;
    struct fault ignored = {0};
    struct str name;
    int64_t number, rev;
    enum err e = worker_revision(w, STR(""), &rev, f);
    if (e == OK)
        e = account_get(x->arena, a, x->subject->account, &from, f);
    if (e != OK)
        return e;
    if (account_name_parse(x->arena, typed->to, &name, &ignored) != OK ||
        account_find(x->arena, a, name, &to, &ignored) != OK)
        return FAULT(f, ERR_DELEGATION_PARTY, {"name", typed->to});
    const struct delegation_new d = {.from = &from,
                                     .to = &to,
                                     .role = typed->role,
                                     .unit = typed->unit,
                                     .first = typed->first,
                                     .last = typed->last,
                                     .reason = typed->reason,
                                     .store = w->store};
    e = access_begin(a, f);
    return e == OK ? access_end(a, delegation_add(a, &by, &d, &number, f), f) : e;
}

enum err act_delegate(struct exchange *x, struct fault *f)
{
    struct typed typed = {.to = str_trim(input_named(x, "to")->text),
                          .role = str_trim(input_named(x, "role")->text),
                          .unit = str_trim(input_named(x, "unit")->text),
                          .first = delegation_day(x->arena, input_named(x, "from")->text),
                          .last = delegation_day(x->arena, input_named(x, "until")->text),
                          .reason = str_trim(input_named(x, "reason")->text)};
    enum err e = give(x, &typed, f);
    if (e != OK)
        return typed_problem(x, f, &typed.problem) ? show(x, &typed, f) : e;
    exchange_redirect(x, 303, STR("/account/delegations"));
    return OK;
}

static enum err end(struct exchange *x, int64_t account, struct fault *f)
{
    struct access *a = access_of(x);
    struct actor by = actor_of(x);
    int64_t number = input_named(x, "delegation")->integer;
    enum err e = access_begin(a, f);
    return e == OK ? access_end(a, delegation_end(a, &by, number, account, f), f) : e;
}

enum err act_delegation_end(struct exchange *x, struct fault *f)
{
    enum err e = end(x, x->subject->account, f);
    if (e == OK)
        exchange_redirect(x, 303, STR("/account/delegations"));
    return e;
}

/* An administrator ends anybody's. */
enum err act_delegation_end_any(struct exchange *x, struct fault *f)
{
    enum err e = end(x, 0, f);
    if (e == OK)
        exchange_redirect(x, 303, STR("/admin/roles"));
    return e;
}
