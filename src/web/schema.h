/* Fields as JSON Schema (OGC API – Features Part 5): for schemas, queryables, sortables and OpenAPI. */
#ifndef TINHSO_WEB_SCHEMA_H
#define TINHSO_WEB_SCHEMA_H

#include "text/json.h"
#include "web/site.h"

enum schema_of {
    SCHEMA_RETURNED, /* what records hold */
    SCHEMA_FIELDS, /* the properties of a feature: without the geometry, none required, as `properties` may have chosen */
    SCHEMA_QUERIED, /* what filters may name */
    SCHEMA_SORTED,  /* what sortby may name */
};

/* Members type, properties, required …, into an object that is open. */
void schema_write(struct exchange *x, const struct reg *reg, enum schema_of what, struct json_out *o);

/* Members type, format, oneOf, minimum … of one value, into an object that is open; `may_be_null`: or null. */
void schema_value_write(struct exchange *x, const struct field *fd, bool may_be_null, struct json_out *o);

/* The member `required` with the fields that a record must have. */
void schema_required_write(struct exchange *x, const struct reg *reg, enum schema_of what, struct json_out *o);

#endif
