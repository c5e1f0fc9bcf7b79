/* Records as features (OGC API – Features, GeoJSON of RFC 7946), and the links of an API answer. */
#ifndef TINHSO_WEB_FEATURE_H
#define TINHSO_WEB_FEATURE_H

#include "text/json.h"
#include "web/ask.h"

/* {"type":"Feature","id":…,"geometry":…,"properties":{…}}; an invented record bears "_sample": true among its properties. */
enum err feature_write(struct exchange *x, const struct ask *q, const struct record *r, struct json_out *o,
                       struct fault *f);
/* Its members alone, into an object that is open. has_links adds its own address, its page, and its collection. */
enum err feature_members_write(struct exchange *x, const struct ask *q, const struct record *r, bool has_links,
                               struct json_out *o, struct fault *f);

/* ETag ("REVISION-hash of what was asked for") and Last-Modified of a record's version. */
enum err record_stamp(struct exchange *x, int64_t rev, struct fault *f);
/* Whether an If-Match list names that revision, whatever was asked for besides. */
bool record_stamp_matches(struct str if_match, int64_t rev);

/* {"href":…,"rel":…,"type":…,"title":…}; a path gets the base in front, and leads to the moment that was asked for; title may be NULL. */
void link_write(struct json_out *o, struct exchange *x, struct str href, const char *rel, const char *type,
                const char *title);

/* "/api/collections/NAME" and what follows; the name is encoded. In the arena. */
struct str collection_path(struct exchange *x, const struct reg *reg, const char *rest);

/* How many records of a register there are at the moment; kept until the next revision. */
enum err records_count(struct exchange *x, const struct reg *reg, int64_t *ret_n, struct fault *f);

#endif
