/* Pages around a form: the form itself, the page that checks, the conflict. Shared by the handlers of page_edit.c and page_remove.c.
 *
 *     form_page(&m, f);                                          // 422 when something is wrong with it
 *     form_check_page(&m, must_say_other, f);
 *
 * Everything lies in x->arena.
 */
#ifndef TINHSO_WEB_FORM_PAGE_H
#define TINHSO_WEB_FORM_PAGE_H

#include "web/form.h"
#include "web/templates.h"

/* form_show.c */
enum err form_inputs(struct form *m, struct tpl_form_input **ret, size_t *ret_n, struct fault *f);
enum err form_input_of(struct form *m, struct form_entry *en, struct tpl_form_input **ret, struct fault *f); /* one */
struct tpl_form_problems form_problems(struct form *m);
/* Fields that differ and may be seen. */
enum err form_changes(struct form *m, const struct record *before, const struct record *after,
                      struct tpl_change_row **ret, size_t *ret_n, struct fault *f);
enum err form_facts(struct form *m, const struct record *r, struct buf *out, struct fault *f);

/* form_page.c */
/* What hidden inputs carry on: revision, language of the texts, and the texts themselves. */
size_t form_pairs(struct form *m, bool has_fields, struct name_value **ret);
enum err form_page(struct form *m, struct fault *f);
enum err form_check_page(struct form *m, bool must_say_other, struct fault *f);
enum err form_answer(struct form *m, struct str title, struct str content, struct fault *f);
struct str form_title(struct form *m);                      /* of the record */
struct str form_action(struct form *m, const char *ending); /* "/registers/R/ID/ENDING", "/registers/R/new" */

/* form_draft.c */
bool form_can_draft(const struct form *m);
enum err form_draft_keep(struct form *m, struct fault *f);
enum err form_draft_drop(struct form *m, struct fault *f);
enum err form_draft_take(struct form *m, bool is_wanted, struct fault *f);

/* form_conflict.c */
/* A version of the record: that of the revision, or for 0 the newest. */
enum err form_version(struct exchange *x, const struct reg *reg, struct str id, int64_t rev, struct record *ret,
                      int64_t *ret_rev, bool *ret_is_removed, struct fault *f);
enum err form_conflict_page(struct form *m, const struct record *now, int64_t rev, struct fault *f);
/* Puts what was chosen into the form, which from here on edits the record as it is now. */
enum err form_merge(struct form *m, const struct record *now, int64_t rev, struct fault *f);

#endif
