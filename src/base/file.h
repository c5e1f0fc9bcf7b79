/* Whole files: read at once with a limit, written so that either the old or the new content is there after a crash.
 *
 *     struct str text;
 *     if (file_read(arena, "province/x/province.yaml", LIMIT_YAML_BYTES, &text, f) != OK) return f->code;
 *     file_write_atomic("var/x.checkpoint", text, 0644, f);   // temporary file, fsync, rename, fsync of the folder
 */
#ifndef TINHSO_BASE_FILE_H
#define TINHSO_BASE_FILE_H

#include <sys/types.h>

#include "base/fault.h"
#include "base/mem.h"

/* Errors: ERR_FILE_MISSING, ERR_LIMIT, ERR_SYSTEM. The text is NUL-terminated behind its n bytes. */
enum err file_read(struct arena *a, const char *path, size_t max, struct str *ret_text, struct fault *f);

/* Errors: ERR_SYSTEM. Nothing is left behind on failure. */
enum err file_write_atomic(const char *path, struct str content, mode_t mode, struct fault *f);

/* The same in two parts, while something else is on its way to the disk: _begin writes the content beside its place and lets a thread wait for the disk, _end waits for
 * that thread and puts the file in its place, or takes it away. The folder is not synced: after a power cut the old content may stand there, never a part of the new.
 * Whatever began must end; _end is fine with NULL. */
struct file_ahead;
enum err file_write_begin(const char *path, struct str content, mode_t mode, struct file_ahead **ret_ahead,
                          struct fault *f);
enum err file_write_end(struct file_ahead *x, bool is_kept, struct fault *f);

/* Removes what processes that were killed while writing this path left beside it: PATH.PID.tmp, of a PID that no longer runs. What a
 * living one writes stays. All that write into one folder must see each other's processes. */
void file_tidy(const char *path);

/* The same, but never over what stands at path already: ERR_SYSTEM with errno EEXIST, also for whoever comes second. */
enum err file_write_new(const char *path, struct str content, mode_t mode, struct fault *f);

/* Creates the folder and its parents; fine when they are there. */
enum err folder_make(const char *path, struct fault *f);

/* Makes a new or renamed entry of the folder that path lies in last through a power cut. */
enum err folder_sync(const char *path, struct fault *f);

void fd_close(int *fd); /* for CLEANUP; fine with -1 */

/* All of it, to an open file; the path is named in faults. */
enum err file_write_all(int fd, struct str content, const char *path, struct fault *f);

bool file_exists(const char *path);

/* Names (not paths) in a folder that end in suffix, in byte order; hidden ones are left out. */
enum err folder_list(struct arena *a, const char *path, const char *suffix, const char ***ret_names, size_t *ret_n,
                     struct fault *f);

/* A fault made of errno: what could not be done to which path. */
void fault_errno_fill(struct fault *f, const char *action, const char *path);
static inline enum err fault_errno(struct fault *f, const char *action, const char *path)
{
    fault_errno_fill(f, action, path);
    return ERR_SYSTEM;
}

#endif
