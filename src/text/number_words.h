/* Whole numbers in Vietnamese words, as amounts are written out on receipts and contracts.
 *
 *     number_words_vi(1205000, &out);      // “một triệu hai trăm linh năm nghìn”
 *     number_words_vi(21, &out);           // “hai mươi mốt”
 *
 * The rules: 0 in the tens before a unit is linh; 1 behind mươi is mốt, 4 is tư, 5 behind mười or mươi is lăm; a group of three behind
 * a greater one names its hundreds (không trăm linh năm); groups are nghìn, triệu, tỷ, then nghìn tỷ, triệu tỷ, tỷ tỷ.
 */
#ifndef TINHSO_TEXT_NUMBER_WORDS_H
#define TINHSO_TEXT_NUMBER_WORDS_H

#include <stdint.h>

#include "base/buf.h"

void number_words_vi(int64_t value, struct buf *out);

#endif
