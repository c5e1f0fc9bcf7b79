/* tinhso user delegate, delegations, undelegate: roles lent for some days. */
#include "access/delegation.h"
#include "cli/folder.h"
#include "cli/show.h"
#include "cli/user.h"
#include "report/columns.h"
#include "text/number.h"

#include "base/banned.h"

enum { LISTED = 10000, WIDTH = 160 };

static struct str text_or_empty(struct cli *c, const char *option)
{
    struct str v = str_trim(cli_option(c, option));
    return v.p ? v : STR("");
}

static void tell(struct cli *c, int64_t number, const char *done, const char *words)
{
    if (!c->is_json) {
        buf_printf(&c->out, "%s: %lld\n", words, (long long)number);
        return;
    }
    struct json_out o = answer_begin(c);
    json_object_begin(&o);
    json_key(&o, STR("delegation")), json_int(&o, number);
    json_member(&o, "done", str_of(done));
    json_object_end(&o);
    answer_end(c, &o);
}

enum err user_delegate(struct user *u)
{
    struct cli *c = u->c;
    struct store *s;
    struct account from, to;
    struct delegation_new d = {.from = &from,
                               .to = &to,
                               .role = text_or_empty(c, "role"),
                               .unit = text_or_empty(c, "unit"),
                               .first = delegation_day(c->arena, cli_option(c, "from")),
                               .last = delegation_day(c->arena, cli_option(c, "until")),
                               .reason = text_or_empty(c, "reason")};
    int64_t number = 0;
    enum err e = account_find(c->arena, u->a, cli_word(c, 1), &from, &c->fault);
    if (e == OK)
        e = account_find(c->arena, u->a, text_or_empty(c, "to"), &to, &c->fault);
    if (e == OK)
        e = cli_open(c, &s);
    if (e != OK)
        return e;
    d.store = s;
    e = access_begin(u->a, &c->fault);
    if (e == OK)
        e = access_end(u->a, delegation_add(u->a, &u->by, &d, &number, &c->fault), &c->fault);
    if (e == OK)
        tell(c, number, "delegate", T(c, "Đã ủy quyền, số", "Delegated, number"));
    return e;
}

enum err user_undelegate(struct user *u)
{
    struct cli *c = u->c;
    int64_t number = 0;
    if (integer_parse(cli_word(c, 1), &number, &c->fault) != OK)
        return FAULT(&c->fault, ERR_DELEGATION_UNKNOWN, {"number", cli_word(c, 1)});
    enum err e = access_begin(u->a, &c->fault);
    if (e == OK)
        e = access_end(u->a, delegation_end(u->a, &u->by, number, 0, &c->fault), &c->fault);
    if (e == OK)
        tell(c, number, "undelegate", T(c, "Đã kết thúc ủy quyền số", "Ended delegation"));
    return e;
}

/* ---- the list ---- */

static const struct {
    const char *name;
    struct words words;
} states[] = {[DELEGATION_IN_FORCE] = {"in-force", {"hiệu lực", "in force"}},
              [DELEGATION_LATER] = {"later", {"chưa đến ngày", "not begun"}},
              [DELEGATION_VOID] = {"void", {"không tác dụng", "gives nothing"}},
              [DELEGATION_OVER] = {"over", {"đã hết hạn", "over"}},
              [DELEGATION_ENDED] = {"ended", {"đã kết thúc", "ended"}}};

static void list_json(struct cli *c, const struct delegation_row *all, size_t n, struct str day)
{
    struct json_out o = answer_list_begin(c, "delegations");
    for (size_t i = 0; i < n; i++) {
        const struct delegation_row *d = &all[i];
        json_object_begin(&o);
        json_key(&o, STR("delegation")), json_int(&o, d->number);
        json_member(&o, "from", d->from_name);
        json_member(&o, "to", d->to_name);
        json_member(&o, "role", d->role);
        json_member(&o, "unit", d->unit);
        json_member(&o, "first", d->first);
        json_member(&o, "last", d->last);
        json_member(&o, "reason", d->reason);
        json_member(&o, "state", str_of(states[delegation_state(d, day)].name));
        instant_member(&o, "made", c, d->made_ms);
        json_member(&o, "made_by", d->made_name);
        instant_member(&o, "ended", c, d->ended_ms);
        json_member(&o, "ended_by", d->ended_by);
        json_object_end(&o);
    }
    answer_list_end(c, &o);
}

static void list_text(struct cli *c, const struct delegation_row *all, size_t n, struct str day)
{
    static const struct words heads[] = {{"Số", "Number"},     {"Người ủy quyền", "From"}, {"Cho", "To"},
                                         {"Vai trò", "Role"},  {"Đơn vị", "Unit"},         {"Từ", "From"},
                                         {"Đến hết", "Until"}, {"Tình trạng", "State"},    {"Lý do", "Reason"}};
    struct columns_table t;
    columns_begin(c, &t, heads, ARRAY_LEN(heads));
    for (size_t i = 0; i < n; i++) {
        const struct delegation_row *d = &all[i];
        const struct str cells[] = {str_of(arena_printf(c->arena, "%lld", (long long)d->number)),
                                    d->from_name,
                                    d->to_name,
                                    d->role,
                                    d->unit,
                                    d->first,
                                    d->last,
                                    str_of(words_in(&states[delegation_state(d, day)].words, c->lang)),
                                    d->reason};
        for (size_t k = 0; k < ARRAY_LEN(cells); k++)
            columns_add(&t, cells[k]);
    }
    columns_draw(&t, (size_t)cli_width(WIDTH), &c->out);
}

enum err user_delegations(struct user *u)
{
    struct cli *c = u->c;
    struct store *s;
    struct account who = {0};
    struct delegation_row *all;
    size_t n = 0;
    enum err e = cli_open(c, &s);
    if (e == OK && cli_word(c, 1).n)
        e = account_find(c->arena, u->a, cli_word(c, 1), &who, &c->fault);
    if (e == OK)
        e = delegation_list(c->arena, u->a, who.number, LISTED, &all, &n, &c->fault);
    if (e != OK)
        return e;
    struct str day = delegation_today(c->arena, s);
    c->is_json ? list_json(c, all, n, day) : list_text(c, all, n, day);
    return OK;
}
