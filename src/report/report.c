#include "report/report.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "crypt/base64.h"
#include "register/log.h"
#include "report/report_internal.h"
#include "text/date.h"

#include "base/banned.h"

static void maker_fault(struct maker *m, const struct piece *piece, struct fault *f)
{
    fault_place(f, m->source->file, piece->line, piece->column);
    faults_add(m->list, f);
    if (m->first == OK)
        m->first = f->code;
}

struct str maker_shown(struct maker *m, struct quantity q, int decimals)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(256);
    quantity_print(q, decimals, m->source->lang, &b);
    return str_dup(m->arena, buf_view(&b));
}

struct str maker_machine(struct maker *m, struct quantity q)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(256);
    quantity_print_plain(q, &b);
    return str_dup(m->arena, buf_view(&b));
}

static struct str date_shown(struct maker *m, struct str iso)
{
    struct date day;
    if (m->source->lang == LANG_EN || date_parse(iso, &day, NULL) != OK)
        return iso;
    struct buf b CLEANUP(buf_done) = BUF_INIT(32);
    date_print_vi(day, &b);
    return str_dup(m->arena, buf_view(&b));
}

void maker_put_number(struct maker *m, struct report_number number)
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
    return str_dup(m->arena, buf_view(&b));
}

struct str report_day_asked(struct str on, const struct figure *figure)
{
    return figure->on.n || figure->period_to.n ? (struct str){0} : on;
}

struct figure_options maker_options(const struct maker *m, const struct figure *figure, const struct piece *piece,
                                    struct str by)
{
    return (struct figure_options){
        .by = by, .units_at = piece->units_at, .asked = m->source->on, .on = report_day_asked(m->source->on, figure)};
}

enum err maker_figure(struct maker *m, const struct piece *piece, struct str by,
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
    struct figure_options o = maker_options(m, figure, piece, by);
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

enum err maker_index(struct maker *m, const struct piece *piece, const struct index_table **ret_table, struct fault *f)
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

struct report_number maker_number(struct maker *m, const struct figure_result *r)
{
    return (struct report_number){
        .figure = r->figure->id,
        .title = text2_in(&r->figure->title, m->source->lang),
        .on = report_day_asked(m->source->on, r->figure),
        .is_sample = r->n_sample > 0,
    };
}

/* 41 trên 63 · 516 dịch vụ · 25 % (± 1,9) */
static struct str whole_text(struct maker *m, const struct figure_result *r)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(4096);
    buf_str(&b, maker_shown(m, r->value, r->decimals));
    if (quantity_is_known(r->of)) {
        buf_printf(&b, " %s ", L(m, "trên", "of"));
        buf_str(&b, maker_shown(m, r->of, r->decimals));
    }
    struct str unit = text2_in(&r->figure->unit, m->source->lang);
    if (unit.n)
        buf_printf(&b, " %.*s", STR_ARG(unit));
    if (quantity_is_known(r->margin)) {
        buf_puts(&b, " (± ");
        buf_str(&b, maker_shown(m, r->margin, 1));
        buf_putc(&b, ')');
    }
    return str_dup(m->arena, buf_view(&b));
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
        *ret_word = text2_in(&figure->source, lang);
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

/* A paragraph is a line, or few: there a figure says once that it counts samples. */
static bool is_first_on_line(struct maker *m, const struct piece *piece)
{
    int *line = map_get(&m->marked, piece->id);
    if (!line) {
        line = ARENA_NEW(m->arena, int);
        map_put(m->arena, &m->marked, piece->id, line);
    }
    bool is_first = *line != piece->line;
    *line = piece->line;
    return is_first;
}

static enum err put_figure(struct maker *m, const struct piece *piece, struct fault *f)
{
    const struct figure_result *r;
    enum err e = maker_figure(m, piece, (struct str){0}, &r, f);
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
    struct report_number number = maker_number(m, r);
    number.has_mark = number.is_sample && is_first_on_line(m, piece);
    number.value = maker_machine(m, q);
    number.shown = piece->part == PART_WHOLE ? whole_text(m, r) : maker_shown(m, q, decimals);
    maker_put_number(m, number);
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
        e = maker_put_table(m, piece, &f);
    else if (piece->kind == PIECE_RANKING)
        e = maker_put_ranked(m, piece, &f);
    else
        e = maker_put_ranking(m, piece, &f);
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
        buf_str(out, maker_shown(m, quantity_of_integer(r->n_sample), 0));
        buf_printf(out, " %s ", L(m, "trên", "of"));
        buf_str(out, maker_shown(m, quantity_of_integer(r->n_counted), 0));
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
    *ret_root = str_dup(a, buf_view(&b));
    return OK;
}

static void put_origin(struct maker *m, const struct report *r, struct buf *out)
{
    struct str shown = date_shown(m, r->at.day);
    buf_printf(out, "%s %lld, %s %.*s (%.*s).\n",
               L(m, "Số liệu được đếm từ các sổ đăng ký ở phiên bản", "Counted from the registers at revision"),
               (long long)r->at.rev, L(m, "ngày", "on"), STR_ARG(shown), STR_ARG(r->at.time));
    buf_printf(out, "%s `%.*s` (%s %lld).\n\n", L(m, "Gốc của nhật ký:", "Root of the log:"), STR_ARG(r->log_root),
               L(m, "cỡ", "size"), (long long)r->at.rev);
    buf_printf(out,
               L(m,
                 "Kiểm chứng: `tinhso log verify` tính lại toàn bộ nhật ký; `tinhso figure ID --why --at %lld` liệt kê "
                 "các bản ghi đã đếm; `tinhso log prove REGISTER ID --at %lld` chứng minh một bản ghi.\n",
                 "Verify: `tinhso log verify` recomputes the whole log; `tinhso figure ID --why --at %lld` lists the "
                 "records counted; `tinhso log prove REGISTER ID --at %lld` proves a single record.\n"),
               (long long)r->at.rev, (long long)r->at.rev);
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
    r->body = str_dup(m->arena, buf_view(&m->body));
    struct buf tail CLEANUP(buf_done) = BUF_INIT(LIMIT_REPORT_BYTES);
    put_samples(m, &tail);
    put_origin(m, r, &tail);
    r->tail = str_dup(m->arena, buf_view(&tail));
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
    if (e == OK)
        e = moment_read(a, s, &r->at, &f);
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

/* Whether a figure of this kind can have the part at all; that it has a value is known only when it is computed. */
static bool part_fits(const struct figure *figure, enum part part, enum lang lang)
{
    bool is_index = figure->kind == FIGURE_INDEX;
    switch (part) {
    case PART_OF:
        return figure->is_share || (is_index && str_is(figure->index_value, "rank"));
    case PART_PERCENT:
        return figure->is_share;
    case PART_FROM:
        return figure->kind == FIGURE_DIFFERENCE || (is_index && str_ends(figure->index_value, STR("_change")));
    case PART_MARGIN:
    case PART_LOW:
    case PART_HIGH:
    case PART_ASKED:
    case PART_QUESTION:
        return figure->kind == FIGURE_SURVEY;
    case PART_UNIT:
        return text2_in(&figure->unit, lang).n > 0;
    case PART_SOURCE:
        return text2_in(&figure->source, lang).n > 0;
    default:
        return true;
    }
}

static enum err piece_check(const struct figures *fs, const struct report_source *s, const struct piece *piece,
                            struct fault *f)
{
    const struct figure *figure;
    const struct index *index;
    if (piece->kind == PIECE_TEXT)
        return OK;
    if (piece->kind == PIECE_INDEX) {
        enum err e = index_find(fs->indexes, piece->id, &index, f);
        return e == OK ? index_year_check(index, piece->year, f) : e;
    }
    enum err e = figure_find(fs, piece->id, &figure, f);
    if (e == OK && figure->is_internal) /* reports are for everybody */
        e = FAULT(f, ERR_REPORT_INTERNAL, {"mark", piece->text}, {"figure", piece->id});
    if (e == OK && piece->kind == PIECE_TABLE && piece->by.n == 0 && figure->n_by == 0)
        e = FAULT(f, ERR_REPORT_TABLE_BY, {"mark", piece->text}, {"figure", piece->id});
    if (e == OK && piece->kind == PIECE_TABLE)
        e = figure_by_check(fs->province, figure, piece->by.n ? piece->by : figure->by[0], f);
    bool is_unranked = e == OK && piece->kind == PIECE_RANKING && figure->rank_by.n == 0;
    if (e == OK && (is_unranked || !part_fits(figure, piece->part, s->lang)))
        e = FAULT(f, ERR_REPORT_PART, {"mark", piece->text}, {"figure", piece->id});
    if (e != OK)
        return e;
    struct figure_result asked = {.figure = figure, .value = quantity_of_integer(0), .asked = s->on};
    asked.is_stale = s->on.n && ((figure->valid_from.n && str_cmp(s->on, figure->valid_from) < 0) ||
                                 (figure->valid_to.n && str_cmp(s->on, figure->valid_to) > 0));
    return figure_require(&asked, f);
}

static void piece_judge(const struct figures *fs, const struct report_source *s, const struct piece *piece,
                        struct faults *list, enum err *first)
{
    struct fault f = {0};
    enum err bad = piece_check(fs, s, piece, &f);
    if (bad == OK)
        return;
    fault_place(&f, s->file, piece->line, piece->column);
    faults_add(list, &f);
    *first = *first != OK ? *first : bad;
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
        for (size_t k = 0; e == OK && k < s.pieces.n; k++)
            piece_judge(fs, &s, &s.pieces.p[k], list, &first);
        for (size_t k = 0; e == OK && k < s.key_figures.n; k++)
            piece_judge(fs, &s,
                        &(struct piece){.kind = PIECE_FIGURE,
                                        .id = s.key_figures.p[k],
                                        .text = s.key_figures.p[k],
                                        .line = s.key_figures.places[k].line},
                        list, &first);
        first = first != OK ? first : e != OK ? e : s.first;
    }
    *ret_n = n;
    return first;
}
