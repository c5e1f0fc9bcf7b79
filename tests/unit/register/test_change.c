/* Changes: what is written, what is refused, what is seen at which moment. */
#include <sys/wait.h>

#include "fixture.h"

static const char three_farms[] =
    "code,head,unit,area,crop,card,tags,spell,is_poor,seen_on,at,place\n"
    "H1,Nguyễn Thị Hường,11,1.5,coffee,A,đỏ|xanh,2022-01-01/..,true,2022-05-01,2022-05-01T08:00:00+07:00,POINT(107.5 "
    "12.1)\n"
    "H2,Điểu Nhơn,12,20000,pepper,B,,../2022-02-01,false,2022-05-02,,\n"
    "H3,Trần Văn Ân,12,,,,,,,2022-05-03,,\n";

static void putting_the_same_again_makes_no_revision(void **state)
{
    struct fixture *x = *state;
    int64_t rev;
    assert_int_equal(put(x, "farms", three_farms, &rev), OK);
    assert_int_equal(rev, 4);
    assert_int_equal(put(x, "farms", three_farms, &rev), OK);
    assert_int_equal(rev, 0);
    assert_int_equal(x->s->head, 4);
    reopen(x);
    assert_int_equal(x->s->head, 4);
    assert_int_equal(put(x, "farms", three_farms, &rev), OK);
    assert_int_equal(rev, 0);
}

static void every_type_comes_back_as_it_went_in(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(put(x, "farms", three_farms, NULL), OK);
    struct query_options one = {.id = STR("H1")};
    assert_string_equal(values(x, "farms", "head", one), "Nguyễn Thị Hường");
    assert_string_equal(values(x, "farms", "area", one), "1.5");
    assert_string_equal(values(x, "farms", "tags", one), "đỏ|xanh");
    assert_string_equal(values(x, "farms", "spell", one), "2022-01-01/..");
    assert_string_equal(values(x, "farms", "is_poor", one), "true");
    assert_string_equal(values(x, "farms", "at", one), "2022-05-01T01:00:00Z");
    assert_string_equal(values(x, "farms", "place", one), "POINT(107.5 12.1)");
    assert_string_equal(values(x, "farms", "spell", (struct query_options){.id = STR("H2")}), "../2022-02-01");
}

static void a_read_at_an_old_revision_sees_what_was_known_then(void **state)
{
    struct fixture *x = *state;
    int64_t first, second;
    assert_int_equal(put(x, "farms", three_farms, &first), OK);
    assert_int_equal(
        put(x, "farms", "code,head,unit,area,seen_on\nH1,Nguyễn Thị Hường,11,9,2022-05-01\nH4,Lê Mai,11,1,2022-05-01\n",
            &second),
        OK);
    struct change *c;
    int64_t third;
    assert_int_equal(change_begin(x->s, &(struct change_info){.actor = STR("t"), .reason = STR("r")}, &c, &x->f), OK);
    assert_int_equal(change_remove(c, province_register(x->s->province, STR("farms")), STR("H2"), &x->f), OK);
    assert_int_equal(change_commit(c, &third, &x->list, NULL), OK);
    assert_int_equal(count(x, "farms", (struct query_options){0}), 3);
    assert_string_equal(values(x, "farms", "area", (struct query_options){.id = STR("H1")}), "9");
    assert_int_equal(count(x, "farms", (struct query_options){.id = STR("H1"), .has_history = true}), 2);

    char at[24];
    snprintf(at, sizeof at, "%lld", (long long)first);
    assert_int_equal(store_at(x->s, str_of(at), &x->f), OK);
    assert_int_equal(count(x, "farms", (struct query_options){0}), 3);
    assert_string_equal(values(x, "farms", "code", (struct query_options){.sort = STR("code")}), "H1|H2|H3");
    assert_string_equal(values(x, "farms", "area", (struct query_options){.id = STR("H1")}), "1.5");
    assert_int_equal(store_at(x->s, STR("1"), &x->f), OK);
    assert_int_equal(count(x, "farms", (struct query_options){0}), 0);
    assert_int_equal(store_at(x->s, STR("99"), &x->f), ERR_AT_RANGE);
    assert_int_equal(store_at(x->s, STR("1999-01-01"), &x->f), ERR_AT_UNKNOWN);
    assert_int_equal(store_at(x->s, STR("hôm qua"), &x->f), ERR_AT_INVALID);
}

static void a_unit_that_has_ended_is_refused_with_its_successor(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(put(x, "farms", "code,unit,seen_on\nH1,11,2025-07-02\nH2,12,2025-07-02\n", NULL), ERR_UNIT_ENDED);
    assert_int_equal(x->list.total, 1);
    assert_true(str_is(fault_param(&x->list.p[0], "value"), "12"));
    assert_true(str_is(fault_param(&x->list.p[0], "successor"), "11"));
    assert_int_equal(x->list.p[0].line, 3);
    assert_true(str_is(fault_field_name(&x->list.p[0]), "unit"));
    assert_int_equal(count(x, "farms", (struct query_options){0}), 0);
}

static void a_unit_of_another_level_or_none_is_refused(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(put(x, "farms", "code,unit,seen_on\nH1,1,2022-01-01\n", NULL), ERR_UNIT_LEVEL);
    assert_int_equal(put(x, "farms", "code,unit,seen_on\nH1,77,2022-01-01\n", NULL), ERR_REFERENCE_UNKNOWN);
}

static void dates_on_both_sides_of_a_merger_are_told_apart(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(put(x, "farms", "code,unit,seen_on\nH1,11,2022-01-01\nH2,11,2025-08-01\n", NULL), OK);
    assert_int_equal(count(x, "farms", (struct query_options){.filter = STR("unit.name = 'Xã Đồi'")}), 1);
    assert_int_equal(count(x, "farms", (struct query_options){.filter = STR("unit.name = 'Xã Đồi Suối'")}), 1);
}

static void several_errors_of_a_file_are_listed_together(void **state)
{
    struct fixture *x = *state;
    put(x, "farms",
        "code,head,area,crop,seen_on\n"
        "X1,,1,coffee,2022-01-01\n"
        "H2,,-4,coffee,2022-01-01\n"
        "H3,,1,cofee,2022-13-01\n"
        "H4,,1,pepper,2024-01-01\n",
        NULL);
    assert_int_equal(x->list.total, 5);
    assert_int_equal(x->list.p[0].code, ERR_VALUE_PATTERN);
    assert_int_equal(x->list.p[1].code, ERR_VALUE_RANGE);
    assert_int_equal(x->list.p[2].line, 4);
    assert_int_equal(x->list.p[3].code, ERR_VALUE_CODE);
    assert_true(str_is(fault_param(&x->list.p[3], "nearest"), "coffee"));
    assert_int_equal(x->list.p[4].code, ERR_VALUE_CODE_DATE);
    assert_int_equal(x->s->head, 3);
}

static void a_rule_is_an_error_or_a_warning(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(put(x, "farms", "code,crop,area\nH1,coffee,999\nH2,coffee,1000\n", NULL), ERR_RULE_BROKEN);
    assert_true(str_is(fault_param(&x->list.p[0], "id"), "H2"));
    assert_int_equal(x->list.p[0].line, 3);
    assert_int_equal(put(x, "farms", "code,crop,area\nH1,coffee,13\nH5,,\n", NULL), OK);
    assert_int_equal(x->warnings.total, 1);
    assert_int_equal(count(x, "farms", (struct query_options){0}), 2);
}

static void a_key_or_a_unique_value_is_not_given_twice(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(put(x, "farms", "code,card\nH1,A\nH1,B\n", NULL), ERR_KEY_TWICE);
    assert_int_equal(put(x, "farms", "code,card\nH1,A\nH2,A\n", NULL), ERR_VALUE_NOT_UNIQUE);
    assert_int_equal(put(x, "farms", "code,card\nH1,A\nH2,B\n", NULL), OK);
    assert_int_equal(put(x, "farms", "code,card\nH3,B\n", NULL), ERR_VALUE_NOT_UNIQUE);
    assert_int_equal(put(x, "farms", "code,card\nH2,C\nH2,D\n", NULL), ERR_KEY_TWICE);
}

static void versions_of_a_unit_do_not_overlap(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(
        put(x, "units",
            "code,valid_from,valid_to,name,level,parent\n13,2020-01-01,2025-07-01,A,2,1\n13,2024-01-01,,B,2,1\n", NULL),
        ERR_VALIDITY_OVERLAPS);
    assert_int_equal(
        put(x, "units",
            "code,valid_from,valid_to,name,level,parent\n13,2020-01-01,2025-07-01,A,2,1\n13,2025-07-01,,B,2,1\n", NULL),
        OK);
    assert_int_equal(count(x, "units", (struct query_options){.on = STR("2022-01-01")}), 4);
    assert_int_equal(count(x, "units", (struct query_options){.on = STR("2025-07-01")}), 3);
}

static void a_removed_record_can_come_back(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(put(x, "farms", "code,area\nH1,1\n", NULL), OK);
    const struct reg *farms = province_register(x->s->province, STR("farms"));
    struct change *c;
    int64_t rev;
    assert_int_equal(change_begin(x->s, &(struct change_info){.actor = STR("t"), .reason = STR("r")}, &c, &x->f), OK);
    assert_int_equal(change_remove(c, farms, STR("H9"), &x->f), ERR_RECORD_UNKNOWN);
    assert_int_equal(change_remove(c, farms, STR("H1"), &x->f), OK);
    assert_int_equal(change_commit(c, &rev, &x->list, NULL), OK);
    assert_int_equal(count(x, "farms", (struct query_options){0}), 0);
    assert_int_equal(put(x, "farms", "code,area\nH1,1\n", &rev), OK);
    assert_int_not_equal(rev, 0);
    assert_int_equal(count(x, "farms", (struct query_options){0}), 1);
    assert_int_equal(count(x, "farms", (struct query_options){.has_history = true}), 3);
}

static const char plots_yaml[] = "register: plots\n"
                                 "title: Thửa\n"
                                 "key: [sheet, number]\n"
                                 "fields:\n"
                                 "  sheet: {type: string, title: Tờ, required: true}\n"
                                 "  number: {type: string, title: Thửa, required: true}\n"
                                 "  farm: {type: reference, title: Hộ, register: farms}\n"
                                 "  commune: {type: unit, title: Xã}\n";

static void declare_plots(struct fixture *x)
{
    struct text_file files[ARRAY_LEN(standard_files) + 1];
    memcpy(files, standard_files, sizeof standard_files);
    files[ARRAY_LEN(standard_files)] = (struct text_file){"registers/plots.yaml", plots_yaml};
    assert_int_equal(declare(x, files, ARRAY_LEN(files), NULL), OK);
}

static enum err remove_one(struct fixture *x, const char *reg, const char *id)
{
    struct change *c;
    int64_t rev;
    assert_int_equal(change_begin(x->s, &(struct change_info){.actor = STR("t"), .reason = STR("r")}, &c, &x->f), OK);
    assert_int_equal(change_remove(c, province_register(x->s->province, str_of(reg)), str_of(id), &x->f), OK);
    return change_commit(c, &rev, &x->list, NULL);
}

static void a_record_that_others_refer_to_is_not_removed(void **state)
{
    struct fixture *x = *state;
    declare_plots(x);
    assert_int_equal(put(x, "farms", "code,area\nH1,1\nH2,1\n", NULL), OK);
    assert_int_equal(put(x, "plots", "sheet,number,farm,commune\n1,7,H1,\n1,8,,1\n", NULL), OK);
    assert_int_equal(remove_one(x, "farms", "H1"), ERR_RECORD_NEEDED);
    assert_int_equal(x->list.total, 1);
    assert_true(str_is(fault_param(&x->list.p[0], "id"), "H1"));
    assert_true(str_is(fault_param(&x->list.p[0], "other"), "1@7"));
    assert_true(str_is(fault_param(&x->list.p[0], "from"), "plots"));
    assert_int_equal(remove_one(x, "farms", "H2"), OK);
    assert_int_equal(remove_one(x, "units", "1@"), ERR_RECORD_NEEDED);
    assert_int_equal(remove_one(x, "units", "11@"), OK); /* another version of 11 is left */
    assert_int_equal(remove_one(x, "plots", "1@7"), OK);
    assert_int_equal(remove_one(x, "farms", "H1"), OK);
    assert_int_equal(count(x, "farms", (struct query_options){0}), 0);
}

static void two_keys_never_share_an_id(void **state)
{
    struct fixture *x = *state;
    declare_plots(x);
    assert_int_equal(put(x, "plots", "sheet,number\na,b@c\n", NULL), OK);
    assert_int_equal(put(x, "plots", "sheet,number\na@b,c\n", NULL), ERR_VALUE_KEY);
    assert_true(str_is(fault_field_name(&x->list.p[0]), "sheet"));
    assert_int_equal(x->list.p[0].line, 2);
    assert_string_equal(values(x, "plots", "number", (struct query_options){0}), "b@c");
}

static void a_reader_sees_one_moment_while_others_write(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(put(x, "farms", "code,area\nH1,1\n", NULL), OK);
    struct store *writer = x->s, *reader;
    assert_int_equal(store_open(x->path, STORE_READ, &reader, &x->f), OK);
    assert_int_equal(store_hold(reader, &x->f), OK);
    assert_int_equal(put(x, "farms", "code,area\nH1,2\nH2,1\n", NULL), OK);
    x->s = reader;
    assert_int_equal(count(x, "farms", (struct query_options){0}), 1);
    assert_string_equal(values(x, "farms", "area", (struct query_options){0}), "1");
    assert_int_equal(reader->at, writer->head - 1);
    assert_int_equal(store_hold(reader, &x->f), OK);
    assert_int_equal(count(x, "farms", (struct query_options){0}), 2);
    assert_int_equal(reader->at, writer->head);
    store_close(reader);
    x->s = writer;
}

/* Whether the condition for an old moment is the short one, which indexes over current versions answer. */
static bool is_read_as_now(struct fixture *x, const char *reg)
{
    const char *sql = store_visible_sql(x->a, x->s, province_register(x->s->province, str_of(reg)), "t");
    return strstr(sql, "t._until IS NULL AND t._removed = 0") == sql;
}

static void a_register_unchanged_since_an_old_revision_is_read_as_it_is_now(void **state)
{
    struct fixture *x = *state;
    int64_t rev;
    assert_int_equal(put(x, "farms", three_farms, &rev), OK);
    assert_int_equal(put(x, "farms", "code,area\nH1,2\n", NULL), OK);
    assert_int_equal(store_at(x->s, str_of(arena_printf(x->a, "%lld", (long long)rev)), &x->f), OK);
    assert_true(is_read_as_now(x, "units"));
    assert_false(is_read_as_now(x, "farms"));
    assert_int_equal(count(x, "units", (struct query_options){0}), 4);
    assert_string_equal(values(x, "farms", "area", (struct query_options){.id = STR("H1")}), "1.5");
}

static void a_record_in_json_is_judged_as_one_in_a_file(void **state)
{
    struct fixture *x = *state;
    const struct reg *farms = province_register(x->s->province, STR("farms"));
    struct record r;
    struct json *j;
    const char *good = "{\"code\":\"H1\",\"area\":1.5,\"tags\":[\"đỏ\",\"xanh\"],\"is_poor\":true,\"head\":null}";
    assert_int_equal(json_parse(x->a, str_of(good), STR(""), &j, &x->f), OK);
    assert_int_equal(record_from_json(x->a, farms, j, STR("2022-01-01"), &r, &x->list), OK);
    assert_true(str_is(r.id, "H1"));
    assert_int_equal(r.values[reg_field_number(farms, STR("head"))].kind, VALUE_NULL);
    assert_true(str_is(r.values[reg_field_number(farms, STR("tags"))].text, "[\"đỏ\",\"xanh\"]"));
    assert_int_equal(json_parse(x->a, STR("{\"code\":\"X1\",\"area\":-1}"), STR(""), &j, &x->f), OK);
    assert_int_equal(record_from_json(x->a, farms, j, STR("2022-01-01"), &r, &x->list), ERR_VALUE_RANGE);
    assert_int_equal(x->list.p[0].code, ERR_VALUE_PATTERN);
    assert_int_equal(x->list.total, 2);
    assert_int_equal(json_parse(x->a, STR("{\"code\":\"H1\",\"aera\":1}"), STR(""), &j, &x->f), OK);
    assert_int_equal(record_from_json(x->a, farms, j, STR("2022-01-01"), &r, &x->list), ERR_FIELD_UNKNOWN);
    assert_true(str_is(fault_param(&x->list.p[2], "nearest"), "area"));
}

static enum err code_of_json(struct fixture *x, const char *text, struct record *ret_record)
{
    const struct reg *farms = province_register(x->s->province, STR("farms"));
    struct faults list CLEANUP(faults_done) = {0};
    struct json *j;
    assert_int_equal(json_parse(x->a, str_of(text), STR(""), &j, &x->f), OK);
    return record_from_json(x->a, farms, j, STR("2022-01-01"), ret_record, &list);
}

static void a_json_value_of_another_kind_is_no_value_of_the_field(void **state)
{
    struct fixture *x = *state;
    struct record r;
    static const char *const wrong[] = {
        "{\"code\":\"H1\",\"area\":\"1.5\"}",
        "{\"code\":\"H1\",\"area\":[1]}",
        "{\"code\":\"H1\",\"head\":5}",
        "{\"code\":\"H1\",\"head\":true}",
        "{\"code\":\"H1\",\"head\":{\"a\":1}}",
        "{\"code\":\"H1\",\"head\":[\"a\"]}",
        "{\"code\":\"H1\",\"is_poor\":\"true\"}",
        "{\"code\":\"H1\",\"is_poor\":1}",
        "{\"code\":\"H1\",\"tags\":\"a\"}",
        "{\"code\":\"H1\",\"tags\":[1]}",
        "{\"code\":\"H1\",\"tags\":[\"a\",[\"b\"]]}",
        "{\"code\":\"H1\",\"tags\":[\"a\",null]}",
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        if (code_of_json(x, wrong[i], &r) != ERR_VALUE_TYPE)
            fail_msg("%s", wrong[i]);
    const struct reg *farms = province_register(x->s->province, STR("farms"));
    assert_int_equal(code_of_json(x, "{\"code\":\"H1\",\"tags\":[\"a|b\",\"c\"]}", &r), OK);
    assert_true(str_is(r.values[reg_field_number(farms, STR("tags"))].text, "[\"a|b\",\"c\"]"));
    assert_int_equal(code_of_json(x, "{\"code\":\"H1\",\"area\":1e2,\"tags\":[]}", &r), OK);
    assert_true(r.values[reg_field_number(farms, STR("area"))].number == 100);
    assert_int_equal(r.values[reg_field_number(farms, STR("tags"))].kind, VALUE_NULL);
}

static void an_aborted_change_leaves_no_trace(void **state)
{
    struct fixture *x = *state;
    struct change *c;
    const struct reg *farms = province_register(x->s->province, STR("farms"));
    struct str cells[16] = {STR("H1")};
    struct record r;
    enum put_outcome outcome;
    int64_t head = x->s->head;
    assert_int_equal(change_begin(x->s, &(struct change_info){.actor = STR("t"), .reason = STR("r")}, &c, &x->f), OK);
    assert_int_equal(record_parse(x->a, farms, cells, 1, change_today(c), &r, &x->list), OK);
    assert_int_equal(change_put(c, farms, &r, &outcome, &x->f), OK);
    change_abort(c);
    reopen(x);
    assert_int_equal(x->s->head, head);
    assert_int_equal(count(x, "farms", (struct query_options){0}), 0);
}

static void a_database_without_its_newest_revision_is_refused(void **state)
{
    struct fixture *x = *state;
    struct str old, newer;
    char checkpoint[128];
    snprintf(checkpoint, sizeof checkpoint, "%s/x.checkpoint", x->folder);
    store_close(x->s);
    x->s = NULL;
    assert_int_equal(file_read(x->a, x->path, 1 << 26, &old, &x->f), OK);
    assert_int_equal(store_open(x->path, STORE_WRITE, &x->s, &x->f), OK);
    assert_int_equal(put(x, "farms", three_farms, NULL), OK);
    store_close(x->s);
    x->s = NULL;
    assert_int_equal(file_read(x->a, checkpoint, 4096, &newer, &x->f), OK);
    assert_int_equal(file_write_atomic(x->path, old, 0644, &x->f), OK);
    assert_int_equal(store_open(x->path, STORE_READ, &x->s, &x->f), ERR_LOG_ROLLED_BACK);
    unlink(checkpoint);
    assert_int_equal(store_open(x->path, STORE_READ, &x->s, &x->f), ERR_LOG_CHECKPOINT_MISSING);
}

static void what_killed_writers_left_is_removed_by_the_next(void **state)
{
    struct fixture *x = *state;
    pid_t gone = fork();
    if (gone == 0)
        _exit(0);
    assert_int_equal(waitpid(gone, NULL, 0), gone);
    const struct {
        const char *before, *behind;
        pid_t pid;
        bool stays;
    } files[] = {{"x.checkpoint.", ".tmp", gone, false}, {"x.key.", ".tmp", gone, false},
                 {"x.db.", ".tmp-journal", gone, false}, {"x.checkpoint.", ".tmp", getppid(), true},
                 {"x.checkpoint.", ".old", gone, true},  {"y.key.", ".tmp", gone, true}};
    const char *paths[ARRAY_LEN(files)];
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        paths[i] = arena_printf(x->a, "%s/%s%d%s", x->folder, files[i].before, (int)files[i].pid, files[i].behind);
        assert_int_equal(file_write_atomic(paths[i], STR("half"), 0600, &x->f), OK);
    }
    reopen(x);
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        assert_int_equal(file_exists(paths[i]), files[i].stays);
        unlink(paths[i]);
    }
}

static void a_lost_key_is_not_replaced_by_another(void **state)
{
    struct fixture *x = *state;
    char key[128];
    snprintf(key, sizeof key, "%s/x.key", x->folder);
    assert_int_equal(unlink(key), 0);
    store_close(x->s);
    x->s = NULL;
    assert_int_equal(store_open(x->path, STORE_WRITE, &x->s, &x->f), ERR_LOG_KEY_MISSING);
    assert_int_equal(store_open(x->path, STORE_READ, &x->s, &x->f), OK);
    assert_false(file_exists(key));
}

static void changes_of_a_group_share_a_commit_and_one_refused_harms_no_other(void **state)
{
    struct fixture *x = *state;
    int64_t rev;
    assert_int_equal(change_group_begin(x->s, &x->f), OK);
    assert_int_equal(put(x, "farms", "code,head,unit\nH1,A,11\n", &rev), OK);
    assert_int_equal(rev, 4);
    assert_int_equal(put(x, "farms", "code,head,unit\nH2,B,999\n", &rev), ERR_REFERENCE_UNKNOWN);
    assert_int_equal(put(x, "farms", "code,head,unit\nH1,A,11\n", &rev), OK); /* sees the first: nothing new */
    assert_int_equal(rev, 0);
    assert_int_equal(put(x, "farms", "code,head,unit\nH3,C,11\n", &rev), OK);
    assert_int_equal(rev, 5);
    struct store *reader;
    assert_int_equal(store_open(x->path, STORE_READ, &reader, &x->f), OK);
    assert_int_equal(reader->head, 3);
    assert_int_equal(change_group_commit(x->s, &x->f), OK);
    assert_int_equal(store_follow(reader, &x->f), OK);
    assert_int_equal(reader->head, 5);
    store_close(reader);
    assert_int_equal(count(x, "farms", (struct query_options){0}), 2);
    reopen(x); /* the checkpoint agrees with the log */
    assert_int_equal(x->s->head, 5);
    assert_int_equal(x->s->frontier.size, 5);
}

static void a_group_that_is_given_up_leaves_no_trace(void **state)
{
    struct fixture *x = *state;
    int64_t rev;
    assert_int_equal(change_group_begin(x->s, &x->f), OK);
    assert_int_equal(put(x, "farms", three_farms, &rev), OK);
    assert_int_equal(x->s->head, 4);
    change_group_abort(x->s);
    assert_int_equal(x->s->head, 3);
    assert_int_equal(x->s->frontier.size, 3);
    assert_int_equal(put(x, "farms", three_farms, &rev), OK);
    assert_int_equal(rev, 4);
    reopen(x);
    assert_int_equal(count(x, "farms", (struct query_options){0}), 3);
}

static const char *found(struct fixture *x, const char *words)
{
    return values(x, "farms", "code", (struct query_options){.search = str_of(words), .sort = STR("code")});
}

/* Words are written at the commit of the group, or for whoever searches before; what a refused change wrote is in neither. */
static void words_of_a_group_are_found_in_it_and_behind_it(void **state)
{
    struct fixture *x = *state;
    const struct reg *farms = province_register(x->s->province, STR("farms"));
    struct value *v = ARENA_ARRAY(x->a, struct value, farms->n_fields);
    struct record r = {.id = STR("H2"), .values = v};
    enum put_outcome outcome;
    struct change *c;
    int64_t rev;
    v[reg_field_number(farms, STR("code"))] = (struct value){.kind = VALUE_TEXT, .text = STR("H2")};
    v[reg_field_number(farms, STR("head"))] = (struct value){.kind = VALUE_TEXT, .text = STR("Hường Hai")};
    assert_int_equal(change_group_begin(x->s, &x->f), OK);
    assert_int_equal(put(x, "farms", "code,head,unit\nH1,Hường Một,11\n", &rev), OK);
    assert_int_equal(change_begin(x->s, &(struct change_info){.actor = STR("x"), .reason = STR("x")}, &c, &x->f), OK);
    assert_int_equal(change_put(c, farms, &r, &outcome, &x->f), OK);
    assert_string_equal(found(x, "huong"), "H1");
    change_abort(c);
    assert_string_equal(found(x, "huong"), "H1");
    assert_int_equal(put(x, "farms", "code,head,unit\nH3,Hường Ba,11\n", &rev), OK);
    assert_int_equal(change_group_commit(x->s, &x->f), OK);
    for (int i = 0; i < 2; i++) {
        assert_string_equal(found(x, "huong"), "H1|H3");
        assert_string_equal(found(x, "hai"), "");
        assert_string_equal(found(x, "một"), "H1");
        reopen(x);
    }
}

/* More revisions than a tile of the log holds. */
static void a_group_may_fill_a_tile_of_the_log(void **state)
{
    struct fixture *x = *state;
    int64_t rev = 0;
    assert_int_equal(change_group_begin(x->s, &x->f), OK);
    for (int i = 1; i <= 300; i++)
        assert_int_equal(put(x, "farms", arena_printf(x->a, "code,head,unit\nH%d,A,11\n", i), &rev), OK);
    assert_int_equal(change_group_commit(x->s, &x->f), OK);
    reopen(x);
    assert_int_equal(x->s->frontier.size, rev);
    assert_int_equal(put(x, "farms", "code,head,unit\nH301,A,11\n", &rev), OK);
    reopen(x);
    assert_int_equal(x->s->frontier.size, rev);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        T(putting_the_same_again_makes_no_revision),
        T(every_type_comes_back_as_it_went_in),
        T(a_read_at_an_old_revision_sees_what_was_known_then),
        T(a_unit_that_has_ended_is_refused_with_its_successor),
        T(a_unit_of_another_level_or_none_is_refused),
        T(dates_on_both_sides_of_a_merger_are_told_apart),
        T(several_errors_of_a_file_are_listed_together),
        T(a_rule_is_an_error_or_a_warning),
        T(a_key_or_a_unique_value_is_not_given_twice),
        T(versions_of_a_unit_do_not_overlap),
        T(a_removed_record_can_come_back),
        T(a_record_that_others_refer_to_is_not_removed),
        T(two_keys_never_share_an_id),
        T(a_reader_sees_one_moment_while_others_write),
        T(a_register_unchanged_since_an_old_revision_is_read_as_it_is_now),
        T(a_record_in_json_is_judged_as_one_in_a_file),
        T(a_json_value_of_another_kind_is_no_value_of_the_field),
        T(an_aborted_change_leaves_no_trace),
        T(changes_of_a_group_share_a_commit_and_one_refused_harms_no_other),
        T(a_group_that_is_given_up_leaves_no_trace),
        T(words_of_a_group_are_found_in_it_and_behind_it),
        T(a_group_may_fill_a_tile_of_the_log),
        T(what_killed_writers_left_is_removed_by_the_next),
        T(a_lost_key_is_not_replaced_by_another),
        T(a_database_without_its_newest_revision_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
