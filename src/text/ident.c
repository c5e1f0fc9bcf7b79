#include "text/ident.h"

#include <stdio.h>

#include "text/utf8.h"

#include "base/banned.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool all_digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_digit(s.p[i]))
            return false;
    return true;
}

static int number_at(struct str s, size_t at, size_t n)
{
    int value = 0;
    for (size_t i = 0; i < n; i++)
        value = value * 10 + (s.p[at + i] - '0');
    return value;
}

/* ---- personal numbers ---- */

static enum err year_disagrees(enum err code, struct str id, struct str digits, int says, int year, struct fault *f)
{
    char said[16], wanted[16];
    snprintf(said, sizeof said, "%d", says);
    snprintf(wanted, sizeof wanted, "%d", year);
    return FAULT(f, code, {"value", id}, {"digits", digits}, {"says", str_of(said)}, {"year", str_of(wanted)});
}

enum err personal_id_check(struct str id, enum sex sex, int birth_year, struct fault *f)
{
    if (id.n != 12 || !all_digits(id) || number_at(id, 0, 3) == 0)
        return FAULT(f, ERR_PERSONAL_ID_FORMAT, {"value", id});
    struct str fourth = str_slice(id.p + 3, 1), year_digits = str_slice(id.p + 4, 2);
    int digit = number_at(id, 3, 1), century = 1900 + digit / 2 * 100, year = century + number_at(id, 4, 2);
    bool is_female = digit % 2 == 1;
    if (sex == SEX_MALE && is_female)
        return FAULT(f, ERR_PERSONAL_ID_MALE, {"value", id}, {"digits", fourth});
    if (sex == SEX_FEMALE && !is_female)
        return FAULT(f, ERR_PERSONAL_ID_FEMALE, {"value", id}, {"digits", fourth});
    if (birth_year == 0 || birth_year == year)
        return OK;
    if (birth_year < century || birth_year > century + 99)
        return year_disagrees(ERR_PERSONAL_ID_CENTURY, id, fourth, century, birth_year, f);
    return year_disagrees(ERR_PERSONAL_ID_YEAR, id, year_digits, year, birth_year, f);
}

enum err personal_id_old_check(struct str id, struct fault *f)
{
    if (id.n != 9 || !all_digits(id))
        return FAULT(f, ERR_PERSONAL_ID_OLD_FORMAT, {"value", id});
    return OK;
}

enum err personal_id_repair(struct arena *a, struct str raw, enum sex sex, int birth_year, struct str *ret_id,
                            struct fault *f)
{
    char id[12] = "00";
    /* Of the codes 00x, which lose two zeros, these five are in use. */
    bool is_shortened =
        all_digits(raw) && ((raw.n == 11 && raw.p[0] != '0') || (raw.n == 10 && strchr("12468", raw.p[0])));
    if (!is_shortened || sex == SEX_UNKNOWN || birth_year == 0)
        return FAULT(f, ERR_PERSONAL_ID_LOST_ZERO, {"value", raw});
    memcpy(id + sizeof id - raw.n, raw.p, raw.n);
    if (personal_id_check(str_slice(id, sizeof id), sex, birth_year, NULL) != OK)
        return FAULT(f, ERR_PERSONAL_ID_LOST_ZERO, {"value", raw});
    *ret_id = str_slice(arena_dup(a, id, sizeof id), sizeof id);
    return OK;
}

/* ---- tax codes ---- */

enum err tax_code_check(struct str code, struct fault *f)
{
    static const int weights[9] = {31, 29, 23, 19, 17, 13, 7, 5, 3};
    if (code.n == 12 && all_digits(code))
        return personal_id_check(code, SEX_UNKNOWN, 0, f);
    struct str number = str_slice(code.p, code.n < 10 ? code.n : 10);
    bool is_branch = code.n == 14 && code.p[10] == '-';
    if ((code.n != 10 && !is_branch) || !all_digits(number) || (is_branch && !all_digits(str_slice(code.p + 11, 3))))
        return FAULT(f, ERR_TAX_CODE_FORMAT, {"value", code});
    int sum = 0;
    for (size_t i = 0; i < 9; i++)
        sum += weights[i] * number_at(code, i, 1);
    int check = 10 - sum % 11;
    if (check == 10)
        return FAULT(f, ERR_TAX_CODE_UNISSUED, {"value", code});
    if (check != number_at(code, 9, 1)) {
        char expected[4] = {(char)('0' + check), 0};
        return FAULT(f, ERR_TAX_CODE_DIGIT, {"value", code}, {"digit", str_slice(code.p + 9, 1)},
                     {"expected", str_of(expected)});
    }
    if (is_branch && number_at(code, 11, 3) == 0)
        return FAULT(f, ERR_TAX_CODE_BRANCH, {"value", code});
    return OK;
}

/* ---- telephones ---- */

enum { PHONE_RAW_MAX = 40, PHONE_DIGITS_MAX = 20 };

struct prefix {
    char from[4], to[4];
};

/* Mobile numbers of eleven digits became ten on 15 September 2018 (without the zero in front). */
static const struct prefix mobile_2018[] = {
    {"120", "70"}, {"121", "79"}, {"122", "77"}, {"126", "76"}, {"128", "78"}, {"123", "83"}, {"124", "84"},
    {"125", "85"}, {"127", "81"}, {"129", "82"}, {"162", "32"}, {"163", "33"}, {"164", "34"}, {"165", "35"},
    {"166", "36"}, {"167", "37"}, {"168", "38"}, {"169", "39"}, {"186", "56"}, {"188", "58"}, {"199", "59"},
};

/* Area codes of three digits that changed in 2017 (decision 2036/QĐ-BTTTT of 21 November 2016). The old codes of one
 * and two digits cannot be told from today's mobile numbers and are left alone. */
static const struct prefix area_2017[] = {
    {"320", "220"}, {"321", "221"}, {"350", "228"}, {"351", "226"}, {"500", "262"}, {"501", "261"}, {"510", "235"},
    {"511", "236"}, {"650", "274"}, {"651", "271"}, {"710", "292"}, {"711", "293"}, {"780", "290"}, {"781", "291"},
};

static const char *prefix_find(const struct prefix *table, size_t n, const char *digits)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(table[i].from, digits, 3) == 0)
            return table[i].to;
    return NULL;
}

/* First digits, after the zero, that mobile networks hold. */
static bool is_mobile_prefix(const char *digits)
{
    static const char *const seconds[10] = {
        [3] = "23456789", [5] = "25689", [7] = "06789", [8] = "123456789", [9] = "0123456789"};
    const char *allowed = seconds[digits[0] - '0'];
    return allowed && strchr(allowed, digits[1]);
}

/* Digits of the number, with separators out; *ret_is_foreign tells of a + or 00 in front, which is taken off. */
static bool phone_digits(struct str raw, char *digits, size_t *ret_n, bool *ret_is_foreign)
{
    size_t n = 0;
    *ret_is_foreign = false;
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.p[i];
        if (is_digit(c) && n < PHONE_DIGITS_MAX)
            digits[n++] = c;
        else if (c == '+' && n == 0 && !*ret_is_foreign)
            *ret_is_foreign = true;
        else if (c == '\0' || !strchr(" .-/()", c))
            return false;
    }
    if (!*ret_is_foreign && n > 4 && digits[0] == '0' && digits[1] == '0') {
        *ret_is_foreign = true;
        n -= 2;
        memmove(digits, digits + 2, n);
    }
    *ret_n = n;
    return n > 0;
}

/* The number within the country, without its zero: 9 digits for mobiles, 10 for the rest. */
static bool national(const char *d, size_t n, bool has_country, struct str *ret)
{
    if (has_country || ((n == 11 || n == 12) && d[0] == '8' && d[1] == '4')) {
        if (n < 2 || d[0] != '8' || d[1] != '4')
            return false;
        d += 2;
        n -= 2;
    }
    if (n && d[0] == '0') { /* also the zero that people keep behind +84 */
        d++;
        n--;
    }
    *ret = str_slice(d, n);
    return (n == 9 || n == 10) && d[0] != '0';
}

enum err phone_normalise(struct arena *a, struct str raw, struct str *ret_e164, struct fault *f)
{
    char digits[PHONE_DIGITS_MAX + 1] = {0};
    size_t n = 0;
    bool is_foreign = false;
    if (raw.n > PHONE_RAW_MAX || !phone_digits(raw, digits, &n, &is_foreign))
        return FAULT(f, ERR_PHONE_FORMAT, {"value", raw});
    if (is_foreign && !(digits[0] == '8' && digits[1] == '4')) {
        if (n < 7 || n > 15 || digits[0] == '0')
            return FAULT(f, ERR_PHONE_FORMAT, {"value", raw});
        *ret_e164 = str_of(arena_printf(a, "+%s", digits));
        ret_e164->n = n + 1;
        return OK;
    }
    struct str s;
    if (!national(digits, n, is_foreign, &s))
        return FAULT(f, ERR_PHONE_FORMAT, {"value", raw});
    const char *to = NULL;
    if (s.n == 10 && s.p[0] == '1')
        to = prefix_find(mobile_2018, ARRAY_LEN(mobile_2018), s.p);
    else if (s.n == 10)
        to = prefix_find(area_2017, ARRAY_LEN(area_2017), s.p);
    bool is_known = to || (s.n == 9 && is_mobile_prefix(s.p)) || (s.n == 10 && s.p[0] == '2');
    if (!is_known)
        return FAULT(f, ERR_PHONE_PREFIX, {"value", raw});
    size_t skip = to ? 3 : 0;
    *ret_e164 = str_of(arena_printf(a, "+84%s%.*s", to ? to : "", (int)(s.n - skip), s.p + skip));
    return OK;
}

/* ---- web addresses ---- */

static bool is_ascii_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* The characters of RFC 3986, percent signs followed by two hex digits, and letters outside ASCII. */
static bool url_characters_are_fine(struct str s)
{
    for (size_t at = 0, n; at < s.n; at += n) {
        uint32_t cp;
        n = utf8_next(s, at, &cp);
        if (cp <= 0x20 || (cp >= 0x7F && cp < 0xA1) || strchr("\"<>\\^`{|}", cp < 0x80 ? (int)cp : 'a'))
            return false;
        if (cp == '%' && (s.n - at < 3 || !is_hex(s.p[at + 1]) || !is_hex(s.p[at + 2])))
            return false;
        if ((cp >= 0x2000 && cp <= 0x206F) || cp == 0x3000 || cp == 0xAD || cp == 0xFEFF || cp == UTF8_REPLACEMENT)
            return false;
    }
    return true;
}

static bool host_is_fine(struct str host)
{
    if (host.n > 253 || host.n == 0)
        return false;
    if (host.p[0] == '[') { /* an IPv6 address; whether it exists is not asked */
        for (size_t i = 1; i + 1 < host.n; i++)
            if (!is_hex(host.p[i]) && host.p[i] != ':' && host.p[i] != '.')
                return false;
        return host.n > 3 && host.p[host.n - 1] == ']';
    }
    struct str rest = host;
    while (rest.p) {
        struct str label = str_cut(rest, '.', &rest);
        if (label.n == 0 && rest.p == NULL)
            return true; /* a dot at the end is the root */
        if (label.n == 0 || label.n > 63 || label.p[0] == '-' || label.p[label.n - 1] == '-')
            return false;
        for (size_t i = 0; i < label.n; i++)
            if (!is_ascii_letter(label.p[i]) && !is_digit(label.p[i]) && label.p[i] != '-' && label.p[i] != '_' &&
                (unsigned char)label.p[i] < 0x80)
                return false;
    }
    return true;
}

static bool port_is_fine(struct str port)
{
    if (port.n == 0 || port.n > 5 || !all_digits(port))
        return false;
    int value = number_at(port, 0, port.n);
    return value >= 1 && value <= 65535;
}

static struct str authority_of(struct str rest)
{
    size_t n = 0;
    while (n < rest.n && rest.p[n] != '/' && rest.p[n] != '?' && rest.p[n] != '#')
        n++;
    return str_slice(rest.p, n);
}

enum err url_check(struct str url, struct fault *f)
{
    if (url.n > URL_BYTES_MAX)
        return FAULT(f, ERR_URL_LENGTH, {"value", url});
    size_t scheme = str_eq_ascii_nocase(str_slice(url.p, url.n < 7 ? url.n : 7), STR("http://"))    ? 7
                    : str_eq_ascii_nocase(str_slice(url.p, url.n < 8 ? url.n : 8), STR("https://")) ? 8
                                                                                                    : 0;
    if (scheme == 0)
        return FAULT(f, ERR_URL_SCHEME, {"value", url});
    struct str host = authority_of(str_slice(url.p + scheme, url.n - scheme));
    struct str tail = str_slice(host.p + host.n, url.n - scheme - host.n);
    bool is_fine = url_characters_are_fine(url) && !memchr(host.p, '@', host.n) && !memchr(tail.p, '[', tail.n) &&
                   !memchr(tail.p, ']', tail.n);
    const char *colon = host.n ? memrchr(host.p, ':', host.n) : NULL, *bracket = memrchr(host.p, ']', host.n);
    if (is_fine && colon && colon > bracket) {
        size_t at = (size_t)(colon - host.p);
        is_fine = port_is_fine(str_slice(colon + 1, host.n - at - 1));
        host.n = at;
    }
    if (!is_fine || !host_is_fine(host))
        return FAULT(f, ERR_URL_FORMAT, {"value", url});
    return OK;
}
