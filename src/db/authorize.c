/* SQLite's authorizer: what a statement may do at all, whoever wrote it. Asked while it is prepared; what it refuses is ERR_DB_READ_ONLY. */
#include <sqlite3.h>

#include "db/internal.h"

#include "base/banned.h"

/* The functions that a statement may name: those of ours (functions.h), and of SQLite what counts, compares and reads texts. What is not here (load_extension, fts3_tokenizer,
 * randomblob, sqlite_…) is refused, whatever a later SQLite brings along. In alphabetical order. */
static const char *const functions[] = {
    "abs",          "accenti",      "avg",         "bm25",         "casei",      "ceil",       "ceiling",
    "coalesce",     "count",        "cql2_like",   "date",         "datetime",   "dense_rank", "first_value",
    "floor",        "fold",         "fold_joined", "fold_words",   "format",     "glob",       "group_concat",
    "hex",          "ifnull",       "iif",         "instr",        "json",       "json_array", "json_array_length",
    "json_extract", "json_quote",   "json_type",   "json_valid",   "julianday",  "lag",        "last_value",
    "lead",         "length",       "like",        "likelihood",   "likely",     "lower",      "ltrim",
    "match",        "match_digits", "match_name",  "max",          "min",        "mod",        "nullif",
    "pow",          "power",        "printf",      "quote",        "rank",       "replace",    "round",
    "row_number",   "rtrim",        "s_contains",  "s_crosses",    "s_disjoint", "s_equals",   "s_intersects",
    "s_overlaps",   "s_touches",    "s_within",    "search_words", "sign",       "strftime",   "substr",
    "substring",    "sum",          "text_lower",  "text_upper",   "time",       "total",      "trim",
    "trunc",        "typeof",       "unicode",     "unixepoch",    "unlikely",   "upper",      "zeroblob",
};

static bool stands_in(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (sqlite3_stricmp(names[i], name) == 0)
            return true;
    return false;
}

/* Virtual tables prepare writers when they are first read: each its declaration, the R*Tree those for its nodes too.
 * stmt_new and the mode of the file still refuse to run any. */
static bool is_prepared_by_reading(int action, const char *table)
{
    struct str t = str_of(table);
    if (str_is(t, "sqlite_master"))
        return action == SQLITE_UPDATE;
    return str_ends(t, STR("_node")) || str_ends(t, STR("_rowid")) || str_ends(t, STR("_parent"));
}

static bool is_reading_pragma(const char *name, const char *arg)
{
    static const char *const with_arg[] = {"table_info",  "table_xinfo",       "index_list",
                                           "index_info",  "index_xinfo",       "integrity_check",
                                           "quick_check", "foreign_key_check", "temp_store"};
    return !arg || stands_in(with_arg, ARRAY_LEN(with_arg), name);
}

/* Besides, on a writer: how it keeps pages and waits for the disk, and the version of the tables. */
static bool is_writing_pragma(const char *name)
{
    static const char *const names[] = {"cache_size", "mmap_size", "synchronous", "user_version", "wal_autocheckpoint"};
    return stands_in(names, ARRAY_LEN(names), name);
}

static int authorize_read(void *context, int action, const char *a, const char *b, const char *schema, const char *in)
{
    (void)context, (void)schema, (void)in;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
        return SQLITE_OK;
    case SQLITE_FUNCTION:
        return stands_in(functions, ARRAY_LEN(functions), b) ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_PRAGMA:
        return is_reading_pragma(a, b) ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
        return is_prepared_by_reading(action, a) ? SQLITE_OK : SQLITE_DENY;
    default:
        return SQLITE_DENY;
    }
}

/* One file is one wall: a writer of the province reaches no other file either, least of all that of accounts. VACUUM attaches one without a name. */
static int authorize_write(void *context, int action, const char *a, const char *b, const char *schema, const char *in)
{
    (void)context, (void)schema, (void)in;
    switch (action) {
    case SQLITE_FUNCTION:
        return stands_in(functions, ARRAY_LEN(functions), b) ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_PRAGMA:
        return is_reading_pragma(a, b) || is_writing_pragma(a) ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_ATTACH:
        return a && !*a ? SQLITE_OK : SQLITE_DENY;
    default:
        return SQLITE_OK;
    }
}

void db_authorize(struct db *db, bool is_on)
{
    bool is_reader = db->mode == DB_READ || db->mode == DB_SCRUB;
    sqlite3_set_authorizer(db->handle, !is_on ? NULL : is_reader ? authorize_read : authorize_write, NULL);
}
