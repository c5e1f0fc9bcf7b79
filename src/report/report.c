#include "report/report.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "crypt/base64.h"
#include "register/log.h"
#include "report/report_internal.h"
#include "text/date.h"

#include "base/banned.h"

/* What is gathered while the pieces are walked. */
struct maker {
    struct arena *arena;
    struct store *store;
    const struct figures *figures;
    const struct report_source *source;
    struct faults *list;
    enum err first;
    struct buf body;
    struct map computed; /* figure, breakdown, map → struct figure_result */
    struct map tables;   /* "ID YEAR" → struct index_table */
    VEC(struct report_number) numbers;
    VEC(const struct figure_result *) results;
    VEC(const struct index_table *) indexes;
};

#define L(m, vi, en) ((m)->source->lang == LANG_EN ? (en) : (vi))

static void maker_fault(struct maker *m, const struct piece *piece, struct fault *f)
{
    fault_place(f, m->source->file, piece->line, piece->column);
    faults_add(m->list, f);
    if (m->first == OK)
        m->first = f->code;
}

static struct str buf_keep(struct arena *a, const struct buf *b)
{
    return str_slice(arena_dup(a, b->n ? b->p : "", b->n), b->n);
}

static struct str quantity_text(struct maker *m, struct quantity q, int decimals, enum lang lang)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(256);
    quantity_print(q, decimals, lang, &b);
    return buf_keep(m->arena, &b);
}

static struct str shown(struct maker *m, struct quantity q, int decimals)
{
    return quantity_text(m, q, decimals, m->source->lang);
}

static struct str machine(struct maker *m, struct quantity q)
{
    return quantity_text(m, q, DECIMAL_EXACT, LANG_EN);
}

static struct str date_shown(struct maker *m, struct str iso)
{
    struct date day;
    if (m->source->lang == LANG_EN || date_parse(iso, &day, NULL) != OK)
        return iso;
    struct buf b CLEANUP(buf_done) = BUF_INIT(32);
    date_print_vi(day, &b);
    return buf_keep(m->arena, &b);
}

/* Puts a mark into the text and keeps what it stands for. */
static void put_number(struct maker *m, struct report_number number)
{
    mark_put(&m->body, m->numbers.n);
    VEC_PUSH(m->arena, &m->numbers, number);
}

/* ---- computing, each thing once ---- */

static struct str key_of(struct maker *m, const struct str *parts, size_t n)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_REPORT_BYTES);
    for (size_t i = 0; i < n; i++) {
        buf_putc(&b, ' ');
        buf_str(&b, parts[i]);
    }
    return buf_keep(m->arena, &b);
}

static enum err figure_once(struct maker *m, const struct piece *piece, struct str by,
                            const struct figure_result **ret_result, struct fault *f)
{
    struct str key = key_of(m, (const struct str[]){piece->id, by, piece->units_at}, 3);
    struct figure_result *r = map_get(&m->computed, key);
    if (r) {
        *ret_result = r;
        return OK;
    }
    const struct figure *figure;
    enum err e = figure_find(m->figures, piece->id, &figure, f);
    if (e != OK)
        return e;
    /* A figure without a day of its own is counted on the report's. */
    bool has_day = figure->on.n || figure->period_to.n;
    struct figure_options o = {
        .by = by, .units_at = piece->units_at, .asked = m->source->on, .on = has_day ? (struct str){0} : m->source->on};
    r = ARENA_NEW(m->arena, struct figure_result);
    e = figure_compute(m->arena, m->store, m->figures, piece->id, &o, r, f);
    if (e == OK)
        e = figure_require(r, f);
    if (e != OK)
        return e;
    map_put(m->arena, &m->computed, key, r);
    VEC_PUSH(m->arena, &m->results, r);
    *ret_result = r;
    return OK;
}

static enum err index_once(struct maker *m, const struct piece *piece, const struct index_table **ret_table,
                           struct fault *f)
{
    struct str key = str_of(arena_printf(m->arena, "%.*s %lld", STR_ARG(piece->id), (long long)piece->year));
    struct index_table *t = map_get(&m->tables, key);
    if (!t) {
        t = ARENA_NEW(m->arena, struct index_table);
        enum err e = index_compute(m->arena, m->store, m->figures->indexes, piece->id, piece->year, t, f);
        if (e != OK)
            return e;
        map_put(m->arena, &m->tables, key, t);
        VEC_PUSH(m->arena, &m->indexes, t);
    }
    *ret_table = t;
    return OK;
}

/* ---- one figure in a sentence ---- */

static struct report_number number_of(struct maker *m, const struct figure_result *r)
{
    return (struct report_number){
        .figure = r->figure->id,
        .title = text2_in(&r->figure->title, m->source->lang),
        .is_sample = r->n_sample > 0,
    };
}

/* 41 trên 63 · 516 dịch vụ · 25 % (± 1,9) */
static struct str whole_text(struct maker *m, const struct figure_result *r)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    buf_str(&b, shown(m, r->value, r->decimals));
    if (quantity_is_known(r->of)) {
        buf_printf(&b, " %s ", L(m, "trên", "of"));
        buf_str(&b, shown(m, r->of, r->decimals));
    }
    struct str unit = text2_in(&r->figure->unit, m->source->lang);
    if (unit.n)
        buf_printf(&b, " %.*s", STR_ARG(unit));
    if (quantity_is_known(r->margin)) {
        buf_puts(&b, " (± ");
        buf_str(&b, shown(m, r->margin, 1));
        buf_putc(&b, ')');
    }
    return buf_keep(m->arena, &b);
}

static bool word_of(struct maker *m, const struct figure_result *r, enum part part, struct str *ret_word)
{
    const struct figure *figure = r->figure;
    enum lang lang = m->source->lang;
    switch (part) {
    case PART_UNIT:
        *ret_word = text2_in(&figure->unit, lang);
        return true;
    case PART_TITLE:
        *ret_word = text2_in(&figure->title, lang);
        return true;
    case PART_QUESTION:
        *ret_word = text2_in(&figure->question, lang);
        return true;
    case PART_SOURCE:
        *ret_word = figure->source;
        return true;
    case PART_DATE:
        *ret_word = date_shown(m, r->on);
        return true;
    default:
        return false;
    }
}

static struct quantity part_of(const struct figure_result *r, enum part part, int *ret_decimals)
{
    *ret_decimals = part == PART_PERCENT || part == PART_MARGIN ? 1 : r->decimals;
    switch (part) {
    case PART_OF:
        return r->of;
    case PART_PERCENT:
        return r->percent;
    case PART_MARGIN:
        return r->margin;
    case PART_FROM:
        return r->from;
    case PART_LOW:
        return r->low;
    case PART_HIGH:
        return r->high;
    case PART_ASKED:
        return r->n_asked ? quantity_of_integer(r->n_asked) : (struct quantity){0};
    default:
        return r->value;
    }
}

static enum err put_figure(struct maker *m, const struct piece *piece, struct fault *f)
{
    const struct figure_result *r;
    enum err e = figure_once(m, piece, (struct str){0}, &r, f);
    if (e != OK)
        return e;
    struct str word;
    if (word_of(m, r, piece->part, &word)) {
        if (word.n == 0)
            return FAULT(f, ERR_REPORT_PART, {"mark", piece->text}, {"figure", piece->id});
        markdown_escape(&m->body, word);
        return OK;
    }
    int decimals;
    struct quantity q = part_of(r, piece->part, &decimals);
    if (!quantity_is_known(q))
        return FAULT(f, ERR_REPORT_PART, {"mark", piece->text}, {"figure", piece->id});
    struct report_number number = number_of(m, r);
    number.value = machine(m, q);
    number.shown = piece->part == PART_WHOLE ? whole_text(m, r) : shown(m, q, decimals);
    put_number(m, number);
    return OK;
}

/* ---- tables ---- */

static void row_begin(struct maker *m, const struct piece *piece)
{
    buf_putc(&m->body, '\n');
    buf_str(&m->body, piece->indent);
    buf_puts(&m->body, "| ");
}

static void cell_words(struct maker *m, struct str words)
{
    markdown_escape(&m->body, words);
    buf_puts(&m->body, " | ");
}

static void cell_quantity(struct maker *m, struct report_number number, struct quantity q, struct str text)
{
    if (quantity_is_known(q)) {
        number.value = machine(m, q);
        number.shown = text;
        put_number(m, number);
    }
    buf_puts(&m->body, " | ");
}

static void rule_row(struct maker *m, const struct piece *piece, size_t n_left, size_t n_right)
{
    row_begin(m, piece);
    for (size_t i = 0; i < n_left; i++)
        buf_puts(&m->body, "--- | ");
    for (size_t i = 0; i < n_right; i++)
        buf_puts(&m->body, "---: | ");
}

static struct str row_title(struct maker *m, const struct figure_row *row)
{
    struct str title = text2_in(&row->title, m->source->lang);
    if (row->kind == ROW_UNKNOWN)
        return str_of(L(m, "(không rõ)", "(unknown)"));
    if (row->kind == ROW_UNPLACED)
        return str_of(arena_printf(m->arena, "%.*s %s", STR_ARG(title.n ? title : row->key),
                                   L(m, "(chưa xếp được vào đơn vị nào)", "(of no unit on this map)")));
    return title.n ? title : row->key;
}

static void table_row(struct maker *m, const struct piece *piece, const struct figure_result *r,
                      const struct figure_row *row, struct str title)
{
    struct report_number number = number_of(m, r);
    number.by = r->by;
    number.key = row->key;
    row_begin(m, piece);
    cell_words(m, title);
    cell_quantity(m, number, row->value, shown(m, row->value, r->decimals));
    number.is_sample = false; /* said once a row */
    if (r->figure->is_share) {
        cell_quantity(m, number, row->of, shown(m, row->of, r->decimals));
        cell_quantity(m, number, row->percent, shown(m, row->percent, 1));
    }
    if (r->figure->kind == FIGURE_SURVEY)
        cell_quantity(m, number, row->margin, shown(m, row->margin, 1));
}

static enum err put_table(struct maker *m, const struct piece *piece, struct fault *f)
{
    const struct figure *figure;
    enum err e = figure_find(m->figures, piece->id, &figure, f);
    if (e != OK)
        return e;
    struct str by = piece->by.n || figure->n_by == 0 ? piece->by : figure->by[0];
    if (by.n == 0)
        return FAULT(f, ERR_REPORT_TABLE_BY, {"mark", piece->text}, {"figure", piece->id});
    const struct figure_result *r;
    e = figure_once(m, piece, by, &r, f);
    if (e != OK)
        return e;
    struct str unit = text2_in(&figure->unit, m->source->lang);
    size_t n_right = 1u + (figure->is_share ? 2u : 0u) + (figure->kind == FIGURE_SURVEY ? 1u : 0u);
    row_begin(m, piece);
    cell_words(m, text2_in(&r->by_title, m->source->lang));
    cell_words(m, str_of(unit.n ? arena_printf(m->arena, "%s (%.*s)", L(m, "Giá trị", "Value"), STR_ARG(unit))
                                : L(m, "Giá trị", "Value")));
    if (figure->is_share) {
        cell_words(m, str_of(L(m, "Trên", "Of")));
        cell_words(m, str_of(L(m, "Tỷ lệ (%)", "Share (%)")));
    }
    if (figure->kind == FIGURE_SURVEY)
        cell_words(m, str_of(L(m, "Sai số (±)", "Margin (±)")));
    rule_row(m, piece, 1, n_right);
    for (size_t i = 0; i < r->n_rows; i++)
        table_row(m, piece, r, &r->rows[i], row_title(m, &r->rows[i]));
    if (r->is_additive && r->n_rows > 1) {
        struct figure_row total = {.value = r->value, .of = r->of, .percent = r->percent};
        table_row(m, piece, r, &total, str_of(L(m, "Tổng cộng", "Total")));
    }
    return OK;
}

static struct str total_shown(struct maker *m, const struct index_table *t, struct quantity q)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(256);
    if (quantity_is_known(q))
        (m->source->lang == LANG_EN ? decimal_print : decimal_print_vi)(quantity_decimal(q), t->index->decimals, &b);
    return buf_keep(m->arena, &b);
}

static void index_row(struct maker *m, const struct piece *piece, const struct index_table *t,
                      const struct index_row *row)
{
    struct report_number number = {.figure = piece->id,
                                   .by = STR("subject"),
                                   .key = row->subject,
                                   .title = row->name,
                                   .is_sample = t->n_sample > 0};
    struct quantity rank = row->rank ? quantity_of_integer(row->rank) : (struct quantity){0};
    row_begin(m, piece);
    cell_quantity(m, number, rank, shown(m, rank, 0));
    number.is_sample = false; /* said once a row */
    cell_words(m, row->name);
    cell_quantity(m, number, row->published_total, total_shown(m, t, row->published_total));
    if (t->n_totals)
        cell_quantity(m, number, row->total_rounded, total_shown(m, t, row->total_rounded));
    if (t->previous_framework)
        cell_quantity(m, number, row->rank_change, shown(m, row->rank_change, 0));
}

static enum err put_index(struct maker *m, const struct piece *piece, struct fault *f)
{
    const struct index_table *t;
    enum err e = index_once(m, piece, &t, f);
    if (e != OK)
        return e;
    row_begin(m, piece);
    cell_words(m, str_of(L(m, "Hạng", "Rank")));
    cell_words(m, text2_in(&t->index->subjects->fields[t->index->subject_name].title, m->source->lang));
    cell_words(m, str_of(L(m, "Điểm công bố", "Published")));
    if (t->n_totals)
        cell_words(m, str_of(L(m, "Tính lại", "Recomputed")));
    if (t->previous_framework)
        cell_words(m, str_of(L(m, "Tăng hạng", "Places gained")));
    row_begin(m, piece);
    buf_puts(&m->body, "---: | --- | ---: | ");
    for (int i = (t->n_totals != 0) + (t->previous_framework != NULL); i > 0; i--)
        buf_puts(&m->body, "---: | ");
    size_t n = piece->top && (size_t)piece->top < t->n ? (size_t)piece->top : t->n;
    for (size_t i = 0; i < n; i++)
        index_row(m, piece, t, &t->rows[i]);
    return OK;
}

static void put_piece(struct maker *m, const struct piece *piece)
{
    struct fault f = {0};
    enum err e = OK;
    if (piece->kind == PIECE_TEXT)
        mark_clean(&m->body, piece->text);
    else if (piece->kind == PIECE_FIGURE)
        e = put_figure(m, piece, &f);
    else if (piece->kind == PIECE_TABLE)
        e = put_table(m, piece, &f);
    else
        e = put_index(m, piece, &f);
    if (e != OK)
        maker_fault(m, piece, &f);
}

/* ---- the end: samples and origin ---- */

static void put_samples(struct maker *m, struct buf *out)
{
    bool has_head = false;
    for (size_t i = 0; i < m->results.n; i++) {
        const struct figure_result *r = m->results.p[i];
        if (r->n_sample == 0 || r->by.n)
            continue;
        if (!has_head)
            buf_printf(out, "**%s**\n\n",
                       L(m, "Dữ liệu mẫu: các số liệu sau đếm cả bản ghi do máy tạo ra, không phải hồ sơ thật",
                         "Sample data: these figures count invented records, not real ones"));
        has_head = true;
        buf_puts(out, "- ");
        markdown_escape(out, text2_in(&r->figure->title, m->source->lang));
        buf_printf(out, " (`%.*s`): ", STR_ARG(r->figure->id));
        buf_str(out, shown(m, quantity_of_integer(r->n_sample), 0));
        buf_printf(out, " %s ", L(m, "trên", "of"));
        buf_str(out, shown(m, quantity_of_integer(r->n_counted), 0));
        buf_printf(out, " %s\n", L(m, "bản ghi", "records"));
    }
    if (has_head)
        buf_putc(out, '\n');
}

static enum err log_root(struct arena *a, struct store *s, struct str *ret_root, struct fault *f)
{
    struct digest root;
    if (s->at == s->head) {
        merkle_frontier_root(&s->frontier, &root);
    } else {
        struct digest *leaves;
        uint64_t n;
        enum err e = log_tree_leaves(a, s->db, 0, &leaves, &n, f);
        if (e != OK)
            return e;
        must((uint64_t)s->at <= n);
        merkle_root(leaves, (size_t)s->at, &root);
    }
    struct buf b CLEANUP(buf_done) = BUF_INIT(64);
    base64_encode(root.b, sizeof root.b, &b);
    *ret_root = buf_keep(a, &b);
    return OK;
}

static void put_origin(struct maker *m, const struct report *r, struct buf *out)
{
    buf_printf(out, "%s %lld, %.*s.\n",
               L(m, "Số liệu được đếm từ các sổ đăng ký ở phiên bản", "Counted from the registers at revision"),
               (long long)r->rev, STR_ARG(r->rev_time));
    buf_printf(out, "%s `%.*s` (%s %lld).\n\n", L(m, "Gốc của nhật ký:", "Root of the log:"), STR_ARG(r->log_root),
               L(m, "cỡ", "size"), (long long)r->rev);
    buf_printf(out,
               L(m,
                 "Kiểm chứng: `tinhso log verify` tính lại toàn bộ nhật ký; `tinhso figure ID --why --at %lld` liệt kê "
                 "các bản ghi đã đếm; `tinhso log prove REGISTER ID --at %lld` chứng minh một bản ghi.\n",
                 "Verify: `tinhso log verify` recomputes the whole log; `tinhso figure ID --why --at %lld` lists the "
                 "records counted; `tinhso log prove REGISTER ID --at %lld` proves a single record.\n"),
               (long long)r->rev, (long long)r->rev);
}

static void report_fill(struct maker *m, struct report *r)
{
    const struct report_source *s = m->source;
    r->id = s->id;
    r->title = s->title;
    r->lang = s->lang;
    r->on = s->on;
    r->period_from = s->period_from;
    r->period_to = s->period_to;
    r->file = s->file;
    r->province = m->store->province;
    r->figures = m->results.p;
    r->n_figures = m->results.n;
    r->indexes = m->indexes.p;
    r->n_indexes = m->indexes.n;
    r->numbers = m->numbers.p;
    r->n_numbers = m->numbers.n;
    r->body = buf_keep(m->arena, &m->body);
    struct buf tail CLEANUP(buf_done) = BUF_INIT(LIMIT_REPORT_BYTES);
    put_samples(m, &tail);
    put_origin(m, r, &tail);
    r->tail = buf_keep(m->arena, &tail);
}

/* A report without a title of its own in the text gets the declared one. */
static void put_title(struct maker *m)
{
    struct str first = {0};
    if (m->source->pieces.n && m->source->pieces.p[0].kind == PIECE_TEXT)
        first = str_trim(m->source->pieces.p[0].text);
    if (str_starts(first, STR("# ")))
        return;
    buf_puts(&m->body, "# ");
    markdown_escape(&m->body, text2_in(&m->source->title, m->source->lang));
    buf_puts(&m->body, "\n\n");
}

enum err report_compute(struct arena *a, struct store *s, const struct figures *fs, struct str id,
                        struct report **ret_report, struct faults *list)
{
    struct report_source source = {0};
    enum err e = report_read(a, s->province, id, &source, list);
    if (e != OK)
        return e;
    struct maker m = {.arena = a,
                      .store = s,
                      .figures = fs,
                      .source = &source,
                      .list = list,
                      .first = source.first,
                      .body = BUF_INIT(LIMIT_REPORT_BYTES)};
    put_title(&m);
    for (size_t i = 0; i < source.pieces.n; i++)
        put_piece(&m, &source.pieces.p[i]);
    struct report *r = ARENA_NEW(a, struct report);
    struct fault f = {0};
    e = m.first;
    if (e == OK && m.body.is_full)
        e = FAULT(&f, ERR_LIMIT, {"what", source.file}, {"limit", STR("64 MiB")});
    r->rev = s->at;
    if (e == OK && s->at > 0)
        e = store_revision_time(s, s->at, &r->rev_time, &f);
    if (e == OK)
        e = log_root(a, s, &r->log_root, &f);
    if (e != OK && m.first == OK)
        faults_add(list, &f);
    if (e == OK) {
        report_fill(&m, r);
        *ret_report = r;
    }
    buf_done(&m.body);
    return e;
}

/* ---- checking without records ---- */

static enum err piece_check(const struct figures *fs, const struct report_source *s, const struct piece *piece,
                            struct fault *f)
{
    const struct figure *figure;
    const struct index *index;
    if (piece->kind == PIECE_TEXT)
        return OK;
    if (piece->kind == PIECE_INDEX) {
        enum err e = index_find(fs->indexes, piece->id, &index, f);
        return e;
    }
    enum err e = figure_find(fs, piece->id, &figure, f);
    if (e != OK)
        return e;
    if (piece->kind == PIECE_TABLE && piece->by.n == 0 && figure->n_by == 0)
        return FAULT(f, ERR_REPORT_TABLE_BY, {"mark", piece->text}, {"figure", piece->id});
    struct figure_result asked = {.figure = figure, .value = quantity_of_integer(0), .asked = s->on};
    asked.is_stale = s->on.n && ((figure->valid_from.n && str_cmp(s->on, figure->valid_from) < 0) ||
                                 (figure->valid_to.n && str_cmp(s->on, figure->valid_to) > 0));
    return figure_require(&asked, f);
}

enum err reports_check(struct arena *a, const struct figures *fs, size_t *ret_n, struct faults *list)
{
    enum err first = OK;
    struct str *ids;
    size_t n;
    reports_list(a, fs->province, &ids, &n);
    for (size_t i = 0; i < n; i++) {
        struct report_source s = {0};
        enum err e = report_read(a, fs->province, ids[i], &s, list);
        for (size_t k = 0; e == OK && k < s.pieces.n; k++) {
            struct fault f = {0};
            enum err bad = piece_check(fs, &s, &s.pieces.p[k], &f);
            if (bad == OK)
                continue;
            fault_place(&f, s.file, s.pieces.p[k].line, s.pieces.p[k].column);
            faults_add(list, &f);
            first = first != OK ? first : bad;
        }
        first = first != OK ? first : e != OK ? e : s.first;
    }
    *ret_n = n;
    return first;
}
