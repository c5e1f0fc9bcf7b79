/* How the figures are counted and how anyone can check them. */
#include "base/limits.h"
#include "register/log.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/templates.h"

#include "base/banned.h"

/* The public key as it stands beside the database; empty when it cannot be read. */
static struct str public_key(struct exchange *x)
{
    struct worker *w = x->worker;
    struct note_verifier v;
    struct fault ignored = {0};
    if (log_verifier(w->store, &v, &ignored) != OK)
        return (struct str){NULL, 0};
    struct buf b = BUF_INIT(4096);
    note_verifier_print(&v, &b);
    return buf_move(&b, x->arena);
}

enum err page_about(struct exchange *x, struct fault *f)
{
    struct worker *w = x->worker;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES), description CLEANUP(buf_done) = BUF_INIT(4096);
    message_fill(&description, M_about_description, x->lang, text2_in(&w->store->province->title, x->lang));
    tpl_about(&content,
              &(struct tpl_about){.size = w->head,
                                  .root = part_root(x),
                                  .checkpoint_href = STR("/api/log/checkpoint"),
                                  .base = exchange_base(x),
                                  .key = public_key(x),
                                  .has_feedback = province_register(w->store->province, STR("feedback")) != NULL},
              x->lang);
    return page(x,
                &(struct page){.title = message(M_about_title, x->lang),
                               .description = buf_view(&description),
                               .content = buf_view(&content),
                               .section = "about"},
                f);
}
