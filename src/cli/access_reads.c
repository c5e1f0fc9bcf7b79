/* tinhso access reads, affected: the log of reads, and the records that were shown. */
#include "access/read_log.h"
#include "cli/access.h"
#include "cli/folder.h"
#include "cli/show.h"
#include "register/query.h"
#include "report/columns.h"
#include "text/date.h"

#include "base/banned.h"

enum { DEFAULT_LIMIT = 50, WIDTH = 160 };

/* A day is its beginning in the province's time. */
static enum err read_time(struct cli *c, const char *option, int64_t *ret_ms)
{
    struct str text = cli_option(c, option);
    struct date d;
    int offset = c->store && c->store->province ? c->store->province->utc_offset_minutes : 0;
    if (!text.p)
        return OK;
    if (date_parse(text, &d, NULL) == OK) {
        *ret_ms = instant_of_date(d, offset);
        return OK;
    }
    return instant_parse(text, ret_ms, &c->fault);
}

static enum err read_filter(struct cli *c, struct read_filter *ret, struct access **ret_access)
{
    struct store *s;
    struct read_filter w = {.account = cli_option(c, "account")};
    long long limit = 0;
    enum err e = cli_open(c, &s);
    if (e == OK)
        e = read_time(c, "from", &w.from_ms);
    if (e == OK)
        e = read_time(c, "to", &w.to_ms);
    if (e == OK)
        e = args_integer(&c->args, "limit", 0, 1000000000, DEFAULT_LIMIT, &limit, &c->fault);
    w.limit = limit;
    if (e == OK)
        e = cli_access(c, ret_access);
    if (e == OK)
        *ret = w;
    return e;
}

static struct str time_text(struct cli *c, int64_t ms)
{
    struct buf b = BUF_INIT(64);
    instant_print(ms, &b);
    return buf_move(&b, c->arena);
}

/* ---- reads */

struct reads {
    struct cli *c;
    struct json_out o;
    struct columns_table t;
};

static bool add_row(void *context, const struct read_row *r)
{
    struct reads *x = context;
    struct cli *c = x->c;
    struct str what = r->id.n    ? r->id
                      : r->n_ids ? str_of(arena_printf(c->arena, "%lld", (long long)r->count))
                      : r->words.n
                          ? str_of(arena_printf(c->arena, "%lld: “%.*s” %.*s", (long long)r->count, STR_ARG(r->words),
                                                STR_ARG(r->filter)))
                          : str_of(arena_printf(c->arena, "%lld: %.*s", (long long)r->count, STR_ARG(r->filter)));
    struct str who =
        r->behalf.n ? STR_JOIN(c->arena, r->account_name, str_of(T(c, " thay mặt ", " in the name of ")), r->behalf)
                    : r->account_name;
    const struct str cells[] = {time_text(c, r->time_ms), who, r->reg, what, r->fields, r->reason};
    for (size_t i = 0; i < ARRAY_LEN(cells); i++)
        columns_add(&x->t, str_dup(c->arena, cells[i]));
    return true;
}

static bool add_json(void *context, const struct read_row *r)
{
    struct json_out *o = &((struct reads *)context)->o;
    buf_putc(o->b, '\n');
    json_object_begin(o);
    json_key(o, STR("read")), json_int(o, r->number);
    json_member(o, "time", time_text(((struct reads *)context)->c, r->time_ms));
    json_member(o, "account", r->account_name);
    if (r->behalf.n)
        json_member(o, "behalf", r->behalf);
    json_key(o, STR("session")), json_int(o, r->session);
    json_member(o, "register", r->reg);
    json_key(o, STR("ids"));
    json_array_begin(o);
    for (size_t i = 0; i < r->n_ids; i++)
        json_str(o, r->ids[i]);
    json_array_end(o);
    if (!r->n_ids) {
        json_member(o, "filter", r->filter);
        json_member(o, "words", r->words);
    }
    json_key(o, STR("revision")), json_int(o, r->rev);
    json_key(o, STR("count")), json_int(o, r->count);
    json_member(o, "fields", r->fields);
    json_member(o, "reason", r->reason);
    json_member(o, "request", r->request);
    json_object_end(o);
    return true;
}

enum err access_reads(struct cli *c)
{
    static const struct words heads[] = {{"Lúc", "Time"},      {"Tài khoản", "Account"}, {"Sổ", "Register"},
                                         {"Hồ sơ", "Records"}, {"Trường", "Fields"},     {"Lý do", "Reason"}};
    struct reads x = {.c = c};
    struct read_filter which;
    struct access *a CLEANUP(access_freep) = NULL;
    enum err e = read_filter(c, &which, &a);
    if (e != OK)
        return e;
    if (c->is_json) {
        x.o = answer_list_begin(c, "reads");
        e = read_log_each(a, &which, add_json, &x, &c->fault);
        answer_list_end(c, &x.o);
        return e;
    }
    columns_begin(c, &x.t, heads, ARRAY_LEN(heads));
    e = read_log_each(a, &which, add_row, &x, &c->fault);
    if (e == OK)
        columns_draw(&x.t, (size_t)cli_width(WIDTH), &c->out);
    return e;
}

/* ---- affected */

struct affected_record {
    struct str reg, id;
    int64_t times, last_ms;
};

struct affected {
    struct cli *c;
    struct map by_key; /* register and id → struct affected_record * */
    VEC(struct affected_record *) all;
    int64_t rows;
    enum err e;
};

static void add_record(struct affected *x, struct str reg, struct str id, int64_t time_ms)
{
    struct arena *a = x->c->arena;
    struct str key = str_of(arena_printf(a, "%.*s %.*s", STR_ARG(reg), STR_ARG(id)));
    struct affected_record *r = map_get(&x->by_key, key);
    if (!r) {
        r = ARENA_NEW(a, struct affected_record);
        *r = (struct affected_record){.reg = str_dup(a, reg), .id = str_dup(a, id)};
        map_put(a, &x->by_key, key, r);
        VEC_PUSH(a, &x->all, r);
    }
    r->times++;
    r->last_ms = time_ms > r->last_ms ? time_ms : r->last_ms;
}

/* What was asked is asked again, at the revision that was read. */
static enum err ask_again(struct affected *x, const struct read_row *row)
{
    struct cli *c = x->c;
    const struct reg *reg;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = true;
    enum err e = store_at(c->store, str_of(arena_printf(c->arena, "%lld", (long long)row->rev)), &c->fault);
    if (e == OK)
        e = province_register_find(c->store->province, row->reg, &reg, &c->fault);
    const struct query_options o = {.filter = row->filter, .search = row->words, .is_unsorted = true};
    if (e == OK)
        e = query_open(c->store, reg, &o, &q, &c->fault);
    while (e == OK && (e = query_next(q, &r, &has_row, &c->fault)) == OK && has_row)
        add_record(x, row->reg, r.id, row->time_ms);
    return e;
}

static bool add_affected(void *context, const struct read_row *r)
{
    struct affected *x = context;
    x->rows++;
    for (size_t i = 0; i < r->n_ids; i++)
        add_record(x, r->reg, r->ids[i], r->time_ms);
    if (r->n_ids == 0)
        x->e = ask_again(x, r);
    return x->e == OK;
}

static void tell_affected(const struct affected *x)
{
    struct cli *c = x->c;
    struct columns_table t;
    static const struct words heads[] = {
        {"Sổ", "Register"}, {"Hồ sơ", "Record"}, {"Số lần", "Times"}, {"Lần cuối", "Last"}};
    if (c->is_json) {
        struct json_out o = answer_begin(c);
        json_object_begin(&o);
        json_key(&o, STR("records"));
        json_array_begin(&o);
        for (size_t i = 0; i < x->all.n; i++) {
            buf_putc(o.b, '\n');
            json_object_begin(&o);
            json_member(&o, "register", x->all.p[i]->reg);
            json_member(&o, "id", x->all.p[i]->id);
            json_key(&o, STR("times")), json_int(&o, x->all.p[i]->times);
            json_member(&o, "last", time_text(c, x->all.p[i]->last_ms));
            json_object_end(&o);
        }
        json_array_end(&o);
        json_key(&o, STR("total")), json_int(&o, (int64_t)x->all.n);
        json_key(&o, STR("reads")), json_int(&o, x->rows);
        json_object_end(&o);
        answer_end(c, &o);
        return;
    }
    columns_begin(c, &t, heads, ARRAY_LEN(heads));
    for (size_t i = 0; i < x->all.n; i++) {
        columns_add(&t, x->all.p[i]->reg);
        columns_add(&t, x->all.p[i]->id);
        columns_add(&t, count_shown(c, x->all.p[i]->times));
        columns_add(&t, time_text(c, x->all.p[i]->last_ms));
    }
    columns_draw(&t, (size_t)cli_width(WIDTH), &c->out);
    buf_printf(&c->out, T(c, "%zu hồ sơ qua %lld lần đọc\n", "%zu records in %lld reads\n"), x->all.n,
               (long long)x->rows);
}

enum err access_affected(struct cli *c)
{
    struct affected x = {.c = c};
    struct read_filter which;
    struct access *a CLEANUP(access_freep) = NULL;
    enum err e = read_filter(c, &which, &a);
    if (e == OK && !cli_option(c, "account").p && !cli_option(c, "from").p)
        e = FAULT(&c->fault, ERR_OPTION_NEEDS, {"option", STR("affected")}, {"needs", STR("--account | --from")});
    which.limit = 0;
    if (e == OK)
        e = read_log_each(a, &which, add_affected, &x, &c->fault);
    if (e == OK)
        e = x.e;
    if (e == OK)
        tell_affected(&x);
    return e;
}
