/* The log for followers from outside: tiles and entries (c2sp.org/tlog-tiles), single revisions, and the records of one. */
#include "base/limits.h"
#include "register/internal.h"
#include "register/log.h"
#include "text/number.h"

#include "base/banned.h"

/* ---- names ---- */

struct tile {
    int level; /* -1: entries */
    uint64_t n;
    unsigned width; /* 1 … 256 */
};

enum { LEVEL_MAX = 5, ELEMENTS_MAX = 4 }; /* 256^6 leaves, and 10^12 tiles, are more than a province writes */

void log_tile_name(uint64_t n, unsigned width, struct buf *out)
{
    unsigned parts[ELEMENTS_MAX], count = 0;
    do {
        parts[count++] = (unsigned)(n % 1000);
        n /= 1000;
    } while (n && count < ELEMENTS_MAX);
    while (count-- > 0)
        buf_printf(out, count ? "x%03u/" : "%03u", parts[count]);
    if (width < TILE_HASHES)
        buf_printf(out, ".p/%u", width);
}

static bool three_digits(struct str s, uint64_t *n)
{
    if (s.n != 3)
        return false;
    for (size_t i = 0; i < 3; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        *n = *n * 10 + (uint64_t)(s.p[i] - '0');
    }
    return true;
}

/* "x001/234.p/17": the one form that log_tile_name writes. */
static bool parse_number(struct str text, struct tile *t)
{
    struct str rest = text;
    t->n = 0;
    t->width = TILE_HASHES;
    for (int i = 0; i < ELEMENTS_MAX; i++) {
        struct str one = str_cut(rest, '/', &rest);
        if (str_starts(one, STR("x")) && rest.p) {
            if (!three_digits(str_slice(one.p + 1, one.n - 1), &t->n))
                return false;
            continue;
        }
        int64_t width;
        bool is_partial = str_ends(one, STR(".p"));
        if (!three_digits(is_partial ? str_slice(one.p, one.n - 2) : one, &t->n) || is_partial != (rest.p != NULL))
            return false;
        if (!is_partial)
            return true;
        if (integer_parse(rest, &width, NULL) != OK || width < 1 || width >= TILE_HASHES)
            return false;
        t->width = (unsigned)width;
        return true;
    }
    return false;
}

static enum err parse(struct str name, struct tile *ret_tile, struct fault *f)
{
    struct str rest, level = str_cut(name, '/', &rest);
    struct buf again CLEANUP(buf_done) = BUF_INIT(64);
    struct tile t = {.level = -1};
    bool is_level = level.n == 1 && level.p[0] >= '0' && level.p[0] <= '0' + LEVEL_MAX;
    if (is_level)
        t.level = level.p[0] - '0';
    bool is_good = (is_level || str_is(level, "entries")) && rest.p && parse_number(rest, &t);
    if (is_good)
        log_tile_name(t.n, t.width, &again);
    if (!is_good || !str_eq(buf_view(&again), rest)) /* "x000/001" is not a second name of 001 */
        return FAULT(f, ERR_LOG_TILE, {"name", name});
    *ret_tile = t;
    return OK;
}

/* ---- tiles and entries ---- */

static enum err write_hashes(struct store *s, struct str name, const struct tile *t, struct buf *out, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct digest *leaves;
    uint64_t n, span = 1;
    enum err e = log_tree_leaves(a, s->db, 0, &leaves, &n, f);
    for (int i = 0; i < t->level; i++)
        span *= TILE_HASHES;
    if (e != OK)
        return e;
    if (t->n * TILE_HASHES + t->width > n / span)
        return FAULT(f, ERR_LOG_TILE, {"name", name});
    for (unsigned i = 0; i < t->width; i++) {
        struct digest root;
        merkle_root(leaves + (t->n * TILE_HASHES + i) * span, span, &root);
        buf_str(out, digest_view(&root));
    }
    return OK;
}

static enum err write_entries(struct store *s, struct str name, const struct tile *t, struct buf *out, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row;
    if (t->n * TILE_HASHES + t->width > (uint64_t)s->head)
        return FAULT(f, ERR_LOG_TILE, {"name", name});
    enum err e = stmt_new(s->db, STR("SELECT entry FROM revision WHERE rev > ?1 AND rev <= ?2 ORDER BY rev"), &st, f);
    if (e != OK)
        return e;
    stmt_bind_int(st, 1, (int64_t)(t->n * TILE_HASHES));
    stmt_bind_int(st, 2, (int64_t)(t->n * TILE_HASHES + t->width));
    while ((e = stmt_step(st, &has_row, f)) == OK && has_row) {
        struct str entry = stmt_column_text(st, 0);
        if (entry.n > 0xffff)
            return FAULT(f, ERR_LIMIT, {"what", name}, {"limit", STR("65535")});
        buf_putc(out, (char)(entry.n >> 8));
        buf_putc(out, (char)(entry.n & 0xff));
        buf_str(out, entry);
    }
    return e;
}

enum err log_tile_write(struct store *s, struct str name, struct buf *out, struct fault *f)
{
    struct tile t;
    enum err e = parse(name, &t, f);
    if (e != OK)
        return e;
    return t.level < 0 ? write_entries(s, name, &t, out, f) : write_hashes(s, name, &t, out, f);
}

/* ---- one revision ---- */

static void write_hex(struct json_out *o, const struct digest *d)
{
    struct buf hex CLEANUP(buf_done) = BUF_INIT(2 * DIGEST_BYTES);
    digest_hex(d, &hex);
    json_str(o, buf_view(&hex));
}

enum err log_revision_write(struct store *s, int64_t rev, struct buf *out, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str note, entry, number = str_of(arena_printf(a, "%lld", (long long)rev));
    struct checkpoint c;
    struct note_verifier v;
    struct digest *leaves;
    uint64_t n;
    if (rev < 1 || rev > s->head)
        return FAULT(f, ERR_REVISION_UNKNOWN, {"rev", number});
    enum err e = log_checkpoint_read(a, s, &note, &c, f);
    if (e == OK)
        e = log_verifier(s, &v, f);
    if (e == OK && (uint64_t)rev > c.size)
        e = FAULT(f, ERR_PROOF_PENDING, {"rev", number});
    if (e == OK)
        e = log_tree_leaves(a, s->db, 0, &leaves, &n, f);
    if (e == OK && n < c.size)
        e = FAULT(f, ERR_LOG_TREE, {"tree", STR("log_tile")});
    if (e == OK)
        e = db_value_text(s->db, a, STR("SELECT entry FROM revision WHERE rev = ?1"), DB_VALUES(db_int(rev)), &entry,
                          f);
    if (e != OK)
        return e;
    struct merkle_proof path = merkle_inclusion_proof(a, leaves, c.size, (size_t)rev - 1);
    struct buf verifier CLEANUP(buf_done) = BUF_INIT(NOTE_KEY_TEXT_BYTES);
    note_verifier_print(&v, &verifier);
    struct json_out o;
    json_out_init(&o, out, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_key(&o, STR("revision")), json_int(&o, rev);
    json_member(&o, "entry", entry);
    json_key(&o, STR("index")), json_int(&o, rev - 1);
    json_key(&o, STR("size")), json_int(&o, (int64_t)c.size);
    json_key(&o, STR("path"));
    json_array_begin(&o);
    for (size_t i = 0; i < path.n; i++)
        write_hex(&o, &path.p[i]);
    json_array_end(&o);
    json_member(&o, "checkpoint", note);
    json_member(&o, "verifier", buf_view(&verifier));
    json_object_end(&o);
    return OK;
}

/* ---- its records ---- */

/* The canonical bytes of the register's versions that lie in the window, by place. */
static enum err read_register(struct arena *a, struct store *s, const struct reg *reg, int64_t rev, int64_t from,
                              int64_t till, struct str *texts, struct fault *f)
{
    struct arena *row CLEANUP(arena_freep) = arena_new();
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_RECORD_BYTES);
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row;
    const char *sql = arena_printf(a, "SELECT %s FROM %s t WHERE t._rev = ?1 AND t._ord >= ?2 AND t._ord < ?3",
                                   record_columns_sql(a, reg), reg->table);
    enum err e = stmt_new(s->db, str_of(sql), &st, f);
    if (e != OK)
        return e;
    stmt_bind_int(st, 1, rev);
    stmt_bind_int(st, 2, from);
    stmt_bind_int(st, 3, till);
    while ((e = stmt_step(st, &has_row, f)) == OK && has_row) {
        struct record r;
        struct str salt = stmt_column_blob(st, 7);
        int64_t at = stmt_column_int(st, 3) - from;
        if (at < 0 || at >= till - from)
            return FAULT(f, ERR_LOG_TREE, {"tree", reg->name});
        arena_reset(row);
        buf_reset(&b);
        record_read(row, reg, st, &r);
        if (!record_canonical(reg, &r, salt, stmt_column_int(st, 5) != 0, &b))
            return FAULT(f, ERR_LOG_TREE, {"tree", reg->name});
        texts[at] = str_dup(a, buf_view(&b));
    }
    return e;
}

enum err log_records_write(struct store *s, int64_t rev, int64_t from, int64_t limit,
                           bool (*may_show)(void *context, const struct reg *reg), void *context, struct json_out *o,
                           struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct digest *leaves;
    uint64_t n;
    enum err e = log_tree_leaves(a, s->db, rev, &leaves, &n, f);
    if (e != OK)
        return e;
    from = from < (int64_t)n ? from : (int64_t)n;
    int64_t till = limit < (int64_t)n - from ? from + limit : (int64_t)n;
    struct str *texts = ARENA_ARRAY(a, struct str, (size_t)(till - from) + 1);
    for (size_t i = 0; e == OK && s->province && i < s->province->n_registers; i++)
        if (may_show(context, s->province->registers[i]))
            e = read_register(a, s, s->province->registers[i], rev, from, till, texts, f);
    if (e != OK)
        return e;
    json_array_begin(o);
    for (int64_t i = from; i < till; i++) {
        json_object_begin(o);
        json_key(o, texts[i - from].p ? STR("record") : STR("leaf"));
        if (texts[i - from].p)
            json_str(o, texts[i - from]);
        else
            write_hex(o, &leaves[i]);
        json_object_end(o);
    }
    json_array_end(o);
    return OK;
}
