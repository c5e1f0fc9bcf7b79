/* Files that a node brings: their records come with the step that added them, their bytes in pieces behind it. */
#include "base/clock.h"
#include "base/limits.h"
#include "base/vec.h"
#include "exchange/node.h"
#include "register/file.h"
#include "register/query.h"

#include "base/banned.h"

static const struct reg *files_of(const struct store *s)
{
    return province_register(s->province, STR("dossier_files"));
}

static struct str int_text(struct arena *a, int64_t n)
{
    return str_of(arena_printf(a, "%lld", (long long)n));
}

/* ---- records */

/* The number that it has there, or the next one that is free: the dossier may have got files elsewhere meanwhile. */
static enum err number_free(struct arena *a, struct change *c, const struct reg *reg, struct str dossier,
                            int64_t wished, int64_t *ret, struct fault *f)
{
    struct record there = {0};
    *ret = wished;
    for (;;) {
        struct str id = STR_JOIN(a, dossier, STR("@"), int_text(a, *ret));
        enum err e = change_current(c, reg, id, &there, f);
        if (e != OK && e != ERR_KEY_TWICE) /* written by this very change: taken */
            return e;
        if (e == OK && !there.values)
            return OK;
        ++*ret;
    }
}

static enum err file_put_record(struct arena *a, struct change *c, const struct node *node,
                                const struct node_step *step, const struct str *sent, struct fault *f)
{
    const struct reg *reg = files_of(change_store(c));
    struct faults list CLEANUP(faults_done) = {.max = 1};
    struct str *cells = ARENA_ARRAY(a, struct str, reg->n_fields);
    struct record r;
    enum put_outcome outcome;
    int64_t number = 0, at = 0;
    int n_number = reg_field_number(reg, STR("number"));
    memcpy(cells, sent, reg->n_fields * sizeof *cells);
    if (record_parse(a, reg, cells, 0, change_today(c), &r, &list) != OK) {
        *f = list.p[0];
        return list.p[0].code;
    }
    bool is_sized = record_integer(reg, &r, "bytes", &at) && at <= LIMIT_DOSSIER_FILE_BYTES;
    if (!is_sized)
        return FAULT(f, ERR_LIMIT, {"what", r.id}, {"limit", STR("10 MiB")});
    record_integer(reg, &r, "number", &at);
    enum err e = number_free(a, c, reg, step->dossier, at, &number, f);
    if (e != OK)
        return e;
    const struct {
        const char *name;
        struct str text;
    } given[] = {{"node", node->code}, {"node_number", cells[n_number]}, {"arrived_at", STR("")}};
    for (size_t i = 0; i < ARRAY_LEN(given); i++) {
        int n = reg_field_number(reg, str_of(given[i].name));
        if (n == NO_FIELD)
            return FAULT(f, ERR_NODE_PACKAGE, {"reason", str_of(given[i].name)});
        cells[n] = given[i].text;
    }
    cells[n_number] = int_text(a, number);
    if (record_parse(a, reg, cells, 0, change_today(c), &r, &list) != OK) {
        *f = list.p[0];
        return list.p[0].code;
    }
    return change_put(c, reg, &r, &outcome, f);
}

enum err node_files_put(struct arena *a, struct change *c, const struct node *node, const struct node_step *step,
                        struct fault *f)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < step->n_files; i++)
        e = file_put_record(a, c, node, step, step->files[i], f);
    return e;
}

/* ---- what is still on the way */

enum err node_files_wanted(struct arena *a, struct store *s, const struct node *node, struct node_wanted **ret_list,
                           size_t *ret_n, struct fault *f)
{
    const struct reg *reg = files_of(s);
    struct query *rows CLEANUP(query_closep) = NULL;
    VEC(struct node_wanted) list = {0};
    struct record r;
    bool has_row = false;
    const char *filter = arena_printf(a, "node = '%.*s' AND arrived_at IS NULL", STR_ARG(node->code));
    *ret_list = NULL;
    *ret_n = 0;
    if (!reg || reg_field_number(reg, STR("arrived_at")) == NO_FIELD)
        return OK;
    enum err e = query_open(s, reg, &(struct query_options){.filter = str_of(filter), .limit = NODE_REFRESH}, &rows, f);
    while (e == OK && (e = query_next(rows, &r, &has_row, f)) == OK && has_row) {
        struct node_wanted w = {.has = 0};
        int64_t number = 0;
        record_integer(reg, &r, "node_number", &number);
        w.id = STR_JOIN(a, record_text(reg, &r, "dossier"), STR("@"), int_text(a, number));
        e = file_pieces_size(s->db, reg->name, str_dup(a, r.id), &w.has, f);
        VEC_PUSH(a, &list, w);
    }
    *ret_list = list.p;
    *ret_n = list.n;
    return e;
}

/* ---- bytes */

static enum err file_find(struct arena *a, struct store *s, const struct node *node, struct str id, struct record *ret,
                          struct fault *f)
{
    const struct reg *reg = files_of(s);
    struct query *rows CLEANUP(query_closep) = NULL;
    struct record r;
    struct str number, dossier = str_cut(id, '@', &number);
    bool has_row = false, is_name = number.n > 0 && number.n < 10 && dossier.n > 0;
    for (size_t i = 0; is_name && i < number.n; i++)
        is_name = number.p[i] >= '0' && number.p[i] <= '9';
    for (size_t i = 0; is_name && i < dossier.n; i++)
        is_name = dossier.p[i] != '\'';
    if (!reg || !is_name)
        return FAULT(f, ERR_RECORD_UNKNOWN, {"register", STR("dossier_files")}, {"id", id});
    const char *filter = arena_printf(a, "dossier = '%.*s' AND node = '%.*s' AND node_number = %.*s", STR_ARG(dossier),
                                      STR_ARG(node->code), STR_ARG(number));
    enum err e = query_open(s, reg, &(struct query_options){.filter = str_of(filter)}, &rows, f);
    if (e == OK)
        e = query_next(rows, &r, &has_row, f);
    if (e == OK && !has_row)
        return FAULT(f, ERR_RECORD_UNKNOWN, {"register", reg->name}, {"id", id});
    if (e == OK)
        *ret = record_copy(a, reg, &r);
    return e;
}

/* All of it is here: one change makes it a file, and says when. */
static enum err file_arrived(struct arena *a, struct store *s, const struct node *node, struct record *r, struct str id,
                             struct fault *f)
{
    const struct reg *reg = files_of(s);
    struct buf hex CLEANUP(buf_done) = BUF_INIT(2 * DIGEST_BYTES), now CLEANUP(buf_done) = BUF_INIT(64);
    struct change *c;
    struct digest digest;
    struct str bytes = STR("");
    enum put_outcome outcome;
    const struct change_info info = {.actor = STR_JOIN(a, STR("node:"), node->code),
                                     .reason = STR("file"),
                                     .source = STR_JOIN(a, STR("node:"), node->code),
                                     .is_act = true};
    enum err e = file_pieces_read(a, s->db, reg->name, r->id, &bytes, f);
    if (e == OK)
        e = file_pieces_drop(s->db, reg->name, r->id, f);
    if (e != OK)
        return e;
    sha256(bytes, &digest);
    digest_hex(&digest, &hex);
    if (!str_eq(buf_view(&hex), record_text(reg, r, "sha256")))
        return FAULT(f, ERR_NODE_FILE, {"id", id}, {"node", node->code});
    e = change_begin(s, &info, &c, f);
    if (e != OK)
        return e;
    instant_print(clock_now_ms(), &now);
    int arrived = reg_field_number(reg, STR("arrived_at"));
    e = value_parse(a, &reg->fields[arrived], buf_view(&now), change_today(c), &r->values[arrived], f);
    if (e == OK)
        e = file_put(c, reg->name, r->id, bytes, &digest, f);
    if (e == OK)
        e = change_put(c, reg, r, &outcome, f);
    return change_end(c, e, NULL, f);
}

enum err node_file_take(struct arena *a, struct store *s, const struct node *node, const struct node_request *r,
                        int64_t *ret_has, bool *ret_is_whole, struct fault *f)
{
    const struct reg *reg = files_of(s);
    struct record file = {0};
    int64_t whole = 0;
    *ret_has = 0;
    *ret_is_whole = false;
    enum err e = file_find(a, s, node, r->id, &file, f);
    if (e != OK)
        return e;
    record_integer(reg, &file, "bytes", &whole);
    if (record_text(reg, &file, "arrived_at").n) {
        *ret_has = whole;
        *ret_is_whole = true;
        return OK;
    }
    e = file_pieces_size(s->db, reg->name, file.id, ret_has, f);
    if (e != OK || *ret_has != r->at || !r->bytes.n) /* it came before, or one before it did not */
        return e;
    if (*ret_has + (int64_t)r->bytes.n > whole) {
        e = file_pieces_drop(s->db, reg->name, file.id, f);
        return e == OK ? FAULT(f, ERR_NODE_FILE, {"id", r->id}, {"node", node->code}) : e;
    }
    e = file_piece_add(s->db, reg->name, file.id, r->at, r->bytes, f);
    *ret_has += (int64_t)r->bytes.n;
    if (e == OK && *ret_has == whole) {
        e = file_arrived(a, s, node, &file, r->id, f);
        *ret_is_whole = e == OK;
    }
    return e;
}
