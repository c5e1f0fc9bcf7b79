#include "web/portal_site.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "http/fetch.h"

#include "base/banned.h"

enum { PAUSE_MS = 1000 };

struct portal_site {
    struct portal *portal;
    pthread_t thread;
    _Atomic int is_stopped;
    enum err told; /* the last failure that was said */
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
