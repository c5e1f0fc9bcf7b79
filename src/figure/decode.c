/* What the readers of figures and indexes share. */
#include "figure/decode.h"

#include "base/limits.h"

#include "base/banned.h"

void decode_fault(struct decode *d, struct yaml_place place, struct fault *f)
{
    fault_place(f, d->file, place.line, place.column);
    faults_add(d->list, f);
}

bool decode_id(struct decode *d, struct str id, struct yaml_place place)
{
    bool is_good = id.n > 0 && id.n <= 60 && id.p[0] >= 'a' && id.p[0] <= 'z';
    for (size_t i = 0; is_good && i < id.n; i++) {
        char c = id.p[i];
        is_good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    }
    if (!is_good) {
        struct fault f = {0};
        FAULT(&f, ERR_FIGURE_ID, {"id", id});
        decode_fault(d, place, &f);
    }
    return is_good;
}

void decode_unknown(struct decode *d, const char *key, struct str name, const struct str *names, size_t n,
                    struct yaml_place place)
{
    struct fault f = {0};
    FAULT(&f, ERR_FIGURE_NAME, {"key", str_of(key)}, {"name", name}, {"nearest", yaml_nearest(name, names, n)});
    decode_fault(d, place, &f);
}

const struct reg *decode_register(struct decode *d, struct str name, struct yaml_place place)
{
    const struct reg *reg = province_register(d->province, name);
    if (reg)
        return reg;
    struct str *names = ARENA_ARRAY(d->a, struct str, d->province->n_registers + 1);
    for (size_t i = 0; i < d->province->n_registers; i++)
        names[i] = d->province->registers[i]->name;
    decode_unknown(d, "register", name, names, d->province->n_registers, place);
    return NULL;
}

static void field_type_fault(struct decode *d, const char *key, const struct field *fd, unsigned types,
                             struct yaml_place place)
{
    static const enum field_type all[] = {
#define X(type, name, cql2) type,
        FIELD_TYPES(X)
#undef X
    };
    struct buf expected CLEANUP(buf_done) = BUF_INIT(500);
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        if (!(types & DECODE_TYPE(all[i])))
            continue;
        buf_puts(&expected, expected.n ? ", " : "");
        buf_puts(&expected, field_type_name(all[i]));
    }
    struct fault f = {0};
    FAULT(&f, ERR_FIGURE_FIELD, {"key", str_of(key)}, {"name", fd->name}, {"type", str_of(field_type_name(fd->type))},
          {"expected", buf_view(&expected)});
    decode_fault(d, place, &f);
}

int decode_field(struct decode *d, const char *key, const struct reg *reg, struct str name, unsigned types,
                 struct yaml_place place)
{
    int i = reg_field_number(reg, name);
    if (i == NO_FIELD) {
        struct str *names = ARENA_ARRAY(d->a, struct str, reg->n_fields + 1);
        for (size_t k = 0; k < reg->n_fields; k++)
            names[k] = reg->fields[k].name;
        decode_unknown(d, key, name, names, reg->n_fields, place);
    } else if (types && !(types & DECODE_TYPE(reg->fields[i].type))) {
        field_type_fault(d, key, &reg->fields[i], types, place);
        i = NO_FIELD;
    }
    return i;
}

void decode_folder(struct decode *d, struct str folder, decode_document *read, void *ctx)
{
    const struct sources *sources = &d->province->sources;
    for (size_t i = 0; i < sources->n; i++) {
        const struct source_file *source = &sources->p[i];
        if (!str_starts(source->path, folder) || !str_ends(source->path, STR(".yaml")))
            continue;
        struct yaml *root;
        struct fault f = {0};
        d->file = source->path;
        if (yaml_parse(d->a, source->text, source->path, &root, &f) != OK)
            faults_add(d->list, &f);
        else
            read(d, root, ctx);
    }
}
