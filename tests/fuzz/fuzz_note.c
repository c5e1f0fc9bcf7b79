/* A note, a verifier's text or base64 from a stranger: opened or refused, never trusted without its signature. The key is
 * that of the seeds; a note which opens must be one whose text signs to the same signature. */
#include <stdint.h>

#include "base/mem.h"
#include "crypt/base64.h"
#include "crypt/checkpoint.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct note_key key;

static void base64_goes_both_ways(struct arena *a, struct str text)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 22);
    struct str bytes;
    if (base64_decode(a, text, &bytes, NULL) != OK)
        return;
    base64_encode(bytes.p, bytes.n, &b);
    must(str_eq(buf_view(&b), text));
}

static void verifier_goes_both_ways(struct str text)
{
    struct note_verifier v, again;
    struct buf b CLEANUP(buf_done) = BUF_INIT(1000);
    if (note_verifier_parse(text, &v, NULL) != OK)
        return;
    note_verifier_print(&v, &b);
    must(note_verifier_parse(buf_view(&b), &again, NULL) == OK && memcmp(&v, &again, sizeof v) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned char seed[ED25519_SEED_BYTES] = {7};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str text = str_slice((const char *)data, size), signed_text;
    struct checkpoint c;
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 22);
    if (!key.verifier.name[0])
        must(note_key_from_seed(STR("log.example.vn"), seed, &key, NULL) == OK);
    base64_goes_both_ways(a, text);
    verifier_goes_both_ways(text);
    if (checkpoint_open(&key.verifier, text, &c, NULL) == OK)
        must(c.origin.n > 0);
    /* Whatever can be signed opens again, and only with its own text. */
    if (size < 10000 && note_sign(&key, text, &b, NULL) == OK) {
        must(note_open(&key.verifier, buf_view(&b), &signed_text, NULL) == OK && str_eq(signed_text, text));
        if (checkpoint_open(&key.verifier, buf_view(&b), &c, NULL) == OK)
            must(c.origin.n > 0 && c.origin.p[c.origin.n] == '\n');
    }
    return 0;
}
