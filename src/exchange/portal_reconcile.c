/* The daily comparison: the partner's list against our registers, by code and status. */
#include "base/clock.h"
#include "base/vec.h"
#include "exchange/portal_internal.h"
#include "register/query.h"
#include "text/date.h"

#include "base/banned.h"

enum { STATUSES = 10, PAGES_MOST = 100000 };

static const char tables[] =
    "CREATE TABLE IF NOT EXISTS portal_comparison(id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, ours INTEGER NOT "
    "NULL, theirs INTEGER NOT NULL, same INTEGER NOT NULL, waiting INTEGER NOT NULL, counts TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS portal_difference(comparison INTEGER NOT NULL, code TEXT NOT NULL, kind INTEGER NOT "
    "NULL, ours TEXT NOT NULL, theirs TEXT NOT NULL, is_foreign INTEGER NOT NULL, PRIMARY KEY(comparison, code)) "
    "WITHOUT ROWID";

const char *difference_name(enum difference kind)
{
    static const char *const names[DIFFERENCE_COUNT] = {"missing-there", "missing-here", "different"};
    return names[kind];
}

struct theirs {
    struct str status;
    bool is_seen;
};

struct comparing {
    struct portal *p;
    struct arena *a;
    struct map theirs; /* code → struct theirs * */
    VEC(struct str) codes;
    struct map on_their_way; /* code → non-NULL */
    struct portal_comparison *c;
    VEC(struct portal_difference) found;
    struct str day, month; /* of the comparison, and the first of its month */
    struct map by_office;  /* code → struct portal_check * */
    VEC(struct portal_check *) checks;
};

static struct str member(const struct json *object, const char *name)
{
    const struct json *v = json_get(object, name);
    return v && (v->kind == J_STRING || v->kind == J_NUMBER) ? v->string : STR("");
}

static void count(int64_t *counts, struct str status)
{
    int n = 0;
    for (size_t i = 0; i < status.n; i++)
        n = n > STATUSES || status.p[i] < '0' || status.p[i] > '9' ? STATUSES + 1 : n * 10 + (status.p[i] - '0');
    counts[n >= 1 && n <= STATUSES ? n : 0]++;
}

/* ---- their list */

static enum err take_page(struct comparing *g, const struct answer *page)
{
    for (size_t i = 0; page->result && i < page->result->n; i++) {
        const struct json *row = &page->result->items[i];
        struct str code = str_dup(g->a, member(row, "MaHoSo"));
        struct theirs *t = map_get(&g->theirs, code);
        if (!code.n || t)
            continue;
        t = ARENA_NEW(g->a, struct theirs);
        t->status = str_dup(g->a, member(row, "TrangThaiHoSo"));
        map_put(g->a, &g->theirs, code, t);
        VEC_PUSH(g->a, &g->codes, code);
        g->c->theirs++;
        count(g->c->counts_theirs, t->status);
    }
    return OK;
}

static enum err their_list(struct comparing *g, struct str authority, struct fault *f)
{
    enum err e = OK;
    for (int page = 1; e == OK && page <= PAGES_MOST; page++) {
        struct arena *scratch CLEANUP(arena_freep) = arena_new();
        struct answer answer = {0};
        struct str data = str_of(arena_printf(scratch, "{\"DanhSach\":true,\"Trang\":%d}", page));
        e = portal_call(g->p, scratch, authority, "TraCuuHoSo", false, data, &answer, f);
        if (e == OK && answer.verdict != VERDICT_OK)
            e = FAULT(f, ERR_PORTAL_REFUSED, {"message", answer.message});
        if (e == OK && (!answer.result || answer.result->n == 0))
            break;
        if (e == OK)
            e = take_page(g, &answer);
    }
    return e;
}

/* ---- ours */

static void differ(struct comparing *g, struct portal_difference d)
{
    if (g->found.n < PORTAL_DIFFERENCES)
        VEC_PUSH(g->a, &g->found, d);
}

/* What is filed in the month counts for its office, whatever the outcome. */
static struct portal_check *check_of(struct comparing *g, const struct reg *reg, const struct record *r)
{
    struct str filed = record_text(reg, r, "filed_on"), office = record_text(reg, r, "office");
    if (!g->month.n || !filed.n || !office.n || str_cmp(filed, g->month) < 0 || str_cmp(filed, g->day) > 0)
        return NULL;
    struct portal_check *check = map_get(&g->by_office, office);
    if (!check) {
        check = ARENA_NEW(g->a, struct portal_check);
        *check = (struct portal_check){.office = str_dup(g->a, office)};
        map_put(g->a, &g->by_office, check->office, check);
        VEC_PUSH(g->a, &g->checks, check);
    }
    return check;
}

static void compare_one(struct comparing *g, struct str code, struct str status, bool is_foreign,
                        struct portal_check *check)
{
    struct portal_check ignored = {0};
    check = check ? check : &ignored;
    check->dossiers++;
    struct theirs *t = map_get(&g->theirs, code);
    if (t)
        t->is_seen = true;
    if (map_get(&g->on_their_way, code)) {
        g->c->waiting++;
        check->waiting++;
        return;
    }
    check->missing += !t;
    if (t && str_eq(t->status, status))
        g->c->same++, check->same++;
    else
        differ(g, (struct portal_difference){.code = str_dup(g->a, code),
                                             .kind = t ? DIFFERENT : MISSING_THERE,
                                             .ours = str_dup(g->a, status),
                                             .theirs = t ? t->status : STR(""),
                                             .is_foreign = is_foreign});
}

static enum err our_list(struct comparing *g, struct store *s, const char *name, bool is_foreign, struct str *ret_any,
                         struct fault *f)
{
    const struct reg *reg = province_register(s->province, str_of(name));
    struct query *rows CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = false;
    if (!reg)
        return OK;
    enum err e = query_open(s, reg, &(struct query_options){.is_unsorted = true}, &rows, f);
    while (e == OK && (e = query_next(rows, &r, &has_row, f)) == OK && has_row) {
        struct str status = record_text(reg, &r, "status"), code = record_text(reg, &r, "code");
        if (r.is_sample)
            continue;
        if (ret_any && !ret_any->n)
            *ret_any = str_dup(g->a, code);
        g->c->ours++;
        count(g->c->counts_ours, status);
        compare_one(g, code, status, is_foreign, is_foreign ? NULL : check_of(g, reg, &r));
    }
    return e;
}

static enum err on_their_way(struct comparing *g, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row = false;
    enum err e = stmt_new(portal_db(g->p),
                          STR("SELECT DISTINCT subject FROM outbox WHERE topic = ?1 AND state IN (0, 2)"), &st, f);
    if (e != OK)
        return e;
    stmt_bind_text(st, 1, PORTAL_TOPIC);
    while ((e = stmt_step(st, &has_row, f)) == OK && has_row)
        map_put(g->a, &g->on_their_way, str_dup(g->a, stmt_column_text(st, 0)), g);
    return e;
}

/* ---- what is kept */

static struct str counts_text(struct arena *a, const struct portal_comparison *c)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    for (int i = 0; i <= STATUSES; i++)
        buf_printf(&b, "%lld %lld ", (long long)c->counts_ours[i], (long long)c->counts_theirs[i]);
    return str_dup(a, buf_view(&b));
}

static void counts_read(struct str text, struct portal_comparison *c)
{
    for (int i = 0; i <= STATUSES; i++)
        for (int k = 0; k < 2 && text.p; k++) {
            int64_t n = 0;
            struct str word = str_cut(text, ' ', &text);
            for (size_t d = 0; d < word.n; d++)
                n = n * 10 + (word.p[d] - '0');
            *(k ? &c->counts_theirs[i] : &c->counts_ours[i]) = n;
        }
}

static enum err keep(struct comparing *g, struct fault *f)
{
    struct db *db = portal_db(g->p);
    const struct portal_comparison *c = g->c;
    enum err e = db_begin(db, f);
    if (e == OK)
        e = db_script(db, tables, f);
    if (e == OK)
        e = db_script(db, "DELETE FROM portal_comparison; DELETE FROM portal_difference", f);
    if (e == OK)
        e = db_run(db,
                   STR("INSERT INTO portal_comparison(id, at_ms, ours, theirs, same, waiting, counts) VALUES(1, ?1, ?2,"
                       " ?3, ?4, ?5, ?6)"),
                   DB_VALUES(db_int(c->at_ms), db_int(c->ours), db_int(c->theirs), db_int(c->same), db_int(c->waiting),
                             db_text(counts_text(g->a, c))),
                   f);
    for (size_t i = 0; e == OK && i < g->found.n; i++) {
        const struct portal_difference *d = &g->found.p[i];
        e = db_run(
            db, STR("INSERT OR REPLACE INTO portal_difference VALUES(1, ?1, ?2, ?3, ?4, ?5)"),
            DB_VALUES(db_text(d->code), db_int(d->kind), db_text(d->ours), db_text(d->theirs), db_int(d->is_foreign)),
            f);
    }
    if (e == OK)
        return db_commit(db, f);
    db_rollback(db);
    return e;
}

/* What is on its way is read before our registers and theirs: whatever arrives meanwhile counts as on its way, not as a difference. */
enum err portal_reconcile(struct portal *p, struct arena *a, struct portal_comparison *ret, struct fault *f)
{
    struct store *s CLEANUP(store_freep) = NULL;
    struct comparing g = {.p = p, .a = a, .c = ret};
    struct str any = STR(""), rest;
    *ret = (struct portal_comparison){.at_ms = clock_now_ms()};
    enum err e = store_open(portal_options_of(p)->db_path, STORE_READ, &s, f);
    if (e == OK)
        e = store_hold(s, f);
    if (e == OK)
        e = on_their_way(&g, f);
    if (e == OK) { /* whose list it is: the province of any of our dossiers */
        struct portal_comparison none = {0};
        struct comparing look = {.p = p, .a = a, .c = &none};
        e = our_list(&look, s, "dossiers", false, &any, f);
    }
    if (e == OK) {
        struct date day = date_of_instant(ret->at_ms, s->province->utc_offset_minutes);
        g.day = date_iso(a, day);
        day.day = 1;
        g.month = date_iso(a, day);
    }
    if (e == OK)
        e = their_list(&g, portal_authority(a, str_cut(any, '-', &rest)), f);
    if (e == OK)
        e = our_list(&g, s, "dossiers", false, NULL, f);
    if (e == OK)
        e = our_list(&g, s, "foreign_dossiers", true, NULL, f);
    for (size_t i = 0; e == OK && i < g.codes.n; i++) {
        const struct theirs *t = map_get(&g.theirs, g.codes.p[i]);
        if (!t->is_seen)
            differ(&g, (struct portal_difference){.code = g.codes.p[i], .kind = MISSING_HERE, .theirs = t->status});
    }
    ret->list = g.found.p;
    ret->n = g.found.n;
    if (e == OK)
        e = keep(&g, f);
    return e == OK ? portal_check_record(p, a, g.day, g.checks.p, g.checks.n, f) : e;
}

enum err portal_reconcile_daily(struct portal *p, struct fault *f)
{
    static const int64_t day_ms = 86400000, hour_ms = 3600000;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct portal_comparison c;
    int64_t now = clock_now_ms(), *after = portal_compare_after(p);
    if (now < *after)
        return OK;
    struct date day = date_of_instant(now - PORTAL_COMPARED_HOUR * hour_ms, VIETNAM_OFFSET_MINUTES);
    int64_t since = instant_of_date(day, VIETNAM_OFFSET_MINUTES) + PORTAL_COMPARED_HOUR * hour_ms;
    *after = now + PORTAL_COMPARE_AGAIN_MS;
    enum err e = portal_compared(a, portal_db(p), &c, f);
    if (e == OK && c.at_ms < since)
        e = portal_reconcile(p, a, &c, f);
    if (e == OK)
        *after = since + day_ms;
    return e;
}

enum err portal_compared(struct arena *a, struct db *db, struct portal_comparison *ret, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL, *rows CLEANUP(stmt_freep) = NULL;
    VEC(struct portal_difference) list = {0};
    bool is_there = false, has_row = false;
    *ret = (struct portal_comparison){0};
    enum err e = db_has_table(db, "portal_comparison", &is_there, f);
    if (e != OK || !is_there)
        return e;
    e = stmt_new(db, STR("SELECT at_ms, ours, theirs, same, waiting, counts FROM portal_comparison"), &st, f);
    if (e == OK)
        e = stmt_step(st, &has_row, f);
    if (e != OK || !has_row)
        return e;
    *ret = (struct portal_comparison){.at_ms = stmt_column_int(st, 0),
                                      .ours = stmt_column_int(st, 1),
                                      .theirs = stmt_column_int(st, 2),
                                      .same = stmt_column_int(st, 3),
                                      .waiting = stmt_column_int(st, 4)};
    counts_read(str_dup(a, stmt_column_text(st, 5)), ret);
    e = stmt_new(db, STR("SELECT code, kind, ours, theirs, is_foreign FROM portal_difference ORDER BY code"), &rows, f);
    while (e == OK && (e = stmt_step(rows, &has_row, f)) == OK && has_row)
        VEC_PUSH(a, &list,
                 ((struct portal_difference){.code = str_dup(a, stmt_column_text(rows, 0)),
                                             .kind = (enum difference)stmt_column_int(rows, 1),
                                             .ours = str_dup(a, stmt_column_text(rows, 2)),
                                             .theirs = str_dup(a, stmt_column_text(rows, 3)),
                                             .is_foreign = stmt_column_int(rows, 4)}));
    ret->list = list.p;
    ret->n = list.n;
    return e;
}
