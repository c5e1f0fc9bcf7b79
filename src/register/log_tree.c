/* Merkle trees kept in the table log_tile: leaf hashes in tiles of 256, the right edge in memory. */
#include "register/log.h"

#include "base/banned.h"

void log_tree_init(struct log_tree *t, struct db *db, int64_t tree)
{
    t->db = db;
    t->tree = tree;
    t->size = 0;
    t->is_tile_stored = false;
    t->frontier = (struct merkle_frontier){0};
}

enum err log_tree_resume(struct log_tree *t, struct db *db, int64_t tree, const struct merkle_frontier *frontier,
                         struct fault *f)
{
    log_tree_init(t, db, tree);
    t->frontier = *frontier;
    t->size = frontier->size;
    if (t->size % TILE_HASHES == 0)
        return OK;
    t->is_tile_stored = true;
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    enum err e = stmt_new(db, STR("SELECT hashes FROM log_tile WHERE tree = ?1 AND n = ?2"), &st, f);
    bool has_row = false;
    if (e == OK) {
        stmt_bind_int(st, 1, tree);
        stmt_bind_int(st, 2, (int64_t)(t->size / TILE_HASHES));
        e = stmt_step(st, &has_row, f);
    }
    if (e != OK)
        return e;
    size_t want = (size_t)(t->size % TILE_HASHES) * DIGEST_BYTES;
    struct str hashes = has_row ? stmt_column_blob(st, 0) : (struct str){NULL, 0};
    if (hashes.n < want)
        return FAULT(f, ERR_LOG_TREE, {"tree", STR("log_tile")});
    memcpy(t->tile, hashes.p, want);
    return OK;
}

/* INSERT or UPDATE, never an upsert: that would open a statement savepoint, at which the full-text index writes out all it holds. */
static enum err write_tile(struct log_tree *t, uint64_t n, size_t hashes, struct fault *f)
{
    struct str sql = t->is_tile_stored ? STR("UPDATE log_tile SET hashes = ?3 WHERE tree = ?1 AND n = ?2")
                                       : STR("INSERT INTO log_tile(tree, n, hashes) VALUES(?1, ?2, ?3)");
    t->is_tile_stored = hashes < TILE_HASHES;
    return db_run(t->db, sql,
                  DB_VALUES(db_int(t->tree), db_int((int64_t)n),
                            db_blob(str_slice((const char *)t->tile, hashes * DIGEST_BYTES))),
                  f);
}

enum err log_tree_add(struct log_tree *t, const struct digest *leaf, struct fault *f)
{
    size_t at = (size_t)(t->size % TILE_HASHES);
    memcpy(t->tile + at * DIGEST_BYTES, leaf->b, DIGEST_BYTES);
    merkle_frontier_add(&t->frontier, leaf);
    t->size++;
    return at + 1 == TILE_HASHES ? write_tile(t, (t->size - 1) / TILE_HASHES, TILE_HASHES, f) : OK;
}

enum err log_tree_end(struct log_tree *t, struct digest *ret_root, struct fault *f)
{
    size_t rest = (size_t)(t->size % TILE_HASHES);
    enum err e = rest ? write_tile(t, t->size / TILE_HASHES, rest, f) : OK;
    if (e == OK && ret_root)
        merkle_frontier_root(&t->frontier, ret_root);
    return e;
}

enum err log_tree_leaves(struct arena *a, struct db *db, int64_t tree, struct digest **ret_leaves, uint64_t *ret_n,
                         struct fault *f)
{
    int64_t bytes;
    enum err e = db_value_int(db, STR("SELECT coalesce(sum(length(hashes)), 0) FROM log_tile WHERE tree = ?1"),
                              DB_VALUES(db_int(tree)), &bytes, f);
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    if (e == OK)
        e = stmt_new(db, STR("SELECT hashes FROM log_tile WHERE tree = ?1 ORDER BY n"), &st, f);
    if (e != OK)
        return e;
    if (bytes % DIGEST_BYTES)
        return FAULT(f, ERR_LOG_TREE, {"tree", STR("log_tile")});
    size_t room = (size_t)bytes, used = 0;
    unsigned char *p = arena_alloc(a, room + 1);
    stmt_bind_int(st, 1, tree);
    bool has_row;
    while ((e = stmt_step(st, &has_row, f)) == OK && has_row) {
        struct str hashes = stmt_column_blob(st, 0);
        if (hashes.n > room - used)
            return FAULT(f, ERR_LOG_TREE, {"tree", STR("log_tile")});
        memcpy(p + used, hashes.p, hashes.n);
        used += hashes.n;
    }
    if (e != OK)
        return e;
    *ret_leaves = (struct digest *)p;
    *ret_n = used / DIGEST_BYTES;
    return OK;
}
