/* What the province tells a node: what changed since it was told last, of what it reads and of the dossiers that it received. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/vec.h"
#include "exchange/node.h"
#include "register/query.h"
#include "text/json.h"
#include "workflow/office.h"

#include "base/banned.h"

struct changed {
    struct str id;
    int64_t rev;
};
typedef VEC(struct changed) changed_list;

struct telling {
    struct arena *a;
    struct store *s;
    const struct node *node;
    const struct workflow *w;
    struct json_out *o;
};

/* ---- which dossiers */

static enum err note(struct telling *t, const char *sql, struct str by, struct str or_by, int64_t behind,
                     changed_list *list, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row = false;
    enum err e = stmt_new(t->s->db, str_of(sql), &st, f);
    if (e != OK)
        return e;
    stmt_bind_text(st, 1, by);
    stmt_bind_text(st, 2, or_by);
    /* The newest versions have the greatest numbers: what was told before is not looked through. */
    while ((e = stmt_step(st, &has_row, f)) == OK && has_row && stmt_column_int(st, 1) > behind) {
        struct str rest, id = str_dup(t->a, stmt_column_text(st, 0));
        if (stmt_column_int(st, 2))
            VEC_PUSH(t->a, list, ((struct changed){str_cut(id, '@', &rest), stmt_column_int(st, 1)}));
    }
    return e;
}

static int by_rev(const void *a, const void *b)
{
    const struct changed *x = a, *y = b;
    return x->rev != y->rev ? (x->rev > y->rev ? 1 : -1) : str_cmp(x->id, y->id);
}

/* Those whose record changed, and those of which a step could not be taken: the node has them otherwise. Received by its office, or by that which took over from it. */
static enum err changed_dossiers(struct telling *t, int64_t behind, struct date today, changed_list *list,
                                 struct fault *f)
{
    struct office office = {0};
    struct fault none = {0};
    struct str at = t->node->office;
    if (office_read(t->a, t->s, at, today, &office, &none) == OK)
        at = office.code;
    enum err e = note(t,
                      "SELECT _id, _rev, _until IS NULL AND reception_office IN (?1, ?2) AND NOT _removed AND NOT "
                      "_sample FROM r_dossiers ORDER BY _n DESC",
                      t->node->office, at, behind, list, f);
    if (e == OK && province_register(t->s->province, STR("node_conflicts")))
        e = note(t, "SELECT step, _rev, _until IS NULL AND node IN (?1, ?2) FROM r_node_conflicts ORDER BY _n DESC",
                 t->node->code, t->node->code, behind, list, f);
    if (e == OK && list->n)
        qsort(list->p, list->n, sizeof *list->p, by_rev);
    return e;
}

/* ---- one dossier */

/* Where it is and when it is due; of what is personal what a counter fills in, and nothing that was written of the case. The lookup code is there already, revisions of the workflow
 * are the node's own. */
static bool is_told(const struct telling *t, int field)
{
    const struct field *fd = &t->w->reg->fields[field];
    if (field == t->w->version || str_is(fd->name, "calendar_rev") || str_is(fd->name, "consult_opinion"))
        return false;
    return fd->privacy <= PRIVACY_INTERNAL ||
           (fd->privacy == PRIVACY_BASIC_PERSONAL && dossier_field_is_free(t->w, fd->name));
}

static void fields_write(struct telling *t, const struct reg *reg, const struct record *r)
{
    json_object_begin(t->o);
    for (size_t i = 0; i < reg->n_fields; i++) {
        if (reg == t->w->reg && !is_told(t, (int)i))
            continue;
        json_key(t->o, reg->fields[i].name);
        value_json(&reg->fields[i], &r->values[i], t->o);
    }
    json_object_end(t->o);
}

/* The node has its own steps: those that others took. */
static enum err events_write(struct telling *t, struct str dossier, struct fault *f)
{
    const struct reg *reg = t->w->events;
    struct query *rows CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = false;
    const char *filter = arena_printf(t->a, "dossier = '%.*s' AND (node IS NULL OR node <> '%.*s')", STR_ARG(dossier),
                                      STR_ARG(t->node->code));
    json_key(t->o, STR("events"));
    json_array_begin(t->o);
    enum err e = query_open(t->s, reg, &(struct query_options){.filter = str_of(filter)}, &rows, f);
    while (e == OK && (e = query_next(rows, &r, &has_row, f)) == OK && has_row)
        fields_write(t, reg, &r);
    json_array_end(t->o);
    return e;
}

static enum err dossier_write(struct telling *t, struct str id, struct date today, struct fault *f)
{
    const struct reg *reg = t->w->reg;
    struct query *rows CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = false, is_its = false;
    enum err e = query_open(t->s, reg, &(struct query_options){.id = id}, &rows, f);
    if (e == OK)
        e = query_next(rows, &r, &has_row, f);
    if (e != OK || !has_row)
        return e;
    e = node_owns(t->a, t->s, t->node, id, record_text(reg, &r, "reception_office"), today, &is_its, f);
    if (e != OK || !is_its)
        return e;
    json_object_begin(t->o);
    json_key(t->o, STR("dossier"));
    fields_write(t, reg, &r);
    e = events_write(t, id, f);
    json_object_end(t->o);
    return e;
}

/* At most NODE_REFRESH, by the revisions that changed them; a revision goes whole. */
static enum err dossiers_write(struct telling *t, int64_t behind, int64_t *ret_rev, bool *ret_more, struct fault *f)
{
    changed_list list = {0};
    struct map told = {0};
    struct date today = date_of_instant(clock_now_ms(), t->s->province->utc_offset_minutes);
    size_t n = 0;
    *ret_rev = t->s->head;
    *ret_more = false;
    enum err e = changed_dossiers(t, behind, today, &list, f);
    json_key(t->o, STR("dossiers"));
    json_array_begin(t->o);
    for (size_t i = 0; e == OK && i < list.n; i++) {
        if (n >= NODE_REFRESH && list.p[i].rev != list.p[i - 1].rev) {
            *ret_rev = list.p[i - 1].rev;
            *ret_more = true;
            break;
        }
        if (map_get(&told, list.p[i].id)) /* as it is now, once */
            continue;
        map_put(t->a, &told, list.p[i].id, &list.p[i]);
        e = dossier_write(t, list.p[i].id, today, f);
        n++;
    }
    json_array_end(t->o);
    return e;
}

/* ---- all of it */

enum err node_refresh_write(struct arena *a, struct store *s, const struct node *node, const struct workflow *w,
                            int64_t behind, struct json_out *o, struct fault *f)
{
    struct telling t = {.a = a, .s = s, .node = node, .w = w, .o = o};
    struct node_wanted *wanted = NULL;
    size_t n = 0;
    int64_t declared = 0, rev = behind;
    bool has_more = false;
    json_object_begin(o);
    enum err e = node_files_wanted(a, s, node, &wanted, &n, f);
    json_key(o, STR("wanted"));
    json_array_begin(o);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(o);
        json_member(o, "id", wanted[i].id);
        json_key(o, STR("has")), json_int(o, wanted[i].has);
        json_object_end(o);
    }
    json_array_end(o);
    json_key(o, STR("ended")), json_bool(o, node->ended_ms != 0);
    if (e != OK || node->ended_ms) /* it is over: what it has still goes to the province, nothing comes back */
        return e;
    e = store_declared(s, s->head, &declared, f);
    if (e == OK && declared > behind)
        e = node_declarations_write(s, o, f);
    if (e == OK)
        e = node_registers_write(a, s, behind, o, f);
    if (e == OK)
        e = dossiers_write(&t, behind, &rev, &has_more, f);
    json_key(o, STR("rev")), json_int(o, rev);
    json_key(o, STR("more")), json_bool(o, has_more);
    return e;
}
