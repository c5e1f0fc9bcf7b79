/* Ways to take the records of a register along: files, and addresses for other programs. Templates take files as `list of download`.
 *
 *     struct tpl_download files[DOWNLOADS];
 *     size_t n = downloads_of(x, reg, query, total, files);   // query: what the page was asked, as in its address; may be empty
 *
 * Both answer the same question as the page. Whoever is shown personal fields is led to the page that asks what for.
 */
#ifndef TINHSO_WEB_DOWNLOADS_H
#define TINHSO_WEB_DOWNLOADS_H

#include "web/site.h"
#include "web/templates.h"

enum { DOWNLOADS = 3 };

/* total: how many records there are. */
size_t downloads_of(struct exchange *x, const struct reg *reg, struct str query, int64_t total,
                    struct tpl_download *ret);

/* What the API answers to the same question; limit 0: as it has it. */
struct str downloads_items(struct exchange *x, const struct reg *reg, struct str query, const char *format, int limit);

/* The page that asks what an export is for. */
struct str downloads_export(struct exchange *x, const struct reg *reg, struct str query);

/* QGIS, Excel and curl; nothing where these would be asked for a key. */
void part_use_register(struct exchange *x, struct buf *out, const struct reg *reg, struct str query);

#endif
