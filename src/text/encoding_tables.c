#include "text/encoding_tables.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"
#include "text/utf8.h"

#include "base/banned.h"

/* ---- letters ---- */

/* The twelve vowels, lower case, each with its six tones. Their capitals are 32 below in Latin-1, one below elsewhere. */
static const uint16_t vowels[][TONES] = {
    {'a', 0xE0, 0x1EA3, 0xE3, 0xE1, 0x1EA1},         {0x103, 0x1EB1, 0x1EB3, 0x1EB5, 0x1EAF, 0x1EB7},
    {0xE2, 0x1EA7, 0x1EA9, 0x1EAB, 0x1EA5, 0x1EAD},  {'e', 0xE8, 0x1EBB, 0x1EBD, 0xE9, 0x1EB9},
    {0xEA, 0x1EC1, 0x1EC3, 0x1EC5, 0x1EBF, 0x1EC7},  {'i', 0xEC, 0x1EC9, 0x129, 0xED, 0x1ECB},
    {'o', 0xF2, 0x1ECF, 0xF5, 0xF3, 0x1ECD},         {0xF4, 0x1ED3, 0x1ED5, 0x1ED7, 0x1ED1, 0x1ED9},
    {0x1A1, 0x1EDD, 0x1EDF, 0x1EE1, 0x1EDB, 0x1EE3}, {'u', 0xF9, 0x1EE7, 0x169, 0xFA, 0x1EE5},
    {0x1B0, 0x1EEB, 0x1EED, 0x1EEF, 0x1EE9, 0x1EF1}, {'y', 0x1EF3, 0x1EF7, 0x1EF9, 0xFD, 0x1EF5},
};
enum vowel { V_A, V_AW, V_AA, V_E, V_EE, V_I, V_O, V_OO, V_OW, V_U, V_UW, V_Y, VOWELS };

enum { LETTERS_END = 0x1F00, IS_VOWEL = 0x80, IS_UPPER = 0x01, D_STROKE_LOWER = 2, D_STROKE_UPPER = 3 };

static struct {
    uint8_t letter[LETTERS_END]; /* IS_VOWEL | vowel × 6 + tone, of either case; or a case of đ; 0 for the rest */
    uint8_t is_upper[LETTERS_END];
    uint16_t charset[CHARSETS][128];
    uint32_t *rhymes, *rhymes_rare, *initials, *initials_more;
    size_t n_rhymes, n_rhymes_rare, n_initials, n_initials_more;
} tables;

static uint32_t vowel_upper(uint32_t lower)
{
    return lower < 0x100 ? lower - 32 : lower - 1;
}

static void letters_fill(void)
{
    for (unsigned v = 0; v < VOWELS; v++) {
        for (unsigned t = 0; t < TONES; t++) {
            uint32_t lower = vowels[v][t], upper = vowel_upper(lower);
            tables.letter[lower] = tables.letter[upper] = (uint8_t)(IS_VOWEL | (v * TONES + t));
            tables.is_upper[upper] = 1;
        }
    }
    tables.letter[0x111] = D_STROKE_LOWER;
    tables.letter[0x110] = D_STROKE_UPPER;
    tables.is_upper[0x110] = 1;
    for (unsigned c = 'A'; c <= 'Z'; c++)
        tables.is_upper[c] = 1;
}

static inline unsigned letter_of(uint32_t cp)
{
    return cp < LETTERS_END ? tables.letter[cp] : 0;
}

bool letter_is_upper(uint32_t cp)
{
    return cp < LETTERS_END && tables.is_upper[cp];
}

bool letter_is_lower(uint32_t cp)
{
    return (cp >= 'a' && cp <= 'z') || (letter_of(cp) && !letter_is_upper(cp));
}

uint32_t letter_upper(uint32_t cp)
{
    if (!letter_is_lower(cp))
        return cp;
    return cp == 0x111 ? 0x110 : vowel_upper(cp);
}

bool letter_is_vietnamese(uint32_t cp)
{
    return cp >= 0x80 && letter_of(cp) != 0;
}

/* cp must be a vowel; what it carries is replaced. */
static uint32_t vowel_make(uint32_t cp, unsigned vowel, unsigned tone)
{
    uint32_t lower = vowels[vowel][tone];
    return letter_is_upper(cp) ? vowel_upper(lower) : lower;
}

/* ---- bytes ---- */

#define X 0
/* TCVN 5712:1993, VN3, from A1: seven capitals, and lower case with tones. Other capitals are a matter of the font. */
static const uint16_t tcvn3[] = {
    0x102,  0xC2,   0xCA,   0xD4,   0x1A0,  0x1AF,  0x110,  0x103,  0xE2,   0xEA,   0xF4,
    0x1A1,  0x1B0,  0x111,  X, /* A1 */
    X,      X,      X,      X,      X,      0xE0,   0x1EA3, 0xE3,   0xE1,   0x1EA1, X,
    0x1EB1, 0x1EB3, 0x1EB5, 0x1EAF, X, /* B0 */
    X,      X,      X,      X,      X,      X,      0x1EB7, 0x1EA7, 0x1EA9, 0x1EAB, 0x1EA5,
    0x1EAD, 0xE8,   X,      0x1EBB, 0x1EBD, /* C0 */
    0xE9,   0x1EB9, 0x1EC1, 0x1EC3, 0x1EC5, 0x1EBF, 0x1EC7, 0xEC,   0x1EC9, X,      X,
    X,      0x129,  0xED,   0x1ECB, 0xF2, /* D0 */
    X,      0x1ECF, 0xF5,   0xF3,   0x1ECD, 0x1ED3, 0x1ED5, 0x1ED7, 0x1ED1, 0x1ED9, 0x1EDD,
    0x1EDF, 0x1EE1, 0x1EDB, 0x1EE3, 0xF9,   X,      0x1EE7, 0x169,  0xFA,   0x1EE5, 0x1EEB,
    0x1EED, 0x1EEF, 0x1EE9, 0x1EF1, 0x1EF3, 0x1EF7, 0x1EF9, 0xFD,   0x1EF5, X,
};
#undef X
_Static_assert(ARRAY_LEN(tcvn3) == 0x100 - 0xA1, "TCVN3 reaches from A1 to FF");

/* VNI-Windows: letters that are one byte, in lower case; the capital is 32 below. */
static const struct {
    uint8_t byte;
    uint16_t cp;
} vni_letters[] = {{0xF1, 0x111},  {0xF4, 0x1A1}, {0xF6, 0x1B0},  {0xED, 0xED},  {0xEC, 0xEC},
                   {0xE6, 0x1EC9}, {0xF3, 0x129}, {0xF2, 0x1ECB}, {0xEE, 0x1EF5}};

/* VNI-Windows: what follows a vowel. shape: 0 tone alone, 1 circumflex, 2 breve. */
static const struct {
    uint8_t byte, shape, tone;
} vni_marks[] = {
    {0xF9, 0, TONE_ACUTE}, {0xF8, 0, TONE_GRAVE}, {0xFB, 0, TONE_HOOK},  {0xF5, 0, TONE_TILDE}, {0xEF, 0, TONE_DOT},
    {0xE2, 1, TONE_NONE},  {0xE1, 1, TONE_ACUTE}, {0xE0, 1, TONE_GRAVE}, {0xE5, 1, TONE_HOOK},  {0xE3, 1, TONE_TILDE},
    {0xE4, 1, TONE_DOT},   {0xEA, 2, TONE_NONE},  {0xE9, 2, TONE_ACUTE}, {0xE8, 2, TONE_GRAVE}, {0xFA, 2, TONE_HOOK},
    {0xFC, 2, TONE_TILDE}, {0xEB, 2, TONE_DOT},
};

static uint32_t windows_punctuation(unsigned char c)
{
    uint32_t cp = tables.charset[CHARSET_1252][c - 0x80];
    return cp == c ? LEGACY_BAD : cp; /* a control character: no program wrote it */
}

/* The vowel with the mark, or 0 where the mark cannot stand on it. */
static uint32_t vni_marked(uint32_t base, unsigned char mark)
{
    unsigned letter = letter_of(base);
    unsigned char lower = mark >= 0xC0 && mark < 0xE0 ? (unsigned char)(mark + 32) : mark;
    if (!(letter & IS_VOWEL) || (letter & 0x7F) % TONES != TONE_NONE)
        return 0;
    unsigned vowel = (letter & 0x7F) / TONES;
    for (size_t i = 0; i < ARRAY_LEN(vni_marks); i++) {
        if (vni_marks[i].byte != lower)
            continue;
        switch (vni_marks[i].shape) {
        case 1:
            if (vowel != V_A && vowel != V_E && vowel != V_O)
                return 0;
            return vowel_make(base, vowel == V_A ? V_AA : vowel + 1, vni_marks[i].tone);
        case 2:
            return vowel == V_A ? vowel_make(base, V_AW, vni_marks[i].tone) : 0;
        default:
            return vowel == V_I ? 0 : vowel_make(base, vowel, vni_marks[i].tone);
        }
    }
    return 0;
}

static uint32_t vni_letter(unsigned char c)
{
    for (size_t i = 0; i < ARRAY_LEN(vni_letters); i++) {
        if (vni_letters[i].byte == c)
            return vni_letters[i].cp;
        if (vni_letters[i].byte - 32 == c)
            return letter_upper(vni_letters[i].cp);
    }
    return LEGACY_BAD;
}

static size_t vni_next(const unsigned char *p, size_t n, size_t at, uint32_t *ret_cp)
{
    unsigned char c = p[at];
    uint32_t cp = c < 0x80 ? c : c < 0xA0 ? windows_punctuation(c) : c < 0xC0 ? c : vni_letter(c);
    uint32_t marked = at + 1 < n && p[at + 1] >= 0xC0 && cp != LEGACY_BAD ? vni_marked(cp, p[at + 1]) : 0;
    *ret_cp = marked ? marked : cp;
    return marked ? 2 : 1;
}

static size_t windows_1258_next(const unsigned char *p, size_t n, size_t at, uint32_t *ret_cp)
{
    enum { GRAVE = 0xCC, HOOK = 0xD2, TILDE = 0xDE, ACUTE = 0xEC, DOT = 0xF2 };
    uint32_t cp = p[at] < 0x80 ? p[at] : tables.charset[CHARSET_1258][p[at] - 0x80];
    *ret_cp = cp == UTF8_REPLACEMENT ? LEGACY_BAD : cp;
    unsigned letter = letter_of(cp), tone = TONE_NONE;
    if (at + 1 == n || !(letter & IS_VOWEL) || (letter & 0x7F) % TONES != TONE_NONE)
        return 1;
    switch (p[at + 1]) {
    case GRAVE:
        tone = TONE_GRAVE;
        break;
    case HOOK:
        tone = TONE_HOOK;
        break;
    case TILDE:
        tone = TONE_TILDE;
        break;
    case ACUTE:
        tone = TONE_ACUTE;
        break;
    case DOT:
        tone = TONE_DOT;
        break;
    default:
        return 1;
    }
    *ret_cp = vowel_make(cp, (letter & 0x7F) / TONES, tone);
    return 2;
}

size_t legacy_next(enum encoding e, const unsigned char *p, size_t n, size_t at, uint32_t *ret_cp)
{
    unsigned char c = p[at];
    if (e == ENCODING_VNI)
        return vni_next(p, n, at, ret_cp);
    if (e == ENCODING_WINDOWS_1258)
        return windows_1258_next(p, n, at, ret_cp);
    must(e == ENCODING_TCVN3);
    *ret_cp = c < 0x80 ? c : c < 0xA0 ? windows_punctuation(c) : c == 0xA0 ? 0xA0 : tcvn3[c - 0xA1];
    if (*ret_cp == 0 && c >= 0x80)
        *ret_cp = LEGACY_BAD;
    return 1;
}

int byte_of(enum unicode_charset charset, uint32_t cp)
{
    if (cp < 0x80)
        return (int)cp;
    if (charset == CHARSET_1252 && cp < 0x100) /* 80 to 9F too: programs that take 1252 for Latin-1 leave controls */
        return (int)cp;
    for (int i = 0; i < 128; i++)
        if (tables.charset[charset][i] == cp)
            return 0x80 + i;
    return BYTE_NONE;
}

/* ---- syllables ---- */

/* What may stand before the vowels of a Vietnamese syllable, and after. */
static const char initials[] = "b c ch d đ g gh gi h k kh l m n ng ngh nh ph q qu r s t th tr v x";
static const char initials_more[] = /* in names of the Central Highlands */
    "bh bl br by dh dj dl dr đh đr gl gr hđ hl hm hr j kb kd kđ kl km kn kp kr kt ks mb md mh ml mn mr nd ndr pl pr rl "
    "sr "
    "tl w y z";
static const char rhymes[] =
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây "
    "e ec em en eng eo ep et ê êch êm ên ênh êp êt êu i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu "
    "o oa oac oach oai oam oan oang oanh oap oat oay oăc oăm oăn oăng oăt oc oe oen oet oi om on ong op ot "
    "ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u ua uân uâng uât uây uc ui um un ung up ut uê uôc uôi uôm uôn "
    "uông uôt uy uya uyên uyêt uynh ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu y yêm yên yêng "
    "yêt yêu";
static const char rhymes_rare[] = /* of a few words: so seldom that a text is hardly ever proved by one */
    "oao oeo ooc oong uêch uênh uơ uych uyn uyp uyt uyu";

/* Letters of a piece in six bits each; 0 where one is no letter of the alphabet. The tone is told apart. */
static uint64_t key_of(const uint32_t *word, size_t n, unsigned *ret_tone)
{
    uint64_t key = 0;
    if (n > 8)
        return 0;
    for (size_t i = 0; i < n; i++) {
        unsigned letter = letter_of(word[i]), code;
        if (letter & IS_VOWEL) {
            if ((letter & 0x7F) % TONES != TONE_NONE) {
                if (*ret_tone != TONE_NONE)
                    return 0; /* two tones in one syllable */
                *ret_tone = (letter & 0x7F) % TONES;
            }
            code = 33 + (letter & 0x7F) / TONES;
        } else if (letter) {
            code = 32;
        } else if ((word[i] | 0x20) >= 'a' && (word[i] | 0x20) <= 'z') {
            code = (unsigned)((word[i] | 0x20) - 'a' + 1);
        } else {
            return 0;
        }
        key = key << 6 | code;
    }
    return key;
}

static int key_compare(const void *pa, const void *pb)
{
    uint32_t a = *(const uint32_t *)pa, b = *(const uint32_t *)pb;
    return (a > b) - (a < b);
}

static bool key_is_in(const uint32_t *list, size_t n, uint64_t key)
{
    if (key == 0 || key > UINT32_MAX)
        return false;
    uint32_t k = (uint32_t)key;
    return bsearch(&k, list, n, sizeof k, key_compare) != NULL;
}

/* A list kept for the life of the process. */
static size_t keys_read(const char *text, uint32_t **ret_keys)
{
    uint32_t *keys = mem_alloc(strlen(text) * sizeof *keys);
    size_t n = 0;
    for (struct str rest = str_of(text); rest.p;) {
        struct str piece = str_cut(rest, ' ', &rest);
        uint32_t word[8];
        size_t letters = 0;
        for (size_t at = 0; at < piece.n;)
            at += utf8_next(piece, at, &word[letters++]);
        unsigned tone = TONE_NONE;
        uint64_t key = key_of(word, letters, &tone);
        must(key && key <= UINT32_MAX);
        keys[n++] = (uint32_t)key;
    }
    qsort(keys, n, sizeof *keys, key_compare);
    *ret_keys = keys;
    return n;
}

static bool is_vowel(uint32_t cp)
{
    return (letter_of(cp) & IS_VOWEL) != 0;
}

/* Where spelling puts the tone: on the last of ă â ê ô ơ ư when there is one (but ưa, ưu: on ư); else on the only vowel, the second
 * of three or before a final, the first of two at the end, but hoà and hòa are both written. */
static bool tone_is_in_place(const uint32_t *rhyme, size_t n)
{
    enum { NOWHERE = 99 };
    size_t vowels_n = 0, marked = NOWHERE, toned = NOWHERE;
    unsigned v[3];
    for (; vowels_n < n && vowels_n < 3 && is_vowel(rhyme[vowels_n]); vowels_n++) {
        unsigned letter = letter_of(rhyme[vowels_n]) & 0x7F;
        v[vowels_n] = letter / TONES;
        if (letter % TONES != TONE_NONE)
            toned = vowels_n;
        if (v[vowels_n] != V_A && v[vowels_n] != V_E && v[vowels_n] != V_I && v[vowels_n] != V_O &&
            v[vowels_n] != V_U && v[vowels_n] != V_Y)
            marked = vowels_n;
    }
    if (toned == NOWHERE)
        return true;
    if (marked != NOWHERE || vowels_n < 2)
        return toned == (marked != NOWHERE ? marked : 0);
    if (vowels_n == 3 || n > 2)
        return toned == 1;
    bool is_either = (v[0] == V_O && (v[1] == V_A || v[1] == V_E)) || (v[0] == V_U && v[1] == V_Y);
    return toned == 0 || is_either;
}

/* Names written in the alphabet but not by its rules: Kpă, Ayũn, Hđơk, Srêng, Brêu, Êban. One vowel or diphthong, one or no
 * final; tones as they like. */
static bool rhyme_is_highland(const uint32_t *word, size_t n)
{
    size_t vowels_n = 0;
    while (vowels_n < n && is_vowel(word[vowels_n]))
        vowels_n++;
    unsigned tone = TONE_NONE;
    if (vowels_n == 0 || vowels_n > 2 || key_of(word, n, &tone) == 0 || !tone_is_in_place(word, n))
        return false;
    if (vowels_n == 2) {
        uint64_t key = key_of(word, 2, &(unsigned){TONE_NONE});
        if (!key_is_in(tables.rhymes, tables.n_rhymes, key)) {
            uint64_t iee = key_of((const uint32_t[]){'i', 0xEA}, 2, &tone),
                     uoo = key_of((const uint32_t[]){'u', 0xF4}, 2, &tone);
            uint64_t iaw = key_of((const uint32_t[]){'i', 0x103}, 2, &tone);
            if (key != iee && key != uoo && key != iaw)
                return false;
        }
    }
    if (n == vowels_n)
        return true;
    uint32_t last = word[vowels_n] | 0x20;
    return n == vowels_n + 1 && last < 0x80 && strchr("klrhcmnptiuy", (int)last) != NULL;
}

static enum syllable rhyme_of(const uint32_t *word, size_t n)
{
    unsigned tone = TONE_NONE;
    uint64_t key = key_of(word, n, &tone);
    bool is_usual = key_is_in(tables.rhymes, tables.n_rhymes, key);
    if (!is_usual && !key_is_in(tables.rhymes_rare, tables.n_rhymes_rare, key))
        return SYLLABLE_NONE;
    uint32_t last = word[n - 1] | 0x20;
    bool is_stopped =
        last == 'c' || last == 'p' || last == 't' || (last == 'h' && n > 1 && (word[n - 2] | 0x20) == 'c');
    if (is_stopped && tone != TONE_ACUTE && tone != TONE_DOT && tone != TONE_NONE) /* Đăc, Buôn Choat */
        return SYLLABLE_NONE;
    return !tone_is_in_place(word, n) ? SYLLABLE_NONE : is_usual ? SYLLABLE_USUAL : SYLLABLE_RARE;
}

/* c, g and ng stand before a, o, u and their kin; k, gh and ngh before e, ê, i, y. */
static bool onset_fits(const uint32_t *word, size_t k)
{
    unsigned vowel = (letter_of(word[k]) & 0x7F) / TONES;
    bool is_e = vowel == V_E || vowel == V_EE, is_front = is_e || vowel == V_I || vowel == V_Y;
    uint32_t last = word[k - 1] | 0x20, before = k > 1 ? word[k - 2] | 0x20 : 0;
    if (last == 'g')
        return before == 'n' ? !is_front : !is_e;
    if (last == 'h' && before == 'g')
        return is_front;
    return k > 1 || (last == 'c' ? !is_front : last != 'k' || is_front);
}

enum syllable syllable_judge(const uint32_t *word, size_t n)
{
    enum syllable best = SYLLABLE_NONE;
    if (n == 0 || n > SYLLABLE_LETTERS)
        return SYLLABLE_NONE;
    for (size_t k = 0; k <= 3 && k < n; k++) {
        unsigned tone = TONE_NONE;
        uint64_t key = key_of(word, k, &tone);
        bool is_plain = k == 0 || (tone == TONE_NONE && key_is_in(tables.initials, tables.n_initials, key));
        bool is_more = k && tone == TONE_NONE && key_is_in(tables.initials_more, tables.n_initials_more, key);
        if (!is_plain && !is_more)
            continue;
        enum syllable rhyme = rhyme_of(word + k, n - k);
        if (rhyme == SYLLABLE_USUAL && is_plain && (k == 0 || onset_fits(word, k)))
            return SYLLABLE_USUAL;
        if (rhyme != SYLLABLE_NONE || rhyme_is_highland(word + k, n - k))
            best = SYLLABLE_RARE;
    }
    return best;
}

bool syllable_is_vietnamese(const uint32_t *word, size_t n)
{
    return syllable_judge(word, n) != SYLLABLE_NONE;
}

bool syllable_lost_u_horn(const uint32_t *word, size_t n)
{
    if (n < 2 || n + 1 > SYLLABLE_LETTERS || syllable_is_vietnamese(word, n))
        return false;
    bool has_vowel = false;
    for (size_t i = 0; i < n; i++)
        has_vowel |= is_vowel(word[i]);
    if (!has_vowel && (n < 3 || !letter_is_lower(word[n - 1]) || !letter_is_lower(word[1])))
        return false; /* “TDP”, “Th” are abbreviations */
    for (size_t at = 0; at <= n; at++) {
        uint32_t with[SYLLABLE_LETTERS];
        memcpy(with, word, at * sizeof *word);
        with[at] = 0x1B0;
        memcpy(with + at + 1, word + at, (n - at) * sizeof *word);
        if (syllable_is_vietnamese(with, n + 1) && (!has_vowel || (at < n && is_vowel(word[at]))))
            return true;
    }
    return false;
}

/* ---- ready ---- */

static void tables_fill(void)
{
    letters_fill();
    for (unsigned c = 0; c < CHARSETS; c++)
        unicode_charset_table((enum unicode_charset)c, tables.charset[c]);
    tables.n_rhymes = keys_read(rhymes, &tables.rhymes);
    tables.n_rhymes_rare = keys_read(rhymes_rare, &tables.rhymes_rare);
    tables.n_initials = keys_read(initials, &tables.initials);
    tables.n_initials_more = keys_read(initials_more, &tables.initials_more);
}

static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

void tables_ready(void)
{
    must(pthread_once(&tables_once, tables_fill) == 0);
}
