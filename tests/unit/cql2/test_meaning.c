/* What filters mean: types, three-valued logic, functions, arrays, and what the SQL made of them does. */
#include "support.h"

static const struct cql2_property properties[] = {
    {.name = {"id", 2}, .type = CQL2_INTEGER, .sql = {"\"id\"", 4}},
    {.name = {"name", 4}, .type = CQL2_STRING, .sql = {"\"name\"", 6}},
    {.name = {"unit", 4}, .type = CQL2_STRING, .sql = {"\"unit\"", 6}},
    {.name = {"area", 4}, .type = CQL2_NUMBER, .sql = {"\"area\"", 6}},
    {.name = {"low", 3}, .type = CQL2_INTEGER, .sql = {"\"low\"", 5}},
    {.name = {"high", 4}, .type = CQL2_INTEGER, .sql = {"\"high\"", 6}},
    {.name = {"active", 6}, .type = CQL2_BOOLEAN, .sql = {"\"active\"", 8}},
    {.name = {"born", 4}, .type = CQL2_DATE, .sql = {"\"born\"", 6}},
    {.name = {"at", 2}, .type = CQL2_TIMESTAMP, .sql = {"\"at\"", 4}},
    {.name = {"tags", 4}, .type = CQL2_ARRAY, .of = CQL2_STRING, .sql = {"\"tags\"", 6}},
    {.name = {"marks", 5}, .type = CQL2_ARRAY, .of = CQL2_NUMBER, .sql = {"\"marks\"", 7}},
    {.name = {"geom", 4}, .type = CQL2_GEOMETRY, .sql = {"\"geom\"", 6}},
    {.name = {"valid", 5}, .type = CQL2_INTERVAL, .of = CQL2_DATE, .sql = {"\"born\"", 6}, .sql_end = {"\"born\"", 6}},
    {.name = {"period_from", 11},
     .type = CQL2_DATE,
     .is_constant = true,
     .value = {.kind = CQL2_PARAM_TEXT, .bytes = {"2022-01-01", 10}}},
    {.name = {"period_till", 11},
     .type = CQL2_DATE,
     .is_constant = true,
     .value = {.kind = CQL2_PARAM_TEXT, .bytes = {"2022-06-30", 10}}},
    {.name = {"period", 6},
     .type = CQL2_INTERVAL,
     .of = CQL2_DATE,
     .is_constant = true,
     .value = {.kind = CQL2_PARAM_TEXT, .bytes = {"2022-01-02", 10}}}, /* without an end: open */
};

static const struct cql2_property referred = {.name = {"owner.sex", 9}, .type = CQL2_STRING, .sql = {"'nữ'", 6}};

static const struct cql2_property *look_up(const void *context, struct str name)
{
    return str_eq(name, referred.name) ? context : NULL;
}

static const struct cql2_function own_functions[] = {
    {{"double", 6}, CQL2_NUMBER, 1, 1, {CQL2_NUMBER}, {NULL, "($1 * 2)"}},
    {{"is_big", 6}, CQL2_BOOLEAN, 1, 1, {CQL2_NUMBER}, {NULL, "($1 > 10)"}},
};

static const struct cql2_schema schema = {
    .properties = properties,
    .n = ARRAY_LEN(properties),
    .lookup = look_up,
    .context = &referred,
    .functions = own_functions,
    .n_functions = ARRAY_LEN(own_functions),
    .utc_offset_minutes = 420,
};

static sqlite3 *open_table(void)
{
    static const char sql[] =
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, unit TEXT, area REAL, low INTEGER, high INTEGER,"
        " active INTEGER, born TEXT, at TEXT, tags TEXT, marks TEXT, geom BLOB);"
        "CREATE INDEX t_unit ON t(unit); CREATE INDEX t_at ON t(at); CREATE INDEX t_active ON t(active);"
        "INSERT INTO t VALUES"
        "(1, 'Đắk Nông', '24611', 1.5, 1, 5, 1, '2000-06-30', '2022-01-01T16:59:59Z', '[\"a\",\"b\"]', '[1,2.5]', "
        "NULL),"
        "(2, 'Nguyễn Thị Đào', '24612', 20, 7, -7, 0, '2000-07-01', '2022-01-01T17:00:00Z', '[]', '[]', NULL),"
        "(3, 'đường 100%_\\', '24613', -3.25, NULL, 2, NULL, NULL, NULL, NULL, NULL, NULL),"
        "(4, NULL, NULL, NULL, 0, NULL, 1, '1999-02-28', '2022-01-02T16:59:59.999Z', '[\"b\"]', '[2.5]', NULL);";
    sqlite3 *db;
    char *message = NULL;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(db_functions_add(db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        print_error("%s\n", message);
    assert_null(message);
    return db;
}

/* The ids a filter selects, as digits in order. */
static void assert_selects(const char *filter, const char *ids)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    sqlite3 *db = open_table();
    char found[16] = "";
    for (int id = 1; id <= 4; id++) {
        struct str text = str_of(arena_printf(a, "(%s) AND id = %d", filter, id));
        if (count_tree(a, db, "t", parse(a, text), &schema))
            found[strlen(found)] = (char)('0' + id);
    }
    sqlite3_close(db);
    if (strcmp(found, ids) != 0)
        print_error("%s\n", filter);
    assert_string_equal(found, ids);
}

static void null_stays_unknown_and_is_never_selected(void **state)
{
    (void)state;
    assert_selects("name = 'x'", "");
    assert_selects("name <> 'x'", "123");
    assert_selects("NOT name = 'x'", "123");
    assert_selects("NOT name <> 'x'", "");
    assert_selects("name IS NULL", "4");
    assert_selects("name IS NOT NULL", "123");
    assert_selects("NOT (name = 'x' AND low = 99)", "1234"); /* unknown AND false is false, NOT of it true */
    assert_selects("NOT (name = 'x' OR low = 99)", "12");
    assert_selects("name = 'x' OR TRUE", "1234");
    assert_selects("NOT name LIKE '%z%'", "123");
    assert_selects("name NOT IN ('x')", "123");
    assert_selects("NOT T_AFTER(born, DATE('2022-01-01'))", "124");
    assert_selects("NOT T_INTERSECTS(born, INTERVAL('2022-01-01','..'))", "124");
    assert_selects("NOT T_DURING(INTERVAL(born, '..'), INTERVAL('2022-01-01','2022-01-02'))", "124");
    assert_selects("NOT A_CONTAINS(tags, ('z'))", "124");
    assert_selects("NOT S_INTERSECTS(geom, POINT(1 2))", "");
    assert_selects("(name = 'x') IS NULL", "4");
}

static void between_with_an_unknown_bound_is_unknown(void **state)
{
    (void)state;
    assert_selects("3 BETWEEN low AND high", "1");
    assert_selects("3 NOT BETWEEN low AND high", "2"); /* SQL alone would also say true for 3, whose high is 2 */
    assert_selects("low BETWEEN 0 AND 5", "14");
    assert_selects("low NOT BETWEEN 0 AND 5", "2");
    assert_selects("born BETWEEN DATE('1999-01-01') AND DATE('2000-06-30')", "14");
}

static void truth_values_are_conditions_of_their_own(void **state)
{
    (void)state;
    assert_selects("active", "14");
    assert_selects("NOT active", "2");
    assert_selects("active = TRUE", "14");
    assert_selects("active <> TRUE", "2");
    assert_selects("TRUE", "1234");
    assert_selects("FALSE OR active", "14");
    assert_selects("is_big(area)", "2");
    assert_selects("NOT is_big(area)", "13");
}

static void arithmetic_is_that_of_the_standard(void **state)
{
    (void)state;
    assert_selects("high / 2 = 2.5", "1");
    assert_selects("high div 2 = 2", "1");
    assert_selects("high div 2 = -3", "2"); /* towards zero */
    assert_selects("high % 2 = -1", "2");
    assert_selects("area % 2 = 1.5", "1");
    assert_selects("area % 2 = -1.25", "3");
    assert_selects("area div 2 = -1", "3");
    assert_selects("low ^ 2 = 49", "2");
    assert_selects("-high = 7", "2");
    assert_selects("high / 0 = 1 OR NOT high / 0 = 1", "");
    assert_selects("low + high > low * high - 1", "12");
    assert_selects("7 = 2 * 3 + 1", "1234");
}

static void like_counts_case_and_knows_one_escape(void **state)
{
    (void)state;
    assert_selects("name LIKE 'Đắk%'", "1");
    assert_selects("name LIKE 'đắk%'", "");
    assert_selects("name LIKE 'Đ_k N_ng'", "1");
    assert_selects("name LIKE '%100\\%\\_%'", "3");
    assert_selects("name LIKE '%100\\_%'", "");
    assert_selects("CASEI(name) LIKE casei('ĐẮK%')", "1");
    assert_selects("name NOT LIKE '%N%'", "3");
}

static void accents_fall_with_the_bar_of_the_letter_d(void **state)
{
    (void)state;
    assert_selects("ACCENTI(name) = accenti('Đắk Nông')", "1");
    assert_selects("ACCENTI(name) = 'Dak Nong'", "1");
    assert_selects("ACCENTI(name) = accenti('đắk nông')", "");
    assert_selects("ACCENTI(CASEI(name)) = accenti(casei('dak NÔNG'))", "1");
    assert_selects("ACCENTI(CASEI(name)) LIKE '%dao'", "2");
    assert_selects("CASEI(name) = casei('NGUYỄN THỊ ĐÀO')", "2");
    assert_selects("CASEI(name) = casei('nguyen thi dao')", "");
    assert_selects("ACCENTI(CASEI(name)) IN (accenti(casei('ĐƯỜNG 100%_\\\\')), accenti('x'))", "3");
}

static void arrays_are_sets(void **state)
{
    (void)state;
    assert_selects("A_CONTAINS(tags, ('b'))", "14");
    assert_selects("A_CONTAINS(tags, ('b', 'a', 'b'))", "1");
    assert_selects("A_CONTAINS(tags, ())", "124");
    assert_selects("A_CONTAINEDBY(tags, ('b', 'c'))", "24");
    assert_selects("A_EQUALS(tags, ('b', 'a'))", "1");
    assert_selects("A_EQUALS((), tags)", "2");
    assert_selects("A_OVERLAPS(tags, ('a', 'z'))", "1");
    assert_selects("A_OVERLAPS(marks, (1.0))", "1"); /* 1 and 1.0 are one number */
    assert_selects("A_EQUALS(marks, (2.5))", "4");
    assert_selects("A_CONTAINS(marks, (area + 1))", "1");
    assert_selects("A_OVERLAPS((name, 'b'), tags)", "14");
    assert_selects("A_EQUALS((TRUE, FALSE), (FALSE, TRUE))", "1234");
    assert_selects("A_EQUALS((DATE('2022-01-01')), (DATE('2022-01-02')))", "");
}

static void dates_meet_instants_by_the_day_of_the_offset(void **state)
{
    (void)state;
    assert_selects("at = DATE('2022-01-01')", "1");  /* 23:59:59 at +07:00 */
    assert_selects("at = DATE('2022-01-02')", "24"); /* 00:00:00 and 23:59:59.999 */
    assert_selects("at > DATE('2022-01-01')", "24");
    assert_selects("at <= DATE('2022-01-01')", "1");
    assert_selects("DATE('2022-01-02') <= at", "24");
    assert_selects("at <> DATE('2022-01-02')", "1");
    assert_selects("at IN (DATE('2022-01-01'), DATE('2022-01-03'))", "1");
    assert_selects("T_INTERSECTS(at, INTERVAL('2022-01-02', '2022-01-02'))", "24");
    assert_selects("at > born", "124");
    assert_selects("at >= TIMESTAMP('2022-01-01T17:00:00Z')", "24");
    assert_selects("at > TIMESTAMP('2022-01-02T16:59:59Z')", "4");
    assert_selects("at < TIMESTAMP('2022-01-02T16:59:59.999Z')", "12");
    assert_selects("at = TIMESTAMP('2022-01-02T16:59:59.999Z')", "4");
}

static void constants_stand_for_their_values(void **state)
{
    (void)state;
    assert_selects("at BETWEEN period_from AND period_till", "124");
    assert_selects("T_INTERSECTS(at, INTERVAL(period_from, period_till))", "124");
    assert_selects("born < period_from", "124");
    assert_selects("owner.sex = 'nữ'", "1234");
    assert_selects("T_BEFORE(valid, period_from)", "124");
    assert_selects("valid IS NULL", "3");
    assert_selects("T_INTERSECTS(at, period)", "24");
    assert_selects("T_BEFORE(at, period)", "1");
    assert_selects("T_DURING(INTERVAL(period_till, '..'), period)", "");
    assert_selects("T_FINISHES(INTERVAL(period_till, '..'), period)", "1234");
    assert_selects("period IS NOT NULL", "1234");
}

static void functions_answer(void **state)
{
    (void)state;
    assert_selects("lower(name) = 'đắk nông'", "1");
    assert_selects("UPPER(name) = 'ĐẮK NÔNG'", "1");
    assert_selects("length(name) = 8", "1");
    assert_selects("concat(unit, 'x') = '24611x'", "1");
    assert_selects("trim(concat(' ', unit)) = '24611'", "1");
    assert_selects("abs(area) = 3.25", "3");
    assert_selects("round(area) = 2", "1");
    assert_selects("round(area, 1) = -3.3 OR round(area, 1) = -3.2", "3");
    assert_selects("floor(area) = -4 AND ceil(area) = -3", "3");
    assert_selects("year(born) = 2000 AND month(born) = 6 AND day(born) = 30 AND quarter(born) = 2", "1");
    assert_selects("day(at) = 1", "1"); /* the day on the wall, not that of UTC */
    assert_selects("age(born, DATE('2018-06-30')) >= 18", "14");
    assert_selects("days(born, DATE('2000-07-01')) = 1", "1");
    assert_selects("double(low) = 14", "2");
}

static void assert_type_error(const char *filter, const char *vi)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    struct fault f = {0};
    struct cql2 *q = parse(a, str_of(filter));
    assert_int_not_equal(cql2_check(a, q, &schema, &f), OK);
    fault_print(&f, LANG_VI, &b);
    assert_str(buf_view(&b), str_of(vi));
}

static void what_does_not_fit_is_refused_with_its_place(void **state)
{
    (void)state;
    assert_type_error("name = 5", "1:8: Bộ lọc không khớp kiểu: 5 là số nguyên, cần chuỗi.");
    assert_type_error("low = '5'", "1:7: Bộ lọc không khớp kiểu: '5' là chuỗi, cần số nguyên.");
    assert_type_error("born = '2022-01-01'",
                      "1:8: Bộ lọc không khớp kiểu: '2022-01-01' là chuỗi, cần ngày, viết DATE('yyyy-mm-dd').");
    assert_type_error("unit IN ('1', 2)", "1:15: Bộ lọc không khớp kiểu: 2 là số nguyên, cần chuỗi.");
    assert_type_error("low LIKE 'a'", "1:1: Bộ lọc không khớp kiểu: low là số nguyên, cần chuỗi.");
    assert_type_error("name + 1 = 2", "1:1: Bộ lọc không khớp kiểu: name là chuỗi, cần số.");
    assert_type_error("name BETWEEN 'a' AND 'b'",
                      "1:1: Bộ lọc không khớp kiểu: name là chuỗi, cần số, ngày hoặc thời điểm.");
    assert_type_error("low + 1",
                      "1:1: Bộ lọc không khớp kiểu: low + 1 là số nguyên, cần điều kiện đúng/sai, như a = 1.");
    assert_type_error("active AND low", "1:12: Bộ lọc không khớp kiểu: low là số nguyên, cần đúng/sai.");
    assert_type_error("geom = POINT(1 2)",
                      "1:1: Bộ lọc không khớp kiểu: geom là hình học, cần chuỗi, số, đúng/sai, ngày hoặc thời điểm.");
    assert_type_error("S_EQUALS(name, POINT(1 2))", "1:10: Bộ lọc không khớp kiểu: name là chuỗi, cần hình học.");
    assert_type_error("S_TOUCHES(geom, GEOMETRYCOLLECTION(POINT(1 2)))",
                      "1:17: Bộ lọc không khớp kiểu: GEOMETRYCOLLECTION(POINT(1 2)) là hình học, cần hình một loại, "
                      "không phải GEOMETRYCOLLECTION.");
    assert_type_error("T_AFTER(name, DATE('2022-01-01'))",
                      "1:9: Bộ lọc không khớp kiểu: name là chuỗi, cần ngày, thời điểm hoặc khoảng thời gian.");
    assert_type_error("T_DURING(born, INTERVAL('2022-01-01','..'))",
                      "1:10: Bộ lọc không khớp kiểu: born là ngày, cần khoảng thời gian (với một thời điểm, dùng "
                      "T_INTERSECTS, T_AFTER, T_BEFORE).");
    assert_type_error("T_AFTER(born, INTERVAL(name, '..'))",
                      "1:24: Bộ lọc không khớp kiểu: name là chuỗi, cần ngày hoặc thời điểm.");
    assert_type_error("A_CONTAINS(tags, (1))", "1:19: Bộ lọc không khớp kiểu: 1 là số nguyên, cần chuỗi.");
    assert_type_error("A_EQUALS(tags, ('a', TRUE))", "1:22: Bộ lọc không khớp kiểu: TRUE là đúng/sai, cần chuỗi.");
    assert_type_error("A_CONTAINS(name, ('a'))", "1:12: Bộ lọc không khớp kiểu: name là chuỗi, cần mảng.");
    assert_type_error("CASEI(low) = 'a'", "1:7: Bộ lọc không khớp kiểu: low là số nguyên, cần chuỗi.");
    assert_type_error("nmae = 'x'", "1:1: Bộ lọc dùng trường “nmae” không có ở đây. Có thể là: name.");
    assert_type_error("Name = 'x'", "1:1: Bộ lọc dùng trường “Name” không có ở đây. Có thể là: name.");
    assert_type_error("a = 1\nAND zzzzzz = 'x'", "1:1: Bộ lọc dùng trường “a” không có ở đây. Có thể là: at.");
    assert_type_error("TRUE\nAND zzzzzz = 'x'", "2:5: Bộ lọc dùng trường “zzzzzz” không có ở đây. Có thể là: id, name, "
                                                "unit, area, low, high, active, born, ….");
    assert_type_error("lenght(name) = 1", "1:1: Bộ lọc gọi hàm “lenght” không có ở đây. Có thể là: length.");
    assert_type_error("round(1, 2, 3) = 1",
                      "1:1: round nhận 1–2 giá trị trong ngoặc, ở đây có 3. Thêm hoặc bớt cho đủ.");
    assert_type_error("year(name) = 1", "1:6: Bộ lọc không khớp kiểu: name là chuỗi, cần ngày.");
}

static void compile_to(struct arena *a, const char *filter, struct buf *sql, struct cql2_params *params)
{
    struct fault f = {0};
    struct cql2 *q = parse(a, str_of(filter));
    *params = (struct cql2_params){.arena = a};
    assert_int_equal(cql2_check(a, q, &schema, &f), OK);
    assert_int_equal(cql2_compile(q, &schema, sql, params, &f), OK);
}

static void no_literal_stands_in_the_sql(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf sql CLEANUP(buf_done) = BUF_INIT(1 << 16);
    struct cql2_params params;
    compile_to(a, "unit = '''; DROP TABLE t; --' AND area >= 1.5 AND CASEI(name) LIKE casei('NGUY%')", &sql, &params);
    assert_string_equal(buf_cstr(&sql), "((\"unit\" = ?) AND ((\"area\" >= ?) AND cql2_like(casei(\"name\"), ?)))");
    assert_int_equal(params.n, 3);
    assert_str(params.p[0].bytes, STR("'; DROP TABLE t; --"));
    assert_true(params.p[1].kind == CQL2_PARAM_NUMBER && params.p[1].number == 1.5);
    assert_str(params.p[2].bytes, STR("nguy%")); /* folded once, not for every row */
}

static void assert_uses_index(const char *filter, const char *index)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf sql CLEANUP(buf_done) = BUF_INIT(1 << 16), plan CLEANUP(buf_done) = BUF_INIT(1 << 16);
    struct cql2_params params;
    buf_puts(&sql, "EXPLAIN QUERY PLAN SELECT id FROM t WHERE ");
    compile_to(a, filter, &sql, &params);
    sqlite3 *db = open_table();
    sqlite3_stmt *st;
    assert_int_equal(sqlite3_prepare_v2(db, buf_cstr(&sql), -1, &st, NULL), SQLITE_OK);
    while (sqlite3_step(st) == SQLITE_ROW)
        buf_puts(&plan, (const char *)sqlite3_column_text(st, 3));
    sqlite3_finalize(st);
    sqlite3_close(db);
    if (!strstr(buf_cstr(&plan), index))
        print_error("%s: %s\n", filter, plan.p);
    assert_non_null(strstr(buf_cstr(&plan), index));
}

static void an_index_serves_where_it_can(void **state)
{
    (void)state;
    assert_uses_index("unit = '24611'", "SEARCH t USING COVERING INDEX t_unit");
    assert_uses_index("unit IN ('24611', '24612')", "INDEX t_unit");
    assert_uses_index("unit = '24611' AND area > 1", "INDEX t_unit");
    assert_uses_index("active", "INDEX t_active");
    assert_uses_index("at >= DATE('2022-01-01') AND at < DATE('2022-07-01')", "INDEX t_at");
    assert_uses_index("at BETWEEN period_from AND period_till", "INDEX t_at");
    assert_uses_index("at >= TIMESTAMP('2022-01-01T00:00:00Z')", "INDEX t_at");
    assert_uses_index("at > TIMESTAMP('2022-01-01T00:00:00Z')", "INDEX t_at");
    assert_uses_index("T_INTERSECTS(at, INTERVAL('2022-01-01', '2022-06-30'))", "INDEX t_at");
}

static void long_chains_stay_within_the_depth_of_sqlite(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    sqlite3 *db = open_table();
    buf_puts(&b, "low = 1");
    for (int i = 0; i < 3000; i++)
        buf_puts(&b, i % 2 ? " AND low = 1" : " AND high > 4");
    assert_int_equal(count_tree(a, db, "t", parse(a, buf_view(&b)), &schema), 1);
    buf_reset(&b);
    for (int i = 0; i < 64; i++)
        buf_puts(&b, "NOT ");
    buf_puts(&b, "T_DURING(valid, INTERVAL('1900-01-01', period_till))");
    assert_int_equal(count_tree(a, db, "t", parse(a, buf_view(&b)), &schema), 3);
    buf_reset(&b);
    buf_puts(&b, "A_CONTAINS(marks, (low");
    for (int i = 0; i < 99; i++)
        buf_puts(&b, ", low");
    buf_puts(&b, "))");
    assert_int_equal(count_tree(a, db, "t", parse(a, buf_view(&b)), &schema), 1);
    sqlite3_close(db);
}

static void use_name(void *context, struct str name)
{
    buf_str(context, name);
    buf_putc(context, ' ');
}

static void the_properties_of_a_filter_are_named(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 10);
    cql2_properties(parse(a, STR("a = 1 AND f(b, (c, 'd')) > e + 1 AND S_WITHIN(g, BBOX(1,2,3,4))")), use_name, &b);
    assert_string_equal(buf_cstr(&b), "a b c e g ");
}

static void a_value_has_its_type(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    enum cql2_type type;
    static const struct {
        const char *text;
        enum cql2_type type;
    } cases[] = {
        {"low + 1", CQL2_INTEGER},
        {"low / 1", CQL2_NUMBER},
        {"area div 2", CQL2_INTEGER},
        {"area * 2", CQL2_NUMBER},
        {"name", CQL2_STRING},
        {"CASEI(name)", CQL2_STRING},
        {"born", CQL2_DATE},
        {"low = 1", CQL2_BOOLEAN},
        {"low ^ 2", CQL2_NUMBER},
        {"low % 2", CQL2_INTEGER},
        {"BBOX(1,2,3,4)", CQL2_GEOMETRY},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(cql2_check_value(a, parse(a, str_of(cases[i].text)), &schema, &type, NULL), OK);
        assert_int_equal(type, cases[i].type);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(null_stays_unknown_and_is_never_selected),
        cmocka_unit_test(between_with_an_unknown_bound_is_unknown),
        cmocka_unit_test(truth_values_are_conditions_of_their_own),
        cmocka_unit_test(arithmetic_is_that_of_the_standard),
        cmocka_unit_test(like_counts_case_and_knows_one_escape),
        cmocka_unit_test(accents_fall_with_the_bar_of_the_letter_d),
        cmocka_unit_test(arrays_are_sets),
        cmocka_unit_test(dates_meet_instants_by_the_day_of_the_offset),
        cmocka_unit_test(constants_stand_for_their_values),
        cmocka_unit_test(functions_answer),
        cmocka_unit_test(what_does_not_fit_is_refused_with_its_place),
        cmocka_unit_test(no_literal_stands_in_the_sql),
        cmocka_unit_test(an_index_serves_where_it_can),
        cmocka_unit_test(long_chains_stay_within_the_depth_of_sqlite),
        cmocka_unit_test(the_properties_of_a_filter_are_named),
        cmocka_unit_test(a_value_has_its_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
