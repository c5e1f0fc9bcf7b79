/* A child process that reads a stranger's bytes and can do nothing else.
 *
 * The child runs under seccomp: it may read the descriptors it was given, write its pipe, allocate memory within its limit, and exit.
 * No file can be opened, no socket made, no program started. The parent reads what the child hands back and judges it anew.
 *
 *     int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
 *     struct sandbox *box;
 *     if (sandbox_start(parse_file, &ctx, &fd, 1, &limits, &box, f) != OK) …
 *     while (sandbox_read(box, buffer, sizeof buffer, &n, f) == OK && n > 0) …
 *     if (sandbox_wait(box, &status, f) != OK) …  // a limit was hit or the child was killed; else status is what parse_file returned
 *
 * Ownership: sandbox_wait and sandbox_stop free the box, kill a child that still runs, and close the pipe.
 * Limits: processor time and wall clock are kept by the kernel (signals that the child can neither catch nor block), memory
 * by the address space; silence by the parent. Child and parent share no descriptor but those named, the pipe and standard error.
 * Errors: ERR_SANDBOX_MEMORY, ERR_SANDBOX_TIME, ERR_SANDBOX_OUTPUT (limits), ERR_SANDBOX_KILLED (a forbidden call or a
 * crash), ERR_SANDBOX_MISSING (no seccomp), ERR_SYSTEM.
 */
#ifndef TINHSO_BASE_SANDBOX_H
#define TINHSO_BASE_SANDBOX_H

#include "base/fault.h"

struct sandbox_limits {
    size_t memory_bytes; /* address space, beyond what the parent had mapped */
    unsigned cpu_seconds;
    unsigned wall_seconds;
    unsigned silent_seconds; /* that one sandbox_read waits for the child; 0: no limit of its own */
    size_t output_bytes;     /* what sandbox_read takes from the child; 0: no limit */
};

/* Runs in the child; writes to out_fd; its result is the exit status (0 is done). Must not return before all is written. */
typedef int sandbox_main(void *ctx, int out_fd);

struct sandbox;

enum err sandbox_start(sandbox_main *fn, void *ctx, const int *fds, size_t n_fds, const struct sandbox_limits *limits,
                       struct sandbox **ret_box, struct fault *f);
/* Up to n bytes that the child wrote; 0 when it has ended. ERR_SANDBOX_OUTPUT and ERR_SANDBOX_TIME: it was killed. */
enum err sandbox_read(struct sandbox *box, void *p, size_t n, size_t *ret_n, struct fault *f);
/* ret_status may be NULL: then a status other than 0 is ERR_SANDBOX_KILLED. */
enum err sandbox_wait(struct sandbox *box, int *ret_status, struct fault *f);
void sandbox_stop(struct sandbox *box); /* gives up; NULL is fine */

/* In the child: ends it as ERR_SANDBOX_MEMORY, for a library that reports by itself that it got no memory. */
_Noreturn void sandbox_no_memory(void);

/* Runs a program (GDAL's ogr2ogr) with no network, reading only `readable` paths and system libraries, writing only below `folder`.
 * Its standard error goes to err_text (cut). Landlock and seccomp; ERR_SANDBOX_MISSING when the kernel has no Landlock. */
enum err sandbox_run(const char *const *argv, const char *const *readable, const char *folder,
                     const struct sandbox_limits *limits, struct buf *err_text, struct fault *f);

#endif
