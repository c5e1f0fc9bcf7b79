/* Writing the old encodings: what the tests of reading them need. Apart from the engine's tables, which it must not share.
 * Each list goes through the 134 letters in the same order; its bytes are shown as Latin-1. */
#ifndef TINHSO_TEST_ENCODER_H
#define TINHSO_TEST_ENCODER_H

static const char letters_small[] = "a|à|ả|ã|á|ạ|ă|ằ|ẳ|ẵ|ắ|ặ|â|ầ|ẩ|ẫ|ấ|ậ|"
                                    "e|è|ẻ|ẽ|é|ẹ|ê|ề|ể|ễ|ế|ệ|i|ì|ỉ|ĩ|í|ị|"
                                    "o|ò|ỏ|õ|ó|ọ|ô|ồ|ổ|ỗ|ố|ộ|ơ|ờ|ở|ỡ|ớ|ợ|"
                                    "u|ù|ủ|ũ|ú|ụ|ư|ừ|ử|ữ|ứ|ự|y|ỳ|ỷ|ỹ|ý|ỵ|"
                                    "đ";
static const char letters_large[] = "A|À|Ả|Ã|Á|Ạ|Ă|Ằ|Ẳ|Ẵ|Ắ|Ặ|Â|Ầ|Ẩ|Ẫ|Ấ|Ậ|"
                                    "E|È|Ẻ|Ẽ|É|Ẹ|Ê|Ề|Ể|Ễ|Ế|Ệ|I|Ì|Ỉ|Ĩ|Í|Ị|"
                                    "O|Ò|Ỏ|Õ|Ó|Ọ|Ô|Ồ|Ổ|Ỗ|Ố|Ộ|Ơ|Ờ|Ở|Ỡ|Ớ|Ợ|"
                                    "U|Ù|Ủ|Ũ|Ú|Ụ|Ư|Ừ|Ử|Ữ|Ứ|Ự|Y|Ỳ|Ỷ|Ỹ|Ý|Ỵ|"
                                    "Đ";
static const char tcvn3_small[] = "a|µ|¶|·|¸|¹|¨|»|¼|½|¾|Æ|©|Ç|È|É|Ê|Ë|"
                                  "e|Ì|Î|Ï|Ð|Ñ|ª|Ò|Ó|Ô|Õ|Ö|i|×|Ø|Ü|Ý|Þ|"
                                  "o|ß|á|â|ã|ä|«|å|æ|ç|è|é|¬|ê|ë|ì|í|î|"
                                  "u|ï|ñ|ò|ó|ô|\u00AD|õ|ö|÷|ø|ù|y|ú|û|ü|ý|þ|"
                                  "®";
static const char vni_small[] = "a|aø|aû|aõ|aù|aï|aê|aè|aú|aü|aé|aë|aâ|aà|aå|aã|aá|aä|"
                                "e|eø|eû|eõ|eù|eï|eâ|eà|eå|eã|eá|eä|i|ì|æ|ó|í|ò|"
                                "o|oø|oû|oõ|où|oï|oâ|oà|oå|oã|oá|oä|ô|ôø|ôû|ôõ|ôù|ôï|"
                                "u|uø|uû|uõ|uù|uï|ö|öø|öû|öõ|öù|öï|y|yø|yû|yõ|yù|î|"
                                "ñ";
static const char vni_large[] = "A|AØ|AÛ|AÕ|AÙ|AÏ|AÊ|AÈ|AÚ|AÜ|AÉ|AË|AÂ|AÀ|AÅ|AÃ|AÁ|AÄ|"
                                "E|EØ|EÛ|EÕ|EÙ|EÏ|EÂ|EÀ|EÅ|EÃ|EÁ|EÄ|I|Ì|Æ|Ó|Í|Ò|"
                                "O|OØ|OÛ|OÕ|OÙ|OÏ|OÂ|OÀ|OÅ|OÃ|OÁ|OÄ|Ô|ÔØ|ÔÛ|ÔÕ|ÔÙ|ÔÏ|"
                                "U|UØ|UÛ|UÕ|UÙ|UÏ|Ö|ÖØ|ÖÛ|ÖÕ|ÖÙ|ÖÏ|Y|YØ|YÛ|YÕ|YÙ|Î|"
                                "Ñ";
static const char windows_1258_small[] = "a|aÌ|aÒ|aÞ|aì|aò|ã|ãÌ|ãÒ|ãÞ|ãì|ãò|â|âÌ|âÒ|âÞ|âì|âò|"
                                         "e|eÌ|eÒ|eÞ|eì|eò|ê|êÌ|êÒ|êÞ|êì|êò|i|iÌ|iÒ|iÞ|iì|iò|"
                                         "o|oÌ|oÒ|oÞ|oì|oò|ô|ôÌ|ôÒ|ôÞ|ôì|ôò|õ|õÌ|õÒ|õÞ|õì|õò|"
                                         "u|uÌ|uÒ|uÞ|uì|uò|ý|ýÌ|ýÒ|ýÞ|ýì|ýò|y|yÌ|yÒ|yÞ|yì|yò|"
                                         "ð";
static const char windows_1258_large[] = "A|AÌ|AÒ|AÞ|Aì|Aò|Ã|ÃÌ|ÃÒ|ÃÞ|Ãì|Ãò|Â|ÂÌ|ÂÒ|ÂÞ|Âì|Âò|"
                                         "E|EÌ|EÒ|EÞ|Eì|Eò|Ê|ÊÌ|ÊÒ|ÊÞ|Êì|Êò|I|IÌ|IÒ|IÞ|Iì|Iò|"
                                         "O|OÌ|OÒ|OÞ|Oì|Oò|Ô|ÔÌ|ÔÒ|ÔÞ|Ôì|Ôò|Õ|ÕÌ|ÕÒ|ÕÞ|Õì|Õò|"
                                         "U|UÌ|UÒ|UÞ|Uì|Uò|Ý|ÝÌ|ÝÒ|ÝÞ|Ýì|Ýò|Y|YÌ|YÒ|YÞ|Yì|Yò|"
                                         "Ð";
static const char cp437_glyphs[] = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐"
                                   "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00A0";
/* 80 to 9F of Windows-1252; a dot where it has nothing and programs leave the control character. */
static const char windows_1252_glyphs[] = "€.‚ƒ„…†‡ˆ‰Š‹Œ.Ž..‘’“”•–—˜™š›œ.žŸ";

#endif
