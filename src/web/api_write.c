/* Records written over HTTP (OGC API – Features Part 4): create, replace, update by merge patch (RFC 7396), delete.
 *
 * All of it is one path: the content, and what is there, become one JSON object of fields; record_from_json judges it; a change writes it. Runs on
 * the writer's thread within its group (http.h), so what was looked at cannot change before it is written. */
#include "base/limits.h"
#include "register/change.h"
#include "register/duplicates.h"
#include "text/json_merge.h"
#include "web/api.h"
#include "web/feature.h"

#include "base/banned.h"

enum { SHOWN_FAULTS = 100, SHOWN_CANDIDATES = 20 };

struct writing {
    struct exchange *x;
    const struct reg *reg;
    struct ask shape; /* of the answer */
    struct str id;    /* empty: to be created */
    struct json *old; /* its fields now, the geometry under its name; NULL: to be created */
    bool is_sample;
    int64_t rev;         /* of the current version */
    bool *is_masked;     /* fields of it that the caller may not see */
    struct json *fields; /* as they shall be */
    struct faults warnings;
};

static void writing_done(struct writing *t)
{
    faults_done(&t->warnings);
}

/* ---- what is there ---- */

static enum err read_old(struct writing *t, const struct record *r, struct fault *f)
{
    const struct reg *reg = t->reg;
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_JSON_BYTES);
    struct json_out o;
    json_out_init(&o, &b, JSON_OUT_COMPACT);
    json_object_begin(&o);
    for (size_t i = 0; i < reg->n_fields; i++)
        if (r->values[i].kind != VALUE_NULL)
            json_key(&o, reg->fields[i].name), value_json(&reg->fields[i], &r->values[i], &o);
    json_object_end(&o);
    t->is_sample = r->is_sample;
    return json_parse(t->x->arena, buf_view(&b), STR(""), &t->old, f);
}

/* The whole of it, of which the caller may see some. */
static enum err read_whole(struct writing *t, struct fault *f)
{
    const struct worker *w = t->x->worker;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = false;
    store_view(w->store, NULL);
    enum err e = query_open(w->store, t->reg, &(struct query_options){.id = t->id, .is_unsorted = true}, &q, f);
    store_view(w->store, &w->viewer);
    if (e == OK)
        e = query_next(q, &r, &has_row, f);
    if (e == OK && !has_row)
        e = FAULT(f, ERR_RECORD_UNKNOWN, {"id", t->id}, {"register", t->reg->name});
    return e == OK ? read_old(t, &r, f) : e;
}

static enum err open_current(struct writing *t, struct query **ret_query, struct record *r, struct fault *f)
{
    const struct worker *w = t->x->worker;
    bool has_row = false;
    enum err e = query_open(w->store, t->reg, &(struct query_options){.id = t->id, .is_unsorted = true}, ret_query, f);
    if (e == OK)
        e = query_next(*ret_query, r, &has_row, f);
    if (e == OK && !has_row)
        e = FAULT(f, ERR_RECORD_UNKNOWN, {"id", t->id}, {"register", t->reg->name});
    return e;
}

/* There, asked for with If-Match, and not changed since (RFC 9110 §13.1.1, RFC 6585 §3). */
static enum err find_old(struct writing *t, struct fault *f)
{
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    t->id = input_named(t->x, "id")->text;
    enum err e = open_current(t, &q, &r, f);
    if (e == ERR_RECORD_UNKNOWN && t->x->method == METHOD_PUT && t->x->if_match.n)
        return FAULT(f, ERR_HTTP_PRECONDITION); /* Part 4, 6.5: what was read is gone */
    if (e != OK)
        return e;
    t->rev = query_rev(q);
    if (t->x->if_match.n == 0)
        return FAULT(f, ERR_HTTP_PRECONDITION_NONE);
    if (!record_stamp_matches(t->x->if_match, t->rev))
        return FAULT(f, ERR_HTTP_PRECONDITION);
    for (size_t i = 0; i < t->reg->n_fields; i++)
        t->is_masked[i] = r.values[i].kind == VALUE_MASKED;
    return read_whole(t, f);
}

/* Nothing is assigned that the caller may not see: not even what it already holds, which would tell. The operator's key may write what it does not show. */
static enum err judge_name(const struct writing *t, struct str name, struct fault *f)
{
    int n = reg_field_number(t->reg, name);
    struct decision d;
    if (n == NO_FIELD || t->x->is_operator)
        return OK;
    const struct field *fd = &t->reg->fields[n];
    enum err e = access_may(site_rights(t->x), t->old ? VERB_UPDATE : VERB_CREATE, t->reg, NULL, &d, f);
    bool may = e == OK && d.is_allowed && fd->privacy <= d.fields && !(t->old && t->is_masked[n]);
    return e == OK && !may ? FAULT(f, ERR_RIGHT_FIELD, {"field", name}, {"register", t->reg->name}) : e;
}

static enum err judge_names(const struct writing *t, const struct json *properties, bool has_geometry, struct fault *f)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && properties && properties->kind == J_OBJECT && i < properties->n; i++)
        e = judge_name(t, properties->members[i].key, f);
    if (e == OK && has_geometry && t->reg->geometry != NO_FIELD)
        e = judge_name(t, t->reg->fields[t->reg->geometry].name, f);
    return e;
}

/* ---- what was sent ---- */

static enum err read_content(struct exchange *x, const char *const *media, struct json **ret_root, struct fault *f)
{
    struct str rest, given = str_trim(str_cut(x->content_type, ';', &rest));
    bool is_taken = false;
    for (size_t i = 0; media[i]; i++)
        is_taken |= str_eq_ascii_nocase(given, str_of(media[i]));
    if (!is_taken)
        return FAULT(f, ERR_HTTP_MEDIA, {"given", given}, {"expected", str_of(media[0])});
    enum err e = json_parse(x->arena, x->request_body, STR(""), ret_root, f);
    if (e == OK && (*ret_root)->kind != J_OBJECT)
        e = FAULT(f, ERR_FEATURE, {"reason", STR("{ }")});
    return e;
}

static enum err read_feature(struct exchange *x, struct json **ret_root, struct fault *f)
{
    static const char *const media[] = {"application/geo+json", "application/json", NULL};
    enum err e = read_content(x, media, ret_root, f);
    if (e != OK)
        return e;
    const struct json *type = json_get(*ret_root, "type"), *properties = json_get(*ret_root, "properties");
    if (!type || type->kind != J_STRING || !str_is(type->string, "Feature"))
        return FAULT(f, ERR_FEATURE, {"reason", STR("type")});
    if (properties && properties->kind != J_OBJECT && properties->kind != J_NULL)
        return FAULT(f, ERR_FEATURE, {"reason", STR("properties")});
    return OK;
}

/* A member that nothing is done with would seem to have been changed. */
static enum err read_patch(struct exchange *x, struct json **ret_root, struct fault *f)
{
    static const char *const media[] = {"application/merge-patch+json", NULL};
    static const char *const known[] = {"type", "id", "geometry", "properties", "links"};
    enum err e = read_content(x, media, ret_root, f);
    for (size_t i = 0; e == OK && i < (*ret_root)->n; i++) {
        bool is_known = false;
        for (size_t k = 0; k < ARRAY_LEN(known); k++)
            is_known |= str_is((*ret_root)->members[i].key, known[k]);
        if (!is_known)
            e = FAULT(f, ERR_FEATURE, {"reason", (*ret_root)->members[i].key});
    }
    const struct json *properties = e == OK ? json_get(*ret_root, "properties") : NULL;
    if (properties && properties->kind != J_OBJECT)
        e = FAULT(f, ERR_FEATURE, {"reason", STR("properties")});
    return e;
}

static enum err content_crs(const struct exchange *x, const struct crs **ret_crs, struct fault *f)
{
    struct str name = str_trim(input_named(x, "Content-Crs")->text);
    *ret_crs = crs_wgs84();
    if (name.n == 0)
        return OK;
    if (name.n > 2 && name.p[0] == '<' && name.p[name.n - 1] == '>')
        name = str_slice(name.p + 1, name.n - 2);
    enum err e = crs_find(name, ret_crs, f);
    if (e != OK)
        fault_field(f, STR("Content-Crs"));
    return e;
}

/* Within the program x is longitude or easting always; the order of the authority holds only in what is sent. */
static enum err move_geometry(struct writing *t, const struct json *from, const struct crs *sent, bool is_in,
                              struct json **ret, struct fault *f)
{
    const struct worker *w = t->x->worker;
    const struct crs *stored = t->shape.storage ? t->shape.storage : crs_wgs84();
    struct shape shape;
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_JSON_BYTES);
    struct json_out o;
    enum err e = shape_read_geojson(t->x->arena, from, &shape, f);
    if (e == OK && is_in && sent->is_north_first)
        shape_swap_axes(&shape);
    if (e == OK)
        e = crs_transform(w->crs, is_in ? sent : stored, is_in ? stored : sent, &shape, f);
    if (e != OK)
        return e;
    if (!is_in && sent->is_north_first)
        shape_swap_axes(&shape);
    json_out_init(&o, &b, JSON_OUT_COMPACT);
    shape_write_geojson(&shape, &o);
    return json_parse(t->x->arena, buf_view(&b), STR(""), ret, f);
}

/* Sets the geometry among the fields: as it was sent for a whole feature, merged into what is there for a patch. */
static enum err put_geometry(struct writing *t, const struct json *sent, bool is_patch, struct fault *f)
{
    const struct reg *reg = t->reg;
    bool has_none = !sent || sent->kind == J_NULL;
    if (reg->geometry == NO_FIELD)
        return has_none ? OK : FAULT(f, ERR_FEATURE, {"reason", STR("geometry")});
    struct str name = reg->fields[reg->geometry].name;
    if (has_none) {
        if (sent)
            json_put(t->x->arena, t->fields, name, NULL);
        return OK;
    }
    const struct json *there = is_patch ? json_find(t->fields, name) : NULL;
    const struct crs *crs;
    struct json *moved = NULL;
    enum err e = content_crs(t->x, &crs, f);
    if (e == OK && there)
        e = move_geometry(t, there, crs, false, &moved, f);
    struct json merged = moved ? *moved : (struct json){.kind = J_NULL};
    if (e == OK) {
        json_merge(t->x->arena, &merged, sent);
        e = move_geometry(t, &merged, crs, true, &moved, f);
    }
    if (e == OK)
        json_put(t->x->arena, t->fields, name, moved);
    else
        fault_field(f, STR("geometry"));
    return e;
}

/* `_sample` stands among the properties that are read, so it may among those that are written. Left out, an invented record stays one: nothing
 * becomes real without a word. */
static enum err take_sample(struct writing *t, struct fault *f)
{
    const struct json *sample = json_find(t->fields, STR("_sample"));
    if (sample && sample->kind != J_BOOL && sample->kind != J_NULL)
        return FAULT(f, ERR_FEATURE, {"reason", STR("_sample")});
    if (sample && sample->kind == J_BOOL)
        t->is_sample = sample->boolean;
    json_put(t->x->arena, t->fields, STR("_sample"), NULL);
    return OK;
}

static enum err fields_whole(struct writing *t, struct fault *f)
{
    struct json *root;
    enum err e = read_feature(t->x, &root, f);
    if (e != OK)
        return e;
    const struct json *properties = json_get(root, "properties"), *geometry = json_get(root, "geometry");
    e = judge_names(t, properties, geometry && geometry->kind != J_NULL, f);
    if (e != OK)
        return e;
    t->fields = ARENA_NEW(t->x->arena, struct json);
    *t->fields = properties && properties->kind == J_OBJECT ? *properties : (struct json){.kind = J_OBJECT};
    e = put_geometry(t, geometry, false, f);
    /* What the caller cannot see he cannot mean to take away by leaving it out. */
    for (size_t i = 0; e == OK && t->old && i < t->reg->n_fields; i++) {
        const struct field *fd = &t->reg->fields[i];
        if (t->is_masked[i] && !json_find(t->fields, fd->name) && json_find(t->old, fd->name))
            json_put(t->x->arena, t->fields, fd->name, json_find(t->old, fd->name));
    }
    return e == OK ? take_sample(t, f) : e;
}

static enum err fields_patched(struct writing *t, struct fault *f)
{
    struct json *root, *sample = ARENA_NEW(t->x->arena, struct json);
    enum err e = read_patch(t->x, &root, f);
    if (e == OK)
        e = judge_names(t, json_get(root, "properties"), json_get(root, "geometry") != NULL, f);
    if (e != OK)
        return e;
    t->fields = ARENA_NEW(t->x->arena, struct json);
    *t->fields = *t->old;
    *sample = (struct json){.kind = J_BOOL, .boolean = t->is_sample};
    json_put(t->x->arena, t->fields, STR("_sample"), sample);
    if (json_get(root, "properties"))
        json_merge(t->x->arena, t->fields, json_get(root, "properties"));
    e = put_geometry(t, json_get(root, "geometry"), true, f);
    return e == OK ? take_sample(t, f) : e;
}

/* ---- what is wrong with it ---- */

static void write_fault(struct writing *t, const struct fault *fault, struct json_out *o)
{
    struct exchange *x = t->x;
    struct fault f = *fault;
    struct buf detail CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    struct str name = fault_field_name(&f).n        ? fault_field_name(&f)
                      : f.code == ERR_FIELD_UNKNOWN ? fault_param(&f, "name")
                                                    : (struct str){NULL, 0};
    const struct field *fd = reg_field(t->reg, name);
    const struct json *now = fd ? json_find(t->fields, name) : NULL, *before = t->old ? json_find(t->old, name) : NULL;
    bool is_hidden = fd && t->old && t->is_masked[fd - t->reg->fields];
    if (is_hidden && now && before && now->string.p == before->string.p)
        f.n_params = 0; /* a value that the caller neither sent nor may see */
    f.line = f.column = 0;
    f.field_n = 0;
    fault_print(&f, x->lang, &detail);
    json_object_begin(o);
    if (name.n) {
        bool is_geometry = fd && t->reg->geometry == (int)(fd - t->reg->fields);
        json_member(o, "field", str_dup(x->arena, name));
        struct buf pointer CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
        buf_puts(&pointer, is_geometry ? "/geometry" : "/properties/");
        for (size_t i = 0; !is_geometry && i < name.n; i++) /* RFC 6901 §3 */
            buf_printf(&pointer, name.p[i] == '~' ? "~0" : name.p[i] == '/' ? "~1" : "%c", name.p[i]);
        json_member(o, "pointer", buf_view(&pointer));
    }
    json_member(o, "type", str_of(arena_printf(x->arena, "/problems/%s", err_type(f.code))));
    json_member(o, "detail", buf_view(&detail));
    json_object_end(o);
}

static bool is_told(const struct faults *list, size_t i)
{
    struct str name = fault_field_name(&list->p[i]);
    for (size_t k = 0; k < i && name.n; k++)
        if (str_eq(fault_field_name(&list->p[k]), name))
            return true; /* the first fault of a field caused the others */
    return false;
}

/* An array of them; how many they are. */
static size_t write_faults(struct writing *t, const struct faults *list, struct json_out *o)
{
    size_t n = 0;
    json_array_begin(o);
    for (size_t i = 0; i < list->n; i++)
        if (!is_told(list, i))
            write_fault(t, &list->p[i], o), n++;
    json_array_end(o);
    return n;
}

static enum err refuse(struct writing *t, const struct faults *list, struct fault *f)
{
    struct exchange *x = t->x;
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_HTTP_ANSWER_BYTES);
    struct json_out o;
    for (size_t i = 0; i < list->n; i++)
        if (err_http(list->p[i].code) >= 500) { /* not the record's fault */
            *f = list->p[i];
            return f->code;
        }
    json_out_init(&o, &b, JSON_OUT_COMPACT);
    size_t n = write_faults(t, list, &o);
    x->problem_name = "errors";
    x->problem_value = str_dup(x->arena, buf_view(&b));
    return FAULT(f, ERR_RECORD_INVALID, {"count", str_of(arena_printf(x->arena, "%zu", n + list->total - list->n))});
}

/* ---- possible duplicates ---- */

struct candidates {
    struct exchange *x;
    const struct reg *reg;
    struct json_out o;
    size_t n;
};

static bool add_candidate(void *ctx, const struct duplicate_pair *pair)
{
    struct candidates *c = ctx;
    struct buf href CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    buf_str(&href, exchange_base(c->x));
    buf_str(&href, collection_path(c->x, c->reg, "/items/"));
    url_encode(&href, pair->id[1]);
    json_object_begin(&c->o);
    json_member(&c->o, "id", pair->id[1]);
    json_key(&c->o, STR("score")), json_number(&c->o, pair->score);
    json_member(&c->o, "href", buf_view(&href));
    json_object_end(&c->o);
    return ++c->n < SHOWN_CANDIDATES;
}

static enum err judge_duplicates(struct writing *t, const struct record *r, struct fault *f)
{
    struct exchange *x = t->x;
    const struct worker *w = x->worker;
    if (t->reg->n_duplicates == 0 || input_named(x, "allow-duplicate")->integer)
        return OK;
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_HTTP_ANSWER_BYTES);
    struct candidates c = {.x = x, .reg = t->reg};
    json_out_init(&c.o, &b, JSON_OUT_COMPACT);
    json_array_begin(&c.o);
    enum err e = duplicates_of(w->store, t->reg, r, add_candidate, &c, f);
    if (e != OK || c.n == 0)
        return e;
    json_array_end(&c.o);
    x->problem_name = "candidates";
    x->problem_value = str_dup(x->arena, buf_view(&b));
    return FAULT(f, ERR_DUPLICATES_FOUND, {"count", str_of(arena_printf(x->arena, "%zu", c.n))});
}

/* ---- writing ---- */

/* Whose id it may be: none of another record when it is created, its own when it is changed. */
static enum err judge_id(struct writing *t, struct change *c, const struct record *r, struct fault *f)
{
    struct record there = {0};
    if (t->old)
        return str_eq(r->id, t->id) ? OK : FAULT(f, ERR_RECORD_KEY, {"id", r->id}, {"wanted", t->id});
    enum err e = change_current(c, t->reg, r->id, &there, f);
    if (e == OK && there.values)
        e = change_taken(c, t->reg, &there, ERR_RECORD_EXISTS, f);
    return e == OK ? judge_duplicates(t, r, f) : e;
}

static enum err put(struct writing *t, struct change *c, struct faults *list, struct fault *f)
{
    struct record r;
    enum put_outcome outcome;
    enum err e = record_from_json(t->x->arena, t->reg, t->fields, change_today(c), &r, list);
    if (e != OK)
        return refuse(t, list, f);
    r.is_sample = t->is_sample;
    e = judge_id(t, c, &r, f);
    if (e == OK)
        e = change_put(c, t->reg, &r, &outcome, f);
    if (e == OK && !t->old)
        t->id = str_dup(t->x->arena, r.id);
    return e;
}

static enum err begin(struct writing *t, struct change **ret_change, struct fault *f)
{
    const struct worker *w = t->x->worker;
    struct str method = str_of(method_name(t->x->method)), path = collection_path(t->x, t->reg, "/items");
    const struct change_info info = {
        .actor = site_actor(t->x), /* anybody may read the log: no id of a record that may be hidden */
        .reason = str_of(arena_printf(t->x->arena, "%.*s %.*s", STR_ARG(method), STR_ARG(path))),
    };
    return change_begin(w->store, &info, ret_change, f);
}

static enum err commit(struct writing *t, struct change *c, struct faults *list, struct fault *f)
{
    int64_t rev;
    enum err e = change_commit(c, &rev, list, &t->warnings);
    return e == OK ? OK : refuse(t, list, f);
}

static enum err save(struct writing *t, struct fault *f)
{
    struct faults list CLEANUP(faults_done) = {.max = SHOWN_FAULTS};
    struct change *c;
    enum err e = begin(t, &c, f);
    if (e != OK)
        return e;
    e = put(t, c, &list, f);
    if (e == OK)
        return commit(t, c, &list, f);
    change_abort(c);
    return e;
}

/* As it is now, with its new ETag, and what rules warn of: it was written all the same. */
static enum err answer_record(struct writing *t, struct fault *f)
{
    struct exchange *x = t->x;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    struct json_out o;
    enum err e = open_current(t, &q, &r, f);
    if (e != OK)
        return e;
    json_out_init(&o, &x->body, JSON_OUT_COMPACT);
    json_object_begin(&o);
    e = feature_members_write(x, &t->shape, &r, true, &o, f);
    if (e != OK)
        return e;
    if (t->warnings.n)
        json_key(&o, STR("warnings")), (void)write_faults(t, &t->warnings, &o);
    json_object_end(&o);
    json_out_done(&o);
    exchange_header(x, "Content-Crs", str_of(arena_printf(x->arena, "<%s>", t->shape.crs->uri)));
    return record_stamp(x, query_rev(q), f);
}

static enum err start(struct exchange *x, struct writing *t, struct fault *f)
{
    static const enum verb verbs[] = {[METHOD_POST] = VERB_CREATE,
                                      [METHOD_PUT] = VERB_UPDATE,
                                      [METHOD_PATCH] = VERB_UPDATE,
                                      [METHOD_DELETE] = VERB_DELETE};
    *t = (struct writing){.x = x, .warnings.max = SHOWN_FAULTS};
    enum err e = ask_register(x, input_named(x, "register")->text, &t->reg, f);
    if (e == OK)
        e = site_may_do(x, verbs[x->method], t->reg, f);
    if (e == OK)
        t->is_masked = ARENA_ARRAY(x->arena, bool, t->reg->n_fields);
    return e == OK && x->method != METHOD_DELETE ? ask_read_shape(x, t->reg, &t->shape, f) : e;
}

enum err api_item_create(struct exchange *x, struct fault *f)
{
    struct writing t CLEANUP(writing_done);
    enum err e = start(x, &t, f);
    if (e == OK)
        e = fields_whole(&t, f);
    if (e == OK)
        e = save(&t, f);
    if (e == OK)
        e = answer_record(&t, f);
    if (e != OK)
        return e;
    struct buf at CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    buf_str(&at, exchange_base(x));
    buf_str(&at, collection_path(x, t.reg, "/items/"));
    url_encode(&at, t.id);
    exchange_header(x, "Location", str_dup(x->arena, buf_view(&at)));
    x->status = 201;
    return OK;
}

static enum err change(struct exchange *x, enum err (*fields)(struct writing *t, struct fault *f), struct fault *f)
{
    struct writing t CLEANUP(writing_done);
    enum err e = start(x, &t, f);
    if (e == OK)
        e = find_old(&t, f);
    if (e == OK)
        e = fields(&t, f);
    if (e == OK)
        e = save(&t, f);
    return e == OK ? answer_record(&t, f) : e;
}

enum err api_item_replace(struct exchange *x, struct fault *f)
{
    return change(x, fields_whole, f);
}

enum err api_item_update(struct exchange *x, struct fault *f)
{
    return change(x, fields_patched, f);
}

enum err api_item_delete(struct exchange *x, struct fault *f)
{
    struct faults list CLEANUP(faults_done) = {.max = SHOWN_FAULTS};
    struct writing t CLEANUP(writing_done);
    struct change *c;
    enum err e = start(x, &t, f);
    if (e == OK)
        e = find_old(&t, f);
    if (e == OK)
        e = begin(&t, &c, f);
    if (e != OK)
        return e;
    t.fields = t.old;
    e = change_remove(c, t.reg, t.id, f);
    if (e != OK) {
        change_abort(c);
        return e;
    }
    e = commit(&t, c, &list, f);
    if (e == OK)
        x->status = 204;
    return e;
}
