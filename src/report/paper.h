/* Papers: what an office hands out (papers/ID.md, see docs/papers.md), filled from a JSON object, as HTML and as PDF.
 *
 *     const struct paper *paper;
 *     if (paper_find(a, province, STR("form-01"), STR("2022-11-27"), &paper, f) != OK) …   // the version in force on that day
 *     if (paper_pdf(a, paper, context, &pdf, f) != OK) …                                   // context: what a reader of JSON gave
 *     paper_html(a, paper, context, PAPER_FRAGMENT, &html, f);                             // the same within a page
 *
 * A paper is Markdown with a head. Placeholders take values of the context: {{applicant}}, {{due_at:datetime}}, {{fee_vnd:words}};
 * {{?reason}}…{{/}} stands where there is a value, {{#components}}…{{/}} for each object of a list. Whatever a value holds is text:
 * neither Markdown nor HTML in it means anything. A value that is not there leaves dots to be filled in by hand, in a table nothing.
 *
 * Values are texts, numbers, truth values; days are ISO 8601, instants RFC 3339 (shown in the province's time), money whole đồng.
 * What the layout takes besides the paper's own fields: superior_name, office_name, number, place, issued_at, qr (what the code holds),
 * is_sample (then the paper says so across the page), code (of the dossier; the subject of the PDF).
 *
 * The layout is that of Decree 30/2020/NĐ-CP, annex I: agency left, motto right, number, place and day, title; pages are numbered
 * from the second on. The same context gives the same bytes.
 *
 * Ownership: everything lives in the arena; `out` is the caller's. Thread: any; the libraries that draw are loaded with the first PDF.
 * Limits: LIMIT_PAPER_BYTES. Errors: ERR_PAPER_…, ERR_YAML_…, ERR_LIMIT.
 */
#ifndef TINHSO_REPORT_PAPER_H
#define TINHSO_REPORT_PAPER_H

#include "register/declaration.h"
#include "text/json.h"

enum paper_size { PAPER_A4, PAPER_A5, PAPER_A3 };

struct paper_piece;
struct paper_list;

struct paper {
    struct str id;   /* what callers ask for: form-01 */
    struct str name; /* of the file, a version each: form-01-2025 */
    struct str file;
    struct text2 title;
    struct str form; /* “Mẫu số 01 …”, printed small; may be empty */
    struct str reg;  /* the register whose codes {{field:code}} shows; may be empty */
    int size;        /* enum paper_size */
    bool is_landscape, has_qr;
    struct str valid_from, valid_to; /* ISO days, inclusive; may be empty */
    struct yaml_strs fields;         /* the values it takes */
    const struct paper_list *lists;  /* and the lists, each with the values of an item */
    size_t n_lists;
    const struct paper_piece *pieces;
    size_t n_pieces;
    int utc_offset_minutes;
};

/* The version in force on the day (ISO); without a day, or with the name of a version as id, whatever the day. ERR_PAPER_UNKNOWN with the
 * nearest, ERR_PAPER_DAY with the days that there are. */
enum err paper_find(struct arena *a, const struct province *p, struct str id, struct str day,
                    const struct paper **ret_paper, struct fault *f);

/* All versions of all papers, by name; those that cannot be read are left out. */
void papers_list(struct arena *a, const struct province *p, const struct paper ***ret_papers, size_t *ret_n);

/* Every error of every paper, with file and line. */
enum err papers_check(struct arena *a, const struct province *p, size_t *ret_n, struct faults *list);

enum paper_shape { PAPER_FRAGMENT, PAPER_FILE };

/* context: an object, or NULL for a form to be filled in by hand. */
enum err paper_html(struct arena *a, const struct paper *paper, const struct json *context, enum paper_shape shape,
                    struct buf *out, struct fault *f);
/* A page whose styles a server gives (web/styles/paper.css): for one that allows none within a page. */
enum err paper_page_html(struct arena *a, const struct paper *paper, const struct json *context, struct str style_href,
                         struct buf *out, struct fault *f);
enum err paper_pdf(struct arena *a, const struct paper *paper, const struct json *context, struct buf *out,
                   struct fault *f);

#endif
