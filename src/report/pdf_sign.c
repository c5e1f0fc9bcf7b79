#include "report/pdf_sign.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/vec.h"
#include "report/pdf.h"
#include "text/date.h"
#include "text/utf8.h"

#include "base/banned.h"

enum { SPARE_BYTES = 512, RANGE_WIDTH = 64, SIGNATURES_MAX = 16 };

/* ---- signing ---- */

/* A text string: UTF-16 with its mark, in hexadecimal, so that nothing in it needs an escape. */
static void put_text(struct buf *out, struct str s)
{
    buf_puts(out, "<FEFF");
    for (size_t at = 0; at < s.n;) {
        uint32_t cp;
        at += utf8_next(s, at, &cp);
        if (cp >= 0x10000)
            buf_printf(out, "%04X%04X", 0xD800 + ((cp - 0x10000) >> 10), 0xDC00 + ((cp - 0x10000) & 0x3FF));
        else
            buf_printf(out, "%04X", cp);
    }
    buf_putc(out, '>');
}

static void put_moment(struct buf *out, int64_t ms)
{
    struct date day = date_of_instant(ms, 0);
    int seconds = (int)((ms - instant_of_date(day, 0)) / 1000);
    buf_printf(out, "(D:%04d%02d%02d%02d%02d%02dZ)", day.year, day.month, day.day, seconds / 3600, seconds / 60 % 60,
               seconds % 60);
}

struct update {
    struct buf *out;
    struct pdf_tail tail;
    size_t page_at, root_at, signature_at, field_at; /* where the objects begin */
    size_t range_at, contents_at;                    /* where ranges go, and where “<” of the signature stands */
    unsigned signature, field;                       /* numbers of the objects */
};

static void put_signature(struct update *u, const struct cms_signer *signer, const struct pdf_signing *what,
                          size_t room)
{
    u->signature_at = u->out->n;
    buf_printf(u->out,
               "%u 0 obj\n<< /Type /Sig\n   /Filter /Adobe.PPKLite\n   /SubFilter /adbe.pkcs7.detached\n   /Name ",
               u->signature);
    put_text(u->out, cms_signer_name(signer));
    if (what->reason.n) {
        buf_puts(u->out, "\n   /Reason ");
        put_text(u->out, what->reason);
    }
    buf_puts(u->out, "\n   /M ");
    put_moment(u->out, what->now_ms);
    buf_puts(u->out, "\n   /ByteRange [");
    u->range_at = u->out->n;
    buf_printf(u->out, "%*s]\n   /Contents ", RANGE_WIDTH, "");
    u->contents_at = u->out->n;
    buf_putc(u->out, '<');
    for (size_t i = 0; i < 2 * room; i++)
        buf_putc(u->out, '0');
    buf_puts(u->out, ">\n>>\nendobj\n");
}

/* A dictionary with one more reference in the array behind `open`; with the array itself when there is none yet. */
static void put_extended(struct update *u, unsigned number, struct str body, const char *open, const char *fresh)
{
    buf_printf(u->out, "%u 0 obj\n<<", number);
    const char *array = memmem(body.p, body.n, open, strlen(open));
    if (array) {
        size_t before = (size_t)(array - body.p) + strlen(open);
        buf_str(u->out, str_slice(body.p, before));
        buf_printf(u->out, "%u 0 R ", u->field);
        buf_str(u->out, str_slice(body.p + before, body.n - before));
    } else {
        buf_str(u->out, body);
        buf_printf(u->out,
                   fresh[0] == 'P' ? "   /Annots [ %u 0 R ]\n" : "   /AcroForm << /Fields [ %u 0 R ] /SigFlags 3 >>\n",
                   u->field);
    }
    buf_puts(u->out, ">>\nendobj\n");
}

static void put_entry(struct buf *out, unsigned number, size_t at)
{
    buf_printf(out, "%u 1\n%010zu 00000 n \n", number, at);
}

static void put_objects(struct update *u, const struct cms_signer *signer, const struct pdf_signing *what, size_t room)
{
    struct buf *out = u->out;
    put_signature(u, signer, what, room);
    u->field_at = out->n;
    buf_printf(
        out,
        "%u 0 obj\n<< /Type /Annot\n   /Subtype /Widget\n   /FT /Sig\n   /T (Signature%u)\n   /V %u 0 R\n   /P %u 0 R\n"
        "   /Rect [ 0 0 0 0 ]\n   /F 132\n>>\nendobj\n",
        u->field, u->field, u->signature, u->tail.page_number);
    u->page_at = out->n;
    put_extended(u, u->tail.page_number, u->tail.page, "/Annots [ ", "P");
    u->root_at = out->n;
    put_extended(u, u->tail.root, u->tail.catalog, "/Fields [ ", "R");
    size_t xref = out->n;
    buf_puts(out, "xref\n");
    put_entry(out, u->tail.page_number, u->page_at);
    put_entry(out, u->tail.root, u->root_at);
    put_entry(out, u->signature, u->signature_at);
    put_entry(out, u->field, u->field_at);
    buf_printf(out,
               "trailer\n<< /Size %u\n   /Root %u 0 R\n   /Info %u 0 R\n   /Prev %zu\n>>\nstartxref\n%zu\n%%%%EOF\n",
               u->field + 1, u->tail.root, u->tail.info, u->tail.xref, xref);
}

/* How long a signature of this signer is. */
static enum err room_of(const struct cms_signer *signer, int64_t now_ms, size_t *ret_room, struct fault *f)
{
    struct str nothing = STR("");
    struct buf trial CLEANUP(buf_done) = BUF_INIT(CMS_BYTES_MAX);
    enum err e = cms_sign(signer, &nothing, 1, now_ms, &trial, f);
    if (e == OK && trial.is_full)
        e = FAULT(f, ERR_LIMIT, {"what", STR("CMS")}, {"limit", STR("256 KiB")});
    *ret_room = trial.n + SPARE_BYTES;
    return e;
}

enum err pdf_sign(struct arena *a, struct str file, const char *path, const struct cms_signer *signer,
                  const struct pdf_signing *what, struct buf *out, struct fault *f)
{
    (void)a;
    struct update u = {.out = out};
    size_t room = 0;
    enum err e = pdf_tail_read(file, path, &u.tail, f);
    if (e == OK)
        e = room_of(signer, what->now_ms, &room, f);
    if (e != OK)
        return e;
    u.signature = u.tail.size;
    u.field = u.signature + 1;
    buf_str(out, file);
    if (file.p[file.n - 1] != '\n')
        buf_putc(out, '\n');
    put_objects(&u, signer, what, room);
    if (out->is_full)
        return FAULT(f, ERR_LIMIT, {"what", str_of(path)}, {"limit", STR("16 MiB")});
    size_t behind = u.contents_at + 2 * room + 2;
    char range[RANGE_WIDTH + 1];
    int n = snprintf(range, sizeof range, "0 %zu %zu %zu", u.contents_at, behind, out->n - behind);
    must(n > 0 && n <= RANGE_WIDTH);
    memcpy(out->p + u.range_at, range, (size_t)n);
    struct str parts[] = {{out->p, u.contents_at}, {out->p + behind, out->n - behind}};
    struct buf der CLEANUP(buf_done) = BUF_INIT(CMS_BYTES_MAX), hex CLEANUP(buf_done) = BUF_INIT(2 * CMS_BYTES_MAX);
    e = cms_sign(signer, parts, 2, what->now_ms, &der, f);
    if (e != OK)
        return e;
    must(der.n <= room);
    buf_hex(&hex, der.p, der.n);
    memcpy(out->p + u.contents_at + 1, hex.p, hex.n);
    return OK;
}

/* ---- judging ---- */

static bool is_digit_of_hex(char c, unsigned *ret)
{
    if (c >= '0' && c <= '9')
        *ret = (unsigned)(c - '0');
    else if (c >= 'a' && c <= 'f')
        *ret = (unsigned)(c - 'a') + 10;
    else if (c >= 'A' && c <= 'F')
        *ret = (unsigned)(c - 'A') + 10;
    else
        return false;
    return true;
}

/* The bytes of <…>. */
static bool hex_read(struct str hex, struct buf *out)
{
    for (size_t i = 0; i + 1 < hex.n; i += 2) {
        unsigned high, low;
        if (!is_digit_of_hex(hex.p[i], &high) || !is_digit_of_hex(hex.p[i + 1], &low))
            return false;
        buf_putc(out, (char)(high << 4 | low));
    }
    return hex.n % 2 == 0 && !out->is_full;
}

/* The range that a signature tells of: all before its own “<”, all behind its own “>”. */
struct covered {
    size_t before, behind, end;
};

static bool covered_read(struct str file, struct str signature, struct covered *ret)
{
    static const char key[] = "/ByteRange [";
    const char *p = memmem(signature.p, signature.n, key, sizeof key - 1);
    size_t numbers[4] = {0}, n = 0;
    if (!p)
        return false;
    for (p += sizeof key - 1; p < signature.p + signature.n && *p != ']' && n < 4; n++) {
        size_t digits = 0;
        while (p < signature.p + signature.n && *p >= '0' && *p <= '9' && digits++ < 9)
            numbers[n] = numbers[n] * 10 + (size_t)(*p++ - '0');
        while (p < signature.p + signature.n && *p == ' ')
            p++;
        if (digits == 0)
            return false;
    }
    *ret = (struct covered){numbers[1], numbers[2], numbers[2] + numbers[3]};
    return n == 4 && numbers[0] == 0 && ret->before + 1 < ret->behind && ret->behind < ret->end && ret->end <= file.n &&
           file.p[ret->before] == '<' && file.p[ret->behind - 1] == '>' && file.p + ret->before > signature.p &&
           file.p + ret->behind <= signature.p + signature.n;
}

static enum err judge(struct arena *a, struct str file, const char *path, const char *ca_path, struct str signature,
                      struct pdf_signature *ret, struct fault *f)
{
    struct covered c;
    if (!covered_read(file, signature, &c))
        return FAULT(f, ERR_PDF_FOREIGN, {"path", str_of(path)}, {"reason", STR("/ByteRange")});
    struct buf der CLEANUP(buf_done) = BUF_INIT(CMS_BYTES_MAX);
    if (!hex_read(str_slice(file.p + c.before + 1, c.behind - c.before - 2), &der))
        return FAULT(f, ERR_PDF_FOREIGN, {"path", str_of(path)}, {"reason", STR("/Contents")});
    struct str parts[] = {{file.p, c.before}, {file.p + c.behind, c.end - c.behind}};
    ret->end = c.end;
    return cms_verify(a, parts, 2, buf_view(&der), ca_path, &ret->verdict, f);
}

enum err pdf_verify(struct arena *a, struct str file, const char *path, const char *ca_path,
                    struct pdf_signature **ret_signatures, size_t *ret_n, struct fault *f)
{
    struct pdf_tail tail;
    struct str found[SIGNATURES_MAX];
    size_t n = 0;
    enum err e = pdf_tail_read(file, path, &tail, f);
    if (e == OK)
        e = pdf_signatures_find(file, path, &tail, found, SIGNATURES_MAX, &n, f);
    if (e == OK && n == 0)
        e = FAULT(f, ERR_PDF_UNSIGNED, {"path", str_of(path)});
    if (e != OK)
        return e;
    struct pdf_signature *all = ARENA_ARRAY(a, struct pdf_signature, n);
    size_t end = 0;
    for (size_t i = 0; e == OK && i < n; i++) {
        e = judge(a, file, path, ca_path, found[i], &all[i], f);
        end = e == OK && all[i].end > end ? all[i].end : end;
    }
    if (e == OK && end != file.n) {
        const char *bytes = arena_printf(a, "%zu", file.n - end);
        e = FAULT(f, ERR_PDF_AFTER, {"path", str_of(path)}, {"bytes", str_of(bytes)});
    }
    if (e != OK)
        return e;
    for (size_t i = 1; i < n; i++) /* fields are listed newest first */
        for (size_t k = i; k && all[k].end < all[k - 1].end; k--) {
            struct pdf_signature swap = all[k];
            all[k] = all[k - 1];
            all[k - 1] = swap;
        }
    *ret_signatures = all;
    *ret_n = n;
    return OK;
}
