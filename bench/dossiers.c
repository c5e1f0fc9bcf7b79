/* Durable submissions a second: dossiers received at the counter, as the writer of a running server does it (several changes share a transaction and its fsync), against a bare SQLite
 * table into which a naive program writes one row a dossier, in transactions of as many. One submission of ours is a code, a lookup code, limits from the catalogue, a due moment by
 * the calendar of the office, the dossier, its event and its form 01, the history of each, their place in the log, the words of the search, and the checks of all of that.
 *
 *     bench-dossiers [PROVINCE]       the folder that is loaded; province/dak-nong without */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "ok.h"

#include "base/clock.h"
#include "register/load.h"
#include "workflow/dossier.h"

#include "base/banned.h"

enum { ROUNDS = 5, GROUPS = 8, SIZES = 2, WARM = 4 };
static const int sizes[SIZES] = {16, 32};

struct bench {
    struct arena *a, *request;
    const char *folder;
    struct store *s;
    struct workflows *workflows;
    const struct workflow *w;
    struct acting *acting;
    sqlite3 *bare;
    sqlite3_stmt *insert;
    int64_t n; /* dossiers so far: names and numbers differ */
    struct fault f;
    struct faults list;
};

/* ---- ours */

static const char *const communes[] = {"ubnd-24631", "ubnd-24611", "ubnd-24615", "ubnd-24616"};

static void receive(struct bench *x)
{
    const char *name = arena_printf(x->request, "Nguyễn Thị Hường %lld", (long long)++x->n);
    const struct act_input content[] = {
        {STR("applicant"), str_of(name)},
        {STR("applicant_kind"), STR("citizen")},
        {STR("personal_id"), str_of(arena_printf(x->request, "067090%06lld", (long long)x->n))},
        {STR("phone"), STR("0912345678")},
        {STR("address"), STR("Bon Đắk Rông, xã Đắk Lao, huyện Đắk Mil")},
        {STR("content"), STR("Đăng ký khai sinh cho con")},
    };
    struct dossier_filing d = {.workflow = x->w,
                               .transition = STR("receive"),
                               .procedure = STR("1.001193"),
                               .reception_office = str_of(communes[(size_t)x->n % ARRAY_LEN(communes)]),
                               .channel = STR("counter"),
                               .content = content,
                               .n_content = ARRAY_LEN(content),
                               .actor = {.name = STR("bench"), .as = STR("reception_officer"), .device = STR("bench")},
                               .papers = &dossier_paper_maker};
    struct change_info info = {.actor = STR("bench"), .reason = STR("receive"), .is_act = true};
    struct change *c;
    struct acted done;
    int64_t rev;
    ok(change_begin(x->s, &info, &c, &x->f), &x->f, &x->list);
    ok(dossier_file(x->request, x->acting, c, &d, &done, &x->f), &x->f, &x->list);
    ok(change_commit(c, &rev, &x->list, NULL), &x->f, &x->list);
    arena_reset(x->request);
}

static void ours(struct bench *x, int size)
{
    ok(change_group_begin(x->s, &x->f), &x->f, &x->list);
    for (int i = 0; i < size; i++)
        receive(x);
    ok(change_group_commit(x->s, &x->f), &x->f, &x->list);
}

/* ---- one row a dossier */

static void bare_do(struct bench *x, const char *sql)
{
    must(sqlite3_exec(x->bare, sql, NULL, NULL, NULL) == SQLITE_OK);
}

static void bare_open(struct bench *x)
{
    must(sqlite3_open(arena_printf(x->a, "%s/bare.db", x->folder), &x->bare) == SQLITE_OK);
    bare_do(x, "PRAGMA journal_mode = WAL");
    bare_do(x, "PRAGMA synchronous = FULL");
    bare_do(x,
            "CREATE TABLE dossier(code TEXT PRIMARY KEY, procedure, office, reception_office, unit, agency, channel, "
            "applicant, applicant_kind, personal_id, phone, address, content, filed_on, received_at, due_at, late_at, "
            "status, token, fee_vnd)");
    must(sqlite3_prepare_v2(
             x->bare,
             "INSERT INTO dossier VALUES(?1, '1.001193', ?2, ?2, '24631', ?2, 'counter', ?3, 'citizen', ?4, "
             "'0912345678', 'Bon Đắk Rông, xã Đắk Lao, huyện Đắk Mil', 'Đăng ký khai sinh cho con', "
             "'2022-11-28', '2022-11-28T01:30:00Z', '2022-11-29T01:30:00Z', '2022-11-29T10:00:00Z', '2', "
             "'k7qz-9fwm-2xtb-0abc', 8000)",
             -1, &x->insert, NULL) == SQLITE_OK);
}

static void bare_text(struct bench *x, int at, const char *text)
{
    must(sqlite3_bind_text(x->insert, at, text, -1, SQLITE_TRANSIENT) == SQLITE_OK);
}

static void bare(struct bench *x, int size)
{
    bare_do(x, "BEGIN IMMEDIATE");
    for (int i = 0; i < size; i++) {
        x->n++;
        bare_text(x, 1, arena_printf(x->request, "000.31.05.H16-221128-%06lld", (long long)x->n));
        bare_text(x, 2, communes[(size_t)x->n % ARRAY_LEN(communes)]);
        bare_text(x, 3, arena_printf(x->request, "Nguyễn Thị Hường %lld", (long long)x->n));
        bare_text(x, 4, arena_printf(x->request, "067090%06lld", (long long)x->n));
        must(sqlite3_step(x->insert) == SQLITE_DONE && sqlite3_reset(x->insert) == SQLITE_OK);
    }
    bare_do(x, "COMMIT");
    arena_reset(x->request);
}

/* ---- */

static void prepare(struct bench *x, const char *province)
{
    struct load_result result = {0};
    ok(store_open(arena_printf(x->a, "%s/ours.db", x->folder), STORE_WRITE, &x->s, &x->f), &x->f, &x->list);
    ok(load_run(x->s, &(struct load_options){.folder = province, .actor = STR("bench")}, &result, &x->list, NULL),
       &x->f, &x->list);
    ok(workflows_load(x->a, x->s->province, &x->workflows, &x->list), &x->f, &x->list);
    x->w = workflow_on(x->workflows, STR("dossiers"));
    must(x->w != NULL);
    x->acting = acting_new();
    bare_open(x);
    for (int i = 0; i < WARM; i++)
        ours(x, sizes[0]), bare(x, sizes[0]);
}

struct round {
    double rate, processor_ms; /* a second; of one dossier */
};

static double processor_ms(void)
{
    struct timespec t;
    must(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static struct round take(struct bench *x, int size, void (*group)(struct bench *, int))
{
    int64_t start = clock_mono_us();
    double processor = processor_ms();
    for (int i = 0; i < GROUPS; i++)
        group(x, size);
    return (struct round){GROUPS * size * 1e6 / (double)(clock_mono_us() - start),
                          (processor_ms() - processor) / (GROUPS * size)};
}

static int order(const void *a, const void *b)
{
    double p = *(const double *)a, q = *(const double *)b;
    return (p > q) - (p < q);
}

static double median(const struct round *rounds, bool is_rate)
{
    double list[ROUNDS];
    for (int i = 0; i < ROUNDS; i++)
        list[i] = is_rate ? rounds[i].rate : rounds[i].processor_ms;
    qsort(list, ROUNDS, sizeof *list, order);
    return list[ROUNDS / 2];
}

static void measure(struct bench *x, int size)
{
    struct round plain[ROUNDS], whole[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) { /* what else goes on meanwhile meets both */
        plain[i] = take(x, size, bare);
        whole[i] = take(x, size, ours);
    }
    printf("submissions: bare SQLite, one row each, %d a commit\t%.1f\t1/s\n", size, median(plain, true));
    printf(
        "submissions: dossiers received, %d at once, durable\t%.1f\t1/s\t>= 0.5 ×\tsubmissions: bare SQLite, one row "
        "each, %d a commit\n",
        size, median(whole, true), size);
    printf("submissions: one row, time of the processor, %d a commit\t%.4f\tms\n", size, median(plain, false));
    printf("submissions: one dossier, time of the processor, %d at once\t%.4f\tms\n", size, median(whole, false));
}

int main(int argc, char **argv)
{
    char folder[] = "build/tinhso-dossiers-XXXXXX";
    struct bench x = {.a = arena_new(), .request = arena_new()};
    must(mkdtemp(folder) != NULL);
    x.folder = folder;
    prepare(&x, argc > 1 ? argv[1] : "province/dak-nong");
    for (int i = 0; i < SIZES; i++)
        measure(&x, sizes[i]);
    acting_free(x.acting);
    store_close(x.s);
    must(sqlite3_finalize(x.insert) == SQLITE_OK && sqlite3_close(x.bare) == SQLITE_OK);
    arena_free(x.request);
    arena_free(x.a);
    must(fflush(stdout) == 0);
    execlp("rm", "rm", "-rf", folder, (char *)NULL);
    return 1;
}
