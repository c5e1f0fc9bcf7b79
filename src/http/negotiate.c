/* What the reader prefers: format, language, compression (RFC 9110 §12). */
#include "http/internal.h"

#include "base/banned.h"

static const struct {
    const char *name, *media;
    bool is_by_lang;
} formats[FORMAT_COUNT] = {
#define X(format, name, media, by_lang) {name, media, by_lang},
    HTTP_FORMATS(X)
#undef X
};

const char *format_name(enum format format)
{
    return formats[format].name;
}

const char *format_media(enum format format)
{
    return formats[format].media;
}

/* "q" of the parameters, in thousandths; 1000 without, 0 for what is no number. */
static int quality(struct str parameters)
{
    while (parameters.p) {
        struct str p = str_trim(str_cut(parameters, ';', &parameters));
        if (p.n < 2 || (p.p[0] | 0x20) != 'q' || p.p[1] != '=')
            continue;
        int q = 0, scale = 100;
        struct str v = str_slice(p.p + 2, p.n - 2);
        size_t i = v.n && (v.p[0] == '0' || v.p[0] == '1');
        if (v.n == 0 || v.n > 5 || (i < v.n && v.p[i] != '.'))
            return 0;
        q = i ? (v.p[0] - '0') * 1000 : 0; /* ".2" is what Java sends by default */
        for (i++; i < v.n; i++, scale /= 10)
            q += v.p[i] >= '0' && v.p[i] <= '9' ? (v.p[i] - '0') * scale : 0;
        return q > 1000 ? 1000 : q;
    }
    return 1000;
}

/* How closely a range names a type: 3 exactly, 2 type/star, 1 star/star, 0 not. */
static int closeness(struct str range, struct str media)
{
    struct str rest, type = str_cut(media, ';', &rest);
    if (str_eq_ascii_nocase(range, type))
        return 3;
    if (str_is(range, "*/*"))
        return 1;
    if (range.n > 2 && str_ends(range, STR("/*")))
        return str_starts(type, str_slice(range.p, range.n - 1)) ? 2 : 0;
    return 0;
}

/* Clients of OGC APIs ask for application/json, or f=json, and mean GeoJSON where that is all there is. */
static const char *also_named(const struct route *r, int format, bool is_media)
{
    bool is_alias = format == FORMAT_GEOJSON && !(r->formats & FORMAT_BIT(FORMAT_JSON));
    return !is_alias ? NULL : is_media ? formats[FORMAT_JSON].media : formats[FORMAT_JSON].name;
}

static struct str version_of(struct str parameters)
{
    while (parameters.p) {
        struct str p = str_trim(str_cut(parameters, ';', &parameters));
        if (str_starts(p, STR("version=")))
            return str_slice(p.p + 8, p.n - 8);
    }
    return (struct str){NULL, 0};
}

/* A range that wants version 3.0 of OpenAPI is not served by 3.1. */
static bool is_other_version(struct str media, struct str parameters)
{
    struct str rest, wanted = version_of(parameters);
    str_cut(media, ';', &rest);
    struct str ours = version_of(rest);
    return wanted.p && ours.p && !str_eq(wanted, ours);
}

static int media_quality(struct str accept, struct str media)
{
    int best = 0, q = 0;
    struct str rest = accept;
    while (rest.p) {
        struct str parameters, range = str_trim(str_cut(str_cut(rest, ',', &rest), ';', &parameters));
        int c = closeness(range, media);
        if (c > best && !is_other_version(media, parameters)) {
            best = c;
            q = quality(parameters);
        }
    }
    return q;
}

static bool is_named(const struct route *r, int format, struct str name)
{
    const char *alias = also_named(r, format, false);
    return str_is(name, formats[format].name) || (alias && str_is(name, alias));
}

static enum err no_format(const struct route *r, struct str asked, struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1024);
    for (int i = 0; i < FORMAT_COUNT; i++)
        if (r->formats & FORMAT_BIT(i))
            buf_printf(&b, "%s%s", b.n ? ", " : "", formats[i].name);
    return FAULT(f, ERR_HTTP_FORMAT, {"asked", asked}, {"formats", buf_view(&b)});
}

enum err format_choose(const struct route *r, struct str f_value, struct str accept, enum format *ret_format,
                       struct fault *f)
{
    if (f_value.p) {
        for (int i = 0; i < FORMAT_COUNT; i++)
            if ((r->formats & FORMAT_BIT(i)) && is_named(r, i, f_value)) {
                *ret_format = (enum format)i;
                return OK;
            }
        return no_format(r, f_value, f);
    }
    if (r->formats == 0 || r->formats == FORMAT_BIT(FORMAT_BYTES)) { /* the handler tells its type */
        *ret_format = FORMAT_BYTES;
        return OK;
    }
    if (accept.n == 0 || str_is(accept, "*/*")) {
        bool is_named = (r->formats & FORMAT_BIT(r->standard)) != 0;
        *ret_format = is_named ? r->standard : (enum format)__builtin_ctz(r->formats);
        return OK;
    }
    int best = 0;
    for (int i = 0; i < FORMAT_COUNT; i++) {
        if (!(r->formats & FORMAT_BIT(i)))
            continue;
        int q = media_quality(accept, str_of(formats[i].media));
        const char *alias = also_named(r, i, true);
        int also = alias ? media_quality(accept, str_of(alias)) : 0;
        q = also > q ? also : q;
        if (q > best || (q && q == best && (enum format)i == r->standard)) {
            best = q;
            *ret_format = (enum format)i;
        }
    }
    return best ? OK : no_format(r, accept, f);
}

bool media_is(struct str content_type, struct str media)
{
    struct str rest;
    return str_eq_ascii_nocase(str_trim(str_cut(content_type, ';', &rest)), media);
}

bool accepts_html(struct str accept)
{
    struct str rest = accept;
    while (rest.p && rest.n) {
        struct str parameters, range = str_trim(str_cut(str_cut(rest, ',', &rest), ';', &parameters));
        if (str_eq_ascii_nocase(range, STR("text/html")))
            return quality(parameters) > 0;
    }
    return false;
}

/* "en", "en-GB", "vi" …: 0 for another language. */
static bool lang_named(struct str tag, enum lang *ret_lang)
{
    if (tag.n < 2 || (tag.n > 2 && tag.p[2] != '-'))
        return false;
    struct str two = str_slice(tag.p, 2);
    *ret_lang = str_eq_ascii_nocase(two, STR("en")) ? LANG_EN : LANG_VI;
    return *ret_lang == LANG_EN || str_eq_ascii_nocase(two, STR("vi"));
}

enum lang lang_choose(struct str lang_value, struct str cookie, struct str accept_language, bool *ret_is_chosen)
{
    enum lang lang = LANG_VI;
    *ret_is_chosen = true;
    if (lang_named(lang_value, &lang))
        return lang;
    struct str rest = cookie;
    while (rest.p && rest.n) {
        struct str value, pair = str_trim(str_cut(rest, ';', &rest));
        if (str_is(str_cut(pair, '=', &value), "lang") && lang_named(value, &lang))
            return lang;
    }
    *ret_is_chosen = false;
    int best = 0;
    enum lang found = LANG_VI;
    rest = accept_language;
    while (rest.p && rest.n) {
        struct str parameters, tag = str_trim(str_cut(str_cut(rest, ',', &rest), ';', &parameters));
        int q = lang_named(tag, &lang) ? quality(parameters) : 0;
        if (q > best) {
            best = q;
            found = lang;
        }
    }
    return found;
}

bool accepts_gzip(struct str accept_encoding)
{
    struct str rest = accept_encoding;
    while (rest.p && rest.n) {
        struct str parameters, coding = str_trim(str_cut(str_cut(rest, ',', &rest), ';', &parameters));
        if (str_eq_ascii_nocase(coding, STR("gzip")))
            return quality(parameters) > 0;
    }
    return false;
}
