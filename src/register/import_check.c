/* Faults of rows: counted, kept for the report, told; and the file that was imported before. */
#include "register/import_internal.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "register/moment.h"
#include "text/number.h"

#include "base/banned.h"

bool import_is_refused(const struct import *im, uint32_t row)
{
    return row / 8 < im->refused_bytes && (im->refused[row / 8] >> (row % 8) & 1);
}

static void set_refused(struct import *im, uint32_t row)
{
    size_t need = (size_t)row / 8 + 1;
    if (need > im->refused_bytes) {
        need = need * 2;
        im->refused = mem_realloc(im->refused, need);
        memset(im->refused + im->refused_bytes, 0, need - im->refused_bytes);
        im->refused_bytes = need;
    }
    im->result->refused += !import_is_refused(im, row);
    im->refused[row / 8] = (unsigned char)(im->refused[row / 8] | 1u << (row % 8));
}

/* A broken rule names no field: the first field that its condition speaks of is where to look. */
static int field_of_rule(const struct import *im, const struct fault *f)
{
    struct str message = fault_param(f, "vi");
    for (size_t i = 0; f->code == ERR_RULE_BROKEN && i < im->reg->n_rules; i++) {
        const struct rule *r = &im->reg->rules[i];
        if (!str_eq(text2_in(&r->message, LANG_VI), message))
            continue;
        for (size_t at = 0, n; at < r->check.n; at += n ? n : 1) {
            n = 0;
            while (at + n < r->check.n &&
                   ((r->check.p[at + n] >= 'a' && r->check.p[at + n] <= 'z') || r->check.p[at + n] == '_' ||
                    (n && r->check.p[at + n] >= '0' && r->check.p[at + n] <= '9')))
                n++;
            int field = n ? reg_field_number(im->reg, str_slice(r->check.p + at, n)) : NO_FIELD;
            if (field != NO_FIELD && im->column_of[field] >= 0)
                return field;
        }
    }
    return NO_FIELD;
}

static void count_error(struct import *im, enum err code, int column, const char *example)
{
    for (size_t i = 0; i < im->counts.n; i++)
        if (im->counts.p[i].code == code && im->counts.p[i].column == column) {
            im->counts.p[i].n++;
            return;
        }
    VEC_PUSH(im->marks_arena, &im->counts, ((struct error_count){code, column, 1, example}));
}

static void refuse_cell(struct import *im, uint32_t row, int column, int field, const struct fault *fault,
                        struct str value)
{
    struct fault f = *fault;
    set_refused(im, row);
    im->result->cells_refused++;
    f.line = (int)row;
    f.column = column + 1;
    if (im->marks.n < LIMIT_IMPORT_MARKS) {
        struct fault bare = f;
        bare.line = bare.column = 0;
        bare.file_n = bare.field_n = 0;
        struct buf b CLEANUP(buf_done) = BUF_INIT(8192);
        bool is_hidden = field != NO_FIELD && im->o.hides && im->o.hides[field];
        if (is_hidden)
            value = STR("");
        else if (column < 0 && field != NO_FIELD) /* a value that has no column: its name must be in the reason */
            buf_printf(&b, "%.*s: ", STR_ARG(text2_in(&im->reg->fields[field].title, im->lang)));
        if (is_hidden)
            buf_str(&b, im->o.hides_text);
        else
            fault_print(&bare, im->lang, &b);
        const char *reason = arena_dup(im->marks_arena, b.p, b.n);
        int at = column >= 0 ? column : im->column_of[im->reg->key[0]] >= 0 ? im->column_of[im->reg->key[0]] : 0;
        struct mark m = {row, (uint16_t)at, f.code, reason,
                         arena_dup(im->marks_arena, value.p ? value.p : "", value.n > 500 ? 500 : value.n)};
        VEC_PUSH(im->marks_arena, &im->marks, m);
        count_error(im, f.code, column, reason);
    } else {
        count_error(im, f.code, column, "");
    }
    fault_place(&f, im->source, 0, 0);
    if (field != NO_FIELD)
        fault_field(&f, im->reg->fields[field].name);
    faults_add(&im->result->faults, &f);
}

void import_refuse(struct import *im, uint32_t row, int field, const struct fault *f, struct str value)
{
    if (field == NO_FIELD)
        field = field_of_rule(im, f);
    refuse_cell(im, row, field == NO_FIELD ? -1 : im->column_of[field], field, f, value);
}

void import_refuse_column(struct import *im, uint32_t row, int column, const struct fault *f, struct str value)
{
    refuse_cell(im, row, column, NO_FIELD, f, value);
}

/* ---- the same file again ---- */

static enum err hash_options(struct import *im, struct fault *f)
{
    const struct import_options *o = &im->o;
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES * 2), hex CLEANUP(buf_done) = BUF_INIT(2 * DIGEST_BYTES);
    struct digest d;
    struct str map = {NULL, 0};
    enum err e = o->map_path ? file_read(im->a, o->map_path, LIMIT_TEXT_BYTES, &map, f) : OK;
    if (e != OK)
        return e;
    /* an import that left rows out is not one that did all, so accept_valid is part of it */
    buf_printf(&b, "%.*s|%d|%d%d|%u|%.*s|%c%c|%.*s|", STR_ARG(im->reg->name), (int)o->mode, o->has_map_save,
               o->accept_valid, o->header_row, STR_ARG(o->sheet.sheet), o->sheet.separator ? o->sheet.separator : ' ',
               o->sheet.quote ? o->sheet.quote : ' ', STR_ARG(o->sheet.encoding));
    for (size_t i = 0; i < o->n_overrides; i++)
        buf_printf(&b, "%.*s=%.*s|", STR_ARG(o->overrides[i].field), STR_ARG(o->overrides[i].reading));
    buf_str(&b, o->map.n ? o->map : map);
    sha256(buf_view(&b), &d);
    digest_hex(&d, &hex);
    memcpy(im->options, hex.p, sizeof im->options - 1);
    return OK;
}

struct str import_reason(struct import *im)
{
    return str_of(arena_printf(im->a, "%.*s%s" MOMENT_IMPORT_NOTE "%s options=%s rows=%lld]", STR_ARG(im->o.reason),
                               im->o.reason.n ? " " : "", im->fingerprint, im->options, (long long)im->result->rows));
}

/* Whether anything was written since that could change what this import finds. */
static enum err is_untouched(struct import *im, int64_t rev, bool *ret, struct fault *f)
{
    const struct province *p = im->s->province;
    const struct reg *list[LIMIT_FIELDS + 5] = {im->reg, province_register(p, STR("declarations")),
                                                province_register(p, STR("mappings")), p->units, p->successors};
    size_t n = 5;
    for (size_t i = 0; i < im->reg->n_fields; i++)
        if (im->reg->fields[i].target)
            list[n++] = im->reg->fields[i].target;
    *ret = true;
    for (size_t i = 0; i < n && *ret; i++) {
        int64_t newest = 0;
        if (!list[i])
            continue;
        const char *sql = arena_printf(im->a, "SELECT coalesce(max(_rev), 0) FROM %s", list[i]->table);
        enum err e = db_value_int(im->s->db, str_of(sql), DB_NO_VALUES, &newest, i == 2 ? NULL : f);
        if (e != OK && i != 2) /* a database of before there were mappings has none */
            return e;
        *ret = newest <= rev;
    }
    return OK;
}

/* Without a date of its own that every record has, references are judged on the day of the import. */
static bool is_of_today(struct import *im, struct str time)
{
    const struct reg *reg = im->reg;
    int64_t ms;
    if (reg->as_of != NO_FIELD && reg->fields[reg->as_of].is_required)
        return true;
    int offset = im->s->province->utc_offset_minutes;
    return instant_parse(time, &ms, NULL) == OK &&
           date_compare(date_of_instant(ms, offset), date_of_instant(clock_now_ms(), offset)) == 0;
}

enum err import_look_unchanged(struct import *im, struct fault *f)
{
    struct buf hex CLEANUP(buf_done) = BUF_INIT(64);
    struct stmt *st CLEANUP(stmt_freep) = NULL;
    bool has_row = false, is_same = false;
    enum err e = hash_options(im, f);
    if (e != OK || im->o.report_path || im->o.accept_valid || im->o.mode == IMPORT_CREATE)
        return e;
    digest_hex(&im->digest, &hex);
    e = stmt_new(
        im->s->db,
        STR("SELECT rev, entry, time FROM revision WHERE source = ?1 AND digest = ?2 ORDER BY rev DESC LIMIT 1"), &st,
        f);
    if (e != OK)
        return e;
    stmt_bind_text(st, 1, im->source);
    stmt_bind_text(st, 2, buf_view(&hex));
    if ((e = stmt_step(st, &has_row, f)) != OK || !has_row)
        return e;
    int64_t rev = stmt_column_int(st, 0), rows = 0;
    struct str entry = stmt_column_text(st, 1);
    const char *mark = arena_printf(im->a, "options=%s rows=", im->options);
    const char *at = memmem(entry.p, entry.n, mark, strlen(mark));
    if (!at || !is_of_today(im, stmt_column_text(st, 2)))
        return OK;
    for (const char *p = at + strlen(mark); *p >= '0' && *p <= '9' && rows < INT64_MAX / 100; p++)
        rows = rows * 10 + (*p - '0');
    e = is_untouched(im, rev, &is_same, f);
    if (e == OK && is_same) {
        im->unchanged_rev = rev;
        im->unchanged_rows = rows;
    }
    return e;
}
