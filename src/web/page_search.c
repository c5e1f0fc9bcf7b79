#include "web/site.h"

#include "base/banned.h"

enum err page_search(struct exchange *x, struct fault *f)
{
    return page(x, &(struct page){.title = STR("search"), .content = STR("<p>…</p>")}, f);
}
