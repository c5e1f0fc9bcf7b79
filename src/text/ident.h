/* Identifiers of people, organisations, telephones and web addresses: checks by their published rules.
 *
 *     if (personal_id_check(STR("067190012345"), SEX_FEMALE, 1990, &f) != OK)
 *         fault_print(&f, LANG_VI, &out);                       // names the digit that disagrees
 *     struct str phone;
 *     phone_normalise(a, STR("0166 8123.456"), &phone, &f);     // +84368123456
 *
 * Input is text that text_clean returned. Identifiers are text, never numbers: a leading zero counts.
 * A passed check says that the identifier can exist, not that it was issued.
 */
#ifndef TINHSO_TEXT_IDENT_H
#define TINHSO_TEXT_IDENT_H

#include "base/fault.h"
#include "base/mem.h"
#include "base/str.h"

enum sex { SEX_UNKNOWN, SEX_MALE, SEX_FEMALE };

/* Personal identification number, 12 digits (Decree 137/2015/NĐ-CP, art. 13): three digits of the province or country
 * where the birth was registered, one of century and sex (19xx 0 male 1 female, 20xx 2 3, 21xx 4 5, 22xx 6 7, 23xx 8 9),
 * two of the birth year, six at random; no check digit. Sex and year are compared when known (birth_year 0: unknown).
 * ERR_PERSONAL_ID_FORMAT, ERR_PERSONAL_ID_MALE, ERR_PERSONAL_ID_FEMALE (digit 4 against the sex),
 * ERR_PERSONAL_ID_CENTURY (digit 4 against the year), ERR_PERSONAL_ID_YEAR (digits 5 and 6 against the year). */
enum err personal_id_check(struct str id, enum sex sex, int birth_year, struct fault *f);

/* The old identity card number: 9 digits, no further rule. ERR_PERSONAL_ID_OLD_FORMAT. */
enum err personal_id_old_check(struct str id, struct fault *f);

/* A personal number whose leading zeros a spreadsheet ate: 11 digits (10 where the province code is 001, 002,
 * 004, 006 or 008). Put back only
 * when the sex and the birth year are known and agree with the result, else ERR_PERSONAL_ID_LOST_ZERO. The caller
 * reports the repair. The result lives in the arena. */
enum err personal_id_repair(struct arena *a, struct str raw, enum sex sex, int birth_year, struct str *ret_id,
                            struct fault *f);

/* Tax code: 10 digits of which the last is a check digit; a branch adds “-001” to “-999”; individuals and household
 * businesses use the 12 digits of their personal number (Circular 86/2024/TT-BTC).
 * ERR_TAX_CODE_FORMAT, ERR_TAX_CODE_DIGIT, ERR_TAX_CODE_UNISSUED (the check sum of the first nine digits is 10),
 * ERR_TAX_CODE_BRANCH. */
enum err tax_code_check(struct str code, struct fault *f);

/* A Vietnamese telephone number in any of the usual spellings → E.164 (+84…), in the arena. Reads 0…, 84…, +84…, 0084…,
 * numbers that lost their zero, separators (space . - / and brackets); turns the 11-digit mobile numbers of before
 * 15 September 2018 and the area codes of before 2017 into today's. Foreign numbers pass with + or 00 in front.
 * ERR_PHONE_FORMAT; ERR_PHONE_PREFIX for a number whose first digits belong to no mobile network or area. */
enum err phone_normalise(struct arena *a, struct str raw, struct str *ret_e164, struct fault *f);

/* http:// or https:// with a host, at most URL_BYTES_MAX; no user name, no white space, no quotes (RFC 3986; letters
 * outside ASCII as in RFC 3987 are allowed). ERR_URL_SCHEME, ERR_URL_FORMAT, ERR_URL_LENGTH. */
enum { URL_BYTES_MAX = 2048 };
enum err url_check(struct str url, struct fault *f);

#endif
