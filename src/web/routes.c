/* The one table of routes. Handlers are declared in site.h and lie in api_*.c and page_*.c; those of the server itself, in http/system.c. */
#include "web/site.h"

#include "base/banned.h"

const struct route site_routes[] = {
    ROUTE_END,
};
