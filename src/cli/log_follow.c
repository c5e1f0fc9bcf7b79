/* tinhso log follow URL: an outsider's watch over a province's log. */
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/limits.h"
#include "cli/log_follow.h"
#include "cli/show.h"
#include "http/fetch.h"
#include "register/log_follow.h"

#include "base/banned.h"

enum { EVERY_MAX_SECONDS = 86400 * 30 };

struct follow_run {
    struct cli *c;
    struct str url; /* of the portal, without a slash at its end */
    const char *key_path, *note_path;
    int64_t n_new;
};

static volatile sig_atomic_t is_stopped;

static void on_signal(int number)
{
    (void)number;
    is_stopped = 1;
}

static enum err get(void *context, const char *path, struct buf *out, struct fault *f)
{
    const struct follow_run *r = context;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    return http_fetch(arena_printf(a, "%.*s/api/log/%s", STR_ARG(r->url), path), out, f);
}

static const char *state_folder(struct cli *c)
{
    const char *folder = args_value(&c->args, "state");
    return folder ? folder : "var/follow";
}

/* What was seen lies under the address: "so.example.vn.checkpoint". */
static const char *state_path(struct follow_run *r, const char *suffix)
{
    struct str rest = r->url;
    const char *slashes = memmem(r->url.p, r->url.n, "//", 2);
    if (slashes)
        rest = str_slice(slashes + 2, r->url.n - (size_t)(slashes + 2 - r->url.p));
    char *name = arena_printf(r->c->arena, "%.*s", STR_ARG(rest));
    for (char *p = name; *p; p++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-", *p))
            *p = '-';
    return arena_printf(r->c->arena, "%s/%s%s", state_folder(r->c), name, suffix);
}

/* A stranger's text on our terminal: without what moves its cursor. */
static struct str harmless(struct arena *a, struct str s)
{
    char *p = arena_dup(a, s.p, s.n);
    for (size_t i = 0; i < s.n; i++) {
        bool is_c1 = (unsigned char)p[i] == 0xC2 && i + 1 < s.n && (unsigned char)p[i + 1] < 0xA0;
        if ((unsigned char)p[i] < 0x20 || p[i] == 0x7F)
            p[i] = '?';
        else if (is_c1)
            p[i] = p[i + 1] = '?';
    }
    return str_slice(p, s.n);
}

/* The key that the follower names, else the one kept, else the server's own, which is then told and kept. */
static enum err trusted_key(struct follow_run *r, struct note_verifier *ret_v)
{
    struct cli *c = r->c;
    struct str text = cli_option(c, "key");
    struct buf b CLEANUP(buf_done) = BUF_INIT(NOTE_KEY_TEXT_BYTES);
    enum err e = OK;
    bool is_new = false;
    if (!text.n && file_exists(r->key_path)) {
        e = file_read(c->arena, r->key_path, NOTE_KEY_TEXT_BYTES, &text, &c->fault);
    } else if (!text.n) {
        e = get(r, "key", &b, &c->fault);
        text = str_dup(c->arena, buf_view(&b));
        is_new = true;
    }
    if (e == OK)
        e = note_verifier_parse(str_trim(text), ret_v, &c->fault);
    if (e == OK && is_new)
        cli_note(c,
                 T(c, "Lần đầu theo dõi: tin khóa do máy chủ đưa ra, %.*s. Hãy đối chiếu với khóa đã công bố.\n",
                   "First time: trusting the key that the server gives, %.*s. Compare it with the published one.\n"),
                 STR_ARG(harmless(c->arena, str_trim(text))));
    if (e == OK && !file_exists(r->key_path))
        e = file_write_atomic(r->key_path, text, 0644, &c->fault);
    return e;
}

static void show_revision(void *context, int64_t rev, const struct json *entry, int64_t n_public)
{
    struct follow_run *r = context;
    struct cli *c = r->c;
    static const char *const keys[] = {"time", "actor", "reason"};
    r->n_new++;
    if (c->is_json)
        return;
    buf_printf(&c->out, "%lld", (long long)rev);
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const struct json *v = json_get(entry, keys[i]);
        if (v && v->kind == J_STRING)
            buf_printf(&c->out, "  %.*s", STR_ARG(harmless(c->arena, v->string)));
    }
    const struct json *count = json_get(entry, "count");
    if (count && count->kind == J_NUMBER)
        buf_printf(&c->out, T(c, "  %.*s bản ghi", "  %.*s records"), STR_ARG(count->string));
    if (n_public >= 0)
        buf_printf(&c->out, T(c, ", %lld công khai đã kiểm", ", %lld of them public and checked"), (long long)n_public);
    buf_putc(&c->out, '\n');
}

static void show_result(struct follow_run *r, const struct follow_result *result)
{
    struct cli *c = r->c;
    if (!c->is_json) {
        buf_printf(&c->out,
                   T(c, "Nhật ký đúng: %llu phiên bản, %lld phiên bản mới từ lần trước.\n",
                     "The log holds: %llu revisions, %lld of them new since the last time.\n"),
                   (unsigned long long)result->size, (long long)r->n_new);
        return;
    }
    struct json_out o = answer_begin(c);
    json_object_begin(&o);
    json_member(&o, "url", r->url);
    json_key(&o, STR("size")), json_int(&o, (int64_t)result->size);
    json_key(&o, STR("old_size")), json_int(&o, (int64_t)result->old_size);
    json_member(&o, "checkpoint", result->note);
    json_object_end(&o);
    answer_end(c, &o);
}

static enum err follow_once(struct follow_run *r, const struct note_verifier *v)
{
    struct cli *c = r->c;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct follow_source source = {get, r};
    struct follow_options o = {args_has(&c->args, "records"), show_revision, r};
    struct follow_result result;
    struct str last = {NULL, 0};
    r->n_new = 0;
    enum err e = file_exists(r->note_path) ? file_read(a, r->note_path, CHECKPOINT_BYTES, &last, &c->fault) : OK;
    if (e == OK)
        e = log_follow(a, &source, v, last, &o, &result, &c->fault);
    if (e == OK)
        e = file_write_atomic(r->note_path, result.note, 0644, &c->fault);
    if (e == OK)
        show_result(r, &result);
    return e;
}

enum err cli_log_follow(struct cli *c)
{
    struct follow_run r = {.c = c, .url = cli_word(c, 1)};
    struct note_verifier v;
    long long every;
    if (c->args.words.n != 2)
        return FAULT(&c->fault, ERR_COMMAND_WORDS, {"command", STR("log")}, {"words", STR("follow URL")});
    while (str_ends(r.url, STR("/")))
        r.url.n--;
    r.key_path = state_path(&r, ".pub");
    r.note_path = state_path(&r, ".checkpoint");
    enum err e = args_integer(&c->args, "every", 1, EVERY_MAX_SECONDS, 0, &every, &c->fault);
    if (e == OK)
        e = folder_make(state_folder(c), &c->fault);
    if (e == OK)
        e = trusted_key(&r, &v);
    if (e == OK)
        e = follow_once(&r, &v);
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    while (e == OK && every && !is_stopped) {
        e = cli_flush(c);
        struct timespec wait = {.tv_sec = every};
        if (e == OK && nanosleep(&wait, NULL) == 0)
            e = follow_once(&r, &v);
    }
    return e;
}
