/* /welcome/LINK: the one-time link by which a password is chosen; the first of all makes the first administrator. */
#include "base/limits.h"
#include "text/vn.h"
#include "web/message.h"
#include "web/signed.h"
#include "web/templates.h"

#include "base/banned.h"

enum { FULL_NAME_BYTES = 200 };

static enum err show(struct exchange *x, const struct account *who, struct str problem, struct fault *f)
{
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    bool is_first = who->number == 0;
    tpl_new_password(&content,
                     &(struct tpl_new_password){
                         .action = STR_JOIN(x->arena, STR("/welcome/"), input_named(x, "link")->text),
                         .problem = problem,
                         .lead = is_first ? message(M_welcome_first, x->lang)
                                          : message_with(x->arena, M_welcome_lead, x->lang, who->full_name),
                         .asks_name = is_first,
                         .name = who->name,
                         .full_name = who->full_name,
                         .csrf = x->subject->csrf,
                     },
                     x->lang);
    return page(x,
                &(struct page){.title = message(M_welcome_title, x->lang),
                               .content = buf_view(&content),
                               .has_own_search = true,
                               .is_form = true},
                f);
}

/* Whom the link is for; number 0: the first administrator. */
static enum err find(struct exchange *x, struct account *ret, struct fault *f)
{
    int64_t number = 0;
    *ret = (struct account){.name = STR(""), .full_name = STR("")};
    enum err e = account_link_find(access_of(x), input_named(x, "link")->text, &number, f);
    return e == OK && number ? account_get(x->arena, access_of(x), number, ret, f) : e;
}

enum err page_welcome(struct exchange *x, struct fault *f)
{
    struct account who;
    enum err e = find(x, &who, f);
    return e == OK ? show(x, &who, STR(""), f) : e;
}

static enum err judge(struct exchange *x, struct account *who, struct fault *f)
{
    struct str password = input_named(x, "password")->text, name, full_name;
    enum err e = OK;
    if (who->number == 0) {
        who->name = input_named(x, "name")->text;
        who->full_name = input_named(x, "full_name")->text;
        e = account_name_parse(x->arena, who->name, &name, f);
        if (e == OK)
            e = text_clean(x->arena, who->full_name, false, &full_name, f);
        if (e == OK && full_name.n == 0)
            e = FAULT(f, ERR_ACCOUNT_FULL_NAME);
        if (e == OK)
            who->name = name, who->full_name = full_name;
    }
    if (e == OK && !str_eq(password, input_named(x, "again")->text))
        e = FAULT(f, ERR_PASSWORD_DIFFERS);
    return e == OK ? password_judge(password, who, f) : e;
}

/* From here on the link opens nothing any more. */
static enum err use_link(struct exchange *x, struct account *who, struct fault *f)
{
    static const struct str administrator = {ROLE_ADMINISTRATOR, sizeof ROLE_ADMINISTRATOR - 1};
    struct access *a = access_of(x);
    struct actor by = actor_of(x);
    enum err e = access_begin(a, f);
    if (e != OK)
        return e;
    by.account = who->number;
    e = account_link_use(a, &by, input_named(x, "link")->text, f);
    if (e == OK && who->number == 0)
        e = account_add(a, &by, who, &administrator, 1, &who->number, NULL, f);
    return access_end(a, e, f);
}

static enum err begin_session(struct exchange *x, const struct account *who, struct fault *f)
{
    struct access *a = access_of(x);
    struct token id;
    struct session_start how = {.account = who->number,
                                .is_pending = !who->is_citizen,
                                .by = actor_of(x),
                                .agent = x->user_agent,
                                .instead_of = x->subject->session};
    how.by.account = who->number;
    enum err e = access_begin(a, f);
    if (e == OK)
        e = access_end(a, session_begin(a, &how, &id, f), f);
    if (e == OK) {
        session_cookie(x, &id);
        exchange_redirect(x, 303, who->is_citizen ? STR("/account") : STR("/account/second-factor"));
    }
    return e;
}

enum err act_welcome(struct exchange *x, struct fault *f)
{
    struct account who;
    struct str problem;
    enum err e = find(x, &who, f);
    if (e != OK)
        return e;
    e = judge(x, &who, f);
    if (e != OK)
        return typed_problem(x, f, &problem) ? show(x, &who, problem, f) : e;
    e = use_link(x, &who, f);
    struct actor by = actor_of(x);
    by.account = who.number;
    if (e == OK)
        e = account_password_set(access_of(x), &by, &who, input_named(x, "password")->text, f);
    input_wipe(x, "password");
    input_wipe(x, "again");
    return e == OK ? begin_session(x, &who, f) : e;
}
