/* Writes changes into a store and says so, one line a revision, once change_commit has returned: what it said must survive a power cut.
 *
 *     powercut-writer STORE PROVINCE [--unsafe]
 *
 * Goes on until it is stopped or a write fails. --unsafe is the control: SQLite then waits for no disk, and the cut must show it. */
#include <stdio.h>
#include <string.h>

#include "register/change.h"
#include "register/load.h"

enum { ROWS = 40, ROUNDS = 100000 };

static int failed(const struct fault *f, const struct faults *list)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 16);
    if (list && list->n)
        faults_print(list, LANG_EN, &b);
    else
        fault_print(f, LANG_EN, &b);
    fprintf(stderr, "%s\n", buf_cstr(&b));
    return 1;
}

static enum err write_change(struct store *s, int64_t n, int64_t *ret_rev, struct faults *list, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const struct reg *reg = province_register(s->province, STR("farms"));
    struct change *c;
    enum err e = change_begin(s, &(struct change_info){.actor = STR("powercut"), .reason = STR("test")}, &c, f);
    for (int i = 0; e == OK && i < ROWS; i++) {
        struct str cells[5] = {str_of(arena_printf(a, "P%lld", (long long)(n % 7 * ROWS + i))),
                               str_of(arena_printf(a, "Hộ %lld", (long long)n)), STR("11"),
                               str_of(arena_printf(a, "%lld", (long long)n)), STR("2024-01-01")};
        struct record r;
        enum put_outcome outcome;
        e = record_parse(a, reg, cells, 0, change_today(c), &r, list);
        if (e == OK)
            e = change_put(c, reg, &r, &outcome, f);
        if (e != OK)
            change_abort(c);
    }
    return e == OK ? change_commit(c, ret_rev, list, NULL) : e;
}

int main(int argc, char **argv)
{
    struct store *s CLEANUP(store_freep) = NULL;
    struct fault f = {0};
    struct faults list CLEANUP(faults_done) = {0}, warnings CLEANUP(faults_done) = {0};
    struct load_result result;
    if (argc < 3)
        return 2;
    enum err e = store_open(argv[1], STORE_WRITE, &s, &f);
    if (e == OK && argc > 3 && strcmp(argv[3], "--unsafe") == 0)
        e = db_script(s->db, "PRAGMA synchronous=OFF", &f);
    if (e == OK)
        e = load_run(s, &(struct load_options){.folder = argv[2], .actor = STR("powercut")}, &result, &list, &warnings);
    if (e == OK && s->head)
        printf("%lld\n", (long long)s->head);
    for (int64_t i = 0; e == OK && i < ROUNDS; i++) {
        int64_t rev = 0;
        e = write_change(s, s->head, &rev, &list, &f);
        if (e == OK)
            printf("%lld\n", (long long)rev);
        fflush(stdout);
    }
    return e == OK ? 0 : failed(&f, &list);
}
