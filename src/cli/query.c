#include "register/duplicates.h"
#include "register/query.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/folder.h"
#include "report/columns.h"
#include "text/csv.h"
#include "text/date.h"

#include "base/banned.h"

enum { TABLE_LIMIT = 20, TABLE_FIELDS = 6, CELL_COLUMNS = 40, FLUSH_BYTES = 1 << 20 };

struct asked {
    const struct reg *reg;
    struct query_options options;
    int *fields; /* to show, n_fields of them */
    size_t n_fields;
    bool is_revealed;
    bool is_id_masked;
    struct str merged; /* the id asked for, when it leads to another */
    long long limit;
};

/* ---- what is asked ---- */

static bool is_masked(const struct asked *q, int field)
{
    return !q->is_revealed && figure_field_is_masked(&q->reg->fields[field]);
}

static enum err fields_named(struct cli *c, struct asked *q, struct str list)
{
    VEC(int) fields = {0};
    while (list.p) {
        struct str rest, name = str_trim(str_cut(list, ',', &rest));
        int n = reg_field_number(q->reg, name);
        if (n == NO_FIELD) {
            struct str *names = ARENA_ARRAY(c->arena, struct str, q->reg->n_fields);
            for (size_t i = 0; i < q->reg->n_fields; i++)
                names[i] = q->reg->fields[i].name;
            struct str near = yaml_nearest(name, names, q->reg->n_fields);
            return FAULT(&c->fault, ERR_FIELD_UNKNOWN, {"name", name}, {"register", q->reg->name},
                         {"nearest", near.n ? near : names[0]});
        }
        VEC_PUSH(c->arena, &fields, n);
        list = rest;
    }
    q->fields = fields.p;
    q->n_fields = fields.n;
    return OK;
}

/* All fields for machines; for a terminal the first ones, geometry and long texts left out. */
static void fields_default(struct cli *c, struct asked *q, bool is_table)
{
    VEC(int) fields = {0};
    for (size_t i = 0; i < q->reg->n_fields && (!is_table || fields.n < TABLE_FIELDS); i++) {
        enum field_type type = q->reg->fields[i].type;
        if (!is_table || (type != FT_TEXT && type != FT_GEOMETRY))
            VEC_PUSH(c->arena, &fields, (int)i);
    }
    q->fields = fields.p;
    q->n_fields = fields.n;
}

/* What can be wrong before anything is opened. */
static enum err check_formats(struct cli *c, struct asked *q)
{
    bool is_table = !c->is_json && !args_has(&c->args, "csv");
    int n = args_has(&c->args, "json") + args_has(&c->args, "csv") + args_has(&c->args, "sql");
    if (n > 1)
        return FAULT(&c->fault, ERR_OPTION_TOGETHER, {"options", STR("--json, --csv, --sql")});
    struct str on = cli_option(c, "on"), reveal = cli_option(c, "reveal");
    struct date day;
    if (on.p && date_parse(on, &day, &c->fault) != OK)
        return c->fault.code;
    if (reveal.p && str_trim(reveal).n == 0)
        return FAULT(&c->fault, ERR_OPTION_VALUE, {"option", STR("reveal")}, {"value", STR("REASON")});
    return args_integer(&c->args, "limit", 0, 1000000000, is_table ? TABLE_LIMIT : 0, &q->limit, &c->fault);
}

/* The id of a record that was merged leads to the one that took it in; its own history stays its own. */
static enum err follow_merge(struct cli *c, struct store *s, struct asked *q)
{
    struct str leads, asked = q->options.id;
    if (asked.n == 0 || q->options.has_history || q->reg->is_builtin)
        return OK;
    enum err e = record_redirect(s, q->reg, asked, &leads, &c->fault);
    if (e != OK || str_eq(leads, asked))
        return e;
    q->options.id = leads;
    q->merged = asked;
    struct str shown = q->is_id_masked ? STR(FIGURE_MASK) : leads;
    if (!c->is_json)
        cli_note(c,
                 T(c, "Bản ghi “%.*s” đã được gộp; đây là bản ghi “%.*s”.\n",
                   "Record “%.*s” was merged; this is record “%.*s”.\n"),
                 STR_ARG(asked), STR_ARG(shown));
    return OK;
}

static enum err read_asked(struct cli *c, struct store *s, struct asked *q)
{
    bool is_table = !c->is_json && !args_has(&c->args, "csv");
    enum err e = province_register_find(s->province, cli_word(c, 0), &q->reg, &c->fault);
    if (e != OK)
        return e;
    q->is_revealed = cli_option(c, "reveal").p != NULL;
    for (size_t i = 0; i < q->reg->n_key; i++)
        q->is_id_masked |= is_masked(q, q->reg->key[i]);
    q->options = (struct query_options){
        .filter = cli_option(c, "filter"),
        .on = cli_option(c, "on"),
        .search = cli_option(c, "search"),
        .sort = cli_option(c, "sort"),
        .id = cli_option(c, "id"),
        .limit = q->limit,
        .has_history = args_has(&c->args, "history"),
    };
    e = follow_merge(c, s, q);
    if (e != OK)
        return e;
    struct str fields = cli_option(c, "fields");
    if (fields.p)
        return fields_named(c, q, fields);
    fields_default(c, q, is_table);
    return OK;
}

/* ---- answers ---- */

static void at_heading(struct cli *c, struct asked *q, int64_t total, struct buf *out)
{
    struct str title = text2_in(&q->reg->title, c->lang);
    buf_printf(out, "%.*s (%.*s): ", STR_ARG(title), STR_ARG(q->reg->name));
    print_count(c, out, total);
    buf_printf(out, T(c, " bản ghi ở phiên bản %lld\n", " records at revision %lld\n"), (long long)c->store->at);
}

static struct str cell_text(struct cli *c, const struct asked *q, int field, const struct value *v)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES * 2);
    if (is_masked(q, field))
        figure_field_print(&q->reg->fields[field], v, c->lang, &b);
    else
        value_print(&q->reg->fields[field], v, c->lang, &b);
    return str_dup(c->arena, buf_view(&b));
}

static bool is_number(enum field_type type)
{
    return type == FT_INTEGER || type == FT_NUMBER || type == FT_MONEY;
}

static void table_header(struct cli *c, const struct asked *q, struct columns_table *t)
{
    size_t n_first = q->options.has_history ? 2 : 1;
    columns_table_init(t, c->arena, q->n_fields + n_first);
    columns_add(t, STR("_id"));
    if (q->options.has_history)
        columns_add(t, STR("_rev"));
    for (size_t i = 0; i < q->n_fields; i++) {
        const struct field *fd = &q->reg->fields[q->fields[i]];
        t->is_right[i + n_first] = is_number(fd->type);
        columns_add(t, fd->name);
    }
}

static void table_row(struct cli *c, const struct asked *q, struct query *query, const struct record *r,
                      struct columns_table *t)
{
    struct str id = q->is_id_masked ? STR(FIGURE_MASK) : str_of(arena_dup(c->arena, r->id.p, r->id.n));
    const char *sample = T(c, " [mẫu]", " [sample]");
    columns_add(t, r->is_sample ? str_of(arena_printf(c->arena, "%.*s%s", STR_ARG(id), sample)) : id);
    if (q->options.has_history)
        columns_add(t, str_of(arena_printf(c->arena, "%lld%s", (long long)query_rev(query),
                                           query_is_removed(query) ? T(c, " (xóa)", " (removed)") : "")));
    for (size_t i = 0; i < q->n_fields; i++)
        columns_add(t, cell_text(c, q, q->fields[i], &r->values[q->fields[i]]));
}

static enum err answer_table(struct cli *c, struct store *s, struct asked *q)
{
    int64_t total, shown = 0;
    struct query *query CLEANUP(query_closep) = NULL;
    enum err e = query_count(s, q->reg, &q->options, &total, &c->fault);
    if (e == OK)
        e = query_open(s, q->reg, &q->options, &query, &c->fault);
    if (e != OK)
        return e;
    struct columns_table t;
    table_header(c, q, &t);
    struct record r;
    bool has_row;
    for (; (e = query_next(query, &r, &has_row, &c->fault)) == OK && has_row; shown++)
        table_row(c, q, query, &r, &t);
    if (e != OK)
        return e;
    at_heading(c, q, total, &c->out);
    if (shown) {
        buf_putc(&c->out, '\n');
        columns_draw(&t, (size_t)cli_width(160), &c->out);
    }
    if (total > shown && q->limit) {
        buf_puts(&c->out, T(c, "… còn ", "… and "));
        print_count(c, &c->out, total - shown);
        buf_puts(&c->out, T(c, " bản ghi nữa (--limit 0 để xem hết)\n", " records more (--limit 0 shows all)\n"));
    }
    return OK;
}

static void record_json(struct cli *c, const struct asked *q, struct query *query, const struct record *r,
                        struct json_out *o)
{
    (void)c;
    json_object_begin(o);
    json_member(o, "id", q->is_id_masked ? STR(FIGURE_MASK) : r->id);
    json_key(o, STR("revision")), json_int(o, query_rev(query));
    if (query_is_removed(query))
        json_key(o, STR("removed")), json_bool(o, true);
    json_key(o, STR("sample")), json_bool(o, r->is_sample);
    json_key(o, STR("fields"));
    json_object_begin(o);
    for (size_t i = 0; i < q->n_fields; i++) {
        const struct value *v = &r->values[q->fields[i]];
        json_key(o, q->reg->fields[q->fields[i]].name);
        if (is_masked(q, q->fields[i]) && v->kind != VALUE_NULL)
            json_str(o, STR(FIGURE_MASK));
        else
            value_json(&q->reg->fields[q->fields[i]], v, o);
    }
    record_erased_json(q->reg, r, NULL, NULL, o);
    json_object_end(o);
    json_object_end(o);
}

/* {"register":…,"at":{…},"records":[{"id":…,"revision":…,"sample":…,"fields":{…}},…]} */
static enum err answer_json(struct cli *c, struct store *s, struct asked *q)
{
    struct query *query CLEANUP(query_closep) = NULL;
    enum err e = query_open(s, q->reg, &q->options, &query, &c->fault);
    if (e != OK)
        return e;
    struct json_out o;
    json_out_init(&o, &c->out, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_member(&o, "register", q->reg->name);
    moment_json(&c->at, &o);
    if (q->merged.n)
        json_member(&o, "redirected_from", q->merged);
    json_key(&o, STR("records"));
    json_array_begin(&o);
    struct record r;
    bool has_row;
    while ((e = query_next(query, &r, &has_row, &c->fault)) == OK && has_row) {
        buf_putc(&c->out, '\n');
        record_json(c, q, query, &r, &o);
        if (c->out.n > FLUSH_BYTES && (e = cli_flush(c)) != OK)
            break;
    }
    if (e != OK)
        return e;
    json_array_end(&o);
    json_object_end(&o);
    buf_putc(&c->out, '\n');
    return OK;
}

static enum err answer_csv(struct cli *c, struct store *s, struct asked *q)
{
    struct query *query CLEANUP(query_closep) = NULL;
    enum err e = query_open(s, q->reg, &q->options, &query, &c->fault);
    if (e != OK)
        return e;
    struct str *cells = ARENA_ARRAY(c->arena, struct str, q->n_fields + 1);
    for (size_t i = 0; i < q->n_fields; i++)
        cells[i] = q->reg->fields[q->fields[i]].name;
    csv_row(&c->out, cells, q->n_fields, ',');
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_RECORD_BYTES);
    struct record r;
    bool has_row;
    while ((e = query_next(query, &r, &has_row, &c->fault)) == OK && has_row) {
        for (size_t i = 0; i < q->n_fields; i++) {
            const struct value *v = &r.values[q->fields[i]];
            buf_reset(&b);
            if (is_masked(q, q->fields[i]) && v->kind != VALUE_NULL)
                buf_puts(&b, FIGURE_MASK);
            else
                value_csv(&q->reg->fields[q->fields[i]], v, &b);
            buf_puts(&c->out, i ? "," : "");
            csv_cell(&c->out, buf_view(&b), ',');
        }
        buf_puts(&c->out, "\r\n");
        if (c->out.n > FLUSH_BYTES && (e = cli_flush(c)) != OK)
            break;
    }
    return e;
}

static enum err answer_count(struct cli *c, struct store *s, struct asked *q)
{
    int64_t total;
    enum err e = query_count(s, q->reg, &q->options, &total, &c->fault);
    if (e != OK)
        return e;
    if (!c->is_json) {
        at_heading(c, q, total, &c->out);
        return OK;
    }
    struct json_out o;
    json_out_init(&o, &c->out, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_member(&o, "register", q->reg->name);
    json_key(&o, STR("count")), json_int(&o, total);
    moment_json(&c->at, &o);
    json_object_end(&o);
    buf_putc(&c->out, '\n');
    return OK;
}

static void print_param(const struct cql2_param *p, struct buf *out)
{
    if (p->kind == CQL2_PARAM_INTEGER)
        buf_printf(out, "%lld", (long long)p->integer);
    else if (p->kind == CQL2_PARAM_NUMBER)
        buf_printf(out, "%.17g", p->number);
    else if (p->kind == CQL2_PARAM_TEXT)
        json_quote(out, p->bytes);
    else if (p->kind == CQL2_PARAM_BLOB)
        buf_puts(out, "X'"), buf_hex(out, p->bytes.p, p->bytes.n), buf_putc(out, '\'');
    else
        buf_puts(out, "NULL");
}

static enum err answer_sql(struct cli *c, struct store *s, struct asked *q)
{
    struct filter_sql sql;
    enum err e = filter_compile(c->arena, s, q->reg, q->options.filter, NULL, 0, &sql, &c->fault);
    if (e != OK)
        return e;
    buf_printf(&c->out, "SELECT * FROM %s t\nWHERE %s\n  AND %.*s\n", q->reg->table,
               store_visible_sql(c->arena, s, q->reg, "t"), STR_ARG(sql.where));
    for (size_t i = 0; i < sql.params.n; i++) {
        buf_printf(&c->out, "-- ?%zu = ", i + 1);
        print_param(&sql.params.p[i], &c->out);
        buf_putc(&c->out, '\n');
    }
    return OK;
}

static enum err query_run(struct cli *c)
{
    struct store *s;
    struct asked q = {0};
    enum err e = check_formats(c, &q);
    if (e == OK)
        e = cli_open_register(c, cli_word(c, 0), &s);
    if (e == OK)
        e = read_asked(c, s, &q);
    if (e != OK)
        return e;
    if (args_has(&c->args, "sql"))
        return answer_sql(c, s, &q);
    if (args_has(&c->args, "count"))
        return answer_count(c, s, &q);
    if (args_has(&c->args, "csv"))
        return answer_csv(c, s, &q);
    return c->is_json ? answer_json(c, s, &q) : answer_table(c, s, &q);
}

static const struct option options[] = {
    {"filter", "CQL2", {"chỉ các bản ghi thỏa điều kiện CQL2", "only records that the CQL2 filter selects"}},
    {"search", "WORDS", {"tìm từ, không phân biệt dấu và chữ hoa", "words, whatever their accents and case"}},
    {"on", "DATE", {"chỉ các bản ghi còn hiệu lực vào ngày ấy", "only records valid on that day"}},
    {"id", "ID", {"một bản ghi theo mã", "one record by its id"}},
    {"fields", "A,B", {"các trường cần xem", "the fields to show"}},
    {"sort", "A,-B", {"thứ tự; dấu - là giảm dần", "the order; - descends"}},
    {"limit", "N", {"số bản ghi nhiều nhất (bảng: 20; 0: tất cả)", "at most so many records (table: 20; 0: all)"}},
    {"count", NULL, {"chỉ đếm", "only count"}},
    {"history", NULL, {"mọi phiên bản, cũ trước", "all versions, oldest first"}},
    {"csv", NULL, {"trả lời bằng CSV", "answer in CSV"}},
    {"sql", NULL, {"in câu SQL mà điều kiện dịch ra", "print the SQL that the filter becomes"}},
    {"reveal",
     "REASON",
     {"hiện cả dữ liệu cá nhân, kèm lý do xem", "also show personal data, and say for what reason"}},
    {0},
};
static const char *const examples[] = {
    "query units --filter \"level = 3\" --on 2022-06-30",
    "query units --search \"dong tam\" --json",
    "query units --filter \"level = 2\" --count --at 2026-01-31",
    NULL,
};

const struct command command_query = {
    .name = "query",
    .words = "REGISTER",
    .min_words = 1,
    .max_words = 1,
    .title = {"đọc bản ghi của một sổ đăng ký", "reads the records of a register"},
    .more = {"Dữ liệu cá nhân được che bằng " FIGURE_MASK " trừ khi có --reveal.",
             "Personal data is masked by " FIGURE_MASK " unless --reveal is given."},
    .examples = examples,
    .options = options,
    .shared = SHARED_DB | SHARED_AT | SHARED_JSON,
    .run = query_run,
};
