/* What counter nodes ask of the province: to join, once, to have their steps and files taken, and to be refreshed. Nobody is signed in: a key told to the operator lets one
 * join, the key of the node's log proves the rest (exchange/node.h). */
#include "access/account.h"
#include "exchange/node.h"
#include "web/api.h"
#include "web/desk.h"
#include "web/form.h"
#include "web/signed.h"
#include "web/site.h"
#include "web/workflow_site.h"

#include "base/banned.h"

enum { STAFF_MOST = 200 };

static enum err body_read(struct exchange *x, struct json **ret_root, struct fault *f)
{
    enum err e = json_parse(x->arena, x->request_body, STR("body"), ret_root, f);
    return e == OK && (*ret_root)->kind != J_OBJECT ? FAULT(f, ERR_NODE_PACKAGE, {"reason", STR("JSON")}) : e;
}

static struct str member(const struct json *object, const char *name)
{
    const struct json *v = json_get(object, name);
    return v && v->kind == J_STRING ? v->string : STR("");
}

/* ---- joining */

static void staff_write(const struct account *list, size_t n, struct json_out *o)
{
    for (size_t i = 0; i < n; i++) {
        if (list[i].is_citizen || list[i].is_disabled || !list[i].n_roles)
            continue;
        json_object_begin(o);
        json_member(o, "name", list[i].name);
        json_member(o, "full_name", list[i].full_name);
        json_member(o, "unit", list[i].unit);
        json_member(o, "agency", list[i].agency);
        json_key(o, STR("roles"));
        json_array_begin(o);
        for (size_t k = 0; k < list[i].n_roles; k++)
            json_str(o, list[i].roles[k]);
        json_array_end(o);
        json_object_end(o);
    }
}

/* Those who work at the office: names and roles, no password. */
static enum err staff(struct exchange *x, const struct office *office, struct json_out *o, struct fault *f)
{
    struct account *list = NULL, *mine = ARENA_ARRAY(x->arena, struct account, STAFF_MOST);
    size_t n = 0, n_mine = 0;
    enum err e = office->agency.n
                     ? account_list_of_agency(x->arena, access_of(x), office->agency, STAFF_MOST, &list, &n, f)
                     : account_list_of_agency(x->arena, access_of(x), STR(""), 100000, &list, &n, f);
    for (size_t i = 0; e == OK && i < n && n_mine < STAFF_MOST; i++)
        if (office->agency.n || str_eq(list[i].unit, office->unit))
            mine[n_mine++] = list[i];
    json_key(o, STR("staff"));
    json_array_begin(o);
    staff_write(mine, n_mine, o);
    json_array_end(o);
    return e;
}

static enum err join(struct exchange *x, const struct json *body, struct node *ret, struct fault *f)
{
    struct worker *w = x->worker;
    struct change *c;
    struct str code = input_text(x, 0);
    const struct change_info info = {
        .actor = STR_JOIN(x->arena, STR("node:"), code), .reason = STR("join"), .is_act = true};
    enum err e = change_begin(w->store, &info, &c, f);
    if (e != OK)
        return e;
    e = node_join(x->arena, c, code, member(body, "key"), member(body, "verifier"), f);
    e = change_end(c, e, NULL, f);
    return e == OK ? node_read(x->arena, w->store, code, ret, f) : e;
}

enum err api_node_join(struct exchange *x, struct fault *f)
{
    struct worker *w = x->worker;
    struct access *a = access_of(x);
    struct json *body = NULL;
    struct json_out o;
    struct node node = {.code = STR("")};
    struct office office;
    enum err e = body_read(x, &body, f);
    site_acts(x, true);
    if (e == OK)
        e = join(x, body, &node, f);
    json_out_init(&o, &x->body, JSON_OUT_COMPACT);
    if (e == OK)
        e = office_read(x->arena, w->store, node.office, today_of(x), &office, f);
    if (e == OK)
        e = node_package_write(x->arena, w->store, &node, &o, f);
    if (e == OK)
        e = staff(x, &office, &o, f);
    site_acts(x, false);
    if (e == OK)
        e = access_begin(a, f);
    if (e != OK)
        return e;
    json_object_end(&o);
    const struct event v = {.kind = EVENT_NODE_JOINED, .by = actor_of(x), .detail = node.code};
    return access_end(a, access_event(a, &v, f), f);
}

/* ---- steps */

static void outcome_write(const struct node_batch *batch, const struct node_taken *list, struct json_out *o)
{
    int64_t counts[NODE_OUTCOMES] = {0};
    json_object_begin(o);
    json_key(o, STR("steps"));
    json_array_begin(o);
    for (size_t i = 0; i < batch->n; i++) {
        counts[list[i].outcome]++;
        json_object_begin(o);
        json_member(o, "id", list[i].id);
        json_member(o, "outcome", str_of(node_outcome_name(list[i].outcome)));
        if (list[i].why.n)
            json_member(o, "why", list[i].why);
        json_object_end(o);
    }
    json_array_end(o);
    for (size_t i = 0; i < NODE_OUTCOMES; i++) {
        json_key(o, str_of(node_outcome_name((enum node_outcome)i)));
        json_int(o, counts[i]);
    }
    json_object_end(o);
}

enum err api_node_steps(struct exchange *x, struct fault *f)
{
    struct worker *w = x->worker;
    const struct workflow *workflow = NULL;
    struct node_batch batch = {.n = 0};
    struct node_taken *list = NULL;
    struct json_out o;
    enum err e = site_workflow(x, STR("dossiers"), &workflow, f);
    site_acts(x, true);
    if (e == OK)
        e = node_batch_open(x->arena, w->store, input_text(x, 0), x->request_body, &batch, f);
    if (e == OK)
        e = node_batch_take(x->arena, w->acting, w->store, workflow, site_papers(x), &batch, &list, f);
    site_acts(x, false);
    if (e != OK)
        return e;
    json_out_init(&o, &x->body, JSON_OUT_COMPACT);
    outcome_write(&batch, list, &o);
    return OK;
}

/* ---- what changed, and files */

/* Those who may sign in there. Nobody may at a node that is over. */
static enum err staff_of(struct exchange *x, const struct node *node, struct json_out *o, struct fault *f)
{
    struct office office;
    if (node->ended_ms) {
        json_key(o, STR("staff"));
        json_array_begin(o);
        json_array_end(o);
        return OK;
    }
    enum err e = office_read(x->arena, ((struct worker *)x->worker)->store, node->office, today_of(x), &office, f);
    return e == OK ? staff(x, &office, o, f) : e;
}

enum err api_node_refresh(struct exchange *x, struct fault *f)
{
    struct worker *w = x->worker;
    const struct workflow *workflow = NULL;
    struct node node = {.code = STR("")};
    struct node_request r = {.at = 0};
    struct json_out o;
    enum err e = site_workflow(x, STR("dossiers"), &workflow, f);
    site_acts(x, true);
    if (e == OK)
        e = node_request_open(x->arena, w->store, input_text(x, 0), "refresh", x->request_body, &node, &r, f);
    json_out_init(&o, &x->body, JSON_OUT_COMPACT);
    if (e == OK)
        e = node_refresh_write(x->arena, w->store, &node, workflow, r.at, &o, f);
    if (e == OK)
        e = staff_of(x, &node, &o, f);
    site_acts(x, false);
    if (e != OK)
        return e;
    json_key(&o, STR("head")), json_int(&o, w->store->head);
    json_object_end(&o);
    return OK;
}

enum err api_node_file(struct exchange *x, struct fault *f)
{
    struct worker *w = x->worker;
    struct node node = {.code = STR("")};
    struct node_request r = {.at = 0};
    struct fault why = {0};
    struct json_out o;
    int64_t has = 0;
    bool is_whole = false;
    site_acts(x, true);
    enum err e = node_request_open(x->arena, w->store, input_text(x, 0), "file", x->request_body, &node, &r, f);
    if (e == OK) {
        e = node_file_take(x->arena, w->store, &node, &r, &has, &is_whole, &why);
        if (e != OK && e != ERR_NODE_FILE)
            *f = why;
    }
    site_acts(x, false);
    if (e != OK && e != ERR_NODE_FILE)
        return e;
    json_out_init(&o, &x->body, JSON_OUT_COMPACT);
    json_object_begin(&o);
    if (e == ERR_NODE_FILE) { /* what was dropped stays dropped: an answer, not a failure */
        x->status = 422;
        json_member(&o, "type", STR("node-file"));
        json_member(&o, "detail", r.id);
        json_member(&o, "title", fault_sentence(x, &why));
    } else {
        json_key(&o, STR("has")), json_int(&o, has);
        json_key(&o, STR("whole")), json_bool(&o, is_whole);
    }
    json_object_end(&o);
    return OK;
}
