/* One record from its texts to its revision, or away; refused as a whole with all that is wrong. */
#include "register/entry.h"

#include "base/banned.h"

struct putting {
    struct arena *a;
    struct store *s;
    const struct reg *reg;
    const struct entry *in;
    const struct entry_options *o;
    struct entry_result *result;
    struct faults *list;
    struct change *c;
    struct record r;
    bool is_compared; /* new, or changed where the rules of duplicates look */
};

static enum err begin(struct store *s, const struct reg *reg, const struct entry_options *o, struct change **ret_change,
                      const struct reg **ret_reg, struct fault *f)
{
    struct change *c;
    if (reg->is_builtin)
        return FAULT(f, ERR_ENTRY_BUILTIN, {"register", reg->name});
    enum err e = change_begin(s, &(struct change_info){.actor = o->actor, .reason = o->reason}, &c, f);
    if (e == OK && (e = change_register(c, reg, ret_reg, f)) != OK)
        change_abort(TAKE(c));
    if (e == OK)
        *ret_change = c;
    return e;
}

/* The id that the key's texts make; false when they make none, which record_parse tells better. */
static bool id_of_key(const struct putting *x, struct str *ret_id)
{
    struct value *values = ARENA_ARRAY(x->a, struct value, x->reg->n_fields);
    for (size_t i = 0; i < x->reg->n_key; i++) {
        int n = x->reg->key[i];
        if (value_parse(x->a, &x->reg->fields[n], x->in->cells[n], (struct str){NULL, 0}, &values[n], NULL) != OK)
            return false;
    }
    return record_id(x->a, x->reg, values, ret_id, NULL) == OK;
}

static bool is_compared(const struct reg *reg, int field)
{
    for (size_t i = 0; i < reg->n_duplicates; i++) {
        const struct match_rule *m = &reg->duplicates[i];
        for (size_t k = 0; k < m->n_same; k++)
            if (m->same[k] == field)
                return true;
        for (size_t k = 0; k < m->n_like; k++)
            if (m->like[k] == field)
                return true;
        for (size_t k = 0; k < m->n_near; k++)
            if (m->near[k].field == field)
                return true;
    }
    return false;
}

static enum err check_mode(const struct putting *x, struct str id, const struct record *old, struct fault *f)
{
    if (old->values && x->o->mode == ENTRY_CREATE)
        return change_taken(x->c, x->reg, old, ERR_ENTRY_EXISTS, f);
    if (!old->values && x->o->mode == ENTRY_UPDATE)
        return FAULT(f, ERR_RECORD_UNKNOWN, {"register", x->reg->name}, {"id", id});
    return OK;
}

/* The whole record: what is given, and what the register knows of the rest. */
static enum err make_record(struct putting *x, struct fault *f)
{
    struct record old = {0};
    struct value *kept = NULL;
    struct str id;
    bool has_id = id_of_key(x, &id);
    enum err e = has_id ? change_current(x->c, x->reg, id, &old, f) : OK;
    if (e == OK && has_id)
        e = check_mode(x, id, &old, f);
    if (e != OK)
        return e;
    if (old.values)
        kept = record_fill(x->a, x->reg, &old, x->in->is_given, x->in->cells);
    if ((e = record_parse(x->a, x->reg, x->in->cells, 0, change_today(x->c), &x->r, x->list)) != OK)
        return e;
    if (kept)
        record_keep(x->reg, kept, x->in->is_given, &x->r);
    x->is_compared = !old.values;
    for (size_t i = 0; old.values && i < x->reg->n_fields; i++)
        x->is_compared |= is_compared(x->reg, (int)i) && !value_equal(&old.values[i], &x->r.values[i]);
    x->result->was_sample = old.values && old.is_sample;
    x->r.is_sample = x->in->mark == SAMPLE_UNSAID ? x->result->was_sample : x->in->mark == SAMPLE_INVENTED;
    x->result->is_sample = x->r.is_sample;
    x->result->id = x->r.id;
    return OK;
}

static bool note_duplicate(void *ctx, const struct duplicate_pair *pair)
{
    struct putting *x = ctx;
    x->result->duplicates++;
    return !x->o->on_duplicate || x->o->on_duplicate(x->o->ctx, pair);
}

static enum err put(struct putting *x, struct fault *f)
{
    enum err e = make_record(x, f);
    if (e == OK)
        e = change_put(x->c, x->reg, &x->r, &x->result->outcome, f);
    if (e != OK || x->result->outcome == PUT_SAME)
        return e;
    if (x->is_compared && x->reg->n_duplicates)
        e = duplicates_of(x->s, x->reg, &x->r, note_duplicate, x, f);
    if (e == OK)
        e = change_judge(x->c, x->list, &x->result->warnings);
    if (e == OK && x->result->duplicates && !x->o->allow_duplicates) {
        struct buf n CLEANUP(buf_done) = BUF_INIT(32);
        buf_printf(&n, "%lld", (long long)x->result->duplicates);
        e = FAULT(f, ERR_ENTRY_DUPLICATES, {"id", x->r.id}, {"n", buf_view(&n)});
    }
    return e;
}

/* Ends the change: what went well and is to stay is committed; a fault goes to the list. */
static enum err end(struct change *c, enum err e, bool is_to_stay, int64_t *ret_rev, const struct fault *f,
                    struct faults *list)
{
    *ret_rev = 0;
    if (e == OK && is_to_stay)
        return change_commit(c, ret_rev, list, NULL);
    change_abort(c);
    if (e != OK && f->code != OK)
        faults_add(list, f);
    return e;
}

enum err entry_put(struct arena *a, struct store *s, const struct entry *in, const struct entry_options *o,
                   struct entry_result *ret_result, struct faults *list)
{
    struct fault f = {0};
    *ret_result = (struct entry_result){.warnings = {.max = 100}};
    struct putting x = {.a = a, .s = s, .in = in, .o = o, .result = ret_result, .list = list};
    enum err e = begin(s, in->reg, o, &x.c, &x.reg, &f);
    if (e == OK)
        e = put(&x, &f);
    return end(x.c, e, !o->is_dry_run, &ret_result->rev, &f, list);
}

/* ---- removing ---- */

static enum err remove_record(struct store *s, const struct reg *reg, struct change *c, struct str id,
                              struct faults *list, struct fault *f)
{
    struct str leads;
    enum err e = change_remove(c, reg, id, f);
    if (e == OK)
        return change_judge(c, list, NULL);
    if (e != ERR_RECORD_UNKNOWN || record_redirect(s, reg, id, &leads, NULL) != OK || str_eq(leads, id))
        return e;
    *f = (struct fault){0};
    return FAULT(f, ERR_MERGE_GONE, {"id", id}, {"now", leads});
}

enum err entry_remove(struct store *s, const struct reg *reg, struct str id, const struct entry_options *o,
                      int64_t *ret_rev, struct faults *list)
{
    struct fault f = {0};
    struct change *c = NULL;
    const struct reg *now;
    enum err e = begin(s, reg, o, &c, &now, &f);
    if (e == OK)
        e = remove_record(s, now, c, id, list, &f);
    return end(c, e, !o->is_dry_run, ret_rev, &f, list);
}
