#include "web/downloads.h"

#include "base/limits.h"
#include "web/feature.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/register_form.h"

#include "base/banned.h"

enum { CURL_LIMIT = 100 };

static const struct str nothing = {NULL, 0};

struct str downloads_items(struct exchange *x, const struct reg *reg, struct str query, const char *format, int limit)
{
    static const char *const drop[] = {"f", "lang", "limit", "after", "count", "sortby", NULL};
    struct str asked = query_tidy(x, query, drop), items = collection_path(x, reg, "/items");
    const char *more = limit ? arena_printf(x->arena, "&limit=%d", limit) : "";
    return str_of(
        arena_printf(x->arena, "%.*s?f=%s%s%s%.*s", STR_ARG(items), format, more, asked.n ? "&" : "", STR_ARG(asked)));
}

struct str downloads_export(struct exchange *x, const struct reg *reg, struct str query)
{
    static const char *const drop[] = {"after", "limit", "count", "lang", "properties", NULL};
    struct str asked = query_tidy(x, query, drop);
    return STR_JOIN(x->arena, part_href(x, "/registers/", reg->name), STR("/export"), asked.n ? STR("?") : nothing,
                    asked);
}

size_t downloads_of(struct exchange *x, const struct reg *reg, struct str query, int64_t total,
                    struct tpl_download *ret)
{
    bool asks_purpose = x->subject->kind == SUBJECT_ACCOUNT && site_shows_personal(x, reg);
    struct str form = asks_purpose ? downloads_export(x, reg, query) : nothing;
    ret[0] = (struct tpl_download){STR("CSV"), asks_purpose ? form : downloads_items(x, reg, query, "csv", 0), nothing};
    ret[1] = (struct tpl_download){STR("Excel (XLSX)"), asks_purpose ? form : downloads_items(x, reg, query, "xlsx", 0),
                                   nothing};
    /* Comes in pages, the first of which may not hold all; and a browser would show it. */
    struct str title = STR("GeoJSON");
    if (total > LIMIT_PAGE_RECORDS)
        title = message_with(x->arena, M_download_first, x->lang, part_int(x, LIMIT_PAGE_RECORDS));
    ret[2] = (struct tpl_download){title, downloads_items(x, reg, query, "geojson", LIMIT_PAGE_RECORDS),
                                   STR_JOIN(x->arena, reg->name, STR(".geojson"))};
    return DOWNLOADS;
}

/* An address between the single quotes of a shell. */
static struct str shell_quoted(struct exchange *x, struct str address)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT((size_t)LIMIT_HTTP_TARGET_BYTES * 4);
    for (size_t i = 0; i < address.n; i++)
        if (address.p[i] == '\'')
            buf_puts(&b, "%27");
        else
            buf_putc(&b, address.p[i]);
    return str_dup(x->arena, buf_view(&b));
}

void part_use_register(struct exchange *x, struct buf *out, const struct reg *reg, struct str query)
{
    if (reg->privacy != PRIVACY_PUBLIC)
        return;
    struct str base = exchange_base(x), csv = downloads_items(x, reg, query, "csv", 0),
               json = shell_quoted(x, downloads_items(x, reg, query, "geojson", CURL_LIMIT));
    struct snippet snippets[] = {
        {STR("QGIS"), message_with(x->arena, M_use_qgis, x->lang, text2_in(&reg->title, x->lang)),
         STR_JOIN(x->arena, base, STR("/api"))},
        {STR("Excel"), message(M_use_excel, x->lang), STR_JOIN(x->arena, base, csv)},
        {STR("curl"), message(M_use_curl, x->lang), STR_JOIN(x->arena, STR("curl '"), base, json, STR("'"))},
    };
    part_snippets(x, out, message(M_use_intro, x->lang), snippets, ARRAY_LEN(snippets));
}
