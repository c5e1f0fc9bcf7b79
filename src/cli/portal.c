/* tinhso portal: what is told to the national portal, what waits, what it refused; for timers, tests and the operator. */
#include "cli/portal.h"

#include "access/store.h"
#include "base/clock.h"
#include "cli/folder.h"
#include "cli/secret.h"
#include "cli/show.h"
#include "report/columns.h"
#include "text/date.h"
#include "web/portal_site.h"

#include "base/banned.h"

enum { WIDTH = 140, LIST_MOST = 1000, WAIT_MOST_S = 120 };

enum err portal_options_read(struct cli *c, const char *db_path, struct portal_options *ret, struct fault *f)
{
    const char *url = args_value(&c->args, "national-portal"),
               *path = args_value(&c->args, "national-portal-secret-file");
    long long wait_s = 0;
    struct str line = STR("");
    *ret = (struct portal_options){.db_path = db_path, .post = portal_http_post};
    if (!url)
        return OK;
    if (!path)
        return FAULT(f, ERR_OPTION_NEEDS, {"option", STR("national-portal")},
                     {"needs", STR("--national-portal-secret-file")});
    enum err e = args_integer(&c->args, "national-portal-wait", 1, WAIT_MOST_S, PORTAL_WAIT_MS / 1000, &wait_s, f);
    if (e == OK)
        e = secret_line_read(c, path, &line, f);
    if (e != OK)
        return e;
    ret->user = str_cut(line, ':', &ret->secret);
    if (!ret->user.n || !ret->secret.n)
        return FAULT(f, ERR_PORTAL_SECRET, {"path", str_of(path)});
    struct str whole = str_of(url);
    while (whole.n && whole.p[whole.n - 1] == '/')
        whole.n--;
    ret->url = str_dup(c->arena, whole).p;
    ret->wait_ms = (long)wait_s * 1000;
    return OK;
}

static enum err open_portal(struct cli *c, struct portal **ret_portal)
{
    const char *path = NULL;
    struct portal_options o = {.url = NULL};
    enum err e = cli_database(c, &path);
    if (e == OK)
        e = portal_options_read(c, path, &o, &c->fault);
    if (e == OK && !o.url)
        e = FAULT(&c->fault, ERR_PORTAL_NONE);
    o.is_all_due = args_has(&c->args, "now");
    return e == OK ? portal_open(&o, ret_portal, &c->fault) : e;
}

static enum err open_outbox(struct cli *c, struct db **ret_db)
{
    const char *path = NULL;
    enum err e = cli_database(c, &path);
    if (e == OK)
        e = db_open(path, DB_WRITE, ret_db, &c->fault);
    return e == OK ? outbox_tables(*ret_db, &c->fault) : e;
}

/* ---- send */

static enum err send(struct cli *c)
{
    struct portal *p CLEANUP(portal_freep) = NULL;
    struct portal_round round = {0};
    enum err e = open_portal(c, &p);
    if (e == OK)
        e = portal_send(p, &round, &c->fault);
    if (e != OK)
        return e;
    if (round.is_down)
        c->fault = round.why;
    if (!c->is_json) {
        buf_printf(&c->out, T(c, "Đã gửi %lld, bị từ chối %lld.\n", "Sent %lld, refused %lld.\n"),
                   (long long)round.sent, (long long)round.dead);
        return round.is_down ? round.why.code : OK;
    }
    struct json_out o = answer_begin(c);
    json_object_begin(&o);
    json_key(&o, STR("sent")), json_int(&o, round.sent);
    json_key(&o, STR("refused")), json_int(&o, round.dead);
    json_key(&o, STR("down")), json_bool(&o, round.is_down);
    json_object_end(&o);
    answer_end(c, &o);
    return OK;
}

/* ---- status and the dead letters */

static struct str moment_text(struct cli *c, int64_t ms)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    if (ms)
        instant_print(ms, &b);
    return str_dup(c->arena, buf_view(&b));
}

static enum err status(struct cli *c)
{
    struct db *db CLEANUP(db_freep) = NULL;
    struct outbox_tally t = {0};
    enum err e = open_outbox(c, &db);
    if (e == OK)
        e = outbox_tally(db, PORTAL_TOPIC, &t, &c->fault);
    if (e != OK)
        return e;
    int64_t lag_s = t.oldest_ms ? (clock_now_ms() - t.oldest_ms) / 1000 : 0;
    if (!c->is_json) {
        buf_printf(&c->out,
                   T(c, "Chờ gửi %lld, bị từ chối %lld, đã tới %lld, bỏ qua %lld; thư cũ nhất chờ %lld giây.\n",
                     "Waiting %lld, refused %lld, arrived %lld, left out %lld; the oldest waits for %lld s.\n"),
                   (long long)t.waiting, (long long)t.dead, (long long)t.done, (long long)t.skipped, (long long)lag_s);
        return OK;
    }
    struct json_out o = answer_begin(c);
    json_object_begin(&o);
    json_key(&o, STR("waiting")), json_int(&o, t.waiting);
    json_key(&o, STR("refused")), json_int(&o, t.dead);
    json_key(&o, STR("arrived")), json_int(&o, t.done);
    json_key(&o, STR("left_out")), json_int(&o, t.skipped);
    json_key(&o, STR("lag_seconds")), json_int(&o, lag_s);
    json_member(&o, "oldest", moment_text(c, t.oldest_ms));
    json_object_end(&o);
    answer_end(c, &o);
    return OK;
}

static void letters_json(struct cli *c, const struct outbox_message *list, size_t n)
{
    struct json_out o = answer_list_begin(c, "letters");
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&o);
        json_key(&o, STR("id")), json_int(&o, list[i].id);
        json_member(&o, "dossier", list[i].subject);
        json_key(&o, STR("message")), json_raw(&o, list[i].payload);
        json_key(&o, STR("attempts")), json_int(&o, list[i].attempts);
        json_member(&o, "added", moment_text(c, list[i].added_ms));
        json_member(&o, "answer", list[i].answer);
        json_object_end(&o);
    }
    answer_list_end(c, &o);
}

static enum err letters(struct cli *c)
{
    static const struct words heads[] = {
        {"Số", "Number"}, {"Hồ sơ", "Dossier"}, {"Ghi lúc", "Written"}, {"Số lần", "Attempts"}, {"Trả lời", "Answer"}};
    struct db *db CLEANUP(db_freep) = NULL;
    struct outbox_message *list = NULL;
    size_t n = 0;
    enum err e = open_outbox(c, &db);
    if (e == OK)
        e = outbox_list(db, c->arena, PORTAL_TOPIC, STR(""),
                        args_has(&c->args, "waiting") ? OUTBOX_WAITING : OUTBOX_DEAD, LIST_MOST, &list, &n, &c->fault);
    if (e != OK)
        return e;
    if (c->is_json) {
        letters_json(c, list, n);
        return OK;
    }
    struct columns_table t;
    columns_begin(c, &t, heads, ARRAY_LEN(heads));
    for (size_t i = 0; i < n; i++) {
        columns_add(&t, count_shown(c, list[i].id));
        columns_add(&t, list[i].subject);
        columns_add(&t, moment_text(c, list[i].added_ms));
        columns_add(&t, count_shown(c, list[i].attempts));
        columns_add(&t, list[i].answer);
    }
    columns_draw(&t, (size_t)cli_width(WIDTH), &c->out);
    return OK;
}

static enum err decide(struct cli *c, bool is_again)
{
    struct db *db CLEANUP(db_freep) = NULL;
    struct access *a CLEANUP(access_freep) = NULL;
    struct str number = cli_word(c, 1);
    int64_t id = 0;
    for (size_t i = 0; i < number.n && number.p[i] >= '0' && number.p[i] <= '9' && id < INT32_MAX; i++)
        id = id * 10 + (number.p[i] - '0');
    enum err e = open_outbox(c, &db);
    if (e == OK && is_again)
        e = portal_letter_again(db, id, &c->fault);
    else if (e == OK)
        e = portal_letter_leave_out(db, id, STR("tinhso portal"), cli_option(c, "reason"), &c->fault);
    if (e == OK)
        e = access_open(db_path(db), &a, &c->fault);
    if (e == OK)
        e = access_begin(a, &c->fault);
    if (e != OK)
        return e;
    return access_end(
        a,
        access_event(a,
                     &(struct event){.kind = is_again ? EVENT_LETTER_AGAIN : EVENT_LETTER_LEFT_OUT, .detail = number},
                     &c->fault),
        &c->fault);
}

/* ---- the comparison */

static void compared_json(struct cli *c, const struct portal_comparison *r)
{
    struct json_out o = answer_begin(c);
    json_object_begin(&o);
    json_member(&o, "at", moment_text(c, r->at_ms));
    json_key(&o, STR("ours")), json_int(&o, r->ours);
    json_key(&o, STR("theirs")), json_int(&o, r->theirs);
    json_key(&o, STR("same")), json_int(&o, r->same);
    json_key(&o, STR("waiting")), json_int(&o, r->waiting);
    for (int side = 0; side < 2; side++) {
        json_key(&o, side ? STR("counts_theirs") : STR("counts_ours"));
        json_array_begin(&o);
        for (size_t i = 1; i < ARRAY_LEN(r->counts_ours); i++)
            json_int(&o, side ? r->counts_theirs[i] : r->counts_ours[i]);
        json_array_end(&o);
    }
    json_key(&o, STR("differences"));
    json_array_begin(&o);
    for (size_t i = 0; i < r->n; i++) {
        json_object_begin(&o);
        json_member(&o, "code", r->list[i].code);
        json_member(&o, "kind", str_of(difference_name(r->list[i].kind)));
        json_member(&o, "ours", r->list[i].ours);
        json_member(&o, "theirs", r->list[i].theirs);
        json_key(&o, STR("foreign")), json_bool(&o, r->list[i].is_foreign);
        json_object_end(&o);
    }
    json_array_end(&o);
    json_object_end(&o);
    answer_end(c, &o);
}

static enum err reconcile(struct cli *c)
{
    static const struct words kinds[DIFFERENCE_COUNT] = {
        {"thiếu bên họ", "missing there"}, {"thiếu bên ta", "missing here"}, {"khác trạng thái", "different"}};
    struct portal *p CLEANUP(portal_freep) = NULL;
    struct portal_comparison r = {0};
    enum err e = open_portal(c, &p);
    if (e == OK)
        e = portal_reconcile(p, c->arena, &r, &c->fault);
    if (e != OK)
        return e;
    if (c->is_json) {
        compared_json(c, &r);
        return OK;
    }
    buf_printf(&c->out,
               T(c, "Ta %lld, họ %lld: khớp %lld, đang gửi %lld, lệch %zu.\n",
                 "Ours %lld, theirs %lld: same %lld, on their way %lld, differences %zu.\n"),
               (long long)r.ours, (long long)r.theirs, (long long)r.same, (long long)r.waiting, r.n);
    for (size_t i = 0; i < r.n; i++)
        buf_printf(&c->out, "  %.*s: %s (%.*s / %.*s)\n", STR_ARG(r.list[i].code),
                   words_in(&kinds[r.list[i].kind], c->lang), STR_ARG(r.list[i].ours), STR_ARG(r.list[i].theirs));
    return OK;
}

static enum err portal_run(struct cli *c)
{
    struct str what = cli_word(c, 0);
    bool has_number = c->args.words.n == 2;
    if (str_is(what, "send") && !has_number)
        return send(c);
    if (str_is(what, "status") && !has_number)
        return status(c);
    if (str_is(what, "letters") && !has_number)
        return letters(c);
    if (str_is(what, "reconcile") && !has_number)
        return reconcile(c);
    if (has_number && (str_is(what, "again") || str_is(what, "leave-out")))
        return decide(c, str_is(what, "again"));
    return FAULT(&c->fault, ERR_COMMAND_WORDS, {"command", str_of(c->command->name)},
                 {"words", str_of(c->command->words)});
}

static const struct option options[] = {
    PORTAL_OPTIONS,
    {"now", NULL, {"gửi cả những thư chưa tới lượt thử lại", "sends those too whose next attempt is not due yet"}},
    {"waiting",
     NULL,
     {"(letters) những thư đang chờ, thay vì bị từ chối", "(letters) those that wait, not the refused"}},
    {"reason", "TEXT", {"(leave-out) vì sao bỏ qua", "(leave-out) why it is left out"}},
    {0},
};
static const char *const examples[] = {
    "portal status --json",
    "portal send --national-portal https://cong.example.vn --national-portal-secret-file portal.secret",
    "portal leave-out 17 --reason \"Hồ sơ thử, đã báo cổng quốc gia\"",
    NULL,
};

const struct command command_portal = {
    .name = "portal",
    .words = "send|status|letters|again N|leave-out N|reconcile",
    .min_words = 1,
    .max_words = 2,
    .title = {"gửi tình trạng hồ sơ lên cổng quốc gia và đối soát",
              "tells the national portal of dossiers, and compares"},
    .more = {"Máy chủ chạy với --national-portal tự gửi; lệnh này dành cho bộ hẹn giờ và người vận hành.",
             "A server with --national-portal sends by itself; this is for timers and the operator."},
    .examples = examples,
    .options = options,
    .shared = SHARED_DB | SHARED_JSON,
    .run = portal_run,
};
