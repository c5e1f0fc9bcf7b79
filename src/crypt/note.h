/* Signed notes (C2SP signed-note, c2sp.org/signed-note): a text, an empty line, and Ed25519 signature lines.
 *
 *     struct note_key key CLEANUP(note_key_done) = {0};
 *     if (note_key_make(STR("log.example.vn"), &key, f) != OK || note_key_save(&key, "var/log.key", f) != OK) ...
 *     note_sign(&key, STR("text\n"), &out, f);      // "text\n\n— log.example.vn base64(key id ‖ signature)\n"
 *
 *     struct note_verifier v;
 *     note_verifier_parse(STR("log.example.vn+c74f20a3+ARpc2Q…"), &v, f);
 *     if (note_open(&v, note, &text, f) != OK) ...  // text is a view into note
 *
 * A key's name is 1 to NOTE_NAME_BYTES bytes of UTF-8 without spaces, control characters and “+”. Its id is the first
 * 4 bytes of SHA-256(name ‖ "\n" ‖ 0x01 ‖ public key); 0x01 stands for Ed25519.
 *
 * The key file holds one line, the private key as text: PRIVATE+KEY+name+id+base64(0x01 ‖ seed), where id is 8
 * hexadecimal digits. It is written whole or not at all, with mode 0600, and refused when group or others may read it.
 * The public part is given away as text: name+id+base64(0x01 ‖ public key).
 *
 * Errors: ERR_KEY_INVALID, ERR_KEY_MODE, ERR_KEY_EXISTS, ERR_FILE_MISSING, ERR_SYSTEM, ERR_NOTE_INVALID (not a note, or
 * a text that cannot be one), ERR_NOTE_UNVERIFIED (no signature by this key, or a wrong one: ignore the text).
 */
#ifndef TINHSO_CRYPT_NOTE_H
#define TINHSO_CRYPT_NOTE_H

#include "base/buf.h"
#include "base/fault.h"
#include "crypt/ed25519.h"

enum { NOTE_NAME_BYTES = 200, NOTE_ID_BYTES = 4, NOTE_SIGNATURES_MAX = 100, NOTE_KEY_TEXT_BYTES = 512 };

struct note_verifier {
    char name[NOTE_NAME_BYTES + 1];
    unsigned char id[NOTE_ID_BYTES];
    unsigned char public_key[ED25519_PUBLIC_BYTES];
};

struct note_key {
    struct note_verifier verifier;
    unsigned char seed[ED25519_SEED_BYTES];
};

enum err note_key_make(struct str name, struct note_key *ret_key, struct fault *f);
enum err note_key_from_seed(struct str name, const unsigned char *seed, struct note_key *ret_key, struct fault *f);
enum err note_key_load(const char *path, struct note_key *ret_key, struct fault *f);
enum err note_key_save(const struct note_key *key, const char *path, struct fault *f); /* never over another key */
void note_key_done(struct note_key *key);                                              /* wipes; also for CLEANUP */

void note_verifier_print(const struct note_verifier *v, struct buf *out);
enum err note_verifier_parse(struct str text, struct note_verifier *ret_v, struct fault *f);

/* text ends in a newline. */
enum err note_sign(const struct note_key *key, struct str text, struct buf *out, struct fault *f);
/* Signatures by other keys are passed over; the one by this key must be there and right. */
enum err note_open(const struct note_verifier *v, struct str note, struct str *ret_text, struct fault *f);

#endif
