/* Verification: what was altered behind the program's back is found and named. The alterations go through src/db, so that page
 * checksums are right and only the log can tell. */
#include "fixture.h"
#include "register/log.h"

static const char farms_1[] =
    "code,head,unit,area,crop,card,tags,spell,is_poor,seen_on,at,place\n"
    "H1,Nguyễn Thị Hường,11,1.5,coffee,A,đỏ|xanh,2022-01-01/..,true,2022-05-01,2022-05-01T08:00:00+07:00,POINT(107.5 "
    "12.1)\n"
    "H2,Điểu Nhơn,12,20000,pepper,B,,../2022-02-01,false,2022-05-02,,\n"
    "H3,Trần Văn Ân,12,,,,,,,2022-05-03,,\n";
static const char farms_2[] =
    "code,head,unit,area,seen_on\nH1,Nguyễn Thị Hường,11,9,2022-05-01\nH4,Lê Mai,11,1,2022-05-01\n";
static const char farms_3[] = "code,head,unit,area,seen_on\nH1,Nguyễn Thị Hường,11,10,2022-05-01\n";

/* Revisions 1 to 3 are the fixture's; 4, 5 and 6 change farms, 7 removes H2. */
static int history_set_up(void **state)
{
    if (fixture_set_up(state) != 0)
        return -1;
    struct fixture *x = *state;
    struct change *c;
    int64_t rev = 0;
    if (put(x, "farms", farms_1, NULL) != OK || put(x, "farms", farms_2, NULL) != OK ||
        put(x, "farms", farms_3, &rev) != OK)
        return -1;
    if (change_begin(x->s, &(struct change_info){.actor = STR("test"), .reason = STR("gone"), .source = STR("paper")},
                     &c, &x->f) != OK ||
        change_remove(c, province_register(x->s->province, STR("farms")), STR("H2"), &x->f) != OK)
        return -1;
    return change_commit(c, &rev, &x->list, NULL) != OK || rev != 7;
}

static void alter(struct fixture *x, const char *sql)
{
    struct db *db = NULL;
    store_close(x->s);
    x->s = NULL;
    assert_int_equal(db_open(x->path, DB_WRITE, &db, &x->f), OK);
    assert_int_equal(db_begin(db, &x->f), OK);
    enum err e = db_script(db, sql, &x->f);
    if (e != OK)
        print_message("%.*s\n", STR_ARG(fault_param(&x->f, "reason")));
    assert_int_equal(e, OK);
    assert_int_equal(db_commit(db, &x->f), OK);
    db_close(db);
}

static struct log_report verify(struct fixture *x)
{
    struct log_report r;
    store_close(x->s);
    x->s = NULL;
    assert_int_equal(store_open(x->path, STORE_SCRUB, &x->s, &x->f), OK);
    assert_int_equal(log_verify(x->a, x->s, NULL, NULL, &r, &x->f), OK);
    for (size_t i = 0; i < r.n_problems && i < 4; i++) {
        struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
        log_problem_print(&r.problems[i], i % 2 ? LANG_VI : LANG_EN, &b);
        print_message("  %s\n", buf_cstr(&b));
        assert_null(strchr(buf_cstr(&b), '{'));
    }
    return r;
}

/* After the SQL the first problem is this one. */
static struct log_report expect_first(struct fixture *x, const char *sql, enum err code, int64_t rev, const char *reg,
                                      const char *id)
{
    print_message("%s\n", sql);
    alter(x, sql);
    struct log_report r = verify(x);
    assert_true(r.n_problems > 0);
    assert_string_equal(err_type(r.problems[0].code), err_type(code));
    assert_int_equal(r.problems[0].code, code);
    assert_int_equal(r.problems[0].rev, rev);
    assert_true(str_is(r.problems[0].reg, reg));
    assert_true(str_is(r.problems[0].id, id));
    return r;
}

static void a_store_that_nobody_touched_is_whole(void **state)
{
    struct fixture *x = *state;
    struct log_report r = verify(x);
    assert_int_equal(r.n_problems, 0);
    assert_int_equal(r.n_found, 0);
    assert_int_equal(r.revisions, 7);
    assert_int_equal(r.records, 4 + 4 + 2 + 3 + 2 + 1 + 1);
    assert_int_equal(r.checkpoint.size, 7);
    assert_true(r.pages > 5);
}

static void a_changed_field_is_named_with_revision_and_record(void **state)
{
    struct log_report r = expect_first(*state, "UPDATE r_farms SET head = 'Trần Văn Ấn' WHERE _id = 'H3'",
                                       ERR_LOG_RECORD_ALTERED, 4, "farms", "H3");
    assert_int_equal(r.n_problems, 1);
}

static void a_changed_old_version_is_named(void **state)
{
    expect_first(*state, "UPDATE r_farms SET area = 2.5 WHERE _id = 'H1' AND _rev = 4", ERR_LOG_RECORD_ALTERED, 4,
                 "farms", "H1");
}

static void of_two_changes_the_first_revision_comes_first(void **state)
{
    expect_first(
        *state,
        "UPDATE r_farms SET area = 3 WHERE _id = 'H1' AND _rev = 6; UPDATE r_farms SET area = 3 WHERE _id = 'H4'",
        ERR_LOG_RECORD_ALTERED, 5, "farms", "H4");
}

/* Each of these gives the canonical bytes of what stood there before, or touches what they do not hold. */
static void what_the_bytes_of_a_record_do_not_show_is_noticed_too(void **state)
{
    static const char *const sqls[] = {
        "UPDATE r_farms SET is_poor = 7 WHERE _id = 'H1' AND _rev = 4",
        "UPDATE r_farms SET place = upper(hex(place)) WHERE _id = 'H1' AND _rev = 4",
        "UPDATE r_farms SET tags = tags || ',\"unit\":\"11\"', unit = NULL WHERE _id = 'H1' AND _rev = 4",
        "UPDATE r_farms SET spell = '2022-01-01', spell__end = '..' WHERE _id = 'H1' AND _rev = 4",
        "UPDATE r_farms SET _sample = 2 WHERE _id = 'H1' AND _rev = 4",
        "UPDATE r_farms SET _salt = NULL WHERE _id = 'H1' AND _rev = 4",
        "UPDATE r_farms SET _removed = 2 WHERE _id = 'H1' AND _rev = 4",
        "UPDATE r_farms SET tags = 9 WHERE _id = 'H1' AND _rev = 4",
        "UPDATE r_farms SET area = 9e999 WHERE _id = 'H1' AND _rev = 4",
    };
    struct fixture *x = *state;
    for (size_t i = 0; i < ARRAY_LEN(sqls); i++) {
        alter(x, "CREATE TABLE keep AS SELECT * FROM r_farms");
        expect_first(x, sqls[i], ERR_LOG_RECORD_ALTERED, 4, "farms", "H1");
        alter(x, "DELETE FROM r_farms; INSERT INTO r_farms SELECT * FROM keep; DROP TABLE keep");
        assert_int_equal(verify(x).n_problems, 0);
    }
    expect_first(x, "UPDATE r_farms SET head = 'Điểu Nhơn' WHERE _id = 'H2' AND _removed", ERR_LOG_RECORD_ALTERED, 7,
                 "farms", "H2");
}

static void a_value_in_a_column_that_was_declared_later_is_noticed(void **state)
{
    struct fixture *x = *state;
    struct text_file files[ARRAY_LEN(standard_files)];
    memcpy(files, standard_files, sizeof files);
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 16);
    buf_puts(&b, successors_yaml);
    buf_puts(&b, "  note: {type: string, title: Ghi chú}\n");
    files[2].text = buf_cstr(&b);
    assert_int_equal(declare(x, files, ARRAY_LEN(files), NULL), OK);
    assert_int_equal(put(x, "successors", "old,new,since,note\n12,11,2025-07-01,có\n", NULL), OK);
    assert_int_equal(verify(x).n_problems, 0);
    expect_first(x, "UPDATE r_successors SET note = 'x' WHERE _id = '11'", ERR_LOG_RECORD_ALTERED, 3, "successors",
                 "11");
}

static void versions_of_a_dropped_field_are_judged_by_what_was_declared_then(void **state)
{
    struct fixture *x = *state;
    struct text_file files[ARRAY_LEN(standard_files)];
    memcpy(files, standard_files, sizeof files);
    files[2].text = "register: successors\n"
                    "title: Kế tục\n"
                    "key: [old]\n"
                    "fields:\n"
                    "  old: {type: string, title: Cũ, required: true}\n"
                    "  new: {type: text, title: Mới, required: true}\n";
    files[0].text = "province: mau\ntitle: {vi: Tỉnh Mẫu, en: Sample}\n"
                    "units: {register: units, code: code, name: name, level: level, parent: parent}\n"
                    "levels: {1: {vi: Tỉnh, en: Province}, 2: {vi: Xã, en: Commune}}\n";
    enum err e = declare(x, files, ARRAY_LEN(files), "successors.since");
    if (e != OK)
        show(&x->list);
    assert_int_equal(e, OK);
    assert_int_equal(put(x, "successors", "old,new\n12,ba\n", NULL), OK);
    assert_int_equal(verify(x).n_problems, 0);
    expect_first(x, "UPDATE r_successors SET since = '2025-07-02' WHERE _id = '11'", ERR_LOG_RECORD_ALTERED, 3,
                 "successors", "11");
}

static void a_deleted_record_is_named_by_its_ordinal(void **state)
{
    struct log_report r =
        expect_first(*state, "DELETE FROM r_farms WHERE _id = 'H3'", ERR_LOG_ROWS_MISSING, 4, "farms", "");
    assert_true(str_is(r.problems[0].detail, "2"));
    assert_int_equal(r.n_problems, 1);
}

static void a_deleted_version_in_a_chain_is_named_by_its_record(void **state)
{
    struct fixture *x = *state;
    alter(x, "CREATE TABLE keep AS SELECT * FROM r_farms");
    struct log_report r =
        expect_first(x, "DELETE FROM r_farms WHERE _id = 'H1' AND _rev = 5", ERR_LOG_RECORD_MISSING, 5, "farms", "H1");
    assert_int_equal(r.n_problems, 1);
    alter(x, "DELETE FROM r_farms; INSERT INTO r_farms SELECT * FROM keep");
    expect_first(x, "DELETE FROM r_farms WHERE _id = 'H1' AND _rev = 6", ERR_LOG_RECORD_MISSING, 6, "farms", "H1");
}

static void an_added_record_is_named(void **state)
{
    expect_first(*state,
                 "INSERT INTO r_farms(_id, _rev, _ord, _removed, _sample, _salt, code) VALUES('H9', 6, 1, 0, 0, "
                 "zeroblob(16), 'H9')",
                 ERR_LOG_RECORD_EXTRA, 6, "farms", "H9");
}

static void a_record_of_a_revision_that_never_was_is_named(void **state)
{
    expect_first(*state,
                 "INSERT INTO r_farms(_id, _rev, _ord, _removed, _sample, _salt, code) VALUES('H9', 60, 0, 0, 0, "
                 "zeroblob(16), 'H9')",
                 ERR_LOG_RECORD_EXTRA, 60, "farms", "H9");
}

static void a_record_moved_to_another_revision_is_noticed(void **state)
{
    expect_first(*state, "UPDATE r_farms SET _rev = 6, _ord = 0 WHERE _id = 'H4'", ERR_LOG_ROWS_MISSING, 5, "farms",
                 "");
}

static void swapped_revisions_are_noticed(void **state)
{
    struct log_report r = expect_first(
        *state, "UPDATE revision SET rev = -rev WHERE rev IN (4, 5); UPDATE revision SET rev = rev + 9 WHERE rev < 0",
        ERR_LOG_ENTRY_ALTERED, 4, "", "");
    assert_int_equal(r.n_problems, 2);
    assert_int_equal(r.problems[1].rev, 5);
}

static void an_edited_entry_is_named(void **state)
{
    expect_first(*state,
                 "UPDATE revision SET entry = replace(entry, '\"actor\":\"test\"', '\"actor\":\"best\"') WHERE rev = 5",
                 ERR_LOG_ENTRY_ALTERED, 5, "", "");
}

static void each_column_beside_the_entry_is_held_against_it(void **state)
{
    struct fixture *x = *state;
    static const char *const sqls[] = {"UPDATE revision SET time = '2020-01-01T00:00:00Z' WHERE rev = 5",
                                       "UPDATE revision SET source = 'x' WHERE rev = 5",
                                       "UPDATE revision SET digest = 'x' WHERE rev = 5"};
    alter(x, "CREATE TABLE keep AS SELECT * FROM revision");
    for (size_t i = 0; i < ARRAY_LEN(sqls); i++) {
        expect_first(x, sqls[i], ERR_LOG_ENTRY_ALTERED, 5, "", "");
        alter(x, "DELETE FROM revision; INSERT INTO revision SELECT * FROM keep");
    }
    expect_first(x, "UPDATE revision SET source = NULL WHERE rev = 7", ERR_LOG_ENTRY_ALTERED, 7, "", "");
}

static void an_edited_history_is_named(void **state)
{
    struct fixture *x = *state;
    static const struct {
        const char *sql;
        int rev;
        const char *id;
    } cases[] = {{"UPDATE r_farms SET _until = 6 WHERE _id = 'H1' AND _rev = 4", 4, "H1"},
                 {"UPDATE r_farms SET _until = NULL WHERE _id = 'H1' AND _rev = 5", 5, "H1"},
                 {"UPDATE r_farms SET _until = 6 WHERE _id = 'H4'", 5, "H4"},
                 {"UPDATE r_farms SET _until = NULL WHERE _id = 'H2' AND _rev = 4", 4, "H2"},
                 {"UPDATE r_farms SET _until = 99 WHERE _id = 'H3'", 4, "H3"}};
    alter(x, "CREATE TABLE keep AS SELECT * FROM r_farms");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct log_report r =
            expect_first(x, cases[i].sql, ERR_LOG_HISTORY_ALTERED, cases[i].rev, "farms", cases[i].id);
        assert_int_equal(r.n_problems, 1);
        alter(x, "DELETE FROM r_farms; INSERT INTO r_farms SELECT * FROM keep");
    }
}

static void histories_swapped_between_records_are_named(void **state)
{
    expect_first(*state,
                 "UPDATE r_farms SET _until = 7 WHERE _id = 'H1' AND _rev = 4;"
                 "UPDATE r_farms SET _until = 5 WHERE _id = 'H2' AND _rev = 4",
                 ERR_LOG_HISTORY_ALTERED, 4, "farms", "H1");
}

static void a_removed_last_revision_is_named(void **state)
{
    struct log_report r =
        expect_first(*state,
                     "DELETE FROM r_farms WHERE _rev = 7; UPDATE r_farms SET _until = NULL WHERE _until = 7;"
                     "DELETE FROM revision WHERE rev = 7; DELETE FROM log_tile WHERE tree = 7;"
                     "UPDATE log_tile SET hashes = substr(hashes, 1, 6 * 32) WHERE tree = 0",
                     ERR_LOG_CUT_OFF, 7, "", "");
    assert_int_equal(r.n_problems, 1);
    struct fixture *x = *state;
    store_close(x->s);
    x->s = NULL;
    assert_int_equal(store_open(x->path, STORE_READ, &x->s, &x->f), ERR_LOG_ROLLED_BACK);
}

static void a_deleted_revision_is_named(void **state)
{
    expect_first(*state, "DELETE FROM revision WHERE rev = 5", ERR_LOG_REVISION_MISSING, 5, "", "");
}

static void an_added_revision_is_named(void **state)
{
    expect_first(*state, "INSERT INTO revision SELECT 8, time, source, digest, entry FROM revision WHERE rev = 6",
                 ERR_LOG_REVISION_EXTRA, 8, "", "");
}

static void an_altered_leaf_hash_is_named(void **state)
{
    expect_first(*state, "UPDATE log_tile SET hashes = zeroblob(96) WHERE tree = 4", ERR_LOG_RECORD_ALTERED, 4, "farms",
                 "H1");
}

static void leaves_that_are_cut_off_are_named(void **state)
{
    expect_first(*state, "UPDATE log_tile SET hashes = substr(hashes, 1, 60) WHERE tree = 4", ERR_LOG_RECORD_EXTRA, 4,
                 "farms", "H2");
}

/* A forger who makes entry, leaf and tree agree has no signature for the new root. */
static void a_log_rewritten_consistently_contradicts_the_checkpoint(void **state)
{
    struct fixture *x = *state;
    struct str entry;
    struct digest leaf;
    struct buf sql CLEANUP(buf_done) = BUF_INIT(4096), hex CLEANUP(buf_done) = BUF_INIT(64);
    assert_int_equal(db_value_text(x->s->db, x->a,
                                   STR("SELECT replace(entry, '\"actor\":\"test\"', '\"actor\":\"best\"')"
                                       " FROM revision WHERE rev = 5"),
                                   DB_NO_VALUES, &entry, &x->f),
                     OK);
    merkle_leaf(entry, &leaf);
    digest_hex(&leaf, &hex);
    buf_printf(
        &sql,
        "UPDATE revision SET entry = '%.*s' WHERE rev = 5; UPDATE log_tile SET hashes = CAST(substr(hashes, 1, 128) ||"
        " x'%s' || substr(hashes, 161) AS BLOB) WHERE tree = 0",
        STR_ARG(entry), buf_cstr(&hex));
    struct log_report r = expect_first(x, buf_cstr(&sql), ERR_LOG_REWRITTEN, 0, "", "");
    assert_int_equal(r.n_problems, 1);
}

static void a_checkpoint_that_is_gone_or_edited_is_told(void **state)
{
    struct fixture *x = *state;
    char path[128];
    struct str note;
    snprintf(path, sizeof path, "%s/x.checkpoint", x->folder);
    assert_int_equal(file_read(x->a, path, 4096, &note, &x->f), OK);
    char *edited = arena_dup(x->a, note.p, note.n);
    *strchr(edited, '\n') = '7';
    assert_int_equal(file_write_atomic(path, str_slice(edited, note.n), 0644, &x->f), OK);
    struct log_report r = verify(x);
    assert_int_equal(r.n_problems, 1);
    assert_int_equal(r.problems[0].code, ERR_LOG_CHECKPOINT_BAD);
    unlink(path);
    r = verify(x);
    assert_int_equal(r.n_problems, 1);
    assert_int_equal(r.problems[0].code, ERR_LOG_CHECKPOINT_NONE);
}

static void an_altered_declaration_is_named(void **state)
{
    expect_first(*state,
                 "UPDATE r_declarations SET text = replace(text, 'Thẻ', 'Vé') WHERE path = 'registers/farms.yaml'",
                 ERR_LOG_RECORD_ALTERED, 1, "declarations", "registers/farms.yaml");
}

static void declarations_that_cannot_be_read_do_not_hide_the_rest(void **state)
{
    struct log_report r = expect_first(*state,
                                       "UPDATE r_declarations SET text = '{{' WHERE path = 'registers/farms.yaml';"
                                       "DELETE FROM r_farms WHERE _id = 'H3'",
                                       ERR_LOG_RECORD_ALTERED, 1, "declarations", "registers/farms.yaml");
    assert_int_equal(r.n_problems, 3);
    assert_int_equal(r.problems[1].code, ERR_LOG_DECLARATIONS);
    assert_int_equal(r.problems[2].code, ERR_LOG_ROWS_MISSING);
}

static void a_table_that_is_gone_is_missed(void **state)
{
    struct log_report r = expect_first(*state, "DROP TABLE r_successors", ERR_LOG_ROWS_MISSING, 3, "successors", "");
    assert_true(str_is(r.problems[0].detail, "0–1"));
}

static void a_lost_key_index_is_told(void **state)
{
    expect_first(*state, "DROP INDEX u_farms", ERR_LOG_UNREADABLE, 0, "farms", "");
}

static void many_problems_are_counted_but_only_the_first_kept(void **state)
{
    struct log_report r = expect_first(
        *state,
        "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO"
        " r_farms(_id, _rev, _ord, _removed, _sample, _salt) SELECT 'X' || i, 5000 - i, 0, 0, 0, zeroblob(16) FROM n",
        ERR_LOG_RECORD_EXTRA, 2000, "farms", "X3000");
    assert_int_equal(r.n_problems, LOG_PROBLEMS_MAX);
    assert_int_equal(r.n_found, 3000);
    for (size_t i = 0; i < r.n_problems; i++)
        assert_int_equal(r.problems[i].rev, 2000 + (int64_t)i);
}

/* ---- the property behind all of the above ---- */

/* One cell of one row, drawn, is given another value; false when the draw changes nothing or SQLite forbids it. */
static bool alter_a_cell(struct fixture *x, struct str table, struct str column, int64_t row, const char *value)
{
    struct db *db CLEANUP(db_freep) = NULL;
    bool is_tile = str_is(table, "log_tile");
    const char *where =
        is_tile ? arena_printf(x->a, "(tree, n) = (SELECT tree, n FROM log_tile LIMIT 1 OFFSET %lld)", (long long)row)
                : arena_printf(x->a, "rowid = (SELECT rowid FROM \"%.*s\" LIMIT 1 OFFSET %lld)", STR_ARG(table),
                               (long long)row);
    /* Numbers that are equal stay equal whether they are stored as 5 or 5.0. */
    const char *sql = arena_printf(x->a,
                                   "UPDATE \"%.*s\" SET \"%.*s\" = %s WHERE %s AND (typeof(\"%.*s\") <> typeof(%s) OR"
                                   " \"%.*s\" IS NOT %s) AND NOT (typeof(%s) IN ('integer', 'real') AND \"%.*s\" = %s)",
                                   STR_ARG(table), STR_ARG(column), value, where, STR_ARG(column), value,
                                   STR_ARG(column), value, value, STR_ARG(column), value);
    assert_int_equal(db_open(x->path, DB_WRITE, &db, &x->f), OK);
    assert_int_equal(db_begin(db, &x->f), OK);
    if (db_exec(db, sql, &x->f) != OK || db_changes(db) == 0)
        return false;
    assert_int_equal(db_commit(db, &x->f), OK);
    return true;
}

static void whatever_cell_is_given_another_value_is_noticed(void **state)
{
    struct fixture *x = *state;
    struct str whole, columns[400], tables[400];
    size_t n = 0;
    int altered = 0;
    uint64_t random = 20220630;
    struct stmt *st = NULL;
    bool has_row;
    /* `_n` is where a version lies, not what it says. */
    assert_int_equal(
        stmt_new(x->s->db,
                 STR("SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table'"
                     " AND (m.name LIKE 'r!_%' ESCAPE '!' OR m.name IN ('revision', 'log_tile')) AND c.name <> '_n'"),
                 &st, &x->f),
        OK);
    while (stmt_step(st, &has_row, &x->f) == OK && has_row && n < ARRAY_LEN(columns)) {
        struct str table = stmt_column_text(st, 0), column = stmt_column_text(st, 1);
        tables[n] = str_slice(arena_dup(x->a, table.p, table.n), table.n);
        columns[n++] = str_slice(arena_dup(x->a, column.p, column.n), column.n);
    }
    stmt_free(st);
    assert_true(n > 50);
    store_close(x->s);
    x->s = NULL;
    assert_int_equal(file_read(x->a, x->path, 16 << 20, &whole, &x->f), OK);
    for (int i = 0; i < 800; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        size_t k = (size_t)((random >> 33) % n);
        const char *column = arena_printf(x->a, "\"%.*s\"", STR_ARG(columns[k]));
        const char *values[] = {"NULL",
                                "''",
                                "x'00'",
                                "0",
                                "1",
                                "-1",
                                "9e99",
                                arena_printf(x->a, "%s || 'x'", column),
                                arena_printf(x->a, "CAST(%s AS TEXT)", column),
                                arena_printf(x->a, "CAST(%s AS BLOB)", column),
                                arena_printf(x->a, "%s + 1", column),
                                arena_printf(x->a, "upper(%s)", column),
                                arena_printf(x->a, "substr(%s, 2)", column)};
        const char *value = values[(random >> 20) % ARRAY_LEN(values)];
        if ((str_is(tables[k], "log_tile") && !str_is(columns[k], "hashes")) || str_is(columns[k], "rev"))
            value = arena_printf(x->a, "%s + 100", column); /* declared as integers: texts become what they were */
        if (!alter_a_cell(x, tables[k], columns[k], (int64_t)((random >> 50) % 8), value))
            continue;
        struct log_report r;
        assert_int_equal(store_open(x->path, STORE_SCRUB, &x->s, &x->f), OK);
        assert_int_equal(log_verify(x->a, x->s, NULL, NULL, &r, &x->f), OK);
        store_close(x->s);
        x->s = NULL;
        if (r.n_problems == 0)
            fail_msg("%.*s.%.*s = %s, row %d: not noticed", STR_ARG(tables[k]), STR_ARG(columns[k]), value,
                     (int)((random >> 50) % 8));
        altered++;
        FILE *file = fopen(x->path, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(whole.p, 1, whole.n, file), whole.n);
        assert_int_equal(fclose(file), 0);
    }
    print_message("%d cells altered\n", altered);
    assert_true(altered > 200);
}

#define T(name) cmocka_unit_test_setup_teardown(name, history_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_store_that_nobody_touched_is_whole),
        T(a_changed_field_is_named_with_revision_and_record),
        T(a_changed_old_version_is_named),
        T(of_two_changes_the_first_revision_comes_first),
        T(what_the_bytes_of_a_record_do_not_show_is_noticed_too),
        T(a_value_in_a_column_that_was_declared_later_is_noticed),
        T(versions_of_a_dropped_field_are_judged_by_what_was_declared_then),
        T(a_deleted_record_is_named_by_its_ordinal),
        T(a_deleted_version_in_a_chain_is_named_by_its_record),
        T(an_added_record_is_named),
        T(a_record_of_a_revision_that_never_was_is_named),
        T(a_record_moved_to_another_revision_is_noticed),
        T(swapped_revisions_are_noticed),
        T(an_edited_entry_is_named),
        T(each_column_beside_the_entry_is_held_against_it),
        T(an_edited_history_is_named),
        T(histories_swapped_between_records_are_named),
        T(a_removed_last_revision_is_named),
        T(a_deleted_revision_is_named),
        T(an_added_revision_is_named),
        T(an_altered_leaf_hash_is_named),
        T(leaves_that_are_cut_off_are_named),
        T(a_log_rewritten_consistently_contradicts_the_checkpoint),
        T(a_checkpoint_that_is_gone_or_edited_is_told),
        T(an_altered_declaration_is_named),
        T(declarations_that_cannot_be_read_do_not_hide_the_rest),
        T(a_table_that_is_gone_is_missed),
        T(a_lost_key_index_is_told),
        T(whatever_cell_is_given_another_value_is_noticed),
        T(many_problems_are_counted_but_only_the_first_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
