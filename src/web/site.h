/* The site: what all pages and API handlers share. One struct site a process, one struct worker a thread.
 *
 *     enum err answer_figure(struct exchange *x, struct fault *f)
 *     {
 *         struct worker *w = x->worker;                 // w->store reads the revision asked by `at`, else the newest
 *         struct figure_result r;
 *         enum err e = figure_compute(x->arena, w->store, w->figures, input_text(x, 0), &(struct figure_options){0}, &r, f);
 *         ...
 *         return page(x, &(struct page){.title = …, .content = buf_view(&b)}, f);
 *     }
 *
 * Files: routes.c is the one table of routes; api_*.c answer machines, page_*.c people; one file an area. Handlers share nothing but this header.
 */
#ifndef TINHSO_WEB_SITE_H
#define TINHSO_WEB_SITE_H

#include "access/job.h"
#include "access/right.h"
#include "crypt/seal.h"
#include "figure/figure.h"
#include "geo/crs.h"
#include "http/http.h"
#include "register/store.h"

struct provider_cache;
struct portal_site;
struct cms_signer;

struct access; /* access/store.h */

struct site {
    const char *db_path;
    int64_t started_ms;
    struct str public_url, listen; /* as they were given: for the audit */
    bool has_operator_key;
    const char *backup_folder;        /* where backups made in the browser go; NULL: none are */
    struct seal_secret backup_secret; /* that seals them */
    struct {
        _Atomic int64_t since_ms; /* 0: it does not run */
        _Atomic int percent;      /* 0: not known */
    } running[JOB_COUNT];         /* in this process */
    const char
        *virus_check; /* a program that looks at files that applicants send; NULL: none (register/file_check.h) */
    struct str payment_url, payment_key; /* of the payment platform; empty: none */
    const struct cms_signer *seal;       /* of results; NULL: none */
    struct provider_cache *provider;     /* of accounts elsewhere; NULL: none */
    struct portal_site *portal;          /* that tells the national portal; NULL: nobody does */
    struct access *chore_access;         /* of the thread that does the chores */
    enum err chore_failed;
    _Atomic int64_t written; /* changes that this process wrote: raised before a change is acknowledged */
};

struct snapshot;
struct workflows;
struct acting;

struct worker {
    struct site *site;
    struct store *store;     /* at the moment of the request */
    struct figures *figures; /* as declared at that moment: those that the one who asks may see */
    int64_t head;            /* newest revision */
    struct snapshot *snapshot;
    struct crs_pool *crs;
    /* Who asks, and what he may (sight.c): the store hands out and takes in no more. */
    const struct exchange *asking;
    bool is_judged; /* his rights are worked out */
    struct rights *rights;
    const struct roles *roles;         /* as declared now, also where the past is read */
    const struct workflows *workflows; /* as declared now; NULL: they do not fit, and nobody acts (workflow_site.h) */
    struct acting *acting;             /* of a writer: the calendars of workflow_act */
    int64_t roles_rev, roles_then;
    struct arena *roles_arena; /* of a writer */
    struct viewer viewer;
    struct write_guard guard, decided; /* decided: site_write_decided */
    struct str behalf;                 /* whose rights, lent to him, this request wrote by */
    struct seen_list *seen;            /* reads of personal data in this request (reads.c) */
    enum err (*opened)(void *context, struct arena *a, const struct subject *who, struct str reg,
                       const struct str **ret_ids, size_t *ret_n, struct fault *f); /* rights_moment.opened */
    struct access *access;                                                          /* accounts and sessions */
    struct {
        size_t name; /* its hash */
        int64_t rev, n;
    } counts[64]; /* of whole registers (feature.c) */
    size_t next_count;
    struct {
        int64_t rev, ms;
    } written[64]; /* when a revision was written (record_stamp) */
};

extern const struct route site_routes[];

/* http_options callbacks. */
enum err worker_new(void *site, void **ret_worker, struct fault *f);
void worker_free(void *worker);
/* Reads that were noted become rows of their table. */
void site_chore(void *of_site);
/* http_options.metrics. */
void site_metrics(void *of_site, struct buf *out);
void site_done(struct site *site); /* when no server runs */
/* Takes notice of what was written since; moves the store to `at` (or back to the newest). All that one request reads lies in one read
 * transaction, so that an answer kept for a revision holds that revision and no other. Declarations and figures of a moment are kept while they serve. */
enum err worker_revision(void *worker, struct str at, int64_t *ret_rev, struct fault *f);
/* The revision of the newest declarations, which say what may be shown of older records too, and today: what is in force changes overnight without a revision. */
int64_t worker_epoch(void *worker);
/* The session of the cookie; and whether the account that is signed in may call the route at all. */
enum err site_identify(void *worker, struct exchange *x, struct str cookies, const struct subject **ret_subject,
                       struct fault *f);
bool site_may(struct exchange *x);
/* Whether an account may be given the role. ERR_ACCOUNT_ROLE. */
enum err site_role_exists(const struct exchange *x, struct str role, struct fault *f);
/* Ends the read transaction in which the last requests were answered. */
void worker_idle(void *worker);

/* The writer's worker: w->store is a write store, within a group of changes; w->figures is NULL. */
enum err worker_new_writer(void *site, void **ret_worker, struct fault *f);
enum err worker_group_begin(void *worker, struct fault *f);
enum err worker_group_commit(void *worker, struct fault *f);

/* A whole page around `content`: navigation, language switch, footer, with the revision it was read at. */
struct crumb {
    struct str title, href;
};
struct page {
    struct str title;       /* of the page; the site's name is added */
    struct str description; /* one sentence, for search engines and previews; may be empty */
    struct str content;     /* HTML made by templates */
    struct crumb *crumbs;   /* from the home page down, without it */
    size_t n_crumbs;
    bool is_problem;     /* counts nothing: no revision is named */
    bool is_form;        /* is about what will be, not about a moment that could be asked for again */
    bool has_own_search; /* the header shows no second box */
    bool is_home;        /* writes its own first heading */
    bool has_heading;    /* so does another page */
    const char *
        section; /* of the navigation: "services", "report", "index", "registers", "units", "posts", "data", "api", "about" or NULL */
    bool has_sample;            /* says at the top that sample records are counted */
    const char *const *scripts; /* names of bundles that it needs, NULL ends them; may be NULL: "chart", "map" */
};
enum err page(struct exchange *x, const struct page *p, struct fault *f);
/* http_options.problem_page. */
void page_problem(struct exchange *x, const struct fault *f, int status);
/* An instant as people read it, in the province's time: “08:30 ngày 05/03/2022”, "2022-03-05 08:30". */
struct str page_time(struct arena *a, struct str rfc3339, int offset_minutes, enum lang lang);

/* http_options.view: a new request is answered. */
void worker_view(void *worker, struct exchange *x);
/* http_options.leave: what was read of persons is written down; else the answer stays here. */
enum err worker_leave(void *worker, struct exchange *x, struct fault *f);
/* http_options.refused: written down, of one account a few a minute. */
void worker_refused(void *worker, struct exchange *x, const struct fault *f);
void worker_seen(const struct viewer *v, const struct reg *reg, const struct record *r, const struct query_options *o);
void worker_counted(const struct viewer *v, const struct reg *reg, const struct query_options *o, int64_t n);
/* Whether the caller may open sensitive fields that are hidden of this record; and the form for it. */
enum err site_may_open(const struct exchange *x, const struct reg *reg, const struct record *r, bool *ret_may,
                       struct fault *f);
void part_opening(struct exchange *x, struct buf *out, const struct reg *reg, const struct record *r,
                  struct str action);
void worker_rights_new(struct worker *w);
void worker_rights_free(struct worker *w);

/* What the caller may see, coarsely: of one record at least. Which records those are the store judges itself (register/sight.h): queries hand out no more, and fields that
 * are kept back in a record come out as VALUE_MASKED. A register is shown when its records may be, a field when it is shown of some. */
struct rights *site_rights(const struct exchange *x);
bool site_sight(const struct exchange *x, const struct reg *reg, struct sight *ret);
bool site_shows_register(const struct exchange *x, const struct reg *reg);
bool site_shows_field(const struct exchange *x, const struct field *fd);
/* The classes of which fields are shown, as bits: the same for all fields of a register at once. */
unsigned site_shows_classes(const struct exchange *x, const struct reg *reg);
/* Of some record he is shown a personal field: whoever takes a file of them along says why (PURPOSE_MIN characters). */
bool site_shows_personal(const struct exchange *x, const struct reg *reg);
enum { PURPOSE_MIN = 5 };
/* Whether its words may be searched: a hit would tell of every field that is searched. */
bool site_searches(const struct exchange *x, const struct reg *reg);
/* The field is shown of all records that are there for the caller: what becomes of many at once tells nothing that is kept back. */
bool site_shows_throughout(const struct exchange *x, const struct field *fd);
/* Every record is there for the caller; and with every field, as a proof shows them. */
bool site_shows_every(const struct exchange *x, const struct reg *reg);
bool site_shows_whole(const struct exchange *x, const struct reg *reg);
/* A record that was not read by a query: what the caller may not see of it becomes VALUE_MASKED. */
enum err site_mask(const struct exchange *x, const struct reg *reg, struct record *r, bool *ret_is_there,
                   struct fault *f);
/* What is read from here on goes into a file of its own: no more than the caller may take away. ERR_RIGHT_DENIED when that is nothing. */
enum err site_begin_export(const struct exchange *x, const struct reg *reg, struct fault *f);
/* Who writes, for the log. */
struct str site_actor(const struct exchange *x);
/* What `d` allowed up to fields of that class is written without asking for each record again, until the guard of the worker is set anew; the revision still names whoever lent the
 * right to it. */
void site_write_decided(const struct exchange *x, const struct decision *d, enum privacy fields);
/* ERR_RIGHT_DENIED when there is no record of it for which the caller may. */
enum err site_may_do(const struct exchange *x, enum verb verb, const struct reg *reg, struct fault *f);
/* A figure over records that are not shown is broken down as it declares, and no further: by the code of a record each would be told apart.
 * ERR_FIGURE_BY_PRIVATE; a `by` that makes no sense is left to figure_compute. */
enum err site_allows_by(const struct exchange *x, const struct figure *figure, struct str by, struct fault *f);
/* Whether the caller may write to it at all, at the moment that is read: what pages offer. */
bool site_may_write(const struct exchange *x, enum verb verb, const struct reg *reg);
/* Whether he may write the field, in some record at least. */
bool site_writes_field(const struct exchange *x, enum verb verb, const struct field *fd);

/* The handlers, by area. */
answer_fn post_record_open, page_my_reads;                      /* reads.c */
answer_fn answer_asset;                                         /* assets.c */
answer_fn page_home, page_search, page_about;                   /* page_home.c, page_search.c, page_about.c */
answer_fn page_services, page_service, page_short, page_doubts; /* page_services.c, page_service.c, page_doubts.c */
answer_fn page_units, page_unit;                                /* page_units.c, page_unit.c */
answer_fn page_registers, page_register, page_record;           /* page_registers.c, page_record.c */
answer_fn page_record_new, post_record_new, page_record_edit, post_record_edit, page_choices; /* page_edit.c */
answer_fn page_export, post_export;                                                           /* page_export.c */
answer_fn page_drafts, post_drafts;                                                           /* form_draft.c */
answer_fn page_import, post_import, page_import_check, post_import_check, page_import_report; /* page_import.c */
answer_fn page_bulk, post_bulk, page_change, post_change_undo; /* page_bulk.c, page_change.c */
answer_fn page_record_remove, post_record_remove, page_record_restore, post_record_restore; /* page_remove.c */
answer_fn page_act, post_act, post_act_batch;                                               /* page_act.c */
answer_fn page_inbox, page_overview, page_ranking, page_dossier, page_dossier_paper, page_dossier_file, page_minutes,
    page_decision, page_calendar, page_attach, post_attach, post_attach_remove, post_attach_done, page_dossier_form,
    post_dossier_form, page_counter, page_counter_form, post_counter, page_received;
answer_fn page_reports, page_report;                                        /* page_report.c */
answer_fn page_figures, page_figure;                                        /* page_figure.c */
answer_fn page_indexes, page_index, page_index_subject, page_index_compare; /* page_index.c, page_index_subject.c */
answer_fn page_sign_in, act_sign_in, page_sign_in_code, act_sign_in_code, page_sign_in_again, act_sign_in_again,
    act_sign_out;                                                                       /* page_sign_in.c */
answer_fn page_welcome, act_welcome;                                                    /* page_welcome.c */
answer_fn page_account, page_password, act_password, act_session_end, act_sessions_end; /* page_account.c */
answer_fn page_delegations, act_delegate, act_delegation_end, act_delegation_end_any;   /* page_delegations.c */
answer_fn page_second_factor, act_second_factor, act_recovery_codes;                    /* page_second_factor.c */
answer_fn page_users, page_user_new, act_user_add, page_user, act_user_disable, act_user_enable, act_user_reset,
    act_user_roles;                                                 /* page_users.c */
answer_fn page_roles, page_role, page_agencies;                     /* page_roles.c, page_agencies.c */
answer_fn page_posts, page_post, page_data, page_developers;        /* page_posts.c, page_data.c, page_developers.c */
answer_fn page_problem_type;                                        /* page_problem_type.c */
answer_fn page_provider, page_provider_back;                        /* page_provider.c */
answer_fn page_record_erase, post_record_erase, page_desk_erasures; /* page_erase.c */
answer_fn page_my_consents, post_consent_withdraw, page_desk_consents;                /* page_consents.c */
answer_fn page_jobs, page_backups, post_backups, page_admin_log, post_admin_log;      /* page_jobs.c */
answer_fn page_retention, post_retention;                                             /* page_retention.c */
answer_fn page_desk_requests, page_desk_request, page_desk_extract;                   /* page_desk.c */
answer_fn page_apply, post_apply, page_apply_page, post_apply_page, page_apply_check; /* page_apply.c */
answer_fn page_apply_files, post_apply_files, post_apply_file_remove, post_apply_file_result, post_apply_files_done,
    page_apply_file;                          /* page_apply_files.c */
answer_fn post_apply_send, page_dossier_sent; /* page_apply_send.c */
answer_fn page_track, post_track, post_track_act, post_track_supplement, page_track_paper,
    page_track_file;                         /* page_track*.c */
answer_fn page_my_dossiers, page_my_dossier; /* page_track*.c */
answer_fn page_feedback, post_feedback, post_feedback_find, post_feedback_rate,
    page_feedback_case;                       /* page_feedback.c */
answer_fn api_payment_callback;               /* api_payment.c */
answer_fn page_my_requests, post_my_requests; /* page_my_requests.c */
answer_fn page_partner, post_partner;         /* page_partner.c */
answer_fn page_admin, page_events;            /* page_admin.c */
#endif
