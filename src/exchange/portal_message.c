/* What is said of a dossier, in the names of the protocol. */
#include "exchange/portal_internal.h"
#include "register/query.h"
#include "text/date.h"
#include "workflow/office.h"

#include "base/banned.h"

/* ---- reading it as it was */

static enum err record_at(struct arena *a, struct store *s, const struct reg *reg, struct str id, struct record *ret,
                          int64_t *ret_rev, bool *ret_has, struct fault *f)
{
    struct query *rows CLEANUP(query_closep) = NULL;
    struct record r;
    enum err e = query_open(s, reg, &(struct query_options){.id = id}, &rows, f);
    *ret_has = false;
    if (e == OK)
        e = query_next(rows, &r, ret_has, f);
    if (e == OK && *ret_has) {
        *ret = record_copy(a, reg, &r);
        *ret_rev = query_rev(rows);
    }
    return e;
}

static enum err not_in_log(const struct letter *l, struct fault *f)
{
    struct buf step CLEANUP(buf_done) = BUF_INIT(32);
    buf_printf(&step, "%lld", (long long)l->step);
    return FAULT(f, ERR_PORTAL_LOG, {"id", l->id}, {"step", buf_view(&step)}, {"status", l->status});
}

static struct str member(const struct json *object, const char *name)
{
    const struct json *v = json_get(object, name);
    return v && (v->kind == J_STRING || v->kind == J_NUMBER) ? v->string : STR("");
}

static enum err payload_read(struct arena *a, struct str payload, struct letter *l, struct fault *f)
{
    struct json *root;
    enum err e = json_parse(a, payload, STR("outbox"), &root, f);
    if (e != OK)
        return e;
    const struct json *step = json_get(root, "step");
    l->id = member(root, "id");
    l->status = member(root, "sync");
    l->step = step && step->kind == J_NUMBER ? (int64_t)step->number : 0;
    l->key = str_of(arena_printf(a, "%.*s@%lld", STR_ARG(l->id), (long long)l->step));
    struct str rest;
    l->authority = portal_authority(a, str_cut(l->id, '-', &rest));
    return OK;
}

enum err letter_read(struct arena *a, struct store *s, const struct outbox_message *m, struct letter *ret,
                     struct fault *f)
{
    struct letter l = {.reg = province_register(s->province, STR("dossiers")),
                       .events = province_register(s->province, STR("dossier_events"))};
    int64_t rev = 0, ignored = 0;
    bool has = false;
    enum err e = payload_read(a, m->payload, &l, f);
    if (e != OK)
        return e;
    if (!l.reg || !l.events)
        return not_in_log(&l, f);
    e = record_at(a, s, l.events, l.key, &l.event, &rev, &has, f);
    if (e == OK && !has)
        return not_in_log(&l, f);
    if (e != OK)
        return e;
    store_move(s, rev, s->province);
    e = record_at(a, s, l.reg, l.id, &l.r, &ignored, &has, f);
    store_move(s, s->head, s->province);
    if (e == OK && (!has || !str_eq(record_text(l.reg, &l.r, "status"), l.status)))
        return not_in_log(&l, f);
    if (e == OK)
        *ret = l;
    return e;
}

/* ---- words of the wire */

struct str wire_time(struct arena *a, int64_t ms, int offset_minutes)
{
    enum { MINUTE_MS = 60000, DAY_S = 86400 };
    struct date d = date_of_instant(ms, offset_minutes);
    int64_t s = (ms - instant_of_date(d, offset_minutes)) / 1000;
    return str_of(arena_printf(a, "%04d%02d%02d%02d%02d%02d", d.year, d.month, d.day, (int)(s / 3600),
                               (int)(s / 60 % 60), (int)(s % 60)));
}

struct str portal_authority(struct arena *a, struct str id_code)
{
    size_t at = id_code.n;
    while (at && id_code.p[at - 1] != '.')
        at--;
    return STR_JOIN(a, STR("000.00.00."), str_slice(id_code.p + at, id_code.n - at));
}

static size_t letter_bytes(char c)
{
    unsigned char u = (unsigned char)c;
    return u < 0x80 ? 1 : u < 0xE0 ? 2 : u < 0xF0 ? 3 : 4;
}

/* The family name, and of each name behind it the first letter. */
static struct str name_masked(struct arena *a, struct str name)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    struct str rest = name;
    for (bool is_first = true; rest.p; is_first = false) {
        struct str word = str_cut(rest, ' ', &rest);
        size_t n = word.n ? letter_bytes(word.p[0]) : 0;
        if (!word.n)
            continue;
        buf_puts(&b, is_first ? "" : " ");
        buf_str(&b, is_first ? word : str_slice(word.p, n < word.n ? n : word.n));
        buf_puts(&b, is_first ? "" : "***");
    }
    return str_dup(a, buf_view(&b));
}

static struct str number_masked(struct arena *a, struct str number)
{
    enum { SHOWN = 3 };
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    for (size_t i = 0; i < number.n; i++)
        buf_putc(&b, i + SHOWN < number.n ? '*' : number.p[i]);
    return str_dup(a, buf_view(&b));
}

struct writing {
    struct arena *a;
    struct store *s;
    const struct letter *l;
    struct buf *b;
    struct json_out o;
};

static void put(struct writing *w, const char *name, struct str text)
{
    if (text.n)
        json_member(&w->o, name, text);
}

static struct str text_of(const struct writing *w, const char *field)
{
    return record_text(w->l->reg, &w->l->r, field);
}

static void put_time(struct writing *w, const char *name, struct str rfc3339)
{
    int64_t ms;
    if (rfc3339.n && instant_parse(rfc3339, &ms, NULL) == OK)
        json_member(&w->o, name, wire_time(w->a, ms, w->s->province->utc_offset_minutes));
}

/* The code that the protocol has for ours; nothing where there is none: codes are never made up. */
static void put_code(struct writing *w, const char *name, struct str ours, const char *const (*table)[2])
{
    for (size_t i = 0; table[i][0]; i++)
        if (str_is(ours, table[i][0]))
            json_member(&w->o, name, str_of(table[i][1]));
}

/* ---- the dossier */

static void put_supplement(struct writing *w)
{
    if (!str_is(w->l->status, "5"))
        return;
    json_key(&w->o, STR("DanhSachHoSoBoSung"));
    json_array_begin(&w->o);
    json_object_begin(&w->o);
    put_time(w, "NgayYeuCauBoSung", record_text(w->l->events, &w->l->event, "at"));
    put(w, "NguoiYeuCauBoSung", record_text(w->l->events, &w->l->event, "actor"));
    put(w, "NoiDungYeuCauBoSung", text_of(w, "faults"));
    put_time(w, "NgayHenTraTruoc", record_text(w->l->events, &w->l->event, "due_before"));
    put_time(w, "NgayHenTraMoi", record_text(w->l->events, &w->l->event, "due_after"));
    json_object_end(&w->o);
    json_array_end(&w->o);
}

static void put_fees(struct writing *w)
{
    int64_t vnd = 0;
    if (!record_integer(w->l->reg, &w->l->r, "fee_vnd", &vnd))
        return;
    json_key(&w->o, STR("DanhSachLePhi"));
    json_array_begin(&w->o);
    json_object_begin(&w->o);
    put(w, "TenPhiLePhi", text_of(w, "fee_note"));
    json_key(&w->o, STR("SoTien")), json_int(&w->o, vnd);
    json_key(&w->o, STR("DaNop")), json_int(&w->o, str_is(text_of(w, "money"), "paid"));
    json_object_end(&w->o);
    json_array_end(&w->o);
}

static enum err put_procedure(struct writing *w, struct fault *f)
{
    const struct reg *reg = province_register(w->s->province, STR("procedures"));
    struct query *rows CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = false;
    struct str code = text_of(w, "procedure");
    put(w, "MaTTHC", code);
    if (!reg)
        return OK;
    struct str filter = STR_JOIN(w->a, STR("code = '"), code, STR("'"));
    enum err e = query_open(
        w->s, reg, &(struct query_options){.filter = filter, .on = text_of(w, "filed_on"), .limit = 1}, &rows, f);
    if (e == OK)
        e = query_next(rows, &r, &has_row, f);
    if (e == OK && has_row) {
        put(w, "TenTTHC", record_text(reg, &r, "name"));
        put(w, "TenLinhVuc", record_text(reg, &r, "field"));
        put(w, "TrichYeuHoSo", record_text(reg, &r, "name"));
    }
    return e;
}

static enum err put_offices(struct writing *w, struct fault *f)
{
    struct office at, by;
    struct date day = {0};
    enum err e = date_parse(text_of(w, "filed_on"), &day, f);
    if (e == OK)
        e = office_read(w->a, w->s, text_of(w, "reception_office"), day, &at, f);
    if (e == OK)
        e = office_read(w->a, w->s, text_of(w, "office"), day, &by, f);
    if (e != OK)
        return e;
    put(w, "DonViXuLy", by.id_code);
    put(w, "NoiNopHoSo", at.id_code);
    return OK;
}

static void begin(struct writing *w)
{
    json_out_init(&w->o, w->b, JSON_OUT_COMPACT);
    json_object_begin(&w->o);
    json_member(&w->o, "MaThongDiep", w->l->key);
    json_member(&w->o, "MaHoSo", w->l->id);
}

static void put_applicant(struct writing *w)
{
    static const char *const kinds[][2] = {
        {"citizen", "1"}, {"business", "2"}, {"agency", "3"}, {"organisation", "4"}, {NULL, NULL}};
    put(w, "ChuHoSo", name_masked(w->a, text_of(w, "applicant")));
    put_code(w, "LoaiDoiTuong", text_of(w, "applicant_kind"), kinds);
    put(w, "DinhDanhCHS", number_masked(w->a, text_of(w, "personal_id")));
}

enum err letter_dossier(struct arena *a, struct store *s, const struct letter *l, struct str *ret_json, struct fault *f)
{
    static const char *const channels[][2] = {{"counter", "1"}, {"online", "2"}, {"post", "3"}, {NULL, NULL}};
    static const char *const returns[][2] = {{"counter", "0"}, {"post", "1"}, {NULL, NULL}};
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_RECORD_BYTES);
    struct writing w = {.a = a, .s = s, .l = l, .b = &b};
    struct str at = record_text(l->events, &l->event, "at");
    begin(&w);
    enum err e = put_procedure(&w, f);
    if (e == OK)
        e = put_offices(&w, f);
    put_code(&w, "KenhThucHien", text_of(&w, "channel"), channels);
    put_code(&w, "HinhThuc", text_of(&w, "return_by"), returns);
    put_applicant(&w);
    put_time(&w, "NgayNopHoSo", text_of(&w, "filed_at").n ? text_of(&w, "filed_at") : text_of(&w, "received_at"));
    put_time(&w, "NgayTiepNhan", text_of(&w, "received_at"));
    put_time(&w, "NgayHenTra", text_of(&w, "due_at"));
    put_time(&w, "NgayKetThucXuLy", text_of(&w, "finished_at"));
    put_time(&w, "NgayTra", text_of(&w, "returned_at"));
    if (str_is(l->status, "3"))
        put_time(&w, "NgayTuChoi", at);
    put_fees(&w);
    put_supplement(&w);
    json_member(&w.o, "TrangThaiHoSo", l->status);
    json_object_end(&w.o);
    *ret_json = str_dup(a, buf_view(&b));
    return e;
}

/* ---- the step */

enum err letter_progress(struct arena *a, struct store *s, const struct letter *l, struct str *ret_json,
                         struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_RECORD_BYTES);
    struct writing w = {.a = a, .s = s, .l = l, .b = &b};
    struct office at = {0};
    struct date day = {0};
    struct str office = record_text(l->events, &l->event, "office"), on = record_text(l->events, &l->event, "on");
    enum err e = office.n ? date_parse(on, &day, f) : OK;
    if (e == OK && office.n && office_read(a, s, office, day, &at, f) != OK)
        *f = (struct fault){0}; /* acted from elsewhere */
    if (e != OK)
        return e;
    begin(&w);
    put(&w, "NguoiXuLy", record_text(l->events, &l->event, "actor"));
    put(&w, "ChucDanh", record_text(l->events, &l->event, "role"));
    put_time(&w, "ThoiDiemXuLy", record_text(l->events, &l->event, "at"));
    put(&w, "PhongBanXuLy", at.name);
    put(&w, "NoiDungXuLy", record_text(l->events, &l->event, "transition"));
    put_time(&w, "NgayBatDau", text_of(&w, "received_at"));
    put_time(&w, "NgayKetThucTheoQuyDinh", text_of(&w, "due_at"));
    json_member(&w.o, "TrangThai", l->status);
    json_object_end(&w.o);
    *ret_json = str_dup(a, buf_view(&b));
    return OK;
}

/* ---- for whoever decides about a message */

enum err portal_letter_facts(struct arena *a, struct store *s, const struct outbox_message *m, struct letter_facts *ret,
                             struct fault *f)
{
    struct letter l = {.id = STR("")};
    struct json *root = NULL;
    struct office at = {0}, by = {0};
    struct date day = {0};
    enum err e = payload_read(a, m->payload, &l, f);
    if (e == OK)
        e = json_parse(a, m->payload, STR("outbox"), &root, f);
    if (e != OK)
        return e;
    *ret = (struct letter_facts){
        .transition = member(root, "transition"), .status = l.status, .step = l.step, .fee_vnd = -1};
    struct fault ignored = {0};
    e = letter_read(a, s, m, &l, &ignored);
    if (e != OK)
        return e == ERR_PORTAL_LOG ? OK : (*f = ignored, e);
    ret->procedure = record_text(l.reg, &l.r, "procedure");
    ret->channel = record_text(l.reg, &l.r, "channel");
    record_integer(l.reg, &l.r, "fee_vnd", &ret->fee_vnd);
    if (date_parse(record_text(l.reg, &l.r, "filed_on"), &day, NULL) != OK)
        return OK;
    if (office_read(a, s, record_text(l.reg, &l.r, "reception_office"), day, &at, NULL) == OK)
        ret->reception = at.id_code;
    if (office_read(a, s, record_text(l.reg, &l.r, "office"), day, &by, NULL) == OK)
        ret->office = by.id_code;
    return OK;
}
