/* Several changes in one transaction. What each of them would write anew, the last tile of the log and the words of the search, is written once for all. */
#include "base/file.h"
#include "register/change_internal.h"

#include "base/banned.h"

static void group_free(struct change_group *g)
{
    arena_free(g->a);
    free(g);
}

void change_group_abort(struct store *s)
{
    struct change_group *g = TAKE(s->group);
    if (!g)
        return;
    db_rollback(s->db);
    s->head = g->head;
    s->at = g->at;
    s->frontier = g->frontier;
    s->province = g->province;
    group_free(g);
}

static enum err begin(struct store *s, struct log_tree *ret_log, struct fault *f)
{
    int64_t head_before = s->head, declared = 0;
    enum err e = store_follow(s, f);
    if (e == OK && s->head != head_before)
        e = store_declared(s, s->head, &declared, f);
    if (e == OK && declared > head_before) /* somebody else declared anew */
        e = store_province_read(s->arena, s, &s->province, f);
    return e == OK ? log_tree_resume(ret_log, s->db, 0, &s->frontier, f) : e;
}

enum err change_group_begin(struct store *s, struct fault *f)
{
    must(!s->group);
    enum err e = db_begin(s->db, f);
    if (e != OK)
        return e;
    struct change_group *g = mem_zalloc(sizeof *g);
    g->a = arena_new();
    e = begin(s, &g->log, f);
    if (e != OK) {
        group_free(g);
        db_rollback(s->db);
        return e;
    }
    g->head = s->head;
    g->at = s->at;
    g->frontier = s->frontier;
    g->province = s->province;
    s->group = g;
    return OK;
}

enum err change_group_commit(struct store *s, struct fault *f)
{
    must(s->group != NULL);
    bool has_written = s->head != s->group->head;
    struct file_ahead *ahead = NULL;
    enum err e = search_settle(s, f);
    if (e == OK && has_written)
        e = log_tree_end(&s->group->log, NULL, f);
    if (e == OK && has_written)
        log_checkpoint_begin(s, &s->frontier, &ahead, NULL);
    if (e == OK)
        e = db_commit(s->db, f);
    file_write_end(ahead, e == OK, NULL);
    if (e != OK) {
        change_group_abort(s);
        return e;
    }
    group_free(TAKE(s->group));
    store_wal_clear(s);
    return OK;
}

/* ---- words that are owed */

void group_search_later(struct change_group *g, const struct reg *reg, int64_t first_n)
{
    for (size_t i = 0; i < g->owed.n; i++)
        if (g->owed.p[i].reg == reg)
            return;
    VEC_PUSH(g->a, &g->owed, ((struct words_owed){reg, first_n}));
}

enum err search_settle(struct store *s, struct fault *f)
{
    struct change_group *g = s->group;
    enum err e = OK;
    for (size_t i = 0; g && e == OK && i < g->owed.n; i++)
        e = search_add(g->a, s, g->owed.p[i].reg, g->owed.p[i].first_n, s->head, f);
    if (g && e == OK)
        g->owed = (struct words_list){0}; /* and not the array: a change that is undone goes back to it */
    return e;
}
