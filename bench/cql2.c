/* How many filters a second become SQL: parsed, checked against a schema of 40 properties, compiled. */
#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cql2/cql2.h"

#include "base/banned.h"

enum { PROPERTIES = 40, ROUNDS = 5, FILTERS = 100000 };

static const char *const typical[] = {
    "status = 'active' AND unit IN ('24611','24612') AND area >= 1.5 AND CASEI(name) LIKE casei('nguy%')",
    "registered_on >= DATE('2022-01-01') AND registered_on <= DATE('2022-06-30')",
    "digitised = TRUE AND unit = '24611'",
    "ACCENTI(CASEI(name)) LIKE accenti(casei('%Hường%')) OR code IS NULL",
    "T_INTERSECTS(valid, INTERVAL('2022-01-01', '2022-06-30')) AND NOT (area / 10000 > 2)",
    "S_INTERSECTS(geom, BBOX(107.2, 11.75, 108.1, 12.8))",
};

static void schema_make(struct arena *a, struct cql2_schema *schema)
{
    static const struct {
        const char *name;
        enum cql2_type type;
    } used[] = {
        {"status", CQL2_STRING},     {"unit", CQL2_STRING},    {"area", CQL2_NUMBER},
        {"name", CQL2_STRING},       {"code", CQL2_STRING},    {"registered_on", CQL2_DATE},
        {"digitised", CQL2_BOOLEAN}, {"valid", CQL2_INTERVAL}, {"geom", CQL2_GEOMETRY},
    };
    const size_t others = PROPERTIES - ARRAY_LEN(used);
    struct cql2_property *p = ARENA_ARRAY(a, struct cql2_property, PROPERTIES);
    for (size_t i = 0; i < others; i++)
        p[i] = (struct cql2_property){.name = str_of(arena_printf(a, "field_%zu", i)), .type = CQL2_STRING};
    for (size_t i = 0; i < ARRAY_LEN(used); i++) /* the used ones stand last: the slowest place */
        p[others + i] = (struct cql2_property){.name = str_of(used[i].name), .type = used[i].type, .of = CQL2_DATE};
    for (size_t i = 0; i < PROPERTIES; i++)
        p[i].sql = p[i].sql_end = str_of(arena_printf(a, "t.\"%.*s\"", STR_ARG(p[i].name)));
    *schema = (struct cql2_schema){.properties = p, .n = PROPERTIES, .utc_offset_minutes = 420};
}

/* Best of the rounds, in filters a second. */
static double measure(const char *const *filters, size_t n, const struct cql2_schema *schema)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf sql CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_SQL_BYTES);
    int64_t best = INT64_MAX;
    struct str texts[8];
    for (size_t i = 0; i < n; i++)
        texts[i] = str_of(filters[i]);
    for (int round = 0; round < ROUNDS; round++) {
        int64_t start = clock_mono_us();
        for (int i = 0; i < FILTERS; i++) {
            struct cql2 *q;
            struct cql2_params params = {.arena = a};
            arena_reset(a);
            buf_reset(&sql);
            must(cql2_parse_text(a, texts[(size_t)i % n], &q, NULL) == OK && cql2_check(a, q, schema, NULL) == OK);
            must(cql2_compile(q, schema, &sql, &params, NULL) == OK);
        }
        int64_t us = clock_mono_us() - start;
        best = us < best ? us : best;
    }
    return FILTERS * 1e6 / (double)best;
}

int main(void)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct cql2_schema schema;
    schema_make(a, &schema);
    printf("cql2 typical filter\t%.0f\t1/s\t>= 100000\n", measure(typical, 1, &schema));
    printf("cql2 mixed filters\t%.0f\t1/s\t>= 100000\n", measure(typical, ARRAY_LEN(typical), &schema));
    return 0;
}
