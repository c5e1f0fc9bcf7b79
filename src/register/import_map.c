/* Columns to fields: by name, title and alias; by a saved mapping of the same header; by what the person says. */
#include "register/import_internal.h"

#include <stdio.h>

#include "base/file.h"
#include "base/limits.h"
#include "register/internal.h"
#include "text/vn.h"
#include "text/json.h"

#include "base/banned.h"

static const struct str none = {NULL, 0};

static void warn(struct import *im, const struct fault *f, size_t column)
{
    struct fault w = *f;
    w.line = (int)im->header_last;
    w.column = (int)column + 1;
    faults_add(&im->warnings, &w);
}

/* ---- the fingerprint, saved mappings ---- */

static void fingerprint(struct import *im)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES * 4), hex CLEANUP(buf_done) = BUF_INIT(2 * DIGEST_BYTES);
    struct digest d;
    for (size_t i = 0; i < im->n_columns; i++) {
        buf_str(&b, text_fold_name(im->a, im->columns[i].header));
        buf_putc(&b, '/');
        buf_str(&b, text_fold_name(im->a, im->columns[i].unit));
        buf_putc(&b, '\n');
    }
    sha256(buf_view(&b), &d);
    digest_hex(&d, &hex);
    memcpy(im->fingerprint, hex.p, sizeof im->fingerprint - 1);
}

static struct str mapping_id(struct import *im)
{
    return str_of(arena_printf(im->a, "%.*s@%s", STR_ARG(im->reg->name), im->fingerprint));
}

static enum err has_table(struct store *s, const struct reg *reg, bool *ret, struct fault *f)
{
    int64_t n;
    enum err e = db_value_int(s->db, STR("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1"),
                              DB_VALUES(db_text(str_slice(reg->table + 1, strlen(reg->table) - 2))), &n, f);
    if (e == OK)
        *ret = n != 0;
    return e;
}

static enum err saved_mapping(struct import *im, struct str *ret_json, struct fault *f)
{
    const struct reg *mappings = province_register(im->s->province, STR("mappings"));
    bool is_there = false;
    *ret_json = none;
    enum err e = mappings ? has_table(im->s, mappings, &is_there, f) : OK;
    if (e != OK || !is_there)
        return e;
    e = db_value_text(im->s->db, im->a,
                      STR("SELECT map FROM r_mappings WHERE _id = ?1 AND _until IS NULL AND _removed = 0"),
                      DB_VALUES(db_text(mapping_id(im))), ret_json, f);
    return e == ERR_DB_NO_ROW ? OK : e;
}

enum err import_mapping_save(struct import *im, struct fault *f)
{
    const struct reg *mappings = province_register(im->s->province, STR("mappings"));
    bool is_there = false;
    enum err e = mappings ? has_table(im->s, mappings, &is_there, f) : OK;
    if (e != OK || !mappings)
        return e;
    if (!is_there) { /* a database of before there were mappings */
        e = db_script(im->s->db,
                      "CREATE TABLE \"r_mappings\"(_n INTEGER PRIMARY KEY, _id, _rev, _ord, _until, _removed, _sample, "
                      "_salt, \"register\", \"fingerprint\", \"map\");"
                      "CREATE UNIQUE INDEX \"u_mappings\" ON \"r_mappings\"(_id, _rev);",
                      f);
        if (e != OK)
            return e;
    }
    struct value values[] = {{.kind = VALUE_TEXT, .text = im->reg->name},
                             {.kind = VALUE_TEXT, .text = str_of(im->fingerprint)},
                             {.kind = VALUE_TEXT, .text = im->map_json}};
    must(mappings->n_fields == ARRAY_LEN(values));
    struct record r = {.id = mapping_id(im), .values = values};
    enum put_outcome outcome;
    return change_put(im->change, mappings, &r, &outcome, f);
}

static void write_map(struct import *im)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    struct json_out o;
    json_out_init(&o, &b, JSON_OUT_COMPACT);
    json_object_begin(&o);
    struct map seen = {0};
    for (size_t i = 0; i < im->n_columns; i++) {
        struct str header = im->columns[i].header;
        if ((im->columns[i].field == NO_FIELD && !im->columns[i].is_sample) || map_get(&seen, header))
            continue;
        map_put(im->a, &seen, header, im);
        json_key(&o, header);
        json_str(&o, im->columns[i].is_sample ? STR(SAMPLE_NAME) : im->reg->fields[im->columns[i].field].name);
    }
    json_object_end(&o);
    json_out_done(&o);
    im->map_json = str_dup(im->a, buf_view(&b));
}

static struct str *field_names(struct import *im)
{
    struct str *names = ARENA_ARRAY(im->a, struct str, im->reg->n_fields);
    for (size_t i = 0; i < im->reg->n_fields; i++)
        names[i] = im->reg->fields[i].name;
    return names;
}

/* {"header": "field"}; null or "" leaves the column out. A saved one that no longer fits is passed over. */
static enum err apply_map(struct import *im, struct str json, struct str file, enum match_kind match, struct fault *f)
{
    struct json *root;
    enum err e = json_parse(im->a, json, file, &root, f);
    if (e == OK && root->kind != J_OBJECT)
        e = FAULT(f, ERR_IMPORT_MAP, {"file", file});
    for (size_t m = 0; e == OK && m < root->n; m++) {
        struct str wanted = text_fold_name(im->a, root->members[m].key);
        const struct json *v = &root->members[m].value;
        struct str name = v->kind == J_STRING ? v->string : none;
        int field = name.n ? reg_field_number(im->reg, name) : NO_FIELD;
        bool is_found = false, is_sample = field == NO_FIELD && str_is(name, SAMPLE_NAME);
        if (name.n && field == NO_FIELD && !is_sample) {
            if (match == MATCH_SAVED)
                continue;
            return FAULT(f, ERR_FIELD_UNKNOWN, {"name", name}, {"register", im->reg->name},
                         {"nearest", yaml_nearest(name, field_names(im), im->reg->n_fields)});
        }
        for (size_t i = 0; i < im->n_columns; i++) {
            struct column *c = &im->columns[i];
            char letter[8];
            if (!str_eq(text_fold_name(im->a, c->header), wanted) &&
                !str_is(root->members[m].key, column_letter(i, letter)))
                continue;
            is_found = true;
            c->field = field;
            c->is_sample = is_sample;
            c->match = match;
        }
        if (!is_found && match == MATCH_GIVEN)
            return FAULT(f, ERR_IMPORT_MAP_HEADER, {"header", root->members[m].key}, {"file", file});
    }
    return e;
}

/* ---- by names ---- */

struct name_of_field {
    int field;
    enum match_kind match;
    bool is_shared; /* by two fields */
};

static void add_name(struct import *im, struct map *names, struct str name, size_t field, enum match_kind match)
{
    struct str key = text_fold_name(im->a, name);
    if (key.n == 0)
        return;
    struct name_of_field *n = map_get(names, key);
    if (n) {
        n->is_shared |= n->field != (int)field && n->match == match;
        return; /* ids before titles before aliases */
    }
    n = ARENA_NEW(im->a, struct name_of_field);
    *n = (struct name_of_field){(int)field, match, false};
    map_put(im->a, names, key, n);
}

static void collect_names(struct import *im, struct map *names)
{
    const struct reg *reg = im->reg;
    for (size_t i = 0; i < reg->n_fields; i++)
        add_name(im, names, reg->fields[i].name, i, MATCH_NAME);
    for (size_t i = 0; i < reg->n_fields; i++) {
        add_name(im, names, reg->fields[i].title.vi, i, MATCH_TITLE);
        add_name(im, names, reg->fields[i].title.en, i, MATCH_TITLE);
    }
    for (size_t i = 0; i < reg->n_fields; i++)
        if (reg->fields[i].type == FT_GEOMETRY) /* what geofile_to_csv calls it */
            add_name(im, names, STR("WKT"), i, MATCH_ALIAS);
    for (size_t i = 0; i < reg->n_fields; i++)
        for (size_t k = 0; k < reg->fields[i].n_aliases; k++)
            add_name(im, names, reg->fields[i].aliases[k], i, MATCH_ALIAS);
}

static bool is_row_number(struct str folded)
{
    static const char *const names[] = {"stt", "tt", "sott", "sothutu", "no", "so", "index"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_is(folded, names[i]))
            return true;
    return false;
}

/* The mark of invented records, as export heads it. A field of that name goes before. */
static bool is_sample_mark(struct import *im, struct str folded)
{
    static const struct str names[] = {STR(SAMPLE_NAME), STR(SAMPLE_TITLE_VI), STR(SAMPLE_TITLE_EN)};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq(folded, text_fold_name(im->a, names[i])))
            return true;
    return false;
}

static struct str nearest_field(struct import *im, const struct map *names, struct str folded)
{
    struct str *keys = ARENA_ARRAY(im->a, struct str, names->n + 1);
    size_t n = 0;
    for (size_t i = 0; i < names->cap; i++)
        if (names->slots[i].value)
            keys[n++] = names->slots[i].key;
    struct str near = yaml_nearest(folded, keys, n);
    unsigned far = (unsigned)(folded.n / 2);
    const struct name_of_field *found = near.n && str_distance(folded, near, far) <= far ? map_get(names, near) : NULL;
    return found ? im->reg->fields[found->field].title.vi : STR("—");
}

static void match_columns(struct import *im)
{
    struct map names = {0};
    collect_names(im, &names);
    for (size_t i = 0; i < im->n_columns; i++) {
        struct column *c = &im->columns[i];
        struct str key = text_fold_name(im->a, c->header);
        struct fault f = {0};
        if (c->match != MATCH_NONE || key.n == 0)
            continue;
        const struct name_of_field *n = map_get(&names, key);
        if (n && !n->is_shared) {
            c->field = n->field;
            c->match = n->match;
        } else if (n) {
            FAULT(&f, ERR_IMPORT_HEADER_SHARED, {"header", c->header});
            warn(im, &f, i);
        } else if (is_sample_mark(im, key)) {
            c->is_sample = true;
            c->match = MATCH_NAME;
        } else if (!is_row_number(key)) {
            c->nearest = nearest_field(im, &names, key);
            FAULT(&f, ERR_IMPORT_HEADER_UNKNOWN, {"header", c->header}, {"nearest", c->nearest});
            warn(im, &f, i);
        }
    }
}

/* ---- what must be there ---- */

static enum err check_columns(struct import *im, struct fault *f)
{
    const struct reg *reg = im->reg;
    char one[8], two[8];
    for (size_t i = 0; i < reg->n_fields; i++)
        im->column_of[i] = -1;
    im->sample_column = -1;
    for (size_t i = 0; i < im->n_columns; i++) {
        const struct column *c = &im->columns[i];
        if (c->field == NO_FIELD && !c->is_sample)
            continue;
        int *of = c->is_sample ? &im->sample_column : &im->column_of[c->field];
        if (*of >= 0)
            return FAULT(f, ERR_IMPORT_HEADER_TWICE,
                         {"field", c->is_sample ? STR(SAMPLE_TITLE_VI) : reg->fields[c->field].title.vi},
                         {"one", str_of(column_letter((size_t)*of, one))}, {"two", str_of(column_letter(i, two))});
        *of = (int)i;
        if (!c->is_sample)
            im->is_given[c->field] = true;
    }
    for (size_t k = 0; k < reg->n_key; k++) {
        const struct field *fd = &reg->fields[reg->key[k]];
        if (im->column_of[reg->key[k]] < 0 && (fd->is_required || reg->n_key == 1))
            return FAULT(f, ERR_IMPORT_KEY, {"field", fd->title.vi}, {"name", fd->name});
    }
    for (size_t i = 0; i < reg->n_fields; i++) {
        struct fault w = {0};
        if (!reg->fields[i].is_required || im->column_of[i] >= 0)
            continue;
        FAULT(&w, ERR_IMPORT_REQUIRED, {"field", reg->fields[i].title.vi}, {"name", reg->fields[i].name});
        w.line = (int)im->header_last;
        faults_add(&im->warnings, &w);
    }
    return OK;
}

enum err import_map_columns(struct import *im, struct fault *f)
{
    struct str json = none;
    enum err e = OK;
    fingerprint(im);
    if (im->o.map.n) {
        e = apply_map(im, im->o.map, STR("map"), MATCH_GIVEN, f);
    } else if (im->o.map_path) {
        e = file_read(im->a, im->o.map_path, LIMIT_TEXT_BYTES, &json, f);
        if (e == OK)
            e = apply_map(im, json, str_of(im->o.map_path), MATCH_GIVEN, f);
    } else if ((e = saved_mapping(im, &json, f)) == OK && json.n) {
        e = apply_map(im, json, STR("mappings"), MATCH_SAVED, f);
        im->is_saved_mapping = true;
    }
    if (e != OK)
        return e;
    match_columns(im);
    e = check_columns(im, im->o.is_patient ? &im->lacking : f);
    if (e != OK && !im->o.is_patient)
        return e;
    write_map(im);
    return OK;
}

size_t import_columns(const struct import *im, struct arena *a, struct import_column **ret)
{
    *ret = ARENA_ARRAY(a, struct import_column, im->n_columns + 1);
    for (size_t i = 0; i < im->n_columns; i++) {
        const struct column *c = &im->columns[i];
        (*ret)[i] =
            (struct import_column){c->header, c->field == NO_FIELD ? NULL : &im->reg->fields[c->field], c->is_sample};
    }
    return im->n_columns;
}
