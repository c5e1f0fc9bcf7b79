/* Reads indexes/ID.yaml. */
#include <stddef.h>

#include "figure/decode.h"
#include "figure/index.h"
#include "register/query.h"
#include "text/number.h"

#include "base/banned.h"

struct main_decl {
    struct yaml_place place, id_place;
    struct str id, group;
    struct text2 title;
    double points;
    int64_t components;
};

struct pillar_decl {
    struct yaml_place place;
    struct str id;
    struct text2 title;
    YAML_ARRAY(struct yaml_entry) weights;
};

struct framework_decl {
    struct yaml_place place, id_place, years_place, max_place;
    struct str id;
    struct text2 title, source;
    struct {
        int64_t from, to;
    } years;
    int status;
    double max_points;
    YAML_ARRAY(struct main_decl) main;
    YAML_ARRAY(struct pillar_decl) pillars;
};

struct subjects_decl {
    struct yaml_place place, reg_place, name_place, where_place;
    struct str reg, name, where, on;
};

struct values_decl {
    struct yaml_place place, reg_place, subject_place, year_place, component_place, value_place, where_place;
    struct str reg, subject, year, component, value, where;
};

struct index_file {
    struct yaml_place place, id_place;
    struct str id;
    struct text2 title, source;
    struct subjects_decl subjects;
    struct values_decl values;
    struct published_decl {
        struct yaml_place total_place, rank_place;
        struct str total, rank;
    } published;
    struct means_decl {
        struct yaml_place place, reg_place, year_place, group_place, value_place;
        struct str reg, year, group, value;
        YAML_ARRAY(struct yaml_entry) of;
    } means;
    int64_t decimals;
    YAML_ARRAY(struct framework_decl) frameworks;
};

/* ---- schemas ---- */

#define AT(type, member) offsetof(struct type, member)

static const struct yaml_range points_range = {0, 1e9};
static const struct yaml_range year_range = {1900, 9999};
static const struct yaml_range decimals_range = {0, 12};
static const char *const statuses[] = {
    [INDEX_DRAFT] = "draft", [INDEX_ISSUED] = "issued", [INDEX_CLOSED] = "closed", NULL};

static const struct main_decl main_initial = {.points = -1};
static const struct yaml_field main_fields[] = {
    {NULL, Y_PLACE, AT(main_decl, place)},
    {"id", Y_PLACE, AT(main_decl, id_place)},
    {"id", Y_STR, AT(main_decl, id), Y_REQUIRED},
    {"title", Y_TEXT2, AT(main_decl, title), Y_REQUIRED},
    {"points", Y_NUMBER, AT(main_decl, points), 0, &points_range},
    {"components", Y_INT, AT(main_decl, components), 0, &points_range},
    {"group", Y_STR, AT(main_decl, group)},
};
static const struct yaml_schema main_schema = {
    "main", main_fields, ARRAY_LEN(main_fields), sizeof(struct main_decl), &main_initial, NULL};

static const struct yaml_field pillar_fields[] = {
    {NULL, Y_PLACE, AT(pillar_decl, place)},
    {"id", Y_STR, AT(pillar_decl, id), Y_REQUIRED},
    {"title", Y_TEXT2, AT(pillar_decl, title), Y_REQUIRED},
    {"weights", Y_STR_MAP, AT(pillar_decl, weights), Y_REQUIRED},
};
static const struct yaml_schema pillar_schema = YAML_SCHEMA("pillars", pillar_fields, struct pillar_decl);

enum { FRAMEWORK_OPEN = 9999 }; /* the year up to which one holds that has not ended */
static const struct framework_decl framework_initial = {
    .max_points = -1, .years = {0, FRAMEWORK_OPEN}, .status = INDEX_ISSUED};
static const struct yaml_field years_fields[] = {
    {"from", Y_INT, 0, Y_REQUIRED, &year_range},
    {"to", Y_INT, sizeof(int64_t), 0, &year_range},
};
static const int64_t years_initial[2] = {0, FRAMEWORK_OPEN};
static const struct yaml_schema years_schema = {
    "years", years_fields, ARRAY_LEN(years_fields), 2 * sizeof(int64_t), years_initial, NULL};
static const struct yaml_field framework_fields[] = {
    {NULL, Y_PLACE, AT(framework_decl, place)},
    {"framework", Y_PLACE, AT(framework_decl, id_place)},
    {"framework", Y_STR, AT(framework_decl, id), Y_REQUIRED},
    {"title", Y_TEXT2, AT(framework_decl, title), Y_REQUIRED},
    {"source", Y_TEXT2, AT(framework_decl, source)},
    {"years", Y_PLACE, AT(framework_decl, years_place)},
    {"years", Y_MAP, AT(framework_decl, years), Y_REQUIRED, &years_schema},
    {"status", Y_ENUM, AT(framework_decl, status), 0, statuses},
    {"max_points", Y_PLACE, AT(framework_decl, max_place)},
    {"max_points", Y_NUMBER, AT(framework_decl, max_points), 0, &points_range},
    {"main", Y_LIST, AT(framework_decl, main), Y_REQUIRED, &main_schema},
    {"pillars", Y_LIST, AT(framework_decl, pillars), 0, &pillar_schema},
};
static const struct yaml_schema framework_schema = {
    "frameworks", framework_fields, ARRAY_LEN(framework_fields), sizeof(struct framework_decl), &framework_initial,
    NULL};

static const struct yaml_field subjects_fields[] = {
    {NULL, Y_PLACE, AT(subjects_decl, place)},
    {"register", Y_PLACE, AT(subjects_decl, reg_place)},
    {"register", Y_STR, AT(subjects_decl, reg), Y_REQUIRED},
    {"name", Y_PLACE, AT(subjects_decl, name_place)},
    {"name", Y_STR, AT(subjects_decl, name), Y_REQUIRED},
    {"where", Y_PLACE, AT(subjects_decl, where_place)},
    {"where", Y_STR, AT(subjects_decl, where)},
    {"on", Y_DATE_TEXT, AT(subjects_decl, on)},
};
static const struct yaml_schema subjects_schema = YAML_SCHEMA("subjects", subjects_fields, struct subjects_decl);

static const struct yaml_field values_fields[] = {
    {NULL, Y_PLACE, AT(values_decl, place)},
    {"register", Y_PLACE, AT(values_decl, reg_place)},
    {"register", Y_STR, AT(values_decl, reg), Y_REQUIRED},
    {"subject", Y_PLACE, AT(values_decl, subject_place)},
    {"subject", Y_STR, AT(values_decl, subject), Y_REQUIRED},
    {"year", Y_PLACE, AT(values_decl, year_place)},
    {"year", Y_STR, AT(values_decl, year), Y_REQUIRED},
    {"component", Y_PLACE, AT(values_decl, component_place)},
    {"component", Y_STR, AT(values_decl, component), Y_REQUIRED},
    {"value", Y_PLACE, AT(values_decl, value_place)},
    {"value", Y_STR, AT(values_decl, value), Y_REQUIRED},
    {"where", Y_PLACE, AT(values_decl, where_place)},
    {"where", Y_STR, AT(values_decl, where)},
};
static const struct yaml_schema values_schema = YAML_SCHEMA("values", values_fields, struct values_decl);

static const struct yaml_field published_fields[] = {
    {"total", Y_PLACE, AT(published_decl, total_place)},
    {"total", Y_STR, AT(published_decl, total)},
    {"rank", Y_PLACE, AT(published_decl, rank_place)},
    {"rank", Y_STR, AT(published_decl, rank)},
};
static const struct yaml_schema published_schema = YAML_SCHEMA("published", published_fields, struct published_decl);

static const struct yaml_field means_fields[] = {
    {NULL, Y_PLACE, AT(means_decl, place)},
    {"register", Y_PLACE, AT(means_decl, reg_place)},
    {"register", Y_STR, AT(means_decl, reg), Y_REQUIRED},
    {"year", Y_PLACE, AT(means_decl, year_place)},
    {"year", Y_STR, AT(means_decl, year), Y_REQUIRED},
    {"group", Y_PLACE, AT(means_decl, group_place)},
    {"group", Y_STR, AT(means_decl, group), Y_REQUIRED},
    {"value", Y_PLACE, AT(means_decl, value_place)},
    {"value", Y_STR, AT(means_decl, value), Y_REQUIRED},
    {"of", Y_STR_MAP, AT(means_decl, of), Y_REQUIRED},
};
static const struct yaml_schema means_schema = YAML_SCHEMA("means", means_fields, struct means_decl);

static const struct index_file index_initial = {.decimals = 4};
static const struct yaml_field index_fields[] = {
    {NULL, Y_PLACE, AT(index_file, place)},
    {"index", Y_PLACE, AT(index_file, id_place)},
    {"index", Y_STR, AT(index_file, id), Y_REQUIRED},
    {"title", Y_TEXT2, AT(index_file, title), Y_REQUIRED},
    {"source", Y_TEXT2, AT(index_file, source)},
    {"subjects", Y_MAP, AT(index_file, subjects), Y_REQUIRED, &subjects_schema},
    {"values", Y_MAP, AT(index_file, values), Y_REQUIRED, &values_schema},
    {"published", Y_MAP, AT(index_file, published), 0, &published_schema},
    {"means", Y_MAP, AT(index_file, means), 0, &means_schema},
    {"decimals", Y_INT, AT(index_file, decimals), 0, &decimals_range},
    {"frameworks", Y_LIST, AT(index_file, frameworks), Y_REQUIRED, &framework_schema},
};
static const struct yaml_schema index_schema = {
    "index", index_fields, ARRAY_LEN(index_fields), sizeof(struct index_file), &index_initial, NULL};

const char *index_status_name(enum index_status status)
{
    return statuses[status];
}

/* ---- frameworks ---- */

static struct quantity points_of(double points)
{
    return points < 0 ? (struct quantity){0} : quantity_tidy(quantity_of_double(points, 6));
}

static ptrdiff_t main_at(const struct index_framework *fw, struct str id)
{
    for (size_t i = 0; i < fw->n_main; i++)
        if (str_eq(fw->main[i].id, id))
            return (ptrdiff_t)i;
    return -1;
}

static void main_read(struct decode *d, const struct framework_decl *decl, struct index_framework *fw)
{
    struct quantity sum = quantity_of_integer(0);
    fw->main = ARENA_ARRAY(d->a, struct index_main, decl->main.n + 1);
    for (size_t i = 0; i < decl->main.n; i++) {
        const struct main_decl *m = &decl->main.p[i];
        if (main_at(fw, m->id) >= 0) {
            struct fault f = {0};
            FAULT(&f, ERR_FIGURE_TWICE, {"id", m->id}, {"where", fw->id});
            decode_fault(d, m->id_place, &f);
        }
        fw->main[fw->n_main++] = (struct index_main){.id = m->id,
                                                     .title = m->title,
                                                     .points = points_of(m->points),
                                                     .components = m->components,
                                                     .group = m->group};
        sum = quantity_add(sum, points_of(m->points));
    }
    fw->is_computable =
        quantity_is_known(sum) && quantity_is_known(fw->max_points) && quantity_double(fw->max_points) > 0;
    if (fw->is_computable && !quantity_equal(sum, fw->max_points)) {
        struct buf text CLEANUP(buf_done) = BUF_INIT(200), max CLEANUP(buf_done) = BUF_INIT(200);
        quantity_print_plain(sum, &text);
        quantity_print_plain(fw->max_points, &max);
        struct fault f = {0};
        FAULT(&f, ERR_INDEX_POINTS, {"framework", fw->id}, {"sum", buf_view(&text)}, {"max", buf_view(&max)});
        decode_fault(d, decl->max_place, &f);
    }
}

static void pillar_read(struct decode *d, const struct pillar_decl *decl, const struct index_framework *fw,
                        struct index_pillar *pillar)
{
    *pillar = (struct index_pillar){.id = decl->id, .title = decl->title};
    pillar->weights = ARENA_ARRAY(d->a, struct index_weight, decl->weights.n + 1);
    for (size_t i = 0; i < decl->weights.n; i++) {
        const struct yaml_entry *e = &decl->weights.p[i];
        ptrdiff_t at = main_at(fw, e->key);
        double weight = 0;
        if (at < 0) {
            struct str *names = ARENA_ARRAY(d->a, struct str, fw->n_main + 1);
            for (size_t k = 0; k < fw->n_main; k++)
                names[k] = fw->main[k].id;
            decode_unknown(d, "weights", e->key, names, fw->n_main, e->key_place);
            continue;
        }
        if (number_parse(e->value, &weight, NULL) != OK || weight < 0 || weight > points_range.max) {
            struct fault f = {0};
            FAULT(&f, ERR_YAML_RANGE, {"key", e->key}, {"where", STR("weights")}, {"value", e->value},
                  {"min", STR("0")}, {"max", STR("1000000000")});
            decode_fault(d, e->value_place, &f);
            continue;
        }
        pillar->weights[pillar->n_weights++] = (struct index_weight){(size_t)at, points_of(weight)};
    }
}

static void framework_read(struct decode *d, const struct framework_decl *decl, struct index_framework *fw)
{
    *fw = (struct index_framework){
        .id = decl->id,
        .title = decl->title,
        .source = decl->source,
        .year_from = decl->years.from,
        .year_to = decl->years.to,
        .status = (enum index_status)decl->status,
        .max_points = points_of(decl->max_points),
        .line = decl->place.line,
    };
    decode_id(d, decl->id, decl->id_place);
    if (fw->year_from > fw->year_to) {
        struct fault f = {0};
        FAULT(&f, ERR_FIGURE_DATES, {"key", STR("years")},
              {"from", str_of(arena_printf(d->a, "%d", (int)fw->year_from))},
              {"to", str_of(arena_printf(d->a, "%d", (int)fw->year_to))});
        decode_fault(d, decl->years_place, &f);
    }
    main_read(d, decl, fw);
    fw->pillars = ARENA_ARRAY(d->a, struct index_pillar, decl->pillars.n + 1);
    for (size_t i = 0; i < decl->pillars.n; i++)
        pillar_read(d, &decl->pillars.p[i], fw, &fw->pillars[fw->n_pillars++]);
}

static void frameworks_read(struct decode *d, const struct index_file *file, struct index *x)
{
    x->frameworks = ARENA_ARRAY(d->a, struct index_framework, file->frameworks.n + 1);
    for (size_t i = 0; i < file->frameworks.n; i++) {
        struct index_framework *fw = &x->frameworks[x->n_frameworks++];
        framework_read(d, &file->frameworks.p[i], fw);
        for (size_t k = 0; k < i; k++) {
            const struct index_framework *other = &x->frameworks[k];
            int64_t from = fw->year_from > other->year_from ? fw->year_from : other->year_from;
            if (from > fw->year_to || from > other->year_to)
                continue;
            struct fault f = {0};
            FAULT(&f, ERR_INDEX_YEARS, {"framework", fw->id}, {"other", other->id},
                  {"year", str_of(arena_printf(d->a, "%d", (int)from))});
            decode_fault(d, file->frameworks.p[i].years_place, &f);
        }
    }
}

/* ---- the whole ---- */

static void filter_read(struct decode *d, const struct reg *reg, struct str where, struct yaml_place place)
{
    struct fault f = {0};
    if (filter_check(d->a, d->province, reg, where, NULL, 0, &f) == OK)
        return;
    f.line = f.column = 0; /* the place within the filter is in the sentence */
    decode_fault(d, place, &f);
}

static void subjects_read(struct decode *d, const struct subjects_decl *decl, struct index *x)
{
    x->subjects = decode_register(d, decl->reg, decl->reg_place);
    if (!x->subjects)
        return;
    x->subject_name = decode_field(d, "name", x->subjects, decl->name, DECODE_TYPE(FT_STRING) | DECODE_TYPE(FT_TEXT),
                                   decl->name_place);
    x->subjects_where = decl->where;
    x->subjects_on = decl->on;
    filter_read(d, x->subjects, decl->where, decl->where_place);
    if (x->subjects->entity == NO_FIELD) {
        struct fault f = {0};
        FAULT(&f, ERR_FIGURE_FIELD, {"key", STR("subjects")}, {"name", x->subjects->name}, {"type", STR("register")},
              {"expected", STR("key: [code]")});
        decode_fault(d, decl->reg_place, &f);
    }
}

static void values_read(struct decode *d, const struct values_decl *decl, struct index *x)
{
    enum { WORDS = DECODE_TYPE(FT_STRING) | DECODE_TYPE(FT_CODE) };
    x->values = decode_register(d, decl->reg, decl->reg_place);
    if (!x->values)
        return;
    x->subject = decode_field(d, "subject", x->values, decl->subject,
                              WORDS | DECODE_TYPE(FT_REFERENCE) | DECODE_TYPE(FT_UNIT), decl->subject_place);
    x->year = decode_field(d, "year", x->values, decl->year, DECODE_TYPE(FT_INTEGER), decl->year_place);
    x->component = decode_field(d, "component", x->values, decl->component, WORDS, decl->component_place);
    x->value = decode_field(d, "value", x->values, decl->value, DECODE_TYPE(FT_NUMBER) | DECODE_TYPE(FT_INTEGER),
                            decl->value_place);
    x->values_where = decl->where;
    filter_read(d, x->values, decl->where, decl->where_place);
}

static void code_check(struct decode *d, const char *key, const struct code_list *codes, struct str id,
                       struct yaml_place place)
{
    if (id.n == 0 || !codes || map_get(&codes->by_code, id))
        return;
    struct str *names = ARENA_ARRAY(d->a, struct str, codes->n + 1);
    for (size_t i = 0; i < codes->n; i++)
        names[i] = codes->p[i].code;
    decode_unknown(d, key, id, names, codes->n, place);
}

static void means_read(struct decode *d, const struct means_decl *decl, struct index *x)
{
    if (decl->reg.n == 0)
        return;
    x->means = decode_register(d, decl->reg, decl->reg_place);
    if (!x->means)
        return;
    x->mean_year = decode_field(d, "year", x->means, decl->year, DECODE_TYPE(FT_INTEGER), decl->year_place);
    x->mean_group = decode_field(d, "group", x->means, decl->group, DECODE_TYPE(FT_STRING) | DECODE_TYPE(FT_CODE),
                                 decl->group_place);
    x->mean_value = decode_field(d, "value", x->means, decl->value, DECODE_TYPE(FT_NUMBER) | DECODE_TYPE(FT_INTEGER),
                                 decl->value_place);
    x->mean_groups = ARENA_ARRAY(d->a, struct index_mean_group, decl->of.n + 1);
    for (size_t i = 0; i < decl->of.n; i++) {
        const struct yaml_entry *e = &decl->of.p[i];
        if (x->mean_group != NO_FIELD)
            code_check(d, "of", x->means->fields[x->mean_group].codes, e->value, e->value_place);
        x->mean_groups[x->n_mean_groups++] = (struct index_mean_group){e->key, e->value};
    }
}

/* A component that the code list does not have could never get a value. */
static void component_check(struct decode *d, const struct index *x, const char *key, struct str id,
                            struct yaml_place place)
{
    code_check(d, key, x->values->fields[x->component].codes, id, place);
}

static void components_check(struct decode *d, const struct index_file *file, const struct index *x)
{
    if (!x->values || x->component == NO_FIELD)
        return;
    component_check(d, x, "total", file->published.total, file->published.total_place);
    component_check(d, x, "rank", file->published.rank, file->published.rank_place);
    for (size_t i = 0; i < file->frameworks.n; i++)
        for (size_t k = 0; k < file->frameworks.p[i].main.n; k++)
            component_check(d, x, "main", file->frameworks.p[i].main.p[k].id, file->frameworks.p[i].main.p[k].id_place);
    for (size_t i = 0; i < file->means.of.n; i++)
        component_check(d, x, "of", file->means.of.p[i].key, file->means.of.p[i].key_place);
}

static void index_document(struct decode *d, const struct yaml *root, void *ctx)
{
    struct indexes *xs = ctx;
    struct index_file file;
    if (yaml_decode(d->a, root, &index_schema, d->file, &file, d->list) != OK)
        return;
    struct index *x = ARENA_NEW(d->a, struct index);
    *x = (struct index){.id = file.id,
                        .title = file.title,
                        .source = file.source,
                        .published_total = file.published.total,
                        .published_rank = file.published.rank,
                        .decimals = (int)file.decimals,
                        .file = d->file,
                        .line = file.place.line};
    decode_id(d, file.id, file.id_place);
    subjects_read(d, &file.subjects, x);
    values_read(d, &file.values, x);
    means_read(d, &file.means, x);
    frameworks_read(d, &file, x);
    components_check(d, &file, x);
    const struct index *other = map_get(&xs->by_id, x->id);
    if (other || xs->n >= LIMIT_FIGURES) {
        struct fault f = {0};
        FAULT(&f, ERR_FIGURE_TWICE, {"id", x->id},
              {"where",
               str_of(arena_printf(d->a, "%.*s:%d", STR_ARG(other ? other->file : d->file), other ? other->line : 0))});
        decode_fault(d, file.id_place, &f);
        return;
    }
    map_put(d->a, &xs->by_id, x->id, x);
    xs->p[xs->n++] = x;
}

static int index_order(const void *a, const void *b)
{
    return str_cmp((*(struct index *const *)a)->id, (*(struct index *const *)b)->id);
}

enum err indexes_load(struct arena *a, const struct province *p, struct indexes **ret_indexes, struct faults *list)
{
    size_t before = list->total, kept = list->n;
    struct decode d = {.a = a, .province = p, .list = list};
    struct indexes *xs = ARENA_NEW(a, struct indexes);
    xs->p = ARENA_ARRAY(a, struct index *, p->sources.n + 1);
    decode_folder(&d, STR("indexes/"), index_document, xs);
    if (list->total > before)
        return kept < list->n ? list->p[kept].code : ERR_FIGURE_NAME;
    if (xs->n)
        qsort(xs->p, xs->n, sizeof *xs->p, index_order);
    *ret_indexes = xs;
    return OK;
}

enum err index_find(const struct indexes *x, struct str id, const struct index **ret_index, struct fault *f)
{
    const struct index *found = map_get(&x->by_id, id);
    if (!found) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct str *names = ARENA_ARRAY(a, struct str, x->n + 1);
        for (size_t i = 0; i < x->n; i++)
            names[i] = x->p[i]->id;
        return FAULT(f, ERR_INDEX_UNKNOWN, {"id", id}, {"nearest", yaml_nearest(id, names, x->n)});
    }
    *ret_index = found;
    return OK;
}

enum err index_year_check(const struct index *x, int64_t year, struct fault *f)
{
    if (index_framework_of(x, year))
        return OK;
    struct buf known CLEANUP(buf_done) = BUF_INIT(1000), asked CLEANUP(buf_done) = BUF_INIT(40);
    for (size_t i = 0; i < x->n_frameworks; i++) {
        const struct index_framework *fw = &x->frameworks[i];
        buf_printf(&known, "%s%lld", i ? ", " : "", (long long)fw->year_from);
        if (fw->year_to != fw->year_from)
            buf_puts(&known, "–");
        if (fw->year_to != fw->year_from && fw->year_to < FRAMEWORK_OPEN)
            buf_printf(&known, "%lld", (long long)fw->year_to);
    }
    buf_printf(&asked, "%lld", (long long)year);
    return FAULT(f, ERR_INDEX_YEAR, {"index", x->id}, {"year", buf_view(&asked)}, {"known", buf_view(&known)});
}

const struct index_framework *index_framework_of(const struct index *x, int64_t year)
{
    for (size_t i = 0; i < x->n_frameworks; i++)
        if (year >= x->frameworks[i].year_from && year <= x->frameworks[i].year_to)
            return &x->frameworks[i];
    return NULL;
}
