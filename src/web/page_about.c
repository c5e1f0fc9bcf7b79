#include "web/site.h"

#include "base/banned.h"

enum err page_about(struct exchange *x, struct fault *f)
{
    return page(x, &(struct page){.title = STR("about"), .content = STR("<p>…</p>")}, f);
}
