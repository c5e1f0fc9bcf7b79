/* Reports: Markdown with live figures (reports/ID.md, see docs/declarations.md), as Markdown, as a page and for a terminal.
 *
 *     struct report *r;
 *     if (report_compute(a, s, figures, STR("2022-h1"), &r, &faults) != OK) …     // every wrong figure, with file and line
 *     report_text(r, 100, &out);
 *     report_html(a, r, &page);                                                  // a file that stands alone
 *     report_body_html(a, r, &(struct report_links){"/figures/", "/indexes/"}, &content);   // the same within a page
 *
 * A report stops when it names an unknown figure, index or breakdown, or when a figure is stale on the report's day or has no
 * value: all such errors are listed with their place. Every figure is computed once, however often it is quoted.
 *
 * Each number of the page is <data class="figure" data-figure="ID" data-revision="R" value="…">: the figure and the revision it was
 * counted at. Numbers that count invented records bear the mark “dữ liệu mẫu” (terminal and Markdown: “[mẫu]”), and a note lists
 * them. The end names the revision, the log's root at that revision, and the commands that verify it.
 *
 * Parts of a figure: value, of, percent, unit, margin, from (docs/declarations.md), and low, high, asked (survey), title,
 * question, source, date. {{figure}} alone is value, base and unit.
 *
 * A report is in one language: `lang: en` in its head, else Vietnamese.
 *
 * Ownership: everything lives in the arena. Limits: LIMIT_REPORT_BYTES, LIMIT_REPORT_MARKS.
 * Errors: ERR_REPORT_…, ERR_FIGURE_…, ERR_INDEX_…, ERR_YAML_….
 */
#ifndef TINHSO_REPORT_REPORT_H
#define TINHSO_REPORT_REPORT_H

#include "figure/figure.h"

struct report {
    struct str id;
    struct text2 title;
    enum lang lang;
    struct str on, period_from, period_to; /* ISO dates; may be empty */
    const struct str *key_figures;         /* ids: those that stand for it elsewhere */
    size_t n_key_figures;
    const struct str *quoted; /* of a head: the ids of the figures that its text quotes */
    size_t n_quoted;
    struct str file;
    struct moment at;
    const struct province *province;
    const struct figure_result **figures; /* each once, in the order of the text; breakdowns too */
    size_t n_figures;
    const struct index_table **indexes;
    size_t n_indexes;
    struct str log_root;           /* base64, as checkpoints write it; empty in an empty log */
    struct str body, tail;         /* Markdown with marks (report/markdown.h) */
    struct report_number *numbers; /* what the marks stand for */
    size_t n_numbers;
};

enum err report_compute(struct arena *a, struct store *s, const struct figures *fs, struct str id,
                        struct report **ret_report, struct faults *list);

/* Whatever can be checked without records, for all reports of a province: heads, markers, the names in them. */
enum err reports_check(struct arena *a, const struct figures *fs, size_t *ret_n, struct faults *list);

/* Ids of a province's reports, by name. */
void reports_list(struct arena *a, const struct province *p, struct str **ret_ids, size_t *ret_n);
/* The title as declared; empty when the head cannot be read. */
struct text2 report_title(struct arena *a, const struct province *p, struct str id);
/* What a head says: id, title, language, period, day and key figures; nothing is counted. False when it cannot be read. */
bool report_head(struct arena *a, const struct province *p, struct str id, struct report *ret_head);

/* A figure without a day of its own is counted on the report's (`on` of its head): the option that asks for it, else empty. */
struct str report_day_asked(struct str on, const struct figure *figure);

void report_markdown(const struct report *r, struct buf *out);

/* Where the numbers of a page lead: beginnings of addresses, to which ids are added, and the moment that they keep to. */
struct report_links {
    const char *figures, *indexes;
    struct str at; /* empty: the newest */
};
/* The text from its first heading on, then samples and origin as a footer. links: NULL for none. */
void report_body_html(struct arena *a, const struct report *r, const struct report_links *links, struct buf *out);
void report_html(struct arena *a, const struct report *r, struct buf *out);
void report_text(struct arena *a, const struct report *r, size_t width, struct buf *out);

#endif
