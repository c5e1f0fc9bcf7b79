/* Public services, as pages show them: the catalogue on a day (workflow/procedure.h), in words.
 *
 *     struct services s;
 *     if (services_read(x, &s, f) != OK) return f->code;          // published, in force on the day that is asked for
 *     service_limit(x, p)                                           // “7 ngày làm việc”
 *
 * The day is that of the input `on`; else of the moment that is read (`at`); else today. Everything lies in x->arena.
 */
#ifndef TINHSO_WEB_SERVICES_H
#define TINHSO_WEB_SERVICES_H

#include "web/site.h"
#include "workflow/procedure.h"

struct services {
    struct date on;
    struct procedure **p;
    size_t n;
};

/* There is a catalogue, and the reader sees it. */
bool services_are_there(const struct exchange *x);
enum err services_read(struct exchange *x, struct services *ret, struct fault *f);
enum err services_day(struct exchange *x, struct date *ret_day, struct fault *f);

struct str service_name(const struct exchange *x, const struct procedure *p);
struct str service_href(struct exchange *x, const struct procedure *p);
/* Empty when nothing is stated; “3, chưa rõ” where the unit is not. */
struct str service_term(struct exchange *x, const struct procedure_term *t);
/* In a word: the promise, or the one that all channels share; empty when they differ, or none is settled. */
struct str service_limit(struct exchange *x, const struct procedure *p);
/* Who settles it, in words: the authority, else the level. */
struct str service_who(const struct exchange *x, const struct procedure *p);

struct service_event {
    struct str code, title, words;
    int64_t count;
};
/* Life events in their order, with how many of the services belong to each. */
enum err services_events(struct exchange *x, const struct services *s, struct service_event **ret_events, size_t *ret_n,
                         struct fault *f);
bool service_is_of_event(const struct procedure *p, struct str event);
/* The events whose words or title a question is about. */
bool service_event_is_meant(struct exchange *x, const struct service_event *e, struct str words);

#endif
