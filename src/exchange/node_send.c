/* What a node sends: the steps behind the last revision that arrived, each with its proofs. */
#include "exchange/node.h"
#include "register/log.h"
#include "register/query.h"
#include "workflow/procedure.h"

#include "base/banned.h"

enum { PROOF_BYTES = 1 << 20 };

struct sent {
    struct str id;
    int64_t rev;
};

static enum err steps_behind(struct arena *a, struct store *s, int64_t rev, size_t most, struct sent **ret_list,
                             size_t *ret_n, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    VEC(struct sent) list = {0};
    bool has_row = false;
    enum err e = stmt_new(
        s->db,
        STR("SELECT _id, _rev FROM r_dossier_events WHERE _rev > ?1 AND NOT _removed AND NOT _sample AND " NODE_OWN_SQL
            " ORDER BY _rev, _ord"),
        &st, f);
    if (e != OK)
        return e;
    stmt_bind_int(st, 1, rev);
    while ((e = stmt_step(st, &has_row, f)) == OK && has_row) {
        int64_t of = stmt_column_int(st, 1);
        if (list.n && list.n >= most && of != list.p[list.n - 1].rev) /* a revision goes whole */
            break;
        VEC_PUSH(a, &list, ((struct sent){str_dup(a, stmt_column_text(st, 0)), of}));
    }
    *ret_list = list.p;
    *ret_n = list.n;
    return e;
}

enum err node_waiting(struct store *s, const struct node_self *self, int64_t *ret_n, struct fault *f)
{
    *ret_n = 0;
    if (!province_register(s->province, STR("dossier_events")))
        return OK;
    return db_value_int(
        s->db,
        STR("SELECT count(*) FROM r_dossier_events WHERE _rev > ?1 AND NOT _removed AND NOT _sample AND " NODE_OWN_SQL),
        DB_VALUES(db_int(self->sent_rev)), ret_n, f);
}

/* Personal fields go too, each with the salt of its commitment. */
static enum err prove(struct store *s, const struct reg *reg, struct str id, struct json_out *o, struct fault *f)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(PROOF_BYTES);
    enum err e = log_prove(s, reg, id, &(struct proof_shown){.is_all = true}, &b, f);
    json_str(o, buf_view(&b));
    return e;
}

/* The files that the step added to its dossier. */
static enum err files_prove(struct arena *a, struct store *s, struct str dossier, int64_t rev, struct json_out *o,
                            struct fault *f)
{
    const struct reg *reg = province_register(s->province, STR("dossier_files"));
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    VEC(struct str) ids = {0};
    bool has_row = false;
    enum err e = reg ? stmt_new(s->db,
                                STR("SELECT _id FROM r_dossier_files WHERE dossier = ?1 AND _rev = ?2 AND NOT _removed "
                                    "ORDER BY _ord"),
                                &st, f)
                     : OK;
    if (e != OK || !reg)
        return e;
    stmt_bind_text(st, 1, dossier);
    stmt_bind_int(st, 2, rev);
    while ((e = stmt_step(st, &has_row, f)) == OK && has_row)
        VEC_PUSH(a, &ids, str_dup(a, stmt_column_text(st, 0)));
    if (e != OK || !ids.n)
        return e;
    json_key(o, STR("files"));
    json_array_begin(o);
    for (size_t i = 0; e == OK && i < ids.n; i++)
        e = prove(s, reg, ids.p[i], o, f);
    json_array_end(o);
    return e;
}

/* What the applicant declared, where the step wrote it down: of several versions the last one goes, with its own step. */
static enum err form_prove(struct arena *a, struct store *s, struct str dossier, int64_t rev, struct json_out *o,
                           struct fault *f)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < s->province->n_registers; i++) {
        const struct reg *reg = s->province->registers[i];
        int64_t n = 0;
        if (!reg_is_form(reg))
            continue;
        struct str sql = STR_JOIN(a, STR("SELECT count(*) FROM r_"), reg->name,
                                  STR(" WHERE _id = ?1 AND _rev = ?2 AND NOT _removed"));
        e = db_value_int(s->db, sql, DB_VALUES(db_text(dossier), db_int(rev)), &n, f);
        if (e != OK || !n)
            continue;
        json_key(o, STR("form"));
        json_object_begin(o);
        json_member(o, "register", reg->name);
        json_key(o, STR("proof"));
        e = prove(s, reg, dossier, o, f);
        json_object_end(o);
    }
    return e;
}

/* Reads at the revision, under the declarations that held then: mostly those that hold now. */
static enum err move(struct arena *a, struct store *s, int64_t rev, struct fault *f)
{
    const struct province *p = s->province;
    struct store then_store = *s;
    int64_t then = 0, now = 0;
    then_store.at = rev;
    enum err e = store_declared(s, rev, &then, f);
    if (e == OK)
        e = store_declared(s, s->head, &now, f);
    if (e == OK && then != now)
        e = store_province_read(a, &then_store, &p, f);
    if (e == OK)
        store_move(s, rev, p);
    return e;
}

/* {"event", "dossier", "files", "form"}, all as this step left them. */
static enum err step_write(struct arena *a, struct store *s, const struct sent *x, struct json_out *o, struct fault *f)
{
    const struct province *p = s->province;
    struct str rest, dossier = str_cut(x->id, '@', &rest);
    enum err e = move(a, s, x->rev, f);
    if (e != OK)
        return e;
    json_object_begin(o);
    json_key(o, STR("event"));
    e = prove(s, province_register(s->province, STR("dossier_events")), x->id, o, f);
    json_key(o, STR("dossier"));
    if (e == OK)
        e = prove(s, province_register(s->province, STR("dossiers")), dossier, o, f);
    else
        json_str(o, STR(""));
    if (e == OK)
        e = files_prove(a, s, dossier, x->rev, o, f);
    if (e == OK)
        e = form_prove(a, s, dossier, x->rev, o, f);
    json_object_end(o);
    store_move(s, s->head, p);
    return e;
}

enum err node_batch_write(struct arena *a, struct store *s, const struct node_self *self, size_t most, struct buf *out,
                          int64_t *ret_rev, size_t *ret_n, struct fault *f)
{
    const struct reg *events = province_register(s->province, STR("dossier_events"));
    const struct reg *dossiers = province_register(s->province, STR("dossiers"));
    struct sent *list = NULL;
    struct json_out o;
    *ret_n = 0;
    *ret_rev = self->sent_rev;
    if (!events || !dossiers)
        return OK;
    enum err e = steps_behind(a, s, self->sent_rev, most, &list, ret_n, f);
    if (e != OK || *ret_n == 0)
        return e;
    json_out_init(&o, out, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_member(&o, "node", self->code);
    json_key(&o, STR("steps"));
    json_array_begin(&o);
    for (size_t i = 0; e == OK && i < *ret_n; i++) {
        e = step_write(a, s, &list[i], &o, f);
        *ret_rev = list[i].rev;
    }
    if (e != OK)
        return e;
    json_array_end(&o);
    json_object_end(&o);
    return out->is_full ? FAULT(f, ERR_LIMIT, {"what", self->code}, {"limit", STR("body")}) : OK;
}
