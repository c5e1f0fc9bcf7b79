/* What search engines, catalogues and feed readers ask for: DCAT-AP, Atom, sitemap, robots, security.txt. */
#include "base/clock.h"
#include "base/limits.h"
#include "register/moment.h"
#include "report/report.h"
#include "text/date.h"
#include "text/html.h"
#include "web/api.h"
#include "web/feature.h"
#include "web/services.h"
#include "web/show.h"

#include "base/banned.h"

static struct str whole(struct exchange *x, const char *path, struct str name)
{
    struct str base = exchange_base(x);
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    buf_str(&b, base);
    buf_puts(&b, path);
    url_encode(&b, name);
    return str_dup(x->arena, buf_view(&b));
}

/* ---- DCAT-AP 3 in JSON-LD (semiceu.github.io/DCAT-AP) ---- */

static void write_both(struct json_out *o, const char *key, const struct text2 *text)
{
    json_key(o, str_of(key));
    json_array_begin(o);
    const struct {
        const char *lang;
        struct str text;
    } both[] = {{"vi", text->vi}, {"en", text->en}};
    for (size_t i = 0; i < ARRAY_LEN(both); i++) {
        if (!both[i].text.n)
            continue;
        json_object_begin(o);
        json_member(o, "@language", str_of(both[i].lang));
        json_member(o, "@value", both[i].text);
        json_object_end(o);
    }
    json_array_end(o);
}

/* {"@id": url}: what stands there is described elsewhere. */
static void write_reference(struct json_out *o, const char *key, struct str url)
{
    if (key)
        json_key(o, str_of(key));
    json_object_begin(o);
    json_member(o, "@id", url);
    json_object_end(o);
}

static void write_publisher(struct exchange *x, struct json_out *o)
{
    const struct province *p = ((struct worker *)x->worker)->store->province;
    json_key(o, STR("dct:publisher"));
    json_object_begin(o);
    json_member(o, "@id", whole(x, "/#publisher", STR("")));
    json_member(o, "@type", STR("foaf:Agent"));
    write_both(o, "foaf:name", &p->title);
    json_object_end(o);
}

static void write_instant(struct json_out *o, const char *key, struct str time)
{
    json_key(o, str_of(key));
    json_object_begin(o);
    json_member(o, "@type", STR("xsd:dateTime"));
    json_member(o, "@value", time);
    json_object_end(o);
}

/* Terms that the province has not confirmed are not told to machines: they would be harvested as its own. */
static const struct terms *confirmed_terms(const struct exchange *x)
{
    const struct terms *terms = &((struct worker *)x->worker)->store->province->terms;
    return text2_in(&terms->decision, x->lang).n ? terms : NULL;
}

static void write_license(const struct exchange *x, struct json_out *o)
{
    const struct terms *terms = confirmed_terms(x);
    if (terms && terms->license.n)
        write_reference(o, "dct:license", terms->license);
}

/* CSV and workbooks are whole; GeoJSON comes page by page, which is access and no file. */
static void write_distribution(struct exchange *x, const struct reg *reg, enum format format, struct json_out *o)
{
    static const struct {
        enum format format;
        const char *title;
    } titles[] = {{FORMAT_GEOJSON, "GeoJSON"}, {FORMAT_CSV, "CSV"}, {FORMAT_XLSX, "XLSX"}};
    struct str path = whole(x, "/api/collections/", reg->name), rest;
    struct str url = str_of(arena_printf(x->arena, "%.*s/items?f=%s", STR_ARG(path), format_name(format)));
    json_object_begin(o);
    json_member(o, "@type", STR("dcat:Distribution"));
    for (size_t i = 0; i < ARRAY_LEN(titles); i++)
        if (titles[i].format == format)
            json_member(o, "dct:title", str_of(titles[i].title));
    write_reference(o, "dcat:accessURL", url);
    if (format == FORMAT_GEOJSON)
        write_reference(o, "dcat:accessService", whole(x, "/api", STR("")));
    else
        write_reference(o, "dcat:downloadURL", url);
    struct str media = str_cut(str_of(format_media(format)), ';', &rest);
    write_reference(o, "dcat:mediaType",
                    STR_JOIN(x->arena, STR("http://www.iana.org/assignments/media-types/"), media));
    write_license(x, o);
    json_object_end(o);
}

static enum err write_dataset(struct exchange *x, const struct reg *reg, struct json_out *o, struct fault *f)
{
    const struct worker *w = x->worker;
    struct moment changed;
    int64_t rev = 0;
    enum err e = query_newest(w->store, reg, &rev, f);
    if (e == OK)
        e = moment_of(x->arena, w->store, rev ? rev : w->store->at, &changed, f);
    if (e != OK)
        return e;
    json_object_begin(o);
    json_member(o, "@id", whole(x, "/registers/", reg->name));
    json_member(o, "@type", STR("dcat:Dataset"));
    json_member(o, "dct:identifier", reg->name);
    write_both(o, "dct:title", &reg->title);
    write_both(o, "dct:description", reg->description.vi.n || reg->description.en.n ? &reg->description : &reg->title);
    write_instant(o, "dct:modified", changed.time);
    if (text2_in(&reg->source, x->lang).n) {
        json_key(o, STR("dct:provenance"));
        json_object_begin(o);
        json_member(o, "@type", STR("dct:ProvenanceStatement"));
        write_both(o, "rdfs:label", &reg->source);
        json_object_end(o);
    }
    if (reg->sample) {
        static const struct text2 note = {STR("Dữ liệu mẫu do máy tạo ra"), STR("Invented sample records")};
        write_both(o, "adms:versionNotes", &note);
    }
    write_publisher(x, o);
    write_reference(o, "dcat:landingPage", whole(x, "/registers/", reg->name));
    json_key(o, STR("dcat:distribution"));
    json_array_begin(o);
    static const enum format formats[] = {FORMAT_GEOJSON, FORMAT_CSV, FORMAT_XLSX};
    for (size_t i = 0; i < ARRAY_LEN(formats); i++)
        write_distribution(x, reg, formats[i], o);
    json_array_end(o);
    json_object_end(o);
    return OK;
}

static void write_terms(struct exchange *x, struct json_out *o)
{
    const struct terms *terms = confirmed_terms(x);
    if (!terms)
        return;
    json_key(o, STR("dct:rights"));
    json_array_begin(o);
    for (size_t i = 0; i < terms->n; i++) {
        json_object_begin(o);
        json_member(o, "@type", STR("dct:RightsStatement"));
        write_both(o, "rdfs:label", &terms->texts[i]);
        json_object_end(o);
    }
    json_array_end(o);
    write_license(x, o);
}

static void write_service(struct exchange *x, struct json_out *o)
{
    const struct province *p = ((struct worker *)x->worker)->store->province;
    json_key(o, STR("dcat:service"));
    json_object_begin(o);
    json_member(o, "@id", whole(x, "/api", STR("")));
    json_member(o, "@type", STR("dcat:DataService"));
    json_member(o, "dct:title", STR("OGC API – Features"));
    write_reference(o, "dcat:endpointURL", whole(x, "/api", STR("")));
    write_reference(o, "dcat:endpointDescription", whole(x, "/api/openapi", STR("")));
    json_key(o, STR("dcat:servesDataset"));
    json_array_begin(o);
    for (size_t i = 0; i < p->n_registers; i++)
        if (site_shows_register(x, p->registers[i]))
            write_reference(o, NULL, whole(x, "/registers/", p->registers[i]->name));
    json_array_end(o);
    json_object_end(o);
}

enum err api_catalogue(struct exchange *x, struct fault *f)
{
    const struct worker *w = x->worker;
    const struct province *p = w->store->province;
    static const struct text2 about = {STR("Các sổ đăng ký công khai của tỉnh"),
                                       STR("The public registers of the province")};
    struct moment at;
    struct json_out o;
    enum err e = moment_read(x->arena, w->store, &at, f);
    json_out_init(&o, &x->body, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_key(&o, STR("@context"));
    json_raw(&o, STR("{\"dcat\":\"http://www.w3.org/ns/dcat#\",\"dct\":\"http://purl.org/dc/terms/\",\"foaf\":"
                     "\"http://xmlns.com/foaf/0.1/\",\"adms\":\"http://www.w3.org/ns/adms#\",\"rdfs\":"
                     "\"http://www.w3.org/2000/01/rdf-schema#\",\"xsd\":\"http://www.w3.org/2001/XMLSchema#\"}"));
    json_member(&o, "@id", whole(x, "/api/catalogue", STR("")));
    json_member(&o, "@type", STR("dcat:Catalog"));
    write_both(&o, "dct:title", &p->title);
    write_both(&o, "dct:description", &about);
    if (e == OK)
        write_instant(&o, "dct:modified", at.time);
    write_reference(&o, "foaf:homepage", whole(x, "/", STR("")));
    write_publisher(x, &o);
    write_terms(x, &o);
    write_service(x, &o);
    json_key(&o, STR("dcat:dataset"));
    json_array_begin(&o);
    for (size_t i = 0; e == OK && i < p->n_registers; i++)
        if (site_shows_register(x, p->registers[i]))
            e = write_dataset(x, p->registers[i], &o, f);
    json_array_end(&o);
    json_object_end(&o);
    return e;
}

/* ---- Atom (RFC 4287) ---- */

static void element(struct exchange *x, const char *name, struct str text)
{
    buf_printf(&x->body, "<%s>", name);
    html_attr(&x->body, text);
    buf_printf(&x->body, "</%s>", name);
}

static void feed_begin(struct exchange *x, const char *path, struct str title, struct str updated)
{
    const struct province *p = ((struct worker *)x->worker)->store->province;
    buf_printf(
        &x->body,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"%s\">",
        T(x, "vi", "en"));
    element(x, "title", title);
    element(x, "id", whole(x, path, STR("")));
    element(x, "updated", updated);
    struct str self = whole(x, path, STR("")), home = whole(x, "/", STR(""));
    buf_printf(&x->body, "<link rel=\"self\" href=\"%.*s\"/><link rel=\"alternate\" href=\"%.*s\"/><author>",
               STR_ARG(self), STR_ARG(home));
    element(x, "name", text2_in(&p->title, x->lang));
    buf_puts(&x->body, "</author>");
}

struct entry {
    struct str id, title, summary;
    struct str href; /* empty: that of the id */
    struct str published, updated;
};

/* An entry keeps its id: readers see an old one updated, not a new one. */
static void write_entry(struct exchange *x, const struct entry *e)
{
    buf_puts(&x->body, "<entry>");
    element(x, "title", e->title);
    element(x, "id", e->id);
    buf_puts(&x->body, "<link rel=\"alternate\" href=\"");
    html_attr(&x->body, e->href.n ? e->href : e->id);
    buf_puts(&x->body, "\"/>");
    if (e->published.n)
        element(x, "published", e->published);
    element(x, "updated", e->updated);
    if (e->summary.n)
        element(x, "summary", e->summary);
    buf_puts(&x->body, "</entry>\n");
}

/* When the revision was written; what nobody ever wrote is as old as the moment that is read. */
static enum err written_at(struct exchange *x, int64_t rev, struct str *ret_time, struct fault *f)
{
    struct worker *w = x->worker;
    struct moment at;
    enum err e = moment_of(x->arena, w->store, rev ? rev : w->store->at, &at, f);
    if (e == OK)
        *ret_time = at.time;
    return e;
}

static struct str midnight(struct exchange *x, struct str day)
{
    const struct province *p = ((struct worker *)x->worker)->store->province;
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    struct date d = {0};
    if (date_parse(day, &d, NULL) != OK)
        return day;
    instant_print(instant_of_date(d, p->utc_offset_minutes), &b);
    return str_dup(x->arena, buf_view(&b));
}

/* The register `posts`, where a province has one: fields title, summary, posted_on, and title_en for readers of English. */
enum err api_feed_posts(struct exchange *x, struct fault *f)
{
    const struct worker *w = x->worker;
    const struct reg *reg = province_register(w->store->province, STR("posts"));
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    struct str updated = {NULL, 0};
    bool has_row = false;
    int64_t rev = 0;
    if (!reg || !site_shows_register(x, reg))
        return FAULT(f, ERR_REGISTER_UNKNOWN, {"name", STR("posts")}, {"nearest", STR("")});
    enum err e = query_newest(w->store, reg, &rev, f);
    if (e == OK)
        e = written_at(x, rev, &updated, f);
    if (e == OK)
        e = query_open(w->store, reg, &(struct query_options){.sort = STR("-posted_on"), .limit = 50}, &q, f);
    if (e != OK)
        return e;
    feed_begin(x, "/api/feeds/posts", text2_in(&reg->title, x->lang), updated);
    while ((e = query_next(q, &r, &has_row, f)) == OK && has_row) {
        struct str english = show_text(x, reg, &r, "title_en");
        struct entry one = {.id = whole(x, "/posts/", r.id),
                            .title = x->lang == LANG_EN && english.n ? english : show_text(x, reg, &r, "title"),
                            .summary = show_text(x, reg, &r, "summary"),
                            .published = midnight(x, show_text(x, reg, &r, "posted_on"))};
        e = written_at(x, query_rev(q), &one.updated, f);
        if (e != OK)
            return e;
        write_entry(x, &one);
    }
    buf_puts(&x->body, "</feed>\n");
    return e;
}

struct newest {
    struct store *store;
    int64_t rev;
    enum err e;
    struct fault *f;
};

static void newest_of_register(struct newest *n, const struct reg *reg)
{
    int64_t rev = 0;
    if (n->e == OK && reg)
        n->e = query_newest(n->store, reg, &rev, n->f);
    n->rev = rev > n->rev ? rev : n->rev;
}

/* The last revision that wrote what the figure counts (not what its filters reach through references). */
static void newest_of_figure(struct newest *n, const struct figure *figure)
{
    const struct measure *measures[] = {&figure->main, &figure->of};
    for (size_t i = 0; i < ARRAY_LEN(measures); i++)
        if (measures[i]->kind == MEASURE_FIGURE)
            newest_of_figure(n, measures[i]->figure);
        else if (measures[i]->kind != MEASURE_NONE)
            newest_of_register(n, measures[i]->reg);
    if (figure->kind == FIGURE_INDEX)
        newest_of_register(n, figure->index->values);
    if (figure->kind == FIGURE_DIFFERENCE)
        newest_of_figure(n, figure->other);
    for (size_t i = 0; figure->kind == FIGURE_TOTAL && i < figure->n_added; i++)
        newest_of_figure(n, figure->added[i]);
}

struct published {
    const struct figure_result *r;
    int64_t rev;
};

static enum err write_published(struct exchange *x, const struct published *p, struct fault *f)
{
    const struct figure *figure = p->r->figure;
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    struct str title = text2_in(&figure->title, x->lang), unit = text2_in(&figure->unit, x->lang);
    buf_printf(&b, "%.*s: ", STR_ARG(title));
    quantity_print(p->r->value, p->r->decimals, x->lang, &b);
    buf_printf(&b, " %.*s", STR_ARG(unit));
    struct entry one = {
        .id = whole(x, "/figures/", figure->id), .title = buf_view(&b), .summary = text2_in(&figure->note, x->lang)};
    const struct worker *w = x->worker;
    one.href = str_of(arena_printf(x->arena, "%.*s?at=%lld", STR_ARG(one.id), (long long)w->store->at));
    enum err e = written_at(x, p->rev, &one.updated, f);
    if (e == OK)
        write_entry(x, &one);
    return e;
}

/* The figures of every report, with the value that they have now. An entry is updated when what it counts is written, not with each revision. */
enum err api_feed_figures(struct exchange *x, struct fault *f)
{
    struct worker *w = x->worker;
    struct str *ids, updated;
    size_t n;
    struct map seen = {0};
    VEC(struct published) list = {0};
    int64_t newest = 0;
    reports_list(x->arena, w->store->province, &ids, &n);
    for (size_t i = 0; i < n; i++) {
        struct report *r;
        struct faults faults CLEANUP(faults_done) = {.max = 1};
        if (report_compute(x->arena, w->store, w->figures, ids[i], &r, &faults) != OK)
            continue; /* its own page tells why it stops */
        for (size_t k = 0; k < r->n_figures; k++) {
            const struct figure_result *v = r->figures[k];
            struct newest last = {.store = w->store, .f = f};
            if (map_get(&seen, v->figure->id) || v->by.n)
                continue;
            map_put(x->arena, &seen, v->figure->id, (void *)v);
            newest_of_figure(&last, v->figure);
            if (last.e != OK)
                return last.e;
            last.rev = last.rev ? last.rev : w->store->at;
            VEC_PUSH(x->arena, &list, ((struct published){v, last.rev}));
            newest = last.rev > newest ? last.rev : newest;
        }
    }
    enum err e = written_at(x, newest, &updated, f);
    if (e != OK)
        return e;
    feed_begin(x, "/api/feeds/figures", str_of(T(x, "Số liệu đã công bố", "Published figures")), updated);
    for (size_t i = 0; e == OK && i < list.n; i++)
        e = write_published(x, &list.p[i], f);
    buf_puts(&x->body, "</feed>\n");
    return e;
}

/* ---- for robots ---- */

/* Whether there is such a page: path, or the beginning of one up to its parameter. */
static bool is_served(const char *path)
{
    for (const struct route *r = site_routes; r->path; r++) {
        size_t n = strlen(path);
        bool is_same = strncmp(r->path, path, n) == 0 && (r->path[n] == 0 || r->path[n] == '{');
        if (is_same && r->method == METHOD_GET && (n == 1 ? r->path[n] == 0 : path[n - 1] != '/' || r->path[n] == '{'))
            return true;
    }
    return false;
}

static void address(struct exchange *x, const char *path, struct str name)
{
    if (!is_served(path))
        return;
    buf_puts(&x->body, "<url><loc>");
    html_attr(&x->body, whole(x, path, name));
    buf_puts(&x->body, "</loc></url>\n");
}

/* A page of all, and of each record, by its id or by a field; each once, however many versions it has. */
static enum err addresses(struct exchange *x, const char *path, const struct reg *reg, int field, struct fault *f)
{
    const struct worker *w = x->worker;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    struct map seen = {0};
    bool has_row = false;
    if (!reg || !site_shows_register(x, reg))
        return OK;
    address(x, path, STR(""));
    path = arena_printf(x->arena, "%s/", path);
    enum err e = query_open(w->store, reg, &(struct query_options){0}, &q, f);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row) {
        struct str name = str_dup(x->arena, field == NO_FIELD ? r.id : r.values[field].text);
        if (map_get(&seen, name))
            continue;
        map_put(x->arena, &seen, name, &seen);
        address(x, path, name);
    }
    return e;
}

enum err api_sitemap(struct exchange *x, struct fault *f)
{
    const struct worker *w = x->worker;
    const struct province *p = w->store->province;
    static const char *const pages[] = {"/",        "/registers", "/figures",    "/reports",
                                        "/indexes", "/data",      "/developers", "/about"};
    struct str *ids;
    size_t n;
    struct services services = {0};
    if (services_are_there(x) && services_read(x, &services, f) != OK)
        return fault_code(f);
    buf_puts(&x->body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                       "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
    for (size_t i = 0; i < ARRAY_LEN(pages); i++)
        address(x, pages[i], STR(""));
    enum err e = addresses(x, "/posts", province_register(p, STR("posts")), NO_FIELD, f);
    if (e == OK)
        e = addresses(x, "/units", p->units, p->unit_code, f);
    if (e != OK)
        return e;
    if (services_are_there(x))
        address(x, "/services", STR(""));
    for (size_t i = 0; i < services.n; i++)
        address(x, "/services/", services.p[i]->code);
    reports_list(x->arena, p, &ids, &n);
    for (size_t i = 0; i < n; i++)
        address(x, "/reports/", ids[i]);
    for (size_t i = 0; i < w->figures->n; i++)
        address(x, "/figures/", w->figures->p[i]->id);
    for (size_t i = 0; i < w->figures->indexes->n; i++)
        address(x, "/indexes/", w->figures->indexes->p[i]->id);
    for (size_t i = 0; i < p->n_registers; i++)
        if (site_shows_register(x, p->registers[i]))
            address(x, "/registers/", p->registers[i]->name);
    buf_puts(&x->body, "</urlset>\n");
    return OK;
}

/* Catalogues of other sites harvest ours, readers of news the feeds. */
enum err api_robots(struct exchange *x, struct fault *f)
{
    (void)f;
    struct str map = whole(x, "/sitemap.xml", STR(""));
    buf_printf(&x->body,
               "User-agent: *\nAllow: /api/catalogue\nAllow: /api/feeds/\nAllow: /api/openapi\nDisallow: "
               "/api/\nDisallow: /search\nSitemap: %.*s\n",
               STR_ARG(map));
    return OK;
}

/* RFC 9116: valid for half a year from now. */
enum err api_security(struct exchange *x, struct fault *f)
{
    struct buf expires CLEANUP(buf_done) = BUF_INIT(64);
    (void)f;
    instant_print(clock_now_ms() + INT64_C(180) * 24 * 3600 * 1000, &expires);
    struct str contact = whole(x, "/about", STR(""));
    buf_printf(&x->body, "Contact: %.*s#security\nExpires: %s\nPreferred-Languages: vi, en\n", STR_ARG(contact),
               buf_cstr(&expires));
    return OK;
}
