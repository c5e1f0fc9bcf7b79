/* /desk/calendar: after a change of holidays or hours, the open dossiers whose promise the calendar would now set otherwise. Nothing is moved here. */
#include "base/limits.h"
#include "web/admin.h"
#include "web/dossier_parts.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/show.h"
#include "web/templates.h"
#include "workflow/calendar_check.h"

#include "base/banned.h"

static struct str words_of(struct exchange *x, int64_t ms)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    instant_words(ms, ((struct worker *)x->worker)->store->province->utc_offset_minutes, &b);
    return str_dup(x->arena, buf_view(&b));
}

static void write_table(struct exchange *x, const struct workflow *w, const struct calendar_effect *list, size_t n,
                        struct buf *out)
{
    enum { COLUMNS = 5 };
    const struct table_column columns[COLUMNS] = {{.title = message(M_dossiers_code, x->lang), .is_head = true},
                                                  {.title = message(M_dossiers_applicant, x->lang)},
                                                  {.title = message(M_calendar_promised, x->lang)},
                                                  {.title = message(M_calendar_computed, x->lang)},
                                                  {.title = message(M_calendar_do, x->lang)}};
    struct table_row *rows = ARENA_ARRAY(x->arena, struct table_row, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct table_cell *cells = ARENA_ARRAY(x->arena, struct table_cell, COLUMNS);
        cells[0] =
            (struct table_cell){.text = list[i].record.id, .href = part_href(x, "/desk/dossiers/", list[i].record.id)};
        cells[1].text = show_text(x, w->reg, &list[i].record, "applicant");
        cells[2].text = words_of(x, list[i].promised_ms);
        cells[3].text = words_of(x, list[i].computed_ms);
        cells[4].text = message(list[i].is_later ? M_calendar_later : M_calendar_earlier, x->lang);
        rows[i] = (struct table_row){.cells = cells, .is_chosen = list[i].is_later};
    }
    part_table(x, out,
               &(struct table){.caption = message(M_calendar_title, x->lang),
                               .columns = columns,
                               .n_columns = COLUMNS,
                               .rows = rows,
                               .n_rows = n});
}

enum err page_calendar(struct exchange *x, struct fault *f)
{
    struct worker *w = x->worker;
    const struct workflow *workflow = NULL;
    struct calendar_effect *list = NULL;
    size_t n = 0;
    struct buf table CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                     content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    x->purpose = message(M_calendar_title, LANG_VI);
    enum err e = site_workflow(x, STR("dossiers"), &workflow, f);
    if (e == OK)
        e = site_may_do(x, VERB_READ, workflow->reg, f);
    struct acting *acting = acting_new();
    if (e == OK)
        e = calendar_effects(x->arena, acting, w->store, workflow, &list, &n, f);
    acting_free(acting);
    if (e != OK)
        return e;
    if (n)
        write_table(x, workflow, list, n, &table);
    tpl_calendar(&content, &(struct tpl_calendar){.count = (int64_t)n, .table = buf_view(&table)}, x->lang);
    return admin_page(x, message(M_calendar_title, x->lang), &content, f);
}
