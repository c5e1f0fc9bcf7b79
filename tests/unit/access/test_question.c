/* No question of a request gets lost, whatever was asked before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "access/question.h"

static const struct str none = {NULL, 0};

static void one_question_is_itself(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct questions q = {.a = a};
    struct str filter, words;
    for (int i = 0; i < 1000; i++)
        questions_add(&q, STR("unit = '11'"), STR("an"));
    questions_join(&q, &filter, &words);
    assert_true(str_is(filter, "unit = '11'") && str_is(words, "an"));
    assert_true(questions_hold(&q, STR("unit = '11'"), STR("an")));
    assert_false(questions_hold(&q, STR("unit = '11'"), none));
}

static void each_of_several_is_kept(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct questions q = {.a = a};
    struct str filter, words;
    questions_add(&q, STR("name = 'Trần Anh'"), none);
    questions_add(&q, STR("name = 'Trần An'"), none);
    questions_add(&q, STR("unit = '11' AND name = 'Trần Anh'"), none);
    questions_add(&q, STR("name"), STR("words")); /* a piece of one before is a question of its own */
    questions_join(&q, &filter, &words);
    assert_true(
        str_is(filter, "(name = 'Trần Anh') OR (name = 'Trần An') OR (unit = '11' AND name = 'Trần Anh') OR (name)"));
    assert_int_equal(words.n, 0);
    questions_add(&q, none, none);
    questions_join(&q, &filter, &words);
    assert_true(str_is(filter, "TRUE"));
}

static void too_many_are_everything(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct questions q = {.a = a};
    struct str filter, words;
    char text[32];
    for (int i = 0; i <= QUESTIONS_MOST; i++) {
        snprintf(text, sizeof text, "born = %d", i);
        questions_add(&q, str_of(text), none);
    }
    questions_join(&q, &filter, &words);
    assert_true(str_is(filter, "TRUE"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_question_is_itself),
        cmocka_unit_test(each_of_several_is_kept),
        cmocka_unit_test(too_many_are_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
