/* A whole record: from a row or a JSON object, its id, its as-of date, its canonical bytes. */
#include "register/record.h"

#include "base/limits.h"
#include "register/commitment.h"
#include "text/ident.h"
#include "text/number.h"

#include "base/banned.h"

static const struct value *known(const struct value *values, int field)
{
    return field != NO_FIELD && values[field].kind == VALUE_TEXT ? &values[field] : NULL;
}

struct str record_as_of(const struct reg *reg, const struct value *values, struct str today, char storage[11])
{
    const struct value *v;
    if ((v = known(values, reg->as_of)) || (v = known(values, reg->valid_from)))
        return v->text;
    struct date d;
    if (!(v = known(values, reg->valid_to)) || date_parse(v->text, &d, NULL) != OK)
        return today;
    struct buf b CLEANUP(buf_done) = BUF_INIT(16);
    date_print(date_add_days(d, -1), &b);
    memcpy(storage, b.p, 10);
    storage[10] = 0;
    return str_slice(storage, 10);
}

enum err record_id(struct arena *a, const struct reg *reg, const struct value *values, struct str *ret_id,
                   struct fault *f)
{
    if (reg->n_key == 1 && values[reg->key[0]].kind == VALUE_TEXT) {
        *ret_id = values[reg->key[0]].text;
        return OK;
    }
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    bool has_part = false;
    for (size_t i = 0; i < reg->n_key; i++) {
        if (i)
            buf_putc(&b, '@');
        has_part |= values[reg->key[i]].kind != VALUE_NULL;
        size_t from = b.n;
        value_csv(&reg->fields[reg->key[i]], &values[reg->key[i]], &b);
        if (i + 1 < reg->n_key && b.n > from &&
            memchr(b.p + from, '@', b.n - from)) { /* else two keys could have one id */
            FAULT(f, ERR_VALUE_KEY, {"value", str_slice(b.p + from, b.n - from)});
            fault_field(f, reg->fields[reg->key[i]].name);
            return ERR_VALUE_KEY;
        }
    }
    if (!has_part) {
        FAULT(f, ERR_VALUE_REQUIRED, {"field", reg->fields[reg->key[0]].title.vi});
        fault_field(f, reg->fields[reg->key[0]].name);
        return ERR_VALUE_REQUIRED;
    }
    *ret_id = str_dup(a, buf_view(&b));
    return OK;
}

static enum sex sex_of(const struct value *v)
{
    static const struct {
        const char *text;
        enum sex sex;
    } words[] = {{"male", SEX_MALE}, {"female", SEX_FEMALE}, {"nam", SEX_MALE}, {"nữ", SEX_FEMALE},
                 {"Nam", SEX_MALE},  {"Nữ", SEX_FEMALE},     {"M", SEX_MALE},   {"F", SEX_FEMALE}};
    for (size_t i = 0; v->kind == VALUE_TEXT && i < ARRAY_LEN(words); i++)
        if (str_is(v->text, words[i].text))
            return words[i].sex;
    return SEX_UNKNOWN;
}

static int birth_year_of(const struct value *v)
{
    struct date d;
    if (v->kind == VALUE_INTEGER && v->integer > 1800 && v->integer < 2200)
        return (int)v->integer;
    if (v->kind == VALUE_TEXT && date_parse(v->text, &d, NULL) == OK)
        return d.year;
    return 0;
}

/* What can be judged only with the other fields at hand. */
void record_check(const struct reg *reg, const struct record *r, struct faults *list)
{
    for (size_t i = 0; i < reg->n_fields; i++) {
        const struct field *fd = &reg->fields[i];
        const struct value *v = &r->values[i];
        if (fd->type != FT_PERSONAL_ID || v->kind != VALUE_TEXT || v->text.n != 12)
            continue;
        enum sex sex = fd->sex_field == NO_FIELD ? SEX_UNKNOWN : sex_of(&r->values[fd->sex_field]);
        int year = fd->birth_field == NO_FIELD ? 0 : birth_year_of(&r->values[fd->birth_field]);
        struct fault f = {.line = (int)r->line};
        if (personal_id_check(v->text, sex, year, &f) != OK) {
            fault_field(&f, fd->name);
            faults_add(list, &f);
        }
    }
}

static void parse_one(struct arena *a, const struct reg *reg, size_t i, const struct str *cells, struct str as_of,
                      struct record *r, struct faults *list)
{
    struct fault f;
    f.code = OK, f.line = (int)r->line, f.column = 0; /* the rest is set by whoever uses it: this runs for every cell */
    f.n_params = f.n_text = f.file_n = f.field_n = 0;
    if (value_parse(a, &reg->fields[i], cells[i], as_of, &r->values[i], &f) == OK)
        return;
    f.line = (int)r->line;
    r->values[i] = (struct value){.kind = VALUE_NULL};
    faults_add(list, &f);
}

enum err record_parse(struct arena *a, const struct reg *reg, const struct str *cells, uint32_t line, struct str today,
                      struct record *ret_record, struct faults *list)
{
    size_t before = list->total;
    struct record r = {.values = arena_alloc(a, sizeof(struct value) * reg->n_fields), .line = line};
    const int dates[] = {reg->as_of, reg->valid_from, reg->valid_to};
    for (size_t k = 0; k < ARRAY_LEN(dates); k++)
        if (dates[k] != NO_FIELD)
            parse_one(a, reg, (size_t)dates[k], cells, (struct str){NULL, 0}, &r, list);
    char storage[11];
    struct str as_of = record_as_of(reg, r.values, today, storage);
    for (size_t i = 0; i < reg->n_fields; i++)
        if ((int)i != dates[0] && (int)i != dates[1] && (int)i != dates[2])
            parse_one(a, reg, i, cells, as_of, &r, list);
    if (list->total == before)
        record_check(reg, &r, list);
    struct fault f = {.line = (int)line};
    if (list->total == before && record_id(a, reg, r.values, &r.id, &f) != OK) {
        f.line = (int)line;
        faults_add(list, &f);
    }
    if (list->total > before)
        return list->n ? list->p[list->n - 1].code : ERR_VALUE_TYPE;
    *ret_record = r;
    return OK;
}

static enum err wrong_kind(const struct field *fd, const struct json *j, struct fault *f)
{
    static const char *const kinds[] = {"null", "true, false", "number", "string", "array", "object"};
    return FAULT(f, ERR_VALUE_TYPE, {"value", str_of(kinds[j->kind])}, {"type", str_of(field_type_name(fd->type))},
                 {"expected", str_of(kinds[fd->type == FT_GEOMETRY                           ? J_OBJECT
                                           : fd->type == FT_ARRAY                            ? J_ARRAY
                                           : fd->type == FT_BOOLEAN                          ? J_BOOL
                                           : fd->type == FT_NUMBER || fd->type == FT_INTEGER ? J_NUMBER
                                           : fd->type == FT_MONEY                            ? J_NUMBER
                                                                                             : J_STRING])});
}

/* As it is written, so that a large integer keeps its digits; 5.0 and 5e2 are integers too. */
static struct str number_text(struct arena *a, const struct json *j)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    if (integer_parse(j->string, &(int64_t){0}, NULL) == OK)
        return j->string;
    number_print(j->number, &b);
    return str_dup(a, buf_view(&b));
}

/* One value that is no list, of that type, as the text of a cell. False when it is of another kind. */
static bool scalar_text(struct arena *a, enum field_type type, const struct json *j, struct str *ret_text)
{
    bool is_number = type == FT_INTEGER || type == FT_NUMBER || type == FT_MONEY;
    bool is_text = !is_number && type != FT_BOOLEAN && type != FT_ARRAY && type != FT_GEOMETRY;
    if (j->kind == J_NUMBER && is_number)
        *ret_text = number_text(a, j);
    else if (j->kind == J_BOOL && type == FT_BOOLEAN)
        *ret_text = j->boolean ? STR("true") : STR("false");
    else if (j->kind == J_STRING && is_text)
        *ret_text = j->string;
    else
        return false;
    return true;
}

/* A JSON value as the text of a cell: both ways in meet in record_parse. */
static enum err cell_of_json(struct arena *a, const struct field *fd, const struct json *j, struct str *ret_cell,
                             struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_RECORD_BYTES);
    *ret_cell = (struct str){NULL, 0};
    if (j->kind == J_NULL || scalar_text(a, fd->type, j, ret_cell))
        return OK;
    if (fd->type == FT_GEOMETRY && j->kind == J_OBJECT) {
        json_canonical(a, j, &b);
    } else if (fd->type == FT_ARRAY && j->kind == J_ARRAY) {
        for (size_t i = 0; i < j->n; i++) {
            struct str item;
            if (!scalar_text(a, fd->of, &j->items[i], &item))
                return wrong_kind(fd, &j->items[i], f);
            buf_puts(&b, i ? "|" : "");
            array_item_write(item, &b);
        }
    } else {
        return wrong_kind(fd, j, f);
    }
    *ret_cell = str_dup(a, buf_view(&b));
    return OK;
}

enum err record_cells_of_json(struct arena *a, const struct reg *reg, const struct json *fields, struct str *cells,
                              bool *is_given, struct faults *list)
{
    struct str *names = ARENA_ARRAY(a, struct str, reg->n_fields);
    size_t before = list->total;
    for (size_t i = 0; i < reg->n_fields; i++)
        names[i] = reg->fields[i].name;
    for (size_t i = 0; fields->kind == J_OBJECT && i < fields->n; i++) {
        int n = reg_field_number(reg, fields->members[i].key);
        struct fault f = {0};
        if (n != NO_FIELD) {
            if (cell_of_json(a, &reg->fields[n], &fields->members[i].value, &cells[n], &f) != OK) {
                fault_field(&f, reg->fields[n].name);
                faults_add(list, &f);
            }
            is_given[n] = true;
            continue;
        }
        FAULT(&f, ERR_FIELD_UNKNOWN, {"name", fields->members[i].key}, {"register", reg->name},
              {"nearest", yaml_nearest(fields->members[i].key, names, reg->n_fields)});
        faults_add(list, &f);
    }
    return list->total > before ? list->n ? list->p[list->n - 1].code : ERR_FIELD_UNKNOWN : OK;
}

enum err record_from_json(struct arena *a, const struct reg *reg, const struct json *fields, struct str today,
                          struct record *ret_record, struct faults *list)
{
    struct str *cells = ARENA_ARRAY(a, struct str, reg->n_fields);
    bool *is_given = ARENA_ARRAY(a, bool, reg->n_fields);
    enum err cells_read = record_cells_of_json(a, reg, fields, cells, is_given, list);
    enum err e = record_parse(a, reg, cells, 0, today, ret_record, list); /* also after a fault: all are told at once */
    return cells_read != OK ? cells_read : e;
}

void record_erased_json(const struct reg *reg, const struct record *r, bool (*shows)(const void *ctx, size_t field),
                        const void *ctx, struct json_out *o)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_erased; i++) {
        if (shows && !shows(ctx, (size_t)r->erased[i]))
            continue;
        if (n++ == 0)
            json_key(o, STR("_erased")), json_array_begin(o);
        json_str(o, reg->fields[r->erased[i]].name);
    }
    if (n)
        json_array_end(o);
}

struct value *record_fill(struct arena *a, const struct reg *reg, const struct record *old, const bool *is_given,
                          struct str *cells)
{
    struct value *kept = ARENA_ARRAY(a, struct value, reg->n_fields);
    struct buf b CLEANUP(buf_done) = BUF_INIT(2 * LIMIT_RECORD_BYTES);
    for (size_t i = 0; i < reg->n_fields; i++) {
        if (is_given[i])
            continue;
        must(old->values[i].kind != VALUE_MASKED);
        kept[i] = old->values[i];
        if (kept[i].kind == VALUE_TEXT || kept[i].kind == VALUE_BLOB)
            kept[i].text = str_dup(a, kept[i].text);
        buf_reset(&b);
        value_csv(&reg->fields[i], &old->values[i], &b);
        cells[i] = str_dup(a, buf_view(&b));
    }
    return kept;
}

void record_keep(const struct reg *reg, const struct value *kept, const bool *is_given, struct record *r)
{
    for (size_t i = 0; i < reg->n_fields; i++)
        if (!is_given[i])
            r->values[i] = kept[i];
}

struct record record_copy(struct arena *a, const struct reg *reg, const struct record *from)
{
    struct record r = *from;
    r.id = str_dup(a, from->id);
    r.values = ARENA_ARRAY(a, struct value, reg->n_fields);
    for (size_t i = 0; i < reg->n_fields; i++) {
        r.values[i] = from->values[i];
        if (r.values[i].kind == VALUE_TEXT || r.values[i].kind == VALUE_BLOB)
            r.values[i].text = str_dup(a, r.values[i].text);
    }
    int *erased = ARENA_ARRAY(a, int, from->n_erased + 1);
    if (from->n_erased)
        memcpy(erased, from->erased, from->n_erased * sizeof *erased);
    r.erased = erased;
    return r;
}

bool record_is_whole(const struct reg *reg, const struct record *r)
{
    for (size_t i = 0; i < reg->n_fields; i++)
        if (r->values[i].kind == VALUE_MASKED)
            return false;
    return true;
}

bool record_is_erased(const struct record *r, size_t field)
{
    for (size_t i = 0; i < r->n_erased; i++)
        if (r->erased[i] == (int)field)
            return true;
    return false;
}

static struct str hex_view(const unsigned char *p, size_t n, char *storage)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        storage[2 * i] = digits[p[i] >> 4];
        storage[2 * i + 1] = digits[p[i] & 15];
    }
    return str_slice(storage, 2 * n);
}

static void write_public(const struct reg *reg, const struct value *values, struct json_out *o)
{
    json_key(o, STR("fields"));
    json_object_begin(o);
    for (size_t i = 0; i < reg->n_fields; i++) {
        int n = reg->sorted[i];
        must(values[n].kind != VALUE_MASKED);
        if (values[n].kind == VALUE_NULL || field_is_personal(&reg->fields[n]))
            continue;
        json_key(o, reg->fields[n].name);
        canonical_value(&reg->fields[n], &values[n], o);
    }
    json_object_end(o);
}

/* The commitments. False where values and salts do not belong together. */
static bool write_personal(const struct reg *reg, const struct value *values, const struct salts *salts,
                           struct json_out *o, struct buf *out)
{
    json_key(o, STR("personal"));
    json_object_begin(o);
    for (size_t i = 0; i < reg->n_fields; i++) {
        int n = reg->sorted[i];
        const struct field_salt *x = &salts->of[n];
        struct digest commitment;
        char hex[2 + 2 * DIGEST_BYTES];
        bool has_value = values[n].kind != VALUE_NULL;
        if (!field_is_personal(&reg->fields[n]) || (!has_value && (x->state == SALT_NONE || salts->is_root)))
            continue;
        if (x->state != (has_value ? SALT_KEPT : SALT_ERASED))
            return false;
        json_key(o, reg->fields[n].name);
        if (has_value)
            field_commit(&reg->fields[n], &values[n], x->b, out, &commitment);
        else
            memcpy(commitment.b, x->b, DIGEST_BYTES);
        hex[0] = hex[sizeof hex - 1] = '"';
        hex_view(commitment.b, DIGEST_BYTES, hex + 1);
        json_raw(o, str_slice(hex, sizeof hex));
    }
    json_object_end(o);
    return true;
}

bool record_canonical(const struct reg *reg, const struct record *r, struct str salt, bool is_removal, struct buf *out)
{
    struct json_out o;
    struct salts salts;
    char hex[2 * SALT_BYTES];
    bool has_personal = reg->n_personal && !is_removal;
    if (has_personal ? !salts_read(reg, salt, &salts) : salt.n != SALT_BYTES)
        return false;
    json_out_init(&o, out, JSON_OUT_COMPACT);
    json_object_begin(&o);
    if (!is_removal)
        write_public(reg, r->values, &o);
    json_member(&o, "id", r->id);
    if (has_personal && !write_personal(reg, r->values, &salts, &o, out))
        return false;
    json_member(&o, "register", reg->name);
    if (is_removal)
        json_key(&o, STR("removed")), json_bool(&o, true);
    json_member(&o, "salt", hex_view(has_personal ? salts.shown : (const unsigned char *)salt.p, SALT_BYTES, hex));
    if (r->is_sample)
        json_key(&o, STR("sample")), json_bool(&o, true);
    json_object_end(&o);
    return true;
}

/* ---- by name */

struct str record_text(const struct reg *reg, const struct record *r, const char *field)
{
    int n = reg_field_number(reg, str_of(field));
    return n != NO_FIELD && r->values[n].kind == VALUE_TEXT ? r->values[n].text : STR("");
}

bool record_integer(const struct reg *reg, const struct record *r, const char *field, int64_t *ret)
{
    int n = reg_field_number(reg, str_of(field));
    bool is_known = n != NO_FIELD && r->values[n].kind == VALUE_INTEGER;
    *ret = is_known ? r->values[n].integer : 0;
    return is_known;
}

size_t record_items(struct arena *a, const struct reg *reg, const struct record *r, const char *field,
                    struct str **ret_items)
{
    struct str text = record_text(reg, r, field);
    struct json *root = NULL;
    *ret_items = NULL;
    if (!text.n || json_parse(a, text, STR(""), &root, NULL) != OK || root->kind != J_ARRAY)
        return 0;
    *ret_items = ARENA_ARRAY(a, struct str, root->n);
    for (size_t i = 0; i < root->n; i++)
        (*ret_items)[i] = root->items[i].string;
    return root->n;
}

struct text2 record_title(const struct reg *reg, const struct record *r, const char *field)
{
    const struct field *fd = reg_field(reg, str_of(field));
    struct str text = record_text(reg, r, field);
    const struct code *code = fd && fd->codes ? map_get(&fd->codes->by_code, text) : NULL;
    return code ? code->title : (struct text2){text, {NULL, 0}};
}
