#include "web/admin.h"

#include "base/limits.h"
#include "web/desk.h"
#include "web/message.h"
#include "web/partner.h"
#include "web/parts.h"
#include "web/templates.h"

#include "base/banned.h"

enum office { OFFICE_ADMIN, OFFICE_DESK, OFFICE_ONE_STOP, OFFICE_PARTNER, OFFICE_COUNT };

/* Who may make dossiers receives them. */
static bool receives(const struct exchange *x)
{
    const struct province *p = ((struct worker *)x->worker)->store->province;
    const struct reg *reg = p ? province_register(p, STR("dossiers")) : NULL;
    struct fault ignored = {0};
    return reg && site_may_do(x, VERB_CREATE, reg, &ignored) == OK;
}

static const struct {
    enum office office;
    const char *href;
    enum message title;
    bool (*may)(const struct exchange *x); /* NULL: whoever works there */
} menu[] = {
    /* clang-format off */
    {OFFICE_ADMIN, "/admin", M_admin_overview},
    {OFFICE_ADMIN, "/admin/users", M_users_title},
    {OFFICE_ADMIN, "/admin/roles", M_roles_title},
    {OFFICE_ADMIN, "/admin/agencies", M_agencies_title},
    {OFFICE_ADMIN, "/admin/jobs", M_jobs_title},
    {OFFICE_ADMIN, "/admin/backups", M_backups_title},
    {OFFICE_ADMIN, "/admin/log", M_log_title},
    {OFFICE_ADMIN, "/admin/retention", M_retention_menu},
    {OFFICE_ADMIN, "/admin/events", M_admin_events},
    {OFFICE_ONE_STOP, "/desk/dossiers", M_dossiers_title},
    {OFFICE_ONE_STOP, "/desk/counter", M_counter_title, receives},
    {OFFICE_ONE_STOP, "/desk/overview", M_overview_title, desk_oversees},
    {OFFICE_ONE_STOP, "/desk/overview/ranking", M_ranking_title, desk_oversees},
    {OFFICE_ONE_STOP, "/desk/calendar", M_calendar_title, desk_oversees},
    {OFFICE_DESK, "/desk/requests", M_desk_requests},
    {OFFICE_DESK, "/desk/erasures", M_erasures_title},
    {OFFICE_PARTNER, "/desk/partner", M_partner_title},
    /* clang-format on */
};

static const struct {
    const char *href;
    enum message title;
} offices[OFFICE_COUNT] = {
    [OFFICE_ADMIN] = {"/admin", M_admin_title},
    [OFFICE_DESK] = {"/desk/requests", M_desk_title},
    [OFFICE_PARTNER] = {"/desk/partner", M_partner_title},
    [OFFICE_ONE_STOP] = {"/desk/dossiers", M_dossiers_desk},
};

static const struct str nothing = {NULL, 0};

/* Who may read dossiers works there. */
static bool one_stop_is_open(const struct exchange *x)
{
    const struct province *p = ((struct worker *)x->worker)->store->province;
    const struct reg *reg = p ? province_register(p, STR("dossiers")) : NULL;
    return reg && x->subject->kind == SUBJECT_ACCOUNT && site_shows_register(x, reg);
}

static bool may_open(const struct exchange *x, enum office office)
{
    return office == OFFICE_ADMIN      ? x->subject->is_administrator
           : office == OFFICE_ONE_STOP ? one_stop_is_open(x)
           : office == OFFICE_PARTNER  ? partner_is_open(x)
                                       : desk_is_open(x);
}

/* The entry whose address the path has or begins with, the longest; the overview is begun with by all. */
static size_t entry_here(const struct exchange *x)
{
    size_t here = ARRAY_LEN(menu), longest = 0;
    for (size_t i = 0; i < ARRAY_LEN(menu); i++) {
        struct str href = str_of(menu[i].href);
        bool is_below = x->path.n > href.n && x->path.p[href.n] == '/';
        if (href.n > longest && str_starts(x->path, href) && (x->path.n == href.n || is_below))
            here = i, longest = href.n;
    }
    must(here < ARRAY_LEN(menu));
    return here;
}

static void write_menu(struct exchange *x, size_t here, struct buf *out)
{
    struct tpl_admin_menu_entries entries[ARRAY_LEN(menu)];
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(menu); i++)
        if (menu[i].office == menu[here].office && (!menu[i].may || menu[i].may(x)))
            entries[n++] =
                (struct tpl_admin_menu_entries){message(menu[i].title, x->lang), str_of(menu[i].href), i == here};
    tpl_admin_menu(out, &(struct tpl_admin_menu){message(offices[menu[here].office].title, x->lang), entries, n},
                   x->lang);
}

enum err admin_page(struct exchange *x, struct str title, const struct buf *content, struct fault *f)
{
    size_t here = entry_here(x);
    struct str entry = message(menu[here].title, x->lang);
    bool is_entry = str_eq(x->path, str_of(menu[here].href));
    struct buf all CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct crumb crumbs[] = {
        {message(offices[menu[here].office].title, x->lang), str_of(offices[menu[here].office].href)},
        {entry, is_entry ? nothing : str_of(menu[here].href)},
        {title, nothing}};
    write_menu(x, here, &all);
    buf_str(&all, buf_view(content));
    return page(
        x,
        &(struct page){
            .title = title, .content = buf_view(&all), .is_form = true, .crumbs = crumbs, .n_crumbs = is_entry ? 2 : 3},
        f);
}

/* ---- ways in */

static size_t ways_of_registers(struct exchange *x, struct tpl_ways_registers *ret)
{
    const struct province *p = ((struct worker *)x->worker)->store->province;
    size_t n = 0;
    for (size_t i = 0; p && i < p->n_registers; i++) {
        const struct reg *reg = p->registers[i];
        struct str href = part_href(x, "/registers/", reg->name);
        struct tpl_ways_registers way = {.title = text2_in(&reg->title, x->lang), .href = href};
        if (site_may_write(x, VERB_CREATE, reg))
            way.add_href = STR_JOIN(x->arena, href, STR("/new"));
        if (site_may_write(x, VERB_IMPORT, reg))
            way.import_href = STR_JOIN(x->arena, href, STR("/import"));
        if (site_may_write(x, VERB_EXPORT, reg))
            way.export_href = STR_JOIN(x->arena, href, STR("/export"));
        if (way.add_href.n || way.import_href.n || way.export_href.n || site_may_write(x, VERB_UPDATE, reg))
            ret[n++] = way;
    }
    return n;
}

void part_ways(struct exchange *x, struct buf *out)
{
    const struct province *p = ((struct worker *)x->worker)->store->province;
    struct tpl_ways_areas shown[OFFICE_COUNT];
    struct tpl_ways_registers *registers = ARENA_ARRAY(x->arena, struct tpl_ways_registers, p ? p->n_registers + 1 : 1);
    struct tpl_ways t = {.areas = shown, .registers = registers, .is_official = !x->subject->is_citizen};
    for (size_t i = 0; i < OFFICE_COUNT; i++)
        if (may_open(x, (enum office)i))
            shown[t.n_areas++] = (struct tpl_ways_areas){message(offices[i].title, x->lang), str_of(offices[i].href)};
    t.n_registers = ways_of_registers(x, registers);
    tpl_ways(out, &t, x->lang);
}
