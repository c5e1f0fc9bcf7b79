/* tinhso user: accounts. No password ever stands in an argument: whoever uses the account chooses it by a one-time link. */
#include "access/account_new.h"
#include "access/role.h"
#include "access/subject.h"
#include "base/file.h"
#include "cli/folder.h"
#include "cli/show.h"
#include "cli/user.h"
#include "report/columns.h"
#include "text/date.h"
#include "text/vn.h"

#include "base/banned.h"

enum { LIST_MOST = 10000, WIDTH = 140 };

static struct str instant(struct cli *c, int64_t ms)
{
    struct buf b = BUF_INIT(64);
    if (ms == 0)
        return STR("");
    instant_print(ms, &b);
    return buf_move(&b, c->arena);
}

void instant_member(struct json_out *o, const char *key, struct cli *c, int64_t ms)
{
    json_key(o, str_of(key));
    if (ms)
        json_str(o, instant(c, ms));
    else
        json_null(o);
}

/* ---- list ---- */

static void list_json(struct cli *c, const struct account *list, size_t n)
{
    struct json_out o = answer_list_begin(c, "users");
    for (size_t i = 0; i < n; i++) {
        const struct account *u = &list[i];
        json_object_begin(&o);
        json_member(&o, "name", u->name);
        json_member(&o, "full_name", u->full_name);
        json_member(&o, "agency", u->agency);
        json_member(&o, "unit", u->unit);
        json_key(&o, STR("roles")), json_array_begin(&o);
        for (size_t k = 0; k < u->n_roles; k++)
            json_str(&o, u->roles[k]);
        json_array_end(&o);
        json_key(&o, STR("citizen")), json_bool(&o, u->is_citizen);
        json_key(&o, STR("disabled")), json_bool(&o, u->is_disabled);
        json_key(&o, STR("password")), json_bool(&o, u->has_password);
        json_key(&o, STR("second_factor")), json_bool(&o, u->has_second_factor);
        instant_member(&o, "added", c, u->made_ms);
        instant_member(&o, "seen", c, u->seen_ms);
        json_object_end(&o);
    }
    answer_list_end(c, &o);
}

static struct str roles_text(struct cli *c, const struct account *u)
{
    struct str all = STR("");
    for (size_t i = 0; i < u->n_roles; i++)
        all = i ? STR_JOIN(c->arena, all, STR(" "), u->roles[i]) : u->roles[i];
    return all;
}

static const char *state(struct cli *c, const struct account *u)
{
    if (u->is_disabled)
        return T(c, "đã khóa", "disabled");
    if (!u->has_password)
        return T(c, "chưa chọn mật khẩu", "no password yet");
    return u->has_second_factor ? T(c, "hai bước", "two factors") : T(c, "một bước", "one factor");
}

static enum err user_list(struct user *u)
{
    struct cli *c = u->c;
    static const struct words heads[] = {{"Tên", "Name"},    {"Họ và tên", "Full name"}, {"Cơ quan", "Agency"},
                                         {"Đơn vị", "Unit"}, {"Vai trò", "Roles"},       {"Tình trạng", "State"}};
    struct account *list;
    size_t n;
    enum err e = account_list(c->arena, u->a, STR(""), LIST_MOST, &list, &n, &c->fault);
    if (e != OK)
        return e;
    if (c->is_json) {
        list_json(c, list, n);
        return OK;
    }
    struct columns_table t;
    columns_begin(c, &t, heads, ARRAY_LEN(heads));
    for (size_t i = 0; i < n; i++) {
        columns_add(&t, list[i].name);
        columns_add(&t, list[i].full_name);
        columns_add(&t, list[i].agency);
        columns_add(&t, list[i].unit);
        columns_add(&t, roles_text(c, &list[i]));
        columns_add(&t, str_of(state(c, &list[i])));
    }
    columns_draw(&t, (size_t)cli_width(WIDTH), &c->out);
    return OK;
}

/* ---- links ---- */

static void tell_link(struct user *u, struct str name, const struct token *link)
{
    struct cli *c = u->c;
    struct str base = cli_option(c, "public-url");
    if (!base.n)
        base = STR("http://127.0.0.1:8080");
    while (base.n && base.p[base.n - 1] == '/')
        base.n--;
    if (c->is_json) {
        struct json_out o = answer_begin(c);
        json_object_begin(&o);
        json_member(&o, "name", name);
        json_member(&o, "link", STR_JOIN(c->arena, base, STR("/welcome/"), str_of(link->text)));
        json_object_end(&o);
        answer_end(c, &o);
        return;
    }
    buf_printf(&c->out,
               T(c, "Liên kết cho “%.*s”, dùng một lần trong 24 giờ:\n%.*s/welcome/%s\n",
                 "Link for “%.*s”, once within 24 hours:\n%.*s/welcome/%s\n"),
               STR_ARG(name), STR_ARG(base), link->text);
}

/* ---- add ---- */

/* Against the declarations of now. */
static enum err check_role(struct cli *c, struct str name)
{
    struct store *s;
    struct roles *roles = NULL;
    if (str_is(name, ROLE_ADMINISTRATOR))
        return OK;
    enum err e = cli_open(c, &s);
    if (e == OK)
        e = roles_load(c->arena, s->province, &roles, &c->faults);
    return e == OK && !role_find(roles, name) ? FAULT(&c->fault, ERR_ACCOUNT_ROLE, {"name", name}) : e;
}

static struct str option_or_empty(struct cli *c, const char *name)
{
    struct str v = str_trim(cli_option(c, name));
    return v.p ? v : STR("");
}

/* Against the declarations and registers of now; the first accounts may come before a database. */
static enum err user_read(struct user *u, const struct account_typed *typed, struct account *ret_who,
                          const struct str **ret_roles, size_t *ret_n)
{
    struct cli *c = u->c;
    struct store *s = NULL;
    struct roles *roles = NULL;
    bool is_plain =
        (typed->roles.n == 0 || str_is(typed->roles, ROLE_ADMINISTRATOR)) && typed->unit.n == 0 && typed->agency.n == 0;
    enum err e = is_plain ? OK : cli_open(c, &s);
    if (e == OK && s)
        e = roles_load(c->arena, s->province, &roles, &c->faults);
    return e == OK ? account_read(c->arena, s, roles, typed, ret_who, ret_roles, ret_n, &c->fault) : e;
}

static enum err user_add(struct user *u)
{
    struct cli *c = u->c;
    struct token link;
    struct account who;
    const struct str *roles = NULL;
    size_t n = 0;
    int64_t number;
    const struct account_typed typed = {.name = cli_word(c, 1),
                                        .full_name = option_or_empty(c, "full-name"),
                                        .agency = option_or_empty(c, "agency"),
                                        .unit = option_or_empty(c, "unit"),
                                        .personal_id = option_or_empty(c, "personal-id"),
                                        .roles = option_or_empty(c, "role"),
                                        .is_citizen = args_has(&c->args, "citizen")};
    enum err e = user_read(u, &typed, &who, &roles, &n);
    if (e == OK)
        e = access_begin(u->a, &c->fault);
    if (e == OK)
        e = access_end(u->a, account_add(u->a, &u->by, &who, roles, n, &number, &link, &c->fault), &c->fault);
    if (e == OK)
        tell_link(u, who.name, &link);
    return e;
}

/* ---- changing one ---- */

static void tell(struct user *u, const char *words, struct str name)
{
    struct cli *c = u->c;
    if (!c->is_json) {
        buf_printf(&c->out, "%s: %.*s\n", words, STR_ARG(name));
        return;
    }
    struct json_out o = answer_begin(c);
    json_object_begin(&o);
    json_member(&o, "name", name);
    json_member(&o, "done", cli_word(c, 0));
    json_object_end(&o);
    answer_end(c, &o);
}

static enum err change(struct user *u, struct str what, const struct account *who, struct token *link)
{
    struct fault *f = &u->c->fault;
    struct str role = cli_word(u->c, 3);
    if (str_is(what, "disable"))
        return account_disable(u->a, &u->by, who, f);
    if (str_is(what, "enable"))
        return account_enable(u->a, &u->by, who, f);
    if (str_is(what, "reset"))
        return account_reset(u->a, &u->by, who, link, f);
    return str_is(cli_word(u->c, 2), "add") ? account_role_add(u->a, &u->by, who, role, f)
                                            : account_role_remove(u->a, &u->by, who, role, f);
}

static enum err user_change(struct user *u, struct str what)
{
    struct cli *c = u->c;
    struct account who;
    struct token link;
    struct str role = cli_word(c, 3);
    enum err e = account_find(c->arena, u->a, cli_word(c, 1), &who, &c->fault);
    if (e == OK && str_is(what, "role") && str_is(cli_word(c, 2), "add"))
        e = check_role(c, role);
    if (e == OK)
        e = access_begin(u->a, &c->fault);
    if (e == OK)
        e = access_end(u->a, change(u, what, &who, &link), &c->fault);
    if (e != OK)
        return e;
    if (str_is(what, "reset"))
        tell_link(u, who.name, &link);
    else
        tell(u,
             str_is(what, "disable")  ? T(c, "Đã khóa tài khoản", "Disabled")
             : str_is(what, "enable") ? T(c, "Đã mở khóa tài khoản", "Enabled")
                                      : T(c, "Đã đổi vai trò của", "Changed the roles of"),
             who.name);
    return OK;
}

/* ---- the command ---- */

static bool is_complete(const struct cli *c)
{
    struct str what = cli_word(c, 0), act = cli_word(c, 2);
    size_t n = c->args.words.n;
    if (str_is(what, "list"))
        return n == 1;
    if (str_is(what, "delegations"))
        return n <= 2;
    if (str_is(what, "role"))
        return n == 4 && (str_is(act, "add") || str_is(act, "remove"));
    static const char *const of_one[] = {"add", "disable", "enable", "reset", "delegate", "undelegate"};
    bool is_known = false;
    for (size_t i = 0; i < ARRAY_LEN(of_one); i++)
        is_known |= str_is(what, of_one[i]);
    return n == 2 && is_known;
}

static enum err act(struct user *u, struct str what)
{
    static const struct {
        const char *name;
        enum err (*run)(struct user *u);
    } acts[] = {{"list", user_list},
                {"add", user_add},
                {"delegate", user_delegate},
                {"delegations", user_delegations},
                {"undelegate", user_undelegate}};
    for (size_t i = 0; i < ARRAY_LEN(acts); i++)
        if (str_is(what, acts[i].name))
            return acts[i].run(u);
    return user_change(u, what);
}

static enum err user_run(struct cli *c)
{
    struct user u = {.c = c};
    const char *path;
    struct str what = cli_word(c, 0);
    if (!is_complete(c))
        return FAULT(&c->fault, ERR_COMMAND_WORDS, {"command", STR("user")}, {"words", str_of(command_user.words)});
    enum err e = cli_database(c, &path);
    if (e == OK && !file_exists(path))
        e = FAULT(&c->fault, ERR_FILE_MISSING, {"path", str_of(path)});
    if (e == OK)
        e = access_open(path, &u.a, &c->fault);
    if (e == OK)
        e = act(&u, what);
    access_close(u.a);
    return e;
}

static const struct option options[] = {
    {"full-name", "TEXT", {"add: họ và tên (bắt buộc)", "add: the full name (required)"}},
    {"role",
     "NAMES",
     {"add: các vai trò, cách nhau bằng dấu phẩy; delegate: một vai trò",
      "add: roles, separated by commas; delegate: one"}},
    {"agency", "CODE", {"add: cơ quan", "add: the agency"}},
    {"unit",
     "CODE",
     {"add: đơn vị hành chính; delegate: chỉ đơn vị này", "add: the administrative unit; delegate: this unit only"}},
    {"to", "NAME", {"delegate: người được ủy quyền", "delegate: who receives the role"}},
    {"from", "DAY", {"delegate: ngày đầu (mặc định hôm nay)", "delegate: the first day (default: today)"}},
    {"until",
     "DAY",
     {"delegate: ngày cuối, dài nhất một năm (bắt buộc)", "delegate: the last day, a year at most (required)"}},
    {"reason", "TEXT", {"delegate: lý do (bắt buộc)", "delegate: why (required)"}},
    {"citizen", NULL, {"add: tài khoản của công dân, không phải cán bộ", "add: a citizen's, no official's"}},
    {"personal-id", "ID", {"add: số định danh của công dân", "add: the citizen's personal id"}},
    {"public-url", "URL", {"địa chỉ của cổng, để in liên kết", "the portal's address, for links"}},
    {0},
};
static const char *const examples[] = {
    "user list",
    "user add an.nguyen --full-name \"Nguyễn Văn An\" --role commune_officer --unit 24611",
    "user disable an.nguyen",
    "user reset an.nguyen",
    "user role an.nguyen add clerk",
    "user delegate an.nguyen --to binh.tran --role commune_officer --until 2026-12-31 --reason \"nghỉ phép\"",
    "user undelegate 3",
    NULL,
};

const struct command command_user = {
    .name = "user",
    .words = "list|add NAME|disable NAME|enable NAME|reset NAME|role NAME add|remove ROLE|delegate NAME|delegations "
             "[NAME]|undelegate N",
    .min_words = 1,
    .max_words = 4,
    .title = {"tài khoản: thêm, khóa, cấp liên kết mới, giao vai trò",
              "accounts: add, disable, make a new link, give roles"},
    .more = {"Mật khẩu do người dùng tự chọn qua liên kết dùng một lần. Vai trò administrator được quản trị tài khoản.",
             "Users choose their password by a one-time link. The role administrator administers accounts."},
    .examples = examples,
    .options = options,
    .shared = SHARED_DB | SHARED_JSON,
    .run = user_run,
};
