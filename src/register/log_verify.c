/* The check of everything: gathers what the other files find, and looks at pages and checkpoint itself.
 *
 * Not covered entry by entry: full-text indexes, and indexes over expressions, which serve the search for duplicates. They are copies of what
 * rows hold; their pages carry checksums like all others. */
#include <stdio.h>
#include <sys/stat.h>

#include "register/log_internal.h"

#include "base/banned.h"

enum { DETAIL_BYTES = 400, TICK_EVERY = 4096 };

/* ---- problems ---- */

/* By revision, and within one what names most comes first; problems of no revision come last. */
static int problem_order(const struct log_problem *a, const struct log_problem *b)
{
    uint64_t x = (uint64_t)a->rev - 1, y = (uint64_t)b->rev - 1; /* 0 becomes the greatest */
    int named_a = (a->id.n != 0) + (a->reg.n != 0), named_b = (b->id.n != 0) + (b->reg.n != 0);
    if (x != y)
        return x < y ? -1 : 1;
    return named_b - named_a;
}

void verify_problem(struct verify *v, enum err code, int64_t rev, struct str reg, struct str id, const char *detail,
                    ...)
{
    char text[DETAIL_BYTES];
    va_list ap;
    struct log_problem p = {code, rev, reg, id, {NULL, 0}};
    v->n_problems++;
    if (v->problems.n == LOG_PROBLEMS_MAX) {
        if (problem_order(&p, &v->problems.p[v->problems.n - 1]) >= 0)
            return;
        v->problems.n--;
    }
    va_start(ap, detail);
    vsnprintf(text, sizeof text, detail, ap);
    va_end(ap);
    p.detail = str_dup(v->a, str_of(text));
    p.reg = str_dup(v->a, reg);
    p.id = str_dup(v->a, id);
    size_t low = 0, high = v->problems.n;
    while (low < high) { /* behind its equals */
        size_t middle = low + (high - low) / 2;
        if (problem_order(&p, &v->problems.p[middle]) >= 0)
            low = middle + 1;
        else
            high = middle;
    }
    VEC_PUSH(v->a, &v->problems, p);
    memmove(v->problems.p + low + 1, v->problems.p + low, (v->problems.n - 1 - low) * sizeof p);
    v->problems.p[low] = p;
}

enum err verify_unreadable(struct verify *v, enum err e, const struct fault *f, struct str reg)
{
    if (e == ERR_INTERRUPTED || e == ERR_SYSTEM)
        return e;
    struct str place = fault_param(f, "place"), reason = fault_param(f, "reason");
    verify_problem(v, ERR_LOG_UNREADABLE, 0, reg, (struct str){NULL, 0}, "%s%s%.*s%s%.*s", err_type(e),
                   place.n ? ", " : "", STR_ARG(place), reason.n ? ", " : "", STR_ARG(reason));
    return OK;
}

void verify_tick(struct verify *v)
{
    v->done++;
    if (v->progress && (v->done % TICK_EVERY == 0 || v->done == v->total))
        v->progress(v->progress_ctx, v->done, v->total);
}

enum err verify_step(struct verify *v, struct stmt *st, bool *ret_has_row, struct fault *f)
{
    if (v->steps_left-- <= 0)
        return FAULT(f, ERR_DB_DAMAGED, {"path", v->s->path}, {"place", STR("?")}, {"reason", STR("endless")});
    return stmt_step(st, ret_has_row, f);
}

/* A row takes some bytes, and each is read a few times: more steps than that only pages that point to each other can give. */
static int64_t steps_max(const struct store *s)
{
    struct stat st;
    int64_t bytes = 0;
    char wal[4096];
    snprintf(wal, sizeof wal, "%s-wal", db_path(s->db));
    if (stat(db_path(s->db), &st) == 0)
        bytes += st.st_size;
    if (stat(wal, &st) == 0)
        bytes += st.st_size;
    return bytes / 2 + 10000;
}

void log_problem_print(const struct log_problem *p, enum lang lang, struct buf *out)
{
    char rev[24];
    struct fault f = {0};
    snprintf(rev, sizeof rev, "%lld", (long long)p->rev);
    FAULT(&f, p->code, {"revision", str_of(rev)}, {"register", p->reg}, {"id", p->id}, {"detail", p->detail});
    fault_print(&f, lang, out);
}

/* ---- pages ---- */

/* "r_units", "u_units": the table and the key index of register units. */
static struct str owner_register(const char *owner)
{
    bool is_of_register = (owner[0] == 'r' || owner[0] == 'u') && owner[1] == '_';
    return is_of_register ? str_of(owner + 2) : (struct str){NULL, 0};
}

static void page_found(void *context, const struct db_bad_page *bad)
{
    struct verify *v = context;
    v->n_page_problems++;
    if (v->pages.n == LOG_PROBLEMS_MAX)
        return;
    char *detail = arena_printf(v->a, "%u (%s)", bad->page, bad->owner);
    struct log_problem p = {ERR_LOG_PAGE, 0, str_dup(v->a, owner_register(bad->owner)), {NULL, 0}, str_of(detail)};
    VEC_PUSH(v->a, &v->pages, p);
}

static enum err check_pages(struct verify *v, struct fault *f)
{
    uint64_t n;
    if (db_value_int(v->db, STR("PRAGMA page_count"), DB_NO_VALUES, &v->report->pages, NULL) != OK)
        v->report->pages = 0;
    return db_pages_check(v->db, page_found, v, &n, f);
}

/* ---- checkpoint ---- */

static void check_checkpoint(struct verify *v, const struct digest *leaves, uint64_t n)
{
    static const struct str none = {NULL, 0};
    struct str note;
    struct checkpoint c;
    struct fault f = {0};
    struct digest root;
    enum err e = log_checkpoint_read(v->work, v->s, &note, &c, &f);
    if (e == ERR_LOG_CHECKPOINT_MISSING && n == 0) /* killed before the first change */
        return;
    if (e == ERR_LOG_CHECKPOINT_MISSING || e == ERR_FILE_MISSING) {
        struct str path = fault_param(&f, "path");
        verify_problem(v, ERR_LOG_CHECKPOINT_NONE, 0, none, none, "%.*s", STR_ARG(path));
        return;
    }
    if (e != OK) {
        verify_problem(v, ERR_LOG_CHECKPOINT_BAD, 0, none, none, "%s", err_type(e));
        return;
    }
    v->report->checkpoint.origin = str_dup(v->a, c.origin);
    if (c.size > n) {
        verify_problem(v, ERR_LOG_CUT_OFF, (int64_t)n + 1, none, none, "%llu", (unsigned long long)c.size);
        return;
    }
    merkle_root(leaves, c.size, &root);
    if (!digest_eq(&root, &c.root))
        verify_problem(v, ERR_LOG_REWRITTEN, 0, none, none, "%llu", (unsigned long long)c.size);
}

/* ---- the whole ---- */

static enum err check_all(struct verify *v, struct fault *f)
{
    struct verify_leaves leaves = {0};
    enum err e = check_pages(v, f);
    if (e == OK)
        e = verify_trees(v, &leaves, f);
    if (e != OK)
        return e;
    v->report->checkpoint.size = leaves.n;
    merkle_root(leaves.p, leaves.n, &v->report->checkpoint.root);
    check_checkpoint(v, leaves.p, leaves.n);
    e = verify_layouts(v, f);
    return e == OK ? verify_rows(v, f) : e;
}

static void report_end(struct verify *v)
{
    struct log_report *r = v->report;
    for (size_t i = 0; i < v->pages.n; i++)
        VEC_PUSH(v->a, &v->problems, v->pages.p[i]);
    r->problems = v->problems.p;
    r->n_problems = v->problems.n;
    r->n_found = v->n_problems + v->n_page_problems;
}

enum err log_verify(struct arena *a, struct store *s, log_progress *progress, void *ctx, struct log_report *ret_report,
                    struct fault *f)
{
    struct arena *work CLEANUP(arena_freep) = arena_new(), *row CLEANUP(arena_freep) = arena_new();
    struct log_report report = {0};
    struct verify v = {.steps_left = steps_max(s),
                       .a = a,
                       .work = work,
                       .row = row,
                       .s = s,
                       .db = s->db,
                       .report = &report,
                       .progress = progress,
                       .progress_ctx = ctx};
    random_bytes(v.index_key, sizeof v.index_key);
    /* One moment for all parts, whoever writes meanwhile. */
    enum err e = db_begin(s->db, f);
    if (e != OK)
        return e;
    db_exec(s->db, "SELECT count(*) FROM sqlite_schema", NULL); /* from here on the moment holds */
    e = check_all(&v, f);
    db_rollback(s->db);
    if (e != OK)
        return e;
    report_end(&v);
    *ret_report = report;
    return OK;
}

struct str log_report_facts(struct arena *a, const struct log_report *r)
{
    return str_of(arena_printf(a, "revisions=%lld records=%lld problems=%lld", (long long)r->revisions,
                               (long long)r->records, (long long)r->n_found));
}
