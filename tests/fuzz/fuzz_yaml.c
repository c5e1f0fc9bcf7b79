/* Any text: parsed or refused with a place inside of it; what was parsed, written again as YAML of one plain form, parses to
 * the same tree; and the tables decode it or list errors. */
#include <stdint.h>

#include "text/yaml.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Quoted by the rules of a double-quoted scalar, so that nothing but the text itself is left to misread. */
static void scalar_print(struct buf *b, struct str s)
{
    buf_putc(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\')
            buf_printf(b, "\\%c", c);
        else if (c < 0x20 || c == 0x7F)
            buf_printf(b, "\\x%02x", c);
        else if (c >= 0xC2 && i + 1 < s.n && c == 0xC2 && (unsigned char)s.p[i + 1] < 0xA0)
            buf_printf(b, "\\x%02x", (unsigned char)s.p[++i]);
        else if (c == 0xE2 && i + 2 < s.n && (unsigned char)s.p[i + 1] == 0x80 &&
                 ((unsigned char)s.p[i + 2] & 0xFE) == 0xA8)
            buf_printf(b, "\\u%04x", 0x2000u + ((unsigned char)s.p[i + 2] & 0x3F)), i += 2;
        else if (c == 0xEF && i + 2 < s.n) {
            unsigned cp =
                0xF000u | (unsigned)((unsigned char)s.p[i + 1] & 0x3F) << 6 | ((unsigned char)s.p[i + 2] & 0x3F);
            buf_printf(b, "\\u%04x", cp), i += 2;
        } else
            buf_putc(b, (char)c);
    }
    buf_putc(b, '"');
}

static void print(struct buf *b, const struct yaml *y)
{
    if (y->kind == YAML_SCALAR) {
        scalar_print(b, y->scalar);
        return;
    }
    buf_putc(b, y->kind == YAML_MAP ? '{' : '[');
    for (size_t i = 0; i < y->n; i++) {
        buf_puts(b, i ? ",\n " : "");
        if (y->kind == YAML_MAP) {
            buf_puts(b, "? ");
            scalar_print(b, y->pairs[i].key);
            buf_puts(b, "\n : ");
            print(b, y->pairs[i].value);
        } else {
            print(b, y->items[i]);
        }
    }
    buf_putc(b, y->kind == YAML_MAP ? '}' : ']');
}

static bool same(const struct yaml *x, const struct yaml *y)
{
    if (x->kind != y->kind || x->n != y->n || !str_eq(x->scalar, y->scalar))
        return false;
    for (size_t i = 0; i < x->n; i++) {
        if (x->kind == YAML_MAP &&
            !(str_eq(x->pairs[i].key, y->pairs[i].key) && same(x->pairs[i].value, y->pairs[i].value)))
            return false;
        if (x->kind == YAML_LIST && !same(x->items[i], y->items[i]))
            return false;
    }
    return true;
}

struct part {
    struct yaml_place place;
    struct str id;
    struct text2 title;
    int64_t n;
    double x;
    bool b;
    struct str date;
    int kind;
    struct yaml_strs strs;
    YAML_ARRAY(struct yaml_entry) entries;
    const struct yaml *any;
};

struct whole {
    struct str name;
    struct part part, *part_ptr;
    YAML_ARRAY(struct part) list, keyed;
};

static const char *const kinds[] = {"a", "bb", "ccc", NULL};
static const struct yaml_range range = {-5, 5};
static const struct yaml_field part_fields[] = {
    {NULL, Y_PLACE, offsetof(struct part, place)},
    {NULL, Y_KEY, offsetof(struct part, id)},
    {"t", Y_TEXT2, offsetof(struct part, title), Y_REQUIRED},
    {"n", Y_INT, offsetof(struct part, n), 0, &range},
    {"x", Y_NUMBER, offsetof(struct part, x)},
    {"b", Y_BOOL, offsetof(struct part, b)},
    {"d", Y_DATE_TEXT, offsetof(struct part, date)},
    {"k", Y_ENUM, offsetof(struct part, kind), 0, kinds},
    {"s", Y_STR_LIST, offsetof(struct part, strs), Y_SINGLE_OK},
    {"m", Y_STR_MAP, offsetof(struct part, entries)},
    {"a", Y_ANY, offsetof(struct part, any)},
};
static const struct yaml_schema part_schema = {
    "part", part_fields, sizeof part_fields / sizeof part_fields[0], sizeof(struct part), NULL, "t"};
static const struct yaml_field whole_fields[] = {
    {"name", Y_STR, offsetof(struct whole, name), Y_REQUIRED},
    {"part", Y_MAP, offsetof(struct whole, part), 0, &part_schema},
    {"ptr", Y_MAP_PTR, offsetof(struct whole, part_ptr), 0, &part_schema},
    {"list", Y_LIST, offsetof(struct whole, list), Y_SINGLE_OK, &part_schema},
    {"keyed", Y_KEYED, offsetof(struct whole, keyed), 0, &part_schema},
};
static const struct yaml_schema whole_schema = YAML_SCHEMA("whole", whole_fields, struct whole);

static void decode(struct arena *a, const struct yaml *root, int lines)
{
    struct faults list CLEANUP(faults_done) = {0};
    struct whole w = {0};
    enum err code = yaml_decode(a, root, &whole_schema, STR("f"), &w, &list);
    must((code == OK) == (list.total == 0));
    for (size_t i = 0; i < list.n; i++)
        must(list.p[i].line > 0 && list.p[i].line <= lines && list.p[i].column > 0);
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    faults_print(&list, LANG_VI, &b);
    if (code == OK)
        must(w.name.n > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str text = str_slice((const char *)data, size);
    struct yaml *root = NULL, *again = NULL;
    struct fault f = {0};
    int lines = 1;
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n' || data[i] == '\r' || data[i] == 0x85 || data[i] == 0xA8 || data[i] == 0xA9;
    if (yaml_parse(a, text, STR("f"), &root, &f) != OK) {
        must(f.code != OK && !root && f.line <= lines + 1);
        return 0;
    }
    decode(a, root, lines);
    struct buf b CLEANUP(buf_done) = BUF_INIT(64 << 20);
    print(&b, root);
    enum err code = yaml_parse(a, buf_view(&b), STR("f"), &again, &f);
    must(code == ERR_LIMIT || (code == OK && same(root, again)));
    return 0;
}
