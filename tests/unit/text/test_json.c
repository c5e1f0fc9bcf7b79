#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "text/json.h"

/* ---- reading ---- */

static struct json *parsed(struct arena *a, const char *text)
{
    struct json *root = NULL;
    struct fault f = {0};
    if (json_parse(a, str_of(text), STR("t.json"), &root, &f) != OK) {
        struct buf b CLEANUP(buf_done) = BUF_INIT(10000);
        fault_print(&f, LANG_EN, &b);
        fail_msg("%s", buf_cstr(&b));
    }
    return root;
}

static void every_value_keeps_its_place_and_a_number_its_digits(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct json *j =
        parsed(a, " {\"tên\" : \"Đắk \\u0111\\\"\",\n  \"b,]\": [1.50, -0, 12345678901234567890, 1E2, {}, []],"
                  "\n\"t\":true,\"f\":false, \"n\": null}\n");
    assert_int_equal(j->kind, J_OBJECT);
    assert_int_equal(j->column, 2);
    assert_int_equal(j->n, 5);
    assert_true(str_is(json_get(j, "tên")->string, "Đắk đ\""));
    assert_int_equal(json_get(j, "tên")->column, 11);
    const struct json *b = json_get(j, "b,]");
    assert_true(b->kind == J_ARRAY && b->n == 6 && b->line == 2 && b->column == 10);
    assert_true(b->items[0].number == 1.5 && str_is(b->items[0].string, "1.50"));
    assert_true(b->items[1].number == 0 && str_is(b->items[1].string, "-0"));
    assert_true(str_is(b->items[2].string, "12345678901234567890"));
    assert_true(b->items[3].number == 100 && str_is(b->items[3].string, "1E2"));
    assert_int_equal(b->items[3].column, 43);
    assert_true(b->items[4].kind == J_OBJECT && b->items[4].n == 0 && b->items[5].kind == J_ARRAY);
    assert_true(json_get(j, "t")->kind == J_BOOL && json_get(j, "t")->boolean && !json_get(j, "f")->boolean);
    assert_int_equal(json_get(j, "n")->kind, J_NULL);
    assert_int_equal(json_get(j, "n")->line, 3);
    assert_null(json_get(j, "absent"));
    assert_null(json_get(b, "absent"));
    assert_null(json_get(NULL, "absent"));
    assert_true(parsed(a, "7")->number == 7);
}

static void malformed_json_is_refused_at_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err code;
        int line, column;
    } cases[] = {
        {"", ERR_JSON_END, 1, 1},
        {"{\"a\": 1", ERR_JSON_END, 1, 8},
        {"[1,\n2,]", ERR_JSON_SYNTAX, 2, 3},
        {"{\"ă\": 1, \"b\": tru}", ERR_JSON_SYNTAX, 1, 15},
        {"{\"a\": 1,\n \"a\": 2}", ERR_JSON_DUPLICATE, 2, 2},
        {"[1] 2", ERR_JSON_SYNTAX, 1, 5},
        {"[01]", ERR_JSON_SYNTAX, 1, 2},
        {"[.5]", ERR_JSON_SYNTAX, 1, 2},
        {"[1e999]", ERR_JSON_NUMBER, 1, 2},
        {"'a'", ERR_JSON_SYNTAX, 1, 1},
        {"[\"a\\x\"]", ERR_JSON_SYNTAX, 1, 2},
        {"[\"\\ud800\"]", ERR_JSON_SYNTAX, 1, 2},
        {"[\"\\u0000\"]", ERR_JSON_SYNTAX, 1, 2},
        {"[NaN]", ERR_JSON_SYNTAX, 1, 2},
        {"[1 /* */]", ERR_JSON_SYNTAX, 1, 4},
        {"\xEF\xBB\xBF[1]", ERR_JSON_SYNTAX, 1, 1},
        {"[\"a\xFF\"]", ERR_TEXT_UTF8, 1, 4},
        {"[\"a\nb\"]", ERR_JSON_SYNTAX, 1, 2},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct json *root = (struct json *)&cases;
        struct fault f = {0};
        enum err code = json_parse(a, str_of(cases[i].text), STR("t.json"), &root, &f);
        if (code != cases[i].code || f.line != cases[i].line || f.column != cases[i].column) {
            struct buf b CLEANUP(buf_done) = BUF_INIT(10000);
            fault_print(&f, LANG_EN, &b);
            fail_msg("%s expected %d:%d code %d, got %s", cases[i].text, cases[i].line, cases[i].column,
                     (int)cases[i].code, buf_cstr(&b));
        }
        assert_true(str_is(fault_file(&f), "t.json"));
        assert_ptr_equal(root, &cases);
        assert_int_equal(json_parse(a, str_of(cases[i].text), STR(""), &root, NULL), code);
    }
}

static void depth_and_number_of_values_are_bounded(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf b CLEANUP(buf_done) = BUF_INIT(32 << 20);
    struct json *root;
    struct fault f = {0};
    for (int i = 0; i < LIMIT_JSON_DEPTH; i++)
        buf_putc(&b, '[');
    for (int i = 0; i < LIMIT_JSON_DEPTH; i++)
        buf_putc(&b, ']');
    assert_int_equal(json_parse(a, buf_view(&b), STR(""), &root, &f), OK);
    buf_reset(&b);
    for (int i = 0; i < 1000000; i++)
        buf_putc(&b, '[');
    assert_int_equal(json_parse(a, buf_view(&b), STR(""), &root, &f), ERR_LIMIT);
    assert_int_equal(f.column, LIMIT_JSON_DEPTH + 1);
    buf_reset(&b);
    buf_putc(&b, '[');
    for (int i = 0; i < LIMIT_JSON_NODES; i++)
        buf_puts(&b, "0,");
    assert_int_equal(json_parse(a, buf_view(&b), STR(""), &root, &f), ERR_LIMIT);
}

/* ---- writing ---- */

static void write_sample(struct json_out *o)
{
    json_object_begin(o);
    json_key(o, STR("a")), json_int(o, INT64_MIN);
    json_key(o, STR("b")), json_array_begin(o);
    json_number(o, 92.8), json_bool(o, true), json_null(o);
    json_object_begin(o), json_object_end(o);
    json_array_begin(o), json_array_end(o);
    json_array_end(o);
    json_key(o, STR("ô\n")), json_raw(o, STR("[1,2]"));
    json_object_end(o);
    json_out_done(o);
}

static void output_is_compact_or_pretty(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = BUF_INIT(1000);
    struct json_out o;
    json_out_init(&o, &b, JSON_OUT_COMPACT);
    write_sample(&o);
    assert_string_equal(buf_cstr(&b), "{\"a\":-9223372036854775808,\"b\":[92.8,true,null,{},[]],\"ô\\n\":[1,2]}");
    buf_reset(&b);
    json_out_init(&o, &b, JSON_OUT_PRETTY);
    write_sample(&o);
    assert_string_equal(buf_cstr(&b),
                        "{\n  \"a\": -9223372036854775808,\n  \"b\": [\n    92.8,\n    true,\n    null,\n    {},\n"
                        "    []\n  ],\n  \"ô\\n\": [1,2]\n}");
}

static void strings_are_escaped_as_in_rfc_8785(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf b CLEANUP(buf_done) = BUF_INIT(100000);
    json_quote(&b, str_slice("\0\x01\b\t\n\v\f\r\x1f \"\\/\x7f", 14));
    assert_string_equal(buf_cstr(&b), "\"\\u0000\\u0001\\b\\t\\n\\u000b\\f\\r\\u001f \\\"\\\\/\x7f\"");
    /* Each byte at each place of a string longer than the eight bytes that are looked at together. */
    for (int c = 1; c < 0x80; c++)
        for (size_t at = 0; at < 20; at++) {
            char text[21] = "12345678901234567890", quoted[30];
            text[at] = (char)c;
            buf_reset(&b);
            json_quote(&b, str_of(text));
            struct json *back = parsed(a, buf_cstr(&b));
            assert_true(str_is(back->string, text));
            snprintf(quoted, sizeof quoted, "\"%s\"", text);
            bool is_plain = c >= 0x20 && c != '"' && c != '\\';
            assert_int_equal(strcmp(buf_cstr(&b), quoted) == 0, is_plain);
            arena_reset(a);
        }
    buf_reset(&b);
    json_quote(&b, STR("Đắk Nông – “xã” 😀"));
    assert_string_equal(buf_cstr(&b), "\"Đắk Nông – “xã” 😀\"");
    struct buf small CLEANUP(buf_done) = BUF_INIT(12);
    json_quote(&small, STR("\n\n\n\n\n\n\n"));
    assert_true(small.is_full && small.n <= 12);
}

static void numbers_take_their_shortest_form(void **state)
{
    (void)state;
    static const struct {
        double x;
        const char *text;
    } cases[] = {
        /* RFC 8785, Appendix B */
        {0.0, "0"},
        {-0.0, "0"},
        {5e-324, "5e-324"},
        {-5e-324, "-5e-324"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {9007199254740992.0, "9007199254740992"},
        {-9007199254740992.0, "-9007199254740992"},
        {295147905179352830000.0, "295147905179352830000"},
        {9.999999999999997e22, "9.999999999999997e+22"},
        {1e23, "1e+23"},
        {1.0000000000000001e23, "1.0000000000000001e+23"},
        {999999999999999700000.0, "999999999999999700000"},
        {999999999999999900000.0, "999999999999999900000"},
        {1e21, "1e+21"},
        {9.999999999999997e-7, "9.999999999999997e-7"},
        {0.000001, "0.000001"},
        {333333333.3333332, "333333333.3333332"},
        {333333333.33333325, "333333333.33333325"},
        {333333333.3333333, "333333333.3333333"},
        {333333333.3333334, "333333333.3333334"},
        {333333333.33333343, "333333333.33333343"},
        {-0.0000033333333333333333, "-0.0000033333333333333333"},
        {1424953923781206.2, "1424953923781206.2"},
        {0.1, "0.1"},
        {1.5, "1.5"},
        {100, "100"},
        {1e-7, "1e-7"},
        {123e-9, "1.23e-7"},
    };
    struct buf b CLEANUP(buf_done) = BUF_INIT(1000);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct json_out o;
        buf_reset(&b);
        json_out_init(&o, &b, JSON_OUT_COMPACT);
        json_number(&o, cases[i].x);
        assert_string_equal(buf_cstr(&b), cases[i].text);
    }
}

/* Runs the misuse in a child, which must end by abort. */
static void must_abort(void (*misuse)(struct json_out *o))
{
    pid_t child = fork();
    if (child == 0) {
        struct buf b = BUF_INIT(1000);
        struct json_out o;
        close(STDERR_FILENO);
        json_out_init(&o, &b, JSON_OUT_COMPACT);
        misuse(&o);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
}

static void value_without_key(struct json_out *o)
{
    json_object_begin(o);
    json_int(o, 1);
}

static void key_in_array(struct json_out *o)
{
    json_array_begin(o);
    json_key(o, STR("a"));
}

static void key_without_value(struct json_out *o)
{
    json_object_begin(o);
    json_key(o, STR("a"));
    json_object_end(o);
}

static void two_values(struct json_out *o)
{
    json_int(o, 1);
    json_int(o, 2);
}

static void wrong_end(struct json_out *o)
{
    json_array_begin(o);
    json_object_end(o);
}

static void left_open(struct json_out *o)
{
    json_array_begin(o);
    json_out_done(o);
}

static void no_number(struct json_out *o)
{
    json_number(o, (double)NAN);
}

static void misuse_of_the_writer_stops_the_program(void **state)
{
    (void)state;
    must_abort(value_without_key);
    must_abort(key_in_array);
    must_abort(key_without_value);
    must_abort(two_values);
    must_abort(wrong_end);
    must_abort(left_open);
    must_abort(no_number);
}

/* ---- canonical form ---- */

static void canonical(const char *text, const char *expected)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf b CLEANUP(buf_done) = BUF_INIT(10000);
    json_canonical(a, parsed(a, text), &b);
    assert_string_equal(buf_cstr(&b), expected);
}

static void the_canonical_form_is_that_of_rfc_8785(void **state)
{
    (void)state;
    /* RFC 8785 §3.2.2 and §3.2.3 */
    canonical(
        "{\"numbers\": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],\n"
        "\"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\", \"literals\": [null, true, false]}",
        "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
        "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
    canonical(
        "{\"\\u20ac\": \"Euro Sign\", \"\\r\": \"Carriage Return\", \"\\ufb33\": \"Hebrew Letter Dalet With Dagesh\","
        "\"1\": \"One\", \"\\ud83d\\ude00\": \"Emoji: Grinning Face\", \"\\u0080\": \"Control\","
        "\"\\u00f6\": \"Latin Small Letter O With Diaeresis\"}",
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xC2\x80\":\"Control\",\"ö\":\"Latin Small Letter O With "
        "Diaeresis\",\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\xEF\xAC\xB3\":\"Hebrew Letter Dalet With "
        "Dagesh\"}");
    canonical("[{\"b\":{\"z\":1,\"a\":[]},\"a\":-0,\"\":{}},9007199254740993]",
              "[{\"\":{},\"a\":0,\"b\":{\"a\":[],\"z\":1}},9007199254740992]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_keeps_its_place_and_a_number_its_digits),
        cmocka_unit_test(malformed_json_is_refused_at_its_place),
        cmocka_unit_test(depth_and_number_of_values_are_bounded),
        cmocka_unit_test(output_is_compact_or_pretty),
        cmocka_unit_test(strings_are_escaped_as_in_rfc_8785),
        cmocka_unit_test(numbers_take_their_shortest_form),
        cmocka_unit_test(misuse_of_the_writer_stops_the_program),
        cmocka_unit_test(the_canonical_form_is_that_of_rfc_8785),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
