/* The grammar of CQL2 text and JSON, their canonical forms, and the places and sentences of errors. */
#include "support.h"

static void assert_prints(const char *text, const char *canonical, const char *json)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct cql2 *q = parse(a, str_of(text));
    assert_str(print_text(a, q), str_of(canonical));
    if (json)
        assert_str(print_json(a, q), str_of(json));
    struct cql2 *again = parse(a, print_text(a, q)), *from_json = parse_json(a, print_json(a, q));
    assert_str(print_json(a, again), print_json(a, q));
    assert_str(print_text(a, from_json), str_of(canonical));
    assert_str(print_json(a, from_json), print_json(a, q));
}

static void words_of_the_language_are_read_whatever_their_case(void **state)
{
    (void)state;
    assert_prints("a=1 aNd nOt b is nULL or c like 'x'", "a = 1 AND b IS NOT NULL OR c LIKE 'x'",
                  "{\"op\":\"or\",\"args\":[{\"op\":\"and\",\"args\":[{\"op\":\"=\",\"args\":[{\"property\":\"a\"},1]},"
                  "{\"op\":\"not\","
                  "\"args\":[{\"op\":\"isNull\",\"args\":[{\"property\":\"b\"}]}]}]},{\"op\":\"like\",\"args\":[{"
                  "\"property\":\"c\"},"
                  "\"x\"]}]}");
    assert_prints(
        "s_Intersects(g, Point(1 2))", "S_INTERSECTS(g, POINT(1 2))",
        "{\"op\":\"s_intersects\",\"args\":[{\"property\":\"g\"},{\"type\":\"Point\",\"coordinates\":[1,2]}]}");
    assert_prints("t_finishedBy(interval(a,b),Interval('..','2022-01-31'))",
                  "T_FINISHEDBY(INTERVAL(a, b), INTERVAL('..', '2022-01-31'))",
                  "{\"op\":\"t_finishedBy\",\"args\":[{\"interval\":[{\"property\":\"a\"},{\"property\":\"b\"}]},"
                  "{\"interval\":[\"..\",\"2022-01-31\"]}]}");
}

static void operators_bind_as_the_grammar_says(void **state)
{
    (void)state;
    assert_prints("a=1 or b=2 and not c=3", "a = 1 OR b = 2 AND NOT c = 3", NULL);
    assert_prints("((a=1) or (b=2)) and c=3", "(a = 1 OR b = 2) AND c = 3", NULL);
    assert_prints("a=1 and (b=2 and c=3)", "a = 1 AND (b = 2 AND c = 3)", NULL);
    assert_prints("not (a=1 and b=2)", "NOT (a = 1 AND b = 2)", NULL);
    assert_prints("not not a = 1", "NOT (NOT a = 1)", NULL);
    assert_prints("a = 1+2*3", "a = 1 + 2 * 3", NULL);
    assert_prints("a = (1+2)*3", "a = (1 + 2) * 3", NULL);
    assert_prints("a = 1-2-3", "a = 1 - 2 - 3", NULL);
    assert_prints("a = 1-(2-3)", "a = 1 - (2 - 3)", NULL);
    assert_prints("a = 8 div 2 % 3 / 4", "a = 8 div 2 % 3 / 4", NULL);
    assert_prints("a = 2^3*2", "a = 2 ^ 3 * 2", NULL);
    assert_prints("a = (2^3)^2", "a = (2 ^ 3) ^ 2", NULL);
    assert_prints("a = -b", "a = -1 * b", NULL);
    assert_prints("a = -b^2", "a = (-1 * b) ^ 2", NULL);
    assert_prints("a = 1--1", "a = 1 - -1", NULL);
    assert_prints("a between 1+1 and 3 and b = 2", "a BETWEEN 1 + 1 AND 3 AND b = 2", NULL);
    assert_prints("not a in (1,2)", "a NOT IN (1, 2)", NULL);
    assert_prints("(a = 1) is null", "(a = 1) IS NULL", NULL);
    assert_prints("(a is null) = true", "(a IS NULL) = TRUE", NULL);
}

static void numbers_keep_whether_they_are_whole(void **state)
{
    (void)state;
    assert_prints("a = 1", "a = 1", NULL);
    assert_prints("a = 1.0", "a = 1.0", NULL);
    assert_prints("a = 1.", "a = 1.0", NULL);
    assert_prints("a = .5", "a = 0.5", NULL);
    assert_prints("a = 1e2", "a = 100.0", NULL);
    assert_prints("a = 1E+30", "a = 1e+30", NULL);
    assert_prints("a = -0.0", "a = -0.0", NULL);
    assert_prints("a = +7", "a = 7", NULL);
    assert_prints("a = 9223372036854775807", "a = 9223372036854775807", NULL);
    assert_prints("a = -9223372036854775808", "a = -9223372036854775808", NULL);
    assert_prints("a = 0.1", "a = 0.1", NULL);
    char long_number[600] = "a = 0.";
    memset(long_number + 6, '0', 500);
    memcpy(long_number + 506, "25", 3);
    assert_prints(long_number, "a = 0.0", NULL);
}

static void every_string_can_be_written(void **state)
{
    (void)state;
    assert_prints("a = ''", "a = ''", NULL);
    assert_prints("a = 'it''s'", "a = 'it''s'", "{\"op\":\"=\",\"args\":[{\"property\":\"a\"},\"it's\"]}");
    assert_prints("a = 'it\\'s'", "a = 'it''s'", NULL);
    assert_prints("a = 'x\\%y'", "a = 'x\\%y'", "{\"op\":\"=\",\"args\":[{\"property\":\"a\"},\"x\\\\%y\"]}");
    assert_prints("a = 'x\\\\'", "a = 'x\\\\'", "{\"op\":\"=\",\"args\":[{\"property\":\"a\"},\"x\\\\\"]}");
    assert_prints("a = '\\\\\\''", "a = '\\\\'''", "{\"op\":\"=\",\"args\":[{\"property\":\"a\"},\"\\\\'\"]}");
}

/* Every text of quotes and backslashes up to six characters survives. */
static void strings_of_quotes_and_backslashes_survive(void **state)
{
    (void)state;
    static const char letters[] = {'\'', '\\', 'x'};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    for (int n = 0; n <= 6; n++) {
        int total = 1;
        for (int i = 0; i < n; i++)
            total *= 3;
        for (int k = 0; k < total; k++) {
            struct buf json = BUF_INIT(256);
            char text[8];
            for (int i = 0, rest = k; i < n; i++, rest /= 3)
                text[i] = letters[rest % 3];
            buf_puts(&json, "{\"op\":\"=\",\"args\":[\"\",");
            json_quote(&json, str_slice(text, (size_t)n));
            buf_puts(&json, "]}");
            struct cql2 *q = parse_json(a, buf_view(&json));
            assert_str(print_json(a, parse(a, print_text(a, q))), buf_view(&json));
            buf_done(&json);
            arena_reset(a);
        }
    }
}

static void names_are_quoted_only_where_they_must_be(void **state)
{
    (void)state;
    assert_prints("\"a\" = 1", "a = 1", NULL);
    assert_prints("\"date\" = 1 and end > 2", "\"date\" = 1 AND end > 2", NULL);
    assert_prints("date = 1", "\"date\" = 1", NULL);
    assert_prints("\"Like\" = 1", "\"Like\" = 1", NULL);
    assert_prints("\"diện tích\" = 1", "\"diện tích\" = 1", NULL);
    assert_prints("diện_tích = 1 and eo:cloud.cover < 2", "diện_tích = 1 AND eo:cloud.cover < 2", NULL);
    assert_prints("\"a\"\"b\" = 1", "\"a\"\"b\" = 1", NULL);
}

static void arrays_of_one_and_parentheses_are_told_apart(void **state)
{
    (void)state;
    assert_prints("a_equals(t, ('x'))", "A_EQUALS(t, ('x'))",
                  "{\"op\":\"a_equals\",\"args\":[{\"property\":\"t\"},[\"x\"]]}");
    assert_prints("a_equals(t, ())", "A_EQUALS(t, ())", NULL);
    assert_prints("a_equals(t, (('x'), ('y', 'z')))", "A_EQUALS(t, (('x'), ('y', 'z')))",
                  "{\"op\":\"a_equals\",\"args\":[{\"property\":\"t\"},[[\"x\"],[\"y\",\"z\"]]]}");
    assert_prints("a_equals(t, ((a + 1)))", "A_EQUALS(t, (a + 1))", NULL);
    assert_prints(
        "a_equals(t, (((a + 1))))", "A_EQUALS(t, (((a + 1))))",
        "{\"op\":\"a_equals\",\"args\":[{\"property\":\"t\"},[[{\"op\":\"+\",\"args\":[{\"property\":\"a\"},1]}]]]}");
    assert_prints(
        "f((a + 1) * 2, ((b)), (1, 2), ())", "f((a + 1) * 2, ((b)), (1, 2), ())",
        "{\"op\":\"f\",\"args\":[{\"op\":\"*\",\"args\":[{\"op\":\"+\",\"args\":[{\"property\":\"a\"},1]},2]},"
        "[[{\"property\":\"b\"}]],[1,2],[]]}");
    assert_prints("f(((a) + 1) * 2)", "f((a + 1) * 2)", NULL);
    assert_prints("f((a = 1 or b = 2) and c = 3)", "f((a = 1 OR b = 2) AND c = 3)", NULL);
}

static void geometries_of_all_kinds_are_read(void **state)
{
    (void)state;
    assert_prints("S_EQUALS(g, POINT Z(1 -2.5 3e1))", "S_EQUALS(g, POINT Z(1 -2.5 30))", NULL);
    assert_prints("S_EQUALS(g, POINT(1 2 3))", "S_EQUALS(g, POINT Z(1 2 3))",
                  "{\"op\":\"s_equals\",\"args\":[{\"property\":\"g\"},{\"type\":\"Point\",\"coordinates\":[1,2,3]}]}");
    assert_prints("S_EQUALS(g, MULTIPOINT(1 2, 3 4))", "S_EQUALS(g, MULTIPOINT((1 2), (3 4)))", NULL);
    assert_prints("S_EQUALS(g, MULTIPOINT((1 2), (3 4)))", "S_EQUALS(g, MULTIPOINT((1 2), (3 4)))", NULL);
    assert_prints("S_EQUALS(g, LINESTRING(1 2, 3 4, 5 6))", "S_EQUALS(g, LINESTRING(1 2, 3 4, 5 6))", NULL);
    assert_prints("S_EQUALS(g, MULTILINESTRING((1 2, 3 4), (5 6, 7 8)))",
                  "S_EQUALS(g, MULTILINESTRING((1 2, 3 4), (5 6, 7 8)))", NULL);
    assert_prints("S_EQUALS(g, POLYGON((0 0, 9 0, 9 9, 0 0), (5 1, 6 1, 6 2, 5 1)))",
                  "S_EQUALS(g, POLYGON((0 0, 9 0, 9 9, 0 0), (5 1, 6 1, 6 2, 5 1)))", NULL);
    assert_prints("S_EQUALS(g, MULTIPOLYGON(((0 0, 9 0, 9 9, 0 0)), ((0 0, 1 0, 1 1, 0 0))))",
                  "S_EQUALS(g, MULTIPOLYGON(((0 0, 9 0, 9 9, 0 0)), ((0 0, 1 0, 1 1, 0 0))))", NULL);
    assert_prints("S_EQUALS(g, GEOMETRYCOLLECTION(POINT(1 2), LINESTRING Z(1 2 3, 4 5 6)))",
                  "S_EQUALS(g, GEOMETRYCOLLECTION Z(POINT(1 2), LINESTRING Z(1 2 3, 4 5 6)))", NULL);
    assert_prints("S_EQUALS(g, BBOX(150,-90,-150,90.5))", "S_EQUALS(g, BBOX(150, -90, -150, 90.5))",
                  "{\"op\":\"s_equals\",\"args\":[{\"property\":\"g\"},{\"bbox\":[150,-90,-150,90.5]}]}");
    assert_prints("S_EQUALS(g, BBOX(1,2,3,4,5,6))", "S_EQUALS(g, BBOX(1, 2, 3, 4, 5, 6))", NULL);
}

static void instants_are_printed_in_one_form(void **state)
{
    (void)state;
    assert_prints("a = TIMESTAMP('2012-08-10T05:30:00.000000Z')", "a = TIMESTAMP('2012-08-10T05:30:00Z')", NULL);
    assert_prints("a = TIMESTAMP('2012-08-10T05:30:00.5Z')", "a = TIMESTAMP('2012-08-10T05:30:00.500Z')", NULL);
    assert_prints("a = TIMESTAMP('2012-08-10T05:30:00+07:00')", "a = TIMESTAMP('2012-08-09T22:30:00Z')", NULL);
    assert_prints("T_AFTER(a, INTERVAL(DATE('2022-01-01'), b))", "T_AFTER(a, INTERVAL('2022-01-01', b))", NULL);
}

static void assert_refused(const char *text, int line, int column, const char *vi)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    struct fault f = {0};
    struct cql2 *q = NULL;
    enum err e = text[0] == '{' || text[0] == '[' ? cql2_parse_json(a, str_of(text), &q, &f)
                                                  : cql2_parse_text(a, str_of(text), &q, &f);
    if (e == OK)
        print_error("is not refused: %s\n", text);
    assert_int_not_equal(e, OK);
    assert_int_equal(f.code, e);
    assert_null(q);
    f.line = f.column = f.line == line && f.column == column ? 0 : (print_error("%d:%d\n", f.line, f.column), 1);
    fault_print(&f, LANG_VI, &b);
    assert_str(buf_view(&b), str_of(vi));
}

#define SYNTAX(found, expected) "Bộ lọc sai cú pháp: gặp “" found "”, cần " expected "."
#define ENDS(expected) "Bộ lọc kết thúc giữa chừng: cần " expected "."
#define VALUE "một giá trị: tên trường, số, 'chuỗi', DATE('…'), hàm hoặc ("
#define COMPARISON "một toán tử so sánh: = <> < > <= >="

static void an_error_names_its_place_the_piece_and_what_was_expected(void **state)
{
    (void)state;
    assert_refused("trạng_thái => 'a'", 1, 12, SYNTAX("=>", COMPARISON));
    assert_refused("a == 1", 1, 3, SYNTAX("==", COMPARISON));
    assert_refused("a != 1", 1, 3, SYNTAX("!=", COMPARISON));
    assert_refused("a = 1 AND\n  b = ", 2, 7, ENDS(VALUE));
    assert_refused("", 1, 1, ENDS(VALUE));
    assert_refused("a = 'x", 1, 5, SYNTAX("'x", "dấu ' đóng chuỗi"));
    assert_refused("(a = 1", 1, 7, ENDS("dấu )"));
    assert_refused(
        "a = 1)", 1, 6,
        SYNTAX(")", "một toán tử so sánh (= <> < > <= >= LIKE IN BETWEEN IS NULL), AND, OR hoặc hết bộ lọc"));
    assert_refused("a = AND", 1, 5, SYNTAX("AND", VALUE));
    assert_refused("a IN ()", 1, 7, SYNTAX(")", VALUE));
    assert_refused("a IN (1,)", 1, 9, SYNTAX(")", VALUE));
    assert_refused("a IS 5", 1, 6, SYNTAX("5", "NULL hoặc NOT NULL"));
    assert_refused("a NOT 5", 1, 7, SYNTAX("5", "LIKE, IN hoặc BETWEEN"));
    assert_refused("a BETWEEN 1 OR 2", 1, 13, SYNTAX("OR", "AND giữa hai đầu của BETWEEN"));
    assert_refused("a = 2 ^ 3 ^ 4", 1, 11, SYNTAX("^", "dấu ngoặc: (a ^ b) ^ c hoặc a ^ (b ^ c)"));
    assert_refused("a = 10x", 1, 7, SYNTAX("10x", "một số, rồi một toán tử"));
    assert_refused("a = 1e999", 1, 5, SYNTAX("1e999", "một số nhỏ hơn 1e308"));
    assert_refused("a = #", 1, 5, SYNTAX("#", "tên, giá trị hoặc toán tử của CQL2"));
    assert_refused("a = DATE('2022-02-29')", 1, 10, SYNTAX("'2022-02-29'", "một ngày có thật dạng 'yyyy-mm-dd'"));
    assert_refused("a = TIMESTAMP('2022-02-28')", 1, 15,
                   SYNTAX("'2022-02-28'", "một thời điểm dạng 'yyyy-mm-ddThh:mm:ssZ'"));
    assert_refused("S_EQUALS(g, POINT(1))", 1, 20, SYNTAX(")", "một toạ độ"));
    assert_refused("S_EQUALS(g, LINESTRING(1 2))", 1, 27, SYNTAX(")", "đường có ít nhất 2 điểm"));
    assert_refused("S_EQUALS(g, LINESTRING(1 2, 3 4 5))", 1, 29, SYNTAX("3 4 5", "hai toạ độ, như các điểm khác"));
    assert_refused("S_EQUALS(g, POLYGON((0 0, 1 0, 1 1, 0 1)))", 1, 21,
                   SYNTAX("(0 0, 1 0, 1 1, 0 1)", "vòng khép kín: điểm cuối trùng điểm đầu"));
    assert_refused("S_EQUALS(g, BBOX(1,2,3))", 1, 17, SYNTAX("(1,2,3)", "BBOX với 4 hoặc 6 số"));
    assert_refused("S_EQUALS(g, BBOX(1,9,3,2))", 1, 17, SYNTAX("(1,9,3,2)", "BBOX có cạnh nam không vượt cạnh bắc"));
    assert_refused("f(((1, 2)) AND a)", 1, 4, SYNTAX("(…)", "một giá trị, không phải mảng"));
    assert_refused("T_AFTER(a, INTERVAL(POINT(1 2), b))", 1, 21,
                   SYNTAX("POINT(1 2)", "'yyyy-mm-dd', 'yyyy-mm-ddThh:mm:ssZ', '..' hoặc tên trường"));
    assert_refused("T_AFTER(a, INTERVAL(b % 2, c))", 1, 23, SYNTAX("%", "dấu ,"));
    assert_refused("S_EQUALS(g)", 1, 11, SYNTAX(")", "dấu ,"));
    assert_refused("{\"op\":\"like\",\"args\":[1]}", 1, 21,
                   "like nhận 2 giá trị trong ngoặc, ở đây có 1. Thêm hoặc bớt cho đủ.");
    assert_refused("{\"op\":\"=\",\"args\":[\n [1], 2]}", 2, 2,
                   SYNTAX("[…] (1)", "một giá trị: chuỗi, số, true, false hoặc {…}"));
    assert_refused("{\"date\":\"2022-13-01\"}", 1, 9, SYNTAX("2022-13-01", "một ngày có thật dạng \"yyyy-mm-dd\""));
    assert_refused("{\"op\":\"in\",\"args\":[1,[]]}", 1, 22, SYNTAX("[…] (0)", "một mảng giá trị không rỗng"));
}

static void bytes_that_are_no_utf8_are_refused(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct cql2 *q;
    struct fault f;
    assert_int_equal(cql2_parse_text(a, STR("a = '\xC3\x28'"), &q, &f), ERR_CQL2_SYNTAX);
    assert_int_equal(f.column, 6);
    assert_int_equal(cql2_parse_text(a, str_slice("a = '\0'", 7), &q, &f), ERR_CQL2_SYNTAX);
    assert_int_equal(f.column, 6);
    assert_int_equal(cql2_parse_text(a, STR("a = 1"), &q, NULL), OK);
    assert_int_equal(cql2_parse_text(a, STR("a = "), &q, NULL), ERR_CQL2_END);
}

static enum err parse_nested(const char *open, const char *inner, const char *close, int depth)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 22);
    struct cql2 *q;
    struct fault f;
    for (int i = 0; i < depth; i++)
        buf_puts(&b, open);
    buf_puts(&b, inner);
    for (int i = 0; i < depth; i++)
        buf_puts(&b, close);
    enum err e = cql2_parse_text(a, buf_view(&b), &q, &f);
    if (e == OK) { /* what is taken also survives the way through JSON */
        struct str json = print_json(a, q);
        assert_str(print_json(a, parse_json(a, json)), json);
        assert_str(print_json(a, parse(a, print_text(a, q))), json);
    } else {
        assert_true(f.line == 1 && f.column > 0);
    }
    return e;
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    assert_int_equal(parse_nested("(", "a = 1", ")", 64), OK);
    assert_int_equal(parse_nested("NOT ", "a = 1", "", 64), OK);
    assert_int_equal(parse_nested("NOT (", "a = 1", ")", 64), OK);
    assert_int_equal(parse_nested("f(", "a", ")", 64), OK);
    assert_int_equal(parse_nested("f((", "a", "))", 32), OK);
    static const char *const opens[] = {"(", "NOT ", "NOT (", "f(", "-", "CASEI(", "A_EQUALS(a, (", "1 + ("};
    for (size_t i = 0; i < ARRAY_LEN(opens); i++)
        assert_int_not_equal(parse_nested(opens[i], "a", ")", 10000 / (int)(strlen(opens[i]) > 5 ? 4 : 1)), OK);
    assert_int_equal(parse_nested("(", "a = 1", ")", 10000), ERR_CQL2_LIMIT);
    assert_int_equal(parse_nested("NOT ", "a = 1", "", 10000), ERR_CQL2_LIMIT);
    assert_int_equal(parse_nested("1 + ", "a = 1", "", 10000), ERR_CQL2_LIMIT);
    assert_int_equal(parse_nested("INTERVAL(", "a", ", a)", 2000), ERR_CQL2_LIMIT);
}

static void size_is_bounded(void **state)
{
    (void)state;
    assert_int_equal(parse_nested("", "a = 1", " AND a = 1", 3000), OK);
    assert_int_equal(parse_nested("", "a = 1", " OR a=1", 5000), ERR_CQL2_LIMIT); /* parts */
    assert_int_equal(parse_nested("", "a = 1", " ", 65000), OK);
    assert_int_equal(parse_nested("", "a = 1", " ", 66000), ERR_CQL2_LIMIT); /* bytes */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_the_language_are_read_whatever_their_case),
        cmocka_unit_test(operators_bind_as_the_grammar_says),
        cmocka_unit_test(numbers_keep_whether_they_are_whole),
        cmocka_unit_test(every_string_can_be_written),
        cmocka_unit_test(strings_of_quotes_and_backslashes_survive),
        cmocka_unit_test(names_are_quoted_only_where_they_must_be),
        cmocka_unit_test(arrays_of_one_and_parentheses_are_told_apart),
        cmocka_unit_test(geometries_of_all_kinds_are_read),
        cmocka_unit_test(instants_are_printed_in_one_form),
        cmocka_unit_test(an_error_names_its_place_the_piece_and_what_was_expected),
        cmocka_unit_test(bytes_that_are_no_utf8_are_refused),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(size_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
