/* Stopping on Ctrl-C: the running statement ends with ERR_INTERRUPTED, its change is rolled back, and the program says so.
 *
 *     cli_stop_on_signal(c->store->db);        // SIGINT and SIGTERM, from here until the program ends
 */
#ifndef TINHSO_CLI_LOAD_H
#define TINHSO_CLI_LOAD_H

#include "db/db.h"

void cli_stop_on_signal(struct db *db);

#endif
