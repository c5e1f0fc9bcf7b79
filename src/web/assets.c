#include "web/assets.h"

#include "web/site.h"

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

enum err answer_asset(struct exchange *x, struct fault *f)
{
    const struct asset *a = asset_find(input_text(x, 1));
    if (!a || !str_is(input_text(x, 0), a->hash))
        return FAULT(f, ERR_HTTP_NOT_FOUND, {"path", x->path});
    x->media = str_of(a->media);
    x->constant = a->plain;
    x->constant_gzip = a->gzip;
    x->is_immutable = true;
    return OK;
}
