/* A child that is confined as the server is tries what a stranger who took it over would try. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/confine.h"
#include "base/file.h"

static char folder[] = "/tmp/tinhso-test-XXXXXX", outside[] = "/var/lib/tinhso-test-XXXXXX";

/* In a confined child: 0 when all that is asked of it is as it should be, else the number of what is not. */
static int attempts(bool has_files)
{
    char path[64], *const sh[] = {"sh", "-c", "exit 0", NULL}, *const no_env[] = {NULL};
    snprintf(path, sizeof path, "%s/inside", folder);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || write(fd, "x", 1) != 1 || fsync(fd) != 0)
        return 1;
    char renamed[80];
    snprintf(renamed, sizeof renamed, "%s.2", path);
    if (rename(path, renamed) != 0 || chmod(renamed, 0640) != 0 || unlink(renamed) != 0)
        return 2;
    if (socket(AF_INET, SOCK_STREAM, 0) < 0 || socket(AF_UNIX, SOCK_STREAM, 0) < 0)
        return 3;
    if (socket(AF_PACKET, SOCK_RAW, 0) >= 0 || errno != EPERM)
        return 4;
    if (setuid(0) == 0 || errno != EPERM || mount("none", folder, "tmpfs", 0, NULL) == 0 || chroot(folder) == 0)
        return 5;
    FILE *tmp = tmpfile();
    if (!tmp)
        return 6;
    fclose(tmp);
    if (!has_files)
        return 0;
    if (open("/etc/passwd", O_RDONLY) >= 0 || errno != EACCES || open("/etc/shadow", O_RDONLY) >= 0)
        return 7;
    snprintf(path, sizeof path, "%s/outside", outside);
    if (open(path, O_WRONLY | O_CREAT, 0600) >= 0 || errno != EACCES)
        return 8;
    execve("/bin/sh", sh, no_env);
    if (errno != EACCES)
        return 9;
    execve("/usr/bin/env", sh, no_env);
    return errno == EACCES ? 0 : 10;
}

static void a_confined_child_reaches_nothing_else(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    bool has_outside = mkdtemp(outside) != NULL;
    pid_t child = fork();
    if (child == 0) {
        const char *const writable[] = {folder, NULL};
        struct confinement got;
        struct fault f = {0};
        if (process_confine(writable, NULL, NULL, &got, &f) != OK)
            _exit(100);
        _exit(attempts(got.has_files && has_outside));
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    rmdir(folder);
    if (has_outside)
        rmdir(outside);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void an_unknown_user_is_told(void **state)
{
    (void)state;
    struct fault f = {0};
    assert_int_equal(process_become("no-such-user-of-tinhso", &f), ERR_USER_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_confined_child_reaches_nothing_else),
        cmocka_unit_test(an_unknown_user_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
