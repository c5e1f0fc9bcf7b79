/* How a node begins: registered with its numbers, given a key once, known by the key of its log from then on, and filled with what a counter needs. */
#include "base/clock.h"
#include "base/vec.h"
#include "crypt/hash.h"
#include "exchange/node.h"
#include "register/query.h"

#include "base/banned.h"

enum { KEY_BYTES = 32, PACKAGE_BYTES = 48 << 20 };

/* What a counter reads, in the order in which it can be loaded: each refers to those before it alone. */
static const char *const carried[] = {"units",
                                      "unit_successors",
                                      "agencies",
                                      "holidays",
                                      "life_events",
                                      "legal_texts",
                                      "offices",
                                      "office_hours",
                                      "procedures",
                                      "procedure_parts",
                                      "procedure_variants",
                                      "procedure_steps",
                                      "procedure_components",
                                      "procedure_fees",
                                      "nodes",
                                      "number_blocks"};

static enum err hash_hex(struct arena *a, struct str text, struct str *ret)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(2 * DIGEST_BYTES);
    struct digest d;
    sha256(text, &d);
    digest_hex(&d, &b);
    *ret = str_dup(a, buf_view(&b));
    return OK;
}

static struct str moment_text(struct arena *a, int64_t ms)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    instant_print(ms, &b);
    return str_dup(a, buf_view(&b));
}

/* ---- at the province */

struct given {
    const char *name;
    struct str text;
};

/* The node's record with some fields set; text empty: emptied. */
static enum err node_put(struct arena *a, struct change *c, struct str code, const struct given *given, size_t n,
                         struct fault *f)
{
    const struct reg *reg = province_register(change_store(c)->province, STR("nodes"));
    struct record now, r;
    enum put_outcome outcome;
    if (!reg)
        return FAULT(f, ERR_NODE_UNKNOWN, {"node", code});
    enum err e = change_current(c, reg, code, &now, f);
    if (e != OK)
        return e;
    r = now.values ? record_copy(a, reg, &now)
                   : (struct record){.id = code, .values = ARENA_ARRAY(a, struct value, reg->n_fields)};
    for (size_t i = 0; e == OK && i < n; i++) {
        int field = reg_field_number(reg, str_of(given[i].name));
        if (field != NO_FIELD)
            e = value_parse(a, &reg->fields[field], given[i].text, change_today(c), &r.values[field], f);
    }
    return e == OK ? change_put(c, reg, &r, &outcome, f) : e;
}

static enum err not_joined(struct change *c, struct str code, struct fault *f)
{
    const struct reg *reg = province_register(change_store(c)->province, STR("nodes"));
    struct record now;
    if (!reg)
        return FAULT(f, ERR_NODE_UNKNOWN, {"node", code});
    enum err e = change_current(c, reg, code, &now, f);
    bool has_joined = e == OK && now.values && record_text(reg, &now, "joined_at").n;
    return has_joined ? change_taken(c, reg, &now, ERR_ENTRY_EXISTS, f) : e;
}

enum err node_end(struct arena *a, struct change *c, struct str code, struct fault *f)
{
    struct node node;
    const struct given ended = {"ended_at", moment_text(a, clock_now_ms())};
    enum err e = node_read(a, change_store(c), code, &node, f);
    return e == OK ? node_put(a, c, code, &ended, 1, f) : e;
}

enum err node_add(struct arena *a, struct change *c, struct str code, struct str office, struct str *ret_key,
                  struct fault *f)
{
    unsigned char random[KEY_BYTES];
    struct buf b CLEANUP(buf_done) = BUF_INIT(2 * KEY_BYTES);
    struct str hash;
    int64_t now_ms = clock_now_ms();
    enum err e = not_joined(c, code, f);
    if (e != OK)
        return e;
    random_bytes(random, sizeof random);
    buf_hex(&b, random, sizeof random);
    e = hash_hex(a, buf_view(&b), &hash);
    const struct given given[] = {{"code", code},
                                  {"office", office},
                                  {"added_at", moment_text(a, now_ms)},
                                  {"join_sha256", hash},
                                  {"join_until", moment_text(a, now_ms + NODE_JOIN_MS)},
                                  {"verifier", STR("")},
                                  {"joined_at", STR("")},
                                  {"ended_at", STR("")}};
    if (e == OK)
        e = node_put(a, c, code, given, ARRAY_LEN(given), f);
    if (e == OK)
        *ret_key = STR_JOIN(a, code, STR(":"), buf_view(&b));
    return e;
}

enum err node_join(struct arena *a, struct change *c, struct str code, struct str key, struct str verifier,
                   struct fault *f)
{
    struct node node;
    struct str hash;
    struct note_verifier parsed;
    int64_t now_ms = clock_now_ms();
    enum err e = node_read(a, change_store(c), code, &node, f);
    if (e == ERR_NODE_UNKNOWN)
        return FAULT(f, ERR_NODE_KEY);
    if (e == OK)
        e = hash_hex(a, key, &hash);
    if (e != OK)
        return e;
    bool is_right = node.join_sha256.n && str_eq(node.join_sha256, hash) && now_ms <= node.join_until_ms;
    bool is_other = node.verifier.n && !str_eq(node.verifier, verifier);
    if (!is_right || is_other || note_verifier_parse(verifier, &parsed, NULL) != OK)
        return FAULT(f, ERR_NODE_KEY);
    const struct given given[] = {{"verifier", verifier}, {"joined_at", moment_text(a, now_ms)}};
    return node_put(a, c, code, given, ARRAY_LEN(given), f);
}

/* ---- the package */

static void cell_write(struct str text, struct buf *out)
{
    buf_putc(out, '"');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"')
            buf_putc(out, '"');
        buf_putc(out, text.p[i]);
    }
    buf_putc(out, '"');
}

static enum err csv_write(struct arena *a, struct store *s, const struct reg *reg, int64_t behind, struct buf *out,
                          struct fault *f)
{
    struct query *rows CLEANUP(query_closep) = NULL;
    struct buf value CLEANUP(buf_done) = BUF_INIT(LIMIT_RECORD_BYTES);
    struct record r;
    bool has_row = false;
    const char *filter = behind ? arena_printf(a, "_rev > %lld", (long long)behind) : "";
    for (size_t i = 0; i < reg->n_fields; i++) {
        buf_puts(out, i ? "," : "");
        cell_write(reg->fields[i].name, out);
    }
    buf_putc(out, '\n');
    enum err e = query_open(s, reg, &(struct query_options){.filter = str_of(filter), .is_unsorted = true}, &rows, f);
    while (e == OK && (e = query_next(rows, &r, &has_row, f)) == OK && has_row) {
        if (r.is_sample)
            continue;
        for (size_t i = 0; i < reg->n_fields; i++) {
            buf_reset(&value);
            value_csv(&reg->fields[i], &r.values[i], &value);
            buf_puts(out, i ? "," : "");
            cell_write(buf_view(&value), out);
        }
        buf_putc(out, '\n');
    }
    return e == OK && out->is_full ? FAULT(f, ERR_LIMIT, {"what", reg->name}, {"limit", STR("48 MiB")}) : e;
}

/* Records that are there no more, and were when it was asked last. */
static enum err removed_write(struct arena *a, struct store *s, const struct reg *reg, int64_t behind,
                              struct json_out *o, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row = false;
    const char *sql = arena_printf(a, "SELECT _id FROM \"r_%.*s\" WHERE _removed AND _until IS NULL AND _rev > ?1",
                                   STR_ARG(reg->name));
    enum err e = stmt_new(s->db, str_of(sql), &st, f);
    if (e == OK)
        stmt_bind_int(st, 1, behind);
    json_key(o, STR("removed"));
    json_array_begin(o);
    while (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row)
        json_str(o, stmt_column_text(st, 0));
    json_array_end(o);
    return e;
}

enum err node_declarations_write(struct store *s, struct json_out *o, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row = false;
    enum err e = stmt_new(
        s->db, STR("SELECT path, text FROM r_declarations WHERE _until IS NULL AND NOT _removed ORDER BY path"), &st,
        f);
    json_key(o, STR("declarations"));
    json_array_begin(o);
    while (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row) {
        json_object_begin(o);
        json_member(o, "path", stmt_column_text(st, 0));
        json_member(o, "text", stmt_column_text(st, 1));
        json_object_end(o);
    }
    json_array_end(o);
    return e;
}

enum err node_registers_write(struct arena *a, struct store *s, int64_t behind, struct json_out *o, struct fault *f)
{
    enum err e = OK;
    json_key(o, STR("registers"));
    json_array_begin(o);
    for (size_t i = 0; e == OK && i < ARRAY_LEN(carried); i++) {
        const struct reg *reg = province_register(s->province, str_of(carried[i]));
        struct buf csv CLEANUP(buf_done) = BUF_INIT(PACKAGE_BYTES);
        int64_t changed = 0;
        if (!reg)
            continue;
        e = store_changed(a, s, reg, &changed, f);
        if (e != OK || (behind && changed <= behind))
            continue;
        e = csv_write(a, s, reg, behind, &csv, f);
        json_object_begin(o);
        json_member(o, "name", reg->name);
        json_member(o, "csv", buf_view(&csv));
        if (e == OK && behind)
            e = removed_write(a, s, reg, behind, o, f);
        json_object_end(o);
    }
    json_array_end(o);
    return e;
}

enum err node_package_write(struct arena *a, struct store *s, const struct node *node, struct json_out *o,
                            struct fault *f)
{
    json_object_begin(o);
    json_member(o, "node", node->code);
    json_member(o, "office", node->office);
    json_key(o, STR("rev"));
    json_int(o, s->head);
    enum err e = node_declarations_write(s, o, f);
    return e == OK ? node_registers_write(a, s, 0, o, f) : e;
}
