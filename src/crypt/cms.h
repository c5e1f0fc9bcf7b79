/* Signatures of people and agencies over documents: CMS (RFC 5652), detached, with the certificate inside (CAdES, ETSI EN 319 122).
 *
 *     struct cms_signer *signer;
 *     if (cms_signer_read(a, "leader.p12", NULL, password, &signer, f) != OK) …        // or a PEM certificate and a PEM key
 *     cms_sign(signer, &document, 1, clock_now_ms(), &der, f);                         // DER, what `openssl cms -verify` reads
 *     struct cms_verdict v;
 *     if (cms_verify(a, &document, 1, der, "ca.pem", &v, f) == OK && v.is_trusted) …   // who signed, when, by whose word
 *
 * A document is given in parts that follow one another, as a PDF's are around its signature. Keys are RSA or elliptic curves; the hash is
 * SHA-256. The time is what the signer's machine said. Trust is judged at that time, by the certificates of a PEM file.
 *
 * Ownership: signer and verdict lie in the arena; private keys are freed with it. Errors: ERR_CMS_…, ERR_FILE_MISSING.
 */
#ifndef TINHSO_CRYPT_CMS_H
#define TINHSO_CRYPT_CMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/mem.h"

enum { CMS_BYTES_MAX = 256 << 10 };

struct cms_signer;

/* PEM: certificates in one file, the signer's first, the key in the other or in the same. PKCS#12 (.p12, .pfx): all in one; key_path NULL. */
enum err cms_signer_read(struct arena *a, const char *cert_path, const char *key_path, struct str password,
                         struct cms_signer **ret_signer, struct fault *f);
/* The common name of the certificate. */
struct str cms_signer_name(const struct cms_signer *signer);

/* ERR_CMS_DAY when the certificate is not valid at that time. */
enum err cms_sign(const struct cms_signer *signer, const struct str *parts, size_t n, int64_t now_ms, struct buf *out,
                  struct fault *f);

struct cms_verdict {
    struct str name, issuer, serial; /* common names; serial in hexadecimal */
    int64_t signed_ms;               /* 0: the signature does not say */
    int64_t valid_from_ms, valid_to_ms;
    bool is_trusted;
    struct str reason; /* when it is not, in English as OpenSSL says it */
};

/* ERR_CMS_BAD: the signature is not one of this document. One that is right but not trusted is OK; ca_path may be NULL. */
enum err cms_verify(struct arena *a, const struct str *parts, size_t n, struct str der, const char *ca_path,
                    struct cms_verdict *ret_verdict, struct fault *f);

#endif
