/* One register: its fields, key, order, indexes and rules from what YAML said; then the names that its fields use become pointers. */
#include <regex.h>

#include "base/limits.h"
#include "register/declaration_internal.h"
#include "register/internal.h"
#include "text/number.h"

#include "base/banned.h"

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
        linker_report(l->list, r->file, d->place, &f);
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
        linker_misfit(l, r->file, at, key, text, "2022-06-30");
        return false;
    }
    if (number_parse(text, ret, NULL) == OK)
        return true;
    linker_misfit(l, r->file, at, key, text, "1000 | 0.5");
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
    linker_misfit(l, r->file, d->pattern_place, "pattern", d->pattern, reason);
}

/* "EPSG:4326". */
static bool is_crs(struct str s)
{
    bool fits = str_starts(s, STR("EPSG:")) && s.n > 8 && s.n < 12;
    for (size_t i = 5; i < s.n && fits; i++)
        fits = s.p[i] >= '0' && s.p[i] <= '9';
    return fits;
}

static void build_field(struct linker *l, struct reg *r, struct field *fd, const struct field_decl *d)
{
    *fd = (struct field){
        .name = d->name,
        .reg = r,
        .title = d->title,
        .description = d->description,
        .type = (enum field_type)d->type,
        .privacy = d->privacy >= 0 ? (enum privacy)d->privacy : r->privacy,
        .is_required = d->is_required && !d->when.n,
        .is_required_when = d->is_required && d->when.n,
        .page = d->page,
        .when = d->when,
        .is_unique = d->is_unique,
        .is_person = d->is_person,
        .is_by_workflow = d->by == WRITER_WORKFLOW || r->is_by_workflow,
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
    if (!is_declared_name(d->name, false)) {
        struct fault f = {0};
        FAULT(&f, ERR_DECL_NAME, {"name", d->name});
        linker_report(l->list, r->file, d->place, &f);
        return;
    }
    fd->quoted = STR_JOIN(l->a, STR("\""), d->name, STR("\""));
    fd->column = fd->quoted.p;
    fd->column_end = fd->type == FT_INTERVAL ? arena_printf(l->a, "\"%.*s__end\"", STR_ARG(d->name)) : NULL;
    check_keys_fit(l, r, d);
    if (fd->type == FT_GEOMETRY && !is_crs(fd->crs))
        linker_misfit(l, r->file, d->place, "crs", fd->crs, "EPSG:4326");
    fd->has_min = bound(l, r, fd, "min", d->min, d->min_place, &fd->min);
    fd->has_max = bound(l, r, fd, "max", d->max, d->max_place, &fd->max);
    if (fd->has_min && fd->has_max && fd->min > fd->max)
        linker_misfit(l, r->file, d->max_place, "max", d->max, arena_printf(l->a, "≥ %.*s", STR_ARG(d->min)));
    compile_pattern(l, r, fd, d);
    map_put(l->a, &r->by_name, fd->name, fd);
}

static struct code_list *codes_or_fault(struct linker *l, const struct reg *r, struct str name, struct yaml_place at)
{
    struct str *names = ARENA_ARRAY(l->a, struct str, l->d.code_lists.n);
    for (size_t i = 0; i < l->d.code_lists.n; i++) {
        names[i] = l->d.code_lists.p[i]->name;
        if (str_eq(names[i], name))
            return l->d.code_lists.p[i];
    }
    linker_unknown(l, r->file, at, "code list", name, names, l->d.code_lists.n);
    return NULL;
}

static void link_codes(struct linker *l, const struct reg *r, struct field *fd, const struct field_decl *d)
{
    bool needs = fd->type == FT_CODE || (fd->type == FT_ARRAY && fd->of == FT_CODE);
    if (!needs)
        return;
    if (!d->codes)
        linker_misfit(l, r->file, d->place, "codes", d->name, "codes: {a: …} | codes: NAME");
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
            linker_misfit(l, r->file, d->levels.places[i], "levels", d->levels.p[i], "[1, 2, 3]");
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
            linker_misfit(l, r->file, d->place, "register", d->name, "register: NAME");
        else
            fd->target = linker_register(l, r->file, d->target, d->target_place);
        if (fd->target && fd->target->entity == NO_FIELD && fd->target->n_key == 0)
            fd->target = NULL; /* the target's own fault is told there */
    }
    if (fd->type == FT_UNIT) {
        fd->target = l->p->units;
        if (!l->p->units)
            linker_misfit(l, r->file, d->place, "type", STR("unit"), "province.yaml: units: …");
    }
    if (fd->type == FT_PERSONAL_ID) {
        fd->sex_field = d->sex.n ? linker_field(l, r, d->sex, d->sex_place) : NO_FIELD;
        fd->birth_field = d->birth.n ? linker_field(l, r, d->birth, d->birth_place) : NO_FIELD;
    }
    bool of_ok =
        fd->type != FT_ARRAY || fd->of == FT_STRING || fd->of == FT_INTEGER || fd->of == FT_NUMBER || fd->of == FT_CODE;
    if (!of_ok)
        linker_misfit(l, r->file, d->of_place, "of", str_of(field_type_name(fd->of)),
                      "string | integer | number | code");
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
        int n = linker_field(l, r, names->p[i], names->places[i]);
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
        int n = linker_field(l, r, name, order->places[i]);
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
        linker_misfit(l, r->file, at, "indexes", r->name, "[[a, b], [c]]");
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
            int fd = linker_field(l, r, name->scalar, (struct yaml_place){name->line, name->column});
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
            linker_misfit(l, r->file, d->key.places[i], "key", r->fields[r->key[i]].name,
                          "string | integer | code | date …");
        if (r->key[i] != r->valid_from) {
            r->entity = r->key[i];
            others++;
        }
    }
    if (others != 1)
        r->entity = NO_FIELD;
    bool has_from = others < r->n_key;
    if (d->valid_time && r->valid_from != NO_FIELD && !has_from)
        linker_misfit(l, r->file, d->key.n ? d->key.places[0] : d->place, "key", r->name, "[ENTITY, VALID_FROM]");
}

static void build_valid_time(struct linker *l, struct reg *r, const struct reg_decl *d)
{
    r->valid_from = r->valid_to = r->as_of = NO_FIELD;
    if (d->valid_time) {
        r->valid_from = linker_field(l, r, d->valid_time->from, d->valid_time->place);
        r->valid_to = linker_field(l, r, d->valid_time->to, d->valid_time->place);
    }
    if (d->as_of.n)
        r->as_of = linker_field(l, r, d->as_of, d->as_of_place);
    const int dates[] = {r->valid_from, r->valid_to, r->as_of};
    for (size_t i = 0; i < ARRAY_LEN(dates); i++)
        if (dates[i] != NO_FIELD && r->fields[dates[i]].type != FT_DATE)
            linker_misfit(l, r->file, i == 2 ? d->as_of_place : d->valid_time->place, i == 2 ? "as_of" : "valid_time",
                          r->fields[dates[i]].name, "type: date");
}

/* The field by which a record belongs to somebody: of the type, or what other registers know this one's records by. */
static int build_owner(struct linker *l, struct reg *r, struct str name, struct yaml_place at, bool is_unit)
{
    int n = name.n ? linker_field(l, r, name, at) : NO_FIELD;
    if (n == NO_FIELD || n == r->entity || r->fields[n].type == (is_unit ? FT_UNIT : FT_REFERENCE))
        return n;
    linker_misfit(l, r->file, at, is_unit ? "belongs_to.unit" : "belongs_to.agency", name,
                  is_unit ? "type: unit" : "type: reference");
    return NO_FIELD;
}

static void build_belongs(struct linker *l, struct reg *r, const struct belongs_decl *d)
{
    r->belongs_unit = d ? build_owner(l, r, d->unit, d->unit_place, true) : NO_FIELD;
    r->belongs_agency = d ? build_owner(l, r, d->agency, d->agency_place, false) : NO_FIELD;
}

/* ---- rules of duplicates ---- */

static bool fits_same(enum field_type t)
{
    return t != FT_ARRAY && t != FT_GEOMETRY && t != FT_INTERVAL;
}

static bool fits_search(enum field_type t)
{
    return t != FT_INTEGER && t != FT_NUMBER && t != FT_MONEY && t != FT_BOOLEAN && t != FT_INTERVAL &&
           t != FT_GEOMETRY;
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
            linker_misfit(l, r->file, names->places[i], key, r->fields[p[i]].name, expected);
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
        int field = linker_field(l, r, n->field, n->field_place);
        if (field == NO_FIELD)
            continue;
        if (!fits_near(r->fields[field].type))
            linker_misfit(l, r->file, n->field_place, "near", n->field, "integer | number | money | date");
        if (!(n->within >= 0))
            linker_misfit(l, r->file, n->within_place, "within", n->field, "≥ 0");
        m->near[m->n_near++] = (struct near_field){field, n->within};
    }
    if (!(d->score > 0 && d->score <= 1))
        linker_misfit(l, r->file, d->score_place, "score", r->name, "0 < score ≤ 1");
    if (d->same.n + d->like.n == 0)
        linker_misfit(l, r->file, d->place, "duplicates", r->name, "{same: […], like: […], near: […], score: 0.85}");
}

/* A file of the province: no way leads out of its folder. */
static void add_data(struct linker *l, struct reg *r, const struct data_decl *d)
{
    bool fits = !str_starts(d->file, STR("/"));
    for (struct str rest = d->file, part; rest.p && fits;) {
        part = str_cut(rest, '/', &rest);
        fits = !str_is(part, "..");
    }
    if (!fits)
        linker_misfit(l, r->file, d->place, "file", d->file, "data/NAME.csv");
    r->data[r->n_data++] = (struct data_file){d->file, d->source, d->place.line};
}

static void build_rest(struct linker *l, struct reg *r, const struct reg_decl *d)
{
    build_order(l, r, &d->order);
    r->search = fields_fitting(l, r, &d->search, "search", fits_search, "string | text | code | phone …", &r->n_search);
    if (r->n_search)
        r->search_table = arena_printf(l->a, "\"s_%.*s\"", STR_ARG(r->name));
    r->geometry = NO_FIELD;
    for (size_t i = r->n_fields; i-- > 0;)
        if (r->fields[i].type == FT_GEOMETRY)
            r->geometry = (int)i;
    if (r->geometry != NO_FIELD)
        r->box_table = arena_printf(l->a, "\"g_%.*s\"", STR_ARG(r->name));
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
        add_data(l, r, &d->data.p[i]);
}

/* "5 years", "18 months", "30 days". */
static bool term_read(struct str text, struct retention *ret)
{
    struct str unit, number = str_cut(str_trim(text), ' ', &unit);
    int64_t n;
    if (integer_parse(number, &n, NULL) != OK || n < 1 || n > 1200 || !unit.p)
        return false;
    unit = str_trim(unit);
    if (str_is(unit, "years") || str_is(unit, "year"))
        ret->months = (int)n * 12;
    else if (str_is(unit, "months") || str_is(unit, "month"))
        ret->months = (int)n;
    else if (str_is(unit, "days") || str_is(unit, "day"))
        ret->days = (int)n;
    return ret->months > 0 || ret->days > 0;
}

static void build_retention(struct linker *l, struct reg *r, const struct retention_decl *d)
{
    if (!d)
        return;
    struct retention *x = ARENA_NEW(l->a, struct retention);
    *x = (struct retention){.is_removal = d->then == 1, .basis = d->basis, .line = d->place.line};
    x->after = linker_field(l, r, d->after, d->after_place);
    if (x->after != NO_FIELD && r->fields[x->after].type != FT_DATE)
        linker_misfit(l, r->file, d->after_place, "after", d->after, "type: date");
    else if (x->after != NO_FIELD && field_is_personal(&r->fields[x->after]))
        linker_misfit(l, r->file, d->after_place, "after", d->after, "privacy: public | internal");
    if (!term_read(d->keep, x))
        linker_misfit(l, r->file, d->keep_place, "keep", d->keep, "5 years | 18 months | 30 days");
    if (x->after != NO_FIELD)
        r->retention = x;
}

/* An interval has a second column, whose name no other field may bear. */
static void check_columns(struct linker *l, const struct reg *r, const struct reg_decl *d)
{
    for (size_t i = 0; i < r->n_fields; i++) {
        const char *end = r->fields[i].column_end;
        int other = end ? reg_field_number(r, str_slice(end + 1, strlen(end) - 2)) : NO_FIELD;
        if (other != NO_FIELD)
            linker_misfit(l, r->file, d->fields.p[other].place, "fields", r->fields[other].name,
                          arena_printf(l->a, "≠ %s", end));
    }
}

struct reg *reg_build(struct linker *l, const struct reg_decl *d)
{
    struct reg *r = ARENA_NEW(l->a, struct reg);
    *r = (struct reg){
        .name = d->name,
        .table = arena_printf(l->a, "\"r_%.*s\"", STR_ARG(d->name)),
        .title = d->title,
        .description = d->description,
        .source = d->source,
        .privacy = (enum privacy)d->privacy,
        .is_by_workflow = d->by == WRITER_WORKFLOW,
        .purpose = d->purpose,
        .legal_basis = d->legal_basis,
        .fields = ARENA_ARRAY(l->a, struct field, d->fields.n),
        .sample = d->sample,
        .file = d->file,
        .line = d->place.line,
    };
    struct fault f = {0};
    if (!is_declared_name(d->name, false)) {
        FAULT(&f, ERR_DECL_NAME, {"name", d->name});
        linker_report(l->list, d->file, d->name_place, &f);
    } else if (map_get(&l->p->by_name, d->name)) {
        FAULT(&f, ERR_DECL_TWICE, {"what", STR("register")}, {"name", d->name});
        linker_report(l->list, d->file, d->name_place, &f);
    }
    if (d->fields.n > LIMIT_FIELDS)
        linker_misfit(l, d->file, d->place, "fields", d->name, "≤ 200");
    for (size_t i = 0; i < d->fields.n && i < LIMIT_FIELDS; i++)
        build_field(l, r, &r->fields[r->n_fields++], &d->fields.p[i]);
    for (size_t i = 0; i < r->n_fields; i++)
        r->n_personal += field_is_personal(&r->fields[i]);
    check_columns(l, r, d);
    build_sorted(l, r);
    build_valid_time(l, r, d);
    build_key(l, r, d);
    build_belongs(l, r, d->belongs_to);
    build_rest(l, r, d);
    build_retention(l, r, d->retention);
    record_sql(l->a, r);
    return r;
}

void reg_link(struct linker *l, struct reg *r, const struct reg_decl *d)
{
    for (size_t i = 0; i < r->n_fields; i++)
        link_field(l, r, &r->fields[i], &d->fields.p[i]);
}
