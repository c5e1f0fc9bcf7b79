/* Faults told to the client: problem details (RFC 9457), or a page for people. */
#include "http/internal.h"

#include <stdio.h>

#include "text/json.h"
#include "text/utf8.h"

#include "base/banned.h"

/* A short name for people; the code beside it names the very fault. */
static struct str title_of(int status, enum lang lang)
{
    static const struct {
        int status;
        struct text2 title;
    } titles[] = {
        {400, {STR("Yêu cầu chưa đúng"), STR("Bad request")}},
        {401, {STR("Chưa cho biết là ai"), STR("Not signed in")}},
        {403, {STR("Không được phép"), STR("Not allowed")}},
        {404, {STR("Không tìm thấy"), STR("Not found")}},
        {405, {STR("Phương thức không dùng được ở đây"), STR("Method not allowed")}},
        {406, {STR("Không có ở dạng này"), STR("Not available in that form")}},
        {409, {STR("Trái với dữ liệu đang có"), STR("In conflict with what is there")}},
        {412, {STR("Đã thay đổi trong lúc đó"), STR("Changed meanwhile")}},
        {413, {STR("Quá lớn"), STR("Too large")}},
        {414, {STR("Địa chỉ quá dài"), STR("Address too long")}},
        {415, {STR("Không nhận dạng nội dung này"), STR("Content of that type is not taken")}},
        {422, {STR("Nội dung chưa hợp lệ"), STR("Content is not valid")}},
        {428, {STR("Thiếu điều kiện"), STR("A condition is wanted")}},
        {429, {STR("Quá nhiều yêu cầu"), STR("Too many requests")}},
        {503, {STR("Tạm thời chưa phục vụ được"), STR("Not available for now")}},
        {507, {STR("Hết chỗ lưu"), STR("No space left")}},
    };
    for (size_t i = 0; i < ARRAY_LEN(titles); i++)
        if (titles[i].status == status)
            return text2_in(&titles[i].title, lang);
    return status < 500      ? text2_in(&titles[0].title, lang)
           : lang == LANG_EN ? STR("The server failed")
                             : STR("Máy chủ gặp lỗi");
}

static void problem_json(struct exchange *x, int status, enum err e, const struct fault *f)
{
    struct json_out o;
    struct buf detail CLEANUP(buf_done) = BUF_INIT(64 << 10);
    fault_print(f, x->lang, &detail);
    detail.n = utf8_valid_prefix(buf_view(&detail));
    json_out_init(&o, &x->body, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_member(&o, "type", str_of(arena_printf(x->arena, "/problems/%s", err_type(e))));
    json_member(&o, "title", title_of(status, x->lang));
    json_member(&o, "code", str_of(err_type(e)));
    json_key(&o, STR("status")), json_int(&o, status);
    json_member(&o, "detail", buf_view(&detail));
    struct str field = fault_field_name(f);
    if (field.n)
        json_member(&o, "field", field);
    struct str name = fault_param(f, "name");
    if (strncmp(err_type(e), "input", 5) == 0 && name.n && utf8_valid(name))
        json_member(&o, "parameter", name);
    if (f->line)
        json_key(&o, STR("line")), json_int(&o, f->line);
    if (f->column)
        json_key(&o, STR("column")), json_int(&o, f->column);
    if (x->problem_name)
        json_key(&o, str_of(x->problem_name)), json_raw(&o, x->problem_value);
    json_member(&o, "request", str_of(x->request_id));
    json_object_end(&o);
}

static void tell_operator(const struct exchange *x, const struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(64 << 10);
    buf_printf(&b, "%s: ", x->request_id);
    fault_print(f, LANG_EN, &b);
    fprintf(stderr, "%s\n", buf_cstr(&b));
}

/* The fault with the mere name of the file that it is about: where it lies is the operator's business alone. */
static void hide_folder(const struct fault *f, struct fault *ret)
{
    struct fault_param params[FAULT_PARAMS];
    for (size_t i = 0; i < f->n_params; i++) {
        params[i] = (struct fault_param){f->params[i].name, str_slice(f->text + f->params[i].at, f->params[i].n)};
        const char *slash =
            strcmp(params[i].name, "path") == 0 ? memrchr(params[i].value.p, '/', params[i].value.n) : NULL;
        if (slash)
            params[i].value = str_slice(slash + 1, (size_t)(params[i].value.p + params[i].value.n - slash - 1));
    }
    fault_fill(ret, f->code, params, f->n_params);
}

void problem_reply(struct http_worker *w, const struct message *m, enum err e, const struct fault *f, struct reply *r)
{
    struct exchange *x = &w->x;
    struct fault bare = {.code = e}, hidden = {.code = OK};
    f = f && f->code != OK ? f : &bare;
    x->status = err_http(e);
    if (x->status == 500) { /* statements and paths are nobody's business */
        tell_operator(x, f);
        FAULT(&hidden, ERR_HTTP_FAILED, {"request", str_of(x->request_id)});
        f = &hidden;
        e = hidden.code;
    } else if (x->status > 500 && fault_param(f, "path").n) {
        tell_operator(x, f);
        hide_folder(f, &hidden);
        f = &hidden;
    }
    x->n_headers = 0;
    x->constant = x->constant_gzip = x->etag = x->filename = x->media = (struct str){0};
    x->modified_ms = 0;
    x->is_immutable = false;
    buf_reset(&x->body);
    bool is_page = w->o->problem_page && accepts_html(m->accept) && !m->is_broken;
    if (is_page) {
        x->format = FORMAT_HTML;
        w->o->problem_page(x, f, x->status);
        x->media = str_of(format_media(FORMAT_HTML));
    }
    if (!is_page || x->body.is_full || x->body.n == 0) {
        buf_reset(&x->body);
        problem_json(x, x->status, e, f);
        x->media = STR("application/problem+json");
    }
    r->status = x->status;
    r->is_to_keep = false;
    if (e == ERR_HTTP_METHOD)
        reply_header(r, "Allow", allow_text(w->arena, w->match.allow));
    else if (e == ERR_HTTP_KEY || e == ERR_HTTP_SIGN_IN || e == ERR_HTTP_SIGN_IN_AGAIN)
        reply_header(r, "WWW-Authenticate", STR("Bearer realm=\"tinhso\""));
    else if (e == ERR_HTTP_RATE)
        reply_header(r, "Retry-After",
                     str_of(arena_dup(w->arena, fault_param(f, "seconds").p, fault_param(f, "seconds").n)));
    else if (x->status == 503)
        reply_header(r, "Retry-After", STR("5"));
}
