/* The answers of invented applicants. */
#include "workflow/sample_form.h"

#include "text/number.h"

#include "base/banned.h"

/* ---- reading */

static enum err list_read(const struct province *p, const struct word_list *words, struct str form, struct str rest,
                          struct form_list *ret, struct fault *f)
{
    static const char given_that[] = " if ";
    const char *found = memmem(rest.p, rest.n, given_that, sizeof given_that - 1);
    struct str field = found ? str_slice(rest.p, (size_t)(found - rest.p)) : rest;
    *ret = (struct form_list){.words = words};
    if (found) {
        size_t from = field.n + sizeof given_that - 1;
        ret->name = str_cut(str_slice(rest.p + from, rest.n - from), '=', &ret->value);
    }
    enum err e = province_register_find(p, form, &ret->form, f);
    if (e != OK)
        return e;
    ret->field = reg_field_number(ret->form, field);
    return ret->field != NO_FIELD
               ? OK
               : FAULT(f, ERR_FIELD_UNKNOWN, {"register", form}, {"name", field}, {"nearest", words->name});
}

enum err form_words_read(struct arena *a, const struct province *p, const struct word_list *lists, size_t n,
                         const struct names *names, struct form_words *ret, struct fault *f)
{
    enum err e = OK;
    *ret = (struct form_words){.names = names, .lists = ARENA_ARRAY(a, struct form_list, n + 1)};
    for (size_t i = 0; e == OK && i < n; i++) {
        struct str rest, form = str_cut(lists[i].name, '.', &rest);
        if (rest.p)
            e = list_read(p, &lists[i], form, rest, &ret->lists[ret->n++], f);
    }
    return e;
}

/* ---- who */

/* 067 and so on: of nobody. */
static struct str personal_id_draw(struct arena *a, bool is_female, int64_t year, uint64_t *random)
{
    return str_of(arena_printf(a, "067%u%02u%06u", (year >= 2000 ? 2U : 0U) + is_female, (unsigned)(year % 100),
                               (unsigned)draw_below(random, 1000000)));
}

struct applicant applicant_draw(struct arena *a, const struct names *names, const struct word_list *streets,
                                uint64_t *random)
{
    struct applicant who = {.is_female = draw_unit(random) < 0.55, .year = 1950 + (int)draw_below(random, 56)};
    who.name = names_draw(a, names, who.is_female, random);
    who.id = personal_id_draw(a, who.is_female, who.year, random);
    who.street = words_draw(streets, random);
    return who;
}

/* ---- answering */

struct answers {
    struct arena *a;
    const struct form_words *forms;
    const struct reg *reg;
    const struct act_input *facts;
    size_t n_facts;
    struct str *cells;
    struct date day; /* of filing */
    uint64_t *random;
};

static struct str value_named(const struct answers *x, struct str name)
{
    int field = reg_field_number(x->reg, name);
    if (field != NO_FIELD && x->cells[field].n)
        return x->cells[field];
    for (size_t i = 0; i < x->n_facts; i++)
        if (str_eq(x->facts[i].field, name))
            return x->facts[i].text;
    return STR("");
}

static int64_t number_between(const struct answers *x, struct str words)
{
    struct str high_words, low_words = str_cut(words, ' ', &high_words);
    int64_t low = 0, high = 0;
    (void)integer_parse(low_words, &low, NULL);
    (void)integer_parse(high_words, &high, NULL);
    return high > low ? low + (int64_t)draw_below(x->random, (uint64_t)(high - low + 1)) : low;
}

static struct str word_of(const struct answers *x, struct str word)
{
    struct str rest, head = str_cut(word, ' ', &rest);
    int64_t year = 0;
    if (str_is(word, "female") || str_is(word, "male"))
        return names_draw(x->a, x->forms->names, str_is(word, "female"), x->random);
    if (rest.p && str_is(head, "n"))
        return str_of(arena_printf(x->a, "%lld", (long long)number_between(x, rest)));
    if (rest.p && str_is(head, "day"))
        return date_iso(x->a, date_add_days(x->day, (int32_t)number_between(x, rest)));
    if (rest.p && str_is(head, "personal_id")) {
        struct str field, sex = str_cut(rest, ' ', &field);
        (void)integer_parse(value_named(x, field), &year, NULL);
        return personal_id_draw(x->a, str_is(sex, "female"), year, x->random);
    }
    return value_named(x, word);
}

static struct str words_filled(const struct answers *x, struct str pattern)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 14);
    while (pattern.n) {
        struct str rest;
        buf_str(&b, str_cut(pattern, '{', &rest));
        if (!rest.p)
            break;
        buf_str(&b, word_of(x, str_cut(rest, '}', &pattern)));
    }
    return str_dup(x->a, buf_view(&b));
}

static void fill(const struct answers *x)
{
    static const char *const given[] = {"dossier", "filed_on"};
    for (size_t i = 0; i < ARRAY_LEN(given); i++) {
        int field = reg_field_number(x->reg, str_of(given[i]));
        if (field != NO_FIELD)
            x->cells[field] = value_named(x, str_of(given[i]));
    }
    for (size_t i = 0; i < x->forms->n; i++) {
        const struct form_list *l = &x->forms->lists[i];
        if (l->form == x->reg && !x->cells[l->field].n && (!l->name.n || str_eq(value_named(x, l->name), l->value)))
            x->cells[l->field] = words_filled(x, words_draw(l->words, x->random));
    }
}

static const struct reg *form_named(const struct form_words *forms, struct str name)
{
    for (size_t i = 0; i < forms->n; i++)
        if (str_eq(forms->lists[i].form->name, name))
            return forms->lists[i].form;
    return NULL;
}

enum err sample_form_put(struct arena *a, const struct form_words *forms, struct change *c, struct str form,
                         const struct applicant *who, uint64_t *random, struct fault *f)
{
    enum { OLD = 48 };
    struct faults list CLEANUP(faults_done) = {.max = 1};
    struct date day = {0};
    (void)date_parse(who->filed_on, &day, NULL);
    const struct act_input facts[] = {
        {STR("dossier"), who->dossier},
        {STR("filed_on"), who->filed_on},
        {STR("applicant"), who->name},
        {STR("applicant_id"), who->id},
        {STR("sex"), who->is_female ? STR("female") : STR("male")},
        {STR("age"), day.year - who->year < OLD ? STR("young") : STR("old")},
        {STR("year"), str_of(arena_printf(a, "%d", who->year))},
        {STR("street"), who->street},
        {STR("place"), who->place},
    };
    struct answers x = {
        .a = a, .forms = forms, .facts = facts, .n_facts = ARRAY_LEN(facts), .day = day, .random = random};
    struct record r;
    enum put_outcome outcome;
    x.reg = form_named(forms, form);
    if (!x.reg)
        return OK;
    x.cells = ARENA_ARRAY(a, struct str, x.reg->n_fields);
    fill(&x);
    enum err e = record_parse(a, x.reg, x.cells, 0, change_today(c), &r, &list);
    if (e != OK) {
        if (list.n)
            *f = list.p[0];
        return e;
    }
    r.is_sample = true;
    return change_put(c, x.reg, &r, &outcome, f);
}
