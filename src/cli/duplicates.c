#include "register/duplicates.h"

#include "base/limits.h"
#include "cli/cli.h"
#include "cli/folder.h"
#include "cli/pairs.h"
#include "text/number.h"

#include "base/banned.h"

enum { DEFAULT_LIMIT = 20 };

static enum err read_options(struct cli *c, struct duplicates_options *o)
{
    long long limit;
    struct str min = cli_option(c, "min-score"), reveal = cli_option(c, "reveal");
    if (reveal.p && str_trim(reveal).n == 0)
        return FAULT(&c->fault, ERR_OPTION_VALUE, {"option", STR("reveal")}, {"value", STR("REASON")});
    if (min.p && (number_parse(min, &o->min_score, NULL) != OK || !(o->min_score > 0 && o->min_score <= 1)))
        return FAULT(&c->fault, ERR_OPTION_CHOICE, {"option", STR("min-score")}, {"choices", STR("0.01 … 1")},
                     {"value", min});
    enum err e = args_integer(&c->args, "limit", 0, 1000000000, DEFAULT_LIMIT, &limit, &c->fault);
    o->limit = limit;
    return e;
}

static enum err answer_text(struct pairs *l, const struct duplicates_options *o)
{
    struct cli *c = l->c;
    int64_t total = 0;
    enum err e = duplicates_find(c->store, l->reg, o, pairs_show, l, &total, &c->fault);
    if (e != OK)
        return e;
    struct str title = text2_in(&l->reg->title, c->lang);
    buf_printf(&c->out, "%.*s (%.*s): ", STR_ARG(title), STR_ARG(l->reg->name));
    print_count(c, &c->out, total);
    buf_printf(&c->out, T(c, " cặp có thể trùng ở phiên bản %lld\n", " pairs that may be one at revision %lld\n"),
               (long long)c->store->at);
    buf_str(&c->out, buf_view(&l->body));
    if (total > l->shown) {
        buf_puts(&c->out, T(c, "\n… còn ", "\n… and "));
        print_count(c, &c->out, total - l->shown);
        buf_puts(&c->out, T(c, " cặp nữa (--limit 0 để xem hết)\n", " pairs more (--limit 0 shows all)\n"));
    }
    if (l->shown)
        buf_printf(&c->out,
                   T(c, "\nGộp một cặp: tinhso merge %.*s GIỮ BỎ --reason \"LÝ DO\"\n",
                     "\nTo merge a pair: tinhso merge %.*s KEEP DROP --reason \"WHY\"\n"),
                   STR_ARG(l->reg->name));
    return OK;
}

/* {"register":…,"at":{…},"pairs":[{"ids":[…],"score":…,"fields":{NAME:{"values":[…],"verdict":…}}}],"total":…} */
static enum err answer_json(struct pairs *l, const struct duplicates_options *o)
{
    struct cli *c = l->c;
    int64_t total = 0;
    json_out_init(&l->json, &c->out, JSON_OUT_COMPACT);
    json_object_begin(&l->json);
    json_member(&l->json, "register", l->reg->name);
    moment_json(&c->at, &l->json);
    json_key(&l->json, STR("pairs"));
    json_array_begin(&l->json);
    enum err e = duplicates_find(c->store, l->reg, o, pairs_json, l, &total, &c->fault);
    if (e != OK) {
        buf_reset(&c->out);
        return e;
    }
    json_array_end(&l->json);
    json_key(&l->json, STR("total")), json_int(&l->json, total);
    json_object_end(&l->json);
    buf_putc(&c->out, '\n');
    return OK;
}

static enum err duplicates_run(struct cli *c)
{
    struct store *s;
    struct pairs l;
    const struct reg *reg;
    struct duplicates_options o = {0};
    enum err e = read_options(c, &o);
    if (e == OK)
        e = cli_open(c, &s);
    if (e == OK)
        e = province_register_find(s->province, cli_word(c, 0), &reg, &c->fault);
    if (e != OK)
        return e;
    pairs_init(&l, c, reg, cli_option(c, "reveal").p != NULL);
    e = c->is_json ? answer_json(&l, &o) : answer_text(&l, &o);
    pairs_done(&l);
    return e;
}

static const struct option options[] = {
    {"min-score",
     "SCORE",
     {"chỉ các cặp từ điểm này trở lên, 0–1 (mặc định: theo khai báo)",
      "only pairs from this score on, 0–1 (default: as declared)"}},
    {"limit", "N", {"số cặp nhiều nhất (mặc định 20; 0: tất cả)", "at most so many pairs (default 20; 0: all)"}},
    {"reveal",
     "REASON",
     {"hiện cả dữ liệu cá nhân, kèm lý do xem", "also show personal data, and say for what reason"}},
    {0},
};
static const char *const examples[] = {
    "duplicates farm_households",
    "duplicates farm_households --min-score 0.95 --limit 100 --json",
    NULL,
};

const struct command command_duplicates = {
    .name = "duplicates",
    .words = "REGISTER",
    .min_words = 1,
    .max_words = 1,
    .title = {"tìm các bản ghi có thể là một, theo quy tắc đã khai báo",
              "finds records that may be one and the same, by declared rules"},
    .more = {"Cặp có điểm cao đứng trước. Dữ liệu cá nhân được che bằng " FIGURE_MASK " trừ khi có --reveal.",
             "Pairs of a higher score come first. Personal data is masked by " FIGURE_MASK
             " unless --reveal is given."},
    .examples = examples,
    .options = options,
    .shared = SHARED_DB | SHARED_AT | SHARED_JSON,
    .run = duplicates_run,
};
