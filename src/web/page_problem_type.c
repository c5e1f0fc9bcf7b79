/* What a problem type means: the address that problem details give as their type (RFC 9457 §3.1.1) leads here. */
#include "base/limits.h"
#include "web/message.h"
#include "web/site.h"
#include "web/templates.h"

#include "base/banned.h"

enum err page_problem_type(struct exchange *x, struct fault *f)
{
    struct str type = input_named(x, "type")->text;
    VEC(struct tpl_problem_type_sentences) sentences = {0};
    for (enum err e = OK + 1; e < ERR_COUNT; e++)
        if (str_is(type, err_type(e)))
            VEC_PUSH(x->arena, &sentences,
                     ((struct tpl_problem_type_sentences){err_http(e), str_of(err_sentence(e, x->lang))}));
    if (sentences.n == 0)
        return FAULT(f, ERR_HTTP_NOT_FOUND, {"path", x->path});
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    tpl_problem_type(&content, &(struct tpl_problem_type){sentences.p, sentences.n}, x->lang);
    struct crumb crumbs[] = {{STR("API"), STR("/developers")}, {type, {NULL, 0}}};
    return page(x,
                &(struct page){.title = message_with(x->arena, M_problem_type_title, x->lang, type),
                               .content = buf_view(&content),
                               .crumbs = crumbs,
                               .n_crumbs = ARRAY_LEN(crumbs),
                               .section = "api"},
                f);
}
