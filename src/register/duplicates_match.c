/* What a rule of duplicates compares and how it counts; the indexes that serve it. */
#include "register/duplicates_internal.h"

#include <math.h>

#include "base/limits.h"
#include "text/vn.h"

#include "base/banned.h"

/* Without its leading zeros a number of 12 digits has at least 10: no province's code is 000. */
enum { LIKE_WEIGHT = 2, NEAR_WEIGHT = 1, OLD_DIGITS = 9 };
static const double UNKNOWN_COUNTS = 0.5, CONTRADICTION = 0.6, ONE_EDIT = 0.95, ALIKE = 0.7, OTHER_NAME = 0.9;

static void place(int *places, size_t *n, int field)
{
    if (places[field] == NO_FIELD)
        places[field] = (int)(*n)++;
}

void match_plan_init(struct arena *a, const struct reg *reg, struct match_plan *ret)
{
    *ret = (struct match_plan){.reg = reg};
    int **lists[] = {&ret->same, &ret->like, &ret->near};
    for (size_t k = 0; k < ARRAY_LEN(lists); k++) {
        *lists[k] = ARENA_ARRAY(a, int, reg->n_fields);
        for (size_t i = 0; i < reg->n_fields; i++)
            (*lists[k])[i] = NO_FIELD;
    }
    ret->is_identity = ARENA_ARRAY(a, bool, reg->n_fields);
    ret->is_personal_id = ARENA_ARRAY(a, bool, reg->n_fields);
    for (size_t i = 0; i < reg->n_duplicates; i++) {
        const struct match_rule *m = &reg->duplicates[i];
        for (size_t k = 0; k < m->n_same; k++)
            place(ret->same, &ret->n_same, m->same[k]);
        for (size_t k = 0; k < m->n_like; k++)
            place(ret->like, &ret->n_like, m->like[k]);
        for (size_t k = 0; k < m->n_near; k++)
            place(ret->near, &ret->n_near, m->near[k].field);
        for (size_t k = 0; k < m->n_same; k++)
            ret->is_personal_id[ret->same[m->same[k]]] = reg->fields[m->same[k]].type == FT_PERSONAL_ID;
        if (m->n_same == 1 && m->n_like + m->n_near == 0)
            ret->is_identity[ret->same[m->same[0]]] = true;
    }
}

/* ---- forms of values ---- */

enum same_form { SAME_TEXT, SAME_DIGITS, SAME_RAW };

static enum same_form same_form(const struct field *fd)
{
    if (fd->type == FT_STRING || fd->type == FT_TEXT)
        return SAME_TEXT;
    return fd->type == FT_PERSONAL_ID || fd->type == FT_TAX_CODE ? SAME_DIGITS : SAME_RAW;
}

static void same_value(const struct field *fd, const struct value *v, struct buf *out)
{
    if (v->kind == VALUE_TEXT && same_form(fd) == SAME_TEXT)
        text_fold_joined(v->text, out);
    else if (v->kind == VALUE_TEXT && same_form(fd) == SAME_DIGITS)
        match_digits(v->text, out);
    else
        value_csv(fd, v, out);
}

void match_same_sql(const struct field *fd, struct buf *out)
{
    if (same_form(fd) == SAME_RAW)
        buf_puts(out, fd->column);
    else if (same_form(fd) == SAME_TEXT)
        buf_printf(out, "fold_joined(%s)", fd->column);
    else
        buf_printf(out, "match_digits(%s)", fd->column);
}

static double near_value(const struct field *fd, const struct value *v)
{
    struct date d;
    if (v->kind == VALUE_INTEGER)
        return (double)v->integer;
    if (v->kind == VALUE_NUMBER)
        return v->number;
    if (v->kind == VALUE_TEXT && fd->type == FT_DATE && date_parse(v->text, &d, NULL) == OK)
        return (double)date_days(d);
    return (double)NAN;
}

static struct str kept(struct arena *a, const struct buf *b)
{
    return b->n ? str_dup(a, buf_view(b)) : (struct str){NULL, 0};
}

struct profile *match_profile(struct arena *a, const struct match_plan *plan, const struct value *values)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_RECORD_BYTES);
    struct profile *p = ARENA_NEW(a, struct profile);
    p->same = ARENA_ARRAY(a, struct str, plan->n_same);
    p->like = ARENA_ARRAY(a, struct match_text, plan->n_like);
    p->near = ARENA_ARRAY(a, double, plan->n_near);
    for (size_t i = 0; i < plan->reg->n_fields; i++) {
        const struct field *fd = &plan->reg->fields[i];
        if (plan->near[i] != NO_FIELD)
            p->near[plan->near[i]] = near_value(fd, &values[i]);
        if (values[i].kind == VALUE_NULL)
            continue;
        buf_reset(&b);
        if (plan->same[i] != NO_FIELD) {
            same_value(fd, &values[i], &b);
            p->same[plan->same[i]] = kept(a, &b);
        }
        buf_reset(&b);
        if (plan->like[i] != NO_FIELD && values[i].kind == VALUE_TEXT) {
            match_name(values[i].text, &b);
            p->like[plan->like[i]] = match_text_of(kept(a, &b));
        }
    }
    return p;
}

/* ---- scores ---- */

static bool is_same(const struct match_plan *plan, const struct match_rule *rule, const struct profile *x,
                    const struct profile *y)
{
    for (size_t i = 0; i < rule->n_same; i++) {
        int k = plan->same[rule->same[i]];
        if (!x->same[k].p || !str_eq(x->same[k], y->same[k]))
            return false;
    }
    return true;
}

/* A field that alone proves who it is, known in both and not the same, speaks against the pair; a slip of one digit hardly, and an old
 * and a new form of the identifier (9 and 12 digits) not at all. */
static double contradiction(const struct match_plan *plan, const struct profile *x, const struct profile *y)
{
    double factor = 1;
    for (size_t i = 0; i < plan->n_same; i++) {
        struct str a = x->same[i], b = y->same[i];
        if (!plan->is_identity[i] || !a.p || !b.p || str_eq(a, b))
            continue;
        bool is_other_form = plan->is_personal_id[i] && (a.n <= OLD_DIGITS) != (b.n <= OLD_DIGITS);
        if (!is_other_form)
            factor *= str_distance(a, b, 1) <= 1 ? ONE_EDIT : CONTRADICTION;
    }
    return factor;
}

static double nearness(double x, double y, double within)
{
    if (isnan(x) || isnan(y))
        return UNKNOWN_COUNTS;
    double apart = fabs(x - y);
    return apart > within ? -1 : 1 - apart / (4 * (within > 0 ? within : 1));
}

/* A number that is the same under another name is still a candidate, behind those of one name. */
static bool are_names_far(const struct match_plan *plan, const struct profile *x, const struct profile *y)
{
    for (size_t i = 0; i < plan->n_like; i++)
        if (x->like[i].words.n && y->like[i].words.n && match_likeness(&x->like[i], &y->like[i]) < ALIKE)
            return true;
    return false;
}

double match_score(const struct match_plan *plan, const struct match_rule *rule, const struct profile *x,
                   const struct profile *y)
{
    double sum = 0, weight = 0;
    if (!is_same(plan, rule, x, y))
        return 0;
    for (size_t i = 0; i < rule->n_near; i++) {
        int k = plan->near[rule->near[i].field];
        double near = nearness(x->near[k], y->near[k], rule->near[i].within);
        if (near < 0)
            return 0;
        sum += NEAR_WEIGHT * near, weight += NEAR_WEIGHT;
    }
    for (size_t i = 0; i < rule->n_like; i++) {
        int k = plan->like[rule->like[i]];
        bool is_known = x->like[k].words.n && y->like[k].words.n;
        sum += LIKE_WEIGHT * (is_known ? match_likeness(&x->like[k], &y->like[k]) : UNKNOWN_COUNTS);
        weight += LIKE_WEIGHT;
    }
    double base = weight > 0 ? sum / weight : 1;
    if (rule->n_like == 0 && are_names_far(plan, x, y))
        base *= OTHER_NAME;
    return base * contradiction(plan, x, y);
}

static unsigned char agreement(const struct match_plan *plan, size_t i, const struct value *x, const struct value *y,
                               const struct profile *p, const struct profile *q)
{
    if (x->kind == VALUE_NULL || y->kind == VALUE_NULL)
        return 3;
    if (value_equal(x, y))
        return 1;
    int same = plan->same[i], like = plan->like[i], near = plan->near[i];
    if (same != NO_FIELD && p->same[same].p && str_eq(p->same[same], q->same[same]))
        return 2;
    if (like != NO_FIELD && match_likeness(&p->like[like], &q->like[like]) >= ALIKE)
        return 2;
    for (size_t r = 0; near != NO_FIELD && r < plan->reg->n_duplicates; r++)
        for (size_t k = 0; k < plan->reg->duplicates[r].n_near; k++) {
            const struct near_field *nf = &plan->reg->duplicates[r].near[k];
            if (nf->field == (int)i && fabs(p->near[near] - q->near[near]) <= nf->within)
                return 2;
        }
    return 0;
}

unsigned char *match_agrees(struct arena *a, const struct match_plan *plan, const struct record *x,
                            const struct record *y)
{
    unsigned char *agrees = ARENA_ARRAY(a, unsigned char, plan->reg->n_fields);
    const struct profile *p = match_profile(a, plan, x->values), *q = match_profile(a, plan, y->values);
    for (size_t i = 0; i < plan->reg->n_fields; i++)
        agrees[i] = agreement(plan, i, &x->values[i], &y->values[i], p, q);
    return agrees;
}

/* ---- indexes ---- */

void match_index_columns(const struct reg *reg, const struct match_rule *rule, struct buf *out)
{
    for (size_t i = 0; i < rule->n_same; i++) {
        buf_puts(out, i ? ", " : "");
        match_same_sql(&reg->fields[rule->same[i]], out);
    }
    if (rule->n_near && rule->n_same)
        buf_printf(out, ", %s", reg->fields[rule->near[0].field].column);
    if (rule->n_like)
        buf_printf(out, "%smatch_name(%s)", rule->n_same ? ", " : "", reg->fields[rule->like[0]].column);
}

/* What is unknown is the same as nothing; and SQLite sorts faster where no key is NULL. */
void match_index_where(const struct reg *reg, const struct match_rule *rule, struct buf *out)
{
    buf_puts(out, "_until IS NULL");
    if (rule->n_same == 0)
        return;
    buf_puts(out, " AND ");
    match_same_sql(&reg->fields[rule->same[0]], out);
    buf_puts(out, " IS NOT NULL");
}

/* Bears what it holds in its name, so that a changed rule is another index. */
void match_index_name(const struct reg *reg, const struct match_rule *rule, struct buf *out)
{
    struct buf columns CLEANUP(buf_done) = BUF_INIT(1 << 16);
    match_index_columns(reg, rule, &columns);
    buf_printf(out, "d_%.*s_%016zx", STR_ARG(reg->name), str_hash(buf_view(&columns)));
}
