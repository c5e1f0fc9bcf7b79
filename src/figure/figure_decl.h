/* What YAML said of a figure, before names are resolved. Between figure_decl.c and figure_load.c only. */
#ifndef TINHSO_FIGURE_DECL_H
#define TINHSO_FIGURE_DECL_H

#include "text/yaml.h"

/* count, sum, mean and survey. */
struct measure_decl {
    struct yaml_place place, reg_place, where_place, base_place, field_place, weight_place;
    struct str reg, where, base, field, weight; /* field: also distinct of a count */
    struct text2 question;
    double scale;
};

/* One side of a ratio. */
struct part_decl {
    struct yaml_place place, figure_place;
    struct measure_decl *count, *sum;
    struct str figure;
};

struct ratio_decl {
    struct yaml_place place;
    struct part_decl over, under;
    double scale, most, empty; /* most: 0, empty: -1 where not declared */
};

struct index_ref_decl {
    struct yaml_place place, index_place, value_place;
    struct str index, of, value;
    int64_t year;
};

struct difference_decl {
    struct yaml_place place, figure_place;
    struct str figure, on, from;
};

struct range_decl {
    struct yaml_place place;
    struct str from, to;
    int64_t months; /* of a period: so many calendar months up to the day asked; 0: from and to say */
};

struct rank_decl {
    struct yaml_place by_place, apart_place;
    struct str by, apart;
};

struct figure_decl {
    struct yaml_place place, id_place, of_place;
    struct str id, on;
    int privacy;
    struct text2 title, unit, note, source;
    struct range_decl period, valid;
    struct measure_decl *count, *sum, *mean, *survey, *of;
    struct ratio_decl *ratio;
    struct index_ref_decl *index;
    struct difference_decl *difference;
    struct yaml_strs total;
    struct yaml_strs by;
    struct rank_decl *rank;
};

extern const struct yaml_schema figure_schema;

#endif
