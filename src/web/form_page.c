/* The form as a page, and the page on which it is looked at once more. */
#include "web/form_page.h"

#include "base/limits.h"
#include "web/message.h"
#include "web/parts.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

typedef VEC(struct name_value) pairs_vec;

static void add_pair(struct form *m, pairs_vec *pairs, struct str name, struct str value)
{
    VEC_PUSH(m->x->arena, pairs, ((struct name_value){name, value}));
}

size_t form_pairs(struct form *m, bool has_fields, struct name_value **ret)
{
    struct arena *a = m->x->arena;
    pairs_vec pairs = {0};
    if (m->x->subject->csrf.n)
        add_pair(m, &pairs, STR("csrf"), m->x->subject->csrf);
    if (m->old)
        add_pair(m, &pairs, STR("rev"), str_of(arena_printf(a, "%lld", (long long)m->rev)));
    add_pair(m, &pairs, STR("reading"), m->reading == LANG_EN ? STR("en") : STR("vi"));
    for (size_t i = 0; has_fields && i < m->reg->n_fields; i++) {
        const struct form_entry *en = &m->entries[i];
        if (!en->is_shown || en->is_fixed)
            continue;
        if (en->fd->type == FT_ARRAY) {
            for (struct str rest = en->text; rest.p && rest.n;)
                add_pair(m, &pairs, form_named(m, en, ""), array_item_cut(a, &rest));
        } else if (en->fd->type == FT_INTERVAL) {
            add_pair(m, &pairs, form_named(m, en, ".from"), en->from);
            add_pair(m, &pairs, form_named(m, en, ".to"), en->to);
        } else {
            add_pair(m, &pairs, form_named(m, en, ""), en->text);
        }
    }
    *ret = pairs.p;
    return pairs.n;
}

struct str form_action(struct form *m, const char *ending)
{
    struct str reg = part_href(m->x, "/registers/", m->reg->name), id = part_href(m->x, "/", m->id);
    if (!m->old)
        return STR_JOIN(m->x->arena, reg, STR("/new"));
    return str_of(arena_printf(m->x->arena, "%.*s%.*s/%s", STR_ARG(reg), STR_ARG(id), ending));
}

static struct str register_href(struct form *m)
{
    return part_href(m->x, "/registers/", m->reg->name);
}

struct str form_title(struct form *m)
{
    return m->old ? show_title(m->x, m->reg, m->old) : text2_in(&m->reg->title, m->x->lang);
}

enum err form_answer(struct form *m, struct str title, struct str content, struct fault *f)
{
    static const char *const scripts[] = {"form", NULL};
    struct exchange *x = m->x;
    struct crumb crumbs[4] = {{message(M_registers_title, x->lang), STR("/registers")},
                              {text2_in(&m->reg->title, x->lang), register_href(m)}};
    size_t n = 2;
    if (m->old)
        crumbs[n++] = (struct crumb){form_title(m), show_record_href(x, m->reg, m->id)};
    crumbs[n++] = (struct crumb){title, nothing};
    return page(x,
                &(struct page){.title = title,
                               .content = content,
                               .crumbs = crumbs,
                               .n_crumbs = n,
                               .section = "registers",
                               .is_form = true,
                               .scripts = scripts},
                f);
}

static struct str page_title(struct form *m)
{
    struct str title = message_with(m->x->arena, m->old ? M_form_edit : M_form_new, m->x->lang, form_title(m));
    return m->n_problems ? message_with(m->x->arena, M_form_problem_title, m->x->lang, title) : title;
}

enum err form_page(struct form *m, struct fault *f)
{
    struct exchange *x = m->x;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct tpl_form t = {.action = form_action(m, "edit"),
                         .problems = form_problems(m),
                         .lead = m->old ? nothing : text2_in(&m->reg->description, x->lang),
                         .is_sample = m->old && m->old->is_sample,
                         .cancel_href = m->old ? show_record_href(x, m->reg, m->id) : register_href(m)};
    t.can_draft = form_can_draft(m);
    t.draft = m->draft;
    t.draft_href = m->draft_href;
    if (m->old && site_may_write(x, VERB_DELETE, m->reg))
        t.remove_href = form_action(m, "remove");
    struct tpl_form_input *inputs;
    struct name_value *pairs;
    enum err e = form_inputs(m, &inputs, &t.n_inputs, f);
    if (e != OK)
        return e;
    t.inputs = inputs;
    t.n_hidden = form_pairs(m, false, &pairs);
    struct tpl_form_hidden *hidden = ARENA_ARRAY(x->arena, struct tpl_form_hidden, t.n_hidden + 1);
    for (size_t i = 0; i < t.n_hidden; i++)
        hidden[i] = (struct tpl_form_hidden){pairs[i].name, pairs[i].value};
    t.hidden = hidden;
    tpl_form(&content, &t, x->lang);
    if (m->n_problems)
        x->status = 422;
    return form_answer(m, page_title(m), buf_view(&content), f);
}

/* ---- looked at once more ---- */

static const struct tpl_form_check_candidates *candidates_of(struct form *m)
{
    struct tpl_form_check_candidates *all =
        ARENA_ARRAY(m->x->arena, struct tpl_form_check_candidates, m->candidates.n + 1);
    for (size_t i = 0; i < m->candidates.n; i++)
        all[i] = (struct tpl_form_check_candidates){m->candidates.p[i].title, m->candidates.p[i].href,
                                                    m->candidates.p[i].agrees, m->candidates.p[i].percent};
    return all;
}

static const struct str *warnings_of(struct form *m)
{
    struct str *all = ARENA_ARRAY(m->x->arena, struct str, m->warnings.n + 1);
    for (size_t i = 0; i < m->warnings.n; i++)
        all[i] = m->warnings.p[i].text;
    return all;
}

enum err form_check_page(struct form *m, bool must_say_other, struct fault *f)
{
    struct exchange *x = m->x;
    struct record r = form_record(m);
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                       facts CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct tpl_form_check t = {.action = form_action(m, "edit"),
                               .is_new = !m->old,
                               .warnings = warnings_of(m),
                               .n_warnings = m->warnings.n,
                               .candidates = candidates_of(m),
                               .n_candidates = m->candidates.n,
                               .must_say = must_say_other,
                               .reason = m->reason};
    struct tpl_change_row *rows = NULL;
    struct name_value *pairs;
    enum err e = m->old ? form_changes(m, m->old, &r, &rows, &t.n_changes, f) : form_facts(m, &r, &facts, f);
    if (e != OK)
        return e;
    t.changes = rows;
    t.facts = buf_view(&facts);
    t.n_hidden = form_pairs(m, true, &pairs);
    struct tpl_form_check_hidden *hidden = ARENA_ARRAY(x->arena, struct tpl_form_check_hidden, t.n_hidden + 1);
    for (size_t i = 0; i < t.n_hidden; i++)
        hidden[i] = (struct tpl_form_check_hidden){pairs[i].name, pairs[i].value};
    t.hidden = hidden;
    tpl_form_check(&content, &t, x->lang);
    if (must_say_other)
        x->status = 409;
    return form_answer(m, message(M_form_check_title, x->lang), buf_view(&content), f);
}
