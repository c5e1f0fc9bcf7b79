/* Forms made from a register's declaration: what stands in one, how it is shown, checked, and written.
 *
 *     struct form m;
 *     form_begin(x, &m, f);                                      // the register of the address, an entry a field that may be seen
 *     form_take_record(&m, &r, rev, f);                          // to be edited: its values become the texts of the form
 *     form_take_request(&m, f);                                  // what was typed, whatever it is worth
 *     form_find(&m, f);                                          // what its pickers look for
 *     form_put(&m, true, f);                                     // judged; m.n_problems, m.warnings, m.candidates
 *     form_page(&m, f);                                          // as HTML (form_page.h), nothing typed lost
 *
 * Names of inputs: "f.FIELD" is the value; "f.FIELD.find" are the words that its picker looks for; "f.FIELD.from" and "f.FIELD.to" the ends of an
 * interval. Any other name, and a field that the caller may not write, is refused (ERR_INPUT_UNKNOWN): nothing is assigned that the form did not offer.
 *
 * Texts are as people write them in the language of the form (`reading`): 05/03/2022, 1.234,5 in Vietnamese; form_cells turns them into what
 * value_parse reads. What cannot be turned stays as it was typed and is judged there.
 *
 * A field whose text did not change keeps its value itself; so do those that the caller may not see. A picker knows the day on which the record's
 * references are judged (record_as_of), and offers only what is valid then.
 *
 * Everything lies in x->arena.
 */
#ifndef TINHSO_WEB_FORM_H
#define TINHSO_WEB_FORM_H

#include "register/entry.h"
#include "web/ask.h"
#include "web/show.h"

enum {
    FORM_CHOICES = 40,       /* more are not listed but looked for */
    FORM_CHOICES_DATED = 12, /* of a dated register, whose list is another one as soon as the day is typed */
};

struct form_choice {
    struct str value, title, note; /* note: what tells it from others of that title */
};

struct form_entry {
    const struct field *fd;
    int number;
    bool is_shown;             /* the caller may see and write it */
    bool is_fixed;             /* part of the key of a record that is there */
    bool is_finding;           /* the button of its picker was pressed */
    struct str text;           /* as typed; items of an array parted as in a cell */
    struct str base;           /* as the record has it; empty of a new one */
    struct str find;           /* words typed into its picker */
    struct str from, to;       /* of an interval */
    struct str problem;        /* what is wrong with it, a sentence; empty: nothing */
    bool is_picker;            /* too many to list */
    struct form_choice *found; /* by form_find */
    size_t n_found;
    bool has_more;
};

struct form_candidate {
    struct str title, href, agrees; /* agrees: titles of the fields that agree */
    int percent;
};

struct form_text {
    struct str text;
};

struct form {
    struct exchange *x;
    const struct reg *reg;
    struct str id;              /* empty: a new record */
    const struct record *old;   /* NULL: a new record */
    int64_t rev;                /* of `old` */
    struct form_entry *entries; /* n_fields */
    struct names names;
    struct str today, day; /* day: on which references are judged */
    enum lang reading;
    struct str reason;
    bool is_other;                /* “it is another one” */
    struct str draft, draft_href; /* word of a draft, and the way to it */
    size_t n_problems;
    VEC(struct form_text) general; /* problems of no one field */
    VEC(struct form_text) warnings;
    VEC(struct form_candidate) candidates;
    struct entry_result result;
};

/* form_read.c */
enum err form_begin(struct exchange *x, struct form *ret_form, struct fault *f);
enum err form_take_record(struct form *m, const struct record *r, int64_t rev, struct fault *f);
enum err form_take_request(struct form *m, struct fault *f);
/* The same from x->form alone. */
enum err form_take_typed(struct form *m, struct fault *f);
/* What value_parse reads; is_given tells which fields are to be written. n_fields each. */
void form_cells(struct form *m, struct str *cells, bool *is_given);
/* One value as the form writes it. */
struct str form_text_of(struct form *m, const struct field *fd, const struct value *v);
void form_split_interval(struct form *m, struct form_entry *en); /* its text into its two ends */
bool form_is_changed(const struct form_entry *en);
/* The record as it would be written, for showing: what cannot be read is unknown. */
struct record form_record(struct form *m);
struct str form_named(struct form *m, const struct form_entry *en, const char *ending); /* "f.FIELD…" */

/* form_pick.c */
/* Entities of a reference or unit that are valid on the day, by words or code; at most `most`. */
enum err form_choices(struct exchange *x, const struct field *fd, struct str day, struct str words, size_t most,
                      struct form_choice **ret, size_t *ret_n, bool *ret_has_more, struct fault *f);
/* Looks for what the pickers ask. One single find is taken; where nothing is chosen yet, the entry says so. */
enum err form_find(struct form *m, bool is_taking, struct fault *f);

/* form_put.c */
/* Judges, and writes unless is_dry_run. Faults of what was typed are problems of the form (n_problems, candidates), not of the call. */
enum err form_put(struct form *m, bool is_dry_run, struct fault *f);
/* Who writes, for the log. */
struct str form_actor(const struct exchange *x);
void form_problem(struct form *m, struct form_entry *en, struct str sentence);
struct form_entry *form_entry_named(struct form *m, struct str field);
struct str fault_sentence(struct exchange *x, const struct fault *f);
/* What is refused by right and told on the page itself is written down as any refusal: the first of the faults that is one. */
void form_note_refusal(struct exchange *x, const struct faults *list);

#endif
