/* Workflows: declarations proved sane, the way in by acting alone, and no sequence of steps that makes a late record look on time. */
#include "../register/fixture.h"

#include "workflow/act.h"

static const char grants_yaml[] =
    "register: grants\n"
    "title: Cấp\n"
    "by: workflow\n"
    "key: [code]\n"
    "fields:\n"
    "  code: {type: string, title: Mã, required: true}\n"
    "  state: {type: code, title: Trạng thái, codes: {asked: Hỏi, open: Mở, waiting: Chờ, done: Xong, refused: Từ "
    "chối}}\n"
    "  limit: {type: integer, title: Hạn}\n"
    "  limit_unit: {type: code, title: Đơn vị, codes: {working_day: ngày, working_hour: giờ}}\n"
    "  mode: {type: code, title: Kiểu, codes: {resume: tiếp, restart: lại}}\n"
    "  received_at: {type: timestamp, title: Nhận}\n"
    "  first_at: {type: timestamp, title: Hẹn đầu}\n"
    "  due_at: {type: timestamp, title: Hẹn}\n"
    "  late_at: {type: timestamp, title: Trễ}\n"
    "  paused_at: {type: timestamp, title: Dừng}\n"
    "  left: {type: integer, title: Còn}\n"
    "  extended_at: {type: timestamp, title: Gia hạn}\n"
    "  finished_at: {type: timestamp, title: Xong}\n"
    "  reason: {type: string, title: Lý do}\n"
    "  steps: {type: integer, title: Bước}\n"
    "  version: {type: integer, title: Phiên bản}\n";

#define BESIDE(name, more)                                                                                             \
    "register: " name "\n"                                                                                             \
    "title: Bước\n"                                                                                                 \
    "by: workflow\n"                                                                                                   \
    "key: [grant, number]\n"                                                                                           \
    "fields:\n"                                                                                                        \
    "  grant: {type: reference, register: grants, title: Cấp, required: true}\n"                                     \
    "  number: {type: integer, title: Số, required: true}\n"                                                         \
    "  at: {type: timestamp, title: Lúc}\n" more

static const char events_yaml[] = BESIDE("events", "  transition: {type: string, title: Việc}\n"
                                                   "  actor: {type: string, title: Ai}\n"
                                                   "  due_before: {type: timestamp, title: Trước}\n"
                                                   "  due_after: {type: timestamp, title: Sau}\n"
                                                   "  paper: {type: string, title: Giấy}\n");
static const char papers_yaml[] = BESIDE("papers", "  paper: {type: string, title: Giấy}\n"
                                                   "  data: {type: text, title: Nội dung}\n");

static const char hours_yaml[] = "register: office_hours\n"
                                 "title: Giờ\n"
                                 "key: [code]\n"
                                 "fields:\n"
                                 "  code: {type: string, title: Mã, required: true}\n"
                                 "  office: {type: string, title: Cơ quan}\n"
                                 "  weekday: {type: integer, title: Thứ}\n"
                                 "  opens: {type: string, title: Mở}\n"
                                 "  closes: {type: string, title: Đóng}\n"
                                 "  valid_from: {type: date, title: Từ}\n"
                                 "  valid_to: {type: date, title: Đến}\n";

static const char slip[] = "---\npaper: slip\ntitle: Giấy\n---\n# GIẤY\n\nx\n";

static const char roles_yaml[] = "role: clerk\n"
                                 "title: Văn thư\n"
                                 "grants:\n"
                                 "  - {may: [read, update], registers: [grants]}\n";

#define HEAD                                                                                                           \
    "workflow: grant\n"                                                                                                \
    "register: grants\n"                                                                                               \
    "title: Cấp\n"                                                                                                   \
    "events: events\n"                                                                                                 \
    "papers: papers\n"                                                                                                 \
    "steps: steps\n"                                                                                                   \
    "version: version\n"                                                                                               \
    "clocks:\n"                                                                                                        \
    "  main: {promise: true, limit: limit, unit: limit_unit, start: received_at, first: first_at, due: due_at, late: " \
    "late_at, paused: paused_at, left: left, extended: extended_at, end: finished_at, mode: mode}\n"                   \
    "machines:\n"                                                                                                      \
    "  state: {initial: asked, final: [done, refused]}\n"                                                              \
    "transitions:\n"
#define ASK "  ask: {title: Hỏi, creates: true, to: {state: asked}, by: [clerk]}\n"
#define OPEN                                                                                                           \
    "  open: {title: Mở, from: {state: [asked]}, to: {state: open}, by: [clerk], clock: {main: start}, paper: slip}\n"
#define REST                                                                                                            \
    "  wait: {title: Chờ, from: {state: [open]}, to: {state: waiting}, by: [clerk], clock: {main: pause}, paper: "    \
    "slip}\n"                                                                                                           \
    "  resume: {title: Tiếp, from: {state: [waiting]}, to: {state: open}, by: [clerk], clock: {main: renew}, paper: " \
    "slip}\n"                                                                                                           \
    "  extend: {title: Hẹn lại, from: {state: [open]}, by: [clerk], requires: [reason], clock: {main: extend}, "    \
    "paper: "                                                                                                           \
    "slip}\n"                                                                                                           \
    "  finish: {title: Xong, from: {state: [open]}, to: {state: done}, by: [clerk], guard: \"reason IS NULL OR "        \
    "reason "                                                                                                           \
    "<> 'no'\", refusal: {vi: Không, en: No}, clock: {main: end}}\n"                                                   \
    "  refuse: {title: Từ chối, from: {state: [asked]}, to: {state: refused}, by: [clerk]}\n"

static const char workflow_yaml[] = HEAD ASK OPEN REST;

static struct text_file *files_with(struct fixture *x, const char *workflow, size_t *ret_n)
{
    struct text_file *files = ARENA_ARRAY(x->a, struct text_file, ARRAY_LEN(standard_files) + 8);
    size_t n = ARRAY_LEN(standard_files);
    memcpy(files, standard_files, sizeof standard_files);
    files[n++] = (struct text_file){"registers/grants.yaml", grants_yaml};
    files[n++] = (struct text_file){"registers/events.yaml", events_yaml};
    files[n++] = (struct text_file){"registers/papers.yaml", papers_yaml};
    files[n++] = (struct text_file){"registers/office_hours.yaml", hours_yaml};
    files[n++] = (struct text_file){"papers/slip.md", slip};
    files[n++] = (struct text_file){"roles/clerk.yaml", roles_yaml};
    files[n++] = (struct text_file){"workflows/grant.yaml", workflow};
    *ret_n = n;
    return files;
}

/* What `check` finds in a workflow. */
static void finds(struct fixture *x, const char *workflow, enum err code)
{
    size_t n;
    struct text_file *files = files_with(x, workflow, &n);
    struct sources src = sources_of(x->a, files, n);
    struct province *p = NULL;
    struct workflows *ws = NULL;
    struct roles *roles = NULL;
    struct faults list CLEANUP(faults_done) = {.max = 100};
    assert_int_equal(province_build(x->a, &src, &p, &list), OK);
    assert_int_equal(roles_load(x->a, p, &roles, &list), OK);
    if (workflows_load(x->a, p, &ws, &list) == OK)
        workflows_check(x->a, ws, roles, &list);
    bool is_found = code == OK && list.total == 0;
    for (size_t i = 0; i < list.n; i++)
        is_found |= list.p[i].code == code && list.p[i].line > 0;
    if (!is_found)
        show(&list);
    assert_true(is_found);
}

static void sane_or_told(void **state)
{
    struct fixture *x = *state;
    finds(x, workflow_yaml, OK);
    finds(x, HEAD ASK REST, ERR_WORKFLOW_UNREACHED); /* nothing opens */
    finds(x,
          HEAD ASK OPEN "  finish: {title: Xong, from: {state: [open]}, to: {state: done}, by: [clerk]}\n"
                        "  wait: {title: Chờ, from: {state: [open]}, to: {state: waiting}, by: [clerk], clock: "
                        "{main: pause}, paper: slip}\n"
                        "  refuse: {title: Từ chối, from: {state: [asked]}, to: {state: refused}, by: [clerk]}\n",
          ERR_WORKFLOW_STUCK);
    finds(x, HEAD ASK OPEN REST "  x: {title: X, from: {state: [open]}, by: [nobody]}\n", ERR_DECL_UNKNOWN);
    finds(x, HEAD ASK OPEN REST "  x: {title: X, from: {state: [open]}, by: [clerk], verb: approve}\n",
          ERR_WORKFLOW_NOBODY);
    finds(x, HEAD ASK OPEN REST "  x: {title: X, from: {state: [gone]}, by: [clerk]}\n", ERR_DECL_UNKNOWN);
    finds(x, HEAD ASK OPEN REST "  x: {title: X, from: {state: [open]}, by: [clerk], guard: \"none = 1\"}\n",
          ERR_CQL2_PROPERTY);
    finds(x, HEAD ASK OPEN REST "  x: {title: X, from: {state: [open]}, by: [clerk], inputs: [due_at]}\n",
          ERR_DECL_VALUE);
    finds(x, HEAD ASK OPEN REST "  x: {title: X, from: {state: [open]}, by: [clerk], clock: {main: extend}}\n",
          ERR_WORKFLOW_NO_PAPER);
    finds(x, HEAD ASK OPEN REST "  x: {title: X, from: {state: [open]}, by: [clerk], paper: none}\n",
          ERR_WORKFLOW_PAPER);
}

struct play {
    struct fixture *x;
    struct workflows *ws;
    struct acting *acting;
    int64_t now_ms;
};

static void begin(struct play *p, struct fixture *x)
{
    size_t n;
    struct text_file *files = files_with(x, workflow_yaml, &n);
    *p = (struct play){.x = x, .acting = acting_new()};
    assert_int_equal(declare(x, files, n, NULL), OK);
    assert_int_equal(put(x, "office_hours",
                         "code,weekday,opens,closes\n"
                         "1a,1,07:00,11:30\n1b,1,13:30,17:00\n2a,2,07:00,11:30\n2b,2,13:30,17:00\n3a,3,07:00,11:30\n"
                         "3b,3,13:30,17:00\n4a,4,07:00,11:30\n4b,4,13:30,17:00\n5a,5,07:00,11:30\n5b,5,13:30,17:00\n",
                         NULL),
                     OK);
    assert_int_equal(workflows_load(x->a, x->s->province, &p->ws, &x->list), OK);
    instant_parse(STR("2025-03-03T01:00:00Z"), &p->now_ms, NULL);
}

static enum err act_as(struct play *p, const char *id, const char *step, const char *reason, const char *role,
                       struct acted *ret)
{
    struct change *c;
    int64_t rev;
    struct act act = {.workflow = workflow_on(p->ws, STR("grants")),
                      .id = str_of(id),
                      .transition = str_of(step),
                      .reason = str_of(reason),
                      .seen = -1,
                      .actor = {.name = STR("lan"), .as = str_of(role)},
                      .now_ms = p->now_ms};
    struct fault f = {0};
    struct change_info info = {.actor = STR("lan"), .reason = STR("x"), .is_act = true};
    assert_int_equal(change_begin(p->x->s, &info, &c, &f), OK);
    enum err e = workflow_act(p->x->a, p->acting, c, &act, ret, &f);
    if (e != OK) {
        change_abort(c);
        return e;
    }
    return change_commit(c, &rev, &p->x->list, NULL);
}

static enum err act(struct play *p, const char *id, const char *step, struct acted *ret)
{
    return act_as(p, id, step, "vì", "clerk", ret);
}

static enum err create(struct play *p, const char *id, int limit, const char *unit, const char *mode, bool is_sample,
                       struct acted *ret)
{
    const struct reg *reg = province_register(p->x->s->province, STR("grants"));
    struct record r = {
        .id = str_of(id), .values = ARENA_ARRAY(p->x->a, struct value, reg->n_fields), .is_sample = is_sample};
    const struct {
        const char *field;
        struct value v;
    } given[] = {{"code", {.kind = VALUE_TEXT, .text = str_of(id)}},
                 {"limit", {.kind = VALUE_INTEGER, .integer = limit}},
                 {"limit_unit", {.kind = VALUE_TEXT, .text = str_of(unit)}},
                 {"mode", {.kind = VALUE_TEXT, .text = str_of(mode)}}};
    for (size_t i = 0; i < ARRAY_LEN(given); i++)
        r.values[reg_field_number(reg, str_of(given[i].field))] = given[i].v;
    struct change *c;
    int64_t rev;
    struct act a = {.workflow = workflow_on(p->ws, STR("grants")),
                    .transition = STR("ask"),
                    .create = &r,
                    .seen = -1,
                    .actor = {.name = STR("lan"), .as = STR("clerk")},
                    .now_ms = is_sample ? p->now_ms : 0};
    struct fault f = {0};
    assert_int_equal(
        change_begin(p->x->s, &(struct change_info){.actor = STR("lan"), .reason = STR("x"), .is_act = true}, &c, &f),
        OK);
    enum err e = workflow_act(p->x->a, p->acting, c, &a, ret, &f);
    if (e == OK)
        return change_commit(c, &rev, &p->x->list, NULL);
    change_abort(c);
    return e;
}

static int64_t moment(struct play *p, const struct record *r, const char *field)
{
    const struct reg *reg = province_register(p->x->s->province, STR("grants"));
    int64_t ms = 0;
    struct str text = record_text(reg, r, field);
    if (text.n)
        assert_int_equal(instant_parse(text, &ms, NULL), OK);
    return ms;
}

static void only_by_acting(void **state)
{
    struct fixture *x = *state;
    struct play p;
    struct acted done = {0};
    struct change *c;
    struct record r;
    enum put_outcome outcome;
    begin(&p, x);
    const struct reg *reg = province_register(x->s->province, STR("grants"));
    assert_int_equal(create(&p, "a", 3, "working_day", "resume", true, &done), OK);
    assert_int_equal(create(&p, "a", 3, "working_day", "resume", true, &done), ERR_ENTRY_EXISTS);
    assert_int_equal(change_begin(x->s, &(struct change_info){.actor = STR("x"), .reason = STR("x")}, &c, &x->f), OK);
    r = record_copy(x->a, reg, &done.record);
    r.values[reg_field_number(reg, STR("state"))] = (struct value){.kind = VALUE_TEXT, .text = STR("done")};
    assert_int_equal(change_put(c, reg, &r, &outcome, &x->f), ERR_FIELD_BY_WORKFLOW);
    assert_int_equal(change_remove(c, reg, STR("a"), &x->f), ERR_FIELD_BY_WORKFLOW);
    change_abort(c);
    assert_int_equal(act_as(&p, "a", "open", "", "other", &done), ERR_ACT_ROLE);
    assert_int_equal(act(&p, "a", "finish", &done), ERR_ACT_STATE);
    assert_int_equal(act(&p, "a", "opens", &done), ERR_TRANSITION_UNKNOWN);
    assert_int_equal(act(&p, "a", "open", &done), OK);
    assert_int_equal(act(&p, "a", "open", &done), ERR_ACT_STATE);
    assert_int_equal(act_as(&p, "a", "extend", "", "clerk", &done), ERR_ACT_INPUT);
    assert_int_equal(act_as(&p, "a", "extend", "no", "clerk", &done), OK);
    assert_int_equal(act_as(&p, "a", "extend", "no", "clerk", &done), ERR_ACT_EXTENDED);
    assert_int_equal(act(&p, "a", "finish", &done), ERR_ACT_GUARD);
    acting_free(p.acting);
}

static void real_records_have_no_other_time(void **state)
{
    struct fixture *x = *state;
    struct play p;
    struct acted done = {0};
    begin(&p, x);
    assert_int_equal(create(&p, "r", 3, "working_day", "resume", false, &done), OK);
    assert_int_equal(act(&p, "r", "open", &done), ERR_ACT_CLOCK); /* p.now_ms is another moment than now */
    p.now_ms = 0;
    assert_int_equal(act(&p, "r", "open", &done), OK);
    acting_free(p.acting);
}

/* What an outsider who watches sees: working minutes that ran while nobody waited for the applicant. */
struct watched {
    const char *id;
    int64_t first_ms, total, ran, since_ms; /* total: minutes promised; since 0: it stands */
    int limit;
    bool is_extended, is_finished, is_restarting, was_late;
};

static void watch_step(struct play *p, struct watched *w, const char *step, const struct acted *done,
                       const struct office_clock *office)
{
    if (strcmp(step, "open") == 0) {
        w->first_ms = moment(p, &done->record, "first_at");
        w->since_ms = p->now_ms;
    } else if (w->since_ms) {
        w->ran += office_minutes_between(office, w->since_ms, p->now_ms);
        w->since_ms = strcmp(step, "wait") == 0 || strcmp(step, "finish") == 0 ? 0 : p->now_ms;
    } else if (strcmp(step, "resume") == 0) {
        w->since_ms = p->now_ms;
        w->ran = w->is_restarting ? 0 : w->ran;
    }
    w->is_extended |= strcmp(step, "extend") == 0;
    w->is_finished |= strcmp(step, "finish") == 0;
    assert_int_equal(moment(p, &done->record, "first_at"), w->first_ms);
    /* To the minute: what was promised, less what ran, is what is left. */
    int64_t due = moment(p, &done->record, "due_at"), left = office_minutes_between(office, p->now_ms, due);
    if (strcmp(step, "open") == 0 || (w->is_restarting && strcmp(step, "resume") == 0))
        w->total = left;
    if (w->since_ms && !w->is_extended && left > 0)
        assert_int_equal(left, w->total - w->ran);
    if (w->since_ms && !w->is_extended && left <= 0)
        assert_true(w->ran >= w->total);
}

/* On time means: no more working time ran than was promised, to the end of that day; with the one extension, once more that much. */
static void judge(struct play *p, const struct watched *w, const struct acted *done)
{
    enum { DAY = 480, REST_OF_DAY = 480 };
    int64_t late = moment(p, &done->record, "late_at"), end = moment(p, &done->record, "finished_at");
    int64_t most = (int64_t)w->limit * DAY * (w->is_extended ? 2 : 1) + REST_OF_DAY * (w->is_extended ? 2 : 1);
    if (w->is_finished && end <= late)
        assert_true(w->ran <= most);
    if (w->is_finished && w->ran > most)
        assert_true(end > late);
}

static void no_sequence_hides_lateness(void **state)
{
    static const char *const steps[] = {"open", "wait", "resume", "extend", "finish"};
    struct fixture *x = *state;
    struct play p;
    unsigned seed = 20250303;
    int finished = 0, late = 0;
    begin(&p, x);
    for (int n = 0; n < 150; n++) {
        struct acted done = {0};
        struct watched w = {.id = arena_printf(x->a, "g%d", n), .limit = 1 + n % 7, .is_restarting = n % 3 == 0};
        const struct office_clock *office = NULL;
        assert_int_equal(create(&p, w.id, w.limit, "working_day", w.is_restarting ? "restart" : "resume", true, &done),
                         OK);
        assert_int_equal(acting_clock(p.acting, x->s, STR(""), &office, &x->f), OK);
        for (int i = 0; i < 25 && !w.is_finished; i++) {
            seed = seed * 1103515245 + 12345;
            p.now_ms += (int64_t)(seed >> 16 & 0x3ff) * 3 * 60000;
            const char *step = steps[(seed >> 8) % ARRAY_LEN(steps)];
            if (act(&p, w.id, step, &done) != OK)
                continue;
            watch_step(&p, &w, step, &done, office);
            judge(&p, &w, &done);
        }
        finished += w.is_finished;
        late += w.is_finished && moment(&p, &done.record, "finished_at") > moment(&p, &done.record, "late_at");
    }
    assert_true(finished > 50 && late > 5); /* both were seen */
    acting_free(p.acting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sane_or_told, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(only_by_acting, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(real_records_have_no_other_time, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(no_sequence_hides_lateness, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
