#include "register/log_follow.h"

#include "base/limits.h"
#include "crypt/merkle.h"
#include "register/log.h"

#include "base/banned.h"

enum { RECORDS_AT_ONCE = 1000, ANSWER_BYTES = 64 << 20 };

struct follow {
    struct arena *a;
    const struct follow_source *source;
    const struct follow_options *o;
    struct checkpoint old, now;
    struct digest *leaves;
    struct fault *f;
};

static enum err strange_answer(struct follow *w, const char *path)
{
    return FAULT(w->f, ERR_FOLLOW_ANSWER, {"path", str_of(path)});
}

static enum err wrong_revision(struct follow *w, enum err code, uint64_t rev)
{
    return FAULT(w->f, code, {"rev", str_of(arena_printf(w->a, "%llu", (unsigned long long)rev))});
}

static const char *tile_path(struct follow *w, const char *what, uint64_t n)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    uint64_t width = w->now.size - n * TILE_HASHES;
    log_tile_name(n, width < TILE_HASHES ? (unsigned)width : TILE_HASHES, &b);
    return arena_printf(w->a, "tile/%s/%s", what, buf_cstr(&b));
}

/* ---- the tree ---- */

static enum err read_leaves(struct follow *w)
{
    if (w->now.size > LIMIT_FOLLOW_REVISIONS)
        return FAULT(w->f, ERR_LIMIT, {"what", STR("log")}, {"limit", STR("16777216")});
    w->leaves = ARENA_ARRAY(w->a, struct digest, (size_t)w->now.size + 1);
    for (uint64_t n = 0; n * TILE_HASHES < w->now.size; n++) {
        struct buf b CLEANUP(buf_done) = BUF_INIT(TILE_HASHES * DIGEST_BYTES);
        const char *path = tile_path(w, "0", n);
        uint64_t left = w->now.size - n * TILE_HASHES;
        size_t want = (left < TILE_HASHES ? (size_t)left : TILE_HASHES) * DIGEST_BYTES;
        enum err e = w->source->get(w->source->context, path, &b, w->f);
        if (e != OK)
            return e;
        if (b.n != want)
            return strange_answer(w, path);
        memcpy(w->leaves + n * TILE_HASHES, b.p, want);
    }
    return OK;
}

static enum err check_tree(struct follow *w)
{
    struct digest root;
    merkle_root(w->leaves, (size_t)w->now.size, &root);
    if (!digest_eq(&root, &w->now.root))
        return FAULT(w->f, ERR_FOLLOW_ROOT);
    merkle_root(w->leaves, (size_t)w->old.size, &root);
    if (w->old.size && !digest_eq(&root, &w->old.root))
        return wrong_revision(w, ERR_FOLLOW_FORKED, w->old.size);
    return OK;
}

/* ---- the records of a revision ---- */

static enum err read_page(struct follow *w, uint64_t rev, struct digest *leaves, size_t from, size_t count,
                          size_t *ret_n, int64_t *n_public)
{
    struct arena *page CLEANUP(arena_freep) = arena_new();
    struct buf b CLEANUP(buf_done) = BUF_INIT(ANSWER_BYTES);
    struct json *root;
    const char *path =
        arena_printf(page, "revisions/%llu/records?from=%zu&limit=%d", (unsigned long long)rev, from, RECORDS_AT_ONCE);
    enum err e = w->source->get(w->source->context, path, &b, w->f);
    if (e != OK)
        return e;
    const struct json *records =
        json_parse(page, buf_view(&b), STR(""), &root, NULL) == OK ? json_get(root, "records") : NULL;
    if (!records || records->kind != J_ARRAY || records->n == 0 || records->n > count - from)
        return strange_answer(w, path);
    for (size_t i = 0; i < records->n; i++) {
        const struct json *record = json_get(&records->items[i], "record"),
                          *leaf = json_get(&records->items[i], "leaf");
        if (record && record->kind == J_STRING) {
            merkle_leaf(record->string, &leaves[from + i]);
            ++*n_public;
        } else if (!leaf || leaf->kind != J_STRING || !digest_parse(leaf->string, &leaves[from + i])) {
            return strange_answer(w, path);
        }
    }
    *ret_n = records->n;
    return OK;
}

static enum err check_records(struct follow *w, uint64_t rev, const struct json *entry, int64_t *ret_public)
{
    const struct json *count = json_get(entry, "count"), *text = json_get(entry, "root");
    struct digest want, root;
    bool is_good = count && count->kind == J_NUMBER && count->number >= 0 && count->number <= LIMIT_FOLLOW_RECORDS &&
                   text && text->kind == J_STRING && digest_parse(text->string, &want);
    if (!is_good)
        return wrong_revision(w, ERR_FOLLOW_ENTRY, rev);
    struct arena *scratch CLEANUP(arena_freep) = arena_new();
    size_t n = (size_t)count->number, page = 0;
    struct digest *leaves = ARENA_ARRAY(scratch, struct digest, n + 1);
    enum err e = OK;
    *ret_public = 0;
    for (size_t from = 0; e == OK && from < n; from += page)
        e = read_page(w, rev, leaves, from, n, &page, ret_public);
    if (e != OK)
        return e;
    merkle_root(leaves, n, &root);
    return digest_eq(&root, &want) ? OK : wrong_revision(w, ERR_FOLLOW_RECORDS, rev);
}

/* ---- entries ---- */

static enum err take_entry(struct follow *w, uint64_t index, struct str text)
{
    struct digest leaf;
    struct json *entry;
    int64_t n_public = -1;
    struct arena *scratch CLEANUP(arena_freep) = arena_new();
    merkle_leaf(text, &leaf);
    if (!digest_eq(&leaf, &w->leaves[index]) || json_parse(scratch, text, STR(""), &entry, NULL) != OK)
        return wrong_revision(w, ERR_FOLLOW_ENTRY, index + 1);
    const struct json *rev = json_get(entry, "rev");
    if (!rev || rev->kind != J_NUMBER || rev->number != (double)(index + 1))
        return wrong_revision(w, ERR_FOLLOW_ENTRY, index + 1);
    enum err e = w->o->has_records ? check_records(w, index + 1, entry, &n_public) : OK;
    if (e == OK && w->o->each)
        w->o->each(w->o->context, (int64_t)index + 1, entry, n_public);
    return e;
}

static enum err read_bundle(struct follow *w, uint64_t n)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(TILE_HASHES * 65537);
    const char *path = tile_path(w, "entries", n);
    enum err e = w->source->get(w->source->context, path, &b, w->f);
    size_t at = 0;
    uint64_t end = (n + 1) * TILE_HASHES < w->now.size ? (n + 1) * TILE_HASHES : w->now.size;
    for (uint64_t i = n * TILE_HASHES; e == OK && i < end; i++) {
        size_t length = at + 2 <= b.n ? (size_t)(unsigned char)b.p[at] << 8 | (unsigned char)b.p[at + 1] : b.n;
        if (length > b.n - at - 2 || at + 2 > b.n)
            return strange_answer(w, path);
        if (i >= w->old.size)
            e = take_entry(w, i, str_slice(b.p + at + 2, length));
        at += 2 + length;
    }
    return e == OK && at != b.n ? strange_answer(w, path) : e;
}

enum err log_follow(struct arena *a, const struct follow_source *source, const struct note_verifier *v,
                    struct str last_note, const struct follow_options *o, struct follow_result *ret_result,
                    struct fault *f)
{
    struct follow w = {.a = a, .source = source, .o = o, .f = f};
    struct buf note CLEANUP(buf_done) = BUF_INIT(CHECKPOINT_BYTES);
    enum err e = last_note.n ? checkpoint_open(v, last_note, &w.old, f) : OK;
    if (e == OK)
        e = source->get(source->context, "checkpoint", &note, f);
    if (e == OK)
        e = checkpoint_open(v, buf_view(&note), &w.now, f);
    if (e == OK && w.now.size < w.old.size)
        e = wrong_revision(&w, ERR_FOLLOW_SMALLER, w.old.size);
    if (e == OK)
        e = read_leaves(&w);
    if (e == OK)
        e = check_tree(&w);
    for (uint64_t n = w.old.size / TILE_HASHES; e == OK && n * TILE_HASHES < w.now.size && w.old.size < w.now.size; n++)
        e = read_bundle(&w, n);
    if (e != OK)
        return e;
    *ret_result = (struct follow_result){str_dup(a, buf_view(&note)), w.old.size, w.now.size};
    return OK;
}
