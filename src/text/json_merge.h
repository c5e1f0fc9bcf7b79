/* Trees of JSON changed: members put and taken away, and merge patches (RFC 7396).
 *
 *     struct json fields = *there;
 *     json_merge(a, &fields, patch);                 // {"a":1,"b":2} and {"b":null,"c":3}: {"a":1,"c":3}
 *
 * What is changed is the node that is given; what it shares with other trees stays as it is. New lists of members lie in the arena; values are shared,
 * not copied. A member that is put stands last.
 */
#ifndef TINHSO_TEXT_JSON_MERGE_H
#define TINHSO_TEXT_JSON_MERGE_H

#include "text/json.h"

/* The value under a key that is not a literal; NULL when absent. The node must be an object. */
const struct json *json_find(const struct json *object, struct str key);
/* NULL takes it away. */
void json_put(struct arena *a, struct json *object, struct str key, const struct json *value);
void json_merge(struct arena *a, struct json *target, const struct json *patch);

#endif
