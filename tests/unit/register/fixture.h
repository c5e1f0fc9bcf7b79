/* A small invented province in memory, and a store in a folder of its own, for the tests of src/register. */
#ifndef TINHSO_TESTS_REGISTER_FIXTURE_H
#define TINHSO_TESTS_REGISTER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/vec.h"
#include "register/change.h"
#include "register/query.h"
#include "text/csv.h"

static const char province_yaml[] = "province: mau\n"
                                    "title: {vi: Tỉnh Mẫu, en: Sample}\n"
                                    "units: {register: units, code: code, name: name, level: level, parent: parent}\n"
                                    "successors: {register: successors, from: old, to: new, on: since}\n"
                                    "levels: {1: {vi: Tỉnh, en: Province}, 2: {vi: Xã, en: Commune}}\n";

static const char units_yaml[] = "register: units\n"
                                 "title: {vi: Đơn vị, en: Units}\n"
                                 "key: [code, valid_from]\n"
                                 "valid_time: {from: valid_from, to: valid_to}\n"
                                 "search: [name]\n"
                                 "fields:\n"
                                 "  code: {type: string, title: Mã, required: true}\n"
                                 "  valid_from: {type: date, title: Từ}\n"
                                 "  valid_to: {type: date, title: Đến}\n"
                                 "  name: {type: string, title: Tên, required: true}\n"
                                 "  level: {type: integer, title: Cấp}\n"
                                 "  parent: {type: string, title: Cấp trên}\n";

static const char successors_yaml[] = "register: successors\n"
                                      "title: Kế tục\n"
                                      "key: [old]\n"
                                      "fields:\n"
                                      "  old: {type: string, title: Cũ, required: true}\n"
                                      "  new: {type: string, title: Mới, required: true}\n"
                                      "  since: {type: date, title: Từ}\n";

static const char farms_yaml[] =
    "register: farms\n"
    "title: {vi: Hộ, en: Farms}\n"
    "privacy: internal\n"
    "key: [code]\n"
    "as_of: seen_on\n"
    "order: [head]\n"
    "search: [head]\n"
    "indexes: [[unit, area]]\n"
    "fields:\n"
    "  code: {type: string, title: Mã, required: true, pattern: \"^H[0-9]+$\"}\n"
    "  head: {type: string, person: true, title: Chủ hộ, max_length: 40}\n"
    "  unit: {type: unit, title: Xã, levels: [2]}\n"
    "  area: {type: number, title: Diện tích, min: 0}\n"
    "  crop: {type: code, title: Cây, codes: {coffee: Cà phê, pepper: {vi: Tiêu, en: Pepper, to: 2023-01-01}}}\n"
    "  card: {type: string, title: Thẻ, unique: true}\n"
    "  tags: {type: array, of: string, title: Nhãn}\n"
    "  spell: {type: interval, title: Thời gian}\n"
    "  is_poor: {type: boolean, title: Nghèo}\n"
    "  seen_on: {type: date, title: Ngày}\n"
    "  at: {type: timestamp, title: Lúc}\n"
    "  place: {type: geometry, title: Nơi, kind: point}\n"
    "rules:\n"
    "  - check: crop <> 'coffee' OR area < 1000\n"
    "    message: {vi: Vườn cà phê quá rộng, en: Too large a coffee garden}\n"
    "  - check: area IS NULL OR area <> 13\n"
    "    message: {vi: Số mười ba, en: Thirteen}\n"
    "    level: warning\n";

struct fixture {
    struct arena *a;
    char folder[64], path[96];
    struct store *s;
    struct fault f;
    struct faults list, warnings;
};

struct text_file {
    const char *path, *text;
};

static const struct text_file standard_files[] = {{"province.yaml", province_yaml},
                                                  {"registers/units.yaml", units_yaml},
                                                  {"registers/successors.yaml", successors_yaml},
                                                  {"registers/farms.yaml", farms_yaml}};

static inline struct sources sources_of(struct arena *a, const struct text_file *files, size_t n)
{
    struct source_file *p = ARENA_ARRAY(a, struct source_file, n);
    for (size_t i = 0; i < n; i++)
        p[i] = (struct source_file){str_of(files[i].path), str_of(files[i].text)};
    return (struct sources){p, n};
}

static inline void show(const struct faults *list)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    faults_print(list, LANG_EN, &b);
    print_message("%s", buf_cstr(&b));
}

static inline enum err declare(struct fixture *x, const struct text_file *files, size_t n, const char *drop)
{
    struct sources src = sources_of(x->a, files, n);
    struct province *p;
    enum err e = province_build(x->a, &src, &p, &x->list);
    if (e != OK)
        return e;
    struct change *c;
    int64_t rev;
    struct str drops[] = {str_of(drop)};
    e = change_begin(x->s, &(struct change_info){.actor = STR("test"), .reason = STR("declare")}, &c, &x->f);
    assert_int_equal(e, OK);
    e = change_declare(c, p, drops, drop ? 1 : 0, &x->list);
    if (e == OK)
        return change_commit(c, &rev, &x->list, NULL);
    change_abort(c);
    return e;
}

/* CSV rows under a header of field names become one change. */
static inline enum err put(struct fixture *x, const char *register_name, const char *csv, int64_t *ret_rev)
{
    const struct reg *reg = province_register(x->s->province, str_of(register_name));
    assert_non_null(reg);
    struct change *c;
    struct csv_table t;
    struct arena *cells_of CLEANUP(arena_freep) = arena_new();
    assert_int_equal(
        change_begin(x->s, &(struct change_info){.actor = STR("test"), .reason = STR("put"), .file = STR("rows.csv")},
                     &c, &x->f),
        OK);
    assert_int_equal(csv_table_open(&t, x->a, cells_of, str_of(csv), ',', STR("rows.csv"), &x->f), OK);
    struct str *cells = ARENA_ARRAY(x->a, struct str, reg->n_fields), *raw;
    size_t before = x->list.total;
    for (bool is_end = false;;) {
        assert_int_equal(csv_table_next(&t, &raw, &is_end, &x->f), OK);
        if (is_end)
            break;
        for (size_t i = 0; i < t.n; i++) {
            int n = reg_field_number(reg, t.header[i]);
            assert_int_not_equal(n, NO_FIELD);
            cells[n] = raw[i];
        }
        struct record r;
        enum put_outcome outcome;
        if (record_parse(x->a, reg, cells, (uint32_t)t.csv.line, change_today(c), &r, &x->list) != OK)
            continue;
        struct fault f = {0};
        if (change_put(c, reg, &r, &outcome, &f) != OK)
            faults_add(&x->list, &f);
    }
    int64_t rev = 0;
    if (x->list.total > before) {
        change_abort(c);
        return x->list.p[before].code;
    }
    enum err e = change_commit(c, &rev, &x->list, &x->warnings);
    if (ret_rev)
        *ret_rev = rev;
    return e;
}

static inline void reopen(struct fixture *x)
{
    store_close(x->s);
    x->s = NULL;
    assert_int_equal(store_open(x->path, STORE_WRITE, &x->s, &x->f), OK);
}

static inline int fixture_set_up(void **state)
{
    struct fixture *x = mem_zalloc(sizeof *x);
    x->a = arena_new();
    snprintf(x->folder, sizeof x->folder, "/tmp/tinhso-test-XXXXXX");
    if (!mkdtemp(x->folder))
        return -1;
    snprintf(x->path, sizeof x->path, "%s/x.db", x->folder);
    if (store_open(x->path, STORE_WRITE, &x->s, &x->f) != OK)
        return -1;
    if (declare(x, standard_files, ARRAY_LEN(standard_files), NULL) != OK) {
        show(&x->list);
        return -1;
    }
    *state = x;
    return put(x, "units",
               "code,valid_from,valid_to,name,level,parent\n"
               "1,,,Tỉnh Mẫu,1,\n"
               "11,,2025-07-01,Xã Đồi,2,1\n"
               "12,,2025-07-01,Xã Suối,2,1\n"
               "11,2025-07-01,,Xã Đồi Suối,2,1\n",
               NULL) != OK ||
           put(x, "successors", "old,new,since\n11,11,2025-07-01\n12,11,2025-07-01\n", NULL) != OK;
}

static inline int fixture_tear_down(void **state)
{
    struct fixture *x = *state;
    static const char *const suffixes[] = {"db", "db-wal", "db-shm", "key", "pub", "checkpoint"};
    store_close(x->s);
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/x.%s", x->folder, suffixes[i]);
        unlink(path);
    }
    rmdir(x->folder);
    faults_done(&x->list);
    faults_done(&x->warnings);
    arena_free(x->a);
    free(x);
    return 0;
}

static inline int64_t count(struct fixture *x, const char *register_name, struct query_options o)
{
    int64_t n = -1;
    const struct reg *reg = province_register(x->s->province, str_of(register_name));
    assert_non_null(reg);
    enum err e = query_count(x->s, reg, &o, &n, &x->f);
    if (e != OK) {
        struct faults l CLEANUP(faults_done) = {0};
        faults_add(&l, &x->f);
        show(&l);
    }
    assert_int_equal(e, OK);
    return n;
}

/* The values of a field of the records found, joined by "|". */
static inline const char *values(struct fixture *x, const char *register_name, const char *field,
                                 struct query_options o)
{
    const struct reg *reg = province_register(x->s->province, str_of(register_name));
    struct query *q CLEANUP(query_closep) = NULL;
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    struct record r;
    bool has_row;
    assert_int_equal(query_open(x->s, reg, &o, &q, &x->f), OK);
    int n = reg_field_number(reg, str_of(field));
    while (query_next(q, &r, &has_row, &x->f) == OK && has_row) {
        if (b.n)
            buf_putc(&b, '|');
        value_csv(&reg->fields[n], &r.values[n], &b);
    }
    return arena_dup(x->a, b.p, b.n);
}

#endif
