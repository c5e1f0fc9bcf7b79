/* Second half of reading declarations, over the whole province: names become pointers, registers get their order of loading, and what
 * does not fit together is told. */
#include "base/limits.h"
#include "register/declaration_internal.h"
#include "register/query.h"
#include "text/number.h"

#include "base/banned.h"

/* ---- faults with a place ---- */

void linker_report(struct faults *list, struct str file, struct yaml_place at, struct fault *f)
{
    fault_place(f, file, at.line, at.column);
    faults_add(list, f);
}

void linker_unknown(struct linker *l, struct str file, struct yaml_place at, const char *what, struct str name,
                    const struct str *names, size_t n)
{
    struct fault f = {0};
    FAULT(&f, ERR_DECL_UNKNOWN, {"what", str_of(what)}, {"name", name}, {"nearest", yaml_nearest(name, names, n)});
    linker_report(l->list, file, at, &f);
}

void linker_misfit(struct linker *l, struct str file, struct yaml_place at, const char *key, struct str value,
                   const char *expected)
{
    struct fault f = {0};
    FAULT(&f, ERR_DECL_VALUE, {"key", str_of(key)}, {"value", value}, {"expected", str_of(expected)});
    linker_report(l->list, file, at, &f);
}

bool is_declared_name(struct str s, bool may_dash)
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
    linker_report(list, path, place, &f);
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

int linker_field(struct linker *l, const struct reg *r, struct str name, struct yaml_place at)
{
    int n = reg_field_number(r, name);
    if (n == NO_FIELD) {
        struct str *names = ARENA_ARRAY(l->a, struct str, r->n_fields);
        for (size_t i = 0; i < r->n_fields; i++)
            names[i] = r->fields[i].name;
        linker_unknown(l, r->file, at, "field", name, names, r->n_fields);
    }
    return n;
}

struct reg *linker_register(struct linker *l, struct str file, struct str name, struct yaml_place at)
{
    struct reg *r = map_get(&l->p->by_name, name);
    /* A register whose own file could not be read has been told. */
    if (!r && !province_source(l->p, str_of(arena_printf(l->a, "registers/%.*s.yaml", STR_ARG(name))))) {
        struct str *names = ARENA_ARRAY(l->a, struct str, l->p->n_registers);
        for (size_t i = 0; i < l->p->n_registers; i++)
            names[i] = l->p->registers[i]->name;
        linker_unknown(l, file, at, "register", name, names, l->p->n_registers);
    }
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
    struct reg *units = d->units ? linker_register(l, file, d->units->reg, d->units->place) : NULL;
    if (units) {
        p->unit_code = linker_field(l, units, d->units->code, d->units->place);
        p->unit_name = linker_field(l, units, d->units->name, d->units->place);
        p->unit_level = linker_field(l, units, d->units->level, d->units->place);
        p->unit_parent = linker_field(l, units, d->units->parent, d->units->place);
        if (units->entity != p->unit_code || units->valid_from == NO_FIELD)
            linker_misfit(l, file, d->units->place, "units", units->name, "key: [CODE, VALID_FROM], valid_time: …");
        if (p->unit_level != NO_FIELD && units->fields[p->unit_level].type != FT_INTEGER)
            linker_misfit(l, file, d->units->place, "level", d->units->level, "type: integer");
        p->units = units;
    }
    struct reg *next = d->successors ? linker_register(l, file, d->successors->reg, d->successors->place) : NULL;
    if (next) {
        p->successor_from = linker_field(l, next, d->successors->from, d->successors->place);
        p->successor_to = linker_field(l, next, d->successors->to, d->successors->place);
        p->successor_on = linker_field(l, next, d->successors->on, d->successors->place);
        if (d->successors->share.n)
            p->successor_share = linker_field(l, next, d->successors->share, d->successors->place);
        p->successors = next;
    }
}

static void link_terms(struct linker *l, const struct terms_decl *d)
{
    if (d->license.n && !str_starts(d->license, STR("https://")) && !str_starts(d->license, STR("http://")))
        linker_misfit(l, STR("province.yaml"), d->license_place, "license", d->license, "https://…");
    l->p->terms = (struct terms){d->texts.p, d->texts.n, d->decision, d->license};
}

static void link_province(struct linker *l)
{
    const struct province_decl *d = &l->d.province;
    struct str file = STR("province.yaml");
    l->p->id = d->id;
    l->p->title = d->title;
    l->p->utc_offset_minutes = VIETNAM_OFFSET_MINUTES;
    if (d->id.n && !is_declared_name(d->id, true)) {
        struct fault f = {0};
        FAULT(&f, ERR_DECL_NAME, {"name", d->id});
        linker_report(l->list, file, d->id_place, &f);
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
            linker_misfit(l, file, d->time_zone_place, "time_zone", z, "\"+07:00\"");
        else
            l->p->utc_offset_minutes = (int)(hours * 60 + minutes) * (z.p[0] == '-' ? -1 : 1);
    }
    l->p->levels = ARENA_ARRAY(l->a, struct level, d->levels.n);
    for (size_t i = 0; i < d->levels.n; i++) {
        int64_t level;
        if (integer_parse(d->levels.p[i].key, &level, NULL) != OK || level < 1 || level > 30)
            linker_misfit(l, file, d->levels.p[i].place, "levels", d->levels.p[i].key, "1, 2, 3 …");
        else
            l->p->levels[l->p->n_levels++] = (struct level){(int)level, d->levels.p[i].title};
    }
    link_units(l);
    if (d->terms)
        link_terms(l, d->terms);
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
                linker_report(l->list, r->file, (struct yaml_place){r->fields[k].line, r->fields[k].column_no}, &f);
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

/* A register of this name would share the tables that another one's search or map keeps behind its own name. */
static void check_own_tables(struct linker *l, const struct reg_decl *d, const char *const *own, size_t n,
                             bool of_search)
{
    for (size_t k = 0; k < n; k++) {
        if (!str_ends(d->name, str_of(own[k])))
            continue;
        struct str stem = str_slice(d->name.p, d->name.n - strlen(own[k]));
        const struct reg *other = province_register(l->p, stem), *self = province_register(l->p, d->name);
        if (other && self &&
            (of_search ? other->search_table && self->search_table : other->box_table && self->box_table))
            linker_misfit(l, d->file, d->name_place, "register", d->name,
                          arena_printf(l->a, "≠ %.*s%s", STR_ARG(stem), own[k]));
    }
}

static void check_names(struct linker *l)
{
    static const char *const search[] = {"_data", "_idx", "_config", "_content", "_docsize"};
    static const char *const boxes[] = {"_node", "_rowid", "_parent"};
    for (size_t i = 0; i < l->d.registers.n; i++) {
        check_own_tables(l, l->d.registers.p[i], search, ARRAY_LEN(search), true);
        check_own_tables(l, l->d.registers.p[i], boxes, ARRAY_LEN(boxes), false);
    }
}

static void check_filter(struct linker *l, const struct reg *r, struct str filter, int line)
{
    struct fault f = {0};
    if (filter_check(l->a, l->p, r, filter, NULL, 0, &f) == OK)
        return;
    f.line = f.column = 0; /* the place within the filter is in the sentence */
    linker_report(l->list, r->file, (struct yaml_place){line, 0}, &f);
}

static void check_rules(struct linker *l)
{
    for (size_t i = 0; i < l->p->n_registers; i++) {
        const struct reg *r = l->p->registers[i];
        for (size_t k = 0; k < r->n_fields; k++)
            if (r->fields[k].when.n)
                check_filter(l, r, r->fields[k].when, r->fields[k].line);
        for (size_t k = 0; k < r->n_rules; k++)
            check_filter(l, r, r->rules[k].check, r->rules[k].line);
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
        struct reg *r = reg_build(&l, l.d.registers.p[i]);
        l.p->registers[l.p->n_registers++] = r;
        map_put(a, &l.p->by_name, r->name, r);
    }
    link_province(&l);
    for (size_t i = 0; i < n; i++)
        reg_link(&l, l.p->registers[i + BUILTIN_REGISTERS], l.d.registers.p[i]);
    l.p->code_lists = ARENA_ARRAY(a, struct code_list, l.d.code_lists.n);
    for (size_t i = 0; i < l.d.code_lists.n; i++)
        l.p->code_lists[l.p->n_code_lists++] = *l.d.code_lists.p[i];
    if (list->total == before) {
        sort_registers(&l);
        check_names(&l);
        check_rules(&l);
    }
    if (list->total > before)
        return list->n ? list->p[before < list->n ? before : 0].code : ERR_DECL_VALUE;
    *ret_province = l.p;
    return OK;
}
