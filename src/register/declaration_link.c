/* Second half of reading declarations: names become pointers, and what does not fit together is told. */
#include <regex.h>
#include <stdio.h>

#include "base/limits.h"
#include "register/declaration_internal.h"
#include "register/query.h"
#include "text/number.h"

#include "base/banned.h"

struct linker {
    struct arena *a;
    struct declarations d;
    struct province *p;
    struct faults *list;
};

/* ---- faults with a place ---- */

static void report(struct faults *list, struct str file, struct yaml_place at, struct fault *f)
{
    fault_place(f, file, at.line, at.column);
    faults_add(list, f);
}

static void unknown(struct linker *l, struct str file, struct yaml_place at, const char *what, struct str name,
                    const struct str *names, size_t n)
{
    struct fault f = {0};
    FAULT(&f, ERR_DECL_UNKNOWN, {"what", str_of(what)}, {"name", name}, {"nearest", yaml_nearest(name, names, n)});
    report(l->list, file, at, &f);
}

static void misfit(struct linker *l, struct str file, struct yaml_place at, const char *key, struct str value,
                   const char *expected)
{
    struct fault f = {0};
    FAULT(&f, ERR_DECL_VALUE, {"key", str_of(key)}, {"value", value}, {"expected", str_of(expected)});
    report(l->list, file, at, &f);
}

static bool is_id(struct str s, bool may_dash)
{
    if (s.n == 0 || s.n > 60 || !(s.p[0] >= 'a' && s.p[0] <= 'z'))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || (may_dash && c == '-')))
            return false;
    }
    return true;
}

void declaration_check_file_name(struct str path, struct str name, struct yaml_place place, struct faults *list)
{
    const char *slash = memrchr(path.p, '/', path.n);
    struct str stem = slash ? str_slice(slash + 1, path.n - (size_t)(slash + 1 - path.p)) : path;
    if (str_ends(stem, STR(".yaml")))
        stem.n -= 5;
    if (str_eq(stem, name))
        return;
    struct fault f = {0};
    FAULT(&f, ERR_DECL_FILE_NAME, {"name", name}, {"file", path});
    report(list, path, place, &f);
}

/* ---- look-ups ---- */

const struct reg *province_register(const struct province *p, struct str name)
{
    return map_get(&p->by_name, name);
}

enum err province_register_find(const struct province *p, struct str name, const struct reg **ret_reg, struct fault *f)
{
    *ret_reg = province_register(p, name);
    if (*ret_reg)
        return OK;
    struct str names[LIMIT_REGISTERS];
    size_t n = 0;
    for (; n < p->n_registers && n < LIMIT_REGISTERS; n++)
        names[n] = p->registers[n]->name;
    return FAULT(f, ERR_REGISTER_UNKNOWN, {"name", name}, {"nearest", yaml_nearest(name, names, n)});
}

const struct field *reg_field(const struct reg *r, struct str name)
{
    return map_get(&r->by_name, name);
}

int reg_field_number(const struct reg *r, struct str name)
{
    const struct field *f = reg_field(r, name);
    return f ? (int)(f - r->fields) : NO_FIELD;
}

const struct source_file *sources_find(const struct sources *sources, struct str path)
{
    for (size_t i = 0; i < sources->n; i++)
        if (str_eq(sources->p[i].path, path))
            return &sources->p[i];
    return NULL;
}

const struct source_file *province_source(const struct province *p, struct str path)
{
    return sources_find(&p->sources, path);
}

static int field_or_fault(struct linker *l, const struct reg *r, struct str name, struct yaml_place at)
{
    int n = reg_field_number(r, name);
    if (n == NO_FIELD) {
        struct str *names = ARENA_ARRAY(l->a, struct str, r->n_fields);
        for (size_t i = 0; i < r->n_fields; i++)
            names[i] = r->fields[i].name;
        unknown(l, r->file, at, "field", name, names, r->n_fields);
    }
    return n;
}

static struct reg *register_or_fault(struct linker *l, struct str file, struct str name, struct yaml_place at)
{
    struct reg *r = map_get(&l->p->by_name, name);
    if (!r) {
        struct str *names = ARENA_ARRAY(l->a, struct str, l->p->n_registers);
        for (size_t i = 0; i < l->p->n_registers; i++)
            names[i] = l->p->registers[i]->name;
        unknown(l, file, at, "register", name, names, l->p->n_registers);
    }
    return r;
}

static struct code_list *codes_or_fault(struct linker *l, const struct reg *r, struct str name, struct yaml_place at)
{
    struct str *names = ARENA_ARRAY(l->a, struct str, l->d.code_lists.n);
    for (size_t i = 0; i < l->d.code_lists.n; i++) {
        names[i] = l->d.code_lists.p[i]->name;
        if (str_eq(names[i], name))
            return l->d.code_lists.p[i];
    }
    unknown(l, r->file, at, "code list", name, names, l->d.code_lists.n);
    return NULL;
}

/* ---- fields ---- */

static bool is_text_type(enum field_type t)
{
    return t == FT_STRING || t == FT_TEXT;
}

static bool has_range(enum field_type t)
{
    return t == FT_INTEGER || t == FT_NUMBER || t == FT_MONEY || t == FT_DATE || t == FT_TIMESTAMP;
}

/* A key that says nothing for the field's type is an error: it would be a rule that never holds. */
static void check_keys_fit(struct linker *l, const struct reg *r, const struct field_decl *d)
{
    enum field_type t = (enum field_type)d->type;
    const struct {
        const char *key;
        bool is_given, fits;
    } keys[] = {
        {"min", d->min.n > 0, has_range(t)},
        {"max", d->max.n > 0, has_range(t)},
        {"max_length", d->max_length != 0, is_text_type(t) || t == FT_URL},
        {"pattern", d->pattern.n > 0, is_text_type(t)},
        {"person", d->is_person, t == FT_STRING},
        {"codes", d->codes != NULL, t == FT_CODE || (t == FT_ARRAY && d->of == FT_CODE)},
        {"register", d->target.n > 0, t == FT_REFERENCE},
        {"levels", d->levels.n > 0, t == FT_UNIT},
        {"of", d->of >= 0, t == FT_ARRAY},
        {"sex", d->sex.n > 0, t == FT_PERSONAL_ID},
        {"birth", d->birth.n > 0, t == FT_PERSONAL_ID},
        {"crs", d->crs.n > 0, t == FT_GEOMETRY},
    };
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        if (!keys[i].is_given || keys[i].fits)
            continue;
        struct fault f = {0};
        FAULT(&f, ERR_DECL_KEY_MISUSED, {"key", str_of(keys[i].key)}, {"type", str_of(field_type_name(t))},
              {"name", d->name});
        report(l->list, r->file, d->place, &f);
    }
}

static bool bound(struct linker *l, const struct reg *r, const struct field *fd, const char *key, struct str text,
                  struct yaml_place at, double *ret)
{
    if (text.n == 0)
        return false;
    if (fd->type == FT_DATE || fd->type == FT_TIMESTAMP) {
        struct date d;
        if (date_parse(text, &d, NULL) == OK) {
            *ret = date_days(d);
            return true;
        }
        misfit(l, r->file, at, key, text, "2022-06-30");
        return false;
    }
    if (number_parse(text, ret, NULL) == OK)
        return true;
    misfit(l, r->file, at, key, text, "1000 | 0.5");
    return false;
}

static void free_pattern(void *re)
{
    regfree(re);
}

static void compile_pattern(struct linker *l, const struct reg *r, struct field *fd, const struct field_decl *d)
{
    fd->pattern = d->pattern;
    if (d->pattern.n == 0)
        return;
    regex_t *re = ARENA_NEW(l->a, regex_t);
    int code = regcomp(re, arena_dup(l->a, d->pattern.p, d->pattern.n), REG_EXTENDED | REG_NOSUB);
    if (code == 0) {
        arena_defer(l->a, free_pattern, re);
        fd->regex = re;
        return;
    }
    char reason[128];
    regerror(code, re, reason, sizeof reason);
    misfit(l, r->file, d->pattern_place, "pattern", d->pattern, reason);
}

static void build_field(struct linker *l, struct reg *r, struct field *fd, const struct field_decl *d)
{
    *fd = (struct field){
        .name = d->name,
        .title = d->title,
        .description = d->description,
        .type = (enum field_type)d->type,
        .privacy = d->privacy >= 0 ? (enum privacy)d->privacy : r->privacy,
        .is_required = d->is_required,
        .is_unique = d->is_unique,
        .is_person = d->is_person,
        .max_length = d->max_length,
        .measure = d->measure,
        .of = d->of >= 0 ? (enum field_type)d->of : FT_STRING,
        .sex_field = NO_FIELD,
        .birth_field = NO_FIELD,
        .crs = d->crs.n ? d->crs : STR("EPSG:4326"),
        .geometry_kind = str_of((const char *[]){"any", "point", "line", "polygon"}[d->kind]),
        .aliases = d->aliases.p,
        .n_aliases = d->aliases.n,
        .line = d->place.line,
        .column_no = d->place.column,
    };
    if (!is_id(d->name, false)) {
        struct fault f = {0};
        FAULT(&f, ERR_DECL_NAME, {"name", d->name});
        report(l->list, r->file, d->place, &f);
        return;
    }
    fd->column = arena_printf(l->a, "\"%.*s\"", STR_ARG(d->name));
    fd->column_end = fd->type == FT_INTERVAL ? arena_printf(l->a, "\"%.*s__end\"", STR_ARG(d->name)) : NULL;
    check_keys_fit(l, r, d);
    fd->has_min = bound(l, r, fd, "min", d->min, d->min_place, &fd->min);
    fd->has_max = bound(l, r, fd, "max", d->max, d->max_place, &fd->max);
    compile_pattern(l, r, fd, d);
    map_put(l->a, &r->by_name, fd->name, fd);
}

static void link_codes(struct linker *l, const struct reg *r, struct field *fd, const struct field_decl *d)
{
    bool needs = fd->type == FT_CODE || (fd->type == FT_ARRAY && fd->of == FT_CODE);
    if (!needs)
        return;
    if (!d->codes)
        misfit(l, r->file, d->place, "codes", d->name, "codes: {a: …} | codes: NAME");
    else if (d->codes->kind == YAML_SCALAR)
        fd->codes = codes_or_fault(l, r, d->codes->scalar, (struct yaml_place){d->codes->line, d->codes->column});
    else
        fd->codes = declaration_inline_codes(l->a, d->codes, fd->name, r->file, l->list);
}

static void link_levels(struct linker *l, const struct reg *r, struct field *fd, const struct field_decl *d)
{
    for (size_t i = 0; i < d->levels.n; i++) {
        int64_t level;
        if (integer_parse(d->levels.p[i], &level, NULL) != OK || level < 0 || level > 30)
            misfit(l, r->file, d->levels.places[i], "levels", d->levels.p[i], "[1, 2, 3]");
        else
            fd->levels |= 1u << level;
    }
}

static void link_field(struct linker *l, struct reg *r, struct field *fd, const struct field_decl *d)
{
    link_codes(l, r, fd, d);
    link_levels(l, r, fd, d);
    if (fd->type == FT_REFERENCE) {
        if (d->target.n == 0)
            misfit(l, r->file, d->place, "register", d->name, "register: NAME");
        else
            fd->target = register_or_fault(l, r->file, d->target, d->target_place);
        if (fd->target && fd->target->entity == NO_FIELD && fd->target->n_key == 0)
            fd->target = NULL; /* the target's own fault is told there */
    }
    if (fd->type == FT_UNIT) {
        fd->target = l->p->units;
        if (!l->p->units)
            misfit(l, r->file, d->place, "type", STR("unit"), "province.yaml: units: …");
    }
    if (fd->type == FT_PERSONAL_ID) {
        fd->sex_field = d->sex.n ? field_or_fault(l, r, d->sex, d->sex_place) : NO_FIELD;
        fd->birth_field = d->birth.n ? field_or_fault(l, r, d->birth, d->birth_place) : NO_FIELD;
    }
    bool of_ok =
        fd->type != FT_ARRAY || fd->of == FT_STRING || fd->of == FT_INTEGER || fd->of == FT_NUMBER || fd->of == FT_CODE;
    if (!of_ok)
        misfit(l, r->file, d->of_place, "of", str_of(field_type_name(fd->of)), "string | integer | number | code");
}

/* ---- registers ---- */

static void build_sorted(struct linker *l, struct reg *r)
{
    r->sorted = ARENA_ARRAY(l->a, int, r->n_fields);
    for (size_t i = 0; i < r->n_fields; i++) {
        size_t k = i;
        for (; k > 0 && str_cmp(r->fields[r->sorted[k - 1]].name, r->fields[i].name) > 0; k--)
            r->sorted[k] = r->sorted[k - 1];
        r->sorted[k] = (int)i;
    }
}

static int *field_list(struct linker *l, const struct reg *r, const struct yaml_strs *names, size_t *ret_n)
{
    int *p = ARENA_ARRAY(l->a, int, names->n);
    *ret_n = 0;
    for (size_t i = 0; i < names->n; i++) {
        int n = field_or_fault(l, r, names->p[i], names->places[i]);
        if (n != NO_FIELD)
            p[(*ret_n)++] = n;
    }
    return p;
}

static void build_order(struct linker *l, struct reg *r, const struct yaml_strs *order)
{
    r->order = ARENA_ARRAY(l->a, struct order_key, order->n);
    for (size_t i = 0; i < order->n; i++) {
        struct str name = order->p[i];
        bool is_descending = str_starts(name, STR("-"));
        if (is_descending)
            name = str_slice(name.p + 1, name.n - 1);
        int n = field_or_fault(l, r, name, order->places[i]);
        if (n != NO_FIELD)
            r->order[r->n_order++] = (struct order_key){n, is_descending};
    }
}

static void build_indexes(struct linker *l, struct reg *r, const struct yaml *node)
{
    if (!node)
        return;
    struct yaml_place at = {node->line, node->column};
    if (node->kind != YAML_LIST) {
        misfit(l, r->file, at, "indexes", r->name, "[[a, b], [c]]");
        return;
    }
    r->indexes = ARENA_ARRAY(l->a, struct index_decl, node->n);
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml *item = node->items[i];
        size_t n = item->kind == YAML_LIST ? item->n : 1;
        struct index_decl *x = &r->indexes[r->n_indexes++];
        x->fields = ARENA_ARRAY(l->a, int, n);
        for (size_t k = 0; k < n; k++) {
            const struct yaml *name = item->kind == YAML_LIST ? item->items[k] : item;
            int fd = field_or_fault(l, r, name->scalar, (struct yaml_place){name->line, name->column});
            if (fd != NO_FIELD)
                x->fields[x->n++] = fd;
        }
    }
}

static void build_key(struct linker *l, struct reg *r, const struct reg_decl *d)
{
    r->key = field_list(l, r, &d->key, &r->n_key);
    r->entity = NO_FIELD;
    size_t others = 0;
    for (size_t i = 0; i < r->n_key; i++) {
        enum field_type t = r->fields[r->key[i]].type;
        if (t == FT_GEOMETRY || t == FT_ARRAY || t == FT_TEXT || t == FT_INTERVAL)
            misfit(l, r->file, d->key.places[i], "key", r->fields[r->key[i]].name, "string | integer | code | date …");
        if (r->key[i] != r->valid_from) {
            r->entity = r->key[i];
            others++;
        }
    }
    if (others != 1)
        r->entity = NO_FIELD;
    bool has_from = others < r->n_key;
    if (d->valid_time && r->valid_from != NO_FIELD && !has_from)
        misfit(l, r->file, d->key.n ? d->key.places[0] : d->place, "key", r->name, "[ENTITY, VALID_FROM]");
}

static void build_valid_time(struct linker *l, struct reg *r, const struct reg_decl *d)
{
    r->valid_from = r->valid_to = r->as_of = NO_FIELD;
    if (d->valid_time) {
        r->valid_from = field_or_fault(l, r, d->valid_time->from, d->valid_time->place);
        r->valid_to = field_or_fault(l, r, d->valid_time->to, d->valid_time->place);
    }
    if (d->as_of.n)
        r->as_of = field_or_fault(l, r, d->as_of, d->as_of_place);
    const int dates[] = {r->valid_from, r->valid_to, r->as_of};
    for (size_t i = 0; i < ARRAY_LEN(dates); i++)
        if (dates[i] != NO_FIELD && r->fields[dates[i]].type != FT_DATE)
            misfit(l, r->file, i == 2 ? d->as_of_place : d->valid_time->place, i == 2 ? "as_of" : "valid_time",
                   r->fields[dates[i]].name, "type: date");
}

/* ---- rules of duplicates ---- */

static bool fits_same(enum field_type t)
{
    return t != FT_ARRAY && t != FT_GEOMETRY && t != FT_INTERVAL;
}

static bool fits_near(enum field_type t)
{
    return t == FT_INTEGER || t == FT_NUMBER || t == FT_MONEY || t == FT_DATE;
}

static int *fields_fitting(struct linker *l, const struct reg *r, const struct yaml_strs *names, const char *key,
                           bool (*fits)(enum field_type), const char *expected, size_t *ret_n)
{
    int *p = field_list(l, r, names, ret_n);
    for (size_t i = 0; i < *ret_n && *ret_n == names->n; i++)
        if (!fits(r->fields[p[i]].type))
            misfit(l, r->file, names->places[i], key, r->fields[p[i]].name, expected);
    return p;
}

static void build_match(struct linker *l, struct reg *r, const struct match_decl *d)
{
    struct match_rule *m = &r->duplicates[r->n_duplicates++];
    *m = (struct match_rule){
        .score = d->score, .line = d->place.line, .near = ARENA_ARRAY(l->a, struct near_field, d->near.n)};
    m->same = fields_fitting(l, r, &d->same, "same", fits_same, "string | integer | code | phone | date …", &m->n_same);
    m->like = fields_fitting(l, r, &d->like, "like", is_text_type, "string | text", &m->n_like);
    for (size_t i = 0; i < d->near.n; i++) {
        const struct near_decl *n = &d->near.p[i];
        int field = field_or_fault(l, r, n->field, n->field_place);
        if (field == NO_FIELD)
            continue;
        if (!fits_near(r->fields[field].type))
            misfit(l, r->file, n->field_place, "near", n->field, "integer | number | money | date");
        if (!(n->within >= 0))
            misfit(l, r->file, n->within_place, "within", n->field, "≥ 0");
        m->near[m->n_near++] = (struct near_field){field, n->within};
    }
    if (!(d->score > 0 && d->score <= 1))
        misfit(l, r->file, d->score_place, "score", r->name, "0 < score ≤ 1");
    if (d->same.n + d->like.n == 0)
        misfit(l, r->file, d->place, "duplicates", r->name, "{same: […], like: […], near: […], score: 0.85}");
}

static void build_rest(struct linker *l, struct reg *r, const struct reg_decl *d)
{
    build_order(l, r, &d->order);
    r->search = field_list(l, r, &d->search, &r->n_search);
    if (r->n_search)
        r->search_table = arena_printf(l->a, "\"s_%.*s\"", STR_ARG(r->name));
    build_indexes(l, r, d->indexes);
    r->rules = ARENA_ARRAY(l->a, struct rule, d->rules.n);
    for (size_t i = 0; i < d->rules.n; i++)
        r->rules[r->n_rules++] = (struct rule){d->rules.p[i].check, d->rules.p[i].message,
                                               (enum rule_level)d->rules.p[i].level, d->rules.p[i].check_place.line};
    r->duplicates = ARENA_ARRAY(l->a, struct match_rule, d->duplicates.n);
    for (size_t i = 0; i < d->duplicates.n; i++)
        build_match(l, r, &d->duplicates.p[i]);
    r->data = ARENA_ARRAY(l->a, struct data_file, d->data.n);
    for (size_t i = 0; i < d->data.n; i++)
        r->data[r->n_data++] = (struct data_file){d->data.p[i].file, d->data.p[i].source, d->data.p[i].place.line};
}

static struct reg *build_reg(struct linker *l, const struct reg_decl *d)
{
    struct reg *r = ARENA_NEW(l->a, struct reg);
    *r = (struct reg){
        .name = d->name,
        .table = arena_printf(l->a, "\"r_%.*s\"", STR_ARG(d->name)),
        .title = d->title,
        .description = d->description,
        .source = d->source,
        .privacy = (enum privacy)d->privacy,
        .fields = ARENA_ARRAY(l->a, struct field, d->fields.n),
        .sample = d->sample,
        .file = d->file,
        .line = d->place.line,
    };
    struct fault f = {0};
    if (!is_id(d->name, false)) {
        FAULT(&f, ERR_DECL_NAME, {"name", d->name});
        report(l->list, d->file, d->name_place, &f);
    } else if (map_get(&l->p->by_name, d->name)) {
        FAULT(&f, ERR_DECL_TWICE, {"what", STR("register")}, {"name", d->name});
        report(l->list, d->file, d->name_place, &f);
    }
    if (d->fields.n > LIMIT_FIELDS)
        misfit(l, d->file, d->place, "fields", d->name, "≤ 200");
    for (size_t i = 0; i < d->fields.n && i < LIMIT_FIELDS; i++)
        build_field(l, r, &r->fields[r->n_fields++], &d->fields.p[i]);
    build_sorted(l, r);
    build_valid_time(l, r, d);
    build_key(l, r, d);
    build_rest(l, r, d);
    return r;
}

/* ---- the province ---- */

static void link_units(struct linker *l)
{
    const struct province_decl *d = &l->d.province;
    struct province *p = l->p;
    struct str file = STR("province.yaml");
    p->unit_code = p->unit_name = p->unit_level = p->unit_parent = NO_FIELD;
    p->successor_from = p->successor_to = p->successor_on = p->successor_share = NO_FIELD;
    struct reg *units = d->units ? register_or_fault(l, file, d->units->reg, d->units->place) : NULL;
    if (units) {
        p->unit_code = field_or_fault(l, units, d->units->code, d->units->place);
        p->unit_name = field_or_fault(l, units, d->units->name, d->units->place);
        p->unit_level = field_or_fault(l, units, d->units->level, d->units->place);
        p->unit_parent = field_or_fault(l, units, d->units->parent, d->units->place);
        if (units->entity != p->unit_code || units->valid_from == NO_FIELD)
            misfit(l, file, d->units->place, "units", units->name, "key: [CODE, VALID_FROM], valid_time: …");
        if (p->unit_level != NO_FIELD && units->fields[p->unit_level].type != FT_INTEGER)
            misfit(l, file, d->units->place, "level", d->units->level, "type: integer");
        p->units = units;
    }
    struct reg *next = d->successors ? register_or_fault(l, file, d->successors->reg, d->successors->place) : NULL;
    if (next) {
        p->successor_from = field_or_fault(l, next, d->successors->from, d->successors->place);
        p->successor_to = field_or_fault(l, next, d->successors->to, d->successors->place);
        p->successor_on = field_or_fault(l, next, d->successors->on, d->successors->place);
        if (d->successors->share.n)
            p->successor_share = field_or_fault(l, next, d->successors->share, d->successors->place);
        p->successors = next;
    }
}

static void link_province(struct linker *l)
{
    const struct province_decl *d = &l->d.province;
    struct str file = STR("province.yaml");
    l->p->id = d->id;
    l->p->title = d->title;
    l->p->utc_offset_minutes = VIETNAM_OFFSET_MINUTES;
    if (d->id.n && !is_id(d->id, true)) {
        struct fault f = {0};
        FAULT(&f, ERR_DECL_NAME, {"name", d->id});
        report(l->list, file, d->id_place, &f);
    }
    struct str z = d->time_zone;
    if (z.n) {
        bool fits = z.n == 6 && (z.p[0] == '+' || z.p[0] == '-') && z.p[3] == ':';
        int64_t hours = 0, minutes = 0;
        fits = fits &&
               integer_parse(str_slice(z.p[1] == '0' ? z.p + 2 : z.p + 1, z.p[1] == '0' ? 1 : 2), &hours, NULL) == OK;
        fits = fits &&
               integer_parse(str_slice(z.p[4] == '0' ? z.p + 5 : z.p + 4, z.p[4] == '0' ? 1 : 2), &minutes, NULL) == OK;
        if (!fits || hours > 14 || minutes > 59)
            misfit(l, file, d->time_zone_place, "time_zone", z, "\"+07:00\"");
        else
            l->p->utc_offset_minutes = (int)(hours * 60 + minutes) * (z.p[0] == '-' ? -1 : 1);
    }
    l->p->levels = ARENA_ARRAY(l->a, struct level, d->levels.n);
    for (size_t i = 0; i < d->levels.n; i++) {
        int64_t level;
        if (integer_parse(d->levels.p[i].key, &level, NULL) != OK || level < 1 || level > 30)
            misfit(l, file, d->levels.p[i].place, "levels", d->levels.p[i].key, "1, 2, 3 …");
        else
            l->p->levels[l->p->n_levels++] = (struct level){(int)level, d->levels.p[i].title};
    }
    link_units(l);
}

/* Depth first: what a register refers to is loaded before it. A register may refer to itself; a ring of several is refused. */
enum mark { UNSEEN, OPEN, DONE };

static void visit(struct linker *l, size_t i, enum mark *marks, struct reg **order, size_t *n)
{
    struct reg *r = l->p->registers[i];
    marks[i] = OPEN;
    for (size_t k = 0; k < r->n_fields; k++) {
        const struct reg *target = r->fields[k].target;
        if (!target || target == r)
            continue;
        for (size_t j = 0; j < l->p->n_registers; j++) {
            if (l->p->registers[j] != target)
                continue;
            if (marks[j] == OPEN) {
                struct fault f = {0};
                FAULT(&f, ERR_DECL_RING, {"name", r->name}, {"other", target->name});
                report(l->list, r->file, (struct yaml_place){r->fields[k].line, r->fields[k].column_no}, &f);
            } else if (marks[j] == UNSEEN) {
                visit(l, j, marks, order, n);
            }
        }
    }
    marks[i] = DONE;
    order[(*n)++] = r;
}

static void sort_registers(struct linker *l)
{
    size_t count = l->p->n_registers, n = 0;
    enum mark *marks = ARENA_ARRAY(l->a, enum mark, count);
    struct reg **order = ARENA_ARRAY(l->a, struct reg *, count);
    for (size_t i = 0; i < count; i++)
        if (marks[i] == UNSEEN)
            visit(l, i, marks, order, &n);
    l->p->registers = order;
}

static void check_rules(struct linker *l)
{
    for (size_t i = 0; i < l->p->n_registers; i++) {
        const struct reg *r = l->p->registers[i];
        for (size_t k = 0; k < r->n_rules; k++) {
            struct fault f = {0};
            if (filter_check(l->a, l->p, r, r->rules[k].check, NULL, 0, &f) == OK)
                continue;
            f.line = f.column = 0; /* the place within the filter is in the sentence */
            report(l->list, r->file, (struct yaml_place){r->rules[k].line, 0}, &f);
        }
    }
}

enum err province_build(struct arena *a, const struct sources *sources, struct province **ret_province,
                        struct faults *list)
{
    return province_build_part(a, sources, (struct str){NULL, 0}, ret_province, list);
}

enum err province_build_part(struct arena *a, const struct sources *sources, struct str only,
                             struct province **ret_province, struct faults *list)
{
    size_t before = list->total;
    struct linker l = {.a = a, .p = ARENA_NEW(a, struct province), .list = list};
    declarations_read(a, sources, only, &l.d, list);
    size_t n = l.d.registers.n;
    if (n >= LIMIT_REGISTERS)
        n = LIMIT_REGISTERS - 1;
    l.p->sources = *sources;
    l.p->registers = ARENA_ARRAY(a, struct reg *, n + BUILTIN_REGISTERS);
    for (size_t i = 0; i < BUILTIN_REGISTERS; i++) {
        struct reg *r = register_builtin(a, i);
        l.p->registers[l.p->n_registers++] = r;
        map_put(a, &l.p->by_name, r->name, r);
    }
    for (size_t i = 0; i < n; i++) {
        struct reg *r = build_reg(&l, l.d.registers.p[i]);
        l.p->registers[l.p->n_registers++] = r;
        map_put(a, &l.p->by_name, r->name, r);
    }
    link_province(&l);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < l.p->registers[i + BUILTIN_REGISTERS]->n_fields; k++)
            link_field(&l, l.p->registers[i + BUILTIN_REGISTERS], &l.p->registers[i + BUILTIN_REGISTERS]->fields[k],
                       &l.d.registers.p[i]->fields.p[k]);
    l.p->code_lists = ARENA_ARRAY(a, struct code_list, l.d.code_lists.n);
    for (size_t i = 0; i < l.d.code_lists.n; i++)
        l.p->code_lists[l.p->n_code_lists++] = *l.d.code_lists.p[i];
    if (list->total == before) {
        sort_registers(&l);
        check_rules(&l);
    }
    if (list->total > before)
        return list->n ? list->p[before < list->n ? before : 0].code : ERR_DECL_VALUE;
    *ret_province = l.p;
    return OK;
}
