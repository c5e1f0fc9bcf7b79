/* Versions against their leaves, and what the tables lack. The history of a record is judged in two passes whose sums must agree: the rows
 * with their `_until`, and the key index with the revision that comes next; only where they differ are chains walked to name the record. */
#include <math.h>
#include <stdio.h>

#include "base/limits.h"
#include "register/commitment.h"
#include "register/log_internal.h"

#include "base/banned.h"

enum { KEY_BYTES = 16 };
enum { C_N, C_ID, C_REV, C_ORD, C_UNTIL, C_REMOVED, C_SAMPLE, C_SALT, C_FIXED };

static const struct str none = {NULL, 0};

/* The sum of keyed hashes over (id, revision, next revision): equal sums mean equal sets, whoever wrote the file. */
struct chain_sum {
    uint64_t a, b;
};

struct scan {
    struct verify *v;
    struct verify_table *t;
    struct stmt *st, *tile;
    int64_t tile_tree, tile_n; /* of the hashes below */
    size_t tile_hashes;
    unsigned char hashes[TILE_HASHES * DIGEST_BYTES];
    struct buf canonical;
    struct layout *layout;
    int64_t layout_rev;
    struct rev_register *count;
    unsigned char key[KEY_BYTES];
    struct chain_sum sum;
};

static bool bit_get(const unsigned char *bits, uint64_t i)
{
    return bits[i / 8] >> (i % 8) & 1;
}

static void chain_add(struct chain_sum *sum, const unsigned char key[KEY_BYTES], struct str id, int64_t rev,
                      int64_t next)
{
    struct {
        unsigned char key[KEY_BYTES];
        int64_t rev, next;
    } head = {.rev = rev, .next = next};
    struct digest d;
    uint64_t a, b;
    memcpy(head.key, key, KEY_BYTES);
    const struct str parts[] = {str_slice((const char *)&head, sizeof head), id};
    sha256_parts(parts, 2, &d);
    memcpy(&a, d.b, sizeof a);
    memcpy(&b, d.b + sizeof a, sizeof b);
    sum->a += a;
    sum->b += b;
}

/* ---- one version ---- */

/* One JSON array and nothing behind it: the text of an array goes into canonical bytes as it is. */
static bool is_one_array(struct str s)
{
    size_t depth = 0;
    bool is_quoted = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (is_quoted) {
            if (c == '\\')
                i++;
            is_quoted = c != '"' || i >= s.n;
        } else if (c == '"') {
            is_quoted = true;
        } else if (c == '[' || c == '{') {
            depth++;
        } else if (c == ']' || c == '}') {
            if (depth == 0 || --depth == 0)
                return depth == 0 && i + 1 == s.n && s.p[0] == '[' && c == ']';
        }
        if (depth == 0)
            return false;
    }
    return false;
}

/* Two columns as one text, exactly as change.c parted them. */
static bool read_interval(struct verify *v, struct stmt *st, const struct layout_column *c, struct value *ret)
{
    enum db_type t_from = stmt_column_type(st, c->at), t_to = stmt_column_type(st, c->at_end);
    if (t_from == DB_NULL && t_to == DB_NULL)
        return true;
    if ((t_from != DB_NULL && t_from != DB_TEXT) || (t_to != DB_NULL && t_to != DB_TEXT))
        return false;
    struct str from = t_from == DB_TEXT ? stmt_column_text(st, c->at) : STR("..");
    struct str to = t_to == DB_TEXT ? stmt_column_text(st, c->at_end) : STR("..");
    bool is_parted = !memchr(from.p, '/', from.n) && !memchr(to.p, '/', to.n) &&
                     !(t_to == DB_TEXT && str_is(to, "..")) &&
                     !(t_from == DB_TEXT && str_is(from, "..") && t_to == DB_TEXT);
    char *text = arena_alloc(v->row, from.n + to.n + 1);
    memcpy(text, from.p, from.n);
    text[from.n] = '/';
    memcpy(text + from.n + 1, to.p, to.n);
    *ret = (struct value){.kind = VALUE_TEXT, .text = str_slice(text, from.n + to.n + 1)};
    return is_parted;
}

/* Values of another kind than the field's could give the same canonical bytes (1 and true): they are refused. */
static bool read_value(struct stmt *st, int at, enum field_type type, struct value *ret)
{
    switch (stmt_column_type(st, at)) {
    case DB_NULL:
        return true;
    case DB_INT:
        *ret = (struct value){.kind = VALUE_INTEGER, .integer = stmt_column_int(st, at)};
        if (type == FT_BOOLEAN)
            return ret->integer == 0 || ret->integer == 1;
        return type == FT_INTEGER || type == FT_MONEY || type == FT_NUMBER;
    case DB_NUMBER:
        *ret = (struct value){.kind = VALUE_NUMBER, .number = stmt_column_number(st, at)};
        return type == FT_NUMBER && isfinite(ret->number);
    case DB_TEXT:
        *ret = (struct value){.kind = VALUE_TEXT, .text = stmt_column_text(st, at)};
        if (type == FT_ARRAY)
            return is_one_array(ret->text);
        return type != FT_GEOMETRY && type != FT_BOOLEAN && type != FT_INTEGER && type != FT_MONEY && type != FT_NUMBER;
    case DB_BLOB:
        *ret = (struct value){.kind = VALUE_BLOB, .text = stmt_column_blob(st, at)};
        return type == FT_GEOMETRY;
    }
    return false;
}

/* The fields of the row; false when what stands there cannot have been written by a change. */
static bool read_fields(struct scan *s, struct layout *x, bool is_removal)
{
    for (size_t i = 0; i < s->t->n_columns; i++)
        if ((is_removal || !x->is_known[i]) && !stmt_column_is_null(s->st, C_FIXED + (int)i))
            return false;
    for (size_t i = 0; i < x->reg.n_fields; i++) {
        struct layout_column c = {x->columns[i].at + C_FIXED, x->columns[i].at_end + C_FIXED};
        bool is_interval = x->reg.fields[i].type == FT_INTERVAL;
        x->values[i] = (struct value){.kind = VALUE_NULL};
        if (is_removal || x->columns[i].at < 0)
            continue;
        if (is_interval && x->columns[i].at_end < 0)
            return false;
        if (is_interval ? !read_interval(s->v, s->st, &c, &x->values[i])
                        : !read_value(s->st, c.at, x->reg.fields[i].type, &x->values[i]))
            return false;
    }
    return true;
}

static bool is_flag(struct stmt *st, int at)
{
    return stmt_column_type(st, at) == DB_INT && (stmt_column_int(st, at) | 1) == 1;
}

/* The leaf of the row as its content gives it. */
static bool row_leaf(struct scan *s, struct layout *x, struct digest *ret)
{
    struct stmt *st = s->st;
    if (!is_flag(st, C_REMOVED) || !is_flag(st, C_SAMPLE) || stmt_column_type(st, C_SALT) != DB_BLOB)
        return false;
    struct str salt = stmt_column_blob(st, C_SALT);
    bool is_removal = stmt_column_int(st, C_REMOVED) != 0;
    if (!read_fields(s, x, is_removal))
        return false;
    struct record r = {
        .id = stmt_column_text(st, C_ID), .values = x->values, .is_sample = stmt_column_int(st, C_SAMPLE) != 0};
    buf_reset(&s->canonical);
    if (!record_canonical(&x->reg, &r, salt, is_removal, &s->canonical) || s->canonical.is_full)
        return false;
    merkle_leaf(buf_view(&s->canonical), ret);
    return true;
}

/* The leaf hash in the log; NULL when its tile is missing or cannot be read. */
static const unsigned char *leaf_in_log(struct scan *s, int64_t rev, uint64_t ord)
{
    int64_t n = (int64_t)(ord / TILE_HASHES);
    bool has_row = false;
    if (s->tile_tree != rev || s->tile_n != n) {
        s->tile_tree = 0;
        stmt_bind_int(s->tile, 1, rev);
        stmt_bind_int(s->tile, 2, n);
        if (stmt_step(s->tile, &has_row, NULL) != OK || !has_row)
            return NULL;
        struct str hashes = stmt_column_blob(s->tile, 0);
        s->tile_hashes = hashes.n < sizeof s->hashes ? hashes.n : sizeof s->hashes;
        memcpy(s->hashes, hashes.p, s->tile_hashes);
        stmt_reset(s->tile);
        s->tile_tree = rev;
        s->tile_n = n;
    }
    size_t at = (size_t)(ord % TILE_HASHES) * DIGEST_BYTES;
    return at + DIGEST_BYTES <= s->tile_hashes ? s->hashes + at : NULL;
}

static void count_row(struct scan *s, int64_t rev)
{
    struct verify *v = s->v;
    if (!s->count || s->count->rev != rev) {
        s->count = NULL;
        for (size_t i = v->first_register[rev]; i < v->first_register[rev + 1] && !s->count; i++)
            if (str_eq(v->registers.p[i].name, s->t->name))
                s->count = &v->registers.p[i];
    }
    if (s->count)
        s->count->have++;
}

/* A value may be gone only when an erasure says so: its commitment alone would let anybody take it away. */
static void check_erased(struct scan *s, struct str id, int64_t rev)
{
    struct verify *v = s->v;
    int *erased = NULL;
    int64_t n = 0;
    size_t n_erased = salts_erased(v->row, &s->layout->reg, stmt_column_blob(s->st, C_SALT), &erased);
    for (size_t i = 0; i < n_erased; i++) {
        struct str name = s->layout->reg.fields[erased[i]].name;
        enum err e =
            db_value_int(v->db,
                         STR("SELECT count(*) FROM r_erasures e, json_each(e.fields) j WHERE e.record = ?1 AND "
                             "e._until IS NULL AND e._removed = 0 AND e.register = ?2 AND e._rev > ?3 AND "
                             "e.revision = e._rev AND j.value = ?4"),
                         DB_VALUES(db_text(id), db_text(s->t->name), db_int(rev), db_text(name)), &n, NULL);
        if (e != OK || n == 0)
            verify_problem(v, ERR_LOG_ERASED_UNSAID, rev, s->t->name, id, "%.*s", STR_ARG(name));
    }
}

static void check_row(struct scan *s)
{
    struct verify *v = s->v;
    struct stmt *st = s->st;
    /* Types first: asking for text converts. */
    bool is_typed = stmt_column_type(st, C_ID) == DB_TEXT && stmt_column_type(st, C_REV) == DB_INT &&
                    stmt_column_type(st, C_ORD) == DB_INT &&
                    (stmt_column_is_null(st, C_UNTIL) || stmt_column_type(st, C_UNTIL) == DB_INT);
    int64_t rev = stmt_column_int(st, C_REV), ord = stmt_column_int(st, C_ORD), n = stmt_column_int(st, C_N);
    bool is_null = stmt_column_is_null(st, C_UNTIL);
    int64_t until = is_null ? 0 : stmt_column_int(st, C_UNTIL);
    struct str id = stmt_column_text(st, C_ID);
    is_typed = is_typed && (is_null || until != 0);
    v->report->records++;
    verify_tick(v);
    chain_add(&s->sum, s->key, id, rev, until);
    for (size_t i = 0; is_null && i < s->t->indexes.n; i++)
        verify_index_row(v, &s->t->indexes.p[i], st);
    uint64_t leaves = rev >= 1 && rev <= v->head ? v->first_leaf[rev + 1] - v->first_leaf[rev] : 0;
    if (!is_typed || ord < 0 || (uint64_t)ord >= leaves || bit_get(v->seen, v->first_leaf[rev] + (uint64_t)ord)) {
        verify_problem(v, ERR_LOG_RECORD_EXTRA, rev < 0 ? 0 : rev, s->t->name, id, "%lld", (long long)n);
        return;
    }
    uint64_t bit = v->first_leaf[rev] + (uint64_t)ord;
    v->seen[bit / 8] = (unsigned char)(v->seen[bit / 8] | 1u << (bit % 8));
    count_row(s, rev);
    if (s->layout_rev != rev) {
        s->layout = layout_at(s->t, rev);
        s->layout_rev = rev;
    }
    if (s->layout && s->layout->is_unknown)
        return;
    struct digest leaf;
    const unsigned char *want = leaf_in_log(s, rev, (uint64_t)ord);
    arena_reset(v->row);
    if (!s->layout || !want || !row_leaf(s, s->layout, &leaf) || memcmp(leaf.b, want, DIGEST_BYTES) != 0)
        verify_problem(v, ERR_LOG_RECORD_ALTERED, rev, s->t->name, id, "%lld", (long long)ord);
    else if (s->layout->reg.n_personal)
        check_erased(s, id, rev);
}

/* ---- one table ---- */

static const char *scan_sql(struct verify *v, const struct verify_table *t)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(4 << 20);
    buf_puts(&b, "SELECT _n, _id, _rev, _ord, _until, _removed, _sample, _salt");
    for (size_t i = 0; i < t->n_columns; i++) {
        buf_puts(&b, ", \"");
        for (size_t k = 0; k < t->columns[i].n; k++) {
            if (t->columns[i].p[k] == '"')
                buf_putc(&b, '"');
            buf_putc(&b, t->columns[i].p[k]);
        }
        buf_putc(&b, '"');
    }
    buf_printf(&b, " FROM %s NOT INDEXED", t->table);
    return arena_dup(v->work, b.p, b.n);
}

static enum err scan_rows(struct scan *s, struct fault *f)
{
    struct verify *v = s->v;
    bool has_row;
    enum err e = stmt_new(v->db, str_of(scan_sql(v, s->t)), &s->st, f);
    if (e == OK)
        e = stmt_new(v->db, STR("SELECT hashes FROM log_tile WHERE tree = ?1 AND n = ?2"), &s->tile, f);
    while (e == OK && (e = verify_step(v, s->st, &has_row, f)) == OK && has_row)
        check_row(s);
    return e;
}

/* The same sum from the key index: it holds id and revision in order, so the next one of an id is the next entry. */
static enum err scan_index(struct scan *s, struct chain_sum *ret_sum, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    struct buf id CLEANUP(buf_done) = BUF_INIT(SIZE_MAX / 4);
    struct chain_sum sum = {0};
    int64_t rev = 0;
    bool has_row, has_before = false;
    const char *sql =
        arena_printf(s->v->work, "SELECT _id, _rev FROM %s INDEXED BY %s ORDER BY _id, _rev", s->t->table, s->t->index);
    enum err e = stmt_new(s->v->db, str_of(sql), &st, f);
    while (e == OK && (e = verify_step(s->v, st, &has_row, f)) == OK && has_row) {
        struct str next = stmt_column_text(st, 0);
        int64_t next_rev = stmt_column_int(st, 1);
        if (has_before)
            chain_add(&sum, s->key, buf_view(&id), rev, str_eq(next, buf_view(&id)) ? next_rev : 0);
        buf_reset(&id);
        buf_str(&id, next);
        rev = next_rev;
        has_before = true;
    }
    if (has_before)
        chain_add(&sum, s->key, buf_view(&id), rev, 0);
    *ret_sum = sum;
    return e;
}

static enum err scan_table(struct verify *v, struct verify_table *t, struct fault *f)
{
    struct scan *s = ARENA_NEW(v->work, struct scan);
    struct fault local = {0};
    struct chain_sum index;
    *s = (struct scan){.v = v, .t = t, .layout_rev = -1, .canonical = BUF_INIT(2 * LIMIT_RECORD_BYTES + 65536)};
    random_bytes(s->key, sizeof s->key);
    enum err e = verify_indexes_open(v, t, &local);
    if (e == OK)
        e = scan_rows(s, &local);
    if (e == OK)
        e = verify_indexes_compare(v, t, &local);
    if (e == OK)
        e = scan_index(s, &index, &local);
    if (e == OK)
        t->has_other_chains = index.a != s->sum.a || index.b != s->sum.b;
    stmt_free(s->st);
    stmt_free(s->tile);
    buf_done(&s->canonical);
    if (e == OK)
        return OK;
    t->is_broken = true;
    e = verify_unreadable(v, e, &local, t->name);
    if (e != OK && f)
        *f = local;
    return e;
}

/* ---- history ---- */

struct version {
    struct buf id;
    int64_t rev, until;
    bool is_null;
};

/* A version and the revision of the next one of its record, 0 when it is the last. */
static bool judge_link(struct verify *v, const struct verify_table *t, const struct version *x, int64_t next)
{
    struct str id = buf_view(&x->id);
    if (x->is_null ? next == 0 : x->until == next && next != 0)
        return true;
    /* The version that replaced this one is gone, and its revision lacks a row. */
    bool points_to_gap = !x->is_null && x->until > x->rev && (next == 0 || x->until < next) && x->until <= v->head &&
                         v->lacks_rows[x->until];
    if (points_to_gap && v->missing.n < LOG_PROBLEMS_MAX) {
        struct str copy = str_dup(v->work, id);
        VEC_PUSH(v->work, &v->missing, ((struct missing){x->until, t->name, copy}));
    } else {
        char until[24] = "NULL", want[24] = "NULL";
        if (!x->is_null)
            snprintf(until, sizeof until, "%lld", (long long)x->until);
        if (next)
            snprintf(want, sizeof want, "%lld", (long long)next);
        verify_problem(v, ERR_LOG_HISTORY_ALTERED, x->rev, t->name, id, "_until %s ≠ %s", until, want);
    }
    return false;
}

static enum err walk_chains(struct verify *v, struct verify_table *t, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    struct version x = {.id = BUF_INIT(SIZE_MAX / 4)};
    bool has_row, has_before = false, is_whole = true;
    const char *sql =
        arena_printf(v->work, "SELECT _id, _rev, _until FROM %s NOT INDEXED ORDER BY _id, _rev", t->table);
    enum err e = stmt_new(v->db, str_of(sql), &st, f);
    while (e == OK && (e = verify_step(v, st, &has_row, f)) == OK && has_row) {
        struct str id = stmt_column_text(st, 0);
        int64_t rev = stmt_column_int(st, 1);
        if (has_before)
            is_whole = judge_link(v, t, &x, str_eq(id, buf_view(&x.id)) ? rev : 0) && is_whole;
        buf_reset(&x.id);
        buf_str(&x.id, id);
        x.rev = rev;
        x.until = stmt_column_int(st, 2);
        x.is_null = stmt_column_is_null(st, 2);
        has_before = true;
    }
    if (e == OK && has_before)
        is_whole = judge_link(v, t, &x, 0) && is_whole;
    if (e == OK && is_whole)
        verify_problem(v, ERR_LOG_INDEX_DIFFERS, 0, t->name, none, "u_%.*s", STR_ARG(t->name));
    buf_done(&x.id);
    return e;
}

/* ---- what is missing ---- */

static void find_lacks(struct verify *v)
{
    v->lacks_rows = ARENA_ARRAY(v->work, bool, v->head + 1);
    for (int64_t rev = 1; rev <= v->head; rev++)
        for (uint64_t i = v->first_leaf[rev]; i < v->first_leaf[rev + 1] && !v->lacks_rows[rev]; i++)
            v->lacks_rows[rev] = !bit_get(v->seen, i);
}

static int missing_order(const void *a, const void *b)
{
    const struct missing *x = a, *y = b;
    return (x->rev > y->rev) - (x->rev < y->rev);
}

/* The registers of which a revision has fewer rows than its entry says. */
static struct str lacking_registers(struct verify *v, int64_t rev)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 16);
    for (size_t i = v->first_register[rev]; i < v->first_register[rev + 1]; i++) {
        const struct rev_register *r = &v->registers.p[i];
        if (r->have < r->want) {
            buf_puts(&b, b.n ? ", " : "");
            buf_str(&b, r->name);
        }
    }
    return str_dup(v->row, buf_view(&b));
}

/* Rows of one revision that no table has: by record where the chains named all of them, else by their ordinals. */
static void report_missing(struct verify *v, int64_t rev, const struct missing *named, size_t n_named)
{
    uint64_t first = v->first_leaf[rev], end = v->first_leaf[rev + 1], n = 0;
    for (uint64_t i = first; i < end; i++)
        n += !bit_get(v->seen, i);
    for (size_t i = 0; i < n_named; i++)
        verify_problem(v, ERR_LOG_RECORD_MISSING, rev, named[i].reg, named[i].id, "%s", "");
    if (n <= n_named)
        return;
    arena_reset(v->row);
    struct str registers = lacking_registers(v, rev);
    for (uint64_t i = first; i < end; i++) {
        uint64_t from = i;
        while (i < end && !bit_get(v->seen, i))
            i++;
        if (i == from)
            continue;
        if (i - from == 1)
            verify_problem(v, ERR_LOG_ROWS_MISSING, rev, registers, none, "%llu", (unsigned long long)(from - first));
        else
            verify_problem(v, ERR_LOG_ROWS_MISSING, rev, registers, none, "%llu–%llu",
                           (unsigned long long)(from - first), (unsigned long long)(i - 1 - first));
    }
}

static void find_missing(struct verify *v)
{
    size_t at = 0;
    if (v->missing.n)
        qsort(v->missing.p, v->missing.n, sizeof *v->missing.p, missing_order);
    for (int64_t rev = 1; rev <= v->head; rev++) {
        size_t from = at;
        while (at < v->missing.n && v->missing.p[at].rev == rev)
            at++;
        if (v->lacks_rows[rev])
            report_missing(v, rev, v->missing.p + from, at - from);
    }
}

enum err verify_rows(struct verify *v, struct fault *f)
{
    enum err e = OK;
    uint64_t leaves = v->first_leaf[v->head + 1];
    v->total = (int64_t)leaves;
    v->seen = arena_zalloc(v->work, leaves / 8 + 1);
    for (size_t i = 0; e == OK && i < v->tables.n; i++)
        e = scan_table(v, &v->tables.p[i], f);
    find_lacks(v);
    for (size_t i = 0; e == OK && i < v->tables.n; i++) {
        struct fault local = {0};
        struct verify_table *t = &v->tables.p[i];
        if (t->is_broken || !t->has_other_chains)
            continue;
        if ((e = walk_chains(v, t, &local)) != OK && (e = verify_unreadable(v, e, &local, t->name)) != OK && f)
            *f = local;
    }
    if (e == OK)
        find_missing(v);
    return e;
}
