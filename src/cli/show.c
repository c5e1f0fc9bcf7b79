#include "cli/show.h"

#include <string.h>

#include "cli/folder.h"
#include "report/columns.h"
#include "text/date.h"

#include "base/banned.h"

enum { FACT_COLUMNS = 16, WIDTH = 100 };

struct str keep(struct cli *c, const struct buf *b)
{
    return str_dup(c->arena, buf_view(b));
}

void show_fact(struct cli *c, const char *name, struct str value)
{
    if (value.n == 0)
        return;
    struct buf head CLEANUP(buf_done) = BUF_INIT(1024);
    columns_pad(&head, str_of(arena_printf(c->arena, "%s:", name)), FACT_COLUMNS, false);
    struct str indent = str_of(arena_printf(c->arena, "%*s", FACT_COLUMNS, ""));
    columns_wrap(&c->out, value, (size_t)cli_width(WIDTH), buf_view(&head), indent);
}

struct str quantity_shown(struct cli *c, struct quantity q, int decimals)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(256);
    quantity_print(q, decimals, c->lang, &b);
    return keep(c, &b);
}

struct str decimals_shown(struct cli *c, struct quantity q, int decimals)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(256);
    if (quantity_is_known(q))
        (c->lang == LANG_EN ? decimal_print_en : decimal_print_vi)(quantity_decimal(q), decimals, &b);
    return keep(c, &b);
}

struct str date_shown(struct cli *c, struct str iso)
{
    struct date day;
    if (c->lang == LANG_EN || date_parse(iso, &day, NULL) != OK)
        return iso;
    struct buf b CLEANUP(buf_done) = BUF_INIT(32);
    date_print_vi(day, &b);
    return keep(c, &b);
}

struct str count_shown(struct cli *c, long long n)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    print_count(c, &b, n);
    return keep(c, &b);
}

struct json_out answer_begin(struct cli *c)
{
    struct json_out o;
    json_out_init(&o, &c->out, JSON_OUT_COMPACT);
    return o;
}

void answer_end(struct cli *c, const struct json_out *o)
{
    json_out_done(o);
    buf_putc(&c->out, '\n');
}

const char *shell_word(struct cli *c, const char *word)
{
    bool is_plain = *word != '\0';
    for (const char *p = word; *p; p++)
        is_plain &= (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
                    (unsigned char)*p >= 0x80 || strchr("_./@:+,=%-", *p);
    if (is_plain)
        return word;
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    buf_putc(&b, '\'');
    for (const char *p = word; *p; p++) {
        if (*p == '\'')
            buf_puts(&b, "'\\'");
        buf_putc(&b, *p);
    }
    buf_putc(&b, '\'');
    return arena_strdup(c->arena, buf_cstr(&b));
}

const char *database_words(struct cli *c)
{
    const char *named = args_value(&c->args, "db");
    if (!named || cli_database_is_default(c, named))
        return "";
    return arena_printf(c->arena, " --db %s", shell_word(c, named));
}

struct json_out answer_list_begin(struct cli *c, const char *key)
{
    struct json_out o = answer_begin(c);
    json_object_begin(&o);
    json_key(&o, str_of(key));
    json_array_begin(&o);
    return o;
}

void answer_list_end(struct cli *c, struct json_out *o)
{
    json_array_end(o);
    json_object_end(o);
    answer_end(c, o);
}

void columns_begin(struct cli *c, struct columns_table *t, const struct words *heads, size_t n)
{
    columns_table_init(t, c->arena, n);
    for (size_t i = 0; i < n; i++)
        columns_add(t, str_of(words_in(&heads[i], c->lang)));
}
