/* What stands in a form: from the record, from the request, and to the texts that value_parse reads. */
#include "web/form.h"

#include "base/limits.h"
#include "register/moment.h"
#include "text/date.h"
#include "text/number.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

/* ---- texts as people write them ---- */

static struct str decimal_text(struct form *m, struct str text)
{
    if (m->reading == LANG_EN)
        return text;
    char *s = arena_dup(m->x->arena, text.p, text.n);
    for (size_t i = 0; i < text.n; i++)
        if (s[i] == '.')
            s[i] = ',';
    return str_slice(s, text.n);
}

static struct str date_text(struct form *m, struct str iso)
{
    struct date d;
    if (m->reading == LANG_EN || date_parse(iso, &d, NULL) != OK)
        return iso;
    struct buf b = BUF_INIT(32);
    date_print_vi(d, &b);
    return buf_move(&b, m->x->arena);
}

static int offset_minutes(const struct form *m)
{
    return ((struct worker *)m->x->worker)->store->province->utc_offset_minutes;
}

/* “05/03/2022 08:30” in the province's time. */
static struct str instant_text(struct form *m, struct str rfc3339)
{
    int64_t ms;
    if (instant_parse(rfc3339, &ms, NULL) != OK)
        return rfc3339;
    struct buf iso CLEANUP(buf_done) = BUF_INIT(32);
    date_print(date_of_instant(ms, offset_minutes(m)), &iso);
    int64_t s = ms / 1000 + offset_minutes(m) * 60, day_s = ((s % 86400) + 86400) % 86400;
    struct str day = date_text(m, str_dup(m->x->arena, buf_view(&iso)));
    return str_of(arena_printf(m->x->arena, day_s % 60 ? "%.*s %02d:%02d:%02d" : "%.*s %02d:%02d", STR_ARG(day),
                               (int)(day_s / 3600), (int)(day_s / 60 % 60), (int)(day_s % 60)));
}

struct str form_text_of(struct form *m, const struct field *fd, const struct value *v)
{
    struct buf b = BUF_INIT(LIMIT_RECORD_BYTES);
    value_csv(fd, v, &b);
    struct str text = buf_move(&b, m->x->arena);
    if (v->kind == VALUE_NULL)
        return nothing;
    if (fd->type == FT_DATE)
        return date_text(m, text);
    if (fd->type == FT_TIMESTAMP)
        return instant_text(m, text);
    if (v->kind == VALUE_NUMBER) {
        struct buf n = BUF_INIT(64);
        number_print(v->number, &n);
        return decimal_text(m, buf_move(&n, m->x->arena));
    }
    return text;
}

void form_split_interval(struct form *m, struct form_entry *en)
{
    struct str to, from = str_cut(en->text, '/', &to);
    en->from = str_is(from, "..") ? nothing : date_text(m, from);
    en->to = !to.p || str_is(to, "..") ? nothing : date_text(m, to);
}

/* ---- and back ---- */

static struct str date_cell(struct form *m, struct str text)
{
    struct date d;
    if (date_parse_vi(text, &d, NULL) != OK)
        return text;
    struct buf b = BUF_INIT(32);
    date_print(d, &b);
    return buf_move(&b, m->x->arena);
}

static struct str instant_cell(struct form *m, struct str text)
{
    struct str time, day = str_cut(text, ' ', &time);
    struct date d;
    time = time.p ? str_trim(time) : STR("00:00");
    if (date_parse_vi(day, &d, NULL) != OK || (time.n != 5 && time.n != 8))
        return text;
    struct buf b = BUF_INIT(64);
    date_print(d, &b);
    int offset = offset_minutes(m), size = offset < 0 ? -offset : offset;
    buf_printf(&b, "T%.*s%s%c%02d:%02d", STR_ARG(time), time.n == 5 ? ":00" : "", offset < 0 ? '-' : '+', size / 60,
               size % 60);
    return buf_move(&b, m->x->arena);
}

/* Thousands parted as people do; a text that is no number stays as it is, to be refused under its own words. */
static struct str number_cell(struct form *m, const struct field *fd, struct str text)
{
    double v;
    int64_t whole;
    if (integer_parse(text, &whole, NULL) == OK ||
        number_parse_vi(text, m->reading == LANG_EN ? '.' : ',', &v, NULL) != OK)
        return text;
    if (fd->type != FT_NUMBER && (v != (double)(int64_t)v || v > 9e15 || v < -9e15))
        return text;
    struct buf b = BUF_INIT(64);
    if (fd->type == FT_NUMBER)
        number_print(v, &b);
    else
        buf_printf(&b, "%lld", (long long)v);
    return buf_move(&b, m->x->arena);
}

/* “12.0046, 107.6907”: latitude and longitude, as maps and telephones show a place. */
static struct str geometry_cell(struct form *m, const struct field *fd, struct str text)
{
    struct str east, north = str_trim(str_cut(text, ',', &east));
    double x, y;
    bool is_degrees = fd->crs.n == 0 || str_ends(fd->crs, STR("4326")) || str_ends(fd->crs, STR("CRS84"));
    east = east.p ? str_trim(east) : nothing;
    if (!is_degrees || number_parse(north, &y, NULL) != OK || number_parse(east, &x, NULL) != OK)
        return text;
    return str_of(arena_printf(m->x->arena, "POINT(%.*s %.*s)", STR_ARG(east), STR_ARG(north)));
}

static struct str interval_cell(struct form *m, const struct form_entry *en)
{
    struct str from = str_trim(en->from), to = str_trim(en->to);
    if (from.n == 0 && to.n == 0)
        return nothing;
    from = from.n ? date_cell(m, from) : STR("..");
    to = to.n ? date_cell(m, to) : STR("..");
    return STR_JOIN(m->x->arena, from, STR("/"), to);
}

static struct str cell_of(struct form *m, const struct form_entry *en)
{
    struct str text = str_trim(en->text);
    switch (en->fd->type) {
    case FT_INTERVAL:
        return interval_cell(m, en);
    case FT_DATE:
        return date_cell(m, text);
    case FT_TIMESTAMP:
        return instant_cell(m, text);
    case FT_INTEGER:
    case FT_NUMBER:
    case FT_MONEY:
        return number_cell(m, en->fd, text);
    case FT_GEOMETRY:
        return text.n ? geometry_cell(m, en->fd, text) : text;
    default:
        return text;
    }
}

bool form_is_changed(const struct form_entry *en)
{
    return !str_eq(str_trim(en->text), str_trim(en->base));
}

void form_cells(struct form *m, struct str *cells, bool *is_given)
{
    for (size_t i = 0; i < m->reg->n_fields; i++) {
        struct form_entry *en = &m->entries[i];
        struct buf b = BUF_INIT(LIMIT_RECORD_BYTES);
        is_given[i] = en->is_shown && !en->is_fixed && (!m->old || form_is_changed(en));
        cells[i] = is_given[i] ? cell_of(m, en) : nothing;
        if (en->is_fixed) { /* the key says which record is meant */
            value_csv(en->fd, &m->old->values[i], &b);
            cells[i] = buf_move(&b, m->x->arena);
            is_given[i] = true;
        }
    }
}

struct record form_record(struct form *m)
{
    struct arena *a = m->x->arena;
    size_t n = m->reg->n_fields;
    struct str *cells = ARENA_ARRAY(a, struct str, n);
    bool *is_given = ARENA_ARRAY(a, bool, n);
    struct record r = {.id = m->id, .values = ARENA_ARRAY(a, struct value, n)};
    form_cells(m, cells, is_given);
    for (size_t i = 0; i < n; i++) {
        if (m->old && (!is_given[i] || m->entries[i].is_fixed))
            r.values[i] = m->old->values[i];
        else if (value_parse(a, &m->reg->fields[i], cells[i], nothing, &r.values[i], NULL) != OK)
            r.values[i] = (struct value){.kind = VALUE_NULL};
    }
    r.is_sample = m->old && m->old->is_sample;
    return r;
}

/* ---- the form of one request ---- */

struct str form_named(struct form *m, const struct form_entry *en, const char *ending)
{
    return str_of(arena_printf(m->x->arena, "f.%.*s%s", STR_ARG(en->fd->name), ending));
}

struct form_entry *form_entry_named(struct form *m, struct str field)
{
    int n = reg_field_number(m->reg, field);
    return n == NO_FIELD || !m->entries[n].is_shown ? NULL : &m->entries[n];
}

static bool is_key(const struct reg *reg, size_t field)
{
    for (size_t i = 0; i < reg->n_key; i++)
        if (reg->key[i] == (int)field)
            return true;
    return false;
}

static enum verb verb_of(const struct exchange *x)
{
    struct str path = str_of(x->route->path);
    return str_ends(path, STR("/new"))                 ? VERB_CREATE
           : str_ends(path, STR("/remove"))            ? VERB_DELETE
           : strstr(x->route->path, "/import") != NULL ? VERB_IMPORT
                                                       : VERB_UPDATE;
}

enum err form_begin(struct exchange *x, struct form *ret_form, struct fault *f)
{
    struct moment at;
    struct form m = {.x = x, .reading = x->lang};
    enum err e = ask_register(x, input_named(x, "register")->text, &m.reg, f);
    if (e == OK)
        e = moment_read(x->arena, ((struct worker *)x->worker)->store, &at, f);
    if (e != OK)
        return e;
    enum verb verb = verb_of(x);
    e = site_may_do(x, verb, m.reg, f);
    if (e == ERR_RIGHT_DENIED && strstr(x->route->path, "/choices/"))
        e = site_may_do(x, verb = VERB_CREATE, m.reg, f);
    if (e != OK)
        return e;
    m.today = at.day;
    m.entries = ARENA_ARRAY(x->arena, struct form_entry, m.reg->n_fields);
    for (size_t i = 0; i < m.reg->n_fields; i++)
        m.entries[i] = (struct form_entry){
            .fd = &m.reg->fields[i],
            .number = (int)i,
            .is_shown = !m.reg->fields[i].is_by_workflow && site_shows_field(x, &m.reg->fields[i]) &&
                        (x->is_operator || verb == VERB_DELETE || site_writes_field(x, verb, &m.reg->fields[i]))};
    m.day = m.today;
    *ret_form = m;
    return OK;
}

/* The day on which what it refers to is judged, by the dates that are typed so far. */
static void find_day(struct form *m)
{
    char storage[11];
    struct record r = form_record(m);
    struct date d;
    struct str day = record_as_of(m->reg, r.values, m->today, storage);
    m->day = date_parse(day, &d, NULL) == OK ? str_dup(m->x->arena, day) : m->today;
}

enum err form_take_record(struct form *m, const struct record *r, int64_t rev, struct fault *f)
{
    (void)f;
    m->old = r;
    m->id = r->id;
    m->rev = rev;
    for (size_t i = 0; i < m->reg->n_fields; i++) {
        struct form_entry *en = &m->entries[i];
        en->is_fixed = is_key(m->reg, i);
        en->is_shown = en->is_shown && r->values[i].kind != VALUE_MASKED;
        if (!en->is_shown)
            continue;
        en->text = en->base = form_text_of(m, en->fd, &r->values[i]);
        if (en->fd->type == FT_INTERVAL)
            form_split_interval(m, en);
    }
    find_day(m);
    return OK;
}

static enum err unknown(const struct form *m, struct str name, struct fault *f)
{
    struct str *names = ARENA_ARRAY(m->x->arena, struct str, m->reg->n_fields);
    struct buf valid CLEANUP(buf_done) = BUF_INIT(4096);
    size_t n = 0;
    for (size_t i = 0; i < m->reg->n_fields; i++)
        if (m->entries[i].is_shown && !m->entries[i].is_fixed) {
            names[n++] = STR_JOIN(m->x->arena, STR("f."), m->reg->fields[i].name);
            buf_printf(&valid, "%s%.*s", n > 1 ? ", " : "", STR_ARG(names[n - 1]));
        }
    return FAULT(f, ERR_INPUT_UNKNOWN, {"name", name}, {"nearest", yaml_nearest(name, names, n)},
                 {"valid", buf_view(&valid)});
}

/* Boxes of an array come one by one; lines of its area, together. */
static void add_item(struct form *m, struct form_entry *en, struct str value)
{
    struct buf b = BUF_INIT(LIMIT_RECORD_BYTES);
    buf_str(&b, en->text);
    for (struct str rest = value; rest.p;) {
        struct str item = str_trim(str_cut(rest, '\n', &rest));
        if (item.n == 0)
            continue;
        buf_puts(&b, b.n ? "|" : "");
        array_item_write(item, &b);
    }
    en->text = buf_move(&b, m->x->arena);
}

static enum err take_pair(struct form *m, struct name_value pair, bool *is_seen, struct fault *f)
{
    struct str rest, ending, prefix = str_cut(pair.name, '.', &rest), name = str_cut(rest, '.', &ending);
    int n = rest.p && str_is(prefix, "f") ? reg_field_number(m->reg, name) : NO_FIELD;
    if (n == NO_FIELD || !m->entries[n].is_shown || m->entries[n].is_fixed)
        return unknown(m, pair.name, f);
    struct form_entry *en = &m->entries[n];
    bool is_interval = en->fd->type == FT_INTERVAL, is_array = en->fd->type == FT_ARRAY;
    struct str *to = NULL;
    if (!ending.p && is_array)
        add_item(m, en, pair.value);
    else if (!ending.p && !is_interval && !is_seen[n])
        to = &en->text;
    else if (str_is(ending, "find") && en->fd->target)
        to = &en->find;
    else if (is_interval && (str_is(ending, "from") || str_is(ending, "to")))
        to = str_is(ending, "to") ? &en->to : &en->from;
    else
        return ending.p ? unknown(m, pair.name, f) : FAULT(f, ERR_INPUT_TWICE, {"name", pair.name});
    is_seen[n] |= !ending.p;
    if (to)
        *to = pair.value;
    return OK;
}

/* "c.FIELD": what the page of a conflict asks (form_conflict.c). */
static bool is_choice(const struct form *m, struct str name)
{
    struct str field, prefix = str_cut(name, '.', &field);
    return m->old && field.p && str_is(prefix, "c") && reg_field(m->reg, field);
}

enum err form_take_typed(struct form *m, struct fault *f)
{
    struct exchange *x = m->x;
    bool *is_seen = ARENA_ARRAY(x->arena, bool, m->reg->n_fields);
    enum err e = OK;
    for (size_t i = 0; i < m->reg->n_fields; i++) {
        struct form_entry *en = &m->entries[i];
        if (m->reading != x->lang && m->old && en->is_shown && !en->is_fixed)
            en->base = form_text_of(m, en->fd, &m->old->values[i]);
        if (en->is_shown && !en->is_fixed)
            en->text = en->from = en->to = nothing; /* a box that is not ticked does not come */
    }
    for (size_t i = 0; e == OK && i < x->n_form; i++)
        if (!is_choice(m, x->form[i].name))
            e = take_pair(m, x->form[i], is_seen, f);
    for (size_t i = 0; e == OK && i < m->reg->n_fields; i++)
        if (m->entries[i].is_shown && m->reg->fields[i].type == FT_INTERVAL && !m->entries[i].is_fixed)
            m->entries[i].text = interval_cell(m, &m->entries[i]);
    if (e == OK)
        find_day(m);
    return e;
}

enum err form_take_request(struct form *m, struct fault *f)
{
    struct exchange *x = m->x;
    struct str reading = input_named(x, "reading")->text, find = input_named(x, "find")->text;
    if (reading.n)
        m->reading = str_is(reading, "en") ? LANG_EN : LANG_VI;
    enum err e = form_take_typed(m, f);
    struct form_entry *en = find.n ? form_entry_named(m, find) : NULL;
    if (e == OK && find.n && (!en || !en->fd->target))
        return unknown(m, find, f);
    if (en)
        en->is_finding = true;
    m->reason = str_trim(input_named(x, "reason")->text);
    m->is_other = input_named(x, "other")->integer != 0;
    return e;
}
