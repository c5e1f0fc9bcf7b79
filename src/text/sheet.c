/* The parent's side: opens and weighs the file, starts the child, and believes nothing of what it says. */
#include "text/sheet.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/sandbox.h"
#include "text/sheet_internal.h"
#include "text/utf8.h"

#include "base/banned.h"

enum { BUFFER_BYTES = 256 << 10 };

struct sheet {
    struct arena *keep;
    char *path;
    int fd;
    struct stat st;
    struct sheet_job job;
    struct sandbox *box;
    struct sheet_facts facts;
    char *buffer; /* n bytes from at on are unread */
    size_t at, n, cap;
    struct cell *cells;
    size_t cells_cap;
    uint32_t last_row;
    uint64_t n_cells;
    bool is_at_end;
    struct fault failed; /* code OK while all is well */
};

/* ---- the file ---- */

static enum err bytes_fault(const char *path, struct fault *f)
{
    char limit[16];
    snprintf(limit, sizeof limit, "%d", LIMIT_SHEET_FILE_BYTES >> 20);
    return FAULT(f, ERR_SHEET_BYTES, {"path", str_of(path)}, {"limit", str_of(limit)});
}

static enum err file_open(struct sheet *s, struct fault *f)
{
    s->fd = open(s->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (s->fd < 0 && errno == ENOENT)
        return FAULT(f, ERR_FILE_MISSING, {"path", str_of(s->path)});
    if (s->fd < 0 && (errno == ELOOP || errno == ENXIO))
        return FAULT(f, ERR_SHEET_FILE, {"path", str_of(s->path)});
    if (s->fd < 0 || fstat(s->fd, &s->st) != 0)
        return fault_errno(f, "open", s->path);
    if (!S_ISREG(s->st.st_mode))
        return FAULT(f, ERR_SHEET_FILE, {"path", str_of(s->path)});
    if (s->st.st_size > LIMIT_SHEET_FILE_BYTES || s->st.st_blocks > LIMIT_SHEET_FILE_BYTES / 512 + 2048)
        return bytes_fault(s->path, f);
    if (s->st.st_size == 0)
        return FAULT(f, ERR_SHEET_NOTHING, {"path", str_of(s->path)});
    return OK;
}

static enum err file_digest(struct sheet *s, struct fault *f)
{
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    must(digest && EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1);
    off_t at = 0;
    enum err e = OK;
    while (e == OK && at <= s->st.st_size) {
        ssize_t n = pread(s->fd, s->buffer, s->cap, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            e = fault_errno(f, "read", s->path);
        if (n <= 0)
            break;
        must(EVP_DigestUpdate(digest, s->buffer, (size_t)n) == 1);
        at += n;
    }
    must(EVP_DigestFinal_ex(digest, s->facts.sha256, NULL) == 1);
    EVP_MD_CTX_free(digest);
    if (e == OK && at != s->st.st_size)
        e = FAULT(f, ERR_SHEET_CHANGED, {"path", str_of(s->path)});
    return e;
}

static enum err file_same(const struct sheet *s, struct fault *f)
{
    struct stat now;
    if (fstat(s->fd, &now) == 0 && now.st_size == s->st.st_size && now.st_mtim.tv_sec == s->st.st_mtim.tv_sec &&
        now.st_mtim.tv_nsec == s->st.st_mtim.tv_nsec)
        return OK;
    return FAULT(f, ERR_SHEET_CHANGED, {"path", str_of(s->path)});
}

/* ---- the pipe ---- */

static enum err child_start(struct sheet *s, struct fault *f)
{
    struct sandbox_limits limits = {
        .memory_bytes = (size_t)LIMIT_SHEET_MEMORY_BYTES + (size_t)s->st.st_size,
        .cpu_seconds = LIMIT_SHEET_CPU_SECONDS,
        .wall_seconds = LIMIT_SHEET_WALL_SECONDS,
        .output_bytes = (size_t)LIMIT_SHEET_OUTPUT_MIB << 20,
    };
    s->at = s->n = 0;
    s->last_row = 0;
    s->n_cells = 0;
    s->is_at_end = false;
    return sandbox_start(sheet_child, &s->job, &s->fd, 1, &limits, &s->box, f);
}

/* A child that says what none of ours says was taken over, or is broken. */
static enum err nonsense(struct fault *f)
{
    return FAULT(f, ERR_SANDBOX_KILLED, {"reason", STR("protocol")});
}

/* Makes n bytes readable at s->buffer + s->at; the end of the pipe before them is told by how the child ended. */
static enum err need(struct sheet *s, size_t n, struct fault *f)
{
    if (s->n >= n)
        return OK;
    if (s->at + n > s->cap) {
        memmove(s->buffer, s->buffer + s->at, s->n);
        s->at = 0;
    }
    if (n > s->cap) {
        s->cap = n + BUFFER_BYTES;
        s->buffer = mem_realloc(s->buffer, s->cap);
    }
    while (s->n < n) {
        size_t got = 0;
        enum err e = sandbox_read(s->box, s->buffer + s->at + s->n, s->cap - s->at - s->n, &got, f);
        if (e != OK)
            return e;
        if (got == 0) {
            int status = 0;
            e = sandbox_wait(TAKE(s->box), &status, f);
            return e != OK ? e : nonsense(f);
        }
        s->n += got;
    }
    return OK;
}

struct frame {
    const unsigned char *p, *end;
    bool is_bad;
};

static enum err frame_next(struct sheet *s, struct frame *ret_frame, struct fault *f)
{
    enum err e = need(s, 4, f);
    if (e != OK)
        return e;
    const unsigned char *p = (const unsigned char *)s->buffer + s->at;
    size_t n = (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
    if (n == 0 || n > 4 * (size_t)LIMIT_SHEET_ROW_BYTES)
        return nonsense(f);
    e = need(s, n + 4, f);
    if (e != OK)
        return e;
    p = (const unsigned char *)s->buffer + s->at + 4;
    *ret_frame = (struct frame){p, p + n, false};
    s->at += n + 4;
    s->n -= n + 4;
    return OK;
}

static unsigned get_byte(struct frame *r)
{
    if (r->p == r->end) {
        r->is_bad = true;
        return 0;
    }
    return *r->p++;
}

static inline uint64_t get_number(struct frame *r, uint64_t max)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (r->p == r->end)
            break;
        unsigned b = *r->p++;
        v |= (uint64_t)(b & 0x7f) << shift;
        if (b < 0x80) {
            r->is_bad |= v > max;
            return v > max ? 0 : v;
        }
    }
    r->is_bad = true;
    return 0;
}

static struct str get_text(struct frame *r)
{
    size_t n = get_number(r, (uint64_t)(r->end - r->p));
    if (n > (size_t)(r->end - r->p)) { /* the length itself took bytes */
        r->is_bad = true;
        return STR("");
    }
    struct str s = str_slice((const char *)r->p, n);
    r->p += n;
    r->is_bad |= !utf8_valid(s);
    return s;
}

/* ---- frames ---- */

static enum err fault_read(struct sheet *s, struct frame *r, struct fault *f)
{
    struct fault_param params[FAULT_PARAMS];
    size_t n = 0;
    enum err code = (enum err)get_number(r, ERR_COUNT - 1);
    int line = (int)get_number(r, INT32_MAX), column = (int)get_number(r, INT32_MAX);
    while (r->p < r->end && !r->is_bad && n < FAULT_PARAMS - 1) {
        const char *name = wire_param_name(get_number(r, UINT32_MAX));
        params[n] = (struct fault_param){name, get_text(r)};
        r->is_bad |= !name;
        n++;
    }
    if (r->is_bad || code == OK)
        return nonsense(f);
    fault_fill(f, code, params, n);
    fault_place(f, str_of(s->path), line, column);
    return code;
}

static struct str kept(struct arena *a, struct str s)
{
    return s.n ? str_slice(arena_dup(a, s.p, s.n), s.n) : STR("");
}

static enum err facts_lists(struct frame *r, struct arena *a, struct sheet_facts *x, struct fault *f)
{
    x->n_sheets = get_number(r, LIMIT_SHEETS);
    x->sheet = get_number(r, LIMIT_SHEETS);
    if (r->is_bad || (x->n_sheets && x->sheet >= x->n_sheets))
        return nonsense(f);
    x->sheets = ARENA_ARRAY(a, struct str, x->n_sheets + 1);
    x->is_sheet_hidden = ARENA_ARRAY(a, bool, x->n_sheets + 1);
    for (size_t i = 0; i < x->n_sheets && !r->is_bad; i++) {
        x->is_sheet_hidden[i] = get_byte(r) != 0;
        x->sheets[i] = kept(a, get_text(r));
    }
    x->n_fonts = get_number(r, LIMIT_SHEET_FONTS);
    x->fonts = ARENA_ARRAY(a, struct str, x->n_fonts + 1);
    for (size_t i = 0; i < x->n_fonts && !r->is_bad; i++)
        x->fonts[i] = kept(a, get_text(r));
    x->n_merges = get_number(r, LIMIT_SHEET_MERGES);
    x->merges = ARENA_ARRAY(a, struct sheet_merge, x->n_merges + 1);
    for (size_t i = 0; i < x->n_merges && !r->is_bad; i++) {
        struct sheet_merge *m = &x->merges[i];
        m->row = (uint32_t)get_number(r, LIMIT_SHEET_ROWS);
        m->row_end = (uint32_t)get_number(r, LIMIT_SHEET_ROWS);
        m->column = (uint32_t)get_number(r, LIMIT_SHEET_COLUMNS);
        m->column_end = (uint32_t)get_number(r, LIMIT_SHEET_COLUMNS);
        r->is_bad |= m->row == 0 || m->column == 0 || m->row_end < m->row || m->column_end < m->column;
    }
    return r->is_bad || r->p != r->end ? nonsense(f) : OK;
}

static enum err facts_read(struct sheet *s, bool is_kept, struct fault *f)
{
    struct arena *scratch CLEANUP(arena_freep) = is_kept ? NULL : arena_new();
    struct frame r;
    enum err e = frame_next(s, &r, f);
    if (e != OK)
        return e;
    unsigned kind = get_byte(&r);
    if (kind == FRAME_FAULT)
        return fault_read(s, &r, f);
    if (kind != FRAME_FACTS || get_byte(&r) != WIRE_VERSION)
        return nonsense(f);
    struct sheet_facts x = {.file_bytes = (uint64_t)s->st.st_size};
    memcpy(x.sha256, s->facts.sha256, sizeof x.sha256);
    unsigned format = get_byte(&r);
    x.format = format == SHEET_CSV ? SHEET_CSV : SHEET_XLSX;
    x.is_1904 = get_byte(&r) != 0;
    x.separator = (char)get_byte(&r);
    x.quote = (char)get_byte(&r);
    x.encoding.encoding = (enum encoding)get_number(&r, ENCODING_COUNT - 1);
    x.encoding.certainty = (double)get_number(&r, 1000000) / 1000000;
    x.encoding.evidence = get_number(&r, UINT32_MAX);
    if (r.is_bad || format > SHEET_CSV)
        return nonsense(f);
    e = facts_lists(&r, is_kept ? s->keep : scratch, &x, f);
    if (e == OK && is_kept)
        s->facts = x;
    return e;
}

static enum err row_room(struct sheet *s, size_t n, size_t n_given, const struct frame *r, struct fault *f)
{
    s->n_cells += n;
    if (n == 0 || n_given > n || n_given > (size_t)(r->end - r->p) || s->n_cells > LIMIT_SHEET_CELLS)
        return nonsense(f);
    if (n > s->cells_cap) {
        s->cells_cap = n + 64;
        s->cells = mem_realloc(s->cells, s->cells_cap * sizeof *s->cells);
    }
    memset(s->cells, 0, n * sizeof *s->cells);
    return OK;
}

/* One cell without its text; its bytes begin n_text behind the first of the row. */
static inline void cell_read(struct frame *r, struct cell *c, size_t *n_text, size_t n_fonts)
{
    unsigned flags = get_byte(r);
    c->kind = (enum cell_kind)(flags & WIRE_KIND);
    r->is_bad |= (flags & WIRE_KIND) > CELL_ERROR;
    c->is_formula = (flags & WIRE_FORMULA) != 0;
    c->is_text_number = (flags & WIRE_TEXT_NUMBER) != 0;
    c->font = (unsigned)get_number(r, n_fonts ? n_fonts - 1 : 0);
    if (flags & WIRE_NUMBER) {
        if (r->end - r->p < 8) {
            r->is_bad = true;
            return;
        }
        memcpy(&c->number, r->p, 8);
        r->p += 8;
        r->is_bad |= !__builtin_isfinite(c->number);
    }
    c->text.n = get_number(r, LIMIT_SHEET_CELL_BYTES);
    *n_text += c->text.n;
}

static enum err row_read(struct sheet *s, struct frame *r, struct sheet_row *ret_row, struct fault *f)
{
    struct sheet_row row = {.number = (uint32_t)get_number(r, LIMIT_SHEET_ROWS)};
    row.is_hidden = (get_byte(r) & WIRE_HIDDEN) != 0;
    row.n = get_number(r, LIMIT_SHEET_COLUMNS);
    size_t n_given = get_number(r, LIMIT_SHEET_COLUMNS), n_text = 0, at = 0;
    if (r->is_bad || row.number <= s->last_row || row_room(s, row.n, n_given, r, f) != OK)
        return nonsense(f);
    for (size_t i = 0; i < n_given && !r->is_bad; i++) {
        at += get_number(r, LIMIT_SHEET_COLUMNS);
        if (r->is_bad || at >= row.n)
            return nonsense(f);
        cell_read(r, &s->cells[at++], &n_text, s->facts.n_fonts);
    }
    struct str texts = str_slice((const char *)r->p, (size_t)(r->end - r->p));
    if (r->is_bad || n_text != texts.n || !utf8_valid(texts))
        return nonsense(f);
    for (size_t i = 0, from = 0; i < row.n; i++) {
        struct cell *c = &s->cells[i];
        c->text.p = texts.p + from;
        if (c->text.n && (texts.p[from] & 0xC0) == 0x80) /* valid together, but cut within a character */
            return nonsense(f);
        from += c->text.n;
    }
    row.cells = s->cells;
    s->last_row = row.number;
    *ret_row = row;
    return OK;
}

static enum err all_read(struct sheet *s, struct fault *f)
{
    s->is_at_end = true;
    char none;
    size_t n = 0;
    int status = 0;
    enum err e = s->n ? nonsense(f) : sandbox_read(s->box, &none, 1, &n, f); /* waits until the child has gone */
    if (e != OK)
        return e;
    e = sandbox_wait(TAKE(s->box), &status, f);
    if (e == OK && (n || status))
        e = nonsense(f);
    return e == OK ? file_same(s, f) : e;
}

/* Every later call answers the same. */
static enum err fail(struct sheet *s, enum err e, struct fault *f)
{
    sandbox_stop(TAKE(s->box));
    fault_place(&s->failed, str_of(s->path), 0, 0);
    if (f)
        *f = s->failed;
    return e;
}

/* ---- the contract ---- */

const struct sheet_facts *sheet_facts(const struct sheet *s)
{
    return &s->facts;
}

enum err sheet_open(const char *path, const struct sheet_options *o, struct sheet **ret_sheet, struct fault *f)
{
    struct arena *keep = arena_new();
    struct sheet *s = ARENA_NEW(keep, struct sheet);
    s->keep = keep;
    s->path = arena_strdup(keep, path);
    s->cap = BUFFER_BYTES;
    s->buffer = mem_alloc(s->cap);
    struct fault local = {0};
    enum err e = file_open(s, &local);
    if (e == OK)
        e = file_digest(s, &local);
    if (e == OK) {
        s->job = (struct sheet_job){.fd = s->fd, .file_bytes = (size_t)s->st.st_size};
        if (o)
            s->job.options = *o;
        s->job.options.sheet = kept(keep, s->job.options.sheet);
        s->job.options.encoding = kept(keep, s->job.options.encoding);
        e = child_start(s, &local);
    }
    if (e == OK)
        e = facts_read(s, true, &local);
    if (e != OK) {
        sheet_close(s);
        if (f)
            *f = local;
        return e;
    }
    *ret_sheet = s;
    return OK;
}

enum err sheet_next(struct sheet *s, struct sheet_row *ret_row, bool *ret_has_row, struct fault *f)
{
    if (s->failed.code != OK)
        return fail(s, s->failed.code, f);
    if (s->is_at_end) {
        *ret_has_row = false;
        return OK;
    }
    struct frame r;
    enum err e = frame_next(s, &r, &s->failed);
    if (e != OK)
        return fail(s, e, f);
    unsigned kind = get_byte(&r);
    if (kind == FRAME_ROW)
        e = row_read(s, &r, ret_row, &s->failed);
    else if (kind == FRAME_END)
        e = all_read(s, &s->failed);
    else
        e = kind == FRAME_FAULT ? fault_read(s, &r, &s->failed) : nonsense(&s->failed);
    if (e != OK)
        return fail(s, e, f);
    *ret_has_row = kind == FRAME_ROW;
    return OK;
}

enum err sheet_rewind(struct sheet *s, struct fault *f)
{
    sandbox_stop(TAKE(s->box));
    s->failed = (struct fault){0};
    enum err e = file_same(s, &s->failed);
    if (e == OK)
        e = child_start(s, &s->failed);
    if (e == OK)
        e = facts_read(s, false, &s->failed);
    return e == OK ? OK : fail(s, e, f);
}

void sheet_close(struct sheet *s)
{
    if (!s)
        return;
    sandbox_stop(TAKE(s->box));
    if (s->fd >= 0)
        close(s->fd);
    free(s->buffer);
    free(s->cells);
    arena_free(s->keep);
}
