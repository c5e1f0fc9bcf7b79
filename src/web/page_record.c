/* One record: every field that may be seen, its place on the map, its history, and the proof. */
#include "base/limits.h"
#include "register/moment.h"
#include "register/query.h"
#include "text/json.h"
#include "web/feature.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/show.h"
#include "web/templates.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

struct version {
    struct record record;
    int64_t rev;
    bool is_removed;
};

struct dossier {
    struct exchange *x;
    const struct reg *reg;
    struct str id;
    struct ask shape;
    struct names names;
    VEC(struct version) versions; /* oldest first */
    bool may_write;
};

static enum err read_versions(struct dossier *d, struct fault *f)
{
    struct worker *w = d->x->worker;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = true;
    enum err e = query_open(w->store, d->reg, &(struct query_options){.id = d->id, .has_history = true}, &q, f);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row)
        VEC_PUSH(d->x->arena, &d->versions,
                 ((struct version){record_copy(d->x->arena, d->reg, &r), query_rev(q), query_is_removed(q)}));
    return e;
}

/* ---- merged records ---- */

/* Where an id leads that was merged away: read from the built-in register of redirects; empty when nowhere. */
static enum err merged_into(struct dossier *d, struct str *ret_id, struct fault *f)
{
    struct worker *w = d->x->worker;
    const struct reg *redirects = province_register(w->store->province, STR("redirects"));
    *ret_id = nothing;
    if (!redirects)
        return OK;
    struct buf filter CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_BYTES);
    enum err e = ask_equals(d->x, reg_field(redirects, STR("register")), d->reg->name, &filter, f);
    buf_puts(&filter, " AND ");
    if (e == OK)
        e = ask_equals(d->x, reg_field(redirects, STR("old_id")), d->id, &filter, f);
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = false;
    if (e == OK)
        e = query_open(w->store, redirects, &(struct query_options){.filter = buf_view(&filter), .limit = 1}, &q, f);
    if (e == OK)
        e = query_next(q, &r, &has_row, f);
    int to = reg_field_number(redirects, STR("new_id"));
    if (e == OK && has_row && r.values[to].kind == VALUE_TEXT)
        *ret_id = str_dup(d->x->arena, r.values[to].text);
    return e;
}

static enum err sees(struct dossier *d, struct str id, bool *ret_is_seen, struct fault *f)
{
    struct worker *w = d->x->worker;
    int64_t n = 0;
    enum err e = query_count(w->store, d->reg, &(struct query_options){.id = id}, &n, f);
    *ret_is_seen = n > 0;
    return e;
}

/* ---- what it holds ---- */

static struct str with_measure(struct exchange *x, const struct field *fd, struct str text)
{
    struct str measure = text2_in(&fd->measure, x->lang);
    return text.n && measure.n ? str_of(arena_printf(x->arena, "%.*s %.*s", STR_ARG(text), STR_ARG(measure))) : text;
}

static enum err write_facts(struct dossier *d, const struct record *r, struct buf *out, struct fault *f)
{
    struct exchange *x = d->x;
    const struct reg *reg = d->reg;
    struct fact *facts = ARENA_ARRAY(x->arena, struct fact, reg->n_fields + 1);
    size_t n = 0;
    for (size_t i = 0; i < d->shape.n_fields; i++) {
        const struct field *fd = &reg->fields[d->shape.fields[i]];
        struct shown s;
        enum err e = show_value(x, &d->names, reg, r, d->shape.fields[i], &s, f);
        if (e != OK)
            return e;
        if (fd->type != FT_GEOMETRY)
            facts[n++] = (struct fact){text2_in(&fd->title, x->lang), with_measure(x, fd, s.text), s.href, nothing};
    }
    part_facts(x, out, facts, n);
    return OK;
}

static struct str title_of(struct dossier *d, const struct record *r, struct fault *f)
{
    struct shown s = {.text = show_title(d->x, d->reg, r)};
    if (d->reg->n_search == 0 && show_value(d->x, &d->names, d->reg, r, d->reg->key[0], &s, f) == OK && s.text.n == 0)
        s.text = r->id;
    return s.text;
}

static struct str item_href(struct dossier *d, const char *rest)
{
    struct str items = part_href(d->x, "/items/", d->id), path = collection_path(d->x, d->reg, items.p);
    return str_of(arena_printf(d->x->arena, "%.*s%s", STR_ARG(path), rest));
}

static void write_map(struct dossier *d, const struct record *r, struct str title, struct buf *out)
{
    struct exchange *x = d->x;
    if (!d->shape.has_geometry || r->values[d->reg->geometry].kind != VALUE_BLOB)
        return;
    struct buf plain CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES), name CLEANUP(buf_done) = BUF_INIT(4096);
    struct drawing_item item = {.title = title, .blob = r->values[d->reg->geometry].text};
    bool is_geographic = d->shape.storage == crs_wgs84() || (d->shape.storage && d->shape.storage->is_north_first);
    message_fill(&name, M_record_map, x->lang, title);
    if (part_drawing(x, &plain, buf_view(&name), is_geographic, &item, 1))
        part_map(x, out,
                 &(struct map_box){
                     .title = buf_view(&name), .source = item_href(d, "?f=geojson"), .plain = buf_view(&plain)});
}

static struct str record_href(struct dossier *d, const char *rest)
{
    struct str href = show_record_href(d->x, d->reg, d->id);
    return str_of(arena_printf(d->x->arena, "%.*s%s", STR_ARG(href), rest));
}

/* ---- history ---- */

static enum err changes_of(struct dossier *d, const struct version *before, const struct version *after,
                           struct tpl_record_versions *t, struct fault *f)
{
    struct exchange *x = d->x;
    VEC(struct tpl_change_row) changes = {0};
    for (size_t i = 0; i < d->reg->n_fields; i++) {
        const struct field *fd = &d->reg->fields[i];
        struct shown was, is;
        if (!site_shows_field(x, fd) || value_equal(&before->record.values[i], &after->record.values[i]))
            continue;
        enum err e = show_value(x, &d->names, d->reg, &before->record, (int)i, &was, f);
        if (e == OK)
            e = show_value(x, &d->names, d->reg, &after->record, (int)i, &is, f);
        if (e != OK)
            return e;
        if (fd->type == FT_GEOMETRY)
            is.text = message(M_record_shape_changed, x->lang);
        VEC_PUSH(x->arena, &changes, ((struct tpl_change_row){text2_in(&fd->title, x->lang), was.text, is.text}));
    }
    t->changes = changes.p;
    t->n_changes = changes.n;
    t->changes_of = message_with(x->arena, M_record_revision, x->lang, part_int(x, after->rev));
    return OK;
}

/* Why a revision was made, and in whose name when it was not the writer's own right. */
static enum err reason_of(struct dossier *d, int64_t rev, struct str *ret_reason, struct fault *f)
{
    struct worker *w = d->x->worker;
    struct authorship by;
    enum err e = moment_author(d->x->arena, w->store, rev, &by, f);
    if (e == OK)
        *ret_reason = by.behalf.n
                          ? STR_JOIN(d->x->arena, by.reason, by.reason.n ? STR(" · ") : STR(""), part_author(d->x, &by))
                          : by.reason;
    return e;
}

static enum err write_versions(struct dossier *d, struct tpl_record_versions *shown, struct fault *f)
{
    struct exchange *x = d->x;
    struct worker *w = x->worker;
    size_t n = d->versions.n;
    for (size_t i = 0; i < n; i++) {
        const struct version *v = &d->versions.p[n - 1 - i], *before = i + 1 < n ? v - 1 : NULL;
        struct tpl_record_versions *t = &shown[i];
        struct moment at;
        enum err e = moment_of(x->arena, w->store, v->rev, &at, f);
        *t = (struct tpl_record_versions){
            .is_first = !before || before->is_removed,
            .is_removed = v->is_removed,
            .revision = v->rev,
            .time = page_time(x->arena, at.time, w->store->province->utc_offset_minutes, x->lang),
            .href = exchange_link(x, "at", str_of(arena_printf(x->arena, "%lld", (long long)v->rev))),
            .is_here = v->rev == w->store->at,
        };
        if (d->may_write && i > 0 && !v->is_removed)
            t->restore_href = record_href(d, arena_printf(x->arena, "/restore?version=%lld", (long long)v->rev));
        if (e == OK)
            e = reason_of(d, v->rev, &t->reason, f);
        if (e == OK && before && !v->is_removed && !before->is_removed)
            e = changes_of(d, before, v, t, f);
        if (e != OK)
            return e;
    }
    return OK;
}

/* ---- the page ---- */

static struct str command_of(struct dossier *d, struct str proof)
{
    struct str base = exchange_base(d->x);
    return str_of(arena_printf(d->x->arena,
                               "curl -o proof.json '%.*s%.*s'\n"
                               "tinhso log check-proof proof.json --key \"$(curl -s '%.*s/api/log/key')\"",
                               STR_ARG(base), STR_ARG(proof), STR_ARG(base)));
}

static enum err write_record(struct dossier *d, const struct version *last, struct str title, struct buf *out,
                             struct fault *f)
{
    struct exchange *x = d->x;
    const struct record *r = &last->record;
    struct buf facts CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES), map CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                     opening CLEANUP(buf_done) = BUF_INIT(1 << 16);
    bool may_open = false;
    struct str href = show_href(x, d->reg, r), proof = part_href(x, "/api/log/proof/", d->reg->name);
    struct str id = part_href(x, "/", d->id);
    proof = str_of(arena_printf(x->arena, "%.*s%.*s", STR_ARG(proof), STR_ARG(id)));
    struct tpl_record_versions *versions = ARENA_ARRAY(x->arena, struct tpl_record_versions, d->versions.n + 1);
    bool has_proof = record_is_whole(d->reg, r) && !last->is_removed,
         has_more = !str_eq(href, show_record_href(x, d->reg, d->id));
    enum err e = write_facts(d, r, &facts, f);
    if (e == OK)
        e = write_versions(d, versions, f);
    if (e == OK)
        e = site_may_open(x, d->reg, r, &may_open, f);
    if (e != OK)
        return e;
    if (may_open)
        part_opening(x, &opening, d->reg, r, record_href(d, "/open"));
    write_map(d, r, title, &map);
    bool may_edit = d->may_write && !last->is_removed,
         may_erase = d->reg->n_personal && site_may_write(x, VERB_ADMINISTER, d->reg);
    struct tpl_download downloads[2] = {{STR("GeoJSON"), item_href(d, "?f=geojson"),
                                         STR_JOIN(x->arena, d->reg->name, STR("-"), d->id, STR(".geojson"))},
                                        {message(M_record_proof, x->lang), proof, STR("proof.json")}};
    tpl_record(out,
               &(struct tpl_record){.is_sample = r->is_sample,
                                    .is_writer = may_edit || may_erase,
                                    .edit_href = may_edit ? record_href(d, "/edit") : nothing,
                                    .erase_href = may_erase ? record_href(d, "/erase") : nothing,
                                    .removed = last->is_removed,
                                    .facts = buf_view(&facts),
                                    .more_title = has_more && !last->is_removed ? title : nothing,
                                    .more_href = href,
                                    .opening = buf_view(&opening),
                                    .map = buf_view(&map),
                                    .register_title = text2_in(&d->reg->title, x->lang),
                                    .register_href = part_href(x, "/registers/", d->reg->name),
                                    .downloads = downloads,
                                    .n_downloads = last->is_removed ? 0
                                                   : has_proof      ? 2
                                                                    : 1,
                                    .proof_href = has_proof ? proof : nothing,
                                    .command = command_of(d, proof),
                                    .versions = versions,
                                    .n_versions = d->versions.n},
               x->lang);
    return OK;
}

enum err page_record(struct exchange *x, struct fault *f)
{
    static const char *const map_scripts[] = {"map", NULL};
    struct dossier d = {.x = x, .id = input_named(x, "id")->text};
    enum err e = ask_register(x, input_named(x, "register")->text, &d.reg, f);
    if (e == OK)
        e = ask_read_shape(x, d.reg, &d.shape, f);
    if (e == OK)
        e = read_versions(&d, f);
    if (e != OK)
        return e;
    d.may_write = site_may_write(x, VERB_UPDATE, d.reg);
    const struct version *last = d.versions.n ? &d.versions.p[d.versions.n - 1] : NULL;
    struct str kept = nothing;
    bool is_seen = false;
    if ((!last || last->is_removed) && (e = merged_into(&d, &kept, f)) != OK)
        return e;
    if (kept.n && (e = sees(&d, kept, &is_seen, f)) != OK)
        return e;
    if (kept.n && is_seen) {
        exchange_redirect(x, 308, show_record_href(x, d.reg, kept));
        return OK;
    }
    if (!last)
        return FAULT(f, ERR_RECORD_UNKNOWN, {"id", d.id}, {"register", d.reg->name});
    if (last->is_removed)
        x->status = 410;
    struct version content_of = *last; /* a removal holds nothing: what was there before */
    if (last->is_removed && d.versions.n > 1)
        content_of.record = d.versions.p[d.versions.n - 2].record;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct str title = title_of(&d, &content_of.record, f);
    if ((e = write_record(&d, &content_of, title, &content, f)) != OK)
        return e;
    struct crumb crumbs[] = {{message(M_registers_title, x->lang), STR("/registers")},
                             {text2_in(&d.reg->title, x->lang), part_href(x, "/registers/", d.reg->name)},
                             {title, nothing}};
    bool has_map = d.shape.has_geometry && content_of.record.values[d.reg->geometry].kind == VALUE_BLOB;
    return page(x,
                &(struct page){.title = title,
                               .content = buf_view(&content),
                               .crumbs = crumbs,
                               .n_crumbs = ARRAY_LEN(crumbs),
                               .section = "registers",
                               .has_sample = content_of.record.is_sample,
                               .scripts = has_map ? map_scripts : NULL},
                f);
}
