/* What several commands need of a province's folder and of an open store.
 *
 *     struct folder_facts facts;
 *     enum err e = cli_folder(c, folder, &facts);          // every error of registers, samples, figures, indexes, reports, papers
 *
 *     struct figures *figures;
 *     e = cli_open_figures(c, &s, &figures);                // the database of --db at the moment of --at
 */
#ifndef TINHSO_CLI_FOLDER_H
#define TINHSO_CLI_FOLDER_H

#include "access/role.h"
#include "cli/cli.h"
#include "figure/figure.h"
#include "workflow/workflow.h"

struct folder_facts {
    const struct province *province;
    size_t registers, figures, indexes, reports, papers, roles;
    const struct roles *declared_roles;
    const struct workflows *workflows;
};

/* All errors go to c->faults. */
enum err cli_folder(struct cli *c, const char *folder, struct folder_facts *ret_facts);

/* The path of --db or TINHSO_DB; NULL without. */
const char *cli_database_named(const struct cli *c);
/* Whether commands find this one without --db. */
bool cli_database_is_default(struct cli *c, const char *path);
/* That, else the only database in var/. ERR_DB_NONE, ERR_DB_SEVERAL. */
enum err cli_database(struct cli *c, const char **ret_path);
/* Read-only, at the moment of --at, which also stands in c->at. */
enum err cli_open(struct cli *c, struct store **ret_store);
enum err cli_open_register(struct cli *c, struct str name, struct store **ret_store); /* see store_open_register */
/* The database of --db, which must be there, into c->store, to be written. */
enum err cli_open_to_write(struct cli *c);
enum err cli_open_figures(struct cli *c, struct store **ret_store, struct figures **ret_figures);

#endif
