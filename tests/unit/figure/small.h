/* The small province of these tests: two districts with five communes until 2025, merged and divided in 2025, merged again in 2026. */
#ifndef TINHSO_TESTS_FIGURE_SMALL_H
#define TINHSO_TESTS_FIGURE_SMALL_H

#include "support.h"

static const char small_province[] = "province: small\n"
                                     "title: Tỉnh nhỏ\n"
                                     "time_zone: \"+07:00\"\n"
                                     "units: {register: units, code: code, name: name, level: level, parent: parent}\n"
                                     "successors: {register: followers, from: old, to: new, on: day, share: share}\n"
                                     "levels:\n"
                                     "  1: {vi: Tỉnh, en: Province}\n"
                                     "  2: {vi: Huyện, en: District}\n"
                                     "  3: {vi: Xã, en: Commune}\n";

static const char small_units[] = "register: units\n"
                                  "title: Đơn vị\n"
                                  "key: [code, valid_from]\n"
                                  "valid_time: {from: valid_from, to: valid_to}\n"
                                  "fields:\n"
                                  "  code: {type: string, title: Mã, required: true}\n"
                                  "  valid_from: {type: date, title: Từ}\n"
                                  "  valid_to: {type: date, title: Đến}\n"
                                  "  name: {type: string, title: Tên}\n"
                                  "  level: {type: integer, title: Cấp, required: true}\n"
                                  "  parent: {type: string, title: Thuộc}\n";
static const char small_units_csv[] = "code,valid_from,valid_to,name,level,parent\n"
                                      "P,,,Tỉnh,1,\n"
                                      "A,,2025-07-01,Huyện A,2,P\n"
                                      "B,,2025-07-01,Huyện B,2,P\n"
                                      "a1,,2025-07-01,Xã Một,3,A\n"
                                      "a2,,2025-07-01,Xã Hai,3,A\n"
                                      "a3,,2025-07-01,Xã Ba,3,A\n"
                                      "b1,,2025-07-01,Xã Bốn,3,B\n"
                                      "b2,,2025-07-01,Xã Năm,3,B\n"
                                      "a1,2025-07-01,,Xã Mới,3,P\n"
                                      "n2,2025-07-01,2026-01-01,Xã Đôi,3,P\n"
                                      "n3,2025-07-01,2026-01-01,Xã Ba Mới,3,P\n"
                                      "m,2026-01-01,,Xã Chung,3,P\n";

static const char small_followers[] = "register: followers\n"
                                      "title: Kế tục\n"
                                      "key: [old, new]\n"
                                      "fields:\n"
                                      "  old: {type: string, title: Cũ, required: true}\n"
                                      "  new: {type: string, title: Mới, required: true}\n"
                                      "  day: {type: date, title: Ngày, required: true}\n"
                                      "  share: {type: number, title: Phần}\n";
/* a1 keeps its code and takes in a2 and b1; a3 is divided in known parts, b2 in unknown ones. */
static const char small_followers_csv[] = "old,new,day,share\n"
                                          "a1,a1,2025-07-01,1\n"
                                          "a2,a1,2025-07-01,1\n"
                                          "b1,a1,2025-07-01,1\n"
                                          "a3,n2,2025-07-01,0.6\n"
                                          "a3,n3,2025-07-01,0.4\n"
                                          "b2,n2,2025-07-01,\n"
                                          "b2,n3,2025-07-01,\n"
                                          "n2,m,2026-01-01,1\n"
                                          "n3,m,2026-01-01,1\n";

static const char small_households[] =
    "register: households\n"
    "title: Hộ\n"
    "privacy: internal\n"
    "key: [code]\n"
    "as_of: registered\n"
    "indexes: [[unit, digitised]]\n"
    "fields:\n"
    "  code: {type: string, title: Mã, required: true}\n"
    "  head: {type: string, title: Chủ hộ, person: true, privacy: basic-personal}\n"
    "  sex: {type: code, title: Giới, privacy: basic-personal, codes: {nam: Nam, nu: Nữ}}\n"
    "  unit: {type: unit, levels: [3], title: Xã}\n"
    "  registered: {type: date, title: Ngày}\n"
    "  digitised: {type: boolean, title: Số hóa}\n"
    "  crop: {type: code, title: Cây, codes: {coffee: {vi: Cà phê, en: Coffee}, pepper: {vi: Hồ tiêu, en: Pepper}, "
    "durian: {vi: Sầu riêng, en: Durian}}}\n"
    "  area: {type: number, title: Diện tích, unit: m²}\n"
    "  income: {type: money, title: Thu}\n"
    "  sites: {type: array, of: string, title: Sàn}\n";
static const char small_households_csv[] = "code,head,sex,unit,registered,digitised,crop,area,income,sites\n"
                                           "h01,Nguyễn Văn An,nam,a1,2022-03-01,true,coffee,100.5,10,x|y\n"
                                           "h02,Trần Thị Bé,nu,a1,2022-03-01,false,pepper,200.25,20,\n"
                                           "h03,Lê Cường,nam,a2,2022-03-01,true,coffee,300,30,x\n"
                                           "h04,H'Hen Niê,nu,b1,2022-03-01,true,durian,,,\n"
                                           "h05,,nam,a3,2022-03-01,true,coffee,10,1,\n"
                                           "h06,,nam,a3,2022-03-01,true,coffee,10,1,\n"
                                           "h07,,nam,a3,2022-03-01,true,,10,1,y\n"
                                           "h08,,nu,a3,2022-03-01,false,pepper,10,1,\n"
                                           "h09,,nu,a3,2022-03-01,false,coffee,10,1,\n"
                                           "h10,,nu,b2,2022-03-01,true,coffee,0.1,,\n";
static const char small_samples_csv[] = "code,head,sex,unit,registered,digitised,crop,area,income,sites\n"
                                        "h11,,nu,,2022-03-01,true,coffee,0.2,,\n"
                                        "h12,,nu,a1,2025-08-01,true,coffee,,,\n"
                                        "h13,,nu,n2,2025-08-01,true,coffee,,,\n";

static const char small_answers[] = "register: answers\n"
                                    "title: Phiếu\n"
                                    "key: [code]\n"
                                    "fields:\n"
                                    "  code: {type: string, title: Mã, required: true}\n"
                                    "  wave: {type: string, title: Đợt}\n"
                                    "  shops: {type: boolean, title: Mua}\n"
                                    "  weight: {type: number, title: Trọng số}\n"
                                    "  age: {type: code, title: Tuổi, codes: {young: Trẻ, old: Già}}\n";

static const char small_figures[] =
    "- figure: digitised\n"
    "  title: {vi: Hộ số hóa, en: Digitised}\n"
    "  unit: {vi: hộ, en: households}\n"
    "  on: 2022-06-30\n"
    "  count: {register: households, where: \"digitised = true AND registered <= on_date\"}\n"
    "  of: {register: households, where: \"registered <= on_date\"}\n"
    "  by: [unit:2, unit:3, crop]\n"
    "  valid: {from: 2022-01-01, to: 2022-12-31}\n"
    "- figure: crops\n"
    "  title: Loại cây\n"
    "  on: 2022-06-30\n"
    "  count: {register: households, where: \"registered <= on_date\", distinct: crop}\n"
    "- figure: crop-households\n"
    "  title: Hộ trồng cây\n"
    "  on: 2022-06-30\n"
    "  count: {register: households, where: \"crop IS NOT NULL AND registered <= on_date\"}\n"
    "  of: {register: units, where: \"level = 3\"}\n"
    "- figure: area\n"
    "  title: Diện tích\n"
    "  on: 2022-06-30\n"
    "  sum: {register: households, field: area, where: \"registered <= on_date\"}\n"
    "- figure: income\n"
    "  title: Thu\n"
    "  sum: {register: households, field: income}\n"
    "- figure: area-mean\n"
    "  title: Diện tích bình quân\n"
    "  on: 2022-06-30\n"
    "  mean: {register: households, field: area, where: \"registered <= on_date\"}\n"
    "- figure: area-per-crop-household\n"
    "  title: Diện tích trên hộ có cây\n"
    "  on: 2022-06-30\n"
    "  ratio: {over: {figure: area}, under: {count: {register: households, where: \"crop = 'coffee' AND registered <= "
    "on_date\"}}, scale: 10}\n"
    "- figure: area-bounded\n"
    "  title: Như trên, có chặn\n"
    "  on: 2022-06-30\n"
    "  ratio: {over: {figure: area}, under: {count: {register: households, where: \"crop = 'coffee' AND registered <= "
    "on_date\"}}, scale: 10, most: 2000, empty: 7}\n"
    "- figure: area-total\n"
    "  title: Cộng\n"
    "  on: 2022-06-30\n"
    "  total: [area-bounded, area-bounded, digitised]\n"
    "- figure: digitised-per-crop\n"
    "  title: Số hóa trên loại cây\n"
    "  ratio: {over: {figure: digitised}, under: {figure: crops}}\n"
    "- figure: nothing\n"
    "  title: Chia cho không\n"
    "  ratio: {over: {figure: area}, under: {count: {register: households, where: \"crop = 'coffee' AND area > "
    "1e9\"}}}\n"
    "- figure: shoppers\n"
    "  title: Mua sắm trực tuyến\n"
    "  survey: {register: answers, where: \"shops = true\", base: \"wave = 'one'\", question: Có mua không?, scale: "
    "100}\n"
    "- figure: shoppers-weighted\n"
    "  title: Mua sắm trực tuyến\n"
    "  survey: {register: answers, where: \"shops = true\", base: \"wave = 'one'\", weight: weight, question: Có mua "
    "không?, scale: 100}\n"
    "- figure: communes\n"
    "  title: Xã\n"
    "  period: {from: 2022-01-01, to: 2022-06-30}\n"
    "  count: {register: units, where: \"level = 3\"}\n"
    "- figure: communes-change\n"
    "  title: Thay đổi\n"
    "  difference: {figure: communes, on: 2025-07-01, from: 2025-06-30}\n"
    "- figure: registered-until\n"
    "  title: Đã đăng ký\n"
    "  count: {register: households, where: \"registered <= on_date\"}\n"
    "- figure: registered-change\n"
    "  title: Thay đổi số hộ\n"
    "  difference: {figure: registered-until, on: 2025-12-31, from: 2022-06-30}\n"
    "- figure: registered-in-period\n"
    "  title: Trong kỳ\n"
    "  period: {from: 2025-01-01, to: 2025-12-31}\n"
    "  count: {register: households, where: \"registered BETWEEN period_from AND period_to\"}\n"
    "- figure: everything\n"
    "  title: Tất cả\n"
    "  on: 2025-08-15\n"
    "  count: {register: households}\n";

static const struct text_file small_files[] = {
    {"province.yaml", small_province},
    {"registers/units.yaml", small_units},
    {"registers/followers.yaml", small_followers},
    {"registers/households.yaml", small_households},
    {"registers/answers.yaml", small_answers},
    {"figures/small.yaml", small_figures},
};

/* 40 of 160 asked said yes, 20 more belong to another wave; one in two of wave one weighs 3. */
static inline const char *small_answers_csv(struct arena *a)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 16);
    buf_puts(&b, "code,wave,shops,weight,age\n");
    for (int i = 0; i < 160; i++)
        buf_printf(&b, "p%03d,one,%s,%d,%s\n", i, i < 40 ? "true" : "false", i % 2 ? 3 : 1, i < 80 ? "young" : "old");
    for (int i = 0; i < 20; i++)
        buf_printf(&b, "q%03d,two,true,1,old\n", i);
    return arena_strdup(a, buf_cstr(&b));
}

static inline int small_open(void **state)
{
    struct fixture *x = mem_zalloc(sizeof *x);
    fixture_open(x, small_files, ARRAY_LEN(small_files));
    data_load(x, "units", small_units_csv, false);
    data_load(x, "followers", small_followers_csv, false);
    data_load(x, "households", small_households_csv, false);
    data_load(x, "households", small_samples_csv, true);
    data_load(x, "answers", small_answers_csv(x->a), true);
    *state = x;
    return 0;
}

static inline int small_close(void **state)
{
    fixture_close(*state);
    free(*state);
    return 0;
}

#endif
