#include "crypt/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/mem.h"
#include "text/html.h"

#include "base/banned.h"

uint32_t totp_code(enum totp_hash hash, struct str secret, uint64_t counter, int digits)
{
    unsigned char message[8], mac[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    const EVP_MD *md = hash == TOTP_SHA256 ? EVP_sha256() : hash == TOTP_SHA512 ? EVP_sha512() : EVP_sha1();
    for (int i = 7; i >= 0; i--, counter >>= 8)
        message[i] = (unsigned char)(counter & 255);
    must(HMAC(md, secret.p, (int)secret.n, message, sizeof message, mac, &n) && n >= 20);
    unsigned at = mac[n - 1] & 15; /* RFC 4226 §5.3 */
    uint32_t code = (uint32_t)(mac[at] & 127) << 24 | (uint32_t)mac[at + 1] << 16 | (uint32_t)mac[at + 2] << 8 |
                    (uint32_t)mac[at + 3];
    uint32_t base = 1;
    while (digits-- > 0)
        base *= 10;
    return code % base;
}

static bool code_parse(struct str text, uint32_t *ret_code)
{
    uint32_t code = 0;
    int n = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == ' ')
            continue;
        if (text.p[i] < '0' || text.p[i] > '9' || ++n > TOTP_DIGITS)
            return false;
        code = code * 10 + (uint32_t)(text.p[i] - '0');
    }
    *ret_code = code;
    return n == TOTP_DIGITS;
}

bool totp_check(const unsigned char *secret, struct str code, int64_t now_ms, int64_t *step)
{
    uint32_t given;
    int64_t now = now_ms / TOTP_STEP_MS, found = 0;
    if (!code_parse(code, &given))
        return false;
    struct str key = str_slice((const char *)secret, TOTP_SECRET_BYTES);
    for (int64_t s = now - 1; s <= now + 1; s++)
        if (s > *step && totp_code(TOTP_SHA1, key, (uint64_t)s, TOTP_DIGITS) == given)
            found = s;
    if (found)
        *step = found;
    return found != 0;
}

static void base32(const unsigned char *secret, bool is_grouped, struct buf *out)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    uint32_t bits = 0;
    int n = 0, written = 0;
    for (size_t i = 0; i < TOTP_SECRET_BYTES; i++) { /* 160 bits: 32 letters, no rest */
        bits = bits << 8 | secret[i];
        for (n += 8; n >= 5; n -= 5) {
            if (is_grouped && written && written % 4 == 0)
                buf_putc(out, ' ');
            buf_putc(out, letters[bits >> (n - 5) & 31]);
            written++;
        }
        bits &= (1u << n) - 1;
    }
}

void totp_secret_text(const unsigned char *secret, struct buf *out)
{
    base32(secret, true, out);
}

void totp_uri(const unsigned char *secret, struct str issuer, struct str name, struct buf *out)
{
    buf_puts(out, "otpauth://totp/");
    url_encode(out, issuer);
    buf_putc(out, ':');
    url_encode(out, name);
    buf_puts(out, "?secret=");
    base32(secret, false, out);
    buf_puts(out, "&issuer=");
    url_encode(out, issuer);
}
