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
    json_key(o, STR("dcat:accessURL"));
    json_object_begin(o);
    json_member(o, "@id", url);
    json_object_end(o);
    json_key(o, STR("dcat:downloadURL"));
    json_object_begin(o);
    json_member(o, "@id", url);
    json_object_end(o);
    struct str media = str_cut(str_of(format_media(format)), ';', &rest);
    json_key(o, STR("dcat:mediaType"));
    json_object_begin(o);
    json_member(o, "@id",
                str_of(arena_printf(x->arena, "http://www.iana.org/assignments/media-types/%.*s", STR_ARG(media))));
    json_object_end(o);
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
    json_key(o, STR("dcat:landingPage"));
    json_object_begin(o);
    json_member(o, "@id", whole(x, "/registers/", reg->name));
    json_object_end(o);
    json_key(o, STR("dcat:distribution"));
    json_array_begin(o);
    static const enum format formats[] = {FORMAT_GEOJSON, FORMAT_CSV, FORMAT_XLSX};
    for (size_t i = 0; i < ARRAY_LEN(formats); i++)
        write_distribution(x, reg, formats[i], o);
    json_array_end(o);
    json_object_end(o);
    return OK;
}

/* Terms that the province has not confirmed are not told to machines: they would be harvested as its own. */
static void write_terms(struct exchange *x, struct json_out *o)
{
    const struct terms *terms = &((struct worker *)x->worker)->store->province->terms;
    if (!text2_in(&terms->decision, x->lang).n)
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
    if (terms->license.n) {
        json_key(o, STR("dct:license"));
        json_object_begin(o);
        json_member(o, "@id", terms->license);
        json_object_end(o);
    }
}

static void write_service(struct exchange *x, struct json_out *o)
{
    json_key(o, STR("dcat:service"));
    json_object_begin(o);
    json_member(o, "@id", whole(x, "/api", STR("")));
    json_member(o, "@type", STR("dcat:DataService"));
    json_member(o, "dct:title", STR("OGC API – Features"));
    json_key(o, STR("dcat:endpointURL"));
    json_object_begin(o);
    json_member(o, "@id", whole(x, "/api", STR("")));
    json_object_end(o);
    json_key(o, STR("dcat:endpointDescription"));
    json_object_begin(o);
    json_member(o, "@id", whole(x, "/api/openapi", STR("")));
    json_object_end(o);
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
    json_key(&o, STR("foaf:homepage"));
    json_object_begin(&o);
    json_member(&o, "@id", whole(x, "/", STR("")));
    json_object_end(&o);
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

static void entry(struct exchange *x, struct str url, struct str title, struct str updated, struct str summary)
{
    buf_puts(&x->body, "<entry>");
    element(x, "title", title);
    element(x, "id", url);
    buf_puts(&x->body, "<link rel=\"alternate\" href=\"");
    html_attr(&x->body, url);
    buf_puts(&x->body, "\"/>");
    element(x, "updated", updated);
    if (summary.n)
        element(x, "summary", summary);
    buf_puts(&x->body, "</entry>\n");
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
    struct moment at;
    bool has_row = false;
    enum err e = moment_read(x->arena, w->store, &at, f);
    if (e == OK && (!reg || !site_shows_register(x, reg)))
        e = FAULT(f, ERR_REGISTER_UNKNOWN, {"name", STR("posts")}, {"nearest", STR("")});
    if (e == OK)
        e = query_open(w->store, reg, &(struct query_options){.sort = STR("-posted_on"), .limit = 50}, &q, f);
    if (e != OK)
        return e;
    feed_begin(x, "/api/feeds/posts", text2_in(&reg->title, x->lang), at.time);
    while ((e = query_next(q, &r, &has_row, f)) == OK && has_row) {
        struct str english = show_text(x, reg, &r, "title_en");
        entry(x, whole(x, "/posts/", r.id), x->lang == LANG_EN && english.n ? english : show_text(x, reg, &r, "title"),
              midnight(x, show_text(x, reg, &r, "posted_on")), show_text(x, reg, &r, "summary"));
    }
    buf_puts(&x->body, "</feed>\n");
    return e;
}

/* The figures of every report, with the value that they have now; an entry is updated when its revision is. */
enum err api_feed_figures(struct exchange *x, struct fault *f)
{
    const struct worker *w = x->worker;
    struct moment at;
    struct str *ids;
    size_t n;
    enum err e = moment_read(x->arena, w->store, &at, f);
    if (e != OK)
        return e;
    feed_begin(x, "/api/feeds/figures", str_of(T(x, "Số liệu đã công bố", "Published figures")), at.time);
    reports_list(x->arena, w->store->province, &ids, &n);
    struct map seen = {0};
    for (size_t i = 0; i < n; i++) {
        struct report *r;
        struct faults list CLEANUP(faults_done) = {.max = 1};
        if (report_compute(x->arena, w->store, w->figures, ids[i], &r, &list) != OK)
            continue; /* its own page tells why it stops */
        for (size_t k = 0; k < r->n_figures; k++) {
            const struct figure_result *v = r->figures[k];
            struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
            if (map_get(&seen, v->figure->id) || v->by.n)
                continue;
            map_put(x->arena, &seen, v->figure->id, (void *)v);
            struct str title = text2_in(&v->figure->title, x->lang), unit = text2_in(&v->figure->unit, x->lang);
            buf_printf(&b, "%.*s: ", STR_ARG(title));
            quantity_print(v->value, v->decimals, x->lang, &b);
            buf_printf(&b, " %.*s", STR_ARG(unit));
            struct str page = whole(x, "/figures/", v->figure->id);
            entry(x, str_of(arena_printf(x->arena, "%.*s?at=%lld", STR_ARG(page), (long long)at.rev)),
                  str_dup(x->arena, buf_view(&b)), at.time, text2_in(&v->figure->note, x->lang));
        }
    }
    buf_puts(&x->body, "</feed>\n");
    return OK;
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

enum err api_sitemap(struct exchange *x, struct fault *f)
{
    const struct worker *w = x->worker;
    const struct province *p = w->store->province;
    static const char *const pages[] = {"/", "/registers", "/figures", "/posts", "/data", "/developers", "/about"};
    struct str *ids;
    size_t n;
    struct services services = {0};
    if (services_are_there(x) && services_read(x, &services, f) != OK)
        return fault_code(f);
    buf_puts(&x->body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                       "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
    const struct reg *posts = province_register(p, STR("posts"));
    for (size_t i = 0; i < ARRAY_LEN(pages); i++)
        if (strcmp(pages[i], "/posts") != 0 || (posts && site_shows_register(x, posts)))
            address(x, pages[i], STR(""));
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

enum err api_robots(struct exchange *x, struct fault *f)
{
    (void)f;
    struct str map = whole(x, "/sitemap.xml", STR(""));
    buf_printf(&x->body, "User-agent: *\nDisallow: /api/\nDisallow: /search\nSitemap: %.*s\n", STR_ARG(map));
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
