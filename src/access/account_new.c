#include "access/account_new.h"

#include "access/subject.h"
#include "register/query.h"
#include "text/ident.h"
#include "text/vn.h"

#include "base/banned.h"

enum { MOST_ROLES = 50 };

static struct str given(struct str text)
{
    text = str_trim(text);
    return text.n ? text : STR("");
}

static enum err read_roles(struct arena *a, const struct roles *roles, struct str text, const struct str **ret_roles,
                           size_t *ret_n, struct fault *f)
{
    struct str *names = ARENA_ARRAY(a, struct str, MOST_ROLES), rest = text, one;
    size_t n = 0;
    while (rest.p && rest.n) {
        struct str part = str_cut(rest, ',', &rest);
        while (part.p && part.n) {
            one = str_trim(str_cut(part, ' ', &part));
            if (one.n == 0)
                continue;
            if (n == MOST_ROLES)
                return FAULT(f, ERR_LIMIT, {"what", STR("roles")}, {"limit", STR("50")});
            if (!str_is(one, ROLE_ADMINISTRATOR) && !(roles && role_find(roles, one)))
                return FAULT(f, ERR_ACCOUNT_ROLE, {"name", one});
            names[n++] = one;
        }
    }
    *ret_roles = names;
    *ret_n = n;
    return OK;
}

/* Some version of the register bears the code. A province without it says nothing of codes. */
static enum err judge_code(struct store *s, const struct reg *reg, struct str code, struct fault *f)
{
    int64_t n = 0;
    if (!reg || code.n == 0)
        return OK;
    int field = reg->entity != NO_FIELD ? reg->entity : reg->n_key ? reg->key[0] : NO_FIELD;
    if (field == NO_FIELD || reg->fields[field].type != FT_STRING)
        return OK;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const struct filter_constant typed = {.name = STR("typed_code"), .type = CQL2_STRING, .text = code};
    const struct query_options o = {.filter =
                                        str_of(arena_printf(a, "%.*s = typed_code", STR_ARG(reg->fields[field].name))),
                                    .constants = &typed,
                                    .n_constants = 1};
    enum err e = query_count(s, reg, &o, &n, f);
    return e == OK && n == 0 ? FAULT(f, ERR_ACCOUNT_BODY, {"register", reg->name}, {"code", code}) : e;
}

enum err account_read(struct arena *a, struct store *s, const struct roles *roles, const struct account_typed *typed,
                      struct account *ret_who, const struct str **ret_roles, size_t *ret_n, struct fault *f)
{
    struct account who = {.agency = given(typed->agency),
                          .unit = given(typed->unit),
                          .personal_id = given(typed->personal_id),
                          .is_citizen = typed->is_citizen};
    const struct province *p = s ? s->province : NULL;
    enum err e = account_name_parse(a, typed->name, &who.name, f);
    if (e == OK)
        e = text_clean(a, typed->full_name.p ? typed->full_name : STR(""), false, &who.full_name, f);
    if (e == OK && who.full_name.n == 0)
        e = FAULT(f, ERR_ACCOUNT_FULL_NAME);
    if (e == OK)
        e = read_roles(a, roles, typed->roles, ret_roles, ret_n, f);
    if (e == OK && p)
        e = judge_code(s, p->units, who.unit, f);
    if (e == OK && p)
        e = judge_code(s, province_agencies(p), who.agency, f);
    if (e == OK && who.personal_id.n)
        e = personal_id_check(who.personal_id, SEX_UNKNOWN, 0, f);
    if (e == OK)
        *ret_who = who;
    return e;
}
