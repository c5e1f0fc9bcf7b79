/* Files that wait to be imported: kept beside the database (x.db → x.uploads/, mode 0700) for a day, each with what is known of it.
 *
 *     struct kept_upload u;
 *     uploads_add(x, exchange_file(x, "file"), reg->name, &u, f);     // u.token names it from here on
 *     uploads_find(x, token, reg->name, &u, f);                       // later, by the account that sent it and for that register only
 *     u.map = json; uploads_note(x, &u, f);
 *     uploads_remove(x, &u);
 *
 * A file lies there under 32 random digits and one of the known endings: nothing of the name that it was sent under becomes part of a path. What was
 * forgotten goes with the next one that comes (LIMIT_UPLOAD_MS). At most LIMIT_UPLOADS_KEPT lie there (ERR_UPLOADS_FULL), of one account LIMIT_UPLOADS_OWN (ERR_UPLOADS_OWN).
 *
 * Texts lie in x->arena. Errors: ERR_UPLOAD_KIND, ERR_UPLOAD_GONE, ERR_UPLOADS_FULL, ERR_SYSTEM.
 */
#ifndef TINHSO_WEB_UPLOADS_H
#define TINHSO_WEB_UPLOADS_H

#include "web/site.h"

struct kept_upload {
    struct str token, reg, actor, name, mode, map; /* name: as it was sent, for showing; map: JSON */
    const char *path, *note_path;
};

enum err uploads_add(struct exchange *x, const struct upload *up, struct str reg, struct str actor,
                     struct kept_upload *ret_upload, struct fault *f);
enum err uploads_find(struct exchange *x, struct str token, struct str reg, struct str actor,
                      struct kept_upload *ret_upload, struct fault *f);
enum err uploads_note(struct exchange *x, const struct kept_upload *u, struct fault *f);
void uploads_remove(const struct kept_upload *u);

#endif
