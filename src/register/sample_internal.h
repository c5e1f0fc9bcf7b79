/* Between the reading of `sample:` sections and the making of records. Not for other files. */
#ifndef TINHSO_REGISTER_SAMPLE_INTERNAL_H
#define TINHSO_REGISTER_SAMPLE_INTERNAL_H

#include "register/draw.h"
#include "register/sample.h"

struct personal_id_decl {
    struct str sex, birth, province;
};

struct unit_decl {
    int64_t level;
    struct str on;
    YAML_ARRAY(struct yaml_entry) weights;
    double otherwise;
};

struct from_decl {
    struct str reg, field, where, on;
    bool is_in_turn;
};

struct each_decl {
    struct yaml_place place;
    struct str reg, where, on;
    int64_t times;
};

/* How one field is made: exactly one of the main keys is given. */
struct gen_decl {
    struct yaml_place place;
    struct str name;
    struct str sequence, person, value, text, each, via, tax_code;
    YAML_ARRAY(struct yaml_entry) quota;
    YAML_ARRAY(struct yaml_entry) when;
    struct yaml_strs integer, phone, date, number;
    struct personal_id_decl *personal_id;
    struct unit_decl *unit;
    struct from_decl *from;
    const struct yaml *choose;
    int64_t decimals;
    double skew, chance, fill;
};

struct section_decl {
    struct yaml_place place;
    int64_t seed, count;
    struct each_decl *for_each;
    YAML_ARRAY(struct gen_decl) fields;
};

struct sample_decl {
    struct section_decl *sections;
    size_t n;
};

enum err sample_read(struct arena *a, const struct reg *reg, struct sample_decl *ret, struct faults *list);
/* The one main key that a generator has, or GEN_NONE / GEN_SEVERAL. */
enum gen_kind {
    GEN_SEQUENCE,
    GEN_QUOTA,
    GEN_PERSON,
    GEN_INTEGER,
    GEN_PERSONAL_ID,
    GEN_TAX_CODE,
    GEN_PHONE,
    GEN_DATE,
    GEN_UNIT,
    GEN_CHOOSE,
    GEN_NUMBER,
    GEN_CHANCE,
    GEN_VALUE,
    GEN_TEXT,
    GEN_EACH,
    GEN_FROM,
    GEN_VIA,
    GEN_NONE,
    GEN_SEVERAL,
};
enum gen_kind gen_kind_of(const struct gen_decl *g);

#endif
