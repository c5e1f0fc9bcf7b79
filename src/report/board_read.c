/* What boards list, from the registers of offices and procedures. */
#include <stdio.h>

#include "register/query.h"
#include "report/board.h"
#include "text/date.h"
#include "text/number.h"
#include "text/vn.h"

#include "base/banned.h"

struct reading {
    struct arena *arena;
    struct store *store;
    struct str day;
    VEC(struct board_row) rows;
    size_t n_left_out;
    struct map fees; /* procedure → struct str *: the usual tariff in words */
    struct fault *f;
};

typedef void row_taker(struct reading *r, const struct reg *reg, const struct record *record);

static enum err read_all(struct reading *r, const char *name, row_taker *take)
{
    const struct reg *reg;
    enum err e = province_register_find(r->store->province, str_of(name), &reg, r->f);
    if (e != OK)
        return e;
    struct query *q CLEANUP(query_closep) = NULL;
    e = query_open(r->store, reg, &(struct query_options){.on = r->day}, &q, r->f);
    bool has_row = e == OK;
    while (e == OK && has_row) {
        struct record record;
        e = query_next(q, &record, &has_row, r->f);
        if (e == OK && has_row)
            take(r, reg, &record);
    }
    return e;
}

static const struct value *value_of(const struct reg *reg, const struct record *record, const char *field)
{
    static const struct value none = {.kind = VALUE_NULL};
    int i = reg_field_number(reg, str_of(field));
    return i == NO_FIELD ? &none : &record->values[i];
}

static struct str text_of(struct reading *r, const struct reg *reg, const struct record *record, const char *field)
{
    const struct value *v = value_of(reg, record, field);
    return v->kind == VALUE_TEXT ? str_dup(r->arena, v->text) : (struct str){0};
}

/* What a code is called; the code itself where it has no name. */
static struct str title_of(struct reading *r, const struct reg *reg, const struct record *record, const char *field)
{
    struct str code = text_of(r, reg, record, field);
    const struct field *fd = reg_field(reg, str_of(field));
    const struct code *c = fd && fd->codes && code.n ? map_get(&fd->codes->by_code, code) : NULL;
    return c ? text2_in(&c->title, LANG_VI) : code;
}

/* The promise of the province, else what the ministry published, else the law. */
static struct str limit_of(struct reading *r, const struct reg *reg, const struct record *record)
{
    static const char *const names[][2] = {{"local_limit", "local_limit_unit"},
                                           {"national_limit", "national_limit_unit"},
                                           {"law_limit", "law_limit_unit"}};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const struct value *n = value_of(reg, record, names[i][0]);
        struct str unit = text_of(r, reg, record, names[i][1]);
        struct str shown = title_of(r, reg, record, names[i][1]);
        if (str_is(unit, "same_day"))
            return STR("Trong ngày");
        if (str_is(unit, "none") || str_is(unit, "campaign"))
            return shown;
        if (n->kind == VALUE_INTEGER && unit.n && !str_is(unit, "unspecified"))
            return str_of(arena_printf(r->arena, "%lld %.*s", (long long)n->integer, STR_ARG(shown)));
    }
    return STR("Theo từng trường hợp");
}

/* The tariff that asks for no condition: “20.000 đồng/hồ sơ”. An amount that is not known is not free, and the note says who sets it. */
static void take_fee(struct reading *r, const struct reg *reg, const struct record *record)
{
    const struct value *amount = value_of(reg, record, "amount");
    struct str note = text_of(r, reg, record, "note"), *kept = ARENA_NEW(r->arena, struct str);
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    if (value_of(reg, record, "conditions")->kind != VALUE_NULL)
        return;
    if (amount->kind == VALUE_INTEGER && amount->integer == 0) {
        buf_puts(&b, "Không thu");
    } else if (amount->kind == VALUE_INTEGER) {
        integer_print_vi(amount->integer, &b);
        buf_puts(&b, " đồng/");
        text_casei(title_of(r, reg, record, "per"), &b);
        if (value_of(reg, record, "first_quantity")->kind != VALUE_NULL && note.n)
            buf_printf(&b, "; %.*s", STR_ARG(note));
    } else {
        buf_str(&b, note.n ? note : STR("Theo quy định, hỏi tại quầy"));
    }
    *kept = str_dup(r->arena, buf_view(&b));
    map_put(r->arena, &r->fees, text_of(r, reg, record, "procedure"), kept);
}

/* As the register procedures states it, where there is no tariff. */
static struct str fee_of(struct reading *r, const struct reg *reg, const struct record *record)
{
    const struct str *usual = map_get(&r->fees, text_of(r, reg, record, "code"));
    const struct value *fee = value_of(reg, record, "fee_counter");
    struct str note = text_of(r, reg, record, "fee_note");
    if (usual)
        return *usual;
    if (fee->kind == VALUE_INTEGER && fee->integer > 0) {
        struct buf b CLEANUP(buf_done) = BUF_INIT(64);
        integer_print_vi(fee->integer, &b);
        buf_puts(&b, " đồng");
        return str_dup(r->arena, buf_view(&b));
    }
    if (note.n)
        return note;
    return fee->kind == VALUE_INTEGER ? STR("Không thu") : STR("Theo quy định, hỏi tại quầy");
}

/* One that is in force without an end, and not published: its doubts are not resolved, so nothing of it is hung on a wall. */
static bool is_open_to_doubt(struct reading *r, const struct reg *reg, const struct record *record)
{
    struct str published = text_of(r, reg, record, "published_on"), until = text_of(r, reg, record, "valid_to");
    bool is_kept = reg_field_number(reg, STR("published_on")) != NO_FIELD;
    return is_kept && !until.n && !published.n;
}

static struct str decision_of(struct reading *r, const struct reg *reg, const struct record *record)
{
    struct str decision = text_of(r, reg, record, "publishing_decision");
    struct date day;
    if (decision.n == 0 || date_parse(text_of(r, reg, record, "decided_on"), &day, NULL) != OK)
        return decision;
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    buf_printf(&b, "%.*s ngày ", STR_ARG(decision));
    date_print_vi(day, &b);
    return str_dup(r->arena, buf_view(&b));
}

static void take_procedure(struct reading *r, const struct reg *reg, const struct record *record)
{
    struct board_row row = {.is_sample = record->is_sample};
    if (is_open_to_doubt(r, reg, record)) {
        r->n_left_out++;
        return;
    }
    row.code = text_of(r, reg, record, "code");
    row.name = text_of(r, reg, record, "short_name");
    if (row.name.n == 0)
        row.name = text_of(r, reg, record, "name");
    row.field = text_of(r, reg, record, "field");
    row.office = text_of(r, reg, record, "office");
    row.levels = text_of(r, reg, record, "levels");
    row.events = text_of(r, reg, record, "life_events");
    row.level = title_of(r, reg, record, "level");
    row.decision = decision_of(r, reg, record);
    row.limit = limit_of(r, reg, record);
    row.fee = fee_of(r, reg, record);
    VEC_PUSH(r->arena, &r->rows, row);
}

/* Whether a list written as JSON has the code. */
static bool has_code(struct str list, struct str code)
{
    char quoted[64];
    int n = snprintf(quoted, sizeof quoted, "\"%.*s\"", STR_ARG(code));
    return n > 0 && (size_t)n < sizeof quoted && list.n && memmem(list.p, list.n, quoted, (size_t)n);
}

static int row_compare(const void *a, const void *b)
{
    const struct board_row *x = *(const struct board_row *const *)a, *y = *(const struct board_row *const *)b;
    int c = text_compare(x->field, y->field);
    return c ? c : text_compare(x->name, y->name);
}

struct wanted {
    struct str office, level, field, event; /* what is not empty must fit */
};

static bool is_wanted(struct reading *r, const struct board_row *row, const struct wanted *w)
{
    if (w->event.n)
        return has_code(row->events, w->event);
    if (w->field.n)
        return str_eq(text_fold_name(r->arena, row->field), text_fold_name(r->arena, w->field));
    if (str_is(w->level, "province"))
        return str_eq(row->office, w->office);
    return row->office.n == 0 && has_code(row->levels, w->level);
}

static void choose_rows(struct reading *r, struct board *b, const struct wanted *w)
{
    b->rows = (const struct board_row **)arena_alloc(r->arena, sizeof *b->rows * (r->rows.n + 1));
    for (size_t i = 0; i < r->rows.n; i++)
        if (is_wanted(r, &r->rows.p[i], w))
            b->rows[b->n_rows++] = &r->rows.p[i];
    qsort(b->rows, b->n_rows, sizeof *b->rows, row_compare);
}

/* ---- offices ---- */

struct office {
    struct reading reading; /* first: take_office is handed the whole */
    struct str only;
    VEC(struct board) boards;
};

static void take_office(struct reading *r, const struct reg *reg, const struct record *record)
{
    struct office *o = (struct office *)r;
    struct board b = {.id = text_of(r, reg, record, "code"), .day = r->day};
    if (o->only.n && !str_eq(b.id, o->only))
        return;
    b.office = text_of(r, reg, record, "name");
    b.superior = text_of(r, reg, record, "superior_name");
    b.hotline = text_of(r, reg, record, "hotline");
    b.title = STR("Thủ tục hành chính tiếp nhận tại đây");
    choose_rows(r, &b, &(struct wanted){.office = b.id, .level = text_of(r, reg, record, "level")});
    if (b.n_rows)
        VEC_PUSH(r->arena, &o->boards, b);
}

/* ---- a field, an event ---- */

static struct board of_subject(struct reading *r, const struct board_choice *c)
{
    const struct province *p = r->store->province;
    struct board b = {.day = r->day, .office = text2_in(&p->title, LANG_VI)};
    choose_rows(r, &b, &(struct wanted){.field = c->field, .event = c->event});
    struct str name = c->field;
    const struct reg *events = province_register(p, STR("life_events"));
    const struct field *fd = events ? reg_field(events, STR("code")) : NULL;
    const struct code *event = fd && fd->codes && c->event.n ? map_get(&fd->codes->by_code, c->event) : NULL;
    if (event)
        name = text2_in(&event->title, LANG_VI);
    else if (b.n_rows)
        name = b.rows[0]->field;
    b.title = STR_JOIN(r->arena, c->field.n ? STR("Lĩnh vực: ") : STR("Việc của bạn: "), name);
    b.id = c->event.n ? c->event : text_fold_name(r->arena, name);
    return b;
}

enum err boards_read(struct arena *a, struct store *s, const struct board_choice *choice, struct board **ret_boards,
                     size_t *ret_n, size_t *ret_left_out, struct fault *f)
{
    struct office o = {.reading = {.arena = a, .store = s, .day = choice->day, .f = f}, .only = choice->office};
    struct str what = choice->is_all ? choice->day : choice->office.n ? choice->office : choice->field;
    enum err e = OK;
    if (province_register(s->province, STR("procedure_fees")))
        e = read_all(&o.reading, "procedure_fees", take_fee);
    if (e == OK)
        e = read_all(&o.reading, "procedures", take_procedure);
    if (e == OK && (choice->is_all || choice->office.n)) {
        e = read_all(&o.reading, "offices", take_office);
    } else if (e == OK) {
        struct board b = of_subject(&o.reading, choice);
        what = choice->field.n ? choice->field : choice->event;
        if (b.n_rows)
            VEC_PUSH(a, &o.boards, b);
    }
    if (e == OK && o.boards.n == 0)
        e = FAULT(f, ERR_BOARD_EMPTY, {"what", what}, {"list", STR("tinhso query procedures")});
    if (e != OK)
        return e;
    *ret_boards = o.boards.p;
    *ret_n = o.boards.n;
    *ret_left_out = o.reading.n_left_out;
    return OK;
}
