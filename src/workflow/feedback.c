#include "workflow/feedback.h"

#include "base/clock.h"
#include "workflow/dossier.h"
#include "workflow/office.h"

#include "base/banned.h"

/* The next of the day, whatever became of the one before. */
static enum err code_next(struct arena *a, struct store *s, struct date day, struct str *ret_code, struct fault *f)
{
    int64_t last = 0;
    struct str head = str_of(arena_printf(a, "PA-%02d%02d%02d-", day.year % 100, day.month, day.day));
    enum err e =
        db_value_int(s->db,
                     STR("SELECT coalesce(max(CAST(substr(_id, 11) AS INTEGER)), 0) FROM r_feedback WHERE _id > ?1 "
                         "AND _id < ?1 || ':'"),
                     DB_VALUES(db_text(head)), &last, f);
    *ret_code = str_of(arena_printf(a, "%.*s%04lld", STR_ARG(head), (long long)last + 1));
    return e;
}

static enum err give(struct arena *a, const struct reg *reg, struct record *r, struct str field, struct str text,
                     struct fault *f)
{
    int n = reg_field_number(reg, field);
    if (n == NO_FIELD)
        return FAULT(f, ERR_DOSSIER_FIELD, {"field", field});
    enum err e = value_parse(a, &reg->fields[n], text, STR(""), &r->values[n], f);
    if (e != OK)
        fault_field(f, field);
    return e;
}

static bool is_free(struct str field)
{
    static const char *const free[] = {"kind", "dossier", "about_person", "words", "sender", "phone", "account"};
    for (size_t i = 0; i < ARRAY_LEN(free); i++)
        if (str_is(field, free[i]))
            return true;
    return false;
}

enum err feedback_file(struct arena *a, struct acting *acting, struct change *c, const struct feedback_filing *filing,
                       struct acted *ret_done, struct fault *f)
{
    struct store *s = change_store(c);
    const struct reg *reg = filing->workflow->reg;
    int64_t now_ms = filing->is_sample && filing->now_ms ? filing->now_ms : clock_now_ms();
    struct date day = date_of_instant(now_ms, s->province->utc_offset_minutes);
    struct office office;
    struct str code = STR("");
    struct record r = {.values = ARENA_ARRAY(a, struct value, reg->n_fields), .is_sample = filing->is_sample};
    enum err e = office_read(a, s, filing->office, day, &office, f);
    if (e == OK)
        e = code_next(a, s, day, &code, f);
    if (e != OK)
        return e;
    r.id = code;
    const struct act_input fixed[] = {
        {STR("code"), code},          {STR("office"), office.code},        {STR("unit"), office.unit},
        {STR("agency"), office.code}, {STR("filed_on"), date_iso(a, day)}, {STR("token"), dossier_token_new(a)}};
    for (size_t i = 0; e == OK && i < ARRAY_LEN(fixed); i++)
        e = give(a, reg, &r, fixed[i].field, fixed[i].text, f);
    for (size_t i = 0; e == OK && i < filing->n_content; i++)
        e = is_free(filing->content[i].field) ? give(a, reg, &r, filing->content[i].field, filing->content[i].text, f)
                                              : FAULT(f, ERR_DOSSIER_FIELD, {"field", filing->content[i].field});
    const struct act act = {.workflow = filing->workflow,
                            .transition = STR("file"),
                            .seen = -1,
                            .create = &r,
                            .actor = filing->actor,
                            .now_ms = filing->now_ms};
    return e == OK ? workflow_act(a, acting, c, &act, ret_done, f) : e;
}
