/* Chance, and the words that invented records are drawn from. */
#include "register/draw.h"

#include "base/limits.h"
#include "text/number.h"
#include "text/yaml.h"

#include "base/banned.h"

/* ---- randomness: SplitMix64 (Steele, Lea, Flood 2014) ---- */

uint64_t draw_next(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* 0 … n-1, evenly enough: the bias is below n / 2^64. */
uint64_t draw_below(uint64_t *state, uint64_t n)
{
    return (uint64_t)(((unsigned __int128)draw_next(state) * n) >> 64);
}

double draw_unit(uint64_t *state)
{
    return (double)(draw_next(state) >> 11) * 0x1p-53;
}

/* The first i with upto[i] > a random point of the whole. */
size_t draw_weighted(uint64_t *state, const double *upto, size_t n)
{
    double x = draw_unit(state) * upto[n - 1];
    size_t low = 0, high = n - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (upto[middle] > x)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* ---- names ---- */

struct list_decl {
    struct str key;
    YAML_ARRAY(struct yaml_entry) words;
};

struct group_decl {
    struct yaml_place place;
    struct str key, male, female;
    double weight;
    const struct yaml *words;
};

struct names_decl {
    YAML_ARRAY(struct group_decl) groups;
};

static const struct group_decl group_initial = {.weight = 1};
static const struct yaml_range weight_range = {0, 1e9};
static const struct yaml_field group_fields[] = {
    {NULL, Y_PLACE, offsetof(struct group_decl, place), 0, NULL},
    {NULL, Y_KEY, offsetof(struct group_decl, key), 0, NULL},
    {"weight", Y_NUMBER, offsetof(struct group_decl, weight), 0, &weight_range},
    {"words", Y_ANY, offsetof(struct group_decl, words), Y_REQUIRED, NULL},
    {"male", Y_STR, offsetof(struct group_decl, male), Y_REQUIRED, NULL},
    {"female", Y_STR, offsetof(struct group_decl, female), Y_REQUIRED, NULL},
};
static const struct yaml_schema group_schema = {
    "groups", group_fields, ARRAY_LEN(group_fields), sizeof(struct group_decl), &group_initial, NULL};
static const struct yaml_field names_fields[] = {
    {"groups", Y_KEYED, offsetof(struct names_decl, groups), Y_REQUIRED, &group_schema},
};
static const struct yaml_schema names_schema = YAML_SCHEMA("names", names_fields, struct names_decl);

static void bad_weight(struct str file, const struct yaml *at, struct str value, struct faults *list)
{
    struct fault f = {0};
    FAULT(&f, ERR_DECL_VALUE, {"key", STR("words")}, {"value", value}, {"expected", STR("{word: 5, other: 3}")});
    fault_place(&f, file, at->line, at->column);
    faults_add(list, &f);
}

static void read_words(struct arena *a, struct str file, const struct yaml_pair *pair, struct word_list *ret,
                       struct faults *list)
{
    const struct yaml *map = pair->value;
    *ret = (struct word_list){.name = pair->key, .n = 0};
    if (map->kind != YAML_MAP || map->n == 0) {
        bad_weight(file, map, pair->key, list);
        return;
    }
    ret->words = ARENA_ARRAY(a, struct str, map->n);
    ret->upto = ARENA_ARRAY(a, double, map->n);
    double sum = 0, weight;
    for (size_t i = 0; i < map->n; i++) {
        const struct yaml *v = map->pairs[i].value;
        if (v->kind != YAML_SCALAR || number_parse(v->scalar, &weight, NULL) != OK || weight < 0) {
            bad_weight(file, v, v->scalar, list);
            continue;
        }
        sum += weight;
        ret->words[ret->n] = str_is(map->pairs[i].key, "_") ? STR("") : map->pairs[i].key;
        ret->upto[ret->n++] = sum;
    }
}

enum err names_read(struct arena *a, const struct province *p, struct names *ret, struct faults *list)
{
    const struct source_file *file = province_source(p, STR("data/names.yaml"));
    *ret = (struct names){0};
    if (!file)
        return OK;
    struct yaml *root;
    struct fault f = {0};
    struct names_decl d = {0};
    size_t before = list->total;
    if (yaml_parse(a, file->text, file->path, &root, &f) != OK) {
        faults_add(list, &f);
        return f.code;
    }
    enum err e = yaml_decode(a, root, &names_schema, file->path, &d, list);
    if (e != OK)
        return e;
    ret->groups = ARENA_ARRAY(a, struct name_group, d.groups.n);
    double sum = 0;
    for (size_t i = 0; i < d.groups.n; i++) {
        const struct group_decl *g = &d.groups.p[i];
        struct name_group *out = &ret->groups[ret->n++];
        sum += g->weight;
        *out = (struct name_group){.male = g->male, .female = g->female, .upto = sum};
        if (g->words->kind != YAML_MAP) {
            bad_weight(file->path, g->words, g->key, list);
            continue;
        }
        out->lists = ARENA_ARRAY(a, struct word_list, g->words->n);
        for (size_t k = 0; k < g->words->n; k++)
            read_words(a, file->path, &g->words->pairs[k], &out->lists[out->n_lists++], list);
    }
    if (d.groups.n && !(sum > 0))
        bad_weight(file->path, root, STR("weight: 0"), list);
    return list->total > before ? ERR_DECL_VALUE : OK;
}

struct str names_draw(struct arena *a, const struct names *names, bool is_female, uint64_t *state)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    if (names->n == 0)
        return (struct str){NULL, 0};
    double x = draw_unit(state) * names->groups[names->n - 1].upto;
    const struct name_group *group = names->groups;
    while (group->upto <= x)
        group++;
    struct str pattern = is_female ? group->female : group->male;
    while (pattern.n) {
        struct str rest, before = str_cut(pattern, '{', &rest), name;
        buf_str(&b, before);
        if (!rest.p)
            break;
        name = str_cut(rest, '}', &pattern);
        for (size_t i = 0; i < group->n_lists; i++)
            if (str_eq(group->lists[i].name, name))
                buf_str(&b, words_draw(&group->lists[i], state));
    }
    struct buf out CLEANUP(buf_done) = BUF_INIT(4096); /* an empty word leaves no double space */
    for (size_t i = 0; i < b.n; i++)
        if (b.p[i] != ' ' || (out.n && out.p[out.n - 1] != ' '))
            buf_putc(&out, b.p[i]);
    struct str name = str_trim(buf_view(&out));
    return str_dup(a, name);
}

struct str words_draw(const struct word_list *list, uint64_t *state)
{
    return list->n ? list->words[draw_weighted(state, list->upto, list->n)] : STR("");
}

enum err words_read(struct arena *a, const struct province *p, struct str path, struct word_list **ret_lists,
                    size_t *ret_n, struct faults *list)
{
    const struct source_file *file = province_source(p, path);
    struct yaml *root;
    struct fault f = {0};
    size_t before = list->total;
    *ret_lists = NULL;
    *ret_n = 0;
    if (!file)
        return OK;
    if (yaml_parse(a, file->text, file->path, &root, &f) != OK) {
        faults_add(list, &f);
        return f.code;
    }
    if (root->kind != YAML_MAP) {
        bad_weight(file->path, root, STR(""), list);
        return ERR_DECL_VALUE;
    }
    struct word_list *lists = ARENA_ARRAY(a, struct word_list, root->n);
    for (size_t i = 0; i < root->n; i++)
        read_words(a, file->path, &root->pairs[i], &lists[i], list);
    *ret_lists = lists;
    *ret_n = root->n;
    return list->total > before ? ERR_DECL_VALUE : OK;
}

const struct word_list *words_named(const struct word_list *lists, size_t n, const char *name)
{
    static const struct word_list none;
    for (size_t i = 0; i < n; i++)
        if (str_is(lists[i].name, name))
            return &lists[i];
    return &none;
}
