/* What the import found and how it will read it, for the person who decides. */
#include "register/import_internal.h"

#include "text/number.h"
#include "text/vn.h"

#include "base/banned.h"

#define PICK(vi, en) (lang == LANG_EN ? (en) : (vi))

static const double CERTAINTY_WANTED = 0.5;

static void count(struct buf *out, enum lang lang, int64_t n)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    integer_print_vi(n, &b);
    for (size_t i = 0; i < b.n; i++)
        buf_putc(out, b.p[i] == '.' && lang == LANG_EN ? ',' : b.p[i]);
}

static void describe_file(const struct import *im, enum lang lang, struct buf *out)
{
    const struct sheet_facts *x = im->facts;
    buf_printf(out, "%.*s → %.*s\n", STR_ARG(im->source), STR_ARG(text2_in(&im->reg->title, lang)));
    if (x->format == SHEET_XLSX && x->sheet < x->n_sheets) {
        buf_printf(out, PICK("  trang “%.*s”", "  sheet “%.*s”"), STR_ARG(x->sheets[x->sheet]));
        if (x->n_sheets > 1)
            buf_printf(out, PICK(" (tệp có %zu trang)", " (of %zu)"), x->n_sheets);
        buf_putc(out, '\n');
    } else if (x->format == SHEET_CSV) {
        const char *name = x->separator == '\t' ? "tab" : x->separator == ';' ? ";" : x->separator == '|' ? "|" : ",";
        buf_printf(out, PICK("  CSV, dấu ngăn cột “%s”, bảng mã %s", "  CSV, separator “%s”, encoding %s"), name,
                   encoding_name(x->encoding.encoding));
        if (x->encoding.certainty < CERTAINTY_WANTED)
            buf_puts(out, PICK(" (không chắc: nếu chữ sai, chọn bằng --encoding)",
                               " (not certain: if letters are wrong, choose it by --encoding)"));
        buf_putc(out, '\n');
    }
    if (im->header_first == im->header_last)
        buf_printf(out, PICK("  tiêu đề ở hàng %u\n", "  header in row %u\n"), im->header_last);
    else
        buf_printf(out, PICK("  tiêu đề ở các hàng %u–%u\n", "  header in rows %u–%u\n"), im->header_first,
                   im->header_last);
    if (im->header_font != TEXT_FINE || im->header_encoding != TEXT_FINE)
        buf_printf(
            out,
            PICK("  tiêu đề viết theo bảng mã %s, đã đọc lại\n", "  the header was written in %s, and read again\n"),
            encoding_name(im->header_font != TEXT_FINE ? im->header_font : im->header_encoding));
    if (im->is_saved_mapping)
        buf_puts(out,
                 PICK("  dùng ánh xạ cột đã lưu của mẫu tiêu đề này\n", "  with the saved mapping of this header\n"));
    if (im->hidden_rows) {
        buf_puts(out, "  ");
        count(out, lang, im->hidden_rows);
        buf_puts(out, PICK(" hàng ẩn cũng được nhập\n", " hidden rows are imported too\n"));
    }
    if (im->formulas) {
        buf_puts(out, "  ");
        count(out, lang, im->formulas);
        buf_puts(out,
                 PICK(" ô là công thức, lấy giá trị đã tính\n", " cells are formulas, taken by their last value\n"));
    }
}

static void describe_reading(const struct import *im, const struct column *c, enum lang lang, struct buf *out)
{
    const struct field *fd = &im->reg->fields[c->field];
    switch (fd->type) {
    case FT_DATE:
    case FT_TIMESTAMP:
        if (c->dmy + c->mdy + c->both)
            buf_puts(out, c->order == ORDER_DMY ? PICK("; ngày/tháng/năm", "; day/month/year")
                                                : PICK("; tháng/ngày/năm", "; month/day/year"));
        if (c->serials)
            buf_puts(out, PICK("; số thứ tự ngày của bảng tính", "; day numbers of the spreadsheet"));
        break;
    case FT_INTEGER:
    case FT_NUMBER:
    case FT_MONEY:
        if (c->comma + c->dot + c->comma_unclear + c->dot_unclear)
            buf_puts(out, c->decimal_mark == ',' ? "; 1.234.567,89" : "; 1,234,567.89");
        if (c->factor != 1) {
            buf_puts(out, " × ");
            number_print(c->factor, out);
            buf_printf(out, " (%.*s → %.*s)", STR_ARG(c->unit),
                       STR_ARG(fd->measure.vi.n ? text2_in(&fd->measure, lang) : STR("đồng")));
        }
        break;
    case FT_BOOLEAN:
        if (c->is_blank_no)
            buf_puts(out, PICK("; x là có, ô trống là không", "; x is yes, an empty cell is no"));
        break;
    default:
        break;
    }
    if (c->by_font)
        buf_printf(out, PICK("; bảng mã %s theo phông chữ", "; encoding %s by the font"), encoding_name(c->of_font));
    if (c->encoding != TEXT_FINE)
        buf_printf(out, PICK("; bảng mã %s", "; encoding %s"), encoding_name(c->encoding));
}

void import_describe(const struct import *im, enum lang lang, struct buf *out)
{
    char letter[8];
    if (im->unchanged_rev) {
        buf_printf(out,
                   PICK("%.*s: chính tệp này đã được nhập ở phiên bản %lld và từ đó không có gì thay đổi.\n",
                        "%.*s: this very file was imported in revision %lld, and nothing has changed since.\n"),
                   STR_ARG(im->source), (long long)im->unchanged_rev);
        return;
    }
    describe_file(im, lang, out);
    for (size_t i = 0; i < im->n_columns; i++) {
        const struct column *c = &im->columns[i];
        if (c->is_sample) {
            buf_printf(out, PICK("  %3s  %.*s → dấu của dữ liệu mẫu\n", "  %3s  %.*s → mark of invented records\n"),
                       column_letter(i, letter), STR_ARG(c->header));
            continue;
        }
        if (c->field == NO_FIELD) {
            if (c->header.n)
                buf_printf(out, PICK("  %3s  %.*s: bỏ qua\n", "  %3s  %.*s: left out\n"), column_letter(i, letter),
                           STR_ARG(c->header));
            continue;
        }
        const struct field *fd = &im->reg->fields[c->field];
        buf_printf(out, "  %3s  %.*s → %.*s", column_letter(i, letter), STR_ARG(c->header), STR_ARG(fd->name));
        describe_reading(im, c, lang, out);
        buf_putc(out, '\n');
    }
}

void import_describe_repairs(const struct import *im, enum lang lang, struct buf *out)
{
    char letter[8];
    for (size_t i = 0; i < im->n_columns; i++) {
        const struct column *c = &im->columns[i];
        if (c->repaired == 0)
            continue;
        buf_printf(out, PICK("Đã sửa khi đọc cột %s “%.*s”: ", "Repaired while reading column %s “%.*s”: "),
                   column_letter(i, letter), STR_ARG(c->header));
        count(out, lang, c->repaired);
        buf_puts(out, PICK(" ô\n", " cells\n"));
        for (int64_t k = 0; k < c->repaired && k < IMPORT_SAMPLES; k++)
            buf_printf(out, PICK("  hàng %u: %.*s → %.*s\n", "  row %u: %.*s → %.*s\n"), c->samples[k].row,
                       STR_ARG(c->samples[k].from), STR_ARG(c->samples[k].to));
    }
}
