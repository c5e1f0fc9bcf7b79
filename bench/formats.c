/* How fast the formats are read and written: MB are a million bytes of the text. */
#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "text/csv.h"
#include "text/json.h"
#include "text/yaml.h"

#include "base/banned.h"

enum { RECORDS = 120000, ROUNDS = 5 };

static void result(const char *name, size_t bytes, int64_t best_us, const char *budget)
{
    printf("%s\t%.0f\tMB/s%s%s\n", name, (double)bytes / (double)best_us, *budget ? "\t" : "", budget);
}

/* Made up as a farm household's row is: short cells, some with accents. */
static void row_make(int i, struct str cells[10], char texts[10][32])
{
    static const char *const names[] = {"Nguyễn Thị Minh Hà", "Y Thương Niê", "Hoàng Văn Nam", "K’Briu"};
    snprintf(texts[0], 32, "HN%06d", i);
    snprintf(texts[1], 32, "%s", names[i & 3]);
    snprintf(texts[2], 32, "%s", i & 1 ? "male" : "female");
    snprintf(texts[3], 32, "%d", 1945 + i % 56);
    snprintf(texts[4], 32, "067%09d", i);
    snprintf(texts[5], 32, "+84912%06d", i % 1000000);
    snprintf(texts[6], 32, "2022-0%d-15", 1 + i % 6);
    snprintf(texts[7], 32, "24%03d", i % 1000);
    snprintf(texts[8], 32, "%d", 1000 + i % 60000);
    snprintf(texts[9], 32, "%s", i % 10 ? "true" : "");
    for (int k = 0; k < 10; k++)
        cells[k] = str_of(texts[k]);
}

static int64_t csv_time(struct str text, size_t *ret_cells)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    int64_t start = clock_mono_us();
    struct csv c;
    csv_init(&c, a, text, ',');
    struct str *row;
    size_t n, cells = 0;
    bool is_end = false;
    while (csv_next(&c, &row, &n, &is_end, NULL) == OK && !is_end)
        cells += n;
    *ret_cells = cells;
    return clock_mono_us() - start;
}

static void record_write(struct json_out *o, const struct str cells[10])
{
    static const struct str keys[10] = {STR("code"),        STR("name"),     STR("sex"),           STR("birth_year"),
                                        STR("personal_id"), STR("phone"),    STR("registered_on"), STR("unit"),
                                        STR("area_m2"),     STR("digitised")};
    json_object_begin(o);
    for (int k = 0; k < 10; k++) {
        json_key(o, keys[k]);
        json_str(o, cells[k]);
    }
    json_object_end(o);
}

static void csv_and_json(void)
{
    struct buf csv CLEANUP(buf_done) = BUF_INIT((size_t)1 << 30), json CLEANUP(buf_done) = BUF_INIT((size_t)1 << 30);
    char(*texts)[10][32] = mem_alloc(sizeof *texts * RECORDS);
    struct str(*cells)[10] = mem_alloc(sizeof *cells * RECORDS);
    for (int i = 0; i < RECORDS; i++)
        row_make(i, cells[i], texts[i]);
    int64_t write_us = INT64_MAX, read_us = INT64_MAX, json_us = INT64_MAX;
    for (int round = 0; round < ROUNDS; round++) {
        size_t n_cells;
        int64_t start = clock_mono_us();
        buf_reset(&csv);
        for (int i = 0; i < RECORDS; i++)
            csv_row(&csv, cells[i], 10, ',');
        int64_t us = clock_mono_us() - start;
        write_us = us < write_us ? us : write_us;
        us = csv_time(buf_view(&csv), &n_cells);
        must(n_cells == 10 * RECORDS);
        read_us = us < read_us ? us : read_us;
        struct json_out o;
        start = clock_mono_us();
        buf_reset(&json);
        json_out_init(&o, &json, JSON_OUT_COMPACT);
        json_array_begin(&o);
        for (int i = 0; i < RECORDS; i++)
            record_write(&o, cells[i]);
        json_array_end(&o);
        json_out_done(&o);
        us = clock_mono_us() - start;
        json_us = us < json_us ? us : json_us;
    }
    result("csv-read", csv.n, read_us, ">= 300");
    result("csv-write", csv.n, write_us, "");
    result("json-write", json.n, json_us, ">= 300");
    mem_freep(&texts);
    mem_freep(&cells);
}

static void json_strings(void)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT((size_t)1 << 30);
    static const struct str text = STR("A plain line of ASCII as it stands in notes, addresses and titles of records");
    int64_t best = INT64_MAX;
    for (int round = 0; round < ROUNDS; round++) {
        buf_reset(&b);
        int64_t start = clock_mono_us();
        for (int i = 0; i < 500000; i++)
            json_quote(&b, text);
        int64_t us = clock_mono_us() - start;
        best = us < best ? us : best;
    }
    result("json-quote-ascii", b.n, best, ">= 300");
}

static void parsing(void)
{
    struct buf json CLEANUP(buf_done) = BUF_INIT(8 << 20), yaml CLEANUP(buf_done) = BUF_INIT(8 << 20);
    struct json_out o;
    json_out_init(&o, &json, JSON_OUT_COMPACT);
    json_array_begin(&o);
    buf_puts(&yaml, "records:\n");
    for (int i = 0; i < 10000; i++) {
        char texts[10][32];
        struct str cells[10];
        row_make(i, cells, texts);
        record_write(&o, cells);
        buf_printf(&yaml, "  %s:\n    title: {vi: %s, en: \"%s\"}\n    year: %s\n", texts[0], texts[1], texts[2],
                   texts[3]);
    }
    json_array_end(&o);
    int64_t json_us = INT64_MAX, yaml_us = INT64_MAX;
    for (int round = 0; round < ROUNDS; round++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct json *j;
        struct yaml *y;
        int64_t start = clock_mono_us();
        must(json_parse(a, buf_view(&json), STR(""), &j, NULL) == OK);
        int64_t us = clock_mono_us() - start;
        json_us = us < json_us ? us : json_us;
        start = clock_mono_us();
        must(yaml_parse(a, buf_view(&yaml), STR(""), &y, NULL) == OK);
        us = clock_mono_us() - start;
        yaml_us = us < yaml_us ? us : yaml_us;
    }
    result("json-read", json.n, json_us, "");
    result("yaml-read", yaml.n, yaml_us, "");
}

int main(void)
{
    csv_and_json();
    json_strings();
    parsing();
    return 0;
}
