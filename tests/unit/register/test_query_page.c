/* Keyset paging: whatever the order, the pages together are the whole; and boxes over geometries. */
#include "fixture.h"

static void fill(struct fixture *x, int n)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    static const char *const heads[] = {"Nguyễn Văn An", "Trần Thị Bình", "H'Hương Niê", "", "Đặng Ước", "Y Blô"};
    buf_puts(&b, "code,head,area,is_poor,seen_on,spell,place\n");
    for (int i = 1; i <= n; i++) {
        buf_printf(&b, "H%03d,%s,", i, heads[(i * 7) % 6]);
        if (i % 5)
            buf_printf(&b, "%d.5", (i * 37) % 11);
        buf_printf(&b, ",%s,2022-01-%02d,%s,", i % 3 ? "true" : "", 1 + i % 4,
                   i % 4 == 0   ? ""
                   : i % 4 == 1 ? "../2022-02-01"
                                : "2021-05-05/..");
        if (i % 9)
            buf_printf(&b, "POINT(107.%02d 12.%02d)", i % 100, (i * 3) % 100);
        buf_putc(&b, '\n');
    }
    enum err e = put(x, "farms", buf_cstr(&b), NULL);
    if (e != OK)
        show(&x->list);
    assert_int_equal(e, OK);
}

/* Pages of `limit` records until none is left; the codes joined. */
static const char *paged(struct fixture *x, struct query_options o, int64_t limit)
{
    const struct reg *reg = province_register(x->s->province, STR("farms"));
    struct buf codes CLEANUP(buf_done) = BUF_INIT(1 << 20), after CLEANUP(buf_done) = BUF_INIT(1 << 16);
    o.limit = limit;
    for (int64_t given = limit; given == limit;) {
        struct query *q CLEANUP(query_closep) = NULL;
        struct record r;
        bool has_row;
        o.after = str_slice(arena_dup(x->a, after.p, after.n), after.n);
        enum err e = query_open(x->s, reg, &o, &q, &x->f);
        if (e != OK)
            faults_add(&x->list, &x->f), show(&x->list);
        assert_int_equal(e, OK);
        for (given = 0; query_next(q, &r, &has_row, &x->f) == OK && has_row; given++) {
            buf_puts(&codes, codes.n ? "|" : "");
            buf_str(&codes, r.id);
            buf_reset(&after);
            query_after(q, &r, &after);
        }
    }
    return arena_dup(x->a, codes.p, codes.n);
}

static void pages_together_are_the_whole_in_every_order(void **state)
{
    struct fixture *x = *state;
    fill(x, 150);
    static const char *const orders[] = {
        "",        "head",          "-head", "area",         "-area",         "is_poor,-area", "-is_poor,area,head",
        "seen_on", "-seen_on,head", "spell", "-spell,-area", "+area,-seen_on"};
    for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
        struct query_options o = {.sort = str_of(orders[i])};
        const char *whole = values(x, "farms", "code", o);
        for (int64_t limit = 1; limit <= 60; limit = limit * 3 + 1)
            assert_string_equal(paged(x, o, limit), whole);
    }
    struct query_options unsorted = {.is_unsorted = true, .filter = STR("area > 3")};
    assert_string_equal(paged(x, unsorted, 7), values(x, "farms", "code", unsorted));
    struct query_options found = {.search = STR("nguyễn")};
    assert_string_equal(paged(x, found, 4), values(x, "farms", "code", found));
}

/* Where rows are looked through first, and where an index must give the others: at either end, on both sides, and nowhere. */
static void few_of_many_are_found_wherever_they_lie(void **state)
{
    struct fixture *x = *state;
    fill(x, 900);
    static const char *const filters[] = {"code > 'H890'",
                                          "code < 'H005' OR code > 'H897'",
                                          "code IN ('H005', 'H500', 'H511', 'H900')",
                                          "area > 9 AND code > 'H440'",
                                          "code < 'H004'",
                                          "code = 'X'"};
    for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
        struct query_options o = {.is_unsorted = true, .filter = str_of(filters[i])};
        const char *whole = values(x, "farms", "code", o);
        for (int64_t limit = 1; limit <= 8; limit++)
            assert_string_equal(paged(x, o, limit), whole);
        o.limit = 3;
        o.offset = 2;
        size_t begin = o.offset * 5 < (int64_t)strlen(whole) ? 10 : strlen(whole);
        const char *part = values(x, "farms", "code", o);
        assert_memory_equal(part, whole + begin, strlen(part));
    }
}

static void a_record_written_between_two_pages_moves_no_other(void **state)
{
    struct fixture *x = *state;
    fill(x, 40);
    struct query_options o = {.sort = STR("area")};
    const char *before = values(x, "farms", "code", o);
    int64_t rev = x->s->head;
    assert_int_equal(put(x, "farms", "code,head,area\nH900,Mới,0.1\nH901,Mới,99\n", NULL), OK);
    assert_int_equal(store_at(x->s, str_of(arena_printf(x->a, "%lld", (long long)rev)), &x->f), OK);
    assert_string_equal(paged(x, o, 6), before);
}

/* A place holds the mark of its order: as many keys of the same types are not enough. */
static void a_place_belongs_to_its_order(void **state)
{
    struct fixture *x = *state;
    fill(x, 9);
    const struct reg *reg = province_register(x->s->province, STR("farms"));
    static const char *const orders[] = {"area", "-area", "code", "head", "code,area", "-code,area"};
    for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
        struct query *q = NULL;
        struct record r;
        bool has_row;
        struct buf place CLEANUP(buf_done) = BUF_INIT(4096);
        struct query_options o = {.sort = str_of(orders[i]), .limit = 2};
        assert_int_equal(query_open(x->s, reg, &o, &q, &x->f), OK);
        assert_int_equal(query_next(q, &r, &has_row, &x->f), OK);
        query_after(q, &r, &place);
        query_close(q);
        for (size_t k = 0; k < ARRAY_LEN(orders); k++) {
            struct query_options other = {.sort = str_of(orders[k]), .after = buf_view(&place)};
            q = NULL;
            assert_int_equal(query_open(x->s, reg, &other, &q, NULL), i == k ? OK : ERR_QUERY_AFTER);
            query_close(q);
        }
    }
}

static void a_field_named_twice_orders_once(void **state)
{
    struct fixture *x = *state;
    fill(x, 30);
    struct query_options once = {.sort = STR("-area")}, twice = {.sort = STR("-area,area,-area")};
    assert_string_equal(paged(x, twice, 7), paged(x, once, 7));
}

static void a_place_of_another_order_is_refused(void **state)
{
    struct fixture *x = *state;
    fill(x, 5);
    const struct reg *reg = province_register(x->s->province, STR("farms"));
    /* [1,2,3] · {"a":1} · [[1]] · ["x"] as a row number · not base64 · not JSON */
    static const char *const wrong[] = {"WzEsMiwzXQ==", "eyJhIjoxfQ==", "W1sxXV0=", "WyJ4Il0=", "%%%", "aGVsbG8="};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct query *q = NULL;
        struct query_options o = {.is_unsorted = true, .after = str_of(wrong[i])};
        assert_int_equal(query_open(x->s, reg, &o, &q, NULL), ERR_QUERY_AFTER);
        o.search = STR("an");
        assert_int_equal(query_open(x->s, reg, &o, &q, NULL), ERR_QUERY_AFTER);
    }
    struct query *q = NULL;
    struct query_options o = {.sort = STR("place")};
    assert_int_equal(query_open(x->s, reg, &o, &q, NULL), ERR_SORT_TYPE);
}

static void a_box_finds_what_lies_in_it(void **state)
{
    struct fixture *x = *state;
    fill(x, 150);
    struct box box = {107.2, 12.1, 107.4, 12.6};
    struct query_options by_box = {.box = &box, .is_unsorted = true};
    struct query_options by_filter = {
        .filter = STR("S_INTERSECTS(place, BBOX(107.2,12.1,107.4,12.6)) OR place IS NULL"), .is_unsorted = true};
    assert_true(count(x, "farms", by_filter) > 5);
    assert_string_equal(values(x, "farms", "code", by_box), values(x, "farms", "code", by_filter));
    /* A record that moved is found where it is now, and where it was then. */
    const char *first = arena_dup(x->a, values(x, "farms", "code", by_box), 4);
    int64_t rev = x->s->head;
    assert_int_equal(put(x, "farms", arena_printf(x->a, "code,place\n%s,POINT(1 1)\n", first), NULL), OK);
    assert_string_equal(values(x, "farms", "code", by_box), values(x, "farms", "code", by_filter));
    struct box there = {0.9, 0.9, 1.1, 1.1};
    struct query_options placed = {.box = &there, .filter = STR("place IS NOT NULL")};
    assert_string_equal(values(x, "farms", "code", placed), first);
    assert_int_equal(store_at(x->s, str_of(arena_printf(x->a, "%lld", (long long)rev)), &x->f), OK);
    assert_int_equal(count(x, "farms", placed), 0);
    const struct reg *units = province_register(x->s->province, STR("units"));
    struct query *q = NULL;
    assert_int_equal(query_open(x->s, units, &by_box, &q, NULL), ERR_GEOMETRY_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pages_together_are_the_whole_in_every_order, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(few_of_many_are_found_wherever_they_lie, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_record_written_between_two_pages_moves_no_other, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_place_of_another_order_is_refused, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_place_belongs_to_its_order, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_field_named_twice_orders_once, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_box_finds_what_lies_in_it, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
