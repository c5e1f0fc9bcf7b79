/* The catalogue as of a day: versions, limits by channel and case, conditional dated tariffs, and who is competent before and after a merger. */
#include "../register/fixture.h"

#include "text/number.h"
#include "workflow/act.h"
#include "workflow/doubts.h"

static const char offices_yaml[] = "register: offices\n"
                                   "title: Cơ quan\n"
                                   "key: [code, valid_from]\n"
                                   "valid_time: {from: valid_from, to: valid_to}\n"
                                   "fields:\n"
                                   "  code: {type: string, title: Mã, required: true}\n"
                                   "  valid_from: {type: date, title: Từ}\n"
                                   "  valid_to: {type: date, title: Đến}\n"
                                   "  name: {type: string, title: Tên}\n"
                                   "  level: {type: string, title: Cấp}\n"
                                   "  unit: {type: unit, title: Địa bàn}\n"
                                   "  successor: {type: string, title: Kế tiếp}\n";

#define LIMIT(name)                                                                                                    \
    "  " name ": {type: integer, title: Hạn}\n"                                                                      \
    "  " name "_unit: {type: string, title: Đơn vị}\n"

static const char procedures_yaml[] =
    "register: procedures\n"
    "title: Thủ tục\n"
    "key: [code, valid_from]\n"
    "valid_time: {from: valid_from, to: valid_to}\n"
    "fields:\n"
    "  code: {type: string, title: Mã, required: true}\n"
    "  valid_from: {type: date, title: Từ}\n"
    "  valid_to: {type: date, title: Đến}\n"
    "  name: {type: string, title: Tên, required: true}\n"
    "  competent_level: {type: string, title: Cấp}\n"
    "  office: {type: reference, register: offices, title: Cơ quan}\n" LIMIT("law_limit") LIMIT("national_limit")
        LIMIT("local_limit") LIMIT("online_limit") LIMIT("post_limit") LIMIT(
            "counter_limit") "  online_limit_text: {type: string, title: Như nguồn}\n"
                             "  supplement_clock: {type: string, title: Bổ sung}\n"
                             "  legal_basis: {type: array, of: string, title: Căn cứ}\n"
                             "  published_on: {type: date, title: Công khai}\n"
                             "  resolved_by: {type: string, title: Ai}\n"
                             "rules:\n"
                             "  - check: resolved_by IS NOT NULL OR online_limit_unit IS NULL OR online_limit_unit <> "
                             "'unspecified'\n"
                             "    message: {vi: Thiếu đơn vị; đọc lại nguồn, en: No unit; read the source again}\n"
                             "    level: warning\n";

static const char variants_yaml[] = "register: procedure_variants\n"
                                    "title: Trường hợp\n"
                                    "key: [procedure, code]\n"
                                    "fields:\n"
                                    "  procedure: {type: reference, register: procedures, title: Thủ tục}\n"
                                    "  code: {type: string, title: Mã}\n"
                                    "  title: {type: string, title: Tên}\n"
                                    "  kind: {type: string, title: Loại}\n" LIMIT("limit");

static const char fees_yaml[] = "register: procedure_fees\n"
                                "title: Phí\n"
                                "key: [code, valid_from]\n"
                                "valid_time: {from: valid_from, to: valid_to}\n"
                                "fields:\n"
                                "  code: {type: string, title: Mã, required: true}\n"
                                "  valid_from: {type: date, title: Từ}\n"
                                "  valid_to: {type: date, title: Đến}\n"
                                "  procedure: {type: reference, register: procedures, title: Thủ tục}\n"
                                "  item: {type: string, title: Khoản}\n"
                                "  per: {type: string, title: Theo}\n"
                                "  conditions: {type: array, of: string, title: Điều kiện}\n"
                                "  amount: {type: money, title: Mức}\n"
                                "  first_quantity: {type: integer, title: Đầu}\n"
                                "  further_amount: {type: money, title: Sau}\n"
                                "  cap: {type: money, title: Tối đa}\n"
                                "  rank: {type: integer, title: Thứ bậc}\n";

static const char steps_yaml[] = "register: procedure_steps\n"
                                 "title: Bước\n"
                                 "key: [procedure, number]\n"
                                 "fields:\n"
                                 "  procedure: {type: reference, register: procedures, title: Thủ tục}\n"
                                 "  number: {type: integer, title: Số}\n"
                                 "  limit: {type: string, title: Hạn}\n";

static const char texts_yaml[] = "register: legal_texts\n"
                                 "title: Văn bản\n"
                                 "key: [number]\n"
                                 "fields:\n"
                                 "  number: {type: string, title: Số}\n"
                                 "  valid_to: {type: date, title: Hết}\n"
                                 "  replaced_by: {type: string, title: Thay}\n";

static const struct date before = {2025, 6, 30}, after = {2025, 7, 1}, now = {2026, 11, 27};

static void fill(struct fixture *x)
{
    struct text_file files[ARRAY_LEN(standard_files) + 6];
    size_t n = ARRAY_LEN(standard_files);
    memcpy(files, standard_files, sizeof standard_files);
    files[n++] = (struct text_file){"registers/offices.yaml", offices_yaml};
    files[n++] = (struct text_file){"registers/procedures.yaml", procedures_yaml};
    files[n++] = (struct text_file){"registers/procedure_variants.yaml", variants_yaml};
    files[n++] = (struct text_file){"registers/procedure_fees.yaml", fees_yaml};
    files[n++] = (struct text_file){"registers/procedure_steps.yaml", steps_yaml};
    files[n++] = (struct text_file){"registers/legal_texts.yaml", texts_yaml};
    if (declare(x, files, n, NULL) != OK)
        show(&x->list);
    assert_int_equal(x->list.total, 0);
    enum err e = put(x, "offices",
                     "code,valid_from,valid_to,name,level,unit,successor\n"
                     "xa-11,,2025-07-01,UBND xã Đồi,commune,11,xa-11\n"
                     "xa-12,,2025-07-01,UBND xã Suối,commune,12,xa-11\n"
                     "xa-11,2025-07-01,,UBND xã Đồi Suối,commune,11,\n"
                     "tinh,,,UBND tỉnh,district,1,\n"
                     "so-cu,,2025-07-01,Sở cũ,province,1,so-moi\n"
                     "so-moi,2025-07-01,,Sở mới,province,1,\n",
                     NULL);
    assert_int_equal(e, OK);
    e = put(x, "procedures",
            "code,valid_from,valid_to,name,competent_level,office,law_limit,law_limit_unit,national_limit,"
            "national_limit_unit,local_limit,local_limit_unit,online_limit,online_limit_unit,counter_limit,"
            "counter_limit_unit,online_limit_text,supplement_clock,legal_basis,published_on,resolved_by\n"
            "1.000001,,2025-07-01,Cũ,district,,30,calendar_day,25,working_day,20,working_day,,,,,,,,,\n"
            "1.000001,2025-07-01,,Mới,commune,,30,calendar_day,25,working_day,,,3,working_day,5,working_day,,restart,"
            "61/2018|118/2025,2026-01-05,Lan\n"
            "1.000002,,,Trơ,commune,,,,,,,,1,unspecified,,,1,,,,\n"
            "1.000003,2020-01-01,,Tỉnh,province,so-cu,,,,,,,,,15,working_day,,,,,\n"
            "1.000004,,,Không hạn,commune,,,,,,,,,none,,campaign,,,,,\n",
            NULL);
    if (e != OK)
        show(&x->list);
    assert_int_equal(e, OK);
}

static struct procedure *read_one(struct fixture *x, const char *code, struct date on)
{
    struct procedure *p = NULL;
    assert_int_equal(procedure_read(x->a, x->s, str_of(code), on, &p, &x->f), OK);
    assert_non_null(p);
    return p;
}

static void limits(const struct procedure *p, enum channel channel, const char *variant, int n, enum limit_unit unit)
{
    struct limit limit = {0};
    assert_int_equal(procedure_limit(p, channel, str_of(variant), &limit, NULL), OK);
    assert_int_equal(limit.n, n);
    assert_int_equal(limit.unit, unit);
}

static void versions_follow_the_day(void **state)
{
    struct fixture *x = *state;
    struct procedure *p = NULL, **list = NULL;
    size_t n = 0;
    assert_int_equal(procedure_read(x->a, x->s, STR("1.000001"), now, &p, &x->f), ERR_PROCEDURES_NONE);
    fill(x);
    assert_true(str_is(read_one(x, "1.000001", before)->name.vi, "Cũ"));
    assert_true(str_is(read_one(x, "1.000001", after)->name.vi, "Mới"));
    assert_true(read_one(x, "1.000001", after)->is_restarted);
    assert_false(read_one(x, "1.000001", before)->is_restarted);
    assert_int_equal(procedure_versions(x->a, x->s, STR("1.000001"), &list, &n, &x->f), OK);
    assert_int_equal(n, 2);
    assert_true(str_is(list[0]->name.vi, "Cũ"));
    assert_int_equal(procedures_read(x->a, x->s, now, &list, &n, &x->f), OK);
    assert_int_equal(n, 4);
    assert_int_equal(procedure_read(x->a, x->s, STR("9.999999"), now, &p, &x->f), ERR_PROCEDURE_UNKNOWN);
    assert_int_equal(procedure_read(x->a, x->s, STR("1' OR 'a'='a"), now, &p, &x->f), ERR_PROCEDURE_UNKNOWN);
    assert_false(procedure_is_published(read_one(x, "1.000001", after), (struct date){2026, 1, 4}));
    assert_true(procedure_is_published(read_one(x, "1.000001", after), (struct date){2026, 1, 5}));
    assert_false(procedure_is_published(read_one(x, "1.000002", now), now));
}

static void limit_by_promise_channel_and_case(void **state)
{
    struct fixture *x = *state;
    struct limit limit = {0};
    fill(x);
    assert_int_equal(put(x, "procedure_variants",
                         "procedure,code,title,kind,limit,limit_unit\n"
                         "1.000001,verify,Xác minh,case,8,working_day\n"
                         "1.000001,vague,Không rõ,case,8,unspecified\n",
                         NULL),
                     OK);
    limits(read_one(x, "1.000001", before), CHANNEL_ONLINE, "", 20, LIMIT_WORKING_DAY); /* what the province promised */
    const struct procedure *p = read_one(x, "1.000001", now);
    limits(p, CHANNEL_ONLINE, "", 3, LIMIT_WORKING_DAY);
    limits(p, CHANNEL_COUNTER, "", 5, LIMIT_WORKING_DAY);
    limits(p, CHANNEL_POST, "", 25, LIMIT_WORKING_DAY); /* nothing for the post: the national one */
    limits(p, CHANNEL_POST, "verify", 8, LIMIT_WORKING_DAY);
    assert_int_equal(procedure_promise(p)->limit.n, 25);
    assert_int_equal(procedure_limit(p, CHANNEL_POST, STR("vague"), &limit, &x->f), ERR_PROCEDURE_LIMIT);
    assert_int_equal(procedure_limit(p, CHANNEL_POST, STR("none"), &limit, &x->f), ERR_PROCEDURE_VARIANT);
    assert_int_equal(procedure_limit(read_one(x, "1.000002", now), CHANNEL_ONLINE, STR(""), &limit, &x->f),
                     ERR_PROCEDURE_LIMIT);
    assert_int_equal(procedure_limit(read_one(x, "1.000002", now), CHANNEL_POST, STR(""), &limit, &x->f),
                     ERR_PROCEDURE_LIMIT);
    limits(read_one(x, "1.000004", now), CHANNEL_ONLINE, "", 0, LIMIT_NONE);
    limits(read_one(x, "1.000004", now), CHANNEL_COUNTER, "", 0, LIMIT_NONE);
    assert_true(read_one(x, "1.000004", now)->by_channel[CHANNEL_COUNTER].is_by_campaign);
}

static int64_t fee(const struct procedure *p, struct date on, const char *a, const char *b, int64_t quantity)
{
    const struct str conditions[] = {str_of(a), str_of(b)};
    struct procedure_sum sum = procedure_fee(p, on, conditions, a && b ? 2U : a || b ? 1U : 0U, quantity);
    return sum.is_known ? sum.vnd : -1;
}

static void fee_by_day_conditions_and_formula(void **state)
{
    struct fixture *x = *state;
    fill(x);
    assert_int_equal(put(x, "procedure_fees",
                         "code,valid_from,valid_to,procedure,item,per,conditions,amount,first_quantity,further_amount,"
                         "cap,rank\n"
                         "1-base,,2027-01-01,1.000001,fee,dossier,,35000,,,,\n"
                         "1-base,2027-01-01,,1.000001,fee,dossier,,70000,,,,\n"
                         "1-online,,,1.000001,fee,dossier,online,20000,,,,\n"
                         "1-list,,,1.000001,fee,person,list|online,5000,,,,\n"
                         "1-poor,,,1.000001,fee,dossier,poor,0,,,,9\n"
                         "1-late,,,1.000001,fee,dossier,late,,,,,\n"
                         "1-visit,,,1.000001,visit,visit,visit,1500000,,,,\n"
                         "2-page,,,1.000002,fee,page,,2000,2,1000,200000,\n",
                         NULL),
                     OK);
    const struct procedure *p = read_one(x, "1.000001", now), *pages = read_one(x, "1.000002", now);
    assert_int_equal(fee(p, now, NULL, NULL, 1), 35000);
    assert_int_equal(fee(p, now, NULL, NULL, 4), 35000); /* per dossier */
    assert_int_equal(fee(p, (struct date){2026, 12, 31}, NULL, NULL, 1), 35000);
    assert_int_equal(fee(p, (struct date){2027, 1, 1}, NULL, NULL, 1), 70000);
    assert_int_equal(fee(p, now, "online", NULL, 1), 20000);
    assert_int_equal(fee(p, now, "online", "list", 30), 150000);
    assert_int_equal(fee(p, now, "online", "poor", 1), 0);
    assert_int_equal(fee(p, now, "late", NULL, 1), -1); /* no amount is not 0 */
    assert_int_equal(fee(p, now, "visit", "online", 1), 1520000);
    assert_int_equal(fee(pages, now, NULL, NULL, 1), 2000);
    assert_int_equal(fee(pages, now, NULL, NULL, 3), 5000);
    assert_int_equal(fee(pages, now, NULL, NULL, 198), 200000);
    assert_int_equal(fee(pages, now, NULL, NULL, 10000), 200000);
    assert_int_equal(fee(pages, now, NULL, NULL, INT64_MAX), -1);
    assert_int_equal(fee(pages, now, NULL, NULL, -1), -1);
    assert_int_equal(fee(read_one(x, "1.000003", now), now, NULL, NULL, 1), -1); /* no tariff is not free */
}

static void settles(struct fixture *x, const char *code, const char *unit, struct date on, const char *name, bool moved)
{
    struct office o = {0};
    assert_int_equal(procedure_office(x->a, x->s, read_one(x, code, on), str_of(unit), on, &o, &x->f), OK);
    assert_string_equal(str_dup(x->a, o.name).p, name);
    assert_int_equal(o.has_moved, moved);
}

static void the_office_of_the_day(void **state)
{
    struct fixture *x = *state;
    struct office o;
    fill(x);
    settles(x, "1.000002", "12", before, "UBND xã Suối", false);
    settles(x, "1.000002", "12", after, "UBND xã Đồi Suối", true); /* of a unit that has ended */
    settles(x, "1.000002", "11", after, "UBND xã Đồi Suối", false);
    settles(x, "1.000001", "12", before, "UBND tỉnh", false); /* of the unit above */
    settles(x, "1.000003", "11", before, "Sở cũ", false);
    settles(x, "1.000003", "11", now, "Sở mới", true);
    assert_int_equal(procedure_office(x->a, x->s, read_one(x, "1.000002", now), STR("99"), now, &o, &x->f),
                     ERR_OFFICE_NONE);
    assert_int_equal(procedure_office(x->a, x->s, read_one(x, "1.000002", now), STR("1' OR '1'='1"), now, &o, &x->f),
                     ERR_OFFICE_NONE);
    assert_int_equal(office_read(x->a, x->s, STR("xa-12"), now, &o, &x->f), OK);
    assert_true(str_is(o.code, "xa-11") && o.has_moved);
    assert_int_equal(office_read(x->a, x->s, STR("nobody"), now, &o, &x->f), ERR_OFFICE_UNKNOWN);
}

static size_t doubts(struct fixture *x, struct date on, struct doubt **ret)
{
    size_t n = 0;
    assert_int_equal(procedure_doubts(x->a, x->s, on, ret, &n, &x->f), OK);
    return n;
}

static void doubts_are_told(void **state)
{
    struct fixture *x = *state;
    struct doubt *list = NULL;
    fill(x);
    assert_int_equal(put(x, "legal_texts", "number,valid_to,replaced_by\n61/2018,2025-07-01,118/2025\n", NULL), OK);
    assert_int_equal(put(x, "procedure_steps",
                         "procedure,number,limit\n1.000003,1,15 ngày làm việc\n1.000003,2,20 Ngày làm việc\n", NULL),
                     OK);
    assert_int_equal(doubts(x, now, &list), 3);
    assert_true(str_is(list[0].procedure, "1.000002") && str_is(list[1].procedure, "1.000002"));
    assert_true(str_starts(list[0].why.vi, STR("Nguồn viết “1” (online), sổ ghi “1 unspecified”")));
    assert_true(str_is(list[1].why.vi, "Thiếu đơn vị") && str_is(list[1].remedy.en, "read the source again"));
    assert_true(str_is(list[2].procedure, "1.000003"));
    assert_true(str_starts(list[2].why.vi, STR("Bước 2")) && list[2].remedy.vi.n > 0);
    /* A basis that expires after somebody has resolved and published the procedure is told again. */
    assert_int_equal(put(x, "legal_texts", "number,valid_to,replaced_by\n118/2025,2026-11-01,1/2026\n", NULL), OK);
    assert_int_equal(doubts(x, now, &list), 4);
    assert_true(str_is(list[0].procedure, "1.000001") && str_starts(list[0].why.en, STR("The legal basis 118/2025")));
    assert_int_equal(doubts(x, (struct date){2026, 10, 31}, &list), 3);
}

static void found_by_what_people_call_them(void **state)
{
    struct fixture *x = *state;
    struct procedure list[] = {
        {.code = STR("1.000001"), .name = {STR("Cấp bản sao Giấy khai sinh"), {NULL, 0}}, .words = STR("trích lục")},
        {.code = STR("1.000002"),
         .name = {STR("Thủ tục đăng ký khai sinh"), STR("Birth registration")},
         .words = STR("giấy khai sinh; làm khai sinh")},
        {.code = STR("1.000003"),
         .name = {STR("Đăng ký biến động đất đai"), {NULL, 0}},
         .words = STR("sang tên sổ đỏ; đất")},
        {.code = STR("1.000004"), .name = {STR("Cấp đổi Giấy chứng nhận"), {NULL, 0}}, .words = STR("đổi sổ đỏ")},
    };
    static const struct {
        const char *words, *found;
    } cases[] = {
        {"giay khai sinh", "21"}, /* what it is called before what it stands in */
        {"GIẤY KHAI SINH", "21"},
        {"khai sinh", "21"}, /* the shorter name first */
        {"sổ đỏ", "43"},
        {"tôi muốn sang tên sổ đỏ cho con", "3"}, /* within the question; one word alone (“đất”) does not count */
        {"miếng đất của tôi", ""},
        {"birth", "2"},
        {"dang ky", "32"}, /* at the beginning of a name, then within one */
        {"ký đăng", "23"}, /* all words, in whatever order */
        {"do dai", ""},    /* a short word begins nothing */
        {"biến đất", "3"},
        {"1.000003", "3"},
        {"", ""},
        {"  ", ""},
        {"không có gì như vậy", ""},
    };
    struct procedure *all[ARRAY_LEN(list)];
    for (size_t i = 0; i < ARRAY_LEN(list); i++) {
        list[i].short_name = list[i].name;
        all[i] = &list[i];
    }
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct procedure **found;
        char codes[8] = "";
        size_t n = procedures_find(x->a, all, ARRAY_LEN(all), str_of(cases[i].words), &found);
        for (size_t k = 0; k < n; k++)
            codes[k] = found[k]->code.p[7];
        if (strcmp(codes, cases[i].found) != 0)
            fail_msg("“%s” finds %s instead of %s", cases[i].words, codes, cases[i].found);
    }
}

/* ---- what the writer keeps of it */

static const struct procedure *kept(struct fixture *x, struct acting *acting, const char *code, struct date on)
{
    const struct procedure *p = NULL;
    assert_int_equal(acting_procedure(acting, x->s, str_of(code), on, &p, &x->f), OK);
    assert_non_null(p);
    return p;
}

static void kept_until_the_catalogue_or_the_day_is_another(void **state)
{
    struct fixture *x = *state;
    struct acting *acting = acting_new();
    const struct procedure *p = NULL;
    fill(x);
    const struct procedure *first = kept(x, acting, "1.000001", now);
    assert_true(str_is(first->name.vi, "Mới"));
    assert_ptr_equal(kept(x, acting, "1.000001", now), first); /* it is not read again */
    assert_true(str_is(kept(x, acting, "1.000002", now)->name.vi, "Trơ"));
    assert_ptr_equal(kept(x, acting, "1.000001", now), first);
    assert_int_equal(put(x, "farms", "code,head,unit\nH1,A,11\n", NULL), OK);
    assert_ptr_equal(kept(x, acting, "1.000001", now), first); /* another register is none of it */
    assert_int_equal(acting_procedure(acting, x->s, STR("9.999999"), now, &p, &x->f), ERR_PROCEDURE_UNKNOWN);
    assert_int_equal(acting_procedure(acting, x->s, STR("9.999999"), now, &p, &x->f), ERR_PROCEDURE_UNKNOWN);
    assert_true(str_is(kept(x, acting, "1.000001", before)->name.vi, "Cũ")); /* the version of that day */
    assert_true(str_is(kept(x, acting, "1.000001", now)->name.vi, "Mới"));
    acting_free(acting);
}

/* Each register of which a procedure is made. */
static void what_is_written_into_the_catalogue_counts_at_once(void **state)
{
    struct fixture *x = *state;
    struct acting *acting = acting_new();
    const struct date earlier = {2010, 1, 1};
    fill(x);
    assert_true(str_is(kept(x, acting, "1.000004", now)->name.vi, "Không hạn"));
    assert_int_equal(
        put(x, "procedures", "code,name,online_limit_unit,online_limit_text\n1.000004,Tên mới,none,campaign\n", NULL),
        OK);
    assert_true(str_is(kept(x, acting, "1.000004", now)->name.vi, "Tên mới"));
    assert_int_equal(kept(x, acting, "1.000004", now)->n_variants, 0);
    assert_int_equal(
        put(x, "procedure_variants", "procedure,code,title,limit,limit_unit\n1.000004,a,Nhanh,1,working_day\n", NULL),
        OK);
    assert_int_equal(kept(x, acting, "1.000004", now)->n_variants, 1);
    assert_int_equal(kept(x, acting, "1.000004", now)->n_fees, 0);
    assert_int_equal(
        put(x, "procedure_fees", "code,procedure,item,per,amount\nF1,1.000004,Lệ phí,dossier,8000\n", NULL), OK);
    assert_int_equal(kept(x, acting, "1.000004", now)->n_fees, 1);
    assert_int_equal(put(x, "procedure_steps", "procedure,number,limit\n1.000004,1,4 giờ\n", NULL), OK);
    assert_int_equal(kept(x, acting, "1.000004", now)->n_steps, 1);
    assert_true(str_is(kept(x, acting, "1.000001", earlier)->name.vi, "Cũ"));
    acting_free(acting);
}

static const char *office_name(struct fixture *x, struct acting *acting, struct date on)
{
    struct office o = {0};
    assert_int_equal(acting_office(acting, x->a, x->s, STR("so-la"), on, &o, &x->f), OK);
    return str_dup(x->a, o.name).p;
}

/* Counts how often it is read. */
static enum err count_up(const struct acting_source *source, struct arena *a, struct store *s, struct str *ret,
                         struct fault *f)
{
    static int n;
    (void)source, (void)s, (void)f;
    *ret = str_of(arena_printf(a, "%d", ++n));
    return OK;
}

static int64_t text_number(struct fixture *x, struct acting *acting, const char *of, struct date on)
{
    const struct acting_source source = {.name = "count", .of = str_of(of), .read = count_up};
    struct str text = {NULL, 0};
    int64_t n = 0;
    assert_int_equal(acting_text(acting, x->a, x->s, on, &source, &text, &x->f), OK);
    assert_int_equal(integer_parse(text, &n, NULL), OK);
    return n;
}

static void offices_and_texts_are_kept_likewise(void **state)
{
    struct fixture *x = *state;
    struct acting *acting = acting_new();
    struct office o = {0};
    fill(x);
    assert_int_equal(acting_office(acting, x->a, x->s, STR("so-la"), now, &o, &x->f), ERR_OFFICE_UNKNOWN);
    assert_int_equal(put(x, "offices", "code,name,level,unit\nso-la,Sở lạ,province,1\n", NULL), OK);
    assert_string_equal(office_name(x, acting, now), "Sở lạ");
    int64_t first = text_number(x, acting, "a", now);
    assert_int_equal(text_number(x, acting, "a", now), first); /* it is not read again */
    assert_int_equal(text_number(x, acting, "b", now), first + 1);
    assert_int_equal(put(x, "offices", "code,name,level,unit\nso-la,Sở quen,province,1\n", NULL), OK);
    assert_string_equal(office_name(x, acting, now), "Sở quen");
    assert_int_equal(text_number(x, acting, "a", now), first + 2);
    assert_int_equal(text_number(x, acting, "a", before), first + 3);
    acting_free(acting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(offices_and_texts_are_kept_likewise, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(versions_follow_the_day, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(limit_by_promise_channel_and_case, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(fee_by_day_conditions_and_formula, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(the_office_of_the_day, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(found_by_what_people_call_them, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(doubts_are_told, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(kept_until_the_catalogue_or_the_day_is_another, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(what_is_written_into_the_catalogue_counts_at_once, fixture_set_up,
                                        fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
