/* The workflows of a province: read from its declarations, found, and asked about a record. */
#include "workflow/workflow.h"

#include "text/date.h"
#include "workflow/workflow_internal.h"

#include "base/banned.h"

enum err workflows_load(struct arena *a, const struct province *p, struct workflows **ret_workflows,
                        struct faults *list)
{
    size_t before = list->total, kept = list->n;
    struct workflows *ws = ARENA_NEW(a, struct workflows);
    *ws = (struct workflows){.province = p, .p = ARENA_ARRAY(a, struct workflow, p->sources.n + 1)};
    for (size_t i = 0; i < p->sources.n; i++) {
        const struct source_file *source = &p->sources.p[i];
        struct workflow_loading l = {a, p, source->path, list};
        if (!str_starts(source->path, STR("workflows/")) || !workflow_read(&l, source->text, &ws->p[ws->n]))
            continue;
        if (workflow_on(ws, ws->p[ws->n].reg->name))
            workflow_misfit(&l, ws->p[ws->n].line, "register", ws->p[ws->n].reg->name,
                            "one workflow for each register");
        ws->n++;
    }
    if (list->total > before)
        return kept < list->n ? list->p[kept].code : ERR_DECL_VALUE;
    *ret_workflows = ws;
    return OK;
}

const struct workflow *workflow_on(const struct workflows *ws, struct str reg)
{
    for (size_t i = 0; i < ws->n; i++)
        if (str_eq(ws->p[i].reg->name, reg))
            return &ws->p[i];
    return NULL;
}

const struct transition *transition_find(const struct workflow *w, struct str id)
{
    for (size_t i = 0; i < w->n_transitions; i++)
        if (str_eq(w->transitions[i].id, id))
            return &w->transitions[i];
    return NULL;
}

enum err transition_named(const struct workflow *w, struct str id, const struct transition **ret_transition,
                          struct fault *f)
{
    *ret_transition = transition_find(w, id);
    if (*ret_transition)
        return OK;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct str *names = ARENA_ARRAY(a, struct str, w->n_transitions);
    for (size_t i = 0; i < w->n_transitions; i++)
        names[i] = w->transitions[i].id;
    return FAULT(f, ERR_TRANSITION_UNKNOWN, {"transition", id}, {"workflow", w->id},
                 {"nearest", yaml_nearest(id, names, w->n_transitions)});
}

bool transition_is_by(const struct transition *t, struct str role)
{
    for (size_t i = 0; i < t->n_by; i++)
        if (str_eq(t->by[i], role))
            return true;
    return false;
}

static bool is_in(const struct str *list, size_t n, struct str s)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(list[i], s))
            return true;
    return false;
}

struct str machine_state(const struct machine *m, const struct record *r)
{
    const struct value *v = &r->values[m->field];
    return v->kind == VALUE_TEXT ? v->text : m->initial;
}

bool machine_is_final(const struct machine *m, struct str state)
{
    return is_in(m->final, m->n_final, state);
}

struct text2 machine_state_title(const struct workflow *w, const struct machine *m, struct str state)
{
    const struct code_list *codes = w->reg->fields[m->field].codes;
    const struct code *c = codes ? map_get(&codes->by_code, state) : NULL;
    return c ? c->title : (struct text2){state, {NULL, 0}};
}

bool transition_leads_from(const struct transition *t, const struct record *r)
{
    for (size_t i = 0; i < t->n_from; i++)
        if (!is_in(t->from[i].states, t->from[i].n, machine_state(t->from[i].machine, r)))
            return false;
    return !t->is_creation;
}

/* ---- tasks */

static void write_states(const struct workflow *w, const struct transition *t, struct buf *out)
{
    for (size_t i = 0; i < t->n_from; i++) {
        const struct move *m = &t->from[i];
        buf_printf(out, "%.*s IN (", STR_ARG(w->reg->fields[m->machine->field].name));
        for (size_t k = 0; k < m->n; k++)
            buf_printf(out, "%s'%.*s'", k ? ", " : "", STR_ARG(m->states[k]));
        buf_puts(out, ") AND ");
    }
    buf_printf(out, "(%.*s)", STR_ARG(t->task));
}

struct str tasks_filter(struct arena *a, const struct workflow *w, const struct str *roles, size_t n)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    for (size_t i = 0; i < w->n_transitions; i++) {
        const struct transition *t = &w->transitions[i];
        bool is_his = false;
        for (size_t k = 0; k < n; k++)
            is_his |= transition_is_by(t, roles[k]);
        if (!is_his || !t->task.n)
            continue;
        buf_puts(&b, b.n ? " OR (" : "(");
        write_states(w, t, &b);
        buf_putc(&b, ')');
    }
    return str_dup(a, buf_view(&b));
}

/* ---- the workflow that a record began with */

static enum err text_then(struct arena *a, struct store *s, struct str file, int64_t rev, struct str *ret_text,
                          struct fault *f)
{
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row = false;
    enum err e = stmt_new(s->db,
                          STR("SELECT text FROM r_declarations WHERE _id = ?1 AND _rev <= ?2 AND (_until IS NULL OR "
                              "_until > ?2) AND _removed = 0"),
                          &st, f);
    if (e != OK)
        return e;
    stmt_bind_text(st, 1, file);
    stmt_bind_int(st, 2, rev);
    e = stmt_step(st, &has_row, f);
    *ret_text = e == OK && has_row ? str_dup(a, stmt_column_text(st, 0)) : STR("");
    return e;
}

enum err workflow_then(struct arena *a, struct store *s, const struct workflow *w, const struct record *r,
                       const struct workflow **ret, struct fault *f)
{
    const struct value *v = w->version == NO_FIELD ? NULL : &r->values[w->version];
    struct str text, now;
    *ret = w;
    if (!v || v->kind != VALUE_INTEGER)
        return OK;
    const struct source_file *source = province_source(s->province, w->file);
    now = source ? source->text : STR("");
    enum err e = text_then(a, s, w->file, v->integer, &text, f);
    if (e != OK || text.n == 0 || str_eq(text, now))
        return e;
    struct faults list = {0};
    struct workflow *then = ARENA_NEW(a, struct workflow);
    struct workflow_loading l = {a, s->province, w->file, &list};
    if (workflow_read(&l, text, then)) {
        then->rev = v->integer;
        *ret = then;
    } else { /* a field that it names is no longer declared: the record goes on by what holds now */
        *ret = w;
    }
    faults_done(&list);
    return OK;
}

/* ---- guards */

static void replace(struct str text, const char *mark, struct str with, struct buf *out)
{
    size_t n = strlen(mark);
    for (size_t i = 0; i < text.n;) {
        if (i + n <= text.n && memcmp(text.p + i, mark, n) == 0) {
            buf_str(out, with);
            i += n;
        } else {
            buf_putc(out, text.p[i++]);
        }
    }
}

struct str guard_text(struct arena *a, struct str guard, struct str actor, int64_t now_ms, int utc_offset_minutes)
{
    struct buf now CLEANUP(buf_done) = BUF_INIT(64), day CLEANUP(buf_done) = BUF_INIT(64);
    struct buf name CLEANUP(buf_done) = BUF_INIT(4096);
    struct buf half CLEANUP(buf_done) = BUF_INIT(1 << 20), whole CLEANUP(buf_done) = BUF_INIT(1 << 20);
    if (!memmem(guard.p, guard.n, "{", 1))
        return guard;
    buf_puts(&now, "TIMESTAMP('");
    instant_print(now_ms, &now);
    buf_puts(&now, "')");
    buf_puts(&day, "DATE('");
    date_print(date_of_instant(now_ms, utc_offset_minutes), &day);
    buf_puts(&day, "')");
    buf_putc(&name, '\'');
    for (size_t i = 0; i < actor.n; i++) {
        if (actor.p[i] == '\'')
            buf_putc(&name, '\'');
        buf_putc(&name, actor.p[i]);
    }
    buf_putc(&name, '\'');
    replace(guard, "{now}", buf_view(&now), &half);
    replace(buf_view(&half), "{today}", buf_view(&day), &whole);
    buf_reset(&half);
    replace(buf_view(&whole), "{actor}", buf_view(&name), &half);
    return str_dup(a, buf_view(&half));
}
