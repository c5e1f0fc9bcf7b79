#include "report/draw.h"

#include <cairo-pdf.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <pthread.h>

#include "base/library.h"
#include "base/vec.h"
#include "report/pdf.h"

#include "base/banned.h"

/* First the letters that every machine with the program has: the same paper looks the same everywhere. */
#define FAMILY "Liberation Serif, Times New Roman, Tinos, serif"

static struct {
#define CAIRO(name) __typeof__(name) *name;
#define PANGO CAIRO
#define PANGO_CAIRO CAIRO
#define GOBJECT CAIRO
#include "report/draw.def"
#undef CAIRO
#undef PANGO
#undef PANGO_CAIRO
#undef GOBJECT
} lib;

#ifdef __SANITIZE_ADDRESS__
/* What fontconfig keeps of the fonts for as long as the process lives is not lost: it stays the same however many pages are drawn. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig.so\n";
}
#endif

static const char *missing; /* the library that could not be loaded */

static void load(const char *file, const struct library_function *functions, size_t n)
{
    if (!missing && !library_load(file, functions, n))
        missing = file;
}

static void load_all(void)
{
#define NONE(name)
#define TAKE_IT(name) {#name, &lib.name},
#define CAIRO TAKE_IT
#define PANGO NONE
#define PANGO_CAIRO NONE
#define GOBJECT NONE
    static const struct library_function cairo[] = {
#include "report/draw.def"
    };
#undef CAIRO
#undef PANGO
#define CAIRO NONE
#define PANGO TAKE_IT
    static const struct library_function pango[] = {
#include "report/draw.def"
    };
#undef PANGO
#undef PANGO_CAIRO
#define PANGO NONE
#define PANGO_CAIRO TAKE_IT
    static const struct library_function pango_cairo[] = {
#include "report/draw.def"
    };
#undef PANGO_CAIRO
#undef GOBJECT
#define PANGO_CAIRO NONE
#define GOBJECT TAKE_IT
    static const struct library_function gobject[] = {
#include "report/draw.def"
    };
    load("libcairo.so.2", cairo, ARRAY_LEN(cairo));
    load("libpango-1.0.so.0", pango, ARRAY_LEN(pango));
    load("libpangocairo-1.0.so.0", pango_cairo, ARRAY_LEN(pango_cairo));
    load("libgobject-2.0.so.0", gobject, ARRAY_LEN(gobject));
}

struct drawing {
    struct arena *arena;
    struct buf *out;
    struct draw_page page;
    cairo_surface_t *surface;
    cairo_t *cr;
    PangoContext *context;
    PangoFontDescription *font;
    VEC(PangoLayout *) layouts;
};

static cairo_status_t write_out(void *closure, const unsigned char *p, unsigned n)
{
    struct buf *out = closure;
    buf_add(out, p, n);
    return out->is_full ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static void set_fact(struct drawing *d, cairo_pdf_metadata_t which, struct str value)
{
    if (value.n)
        lib.cairo_pdf_surface_set_metadata(d->surface, which, str_dup(d->arena, value).p);
}

/* Glyphs stand where the outlines say, not where pixels of a screen would have them. */
static void set_context(struct drawing *d)
{
    cairo_font_options_t *options = lib.cairo_font_options_create();
    lib.cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    lib.cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    d->context = lib.pango_cairo_create_context(d->cr);
    lib.pango_cairo_context_set_font_options(d->context, options);
    lib.pango_context_set_round_glyph_positions(d->context, FALSE);
    lib.cairo_font_options_destroy(options);
    d->font = lib.pango_font_description_new();
    lib.pango_font_description_set_family(d->font, FAMILY);
}

enum err drawing_begin(struct arena *a, struct buf *out, struct draw_page page, const struct draw_facts *facts,
                       struct drawing **ret_drawing, struct fault *f)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    must(pthread_once(&once, load_all) == 0);
    if (missing)
        return FAULT(f, ERR_PAPER_LIBRARY, {"library", str_of(missing)});
    struct drawing *d = ARENA_NEW(a, struct drawing);
    *d = (struct drawing){.arena = a, .out = out, .page = page};
    d->surface = lib.cairo_pdf_surface_create_for_stream(write_out, out, page.width, page.height);
    set_fact(d, CAIRO_PDF_METADATA_TITLE, facts->title);
    set_fact(d, CAIRO_PDF_METADATA_AUTHOR, facts->author);
    set_fact(d, CAIRO_PDF_METADATA_SUBJECT, facts->subject);
    set_fact(d, CAIRO_PDF_METADATA_CREATOR, STR("tinhso"));
    set_fact(d, CAIRO_PDF_METADATA_CREATE_DATE, facts->created.n ? facts->created : STR("1970-01-01T00:00:00Z"));
    d->cr = lib.cairo_create(d->surface);
    set_context(d);
    *ret_drawing = d;
    return OK;
}

void drawing_page(struct drawing *d)
{
    lib.cairo_show_page(d->cr);
}

void drawing_drop(struct drawing *d)
{
    for (size_t i = 0; i < d->layouts.n; i++)
        lib.g_object_unref(d->layouts.p[i]);
    lib.pango_font_description_free(d->font);
    lib.g_object_unref(d->context);
    lib.cairo_destroy(d->cr);
    lib.cairo_surface_destroy(d->surface);
}

enum err drawing_end(struct drawing *d, struct fault *f)
{
    lib.cairo_show_page(d->cr);
    cairo_status_t status = lib.cairo_status(d->cr);
    lib.cairo_surface_finish(d->surface);
    if (status == CAIRO_STATUS_SUCCESS)
        status = lib.cairo_surface_status(d->surface);
    drawing_drop(d);
    if (d->out->is_full)
        return FAULT(f, ERR_LIMIT, {"what", STR("PDF")}, {"limit", STR("16 MiB")});
    if (status != CAIRO_STATUS_SUCCESS)
        return FAULT(f, ERR_PAPER_DRAW, {"reason", str_of(lib.cairo_status_to_string(status))});
    return pdf_facts_add(d->out, f);
}

/* ---- text ---- */

static void add_attribute(PangoAttrList *list, PangoAttribute *attribute, size_t from, size_t to)
{
    attribute->start_index = (guint)from;
    attribute->end_index = (guint)to;
    lib.pango_attr_list_insert(list, attribute);
}

static PangoLayout *make_layout(struct drawing *d, const struct draw_span *spans, size_t n, double size)
{
    struct buf text CLEANUP(buf_done) = BUF_INIT(16 << 20);
    PangoAttrList *list = lib.pango_attr_list_new();
    for (size_t i = 0; i < n; i++) {
        size_t from = text.n;
        buf_str(&text, spans[i].text);
        if (spans[i].is_bold)
            add_attribute(list, lib.pango_attr_weight_new(PANGO_WEIGHT_BOLD), from, text.n);
        if (spans[i].is_italic)
            add_attribute(list, lib.pango_attr_style_new(PANGO_STYLE_ITALIC), from, text.n);
        if (spans[i].size > 0)
            add_attribute(list, lib.pango_attr_size_new_absolute((int)(spans[i].size * PANGO_SCALE)), from, text.n);
    }
    PangoLayout *layout = lib.pango_layout_new(d->context);
    lib.pango_font_description_set_absolute_size(d->font, size * PANGO_SCALE);
    lib.pango_layout_set_font_description(layout, d->font);
    lib.pango_layout_set_text(layout, text.p ? text.p : "", (int)text.n);
    lib.pango_layout_set_attributes(layout, list);
    lib.pango_attr_list_unref(list);
    return layout;
}

static void read_lines(struct drawing *d, PangoLayout *layout, struct draw_text *t)
{
    int n = lib.pango_layout_get_line_count(layout), width, height;
    lib.pango_layout_get_size(layout, &width, &height);
    t->width = (double)width / PANGO_SCALE;
    t->height = (double)height / PANGO_SCALE;
    t->lines = ARENA_ARRAY(d->arena, struct draw_line, n);
    PangoLayoutIter *iter = lib.pango_layout_get_iter(layout);
    do {
        PangoRectangle logical;
        int top, bottom;
        lib.pango_layout_iter_get_line_extents(iter, NULL, &logical);
        lib.pango_layout_iter_get_line_yrange(iter, &top, &bottom);
        t->lines[t->n_lines++] =
            (struct draw_line){.x = (double)logical.x / PANGO_SCALE,
                               .top = (double)top / PANGO_SCALE,
                               .bottom = (double)bottom / PANGO_SCALE,
                               .baseline = (double)lib.pango_layout_iter_get_baseline(iter) / PANGO_SCALE,
                               .line = lib.pango_layout_iter_get_line_readonly(iter)};
    } while (t->n_lines < (size_t)n && lib.pango_layout_iter_next_line(iter));
    lib.pango_layout_iter_free(iter);
}

const struct draw_text *drawing_text(struct drawing *d, const struct draw_span *spans, size_t n,
                                     const struct draw_style *style)
{
    PangoLayout *layout = make_layout(d, spans, n, style->size);
    VEC_PUSH(d->arena, &d->layouts, layout);
    if (style->width > 0)
        lib.pango_layout_set_width(layout, (int)(style->width * PANGO_SCALE));
    lib.pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    lib.pango_layout_set_indent(layout, (int)(style->indent * PANGO_SCALE));
    if (style->spacing > 0)
        lib.pango_layout_set_line_spacing(layout, (float)style->spacing);
    lib.pango_layout_set_justify(layout, style->align == DRAW_JUSTIFY);
    lib.pango_layout_set_alignment(layout, style->align == DRAW_CENTER  ? PANGO_ALIGN_CENTER
                                           : style->align == DRAW_RIGHT ? PANGO_ALIGN_RIGHT
                                                                        : PANGO_ALIGN_LEFT);
    struct draw_text *t = ARENA_NEW(d->arena, struct draw_text);
    read_lines(d, layout, t);
    return t;
}

void drawing_measure(struct drawing *d, const struct draw_span *spans, size_t n, double size, double *ret_natural,
                     double *ret_longest)
{
    PangoLayout *layout = make_layout(d, spans, n, size);
    int width, height;
    lib.pango_layout_get_size(layout, &width, &height);
    *ret_natural = (double)width / PANGO_SCALE;
    if (ret_longest) {
        lib.pango_layout_set_wrap(layout, PANGO_WRAP_WORD);
        lib.pango_layout_set_width(layout, 0);
        lib.pango_layout_get_size(layout, &width, &height);
        *ret_longest = (double)width / PANGO_SCALE;
    }
    lib.g_object_unref(layout);
}

void drawing_show(struct drawing *d, const struct draw_text *t, double x, double y, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const struct draw_line *l = &t->lines[i];
        lib.cairo_move_to(d->cr, x + l->x, y + l->baseline - t->lines[from].top);
        lib.pango_cairo_show_layout_line(d->cr, l->line);
    }
}

/* ---- the rest ---- */

void drawing_rule(struct drawing *d, double x1, double y1, double x2, double y2, double thickness)
{
    lib.cairo_set_line_width(d->cr, thickness);
    lib.cairo_move_to(d->cr, x1, y1);
    lib.cairo_line_to(d->cr, x2, y2);
    lib.cairo_stroke(d->cr);
}

void drawing_ring(struct drawing *d, double x, double y, double radius, double thickness)
{
    lib.cairo_new_path(d->cr);
    lib.cairo_set_line_width(d->cr, thickness);
    lib.cairo_arc(d->cr, x, y, radius, 0, 2 * M_PI);
    lib.cairo_stroke(d->cr);
}

void drawing_qr(struct drawing *d, const struct qr *qr, double x, double y, double side)
{
    double module = side / qr->side;
    for (int row = 0; row < qr->side; row++) {
        for (int from = 0; from < qr->side; from++) {
            int to = from;
            while (to < qr->side && qr_is_dark(qr, to, row))
                to++;
            if (to > from)
                lib.cairo_rectangle(d->cr, x + from * module, y + row * module, (to - from) * module, module);
            from = to;
        }
    }
    lib.cairo_fill(d->cr);
}

void drawing_across(struct drawing *d, struct str text)
{
    double size = d->page.width / 9;
    struct draw_span span = {.text = text, .is_bold = true};
    const struct draw_text *t = drawing_text(d, &span, 1, &(struct draw_style){.size = size});
    lib.cairo_save(d->cr);
    lib.cairo_set_source_rgb(d->cr, 0.86, 0.86, 0.86);
    lib.cairo_translate(d->cr, d->page.width / 2, d->page.height / 2);
    lib.cairo_rotate(d->cr, -atan2(d->page.height, d->page.width));
    drawing_show(d, t, -t->width / 2, -t->height / 2, 0, t->n_lines);
    lib.cairo_restore(d->cr);
}
