/* Duplicates with known truth: households invented, some entered twice with the noise of real entry; what is found, how fast.
 *
 *     bench-duplicates [RECORDS]          120,000 without; the budget of the entry check is set at 1,000,000 */
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "ok.h"

#include "base/clock.h"
#include "register/duplicates.h"
#include "text/number.h"
#include "text/vn.h"

#include "base/banned.h"

enum { RECORDS = 120000, TWICE_PER_CENT = 5, VILLAGES = 790, CHECKS = 400 };
enum { CODE, HEAD, SEX, YEAR, PERSONAL_ID, PHONE, VILLAGE, FIELDS };

static const char province_yaml[] = "province: x\ntitle: X\n";
static const char households_yaml[] =
    "register: households\ntitle: Hộ\nprivacy: internal\nkey: [code]\nfields:\n"
    "  code: {type: string, title: Mã, required: true}\n"
    "  head: {type: string, person: true, title: Chủ hộ}\n"
    "  sex: {type: code, codes: {male: Nam, female: Nữ}, title: Giới tính}\n"
    "  birth_year: {type: integer, title: Năm sinh}\n"
    "  personal_id: {type: personal_id, sex: sex, birth: birth_year, title: Số định danh}\n"
    "  phone: {type: phone, title: Điện thoại}\n"
    "  village: {type: string, title: Thôn}\n"
    "duplicates:\n"
    "  - same: [personal_id]\n"
    "  - {same: [phone], like: [head], score: 0.8}\n"
    "  - {same: [village], like: [head], near: [{field: birth_year, within: 1}], score: 0.9}\n";

static const char *const family[] = {"Nguyễn", "Nguyễn", "Nguyễn", "Nguyễn", "Trần",  "Trần", "Lê", "Lê", "Phạm",
                                     "Hoàng",  "Huỳnh",  "Vũ",     "Võ",     "Đặng",  "Bùi",  "Đỗ", "Hồ", "Ngô",
                                     "Dương",  "Lý",     "Nông",   "Hà",     "Lương", "Điểu", "Thị"};
static const char *const middle[] = {"Văn",  "Văn",  "Văn",   "Thị",   "Thị",  "Thị",  "Đức",
                                     "Minh", "Ngọc", "Thanh", "Quang", "Xuân", "Hữu",  "Đình",
                                     "Công", "Kim",  "Mỹ",    "Thúy",  "Bích", "Hồng", "Tuấn"};
static const char *const given[] = {
    "An",    "Anh",   "Ánh",   "Bình",  "Bảo",  "Châu",  "Chi",  "Cường", "Dũng",  "Duy",   "Đạt",  "Điệp",   "Đông",
    "Giang", "Hà",    "Hải",   "Hạnh",  "Hằng", "Hiền",  "Hiếu", "Hòa",   "Hoa",   "Hoàng", "Hồng", "Huệ",    "Hùng",
    "Hương", "Hường", "Khánh", "Khoa",  "Kiên", "Lan",   "Lâm",  "Liên",  "Linh",  "Loan",  "Long", "Lộc",    "Mai",
    "Mạnh",  "Minh",  "Nam",   "Nga",   "Ngân", "Nghĩa", "Ngọc", "Nhung", "Oanh",  "Phong", "Phúc", "Phương", "Quang",
    "Quân",  "Quý",   "Quỳnh", "Sơn",   "Tài",  "Tâm",   "Tân",  "Thảo",  "Thắng", "Thành", "Thu",  "Thủy",   "Thúy",
    "Tiến",  "Toàn",  "Trang", "Trung", "Tú",   "Tuấn",  "Tùng", "Tuyết", "Vân",   "Việt",  "Yến"};

struct household {
    char cells[FIELDS][160];
    int year_off; /* set behind the check against the personal number */
    bool has_lost_zero;
};

struct bench {
    struct arena *a;
    char folder[64];
    struct store *s;
    const struct reg *reg;
    uint64_t state;
    int64_t n, twice, found_true, found_false;
};

static uint64_t any(struct bench *x, uint64_t n)
{
    x->state ^= x->state << 13, x->state ^= x->state >> 7, x->state ^= x->state << 17;
    return (x->state >> 11) % n;
}

static void household_make(struct bench *x, int64_t i, struct household *h)
{
    static const char *const mobile[] = {"032", "035", "038", "086", "091", "094", "096", "097", "098"};
    *h = (struct household){.year_off = 0};
    int year = 1945 + (int)any(x, 57);
    bool is_female = any(x, 100) < 20;
    snprintf(h->cells[CODE], 160, "HN%07lld", (long long)i);
    snprintf(h->cells[HEAD], 160, "%s %s %s", family[any(x, ARRAY_LEN(family))], middle[any(x, ARRAY_LEN(middle))],
             given[any(x, ARRAY_LEN(given))]);
    snprintf(h->cells[SEX], 160, "%s", is_female ? "female" : "male");
    snprintf(h->cells[YEAR], 160, "%d", year);
    if (any(x, 100) < 94)
        snprintf(h->cells[PERSONAL_ID], 160, "067%d%02d%06d", is_female + (year >= 2000 ? 2 : 0), year % 100,
                 (int)any(x, 1000000));
    if (any(x, 100) < 82)
        snprintf(h->cells[PHONE], 160, "%s%07d", mobile[any(x, ARRAY_LEN(mobile))], (int)any(x, 10000000));
    snprintf(h->cells[VILLAGE], 160, "TB%04d", (int)any(x, VILLAGES));
}

/* ---- noise ---- */

static void replace(char *text, const char *from, const char *to)
{
    char copy[160];
    char *at = strstr(text, from);
    if (!at)
        return;
    snprintf(copy, sizeof copy, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    snprintf(text, 160, "%s", copy);
}

static void reorder(char *name)
{
    char copy[160];
    char *space = strrchr(name, ' ');
    if (!space)
        return;
    snprintf(copy, sizeof copy, "%s %.*s", space + 1, (int)(space - name), name);
    snprintf(name, 160, "%s", copy);
}

static void without_accents(char *name)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(160);
    text_accenti(str_of(name), &b);
    snprintf(name, 160, "%s", buf_cstr(&b));
}

static void letter_twice(struct bench *x, char *name)
{
    without_accents(name);
    size_t n = strlen(name), at = any(x, n);
    if (n < 150 && name[at] != ' ')
        memmove(name + at + 1, name + at, n - at + 1);
}

static void phone_otherwise(struct bench *x, char *phone)
{
    char copy[160];
    if (*phone != '0' || strlen(phone) != 10)
        return;
    if (any(x, 2))
        snprintf(copy, sizeof copy, "+84 %.3s %s", phone + 1, phone + 4);
    else
        snprintf(copy, sizeof copy, "%.4s.%.3s.%s", phone, phone + 4, phone + 7);
    snprintf(phone, 160, "%s", copy);
}

enum { NOISES = 11 };

static void noise_add(struct bench *x, int kind, struct household *h)
{
    char *head = h->cells[HEAD], *id = h->cells[PERSONAL_ID];
    switch (kind) {
    case 0:
        snprintf(id, 160, "245%06d", (int)any(x, 1000000));
        return;
    case 1:
        id[0] = 0;
        return;
    case 2:
        replace(head, "Hòa", "Hoà"), replace(head, "Thúy", "Thuý"), replace(head, "Thủy", "Thuỷ");
        return;
    case 3:
        without_accents(head);
        return;
    case 4:
        reorder(head);
        return;
    case 5:
        h->has_lost_zero = true;
        return;
    case 6:
        replace(head, " ", "  "), replace(head, "Đ", "D"), replace(head, "đ", "d");
        return;
    case 7:
        phone_otherwise(x, h->cells[PHONE]);
        return;
    case 8:
        h->year_off = any(x, 2) ? 1 : -1;
        return;
    case 9:
        snprintf(h->cells[PHONE], 160, "09%08d", (int)any(x, 100000000));
        return;
    default:
        letter_twice(x, head);
    }
}

static void household_again(struct bench *x, struct household *h)
{
    h->cells[CODE][1] = 'D'; /* HN0000017 is entered again as HD0000017 */
    for (uint64_t left = 1 + any(x, 3); left > 0; left--)
        noise_add(x, (int)any(x, NOISES), h);
}

/* ---- the register ---- */

static void record_of(struct bench *x, struct arena *row, const struct household *h, struct record *ret)
{
    struct str cells[FIELDS];
    struct faults list CLEANUP(faults_done) = {0};
    for (size_t i = 0; i < FIELDS; i++)
        cells[i] = str_of(h->cells[i]);
    if (record_parse(row, x->reg, cells, 0, STR("2026-01-01"), ret, &list) != OK)
        ok(list.p[0].code, &list.p[0], NULL);
    ret->values[YEAR].integer += h->year_off;
    struct str *id = &ret->values[PERSONAL_ID].text;
    if (h->has_lost_zero && ret->values[PERSONAL_ID].kind == VALUE_TEXT)
        while (id->n > 1 && id->p[0] == '0')
            *id = str_slice(id->p + 1, id->n - 1);
}

static void declare(struct bench *x)
{
    struct fault f = {0};
    struct faults list = {0};
    struct source_file files[] = {{STR("province.yaml"), str_of(province_yaml)},
                                  {STR("registers/households.yaml"), str_of(households_yaml)}};
    struct sources sources = {files, ARRAY_LEN(files)};
    struct province *p;
    struct change *c;
    int64_t rev;
    if (province_build(x->a, &sources, &p, &list) != OK)
        ok(list.p[0].code, &list.p[0], NULL);
    ok(change_begin(x->s, &(struct change_info){.actor = STR("bench")}, &c, &f), &f, NULL);
    if (change_declare(c, p, NULL, 0, &list) != OK || change_commit(c, &rev, &list, NULL) != OK)
        ok(list.p[0].code, &list.p[0], NULL);
    x->reg = province_register(x->s->province, STR("households"));
}

static void fill(struct bench *x)
{
    struct fault f = {0};
    struct faults list = {0};
    struct change *c;
    enum put_outcome outcome;
    int64_t rev;
    struct arena *row CLEANUP(arena_freep) = arena_new();
    ok(change_begin(x->s, &(struct change_info){.actor = STR("bench")}, &c, &f), &f, NULL);
    for (int64_t i = 0; i < x->n; i++) {
        struct household h;
        struct record r;
        household_make(x, i, &h);
        bool is_twice = any(x, 100) < TWICE_PER_CENT;
        for (int k = 0; k <= is_twice; k++) {
            arena_reset(row);
            if (k)
                household_again(x, &h);
            record_of(x, row, &h, &r);
            ok(change_put(c, x->reg, &r, &outcome, &f), &f, NULL);
        }
        x->twice += is_twice;
    }
    if (change_commit(c, &rev, &list, NULL) != OK)
        ok(list.p[0].code, &list.p[0], NULL);
}

static bool is_true(const struct duplicate_pair *p)
{
    return p->id[0].p[1] != p->id[1].p[1] && memcmp(p->id[0].p + 2, p->id[1].p + 2, p->id[0].n - 2) == 0;
}

static bool count_pair(void *ctx, const struct duplicate_pair *p)
{
    struct bench *x = ctx;
    if (is_true(p))
        x->found_true++;
    else
        x->found_false++;
    if (getenv("BENCH_SHOW_FALSE") && !is_true(p))
        fprintf(stderr, "%.3f %.*s %.*s ~ %.*s\n", p->score, STR_ARG(p->id[0]),
                STR_ARG(p->record[0]->values[HEAD].text), STR_ARG(p->record[1]->values[HEAD].text));
    return true;
}

static void whole_register(struct bench *x)
{
    struct fault f = {0};
    int64_t total, start = clock_mono_us();
    ok(duplicates_find(x->s, x->reg, &(struct duplicates_options){0}, count_pair, x, &total, &f), &f, NULL);
    double seconds = (double)(clock_mono_us() - start) / 1e6;
    printf("duplicates of %lld households\t%.2f\ts%s\n", (long long)x->n + (long long)x->twice, seconds,
           x->n == RECORDS ? "\t<= 5" : "");
    printf("duplicates: recall\t%.4f\t\t>= 0.98\n", (double)x->found_true / (double)x->twice);
    printf("duplicates: precision\t%.4f\t\t>= 0.95\n", (double)x->found_true / (double)total);
}

static bool note_true(void *ctx, const struct duplicate_pair *p)
{
    *(bool *)ctx |= memcmp(p->id[0].p + 2, p->id[1].p + 2, p->id[0].n - 2) == 0;
    return true;
}

static int by_time(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The households are made again from the first seed, so that their noisy copies can be entered. */
static void entries(struct bench *x)
{
    static int64_t us[CHECKS];
    struct fault f = {0};
    int64_t found = 0;
    struct arena *row CLEANUP(arena_freep) = arena_new();
    struct bench again = {.a = x->a, .reg = x->reg, .state = 88172645463325252u};
    for (int i = 0; i < CHECKS; i++) {
        struct household h;
        struct record r;
        bool is_found = false;
        arena_reset(row);
        household_make(&again, i, &h);
        struct bench noise = {.state = 1234567 + (uint64_t)i};
        bool is_twice = any(&again, 100) < TWICE_PER_CENT;
        struct household copy = h;
        if (is_twice)
            household_again(&again, &copy);
        household_again(&noise, &h);
        h.cells[CODE][1] = 'E';
        record_of(x, row, &h, &r);
        int64_t start = clock_mono_us();
        ok(duplicates_of(x->s, x->reg, &r, note_true, &is_found, &f), &f, NULL);
        us[i] = clock_mono_us() - start;
        found += is_found;
    }
    qsort(us, CHECKS, sizeof *us, by_time);
    size_t p95 = (size_t)CHECKS * 95 / 100;
    printf("entry check among %lld, p95\t%.2f\tms\t<= 50\n", (long long)x->n + (long long)x->twice,
           (double)us[p95] / 1e3);
    printf("entry check: recall\t%.4f\t\n", (double)found / CHECKS);
}

int main(int argc, char **argv)
{
    struct fault f = {0};
    struct bench x = {
        .a = arena_new(), .folder = "/tmp/tinhso-bench-XXXXXX", .state = 88172645463325252u, .n = RECORDS};
    static const char *const suffixes[] = {"db", "db-wal", "db-shm", "key", "pub", "checkpoint"};
    if (argc > 1)
        ok(integer_parse(str_of(argv[1]), &x.n, &f), &f, NULL);
    if (!mkdtemp(x.folder))
        return 1;
    ok(store_open(arena_printf(x.a, "%s/x.db", x.folder), STORE_WRITE, &x.s, &f), &f, NULL);
    declare(&x);
    fill(&x);
    whole_register(&x);
    entries(&x);
    store_close(x.s);
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
        unlink(arena_printf(x.a, "%s/x.%s", x.folder, suffixes[i]));
    rmdir(x.folder);
    arena_free(x.a);
    return 0;
}
