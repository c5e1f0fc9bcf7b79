/* A disk that is full: the group is refused with 507, nothing of it stays, and it goes on when there is room again. */
#include "fixture.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/limits.h"

/* Moves the store into a file system of its own of 3 MiB, that only this process sees. */
static bool move_to_small_disk(struct fixture *x, char *disk, size_t size)
{
    static const char *const files[] = {"x.db", "x.key", "x.pub", "x.checkpoint"};
    snprintf(disk, size, "%s/small", x->folder);
    if (mkdir(disk, 0700) != 0 || unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", disk, "tmpfs", 0, "size=3m") != 0)
        return false;
    store_close(TAKE(x->s));
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        char from[160], to[160];
        struct str text;
        snprintf(from, sizeof from, "%s/%s", x->folder, files[i]);
        snprintf(to, sizeof to, "%s/%s", disk, files[i]);
        assert_int_equal(file_read(x->a, from, LIMIT_GEOFILE_BYTES, &text, &x->f), OK);
        assert_int_equal(file_write_atomic(to, text, 0600, &x->f), OK);
    }
    snprintf(x->path, sizeof x->path, "%s/x.db", disk);
    assert_int_equal(store_open(x->path, STORE_WRITE, &x->s, &x->f), OK);
    return true;
}

static void fill(const char *disk, bool is_full)
{
    static char block[4096];
    char path[160];
    snprintf(path, sizeof path, "%s/filler", disk);
    if (!is_full) {
        assert_int_equal(unlink(path), 0);
        return;
    }
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    while (write(fd, block, sizeof block) > 0)
        ;
    close(fd);
}

static enum err put_group(struct fixture *x, int first, int64_t *ret_rev)
{
    struct buf rows CLEANUP(buf_done) = BUF_INIT(4 << 20);
    buf_puts(&rows, "code,head,unit\n");
    for (int i = 0; i < 2000; i++)
        buf_printf(&rows, "H%d,Một người ở đây,11\n", first + i);
    enum err e = change_group_begin(x->s, &x->f);
    if (e == OK)
        e = put(x, "farms", buf_cstr(&rows), ret_rev);
    if (e == OK)
        return change_group_commit(x->s, &x->f);
    change_group_abort(x->s);
    return e;
}

static void a_full_disk_refuses_the_group_and_room_heals_it(void **state)
{
    struct fixture *x = *state;
    char disk[128];
    int64_t rev;
    if (!move_to_small_disk(x, disk, sizeof disk)) {
        print_message("a file system of its own cannot be mounted here\n");
        skip();
    }
    fill(disk, true);
    enum err e = put_group(x, 1, &rev);
    assert_int_equal(e, ERR_DB_FULL);
    assert_int_equal(err_http(e), 507);
    assert_int_equal(x->s->head, 3);
    assert_int_equal(count(x, "farms", (struct query_options){0}), 0);
    fill(disk, false);
    assert_int_equal(put_group(x, 1, &rev), OK);
    assert_int_equal(rev, 4);
    assert_int_equal(count(x, "farms", (struct query_options){0}), 2000);
    reopen(x);
    assert_int_equal(x->s->head, 4);
    store_close(TAKE(x->s));
    assert_int_equal(umount(disk), 0);
    assert_int_equal(rmdir(disk), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_full_disk_refuses_the_group_and_room_heals_it, fixture_set_up,
                                        fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
