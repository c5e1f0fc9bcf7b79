/* The relations of time against their definitions (OWL Time), worked out here on numbers for every combination. */
#include "support.h"

#include "text/date.h"

/* Instants as milliseconds, an open end, or unknown. */
enum { MOMENTS = 6 };
static const int64_t OPEN_BEFORE = INT64_MIN, OPEN_BEHIND = INT64_MAX, UNKNOWN = INT64_MIN + 1;

static const char *const moments[MOMENTS] = {
    "2022-01-01T16:59:59.500Z", "2022-01-01T17:00:00Z", "2022-01-01T17:00:00.001Z",
    "2022-01-01T17:00:00.500Z", "2022-01-01T17:00:01Z", "2022-01-03T00:00:00Z",
};

static int64_t ms_of(int i)
{
    int64_t ms;
    assert_int_equal(instant_parse(str_of(moments[i]), &ms, NULL), OK);
    return ms;
}

struct span {
    int64_t from, till;
};

/* 1, 0, or -1 for unknown. */
static int expected(const char *name, struct span a, struct span b)
{
    if (a.from == UNKNOWN || a.till == UNKNOWN || b.from == UNKNOWN || b.till == UNKNOWN)
        return -1;
    if (!strcmp(name, "T_AFTER"))
        return a.from > b.till;
    if (!strcmp(name, "T_BEFORE"))
        return a.till < b.from;
    if (!strcmp(name, "T_DISJOINT"))
        return a.till < b.from || a.from > b.till;
    if (!strcmp(name, "T_INTERSECTS"))
        return !(a.till < b.from || a.from > b.till);
    if (!strcmp(name, "T_EQUALS"))
        return a.from == b.from && a.till == b.till;
    if (!strcmp(name, "T_CONTAINS"))
        return a.from < b.from && a.till > b.till;
    if (!strcmp(name, "T_DURING"))
        return a.from > b.from && a.till < b.till;
    if (!strcmp(name, "T_FINISHEDBY"))
        return a.from < b.from && a.till == b.till;
    if (!strcmp(name, "T_FINISHES"))
        return a.from > b.from && a.till == b.till;
    if (!strcmp(name, "T_MEETS"))
        return a.till == b.from;
    if (!strcmp(name, "T_METBY"))
        return a.from == b.till;
    if (!strcmp(name, "T_OVERLAPS"))
        return a.from < b.from && a.till > b.from && a.till < b.till;
    if (!strcmp(name, "T_OVERLAPPEDBY"))
        return a.from > b.from && a.from < b.till && a.till > b.till;
    if (!strcmp(name, "T_STARTS"))
        return a.from == b.from && a.till < b.till;
    assert_string_equal(name, "T_STARTEDBY");
    return a.from == b.from && a.till > b.till;
}

static const char *const of_instants[] = {"T_AFTER", "T_BEFORE", "T_DISJOINT", "T_INTERSECTS", "T_EQUALS"};
static const char *const of_intervals[] = {"T_CONTAINS", "T_DURING",   "T_FINISHEDBY",   "T_FINISHES", "T_MEETS",
                                           "T_METBY",    "T_OVERLAPS", "T_OVERLAPPEDBY", "T_STARTS",   "T_STARTEDBY"};

static const struct cql2_property properties[] = {
    {.name = {"a", 1}, .type = CQL2_TIMESTAMP, .sql = {"a", 1}},
    {.name = {"b", 1}, .type = CQL2_TIMESTAMP, .sql = {"b", 1}},
    {.name = {"p", 1}, .type = CQL2_INTERVAL, .of = CQL2_TIMESTAMP, .sql = {"a", 1}, .sql_end = {"b", 1}},
};
static const struct cql2_schema schema = {properties, ARRAY_LEN(properties), .utc_offset_minutes = 420};

/* All pairs of moments with a ≤ b, and with either unknown. */
static sqlite3 *open_table(void)
{
    sqlite3 *db;
    sqlite3_stmt *st;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(db_functions_add(db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE s (i INTEGER, k INTEGER, a TEXT, b TEXT)", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "INSERT INTO s VALUES (?, ?, ?, ?)", -1, &st, NULL), SQLITE_OK);
    for (int i = 0; i <= MOMENTS; i++)
        for (int k = 0; k <= MOMENTS; k++) {
            if (i < MOMENTS && k < i)
                continue;
            sqlite3_bind_int(st, 1, i);
            sqlite3_bind_int(st, 2, k);
            sqlite3_bind_text(st, 3, i < MOMENTS ? moments[i] : NULL, -1, SQLITE_STATIC);
            sqlite3_bind_text(st, 4, k < MOMENTS ? moments[k] : NULL, -1, SQLITE_STATIC);
            assert_int_equal(sqlite3_step(st), SQLITE_DONE);
            sqlite3_reset(st);
        }
    sqlite3_finalize(st);
    return db;
}

enum form { INTERVAL_OF_PROPERTIES, INTERVAL_PROPERTY, INSTANT };

static struct span row_span(enum form form, int i, int k)
{
    int64_t a = i < MOMENTS ? ms_of(i) : UNKNOWN, b = k < MOMENTS ? ms_of(k) : UNKNOWN;
    if (form == INSTANT)
        return (struct span){a, a};
    if (form == INTERVAL_PROPERTY && !(a == UNKNOWN && b == UNKNOWN))
        return (struct span){a == UNKNOWN ? OPEN_BEFORE : a, b == UNKNOWN ? OPEN_BEHIND : b};
    return (struct span){a, b};
}

static void assert_relation(struct arena *a, sqlite3 *db, const char *name, enum form form, const char *literal,
                            struct span other, bool literal_first)
{
    static const char *const operands[] = {"INTERVAL(a, b)", "p", "a"};
    struct fault f = {0};
    struct buf sql CLEANUP(buf_done) = BUF_INIT(1 << 16);
    struct cql2_params params = {.arena = a};
    char *text = literal_first ? arena_printf(a, "%s(%s, %s)", name, literal, operands[form])
                               : arena_printf(a, "%s(%s, %s)", name, operands[form], literal);
    struct cql2 *q = parse(a, str_of(text));
    assert_int_equal(cql2_check(a, q, &schema, &f), OK);
    buf_puts(&sql, "SELECT i, k, ");
    assert_int_equal(cql2_compile(q, &schema, &sql, &params, &f), OK);
    buf_puts(&sql, " FROM s");
    sqlite3_stmt *st;
    assert_int_equal(sqlite3_prepare_v2(db, buf_cstr(&sql), -1, &st, NULL), SQLITE_OK);
    bind_params(st, &params);
    while (sqlite3_step(st) == SQLITE_ROW) {
        int i = sqlite3_column_int(st, 0), k = sqlite3_column_int(st, 1);
        int found = sqlite3_column_type(st, 2) == SQLITE_NULL ? -1 : sqlite3_column_int(st, 2);
        struct span row = row_span(form, i, k);
        int right = literal_first ? expected(name, other, row) : expected(name, row, other);
        if (found != right)
            print_error("%s for row %d %d: found %d, expected %d\n%s\n", text, i, k, found, right, sql.p);
        assert_int_equal(found, right);
    }
    sqlite3_finalize(st);
}

static void assert_relations(struct arena *a, sqlite3 *db, enum form form, const char *literal, struct span other,
                             bool is_interval)
{
    for (int side = 0; side < 2; side++) {
        for (size_t r = 0; r < ARRAY_LEN(of_instants); r++)
            assert_relation(a, db, of_instants[r], form, literal, other, side);
        for (size_t r = 0; is_interval && form != INSTANT && r < ARRAY_LEN(of_intervals); r++)
            assert_relation(a, db, of_intervals[r], form, literal, other, side);
    }
}

static void relations_are_those_of_the_definition(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    sqlite3 *db = open_table();
    for (int form = 0; form < 3; form++)
        for (int i = -1; i < MOMENTS; i++)
            for (int k = i < 0 ? 0 : i; k <= MOMENTS; k++) {
                arena_reset(a);
                char *literal = arena_printf(a, "INTERVAL('%s', '%s')", i < 0 ? ".." : moments[i],
                                             k == MOMENTS ? ".." : moments[k]);
                struct span other = {i < 0 ? OPEN_BEFORE : ms_of(i), k == MOMENTS ? OPEN_BEHIND : ms_of(k)};
                assert_relations(a, db, (enum form)form, literal, other, true);
                if (i == k) {
                    literal = arena_printf(a, "TIMESTAMP('%s')", moments[i]);
                    assert_relations(a, db, (enum form)form, literal, other, false);
                }
            }
    sqlite3_close(db);
}

/* Both sides from the row: the interval property against the interval of properties, and an instant. */
static void relations_of_properties_are_those_of_the_definition(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    sqlite3 *db = open_table();
    for (size_t r = 0; r < ARRAY_LEN(of_instants) + ARRAY_LEN(of_intervals); r++) {
        bool takes_instants = r < ARRAY_LEN(of_instants);
        const char *name = takes_instants ? of_instants[r] : of_intervals[r - ARRAY_LEN(of_instants)];
        for (int pair = 0; pair < (takes_instants ? 3 : 1); pair++) {
            static const enum form forms[][2] = {{INTERVAL_PROPERTY, INTERVAL_OF_PROPERTIES},
                                                 {INTERVAL_PROPERTY, INSTANT},
                                                 {INSTANT, INTERVAL_OF_PROPERTIES}};
            static const char *const operands[] = {"INTERVAL(a, b)", "p", "a"};
            struct fault f = {0};
            struct buf sql CLEANUP(buf_done) = BUF_INIT(1 << 16);
            struct cql2_params params = {.arena = a};
            struct cql2 *q = parse(
                a, str_of(arena_printf(a, "%s(%s, %s)", name, operands[forms[pair][0]], operands[forms[pair][1]])));
            assert_int_equal(cql2_check(a, q, &schema, &f), OK);
            buf_puts(&sql, "SELECT i, k, ");
            assert_int_equal(cql2_compile(q, &schema, &sql, &params, &f), OK);
            buf_puts(&sql, " FROM s");
            sqlite3_stmt *st;
            assert_int_equal(sqlite3_prepare_v2(db, buf_cstr(&sql), -1, &st, NULL), SQLITE_OK);
            bind_params(st, &params);
            while (sqlite3_step(st) == SQLITE_ROW) {
                int i = sqlite3_column_int(st, 0), k = sqlite3_column_int(st, 1);
                int found = sqlite3_column_type(st, 2) == SQLITE_NULL ? -1 : sqlite3_column_int(st, 2);
                int right = expected(name, row_span(forms[pair][0], i, k), row_span(forms[pair][1], i, k));
                if (found != right)
                    print_error("%s pair %d row %d %d: %d, not %d\n%s\n", name, pair, i, k, found, right, sql.p);
                assert_int_equal(found, right);
            }
            sqlite3_finalize(st);
        }
    }
    sqlite3_close(db);
}

static int compare(const char *op, int64_t a, int64_t b)
{
    int order = (a > b) - (a < b);
    return !strcmp(op, "=")    ? order == 0
           : !strcmp(op, "<>") ? order != 0
           : !strcmp(op, "<")  ? order < 0
           : !strcmp(op, ">")  ? order > 0
           : !strcmp(op, "<=") ? order <= 0
                               : order >= 0;
}

static void instants_compare_in_the_order_of_time(void **state)
{
    (void)state;
    static const char *const ops[] = {"=", "<>", "<", ">", "<=", ">="};
    static const char *const days[] = {"2022-01-01", "2022-01-02", "2022-01-03", "2022-01-04"};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    sqlite3 *db = open_table();
    for (size_t o = 0; o < ARRAY_LEN(ops); o++)
        for (int row = 0; row < MOMENTS; row++) {
            char *own = arena_printf(a, "a = TIMESTAMP('%s') AND b = a", moments[row]);
            for (int i = 0; i < MOMENTS; i++) {
                char *right = arena_printf(a, "%s AND a %s TIMESTAMP('%s')", own, ops[o], moments[i]);
                char *left = arena_printf(a, "%s AND TIMESTAMP('%s') %s a", own, moments[i], ops[o]);
                assert_int_equal(count_tree(a, db, "s", parse(a, str_of(right)), &schema),
                                 compare(ops[o], ms_of(row), ms_of(i)));
                assert_int_equal(count_tree(a, db, "s", parse(a, str_of(left)), &schema),
                                 compare(ops[o], ms_of(i), ms_of(row)));
            }
            for (size_t d = 0; d < ARRAY_LEN(days); d++) {
                struct date day;
                assert_int_equal(date_parse(str_of(days[d]), &day, NULL), OK);
                int right = compare(ops[o], date_days(date_of_instant(ms_of(row), 420)), date_days(day));
                char *text = arena_printf(a, "%s AND a %s DATE('%s')", own, ops[o], days[d]);
                assert_int_equal(count_tree(a, db, "s", parse(a, str_of(text)), &schema), right);
            }
        }
    for (size_t o = 0; o < ARRAY_LEN(ops); o++) { /* two columns */
        int right = 0;
        for (int i = 0; i < MOMENTS; i++)
            for (int k = i; k < MOMENTS; k++)
                right += compare(ops[o], ms_of(i), ms_of(k));
        char *text = arena_printf(a, "a %s b", ops[o]);
        assert_int_equal(count_tree(a, db, "s", parse(a, str_of(text)), &schema), right);
    }
    sqlite3_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(relations_are_those_of_the_definition),
        cmocka_unit_test(relations_of_properties_are_those_of_the_definition),
        cmocka_unit_test(instants_compare_in_the_order_of_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
