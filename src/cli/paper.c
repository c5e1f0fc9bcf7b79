/* tinhso paper: the papers of a province, one of them filled and drawn; signing and judging what was drawn. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/cli.h"
#include "cli/folder.h"
#include "cli/paper.h"
#include "cli/show.h"
#include "report/columns.h"
#include "report/paper.h"
#include "text/date.h"

#include "base/banned.h"

/* From the folder of --folder, else of the database. */
static enum err province_of(struct cli *c, const struct province **ret_province)
{
    const char *folder = args_value(&c->args, "folder");
    struct store *s = NULL;
    if (!folder) {
        enum err e = cli_open(c, &s);
        if (e == OK)
            *ret_province = s->province;
        return e;
    }
    struct sources sources;
    struct province *p = NULL;
    enum err e = sources_read_folder(c->arena, folder, &sources, &c->fault);
    if (e == OK)
        e = province_build(c->arena, &sources, &p, &c->faults);
    if (e == OK)
        *ret_province = p;
    return e;
}

static void paper_json(struct json_out *o, const struct paper *p, enum lang lang)
{
    json_object_begin(o);
    json_member(o, "paper", p->id);
    json_member(o, "version", p->name);
    json_member(o, "title", text2_in(&p->title, lang));
    json_member(o, "form", p->form);
    json_member(o, "size", p->size == PAPER_A5 ? STR("A5") : STR("A4"));
    json_member(o, "valid_from", p->valid_from);
    json_member(o, "valid_to", p->valid_to);
    json_object_end(o);
}

static void list_papers(struct cli *c, const struct province *province)
{
    const struct paper **papers;
    size_t n;
    papers_list(c->arena, province, &papers, &n);
    if (c->is_json) {
        struct json_out o = answer_list_begin(c, "papers");
        for (size_t i = 0; i < n; i++)
            paper_json(&o, papers[i], c->lang);
        answer_list_end(c, &o);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        columns_pad(&c->out, papers[i]->name, 24, false);
        struct str title = text2_in(&papers[i]->title, c->lang);
        buf_printf(&c->out, " %s  %.*s", papers[i]->size == PAPER_A5 ? "A5" : "A4", STR_ARG(title));
        if (papers[i]->valid_from.n || papers[i]->valid_to.n)
            buf_printf(&c->out, " (%.*s–%.*s)", STR_ARG(papers[i]->valid_from), STR_ARG(papers[i]->valid_to));
        buf_putc(&c->out, '\n');
    }
}

/* --day, else the day of --at or today. */
static enum err day_of(struct cli *c, const struct province *p, struct str *ret_day)
{
    struct str given = cli_option(c, "day");
    struct date day = date_of_instant(clock_now_ms(), p->utc_offset_minutes);
    if (given.p && date_parse(given, &day, &c->fault) != OK)
        return fault_code(&c->fault);
    struct buf b CLEANUP(buf_done) = BUF_INIT(32);
    date_print(day, &b);
    *ret_day = given.p ? given : str_dup(c->arena, buf_view(&b));
    return OK;
}

static enum err context_of(struct cli *c, struct json **ret_context)
{
    *ret_context = NULL;
    if (c->args.words.n < 2)
        return OK;
    struct str text;
    const char *path = c->args.words.p[1];
    enum err e = file_read(c->arena, path, LIMIT_JSON_BYTES, &text, &c->fault);
    return e == OK ? json_parse(c->arena, text, str_of(path), ret_context, &c->fault) : e;
}

static enum err paper_write(struct cli *c, const struct paper *paper, const struct json *context, const char *path)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_PAPER_BYTES);
    bool is_html = str_ends(str_of(path), STR(".html"));
    if (!is_html && !str_ends(str_of(path), STR(".pdf")))
        return FAULT(&c->fault, ERR_PAPER_OUTPUT, {"path", str_of(path)});
    enum err e = is_html ? paper_html(c->arena, paper, context, PAPER_FILE, &b, &c->fault)
                         : paper_pdf(c->arena, paper, context, &b, &c->fault);
    if (e == OK)
        e = file_write_atomic(path, buf_view(&b), 0644, &c->fault);
    if (e == OK)
        buf_printf(&c->out, "%s (%.*s)\n", path, STR_ARG(paper->name));
    return e;
}

static enum err paper_run(struct cli *c)
{
    const struct province *province = NULL;
    if (str_is(cli_word(c, 0), "sign"))
        return paper_sign_run(c);
    if (str_is(cli_word(c, 0), "verify"))
        return paper_verify_run(c);
    enum err e = province_of(c, &province);
    if (e != OK)
        return e;
    if (c->args.words.n == 0) {
        list_papers(c, province);
        return OK;
    }
    const struct paper *paper;
    struct json *context;
    struct str day;
    e = day_of(c, province, &day);
    if (e == OK)
        e = paper_find(c->arena, province, cli_word(c, 0), day, &paper, &c->fault);
    if (e == OK)
        e = context_of(c, &context);
    if (e != OK)
        return e;
    const char *path = args_value(&c->args, "output");
    if (!path)
        path = arena_printf(c->arena, "%.*s.pdf", STR_ARG(paper->name));
    return paper_write(c, paper, context, path);
}

static const struct option options[] = {
    {
        "output",
        "FILE",
        {"tệp ra, .pdf hoặc .html (mặc định: ID.pdf)", "the file to write, .pdf or .html (default: ID.pdf)"},
    },
    {
        "day",
        "DATE",
        {"lấy bản có hiệu lực ngày này (mặc định: hôm nay)", "the version in force on this day (default: today)"},
    },
    {"folder",
     "FOLDER",
     {"lấy mẫu từ thư mục khai báo thay vì cơ sở dữ liệu", "papers of a folder of declarations, not of the database"}},
    {"cert", "FILE", {"sign: chứng thư, PEM hoặc PKCS#12", "sign: the certificate, PEM or PKCS#12"}},
    {"key", "FILE", {"sign: khóa riêng, PEM", "sign: the private key, PEM"}, .needs = "cert"},
    {"passphrase-file",
     "FILE",
     {"sign: mật khẩu của khóa, dòng đầu của tệp", "sign: the key's passphrase, the first line of a file"},
     .needs = "cert"},
    {"reason", "TEXT", {"sign: lý do ký, ghi trong tệp", "sign: the reason, kept in the file"}, .needs = "cert"},
    {"detached",
     NULL,
     {"sign: chữ ký để riêng trong FILE.p7s", "sign: the signature goes into FILE.p7s"},
     .needs = "cert"},
    {"signature", "FILE", {"verify: chữ ký để riêng", "verify: the signature beside the file"}},
    {"ca", "FILE", {"verify: chứng thư gốc tin được, PEM", "verify: certificates to trust, PEM"}},
    {0},
};
static const char *const examples[] = {"paper",
                                       "paper form-01 --output /tmp/form-01.pdf",
                                       "paper form-01 values.json --day 2022-11-27 --output /tmp/receipt.html",
                                       "paper sign receipt.pdf --cert leader.p12 --passphrase-file leader.pass",
                                       "paper verify receipt.pdf --ca ca.pem",
                                       NULL};

const struct command command_paper = {
    .name = "paper",
    .words = "[ID [VALUES.json] | sign FILE.pdf | verify FILE.pdf]",
    .max_words = 2,
    .title = {"điền một mẫu giấy thành PDF hoặc HTML; ký, kiểm chữ ký",
              "fills a paper, as PDF or HTML; signs, judges signatures"},
    .more =
        {"Không có ID: liệt kê các mẫu. Không có tệp giá trị: mẫu trống để điền tay. Cách viết mẫu: docs/papers.md.",
         "Without ID: lists the papers. Without values: an empty form to fill in by hand. How papers are written: "
         "docs/papers.md."},
    .examples = examples,
    .options = options,
    .shared = SHARED_DB | SHARED_AT | SHARED_JSON,
    .run = paper_run,
};
