/* Commitments: how personal fields stand in the canonical bytes of a version, and how one is forgotten.
 *
 * A field of class basic-personal or sensitive goes into the log as SHA-256(salt ‖ canonical JSON of its value). So its value can be erased,
 * or left out of a proof, and the leaf stays what it was (docs/decisions/0005). The salts stand in the column `_salt` of the version:
 *
 *   16 bytes     the root of a version of which nothing is erased. With personal fields, numbered from 1 by name in byte order, salt n is the n-th
 *                16 bytes of SHA-256(root ‖ 0), SHA-256(root ‖ 1) …; salt 0 is the one that canonical bytes show. From one salt neither the
 *                root nor another salt follows. Without personal fields the root itself is shown.
 *   longer       after an erasure: 0x01, salt 0, then for each personal field that had a value its state (1 kept, 2 erased), the length of its name, the
 *                name, and its salt or, erased, its commitment. The root is gone, and with it every way to the erased salt.
 *
 *     struct salts salts;
 *     if (!salts_read(reg, stored, &salts)) …                      // cannot have been written by a change
 *     field_commit(&reg->fields[i], &value, salts.of[i].b, &d);
 *     salts_erase(reg, values, &salts, is_erased, &stored);        // the new content of the column
 *
 * The register is the one declared at the revision of the version: which fields are personal is said there.
 */
#ifndef TINHSO_REGISTER_COMMITMENT_H
#define TINHSO_REGISTER_COMMITMENT_H

#include "base/limits.h"
#include "crypt/hash.h"
#include "register/record.h"

enum salt_state { SALT_NONE, SALT_KEPT, SALT_ERASED };

struct field_salt {
    unsigned char state;           /* enum salt_state; NONE: not personal, or without a value */
    unsigned char b[DIGEST_BYTES]; /* the salt, or the commitment of an erased value */
};

struct salts {
    bool is_root;                    /* nothing is erased */
    unsigned char shown[SALT_BYTES]; /* in the canonical bytes */
    struct field_salt of[LIMIT_FIELDS];
};

/* What the column holds. False when no change and no erasure writes such bytes for this register. Of a root, every personal field is
 * KEPT, whether it has a value or not. */
bool salts_read(const struct reg *reg, struct str stored, struct salts *ret);

/* The commitment to a value that is not NULL. What it is made of stands behind the end of `scratch` for a moment. */
void field_commit(const struct field *fd, const struct value *v, const unsigned char salt[SALT_BYTES],
                  struct buf *scratch, struct digest *ret);
/* The bytes behind the salt: canonical JSON; a geometry is the hex of its WKB. */
void canonical_value(const struct field *fd, const struct value *v, struct json_out *o);

/* The column's content once the fields marked are erased. Those without a value are left as they are; false when none had one. */
bool salts_erase(const struct reg *reg, const struct value *values, const struct salts *salts, const bool *is_erased,
                 struct buf *out);

/* Which fields of the register are erased in a version: numbers in the arena, by the names in `stored`. Quick when there are none. */
size_t salts_erased(struct arena *a, const struct reg *reg, struct str stored, int **ret_fields);

#endif
