#include "register/moment.h"

#include "text/date.h"

#include "base/banned.h"

enum err moment_of(struct arena *a, const struct store *s, int64_t rev, struct moment *ret_moment, struct fault *f)
{
    struct moment m = {.rev = rev};
    if (m.rev == 0) {
        *ret_moment = m;
        return OK;
    }
    enum err e =
        db_value_text(s->db, a, STR("SELECT time FROM revision WHERE rev = ?1"), DB_VALUES(db_int(m.rev)), &m.time, f);
    if (e == OK)
        e = instant_parse(m.time, &m.ms, f);
    if (e != OK)
        return e;
    int offset = s->province ? s->province->utc_offset_minutes : VIETNAM_OFFSET_MINUTES;
    struct buf b CLEANUP(buf_done) = BUF_INIT(32);
    date_print(date_of_instant(m.ms, offset), &b);
    m.day = str_of(arena_strdup(a, buf_cstr(&b)));
    *ret_moment = m;
    return OK;
}

enum err moment_read(struct arena *a, const struct store *s, struct moment *ret_moment, struct fault *f)
{
    return moment_of(a, s, s->at, ret_moment, f);
}

static struct str member_text(const struct json *object, const char *key)
{
    const struct json *v = json_get(object, key);
    return v && v->kind == J_STRING ? v->string : (struct str){NULL, 0};
}

static struct str without_note(struct str reason)
{
    const char *note = reason.n ? memmem(reason.p, reason.n, MOMENT_IMPORT_NOTE, strlen(MOMENT_IMPORT_NOTE)) : NULL;
    return note && str_ends(reason, STR("]")) ? str_trim(str_slice(reason.p, (size_t)(note - reason.p))) : reason;
}

enum err moment_author(struct arena *a, const struct store *s, int64_t rev, struct authorship *ret_author,
                       struct fault *f)
{
    struct str entry;
    struct json *root;
    enum err e =
        db_value_text(s->db, a, STR("SELECT entry FROM revision WHERE rev = ?1"), DB_VALUES(db_int(rev)), &entry, f);
    if (e == OK)
        e = json_parse(a, entry, STR(""), &root, f);
    if (e == OK)
        *ret_author = (struct authorship){member_text(root, "actor"), member_text(root, "behalf"),
                                          without_note(member_text(root, "reason")),
                                          member_text(json_get(root, "source"), "name")};
    return e;
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
