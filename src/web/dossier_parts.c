#include "web/dossier_parts.h"

#include "base/clock.h"
#include "register/file.h"
#include "register/query.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/show.h"
#include "workflow/escalation.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

static int64_t ms_of(struct str text)
{
    int64_t ms = 0;
    return text.n && instant_parse(text, &ms, NULL) == OK ? ms : 0;
}

struct str moment_text(struct exchange *x, struct str rfc3339)
{
    struct worker *w = x->worker;
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    if (!rfc3339.n)
        return nothing;
    instant_words(ms_of(rfc3339), w->store->province->utc_offset_minutes, &b);
    return str_dup(x->arena, buf_view(&b));
}

static struct shown reference_of(struct exchange *x, const struct reg *reg, const struct record *r, const char *field)
{
    struct names names = {0};
    struct shown s = {0};
    struct fault ignored = {0};
    const struct field *fd = reg_field(reg, str_of(field));
    struct str code = record_text(reg, r, field), day = record_text(reg, r, "filed_on");
    if (!fd || !code.n || show_reference(x, &names, fd, code, day, &s, &ignored) != OK)
        return (struct shown){nothing, nothing, nothing};
    if (!s.text.n)
        s.text = code;
    return s;
}

struct str reference_text(struct exchange *x, const struct reg *reg, const struct record *r, const char *field)
{
    return reference_of(x, reg, r, field).text;
}

struct str reference_brief(struct exchange *x, const struct reg *reg, const struct record *r, const char *field)
{
    struct shown s = reference_of(x, reg, r, field);
    return s.brief.n ? s.brief : s.text;
}

/* Working days between now and the due moment, by the calendar of the province: words, not a judgement. */
static struct str left_text(struct exchange *x, struct dossier_state *state, int64_t late_ms, int64_t now_ms)
{
    struct worker *w = x->worker;
    struct fault ignored = {0};
    int offset = w->store->province->utc_offset_minutes;
    if (!state->calendar) {
        struct work_calendar *c = ARENA_NEW(x->arena, struct work_calendar);
        if (work_calendar_read(x->arena, w->store, c, &ignored) != OK)
            return nothing;
        state->calendar = c;
    }
    int days = work_days_between(state->calendar, date_of_instant(now_ms, offset), date_of_instant(late_ms, offset));
    if (now_ms > late_ms && days >= 0) /* a limit in hours that was missed today */
        return message(M_dossiers_late_today, x->lang);
    if (now_ms > late_ms)
        return message_with(x->arena, M_dossiers_is_late, x->lang, part_int(x, -days));
    return days == 0 ? message(M_dossiers_today, x->lang)
                     : message_with(x->arena, M_dossiers_left, x->lang, part_int(x, days));
}

/* By the hours of the office that received it. */
static struct str escalated(struct exchange *x, const struct workflow *w, const struct record *r, int64_t now_ms)
{
    const struct machine *m = &w->machines[0];
    const struct office_clock *clock = NULL;
    struct fault ignored = {0};
    struct str state = machine_state(m, r);
    int64_t since =
        m->since == NO_FIELD || r->values[m->since].kind != VALUE_TEXT ? 0 : ms_of(r->values[m->since].text);
    for (size_t i = 0; since && i < m->n_escalations; i++) {
        const struct escalation *e = &m->escalations[i];
        if (!str_eq(e->state, state))
            continue;
        if (!clock && site_clock(x, record_text(w->reg, r, "reception_office"), &clock, &ignored) != OK)
            return nothing;
        if (escalation_is_due(clock, e, since, now_ms))
            return message_with(x->arena, M_dossiers_escalated, x->lang, text2_in(&e->title, x->lang));
    }
    return nothing;
}

static void describe_wait(struct exchange *x, const struct workflow *w, const struct record *r, int64_t now_ms,
                          struct dossier_state *ret)
{
    struct str faults = record_text(w->reg, r, "faults"), fee = record_text(w->reg, r, "fee_note");
    struct str consulted = reference_text(x, w->reg, r, "consulted_office");
    struct str custody = record_text(w->reg, r, "custody");
    struct text2 title = record_title(w->reg, r, "custody");
    ret->wait = escalated(x, w, r, now_ms);
    if (ret->wait.n)
        return;
    if (str_is(record_text(w->reg, r, "status"), "5") && !record_text(w->reg, r, "supplemented_at").n)
        ret->wait = faults;
    else if (str_is(record_text(w->reg, r, "status"), "6"))
        ret->wait = fee;
    else if (consulted.n)
        ret->wait = consulted;
    else if (custody.n)
        ret->wait = text2_in(&title, x->lang);
}

enum err dossier_state_of(struct exchange *x, const struct workflow *w, const struct record *r,
                          struct dossier_state *ret, struct fault *f)
{
    (void)f;
    int64_t now_ms = clock_now_ms();
    struct text2 status = record_title(w->reg, r, "status");
    struct str due = record_text(w->reg, r, "due_at"), late = record_text(w->reg, r, "late_at");
    struct str paused = record_text(w->reg, r, "paused_at"), finished = record_text(w->reg, r, "finished_at");
    struct str reply = record_text(w->reg, r, "reply_due_at"), replied = record_text(w->reg, r, "replied_at");
    *ret = (struct dossier_state){
        .status = text2_in(&status, x->lang), .is_finished = finished.n > 0, .calendar = ret->calendar};
    /* Stopped or withdrawn while it waited for the applicant: the clock stood since the pause. */
    int64_t late_ms = ms_of(late), end_ms = paused.n ? ms_of(paused) : finished.n ? ms_of(finished) : now_ms;
    ret->due = moment_text(x, due);
    ret->is_late = late_ms && end_ms > late_ms;
    if (!due.n && reply.n && !replied.n) {
        ret->due = moment_text(x, reply);
        ret->is_late = now_ms > ms_of(reply);
        ret->left = message_with(x->arena, M_dossiers_reply, x->lang, ret->due);
    } else if (!due.n) {
        ret->left =
            message(record_text(w->reg, r, "received_at").n ? M_dossiers_no_due : M_dossiers_not_received, x->lang);
    } else if (paused.n && !finished.n) {
        ret->left = message_with(x->arena, M_dossiers_paused, x->lang, moment_text(x, paused));
    } else if (finished.n) {
        ret->left = message(ret->is_late ? M_dossiers_finished_late : M_dossiers_finished, x->lang);
    } else {
        ret->left = left_text(x, ret, late_ms, end_ms);
    }
    if (!record_text(w->reg, r, "closed_on").n)
        describe_wait(x, w, r, now_ms, ret);
    return OK;
}

enum err dossier_read(struct exchange *x, const struct workflow **ret_workflow, struct record *ret_record,
                      struct fault *f)
{
    struct query *q CLEANUP(query_closep) = NULL;
    struct str id = input_named(x, "id")->text;
    struct record r;
    bool has_row = false;
    enum err e = site_workflow(x, STR("dossiers"), ret_workflow, f);
    if (e == OK)
        e = query_open(((struct worker *)x->worker)->store, (*ret_workflow)->reg, &(struct query_options){.id = id}, &q,
                       f);
    if (e == OK)
        e = query_next(q, &r, &has_row, f);
    if (e == OK && !has_row)
        e = FAULT(f, ERR_RECORD_UNKNOWN, {"id", id}, {"register", STR("dossiers")});
    if (e == OK)
        *ret_record = record_copy(x->arena, (*ret_workflow)->reg, &r);
    return e;
}

/* ---- files */

struct str file_coming(struct exchange *x, const struct reg *reg, const struct record *r)
{
    struct str node = record_text(reg, r, "node");
    return node.n && !record_text(reg, r, "arrived_at").n
               ? message_with(x->arena, M_dossiers_file_coming, x->lang, node)
               : STR("");
}

enum err file_give(struct exchange *x, const struct reg *reg, const struct record *r, struct fault *f)
{
    struct str bytes;
    if (file_coming(x, reg, r).n)
        return FAULT(f, ERR_FILE_COMING, {"node", record_text(reg, r, "node")});
    enum err e = file_read_bytes(x->arena, ((struct worker *)x->worker)->store, reg->name, r->id, &bytes, f);
    if (e != OK)
        return e;
    x->media = record_text(reg, r, "media_type");
    x->filename = record_text(reg, r, "name");
    buf_str(&x->body, bytes);
    return OK;
}
