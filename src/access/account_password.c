/* Passwords: what may be one, setting it, and signing in with it. */
#include <arpa/inet.h>

#include "access/account_internal.h"
#include "access/device.h"
#include "access/session.h"
#include "access/subject.h"
#include "base/clock.h"
#include "base/limits.h"
#include "crypt/ed25519.h"
#include "crypt/password.h"
#include "text/unicode.h"
#include "text/utf8.h"
#include "text/vn.h"

#include "base/banned.h"

enum { MIN_CHARACTERS = 12, MOST_BYTES = 256, LEFT_CHARACTERS = 7, LEFT_DIFFERENT = 5 };

/* What whoever guesses tries first; compared without accents and case. */
static const char *const common[] = {
    "password",  "passwd",     "matkhau",    "qwertyuiop", "qwerty",   "asdfghjkl", "asdfgh",   "zxcvbnm", "zxcvbn",
    "1q2w3e4r",  "1qaz2wsx",   "iloveyou",   "letmein",    "welcome",  "admin",     "anhyeuem", "vietnam", "tinhso",
    "secret",    "master",     "abcdefgh",   "abcdef",     "abc123",   "abcd1234",  "dragon",   "monkey",  "sunshine",
    "football",  "1234567890", "0123456789", "123456789",  "12345678", "1234567",   "123456",   "12345",   "1234",
    "987654321", "654321",     "4321",       "january",    "february", "2019",      "2020",     "2021",    "2022",
    "2023",      "2024",       "2025",       "2026",       "2027"};

static size_t remove_piece(char *p, size_t n, struct str piece)
{
    for (char *at; piece.n > 2 && n >= piece.n && (at = memmem(p, n, piece.p, piece.n));) {
        memmove(at, at + piece.n, n - (size_t)(at + piece.n - p));
        n -= piece.n;
    }
    return n;
}

/* "aaaa" counts as one letter. */
static size_t remove_repeats(char *p, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || p[kept - 1] != p[i])
            p[kept++] = p[i];
    return kept;
}

static bool is_weak(char *p, size_t n, const struct account *who)
{
    struct buf name CLEANUP(buf_done) = BUF_INIT(4096);
    text_fold(who->full_name, &name);
    n = remove_piece(p, n, who->name);
    struct str rest = buf_view(&name);
    while (rest.p && rest.n)
        n = remove_piece(p, n, str_cut(rest, ' ', &rest));
    for (size_t i = 0; i < ARRAY_LEN(common); i++)
        n = remove_piece(p, n, str_of(common[i]));
    n = remove_repeats(p, n);
    bool seen[256] = {false};
    size_t different = 0;
    for (size_t i = 0; i < n; i++) {
        different += !seen[(unsigned char)p[i]];
        seen[(unsigned char)p[i]] = true;
    }
    return n < LEFT_CHARACTERS || different < LEFT_DIFFERENT;
}

static void secret_done(struct buf *b)
{
    if (b->p)
        memory_wipe(b->p, b->cap);
    buf_done(b);
}

/* The form that is hashed; its memory is asked for at once, so that no copy is left behind. */
static void secret_nfc(struct str password, struct buf *out)
{
    buf_reserve(out, LIMIT_PASSWORD_BYTES - 1);
    unicode_nfc(password, out);
}

enum err password_judge(struct str password, const struct account *who, struct fault *f)
{
    struct buf nfc CLEANUP(secret_done) = BUF_INIT(LIMIT_PASSWORD_BYTES),
                   folded CLEANUP(secret_done) = BUF_INIT(LIMIT_PASSWORD_BYTES);
    if (password.n > MOST_BYTES)
        return FAULT(f, ERR_PASSWORD_LONG);
    buf_reserve(&folded, LIMIT_PASSWORD_BYTES - 1);
    secret_nfc(password, &nfc);
    size_t characters = 0;
    for (size_t i = 0; i < nfc.n; i++)
        characters += ((unsigned char)nfc.p[i] & 0xc0) != 0x80;
    if (characters < MIN_CHARACTERS)
        return FAULT(f, ERR_PASSWORD_SHORT);
    text_fold(buf_view(&nfc), &folded);
    return is_weak(folded.p, folded.n, who) ? FAULT(f, ERR_PASSWORD_WEAK) : OK;
}

static enum err judge_and_hash(struct str password, const struct account *who, char *ret_hash, struct fault *f)
{
    enum err e = password_judge(password, who, f);
    if (e != OK)
        return e;
    struct buf nfc CLEANUP(secret_done) = BUF_INIT(LIMIT_PASSWORD_BYTES);
    secret_nfc(password, &nfc);
    password_hash(buf_view(&nfc), ret_hash);
    return OK;
}

static enum err put_hash(struct access *a, const struct actor *by, const struct account *who, const char *hash,
                         struct fault *f)
{
    enum err e = db_run(a->db, STR("UPDATE account SET password = ?2, password_ms = ?3 WHERE account = ?1"),
                        DB_VALUES(db_int(who->number), db_text(str_of(hash)), db_int(clock_now_ms())), f);
    if (e == OK) /* whoever learned the old one is out */
        e = session_end_all(a, by, who->number, by->account == who->number ? by->session : 0, f);
    return e == OK ? access_event(a, &(struct event){.kind = EVENT_PASSWORD_SET, .account = who->number, .by = *by}, f)
                   : e;
}

enum err account_password_set(struct access *a, const struct actor *by, const struct account *who, struct str password,
                              struct fault *f)
{
    char hash[PASSWORD_HASH_BYTES];
    enum err e = judge_and_hash(password, who, hash, f);
    if (e == OK)
        e = access_begin(a, f);
    return e == OK ? access_end(a, put_hash(a, by, who, hash, f), f) : e;
}

static enum err welcome(struct access *a, struct actor *by, const struct welcome *w, struct account *who,
                        const char *hash, struct fault *f)
{
    static const struct str administrator = {ROLE_ADMINISTRATOR, sizeof ROLE_ADMINISTRATOR - 1};
    int64_t number = 0;
    enum err e = account_link_find(a, w->link, &number, f);
    if (e == OK && number != who->number) /* another has taken its place meanwhile */
        return FAULT(f, ERR_LINK_UNKNOWN);
    by->account = number;
    if (e == OK)
        e = account_link_use(a, by, w->link, f);
    if (e == OK && number == 0)
        e = account_add(a, by, who, &administrator, 1, &who->number, NULL, f);
    by->account = who->number;
    if (e == OK)
        e = put_hash(a, by, who, hash, f);
    return e == OK && w->more ? w->more(w->context, who, f) : e;
}

enum err account_welcome(struct access *a, const struct actor *by, const struct welcome *w, struct account *who,
                         struct fault *f)
{
    char hash[PASSWORD_HASH_BYTES];
    struct actor owner = *by;
    int64_t number = who->number;
    enum err e = judge_and_hash(w->password, who, hash, f);
    if (e == OK)
        e = access_begin(a, f);
    if (e == OK)
        e = access_end(a, welcome(a, &owner, w, who, hash, f), f);
    if (e != OK)
        who->number = number;
    return e;
}

/* ---- signing in ---- */

/* IPv6 gives a household 2^64 addresses. */
static struct str address_key(struct arena *arena, struct str address)
{
    unsigned char bytes[16];
    if (inet_pton(AF_INET6, arena_dup(arena, address.p ? address.p : "", address.n), bytes) != 1 ||
        !memcmp(bytes, "\0\0\0\0\0\0\0\0\0", 9))
        return STR_JOIN(arena, STR("a:"), address); /* IPv4, also as ::ffff:192.0.2.1 */
    struct buf b = BUF_INIT(64);
    buf_puts(&b, "a:");
    buf_hex(&b, bytes, 8);
    return buf_move(&b, arena);
}

enum err account_must_wait(int64_t wait_ms, struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(32);
    buf_printf(&b, "%lld", (long long)(wait_ms + 59999) / 60000);
    return FAULT(f, ERR_SIGN_IN_WAIT, {"minutes", buf_view(&b)});
}

struct attempt {
    struct arena *arena;
    struct access *a;
    const struct sign_in *in;
    struct str event_key;
    struct {
        struct str key;
        int free;
    } counted[2]; /* the first is forgotten by success */
    size_t n_counted;
    struct account who; /* number 0: no such name */
    const char *hash;   /* to compare with, whatever the name */
};

/* One look-up by name and one of the hash, whether the name exists or not. */
static enum err find_hash(struct attempt *t, struct fault *f)
{
    struct str name = STR("-"), hash;
    struct fault ignored = {.code = OK};
    t->hash = PASSWORD_NOBODY;
    account_name_parse(t->arena, t->in->name, &name, &ignored);
    enum err e = account_find(t->arena, t->a, name, &t->who, f);
    if (e != OK && e != ERR_ACCOUNT_UNKNOWN)
        return e;
    e = db_value_text(t->a->db, t->arena,
                      STR("SELECT password FROM account WHERE account = ?1 AND disabled_ms IS NULL"),
                      DB_VALUES(db_int(t->who.number)), &hash, f);
    if (e == OK)
        t->hash = arena_dup(t->arena, hash.p, hash.n);
    return e == ERR_DB_NO_ROW ? OK : e;
}

static void count_by(struct attempt *t, struct str key, int free)
{
    t->counted[t->n_counted].key = key;
    t->counted[t->n_counted++].free = free;
}

/* A stranger is counted by the name that he types and the address that he comes from; whoever was here before, by that. */
static enum err find_counters(struct attempt *t, struct str name, struct fault *f)
{
    struct str device;
    struct str address = address_key(t->arena, t->in->by.address);
    enum err e = device_key(t->arena, t->a, t->in->device, t->who.number, &device, f);
    t->event_key = STR_JOIN(t->arena, name, STR(" "), address);
    if (t->in->is_again) {
        count_by(t, str_of(arena_printf(t->arena, "s:%lld", (long long)t->in->by.session)), THROTTLE_NAME_FREE);
    } else if (device.n) {
        count_by(t, device, THROTTLE_NAME_FREE);
    } else {
        count_by(t, name, THROTTLE_NAME_FREE);
        count_by(t, address, THROTTLE_ADDRESS_FREE);
    }
    return e;
}

static enum err may_try(struct attempt *t, struct fault *f)
{
    int64_t longest = 0, wait = 0;
    enum err e = OK;
    for (size_t i = 0; e == OK && i < t->n_counted; i++) {
        e = throttle_wait(t->a, t->counted[i].key, &wait, f);
        longest = wait > longest ? wait : longest;
    }
    return e == OK && longest ? account_must_wait(longest, f) : e;
}

/* Whoever is kept out writes no more than this. */
static enum err tell(struct attempt *t, enum event_kind kind, struct fault *f)
{
    const struct event v = {.kind = kind, .account = t->who.number, .by = t->in->by};
    const struct event_bound b = {.key = t->event_key, .window_ms = 3600 * 1000, .most = 1, .most_of_all = 200};
    return access_event_bounded(t->a, &v, &b, f);
}

static enum err failed(struct attempt *t, struct fault *f)
{
    enum err e = access_begin(t->a, f);
    if (e != OK)
        return e;
    for (size_t i = 0; e == OK && i < t->n_counted; i++)
        e = throttle_failed(t->a, t->counted[i].key, t->counted[i].free, f);
    if (e == OK)
        e = tell(t, EVENT_SIGN_IN_REFUSED, f);
    e = access_end(t->a, e, f);
    return e == OK ? FAULT(f, ERR_SIGN_IN_REFUSED) : e;
}

static enum err waits(struct attempt *t, struct fault *f)
{
    struct fault kept = *f;
    enum err e = db_begin(t->a->db, f); /* nothing that would be missed after a power cut */
    if (e == OK && (e = tell(t, EVENT_SIGN_IN_WAITS, f)) == OK)
        e = db_commit(t->a->db, f);
    else
        db_rollback(t->a->db);
    if (e == OK)
        *f = kept;
    return e == OK ? ERR_SIGN_IN_WAIT : e;
}

/* While it was compared the account may have been reset or disabled, or got another password: the one that was shown opens nothing then. */
static enum err succeeded(struct attempt *t, struct str password, struct fault *f)
{
    char fresh[PASSWORD_HASH_BYTES];
    struct str shown = str_of(t->hash), kept = shown;
    if (password_is_dated(t->hash)) {
        password_hash(password, fresh);
        kept = str_of(fresh);
    }
    enum err e = access_begin(t->a, f);
    if (e != OK)
        return e;
    e = throttle_forget(t->a, t->counted[0].key, f);
    if (e == OK)
        e = db_run(t->a->db,
                   STR("UPDATE account SET password = ?3 WHERE account = ?1 AND password = ?2 AND disabled_ms IS NULL"),
                   DB_VALUES(db_int(t->who.number), db_text(shown), db_text(kept)), f);
    if (e == OK && db_changes(t->a->db) == 0)
        e = FAULT(f, ERR_SIGN_IN_REFUSED);
    return access_end(t->a, e, f);
}

enum err account_sign_in(struct arena *arena, struct access *a, const struct sign_in *in, struct account *ret,
                         struct fault *f)
{
    struct attempt t = {.arena = arena, .a = a, .in = in};
    struct buf key CLEANUP(buf_done) = BUF_INIT(4096), nfc CLEANUP(secret_done) = BUF_INIT(LIMIT_PASSWORD_BYTES);
    struct digest digest;
    text_casei(str_trim(in->name), &key);
    sha256(buf_view(&key), &digest); /* what is typed for a name may be a password */
    buf_reset(&key);
    digest_hex(&digest, &key);
    enum err e = find_hash(&t, f);
    if (e == OK)
        e = find_counters(&t, STR_JOIN(arena, STR("n:"), buf_view(&key)), f);
    if (e == OK)
        e = may_try(&t, f);
    if (e == ERR_SIGN_IN_WAIT)
        return waits(&t, f);
    if (e != OK)
        return e;
    if (in->password.n <= MOST_BYTES)
        secret_nfc(in->password, &nfc);
    if (!password_check(t.hash, buf_view(&nfc)))
        return failed(&t, f);
    e = succeeded(&t, buf_view(&nfc), f);
    if (e == OK)
        *ret = t.who;
    return e;
}
