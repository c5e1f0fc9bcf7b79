/* A small province for the tests of figures: made of texts in memory, kept in a file of its own that is removed at the end. */
#ifndef TINHSO_TESTS_FIGURE_SUPPORT_H
#define TINHSO_TESTS_FIGURE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "figure/figure.h"
#include "register/change.h"
#include "register/load.h"

struct text_file {
    const char *path, *text;
};

struct fixture {
    struct arena *a;
    struct store *s;
    struct figures *fs;
    char folder[64], db[96];
};

static inline void fail_with(const struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    fault_print(f, LANG_EN, &b);
    fail_msg("%s", buf_cstr(&b));
}

static inline void fail_with_list(const struct faults *list)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 16);
    faults_print(list, LANG_EN, &b);
    fail_msg("%s", buf_cstr(&b));
}

static inline struct province *province_of(struct arena *a, const struct text_file *files, size_t n)
{
    struct sources src = {ARENA_ARRAY(a, struct source_file, n), n};
    struct faults list CLEANUP(faults_done) = {0};
    struct province *p = NULL;
    for (size_t i = 0; i < n; i++)
        src.p[i] = (struct source_file){str_of(files[i].path), str_of(files[i].text)};
    if (province_build(a, &src, &p, &list) != OK)
        fail_with_list(&list);
    return p;
}

static inline void data_load(struct fixture *x, const char *reg, const char *csv, bool is_sample)
{
    struct faults list CLEANUP(faults_done) = {0};
    struct load_result result = {0};
    struct change_info info = {.actor = STR("test"), .reason = STR("test"), .source = str_of(reg)};
    const struct reg *r = province_register(x->s->province, str_of(reg));
    assert_non_null(r);
    if (load_csv(x->s, r, str_of(csv), &info, is_sample, NULL, NULL, &result, &list, NULL) != OK)
        fail_with_list(&list);
}

static inline void figures_reload(struct fixture *x)
{
    struct faults list CLEANUP(faults_done) = {0};
    if (figures_load(x->a, x->s->province, &x->fs, &list) != OK)
        fail_with_list(&list);
}

static inline void fixture_open(struct fixture *x, const struct text_file *files, size_t n)
{
    struct fault f = {0};
    struct faults list CLEANUP(faults_done) = {0};
    struct change *c;
    int64_t rev;
    x->a = arena_new();
    snprintf(x->folder, sizeof x->folder, "/tmp/tinhso-figure-XXXXXX");
    assert_non_null(mkdtemp(x->folder));
    snprintf(x->db, sizeof x->db, "%s/x.db", x->folder);
    if (store_open(x->db, STORE_WRITE, &x->s, &f) != OK)
        fail_with(&f);
    struct change_info info = {.actor = STR("test"), .reason = STR("declare")};
    if (change_begin(x->s, &info, &c, &f) != OK)
        fail_with(&f);
    if (change_declare(c, province_of(x->a, files, n), NULL, 0, &list) != OK)
        fail_with_list(&list);
    if (change_commit(c, &rev, &list, NULL) != OK)
        fail_with_list(&list);
    figures_reload(x);
}

static inline void fixture_close(struct fixture *x)
{
    char path[160];
    const char **names;
    size_t n;
    store_close(x->s);
    if (folder_list(x->a, x->folder, "", &names, &n, NULL) == OK) {
        for (size_t i = 0; i < n; i++) {
            snprintf(path, sizeof path, "%s/%s", x->folder, names[i]);
            unlink(path);
        }
    }
    rmdir(x->folder);
    arena_free(x->a);
}

static inline struct figure_result figure_of(struct fixture *x, const char *id, struct figure_options o)
{
    struct fault f = {0};
    struct figure_result r = {0};
    o.is_whole = true; /* of a dozen households: what is hidden of small cells has tests of its own */
    if (figure_compute(x->a, x->s, x->fs, str_of(id), &o, &r, &f) != OK)
        fail_with(&f);
    return r;
}

static inline const struct figure_row *row_of(const struct figure_result *r, enum row_kind kind, const char *key)
{
    for (size_t i = 0; i < r->n_rows; i++)
        if (r->rows[i].kind == kind && str_is(r->rows[i].key, key))
            return &r->rows[i];
    fail_msg("no row %d %s", (int)kind, key);
    return NULL;
}

/* As text with all its digits; "?" when unknown. */
static inline void assert_quantity(struct quantity q, const char *expected)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(200);
    quantity_print_plain(q, &b);
    assert_string_equal(quantity_is_known(q) ? buf_cstr(&b) : "?", expected);
}

static inline struct quantity rows_sum(const struct figure_result *r)
{
    struct quantity sum = quantity_of_integer(0);
    for (size_t i = 0; i < r->n_rows; i++)
        sum = quantity_add(sum, r->rows[i].value);
    return sum;
}

static inline struct str file_text(struct arena *a, const char *path)
{
    struct str text = {0};
    struct fault f = {0};
    if (file_read(a, path, LIMIT_YAML_BYTES, &text, &f) != OK)
        fail_with(&f);
    return text;
}

#endif
