/* The keys of a figure. */
#include "figure/figure_decl.h"

#include <stddef.h>

#include "base/mem.h"

#include "base/banned.h"

#define AT(type, member) offsetof(struct type, member)
#define SCHEMA_FROM(name, fields, type, initial)                                                                       \
    {                                                                                                                  \
        (name), (fields), ARRAY_LEN(fields), sizeof(struct type), &(initial), NULL                                     \
    }

static const struct yaml_range scale_range = {1e-6, 1e9};
static const struct yaml_range year_range = {1, 9999};
static const struct measure_decl measure_initial = {.scale = 1};

#define MEASURE_COMMON                                                                                                 \
    {NULL, Y_PLACE, AT(measure_decl, place)}, {"register", Y_PLACE, AT(measure_decl, reg_place)},                      \
        {"register", Y_STR, AT(measure_decl, reg), Y_REQUIRED}, {"where", Y_PLACE, AT(measure_decl, where_place)},     \
    {                                                                                                                  \
        "where", Y_STR, AT(measure_decl, where)                                                                        \
    }

static const struct yaml_field count_fields[] = {
    MEASURE_COMMON,
    {"distinct", Y_PLACE, AT(measure_decl, field_place)},
    {"distinct", Y_STR, AT(measure_decl, field)},
};
static const struct yaml_schema count_schema = SCHEMA_FROM("count", count_fields, measure_decl, measure_initial);
static const struct yaml_schema of_schema = SCHEMA_FROM("of", count_fields, measure_decl, measure_initial);

static const struct yaml_field sum_fields[] = {
    MEASURE_COMMON,
    {"field", Y_PLACE, AT(measure_decl, field_place)},
    {"field", Y_STR, AT(measure_decl, field), Y_REQUIRED},
};
static const struct yaml_schema sum_schema = SCHEMA_FROM("sum", sum_fields, measure_decl, measure_initial);
static const struct yaml_schema mean_schema = SCHEMA_FROM("mean", sum_fields, measure_decl, measure_initial);

static const struct yaml_field survey_fields[] = {
    MEASURE_COMMON,
    {"base", Y_PLACE, AT(measure_decl, base_place)},
    {"base", Y_STR, AT(measure_decl, base)},
    {"weight", Y_PLACE, AT(measure_decl, weight_place)},
    {"weight", Y_STR, AT(measure_decl, weight)},
    {"question", Y_TEXT2, AT(measure_decl, question), Y_REQUIRED},
    {"scale", Y_NUMBER, AT(measure_decl, scale), 0, &scale_range},
};
static const struct yaml_schema survey_schema = SCHEMA_FROM("survey", survey_fields, measure_decl, measure_initial);

static const struct yaml_field part_fields[] = {
    {NULL, Y_PLACE, AT(part_decl, place)},
    {"count", Y_MAP_PTR, AT(part_decl, count), 0, &count_schema},
    {"sum", Y_MAP_PTR, AT(part_decl, sum), 0, &sum_schema},
    {"figure", Y_PLACE, AT(part_decl, figure_place)},
    {"figure", Y_STR, AT(part_decl, figure)},
};
static const struct yaml_schema part_schema = YAML_SCHEMA("ratio", part_fields, struct part_decl);

static const struct yaml_range empty_range = {0, 1e9};
static const struct ratio_decl ratio_initial = {.scale = 1, .empty = -1};
static const struct yaml_field ratio_fields[] = {
    {NULL, Y_PLACE, AT(ratio_decl, place)},
    {"over", Y_MAP, AT(ratio_decl, over), Y_REQUIRED, &part_schema},
    {"under", Y_MAP, AT(ratio_decl, under), Y_REQUIRED, &part_schema},
    {"scale", Y_NUMBER, AT(ratio_decl, scale), 0, &scale_range},
    {"most", Y_NUMBER, AT(ratio_decl, most), 0, &scale_range},
    {"empty", Y_NUMBER, AT(ratio_decl, empty), 0, &empty_range},
};
static const struct yaml_schema ratio_schema = SCHEMA_FROM("ratio", ratio_fields, ratio_decl, ratio_initial);

static const struct yaml_field index_fields[] = {
    {NULL, Y_PLACE, AT(index_ref_decl, place)},
    {"index", Y_PLACE, AT(index_ref_decl, index_place)},
    {"index", Y_STR, AT(index_ref_decl, index), Y_REQUIRED},
    {"year", Y_INT, AT(index_ref_decl, year), Y_REQUIRED, &year_range},
    {"of", Y_STR, AT(index_ref_decl, of), Y_REQUIRED},
    {"value", Y_PLACE, AT(index_ref_decl, value_place)},
    {"value", Y_STR, AT(index_ref_decl, value), Y_REQUIRED},
};
static const struct yaml_schema index_schema = YAML_SCHEMA("index", index_fields, struct index_ref_decl);

static const struct yaml_field difference_fields[] = {
    {NULL, Y_PLACE, AT(difference_decl, place)},
    {"figure", Y_PLACE, AT(difference_decl, figure_place)},
    {"figure", Y_STR, AT(difference_decl, figure), Y_REQUIRED},
    {"on", Y_DATE_TEXT, AT(difference_decl, on), Y_REQUIRED},
    {"from", Y_DATE_TEXT, AT(difference_decl, from), Y_REQUIRED},
};
static const struct yaml_schema difference_schema =
    YAML_SCHEMA("difference", difference_fields, struct difference_decl);

static const struct yaml_field range_fields[] = {
    {NULL, Y_PLACE, AT(range_decl, place)},
    {"from", Y_DATE_TEXT, AT(range_decl, from)},
    {"to", Y_DATE_TEXT, AT(range_decl, to)},
};
static const struct yaml_range months_range = {1, 120};
static const struct yaml_field period_fields[] = {
    {NULL, Y_PLACE, AT(range_decl, place)},
    {"from", Y_DATE_TEXT, AT(range_decl, from)},
    {"to", Y_DATE_TEXT, AT(range_decl, to)},
    {"months", Y_INT, AT(range_decl, months), 0, &months_range},
};
static const struct yaml_schema period_schema = YAML_SCHEMA("period", period_fields, struct range_decl);
static const struct yaml_schema valid_schema = YAML_SCHEMA("valid", range_fields, struct range_decl);

static const struct yaml_field rank_fields[] = {
    {"by", Y_PLACE, AT(rank_decl, by_place)},
    {"by", Y_STR, AT(rank_decl, by), Y_REQUIRED},
    {"apart", Y_PLACE, AT(rank_decl, apart_place)},
    {"apart", Y_STR, AT(rank_decl, apart)},
};
static const struct yaml_schema rank_schema = YAML_SCHEMA("rank", rank_fields, struct rank_decl);

/* A figure tells of no person: it is for everybody, or for those who work with it. */
static const char *const privacy_names[] = {"public", "internal", NULL};
static const struct yaml_field figure_fields[] = {
    {NULL, Y_PLACE, AT(figure_decl, place)},
    {"figure", Y_PLACE, AT(figure_decl, id_place)},
    {"figure", Y_STR, AT(figure_decl, id), Y_REQUIRED},
    {"title", Y_TEXT2, AT(figure_decl, title), Y_REQUIRED},
    {"unit", Y_TEXT2, AT(figure_decl, unit)},
    {"note", Y_TEXT2, AT(figure_decl, note)},
    {"source", Y_TEXT2, AT(figure_decl, source)},
    {"privacy", Y_ENUM, AT(figure_decl, privacy), 0, privacy_names},
    {"on", Y_DATE_TEXT, AT(figure_decl, on)},
    {"period", Y_MAP, AT(figure_decl, period), 0, &period_schema},
    {"valid", Y_MAP, AT(figure_decl, valid), 0, &valid_schema},
    {"count", Y_MAP_PTR, AT(figure_decl, count), 0, &count_schema},
    {"sum", Y_MAP_PTR, AT(figure_decl, sum), 0, &sum_schema},
    {"mean", Y_MAP_PTR, AT(figure_decl, mean), 0, &mean_schema},
    {"ratio", Y_MAP_PTR, AT(figure_decl, ratio), 0, &ratio_schema},
    {"survey", Y_MAP_PTR, AT(figure_decl, survey), 0, &survey_schema},
    {"index", Y_MAP_PTR, AT(figure_decl, index), 0, &index_schema},
    {"difference", Y_MAP_PTR, AT(figure_decl, difference), 0, &difference_schema},
    {"total", Y_STR_LIST, AT(figure_decl, total)},
    {"of", Y_PLACE, AT(figure_decl, of_place)},
    {"of", Y_MAP_PTR, AT(figure_decl, of), 0, &of_schema},
    {"by", Y_STR_LIST, AT(figure_decl, by), Y_SINGLE_OK},
    {"rank", Y_MAP_PTR, AT(figure_decl, rank), 0, &rank_schema},
};
const struct yaml_schema figure_schema = YAML_SCHEMA("figure", figure_fields, struct figure_decl);
