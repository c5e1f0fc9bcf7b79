/* What a request asks of a register's records, for API and pages alike: filter, box, time, fields, order, page.
 *
 *     const struct reg *reg;
 *     struct ask q;
 *     if (ask_register(x, input_named(x, "register")->text, &reg, f) != OK || ask_read(x, reg, &q, f) != OK) return f->code;
 *     query_open(w->store, reg, &q.o, &query, f);
 *
 * Everything that narrows becomes one CQL2 text (q.o.filter), which pages show and figures could take over: `filter` (text or JSON), an equality for
 * each parameter named as a field (and bounds and words: ask_parameter), `bbox`, `datetime`. Read from the inputs that the route declares: filter, filter-lang, filter-crs, bbox,
 * bbox-crs, datetime, q, sortby, properties, crs, limit, after.
 *
 * datetime: of a dated register the time it is valid (half-open), else its as-of field, else its first date or timestamp field that is shown. Records
 * without a place or a time meet every bbox and datetime, as OGC API – Features wants it.
 *
 * Nobody learns by asking what he may not see: fields that are not shown can be neither filtered, sorted, searched nor reached through a reference.
 *
 * Errors: ERR_REGISTER_UNKNOWN (also for registers that are not shown), ERR_FIELD_UNKNOWN, those of CQL2 (line and column within `filter`), dates, numbers, geo/crs.h.
 */
#ifndef TINHSO_WEB_ASK_H
#define TINHSO_WEB_ASK_H

#include "geo/crs.h"
#include "web/site.h"

struct ask {
    const struct reg *reg;
    struct query_options o;
    const struct crs *crs;     /* of the coordinates in the answer */
    const struct crs *storage; /* of the register; NULL without geometry */
    int *fields;               /* shown and asked for, without the geometry */
    size_t n_fields;
    bool has_geometry; /* asked for */
};

enum err ask_register(struct exchange *x, struct str name, const struct reg **ret_reg, struct fault *f);
enum err ask_read(struct exchange *x, const struct reg *reg, struct ask *ret_ask, struct fault *f);

/* Only fields and coordinate system: for one record. */
enum err ask_read_shape(struct exchange *x, const struct reg *reg, struct ask *ret_ask, struct fault *f);

/* The field that datetime is about, of those that are shown; NO_FIELD when there is none, or when the register is dated. */
int ask_time_field(const struct exchange *x, const struct reg *reg);

/* What every record has beside its fields and filters may name: its id, the revision that wrote it, whether it is invented. */
const struct field *ask_own_fields(size_t *ret_n);

/* `name = literal` in CQL2, for a field and a value as a person writes it in an address; ERR_VALUE… of its type. */
enum err ask_equals(struct exchange *x, const struct field *fd, struct str text, struct buf *out, struct fault *f);

/* What a parameter named after a field asks: FIELD equals, FIELD-from is at least, FIELD-to is at most, FIELD-has holds the words. A day asked of a
 * field that holds moments is the whole day in the province's time. */
enum ask_how { ASK_EQUALS, ASK_FROM, ASK_TO, ASK_HAS };
bool ask_takes(const struct field *fd, enum ask_how how);
/* The same as CQL2, for a parameter by its whole name. ERR_FIELD_UNKNOWN (also when the field does not take that), ERR_VALUE… */
enum err ask_parameter(struct exchange *x, const struct reg *reg, struct str name, struct str text, struct buf *out,
                       struct fault *f);

#endif
