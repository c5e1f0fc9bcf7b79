/* The second factor: codes of the telephone, and recovery codes for when it is lost. */
#include "access/account_internal.h"
#include "access/device.h"
#include "base/clock.h"
#include "crypt/ed25519.h"

#include "base/banned.h"

enum err account_totp_set(struct access *a, const struct actor *by, int64_t number, const unsigned char *secret,
                          struct str code, struct fault *f)
{
    int64_t step = 0;
    if (!totp_check(secret, code, clock_now_ms(), &step))
        return FAULT(f, ERR_CODE_REFUSED);
    struct str bytes = str_slice((const char *)secret, TOTP_SECRET_BYTES);
    enum err e = db_run(a->db, STR("UPDATE account SET totp = ?2, totp_step = ?3 WHERE account = ?1"),
                        DB_VALUES(db_int(number), db_blob(bytes), db_int(step)), f);
    return e == OK ? access_event(a, &(struct event){.kind = EVENT_SECOND_FACTOR_SET, .account = number, .by = *by}, f)
                   : e;
}

/* ---- recovery codes ---- */

/* Letters and digits that are not taken for one another (Crockford's base 32). */
static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz";

static void recovery_code_make(char *ret_text)
{
    unsigned char bytes[RECOVERY_TEXT];
    random_bytes(bytes, sizeof bytes);
    for (size_t i = 0; i < RECOVERY_TEXT; i++)
        ret_text[i] = i % 5 == 4 ? '-' : letters[bytes[i] & 31];
    ret_text[RECOVERY_TEXT] = 0;
    memory_wipe(bytes, sizeof bytes);
}

/* As typed: capitals, spaces, hyphens and o, i, l for 0 and 1 do not matter. False when it cannot be one. */
static bool recovery_digest(struct str text, struct digest *ret)
{
    char plain[RECOVERY_TEXT];
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i] >= 'A' && text.p[i] <= 'Z' ? (char)(text.p[i] + 32) : text.p[i];
        c = c == 'o' ? '0' : c == 'i' || c == 'l' ? '1' : c;
        if (c == ' ' || c == '-')
            continue;
        if (n == RECOVERY_TEXT - 3 || !memchr(letters, c, sizeof letters - 1))
            return false;
        plain[n++] = c;
    }
    sha256(str_slice(plain, n), ret);
    return n == RECOVERY_TEXT - 3;
}

enum err account_recovery_make(struct access *a, const struct actor *by, int64_t number, struct recovery_codes *ret,
                               struct fault *f)
{
    enum err e = db_run(a->db, STR("DELETE FROM recovery_code WHERE account = ?1"), DB_VALUES(db_int(number)), f);
    for (size_t i = 0; i < RECOVERY_CODES && e == OK; i++) {
        struct digest digest;
        recovery_code_make(ret->text[i]);
        must(recovery_digest(str_of(ret->text[i]), &digest));
        e = db_run(a->db, STR("INSERT INTO recovery_code(account, digest) VALUES (?1, ?2)"),
                   DB_VALUES(db_int(number), db_blob(digest_view(&digest))), f);
    }
    return e == OK ? access_event(a, &(struct event){.kind = EVENT_RECOVERY_MADE, .account = number, .by = *by}, f) : e;
}

static enum err use_recovery(struct access *a, const struct actor *by, int64_t number, struct str code,
                             bool *ret_is_right, struct fault *f)
{
    struct digest digest;
    *ret_is_right = false;
    if (!recovery_digest(code, &digest))
        return OK;
    enum err e = db_run(a->db,
                        STR("UPDATE recovery_code SET used_ms = ?3 WHERE account = ?1 AND digest = ?2 AND"
                            " used_ms IS NULL"),
                        DB_VALUES(db_int(number), db_blob(digest_view(&digest)), db_int(clock_now_ms())), f);
    *ret_is_right = e == OK && db_changes(a->db) == 1;
    return *ret_is_right
               ? access_event(a, &(struct event){.kind = EVENT_RECOVERY_USED, .account = number, .by = *by}, f)
               : e;
}

/* ---- checking ---- */

static enum err check_totp(struct access *a, int64_t number, struct str code, bool *ret_is_right, struct fault *f)
{
    struct stmt *s CLEANUP(stmt_freep) = NULL;
    bool has_row = false;
    enum err e = stmt_new(a->db,
                          STR("SELECT totp, totp_step FROM account WHERE account = ?1 AND totp IS NOT NULL AND"
                              " disabled_ms IS NULL"),
                          &s, f);
    *ret_is_right = false;
    if (e != OK)
        return e;
    stmt_bind_int(s, 1, number);
    e = stmt_step(s, &has_row, f);
    if (e != OK || !has_row)
        return e;
    struct str secret = stmt_column_blob(s, 0);
    int64_t step = stmt_column_int(s, 1);
    *ret_is_right =
        secret.n == TOTP_SECRET_BYTES && totp_check((const unsigned char *)secret.p, code, clock_now_ms(), &step);
    stmt_reset(s);
    if (!*ret_is_right)
        return OK;
    return db_run(a->db, STR("UPDATE account SET totp_step = ?2 WHERE account = ?1"),
                  DB_VALUES(db_int(number), db_int(step)), f);
}

/* Within one transaction, so that of two requests with the same code one is refused. */
static enum err judge(struct access *a, const struct actor *by, int64_t number, struct str key, struct str code,
                      bool *ret_is_right, struct fault *f)
{
    enum err e = check_totp(a, number, code, ret_is_right, f);
    if (e == OK && !*ret_is_right)
        e = use_recovery(a, by, number, code, ret_is_right, f);
    if (e == OK && *ret_is_right)
        return throttle_forget(a, key, f);
    if (e == OK)
        e = throttle_failed(a, key, THROTTLE_NAME_FREE, f);
    return e == OK ? access_event(a, &(struct event){.kind = EVENT_CODE_REFUSED, .account = number, .by = *by}, f) : e;
}

enum err account_code_check(struct access *a, const struct actor *by, int64_t number, struct str code,
                            struct str device, struct fault *f)
{
    struct arena *arena CLEANUP(arena_freep) = arena_new();
    bool is_right = false;
    int64_t wait = 0;
    struct str key = {NULL, 0};
    enum err e = access_begin(a, f);
    if (e == OK) {
        e = device_key(arena, a, device, number, &key, f);
        key = key.n ? STR_JOIN(arena, STR("c"), key) : str_of(arena_printf(arena, "c:%lld", (long long)number));
        if (e == OK)
            e = throttle_wait(a, key, &wait, f);
        if (e == OK && !wait)
            e = judge(a, by, number, key, code, &is_right, f);
        e = access_end(a, e, f);
    }
    if (e == OK && wait)
        return account_must_wait(wait, f);
    return e == OK && !is_right ? FAULT(f, ERR_CODE_REFUSED) : e;
}
