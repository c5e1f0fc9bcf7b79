#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "encoder.h"

static void becomes(const char *text, enum encoding e, bool is_upper, const char *expected, bool is_lossy)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    bool lossy;
    struct str s = repaired(a, str_of(text), e, is_upper, &lossy);
    assert_string_equal(arena_dup(a, s.p, s.n), expected);
    assert_int_equal(lossy, is_lossy);
}

/* ---- the tables ---- */

static void every_letter_is_read_from_every_encoding(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    static const enum encoding all[] = {ENCODING_TCVN3, ENCODING_VNI, ENCODING_WINDOWS_1258};
    size_t n = 0;
    for (; nth(letters_small, n).n && n < 73; n++) {
        for (size_t i = 0; i < ARRAY_LEN(all); i++) {
            for (int large = 0; large < 2; large++) {
                struct str letter = nth(large ? letters_large : letters_small, n), out;
                const char *text = arena_printf(a, "x%.*sx", STR_ARG(letter));
                struct str bytes = latin1_bytes(a, broken(a, text, all[i]));
                struct fault f = {0};
                assert_int_equal(encoding_decode(a, bytes, all[i], &out, &f), OK);
                bool has_capital = place("A|E|I|O|U|Y|Ă|Â|Ê|Ô|Ơ|Ư|Đ", letter) != SIZE_MAX;
                if (large && all[i] == ENCODING_TCVN3 && !has_capital)
                    text = arena_printf(a, "x%.*sx", STR_ARG(nth(letters_small, n)));
                assert_string_equal(arena_dup(a, out.p, out.n), text);
            }
        }
    }
    assert_int_equal(n, 73);
}

static void the_golden_pairs_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *tcvn3, *vni;
    } golden[] = {{"Đắk Nông", "§¾k N«ng", "Ñaék Noâng"},
                  {"Nguyễn Thị Hường", "NguyÔn ThÞ H\u00ADêng", "Nguyeãn Thò Höôøng"},
                  {"Huyện Krông Nô", "HuyÖn Kr«ng N«", "Huyeän Kroâng Noâ"},
                  {"Đường", "§\u00ADêng", "Ñöôøng"},
                  {"Ước", "¦íc", "Öôùc"}};
    for (size_t i = 0; i < ARRAY_LEN(golden); i++) {
        becomes(golden[i].tcvn3, ENCODING_TCVN3, false, golden[i].text, false);
        becomes(golden[i].vni, ENCODING_VNI, false, golden[i].text, false);
    }
    becomes("Quß║¡n Ba ─É├¼nh", MOJIBAKE_CP437, false, "Quận Ba Đình", false);
    becomes("Quáº£n", MOJIBAKE_1252, false, "Quản", false);
}

static void fonts_that_draw_capitals_make_capitals(void **state)
{
    (void)state;
    becomes("nguyÔn thÞ h\u00ADêng", ENCODING_TCVN3, true, "NGUYỄN THỊ HƯỜNG", false);
    becomes("NGUYÔN V¡N §¤NG", ENCODING_TCVN3, false, "NGUYỄN VĂN ĐÔNG", false);
    becomes("Lª V¨n Hµ", ENCODING_TCVN3, false, "Lê Văn Hà", false);
    becomes("Hµ Néi", ENCODING_TCVN3, false, "Hà Nội", false);
    static const struct {
        const char *font;
        int e; /* 0: none */
        bool is_upper;
    } fonts[] = {{".VnTime", ENCODING_TCVN3, false},
                 {".VnTimeH", ENCODING_TCVN3, true},
                 {".VnArialH", ENCODING_TCVN3, true},
                 {".VNTIMEH", ENCODING_TCVN3, true},
                 {".vnarial", ENCODING_TCVN3, false},
                 {".VnArial NarrowH", ENCODING_TCVN3, true},
                 {"VNI-Times", ENCODING_VNI, false},
                 {"VNI-Helve", ENCODING_VNI, false},
                 {"vni-helve-condense", ENCODING_VNI, false},
                 {"Times New Roman", 0, false},
                 {"Calibri", 0, false},
                 {"", 0, false},
                 {".Vn", 0, false},
                 {"VNI", 0, false},
                 {"Arial", 0, false}};
    for (size_t i = 0; i < ARRAY_LEN(fonts); i++) {
        enum encoding e = TEXT_FINE;
        bool is_upper = false;
        assert_int_equal(encoding_of_font(str_of(fonts[i].font), &e, &is_upper), fonts[i].e != 0);
        assert_int_equal(e, fonts[i].e);
        assert_int_equal(is_upper, fonts[i].is_upper);
    }
}

static void what_was_lost_is_reported(void **state)
{
    (void)state;
    becomes("NguyÔn ThÞ Hêng", ENCODING_TCVN3, false, "Nguyễn Thị Hờng", true);
    becomes("TrÇn Hng", ENCODING_TCVN3, false, "Trần Hng", true);
    becomes("TDP 5, HTX Th¾ng", ENCODING_TCVN3, false, "TDP 5, HTX Thắng", false);
    becomes("Thành phố HÃ  Ná»™i", MOJIBAKE_1252, false, "Thành phố HÃ  Ná»™i", false);
    becomes("HÃ\u00A0 Ná»™i", MOJIBAKE_1252, false, "Hà Nội", false);
    becomes("HÃ Ná»™i", MOJIBAKE_1252, false, "Hà Nội", true);
    becomes("HÃ\u00A0 Ná»™i, PhÃº", MOJIBAKE_1252, false, "Hà Nội, Phú", false);
    becomes("ThÃ nh phá»‘", MOJIBAKE_1252, false, "Thành phố", true);
    becomes("ÄÃ¬nh", MOJIBAKE_1252, false, "Đình", true);
    becomes("Ä\xC2\x90Ã¬nh", MOJIBAKE_1252, false, "Đình", false);
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str out = STR("untouched");
    bool lossy;
    struct fault f = {0};
    assert_int_equal(encoding_repair(a, STR("Nguyá»…n Thá"), MOJIBAKE_1252, false, &out, &lossy, &f), ERR_TEXT_REPAIR);
    assert_true(str_is(out, "untouched"));
    assert_int_equal(encoding_repair(a, STR("Nguyeãn éé"), ENCODING_VNI, false, &out, &lossy, &f), ERR_TEXT_REPAIR);
}

static void a_right_text_among_broken_ones_stays(void **state)
{
    (void)state;
    for (int e = TEXT_FINE; e < ENCODING_COUNT; e++) {
        becomes("Nguyễn Thị Hường", (enum encoding)e, false, "Nguyễn Thị Hường", false);
        becomes("Nguyen Van An, 12/3", (enum encoding)e, false, "Nguyen Van An, 12/3", false);
        becomes("", (enum encoding)e, false, "", false);
    }
    becomes("Lê Hà", MOJIBAKE_1252, false, "Lê Hà", false);
}

/* ---- what cannot be ---- */

static void what_does_not_decode_is_refused_with_its_place(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    static const struct {
        const char *bytes;
        size_t n;
        enum encoding e;
        enum err code;
        int line;
        const char *what;
    } bad[] = {{"ab\n\xC3(", 5, TEXT_FINE, ERR_TEXT_ENCODING, 2, "0xC3"},
               {"ab\ncd\n\xFF", 7, ENCODING_TCVN3, ERR_TEXT_DECODE, 3, "0xFF"},
               {"a\x81", 2, ENCODING_VNI, ERR_TEXT_DECODE, 1, "0x81"},
               {"t\xE2", 2, ENCODING_VNI, ERR_TEXT_DECODE, 1, "0xE2"},
               {"a\0b", 3, ENCODING_UTF16LE, ERR_TEXT_DECODE, 1, "0x62"},
               {"\0\xD8z\0", 4, ENCODING_UTF16LE, ERR_TEXT_DECODE, 1, "0xD800"},
               {"\xDC\0", 2, ENCODING_UTF16BE, ERR_TEXT_DECODE, 1, "0xDC00"}};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct str out = STR("untouched");
        struct fault f = {0};
        assert_int_equal(encoding_decode(a, str_slice(bad[i].bytes, bad[i].n), bad[i].e, &out, &f), bad[i].code);
        assert_true(str_is(out, "untouched"));
        assert_int_equal(f.line, bad[i].line);
        assert_true(str_is(fault_param(&f, "what"), bad[i].what));
    }
}

static void names_of_encodings_are_read_back(void **state)
{
    (void)state;
    for (int e = 0; e < ENCODING_COUNT; e++) {
        enum encoding back = ENCODING_COUNT;
        assert_true(encoding_named(str_of(encoding_name((enum encoding)e)), &back));
        assert_int_equal(back, e);
    }
    enum encoding e;
    assert_true(encoding_named(STR("TCVN3"), &e) && e == ENCODING_TCVN3);
    assert_true(encoding_named(STR("ABC"), &e) && e == ENCODING_TCVN3);
    assert_false(encoding_named(STR("latin"), &e));
    assert_false(encoding_named(STR(""), &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_letter_is_read_from_every_encoding),
        cmocka_unit_test(the_golden_pairs_are_read),
        cmocka_unit_test(fonts_that_draw_capitals_make_capitals),
        cmocka_unit_test(what_was_lost_is_reported),
        cmocka_unit_test(a_right_text_among_broken_ones_stays),
        cmocka_unit_test(what_does_not_decode_is_refused_with_its_place),
        cmocka_unit_test(names_of_encodings_are_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
