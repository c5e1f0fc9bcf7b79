#include "text/vn.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/limits.h"
#include "text/unicode.h"
#include "text/utf8.h"

#include "base/banned.h"

/* Each form is a table over the characters below TABLE_END, which hold all of Vietnamese and its punctuation: what the
 * character becomes, at most three bytes. What does not fit, and what hangs on its neighbours, is SLOW and goes through
 * ICU together with the character before it. A block of a table is filled when a character of it is first met: whole
 * tables would take a quarter of the time of a short command. */
enum { TABLE_END = 0x2100, BLOCK = 128 };
enum { SPACE = 4, HYPHEN, DROP, SLOW }; /* instead of a length */

struct entry {
    uint8_t n; /* 1 to 3, or one of the above */
    char bytes[3];
};

static struct entry tables[UNICODE_MAPS][TABLE_END];
static atomic_bool is_filled[UNICODE_MAPS][TABLE_END / BLOCK];
static pthread_mutex_t filling = PTHREAD_MUTEX_INITIALIZER;

/* What text_fold does with characters that are no letters; 0 for letters and the rest. */
static uint8_t fold_class(uint32_t cp)
{
    switch (cp) {
    case '\'':
    case '`':
    case 0x00B4:
    case 0x02B9:
    case 0x02BB:
    case 0x02BC:
    case 0x02BE:
    case 0x02BF:
    case 0x2018:
    case 0x2019:
    case 0x201B:
    case 0x2032:
    case 0xFF07:
        return DROP;
    case '-':
    case 0x2010:
    case 0x2011:
    case 0xFE63:
    case 0xFF0D:
        return HYPHEN;
    case ' ':
    case 0x0085:
    case 0x00A0:
    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x202F:
    case 0x205F:
    case 0x3000:
        return SPACE;
    case 0x00AD:
    case 0xFEFF:
        return DROP;
    default:
        break;
    }
    if (cp < 0x20)
        return cp >= '\t' && cp <= '\r' ? SPACE : DROP;
    if (cp >= 0x7F && cp < 0xA0)
        return DROP;
    if (cp >= 0x2000 && cp <= 0x200A)
        return SPACE;
    if (cp >= 0x2012 && cp <= 0x2015) /* figure, en and em dash, bar: they part words */
        return SPACE;
    if ((cp >= 0x200B && cp <= 0x200F) || (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2060 && cp <= 0x206F))
        return DROP;
    return 0;
}

/* What ICU makes of the character, when that fits and stands alone. */
static struct entry entry_mapped(enum unicode_map map, struct str character)
{
    struct entry e = {.n = SLOW};
    char mapped[UNICODE_MAPPED];
    struct str m = str_slice(mapped, unicode_map(map, character, mapped));
    if (m.n < 1 || m.n > sizeof e.bytes)
        return e;
    for (size_t at = 0, n; at < m.n; at += n) {
        uint32_t to;
        n = utf8_next(m, at, &to);
        if ((at == 0 && unicode_joins(to)) || (map == UNICODE_FOLD && fold_class(to)))
            return e;
    }
    e.n = (uint8_t)m.n;
    memcpy(e.bytes, m.p, m.n);
    return e;
}

static struct entry entry_of(enum unicode_map map, uint32_t cp)
{
    struct entry e = {0};
    char bytes[4];
    size_t n = utf8_encode(cp, bytes);
    e.n = map == UNICODE_FOLD ? fold_class(cp) : 0;
    if (e.n)
        return e;
    if (unicode_joins(cp)) {
        e.n = SLOW;
        return e;
    }
    if (!unicode_is_inert(cp))
        return entry_mapped(map, str_slice(bytes, n));
    e.n = (uint8_t)n;
    memcpy(e.bytes, bytes, n);
    return e;
}

static void block_fill(enum unicode_map map, uint32_t block)
{
    must(pthread_mutex_lock(&filling) == 0);
    if (!atomic_load_explicit(&is_filled[map][block], memory_order_relaxed)) {
        for (uint32_t cp = block * BLOCK; cp < (block + 1) * BLOCK; cp++)
            tables[map][cp] = entry_of(map, cp);
        atomic_store_explicit(&is_filled[map][block], true, memory_order_release);
    }
    must(pthread_mutex_unlock(&filling) == 0);
}

/* NULL where ICU has to look. */
static inline const struct entry *entry_at(enum unicode_map map, uint32_t cp)
{
    if (cp >= TABLE_END)
        return NULL;
    if (!atomic_load_explicit(&is_filled[map][cp / BLOCK], memory_order_acquire))
        block_fill(map, cp / BLOCK);
    const struct entry *e = &tables[map][cp];
    return e->n == SLOW ? NULL : e;
}

/* Where a piece that starts at `at` with a character of length n ends: behind the last character that is SLOW, or at a
 * place where the text may be cut when it grows too long for one piece. */
static size_t piece_end(enum unicode_map map, struct str s, size_t at, size_t n)
{
    size_t end = at + n;
    while (end < s.n) {
        uint32_t cp;
        size_t m = utf8_next(s, end, &cp);
        if (entry_at(map, cp))
            break;
        size_t size = end + m - at;
        if (size > UNICODE_PIECE || (size > UNICODE_PIECE / 2 && !unicode_joins(cp)))
            break;
        end += m;
    }
    return end;
}

/* Steps through a text: *ret_entry for a character that stands alone (ret_piece is it), NULL for a piece for ICU. */
static inline size_t step(enum unicode_map map, struct str s, size_t at, const struct entry **ret_entry)
{
    unsigned char c = (unsigned char)s.p[at];
    uint32_t cp = c, next;
    size_t n = c < 0x80 ? 1 : utf8_next(s, at, &cp);
    const struct entry *e = entry_at(map, cp);
    if (e && at + n < s.n && (unsigned char)s.p[at + n] >= 0x80) {
        utf8_next(s, at + n, &next);
        if (!entry_at(map, next))
            e = NULL;
    }
    *ret_entry = e;
    return e ? n : piece_end(map, s, at, n) - at;
}

/* Output is gathered in a small block, so that the buffer is asked rarely and never for more than is needed. */
struct block {
    struct buf *out;
    size_t n;
    char p[192];
};

static inline void block_flush(struct block *b)
{
    buf_add(b->out, b->p, b->n);
    b->n = 0;
}

/* Up to four bytes, written as four: cheaper than a loop. */
static inline void block_put(struct block *b, const char bytes[4], size_t n)
{
    if (b->n + 4 > sizeof b->p)
        block_flush(b);
    memcpy(b->p + b->n, bytes, 4);
    b->n += n;
}

static inline void entry_put(struct block *b, const struct entry *e)
{
    char bytes[4] = {e->bytes[0], e->bytes[1], e->bytes[2], 0};
    block_put(b, bytes, e->n);
}

static void map_text(enum unicode_map map, struct str s, struct buf *out)
{
    const struct entry *e;
    struct block b;
    b.out = out;
    b.n = 0;
    for (size_t at = 0, n; at < s.n; at += n) {
        n = step(map, s, at, &e);
        if (e) {
            entry_put(&b, e);
        } else {
            char mapped[UNICODE_MAPPED];
            block_flush(&b);
            buf_add(out, mapped, unicode_map(map, str_slice(s.p + at, n), mapped));
        }
    }
    block_flush(&b);
}

void text_casei(struct str s, struct buf *out)
{
    map_text(UNICODE_CASEI, s, out);
}

void text_accenti(struct str s, struct buf *out)
{
    map_text(UNICODE_ACCENTI, s, out);
}

enum fold_form { FOLD_PLAIN, FOLD_WORDS, FOLD_JOINED };

struct folding {
    struct block b;
    enum fold_form form;
    bool has_text;      /* something was written */
    bool space_pending; /* written before the next letter, never at an end */
};

static inline void fold_gap(struct folding *f, uint8_t class)
{
    if (class == SPACE || (class == HYPHEN && f->form == FOLD_WORDS))
        f->space_pending = f->has_text && f->form != FOLD_JOINED;
}

static inline void fold_letter(struct folding *f)
{
    if (f->space_pending)
        block_put(&f->b, " \0\0", 1);
    f->space_pending = false;
    f->has_text = true;
}

static void fold_piece(struct folding *f, struct str piece)
{
    char mapped[UNICODE_MAPPED];
    struct str m = str_slice(mapped, unicode_map(UNICODE_FOLD, piece, mapped));
    uint32_t cp;
    for (size_t at = 0, n; at < m.n; at += n) {
        n = utf8_next(m, at, &cp);
        uint8_t class = fold_class(cp);
        if (class) {
            fold_gap(f, class);
            continue;
        }
        fold_letter(f);
        char bytes[4] = {0};
        memcpy(bytes, m.p + at, n);
        block_put(&f->b, bytes, n);
    }
}

static void fold_text(enum fold_form form, struct str s, struct buf *out)
{
    const struct entry *e;
    struct folding f;
    f.b.out = out;
    f.b.n = 0;
    f.form = form;
    f.has_text = f.space_pending = false;
    for (size_t at = 0, n; at < s.n; at += n) {
        n = step(UNICODE_FOLD, s, at, &e);
        if (!e) {
            fold_piece(&f, str_slice(s.p + at, n));
        } else if (e->n >= SPACE) {
            fold_gap(&f, e->n);
        } else {
            fold_letter(&f);
            entry_put(&f.b, e);
        }
    }
    block_flush(&f.b);
}

void text_fold(struct str s, struct buf *out)
{
    fold_text(FOLD_PLAIN, s, out);
}

void text_fold_words(struct str s, struct buf *out)
{
    fold_text(FOLD_WORDS, s, out);
}

void text_fold_joined(struct str s, struct buf *out)
{
    fold_text(FOLD_JOINED, s, out);
}

struct str text_fold_name(struct arena *a, struct str s)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    text_fold_joined(s, &b);
    size_t n = 0;
    for (size_t i = 0; i < b.n; i++) {
        unsigned char c = (unsigned char)b.p[i];
        if (c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            b.p[n++] = b.p[i];
    }
    return str_dup(a, str_slice(b.p, n));
}
