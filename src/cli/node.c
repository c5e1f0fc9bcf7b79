/* tinhso node: counters that go on when the line to the province is down. `add` at the province; `init`, `sync`, `status` at the counter. */
#include "base/clock.h"
#include "base/file.h"
#include "cli/folder.h"
#include "cli/progress.h"
#include "cli/secret.h"
#include "cli/show.h"
#include "exchange/node.h"
#include "register/log.h"
#include "text/date.h"
#include "web/node_site.h"
#include "web/portal_site.h"

#include "base/banned.h"

enum { PACKAGE_BYTES = 64 << 20, WAIT_MS = 60000 };

/* ---- at the province */

static enum err day_option(struct cli *c, const char *name, struct date fallback, struct date *ret)
{
    struct str text = cli_option(c, name);
    *ret = fallback;
    return text.n ? date_parse(text, ret, &c->fault) : OK;
}

static enum err reserve(struct cli *c, struct str code, struct str *ret_key)
{
    struct change *change;
    struct office office;
    int64_t rev;
    int offset = c->store->province->utc_offset_minutes;
    struct date today = date_of_instant(clock_now_ms(), offset), from, until;
    const struct change_info info = {.actor = STR("tinhso node"), .reason = STR("add"), .is_act = true};
    enum err e = day_option(c, "from-day", today, &from);
    if (e == OK)
        e = day_option(c, "until-day", (struct date){0}, &until);
    if (e == OK)
        e = office_read(c->arena, c->store, cli_option(c, "office"), today, &office, &c->fault);
    if (e == OK)
        e = change_begin(c->store, &info, &change, &c->fault);
    if (e != OK)
        return e;
    e = node_add(c->arena, change, code, office.code, ret_key, &c->fault);
    if (e == OK && cli_option(c, "numbers").n)
        e = node_block_reserve(c->arena, change, code, office.id_code, cli_option(c, "numbers"), from, until,
                               &c->fault);
    if (e == OK)
        return change_commit(change, &rev, &c->faults, NULL);
    change_abort(change);
    return e;
}

static enum err add(struct cli *c)
{
    struct str key = STR("");
    enum err e = cli_open_to_write(c);
    if (e == OK)
        e = reserve(c, cli_word(c, 1), &key);
    if (e != OK)
        return e;
    if (!c->is_json) {
        buf_printf(&c->out, "%.*s\n", STR_ARG(key));
        cli_note(c, "%s",
                 T(c, "Khóa gia nhập, dùng một lần trong 24 giờ: ghi vào tệp (0600) ở máy của quầy.\n",
                   "The joining key, for one node within 24 hours: into a file (0600) at the counter.\n"));
        return OK;
    }
    struct json_out o = answer_begin(c);
    json_object_begin(&o);
    json_member(&o, "node", cli_word(c, 1));
    json_member(&o, "key", key);
    json_object_end(&o);
    answer_end(c, &o);
    return OK;
}

static enum err end(struct cli *c)
{
    struct change *change;
    int64_t rev;
    const struct change_info info = {.actor = STR("tinhso node"), .reason = STR("end"), .is_act = true};
    enum err e = cli_open_to_write(c);
    if (e == OK)
        e = change_begin(c->store, &info, &change, &c->fault);
    if (e != OK)
        return e;
    e = node_end(c->arena, change, cli_word(c, 1), &c->fault);
    if (e == OK)
        return change_commit(change, &rev, &c->faults, NULL);
    change_abort(change);
    return e;
}

/* ---- at the counter */

static struct str member(const struct json *object, const char *name)
{
    const struct json *v = json_get(object, name);
    return v && v->kind == J_STRING ? v->string : STR("");
}

/* One that is there from a time before gets another link. */
/* Whoever came, with a link to choose a password here: passwords do not travel. */
static void link_tell(void *context, struct str name, const struct token *link)
{
    cli_note(context, "%.*s: /welcome/%s\n", STR_ARG(name), link->text);
}

static enum err verifier_text(struct cli *c, struct str *ret)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(NOTE_KEY_TEXT_BYTES);
    struct note_verifier v;
    enum err e = log_verifier(c->store, &v, &c->fault);
    if (e == OK)
        note_verifier_print(&v, &b);
    *ret = str_dup(c->arena, buf_view(&b));
    return e;
}

static enum err ask_to_join(struct cli *c, const char *base, struct str code, struct str key, struct json **ret)
{
    struct buf body CLEANUP(buf_done) = BUF_INIT(4096), out CLEANUP(buf_done) = BUF_INIT(PACKAGE_BYTES);
    struct json_out o;
    struct str verifier;
    long status = 0;
    const char *url = arena_printf(c->arena, "%s/api/nodes/%.*s/join", base, STR_ARG(code));
    enum err e = verifier_text(c, &verifier);
    if (e != OK)
        return e;
    json_out_init(&o, &body, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_member(&o, "key", key);
    json_member(&o, "verifier", verifier);
    json_object_end(&o);
    e = portal_http_post(url, buf_view(&body), WAIT_MS, &status, &out, &c->fault);
    if (e == OK && status == 403)
        return FAULT(&c->fault, ERR_NODE_KEY);
    if (e == OK && status != 200)
        return FAULT(&c->fault, ERR_FETCH_STATUS, {"url", str_of(url)},
                     {"status", str_of(arena_printf(c->arena, "%ld", status))});
    return e == OK ? json_parse(c->arena, str_dup(c->arena, buf_view(&out)), STR("package"), ret, &c->fault) : e;
}

static enum err fill(struct cli *c, const char *path, const char *base, struct str code, struct str key)
{
    struct json *package = NULL;
    struct str office = cli_option(c, "office");
    enum err e = ask_to_join(c, base, code, key, &package);
    if (e != OK)
        return e;
    struct node_self self = {.code = member(package, "node"), .office = member(package, "office"), .url = str_of(base)};
    if (office.n && !str_eq(office, self.office))
        return FAULT(&c->fault, ERR_NODE_PACKAGE, {"reason", self.office});
    e = node_package_load(c->arena, c->store, package, &c->faults, &c->fault);
    self.sent_rev = c->store->head;
    const struct json *rev = json_get(package, "rev");
    const struct node_watch watch = {.link = link_tell, .context = c};
    struct node_sent done = {0};
    if (e == OK)
        e = node_staff_take(path, json_get(package, "staff"), true, &watch, &done, &c->fault);
    if (e == OK && rev && rev->kind == J_NUMBER)
        e = node_seen_write(c->store->db, (int64_t)rev->number, &c->fault);
    return e == OK ? node_self_write(c->store->db, &self, &c->fault) : e; /* last: from here on it is a node */
}

/* One that was interrupted goes on, with the key that its log has. */
static enum err begin(struct cli *c, const char *path, bool is_new)
{
    bool is_begun = false;
    if (is_new)
        return node_self_write(c->store->db, &(struct node_self){STR(""), STR(""), STR(""), 0}, &c->fault);
    enum err e = node_self_is_begun(c->arena, c->store->db, &is_begun, &c->fault);
    return e == OK && !is_begun ? FAULT(&c->fault, ERR_FILE_THERE, {"path", str_of(path)}) : e;
}

static enum err init(struct cli *c)
{
    const char *path = NULL, *key_path = args_value(&c->args, "key"), *from = args_value(&c->args, "from");
    struct str line, secret;
    enum err e = cli_database(c, &path);
    if (e == OK && (!key_path || !from))
        e = FAULT(&c->fault, ERR_OPTION_NEEDS, {"option", STR("from")}, {"needs", STR("--key")});
    bool is_new = e == OK && !file_exists(path);
    if (e == OK)
        e = secret_line_read(c, key_path, &line, &c->fault);
    if (e != OK)
        return e;
    struct str code = str_cut(line, ':', &secret), base = str_of(from);
    while (base.n && base.p[base.n - 1] == '/')
        base.n--;
    e = store_open(path, STORE_WRITE, &c->store, &c->fault);
    if (e == OK)
        e = begin(c, path, is_new);
    if (e == OK)
        e = fill(c, path, str_dup(c->arena, base).p, code, secret);
    if (e == OK)
        buf_printf(&c->out,
                   T(c, "Quầy %.*s sẵn sàng: tinhso serve --db %s\n", "Node %.*s is ready: tinhso serve --db %s\n"),
                   STR_ARG(code), path);
    return e;
}

static void sent_json(struct cli *c, const struct node_sent *r, int64_t waiting, bool is_sent)
{
    const struct {
        const char *name;
        int64_t n;
    } counts[] = {{"taken", r->taken},
                  {"there", r->there},
                  {"conflicts", r->conflicts},
                  {"waiting", waiting},
                  {"files", r->files},
                  {"bytes", r->bytes},
                  {"coming", r->coming},
                  {"records", r->records},
                  {"removed", r->removed},
                  {"dossiers", r->dossiers},
                  {"staff_added", r->staff_added},
                  {"staff_ended", r->staff_ended}};
    struct json_out o = answer_begin(c);
    json_object_begin(&o);
    for (size_t i = 0; i < (is_sent ? ARRAY_LEN(counts) : 4); i++)
        json_key(&o, str_of(counts[i].name)), json_int(&o, counts[i].n);
    json_object_end(&o);
    answer_end(c, &o);
}

static void sent_text(struct cli *c, const struct node_sent *r, int64_t waiting, bool is_sent)
{
    buf_printf(&c->out,
               T(c, "Đã nhận %lld, đã có %lld, cần người xem %lld; còn chờ gửi %lld.\n",
                 "Taken %lld, there already %lld, for a person %lld; still waiting %lld.\n"),
               (long long)r->taken, (long long)r->there, (long long)r->conflicts, (long long)waiting);
    if (!is_sent)
        return;
    buf_printf(&c->out,
               T(c, "Tệp: %lld đã tới, %lld chưa tới. Từ tỉnh: %lld bản ghi đổi, %lld bỏ, %lld hồ sơ có tin mới.\n",
                 "Files: %lld arrived, %lld did not yet. From the province: %lld records changed, %lld went, news of "
                 "%lld dossiers.\n"),
               (long long)r->files, (long long)r->coming, (long long)r->records, (long long)r->removed,
               (long long)r->dossiers);
    if (r->staff_added || r->staff_ended)
        buf_printf(&c->out,
                   T(c, "Tài khoản: %lld thêm, %lld không còn được đăng nhập.\n",
                     "Accounts: %lld added, %lld may not sign in any more.\n"),
                   (long long)r->staff_added, (long long)r->staff_ended);
    if (r->is_ended)
        buf_printf(&c->out, "%s",
                   T(c, "Tỉnh đã ngừng quầy này: không còn gì từ tỉnh về. Gửi xong thì hủy tệp dữ liệu.\n",
                     "The province ended this node: nothing comes back. Destroy its file when all was sent.\n"));
}

struct watching {
    struct cli *cli;
    struct progress bar;
};

static void progress_tell(void *context, const char *what, int64_t done, int64_t total)
{
    struct watching *x = context;
    progress_draw(&x->bar, str_of(what), done, total);
}

static void newcomer_tell(void *context, struct str name, const struct token *link)
{
    link_tell(((struct watching *)context)->cli, name, link);
}

static enum err synchronise(struct cli *c, const char *path, struct node_sent *ret)
{
    struct watching x = {.cli = c};
    const struct node_watch watch = {.progress = progress_tell, .link = newcomer_tell, .context = &x};
    progress_begin(&x.bar, c->lang);
    enum err e = node_site_sync(path, &watch, ret, &c->fault);
    progress_end(&x.bar);
    return e;
}

static enum err steps(struct cli *c, bool is_sent)
{
    const char *path = NULL;
    struct node_sent r = {0};
    struct store *s CLEANUP(store_freep) = NULL;
    struct node_self self;
    bool is_node = false;
    int64_t waiting = 0;
    enum err e = cli_database(c, &path);
    if (e == OK && is_sent)
        e = synchronise(c, path, &r);
    if (e == OK)
        e = store_open(path, STORE_READ, &s, &c->fault);
    if (e == OK)
        e = node_self_read(c->arena, s->db, &self, &is_node, &c->fault);
    if (e == OK && !is_node)
        e = FAULT(&c->fault, ERR_NODE_NONE);
    if (e == OK)
        e = node_waiting(s, &self, &waiting, &c->fault);
    if (e != OK)
        return e;
    if (c->is_json)
        sent_json(c, &r, waiting, is_sent);
    else
        sent_text(c, &r, waiting, is_sent);
    return OK;
}

static enum err node_run(struct cli *c)
{
    struct str what = cli_word(c, 0);
    bool has_code = c->args.words.n == 2;
    if (str_is(what, "add") && has_code)
        return add(c);
    if (str_is(what, "end") && has_code)
        return end(c);
    if (str_is(what, "init") && !has_code)
        return init(c);
    if (!has_code && (str_is(what, "sync") || str_is(what, "status")))
        return steps(c, str_is(what, "sync"));
    return FAULT(&c->fault, ERR_COMMAND_WORDS, {"command", str_of(c->command->name)},
                 {"words", str_of(c->command->words)});
}

static const struct option options[] = {
    {"office", "CODE", {"(add, init) cơ quan của quầy", "(add, init) the office of the node"}},
    {"numbers", "FIRST-LAST", {"(add) dãy số để dành mỗi ngày", "(add) the numbers that are reserved on each day"}},
    {"from-day", "DATE", {"(add) từ ngày này (mặc định: hôm nay)", "(add) from that day on (default: today)"}},
    {"until-day",
     "DATE",
     {"(add) đến hết ngày này (mặc định: không hạn)", "(add) to the end of that day (default: open)"}},
    {"from", "URL", {"(init) địa chỉ của tỉnh", "(init) address of the province"}},
    {"key", "FILE", {"(init) tệp (0600) giữ khóa gia nhập", "(init) a file (0600) with the joining key"}},
    {0},
};
static const char *const examples[] = {
    "node add quang-truc-1 --office ubnd-24631 --numbers 5001-5999",
    "node init --from https://so.example.vn --office ubnd-24631 --key quay.key --db var/quay.db",
    "node sync --db var/quay.db",
    NULL,
};

const struct command command_node = {
    .name = "node",
    .words = "add CODE|end CODE|init|sync|status",
    .min_words = 1,
    .max_words = 2,
    .title = {"quầy tiếp nhận làm việc cả khi mất mạng", "counters that receive while the line is down"},
    .more = {"Quầy là cùng chương trình này trên một cơ sở dữ liệu nhỏ, với dãy số riêng; có mạng thì gửi về tỉnh, mỗi "
             "bước đúng một lần.",
             "A node is this program on a small database, with numbers of its own; when the line is back the province "
             "takes each step exactly once."},
    .examples = examples,
    .options = options,
    .shared = SHARED_DB | SHARED_JSON,
    .run = node_run,
};
