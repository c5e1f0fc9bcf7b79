/* The staff of a node: accounts follow those of the office at the province. Passwords do not travel. */
#include "access/account.h"
#include "base/vec.h"
#include "web/node_site.h"

#include "base/banned.h"

struct staffing {
    struct arena *a;
    struct access *access;
    struct db *db; /* of the node: which accounts the province gave */
    const struct node_watch *watch;
    struct node_sent *ret;
    bool is_again;
};

static const struct actor program = {0};

static struct str member(const struct json *object, const char *name)
{
    const struct json *v = json_get(object, name);
    return v && v->kind == J_STRING ? v->string : STR("");
}

static bool names(const struct str *list, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(list[i], name))
            return true;
    return false;
}

/* ---- whom the province gave */

static enum err given_read(struct staffing *x, struct str **ret, size_t *ret_n, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    VEC(struct str) list = {0};
    bool has_row = false;
    enum err e = db_script(x->db, "CREATE TABLE IF NOT EXISTS node_staff(name TEXT PRIMARY KEY)", f);
    if (e == OK)
        e = stmt_new(x->db, STR("SELECT name FROM node_staff ORDER BY name"), &st, f);
    while (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row)
        VEC_PUSH(x->a, &list, str_dup(x->a, stmt_column_text(st, 0)));
    *ret = list.p;
    *ret_n = list.n;
    return e;
}

static enum err given_note(struct staffing *x, struct str name, struct fault *f)
{
    return db_run(x->db, STR("INSERT OR IGNORE INTO node_staff VALUES(?1)"), DB_VALUES(db_text(name)), f);
}

/* ---- one account: each change a transaction of its own, made again when it was interrupted */

static void tell_link(struct staffing *x, struct str name, const struct token *link)
{
    if (x->watch && x->watch->link)
        x->watch->link(x->watch->context, name, link);
}

static enum err add(struct staffing *x, const struct account *who, const struct str *roles, size_t n, struct fault *f)
{
    struct token link;
    int64_t number;
    bool has_link = x->watch && x->watch->link;
    enum err e = access_begin(x->access, f);
    if (e == OK)
        e = access_end(x->access, account_add(x->access, &program, who, roles, n, &number, has_link ? &link : NULL, f),
                       f);
    if (e != OK)
        return e;
    if (has_link)
        tell_link(x, who->name, &link);
    x->ret->staff_added++;
    return OK;
}

/* The last administrator keeps his role: somebody must be able to put things right. */
static enum err role_set(struct staffing *x, const struct account *who, struct str role, bool is_held, struct fault *f)
{
    struct fault why = {0};
    enum err e = access_begin(x->access, f);
    if (e != OK)
        return e;
    e = is_held ? account_role_add(x->access, &program, who, role, &why)
                : account_role_remove(x->access, &program, who, role, &why);
    e = access_end(x->access, e, &why);
    if (e != OK && e != ERR_ACCOUNT_LAST)
        *f = why;
    return e == ERR_ACCOUNT_LAST ? OK : e;
}

static enum err follow(struct staffing *x, const struct account *there, const struct str *roles, size_t n,
                       struct fault *f)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < n; i++)
        if (!names(there->roles, there->n_roles, roles[i]))
            e = role_set(x, there, roles[i], true, f);
    for (size_t i = 0; e == OK && i < there->n_roles; i++)
        if (!names(roles, n, there->roles[i]))
            e = role_set(x, there, there->roles[i], false, f);
    if (e != OK || !there->is_disabled)
        return e;
    e = access_begin(x->access, f); /* he came back */
    return e == OK ? access_end(x->access, account_enable(x->access, &program, there, f), f) : e;
}

static enum err link_again(struct staffing *x, const struct account *there, struct fault *f)
{
    struct token link;
    enum err e = access_begin(x->access, f);
    if (e == OK)
        e = access_end(x->access, account_link(x->access, &program, there->number, &link, f), f);
    if (e == OK)
        tell_link(x, there->name, &link);
    return e;
}

static enum err take_one(struct staffing *x, const struct json *item, struct fault *f)
{
    const struct json *held = json_get(item, "roles");
    size_t n = held && held->kind == J_ARRAY ? held->n : 0;
    struct str *roles = ARENA_ARRAY(x->a, struct str, n + 1);
    struct account there;
    struct fault none = {0};
    for (size_t k = 0; k < n; k++)
        roles[k] = held->items[k].kind == J_STRING ? held->items[k].string : STR("");
    const struct account who = {.name = member(item, "name"),
                                .full_name = member(item, "full_name"),
                                .unit = member(item, "unit"),
                                .agency = member(item, "agency")};
    enum err e = account_find(x->a, x->access, who.name, &there, &none);
    if (e == ERR_ACCOUNT_UNKNOWN)
        e = add(x, &who, roles, n, f);
    else if (e != OK)
        *f = none;
    else if ((e = follow(x, &there, roles, n, f)) == OK && x->is_again)
        e = link_again(x, &there, f);
    return e == OK ? given_note(x, who.name, f) : e;
}

/* Nobody is left who may put things right where the last administrator goes: then he has no password any more. */
static enum err end_one(struct staffing *x, struct str name, struct fault *f)
{
    struct account there;
    struct fault why = {0};
    struct token link;
    enum err e = account_find(x->a, x->access, name, &there, &why);
    if (e == ERR_ACCOUNT_UNKNOWN || (e == OK && there.is_disabled))
        return OK;
    if (e == OK)
        e = access_begin(x->access, &why);
    if (e == OK)
        e = access_end(x->access, account_disable(x->access, &program, &there, &why), &why);
    if (e == ERR_ACCOUNT_LAST && !there.has_password)
        return OK;
    if (e == ERR_ACCOUNT_LAST) {
        why = (struct fault){0};
        e = access_begin(x->access, &why);
        if (e == OK)
            e = access_end(x->access, account_reset(x->access, &program, &there, &link, &why), &why);
    }
    if (e != OK)
        return *f = why, e;
    x->ret->staff_ended++;
    return OK;
}

enum err node_staff_take(const char *db_path, const struct json *list, bool is_again, const struct node_watch *watch,
                         struct node_sent *ret, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct access *access CLEANUP(access_freep) = NULL;
    struct db *db CLEANUP(db_freep) = NULL;
    struct str *given = NULL;
    size_t n_given = 0;
    if (!list || list->kind != J_ARRAY)
        return OK;
    enum err e = access_open(db_path, &access, f);
    if (e == OK)
        e = db_open(db_path, DB_WRITE, &db, f);
    struct staffing x = {.a = a, .access = access, .db = db, .watch = watch, .ret = ret, .is_again = is_again};
    if (e == OK)
        e = given_read(&x, &given, &n_given, f);
    for (size_t i = 0; e == OK && i < n_given; i++) { /* first those that go */
        bool is_there = false;
        for (size_t k = 0; k < list->n && !is_there; k++)
            is_there = str_eq(member(&list->items[k], "name"), given[i]);
        e = is_there ? OK : end_one(&x, given[i], f);
    }
    for (size_t i = 0; e == OK && i < list->n; i++)
        e = take_one(&x, &list->items[i], f);
    return e;
}
