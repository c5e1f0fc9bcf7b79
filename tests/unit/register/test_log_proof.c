/* Proofs of one record: accepted without the database, and refused when a single character is another. */
#include "fixture.h"
#include "register/log.h"

static const char farms_csv[] = "code,head,unit,area,crop,card,tags,is_poor,seen_on\n"
                                "H1,\"Nguyễn \"\"Năm\"\" Hường\",11,1.5,coffee,A,đỏ|xanh,true,2022-05-01\n"
                                "H2,Điểu Nhơn,12,20000,pepper,B,,false,2022-05-02\n"
                                "H3,Trần Văn Ân,12,,,,,,2022-05-03\n"
                                "H4,Trần Văn Ân,12,,,,,,2022-05-03\n"
                                "H5,Trần Văn Ân,12,,,,,,2022-05-03\n";

static const struct reg *farms(const struct fixture *x)
{
    return province_register(x->s->province, STR("farms"));
}

static struct str prove(struct fixture *x, const char *id)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    assert_int_equal(log_prove(x->s, farms(x), str_of(id), NULL, &b, &x->f), OK);
    return str_slice(arena_dup(x->a, b.p, b.n), b.n);
}

static void remove_farm(struct fixture *x, const char *id)
{
    struct change *c;
    int64_t rev;
    assert_int_equal(change_begin(x->s, &(struct change_info){.actor = STR("test"), .reason = STR("gone")}, &c, &x->f),
                     OK);
    assert_int_equal(change_remove(c, farms(x), str_of(id), &x->f), OK);
    assert_int_equal(change_commit(c, &rev, &x->list, NULL), OK);
}

static void each_record_can_be_proven_alone(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(put(x, "farms", farms_csv, NULL), OK);
    for (int i = 1; i <= 5; i++) {
        struct proof_facts facts;
        char id[8], other[8];
        snprintf(id, sizeof id, "H%d", i);
        snprintf(other, sizeof other, "\"H%d\"", i % 5 + 1);
        struct str proof = prove(x, id);
        assert_int_equal(log_check_proof(x->a, proof, (struct str){NULL, 0}, &facts, &x->f), OK);
        assert_true(str_is(facts.reg, "farms"));
        assert_true(str_is(facts.id, id));
        assert_true(str_is(facts.actor, "test"));
        assert_int_equal(facts.rev, 4);
        assert_int_equal(facts.size, 4);
        assert_false(facts.is_removal);
        assert_null(memmem(proof.p, proof.n, other, strlen(other)));
    }
}

static void the_version_of_the_moment_is_proven(void **state)
{
    struct fixture *x = *state;
    struct proof_facts facts;
    assert_int_equal(put(x, "farms", farms_csv, NULL), OK);
    assert_int_equal(put(x, "farms", "code,head,unit,area,seen_on\nH1,Hường,11,9,2022-05-01\n", NULL), OK);
    remove_farm(x, "H1");
    assert_int_equal(log_check_proof(x->a, prove(x, "H1"), (struct str){NULL, 0}, &facts, &x->f), OK);
    assert_true(facts.is_removal);
    assert_int_equal(facts.rev, 6);
    assert_int_equal(store_at(x->s, STR("4"), &x->f), OK);
    assert_int_equal(log_check_proof(x->a, prove(x, "H1"), (struct str){NULL, 0}, &facts, &x->f), OK);
    assert_false(facts.is_removal);
    assert_int_equal(facts.rev, 4);
    assert_int_equal(facts.size, 6);
    assert_non_null(memmem(facts.record.p, facts.record.n, "Năm", strlen("Năm")));
}

static void a_record_that_never_was_has_no_proof(void **state)
{
    struct fixture *x = *state;
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    assert_int_equal(log_prove(x->s, farms(x), STR("H99"), NULL, &b, &x->f), ERR_RECORD_UNKNOWN);
    assert_int_equal(put(x, "farms", farms_csv, NULL), OK);
    assert_int_equal(store_at(x->s, STR("3"), &x->f), OK);
    assert_int_equal(log_prove(x->s, farms(x), STR("H1"), NULL, &b, &x->f), ERR_RECORD_UNKNOWN);
    assert_int_equal(b.n, 0);
}

static void an_altered_record_has_no_proof(void **state)
{
    struct fixture *x = *state;
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    assert_int_equal(put(x, "farms", farms_csv, NULL), OK);
    assert_int_equal(db_exec(x->s->db, "UPDATE r_farms SET area = 2 WHERE _id = 'H1'", &x->f), OK);
    assert_int_equal(log_prove(x->s, farms(x), STR("H1"), NULL, &b, &x->f), ERR_LOG_TREE);
    assert_int_equal(b.n, 0);
    assert_int_equal(log_prove(x->s, farms(x), STR("H2"), NULL, &b, &x->f), OK);
}

static void another_trusted_key_refuses_the_proof(void **state)
{
    struct fixture *x = *state;
    struct proof_facts facts;
    struct note_key key CLEANUP(note_key_done) = {0};
    struct buf text CLEANUP(buf_done) = BUF_INIT(NOTE_KEY_TEXT_BYTES);
    assert_int_equal(put(x, "farms", farms_csv, NULL), OK);
    struct str proof = prove(x, "H1");
    assert_int_equal(log_check_proof(x->a, proof, (struct str){NULL, 0}, &facts, &x->f), OK);
    struct str own = facts.verifier;
    assert_int_equal(log_check_proof(x->a, proof, own, &facts, &x->f), OK);
    assert_int_equal(note_key_make(STR("tinhso/x"), &key, &x->f), OK);
    note_verifier_print(&key.verifier, &text);
    assert_int_equal(log_check_proof(x->a, proof, buf_view(&text), &facts, &x->f), ERR_PROOF_VERIFIER);
}

static void every_flipped_bit_of_a_proof_is_refused(void **state)
{
    struct fixture *x = *state;
    struct proof_facts facts;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    assert_int_equal(put(x, "farms", farms_csv, NULL), OK);
    struct str proof = prove(x, "H1");
    char *text = arena_dup(x->a, proof.p, proof.n);
    for (size_t i = 0; i < proof.n; i++)
        for (int bit = 0; bit < 8; bit++) {
            text[i] = (char)(text[i] ^ 1 << bit);
            enum err e = log_check_proof(a, str_slice(text, proof.n), (struct str){NULL, 0}, &facts, &x->f);
            if (e == OK)
                fail_msg("byte %zu, bit %d of the proof may be another: %.60s", i, bit, text + (i < 30 ? 0 : i - 30));
            text[i] = (char)(text[i] ^ 1 << bit);
            arena_reset(a);
        }
    assert_int_equal(log_check_proof(a, str_slice(text, proof.n), (struct str){NULL, 0}, &facts, &x->f), OK);
}

static void a_proof_cut_off_or_lengthened_is_refused(void **state)
{
    struct fixture *x = *state;
    struct proof_facts facts;
    assert_int_equal(put(x, "farms", farms_csv, NULL), OK);
    struct str proof = prove(x, "H2");
    for (size_t n = 0; n < proof.n; n++)
        assert_int_equal(log_check_proof(x->a, str_slice(proof.p, n), (struct str){NULL, 0}, &facts, &x->f),
                         ERR_PROOF_FORMAT);
    char *longer = arena_printf(x->a, "%s\n", proof.p);
    assert_int_equal(log_check_proof(x->a, str_of(longer), (struct str){NULL, 0}, &facts, &x->f), ERR_PROOF_FORMAT);
}

/* Parts of two good proofs do not make a third. */
static void parts_of_two_proofs_do_not_mix(void **state)
{
    struct fixture *x = *state;
    struct proof_facts facts;
    assert_int_equal(put(x, "farms", farms_csv, NULL), OK);
    struct str one = prove(x, "H1"), two = prove(x, "H2");
    const char *cut_one = strstr(one.p, "  \"leaf\""), *cut_two = strstr(two.p, "  \"leaf\"");
    char *mixed = arena_printf(x->a, "%.*s%s", (int)(cut_one - one.p), one.p, cut_two);
    assert_int_equal(log_check_proof(x->a, str_of(mixed), (struct str){NULL, 0}, &facts, &x->f), ERR_PROOF_RECORD);
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(each_record_can_be_proven_alone),          T(the_version_of_the_moment_is_proven),
        T(a_record_that_never_was_has_no_proof),     T(an_altered_record_has_no_proof),
        T(another_trusted_key_refuses_the_proof),    T(every_flipped_bit_of_a_proof_is_refused),
        T(a_proof_cut_off_or_lengthened_is_refused), T(parts_of_two_proofs_do_not_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
