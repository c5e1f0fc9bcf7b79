/* Styles and scripts, carried in the program: made by web/build.js, compressed by tools/embed.
 *
 *     struct str href = asset_href("site.css");      // /assets/6f1c…/site.css
 *
 * The address bears the hash of the content, so it may be kept for ever; answer_asset (site.h) serves it. Everything lives as long as the process.
 */
#ifndef TINHSO_WEB_ASSETS_H
#define TINHSO_WEB_ASSETS_H

#include "http/http.h"

struct asset {
    const char *name, *media, *hash, *href;
    struct str plain, gzip; /* gzip: RFC 1952 */
};

extern const struct asset assets[]; /* by name */
extern const size_t n_assets;

/* NULL when there is none of that name. */
const struct asset *asset_find(struct str name);
/* Of an asset that exists: must(). */
struct str asset_href(const char *name);

#endif
