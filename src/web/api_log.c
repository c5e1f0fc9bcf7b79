/* The log for outsiders: checkpoint, tiles and entries (c2sp.org/tlog-tiles), revisions with their records, proofs. */
#include "register/log.h"
#include "register/query.h"
#include "web/api.h"
#include "web/ask.h"

#include "base/banned.h"

/* A proof, and the records of a revision, show whole records. */
static bool shows_whole(void *context, const struct reg *reg)
{
    return site_shows_whole(context, reg);
}

enum err api_log_checkpoint(struct exchange *x, struct fault *f)
{
    const struct worker *w = x->worker;
    struct str note;
    struct checkpoint c;
    enum err e = log_checkpoint_read(x->arena, w->store, &note, &c, f);
    if (e == OK)
        buf_str(&x->body, note);
    return e;
}

enum err api_log_key(struct exchange *x, struct fault *f)
{
    const struct worker *w = x->worker;
    struct note_verifier v;
    enum err e = log_verifier(w->store, &v, f);
    if (e != OK)
        return e;
    note_verifier_print(&v, &x->body);
    buf_putc(&x->body, '\n');
    return OK;
}

enum err api_log_tile(struct exchange *x, struct fault *f)
{
    const struct worker *w = x->worker;
    enum err e = log_tile_write(w->store, input_named(x, "tile")->text, &x->body, f);
    x->is_immutable = e == OK; /* what a tile holds never changes, not even that of a partial one */
    return e;
}

enum err api_log_revisions(struct exchange *x, struct fault *f)
{
    const struct worker *w = x->worker;
    const struct input_value *before = input_named(x, "before");
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    struct json_out o;
    bool has_row;
    enum err e =
        stmt_new(w->store->db, STR("SELECT entry FROM revision WHERE rev < ?1 ORDER BY rev DESC LIMIT ?2"), &st, f);
    if (e != OK)
        return e;
    stmt_bind_int(st, 1, before->is_given && before->integer <= w->store->at ? before->integer : w->store->at + 1);
    stmt_bind_int(st, 2, input_named(x, "limit")->integer);
    json_out_init(&o, &x->body, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_key(&o, STR("revisions"));
    json_array_begin(&o);
    while ((e = stmt_step(st, &has_row, f)) == OK && has_row)
        json_raw(&o, stmt_column_text(st, 0)); /* canonical JSON */
    json_array_end(&o);
    json_object_end(&o);
    return e;
}

enum err api_log_revision(struct exchange *x, struct fault *f)
{
    const struct worker *w = x->worker;
    return log_revision_write(w->store, input_named(x, "revision")->integer, &x->body, f);
}

enum err api_log_records(struct exchange *x, struct fault *f)
{
    struct worker *w = x->worker;
    int64_t rev = input_named(x, "revision")->integer, there;
    struct str number = str_of(arena_printf(x->arena, "%lld", (long long)rev));
    struct json_out o;
    if (rev < 1 || rev > w->head)
        return FAULT(f, ERR_REVISION_UNKNOWN, {"rev", number});
    enum err e = worker_revision(w, number, &there, f); /* the bytes are those of the declarations that held then */
    if (e != OK)
        return e;
    json_out_init(&o, &x->body, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_key(&o, STR("revision")), json_int(&o, rev);
    json_key(&o, STR("from")), json_int(&o, input_named(x, "from")->integer);
    json_key(&o, STR("records"));
    e = log_records_write(w->store, rev, input_named(x, "from")->integer, input_named(x, "limit")->integer, shows_whole,
                          x, &o, f);
    if (e == OK)
        json_object_end(&o);
    return e;
}

/* Whether the record is there for the caller, and with every field. */
static enum err sees_whole(struct exchange *x, const struct reg *reg, struct str id, bool *ret_is_whole,
                           struct fault *f)
{
    const struct worker *w = x->worker;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = false;
    *ret_is_whole = site_shows_whole(x, reg);
    if (*ret_is_whole)
        return OK;
    enum err e = query_open(w->store, reg, &(struct query_options){.id = id, .is_unsorted = true}, &q, f);
    if (e == OK)
        e = query_next(q, &r, &has_row, f);
    if (e == OK)
        *ret_is_whole = has_row && record_is_whole(reg, &r);
    return e;
}

enum err api_log_proof(struct exchange *x, struct fault *f)
{
    const struct worker *w = x->worker;
    const struct reg *reg;
    struct str id = input_named(x, "id")->text;
    enum err e = ask_register(x, input_named(x, "register")->text, &reg, f);
    bool is_whole = false;
    if (e == OK)
        e = sees_whole(x, reg, id, &is_whole, f);
    if (e == OK && !is_whole)
        e = FAULT(f, ERR_PROOF_PRIVATE, {"register", reg->name});
    if (e == OK)
        e = log_prove(w->store, reg, id, NULL, &x->body, f);
    if (e == OK)
        x->filename = str_of(arena_printf(x->arena, "%.*s.proof.json", STR_ARG(reg->name)));
    return e;
}
