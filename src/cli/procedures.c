/* tinhso procedures: the catalogue of public services, and what is doubtful in it. */
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/folder.h"
#include "cli/show.h"
#include "report/columns.h"
#include "workflow/doubts.h"

#include "base/banned.h"

enum { WIDTH = 120 };

static void doubts_json(struct cli *c, const struct doubt *list, size_t n)
{
    struct json_out o = answer_list_begin(c, "doubts");
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&o);
        json_member(&o, "procedure", list[i].procedure);
        json_member(&o, "register", list[i].reg->name);
        json_member(&o, "id", list[i].id);
        json_member(&o, "why", text2_in(&list[i].why, c->lang));
        json_member(&o, "remedy", text2_in(&list[i].remedy, c->lang));
        json_object_end(&o);
    }
    answer_list_end(c, &o);
}

static void doubts_text(struct cli *c, const struct doubt *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct str name = text2_in(&list[i].name, c->lang), why = text2_in(&list[i].why, c->lang),
                   remedy = text2_in(&list[i].remedy, c->lang);
        if (i == 0 || !str_eq(list[i].procedure, list[i - 1].procedure))
            buf_printf(&c->out, "%s%.*s %.*s\n", i ? "\n" : "", STR_ARG(list[i].procedure), STR_ARG(name));
        buf_printf(&c->out, "  %.*s/%.*s: %.*s.\n", STR_ARG(list[i].reg->name), STR_ARG(list[i].id), STR_ARG(why));
        if (remedy.n)
            buf_printf(&c->out, "    → %.*s\n", STR_ARG(remedy));
    }
    struct str number = count_shown(c, (int64_t)n);
    if (n)
        buf_printf(&c->out,
                   T(c, "\n%.*s nghi vấn. Thủ tục chỉ được công khai khi có người giải quyết (resolved_by).\n",
                     "\n%.*s doubts. A procedure is published only when somebody has resolved them (resolved_by).\n"),
                   STR_ARG(number));
    else
        buf_puts(&c->out, T(c, "Không còn nghi vấn nào.\n", "Nothing is doubtful.\n"));
}

static enum err check(struct cli *c, struct store *s, struct date on)
{
    struct doubt *list = NULL;
    size_t n = 0;
    enum err e = procedure_doubts(c->arena, s, on, &list, &n, &c->fault);
    if (e != OK)
        return e;
    if (c->is_json)
        doubts_json(c, list, n);
    else
        doubts_text(c, list, n);
    return OK;
}

static void list_json(struct cli *c, struct procedure *const *list, size_t n, struct date on)
{
    struct json_out o = answer_list_begin(c, "procedures");
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&o);
        json_member(&o, "code", list[i]->code);
        json_member(&o, "name", text2_in(&list[i]->name, c->lang));
        json_member(&o, "field", list[i]->field);
        json_member(&o, "level", list[i]->level);
        json_member(&o, "competent_level", list[i]->competent_level);
        json_key(&o, STR("published")), json_bool(&o, procedure_is_published(list[i], on));
        json_object_end(&o);
    }
    answer_list_end(c, &o);
}

static enum err list(struct cli *c, struct store *s, struct date on)
{
    static const struct words heads[] = {{"Mã", "Code"},
                                         {"Thủ tục", "Procedure"},
                                         {"Mức độ", "Level"},
                                         {"Cấp", "Settled by"},
                                         {"Công khai", "Published"}};
    struct procedure **list = NULL;
    size_t n = 0;
    struct columns_table t;
    enum err e = procedures_read(c->arena, s, on, &list, &n, &c->fault);
    if (e != OK)
        return e;
    if (c->is_json) {
        list_json(c, list, n, on);
        return OK;
    }
    columns_begin(c, &t, heads, ARRAY_LEN(heads));
    for (size_t i = 0; i < n; i++) {
        columns_add(&t, list[i]->code);
        columns_add(&t, text2_in(&list[i]->short_name, c->lang));
        columns_add(&t, text2_in(&list[i]->level_title, c->lang));
        columns_add(&t, text2_in(&list[i]->competent_level_title, c->lang));
        columns_add(&t, procedure_is_published(list[i], on) ? date_shown(c, list[i]->published_on) : STR("—"));
    }
    columns_draw(&t, (size_t)cli_width(WIDTH), &c->out);
    return OK;
}

static enum err procedures_run(struct cli *c)
{
    struct store *s;
    struct str on = cli_option(c, "on"), what = cli_word(c, 0);
    struct date day;
    if (what.n && !str_is(what, "check") && !str_is(what, "list"))
        return FAULT(&c->fault, ERR_COMMAND_WORDS, {"command", STR("procedures")}, {"words", STR("[list|check]")});
    enum err e = cli_open(c, &s);
    if (e != OK)
        return e;
    day = date_of_instant(clock_now_ms(), s->province->utc_offset_minutes);
    if (on.n && (e = date_parse(on, &day, &c->fault)) != OK)
        return e;
    return str_is(what, "check") ? check(c, s, day) : list(c, s, day);
}

static const struct option options[] = {
    {"on",
     "DATE",
     {"thủ tục có hiệu lực ngày này; không có: hôm nay", "procedures in force on this day; today without"}},
    {0},
};
static const char *const examples[] = {"procedures", "procedures check", "procedures list --on 2022-06-30", NULL};

const struct command command_procedures = {
    .name = "procedures",
    .words = "[list|check]",
    .max_words = 1,
    .title = {"danh mục thủ tục hành chính, và những chỗ còn nghi vấn", "the catalogue of procedures, and its doubts"},
    .more =
        {"check nêu thời hạn thiếu đơn vị, phí mâu thuẫn, dòng hướng dẫn lẫn trong thành phần hồ sơ, căn cứ hết "
         "hiệu lực…: bản ghi nào, vì sao, phải làm gì (docs/procedures.md).",
         "check tells limits without a unit, fees that contradict each other, instructions among the papers, expired "
         "legal bases …: which record, why, what to do (docs/procedures.md)."},
    .examples = examples,
    .options = options,
    .shared = SHARED_DB | SHARED_AT | SHARED_JSON,
    .run = procedures_run,
};
