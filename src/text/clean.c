/* text_clean: apart from vn.c because it runs on every cell of every file and has a table of its own. */
#include "text/vn.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

#include "base/limits.h"
#include "text/unicode.h"
#include "text/utf8.h"

#include "base/banned.h"

enum trait {
    PLAIN,
    BLANK,     /* the space itself */
    SPACE,     /* another white space: becomes one */
    LINE,      /* line feed */
    LINE_END,  /* another line end: becomes a line feed */
    INVISIBLE, /* removed */
    CONTROL,   /* refused */
    COMPOSE,   /* may change or move in NFC */
    INDENT,    /* no trait of a character: a space at the start of a line, while looking */
};

enum { TABLE_END = 0x2100, MARKS_MAX = 30, SHOWN = 60 };
static uint8_t table[TABLE_END];

static enum trait trait_compute(uint32_t cp)
{
    switch (cp) {
    case ' ':
        return BLANK;
    case '\n':
        return LINE;
    case '\r':
    case '\v':
    case '\f':
    case 0x0085:
    case 0x2028:
    case 0x2029:
        return LINE_END;
    case '\t':
    case 0x00A0:
    case 0x1680:
    case 0x202F:
    case 0x205F:
    case 0x3000:
        return SPACE;
    case 0x00AD:
    case 0x061C:
    case 0x180E:
    case 0xFEFF:
        return INVISIBLE;
    default:
        break;
    }
    if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0))
        return CONTROL;
    if (cp >= 0x2000 && cp <= 0x200A)
        return SPACE;
    if ((cp >= 0x200B && cp <= 0x200F) || (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2060 && cp <= 0x206F) ||
        (cp >= 0xFFF9 && cp <= 0xFFFB))
        return INVISIBLE;
    if ((cp >= 0xFDD0 && cp <= 0xFDEF) || (cp & 0xFFFE) == 0xFFFE)
        return CONTROL;
    return unicode_is_nfc_plain(cp) ? PLAIN : COMPOSE;
}

static void table_build(void)
{
    for (uint32_t cp = 0; cp < TABLE_END; cp++)
        table[cp] = (uint8_t)trait_compute(cp);
}

static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static inline enum trait trait_of(uint32_t cp)
{
    return cp < TABLE_END ? (enum trait)table[cp] : trait_compute(cp);
}

struct survey {
    bool is_dirty; /* something is to be removed, replaced or collapsed */
    bool composes; /* NFC must look at it */
};

static enum err refuse(enum err code, struct str s, size_t at, uint32_t cp, struct fault *f)
{
    char where[24], what[16];
    snprintf(where, sizeof where, "%zu", utf8_count(str_slice(s.p, at)) + 1);
    snprintf(what, sizeof what, code == ERR_TEXT_ENCODING ? "0x%02X" : "U+%04X", (unsigned)cp);
    size_t from = at > SHOWN ? at - SHOWN : 0; /* what stands just before it finds the place */
    while (from < at && ((unsigned char)s.p[from] & 0xC0) == 0x80)
        from++;
    return FAULT(f, code, {"value", str_slice(s.p + from, at - from)}, {"at", str_of(where)}, {"what", str_of(what)});
}

/* One pass that finds out what the text needs; most need nothing. */
static enum err look(struct str s, bool keep_lines, struct survey *ret, struct fault *f)
{
    struct survey v = {0};
    enum trait before = PLAIN;
    unsigned marks = 0;
    for (size_t at = 0, n; at < s.n; at += n) {
        unsigned char c = (unsigned char)s.p[at];
        uint32_t cp = c;
        n = 1;
        if (c >= 0x80) {
            n = utf8_next(s, at, &cp);
            if (n == 1)
                return refuse(ERR_TEXT_ENCODING, s, at, c, f);
        }
        enum trait trait = trait_of(cp);
        if (trait == PLAIN) {
            before = PLAIN;
            marks = 0;
            continue;
        }
        if (trait == CONTROL)
            return refuse(ERR_TEXT_CONTROL, s, at, cp, f);
        if (trait == COMPOSE) {
            v.composes = true;
            marks = unicode_joins(cp) ? marks + 1 : 0;
            if (marks > MARKS_MAX)
                return refuse(ERR_TEXT_MARKS, s, at, cp, f);
        } else if (trait != INVISIBLE) { /* what disappears does not part a letter from its marks */
            marks = 0;
        }
        if (trait == BLANK && keep_lines && (before == LINE || before == INDENT))
            trait = INDENT;
        bool is_fine = trait == COMPOSE || trait == INDENT || (trait == BLANK && before != BLANK) ||
                       (trait == LINE && keep_lines && before != BLANK && before != INDENT);
        v.is_dirty |= !is_fine;
        before = trait;
    }
    *ret = v;
    return OK;
}

struct rewriting {
    char *p;
    size_t n;
    bool at_line_start;
};

static void blanks_drop(struct rewriting *w)
{
    while (w->n && w->p[w->n - 1] == ' ')
        w->n--;
}

/* Into memory of s.n bytes: no step makes a text longer. */
static size_t rewrite(struct str s, bool keep_lines, char *to)
{
    struct rewriting w = {.p = to, .at_line_start = false};
    for (size_t at = 0, n; at < s.n; at += n) {
        uint32_t cp;
        n = utf8_next(s, at, &cp);
        switch (trait_of(cp)) {
        case INVISIBLE:
            break;
        case LINE:
        case LINE_END:
            if (keep_lines) {
                if (cp == '\r' && at + 1 < s.n && s.p[at + 1] == '\n')
                    n = 2;
                blanks_drop(&w);
                if (w.n)
                    w.p[w.n++] = '\n';
                w.at_line_start = w.n > 0;
                break;
            } /* fall through */
        case BLANK:
        case SPACE:
            if (w.n && (w.at_line_start || w.p[w.n - 1] != ' '))
                w.p[w.n++] = ' ';
            break;
        default:
            memcpy(w.p + w.n, s.p + at, n);
            w.n += n;
            w.at_line_start = false;
        }
    }
    while (w.n && (w.p[w.n - 1] == ' ' || w.p[w.n - 1] == '\n'))
        w.n--;
    return w.n;
}

enum err text_clean(struct arena *a, struct str raw, bool keep_lines, struct str *ret_text, struct fault *f)
{
    must(pthread_once(&table_once, table_build) == 0);
    struct str s = raw;
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\n'))
        s.p++, s.n--;
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\n'))
        s.n--;
    if (s.n > LIMIT_TEXT_BYTES) {
        char limit[24];
        snprintf(limit, sizeof limit, "%d", (int)LIMIT_TEXT_BYTES);
        struct str head = str_slice(s.p, utf8_valid_prefix(str_slice(s.p, SHOWN)));
        return FAULT(f, ERR_TEXT_LENGTH, {"value", head}, {"limit", str_of(limit)});
    }
    struct survey v = {0};
    enum err e = look(s, keep_lines, &v, f);
    if (e != OK)
        return e;
    if (v.is_dirty) {
        char *to = arena_alloc(a, s.n);
        s = str_slice(to, rewrite(s, keep_lines, to));
    }
    if (v.composes) {
        struct buf composed CLEANUP(buf_done) = BUF_INIT(9 * (size_t)LIMIT_TEXT_BYTES + 64);
        unicode_nfc(s, &composed);
        must(!composed.is_full);
        if (!str_eq(buf_view(&composed), s))
            s = str_dup(a, buf_view(&composed));
    }
    *ret_text = s;
    return OK;
}
