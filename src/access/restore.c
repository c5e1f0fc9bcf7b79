/* Restoring: everything is judged beside the target before the target is touched. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/backup_internal.h"
#include "access/store.h"
#include "base/file.h"
#include "register/log.h"
#include "register/store.h"

#include "base/banned.h"

struct restoring {
    struct arena *a;
    const struct restore_options *o;
    const char *folder;
    struct backup_set set;
};

static const char *unpacked(struct restoring *r, enum backup_member member)
{
    return arena_printf(r->a, "%s/%s", r->folder, backup_names[member]);
}

/* ---- is it good, and does it go on from what is known? ---- */

static enum err judge_log(struct restoring *r, struct store *s, struct fault *f)
{
    struct log_report report = {0};
    enum err e = log_verify(r->a, s, NULL, NULL, &report, f);
    if (e != OK || report.n_problems == 0)
        return e;
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 14);
    log_problem_print(&report.problems[0], LANG_EN, &b);
    return FAULT(f, ERR_RESTORE_LOG, {"problem", buf_view(&b)});
}

static struct str number(struct restoring *r, uint64_t n)
{
    return str_of(arena_printf(r->a, "%llu", (unsigned long long)n));
}

static enum err extends(struct restoring *r, struct store *s, const char *path, struct fault *f)
{
    struct str note;
    struct note_verifier v;
    struct checkpoint c;
    struct digest *leaves, root;
    uint64_t n;
    enum err e = file_read(r->a, path, CHECKPOINT_BYTES, &note, f);
    if (e == OK)
        e = log_verifier(s, &v, f);
    if (e != OK)
        return e;
    if (checkpoint_open(&v, note, &c, NULL) != OK)
        return FAULT(f, ERR_RESTORE_OTHER, {"checkpoint", str_of(path)}, {"log", str_of(v.name)});
    if (c.size > s->frontier.size) {
        int64_t lost = (int64_t)(c.size - s->frontier.size);
        if (lost > r->set.facts.lost)
            r->set.facts.lost = lost;
        return r->o->accept_loss ? OK
                                 : FAULT(f, ERR_RESTORE_OLDER, {"have", number(r, s->frontier.size)},
                                         {"want", number(r, c.size)}, {"checkpoint", str_of(path)});
    }
    e = log_tree_leaves(r->a, s->db, 0, &leaves, &n, f);
    if (e == OK)
        merkle_root(leaves, (size_t)c.size, &root);
    return e == OK && !digest_eq(&root, &c.root)
               ? FAULT(f, ERR_LOG_FORKED, {"path", str_of(path)}, {"checkpoint", str_of(path)})
               : e;
}

static enum err judge(struct restoring *r, struct fault *f)
{
    struct store *s CLEANUP(store_freep) = NULL;
    const char *beside = backup_path(r->a, r->o->db_path, MEMBER_CHECKPOINT);
    enum err e = store_open(unpacked(r, MEMBER_DB), STORE_SCRUB, &s, f);
    if (e == OK)
        e = judge_log(r, s, f);
    if (e == OK && r->o->checkpoint)
        e = extends(r, s, r->o->checkpoint, f);
    if (e == OK && file_exists(beside))
        e = extends(r, s, beside, f);
    if (e == OK)
        r->set.facts.revision = s->head;
    return e;
}

/* ---- putting it in place ---- */

/* The last to close a database takes its WAL away: where one is left, somebody else has it open. */
static enum err is_free(struct restoring *r, const char *path, struct fault *f)
{
    struct db *db = NULL;
    struct stat st;
    if (!file_exists(path) ||
        db_open(path, DB_WRITE, &db, NULL) != OK) /* damaged, say: that is why there are backups */
        return OK;
    db_close(db);
    if (stat(arena_printf(r->a, "%s-wal", path), &st) == 0)
        return FAULT(f, ERR_DB_BUSY, {"path", str_of(path)});
    return OK;
}

static enum err may_write(struct restoring *r, struct fault *f)
{
    enum err e = OK;
    for (int i = 0; e == OK && i < BACKUP_MEMBERS; i++) {
        const char *path = backup_path(r->a, r->o->db_path, (enum backup_member)i);
        bool is_checkpoint = i == MEMBER_CHECKPOINT || i == MEMBER_PUBLIC; /* may be all that is left of a loss */
        if (file_exists(path) && !r->o->is_replace && !is_checkpoint)
            e = FAULT(f, ERR_FILE_THERE, {"path", str_of(path)});
    }
    if (e == OK)
        e = is_free(r, r->o->db_path, f);
    return e == OK ? is_free(r, access_path(r->a, r->o->db_path), f) : e;
}

static enum err place(struct restoring *r, enum backup_member member, struct fault *f)
{
    const char *to = backup_path(r->a, r->o->db_path, member), *from = unpacked(r, member);
    if (!r->set.files[member].is_there)
        return OK;
    if (member == MEMBER_DB || member == MEMBER_ACCESS) { /* SQLite would read the old WAL into the new file */
        unlink(arena_printf(r->a, "%s-wal", to));
        unlink(arena_printf(r->a, "%s-shm", to));
    }
    if ((member == MEMBER_CHECKPOINT || member == MEMBER_PUBLIC) && chmod(from, 0644) != 0)
        return fault_errno(f, "chmod", from);
    return rename(from, to) == 0 ? OK : fault_errno(f, "rename", to);
}

/* The database comes last but for its checkpoint: whoever is killed in between starts with a refusal, and restores again. */
static enum err place_all(struct restoring *r, struct fault *f)
{
    static const enum backup_member order[] = {MEMBER_ACCESS, MEMBER_KEY, MEMBER_PUBLIC, MEMBER_DB, MEMBER_CHECKPOINT};
    enum err e = OK;
    for (size_t i = 0; e == OK && i < ARRAY_LEN(order); i++)
        e = place(r, order[i], f);
    return e == OK ? folder_sync(r->o->db_path, f) : e;
}

static enum err open_once(struct restoring *r, struct fault *f)
{
    struct store *s CLEANUP(store_freep) = NULL;
    return store_open(r->o->db_path, STORE_WRITE, &s,
                      f); /* signs a checkpoint of what the copy had beyond the old one */
}

enum err backup_restore(struct arena *a, const char *file, const struct seal_secret *secret,
                        const struct restore_options *o, struct backup_facts *ret_facts, struct fault *f)
{
    struct restoring r = {.a = a, .o = o};
    enum err e = may_write(&r, f);
    if (e == OK)
        e = backup_folder_make(a, o->db_path, &r.folder, f);
    if (e != OK)
        return e;
    e = backup_read(a, file, secret, r.folder, &r.set, f);
    if (e == OK)
        e = judge(&r, f);
    if (e == OK && r.set.files[MEMBER_ACCESS].is_there)
        e = revocations_carry(a, o->db_path, unpacked(&r, MEMBER_DB), &r.set.facts.kept, f);
    if (e == OK)
        e = place_all(&r, f);
    backup_folder_remove(a, r.folder);
    if (e == OK)
        e = open_once(&r, f);
    if (e == OK)
        *ret_facts = r.set.facts;
    return e;
}
