/* Bringing a folder into the store: declarations, then each data file as a change, then invented records. */
#include "register/load.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "register/internal.h"
#include "register/sample.h"
#include "text/csv.h"

#include "base/banned.h"

enum { PROGRESS_EVERY_US = 50000, ROWS_PER_RESET = 256 };

struct loader {
    struct arena *a; /* what outlives a step */
    struct store *s;
    const struct load_options *o;
    struct load_result *result;
    struct faults *list, *warnings;
    struct load_step step;
    int64_t told_us;
    load_progress *on_progress;
    void *ctx;
};

static void tell(struct loader *l, bool is_last)
{
    if (!l->on_progress)
        return;
    int64_t now = clock_mono_us();
    if (!is_last && now - l->told_us < PROGRESS_EVERY_US)
        return;
    l->told_us = now;
    l->on_progress(l->ctx, &l->step);
}

static void fail(struct loader *l, struct fault *f)
{
    faults_add(l->list, f);
}

/* ---- rows into a change ---- */

/* One parsed row; faults are gathered and the row left out. The row's texts must live until this returns. */
static enum err put_row(struct loader *l, struct change *c, const struct reg *reg, struct arena *row,
                        const struct str *cells, uint32_t line, bool is_sample)
{
    struct record r;
    size_t before = l->list->total, kept = l->list->n;
    struct fault f = {.line = (int)line};
    enum err e = record_parse(row, reg, cells, line, change_today(c), &r, l->list);
    for (size_t i = kept; i < l->list->n; i++)
        fault_place(&l->list->p[i], l->step.source, (int)line, 0);
    if (l->list->total > before)
        return OK;
    r.is_sample = is_sample;
    enum put_outcome outcome = PUT_SAME;
    if (e == OK)
        e = change_put(c, reg, &r, &outcome, &f);
    if (e == ERR_MERGE_GONE && is_sample) { /* invented anew, and again the same */
        l->result->same++;
        return OK;
    }
    if (e == ERR_KEY_TWICE || e == ERR_MERGE_GONE) {
        f.line = (int)line;
        fault_place(&f, l->step.source, 0, 0);
        fail(l, &f);
        return OK;
    }
    if (e != OK) {
        fail(l, &f);
        return e;
    }
    l->result->added += outcome == PUT_ADDED;
    l->result->changed += outcome == PUT_CHANGED;
    l->result->same += outcome == PUT_SAME;
    l->result->samples += outcome == PUT_ADDED && is_sample;
    return OK;
}

/* Rows that were left out may be what others of the same register refer to: only where none can, the rest is judged without them. */
static bool can_judge_rest(const struct reg *reg)
{
    for (size_t i = 0; reg && i < reg->n_fields; i++)
        if (reg->fields[i].target && str_eq(reg->fields[i].target->name, reg->name))
            return false;
    return reg != NULL;
}

static enum err finish_change(struct loader *l, struct change *c, const struct reg *reg, enum err e,
                              size_t faults_before, const struct load_result *before)
{
    int64_t rev = 0;
    if (e == OK && l->list->total > faults_before && can_judge_rest(reg))
        change_judge(c, l->list, l->warnings); /* so that all that is wrong is listed together */
    if (e == OK && l->list->total == faults_before)
        e = change_commit(c, &rev, l->list, l->warnings);
    else
        change_abort(c);
    if (e == OK && l->list->total > faults_before)
        e = l->list->p[l->list->n - 1].code;
    if (e != OK) { /* nothing of this file is in the database */
        int64_t files = l->result->files, skipped = l->result->files_skipped;
        *l->result = *before;
        l->result->files = files;
        l->result->files_skipped = skipped;
        return e;
    }
    l->result->revisions += rev != 0;
    return OK;
}

/* The cells of a CSV row in field order. */
static enum err map_columns(struct loader *l, struct arena *a, const struct csv_table *t, const struct reg *reg,
                            int **ret_columns)
{
    struct str *names = ARENA_ARRAY(a, struct str, reg->n_fields);
    int *columns = ARENA_ARRAY(a, int, t->n);
    size_t before = l->list->total;
    for (size_t i = 0; i < reg->n_fields; i++)
        names[i] = reg->fields[i].name;
    for (size_t i = 0; i < t->n; i++) {
        columns[i] = reg_field_number(reg, t->header[i]);
        if (columns[i] != NO_FIELD)
            continue;
        struct fault f = {0};
        FAULT(&f, ERR_FIELD_UNKNOWN, {"name", t->header[i]}, {"register", reg->name},
              {"nearest", yaml_nearest(t->header[i], names, reg->n_fields)});
        fault_place(&f, l->step.source, 1, (int)i + 1);
        fail(l, &f);
    }
    *ret_columns = columns;
    return l->list->total > before ? ERR_FIELD_UNKNOWN : OK;
}

static enum err put_csv(struct loader *l, struct change *c, const struct reg *reg, struct str text, bool is_sample)
{
    struct arena *keep CLEANUP(arena_freep) = arena_new(), *cells_of CLEANUP(arena_freep) = arena_new();
    struct arena *row CLEANUP(arena_freep) = arena_new();
    struct csv_table t;
    struct fault f = {0};
    int *columns;
    enum err e = csv_table_open(&t, keep, cells_of, text, ',', l->step.source, &f);
    if (e != OK) {
        fault_place(&f, l->step.source, 0, 0);
        fail(l, &f);
        return e;
    }
    if ((e = map_columns(l, keep, &t, reg, &columns)) != OK)
        return e;
    struct str *cells = ARENA_ARRAY(keep, struct str, reg->n_fields), *raw;
    for (bool is_end = false;;) {
        if ((e = csv_table_next(&t, &raw, &is_end, &f)) != OK || is_end)
            break;
        for (size_t i = 0; i < t.n; i++)
            cells[columns[i]] = raw[i];
        arena_reset(row);
        if ((e = put_row(l, c, reg, row, cells, (uint32_t)t.csv.line, is_sample)) != OK)
            return e;
        l->step.done++;
        size_t used = (size_t)(t.csv.at - text.p);
        l->step.total = used ? (int64_t)((double)l->step.done * (double)text.n / (double)used) : 0;
        tell(l, false);
    }
    if (e != OK) {
        fault_place(&f, l->step.source, 0, 0);
        fail(l, &f);
    }
    return e;
}

enum err load_csv(struct store *s, const struct reg *reg, struct str text, const struct change_info *info,
                  bool is_sample, load_progress *on_progress, void *ctx, struct load_result *result,
                  struct faults *list, struct faults *warnings)
{
    struct loader l = {
        .s = s, .result = result, .list = list, .warnings = warnings, .on_progress = on_progress, .ctx = ctx};
    struct load_result before = *result;
    struct change *c;
    struct fault f = {0};
    size_t n = list->total;
    l.step =
        (struct load_step){.reg = reg->name, .source = info->file.n ? info->file : info->source, .step = 1, .steps = 1};
    enum err e = change_begin(s, info, &c, &f);
    if (e != OK) {
        fail(&l, &f);
        return e;
    }
    return finish_change(&l, c, reg, put_csv(&l, c, reg, text, is_sample), n, &before);
}

/* ---- the steps of a folder ---- */

/* Whether the last load under this name had this content, and no later declaration of the register took anything of its records. */
static enum err is_loaded(struct loader *l, const struct reg *reg, struct str source, const struct digest *d, bool *ret,
                          struct fault *f)
{
    struct buf hex CLEANUP(buf_done) = BUF_INIT(2 * DIGEST_BYTES);
    digest_hex(d, &hex);
    const char *counted = arena_printf(l->a, "\"%.*s\":", STR_ARG(reg->name)); /* in the entry of such a revision */
    int64_t same;
    enum err e = db_value_int(
        l->s->db,
        STR("SELECT coalesce((SELECT r.digest = ?2 AND NOT EXISTS(SELECT 1 FROM r_declarations t JOIN revision d ON "
            "d.rev = t._rev WHERE t._id = ?3 AND t._rev > r.rev AND instr(d.entry, ?4) > 0) FROM revision r WHERE "
            "r.source = ?1 ORDER BY r.rev DESC LIMIT 1), 0)"),
        DB_VALUES(db_text(source), db_text(buf_view(&hex)), db_text(reg->file), db_text(str_of(counted))), &same, f);
    if (e == OK)
        *ret = same != 0;
    return e;
}

static enum err load_file(struct loader *l, const struct reg *reg, const struct data_file *file)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct fault f = {0};
    struct str text;
    struct digest d;
    bool skip = false;
    char *path = arena_printf(a, "%s/%.*s", l->o->folder, STR_ARG(file->file));
    l->step.source = file->file;
    l->result->files++;
    enum err e = file_read(a, path, (size_t)1 << 30, &text, &f);
    if (e == OK) {
        sha256(text, &d);
        e = is_loaded(l, reg, file->file, &d, &skip, &f);
    } else {
        fault_place(&f, reg->file, file->line, 0);
    }
    if (e != OK) {
        fail(l, &f);
        return e;
    }
    l->result->files_skipped += skip;
    struct change_info info = {
        .actor = l->o->actor, .reason = file->source, .source = file->file, .digest = &d, .file = file->file};
    struct change *c;
    size_t n = l->list->total;
    struct load_result before = *l->result;
    if (skip)
        return OK;
    if ((e = change_begin(l->s, &info, &c, &f)) != OK) {
        fail(l, &f);
        return e;
    }
    return finish_change(l, c, reg, put_csv(l, c, reg, text, false), n, &before);
}

static enum err put_samples(struct loader *l, struct change *c, const struct reg *reg)
{
    struct arena *a CLEANUP(arena_freep) = arena_new(), *row CLEANUP(arena_freep) = arena_new();
    struct sample *m;
    struct fault f = {0};
    enum err e = sample_open(a, l->s, reg, &m, l->list);
    if (e != OK)
        return e;
    l->step.total = sample_total(m);
    const struct str *cells;
    bool has_row = true;
    while (e == OK && (e = sample_next(m, &cells, &has_row, &f)) == OK && has_row) {
        arena_reset(row);
        l->step.done++;
        e = put_row(l, c, reg, row, cells, (uint32_t)l->step.done, true);
        tell(l, false);
    }
    if (e != OK && f.code != OK)
        fail(l, &f);
    sample_close(m);
    return e;
}

static enum err load_samples(struct loader *l, const struct reg *reg)
{
    struct fault f = {0};
    struct digest d;
    bool skip;
    l->step.source = str_of(arena_printf(l->a, "sample:%.*s", STR_ARG(reg->name)));
    l->result->files++;
    sample_digest(l->s->province, reg, &d);
    enum err e = is_loaded(l, reg, l->step.source, &d, &skip, &f);
    struct change *c;
    size_t n = l->list->total;
    struct change_info info = {.actor = l->o->actor,
                               .reason = text2_in(&reg->source, LANG_VI),
                               .source = l->step.source,
                               .digest = &d,
                               .file = l->step.source};
    l->result->files_skipped += e == OK && skip;
    struct load_result before = *l->result;
    if (e == OK && skip)
        return OK;
    if (e == OK)
        e = change_begin(l->s, &info, &c, &f);
    if (e != OK) {
        fail(l, &f);
        return e;
    }
    return finish_change(l, c, reg, put_samples(l, c, reg), n, &before);
}

static enum err declare(struct loader *l)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct fault f = {0};
    struct sources sources;
    struct province *next;
    enum err e = sources_read_folder(a, l->o->folder, &sources, &f);
    if (e != OK) {
        fail(l, &f);
        return e;
    }
    if ((e = province_build(a, &sources, &next, l->list)) != OK)
        return e;
    size_t n = l->list->total;
    for (size_t i = 0; i < next->n_registers; i++)
        if (next->registers[i]->sample)
            sample_check(a, next, next->registers[i], l->list);
    if (l->list->total > n)
        return l->list->p[l->list->n - 1].code;
    struct change_info info = {.actor = l->o->actor, .reason = STR("declarations"), .file = str_of(l->o->folder)};
    struct change *c;
    if ((e = change_begin(l->s, &info, &c, &f)) != OK) {
        fail(l, &f);
        return e;
    }
    l->step = (struct load_step){.reg = STR("declarations"), .source = str_of(l->o->folder), .steps = 1};
    struct load_result before = *l->result;
    e = change_declare(c, next, l->o->drops, l->o->n_drops, l->list);
    return finish_change(l, c, NULL, e, n, &before);
}

enum err load_run(struct store *s, const struct load_options *o, struct load_result *ret_result, struct faults *list,
                  struct faults *warnings)
{
    *ret_result = (struct load_result){0};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct loader l = {.a = a,
                       .s = s,
                       .o = o,
                       .result = ret_result,
                       .list = list,
                       .warnings = warnings,
                       .on_progress = o->on_progress,
                       .ctx = o->ctx};
    enum err e = declare(&l);
    int steps = 0;
    const struct province *p = s->province;
    for (size_t i = 0; e == OK && i < p->n_registers; i++)
        steps += (int)p->registers[i]->n_data + (p->registers[i]->sample != NULL);
    l.step.steps = steps;
    l.step.step = 0;
    for (size_t i = 0; e == OK && i < p->n_registers; i++) {
        const struct reg *reg = p->registers[i];
        for (size_t k = 0; e == OK && k < reg->n_data + (reg->sample != NULL); k++) {
            l.step.reg = reg->name;
            l.step.step++;
            l.step.done = l.step.total = 0;
            e = k < reg->n_data ? load_file(&l, reg, &reg->data[k]) : load_samples(&l, reg);
            tell(&l, true);
        }
    }
    return e;
}
