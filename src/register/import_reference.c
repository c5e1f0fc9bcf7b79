/* References by the names of what they lead to: how people write what the register keeps as a code. */
#include "register/import_internal.h"

#include <stdio.h>

#include "register/internal.h"
#include "register/query.h"
#include "text/vn.h"
#include "text/words.h"

#include "base/banned.h"

enum { CANDIDATES_SHOWN = 5 };

/* What a text leads to; remembered, for columns repeat. */
struct import_reference {
    struct str code;     /* n 0: nothing of that name */
    const char *several; /* candidates, when it is not one */
};

struct search {
    struct import *im;
    const struct reg *target;
    struct str text, folded;
    struct str same, alike; /* the first record of just that name; of one that differs in accents, case, spaces */
    size_t n_same, n_alike;
    size_t n_rows;
    struct buf candidates;
};

static bool is_name(const struct field *fd)
{
    return fd->type == FT_STRING || fd->type == FT_TEXT;
}

static bool is_searchable(const struct reg *target)
{
    for (size_t i = 0; target->search_table && i < target->n_search; i++)
        if (is_name(&target->fields[target->search[i]]))
            return true;
    return false;
}

/* Validity does not matter here: a code is judged with the whole change, with successors offered. */
static enum err is_code(struct import *im, const struct reg *target, struct str text, bool *ret, struct fault *f)
{
    struct filter_sql sight;
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    enum err e = query_sight_sql(im->row, im->s, target, 0, &sight, f);
    if (e == OK)
        e = stmt_new(im->s->db,
                     str_of(arena_printf(im->row,
                                         "SELECT 1 FROM %s t WHERE t.%s = ?1 AND t._until IS NULL AND "
                                         "t._removed = 0 AND (%.*s) LIMIT 1",
                                         target->table, reg_entity_column(target), STR_ARG(sight.where))),
                     &st, f);
    if (e != OK)
        return e;
    stmt_bind_text(st, 1, text);
    filter_bind(st, &sight.params, 2);
    return stmt_step(st, ret, f);
}

/* What a hit tells of: every field that is searched. */
static unsigned searched_classes(const struct reg *target)
{
    unsigned classes = 0;
    for (size_t i = 0; i < target->n_search; i++)
        classes |= 1U << target->fields[target->search[i]].privacy;
    return classes;
}

static void note(struct search *x, struct str code, bool is_same)
{
    struct str *first = is_same ? &x->same : &x->alike;
    size_t *n = is_same ? &x->n_same : &x->n_alike;
    if (*n && str_eq(*first, code)) /* another version of it */
        return;
    if (x->n_same + x->n_alike < CANDIDATES_SHOWN)
        buf_printf(&x->candidates, "%s%.*s", x->candidates.n ? ", " : "", STR_ARG(code));
    if ((*n)++ == 0)
        *first = str_dup(x->im->row, code);
}

static void look_at(struct search *x, struct stmt *st)
{
    bool is_same = false, is_alike = false;
    for (size_t i = 0; i < x->target->n_search; i++) {
        struct str name = stmt_column_text(st, 1 + (int)i);
        if (!name.n || !is_name(&x->target->fields[x->target->search[i]]))
            continue;
        is_same |= str_eq(name, x->text);
        is_alike |= str_eq(text_fold_name(x->im->row, name), x->folded);
    }
    if (is_same || is_alike)
        note(x, stmt_column_text(st, 0), is_same);
}

static enum err read_names(struct search *x, struct str on, struct fault *f)
{
    struct arena *a = x->im->row;
    struct buf sql CLEANUP(buf_done) = BUF_INIT(1 << 20), words CLEANUP(buf_done) = BUF_INIT(1 << 16);
    words_query(x->text, false, &words);
    if (words.n == 0)
        return OK;
    struct filter_sql sight;
    enum err e = query_sight_sql(a, x->im->s, x->target, searched_classes(x->target), &sight, f);
    if (e != OK)
        return e;
    buf_printf(&sql, "SELECT t.%s", reg_entity_column(x->target));
    for (size_t i = 0; i < x->target->n_search; i++)
        buf_printf(&sql, ", t.%s", x->target->fields[x->target->search[i]].column);
    buf_printf(
        &sql,
        " FROM %s t WHERE t._n IN (SELECT rowid FROM %s WHERE %s MATCH ?1) AND t._until IS NULL AND t._removed = 0 "
        "AND ?2 = ?2 AND %s AND (%.*s) ORDER BY t._n LIMIT %d",
        x->target->table, x->target->search_table, x->target->search_table, store_valid_sql(a, x->target, "t", "?2"),
        STR_ARG(sight.where), LIMIT_REFERENCE_CANDIDATES);
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row;
    e = search_settle(x->im->s, f);
    if (e == OK)
        e = stmt_new(x->im->s->db, buf_view(&sql), &st, f);
    if (e == OK) {
        stmt_bind_text(st, 1, buf_view(&words)), stmt_bind_text(st, 2, on);
        filter_bind(st, &sight.params, 3);
    }
    for (; e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row; x->n_rows++)
        look_at(x, st);
    return e;
}

static enum err search_name(struct import *im, const struct reg *target, struct str text, struct str on,
                            struct import_reference *ret, struct fault *f)
{
    struct search x = {.im = im, .target = target, .text = text, .folded = text_fold_name(im->row, text)};
    x.candidates = BUF_INIT(1024);
    enum err e = x.folded.n ? read_names(&x, on, f) : OK;
    struct str code = x.n_same ? x.same : x.alike;
    bool is_one = x.n_same == 1 || (x.n_same == 0 && x.n_alike == 1);
    if (x.n_rows == LIMIT_REFERENCE_CANDIDATES) /* nobody looked at the rest: it may be there again */
        is_one = false, x.n_alike++;
    if (is_one)
        ret->code = str_dup(im->a, code);
    else if (x.n_same + x.n_alike)
        ret->several =
            arena_printf(im->a, "%s%s", buf_cstr(&x.candidates),
                         x.n_same + x.n_alike > CANDIDATES_SHOWN || x.n_rows == LIMIT_REFERENCE_CANDIDATES ? " …" : "");
    buf_done(&x.candidates);
    return e;
}

static enum err look_up(struct import *im, const struct reg *target, struct str text, struct str on,
                        struct import_reference *ret, struct fault *f)
{
    bool is_there = false;
    *ret = (struct import_reference){.several = NULL};
    enum err e = is_code(im, target, text, &is_there, f);
    if (e == OK && !is_there)
        return search_name(im, target, text, on, ret, f);
    if (e == OK)
        ret->code = str_dup(im->a, text);
    return e;
}

enum err import_reference_find(struct import *im, int field, struct str text, struct str on, struct str *ret_code,
                               struct fault *f)
{
    const struct reg *target = im->reg->fields[field].target;
    struct import_reference found, *known;
    *ret_code = text; /* what is not found is told with the whole change: a record of this very file may bear it */
    if (!target || !is_searchable(target))
        return OK;
    bool is_dated = target->valid_from != NO_FIELD;
    struct str key = is_dated ? str_of(arena_printf(im->row, "%.*s\n%.*s", STR_ARG(text), STR_ARG(on))) : text;
    if ((known = map_get(&im->references[field], key)))
        found = *known;
    else {
        enum err e = look_up(im, target, text, on, &found, f);
        if (e != OK)
            return e;
        if (target != im->reg && im->references[field].n < LIMIT_IMPORT_REFERENCES) { /* our own grows with every row */
            known = ARENA_NEW(im->a, struct import_reference);
            *known = found;
            map_put(im->a, &im->references[field], str_dup(im->a, key), known);
        }
    }
    if (found.several)
        return FAULT(f, ERR_IMPORT_REFERENCE_SEVERAL, {"value", text}, {"register", target->name}, {"date", on},
                     {"candidates", str_of(found.several)});
    if (found.code.n)
        *ret_code = found.code;
    return OK;
}
