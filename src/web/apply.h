/* An application while it is being filled in: the procedure's declared form, page by page, kept as a draft of the account until it is sent.
 *
 *     struct application ap;
 *     application_read(x, &ap, f);                          // procedure of the address, its form, the draft if there is one
 *     application_pages(&ap, f);                            // what is asked, in order: conditions judged by the answers so far
 *     page = application_page(&ap, STR("who"));
 *     application_keep(&ap, f);                             // into the draft
 *
 * Two records are filled in: `about` of the register of dossiers (who asks, where, how the result is returned) and `answers` of the register that the procedure names as its form.
 * Everything that a form asks, in which order, on which page and under which condition is declared there (docs/declarations.md: page, when); nothing here knows a form.
 *
 * The draft holds values as value_csv writes them, the identifier by which a second sending is known again, and the hash of the form's declaration: where that changed while
 * somebody filled it in, what still fits stays, and has_changed says so. Everything lies in x->arena.
 */
#ifndef TINHSO_WEB_APPLY_H
#define TINHSO_WEB_APPLY_H

#include "access/draft.h"
#include "web/form_page.h"
#include "workflow/procedure.h"
#include "workflow/workflow.h"

struct apply_page {
    struct str id, title;
    const struct reg *reg; /* NULL: a page of its own kind (where, files) */
    int *fields;
    size_t n;
    bool is_done;
};

struct application {
    struct exchange *x;
    const struct procedure *procedure;
    const struct reg *dossiers, *form; /* form may be NULL: nothing is asked beside who and where */
    struct date today;
    struct str today_text;
    struct record about, answers;
    struct str id, digest, key; /* key: of the draft */
    struct str *done;           /* ids of pages that were answered */
    size_t n_done;
    struct draft_file *files; /* without bytes */
    size_t n_files;
    struct apply_page *pages;
    size_t n_pages;
    bool is_there, has_changed;
};

/* ERR_APPLY_CLOSED: it cannot be filed online (now). */
enum err application_read(struct exchange *x, struct application *ret, struct fault *f);
enum err application_begin(struct application *ap, struct fault *f); /* a new draft */
enum err application_pages(struct application *ap, struct fault *f);
struct apply_page *application_page(struct application *ap, struct str id);
void application_done(struct application *ap, struct str page);
enum err application_keep(struct application *ap, struct fault *f);
/* The procedure's form, and answers that are empty but for the day of filing: what application_read does beside the draft. */
enum err application_form(struct application *ap, struct fault *f);
bool application_gives(const struct field *fd); /* a field that nobody is asked for: the dossier, the day of filing */
/* What a condition leaves out is not asked, and what was said there before is dropped. */
enum err application_asks(struct application *ap, size_t field, bool *ret_is, struct fault *f);
struct str application_href(const struct application *ap, struct str page); /* page empty: the start */

/* Whether the record meets the filter, whatever the reader may see of others. */
enum err application_meets(struct application *ap, const struct reg *reg, const struct record *r, struct str filter,
                           bool *ret_meets, struct fault *f);
/* Papers that have to be brought and are not: NULL ends the list of components. */
bool application_needs(const struct application *ap, const struct procedure_component *c);
size_t application_missing(const struct application *ap, const struct procedure_component **ret_list);
/* Rules of the form that are broken, as sentences. */
enum err application_judge(struct application *ap, struct str **ret_problems, size_t *ret_n, struct fault *f);
/* One value of a record as people read it. */
struct str application_shown(struct application *ap, const struct reg *reg, const struct record *r, int field);

/* What registers know of the one who is signed in: the field's text, and where it is from. */
struct offer {
    const struct field *fd;
    struct str text, source;
};
enum err application_offers(struct application *ap, struct offer **ret_offers, size_t *ret_n, struct fault *f);
/* Results of his that are in force, which need not be brought as paper. */
struct kept_result {
    struct str code, kind, number, signed_on, file_record, sha256;
};
enum err application_results(struct application *ap, struct kept_result **ret, size_t *ret_n, struct fault *f);

/* A dossier of the one who is signed in, by a field that names it; ret_is_there: found, and his. */
enum err dossier_of_own(struct exchange *x, struct str field, struct str value, struct record *ret, bool *ret_is_there,
                        struct fault *f);

/* page_apply.c: what keeps it from being sent, told on the page of the check; `more` is one more sentence, or empty. */
enum err apply_obstacles(struct application *ap, struct str more, bool *ret_is_answered, struct fault *f);

/* apply_file.c: a file that came with a request, judged; in the form of a draft's file. */
enum err apply_file_take(struct exchange *x, const struct upload *up, int64_t component, struct draft_file *ret,
                         struct fault *f);

/* page_apply_send.c: one paper of a dossier with its bytes, within a change that is an act; kind: a code of the register of files. */
enum err attach_forget(struct exchange *x, struct str dossier,
                       struct fault *f); /* waiting files that are kept by now */
enum err dossier_file_put(struct exchange *x, struct change *c, struct str dossier, int64_t number, const char *kind,
                          const struct draft_file *file, struct str by, struct fault *f);
/* The answers become a record of the form's register, within a change that is an act. */
enum err application_answers_put(const struct application *ap, struct change *c, struct str dossier, struct fault *f);

/* page_dossier_form.c: the form of a dossier that is there, with its answers. ret->form may be NULL: its procedure has none. */
enum err dossier_form(struct exchange *x, const struct workflow *w, const struct record *r, struct application *ret,
                      bool *ret_is_there, struct fault *f);

/* "/track?code=…&token=…" */
struct str track_href(struct exchange *x, const struct reg *reg, const struct record *r);

#endif
