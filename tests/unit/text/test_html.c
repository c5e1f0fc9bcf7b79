#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "text/html.h"

static void text_and_attributes_are_escaped(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = BUF_INIT(1000);
    html_text(&b, STR("<b>Nâm N’Jang & \"Đắk Mil\"</b>"));
    assert_string_equal(buf_cstr(&b), "&lt;b&gt;Nâm N’Jang &amp; \"Đắk Mil\"&lt;/b&gt;");
    buf_reset(&b);
    html_attr(&b, STR("\"><script>'&"));
    assert_string_equal(buf_cstr(&b), "&quot;&gt;&lt;script&gt;&#39;&amp;");
    buf_reset(&b);
    html_text(&b, (struct str){NULL, 0});
    assert_string_equal(buf_cstr(&b), "");
}

static void only_harmless_links_pass(void **state)
{
    (void)state;
    static const char *const good[] = {"https://daknong.gov.vn/a?b=c:d#e",
                                       "HTTP://x",
                                       "mailto:a@b.vn",
                                       "#muc-1",
                                       "../a/b:c",
                                       "/figures/x",
                                       "?a=1:2",
                                       "",
                                       "tin-tuc"};
    static const char *const bad[] = {"javascript:alert(1)", "JavaScript:x",   "data:text/html,x",
                                      "java\tscript:x",      " javascript:x",  "vbscript:x",
                                      "\x01javascript:x",    "javascript\n:x", ":x",
                                      "file:///etc/passwd"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        assert_true(url_is_safe(str_of(good[i])));
    struct buf b CLEANUP(buf_done) = BUF_INIT(1000);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        buf_reset(&b);
        assert_false(url_attr(&b, str_of(bad[i])));
        assert_string_equal(buf_cstr(&b), "#");
    }
    buf_reset(&b);
    assert_true(url_attr(&b, STR("/a?x=1&y=\"2\"")));
    assert_string_equal(buf_cstr(&b), "/a?x=1&amp;y=&quot;2&quot;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_and_attributes_are_escaped),
        cmocka_unit_test(only_harmless_links_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
