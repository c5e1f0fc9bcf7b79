/* Invented records by the `sample:` section of a register (docs/declarations.md), the same for the same seed on every machine.
 *
 *     struct sample *m;
 *     sample_open(a, s, reg, &m, &faults);       // s gives the records of other registers (for_each, from, unit)
 *     const struct str *cells;                   // in field order, valid until the next call
 *     while (sample_next(m, &cells, &has_row, f) == OK && has_row) …
 *     sample_close(m);
 *
 * Randomness: SplitMix64 seeded with seed and field name, one stream a field, so that adding a field leaves the others as they were.
 * Errors: ERR_SAMPLE_… with file and line of the declaration.
 */
#ifndef TINHSO_REGISTER_SAMPLE_H
#define TINHSO_REGISTER_SAMPLE_H

#include "register/declaration.h"
#include "register/store.h"

struct sample;

/* Checks the section of a register without a store; for `tinhso check`. */
enum err sample_check(struct arena *a, const struct province *p, const struct reg *reg, struct faults *list);

enum err sample_open(struct arena *a, struct store *s, const struct reg *reg, struct sample **ret_sample,
                     struct faults *list);
int64_t sample_total(const struct sample *m);
enum err sample_next(struct sample *m, const struct str **ret_cells, bool *ret_has_row, struct fault *f);
void sample_close(struct sample *m);

/* SHA-256 of what decides the records: the section, the names, the generator's version. */
void sample_digest(const struct province *p, const struct reg *reg, struct digest *ret_digest);

#endif
