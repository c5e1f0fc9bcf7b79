#include "crypt/cms.h"

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>
#include <time.h>

#include "base/file.h"
#include "text/date.h"

#include "base/banned.h"

enum { KEY_FILE_BYTES = 1 << 20 };

struct cms_signer {
    struct arena *arena;
    EVP_PKEY *key;
    X509 *cert;
    STACK_OF(X509) * chain;
    struct str name;
};

static void bio_freep(BIO **b)
{
    BIO_free_all(*b);
}

static void cms_freep(CMS_ContentInfo **c)
{
    CMS_ContentInfo_free(*c);
}

static void store_freep(X509_STORE **s)
{
    X509_STORE_free(*s);
}

static void certs_freep(STACK_OF(X509) * *c)
{
    sk_X509_pop_free(*c, X509_free);
}

/* What OpenSSL said last, which is then forgotten. */
static struct str reason(struct arena *a)
{
    unsigned long code = ERR_peek_last_error();
    const char *text = code ? ERR_reason_error_string(code) : NULL;
    struct str ret = str_dup(a, str_of(text ? text : "unknown"));
    ERR_clear_error();
    return ret;
}

static BIO *bio_of(struct str s)
{
    BIO *b = BIO_new_mem_buf(s.p ? s.p : "", (int)s.n);
    must(b != NULL);
    return b;
}

static struct str common_name(struct arena *a, const X509_NAME *name)
{
    int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
    unsigned char *utf8 = NULL;
    int n = at < 0 ? -1 : ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    struct str ret = n > 0 ? str_dup(a, str_slice((const char *)utf8, (size_t)n)) : STR("?");
    OPENSSL_free(utf8);
    return ret;
}

static int64_t ms_of(const ASN1_TIME *t)
{
    struct tm tm;
    if (!t || ASN1_TIME_to_tm(t, &tm) != 1)
        return 0;
    struct date day = {(int16_t)(tm.tm_year + 1900), (uint8_t)(tm.tm_mon + 1), (uint8_t)tm.tm_mday};
    return instant_of_date(day, 0) + ((tm.tm_hour * 60LL + tm.tm_min) * 60 + tm.tm_sec) * 1000;
}

/* ---- the signer ---- */

static void signer_free(void *p)
{
    struct cms_signer *s = p;
    EVP_PKEY_free(s->key);
    X509_free(s->cert);
    sk_X509_pop_free(s->chain, X509_free);
}

/* Never asks at the terminal. */
static int password_give(char *out, int size, int is_write, void *context)
{
    (void)is_write;
    const struct str *password = context;
    if (password->n > (size_t)size)
        return -1;
    if (password->n)
        memcpy(out, password->p, password->n);
    return (int)password->n;
}

static enum err unreadable(struct arena *a, const char *what, const char *path, struct fault *f)
{
    struct str why = reason(a);
    return FAULT(f, ERR_CMS_READ, {"what", str_of(what)}, {"path", str_of(path)}, {"reason", why});
}

static enum err pkcs12_read(struct cms_signer *s, struct str file, const char *path, struct str password,
                            struct fault *f)
{
    BIO *b CLEANUP(bio_freep) = bio_of(file);
    PKCS12 *p = d2i_PKCS12_bio(b, NULL);
    int is_read = p && PKCS12_parse(p, str_dup(s->arena, password).p, &s->key, &s->cert, &s->chain);
    PKCS12_free(p);
    return is_read && s->key && s->cert ? OK : unreadable(s->arena, "PKCS#12", path, f);
}

static enum err pem_read(struct cms_signer *s, struct str certs, const char *cert_path, struct str key,
                         const char *key_path, struct str password, struct fault *f)
{
    BIO *b CLEANUP(bio_freep) = bio_of(certs), *k CLEANUP(bio_freep) = bio_of(key);
    s->cert = PEM_read_bio_X509(b, NULL, NULL, NULL);
    if (!s->cert)
        return unreadable(s->arena, "certificate", cert_path, f);
    s->chain = sk_X509_new_null();
    must(s->chain != NULL);
    for (X509 *next; (next = PEM_read_bio_X509(b, NULL, NULL, NULL));)
        must(sk_X509_push(s->chain, next) > 0);
    ERR_clear_error(); /* the end of the file */
    s->key = PEM_read_bio_PrivateKey(k, NULL, password_give, &password);
    return s->key ? OK : unreadable(s->arena, "private key", key_path, f);
}

enum err cms_signer_read(struct arena *a, const char *cert_path, const char *key_path, struct str password,
                         struct cms_signer **ret_signer, struct fault *f)
{
    struct str certs, key;
    enum err e = file_read(a, cert_path, KEY_FILE_BYTES, &certs, f);
    if (e != OK)
        return e;
    key = certs;
    if (key_path)
        e = file_read(a, key_path, KEY_FILE_BYTES, &key, f);
    if (e != OK)
        return e;
    struct cms_signer *s = ARENA_NEW(a, struct cms_signer);
    s->arena = a;
    arena_defer(a, signer_free, s);
    bool is_pem = memmem(certs.p, certs.n, "-----BEGIN", 10) != NULL;
    e = is_pem ? pem_read(s, certs, cert_path, key, key_path ? key_path : cert_path, password, f)
               : pkcs12_read(s, certs, cert_path, password, f);
    OPENSSL_cleanse((char *)key.p, key.n);
    if (e != OK)
        return e;
    s->name = common_name(a, X509_get_subject_name(s->cert));
    if (X509_check_private_key(s->cert, s->key) != 1) {
        ERR_clear_error();
        return FAULT(f, ERR_CMS_PAIR, {"name", s->name});
    }
    *ret_signer = s;
    return OK;
}

struct str cms_signer_name(const struct cms_signer *signer)
{
    return signer->name;
}

/* ---- signing ---- */

static struct str day_of(struct arena *a, int64_t ms)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    instant_print(ms, &b);
    return str_dup(a, buf_view(&b));
}

static enum err check_day(const struct cms_signer *s, int64_t now_ms, struct fault *f)
{
    int64_t from = ms_of(X509_get0_notBefore(s->cert)), to = ms_of(X509_get0_notAfter(s->cert));
    if (now_ms >= from && now_ms <= to)
        return OK;
    return FAULT(f, ERR_CMS_DAY, {"name", s->name}, {"from", day_of(s->arena, from)}, {"to", day_of(s->arena, to)});
}

static BIO *joined(const struct str *parts, size_t n)
{
    BIO *b = BIO_new(BIO_s_mem());
    must(b != NULL);
    for (size_t i = 0; i < n; i++)
        must(parts[i].n == 0 || BIO_write(b, parts[i].p, (int)parts[i].n) == (int)parts[i].n);
    BIO_set_mem_eof_return(b, 0);
    return b;
}

static bool sign(const struct cms_signer *s, BIO *data, int64_t now_ms, CMS_ContentInfo **ret_cms)
{
    unsigned flags = CMS_DETACHED | CMS_BINARY | CMS_PARTIAL | CMS_NOSMIMECAP | CMS_CADES;
    CMS_ContentInfo *cms = *ret_cms = CMS_sign(NULL, NULL, s->chain, NULL, flags);
    CMS_SignerInfo *info = cms ? CMS_add1_signer(cms, s->cert, s->key, EVP_sha256(), flags) : NULL;
    ASN1_TIME *now = ASN1_TIME_set(NULL, (time_t)(now_ms / 1000));
    int is_done = info && now && CMS_signed_add1_attr_by_NID(info, NID_pkcs9_signingTime, now->type, now, -1) &&
                  CMS_final(cms, data, NULL, flags);
    ASN1_TIME_free(now);
    return is_done;
}

enum err cms_sign(const struct cms_signer *signer, const struct str *parts, size_t n, int64_t now_ms, struct buf *out,
                  struct fault *f)
{
    enum err e = check_day(signer, now_ms, f);
    if (e != OK)
        return e;
    BIO *data CLEANUP(bio_freep) = joined(parts, n);
    CMS_ContentInfo *cms CLEANUP(cms_freep) = NULL;
    unsigned char *der = NULL;
    int length = sign(signer, data, now_ms, &cms) ? i2d_CMS_ContentInfo(cms, &der) : -1;
    if (length <= 0)
        return FAULT(f, ERR_CMS_SIGN, {"reason", reason(signer->arena)});
    buf_add(out, der, (size_t)length);
    OPENSSL_free(der);
    return OK;
}

/* ---- judging ---- */

static X509_STORE *store_of(const char *ca_path)
{
    X509_STORE *store = X509_STORE_new();
    must(store != NULL);
    if (ca_path && X509_STORE_load_file(store, ca_path) != 1)
        ERR_clear_error(); /* then nobody is trusted, which is told */
    return store;
}

/* Whether the certificate led to a trusted one when it signed. */
static void judge_chain(struct arena *a, CMS_ContentInfo *cms, X509 *cert, const char *ca_path, struct cms_verdict *v)
{
    X509_STORE *store CLEANUP(store_freep) = store_of(ca_path);
    STACK_OF(X509) * others CLEANUP(certs_freep) = CMS_get1_certs(cms);
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    must(ctx && X509_STORE_CTX_init(ctx, store, cert, others) == 1);
    if (v->signed_ms)
        X509_STORE_CTX_set_time(ctx, 0, (time_t)(v->signed_ms / 1000));
    v->is_trusted = X509_verify_cert(ctx) == 1;
    if (!v->is_trusted)
        v->reason = str_dup(a, str_of(X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx))));
    X509_STORE_CTX_free(ctx);
    ERR_clear_error();
}

static void judge(struct arena *a, CMS_ContentInfo *cms, const char *ca_path, struct cms_verdict *v)
{
    CMS_SignerInfo *info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
    X509 *cert = NULL;
    CMS_SignerInfo_get0_algs(info, NULL, &cert, NULL, NULL);
    must(cert != NULL); /* the signature was checked with it */
    *v = (struct cms_verdict){.name = common_name(a, X509_get_subject_name(cert)),
                              .issuer = common_name(a, X509_get_issuer_name(cert)),
                              .valid_from_ms = ms_of(X509_get0_notBefore(cert)),
                              .valid_to_ms = ms_of(X509_get0_notAfter(cert))};
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert), NULL);
    char *hex = number ? BN_bn2hex(number) : NULL;
    v->serial = str_dup(a, str_of(hex ? hex : ""));
    OPENSSL_free(hex);
    BN_free(number);
    const ASN1_TYPE *told = CMS_signed_get0_data_by_OBJ(info, OBJ_nid2obj(NID_pkcs9_signingTime), -3, V_ASN1_UTCTIME);
    v->signed_ms = ms_of((const ASN1_TIME *)told);
    judge_chain(a, cms, cert, ca_path, v);
}

enum err cms_verify(struct arena *a, const struct str *parts, size_t n, struct str der, const char *ca_path,
                    struct cms_verdict *ret_verdict, struct fault *f)
{
    const unsigned char *p = (const unsigned char *)der.p;
    CMS_ContentInfo *cms CLEANUP(cms_freep) = d2i_CMS_ContentInfo(NULL, &p, (long)der.n);
    if (!cms || OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed ||
        sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(cms)) != 1)
        return FAULT(f, ERR_CMS_BAD, {"reason", reason(a)});
    /* OpenSSL 3.0 copies a BIO of memory, and forgets the copy where it does not know the content: behind a filter it
       reads ours. */
    BIO *bytes = joined(parts, n), *filter = BIO_new(BIO_f_null());
    must(filter != NULL);
    BIO *data CLEANUP(bio_freep) = BIO_push(filter, bytes);
    unsigned flags = CMS_DETACHED | CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY;
    if (CMS_verify(cms, NULL, NULL, data, NULL, flags) != 1)
        return FAULT(f, ERR_CMS_BAD, {"reason", reason(a)});
    judge(a, cms, ca_path, ret_verdict);
    return OK;
}
