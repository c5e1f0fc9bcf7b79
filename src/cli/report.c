#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "cli/cli.h"
#include "cli/folder.h"
#include "cli/show.h"
#include "report/columns.h"
#include "report/report_json.h"

#include "base/banned.h"

enum { WIDTH = 100 };

static void list_reports(struct cli *c, const struct province *p)
{
    struct str *ids;
    size_t n;
    if (c->is_json) {
        struct json_out json = answer_begin(c);
        reports_json(c->arena, p, c->lang, &json);
        answer_end(c, &json);
        return;
    }
    reports_list(c->arena, p, &ids, &n);
    for (size_t i = 0; i < n; i++) {
        struct text2 title = report_title(c->arena, p, ids[i]);
        struct str shown = text2_in(&title, c->lang);
        columns_pad(&c->out, ids[i], 24, false);
        buf_printf(&c->out, " %.*s\n", STR_ARG(shown));
    }
}

/* reports/ID.html beside the database. */
static enum err default_path(struct cli *c, const struct report *r, const char **ret_path)
{
    struct str db = c->store->path;
    const char *slash = memrchr(db.p, '/', db.n);
    size_t n = slash ? (size_t)(slash + 1 - db.p) : 0;
    const char *folder = arena_printf(c->arena, "%.*sreports", (int)n, db.p);
    enum err e = folder_make(folder, &c->fault);
    if (e == OK)
        *ret_path = arena_printf(c->arena, "%s/%.*s.html", folder, STR_ARG(r->id));
    return e;
}

static enum err write_file(struct cli *c, const char *path, const struct buf *b)
{
    if (b->is_full)
        return FAULT(&c->fault, ERR_LIMIT, {"what", str_of(path)}, {"limit", STR("64 MiB")});
    return file_write_atomic(path, buf_view(b), 0644, &c->fault);
}

static enum err write_html(struct cli *c, const struct report *r, const char *path)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_REPORT_BYTES);
    report_html(c->arena, r, &b);
    return write_file(c, path, &b);
}

static enum err write_markdown(struct cli *c, const struct report *r, const char *path)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_REPORT_BYTES);
    report_markdown(r, &b);
    return write_file(c, path, &b);
}

/* What the report's own figures invite to ask: why, by what else, and whether all of it is untouched. */
static void put_next(struct cli *c, const struct report *r, const char *db)
{
    const struct figure *why = NULL, *parts = NULL;
    for (size_t i = 0; i < r->n_figures; i++) {
        const struct figure *figure = r->figures[i]->figure;
        if (figure->n_by && (!parts || r->figures[i]->by.n))
            parts = figure;
        if (!why && figure->kind == FIGURE_COUNT && r->figures[i]->n_counted > 1)
            why = figure;
    }
    if (!why && r->n_figures)
        why = r->figures[0]->figure;
    buf_printf(&c->out, "\n%s\n", T(c, "Thử tiếp:", "Try next:"));
    if (why)
        buf_printf(&c->out, "  %s figure %.*s --why%s\n", c->program, STR_ARG(why->id), db);
    if (parts)
        buf_printf(&c->out, "  %s figure %.*s --by %.*s%s\n", c->program, STR_ARG(parts->id),
                   STR_ARG(parts->by[parts->n_by > 1]), db);
    if (!why || !parts)
        buf_printf(&c->out, "  %s figure%s\n", c->program, db);
    buf_printf(&c->out, "  %s log verify%s\n", c->program, db);
}

static enum err answer_text(struct cli *c, const struct report *r, const char *html)
{
    report_text(c->arena, r, (size_t)cli_width(WIDTH), &c->out);
    buf_printf(&c->out, "\n%s %s\n", T(c, "Bản HTML:", "HTML file:"), html);
    put_next(c, r, database_words(c));
    return OK;
}

static enum err report_run(struct cli *c)
{
    struct store *s;
    struct figures *fs;
    enum err e = cli_open_figures(c, &s, &fs);
    struct str id = cli_word(c, 0);
    if (e != OK)
        return e;
    if (id.n == 0) {
        list_reports(c, s->province);
        return OK;
    }
    struct report *r;
    e = report_compute(c->arena, s, fs, id, &r, &c->faults);
    if (e != OK)
        return e;
    const char *html = args_value(&c->args, "html"), *markdown = args_value(&c->args, "markdown");
    if (!html && !c->is_json)
        e = default_path(c, r, &html);
    if (e == OK && html)
        e = write_html(c, r, html);
    if (e == OK && markdown)
        e = write_markdown(c, r, markdown);
    if (e != OK)
        return e;
    if (!c->is_json)
        return answer_text(c, r, html);
    struct json_out json = answer_begin(c);
    report_json(r, c->lang, &json);
    answer_end(c, &json);
    return OK;
}

static const struct option options[] = {
    {"html",
     "FILE",
     {"nơi ghi trang HTML (mặc định: reports/ID.html cạnh cơ sở dữ liệu)",
      "where the HTML page goes (default: reports/ID.html beside the database)"},
     .needs = "ID"},
    {"markdown", "FILE", {"ghi cả bản Markdown", "also write it as Markdown"}, .needs = "ID"},
    {0},
};
static const char *const examples[] = {"report", "report ID", "report ID --at 2026-06-30 --html /tmp/report.html",
                                       NULL};

const struct command command_report = {
    .name = "report",
    .words = "[ID]",
    .max_words = 1,
    .title = {"in một báo cáo có số liệu sống và ghi trang HTML",
              "prints a report with live figures, writes its HTML page"},
    .more = {"Số liệu không có hoặc đã hết hiệu lực làm báo cáo dừng lại, kèm tên, tệp và dòng.",
             "An unknown or stale figure stops the report, with its name, file and line."},
    .examples = examples,
    .options = options,
    .shared = SHARED_DB | SHARED_AT | SHARED_JSON,
    .run = report_run,
};
