/* Declarations: a province's folder of YAML, read, checked, and linked into C structures.
 *
 * The format is docs/declarations.md. All errors of a folder are gathered, each with file, line, key and the nearest valid
 * key. What is returned is whole: references point to registers, filters of rules parse and type-check, orders of loading exist.
 *
 *     struct arena *a = arena_new();
 *     struct sources src = {0};
 *     sources_read_folder(a, "province/x", &src, f);
 *     struct province *p;
 *     if (province_build(a, &src, &p, &faults) != OK) faults_print(&faults, lang, &out);
 *     const struct reg *households = province_register(p, STR("farm_households"));
 *
 * Ownership: everything lives in the arena given. Read-only after province_build.
 * Limits: LIMIT_REGISTERS, LIMIT_FIELDS, LIMIT_YAML_*.
 */
#ifndef TINHSO_REGISTER_DECLARATION_H
#define TINHSO_REGISTER_DECLARATION_H

#include <stdint.h>

#include "base/fault.h"
#include "base/mem.h"
#include "base/vec.h"
#include "text/date.h"
#include "text/yaml.h"

/* FIELD_TYPE(enum, name in YAML, type in CQL2) */
#define FIELD_TYPES(X)                                                                                                 \
    X(FT_STRING, "string", CQL2_STRING)                                                                                \
    X(FT_TEXT, "text", CQL2_STRING)                                                                                    \
    X(FT_INTEGER, "integer", CQL2_INTEGER)                                                                             \
    X(FT_NUMBER, "number", CQL2_NUMBER)                                                                                \
    X(FT_MONEY, "money", CQL2_INTEGER)                                                                                 \
    X(FT_BOOLEAN, "boolean", CQL2_BOOLEAN)                                                                             \
    X(FT_DATE, "date", CQL2_DATE)                                                                                      \
    X(FT_TIMESTAMP, "timestamp", CQL2_TIMESTAMP)                                                                       \
    X(FT_INTERVAL, "interval", CQL2_INTERVAL)                                                                          \
    X(FT_CODE, "code", CQL2_STRING)                                                                                    \
    X(FT_REFERENCE, "reference", CQL2_STRING)                                                                          \
    X(FT_UNIT, "unit", CQL2_STRING)                                                                                    \
    X(FT_PHONE, "phone", CQL2_STRING)                                                                                  \
    X(FT_PERSONAL_ID, "personal_id", CQL2_STRING)                                                                      \
    X(FT_TAX_CODE, "tax_code", CQL2_STRING)                                                                            \
    X(FT_URL, "url", CQL2_STRING)                                                                                      \
    X(FT_ARRAY, "array", CQL2_ARRAY)                                                                                   \
    X(FT_GEOMETRY, "geometry", CQL2_GEOMETRY)

enum field_type {
#define X(type, name, cql2) type,
    FIELD_TYPES(X)
#undef X
};

/* Law 91/2025/QH15 and Decree 356/2025: basic and sensitive personal data (reference domain/registers.md §8). */
enum privacy { PRIVACY_PUBLIC, PRIVACY_INTERNAL, PRIVACY_BASIC_PERSONAL, PRIVACY_SENSITIVE };
enum { PRIVACY_COUNT = PRIVACY_SENSITIVE + 1 };

enum { NO_FIELD = -1 };

struct code {
    struct str code;
    struct text2 title;
    struct str from, to; /* validity, half-open ISO dates; empty is open */
};

struct code_list {
    struct str name;
    struct code *p;
    size_t n;
    struct map by_code; /* code → struct code * */
};

struct reg;

struct field {
    struct str name;
    const struct reg *reg; /* whose field it is */
    struct str quoted;     /* the name as JSON: "\"area_m2\"" */
    const char *column;    /* quoted SQL identifier, e.g. "\"area_m2\"" ; an interval has also column_end */
    const char *column_end;
    struct text2 title, description;
    enum field_type type;
    enum privacy privacy;
    bool is_required, is_unique, is_person;
    bool is_required_when; /* required where `when` holds: for whoever fills in the form */
    struct text2 page;   /* of a form that is asked page by page: neighbours of one page stand together; may be empty */
    struct str when;     /* asked only where this CQL2 holds of the answers so far; empty: always */
    bool is_by_workflow; /* changes through a workflow alone (change_info.is_act) */
    bool has_min, has_max;
    double min, max;            /* numbers; for dates the days since 1970-01-01 */
    int64_t max_length;         /* characters; 0 means no limit but LIMIT_TEXT_BYTES */
    struct str pattern;         /* empty: none */
    void *regex;                /* compiled pattern (regex_t *), NULL without */
    struct text2 measure;       /* unit of measure */
    struct code_list *codes;    /* FT_CODE and arrays of codes */
    struct reg *target;         /* FT_REFERENCE and FT_UNIT */
    unsigned levels;            /* FT_UNIT: bit n allows level n; 0 means any */
    enum field_type of;         /* FT_ARRAY */
    int sex_field, birth_field; /* FT_PERSONAL_ID, or NO_FIELD */
    struct str crs, geometry_kind;
    struct str *aliases; /* other names that headers of outside tables bear */
    size_t n_aliases;
    int line, column_no; /* where it was declared */
};

/* Its values are committed to one by one, so that each can be erased. */
static inline bool field_is_personal(const struct field *fd)
{
    return fd->privacy >= PRIVACY_BASIC_PERSONAL;
}

enum rule_level { RULE_ERROR, RULE_WARNING };

struct rule {
    struct str check; /* CQL2 text */
    struct text2 message;
    enum rule_level level;
    int line;
};

struct data_file {
    struct str file; /* relative to the province's folder */
    struct str source;
    int line;
};

struct index_decl {
    int *fields;
    size_t n;
};

struct order_key {
    int field;
    bool is_descending;
};

/* Two records may be one and the same when the fields of `same` agree after normalising, and those of `like` and `near` score enough. */
struct near_field {
    int field;
    double within; /* days for dates */
};

struct match_rule {
    int *same, *like;
    size_t n_same, n_like;
    struct near_field *near;
    size_t n_near;
    double score; /* from which on a pair is a candidate, 0 … 1 */
    int line;
};

/* How long personal values are kept, and what becomes of them then (register/retention.h). */
struct retention {
    int after;          /* date field that the term runs from */
    int months, days;   /* the term */
    bool is_removal;    /* the record goes too; else only its personal values */
    struct text2 basis; /* the legal basis of the term */
    int line;
};

struct reg {
    struct str name;
    const char *table;        /* quoted SQL identifier of the table of versions: "r_NAME" */
    const char *search_table; /* quoted, "s_NAME"; NULL without search fields */
    const char *columns;      /* of a version as the alias t, for record_read: all of the table, in order */
    /* Statements that read the record ?1 as it is now: its fields up to a class, the others as NULL. */
    const char *one[PRIVACY_COUNT];
    const char *box_table; /* quoted, "g_NAME": R*Tree over the rectangles of `geometry`; NULL without */
    struct text2 title, description, source;
    enum privacy privacy;
    struct field *fields;
    size_t n_fields;
    size_t n_personal;  /* fields of a class from basic-personal on */
    struct map by_name; /* field name → struct field * */
    int *sorted;        /* field numbers by name in byte order, for canonical bytes */
    int *key;
    size_t n_key;
    int valid_from, valid_to; /* field numbers, or NO_FIELD */
    int entity; /* what a reference holds: the key field that is not valid_from; NO_FIELD when there are several */
    int as_of;  /* field number or NO_FIELD */
    int belongs_unit, belongs_agency; /* as declared, of type unit and reference, or the entity itself; or NO_FIELD */
    int geometry;                     /* the first field of type geometry, or NO_FIELD */
    struct order_key *order;
    size_t n_order;
    int *search;
    size_t n_search;
    struct index_decl *indexes;
    size_t n_indexes;
    struct rule *rules;
    size_t n_rules;
    struct match_rule *duplicates;
    size_t n_duplicates;
    struct data_file *data;
    size_t n_data;
    struct text2 purpose, legal_basis; /* of processing; what a register with personal fields must say */
    const struct retention *retention; /* NULL: kept without a term */
    const struct yaml *sample;         /* raw section for register/sample, or NULL */
    struct str file;                   /* where it was declared */
    int line;
    bool is_builtin;
    bool is_by_workflow; /* all of its fields are, and none of its records is removed */
};

struct level {
    int level;
    struct text2 title;
};

/* One file of the folder, as read or as kept in the register `declarations`. */
struct source_file {
    struct str path; /* relative: "registers/units.yaml" */
    struct str text;
};

struct sources {
    struct source_file *p;
    size_t n;
};

/* Under which terms the open data may be used. */
struct terms {
    const struct text2 *texts;
    size_t n;
    struct text2 decision; /* by which the province set them; empty: it has not confirmed them yet */
    struct str license;    /* address of a licence; may be empty */
};

struct province {
    struct str id;
    struct text2 title;
    struct terms terms;
    int utc_offset_minutes;
    struct reg **registers; /* in the order of loading: a register comes after those it refers to */
    size_t n_registers;
    struct map by_name;
    struct reg *units; /* NULL when the province has no unit tree */
    int unit_code, unit_name, unit_level, unit_parent;
    struct reg *successors; /* NULL when not declared */
    int successor_from, successor_to, successor_on, successor_share;
    struct level *levels;
    size_t n_levels;
    struct code_list *code_lists;
    size_t n_code_lists;
    struct sources sources; /* all files, for figure, index, report, paper and role to read theirs */
};

/* Reads province.yaml and the files of codes, registers, figures, indexes, reports, papers, roles, and data/names.yaml, data/dossiers.yaml. */
enum err sources_read_folder(struct arena *a, const char *folder, struct sources *ret_sources, struct fault *f);

/* Parses, checks, links. All errors go to the list; returns the first one's code. The built-in registers are added. */
enum err province_build(struct arena *a, const struct sources *sources, struct province **ret_province,
                        struct faults *list);
/* Of the registers only one, what it refers to, and units: enough to read its records, for a quarter of the time. `only` names a file
 * of registers/; empty for all. Not for what goes through all registers. */
enum err province_build_part(struct arena *a, const struct sources *sources, struct str only,
                             struct province **ret_province, struct faults *list);

/* NULL when absent. */
const struct reg *province_register(const struct province *p, struct str name);
/* The same with ERR_REGISTER_UNKNOWN and the nearest name. */
enum err province_register_find(const struct province *p, struct str name, const struct reg **ret_reg, struct fault *f);
const struct field *reg_field(const struct reg *r, struct str name);
int reg_field_number(const struct reg *r, struct str name); /* NO_FIELD when absent */
const struct source_file *province_source(const struct province *p, struct str path);
const char *field_type_name(enum field_type type);

#endif
