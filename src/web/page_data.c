/* Open data: every register that may be seen, its files, and what machines read. */
#include <stdlib.h>

#include "base/limits.h"
#include "register/moment.h"
#include "register/query.h"
#include "text/vn.h"
#include "web/downloads.h"
#include "web/feature.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/templates.h"

#include "base/banned.h"

static enum err set_of(struct exchange *x, const struct reg *reg, struct tpl_data_sets *ret, struct fault *f)
{
    struct worker *w = x->worker;
    struct moment changed;
    int64_t rev = 0, count;
    struct tpl_download *files = ARENA_ARRAY(x->arena, struct tpl_download, DOWNLOADS);
    enum err e = query_newest(w->store, reg, &rev, f);
    if (e == OK)
        e = moment_of(x->arena, w->store, rev ? rev : w->store->at, &changed, f);
    if (e == OK)
        e = records_count(x, reg, &count, f);
    if (e == OK)
        *ret = (struct tpl_data_sets){.title = text2_in(&reg->title, x->lang),
                                      .href = part_href(x, "/registers/", reg->name),
                                      .description = text2_in(&reg->description, x->lang),
                                      .count = count,
                                      .time = part_date(x, changed.day),
                                      .source = text2_in(&reg->source, x->lang),
                                      .is_sample = reg->sample != NULL,
                                      .files = files,
                                      .n_files = downloads_of(x, reg, (struct str){NULL, 0}, count, files)};
    return e;
}

static int by_title(const void *a, const void *b)
{
    return text_compare(((const struct tpl_data_sets *)a)->title, ((const struct tpl_data_sets *)b)->title);
}

static size_t terms_of(struct exchange *x, const struct terms *terms, struct tpl_data_terms **ret)
{
    struct tpl_data_terms *shown = ARENA_ARRAY(x->arena, struct tpl_data_terms, terms->n + 1);
    for (size_t i = 0; i < terms->n; i++)
        shown[i] = (struct tpl_data_terms){text2_in(&terms->texts[i], x->lang)};
    *ret = shown;
    return terms->n;
}

enum err page_data(struct exchange *x, struct fault *f)
{
    const struct province *p = ((struct worker *)x->worker)->store->province;
    struct tpl_data_sets *sets = ARENA_ARRAY(x->arena, struct tpl_data_sets, p->n_registers + 1);
    size_t n = 0;
    enum err e = OK;
    for (size_t i = 0; e == OK && i < p->n_registers; i++)
        if (p->registers[i]->privacy == PRIVACY_PUBLIC && site_shows_register(x, p->registers[i]))
            e = set_of(x, p->registers[i], &sets[n++], f);
    if (e != OK)
        return e;
    qsort(sets, n, sizeof *sets, by_title);
    enum lang lang = x->lang;
    const struct tpl_data_machines machines[] = {
        {message(M_data_dcat, lang), message(M_data_dcat_how, lang), STR("/api/catalogue")},
        {STR("OGC API – Features"), message(M_data_ogc_how, lang), STR("/api?f=json")},
        {STR("OpenAPI 3.1"), message(M_data_openapi_how, lang), STR("/api/openapi")},
        {message(M_data_feed_posts, lang), message(M_data_feed_how, lang), STR("/api/feeds/posts")},
        {message(M_data_feed_figures, lang), message(M_data_feed_how, lang), STR("/api/feeds/figures")},
        {message(M_data_log, lang), message(M_data_log_how, lang), STR("/api/log/checkpoint")},
    };
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES), description CLEANUP(buf_done) = BUF_INIT(4096);
    struct tpl_data_terms *terms;
    size_t n_terms = terms_of(x, &p->terms, &terms);
    tpl_data(&content,
             &(struct tpl_data){.terms = terms,
                                .n_terms = n_terms,
                                .decision = text2_in(&p->terms.decision, lang),
                                .license = p->terms.license,
                                .sets = sets,
                                .n_sets = n,
                                .machines = machines,
                                .n_machines = ARRAY_LEN(machines)},
             lang);
    message_fill(&description, M_data_description, lang, text2_in(&p->title, lang));
    return page(x,
                &(struct page){.title = message(M_data_title, lang),
                               .description = buf_view(&description),
                               .content = buf_view(&content),
                               .section = "data"},
                f);
}
