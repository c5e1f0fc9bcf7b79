#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "text/xlsx_write.h"

static char folder[] = "/tmp/tinhso-xlsx-XXXXXX";
static char path[64], part[72];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/a.xlsx", folder);
    snprintf(part, sizeof part, "%s.part", path);
    return 0;
}

static int drop_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void fill(struct xlsx *x)
{
    xlsx_sheet(x, STR("Hộ: [dân]"));
    xlsx_freeze(x, 1, 0);
    xlsx_column_style(x, 1, 12, XLSX_TEXT);
    xlsx_text(x, 0, 0, STR("Mã hộ"), XLSX_HEADER);
    xlsx_number(x, 1, 0, 12.5, XLSX_NUMBER);
    xlsx_date(x, 1, 2, (struct date){2022, 6, 30}, XLSX_DATE | XLSX_BAD);
    xlsx_comment(x, 1, 2, STR("Ngày chưa tới"), STR("Tỉnh Số"));
    assert_true(xlsx_list(x, 1, 100, 1, (struct str[]){STR("nam"), STR("nữ")}, 2));
    assert_int_equal(xlsx_sheet(x, STR("Hộ: [dân]")), 1);
}

static void a_workbook_stands_at_its_place_when_it_is_closed(void **state)
{
    (void)state;
    struct xlsx *x;
    struct fault f = {0};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str bytes;
    assert_int_equal(xlsx_open(path, &x, &f), OK);
    fill(x);
    assert_false(file_exists(path));
    assert_int_equal(xlsx_close(x, &f), OK);
    assert_false(file_exists(part));
    assert_int_equal(file_read(a, path, 1 << 20, &bytes, &f), OK);
    assert_true(str_starts(bytes, STR("PK\3\4")));
    unlink(path);
}

static void what_excel_cannot_hold_is_refused_and_leaves_no_file(void **state)
{
    (void)state;
    struct xlsx *x;
    struct fault f = {0};
    assert_int_equal(xlsx_open(path, &x, &f), OK);
    fill(x);
    xlsx_text(x, XLSX_ROWS_MAX, 0, STR("x"), XLSX_PLAIN);
    xlsx_text(x, 2, 0, STR("dropped"), XLSX_PLAIN);
    assert_int_equal(xlsx_close(x, &f), ERR_XLSX_LIMIT);
    assert_false(file_exists(path) || file_exists(part));
}

static void a_list_longer_than_a_rule_holds_is_left_to_a_range(void **state)
{
    (void)state;
    struct xlsx *x;
    struct fault f = {0};
    struct str items[40];
    for (size_t i = 0; i < 40; i++)
        items[i] = STR("Xã Đắk Ha");
    assert_int_equal(xlsx_open(path, &x, &f), OK);
    xlsx_sheet(x, STR("A"));
    assert_false(xlsx_list(x, 1, 9, 0, items, 40));
    assert_false(xlsx_list(x, 1, 9, 0, (struct str[]){STR("một, hai")}, 1));
    xlsx_abort(x);
    assert_false(file_exists(part));
}

static void a_folder_that_is_not_there_is_told_at_once(void **state)
{
    (void)state;
    struct xlsx *x;
    struct fault f = {0};
    assert_int_equal(xlsx_open("/tmp/no/such/folder.xlsx", &x, &f), ERR_SYSTEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_workbook_stands_at_its_place_when_it_is_closed),
        cmocka_unit_test(what_excel_cannot_hold_is_refused_and_leaves_no_file),
        cmocka_unit_test(a_list_longer_than_a_rule_holds_is_left_to_a_range),
        cmocka_unit_test(a_folder_that_is_not_there_is_told_at_once),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
