#include "base/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"

#include "base/banned.h"

/* A leak is looked for by a process that traces this one. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { IS_TRACED = 1 };
#else
enum { IS_TRACED = 0 };
#endif

/* ---- who it is ---- */

bool process_is_root(void)
{
    return geteuid() == 0;
}

enum err process_become(const char *user, struct fault *f)
{
    errno = 0;
    const struct passwd *who = getpwnam(user);
    if (!who)
        return FAULT(f, ERR_USER_UNKNOWN, {"user", str_of(user)});
    if (geteuid() == who->pw_uid && getuid() == who->pw_uid)
        return OK;
    if (initgroups(who->pw_name, who->pw_gid) != 0 || setresgid(who->pw_gid, who->pw_gid, who->pw_gid) != 0 ||
        setresuid(who->pw_uid, who->pw_uid, who->pw_uid) != 0)
        return fault_errno(f, "become", user);
    must(who->pw_uid == 0 || (setuid(0) != 0 && geteuid() == who->pw_uid));
    return OK;
}

void process_guard(void)
{
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    if (!IS_TRACED)
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* ---- files ---- */

enum { ABI_REFER = 2, ABI_TRUNCATE = 3 };
#define RIGHT_TRUNCATE (1ULL << 14)
#define RIGHTS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define RIGHTS_FILE                                                                                                    \
    (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | RIGHT_TRUNCATE)

/* Without the cache of fonts the first PDF would look at every font of the machine. */
static const char *const system_readable[] = {
    "/usr/lib",
    "/usr/local/lib",
    "/lib",
    "/lib64",
    "/usr/lib64",
    "/usr/share",
    "/etc/ld.so.cache",
    "/etc/ssl",
    "/etc/pki",
    "/etc/fonts",
    "/etc/localtime",
    "/etc/hosts",
    "/etc/resolv.conf",
    "/etc/nsswitch.conf",
    "/etc/gai.conf",
    "/dev/urandom",
    "/dev/random",
    "/sys/devices/system/cpu",
    "/var/cache/fontconfig",
};
static const char *const programs[] = {"/usr/bin/ogr2ogr", "/usr/local/bin/ogr2ogr"};
/* Programs are started by the dynamic loader, which lies among the libraries. */
static const char *const libraries[] = {"/usr/lib", "/lib", "/lib64", "/usr/lib64", "/usr/local/lib"};

/* A path that is not there gives no right. */
static bool allow(int ruleset, const char *path, uint64_t rights)
{
    struct stat st;
    int fd CLEANUP(fd_close) = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return true;
    if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode)) /* the kernel refuses rights that only folders have */
        rights &= RIGHTS_FILE;
    struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = fd};
    return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

static bool allow_program(int ruleset, const char *program)
{
    static const char *const folders[] = {"/usr/local/bin/", "/usr/bin/"};
    const uint64_t rights = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE;
    char path[256];
    if (strchr(program, '/'))
        return allow(ruleset, program, rights);
    bool is_good = true;
    for (size_t i = 0; is_good && i < ARRAY_LEN(folders); i++)
        is_good =
            snprintf(path, sizeof path, "%s%s", folders[i], program) < (int)sizeof path && allow(ruleset, path, rights);
    return is_good;
}

static bool allow_all(int ruleset, uint64_t known, const char *const *writable, const char *const *readable,
                      const char *program)
{
    uint64_t truncate = known & RIGHT_TRUNCATE;
    uint64_t no_node = LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_EXECUTE;
    const char *temporary[] = {getenv("TMPDIR"), "/tmp", "/var/tmp"};
    bool is_good = allow(ruleset, "/dev/null", LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | truncate);
    for (size_t i = 0; is_good && i < ARRAY_LEN(system_readable); i++)
        is_good = allow(ruleset, system_readable[i], RIGHTS_READ);
    for (size_t i = 0; is_good && i < ARRAY_LEN(libraries); i++)
        is_good = allow(ruleset, libraries[i], RIGHTS_READ | LANDLOCK_ACCESS_FS_EXECUTE);
    for (size_t i = 0; is_good && i < ARRAY_LEN(programs); i++)
        is_good = allow(ruleset, programs[i], LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE);
    if (is_good && program)
        is_good = allow_program(ruleset, program);
    for (size_t i = 0; is_good && i < ARRAY_LEN(temporary); i++)
        is_good = !temporary[i] || allow(ruleset, temporary[i], known & ~no_node);
    for (size_t i = 0; is_good && readable && readable[i]; i++)
        is_good = allow(ruleset, readable[i], RIGHTS_READ);
    for (size_t i = 0; is_good && writable && writable[i]; i++)
        is_good = allow(ruleset, writable[i], known & ~no_node);
    /* Its own numbers (memory in use), and those of the children that it starts. */
    return is_good && allow(ruleset, "/proc", RIGHTS_READ);
}

static enum err confine_files(const char *const *writable, const char *const *readable, const char *program,
                              bool *ret_done, struct fault *f)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    *ret_done = false;
    if (abi < 1)
        return OK;
    uint64_t known = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
    if (abi >= ABI_REFER)
        known |= LANDLOCK_ACCESS_FS_REFER;
    if (abi >= ABI_TRUNCATE)
        known |= RIGHT_TRUNCATE;
    struct landlock_ruleset_attr attr = {.handled_access_fs = known};
    int ruleset CLEANUP(fd_close) = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    if (ruleset < 0)
        return OK;
    if (!allow_all(ruleset, known, writable, readable, program) || syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
        return fault_errno(f, "confine", "Landlock");
    *ret_done = true;
    return OK;
}

/* ---- system calls ---- */

/* Refused with EPERM. Names that a kernel or libseccomp does not know are passed over. */
static const char *const forbidden[] = {
    /* other processes */
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "process_madvise",
    "kcmp",
    "pidfd_getfd",
    "execveat",
    /* users and rights */
    "setuid",
    "setgid",
    "setreuid",
    "setregid",
    "setresuid",
    "setresgid",
    "setgroups",
    "setfsuid",
    "setfsgid",
    "capset",
    /* the shape of the system */
    "mount",
    "umount",
    "umount2",
    "pivot_root",
    "chroot",
    "move_mount",
    "open_tree",
    "fsopen",
    "fsmount",
    "fsconfig",
    "fspick",
    "mount_setattr",
    "setns",
    "unshare",
    "swapon",
    "swapoff",
    "quotactl",
    "quotactl_fd",
    "reboot",
    "acct",
    "sethostname",
    "setdomainname",
    "settimeofday",
    "clock_settime",
    "clock_adjtime",
    "adjtimex",
    "syslog",
    "vhangup",
    "mknod",
    "mknodat",
    "name_to_handle_at",
    "open_by_handle_at",
    "fanotify_init",
    /* the kernel's doors */
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "keyctl",
    "add_key",
    "request_key",
    "init_module",
    "finit_module",
    "delete_module",
    "kexec_load",
    "kexec_file_load",
    "iopl",
    "ioperm",
    "modify_ldt",
    "personality",
    "lookup_dcookie",
    "nfsservctl",
    "migrate_pages",
    "move_pages",
};

static bool filter_fill(scmp_filter_ctx ctx)
{
    for (size_t i = IS_TRACED ? 1 : 0; i < ARRAY_LEN(forbidden); i++) {
        int number = seccomp_syscall_resolve_name(forbidden[i]);
        if (number >= 0 && seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), number, 0) != 0)
            return false;
    }
    /* Unix and Internet; netlink, by which names are looked up. */
    for (unsigned family = 0; family <= AF_NETLINK; family++)
        if (family != AF_UNIX && family != AF_INET && family != AF_INET6 && family != AF_NETLINK &&
            seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, family)) != 0)
            return false;
    return seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_GT, AF_NETLINK)) == 0;
}

static enum err confine_calls(struct fault *f)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
    bool is_done = ctx && filter_fill(ctx) && seccomp_load(ctx) == 0;
    if (ctx)
        seccomp_release(ctx);
    return is_done ? OK : FAULT(f, ERR_SANDBOX_MISSING, {"reason", STR("seccomp")});
}

enum err process_confine(const char *const *writable, const char *const *readable, const char *program,
                         struct confinement *ret, struct fault *f)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return fault_errno(f, "confine", "no_new_privs");
    enum err e = confine_files(writable, readable, program, &ret->has_files, f);
    return e == OK ? confine_calls(f) : e;
}
