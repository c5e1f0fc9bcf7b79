/* The column on digital transformation: the register `posts`, where a province has one. Its fields are those that feeds read too: title, summary,
 * body (Markdown), figures (their ids), posted_on, and title_en, body_en for readers of English. */
#include "base/limits.h"
#include "register/query.h"
#include "report/markdown.h"
#include "text/json.h"
#include "web/ask.h"
#include "web/figure_card.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/show.h"

#include "base/banned.h"

enum { POSTS_EACH = 20, MOST_FIGURES = 12 };

static const struct str nothing = {NULL, 0};

static enum err find_posts(struct exchange *x, const struct reg **ret_reg, struct fault *f)
{
    return ask_register(x, STR("posts"), ret_reg, f);
}

static struct str title_of(struct exchange *x, const struct reg *reg, const struct record *r)
{
    struct str english = x->lang == LANG_EN ? show_text(x, reg, r, "title_en") : nothing;
    return english.n ? english : show_text(x, reg, r, "title");
}

/* ---- all ---- */

enum err page_posts(struct exchange *x, struct fault *f)
{
    struct worker *w = x->worker;
    const struct reg *reg;
    VEC(struct tpl_posts_posts) posts = {0};
    struct str after = input_named(x, "after")->text;
    struct query *q CLEANUP(query_closep) = NULL;
    struct buf next CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES), pages CLEANUP(buf_done) = BUF_INIT(1 << 16),
                    content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                    description CLEANUP(buf_done) = BUF_INIT(4096);
    struct record r;
    bool has_row = false;
    int64_t total = 0;
    enum err e = find_posts(x, &reg, f);
    if (e == OK)
        e = query_count(w->store, reg, &(struct query_options){0}, &total, f);
    if (e == OK)
        e = query_open(w->store, reg, &(struct query_options){.limit = POSTS_EACH + 1, .after = after}, &q, f);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row && posts.n < POSTS_EACH) {
        VEC_PUSH(x->arena, &posts,
                 ((struct tpl_posts_posts){title_of(x, reg, &r), part_href(x, "/posts/", r.id),
                                           part_date(x, show_text(x, reg, &r, "posted_on")),
                                           x->lang == LANG_EN ? nothing : show_text(x, reg, &r, "summary")}));
        if (posts.n == POSTS_EACH)
            query_after(q, &r, &next);
    }
    if (e != OK)
        return e;
    if (total > POSTS_EACH)
        part_pages(x, &pages,
                   &(struct pages){(int64_t)posts.n, total, after, has_row ? buf_view(&next) : nothing, NULL});
    tpl_posts(
        &content,
        &(struct tpl_posts){
            .posts = posts.p, .n_posts = posts.n, .pages = buf_view(&pages), .feed_href = STR("/api/feeds/posts")},
        x->lang);
    message_fill(&description, M_posts_description, x->lang, text2_in(&w->store->province->title, x->lang));
    return page(x,
                &(struct page){.title = message(M_posts_title, x->lang),
                               .description = buf_view(&description),
                               .content = buf_view(&content),
                               .section = "posts"},
                f);
}

/* ---- one ---- */

/* The figures that it quotes, as they are at the moment that is read; one that is no more is left out. */
static size_t figures_of(struct exchange *x, const struct reg *reg, const struct record *r,
                         struct tpl_figure_card *cards, bool *ret_has_sample)
{
    struct worker *w = x->worker;
    int field = reg_field_number(reg, STR("figures"));
    struct json *ids;
    size_t n = 0;
    if (field == NO_FIELD || r->values[field].kind != VALUE_TEXT || !site_shows_field(x, &reg->fields[field]) ||
        json_parse(x->arena, r->values[field].text, nothing, &ids, NULL) != OK)
        return 0;
    for (size_t i = 0; i < ids->n && n < MOST_FIGURES; i++) {
        struct figure_result result;
        struct fault ignored = {0};
        if (figure_compute(x->arena, w->store, w->figures, ids->items[i].string, &(struct figure_options){0}, &result,
                           &ignored) != OK)
            continue;
        cards[n++] = figure_card(x, &result);
        *ret_has_sample |= result.n_sample > 0;
    }
    return n;
}

static enum err find_post(struct exchange *x, const struct reg *reg, struct str id, struct record *ret, struct fault *f)
{
    struct worker *w = x->worker;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = false;
    enum err e = query_open(w->store, reg, &(struct query_options){.id = id, .is_unsorted = true}, &q, f);
    if (e == OK)
        e = query_next(q, &r, &has_row, f);
    if (e == OK && !has_row)
        e = FAULT(f, ERR_RECORD_UNKNOWN, {"id", id}, {"register", reg->name});
    if (e == OK)
        *ret = record_copy(x->arena, reg, &r);
    return e;
}

enum err page_post(struct exchange *x, struct fault *f)
{
    const struct reg *reg;
    struct record r;
    struct str id = input_named(x, "id")->text;
    enum err e = find_posts(x, &reg, f);
    if (e == OK)
        e = find_post(x, reg, id, &r, f);
    if (e != OK)
        return e;
    struct str english = x->lang == LANG_EN ? show_text(x, reg, &r, "body_en") : nothing;
    bool is_translated = x->lang != LANG_EN || english.n > 0, has_sample = false;
    struct str summary = show_text(x, reg, &r, "summary");
    struct tpl_figure_card cards[MOST_FIGURES];
    struct buf body CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                    content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    markdown_html(english.n ? english : show_text(x, reg, &r, "body"), NULL, 0, &body);
    tpl_post(&content,
             &(struct tpl_post){.date = part_date(x, show_text(x, reg, &r, "posted_on")),
                                .summary = english.n ? nothing : summary,
                                .body = buf_view(&body),
                                .body_lang = english.n ? STR("en") : STR("vi"),
                                .is_translated = is_translated,
                                .figures = cards,
                                .n_figures = figures_of(x, reg, &r, cards, &has_sample),
                                .record_href = show_record_href(x, reg, r.id),
                                .feed_href = STR("/api/feeds/posts")},
             x->lang);
    struct str title = title_of(x, reg, &r);
    struct crumb crumbs[] = {{message(M_posts_title, x->lang), STR("/posts")}, {title, nothing}};
    return page(x,
                &(struct page){.title = title,
                               .description = x->lang == LANG_EN ? nothing : summary,
                               .content = buf_view(&content),
                               .crumbs = crumbs,
                               .n_crumbs = ARRAY_LEN(crumbs),
                               .section = "posts",
                               .has_sample = has_sample || r.is_sample},
                f);
}
