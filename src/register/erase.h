/* Erasing personal values: the value and its salt go from every version of a record, the commitment stays in the log, so that the log and
 * proofs of the rest stay valid (register/commitment.h, docs/decisions/0005). That it took place, by whom, why and on which legal
 * basis is a record of the built-in register `erasures`, written by the same change.
 *
 *     change_begin(s, &info, &c, f);
 *     struct erasure what = {.id = id, .fields = names, .n_fields = 2, .reason = reason, .basis = basis};
 *     change_erase(c, reg, &what, &done, f);
 *     change_commit(c, &rev, &faults, NULL);            // then no page of the file holds the value any more
 *
 * Versions of records that were merged into this one are erased, too. What a version never had is passed over; done.versions == 0 means that
 * there was nothing to erase, and nothing is written. Reason and basis stay for ever: they must not name the person.
 *
 * A commit empties the write-ahead log. Readers may hold it back for a while: s->has_erased then stays true, and each later commit, and
 * closing, tries again.
 *
 * Errors: ERR_RECORD_UNKNOWN, ERR_FIELD_UNKNOWN, ERR_ERASE_KEY (part of the key), ERR_ERASE_PUBLIC (not personal, now or when a
 * version was written: the log holds such a value itself), ERR_OPTION_VALUE without reason or basis.
 */
#ifndef TINHSO_REGISTER_ERASE_H
#define TINHSO_REGISTER_ERASE_H

#include "register/change.h"

struct erasure {
    struct str id;
    const struct str *fields; /* names; none: every personal field */
    size_t n_fields;
    struct str reason, basis;
};

struct erased {
    int64_t versions;   /* of which something went */
    struct str *fields; /* what went, by name; in the arena of the change */
    size_t n_fields;
};

enum err change_erase(struct change *c, const struct reg *reg, const struct erasure *what, struct erased *ret_erased,
                      struct fault *f);

#endif
