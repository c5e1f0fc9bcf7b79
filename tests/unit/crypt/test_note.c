#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "crypt/checkpoint.h"
#include "crypt/note.h"

static void unhex(const char *hex, unsigned char *ret)
{
    for (size_t i = 0; hex[2 * i]; i++) {
        unsigned v;
        assert_int_equal(sscanf(hex + 2 * i, "%2x", &v), 1);
        ret[i] = (unsigned char)v;
    }
}

static void the_vectors_of_rfc_8032_are_met(void **state)
{
    (void)state;
    static const struct {
        const char *seed, *public_key, *message, *signature;
    } tests[] = {
        {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
         "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
         "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
        {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
         "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
         "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
        {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
         "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
         "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
         "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
    };
    for (size_t i = 0; i < ARRAY_LEN(tests); i++) {
        unsigned char seed[32], public_key[32], expected[64], made[64], text[8];
        unhex(tests[i].seed, seed);
        unhex(tests[i].message, text);
        unhex(tests[i].signature, expected);
        struct str message = str_slice((char *)text, strlen(tests[i].message) / 2);
        ed25519_public(seed, public_key);
        unhex(tests[i].public_key, made);
        assert_memory_equal(public_key, made, 32);
        ed25519_sign(seed, message, made);
        assert_memory_equal(made, expected, 64);
        assert_true(ed25519_check(public_key, message, made));
        made[i] ^= 1;
        assert_false(ed25519_check(public_key, message, made));
    }
}

#define PETER "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define PETER_TEXT                                                                                                     \
    "If you think cryptography is the answer to your problem,\n"                                                       \
    "then you don't know what your problem is.\n"
#define PETER_SIGNATURE                                                                                                \
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"

static void a_note_signed_by_another_implementation_is_opened(void **state)
{
    (void)state;
    struct note_verifier v;
    struct str text;
    struct buf b CLEANUP(buf_done) = BUF_INIT(500);
    assert_int_equal(note_verifier_parse(STR(PETER), &v, NULL), OK);
    note_verifier_print(&v, &b);
    assert_string_equal(buf_cstr(&b), PETER);
    assert_int_equal(note_open(&v, STR(PETER_TEXT "\n" PETER_SIGNATURE), &text, NULL), OK);
    assert_true(str_is(text, PETER_TEXT));
}

static struct note_key key_test(const char *name, unsigned char seed_byte)
{
    unsigned char seed[32];
    struct note_key key;
    memset(seed, seed_byte, sizeof seed);
    assert_int_equal(note_key_from_seed(str_of(name), seed, &key, NULL), OK);
    return key;
}

static void what_is_signed_opens_and_nothing_else_does(void **state)
{
    (void)state;
    struct note_key key = key_test("log.example.vn", 7), other = key_test("log.example.vn", 8);
    struct buf note CLEANUP(buf_done) = BUF_INIT(1000);
    struct str text;
    assert_int_equal(note_sign(&key, STR("một\n\nhai\n"), &note, NULL), OK);
    assert_int_equal(note_open(&key.verifier, buf_view(&note), &text, NULL), OK);
    assert_true(str_is(text, "một\n\nhai\n"));
    assert_int_equal(note_open(&other.verifier, buf_view(&note), &text, NULL), ERR_NOTE_UNVERIFIED);
    for (size_t i = 0; i < note.n; i++) /* each bit of text, name, id and signature */
        for (int bit = 0; bit < 8; bit++) {
            note.p[i] = (char)(note.p[i] ^ 1 << bit);
            assert_int_not_equal(note_open(&key.verifier, buf_view(&note), &text, NULL), OK);
            note.p[i] = (char)(note.p[i] ^ 1 << bit);
        }
    for (size_t n = 0; n < note.n; n++)
        assert_int_not_equal(note_open(&key.verifier, str_slice(note.p, n), &text, NULL), OK);
}

static void signatures_by_unknown_keys_are_passed_over(void **state)
{
    (void)state;
    struct note_key key = key_test("log.example.vn", 7), witness = key_test("witness.example.vn", 9);
    struct buf b CLEANUP(buf_done) = BUF_INIT(2000), second CLEANUP(buf_done) = BUF_INIT(2000);
    struct str text;
    note_sign(&witness, STR("text\n"), &b, NULL);
    note_sign(&key, STR("text\n"), &second, NULL);
    buf_str(&b, str_slice(second.p + strlen("text\n\n"), second.n - strlen("text\n\n")));
    assert_int_equal(note_open(&key.verifier, buf_view(&b), &text, NULL), OK);
    assert_int_equal(note_open(&witness.verifier, buf_view(&b), &text, NULL), OK);
    assert_true(str_is(text, "text\n"));
    buf_puts(&b, "no signature\n");
    assert_int_equal(note_open(&key.verifier, buf_view(&b), &text, NULL), ERR_NOTE_INVALID);
}

static void a_text_that_no_note_can_hold_is_not_signed(void **state)
{
    (void)state;
    struct note_key key = key_test("k", 1);
    static const char *const wrong[] = {"",         "no newline",    "tab\there\n", "bad \xff utf-8\n",
                                        "cut \xc4", "\xed\xa0\x80\n"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct buf b CLEANUP(buf_done) = BUF_INIT(1000);
        assert_int_equal(note_sign(&key, str_of(wrong[i]), &b, NULL), ERR_NOTE_INVALID);
    }
}

static void a_key_name_with_space_or_plus_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "a b",
                                        "a+b",
                                        "a\nb",
                                        "a\xc2\xa0"
                                        "b",
                                        "a\xe3\x80\x80",
                                        "\xff"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct note_key key;
        assert_int_equal(note_key_make(str_of(wrong[i]), &key, NULL), ERR_KEY_INVALID);
    }
    char longest[NOTE_NAME_BYTES + 2];
    struct note_key key;
    memset(longest, 'n', sizeof longest);
    assert_int_equal(note_key_make(str_slice(longest, NOTE_NAME_BYTES), &key, NULL), OK);
    assert_int_equal(note_key_make(str_slice(longest, NOTE_NAME_BYTES + 1), &key, NULL), ERR_KEY_INVALID);
}

static void a_verifier_whose_id_does_not_fit_is_refused(void **state)
{
    (void)state;
    struct note_verifier v;
    char text[] = PETER;
    for (size_t i = 0; i < sizeof text - 1; i++) {
        char was = text[i];
        text[i] = was == 'A' ? 'B' : 'A';
        if (i < 13 || i > 20 || was != 'a') /* the id in capitals is the same id */
            assert_int_equal(note_verifier_parse(str_of(text), &v, NULL), ERR_KEY_INVALID);
        text[i] = was;
    }
    for (size_t n = 0; n < sizeof text - 1; n++)
        assert_int_equal(note_verifier_parse(str_slice(text, n), &v, NULL), ERR_KEY_INVALID);
}

static char folder[64], path[96];

static int folder_fresh(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%s/tinhso-key-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    snprintf(path, sizeof path, "%s/key", mkdtemp(folder) ? folder : "");
    return 0;
}

static int folder_away(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void a_key_file_is_private_and_never_overwritten(void **state)
{
    (void)state;
    struct note_key key CLEANUP(note_key_done) = {0}, back CLEANUP(note_key_done) = {0};
    struct stat st;
    assert_int_equal(note_key_load(path, &back, NULL), ERR_FILE_MISSING);
    assert_int_equal(note_key_make(STR("tỉnh.example.vn"), &key, NULL), OK);
    assert_int_equal(note_key_save(&key, path, NULL), OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(note_key_load(path, &back, NULL), OK);
    assert_memory_equal(&key, &back, sizeof key);
    assert_int_equal(note_key_save(&key, path, NULL), ERR_KEY_EXISTS);
    static const mode_t open_modes[] = {0640, 0604, 0620, 0666};
    for (size_t i = 0; i < ARRAY_LEN(open_modes); i++) {
        assert_int_equal(chmod(path, open_modes[i]), 0);
        assert_int_equal(note_key_load(path, &back, NULL), ERR_KEY_MODE);
    }
    assert_int_equal(chmod(path, 0400), 0);
    assert_int_equal(note_key_load(path, &back, NULL), OK);
}

/* One of them, waiting with the others until the pipe is closed. */
static pid_t saver_start(unsigned char seed_byte, const int ends[2])
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    struct note_key key = key_test("log.example.vn", seed_byte);
    char c;
    close(ends[1]);
    if (read(ends[0], &c, 1) != 0)
        _exit(2);
    enum err e = note_key_save(&key, path, NULL);
    _exit(e == OK ? 0 : e == ERR_KEY_EXISTS ? 1 : 2);
}

static void of_many_processes_that_save_a_key_at_once_one_does(void **state)
{
    (void)state;
    enum { SAVERS = 8, ROUNDS = 20 };
    for (int round = 0; round < ROUNDS; round++) {
        pid_t pids[SAVERS];
        int ends[2], winner = -1;
        assert_int_equal(pipe(ends), 0);
        for (int i = 0; i < SAVERS; i++)
            pids[i] = saver_start((unsigned char)i, ends);
        close(ends[0]), close(ends[1]);
        for (int i = 0; i < SAVERS; i++) {
            int status;
            assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
            assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
            if (WEXITSTATUS(status) == 0) {
                assert_int_equal(winner, -1);
                winner = i;
            }
        }
        struct note_key won = key_test("log.example.vn", (unsigned char)winner), back CLEANUP(note_key_done) = {0};
        assert_int_equal(note_key_load(path, &back, NULL), OK);
        assert_memory_equal(&won, &back, sizeof back);
        assert_int_equal(unlink(path), 0);
    }
}

static void a_key_file_with_any_change_is_refused(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct note_key key = key_test("log.example.vn", 3), back = {0};
    static const struct note_key nothing;
    struct str text;
    assert_int_equal(note_key_save(&key, path, NULL), OK);
    assert_int_equal(file_read(a, path, 1000, &text, NULL), OK);
    assert_true(str_starts(text, STR("PRIVATE+KEY+log.example.vn+")));
    for (size_t i = 0; i + 1 < text.n; i++) {
        char *changed = arena_dup(a, text.p, text.n);
        changed[i] = (char)(changed[i] ^ 1);
        assert_int_equal(file_write_atomic(path, str_slice(changed, text.n), 0600, NULL), OK);
        struct fault f = {0};
        if (note_key_load(path, &back, &f) != ERR_KEY_INVALID)
            fail_msg("byte %zu", i);
        assert_true(str_is(fault_param(&f, "value"), path)); /* the key itself is never in a message */
        assert_memory_equal(&back, &nothing, sizeof back);
    }
}

static void a_checkpoint_comes_back_as_it_was_signed(void **state)
{
    (void)state;
    struct note_key key = key_test("log.example.vn", 5);
    struct checkpoint c = {STR("log.example.vn"), 20852163, {{0}}}, back;
    struct buf b CLEANUP(buf_done) = BUF_INIT(CHECKPOINT_BYTES);
    memset(c.root.b, 0xAB, sizeof c.root.b);
    assert_int_equal(checkpoint_sign(&key, &c, &b, NULL), OK);
    assert_true(
        str_starts(buf_view(&b), STR("log.example.vn\n20852163\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n\n— ")));
    assert_int_equal(checkpoint_open(&key.verifier, buf_view(&b), &back, NULL), OK);
    assert_true(str_eq(back.origin, c.origin) && back.size == c.size && digest_eq(&back.root, &c.root));
    c.origin = STR("two\nlines");
    assert_int_equal(checkpoint_sign(&key, &c, &b, NULL), ERR_CHECKPOINT_INVALID);
}

static void a_signed_text_that_is_no_checkpoint_is_refused(void **state)
{
    (void)state;
#define ROOT "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s="
    static const struct {
        const char *text;
        enum err expected;
    } cases[] = {
        {"o\n0\n" ROOT "\n", OK},
        {"o\n18446744073709551615\n" ROOT "\n", OK},
        {"o\n5\n" ROOT "\nextension\nanother one\n", OK},
        {"o\n18446744073709551616\n" ROOT "\n", ERR_CHECKPOINT_INVALID},
        {"o\n05\n" ROOT "\n", ERR_CHECKPOINT_INVALID},
        {"o\n-5\n" ROOT "\n", ERR_CHECKPOINT_INVALID},
        {"o\n\n" ROOT "\n", ERR_CHECKPOINT_INVALID},
        {"\n5\n" ROOT "\n", ERR_CHECKPOINT_INVALID},
        {"o\n5\n" ROOT "AAAA\n", ERR_CHECKPOINT_INVALID},
        {"o\n5\nq6s=\n", ERR_CHECKPOINT_INVALID},
        {"o\n5\n", ERR_CHECKPOINT_INVALID},
        {"o\n5\n" ROOT "\n\nafter an empty line\n", ERR_CHECKPOINT_INVALID},
    };
    struct note_key key = key_test("o", 5);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf b CLEANUP(buf_done) = BUF_INIT(CHECKPOINT_BYTES);
        struct checkpoint c;
        assert_int_equal(note_sign(&key, str_of(cases[i].text), &b, NULL), OK);
        assert_int_equal(checkpoint_open(&key.verifier, buf_view(&b), &c, NULL), cases[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_rfc_8032_are_met),
        cmocka_unit_test(a_note_signed_by_another_implementation_is_opened),
        cmocka_unit_test(what_is_signed_opens_and_nothing_else_does),
        cmocka_unit_test(signatures_by_unknown_keys_are_passed_over),
        cmocka_unit_test(a_text_that_no_note_can_hold_is_not_signed),
        cmocka_unit_test(a_key_name_with_space_or_plus_is_refused),
        cmocka_unit_test(a_verifier_whose_id_does_not_fit_is_refused),
        cmocka_unit_test_setup_teardown(a_key_file_is_private_and_never_overwritten, folder_fresh, folder_away),
        cmocka_unit_test_setup_teardown(of_many_processes_that_save_a_key_at_once_one_does, folder_fresh, folder_away),
        cmocka_unit_test_setup_teardown(a_key_file_with_any_change_is_refused, folder_fresh, folder_away),
        cmocka_unit_test(a_checkpoint_comes_back_as_it_was_signed),
        cmocka_unit_test(a_signed_text_that_is_no_checkpoint_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
