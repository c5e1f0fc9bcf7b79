/* Between the two halves of reading declarations: what YAML said, before names are resolved. Not for other files. */
#ifndef TINHSO_REGISTER_DECLARATION_INTERNAL_H
#define TINHSO_REGISTER_DECLARATION_INTERNAL_H

#include "register/declaration.h"

struct units_decl {
    struct yaml_place place;
    struct str reg, code, name, level, parent;
};

struct successors_decl {
    struct yaml_place place;
    struct str reg, from, to, on, share;
};

struct level_decl {
    struct yaml_place place;
    struct str key;
    struct text2 title;
};

struct terms_decl {
    struct yaml_place license_place;
    YAML_ARRAY(struct text2) texts;
    struct text2 decision;
    struct str license;
};

struct province_decl {
    struct yaml_place place, id_place, time_zone_place;
    struct str id, source, time_zone;
    struct text2 title, description;
    struct units_decl *units;
    struct successors_decl *successors;
    struct terms_decl *terms;
    YAML_ARRAY(struct level_decl) levels;
};

struct code_decl {
    struct yaml_place place;
    struct str key, from, to;
    struct text2 title;
};

struct codes_decl {
    struct yaml_place place, name_place;
    struct str name, source;
    struct text2 title;
    YAML_ARRAY(struct code_decl) codes;
};

enum { WRITER_ANYONE, WRITER_WORKFLOW };

struct field_decl {
    struct yaml_place place, min_place, max_place, pattern_place, target_place, of_place, sex_place, birth_place;
    struct str name;
    int type, privacy, of, kind, by;
    struct text2 title, description, measure, page;
    struct str when;
    bool is_required, is_unique, is_person;
    struct str min, max, pattern, target, sex, birth, crs;
    int64_t max_length;
    const struct yaml *codes;
    struct yaml_strs levels, aliases;
};

struct valid_time_decl {
    struct yaml_place place;
    struct str from, to;
};

struct belongs_decl {
    struct yaml_place unit_place, agency_place;
    struct str unit, agency;
};

struct rule_decl {
    struct yaml_place place, check_place;
    struct str check;
    struct text2 message;
    int level;
};

struct near_decl {
    struct yaml_place place, field_place, within_place;
    struct str field;
    double within;
};

struct match_decl {
    struct yaml_place place, score_place;
    struct yaml_strs same, like;
    YAML_ARRAY(struct near_decl) near;
    double score;
};

struct data_decl {
    struct yaml_place place;
    struct str file, source;
};

struct retention_decl {
    struct yaml_place place, after_place, keep_place;
    struct str after, keep;
    int then;
    struct text2 basis;
};

struct reg_decl {
    struct yaml_place place, name_place, as_of_place;
    struct text2 purpose, legal_basis;
    struct retention_decl *retention;
    struct str file, name, as_of;
    struct text2 title, description, source;
    int privacy, by;
    struct yaml_strs key, order, search;
    struct valid_time_decl *valid_time;
    struct belongs_decl *belongs_to;
    const struct yaml *indexes, *sample;
    YAML_ARRAY(struct field_decl) fields;
    YAML_ARRAY(struct rule_decl) rules;
    YAML_ARRAY(struct match_decl) duplicates;
    YAML_ARRAY(struct data_decl) data;
};

struct declarations {
    struct province_decl province;
    VEC(struct code_list *) code_lists;
    VEC(struct reg_decl *) registers;
};

/* Reads every file, or of the registers only one and what it refers to; what failed is in the list and left out. */
void declarations_read(struct arena *a, const struct sources *sources, struct str only, struct declarations *ret,
                       struct faults *list);
const struct source_file *sources_find(const struct sources *sources, struct str path);

/* Between the province (declaration_link.c) and its registers (declaration_register.c). */
struct linker {
    struct arena *a;
    struct declarations d;
    struct province *p;
    struct faults *list;
};

void linker_report(struct faults *list, struct str file, struct yaml_place at, struct fault *f);
/* No such name: the fault offers the nearest. */
void linker_unknown(struct linker *l, struct str file, struct yaml_place at, const char *what, struct str name,
                    const struct str *names, size_t n);
/* A value that does not fit its key. */
void linker_misfit(struct linker *l, struct str file, struct yaml_place at, const char *key, struct str value,
                   const char *expected);
/* Look up, or tell: NO_FIELD, NULL. */
int linker_field(struct linker *l, const struct reg *r, struct str name, struct yaml_place at);
struct reg *linker_register(struct linker *l, struct str file, struct str name, struct yaml_place at);
/* What may become part of an SQL identifier: a-z, 0-9, `_`, for ids of provinces `-`; a letter first; at most 60. */
bool is_declared_name(struct str s, bool may_dash);

/* Never NULL; what is wrong goes to the list. reg_link follows when all registers are built. */
struct reg *reg_build(struct linker *l, const struct reg_decl *d);
void reg_link(struct linker *l, struct reg *r, const struct reg_decl *d);

/* `registers/units.yaml` must declare `units`. */
void declaration_check_file_name(struct str path, struct str name, struct yaml_place place, struct faults *list);

/* NULL after an error. */
struct code_list *declaration_inline_codes(struct arena *a, const struct yaml *node, struct str field, struct str file,
                                           struct faults *list);

/* The registers that the engine brings: 0 holds the declarations themselves, see declaration_builtin.c for the others. */
enum { BUILTIN_DECLARATIONS, BUILTIN_MAPPINGS, BUILTIN_REDIRECTS, BUILTIN_ERASURES, BUILTIN_REGISTERS };
struct reg *register_builtin(struct arena *a, size_t which);

#endif
