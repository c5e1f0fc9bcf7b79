#include "web/portal_site.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "http/fetch.h"

#include "base/banned.h"

enum { PAUSE_MS = 1000 };

struct portal_site {
    struct portal *portal;
    pthread_t thread;
    _Atomic int is_stopped;
    enum err told; /* the last failure that was said */
    _Atomic int64_t waiting, dead, oldest_ms;
    int64_t tallied_us;
};

enum err portal_http_post(const char *url, struct str json, long wait_ms, long *ret_status, struct buf *out,
                          struct fault *f)
{
    return http_fetch_strict(
        &(struct fetch){
            .url = url, .form = json, .media = "application/json", .most_ms = wait_ms, .ret_status = ret_status},
        out, f);
}

static void tell(struct portal_site *x, enum err e, const struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 14);
    if (e == x->told)
        return;
    x->told = e;
    if (e == OK)
        return;
    fault_print(f, LANG_EN, &b);
    fprintf(stderr, "national portal: %s\n", buf_cstr(&b));
}

static void tally(struct portal_site *x)
{
    struct outbox_tally t;
    struct fault ignored = {0};
    int64_t now_us = clock_mono_us();
    if (x->tallied_us && now_us - x->tallied_us < (int64_t)PORTAL_TALLY_MS * 1000)
        return;
    x->tallied_us = now_us;
    if (portal_waiting(x->portal, &t, &ignored) != OK)
        return;
    atomic_store(&x->waiting, t.waiting);
    atomic_store(&x->dead, t.dead);
    atomic_store(&x->oldest_ms, t.oldest_ms);
}

void portal_site_metrics(const struct portal_site *x, struct buf *out)
{
    if (!x)
        return;
    int64_t oldest_ms = atomic_load(&x->oldest_ms), now_ms = clock_now_ms();
    const struct {
        const char *name, *help;
        int64_t value;
    } lines[] = {
        {"waiting", "Messages to the national portal that have not arrived.", atomic_load(&x->waiting)},
        {"refused", "Messages that the national portal refused and nobody decided about.", atomic_load(&x->dead)},
        {"lag_seconds", "Since when the oldest message has not arrived.", oldest_ms ? (now_ms - oldest_ms) / 1000 : 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        buf_printf(out, "# HELP tinhso_portal_%s %s\n# TYPE tinhso_portal_%s gauge\ntinhso_portal_%s %lld\n",
                   lines[i].name, lines[i].help, lines[i].name, lines[i].name, (long long)lines[i].value);
}

static void *sender_main(void *p)
{
    struct portal_site *x = p;
    while (!x->is_stopped) {
        struct portal_round round;
        struct fault f = {0};
        enum err e = portal_send(x->portal, &round, &f);
        if (e == OK && round.is_down)
            tell(x, round.why.code, &round.why);
        else if (e == OK && (round.sent || x->told == OK))
            tell(x, OK, &f);
        if (e == OK && !round.is_down && !x->is_stopped)
            e = portal_reconcile_daily(x->portal, &f);
        if (e != OK)
            tell(x, e, &f);
        tally(x);
        for (int i = 0; i < 10 && !x->is_stopped; i++)
            nanosleep(&(struct timespec){.tv_nsec = PAUSE_MS / 10 * 1000000L}, NULL);
    }
    return NULL;
}

enum err portal_site_begin(const struct portal_options *o, struct portal_site **ret_sender, struct fault *f)
{
    struct portal_site *x = mem_zalloc(sizeof *x);
    struct portal_options mine = *o;
    mine.stop = &x->is_stopped;
    mine.post = portal_http_post;
    enum err e = portal_open(&mine, &x->portal, f);
    if (e == OK && pthread_create(&x->thread, NULL, sender_main, x) != 0)
        e = FAULT(f, ERR_SYSTEM, {"path", STR("thread")}, {"action", STR("create")}, {"reason", STR("pthread_create")});
    if (e != OK) {
        portal_close(x->portal);
        free(x);
        return e;
    }
    *ret_sender = x;
    return OK;
}

void portal_site_end(struct portal_site *x)
{
    if (!x)
        return;
    x->is_stopped = 1;
    pthread_join(x->thread, NULL);
    portal_close(x->portal);
    free(x);
}
