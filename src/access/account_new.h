/* An account as somebody types it, at /admin/users and for `tinhso user add`: read and judged by one function.
 *
 *     struct account_typed typed = {.name = …, .full_name = …, .unit = STR("24611"), .roles = STR("clerk, reader"), .is_citizen = false};
 *     account_read(a, s, roles, &typed, &who, &names, &n, f);          // s: the province's store; NULL where there is none yet
 *     account_add(access, &by, &who, names, n, &number, &link, f);
 *
 * Unit and agency are codes that the registers `units` and `agencies` have or had (an office that has ended still has accounts that read its records); a personal id is judged as
 * everywhere. Roles are those declared, and `administrator`.
 *
 * Errors: ERR_ACCOUNT_NAME, ERR_ACCOUNT_FULL_NAME, ERR_ACCOUNT_BODY, ERR_ACCOUNT_ROLE, those of personal_id_check and text_clean.
 */
#ifndef TINHSO_ACCESS_ACCOUNT_NEW_H
#define TINHSO_ACCESS_ACCOUNT_NEW_H

#include "access/account.h"
#include "access/role.h"
#include "register/store.h"

struct account_typed {
    struct str name, full_name, agency, unit, personal_id;
    struct str roles; /* separated by spaces or commas */
    bool is_citizen;
};

enum err account_read(struct arena *a, struct store *s, const struct roles *roles, const struct account_typed *typed,
                      struct account *ret_who, const struct str **ret_roles, size_t *ret_n, struct fault *f);

#endif
