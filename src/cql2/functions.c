/* The functions that every filter may call. */
#include "cql2/cql2.h"

#include "base/banned.h"

#define ONE(sql1)                                                                                                      \
    {                                                                                                                  \
        NULL, sql1                                                                                                     \
    }
#define TWO(sql2)                                                                                                      \
    {                                                                                                                  \
        NULL, NULL, sql2                                                                                               \
    }

/* Dates and timestamps begin with yyyy-mm-dd; a timestamp was cast to its date before it gets here. */
static const struct cql2_function functions[] = {
    {{"lower", sizeof "lower" - 1}, CQL2_STRING, 1, 1, {CQL2_STRING}, ONE("text_lower($1)")},
    {{"upper", sizeof "upper" - 1}, CQL2_STRING, 1, 1, {CQL2_STRING}, ONE("text_upper($1)")},
    {{"trim", sizeof "trim" - 1}, CQL2_STRING, 1, 1, {CQL2_STRING}, ONE("trim($1)")},
    {{"length", sizeof "length" - 1}, CQL2_INTEGER, 1, 1, {CQL2_STRING}, ONE("length($1)")},
    {{"concat", sizeof "concat" - 1}, CQL2_STRING, 2, 2, {CQL2_STRING, CQL2_STRING}, TWO("($1 || $2)")},
    {{"abs", sizeof "abs" - 1}, CQL2_NUMBER, 1, 1, {CQL2_NUMBER}, ONE("abs($1 * 1.0)")},
    {{"round", sizeof "round" - 1},
     CQL2_NUMBER,
     1,
     2,
     {CQL2_NUMBER, CQL2_INTEGER},
     {NULL, "round($1)", "round($1, $2)"}},
    {{"floor", sizeof "floor" - 1}, CQL2_INTEGER, 1, 1, {CQL2_NUMBER}, ONE("CAST(floor($1) AS INTEGER)")},
    {{"ceil", sizeof "ceil" - 1}, CQL2_INTEGER, 1, 1, {CQL2_NUMBER}, ONE("CAST(ceil($1) AS INTEGER)")},
    {{"year", sizeof "year" - 1}, CQL2_INTEGER, 1, 1, {CQL2_DATE}, ONE("CAST(substr($1, 1, 4) AS INTEGER)")},
    {{"quarter", sizeof "quarter" - 1},
     CQL2_INTEGER,
     1,
     1,
     {CQL2_DATE},
     ONE("((CAST(substr($1, 6, 2) AS INTEGER) + 2) / 3)")},
    {{"month", sizeof "month" - 1}, CQL2_INTEGER, 1, 1, {CQL2_DATE}, ONE("CAST(substr($1, 6, 2) AS INTEGER)")},
    {{"day", sizeof "day" - 1}, CQL2_INTEGER, 1, 1, {CQL2_DATE}, ONE("CAST(substr($1, 9, 2) AS INTEGER)")},
    /* whole years from birth to a date: age(born, DATE('2022-06-30')) */
    {{"age", sizeof "age" - 1},
     CQL2_INTEGER,
     2,
     2,
     {CQL2_DATE, CQL2_DATE},
     TWO("((CAST(replace($2, '-', '') AS INTEGER) - CAST(replace($1, '-', '') AS INTEGER)) / 10000)")},
    /* days from the first date to the second */
    {{"days", sizeof "days" - 1},
     CQL2_INTEGER,
     2,
     2,
     {CQL2_DATE, CQL2_DATE},
     TWO("CAST(julianday($2) - julianday($1) AS INTEGER)")},
};

const struct cql2_function *cql2_functions(size_t *ret_n)
{
    *ret_n = sizeof functions / sizeof *functions;
    return functions;
}
