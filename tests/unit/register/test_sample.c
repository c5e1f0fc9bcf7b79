/* Invented records: exact totals, the same for the same seed, valid by the rules of their register. */
#include "fixture.h"

#include "register/sample.h"

static const char names_yaml[] = "groups:\n"
                                 "  a:\n"
                                 "    weight: 3\n"
                                 "    words:\n"
                                 "      family: {Nguyễn: 3, Trần: 1}\n"
                                 "      middle: {Văn: 1, _: 1}\n"
                                 "      given: {An: 1, Bình: 1}\n"
                                 "    male: \"{family} {middle} {given}\"\n"
                                 "    female: \"{family} Thị {given}\"\n";

static const char people_yaml[] = "register: people\n"
                                  "title: Người\n"
                                  "key: [code]\n"
                                  "as_of: seen_on\n"
                                  "fields:\n"
                                  "  code: {type: string, title: a, required: true, pattern: \"^P[0-9]{4}$\"}\n"
                                  "  sex: {type: code, title: a, codes: {male: Nam, female: Nữ}}\n"
                                  "  name: {type: string, title: a, person: true, required: true}\n"
                                  "  born: {type: integer, title: a}\n"
                                  "  number: {type: personal_id, title: a, sex: sex, birth: born}\n"
                                  "  phone: {type: phone, title: a}\n"
                                  "  tax: {type: tax_code, title: a}\n"
                                  "  unit: {type: unit, title: a, levels: [2]}\n"
                                  "  farm: {type: reference, title: a, register: farms}\n"
                                  "  farm_unit: {type: unit, title: a}\n"
                                  "  seen_on: {type: date, title: a}\n"
                                  "  area: {type: number, title: a}\n"
                                  "  is_in: {type: boolean, title: a}\n"
                                  "  since: {type: date, title: a}\n"
                                  "sample:\n"
                                  "  - seed: %d\n"
                                  "    count: 300\n"
                                  "    fields:\n"
                                  "      code: {sequence: \"P{n:04}\"}\n"
                                  "      sex: {quota: {male: 101, female: 199}}\n"
                                  "      name: {person: sex}\n"
                                  "      born: {integer: [1950, 2010]}\n"
                                  "      number: {personal_id: {sex: sex, birth: born, province: \"067\"}, fill: 0.5}\n"
                                  "      phone: {phone: [\"097\"]}\n"
                                  "      tax: {tax_code: \"64\"}\n"
                                  "      seen_on: {date: [2022-01-01, 2022-06-30]}\n"
                                  "      unit: {unit: {level: 2, on: 2022-01-01, weights: {\"11\": 3}}}\n"
                                  "      farm: {from: {register: farms, field: code}}\n"
                                  "      farm_unit: {via: farm.unit}\n"
                                  "      area: {number: [1, 9], decimals: 1, skew: 2}\n"
                                  "      is_in: {chance: 0.5}\n"
                                  "      since: {date: [2022-01-01, 2022-01-31], when: {is_in: true}}\n"
                                  "  - seed: 7\n"
                                  "    for_each: {register: farms, times: 2, where: \"unit = '12'\"}\n"
                                  "    fields:\n"
                                  "      code: {sequence: \"P{n:04}\"}\n"
                                  "      name: {text: \"Người {i} của {farm}\"}\n"
                                  "      farm: {each: code}\n"
                                  "      seen_on: {value: 2022-02-02}\n";

static int with_people(struct fixture *x, int seed, const char *names)
{
    struct text_file files[6];
    memcpy(files, standard_files, sizeof standard_files);
    files[4] = (struct text_file){"registers/people.yaml", arena_printf(x->a, people_yaml, seed)};
    files[5] = (struct text_file){"data/names.yaml", names};
    return declare(x, files, names ? 6 : 5, NULL) != OK;
}

static int set_up(void **state)
{
    return fixture_set_up(state) ||
           put(*state, "farms", "code,unit,seen_on\nH1,11,2022-01-01\nH2,12,2022-01-01\n", NULL) != OK ||
           with_people(*state, 5, names_yaml);
}

static struct str run(struct fixture *x, size_t *ret_n)
{
    const struct reg *reg = province_register(x->s->province, STR("people"));
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 22);
    struct sample *m;
    const struct str *cells;
    bool has_row;
    assert_int_equal(sample_check(x->a, x->s->province, reg, &x->list), OK);
    assert_int_equal(sample_open(x->a, x->s, reg, &m, &x->list), OK);
    size_t n = 0;
    while (sample_next(m, &cells, &has_row, &x->f) == OK && has_row) {
        struct record r;
        csv_row(&b, cells, reg->n_fields, ',');
        if (record_parse(x->a, reg, cells, (uint32_t)++n, STR("2022-06-30"), &r, &x->list) != OK)
            show(&x->list);
    }
    assert_int_equal(x->list.total, 0);
    assert_int_equal(n, sample_total(m));
    sample_close(m);
    *ret_n = n;
    return str_slice(arena_dup(x->a, b.p, b.n), b.n);
}

static size_t occurrences(struct str s, const char *needle)
{
    size_t n = 0;
    for (const char *p = s.p; (p = strstr(p, needle)); p++)
        n++;
    return n;
}

static void totals_are_exact_and_every_record_valid(void **state)
{
    struct fixture *x = *state;
    size_t n;
    struct str rows = run(x, &n);
    assert_int_equal(n, 302);
    assert_int_equal(occurrences(rows, ",female,"), 199);
    assert_int_equal(occurrences(rows, ",male,"), 101);
    assert_int_equal(occurrences(rows, "Người 1 của H2") + occurrences(rows, "Người 2 của H2"),
                     0); /* farm comes after name */
    assert_int_equal(occurrences(rows, "P0302"), 1);
    assert_int_equal(occurrences(rows, "  "), 0);
}

static void a_seed_decides_every_record(void **state)
{
    struct fixture *x = *state;
    size_t n;
    struct str first = run(x, &n), again = run(x, &n);
    assert_true(str_eq(first, again));
    with_people(x, 6, names_yaml);
    assert_false(str_eq(first, run(x, &n)));
}

static void a_section_that_cannot_work_is_refused(void **state)
{
    struct fixture *x = *state;
    static const char *const wrong[][2] = {
        {"male: 101", "male: 102"},           {"{person: sex}", "{person: sxe}"},
        {"via: farm.unit", "via: farm.unti"}, {"register: farms, field: code", "register: farm, field: code"},
        {"[1950, 2010]", "[2010, 1950]"},     {"{value: 2022-02-02}", "{value: 2022-02-02, chance: 1}"},
        {"unit = '12'", "unti = '12'"},       {"seed: 7", "seed: x"},
        {"count: 300", "count: 0"},           {"{tax_code: \"64\"}", "{tax_code: \"000000000\"}"},
        {"[\"097\"]", "[\"09x\"]"},           {"[2022-01-01, 2022-06-30]", "[2022-06-30, 2022-01-01]"},
        {"[1950, 2010]", "[1, 1e30]"},        {"{chance: 0.5}", "{choose: {true: 0, false: 0}}"},
        {"{chance: 0.5}", "{choose: true}"},  {"weights: {\"11\": 3}", "weights: {\"11\": many}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        char *text = arena_printf(x->a, people_yaml, 5), *at = strstr(text, wrong[i][0]);
        assert_non_null(at);
        text = arena_printf(x->a, "%.*s%s%s", (int)(at - text), text, wrong[i][1], at + strlen(wrong[i][0]));
        struct text_file files[6];
        memcpy(files, standard_files, sizeof standard_files);
        files[4] = (struct text_file){"registers/people.yaml", text};
        files[5] = (struct text_file){"data/names.yaml", names_yaml};
        struct sources src = sources_of(x->a, files, 6);
        struct province *p;
        struct faults list CLEANUP(faults_done) = {0};
        assert_int_equal(province_build(x->a, &src, &p, &list), OK);
        assert_int_not_equal(sample_check(x->a, p, province_register(p, STR("people")), &list), OK);
        assert_true(list.p[0].line > 0);
        assert_true(str_is(fault_file(&list.p[0]), "registers/people.yaml"));
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        T(totals_are_exact_and_every_record_valid),
        T(a_seed_decides_every_record),
        T(a_section_that_cannot_work_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
