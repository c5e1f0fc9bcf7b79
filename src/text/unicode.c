#include "text/unicode.h"

#include <pthread.h>
#include <stdio.h>

#include <unicode/uchar.h>
#include <unicode/ucnv.h>
#include <unicode/ucol.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>

#include "base/limits.h"
#include "base/mem.h"
#include "text/utf8.h"

#include "base/banned.h"

enum { UNITS = UNICODE_PIECE * 4 };

static struct {
    const UNormalizer2 *nfc, *nfd;
    UCollator *order[2]; /* strength 2 and 3; never changed after opening, hence shared by all threads */
    char order_version[48];
} icu;

static UCollator *order_open(UCollationStrength strength)
{
    UErrorCode status = U_ZERO_ERROR;
    UCollator *order = ucol_open("vi", &status);
    must(U_SUCCESS(status));
    ucol_setAttribute(order, UCOL_NORMALIZATION_MODE, UCOL_ON, &status);
    ucol_setStrength(order, strength);
    must(U_SUCCESS(status));
    return order;
}

static void icu_open(void)
{
    UErrorCode status = U_ZERO_ERROR;
    icu.nfc = unorm2_getNFCInstance(&status);
    icu.nfd = unorm2_getNFDInstance(&status);
    must(U_SUCCESS(status));
}

/* Apart: they take longer to open than most commands need for the rest of their texts. */
static void orders_open(void)
{
    icu.order[0] = order_open(UCOL_SECONDARY);
    icu.order[1] = order_open(UCOL_TERTIARY);
    UVersionInfo v;
    ucol_getVersion(icu.order[1], v);
    snprintf(icu.order_version, sizeof icu.order_version, "%d.%d.%d.%d", v[0], v[1], v[2], v[3]);
}

static pthread_once_t icu_once = PTHREAD_ONCE_INIT, orders_once = PTHREAD_ONCE_INIT;

static inline void icu_ready(void)
{
    must(pthread_once(&icu_once, icu_open) == 0);
}

static inline void orders_ready(void)
{
    must(pthread_once(&orders_once, orders_open) == 0);
}

/* Latin letters that have no decomposition, and what people type for them. In order of the code point. */
static const struct {
    uint16_t cp;
    char to[3];
} bases[] = {
    {0x00C6, "AE"}, {0x00D0, "D"},  {0x00D8, "O"}, {0x00DE, "TH"}, {0x00DF, "ss"}, {0x00E6, "ae"}, {0x00F0, "d"},
    {0x00F8, "o"},  {0x00FE, "th"}, {0x0110, "D"}, {0x0111, "d"},  {0x0126, "H"},  {0x0127, "h"},  {0x0131, "i"},
    {0x0138, "q"},  {0x0141, "L"},  {0x0142, "l"}, {0x0149, "n"},  {0x014A, "N"},  {0x014B, "n"},  {0x0152, "OE"},
    {0x0153, "oe"}, {0x0166, "T"},  {0x0167, "t"}, {0x017F, "s"},  {0x0180, "b"},  {0x0181, "B"},  {0x0182, "B"},
    {0x0183, "b"},  {0x0187, "C"},  {0x0188, "c"}, {0x0189, "D"},  {0x018A, "D"},  {0x018B, "D"},  {0x018C, "d"},
    {0x0191, "F"},  {0x0192, "f"},  {0x0193, "G"}, {0x0197, "I"},  {0x0198, "K"},  {0x0199, "k"},  {0x019A, "l"},
    {0x019D, "N"},  {0x019E, "n"},  {0x019F, "O"}, {0x01A4, "P"},  {0x01A5, "p"},  {0x01AB, "t"},  {0x01AC, "T"},
    {0x01AD, "t"},  {0x01AE, "T"},  {0x01B2, "V"}, {0x01B3, "Y"},  {0x01B4, "y"},  {0x01B5, "Z"},  {0x01B6, "z"},
    {0x01E4, "G"},  {0x01E5, "g"},  {0x0220, "N"}, {0x0221, "d"},  {0x0224, "Z"},  {0x0225, "z"},  {0x0234, "l"},
    {0x0235, "n"},  {0x0236, "t"},  {0x0237, "j"}, {0x023A, "A"},  {0x023B, "C"},  {0x023C, "c"},  {0x023D, "L"},
    {0x023E, "T"},  {0x023F, "s"},  {0x0240, "z"}, {0x0243, "B"},  {0x0244, "U"},  {0x0246, "E"},  {0x0247, "e"},
    {0x0248, "J"},  {0x0249, "j"},  {0x024A, "Q"}, {0x024B, "q"},  {0x024C, "R"},  {0x024D, "r"},  {0x024E, "Y"},
    {0x024F, "y"},  {0x0253, "b"},  {0x0255, "c"}, {0x0256, "d"},  {0x0257, "d"},  {0x0260, "g"},  {0x0266, "h"},
    {0x0268, "i"},  {0x026B, "l"},  {0x026D, "l"}, {0x0271, "m"},  {0x0272, "n"},  {0x0273, "n"},  {0x0275, "o"},
    {0x027D, "r"},  {0x0282, "s"},  {0x0288, "t"}, {0x0289, "u"},  {0x028B, "v"},  {0x0290, "z"},  {0x0291, "z"},
    {0x1D7D, "p"},  {0x1E9A, "a"},  {0x1E9C, "s"}, {0x1E9D, "s"},  {0x1E9E, "SS"}, {0x2C60, "L"},  {0x2C61, "l"},
    {0x2C62, "L"},  {0x2C63, "P"},  {0x2C64, "R"}, {0x2C65, "a"},  {0x2C66, "t"},  {0x2C67, "H"},  {0x2C68, "h"},
    {0x2C69, "K"},  {0x2C6A, "k"},  {0x2C6B, "Z"}, {0x2C6C, "z"},  {0x2C6E, "M"},  {0x2C7E, "S"},  {0x2C7F, "Z"},
    {0xA7AA, "H"},  {0xA7C5, "S"},
};

static const char *base_of(UChar32 cp)
{
    if (cp < 0xC6 || cp > 0xA7C5)
        return NULL;
    size_t low = 0, high = ARRAY_LEN(bases);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (bases[middle].cp == cp)
            return bases[middle].to;
        if (bases[middle].cp < cp)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* Marks are accents on letters of these scripts, and stray on what belongs to no script. Elsewhere they are vowels.
 * Joiners and their kind belong to what stands before them. */
static bool marks_are_accents(UChar32 cp, bool before)
{
    UErrorCode status = U_ZERO_ERROR;
    switch (uscript_getScript(cp, &status)) {
    case USCRIPT_INHERITED:
        return before;
    case USCRIPT_LATIN:
    case USCRIPT_GREEK:
    case USCRIPT_CYRILLIC:
    case USCRIPT_COMMON:
    case USCRIPT_UNKNOWN:
        return true;
    default:
        return false;
    }
}

/* Decomposed units in, without accents out. to has room for 2 × n. */
static int32_t accents_off(const UChar *from, int32_t n, UChar *to)
{
    int32_t out = 0;
    bool falls = true;
    for (int32_t i = 0; i < n;) {
        int32_t start = i;
        UChar32 cp = from[i++];
        if (U16_IS_LEAD(from[start]) && i < n && U16_IS_TRAIL(from[i]))
            cp = U16_GET_SUPPLEMENTARY(cp, from[i++]);
        bool is_mark = u_charType(cp) == U_NON_SPACING_MARK;
        if (is_mark && falls && marks_are_accents(cp, true))
            continue;
        if (!is_mark)
            falls = marks_are_accents(cp, falls);
        const char *base = base_of(cp);
        if (base) {
            while (*base)
                to[out++] = (UChar)*base++;
        } else {
            while (start < i)
                to[out++] = from[start++];
        }
    }
    return out;
}

#define SWAP(a, b)                                                                                                     \
    do {                                                                                                               \
        UChar *was = (a);                                                                                              \
        (a) = (b);                                                                                                     \
        (b) = was;                                                                                                     \
    } while (0)

size_t unicode_map(enum unicode_map map, struct str piece, char ret_bytes[UNICODE_MAPPED])
{
    icu_ready();
    must(piece.n <= UNICODE_PIECE);
    UErrorCode status = U_ZERO_ERROR;
    UChar one[UNITS], two[UNITS];
    int32_t n = 0, bytes = 0;
    u_strFromUTF8WithSub(one, UNITS, &n, piece.p, (int32_t)piece.n, UTF8_REPLACEMENT, NULL, &status);
    n = unorm2_normalize(icu.nfd, one, n, two, UNITS, &status);
    UChar *now = two, *other = one;
    if (map != UNICODE_CASEI) {
        n = accents_off(now, n, other);
        SWAP(now, other);
    }
    if (map != UNICODE_ACCENTI) {
        n = u_strFoldCase(other, UNITS, now, n, U_FOLD_CASE_DEFAULT, &status);
        SWAP(now, other);
    }
    n = unorm2_normalize(icu.nfc, now, n, other, UNITS, &status);
    u_strToUTF8WithSub(ret_bytes, UNICODE_MAPPED, &bytes, other, n, UTF8_REPLACEMENT, NULL, &status);
    must(U_SUCCESS(status));
    return (size_t)bytes;
}

bool unicode_is_word(uint32_t cp)
{
    UVersionInfo age;
    u_charAge((UChar32)cp, age);
    bool is_old = age[0] && (age[0] < 6 || (age[0] == 6 && age[1] <= 1));
    return is_old && (U_GET_GC_MASK((UChar32)cp) & (U_GC_L_MASK | U_GC_N_MASK | U_GC_CO_MASK)) != 0;
}

bool unicode_is_inert(uint32_t cp)
{
    icu_ready();
    UChar parts[4];
    UErrorCode status = U_ZERO_ERROR;
    return !u_hasBinaryProperty((UChar32)cp, UCHAR_CHANGES_WHEN_CASEFOLDED) &&
           unorm2_getRawDecomposition(icu.nfc, (UChar32)cp, parts, ARRAY_LEN(parts), &status) < 0 &&
           !base_of((UChar32)cp) && u_charType((UChar32)cp) != U_NON_SPACING_MARK;
}

bool unicode_joins(uint32_t cp)
{
    icu_ready();
    UErrorCode status = U_ZERO_ERROR;
    return u_charType((UChar32)cp) == U_NON_SPACING_MARK || !unorm2_hasBoundaryBefore(icu.nfc, (UChar32)cp) ||
           uscript_getScript((UChar32)cp, &status) == USCRIPT_INHERITED;
}

bool unicode_is_nfc_plain(uint32_t cp)
{
    icu_ready();
    return unorm2_hasBoundaryBefore(icu.nfc, (UChar32)cp) &&
           u_getIntPropertyValue((UChar32)cp, UCHAR_NFC_QUICK_CHECK) == UNORM_YES;
}

void unicode_nfc(struct str s, struct buf *out)
{
    icu_ready();
    must(s.n <= LIMIT_TEXT_BYTES);
    UErrorCode status = U_ZERO_ERROR;
    int32_t n = 0, room = 3 * (int32_t)s.n + 16; /* NFC at most triples the units (UAX #15) */
    UChar *from CLEANUP(mem_freep) = mem_alloc((s.n + 1) * sizeof *from);
    UChar *to CLEANUP(mem_freep) = mem_alloc((size_t)room * sizeof *to);
    u_strFromUTF8(from, (int32_t)s.n + 1, &n, s.p, (int32_t)s.n, &status);
    n = unorm2_normalize(icu.nfc, from, n, to, room, &status);
    must(U_SUCCESS(status));
    if (!buf_reserve(out, (size_t)n * 3))
        return;
    int32_t bytes = 0;
    u_strToUTF8(out->p + out->n, n * 3, &bytes, to, n, &status);
    must(U_SUCCESS(status) || status == U_STRING_NOT_TERMINATED_WARNING);
    out->n += (size_t)bytes;
}

/* ICU counts in int32; longer texts are ordered by their beginnings. */
static int32_t clip(size_t n)
{
    return n > LIMIT_TEXT_BYTES ? LIMIT_TEXT_BYTES : (int32_t)n;
}

int unicode_compare(int strength, struct str a, struct str b)
{
    orders_ready();
    UErrorCode status = U_ZERO_ERROR;
    UCollationResult order =
        ucol_strcollUTF8(icu.order[strength - 2], a.n ? a.p : "", clip(a.n), b.n ? b.p : "", clip(b.n), &status);
    must(U_SUCCESS(status));
    return order == UCOL_LESS ? -1 : order == UCOL_GREATER;
}

void unicode_sortkey(int strength, struct str s, struct buf *out)
{
    orders_ready();
    enum { SMALL = 256 };
    UErrorCode status = U_ZERO_ERROR;
    UChar small[SMALL], *big CLEANUP(mem_freep) = NULL, *units = small;
    int32_t n = 0, room = SMALL;
    if (clip(s.n) > SMALL) {
        room = clip(s.n);
        units = big = mem_alloc((size_t)room * sizeof *big);
    }
    u_strFromUTF8WithSub(units, room, &n, s.n ? s.p : "", clip(s.n), UTF8_REPLACEMENT, NULL, &status);
    must(U_SUCCESS(status));
    uint8_t key[SMALL];
    int32_t bytes = ucol_getSortKey(icu.order[strength - 2], units, n, key, SMALL);
    if (bytes <= SMALL) {
        buf_add(out, key, (size_t)bytes - 1);
        return;
    }
    if (buf_reserve(out, (size_t)bytes)) {
        ucol_getSortKey(icu.order[strength - 2], units, n, (uint8_t *)out->p + out->n, bytes);
        out->n += (size_t)bytes - 1;
    }
}

const char *unicode_order_version(void)
{
    orders_ready();
    return icu.order_version;
}

void unicode_charset_table(enum unicode_charset charset, uint16_t ret_table[128])
{
    static const char *const names[CHARSETS] = {"windows-1252", "windows-1258", "ibm-437"};
    UErrorCode status = U_ZERO_ERROR;
    UConverter *converter = ucnv_open(names[charset], &status);
    must(U_SUCCESS(status));
    for (unsigned i = 0; i < 128; i++) {
        char byte = (char)(0x80 + i);
        const char *from = &byte;
        status = U_ZERO_ERROR;
        UChar32 cp = ucnv_getNextUChar(converter, &from, from + 1, &status);
        bool is_known = U_SUCCESS(status) && cp >= 0 && cp <= 0xFFFF;
        ret_table[i] = is_known ? (uint16_t)cp : UTF8_REPLACEMENT;
        if (ret_table[i] == UTF8_REPLACEMENT && charset == CHARSET_1252)
            ret_table[i] = (uint16_t)(0x80 + i);
        ucnv_reset(converter);
    }
    ucnv_close(converter);
}
