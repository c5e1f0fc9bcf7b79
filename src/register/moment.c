#include "register/moment.h"

#include "text/date.h"

#include "base/banned.h"

enum err moment_read(struct arena *a, const struct store *s, struct moment *ret_moment, struct fault *f)
{
    struct moment m = {.rev = s->at};
    int64_t ms;
    if (m.rev == 0) {
        *ret_moment = m;
        return OK;
    }
    enum err e =
        db_value_text(s->db, a, STR("SELECT time FROM revision WHERE rev = ?1"), DB_VALUES(db_int(m.rev)), &m.time, f);
    if (e == OK)
        e = instant_parse(m.time, &ms, f);
    if (e != OK)
        return e;
    int offset = s->province ? s->province->utc_offset_minutes : VIETNAM_OFFSET_MINUTES;
    struct buf b CLEANUP(buf_done) = BUF_INIT(32);
    date_print(date_of_instant(ms, offset), &b);
    m.day = str_of(arena_strdup(a, buf_cstr(&b)));
    *ret_moment = m;
    return OK;
}

void moment_json(const struct moment *m, struct json_out *o)
{
    json_key(o, STR("at"));
    json_object_begin(o);
    json_key(o, STR("revision")), json_int(o, m->rev);
    json_key(o, STR("date"));
    if (m->rev)
        json_str(o, m->day);
    else
        json_null(o);
    json_object_end(o);
}
