/* Revisions and trees: entries against the leaves of the log, leaf hashes against the roots that entries name. */
#include "register/log_internal.h"

#include "base/banned.h"

static const struct str none = {NULL, 0};

/* The tiles of all trees, one behind the other. */
struct tiles {
    struct stmt *st;
    bool has_row;
    int64_t tree, n;
    struct str hashes;
    bool is_blob;
};

static enum err tiles_next(struct verify *v, struct tiles *t, struct fault *f)
{
    struct fault local = {0};
    enum err e = verify_step(v, t->st, &t->has_row, &local);
    if (e != OK) {
        t->has_row = false;
        e = verify_unreadable(v, e, &local, STR("log_tile"));
        if (e != OK && f)
            *f = local;
        return e;
    }
    if (!t->has_row)
        return OK;
    t->tree = stmt_column_int(t->st, 0);
    t->n = stmt_column_int(t->st, 1);
    t->is_blob = stmt_column_type(t->st, 2) == DB_BLOB;
    t->hashes = stmt_column_blob(t->st, 2);
    return OK;
}

/* What the tiles of one tree add up to. */
struct tree {
    struct merkle_frontier edge;
    bool is_whole; /* tiles in order, all but the last full */
};

/* Reads the tiles of a tree, on which t stands; leaves may be NULL. */
static enum err tree_read(struct verify *v, struct tiles *t, int64_t number, struct verify_leaves *leaves,
                          struct tree *ret_tree, struct fault *f)
{
    struct tree *tree = ret_tree;
    enum err e = OK;
    *tree = (struct tree){.is_whole = true};
    for (int64_t n = 0; e == OK && t->has_row && t->tree == number; n++) {
        size_t count = t->hashes.n / DIGEST_BYTES;
        if (t->n != n || !t->is_blob || t->hashes.n % DIGEST_BYTES || count == 0 || count > TILE_HASHES ||
            tree->edge.size != (uint64_t)n * TILE_HASHES)
            tree->is_whole = false;
        for (size_t i = 0; i < count; i++) {
            struct digest d;
            memcpy(d.b, t->hashes.p + i * DIGEST_BYTES, DIGEST_BYTES);
            merkle_frontier_add(&tree->edge, &d);
            if (leaves)
                VEC_PUSH(v->work, leaves, d);
        }
        e = tiles_next(v, t, f);
    }
    return e;
}

/* ---- entries ---- */

struct entry {
    struct str text, time, source, digest; /* columns of the row */
    bool has_source, has_digest;
    int64_t count;
    struct digest root;
    const struct json *registers;
};

static bool whole_number(const struct json *j, int64_t *ret)
{
    if (!j || j->kind != J_NUMBER || !(j->number >= 0 && j->number < 9e15) || (double)(int64_t)j->number != j->number)
        return false;
    *ret = (int64_t)j->number;
    return true;
}

static bool string_is(const struct json *j, struct str text)
{
    return j && j->kind == J_STRING && str_eq(j->string, text);
}

/* What in the entry or the row beside it is not as change.c wrote it; NULL when all is. */
static const char *entry_fault(struct verify *v, int64_t rev, struct entry *x, const struct digest *leaf)
{
    struct digest d;
    struct json *j;
    int64_t n, sum = 0;
    struct buf canonical CLEANUP(buf_done) = BUF_INIT(x->text.n + 1);
    merkle_leaf(x->text, &d);
    if (!digest_eq(&d, leaf))
        return "hash";
    if (json_parse(v->row, x->text, none, &j, NULL) != OK || j->kind != J_OBJECT)
        return "JSON";
    json_canonical(v->row, j, &canonical);
    if (!str_eq(buf_view(&canonical), x->text))
        return "RFC 8785";
    if (!whole_number(json_get(j, "rev"), &n) || n != rev)
        return "rev";
    const struct json *root = json_get(j, "root"), *source = json_get(j, "source");
    if (!root || root->kind != J_STRING || !digest_parse(root->string, &x->root))
        return "root";
    x->registers = json_get(j, "registers");
    bool adds_up = whole_number(json_get(j, "count"), &x->count) && x->registers && x->registers->kind == J_OBJECT;
    for (size_t i = 0; adds_up && i < x->registers->n; i++, sum += n)
        adds_up = whole_number(&x->registers->members[i].value, &n) && n <= x->count - sum;
    if (!adds_up || sum != x->count)
        return "count";
    if (!string_is(json_get(j, "time"), x->time))
        return "time";
    if ((source != NULL) != x->has_source || (source && !string_is(json_get(source, "name"), x->source)))
        return "source";
    const struct json *digest = json_get(source, "sha256");
    if ((digest != NULL) != x->has_digest || (digest && !string_is(digest, x->digest)))
        return "digest";
    return NULL;
}

struct revisions {
    struct stmt *st;
    bool has_row;
    int64_t rev;
};

static enum err revisions_next(struct verify *v, struct revisions *r, struct fault *f)
{
    struct fault local = {0};
    enum err e = verify_step(v, r->st, &r->has_row, &local);
    if (e == OK) {
        r->rev = r->has_row ? stmt_column_int(r->st, 0) : 0;
        return OK;
    }
    r->has_row = false;
    e = verify_unreadable(v, e, &local, STR("revision"));
    if (e != OK && f)
        *f = local;
    return e;
}

static void note_registers(struct verify *v, int64_t rev, const struct entry *x)
{
    for (size_t i = 0; i < x->registers->n; i++) {
        const struct json_member *m = &x->registers->members[i];
        struct str name = str_dup(v->work, m->key);
        VEC_PUSH(v->work, &v->registers, ((struct rev_register){rev, (int64_t)m->value.number, 0, name}));
    }
}

/* The row on which r stands, for revision rev whose leaf hashes are in tree. */
static void check_revision(struct verify *v, struct revisions *r, const struct digest *leaf, const struct tree *tree)
{
    /* Types first: asking for text converts. */
    bool has_source = !stmt_column_is_null(r->st, 2), has_digest = !stmt_column_is_null(r->st, 3);
    bool is_text = stmt_column_type(r->st, 1) == DB_TEXT && stmt_column_type(r->st, 4) == DB_TEXT &&
                   (!has_source || stmt_column_type(r->st, 2) == DB_TEXT) &&
                   (!has_digest || stmt_column_type(r->st, 3) == DB_TEXT);
    struct entry x = {.time = stmt_column_text(r->st, 1),
                      .source = stmt_column_text(r->st, 2),
                      .digest = stmt_column_text(r->st, 3),
                      .text = stmt_column_text(r->st, 4),
                      .has_source = has_source,
                      .has_digest = has_digest};
    struct digest root;
    arena_reset(v->row);
    const char *fault = is_text ? entry_fault(v, r->rev, &x, leaf) : "type";
    if (fault) {
        verify_problem(v, ERR_LOG_ENTRY_ALTERED, r->rev, none, none, "%s", fault);
        return;
    }
    note_registers(v, r->rev, &x);
    merkle_frontier_root(&tree->edge, &root);
    if (tree->edge.size != (uint64_t)x.count)
        verify_problem(v, ERR_LOG_LEAVES_ALTERED, r->rev, none, none, "%llu ≠ %lld",
                       (unsigned long long)tree->edge.size, (long long)x.count);
    else if (!tree->is_whole || !digest_eq(&root, &x.root))
        verify_problem(v, ERR_LOG_LEAVES_ALTERED, r->rev, none, none, "%s", tree->is_whole ? "root" : "log_tile");
}

/* Revision rev, on or before which r and t stand. */
static enum err walk_one(struct verify *v, int64_t rev, const struct digest *leaf, struct revisions *r, struct tiles *t,
                         uint64_t *ret_leaves, struct fault *f)
{
    struct tree tree;
    enum err e = tree_read(v, t, rev, NULL, &tree, f);
    if (e != OK)
        return e;
    *ret_leaves = tree.edge.size;
    v->report->revisions++;
    if (!r->has_row || r->rev != rev) {
        verify_problem(v, ERR_LOG_REVISION_MISSING, rev, none, none, "%s", "revision");
        return OK;
    }
    check_revision(v, r, leaf, &tree);
    return revisions_next(v, r, f);
}

/* What stands behind the last revision of the log. */
static enum err walk_rest(struct verify *v, struct revisions *r, struct tiles *t, struct fault *f)
{
    enum err e = OK;
    while (e == OK && r->has_row) {
        verify_problem(v, ERR_LOG_REVISION_EXTRA, r->rev, none, none, "%s", "revision");
        e = revisions_next(v, r, f);
    }
    for (int64_t last = v->head; e == OK && t->has_row; e = tiles_next(v, t, f)) {
        if (t->tree != last)
            verify_problem(v, ERR_LOG_LEAVES_ALTERED, t->tree, none, none, "%s", "log_tile");
        last = t->tree;
    }
    return e;
}

static enum err walk(struct verify *v, const struct digest *leaves, struct revisions *r, struct tiles *t,
                     struct fault *f)
{
    enum err e = OK;
    v->first_leaf = ARENA_ARRAY(v->work, uint64_t, v->head + 2);
    v->first_register = ARENA_ARRAY(v->work, size_t, v->head + 2);
    while (e == OK && r->has_row && r->rev < 1) {
        verify_problem(v, ERR_LOG_REVISION_EXTRA, r->rev, none, none, "%s", "revision");
        e = revisions_next(v, r, f);
    }
    for (int64_t rev = 1; e == OK && rev <= v->head; rev++) {
        uint64_t n = 0;
        v->first_register[rev] = v->registers.n;
        e = walk_one(v, rev, &leaves[rev - 1], r, t, &n, f);
        v->first_leaf[rev + 1] = v->first_leaf[rev] + n;
    }
    v->first_register[v->head + 1] = v->registers.n;
    return e == OK ? walk_rest(v, r, t, f) : e;
}

static enum err open_both(struct verify *v, struct revisions *r, struct tiles *t, struct fault *f)
{
    struct fault local = {0};
    enum err e = stmt_new(v->db, STR("SELECT tree, n, hashes FROM log_tile ORDER BY tree, n"), &t->st, &local);
    if (e == OK)
        e = tiles_next(v, t, f);
    else if ((e = verify_unreadable(v, e, &local, STR("log_tile"))) != OK && f)
        *f = local;
    while (e == OK && t->has_row && t->tree < 0)
        e = tiles_next(v, t, f);
    if (e != OK)
        return e;
    e = stmt_new(v->db, STR("SELECT rev, time, source, digest, entry FROM revision ORDER BY rev"), &r->st, &local);
    if (e == OK)
        return revisions_next(v, r, f);
    if ((e = verify_unreadable(v, e, &local, STR("revision"))) != OK && f)
        *f = local;
    return e;
}

enum err verify_trees(struct verify *v, struct verify_leaves *ret_leaves, struct fault *f)
{
    struct revisions r = {0};
    struct tiles t = {0};
    struct tree log;
    struct verify_leaves leaves = {0};
    enum err e = open_both(v, &r, &t, f);
    if (e == OK)
        e = tree_read(v, &t, 0, &leaves, &log, f);
    if (e == OK && !log.is_whole)
        verify_problem(v, ERR_LOG_LEAVES_ALTERED, 0, none, none, "%s", "log_tile");
    v->head = (int64_t)leaves.n;
    if (e == OK)
        e = walk(v, leaves.p, &r, &t, f);
    stmt_free(t.st);
    stmt_free(r.st);
    if (e == OK)
        *ret_leaves = leaves;
    return e;
}
