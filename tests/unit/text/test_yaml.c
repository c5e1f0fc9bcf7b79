#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "base/limits.h"
#include "text/yaml.h"

/* ---- the tree ---- */

static struct yaml *parsed(struct arena *a, const char *text)
{
    struct yaml *root = NULL;
    struct fault f = {0};
    if (yaml_parse(a, str_of(text), STR("t.yaml"), &root, &f) != OK) {
        struct buf b CLEANUP(buf_done) = BUF_INIT(10000);
        fault_print(&f, LANG_EN, &b);
        fail_msg("%s", buf_cstr(&b));
    }
    return root;
}

static void every_scalar_stays_text_with_its_place(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct yaml *y = parsed(a, "code: 00004\nno: no\nsố: \"01\"\nlist:\n  - ~\n  - 'a: b'\nnothing:\n");
    assert_int_equal(y->kind, YAML_MAP);
    assert_int_equal(y->n, 5);
    assert_true(str_is(yaml_get(y, "code")->scalar, "00004"));
    assert_true(str_is(yaml_get(y, "no")->scalar, "no"));
    assert_false(yaml_get(y, "no")->is_quoted);
    const struct yaml *number = yaml_get(y, "số");
    assert_true(str_is(number->scalar, "01") && number->is_quoted);
    assert_int_equal(number->line, 3);
    assert_int_equal(number->column, 5); /* characters, not bytes */
    const struct yaml *list = yaml_get(y, "list");
    assert_int_equal(list->n, 2);
    assert_true(str_is(list->items[0]->scalar, "~"));
    assert_true(str_is(list->items[1]->scalar, "a: b"));
    assert_int_equal(list->items[1]->line, 6);
    assert_int_equal(list->items[1]->column, 5);
    assert_int_equal(yaml_get(y, "nothing")->scalar.n, 0);
    assert_int_equal(y->pairs[3].line, 4);
    assert_null(yaml_get(y, "absent"));
    assert_null(yaml_get(list, "absent"));
    assert_null(yaml_get(NULL, "absent"));
}

static void blocks_flows_and_a_byte_order_mark_are_read(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct yaml *y =
        parsed(a, "\xEF\xBB\xBF# chú thích\nnote: |\n  một\n  hai\nby: [unit:2, {a: 1}]\nwhere: \"level = 3\"\n");
    assert_true(str_is(yaml_get(y, "note")->scalar, "một\nhai\n"));
    assert_true(yaml_get(y, "note")->is_quoted);
    assert_true(str_is(yaml_get(y, "by")->items[0]->scalar, "unit:2"));
    assert_true(str_is(yaml_get(yaml_get(y, "by")->items[1], "a")->scalar, "1"));
    y = parsed(a, "- {a: 1}\n- b\n");
    assert_int_equal(y->kind, YAML_LIST);
}

static void what_is_no_declaration_is_refused_at_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err code;
        int line, column;
    } cases[] = {
        {"a: &x 1", ERR_YAML_FEATURE, 1, 4},
        {"a: 1\nb: *x", ERR_YAML_FEATURE, 2, 4},
        {"a: !!str 1", ERR_YAML_FEATURE, 1, 4},
        {"a: ! 1", ERR_YAML_FEATURE, 1, 4},
        {"a: ! [1]", ERR_YAML_FEATURE, 1, 4},
        {"a: !<tag:x> {}", ERR_YAML_FEATURE, 1, 4},
        {"a: &l [1]", ERR_YAML_FEATURE, 1, 4},
        {"&k a: 1", ERR_YAML_FEATURE, 1, 1},
        {"a: {<<: {b: 1}}", ERR_YAML_FEATURE, 1, 5},
        {"a: 1\n---\nb: 2\n", ERR_YAML_FEATURE, 2, 1},
        {"%YAML 1.1\n---\na: 1\n", ERR_YAML_FEATURE, 1, 1},
        {"%TAG ! tag:x,2022:\n---\na: 1\n", ERR_YAML_FEATURE, 1, 1},
        {"a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n", ERR_YAML_KEY_TWICE, 5, 3},
        {"{a: 1, a: 2}", ERR_YAML_KEY_TWICE, 1, 8},
        {": 1", ERR_YAML_INDENT, 1, 1},
        {"?\n: 1", ERR_YAML_KEY_EMPTY, 1, 2},
        {"\"\": 1", ERR_YAML_KEY_EMPTY, 1, 1},
        {"[a]: 1", ERR_YAML_KEY_COMPLEX, 1, 1},
        {"? {a: 1}\n: 2", ERR_YAML_KEY_COMPLEX, 1, 3},
        {"", ERR_YAML_NOTHING, 0, 0},
        {"# only\n", ERR_YAML_NOTHING, 0, 0},
        {"---\n", ERR_YAML_NOTHING, 0, 0},
        {"a: 1\nb: Đắ\xC6k", ERR_TEXT_UTF8, 2, 6},
        {"a: \"\xED\xA0\x80\"", ERR_TEXT_UTF8, 1, 5},
        {"a: 1\nb: \x01", ERR_YAML_CHARACTER, 2, 4},
        {"a:\n\t- b", ERR_YAML_CHARACTER, 2, 1},
        {"a: @b", ERR_YAML_CHARACTER, 1, 4},
        {"a: 'b\nc: d\n", ERR_YAML_QUOTE, 1, 4},
        {"a: b: c", ERR_YAML_COLON, 1, 5},
        {"a: [1, 2\nb: 3\n", ERR_YAML_BRACKET, 1, 4},
        {"a: 1\nb\nc: 2\n", ERR_YAML_INDENT, 2, 1},
        {"a:\n  b: 1\n c: 2\n", ERR_YAML_INDENT, 3, 2},
        {"a: \"\\q\"", ERR_YAML_SYNTAX, 1, 5},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct yaml *root = (struct yaml *)&cases;
        struct fault f = {0};
        enum err code = yaml_parse(a, str_of(cases[i].text), STR("t.yaml"), &root, &f);
        if (code != cases[i].code || f.line != cases[i].line || f.column != cases[i].column) {
            struct buf b CLEANUP(buf_done) = BUF_INIT(10000);
            fault_print(&f, LANG_EN, &b);
            fail_msg("“%s” expected %d:%d code %d, got %s", cases[i].text, cases[i].line, cases[i].column,
                     (int)cases[i].code, buf_cstr(&b));
        }
        assert_int_equal(f.code, code);
        assert_true(str_is(fault_file(&f), "t.yaml"));
        assert_ptr_equal(root, &cases); /* an output is written on success only */
        assert_int_equal(yaml_parse(a, str_of(cases[i].text), STR("t.yaml"), &root, NULL), code);
    }
}

static void depth_nodes_and_bytes_are_bounded(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf b CLEANUP(buf_done) = BUF_INIT(16 << 20);
    struct yaml *root;
    struct fault f = {0};
    for (int i = 0; i < LIMIT_YAML_DEPTH; i++)
        buf_putc(&b, '[');
    for (int i = 0; i < LIMIT_YAML_DEPTH; i++)
        buf_putc(&b, ']');
    assert_int_equal(yaml_parse(a, buf_view(&b), STR("t"), &root, &f), OK);
    buf_reset(&b);
    for (int i = 0; i < 100000; i++)
        buf_putc(&b, '[');
    assert_int_equal(yaml_parse(a, buf_view(&b), STR("t"), &root, &f), ERR_LIMIT);
    assert_int_equal(f.column, LIMIT_YAML_DEPTH + 1);
    buf_reset(&b);
    for (int i = 0; i < LIMIT_YAML_NODES; i++)
        buf_puts(&b, "- a\n");
    f = (struct fault){0};
    assert_int_equal(yaml_parse(a, buf_view(&b), STR("t"), &root, &f), ERR_LIMIT);
    buf_reset(&b);
    while (b.n <= LIMIT_YAML_BYTES)
        buf_puts(&b, "# dòng chú thích\n");
    assert_int_equal(yaml_parse(a, buf_view(&b), STR("t"), &root, NULL), ERR_LIMIT);
}

/* ---- decoding ---- */

enum kind { KIND_STRING, KIND_TEXT, KIND_INTEGER };

struct code {
    struct yaml_place place;
    struct str id;
    struct text2 title;
    struct str from;
};

struct field {
    struct yaml_place place, type_place;
    struct str id;
    int kind;
    struct text2 title;
    bool is_required;
    int64_t max_length;
    double weight;
    YAML_ARRAY(struct code) codes;
    const struct yaml *min;
};

struct rule {
    struct yaml_place place;
    struct str check;
};

struct order {
    struct str by;
    bool is_descending;
};

struct decl {
    struct yaml_place place;
    struct str id;
    struct text2 title;
    struct yaml_strs key;
    struct str since;
    YAML_ARRAY(struct field) fields;
    YAML_ARRAY(struct rule) rules;
    YAML_ARRAY(struct yaml_entry) columns;
    struct order order;
    struct rule *only_rule;
    int months;
};

static const char *const kinds[] = {"string", "text", "integer", NULL};

static const struct yaml_field code_fields[] = {
    {NULL, Y_PLACE, offsetof(struct code, place)},
    {NULL, Y_KEY, offsetof(struct code, id)},
    {"title", Y_TEXT2, offsetof(struct code, title), Y_REQUIRED},
    {"from", Y_DATE_TEXT, offsetof(struct code, from)},
};
static const struct yaml_schema code_schema = {"code", code_fields, ARRAY_LEN(code_fields), sizeof(struct code),
                                               NULL,   "title"};

static const struct yaml_range lengths = {1, 1000};
static const struct field field_initial = {.max_length = 200, .kind = KIND_STRING};
static const struct yaml_field field_fields[] = {
    {NULL, Y_PLACE, offsetof(struct field, place)},
    {"type", Y_PLACE, offsetof(struct field, type_place)},
    {NULL, Y_KEY, offsetof(struct field, id)},
    {"type", Y_ENUM, offsetof(struct field, kind), Y_REQUIRED, kinds},
    {"title", Y_TEXT2, offsetof(struct field, title), Y_REQUIRED},
    {"required", Y_BOOL, offsetof(struct field, is_required)},
    {"max_length", Y_INT, offsetof(struct field, max_length), 0, &lengths},
    {"weight", Y_NUMBER, offsetof(struct field, weight)},
    {"codes", Y_KEYED, offsetof(struct field, codes), 0, &code_schema},
    {"min", Y_ANY, offsetof(struct field, min)},
};
static const struct yaml_schema field_schema = {
    "field", field_fields, ARRAY_LEN(field_fields), sizeof(struct field), &field_initial, NULL};

static const struct yaml_field rule_fields[] = {
    {NULL, Y_PLACE, offsetof(struct rule, place)},
    {"check", Y_STR, offsetof(struct rule, check), Y_REQUIRED},
};
static const struct yaml_schema rule_schema = YAML_SCHEMA("rule", rule_fields, struct rule);

static const struct yaml_field order_fields[] = {
    {"by", Y_STR, offsetof(struct order, by), Y_REQUIRED},
    {"descending", Y_BOOL, offsetof(struct order, is_descending)},
};
static const struct yaml_schema order_schema = YAML_SCHEMA("order", order_fields, struct order);

static bool months_read(struct arena *a, struct str text, void *member)
{
    (void)a;
    if (text.n != 3 || text.p[0] != 'P' || text.p[2] != 'M' || text.p[1] < '1' || text.p[1] > '9')
        return false;
    *(int *)member = text.p[1] - '0';
    return true;
}
static const struct yaml_reader months_reader = {"P3M", months_read};

static const struct yaml_field decl_fields[] = {
    {NULL, Y_PLACE, offsetof(struct decl, place)},
    {"register", Y_STR, offsetof(struct decl, id), Y_REQUIRED},
    {"title", Y_TEXT2, offsetof(struct decl, title), Y_REQUIRED},
    {"key", Y_STR_LIST, offsetof(struct decl, key), Y_REQUIRED | Y_SINGLE_OK},
    {"since", Y_DATE_TEXT, offsetof(struct decl, since)},
    {"fields", Y_KEYED, offsetof(struct decl, fields), Y_REQUIRED, &field_schema},
    {"rules", Y_LIST, offsetof(struct decl, rules), 0, &rule_schema},
    {"columns", Y_STR_MAP, offsetof(struct decl, columns)},
    {"order", Y_MAP, offsetof(struct decl, order), 0, &order_schema},
    {"only_rule", Y_MAP_PTR, offsetof(struct decl, only_rule), 0, &rule_schema},
    {"every", Y_READ, offsetof(struct decl, months), 0, &months_reader},
};
static const struct yaml_schema decl_schema = YAML_SCHEMA("register", decl_fields, struct decl);

static const char good[] = "register: teams\n"
                           "title: {vi: Tổ công nghệ số, en: Digital teams}\n"
                           "key: [code, valid_from]\n"
                           "since: 2022-02-28\n"
                           "every: P3M\n"
                           "fields:\n"
                           "  code:\n"
                           "    type: text\n"
                           "    title: Mã\n"
                           "    required: true\n"
                           "    max_length: 12\n"
                           "    weight: -1.5e2\n"
                           "  kind:\n"
                           "    type: string\n"
                           "    title: {vi: Loại}\n"
                           "    min: 00004\n"
                           "    codes:\n"
                           "      01: Thôn\n"
                           "      02: {vi: Bon, en: Hamlet}\n"
                           "      03: {title: Buôn, from: 2022-01-01}\n"
                           "rules:\n"
                           "  - check: a > 0\n"
                           "  - {check: b > 0}\n"
                           "columns:\n"
                           "  Tên tổ: name\n"
                           "order: {by: name, descending: true}\n"
                           "only_rule: {check: c}\n";

static void a_declaration_is_decoded_into_its_structs(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct faults list CLEANUP(faults_done) = {0};
    struct decl d;
    memset(&d, 'x', sizeof d);
    assert_int_equal(yaml_decode(a, parsed(a, good), &decl_schema, STR("t.yaml"), &d, &list), OK);
    assert_int_equal(list.total, 0);
    assert_true(str_is(d.id, "teams") && str_is(d.title.vi, "Tổ công nghệ số") && str_is(d.title.en, "Digital teams"));
    assert_int_equal(d.place.line, 1);
    assert_int_equal(d.key.n, 2);
    assert_true(str_is(d.key.p[1], "valid_from"));
    assert_int_equal(d.key.places[1].column, 13);
    assert_true(str_is(d.since, "2022-02-28"));
    assert_int_equal(d.months, 3);
    assert_int_equal(d.fields.n, 2);
    const struct field *code = &d.fields.p[0], *kind = &d.fields.p[1];
    assert_true(str_is(code->id, "code") && code->kind == KIND_TEXT && code->is_required && code->max_length == 12);
    assert_true(code->weight == -150.0);
    assert_int_equal(code->place.line, 7);
    assert_int_equal(code->type_place.line, 8);
    assert_int_equal(code->type_place.column, 11);
    assert_null(code->min);
    assert_true(kind->max_length == 200 && !kind->is_required); /* the defaults of `initial` */
    assert_true(str_is(kind->min->scalar, "00004"));
    assert_int_equal(kind->codes.n, 3);
    assert_true(str_is(kind->codes.p[0].id, "01") && str_is(kind->codes.p[0].title.vi, "Thôn"));
    assert_true(str_is(kind->codes.p[1].title.en, "Hamlet"));
    assert_true(str_is(kind->codes.p[2].title.vi, "Buôn") && str_is(kind->codes.p[2].from, "2022-01-01"));
    assert_int_equal(kind->codes.p[2].place.line, 20);
    assert_true(str_is(text2_in(&kind->codes.p[0].title, LANG_EN), "Thôn"));
    assert_int_equal(d.rules.n, 2);
    assert_true(str_is(d.rules.p[1].check, "b > 0"));
    assert_int_equal(d.rules.p[1].place.line, 23);
    assert_true(str_is(d.columns.p[0].key, "Tên tổ") && str_is(d.columns.p[0].value, "name"));
    assert_int_equal(d.columns.p[0].value_place.column, 11);
    assert_true(str_is(d.order.by, "name") && d.order.is_descending);
    assert_true(str_is(d.only_rule->check, "c"));
}

/* Replaces one piece of the good declaration and expects exactly this line of error. */
static void expect(const char *from, const char *to, const char *error)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct faults list CLEANUP(faults_done) = {0};
    struct buf text CLEANUP(buf_done) = BUF_INIT(100000), b CLEANUP(buf_done) = BUF_INIT(100000);
    const char *at = strstr(good, from);
    assert_non_null(at);
    buf_add(&text, good, (size_t)(at - good));
    buf_puts(&text, to);
    buf_puts(&text, at + strlen(from));
    struct decl d = {.months = 77};
    enum err code = yaml_decode(a, parsed(a, buf_cstr(&text)), &decl_schema, STR("t.yaml"), &d, &list);
    faults_print(&list, LANG_EN, &b);
    assert_string_equal(buf_cstr(&b), error);
    assert_true(list.n > 0 && code == list.p[0].code);
    assert_int_equal(d.months, 77); /* left as it was */
}

static void a_wrong_key_names_its_place_and_the_nearest(void **state)
{
    (void)state;
    expect("    type: text", "    tyep: text",
           "t.yaml:8:5: register.fields.code has no key “tyep”; the nearest is “type”. Valid keys: type, codes, min, "
           "title, "
           "required, max_length, weight.\n"
           "t.yaml:7:3: register.fields.code lacks the required key “type”. Add it.\n");
    expect("order: {by", "order: {bx",
           "t.yaml:26:9: register.order has no key “bx”; the nearest is “by”. Valid keys: by, descending.\n"
           "t.yaml:26:1: register.order lacks the required key “by”. Add it.\n");
    expect("{vi: Loại}", "{vn: Loại}",
           "t.yaml:15:13: register.fields.kind.title has no key “vn”; the nearest is “vi”. Valid keys: vi, en.\n");
    expect("  - {check: b > 0}", "  - {chexk: b > 0}",
           "t.yaml:23:6: register.rules[2] has no key “chexk”; the nearest is “check”. Valid keys: check.\n"
           "t.yaml:23:5: register.rules[2] lacks the required key “check”. Add it.\n");
}

static void a_wrong_value_says_what_is_expected(void **state)
{
    (void)state;
    expect("type: text", "type: txet",
           "t.yaml:8:11: “type” of register.fields.code does not take “txet”; the nearest is “text”. Choose one of: "
           "string, "
           "text, integer.\n");
    expect("required: true", "required: yes",
           "t.yaml:10:15: Value “yes” of “required” in register.fields.code cannot be used; expected true | false.\n");
    expect("required: true", "required: \"true\"",
           "t.yaml:10:15: Value “true” of “required” in register.fields.code cannot be used; expected true | false.\n");
    expect("max_length: 12", "max_length: 012",
           "t.yaml:11:17: Value “012” of “max_length” in register.fields.code cannot be used; expected 123.\n");
    expect("max_length: 12", "max_length: 0",
           "t.yaml:11:17: Value 0 of “max_length” in register.fields.code lies outside 1 to 1000. Choose a number "
           "within.\n");
    expect("max_length: 12", "max_length: 9223372036854775808",
           "t.yaml:11:17: Value “9223372036854775808” of “max_length” in register.fields.code cannot be used; expected "
           "-9223372036854775808 … 9223372036854775807.\n");
    expect("weight: -1.5e2", "weight: .5",
           "t.yaml:12:13: Value “.5” of “weight” in register.fields.code cannot be used; expected 12.5.\n");
    expect("weight: -1.5e2", "weight: 1e999",
           "t.yaml:12:13: Value “1e999” of “weight” in register.fields.code cannot be used; expected 12.5.\n");
    expect("since: 2022-02-28", "since: 2022-02-29",
           "t.yaml:4:8: Value “2022-02-29” of “since” in register cannot be used; expected 2022-06-30.\n");
    expect("every: P3M", "every: P3", "t.yaml:5:8: Value “P3” of “every” in register cannot be used; expected P3M.\n");
}

static void a_wrong_kind_of_value_says_how_to_write_it(void **state)
{
    (void)state;
    expect("register: teams", "register: [teams]",
           "t.yaml:1:11: “register” of register must be one value, not a list or a map. Write register: value.\n");
    expect("register: teams", "register:",
           "t.yaml:1:1: Key “register” of register has no value. Write one after the colon, or remove the key.\n");
    expect("register: teams", "register: ''",
           "t.yaml:1:11: Key “register” of register has no value. Write one after the colon, or remove the key.\n");
    expect("key: [code, valid_from]", "key: []",
           "t.yaml:3:6: Key “key” of register has no value. Write one after the colon, or remove the key.\n");
    expect("key: [code, valid_from]", "key: {a: b}",
           "t.yaml:3:6: “key” of register must be one value, not a list or a map. Write key: value.\n");
    expect("order: {by: name, descending: true}", "order: name",
           "t.yaml:26:8: “order” of register must be a map. Write indented lines of the form key: value.\n");
    expect("rules:\n  - check: a > 0\n  - {check: b > 0}", "rules: {check: a}",
           "t.yaml:21:8: “rules” of register must be a list. Write rules: [a, b], or one item a line behind a dash.\n");
    expect("      01: Thôn", "      01: [Thôn]",
           "t.yaml:18:11: “title” of register.fields.kind.codes.01 must be one value, not a list or a map. Write "
           "title: value.\n");
    expect("title: Mã", "title:",
           "t.yaml:9:5: Key “title” of register.fields.code has no value. Write one after the colon, or remove the "
           "key.\n");
}

static void every_error_of_a_declaration_is_listed(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct faults list CLEANUP(faults_done) = {0};
    struct decl d = {0};
    const struct yaml *y =
        parsed(a, "registr: x\nkey: one\nfields:\n  a:\n  b: {type: integer, title: B, max_length: x}\nsince: today\n");
    assert_int_equal(yaml_decode(a, y, &decl_schema, STR("t.yaml"), &d, &list), ERR_YAML_KEY_UNKNOWN);
    static const enum err codes[] = {ERR_YAML_KEY_UNKNOWN, ERR_YAML_KEY_MISSING, ERR_YAML_KEY_MISSING, ERR_YAML_VALUE,
                                     ERR_YAML_KEY_MISSING, ERR_YAML_KEY_MISSING, ERR_YAML_VALUE};
    assert_int_equal(list.total, ARRAY_LEN(codes));
    size_t seen[ERR_COUNT] = {0}, expected[ERR_COUNT] = {0};
    for (size_t i = 0; i < list.n; i++) {
        seen[list.p[i].code]++;
        expected[codes[i]]++;
        assert_true(list.p[i].line > 0 && list.p[i].column > 0);
        assert_true(str_is(fault_file(&list.p[i]), "t.yaml"));
    }
    assert_memory_equal(seen, expected, sizeof seen);
}

static void a_single_value_may_stand_for_a_list_where_the_table_says_so(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct faults list CLEANUP(faults_done) = {0};
    struct yaml_strs strs = {0};
    static const struct yaml_field field = {"by", Y_STR_LIST, 0, Y_SINGLE_OK}, strict = {"by", Y_STR_LIST};
    assert_int_equal(yaml_decode_value(a, parsed(a, "unit:2"), &field, STR("t"), &strs, &list), OK);
    assert_int_equal(strs.n, 1);
    assert_true(str_is(strs.p[0], "unit:2"));
    assert_int_equal(yaml_decode_value(a, parsed(a, "unit:2"), &strict, STR("t"), &strs, &list), ERR_YAML_TYPE_LIST);
}

static void the_nearest_name_is_offered(void **state)
{
    (void)state;
    const struct str names[] = {STR("farm_households"), STR("teams"), STR("team_members")};
    assert_true(str_is(yaml_nearest(STR("farm_housholds"), names, 3), "farm_households"));
    assert_true(str_is(yaml_nearest(STR("taems"), names, 3), "teams"));
    assert_int_equal(yaml_nearest(STR("x"), names, 0).n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scalar_stays_text_with_its_place),
        cmocka_unit_test(blocks_flows_and_a_byte_order_mark_are_read),
        cmocka_unit_test(what_is_no_declaration_is_refused_at_its_place),
        cmocka_unit_test(depth_nodes_and_bytes_are_bounded),
        cmocka_unit_test(a_declaration_is_decoded_into_its_structs),
        cmocka_unit_test(a_wrong_key_names_its_place_and_the_nearest),
        cmocka_unit_test(a_wrong_value_says_what_is_expected),
        cmocka_unit_test(a_wrong_kind_of_value_says_how_to_write_it),
        cmocka_unit_test(every_error_of_a_declaration_is_listed),
        cmocka_unit_test(a_single_value_may_stand_for_a_list_where_the_table_says_so),
        cmocka_unit_test(the_nearest_name_is_offered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
