/* tinhso boards: sheets with QR codes for the walls of offices. */
#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/cli.h"
#include "cli/folder.h"
#include "cli/progress.h"
#include "cli/show.h"
#include "report/board.h"
#include "text/date.h"

#include "base/banned.h"

static enum err choice_read(struct cli *c, struct board_choice *choice)
{
    *choice = (struct board_choice){.office = cli_option(c, "office"),
                                    .field = cli_option(c, "field"),
                                    .event = cli_option(c, "event"),
                                    .is_all = args_has(&c->args, "all"),
                                    .day = cli_option(c, "day")};
    if ((choice->office.n > 0) + (choice->field.n > 0) + (choice->event.n > 0) + choice->is_all != 1)
        return FAULT(&c->fault, ERR_BOARD_CHOICE);
    struct date day;
    if (choice->day.n)
        return date_parse(choice->day, &day, &c->fault);
    day = date_of_instant(clock_now_ms(), VIETNAM_OFFSET_MINUTES);
    struct buf b CLEANUP(buf_done) = BUF_INIT(32);
    date_print(day, &b);
    choice->day = str_dup(c->arena, buf_view(&b));
    return OK;
}

/* Each with an arena of its own: the lines of a sheet are many. */
static enum err board_write(struct cli *c, const struct board *b, const char *folder, enum paper_size size,
                            int *ret_n_sheets)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf pdf CLEANUP(buf_done) = BUF_INIT(LIMIT_PAPER_BYTES);
    enum err e = board_pdf(a, b, cli_option(c, "url"), size, &pdf, ret_n_sheets, &c->fault);
    const char *path = arena_printf(a, "%s/%.*s.pdf", folder, STR_ARG(b->id));
    return e == OK ? file_write_atomic(path, buf_view(&pdf), 0644, &c->fault) : e;
}

static enum err write_all(struct cli *c, const struct board *boards, size_t n, const char *folder, enum paper_size size)
{
    struct progress progress;
    long long n_sheets = 0, n_codes = 0;
    enum err e = folder_make(folder, &c->fault);
    progress_begin(&progress, c->lang);
    for (size_t i = 0; e == OK && i < n; i++) {
        int sheets = 0;
        progress_draw(&progress, boards[i].id, (int64_t)i, (int64_t)n);
        e = board_write(c, &boards[i], folder, size, &sheets);
        n_sheets += sheets;
        n_codes += (long long)boards[i].n_rows;
    }
    progress_end(&progress);
    if (e != OK)
        return e;
    if (c->is_json) {
        struct json_out o = answer_begin(c);
        json_object_begin(&o);
        json_key(&o, STR("boards")), json_int(&o, (int64_t)n);
        json_key(&o, STR("sheets")), json_int(&o, n_sheets);
        json_key(&o, STR("codes")), json_int(&o, n_codes);
        json_object_end(&o);
        answer_end(c, &o);
        return OK;
    }
    buf_printf(&c->out, T(c, "%s: %zu bảng, %lld tờ, %lld mã QR\n", "%s: %zu boards, %lld sheets, %lld QR codes\n"),
               folder, n, n_sheets, n_codes);
    return OK;
}

static enum err boards_run(struct cli *c)
{
    struct board_choice choice;
    struct store *s = NULL;
    struct board *boards = NULL;
    size_t n = 0, left_out = 0;
    struct str size = cli_option(c, "size");
    const char *folder = args_value(&c->args, "output");
    enum err e = choice_read(c, &choice);
    if (e == OK && size.p && !str_is(size, "A3") && !str_is(size, "A4"))
        return FAULT(&c->fault, ERR_OPTION_CHOICE, {"option", STR("size")}, {"value", size},
                     {"choices", STR("A3, A4")});
    if (e == OK)
        e = cli_open(c, &s);
    if (e == OK)
        e = boards_read(c->arena, s, &choice, &boards, &n, &left_out, &c->fault);
    if (e == OK && left_out && !c->is_json)
        cli_note(c,
                 T(c, "%zu thủ tục chưa công khai, không in: tinhso procedures check\n",
                   "%zu procedures are not published and stand on no board: tinhso procedures check\n"),
                 left_out);
    return e == OK ? write_all(c, boards, n, folder ? folder : "boards", str_is(size, "A4") ? PAPER_A4 : PAPER_A3) : e;
}

static const struct option options[] = {
    {"url", "URL", {"địa chỉ gốc của cổng: https://…", "the portal's address: https://…"}},
    {"all", NULL, {"mỗi cơ quan một bảng", "a board for each office"}},
    {"office", "CODE", {"một cơ quan", "one office"}},
    {"field", "NAME", {"một lĩnh vực", "one field"}},
    {"event", "ID", {"một sự kiện trong đời", "one life event"}},
    {"size", "A3|A4", {"khổ giấy (mặc định: A3)", "size of the sheets (default: A3)"}},
    {"day",
     "DATE",
     {"danh mục có hiệu lực ngày này (mặc định: hôm nay)", "the catalogue of this day (default: today)"}},
    {"output", "FOLDER", {"thư mục ra (mặc định: boards)", "the folder to write (default: boards)"}},
    {0},
};
static const char *const examples[] = {
    "boards --all --url https://dichvucong.example.vn --output /tmp/boards",
    "boards --event birth --size A4 --url https://dichvucong.example.vn --output /tmp/boards", NULL};

const struct command command_boards = {
    .name = "boards",
    .words = "",
    .title = {"bảng niêm yết thủ tục có mã QR, để in", "boards of procedures with QR codes, to print"},
    .more = {"Mã dẫn tới URL/t/MÃ-THỦ-TỤC, địa chỉ không đổi khi cổng đổi trang (docs/papers.md).",
             "A code leads to URL/t/PROCEDURE, an address that stays when pages of the portal move (docs/papers.md)."},
    .examples = examples,
    .options = options,
    .shared = SHARED_DB | SHARED_AT | SHARED_JSON,
    .run = boards_run,
};
