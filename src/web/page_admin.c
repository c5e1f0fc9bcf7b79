/* For administrators: how the system is, what is weak about its configuration, and what happened to accounts. */
#include <sys/stat.h>

#include "access/audit.h"
#include "access/event.h"
#include "base/limits.h"
#include "register/log.h"
#include "web/admin.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/signed.h"
#include "web/templates.h"

#include "base/banned.h"

enum { EVENTS_EACH = 50, HEALTH_FACTS = 8 };

static const struct str nothing = {NULL, 0};

/* ---- health ---- */

static int64_t file_mib(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? ((int64_t)st.st_size + (1 << 20) - 1) >> 20 : -1;
}

static int64_t checkpoint_size(struct exchange *x)
{
    struct worker *w = x->worker;
    struct str note;
    struct checkpoint c;
    struct fault ignored = {0};
    return log_checkpoint_read(x->arena, w->store, &note, &c, &ignored) == OK ? (int64_t)c.size : -1;
}

static void write_health(struct exchange *x, struct buf *out)
{
    struct worker *w = x->worker;
    const struct site *site = x->site;
    struct access_counts counts = access_counts(access_of(x));
    int64_t mib = file_mib(site->db_path), signed_size = checkpoint_size(x);
    const struct fact facts[HEALTH_FACTS] = {
        {.term = message(M_admin_version, x->lang), .text = STR("tinhso " TINHSO_VERSION)},
        {.term = message(M_admin_since, x->lang), .text = instant_text(x, site->started_ms)},
        {.term = message(M_admin_revision, x->lang), .text = part_int(x, w->head), .href = STR("/api/log/revisions")},
        {.term = message(M_admin_checkpoint, x->lang),
         .text = signed_size < 0 ? nothing : part_int(x, signed_size),
         .href = STR("/api/log/checkpoint")},
        {.term = message(M_admin_database, x->lang),
         .text = mib < 0 ? nothing : str_of(arena_printf(x->arena, "%lld MiB", (long long)mib))},
        {.term = message(M_admin_accounts, x->lang), .text = part_int(x, counts.accounts), .href = STR("/admin/users")},
        {.term = message(M_admin_sessions, x->lang), .text = part_int(x, counts.sessions)},
        {.term = message(M_admin_backup, x->lang),
         .text = counts.backup_ms ? instant_text(x, counts.backup_ms) : message(M_admin_never, x->lang),
         .href = STR("/admin/backups")},
    };
    part_facts(x, out, facts, HEALTH_FACTS);
}

/* ---- the audit ---- */

size_t admin_audit(struct exchange *x, struct audit_line *ret_lines)
{
    struct worker *w = x->worker;
    const struct site *site = x->site;
    struct audit what = {.db_path = site->db_path,
                         .is_server = true,
                         .public_url = site->public_url,
                         .listen = site->listen,
                         .has_operator_key = site->has_operator_key,
                         .has_virus_check = site->virus_check != NULL,
                         .log_size = w->head,
                         .checkpoint_size = checkpoint_size(x)};
    for (size_t i = 0; i < w->store->province->n_registers; i++)
        what.sample_registers += w->store->province->registers[i]->sample != NULL;
    return audit_run(x->arena, access_of(x), &what, ret_lines);
}

/* What is weak first, each with its remedy; what is met, folded. */
static void audit_lines(struct exchange *x, struct tpl_admin_audit *wrong, struct tpl_admin_met *met,
                        struct tpl_admin *ret)
{
    struct audit_line lines[AUDIT_COUNT];
    size_t n = admin_audit(x, lines);
    for (size_t i = 0; i < n; i++) {
        struct str title = str_of(audit_title(lines[i].finding, x->lang));
        ret->weak += lines[i].state == AUDIT_WEAK;
        if (lines[i].state == AUDIT_GOOD)
            met[ret->n_met++] = (struct tpl_admin_met){title, lines[i].detail};
        else
            wrong[ret->n_audit++] = (struct tpl_admin_audit){
                .is_weak = lines[i].state == AUDIT_WEAK,
                .is_unknown = lines[i].state == AUDIT_UNKNOWN,
                .title = title,
                .detail = lines[i].detail,
                .remedy = str_of(audit_remedy(lines[i].finding, x->lang)),
            };
    }
    ret->good = (int64_t)ret->n_met;
}

enum err page_admin(struct exchange *x, struct fault *f)
{
    struct tpl_admin_audit audit[AUDIT_COUNT];
    struct tpl_admin_met met[AUDIT_COUNT];
    struct buf facts CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                     content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct tpl_admin t = {.audit = audit, .met = met};
    write_health(x, &facts);
    t.facts = buf_view(&facts);
    audit_lines(x, audit, met, &t);
    tpl_admin(&content, &t, x->lang);
    return admin_page(x, message(M_admin_title, x->lang), &content, f);
}

/* ---- security events ---- */

static void write_events(struct exchange *x, const struct event_row *events, size_t n, struct buf *out)
{
    enum { COLUMNS = 6 };
    const struct table_column columns[COLUMNS] = {
        {.title = message(M_event_time, x->lang), .is_head = true},
        {.title = message(M_event_kind, x->lang)},
        {.title = message(M_event_account, x->lang)},
        {.title = message(M_event_actor, x->lang)},
        {.title = message(M_event_address, x->lang)},
        {.title = message(M_event_detail, x->lang)},
    };
    struct table_row *rows = ARENA_ARRAY(x->arena, struct table_row, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct table_cell *cells = ARENA_ARRAY(x->arena, struct table_cell, COLUMNS);
        cells[0].text = instant_text(x, events[i].time_ms);
        cells[1] = (struct table_cell){.text = events[i].kind, .href = exchange_link(x, "kind", events[i].kind)};
        cells[2] =
            (struct table_cell){.text = events[i].account,
                                .href = events[i].account.n ? exchange_link(x, "name", events[i].account) : nothing};
        cells[3].text = events[i].actor;
        cells[4].text = events[i].address;
        cells[5].text = events[i].detail;
        rows[i] = (struct table_row){.cells = cells};
    }
    part_table(x, out,
               &(struct table){.caption = message(M_admin_events, x->lang),
                               .columns = columns,
                               .n_columns = COLUMNS,
                               .rows = rows,
                               .n_rows = n});
}

enum err page_events(struct exchange *x, struct fault *f)
{
    struct event_filter filter = {.before = input_named(x, "before")->integer,
                                  .kind = input_named(x, "kind")->text,
                                  .name = input_named(x, "name")->text};
    struct event_row *events;
    size_t n;
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    enum err e = event_list(x->arena, access_of(x), &filter, EVENTS_EACH + 1, &events, &n, f);
    if (e != OK)
        return e;
    bool has_more = n > EVENTS_EACH;
    n = has_more ? EVENTS_EACH : n;
    write_events(x, events, n, &content);
    part_pages(x, &content,
               &(struct pages){
                   .n_shown = (int64_t)n,
                   .n_total = -1,
                   .after = input_named(x, "before")->text,
                   .next = has_more ? str_of(arena_printf(x->arena, "%lld", (long long)events[n - 1].number)) : nothing,
                   .parameter = "before"});
    return admin_page(x, message(M_admin_events, x->lang), &content, f);
}
