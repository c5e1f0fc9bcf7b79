/* Any bytes: a guess is one of the encodings with a certainty between 0 and 1; what decodes is valid UTF-8, what does not is
 * refused with a place. Any text repairs into valid UTF-8, and one that is called broken can be repaired or is refused. */
#include <stdint.h>

#include "text/encoding.h"
#include "text/utf8.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct encoding_guess *g)
{
    must((unsigned)g->encoding < ENCODING_COUNT && g->certainty >= 0.0 && g->certainty <= 1.0);
}

static void repair_all(struct arena *a, struct str text)
{
    for (int e = 0; e < ENCODING_COUNT; e++) {
        struct str out = {0};
        bool is_lossy;
        struct fault f = {0};
        enum err code = encoding_repair(a, text, (enum encoding)e, e & 1, &out, &is_lossy, &f);
        must(code == OK ? utf8_valid(out) : code == ERR_TEXT_REPAIR && f.code == code);
        if (e == TEXT_FINE)
            must(str_eq(out, text));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str bytes = str_slice((const char *)data, size);
    struct encoding_guess g;
    encoding_detect(bytes, &g);
    check(&g);
    for (int e = 0; e < ENCODING_COUNT; e++) {
        struct str out;
        struct fault f = {0};
        if (encoding_decode(a, bytes, (enum encoding)e, &out, &f) == OK)
            must(utf8_valid(out));
        else
            must(f.code != OK && f.line > 0);
    }
    /* The lines as cells of a column; bytes that are no UTF-8 as the Latin-1 they look like. */
    struct buf latin1 CLEANUP(buf_done) = BUF_INIT(size * 2 + 1);
    for (size_t i = 0; i < size; i++)
        utf8_put(&latin1, data[i]);
    struct str text = utf8_valid(bytes) ? bytes : buf_view(&latin1), cells[64];
    size_t n = 0;
    for (struct str rest = text; rest.p && n < 64;)
        cells[n++] = str_cut(rest, '\n', &rest);
    encoding_guess_texts(cells, n, &g);
    check(&g);
    repair_all(a, text);
    enum encoding e;
    bool is_upper;
    encoding_of_font(bytes, &e, &is_upper);
    encoding_named(bytes, &e);
    return 0;
}
