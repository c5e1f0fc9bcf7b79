#include "text/json_merge.h"

#include "base/banned.h"

const struct json *json_find(const struct json *object, struct str key)
{
    for (size_t i = 0; i < object->n; i++)
        if (str_eq(object->members[i].key, key))
            return &object->members[i].value;
    return NULL;
}

void json_put(struct arena *a, struct json *object, struct str key, const struct json *value)
{
    struct json_member *members = ARENA_ARRAY(a, struct json_member, object->n + 1);
    size_t n = 0;
    for (size_t i = 0; i < object->n; i++)
        if (!str_eq(object->members[i].key, key))
            members[n++] = object->members[i];
    if (value)
        members[n++] = (struct json_member){key, *value};
    object->members = members;
    object->n = n;
}

void json_merge(struct arena *a, struct json *target, const struct json *patch)
{
    if (patch->kind != J_OBJECT) {
        *target = *patch;
        return;
    }
    if (target->kind != J_OBJECT)
        *target = (struct json){.kind = J_OBJECT};
    for (size_t i = 0; i < patch->n; i++) {
        const struct json_member *m = &patch->members[i];
        const struct json *there = json_find(target, m->key);
        struct json merged = there ? *there : (struct json){.kind = J_NULL};
        json_merge(a, &merged, &m->value);
        json_put(a, target, m->key, m->value.kind == J_NULL ? NULL : &merged);
    }
}
