/* How long a paper takes in a running server: form 01 of a dossier found, filled and drawn as PDF, code and all; as a page; and the first
 * PDF of a process, which loads the libraries that draw.
 *
 *     bench-papers [PROVINCE]       the folder of the papers; province/dak-nong without */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/limits.h"
#include "report/paper.h"

#include "base/banned.h"

enum { ROUNDS = 200 };

static const char values[] =
    "{\"superior_name\":\"Ủy ban nhân dân huyện Đắk Mil\",\"office_name\":\"Ủy ban nhân dân xã Đắk "
    "Lao\",\"place\":\"Đắk Lao\","
    "\"number\":\"12/"
    "TNHS\",\"issued_at\":\"2022-11-28T01:30:00Z\",\"code\":\"000.25.12.H16-221128-0001\",\"procedure_name\":"
    "\"Đăng ký khai sinh\",\"procedure_code\":\"1.001193\",\"applicant\":\"Nguyễn Thị Hường\",\"address\":\"Bon Đắk "
    "Rông, xã Đắk "
    "Lao, huyện Đắk Mil\",\"phone\":\"0912345678\",\"components\":[{\"number\":1,\"name\":\"Giấy chứng "
    "sinh\",\"originals\":1},"
    "{\"number\":2,\"name\":\"Tờ khai đăng ký khai sinh theo mẫu\",\"originals\":1},{\"number\":3,\"name\":\"Căn cước "
    "công dân "
    "(xuất trình)\",\"electronic\":true}],\"sets\":1,\"limit\":1,\"limit_unit\":\"working_day\",\"received_at\":"
    "\"2022-11-28T01:30:00Z\",\"due_at\":\"2022-11-29T01:30:00Z\",\"return_by\":\"counter\",\"fee_vnd\":8000,\"money\":"
    "\"paid\","
    "\"book\":\"01/2022\",\"book_number\":\"215\",\"signer\":\"Trần Văn "
    "Hưởng\",\"lookup_url\":\"https://dvc.example.vn/track\","
    "\"token\":\"k7qz-9fwm-2xtb-0abc\",\"office_hotline\":\"0261.3741.000\",\"qr\":"
    "\"https://dvc.example.vn/track?code=000.25.12.H16-221128-0001&token=k7qz-9fwm-2xtb-0abc\"}";

static int order(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

struct took {
    int64_t wall_us, processor_us;
};

static int64_t processor_us(void)
{
    struct timespec t;
    must(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static struct took once(const struct province *p, bool is_pdf)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf out CLEANUP(buf_done) = BUF_INIT(LIMIT_PAPER_BYTES);
    const struct paper *paper = NULL;
    struct json *context = NULL;
    int64_t start = clock_mono_us(), processor = processor_us();
    must(json_parse(a, str_of(values), STR(""), &context, NULL) == OK);
    must(paper_find(a, p, STR("form-01"), STR("2022-11-28"), &paper, NULL) == OK);
    must((is_pdf ? paper_pdf(a, paper, context, &out, NULL)
                 : paper_html(a, paper, context, PAPER_FRAGMENT, &out, NULL)) == OK);
    return (struct took){clock_mono_us() - start, processor_us() - processor};
}

/* Wall time on a machine with other work tells of that work: the budget is for the processor's. */
static void measure(const char *name, const struct province *p, bool is_pdf, const char *budget)
{
    int64_t wall[ROUNDS], processor[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        struct took t = once(p, is_pdf);
        wall[i] = t.wall_us, processor[i] = t.processor_us;
    }
    const size_t middle = ROUNDS / 2;
    qsort(wall, ROUNDS, sizeof *wall, order);
    qsort(processor, ROUNDS, sizeof *processor, order);
    printf("%s, time of the processor\t%.3f\tms\t%s\n", name, (double)processor[middle] / 1000, budget);
    printf("%s\t%.3f\tms\t\n", name, (double)wall[middle] / 1000);
}

int main(int argc, char **argv)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct faults list CLEANUP(faults_done) = {0};
    struct sources sources;
    struct province *p = NULL;
    must(sources_read_folder(a, argc > 1 ? argv[1] : "province/dak-nong", &sources, NULL) == OK);
    must(province_build(a, &sources, &p, &list) == OK);
    printf("form 01 as PDF, the first of a process\t%.1f\tms\t\n", (double)once(p, true).wall_us / 1000);
    measure("form 01 as PDF", p, true, "<= 15");
    measure("form 01 as a page", p, false, "");
    return 0;
}
