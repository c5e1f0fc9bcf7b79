#include "register/duplicates.h"

#include "base/limits.h"
#include "cli/cli.h"
#include "cli/folder.h"
#include "report/columns.h"
#include "text/number.h"

#include "base/banned.h"

enum { DEFAULT_LIMIT = 20 };

struct listing {
    struct cli *c;
    const struct reg *reg;
    bool is_revealed, is_id_masked;
    int64_t shown;
    struct buf body;
    struct json_out json;
};

static bool is_masked(const struct listing *l, size_t field)
{
    return !l->is_revealed && figure_field_is_masked(&l->reg->fields[field]);
}

static struct str id_shown(const struct listing *l, const struct duplicate_pair *pair, int which)
{
    if (l->is_id_masked)
        return STR(FIGURE_MASK);
    return str_of(arena_dup(l->c->arena, pair->id[which].p, pair->id[which].n));
}

static struct str cell(const struct listing *l, size_t field, const struct value *v)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES * 2);
    if (is_masked(l, field))
        figure_field_print(&l->reg->fields[field], v, l->c->lang, &b);
    else
        value_print(&l->reg->fields[field], v, l->c->lang, &b);
    return str_slice(arena_dup(l->c->arena, b.n ? b.p : "", b.n), b.n);
}

static const char *const agreement_keys[] = {"differ", "agree", "alike", "unknown"};

static const char *agreement(const struct cli *c, unsigned char agrees)
{
    static const struct words words[] = {
        {"khác", "differ"}, {"khớp", "agree"}, {"gần giống", "alike"}, {"thiếu một bên", "one only"}};
    return words_in(&words[agrees], c->lang);
}

static bool show_pair(void *ctx, const struct duplicate_pair *pair)
{
    struct listing *l = ctx;
    struct cli *c = l->c;
    struct columns_table t;
    struct buf score CLEANUP(buf_done) = BUF_INIT(64);
    buf_printf(&score, "%.2f", pair->score);
    for (size_t i = 0; c->lang == LANG_VI && i < score.n; i++)
        if (score.p[i] == '.')
            score.p[i] = ',';
    l->shown++;
    buf_printf(&l->body, T(c, "\n%lld. điểm %.*s\n", "\n%lld. score %.*s\n"), (long long)l->shown, (int)score.n,
               score.p);
    columns_table_init(&t, c->arena, 4);
    columns_add(&t, STR("_id")), columns_add(&t, id_shown(l, pair, 0)), columns_add(&t, id_shown(l, pair, 1));
    columns_add(&t, STR(""));
    for (size_t i = 0; i < l->reg->n_fields; i++) {
        const struct value *v[2] = {&pair->record[0]->values[i], &pair->record[1]->values[i]};
        if ((v[0]->kind == VALUE_NULL && v[1]->kind == VALUE_NULL) || l->reg->fields[i].type == FT_GEOMETRY)
            continue;
        columns_add(&t, l->reg->fields[i].name);
        columns_add(&t, cell(l, i, v[0])), columns_add(&t, cell(l, i, v[1]));
        columns_add(&t, str_of(agreement(c, pair->agrees[i])));
    }
    columns_draw(&t, (size_t)cli_width(160), &l->body);
    return true;
}

static bool show_json(void *ctx, const struct duplicate_pair *pair)
{
    struct listing *l = ctx;
    struct json_out *o = &l->json;
    struct buf score CLEANUP(buf_done) = BUF_INIT(64);
    buf_printf(&score, "%.4f", pair->score);
    l->shown++;
    json_object_begin(o);
    json_key(o, STR("ids"));
    json_array_begin(o);
    json_str(o, id_shown(l, pair, 0)), json_str(o, id_shown(l, pair, 1));
    json_array_end(o);
    json_key(o, STR("score")), json_raw(o, buf_view(&score));
    json_key(o, STR("fields"));
    json_object_begin(o);
    for (size_t i = 0; i < l->reg->n_fields; i++) {
        const struct field *fd = &l->reg->fields[i];
        if (pair->record[0]->values[i].kind == VALUE_NULL && pair->record[1]->values[i].kind == VALUE_NULL)
            continue;
        json_key(o, fd->name);
        json_object_begin(o);
        json_key(o, STR("values"));
        json_array_begin(o);
        for (int k = 0; k < 2; k++) {
            const struct value *v = &pair->record[k]->values[i];
            if (is_masked(l, i) && v->kind != VALUE_NULL)
                json_str(o, STR(FIGURE_MASK));
            else
                value_json(fd, v, o);
        }
        json_array_end(o);
        json_key(o, STR("verdict")), json_str(o, str_of(agreement_keys[pair->agrees[i]]));
        json_object_end(o);
    }
    json_object_end(o);
    json_object_end(o);
    return true;
}

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

static enum err answer_text(struct listing *l, const struct duplicates_options *o)
{
    struct cli *c = l->c;
    int64_t total = 0;
    enum err e = duplicates_find(c->store, l->reg, o, show_pair, l, &total, &c->fault);
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
static enum err answer_json(struct listing *l, const struct duplicates_options *o)
{
    struct cli *c = l->c;
    int64_t total = 0;
    json_out_init(&l->json, &c->out, JSON_OUT_COMPACT);
    json_object_begin(&l->json);
    json_key(&l->json, STR("register")), json_str(&l->json, l->reg->name);
    moment_json(&c->at, &l->json);
    json_key(&l->json, STR("pairs"));
    json_array_begin(&l->json);
    enum err e = duplicates_find(c->store, l->reg, o, show_json, l, &total, &c->fault);
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
    struct listing l = {.c = c, .body = BUF_INIT(LIMIT_REPORT_BYTES)};
    struct duplicates_options o = {0};
    enum err e = read_options(c, &o);
    if (e == OK)
        e = cli_open(c, &s);
    if (e == OK)
        e = province_register_find(s->province, cli_word(c, 0), &l.reg, &c->fault);
    if (e != OK)
        return e;
    l.is_revealed = cli_option(c, "reveal").p != NULL;
    for (size_t i = 0; i < l.reg->n_key; i++)
        l.is_id_masked |= is_masked(&l, (size_t)l.reg->key[i]);
    e = c->is_json ? answer_json(&l, &o) : answer_text(&l, &o);
    buf_done(&l.body);
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
