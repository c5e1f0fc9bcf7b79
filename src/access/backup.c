/* Making a backup: copies, a sealed tar of them, read back before it gets its name. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/backup_internal.h"
#include "access/job.h"
#include "access/store.h"
#include "access/tar.h"
#include "base/clock.h"
#include "base/file.h"
#include "crypt/base64.h"
#include "register/log.h"
#include "register/store.h"
#include "text/date.h"

#include "base/banned.h"

enum { SMALL_BYTES = 1 << 16, PIECE_BYTES = 1 << 16, PLACE_BYTES = DB_OWNER_BYTES + 32 };

const char *const backup_names[BACKUP_MEMBERS] = {"province.db", "province.checkpoint", "province.pub", "province.key",
                                                  "province.access.db"};

const char *backup_path(struct arena *a, const char *db_path, enum backup_member member)
{
    static const char *const suffixes[BACKUP_MEMBERS] = {".db", ".checkpoint", ".pub", ".key", ".access.db"};
    struct str p = str_of(db_path);
    if (member == MEMBER_DB)
        return db_path;
    if (str_ends(p, STR(".db")))
        p.n -= 3;
    return arena_printf(a, "%.*s%s", STR_ARG(p), suffixes[member]);
}

/* ---- the folder of copies ---- */

static const char *folder_of(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    return !slash ? "." : slash == path ? "/" : arena_dup(a, path, (size_t)(slash - path));
}

void backup_folder_remove(struct arena *a, const char *folder)
{
    DIR *d = opendir(folder);
    for (struct dirent *entry; d && (entry = readdir(d));)
        if (entry->d_name[0] != '.')
            unlink(arena_printf(a, "%s/%s", folder, entry->d_name));
    if (d)
        closedir(d);
    rmdir(folder);
}

static void remove_stale(struct arena *a, const char *parent)
{
    DIR *d = opendir(parent);
    for (struct dirent *entry; d && (entry = readdir(d));) {
        static const char start[] = ".backup-";
        bool is_ours = strncmp(entry->d_name, start, sizeof start - 1) == 0;
        char *end = entry->d_name;
        long pid = is_ours ? strtol(entry->d_name + sizeof start - 1, &end, 10) : 0;
        if (*end == 0 && pid > 0 && pid <= INT_MAX && (pid == getpid() || (kill((pid_t)pid, 0) != 0 && errno == ESRCH)))
            backup_folder_remove(a, arena_printf(a, "%s/%s", parent, entry->d_name));
    }
    if (d)
        closedir(d);
}

enum err backup_folder_make(struct arena *a, const char *db_path, const char **ret_folder, struct fault *f)
{
    const char *parent = folder_of(a, db_path), *folder = arena_printf(a, "%s/.backup-%d", parent, (int)getpid());
    enum err e = folder_make(parent, f);
    if (e != OK)
        return e;
    remove_stale(a, parent);
    if (mkdir(folder, 0700) != 0)
        return fault_errno(f, "mkdir", folder);
    *ret_folder = folder;
    return OK;
}

/* ---- copies ---- */

static enum err copy_database(const char *from, const char *to, struct fault *f)
{
    struct db *db CLEANUP(db_freep) = NULL;
    enum err e = db_open(from, DB_READ, &db, f);
    return e == OK ? db_copy(db, to, f) : e;
}

/* Those that are not in the access file yet: opening it puts them there. */
static enum err settle_reads(const char *db_path, struct fault *f)
{
    struct access *a CLEANUP(access_freep) = NULL;
    return access_open(db_path, &a, f);
}

/* The checkpoint first: what is copied after it extends it. */
static enum err copy_all(struct arena *a, const char *db_path, const char *folder, struct fault *f)
{
    static const enum backup_member small[] = {MEMBER_CHECKPOINT, MEMBER_PUBLIC, MEMBER_KEY};
    enum err e = OK;
    for (size_t i = 0; e == OK && i < ARRAY_LEN(small); i++) {
        struct str text;
        const char *path = backup_path(a, db_path, small[i]);
        e = file_read(a, path, SMALL_BYTES, &text, f);
        if (e == OK)
            e = file_write_new(arena_printf(a, "%s/%s", folder, backup_names[small[i]]), text, 0600, f);
        if (e == OK && small[i] == MEMBER_KEY)
            secret_wipe((char *)text.p, text.n);
    }
    if (e == OK)
        e = copy_database(db_path, arena_printf(a, "%s/%s", folder, backup_names[MEMBER_DB]), f);
    const char *access = access_path(a, db_path);
    if (e == OK && file_exists(access))
        e = settle_reads(db_path, f);
    if (e == OK && file_exists(access))
        e = copy_database(access, arena_printf(a, "%s/%s", folder, backup_names[MEMBER_ACCESS]), f);
    return e;
}

static void bad_page(void *context, const struct db_bad_page *bad)
{
    char *place = context;
    if (!*place)
        snprintf(place, PLACE_BYTES, "page %u (%s)", bad->page, bad->owner);
}

/* Opened as any reader opens it: the checkpoint's signature, that the log extends it, and every page. */
static enum err judge_copy(struct arena *a, const char *folder, struct backup_facts *ret, struct fault *f)
{
    struct store *s CLEANUP(store_freep) = NULL;
    char place[PLACE_BYTES] = "";
    uint64_t n_bad = 0;
    struct digest root;
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    const char *path = arena_printf(a, "%s/%s", folder, backup_names[MEMBER_DB]);
    enum err e = store_open(path, STORE_READ, &s, f);
    if (e == OK)
        e = db_pages_check(s->db, bad_page, place, &n_bad, f);
    if (e == OK && n_bad)
        e = FAULT(f, ERR_DB_DAMAGED, {"path", str_of(path)}, {"place", str_of(place)}, {"reason", STR("checksum")});
    struct note_verifier v;
    if (e == OK)
        e = log_verifier(s, &v, f);
    if (e != OK)
        return e;
    merkle_frontier_root(&s->frontier, &root);
    base64_encode(root.b, sizeof root.b, &b);
    ret->revision = s->head;
    ret->root = str_dup(a, buf_view(&b));
    ret->log = str_dup(a, str_of(v.name));
    return OK;
}

/* ---- the sealed tar ---- */

static enum err digest_file(const char *path, struct backup_file *ret, struct fault *f)
{
    int fd CLEANUP(fd_close) = open(path, O_RDONLY | O_CLOEXEC);
    char piece[PIECE_BYTES];
    struct sha256 h;
    ssize_t n;
    if (fd < 0)
        return fault_errno(f, "open", path);
    *ret = (struct backup_file){.is_there = true};
    sha256_init(&h);
    while ((n = read(fd, piece, sizeof piece)) > 0) {
        sha256_add(&h, str_slice(piece, (size_t)n));
        ret->bytes += n;
    }
    sha256_end(&h, &ret->digest);
    return n < 0 ? fault_errno(f, "read", path) : OK;
}

static void manifest_write(const struct backup_set *set, struct buf *out)
{
    struct json_out o;
    struct buf hex CLEANUP(buf_done) = BUF_INIT(2 * DIGEST_BYTES);
    json_out_init(&o, out, JSON_OUT_PRETTY);
    json_object_begin(&o);
    json_member(&o, "format", STR(BACKUP_FORMAT));
    json_member(&o, "time", set->facts.time);
    json_member(&o, "program", STR("tinhso " TINHSO_VERSION));
    json_member(&o, "log", set->facts.log);
    json_key(&o, STR("revision")), json_int(&o, set->facts.revision);
    json_member(&o, "root", set->facts.root);
    json_key(&o, STR("files"));
    json_object_begin(&o);
    for (int i = 0; i < BACKUP_MEMBERS; i++) {
        const struct backup_file *x = &set->files[i];
        if (!x->is_there)
            continue;
        buf_reset(&hex);
        digest_hex(&x->digest, &hex);
        json_key(&o, str_of(backup_names[i]));
        json_object_begin(&o);
        json_key(&o, STR("bytes")), json_int(&o, x->bytes);
        json_member(&o, "sha256", buf_view(&hex));
        json_object_end(&o);
    }
    json_object_end(&o);
    json_object_end(&o);
    buf_putc(out, '\n');
}

static enum err member_begin(struct seal *s, const char *name, int64_t bytes, struct fault *f)
{
    unsigned char block[TAR_BLOCK];
    tar_header(name, (uint64_t)bytes, clock_now_ms() / 1000, block);
    return seal_write(s, str_slice((const char *)block, sizeof block), f);
}

static enum err member_end(struct seal *s, int64_t bytes, struct fault *f)
{
    static const char zeros[TAR_BLOCK] = {0};
    return seal_write(s, str_slice(zeros, tar_padding((uint64_t)bytes)), f);
}

static enum err member_write(struct seal *s, const char *path, const char *name, int64_t bytes, struct fault *f)
{
    int fd CLEANUP(fd_close) = open(path, O_RDONLY | O_CLOEXEC);
    char piece[PIECE_BYTES];
    ssize_t n = 0;
    if (fd < 0)
        return fault_errno(f, "open", path);
    enum err e = member_begin(s, name, bytes, f);
    while (e == OK && (n = read(fd, piece, sizeof piece)) > 0)
        e = seal_write(s, str_slice(piece, (size_t)n), f);
    if (e == OK && n < 0)
        e = fault_errno(f, "read", path);
    return e == OK ? member_end(s, bytes, f) : e;
}

static enum err write_members(struct arena *a, struct seal *s, const char *folder, const struct backup_set *set,
                              struct fault *f)
{
    static const char zeros[2 * TAR_BLOCK] = {0};
    struct buf manifest CLEANUP(buf_done) = BUF_INIT(SMALL_BYTES);
    manifest_write(set, &manifest);
    enum err e = member_begin(s, MANIFEST, (int64_t)manifest.n, f);
    if (e == OK)
        e = seal_write(s, buf_view(&manifest), f);
    if (e == OK)
        e = member_end(s, (int64_t)manifest.n, f);
    for (int i = 0; e == OK && i < BACKUP_MEMBERS; i++)
        if (set->files[i].is_there)
            e = member_write(s, arena_printf(a, "%s/%s", folder, backup_names[i]), backup_names[i], set->files[i].bytes,
                             f);
    if (e == OK)
        e = seal_write(s, str_slice(zeros, sizeof zeros), f);
    return e == OK ? seal_write_end(s, f) : e;
}

static enum err write_sealed(struct arena *a, const char *draft, const char *folder, const struct seal_secret *secret,
                             const struct backup_set *set, struct fault *f)
{
    struct seal *s CLEANUP(seal_freep) = NULL;
    int fd CLEANUP(fd_close) = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return fault_errno(f, "create", draft);
    enum err e = seal_write_open(fd, secret, &s, f);
    if (e == OK)
        e = write_members(a, s, folder, set, f);
    return e == OK && fsync(fd) != 0 ? fault_errno(f, "fsync", draft) : e;
}

/* Read back to its end, and the same in every member. */
static enum err read_back(struct arena *a, const char *draft, const struct seal_secret *secret,
                          const struct backup_set *set, struct fault *f)
{
    struct backup_set again = {0};
    enum err e = backup_read(a, draft, secret, NULL, &again, f);
    bool is_same = again.facts.revision == set->facts.revision && str_eq(again.facts.root, set->facts.root);
    for (int i = 0; e == OK && is_same && i < BACKUP_MEMBERS; i++)
        is_same = again.files[i].is_there == set->files[i].is_there &&
                  (!set->files[i].is_there || digest_eq(&again.files[i].digest, &set->files[i].digest));
    return e == OK && !is_same ? FAULT(f, ERR_BACKUP_DIFFERS, {"path", str_of(draft)}) : e;
}

static enum err make(struct arena *a, const char *db_path, const char *folder, const char *draft,
                     const struct seal_secret *secret, struct backup_set *set, struct fault *f)
{
    struct buf time CLEANUP(buf_done) = BUF_INIT(64);
    instant_print(clock_now_ms(), &time);
    set->facts.time = str_dup(a, buf_view(&time));
    enum err e = copy_all(a, db_path, folder, f);
    if (e == OK)
        e = judge_copy(a, folder, &set->facts, f);
    for (int i = 0; e == OK && i < BACKUP_MEMBERS; i++) {
        const char *path = arena_printf(a, "%s/%s", folder, backup_names[i]);
        if (file_exists(path))
            e = digest_file(path, &set->files[i], f);
    }
    set->facts.has_access = set->files[MEMBER_ACCESS].is_there;
    if (e == OK)
        e = write_sealed(a, draft, folder, secret, set, f);
    return e == OK ? read_back(a, draft, secret, set, f) : e;
}

/* The administrator's pages tell when it ran and how it ended. Without accounts there is nobody to tell. */
static void note(struct arena *a, const char *db_path, const char *file, const struct actor *by, int64_t begun_us,
                 enum err outcome, const struct backup_facts *facts)
{
    const char *slash = strrchr(file, '/');
    char *name = arena_strdup(a, slash ? slash + 1 : file);
    for (char *p = name; *p; p++)
        if (*p == ' ' || *p == ';' || *p == '=')
            *p = '_';
    struct str told = str_of(
        arena_printf(a, "file=%s revision=%lld bytes=%lld", name, (long long)facts->revision, (long long)facts->bytes));
    job_note_beside(a, db_path,
                    &(struct job_end){.job = JOB_BACKUP,
                                      .by = by ? *by : (struct actor){0},
                                      .begun_us = begun_us,
                                      .outcome = outcome,
                                      .facts = told});
}

enum err backup_make(struct arena *a, const char *db_path, const char *file, const struct seal_secret *secret,
                     const struct actor *by, struct backup_facts *ret_facts, struct fault *f)
{
    struct backup_set set = {0};
    struct stat st;
    int64_t begun_us = clock_mono_us();
    const char *folder, *draft = arena_printf(a, "%s.%d.tmp", file, (int)getpid());
    if (file_exists(file))
        return FAULT(f, ERR_FILE_THERE, {"path", str_of(file)});
    if (!file_exists(db_path))
        return FAULT(f, ERR_FILE_MISSING, {"path", str_of(db_path)});
    file_tidy(file);
    enum err e = backup_folder_make(a, db_path, &folder, f);
    if (e != OK)
        return e;
    e = make(a, db_path, folder, draft, secret, &set, f);
    backup_folder_remove(a, folder);
    if (e == OK && link(draft, file) != 0) /* a rename could overwrite */
        e = fault_errno(f, "create", file);
    unlink(draft);
    if (e == OK)
        e = folder_sync(file, f);
    if (e == OK && stat(file, &st) == 0)
        set.facts.bytes = st.st_size;
    note(a, db_path, file, by, begun_us, e, &set.facts);
    if (e == OK)
        *ret_facts = set.facts;
    return e;
}
