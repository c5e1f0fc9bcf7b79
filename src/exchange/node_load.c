/* What a node takes from the province: declarations and registers when it is made, and what changed of them, and of its dossiers, from then on. */
#include "base/vec.h"
#include "exchange/node.h"
#include "register/load.h"
#include "register/query.h"
#include "text/json.h"

#include "base/banned.h"

static const char actor[] = "tinhso node";

static struct str member(const struct json *object, const char *name)
{
    const struct json *v = json_get(object, name);
    return v && v->kind == J_STRING ? v->string : STR("");
}

static const struct json *array(const struct json *object, const char *name)
{
    const struct json *v = json_get(object, name);
    return v && v->kind == J_ARRAY ? v : NULL;
}

/* ---- declarations and registers */

static enum err declarations_load(struct arena *a, struct store *s, const struct json *files, struct str source,
                                  struct faults *list, struct fault *f)
{
    struct change *c;
    struct province *p;
    int64_t rev;
    const struct change_info info = {.actor = str_of(actor), .reason = source, .source = source};
    struct source_file *sources = ARENA_ARRAY(a, struct source_file, files->n + 1);
    for (size_t i = 0; i < files->n; i++)
        sources[i] = (struct source_file){member(&files->items[i], "path"), member(&files->items[i], "text")};
    enum err e = province_build(a, &(struct sources){sources, files->n}, &p, list);
    if (e == OK)
        e = change_begin(s, &info, &c, f);
    if (e != OK)
        return e;
    e = change_declare(c, p, NULL, 0, list);
    if (e == OK)
        return change_commit(c, &rev, list, NULL);
    change_abort(c);
    return e;
}

static enum err registers_load(struct store *s, const struct json *registers, struct str source, int64_t *ret_n,
                               struct faults *list)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < registers->n; i++) {
        struct load_result done = {0};
        struct str name = member(&registers->items[i], "name");
        const struct reg *reg = province_register(s->province, name);
        const struct change_info info = {
            .actor = str_of(actor), .reason = source, .source = source, .file = name, .is_act = true};
        if (reg)
            e = load_csv(s, reg, member(&registers->items[i], "csv"), &info, false, NULL, NULL, &done, list, NULL);
        *ret_n += done.added + done.changed;
    }
    return e;
}

enum err node_package_load(struct arena *a, struct store *s, const struct json *package, struct faults *list,
                           struct fault *f)
{
    const struct json *files = array(package, "declarations"), *registers = array(package, "registers");
    int64_t n = 0;
    if (!files || !registers)
        return FAULT(f, ERR_NODE_PACKAGE, {"reason", STR("declarations, registers")});
    enum err e = declarations_load(a, s, files, STR("init"), list, f);
    return e == OK ? registers_load(s, registers, STR("init"), &n, list) : e;
}

/* ---- a refresh */

struct refreshing {
    struct arena *a;
    struct store *s;
    struct node_self self;
    struct node_refreshed *ret;
    bool has_waiting; /* a dossier of it has steps that the province does not know yet: its turn comes again */
};

static struct change_info info_of(const char *reason)
{
    return (struct change_info){
        .actor = str_of(actor), .reason = str_of(reason), .source = STR(NODE_REFRESH_SOURCE), .is_act = true};
}

/* From the last register to the first, for each refers to those before it. What a dossier of this node still needs stays. */
static enum err remove_gone(struct refreshing *x, const struct json *registers, struct fault *f)
{
    const struct change_info info = info_of("refresh");
    for (size_t i = registers->n; i-- > 0;) {
        const struct json *gone = array(&registers->items[i], "removed");
        const struct reg *reg = province_register(x->s->province, member(&registers->items[i], "name"));
        for (size_t k = 0; gone && reg && k < gone->n; k++) {
            struct change *c;
            int64_t rev = 0;
            struct fault why = {0};
            struct record now = {0};
            enum err e = change_begin(x->s, &info, &c, f);
            if (e != OK)
                return e;
            e = change_current(c, reg, gone->items[k].string, &now, &why);
            if (e == OK && now.values)
                e = change_remove(c, reg, gone->items[k].string, &why);
            e = change_end(c, e, &rev, &why);
            if (e != OK && e != ERR_RECORD_NEEDED)
                return *f = why, e;
            x->ret->removed += rev != 0;
        }
    }
    return OK;
}

/* ---- dossiers */

/* The record with what the province tells of it; what it does not tell stays. */
static enum err record_of(struct refreshing *x, struct change *c, const struct reg *reg, const struct json *fields,
                          const struct record *old, struct record *ret, struct fault *f)
{
    struct faults list CLEANUP(faults_done) = {.max = 1};
    struct str *cells = ARENA_ARRAY(x->a, struct str, reg->n_fields);
    bool *is_given = ARENA_ARRAY(x->a, bool, reg->n_fields);
    struct value *kept = NULL;
    enum err e = record_cells_of_json(x->a, reg, fields, cells, is_given, &list);
    if (e == OK && old)
        kept = record_fill(x->a, reg, old, is_given, cells);
    if (e == OK)
        e = record_parse(x->a, reg, cells, 0, change_today(c), ret, &list);
    if (e != OK) {
        *f = list.p[0];
        return e;
    }
    if (old)
        record_keep(reg, kept, is_given, ret);
    return OK;
}

/* Steps that the province has otherwise, or does not have: this dossier stands as it stands there. */
static enum err events_put(struct refreshing *x, struct change *c, struct str dossier, int64_t there,
                           const struct json *events, struct fault *f)
{
    const struct reg *reg = province_register(x->s->province, STR("dossier_events"));
    enum err e = OK;
    for (size_t i = 0; e == OK && events && i < events->n; i++) {
        struct record r = {0};
        enum put_outcome outcome;
        e = record_of(x, c, reg, &events->items[i], NULL, &r, f);
        if (e == OK && !str_eq(record_text(reg, &r, "dossier"), dossier))
            e = FAULT(f, ERR_NODE_PACKAGE, {"reason", dossier});
        if (e == OK)
            e = change_put(c, reg, &r, &outcome, f);
    }
    for (int64_t n = there + 1; e == OK; n++) {
        struct record here = {0};
        struct str id = str_of(arena_printf(x->a, "%.*s@%lld", STR_ARG(dossier), (long long)n));
        e = change_current(c, reg, id, &here, f);
        if (e != OK || !here.values)
            return e;
        e = change_remove(c, reg, id, f);
    }
    return e;
}

static enum err is_waiting(struct refreshing *x, struct str dossier, bool *ret, struct fault *f)
{
    int64_t n = 0;
    enum err e = db_value_int(x->s->db,
                              STR("SELECT count(*) FROM r_dossier_events WHERE dossier = ?1 AND _rev > ?2 AND "
                                  "NOT _removed AND " NODE_OWN_SQL),
                              DB_VALUES(db_text(dossier), db_int(x->self.sent_rev)), &n, f);
    *ret = n > 0;
    return e;
}

static enum err dossier_put(struct refreshing *x, struct change *c, const struct json *item, struct fault *f)
{
    const struct reg *reg = province_register(x->s->province, STR("dossiers"));
    const struct json *fields = json_get(item, "dossier");
    struct str id = member(fields, "code");
    struct record old = {0}, r = {0};
    enum put_outcome outcome = PUT_SAME;
    int64_t there = 0;
    bool waits = false;
    enum err e = change_current(c, reg, id, &old, f);
    if (e != OK || !old.values) /* not one of this node's */
        return e;
    old = record_copy(x->a, reg, &old);
    e = is_waiting(x, id, &waits, f);
    if (e != OK || waits) {
        x->has_waiting |= waits;
        return e;
    }
    e = record_of(x, c, reg, fields, &old, &r, f);
    if (e == OK)
        e = change_put(c, reg, &r, &outcome, f);
    if (e == OK && record_integer(reg, &r, "events", &there))
        e = events_put(x, c, id, there, array(item, "events"), f);
    x->ret->dossiers += outcome == PUT_CHANGED;
    return e;
}

static enum err dossiers_load(struct refreshing *x, const struct json *dossiers, struct fault *f)
{
    const struct change_info info = info_of("refresh");
    struct change *c;
    enum err e = dossiers->n ? change_begin(x->s, &info, &c, f) : OK;
    if (e != OK || !dossiers->n)
        return e;
    for (size_t i = 0; e == OK && i < dossiers->n; i++)
        e = dossier_put(x, c, &dossiers->items[i], f);
    return change_end(c, e, NULL, f);
}

static enum err load(struct refreshing *x, const struct json *answer, struct faults *list, struct fault *f)
{
    const struct json *files = array(answer, "declarations"), *registers = array(answer, "registers"),
                      *dossiers = array(answer, "dossiers"), *rev = json_get(answer, "rev");
    bool is_node = false;
    if (!registers || !dossiers || !rev || rev->kind != J_NUMBER)
        return FAULT(f, ERR_NODE_PACKAGE, {"reason", STR("registers, dossiers, rev")});
    enum err e = node_self_read(x->a, x->s->db, &x->self, &is_node, f);
    if (e == OK && files)
        e = declarations_load(x->a, x->s, files, STR(NODE_REFRESH_SOURCE), list, f);
    if (e == OK)
        e = registers_load(x->s, registers, STR(NODE_REFRESH_SOURCE), &x->ret->records, list);
    if (e == OK)
        e = remove_gone(x, registers, f);
    if (e == OK)
        e = dossiers_load(x, dossiers, f);
    return e == OK && !x->has_waiting ? node_seen_write(x->s->db, (int64_t)rev->number, f) : e;
}

enum err node_refresh_load(struct arena *a, struct store *s, const struct json *answer, struct node_refreshed *ret,
                           struct fault *f)
{
    struct faults list CLEANUP(faults_done) = {.max = 1};
    struct refreshing x = {.a = a, .s = s, .ret = ret};
    const struct json *more = json_get(answer, "more");
    enum err e = change_group_begin(s, f);
    if (e != OK)
        return e;
    e = load(&x, answer, &list, f);
    if (e != OK && list.n)
        *f = list.p[0];
    if (e != OK) {
        change_group_abort(s);
        return e;
    }
    ret->has_more = more && more->kind == J_BOOL && more->boolean && !x.has_waiting;
    return change_group_commit(s, f);
}
