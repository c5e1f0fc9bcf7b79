/* Text in the columns of a terminal: how wide it is, wrapped at a width, and tables aligned by it.
 *
 *     columns_width(STR("Đắk Mil"))                      // 7, whatever the bytes; combining marks take no column
 *     columns_wrap(&out, text, 80, STR("  "), STR("    "));
 *
 *     struct columns_table t;
 *     columns_table_init(&t, a, 2);
 *     t.is_right[1] = true;
 *     columns_add(&t, STR("Đơn vị")), columns_add(&t, STR("Giá trị"));       // the header row
 *     columns_add(&t, STR("Đắk Mil")), columns_add(&t, STR("13"));
 *     columns_draw(&t, 100, &out);
 *
 * A table that is too wide gets narrower columns, the widest first; cells are wrapped, nothing is cut off.
 * Ownership: cells are views that live until the table is drawn. East Asian wide characters count as one.
 */
#ifndef TINHSO_REPORT_COLUMNS_H
#define TINHSO_REPORT_COLUMNS_H

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"

size_t columns_width(struct str s);

/* Words of s in lines of at most `width` columns; first and next stand before the first and the other lines and count. A word that
 * is too long is broken. A line break in s stays one. Ends with a line break; no line for an empty text. */
void columns_wrap(struct buf *out, struct str s, size_t width, struct str first, struct str next);

/* s and spaces to `width` columns; spaces first when is_right. A longer text stays whole. */
void columns_pad(struct buf *out, struct str s, size_t width, bool is_right);

struct columns_table {
    struct arena *arena;
    size_t n;       /* columns */
    bool *is_right; /* alignment of each, left at first */
    VEC(struct str) cells;
};

void columns_table_init(struct columns_table *t, struct arena *a, size_t n);
void columns_add(struct columns_table *t, struct str cell); /* row by row; the first row is the header */
void columns_draw(const struct columns_table *t, size_t width, struct buf *out);

#endif
