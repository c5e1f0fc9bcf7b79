/* Reading a backup: the seal, the tar in it, and each member against the manifest. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "access/backup_internal.h"
#include "access/tar.h"
#include "base/file.h"
#include "text/json.h"

#include "base/banned.h"

enum { SMALL_BYTES = 1 << 16, PIECE_BYTES = 1 << 16 };

struct reader {
    struct arena *a;
    struct seal *seal;
    const char *folder; /* NULL: nothing is unpacked */
    struct backup_set *set;
    bool is_found[BACKUP_MEMBERS];
};

/* All n bytes, or false at the end of the file. */
static enum err take(struct reader *r, void *p, size_t n, struct fault *f)
{
    size_t got = 0, more = 0;
    while (got < n) {
        enum err e = seal_read(r->seal, (char *)p + got, n - got, &more, f);
        if (e != OK)
            return e;
        if (more == 0)
            return FAULT(f, ERR_SEAL_FORMAT);
        got += more;
    }
    return OK;
}

static enum err skip_padding(struct reader *r, uint64_t size, struct fault *f)
{
    unsigned char rest[TAR_BLOCK];
    return take(r, rest, tar_padding(size), f);
}

static bool text_of(const struct json *j, const char *key, struct str *ret)
{
    const struct json *v = json_get(j, key);
    *ret = v && v->kind == J_STRING ? v->string : (struct str){NULL, 0};
    return ret->p != NULL;
}

static bool count_of(const struct json *j, const char *key, int64_t *ret)
{
    const struct json *v = json_get(j, key);
    if (!v || v->kind != J_NUMBER || !(v->number >= 0 && v->number < 9e15))
        return false;
    *ret = (int64_t)v->number;
    return true;
}

static bool manifest_parse(struct arena *a, struct str text, struct backup_set *set)
{
    struct json *j;
    struct str format, hex;
    if (json_parse(a, text, STR(MANIFEST), &j, NULL) != OK || !text_of(j, "format", &format) ||
        !str_is(format, BACKUP_FORMAT) || !text_of(j, "time", &set->facts.time) ||
        !text_of(j, "log", &set->facts.log) || !text_of(j, "root", &set->facts.root) ||
        !count_of(j, "revision", &set->facts.revision))
        return false;
    const struct json *files = json_get(j, "files");
    for (int i = 0; i < BACKUP_MEMBERS; i++) {
        const struct json *x = json_get(files, backup_names[i]);
        if (!x)
            continue;
        set->files[i].is_there = count_of(x, "bytes", &set->files[i].bytes) && text_of(x, "sha256", &hex) &&
                                 digest_parse(hex, &set->files[i].digest);
        if (!set->files[i].is_there)
            return false;
    }
    set->facts.has_access = set->files[MEMBER_ACCESS].is_there;
    return set->files[MEMBER_DB].is_there && set->files[MEMBER_CHECKPOINT].is_there &&
           set->files[MEMBER_KEY].is_there && set->files[MEMBER_PUBLIC].is_there;
}

static enum err read_manifest(struct reader *r, struct fault *f)
{
    unsigned char block[TAR_BLOCK];
    char name[TAR_NAME_BYTES + 1];
    uint64_t size;
    enum err e = take(r, block, sizeof block, f);
    if (e != OK)
        return e;
    if (!tar_read_header(block, name, &size) || strcmp(name, MANIFEST) != 0 || size > SMALL_BYTES)
        return FAULT(f, ERR_SEAL_FORMAT);
    char *text = arena_zalloc(r->a, size + 1);
    e = take(r, text, size, f);
    if (e == OK)
        e = skip_padding(r, size, f);
    if (e == OK && !manifest_parse(r->a, str_slice(text, size), r->set))
        e = FAULT(f, ERR_SEAL_FORMAT);
    return e;
}

static enum err copy_out(struct reader *r, int fd, const char *path, uint64_t size, struct digest *ret, struct fault *f)
{
    char piece[PIECE_BYTES];
    struct sha256 h;
    enum err e = OK;
    sha256_init(&h);
    while (e == OK && size > 0) {
        size_t n = size < sizeof piece ? (size_t)size : sizeof piece;
        e = take(r, piece, n, f);
        if (e != OK)
            break;
        sha256_add(&h, str_slice(piece, n));
        if (fd >= 0)
            e = file_write_all(fd, str_slice(piece, n), path, f);
        size -= n;
    }
    sha256_end(&h, ret);
    if (e == OK && fd >= 0 && fsync(fd) != 0)
        e = fault_errno(f, "fsync", path);
    return e;
}

static enum err read_member(struct reader *r, const char *name, uint64_t size, struct fault *f)
{
    int i = 0;
    struct digest d;
    while (i < BACKUP_MEMBERS && strcmp(name, backup_names[i]) != 0)
        i++;
    if (i == BACKUP_MEMBERS || r->is_found[i] || !r->set->files[i].is_there || (int64_t)size != r->set->files[i].bytes)
        return FAULT(f, ERR_SEAL_FORMAT);
    const char *path = r->folder ? arena_printf(r->a, "%s/%s", r->folder, backup_names[i]) : backup_names[i];
    int fd CLEANUP(fd_close) = r->folder ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
    if (r->folder && fd < 0)
        return fault_errno(f, "create", path);
    enum err e = copy_out(r, fd, path, size, &d, f);
    if (e == OK && !digest_eq(&d, &r->set->files[i].digest))
        e = FAULT(f, ERR_BACKUP_DIFFERS, {"path", str_of(backup_names[i])});
    r->is_found[i] = true;
    return e == OK ? skip_padding(r, size, f) : e;
}

static enum err read_members(struct reader *r, struct fault *f)
{
    unsigned char block[TAR_BLOCK];
    char name[TAR_NAME_BYTES + 1];
    uint64_t size;
    enum err e = read_manifest(r, f);
    for (bool is_end = false; e == OK && !is_end;) {
        if ((e = take(r, block, sizeof block, f)) != OK)
            break;
        if (!tar_read_header(block, name, &size))
            return FAULT(f, ERR_SEAL_FORMAT);
        is_end = name[0] == 0;
        if (!is_end)
            e = read_member(r, name, size, f);
    }
    for (int i = 0; e == OK && i < BACKUP_MEMBERS; i++)
        if (r->set->files[i].is_there && !r->is_found[i])
            e = FAULT(f, ERR_SEAL_CUT);
    size_t n = 1;
    while (e == OK && n > 0) /* to the end, which proves that nothing is missing */
        e = seal_read(r->seal, block, sizeof block, &n, f);
    return e;
}

enum err backup_read(struct arena *a, const char *file, const struct seal_secret *secret, const char *folder,
                     struct backup_set *ret_set, struct fault *f)
{
    struct seal *s CLEANUP(seal_freep) = NULL;
    struct backup_set set = {0};
    int fd CLEANUP(fd_close) = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? FAULT(f, ERR_FILE_MISSING, {"path", str_of(file)}) : fault_errno(f, "open", file);
    enum err e = seal_read_open(fd, secret, &s, f);
    struct reader r = {.a = a, .seal = s, .folder = folder, .set = &set};
    if (e == OK)
        e = read_members(&r, f);
    if (e == OK)
        *ret_set = set;
    return e;
}
