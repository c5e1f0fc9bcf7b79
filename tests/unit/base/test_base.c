#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/vec.h"

static void an_arena_keeps_what_it_gave_until_reset(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    char *first = arena_strdup(a, "Đắk Nông");
    for (int i = 0; i < 10000; i++)
        assert_string_equal(arena_printf(a, "%d", i), arena_printf(a, "%d", i));
    assert_string_equal(first, "Đắk Nông");
    size_t held = arena_bytes(a);
    for (int round = 0; round < 3; round++) {
        arena_reset(a);
        for (int i = 0; i < 10000; i++)
            memset(arena_alloc(a, 24), 'x', 24);
        assert_true(arena_bytes(a) <= held);
    }
    char *big = arena_alloc(a, 1 << 20);
    memset(big, 'y', 1 << 20);
}

static void a_buffer_refuses_what_does_not_fit_and_remembers(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = BUF_INIT(10);
    buf_puts(&b, "123456789");
    assert_false(b.is_full);
    buf_puts(&b, "ab");
    assert_true(b.is_full);
    buf_puts(&b, "c");
    assert_string_equal(buf_cstr(&b), "123456789");
    buf_reset(&b);
    buf_hex(&b, "\x01\xfe", 2);
    assert_string_equal(buf_cstr(&b), "01fe");
}

static void a_map_finds_each_of_many_keys(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct map m = {0};
    for (uintptr_t i = 1; i <= 5000; i++) {
        char *key = arena_printf(a, "key-%lu", (unsigned long)i);
        map_put(a, &m, str_of(key), (void *)i);
    }
    for (uintptr_t i = 1; i <= 5000; i++)
        assert_int_equal((uintptr_t)map_get(&m, str_of(arena_printf(a, "key-%lu", (unsigned long)i))), i);
    assert_null(map_get(&m, STR("key-0")));
    assert_int_equal(m.n, 5000);
}

static void a_fault_speaks_both_languages_and_keeps_its_place(void **state)
{
    (void)state;
    struct fault f = {0};
    assert_int_equal(FAULT(&f, ERR_FILE_MISSING, {"path", STR("a/b.csv")}), ERR_FILE_MISSING);
    fault_place(&f, STR("x.yaml"), 3, 7);
    fault_place(&f, STR("outer.yaml"), 9, 9);
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    fault_print(&f, LANG_EN, &b);
    assert_string_equal(buf_cstr(&b), "x.yaml:3:7: File a/b.csv does not exist. Check the path.");
    buf_reset(&b);
    fault_print(&f, LANG_VI, &b);
    assert_string_equal(buf_cstr(&b), "x.yaml:3:7: Không tìm thấy tệp a/b.csv. Kiểm tra lại đường dẫn.");
    assert_int_equal(FAULT(NULL, ERR_LIMIT), ERR_LIMIT);
    fault_field(&f, STR("area"));
    fault_field(&f, STR("later"));
    buf_reset(&b);
    fault_print(&f, LANG_EN, &b);
    assert_string_equal(buf_cstr(&b), "x.yaml:3:7: area: File a/b.csv does not exist. Check the path.");
}

static void a_long_value_is_cut_at_a_character(void **state)
{
    (void)state;
    char text[3000];
    for (size_t i = 0; i + 3 <= sizeof text; i += 3)
        memcpy(text + i, "ắ", 3);
    struct fault f = {0};
    FAULT(&f, ERR_FILE_MISSING, {"path", str_slice(text, sizeof text)});
    struct str v = fault_param(&f, "path");
    assert_true(v.n < FAULT_TEXT);
    assert_int_equal(v.n % 3, 0); /* “ắ” and “…” both take three bytes */
}

static void every_error_has_both_sentences(void **state)
{
    (void)state;
    for (int code = 1; code < ERR_COUNT; code++) {
        assert_true(err_http((enum err)code) >= 400);
        assert_true(strlen(err_sentence((enum err)code, LANG_VI)) > 10);
        assert_true(strlen(err_sentence((enum err)code, LANG_EN)) > 10);
    }
}

static void the_distance_counts_edits_and_swaps(void **state)
{
    (void)state;
    assert_int_equal(str_distance(STR("tham-dihn"), STR("tham-dinh"), 3), 1);
    assert_int_equal(str_distance(STR("type"), STR("tyep"), 3), 1);
    assert_int_equal(str_distance(STR("abc"), STR("xyz"), 2), 3);
    assert_int_equal(str_distance(STR(""), STR("ab"), 3), 2);
}

static void an_atomic_write_replaces_the_whole_file(void **state)
{
    (void)state;
    char path[] = "/tmp/tinhso-test-XXXXXX";
    int fd = mkstemp(path);
    close(fd);
    struct fault f = {0};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str text;
    assert_int_equal(file_write_atomic(path, STR("một"), 0600, &f), OK);
    assert_int_equal(file_write_atomic(path, STR("hai"), 0600, &f), OK);
    assert_int_equal(file_read(a, path, 100, &text, &f), OK);
    assert_true(str_is(text, "hai"));
    assert_int_equal(file_read(a, path, 2, &text, &f), ERR_LIMIT);
    unlink(path);
    assert_int_equal(file_read(a, path, 100, &text, &f), ERR_FILE_MISSING);
    assert_int_equal(file_write_atomic("/nowhere/at/all", STR("x"), 0600, &f), ERR_SYSTEM);
}

static void a_new_file_is_never_written_over_another(void **state)
{
    (void)state;
    char folder[] = "/tmp/tinhso-test-XXXXXX";
    struct arena *a CLEANUP(arena_freep) = arena_new();
    assert_non_null(mkdtemp(folder));
    const char *path = arena_printf(a, "%s/key", folder), **names;
    struct str text;
    size_t n;
    assert_int_equal(file_write_new(path, STR("một"), 0600, NULL), OK);
    assert_int_equal(file_write_new(path, STR("hai"), 0600, NULL), ERR_SYSTEM);
    assert_int_equal(errno, EEXIST);
    assert_int_equal(file_read(a, path, 100, &text, NULL), OK);
    assert_true(str_is(text, "một"));
    assert_int_equal(folder_list(a, folder, "", &names, &n, NULL), OK);
    assert_int_equal(n, 1); /* no temporary file stayed behind */
    unlink(path);
    rmdir(folder);
}

static void a_write_in_two_parts_is_seen_when_it_ends(void **state)
{
    (void)state;
    char folder[] = "/tmp/tinhso-test-XXXXXX";
    struct arena *a CLEANUP(arena_freep) = arena_new();
    assert_non_null(mkdtemp(folder));
    const char *path = arena_printf(a, "%s/log", folder), **names;
    struct file_ahead *ahead = NULL;
    struct str text;
    size_t n;
    assert_int_equal(file_write_atomic(path, STR("một"), 0600, NULL), OK);
    for (int is_kept = 0; is_kept <= 1; is_kept++) {
        assert_int_equal(file_write_begin(path, STR("hai"), 0600, &ahead, NULL), OK);
        assert_int_equal(file_read(a, path, 100, &text, NULL), OK);
        assert_true(str_is(text, "một"));
        assert_int_equal(file_write_end(ahead, is_kept, NULL), OK);
        assert_int_equal(file_read(a, path, 100, &text, NULL), OK);
        assert_true(str_is(text, is_kept ? "hai" : "một"));
        assert_int_equal(folder_list(a, folder, "", &names, &n, NULL), OK);
        assert_int_equal(n, 1);
    }
    assert_int_equal(file_write_begin("/nowhere/at/all", STR("x"), 0600, &ahead, NULL), ERR_SYSTEM);
    assert_int_equal(file_write_end(NULL, true, NULL), OK);
    unlink(path);
    rmdir(folder);
}

static void a_folder_is_not_made_where_a_file_stands(void **state)
{
    (void)state;
    char folder[] = "/tmp/tinhso-test-XXXXXX";
    struct arena *a CLEANUP(arena_freep) = arena_new();
    assert_non_null(mkdtemp(folder));
    const char *file = arena_printf(a, "%s/file", folder);
    char *deep = arena_printf(a, "%s/a/b/c", folder);
    assert_int_equal(file_write_atomic(file, STR("x"), 0600, NULL), OK);
    assert_int_equal(folder_make(file, NULL), ERR_SYSTEM);
    assert_int_equal(folder_make(arena_printf(a, "%s/below", file), NULL), ERR_SYSTEM);
    assert_int_equal(folder_make(deep, NULL), OK);
    assert_int_equal(folder_make(deep, NULL), OK);
    for (char *end = strrchr(deep, '/'); strlen(deep) > strlen(folder); end = strrchr(deep, '/')) {
        assert_int_equal(rmdir(deep), 0);
        *end = 0;
    }
    unlink(file);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_arena_keeps_what_it_gave_until_reset),
        cmocka_unit_test(a_buffer_refuses_what_does_not_fit_and_remembers),
        cmocka_unit_test(a_map_finds_each_of_many_keys),
        cmocka_unit_test(a_fault_speaks_both_languages_and_keeps_its_place),
        cmocka_unit_test(a_long_value_is_cut_at_a_character),
        cmocka_unit_test(every_error_has_both_sentences),
        cmocka_unit_test(the_distance_counts_edits_and_swaps),
        cmocka_unit_test(an_atomic_write_replaces_the_whole_file),
        cmocka_unit_test(a_new_file_is_never_written_over_another),
        cmocka_unit_test(a_write_in_two_parts_is_seen_when_it_ends),
        cmocka_unit_test(a_folder_is_not_made_where_a_file_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
