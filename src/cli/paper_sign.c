/* tinhso paper sign, tinhso paper verify: signatures of people and agencies in a PDF, or beside any file. */
#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/paper.h"
#include "cli/secret.h"
#include "cli/show.h"
#include "report/pdf_sign.h"
#include "text/date.h"

#include "base/banned.h"

static enum err word_missing(struct cli *c, const char *what)
{
    const char *words = arena_printf(c->arena, "%s FILE.pdf", what);
    return FAULT(&c->fault, ERR_COMMAND_WORDS, {"command", STR("paper")}, {"words", str_of(words)});
}

static enum err signer_of(struct cli *c, struct cms_signer **ret_signer)
{
    struct seal_secret secret = {0};
    const char *cert = args_value(&c->args, "cert");
    enum err e = OK;
    if (!cert)
        return FAULT(&c->fault, ERR_OPTION_VALUE, {"option", STR("cert")}, {"value", STR("FILE")});
    if (args_value(&c->args, "passphrase-file"))
        e = secret_read(c, false, &secret, &c->fault);
    if (e == OK)
        e = cms_signer_read(c->arena, cert, args_value(&c->args, "key"), secret.bytes, ret_signer, &c->fault);
    secret_done(&secret);
    return e;
}

enum err paper_sign_run(struct cli *c)
{
    if (c->args.words.n != 2)
        return word_missing(c, "sign");
    const char *path = c->args.words.p[1], *out_path = args_value(&c->args, "output");
    bool is_detached = args_has(&c->args, "detached");
    struct cms_signer *signer = NULL;
    struct str file;
    struct buf out CLEANUP(buf_done) = BUF_INIT(LIMIT_PAPER_BYTES);
    struct pdf_signing what = {.reason = cli_option(c, "reason"), .now_ms = clock_now_ms()};
    enum err e = signer_of(c, &signer);
    if (e == OK)
        e = file_read(c->arena, path, LIMIT_PAPER_BYTES, &file, &c->fault);
    if (e == OK && is_detached)
        e = cms_sign(signer, &file, 1, what.now_ms, &out, &c->fault);
    else if (e == OK)
        e = pdf_sign(c->arena, file, path, signer, &what, &out, &c->fault);
    if (e != OK)
        return e;
    if (!out_path)
        out_path = is_detached ? arena_printf(c->arena, "%s.p7s", path) : path;
    struct str name = cms_signer_name(signer);
    e = file_write_atomic(out_path, buf_view(&out), 0644, &c->fault);
    if (e == OK)
        buf_printf(&c->out, T(c, "%s: đã ký, %.*s\n", "%s: signed by %.*s\n"), out_path, STR_ARG(name));
    return e;
}

/* ---- judging ---- */

static struct str moment_shown(struct cli *c, int64_t ms)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    if (ms)
        instant_print(ms, &b);
    return keep(c, &b);
}

static void verdict_json(struct cli *c, struct json_out *o, const struct cms_verdict *v)
{
    json_object_begin(o);
    json_member(o, "name", v->name);
    json_member(o, "issuer", v->issuer);
    json_member(o, "serial", v->serial);
    json_member(o, "signed_at", moment_shown(c, v->signed_ms));
    json_member(o, "valid_from", moment_shown(c, v->valid_from_ms));
    json_member(o, "valid_to", moment_shown(c, v->valid_to_ms));
    json_key(o, STR("is_trusted")), json_bool(o, v->is_trusted);
    json_member(o, "reason", v->reason);
    json_object_end(o);
}

static void verdict_show(struct cli *c, const struct cms_verdict *v)
{
    buf_printf(&c->out, T(c, "Chữ ký đúng: %.*s\n", "The signature is right: %.*s\n"), STR_ARG(v->name));
    show_fact(c, T(c, "Nơi cấp", "Issuer"), v->issuer);
    show_fact(c, T(c, "Số chứng thư", "Serial"), v->serial);
    show_fact(c, T(c, "Lúc ký", "Signed at"), moment_shown(c, v->signed_ms));
    show_fact(c, T(c, "Tin được", "Trusted"), v->is_trusted ? str_of(T(c, "có", "yes")) : v->reason);
}

/* One that is right but leads to nobody trusted is an error where certificates to trust were named. */
static enum err verdicts_answer(struct cli *c, const struct pdf_signature *all, size_t n)
{
    struct json_out o;
    if (c->is_json) {
        o = answer_begin(c);
        json_object_begin(&o);
        json_key(&o, STR("signatures"));
        json_array_begin(&o);
    }
    enum err e = OK;
    for (size_t i = 0; i < n; i++) {
        const struct cms_verdict *v = &all[i].verdict;
        if (c->is_json)
            verdict_json(c, &o, v);
        else
            verdict_show(c, v);
        if (!v->is_trusted && args_value(&c->args, "ca"))
            e = FAULT(&c->fault, ERR_CMS_CHAIN, {"name", v->name}, {"reason", v->reason});
    }
    if (c->is_json) {
        json_array_end(&o);
        json_object_end(&o);
        answer_end(c, &o);
    }
    return e;
}

enum err paper_verify_run(struct cli *c)
{
    if (c->args.words.n != 2)
        return word_missing(c, "verify");
    const char *path = c->args.words.p[1], *beside = args_value(&c->args, "signature");
    const char *ca = args_value(&c->args, "ca");
    struct str file, der;
    struct pdf_signature one = {0}, *all = &one;
    size_t n = 1;
    enum err e = file_read(c->arena, path, LIMIT_PAPER_BYTES, &file, &c->fault);
    if (e == OK && ca && !file_exists(ca))
        e = FAULT(&c->fault, ERR_FILE_MISSING, {"path", str_of(ca)});
    if (e == OK && beside)
        e = file_read(c->arena, beside, CMS_BYTES_MAX, &der, &c->fault);
    if (e == OK && beside)
        e = cms_verify(c->arena, &file, 1, der, ca, &one.verdict, &c->fault);
    else if (e == OK)
        e = pdf_verify(c->arena, file, path, ca, &all, &n, &c->fault);
    return e == OK ? verdicts_answer(c, all, n) : e;
}
