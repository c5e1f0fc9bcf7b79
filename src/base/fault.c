#include "base/fault.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#include "base/banned.h"

static const struct {
    int http;
    const char *type, *vi, *en;
} errors[ERR_COUNT] = {
    [OK] = {200, "ok", "Xong", "Done"},
#define ERROR(code, http, type, vi, en) [code] = {http, type, vi, en},
#include "base/errors.def"
#undef ERROR
};

int err_http(enum err code)
{
    return errors[code].http;
}

const char *err_type(enum err code)
{
    return errors[code].type;
}

const char *err_sentence(enum err code, enum lang lang)
{
    return lang == LANG_EN ? errors[code].en : errors[code].vi;
}

/* Cuts at a character's start so that what stays is UTF-8. */
static size_t cut_utf8(struct str s, size_t max)
{
    if (s.n <= max)
        return s.n;
    while (max && ((unsigned char)s.p[max] & 0xC0) == 0x80)
        max--;
    return max;
}

static unsigned short keep(struct fault *f, struct str s, unsigned short *ret_n)
{
    static const char ellipsis[] = "…";
    unsigned short at = f->n_text;
    size_t room = FAULT_TEXT - (size_t)f->n_text;
    size_t n = s.n;
    if (n > room || n > FAULT_TEXT / 3) {
        size_t max = room < FAULT_TEXT / 3 ? room : FAULT_TEXT / 3;
        n = max > sizeof ellipsis ? cut_utf8(s, max - sizeof ellipsis) : 0;
        if (n)
            memcpy(f->text + at, s.p, n);
        if (max > sizeof ellipsis) {
            memcpy(f->text + at + n, ellipsis, sizeof ellipsis - 1);
            n += sizeof ellipsis - 1;
        }
    } else if (n) {
        memcpy(f->text + at, s.p, n);
    }
    f->n_text = (unsigned short)(f->n_text + n);
    *ret_n = (unsigned short)n;
    return at;
}

void fault_fill(struct fault *f, enum err code, const struct fault_param *params, size_t n)
{
    if (!f)
        return;
    int line = f->code == OK ? f->line : 0, column = f->code == OK ? f->column : 0;
    *f = (struct fault){.code = code, .line = line, .column = column};
    for (size_t i = 0; i < n; i++) {
        if (!params[i].name)
            continue;
        must(f->n_params < FAULT_PARAMS);
        unsigned short k = f->n_params++;
        f->params[k].name = params[i].name;
        f->params[k].at = keep(f, params[i].value, &f->params[k].n);
    }
}

void fault_place(struct fault *f, struct str file, int line, int column)
{
    if (!f)
        return;
    if (file.n && !f->file_n)
        f->file_at = keep(f, file, &f->file_n);
    if (!f->line)
        f->line = line;
    if (!f->column)
        f->column = column;
}

void fault_field(struct fault *f, struct str field)
{
    if (f && field.n && !f->field_n)
        f->field_at = keep(f, field, &f->field_n);
}

struct str fault_param(const struct fault *f, const char *name)
{
    for (size_t i = 0; i < f->n_params; i++)
        if (strcmp(f->params[i].name, name) == 0)
            return str_slice(f->text + f->params[i].at, f->params[i].n);
    return (struct str){NULL, 0};
}

struct str fault_file(const struct fault *f)
{
    return str_slice(f->text + f->file_at, f->file_n);
}

struct str fault_field_name(const struct fault *f)
{
    return str_slice(f->text + f->field_at, f->field_n);
}

void fault_print(const struct fault *f, enum lang lang, struct buf *out)
{
    if (f->file_n)
        buf_str(out, fault_file(f));
    if (f->line)
        buf_printf(out, "%s%d", f->file_n ? ":" : "", f->line);
    if (f->line && f->column)
        buf_printf(out, ":%d", f->column);
    if (f->file_n || f->line)
        buf_puts(out, ": ");
    if (f->field_n) {
        buf_str(out, fault_field_name(f));
        buf_puts(out, ": ");
    }
    const char *s = err_sentence(f->code, lang);
    while (*s) {
        const char *open = strchr(s, '{'), *close = open ? strchr(open, '}') : NULL;
        if (!close) {
            buf_puts(out, s);
            return;
        }
        buf_add(out, s, (size_t)(open - s));
        for (size_t i = 0; i < f->n_params; i++)
            if (str_is(str_slice(open + 1, (size_t)(close - open - 1)), f->params[i].name))
                buf_add(out, f->text + f->params[i].at, f->params[i].n);
        s = close + 1;
    }
}

void faults_done(struct faults *list)
{
    free(list->p);
    *list = (struct faults){.max = list->max};
}

void faults_add(struct faults *list, const struct fault *f)
{
    list->total++;
    if (list->n >= (list->max ? list->max : 100))
        return;
    if (list->n == list->cap) {
        list->cap = list->cap ? list->cap * 2 : 4;
        list->p = mem_realloc(list->p, list->cap * sizeof *list->p);
    }
    list->p[list->n++] = *f;
}

void faults_print(const struct faults *list, enum lang lang, struct buf *out)
{
    for (size_t i = 0; i < list->n; i++) {
        fault_print(&list->p[i], lang, out);
        buf_putc(out, '\n');
    }
    if (list->total > list->n)
        buf_printf(out, lang == LANG_EN ? "… and %zu more errors.\n" : "… và %zu lỗi nữa.\n", list->total - list->n);
}
