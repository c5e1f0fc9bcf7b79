/* SQL functions, collations and virtual tables that every connection gets: folding, Vietnamese order, geometry.
 *
 *     db_functions_add(handle)                 // called by db_open for each connection
 *
 * handle is a sqlite3 *, untyped so that this header needs no sqlite3.h. Returns SQLITE_OK or SQLite's error code.
 * Functions are deterministic and innocuous (trusted_schema is off: others cannot be used in views and triggers).
 */
#ifndef TINHSO_DB_FUNCTIONS_H
#define TINHSO_DB_FUNCTIONS_H

int db_functions_add(void *handle);

#endif
