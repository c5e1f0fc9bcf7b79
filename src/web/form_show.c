/* The form as HTML: one box a field, by its type. */
#include "web/form.h"

#include "base/limits.h"
#include "text/date.h"
#include "web/form_page.h"
#include "web/message.h"
#include "web/parts.h"

#include "base/banned.h"

enum { MOST_RADIOS = 6 };

static const struct str nothing = {NULL, 0};

typedef VEC(struct tpl_form_input_groups_options) options_vec;

struct showing {
    struct form *m;
    struct form_entry *en;
    struct tpl_form_input t;
    options_vec options;
};

static void add_option(struct showing *s, struct str value, struct str title, struct str note, bool is_on)
{
    struct exchange *x = s->m->x;
    size_t n = s->options.n;
    struct str id = n ? str_of(arena_printf(x->arena, "%.*s-%zu", STR_ARG(s->t.id), n + 1)) : s->t.id;
    if (s->t.groups == NULL && str_is(s->t.kind, "picker")) /* the box to type in bears the id itself */
        id = str_of(arena_printf(x->arena, "%.*s-%zu", STR_ARG(s->t.id), n + 1));
    VEC_PUSH(x->arena, &s->options, ((struct tpl_form_input_groups_options){id, value, title, note, is_on}));
}

static void end_options(struct showing *s)
{
    struct tpl_form_input_groups *g = ARENA_NEW(s->m->x->arena, struct tpl_form_input_groups);
    *g = (struct tpl_form_input_groups){s->options.p, s->options.n};
    s->t.groups = g;
    s->t.n_groups = s->options.n ? 1 : 0;
}

/* ---- by type ---- */

static bool is_valid_on(const struct code *c, struct str day)
{
    return (c->from.n == 0 || str_cmp(c->from, day) <= 0) && (c->to.n == 0 || str_cmp(day, c->to) < 0);
}

static bool holds_item(struct form *m, struct str list, struct str item)
{
    for (struct str rest = list; rest.p && rest.n;)
        if (str_eq(array_item_cut(m->x->arena, &rest), item))
            return true;
    return false;
}

/* Codes that hold on the day, and what is chosen already whether it holds or not. */
static void show_codes(struct showing *s)
{
    struct form *m = s->m;
    const struct field *fd = s->en->fd;
    bool is_array = fd->type == FT_ARRAY, is_known = s->en->text.n == 0;
    s->t.kind = is_array ? STR("checks") : fd->codes->n <= MOST_RADIOS ? STR("radios") : STR("select");
    for (size_t i = 0; i < fd->codes->n; i++) {
        const struct code *c = &fd->codes->p[i];
        bool is_on = is_array ? holds_item(m, s->en->text, c->code) : str_eq(s->en->text, c->code);
        is_known |= is_on;
        if (is_on || is_valid_on(c, m->day))
            add_option(s, c->code, text2_in(&c->title, m->x->lang), nothing, is_on);
    }
    if (!is_known && !is_array) /* not lost, though it is wrong */
        add_option(s, s->en->text, s->en->text, nothing, true);
    if (str_is(s->t.kind, "radios") && !fd->is_required)
        add_option(s, STR(""), message(M_form_unknown, m->x->lang), nothing, s->en->text.n == 0);
    end_options(s);
}

static void show_boolean(struct showing *s)
{
    enum lang lang = s->m->x->lang;
    s->t.kind = STR("radios");
    add_option(s, STR("true"), message(M_yes, lang), nothing, str_is(s->en->text, "true"));
    add_option(s, STR("false"), message(M_no, lang), nothing, str_is(s->en->text, "false"));
    if (!s->en->fd->is_required)
        add_option(s, STR(""), message(M_form_unknown, lang), nothing, s->en->text.n == 0);
    end_options(s);
}

static int day_field(const struct reg *reg)
{
    return reg->as_of != NO_FIELD ? reg->as_of : reg->valid_from;
}

static struct str day_hint(struct form *m, enum message key)
{
    return message_with(m->x->arena, key, m->x->lang, part_date(m->x, m->day));
}

static enum err show_target(struct showing *s, struct fault *f)
{
    struct form *m = s->m;
    struct form_entry *en = s->en;
    struct exchange *x = m->x;
    bool is_seen = en->text.n == 0;
    enum err e = OK;
    s->t.kind = en->is_picker ? STR("picker") : STR("select");
    for (size_t i = 0; i < en->n_found; i++)
        is_seen |= str_eq(en->found[i].value, en->text);
    if (!is_seen) { /* what is chosen already */
        struct shown v;
        e = show_reference(x, &m->names, en->fd, en->text, m->day, &v, f);
        if (e == OK)
            add_option(s, en->text, v.text, str_eq(v.text, en->text) ? nothing : en->text, true);
    }
    for (size_t i = 0; i < en->n_found; i++)
        add_option(s, en->found[i].value, en->found[i].title, en->found[i].note, str_eq(en->found[i].value, en->text));
    if (en->is_picker && !en->fd->is_required && s->options.n)
        add_option(s, STR(""), message(M_form_none, x->lang), nothing, en->text.n == 0);
    end_options(s);
    s->t.field = en->fd->name;
    s->t.find = en->find;
    s->t.find_name = form_named(m, en, ".find");
    s->t.has_more = en->has_more;
    struct str path = part_href(x, "/registers/", m->reg->name), field = part_href(x, "/choices/", en->fd->name);
    s->t.choices_href = STR_JOIN(x->arena, path, field);
    int day = day_field(m->reg);
    if (day != NO_FIELD && m->entries[day].is_shown)
        s->t.day_name = form_named(m, &m->entries[day], "");
    return e;
}

static struct str lines_of(struct form *m, struct str list)
{
    struct buf b = BUF_INIT(LIMIT_RECORD_BYTES);
    for (struct str rest = list; rest.p && rest.n;) {
        buf_puts(&b, b.n ? "\n" : "");
        buf_str(&b, array_item_cut(m->x->arena, &rest));
    }
    return buf_move(&b, m->x->arena);
}

/* “^TCN[0-9]{3}$” as somebody would write it: TCN000. Empty for what is more than letters and digits in a row. */
static struct str pattern_example(struct form *m, struct str pattern)
{
    struct buf b = BUF_INIT(256);
    for (size_t i = 0; i < pattern.n; i++) {
        struct str rest = str_slice(pattern.p + i, pattern.n - i);
        char c = pattern.p[i], last = b.n ? b.p[b.n - 1] : '0';
        if ((c == '^' && i == 0) || (c == '$' && i + 1 == pattern.n))
            continue;
        if (str_starts(rest, STR("[0-9]")) || str_starts(rest, STR("[A-Z]"))) {
            buf_putc(&b, rest.p[1] == '0' ? '0' : 'A');
            i += 4;
        } else if (c == '{' && rest.n > 2 && rest.p[2] == '}' && rest.p[1] > '0' && rest.p[1] <= '9') {
            for (int n = rest.p[1] - '1'; n > 0; n--)
                buf_putc(&b, last);
            i += 2;
        } else if (strchr("\\[](){}*+?|.", c)) {
            buf_done(&b);
            return nothing;
        } else {
            buf_putc(&b, c);
        }
    }
    return buf_move(&b, m->x->arena);
}

static struct str hint_of(struct showing *s)
{
    struct form *m = s->m;
    const struct field *fd = s->en->fd;
    enum lang lang = m->x->lang;
    struct str own = text2_in(&fd->description, lang), how = nothing;
    if (fd->type == FT_DATE || fd->type == FT_INTERVAL)
        how = message(M_form_hint_date, m->reading);
    else if (fd->type == FT_TIMESTAMP)
        how = message(M_form_hint_time, m->reading);
    else if (fd->type == FT_GEOMETRY)
        how = message(M_form_hint_geometry, lang);
    else if (fd->type == FT_PERSONAL_ID)
        how = message(M_form_hint_personal_id, lang);
    else if (fd->type == FT_ARRAY && !fd->codes)
        how = message(M_form_hint_list, lang);
    else if (s->en->is_picker)
        how = day_hint(m, M_form_find_hint);
    else if (fd->target && fd->target->valid_from != NO_FIELD)
        how = day_hint(m, M_form_pick_hint);
    else if (pattern_example(m, fd->pattern).n)
        how = message_with(m->x->arena, M_form_hint_pattern, lang, pattern_example(m, fd->pattern));
    if (own.n == 0 || how.n == 0)
        return own.n ? own : how;
    return STR_JOIN(m->x->arena, own, STR(" "), how);
}

static enum err show_fixed(struct showing *s, struct fault *f)
{
    struct shown v;
    enum err e = show_value(s->m->x, &s->m->names, s->m->reg, s->m->old, s->en->number, &v, f);
    s->t.kind = STR("fixed");
    s->t.value = v.text;
    return e;
}

static enum err show_by_type(struct showing *s, struct fault *f)
{
    struct form *m = s->m;
    const struct field *fd = s->en->fd;
    if (s->en->is_fixed)
        return show_fixed(s, f);
    if (fd->target && (s->en->is_picker || s->en->n_found))
        return show_target(s, f);
    if (fd->codes) {
        show_codes(s);
    } else if (fd->type == FT_BOOLEAN) {
        show_boolean(s);
    } else if (fd->type == FT_ARRAY) {
        s->t.kind = STR("area");
        s->t.value = lines_of(m, s->en->text);
    } else if (fd->type == FT_TEXT || fd->type == FT_GEOMETRY) {
        s->t.kind = STR("area");
    } else if (fd->type == FT_INTERVAL) {
        s->t.kind = STR("interval");
        s->t.from_name = form_named(m, s->en, ".from");
        s->t.to_name = form_named(m, s->en, ".to");
        s->t.from = s->en->from;
        s->t.to = s->en->to;
    }
    return OK;
}

static struct str input_mode(const struct field *fd)
{
    switch (fd->type) {
    case FT_INTEGER:
    case FT_MONEY:
    case FT_PERSONAL_ID:
        return STR("numeric");
    case FT_NUMBER:
        return STR("decimal");
    case FT_PHONE:
        return STR("tel");
    case FT_URL:
        return STR("url");
    default:
        return nothing;
    }
}

static enum err show_one(struct form *m, struct form_entry *en, struct tpl_form_input *ret, struct fault *f)
{
    struct exchange *x = m->x;
    struct showing s = {.m = m, .en = en};
    s.t = (struct tpl_form_input){
        .id = str_of(arena_printf(x->arena, "f-%.*s", STR_ARG(en->fd->name))),
        .title = text2_in(&en->fd->title, x->lang),
        .name = form_named(m, en, ""),
        .kind = STR("line"),
        .value = en->text,
        .input_mode = input_mode(en->fd),
        .is_required = en->fd->is_required,
        .problem = en->problem,
        .measure = text2_in(&en->fd->measure, x->lang),
    };
    enum err e = show_by_type(&s, f);
    s.t.hint = hint_of(&s);
    const char *hint = s.t.hint.n ? "-hint" : NULL, *problem = s.t.problem.n ? "-problem" : NULL;
    if (hint && problem)
        s.t.described = str_of(arena_printf(x->arena, "%.*s-hint %.*s-problem", STR_ARG(s.t.id), STR_ARG(s.t.id)));
    else if (hint || problem)
        s.t.described = str_of(arena_printf(x->arena, "%.*s%s", STR_ARG(s.t.id), hint ? hint : problem));
    *ret = s.t;
    return e;
}

enum err form_input_of(struct form *m, struct form_entry *en, struct tpl_form_input **ret, struct fault *f)
{
    *ret = ARENA_NEW(m->x->arena, struct tpl_form_input);
    return show_one(m, en, *ret, f);
}

/* In the declared order, but that the day comes before what is judged by it. */
enum err form_inputs(struct form *m, struct tpl_form_input **ret, size_t *ret_n, struct fault *f)
{
    struct tpl_form_input *all = ARENA_ARRAY(m->x->arena, struct tpl_form_input, m->reg->n_fields + 1);
    size_t n = 0;
    enum err e = OK;
    bool is_day_shown = false;
    for (size_t i = 0; e == OK && i < m->reg->n_fields; i++) {
        const struct form_entry *en = &m->entries[i];
        int day = day_field(m->reg);
        if (!is_day_shown && day != NO_FIELD && en->fd->target && en->fd->target->valid_from != NO_FIELD) {
            is_day_shown = true;
            if (m->entries[day].is_shown && day > (int)i)
                e = show_one(m, &m->entries[day], &all[n++], f);
        }
        if (e == OK && en->is_shown && !((int)i == day && is_day_shown))
            e = show_one(m, &m->entries[i], &all[n++], f);
        is_day_shown |= (int)i == day;
    }
    *ret = all;
    *ret_n = n;
    return e;
}

struct tpl_form_problems form_problems(struct form *m)
{
    struct exchange *x = m->x;
    VEC(struct tpl_form_problems_problems) all = {0};
    for (size_t i = 0; i < m->reg->n_fields; i++) {
        const struct form_entry *en = &m->entries[i];
        if (en->problem.n)
            VEC_PUSH(
                x->arena, &all,
                ((struct tpl_form_problems_problems){str_of(arena_printf(x->arena, "f-%.*s", STR_ARG(en->fd->name))),
                                                     text2_in(&en->fd->title, x->lang), en->problem}));
    }
    for (size_t i = 0; i < m->general.n; i++)
        VEC_PUSH(x->arena, &all, ((struct tpl_form_problems_problems){nothing, nothing, m->general.p[i].text}));
    return (struct tpl_form_problems){all.p, all.n};
}

enum err form_changes(struct form *m, const struct record *before, const struct record *after,
                      struct tpl_change_row **ret, size_t *ret_n, struct fault *f)
{
    struct exchange *x = m->x;
    VEC(struct tpl_change_row) rows = {0};
    for (size_t i = 0; i < m->reg->n_fields; i++) {
        const struct field *fd = &m->reg->fields[i];
        struct shown was, is;
        if (!m->entries[i].is_shown || value_equal(&before->values[i], &after->values[i]))
            continue;
        enum err e = show_value(x, &m->names, m->reg, before, (int)i, &was, f);
        if (e == OK)
            e = show_value(x, &m->names, m->reg, after, (int)i, &is, f);
        if (e != OK)
            return e;
        if (fd->type == FT_GEOMETRY) {
            was.text = form_text_of(m, fd, &before->values[i]);
            is.text = form_text_of(m, fd, &after->values[i]);
        }
        VEC_PUSH(x->arena, &rows, ((struct tpl_change_row){text2_in(&fd->title, x->lang), was.text, is.text}));
    }
    *ret = rows.p;
    *ret_n = rows.n;
    return OK;
}

enum err form_facts(struct form *m, const struct record *r, struct buf *out, struct fault *f)
{
    struct exchange *x = m->x;
    struct fact *facts = ARENA_ARRAY(x->arena, struct fact, m->reg->n_fields + 1);
    size_t n = 0;
    for (size_t i = 0; i < m->reg->n_fields; i++) {
        const struct field *fd = &m->reg->fields[i];
        struct shown s;
        if (!m->entries[i].is_shown)
            continue;
        enum err e = show_value(x, &m->names, m->reg, r, (int)i, &s, f);
        if (e != OK)
            return e;
        if (fd->type == FT_GEOMETRY)
            s.text = form_text_of(m, fd, &r->values[i]);
        struct str measure = text2_in(&fd->measure, x->lang);
        if (s.text.n && measure.n)
            s.text = STR_JOIN(x->arena, s.text, STR(" "), measure);
        facts[n++] = (struct fact){text2_in(&fd->title, x->lang), s.text, nothing, nothing};
    }
    part_facts(x, out, facts, n);
    return OK;
}
