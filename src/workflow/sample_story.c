/* The next step of an invented dossier. */
#include "workflow/sample_story.h"

#include "base/banned.h"

static const int64_t HOUR_MS = 3600000, DAY_MS = 86400000;

bool story_chance(struct story *s, double share)
{
    return draw_unit(&s->random) < share;
}

static int64_t between(struct story *s, int64_t low, int64_t high)
{
    return high > low ? low + (int64_t)draw_below(&s->random, (uint64_t)(high - low)) : low;
}

static int64_t moment_of_field(const struct story_world *w, const struct record *r, const char *field)
{
    int64_t ms = 0;
    struct str text = record_text(w->reg, r, field);
    return text.n && instant_parse(text, &ms, NULL) == OK ? ms : 0;
}

static struct str text_of(const struct story_world *w, const struct record *r, const char *field)
{
    return record_text(w->reg, r, field);
}

static bool is(const struct story_world *w, const struct record *r, const char *field, const char *code)
{
    return str_is(text_of(w, r, field), code);
}

static int64_t number_of(const struct story_world *w, const struct record *r, const char *field)
{
    int n = reg_field_number(w->reg, str_of(field));
    return n != NO_FIELD && r->values[n].kind == VALUE_INTEGER ? r->values[n].integer : 0;
}

/* ---- writing the step down */

static void step(struct story *s, const char *id, const char *role)
{
    s->step = str_of(id);
    s->role = role;
}

static void input(struct story *s, const char *field, struct str text)
{
    if (s->n_inputs < STORY_INPUTS)
        s->inputs[s->n_inputs++] = (struct act_input){str_of(field), text};
}

static struct str day_after(const struct story_world *w, int64_t ms, int days)
{
    return date_iso(w->a, date_add_days(date_of_instant(ms, w->offset_minutes), days));
}

/* Ground and reason in words, of a line "ground: reason". */
static void grounds(struct story *s, const struct word_list *list)
{
    struct str reason, ground = str_cut(words_draw(list, &s->random), ':', &reason);
    input(s, "ground", ground);
    s->reason = str_trim(reason);
}

/* ---- when */

/* So many working minutes on. */
static void after_work(const struct story_world *w, struct story *s, int64_t low, int64_t high)
{
    struct fault ignored = {0};
    int64_t ms = s->now_ms;
    if (office_minutes_after(w->clock, s->now_ms, between(s, low, high), &ms, &ignored) == OK && ms > s->now_ms)
        s->now_ms = ms;
}

/* At any hour: an applicant at home. */
static void after_days(struct story *s, double low, double high)
{
    s->now_ms = between(s, s->now_ms + (int64_t)(low * (double)DAY_MS), s->now_ms + (int64_t)(high * (double)DAY_MS));
}

/* When it shall be decided: early, on the day, or late, of what was promised. */
static void aim(const struct story_world *w, struct story *s, const struct record *r)
{
    int64_t due = moment_of_field(w, r, "due_at"), late = moment_of_field(w, r, "late_at");
    int64_t at = s->now_ms;
    if (!due)
        at = between(s, at + 2 * DAY_MS, at + 40 * DAY_MS);
    else if (s->fate & FATE_LATE)
        at = between(s, late + HOUR_MS, late + 9 * DAY_MS);
    else
        at += (int64_t)((double)(due - at) * (0.35 + 0.63 * draw_unit(&s->random)));
    if (s->fate & FATE_BATCH) { /* the committee sits twice a month */
        struct date d = date_of_instant(at, w->offset_minutes);
        d.day = d.day <= 10 ? 10 : d.day <= 25 ? 25 : d.day;
        at = instant_of_date(d, w->offset_minutes) + 10 * HOUR_MS;
    }
    at = office_next_open(w->clock, at);
    if (due && at > late && !(s->fate & FATE_LATE))
        at = due;
    s->target_ms = at > s->now_ms ? at : s->now_ms;
}

/* One of `left` steps on the way to the decision. */
static void towards(const struct story_world *w, struct story *s, const struct record *r, int left)
{
    if (!s->target_ms)
        aim(w, s, r);
    if (s->now_ms >= s->target_ms)
        return;
    double share = (0.4 + 0.6 * draw_unit(&s->random)) / (double)left;
    int64_t ms = office_next_open(w->clock, s->now_ms + (int64_t)((double)(s->target_ms - s->now_ms) * share));
    s->now_ms = left == 1 || ms > s->target_ms ? s->target_ms : ms > s->now_ms ? ms : s->now_ms;
}

/* ---- what */

static void withdraw(const struct story_world *w, struct story *s)
{
    step(s, "withdraw", "applicant");
    s->reason = words_draw(w->words->withdrawals, &s->random);
}

static void ask_supplement(const struct story_world *w, struct story *s, const char *id, const char *role)
{
    step(s, id, role);
    input(s, "faults", words_draw(w->words->faults, &s->random));
    input(s, "answer_by", day_after(w, s->now_ms, 15));
}

/* The fee, where there is one: true when that is the next step. */
static bool pays(const struct story_world *w, struct story *s, const struct record *r)
{
    int64_t fee = number_of(w, r, "fee_vnd");
    bool is_online = str_is(s->channel, "online");
    struct str money = text_of(w, r, "money");
    if (s->fate & FATE_FISCAL || fee == 0 || str_is(money, "paid") || str_is(money, "refunded"))
        return false;
    if (str_is(money, "none")) {
        after_work(w, s, 2, 60);
        step(s, "ask_fee", "reception_officer");
        input(s, "fee_vnd", str_of(arena_printf(w->a, "%lld", (long long)fee)));
    } else if (is_online && (str_is(money, "requested") || str_is(money, "failed"))) {
        after_days(s, 0.002, 0.5);
        step(s, "begin_payment", "applicant");
        input(s, "payment_ref",
              str_of(arena_printf(w->a, "MAU%010llu", (unsigned long long)between(s, 1, 9999999999))));
    } else if (is_online && s->fate & FATE_PAY_FAILS) {
        s->fate &= ~(unsigned)FATE_PAY_FAILS;
        s->now_ms += 4 * MINUTE_MS;
        step(s, "payment_failed", "system");
    } else {
        s->now_ms += is_online ? 2 * MINUTE_MS : 6 * MINUTE_MS;
        step(s, "pay_fee", is_online ? "system" : "cashier");
    }
    return true;
}

static void tell_new(const struct story_world *w, struct story *s, const struct record *r)
{
    if (s->fate & FATE_WITHDRAW && story_chance(s, 0.4)) {
        after_days(s, 0.01, 0.4);
        withdraw(w, s);
        return;
    }
    if (!(s->fate & (FATE_REFUSE | FATE_SUPPLEMENT_FIRST)) && pays(w, s, r))
        return;
    after_work(w, s, 10, s->fate & FATE_LATE ? 900 : 300);
    if (s->fate & FATE_REFUSE) {
        step(s, "refuse", "reception_officer");
        grounds(s, w->words->refusals);
    } else if (s->fate & FATE_SUPPLEMENT_FIRST) {
        s->fate &= ~(unsigned)FATE_SUPPLEMENT_FIRST;
        ask_supplement(w, s, "ask_supplement_first", "reception_officer");
    } else {
        step(s, "accept", "reception_officer");
    }
}

/* Those who must come together have come: asked once before the decision. */
static bool gathers(const struct story_world *w, struct story *s, const struct record *r)
{
    int n = reg_field_number(w->reg, STR("needs_presence"));
    if (n == NO_FIELD || r->values[n].kind != VALUE_INTEGER || !r->values[n].integer || text_of(w, r, "present_at").n)
        return false;
    step(s, "confirm_presence", "reception_officer");
    input(s, "parties", str_dup(w->a, text_of(w, r, "applicant")));
    return true;
}

static void decided(const struct story_world *w, struct story *s, bool is_at_once)
{
    struct date d = date_of_instant(s->now_ms, w->offset_minutes);
    step(s, is_at_once ? "decide_now" : "decide", "leader");
    const char *number = s->fate & FATE_BATCH ? arena_printf(w->a, "QĐ-%02d%02d/%d", d.day, d.month, d.year)
                                              : arena_printf(w->a, "%d/%d", (int)between(s, 1, 4000), d.year);
    input(s, "result_number", str_of(number));
    input(s, "signer", words_draw(w->words->signers, &s->random));
    if (is_at_once)
        input(s, "draft_text", words_draw(w->words->drafts, &s->random));
}

static void tell_received(const struct story_world *w, struct story *s, const struct record *r)
{
    if (pays(w, s, r))
        return;
    if (s->fate & FATE_AT_ONCE && is(w, r, "custody", "reception")) {
        after_work(w, s, 5, 50);
        if (!gathers(w, s, r))
            decided(w, s, true);
    } else if (is(w, r, "custody", "to_office") && s->fate & FATE_SEND_BACK) {
        s->fate &= ~(unsigned)FATE_SEND_BACK;
        after_work(w, s, 5, 60);
        step(s, "send_back", "case_officer");
        s->reason = words_draw(w->words->send_backs, &s->random);
    } else {
        bool is_there = is(w, r, "custody", "to_office");
        towards(w, s, r, is_there ? 6 : 8);
        step(s, is_there ? "take" : "hand_over", is_there ? "case_officer" : "reception_officer");
    }
}

/* What happens beside the straight way while the office has it; false: nothing. */
static bool tell_aside(const struct story_world *w, struct story *s, const struct record *r)
{
    unsigned fate = s->fate;
    if (text_of(w, r, "consulted_office").n) {
        towards(w, s, r, 5);
        step(s, "record_opinion", "case_officer");
        input(s, "consult_opinion", words_draw(w->words->opinions, &s->random));
    } else if (fate & FATE_CONSULT) {
        s->fate &= ~(unsigned)FATE_CONSULT;
        towards(w, s, r, 7);
        step(s, "consult", "case_officer");
        input(s, "consulted_office", STR("vp-ubnd"));
        input(s, "consult_by", day_after(w, s->now_ms, 5));
    } else if (fate & FATE_SUPPLEMENT) {
        s->fate &= ~(unsigned)FATE_SUPPLEMENT;
        towards(w, s, r, 6);
        ask_supplement(w, s, "ask_supplement", "case_officer");
        s->target_ms = 0;
    } else if (fate & FATE_FISCAL && is(w, r, "money", "none")) {
        towards(w, s, r, 5);
        step(s, "ask_payment", "case_officer");
        input(s, "fee_vnd", str_of(arena_printf(w->a, "%lld000", (long long)between(s, 300, 48000))));
        input(s, "fee_note", words_draw(w->words->fee_notes, &s->random));
        s->target_ms = 0;
    } else if (fate & FATE_WITHDRAW) {
        s->fate &= ~(unsigned)FATE_WITHDRAW;
        towards(w, s, r, 4);
        withdraw(w, s);
    } else if (fate & FATE_STOP) {
        s->fate &= ~(unsigned)FATE_STOP;
        towards(w, s, r, 3);
        step(s, "stop", "leader");
        grounds(s, w->words->stops);
    } else if (fate & FATE_EXTEND) {
        s->fate &= ~(unsigned)FATE_EXTEND;
        towards(w, s, r, 4);
        step(s, "extend", "unit_head");
        s->reason = words_draw(w->words->extensions, &s->random);
        s->target_ms = 0;
    } else {
        return false;
    }
    return true;
}

static void tell_office(const struct story_world *w, struct story *s, const struct record *r)
{
    if (!is(w, r, "custody", "office")) {
        towards(w, s, r, 8);
        step(s, is(w, r, "custody", "to_office") ? "take" : "hand_over",
             is(w, r, "custody", "to_office") ? "case_officer" : "reception_officer");
    } else if (is(w, r, "draft", "none")) {
        if (tell_aside(w, s, r) || pays(w, s, r))
            return;
        towards(w, s, r, 3);
        step(s, "draft", "case_officer");
        input(s, "draft_text", words_draw(w->words->drafts, &s->random));
    } else if (is(w, r, "draft", "drafted")) {
        towards(w, s, r, 2);
        if (s->fate & FATE_REDRAFT) {
            s->fate &= ~(unsigned)FATE_REDRAFT;
            step(s, "redraft", "unit_head");
            s->reason = words_draw(w->words->redrafts, &s->random);
        } else {
            step(s, "approve", "unit_head");
        }
    } else {
        towards(w, s, r, 1);
        if (!gathers(w, s, r))
            decided(w, s, false);
    }
}

static void tell_supplement(const struct story_world *w, struct story *s, const struct record *r)
{
    if (!text_of(w, r, "supplemented_at").n) {
        if (s->fate & FATE_FORGET && text_of(w, r, "received_at").n && story_chance(s, 0.5)) {
            after_days(s, 20, 40);
            s->now_ms = office_next_open(w->clock, s->now_ms);
            step(s, "stop", "leader");
            grounds(s, w->words->stops);
        } else if (!(s->fate & FATE_FORGET)) {
            after_days(s, 0.3, 14);
            step(s, "supplement", "applicant");
        }
        return;
    }
    after_work(w, s, 10, 240);
    bool is_received = text_of(w, r, "received_at").n > 0;
    step(s,
         !is_received                    ? "accept_after_supplement"
         : is(w, r, "custody", "office") ? "accept_supplement_office"
                                         : "accept_supplement",
         "reception_officer");
}

static void tell_duty(const struct story_world *w, struct story *s, const struct record *r)
{
    if (s->fate & FATE_FORGET)
        return;
    bool is_online = str_is(s->channel, "online");
    if (is_online && !is(w, r, "money", "pending")) {
        after_days(s, 0.5, 12);
        step(s, "begin_payment", "applicant");
        input(s, "payment_ref",
              str_of(arena_printf(w->a, "MAU%010llu", (unsigned long long)between(s, 1, 9999999999))));
        return;
    }
    if (is_online)
        s->now_ms += 3 * MINUTE_MS;
    else
        after_work(w, s, 300, 5000);
    step(s, is(w, r, "custody", "office") ? "pay_duty" : "pay_duty_reception", is_online ? "system" : "cashier");
}

static void tell_rating(const struct story_world *w, struct story *s, const struct record *r)
{
    if (!(s->fate & FATE_RATE))
        return;
    s->fate &= ~(unsigned)FATE_RATE;
    after_days(s, 0.01, 2);
    int64_t late = moment_of_field(w, r, "late_at"), end = moment_of_field(w, r, "finished_at");
    bool was_late = late && end > late;
    bool is_content = story_chance(s, was_late ? 0.35 : 0.93);
    step(s, "rate", "applicant");
    input(s, "rating",
          is_content ? (story_chance(s, 0.7) ? STR("5") : STR("4")) : (story_chance(s, 0.6) ? STR("3") : STR("2")));
    struct str words = words_draw(is_content ? w->words->praise : w->words->blame, &s->random);
    if (words.n)
        input(s, "rating_words", words);
}

static void tell_done(const struct story_world *w, struct story *s, const struct record *r)
{
    if (is(w, r, "custody", "to_reception")) {
        after_work(w, s, 10, 180);
        step(s, "take_back", "reception_officer");
    } else if (is(w, r, "delivery", "ready") && is(w, r, "return_by", "post")) {
        after_work(w, s, 30, 480);
        step(s, "send_result", "reception_officer");
    } else if (!(s->fate & FATE_FORGET) || s->fate & FATE_AT_ONCE) {
        bool is_electronic = is(w, r, "return_by", "electronic");
        after_work(w, s, s->fate & FATE_AT_ONCE || is_electronic ? 1 : 60,
                   s->fate & FATE_AT_ONCE || is_electronic ? 20 : 1800);
        step(s, "return", is_electronic ? "system" : "reception_officer");
        if (!is_electronic)
            input(s, "received_by", str_dup(w->a, text_of(w, r, "applicant")));
    }
}

void story_next(const struct story_world *w, struct story *s, const struct record *r)
{
    struct str status = text_of(w, r, "status");
    s->step = STR("");
    s->reason = STR("");
    s->n_inputs = 0;
    if (str_is(status, "1"))
        tell_new(w, s, r);
    else if (str_is(status, "2"))
        tell_received(w, s, r);
    else if (str_is(status, "4"))
        tell_office(w, s, r);
    else if (str_is(status, "5"))
        tell_supplement(w, s, r);
    else if (str_is(status, "6"))
        tell_duty(w, s, r);
    else if (str_is(status, "9"))
        tell_done(w, s, r);
    else
        tell_rating(w, s, r);
}
