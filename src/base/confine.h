/* The server's own confinement: what a process that serves strangers gives up before it begins, for good and for its children.
 *
 *     if (user && process_become("tinhso", f) != OK) …           // root becomes somebody
 *     process_guard();                                          // no core, not debugged
 *     const char *const writable[] = {"var", NULL}, *const readable[] = {NULL};
 *     struct confinement got;
 *     if (process_confine(writable, readable, NULL, &got, f) != OK) …  // before the first thread
 *
 * After it: no new rights (PR_SET_NO_NEW_PRIVS). Files (Landlock): below the folders named, and temporary ones in TMPDIR, /tmp, /var/tmp; the system's libraries and shared
 * data for reading; of programs only ogr2ogr, and the one that is named, which base/sandbox.h confines further. /etc/passwd, other people's homes and other programs are out of reach. System calls
 * (seccomp): no tracing of processes, no changing of users, mounts, namespaces, clocks, modules, keys; of sockets only Unix and Internet ones.
 * Landlock is passed over where the kernel does not have it (got.has_files is false): the caller says so.
 *
 * Call it before threads are started: Landlock holds for the caller and what it starts. Errors: ERR_SYSTEM, ERR_USER_UNKNOWN, ERR_SANDBOX_MISSING (no seccomp).
 */
#ifndef TINHSO_BASE_CONFINE_H
#define TINHSO_BASE_CONFINE_H

#include <stdbool.h>

#include "base/fault.h"

struct confinement {
    bool has_files; /* by Landlock */
};

/* From root to a user and his groups, and no way back: ERR_USER_UNKNOWN. Does nothing when the process is that user already. */
enum err process_become(const char *user, struct fault *f);
bool process_is_root(void);

/* No core file, no debugger, no reading of its memory by others of the same user. */
void process_guard(void);

/* program: one more that may be started, by path or by its name in /usr/bin or /usr/local/bin; NULL: none. */
enum err process_confine(const char *const *writable, const char *const *readable, const char *program,
                         struct confinement *ret, struct fault *f);

#endif
