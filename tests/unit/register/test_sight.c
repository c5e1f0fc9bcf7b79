/* What a viewer does not see, no query hands out, counts, orders or hints at. */
#include "fixture.h"

static const char people_yaml[] = "register: people\n"
                                  "title: Người\n"
                                  "privacy: internal\n"
                                  "key: [code]\n"
                                  "order: [name]\n"
                                  "search: [name]\n"
                                  "fields:\n"
                                  "  code: {type: string, title: Mã, required: true, privacy: public}\n"
                                  "  kind: {type: string, title: Loại, privacy: public}\n"
                                  "  unit: {type: string, title: Xã, privacy: internal}\n"
                                  "  name: {type: string, title: Tên, person: true, privacy: basic-personal}\n"
                                  "  born: {type: integer, title: Năm sinh, privacy: basic-personal}\n"
                                  "  belief: {type: string, title: Tôn giáo, privacy: sensitive}\n"
                                  "  place: {type: geometry, title: Nơi, kind: point, privacy: basic-personal}\n";

static const char visits_yaml[] = "register: visits\n"
                                  "title: Lượt\n"
                                  "privacy: public\n"
                                  "key: [n]\n"
                                  "fields:\n"
                                  "  n: {type: integer, title: Số, required: true}\n"
                                  "  who: {type: reference, register: people, title: Ai}\n";

static const char rows[] = "code,kind,unit,name,born,belief,place\n"
                           "P1,a,11,Trần Ân,1960,x,POINT(107.1 12.1)\n"
                           "P2,a,11,Lê Bình,1970,y,POINT(107.2 12.2)\n"
                           "P3,b,12,Võ Cúc,1980,x,POINT(108.3 13.3)\n"
                           "P4,b,12,Đỗ An,1990,,\n";

static int set_up(void **state)
{
    if (fixture_set_up(state) != 0)
        return -1;
    struct fixture *x = *state;
    struct text_file files[ARRAY_LEN(standard_files) + 2];
    memcpy(files, standard_files, sizeof standard_files);
    files[ARRAY_LEN(standard_files)] = (struct text_file){"registers/people.yaml", people_yaml};
    files[ARRAY_LEN(standard_files) + 1] = (struct text_file){"registers/visits.yaml", visits_yaml};
    if (declare(x, files, ARRAY_LEN(files), NULL) != OK || put(x, "people", rows, NULL) != OK ||
        put(x, "visits", "n,who\n1,P1\n2,P3\n3,\n", NULL) != OK) {
        show(&x->list);
        return -1;
    }
    return 0;
}

/* ---- viewers */

#define ALL                                                                                                            \
    {                                                                                                                  \
        .is_all = true                                                                                                 \
    }
#define NONE                                                                                                           \
    {                                                                                                                  \
        .is_none = true                                                                                                \
    }
#define SOME(text)                                                                                                     \
    {                                                                                                                  \
        .where = { text, sizeof(text) - 1 }                                                                            \
    }

static bool give(const struct viewer *v, const struct reg *reg, struct sight *ret)
{
    static const struct sight whole = {{ALL, ALL, ALL, ALL}};
    *ret = str_is(reg->name, "people") ? *(const struct sight *)v->context : whole;
    return true;
}

static bool give_nothing(const struct viewer *v, const struct reg *reg, struct sight *ret)
{
    (void)v, (void)reg, (void)ret;
    return false;
}

#define VIEWER(...)                                                                                                    \
    &(struct viewer)                                                                                                   \
    {                                                                                                                  \
        .sight = give, .context = &(struct sight)                                                                      \
        {                                                                                                              \
            {                                                                                                          \
                __VA_ARGS__                                                                                            \
            }                                                                                                          \
        }                                                                                                              \
    }

#define OWN SOME("unit = '11'")

static const struct query_options plain = {0};

static const char *seen(struct fixture *x, const char *field, struct query_options o)
{
    return values(x, "people", field, o);
}

/* ---- what they see */

static void without_a_viewer_everything_is_read(void **state)
{
    struct fixture *x = *state;
    assert_string_equal(seen(x, "code", plain), "P4|P1|P2|P3");
    store_view(x->s, VIEWER(ALL, ALL, ALL, ALL));
    assert_string_equal(seen(x, "code", plain), "P4|P1|P2|P3");
    assert_string_equal(seen(x, "belief", plain), "x|y|x"); /* the first is unknown */
}

static void who_may_see_nothing_finds_an_empty_register(void **state)
{
    struct fixture *x = *state;
    struct box box;
    bool has_box;
    store_view(x->s, &(struct viewer){.sight = give_nothing});
    assert_int_equal(count(x, "people", plain), 0);
    assert_string_equal(seen(x, "code", plain), "");
    assert_string_equal(seen(x, "code", (struct query_options){.id = STR("P1")}), "");
    assert_string_equal(seen(x, "code", (struct query_options){.id = STR("P1"), .has_history = true}), "");
    assert_int_equal(query_extent(x->s, province_register(x->s->province, STR("people")), &box, &has_box, &x->f), OK);
    assert_false(has_box);
}

static void rows_of_others_do_not_exist(void **state)
{
    struct fixture *x = *state;
    struct box box;
    bool has_box;
    store_view(x->s, VIEWER(OWN, OWN, OWN, OWN));
    assert_string_equal(seen(x, "code", plain), "P1|P2");
    assert_string_equal(seen(x, "belief", plain), "x|y");
    assert_int_equal(count(x, "people", (struct query_options){.filter = STR("belief = 'x'")}), 1);
    assert_int_equal(count(x, "people", (struct query_options){.id = STR("P3")}), 0);
    assert_int_equal(count(x, "people", (struct query_options){.search = STR("cuc")}), 0);
    assert_string_equal(seen(x, "code", (struct query_options){.search = STR("an"), .limit = 5}), "P1");
    assert_string_equal(seen(x, "code", (struct query_options){.is_unsorted = true, .limit = 1, .offset = 1}), "P2");
    assert_int_equal(count(x, "people", (struct query_options){.filter = STR("NOT (kind = 'a')")}), 0);
    assert_int_equal(query_extent(x->s, province_register(x->s->province, STR("people")), &box, &has_box, &x->f), OK);
    assert_true(has_box && box.x_max < 107.3);
}

static void fields_above_the_level_come_out_masked_whether_they_are_known_or_not(void **state)
{
    struct fixture *x = *state;
    store_view(x->s, VIEWER(ALL, ALL, OWN, NONE));
    assert_string_equal(seen(x, "code", plain), "P1|P2|P3|P4"); /* not by names that are kept back */
    assert_string_equal(seen(x, "name", plain), "Trần Ân|Lê Bình|•••|•••");
    assert_string_equal(seen(x, "born", plain), "1960|1970|•••|•••");
    assert_string_equal(seen(x, "belief", plain), "•••|•••|•••|•••");
    assert_string_equal(seen(x, "unit", plain), "11|11|12|12");
}

static void a_question_about_a_field_counts_only_where_it_is_shown(void **state)
{
    struct fixture *x = *state;
    store_view(x->s, VIEWER(ALL, ALL, OWN, NONE));
    assert_int_equal(count(x, "people", (struct query_options){.filter = STR("born > 1900")}), 2);
    assert_int_equal(count(x, "people", (struct query_options){.filter = STR("kind = 'b' OR born = 1990")}), 0);
    assert_int_equal(count(x, "people", (struct query_options){.filter = STR("kind = 'b'")}), 2);
    assert_int_equal(count(x, "people", (struct query_options){.filter = STR("belief IS NULL")}), 0);
    assert_int_equal(count(x, "people", (struct query_options){.filter = STR("NOT belief = 'x'")}), 0);
    assert_string_equal(seen(x, "code", (struct query_options){.sort = STR("-born")}), "P2|P1");
    assert_string_equal(seen(x, "code", (struct query_options){.sort = STR("belief")}), "");
    assert_string_equal(seen(x, "code", (struct query_options){.search = STR("an")}), "P1");
    assert_int_equal(count(x, "people", (struct query_options){.search = STR("cuc")}), 0);
    struct box everywhere = {100, 0, 110, 20};
    assert_int_equal(count(x, "people", (struct query_options){.box = &everywhere}), 2);
}

static void a_reference_leads_no_further_than_its_target_is_seen(void **state)
{
    struct fixture *x = *state;
    const struct query_options by_name = {.filter = STR("who.name LIKE '%'")},
                               by_kind = {.filter = STR("who.kind IS NOT NULL")}, by_none = {.filter = STR("n < 9")};
    assert_string_equal(values(x, "visits", "n", by_name), "1|2");
    store_view(x->s, VIEWER(ALL, ALL, OWN, NONE));
    assert_string_equal(values(x, "visits", "n", by_name), "1");
    assert_string_equal(values(x, "visits", "n", by_kind), "1|2");
    store_view(x->s, VIEWER(OWN, OWN, OWN, OWN));
    assert_string_equal(values(x, "visits", "n", by_kind), "1");
    assert_string_equal(values(x, "visits", "n", by_none), "1|2|3");
    store_view(x->s, VIEWER(OWN, OWN, NONE, NONE));
    assert_string_equal(values(x, "visits", "n", by_name), "");
}

static void pages_follow_each_other_under_a_sight(void **state)
{
    struct fixture *x = *state;
    struct record r;
    bool has_row;
    struct query *q = NULL;
    const struct reg *people = province_register(x->s->province, STR("people"));
    store_view(x->s, VIEWER(ALL, ALL, OWN, NONE));
    struct query_options o = {.sort = STR("-born"), .limit = 1};
    assert_int_equal(query_open(x->s, people, &o, &q, &x->f), OK);
    assert_int_equal(query_next(q, &r, &has_row, &x->f), OK);
    struct buf after CLEANUP(buf_done) = BUF_INIT(1000);
    query_after(q, &r, &after);
    query_close(q);
    o.after = buf_view(&after);
    o.limit = 5;
    assert_string_equal(seen(x, "code", o), "P1");
    o = (struct query_options){.filter = STR("kind = 'b'"), .is_unsorted = true, .limit = 1};
    assert_int_equal(query_open(x->s, people, &o, &q, &x->f), OK);
    assert_int_equal(query_next(q, &r, &has_row, &x->f), OK);
    buf_reset(&after);
    query_after(q, &r, &after);
    query_close(q);
    o.after = buf_view(&after);
    assert_string_equal(seen(x, "name", o), "•••");
    assert_string_equal(seen(x, "code", o), "P4");
}

static void a_history_is_that_of_a_record_that_is_there(void **state)
{
    struct fixture *x = *state;
    const struct query_options p2 = {.id = STR("P2"), .has_history = true}, p4 = {.id = STR("P4"), .has_history = true};
    assert_int_equal(put(x, "people", "code,kind,unit,name,born\nP2,a,12,Lê Bình,1970\nP4,b,11,Đỗ An,1990\n", NULL),
                     OK);
    store_view(x->s, VIEWER(OWN, OWN, OWN, NONE));
    assert_string_equal(seen(x, "name", p2), ""); /* it moved away */
    assert_string_equal(seen(x, "code", p4), "P4|P4");
    assert_string_equal(seen(x, "name", p4), "•••|Đỗ An"); /* where it came from is not within the sight */
    store_view(x->s, NULL);
    struct change *c;
    const struct reg *people = province_register(x->s->province, STR("people"));
    assert_int_equal(change_begin(x->s, &(struct change_info){.actor = STR("t"), .reason = STR("r")}, &c, &x->f), OK);
    assert_int_equal(change_remove(c, people, STR("P4"), &x->f), OK);
    assert_int_equal(change_remove(c, people, STR("P2"), &x->f), OK);
    assert_int_equal(change_commit(c, &(int64_t){0}, &x->list, NULL), OK);
    store_view(x->s, VIEWER(OWN, OWN, OWN, NONE));
    assert_string_equal(seen(x, "code", p4), "P4|"); /* and that it was removed */
    assert_string_equal(seen(x, "code", p2), "P2");  /* seen then; not that it was removed elsewhere */
    store_view(x->s, VIEWER(SOME("unit = '13'"), NONE, NONE, NONE));
    assert_string_equal(seen(x, "code", p4), "");
}

static void the_gate_is_the_class_of_the_record_itself(void **state)
{
    struct fixture *x = *state;
    const struct reg *people = province_register(x->s->province, STR("people"));
    struct sight s = {{ALL, OWN, NONE, NONE}};
    assert_int_equal(reg_class(people), PRIVACY_INTERNAL);
    sight_gate(&s, people);
    assert_true(str_is(s.level[PRIVACY_PUBLIC].where, "unit = '11'"));
    assert_true(sight_covers(&(struct sight_level)ALL, &(struct sight_level)OWN));
    assert_false(sight_covers(&(struct sight_level)OWN, &(struct sight_level)ALL));
    assert_false(sight_covers(&(struct sight_level)NONE, &(struct sight_level)OWN));
}

static void a_mask_is_never_taken_for_a_value(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(put(x, "people", "code,kind,unit,name\nP5,a,11,•••\n", NULL), ERR_VALUE_MASKED);
    struct value masked = {.kind = VALUE_MASKED};
    struct buf b CLEANUP(buf_done) = BUF_INIT(100);
    struct json_out o;
    json_out_init(&o, &b, JSON_OUT_COMPACT);
    value_json(&province_register(x->s->province, STR("people"))->fields[0], &masked, &o);
    assert_string_equal(buf_cstr(&b), "null");
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        T(without_a_viewer_everything_is_read),
        T(who_may_see_nothing_finds_an_empty_register),
        T(rows_of_others_do_not_exist),
        T(fields_above_the_level_come_out_masked_whether_they_are_known_or_not),
        T(a_question_about_a_field_counts_only_where_it_is_shown),
        T(a_reference_leads_no_further_than_its_target_is_seen),
        T(pages_follow_each_other_under_a_sight),
        T(a_history_is_that_of_a_record_that_is_there),
        T(the_gate_is_the_class_of_the_record_itself),
        T(a_mask_is_never_taken_for_a_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
