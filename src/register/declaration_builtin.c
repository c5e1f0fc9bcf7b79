/* Registers that the engine itself brings, beside those of the province: what they hold is records too, with history and log. */
#include "register/declaration_internal.h"
#include "register/internal.h"

#include "base/banned.h"

enum { ERASURES_RECORD = 2 /* its field `record` */ };
enum { BUILTIN_FIELDS = 7, BUILTIN_KEYS = 3 };

struct builtin {
    const char *name, *table;
    struct text2 title, description;
    struct {
        const char *name, *column;
        enum field_type type;
        bool is_required;
        struct text2 title;
    } fields[BUILTIN_FIELDS]; /* the first n_key are the key */
    size_t n_key;
};

#define TEXT2(vi, en)                                                                                                  \
    {                                                                                                                  \
        {vi, sizeof(vi) - 1},                                                                                          \
        {                                                                                                              \
            en, sizeof(en) - 1                                                                                         \
        }                                                                                                              \
    }

static const struct builtin builtins[BUILTIN_REGISTERS] = {
    [BUILTIN_DECLARATIONS] = {"declarations",
                              "\"r_declarations\"",
                              TEXT2("Khai báo", "Declarations"),
                              TEXT2("Các tệp khai báo của tỉnh: sổ, số liệu, chỉ số, báo cáo",
                                    "The files that declare the province: registers, figures, indexes, reports"),
                              {{"path", "\"path\"", FT_STRING, true, TEXT2("Tệp", "File")},
                               {"text", "\"text\"", FT_TEXT, true, TEXT2("Nội dung", "Text")}},
                              1},
    [BUILTIN_MAPPINGS] =
        {"mappings",
         "\"r_mappings\"",
         TEXT2("Ánh xạ cột khi nhập", "Column mappings of imports"),
         TEXT2("Cột nào của bảng bên ngoài vào trường nào; tìm lại theo dấu vân tay của hàng tiêu đề",
               "Which column of an outside table goes into which field; found again by the header's fingerprint"),
         {{"register", "\"register\"", FT_STRING, true, TEXT2("Sổ", "Register")},
          {"fingerprint", "\"fingerprint\"", FT_STRING, true,
           TEXT2("Dấu vân tay của tiêu đề", "Fingerprint of the header")},
          {"map", "\"map\"", FT_TEXT, true, TEXT2("Ánh xạ (JSON)", "Mapping (JSON)")}},
         2},
    [BUILTIN_REDIRECTS] = {"redirects",
                           "\"r_redirects\"",
                           TEXT2("Chuyển hướng sau khi gộp", "Redirects of merges"),
                           TEXT2("Mã cũ của bản ghi đã gộp dẫn tới mã nào",
                                 "Where the old id of a merged record leads"),
                           {{"register", "\"register\"", FT_STRING, true, TEXT2("Sổ", "Register")},
                            {"old_id", "\"old_id\"", FT_STRING, true, TEXT2("Mã cũ", "Old id")},
                            {"new_id", "\"new_id\"", FT_STRING, true, TEXT2("Mã mới", "New id")}},
                           2},
    [BUILTIN_ERASURES] =
        {"erasures",
         "\"r_erasures\"",
         TEXT2("Xóa dữ liệu cá nhân", "Erasures of personal data"),
         TEXT2("Trường nào của bản ghi nào đã bị xóa khỏi mọi phiên bản, vì sao, theo căn cứ nào; không giữ giá trị",
               "Which fields of which record were erased from all versions, why and on which basis; never the values"),
         {{"register", "\"register\"", FT_STRING, true, TEXT2("Sổ", "Register")},
          {"revision", "\"revision\"", FT_INTEGER, true, TEXT2("Phiên bản", "Revision")},
          {"record", "\"record\"", FT_STRING, true, TEXT2("Bản ghi", "Record")},
          {"fields", "\"fields\"", FT_ARRAY, true, TEXT2("Trường", "Fields")},
          {"versions", "\"versions\"", FT_INTEGER, true, TEXT2("Số phiên bản của bản ghi", "Versions of the record")},
          {"reason", "\"reason\"", FT_STRING, true, TEXT2("Lý do", "Reason")},
          {"basis", "\"basis\"", FT_STRING, true, TEXT2("Căn cứ pháp lý", "Legal basis")}},
         3},
};

struct reg *register_builtin(struct arena *a, size_t which)
{
    must(which < BUILTIN_REGISTERS);
    const struct builtin *b = &builtins[which];
    struct reg *r = ARENA_NEW(a, struct reg);
    size_t n = 0;
    while (n < BUILTIN_FIELDS && b->fields[n].name)
        n++;
    struct field *fields = ARENA_ARRAY(a, struct field, n);
    int *sorted = ARENA_ARRAY(a, int, n), *key = ARENA_ARRAY(a, int, BUILTIN_KEYS);
    for (size_t i = 0; i < n; i++) {
        fields[i] = (struct field){.name = str_of(b->fields[i].name),
                                   .quoted = STR_JOIN(a, STR("\""), str_of(b->fields[i].name), STR("\"")),
                                   .reg = r,
                                   .column = b->fields[i].column,
                                   .type = b->fields[i].type,
                                   .is_required = b->fields[i].is_required,
                                   .title = b->fields[i].title,
                                   .sex_field = NO_FIELD,
                                   .birth_field = NO_FIELD};
        size_t k = i;
        for (; k > 0 && str_cmp(fields[sorted[k - 1]].name, fields[i].name) > 0; k--)
            sorted[k] = sorted[k - 1];
        sorted[k] = (int)i;
        if (i < b->n_key)
            key[i] = (int)i;
    }
    *r = (struct reg){
        .name = str_of(b->name),
        .table = b->table,
        .title = b->title,
        .description = b->description,
        .privacy = which == BUILTIN_DECLARATIONS ? PRIVACY_PUBLIC : PRIVACY_INTERNAL,
        .fields = fields,
        .n_fields = n,
        .sorted = sorted,
        .key = key,
        .n_key = b->n_key,
        .valid_from = NO_FIELD,
        .valid_to = NO_FIELD,
        .entity = b->n_key == 1 ? 0 : NO_FIELD,
        .as_of = NO_FIELD,
        .belongs_unit = NO_FIELD,
        .belongs_agency = NO_FIELD,
        .geometry = NO_FIELD,
        .is_builtin = true,
    };
    if (which == BUILTIN_ERASURES) { /* log verify asks it for each erased version */
        r->indexes = ARENA_NEW(a, struct index_decl);
        r->n_indexes = 1;
        *r->indexes = (struct index_decl){ARENA_NEW(a, int), 1};
        r->indexes->fields[0] = ERASURES_RECORD;
    }
    for (size_t i = 0; i < n; i++)
        map_put(a, &r->by_name, fields[i].name, &fields[i]);
    record_sql(a, r);
    return r;
}
