/* Properties over trees made at random: printing and parsing are inverse, in both notations; what passes the check
 * compiles to SQL that SQLite takes and runs. */
#include "support.h"

static uint64_t seed = 20220630;

static unsigned below(unsigned n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed >> 33) % n;
}

static const char *pick(const char *const *list, unsigned n)
{
    return list[below(n)];
}

#define PICK(...) pick((const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void condition(struct buf *b, int depth);
static void number(struct buf *b, int depth);
static void string(struct buf *b, int depth);
static void instant(struct buf *b, int depth);

typedef void maker(struct buf *, int);

static void operation(struct buf *b, const char *op, int depth, int n, maker *const *args)
{
    buf_printf(b, "{\"op\":\"%s\",\"args\":[", op);
    for (int i = 0; i < n; i++) {
        buf_puts(b, i ? "," : "");
        args[i](b, depth - 1);
    }
    buf_puts(b, "]}");
}

static void number(struct buf *b, int depth)
{
    switch (depth > 0 ? below(8) : below(3)) {
    case 0:
        buf_puts(b, PICK("0", "1", "-1", "2.5", "-0.0", "1e+21", "9223372036854775807", "-9223372036854775808", "1.0"));
        return;
    case 1:
    case 2:
        buf_puts(b, PICK("{\"property\":\"n\"}", "{\"property\":\"x\"}"));
        return;
    case 3:
        operation(b, PICK("abs", "round", "floor"), depth, 1, (maker *[]){number});
        return;
    case 4:
        operation(b, "length", depth, 1, (maker *[]){string});
        return;
    case 5:
        operation(b, PICK("year", "month"), depth, 1, (maker *[]){instant});
        return;
    default:
        operation(b, PICK("+", "-", "*", "/", "div", "%", "^"), depth, 2, (maker *[]){number, number});
        return;
    }
}

static void string(struct buf *b, int depth)
{
    switch (depth > 0 ? below(5) : below(2)) {
    case 0:
        buf_puts(b, PICK("\"\"", "\"đ\"", "\"it's\"", "\"\\\\\"", "\"a\\\\'\"", "\"100%_\"", "\"\\u0001\\\"x\""));
        return;
    case 1:
        buf_puts(b, PICK("{\"property\":\"s\"}", "{\"property\":\"and\"}", "{\"property\":\"diện tích\"}"));
        return;
    case 2:
        operation(b, PICK("lower", "upper", "trim"), depth, 1, (maker *[]){string});
        return;
    default:
        operation(b, PICK("casei", "accenti"), depth, 1, (maker *[]){string});
        return;
    }
}

static void instant(struct buf *b, int depth)
{
    (void)depth;
    buf_puts(b, PICK("{\"date\":\"2022-06-30\"}", "{\"timestamp\":\"2022-06-30T01:02:03Z\"}", "{\"property\":\"d\"}",
                     "{\"timestamp\":\"2022-06-30T01:02:03.250Z\"}", "{\"property\":\"t\"}"));
}

static void interval(struct buf *b, int depth)
{
    (void)depth;
    static const char *const ends[] = {"\"2022-01-01\"", "\"..\"", "{\"property\":\"d\"}", "{\"property\":\"t\"}",
                                       "\"2022-01-01T00:00:00Z\""};
    if (below(3) == 0) {
        buf_puts(b, "{\"property\":\"v\"}");
        return;
    }
    buf_printf(b, "{\"interval\":[%s,%s]}", pick(ends, 5), pick(ends, 5));
}

static void geometry(struct buf *b, int depth)
{
    (void)depth;
    buf_puts(b, PICK("{\"property\":\"g\"}", "{\"type\":\"Point\",\"coordinates\":[1,2]}", "{\"bbox\":[170,0,-170,1]}",
                     "{\"type\":\"LineString\",\"coordinates\":[[0,0],[1.5,-2e-7]]}",
                     "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,0]]]}",
                     "{\"type\":\"MultiPoint\",\"coordinates\":[[1,2,3],[3,4,5]]}",
                     "{\"type\":\"GeometryCollection\",\"geometries\":[{\"type\":\"Point\",\"coordinates\":[-0,2]}]}"));
}

static void array_of(struct buf *b, int depth, maker *element)
{
    buf_putc(b, '[');
    for (unsigned i = 0, n = below(4); i < n; i++) {
        buf_puts(b, i ? "," : "");
        element(b, depth - 1);
    }
    buf_putc(b, ']');
}

static void array(struct buf *b, int depth)
{
    if (below(2))
        buf_puts(b, "{\"property\":\"a\"}");
    else
        array_of(b, depth, string);
}

static void comparison(struct buf *b, int depth)
{
    maker *const kinds[] = {number, string, instant, condition}, *kind = kinds[below(4)];
    operation(b, PICK("=", "<>", "<", ">", "<=", ">="), depth, 2, (maker *[]){kind, kind});
}

static void in_list(struct buf *b, int depth)
{
    maker *const kinds[] = {number, string, instant}, *kind = kinds[below(3)];
    buf_puts(b, "{\"op\":\"in\",\"args\":[");
    kind(b, depth - 1);
    buf_puts(b, ",[");
    for (unsigned i = 0, n = 1 + below(4); i < n; i++) {
        buf_puts(b, i ? "," : "");
        kind(b, depth - 1);
    }
    buf_puts(b, "]]}");
}

static void relation(struct buf *b, int depth)
{
    maker *const any[] = {instant, interval};
    switch (below(4)) {
    case 0:
        operation(b, PICK("s_intersects", "s_equals", "s_disjoint", "s_within", "s_contains"), depth, 2,
                  (maker *[]){geometry, geometry});
        return;
    case 1:
        operation(b, PICK("t_after", "t_before", "t_disjoint", "t_equals", "t_intersects"), depth, 2,
                  (maker *[]){any[below(2)], any[below(2)]});
        return;
    case 2:
        operation(b,
                  PICK("t_contains", "t_during", "t_finishedBy", "t_finishes", "t_meets", "t_metBy", "t_overlappedBy",
                       "t_overlaps", "t_startedBy", "t_starts"),
                  depth, 2, (maker *[]){interval, interval});
        return;
    default:
        operation(b, PICK("a_equals", "a_contains", "a_containedBy", "a_overlaps"), depth, 2,
                  (maker *[]){array, array});
        return;
    }
}

static void condition(struct buf *b, int depth)
{
    if (depth <= 0) {
        buf_puts(b, PICK("true", "false", "{\"property\":\"f\"}"));
        return;
    }
    switch (below(9)) {
    case 0:
        operation(b, "not", depth, 1, (maker *[]){condition});
        return;
    case 1:
    case 2:
        operation(b, PICK("and", "or"), depth, (int)(2 + below(2)), (maker *[]){condition, condition, condition});
        return;
    case 3:
        operation(b, "like", depth, 2, (maker *[]){string, string});
        return;
    case 4:
        operation(b, "between", depth, 3, (maker *[]){number, number, number});
        return;
    case 5:
        in_list(b, depth);
        return;
    case 6:
        operation(b, "isNull", depth, 1, (maker *[]){below(2) ? condition : below(2) ? interval : number});
        return;
    case 7:
        relation(b, depth);
        return;
    default:
        comparison(b, depth);
        return;
    }
}

static const struct cql2_property properties[] = {
    {.name = {"n", 1}, .type = CQL2_INTEGER, .sql = {"\"n\"", 3}},
    {.name = {"x", 1}, .type = CQL2_NUMBER, .sql = {"\"x\"", 3}},
    {.name = {"s", 1}, .type = CQL2_STRING, .sql = {"\"s\"", 3}},
    {.name = {"and", 3}, .type = CQL2_STRING, .sql = {"\"s\"", 3}},
    {.name = {"diện tích", sizeof "diện tích" - 1}, .type = CQL2_STRING, .sql = {"\"s\"", 3}},
    {.name = {"f", 1}, .type = CQL2_BOOLEAN, .sql = {"\"f\"", 3}},
    {.name = {"d", 1}, .type = CQL2_DATE, .sql = {"\"d\"", 3}},
    {.name = {"t", 1}, .type = CQL2_TIMESTAMP, .sql = {"\"t\"", 3}},
    {.name = {"v", 1}, .type = CQL2_INTERVAL, .of = CQL2_DATE, .sql = {"\"d\"", 3}, .sql_end = {"\"e\"", 3}},
    {.name = {"g", 1}, .type = CQL2_GEOMETRY, .sql = {"\"g\"", 3}},
    {.name = {"a", 1}, .type = CQL2_ARRAY, .of = CQL2_STRING, .sql = {"\"a\"", 3}},
};

static const struct cql2_schema schema = {properties, ARRAY_LEN(properties), .utc_offset_minutes = 420};

static sqlite3 *open_table(void)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(db_functions_add(db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db,
                     "CREATE TABLE r (n INTEGER, x REAL, s TEXT, f INTEGER, d TEXT, e TEXT, t TEXT, g BLOB, a TEXT);"
                     "INSERT INTO r VALUES (1, 2.5, 'đ', 1, '2022-01-01', NULL, '2022-06-30T01:02:03Z',"
                     " x'0101000000000000000000F03F0000000000000040', '[\"đ\"]'), (NULL, NULL, NULL, NULL, NULL, NULL,"
                     " NULL, NULL, NULL);",
                     NULL, NULL, NULL),
        SQLITE_OK);
    return db;
}

static bool runs(struct arena *a, sqlite3 *db, struct cql2 *q)
{
    struct fault f = {0};
    struct buf sql CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_SQL_BYTES);
    struct cql2_params params = {.arena = a};
    if (cql2_check(a, q, &schema, &f) != OK)
        fail_fault("does not check", print_text(a, q), &f);
    buf_puts(&sql, "SELECT 1 FROM r WHERE ");
    enum err e = cql2_compile(q, &schema, &sql, &params, &f);
    if (e == ERR_CQL2_LIMIT)
        return false;
    assert_int_equal(e, OK);
    sqlite3_stmt *st;
    if (sqlite3_prepare_v2(db, buf_cstr(&sql), -1, &st, NULL) != SQLITE_OK) {
        print_error("%s\n%s\n", sqlite3_errmsg(db), sql.p);
        fail();
    }
    bind_params(st, &params);
    int step;
    while ((step = sqlite3_step(st)) == SQLITE_ROW)
        ;
    if (step != SQLITE_DONE)
        print_error("%s\n%s\n", sqlite3_errmsg(db), sql.p);
    assert_int_equal(step, SQLITE_DONE);
    sqlite3_finalize(st);
    return true;
}

static void assert_survives(struct arena *a, struct cql2 *q)
{
    struct str text = print_text(a, q), json = print_json(a, q);
    struct cql2 *from_text = parse(a, text), *from_json = parse_json(a, json);
    assert_str(print_json(a, from_text), json);
    assert_str(print_text(a, from_text), text);
    assert_str(print_json(a, from_json), json);
    assert_str(print_text(a, from_json), text);
}

static void trees_survive_both_notations_and_run(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf json CLEANUP(buf_done) = BUF_INIT(1 << 22);
    sqlite3 *db = open_table();
    int ran = 0;
    for (int i = 0; i < 6000; i++) {
        arena_reset(a);
        buf_reset(&json);
        condition(&json, 1 + (int)below(6));
        if (json.n > 30000)
            continue;
        struct cql2 *q = parse_json(a, buf_view(&json));
        assert_survives(a, q);
        ran += runs(a, db, q);
    }
    sqlite3_close(db);
    assert_true(ran > 5000);
}

/* One operand of each node is deep, at a random place: the shapes that strain the parsers most. */
static void spine(struct buf *b, int depth)
{
    if (depth == 0) {
        condition(b, 1);
        return;
    }
    switch (below(6)) {
    case 0:
        operation(b, "not", 1, 1, (maker *[]){condition}); /* ends here */
        return;
    case 1:
        buf_puts(b, "{\"op\":\"not\",\"args\":[");
        spine(b, depth - 1);
        break;
    case 2:
        buf_printf(b, "{\"op\":\"%s\",\"args\":[true,", PICK("=", "<>", "<"));
        spine(b, depth - 1);
        break;
    case 3:
        buf_puts(b, "{\"op\":\"isNull\",\"args\":[");
        spine(b, depth - 1);
        break;
    default:
        buf_printf(b, "{\"op\":\"%s\",\"args\":[", PICK("and", "or"));
        if (below(2)) {
            spine(b, depth - 1);
            buf_puts(b, ",");
            condition(b, 1);
        } else {
            condition(b, 1);
            buf_puts(b, ",");
            spine(b, depth - 1);
        }
        break;
    }
    buf_puts(b, "]}");
}

static void deep_trees_are_run_or_refused_with_reason(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf json CLEANUP(buf_done) = BUF_INIT(1 << 22);
    sqlite3 *db = open_table();
    int ran = 0;
    for (int i = 0; i < 3000; i++) {
        arena_reset(a);
        buf_reset(&json);
        spine(&json, 1 + (int)below(60));
        struct cql2 *q = parse_json(a, buf_view(&json));
        assert_survives(a, q);
        ran += runs(a, db, q);
    }
    static const char *const nests[][2] = {
        {"(n = 1 OR (x = 1 AND (", ")))"}, {"(((f AND n = 1) OR ", "))"}, {"(f = (f <> ", "))"}};
    for (size_t i = 0; i < ARRAY_LEN(nests); i++) { /* whichever side is deep, 64 levels run */
        arena_reset(a);
        buf_reset(&json);
        for (int k = 0; k < 32; k++)
            buf_puts(&json, nests[i][0]);
        buf_puts(&json, "f");
        for (int k = 0; k < 32; k++)
            buf_puts(&json, nests[i][1]);
        assert_true(runs(a, db, parse(a, buf_view(&json))));
    }
    sqlite3_close(db);
    print_message("%d of 3000 deep trees ran\n", ran);
    assert_true(ran > 2000);
}

/* Any nesting of arrays, calls and operators, whatever the types. */
static void anything(struct buf *b, int depth)
{
    if (depth <= 0) {
        buf_puts(
            b, PICK("1", "\"s\"", "{\"property\":\"p\"}", "true", "{\"date\":\"2022-01-01\"}", "{\"bbox\":[1,2,3,4]}"));
        return;
    }
    if (below(3) == 0) {
        operation(b, PICK("and", "=", "+", "^", "not", "isNull", "casei", "s_equals", "t_after", "-", "%"), depth, 1,
                  (maker *[]){anything});
        return;
    }
    buf_puts(b, "{\"op\":\"f\",\"args\":[");
    for (unsigned i = 0, n = below(3); i < n; i++) {
        unsigned arrays = below(4);
        buf_puts(b, i ? "," : "");
        for (unsigned k = 0; k < arrays; k++)
            buf_putc(b, '[');
        anything(b, depth - 1);
        for (unsigned k = 0; k < arrays; k++)
            buf_puts(b, below(3) ? "]" : ",1]");
    }
    buf_puts(b, "]}");
}

static void arrays_within_arrays_survive(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf json CLEANUP(buf_done) = BUF_INIT(1 << 22);
    int survived = 0;
    for (int i = 0; i < 20000; i++) {
        arena_reset(a);
        buf_reset(&json);
        anything(&json, (int)below(6));
        struct cql2 *q;
        if (cql2_parse_json(a, buf_view(&json), &q, NULL) != OK)
            continue; /* operators of two operands were given one */
        assert_survives(a, q);
        survived++;
    }
    assert_true(survived > 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trees_survive_both_notations_and_run),
        cmocka_unit_test(deep_trees_are_run_or_refused_with_reason),
        cmocka_unit_test(arrays_within_arrays_survive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
