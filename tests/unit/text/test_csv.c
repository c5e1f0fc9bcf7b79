#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "base/limits.h"
#include "text/csv.h"

/* The rows of a text as "a|b/c|d/", each cell between bars. */
static void rows(const char *text, char separator, const char *expected)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf b CLEANUP(buf_done) = BUF_INIT(10000);
    struct csv c;
    csv_init(&c, a, str_of(text), separator);
    struct fault f = {0};
    for (;;) {
        struct str *cells;
        size_t n;
        bool is_end;
        enum err code = csv_next(&c, &cells, &n, &is_end, &f);
        assert_int_equal(code, OK);
        if (is_end)
            break;
        for (size_t i = 0; i < n; i++)
            buf_printf(&b, "%s%.*s", i ? "|" : "", STR_ARG(cells[i]));
        buf_putc(&b, '/');
    }
    assert_string_equal(buf_cstr(&b), expected);
}

static void rows_and_cells_are_read_as_rfc_4180_has_them(void **state)
{
    (void)state;
    rows("", ',', "");
    rows("a", ',', "a/");
    rows("a,b\r\nc,d\r\n", ',', "a|b/c|d/");
    rows("a,b\nc,d", ',', "a|b/c|d/");
    rows("\xEF\xBB\xBF"
         "a,b",
         ',', "a|b/");
    rows("a;b,c\td", ';', "a|b,c\td/");
    rows(",\n,,\n", ',', "|/||/");
    rows("\n\na\n", ',', "//a/");
    rows("\r\n", ',', "/");
    rows(" a , b \n", ',', " a | b /");
    rows("\"a\",\"b,\"\"c\"\"\"\r\n\"\",x\n", ',', "a|b,\"c\"/|x/");
    rows("\"a\nb\",\"\r\n\"\n1,2", ',', "a\nb|\r\n/1|2/");
    rows("\"a\"", ',', "a/");
    rows("\"a\"\r", ',', "a/");
    rows("x,\"\"\"\"", ',', "x|\"/");
    rows("a,b\r", ',', "a|b/");
    rows("a\rb,c\n", ',', "a\rb|c/");
    rows("Đắk Nông,Gia Nghĩa,Đắk Mil,12345678,123456789,,,x,\n", ',',
         "Đắk Nông|Gia Nghĩa|Đắk Mil|12345678|123456789|||x|/");
}

static void plain_cells_are_views_into_the_text(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const struct str text = STR("abc,\"def\",\"g\"\"h\"\n");
    struct csv c;
    csv_init(&c, a, text, ',');
    struct str *cells;
    size_t n;
    bool is_end;
    assert_int_equal(csv_next(&c, &cells, &n, &is_end, NULL), OK);
    assert_int_equal(n, 3);
    assert_ptr_equal(cells[0].p, text.p);
    assert_ptr_equal(cells[1].p, text.p + 5);
    assert_false(cells[2].p >= text.p && cells[2].p < text.p + text.n);
}

static void rows_know_the_line_where_they_start(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct csv c;
    csv_init(&c, a, STR("h\n\"a\n\nb\"\nc\n\"d\r\n\"\r\ne"), ',');
    static const size_t lines[] = {1, 2, 5, 6, 8};
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct str *cells;
        size_t n;
        bool is_end;
        assert_int_equal(csv_next(&c, &cells, &n, &is_end, NULL), OK);
        assert_false(is_end);
        assert_int_equal(c.line, lines[i]);
        assert_int_equal(c.row, i + 1);
    }
}

static void a_wrong_quote_is_refused_where_it_stands(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err code;
        int line, column;
    } cases[] = {
        {"ă,b\"c\n", ERR_CSV_QUOTE, 1, 4},     {"a,\"b\"c\n", ERR_CSV_QUOTE, 1, 6},
        {"a,\"b\" ,c\n", ERR_CSV_QUOTE, 1, 6}, {"\"x\ny\"z,b\n", ERR_CSV_QUOTE, 2, 3},
        {"a, \"b\"\n", ERR_CSV_QUOTE, 1, 4},   {"a,\"b\n\nc\n", ERR_CSV_QUOTE_OPEN, 1, 3},
        {"\"", ERR_CSV_QUOTE_OPEN, 1, 1},      {"\"a\n\",\"\"\"", ERR_CSV_QUOTE_OPEN, 2, 3},
        {"\"a\"\rb\n", ERR_CSV_QUOTE, 1, 4},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct csv c;
        struct str *cells;
        size_t n;
        bool is_end;
        csv_init(&c, a, str_of(cases[i].text), ',');
        for (int again = 0; again < 2; again++) { /* the reader stays where it failed */
            struct fault f = {0};
            assert_int_equal(csv_next(&c, &cells, &n, &is_end, &f), cases[i].code);
            assert_int_equal(f.line, cases[i].line);
            assert_int_equal(f.column, cases[i].column);
        }
    }
}

static void columns_and_cells_are_bounded(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf b CLEANUP(buf_done) = BUF_INIT(8 << 20);
    struct csv c;
    struct str *cells;
    size_t n;
    bool is_end;
    struct fault f = {0};
    for (int is_quoted = 0; is_quoted < 2; is_quoted++) {
        buf_reset(&b);
        for (int i = 1; i < LIMIT_CSV_COLUMNS; i++)
            buf_putc(&b, ',');
        if (is_quoted)
            buf_puts(&b, "\"\"");
        csv_init(&c, a, buf_view(&b), ',');
        assert_int_equal(csv_next(&c, &cells, &n, &is_end, &f), OK);
        assert_int_equal(n, LIMIT_CSV_COLUMNS);
        for (int i = 0; i < 1000000; i++)
            buf_putc(&b, ',');
        csv_init(&c, a, buf_view(&b), ',');
        assert_int_equal(csv_next(&c, &cells, &n, &is_end, &f), ERR_LIMIT);
        assert_true(arena_bytes(a) < 1 << 20);
        buf_reset(&b);
        buf_puts(&b, is_quoted ? "a,b\nc,\"" : "a,b\nc,");
        size_t start = b.n;
        while (b.n - start < LIMIT_CSV_CELL_BYTES)
            buf_putc(&b, 'x');
        size_t end = b.n;
        buf_puts(&b, is_quoted ? "\"" : "");
        csv_init(&c, a, buf_view(&b), ',');
        assert_int_equal(csv_next(&c, &cells, &n, &is_end, &f), OK);
        assert_int_equal(csv_next(&c, &cells, &n, &is_end, &f), OK);
        assert_int_equal(cells[1].n, LIMIT_CSV_CELL_BYTES);
        b.n = end;
        buf_puts(&b, is_quoted ? "y\"" : "y");
        csv_init(&c, a, buf_view(&b), ',');
        assert_int_equal(csv_next(&c, &cells, &n, &is_end, &f), OK);
        assert_int_equal(csv_next(&c, &cells, &n, &is_end, &f), ERR_LIMIT);
        assert_int_equal(f.line, 2);
        assert_int_equal(f.column, 3);
    }
}

static void a_table_checks_its_rows_against_the_header(void **state)
{
    (void)state;
    struct arena *keep CLEANUP(arena_freep) = arena_new(), *cells CLEANUP(arena_freep) = arena_new();
    struct csv_table t;
    struct fault f = {0};
    struct str *row;
    bool is_end;
    assert_int_equal(csv_table_open(&t, keep, cells, STR("code , name\n1,một\n\n2\n3,ba\n\n"), ',', STR("x.csv"), &f),
                     OK);
    assert_int_equal(t.n, 2);
    assert_int_equal(csv_table_column(&t, STR("name")), 1);
    assert_int_equal(csv_table_column(&t, STR("nam")), -1);
    assert_int_equal(csv_table_next(&t, &row, &is_end, &f), OK);
    assert_true(str_is(row[1], "một"));
    assert_int_equal(csv_table_next(&t, &row, &is_end, &f), ERR_CSV_COLUMNS);
    struct buf b CLEANUP(buf_done) = BUF_INIT(1000);
    fault_print(&f, LANG_EN, &b);
    assert_string_equal(buf_cstr(&b),
                        "x.csv:4: Row 4 has 1 cells, the header has 2. Check the separators and quotes of this row.");
    f = (struct fault){0};
    assert_int_equal(csv_table_next(&t, &row, &is_end, &f), OK); /* the row was left out, the next one is read */
    assert_true(str_is(row[0], "3"));
    assert_int_equal(csv_table_next(&t, &row, &is_end, &f), OK);
    assert_true(is_end);
    assert_true(str_is(t.header[0], "code")); /* the header outlives the rows */
}

static void a_header_names_every_column_once(void **state)
{
    (void)state;
    struct arena *keep CLEANUP(arena_freep) = arena_new(), *cells CLEANUP(arena_freep) = arena_new();
    static const struct {
        const char *text;
        enum err code;
    } cases[] = {
        {"", ERR_CSV_HEADER_EMPTY},         {"\n1\n", ERR_CSV_HEADER_EMPTY}, {"a,,b\n", ERR_CSV_HEADER_EMPTY},
        {"a,b, a\n", ERR_CSV_HEADER_TWICE}, {"a,\"b\n", ERR_CSV_QUOTE_OPEN}, {"a\n\xFF\n", ERR_TEXT_UTF8},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct csv_table t;
        struct fault f = {0};
        assert_int_equal(csv_table_open(&t, keep, cells, str_of(cases[i].text), ',', STR("x.csv"), &f), cases[i].code);
        assert_true(str_is(fault_file(&f), "x.csv") && f.line > 0);
    }
}

static void the_separator_is_seen_in_the_first_line(void **state)
{
    (void)state;
    assert_int_equal(csv_separator(STR("a,b;c,d\n;;;;;")), ',');
    assert_int_equal(csv_separator(STR("a;b;\"c,,,,\"\n")), ';');
    assert_int_equal(csv_separator(STR("a\tb\n")), '\t');
    assert_int_equal(csv_separator(STR("a")), ',');
    assert_int_equal(csv_separator(STR("")), ',');
}

static void what_is_written_reads_back_the_same(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = BUF_INIT(1000);
    const struct str cells[] = {STR("a"), STR("b,c"), STR("d\"e"), STR("f\ng"), STR(""), STR(" h "), STR("i\r")};
    csv_row(&b, cells, ARRAY_LEN(cells), ',');
    assert_string_equal(buf_cstr(&b), "a,\"b,c\",\"d\"\"e\",\"f\ng\",, h ,\"i\r\"\r\n");
    rows(buf_cstr(&b), ',', "a|b,c|d\"e|f\ng|| h |i\r/");
    buf_reset(&b);
    csv_row(&b, &cells[4], 1, ',');
    assert_string_equal(buf_cstr(&b), "\"\"\r\n");
    buf_reset(&b);
    csv_cell(&b, STR("b,c"), ';');
    assert_string_equal(buf_cstr(&b), "b,c");
}

static void a_formula_is_disarmed_when_asked(void **state)
{
    (void)state;
    static const char *const formulas[] = {"=1+1", "@x", "+cmd", "-1+2", "\t=1", "\r", "-", "=cmd|' /C calc'!A0"};
    static const char *const plain[] = {"", "-5", "+84 912 345 678", "-1.234,5", "a=b", "'=1"};
    for (size_t i = 0; i < ARRAY_LEN(formulas); i++)
        assert_true(csv_is_formula(str_of(formulas[i])));
    for (size_t i = 0; i < ARRAY_LEN(plain); i++)
        assert_false(csv_is_formula(str_of(plain[i])));
    assert_false(csv_is_formula(str_slice("\0=", 2)));
    struct buf b CLEANUP(buf_done) = BUF_INIT(1000);
    csv_cell_guarded(&b, STR("=\"a\""), ',');
    csv_cell_guarded(&b, STR("-5"), ',');
    assert_string_equal(buf_cstr(&b), "\"'=\"\"a\"\"\"-5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_and_cells_are_read_as_rfc_4180_has_them),
        cmocka_unit_test(plain_cells_are_views_into_the_text),
        cmocka_unit_test(rows_know_the_line_where_they_start),
        cmocka_unit_test(a_wrong_quote_is_refused_where_it_stands),
        cmocka_unit_test(columns_and_cells_are_bounded),
        cmocka_unit_test(a_table_checks_its_rows_against_the_header),
        cmocka_unit_test(a_header_names_every_column_once),
        cmocka_unit_test(the_separator_is_seen_in_the_first_line),
        cmocka_unit_test(what_is_written_reads_back_the_same),
        cmocka_unit_test(a_formula_is_disarmed_when_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
