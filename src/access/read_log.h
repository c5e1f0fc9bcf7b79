/* The log of reads: who was handed which personal fields of whom, when, in which request and why; and the openings of sensitive fields.
 *
 *     struct read_entry r = {.who = x->subject, .reg = reg->name, .ids = &id, .n_ids = 1, .count = 1, .rev = 12, .fields = STR("head,phone"), .request = …};
 *     if (read_log_add(access, &r, f) != OK) …                    // before the answer goes out: what cannot be logged is not shown
 *
 *     opening_add(access, subject, reg, id, STR("đơn 12/2026"), f);    // sensitive fields of one record, this session, OPENING_MS
 *
 * A row for each register of a request. Up to READ_IDS records are named; of more, what was asked is kept (filter and words at a revision, with the bounds of the
 * account's sight), from which read_log_each finds them again. An entry goes into a journal first, by one write, and from there into the table with many others (read_journal.h):
 * it survives kill -9, and may be lost in the last moment before the power fails. Rows are only added (triggers).
 *
 * Errors: those of db.
 */
#ifndef TINHSO_ACCESS_READ_LOG_H
#define TINHSO_ACCESS_READ_LOG_H

#include "access/store.h"
#include "access/subject.h"
#include "register/store.h"

enum { READ_IDS = 100, OPENING_MS = 15 * 60 * 1000 };

struct read_entry {
    const struct subject *who;
    struct str reg;
    const struct str *ids; /* when they are at most READ_IDS */
    size_t n_ids;
    struct str filter, words; /* else: CQL2, and words that were searched */
    int64_t rev, count;
    struct str fields; /* names, comma separated */
    struct str reason, request;
    struct str behalf; /* whose delegation was needed; empty: none */
    bool is_sensitive; /* fields of that class are among them: without a reason, that of the opening is looked up */
};
enum err read_log_add(struct access *a, const struct read_entry *r, struct fault *f);
/* What the journal holds becomes rows. Whoever reads rows by read_log_each need not call it. */
enum err read_log_settle(struct access *a, struct fault *f);

struct read_row {
    int64_t number, time_ms, account, session;
    struct str account_name, full_name, agency, unit; /* as the account bears them now */
    struct str reg, id, filter, words, fields, reason, request, behalf;
    struct str *ids;
    size_t n_ids;
    int64_t rev, count;
};
/* Which rows: all of them, or of one account, one span of time, one record (register and id). Newest first, at most `limit` (0: all). */
struct read_filter {
    struct str account;     /* its name; empty: all */
    int64_t from_ms, to_ms; /* to_ms 0: now */
    struct str reg, id;
    int64_t limit;
};
/* Texts live until `each` returns; false ends it. */
enum err read_log_each(struct access *a, const struct read_filter *which,
                       bool (*each)(void *context, const struct read_row *r), void *context, struct fault *f);

/* ---- openings */

enum err opening_add(struct access *a, const struct subject *who, struct str reg, struct str id, struct str reason,
                     struct fault *f);
/* rights_moment.opened: context is the struct access. */
enum err opening_list(void *access, struct arena *arena, const struct subject *who, struct str reg,
                      const struct str **ret_ids, size_t *ret_n, struct fault *f);

/* The step of the access file that makes the tables (store.c). */
extern const char read_log_tables[], read_journal_tables[];

#endif
