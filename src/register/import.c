/* Import from open to commit: one change, judged as a whole, all or nothing unless the valid rows are asked for. */
#include "register/import.h"

#include "base/clock.h"
#include "base/file.h"
#include "register/geofile.h"
#include "register/import_internal.h"
#include "register/query.h"

#include "base/banned.h"

enum { PROGRESS_ROWS = 500, PASSES_MAX = 20, ROWS_IN_PLACE = 200 };

static const struct str none = {NULL, 0};

/* ---- opening ---- */

static struct str base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return str_of(slash ? slash + 1 : path);
}

static enum err read_sheet(struct import *im, struct fault *f)
{
    struct sheet_row row;
    bool has_row = true;
    enum err e = spool_open(&im->spool, f);
    while (e == OK && (e = sheet_next(im->sheet, &row, &has_row, f)) == OK && has_row)
        e = spool_add(&im->spool, &row, f);
    if (e == OK && im->spool.rows == 0)
        e = FAULT(f, ERR_IMPORT_EMPTY, {"file", im->source});
    im->n_columns = im->spool.columns;
    im->columns = ARENA_ARRAY(im->a, struct column, im->n_columns + 1);
    for (size_t i = 0; i < im->n_columns; i++)
        im->columns[i] = (struct column){.field = NO_FIELD, .decimal_mark = ',', .factor = 1};
    return e;
}

/* Geographic files and OpenDocument sheets become a CSV first; the log keeps the digest of the file itself. */
static enum err open_geofile(struct import *im, struct fault *f)
{
    struct geofile_table t;
    struct str crs = {NULL, 0};
    const char *folder;
    for (size_t i = 0; i < im->reg->n_fields && crs.n == 0; i++)
        if (im->reg->fields[i].type == FT_GEOMETRY)
            crs = im->reg->fields[i].crs;
    enum err e = geofile_folder(im->a, "/tmp/import", &folder, f);
    if (e != OK)
        return e;
    e = geofile_to_csv(im->a, im->o.path, folder, im->o.sheet.sheet, crs, &t, f);
    if (e == OK)
        e = sheet_open(t.path, &(struct sheet_options){.separator = ','}, &im->sheet, f);
    geofile_folder_remove(folder); /* the sheet holds a copy */
    if (e == OK)
        im->digest = t.digest;
    return e;
}

static void digest_add(void *ctx, struct str piece)
{
    sha256_add(ctx, piece);
}

static enum err open_sheet(struct import *im, struct fault *f)
{
    struct sha256 h;
    struct sheet_options o = im->o.sheet;
    o.on_bytes = digest_add;
    o.ctx = &h;
    sha256_init(&h);
    enum err e = sheet_open(im->o.path, &o, &im->sheet, f);
    sha256_end(&h, e == OK ? &im->digest : NULL);
    return e;
}

static enum err open_table(struct import *im, struct fault *f)
{
    enum err e = geofile_is(im->o.path) ? open_geofile(im, f) : open_sheet(im, f);
    if (e == OK)
        im->facts = sheet_facts(im->sheet);
    return e;
}

static enum err prepare(struct import *im, struct fault *f)
{
    enum err e = open_table(im, f);
    if (e != OK)
        return e;
    if ((e = import_look_unchanged(im, f)) != OK || im->unchanged_rev)
        return e;
    e = read_sheet(im, f);
    if (e == OK)
        e = import_header_find(im, f);
    if (e == OK)
        e = import_map_columns(im, f);
    if (e == OK)
        e = import_readings_decide(im, f);
    for (size_t i = 0; e == OK && i < im->reg->n_fields; i++)
        if (im->reg->fields[i].type == FT_UNIT && im->column_of[i] >= 0) {
            e = import_units_load(im, f);
            break;
        }
    return e;
}

enum err import_open(struct store *s, const struct reg *reg, const struct import_options *o, struct import **ret_import,
                     struct fault *f)
{
    if (o->mode == IMPORT_REPLACE && o->accept_valid)
        return FAULT(f, ERR_IMPORT_REPLACE);
    struct import *im = mem_zalloc(sizeof *im);
    im->a = arena_new();
    im->row = arena_new();
    im->pass = arena_new();
    im->marks_arena = arena_new();
    im->s = s;
    im->reg = reg;
    im->o = *o;
    im->source = im->o.source.n ? im->o.source : base_name(im->o.path);
    im->warnings.max = 200;
    im->column_of = ARENA_ARRAY(im->a, int, reg->n_fields);
    im->is_given = ARENA_ARRAY(im->a, bool, reg->n_fields);
    im->titles = ARENA_ARRAY(im->a, struct map, reg->n_fields);
    im->references = ARENA_ARRAY(im->a, struct map, reg->n_fields);
    im->cells = ARENA_ARRAY(im->a, struct str, reg->n_fields);
    im->is_bad = ARENA_ARRAY(im->a, bool, reg->n_fields);
    enum err e = prepare(im, f);
    if (e != OK) {
        fault_place(f, im->source, 0, 0);
        import_close(im);
        return e;
    }
    for (size_t i = 0; i < im->warnings.n; i++)
        fault_place(&im->warnings.p[i], im->source, 0, 0);
    *ret_import = im;
    return OK;
}

void import_close(struct import *im)
{
    if (!im)
        return;
    change_abort(im->change);
    if (im->sheet)
        sheet_close(im->sheet);
    if (im->spool.file)
        spool_done(&im->spool);
    store_close(im->trial);
    faults_done(&im->warnings);
    free(im->refused);
    arena_free(im->marks_arena);
    arena_free(im->pass);
    arena_free(im->row);
    arena_free(im->a);
    free(im);
}

const struct faults *import_warnings(const struct import *im)
{
    return &im->warnings;
}

/* ---- one row ---- */

static bool has_absent_columns(const struct import *im)
{
    for (size_t i = 0; i < im->reg->n_fields; i++)
        if (im->column_of[i] < 0)
            return im->o.mode == IMPORT_UPSERT || im->o.mode == IMPORT_UPDATE;
    return false;
}

/* The id that the key's cells make, when they can be read. */
static bool id_of_cells(struct import *im, struct str *ret_id)
{
    struct value *values = ARENA_ARRAY(im->row, struct value, im->reg->n_fields);
    for (size_t k = 0; k < im->reg->n_key; k++) {
        int n = im->reg->key[k];
        if (im->is_bad[n] || value_parse(im->row, &im->reg->fields[n], im->cells[n], none, &values[n], NULL) != OK)
            return false;
    }
    return record_id(im->row, im->reg, values, ret_id, NULL) == OK;
}

static struct str raw_value(const struct import *im, int field)
{
    int column = field == NO_FIELD ? -1 : im->column_of[field];
    return column >= 0 && (size_t)column < im->at.n ? im->at.cells[column].text : none;
}

static void refuse_row(struct import *im, enum err code, struct str id, uint32_t other)
{
    struct fault f = {0};
    FAULT(&f, code, {"id", id}, {"register", im->reg->name}, {"row", str_of(arena_printf(im->row, "%u", other))});
    import_refuse(im, im->at.number, im->reg->key[0], &f, raw_value(im, im->reg->key[0]));
}

/* Columns that the file does not have keep what the record knows. What is to be updated and is not there, or not for who writes, is refused for that alone. */
static enum err fill_absent(struct import *im, struct value **ret_kept, bool *ret_is_refused, struct fault *f)
{
    struct str id;
    struct record old = {0};
    if (!has_absent_columns(im) || !id_of_cells(im, &id))
        return OK;
    enum err e = change_current(im->change, im->reg, id, &old, f);
    if (e == ERR_KEY_TWICE)
        return OK; /* told by the row's own check */
    bool is_there = old.values != NULL;
    if (e == OK && is_there && im->o.mode == IMPORT_UPDATE)
        e = query_shows(im->s, im->reg, &old, &is_there, f);
    if (e == OK && is_there)
        *ret_kept = record_fill(im->row, im->reg, &old, im->is_given, im->cells);
    if (e == OK && !is_there && im->o.mode == IMPORT_UPDATE) {
        refuse_row(im, ERR_IMPORT_NOT_THERE, id, 0);
        *ret_is_refused = true;
    }
    return e;
}

static enum err refuse_taken(struct import *im, const struct record *there, struct fault *f)
{
    enum err e = change_taken(im->change, im->reg, there, ERR_IMPORT_EXISTS, f);
    if (err_http(e) >= 500)
        return e;
    import_refuse(im, im->at.number, im->reg->key[0], f, raw_value(im, im->reg->key[0]));
    *f = (struct fault){0};
    return OK;
}

static bool same_values(const struct reg *reg, const struct value *a, const struct value *b)
{
    for (size_t i = 0; i < reg->n_fields; i++)
        if (!value_equal(&a[i], &b[i]))
            return false;
    return true;
}

/* A row that changes nothing says that the record holds just that: told to who is shown it, and judged as any writing of all others. */
static enum err is_same_and_shown(struct import *im, const struct record *old, const struct record *r, bool *ret,
                                  struct fault *f)
{
    unsigned classes = 0;
    *ret = old->values && r->is_sample == old->is_sample && same_values(im->reg, old->values, r->values);
    for (size_t i = 0; i < im->reg->n_fields; i++)
        if (im->column_of[i] >= 0)
            classes |= 1U << im->reg->fields[i].privacy;
    return *ret ? query_shows_fields(im->s, im->reg, old, classes, ret, f) : OK;
}

static enum err put(struct import *im, struct record *r, struct fault *f)
{
    struct record old = {0};
    struct import_result *res = im->result;
    uint32_t *first = map_get(&im->seen, r->id);
    if (first) {
        refuse_row(im, ERR_IMPORT_KEY_TWICE, r->id, *first);
        return OK;
    }
    first = arena_alloc(im->pass, sizeof *first);
    *first = im->at.number;
    map_put(im->pass, &im->seen, str_dup(im->pass, r->id), first);
    enum err e = change_current(im->change, im->reg, r->id, &old, f);
    if (e != OK)
        return e;
    if (old.values && im->o.mode == IMPORT_CREATE)
        return refuse_taken(im, &old, f);
    bool is_there = old.values != NULL;
    if (is_there && im->o.mode == IMPORT_UPDATE && (e = query_shows(im->s, im->reg, &old, &is_there, f)) != OK)
        return e;
    if (!is_there && im->o.mode == IMPORT_UPDATE) {
        refuse_row(im, ERR_IMPORT_NOT_THERE, r->id, 0);
        return OK;
    }
    bool was_sample = old.values && old.is_sample;
    r->is_sample = im->mark == SAMPLE_UNSAID ? was_sample : im->mark == SAMPLE_INVENTED;
    bool is_same = false;
    if ((e = is_same_and_shown(im, &old, r, &is_same, f)) != OK)
        return e;
    if (is_same) {
        res->same++;
        return OK;
    }
    enum put_outcome outcome;
    e = change_put(im->change, im->reg, r, &outcome, f);
    if (e == ERR_MERGE_GONE || err_http(e) == 403) { /* not for who writes: one row that fails, as others do */
        import_refuse(im, im->at.number, im->reg->key[0], f, raw_value(im, im->reg->key[0]));
        *f = (struct fault){0};
        return OK;
    }
    if (e == OK) {
        res->added += outcome == PUT_ADDED;
        res->changed += outcome == PUT_CHANGED;
        res->same += outcome == PUT_SAME;
        res->samples += r->is_sample;
        res->samples_kept += r->is_sample && im->mark == SAMPLE_UNSAID;
        res->made_real += was_sample && !r->is_sample;
    }
    return e;
}

/* The same key again is refused even when the first row that bears it was: nobody knows which of them is meant. */
static void note_refused_key(struct import *im)
{
    struct str id;
    if (!id_of_cells(im, &id) || map_get(&im->seen, id))
        return;
    uint32_t *row = arena_alloc(im->pass, sizeof *row);
    *row = im->at.number;
    map_put(im->pass, &im->seen, str_dup(im->pass, id), row);
}

static enum err take_row(struct import *im, struct faults *list, struct fault *f)
{
    struct record r;
    struct value *kept = NULL;
    struct str today = change_today(im->change);
    import_row_read(im, today);
    bool is_refused = im->is_mark_bad, is_absent = false;
    enum err e = fill_absent(im, &kept, &is_absent, f);
    if (e != OK)
        return e;
    if (is_absent) {
        note_refused_key(im);
        return OK;
    }
    list->n = list->total = 0;
    record_parse(im->row, im->reg, im->cells, im->at.number, today, &r, list);
    for (size_t i = 0; i < im->reg->n_fields; i++)
        is_refused |= im->is_bad[i];
    for (size_t i = 0; i < list->n; i++) {
        int field = reg_field_number(im->reg, fault_field_name(&list->p[i]));
        if (field == NO_FIELD || !im->is_bad[field])
            import_refuse(im, im->at.number, field, &list->p[i], raw_value(im, field));
    }
    if (is_refused || list->total) {
        note_refused_key(im);
        return OK;
    }
    if (kept)
        record_keep(im->reg, kept, im->is_given, &r);
    return put(im, &r, f);
}

static bool is_blank(const struct import *im)
{
    for (size_t i = 0; i < im->at.n && i < im->n_columns; i++)
        if (im->columns[i].field != NO_FIELD && im->at.cells[i].kind != CELL_EMPTY && im->at.cells[i].text.n)
            return false;
    return true;
}

/* ---- a pass ---- */

static enum err remove_others(struct import *im, struct fault *f)
{
    VEC(struct str) gone = {0};
    struct stmt *st = NULL;
    bool has_row;
    const char *sql =
        arena_printf(im->pass, "SELECT _id FROM %s WHERE _until IS NULL AND _removed = 0 ORDER BY _n", im->reg->table);
    enum err e = stmt_new(im->s->db, str_of(sql), &st, f);
    while (e == OK && (e = stmt_step(st, &has_row, f)) == OK && has_row)
        if (!map_get(&im->seen, stmt_column_text(st, 0)))
            VEC_PUSH(im->pass, &gone, str_dup(im->pass, stmt_column_text(st, 0)));
    stmt_free(st);
    for (size_t i = 0; e == OK && i < gone.n; i++)
        e = change_remove(im->change, im->reg, gone.p[i], f);
    im->result->removed = (int64_t)gone.n;
    im->result->n_removed_ids = gone.n < IMPORT_REMOVED ? gone.n : IMPORT_REMOVED;
    struct str *ids = ARENA_ARRAY(im->a, struct str, im->result->n_removed_ids + 1);
    for (size_t i = 0; i < im->result->n_removed_ids; i++)
        ids[i] = str_dup(im->a, gone.p[i]);
    im->result->removed_ids = ids;
    return e;
}

/* What only the whole shows is told by row, as the rest. */
static enum err judge(struct import *im, struct fault *f)
{
    struct faults list CLEANUP(faults_done) = {.max = LIMIT_IMPORT_MARKS / 4};
    struct faults warnings CLEANUP(faults_done) = {.max = 100};
    struct fault bad = {0};
    enum err e = change_judge(im->change, &list, &warnings);
    for (size_t i = 0; i < list.n; i++) {
        if (list.p[i].line == 0) /* no row of ours: the check itself failed, or a removed record is still needed */
            bad = list.p[i];
        else
            import_refuse(im, (uint32_t)list.p[i].line, reg_field_number(im->reg, fault_field_name(&list.p[i])),
                          &list.p[i], fault_param(&list.p[i], "value"));
    }
    faults_done(&im->result->warnings);
    for (size_t i = 0; i < warnings.n; i++)
        faults_add(&im->result->warnings, &warnings.p[i]);
    im->result->warnings.total = warnings.total;
    if (e != OK && bad.code != OK) {
        *f = bad;
        return bad.code;
    }
    return OK;
}

static enum err begin(struct import *im, struct fault *f)
{
    struct change_info info = {.actor = im->o.actor,
                               .reason = import_reason(im),
                               .source = im->source,
                               .digest = &im->digest,
                               .file = im->source,
                               .shown = im->spool.rows};
    arena_reset(im->pass);
    im->seen = (struct map){0};
    struct import_result *r = im->result;
    r->added = r->changed = r->same = r->removed = 0;
    r->samples = r->samples_kept = r->made_real = 0;
    enum err e = change_begin(im->s, &info, &im->change, f);
    if (e == OK)
        e = change_register(im->change, im->reg, &im->reg, f);
    return e == OK && im->o.has_map_save ? import_mapping_save(im, f) : e;
}

static enum err walk(struct import *im, bool is_first, struct fault *f)
{
    struct faults list CLEANUP(faults_done) = {.max = 1000};
    bool has_row = true;
    int64_t n = 0;
    enum err e = spool_rewind(&im->spool, f);
    while (e == OK && (e = spool_next(&im->spool, &im->at, &has_row, f)) == OK && has_row) {
        if (n++ < im->before_data || is_blank(im))
            continue;
        if (!is_first && import_is_refused(im, im->at.number))
            continue;
        arena_reset(im->row);
        e = take_row(im, &list, f);
        if (im->o.on_progress && n % PROGRESS_ROWS == 0)
            im->o.on_progress(im->o.ctx, n, im->spool.rows);
    }
    if (e == OK && im->o.mode == IMPORT_REPLACE)
        e = remove_others(im, f);
    return e;
}

static void forget_repairs(struct import *im)
{
    im->result->cells_repaired = 0;
    for (size_t i = 0; i < im->n_columns; i++)
        im->columns[i].repaired = 0;
}

/* Rows that the whole refuses change what the rest is judged by: again without them, until nothing is found. */
static enum err run_passes(struct import *im, struct fault *f)
{
    struct import_result *r = im->result;
    enum err e = OK;
    int64_t repaired = 0;
    for (int pass = 0; e == OK && pass < PASSES_MAX; pass++) {
        if (im->change)
            change_abort(TAKE(im->change));
        forget_repairs(im);
        if ((e = begin(im, f)) != OK || (e = walk(im, pass == 0, f)) != OK)
            break;
        int64_t before = r->cells_refused;
        if (pass == 0)
            repaired = r->cells_repaired;
        e = judge(im, f);
        bool is_clean = r->cells_refused == before;
        if (is_clean || !im->o.accept_valid) {
            r->cells_repaired = repaired;
            return e;
        }
    }
    return e != OK ? e : FAULT(f, ERR_IMPORT_PASSES);
}

static int64_t count_rows(struct import *im, struct fault *f)
{
    bool has_row = true;
    int64_t n = 0, rows = 0;
    enum err e = spool_rewind(&im->spool, f);
    while (e == OK && (e = spool_next(&im->spool, &im->at, &has_row, f)) == OK && has_row)
        rows += n++ >= im->before_data && !is_blank(im);
    return e == OK ? rows : -1;
}

static enum err finish(struct import *im, struct fault *f)
{
    struct import_result *r = im->result;
    bool may_commit = !im->o.is_dry_run && (r->refused == 0 || im->o.accept_valid);
    enum err e = import_report_write(im, f);
    if (e == OK && may_commit) {
        struct faults list CLEANUP(faults_done) = {.max = 1};
        e = change_commit(TAKE(im->change), &r->rev, &list, NULL);
        if (e != OK && list.n)
            *f = list.p[0];
    } else {
        change_abort(TAKE(im->change));
    }
    if (e == OK && r->refused && !im->o.accept_valid)
        e = r->faults.n ? r->faults.p[0].code : ERR_VALUE_TYPE;
    return e;
}

/* Nobody waits for a file that is only looked at. The registers of the copy are those of the store: begin() takes them from it. */
static enum err begin_trial(struct import *im, struct fault *f)
{
    enum err e = im->trial ? OK : store_trial(im->s, &im->trial, f);
    if (e == OK)
        im->s = im->trial;
    return e;
}

enum err import_run(struct import *im, enum lang lang, struct import_result *ret_result, struct fault *f)
{
    *ret_result = (struct import_result){0};
    im->lang = lang;
    im->result = ret_result;
    if (im->lacking.code != OK) {
        *f = im->lacking;
        return im->lacking.code;
    }
    if (im->unchanged_rev) {
        ret_result->rows = ret_result->same = im->unchanged_rows;
        return OK;
    }
    if ((ret_result->rows = count_rows(im, f)) < 0)
        return ERR_SYSTEM;
    if (ret_result->rows == 0)
        return FAULT(f, ERR_IMPORT_EMPTY, {"file", im->source});
    enum err e = im->o.is_dry_run && ret_result->rows > ROWS_IN_PLACE ? begin_trial(im, f) : OK;
    if (e == OK)
        e = run_passes(im, f);
    if (e == OK)
        return finish(im, f);
    change_abort(TAKE(im->change));
    return e;
}
