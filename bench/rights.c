/* What it costs each request to know who asks and what he may: the session of the cookie, his roles and what was lent to him, his rights in a register, and the decision on
 * one record. Argon2, which a sign-in costs once, is apart.
 *
 *     bench-rights [REQUESTS]          20,000 without */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "ok.h"

#include "access/delegation.h"
#include "access/right.h"
#include "access/session.h"
#include "base/clock.h"
#include "register/change.h"
#include "register/query.h"
#include "text/date.h"
#include "text/number.h"

#include "base/banned.h"

enum { REQUESTS = 20000, ACCOUNTS = 200, SESSIONS = 1000, COMMUNES = 70, LENT = 3, PEOPLE = 100 };

static const char province_yaml[] = "province: x\ntitle: X\n"
                                    "units: {register: units, code: code, name: name, level: level, parent: parent}\n"
                                    "levels: {1: {vi: Tỉnh, en: Province}, 2: {vi: Xã, en: Commune}}\n";
static const char units_yaml[] = "register: units\ntitle: Đơn vị\nkey: [code, valid_from]\n"
                                 "valid_time: {from: valid_from, to: valid_to}\nfields:\n"
                                 "  code: {type: string, title: Mã, required: true}\n"
                                 "  valid_from: {type: date, title: Từ}\n"
                                 "  valid_to: {type: date, title: Đến}\n"
                                 "  name: {type: string, title: Tên, required: true}\n"
                                 "  level: {type: integer, title: Cấp}\n"
                                 "  parent: {type: string, title: Cấp trên}\n";
static const char people_yaml[] = "register: people\ntitle: Người\nprivacy: internal\nkey: [code]\nfields:\n"
                                  "  code: {type: string, title: Mã, required: true}\n"
                                  "  home: {type: unit, title: Xã}\n"
                                  "  state: {type: string, title: Tình trạng}\n"
                                  "  name: {type: string, title: Tên, privacy: basic-personal}\n";
static const char officer_yaml[] = "role: officer\ntitle: Cán bộ\ngrants:\n"
                                   "  - {may: [read, create, update], registers: [people], within: unit, fields: "
                                   "basic-personal}\n"
                                   "  - {may: export, registers: [people], within: unit, where: state = 'open'}\n";
static const char leader_yaml[] = "role: leader\ntitle: Lãnh đạo\ngrants:\n"
                                  "  - {may: [read, update], registers: [people], where: state = 'open'}\n";

struct bench {
    struct arena *a, *request;
    char folder[64], path[96];
    struct store *s;
    struct access *access;
    struct rights *rights;
    struct roles *roles;
    const struct reg *people;
    struct record records[PEOPLE];
    struct account accounts[ACCOUNTS];
    struct token sessions[SESSIONS];
    uint64_t state;
    struct fault f;
    struct faults list;
};

static uint64_t any(struct bench *x, uint64_t n)
{
    x->state ^= x->state << 13, x->state ^= x->state >> 7, x->state ^= x->state << 17;
    return (x->state >> 11) % n;
}

/* ---- the province */

static void declare(struct bench *x)
{
    static const struct {
        const char *path, *text;
    } files[] = {{"province.yaml", province_yaml},
                 {"registers/units.yaml", units_yaml},
                 {"registers/people.yaml", people_yaml},
                 {"roles/officer.yaml", officer_yaml},
                 {"roles/leader.yaml", leader_yaml}};
    struct source_file p[ARRAY_LEN(files)];
    struct province *province;
    struct change *c;
    int64_t rev;
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        p[i] = (struct source_file){str_of(files[i].path), str_of(files[i].text)};
    ok(province_build(x->a, &(struct sources){p, ARRAY_LEN(files)}, &province, &x->list), &x->f, &x->list);
    ok(change_begin(x->s, &(struct change_info){.actor = STR("bench"), .reason = STR("bench")}, &c, &x->f), &x->f,
       &x->list);
    ok(change_declare(c, province, NULL, 0, &x->list), &x->f, &x->list);
    ok(change_commit(c, &rev, &x->list, NULL), &x->f, &x->list);
}

static struct value text(struct bench *x, const char *s)
{
    return (struct value){.kind = VALUE_TEXT, .text = str_dup(x->a, str_of(s))};
}

static void put(struct bench *x, struct change *c, const struct reg *reg, struct record *r, const char *const *values)
{
    enum put_outcome outcome;
    r->values = ARENA_ARRAY(x->a, struct value, reg->n_fields);
    for (size_t i = 0; i < reg->n_fields; i++)
        if (!values[i])
            r->values[i] = (struct value){.kind = VALUE_NULL};
        else if (reg->fields[i].type == FT_INTEGER)
            r->values[i] = (struct value){.kind = VALUE_INTEGER, .integer = values[i][0] - '0'};
        else
            r->values[i] = text(x, values[i]);
    ok(record_id(x->a, reg, r->values, &r->id, &x->f), &x->f, &x->list);
    ok(change_put(c, reg, r, &outcome, &x->f), &x->f, &x->list);
}

static const char *commune(struct bench *x, uint64_t i)
{
    return arena_printf(x->a, "24%03u", (unsigned)i);
}

static void fill(struct bench *x)
{
    must(x->s && x->s->province);
    const struct reg *units = province_register(x->s->province, STR("units"));
    struct record r = {0};
    struct change *c;
    int64_t rev;
    ok(change_begin(x->s, &(struct change_info){.actor = STR("bench"), .reason = STR("bench")}, &c, &x->f), &x->f,
       &x->list);
    put(x, c, units, &r, (const char *const[]){"67", NULL, NULL, "Tỉnh", "1", NULL});
    for (uint64_t i = 0; i < COMMUNES; i++)
        put(x, c, units, &r, (const char *const[]){commune(x, i), NULL, NULL, "Xã", "2", "67"});
    ok(change_commit(c, &rev, &x->list, NULL), &x->f, &x->list);
    x->people = province_register(x->s->province, STR("people"));
    ok(change_begin(x->s, &(struct change_info){.actor = STR("bench"), .reason = STR("bench")}, &c, &x->f), &x->f,
       &x->list);
    for (unsigned i = 0; i < PEOPLE; i++)
        put(x, c, x->people, &x->records[i],
            (const char *const[]){arena_printf(x->a, "P%u", i), commune(x, i % COMMUNES), i % 2 ? "open" : "done",
                                  "Nguyễn Văn An"});
    ok(change_commit(c, &rev, &x->list, NULL), &x->f, &x->list);
    ok(roles_load(x->a, x->s->province, &x->roles, &x->list), &x->f, &x->list);
}

/* ---- accounts */

static void people_sign_in(struct bench *x)
{
    const struct str roles[] = {STR("officer"), STR("leader")};
    const struct actor by = {.address = STR("192.0.2.1")};
    ok(access_begin(x->access, &x->f), &x->f, &x->list);
    for (unsigned i = 0; i < ACCOUNTS; i++) {
        struct account who = {.name = str_of(arena_printf(x->a, "account%u", i)),
                              .full_name = STR("Nguyễn Văn An"),
                              .agency = STR("so-nnptnt"),
                              .unit = str_of(commune(x, i % COMMUNES)),
                              .personal_id = STR("")};
        int64_t number;
        ok(account_add(x->access, &by, &who, roles, 1 + i % 2, &number, NULL, &x->f), &x->f, &x->list);
        ok(account_get(x->a, x->access, number, &x->accounts[i], &x->f), &x->f, &x->list);
    }
    for (unsigned i = 0; i < SESSIONS; i++) {
        const struct session_start how = {
            .account = x->accounts[i % ACCOUNTS].number, .has_second_factor = true, .by = by, .agent = STR("bench")};
        ok(session_begin(x->access, &how, &x->sessions[i], &x->f), &x->f, &x->list);
    }
    ok(access_commit(x->access, &x->f), &x->f, &x->list);
}

static void lend(struct bench *x)
{
    const struct actor by = {.address = STR("192.0.2.1")};
    struct buf last CLEANUP(buf_done) = BUF_INIT(16);
    date_print(date_add_days(date_of_instant(clock_now_ms(), 0), 30), &last);
    ok(access_begin(x->access, &x->f), &x->f, &x->list);
    for (unsigned i = 0; i < ACCOUNTS; i++)
        for (unsigned k = 1; k <= LENT; k++) {
            int64_t number;
            ok(delegation_add(x->access, &by,
                              &(struct delegation_new){.from = &x->accounts[(i + k) % ACCOUNTS],
                                                       .to = &x->accounts[i],
                                                       .role = STR("officer"),
                                                       .last = buf_view(&last),
                                                       .reason = STR("for the bench"),
                                                       .store = x->s},
                              &number, &x->f),
               &x->f, &x->list);
        }
    ok(access_commit(x->access, &x->f), &x->f, &x->list);
}

/* ---- what is measured */

enum step { IDENTIFY, RIGHTS, DECISION, STEPS };

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void request(struct bench *x, bool has_lent, int64_t ns[STEPS])
{
    const struct subject *who = NULL;
    struct sight sight;
    struct decision d;
    struct rights_moment m = {.store = x->s, .roles = x->roles, .declared = 1, .declared_then = 1};
    const struct token *id = &x->sessions[any(x, SESSIONS)];
    const struct record *r = &x->records[any(x, PEOPLE)];
    arena_reset(x->request);
    int64_t start = now_ns();
    ok(session_find(x->request, x->access, str_of(id->text), &who, &x->f), &x->f, &x->list);
    must(who && who->kind == SUBJECT_ACCOUNT && who->n_delegations == (has_lent ? LENT : 0));
    int64_t found = now_ns();
    ok(rights_begin(x->rights, &m, who, &x->f), &x->f, &x->list);
    must(access_sight(x->rights, x->people, &sight));
    int64_t seen = now_ns();
    ok(access_may(x->rights, VERB_UPDATE, x->people, r, &d, &x->f), &x->f, &x->list);
    int64_t end = now_ns();
    ns[IDENTIFY] += found - start;
    ns[RIGHTS] += seen - found;
    ns[DECISION] += end - seen;
}

static void measure(struct bench *x, int64_t n, bool has_lent)
{
    const char *with = has_lent ? ", three roles lent to each" : "";
    int64_t ns[STEPS] = {0};
    for (int64_t i = 0; i < n / 10; i++) /* warms */
        request(x, has_lent, ns);
    for (size_t i = 0; i < STEPS; i++)
        ns[i] = 0;
    for (int64_t i = 0; i < n; i++)
        request(x, has_lent, ns);
    double each = 1e-3 / (double)n;
    printf("rights: who asks, by 1,000 sessions%s\t%.2f\tµs\n", with, (double)ns[IDENTIFY] * each);
    printf("rights: what he sees of a register%s\t%.2f\tµs\n", with, (double)ns[RIGHTS] * each);
    printf("rights: who asks and what he sees, a request%s\t%.2f\tµs\t<= 50\n", with,
           (double)(ns[IDENTIFY] + ns[RIGHTS]) * each);
    printf("rights: the decision on one record%s\t%.2f\tµs\n", with, (double)ns[DECISION] * each);
}

int main(int argc, char **argv)
{
    static struct bench x = {.folder = "/tmp/tinhso-bench-XXXXXX", .state = 88172645463325252};
    int64_t n = REQUESTS;
    if (argc > 1 && (integer_parse(str_of(argv[1]), &n, &x.f) != OK || n < 10))
        return 2;
    if (!mkdtemp(x.folder))
        return 1;
    snprintf(x.path, sizeof x.path, "%s/x.db", x.folder);
    x.a = arena_new();
    x.request = arena_new();
    x.rights = rights_new();
    ok(store_open(x.path, STORE_WRITE, &x.s, &x.f), &x.f, &x.list);
    ok(access_open(x.path, &x.access, &x.f), &x.f, &x.list);
    declare(&x);
    fill(&x);
    people_sign_in(&x);
    measure(&x, n, false);
    lend(&x);
    measure(&x, n, true);
    rights_free(x.rights);
    access_close(x.access);
    store_close(x.s);
    static const char *const files[] = {"db", "access.db", "access.db-reads", "key", "pub", "checkpoint"};
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        unlink(arena_printf(x.a, "%s/x.%s", x.folder, files[i]));
    arena_free(x.request);
    arena_free(x.a);
    return rmdir(x.folder) == 0 ? 0 : 1;
}
