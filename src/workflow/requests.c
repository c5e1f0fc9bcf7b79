#include "workflow/requests.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/vec.h"
#include "register/entry.h"
#include "register/query.h"
#include "text/utf8.h"

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

static struct str text_named(struct arena *a, const struct reg *reg, const struct record *r, const char *name)
{
    return str_dup(a, record_text(reg, r, name));
}

static bool take(struct arena *a, const struct reg *reg, const int *fields, const struct work_calendar *c,
                 struct date today, const struct record *r, struct request *ret)
{
    const struct value *v[REQUEST_FIELDS];
    for (int i = 0; i < REQUEST_FIELDS; i++)
        v[i] = &r->values[fields[i]];
    *ret = (struct request){.id = str_dup(a, r->id),
                            .person = text_named(a, reg, r, "person"),
                            .personal_id = text_named(a, reg, r, "personal_id"),
                            .about = text_named(a, reg, r, "about"),
                            .code = v[F_CODE]->kind == VALUE_TEXT ? str_dup(a, v[F_CODE]->text) : str_dup(a, r->id)};
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

static enum err read_by(struct arena *a, struct store *s, struct date today, struct str filter,
                        struct request **ret_list, size_t *ret_n, struct fault *f)
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
        e = query_open(s, reg, &(struct query_options){.filter = filter}, &q, f);
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

enum err requests_read(struct arena *a, struct store *s, struct date today, bool all, struct request **ret_list,
                       size_t *ret_n, struct fault *f)
{
    return read_by(a, s, today, all ? STR("") : STR("finished_on IS NULL"), ret_list, ret_n, f);
}

enum err request_of(struct arena *a, struct store *s, struct date today, const struct record *r,
                    struct request **ret_request, struct fault *f)
{
    const struct reg *reg = NULL;
    int fields[REQUEST_FIELDS];
    struct work_calendar calendar;
    struct request *one = ARENA_NEW(a, struct request);
    enum err e = find_fields(s, &reg, fields, f);
    if (e == OK)
        e = work_calendar_read(a, s, &calendar, f);
    if (e == OK)
        *ret_request = take(a, reg, fields, &calendar, today, r, one) ? one : NULL;
    return e;
}

enum err requests_of(struct arena *a, struct store *s, struct date today, struct str personal_id,
                     struct request **ret_list, size_t *ret_n, struct fault *f)
{
    struct str filter = STR_JOIN(a, STR("personal_id = '"), personal_id, STR("'"));
    return read_by(a, s, today, filter, ret_list, ret_n, f);
}

/* ---- filed by the person */

/* "^YC[0-9]{6}$": what stands before the number, and how wide it is; width 0 when the pattern is another. */
static void code_shape(struct str pattern, struct str *ret_head, int *ret_width)
{
    struct str rest = pattern, head;
    *ret_width = 0;
    if (!str_starts(rest, STR("^")))
        return;
    head = str_slice(rest.p + 1, rest.n - 1);
    const char *at = memmem(head.p, head.n, "[0-9]{", 6);
    if (!at)
        return;
    rest = str_slice(at + 6, head.n - (size_t)(at + 6 - head.p));
    head.n = (size_t)(at - head.p);
    for (size_t i = 0; i < head.n; i++)
        if (strchr("[](){}.*+?|\\^$", head.p[i]))
            return;
    if (rest.n == 3 && rest.p[0] >= '1' && rest.p[0] <= '9' && rest.p[1] == '}' && rest.p[2] == '$') {
        *ret_head = head;
        *ret_width = rest.p[0] - '0';
    }
}

static enum err was_there(struct store *s, const struct reg *reg, struct str id, bool *ret_was, struct fault *f)
{
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    enum err e = query_open(s, reg, &(struct query_options){.id = id, .has_history = true}, &q, f);
    return e == OK ? query_next(q, &r, ret_was, f) : e;
}

/* The code behind the last one, in the order of their texts, which is that of their numbers; none that a record had that was taken out. */
static enum err next_code(struct arena *a, struct store *s, const struct reg *reg, struct str *ret_code,
                          struct fault *f)
{
    struct str head = STR(""), code = STR("");
    int width;
    long long last = 0;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = false;
    code_shape(reg_field(reg, STR("code"))->pattern, &head, &width);
    enum err e = query_open(s, reg, &(struct query_options){.sort = STR("-code"), .limit = 1}, &q, f);
    if (e == OK)
        e = query_next(q, &r, &has_row, f);
    if (e == OK && has_row && r.id.n > head.n && str_starts(r.id, head))
        last = strtoll(arena_dup(a, r.id.p + head.n, r.id.n - head.n), NULL, 10);
    for (bool was = true; e == OK && was;) {
        code = str_of(arena_printf(a, "%.*s%0*lld", STR_ARG(head), width, ++last));
        e = was_there(s, reg, code, &was, f);
    }
    *ret_code = code;
    return e;
}

static void give(const struct reg *reg, struct str *cells, bool *is_given, const char *name, struct str text)
{
    int field = reg_field_number(reg, str_of(name));
    if (field == NO_FIELD)
        return;
    cells[field] = text;
    is_given[field] = true;
}

enum err request_file(struct arena *a, struct store *s, const struct request_filed *what, struct str *ret_id,
                      struct faults *list)
{
    const struct reg *reg = NULL;
    int fields[REQUEST_FIELDS];
    struct str code = STR("");
    struct fault f = {0};
    struct buf today CLEANUP(buf_done) = BUF_INIT(32);
    struct entry_result done = {0};
    size_t n = utf8_count(what->words);
    enum err e = find_fields(s, &reg, fields, &f);
    if (e == OK && !what->kind.n)
        e = FAULT(&f, ERR_REQUEST_KIND);
    if (e == OK && (n < REQUEST_WORDS_MIN || n > REQUEST_WORDS_MAX))
        e = FAULT(&f, ERR_REQUEST_WORDS, {"least", STR("10")}, {"most", STR("2000")});
    if (e == OK)
        e = next_code(a, s, reg, &code, &f);
    if (e != OK) {
        faults_add(list, &f);
        return e;
    }
    date_print(date_of_instant(clock_now_ms(), s->province->utc_offset_minutes), &today);
    struct str *cells = ARENA_ARRAY(a, struct str, reg->n_fields);
    bool *is_given = ARENA_ARRAY(a, bool, reg->n_fields);
    give(reg, cells, is_given, "code", code);
    give(reg, cells, is_given, "kind", what->kind);
    give(reg, cells, is_given, "received_on", buf_view(&today));
    give(reg, cells, is_given, "person", what->person);
    give(reg, cells, is_given, "personal_id", what->personal_id);
    give(reg, cells, is_given, reg_field(reg, STR("words")) ? "words" : "about", what->words);
    e = entry_put(a, s, &(struct entry){.reg = reg, .cells = cells, .is_given = is_given, .mark = SAMPLE_UNSAID},
                  &(struct entry_options){.actor = what->actor,
                                          .reason = STR("công dân gửi yêu cầu qua tài khoản"),
                                          .mode = ENTRY_CREATE,
                                          .allow_duplicates = true},
                  &done, list);
    faults_done(&done.warnings);
    if (e == OK)
        *ret_id = str_dup(a, code);
    return e;
}
