#include "db/functions.h"

#include <locale.h>
#include <pthread.h>
#include <sqlite3.h>
#include <wctype.h>

#include "base/limits.h"
#include "base/mem.h"
#include "geo/geometry.h"
#include "text/utf8.h"
#include "text/match.h"
#include "text/vn.h"
#include "text/words.h"

#include "base/banned.h"

/* Folding can lengthen a text: ß becomes ss, one letter of three bytes becomes two; an index holds words in up to four forms. */
enum { TEXT_BYTES_MAX = 16 * LIMIT_TEXT_BYTES };

struct state;

struct relation {
    struct state *state;
    enum geometry_relation relation;
};

/* What the functions of one connection share; freed when SQLite has let go of the last of them. */
struct state {
    unsigned references;
    struct buf text;
    struct geometry_context *geometry; /* NULL before the first */
    struct relation relations[GEOMETRY_RELATIONS];
};

static void state_release(struct state *s)
{
    if (--s->references)
        return;
    buf_done(&s->text);
    geometry_context_free(s->geometry);
    free(s);
}

static void state_destroy(void *p)
{
    state_release(p);
}

static void relation_destroy(void *p)
{
    state_release(((struct relation *)p)->state);
}

/* ---- text ---- */

static struct str value_text(sqlite3_value *v)
{
    const char *p = (const char *)sqlite3_value_text(v);
    return str_slice(p, p ? (size_t)sqlite3_value_bytes(v) : 0);
}

static void map_text(sqlite3_context *ctx, sqlite3_value *v, void (*map)(struct str, struct buf *))
{
    struct state *s = sqlite3_user_data(ctx);
    if (sqlite3_value_type(v) == SQLITE_NULL)
        return;
    buf_reset(&s->text);
    map(value_text(v), &s->text);
    if (s->text.is_full)
        sqlite3_result_error_toobig(ctx);
    else
        sqlite3_result_text64(ctx, s->text.n ? s->text.p : "", s->text.n, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static locale_t utf8_locale;

static void utf8_locale_open(void)
{
    utf8_locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    must(utf8_locale != (locale_t)0);
}

static void map_letters(struct str s, struct buf *out, wint_t (*map)(wint_t, locale_t))
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, utf8_locale_open);
    for (size_t at = 0; at < s.n;) {
        uint32_t cp;
        at += utf8_next(s, at, &cp);
        utf8_put(out, (uint32_t)map((wint_t)cp, utf8_locale));
    }
}

static void text_lower(struct str s, struct buf *out)
{
    map_letters(s, out, towlower_l);
}

static void text_upper(struct str s, struct buf *out)
{
    map_letters(s, out, towupper_l);
}

#define TEXT_FUNCTION(name, map)                                                                                       \
    static void name(sqlite3_context *ctx, int n, sqlite3_value **v)                                                   \
    {                                                                                                                  \
        (void)n;                                                                                                       \
        map_text(ctx, v[0], map);                                                                                      \
    }

TEXT_FUNCTION(fn_casei, text_casei)
TEXT_FUNCTION(fn_accenti, text_accenti)
TEXT_FUNCTION(fn_fold, text_fold)
TEXT_FUNCTION(fn_fold_words, text_fold_words)
TEXT_FUNCTION(fn_fold_joined, text_fold_joined)
TEXT_FUNCTION(fn_match_name, match_name)
TEXT_FUNCTION(fn_match_digits, match_digits)
TEXT_FUNCTION(fn_lower, text_lower)
TEXT_FUNCTION(fn_upper, text_upper)

static void fn_search_words(sqlite3_context *ctx, int n, sqlite3_value **v)
{
    (void)n;
    if (sqlite3_value_type(v[0]) == SQLITE_TEXT)
        map_text(ctx, v[0], words_index);
    else
        sqlite3_result_text(ctx, "", 0, SQLITE_STATIC);
}

static void fn_like(sqlite3_context *ctx, int n, sqlite3_value **v)
{
    (void)n;
    if (sqlite3_value_type(v[0]) != SQLITE_NULL && sqlite3_value_type(v[1]) != SQLITE_NULL)
        sqlite3_result_int(ctx, text_like(value_text(v[0]), value_text(v[1])));
}

static int collate_vi(void *context, int an, const void *a, int bn, const void *b)
{
    (void)context;
    return text_compare(str_slice(a, (size_t)an), str_slice(b, (size_t)bn));
}

static int collate_person(void *context, int an, const void *a, int bn, const void *b)
{
    (void)context;
    return person_compare(str_slice(a, (size_t)an), str_slice(b, (size_t)bn));
}

/* ---- geometry ---- */

static struct str value_blob(sqlite3_value *v)
{
    const char *p = sqlite3_value_blob(v);
    return str_slice(p, p ? (size_t)sqlite3_value_bytes(v) : 0);
}

/* An operand as SQLite keeps it beside a statement: kept from row to row where the operand is constant. */
struct operand {
    struct geometry *geometry;
    bool was_used;
};

static void operand_free(void *p)
{
    struct operand *o = p;
    if (o)
        geometry_free(o->geometry);
    free(o);
}

static struct operand *operand_read(struct state *s, sqlite3_value *v)
{
    struct geometry *g;
    if (!s->geometry)
        s->geometry = geometry_context_new();
    if (geometry_read_blob(s->geometry, value_blob(v), &g, NULL) != OK)
        return NULL;
    struct operand *o = mem_zalloc(sizeof *o);
    o->geometry = g;
    return o;
}

/* The kept operand, made fast when it is met again. */
static struct operand *operand_kept(sqlite3_context *ctx, int i)
{
    struct operand *o = sqlite3_get_auxdata(ctx, i);
    if (o && !o->was_used) {
        geometry_prepare(o->geometry);
        o->was_used = true;
    }
    return o;
}

/* The boxes alone decide most rows of a large table. */
static bool is_apart(const struct operand *kept, sqlite3_value *other)
{
    struct box box;
    return kept && shape_blob_box(value_blob(other), &box) && !box_meets(geometry_box(kept->geometry), box);
}

/* NULL in, NULL out; NULL also for a blob that is no geometry and where GEOS has no answer. */
static void fn_relation(sqlite3_context *ctx, int n, sqlite3_value **v)
{
    (void)n;
    const struct relation *r = sqlite3_user_data(ctx);
    if (sqlite3_value_type(v[0]) != SQLITE_BLOB || sqlite3_value_type(v[1]) != SQLITE_BLOB)
        return;
    struct operand *kept[2], *o[2];
    for (int i = 0; i < 2; i++)
        o[i] = kept[i] = operand_kept(ctx, i);
    if ((!kept[1] && is_apart(kept[0], v[1])) || (!kept[0] && is_apart(kept[1], v[0]))) {
        sqlite3_result_int(ctx, r->relation == GEOMETRY_DISJOINT);
        return;
    }
    for (int i = 0; i < 2; i++)
        if (!o[i])
            o[i] = operand_read(r->state, v[i]);
    bool holds;
    if (o[0] && o[1] && geometry_relate(r->relation, o[0]->geometry, o[1]->geometry, &holds, NULL) == OK)
        sqlite3_result_int(ctx, holds);
    /* On the first row SQLite is offered both, and keeps those that are constant. */
    bool is_first = !kept[0] && !kept[1];
    for (int i = 0; i < 2; i++) {
        if (kept[i])
            continue;
        if (is_first && o[i])
            sqlite3_set_auxdata(ctx, i, o[i], operand_free);
        else
            operand_free(o[i]);
    }
}

/* ---- registration ---- */

enum { FLAGS = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS };

static int relations_add(sqlite3 *db, struct state *s)
{
    static const char *const names[GEOMETRY_RELATIONS] = {
        [GEOMETRY_INTERSECTS] = "s_intersects", [GEOMETRY_EQUALS] = "s_equals",     [GEOMETRY_DISJOINT] = "s_disjoint",
        [GEOMETRY_TOUCHES] = "s_touches",       [GEOMETRY_WITHIN] = "s_within",     [GEOMETRY_OVERLAPS] = "s_overlaps",
        [GEOMETRY_CROSSES] = "s_crosses",       [GEOMETRY_CONTAINS] = "s_contains",
    };
    int e = SQLITE_OK;
    for (int i = 0; i < GEOMETRY_RELATIONS && e == SQLITE_OK; i++) {
        s->relations[i] = (struct relation){s, (enum geometry_relation)i};
        s->references++; /* released by SQLite, also when it fails */
        e = sqlite3_create_function_v2(db, names[i], 2, FLAGS, &s->relations[i], fn_relation, NULL, NULL,
                                       relation_destroy);
    }
    return e;
}

int db_functions_add(void *handle)
{
    static const struct {
        const char *name;
        int n_args;
        void (*fn)(sqlite3_context *, int, sqlite3_value **);
    } functions[] = {
        {"casei", 1, fn_casei},
        {"accenti", 1, fn_accenti},
        {"fold", 1, fn_fold},
        {"fold_words", 1, fn_fold_words},
        {"fold_joined", 1, fn_fold_joined},
        {"text_lower", 1, fn_lower},
        {"text_upper", 1, fn_upper},
        {"cql2_like", 2, fn_like},
        {"search_words", 1, fn_search_words},
        {"match_name", 1, fn_match_name},
        {"match_digits", 1, fn_match_digits},
    };
    sqlite3 *db = handle;
    struct state *s = mem_zalloc(sizeof *s);
    s->references = 1;
    s->text = BUF_INIT(TEXT_BYTES_MAX);
    int e = SQLITE_OK;
    for (size_t i = 0; i < ARRAY_LEN(functions) && e == SQLITE_OK; i++) {
        s->references++;
        e = sqlite3_create_function_v2(db, functions[i].name, functions[i].n_args, FLAGS, s, functions[i].fn, NULL,
                                       NULL, state_destroy);
    }
    if (e == SQLITE_OK)
        e = relations_add(db, s);
    if (e == SQLITE_OK)
        e = sqlite3_create_collation_v2(db, "vi", SQLITE_UTF8, NULL, collate_vi, NULL);
    if (e == SQLITE_OK)
        e = sqlite3_create_collation_v2(db, "vi_person", SQLITE_UTF8, NULL, collate_person, NULL);
    state_release(s);
    return e;
}
