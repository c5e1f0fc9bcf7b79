#include "report/impact.h"

#include "base/clock.h"
#include "figure/quantity.h"

#include "base/banned.h"

struct impact {
    struct arena *a;
    struct store *s;
    enum lang lang;
    struct buf *out;
};

static const char *say(const struct impact *x, const char *vi, const char *en)
{
    return x->lang == LANG_EN ? en : vi;
}

/* In a cell of a table: nothing breaks the row. */
static void cell(const struct impact *x, struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] == '|')
            buf_puts(x->out, "\\|");
        else
            buf_putc(x->out, text.p[i] == '\n' ? ' ' : text.p[i]);
}

static const char *class_name(const struct impact *x, enum privacy privacy)
{
    return privacy == PRIVACY_SENSITIVE ? say(x, "nhạy cảm", "sensitive") : say(x, "cơ bản", "basic");
}

static void write_head(const struct impact *x)
{
    struct buf day CLEANUP(buf_done) = BUF_INIT(32);
    const struct province *p = x->s->province;
    struct str title = text2_in(&p->title, x->lang);
    date_print(date_of_instant(clock_now_ms(), p->utc_offset_minutes), &day);
    buf_printf(x->out, "# %s: %.*s\n\n",
               say(x, "Hồ sơ đánh giá tác động xử lý dữ liệu cá nhân", "Impact assessment of processing personal data"),
               STR_ARG(title));
    buf_printf(x->out,
               say(x,
                   "Sinh ra từ khai báo của tỉnh ở phiên bản %lld, ngày %.*s. Luật 91/2025/QH15; Nghị định "
                   "356/2025/NĐ-CP: cập nhật 6 tháng một lần.\n\n",
                   "Written from the declarations of the province at revision %lld, on %.*s. Law 91/2025/QH15; Decree "
                   "356/2025: to be renewed every six months.\n\n"),
               (long long)x->s->at, STR_ARG(buf_view(&day)));
}

static void write_fields(const struct impact *x, const struct reg *reg)
{
    buf_printf(x->out, "\n| %s | %s |\n|---|---|\n", say(x, "Trường", "Field"), say(x, "Loại", "Class"));
    for (size_t i = 0; i < reg->n_fields; i++) {
        const struct field *fd = &reg->fields[i];
        if (!field_is_personal(fd))
            continue;
        buf_puts(x->out, "| ");
        cell(x, text2_in(&fd->title, x->lang));
        buf_printf(x->out, " | %s |\n", class_name(x, fd->privacy));
    }
    buf_putc(x->out, '\n');
}

static void write_term(const struct impact *x, const struct reg *reg)
{
    const struct retention *r = reg->retention;
    if (!r) {
        buf_printf(x->out, "- **%s:** %s\n", say(x, "Hạn lưu", "Kept for"), say(x, "chưa khai báo", "not declared"));
        return;
    }
    struct str after = text2_in(&reg->fields[r->after].title, x->lang), basis = text2_in(&r->basis, x->lang);
    buf_printf(x->out, "- **%s:** ", say(x, "Hạn lưu", "Kept for"));
    if (r->days)
        buf_printf(x->out, say(x, "%d ngày", "%d days"), r->days);
    else if (r->months % 12 == 0)
        buf_printf(x->out, say(x, "%d năm", "%d years"), r->months / 12);
    else
        buf_printf(x->out, say(x, "%d tháng", "%d months"), r->months);
    buf_printf(x->out, say(x, " từ “%.*s”, sau đó %s. %.*s\n", " from “%.*s”, then %s. %.*s\n"), STR_ARG(after),
               r->is_removal
                   ? say(x, "bỏ hồ sơ và xóa giá trị cá nhân", "the record is removed and its personal values erased")
                   : say(x, "xóa giá trị cá nhân", "its personal values are erased"),
               STR_ARG(basis));
}

static enum err write_register(const struct impact *x, const struct reg *reg, struct fault *f)
{
    int64_t n;
    struct buf count CLEANUP(buf_done) = BUF_INIT(64);
    struct str title = text2_in(&reg->title, x->lang), purpose = text2_in(&reg->purpose, x->lang),
               basis = text2_in(&reg->legal_basis, x->lang);
    enum err e = query_count(x->s, reg, &(struct query_options){0}, &n, f);
    if (e != OK)
        return e;
    quantity_print(quantity_of_integer(n), 0, x->lang, &count);
    buf_printf(x->out, "## %.*s\n\n", STR_ARG(title));
    buf_printf(x->out, "- **%s:** %.*s\n", say(x, "Mục đích", "Purpose"), STR_ARG(purpose));
    buf_printf(x->out, "- **%s:** %.*s\n", say(x, "Căn cứ pháp lý", "Legal basis"), STR_ARG(basis));
    buf_printf(x->out, "- **%s:** %.*s\n", say(x, "Nguồn", "Source"), STR_ARG(text2_in(&reg->source, x->lang)));
    buf_printf(x->out, "- **%s:** %.*s\n", say(x, "Số hồ sơ", "Records"), STR_ARG(buf_view(&count)));
    write_term(x, reg);
    write_fields(x, reg);
    return OK;
}

static void write_measures(const struct impact *x)
{
    buf_puts(x->out,
             say(x,
                 "## Biện pháp bảo vệ\n\n"
                 "- Giá trị cá nhân vào nhật ký dưới dạng cam kết có muối: xóa được mà nhật ký vẫn kiểm tra được.\n"
                 "- Trường cá nhân được che khi người xem không có quyền; trường nhạy cảm chỉ mở khi nêu lý do. Mỗi "
                 "lần đọc đều được ghi.\n"
                 "- Số liệu công bố ẩn các ô dưới 5 hồ sơ, cùng những ô mà nhờ chúng có thể tính ra.\n"
                 "- Bản sao lưu được mã hóa và đọc lại khi ghi.\n\n"
                 "## Phần đơn vị chủ quản bổ sung\n\n"
                 "Đơn vị kiểm soát và xử lý dữ liệu, người phụ trách; bên nhận dữ liệu; chuyển dữ liệu ra nước ngoài; "
                 "rủi ro còn lại và cách giảm; chữ ký.\n",
                 "## Safeguards\n\n"
                 "- Personal values stand in the log as salted commitments: they can be erased, and the log still "
                 "verifies.\n"
                 "- Personal fields are masked for who has no right to them; sensitive ones are opened for a stated "
                 "reason. Each reading is logged.\n"
                 "- Published figures hide cells under 5 records, with those by which they could be computed.\n"
                 "- Backups are encrypted, and read back when they are written.\n\n"
                 "## To be added by the body in charge\n\n"
                 "Controller and processor, who answers for it; recipients; transfer abroad; remaining risks and their "
                 "remedy; signature.\n"));
}

enum err impact_write(struct arena *a, struct store *s, enum lang lang, struct buf *out, struct fault *f)
{
    const struct impact x = {a, s, lang, out};
    enum err e = OK;
    write_head(&x);
    for (size_t i = 0; e == OK && i < s->province->n_registers; i++)
        if (s->province->registers[i]->n_personal)
            e = write_register(&x, s->province->registers[i], f);
    if (e == OK)
        write_measures(&x);
    return e == OK && out->is_full ? FAULT(f, ERR_LIMIT, {"what", STR("impact assessment")}, {"limit", STR("16 MiB")})
                                   : e;
}
