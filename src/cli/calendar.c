/* tinhso calendar: the open dossiers whose due moment a change of holidays or hours would move. */
#include "workflow/calendar_check.h"

#include "cli/cli.h"
#include "cli/folder.h"
#include "cli/show.h"
#include "report/columns.h"

#include "base/banned.h"

enum { WIDTH = 120 };

static struct str words_of(struct cli *c, int64_t ms, int offset)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    instant_words(ms, offset, &b);
    return str_dup(c->arena, buf_view(&b));
}

static struct str rfc3339(struct cli *c, int64_t ms)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    instant_print(ms, &b);
    return str_dup(c->arena, buf_view(&b));
}

static void answer_json(struct cli *c, const struct calendar_effect *list, size_t n)
{
    struct json_out o = answer_list_begin(c, "touched");
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&o);
        json_member(&o, "id", list[i].record.id);
        json_member(&o, "promised", rfc3339(c, list[i].promised_ms));
        json_member(&o, "computed", rfc3339(c, list[i].computed_ms));
        json_key(&o, STR("later")), json_bool(&o, list[i].is_later);
        json_object_end(&o);
    }
    answer_list_end(c, &o);
}

static void answer(struct cli *c, const struct calendar_effect *list, size_t n, int offset)
{
    static const struct words heads[] = {
        {"Mã", "Code"}, {"Đã hẹn", "Promised"}, {"Theo lịch mới", "By the calendar now"}, {"", ""}};
    struct columns_table t;
    if (n == 0) {
        buf_puts(&c->out, T(c, "Không hồ sơ nào bị ảnh hưởng: mọi hẹn trả đều khớp lịch hiện nay.\n",
                            "No dossier is touched: every promise agrees with the calendar as it is.\n"));
        return;
    }
    columns_begin(c, &t, heads, ARRAY_LEN(heads));
    for (size_t i = 0; i < n; i++) {
        columns_add(&t, list[i].record.id);
        columns_add(&t, words_of(c, list[i].promised_ms, offset));
        columns_add(&t, words_of(c, list[i].computed_ms, offset));
        columns_add(&t, str_of(list[i].is_later ? T(c, "muộn hơn", "later") : T(c, "sớm hơn", "earlier")));
    }
    columns_draw(&t, (size_t)cli_width(WIDTH), &c->out);
    buf_puts(
        &c->out,
        T(c, "Không hẹn nào bị dời: hẹn đã in được giữ. Nơi nào không kịp thì lãnh đạo xin lỗi và hẹn lại (mẫu 04).\n",
          "No promise was moved: what was printed holds. Where it cannot be kept, a leader extends it (form 04).\n"));
}

static enum err calendar_run(struct cli *c)
{
    struct store *s;
    struct workflows *ws = NULL;
    struct calendar_effect *list = NULL, *all = NULL;
    size_t n = 0, total = 0;
    enum err e = cli_open(c, &s);
    if (e == OK)
        e = workflows_load(c->arena, s->province, &ws, &c->faults);
    if (e != OK)
        return e;
    struct acting *acting = acting_new();
    for (size_t i = 0; e == OK && i < ws->n; i++) {
        e = calendar_effects(c->arena, acting, s, &ws->p[i], &list, &n, &c->fault);
        struct calendar_effect *more = ARENA_ARRAY(c->arena, struct calendar_effect, total + n + 1);
        for (size_t k = 0; k < total; k++)
            more[k] = all[k];
        for (size_t k = 0; e == OK && k < n; k++)
            more[total + k] = list[k];
        all = more;
        total += e == OK ? n : 0;
    }
    acting_free(acting);
    if (e != OK)
        return e;
    if (c->is_json)
        answer_json(c, all, total);
    else
        answer(c, all, total, s->province->utc_offset_minutes);
    return OK;
}

static const char *const examples[] = {"calendar", "calendar --json", NULL};

const struct command command_calendar = {
    .name = "calendar",
    .title = {"hồ sơ đang giải quyết mà lịch nghỉ mới làm lệch hẹn trả",
              "open dossiers whose promise a changed calendar "
              "would move"},
    .more = {"Chạy sau khi đổi sổ holidays hay office_hours. Chỉ xem: không hẹn nào bị dời nếu không có giấy.",
             "Run it after changing the registers holidays or office_hours. It only looks: no promise moves without a "
             "paper."},
    .examples = examples,
    .shared = SHARED_DB | SHARED_AT | SHARED_JSON,
    .run = calendar_run,
};
