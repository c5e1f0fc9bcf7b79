#include "workflow/node.h"

#include "base/clock.h"
#include "base/vec.h"
#include "register/query.h"
#include "workflow/office.h"

#include "base/banned.h"

enum { NUMBER_MOST = 9999, NUMBER_DIGITS = 4, DAY_DIGITS = 6 };

static int64_t moment_of_text(struct str text)
{
    int64_t ms = 0;
    return text.n && instant_parse(text, &ms, NULL) == OK ? ms : 0;
}

/* ---- nodes */

static enum err first_reserved(struct store *s, struct str node, int64_t *ret_ms, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row = false;
    *ret_ms = 0;
    if (!province_register(s->province, STR("number_blocks")))
        return OK;
    enum err e =
        stmt_new(s->db,
                 STR("SELECT coalesce(min(reserved_at), '') FROM r_number_blocks WHERE node = ?1 AND _until IS "
                     "NULL AND NOT _removed"),
                 &st, f);
    if (e != OK)
        return e;
    stmt_bind_text(st, 1, node);
    e = stmt_step(st, &has_row, f);
    if (e == OK && has_row)
        *ret_ms = moment_of_text(stmt_column_text(st, 0));
    return e;
}

enum err node_read(struct arena *a, struct store *s, struct str code, struct node *ret, struct fault *f)
{
    const struct reg *reg = province_register(s->province, STR("nodes"));
    struct query *rows CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = false;
    if (!reg)
        return FAULT(f, ERR_NODE_UNKNOWN, {"node", code});
    enum err e = query_open(s, reg, &(struct query_options){.id = code}, &rows, f);
    if (e == OK)
        e = query_next(rows, &r, &has_row, f);
    if (e == OK && !has_row)
        return FAULT(f, ERR_NODE_UNKNOWN, {"node", code});
    if (e != OK)
        return e;
    *ret = (struct node){.code = str_dup(a, record_text(reg, &r, "code")),
                         .office = str_dup(a, record_text(reg, &r, "office")),
                         .verifier = str_dup(a, record_text(reg, &r, "verifier")),
                         .join_sha256 = str_dup(a, record_text(reg, &r, "join_sha256")),
                         .join_until_ms = moment_of_text(record_text(reg, &r, "join_until")),
                         .ended_ms = moment_of_text(record_text(reg, &r, "ended_at"))};
    return first_reserved(s, code, &ret->from_ms, f);
}

/* ---- numbers */

enum err node_blocks(struct arena *a, struct store *s, struct str id_code, struct date day, struct str node,
                     struct number_block **ret_list, size_t *ret_n, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    VEC(struct number_block) list = {0};
    bool has_row = false;
    *ret_list = NULL;
    *ret_n = 0;
    if (!province_register(s->province, STR("number_blocks")))
        return OK;
    enum err e = stmt_new(s->db,
                          STR("SELECT node, first, last FROM r_number_blocks WHERE id_code = ?1 AND from_day <= ?2 AND "
                              "(to_day IS NULL OR to_day >= ?2) AND (?3 = '' OR node = ?3) AND _until IS NULL AND NOT "
                              "_removed ORDER BY first"),
                          &st, f);
    if (e != OK)
        return e;
    stmt_bind_text(st, 1, id_code);
    stmt_bind_text(st, 2, date_iso(a, day));
    stmt_bind_text(st, 3, node);
    while ((e = stmt_step(st, &has_row, f)) == OK && has_row)
        VEC_PUSH(a, &list,
                 ((struct number_block){.node = str_dup(a, stmt_column_text(st, 0)),
                                        .first = stmt_column_int(st, 1),
                                        .last = stmt_column_int(st, 2)}));
    *ret_list = list.p;
    *ret_n = list.n;
    return e;
}

static bool digits_read(struct str text, int64_t *ret)
{
    *ret = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9' || *ret > INT32_MAX)
            return false;
        *ret = *ret * 10 + (text.p[i] - '0');
    }
    return text.n > 0;
}

/* {id_code}-{yyMMdd}-{NNNN} */
static bool code_read(struct str code, struct str *ret_id_code, struct date *ret_day, int64_t *ret_number)
{
    struct str rest, number;
    *ret_id_code = str_cut(code, '-', &rest);
    struct str day = str_cut(rest, '-', &number);
    int64_t n = 0;
    if (day.n != DAY_DIGITS || number.n != NUMBER_DIGITS || !digits_read(day, &n) || !digits_read(number, ret_number))
        return false;
    *ret_day = (struct date){(int16_t)(2000 + n / 10000), (uint8_t)(n / 100 % 100), (uint8_t)(n % 100)};
    return date_is_valid(*ret_day);
}

enum err node_block_holds(struct arena *a, struct store *s, struct str node, struct str dossier, bool *ret_holds,
                          struct fault *f)
{
    struct str id_code;
    struct date day;
    struct number_block *list = NULL;
    size_t n = 0;
    int64_t number;
    *ret_holds = false;
    if (!code_read(dossier, &id_code, &day, &number))
        return OK;
    enum err e = node_blocks(a, s, id_code, day, node, &list, &n, f);
    for (size_t i = 0; e == OK && i < n; i++)
        *ret_holds |= number >= list[i].first && number <= list[i].last;
    return e;
}

enum err node_owns(struct arena *a, struct store *s, const struct node *node, struct str dossier,
                   struct str received_at, struct date day, bool *ret, struct fault *f)
{
    struct office office = {0};
    struct fault none = {0};
    enum err e = node_block_holds(a, s, node->code, dossier, ret, f);
    if (e == OK && *ret && !str_eq(received_at, node->office))
        *ret = office_read(a, s, node->office, day, &office, &none) == OK && str_eq(received_at, office.code);
    return e;
}

static enum err overlaps(struct store *s, struct str id_code, int64_t first, int64_t last, struct str from,
                         struct str to, bool *ret, struct fault *f)
{
    int64_t n = 0;
    enum err e = db_value_int(
        s->db,
        STR("SELECT count(*) FROM r_number_blocks WHERE id_code = ?1 AND first <= ?3 AND last >= ?2 AND (to_day IS "
            "NULL OR to_day >= ?4) AND (?5 = '' OR from_day <= ?5) AND _until IS NULL AND NOT _removed"),
        DB_VALUES(db_text(id_code), db_int(first), db_int(last), db_text(from), db_text(to)), &n, f);
    *ret = n > 0;
    return e;
}

enum err node_block_reserve(struct arena *a, struct change *c, struct str node, struct str id_code, struct str block,
                            struct date from, struct date to, struct fault *f)
{
    struct store *s = change_store(c);
    const struct reg *reg = province_register(s->province, STR("number_blocks"));
    struct buf now CLEANUP(buf_done) = BUF_INIT(64);
    struct faults list CLEANUP(faults_done) = {.max = 1};
    struct record r;
    enum put_outcome outcome;
    int64_t first, last;
    bool is_taken = false;
    struct str behind, head = str_cut(block, '-', &behind), to_text = to.month ? date_iso(a, to) : STR("");
    bool is_read = digits_read(head, &first) && digits_read(behind, &last);
    if (!is_read || !reg || first < 1 || last < first || last > NUMBER_MOST)
        return FAULT(f, ERR_NODE_BLOCK_WRONG, {"block", block});
    enum err e = overlaps(s, id_code, first, last, date_iso(a, from), to_text, &is_taken, f);
    if (e == OK && is_taken)
        return FAULT(f, ERR_NODE_BLOCK_WRONG, {"block", block});
    if (e != OK)
        return e;
    instant_print(clock_now_ms(), &now);
    struct str *cells = ARENA_ARRAY(a, struct str, reg->n_fields);
    const struct {
        const char *name;
        struct str text;
    } given[] = {{"node", node},
                 {"first", head},
                 {"last", behind},
                 {"id_code", id_code},
                 {"from_day", date_iso(a, from)},
                 {"to_day", to_text},
                 {"reserved_at", str_dup(a, buf_view(&now))}};
    for (size_t i = 0; i < ARRAY_LEN(given); i++) {
        int field = reg_field_number(reg, str_of(given[i].name));
        if (field != NO_FIELD)
            cells[field] = given[i].text;
    }
    e = record_parse(a, reg, cells, 0, change_today(c), &r, &list);
    if (e != OK) {
        *f = list.p[0];
        return e;
    }
    return change_put(c, reg, &r, &outcome, f);
}

/* ---- this database */

static const char table[] =
    "CREATE TABLE IF NOT EXISTS node_self(one INTEGER PRIMARY KEY CHECK (one = 1), code TEXT NOT "
    "NULL, office TEXT NOT NULL, url TEXT NOT NULL, sent_rev INTEGER NOT NULL)";

static enum err self_row(struct arena *a, struct db *db, struct node_self *ret, bool *ret_has, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool is_there = false;
    *ret_has = false;
    *ret = (struct node_self){.sent_rev = 0};
    enum err e = db_has_table(db, "node_self", &is_there, f);
    if (e != OK || !is_there)
        return e;
    e = stmt_new(db, STR("SELECT code, office, url, sent_rev FROM node_self"), &st, f);
    if (e == OK)
        e = stmt_step(st, ret_has, f);
    if (e == OK && *ret_has)
        *ret = (struct node_self){.code = str_dup(a, stmt_column_text(st, 0)),
                                  .office = str_dup(a, stmt_column_text(st, 1)),
                                  .url = str_dup(a, stmt_column_text(st, 2)),
                                  .sent_rev = stmt_column_int(st, 3)};
    return e;
}

enum err node_self_read(struct arena *a, struct db *db, struct node_self *ret, bool *ret_is_node, struct fault *f)
{
    enum err e = self_row(a, db, ret, ret_is_node, f);
    *ret_is_node = *ret_is_node && ret->code.n > 0;
    return e;
}

enum err node_self_is_begun(struct arena *a, struct db *db, bool *ret, struct fault *f)
{
    struct node_self self;
    enum err e = self_row(a, db, &self, ret, f);
    *ret = *ret && self.code.n == 0;
    return e;
}

enum err node_self_write(struct db *db, const struct node_self *self, struct fault *f)
{
    enum err e = db_script(db, table, f);
    return e == OK ? db_run(db, STR("INSERT OR REPLACE INTO node_self VALUES(1, ?1, ?2, ?3, ?4)"),
                            DB_VALUES(db_text(self->code), db_text(self->office), db_text(self->url),
                                      db_int(self->sent_rev)),
                            f)
                   : e;
}

enum err node_self_sent(struct db *db, int64_t rev, struct fault *f)
{
    return db_run(db, STR("UPDATE node_self SET sent_rev = ?1 WHERE sent_rev < ?1"), DB_VALUES(db_int(rev)), f);
}

enum err node_seen_read(struct db *db, int64_t *ret_rev, struct fault *f)
{
    int64_t there = 0;
    *ret_rev = 0;
    enum err e =
        db_value_int(db, STR("SELECT count(*) FROM sqlite_schema WHERE name = 'node_seen'"), DB_NO_VALUES, &there, f);
    if (e != OK || !there)
        return e;
    return db_value_int(db, STR("SELECT coalesce(max(rev), 0) FROM node_seen"), DB_NO_VALUES, ret_rev, f);
}

enum err node_seen_write(struct db *db, int64_t rev, struct fault *f)
{
    enum err e = db_script(db,
                           "CREATE TABLE IF NOT EXISTS node_seen(one INTEGER PRIMARY KEY CHECK (one = 1), rev INTEGER "
                           "NOT NULL)",
                           f);
    return e == OK ? db_run(db, STR("INSERT OR REPLACE INTO node_seen VALUES(1, ?1)"), DB_VALUES(db_int(rev)), f) : e;
}

/* ---- what a node may do */

struct str node_roles(struct arena *a, const struct workflow *w, struct str role, bool *ret_is_one)
{
    struct str roles = STR("");
    *ret_is_one = false;
    for (size_t i = 0; i < w->n_transitions; i++) {
        const struct transition *t = &w->transitions[i];
        for (size_t k = 0; t->is_creation && k < t->n_by; k++) {
            if (str_is(t->by[k], ACTOR_APPLICANT) || str_is(t->by[k], ACTOR_SUPPORTER) ||
                str_is(t->by[k], ACTOR_SYSTEM))
                continue;
            *ret_is_one |= str_eq(t->by[k], role);
            roles = memmem(roles.p, roles.n, t->by[k].p, t->by[k].n)
                        ? roles
                        : STR_JOIN(a, roles, roles.n ? STR(", ") : STR(""), t->by[k]);
        }
    }
    return roles;
}

enum err node_may(struct arena *a, const struct node_self *self, const struct workflow *w, const struct transition *t,
                  struct str role, struct fault *f)
{
    bool is_reception = false;
    struct str roles = node_roles(a, w, role, &is_reception);
    bool follows = str_is(role, ACTOR_SYSTEM) && (str_is(t->id, "part_done") || str_is(t->id, "withdraw"));
    if (is_reception || follows)
        return OK;
    roles = roles.n ? roles : STR("–");
    struct str vi = STR_JOIN(a, STR("quầy chỉ tiếp nhận (vai trò: "), roles,
                             STR("), tỉnh không ghi bước khác do quầy gửi. Hãy làm bước này khi có mạng, ở "),
                             self->url),
               en = STR_JOIN(a, STR("a node only receives (roles: "), roles,
                             STR("), and the province takes no other step from it. Do it when the line is up, at "),
                             self->url);
    return FAULT(f, ERR_NODE_STEP, {"transition", t->title.vi}, {"transition_en", text2_in(&t->title, LANG_EN)},
                 {"node", self->code}, {"why", vi}, {"why_en", en});
}
