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
    return e;
}

/* The session goes along with the link and the password: whoever is told of a fault can open the link again. */
static enum err begin_session(void *context, const struct account *who, struct fault *f)
{
    struct exchange *x = context;
    struct token id;
    struct session_start how = {.account = who->number,
                                .is_pending = !who->is_citizen,
                                .by = actor_of(x),
                                .agent = x->user_agent,
                                .instead_of = x->subject->session};
    how.by.account = who->number;
    enum err e = session_begin(access_of(x), &how, &id, f);
    if (e == OK)
        session_cookie(x, &id);
    return e == OK && !how.is_pending ? device_cookie(x, who->number, f) : e;
}

enum err act_welcome(struct exchange *x, struct fault *f)
{
    struct account who;
    struct str problem;
    const struct actor by = actor_of(x);
    const struct welcome w = {.link = input_named(x, "link")->text,
                              .password = input_named(x, "password")->text,
                              .more = begin_session,
                              .context = x};
    enum err e = find(x, &who, f);
    if (e != OK)
        return e;
    e = judge(x, &who, f);
    if (e == OK)
        e = account_welcome(access_of(x), &by, &w, &who, f);
    input_wipe(x, "password");
    input_wipe(x, "again");
    if (e != OK)
        return typed_problem(x, f, &problem) ? show(x, &who, problem, f) : e;
    exchange_redirect(x, 303, who.is_citizen ? STR("/account") : STR("/account/second-factor"));
    return OK;
}
