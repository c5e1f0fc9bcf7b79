#include "text/yaml.h"

#include <stdio.h>
#include <yaml.h>

#include "base/limits.h"
#include "base/vec.h"
#include "text/place.h"

#include "base/banned.h"

/* One open list or map. */
struct frame {
    struct yaml *node;
    bool has_key; /* a map's key was read, its value is due */
    struct yaml_pair pair;
    VEC(struct yaml_pair) pairs;
    VEC(struct yaml *) items;
};

struct reading {
    struct arena *a;
    struct arena *scratch;
    struct fault *f;
    struct str text;
    yaml_parser_t parser;
    struct yaml *root;
    size_t n_nodes;
    size_t depth;
    struct frame stack[LIMIT_YAML_DEPTH];
};

static enum err fail_at(struct reading *r, const yaml_mark_t *mark, enum err code)
{
    fault_place(r->f, (struct str){NULL, 0}, (int)mark->line + 1, (int)mark->column + 1);
    return code;
}

static enum err refuse(struct reading *r, const yaml_mark_t *mark, const char *sign, const void *name)
{
    char text[64];
    snprintf(text, sizeof text, "%s%.40s", sign, name ? (const char *)name : "");
    return fail_at(r, mark, FAULT(r->f, ERR_YAML_FEATURE, {"sign", str_of(text)}));
}

static enum err limit(struct reading *r, const yaml_mark_t *mark, const char *what, int max)
{
    char number[16];
    snprintf(number, sizeof number, "%d", max);
    return fail_at(r, mark, FAULT(r->f, ERR_LIMIT, {"what", str_of(what)}, {"limit", str_of(number)}));
}

/* What libyaml finds wrong, in our sentences: the commonest mistakes get a remedy of their own. */
static enum err syntax_fault(struct reading *r)
{
    static const struct {
        const char *context, *problem;
        enum err code;
        bool is_at_context; /* the place to mend is where the context began */
    } known[] = {
        {"while scanning a quoted scalar", "unexpected end of stream", ERR_YAML_QUOTE, true},
        {"while scanning a quoted scalar", "document indicator", ERR_YAML_QUOTE, true},
        {"", "mapping values are not allowed", ERR_YAML_COLON, false},
        {"while parsing a flow", "did not find expected ','", ERR_YAML_BRACKET, true},
        {"while scanning for the next token", "cannot start any token", ERR_YAML_CHARACTER, false},
        {"while parsing a block", "did not find expected", ERR_YAML_INDENT, false},
        {"while scanning a simple key", "could not find expected ':'", ERR_YAML_INDENT, true},
    };
    const yaml_parser_t *p = &r->parser;
    const char *context = p->context ? p->context : "", *problem = p->problem ? p->problem : "";
    if (p->error == YAML_MEMORY_ERROR)
        must(!"memory");
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (strstr(context, known[i].context) && strstr(problem, known[i].problem))
            return fail_at(r, known[i].is_at_context ? &p->context_mark : &p->problem_mark, FAULT(r->f, known[i].code));
    if (p->error == YAML_READER_ERROR) { /* a character that YAML forbids: known by its byte only */
        int line, column;
        place_of(r->text, p->problem_offset, &line, &column);
        FAULT(r->f, ERR_YAML_CHARACTER);
        fault_place(r->f, (struct str){NULL, 0}, line, column);
        return ERR_YAML_CHARACTER;
    }
    return fail_at(r, &p->problem_mark, FAULT(r->f, ERR_YAML_SYNTAX, {"reason", str_of(problem)}));
}

static enum err next_event(struct reading *r, yaml_event_t *e)
{
    return yaml_parser_parse(&r->parser, e) ? OK : syntax_fault(r);
}

static struct str text_of(struct reading *r, const yaml_event_t *e)
{
    return str_slice(arena_dup(r->a, (const char *)e->data.scalar.value, e->data.scalar.length), e->data.scalar.length);
}

/* A scalar in the place of a key. */
static enum err key_read(struct reading *r, struct frame *top, const yaml_event_t *e)
{
    struct str key = text_of(r, e);
    bool is_plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (is_plain && str_is(key, "<<"))
        return refuse(r, &e->start_mark, "<<", NULL);
    if (key.n == 0)
        return fail_at(r, &e->start_mark, FAULT(r->f, ERR_YAML_KEY_EMPTY));
    top->has_key = true;
    top->pair = (struct yaml_pair){key, (int)e->start_mark.line + 1, (int)e->start_mark.column + 1, NULL};
    return OK;
}

/* Puts a finished or just opened node into the list or map that is open. */
static void attach(struct reading *r, struct yaml *node)
{
    if (r->depth == 0) {
        r->root = node;
        return;
    }
    struct frame *top = &r->stack[r->depth - 1];
    if (top->node->kind == YAML_LIST) {
        VEC_PUSH(r->scratch, &top->items, node);
    } else {
        top->pair.value = node;
        VEC_PUSH(r->scratch, &top->pairs, top->pair);
        top->has_key = false;
    }
}

static int pair_order(const void *a, const void *b)
{
    const struct yaml_pair *x = *(const struct yaml_pair *const *)a, *y = *(const struct yaml_pair *const *)b;
    int c = str_cmp(x->key, y->key);
    return c ? c : (x > y) - (x < y);
}

/* The first pair, in the order of the file, whose key stood before; NULL when each stands once. Sorting keeps it
 * n log n whatever the keys are. */
static const struct yaml_pair *repeated(struct arena *scratch, const struct yaml_pair *pairs, size_t n,
                                        const struct yaml_pair **ret_first)
{
    if (n < 2)
        return NULL;
    const struct yaml_pair **order = ARENA_ARRAY(scratch, const struct yaml_pair *, n), *found = NULL;
    for (size_t i = 0; i < n; i++)
        order[i] = &pairs[i];
    qsort(order, n, sizeof *order, pair_order);
    for (size_t i = 1; i < n; i++)
        if (str_eq(order[i]->key, order[i - 1]->key) && (!found || order[i] < found)) {
            found = order[i];
            *ret_first = order[i - 1];
        }
    return found;
}

static enum err collection_close(struct reading *r)
{
    struct frame *top = &r->stack[--r->depth];
    struct yaml *node = top->node;
    if (node->kind == YAML_LIST) {
        node->n = top->items.n;
        node->items = ARENA_ARRAY(r->a, struct yaml *, node->n);
        if (node->n)
            memcpy(node->items, top->items.p, node->n * sizeof *node->items);
        return OK;
    }
    const struct yaml_pair *first = NULL, *again = repeated(r->scratch, top->pairs.p, top->pairs.n, &first);
    if (again) {
        char line[16];
        snprintf(line, sizeof line, "%d", first->line);
        FAULT(r->f, ERR_YAML_KEY_TWICE, {"key", again->key}, {"line", str_of(line)});
        fault_place(r->f, (struct str){NULL, 0}, again->line, again->column);
        return ERR_YAML_KEY_TWICE;
    }
    node->n = top->pairs.n;
    node->pairs = ARENA_ARRAY(r->a, struct yaml_pair, node->n);
    if (node->n)
        memcpy(node->pairs, top->pairs.p, node->n * sizeof *node->pairs);
    return OK;
}

/* Anchors and tags of a node's event. A tag “!” shows only as a plain scalar that is not implicit. */
static enum err decoration_refuse(struct reading *r, const yaml_event_t *e)
{
    const yaml_char_t *anchor, *tag;
    bool is_bare_tag = false;
    if (e->type == YAML_SCALAR_EVENT) {
        anchor = e->data.scalar.anchor;
        tag = e->data.scalar.tag;
        is_bare_tag = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !e->data.scalar.plain_implicit;
    } else {
        anchor = e->type == YAML_MAPPING_START_EVENT ? e->data.mapping_start.anchor : e->data.sequence_start.anchor;
        tag = e->type == YAML_MAPPING_START_EVENT ? e->data.mapping_start.tag : e->data.sequence_start.tag;
    }
    if (anchor)
        return refuse(r, &e->start_mark, "&", anchor);
    if (tag || is_bare_tag)
        return refuse(r, &e->start_mark, tag && *tag == '!' ? "" : "!", tag);
    return OK;
}

static enum err node_read(struct reading *r, const yaml_event_t *e)
{
    enum err code = decoration_refuse(r, e);
    if (code != OK)
        return code;
    if (++r->n_nodes > LIMIT_YAML_NODES)
        return limit(r, &e->start_mark, "YAML (nodes)", LIMIT_YAML_NODES);
    struct frame *top = r->depth ? &r->stack[r->depth - 1] : NULL;
    if (top && top->node->kind == YAML_MAP && !top->has_key) {
        if (e->type != YAML_SCALAR_EVENT)
            return fail_at(r, &e->start_mark, FAULT(r->f, ERR_YAML_KEY_COMPLEX));
        return key_read(r, top, e);
    }
    struct yaml *node = ARENA_NEW(r->a, struct yaml);
    node->line = (int)e->start_mark.line + 1;
    node->column = (int)e->start_mark.column + 1;
    attach(r, node);
    if (e->type == YAML_SCALAR_EVENT) {
        node->kind = YAML_SCALAR;
        node->scalar = text_of(r, e);
        node->is_quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
        return OK;
    }
    node->kind = e->type == YAML_MAPPING_START_EVENT ? YAML_MAP : YAML_LIST;
    if (r->depth == LIMIT_YAML_DEPTH)
        return limit(r, &e->start_mark, "YAML (depth)", LIMIT_YAML_DEPTH);
    r->stack[r->depth++] = (struct frame){.node = node};
    return OK;
}

static enum err event_read(struct reading *r, const yaml_event_t *e)
{
    switch (e->type) {
    case YAML_DOCUMENT_START_EVENT:
        return r->root ? refuse(r, &e->start_mark, "---", NULL) : OK;
    case YAML_ALIAS_EVENT:
        return refuse(r, &e->start_mark, "*", e->data.alias.anchor);
    case YAML_SCALAR_EVENT:
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        return node_read(r, e);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return collection_close(r);
    default:
        return OK;
    }
}

static enum err events_read(struct reading *r)
{
    enum err code = OK;
    bool is_end = false;
    while (code == OK && !is_end) {
        yaml_event_t e;
        code = next_event(r, &e);
        if (code != OK)
            break;
        code = event_read(r, &e);
        is_end = e.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&e);
    }
    if (code != OK)
        return code;
    if (!r->root || (r->root->kind == YAML_SCALAR && !r->root->is_quoted && r->root->scalar.n == 0))
        return FAULT(r->f, ERR_YAML_NOTHING);
    return OK;
}

/* A line that begins with % is a directive to libyaml, which compares each with every one before it: refused before it
 * comes to that. Only text in quotes could have such a line, and can be indented. */
static enum err directives_refuse(struct str text, struct fault *f)
{
    if (text.n == 0)
        return OK;
    const char *end = text.p + text.n;
    for (const char *p = text.p; (p = memchr(p, '%', (size_t)(end - p))) != NULL; p++) {
        struct str before = str_slice(text.p, (size_t)(p - text.p));
        if (before.n && !str_ends(before, STR("\n")) && !str_ends(before, STR("\r")) &&
            !str_ends(before, STR("\xC2\x85")) && !str_ends(before, STR("\xE2\x80\xA8")) &&
            !str_ends(before, STR("\xE2\x80\xA9")))
            continue;
        int line, column;
        place_of(text, before.n, &line, &column);
        FAULT(f, ERR_YAML_FEATURE, {"sign", STR("%")});
        fault_place(f, (struct str){NULL, 0}, line, column);
        return ERR_YAML_FEATURE;
    }
    return OK;
}

/* The parser's whole life. */
static enum err text_read(struct reading *r, struct str text)
{
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        text = str_slice(text.p + 3, text.n - 3);
    enum err code = directives_refuse(text, r->f);
    if (code != OK)
        return code;
    r->text = text;
    must(yaml_parser_initialize(&r->parser));
    yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r->parser, (const unsigned char *)(text.n ? text.p : ""), text.n);
    code = events_read(r);
    yaml_parser_delete(&r->parser);
    return code;
}

enum err yaml_parse(struct arena *a, struct str text, struct str file, struct yaml **ret_root, struct fault *f)
{
    struct fault own = {0};
    struct arena *scratch CLEANUP(arena_freep) = arena_new();
    struct reading *r = ARENA_NEW(scratch, struct reading);
    *r = (struct reading){.a = a, .scratch = scratch, .f = f ? f : &own};
    enum err code;
    if (text.n > LIMIT_YAML_BYTES) {
        yaml_mark_t none = {0};
        code = limit(r, &none, "YAML (bytes)", LIMIT_YAML_BYTES);
    } else {
        code = place_utf8(text, file, r->f);
        if (code == OK)
            code = text_read(r, text);
    }
    if (code == OK)
        *ret_root = r->root;
    else
        fault_place(r->f, file, 0, 0);
    return code;
}

const struct yaml_pair *yaml_pair_of(const struct yaml *map, const char *key)
{
    if (!map || map->kind != YAML_MAP)
        return NULL;
    struct str k = str_of(key);
    for (size_t i = 0; i < map->n; i++)
        if (str_eq(map->pairs[i].key, k))
            return &map->pairs[i];
    return NULL;
}

const struct yaml *yaml_get(const struct yaml *map, const char *key)
{
    const struct yaml_pair *pair = yaml_pair_of(map, key);
    return pair ? pair->value : NULL;
}
