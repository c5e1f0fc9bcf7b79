/* Any text: parsed or refused with a place; what was parsed prints canonically, and that parses to the same canonical bytes;
 * written pretty by the streaming writer it reads back the same too. */
#include <stdint.h>

#include "text/json.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print(struct json_out *o, const struct json *v)
{
    switch (v->kind) {
    case J_NULL:
        json_null(o);
        break;
    case J_BOOL:
        json_bool(o, v->boolean);
        break;
    case J_NUMBER:
        json_raw(o, v->string); /* the number as it was written must be a number */
        break;
    case J_STRING:
        json_str(o, v->string);
        break;
    case J_ARRAY:
        json_array_begin(o);
        for (size_t i = 0; i < v->n; i++)
            print(o, &v->items[i]);
        json_array_end(o);
        break;
    case J_OBJECT:
        json_object_begin(o);
        for (size_t i = 0; i < v->n; i++) {
            json_key(o, v->members[i].key);
            print(o, &v->members[i].value);
        }
        json_object_end(o);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf first CLEANUP(buf_done) = BUF_INIT(64 << 20), second CLEANUP(buf_done) = BUF_INIT(64 << 20);
    struct buf pretty CLEANUP(buf_done) = BUF_INIT(64 << 20);
    struct json *root = NULL, *again = NULL;
    struct fault f = {0};
    if (json_parse(a, str_slice((const char *)data, size), STR("f"), &root, &f) != OK) {
        must(f.code != OK && !root && f.line > 0 && f.column > 0);
        return 0;
    }
    json_canonical(a, root, &first);
    must(json_parse(a, buf_view(&first), STR(""), &again, &f) == OK);
    json_canonical(a, again, &second);
    must(str_eq(buf_view(&first), buf_view(&second)));

    struct json_out o;
    json_out_init(&o, &pretty, JSON_OUT_PRETTY);
    print(&o, root);
    json_out_done(&o);
    must(json_parse(a, buf_view(&pretty), STR(""), &again, &f) == OK);
    buf_reset(&second);
    json_canonical(a, again, &second);
    must(str_eq(buf_view(&first), buf_view(&second)));
    return 0;
}
