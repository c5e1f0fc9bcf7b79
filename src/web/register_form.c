#include "web/register_form.h"

#include "base/limits.h"
#include "text/vn.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/show.h"
#include "web/templates.h"
#include "web/units.h"

#include "base/banned.h"

enum { FIRST_FIELDS = 5, MOST_OPTIONS = 400 };

static const struct str nothing = {NULL, 0};

struct form {
    struct exchange *x;
    const struct reg *reg;
    struct names names;
    struct units units;
    VEC(struct tpl_form_field) first, more;
    bool is_more_asked;
};

typedef VEC(struct tpl_form_field_groups) groups_vec;
typedef VEC(struct tpl_form_field_groups_options) options_vec;

/* ---- what is asked ---- */

static struct str asked(const struct exchange *x, struct str name)
{
    for (size_t i = 0; i < x->n_others; i++)
        if (str_eq(x->others[i].name, name))
            return str_trim(x->others[i].value);
    return nothing;
}

static bool is_input(const struct exchange *x, struct str name)
{
    for (const struct input *in = x->route->inputs; in && in->name; in++)
        if (str_is(name, in->name))
            return true;
    return str_is(name, "at") || str_is(name, "f") || str_is(name, "lang");
}

struct str query_tidy(struct exchange *x, struct str query, const char *const *drop)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_HTTP_TARGET_BYTES);
    for (struct str rest = query.n ? query : nothing; rest.p;) {
        struct str value, pair = str_cut(rest, '&', &rest), name = str_cut(pair, '=', &value);
        bool is_kept = name.n && value.p && value.n;
        for (const char *const *d = drop; is_kept && d && *d; d++)
            is_kept = !str_is(name, *d);
        if (!is_kept)
            continue;
        buf_puts(&b, b.n ? "&" : "");
        buf_str(&b, pair);
    }
    return str_dup(x->arena, buf_view(&b));
}

/* ---- lists to choose from ---- */

static void add_option(struct form *m, options_vec *options, struct str value, struct str title, struct str chosen)
{
    VEC_PUSH(m->x->arena, options, ((struct tpl_form_field_groups_options){value, title, str_eq(value, chosen)}));
}

static void add_group(struct form *m, groups_vec *groups, struct str title, const options_vec *options)
{
    if (options->n)
        VEC_PUSH(m->x->arena, groups, ((struct tpl_form_field_groups){title, options->p, options->n}));
}

struct used {
    struct str value, day; /* the newest day on which it stands for something */
};

/* Values that the field holds at the moment; *ret_n is 0 when there are more than a list should have. */
static enum err values_used(struct form *m, const struct field *fd, struct used **ret, size_t *ret_n, struct fault *f)
{
    struct exchange *x = m->x;
    struct worker *w = x->worker;
    VEC(struct used) all = {0};
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    struct filter_sql seen;
    enum err e = query_sight_sql(x->arena, w->store, m->reg, 1U << fd->privacy, &seen, f);
    if (e != OK)
        return e;
    const char *sql = arena_printf(
        x->arena, "SELECT t.%s, max(%s) FROM %s t WHERE %s AND (%.*s) AND t.%s IS NOT NULL GROUP BY 1 LIMIT %d",
        fd->column, record_as_of_sql(x->arena, m->reg, "t", w->store->province->utc_offset_minutes), m->reg->table,
        store_visible_sql(x->arena, w->store, m->reg, "t"), STR_ARG(seen.where), fd->column, MOST_OPTIONS + 1);
    bool has_row = false;
    e = stmt_new(w->store->db, str_of(sql), &st, f);
    if (e == OK)
        filter_bind(st, &seen.params, 1);
    while (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row) {
        struct str value = stmt_column_text(st, 0), day = stmt_column_text(st, 1);
        struct used u = {str_dup(x->arena, value), m->units.today};
        if (day.n)
            u.day = str_dup(x->arena, day);
        VEC_PUSH(x->arena, &all, u);
    }
    *ret = all.p;
    *ret_n = all.n > MOST_OPTIONS ? 0 : all.n;
    return e;
}

/* Units by what they belong to; a whole district may be chosen where the field names communes. */
static enum err unit_options(struct form *m, const struct field *fd, struct str chosen, groups_vec *groups,
                             struct fault *f)
{
    struct exchange *x = m->x;
    struct used *used = NULL;
    size_t n = 0;
    VEC(struct str) parents = {0};
    enum err e = values_used(m, fd, &used, &n, f);
    struct str *parent_of = ARENA_ARRAY(x->arena, struct str, n + 1),
               *name_of = ARENA_ARRAY(x->arena, struct str, n + 1);
    for (size_t i = 0; e == OK && i < n; i++) {
        const struct unit *u = units_near(&m->units, used[i].value, used[i].day);
        name_of[i] = u ? u->name : used[i].value;
        parent_of[i] = u ? u->parent : nothing;
        size_t k = 0;
        while (k < parents.n && !str_eq(parents.p[k], parent_of[i]))
            k++;
        if (k == parents.n)
            VEC_PUSH(x->arena, &parents, parent_of[i]);
    }
    for (size_t k = 0; e == OK && k < parents.n; k++) {
        options_vec options = {0};
        const struct unit *parent = parents.p[k].n ? units_near(&m->units, parents.p[k], used[0].day) : NULL;
        if (parent && parent->level > 1 && fd->levels && !(fd->levels & (1u << parent->level))) {
            struct buf whole CLEANUP(buf_done) = BUF_INIT(1024);
            message_fill(&whole, M_filter_whole, x->lang, parent->name);
            add_option(m, &options, parent->code, str_dup(x->arena, buf_view(&whole)), chosen);
        }
        for (size_t i = 0; i < n; i++)
            if (str_eq(parent_of[i], parents.p[k]))
                add_option(m, &options, used[i].value, name_of[i], chosen);
        add_group(m, groups, parent ? parent->name : nothing, &options);
    }
    return e;
}

static int by_title(const void *a, const void *b)
{
    return text_compare(((const struct tpl_form_field_groups_options *)a)->title,
                        ((const struct tpl_form_field_groups_options *)b)->title);
}

/* Whether there may be more to refer to than a list should have: then what the records hold need not be gathered, which reads all of them. */
static enum err has_many(struct form *m, const struct reg *target, bool *ret_has, struct fault *f)
{
    struct exchange *x = m->x;
    struct worker *w = x->worker;
    int64_t n = 0;
    const char *sql = arena_printf(x->arena, "SELECT count(*) FROM (SELECT 1 FROM %s t WHERE %s LIMIT %d)",
                                   target->table, store_visible_sql(x->arena, w->store, target, "t"), MOST_OPTIONS + 1);
    enum err e = db_value_int(w->store->db, str_of(sql), DB_NO_VALUES, &n, f);
    *ret_has = n > MOST_OPTIONS;
    return e;
}

static enum err reference_options(struct form *m, const struct field *fd, struct str chosen, groups_vec *groups,
                                  struct fault *f)
{
    struct used *used = NULL;
    size_t n = 0;
    options_vec options = {0};
    bool is_long = false;
    enum err e = fd->target ? has_many(m, fd->target, &is_long, f) : OK;
    if (e == OK && !is_long)
        e = values_used(m, fd, &used, &n, f);
    for (size_t i = 0; e == OK && i < n; i++) {
        struct shown s;
        if ((e = show_reference(m->x, &m->names, fd, used[i].value, used[i].day, &s, f)) == OK)
            add_option(m, &options, used[i].value, s.text, chosen);
    }
    if (options.n)
        qsort(options.p, options.n, sizeof *options.p, by_title);
    add_group(m, groups, nothing, &options);
    return e;
}

static void code_options(struct form *m, const struct field *fd, struct str chosen, groups_vec *groups)
{
    options_vec options = {0};
    for (size_t i = 0; i < fd->codes->n; i++)
        add_option(m, &options, fd->codes->p[i].code, text2_in(&fd->codes->p[i].title, m->x->lang), chosen);
    add_group(m, groups, nothing, &options);
}

static void boolean_options(struct form *m, struct str chosen, groups_vec *groups)
{
    options_vec options = {0};
    add_option(m, &options, STR("true"), message(M_yes, m->x->lang), chosen);
    add_option(m, &options, STR("false"), message(M_no, m->x->lang), chosen);
    add_group(m, groups, nothing, &options);
}

/* ---- fields ---- */

static struct str named(struct form *m, const struct field *fd, const char *ending)
{
    return str_of(arena_printf(m->x->arena, "%.*s%s", STR_ARG(fd->name), ending));
}

static void add_range(struct form *m, const struct field *fd, struct tpl_form_field *t)
{
    bool is_number = fd->type != FT_DATE && fd->type != FT_TIMESTAMP;
    t->kind = STR("range");
    t->input = is_number ? STR("number") : STR("date");
    t->from_name = named(m, fd, "-from");
    t->to_name = named(m, fd, "-to");
    t->from = asked(m->x, t->from_name);
    t->to = asked(m->x, t->to_name);
}

static void add_words(struct form *m, const struct field *fd, struct tpl_form_field *t)
{
    t->title = message_with(m->x->arena, M_filter_has, m->x->lang, t->title);
    t->name = named(m, fd, "-has");
    t->value = asked(m->x, t->name);
}

/* Lists come first; what is long or seldom asked folds away. */
static enum err add_field(struct form *m, const struct field *fd, struct fault *f)
{
    struct str id = named(m, fd, ""), chosen = asked(m->x, fd->name);
    groups_vec groups = {0};
    enum err e = OK;
    struct tpl_form_field t = {.id = str_of(arena_printf(m->x->arena, "f-%.*s", STR_ARG(id))),
                               .title = text2_in(&fd->title, m->x->lang),
                               .name = fd->name,
                               .kind = STR("text"),
                               .input = STR("text"),
                               .value = chosen};
    if (fd->type == FT_UNIT && m->units.n)
        e = unit_options(m, fd, chosen, &groups, f);
    else if (fd->type == FT_UNIT || fd->type == FT_REFERENCE)
        e = reference_options(m, fd, chosen, &groups, f);
    else if (fd->codes)
        code_options(m, fd, chosen, &groups);
    else if (fd->type == FT_BOOLEAN)
        boolean_options(m, chosen, &groups);
    else if (ask_takes(fd, ASK_FROM))
        add_range(m, fd, &t);
    else if (ask_takes(fd, ASK_HAS))
        add_words(m, fd, &t);
    if (e != OK)
        return e;
    if (groups.n == 0 && (fd->type == FT_UNIT || fd->type == FT_REFERENCE))
        t.title = message_with(m->x->arena, M_filter_code, m->x->lang, t.title);
    if (groups.n) {
        t.kind = STR("select");
        t.groups = groups.p;
        t.n_groups = groups.n;
    }
    if (groups.n && m->first.n < FIRST_FIELDS)
        VEC_PUSH(m->x->arena, &m->first, t);
    else
        VEC_PUSH(m->x->arena, &m->more, t);
    m->is_more_asked |= !(groups.n && m->first.n < FIRST_FIELDS) && (t.value.n || t.from.n || t.to.n);
    return OK;
}

static void add_day(struct form *m)
{
    if (m->reg->valid_from == NO_FIELD)
        return;
    struct tpl_form_field t = {.id = STR("f-datetime"),
                               .title = message(M_filter_valid_on, m->x->lang),
                               .name = STR("datetime"),
                               .kind = STR("text"),
                               .input = STR("date"),
                               .value = input_named(m->x, "datetime")->text};
    VEC_PUSH(m->x->arena, &m->first, t);
}

static size_t add_hidden(struct form *m, struct tpl_register_form_hidden *hidden)
{
    static const char *const names[] = {"sortby", "properties"};
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (input_named(m->x, names[i])->text.n)
            hidden[n++] = (struct tpl_register_form_hidden){str_of(names[i]), input_named(m->x, names[i])->text};
    if (m->x->at.n)
        hidden[n++] = (struct tpl_register_form_hidden){STR("at"), m->x->at};
    return n;
}

enum err register_form(struct exchange *x, const struct reg *reg, struct buf *out, struct fault *f)
{
    struct form m = {.x = x, .reg = reg};
    struct tpl_register_form_hidden hidden[4];
    enum err e = units_read(x, &m.units, f);
    add_day(&m);
    for (size_t i = 0; e == OK && i < reg->n_fields; i++) {
        const struct field *fd = &reg->fields[i];
        if (site_shows_field(x, fd) && ask_takes(fd, ASK_EQUALS) && !is_input(x, fd->name) &&
            (int)i != reg->valid_from && (int)i != reg->valid_to)
            e = add_field(&m, fd, f);
    }
    if (e != OK)
        return e;
    struct str filter = input_named(x, "filter")->text;
    tpl_register_form(out,
                      &(struct tpl_register_form){.action = part_href(x, "/registers/", reg->name),
                                                  .has_words = site_searches(x, reg),
                                                  .words = input_named(x, "q")->text,
                                                  .first = m.first.p,
                                                  .n_first = m.first.n,
                                                  .more = m.more.p,
                                                  .n_more = m.more.n,
                                                  .is_more_open = m.is_more_asked || filter.n,
                                                  .filter = filter,
                                                  .hidden = hidden,
                                                  .n_hidden = add_hidden(&m, hidden)},
                      x->lang);
    return OK;
}

/* ---- what is chosen ---- */

static struct str title_of(struct exchange *x, const struct reg *reg, struct str name)
{
    struct str rest, field = str_cut(name, '-', &rest);
    const struct field *fd = reg_field(reg, field);
    return fd && site_shows_field(x, fd) ? text2_in(&fd->title, x->lang) : name;
}

size_t register_chosen(struct exchange *x, const struct reg *reg, struct chosen **ret_chosen)
{
    static const struct {
        const char *input;
        enum message title;
    } others[] = {
        {"q", M_filter_search}, {"filter", M_filter_cql2}, {"bbox", M_filter_box}, {"datetime", M_filter_day}};
    VEC(struct chosen) all = {0};
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        struct str text = str_trim(input_named(x, others[i].input)->text);
        if (text.n)
            VEC_PUSH(
                x->arena, &all,
                ((struct chosen){message(others[i].title, x->lang), text, exchange_link(x, others[i].input, nothing)}));
    }
    for (size_t i = 0; i < x->n_others; i++) {
        struct buf cql2 CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_BYTES);
        struct str name = x->others[i].name, text = str_trim(x->others[i].value);
        if (text.n == 0 || ask_parameter(x, reg, name, text, &cql2, NULL) != OK)
            continue;
        struct cql2 *tree;
        struct buf tidy CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_BYTES);
        if (cql2_parse_text(x->arena, buf_view(&cql2), &tree, NULL) == OK)
            cql2_print_text(tree, &tidy);
        char *parameter = arena_dup(x->arena, name.p, name.n);
        VEC_PUSH(x->arena, &all,
                 ((struct chosen){title_of(x, reg, name), str_dup(x->arena, buf_view(&tidy)),
                                  exchange_link(x, parameter, nothing)}));
    }
    *ret_chosen = all.p;
    return all.n;
}
