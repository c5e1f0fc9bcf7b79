/* Records taken along by somebody who signed in: the purpose is asked for, and stands in the log of reads beside what was read. */
#include "base/limits.h"
#include "register/query.h"
#include "text/utf8.h"
#include "web/api.h"
#include "web/form_page.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/register_form.h"

#include "base/banned.h"

static enum err answer(struct exchange *x, struct str problem, struct str purpose, bool is_csv, struct fault *f)
{
    const struct reg *reg;
    struct ask q;
    int64_t count;
    struct chosen *chosen;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    enum err e = ask_register(x, input_named(x, "register")->text, &reg, f);
    if (e == OK)
        e = ask_read(x, reg, &q, f);
    const struct query_options all = {.filter = q.o.filter, .search = q.o.search, .box = q.o.box};
    if (e == OK)
        e = query_count(((struct worker *)x->worker)->store, reg, &all, &count, f);
    if (e != OK)
        return e;
    size_t n = register_chosen(x, reg, &chosen);
    struct tpl_export_chosen *shown = ARENA_ARRAY(x->arena, struct tpl_export_chosen, n + 1);
    for (size_t i = 0; i < n; i++)
        shown[i] = (struct tpl_export_chosen){chosen[i].title, chosen[i].cql2};
    struct str path = part_href(x, "/registers/", reg->name), mark = x->query.n ? STR("?") : STR("");
    tpl_export(&content,
               &(struct tpl_export){.action = STR_JOIN(x->arena, path, STR("/export"), mark, x->query),
                                    .count = count,
                                    .chosen = shown,
                                    .n_chosen = n,
                                    .problem = problem,
                                    .has_personal = site_shows_personal(x, reg),
                                    .purpose = purpose,
                                    .is_csv = is_csv,
                                    .csrf = x->subject->csrf,
                                    .cancel_href = STR_JOIN(x->arena, path, mark, x->query)},
               x->lang);
    if (problem.n)
        x->status = 422;
    struct crumb crumbs[] = {{message(M_registers_title, x->lang), STR("/registers")},
                             {text2_in(&reg->title, x->lang), path},
                             {message(M_export_go, x->lang), {NULL, 0}}};
    return page(x,
                &(struct page){.title = message_with(x->arena, M_export_title, x->lang, text2_in(&reg->title, x->lang)),
                               .content = buf_view(&content),
                               .crumbs = crumbs,
                               .n_crumbs = ARRAY_LEN(crumbs),
                               .section = "registers",
                               .is_form = true},
                f);
}

enum err page_export(struct exchange *x, struct fault *f)
{
    return answer(x, (struct str){NULL, 0}, (struct str){NULL, 0}, false, f);
}

enum err post_export(struct exchange *x, struct fault *f)
{
    struct str purpose = str_trim(input_named(x, "purpose")->text);
    bool is_csv = str_is(input_named(x, "as")->text, "csv");
    if (utf8_count(purpose) < PURPOSE_MIN)
        return answer(x, message(M_export_missing, x->lang), purpose, is_csv, f);
    x->purpose = purpose;
    x->format = is_csv ? FORMAT_CSV : FORMAT_XLSX;
    return api_items(x, f);
}
