/* What a cell's text was meant to say: by the font that draws it, else by the encoding of the texts around it. */
#include "register/import_internal.h"

#include "base/limits.h"

#include "base/banned.h"

static bool is_ascii(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80)
            return false;
    return true;
}

static bool font_says(const struct import *im, unsigned font, enum encoding *ret, bool *ret_is_upper)
{
    struct str name = font < im->facts->n_fonts ? im->facts->fonts[font] : (struct str){NULL, 0};
    return name.n && encoding_of_font(name, ret, ret_is_upper);
}

bool import_font_says(const struct import *im, const struct cell *cell, enum encoding *ret)
{
    bool is_upper;
    for (size_t i = 0; i < cell->n_runs; i++)
        if (font_says(im, cell->runs[i].font, ret, &is_upper))
            return true;
    return cell->n_runs == 0 && font_says(im, cell->font, ret, &is_upper);
}

static enum err piece_repair(const struct import *im, struct arena *a, struct str text, unsigned font,
                             const struct text_reading *how, struct str *ret_text, bool *ret_is_lossy, struct fault *f)
{
    enum encoding e = how->encoding, of_font;
    bool is_upper = false;
    *ret_text = text;
    *ret_is_lossy = false;
    if (!how->is_forced && font_says(im, font, &of_font, &is_upper))
        e = of_font;
    if (e == TEXT_FINE || (is_ascii(text) && !is_upper))
        return OK;
    return encoding_repair(a, text, e, is_upper, ret_text, ret_is_lossy, f);
}

enum err import_text_repair(const struct import *im, struct arena *a, const struct cell *cell, struct str text,
                            const struct text_reading *how, struct str *ret_text, bool *ret_is_lossy, struct fault *f)
{
    if (cell->n_runs == 0)
        return piece_repair(im, a, text, cell->font, how, ret_text, ret_is_lossy, f);
    struct buf all CLEANUP(buf_done) = BUF_INIT(4 * (size_t)LIMIT_SHEET_CELL_BYTES);
    bool is_lossy = false;
    for (size_t i = 0, at = 0; i < cell->n_runs; at += cell->runs[i++].n) {
        struct str piece = str_slice(cell->text.p + at, cell->runs[i].n), repaired;
        bool is_loss;
        enum err e = piece_repair(im, a, piece, cell->runs[i].font, how, &repaired, &is_loss, f);
        if (e != OK)
            return e;
        is_lossy |= is_loss;
        buf_str(&all, repaired);
    }
    struct str whole = str_trim(buf_view(&all));
    *ret_text = str_eq(whole, text) ? text : str_dup(a, whole);
    *ret_is_lossy = is_lossy;
    return OK;
}

/* In the report no font of the file is left, so what only the font tells is written as it was read. */
struct str import_text_shown(const struct import *im, struct arena *a, const struct cell *cell, bool is_header)
{
    struct text_reading how = {is_header ? im->header_encoding : TEXT_FINE, false};
    struct str text = cell->text, repaired;
    bool is_lossy;
    if (cell->kind != CELL_TEXT || import_text_repair(im, a, cell, text, &how, &repaired, &is_lossy, NULL) != OK)
        return text;
    return is_lossy && !is_header ? text : repaired;
}
