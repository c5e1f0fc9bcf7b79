/* How a dossier begins: where, under which code, with which lookup code. */
#include "workflow/dossier.h"

#include "base/clock.h"
#include "crypt/hash.h"
#include "workflow/office.h"

#include "base/banned.h"

/* ---- codes */

/* The greatest code of that length that begins so, whatever became of its record; empty: none. */
static enum err greatest(struct arena *a, struct store *s, struct str head, size_t digits, struct str *ret_code,
                         struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row = false;
    enum err e =
        stmt_new(s->db,
                 STR("SELECT _id FROM r_dossiers WHERE _id > ?1 || '-' AND _id < ?1 || '.' AND length(_id) = ?2 "
                     "ORDER BY _id DESC LIMIT 1"),
                 &st, f);
    if (e != OK)
        return e;
    stmt_bind_text(st, 1, head);
    stmt_bind_int(st, 2, (int64_t)(head.n + 1 + digits));
    e = stmt_step(st, &has_row, f);
    *ret_code = e == OK && has_row ? str_dup(a, stmt_column_text(st, 0)) : STR("");
    return e;
}

enum err dossier_code_next(struct arena *a, struct store *s, struct str id_code, struct date day, struct str *ret_code,
                           struct fault *f)
{
    enum { FIRST_DIGITS = 4, MOST_DIGITS = 7 };
    struct str head =
        str_of(arena_printf(a, "%.*s-%02d%02d%02d", STR_ARG(id_code), day.year % 100, day.month, day.day));
    struct str last = STR(""), code;
    long long n = 0;
    enum err e = OK;
    for (size_t digits = MOST_DIGITS; e == OK && last.n == 0 && digits >= FIRST_DIGITS; digits--)
        e = greatest(a, s, head, digits, &last, f);
    if (e != OK)
        return e;
    for (size_t i = head.n + 1; i < last.n; i++)
        n = n * 10 + (last.p[i] - '0');
    code = str_of(arena_printf(a, "%.*s-%04lld", STR_ARG(head), n + 1));
    *ret_code = code;
    return OK;
}

/* ---- lookup codes */

static const char token_letters[] = "0123456789abcdefghjkmnpqrstvwxyz"; /* without i, l, o, u */
enum { TOKEN_LETTERS = 16, TOKEN_GROUP = 4 };

struct str dossier_token_new(struct arena *a)
{
    unsigned char random[TOKEN_LETTERS];
    char *p = arena_alloc(a, TOKEN_LETTERS + TOKEN_LETTERS / TOKEN_GROUP);
    size_t n = 0;
    random_bytes(random, sizeof random);
    for (size_t i = 0; i < TOKEN_LETTERS; i++) {
        if (i && i % TOKEN_GROUP == 0)
            p[n++] = '-';
        p[n++] = token_letters[random[i] % 32];
    }
    return str_slice(p, n);
}

/* What people mistake for a letter of the code is taken as that letter. */
static char letter(char c)
{
    char low = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    return low == 'o' ? '0' : low == 'i' || low == 'l' ? '1' : low;
}

bool dossier_token_fits(struct str kept, struct str given)
{
    unsigned differs = kept.n == 0;
    size_t at = 0;
    for (size_t i = 0; i < kept.n; i++) {
        if (kept.p[i] == '-')
            continue;
        while (at < given.n && (given.p[at] == '-' || given.p[at] == ' '))
            at++;
        differs |= at < given.n ? (unsigned)(kept.p[i] ^ letter(given.p[at])) : 1U;
        at += at < given.n;
    }
    while (at < given.n && (given.p[at] == '-' || given.p[at] == ' '))
        at++;
    return differs == 0 && at == given.n;
}

/* ---- filing */

static enum err give(struct arena *a, const struct reg *reg, struct record *r, struct str field, struct str text,
                     struct str today, struct fault *f)
{
    int n = reg_field_number(reg, field);
    if (n == NO_FIELD)
        return FAULT(f, ERR_DOSSIER_FIELD, {"field", field});
    enum err e = value_parse(a, &reg->fields[n], text, today, &r->values[n], f);
    if (e != OK)
        fault_field(f, field);
    return e;
}

/* What the program itself decides, nobody fills in. */
static bool is_free(struct str field)
{
    static const char *const taken[] = {"code",     "token",     "unit",   "agency",
                                        "filed_on", "procedure", "office", "reception_office",
                                        "channel",  "filed_at"};
    for (size_t i = 0; i < ARRAY_LEN(taken); i++)
        if (str_is(field, taken[i]))
            return false;
    return true;
}

static bool is_steered(const struct workflow *w, struct str field)
{
    int n = reg_field_number(w->reg, field);
    for (size_t i = 0; i < w->n_machines; i++)
        if (w->machines[i].field == n || w->machines[i].since == n)
            return true;
    for (size_t i = 0; i < w->n_clocks; i++) {
        const struct work_clock *c = &w->clocks[i];
        const int held[] = {c->start, c->first, c->due, c->late, c->paused, c->left, c->extended, c->end};
        for (size_t k = 0; k < ARRAY_LEN(held); k++)
            if (held[k] == n && n != NO_FIELD)
                return true;
    }
    return n == w->version || n == w->steps;
}

static enum err fill(struct arena *a, const struct dossier_filing *d, const struct office *at, struct str code,
                     struct str today, struct record *r, struct fault *f)
{
    const struct reg *reg = d->workflow->reg;
    const struct act_input fixed[] = {
        {STR("code"), code},
        {STR("procedure"), d->procedure},
        {STR("office"), d->office.n ? d->office : d->reception_office},
        {STR("reception_office"), d->reception_office},
        {STR("unit"), at->unit},
        {STR("agency"), at->agency},
        {STR("channel"), d->channel},
        {STR("filed_on"), today},
        {STR("token"), dossier_token_new(a)},
    };
    enum err e = OK;
    r->id = code;
    r->values = ARENA_ARRAY(a, struct value, reg->n_fields);
    r->is_sample = d->is_sample;
    for (size_t i = 0; e == OK && i < ARRAY_LEN(fixed); i++)
        e = give(a, reg, r, fixed[i].field, fixed[i].text, today, f);
    for (size_t i = 0; e == OK && i < d->n_content; i++) {
        struct str field = d->content[i].field;
        if (!is_free(field) || is_steered(d->workflow, field))
            e = FAULT(f, ERR_DOSSIER_FIELD, {"field", field});
        else
            e = give(a, reg, r, field, d->content[i].text, today, f);
    }
    int sets = reg_field_number(reg, STR("sets"));
    if (e == OK && sets != NO_FIELD && r->values[sets].kind == VALUE_NULL)
        r->values[sets] = (struct value){.kind = VALUE_INTEGER, .integer = 1};
    for (size_t i = 0; e == OK && i < reg->n_fields; i++) /* states are set by the step */
        if (reg->fields[i].is_required && r->values[i].kind == VALUE_NULL &&
            !is_steered(d->workflow, reg->fields[i].name)) {
            e = FAULT(f, ERR_VALUE_REQUIRED, {"field", reg->fields[i].name});
            fault_field(f, reg->fields[i].name);
        }
    return e;
}

enum err dossier_file(struct arena *a, struct acting *acting, struct change *c, const struct dossier_filing *filing,
                      struct acted *ret_done, struct fault *f)
{
    struct store *s = change_store(c);
    struct buf b CLEANUP(buf_done) = BUF_INIT(32);
    struct office at;
    struct record r = {0};
    struct str code = filing->code;
    int64_t now_ms = filing->now_ms && filing->is_sample ? filing->now_ms : clock_now_ms();
    struct date day = date_of_instant(now_ms, s->province->utc_offset_minutes);
    date_print(day, &b);
    struct str today = str_dup(a, buf_view(&b));
    enum err e = office_read(a, s, filing->reception_office, day, &at, f);
    if (e == OK && !code.n)
        e = dossier_code_next(a, s, at.id_code, day, &code, f);
    if (e == OK)
        e = fill(a, filing, &at, code, today, &r, f);
    if (e != OK)
        return e;
    struct act act = {.workflow = filing->workflow,
                      .transition = filing->transition,
                      .inputs = filing->inputs,
                      .n_inputs = filing->n_inputs,
                      .reason = filing->reason,
                      .seen = -1,
                      .create = &r,
                      .actor = filing->actor,
                      .papers = filing->papers,
                      .now_ms = filing->now_ms};
    if (!act.actor.office.n)
        act.actor.office = filing->reception_office;
    return workflow_act(a, acting, c, &act, ret_done, f);
}
