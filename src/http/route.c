/* The table of routes, prepared: path templates cut into segments, static ones found by a map. */
#include "http/internal.h"

#include "base/banned.h"

struct compiled {
    const struct route *route;
    int index;
    size_t n;
    struct str segment[ROUTE_SEGMENTS]; /* p NULL: a parameter */
    int input[ROUTE_SEGMENTS];
    bool has_rest; /* the last parameter takes what is left */
};

/* All routes of one static path. */
struct fixed {
    const struct compiled *by_method[METHOD_OPTIONS + 1];
};

struct patterns {
    VEC(struct compiled *) list;
};

struct routes {
    struct arena *arena;
    VEC(struct compiled *) all;     /* in the order of the tables */
    VEC(struct compiled *) pattern; /* those with parameters; plain segments before parameters */
    /* The same for paths of so many segments; one more than a pattern may have stands for all longer ones. */
    struct patterns by_segments[ROUTE_SEGMENTS + 2];
    struct map fixed; /* path → struct fixed */
};

static int input_of(const struct route *r, struct str name, enum input_type *ret_type)
{
    for (int i = 0; r->inputs && r->inputs[i].name; i++)
        if (r->inputs[i].in == IN_PATH && str_is(name, r->inputs[i].name)) {
            *ret_type = r->inputs[i].type;
            return i;
        }
    return -1;
}

static void compile(const struct route *r, struct compiled *c)
{
    c->route = r;
    struct str rest = str_of(r->path);
    must(rest.n && rest.p[0] == '/');
    rest = str_slice(rest.p + 1, rest.n - 1);
    while (rest.p && rest.n) {
        struct str segment = str_cut(rest, '/', &rest);
        must(c->n < ROUTE_SEGMENTS && !c->has_rest);
        if (segment.n > 2 && segment.p[0] == '{') {
            enum input_type type = INPUT_TEXT;
            c->input[c->n] = input_of(r, str_slice(segment.p + 1, segment.n - 2), &type);
            must(c->input[c->n] >= 0); /* every parameter of the path is declared as an input */
            c->has_rest = type == INPUT_REST;
            segment = (struct str){NULL, 0};
        }
        c->segment[c->n++] = segment;
    }
}

static bool has_parameters(const struct compiled *c)
{
    for (size_t i = 0; i < c->n; i++)
        if (!c->segment[i].p)
            return true;
    return false;
}

static int pattern_compare(const void *pa, const void *pb)
{
    const struct compiled *a = *(const struct compiled *const *)pa, *b = *(const struct compiled *const *)pb;
    for (size_t i = 0; i < a->n && i < b->n; i++)
        if (!a->segment[i].p != !b->segment[i].p)
            return !a->segment[i].p ? 1 : -1;
    if (a->has_rest != b->has_rest)
        return a->has_rest ? 1 : -1;
    return a->index - b->index;
}

static void add(struct routes *r, const struct route *route)
{
    struct compiled *c = ARENA_NEW(r->arena, struct compiled);
    compile(route, c);
    c->index = (int)r->all.n;
    VEC_PUSH(r->arena, &r->all, c);
    size_t n = 0;
    for (; route->inputs && route->inputs[n].name; n++)
        ;
    must(n <= HTTP_MAX_INPUTS);
    if (has_parameters(c)) {
        VEC_PUSH(r->arena, &r->pattern, c);
        return;
    }
    struct fixed *f = map_get(&r->fixed, str_of(route->path));
    if (!f) {
        f = ARENA_NEW(r->arena, struct fixed);
        map_put(r->arena, &r->fixed, str_of(route->path), f);
    }
    must(!f->by_method[route->method]); /* a method and path stand once in the tables */
    f->by_method[route->method] = c;
}

static void sort_patterns(struct routes *r)
{
    if (r->pattern.n)
        qsort(r->pattern.p, r->pattern.n, sizeof *r->pattern.p, pattern_compare);
    for (size_t i = 0; i < r->pattern.n; i++) {
        struct compiled *c = r->pattern.p[i];
        size_t most = c->has_rest ? ROUTE_SEGMENTS + 1 : c->n;
        for (size_t n = c->n; n <= most; n++)
            VEC_PUSH(r->arena, &r->by_segments[n].list, c);
    }
}

struct routes *routes_new(const struct route *const *tables, size_t n)
{
    struct routes *r = mem_zalloc(sizeof *r);
    r->arena = arena_new();
    for (size_t t = 0; t < n; t++)
        for (const struct route *route = tables[t]; route->path; route++)
            add(r, route);
    must(r->all.n < METRICS_ROUTES);
    sort_patterns(r);
    return r;
}

void routes_free(struct routes *r)
{
    if (!r)
        return;
    arena_free(r->arena);
    free(r);
}

size_t routes_count(const struct routes *r)
{
    return r->all.n;
}

const struct route *routes_at(const struct routes *r, size_t i)
{
    return r->all.p[i]->route;
}

static bool pattern_fits(const struct compiled *c, const struct str *segment)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->segment[i].p ? !str_eq(c->segment[i], segment[i]) : segment[i].n == 0)
            return false;
    return true;
}

static void take(struct match *m, const struct compiled *c, const struct str *segment, struct str path)
{
    m->route = c->route;
    m->index = c->index;
    for (size_t i = 0; i < c->n; i++) {
        if (c->segment[i].p)
            continue;
        bool is_rest = c->has_rest && i == c->n - 1;
        m->param_input[m->n_params] = c->input[i];
        m->param[m->n_params++] =
            is_rest ? str_slice(segment[i].p, (size_t)(path.p + path.n - segment[i].p)) : segment[i];
    }
}

static void allow(struct match *m, const struct route *r)
{
    m->allow |= 1u << r->method;
    m->is_public |= r->right == RIGHT_PUBLIC ? 1u << r->method : 0;
}

void routes_match(const struct routes *r, enum method method, struct str path, struct match *ret)
{
    ret->route = NULL;
    ret->index = METRICS_ROUTES - 1;
    ret->allow = ret->is_public = 0;
    ret->n_params = 0;
    const struct fixed *f = map_get(&r->fixed, path);
    for (int i = 0; f && i <= METHOD_OPTIONS; i++)
        if (f->by_method[i])
            allow(ret, f->by_method[i]->route);
    if (f && f->by_method[method])
        take(ret, f->by_method[method], NULL, path);
    if (f)
        return;
    /* Segments beyond the longest template matter only to a rest, which reaches to the end of the path anyway. */
    struct str segment[ROUTE_SEGMENTS + 1] = {{NULL, 0}}, rest = str_slice(path.p + 1, path.n - 1);
    size_t n = 0;
    while (rest.p && n <= ROUTE_SEGMENTS)
        segment[n++] = str_cut(rest, '/', &rest);
    const struct compiled *first = NULL;
    const struct patterns *of_length = &r->by_segments[n];
    for (size_t i = 0; i < of_length->list.n; i++) {
        const struct compiled *c = of_length->list.p[i];
        if (!pattern_fits(c, segment) || (first && strcmp(first->route->path, c->route->path) != 0))
            continue;
        first = first ? first : c;
        allow(ret, c->route);
        if (c->route->method == method)
            take(ret, c, segment, path);
    }
}
