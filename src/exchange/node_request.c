/* Requests of a node: signed with the key of its log, of now, for one purpose. */
#include "base/clock.h"
#include "crypt/base64.h"
#include "crypt/note.h"
#include "exchange/node.h"
#include "text/json.h"

#include "base/banned.h"

enum { TEXT_BYTES = 4096 };

static void hash_write(struct str bytes, struct buf *out)
{
    struct digest d;
    sha256(bytes, &d);
    digest_hex(&d, out);
}

/* {"node", "what", "time", "id", "at", "sha256"}: canonical enough, for only whoever signs writes it. */
static void text_write(struct str code, const struct node_request *r, int64_t now_ms, struct buf *out)
{
    struct buf time CLEANUP(buf_done) = BUF_INIT(64), hash CLEANUP(buf_done) = BUF_INIT(2 * DIGEST_BYTES);
    struct json_out o;
    instant_print(now_ms, &time);
    hash_write(r->bytes, &hash);
    json_out_init(&o, out, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_member(&o, "node", code);
    json_member(&o, "what", str_of(r->what));
    json_member(&o, "time", buf_view(&time));
    json_member(&o, "id", r->id);
    json_key(&o, STR("at"));
    json_int(&o, r->at);
    json_member(&o, "sha256", buf_view(&hash));
    json_object_end(&o);
    buf_putc(out, '\n');
}

enum err node_request_write(const struct note_key *key, struct str code, const struct node_request *r, struct buf *out,
                            struct fault *f)
{
    struct buf text CLEANUP(buf_done) = BUF_INIT(TEXT_BYTES), note CLEANUP(buf_done) = BUF_INIT(2 * TEXT_BYTES),
                    data CLEANUP(buf_done) = BUF_INIT(2 * NODE_PIECE);
    struct json_out o;
    text_write(code, r, clock_now_ms(), &text);
    enum err e = note_sign(key, buf_view(&text), &note, f);
    if (e != OK)
        return e;
    base64_encode(r->bytes.p, r->bytes.n, &data);
    json_out_init(&o, out, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_member(&o, "note", buf_view(&note));
    json_member(&o, "data", buf_view(&data));
    json_object_end(&o);
    return out->is_full || data.is_full ? FAULT(f, ERR_LIMIT, {"what", code}, {"limit", STR("256 KiB")}) : OK;
}

static struct str member(const struct json *object, const char *name)
{
    const struct json *v = json_get(object, name);
    return v && v->kind == J_STRING ? v->string : STR("");
}

/* What the node signed. */
static enum err note_read(struct arena *a, const struct node *node, struct str note, struct json **ret, struct fault *f)
{
    struct note_verifier v;
    struct str text;
    bool is_its = node->verifier.n && note_verifier_parse(node->verifier, &v, NULL) == OK &&
                  note_open(&v, note, &text, NULL) == OK && json_parse(a, text, STR("note"), ret, NULL) == OK;
    return is_its ? OK : FAULT(f, ERR_NODE_SIGNATURE, {"node", node->code});
}

static enum err moment_check(const struct node *node, struct str time, struct fault *f)
{
    int64_t at_ms = 0, now_ms = clock_now_ms();
    bool is_now =
        instant_parse(time, &at_ms, NULL) == OK && at_ms <= now_ms + NODE_LATE_MS && at_ms >= now_ms - NODE_LATE_MS;
    return is_now ? OK : FAULT(f, ERR_NODE_CLOCK, {"node", node->code}, {"at", time});
}

enum err node_request_open(struct arena *a, struct store *s, struct str code, const char *what, struct str body,
                           struct node *ret_node, struct node_request *ret, struct fault *f)
{
    struct json *root = NULL, *said = NULL;
    struct buf hash CLEANUP(buf_done) = BUF_INIT(2 * DIGEST_BYTES);
    enum err e = node_read(a, s, code, ret_node, f);
    if (e == OK)
        e = json_parse(a, body, STR("body"), &root, f);
    if (e == OK)
        e = note_read(a, ret_node, member(root, "note"), &said, f);
    if (e == OK)
        e = moment_check(ret_node, member(said, "time"), f);
    if (e != OK)
        return e;
    const struct json *at = json_get(said, "at");
    *ret = (struct node_request){.what = what, .id = member(said, "id")};
    e = base64_decode(a, member(root, "data"), &ret->bytes, f);
    if (e != OK)
        return e;
    hash_write(ret->bytes, &hash);
    bool is_right = str_eq(member(said, "node"), code) && str_is(member(said, "what"), what) && at &&
                    at->kind == J_NUMBER && at->number >= 0 && at->number < (double)INT64_MAX / 2 &&
                    str_eq(member(said, "sha256"), buf_view(&hash));
    if (!is_right)
        return FAULT(f, ERR_NODE_SIGNATURE, {"node", code});
    ret->at = (int64_t)at->number;
    return ret->bytes.n > NODE_PIECE ? FAULT(f, ERR_LIMIT, {"what", ret->id}, {"limit", STR("256 KiB")}) : OK;
}
