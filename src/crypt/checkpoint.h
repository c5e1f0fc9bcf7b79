/* Checkpoints of the log (C2SP tlog-checkpoint, c2sp.org/tlog-checkpoint): how large the tree is and its root, signed.
 *
 *     struct checkpoint c = {STR("log.example.vn"), tree.size, root};
 *     checkpoint_sign(&key, &c, &out, f);            // a signed note: origin, size, base64(root), signature
 *     if (checkpoint_open(&verifier, note, &c, f) != OK) ...
 *
 * c.origin is a view into the note after opening. The origin names the log and should equal the key's name; whoever
 * opens a checkpoint compares it with the log he expects. Extension lines are allowed and passed over.
 * Errors: those of note.h, and ERR_CHECKPOINT_INVALID for a signed text that is no checkpoint.
 */
#ifndef TINHSO_CRYPT_CHECKPOINT_H
#define TINHSO_CRYPT_CHECKPOINT_H

#include <stdint.h>

#include "crypt/hash.h"
#include "crypt/note.h"

enum { CHECKPOINT_BYTES = 4096 }; /* enough for one signed by one key, and the limit when reading one */

struct checkpoint {
    struct str origin;
    uint64_t size;
    struct digest root;
};

enum err checkpoint_sign(const struct note_key *key, const struct checkpoint *c, struct buf *out, struct fault *f);
enum err checkpoint_open(const struct note_verifier *v, struct str note, struct checkpoint *ret_c, struct fault *f);

#endif
