/* Following a log from outside: an honest one is followed from one checkpoint to the next; each lie is told. */
#include "fixture.h"

#include "register/log.h"
#include "register/log_follow.h"

struct server {
    struct fixture *x;
    const char *lie_at; /* the answer for paths that begin so … */
    size_t byte;        /* … has this byte changed (counted from the end), */
    bool is_cut;        /* or its last byte missing */
    struct str note;    /* answered instead of the newest checkpoint */
    int asked;
};

static bool show_units(void *context, const struct reg *reg)
{
    (void)context;
    return str_is(reg->name, "units") || str_is(reg->name, "successors");
}

static enum err records(struct server *s, const char *path, struct buf *out, struct fault *f)
{
    long long rev = 0, from = 0, limit = 0;
    assert_int_equal(sscanf(path, "revisions/%lld/records?from=%lld&limit=%lld", &rev, &from, &limit), 3);
    struct json_out o;
    assert_int_equal(store_at(s->x->s, str_of(arena_printf(s->x->a, "%lld", rev)), f), OK);
    json_out_init(&o, out, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_key(&o, STR("records"));
    enum err e = log_records_write(s->x->s, rev, from, limit > 3 ? 3 : limit, show_units, NULL, &o, f);
    json_object_end(&o);
    return e;
}

static enum err get(void *context, const char *path, struct buf *out, struct fault *f)
{
    struct server *s = context;
    struct checkpoint c;
    struct str note;
    enum err e = OK;
    s->asked++;
    if (strcmp(path, "checkpoint") == 0) {
        if (!s->note.n)
            e = log_checkpoint_read(s->x->a, s->x->s, &note, &c, f);
        buf_str(out, s->note.n ? s->note : note);
    } else if (strncmp(path, "tile/", 5) == 0) {
        e = log_tile_write(s->x->s, str_of(path + 5), out, f);
    } else {
        e = records(s, path, out, f);
    }
    if (e == OK && s->lie_at && strncmp(path, s->lie_at, strlen(s->lie_at)) == 0) {
        assert_true(out->n > s->byte);
        char *at = &out->p[out->n - 1 - s->byte];
        if (s->is_cut)
            out->n--;
        else if (strcmp(path, "checkpoint") == 0) /* it must still read as a note */
            *at = *at == 'A' ? 'B' : 'A';
        else
            *at ^= 1;
    }
    return e;
}

struct seen {
    int64_t n, last, n_public;
};

static void each(void *context, int64_t rev, const struct json *entry, int64_t n_public)
{
    struct seen *s = context;
    assert_non_null(json_get(entry, "time"));
    s->n++;
    s->last = rev;
    s->n_public += n_public;
}

static enum err follow(struct server *s, struct str last, struct seen *seen, struct follow_result *r)
{
    struct follow_source source = {get, s};
    struct note_verifier v;
    struct follow_options o = {true, each, seen};
    assert_int_equal(log_verifier(s->x->s, &v, &s->x->f), OK);
    s->x->f = (struct fault){0};
    return log_follow(s->x->a, &source, &v, last, &o, r, &s->x->f);
}

static void an_honest_log_is_followed_from_checkpoint_to_checkpoint(void **state)
{
    struct fixture *x = *state;
    struct server s = {.x = x};
    struct seen seen = {0};
    struct follow_result first, second, third;
    assert_int_equal(put(x, "farms", "code,head\nH1,An\nH2,Bình\n", NULL), OK);
    assert_int_equal(follow(&s, STR(""), &seen, &first), OK);
    assert_int_equal(seen.n, x->s->head);
    assert_int_equal(first.size, x->s->head);
    assert_int_equal(seen.n_public, 6); /* units and successors; what farms hold is only hashed */
    for (int i = 0; i < 300; i++)
        assert_int_equal(put(x, "farms", arena_printf(x->a, "code,head\nH%d,An %d\n", 100 + i, i), NULL), OK);
    seen = (struct seen){0};
    assert_int_equal(follow(&s, first.note, &seen, &second), OK);
    assert_int_equal(seen.n, 300);
    assert_int_equal(second.old_size, first.size);
    seen = (struct seen){0};
    assert_int_equal(follow(&s, second.note, &seen, &third), OK);
    assert_int_equal(seen.n, 0);
}

static void a_log_that_lies_is_caught(void **state)
{
    struct fixture *x = *state;
    struct follow_result r;
    struct seen seen = {0};
    static const struct {
        const char *path;
        size_t byte;
        bool is_cut;
        enum err code;
    } lies[] = {
        {"tile/0/000", 5, false, ERR_FOLLOW_ROOT},
        {"tile/0/000", 0, true, ERR_FOLLOW_ANSWER},
        {"tile/entries/000", 12, false, ERR_FOLLOW_ENTRY},
        {"tile/entries/000", 0, true, ERR_FOLLOW_ANSWER},
        {"revisions/2/records", 20, false, ERR_FOLLOW_RECORDS},
        {"revisions/2/records", 0, true, ERR_FOLLOW_ANSWER},
        {"checkpoint", 90, false, ERR_NOTE_UNVERIFIED},
    };
    for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
        struct server s = {.x = x, .lie_at = lies[i].path, .byte = lies[i].byte, .is_cut = lies[i].is_cut};
        enum err e = follow(&s, STR(""), &seen, &r);
        if (e != lies[i].code)
            print_message("%s: %s\n", lies[i].path, err_type(e));
        assert_int_equal(e, lies[i].code);
    }
}

static void a_log_that_became_shorter_or_another_is_caught(void **state)
{
    struct fixture *x = *state;
    struct server s = {.x = x};
    struct seen seen = {0};
    struct follow_result early, late, r;
    assert_int_equal(follow(&s, STR(""), &seen, &early), OK);
    assert_int_equal(put(x, "farms", "code,head\nH1,An\n", NULL), OK);
    assert_int_equal(follow(&s, STR(""), &seen, &late), OK);
    s.note = early.note;
    assert_int_equal(follow(&s, late.note, &seen, &r), ERR_FOLLOW_SMALLER);
    /* The same key signs another history of that length. */
    struct checkpoint other = {.origin = str_of(x->s->key.verifier.name), .size = early.size};
    struct buf b CLEANUP(buf_done) = BUF_INIT(CHECKPOINT_BYTES);
    assert_int_equal(checkpoint_sign(&x->s->key, &other, &b, &x->f), OK);
    s.note = (struct str){NULL, 0};
    assert_int_equal(follow(&s, buf_view(&b), &seen, &r), ERR_FOLLOW_FORKED);
}

static void a_tile_has_one_name(void **state)
{
    struct fixture *x = *state;
    static const char *const wrong[] = {"0/000",       "0/0",       "0/x000/000.p/3", "0/000.p/0",  "0/000.p/256",
                                        "0/000.p/999", "0/001.p/1", "1/000.p/1",      "9/000.p/1",  "entries/000.p/200",
                                        "entries",     "0/",        "0/000.p/03",     "0/000.p/+3", "0/000.p/3/"};
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_int_equal(log_tile_write(x->s, str_of(wrong[i]), &b, NULL), ERR_LOG_TILE);
    assert_int_equal(log_tile_write(x->s, STR("0/000.p/3"), &b, NULL), OK);
    assert_int_equal(b.n, 3 * DIGEST_BYTES);
    buf_reset(&b);
    log_tile_name(1234067, 256, &b);
    assert_string_equal(buf_cstr(&b), "x001/x234/067");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_honest_log_is_followed_from_checkpoint_to_checkpoint, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_log_that_lies_is_caught, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_log_that_became_shorter_or_another_is_caught, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_tile_has_one_name, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
