#include "workflow/requests.h"

#include <stdlib.h>

#include "base/vec.h"
#include "register/query.h"

#include "base/banned.h"

enum { F_CODE, F_KIND, F_RECEIVED, F_THIRD, F_ANSWERED, F_EXTENDED, F_FINISHED, REQUEST_FIELDS };

void request_terms(const struct work_calendar *c, struct date received, bool has_third_party, bool is_extended,
                   struct date *ret_answer, struct date *ret_finish)
{
    int days = has_third_party ? REQUEST_FINISH_THIRD_DAYS : REQUEST_FINISH_DAYS;
    *ret_answer = work_days_after(c, received, REQUEST_ANSWER_DAYS);
    *ret_finish = work_days_after(c, received, days + (is_extended ? REQUEST_EXTENSION_DAYS : 0));
}

static bool is_after(struct str day, struct date due)
{
    struct date d;
    return day.n && date_parse(day, &d, NULL) == OK && date_compare(d, due) > 0;
}

static void judge(const struct work_calendar *c, struct date today, struct request *r)
{
    struct date next = r->answered_on.n ? r->finish_due : r->answer_due;
    r->is_covered = work_calendar_covers(c, r->received) && work_calendar_covers(c, r->finish_due);
    r->is_late = is_after(r->answered_on, r->answer_due) || is_after(r->finished_on, r->finish_due);
    if (r->finished_on.n)
        return;
    r->days_left = work_days_between(c, today, next);
    r->is_late |= date_compare(today, next) > 0;
}

static bool take(struct arena *a, const struct reg *reg, const int *fields, const struct work_calendar *c,
                 struct date today, const struct record *r, struct request *ret)
{
    const struct value *v[REQUEST_FIELDS];
    for (int i = 0; i < REQUEST_FIELDS; i++)
        v[i] = &r->values[fields[i]];
    *ret = (struct request){.code = v[F_CODE]->kind == VALUE_TEXT ? str_dup(a, v[F_CODE]->text) : str_dup(a, r->id)};
    if (v[F_RECEIVED]->kind != VALUE_TEXT || date_parse(v[F_RECEIVED]->text, &ret->received, NULL) != OK)
        return false;
    if (v[F_KIND]->kind == VALUE_TEXT)
        ret->kind = str_dup(a, v[F_KIND]->text);
    const struct code_list *codes = reg->fields[fields[F_KIND]].codes;
    const struct code *code = codes ? map_get(&codes->by_code, ret->kind) : NULL;
    ret->kind_title = code ? code->title : (struct text2){ret->kind, {NULL, 0}};
    if (v[F_ANSWERED]->kind == VALUE_TEXT)
        ret->answered_on = str_dup(a, v[F_ANSWERED]->text);
    if (v[F_FINISHED]->kind == VALUE_TEXT)
        ret->finished_on = str_dup(a, v[F_FINISHED]->text);
    ret->is_extended = v[F_EXTENDED]->kind == VALUE_TEXT;
    request_terms(c, ret->received, v[F_THIRD]->kind == VALUE_INTEGER && v[F_THIRD]->integer, ret->is_extended,
                  &ret->answer_due, &ret->finish_due);
    judge(c, today, ret);
    return true;
}

static int by_urgency(const void *a, const void *b)
{
    const struct request *x = a, *y = b;
    bool done_x = x->finished_on.n > 0, done_y = y->finished_on.n > 0;
    if (done_x != done_y)
        return done_x ? 1 : -1;
    if (x->days_left != y->days_left)
        return x->days_left < y->days_left ? -1 : 1;
    return date_compare(x->received, y->received);
}

static enum err find_fields(const struct store *s, const struct reg **ret_reg, int *fields, struct fault *f)
{
    static const char *const names[REQUEST_FIELDS] = {"code",        "kind",        "received_on", "has_third_party",
                                                      "answered_on", "extended_on", "finished_on"};
    const struct reg *reg = s->province ? province_register(s->province, STR("data_requests")) : NULL;
    bool fits = reg != NULL;
    for (int i = 0; fits && i < REQUEST_FIELDS; i++)
        fits = (fields[i] = reg_field_number(reg, str_of(names[i]))) != NO_FIELD;
    *ret_reg = reg;
    return fits ? OK : FAULT(f, ERR_REQUESTS_NONE);
}

enum err requests_read(struct arena *a, struct store *s, struct date today, bool all, struct request **ret_list,
                       size_t *ret_n, struct fault *f)
{
    const struct reg *reg;
    int fields[REQUEST_FIELDS];
    struct work_calendar calendar;
    struct query *q CLEANUP(query_closep) = NULL;
    VEC(struct request) list = {0};
    struct record r;
    struct request one;
    bool has_row;
    enum err e = find_fields(s, &reg, fields, f);
    if (e == OK)
        e = work_calendar_read(a, s, &calendar, f);
    if (e == OK)
        e = query_open(s, reg, &(struct query_options){.filter = all ? STR("") : STR("finished_on IS NULL")}, &q, f);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row)
        if (take(a, reg, fields, &calendar, today, &r, &one))
            VEC_PUSH(a, &list, one);
    if (e != OK)
        return e;
    if (list.n)
        qsort(list.p, list.n, sizeof *list.p, by_urgency);
    *ret_list = list.p;
    *ret_n = list.n;
    return OK;
}
