/* Dossiers of the one-stop: how one begins, its code, its lookup code, and what its papers say. What may happen to it afterwards is workflows/dossier.yaml (act.h).
 *
 *     struct dossier_filing filing = {.workflow = w, .transition = STR("receive"), .procedure = STR("1.001193"), .reception_office = STR("ubnd-24631"),
 *                                     .content = cells, .n_content = n, .actor = …};
 *     if (dossier_file(a, acting, c, &filing, &done, f) != OK) …               // done.record.id is 000.31.05.H16-221127-0001
 *
 * The code is {id_code of the reception office}-{yyMMdd}-{NNNN} (Decree 61/2018/NĐ-CP; reference domain/one-stop.md §9): the counter is the office's, begins anew each local
 * day, and is taken within the change: two counters get two numbers, and what was not written has used none. A counter node numbers from a block reserved for it, which this
 * one leaves out (node.h).
 *
 * The lookup code is 80 random bits in 16 letters and digits without look-alikes, printed on form 01; without it nobody is shown anything of a dossier that is not his.
 * It is compared in constant time (dossier_token_fits). Ownership: the arena. Errors: ERR_OFFICE_UNKNOWN, ERR_DOSSIER_FIELD, those of workflow_act.
 */
#ifndef TINHSO_WORKFLOW_DOSSIER_H
#define TINHSO_WORKFLOW_DOSSIER_H

#include "workflow/act.h"
#include "crypt/cms.h"
#include "workflow/procedure.h"

/* What the catalogue says of a dossier of that channel and case (variant; empty: the usual one): limit, unit, legal limit, how a supplement counts, fee. These fields are never
 * filled in by anybody: for `fixed` of a step. ERR_PROCEDURE_LIMIT: the catalogue states no unit, a person must settle it before anything can be promised. */
enum err dossier_terms(struct arena *a, const struct procedure *p, struct str channel, struct str variant,
                       struct date day, const struct act_input **ret, size_t *ret_n, struct fault *f);

struct dossier_filing {
    const struct workflow *workflow;
    struct str transition; /* file_online, receive */
    struct str procedure, office, reception_office, channel;
    struct str parent;               /* of a part of a joined-up dossier; else empty */
    struct str code;                 /* reserved beforehand; empty: the next one */
    const struct act_input *content; /* other fields of the dossier: who, where, what */
    size_t n_content;
    const struct act_input *inputs; /* of the transition */
    size_t n_inputs;
    struct act_by actor;
    struct str reason;
    const struct paper_maker *papers;
    const struct act_arrived
        *arrived; /* received by a counter node (act.h): `code` must lie in its numbers, `token` is what it printed */
    struct str token; /* only with `arrived` */
    bool is_verified; /* the applicant is who filed it, and a provider of identities vouched for him */
    bool is_sample;
    int64_t now_ms; /* of a sample; else 0 */
};

enum err dossier_file(struct arena *a, struct acting *acting, struct change *c, const struct dossier_filing *filing,
                      struct acted *ret_done, struct fault *f);

/* Somebody fills it in: it is none of those that the program, the workflow or the catalogue determines. */
bool dossier_field_is_free(const struct workflow *w, struct str field);
/* The next code of the office on that day, as the change sees it. */
enum err dossier_code_next(struct arena *a, struct store *s, struct str id_code, struct date day, struct str *ret_code,
                           struct fault *f);
struct str dossier_token_new(struct arena *a);
/* Written with or without dashes, in capitals or not. */
bool dossier_token_fits(struct str kept, struct str given);

/* For struct paper_maker: limit and fee where a step asks for the case; who holds it where custody changes. */
enum err dossier_determine(const struct paper_maker *m, struct arena *a, struct store *s, const struct act *act,
                           const struct transition *t, const struct record *r, int64_t now_ms,
                           const struct act_input **ret_fixed, size_t *ret_n, struct fault *f);

/* Papers of dossiers: the record's fields, office, procedure, components, hand-overs, where to look it up. */
struct dossier_papers {
    struct str public_url;         /* of the portal, without a slash at the end; may be empty */
    const struct cms_signer *seal; /* of the office, for results; NULL: they are not signed */
};
extern const struct paper_maker dossier_paper_maker; /* context: NULL, or const struct dossier_papers * */
struct paper_maker dossier_paper_maker_of(const struct dossier_papers *about);

#endif
