/* Papers as declared: the head, the markers of the text with their partners, the blocks; which version is in force. */
#include <stdio.h>

#include "base/limits.h"
#include "report/marker.h"
#include "report/paper_internal.h"
#include "report/report_internal.h"
#include "text/date.h"

#include "base/banned.h"

const char *const paper_formats[FORMAT_COUNT] = {
    [FORMAT_TEXT] = "text",
    [FORMAT_DATE] = "date",
    [FORMAT_DATE_LONG] = "date-long",
    [FORMAT_DATETIME] = "datetime",
    [FORMAT_DATETIME_SHORT] = "datetime-short",
    [FORMAT_TIME] = "time",
    [FORMAT_MONEY] = "money",
    [FORMAT_NUMBER] = "number",
    [FORMAT_WORDS] = "words",
    [FORMAT_SOME] = "some",
    [FORMAT_PHONE] = "phone",
    [FORMAT_CAPITALS] = "capitals",
    [FORMAT_CODE] = "code",
};

const char *const paper_block_names[BLOCK_COUNT] = {
    [BLOCK_SIGNATURES] = "signatures",
    [BLOCK_NOTE] = "note",
    [BLOCK_CENTER] = "center",
};

/* What the layout itself takes: declared by no paper, known to all. */
static const char *const layout_fields[] = {"superior_name", "office_name", "number",    "place",
                                            "issued_at",     "qr",          "is_sample", "code"};

/* ---- head ---- */

struct head {
    struct str paper;
    struct text2 title;
    struct str form, reg;
    int size, layout;
    bool is_landscape, has_qr;
    struct str valid_from, valid_to;
    struct yaml_strs fields;
    YAML_ARRAY(struct paper_list) lists;
};

static const char *const sizes[] = {[PAPER_A4] = "A4", [PAPER_A5] = "A5", NULL};
static const char *const layouts[] = {"decree-30", NULL};
static const struct yaml_field list_fields[] = {
    {NULL, Y_KEY, offsetof(struct paper_list, name), 0, NULL},
    {"fields", Y_STR_LIST, offsetof(struct paper_list, fields), Y_REQUIRED, NULL},
};
static const struct yaml_schema list_schema = YAML_SCHEMA("list", list_fields, struct paper_list);
static const struct yaml_field head_fields[] = {
    {"paper", Y_STR, offsetof(struct head, paper), Y_REQUIRED, NULL},
    {"title", Y_TEXT2, offsetof(struct head, title), Y_REQUIRED, NULL},
    {"form", Y_STR, offsetof(struct head, form), 0, NULL},
    {"register", Y_STR, offsetof(struct head, reg), 0, NULL},
    {"size", Y_ENUM, offsetof(struct head, size), 0, sizes},
    {"landscape", Y_BOOL, offsetof(struct head, is_landscape), 0, NULL},
    {"layout", Y_ENUM, offsetof(struct head, layout), 0, layouts},
    {"qr", Y_BOOL, offsetof(struct head, has_qr), 0, NULL},
    {"valid_from", Y_DATE_TEXT, offsetof(struct head, valid_from), 0, NULL},
    {"valid_to", Y_DATE_TEXT, offsetof(struct head, valid_to), 0, NULL},
    {"fields", Y_STR_LIST, offsetof(struct head, fields), 0, NULL},
    {"lists", Y_KEYED, offsetof(struct head, lists), 0, &list_schema},
};
static const struct yaml_schema head_schema = YAML_SCHEMA("paper", head_fields, struct head);

static bool paper_name_of(struct str path, struct str *ret_name)
{
    if (!str_starts(path, STR("papers/")) || !str_ends(path, STR(".md")))
        return false;
    *ret_name = str_slice(path.p + 7, path.n - 7 - 3);
    return true;
}

/* The file form-01-2025 is a version of form-01. */
static bool is_version_of(struct str name, struct str id)
{
    if (!str_starts(name, id))
        return false;
    struct str rest = str_slice(name.p + id.n, name.n - id.n);
    if (rest.n == 0)
        return true;
    for (size_t i = 1; i < rest.n; i++)
        if (rest.p[i] < '0' || rest.p[i] > '9')
            return false;
    return rest.n == 5 && rest.p[0] == '-';
}

static enum err head_read(struct arena *a, struct str head_text, struct paper *p, struct faults *list)
{
    struct fault f = {0};
    struct yaml *root = NULL;
    enum err e = report_head_parse(a, head_text, p->file, &root, &f);
    if (e != OK)
        return report_fault(list, &f, p->file, 1, 0);
    struct head head = {0};
    e = yaml_decode(a, root, &head_schema, p->file, &head, list);
    if (e != OK)
        return e;
    if (!is_version_of(p->name, head.paper)) {
        FAULT(&f, ERR_PAPER_ID, {"paper", head.paper}, {"file", p->file});
        return report_fault(list, &f, p->file, yaml_get(root, "paper")->line, 0);
    }
    p->id = head.paper;
    p->title = head.title;
    p->form = head.form;
    p->reg = head.reg;
    p->size = head.size;
    p->is_landscape = head.is_landscape;
    p->has_qr = head.has_qr;
    p->valid_from = head.valid_from;
    p->valid_to = head.valid_to;
    p->fields = head.fields;
    p->lists = head.lists.p;
    p->n_lists = head.lists.n;
    return OK;
}

/* ---- markers ---- */

struct reader {
    struct arena *arena;
    const struct province *province;
    struct paper *paper;
    struct faults *list;
    enum err first;
    VEC(struct paper_piece) pieces;
    VEC(size_t) open; /* pieces that wait for their end */
};

static void reader_fault(struct reader *r, struct fault *f, int line, int column)
{
    report_fault(r->list, f, r->paper->file, line, column);
    if (r->first == OK)
        r->first = f->code;
}

static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9' && i) || s.p[i] == '_'))
            return false;
    return s.n > 0;
}

/* What the marker says, without asking whether its names are known. */
static bool piece_parse(struct str text, struct paper_piece *p, struct str *ret_format)
{
    *ret_format = (struct str){0};
    char sign = text.n ? text.p[0] : 0;
    if (str_is(text, "else") || str_is(text, "/")) {
        p->kind = sign == '/' ? PIECE_END : PIECE_ELSE;
        return true;
    }
    struct str rest = sign == '?' || sign == '#' ? str_slice(text.p + 1, text.n - 1) : text;
    if (sign == '#') {
        p->kind = PIECE_EACH;
        p->field = rest;
    } else if (sign == '?') {
        bool is_not = rest.n && rest.p[0] == '!';
        p->kind = PIECE_IF;
        p->field = str_cut(is_not ? str_slice(rest.p + 1, rest.n - 1) : rest, '=', &p->value);
        p->test = p->value.p ? TEST_EQUALS : is_not ? TEST_IS_NOT_THERE : TEST_IS_THERE;
        if (p->value.p && (is_not || p->value.n == 0))
            return false;
        if (p->value.p && p->field.n && p->field.p[p->field.n - 1] == '!') {
            p->field.n--;
            p->test = TEST_DIFFERS;
        }
    } else {
        p->kind = PIECE_VALUE;
        p->field = str_cut(text, ':', ret_format);
        if (ret_format->p && ret_format->n == 0)
            return false;
    }
    return is_name(p->field);
}

static enum err format_read(struct str text, enum paper_format *ret_format, struct fault *f)
{
    struct str names[FORMAT_COUNT];
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        names[i] = str_of(paper_formats[i]);
        if (text.p == NULL || str_eq(text, names[i])) {
            *ret_format = (enum paper_format)i;
            return OK;
        }
    }
    struct str near = yaml_nearest(text, names, FORMAT_COUNT);
    return FAULT(f, ERR_PAPER_FORMAT, {"format", text}, {"near", near.n ? near : names[FORMAT_DATE]});
}

static bool is_among(struct str field, const struct yaml_strs *names)
{
    for (size_t i = 0; i < names->n; i++)
        if (str_eq(field, names->p[i]))
            return true;
    return false;
}

static const struct paper_list *list_of(const struct paper *p, struct str name)
{
    for (size_t i = 0; i < p->n_lists; i++)
        if (str_eq(name, p->lists[i].name))
            return &p->lists[i];
    return NULL;
}

/* Whether the head declares the name where the marker stands: within a list its values, and everywhere those of the paper. */
static bool is_declared(const struct reader *r, const struct paper_piece *piece)
{
    const struct paper *p = r->paper;
    for (size_t i = r->open.n; i; i--) {
        const struct paper_piece *around = &r->pieces.p[r->open.p[i - 1]];
        const struct paper_list *list = around->kind == PIECE_EACH ? list_of(p, around->field) : NULL;
        if (list && is_among(piece->field, &list->fields))
            return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(layout_fields); i++)
        if (str_is(piece->field, layout_fields[i]))
            return true;
    if (piece->kind != PIECE_VALUE && list_of(p, piece->field))
        return true;
    return piece->kind != PIECE_EACH && is_among(piece->field, &p->fields);
}

static struct str nearest_field(const struct reader *r, struct str field)
{
    const struct paper *p = r->paper;
    VEC(struct str) names = {0};
    for (size_t i = 0; i < p->fields.n; i++)
        VEC_PUSH(r->arena, &names, p->fields.p[i]);
    for (size_t i = 0; i < p->n_lists; i++) {
        VEC_PUSH(r->arena, &names, p->lists[i].name);
        for (size_t k = 0; k < p->lists[i].fields.n; k++) {
            struct str name = p->lists[i].fields.p[k];
            if (str_eq(name, field)) /* it stands outside of its list */
                return STR_JOIN(r->arena, STR("#"), p->lists[i].name, STR(" … "), name, STR(" … /"));
            VEC_PUSH(r->arena, &names, name);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(layout_fields); i++)
        VEC_PUSH(r->arena, &names, str_of(layout_fields[i]));
    struct str near = yaml_nearest(field, names.p, names.n);
    return near.n ? near : names.p[0];
}

/* The codes that the register of the head declares for the field. */
static enum err codes_find(const struct reader *r, struct paper_piece *piece, struct fault *f)
{
    if (piece->kind != PIECE_VALUE || piece->format != FORMAT_CODE)
        return OK;
    struct str name = r->paper->reg;
    const struct reg *reg = province_register(r->province, name);
    const struct field *fd = reg ? reg_field(reg, piece->field) : NULL;
    if (!fd || !fd->codes)
        return FAULT(f, ERR_PAPER_CODE, {"mark", piece->text}, {"register", name.n ? name : STR("?")});
    piece->codes = fd->codes;
    return OK;
}

/* Joins ends to beginnings. */
static bool piece_pair(struct reader *r, const struct paper_piece *piece)
{
    size_t at = r->pieces.n;
    if (piece->kind == PIECE_IF || piece->kind == PIECE_EACH) {
        VEC_PUSH(r->arena, &r->open, at);
        return true;
    }
    if (piece->kind == PIECE_VALUE)
        return true;
    if (r->open.n == 0)
        return false;
    struct paper_piece *partner = &r->pieces.p[r->open.p[r->open.n - 1]];
    if (piece->kind == PIECE_ELSE && partner->kind != PIECE_IF)
        return false;
    partner->next = at;
    r->open.n--;
    if (piece->kind == PIECE_ELSE)
        VEC_PUSH(r->arena, &r->open, at);
    return true;
}

static void piece_take(struct reader *r, const struct marker *m)
{
    struct fault f = {0};
    struct paper_piece piece = {.text = m->text, .line = m->line, .column = m->column};
    struct str format, line = str_trim(m->before);
    piece.is_cell = line.n && line.p[0] == '|';
    if (m->kind == MARKER_OPEN)
        FAULT(&f, ERR_PAPER_MARK_OPEN, {"mark", m->text});
    else if (!piece_parse(m->text, &piece, &format))
        FAULT(&f, ERR_PAPER_MARK, {"mark", m->text});
    else if (piece.field.n && !is_declared(r, &piece))
        FAULT(&f, ERR_PAPER_FIELD, {"mark", m->text}, {"field", piece.field}, {"near", nearest_field(r, piece.field)});
    else if (format_read(format, &piece.format, &f) == OK && codes_find(r, &piece, &f) == OK && !piece_pair(r, &piece))
        FAULT(&f, ERR_PAPER_PART, {"mark", m->text});
    if (f.code != OK)
        reader_fault(r, &f, m->line, m->column);
    else
        VEC_PUSH(r->arena, &r->pieces, piece);
}

static void words_take(struct reader *r, struct str text, int line)
{
    if (text.n)
        VEC_PUSH(r->arena, &r->pieces, ((struct paper_piece){.kind = PIECE_WORDS, .text = text, .line = line}));
}

/* Takes back what stood before a marker on its line. */
static void indent_drop(struct reader *r, struct str before)
{
    if (r->pieces.n == 0 || before.n == 0)
        return;
    struct paper_piece *last = &r->pieces.p[r->pieces.n - 1];
    if (last->kind == PIECE_WORDS && str_ends(last->text, before))
        last->text.n -= before.n;
}

/* A marker without a value that stands alone takes its line with it, so that a table's row can be repeated. */
static void pieces_read(struct reader *r, struct str body, int line)
{
    struct marker_reader markers = {.body = body, .line = line};
    struct marker m;
    while (marker_next(&markers, &m)) {
        if (m.kind == MARKER_TEXT) {
            words_take(r, m.text, m.line);
            continue;
        }
        bool is_value = m.text.n == 0 || (!strchr("?#/", m.text.p[0]) && !str_is(m.text, "else"));
        if (m.is_alone && !is_value) {
            indent_drop(r, m.before);
            marker_line_skip(&markers);
        }
        piece_take(r, &m);
    }
    for (size_t i = 0; i < r->open.n; i++) {
        const struct paper_piece *piece = &r->pieces.p[r->open.p[i]];
        struct fault f = {0};
        FAULT(&f, ERR_PAPER_PART, {"mark", piece->text});
        reader_fault(r, &f, piece->line, piece->column);
    }
}

/* ---- blocks ---- */

bool paper_block_line(struct str line, struct str *ret_name)
{
    line = str_trim(line);
    if (!str_starts(line, STR(":::")))
        return false;
    *ret_name = str_trim(str_slice(line.p + 3, line.n - 3));
    return true;
}

bool paper_block_kind(struct str name, enum paper_block_kind *ret_kind)
{
    for (size_t i = 1; i < BLOCK_COUNT; i++)
        if (str_is(name, paper_block_names[i])) {
            *ret_kind = (enum paper_block_kind)i;
            return true;
        }
    return false;
}

static enum err block_check(struct str name, bool is_open, struct str open, struct fault *f)
{
    enum paper_block_kind kind;
    if (name.n && !paper_block_kind(name, &kind)) {
        struct str names[BLOCK_COUNT - 1];
        for (size_t i = 1; i < BLOCK_COUNT; i++)
            names[i - 1] = str_of(paper_block_names[i]);
        struct str near = yaml_nearest(name, names, BLOCK_COUNT - 1);
        return FAULT(f, ERR_PAPER_BLOCK, {"block", name}, {"near", near.n ? near : names[0]});
    }
    if (is_open == (name.n > 0))
        return FAULT(f, ERR_PAPER_BLOCK_END, {"block", is_open ? open : STR(":::")});
    return OK;
}

static void blocks_check(struct reader *r, struct str body, int line)
{
    struct str rest = body, open = {0}, name;
    bool is_open = false;
    int open_line = 0;
    for (; rest.p; line++) {
        struct str next, text = str_cut(rest, '\n', &next);
        struct fault f = {0};
        rest = next;
        if (!paper_block_line(text, &name))
            continue;
        if (block_check(name, is_open, open, &f) != OK)
            reader_fault(r, &f, line, 0);
        is_open = name.n > 0;
        open = name;
        open_line = line;
    }
    if (is_open) {
        struct fault f = {0};
        FAULT(&f, ERR_PAPER_BLOCK_END, {"block", open});
        reader_fault(r, &f, open_line, 0);
    }
}

/* ---- a file, all files ---- */

static enum err paper_read(struct arena *a, const struct province *province, const struct source_file *file,
                           struct paper **ret_paper, struct faults *list)
{
    struct fault f = {0};
    struct paper *p = ARENA_NEW(a, struct paper);
    *p = (struct paper){.file = file->path, .utc_offset_minutes = province->utc_offset_minutes};
    must(paper_name_of(file->path, &p->name));
    struct str head, body;
    int line = 0;
    if (!report_head_split(file->text, &head, &body, &line)) {
        FAULT(&f, ERR_PAPER_HEAD, {"file", p->file});
        return report_fault(list, &f, p->file, 1, 0);
    }
    enum err e = head_read(a, head, p, list);
    if (e != OK)
        return e;
    struct reader r = {.arena = a, .province = province, .paper = p, .list = list};
    while (body.n && (body.p[0] == '\n' || body.p[0] == '\r')) {
        line += body.p[0] == '\n';
        body = str_slice(body.p + 1, body.n - 1);
    }
    if (!str_starts(body, STR("# "))) {
        FAULT(&f, ERR_PAPER_TITLE, {"file", p->file});
        reader_fault(&r, &f, line, 0);
    }
    pieces_read(&r, body, line);
    blocks_check(&r, body, line);
    p->pieces = r.pieces.p;
    p->n_pieces = r.pieces.n;
    *ret_paper = p;
    return r.first;
}

static bool is_in_force(const struct paper *p, struct str day)
{
    return (p->valid_from.n == 0 || str_cmp(p->valid_from, day) <= 0) &&
           (p->valid_to.n == 0 || str_cmp(day, p->valid_to) <= 0);
}

static enum err first_fault(const struct faults *list, struct fault *f)
{
    must(list->n > 0);
    if (f)
        *f = list->p[0];
    return list->p[0].code;
}

static struct str *names_of(struct arena *a, const struct province *p, size_t *ret_n)
{
    VEC(struct str) names = {0};
    struct str name;
    for (size_t i = 0; i < p->sources.n; i++)
        if (paper_name_of(p->sources.p[i].path, &name))
            VEC_PUSH(a, &names, name);
    *ret_n = names.n;
    return names.p;
}

static enum err paper_unknown(struct arena *a, const struct province *p, struct str id, struct fault *f)
{
    size_t n;
    struct str *names = names_of(a, p, &n);
    if (n == 0)
        return FAULT(f, ERR_PAPER_NONE, {"paper", id});
    struct str near = yaml_nearest(id, names, n);
    return FAULT(f, ERR_PAPER_UNKNOWN, {"paper", id}, {"near", near.n ? near : names[0]});
}

enum err paper_find(struct arena *a, const struct province *p, struct str id, struct str day,
                    const struct paper **ret_paper, struct fault *f)
{
    struct paper *found = NULL;
    struct buf known CLEANUP(buf_done) = BUF_INIT(LIMIT_PAPER_BYTES);
    for (size_t i = 0; i < p->sources.n; i++) {
        struct faults list CLEANUP(faults_done) = {.max = 1};
        struct str name;
        struct paper *paper = NULL;
        if (!paper_name_of(p->sources.p[i].path, &name) || !is_version_of(name, id))
            continue;
        if (paper_read(a, p, &p->sources.p[i], &paper, &list) != OK)
            return first_fault(&list, f);
        must(paper != NULL);
        bool is_version = str_eq(paper->id, id), is_named = str_eq(name, id) && !is_version;
        if (!is_version && !is_named)
            continue;
        buf_printf(&known, "%s%.*s (%.*s–%.*s)", known.n ? ", " : "", STR_ARG(name), STR_ARG(paper->valid_from),
                   STR_ARG(paper->valid_to));
        bool is_newer = !found || str_cmp(found->valid_from, paper->valid_from) < 0;
        if (is_named || (day.n == 0 && is_newer) || (day.n && is_in_force(paper, day)))
            found = paper;
    }
    if (!found && known.n)
        return FAULT(f, ERR_PAPER_DAY, {"paper", id}, {"day", day}, {"known", buf_view(&known)});
    if (!found)
        return paper_unknown(a, p, id, f);
    *ret_paper = found;
    return OK;
}

static void papers_read(struct arena *a, const struct province *p, const struct paper ***ret_papers, size_t *ret_n,
                        enum err *ret_first, struct faults *list)
{
    VEC(const struct paper *) papers = {0};
    struct str name;
    for (size_t i = 0; i < p->sources.n; i++) {
        struct paper *paper = NULL;
        if (!paper_name_of(p->sources.p[i].path, &name))
            continue;
        enum err e = paper_read(a, p, &p->sources.p[i], &paper, list);
        if (e == OK)
            VEC_PUSH(a, &papers, paper);
        else if (*ret_first == OK)
            *ret_first = e;
    }
    *ret_papers = papers.p;
    *ret_n = papers.n;
}

void papers_list(struct arena *a, const struct province *p, const struct paper ***ret_papers, size_t *ret_n)
{
    struct faults list CLEANUP(faults_done) = {.max = 1};
    enum err first = OK;
    papers_read(a, p, ret_papers, ret_n, &first, &list);
}

static bool is_overlap(const struct paper *a, const struct paper *b)
{
    return (a->valid_to.n == 0 || str_cmp(b->valid_from, a->valid_to) <= 0) &&
           (b->valid_to.n == 0 || str_cmp(a->valid_from, b->valid_to) <= 0);
}

enum err papers_check(struct arena *a, const struct province *p, size_t *ret_n, struct faults *list)
{
    const struct paper **papers;
    enum err first = OK;
    papers_read(a, p, &papers, ret_n, &first, list);
    for (size_t i = 0; i < *ret_n; i++)
        for (size_t k = 0; k < i; k++) {
            if (!str_eq(papers[i]->id, papers[k]->id) || !is_overlap(papers[i], papers[k]))
                continue;
            struct fault f = {0};
            FAULT(&f, ERR_PAPER_VERSIONS, {"paper", papers[i]->id}, {"name", papers[i]->name},
                  {"other", papers[k]->name});
            report_fault(list, &f, papers[i]->file, 1, 0);
            first = first != OK ? first : ERR_PAPER_VERSIONS;
        }
    return first;
}
