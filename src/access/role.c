/* roles/ID.yaml: read, then checked against the registers. */
#include "access/role.h"

#include <stddef.h>

#include "base/limits.h"
#include "register/query.h"
#include "register/sight.h"

#include "base/banned.h"

enum { ROLE_NAME_BYTES = 60 };

struct grant_decl {
    struct yaml_place place, registers_place, within_place, where_place, from_place;
    struct yaml_strs may, registers, figures, workflows;
    int within, fields;
    struct str where, from, to;
};

struct role_decl {
    struct yaml_place place, id_place;
    struct str id;
    struct text2 title, description;
    int second_factor;
    YAML_ARRAY(struct grant_decl) grants;
};

static const char *const verb_names[] = {
#define X(verb, name, vi, en) name,
    VERBS(X)
#undef X
};
static const struct text2 verb_titles[] = {
#define X(verb, name, vi, en) {{vi, sizeof(vi) - 1}, {en, sizeof(en) - 1}},
    VERBS(X)
#undef X
};
static const char *const scope_names[] = {"all", "unit", "agency", NULL};
static const char *const class_names[] = {"public", "internal", "basic-personal", "sensitive", NULL};
static const char *const factor_names[] = {"optional", "required", NULL};

static const struct grant_decl grant_initial = {.within = SCOPE_ALL, .fields = PRIVACY_INTERNAL};
static const struct yaml_field grant_fields[] = {
    {NULL, Y_PLACE, offsetof(struct grant_decl, place), 0, NULL},
    {"may", Y_STR_LIST, offsetof(struct grant_decl, may), Y_REQUIRED | Y_SINGLE_OK, NULL},
    {"registers", Y_PLACE, offsetof(struct grant_decl, registers_place), 0, NULL},
    {"registers", Y_STR_LIST, offsetof(struct grant_decl, registers), Y_SINGLE_OK, NULL},
    {"figures", Y_STR_LIST, offsetof(struct grant_decl, figures), Y_SINGLE_OK, NULL},
    {"workflows", Y_STR_LIST, offsetof(struct grant_decl, workflows), Y_SINGLE_OK, NULL},
    {"within", Y_PLACE, offsetof(struct grant_decl, within_place), 0, NULL},
    {"within", Y_ENUM, offsetof(struct grant_decl, within), 0, scope_names},
    {"where", Y_PLACE, offsetof(struct grant_decl, where_place), 0, NULL},
    {"where", Y_STR, offsetof(struct grant_decl, where), 0, NULL},
    {"fields", Y_ENUM, offsetof(struct grant_decl, fields), 0, class_names},
    {"from", Y_PLACE, offsetof(struct grant_decl, from_place), 0, NULL},
    {"from", Y_DATE_TEXT, offsetof(struct grant_decl, from), 0, NULL},
    {"to", Y_DATE_TEXT, offsetof(struct grant_decl, to), 0, NULL},
};
static const struct yaml_schema grant_schema = {
    "grant", grant_fields, ARRAY_LEN(grant_fields), sizeof(struct grant_decl), &grant_initial, NULL};
static const struct yaml_field role_fields[] = {
    {NULL, Y_PLACE, offsetof(struct role_decl, place), 0, NULL},
    {"role", Y_PLACE, offsetof(struct role_decl, id_place), 0, NULL},
    {"role", Y_STR, offsetof(struct role_decl, id), Y_REQUIRED, NULL},
    {"title", Y_TEXT2, offsetof(struct role_decl, title), Y_REQUIRED, NULL},
    {"description", Y_TEXT2, offsetof(struct role_decl, description), 0, NULL},
    {"second_factor", Y_ENUM, offsetof(struct role_decl, second_factor), 0, factor_names},
    {"grants", Y_LIST, offsetof(struct role_decl, grants), Y_REQUIRED, &grant_schema},
};
static const struct role_decl role_initial = {.second_factor = 1};
static const struct yaml_schema role_schema = {
    "role", role_fields, ARRAY_LEN(role_fields), sizeof(struct role_decl), &role_initial, NULL};

/* ---- names ---- */

const char *verb_name(enum verb verb)
{
    return verb_names[verb];
}

struct text2 verb_title(enum verb verb)
{
    return verb_titles[verb];
}

bool verb_find(struct str name, enum verb *ret_verb)
{
    for (size_t i = 0; i < VERB_COUNT; i++)
        if (str_is(name, verb_names[i])) {
            *ret_verb = (enum verb)i;
            return true;
        }
    return false;
}

const char *scope_name(enum scope scope)
{
    return scope_names[scope];
}

const char *privacy_name(enum privacy class)
{
    return class_names[class];
}

const struct role *role_find(const struct roles *roles, struct str id)
{
    for (size_t i = 0; i < roles->n; i++)
        if (str_eq(roles->p[i].id, id))
            return &roles->p[i];
    return NULL;
}

bool grant_names(const struct grant *g, struct str reg)
{
    for (size_t i = 0; i < g->n_registers; i++)
        if (str_eq(g->registers[i], reg))
            return true;
    return g->is_any_register;
}

bool grant_names_figure(const struct grant *g, struct str id)
{
    for (size_t i = 0; i < g->n_figures; i++)
        if (str_eq(g->figures[i], id) || str_is(g->figures[i], "*"))
            return true;
    return false;
}

bool grant_is_in_force(const struct grant *g, struct str day)
{
    return (g->from.n == 0 || str_cmp(g->from, day) <= 0) && (g->to.n == 0 || str_cmp(day, g->to) < 0);
}

bool grant_reaches(const struct province *p, const struct grant *g, const struct reg *reg)
{
    bool fits = g->within == SCOPE_ALL || reg_scope_field(p, reg, g->within) != NO_FIELD;
    return !reg->is_builtin && grant_names(g, reg->name) && fits && g->fields >= reg_class(reg);
}

int reg_scope_field(const struct province *p, const struct reg *reg, enum scope scope)
{
    bool is_unit = scope == SCOPE_UNIT;
    int declared = is_unit ? reg->belongs_unit : reg->belongs_agency;
    bool is_tree = is_unit ? p->units && str_eq(reg->name, p->units->name) : str_is(reg->name, "agencies");
    if (scope == SCOPE_ALL)
        return NO_FIELD;
    if (declared != NO_FIELD)
        return declared;
    if (is_tree)
        return reg->entity;
    for (size_t i = 0; i < reg->n_fields; i++) {
        const struct field *fd = &reg->fields[i];
        bool is_agency = fd->type == FT_REFERENCE && fd->target && str_is(fd->target->name, "agencies");
        if (is_unit ? fd->type == FT_UNIT : is_agency)
            return (int)i;
    }
    return NO_FIELD;
}

struct reg *province_agencies(const struct province *p)
{
    struct reg *called = NULL;
    for (size_t i = 0; i < p->n_registers; i++) {
        struct reg *reg = p->registers[i];
        int n = reg->belongs_agency;
        if (n != NO_FIELD && reg->fields[n].type == FT_REFERENCE && reg->fields[n].target)
            return reg->fields[n].target;
        if (str_is(reg->name, "agencies"))
            called = reg;
    }
    return called;
}

/* ---- checking ---- */

struct loading {
    struct arena *a;
    const struct province *province;
    struct str file;
    struct faults *list;
};

static void tell(const struct loading *l, struct yaml_place at, struct fault *f)
{
    fault_place(f, l->file, at.line, at.column);
    faults_add(l->list, f);
}

static void tell_unknown(const struct loading *l, const char *what, struct str name, const struct str *names, size_t n,
                         struct yaml_place at)
{
    struct fault f = {0};
    FAULT(&f, ERR_DECL_UNKNOWN, {"what", str_of(what)}, {"name", name}, {"nearest", yaml_nearest(name, names, n)});
    tell(l, at, &f);
}

static unsigned read_verbs(const struct loading *l, const struct yaml_strs *may)
{
    struct str names[VERB_COUNT];
    unsigned verbs = 0;
    for (size_t i = 0; i < VERB_COUNT; i++)
        names[i] = str_of(verb_names[i]);
    for (size_t i = 0; i < may->n; i++) {
        enum verb verb;
        if (verb_find(may->p[i], &verb))
            verbs |= 1U << verb;
        else
            tell_unknown(l, "verb", may->p[i], names, VERB_COUNT, may->places[i]);
    }
    return verbs;
}

static const struct reg *read_register(const struct loading *l, struct str name, struct yaml_place at)
{
    const struct province *p = l->province;
    const struct reg *reg = province_register(p, name);
    if (reg && !reg->is_builtin)
        return reg;
    struct str *names = ARENA_ARRAY(l->a, struct str, p->n_registers);
    size_t n = 0;
    for (size_t i = 0; i < p->n_registers; i++)
        if (!p->registers[i]->is_builtin)
            names[n++] = p->registers[i]->name;
    tell_unknown(l, "register", name, names, n, at);
    return NULL;
}

/* What a grant says of one register must make sense there. */
static void check_register(const struct loading *l, const struct grant_decl *d, const struct reg *reg)
{
    struct fault f = {0};
    enum scope within = (enum scope)d->within;
    if (within != SCOPE_ALL && reg_scope_field(l->province, reg, within) == NO_FIELD) {
        FAULT(&f, ERR_ROLE_SCOPE, {"register", reg->name}, {"scope", str_of(scope_names[within])});
        tell(l, d->within_place, &f);
    }
    if (d->where.n && filter_check(l->a, l->province, reg, d->where, NULL, 0, &f) != OK) {
        f.line = f.column = 0; /* the place within the filter is in the sentence */
        tell(l, d->where_place, &f);
    }
}

static void check_dates(const struct loading *l, const struct grant_decl *d)
{
    struct fault f = {0};
    if (!d->from.n || !d->to.n || str_cmp(d->from, d->to) < 0)
        return;
    FAULT(&f, ERR_DECL_VALUE, {"key", STR("from")}, {"value", d->from},
          {"expected", str_of(arena_printf(l->a, "< %.*s", STR_ARG(d->to)))});
    tell(l, d->from_place, &f);
}

static void read_grant(const struct loading *l, const struct grant_decl *d, struct grant *g)
{
    *g = (struct grant){.registers = d->registers.p,
                        .n_registers = d->registers.n,
                        .figures = d->figures.p,
                        .n_figures = d->figures.n,
                        .figure_places = d->figures.places,
                        .workflows = d->workflows.p,
                        .n_workflows = d->workflows.n,
                        .within = (enum scope)d->within,
                        .where = str_trim(d->where),
                        .fields = (enum privacy)d->fields,
                        .from = d->from,
                        .to = d->to,
                        .line = d->place.line};
    g->verbs = read_verbs(l, &d->may);
    check_dates(l, d);
    g->is_any_register = d->registers.n == 1 && str_is(d->registers.p[0], "*");
    if (g->is_any_register) {
        g->n_registers = 0;
        struct fault f = {0};
        if (d->where.n) { /* a condition names fields, and they differ */
            FAULT(&f, ERR_DECL_VALUE, {"key", STR("registers")}, {"value", STR("*")},
                  {"expected", STR("[REGISTER, …] + where")});
            tell(l, d->registers_place, &f);
        }
        return;
    }
    for (size_t i = 0; i < d->registers.n; i++) {
        const struct reg *reg = read_register(l, d->registers.p[i], d->registers.places[i]);
        if (reg)
            check_register(l, d, reg);
    }
    struct fault f = {0};
    if (d->registers.n + d->figures.n + d->workflows.n == 0) {
        FAULT(&f, ERR_YAML_KEY_MISSING, {"where", STR("grant")}, {"key", STR("registers, figures, workflows")});
        tell(l, d->place, &f);
    }
}

static bool is_good_name(struct str s)
{
    bool is_good = s.n > 0 && s.n <= ROLE_NAME_BYTES && s.p[0] >= 'a' && s.p[0] <= 'z';
    for (size_t i = 0; i < s.n && is_good; i++)
        is_good = (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '_';
    return is_good;
}

static bool check_name(const struct loading *l, const struct role_decl *d)
{
    struct fault f = {0};
    struct str file = l->file;
    struct str stem = str_slice(file.p + strlen("roles/"), file.n - strlen("roles/") - strlen(".yaml"));
    if (!is_good_name(d->id))
        FAULT(&f, ERR_DECL_NAME, {"name", d->id});
    else if (!str_eq(stem, d->id))
        FAULT(&f, ERR_DECL_FILE_NAME, {"file", file}, {"name", d->id});
    else
        return true;
    tell(l, d->id_place, &f);
    return false;
}

static bool read_role(const struct loading *l, const struct source_file *source, struct role *r)
{
    struct yaml *root;
    struct role_decl d;
    struct fault f = {0};
    if (yaml_parse(l->a, source->text, source->path, &root, &f) != OK) {
        faults_add(l->list, &f);
        return false;
    }
    if (yaml_decode(l->a, root, &role_schema, source->path, &d, l->list) != OK || !check_name(l, &d))
        return false;
    *r = (struct role){.id = d.id,
                       .title = d.title,
                       .description = d.description,
                       .needs_second_factor = d.second_factor == 1,
                       .grants = ARENA_ARRAY(l->a, struct grant, d.grants.n),
                       .n = d.grants.n,
                       .file = source->path,
                       .line = d.place.line};
    for (size_t i = 0; i < d.grants.n; i++)
        read_grant(l, &d.grants.p[i], &r->grants[i]);
    return true;
}

enum err roles_load(struct arena *a, const struct province *p, struct roles **ret_roles, struct faults *list)
{
    size_t before = list->total, kept = list->n;
    struct roles *roles = ARENA_NEW(a, struct roles);
    *roles = (struct roles){.province = p, .p = ARENA_ARRAY(a, struct role, p->sources.n + 1)};
    for (size_t i = 0; i < p->sources.n; i++) {
        const struct source_file *source = &p->sources.p[i];
        struct loading l = {a, p, source->path, list};
        if (str_starts(source->path, STR("roles/")) && str_ends(source->path, STR(".yaml")))
            roles->n += read_role(&l, source, &roles->p[roles->n]);
    }
    if (list->total > before)
        return kept < list->n ? list->p[kept].code : ERR_DECL_VALUE;
    *ret_roles = roles;
    return OK;
}

void roles_check_figures(const struct roles *roles, const struct str *names, size_t n, struct faults *list)
{
    for (size_t i = 0; i < roles->n; i++)
        for (size_t k = 0; k < roles->p[i].n; k++) {
            const struct grant *g = &roles->p[i].grants[k];
            const struct loading l = {.file = roles->p[i].file, .list = list};
            for (size_t m = 0; m < g->n_figures; m++) {
                bool is_known = str_is(g->figures[m], "*");
                for (size_t j = 0; j < n && !is_known; j++)
                    is_known = str_eq(names[j], g->figures[m]);
                if (!is_known)
                    tell_unknown(&l, "figure", g->figures[m], names, n, g->figure_places[m]);
            }
        }
}

/* What is asked for: of registers by the store, pages and interface, and by workflows; of figures only whether they are shown. */
static const unsigned asked_of_registers = 1U << VERB_READ | 1U << VERB_CREATE | 1U << VERB_UPDATE | 1U << VERB_DELETE |
                                           1U << VERB_IMPORT | 1U << VERB_EXPORT | 1U << VERB_ADMINISTER;
static const unsigned asked_of_figures = 1U << VERB_READ;

static unsigned asked_by_workflows(const struct grant *g, const struct verbs_asked *asked, size_t n)
{
    unsigned verbs = 0;
    for (size_t i = 0; i < n; i++)
        if (grant_names(g, asked[i].reg))
            verbs |= asked[i].verbs;
    return verbs;
}

static void check_verbs(const struct role *role, const struct grant *g, unsigned by_workflows, struct faults *warnings)
{
    bool has_registers = g->is_any_register || g->n_registers;
    unsigned asked = (has_registers ? asked_of_registers | by_workflows : 0) | (g->n_figures ? asked_of_figures : 0);
    const char *what = has_registers ? "registers" : g->n_figures ? "figures" : "workflows";
    for (size_t v = 0; v < VERB_COUNT; v++) {
        struct fault f = {0};
        if (!(g->verbs & ~asked & 1U << v))
            continue;
        FAULT(&f, ERR_ROLE_VERB_IDLE, {"role", role->id}, {"verb", str_of(verb_names[v])}, {"what", str_of(what)});
        fault_place(&f, role->file, g->line, 0);
        faults_add(warnings, &f);
    }
}

void roles_check_verbs(const struct roles *roles, const struct verbs_asked *asked, size_t n, struct faults *warnings)
{
    for (size_t i = 0; i < roles->n; i++)
        for (size_t k = 0; k < roles->p[i].n; k++) {
            const struct grant *g = &roles->p[i].grants[k];
            check_verbs(&roles->p[i], g, asked_by_workflows(g, asked, n), warnings);
        }
}
