/* What pages about dossiers share: how a dossier stands, in words.
 *
 *     struct dossier_state s;
 *     dossier_state_of(x, w, &r, &s, f);
 *     s.status “Đang xử lý”, s.due “17:00 02/12/2026”, s.left “còn 2 ngày làm việc”, s.is_late
 *
 * Lateness is computed from the moments of the dossier and the calendar of its office, never kept. Texts live in x->arena.
 */
#ifndef TINHSO_WEB_DOSSIER_PARTS_H
#define TINHSO_WEB_DOSSIER_PARTS_H

#include "web/workflow_site.h"
#include "workflow/clock.h"

struct dossier_state {
    struct str status, due, left, wait; /* wait: why it waits, and for whom; may be empty */
    bool is_late, is_finished;
    const struct work_calendar *calendar; /* NULL, or that of the state before: a page of many reads it once */
};
enum err dossier_state_of(struct exchange *x, const struct workflow *w, const struct record *r,
                          struct dossier_state *ret, struct fault *f);

/* “15:04 27/11/2026”; empty for none. */
struct str moment_text(struct exchange *x, struct str rfc3339);
/* The name of an office, procedure … that the field refers to; the record was judged by the caller: an applicant may not read the register of dossiers. */
struct str reference_text(struct exchange *x, const struct reg *reg, const struct record *r, const char *field);
/* The same by its short name, where it has one: names of procedures are up to 600 characters long. */
struct str reference_brief(struct exchange *x, const struct reg *reg, const struct record *r, const char *field);

/* The dossier of the address (`id`), as far as the reader may see it: ERR_RECORD_UNKNOWN. */
enum err dossier_read(struct exchange *x, const struct workflow **ret_workflow, struct record *ret_record,
                      struct fault *f);

/* A file of a dossier that the caller judged. Its bytes may still be on the way from a counter node: then the words that say so, else empty; file_give answers with the bytes, or
 * ERR_FILE_COMING. */
struct str file_coming(struct exchange *x, const struct reg *reg, const struct record *r);
enum err file_give(struct exchange *x, const struct reg *reg, const struct record *r, struct fault *f);

#endif
