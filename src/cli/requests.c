/* tinhso requests: what people asked about their data, and by when it is due. */
#include "workflow/requests.h"

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/folder.h"
#include "cli/show.h"
#include "report/columns.h"

#include "base/banned.h"

enum { WIDTH = 120 };

static void answer_json(struct cli *c, const struct request *list, size_t n)
{
    struct json_out o = answer_list_begin(c, "requests");
    for (size_t i = 0; i < n; i++) {
        const struct request *r = &list[i];
        json_object_begin(&o);
        json_member(&o, "code", r->code);
        json_member(&o, "kind", r->kind);
        json_member(&o, "received", date_iso(c->arena, r->received));
        json_member(&o, "answer_due", date_iso(c->arena, r->answer_due));
        json_member(&o, "finish_due", date_iso(c->arena, r->finish_due));
        json_member(&o, "answered", r->answered_on);
        json_member(&o, "finished", r->finished_on);
        json_key(&o, STR("late")), json_bool(&o, r->is_late);
        json_key(&o, STR("working_days_left")), json_int(&o, r->days_left);
        json_object_end(&o);
    }
    answer_list_end(c, &o);
}

static void answer(struct cli *c, const struct request *list, size_t n)
{
    static const struct words heads[] = {{"Mã", "Code"},
                                         {"Yêu cầu", "Request"},
                                         {"Nhận ngày", "Received"},
                                         {"Trả lời đến", "Answer by"},
                                         {"Làm xong đến", "Finish by"},
                                         {"Còn (ngày làm việc)", "Working days left"},
                                         {"", ""}};
    struct columns_table t;
    bool is_covered = true;
    columns_begin(c, &t, heads, ARRAY_LEN(heads));
    t.is_right[5] = true;
    for (size_t i = 0; i < n; i++) {
        const struct request *r = &list[i];
        is_covered &= r->is_covered;
        columns_add(&t, r->code);
        columns_add(&t, text2_in(&r->kind_title, c->lang));
        columns_add(&t, date_shown(c, date_iso(c->arena, r->received)));
        columns_add(&t, date_shown(c, date_iso(c->arena, r->answer_due)));
        columns_add(&t, date_shown(c, date_iso(c->arena, r->finish_due)));
        columns_add(&t, r->finished_on.n ? STR("—") : count_shown(c, r->days_left));
        columns_add(&t, str_of(r->is_late ? T(c, "trễ", "late") : r->finished_on.n ? T(c, "xong", "done") : ""));
    }
    columns_draw(&t, (size_t)cli_width(WIDTH), &c->out);
    if (!is_covered)
        cli_note(c, "%s",
                 T(c, "Sổ holidays chưa có ngày nghỉ của năm liên quan: hạn chỉ trừ thứ bảy, chủ nhật.\n",
                   "Register holidays lacks the days off of a year concerned: terms leave out weekends only.\n"));
}

static enum err requests_run(struct cli *c)
{
    struct store *s;
    struct request *list = NULL;
    size_t n = 0;
    enum err e = cli_open(c, &s);
    if (e == OK)
        e = requests_read(c->arena, s, date_of_instant(clock_now_ms(), s->province->utc_offset_minutes),
                          args_has(&c->args, "all"), &list, &n, &c->fault);
    if (e != OK)
        return e;
    if (c->is_json)
        answer_json(c, list, n);
    else
        answer(c, list, n);
    return OK;
}

static const struct option options[] = {
    {"all", NULL, {"cả những yêu cầu đã xong", "with those that are done"}},
    {0},
};
static const char *const examples[] = {"requests", "requests --all --json", NULL};

const struct command command_requests = {
    .name = "requests",
    .title = {"yêu cầu của chủ thể dữ liệu và hạn của chúng", "requests about personal data, and their terms"},
    .more = {"Hạn tính bằng ngày làm việc theo sổ holidays: trả lời trong 2 ngày; làm xong trong 15 (20 khi có bên thứ "
             "ba); gia hạn một lần 15.",
             "Terms are working days by register holidays: answered within 2; done within 15 (20 with third parties); "
             "extended once by 15."},
    .examples = examples,
    .options = options,
    .shared = SHARED_DB | SHARED_AT | SHARED_JSON,
    .run = requests_run,
};
