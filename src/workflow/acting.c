/* What steps read again and again: calendars, procedures, offices, texts of the catalogue. Kept while the registers behind it stay as they are. */
#include "workflow/acting.h"

#include "base/vec.h"
#include "workflow/act.h"
#include "workflow/procedure.h"

#include "base/banned.h"

struct acting {
    const struct province *province; /* declarations and revision that were last compared with what is kept */
    int64_t head;
    struct arena *a;
    struct office_hours hours;
    struct map clocks; /* office → struct office_clock * */
    int64_t hours_rev;
    bool is_read;
    struct arena *catalogue;
    struct map procedures; /* code → struct procedure *, on that day, when the registers of the catalogue stood so */
    struct map offices;    /* what was asked → struct office *, likewise */
    struct map texts;      /* key → struct str * */
    struct date day;
    int64_t catalogue_rev;
};

struct acting *acting_new(void)
{
    struct acting *x = mem_zalloc(sizeof *x);
    x->a = arena_new();
    x->catalogue = arena_new();
    return x;
}

void acting_free(struct acting *acting)
{
    if (!acting)
        return;
    arena_free(acting->catalogue);
    arena_free(acting->a);
    free(acting);
}

/* ---- following */

static const struct reg *declared(const struct store *s, const char *name)
{
    return s->province ? province_register(s->province, str_of(name)) : NULL;
}

static void add_newest(struct buf *sql, const struct reg *reg)
{
    if (reg)
        buf_printf(sql, ", coalesce((SELECT _rev FROM %s ORDER BY _n DESC LIMIT 1), 0)", reg->table);
}

static void forget_catalogue(struct acting *x)
{
    x->procedures = x->offices = x->texts = (struct map){0};
    arena_reset(x->catalogue);
}

static void forget_hours(struct acting *x)
{
    x->is_read = false;
    x->clocks = (struct map){0};
    arena_reset(x->a);
}

static enum err newest(struct store *s, int64_t *ret_hours, int64_t *ret_catalogue, struct fault *f)
{
    static const char *const calendars[] = {"office_hours", "holidays"};
    static const char *const catalogue[] = {"procedures",      "procedure_variants", "procedure_components",
                                            "procedure_steps", "procedure_fees",     "offices"};
    struct buf sql CLEANUP(buf_done) = BUF_INIT(4096);
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row = false;
    buf_puts(&sql, "SELECT max(0, 0");
    for (size_t i = 0; i < ARRAY_LEN(calendars); i++)
        add_newest(&sql, declared(s, calendars[i]));
    buf_puts(&sql, "), max(0, 0");
    for (size_t i = 0; i < ARRAY_LEN(catalogue); i++)
        add_newest(&sql, declared(s, catalogue[i]));
    add_newest(&sql, s->province ? s->province->units : NULL);
    buf_puts(&sql, ")");
    enum err e = stmt_new(s->db, buf_view(&sql), &st, f);
    if (e == OK)
        e = stmt_step(st, &has_row, f);
    if (e == OK) {
        *ret_hours = stmt_column_int(st, 0);
        *ret_catalogue = stmt_column_int(st, 1);
    }
    return e;
}

/* Compares once a revision. What the change under way writes itself is seen by the next. */
static enum err follow(struct acting *x, struct store *s, struct fault *f)
{
    int64_t hours, catalogue;
    if (x->province && x->province == s->province && x->head == s->head)
        return OK;
    enum err e = newest(s, &hours, &catalogue, f);
    if (e != OK)
        return e;
    bool is_declared_anew = x->province != s->province;
    if (is_declared_anew || hours != x->hours_rev)
        forget_hours(x);
    if (is_declared_anew || catalogue != x->catalogue_rev)
        forget_catalogue(x);
    x->hours_rev = hours;
    x->catalogue_rev = catalogue;
    x->province = s->province;
    x->head = s->head;
    return OK;
}

static enum err follow_on(struct acting *x, struct store *s, struct date on, struct fault *f)
{
    enum err e = follow(x, s, f);
    if (e == OK && date_compare(on, x->day) != 0) {
        forget_catalogue(x);
        x->day = on;
    }
    return e;
}

/* What is kept is the same for everybody: it is read as nobody in particular. */
static const struct viewer *unseen(struct store *s)
{
    const struct viewer *viewer = s->viewer;
    store_view(s, NULL);
    return viewer;
}

/* ---- calendars */

enum err acting_clock(struct acting *acting, struct store *s, struct str office, const struct office_clock **ret_clock,
                      struct fault *f)
{
    enum err e = follow(acting, s, f);
    if (e == OK && !acting->is_read)
        e = office_hours_read(acting->a, s, &acting->hours, f);
    acting->is_read = e == OK;
    if (e != OK)
        return e;
    struct str name = office_hours_of_its_own(&acting->hours, office) ? office : STR("");
    struct office_clock *c = map_get(&acting->clocks, name);
    if (!c) {
        c = ARENA_NEW(acting->a, struct office_clock);
        struct str kept = str_dup(acting->a, name);
        if ((e = office_clock_new(acting->a, &acting->hours, kept, c, f)) != OK)
            return e;
        map_put(acting->a, &acting->clocks, kept, c);
    }
    *ret_clock = c;
    return OK;
}

/* ---- the catalogue */

enum err acting_procedure(struct acting *acting, struct store *s, struct str code, struct date on,
                          const struct procedure **ret, struct fault *f)
{
    enum err e = follow_on(acting, s, on, f);
    if (e != OK)
        return e;
    struct procedure *p = map_get(&acting->procedures, code);
    if (!p) {
        const struct viewer *viewer = unseen(s);
        e = procedure_read(acting->catalogue, s, code, on, &p, f);
        store_view(s, viewer);
        if (e != OK)
            return e;
        map_put(acting->catalogue, &acting->procedures, str_dup(acting->catalogue, code), p);
    }
    *ret = p;
    return OK;
}

/* By its code, or where p is given as the one that settles it in that unit. */
static enum err office_asked(struct acting *x, struct arena *a, struct store *s, struct str code,
                             const struct procedure *p, struct date on, struct office *ret, struct fault *f)
{
    enum err e = follow_on(x, s, on, f);
    if (e != OK)
        return e;
    struct str key = STR_JOIN(a, code, p ? STR(" ") : STR(""), p ? p->id : STR(""));
    const struct office *known = map_get(&x->offices, key);
    if (known) {
        *ret = office_dup(a, known);
        return OK;
    }
    const struct viewer *viewer = unseen(s);
    e = p ? procedure_office(a, s, p, code, on, ret, f) : office_read(a, s, code, on, ret, f);
    store_view(s, viewer);
    if (e != OK)
        return e;
    struct office *kept = ARENA_NEW(x->catalogue, struct office);
    *kept = office_dup(x->catalogue, ret);
    map_put(x->catalogue, &x->offices, str_dup(x->catalogue, key), kept);
    return OK;
}

enum err acting_office(struct acting *acting, struct arena *a, struct store *s, struct str code, struct date on,
                       struct office *ret, struct fault *f)
{
    return office_asked(acting, a, s, code, NULL, on, ret, f);
}

enum err acting_competent(struct acting *acting, struct arena *a, struct store *s, const struct procedure *p,
                          struct str unit, struct date on, struct office *ret, struct fault *f)
{
    return office_asked(acting, a, s, unit, p, on, ret, f);
}

enum err acting_text(struct acting *acting, struct arena *a, struct store *s, struct date on,
                     const struct acting_source *source, struct str *ret, struct fault *f)
{
    enum err e = follow_on(acting, s, on, f);
    if (e != OK)
        return e;
    struct str key = STR_JOIN(a, str_of(source->name), STR(" "), source->of);
    const struct str *known = map_get(&acting->texts, key);
    if (known) {
        *ret = str_dup(a, *known);
        return OK;
    }
    const struct viewer *viewer = unseen(s);
    e = source->read(source, a, s, ret, f);
    store_view(s, viewer);
    if (e != OK)
        return e;
    struct str *kept = ARENA_NEW(acting->catalogue, struct str);
    *kept = str_dup(acting->catalogue, *ret);
    map_put(acting->catalogue, &acting->texts, str_dup(acting->catalogue, key), kept);
    return OK;
}
