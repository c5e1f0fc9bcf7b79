/* Decoding by tables: one reader a type, all errors gathered. */
#include <stdio.h>

#include "base/vec.h"
#include "text/date.h"
#include "text/number.h"
#include "text/yaml.h"

#include "base/banned.h"

/* Where in the declaration we are: register › fields › name. Only errors turn it into text. */
struct path {
    const struct path *up;
    struct str name;
    size_t index; /* of a list's item, from 1; 0: none */
};

struct decoding {
    struct arena *a;
    struct str file;
    struct faults *list;
    enum err first;
};

/* A value, the key that errors name it by, and the map that holds it. */
struct value {
    const struct path *where;
    struct str key;
    const struct yaml *node;
    struct yaml_place place; /* of the key, or of the list's item */
};

struct any_array {
    void *p;
    size_t n;
};

typedef bool reader(struct decoding *d, const struct value *v, const struct yaml_field *field, void *member);

static bool value_read(struct decoding *d, const struct value *v, const struct yaml_field *field, void *member);
static bool map_read(struct decoding *d, const struct value *v, const struct path *self, const struct yaml_schema *s,
                     void *member);

/* ---- errors ---- */

static void path_print(const struct path *p, struct buf *b)
{
    if (p->up) {
        path_print(p->up, b);
        if (!p->index)
            buf_putc(b, '.');
    }
    if (p->index)
        buf_printf(b, "[%zu]", p->index);
    else
        buf_str(b, p->name);
}

static struct str where_text(struct decoding *d, const struct path *p)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    path_print(p, &b);
    return str_dup(d->a, buf_view(&b));
}

static bool report(struct decoding *d, struct fault *f, int line, int column)
{
    fault_place(f, d->file, line, column);
    faults_add(d->list, f);
    if (d->first == OK)
        d->first = f->code;
    return false;
}

static bool refuse(struct decoding *d, const struct value *v, enum err code)
{
    struct fault f = {0};
    FAULT(&f, code, {"key", v->key}, {"where", where_text(d, v->where)});
    bool has_text = v->node->kind != YAML_SCALAR || v->node->is_quoted || v->node->scalar.n;
    return has_text ? report(d, &f, v->node->line, v->node->column) : report(d, &f, v->place.line, v->place.column);
}

static bool refuse_value(struct decoding *d, const struct value *v, const char *expected)
{
    struct fault f = {0};
    FAULT(&f, ERR_YAML_VALUE, {"value", v->node->scalar}, {"key", v->key}, {"where", where_text(d, v->where)},
          {"expected", str_of(expected)});
    return report(d, &f, v->node->line, v->node->column);
}

struct str yaml_nearest(struct str word, const struct str *names, size_t n)
{
    enum { FAR = 64 };
    struct str best = {NULL, 0};
    unsigned best_distance = FAR + 2;
    for (size_t i = 0; i < n; i++) {
        unsigned distance = str_distance(word, names[i], FAR);
        if (distance < best_distance) {
            best = names[i];
            best_distance = distance;
        }
    }
    return best;
}

static struct str names_join(struct decoding *d, const struct str *names, size_t n)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    for (size_t i = 0; i < n; i++) {
        buf_puts(&b, i ? ", " : "");
        buf_str(&b, names[i]);
    }
    return str_dup(d->a, buf_view(&b));
}

/* ---- scalars ---- */

static bool is_absent(const struct yaml *node)
{
    return node->kind == YAML_SCALAR && !node->is_quoted && node->scalar.n == 0;
}

static bool scalar_of(struct decoding *d, const struct value *v, struct str *ret_text)
{
    if (v->node->kind != YAML_SCALAR)
        return refuse(d, v, ERR_YAML_TYPE_TEXT);
    if (is_absent(v->node))
        return refuse(d, v, ERR_YAML_EMPTY);
    *ret_text = v->node->scalar;
    return true;
}

static bool str_read(struct decoding *d, const struct value *v, const struct yaml_field *field, void *member)
{
    struct str text = {NULL, 0};
    if (!scalar_of(d, v, &text))
        return false;
    if ((field->flags & Y_REQUIRED) && text.n == 0)
        return refuse(d, v, ERR_YAML_EMPTY);
    *(struct str *)member = text;
    return true;
}

static bool range_check(struct decoding *d, const struct value *v, const struct yaml_field *field, double x)
{
    const struct yaml_range *range = field->more;
    if (!range || (x >= range->min && x <= range->max))
        return true;
    char min[32], max[32];
    snprintf(min, sizeof min, "%.15g", range->min);
    snprintf(max, sizeof max, "%.15g", range->max);
    struct fault f = {0};
    FAULT(&f, ERR_YAML_RANGE, {"value", v->node->scalar}, {"key", v->key}, {"where", where_text(d, v->where)},
          {"min", str_of(min)}, {"max", str_of(max)});
    return report(d, &f, v->node->line, v->node->column);
}

static bool int_read(struct decoding *d, const struct value *v, const struct yaml_field *field, void *member)
{
    struct str text = {NULL, 0};
    int64_t i = 0;
    if (!scalar_of(d, v, &text))
        return false;
    enum err code = v->node->is_quoted ? ERR_INTEGER_FORMAT : integer_parse(text, &i, NULL);
    if (code != OK)
        return refuse_value(d, v, code == ERR_NUMBER_RANGE ? "-9223372036854775808 … 9223372036854775807" : "123");
    if (!range_check(d, v, field, (double)i))
        return false;
    *(int64_t *)member = i;
    return true;
}

static bool number_read(struct decoding *d, const struct value *v, const struct yaml_field *field, void *member)
{
    struct str text = {NULL, 0};
    double x = 0;
    if (!scalar_of(d, v, &text))
        return false;
    if (v->node->is_quoted || number_parse(text, &x, NULL) != OK)
        return refuse_value(d, v, "12.5");
    if (!range_check(d, v, field, x))
        return false;
    *(double *)member = x;
    return true;
}

static bool bool_read(struct decoding *d, const struct value *v, const struct yaml_field *field, void *member)
{
    (void)field;
    struct str text = {NULL, 0};
    if (!scalar_of(d, v, &text))
        return false;
    if (v->node->is_quoted || !(str_is(text, "true") || str_is(text, "false")))
        return refuse_value(d, v, "true | false");
    *(bool *)member = str_is(text, "true");
    return true;
}

static bool date_read(struct decoding *d, const struct value *v, const struct yaml_field *field, void *member)
{
    struct str text = {NULL, 0};
    struct date date;
    if (!scalar_of(d, v, &text))
        return false;
    if (date_parse(text, &date, NULL) != OK)
        return refuse_value(d, v, "2022-06-30");
    if (field->type == Y_DATE)
        *(struct date *)member = date;
    else
        *(struct str *)member = text;
    return true;
}

static bool enum_read(struct decoding *d, const struct value *v, const struct yaml_field *field, void *member)
{
    const char *const *names = field->more;
    struct str text = {NULL, 0};
    if (!scalar_of(d, v, &text))
        return false;
    size_t n = 0;
    for (; names[n]; n++)
        if (str_is(text, names[n])) {
            *(int *)member = (int)n;
            return true;
        }
    struct str *list = ARENA_ARRAY(d->a, struct str, n);
    for (size_t i = 0; i < n; i++)
        list[i] = str_of(names[i]);
    struct fault f = {0};
    FAULT(&f, ERR_YAML_ENUM, {"value", text}, {"key", v->key}, {"where", where_text(d, v->where)},
          {"nearest", yaml_nearest(text, list, n)}, {"valid", names_join(d, list, n)});
    return report(d, &f, v->node->line, v->node->column);
}

static bool custom_read(struct decoding *d, const struct value *v, const struct yaml_field *field, void *member)
{
    const struct yaml_reader *r = field->more;
    struct str text = {NULL, 0};
    if (!scalar_of(d, v, &text))
        return false;
    return r->read(d->a, text, member) || refuse_value(d, v, r->expected);
}

static bool any_read(struct decoding *d, const struct value *v, const struct yaml_field *field, void *member)
{
    if ((field->flags & Y_REQUIRED) && is_absent(v->node))
        return refuse(d, v, ERR_YAML_EMPTY);
    *(const struct yaml **)member = v->node;
    return true;
}

/* ---- texts in two languages ---- */

static const struct yaml_field text2_fields[] = {
    {"vi", Y_STR, offsetof(struct text2, vi), 0, NULL},
    {"en", Y_STR, offsetof(struct text2, en), 0, NULL},
};
static const struct yaml_schema text2_schema = YAML_SCHEMA("text", text2_fields, struct text2);

struct str text2_in(const struct text2 *t, enum lang lang)
{
    struct str wanted = lang == LANG_EN ? t->en : t->vi, other = lang == LANG_EN ? t->vi : t->en;
    return wanted.n ? wanted : other;
}

static bool text2_read(struct decoding *d, const struct value *v, const struct yaml_field *field, void *member)
{
    struct text2 t = {0};
    if (v->node->kind == YAML_MAP) {
        struct path self = {v->where, v->key, 0};
        if (!map_read(d, v, &self, &text2_schema, &t))
            return false;
    } else if (!scalar_of(d, v, &t.vi)) {
        return false;
    }
    if ((field->flags & Y_REQUIRED) && t.vi.n == 0 && t.en.n == 0)
        return refuse(d, v, ERR_YAML_EMPTY);
    *(struct text2 *)member = t;
    return true;
}

/* ---- lists and maps ---- */

/* The items of a list; a single value stands for a list of one where the field allows it. */
static bool items_of(struct decoding *d, const struct value *v, const struct yaml_field *field,
                     const struct yaml *const **ret_items, size_t *ret_n)
{
    if (is_absent(v->node))
        return refuse(d, v, ERR_YAML_EMPTY);
    if (v->node->kind == YAML_LIST) {
        *ret_items = (const struct yaml *const *)v->node->items;
        *ret_n = v->node->n;
    } else if (field->flags & Y_SINGLE_OK) {
        *ret_items = &v->node;
        *ret_n = 1;
    } else {
        return refuse(d, v, ERR_YAML_TYPE_LIST);
    }
    return *ret_n || !(field->flags & Y_REQUIRED) || refuse(d, v, ERR_YAML_EMPTY);
}

static bool str_list_read(struct decoding *d, const struct value *v, const struct yaml_field *field, void *member)
{
    const struct yaml *const *items;
    size_t n;
    if (!items_of(d, v, field, &items, &n))
        return false;
    struct yaml_strs strs = {ARENA_ARRAY(d->a, struct str, n), ARENA_ARRAY(d->a, struct yaml_place, n), n};
    bool is_good = true;
    for (size_t i = 0; i < n; i++) {
        struct value item = {v->where, v->key, items[i], {items[i]->line, items[i]->column}};
        strs.places[i] = item.place;
        if (!scalar_of(d, &item, &strs.p[i]))
            is_good = false;
    }
    if (is_good)
        *(struct yaml_strs *)member = strs;
    return is_good;
}

static bool list_read(struct decoding *d, const struct value *v, const struct yaml_field *field, void *member)
{
    const struct yaml_schema *s = field->more;
    const struct yaml *const *items;
    size_t n;
    if (!items_of(d, v, field, &items, &n))
        return false;
    char *structs = arena_zalloc(d->a, n * s->size);
    struct path list = {v->where, v->key, 0};
    bool is_good = true;
    for (size_t i = 0; i < n; i++) {
        struct path self = {&list, {NULL, 0}, i + 1};
        struct value item = {v->where, v->key, items[i], {items[i]->line, items[i]->column}};
        if (!map_read(d, &item, &self, s, structs + i * s->size))
            is_good = false;
    }
    if (is_good)
        *(struct any_array *)member = (struct any_array){structs, n};
    return is_good;
}

/* The pairs of a map with free keys. */
static bool free_map_of(struct decoding *d, const struct value *v, const struct yaml_field *field)
{
    if (is_absent(v->node))
        return refuse(d, v, ERR_YAML_EMPTY);
    if (v->node->kind != YAML_MAP)
        return refuse(d, v, ERR_YAML_TYPE_MAP);
    return v->node->n || !(field->flags & Y_REQUIRED) || refuse(d, v, ERR_YAML_EMPTY);
}

static bool str_map_read(struct decoding *d, const struct value *v, const struct yaml_field *field, void *member)
{
    if (!free_map_of(d, v, field))
        return false;
    struct yaml_entry *entries = ARENA_ARRAY(d->a, struct yaml_entry, v->node->n);
    struct path self = {v->where, v->key, 0};
    bool is_good = true;
    for (size_t i = 0; i < v->node->n; i++) {
        const struct yaml_pair *pair = &v->node->pairs[i];
        struct value item = {&self, pair->key, pair->value, {pair->line, pair->column}};
        entries[i] = (struct yaml_entry){.key = pair->key, .key_place = item.place};
        entries[i].value_place = (struct yaml_place){pair->value->line, pair->value->column};
        if (!scalar_of(d, &item, &entries[i].value))
            is_good = false;
    }
    if (is_good)
        *(struct any_array *)member = (struct any_array){entries, v->node->n};
    return is_good;
}

static bool keyed_read(struct decoding *d, const struct value *v, const struct yaml_field *field, void *member)
{
    const struct yaml_schema *s = field->more;
    if (!free_map_of(d, v, field))
        return false;
    char *structs = arena_zalloc(d->a, v->node->n * s->size);
    struct path map = {v->where, v->key, 0};
    bool is_good = true;
    for (size_t i = 0; i < v->node->n; i++) {
        const struct yaml_pair *pair = &v->node->pairs[i];
        struct path self = {&map, pair->key, 0};
        struct value item = {&map, pair->key, pair->value, {pair->line, pair->column}};
        if (!map_read(d, &item, &self, s, structs + i * s->size))
            is_good = false;
    }
    if (is_good)
        *(struct any_array *)member = (struct any_array){structs, v->node->n};
    return is_good;
}

static bool nested_read(struct decoding *d, const struct value *v, const struct yaml_field *field, void *member)
{
    const struct yaml_schema *s = field->more;
    struct path self = {v->where, v->key, 0};
    if (is_absent(v->node) && (field->flags & Y_REQUIRED))
        return refuse(d, v, ERR_YAML_EMPTY);
    if (field->type == Y_MAP)
        return map_read(d, v, &self, s, member);
    void *p = arena_zalloc(d->a, s->size);
    if (!map_read(d, v, &self, s, p))
        return false;
    *(void **)member = p;
    return true;
}

/* ---- a struct ---- */

static bool is_pseudo(const struct yaml_field *field)
{
    return field->type == Y_PLACE || field->type == Y_KEY;
}

static const struct yaml_field *field_of(const struct yaml_schema *s, struct str key)
{
    for (size_t i = 0; i < s->n; i++)
        if (!is_pseudo(&s->fields[i]) && str_is(key, s->fields[i].key))
            return &s->fields[i];
    return NULL;
}

/* The keys of the schema; those the map lacks come first, so that of two near ones the missing one is offered. */
static bool refuse_key(struct decoding *d, const struct path *self, const struct yaml_schema *s, const struct yaml *map,
                       const struct yaml_pair *pair)
{
    VEC(struct str) names = {0};
    for (int is_present = 0; is_present <= 1; is_present++)
        for (size_t i = 0; i < s->n; i++)
            if (!is_pseudo(&s->fields[i]) && (yaml_pair_of(map, s->fields[i].key) != NULL) == is_present)
                VEC_PUSH(d->a, &names, str_of(s->fields[i].key));
    struct fault f = {0};
    FAULT(&f, ERR_YAML_KEY_UNKNOWN, {"key", pair->key}, {"where", where_text(d, self)},
          {"nearest", yaml_nearest(pair->key, names.p, names.n)}, {"valid", names_join(d, names.p, names.n)});
    return report(d, &f, pair->line, pair->column);
}

/* Does the value stand for {short_key: value}? A map does when the schema's short key takes a text in two languages, the
 * map is one, and the schema itself has no such keys. */
static bool is_short(const struct yaml *node, const struct yaml_schema *s)
{
    if (!s->short_key || is_absent(node))
        return false;
    if (node->kind != YAML_MAP)
        return true;
    if (field_of(s, str_of(s->short_key))->type != Y_TEXT2 || field_of(s, STR("vi")) || field_of(s, STR("en")))
        return false;
    for (size_t i = 0; i < node->n; i++)
        if (!str_is(node->pairs[i].key, "vi") && !str_is(node->pairs[i].key, "en"))
            return false;
    return node->n > 0;
}

static void pseudo_fill(const struct value *v, const struct yaml_field *field, char *base)
{
    if (field->type == Y_KEY) {
        *(struct str *)(void *)(base + field->offset) = v->key;
        return;
    }
    struct yaml_place place = v->place;
    if (field->key) {
        const struct yaml *at = yaml_get(v->node, field->key);
        place = at ? (struct yaml_place){at->line, at->column} : (struct yaml_place){0, 0};
    }
    *(struct yaml_place *)(void *)(base + field->offset) = place;
}

static bool field_read(struct decoding *d, const struct value *v, const struct path *self,
                       const struct yaml_field *field, char *base)
{
    const struct yaml_pair *pair = yaml_pair_of(v->node, field->key);
    if (pair) {
        struct value inner = {self, pair->key, pair->value, {pair->line, pair->column}};
        return value_read(d, &inner, field, base + field->offset);
    }
    if (!(field->flags & Y_REQUIRED))
        return true;
    struct fault f = {0};
    FAULT(&f, ERR_YAML_KEY_MISSING, {"key", str_of(field->key)}, {"where", where_text(d, self)});
    return report(d, &f, v->place.line, v->place.column);
}

static bool map_read(struct decoding *d, const struct value *v, const struct path *self, const struct yaml_schema *s,
                     void *member)
{
    static const struct yaml nothing = {.kind = YAML_MAP};
    struct value map = *v;
    char *base = member;
    if (s->initial)
        memcpy(base, s->initial, s->size);
    struct yaml_pair short_pair = {str_of(s->short_key), v->node->line, v->node->column, (struct yaml *)v->node};
    struct yaml short_map = {YAML_MAP, v->node->line, v->node->column, .pairs = &short_pair, .n = 1};
    if (is_short(v->node, s))
        map.node = &short_map;
    else if (is_absent(v->node))
        map.node = &nothing; /* `name:` alone declares it with all its defaults */
    else if (v->node->kind != YAML_MAP)
        return refuse(d, v, ERR_YAML_TYPE_MAP);
    bool is_good = true;
    for (size_t i = 0; i < map.node->n; i++)
        if (!field_of(s, map.node->pairs[i].key))
            is_good = refuse_key(d, self, s, map.node, &map.node->pairs[i]);
    for (size_t i = 0; i < s->n; i++)
        if (is_pseudo(&s->fields[i]))
            pseudo_fill(&map, &s->fields[i], base);
        else if (!field_read(d, &map, self, &s->fields[i], base))
            is_good = false;
    return is_good;
}

static bool value_read(struct decoding *d, const struct value *v, const struct yaml_field *field, void *member)
{
    static reader *const readers[] = {
        [Y_STR] = str_read,           [Y_INT] = int_read,         [Y_NUMBER] = number_read, [Y_BOOL] = bool_read,
        [Y_DATE_TEXT] = date_read,    [Y_DATE] = date_read,       [Y_ENUM] = enum_read,     [Y_TEXT2] = text2_read,
        [Y_STR_LIST] = str_list_read, [Y_STR_MAP] = str_map_read, [Y_MAP] = nested_read,    [Y_MAP_PTR] = nested_read,
        [Y_LIST] = list_read,         [Y_KEYED] = keyed_read,     [Y_READ] = custom_read,   [Y_ANY] = any_read,
    };
    must(!is_pseudo(field) && (size_t)field->type < ARRAY_LEN(readers));
    return readers[field->type](d, v, field, member);
}

enum err yaml_decode(struct arena *a, const struct yaml *node, const struct yaml_schema *s, struct str file,
                     void *ret_struct, struct faults *list)
{
    struct decoding d = {a, file, list, OK};
    struct path self = {NULL, str_of(s->name), 0};
    struct value root = {&self, self.name, node, {node->line, node->column}};
    void *p = arena_zalloc(a, s->size);
    if (map_read(&d, &root, &self, s, p))
        memcpy(ret_struct, p, s->size);
    return d.first;
}

enum err yaml_decode_value(struct arena *a, const struct yaml *node, const struct yaml_field *field, struct str file,
                           void *ret_value, struct faults *list)
{
    struct decoding d = {a, file, list, OK};
    struct path self = {NULL, file, 0};
    struct value v = {&self, str_of(field->key), node, {node->line, node->column}};
    value_read(&d, &v, field, ret_value);
    return d.first;
}
