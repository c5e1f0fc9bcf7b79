#include "access/audit.h"

#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "access/session.h"
#include "access/subject.h"
#include "base/clock.h"
#include "base/file.h"

#include "base/banned.h"

static const struct {
    const char *title[2], *remedy[2];
} texts[] = {
#define AUDIT(finding, vi, en, do_vi, do_en) {{vi, en}, {do_vi, do_en}},
#include "access/audit.def"
#undef AUDIT
};

enum {
    DAY_MS = 24 * 3600 * 1000,
    IDLE_DAYS = 90,
    BACKUP_DAYS = 7,
    GUESSES = 50,
    ADMINISTRATORS_MIN = 2,
    ADMINISTRATORS_MAX = 5
};

const char *audit_title(enum audit_finding finding, enum lang lang)
{
    return texts[finding].title[lang == LANG_EN];
}

const char *audit_remedy(enum audit_finding finding, enum lang lang)
{
    return texts[finding].remedy[lang == LANG_EN];
}

const char *audit_state_name(enum audit_state state)
{
    static const char *const names[] = {[AUDIT_WEAK] = "weak", [AUDIT_UNKNOWN] = "unknown", [AUDIT_GOOD] = "good"};
    return names[state];
}

struct auditor {
    struct arena *arena;
    struct access *access;
    const struct audit *what;
    struct audit_line *lines;
    size_t n;
};

static void add(struct auditor *t, enum audit_finding finding, enum audit_state state, const char *detail)
{
    t->lines[t->n++] = (struct audit_line){finding, state, str_of(detail)};
}

static enum audit_state good_when(bool is_good)
{
    return is_good ? AUDIT_GOOD : AUDIT_WEAK;
}

/* ---- the process and its address ---- */

static void audit_address(struct auditor *t)
{
    struct str listen = t->what->listen;
    bool is_near = str_starts(listen, STR("unix:")) || str_starts(listen, STR("127.")) ||
                   str_starts(listen, STR("localhost:")) || str_starts(listen, STR("[::1]:"));
    add(t, AUDIT_TLS, good_when(str_starts(t->what->public_url, STR("https://"))),
        str_dup(t->arena, t->what->public_url).p);
    add(t, AUDIT_LISTEN, good_when(is_near), str_dup(t->arena, listen).p);
    add(t, AUDIT_OPERATOR_KEY, good_when(!t->what->has_operator_key), "");
}

/* The number behind "Seccomp:" and its like in /proc/self/status; -1 unknown. */
static int status_of(struct arena *a, const char *name)
{
    struct str text;
    if (file_read(a, "/proc/self/status", 64 << 10, &text, NULL) != OK)
        return -1;
    const char *at = memmem(text.p, text.n, name, strlen(name));
    return at ? (int)strtol(at + strlen(name), NULL, 10) : -1;
}

static void audit_process(struct auditor *t)
{
    struct rlimit core = {1, 1};
    int seccomp = status_of(t->arena, "Seccomp:");
    add(t, AUDIT_VIRUS_CHECK, good_when(t->what->has_virus_check), "");
    add(t, AUDIT_ROOT, good_when(geteuid() != 0), "");
    add(t, AUDIT_CONFINED, seccomp < 0 ? AUDIT_UNKNOWN : good_when(seccomp == 2), "");
    add(t, AUDIT_CORE, getrlimit(RLIMIT_CORE, &core) != 0 ? AUDIT_UNKNOWN : good_when(core.rlim_cur == 0), "");
}

/* ---- files ---- */

static void audit_mode(struct auditor *t, enum audit_finding finding, const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        add(t, finding, AUDIT_UNKNOWN, path);
        return;
    }
    add(t, finding, good_when((st.st_mode & 077) == 0), arena_printf(t->arena, "%04o", st.st_mode & 07777));
}

static void audit_files(struct auditor *t)
{
    struct str base = str_of(t->what->db_path);
    struct statvfs disk;
    if (str_ends(base, STR(".db")))
        base.n -= 3;
    audit_mode(t, AUDIT_DATABASE_MODE, t->what->db_path);
    audit_mode(t, AUDIT_ACCESS_MODE, access_path(t->arena, t->what->db_path));
    audit_mode(t, AUDIT_KEY_MODE, arena_printf(t->arena, "%.*s.key", STR_ARG(base)));
    if (statvfs(t->what->db_path, &disk) != 0 || disk.f_blocks == 0)
        add(t, AUDIT_DISK, AUDIT_UNKNOWN, "");
    else
        add(t, AUDIT_DISK, good_when(disk.f_bavail >= disk.f_blocks / 10),
            arena_printf(t->arena, "%d %%", (int)(disk.f_bavail * 100 / disk.f_blocks)));
}

/* ---- accounts ---- */

static void audit_count(struct auditor *t, enum audit_finding finding, struct str sql, struct db_values values,
                        int64_t min, int64_t max)
{
    int64_t n = 0;
    if (db_value_int(t->access->db, sql, values, &n, NULL) != OK)
        add(t, finding, AUDIT_UNKNOWN, "");
    else
        add(t, finding, good_when(n >= min && n <= max), arena_printf(t->arena, "%lld", (long long)n));
}

static void audit_accounts(struct auditor *t)
{
    int64_t now = clock_now_ms();
    audit_count(
        t, AUDIT_ADMINISTRATORS,
        STR("SELECT count(*) FROM account_role JOIN account USING (account) WHERE role = ?1 AND disabled_ms IS NULL"),
        DB_VALUES(db_text(STR(ROLE_ADMINISTRATOR))), ADMINISTRATORS_MIN, ADMINISTRATORS_MAX);
    audit_count(t, AUDIT_SECOND_FACTOR,
                STR("SELECT count(*) FROM account WHERE is_citizen = 0 AND disabled_ms IS NULL AND totp IS NULL"),
                DB_NO_VALUES, 0, 0);
    audit_count(t, AUDIT_IDLE_ACCOUNTS,
                STR("SELECT count(*) FROM account a WHERE is_citizen = 0 AND disabled_ms IS NULL AND made_ms < ?1 AND"
                    " coalesce((SELECT max(time_ms) FROM event e WHERE e.account = a.account AND kind = ?2), 0) < ?1"),
                DB_VALUES(db_int(now - IDLE_DAYS * (int64_t)DAY_MS), db_text(str_of(event_name(EVENT_SIGNED_IN)))), 0,
                0);
    /* Of what strangers try few are written as events, all are counted (tally.c): by the row of all keys. */
    audit_count(t, AUDIT_GUESSING,
                STR("SELECT (SELECT coalesce(sum(n), 0) FROM tally WHERE key = '' AND window_ms > ?1 AND kind IN (?2,"
                    " ?3)) + (SELECT count(*) FROM event WHERE time_ms > ?1 AND kind = ?4)"),
                DB_VALUES(db_int(now - DAY_MS), db_text(str_of(event_name(EVENT_SIGN_IN_REFUSED))),
                          db_text(str_of(event_name(EVENT_SIGN_IN_WAITS))),
                          db_text(str_of(event_name(EVENT_CODE_REFUSED)))),
                0, GUESSES);
    audit_count(t, AUDIT_BACKUP, STR("SELECT count(*) FROM event WHERE time_ms > ?1 AND kind = ?2"),
                DB_VALUES(db_int(now - BACKUP_DAYS * (int64_t)DAY_MS), db_text(str_of(event_name(EVENT_BACKUP_MADE)))),
                1, INT64_MAX);
}

static int by_state(const void *a, const void *b)
{
    const struct audit_line *x = a, *y = b;
    return x->state != y->state ? (int)x->state - (int)y->state : (int)x->finding - (int)y->finding;
}

size_t audit_run(struct arena *arena, struct access *a, const struct audit *what, struct audit_line *ret_lines)
{
    struct auditor t = {arena, a, what, ret_lines, 0};
    if (what->is_server) {
        audit_address(&t);
        audit_process(&t);
    }
    audit_files(&t);
    audit_accounts(&t);
    add(&t, AUDIT_CHECKPOINT, good_when(what->checkpoint_size == what->log_size),
        arena_printf(arena, "%lld / %lld", (long long)what->checkpoint_size, (long long)what->log_size));
    add(&t, AUDIT_SAMPLE, good_when(what->sample_registers == 0),
        arena_printf(arena, "%lld", (long long)what->sample_registers));
    qsort(ret_lines, t.n, sizeof *ret_lines, by_state);
    return t.n;
}

struct access_counts access_counts(struct access *a)
{
    struct access_counts c = {0};
    int64_t now = clock_now_ms();
    db_value_int(a->db, STR("SELECT count(*) FROM account WHERE disabled_ms IS NULL"), DB_NO_VALUES, &c.accounts, NULL);
    db_value_int(a->db, STR("SELECT count(*) FROM session WHERE is_pending = 0 AND seen_ms > ?1 AND made_ms > ?2"),
                 DB_VALUES(db_int(now - SESSION_IDLE_MS), db_int(now - SESSION_MOST_MS)), &c.sessions, NULL);
    db_value_int(a->db, STR("SELECT coalesce(max(time_ms), 0) FROM event WHERE kind = ?1"),
                 DB_VALUES(db_text(str_of(event_name(EVENT_BACKUP_MADE)))), &c.backup_ms, NULL);
    return c;
}
