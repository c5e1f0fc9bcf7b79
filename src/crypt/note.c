#include "crypt/note.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "crypt/base64.h"
#include "crypt/hash.h"
#include "text/utf8.h"

#include "base/banned.h"

enum { ALGORITHM_ED25519 = 1, ALGORITHM_BYTES = 1 };
#define DASH "— "
#define PRIVATE_KEY "PRIVATE+KEY+"

static bool is_space(uint32_t c)
{
    return c == ' ' || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
           c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

static bool is_name(struct str name)
{
    for (size_t at = 0; at < name.n;) {
        uint32_t c;
        at += utf8_next(name, at, &c);
        if (c < 0x20 || c == '+' || is_space(c))
            return false;
    }
    return name.n > 0 && name.n <= NOTE_NAME_BYTES && utf8_valid(name);
}

/* UTF-8 without control characters other than newline. */
static bool is_note_text(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] < 0x20 && text.p[i] != '\n')
            return false;
    return utf8_valid(text);
}

static void verifier_fill(struct str name, const unsigned char *public_key, struct note_verifier *v)
{
    const char algorithm = ALGORITHM_ED25519;
    struct digest d;
    *v = (struct note_verifier){0};
    memcpy(v->name, name.p, name.n);
    memcpy(v->public_key, public_key, sizeof v->public_key);
    sha256_parts((struct str[]){name, STR("\n"), {&algorithm, 1}, {(const char *)public_key, ED25519_PUBLIC_BYTES}}, 4,
                 &d);
    memcpy(v->id, d.b, sizeof v->id);
}

enum err note_key_from_seed(struct str name, const unsigned char *seed, struct note_key *ret_key, struct fault *f)
{
    unsigned char public_key[ED25519_PUBLIC_BYTES];
    if (!is_name(name))
        return FAULT(f, ERR_KEY_INVALID, {"value", name});
    ed25519_public(seed, public_key);
    verifier_fill(name, public_key, &ret_key->verifier);
    memcpy(ret_key->seed, seed, sizeof ret_key->seed);
    return OK;
}

enum err note_key_make(struct str name, struct note_key *ret_key, struct fault *f)
{
    unsigned char seed[ED25519_SEED_BYTES];
    random_bytes(seed, sizeof seed);
    enum err e = note_key_from_seed(name, seed, ret_key, f);
    memory_wipe(seed, sizeof seed);
    return e;
}

void note_key_done(struct note_key *key)
{
    memory_wipe(key, sizeof *key);
}

/* name+id+base64(0x01 ‖ 32 bytes) into its parts; false when it is anything else. */
static bool key_text_split(struct str text, struct str *ret_name, struct str *ret_id, unsigned char *ret_bytes)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str rest, data, bytes;
    struct str name = str_cut(text, '+', &rest), id = str_cut(rest, '+', &data);
    if (!is_name(name) || id.n != 2 * NOTE_ID_BYTES || data.n > NOTE_KEY_TEXT_BYTES ||
        base64_decode(a, data, &bytes, NULL) != OK)
        return false;
    bool is_good = bytes.n == ALGORITHM_BYTES + 32 && bytes.p[0] == ALGORITHM_ED25519;
    if (is_good)
        memcpy(ret_bytes, bytes.p + ALGORITHM_BYTES, 32);
    memory_wipe((void *)(uintptr_t)bytes.p, bytes.n);
    *ret_name = name;
    *ret_id = id;
    return is_good;
}

static void key_text_print(struct str name, const unsigned char *id, const unsigned char *bytes, struct buf *out)
{
    unsigned char data[ALGORITHM_BYTES + 32] = {ALGORITHM_ED25519};
    memcpy(data + ALGORITHM_BYTES, bytes, 32);
    buf_str(out, name);
    buf_putc(out, '+');
    buf_hex(out, id, NOTE_ID_BYTES);
    buf_putc(out, '+');
    base64_encode(data, sizeof data, out);
    memory_wipe(data, sizeof data);
}

static bool id_is(const struct note_verifier *v, struct str hex)
{
    char text[64];
    struct buf b CLEANUP(buf_done) = BUF_INIT(sizeof text);
    buf_hex(&b, v->id, sizeof v->id);
    return str_eq_ascii_nocase(buf_view(&b), hex);
}

void note_verifier_print(const struct note_verifier *v, struct buf *out)
{
    key_text_print(str_of(v->name), v->id, v->public_key, out);
}

enum err note_verifier_parse(struct str text, struct note_verifier *ret_v, struct fault *f)
{
    struct str name, id;
    unsigned char public_key[ED25519_PUBLIC_BYTES];
    struct note_verifier v;
    if (!key_text_split(text, &name, &id, public_key))
        return FAULT(f, ERR_KEY_INVALID, {"value", text});
    verifier_fill(name, public_key, &v);
    if (!id_is(&v, id))
        return FAULT(f, ERR_KEY_INVALID, {"value", text});
    *ret_v = v;
    return OK;
}

enum err note_key_save(const struct note_key *key, const char *path, struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(NOTE_KEY_TEXT_BYTES);
    must(buf_reserve(&b, NOTE_KEY_TEXT_BYTES / 2)); /* so that no copy of the seed stays behind in a smaller block */
    buf_puts(&b, PRIVATE_KEY);
    key_text_print(str_of(key->verifier.name), key->verifier.id, key->seed, &b);
    buf_putc(&b, '\n');
    must(!b.is_full);
    enum err e = file_write_new(path, buf_view(&b), 0600, f);
    if (e != OK && errno == EEXIST)
        e = FAULT(f, ERR_KEY_EXISTS, {"path", str_of(path)});
    memory_wipe(b.p, b.n);
    return e;
}

/* Opened first and asked for its mode after, so that the file asked about is the file read. */
static enum err key_file_read(const char *path, char *text, size_t cap, size_t *ret_n, struct fault *f)
{
    int fd CLEANUP(fd_close) = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 && errno == ENOENT)
        return FAULT(f, ERR_FILE_MISSING, {"path", str_of(path)});
    if (fd < 0 || fstat(fd, &st) != 0)
        return fault_errno(f, "open", path);
    if (!S_ISREG(st.st_mode) || st.st_mode & 077)
        return FAULT(f, ERR_KEY_MODE, {"path", str_of(path)});
    ssize_t n = pread(fd, text, cap, 0);
    if (n < 0)
        return fault_errno(f, "read", path);
    *ret_n = (size_t)n;
    return OK;
}

enum err note_key_load(const char *path, struct note_key *ret_key, struct fault *f)
{
    char text[NOTE_KEY_TEXT_BYTES];
    unsigned char seed[ED25519_SEED_BYTES];
    struct note_key key CLEANUP(note_key_done) = {0};
    size_t n;
    enum err e = key_file_read(path, text, sizeof text, &n, f);
    if (e != OK)
        return e;
    struct str name, id, line = str_trim(str_slice(text, n)), start = STR(PRIVATE_KEY);
    bool is_good = str_starts(line, start) &&
                   key_text_split(str_slice(line.p + start.n, line.n - start.n), &name, &id, seed) &&
                   note_key_from_seed(name, seed, &key, f) == OK && id_is(&key.verifier, id);
    memory_wipe(text, sizeof text);
    memory_wipe(seed, sizeof seed);
    if (!is_good)
        return FAULT(f, ERR_KEY_INVALID, {"value", str_of(path)}); /* never the key itself */
    *ret_key = key;
    return OK;
}

enum err note_sign(const struct note_key *key, struct str text, struct buf *out, struct fault *f)
{
    unsigned char data[NOTE_ID_BYTES + ED25519_SIGNATURE_BYTES];
    if (!str_ends(text, STR("\n")) || !is_note_text(text))
        return FAULT(f, ERR_NOTE_INVALID);
    memcpy(data, key->verifier.id, NOTE_ID_BYTES);
    ed25519_sign(key->seed, text, data + NOTE_ID_BYTES);
    buf_str(out, text);
    buf_puts(out, "\n" DASH);
    buf_puts(out, key->verifier.name);
    buf_putc(out, ' ');
    base64_encode(data, sizeof data, out);
    buf_putc(out, '\n');
    if (!out->is_full)
        return OK;
    char limit[24];
    snprintf(limit, sizeof limit, "%zu", out->max);
    return FAULT(f, ERR_LIMIT, {"what", STR("note")}, {"limit", str_of(limit)});
}

/* Where the signature lines begin: behind the last empty line. 0 when there is none. */
static size_t signatures_find(struct str note)
{
    for (size_t i = note.n; i > 1; i--)
        if (note.p[i - 1] == '\n' && note.p[i - 2] == '\n')
            return i;
    return 0;
}

struct signature_line {
    struct str name, bytes;
};

static bool signature_line_parse(struct arena *a, struct str line, struct signature_line *ret)
{
    struct str start = STR(DASH), data;
    if (!str_starts(line, start))
        return false;
    ret->name = str_cut(str_slice(line.p + start.n, line.n - start.n), ' ', &data);
    return is_name(ret->name) && data.n && base64_decode(a, data, &ret->bytes, NULL) == OK &&
           ret->bytes.n > NOTE_ID_BYTES;
}

enum err note_open(const struct note_verifier *v, struct str note, struct str *ret_text, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    size_t at = signatures_find(note);
    if (at < 2 || at == note.n || !str_ends(note, STR("\n")) || !is_note_text(note))
        return FAULT(f, ERR_NOTE_INVALID);
    struct str text = str_slice(note.p, at - 1), rest = str_slice(note.p + at, note.n - at - 1);
    bool is_signed = false;
    for (int i = 0; rest.p; i++) {
        struct signature_line s;
        struct str line = str_cut(rest, '\n', &rest);
        if (i == NOTE_SIGNATURES_MAX || !signature_line_parse(a, line, &s))
            return FAULT(f, ERR_NOTE_INVALID);
        if (is_signed || !str_is(s.name, v->name) || memcmp(s.bytes.p, v->id, NOTE_ID_BYTES) != 0)
            continue;
        if (s.bytes.n != NOTE_ID_BYTES + ED25519_SIGNATURE_BYTES ||
            !ed25519_check(v->public_key, text, (const unsigned char *)s.bytes.p + NOTE_ID_BYTES))
            return FAULT(f, ERR_NOTE_UNVERIFIED, {"name", str_of(v->name)});
        is_signed = true;
    }
    if (!is_signed)
        return FAULT(f, ERR_NOTE_UNVERIFIED, {"name", str_of(v->name)});
    *ret_text = text;
    return OK;
}
