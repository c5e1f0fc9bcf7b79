#include "crypt/seal.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "crypt/hash.h"

#include "base/banned.h"

#define MAGIC "tinhso-sealed-1\n"

enum {
    MAGIC_BYTES = sizeof MAGIC - 1,
    SALT_SIZE = crypto_pwhash_SALTBYTES,
    HEAD_BYTES = MAGIC_BYTES + 1 + SALT_SIZE + crypto_secretstream_xchacha20poly1305_HEADERBYTES,
    PIECE = 64 << 10,
    SEALED = PIECE + crypto_secretstream_xchacha20poly1305_ABYTES,
    PASSES = 3,
    MEMORY_BYTES = 256 << 20,
};

struct seal {
    crypto_secretstream_xchacha20poly1305_state state;
    int fd;
    unsigned char head[HEAD_BYTES]; /* goes with the first piece */
    bool is_begun, is_ended;
    unsigned char plain[PIECE];
    size_t n_plain, at; /* of a reader: how much of the piece was given out */
    unsigned char sealed[SEALED];
};

static const struct str in_file = {"backup", 6};

void secret_wipe(void *p, size_t n)
{
    sodium_memzero(p, n);
}

static enum err key_of(const struct seal_secret *secret, const unsigned char *salt, unsigned char *ret_key,
                       struct fault *f)
{
    must(sodium_init() >= 0);
    if (secret->bytes.n < (secret->kind == SEAL_KEY ? (size_t)SEAL_KEY_MIN : (size_t)SEAL_PASSPHRASE_MIN))
        return FAULT(f, ERR_SEAL_WEAK, {"min", secret->kind == SEAL_KEY ? STR("32") : STR("12")});
    if (secret->kind == SEAL_PASSPHRASE) {
        must(crypto_pwhash(ret_key, crypto_secretstream_xchacha20poly1305_KEYBYTES, secret->bytes.p, secret->bytes.n,
                           salt, PASSES, MEMORY_BYTES, crypto_pwhash_ALG_ARGON2ID13) == 0);
        return OK;
    }
    struct digest d;
    const struct str parts[] = {STR(MAGIC), str_slice((const char *)salt, SALT_SIZE), secret->bytes};
    sha256_parts(parts, ARRAY_LEN(parts), &d);
    memcpy(ret_key, d.b, sizeof d.b);
    secret_wipe(&d, sizeof d);
    return OK;
}

/* ---- writing ---- */

enum err seal_write_open(int fd, const struct seal_secret *secret, struct seal **ret_seal, struct fault *f)
{
    unsigned char key[crypto_secretstream_xchacha20poly1305_KEYBYTES];
    struct seal *s CLEANUP(seal_freep) = mem_zalloc(sizeof *s);
    unsigned char *salt = s->head + MAGIC_BYTES + 1;
    s->fd = fd;
    memcpy(s->head, MAGIC, MAGIC_BYTES);
    s->head[MAGIC_BYTES] = (unsigned char)secret->kind;
    random_bytes(salt, SALT_SIZE);
    enum err e = key_of(secret, salt, key, f);
    if (e != OK)
        return e;
    must(crypto_secretstream_xchacha20poly1305_init_push(&s->state, salt + SALT_SIZE, key) == 0);
    secret_wipe(key, sizeof key);
    e = file_write_all(fd, str_slice((const char *)s->head, HEAD_BYTES), in_file.p, f);
    if (e == OK)
        *ret_seal = TAKE(s);
    return e;
}

static enum err piece_write(struct seal *s, unsigned char tag, struct fault *f)
{
    unsigned long long n;
    must(crypto_secretstream_xchacha20poly1305_push(&s->state, s->sealed, &n, s->plain, s->n_plain,
                                                    s->is_begun ? NULL : s->head, s->is_begun ? 0 : HEAD_BYTES,
                                                    tag) == 0);
    s->is_begun = true;
    s->n_plain = 0;
    return file_write_all(s->fd, str_slice((const char *)s->sealed, (size_t)n), in_file.p, f);
}

enum err seal_write(struct seal *s, struct str bytes, struct fault *f)
{
    enum err e = OK;
    must(!s->is_ended);
    while (e == OK && bytes.n) {
        if (s->n_plain == PIECE)
            e = piece_write(s, crypto_secretstream_xchacha20poly1305_TAG_MESSAGE, f);
        size_t room = PIECE - s->n_plain, n = bytes.n < room ? bytes.n : room;
        memcpy(s->plain + s->n_plain, bytes.p, n);
        s->n_plain += n;
        bytes = str_slice(bytes.p + n, bytes.n - n);
    }
    return e;
}

enum err seal_write_end(struct seal *s, struct fault *f)
{
    must(!s->is_ended);
    s->is_ended = true;
    return piece_write(s, crypto_secretstream_xchacha20poly1305_TAG_FINAL, f);
}

/* ---- reading ---- */

static enum err read_full(int fd, unsigned char *p, size_t n, size_t *ret_n, struct fault *f)
{
    size_t got = 0;
    while (got < n) {
        ssize_t r = read(fd, p + got, n - got);
        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return fault_errno(f, "read", in_file.p);
        if (r == 0)
            break;
        got += (size_t)r;
    }
    *ret_n = got;
    return OK;
}

static enum err head_read(int fd, unsigned char *head, struct fault *f)
{
    size_t n = 0;
    enum err e = read_full(fd, head, HEAD_BYTES, &n, f);
    if (e == OK && (n < HEAD_BYTES || memcmp(head, MAGIC, MAGIC_BYTES) != 0 || head[MAGIC_BYTES] > SEAL_KEY))
        e = FAULT(f, ERR_SEAL_FORMAT);
    return e;
}

enum err seal_kind_read(int fd, enum seal_kind *ret_kind, struct fault *f)
{
    unsigned char head[HEAD_BYTES];
    enum err e = head_read(fd, head, f);
    if (e == OK && lseek(fd, 0, SEEK_SET) < 0)
        e = fault_errno(f, "seek", in_file.p);
    if (e == OK)
        *ret_kind = (enum seal_kind)head[MAGIC_BYTES];
    return e;
}

enum err seal_read_open(int fd, const struct seal_secret *secret, struct seal **ret_seal, struct fault *f)
{
    unsigned char key[crypto_secretstream_xchacha20poly1305_KEYBYTES];
    struct seal *s CLEANUP(seal_freep) = mem_zalloc(sizeof *s);
    s->fd = fd;
    enum err e = head_read(fd, s->head, f);
    if (e == OK && s->head[MAGIC_BYTES] != secret->kind)
        e = FAULT(f, ERR_SEAL_KIND);
    const unsigned char *salt = s->head + MAGIC_BYTES + 1;
    if (e == OK)
        e = key_of(secret, salt, key, f);
    if (e != OK)
        return e;
    bool is_good = crypto_secretstream_xchacha20poly1305_init_pull(&s->state, salt + SALT_SIZE, key) == 0;
    secret_wipe(key, sizeof key);
    if (!is_good)
        return FAULT(f, ERR_SEAL_SECRET);
    *ret_seal = TAKE(s);
    return OK;
}

static enum err piece_read(struct seal *s, struct fault *f)
{
    size_t n = 0;
    unsigned long long n_plain = 0;
    unsigned char tag = 0;
    enum err e = read_full(s->fd, s->sealed, SEALED, &n, f);
    if (e == OK && n == 0)
        e = FAULT(f, ERR_SEAL_CUT);
    if (e != OK)
        return e;
    if (crypto_secretstream_xchacha20poly1305_pull(&s->state, s->plain, &n_plain, &tag, s->sealed, n,
                                                   s->is_begun ? NULL : s->head, s->is_begun ? 0 : HEAD_BYTES) != 0)
        return s->is_begun && n < SEALED ? FAULT(f, ERR_SEAL_CUT) : FAULT(f, ERR_SEAL_SECRET);
    s->is_begun = true;
    s->n_plain = (size_t)n_plain;
    s->at = 0;
    s->is_ended = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    if (s->is_ended && (e = read_full(s->fd, s->sealed, 1, &n, f)) == OK && n > 0)
        e = FAULT(f, ERR_SEAL_FORMAT); /* something was put behind the end */
    else if (!s->is_ended && s->n_plain < PIECE)
        e = FAULT(f, ERR_SEAL_CUT);
    return e;
}

enum err seal_read(struct seal *s, void *p, size_t n, size_t *ret_n, struct fault *f)
{
    while (s->at == s->n_plain && !s->is_ended) {
        enum err e = piece_read(s, f);
        if (e != OK)
            return e;
    }
    size_t left = s->n_plain - s->at;
    *ret_n = n < left ? n : left;
    memcpy(p, s->plain + s->at, *ret_n);
    s->at += *ret_n;
    return OK;
}

void seal_free(struct seal *s)
{
    if (!s)
        return;
    secret_wipe(s, sizeof *s);
    free(s);
}

void seal_freep(struct seal **s)
{
    seal_free(*s);
}
