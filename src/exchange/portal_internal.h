/* Between the conversation (portal.c), what is said (portal_message.c) and the comparison (portal_reconcile.c). */
#ifndef TINHSO_EXCHANGE_PORTAL_INTERNAL_H
#define TINHSO_EXCHANGE_PORTAL_INTERNAL_H

#include "exchange/portal.h"
#include "register/record.h"
#include "text/json.h"

/* What the partner's answer means. */
enum verdict { VERDICT_OK, VERDICT_EXISTS, VERDICT_SESSION, VERDICT_REFUSED };

struct answer {
    enum verdict verdict;
    struct str message;        /* the partner's own words; of a refusal never empty */
    const struct json *result; /* an array, or NULL */
};

/* One call of a service, with signing in where that is needed. What is wrong with the line is an error. */
enum err portal_call(struct portal *p, struct arena *a, struct str authority, const char *service, bool is_update,
                     struct str data, struct answer *ret, struct fault *f);
struct db *portal_db(const struct portal *p);
const struct portal_options *portal_options_of(const struct portal *p);
int64_t *portal_compare_after(struct portal *p); /* not before that moment; 0: at once */

/* What a comparison found of one competent office: of its dossiers filed in the month up to that day. */
struct portal_check {
    struct str office;
    int64_t dossiers, same, waiting, missing;
};
/* One record an office in the register portal_checks, as one change; nothing where the province declares none. */
enum err portal_check_record(struct portal *p, struct arena *a, struct str day, struct portal_check *const *list,
                             size_t n, struct fault *f);

/* A message of the outbox, and what it is about. */
struct letter {
    struct str id, key, status; /* key: of the event, MaThongDiep */
    struct str authority;       /* madonvi: of the province */
    int64_t step;
    const struct reg *reg, *events;
    struct record r, event; /* as they were at that step */
};
/* ERR_PORTAL_LOG when the log does not hold that status at that step. */
enum err letter_read(struct arena *a, struct store *s, const struct outbox_message *m, struct letter *ret,
                     struct fault *f);
/* The data of the two calls: an object each. */
enum err letter_dossier(struct arena *a, struct store *s, const struct letter *l, struct str *ret_json,
                        struct fault *f);
enum err letter_progress(struct arena *a, struct store *s, const struct letter *l, struct str *ret_json,
                         struct fault *f);
/* madonvi of the province to which an office's code belongs: 000.00.00.H16. */
struct str portal_authority(struct arena *a, struct str id_code);
/* yyyyMMddHHmmss on the wall of the province. */
struct str wire_time(struct arena *a, int64_t ms, int offset_minutes);

#endif
