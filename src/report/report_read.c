#include "report/report_internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "report/marker.h"
#include "text/date.h"

#include "base/banned.h"

/* ---- the file and its head ---- */

struct head {
    struct str report;
    struct text2 title;
    int lang;
    struct str on;
    struct yaml_strs key_figures;
    struct head_period {
        struct str from, to;
    } period;
};

static const char *const langs[] = {[LANG_VI] = "vi", [LANG_EN] = "en", NULL};
static const struct yaml_field period_fields[] = {
    {"from", Y_DATE_TEXT, offsetof(struct head_period, from), Y_REQUIRED},
    {"to", Y_DATE_TEXT, offsetof(struct head_period, to), Y_REQUIRED},
};
static const struct yaml_schema period_schema = YAML_SCHEMA("period", period_fields, struct head_period);
static const struct yaml_field head_fields[] = {
    {"report", Y_STR, offsetof(struct head, report), Y_REQUIRED},
    {"title", Y_TEXT2, offsetof(struct head, title), Y_REQUIRED},
    {"lang", Y_ENUM, offsetof(struct head, lang), 0, langs},
    {"on", Y_DATE_TEXT, offsetof(struct head, on)},
    {"period", Y_MAP, offsetof(struct head, period), 0, &period_schema},
    {"key_figures", Y_STR_LIST, offsetof(struct head, key_figures)},
};
static const struct yaml_schema head_schema = YAML_SCHEMA("report", head_fields, struct head);

static bool report_id_of(struct str path, struct str *ret_id)
{
    if (!str_starts(path, STR("reports/")) || !str_ends(path, STR(".md")))
        return false;
    *ret_id = str_slice(path.p + 8, path.n - 8 - 3);
    return true;
}

void reports_list(struct arena *a, const struct province *p, struct str **ret_ids, size_t *ret_n)
{
    VEC(struct str) ids = {0};
    struct str id;
    for (size_t i = 0; i < p->sources.n; i++) {
        if (!report_id_of(p->sources.p[i].path, &id))
            continue;
        size_t at = ids.n;
        VEC_PUSH(a, &ids, id);
        for (; at && str_cmp(id, ids.p[at - 1]) < 0; at--)
            ids.p[at] = ids.p[at - 1];
        ids.p[at] = id;
    }
    *ret_ids = ids.p;
    *ret_n = ids.n;
}

static enum err report_unknown(struct arena *a, const struct province *p, struct str id, struct fault *f)
{
    struct str *ids;
    size_t n;
    reports_list(a, p, &ids, &n);
    struct str near = yaml_nearest(id, ids, n);
    if (near.n == 0 && n)
        near = ids[0];
    if (n == 0)
        return FAULT(f, ERR_REPORT_NONE, {"report", id});
    return FAULT(f, ERR_REPORT_UNKNOWN, {"report", id}, {"near", near});
}

bool report_head_split(struct str text, struct str *ret_head, struct str *ret_body, int *ret_body_line)
{
    struct str rest, line = str_cut(text, '\n', &rest);
    if (!str_is(str_trim(line), "---"))
        return false;
    const char *begin = rest.p;
    for (int number = 2; rest.p; number++) {
        struct str next;
        line = str_cut(rest, '\n', &next);
        if (str_is(str_trim(line), "---")) {
            *ret_head = str_slice(begin, (size_t)(rest.p - begin));
            *ret_body = next.p ? next : str_slice(rest.p + rest.n, 0);
            *ret_body_line = number + 1;
            return true;
        }
        rest = next;
    }
    return false;
}

enum err report_fault(struct faults *list, struct fault *f, struct str file, int line, int column)
{
    fault_place(f, file, line, column);
    faults_add(list, f);
    return f->code;
}

enum err report_head_parse(struct arena *a, struct str head, struct str file, struct yaml **ret_root, struct fault *f)
{
    /* An empty line stands for the “---”, so that lines are those of the file. */
    return yaml_parse(a, str_of(arena_printf(a, "\n%.*s", STR_ARG(head))), file, ret_root, f);
}

static enum err head_read(struct arena *a, struct str head_text, struct report_source *s, struct faults *list)
{
    struct fault f = {0};
    struct yaml *root;
    enum err e = report_head_parse(a, head_text, s->file, &root, &f);
    if (e != OK)
        return report_fault(list, &f, s->file, 1, 0);
    struct head head = {0};
    e = yaml_decode(a, root, &head_schema, s->file, &head, list);
    if (e != OK)
        return e;
    if (!str_eq(head.report, s->id)) {
        e = FAULT(&f, ERR_REPORT_ID, {"report", head.report}, {"file", s->file});
        return report_fault(list, &f, s->file, yaml_get(root, "report")->line, 0);
    }
    s->title = head.title;
    s->lang = (enum lang)head.lang;
    s->on = head.on;
    s->period_from = head.period.from;
    s->period_to = head.period.to;
    s->key_figures = head.key_figures;
    return OK;
}

/* ---- markers ---- */

static const char *const part_names[] = {
    [PART_VALUE] = "value",   [PART_OF] = "of",       [PART_PERCENT] = "percent",   [PART_UNIT] = "unit",
    [PART_MARGIN] = "margin", [PART_FROM] = "from",   [PART_LOW] = "low",           [PART_HIGH] = "high",
    [PART_ASKED] = "asked",   [PART_TITLE] = "title", [PART_QUESTION] = "question", [PART_SOURCE] = "source",
    [PART_DATE] = "date",
};

static enum err part_read(struct str text, struct piece *piece, struct fault *f)
{
    struct str part;
    piece->id = str_cut(text, '.', &part);
    if (!part.p)
        return OK;
    struct str names[ARRAY_LEN(part_names)];
    size_t n = 0;
    for (size_t i = PART_VALUE; i < ARRAY_LEN(part_names); i++) {
        names[n++] = str_of(part_names[i]);
        if (str_is(part, part_names[i])) {
            piece->part = (enum part)i;
            return OK;
        }
    }
    struct str near = yaml_nearest(part, names, n);
    return FAULT(f, ERR_REPORT_PART_UNKNOWN, {"part", part}, {"figure", piece->id},
                 {"near", near.n ? near : STR("value")});
}

enum { WORDS_MAX = 6 };

static size_t words_split(struct str s, struct str words[WORDS_MAX + 1])
{
    size_t n = 0;
    while (n <= WORDS_MAX) {
        s = str_trim(s);
        if (s.n == 0)
            break;
        size_t k = 0;
        while (k < s.n && s.p[k] != ' ' && s.p[k] != '\t')
            k++;
        words[n++] = str_slice(s.p, k);
        s = str_slice(s.p + k, s.n - k);
    }
    return n;
}

static bool count_read(struct str s, int64_t *ret_n)
{
    int64_t n = 0;
    if (s.n == 0 || s.n > 6)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        n = n * 10 + (s.p[i] - '0');
    }
    *ret_n = n;
    return n > 0;
}

/* table ID [by X] [units-at DATE] */
static bool table_read(const struct str *w, size_t n, struct piece *piece)
{
    piece->kind = PIECE_TABLE;
    if (n < 2 || n % 2)
        return false;
    piece->id = w[1];
    for (size_t i = 2; i < n; i += 2) {
        struct date day;
        if (str_is(w[i], "by") && piece->by.n == 0)
            piece->by = w[i + 1];
        else if (str_is(w[i], "units-at") && date_parse(w[i + 1], &day, NULL) == OK)
            piece->units_at = w[i + 1];
        else
            return false;
    }
    return true;
}

/* index ID YEAR [top N] */
static bool index_read(const struct str *w, size_t n, struct piece *piece)
{
    piece->kind = PIECE_INDEX;
    if ((n != 3 && n != 5) || !count_read(w[2], &piece->year))
        return false;
    piece->id = w[1];
    return n == 3 || (str_is(w[3], "top") && count_read(w[4], &piece->top));
}

/* ranking ID [top N] */
static bool ranking_read(const struct str *w, size_t n, struct piece *piece)
{
    piece->kind = PIECE_RANKING;
    piece->id = w[1];
    return n == 2 || (n == 4 && str_is(w[2], "top") && count_read(w[3], &piece->top));
}

static enum err marker_read(struct piece *piece, struct fault *f)
{
    struct str words[WORDS_MAX + 1];
    size_t n = words_split(piece->text, words);
    bool is_read = false;
    if (n == 1) {
        piece->kind = PIECE_FIGURE;
        return part_read(words[0], piece, f);
    }
    if (n > 1 && n <= WORDS_MAX && str_is(words[0], "table"))
        is_read = table_read(words, n, piece);
    else if (n > 1 && n <= WORDS_MAX && str_is(words[0], "ranking"))
        is_read = ranking_read(words, n, piece);
    else if (n > 1 && n <= WORDS_MAX && str_is(words[0], "index"))
        is_read = index_read(words, n, piece);
    return is_read ? OK : FAULT(f, ERR_REPORT_MARK, {"mark", piece->text});
}

struct reader {
    struct arena *arena;
    struct report_source *source;
    struct faults *list;
};

static void reader_fault(struct reader *r, struct fault *f, int line, int column)
{
    report_fault(r->list, f, r->source->file, line, column);
    if (r->source->first == OK)
        r->source->first = f->code;
}

/* A table is a block: before it only spaces and signs of quotes, behind it nothing. */
static bool stands_alone(const struct marker *m)
{
    for (size_t i = 0; i < m->before.n; i++)
        if (m->before.p[i] != ' ' && m->before.p[i] != '>')
            return false;
    return m->is_last;
}

static void marker_keep(struct reader *r, const struct marker *m)
{
    struct fault f = {0};
    struct piece piece = {.text = m->text, .line = m->line, .column = m->column};
    if (m->kind == MARKER_OPEN)
        FAULT(&f, ERR_REPORT_MARK_OPEN, {"mark", m->text});
    else if (marker_read(&piece, &f) == OK && piece.kind != PIECE_FIGURE && !stands_alone(m))
        FAULT(&f, ERR_REPORT_TABLE_PLACE, {"mark", m->text});
    if (f.code != OK) {
        reader_fault(r, &f, m->line, m->column);
        return;
    }
    if (piece.kind != PIECE_FIGURE)
        piece.indent = m->before;
    VEC_PUSH(r->arena, &r->source->pieces, piece);
}

static void pieces_read(struct reader *r, struct str body, int line)
{
    struct marker_reader markers = {.body = body, .line = line};
    struct marker m;
    while (marker_next(&markers, &m)) {
        if (m.kind != MARKER_TEXT && r->source->pieces.n >= LIMIT_REPORT_MARKS) {
            struct fault f = {0};
            FAULT(&f, ERR_LIMIT, {"what", r->source->file}, {"limit", STR("20000 {{…}}")});
            reader_fault(r, &f, m.line, 0);
            break;
        }
        if (m.kind != MARKER_TEXT)
            marker_keep(r, &m);
        else if (m.text.n)
            VEC_PUSH(r->arena, &r->source->pieces, ((struct piece){.text = m.text, .line = m.line}));
    }
}

enum err report_read(struct arena *a, const struct province *p, struct str id, struct report_source *ret_source,
                     struct faults *list)
{
    struct fault f = {0};
    const struct source_file *file = province_source(p, str_of(arena_printf(a, "reports/%.*s.md", STR_ARG(id))));
    if (!file) {
        report_unknown(a, p, id, &f);
        faults_add(list, &f);
        return f.code;
    }
    struct report_source s = {.file = file->path};
    must(report_id_of(file->path, &s.id));
    struct reader r = {.arena = a, .source = &s, .list = list};
    struct str head, body;
    int line = 0;
    if (!report_head_split(file->text, &head, &body, &line)) {
        FAULT(&f, ERR_REPORT_HEAD, {"file", file->path});
        return report_fault(list, &f, s.file, 1, 0);
    }
    enum err e = head_read(a, head, &s, list);
    if (e != OK)
        return e;
    pieces_read(&r, body, line);
    *ret_source = s;
    return OK;
}

static size_t quoted_in(struct arena *a, const struct report_source *s, const struct str **ret_ids)
{
    struct str *ids = ARENA_ARRAY(a, struct str, s->pieces.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s->pieces.n; i++)
        if (s->pieces.p[i].kind != PIECE_TEXT && s->pieces.p[i].kind != PIECE_INDEX)
            ids[n++] = s->pieces.p[i].id;
    *ret_ids = ids;
    return n;
}

bool report_head(struct arena *a, const struct province *p, struct str id, struct report *ret_head)
{
    struct report_source s = {0};
    struct faults list CLEANUP(faults_done) = {0};
    if (report_read(a, p, id, &s, &list) != OK)
        return false;
    *ret_head = (struct report){.id = s.id,
                                .title = s.title,
                                .lang = s.lang,
                                .on = s.on,
                                .period_from = s.period_from,
                                .period_to = s.period_to,
                                .key_figures = s.key_figures.p,
                                .n_key_figures = s.key_figures.n,
                                .file = s.file,
                                .province = p};
    ret_head->n_quoted = quoted_in(a, &s, &ret_head->quoted);
    return true;
}

struct text2 report_title(struct arena *a, const struct province *p, struct str id)
{
    struct report head;
    return report_head(a, p, id, &head) ? head.title : (struct text2){0};
}
