/* Parameters named after a field, as CQL2. */
#include "web/ask_internal.h"

#include <string.h>

#include "cql2/cql2.h"
#include "base/limits.h"
#include "text/number.h"

#include "base/banned.h"

const struct field *ask_own_fields(size_t *ret_n)
{
    static const struct field own[] = {
        {.name = STR("_id"), .title = {STR("Khóa của bản ghi"), STR("Id of the record")}, .type = FT_STRING},
        {.name = STR("_rev"), .title = {STR("Phiên bản đã ghi"), STR("Revision that wrote it")}, .type = FT_INTEGER},
        {.name = STR("_sample"), .title = {STR("Dữ liệu mẫu"), STR("Sample data")}, .type = FT_BOOLEAN},
    };
    *ret_n = ARRAY_LEN(own);
    return own;
}

const struct field *ask_own_field(struct str name)
{
    size_t n;
    const struct field *own = ask_own_fields(&n);
    for (size_t i = 0; i < n; i++)
        if (str_eq(own[i].name, name))
            return &own[i];
    return NULL;
}

static void add_literal(const struct field *fd, const struct value *v, struct buf *out)
{
    if (v->kind == VALUE_NUMBER)
        number_print(v->number, out);
    else if (v->kind == VALUE_INTEGER && fd->type == FT_BOOLEAN)
        buf_puts(out, v->integer ? "TRUE" : "FALSE");
    else if (v->kind == VALUE_INTEGER)
        buf_printf(out, "%lld", (long long)v->integer);
    else if (fd->type == FT_DATE || fd->type == FT_TIMESTAMP) {
        buf_puts(out, fd->type == FT_DATE ? "DATE(" : "TIMESTAMP(");
        cql2_quote(out, v->text, '\'');
        buf_putc(out, ')');
    } else
        cql2_quote(out, v->text, '\'');
}

/* A unit above those that the field names stands for all of its own: a district for its communes. */
static enum err is_unit_above(struct exchange *x, const struct field *fd, struct str code, bool *ret_is,
                              struct fault *f)
{
    struct worker *w = x->worker;
    const struct province *p = w->store->province;
    *ret_is = false;
    if (fd->type != FT_UNIT || fd->levels == 0 || !p->units)
        return OK;
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_BYTES);
    cql2_quote(&b, p->units->fields[p->unit_code].name, '"');
    buf_puts(&b, " = ");
    cql2_quote(&b, code, '\'');
    buf_puts(&b, " AND ");
    cql2_quote(&b, p->units->fields[p->unit_level].name, '"');
    buf_puts(&b, " IN (");
    for (int level = 1, n = 0; level < 32; level++)
        if (fd->levels & (1u << level))
            buf_printf(&b, "%s%d", n++ ? "," : "", level);
    buf_putc(&b, ')');
    int64_t n;
    enum err e = query_count(w->store, p->units, &(struct query_options){.filter = buf_view(&b)}, &n, f);
    if (e == OK)
        *ret_is = n == 0;
    return e;
}

enum err ask_equals(struct exchange *x, const struct field *fd, struct str text, struct buf *out, struct fault *f)
{
    struct value v;
    enum err e = value_parse(x->arena, fd, text, (struct str){NULL, 0}, &v, f);
    bool is_above = false;
    if (e == OK)
        e = is_unit_above(x, fd, v.kind == VALUE_TEXT ? v.text : text, &is_above, f);
    if (e != OK)
        return e;
    if (fd->type == FT_ARRAY) { /* holds that one item; value_parse made a JSON list of it */
        buf_puts(out, "A_CONTAINS(");
        cql2_quote(out, fd->name, '"');
        buf_puts(out, ", (");
        if (fd->of == FT_INTEGER || fd->of == FT_NUMBER)
            buf_str(out, text);
        else
            cql2_quote(out, text, '\'');
        buf_puts(out, "))");
        return OK;
    }
    const struct province *p = ((struct worker *)x->worker)->store->province;
    cql2_quote(out, fd->name, '"');
    if (is_above) { /* the name and what is reached are one property: unit.parent_code */
        out->n--;
        buf_putc(out, '.');
        buf_str(out, p->units->fields[p->unit_parent].name);
        buf_putc(out, '"');
    }
    buf_puts(out, " = ");
    add_literal(fd, &v, out);
    return OK;
}

/* What stands behind a field's name in a parameter: `area-from=100`. */
static const struct {
    const char *ending;
    enum ask_how how;
} endings[] = {{"-from", ASK_FROM}, {"-to", ASK_TO}, {"-has", ASK_HAS}};

bool ask_takes(const struct field *fd, enum ask_how how)
{
    switch (how) {
    case ASK_EQUALS:
        return fd->type != FT_GEOMETRY && fd->type != FT_INTERVAL;
    case ASK_FROM:
    case ASK_TO:
        return fd->type == FT_INTEGER || fd->type == FT_NUMBER || fd->type == FT_MONEY || fd->type == FT_DATE ||
               fd->type == FT_TIMESTAMP;
    case ASK_HAS:
        return fd->type == FT_STRING || fd->type == FT_TEXT || fd->type == FT_URL;
    }
    return false;
}

/* From a day on, through a day: whoever asks for a day of a moment's field means the whole of it. */
static enum err add_bound(struct exchange *x, const struct field *fd, enum ask_how how, struct str text,
                          struct buf *out, struct fault *f)
{
    struct value v;
    struct date day;
    bool is_day = fd->type == FT_TIMESTAMP && date_parse(text, &day, NULL) == OK;
    const struct province *p = ((struct worker *)x->worker)->store->province;
    cql2_quote(out, fd->name, '"');
    if (is_day) {
        struct buf moment CLEANUP(buf_done) = BUF_INIT(64);
        instant_print(instant_of_date(how == ASK_TO ? date_add_days(day, 1) : day, p->utc_offset_minutes), &moment);
        buf_printf(out, " %s TIMESTAMP(", how == ASK_FROM ? ">=" : "<");
        cql2_quote(out, buf_view(&moment), '\'');
        buf_putc(out, ')');
        return OK;
    }
    enum err e = value_parse(x->arena, fd, text, (struct str){NULL, 0}, &v, f);
    if (e != OK)
        return e;
    buf_puts(out, how == ASK_FROM ? " >= " : " <= ");
    add_literal(fd, &v, out);
    return OK;
}

/* Words within a text, accents and capitals aside. */
static void add_has(const struct field *fd, struct str text, struct buf *out)
{
    struct buf pattern CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_BYTES);
    buf_putc(&pattern, '%');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '%' || text.p[i] == '_' || text.p[i] == '\\')
            buf_putc(&pattern, '\\');
        buf_putc(&pattern, text.p[i]);
    }
    buf_putc(&pattern, '%');
    buf_puts(out, "ACCENTI(CASEI(");
    cql2_quote(out, fd->name, '"');
    buf_puts(out, ")) LIKE ACCENTI(CASEI(");
    cql2_quote(out, buf_view(&pattern), '\'');
    buf_puts(out, "))");
}

static enum err find_parameter(struct exchange *x, const struct reg *reg, struct str name, const struct field **ret_fd,
                               enum ask_how *ret_how, struct fault *f)
{
    enum ask_how how = ASK_EQUALS;
    struct str field = name;
    for (size_t i = 0; i < ARRAY_LEN(endings); i++)
        if (str_ends(name, str_of(endings[i].ending))) {
            how = endings[i].how;
            field.n -= strlen(endings[i].ending);
        }
    const struct field *fd = ask_own_field(field);
    fd = fd ? fd : ask_shown_field(x, reg, field);
    if (!fd || !ask_takes(fd, how)) {
        ask_unknown_field(x, reg, name, name, f);
        return ERR_FIELD_UNKNOWN; /* whoever reads this sees that it is not OK */
    }
    *ret_fd = fd;
    *ret_how = how;
    return OK;
}

enum err ask_parameter(struct exchange *x, const struct reg *reg, struct str name, struct str text, struct buf *out,
                       struct fault *f)
{
    const struct field *fd;
    enum ask_how how;
    enum err e = find_parameter(x, reg, name, &fd, &how, f);
    if (e != OK)
        return e;
    if (how == ASK_HAS)
        add_has(fd, text, out);
    else
        e = how == ASK_EQUALS ? ask_equals(x, fd, text, out, f) : add_bound(x, fd, how, text, out, f);
    if (e != OK && f)
        fault_field(f, name);
    return e;
}

enum err ask_add_fields(struct exchange *x, const struct ask *q, struct buf *all, struct fault *f)
{
    const struct field *fd;
    enum ask_how how;
    enum err e = OK;
    for (size_t i = 0; e == OK && i < x->n_others; i++) {
        struct str text = str_trim(x->others[i].value);
        if ((e = find_parameter(x, q->reg, x->others[i].name, &fd, &how, f)) != OK || text.n == 0)
            continue;
        buf_puts(all, all->n ? " AND " : "");
        e = ask_parameter(x, q->reg, x->others[i].name, text, all, f);
    }
    return e;
}
