/* A procedure of the catalogue as of a day: what it asks, how long it takes, what it costs, who settles it (registers procedures, procedure_*; docs/procedures.md).
 *
 *     struct procedure *p;
 *     if (procedure_read(a, s, STR("1.004222"), today, &p, f) != OK) …          // ERR_PROCEDURE_UNKNOWN, ERR_PROCEDURE_NOT_THEN
 *     struct limit limit;
 *     procedure_limit(p, CHANNEL_ONLINE, STR(""), &limit, f);                   // 7 working days; ERR_PROCEDURE_LIMIT: a person must settle it
 *     const struct str conditions[] = {STR("online")};
 *     struct procedure_sum sum = procedure_fee(p, today, conditions, 1, 1);    // 10.000 đồng; !is_known: no tariff, which is not 0
 *     procedure_office(a, s, p, STR("24745"), today, &office, f);               // who settles it there now
 *
 * Limit. A case of the dossier (variant) has its own. Else it is what the province promises; else what is published for the channel; else the national one; else the law's. A
 * limit whose unit the source does not state is none: it is never guessed. LIMIT_NONE: the law sets no term (`none`), or one for each campaign (`campaign`).
 *
 * Fee. Items add up. Of each item one line of the tariff counts: valid on the day, all its conditions given; of several the one of the highest rank, then with the most
 * conditions, then the lowest amount. What is charged per dossier counts once, whatever the quantity. A line may be a formula: `first` units at `amount`, each further one at `further`, at most `cap`. An item whose line has no amount
 * makes the sum unknown; a procedure without lines, too.
 *
 * Ownership: the arena. Errors beside those named: ERR_PROCEDURES_NONE, ERR_PROCEDURE_VARIANT, those of workflow/office.h and of reading.
 */
#ifndef TINHSO_WORKFLOW_PROCEDURE_H
#define TINHSO_WORKFLOW_PROCEDURE_H

#include "workflow/deadline.h"
#include "workflow/office.h"

enum channel { CHANNEL_COUNTER, CHANNEL_ONLINE, CHANNEL_POST, CHANNELS };

/* As dossiers write it: "counter", "online", "post". */
const char *channel_code(enum channel channel);

/* A register that holds what applicants declare: its records are named by their dossier. */
static inline bool reg_is_form(const struct reg *reg)
{
    return reg->is_by_workflow && reg->n_key == 1 && str_is(reg->fields[reg->key[0]].name, "dossier");
}

/* A limit as the catalogue states it. */
struct procedure_term {
    bool is_given; /* a number or a unit stands there */
    struct limit limit;
    struct text2 unit_title;
    bool is_by_campaign;
};

struct procedure_variant {
    struct str code;
    struct text2 title;
    bool is_phase; /* of the dossier, not a case to choose */
    struct procedure_term term;
};

struct procedure_component {
    int64_t number, originals, copies;
    struct str code, name;
    struct str kind; /* application, identity, authority, evidence; or empty */
    struct str need; /* always, if, present */
    struct text2 condition;
    struct str reused_result; /* code of a result that replaces it; or empty */
    bool is_sample;
};

struct procedure_step {
    int64_t number;
    struct text2 actor, action, limit;
};

struct procedure_fee_line {
    struct str code, item, from, to; /* from, to: ISO dates, half-open; empty is open */
    struct text2 title, kind, per, note;
    struct str *conditions; /* codes; all must be given */
    struct text2 *condition_titles;
    size_t n_conditions;
    bool is_per_dossier, has_amount, is_formula, has_cap, is_not_refunded;
    int64_t amount, first, further, cap, rank;
    struct str legal_basis;
};

struct procedure_sum {
    bool is_known;
    int64_t vnd;
};

struct procedure {
    struct str id, code, from, to;  /* id of the version; from, to: ISO dates, half-open; empty is open */
    struct text2 name, short_name;  /* short_name: the name, where there is none */
    struct str words, field, group; /* what people call it; group: its code */
    struct text2 group_title;
    struct str level; /* code: 1 … 4, full, partial, information; or empty */
    struct text2 level_title;
    struct str competent_level, office, authority; /* office: of the province, when it settles it; or empty */
    struct text2 competent_level_title;
    struct text2 *applicants;
    size_t n_applicants;
    struct str *life_events, *results, *result_codes, *legal_basis, *shapes;
    size_t n_life_events, n_results, n_result_codes, n_legal_basis, n_shapes;
    struct procedure_term law, national, local, by_channel[CHANNELS];
    bool is_restarted; /* the clock, after a supplement: counted again from the complete dossier */
    int64_t supplement_times, supplement_days; /* 0: not stated */
    struct str form;                           /* register that holds the answers; or empty */
    struct str publishing_decision, decided_on, published_on, resolved_by, successor, portal_url,
        front_door; /* may be empty; front_door: where it is filed online */
    struct text2 doubt;
    bool is_sample, is_on_national_portal;
    /* What procedures_read leaves out. */
    struct procedure_variant *variants;
    struct procedure_component *components;
    struct procedure_step *steps;
    struct procedure_fee_line *fees; /* of all days */
    size_t n_variants, n_components, n_steps, n_fees;
};

/* The version in force on that day. */
enum err procedure_read(struct arena *a, struct store *s, struct str code, struct date on, struct procedure **ret,
                        struct fault *f);

/* All versions in force on that day, in the register's order, without what hangs on them. */
enum err procedures_read(struct arena *a, struct store *s, struct date on, struct procedure ***ret_list, size_t *ret_n,
                         struct fault *f);
/* All versions of one, the oldest first. */
enum err procedure_versions(struct arena *a, struct store *s, struct str code, struct procedure ***ret_list,
                            size_t *ret_n, struct fault *f);

/* The best first: by what people call it, by its names, by its code. Those whose name is the question, begins with it, holds it or stands within it; where there are none, those
 * that have all of its words. Accents and case do not count. Of equals, in the order of the list. */
size_t procedures_find(struct arena *a, struct procedure *const *list, size_t n, struct str words,
                       struct procedure ***ret_found);

/* To be shown to everybody on that day. */
bool procedure_is_published(const struct procedure *p, struct date on);
/* To be filed online on that day: published, at a level that is more than information, with a form, a limit for that channel, and an office that settles it. */
bool procedure_is_online(const struct procedure *p, struct date on);

enum err procedure_limit(const struct procedure *p, enum channel channel, struct str variant, struct limit *ret,
                         struct fault *f);
/* The promise apart from channel and case: the local, else the national, else the legal limit; NULL: none is given. */
const struct procedure_term *procedure_promise(const struct procedure *p);

struct procedure_sum procedure_fee(const struct procedure *p, struct date on, const struct str *conditions,
                                   size_t n_conditions, int64_t quantity);

/* Who settles it for that unit on that day: the commune, its district while there were districts, or the province's office. ERR_OFFICE_NONE where the catalogue names
 * an authority that is none of the offices (`authority`). */
enum err procedure_office(struct arena *a, struct store *s, const struct procedure *p, struct str unit, struct date on,
                          struct office *ret, struct fault *f);

#endif
