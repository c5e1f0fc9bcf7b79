/* The handlers of /api; routes.c names them in its table. */
#ifndef TINHSO_WEB_API_H
#define TINHSO_WEB_API_H

#include "http/http.h"

/* OGC API – Features: api_features.c, api_items.c, api_write.c */
answer_fn api_landing, api_conformance, api_collections, api_collection, api_schema, api_queryables, api_sortables;
answer_fn api_items, api_item;
answer_fn api_item_create, api_item_replace, api_item_update, api_item_delete;

#endif
