/* Which database a command reads, at which moment, and what it declares. */
#include <stdlib.h>
#include <string.h>

#include "access/role.h"
#include "access/store.h"
#include "base/file.h"
#include "cli/cli.h"
#include "cli/folder.h"
#include "figure/figure.h"
#include "register/sample.h"
#include "register/store.h"
#include "report/paper.h"
#include "report/report.h"

#include "base/banned.h"

static enum err only_database(struct cli *c, const char **ret_path)
{
    const char **names = NULL;
    size_t n = 0;
    if (file_exists("var")) {
        enum err e = folder_list(c->arena, "var", ".db", &names, &n, &c->fault);
        if (e != OK)
            return e;
    }
    size_t provinces = 0; /* accounts lie beside them in files of their own */
    for (size_t i = 0; i < n; i++)
        if (!access_is_path(str_of(names[i])))
            names[provinces++] = names[i];
    n = provinces;
    if (n == 0)
        return FAULT(&c->fault, ERR_DB_NONE);
    if (n == 1) {
        *ret_path = arena_printf(c->arena, "var/%s", names[0]);
        return OK;
    }
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    for (size_t i = 0; i < n; i++)
        buf_printf(&b, "%svar/%s", i ? ", " : "", names[i]);
    return FAULT(&c->fault, ERR_DB_SEVERAL, {"files", buf_view(&b)});
}

const char *cli_database_named(const struct cli *c)
{
    const char *path = args_value(&c->args, "db");
    if (!path)
        path = getenv("TINHSO_DB");
    return path && *path ? path : NULL;
}

enum err cli_database(struct cli *c, const char **ret_path)
{
    const char *path = cli_database_named(c);
    if (!path)
        return only_database(c, ret_path);
    *ret_path = path;
    return OK;
}

bool cli_database_is_default(struct cli *c, const char *path)
{
    const char *named = getenv("TINHSO_DB"), *only = NULL;
    if (named && *named)
        return strcmp(named, path) == 0;
    struct fault kept = c->fault;
    bool is_only = only_database(c, &only) == OK && strcmp(only, path) == 0;
    c->fault = kept;
    return is_only;
}

enum err cli_open(struct cli *c, struct store **ret_store)
{
    return cli_open_register(c, (struct str){NULL, 0}, ret_store);
}

enum err cli_open_register(struct cli *c, struct str name, struct store **ret_store)
{
    const char *path = NULL;
    enum err e = cli_database(c, &path);
    if (e == OK)
        e = store_open_register(path, name, &c->store, &c->fault);
    if (e == OK)
        e = store_hold(c->store, &c->fault); /* an answer is of one revision, whoever loads meanwhile */
    struct str at = cli_option(c, "at");
    if (e == OK && at.p)
        e = store_at(c->store, at, &c->fault);
    if (e == OK && !c->store->province)
        e = FAULT(&c->fault, ERR_STORE_EMPTY, {"path", str_of(path)});
    if (e == OK)
        e = moment_read(c->arena, c->store, &c->at, &c->fault);
    if (e == OK)
        *ret_store = c->store;
    return e;
}

enum err cli_open_to_write(struct cli *c)
{
    const char *path = NULL;
    enum err e = cli_database(c, &path);
    if (e == OK && !file_exists(path))
        return FAULT(&c->fault, ERR_FILE_MISSING, {"path", str_of(path)});
    if (e == OK)
        e = store_open(path, STORE_WRITE, &c->store, &c->fault);
    if (e == OK && !c->store->province)
        e = FAULT(&c->fault, ERR_STORE_EMPTY, {"path", str_of(path)});
    return e;
}

enum err cli_open_figures(struct cli *c, struct store **ret_store, struct figures **ret_figures)
{
    enum err e = cli_open(c, ret_store);
    return e == OK ? figures_load(c->arena, c->store->province, ret_figures, &c->faults) : e;
}

/* Figures that roles name are looked for when the figures could be read. */
static enum err check_roles(struct cli *c, const struct province *p, const struct figures *figures,
                            struct folder_facts *facts)
{
    struct roles *roles;
    enum err e = roles_load(c->arena, p, &roles, &c->faults);
    if (e != OK)
        return e;
    facts->roles = roles->n;
    facts->declared_roles = roles;
    if (!figures)
        return OK;
    size_t before = c->faults.total;
    struct str *names = ARENA_ARRAY(c->arena, struct str, figures->n + 1);
    for (size_t i = 0; i < figures->n; i++)
        names[i] = figures->p[i]->id;
    roles_check_figures(roles, names, figures->n, &c->faults);
    return c->faults.total > before ? ERR_DECL_UNKNOWN : OK;
}

/* That the workflows are sane is asked when all else is. */
static enum err check_workflows(struct cli *c, const struct province *p, struct folder_facts *facts)
{
    struct workflows *ws;
    size_t before = c->faults.total, kept = c->faults.n;
    enum err e = workflows_load(c->arena, p, &ws, &c->faults);
    if (e != OK || !facts->declared_roles)
        return e;
    workflows_check(c->arena, ws, facts->declared_roles, &c->faults);
    facts->workflows = ws;
    return c->faults.total > before ? c->faults.p[kept].code : OK;
}

enum err cli_folder(struct cli *c, const char *folder, struct folder_facts *ret_facts)
{
    struct sources sources;
    struct province *p;
    struct figures *figures;
    struct folder_facts facts = {0};
    enum err e = sources_read_folder(c->arena, folder, &sources, &c->fault);
    if (e == OK)
        e = province_build(c->arena, &sources, &p, &c->faults);
    if (e != OK)
        return e;
    /* Figures and reports are read even after an error, so that all errors are listed together. */
    for (size_t i = 0; i < p->n_registers; i++) {
        facts.registers += !p->registers[i]->is_builtin;
        if (p->registers[i]->sample) {
            enum err bad = sample_check(c->arena, p, p->registers[i], &c->faults);
            e = e != OK ? e : bad;
        }
    }
    enum err bad = figures_load(c->arena, p, &figures, &c->faults);
    if (bad == OK) {
        facts.figures = figures->n;
        facts.indexes = figures->indexes->n;
        bad = reports_check(c->arena, figures, &facts.reports, &c->faults);
    }
    enum err misfit = check_roles(c, p, bad == OK ? figures : NULL, &facts);
    enum err unclear = papers_check(c->arena, p, &facts.papers, &c->faults);
    bad = bad != OK ? bad : unclear;
    enum err insane = check_workflows(c, p, &facts);
    facts.province = p;
    if (e == OK && bad == OK && misfit == OK && insane == OK)
        *ret_facts = facts;
    return e != OK ? e : bad != OK ? bad : misfit != OK ? misfit : insane;
}
