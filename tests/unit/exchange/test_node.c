/* What a node signs: requests hold for one node, one purpose, one moment and these very bytes; and pieces of files lie at their end. */
#include "../register/fixture.h"

#include "base/clock.h"
#include "crypt/note.h"
#include "exchange/node.h"
#include "register/file.h"
#include "text/json.h"

static const char nodes_yaml[] = "register: nodes\n"
                                 "title: Quầy\n"
                                 "privacy: internal\n"
                                 "key: [code]\n"
                                 "fields:\n"
                                 "  code: {type: string, title: Mã, required: true}\n"
                                 "  office: {type: string, title: Cơ quan}\n"
                                 "  verifier: {type: string, title: Khóa}\n";

enum { NOW_S = 1770000000 };
static const int64_t now_ms = (int64_t)NOW_S * 1000;
static struct note_key key, other_key;

static struct str verifier_of(struct arena *a, const struct note_key *k)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(NOTE_KEY_TEXT_BYTES);
    note_verifier_print(&k->verifier, &b);
    return str_dup(a, buf_view(&b));
}

static void set_up_nodes(struct fixture *x)
{
    struct text_file files[ARRAY_LEN(standard_files) + 1];
    static const unsigned char seed[ED25519_SEED_BYTES] = {1}, other_seed[ED25519_SEED_BYTES] = {2};
    int64_t rev;
    memcpy(files, standard_files, sizeof standard_files);
    files[ARRAY_LEN(standard_files)] = (struct text_file){"registers/nodes.yaml", nodes_yaml};
    assert_int_equal(declare(x, files, ARRAY_LEN(files), NULL), OK);
    clock_fix_ms(now_ms);
    assert_int_equal(note_key_from_seed(STR("mau"), seed, &key, &x->f), OK);
    assert_int_equal(note_key_from_seed(STR("mau"), other_seed, &other_key, &x->f), OK);
    assert_int_equal(put(x, "nodes",
                         arena_printf(x->a, "code,office,verifier\na,xa,%.*s\nb,xa,%.*s\nc,xa,\n",
                                      STR_ARG(verifier_of(x->a, &key)), STR_ARG(verifier_of(x->a, &other_key))),
                         &rev),
                     OK);
}

static struct str written(struct fixture *x, const struct note_key *by, const char *code, const struct node_request *r)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    assert_int_equal(node_request_write(by, str_of(code), r, &b, &x->f), OK);
    return str_dup(x->a, buf_view(&b));
}

static enum err opened(struct fixture *x, const char *code, const char *what, struct str body, struct node_request *ret)
{
    struct node node;
    x->f = (struct fault){0};
    return node_request_open(x->a, x->s, str_of(code), what, body, &node, ret, &x->f);
}

static void what_was_signed_is_read(void **state)
{
    struct fixture *x = *state;
    struct node_request r = {.what = "file", .id = STR("D@2"), .at = 262144, .bytes = STR("\0a piece\xff")}, back = {0};
    set_up_nodes(x);
    assert_int_equal(opened(x, "a", "file", written(x, &key, "a", &r), &back), OK);
    assert_true(str_eq(back.id, r.id) && str_eq(back.bytes, r.bytes));
    assert_int_equal(back.at, r.at);
    r = (struct node_request){.what = "refresh", .at = 7};
    assert_int_equal(opened(x, "a", "refresh", written(x, &key, "a", &r), &back), OK);
    assert_int_equal(back.at, 7);
    assert_int_equal(back.bytes.n, 0);
}

static void nothing_else_is(void **state)
{
    struct fixture *x = *state;
    struct node_request r = {.what = "file", .id = STR("D@2"), .at = 5, .bytes = STR("a piece")}, back;
    set_up_nodes(x);
    struct str body = written(x, &key, "a", &r), of_b = written(x, &key, "b", &r);
    assert_int_equal(opened(x, "a", "refresh", body, &back), ERR_NODE_SIGNATURE);
    assert_int_equal(opened(x, "b", "file", body, &back), ERR_NODE_SIGNATURE);
    assert_int_equal(opened(x, "c", "file", body, &back), ERR_NODE_SIGNATURE); /* it has not joined */
    assert_int_equal(opened(x, "d", "file", body, &back), ERR_NODE_UNKNOWN);
    assert_int_equal(opened(x, "a", "file", of_b, &back), ERR_NODE_SIGNATURE); /* its key, another name */
    assert_int_equal(opened(x, "a", "file", written(x, &other_key, "a", &r), &back), ERR_NODE_SIGNATURE);
    for (size_t i = 0; i < body.n; i++) { /* whatever letter is altered */
        struct str copy = str_dup(x->a, body);
        ((char *)copy.p)[i] = copy.p[i] == 'x' ? 'y' : 'x';
        assert_int_not_equal(opened(x, "a", "file", copy, &back), OK);
    }
    for (size_t n = 0; n < body.n; n += 7)
        assert_int_not_equal(opened(x, "a", "file", str_slice(body.p, n), &back), OK);
}

static void it_holds_for_ten_minutes(void **state)
{
    struct fixture *x = *state;
    const struct node_request r = {.what = "refresh"};
    struct node_request back;
    set_up_nodes(x);
    struct str body = written(x, &key, "a", &r);
    static const struct {
        int64_t ms;
        enum err e;
    } cases[] = {{NODE_LATE_MS, OK},
                 {NODE_LATE_MS + 1, ERR_NODE_CLOCK},
                 {-NODE_LATE_MS, OK},
                 {-NODE_LATE_MS - 1, ERR_NODE_CLOCK}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        clock_fix_ms(now_ms + cases[i].ms);
        assert_int_equal(opened(x, "a", "refresh", body, &back), cases[i].e);
    }
}

static void a_piece_is_of_bounded_size(void **state)
{
    struct fixture *x = *state;
    char *bytes = arena_alloc(x->a, NODE_PIECE + 1);
    struct node_request back;
    set_up_nodes(x);
    memset(bytes, 'z', NODE_PIECE + 1);
    const struct node_request most = {.what = "file", .id = STR("D@1"), .bytes = {bytes, NODE_PIECE}},
                              more = {.what = "file", .id = STR("D@1"), .bytes = {bytes, NODE_PIECE + 1}};
    assert_int_equal(opened(x, "a", "file", written(x, &key, "a", &most), &back), OK);
    assert_int_equal(opened(x, "a", "file", written(x, &key, "a", &more), &back), ERR_LIMIT);
}

static void pieces_lie_in_their_order(void **state)
{
    struct fixture *x = *state;
    const struct str reg = STR("files"), id = STR("D@1");
    struct db *db = x->s->db;
    struct str all;
    int64_t n = -1;
    assert_int_equal(file_pieces_size(db, reg, id, &n, &x->f), OK); /* there is no table yet */
    assert_int_equal(n, 0);
    assert_int_equal(file_pieces_drop(db, reg, id, &x->f), OK);
    assert_int_equal(file_pieces_read(x->a, db, reg, id, &all, &x->f), ERR_FILE_GONE);
    assert_int_equal(file_piece_add(db, reg, id, 0, STR("ab"), &x->f), OK);
    assert_int_equal(file_piece_add(db, reg, STR("D@2"), 0, STR("zz"), &x->f), OK);
    assert_int_equal(file_piece_add(db, reg, id, 2, STR("cde"), &x->f), OK);
    assert_int_not_equal(file_piece_add(db, reg, id, 2, STR("xyz"), &x->f), OK);
    assert_int_equal(file_pieces_size(db, reg, id, &n, &x->f), OK);
    assert_int_equal(n, 5);
    assert_int_equal(file_pieces_read(x->a, db, reg, id, &all, &x->f), OK);
    assert_true(str_is(all, "abcde"));
    assert_int_equal(file_erase(db, reg, id, &x->f), OK); /* what is erased leaves no piece */
    assert_int_equal(file_pieces_size(db, reg, id, &n, &x->f), OK);
    assert_int_equal(n, 0);
    assert_int_equal(file_pieces_size(db, reg, STR("D@2"), &n, &x->f), OK);
    assert_int_equal(n, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_signed_is_read, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(nothing_else_is, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(it_holds_for_ten_minutes, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_piece_is_of_bounded_size, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(pieces_lie_in_their_order, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
