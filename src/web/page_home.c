#include "web/site.h"

#include "base/banned.h"

enum err page_home(struct exchange *x, struct fault *f)
{
    return page(x, &(struct page){.title = STR("home"), .content = STR("<p>…</p>")}, f);
}
