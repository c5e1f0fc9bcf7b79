/* A change from begin to commit: versions, history, subtree, revision, log leaf, in one transaction. */
#include "register/change.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "register/change_internal.h"
#include "register/duplicates.h"
#include "register/log.h"
#include "register/query.h"
#include "text/date.h"

#include "base/banned.h"

static void put_state_freep(struct put_state *p)
{
    stmt_free(p->insert);
    stmt_free(p->find);
    stmt_free(p->until);
    stmt_free(p->box);
}

static void change_free(struct change *c)
{
    for (size_t i = 0; i < c->states.n; i++)
        put_state_freep(c->states.p[i]);
    buf_done(&c->canonical);
    free(c->lines);
    arena_free(c->row);
    arena_free(c->a);
    free(c);
}

void change_abort(struct change *c)
{
    if (!c)
        return;
    struct store *s = c->s;
    bool is_finished = c->is_finished;
    struct words_list owed = c->owed;
    change_free(c);
    if (!s->group)
        db_rollback(s->db); /* after a commit there is nothing left to roll back */
    else if (!is_finished)
        db_savepoint_rollback(s->db), s->group->owed = owed;
}

enum err change_begin(struct store *s, const struct change_info *info, struct change **ret_change, struct fault *f)
{
    enum err e = s->group ? db_savepoint(s->db, f) : db_begin(s->db, f);
    if (e != OK)
        return e;
    int64_t head_before = s->head;
    if (!s->group && (e = store_follow(s, f)) != OK) {
        db_rollback(s->db);
        return e;
    }
    struct change *c = mem_zalloc(sizeof *c);
    c->s = s;
    c->a = arena_new();
    c->row = arena_new();
    c->rev = s->head + 1;
    c->canonical = BUF_INIT(2 * LIMIT_RECORD_BYTES + 65536);
    c->info = (struct change_info){str_dup(c->a, info->actor),
                                   str_dup(c->a, info->reason),
                                   str_dup(c->a, info->source),
                                   NULL,
                                   str_dup(c->a, info->file),
                                   info->is_act,
                                   info->shown};
    if (info->digest) {
        c->digest = *info->digest;
        c->info.digest = &c->digest;
    }
    c->salts_left = 0;
    if (s->group)
        c->owed = s->group->owed;
    log_tree_init(&c->tree, s->db, c->rev);
    struct buf today CLEANUP(buf_done) = BUF_INIT(32);
    date_print(date_of_instant(clock_now_ms(), s->province ? s->province->utc_offset_minutes : 0), &today);
    memcpy(c->today, today.p, 10);
    if (head_before != s->head) /* somebody else wrote: their declarations hold */
        e = store_province_read(s->arena, s, &s->province, f);
    if (e != OK) {
        change_abort(c);
        return e;
    }
    *ret_change = c;
    return OK;
}

enum err change_register(const struct change *c, const struct reg *reg, const struct reg **ret_reg, struct fault *f)
{
    const struct reg *now = c->s->province ? province_register(c->s->province, reg->name) : NULL;
    bool is_same = now && now->n_fields == reg->n_fields && now->n_key == reg->n_key;
    for (size_t i = 0; is_same && i < reg->n_fields; i++)
        is_same = str_eq(now->fields[i].name, reg->fields[i].name) && now->fields[i].type == reg->fields[i].type;
    for (size_t i = 0; is_same && i < reg->n_key; i++)
        is_same = now->key[i] == reg->key[i];
    if (!is_same)
        return FAULT(f, ERR_REGISTER_CHANGED, {"register", reg->name});
    *ret_reg = now;
    return OK;
}

struct str change_today(const struct change *c)
{
    return str_slice(c->today, 10);
}

struct store *change_store(const struct change *c)
{
    return c->s;
}

/* ---- putting records ---- */

static enum err state_prepare(struct change *c, struct put_state *p, struct fault *f)
{
    struct db *db = c->s->db;
    int64_t newest;
    p->writing = writing_of(c->a, c->s, p->reg);
    enum err e = db_value_int(db, p->writing->newest, DB_NO_VALUES, &newest, f);
    if (e != OK)
        return e;
    p->first_n = p->next_n = newest + 1;
    p->was_empty = newest == 0;
    if (p->was_empty && (e = reg_indexes_drop(c->s, p->reg, f)) != OK)
        return e;
    e = stmt_new(db, p->writing->insert, &p->insert, f);
    if (e == OK)
        e = stmt_new(db, p->writing->find, &p->find, f);
    if (e == OK)
        e = stmt_new(db, p->writing->until, &p->until, f);
    if (e == OK && p->reg->box_table)
        e = box_insert_new(c->a, db, p->reg, &p->box, f);
    return e;
}

static enum err state_of(struct change *c, const struct reg *reg, struct put_state **ret, struct fault *f)
{
    if (c->states.n && c->states.p[c->states.n - 1]->reg == reg) {
        *ret = c->states.p[c->states.n - 1];
        return OK;
    }
    for (size_t i = 0; i < c->states.n; i++)
        if (c->states.p[i]->reg == reg) {
            *ret = c->states.p[i];
            return OK;
        }
    struct put_state *p = ARENA_NEW(c->a, struct put_state);
    p->reg = reg;
    p->uses = ARENA_ARRAY(c->a, struct map, reg->n_fields);
    VEC_PUSH(c->a, &c->states, p);
    enum err e = state_prepare(c, p, f);
    *ret = p;
    return e;
}

enum err change_note_unsearched(struct change *c, const struct reg *reg, struct fault *f)
{
    struct put_state *p;
    enum err e = state_of(c, reg, &p, f);
    if (e == OK)
        p->is_unsearched = true;
    return e;
}

enum { SALTS_FIRST = 8 };

static const unsigned char *next_salt(struct change *c)
{
    if (c->salts_left == 0) { /* few at first: most changes write a handful of records */
        c->salts_left = c->count ? ARRAY_LEN(c->salts) : SALTS_FIRST;
        random_bytes(c->salts, c->salts_left * SALT_BYTES);
    }
    return c->salts[--c->salts_left];
}

void record_bind(struct stmt *st, int *at, const struct field *fd, const struct value *v)
{
    if (fd->column_end) {
        struct str to = {NULL, 0}, from = v->kind == VALUE_TEXT ? str_cut(v->text, '/', &to) : (struct str){NULL, 0};
        if (v->kind != VALUE_TEXT) {
            stmt_bind_null(st, (*at)++);
            stmt_bind_null(st, (*at)++);
            return;
        }
        /* An interval without ends is not an unknown one: its first column then holds "..". */
        if (str_is(from, "..") && !str_is(to, ".."))
            stmt_bind_null(st, (*at)++);
        else
            stmt_bind_text(st, (*at)++, from);
        if (str_is(to, ".."))
            stmt_bind_null(st, (*at)++);
        else
            stmt_bind_text(st, (*at)++, to);
        return;
    }
    switch (v->kind) {
    case VALUE_NULL:
        stmt_bind_null(st, (*at)++);
        return;
    case VALUE_INTEGER:
        stmt_bind_int(st, (*at)++, v->integer);
        return;
    case VALUE_NUMBER:
        stmt_bind_number(st, (*at)++, v->number);
        return;
    case VALUE_TEXT:
        stmt_bind_text(st, (*at)++, v->text);
        return;
    case VALUE_BLOB:
        stmt_bind_blob(st, (*at)++, v->text);
        return;
    case VALUE_MASKED:
        must(v->kind != VALUE_MASKED); /* never written */
        return;
    }
}

/* Remembers the line for messages found at commit. */
static void remember_line(struct change *c, uint32_t line)
{
    if ((size_t)c->count >= c->lines_cap) {
        c->lines_cap = c->lines_cap ? c->lines_cap * 2 : 1024;
        c->lines = mem_realloc(c->lines, c->lines_cap * sizeof *c->lines);
    }
    c->lines[c->count] = line;
}

static enum err write_version(struct change *c, struct put_state *p, const struct record *r, bool is_removal,
                              struct fault *f)
{
    const struct reg *reg = p->reg;
    struct str salt = str_slice((const char *)next_salt(c), SALT_BYTES);
    struct stmt *st = p->insert;
    stmt_bind_int(st, 1, p->next_n);
    stmt_bind_text(st, 2, r->id);
    stmt_bind_int(st, 3, c->rev);
    stmt_bind_int(st, 4, c->count);
    stmt_bind_int(st, 5, is_removal);
    stmt_bind_int(st, 6, r->is_sample);
    stmt_bind_blob(st, 7, salt);
    int at = 8;
    static const struct value none = {.kind = VALUE_NULL};
    for (size_t i = 0; i < reg->n_fields; i++)
        record_bind(st, &at, &reg->fields[i], is_removal ? &none : &r->values[i]);
    enum err e = stmt_run(st, f);
    if (e != OK)
        return e;
    struct digest leaf;
    buf_reset(&c->canonical);
    must(record_canonical(reg, r, salt, is_removal, &c->canonical));
    if (c->canonical.is_full)
        return FAULT(f, ERR_LIMIT, {"what", r->id}, {"limit", STR("4 MiB")});
    merkle_leaf(buf_view(&c->canonical), &leaf);
    e = log_tree_add(&c->tree, &leaf, f);
    if (e == OK && p->box && !is_removal)
        e = box_insert(p->box, p->next_n, &r->values[reg->geometry], f);
    remember_line(c, r->line);
    c->count++;
    p->count++;
    p->removed += is_removal;
    p->next_n++;
    return e;
}

static bool same_content(const struct reg *reg, const struct record *a, const struct record *b)
{
    if (a->is_sample != b->is_sample)
        return false;
    for (size_t i = 0; i < reg->n_fields; i++)
        if (!value_equal(&a->values[i], &b->values[i]))
            return false;
    return true;
}

/* The version that is current before this put; found->id.p == NULL when there is none. */
static enum err find_current(struct change *c, struct put_state *p, struct str id, struct record *found, int64_t *ret_n,
                             bool *ret_removed, struct fault *f)
{
    bool has_row;
    *found = (struct record){0};
    stmt_reset(p->find); /* change_current leaves its row open */
    stmt_bind_text(p->find, 1, id);
    enum err e = stmt_step(p->find, &has_row, f);
    if (e != OK || !has_row)
        return e;
    if (stmt_column_int(p->find, 2) == c->rev) {
        stmt_reset(p->find);
        return FAULT(f, ERR_KEY_TWICE, {"id", id}, {"register", p->reg->name});
    }
    *ret_n = stmt_column_int(p->find, 0);
    *ret_removed = stmt_column_int(p->find, 5) != 0;
    record_read(c->row, p->reg, p->find, found);
    return OK;
}

/* The id of a record that was merged into another leads there: writing under it again would make two of one. */
static enum err refuse_merged(const struct change *c, const struct reg *reg, struct str id, struct fault *f)
{
    struct str leads;
    enum err e = record_redirect(c->s, reg, id, &leads, f);
    return e == OK && !str_eq(leads, id) ? FAULT(f, ERR_MERGE_GONE, {"id", id}, {"now", leads}) : e;
}

static enum err supersede(struct change *c, struct put_state *p, int64_t n, struct fault *f)
{
    stmt_bind_int(p->until, 1, c->rev);
    stmt_bind_int(p->until, 2, n);
    return stmt_run(p->until, f);
}

enum err change_current(struct change *c, const struct reg *reg, struct str id, struct record *ret_record,
                        struct fault *f)
{
    struct put_state *p;
    struct record old = {0};
    int64_t n;
    bool is_removed = false;
    enum err e = state_of(c, reg, &p, f);
    arena_reset(c->row);
    if (e == OK && !p->was_empty)
        e = find_current(c, p, id, &old, &n, &is_removed, f);
    if (e == OK)
        *ret_record = is_removed ? (struct record){0} : old;
    return e;
}

static enum err ask_guard(const struct change *c, const struct reg *reg, const struct record *old,
                          const struct record *next, struct fault *f)
{
    const struct write_guard *g = c->s->guard;
    return g ? g->may(g, reg, old, next, f) : OK;
}

enum err change_taken(struct change *c, const struct reg *reg, const struct record *there, enum err code,
                      struct fault *f)
{
    const struct write_guard *g = c->s->guard;
    bool is_shown = true;
    enum err e = query_shows(c->s, reg, there, &is_shown, f);
    if (e == OK && !is_shown && g)
        return g->refuse(g, reg, f);
    return e == OK ? FAULT(f, code, {"register", reg->name}, {"id", there->id}) : e;
}

/* What changes through a workflow alone, nobody changes otherwise: not the operator, not a file (`by: workflow`). */
static enum err refuse_by_workflow(const struct change *c, const struct reg *reg, const struct record *old,
                                   const struct record *next, struct fault *f)
{
    static const struct value none = {.kind = VALUE_NULL};
    if (c->info.is_act)
        return OK;
    bool is_steered = false;
    for (size_t i = 0; i < reg->n_fields; i++)
        is_steered |= reg->fields[i].is_by_workflow;
    if (is_steered && old && next && old->is_sample != next->is_sample) /* an invented record has other laws of time */
        return FAULT(f, ERR_FIELD_BY_WORKFLOW, {"field", STR("_sample")}, {"register", reg->name});
    for (size_t i = 0; i < reg->n_fields; i++) {
        const struct value *was = old ? &old->values[i] : &none, *is = next ? &next->values[i] : &none;
        if (reg->fields[i].is_by_workflow && !value_equal(was, is))
            return FAULT(f, ERR_FIELD_BY_WORKFLOW, {"field", reg->fields[i].name}, {"register", reg->name});
    }
    return OK;
}

enum err change_put(struct change *c, const struct reg *reg, const struct record *r, enum put_outcome *ret_outcome,
                    struct fault *f)
{
    struct put_state *p;
    enum put_outcome outcome = PUT_ADDED;
    enum err e = state_of(c, reg, &p, f);
    if (e == OK && p->was_empty)
        e = ask_guard(c, reg, NULL, r, f);
    if (e == OK && p->was_empty)
        e = refuse_by_workflow(c, reg, NULL, r, f);
    if (e == OK && !p->was_empty) {
        struct record old;
        int64_t n = 0;
        bool is_removed = false;
        arena_reset(c->row);
        e = find_current(c, p, r->id, &old, &n, &is_removed, f);
        if (e == OK)
            e = ask_guard(c, reg, old.values && !is_removed ? &old : NULL, r, f);
        if (e == OK)
            e = refuse_by_workflow(c, reg, old.values && !is_removed ? &old : NULL, r, f);
        if (e == OK && old.id.p && !is_removed && same_content(reg, &old, r)) {
            stmt_reset(p->find);
            *ret_outcome = PUT_SAME;
            return OK;
        }
        stmt_reset(p->find);
        if (e == OK && is_removed)
            e = refuse_merged(c, reg, r->id, f);
        if (e == OK && old.values) {
            outcome = is_removed ? PUT_ADDED : PUT_CHANGED;
            e = supersede(c, p, n, f);
        }
    }
    if (e == OK)
        e = write_version(c, p, r, false, f);
    if (e != OK)
        return e;
    change_note_uses(c, p, r);
    *ret_outcome = outcome;
    return OK;
}

enum err change_remove(struct change *c, const struct reg *reg, struct str id, struct fault *f)
{
    struct put_state *p;
    struct record old = {0};
    int64_t n = 0;
    bool is_removed = false;
    enum err e = state_of(c, reg, &p, f);
    arena_reset(c->row);
    if (e == OK)
        e = find_current(c, p, id, &old, &n, &is_removed, f);
    if (e == OK && (!old.values || is_removed))
        e = FAULT(f, ERR_RECORD_UNKNOWN, {"register", reg->name}, {"id", id});
    if (e == OK)
        e = ask_guard(c, reg, &old, NULL, f);
    if (e == OK)
        e = refuse_by_workflow(c, reg, &old, NULL, f);
    if (p && p->find)
        stmt_reset(p->find);
    if (e == OK)
        e = supersede(c, p, n, f);
    struct record gone = {.id = id, .is_sample = old.is_sample};
    return e == OK ? write_version(c, p, &gone, true, f) : e;
}

/* ---- commit ---- */

static void write_entry(const struct change *c, struct str time, const struct digest *root, struct buf *out)
{
    struct json_out o;
    struct buf hex CLEANUP(buf_done) = BUF_INIT(2 * DIGEST_BYTES);
    json_out_init(&o, out, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_key(&o, STR("actor"));
    json_str(&o, c->info.actor);
    const struct write_guard *g = c->s->guard;
    struct str behalf = g && g->behalf ? g->behalf(g) : (struct str){NULL, 0};
    if (behalf.n)
        json_member(&o, "behalf", behalf);
    json_key(&o, STR("count"));
    json_int(&o, c->count);
    json_key(&o, STR("reason"));
    json_str(&o, c->info.reason);
    json_key(&o, STR("registers"));
    json_object_begin(&o);
    for (size_t i = 0; i < c->states.n; i++) { /* few: an insertion by name order is not worth a sort */
        if (c->states.p[i]->count == 0)
            continue;
        json_key(&o, c->states.p[i]->reg->name);
        json_int(&o, c->states.p[i]->count);
    }
    json_object_end(&o);
    json_key(&o, STR("rev"));
    json_int(&o, c->rev);
    digest_hex(root, &hex);
    json_key(&o, STR("root"));
    json_str(&o, buf_view(&hex));
    if (c->info.source.n) {
        json_key(&o, STR("source"));
        json_object_begin(&o);
        json_key(&o, STR("name"));
        json_str(&o, c->info.source);
        if (c->info.digest) {
            buf_reset(&hex);
            digest_hex(c->info.digest, &hex);
            json_key(&o, STR("sha256"));
            json_str(&o, buf_view(&hex));
        }
        json_object_end(&o);
    }
    json_key(&o, STR("time"));
    json_str(&o, time);
    json_object_end(&o);
    json_out_done(&o);
}

static enum err write_revision(struct change *c, struct log_tree *log, struct fault *f)
{
    struct digest root, leaf;
    struct buf time CLEANUP(buf_done) = BUF_INIT(64), entry CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    struct buf hex CLEANUP(buf_done) = BUF_INIT(2 * DIGEST_BYTES);
    enum err e = log_tree_end(&c->tree, &root, f);
    if (e != OK)
        return e;
    instant_print(clock_now_ms(), &time);
    for (size_t i = 1; i < c->states.n; i++) /* RFC 8785: keys in order */
        for (size_t k = i; k > 0 && str_cmp(c->states.p[k]->reg->name, c->states.p[k - 1]->reg->name) < 0; k--) {
            struct put_state *t = c->states.p[k];
            c->states.p[k] = c->states.p[k - 1];
            c->states.p[k - 1] = t;
        }
    write_entry(c, buf_view(&time), &root, &entry);
    if (entry.is_full)
        return FAULT(f, ERR_LIMIT, {"what", STR("reason + source")}, {"limit", STR("1 MiB")});
    if (c->info.digest)
        digest_hex(c->info.digest, &hex);
    e = db_run(c->s->db, STR("INSERT INTO revision(rev, time, source, digest, entry) VALUES(?1, ?2, ?3, ?4, ?5)"),
               DB_VALUES(db_int(c->rev), db_text(buf_view(&time)),
                         c->info.source.n ? db_text(c->info.source) : db_null(),
                         c->info.digest ? db_text(buf_view(&hex)) : db_null(), db_text(buf_view(&entry))),
               f);
    if (e == OK && c->s->group)
        *log = c->s->group->log;
    else if (e == OK)
        e = log_tree_resume(log, c->s->db, 0, &c->s->frontier, f);
    merkle_leaf(buf_view(&entry), &leaf);
    if (e == OK)
        e = log_tree_add(log, &leaf, f);
    return e == OK && !c->s->group ? log_tree_end(log, NULL, f) : e;
}

static enum err add_words(struct change *c, const struct put_state *p, struct fault *f)
{
    if (!c->s->group)
        return search_add(c->a, c->s, p->reg, p->first_n, c->rev, f);
    group_search_later(c->s->group, p->reg, p->first_n);
    return OK;
}

static enum err finish(struct change *c, int64_t *ret_rev, struct fault *f)
{
    struct store *s = c->s;
    struct log_tree *log = ARENA_NEW(c->a, struct log_tree);
    enum err e = OK;
    for (size_t i = 0; e == OK && i < c->states.n; i++) {
        const struct put_state *p = c->states.p[i];
        if (p->count && p->reg->search_table)
            e = add_words(c, p, f);
        if (e == OK && p->is_unsearched)
            e = search_merge(c->a, s, p->reg, f);
    }
    if (e == OK)
        e = write_revision(c, log, f);
    if (e != OK)
        return e;
    int64_t rev = c->rev;
    bool is_declaration = c->next != NULL;
    for (size_t i = 0; i < c->states.n; i++)
        put_state_freep(c->states.p[i]);
    c->states.n = 0;
    struct file_ahead *ahead = NULL;
    if (!s->group)
        log_checkpoint_begin(s, &log->frontier, &ahead, NULL);
    e = s->group ? db_savepoint_release(s->db, f) : db_commit(s->db, f);
    if (e != OK) {
        file_write_end(ahead, false, NULL);
        return e;
    }
    c->is_finished = true;
    s->has_erased |= c->has_erased;
    s->head = s->at = rev;
    s->frontier = log->frontier;
    *ret_rev = rev;
    if (s->group) {
        s->group->log = *log;
    } else {
        e = ahead ? file_write_end(ahead, true, f) : log_checkpoint_write(s, f);
        store_wal_clear(s);
    }
    if (e == OK && is_declaration)
        e = store_province_read(s->arena, s, &s->province, f);
    return e;
}

enum err change_judge(struct change *c, struct faults *list, struct faults *warnings)
{
    struct fault f = {0};
    size_t before = list->total;
    must(!c->is_judged);
    enum err e = change_check(c, list, warnings, &f);
    if (e != OK)
        faults_add(list, &f);
    else if (list->total > before)
        e = list->n ? list->p[list->n - 1].code : ERR_RULE_BROKEN;
    c->is_judged = e == OK;
    return e;
}

enum err change_commit(struct change *c, int64_t *ret_rev, struct faults *list, struct faults *warnings)
{
    struct fault f = {0};
    must(!c->s->trial);
    if (c->count == 0) {
        enum err e = c->next ? db_commit(c->s->db, &f) : OK; /* the tables may have had to follow a newer program */
        if (e != OK)
            faults_add(list, &f);
        else
            *ret_rev = 0;
        change_abort(c);
        return e;
    }
    size_t before = list->total;
    enum err e = c->is_judged ? OK : change_check(c, list, warnings, &f);
    if (e == OK && list->total > before) {
        e = list->n ? list->p[list->n - 1].code : ERR_RULE_BROKEN;
        change_abort(c);
        return e;
    }
    if (e == OK)
        e = finish(c, ret_rev, &f);
    if (e != OK)
        faults_add(list, &f);
    change_abort(c);
    return e;
}

enum err change_end(struct change *c, enum err e, int64_t *ret_rev, struct fault *f)
{
    struct faults list CLEANUP(faults_done) = {.max = 1};
    int64_t rev = 0;
    if (e != OK) {
        change_abort(c);
        return e;
    }
    e = change_commit(c, &rev, &list, NULL);
    if (e != OK && list.n && f)
        *f = list.p[0];
    if (ret_rev)
        *ret_rev = rev;
    return e;
}
