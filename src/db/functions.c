#include "db/functions.h"

#include <sqlite3.h>

#include "base/banned.h"

int db_functions_add(void *handle)
{
    (void)handle;
    return SQLITE_OK;
}
