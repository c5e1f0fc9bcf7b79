/* A line of JSON for each request, gathered and written some at a time. Queries are not written: they may name people. */
#include <unistd.h>

#include "base/clock.h"
#include "http/internal.h"
#include "text/date.h"
#include "text/json.h"
#include "text/utf8.h"

#include "base/banned.h"

enum { FLUSH_BYTES = 32 << 10, PATH_BYTES = 512, SEGMENT_BYTES = 40 };

static void text_member(struct json_out *o, const char *key, struct str text, size_t max)
{
    text = str_slice(text.p, text.n < max ? text.n : max);
    json_key(o, str_of(key));
    json_str(o, str_slice(text.p, utf8_valid_prefix(text)));
}

/* What no route is known for may be a link with a secret, by another method or with a slash too much: long segments of it are left out. */
static struct str shown_path(const struct message *m, const struct served *s, struct buf *b)
{
    if (s->route)
        return s->route->flags & HAS_SECRET ? str_of(s->route->path) : m->path;
    for (struct str rest = m->path, segment; rest.p;) {
        segment = str_cut(rest, '/', &rest);
        buf_str(b, segment.n < SEGMENT_BYTES ? segment : STR("…"));
        buf_puts(b, rest.p ? "/" : "");
    }
    return buf_view(b);
}

void access_log_add(struct http_worker *w, const struct message *m, const struct served *s)
{
    struct json_out o;
    char instant[40];
    struct buf time = BUF_INIT(sizeof instant), path CLEANUP(buf_done) = BUF_INIT(PATH_BYTES);
    instant_print(clock_now_ms(), &time);
    json_out_init(&o, &w->access_log, JSON_OUT_COMPACT);
    json_object_begin(&o);
    text_member(&o, "time", buf_view(&time), sizeof instant);
    text_member(&o, "id", s->request_id, REQUEST_ID_BYTES);
    text_member(&o, "client", s->client, 64);
    text_member(&o, "method", m->method, 32);
    text_member(&o, "path", shown_path(m, s, &path), PATH_BYTES);
    text_member(&o, "route", str_of(s->route ? s->route->id : ""), 64);
    json_key(&o, STR("status")), json_int(&o, s->status);
    json_key(&o, STR("bytes")), json_int(&o, s->bytes);
    json_key(&o, STR("us")), json_int(&o, s->us);
    json_object_end(&o);
    buf_putc(&w->access_log, '\n');
    buf_done(&time);
    if (w->access_log.n >= FLUSH_BYTES)
        access_log_flush(w);
}

/* A log that cannot be written (a full disk) must not stop the service: the lines are lost. */
void access_log_flush(struct http_worker *w)
{
    struct str rest = buf_view(&w->access_log);
    while (rest.n) {
        ssize_t n = write(w->o->access_log, rest.p, rest.n);
        if (n <= 0)
            break;
        rest = str_slice(rest.p + n, rest.n - (size_t)n);
    }
    buf_reset(&w->access_log);
}
