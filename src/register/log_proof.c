/* Proofs of one record: from its canonical bytes over the subtree of its revision, the entry, the log, to the signed checkpoint.
 *
 * A proof file has one form, and only that one is accepted: what was read is written again and must give the same bytes. So nothing in
 * it can be changed unnoticed, not even what no hash covers. */
#include "base/limits.h"
#include "register/commitment.h"
#include "register/internal.h"
#include "register/log.h"

#include "base/banned.h"

#define FORMAT "tinhso-proof-2"

enum { PATH_MAX_HASHES = 128, PROOF_BYTES = 4 * LIMIT_RECORD_BYTES };

struct path {
    uint64_t index, size;
    struct merkle_proof path;
};

struct proof {
    struct str record, entry, checkpoint, verifier;
    struct proof_field *shown; /* by name */
    size_t n_shown;
    struct path leaf, log;
};

/* ---- writing ---- */

static void number_write(struct json_out *o, const char *key, uint64_t v)
{
    json_key(o, str_of(key));
    json_int(o, (int64_t)v);
}

static void text_write(struct json_out *o, const char *key, struct str text)
{
    json_key(o, str_of(key));
    json_str(o, text);
}

static void path_write(struct json_out *o, const char *key, const struct path *p, const char *size_key)
{
    struct buf hex CLEANUP(buf_done) = BUF_INIT(2 * DIGEST_BYTES);
    json_key(o, str_of(key));
    json_object_begin(o);
    number_write(o, "index", p->index);
    number_write(o, size_key, p->size);
    json_key(o, STR("path"));
    json_array_begin(o);
    for (size_t i = 0; i < p->path.n; i++) {
        buf_reset(&hex);
        digest_hex(&p->path.p[i], &hex);
        json_str(o, buf_view(&hex));
    }
    json_array_end(o);
    json_object_end(o);
}

static void shown_write(struct json_out *o, const struct proof *p)
{
    json_key(o, STR("personal"));
    json_object_begin(o);
    for (size_t i = 0; i < p->n_shown; i++) {
        json_key(o, p->shown[i].name);
        json_object_begin(o);
        text_write(o, "salt", p->shown[i].salt);
        text_write(o, "value", p->shown[i].value);
        json_object_end(o);
    }
    json_object_end(o);
}

static void proof_write(const struct proof *p, struct buf *out)
{
    struct json_out o;
    json_out_init(&o, out, JSON_OUT_PRETTY);
    json_object_begin(&o);
    text_write(&o, "format", STR(FORMAT));
    text_write(&o, "record", p->record);
    shown_write(&o, p);
    path_write(&o, "leaf", &p->leaf, "count");
    text_write(&o, "entry", p->entry);
    path_write(&o, "log", &p->log, "size");
    text_write(&o, "checkpoint", p->checkpoint);
    text_write(&o, "verifier", p->verifier);
    json_object_end(&o);
    json_out_done(&o);
    buf_putc(out, '\n');
}

/* ---- reading ---- */

static bool text_read(const struct json *root, const char *key, struct str *ret)
{
    const struct json *j = json_get(root, key);
    if (!j || j->kind != J_STRING)
        return false;
    *ret = j->string;
    return true;
}

static bool number_read(const struct json *object, const char *key, uint64_t *ret)
{
    const struct json *j = json_get(object, key);
    if (!j || j->kind != J_NUMBER || !(j->number >= 0 && j->number <= 9007199254740991.0))
        return false;
    *ret = (uint64_t)j->number;
    return (double)*ret == j->number;
}

static bool path_read(struct arena *a, const struct json *root, const char *key, const char *size_key, struct path *ret)
{
    const struct json *j = json_get(root, key), *path = json_get(j, "path");
    if (!number_read(j, "index", &ret->index) || !number_read(j, size_key, &ret->size) || !path ||
        path->kind != J_ARRAY || path->n > PATH_MAX_HASHES)
        return false;
    ret->path = (struct merkle_proof){ARENA_ARRAY(a, struct digest, path->n + 1), path->n};
    for (size_t i = 0; i < path->n; i++)
        if (path->items[i].kind != J_STRING || !digest_parse(path->items[i].string, &ret->path.p[i]))
            return false;
    return true;
}

static bool shown_read(struct arena *a, const struct json *root, struct proof *ret)
{
    const struct json *j = json_get(root, "personal");
    if (!j || j->kind != J_OBJECT || j->n > LIMIT_FIELDS)
        return false;
    ret->shown = ARENA_ARRAY(a, struct proof_field, j->n + 1);
    ret->n_shown = j->n;
    for (size_t i = 0; i < j->n; i++) {
        struct proof_field *x = &ret->shown[i];
        x->name = j->members[i].key;
        if ((i && str_cmp(ret->shown[i - 1].name, x->name) >= 0) ||
            !text_read(&j->members[i].value, "salt", &x->salt) || !text_read(&j->members[i].value, "value", &x->value))
            return false;
    }
    return true;
}

static enum err proof_read(struct arena *a, struct str text, struct proof *ret, struct fault *f)
{
    struct json *root;
    struct str format;
    struct buf again CLEANUP(buf_done) = BUF_INIT(text.n + 64);
    if (text.n > PROOF_BYTES)
        return FAULT(f, ERR_PROOF_FORMAT, {"reason", STR("> 16 MiB")});
    if (json_parse(a, text, (struct str){NULL, 0}, &root, NULL) != OK)
        return FAULT(f, ERR_PROOF_FORMAT, {"reason", STR("JSON")});
    if (!text_read(root, "format", &format) || !str_is(format, FORMAT))
        return FAULT(f, ERR_PROOF_FORMAT, {"reason", STR("format")});
    if (!text_read(root, "record", &ret->record) || !shown_read(a, root, ret) ||
        !path_read(a, root, "leaf", "count", &ret->leaf) || !text_read(root, "entry", &ret->entry) ||
        !path_read(a, root, "log", "size", &ret->log) || !text_read(root, "checkpoint", &ret->checkpoint) ||
        !text_read(root, "verifier", &ret->verifier))
        return FAULT(f, ERR_PROOF_FORMAT, {"reason", STR("record, personal, leaf, entry, log, checkpoint, verifier")});
    proof_write(ret, &again);
    if (!str_eq(buf_view(&again), text))
        return FAULT(f, ERR_PROOF_FORMAT, {"reason", STR("bytes")});
    return OK;
}

/* ---- checking ---- */

static enum err verifier_check(const struct proof *p, struct str trusted, struct note_verifier *ret_v, struct fault *f)
{
    struct buf text CLEANUP(buf_done) = BUF_INIT(NOTE_KEY_TEXT_BYTES);
    if (note_verifier_parse(p->verifier, ret_v, NULL) != OK)
        return FAULT(f, ERR_PROOF_FORMAT, {"reason", STR("verifier")});
    note_verifier_print(ret_v, &text);
    if (!str_eq(buf_view(&text), p->verifier))
        return FAULT(f, ERR_PROOF_FORMAT, {"reason", STR("verifier")});
    trusted = str_trim(trusted);
    if (trusted.n && !str_eq(trusted, p->verifier))
        return FAULT(f, ERR_PROOF_VERIFIER, {"has", p->verifier}, {"want", trusted});
    return OK;
}

/* The entry against the two paths, and its root. */
static enum err entry_check(struct arena *a, const struct proof *p, struct digest *ret_root, struct proof_facts *facts,
                            struct fault *f)
{
    struct json *entry;
    struct str root;
    uint64_t rev, count;
    struct buf canonical CLEANUP(buf_done) = BUF_INIT(p->entry.n + 1);
    if (json_parse(a, p->entry, (struct str){NULL, 0}, &entry, NULL) != OK)
        return FAULT(f, ERR_PROOF_ENTRY);
    json_canonical(a, entry, &canonical);
    bool is_good = str_eq(buf_view(&canonical), p->entry) && number_read(entry, "rev", &rev) &&
                   number_read(entry, "count", &count) && text_read(entry, "root", &root) &&
                   digest_parse(root, ret_root) && text_read(entry, "time", &facts->time) &&
                   text_read(entry, "actor", &facts->actor);
    if (!is_good || rev != p->log.index + 1 || count != p->leaf.size)
        return FAULT(f, ERR_PROOF_ENTRY);
    facts->rev = (int64_t)rev;
    return OK;
}

/* Salt and value against the commitment that the record holds. */
static bool is_committed(struct arena *a, const struct json *personal, const struct proof_field *x)
{
    struct digest padded_salt, commitment, made;
    struct str want;
    struct json *value;
    char *padded = arena_printf(a, "%.*s%032d", STR_ARG(x->salt), 0); /* a digest's digits, to read those of a salt */
    if (!personal || x->salt.n != (size_t)2 * SALT_BYTES || !digest_parse(str_of(padded), &padded_salt) ||
        !text_read(personal, arena_dup(a, x->name.p, x->name.n), &want) || !digest_parse(want, &commitment) ||
        json_parse(a, x->value, (struct str){NULL, 0}, &value, NULL) != OK)
        return false;
    const struct str parts[] = {str_slice((const char *)padded_salt.b, SALT_BYTES), x->value};
    sha256_parts(parts, 2, &made);
    return digest_eq(&made, &commitment);
}

static bool record_facts(struct arena *a, const struct proof *p, struct proof_facts *facts)
{
    struct json *j;
    struct str record = p->record;
    if (json_parse(a, record, (struct str){NULL, 0}, &j, NULL) != OK)
        return false;
    const struct json *personal = json_get(j, "personal");
    for (size_t i = 0; i < p->n_shown; i++)
        if (!is_committed(a, personal, &p->shown[i]))
            return false;
    facts->shown = p->shown;
    facts->n_shown = p->n_shown;
    facts->n_personal = personal && personal->kind == J_OBJECT ? personal->n : 0;
    const struct json *removed = json_get(j, "removed");
    facts->is_removal = removed && removed->kind == J_BOOL && removed->boolean;
    facts->record = record;
    return text_read(j, "register", &facts->reg) && text_read(j, "id", &facts->id);
}

enum err log_check_proof(struct arena *a, struct str proof, struct str verifier, struct proof_facts *ret_facts,
                         struct fault *f)
{
    struct proof p;
    struct note_verifier v;
    struct checkpoint c;
    struct digest leaf, root;
    struct proof_facts facts = {0};
    enum err e = proof_read(a, proof, &p, f);
    if (e == OK)
        e = verifier_check(&p, verifier, &v, f);
    if (e == OK && checkpoint_open(&v, p.checkpoint, &c, NULL) != OK)
        e = FAULT(f, ERR_PROOF_SIGNATURE);
    if (e == OK)
        e = entry_check(a, &p, &root, &facts, f);
    if (e != OK)
        return e;
    struct str rev = str_of(arena_printf(a, "%lld", (long long)facts.rev));
    merkle_leaf(p.entry, &leaf);
    if (p.log.size != c.size ||
        !merkle_inclusion_check(&leaf, p.log.index, p.log.size, p.log.path.p, p.log.path.n, &c.root))
        return FAULT(f, ERR_PROOF_LOG, {"rev", rev});
    merkle_leaf(p.record, &leaf);
    if (!merkle_inclusion_check(&leaf, p.leaf.index, p.leaf.size, p.leaf.path.p, p.leaf.path.n, &root) ||
        !record_facts(a, &p, &facts))
        return FAULT(f, ERR_PROOF_RECORD, {"rev", rev});
    facts.size = c.size;
    facts.verifier = p.verifier;
    *ret_facts = facts;
    return OK;
}

/* ---- making ---- */

/* The newest version up to s->at, a removal too, as canonical bytes. */
static enum err version_find(struct arena *a, struct store *s, const struct reg *reg, struct str id, int64_t *ret_rev,
                             struct fault *f)
{
    const char *sql = arena_printf(a, "SELECT max(_rev) FROM %s WHERE _id = ?1 AND _rev <= ?2", reg->table);
    enum err e = db_value_int(s->db, str_of(sql), DB_VALUES(db_text(id), db_int(s->at)), ret_rev, f);
    return e == ERR_DB_NO_ROW ? FAULT(f, ERR_RECORD_UNKNOWN, {"register", reg->name}, {"id", id}) : e;
}

static bool is_shown(const struct proof_shown *shown, struct str name)
{
    for (size_t i = 0; i < shown->n; i++)
        if (str_eq(shown->names[i], name))
            return true;
    return shown->is_all;
}

static enum err show_fields(struct arena *a, const struct reg *reg, const struct record *r, struct str stored,
                            const struct proof_shown *shown, struct proof *p, struct fault *f)
{
    struct salts salts;
    struct buf b CLEANUP(buf_done) = BUF_INIT(2 * LIMIT_RECORD_BYTES), hex CLEANUP(buf_done) = BUF_INIT(64);
    p->shown = ARENA_ARRAY(a, struct proof_field, reg->n_fields + 1);
    if (!salts_read(reg, stored, &salts))
        return FAULT(f, ERR_LOG_TREE, {"tree", reg->name});
    for (size_t i = 0; i < reg->n_fields; i++) {
        int n = reg->sorted[i];
        const struct field *fd = &reg->fields[n];
        struct json_out o;
        if (!field_is_personal(fd) || r->values[n].kind == VALUE_NULL || !is_shown(shown, fd->name))
            continue;
        buf_reset(&b);
        buf_reset(&hex);
        json_out_init(&o, &b, JSON_OUT_COMPACT);
        canonical_value(fd, &r->values[n], &o);
        buf_hex(&hex, salts.of[n].b, SALT_BYTES);
        p->shown[p->n_shown++] = (struct proof_field){fd->name, str_dup(a, buf_view(&hex)), str_dup(a, buf_view(&b))};
    }
    for (size_t k = 0; k < shown->n; k++) {
        bool is_there = false;
        for (size_t i = 0; i < p->n_shown; i++)
            is_there |= str_eq(p->shown[i].name, shown->names[k]);
        if (!is_there)
            return FAULT(f, ERR_PROOF_HIDDEN, {"field", shown->names[k]}, {"id", r->id});
    }
    return OK;
}

static enum err version_read(struct arena *a, struct store *s, const struct reg *reg, struct str id, int64_t rev,
                             const struct proof_shown *shown, struct proof *p, struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    struct record r;
    bool has_row = false;
    const char *sql =
        arena_printf(a, "SELECT %s FROM %s t WHERE t._id = ?1 AND t._rev = ?2", record_columns_sql(a, reg), reg->table);
    enum err e = stmt_new(s->db, str_of(sql), &st, f);
    if (e != OK)
        return e;
    stmt_bind_text(st, 1, id);
    stmt_bind_int(st, 2, rev);
    e = stmt_step(st, &has_row, f);
    if (e != OK)
        return e;
    struct str salt = has_row ? stmt_column_blob(st, 7) : STR("");
    int64_t ord = has_row ? stmt_column_int(st, 3) : -1;
    if (!has_row || ord < 0)
        return FAULT(f, ERR_LOG_TREE, {"tree", reg->name});
    struct buf b CLEANUP(buf_done) = BUF_INIT(2 * LIMIT_RECORD_BYTES + 65536);
    record_read(a, reg, st, &r);
    if (!record_canonical(reg, &r, salt, stmt_column_int(st, 5) != 0, &b))
        return FAULT(f, ERR_LOG_TREE, {"tree", reg->name});
    if (b.is_full)
        return FAULT(f, ERR_LIMIT, {"what", id}, {"limit", STR("4 MiB")});
    p->record = str_dup(a, buf_view(&b));
    p->leaf.index = (uint64_t)ord;
    return shown && stmt_column_int(st, 5) == 0 ? show_fields(a, reg, &r, salt, shown, p, f) : OK;
}

/* The path of leaf p->index in the tree cut to `size` leaves; 0 takes all of them. */
static enum err path_make(struct arena *a, struct store *s, int64_t tree, uint64_t size, struct path *p,
                          struct fault *f)
{
    struct arena *scratch CLEANUP(arena_freep) = arena_new();
    struct digest *leaves;
    uint64_t n;
    enum err e = log_tree_leaves(scratch, s->db, tree, &leaves, &n, f);
    if (e != OK)
        return e;
    p->size = size ? size : n;
    if (p->size > n || p->index >= p->size)
        return FAULT(f, ERR_LOG_TREE, {"tree", STR("log_tile")});
    p->path = merkle_inclusion_proof(a, leaves, p->size, p->index);
    return OK;
}

static enum err signed_parts(struct arena *a, struct store *s, struct proof *p, struct checkpoint *ret_c,
                             struct fault *f)
{
    struct note_verifier v;
    struct buf b CLEANUP(buf_done) = BUF_INIT(NOTE_KEY_TEXT_BYTES);
    enum err e = log_checkpoint_read(a, s, &p->checkpoint, ret_c, f);
    if (e == OK)
        e = log_verifier(s, &v, f);
    if (e != OK)
        return e;
    note_verifier_print(&v, &b);
    p->verifier = str_dup(a, buf_view(&b));
    return OK;
}

static enum err proof_make(struct arena *a, struct store *s, const struct reg *reg, struct str id,
                           const struct proof_shown *shown, struct proof *p, struct fault *f)
{
    const struct province *province = NULL;
    struct store then = *s;
    struct checkpoint c;
    int64_t rev = 0, declared_then = 0, declared_now = 0;
    enum err e = signed_parts(a, s, p, &c, f);
    if (e == OK)
        e = version_find(a, s, reg, id, &rev, f);
    if (e != OK)
        return e;
    if ((uint64_t)rev > c.size)
        return FAULT(f, ERR_PROOF_PENDING, {"rev", str_of(arena_printf(a, "%lld", (long long)rev))});
    then.at = rev; /* the bytes are those of the declarations that held when it was written */
    e = store_declared(s, rev, &declared_then, f);
    if (e == OK)
        e = store_declared(s, s->at, &declared_now, f);
    bool is_read = declared_then == declared_now && province_register(s->province, reg->name) == reg;
    if (e == OK && is_read)
        province = s->province;
    else if (e == OK)
        e = store_province_read(a, &then, &province, f);
    const struct reg *declared = province ? province_register(province, reg->name) : NULL;
    if (e == OK)
        e = version_read(a, s, declared ? declared : reg, id, rev, shown, p, f);
    if (e == OK)
        e = path_make(a, s, rev, 0, &p->leaf, f);
    p->log.index = (uint64_t)rev - 1;
    if (e == OK)
        e = path_make(a, s, 0, c.size, &p->log, f);
    if (e == OK)
        e = db_value_text(s->db, a, STR("SELECT entry FROM revision WHERE rev = ?1"), DB_VALUES(db_int(rev)), &p->entry,
                          f);
    return e;
}

enum err log_prove(struct store *s, const struct reg *reg, struct str id, const struct proof_shown *shown,
                   struct buf *out, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf b CLEANUP(buf_done) = BUF_INIT(PROOF_BYTES);
    struct proof p = {0};
    struct proof_facts facts;
    enum err e = proof_make(a, s, reg, id, shown, &p, f);
    if (e != OK)
        return e;
    proof_write(&p, &b);
    if (b.is_full)
        return FAULT(f, ERR_LIMIT, {"what", id}, {"limit", STR("16 MiB")});
    /* Altered data gives a proof that proves nothing: better none. */
    if (log_check_proof(a, buf_view(&b), p.verifier, &facts, NULL) != OK)
        return FAULT(f, ERR_LOG_TREE, {"tree", reg->name});
    buf_str(out, buf_view(&b));
    return out->is_full ? FAULT(f, ERR_LIMIT, {"what", id}, {"limit", STR("16 MiB")}) : OK;
}
