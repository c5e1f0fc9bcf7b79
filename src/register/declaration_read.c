/* First half of reading declarations: YAML text → declaration structures, file by file. Names are resolved in
 * declaration_link.c. */
#include "register/declaration_internal.h"

#include <stddef.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"

#include "base/banned.h"

/* ---- the files of a folder ---- */

static enum err read_into(struct arena *a, const char *folder, const char *path, void *list, struct fault *f)
{
    VEC(struct source_file) *files = list;
    struct str text;
    enum err e = file_read(a, arena_printf(a, "%s/%s", folder, path), LIMIT_YAML_BYTES, &text, f);
    if (e != OK)
        return e;
    VEC_PUSH(a, files, ((struct source_file){str_of(arena_strdup(a, path)), text}));
    return OK;
}

enum err sources_read_folder(struct arena *a, const char *folder, struct sources *ret_sources, struct fault *f)
{
    static const struct {
        const char *folder, *suffix;
    } parts[] = {{"codes", ".yaml"}, {"registers", ".yaml"}, {"figures", ".yaml"}, {"indexes", ".yaml"},
                 {"reports", ".md"}, {"papers", ".md"},      {"roles", ".yaml"},   {"workflows", ".yaml"}};
    static const char *const words[] = {"data/names.yaml", "data/dossiers.yaml"};
    VEC(struct source_file) files = {0};
    enum err e = read_into(a, folder, "province.yaml", &files, f);
    for (size_t i = 0; e == OK && i < ARRAY_LEN(words); i++)
        if (file_exists(arena_printf(a, "%s/%s", folder, words[i])))
            e = read_into(a, folder, words[i], &files, f);
    for (size_t i = 0; e == OK && i < ARRAY_LEN(parts); i++) {
        const char *part = arena_printf(a, "%s/%s", folder, parts[i].folder), **names;
        size_t n;
        if (!file_exists(part))
            continue;
        e = folder_list(a, part, parts[i].suffix, &names, &n, f);
        for (size_t k = 0; e == OK && k < n; k++)
            e = read_into(a, folder, arena_printf(a, "%s/%s", parts[i].folder, names[k]), &files, f);
    }
    if (e != OK)
        return e;
    *ret_sources = (struct sources){files.p, files.n};
    return OK;
}

/* ---- province.yaml ---- */

static const struct yaml_field units_fields[] = {
    {NULL, Y_PLACE, offsetof(struct units_decl, place), 0, NULL},
    {"register", Y_STR, offsetof(struct units_decl, reg), Y_REQUIRED, NULL},
    {"code", Y_STR, offsetof(struct units_decl, code), Y_REQUIRED, NULL},
    {"name", Y_STR, offsetof(struct units_decl, name), Y_REQUIRED, NULL},
    {"level", Y_STR, offsetof(struct units_decl, level), Y_REQUIRED, NULL},
    {"parent", Y_STR, offsetof(struct units_decl, parent), Y_REQUIRED, NULL},
};
static const struct yaml_schema units_schema = YAML_SCHEMA("units", units_fields, struct units_decl);

static const struct yaml_field successors_fields[] = {
    {NULL, Y_PLACE, offsetof(struct successors_decl, place), 0, NULL},
    {"register", Y_STR, offsetof(struct successors_decl, reg), Y_REQUIRED, NULL},
    {"from", Y_STR, offsetof(struct successors_decl, from), Y_REQUIRED, NULL},
    {"to", Y_STR, offsetof(struct successors_decl, to), Y_REQUIRED, NULL},
    {"on", Y_STR, offsetof(struct successors_decl, on), Y_REQUIRED, NULL},
    {"share", Y_STR, offsetof(struct successors_decl, share), 0, NULL},
};
static const struct yaml_schema successors_schema =
    YAML_SCHEMA("successors", successors_fields, struct successors_decl);

static const struct yaml_field term_fields[] = {
    {"vi", Y_STR, offsetof(struct text2, vi), Y_REQUIRED, NULL},
    {"en", Y_STR, offsetof(struct text2, en), 0, NULL},
};
static const struct yaml_schema term_schema = {"texts", term_fields, ARRAY_LEN(term_fields), sizeof(struct text2),
                                               NULL,    "vi"};

static const struct yaml_field terms_fields[] = {
    {"texts", Y_LIST, offsetof(struct terms_decl, texts), Y_REQUIRED, &term_schema},
    {"decision", Y_TEXT2, offsetof(struct terms_decl, decision), 0, NULL},
    {"license", Y_STR, offsetof(struct terms_decl, license), 0, NULL},
    {"license", Y_PLACE, offsetof(struct terms_decl, license_place), 0, NULL},
};
static const struct yaml_schema terms_schema = YAML_SCHEMA("terms", terms_fields, struct terms_decl);

static const struct yaml_field level_fields[] = {
    {NULL, Y_PLACE, offsetof(struct level_decl, place), 0, NULL},
    {NULL, Y_KEY, offsetof(struct level_decl, key), 0, NULL},
    {"vi", Y_STR, offsetof(struct level_decl, title.vi), Y_REQUIRED, NULL},
    {"en", Y_STR, offsetof(struct level_decl, title.en), 0, NULL},
};
static const struct yaml_schema level_schema = {
    "levels", level_fields, ARRAY_LEN(level_fields), sizeof(struct level_decl), NULL, "vi"};

static const struct yaml_field province_fields[] = {
    {NULL, Y_PLACE, offsetof(struct province_decl, place), 0, NULL},
    {"province", Y_STR, offsetof(struct province_decl, id), Y_REQUIRED, NULL},
    {"province", Y_PLACE, offsetof(struct province_decl, id_place), 0, NULL},
    {"title", Y_TEXT2, offsetof(struct province_decl, title), Y_REQUIRED, NULL},
    {"description", Y_TEXT2, offsetof(struct province_decl, description), 0, NULL},
    {"source", Y_STR, offsetof(struct province_decl, source), 0, NULL},
    {"time_zone", Y_STR, offsetof(struct province_decl, time_zone), 0, NULL},
    {"time_zone", Y_PLACE, offsetof(struct province_decl, time_zone_place), 0, NULL},
    {"units", Y_MAP_PTR, offsetof(struct province_decl, units), 0, &units_schema},
    {"successors", Y_MAP_PTR, offsetof(struct province_decl, successors), 0, &successors_schema},
    {"terms", Y_MAP_PTR, offsetof(struct province_decl, terms), 0, &terms_schema},
    {"levels", Y_KEYED, offsetof(struct province_decl, levels), 0, &level_schema},
};
static const struct yaml_schema province_schema = YAML_SCHEMA("province", province_fields, struct province_decl);

/* ---- codes/NAME.yaml ---- */

static const struct yaml_field code_fields[] = {
    {NULL, Y_PLACE, offsetof(struct code_decl, place), 0, NULL},
    {NULL, Y_KEY, offsetof(struct code_decl, key), 0, NULL},
    {"vi", Y_STR, offsetof(struct code_decl, title.vi), Y_REQUIRED, NULL},
    {"en", Y_STR, offsetof(struct code_decl, title.en), 0, NULL},
    {"from", Y_DATE_TEXT, offsetof(struct code_decl, from), 0, NULL},
    {"to", Y_DATE_TEXT, offsetof(struct code_decl, to), 0, NULL},
};
static const struct yaml_schema code_schema = {"codes", code_fields, ARRAY_LEN(code_fields), sizeof(struct code_decl),
                                               NULL,    "vi"};

static const struct yaml_field codes_fields[] = {
    {NULL, Y_PLACE, offsetof(struct codes_decl, place), 0, NULL},
    {"list", Y_STR, offsetof(struct codes_decl, name), Y_REQUIRED, NULL},
    {"list", Y_PLACE, offsetof(struct codes_decl, name_place), 0, NULL},
    {"title", Y_TEXT2, offsetof(struct codes_decl, title), 0, NULL},
    {"source", Y_STR, offsetof(struct codes_decl, source), 0, NULL},
    {"codes", Y_KEYED, offsetof(struct codes_decl, codes), Y_REQUIRED, &code_schema},
};
static const struct yaml_schema codes_schema = YAML_SCHEMA("list", codes_fields, struct codes_decl);

/* `codes:` of a field: the same schema, reached through a wrapper because the value stands alone. */
struct inline_codes {
    YAML_ARRAY(struct code_decl) codes;
};
static const struct yaml_field inline_codes_fields[] = {
    {"codes", Y_KEYED, offsetof(struct inline_codes, codes), Y_REQUIRED, &code_schema},
};
static const struct yaml_schema inline_codes_schema = YAML_SCHEMA("codes", inline_codes_fields, struct inline_codes);

static struct code_list *codes_build(struct arena *a, struct str file, struct str name, const struct code_decl *codes,
                                     size_t n, struct faults *faults)
{
    struct code_list *list = ARENA_NEW(a, struct code_list);
    *list = (struct code_list){.name = name, .p = ARENA_ARRAY(a, struct code, n), .n = n};
    for (size_t i = 0; i < n; i++) {
        if (codes[i].from.n && codes[i].to.n && str_cmp(codes[i].from, codes[i].to) >= 0) {
            struct fault f = {0};
            FAULT(&f, ERR_DECL_VALUE, {"key", STR("to")}, {"value", codes[i].to},
                  {"expected", str_of(arena_printf(a, "> %.*s", STR_ARG(codes[i].from)))});
            fault_place(&f, file, codes[i].place.line, codes[i].place.column);
            faults_add(faults, &f);
        }
        list->p[i] = (struct code){codes[i].key, codes[i].title, codes[i].from, codes[i].to};
        map_put(a, &list->by_code, list->p[i].code, &list->p[i]);
    }
    return list;
}

struct code_list *declaration_inline_codes(struct arena *a, const struct yaml *node, struct str field, struct str file,
                                           struct faults *list)
{
    struct yaml_pair pair = {
        .key = STR("codes"), .line = node->line, .column = node->column, .value = (struct yaml *)(uintptr_t)node};
    struct yaml wrapper = {.kind = YAML_MAP, .line = node->line, .column = node->column, .pairs = &pair, .n = 1};
    struct inline_codes codes = {0};
    if (yaml_decode(a, &wrapper, &inline_codes_schema, file, &codes, list) != OK)
        return NULL;
    return codes_build(a, file, field, codes.codes.p, codes.codes.n, list);
}

/* ---- registers/NAME.yaml ---- */

static const char *const type_names[] = {
#define X(type, name, cql2) name,
    FIELD_TYPES(X)
#undef X
        NULL,
};
static const char *const privacy_names[] = {"public", "internal", "basic-personal", "sensitive", NULL};
static const char *const writer_names[] = {"anyone", "workflow", NULL};
static const char *const rule_levels[] = {"error", "warning", NULL};
static const char *const geometry_kinds[] = {"any", "point", "line", "polygon", NULL};

const char *field_type_name(enum field_type type)
{
    return type_names[type];
}

static const struct yaml_range length_range = {1, LIMIT_TEXT_BYTES};
static const struct field_decl field_initial = {.privacy = -1, .of = -1};

static const struct yaml_field field_fields[] = {
    {NULL, Y_PLACE, offsetof(struct field_decl, place), 0, NULL},
    {NULL, Y_KEY, offsetof(struct field_decl, name), 0, NULL},
    {"type", Y_ENUM, offsetof(struct field_decl, type), Y_REQUIRED, type_names},
    {"title", Y_TEXT2, offsetof(struct field_decl, title), Y_REQUIRED, NULL},
    {"description", Y_TEXT2, offsetof(struct field_decl, description), 0, NULL},
    {"required", Y_BOOL, offsetof(struct field_decl, is_required), 0, NULL},
    {"unique", Y_BOOL, offsetof(struct field_decl, is_unique), 0, NULL},
    {"person", Y_BOOL, offsetof(struct field_decl, is_person), 0, NULL},
    {"by", Y_ENUM, offsetof(struct field_decl, by), 0, writer_names},
    {"min", Y_STR, offsetof(struct field_decl, min), 0, NULL},
    {"min", Y_PLACE, offsetof(struct field_decl, min_place), 0, NULL},
    {"max", Y_STR, offsetof(struct field_decl, max), 0, NULL},
    {"max", Y_PLACE, offsetof(struct field_decl, max_place), 0, NULL},
    {"max_length", Y_INT, offsetof(struct field_decl, max_length), 0, &length_range},
    {"pattern", Y_STR, offsetof(struct field_decl, pattern), 0, NULL},
    {"pattern", Y_PLACE, offsetof(struct field_decl, pattern_place), 0, NULL},
    {"privacy", Y_ENUM, offsetof(struct field_decl, privacy), 0, privacy_names},
    {"unit", Y_TEXT2, offsetof(struct field_decl, measure), 0, NULL},
    {"page", Y_TEXT2, offsetof(struct field_decl, page), 0, NULL},
    {"when", Y_STR, offsetof(struct field_decl, when), 0, NULL},
    {"codes", Y_ANY, offsetof(struct field_decl, codes), 0, NULL},
    {"register", Y_STR, offsetof(struct field_decl, target), 0, NULL},
    {"register", Y_PLACE, offsetof(struct field_decl, target_place), 0, NULL},
    {"levels", Y_STR_LIST, offsetof(struct field_decl, levels), Y_SINGLE_OK, NULL},
    {"aliases", Y_STR_LIST, offsetof(struct field_decl, aliases), Y_SINGLE_OK, NULL},
    {"of", Y_ENUM, offsetof(struct field_decl, of), 0, type_names},
    {"of", Y_PLACE, offsetof(struct field_decl, of_place), 0, NULL},
    {"sex", Y_STR, offsetof(struct field_decl, sex), 0, NULL},
    {"sex", Y_PLACE, offsetof(struct field_decl, sex_place), 0, NULL},
    {"birth", Y_STR, offsetof(struct field_decl, birth), 0, NULL},
    {"birth", Y_PLACE, offsetof(struct field_decl, birth_place), 0, NULL},
    {"crs", Y_STR, offsetof(struct field_decl, crs), 0, NULL},
    {"kind", Y_ENUM, offsetof(struct field_decl, kind), 0, geometry_kinds},
};
static const struct yaml_schema field_schema = {
    "fields", field_fields, ARRAY_LEN(field_fields), sizeof(struct field_decl), &field_initial, NULL};

static const struct yaml_field valid_time_fields[] = {
    {"from", Y_STR, offsetof(struct valid_time_decl, from), Y_REQUIRED, NULL},
    {"to", Y_STR, offsetof(struct valid_time_decl, to), Y_REQUIRED, NULL},
    {NULL, Y_PLACE, offsetof(struct valid_time_decl, place), 0, NULL},
};
static const struct yaml_schema valid_time_schema =
    YAML_SCHEMA("valid_time", valid_time_fields, struct valid_time_decl);

static const struct yaml_field belongs_fields[] = {
    {"unit", Y_STR, offsetof(struct belongs_decl, unit), 0, NULL},
    {"unit", Y_PLACE, offsetof(struct belongs_decl, unit_place), 0, NULL},
    {"agency", Y_STR, offsetof(struct belongs_decl, agency), 0, NULL},
    {"agency", Y_PLACE, offsetof(struct belongs_decl, agency_place), 0, NULL},
};
static const struct yaml_schema belongs_schema = YAML_SCHEMA("belongs_to", belongs_fields, struct belongs_decl);

static const struct yaml_field rule_fields[] = {
    {NULL, Y_PLACE, offsetof(struct rule_decl, place), 0, NULL},
    {"check", Y_STR, offsetof(struct rule_decl, check), Y_REQUIRED, NULL},
    {"check", Y_PLACE, offsetof(struct rule_decl, check_place), 0, NULL},
    {"message", Y_TEXT2, offsetof(struct rule_decl, message), Y_REQUIRED, NULL},
    {"level", Y_ENUM, offsetof(struct rule_decl, level), 0, rule_levels},
};
static const struct yaml_schema rule_schema = YAML_SCHEMA("rules", rule_fields, struct rule_decl);

static const struct yaml_field near_fields[] = {
    {NULL, Y_PLACE, offsetof(struct near_decl, place), 0, NULL},
    {"field", Y_STR, offsetof(struct near_decl, field), Y_REQUIRED, NULL},
    {"field", Y_PLACE, offsetof(struct near_decl, field_place), 0, NULL},
    {"within", Y_NUMBER, offsetof(struct near_decl, within), Y_REQUIRED, NULL},
    {"within", Y_PLACE, offsetof(struct near_decl, within_place), 0, NULL},
};
static const struct yaml_schema near_schema = YAML_SCHEMA("near", near_fields, struct near_decl);

static const struct match_decl match_initial = {.score = 0.85};
static const struct yaml_field match_fields[] = {
    {NULL, Y_PLACE, offsetof(struct match_decl, place), 0, NULL},
    {"same", Y_STR_LIST, offsetof(struct match_decl, same), Y_SINGLE_OK, NULL},
    {"like", Y_STR_LIST, offsetof(struct match_decl, like), Y_SINGLE_OK, NULL},
    {"near", Y_LIST, offsetof(struct match_decl, near), Y_SINGLE_OK, &near_schema},
    {"score", Y_NUMBER, offsetof(struct match_decl, score), 0, NULL},
    {"score", Y_PLACE, offsetof(struct match_decl, score_place), 0, NULL},
};
static const struct yaml_schema match_schema = {
    "duplicates", match_fields, ARRAY_LEN(match_fields), sizeof(struct match_decl), &match_initial, NULL};

static const struct yaml_field data_fields[] = {
    {NULL, Y_PLACE, offsetof(struct data_decl, place), 0, NULL},
    {"file", Y_STR, offsetof(struct data_decl, file), Y_REQUIRED, NULL},
    {"source", Y_STR, offsetof(struct data_decl, source), 0, NULL},
};
static const struct yaml_schema data_schema = YAML_SCHEMA("data", data_fields, struct data_decl);

static const char *const retention_ends[] = {"erase", "delete", NULL};
static const struct yaml_field retention_fields[] = {
    {NULL, Y_PLACE, offsetof(struct retention_decl, place), 0, NULL},
    {"after", Y_STR, offsetof(struct retention_decl, after), Y_REQUIRED, NULL},
    {"after", Y_PLACE, offsetof(struct retention_decl, after_place), 0, NULL},
    {"keep", Y_STR, offsetof(struct retention_decl, keep), Y_REQUIRED, NULL},
    {"keep", Y_PLACE, offsetof(struct retention_decl, keep_place), 0, NULL},
    {"then", Y_ENUM, offsetof(struct retention_decl, then), Y_REQUIRED, retention_ends},
    {"basis", Y_TEXT2, offsetof(struct retention_decl, basis), Y_REQUIRED, NULL},
};
static const struct yaml_schema retention_schema = YAML_SCHEMA("retention", retention_fields, struct retention_decl);

static const struct yaml_field reg_fields[] = {
    {NULL, Y_PLACE, offsetof(struct reg_decl, place), 0, NULL},
    {"register", Y_STR, offsetof(struct reg_decl, name), Y_REQUIRED, NULL},
    {"register", Y_PLACE, offsetof(struct reg_decl, name_place), 0, NULL},
    {"title", Y_TEXT2, offsetof(struct reg_decl, title), Y_REQUIRED, NULL},
    {"description", Y_TEXT2, offsetof(struct reg_decl, description), 0, NULL},
    {"source", Y_TEXT2, offsetof(struct reg_decl, source), 0, NULL},
    {"privacy", Y_ENUM, offsetof(struct reg_decl, privacy), 0, privacy_names},
    {"by", Y_ENUM, offsetof(struct reg_decl, by), 0, writer_names},
    {"purpose", Y_TEXT2, offsetof(struct reg_decl, purpose), 0, NULL},
    {"legal_basis", Y_TEXT2, offsetof(struct reg_decl, legal_basis), 0, NULL},
    {"retention", Y_MAP_PTR, offsetof(struct reg_decl, retention), 0, &retention_schema},
    {"key", Y_STR_LIST, offsetof(struct reg_decl, key), Y_REQUIRED | Y_SINGLE_OK, NULL},
    {"valid_time", Y_MAP_PTR, offsetof(struct reg_decl, valid_time), 0, &valid_time_schema},
    {"belongs_to", Y_MAP_PTR, offsetof(struct reg_decl, belongs_to), 0, &belongs_schema},
    {"as_of", Y_STR, offsetof(struct reg_decl, as_of), 0, NULL},
    {"as_of", Y_PLACE, offsetof(struct reg_decl, as_of_place), 0, NULL},
    {"order", Y_STR_LIST, offsetof(struct reg_decl, order), Y_SINGLE_OK, NULL},
    {"search", Y_STR_LIST, offsetof(struct reg_decl, search), Y_SINGLE_OK, NULL},
    {"indexes", Y_ANY, offsetof(struct reg_decl, indexes), 0, NULL},
    {"fields", Y_KEYED, offsetof(struct reg_decl, fields), Y_REQUIRED, &field_schema},
    {"rules", Y_LIST, offsetof(struct reg_decl, rules), 0, &rule_schema},
    {"duplicates", Y_LIST, offsetof(struct reg_decl, duplicates), Y_SINGLE_OK, &match_schema},
    {"data", Y_LIST, offsetof(struct reg_decl, data), Y_SINGLE_OK, &data_schema},
    {"sample", Y_ANY, offsetof(struct reg_decl, sample), 0, NULL},
};
static const struct yaml_schema reg_schema = YAML_SCHEMA("register", reg_fields, struct reg_decl);

/* ---- all files ---- */

static void fault_add(struct faults *list, struct fault *f, struct str file)
{
    fault_place(f, file, 0, 0);
    faults_add(list, f);
}

static bool is_in(struct str path, struct str folder)
{
    return str_starts(path, folder) && str_ends(path, STR(".yaml"));
}

static const struct yaml *parse(struct arena *a, const struct source_file *s, struct faults *list)
{
    struct fault f = {0};
    struct yaml *root;
    if (yaml_parse(a, s->text, s->path, &root, &f) == OK)
        return root;
    fault_add(list, &f, s->path);
    return NULL;
}

static void read_codes(struct arena *a, const struct source_file *s, struct declarations *d, struct faults *list)
{
    struct codes_decl c = {0};
    const struct yaml *root = parse(a, s, list);
    if (!root || yaml_decode(a, root, &codes_schema, s->path, &c, list) != OK)
        return;
    declaration_check_file_name(s->path, c.name, c.name_place, list);
    VEC_PUSH(a, &d->code_lists, codes_build(a, s->path, c.name, c.codes.p, c.codes.n, list));
}

static void read_reg(struct arena *a, const struct source_file *s, struct declarations *d, struct faults *list)
{
    struct reg_decl *r = ARENA_NEW(a, struct reg_decl);
    const struct yaml *root = parse(a, s, list);
    if (!root || yaml_decode(a, root, &reg_schema, s->path, r, list) != OK)
        return;
    r->file = s->path;
    declaration_check_file_name(s->path, r->name, r->name_place, list);
    VEC_PUSH(a, &d->registers, r);
}

static void read_province(struct arena *a, const struct source_file *s, struct declarations *d, struct faults *list)
{
    const struct yaml *root = parse(a, s, list);
    if (root)
        yaml_decode(a, root, &province_schema, s->path, &d->province, list);
}

static bool is_read(const struct declarations *d, struct str name)
{
    for (size_t i = 0; i < d->registers.n; i++)
        if (str_eq(d->registers.p[i]->name, name))
            return true;
    return false;
}

/* A register has the name of its file. */
static void read_reg_named(struct arena *a, const struct sources *sources, struct str name, struct declarations *d,
                           struct faults *list)
{
    struct str path = str_of(arena_printf(a, "registers/%.*s.yaml", STR_ARG(name)));
    const struct source_file *s = name.n && !is_read(d, name) ? sources_find(sources, path) : NULL;
    if (s)
        read_reg(a, s, d, list);
}

/* The register and all that it refers to; that of units and its successors always, for they say what a unit is. */
static void read_reg_and_targets(struct arena *a, const struct sources *sources, struct str only,
                                 struct declarations *d, struct faults *list)
{
    read_reg_named(a, sources, only, d, list);
    if (d->province.units)
        read_reg_named(a, sources, d->province.units->reg, d, list);
    if (d->province.successors)
        read_reg_named(a, sources, d->province.successors->reg, d, list);
    for (size_t i = 0; i < d->registers.n; i++) /* grows on the way */
        for (size_t k = 0; k < d->registers.p[i]->fields.n; k++)
            read_reg_named(a, sources, d->registers.p[i]->fields.p[k].target, d, list);
}

void declarations_read(struct arena *a, const struct sources *sources, struct str only, struct declarations *ret,
                       struct faults *list)
{
    size_t before = list->total;
    const struct source_file *province = sources_find(sources, STR("province.yaml"));
    if (province)
        read_province(a, province, ret, list);
    for (size_t i = 0; i < sources->n; i++) {
        const struct source_file *s = &sources->p[i];
        if (is_in(s->path, STR("codes/")))
            read_codes(a, s, ret, list);
        else if (is_in(s->path, STR("registers/")) && only.n == 0)
            read_reg(a, s, ret, list);
    }
    if (only.n)
        read_reg_and_targets(a, sources, only, ret, list);
    if (!province && list->total == before) {
        struct fault f = {0};
        FAULT(&f, ERR_FILE_MISSING, {"path", STR("province.yaml")});
        faults_add(list, &f);
    }
}
