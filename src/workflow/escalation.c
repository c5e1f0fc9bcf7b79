#include "workflow/escalation.h"

#include "base/clock.h"

#include "base/banned.h"

static const int64_t longest_ms = (int64_t)400 * 24 * 3600 * 1000; /* of a wait that is looked for */

bool escalation_is_due(const struct office_clock *c, const struct escalation *e, int64_t since_ms, int64_t now_ms)
{
    struct deadline d = {0};
    struct fault ignored = {0};
    return deadline_of(c, since_ms, e->after, &d, &ignored) == OK && d.has_due && d.late_ms < now_ms;
}

/* The latest minute since which it would be due now; 0: there is none. */
static int64_t latest_since(const struct office_clock *c, const struct escalation *e, int64_t now_ms)
{
    int64_t due = now_ms - longest_ms, not_due = now_ms;
    if (!escalation_is_due(c, e, due, now_ms))
        return 0;
    while (not_due - due > MINUTE_MS) {
        int64_t between = due + (not_due - due) / 2;
        if (escalation_is_due(c, e, between, now_ms))
            due = between;
        else
            not_due = between;
    }
    return due;
}

struct str escalations_filter(struct arena *a, const struct workflow *w, const struct str *roles, size_t n,
                              const struct office_clock *c, int64_t now_ms)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 16), at CLEANUP(buf_done) = BUF_INIT(64);
    const struct machine *m = &w->machines[0];
    for (size_t i = 0; m->since != NO_FIELD && i < m->n_escalations; i++) {
        const struct escalation *e = &m->escalations[i];
        bool is_his = false;
        for (size_t k = 0; k < n; k++)
            is_his |= str_eq(roles[k], e->to);
        int64_t since = is_his ? latest_since(c, e, now_ms) : 0;
        if (!since)
            continue;
        buf_reset(&at);
        instant_print(since, &at);
        buf_printf(&b, "%s(%.*s = '%.*s' AND %.*s <= TIMESTAMP('%.*s'))", b.n ? " OR " : "",
                   STR_ARG(w->reg->fields[m->field].name), STR_ARG(e->state), STR_ARG(w->reg->fields[m->since].name),
                   STR_ARG(buf_view(&at)));
    }
    return str_dup(a, buf_view(&b));
}
