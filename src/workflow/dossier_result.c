#include "workflow/dossier_result.h"

#include "base/limits.h"
#include "register/file.h"
#include "register/query.h"
#include "report/paper.h"
#include "report/pdf_sign.h"
#include "workflow/procedure.h"

#include "base/banned.h"

struct publishing {
    struct arena *a;
    struct change *c;
    struct store *s;
    const struct result_of *r;
    const struct reg *files, *results;
    struct date day;
    int64_t number; /* of the next file */
};

static void give(const struct reg *reg, struct record *r, const char *field, struct str text)
{
    int n = reg_field_number(reg, str_of(field));
    if (n != NO_FIELD && text.n)
        r->values[n] = (struct value){.kind = VALUE_TEXT, .text = text};
}

static void give_int(const struct reg *reg, struct record *r, const char *field, int64_t v)
{
    int n = reg_field_number(reg, str_of(field));
    if (n != NO_FIELD)
        r->values[n] = (struct value){.kind = VALUE_INTEGER, .integer = v};
}

static enum err last_file(struct publishing *p, struct fault *f)
{
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = false;
    const char *filter = arena_printf(p->a, "dossier = '%.*s'", STR_ARG(p->r->dossier->id));
    enum err e = query_open(
        p->s, p->files, &(struct query_options){.filter = str_of(filter), .sort = STR("-number"), .limit = 1}, &q, f);
    if (e == OK)
        e = query_next(q, &r, &has_row, f);
    p->number = 0;
    if (e == OK && has_row)
        record_integer(p->files, &r, "number", &p->number);
    return e;
}

static struct str hex_of(struct arena *a, const struct digest *d)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(2 * DIGEST_BYTES + 1);
    buf_hex(&b, d->b, DIGEST_BYTES);
    return str_dup(a, buf_view(&b));
}

static enum err add_file(struct publishing *p, const char *kind, const char *suffix, const char *media,
                         struct str bytes, struct str *ret_sha, struct fault *f)
{
    const struct reg *reg = p->files;
    struct digest digest;
    enum put_outcome outcome;
    p->number++;
    struct record r = {.id = str_of(arena_printf(p->a, "%.*s@%lld", STR_ARG(p->r->dossier->id), (long long)p->number)),
                       .values = ARENA_ARRAY(p->a, struct value, reg->n_fields),
                       .is_sample = p->r->dossier->is_sample};
    enum err e = file_put(p->c, reg->name, r.id, bytes, &digest, f);
    if (e != OK)
        return e;
    *ret_sha = hex_of(p->a, &digest);
    give(reg, &r, "dossier", p->r->dossier->id);
    give_int(reg, &r, "number", p->number);
    give(reg, &r, "kind", str_of(kind));
    give(reg, &r, "name", str_of(arena_printf(p->a, "%.*s%s", STR_ARG(p->r->dossier->id), suffix)));
    give(reg, &r, "media_type", str_of(media));
    give_int(reg, &r, "bytes", (int64_t)bytes.n);
    give(reg, &r, "sha256", *ret_sha);
    give(reg, &r, "origin", STR("made"));
    give(reg, &r, "added_on", date_iso(p->a, p->day));
    give(reg, &r, "added_by", p->r->issuer);
    return change_put(p->c, reg, &r, &outcome, f);
}

/* The paper of the step as PDF, with the seal inside. */
static enum err make_pdf(struct publishing *p, struct buf *out, struct fault *f)
{
    struct buf plain CLEANUP(buf_done) = BUF_INIT(LIMIT_DOSSIER_FILE_BYTES);
    const struct paper *paper = NULL;
    struct json *context = NULL;
    enum err e = paper_find(p->a, p->s->province, p->r->transition->paper, date_iso(p->a, p->day), &paper, f);
    if (e == OK)
        e = json_parse(p->a, p->r->json, STR(""), &context, f);
    if (e == OK)
        e = paper_pdf(p->a, paper, context, p->r->seal ? &plain : out, f);
    if (e != OK || !p->r->seal)
        return e;
    const struct pdf_signing how = {.reason = STR("Ký ban hành kết quả"), .now_ms = p->r->now_ms};
    return pdf_sign(p->a, buf_view(&plain), "result.pdf", p->r->seal, &how, out, f);
}

/* The result that this dossier had before: its code, and how many there were. */
static enum err results_before(struct publishing *p, struct str *ret_last, int64_t *ret_n, struct fault *f)
{
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = true;
    const char *filter = arena_printf(p->a, "dossier = '%.*s'", STR_ARG(p->r->dossier->id));
    enum err e = query_open(p->s, p->results, &(struct query_options){.filter = str_of(filter)}, &q, f);
    *ret_last = STR("");
    *ret_n = 0;
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row) {
        *ret_last = str_dup(p->a, r.id);
        ++*ret_n;
    }
    return e;
}

static enum err add_result(struct publishing *p, struct str sha, int64_t file, struct fault *f)
{
    const struct reg *reg = p->results, *from = p->r->workflow->reg;
    const struct record *d = p->r->dossier;
    struct procedure *procedure = NULL;
    struct str last;
    int64_t n;
    enum put_outcome outcome;
    enum err e = results_before(p, &last, &n, f);
    if (e == OK)
        e = procedure_read(p->a, p->s, record_text(from, d, "procedure"), p->day, &procedure, f);
    if (e != OK)
        return e;
    struct str code = str_of(n ? arena_printf(p->a, "KQ.%.*s-%lld", STR_ARG(d->id), (long long)n + 1)
                               : arena_printf(p->a, "KQ.%.*s", STR_ARG(d->id)));
    struct record r = {.id = code, .values = ARENA_ARRAY(p->a, struct value, reg->n_fields), .is_sample = d->is_sample};
    struct str number = record_text(from, d, "result_number");
    give(reg, &r, "code", code);
    give(reg, &r, "dossier", d->id);
    give(reg, &r, "kind", procedure->n_results ? procedure->results[0] : procedure->name.vi);
    give(reg, &r, "kind_code", procedure->n_result_codes ? procedure->result_codes[0] : STR(""));
    give(reg, &r, "number", number.n ? number : d->id);
    give(reg, &r, "owner", record_text(from, d, "applicant"));
    give(reg, &r, "personal_id", record_text(from, d, "personal_id"));
    give(reg, &r, "issuer", record_text(from, d, "office"));
    give(reg, &r, "signer", record_text(from, d, "signer"));
    give(reg, &r, "signed_on", date_iso(p->a, p->day));
    give_int(reg, &r, "file", file);
    give(reg, &r, "sha256", sha);
    give(reg, &r, "replaces", last);
    return change_put(p->c, reg, &r, &outcome, f);
}

enum err result_publish(struct arena *a, struct change *c, const struct result_of *result, struct fault *f)
{
    struct publishing p = {.a = a, .c = c, .s = change_store(c), .r = result};
    struct buf pdf CLEANUP(buf_done) = BUF_INIT(LIMIT_DOSSIER_FILE_BYTES),
                   seal CLEANUP(buf_done) = BUF_INIT(CMS_BYTES_MAX);
    struct str sha, ignored;
    p.day = date_of_instant(result->now_ms, p.s->province->utc_offset_minutes);
    enum err e = province_register_find(p.s->province, STR("dossier_files"), &p.files, f);
    if (e == OK)
        e = province_register_find(p.s->province, STR("results"), &p.results, f);
    if (e == OK)
        e = make_pdf(&p, &pdf, f);
    if (e == OK)
        e = last_file(&p, f);
    if (e == OK)
        e = add_file(&p, "result", ".pdf", "application/pdf", buf_view(&pdf), &sha, f);
    int64_t file = p.number;
    const struct str whole = buf_view(&pdf);
    if (e == OK && result->seal)
        e = cms_sign(result->seal, &whole, 1, result->now_ms, &seal, f);
    if (e == OK && result->seal)
        e = add_file(&p, "signature", ".p7s", "application/pkcs7-signature", buf_view(&seal), &ignored, f);
    return e == OK ? add_result(&p, sha, file, f) : e;
}
