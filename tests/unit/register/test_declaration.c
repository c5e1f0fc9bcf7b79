/* Declarations: every mistake is named with its place and the nearest right name; changes that would lose data are refused. */
#include "fixture.h"
#include "register/log.h"

struct mistake {
    const char *line; /* in place of a field line of the register */
    enum err code;
    const char *says; /* must stand in the message */
};

static const char frame[] = "register: farms\n"
                            "title: Hộ\n"
                            "key: [code]\n"
                            "fields:\n"
                            "  code: {type: string, title: Mã, required: true}\n"
                            "%s\n";

static size_t build(struct arena *a, const char *text, struct faults *list)
{
    struct text_file files[] = {
        standard_files[0], standard_files[1], standard_files[2], {"registers/farms.yaml", text}};
    struct sources src = sources_of(a, files, ARRAY_LEN(files));
    struct province *p;
    enum err e = province_build(a, &src, &p, list);
    assert_int_equal(e != OK, list->total > 0);
    return list->total;
}

static void each_mistake_is_named_with_its_line(void **state)
{
    (void)state;
    static const struct mistake mistakes[] = {
        {"  area: {type: number, title: x, requird: true}", ERR_YAML_KEY_UNKNOWN, "required"},
        {"  area: {type: nubmer, title: x}", ERR_YAML_ENUM, "number"},
        {"  area: {type: number}", ERR_YAML_KEY_MISSING, "title"},
        {"  area: {type: number, title: x, min: low}", ERR_DECL_VALUE, "low"},
        {"  area: {type: number, title: x, pattern: a}", ERR_DECL_KEY_MISUSED, "pattern"},
        {"  Area: {type: number, title: x}", ERR_DECL_NAME, "Area"},
        {"  area: {type: code, title: x}", ERR_DECL_VALUE, "codes"},
        {"  area: {type: code, title: x, codes: crops}", ERR_DECL_UNKNOWN, "crops"},
        {"  area: {type: reference, title: x, register: unitz}", ERR_DECL_UNKNOWN, "units"},
        {"  area: {type: string, title: x, pattern: \"(\"}", ERR_DECL_VALUE, "pattern"},
        {"  area: {type: array, title: x, of: date}", ERR_DECL_VALUE, "date"},
        {"  area: {type: unit, title: x, levels: [two]}", ERR_DECL_VALUE, "two"},
        {"search: [coed]", ERR_DECL_UNKNOWN, "code"},
        {"order: [-coed]", ERR_DECL_UNKNOWN, "code"},
        {"indexes: [[code, aera]]", ERR_DECL_UNKNOWN, "aera"},
        {"as_of: code", ERR_DECL_VALUE, "date"},
        {"belongs_to: {unit: coed}", ERR_DECL_UNKNOWN, "code"},
        {"  area: {type: number, title: x}\nbelongs_to: {unit: area}", ERR_DECL_VALUE, "type: unit"},
        {"  area: {type: unit, title: x}\nbelongs_to: {agency: area}", ERR_DECL_VALUE, "type: reference"},
        {"belongs_to: {untis: code}", ERR_YAML_KEY_UNKNOWN, "unit"},
        {"  area: {type: number, title: x, min: 5, max: 4}", ERR_DECL_VALUE, "≥ 5"},
        {"  area: {type: string, title: x, max_length: -1}", ERR_YAML_RANGE, "max_length"},
        {"  area: {type: interval, title: x}\n  area__end: {type: string, title: y}", ERR_DECL_VALUE, "area__end"},
        {"  area: {type: geometry, title: x, crs: WGS84}", ERR_DECL_VALUE, "EPSG"},
        {"  area: {type: code, title: x, codes: {a: {vi: A, from: 2023-01-01, to: 2022-01-01}}}", ERR_DECL_VALUE,
         "2023-01-01"},
        {"  area: {type: number, title: x}\nsearch: [area]", ERR_DECL_VALUE, "search"},
        {"data: {file: ../farms.csv}", ERR_DECL_VALUE, "../farms.csv"},
        {"data: {file: /etc/passwd}", ERR_DECL_VALUE, "/etc/passwd"},
        {"rules: [{check: cod > 'a', message: x}]", ERR_CQL2_PROPERTY, "code"},
        {"rules: [{check: code = = 1, message: x}]", ERR_CQL2_SYNTAX, "="},
    };
    for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct faults list CLEANUP(faults_done) = {0};
        struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 16);
        size_t n = build(a, arena_printf(a, frame, mistakes[i].line), &list);
        if (n != 1 || list.p[0].code != mistakes[i].code)
            show(&list);
        assert_int_equal(n, 1);
        assert_int_equal(list.p[0].code, mistakes[i].code);
        assert_int_equal(list.p[0].line, strchr(mistakes[i].line, '\n') ? 7 : 6);
        assert_true(str_is(fault_file(&list.p[0]), "registers/farms.yaml"));
        faults_print(&list, LANG_VI, &b);
        assert_non_null(strstr(buf_cstr(&b), mistakes[i].says));
    }
}

static void mistakes_of_several_files_are_listed_together(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct faults list CLEANUP(faults_done) = {0};
    struct text_file files[] = {
        {"province.yaml", "province: x\ntitel: X\n"},
        {"registers/a.yaml", "register: b\ntitle: B\nkey: [k]\nfields:\n  k: {type: string, title: K}\n"},
        {"registers/c.yaml", "register: c\n  bad\n"}};
    struct sources src = sources_of(a, files, ARRAY_LEN(files));
    struct province *p;
    assert_int_not_equal(province_build(a, &src, &p, &list), OK);
    assert_true(list.total >= 3);
}

static void a_licence_is_an_address(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct faults list CLEANUP(faults_done) = {0};
    struct text_file files[] = {
        {"province.yaml", "province: x\ntitle: X\nterms:\n  license: CC BY\n  texts: [Name the source]\n"}};
    struct sources src = sources_of(a, files, ARRAY_LEN(files));
    struct province *p;
    assert_int_equal(province_build(a, &src, &p, &list), ERR_DECL_VALUE);
    assert_int_equal(list.total, 1);
    assert_int_equal(list.p[0].line, 4);
}

static void a_register_that_cannot_be_read_is_told_once(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct faults list CLEANUP(faults_done) = {0};
    struct text_file files[] = {{"province.yaml", "province: x\ntitle: X\n"},
                                {"registers/a.yaml",
                                 "register: a\ntitle: A\nkey: [k]\nfields:\n  k: {type: string, title: K}\n  b: {type: "
                                 "reference, register: b, title: B}\n"},
                                {"registers/b.yaml", "register: b\ntitle: B\nkey: [k]\n"}};
    struct sources src = sources_of(a, files, ARRAY_LEN(files));
    struct province *p;
    assert_int_equal(province_build(a, &src, &p, &list), ERR_YAML_KEY_MISSING);
    assert_int_equal(list.total, 1);
}

static void registers_load_after_what_they_refer_to(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct faults list CLEANUP(faults_done) = {0};
    struct text_file files[] = {standard_files[0],
                                standard_files[1],
                                standard_files[2],
                                standard_files[3],
                                {"registers/a.yaml", "register: a\ntitle: A\nkey: [k]\nfields:\n  k: {type: string, "
                                                     "title: K}\n  f: {type: reference, register: farms, title: F}\n"},
                                {"registers/zz.yaml", "register: zz\ntitle: Z\nkey: [k]\nfields:\n  k: {type: string, "
                                                      "title: K}\n  z: {type: reference, register: zz, title: Z}\n"}};
    struct sources src = sources_of(a, files, ARRAY_LEN(files));
    struct province *p;
    assert_int_equal(province_build(a, &src, &p, &list), OK);
    size_t at_a = 0, at_farms = 0, at_units = 0;
    for (size_t i = 0; i < p->n_registers; i++) {
        at_a = str_is(p->registers[i]->name, "a") ? i : at_a;
        at_farms = str_is(p->registers[i]->name, "farms") ? i : at_farms;
        at_units = str_is(p->registers[i]->name, "units") ? i : at_units;
    }
    assert_true(at_units < at_farms && at_farms < at_a);
}

static void no_register_bears_the_name_of_a_table_of_anothers_search(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct faults list CLEANUP(faults_done) = {0};
    const char *format = "register: %s\ntitle: A\nkey: [k]\nsearch: [k]\nfields:\n  k: {type: string, title: K}\n";
    struct text_file files[] = {{"province.yaml", "province: x\ntitle: X\n"},
                                {"registers/farm_data.yaml", arena_printf(a, format, "farm_data")},
                                {"registers/farm.yaml", arena_printf(a, format, "farm")}};
    struct sources src = sources_of(a, files, ARRAY_LEN(files));
    struct province *p;
    assert_int_equal(province_build(a, &src, &p, &list), ERR_DECL_VALUE);
    assert_int_equal(list.total, 1);
    assert_int_equal(list.p[0].line, 1);
    assert_true(str_is(fault_param(&list.p[0], "value"), "farm_data"));
}

static void registers_in_a_ring_are_refused(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct faults list CLEANUP(faults_done) = {0};
    struct text_file files[] = {{"province.yaml", "province: x\ntitle: X\n"},
                                {"registers/a.yaml", "register: a\ntitle: A\nkey: [k]\nfields:\n  k: {type: string, "
                                                     "title: K}\n  f: {type: reference, register: b, title: F}\n"},
                                {"registers/b.yaml", "register: b\ntitle: B\nkey: [k]\nfields:\n  k: {type: string, "
                                                     "title: K}\n  f: {type: reference, register: a, title: F}\n"}};
    struct sources src = sources_of(a, files, ARRAY_LEN(files));
    struct province *p;
    assert_int_equal(province_build(a, &src, &p, &list), ERR_DECL_RING);
}

/* ---- declared change ---- */

static enum err redeclare(struct fixture *x, const char *from, const char *to, const char *drop)
{
    struct text_file files[ARRAY_LEN(standard_files)];
    memcpy(files, standard_files, sizeof files);
    const char *at = strstr(farms_yaml, from);
    assert_non_null(at);
    files[3].text = arena_printf(x->a, "%.*s%s%s", (int)(at - farms_yaml), farms_yaml, to, at + strlen(from));
    return declare(x, files, ARRAY_LEN(files), drop);
}

static void a_new_field_and_a_wider_type_are_applied(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(put(x, "farms", "code,area,head\nH1,5,Lê Mai\n", NULL), OK);
    assert_int_equal(redeclare(x, "  is_poor:", "  extra: {type: integer, title: Thêm}\n  is_poor:", NULL), OK);
    assert_int_equal(put(x, "farms", "code,area,head,extra\nH2,6,Lê An,7\n", NULL), OK);
    assert_int_equal(count(x, "farms", (struct query_options){.filter = STR("extra IS NULL")}), 1);
    assert_int_equal(redeclare(x, "  is_poor:", "  extra: {type: number, title: Thêm}\n  is_poor:", NULL), OK);
    assert_int_equal(put(x, "farms", "code,area,head,extra\nH3,6,Lê Ba,7.5\n", NULL), OK);
    assert_int_equal(count(x, "farms", (struct query_options){.filter = STR("extra >= 7")}), 2);
    reopen(x);
    assert_int_equal(count(x, "farms", (struct query_options){.filter = STR("extra >= 7")}), 2);
}

static void what_would_lose_data_is_refused_until_it_is_asked_for(void **state)
{
    struct fixture *x = *state;
    const char *card = "  card: {type: string, title: Thẻ, unique: true}\n";
    assert_int_equal(put(x, "farms", "code,card\nH1,A\n", NULL), OK);
    int64_t head = x->s->head;
    assert_int_equal(redeclare(x, card, "", NULL), ERR_MIGRATE_GONE);
    assert_true(str_is(fault_param(&x->list.p[0], "what"), "farms.card"));
    assert_int_equal(redeclare(x, "is_poor: {type: boolean", "is_poor: {type: date", NULL), ERR_MIGRATE_GONE);
    assert_int_equal(x->list.p[1].code, ERR_MIGRATE_TYPE);
    assert_int_equal(redeclare(x, "key: [code]", "key: [card]", NULL), ERR_MIGRATE_GONE);
    assert_int_equal(x->list.p[2].code, ERR_MIGRATE_KEY);
    assert_int_equal(redeclare(x, "code: {type: string, title: Mã, required: true, pattern: \"^H[0-9]+$\"}",
                               "code: {type: integer, title: Mã, required: true}", "farms.code"),
                     ERR_MIGRATE_GONE);
    assert_int_equal(x->list.p[3].code, ERR_MIGRATE_KEY);
    assert_int_equal(x->s->head, head);
    assert_int_equal(redeclare(x, card, "", "farms.card"), OK);
    assert_null(reg_field(province_register(x->s->province, STR("farms")), STR("card")));
    char at[24];
    snprintf(at, sizeof at, "%lld", (long long)head);
    assert_int_equal(store_at(x->s, str_of(at), &x->f), OK);
    assert_string_equal(values(x, "farms", "card", (struct query_options){0}), "A");
}

static void what_was_let_go_does_not_come_back(void **state)
{
    struct fixture *x = *state;
    const char *card = "  card: {type: string, title: Thẻ, unique: true}\n";
    struct query_options known = {.filter = STR("card IS NOT NULL")};
    assert_int_equal(put(x, "farms", "code,card,is_poor,area\nH1,A,true,5\nH2,,,6\n", NULL), OK);
    int64_t head = x->s->head;
    assert_int_equal(redeclare(x, card, "", "farms.card"), OK);
    assert_int_equal(redeclare(x, card, card, NULL), OK);
    assert_int_equal(count(x, "farms", known), 0);
    assert_string_equal(values(x, "farms", "area", (struct query_options){.sort = STR("code")}), "5|6");
    assert_int_equal(put(x, "farms", "code,card,is_poor,area\nH2,A,,6\n", NULL), OK);

    /* A value of the old type is none of the new one. */
    assert_int_equal(redeclare(x, "is_poor: {type: boolean", "is_poor: {type: date", "farms.is_poor"), OK);
    assert_int_equal(count(x, "farms", (struct query_options){.filter = STR("is_poor IS NOT NULL")}), 0);
    assert_int_equal(count(x, "farms", (struct query_options){.id = STR("H1"), .has_history = true}), 3);
    assert_int_equal(count(x, "farms", (struct query_options){.id = STR("H2"), .has_history = true}), 2);

    /* Nor are the records of a register that was let go. */
    assert_int_equal(declare(x, standard_files, 3, "farms"), OK);
    assert_int_equal(declare(x, standard_files, ARRAY_LEN(standard_files), NULL), OK);
    assert_int_equal(count(x, "farms", (struct query_options){0}), 0);
    struct log_report r;
    store_close(x->s);
    assert_int_equal(store_open(x->path, STORE_SCRUB, &x->s, &x->f), OK);
    assert_int_equal(log_verify(x->a, x->s, NULL, NULL, &r, &x->f), OK);
    assert_int_equal(r.n_problems, 0);
    store_close(x->s);
    assert_int_equal(store_open(x->path, STORE_READ, &x->s, &x->f), OK);
    assert_int_equal(store_at(x->s, str_of(arena_printf(x->a, "%lld", (long long)head)), &x->f), OK);
    assert_string_equal(values(x, "farms", "card", known), "A");
    assert_string_equal(values(x, "farms", "is_poor", known), "true");
}

static void search_follows_its_declaration(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(put(x, "farms", "code,head,card\nH1,Lê Mai,Thẻ đỏ\n", NULL), OK);
    assert_int_equal(count(x, "farms", (struct query_options){.search = STR("do")}), 0);
    assert_int_equal(redeclare(x, "search: [head]", "search: [head, card]", NULL), OK);
    assert_int_equal(count(x, "farms", (struct query_options){.search = STR("do")}), 1);
    assert_int_equal(put(x, "farms", "code,head,card\nH2,Lê An,Đỏ\n", NULL), OK);
    assert_int_equal(count(x, "farms", (struct query_options){.search = STR("do")}), 2);
}

/* ---- indexes ---- */

static const char *indexes(struct fixture *x, const char *table)
{
    struct str names;
    assert_int_equal(
        db_value_text(x->s->db, x->a,
                      STR("SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema WHERE type = "
                          "'index' AND tbl_name = ?1 AND substr(name, 1, 2) = 'i_' ORDER BY name)"),
                      DB_VALUES(db_text(str_of(table))), &names, &x->f),
        OK);
    return arena_dup(x->a, names.p, names.n);
}

static void indexes_follow_their_declaration(void **state)
{
    struct fixture *x = *state;
    struct str sql;
    assert_string_equal(indexes(x, "r_farms"), "i_farms.card i_farms.unit.area");
    assert_int_equal(redeclare(x, "indexes: [[unit, area]]", "indexes: [[crop]]", NULL), OK);
    assert_string_equal(indexes(x, "r_farms"), "i_farms.card i_farms.crop");
    assert_int_equal(redeclare(x, "as_of: seen_on\n", "", NULL), OK);
    assert_int_equal(db_value_text(x->s->db, x->a, STR("SELECT sql FROM sqlite_schema WHERE name = 'i_farms.card'"),
                                   DB_NO_VALUES, &sql, &x->f),
                     OK);
    assert_null(memmem(sql.p, sql.n, "seen_on", 7));
}

/* Nothing is declared anew, so no revision is made; but the tables are of an older program. */
static void the_same_declarations_bring_back_an_index_that_is_missing(void **state)
{
    struct fixture *x = *state;
    int64_t head = x->s->head;
    assert_int_equal(
        db_script(x->s->db, "DROP INDEX \"i_farms.unit.area\"; CREATE INDEX \"i_farms_old\" ON r_farms(head)", &x->f),
        OK);
    assert_int_equal(declare(x, standard_files, ARRAY_LEN(standard_files), NULL), OK);
    assert_string_equal(indexes(x, "r_farms"), "i_farms.card i_farms.unit.area");
    assert_int_equal(x->s->head, head);
    assert_int_equal(put(x, "farms", "code,area\nH1,1\n", NULL), OK);
}

static void indexes_of_registers_with_names_alike_stand_apart(void **state)
{
    struct fixture *x = *state;
    const char *format = "register: %s\ntitle: A\nkey: [k]\nindexes: [[%s]]\nfields:\n  k: {type: string, title: K}\n"
                         "  %s: {type: string, title: F}\n";
    struct text_file files[6];
    memcpy(files, standard_files, sizeof standard_files);
    files[4] =
        (struct text_file){"registers/team.yaml", arena_printf(x->a, format, "team", "member_unit", "member_unit")};
    files[5] =
        (struct text_file){"registers/team_member.yaml", arena_printf(x->a, format, "team_member", "unit", "unit")};
    assert_int_equal(declare(x, files, ARRAY_LEN(files), NULL), OK);
    assert_int_equal(put(x, "team", "k,member_unit\na,1\n", NULL), OK);
    assert_int_equal(put(x, "team_member", "k,unit\na,1\n", NULL), OK);
    assert_string_equal(indexes(x, "r_team"), "i_team.member_unit");
    assert_string_equal(indexes(x, "r_team_member"), "i_team_member.unit");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_mistake_is_named_with_its_line),
        cmocka_unit_test(mistakes_of_several_files_are_listed_together),
        cmocka_unit_test(a_licence_is_an_address),
        cmocka_unit_test(a_register_that_cannot_be_read_is_told_once),
        cmocka_unit_test(registers_load_after_what_they_refer_to),
        cmocka_unit_test(registers_in_a_ring_are_refused),
        cmocka_unit_test(no_register_bears_the_name_of_a_table_of_anothers_search),
        cmocka_unit_test_setup_teardown(indexes_follow_their_declaration, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(the_same_declarations_bring_back_an_index_that_is_missing, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(indexes_of_registers_with_names_alike_stand_apart, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_new_field_and_a_wider_type_are_applied, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(what_would_lose_data_is_refused_until_it_is_asked_for, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(what_was_let_go_does_not_come_back, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(search_follows_its_declaration, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
