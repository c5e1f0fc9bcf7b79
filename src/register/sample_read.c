/* Reading and checking `sample:` sections and the words that people are named from. */
#include "register/sample_internal.h"

#include <stddef.h>

#include "register/query.h"
#include "text/number.h"

#include "base/banned.h"

static const struct yaml_field personal_id_fields[] = {
    {"sex", Y_STR, offsetof(struct personal_id_decl, sex), Y_REQUIRED, NULL},
    {"birth", Y_STR, offsetof(struct personal_id_decl, birth), Y_REQUIRED, NULL},
    {"province", Y_STR, offsetof(struct personal_id_decl, province), Y_REQUIRED, NULL},
};
static const struct yaml_schema personal_id_schema =
    YAML_SCHEMA("personal_id", personal_id_fields, struct personal_id_decl);

static const struct unit_decl unit_initial = {.otherwise = 1};
static const struct yaml_field unit_fields[] = {
    {"level", Y_INT, offsetof(struct unit_decl, level), Y_REQUIRED, NULL},
    {"on", Y_DATE_TEXT, offsetof(struct unit_decl, on), Y_REQUIRED, NULL},
    {"weights", Y_STR_MAP, offsetof(struct unit_decl, weights), 0, NULL},
    {"otherwise", Y_NUMBER, offsetof(struct unit_decl, otherwise), 0, NULL},
};
static const struct yaml_schema unit_schema = {
    "unit", unit_fields, ARRAY_LEN(unit_fields), sizeof(struct unit_decl), &unit_initial, NULL};

static const struct yaml_field from_fields[] = {
    {"register", Y_STR, offsetof(struct from_decl, reg), Y_REQUIRED, NULL},
    {"field", Y_STR, offsetof(struct from_decl, field), Y_REQUIRED, NULL},
    {"where", Y_STR, offsetof(struct from_decl, where), 0, NULL},
    {"on", Y_DATE_TEXT, offsetof(struct from_decl, on), 0, NULL},
    {"in_turn", Y_BOOL, offsetof(struct from_decl, is_in_turn), 0, NULL},
};
static const struct yaml_schema from_schema = YAML_SCHEMA("from", from_fields, struct from_decl);

static const struct each_decl each_initial = {.times = 1};
static const struct yaml_range times_range = {1, 1000000};
static const struct yaml_field each_fields[] = {
    {NULL, Y_PLACE, offsetof(struct each_decl, place), 0, NULL},
    {"register", Y_STR, offsetof(struct each_decl, reg), Y_REQUIRED, NULL},
    {"where", Y_STR, offsetof(struct each_decl, where), 0, NULL},
    {"on", Y_DATE_TEXT, offsetof(struct each_decl, on), 0, NULL},
    {"times", Y_INT, offsetof(struct each_decl, times), 0, &times_range},
};
static const struct yaml_schema each_schema = {
    "for_each", each_fields, ARRAY_LEN(each_fields), sizeof(struct each_decl), &each_initial, NULL};

static const struct gen_decl gen_initial = {.skew = 1, .chance = -1, .fill = 1};
static const struct yaml_range share_range = {0, 1}, decimals_range = {0, 9}, skew_range = {0.01, 100};
static const struct yaml_field gen_fields[] = {
    {NULL, Y_PLACE, offsetof(struct gen_decl, place), 0, NULL},
    {NULL, Y_KEY, offsetof(struct gen_decl, name), 0, NULL},
    {"sequence", Y_STR, offsetof(struct gen_decl, sequence), 0, NULL},
    {"quota", Y_STR_MAP, offsetof(struct gen_decl, quota), 0, NULL},
    {"person", Y_STR, offsetof(struct gen_decl, person), 0, NULL},
    {"integer", Y_STR_LIST, offsetof(struct gen_decl, integer), 0, NULL},
    {"personal_id", Y_MAP_PTR, offsetof(struct gen_decl, personal_id), 0, &personal_id_schema},
    {"tax_code", Y_STR, offsetof(struct gen_decl, tax_code), 0, NULL},
    {"phone", Y_STR_LIST, offsetof(struct gen_decl, phone), Y_SINGLE_OK, NULL},
    {"date", Y_STR_LIST, offsetof(struct gen_decl, date), 0, NULL},
    {"unit", Y_MAP_PTR, offsetof(struct gen_decl, unit), 0, &unit_schema},
    {"choose", Y_ANY, offsetof(struct gen_decl, choose), 0, NULL},
    {"number", Y_STR_LIST, offsetof(struct gen_decl, number), 0, NULL},
    {"chance", Y_NUMBER, offsetof(struct gen_decl, chance), 0, &share_range},
    {"value", Y_STR, offsetof(struct gen_decl, value), 0, NULL},
    {"text", Y_STR, offsetof(struct gen_decl, text), 0, NULL},
    {"each", Y_STR, offsetof(struct gen_decl, each), 0, NULL},
    {"from", Y_MAP_PTR, offsetof(struct gen_decl, from), 0, &from_schema},
    {"via", Y_STR, offsetof(struct gen_decl, via), 0, NULL},
    {"decimals", Y_INT, offsetof(struct gen_decl, decimals), 0, &decimals_range},
    {"skew", Y_NUMBER, offsetof(struct gen_decl, skew), 0, &skew_range},
    {"fill", Y_NUMBER, offsetof(struct gen_decl, fill), 0, &share_range},
    {"when", Y_STR_MAP, offsetof(struct gen_decl, when), 0, NULL},
};
static const struct yaml_schema gen_schema = {"sample field",          gen_fields,   ARRAY_LEN(gen_fields),
                                              sizeof(struct gen_decl), &gen_initial, NULL};

static const struct yaml_range count_range = {0, 100000000};
static const struct yaml_field section_fields[] = {
    {NULL, Y_PLACE, offsetof(struct section_decl, place), 0, NULL},
    {"seed", Y_INT, offsetof(struct section_decl, seed), Y_REQUIRED, NULL},
    {"count", Y_INT, offsetof(struct section_decl, count), 0, &count_range},
    {"for_each", Y_MAP_PTR, offsetof(struct section_decl, for_each), 0, &each_schema},
    {"fields", Y_KEYED, offsetof(struct section_decl, fields), Y_REQUIRED, &gen_schema},
};
static const struct yaml_schema section_schema = YAML_SCHEMA("sample", section_fields, struct section_decl);

enum gen_kind gen_kind_of(const struct gen_decl *g)
{
    const bool has[] = {
        [GEN_SEQUENCE] = g->sequence.n,
        [GEN_QUOTA] = g->quota.n,
        [GEN_PERSON] = g->person.n,
        [GEN_INTEGER] = g->integer.n,
        [GEN_PERSONAL_ID] = g->personal_id != NULL,
        [GEN_TAX_CODE] = g->tax_code.n,
        [GEN_PHONE] = g->phone.n,
        [GEN_DATE] = g->date.n,
        [GEN_UNIT] = g->unit != NULL,
        [GEN_CHOOSE] = g->choose != NULL,
        [GEN_NUMBER] = g->number.n,
        [GEN_CHANCE] = g->chance >= 0,
        [GEN_VALUE] = g->value.n,
        [GEN_TEXT] = g->text.n,
        [GEN_EACH] = g->each.n,
        [GEN_FROM] = g->from != NULL,
        [GEN_VIA] = g->via.n,
    };
    enum gen_kind kind = GEN_NONE;
    for (size_t i = 0; i < ARRAY_LEN(has); i++)
        if (has[i])
            kind = kind == GEN_NONE ? (enum gen_kind)i : GEN_SEVERAL;
    return kind;
}

enum err sample_read(struct arena *a, const struct reg *reg, struct sample_decl *ret, struct faults *list)
{
    const struct yaml *node = reg->sample;
    size_t n = node->kind == YAML_LIST ? node->n : 1;
    struct section_decl *sections = ARENA_ARRAY(a, struct section_decl, n);
    enum err first = OK;
    for (size_t i = 0; i < n; i++) {
        enum err e = yaml_decode(a, node->kind == YAML_LIST ? node->items[i] : node, &section_schema, reg->file,
                                 &sections[i], list);
        first = first == OK ? e : first;
    }
    *ret = (struct sample_decl){sections, n};
    return first;
}

/* ---- the check without a store ---- */

static const int64_t WHOLE_MAX = 1000000000000000; /* a double holds it, and the span of two */

struct checker {
    struct arena *a;
    const struct province *p;
    const struct reg *reg;
    struct faults *list;
    bool has_names;
};

static void unknown(struct checker *k, struct yaml_place at, const char *what, const struct reg *in, struct str name)
{
    struct fault f = {0};
    size_t n = in ? in->n_fields : k->p->n_registers;
    struct str *names = ARENA_ARRAY(k->a, struct str, n);
    for (size_t i = 0; i < n; i++)
        names[i] = in ? in->fields[i].name : k->p->registers[i]->name;
    FAULT(&f, ERR_DECL_UNKNOWN, {"what", str_of(what)}, {"name", name}, {"nearest", yaml_nearest(name, names, n)});
    fault_place(&f, k->reg->file, at.line, at.column);
    faults_add(k->list, &f);
}

static void misfit(struct checker *k, struct yaml_place at, const char *key, struct str value, const char *expected)
{
    struct fault f = {0};
    FAULT(&f, ERR_DECL_VALUE, {"key", str_of(key)}, {"value", value}, {"expected", str_of(expected)});
    fault_place(&f, k->reg->file, at.line, at.column);
    faults_add(k->list, &f);
}

static void check_field(struct checker *k, struct yaml_place at, const struct reg *in, struct str name)
{
    if (name.n && !reg_field(in, name))
        unknown(k, at, "field", in, name);
}

static const struct reg *check_source(struct checker *k, struct yaml_place at, struct str name, struct str where)
{
    const struct reg *r = province_register(k->p, name);
    struct fault f = {0};
    if (!r)
        unknown(k, at, "register", NULL, name);
    else if (filter_check(k->a, k->p, r, where, NULL, 0, &f) != OK) {
        f.line = f.column = 0;
        fault_place(&f, k->reg->file, at.line, at.column);
        faults_add(k->list, &f);
    }
    return r;
}

static void check_via(struct checker *k, const struct gen_decl *g)
{
    struct str rest, first = str_cut(g->via, '.', &rest);
    const struct field *ref = reg_field(k->reg, first);
    if (!ref)
        unknown(k, g->place, "field", k->reg, first);
    else if (!ref->target || !rest.p)
        misfit(k, g->place, "via", g->via, "REFERENCE.FIELD");
    else
        check_field(k, g->place, ref->target, rest);
}

static void check_two(struct checker *k, const struct gen_decl *g, const char *key, const struct yaml_strs *two)
{
    double low, high;
    bool fits = two->n == 2 && number_parse(two->p[0], &low, NULL) == OK &&
                number_parse(two->p[1], &high, NULL) == OK && low <= high;
    if (two->n && !fits)
        misfit(k, g->place, key, two->p[0], "[LOW, HIGH]");
}

static void check_dates(struct checker *k, const struct gen_decl *g)
{
    struct date low, high;
    bool fits = g->date.n == 2 && date_parse(g->date.p[0], &low, NULL) == OK &&
                date_parse(g->date.p[1], &high, NULL) == OK && date_compare(low, high) <= 0;
    if (g->date.n && !fits)
        misfit(k, g->place, "date", g->date.p[0], "[2022-01-01, 2022-06-30]");
}

static void check_whole(struct checker *k, const struct gen_decl *g)
{
    int64_t n;
    for (size_t i = 0; i < g->integer.n; i++)
        if (integer_parse(g->integer.p[i], &n, NULL) != OK || n > WHOLE_MAX || n < -WHOLE_MAX)
            misfit(k, g->place, "integer", g->integer.p[i], "[LOW, HIGH]");
}

/* The first digits of a number; the rest is drawn, and something must be left to draw. */
static void check_prefix(struct checker *k, const struct gen_decl *g, const char *key, struct str prefix, size_t max)
{
    bool fits = prefix.n <= max;
    for (size_t i = 0; i < prefix.n && fits; i++)
        fits = prefix.p[i] >= '0' && prefix.p[i] <= '9';
    if (!fits)
        misfit(k, g->place, key, prefix, arena_printf(k->a, "≤ %zu × 0…9", max));
}

/* [a, b] or {a: 5, b: 3}: one of them can be drawn. */
static void check_choose(struct checker *k, const struct gen_decl *g)
{
    const struct yaml *node = g->choose;
    double weight, sum = 0;
    bool fits = node->kind != YAML_SCALAR && node->n > 0;
    for (size_t i = 0; i < node->n && fits; i++) {
        const struct yaml *item = node->kind == YAML_LIST ? node->items[i] : node->pairs[i].value;
        fits = item->kind == YAML_SCALAR;
        if (fits && node->kind == YAML_MAP)
            fits = number_parse(item->scalar, &weight, NULL) == OK && weight >= 0;
        sum += fits && node->kind == YAML_MAP ? weight : 1;
    }
    if (!fits || !(sum > 0))
        misfit(k, g->place, "choose", g->name, "[a, b] | {a: 5, b: 3}");
}

static void check_weights(struct checker *k, const struct gen_decl *g)
{
    double weight;
    for (size_t i = 0; i < g->unit->weights.n; i++)
        if (number_parse(g->unit->weights.p[i].value, &weight, NULL) != OK || weight < 0)
            misfit(k, g->unit->weights.p[i].key_place, "weights", g->unit->weights.p[i].value, "{\"24646\": 3}");
}

static void check_quota(struct checker *k, const struct gen_decl *g, const struct section_decl *s)
{
    int64_t sum = 0, n;
    for (size_t i = 0; i < g->quota.n; i++) {
        if (integer_parse(g->quota.p[i].value, &n, NULL) != OK || n < 0)
            misfit(k, g->place, "quota", g->quota.p[i].value, "{a: 47, b: 583}");
        else
            sum += n;
    }
    if (g->quota.n && !s->for_each && sum != s->count)
        misfit(k, g->place, "quota", str_of(arena_printf(k->a, "%lld", (long long)sum)),
               arena_printf(k->a, "Σ = %lld", (long long)s->count));
}

static void check_generator(struct checker *k, const struct gen_decl *g, const struct section_decl *s,
                            const struct reg *each)
{
    enum gen_kind kind = gen_kind_of(g);
    check_field(k, g->place, k->reg, g->name);
    if (kind == GEN_NONE || kind == GEN_SEVERAL)
        misfit(k, g->place, "sample", g->name,
               "sequence | quota | person | integer | number | date | choose | unit | from | value …");
    for (size_t i = 0; i < g->when.n; i++)
        check_field(k, g->when.p[i].key_place, k->reg, g->when.p[i].key);
    check_two(k, g, "integer", &g->integer);
    check_two(k, g, "number", &g->number);
    check_quota(k, g, s);
    check_dates(k, g);
    check_whole(k, g);
    check_prefix(k, g, "tax_code", g->tax_code, 8);
    for (size_t i = 0; i < g->phone.n; i++)
        check_prefix(k, g, "phone", g->phone.p[i], 9);
    if (g->choose)
        check_choose(k, g);
    if (g->unit)
        check_weights(k, g);
    check_field(k, g->place, k->reg, g->person);
    if (g->person.n && !k->has_names)
        misfit(k, g->place, "person", g->person, "data/names.yaml");
    if (g->personal_id) {
        check_field(k, g->place, k->reg, g->personal_id->sex);
        check_field(k, g->place, k->reg, g->personal_id->birth);
    }
    if (g->unit && !k->p->units)
        misfit(k, g->place, "unit", g->name, "province.yaml: units: …");
    if (g->each.n && !each)
        misfit(k, g->place, "each", g->each, "for_each: …");
    else if (g->each.n)
        check_field(k, g->place, each, g->each);
    if (g->via.n)
        check_via(k, g);
    const struct reg *from = g->from ? check_source(k, g->place, g->from->reg, g->from->where) : NULL;
    if (from)
        check_field(k, g->place, from, g->from->field);
}

enum err sample_check(struct arena *a, const struct province *p, const struct reg *reg, struct faults *list)
{
    struct checker k = {a, p, reg, list, province_source(p, STR("data/names.yaml")) != NULL};
    struct sample_decl d;
    struct names names;
    size_t before = list->total;
    enum err e = sample_read(a, reg, &d, list);
    if (e == OK)
        e = names_read(a, p, &names, list);
    for (size_t i = 0; e == OK && i < d.n; i++) {
        const struct section_decl *s = &d.sections[i];
        if (!s->for_each == !s->count)
            misfit(&k, s->place, "sample", reg->name, "count: N | for_each: {register: …}");
        const struct reg *each =
            s->for_each ? check_source(&k, s->for_each->place, s->for_each->reg, s->for_each->where) : NULL;
        for (size_t g = 0; g < s->fields.n; g++)
            check_generator(&k, &s->fields.p[g], s, each);
    }
    return list->total > before ? ERR_DECL_VALUE : e;
}
