/* Indexes over fields against their table: figures are answered out of them alone. Both sides add up keyed hashes of all entries, whose
 * key is drawn anew for each run; the table's side comes with the scan of its rows. */
#include "register/log_internal.h"

#include "base/banned.h"

/* A multiplication folded onto itself; with a factor that nobody knows beforehand, no entries can be chosen to cancel out. */
static uint64_t mix(uint64_t h, uint64_t x, uint64_t factor)
{
    unsigned __int128 m = (unsigned __int128)(h ^ x) * (factor | 1);
    return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static uint64_t mix_bytes(uint64_t h, struct str s, const uint64_t key[2])
{
    h = mix(h, s.n, key[0]);
    for (size_t i = 0; i < s.n; i += sizeof(uint64_t)) {
        uint64_t word = 0;
        memcpy(&word, s.p + i, s.n - i < sizeof word ? s.n - i : sizeof word);
        h = mix(h, word + key[0], key[1]);
    }
    return h;
}

static uint64_t mix_column(uint64_t h, struct stmt *st, int at, const uint64_t key[2])
{
    enum db_type type = stmt_column_type(st, at);
    uint64_t bits = 0;
    double number;
    h = mix(h, (uint64_t)type + key[1], key[0]);
    switch (type) {
    case DB_NULL:
        return h;
    case DB_INT:
        return mix(h, (uint64_t)stmt_column_int(st, at) + key[0], key[1]);
    case DB_NUMBER:
        number = stmt_column_number(st, at);
        memcpy(&bits, &number, sizeof bits);
        return mix(h, bits + key[0], key[1]);
    case DB_TEXT:
        return mix_bytes(h, stmt_column_text(st, at), key);
    case DB_BLOB:
        return mix_bytes(h, stmt_column_blob(st, at), key);
    }
    return h;
}

void verify_index_row(struct verify *v, struct verify_index *x, struct stmt *st)
{
    uint64_t h = v->index_key[0];
    for (size_t i = 0; i < x->n; i++)
        h = mix_column(h, st, x->columns[i], v->index_key);
    x->sum += h;
    x->entries++;
}

/* ---- which there are ---- */

static const char *const fixed[] = {"_n", "_id", "_rev", "_ord", "_until", "_removed", "_sample", "_salt"};

/* Where a column of the table stands in the scan of its rows; -1 for none. */
static int scan_column(const struct verify_table *t, struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
        if (str_is(name, fixed[i]))
            return (int)i;
    for (size_t i = 0; i < t->n_columns; i++)
        if (str_eq(t->columns[i], name))
            return (int)(ARRAY_LEN(fixed) + i);
    return -1;
}

/* Its columns, _n first; is_plain is false for an index over expressions. */
static enum err read_index(struct verify *v, const struct verify_table *t, struct verify_index *x, bool *ret_is_plain,
                           struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    VEC(int) columns = {0};
    bool has_row, is_plain = true;
    enum err e = stmt_new(v->db, STR("SELECT name FROM pragma_index_info(?1) ORDER BY seqno"), &st, f);
    if (e == OK)
        stmt_bind_text(st, 1, x->name);
    VEC_PUSH(v->work, &columns, 0);
    while (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row) {
        int at = stmt_column_is_null(st, 0) ? -1 : scan_column(t, stmt_column_text(st, 0));
        is_plain = is_plain && at >= 0;
        VEC_PUSH(v->work, &columns, at);
    }
    x->columns = columns.p;
    x->n = columns.n;
    *ret_is_plain = is_plain && columns.n > 1;
    return e;
}

enum err verify_indexes_open(struct verify *v, struct verify_table *t, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row, is_plain;
    enum err e = stmt_new(v->db,
                          STR("SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'r_' || ?1 AND"
                              " substr(name, 1, 2) = 'i_' ORDER BY name"),
                          &st, f);
    if (e == OK)
        stmt_bind_text(st, 1, t->name);
    while (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row) {
        struct str name = stmt_column_text(st, 0);
        struct verify_index x = {.name = str_dup(v->work, name)};
        if ((e = read_index(v, t, &x, &is_plain, f)) == OK && is_plain)
            VEC_PUSH(v->work, &t->indexes, x);
    }
    return e;
}

/* ---- what they hold ---- */

static const char *entries_sql(struct verify *v, const struct verify_table *t, const struct verify_index *x)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    buf_puts(&b, "SELECT _n");
    for (size_t i = 1; i < x->n; i++) {
        size_t at = (size_t)x->columns[i];
        struct str name = at < ARRAY_LEN(fixed) ? str_of(fixed[at]) : t->columns[at - ARRAY_LEN(fixed)];
        buf_printf(&b, ", %s", verify_quoted(v->work, "", name));
    }
    buf_printf(&b, " FROM %s INDEXED BY %s WHERE _until IS NULL", t->table, verify_quoted(v->work, "", x->name));
    return arena_dup(v->work, b.p, b.n);
}

enum err verify_indexes_compare(struct verify *v, struct verify_table *t, struct fault *f)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < t->indexes.n; i++) {
        const struct verify_index *x = &t->indexes.p[i];
        struct stmt *st CLEANUP(stmt_freep) = NULL;
        struct verify_index found = {.name = x->name, .columns = ARENA_ARRAY(v->work, int, x->n), .n = x->n};
        bool has_row;
        for (size_t k = 0; k < x->n; k++)
            found.columns[k] = (int)k;
        e = stmt_new(v->db, str_of(entries_sql(v, t, x)), &st, f);
        while (e == OK && (e = verify_step(v, st, &has_row, f)) == OK && has_row)
            verify_index_row(v, &found, st);
        if (e == OK && (found.sum != x->sum || found.entries != x->entries))
            verify_problem(v, ERR_LOG_INDEX_DIFFERS, 0, t->name, (struct str){NULL, 0}, "%.*s", STR_ARG(x->name));
    }
    return e;
}
