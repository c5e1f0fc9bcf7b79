/* Values of papers as text. */
#include "base/limits.h"
#include "report/paper_internal.h"
#include "text/date.h"
#include "text/encoding_tables.h"
#include "text/number.h"
#include "text/number_words.h"
#include "text/utf8.h"

#include "base/banned.h"

static void put_capitals(struct str s, struct buf *out)
{
    tables_ready();
    for (size_t at = 0; at < s.n;) {
        uint32_t cp;
        at += utf8_next(s, at, &cp);
        utf8_put(out, letter_upper(cp));
    }
}

bool paper_value_is_there(const struct json *value)
{
    if (!value)
        return false;
    switch (value->kind) {
    case J_NULL:
        return false;
    case J_BOOL:
        return value->boolean;
    case J_STRING:
        return value->string.n > 0;
    case J_ARRAY:
    case J_OBJECT:
        return value->n > 0;
    default:
        return true;
    }
}

const char *paper_dots(enum paper_format format)
{
    switch (format) {
    case FORMAT_DATE:
        return "....../....../.........";
    case FORMAT_DATE_LONG:
        return "ngày ...... tháng ...... năm .........";
    case FORMAT_DATETIME:
        return "...... giờ ...... phút, ngày ....../....../.........";
    case FORMAT_DATETIME_SHORT:
        return "...:... .../.../......";
    case FORMAT_TIME:
        return "...... : ......";
    case FORMAT_MONEY:
    case FORMAT_NUMBER:
        return "....................";
    default:
        return "........................................";
    }
}

/* A day, or a day and a time of day; minutes −1 without. */
static bool day_read(struct str text, int utc_offset_minutes, struct date *ret_day, int *ret_minutes)
{
    int64_t ms;
    if (date_parse(text, ret_day, NULL) == OK) {
        *ret_minutes = -1;
        return true;
    }
    if (instant_parse(text, &ms, NULL) != OK)
        return false;
    *ret_day = date_of_instant(ms, utc_offset_minutes);
    *ret_minutes = (int)((ms - instant_of_date(*ret_day, utc_offset_minutes)) / 60000);
    return true;
}

static bool put_day(struct str text, enum paper_format format, int utc_offset_minutes, struct buf *out)
{
    struct date day;
    int minutes;
    if (!day_read(text, utc_offset_minutes, &day, &minutes))
        return false;
    if (format == FORMAT_DATETIME && minutes >= 0)
        buf_printf(out, "%02d giờ %02d phút, ngày ", minutes / 60, minutes % 60);
    else if (format == FORMAT_DATETIME)
        buf_puts(out, "ngày ");
    else if ((format == FORMAT_DATETIME_SHORT || format == FORMAT_TIME) && minutes >= 0)
        buf_printf(out, "%02d:%02d", minutes / 60, minutes % 60);
    if (format == FORMAT_TIME)
        return minutes >= 0;
    if (format == FORMAT_DATETIME_SHORT && minutes >= 0)
        buf_putc(out, ' ');
    if (format == FORMAT_DATE_LONG)
        date_print_long_vi(day, out);
    else
        date_print_vi(day, out);
    return true;
}

/* With a capital, since it stands alone: “Năm mươi nghìn đồng”. */
static void put_words(int64_t n, struct buf *out)
{
    struct buf words CLEANUP(buf_done) = BUF_INIT(1024);
    number_words_vi(n, &words);
    struct str all = buf_view(&words);
    uint32_t first;
    size_t length = utf8_next(all, 0, &first);
    put_capitals(str_slice(all.p, length), out);
    buf_str(out, str_slice(all.p + length, all.n - length));
    buf_puts(out, " đồng");
}

static bool put_number(struct str text, enum paper_format format, struct buf *out)
{
    int64_t n;
    if (integer_parse(text, &n, NULL) != OK)
        return false;
    if (format == FORMAT_WORDS) {
        put_words(n, out);
        return true;
    }
    if (format == FORMAT_SOME && n == 0)
        return true;
    integer_print_vi(n, out);
    if (format == FORMAT_MONEY)
        buf_puts(out, " đồng");
    return true;
}

enum err paper_value(const struct json *value, struct str field, enum paper_format format, int utc_offset_minutes,
                     struct buf *out, struct fault *f)
{
    struct str text = value->kind == J_STRING || value->kind == J_NUMBER ? value->string : (struct str){0};
    bool is_fine = text.p != NULL;
    if (value->kind == J_BOOL) {
        is_fine = format == FORMAT_TEXT;
        text = value->boolean ? STR("x") : STR("");
    }
    if (is_fine && format >= FORMAT_DATE && format <= FORMAT_TIME)
        is_fine = put_day(text, format, utc_offset_minutes, out);
    else if (is_fine && format >= FORMAT_MONEY && format <= FORMAT_WORDS)
        is_fine = put_number(text, format, out);
    else if (is_fine && format == FORMAT_PHONE && str_starts(text, STR("+84")))
        buf_printf(out, "0%.*s", (int)text.n - 3, text.p + 3);
    else if (is_fine && format == FORMAT_CAPITALS)
        put_capitals(text, out);
    else if (is_fine)
        buf_str(out, text);
    return is_fine ? OK
                   : FAULT(f, ERR_PAPER_VALUE, {"field", field}, {"value", text.p ? text : STR("{…}")},
                           {"format", str_of(paper_formats[format])});
}
