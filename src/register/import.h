/* Import: an outside table into a register, so that officials can trust it.
 *
 *     struct import_options o = {.path = "ho-dan.xlsx", .mode = IMPORT_UPSERT, .actor = …, .reason = …, .report_path = "bao-cao.xlsx"};
 *     struct import *im;
 *     import_open(s, reg, &o, &im, f);
 *     import_describe(im, lang, &out);              // header found, columns mapped, encodings, dates and numbers as they will be read
 *     import_run(im, &result, f);
 *     import_close(im);
 *
 * Steps: header rows found (title rows, merged cells and several header rows joined) → columns mapped to fields (names, titles in both
 * languages, aliases; accents, case and punctuation ignored; or the saved mapping of the same header fingerprint) → each
 * column's reading decided once over the whole column (date order, decimal mark, encoding), shown, and to be flipped by an option → every cell
 * checked with register/record → rows put in one change → the change judged as a whole.
 *
 * All or nothing unless accept_valid; a dry run does everything but commit, so its report is that of the real run. One of more than 200 rows works on a copy of the
 * database (store_trial), so that nobody waits for it. One revision an import, with file name, SHA-256 and mapping in its entry. A row equal to what is there writes
 * nothing; where who writes is not shown that, the guard judges it as any other. A row that the guard refuses fails alone. Killed at any moment nothing of the
 * import is there, and the same command does it all: no row twice.
 *
 * Invented records. The column that export adds behind the fields (“Dữ liệu mẫu”, “Sample”, _sample) is read as a mark: what it calls
 * invented becomes or stays so, what it calls real is real from now on, and that is counted. Without it, or where it is empty, new
 * records are real and existing ones stay what they are.
 *
 * Report workbook: the same sheet with offending cells marked, a comment on each (value, reason, suggestion), and a sheet of counts.
 * Corrected and imported again it must go in.
 */
#ifndef TINHSO_REGISTER_IMPORT_H
#define TINHSO_REGISTER_IMPORT_H

#include "register/change.h"
#include "text/sheet.h"

enum import_mode { IMPORT_UPSERT, IMPORT_CREATE, IMPORT_UPDATE, IMPORT_REPLACE };

/* A decision of the person against what was found: "field=dmy", "field=mdy", "field=comma", "field=dot", "field=tcvn3" … */
struct import_override {
    struct str field, reading;
};

struct import_options {
    const char *path;
    struct sheet_options sheet;
    enum import_mode mode;
    bool is_dry_run, accept_valid, has_map_save; /* save the mapping with the register */
    struct str source;                           /* what the file is called where it is told; empty: the name of path */
    struct str map;                              /* what map_path would hold; empty: as there */
    bool
        is_patient; /* opens also when a column lacks that must be there: so that columns can be mapped. import_run refuses then */
    const char *map_path;    /* JSON {"header": "field", …}; NULL: found out */
    const char *report_path; /* NULL: none */
    const bool *hides; /* by field, for whoever may not see all: what is wrong with it is told by these words alone … */
    struct str hides_text; /* … here and in the report; NULL: nothing is hidden */
    struct str actor, reason;
    const struct import_override *overrides;
    size_t n_overrides;
    uint32_t header_row; /* 0: found out */
    void (*on_progress)(void *ctx, int64_t done, int64_t total);
    void *ctx;
};

enum { IMPORT_REMOVED = 20 };

struct import_result {
    int64_t rows, added, changed, same, removed, refused; /* refused rows */
    int64_t cells_refused, cells_repaired;
    int64_t samples;      /* of those added or changed, records that are invented */
    int64_t samples_kept; /* of those, changed ones of which the file does not say what they are: they stay invented */
    int64_t made_real;    /* invented records that the file calls real */
    int64_t rev;          /* 0: nothing changed, or a dry run */
    const struct str *removed_ids; /* the first IMPORT_REMOVED of them; live as long as the import */
    size_t n_removed_ids;
    struct faults faults; /* with sheet row as line, column number as column, field; the first 100 */
    struct faults warnings;
};

struct import;

enum err import_open(struct store *s, const struct reg *reg, const struct import_options *o, struct import **ret_import,
                     struct fault *f);
/* The columns found, in the order of the file. */
struct import_column {
    struct str header;
    const struct field *field; /* NULL: not taken */
    bool is_sample;            /* says which records are invented */
};
size_t import_columns(const struct import *im, struct arena *a, struct import_column **ret);
void import_describe(const struct import *im, enum lang lang, struct buf *out);
enum err import_run(struct import *im, enum lang lang, struct import_result *ret_result, struct fault *f);
/* What was repaired while reading, behind import_run: how many cells of each column, and the first five from → to. */
void import_describe_repairs(const struct import *im, enum lang lang, struct buf *out);
/* Headers that no field bears, readings that are not certain: what a person should look at before importing. */
const struct faults *import_warnings(const struct import *im);
void import_close(struct import *im);

#endif
