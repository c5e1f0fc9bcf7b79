#include "web/feature.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "register/moment.h"

#include "base/banned.h"

static enum err write_geometry(struct exchange *x, const struct ask *q, const struct value *v, struct json_out *o,
                               struct fault *f)
{
    const struct worker *w = x->worker;
    struct shape shape;
    if (!q->has_geometry || v->kind != VALUE_BLOB || shape_read_blob(x->arena, v->text, &shape, NULL) != OK) {
        json_null(o);
        return OK;
    }
    enum err e = crs_transform(w->crs, q->storage, q->crs, &shape, f);
    if (e != OK)
        return e;
    if (q->crs->is_north_first)
        shape_swap_axes(&shape);
    shape_write_geojson(&shape, o);
    return OK;
}

/* What keeps an address at the moment that was asked for; empty: now. */
static struct str at_moment(struct exchange *x, const char *before)
{
    return x->at.n ? STR_JOIN(x->arena, str_of(before), url_encoded(x->arena, x->at)) : STR("");
}

/* Written as one text: a base of plain characters (serve.c), the name of a register and what is encoded need no escapes. */
static void write_record_links(struct exchange *x, const struct reg *reg, struct str id, struct json_out *o)
{
    struct str base = exchange_base(x), coded = url_encoded(x->arena, id), at = at_moment(x, "?at=");
    json_key_quoted(o, STR("\"links\""));
    json_raw(o, STR_JOIN(x->arena, STR("[{\"href\":\""), base, STR("/api/collections/"), reg->name, STR("/items/"),
                         coded, at, STR("\",\"rel\":\"self\",\"type\":\""), str_of(format_media(x->format)),
                         STR("\"},{\"href\":\""), base, STR("/registers/"), reg->name, STR("/"), coded, at,
                         STR("\",\"rel\":\"alternate\",\"type\":\"text/html\"},{\"href\":\""), base,
                         STR("/api/collections/"), reg->name, at,
                         STR("\",\"rel\":\"collection\",\"type\":\"application/json\"}]")));
}

static bool is_asked(const void *context, size_t field)
{
    const struct ask *q = context;
    for (size_t i = 0; i < q->n_fields; i++)
        if (q->fields[i] == (int)field)
            return true;
    return false;
}

/* Null says that nothing is known; these are the fields of which nothing is said. */
static void write_masked(const struct ask *q, const struct record *r, struct json_out *o)
{
    bool has_any = false;
    for (size_t i = 0; i < q->n_fields; i++) {
        if (r->values[q->fields[i]].kind != VALUE_MASKED)
            continue;
        if (!has_any)
            json_key(o, STR("_masked")), json_array_begin(o);
        has_any = true;
        json_str(o, q->reg->fields[q->fields[i]].name);
    }
    if (has_any)
        json_array_end(o);
}

enum err feature_write(struct exchange *x, const struct ask *q, const struct record *r, struct json_out *o,
                       struct fault *f)
{
    json_object_begin(o);
    enum err e = feature_members_write(x, q, r, false, o, f);
    if (e == OK)
        json_object_end(o);
    return e;
}

enum err feature_members_write(struct exchange *x, const struct ask *q, const struct record *r, bool has_links,
                               struct json_out *o, struct fault *f)
{
    const struct reg *reg = q->reg;
    static const struct value none = {.kind = VALUE_NULL};
    json_key_quoted(o, STR("\"type\"")), json_raw(o, STR("\"Feature\""));
    json_key_quoted(o, STR("\"id\"")), json_str(o, r->id);
    json_key_quoted(o, STR("\"geometry\""));
    enum err e = write_geometry(x, q, q->has_geometry ? &r->values[reg->geometry] : &none, o, f);
    if (e != OK)
        return e;
    json_key_quoted(o, STR("\"properties\""));
    json_object_begin(o);
    for (size_t i = 0; i < q->n_fields; i++) {
        const struct field *fd = &reg->fields[q->fields[i]];
        json_key_quoted(o, fd->quoted);
        value_json(fd, &r->values[q->fields[i]], o);
    }
    if (r->is_sample)
        json_key_quoted(o, STR("\"_sample\"")), json_bool(o, true);
    record_erased_json(reg, r, is_asked, q, o);
    write_masked(q, r, o);
    json_object_end(o);
    if (has_links)
        write_record_links(x, reg, r->id, o);
    return OK;
}

enum err record_stamp(struct exchange *x, int64_t rev, struct fault *f)
{
    struct worker *w = x->worker;
    size_t place = (size_t)rev % ARRAY_LEN(w->written);
    enum err e = OK;
    if (w->written[place].rev != rev) { /* a revision's time never changes */
        struct moment written = {0};
        e = moment_of(x->arena, w->store, rev, &written, f);
        if (e == OK)
            w->written[place].rev = rev, w->written[place].ms = written.ms;
    }
    x->modified_ms = e == OK ? w->written[place].ms : 0;
    size_t asked = str_hash(x->query) ^ ((size_t)x->format << 8 | (size_t)x->lang);
    struct buf tag = BUF_INIT(64);
    buf_int(&tag, rev);
    buf_putc(&tag, '-');
    buf_hex(&tag, &asked, sizeof asked);
    x->etag = buf_move(&tag, x->arena);
    return e;
}

bool record_stamp_matches(struct str if_match, int64_t rev)
{
    char start[32];
    int n = snprintf(start, sizeof start, "\"%lld-", (long long)rev);
    for (struct str rest = if_match, one; rest.p;) {
        one = str_trim(str_cut(rest, ',', &rest));
        if (str_starts(one, STR("W/"))) /* a compressed answer bears a weak one */
            one = str_slice(one.p + 2, one.n - 2);
        if (str_is(one, "*") || str_starts(one, str_slice(start, (size_t)n)))
            return true;
    }
    return false;
}

static bool has_moment(struct str href)
{
    struct str query;
    str_cut(href, '?', &query);
    for (struct str one; query.p && query.n;) {
        one = str_cut(query, '&', &query);
        if (str_starts(one, STR("at=")))
            return true;
    }
    return false;
}

/* The log has no moments: it is the same at each. */
static struct str whole_address(struct exchange *x, struct str href)
{
    if (!str_starts(href, STR("/")))
        return href;
    bool is_moved = x->at.n && !str_starts(href, STR("/api/log/")) && !has_moment(href);
    return STR_JOIN(x->arena, exchange_base(x), href,
                    is_moved ? at_moment(x, memchr(href.p, '?', href.n) ? "&at=" : "?at=") : STR(""));
}

void link_write(struct json_out *o, struct exchange *x, struct str href, const char *rel, const char *type,
                const char *title)
{
    json_object_begin(o);
    json_key(o, STR("href"));
    json_str(o, whole_address(x, href));
    json_member(o, "rel", str_of(rel));
    if (type)
        json_member(o, "type", str_of(type));
    if (title)
        json_member(o, "title", str_of(title));
    json_object_end(o);
}

struct str collection_path(struct exchange *x, const struct reg *reg, const char *rest)
{
    return STR_JOIN(x->arena, STR("/api/collections/"), reg->name, str_of(rest));
}

enum err records_count(struct exchange *x, const struct reg *reg, int64_t *ret_n, struct fault *f)
{
    struct worker *w = x->worker;
    size_t name = str_hash(reg->name);
    bool is_same_for_all = site_shows_every(x, reg);
    for (size_t i = 0; i < ARRAY_LEN(w->counts) && is_same_for_all; i++)
        if (w->counts[i].rev == w->store->at && w->counts[i].name == name) {
            *ret_n = w->counts[i].n;
            return OK;
        }
    enum err e = query_count(w->store, reg, &(struct query_options){0}, ret_n, f);
    if (e != OK || !is_same_for_all)
        return e;
    w->counts[w->next_count].rev = w->store->at;
    w->counts[w->next_count].name = name;
    w->counts[w->next_count].n = *ret_n;
    w->next_count = (w->next_count + 1) % ARRAY_LEN(w->counts);
    return OK;
}
