/* Roles: what the holders of an account may do, declared by a province in roles/ID.yaml and versioned with its other declarations.
 *
 *     role: commune_officer
 *     title: {vi: Cán bộ xã, en: Commune officer}
 *     second_factor: required
 *     grants:
 *       - may: [read, create, update]
 *         registers: [farm_households]      # or "*"
 *         within: unit                      # of the account, and all below it; or agency; or all
 *         where: "digitised = FALSE"        # CQL2
 *         fields: basic-personal            # highest class of fields; internal when left out
 *         from: 2022-01-01
 *         to: 2030-01-01                    # half-open
 *
 *     struct roles *roles;
 *     if (roles_load(a, province, &roles, &faults) != OK) …      // every fault with file, line and the nearest name
 *     const struct role *r = role_find(roles, STR("commune_officer"));
 *
 * Nothing is allowed that no grant says, but reading what is public. Several grants add up. Registers are kept by name: a role speaks of today, also when
 * records of the past are read. Ownership: everything lies in the arena. docs/declarations.md has the format.
 */
#ifndef TINHSO_ACCESS_ROLE_H
#define TINHSO_ACCESS_ROLE_H

#include "register/declaration.h"

/* VERB(enum, name, Vietnamese, English) */
#define VERBS(X)                                                                                                       \
    X(VERB_READ, "read", "xem", "read")                                                                                \
    X(VERB_CREATE, "create", "tạo", "create")                                                                          \
    X(VERB_UPDATE, "update", "sửa", "update")                                                                          \
    X(VERB_DELETE, "delete", "xóa", "delete")                                                                          \
    X(VERB_IMPORT, "import", "nhập tệp", "import")                                                                     \
    X(VERB_EXPORT, "export", "xuất tệp", "export")                                                                     \
    X(VERB_APPROVE, "approve", "duyệt", "approve")                                                                     \
    X(VERB_PUBLISH, "publish", "công bố", "publish")                                                                   \
    X(VERB_ADMINISTER, "administer", "quản trị", "administer")

enum verb {
#define X(verb, name, vi, en) verb,
    VERBS(X)
#undef X
        VERB_COUNT
};

enum scope { SCOPE_ALL, SCOPE_UNIT, SCOPE_AGENCY };

struct grant {
    unsigned verbs; /* bit n: enum verb n */
    bool is_any_register;
    const struct str *registers, *figures, *workflows;
    size_t n_registers, n_figures, n_workflows;
    const struct yaml_place *figure_places;
    enum scope within;
    struct str where;
    enum privacy fields;
    struct str from, to; /* half-open ISO dates; empty is open */
    int line;
};

struct role {
    struct str id;
    struct text2 title, description;
    bool needs_second_factor;
    struct grant *grants;
    size_t n;
    struct str file;
    int line;
};

struct roles {
    const struct province *province;
    struct role *p;
    size_t n;
};

enum err roles_load(struct arena *a, const struct province *p, struct roles **ret_roles, struct faults *list);
/* What figures there are is known to others: their names, for the grants that name some. */
void roles_check_figures(const struct roles *roles, const struct str *names, size_t n, struct faults *list);

/* Verbs of grants that nothing asks for on what they name: warnings, with the line. Besides what the program asks for, `asked` says which verbs (bits, as in struct grant)
 * workflows ask for on which registers. */
struct verbs_asked {
    struct str reg;
    unsigned verbs;
};
void roles_check_verbs(const struct roles *roles, const struct verbs_asked *asked, size_t n, struct faults *warnings);

const struct role *role_find(const struct roles *roles, struct str id); /* NULL when absent */
bool grant_names(const struct grant *g, struct str reg);
bool grant_names_figure(const struct grant *g, struct str id);
/* On that day (ISO). */
bool grant_is_in_force(const struct grant *g, struct str day);
/* Whether there may be a record of the register for which it says something. */
bool grant_reaches(const struct province *p, const struct grant *g, const struct reg *reg);

const char *verb_name(enum verb verb);
struct text2 verb_title(enum verb verb);
bool verb_find(struct str name, enum verb *ret_verb);
const char *scope_name(enum scope scope);
const char *privacy_name(enum privacy class);

/* The field of a register by which its records belong to a unit or an agency, as CQL2 names it: the one that `belongs_to` of the register names; else the first of type unit, the
 * code itself in the register of units; a reference to the register `agencies`, or its code. NO_FIELD without. */
int reg_scope_field(const struct province *p, const struct reg *reg, enum scope scope);
/* The register of which the codes of agencies are: what registers declare to belong to, else the one called `agencies`; NULL: there is none. */
struct reg *province_agencies(const struct province *p);

#endif
