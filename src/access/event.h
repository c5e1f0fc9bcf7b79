/* What happened to accounts and sessions, newest first: for the page of the administrator and `tinhso access events`.
 *
 *     struct event_row *rows;
 *     event_list(arena, a, &(struct event_filter){.kind = STR("sign-in-refused")}, 50, &rows, &n, f);      // the next page: .before = rows[n - 1].number
 */
#ifndef TINHSO_ACCESS_EVENT_H
#define TINHSO_ACCESS_EVENT_H

#include "access/store.h"

struct event_filter {
    int64_t before;  /* number of an event; 0: from the newest on */
    struct str kind; /* a name of ACCESS_EVENTS; empty: all */
    struct str name; /* of the account that it concerns; empty: all */
};

struct event_row {
    int64_t number, time_ms;
    struct str kind, account, actor, address, detail; /* names of accounts; empty when there is none */
};

enum err event_list(struct arena *arena, struct access *a, const struct event_filter *filter, size_t most,
                    struct event_row **ret_rows, size_t *ret_n, struct fault *f);

#endif
