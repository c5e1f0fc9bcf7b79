/* The request desk of personal data: who asks to see, correct, delete or restrict what is kept on him, and by when that must be answered and done.
 *
 *     struct request *list; size_t n;
 *     requests_read(a, s, today, false, &list, &n, f);
 *     list[i].answer_due, list[i].finish_due, list[i].is_late
 *
 * Terms in working days (Law 91/2025/QH15, Decree 356/2025; reference domain/registers.md §8): answered within 2; done within 15, or 20 when third parties hold the data;
 * extended once by at most 15. They are computed from the dates of the register `data_requests`, never stored: lateness is a property, not a state.
 * Fields: code, kind, received_on, has_third_party, answered_on, extended_on, finished_on; where they are there also person, personal_id, words, about. ERR_REQUESTS_NONE
 * without such a register.
 */
#ifndef TINHSO_WORKFLOW_REQUESTS_H
#define TINHSO_WORKFLOW_REQUESTS_H

#include "register/record.h"
#include "workflow/clock.h"

enum { REQUEST_ANSWER_DAYS = 2, REQUEST_FINISH_DAYS = 15, REQUEST_FINISH_THIRD_DAYS = 20, REQUEST_EXTENSION_DAYS = 15 };

struct request {
    struct str id, code, kind;             /* kind: its code */
    struct str person, personal_id, about; /* empty: unknown, or kept from who reads */
    struct text2 kind_title;
    struct date received, answer_due, finish_due;
    struct str answered_on, finished_on; /* empty: not yet */
    bool is_extended, is_late;           /* late: what is due next, or what was done, was due before */
    int days_left;                       /* working days until what is due next; 0 when finished */
    bool is_covered;                     /* the days off of the years concerned are known */
};

/* The terms of one request by its dates. */
void request_terms(const struct work_calendar *c, struct date received, bool has_third_party, bool is_extended,
                   struct date *ret_answer, struct date *ret_finish);

/* Open ones, the most urgent first; with `all` the finished ones behind. */
enum err requests_read(struct arena *a, struct store *s, struct date today, bool all, struct request **ret_list,
                       size_t *ret_n, struct fault *f);
/* One that was read already; NULL when that record lacks what makes a request. */
enum err request_of(struct arena *a, struct store *s, struct date today, const struct record *r,
                    struct request **ret_request, struct fault *f);
/* All of one person, by the number (digits alone). */
enum err requests_of(struct arena *a, struct store *s, struct date today, struct str personal_id,
                     struct request **ret_list, size_t *ret_n, struct fault *f);

/* What somebody asks about his own data. It becomes a record received today, under the code behind the last one: the pattern of the field `code` says how codes are made
 * (literal characters, then a number of fixed width). The words go to the field `words` where the register has it, else to `about`. All that is wrong with it stands in the
 * list. Whether he may is not judged here: a request of one's own everybody may file. */
struct request_filed {
    struct str kind, words, person, personal_id;
    struct str actor; /* for the log */
};
enum { REQUEST_WORDS_MIN = 10, REQUEST_WORDS_MAX = 2000 };
enum err request_file(struct arena *a, struct store *s, const struct request_filed *what, struct str *ret_id,
                      struct faults *list);

#endif
