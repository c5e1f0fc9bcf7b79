/* Sheets of a board: a head with room for the emblem, then cells in columns, field by field. */
#include "report/board.h"

#include <stdio.h>

#include "base/limits.h"
#include "report/draw.h"
#include "text/date.h"

#include "base/banned.h"

enum { COLUMNS_MOST = 3, URL_MAX = 80 };

static const double MARGIN = 12 * DRAW_MM, GAP = 4 * DRAW_MM, PAD = 2 * DRAW_MM;
static const double CODE_SIDE = 25 * DRAW_MM, ADDRESS_SIZE = 14;

struct sheets {
    struct arena *arena;
    struct drawing *d;
    const struct board *board;
    struct str url;
    struct draw_page page;
    size_t n_columns;
    double column; /* width of one */
    double y;      /* of the next row */
    int n_sheets;
    bool is_sample;
};

static const struct draw_text *text_of(struct sheets *s, struct str text, double size, double width, bool is_bold,
                                       enum draw_align align)
{
    struct draw_span span = {.text = text, .is_bold = is_bold};
    return drawing_text(s->d, &span, 1, &(struct draw_style){.size = size, .width = width, .align = align});
}

static double show(struct sheets *s, const struct draw_text *t, double x, double y)
{
    drawing_show(s->d, t, x, y, 0, t->n_lines);
    return y + t->height;
}

static struct str day_shown(struct sheets *s, struct str iso)
{
    struct date day;
    if (date_parse(iso, &day, NULL) != OK)
        return iso;
    struct buf b CLEANUP(buf_done) = BUF_INIT(32);
    date_print_vi(day, &b);
    return str_dup(s->arena, buf_view(&b));
}

/* A ring as wide as the emblem that is stuck or printed there. */
static double put_emblem(struct sheets *s, double y)
{
    double radius = 12 * DRAW_MM;
    drawing_ring(s->d, MARGIN + radius, y + radius, radius, 0.5);
    const struct draw_text *t = text_of(s, STR("Quốc huy"), 8, 2 * radius, false, DRAW_CENTER);
    show(s, t, MARGIN, y + radius - t->height / 2);
    return 2 * radius;
}

static void put_head(struct sheets *s)
{
    const struct board *b = s->board;
    double y = MARGIN, emblem = put_emblem(s, y), x = MARGIN + emblem + GAP;
    double width = s->page.width - MARGIN - x;
    if (b->superior.n)
        y = show(s, text_of(s, b->superior, 13, width, false, DRAW_LEFT), x, y);
    y = show(s, text_of(s, b->office, 20, width, true, DRAW_LEFT), x, y);
    y = show(s, text_of(s, b->title, 16, width, true, DRAW_LEFT), x, y);
    struct buf line CLEANUP(buf_done) = BUF_INIT(4096);
    buf_puts(&line, "Quét mã bằng điện thoại, hoặc gõ địa chỉ in dưới mã. Không có điện thoại: hỏi cán bộ tại quầy.");
    if (b->hotline.n)
        buf_printf(&line, " Đường dây nóng: %.*s.", STR_ARG(b->hotline));
    struct str day = day_shown(s, b->day);
    buf_printf(&line, " Danh mục ngày %.*s.", STR_ARG(day));
    if (s->is_sample)
        buf_puts(&line, " DỮ LIỆU MẪU, không dùng để niêm yết.");
    y = show(s, text_of(s, buf_view(&line), 11, width, false, DRAW_LEFT), x, y + 2);
    s->y = (y > MARGIN + emblem ? y : MARGIN + emblem) + GAP;
    drawing_rule(s->d, MARGIN, s->y - GAP / 2, s->page.width - MARGIN, s->y - GAP / 2, 1.2);
}

static void put_foot(struct sheets *s)
{
    struct str text = str_of(arena_printf(s->arena, "Tờ %d", s->n_sheets));
    const struct draw_text *t = text_of(s, text, 10, s->page.width - 2 * MARGIN, false, DRAW_RIGHT);
    show(s, t, MARGIN, s->page.height - MARGIN + 2);
}

static void room(struct sheets *s, double height)
{
    if (s->y + height <= s->page.height - MARGIN || s->n_sheets >= LIMIT_PAPER_PAGES)
        return;
    put_foot(s);
    drawing_page(s->d);
    s->n_sheets++;
    put_head(s);
}

static void put_field(struct sheets *s, struct str field)
{
    const struct draw_text *t = text_of(s, field, 14, s->page.width - 2 * MARGIN, true, DRAW_LEFT);
    room(s, t->height + 60 * DRAW_MM);
    s->y = show(s, t, MARGIN, s->y) + 3;
}

/* ---- a cell ---- */

struct cell {
    struct qr qr;
    double quiet;
    const struct draw_text *name, *facts, *address;
    double height;
};

static struct str address_of(struct sheets *s, struct str code)
{
    return STR_JOIN(s->arena, s->url, STR("/t/"), code);
}

/* The address as people type it. */
static struct str without_scheme(struct str url)
{
    return str_starts(url, STR("https://")) ? str_slice(url.p + 8, url.n - 8) : url;
}

static enum err cell_make(struct sheets *s, const struct board_row *row, struct cell *c, struct fault *f)
{
    struct str address = address_of(s, row->code);
    enum err e = qr_encode_best(address, &c->qr, f);
    if (e != OK)
        return e;
    c->quiet = CODE_SIDE / c->qr.side * QR_QUIET;
    double width = s->column - CODE_SIDE - 2 * c->quiet - PAD;
    struct buf facts CLEANUP(buf_done) = BUF_INIT(1 << 16);
    buf_printf(&facts, "Mã: %.*s\nThời hạn: %.*s\nPhí: %.*s", STR_ARG(row->code), STR_ARG(row->limit),
               STR_ARG(row->fee));
    if (row->level.n)
        buf_printf(&facts, "\nMức độ: %.*s", STR_ARG(row->level));
    if (row->decision.n)
        buf_printf(&facts, "\nCông bố: %.*s", STR_ARG(row->decision));
    c->name = text_of(s, row->name, 13, width, true, DRAW_LEFT);
    c->facts = text_of(s, buf_view(&facts), 10.5, width, false, DRAW_LEFT);
    c->address = text_of(s, without_scheme(address), ADDRESS_SIZE, s->column - 2 * PAD, false, DRAW_LEFT);
    double words = PAD + c->name->height + c->facts->height, code = CODE_SIDE + 2 * c->quiet;
    c->height = (words > code ? words : code) + c->address->height + PAD;
    return OK;
}

static void cell_put(struct sheets *s, const struct cell *c, double x, double height)
{
    double y = s->y;
    drawing_qr(s->d, &c->qr, x + c->quiet, y + c->quiet, CODE_SIDE);
    double words = show(s, c->name, x + CODE_SIDE + 2 * c->quiet, y + PAD);
    show(s, c->facts, x + CODE_SIDE + 2 * c->quiet, words);
    show(s, c->address, x + PAD, y + height - c->address->height - PAD / 2);
    drawing_rule(s->d, x, y, x + s->column, y, 0.6);
    drawing_rule(s->d, x, y + height, x + s->column, y + height, 0.6);
    drawing_rule(s->d, x, y, x, y + height, 0.6);
    drawing_rule(s->d, x + s->column, y, x + s->column, y + height, 0.6);
}

static enum err put_row(struct sheets *s, const struct board_row *const *rows, size_t n, struct fault *f)
{
    struct cell cells[COLUMNS_MOST];
    double height = 0;
    enum err e = OK;
    for (size_t i = 0; e == OK && i < n; i++) {
        e = cell_make(s, rows[i], &cells[i], f);
        height = e == OK && cells[i].height > height ? cells[i].height : height;
    }
    if (e != OK)
        return e;
    room(s, height);
    for (size_t i = 0; i < n; i++)
        cell_put(s, &cells[i], MARGIN + (s->column + GAP) * (double)i, height);
    s->y += height + GAP;
    return OK;
}

/* As many columns as the longest address in letters leaves room for. */
static void set_columns(struct sheets *s)
{
    double widest = 0;
    for (size_t i = 0; i < s->board->n_rows; i++) {
        struct draw_span span = {.text = without_scheme(address_of(s, s->board->rows[i]->code))};
        double natural, longest;
        drawing_measure(s->d, &span, 1, ADDRESS_SIZE, &natural, &longest);
        widest = natural > widest ? natural : widest;
    }
    double least = widest + 2 * PAD > 85 * DRAW_MM ? widest + 2 * PAD : 85 * DRAW_MM;
    double width = s->page.width - 2 * MARGIN;
    s->n_columns = COLUMNS_MOST;
    while (s->n_columns > 1 && (width + GAP) / (double)s->n_columns - GAP < least)
        s->n_columns--;
    s->column = (width + GAP) / (double)s->n_columns - GAP;
}

static enum err put_rows(struct sheets *s, struct fault *f)
{
    const struct board *b = s->board;
    enum err e = OK;
    for (size_t i = 0; e == OK && i < b->n_rows;) {
        size_t n = 1;
        struct str field = b->rows[i]->field;
        if (i == 0 || !str_eq(field, b->rows[i - 1]->field))
            put_field(s, field);
        while (n < s->n_columns && i + n < b->n_rows && str_eq(field, b->rows[i + n]->field))
            n++;
        e = put_row(s, &b->rows[i], n, f);
        i += n;
    }
    return e;
}

static bool url_fits(struct str url)
{
    if (!str_starts(url, STR("https://")) || url.n > URL_MAX || url.n < 12 || url.p[url.n - 1] == '/')
        return false;
    for (size_t i = 0; i < url.n; i++)
        if (url.p[i] <= ' ' || (unsigned char)url.p[i] >= 0x7f || strchr("?#\"<>\\", url.p[i]))
            return false;
    return true;
}

enum err board_pdf(struct arena *a, const struct board *b, struct str url, enum paper_size size, struct buf *out,
                   int *ret_n_sheets, struct fault *f)
{
    if (!url_fits(url))
        return FAULT(f, ERR_BOARD_URL, {"url", url}, {"limit", STR("80")});
    struct sheets s = {.arena = a, .board = b, .url = url, .n_sheets = 1};
    s.page = size == PAPER_A3 ? (struct draw_page){297 * DRAW_MM, 420 * DRAW_MM}
                              : (struct draw_page){210 * DRAW_MM, 297 * DRAW_MM};
    for (size_t i = 0; i < b->n_rows; i++)
        s.is_sample |= b->rows[i]->is_sample;
    struct str created = STR_JOIN(a, b->day, STR("T00:00:00+07:00"));
    struct draw_facts facts = {
        .title = STR_JOIN(a, b->title, STR(" – "), b->office), .author = b->office, .created = created};
    enum err e = drawing_begin(a, out, s.page, &facts, &s.d, f);
    if (e != OK)
        return e;
    set_columns(&s);
    put_head(&s);
    e = put_rows(&s, f);
    put_foot(&s);
    *ret_n_sheets = s.n_sheets;
    if (e == OK)
        return drawing_end(s.d, f);
    drawing_drop(s.d);
    return e;
}
