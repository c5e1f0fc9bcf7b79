#include "web/job_parts.h"

#include <stdlib.h>

#include "base/limits.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/signed.h"

#include "base/banned.h"

/* What runs tell of themselves (access/job.h); of others the name as it is. */
static const struct {
    const char *name;
    enum message title;
    bool is_bytes;
} facts[] = {
    {"erased", M_job_erased, false},       {"removed", M_job_removed, false}, {"revision", M_job_revision, false},
    {"revisions", M_job_revisions, false}, {"records", M_job_records, false}, {"problems", M_job_problems, false},
    {"weak", M_job_weak, false},           {"added", M_job_added, false},     {"changed", M_job_changed, false},
    {"file", M_job_file, false},           {"bytes", M_job_bytes, true},
};

static bool is_number(struct str s)
{
    bool is = s.n > 0 && s.n < 19;
    for (size_t i = 0; i < s.n; i++)
        is &= s.p[i] >= '0' && s.p[i] <= '9';
    return is;
}

static void add_fact(struct exchange *x, struct str name, struct str value, struct buf *b)
{
    size_t which = 0;
    while (which < ARRAY_LEN(facts) && !str_is(name, facts[which].name))
        which++;
    bool is_known = which < ARRAY_LEN(facts);
    int64_t n = is_number(value) ? strtoll(arena_dup(x->arena, value.p, value.n), NULL, 10) : -1;
    buf_puts(b, b->n ? " · " : "");
    buf_str(b, is_known ? message(facts[which].title, x->lang) : name);
    buf_puts(b, ": ");
    if (is_known && facts[which].is_bytes && n >= 0)
        buf_printf(b, "%.*s MiB", STR_ARG(part_int(x, (n + (1 << 20) - 1) >> 20)));
    else
        buf_str(b, n >= 0 ? part_int(x, n) : value);
}

struct str job_facts_text(struct exchange *x, const struct job_run *r)
{
    struct buf b = BUF_INIT(LIMIT_TEXT_BYTES);
    for (struct str rest = r->facts, one, value; rest.p && rest.n;) {
        one = str_cut(str_trim(rest), ' ', &rest);
        one = str_cut(one, '=', &value);
        if (one.n && value.p && value.n)
            add_fact(x, one, value, &b);
    }
    return buf_move(&b, x->arena);
}

struct str job_outcome(struct exchange *x, const struct job_run *r)
{
    return r->failed.n ? message_with(x->arena, M_job_failed, x->lang, r->failed) : message(M_job_good, x->lang);
}

struct str job_took(struct exchange *x, int64_t ms)
{
    if (ms < 0)
        return message(M_unknown, x->lang);
    struct str seconds = part_fixed(x, quantity_of_double((double)ms / 1000, 1), 1);
    return STR_JOIN(x->arena, seconds, STR(" s"));
}

void part_job_runs(struct exchange *x, struct buf *out, const struct job_run *runs, size_t n, bool has_names)
{
    enum { COLUMNS = 6 };
    const struct table_column columns[COLUMNS] = {
        {.title = message(M_job_name, x->lang)},   {.title = message(M_job_ended, x->lang), .is_head = true},
        {.title = message(M_job_result, x->lang)}, {.title = message(M_job_took, x->lang), .is_number = true},
        {.title = message(M_job_facts, x->lang)},  {.title = message(M_event_actor, x->lang)},
    };
    struct table_row *rows = ARENA_ARRAY(x->arena, struct table_row, n + 1);
    size_t skip = has_names ? 0 : 1;
    for (size_t i = 0; i < n; i++) {
        struct table_cell *cells = ARENA_ARRAY(x->arena, struct table_cell, COLUMNS);
        struct str told = job_facts_text(x, &runs[i]);
        cells[0].text = job_title(runs[i].job, x->lang);
        cells[1].text = instant_text(x, runs[i].ended_ms);
        cells[2].text = job_outcome(x, &runs[i]);
        cells[3].text = job_took(x, runs[i].took_ms);
        struct str rev = job_fact(&runs[i], "revision");
        cells[4] = (struct table_cell){.text = told.n ? told : STR("–"),
                                       .href = is_number(rev) && !str_is(rev, "0")
                                                   ? STR_JOIN(x->arena, STR("/api/log/revisions/"), rev)
                                                   : STR("")};
        cells[5].text = runs[i].actor.n ? runs[i].actor : message(M_job_command, x->lang);
        rows[i] = (struct table_row){.cells = cells + skip, .is_chosen = runs[i].failed.n > 0};
    }
    part_table(x, out,
               &(struct table){.caption = message(M_job_runs, x->lang),
                               .columns = columns + skip,
                               .n_columns = COLUMNS - skip,
                               .rows = rows,
                               .n_rows = n});
}
