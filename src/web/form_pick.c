/* What a reference or a unit may name on a day: listed when few, looked for by words or code when many. */
#include "web/form.h"

#include "base/limits.h"
#include "register/query.h"
#include "text/date.h"
#include "web/message.h"
#include "web/units.h"

#include "base/banned.h"

enum { FOUND = 20 };

static const struct str nothing = {NULL, 0};

struct picking {
    struct exchange *x;
    const struct field *fd;
    struct str day;
    struct names names;
    VEC(struct form_choice) choices;
};

/* Of the levels that the field takes. */
static void level_filter(const struct picking *p, struct buf *out)
{
    const struct province *province = ((struct worker *)p->x->worker)->store->province;
    if (p->fd->type != FT_UNIT || p->fd->levels == 0 || p->fd->target != province->units)
        return;
    buf_printf(out, "\"%.*s\" IN (", STR_ARG(province->units->fields[province->unit_level].name));
    for (int level = 0, n = 0; level < 32; level++)
        if (p->fd->levels & (1u << level))
            buf_printf(out, "%s%d", n++ ? ", " : "", level);
    buf_puts(out, ")");
}

/* Communes of one name are told apart by their district; anything else by its code. */
static enum err note_of(struct picking *p, const struct record *r, struct str value, struct str *ret, struct fault *f)
{
    const struct province *province = ((struct worker *)p->x->worker)->store->province;
    const struct reg *target = p->fd->target;
    *ret = value;
    if (target != province->units || province->unit_parent < 0 || r->values[province->unit_parent].kind != VALUE_TEXT ||
        !site_shows_field(p->x, &target->fields[province->unit_parent]))
        return OK;
    struct shown s;
    enum err e = show_reference(p->x, &p->names, p->fd, r->values[province->unit_parent].text, p->day, &s, f);
    if (e == OK && s.text.n)
        *ret = STR_JOIN(p->x->arena, s.text, STR(", "), value);
    return e;
}

static bool is_there(const struct picking *p, struct str value)
{
    for (size_t i = 0; i < p->choices.n; i++)
        if (str_eq(p->choices.p[i].value, value))
            return true;
    return false;
}

static enum err add_all(struct picking *p, const struct query_options *o, size_t most, struct fault *f)
{
    struct exchange *x = p->x;
    const struct reg *target = p->fd->target;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = true;
    enum err e = query_open(((struct worker *)x->worker)->store, target, o, &q, f);
    while (e == OK && p->choices.n <= most && (e = query_next(q, &r, &has_row, f)) == OK && has_row) {
        const struct value *v = &r.values[target->entity];
        struct form_choice c = {.title = show_title(x, target, &r)};
        if (v->kind != VALUE_TEXT || is_there(p, v->text))
            continue;
        c.value = str_dup(x->arena, v->text);
        e = note_of(p, &r, c.value, &c.note, f);
        if (e == OK)
            VEC_PUSH(x->arena, &p->choices, c);
    }
    return e;
}

enum err form_choices(struct exchange *x, const struct field *fd, struct str day, struct str words, size_t most,
                      struct form_choice **ret, size_t *ret_n, bool *ret_has_more, struct fault *f)
{
    struct picking p = {.x = x, .fd = fd, .day = day};
    const struct reg *target = fd->target;
    struct buf level CLEANUP(buf_done) = BUF_INIT(1024), filter CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_BYTES);
    enum err e = OK;
    words = str_trim(words);
    *ret_n = 0;
    *ret_has_more = false;
    if (!target || target->entity == NO_FIELD || !site_shows_register(x, target))
        return OK;
    level_filter(&p, &level);
    struct str on = target->valid_from != NO_FIELD ? day : nothing;
    if (words.n) { /* the code itself */
        e = ask_equals(x, &target->fields[target->entity], words, &filter, NULL);
        if (e == OK && level.n)
            buf_puts(&filter, " AND "), buf_str(&filter, buf_view(&level));
        const struct query_options o = {.filter = buf_view(&filter), .on = on, .limit = 1};
        e = e == OK ? add_all(&p, &o, most, f) : OK; /* what cannot be a code may still be words */
    }
    if (e == OK && (words.n == 0 || site_searches(x, target))) {
        const struct query_options o = {
            .filter = buf_view(&level), .on = on, .search = words, .limit = (int64_t)most + 2};
        e = add_all(&p, &o, most, f);
    }
    *ret = p.choices.p;
    *ret_n = p.choices.n > most ? most : p.choices.n;
    *ret_has_more = p.choices.n > most;
    return e;
}

static enum err find_one(struct form *m, struct form_entry *en, bool is_taking, struct fault *f)
{
    struct exchange *x = m->x;
    bool has_more;
    struct form_choice *all = NULL;
    size_t n = 0;
    size_t most = en->fd->target->valid_from == NO_FIELD ? FORM_CHOICES : FORM_CHOICES_DATED;
    enum err e = form_choices(x, en->fd, m->day, nothing, most, &all, &n, &has_more, f);
    en->is_picker = has_more;
    if (e != OK)
        return e;
    if (!has_more) {
        en->found = all;
        en->n_found = n;
        return OK;
    }
    bool is_asked = en->find.n && (en->is_finding || en->text.n == 0);
    if (!is_asked)
        return OK;
    if ((e = form_choices(x, en->fd, m->day, en->find, FOUND, &en->found, &en->n_found, &en->has_more, f)) != OK)
        return e;
    if (is_taking && en->text.n == 0 && (en->n_found == 1 || (en->n_found && str_eq(en->found[0].value, en->find)))) {
        en->text = en->found[0].value;
        en->find = nothing;
        en->n_found = 0;
    } else if (en->n_found == 0) {
        form_problem(m, en, message_with(x->arena, M_form_find_nothing, x->lang, en->find));
    } else if (is_taking) {
        form_problem(m, en, message(M_form_find_choose, x->lang));
    }
    return OK;
}

enum err form_find(struct form *m, bool is_taking, struct fault *f)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < m->reg->n_fields; i++) {
        struct form_entry *en = &m->entries[i];
        if (en->is_shown && !en->is_fixed && en->fd->target && site_shows_register(m->x, en->fd->target))
            e = find_one(m, en, is_taking, f);
    }
    return e;
}
