#include "web/assets.h"

#include "base/banned.h"

const struct asset *asset_find(struct str name)
{
    for (size_t i = 0; i < n_assets; i++)
        if (str_is(name, assets[i].name))
            return &assets[i];
    return NULL;
}

struct str asset_href(const char *name)
{
    const struct asset *a = asset_find(str_of(name));
    must(a);
    return str_of(a->href);
}
