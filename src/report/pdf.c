#include "report/pdf.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/mem.h"

#include "base/banned.h"

enum { UPDATES_MAX = 32, OBJECTS_MAX = 100000 };

static enum err foreign(const char *path, const char *reason, struct fault *f)
{
    return FAULT(f, ERR_PDF_FOREIGN, {"path", str_of(path)}, {"reason", str_of(reason)});
}

/* Where `what` begins for the last time; NULL when it does not. */
static const char *last_of(struct str s, struct str what)
{
    for (size_t i = s.n; i >= what.n && i > 0; i--)
        if (i >= what.n && memcmp(s.p + i - what.n, what.p, what.n) == 0)
            return s.p + i - what.n;
    return NULL;
}

static const char *first_of(struct str s, struct str what)
{
    return s.n >= what.n ? memmem(s.p, s.n, what.p, what.n) : NULL;
}

/* Steps over spaces and line ends, then reads digits. */
static bool number_read(struct str *s, unsigned *ret_number)
{
    size_t i = 0, n = 0;
    unsigned number = 0;
    while (i < s->n && (s->p[i] == ' ' || s->p[i] == '\n' || s->p[i] == '\r'))
        i++;
    for (; i < s->n && s->p[i] >= '0' && s->p[i] <= '9' && n < 9; i++, n++)
        number = number * 10 + (unsigned)(s->p[i] - '0');
    *s = str_slice(s->p + i, s->n - i);
    *ret_number = number;
    return n > 0;
}

static struct str from_of(struct str s, const char *p)
{
    return str_slice(p, s.n - (size_t)(p - s.p));
}

/* The number behind a key of a dictionary. */
static bool key_number(struct str dictionary, struct str key, unsigned *ret_number)
{
    const char *p = first_of(dictionary, key);
    if (!p)
        return false;
    struct str rest = from_of(dictionary, p + key.n);
    return number_read(&rest, ret_number);
}

/* The part of the file that the table at `at` describes: its trailer. */
static bool trailer_at(struct str file, size_t at, struct str *ret_trailer)
{
    if (at >= file.n || !str_starts(from_of(file, file.p + at), STR("xref\n")))
        return false;
    struct str rest = from_of(file, file.p + at);
    const char *trailer = first_of(rest, STR("trailer\n<<"));
    if (!trailer)
        return false;
    rest = from_of(rest, trailer);
    const char *end = first_of(rest, STR(">>"));
    if (!end)
        return false;
    *ret_trailer = str_slice(trailer, (size_t)(end - trailer));
    return true;
}

/* Where the object stands according to one table; 0 when the table does not tell of it. */
static size_t entry_in(struct str file, size_t xref, unsigned object)
{
    struct str rest = from_of(file, file.p + xref + 5);
    unsigned first, n;
    while (number_read(&rest, &first) && number_read(&rest, &n) && n <= OBJECTS_MAX) {
        enum { ENTRY = 20 };
        if (rest.n == 0 || (rest.p[0] == ' ' && rest.n > 1))
            rest = str_slice(rest.p + (rest.n > 0), rest.n - (rest.n > 0));
        if (rest.n == 0 || rest.p[0] != '\n' || rest.n - 1 < (size_t)n * ENTRY)
            return 0;
        rest = str_slice(rest.p + 1, rest.n - 1);
        if (object >= first && object - first < n) {
            struct str entry = str_slice(rest.p + (size_t)(object - first) * ENTRY, ENTRY);
            unsigned high, low;
            struct str digits = str_slice(entry.p, 5);
            bool is_fine = number_read(&digits, &high);
            digits = str_slice(entry.p + 5, 5);
            is_fine = is_fine && number_read(&digits, &low) && entry.p[17] == 'n';
            return is_fine ? (size_t)high * 100000 + low : 0;
        }
        rest = str_slice(rest.p + (size_t)n * ENTRY, rest.n - (size_t)n * ENTRY);
    }
    return 0;
}

/* What stands between << and >> of an object, by the newest table that tells of it. */
static bool object_read(struct str file, size_t xref, unsigned object, struct str *ret_body)
{
    for (int i = 0; i < UPDATES_MAX; i++) {
        struct str trailer;
        unsigned previous;
        if (!trailer_at(file, xref, &trailer))
            return false;
        size_t at = entry_in(file, xref, object);
        if (at && at < file.n) {
            char head[32];
            int n = snprintf(head, sizeof head, "%u 0 obj\n<<", object);
            struct str rest = from_of(file, file.p + at);
            const char *end = first_of(rest, STR(">>\nendobj"));
            if (n < 0 || !end || !str_starts(rest, str_slice(head, (size_t)n)))
                return false;
            *ret_body = str_slice(rest.p + n, (size_t)(end - rest.p) - (size_t)n);
            return true;
        }
        if (!key_number(trailer, STR("/Prev "), &previous) || previous >= xref)
            return false;
        xref = previous;
    }
    return false;
}

enum err pdf_tail_read(struct str file, const char *path, struct pdf_tail *ret_tail, struct fault *f)
{
    struct pdf_tail t = {0};
    unsigned xref, pages;
    if (!str_starts(file, STR("%PDF-1.")) || file.n < 100)
        return foreign(path, "%PDF-1.", f);
    if (file.n > LIMIT_PAPER_BYTES)
        return foreign(path, "16 MiB", f);
    const char *start = last_of(file, STR("startxref\n"));
    if (!start)
        return foreign(path, "startxref", f);
    struct str rest = from_of(file, start + 10), trailer;
    if (!number_read(&rest, &xref) || !str_is(str_trim(rest), "%%EOF") || !trailer_at(file, xref, &trailer))
        return foreign(path, "xref", f);
    t.xref = xref;
    if (!key_number(trailer, STR("/Size "), &t.size) || !key_number(trailer, STR("/Root "), &t.root) ||
        !key_number(trailer, STR("/Info "), &t.info) || t.size > OBJECTS_MAX)
        return foreign(path, "trailer", f);
    struct str body;
    if (!object_read(file, xref, t.root, &t.catalog) || !key_number(t.catalog, STR("/Pages "), &pages))
        return foreign(path, "/Catalog", f);
    if (!object_read(file, xref, pages, &body) || !key_number(body, STR("/Kids ["), &t.page_number) ||
        !object_read(file, xref, t.page_number, &t.page) || !first_of(t.page, STR("/Type /Page")))
        return foreign(path, "/Pages", f);
    *ret_tail = t;
    return OK;
}

enum err pdf_signatures_find(struct str file, const char *path, const struct pdf_tail *tail, struct str *found,
                             size_t most, size_t *ret_n, struct fault *f)
{
    static const char fields[] = "/Fields [";
    *ret_n = 0;
    const char *p = first_of(tail->catalog, STR("/Fields ["));
    if (!p)
        return OK;
    struct str rest = from_of(tail->catalog, p + sizeof fields - 1), body;
    unsigned field, generation, signature;
    while (number_read(&rest, &field)) {
        bool is_fine = number_read(&rest, &generation) && str_starts(rest, STR(" R")) && *ret_n < most &&
                       object_read(file, tail->xref, field, &body) && key_number(body, STR("/V "), &signature) &&
                       object_read(file, tail->xref, signature, &found[*ret_n]);
        if (!is_fine)
            return foreign(path, "/AcroForm", f);
        rest = str_slice(rest.p + 2, rest.n - 2);
        ++*ret_n;
    }
    return OK;
}

enum err pdf_facts_add(struct buf *file, struct fault *f)
{
    static const char facts[] = "   /Lang (vi)\n   /ViewerPreferences << /DisplayDocTitle true >>\n";
    struct pdf_tail t;
    enum err e = pdf_tail_read(buf_view(file), "PDF", &t, f);
    if (e != OK)
        return e;
    const char *start = last_of(buf_view(file), STR("startxref\n"));
    /* The catalog is the last object: only the table behind it moves. */
    size_t at = (size_t)(t.catalog.p + t.catalog.n - file->p), end = (size_t)(start - file->p);
    must(at < t.xref && t.xref < end && memchr(t.catalog.p, '<', t.catalog.n) == NULL);
    struct buf rest CLEANUP(buf_done) = BUF_INIT(LIMIT_PAPER_BYTES);
    buf_add(&rest, file->p + at, end - at);
    file->n = at;
    buf_puts(file, facts);
    buf_str(file, buf_view(&rest));
    buf_printf(file, "startxref\n%zu\n%%%%EOF\n", t.xref + sizeof facts - 1);
    return file->is_full ? FAULT(f, ERR_LIMIT, {"what", STR("PDF")}, {"limit", STR("16 MiB")}) : OK;
}
