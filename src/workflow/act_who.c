/* Who may take a step, and what he may choose from. */
#include "register/query.h"
#include "workflow/act_internal.h"
#include "workflow/node.h"

#include "base/banned.h"

static struct str roles_of(struct arena *a, const struct transition *t)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    for (size_t i = 0; i < t->n_by; i++) {
        buf_puts(&b, i ? ", " : "");
        buf_str(&b, t->by[i]);
    }
    return str_dup(a, buf_view(&b));
}

enum err actor_may(struct arena *a, const struct act_by *actor, const struct workflow *w, const struct transition *t,
                   const struct record *r, struct str *ret_role, struct str *ret_behalf, struct fault *f)
{
    struct decision d = {0};
    *ret_behalf = STR("");
    if (actor->as.n && transition_is_by(t, actor->as)) {
        *ret_role = actor->as;
        return OK;
    }
    enum err e = actor->rights && !actor->as.n ? access_may(actor->rights, t->verb, w->reg, r, &d, f) : OK;
    if (e != OK)
        return e;
    const struct decision_step *lent = NULL;
    for (size_t i = 0; i < d.n_steps; i++) {
        const struct decision_step *x = &d.steps[i];
        if (x->why != WHY_ALLOWED || !transition_is_by(t, x->role_id))
            continue;
        if (!x->delegation) {
            *ret_role = str_dup(a, x->role_id);
            return OK;
        }
        lent = lent ? lent : x;
    }
    if (lent) {
        *ret_role = str_dup(a, lent->role_id);
        *ret_behalf = str_dup(a, lent->delegation->from_name);
        return OK;
    }
    return FAULT(f, ERR_ACT_ROLE, {"transition", t->id}, {"id", r->id}, {"roles", roles_of(a, t)});
}

enum err guard_holds(struct arena *a, struct store *s, const struct workflow *w, const struct transition *t,
                     const struct record *r, struct str actor, int64_t now_ms, struct fault *f)
{
    bool holds = true;
    if (!t->guard.n)
        return OK;
    struct str text = guard_text(a, t->guard, actor, now_ms, s->province->utc_offset_minutes);
    enum err e = query_matches(s, w->reg, r, text, &holds, f);
    if (e != OK || holds)
        return e;
    struct str vi = t->refusal.vi.n ? t->refusal.vi : t->guard;
    struct str en = t->refusal.en.n ? t->refusal.en : vi;
    return FAULT(f, ERR_ACT_GUARD, {"transition", t->id}, {"why", vi}, {"why_en", en});
}

enum err workflow_choices(struct arena *a, struct store *s, const struct workflow *w, const struct record *r,
                          const struct act_by *actor, int64_t now_ms, struct choice **ret_list, size_t *ret_n,
                          struct fault *f)
{
    struct choice *list = ARENA_ARRAY(a, struct choice, w->n_transitions);
    const struct workflow *then;
    struct node_self self;
    bool is_node = false;
    size_t n = 0;
    enum err e = workflow_then(a, s, w, r, &then, f);
    if (e == OK)
        e = node_self_read(a, s->db, &self, &is_node, f);
    for (size_t i = 0; e == OK && i < then->n_transitions; i++) {
        const struct transition *t = &then->transitions[i];
        struct str role, behalf;
        if (!transition_leads_from(t, r))
            continue;
        e = actor_may(a, actor, then, t, r, &role, &behalf, f);
        if (e == ERR_ACT_ROLE) {
            *f = (struct fault){0};
            e = OK;
            continue;
        }
        list[n] = (struct choice){.transition = t};
        bool is_elsewhere = e == OK && is_node && node_may(a, &self, then, t, role, &list[n].why) != OK;
        if (e == OK && !is_elsewhere && guard_holds(a, s, then, t, r, actor->name, now_ms, &list[n].why) != OK &&
            list[n].why.code != ERR_ACT_GUARD)
            return *f = list[n].why, list[n].why.code;
        n++;
    }
    *ret_list = list;
    *ret_n = n;
    return e;
}

void notice_write(const struct workflow *w, const struct transition *t, const struct record *r, enum lang lang,
                  int utc_offset_minutes, struct buf *out)
{
    struct str text = text2_in(&t->notice, lang);
    for (size_t i = 0; i < text.n; i++) {
        const char *end = text.p[i] == '{' ? memchr(text.p + i, '}', text.n - i) : NULL;
        int field =
            end ? reg_field_number(w->reg, str_slice(text.p + i + 1, (size_t)(end - text.p) - i - 1)) : NO_FIELD;
        if (field == NO_FIELD) {
            buf_putc(out, text.p[i]);
            continue;
        }
        const struct field *fd = &w->reg->fields[field];
        int64_t ms;
        if (fd->type == FT_TIMESTAMP && r->values[field].kind == VALUE_TEXT &&
            instant_parse(r->values[field].text, &ms, NULL) == OK)
            instant_words(ms, utc_offset_minutes, out);
        else
            value_print(fd, &r->values[field], lang, out);
        i = (size_t)(end - text.p);
    }
}
