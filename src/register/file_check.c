#include "register/file_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/sandbox.h"
#include "base/vec.h"

#include "base/banned.h"

enum verdict { FILE_FINE, FILE_UNKNOWN, FILE_BROKEN, FILE_LOCKED };
enum kind { KIND_NONE, KIND_PDF, KIND_JPEG, KIND_PNG };

/* What the child says. */
struct finding {
    int verdict, kind, pages;
};

struct looking {
    const unsigned char *p;
    size_t n;
};

/* ---- in the child */

static size_t find(const struct looking *l, size_t from, size_t to, const char *what)
{
    size_t n = strlen(what);
    for (size_t i = from; i + n <= to && i + n <= l->n; i++)
        if (memcmp(l->p + i, what, n) == 0)
            return i;
    return l->n;
}

static bool is_word(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static size_t blanks(const struct looking *l, size_t i)
{
    while (i < l->n && (l->p[i] == ' ' || l->p[i] == '\r' || l->p[i] == '\n' || l->p[i] == '\t'))
        i++;
    return i;
}

static long number_at(const struct looking *l, size_t i)
{
    long n = 0;
    i = blanks(l, i);
    if (i >= l->n || l->p[i] < '0' || l->p[i] > '9')
        return -1;
    for (; i < l->n && l->p[i] >= '0' && l->p[i] <= '9' && n < 100000000; i++)
        n = n * 10 + (l->p[i] - '0');
    return n;
}

/* Objects of type Page; where they lie packed in object streams, the greatest Count of a page tree. */
static int pdf_pages(const struct looking *l)
{
    long pages = 0, most = 0;
    for (size_t i = find(l, 0, l->n, "/Type"); i < l->n; i = find(l, i + 5, l->n, "/Type")) {
        size_t k = blanks(l, i + 5);
        pages += k + 5 <= l->n && memcmp(l->p + k, "/Page", 5) == 0 && (k + 5 == l->n || !is_word(l->p[k + 5]));
    }
    for (size_t i = find(l, 0, l->n, "/Count"); i < l->n; i = find(l, i + 6, l->n, "/Count")) {
        long n = number_at(l, i + 6);
        most = n > most ? n : most;
    }
    long found = pages ? pages : most;
    return found > 100000 ? 0 : (int)found;
}

static struct finding look_pdf(const struct looking *l)
{
    enum { TAIL = 2048 };
    struct finding r = {FILE_FINE, KIND_PDF, 0};
    size_t tail = l->n > TAIL ? l->n - TAIL : 0;
    size_t start = find(l, tail, l->n, "startxref"), end = find(l, tail, l->n, "%%EOF");
    long place = start < l->n ? number_at(l, start + 9) : -1;
    if (end >= l->n || place < 0 || (size_t)place >= l->n) {
        r.verdict = FILE_BROKEN;
        return r;
    }
    for (size_t i = find(l, 0, l->n, "/Encrypt"); i < l->n; i = find(l, i + 8, l->n, "/Encrypt"))
        if (i + 8 < l->n && !is_word(l->p[i + 8])) {
            r.verdict = FILE_LOCKED;
            return r;
        }
    r.pages = pdf_pages(l);
    return r;
}

/* Segments up to the picture itself, which must end. */
static struct finding look_jpeg(const struct looking *l)
{
    struct finding r = {FILE_BROKEN, KIND_JPEG, 1};
    bool has_size = false;
    size_t i = 2;
    while (i + 4 <= l->n && l->p[i] == 0xff) {
        unsigned marker = l->p[i + 1];
        size_t n = (size_t)l->p[i + 2] << 8 | l->p[i + 3];
        if (marker == 0xff) {
            i++;
            continue;
        }
        if (n < 2 || i + 2 + n > l->n)
            return r;
        if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc && n >= 8)
            has_size = (l->p[i + 5] | l->p[i + 6]) != 0 && (l->p[i + 7] | l->p[i + 8]) != 0;
        i += 2 + n;
        if (marker == 0xda)
            break;
    }
    for (size_t k = i; has_size && k + 1 < l->n; k++)
        if (l->p[k] == 0xff && l->p[k + 1] == 0xd9)
            r.verdict = FILE_FINE;
    return r;
}

static struct finding look_png(const struct looking *l)
{
    struct finding r = {FILE_BROKEN, KIND_PNG, 1};
    bool has_picture = false;
    for (size_t i = 8; i + 12 <= l->n;) {
        size_t n = (size_t)l->p[i] << 24 | (size_t)l->p[i + 1] << 16 | (size_t)l->p[i + 2] << 8 | l->p[i + 3];
        if (n > l->n - i - 12)
            return r;
        has_picture |= memcmp(l->p + i + 4, "IDAT", 4) == 0;
        if (memcmp(l->p + i + 4, "IEND", 4) == 0) {
            r.verdict = has_picture ? FILE_FINE : FILE_BROKEN;
            return r;
        }
        i += n + 12;
    }
    return r;
}

static struct finding look_at(const struct looking *l)
{
    enum { HEAD = 1024 };
    if (l->n >= 3 && memcmp(l->p, "\xff\xd8\xff", 3) == 0)
        return look_jpeg(l);
    if (l->n >= 8 && memcmp(l->p, "\x89PNG\r\n\x1a\n", 8) == 0)
        return look_png(l);
    if (find(l, 0, l->n < HEAD ? l->n : HEAD, "%PDF-") < l->n)
        return look_pdf(l);
    return (struct finding){FILE_UNKNOWN, KIND_NONE, 0};
}

static int look(void *ctx, int out_fd)
{
    struct finding r = look_at(ctx);
    return write(out_fd, &r, sizeof r) == (ssize_t)sizeof r ? 0 : 1;
}

/* ---- in the parent */

static enum err ask_child(struct str bytes, struct finding *ret, struct fault *f)
{
    struct looking l = {(const unsigned char *)bytes.p, bytes.n};
    struct sandbox *box = NULL;
    const struct sandbox_limits limits = {.memory_bytes = LIMIT_FILE_CHECK_MEMORY,
                                          .cpu_seconds = LIMIT_FILE_CHECK_SECONDS,
                                          .wall_seconds = LIMIT_FILE_CHECK_SECONDS,
                                          .output_bytes = sizeof *ret + 1};
    size_t n = 0, got = 0;
    unsigned char answer[sizeof *ret + 1]; /* read to its end, so that the child has ended by itself */
    enum err e = sandbox_start(look, &l, NULL, 0, &limits, &box, f);
    if (e != OK)
        return e;
    do {
        e = sandbox_read(box, answer + n, sizeof answer - n, &got, f);
        n += e == OK ? got : 0;
    } while (e == OK && got > 0 && n < sizeof answer);
    if (e != OK) {
        sandbox_stop(box);
        return e;
    }
    e = sandbox_wait(box, NULL, f);
    if (e == OK && n == sizeof *ret)
        memcpy(ret, answer, sizeof *ret);
    return e;
}

static enum err scan_failed(struct str name, struct str said, struct fault *f)
{
    struct str last = str_trim(said);
    for (size_t i = last.n; i > 0; i--)
        if (last.p[i - 1] == '\n') {
            last = str_slice(last.p + i, last.n - i);
            break;
        }
    return FAULT(f, ERR_FILE_VIRUS, {"name", name}, {"reason", last.n ? last : STR("—")});
}

void scanner_read(struct arena *a, const char *command, struct scanner *ret)
{
    *ret = (struct scanner){.n = 0};
    for (struct str rest = str_of(command); rest.p && ret->n < SCANNER_WORDS;) {
        struct str value, word = str_cut(rest, ' ', &rest);
        if (!word.n)
            continue;
        const char *kept = arena_dup(a, word.p, word.n);
        struct str path = str_cut(word, '=', &value);
        path = value.p ? value : path;
        if (ret->n && path.n && path.p[0] == '/')
            ret->readable[ret->n_readable++] = arena_dup(a, path.p, path.n);
        ret->argv[ret->n++] = kept;
    }
}

static enum err scan(struct str name, struct str bytes, const char *command, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf said CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    struct fault why = {0};
    struct scanner s;
    char folder[] = "/tmp/tinhso-scan-XXXXXX";
    scanner_read(a, command, &s);
    if (s.n == 0 || !mkdtemp(folder))
        return s.n == 0 ? OK : fault_errno(f, "mkdtemp", folder);
    const char *path = arena_printf(a, "%s/file", folder);
    s.argv[s.n] = s.readable[s.n_readable] = path;
    const struct sandbox_limits limits = {.memory_bytes = LIMIT_GEOFILE_MEMORY,
                                          .cpu_seconds = LIMIT_FILE_CHECK_SECONDS,
                                          .wall_seconds = LIMIT_FILE_CHECK_SECONDS};
    enum err e = file_write_new(path, bytes, 0600, f);
    if (e == OK)
        e = sandbox_run(s.argv, s.readable, folder, &limits, &said, &why);
    unlink(path);
    rmdir(folder);
    if (e == ERR_SANDBOX_PROGRAM)
        return scan_failed(name, buf_view(&said), f);
    if (e != OK && why.code)
        *f = why;
    return e;
}

enum err file_check(struct str name, struct str bytes, const char *scanner, struct file_facts *ret_facts,
                    struct fault *f)
{
    static const char *const media[] = {"", "application/pdf", "image/jpeg", "image/png"};
    struct finding r = {FILE_BROKEN, KIND_NONE, 0};
    char most[16];
    snprintf(most, sizeof most, "%d", LIMIT_DOSSIER_FILE_BYTES >> 20);
    if (bytes.n == 0)
        return FAULT(f, ERR_FILE_EMPTY, {"name", name});
    if (bytes.n > LIMIT_DOSSIER_FILE_BYTES)
        return FAULT(f, ERR_FILE_LARGE, {"name", name}, {"limit", str_of(most)});
    enum err e = ask_child(bytes, &r, f);
    if (e != OK)
        return e;
    if (r.verdict == FILE_UNKNOWN)
        return FAULT(f, ERR_FILE_KIND, {"name", name});
    if (r.verdict == FILE_LOCKED)
        return FAULT(f, ERR_FILE_ENCRYPTED, {"name", name});
    if (r.verdict != FILE_FINE || r.kind <= KIND_NONE || r.kind > KIND_PNG || r.pages < 0)
        return FAULT(f, ERR_FILE_BROKEN, {"name", name});
    if (scanner && (e = scan(name, bytes, scanner, f)) != OK)
        return e;
    *ret_facts = (struct file_facts){media[r.kind], r.pages};
    return OK;
}
