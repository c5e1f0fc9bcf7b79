/* The first byte chooses shared strings, styles or a sheet; the rest is its XML, fed in two pieces. Nothing may crash, every refusal
 * fills its fault, and feeding the whole at once must end the same way. */
#include <stdint.h>

#include "text/utf8.h"
#include "text/xlsx_internal.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err parse(unsigned kind, struct str text, size_t cut, uint64_t *ret_n)
{
    struct strings strings;
    struct styles styles;
    struct sheet_out out;
    struct sheet_cells cells;
    struct xml x;
    struct fault f = {0};
    styles_init(&styles);
    strings_init(&strings, &styles);
    sheet_out_init(&out, -1, text.n);
    VEC_PUSH(styles.arena, &styles.cells, ((struct style){FORMAT_PLAIN, 0}));
    VEC_PUSH(styles.arena, &styles.cells, ((struct style){FORMAT_DATE, 1}));
    sheet_cells_init(&cells, &strings, &styles, kind & 4, &out);
    if (kind % 3 == 0)
        strings_xml(&x, &strings, &f);
    else if (kind % 3 == 1)
        styles_xml(&x, &styles, &f);
    else
        sheet_cells_xml(&x, &cells, "sheet.xml", &f);
    enum err e = xml_feed(&x, text.p, cut, false);
    if (e == OK)
        e = xml_feed(&x, text.p + cut, text.n - cut, true);
    must((e == OK) == (f.code == OK));
    xml_done(&x);
    *ret_n = out.n_cells + strings.n + styles.cells.n;
    struct str one;
    struct rich rich = {0};
    for (size_t i = 0; i < strings.n; i++) {
        size_t n_runs = 0;
        must(strings_get(&strings, i, &one) && utf8_valid(one));
        strings_rich(&strings, i, &rich);
        for (size_t k = 0; k < rich.n; k++)
            n_runs += rich.p[k].n;
        must(rich.n == 0 || n_runs == one.n);
    }
    rich_done(&rich);
    must(!strings_get(&strings, strings.n, &one));
    sheet_cells_done(&cells);
    sheet_out_done(&out);
    styles_done(&styles);
    strings_done(&strings);
    return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct str text = str_slice((const char *)data + 1, size - 1);
    uint64_t halves, whole;
    enum err e = parse(data[0], text, text.n / 2, &halves), again = parse(data[0], text, 0, &whole);
    must((e == OK) == (again == OK));
    if (e == OK)
        must(halves == whole);
    return 0;
}
