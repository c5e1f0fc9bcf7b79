/* The frame of every page: web/templates/shell.html. */
#include "register/moment.h"
#include "web/site.h"

#include "base/limits.h"
#include "text/date.h"
#include "web/assets.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/templates.h"

#include "base/banned.h"

enum { SHOWN_ROOT = 16, PAGE_MAX_SCRIPTS = 4 };

static const struct {
    const char *section, *href;
    enum message title;
} sections[] = {
    {"services", "/services", M_nav_services},
    {"report", "/reports", M_nav_report},
    {"index", "/indexes", M_nav_index},
    {"registers", "/registers", M_nav_registers},
    {"units", "/units", M_nav_units},
    {"posts", "/posts", M_nav_posts},
    {"data", "/data", M_nav_data},
    {"api", "/developers", M_nav_api},
    {"about", "/about", M_nav_about},
};

struct str page_time(struct arena *a, struct str rfc3339, int offset_minutes, enum lang lang)
{
    int64_t ms;
    if (instant_parse(rfc3339, &ms, NULL) != OK)
        return rfc3339;
    struct date d = date_of_instant(ms, offset_minutes);
    int64_t minute = (ms / 60000 + offset_minutes) % (24 * 60);
    int hour = (int)(minute / 60), min = (int)(minute % 60);
    char *s = lang == LANG_EN ? arena_printf(a, "%d-%02d-%02d %02d:%02d", d.year, d.month, d.day, hour, min)
                              : arena_printf(a, "%02d:%02d ngày %02d/%02d/%d", hour, min, d.day, d.month, d.year);
    return str_of(s);
}

/* Bundles of the page, styles first; a bundle "map" is a script and a style. */
static size_t add_scripts(const struct page *p, struct str *scripts)
{
    size_t n = 0;
    for (const char *const *s = p->scripts; s && *s; s++) {
        must(n < PAGE_MAX_SCRIPTS);
        scripts[n++] = asset_href(strcmp(*s, "chart") == 0  ? "chart.js"
                                  : strcmp(*s, "form") == 0 ? "form.js"
                                                            : "map.js");
    }
    return n;
}

static bool wants(const struct page *p, const char *bundle)
{
    for (const char *const *s = p->scripts; s && *s; s++)
        if (strcmp(*s, bundle) == 0)
            return true;
    return false;
}

/* A language that was chosen by the switch stays chosen. */
static void keep_language(struct exchange *x)
{
    if (x->query.n && (str_starts(x->query, STR("lang=")) || memmem(x->query.p, x->query.n, "&lang=", 6)))
        exchange_header(x, "Set-Cookie",
                        x->lang == LANG_EN ? STR("lang=en; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax")
                                           : STR("lang=vi; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax"));
}

/* To come back to this page; nothing on the pages of signing in themselves. */
static struct str sign_in_href(struct exchange *x)
{
    if (str_starts(x->path, STR("/sign-in")) || str_starts(x->path, STR("/welcome/")))
        return STR("");
    struct buf b = BUF_INIT((size_t)LIMIT_HTTP_TARGET_BYTES * 4);
    buf_puts(&b, "/sign-in?next=");
    url_encode(&b, local_path(exchange_link(x, "lang", (struct str){NULL, 0})));
    return buf_move(&b, x->arena);
}

enum err page(struct exchange *x, const struct page *p, struct fault *f)
{
    struct worker *w = x->worker;
    keep_language(x);
    const struct province *province = w->store->province;
    bool is_en = x->lang == LANG_EN;
    struct tpl_shell_nav nav[ARRAY_LEN(sections)];
    for (size_t i = 0; i < ARRAY_LEN(sections); i++)
        nav[i] = (struct tpl_shell_nav){message(sections[i].title, x->lang), str_of(sections[i].href),
                                        p->section && strcmp(p->section, sections[i].section) == 0};
    struct tpl_shell_crumbs *crumbs = arena_zalloc(x->arena, (p->n_crumbs + 1) * sizeof(*crumbs));
    for (size_t i = 0; i < p->n_crumbs; i++)
        crumbs[i] = (struct tpl_shell_crumbs){p->crumbs[i].title, p->crumbs[i].href};
    struct str scripts[PAGE_MAX_SCRIPTS];
    struct moment moment = {0};
    if (!p->is_problem && !p->is_form && moment_read(x->arena, w->store, &moment, f) != OK)
        return f->code;
    int64_t at = p->is_problem || p->is_form ? 0 : w->store->at;
    struct str root = part_root(x);
    bool is_signed_in = x->subject->kind == SUBJECT_ACCOUNT, is_pending = x->subject->kind == SUBJECT_PENDING;
    struct str who = is_signed_in || is_pending ? x->subject->full_name : STR("");
    tpl_shell(
        &x->body,
        &(struct tpl_shell){
            .title = p->title,
            .site = province ? text2_in(&province->title, x->lang) : STR(""),
            .is_home = p->is_home,
            .has_heading = p->is_home || p->has_heading,
            .description = p->description,
            .has_search = !p->is_home && !p->has_own_search,
            .css = asset_href("site.css"),
            .map_css = wants(p, "map") ? asset_href("map.css") : STR(""),
            .js = asset_href("site.js"),
            .icon = asset_href("icon.svg"),
            .scripts = scripts,
            .n_scripts = add_scripts(p, scripts),
            .crumbs = crumbs,
            .n_crumbs = p->n_crumbs,
            .nav = nav,
            .n_nav = ARRAY_LEN(nav),
            .other_lang = is_en ? STR("vi") : STR("en"),
            .other_href = exchange_link(x, "lang", is_en ? STR("vi") : STR("en")),
            .has_sample = p->has_sample,
            .content = p->content,
            .revision = at,
            .revision_time = page_time(x->arena, moment.time, province ? province->utc_offset_minutes : 0, x->lang),
            .at_href = exchange_link(x, "at", str_of(arena_printf(x->arena, "%lld", (long long)at))),
            .is_past = at && at < w->head,
            .now_href = exchange_link(x, "at", (struct str){NULL, 0}),
            .log_root = str_slice(root.p, SHOWN_ROOT),
            .who = who,
            .is_administrator = is_signed_in && x->subject->is_administrator,
            .csrf = x->subject->csrf,
            .sign_in_href = p->is_problem ? STR("/sign-in") : sign_in_href(x),
        },
        x->lang);
    return x->body.is_full ? FAULT(f, ERR_LIMIT, {"what", p->title}, {"limit", STR("LIMIT_HTTP_ANSWER_BYTES")}) : OK;
}

/* The part of the site that an address belongs to, its own address left out: there is nothing to go up to. -1 when none. */
static int section_above(struct str path)
{
    for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
        struct str href = str_of(sections[i].href);
        if (path.n > href.n && str_starts(path, href) && path.p[href.n] == '/')
            return (int)i;
    }
    return -1;
}

void page_problem(struct exchange *x, const struct fault *f, int status)
{
    struct buf sentence CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    fault_print(f, x->lang, &sentence);
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    int above = section_above(x->path);
    tpl_problem(&content,
                &(struct tpl_problem){
                    .sentence = buf_view(&sentence),
                    .status = status,
                    .code = str_of(err_type(f->code)),
                    .request = str_of(x->request_id),
                    .retry = status >= 500,
                    .section_title = above < 0 ? (struct str){NULL, 0} : message(sections[above].title, x->lang),
                    .section_href = above < 0 ? (struct str){NULL, 0} : str_of(sections[above].href),
                },
                x->lang);
    enum message title = status == 404  ? M_problem_title_missing
                         : status < 500 ? M_problem_title_refused
                                        : M_problem_title_failed;
    struct fault ignored = {0};
    page(x,
         &(struct page){.title = message(title, x->lang),
                        .content = buf_view(&content),
                        .section = above < 0 ? NULL : sections[above].section,
                        .is_problem = true},
         &ignored);
}
