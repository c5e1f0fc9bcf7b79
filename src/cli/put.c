/* tinhso put: one record into a register. */
#include <string.h>

#include "base/file.h"
#include "cli/cli.h"
#include "cli/folder.h"
#include "cli/pairs.h"
#include "cli/show.h"
#include "register/entry.h"
#include "register/record.h"

#include "base/banned.h"

struct form {
    struct cli *c;
    struct entry in;
    bool *is_given;
};

static enum err read_mode(struct cli *c, enum entry_mode *ret)
{
    static const char *const names[] = {"upsert", "create", "update"}; /* as enum entry_mode */
    struct str text = cli_option(c, "mode");
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (!text.p || str_is(text, names[i])) {
            *ret = (enum entry_mode)i;
            return OK;
        }
    return FAULT(&c->fault, ERR_OPTION_CHOICE, {"option", STR("mode")}, {"choices", STR("create, update, upsert")},
                 {"value", text});
}

/* "_sample" is no field: what it says goes to the mark. */
static bool read_mark(struct form *form, struct str name, struct str text)
{
    bool is_mark = str_is(name, "_sample") && reg_field_number(form->in.reg, name) == NO_FIELD;
    if (is_mark && (str_is(text, "true") || str_is(text, "false")))
        form->in.mark = str_is(text, "true") ? SAMPLE_INVENTED : SAMPLE_REAL;
    return is_mark && form->in.mark != SAMPLE_UNSAID;
}

static enum err unknown_field(struct form *form, struct str name)
{
    const struct reg *reg = form->in.reg;
    struct str *names = ARENA_ARRAY(form->c->arena, struct str, reg->n_fields);
    for (size_t i = 0; i < reg->n_fields; i++)
        names[i] = reg->fields[i].name;
    return FAULT(&form->c->fault, ERR_FIELD_UNKNOWN, {"name", name}, {"register", reg->name},
                 {"nearest", yaml_nearest(name, names, reg->n_fields)});
}

static enum err read_words(struct form *form)
{
    struct cli *c = form->c;
    for (size_t i = 1; i < c->args.words.n; i++) {
        struct str word = cli_word(c, i), text, name = str_cut(word, '=', &text);
        int field = reg_field_number(form->in.reg, name);
        if (!text.p || (field != NO_FIELD && form->is_given[field]))
            return FAULT(&c->fault, ERR_ENTRY_FIELD, {"word", word});
        if (read_mark(form, name, text))
            continue;
        if (field == NO_FIELD)
            return unknown_field(form, name);
        form->in.cells[field] = text;
        form->is_given[field] = true;
    }
    return OK;
}

static enum err read_file(struct form *form, const char *path)
{
    struct cli *c = form->c;
    struct str text, name = str_of(strcmp(path, "-") == 0 ? "stdin" : path);
    struct json *root;
    enum err e =
        file_read(c->arena, strcmp(path, "-") == 0 ? "/dev/stdin" : path, LIMIT_RECORD_BYTES, &text, &c->fault);
    if (e == OK)
        e = json_parse(c->arena, text, name, &root, &c->fault);
    if (e == OK && root->kind != J_OBJECT)
        e = FAULT(&c->fault, ERR_ENTRY_JSON, {"file", name});
    if (e != OK)
        return e;
    for (size_t i = 0, n = root->n; i < n; i++) { /* the mark is taken out of the fields */
        const struct json *v = &root->members[i].value;
        struct str said = v->kind != J_BOOL ? (struct str){NULL, 0} : v->boolean ? STR("true") : STR("false");
        if (!read_mark(form, root->members[i].key, said))
            continue;
        for (size_t k = i + 1; k < n; k++)
            root->members[k - 1] = root->members[k];
        root->n = n - 1;
        break;
    }
    return record_cells_of_json(c->arena, form->in.reg, root, form->in.cells, form->is_given, &c->faults);
}

static enum err read_form(struct form *form)
{
    struct cli *c = form->c;
    const char *path = args_value(&c->args, "from");
    form->in.cells = ARENA_ARRAY(c->arena, struct str, form->in.reg->n_fields);
    form->in.is_given = form->is_given = ARENA_ARRAY(c->arena, bool, form->in.reg->n_fields);
    enum err e = path ? read_file(form, path) : OK;
    return e == OK ? read_words(form) : e;
}

static void answer_text(struct cli *c, const struct entry_result *r, bool is_dry_run)
{
    static const struct words outcomes[] = {
        {"Không có gì thay đổi ở bản ghi “%.*s”", "Nothing changes in record “%.*s”"},
        {"Thêm bản ghi “%.*s”", "Added record “%.*s”"},
        {"Đổi bản ghi “%.*s”", "Changed record “%.*s”"}}; /* as enum put_outcome */
    struct buf *b = &c->out;
    if (is_dry_run)
        buf_puts(b, T(c, "Chạy thử, chưa ghi gì. ", "Dry run, nothing was written. "));
    const char *words = words_in(&outcomes[r->outcome], c->lang), *id = strstr(words, "%.*s");
    buf_add(b, words, (size_t)(id - words));
    buf_str(b, r->id);
    buf_puts(b, id + strlen("%.*s"));
    if (r->rev)
        buf_printf(b, T(c, "; phiên bản %lld", "; revision %lld"), (long long)r->rev);
    buf_puts(b, ".\n");
    if (r->is_sample && r->outcome != PUT_SAME)
        buf_puts(b, T(c, "Đây là dữ liệu mẫu; thêm _sample=false nếu nay là bản ghi thật.\n",
                      "It is an invented record; add _sample=false if it is real now.\n"));
    if (r->was_sample && !r->is_sample)
        buf_puts(b, T(c, "Bản ghi mẫu này nay là bản ghi thật.\n", "This invented record is real from now on.\n"));
}

static void answer_json(struct cli *c, const struct entry_result *r, bool is_dry_run, struct json_out *o)
{
    static const char *const outcomes[] = {"same", "added", "changed"}; /* as enum put_outcome */
    json_key(o, STR("id"));
    if (r->id.p)
        json_str(o, r->id);
    else
        json_null(o);
    json_member(o, "outcome", str_of(outcomes[r->outcome]));
    json_key(o, STR("sample")), json_bool(o, r->is_sample);
    json_key(o, STR("dry_run")), json_bool(o, is_dry_run);
    json_key(o, STR("revision"));
    if (r->rev)
        json_int(o, r->rev);
    else
        json_null(o);
    json_object_end(o);
    answer_end(c, o);
}

/* {"register":…,"duplicates":[as `duplicates`],"id":…,"outcome":…,"sample":…,"dry_run":…,"revision":…} */
static enum err put_record(struct form *form, const struct entry_options *asked)
{
    struct cli *c = form->c;
    struct pairs l;
    struct entry_result r = {0};
    struct entry_options o = *asked;
    pairs_init(&l, c, form->in.reg, false);
    o.on_duplicate = c->is_json ? pairs_json : pairs_show;
    o.ctx = &l;
    if (c->is_json) {
        l.json = answer_begin(c);
        json_object_begin(&l.json);
        json_member(&l.json, "register", form->in.reg->name);
        json_key(&l.json, STR("duplicates"));
        json_array_begin(&l.json);
    }
    enum err e = entry_put(c->arena, c->store, &form->in, &o, &r, &c->faults);
    if (e != OK && r.duplicates == 0) {
        buf_reset(&c->out);
    } else if (c->is_json) {
        json_array_end(&l.json);
        answer_json(c, &r, o.is_dry_run, &l.json);
    } else {
        if (r.duplicates)
            buf_puts(&c->out, T(c, "Có thể trùng với:\n", "May be one with:\n"));
        buf_str(&c->out, buf_view(&l.body));
        if (e == OK)
            answer_text(c, &r, o.is_dry_run);
    }
    cli_warn(c, &r.warnings);
    faults_done(&r.warnings);
    pairs_done(&l);
    return e;
}

static enum err put_run(struct cli *c)
{
    struct form form = {.c = c};
    struct entry_options o = {
        .actor = STR("tinhso put"),
        .reason = str_trim(cli_option(c, "reason")),
        .is_dry_run = args_has(&c->args, "dry-run"),
        .allow_duplicates = args_has(&c->args, "allow-duplicate"),
    };
    if (o.reason.n == 0)
        return FAULT(&c->fault, ERR_OPTION_VALUE, {"option", STR("reason")}, {"value", STR("TEXT")});
    enum err e = read_mode(c, &o.mode);
    if (e == OK)
        e = cli_open_to_write(c);
    if (e == OK)
        e = province_register_find(c->store->province, cli_word(c, 0), &form.in.reg, &c->fault);
    if (e == OK)
        e = read_form(&form);
    return e == OK ? put_record(&form, &o) : e;
}

static const struct option options[] = {
    {"reason", "TEXT", {"lý do, ghi vào nhật ký (bắt buộc)", "the reason, kept in the log (required)"}},
    {"from",
     "FILE|-",
     {"lấy giá trị từ một đối tượng JSON; - là đầu vào chuẩn", "take values from a JSON object; - is standard input"}},
    {"mode",
     "M",
     {"upsert thêm hoặc sửa (mặc định), create chỉ thêm, update chỉ sửa",
      "upsert adds or changes (default), create only adds, update only changes"}},
    {"allow-duplicate",
     NULL,
     {"ghi dù giống bản ghi đã có: đã xem, đúng là bản ghi khác",
      "write it though it resembles another: looked at, it is another record"}},
    {"dry-run", NULL, {"làm tất cả trừ việc ghi", "do everything but write"}},
    {0},
};
static const char *const examples[] = {
    "put farm_households code=HN200001 head=\"Lê Thị Mai\" unit=24631 surveyed_on=2022-06-30 --reason \"Hộ mới\"",
    "put farm_households code=HN200001 phone= --reason \"Số điện thoại đã cắt\"",
    "put teams --from to.json --mode create --reason \"Quyết định thành lập tổ\"",
    NULL,
};

const struct command command_put = {
    .name = "put",
    .words = "REGISTER [FIELD=VALUE …]",
    .min_words = 1,
    .max_words = LIMIT_FIELDS + 2,
    .title = {"nhập hoặc sửa một bản ghi", "enters or changes one record"},
    .more = {"Khóa cho biết là bản ghi nào; trường không nêu giữ nguyên, giá trị trống (FIELD=) thì xóa. Ngày viết "
             "yyyy-mm-dd, mã theo danh mục, danh sách\n"
             "ngăn bằng |. Bản ghi giống bản ghi đã có bị từ chối, kèm các bản ghi ấy đặt cạnh nhau; dữ liệu cá nhân "
             "được che.",
             "The key says which record; fields not named keep their values, an empty value (FIELD=) clears one. Dates "
             "are yyyy-mm-dd, codes as\n"
             "declared, lists parted by |. A record that resembles one that is there is refused, with both side by "
             "side; personal data is masked."},
    .examples = examples,
    .options = options,
    .shared = SHARED_DB | SHARED_JSON,
    .run = put_run,
};
