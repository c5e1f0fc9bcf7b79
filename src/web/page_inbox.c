/* /desk/dossiers: one list over all procedures for whoever works at the one-stop, due soon first, with the reason of each wait; and steps for many at once. */
#include "base/clock.h"
#include "base/limits.h"
#include "register/query.h"
#include "web/admin.h"
#include "web/desk.h"
#include "web/dossier_parts.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/show.h"
#include "web/templates.h"
#include "workflow/escalation.h"

#include "base/banned.h"

enum { INBOX_ROWS = 30 };

static const struct str nothing = {NULL, 0};

struct inbox {
    struct exchange *x;
    const struct workflow *w;
    struct str filter, tab, sort;
    const struct work_calendar *calendar;
    struct str narrowed;
    bool is_narrowed;
    VEC(struct tpl_inbox_rows) rows;
    struct str next;
};

enum tab { TAB_TASKS, TAB_OPEN, TAB_LATE, TAB_SOON, TAB_WAITING, TAB_OWED, TAB_DONE, TABS };
static const struct {
    const char *id, *filter, *sort;
    enum message title;
} tabs[TABS] = {
    [TAB_TASKS] = {"tasks", NULL, "late_at,code", M_dossiers_tasks},
    [TAB_OPEN] = {"open", "closed_on IS NULL", "late_at,code", M_dossiers_open},
    [TAB_LATE] =
        {"late",
         "closed_on IS NULL AND finished_at IS NULL AND paused_at IS NULL AND (late_at < {now} OR (status = '1' AND "
         "reply_due_at < {now}))",
         "late_at,code", M_dossiers_late},
    [TAB_SOON] = {"soon",
                  "closed_on IS NULL AND finished_at IS NULL AND paused_at IS NULL AND late_at >= {now} AND late_at < "
                  "{soon}",
                  "late_at,code", M_dossiers_soon},
    [TAB_WAITING] = {"waiting", "closed_on IS NULL AND status IN ('5', '6')", "status_since,code", M_dossiers_waiting},
    [TAB_OWED] =
        {"owed",
         "closed_on IS NOT NULL AND status IN ('3', '7', '8') AND (money = 'paid' OR (status <> '3' AND custody IN "
         "('office', 'to_office', 'to_reception')))",
         "-closed_on,-code", M_dossiers_owed},
    [TAB_DONE] = {"done", "closed_on IS NOT NULL", "-closed_on,-status_since", M_dossiers_done},
};

/* What others left lying and is his by now. Without a calendar nothing is known to wait too long; the list itself still stands. */
static struct str waits_too_long(struct inbox *b, const struct str *roles, size_t n)
{
    const struct office_clock *clock = NULL;
    struct fault ignored = {0};
    if (site_clock(b->x, nothing, &clock, &ignored) != OK)
        return nothing;
    return escalations_filter(b->x->arena, b->w, roles, n, clock, clock_now_ms());
}

/* All roles that he has, and that are lent to him. */
static struct str my_tasks(struct inbox *b)
{
    const struct subject *who = b->x->subject;
    struct str *roles = ARENA_ARRAY(b->x->arena, struct str, who->n_roles + who->n_delegations + 1);
    size_t n = 0;
    for (size_t i = 0; i < who->n_roles; i++)
        roles[n++] = who->roles[i];
    for (size_t i = 0; i < who->n_delegations; i++)
        roles[n++] = who->delegations[i].role;
    struct str filter = tasks_filter(b->x->arena, b->w, roles, n), too_long = waits_too_long(b, roles, n);
    if (filter.n && too_long.n)
        filter = STR_JOIN(b->x->arena, filter, STR(" OR "), too_long);
    else if (too_long.n)
        filter = too_long;
    return filter.n ? STR_JOIN(b->x->arena, STR("closed_on IS NULL AND ("), filter, STR(")")) : STR("code IS NULL");
}

static struct str with_moments(struct exchange *x, const char *filter)
{
    enum { SOON_MS = 2 * 24 * 3600 * 1000 };
    struct buf soon CLEANUP(buf_done) = BUF_INIT(64);
    int offset = ((struct worker *)x->worker)->store->province->utc_offset_minutes;
    int64_t now = clock_now_ms();
    struct str text = guard_text(x->arena, str_of(filter), STR(""), now, offset);
    const char *at = memmem(text.p, text.n, "{soon}", 6);
    if (!at)
        return text;
    instant_print(now + SOON_MS, &soon);
    size_t before = (size_t)(at - text.p);
    return str_of(arena_printf(x->arena, "%.*sTIMESTAMP('%.*s')%.*s", (int)before, text.p, STR_ARG(buf_view(&soon)),
                               (int)(text.n - before - 6), at + 6));
}

static const struct {
    const char *id, *filter;
} waits[] = {
    {"ours", "(status IN ('1', '2', '4') AND consulted_office IS NULL OR status = '5' AND supplemented_at IS NOT NULL "
             "AND consulted_office IS NULL)"},
    {"applicant", "status = '5' AND supplemented_at IS NULL"},
    {"finance", "status = '6'"},
    {"consulted", "(status IN ('1', '2', '4') OR status = '5' AND supplemented_at IS NOT NULL) AND consulted_office IS "
                  "NOT NULL"},
    {"collect", "status = '9'"},
};

/* What the overview asked for, and what it is called. The values are identifiers: nothing in them ends a text of CQL2. */
static enum err narrow(struct inbox *b, struct fault *f)
{
    static const char *const fields[] = {"office", "procedure", "status"};
    struct buf filter CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_BYTES), words CLEANUP(buf_done) = BUF_INIT(4096);
    struct str before = input_named(b->x, "before")->text, wait = input_named(b->x, "wait")->text;
    int64_t ms;
    buf_printf(&filter, "(%.*s)", STR_ARG(b->filter));
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        struct str value = input_named(b->x, fields[i])->text;
        const struct field *fd = reg_field(b->w->reg, str_of(fields[i]));
        struct names names = {0};
        struct shown shown = {.text = value};
        if (!value.n || !fd || memchr(value.p, '\'', value.n))
            continue;
        buf_printf(&filter, " AND %s = '%.*s'", fields[i], STR_ARG(value));
        const struct code *code = fd->codes ? map_get(&fd->codes->by_code, value) : NULL;
        if (code)
            shown.text = text2_in(&code->title, b->x->lang);
        else if (fd->target && show_reference(b->x, &names, fd, value, STR(""), &shown, f) != OK)
            return f->code;
        buf_printf(&words, "%s%.*s", words.n ? "; " : "", STR_ARG(shown.text.n ? shown.text : value));
    }
    for (size_t i = 0; i < ARRAY_LEN(waits); i++)
        if (str_is(wait, waits[i].id))
            buf_printf(&filter, " AND %s", waits[i].filter);
    if (before.n && instant_parse(before, &ms, f) != OK)
        return f->code;
    if (before.n)
        buf_printf(&filter, " AND status_since <= TIMESTAMP('%.*s')", STR_ARG(before));
    b->filter = str_dup(b->x->arena, buf_view(&filter));
    b->narrowed = str_dup(b->x->arena, buf_view(&words));
    b->is_narrowed = words.n || wait.n || before.n;
    return OK;
}

static enum tab tab_of(struct inbox *b)
{
    struct str asked = input_named(b->x, "tab")->text;
    for (size_t i = 0; i < TABS; i++)
        if (str_is(asked, tabs[i].id))
            return (enum tab)i;
    return TAB_TASKS;
}

static enum err add_row(struct inbox *b, struct names *names, const struct record *r, struct fault *f)
{
    struct exchange *x = b->x;
    struct dossier_state state = {.calendar = b->calendar};
    struct shown procedure = {0};
    enum err e = dossier_state_of(x, b->w, r, &state, f);
    b->calendar = state.calendar;
    if (e == OK)
        e = show_value(x, names, b->w->reg, r, reg_field_number(b->w->reg, STR("procedure")), &procedure, f);
    if (e != OK)
        return e;
    VEC_PUSH(x->arena, &b->rows,
             ((struct tpl_inbox_rows){.code = str_dup(x->arena, r->id),
                                      .href = part_href(x, "/desk/dossiers/", r->id),
                                      .procedure = procedure.brief.n ? procedure.brief : procedure.text,
                                      .applicant = str_dup(x->arena, show_text(x, b->w->reg, r, "applicant")),
                                      .status = state.status,
                                      .due = state.due,
                                      .left = state.left,
                                      .wait = str_dup(x->arena, state.wait),
                                      .is_late = state.is_late && !state.is_finished,
                                      .is_sample = r->is_sample}));
    return OK;
}

static enum err read_rows(struct inbox *b, struct fault *f)
{
    struct exchange *x = b->x;
    struct query *q CLEANUP(query_closep) = NULL;
    struct names names = {0};
    struct record r;
    bool has_row;
    struct query_options o = {.filter = b->filter,
                              .sort = b->sort,
                              .search = str_trim(input_named(x, "q")->text),
                              .after = input_named(x, "after")->text,
                              .limit = INBOX_ROWS + 1};
    if (o.search.n)
        o.sort = nothing;
    enum err e = query_open(((struct worker *)x->worker)->store, b->w->reg, &o, &q, f);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row && b->rows.n < INBOX_ROWS) {
        e = add_row(b, &names, &r, f);
        if (e == OK && b->rows.n == INBOX_ROWS) {
            struct buf after CLEANUP(buf_done) = BUF_INIT(LIMIT_HTTP_TEXT_BYTES);
            query_after(q, &r, &after);
            b->next = str_dup(x->arena, buf_view(&after));
        }
    }
    if (e == OK && b->rows.n == INBOX_ROWS && !has_row)
        b->next = nothing;
    return e;
}

/* Steps for many at once that his roles may take at all. */
static size_t batches_of(struct inbox *b, struct tpl_inbox_batches *ret)
{
    const struct subject *who = b->x->subject;
    size_t n = 0;
    for (size_t i = 0; i < b->w->n_transitions; i++) {
        const struct transition *t = &b->w->transitions[i];
        bool is_his = false;
        for (size_t k = 0; k < who->n_roles; k++)
            is_his |= transition_is_by(t, who->roles[k]);
        for (size_t k = 0; k < who->n_delegations; k++)
            is_his |= transition_is_by(t, who->delegations[k].role);
        if (t->is_batch && is_his)
            ret[n++] = (struct tpl_inbox_batches){part_href(b->x, "/registers/dossiers/batch/", t->id),
                                                  text2_in(&t->title, b->x->lang)};
    }
    return n;
}

static const struct tpl_inbox_tabs *tabs_of(struct exchange *x, enum tab here)
{
    struct tpl_inbox_tabs *shown = ARENA_ARRAY(x->arena, struct tpl_inbox_tabs, TABS);
    for (size_t i = 0; i < TABS; i++)
        shown[i] = (struct tpl_inbox_tabs){
            .title = message(tabs[i].title, x->lang),
            .href = STR_JOIN(x->arena, STR("/desk/dossiers?tab="), str_of(tabs[i].id)),
            .is_here = i == here,
        };
    return shown;
}

enum err page_inbox(struct exchange *x, struct fault *f)
{
    struct inbox b = {.x = x};
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES), pages CLEANUP(buf_done) = BUF_INIT(1 << 16);
    enum tab tab = TAB_TASKS;
    struct fault ignored = {0};
    x->purpose = message(M_dossiers_desk, LANG_VI);
    enum err e = site_workflow(x, STR("dossiers"), &b.w, f);
    if (e == OK)
        e = site_may_do(x, VERB_READ, b.w->reg, f);
    if (e != OK)
        return e;
    tab = tab_of(&b);
    b.filter = tabs[tab].filter ? with_moments(x, tabs[tab].filter) : my_tasks(&b);
    b.sort = str_of(tabs[tab].sort);
    if ((e = narrow(&b, f)) != OK || (e = read_rows(&b, f)) != OK)
        return e;
    part_pages(
        x, &pages,
        &(struct pages){
            .n_shown = (int64_t)b.rows.n, .n_total = -1, .after = input_named(x, "after")->text, .next = b.next});
    struct tpl_inbox_batches *batches = ARENA_ARRAY(x->arena, struct tpl_inbox_batches, b.w->n_transitions);
    struct tpl_inbox t = {
        .tabs = tabs_of(x, tab),
        .n_tabs = TABS,
        .narrowed = b.narrowed.n ? message_with(x->arena, M_dossiers_filtered, x->lang, b.narrowed) : nothing,
        .unfiltered_href =
            b.is_narrowed ? STR_JOIN(x->arena, STR("/desk/dossiers?tab="), str_of(tabs[tab].id)) : nothing,
        .q = input_named(x, "q")->text,
        .tab = str_of(tabs[tab].id),
        .counter_href = site_may_do(x, VERB_CREATE, b.w->reg, &ignored) == OK ? STR("/desk/counter") : nothing,
        .done = input_named(x, "done")->integer ? message_with(x->arena, M_dossiers_batch_done, x->lang,
                                                               part_int(x, input_named(x, "done")->integer))
                                                : nothing,
        .decision_href =
            input_named(x, "decided")->integer && input_named(x, "rev")->integer > 0
                ? str_of(arena_printf(x->arena, "/desk/decisions/%lld", (long long)input_named(x, "rev")->integer))
                : nothing,
        .minutes_href =
            input_named(x, "rev")->integer > 0
                ? str_of(arena_printf(x->arena, "/desk/minutes/%lld", (long long)input_named(x, "rev")->integer))
                : nothing,
        .rows = b.rows.p,
        .n_rows = b.rows.n,
        .batches = batches,
        .n_batches = tab == TAB_DONE ? 0 : batches_of(&b, batches),
        .csrf = x->subject->csrf,
        .pages = buf_view(&pages)};
    tpl_inbox(&content, &t, x->lang);
    return admin_page(x, message(M_dossiers_title, x->lang), &content, f);
}
