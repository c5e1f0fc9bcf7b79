/* The next step of an invented dossier. */
#include "workflow/sample_story.h"

#include "base/banned.h"

static const int64_t HOUR_MS = 3600000, DAY_MS = 86400000;

enum err story_words_read(const struct word_list *lists, size_t n, struct story_words *ret, struct fault *f)
{
    struct {
        const struct word_list **to;
        const char *name;
    } all[] = {{&ret->faults, "faults"},
               {&ret->refusals, "refusals"},
               {&ret->stops, "stops"},
               {&ret->withdrawals, "withdrawals"},
               {&ret->extensions, "extensions"},
               {&ret->send_backs, "send_backs"},
               {&ret->redrafts, "redrafts"},
               {&ret->drafts, "drafts"},
               {&ret->fee_notes, "fee_notes"},
               {&ret->opinions, "opinions"},
               {&ret->praise, "praise"},
               {&ret->blame, "blame"},
               {&ret->signers, "signers"},
               {&ret->refunds, "refunds"},
               {&ret->ratings, "ratings"},
               {&ret->ratings_late, "ratings_late"},
               {&ret->complaints, "complaints"},
               {&ret->proposals, "proposals"},
               {&ret->thanks, "thanks"},
               {&ret->answers, "answers"},
               {&ret->answers_proposal, "answers_proposal"},
               {&ret->answers_thanks, "answers_thanks"},
               {&ret->progress, "progress"},
               {&ret->closings, "closings"},
               {&ret->answer_ratings, "answer_ratings"},
               {&ret->answer_ratings_late, "answer_ratings_late"},
               {&ret->databases, "databases"}};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        *all[i].to = words_named(lists, n, all[i].name);
        if ((*all[i].to)->n == 0)
            return FAULT(f, ERR_SAMPLE_NOTHING, {"field", str_of(all[i].name)});
    }
    return OK;
}

bool story_chance(struct story *s, double share)
{
    return draw_unit(&s->random) < share;
}

static bool has_shape(const struct procedure *p, const char *shape)
{
    for (size_t i = 0; i < p->n_shapes; i++)
        if (str_is(p->shapes[i], shape))
            return true;
    return false;
}

unsigned story_fate(uint64_t *random, const struct procedure *p, const struct limit *limit, bool is_online)
{
    static const struct {
        unsigned fate;
        double share;
    } shares[] = {{FATE_LATE, 0.035},     {FATE_SUPPLEMENT, 0.06}, {FATE_SUPPLEMENT_FIRST, 0.07},
                  {FATE_REFUSE, 0.035},   {FATE_STOP, 0.012},      {FATE_WITHDRAW, 0.015},
                  {FATE_EXTEND, 0.02},    {FATE_CONSULT, 0.04},    {FATE_FORGET, 0.05},
                  {FATE_RATE, 0.3},       {FATE_REDRAFT, 0.04},    {FATE_PAY_FAILS, 0.03},
                  {FATE_SEND_BACK, 0.01}, {FATE_NOT_PAID, 0.04}};
    unsigned fate = 0;
    bool is_long = (limit->unit == LIMIT_WORKING_DAY || limit->unit == LIMIT_CALENDAR_DAY) && limit->n >= 3;
    for (size_t i = 0; i < ARRAY_LEN(shares); i++)
        fate |= draw_unit(random) < shares[i].share ? shares[i].fate : 0;
    if (!is_long)
        fate &= ~(unsigned)(FATE_SUPPLEMENT | FATE_EXTEND | FATE_CONSULT | FATE_REDRAFT);
    if (!is_online)
        fate &= ~(unsigned)(FATE_REFUSE | FATE_SUPPLEMENT_FIRST | FATE_PAY_FAILS | FATE_NOT_PAID);
    if (has_shape(p, "fiscal_stop"))
        fate |= FATE_FISCAL;
    if (has_shape(p, "batch"))
        fate |= FATE_BATCH;
    if (!is_online && limit->unit == LIMIT_SAME_DAY && draw_unit(random) < 0.75)
        fate = (fate & (FATE_RATE)) | FATE_AT_ONCE;
    return fate;
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

static void begin_payment(const struct story_world *w, struct story *s)
{
    step(s, "begin_payment", "applicant");
    input(s, "payment_ref", str_of(arena_printf(w->a, "MAU%010llu", (unsigned long long)between(s, 1, 9999999999))));
}

/* One who does not pay withdraws some days later: before he began, in the middle of it, or after it failed. */
static bool gives_up(const struct story_world *w, struct story *s, struct str money)
{
    bool is_pending = str_is(money, "pending");
    if (!str_is(money, "failed") && !story_chance(s, is_pending ? 0.5 : 0.3)) {
        s->fate |= is_pending ? FATE_PAY_FAILS : 0;
        return false;
    }
    s->fate &= ~(unsigned)FATE_NOT_PAID;
    after_days(s, 2, 12);
    withdraw(w, s);
    return true;
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
    } else if (s->fate & FATE_NOT_PAID && gives_up(w, s, money)) {
        return true;
    } else if (is_online && (str_is(money, "requested") || str_is(money, "failed"))) {
        after_days(s, 0.002, 0.5);
        begin_payment(w, s);
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
        struct str databases = words_draw(w->words->databases, &s->random);
        step(s, "accept", "reception_officer");
        if (databases.n)
            input(s, "databases", databases);
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
    bool is_batch = s->fate & FATE_BATCH && !is_at_once; /* all that an office decides on that day have one number */
    int own = (int)between(s, 1, 4000), of_office = (int)(str_hash(s->office) % 60) + d.month * 20 + d.day / 2;
    struct str number =
        str_of(arena_printf(w->a, is_batch ? "%d/QĐ-UBND/%d" : "%d/%d", is_batch ? of_office : own, d.year));
    input(s, "result_number", number);
    if (is_batch)
        input(s, "batch", number);
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
        begin_payment(w, s);
        return;
    }
    if (is_online)
        s->now_ms += 3 * MINUTE_MS;
    else
        after_work(w, s, 300, 5000);
    step(s, is(w, r, "custody", "office") ? "pay_duty" : "pay_duty_reception", is_online ? "system" : "cashier");
}

static bool was_late(const struct story_world *w, const struct record *r)
{
    int64_t late = moment_of_field(w, r, "late_at"), end = moment_of_field(w, r, "finished_at");
    return late && end > late;
}

static void tell_rating(const struct story_world *w, struct story *s, const struct record *r)
{
    if (!(s->fate & FATE_RATE))
        return;
    s->fate &= ~(unsigned)FATE_RATE;
    after_days(s, 0.01, 2);
    struct str rating = words_draw(was_late(w, r) ? w->words->ratings_late : w->words->ratings, &s->random);
    bool is_content = str_is(rating, "5") || str_is(rating, "4");
    step(s, "rate", "applicant");
    input(s, "rating", rating);
    struct str words = words_draw(is_content ? w->words->praise : w->words->blame, &s->random);
    if (words.n)
        input(s, "rating_words", words);
}

/* It has ended: what was paid for nothing is given back, and it is rated. */
static void tell_ended(const struct story_world *w, struct story *s, const struct record *r)
{
    bool is_for_nothing = !is(w, r, "status", "10") && is(w, r, "money", "paid");
    if (is_for_nothing && !(s->fate & FATE_FORGET)) {
        after_work(w, s, 120, 4000);
        step(s, "refund", "cashier");
        s->reason = words_draw(w->words->refunds, &s->random);
    } else {
        tell_rating(w, s, r);
    }
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
        tell_ended(w, s, r);
}

/* ---- what its applicant says of it */

bool story_feedback(const struct story_world *w, struct story *of, const struct record *r, struct story *ret)
{
    bool is_late = was_late(w, r), is_returned = is(w, r, "status", "10");
    if (!(is_returned || is(w, r, "status", "3") || is(w, r, "status", "8")))
        return false;
    if (!story_chance(of, is_late ? 0.2 : is_returned ? 0.02 : 0.08))
        return false;
    double kind = draw_unit(&of->random);
    bool is_praise = is_returned && !is_late && kind < 0.35, is_proposal = !is_praise && kind > 0.8;
    *ret = (struct story){.random = draw_next(&of->random), .now_ms = of->now_ms, .is_feedback = true};
    ret->office = of->office, ret->reception = of->reception, ret->channel = of->channel, ret->unit = of->unit;
    ret->fate = story_chance(ret, 0.09) ? FATE_LATE : story_chance(ret, 0.03) ? FATE_FORGET : 0;
    ret->fate |= story_chance(ret, 0.5) ? FATE_RATE : 0;
    after_days(ret, 0.05, 4);
    ret->target_ms = ret->now_ms + (ret->fate & FATE_LATE ? between(ret, 21 * DAY_MS, 33 * DAY_MS)
                                                          : between(ret, 2 * DAY_MS, 17 * DAY_MS));
    step(ret, "file", "applicant");
    input(ret, "kind", is_praise ? STR("praise") : is_proposal ? STR("proposal") : STR("complaint"));
    input(ret, "dossier", str_dup(w->a, text_of(w, r, "code")));
    input(ret, "words",
          words_draw(is_praise     ? w->words->thanks
                     : is_proposal ? w->words->proposals
                                   : w->words->complaints,
                     &ret->random));
    input(ret, "sender", str_dup(w->a, text_of(w, r, "applicant")));
    input(ret, "phone", str_dup(w->a, text_of(w, r, "phone")));
    return true;
}

void story_feedback_next(const struct story_world *w, struct story *s, const struct record *r)
{
    struct str status = text_of(w, r, "status");
    s->step = STR("");
    s->reason = STR("");
    s->n_inputs = 0;
    if (str_is(status, "received") && !(s->fate & FATE_FORGET)) {
        after_work(w, s, 20, 900);
        step(s, "assign", "procedure_controller");
        input(s, "assignee", STR_JOIN(w->a, STR("unit_head."), text_of(w, r, "office")));
    } else if (str_is(status, "assigned") && s->target_ms - s->now_ms > 7 * DAY_MS) {
        s->now_ms = office_next_open(w->clock, between(s, s->now_ms + 5 * DAY_MS, s->now_ms + 7 * DAY_MS));
        step(s, "tell_progress", "procedure_controller");
        input(s, "progress", words_draw(w->words->progress, &s->random));
    } else if (str_is(status, "assigned")) {
        s->now_ms = office_next_open(w->clock, s->target_ms > s->now_ms ? s->target_ms : s->now_ms);
        step(s, "answer", "unit_head");
        const struct word_list *words = is(w, r, "kind", "praise")     ? w->words->answers_thanks
                                        : is(w, r, "kind", "proposal") ? w->words->answers_proposal
                                                                       : w->words->answers;
        input(s, "answer", words_draw(words, &s->random));
    } else if (str_is(status, "answered")) {
        after_work(w, s, 30, 900);
        bool is_public = story_chance(s, 0.75);
        step(s, is_public ? "publish" : "close", "procedure_controller");
        s->reason = is_public ? STR("") : words_draw(w->words->closings, &s->random);
    } else if (s->fate & FATE_RATE && !text_of(w, r, "answer_rating").n) {
        bool is_late = str_cmp(text_of(w, r, "late_at"), text_of(w, r, "answered_at")) < 0;
        after_days(s, 0.05, 5);
        step(s, "rate_answer", "applicant");
        input(s, "answer_rating",
              words_draw(is_late ? w->words->answer_ratings_late : w->words->answer_ratings, &s->random));
    }
}
