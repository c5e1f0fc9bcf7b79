/* Files that applicants send: known by their bytes, refused in words when nobody could read them. */
#include "register/file_check.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const char whole[] =
    "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type /Pages/Count 2>>endobj\n"
    "3 0 obj<</Type /Page>>endobj\n4 0 obj<</Type/Page>>endobj\nxref\ntrailer<<>>\nstartxref\n9\n%%EOF\n";

static enum err check(const char *bytes, size_t n, struct file_facts *facts)
{
    struct fault f = {0};
    return file_check(STR("a"), str_slice(bytes, n), NULL, facts, &f);
}

static void a_pdf_is_read_and_its_pages_are_counted(void **state)
{
    struct file_facts facts = {0};
    (void)state;
    assert_int_equal(check(whole, sizeof whole - 1, &facts), OK);
    assert_string_equal(facts.media, "application/pdf");
    assert_int_equal(facts.pages, 2);
}

static void what_nobody_could_read_is_refused(void **state)
{
    struct file_facts facts = {0};
    static const char locked[] = "%PDF-1.4\ntrailer<</Encrypt 5 0 R>>\nstartxref\n9\n%%EOF\n";
    static const char named[] = "%PDF-1.4\n(/Encryption is a word)trailer<<>>\nstartxref\n9\n%%EOF\n";
    static const char beyond[] = "%PDF-1.4\ntrailer<<>>\nstartxref\n99999\n%%EOF\n";
    (void)state;
    assert_int_equal(check("", 0, &facts), ERR_FILE_EMPTY);
    assert_int_equal(check("MZ", 2, &facts), ERR_FILE_KIND);
    for (size_t n = 5; n < sizeof whole - 6; n++) /* wherever it is cut */
        if (check(whole, n, &facts) != ERR_FILE_BROKEN)
            fail_msg("cut at %zu it is read", n);
    assert_int_equal(check(locked, sizeof locked - 1, &facts), ERR_FILE_ENCRYPTED);
    assert_int_equal(check(named, sizeof named - 1, &facts), OK);
    assert_int_equal(check(beyond, sizeof beyond - 1, &facts), ERR_FILE_BROKEN);
}

static void pictures_must_end(void **state)
{
    struct file_facts facts = {0};
    static const char jpeg[] = "\xff\xd8\xff\xc0\0\x0b\x08\0\1\0\1\1\1\x11\0\xff\xda\0\x08\1\1\0\0?\0\x12\x34\xff\xd9";
    static const char flat[] = "\xff\xd8\xff\xc0\0\x0b\x08\0\0\0\1\1\1\x11\0\xff\xda\0\x08\1\1\0\0?\0\x12\x34\xff\xd9";
    static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\0IDATcccc\0\0\0\0IENDcccc";
    static const char huge[] = "\x89PNG\r\n\x1a\n\xff\xff\xff\xffIDATcccc\0\0\0\0IENDcccc";
    (void)state;
    assert_int_equal(check(jpeg, sizeof jpeg - 1, &facts), OK);
    assert_string_equal(facts.media, "image/jpeg");
    assert_int_equal(check(jpeg, sizeof jpeg - 3, &facts), ERR_FILE_BROKEN);
    assert_int_equal(check(flat, sizeof flat - 1, &facts), ERR_FILE_BROKEN);
    assert_int_equal(check(png, sizeof png - 1, &facts), OK);
    assert_int_equal(facts.pages, 1);
    assert_int_equal(check(png, sizeof png - 13, &facts), ERR_FILE_BROKEN);
    assert_int_equal(check(huge, sizeof huge - 1, &facts), ERR_FILE_BROKEN);
}

static void a_scanner_lets_pass_or_refuses(void **state)
{
    struct file_facts facts = {0};
    struct fault f = {0};
    struct str bytes = str_slice(whole, sizeof whole - 1);
    (void)state;
    assert_int_equal(file_check(STR("a"), bytes, "grep -qzv EICAR", &facts, &f), OK);
    assert_int_equal(file_check(STR("a"), bytes, "grep -qzv Catalog", &facts, &f), ERR_FILE_VIRUS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pdf_is_read_and_its_pages_are_counted),
        cmocka_unit_test(what_nobody_could_read_is_refused),
        cmocka_unit_test(pictures_must_end),
        cmocka_unit_test(a_scanner_lets_pass_or_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
