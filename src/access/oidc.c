#include "access/oidc.h"

#include "base/clock.h"
#include "crypt/base64.h"
#include "text/html.h"
#include "text/ident.h"
#include "text/json.h"

#include "base/banned.h"

enum { NAME_SHOWN = 200, SUBJECT_MOST = 255, NAME_DIGEST = 12 };

/* ---- what is declared ---- */

bool oidc_is_safe(struct str url)
{
    static const char *const loopback[] = {"http://127.0.0.1:", "http://127.0.0.1/",
                                           "http://localhost:", "http://localhost/", "http://[::1]:"};
    bool is_safe = str_starts(url, STR("https://")) && url.n > 8;
    for (size_t i = 0; i < ARRAY_LEN(loopback); i++)
        is_safe |= str_starts(url, str_of(loopback[i]));
    for (size_t i = 0; i < url.n; i++)
        is_safe = is_safe && (unsigned char)url.p[i] > 0x20 && (unsigned char)url.p[i] < 0x7f && url.p[i] != '@';
    return is_safe;
}

static const struct yaml_field claims_fields[] = {
    {"full_name", Y_STR, offsetof(struct oidc_claims, full_name), Y_REQUIRED, NULL},
    {"personal_id", Y_STR, offsetof(struct oidc_claims, personal_id), 0, NULL},
};
static const struct yaml_schema claims_schema = YAML_SCHEMA("claims", claims_fields, struct oidc_claims);
static const struct yaml_field provider_fields[] = {
    {"provider", Y_STR, offsetof(struct oidc_provider, id), Y_REQUIRED, NULL},
    {"title", Y_TEXT2, offsetof(struct oidc_provider, title), Y_REQUIRED, NULL},
    {"issuer", Y_STR, offsetof(struct oidc_provider, issuer), Y_REQUIRED, NULL},
    {"client_id", Y_STR, offsetof(struct oidc_provider, client_id), Y_REQUIRED, NULL},
    {"client_secret_file", Y_STR, offsetof(struct oidc_provider, secret_file), 0, NULL},
    {"scopes", Y_STR_LIST, offsetof(struct oidc_provider, scopes), 0, NULL},
    {"acr", Y_STR_LIST, offsetof(struct oidc_provider, acr), 0, NULL},
    {"claims", Y_MAP, offsetof(struct oidc_provider, claims), Y_REQUIRED, &claims_schema},
};
static const struct yaml_schema provider_schema = YAML_SCHEMA("provider", provider_fields, struct oidc_provider);

enum err oidc_provider_read(struct arena *a, struct str text, struct str file, struct oidc_provider *ret_provider,
                            struct faults *list)
{
    struct yaml *root;
    struct oidc_provider p = {0};
    struct fault f = {.code = OK};
    enum err e = yaml_parse(a, text, file, &root, &f);
    if (e == OK)
        e = yaml_decode(a, root, &provider_schema, file, &p, list);
    bool is_name = p.id.n > 0 && p.id.n <= 32;
    for (size_t i = 0; i < p.id.n; i++)
        is_name = is_name && ((p.id.p[i] >= 'a' && p.id.p[i] <= 'z') || (p.id.p[i] >= '0' && p.id.p[i] <= '9'));
    if (e == OK && !is_name)
        e = FAULT(&f, ERR_OIDC_PROVIDER, {"reason", STR("provider: a-z, 0-9")});
    if (e == OK && !oidc_is_safe(p.issuer))
        e = FAULT(&f, ERR_OIDC_PROVIDER, {"reason", STR("issuer: https://")});
    if (f.code != OK)
        faults_add(list, &f);
    if (e == OK)
        *ret_provider = p;
    return e;
}

/* ---- what the provider says of itself ---- */

static struct str text_of(const struct json *object, const char *key)
{
    const struct json *v = json_get(object, key);
    return v && v->kind == J_STRING ? v->string : (struct str){NULL, 0};
}

static bool lists(const struct json *object, const char *key, struct str item, bool is_absent_fine)
{
    const struct json *v = json_get(object, key);
    if (!v || v->kind != J_ARRAY)
        return is_absent_fine;
    for (size_t i = 0; i < v->n; i++)
        if (v->items[i].kind == J_STRING && str_eq(v->items[i].string, item))
            return true;
    return false;
}

enum err oidc_endpoints_read(struct arena *a, const struct oidc_provider *p, struct str discovery,
                             struct oidc_endpoints *ret, struct fault *f)
{
    struct json *root;
    enum err e = json_parse(a, discovery, STR("openid-configuration"), &root, f);
    if (e != OK)
        return e;
    if (!str_eq(text_of(root, "issuer"), p->issuer))
        return FAULT(f, ERR_OIDC_PROVIDER, {"reason", STR("issuer")});
    struct oidc_endpoints ends = {.authorization = text_of(root, "authorization_endpoint"),
                                  .token = text_of(root, "token_endpoint"),
                                  .keys = text_of(root, "jwks_uri")};
    if (!oidc_is_safe(ends.authorization) || !oidc_is_safe(ends.token) || !oidc_is_safe(ends.keys))
        return FAULT(f, ERR_OIDC_PROVIDER, {"reason", STR("authorization_endpoint, token_endpoint, jwks_uri")});
    if (!lists(root, "code_challenge_methods_supported", STR("S256"), false))
        return FAULT(f, ERR_OIDC_PROVIDER, {"reason", STR("code_challenge_methods_supported: S256")});
    ends.has_form_secret = !lists(root, "token_endpoint_auth_methods_supported", STR("client_secret_basic"), true);
    *ret = ends;
    return OK;
}

/* ---- there and back ---- */

static enum err bad_state(struct fault *f)
{
    return FAULT(f, ERR_OIDC_STATE);
}

/* The state's digest alone is kept; nonce and verifier have to be sent later, so they stand as they are, for minutes. */
enum err oidc_begin(struct access *a, const struct oidc_provider *p, struct str next, struct oidc_started *ret,
                    struct fault *f)
{
    struct digest d;
    int64_t now = clock_now_ms();
    struct oidc_started s = {.next = next};
    token_make(&s.state);
    token_make(&s.nonce);
    token_make(&s.verifier);
    must(token_digest(str_of(s.state.text), &d));
    enum err e = db_run(a->db, STR("DELETE FROM oidc_state WHERE until_ms < ?1"), DB_VALUES(db_int(now)), f);
    if (e == OK)
        e = db_run(a->db, STR("INSERT INTO oidc_state VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
                   DB_VALUES(db_blob(digest_view(&d)), db_text(p->id), db_text(str_of(s.nonce.text)),
                             db_text(str_of(s.verifier.text)), db_text(next), db_int(now + OIDC_STATE_MS)),
                   f);
    if (e == OK)
        *ret = s;
    return e;
}

static void take_token(struct token *t, struct str text)
{
    must(text.n == TOKEN_TEXT);
    memcpy(t->text, text.p, TOKEN_TEXT);
    t->text[TOKEN_TEXT] = 0;
}

enum err oidc_take(struct arena *arena, struct access *a, const struct oidc_provider *p, struct str state,
                   struct oidc_started *ret, struct fault *f)
{
    struct digest d;
    struct stmt *s CLEANUP(stmt_freep) = NULL;
    bool has_row = false;
    if (!token_digest(state, &d))
        return bad_state(f);
    enum err e = stmt_new(a->db,
                          STR("DELETE FROM oidc_state WHERE digest = ?1 AND provider = ?2 AND until_ms > ?3"
                              " RETURNING nonce, verifier, next"),
                          &s, f);
    if (e != OK)
        return e;
    stmt_bind_blob(s, 1, digest_view(&d));
    stmt_bind_text(s, 2, p->id);
    stmt_bind_int(s, 3, clock_now_ms());
    e = stmt_step(s, &has_row, f);
    if (e != OK || !has_row)
        return e == OK ? bad_state(f) : e;
    take_token(&ret->state, state);
    take_token(&ret->nonce, stmt_column_text(s, 0));
    take_token(&ret->verifier, stmt_column_text(s, 1));
    ret->next = str_dup(arena, stmt_column_text(s, 2));
    return stmt_step(s, &has_row, f);
}

static void parameter(struct buf *out, const char *name, struct str value)
{
    buf_puts(out, name);
    buf_putc(out, '=');
    url_encode(out, value);
}

static void scope(const struct oidc_provider *p, struct buf *out)
{
    buf_puts(out, "&scope=openid");
    for (size_t i = 0; i < p->scopes.n; i++)
        if (!str_is(p->scopes.p[i], "openid")) {
            buf_puts(out, "%20");
            url_encode(out, p->scopes.p[i]);
        }
}

void oidc_address(const struct oidc_provider *p, const struct oidc_endpoints *ends, const struct oidc_started *s,
                  struct str back, struct buf *out)
{
    struct digest d;
    struct buf challenge CLEANUP(buf_done) = BUF_INIT(64);
    sha256(str_of(s->verifier.text), &d);
    base64url_encode(d.b, sizeof d.b, &challenge);
    buf_str(out, ends->authorization);
    buf_putc(out, memchr(ends->authorization.p, '?', ends->authorization.n) ? '&' : '?');
    parameter(out, "response_type", STR("code"));
    parameter(out, "&client_id", p->client_id);
    parameter(out, "&redirect_uri", back);
    parameter(out, "&state", str_of(s->state.text));
    parameter(out, "&nonce", str_of(s->nonce.text));
    parameter(out, "&code_challenge", buf_view(&challenge));
    buf_puts(out, "&code_challenge_method=S256");
    scope(p, out);
    for (size_t i = 0; i < p->acr.n; i++) {
        buf_puts(out, i ? "%20" : "&acr_values=");
        url_encode(out, p->acr.p[i]);
    }
}

void oidc_form(const struct oidc_provider *p, const struct oidc_endpoints *ends, const struct oidc_started *s,
               struct str code, struct str back, struct buf *out)
{
    parameter(out, "grant_type", STR("authorization_code"));
    parameter(out, "&code", code);
    parameter(out, "&redirect_uri", back);
    parameter(out, "&code_verifier", str_of(s->verifier.text));
    if (!p->secret.n || ends->has_form_secret)
        parameter(out, "&client_id", p->client_id);
    if (p->secret.n && ends->has_form_secret)
        parameter(out, "&client_secret", p->secret);
}

/* ---- the ID token ---- */

static enum err bad_claim(struct fault *f, const char *name)
{
    return FAULT(f, ERR_OIDC_TOKEN, {"name", str_of(name)});
}

static bool is_for_us(const struct json *claims, struct str client_id)
{
    const struct json *audience = json_get(claims, "aud");
    struct str party = text_of(claims, "azp");
    if (!audience)
        return false;
    bool is_named = audience->kind == J_STRING && str_eq(audience->string, client_id);
    bool is_one_of = !is_named && lists(claims, "aud", client_id, false);
    if (party.p)
        return (is_named || is_one_of) && str_eq(party, client_id);
    return is_named || (is_one_of && audience->n == 1);
}

/* Seconds since 1970, as milliseconds. */
static bool instant_of(const struct json *claims, const char *name, int64_t *ret_ms)
{
    const struct json *v = json_get(claims, name);
    if (!v || v->kind != J_NUMBER || v->number < 0 || v->number > 1e11)
        return false;
    *ret_ms = (int64_t)(v->number * 1000);
    return true;
}

static bool is_sure(const struct oidc_provider *p, struct str acr)
{
    bool is_one = p->acr.n == 0;
    for (size_t i = 0; i < p->acr.n; i++)
        is_one |= acr.n && str_eq(acr, p->acr.p[i]);
    return is_one;
}

static enum err judge(const struct oidc_provider *p, const struct json *claims, const struct oidc_started *s,
                      int64_t now_ms, struct fault *f)
{
    enum { ISSUED_BEFORE_MS = OIDC_STATE_MS };
    int64_t expires, issued, from;
    if (claims->kind != J_OBJECT || !str_eq(text_of(claims, "iss"), p->issuer))
        return bad_claim(f, "iss");
    if (!is_for_us(claims, p->client_id))
        return bad_claim(f, "aud");
    if (!instant_of(claims, "exp", &expires) || now_ms > expires + OIDC_SKEW_MS)
        return bad_claim(f, "exp");
    if (!instant_of(claims, "iat", &issued) || issued > now_ms + OIDC_SKEW_MS ||
        issued < now_ms - ISSUED_BEFORE_MS - OIDC_SKEW_MS)
        return bad_claim(f, "iat");
    if (json_get(claims, "nbf") && (!instant_of(claims, "nbf", &from) || from > now_ms + OIDC_SKEW_MS))
        return bad_claim(f, "nbf");
    if (!is_sure(p, text_of(claims, "acr")))
        return bad_claim(f, "acr");
    if (!str_eq(text_of(claims, "nonce"), str_of(s->nonce.text)))
        return bad_claim(f, "nonce");
    struct str subject = text_of(claims, "sub");
    return subject.n && subject.n <= SUBJECT_MOST ? OK : bad_claim(f, "sub");
}

enum err oidc_person_read(struct arena *a, const struct oidc_provider *p, struct str answer, const struct jwk_set *keys,
                          const struct oidc_started *s, int64_t now_ms, struct oidc_person *ret, struct fault *f)
{
    struct json *root, *claims;
    struct str payload;
    enum err e = json_parse(a, answer, STR("token"), &root, f);
    if (e == OK)
        e = jws_check(a, text_of(root, "id_token"), keys, &payload, f);
    if (e == OK)
        e = json_parse(a, payload, STR("id_token"), &claims, f);
    if (e == OK)
        e = judge(p, claims, s, now_ms, f);
    if (e != OK)
        return e;
    struct oidc_person person = {.subject = text_of(claims, "sub"),
                                 .full_name = text_of(claims, arena_printf(a, "%.*s", STR_ARG(p->claims.full_name)))};
    if (p->claims.personal_id.n)
        person.personal_id = text_of(claims, arena_printf(a, "%.*s", STR_ARG(p->claims.personal_id)));
    if (person.full_name.n == 0 || person.full_name.n > NAME_SHOWN)
        return bad_claim(f, arena_printf(a, "%.*s", STR_ARG(p->claims.full_name)));
    if (person.personal_id.n && personal_id_check(person.personal_id, SEX_UNKNOWN, 0, NULL) != OK)
        return bad_claim(f, arena_printf(a, "%.*s", STR_ARG(p->claims.personal_id)));
    *ret = person;
    return OK;
}

/* ---- the account ---- */

static enum err find_identity(struct access *a, const struct oidc_provider *p, const struct oidc_person *person,
                              int64_t *ret_account, struct fault *f)
{
    return db_value_int(a->db,
                        STR("SELECT coalesce((SELECT account FROM identity WHERE issuer = ?1 AND subject = ?2), 0)"),
                        DB_VALUES(db_text(p->issuer), db_text(person->subject)), ret_account, f);
}

/* Nobody types this name: it only has to be one of its own. */
static struct str name_of(struct arena *arena, const struct oidc_provider *p, const struct oidc_person *person)
{
    struct digest d;
    struct buf b = BUF_INIT(64);
    sha256_parts((const struct str[]){p->issuer, STR("\n"), person->subject}, 3, &d);
    buf_puts(&b, "cd-");
    buf_hex(&b, d.b, NAME_DIGEST);
    return buf_move(&b, arena);
}

static enum err add_account(struct arena *arena, struct access *a, const struct actor *by,
                            const struct oidc_provider *p, const struct oidc_person *person, int64_t *ret_account,
                            struct fault *f)
{
    struct account who = {.name = name_of(arena, p, person),
                          .full_name = person->full_name,
                          .personal_id = person->personal_id,
                          .is_citizen = true};
    /* Without a link, which would let him choose a password that he does not need. */
    enum err e = account_add(a, by, &who, NULL, 0, ret_account, NULL, f);
    if (e == OK)
        e = db_run(a->db, STR("INSERT INTO identity VALUES (?1, ?2, ?3)"),
                   DB_VALUES(db_text(p->issuer), db_text(person->subject), db_int(*ret_account)), f);
    return e;
}

/* What the provider vouches for now holds from now on. */
static enum err update(struct access *a, int64_t account, const struct oidc_person *person, struct fault *f)
{
    return db_run(a->db,
                  STR("UPDATE account SET full_name = ?2, personal_id = ?3 WHERE account = ?1 AND (full_name <> ?2"
                      " OR personal_id <> ?3)"),
                  DB_VALUES(db_int(account), db_text(person->full_name), db_text(person->personal_id)), f);
}

enum err oidc_vouches(struct access *a, int64_t account, bool *ret_vouches, struct fault *f)
{
    int64_t n = 0;
    enum err e =
        db_value_int(a->db, STR("SELECT count(*) FROM identity WHERE account = ?1"), DB_VALUES(db_int(account)), &n, f);
    *ret_vouches = n > 0;
    return e;
}

enum err oidc_account(struct arena *arena, struct access *a, const struct actor *by, const struct oidc_provider *p,
                      const struct oidc_person *person, struct account *ret, struct fault *f)
{
    int64_t number = 0;
    enum err e = access_begin(a, f);
    if (e != OK)
        return e;
    e = find_identity(a, p, person, &number, f);
    if (e == OK)
        e = number ? update(a, number, person, f) : add_account(arena, a, by, p, person, &number, f);
    e = access_end(a, e, f);
    if (e == OK)
        e = account_get(arena, a, number, ret, f);
    return e == OK && ret->is_disabled ? FAULT(f, ERR_SIGN_IN_REFUSED) : e;
}
