/* The daily comparison as records that figures count: how many dossiers of an office were in step on a day. */
#include "exchange/portal_internal.h"
#include "register/change.h"
#include "register/query.h"

#include "base/banned.h"

enum { WRITE_WAIT_MS = 60000 };

static enum err put_one(struct arena *a, struct change *c, const struct reg *reg, struct str day,
                        const struct portal_check *check, struct fault *f)
{
    const struct {
        const char *field;
        struct str text;
    } given[] = {
        {"day", day},
        {"office", check->office},
        {"dossiers", str_of(arena_printf(a, "%lld", (long long)check->dossiers))},
        {"same", str_of(arena_printf(a, "%lld", (long long)check->same))},
        {"waiting", str_of(arena_printf(a, "%lld", (long long)check->waiting))},
        {"missing", str_of(arena_printf(a, "%lld", (long long)check->missing))},
    };
    struct record r = {.id = STR_JOIN(a, day, STR("@"), check->office),
                       .values = ARENA_ARRAY(a, struct value, reg->n_fields)};
    enum put_outcome outcome;
    enum err e = OK;
    for (size_t i = 0; e == OK && i < ARRAY_LEN(given); i++) {
        int n = reg_field_number(reg, str_of(given[i].field));
        e = n == NO_FIELD ? FAULT(f, ERR_DOSSIER_FIELD, {"field", str_of(given[i].field)})
                          : value_parse(a, &reg->fields[n], given[i].text, day, &r.values[n], f);
    }
    return e == OK ? change_put(c, reg, &r, &outcome, f) : e;
}

enum err portal_check_record(struct portal *p, struct arena *a, struct str day, struct portal_check *const *list,
                             size_t n, struct fault *f)
{
    struct store *s CLEANUP(store_freep) = NULL;
    struct change *c;
    const struct change_info info = {.actor = STR("national-portal"), .reason = STR("reconcile"), .is_act = true};
    enum err e = n ? store_open(portal_options_of(p)->db_path, STORE_WRITE, &s, f) : OK;
    if (e != OK || n == 0)
        return e;
    db_busy_timeout(s->db, WRITE_WAIT_MS);
    const struct reg *reg = province_register(s->province, STR("portal_checks"));
    if (!reg)
        return OK;
    e = change_begin(s, &info, &c, f);
    if (e != OK)
        return e;
    for (size_t i = 0; e == OK && i < n; i++)
        e = put_one(a, c, reg, day, list[i], f);
    return change_end(c, e, NULL, f);
}
