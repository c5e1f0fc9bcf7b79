/* The signed checkpoint in a file of its own beside the database, and the key that signs it.
 *
 * A database can lose its newest commits without SQLite noticing: a damaged WAL, an older copy put back. The checkpoint is
 * renewed after every commit, with fsync and rename; a database whose log is shorter, or is not an extension of it, is refused. */
#include "register/log.h"

#include "base/file.h"
#include "register/internal.h"

#include "base/banned.h"

/* "var/x.db" → "var/x" + suffix; made once. */
static const char *beside(struct store *s, const char *suffix)
{
    static const char *const suffixes[STORE_FILES] = {".key", ".pub", ".checkpoint"};
    size_t i = 0;
    while (strcmp(suffixes[i], suffix) != 0)
        must(++i < STORE_FILES);
    struct str p = s->path;
    if (str_ends(p, STR(".db")))
        p.n -= 3;
    if (!s->beside[i])
        s->beside[i] = arena_printf(s->arena, "%.*s%s", STR_ARG(p), suffix);
    return s->beside[i];
}

static struct str log_name(struct store *s)
{
    struct str p = s->path;
    const char *slash = memrchr(p.p, '/', p.n);
    if (slash)
        p = str_slice(slash + 1, p.n - (size_t)(slash + 1 - p.p));
    if (str_ends(p, STR(".db")))
        p.n -= 3;
    char *name = arena_printf(s->arena, "tinhso/%.*s", STR_ARG(p));
    for (char *c = name; *c; c++)
        if (*c == '+' || (unsigned char)*c <= ' ')
            *c = '-';
    return str_of(name);
}

/* Only for a log that has none: a new key beside an old public half or checkpoint would disown what was signed. */
static enum err make_key(struct store *s, struct note_key *key, struct fault *f)
{
    if (file_exists(beside(s, ".pub")) || file_exists(beside(s, ".checkpoint")))
        return FAULT(f, ERR_LOG_KEY_MISSING, {"path", str_of(beside(s, ".key"))});
    enum err e = note_key_make(log_name(s), key, f);
    if (e == OK)
        e = note_key_save(key, beside(s, ".key"), f);
    return e;
}

enum err log_key_open(struct store *s, struct fault *f)
{
    const char *path = beside(s, ".key");
    enum err e = file_exists(path) ? note_key_load(path, &s->key, f) : make_key(s, &s->key, f);
    if (e != OK || file_exists(beside(s, ".pub")))
        return e;
    struct buf b CLEANUP(buf_done) = BUF_INIT(NOTE_KEY_TEXT_BYTES);
    note_verifier_print(&s->key.verifier, &b);
    buf_putc(&b, '\n');
    return file_write_atomic(beside(s, ".pub"), buf_view(&b), 0644, f);
}

static enum err sign(struct store *s, const struct merkle_frontier *edge, struct buf *out, struct fault *f)
{
    struct checkpoint c = {.origin = str_of(s->key.verifier.name), .size = edge->size};
    merkle_frontier_root(edge, &c.root);
    return checkpoint_sign(&s->key, &c, out, f);
}

enum err log_checkpoint_write(struct store *s, struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(CHECKPOINT_BYTES);
    enum err e = sign(s, &s->frontier, &b, f);
    if (e == OK)
        e = file_write_atomic(beside(s, ".checkpoint"), buf_view(&b), 0644, f);
    return e;
}

enum err log_checkpoint_begin(struct store *s, const struct merkle_frontier *edge, struct file_ahead **ret_ahead,
                              struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(CHECKPOINT_BYTES);
    enum err e = sign(s, edge, &b, f);
    return e == OK ? file_write_begin(beside(s, ".checkpoint"), buf_view(&b), 0644, ret_ahead, f) : e;
}

enum err log_verifier(struct store *s, struct note_verifier *ret_v, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str text;
    enum err e = file_read(a, beside(s, ".pub"), NOTE_KEY_TEXT_BYTES, &text, f);
    return e == OK ? note_verifier_parse(str_trim(text), ret_v, f) : e;
}

enum err log_checkpoint_read(struct arena *a, struct store *s, struct str *ret_note, struct checkpoint *ret_c,
                             struct fault *f)
{
    struct note_verifier v;
    enum err e = file_read(a, beside(s, ".checkpoint"), CHECKPOINT_BYTES, ret_note, f);
    if (e == ERR_FILE_MISSING)
        return FAULT(f, ERR_LOG_CHECKPOINT_MISSING, {"path", str_of(beside(s, ".checkpoint"))});
    if (e == OK)
        e = log_verifier(s, &v, f);
    if (e == OK)
        e = checkpoint_open(&v, *ret_note, ret_c, f);
    return e;
}

bool log_has_checkpoint(struct store *s)
{
    return file_exists(beside(s, ".checkpoint"));
}

void log_tidy(struct store *s)
{
    static const char *const suffixes[] = {".key", ".pub", ".checkpoint"};
    file_tidy(s->path.p);
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
        file_tidy(beside(s, suffixes[i]));
}

/* The root that the log had at an earlier size. */
static enum err root_at(struct store *s, uint64_t size, struct digest *ret, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct digest *leaves;
    uint64_t n;
    enum err e = log_tree_leaves(a, s->db, 0, &leaves, &n, f);
    if (e == OK && n < size)
        e = FAULT(f, ERR_LOG_TREE, {"tree", STR("log_tile")});
    if (e == OK)
        merkle_root(leaves, size, ret);
    return e;
}

static enum err rolled_back(struct store *s, const struct checkpoint *c, struct fault *f)
{
    const char *db = arena_printf(s->arena, "%llu", (unsigned long long)s->frontier.size);
    const char *file = arena_printf(s->arena, "%llu", (unsigned long long)c->size);
    return FAULT(f, ERR_LOG_ROLLED_BACK, {"path", s->path}, {"have", str_of(db)}, {"want", str_of(file)},
                 {"checkpoint", str_of(beside(s, ".checkpoint"))});
}

enum err log_checkpoint_check_new(struct store *s, struct fault *f)
{
    struct checkpoint c;
    struct str note;
    if (!log_has_checkpoint(s))
        return OK;
    enum err e = log_checkpoint_read(s->arena, s, &note, &c, f);
    return e == OK && c.size > 0 ? rolled_back(s, &c, f) : e;
}

enum err log_checkpoint_check(struct store *s, struct fault *f)
{
    struct checkpoint c;
    struct str note;
    if (!log_has_checkpoint(s) &&
        s->frontier.size == 0) /* a writer signs the empty log: no first commit is without a checkpoint */
        return s->is_write ? log_checkpoint_write(s, f) : OK;
    enum err e = log_checkpoint_read(s->arena, s, &note, &c, f);
    if (e == OK && c.size > s->frontier.size) /* unless somebody has just written */
        e = store_follow(s, f);
    if (e != OK)
        return e;
    if (c.size > s->frontier.size || (int64_t)s->frontier.size != s->head)
        return rolled_back(s, &c, f);
    struct digest root;
    if ((e = root_at(s, c.size, &root, f)) != OK)
        return e;
    if (!digest_eq(&root, &c.root))
        return FAULT(f, ERR_LOG_FORKED, {"path", s->path}, {"checkpoint", str_of(beside(s, ".checkpoint"))});
    /* Killed between commit and checkpoint: the facts are there, the checkpoint follows. */
    return c.size < s->frontier.size && s->is_write ? log_checkpoint_write(s, f) : OK;
}
