/* What a child that was taken over may say: each lie is refused, and nothing of it gets through. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "text/sheet_internal.h"

#include "base/banned.h"

/* ---- frames made by hand, apart from the engine's writer ---- */

static void frame(struct buf *b, const char *p, size_t n)
{
    for (unsigned i = 0; i < 4; i++)
        buf_putc(b, (char)(n >> (8 * i)));
    buf_add(b, p, n);
}

#define FRAME(b, literal) frame((b), literal, sizeof(literal) - 1)

/* XLSX, one sheet “A”, fonts "" and "f", one merge. */
#define HEAD "H\0\0,\"\0\0\0"
#define LISTS "\1\0\0\1A\2\0\1f\1\1\2\1\3"
static const char facts[] = HEAD LISTS;
enum { FACTS_BYTES = sizeof facts - 1 };

#define NUMBER_1 "\0\0\0\0\0\0\xF0?"
#define NOT_A_NUMBER "\0\0\0\0\0\0\xF8\x7F"
#define INFINITE "\0\0\0\0\0\0\xF0\x7F"

/* Row 1 of three columns: “hé” in font 1, nothing, and 1. */
static const char row[] = "R\1\0\3\2"
                          "\0\1\1\3"
                          "\1\2\0" NUMBER_1 "\1"
                          "hé"
                          "1";

struct source {
    struct str left;
    size_t piece; /* at most so many bytes at once */
};

static enum err take(void *ctx, void *p, size_t n, size_t *ret_n, struct fault *f)
{
    struct source *s = ctx;
    (void)f;
    size_t got = s->left.n < n ? s->left.n : n;
    got = got < s->piece ? got : s->piece;
    if (got)
        memcpy(p, s->left.p, got);
    s->left = str_slice(s->left.p + got, s->left.n - got);
    *ret_n = got;
    return OK;
}

/* Reads to the end or the first refusal; *ret_rows counts what came before. */
static enum err read_all(struct str bytes, size_t piece, unsigned *ret_rows, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct source source = {bytes, piece};
    struct sheet_in in;
    struct sheet_row r;
    bool has_row = true;
    sheet_in_init(&in, a, take, &source);
    enum err e = sheet_in_facts(&in, f);
    for (*ret_rows = 0; e == OK && has_row; *ret_rows += e == OK && has_row)
        e = sheet_in_next(&in, &r, &has_row, f);
    sheet_in_done(&in);
    return e;
}

static void is_nonsense(struct str bytes, unsigned rows_before, const char *what)
{
    for (size_t piece = 1; piece < 3000000; piece = piece * 1000 + 1) {
        struct fault f = {0};
        unsigned rows;
        enum err e = read_all(bytes, piece, &rows, &f);
        if (e != ERR_SANDBOX_KILLED || !str_is(fault_param(&f, "reason"), "protocol") || rows != rows_before)
            fail_msg("%s: error %d after %u rows", what, (int)e, rows);
    }
}

/* The facts, the payload in a frame, and an end that would make all well. */
static void lie(const char *p, size_t n, const char *what)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(64 << 20);
    frame(&b, facts, FACTS_BYTES);
    frame(&b, p, n);
    FRAME(&b, "E");
    is_nonsense(buf_view(&b), 0, what);
}

#define LIE(what, literal) lie(literal, sizeof(literal) - 1, what)

static void first_lie(const char *p, size_t n, const char *what)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(64 << 20);
    frame(&b, p, n);
    FRAME(&b, "E");
    is_nonsense(buf_view(&b), 0, what);
}

#define FIRST_LIE(what, literal) first_lie(literal, sizeof(literal) - 1, what)

/* ---- the truth ---- */

static void what_is_well_formed_is_read(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    frame(&b, facts, FACTS_BYTES);
    frame(&b, row, sizeof row - 1);
    FRAME(&b, "N\2gg");
    FRAME(&b, "R\x85\1\1\1\1" /* row 133, hidden */
              "\0\x21\0\2\3\2\1\1\4"
              "héx");
    FRAME(&b, "E");
    for (size_t piece = 1; piece < 100; piece += 7) {
        struct source source = {buf_view(&b), piece};
        struct sheet_in in;
        struct sheet_row r;
        bool has_row;
        sheet_in_init(&in, a, take, &source);
        assert_int_equal(sheet_in_facts(&in, NULL), OK);
        assert_true(in.facts.n_sheets == 1 && str_is(in.facts.sheets[0], "A") && in.facts.separator == ',');
        assert_true(in.facts.n_fonts == 2 && str_is(in.facts.fonts[1], "f"));
        assert_true(in.facts.n_merges == 1 && in.facts.merges[0].row_end == 2 && in.facts.merges[0].column_end == 3);
        assert_int_equal(sheet_in_next(&in, &r, &has_row, NULL), OK);
        assert_true(has_row && r.number == 1 && r.n == 3 && !r.is_hidden);
        assert_true(str_is(r.cells[0].text, "hé") && r.cells[0].font == 1 && r.cells[1].kind == CELL_EMPTY);
        assert_true(r.cells[2].kind == CELL_NUMBER && r.cells[2].number == 1 && str_is(r.cells[2].text, "1"));
        assert_int_equal(sheet_in_next(&in, &r, &has_row, NULL), OK);
        assert_true(has_row && r.number == 133 && r.is_hidden && in.facts.n_fonts == 3);
        assert_true(str_is(r.cells[0].text, "héx") && r.cells[0].n_runs == 2);
        assert_true(r.cells[0].runs[0].n == 3 && r.cells[0].runs[0].font == 2 && r.cells[0].runs[1].n == 1);
        assert_int_equal(sheet_in_next(&in, &r, &has_row, NULL), OK);
        assert_false(has_row);
        sheet_in_done(&in);
    }
}

static void a_fault_of_the_readers_is_passed_on(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    struct fault f = {0};
    unsigned rows;
    char payload[] = "F\0\7\0\0\2ab";
    assert_true(ERR_SHEET_NAME < 0x80 * 0x80);
    buf_putc(&b, 'F');
    buf_putc(&b, (char)(ERR_SHEET_NAME | 0x80));
    buf_putc(&b, (char)(ERR_SHEET_NAME >> 7));
    buf_add(&b, payload + 2, sizeof payload - 3);
    struct buf all CLEANUP(buf_done) = BUF_INIT(1 << 20);
    frame(&all, b.p, b.n);
    assert_int_equal(read_all(buf_view(&all), 100, &rows, &f), ERR_SHEET_NAME);
    assert_int_equal(f.line, 7);
    assert_true(str_is(fault_param(&f, "value"), "ab")); /* the first of the names */
}

/* ---- lies ---- */

static void facts_that_cannot_be_are_refused(void **state)
{
    (void)state;
    FIRST_LIE("nothing", "");
    FIRST_LIE("a row first", "R\1\0\1\1\0\1\0\1x");
    FIRST_LIE("the end first", "E");
    FIRST_LIE("a font first", "N\1f");
    FIRST_LIE("an unknown kind", "X");
    for (size_t n = 1; n < FACTS_BYTES; n++)
        first_lie(facts, n, "cut facts");
    FIRST_LIE("a byte too many", HEAD LISTS "\0");
    FIRST_LIE("a third format", "H\2\0,\"\0\0\0" LISTS);
    FIRST_LIE("a third truth", "H\0\2,\"\0\0\0" LISTS);
    FIRST_LIE("an encoding of no number", "H\0\0,\"\x0A\0\0" LISTS);
    FIRST_LIE("more than certain", "H\0\0,\"\0\xC1\x84\x3D\0" LISTS);
    FIRST_LIE("evidence of 2^32", "H\0\0,\"\0\0\x80\x80\x80\x80\x10" LISTS);
    FIRST_LIE("a sheet that is none of them", HEAD "\1\1\0\1A\0\0");
    FIRST_LIE("the second of no sheets", HEAD "\0\1\0\0");
    FIRST_LIE("257 sheets", HEAD "\x81\2\0");
    FIRST_LIE("a name that is no UTF-8", HEAD "\1\0\0\1\xFF\0\0");
    FIRST_LIE("a name longer than the frame", HEAD "\1\0\0\5A\0\0");
    FIRST_LIE("a name as long as the frame and its own length", HEAD "\1\0\0\4A\0\0");
    FIRST_LIE("a number of eleven bytes", HEAD "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\0\0\0\0");
    FIRST_LIE("4097 fonts", HEAD "\0\0\x81\x20");
    FIRST_LIE("a merge of row 0", HEAD "\0\0\0\1\0\1\1\1");
    FIRST_LIE("a merge upwards", HEAD "\0\0\0\1\2\1\1\1");
    FIRST_LIE("a merge leftwards", HEAD "\0\0\0\1\1\1\2\1");
    FIRST_LIE("a merge of column 16385", HEAD "\0\0\0\1\1\1\1\x81\x80\1");
    FIRST_LIE("4097 merges", HEAD "\0\0\0\x81\x20");
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    buf_add(&b, HEAD "\1\0\0\xE9\7", sizeof(HEAD "\1\0\0\xE9\7") - 1);
    for (int i = 0; i < LIMIT_SHEET_NAME_BYTES + 1; i++)
        buf_putc(&b, 'a');
    buf_add(&b, "\0\0", 2);
    first_lie(b.p, b.n, "a name of 1001 bytes");
}

static void frames_of_impossible_lengths_are_refused(void **state)
{
    (void)state;
    static const unsigned char lengths[][4] = {
        {0, 0, 0, 0}, {1, 0, 0x40, 1}, {0xFF, 0xFF, 0xFF, 0x7F}, {0xFF, 0xFF, 0xFF, 0xFF}};
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
        frame(&b, facts, FACTS_BYTES);
        buf_add(&b, lengths[i], 4);
        buf_puts(&b, "E");
        is_nonsense(buf_view(&b), 0, "length");
        is_nonsense(str_slice(b.p + FACTS_BYTES + 4, 5), 0, "first length");
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct source source = {str_slice(b.p + FACTS_BYTES + 4, 5), 100};
        struct sheet_in in;
        sheet_in_init(&in, a, take, &source);
        assert_int_equal(sheet_in_facts(&in, NULL), ERR_SANDBOX_KILLED);
        assert_true(in.cap < 1 << 20); /* no memory is taken for what was announced */
        sheet_in_done(&in);
    }
    assert_true(LIMIT_SHEET_FRAME_BYTES == 0x1400000);
}

static void rows_that_cannot_be_are_refused(void **state)
{
    (void)state;
    for (size_t n = 1; n < sizeof row - 1; n++)
        lie(row, n, "a cut row");
    LIE("a byte too many", "R\1\0\1\1\0\1\0\1xy");
    LIE("row 0", "R\0\0\1\1\0\1\0\1x");
    LIE("row 1048577", "R\x81\x80\x40\0\1\1\0\1\0\1x");
    LIE("an unknown flag of the row", "R\1\2\1\1\0\1\0\1x");
    LIE("no columns", "R\1\0\0\0");
    LIE("no cells", "R\1\0\1\0");
    LIE("more cells than columns", "R\1\0\1\2\0\1\0\1\0\1\0\1xy");
    LIE("16385 columns", "R\1\0\x81\x80\1\1\x80\x80\1\1\0\1x");
    LIE("a cell behind the last column", "R\1\0\1\1\1\1\0\1x");
    LIE("a cell far behind the last column", "R\1\0\1\1\x80\x7D\1\0\1x");
    LIE("a column behind the last cell", "R\1\0\2\1\0\1\0\1x");
    LIE("more cells than bytes", "R\1\0\x80\x10\x80\x10\0\1\0\1x");
    LIE("a seventh kind", "R\1\0\1\1\0\7\0\1x");
    LIE("an unknown flag of the cell", "R\1\0\1\1\0\x41\0\1x");
    LIE("a font that is none", "R\1\0\1\1\0\1\2\1x");
    LIE("no number", "R\1\0\1\1\0\2\0" NOT_A_NUMBER "\1x");
    LIE("an infinite number", "R\1\0\1\1\0\2\0" INFINITE "\1x");
    LIE("half a number", "R\1\0\1\1\0\2\0\1\2\3\4");
    LIE("a number without a text", "R\1\0\1\1\0\2\0" NUMBER_1 "\0");
    LIE("an empty cell with a text", "R\1\0\1\1\0\0\0\1x");
    LIE("a text of nothing", "R\1\0\1\1\0\1\0\0");
    LIE("a third truth", "R\1\0\1\1\0\3\0" NUMBER_1 "\3yes");
    LIE("a date without zeros", "R\1\0\1\1\0\4\0" NUMBER_1 "\x09"
                                "2022-6-30");
    LIE("an instant without seconds", "R\1\0\1\1\0\5\0" NUMBER_1 "\x10"
                                      "2022-06-30T08:00");
    LIE("an instant of letters", "R\1\0\1\1\0\5\0" NUMBER_1 "\x13"
                                 "2022-06-30T08:00:xx");
    LIE("a text longer than what there is", "R\1\0\1\1\0\1\0\2x");
    LIE("a text over its limit", "R\1\0\1\1\0\1\0\x81\x80\x40x");
    LIE("a text that is no UTF-8", "R\1\0\1\1\0\1\0\1\xFF");
    LIE("two texts cut within a character", "R\1\0\2\2\0\1\0\1\0\1\0\1\xC3\xA9");
}

static void runs_that_do_not_make_up_their_text_are_refused(void **state)
{
    (void)state;
    LIE("one run", "R\1\0\1\1\0\x21\0\1\2\1\2xy");
    LIE("no run", "R\1\0\1\1\0\x21\0\0\2xy");
    LIE("too little", "R\1\0\1\1\0\x21\0\2\1\0\1\1\3xyz");
    LIE("too much", "R\1\0\1\1\0\x21\0\2\1\0\2\1\2xy");
    LIE("a run of nothing", "R\1\0\1\1\0\x21\0\2\0\0\2\1\2xy");
    LIE("a font that is none", "R\1\0\1\1\0\x21\0\2\1\0\1\2\2xy");
    LIE("cut within a character", "R\1\0\1\1\0\x21\0\2\1\0\1\1\2\xC3\xA9");
    LIE("of a number", "R\1\0\1\1\0\x22\0\2\1\0\1\1" NUMBER_1 "\2"
                       "10");
    LIE("of an empty cell", "R\1\0\1\1\0\x20\0\2\1\0\1\1\0");
    LIE("more than the frame holds", "R\1\0\1\1\0\x21\0\xFF\xFF\x7F\1\0\1\1\2xy");
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    FRAME(&b, HEAD "\0\0\0\0");
    FRAME(&b, "R\1\0\1\1\0\x21\0\2\1\0\1\0\2xy");
    is_nonsense(buf_view(&b), 0, "runs where there are no fonts");
}

static void rows_must_rise(void **state)
{
    (void)state;
    static const char second[] = "R\2\0\1\1\0\1\0\1x", first[] = "R\1\0\1\1\0\1\0\1x";
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    frame(&b, facts, FACTS_BYTES);
    frame(&b, second, sizeof second - 1);
    size_t so_far = b.n;
    frame(&b, second, sizeof second - 1);
    is_nonsense(buf_view(&b), 1, "the same row twice");
    b.n = so_far;
    frame(&b, first, sizeof first - 1);
    is_nonsense(buf_view(&b), 1, "a row before the last");
}

static void cells_are_counted_over_all_rows(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    frame(&b, facts, FACTS_BYTES);
    unsigned rows, fit = LIMIT_SHEET_CELLS / LIMIT_SHEET_COLUMNS;
    for (unsigned i = 1; i <= fit + 1; i++) {
        char wide[] = "R??\0\x80\x80\1\1\xFF\x7F\1\0\1x";
        wide[1] = (char)(i | 0x80);
        wide[2] = (char)(i >> 7);
        frame(&b, wide, sizeof wide - 1);
    }
    struct fault f = {0};
    assert_int_equal(read_all(buf_view(&b), 1 << 20, &rows, &f), ERR_SANDBOX_KILLED);
    assert_int_equal(rows, fit);
}

static void fonts_that_never_end_are_refused(void **state)
{
    (void)state;
    LIE("a font with a byte too many", "N\1ff");
    LIE("a font longer than its frame", "N\5f");
    LIE("a font that is no UTF-8", "N\1\xFF");
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    frame(&b, facts, FACTS_BYTES);
    for (int i = 2; i <= LIMIT_SHEET_FONTS; i++)
        FRAME(&b, "N\1f");
    FRAME(&b, "E");
    is_nonsense(buf_view(&b), 0, "4097 fonts");
    b.n -= 5 + 7;
    FRAME(&b, "E");
    struct fault f = {0};
    unsigned rows;
    assert_int_equal(read_all(buf_view(&b), 1000, &rows, &f), OK); /* 4096 are not too many */
}

static void fault_of(enum err code, const char *rest, size_t n, const char *what)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    buf_putc(&b, 'F');
    buf_putc(&b, (char)((unsigned)code | 0x80));
    buf_putc(&b, (char)((unsigned)code >> 7));
    buf_add(&b, rest, n);
    lie(b.p, b.n, what);
    first_lie(b.p, b.n, what);
}

#define FAULT_OF(code, what, rest) fault_of(code, rest, sizeof(rest) - 1, what)

static void faults_that_no_reader_makes_are_refused(void **state)
{
    (void)state;
    FAULT_OF(OK, "no error", "\0\0");
    FAULT_OF(ERR_COUNT, "an error of no number", "\0\0");
    FAULT_OF(ERR_SYSTEM, "the system's", "\0\0");
    FAULT_OF(ERR_INTERRUPTED, "the user's", "\0\0");
    FAULT_OF(ERR_USAGE, "of the command line", "\0\0");
    FAULT_OF(ERR_SANDBOX_TIME, "of the sandbox", "\0\0");
    FAULT_OF(ERR_SHEET_XML, "without a place", "");
    FAULT_OF(ERR_SHEET_XML, "line 2^31", "\x80\x80\x80\x80\x08\0");
    FAULT_OF(ERR_SHEET_XML, "a name that is none", "\0\0\x7F\1x");
    FAULT_OF(ERR_SHEET_XML, "a value longer than the frame", "\0\0\0\5x");
    FAULT_OF(ERR_SHEET_XML, "a value that is no UTF-8", "\0\0\0\1\xFF");
    FAULT_OF(ERR_SHEET_XML, "nine values", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
}

static void the_end_is_the_last_word(void **state)
{
    (void)state;
    LIE("facts again", HEAD LISTS);
    LIE("an unknown kind", "X");
    LIE("an end of two bytes", "E\0");
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    frame(&b, facts, FACTS_BYTES);
    is_nonsense(buf_view(&b), 0, "no end");
    FRAME(&b, "E");
    buf_putc(&b, 0);
    is_nonsense(buf_view(&b), 0, "a byte behind the end");
}

/* ---- children of the other kind ---- */

static char path[64];

static int file_make(void **state)
{
    (void)state;
    char folder[] = "/tmp/test-sheet-wire-XXXXXX";
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/a.csv", folder);
    FILE *out = fopen(path, "wb");
    return !out || fputs("a,b\n1,2\n", out) < 0 || fclose(out) != 0;
}

static int file_remove(void **state)
{
    (void)state;
    unlink(path);
    *strrchr(path, '/') = 0;
    return rmdir(path);
}

static int say(int fd, const char *p, size_t n)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    frame(&b, p, n);
    return write(fd, b.p, b.n) == (ssize_t)b.n ? 0 : 1;
}

static int says_nothing(void *ctx, int fd)
{
    (void)ctx, (void)fd;
    return 0;
}

static int says_half(void *ctx, int fd)
{
    (void)ctx;
    return say(fd, facts, FACTS_BYTES) || write(fd, "\x09\0\0\0R", 5) != 5;
}

static int says_noise(void *ctx, int fd)
{
    (void)ctx;
    return write(fd, "GET / HTTP/1.1\r\n\r\n", 18) != 18;
}

static int fails_in_the_end(void *ctx, int fd)
{
    (void)ctx;
    return say(fd, facts, FACTS_BYTES) || say(fd, "E", 1) ? 1 : 3;
}

static int goes_on_behind_the_end(void *ctx, int fd)
{
    (void)ctx;
    return say(fd, facts, FACTS_BYTES) || say(fd, "E", 1) || say(fd, row, sizeof row - 1);
}

static int dies_of_a_call(void *ctx, int fd)
{
    (void)ctx;
    return say(fd, facts, FACTS_BYTES) || say(fd, row, sizeof row - 1) || open("/etc/passwd", O_RDONLY);
}

static int tells_the_truth(void *ctx, int fd)
{
    const struct sheet_job *job = ctx;
    char bytes[16];
    if (pread(job->fd, bytes, sizeof bytes, 0) != 8 || memcmp(bytes, "a,b\n1,2\n", 8) != 0)
        return 1;
    return say(fd, facts, FACTS_BYTES) || say(fd, row, sizeof row - 1) || say(fd, "E", 1);
}

/* Reads all; what the sheet answered last it must answer again. */
static enum err open_and_read(sandbox_main *child, struct fault *f, unsigned *ret_rows)
{
    struct sheet *s;
    struct sheet_row r;
    bool has_row = true;
    *ret_rows = 0;
    enum err e = sheet_open_child(path, NULL, child, &s, f);
    if (e != OK)
        return e;
    while ((e = sheet_next(s, &r, &has_row, f)) == OK && has_row)
        ++*ret_rows;
    struct fault again = {0};
    assert_int_equal(sheet_next(s, &r, &has_row, &again), e);
    assert_int_equal(again.code, e);
    sheet_close(s);
    return e;
}

static void a_child_that_was_taken_over_is_given_up(void **state)
{
    (void)state;
    static const struct {
        sandbox_main *child;
        const char *reason;
        unsigned rows;
    } children[] = {{says_nothing, "protocol", 0}, {says_half, "protocol", 0},
                    {says_noise, "protocol", 0},   {fails_in_the_end, "3", 0},
                    {dies_of_a_call, "SIGSYS", 1}, {goes_on_behind_the_end, "protocol", 0}};
    struct fault f = {0};
    unsigned rows;
    assert_int_equal(open_and_read(tells_the_truth, &f, &rows), OK);
    assert_int_equal(rows, 1);
    for (size_t i = 0; i < ARRAY_LEN(children); i++) {
        f = (struct fault){0};
        assert_int_equal(open_and_read(children[i].child, &f, &rows), ERR_SANDBOX_KILLED);
        assert_true(str_is(fault_param(&f, "reason"), children[i].reason));
        assert_int_equal(rows, children[i].rows);
        assert_true(str_is(fault_file(&f), path));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_well_formed_is_read),
        cmocka_unit_test(a_fault_of_the_readers_is_passed_on),
        cmocka_unit_test(facts_that_cannot_be_are_refused),
        cmocka_unit_test(frames_of_impossible_lengths_are_refused),
        cmocka_unit_test(rows_that_cannot_be_are_refused),
        cmocka_unit_test(runs_that_do_not_make_up_their_text_are_refused),
        cmocka_unit_test(rows_must_rise),
        cmocka_unit_test(cells_are_counted_over_all_rows),
        cmocka_unit_test(fonts_that_never_end_are_refused),
        cmocka_unit_test(faults_that_no_reader_makes_are_refused),
        cmocka_unit_test(the_end_is_the_last_word),
        cmocka_unit_test(a_child_that_was_taken_over_is_given_up),
    };
    return cmocka_run_group_tests(tests, file_make, file_remove);
}
