/* What invented applicants answer: the record of the form that their procedure names, in words of data/dossiers.yaml.
 *
 *     struct form_words forms;
 *     form_words_read(a, province, lists, n, &names, &forms, f);                        // lists: words_read
 *     struct applicant who = applicant_draw(row, &names, streets, &state);             // then where he lives, and what he filed on which day
 *     sample_form_put(row, &forms, c, STR("form_birth"), &who, &state, f);                  // within the change that filed the dossier
 *
 * A list named FORM.FIELD fills that field, FORM.FIELD if NAME=VALUE where a field before it, or a fact, is that; in the order written, the first that holds. In a word stand
 *     {NAME}                       a fact (applicant, applicant_id, sex, year of birth, age: young or old, street, place, filed_on, dossier), or a field before it
 *     {female} {male}              an invented name
 *     {n 1 20}  {day -30 -1}       a number; a day, from the day of filing
 *     {personal_id female FIELD}   an invented number of somebody born in that year
 * The facts `dossier` and `filed_on` fill the fields of that name. Forms without lists are left unanswered.
 * Ownership: the arena. Errors: ERR_REGISTER_UNKNOWN, ERR_FIELD_UNKNOWN for a list of nothing, those of record_parse.
 */
#ifndef TINHSO_WORKFLOW_SAMPLE_FORM_H
#define TINHSO_WORKFLOW_SAMPLE_FORM_H

#include "register/draw.h"
#include "workflow/act.h"

struct applicant {
    struct str name, id, street, place, dossier, filed_on;
    int year; /* of birth */
    bool is_female;
};

struct form_list { /* FIELD if NAME=VALUE */
    const struct reg *form;
    int field;
    struct str name, value;
    const struct word_list *words;
};

struct form_words {
    const struct names *names;
    struct form_list *lists;
    size_t n;
};

enum err form_words_read(struct arena *a, const struct province *p, const struct word_list *lists, size_t n,
                         const struct names *names, struct form_words *ret, struct fault *f);
enum err sample_form_put(struct arena *a, const struct form_words *forms, struct change *c, struct str form,
                         const struct applicant *who, uint64_t *random, struct fault *f);
struct applicant applicant_draw(struct arena *a, const struct names *names, const struct word_list *streets,
                                uint64_t *random);

#endif
