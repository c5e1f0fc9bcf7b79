/* The parts of an XLSX package (ECMA-376 part 2) in the child: weighed before anything is expanded, then read in order. */
#include <stdio.h>
#include <zip.h>

#include "base/limits.h"
#include "base/sandbox.h"
#include "text/utf8.h"
#include "text/xlsx_internal.h"

#include "base/banned.h"

enum { CHUNK_BYTES = 64 << 10, CARRY_BYTES = 256 };

struct relation {
    struct str id, type, target;
};

struct book_sheet {
    struct str name, relation, part;
    bool is_hidden;
};

struct book {
    struct arena *arena;
    zip_t *zip;
    struct fault *f;
    const char *main; /* the part of the workbook */
    VEC(struct relation) relations;
    VEC(struct book_sheet) sheets;
    VEC(struct sheet_merge) merges;
    bool is_1904, is_workbook, is_binary, has_macros;
    struct strings strings;
    struct styles styles;
};

/* ---- the package ---- */

static enum err zip_fault(struct book *b, int code)
{
    if (code == ZIP_ER_MEMORY)
        sandbox_no_memory();
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    enum err e = FAULT(b->f, ERR_SHEET_ZIP, {"reason", str_of(zip_error_strerror(&error))});
    zip_error_fini(&error);
    return e;
}

static enum err part_fault(struct book *b, const char *part)
{
    return FAULT(b->f, ERR_SHEET_PART, {"part", str_of(part)});
}

/* Small parts may repeat themselves as they like. */
static bool is_bomb(uint64_t size, uint64_t packed)
{
    return size > LIMIT_ZIP_RATIO_FREE_BYTES && size / LIMIT_ZIP_RATIO > packed;
}

static enum err package_open(struct book *b, struct str file)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(file.p, file.n, 0, &error);
    b->zip = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : NULL;
    if (b->zip)
        return OK;
    int code = zip_error_code_zip(&error);
    return zip_fault(b, code);
}

static enum err package_weigh(struct book *b)
{
    zip_int64_t n = zip_get_num_entries(b->zip, 0);
    if (n < 0 || n > LIMIT_ZIP_ENTRIES)
        return sheet_bomb_fault(b->f);
    uint64_t total = 0, packed = 0;
    for (zip_uint64_t i = 0; i < (zip_uint64_t)n; i++) {
        zip_stat_t st;
        const zip_uint64_t wanted = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
        if (zip_stat_index(b->zip, i, 0, &st) != 0 || (st.valid & wanted) != wanted)
            return zip_fault(b, ZIP_ER_INCONS);
        if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) && st.encryption_method != ZIP_EM_NONE)
            return FAULT(b->f, ERR_SHEET_ENCRYPTED);
        if (strlen(st.name) > 250 || strstr(st.name, "..") || st.name[0] == '/' || !utf8_valid(str_of(st.name)))
            return part_fault(b, "?");
        if (strcasestr(st.name, "vbaProject"))
            b->has_macros = true;
        if (st.size > LIMIT_SHEET_EXPANDED_BYTES || is_bomb(st.size, st.comp_size))
            return sheet_bomb_fault(b->f);
        total += st.size;
        packed += st.comp_size;
        if (total > LIMIT_SHEET_EXPANDED_BYTES)
            return sheet_bomb_fault(b->f);
    }
    return is_bomb(total, packed) ? sheet_bomb_fault(b->f) : OK;
}

/* Hands a part over in pieces; a piece of no bytes is the last. What expands beyond the size it was announced with is refused. */
static enum err part_read(struct book *b, const char *part, enum err (*take)(void *ctx, char *p, size_t n), void *ctx)
{
    zip_int64_t at = zip_name_locate(b->zip, part, ZIP_FL_NOCASE);
    if (at < 0)
        return part_fault(b, part);
    zip_stat_t st;
    zip_file_t *file = zip_fopen_index(b->zip, (zip_uint64_t)at, 0);
    if (!file || zip_stat_index(b->zip, (zip_uint64_t)at, 0, &st) != 0)
        return zip_fault(b, zip_error_code_zip(zip_get_error(b->zip)));
    char *chunk = mem_alloc(CHUNK_BYTES);
    uint64_t total = 0;
    enum err e = OK;
    zip_int64_t n = 1;
    while (e == OK && n > 0) {
        n = zip_fread(file, chunk, CHUNK_BYTES);
        total += n > 0 ? (uint64_t)n : 0;
        if (n < 0)
            e = zip_fault(b, zip_error_code_zip(zip_file_get_error(file)));
        else if (total > st.size)
            e = sheet_bomb_fault(b->f);
        else
            e = take(ctx, chunk, (size_t)n);
    }
    if (e == OK && total != st.size)
        e = zip_fault(b, ZIP_ER_INCONS);
    free(chunk);
    zip_fclose(file);
    return e;
}

static enum err feed(void *ctx, char *p, size_t n)
{
    return xml_feed(ctx, p, n, n == 0);
}

static enum err part_parse(struct book *b, const char *part, struct xml *x)
{
    enum err e = part_read(b, part, feed, x);
    xml_done(x);
    return e;
}

/* ---- what the parts say ---- */

static enum err types_start(struct xml *x, const char *name, const char **attributes)
{
    (void)name;
    struct book *b = x->ctx;
    const char *type = xml_attribute(attributes, "ContentType");
    if (!type)
        return OK;
    b->is_workbook |= strstr(type, "spreadsheetml.") != NULL;
    /* SheetJS names “sheet.binary.macroEnabled” as the type of .bin in every workbook; macros of their own show in vbaProject. */
    bool is_binary = strstr(type, "sheet.binary") != NULL;
    b->is_binary |= is_binary;
    b->has_macros |= (!is_binary && strstr(type, "macroEnabled")) || strstr(type, "vbaProject");
    return OK;
}

static struct str text_dup(struct book *b, const char *z)
{
    size_t n = z ? strlen(z) : 0;
    return n ? str_slice(arena_dup(b->arena, z, n), n) : STR("");
}

static enum err relations_start(struct xml *x, const char *name, const char **attributes)
{
    struct book *b = x->ctx;
    if (x->depth != 2 || strcmp(name, "Relationship") != 0)
        return OK;
    const char *mode = xml_attribute(attributes, "TargetMode");
    if (mode && strcmp(mode, "External") == 0)
        return OK;
    if (b->relations.n >= LIMIT_ZIP_ENTRIES)
        return sheet_bomb_fault(b->f);
    struct relation r = {text_dup(b, xml_attribute(attributes, "Id")), text_dup(b, xml_attribute(attributes, "Type")),
                         text_dup(b, xml_attribute(attributes, "Target"))};
    VEC_PUSH(b->arena, &b->relations, r);
    return OK;
}

static enum err book_start(struct xml *x, const char *name, const char **attributes)
{
    struct book *b = x->ctx;
    if (x->depth == 2 && strcmp(name, "workbookPr") == 0)
        b->is_1904 = xml_is_true(xml_attribute(attributes, "date1904"));
    if (x->depth != 3 || strcmp(name, "sheet") != 0)
        return OK;
    if (b->sheets.n >= LIMIT_SHEETS) {
        char limit[16];
        snprintf(limit, sizeof limit, "%d", LIMIT_SHEETS);
        return FAULT(b->f, ERR_SHEET_SHEETS, {"limit", str_of(limit)});
    }
    const char *state = xml_attribute(attributes, "state");
    struct book_sheet sheet = {.name = text_dup(b, xml_attribute(attributes, "name")),
                               .is_hidden = state && state[0] != 'v'};
    for (const char **a = attributes; *a; a += 2)
        if (str_ends(str_of(a[0]), STR(":id")))
            sheet.relation = text_dup(b, a[1]);
    if (sheet.name.n > LIMIT_SHEET_NAME_BYTES)
        return FAULT(b->f, ERR_SHEET_XML, {"part", str_of(x->part)}, {"reason", STR("name")});
    VEC_PUSH(b->arena, &b->sheets, sheet);
    return OK;
}

/* A target as seen from the folder of a part: "../x.xml" and "/xl/x.xml" are both allowed. */
static const char *target_part(struct book *b, const char *from, struct str target)
{
    const char *slash = strrchr(from, '/');
    struct str folder = slash ? str_slice(from, (size_t)(slash - from)) : STR("");
    if (str_starts(target, STR("/")))
        return arena_printf(b->arena, "%.*s", (int)target.n - 1, target.p + 1);
    while (str_starts(target, STR("../")) || str_starts(target, STR("./"))) {
        bool is_up = target.p[1] == '.';
        target = str_slice(target.p + (is_up ? 3 : 2), target.n - (is_up ? 3 : 2));
        const char *up = is_up && folder.n ? memrchr(folder.p, '/', folder.n) : NULL;
        if (is_up)
            folder.n = up ? (size_t)(up - folder.p) : 0;
    }
    return arena_printf(b->arena, "%.*s%s%.*s", STR_ARG(folder), folder.n ? "/" : "", STR_ARG(target));
}

static const struct relation *relation_of_type(const struct book *b, struct str type)
{
    for (size_t i = 0; i < b->relations.n; i++)
        if (str_ends(b->relations.p[i].type, type))
            return &b->relations.p[i];
    return NULL;
}

static enum err plain_parse(struct book *b, const char *part,
                            enum err (*on_start)(struct xml *, const char *, const char **))
{
    struct xml x;
    xml_init(&x, part, b, b->f);
    x.on_start = on_start;
    return part_parse(b, part, &x);
}

static enum err main_find(struct book *b)
{
    if (zip_name_locate(b->zip, "[Content_Types].xml", ZIP_FL_NOCASE) < 0)
        return FAULT(b->f, ERR_SHEET_FORMAT);
    enum err e = plain_parse(b, "[Content_Types].xml", types_start);
    if (e != OK)
        return e;
    if (!b->is_workbook && (b->is_binary || !b->has_macros))
        return FAULT(b->f, ERR_SHEET_FORMAT);
    if (b->has_macros)
        return FAULT(b->f, ERR_SHEET_MACRO);
    e = plain_parse(b, "_rels/.rels", relations_start);
    if (e != OK)
        return e;
    const struct relation *r = relation_of_type(b, STR("/officeDocument"));
    b->main = r ? target_part(b, "", r->target) : "xl/workbook.xml";
    return OK;
}

/* The sheets that have cells; charts and dialogs have none. */
static void sheets_link(struct book *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->sheets.n; i++) {
        struct book_sheet s = b->sheets.p[i];
        for (size_t k = 0; k < b->relations.n; k++) {
            const struct relation *r = &b->relations.p[k];
            if (str_eq(r->id, s.relation) && str_ends(r->type, STR("/worksheet")))
                s.part = str_of(target_part(b, b->main, r->target));
        }
        if (s.part.n)
            b->sheets.p[n++] = s;
    }
    b->sheets.n = n;
}

static enum err book_read(struct book *b)
{
    enum err e = main_find(b);
    if (e == OK)
        e = plain_parse(b, b->main, book_start);
    if (e != OK)
        return e;
    const char *slash = strrchr(b->main, '/');
    int n = slash ? (int)(slash - b->main) + 1 : 0;
    b->relations.n = 0;
    e = plain_parse(b, arena_printf(b->arena, "%.*s_rels/%s.rels", n, b->main, b->main + n), relations_start);
    if (e != OK)
        return e;
    sheets_link(b);
    struct xml x;
    const struct relation *styles = relation_of_type(b, STR("/styles"));
    const struct relation *strings = relation_of_type(b, STR("/sharedStrings"));
    if (styles) {
        styles_xml(&x, &b->styles, b->f);
        e = part_parse(b, target_part(b, b->main, styles->target), &x);
    }
    if (b->styles.fonts.n == 0) /* of cells without a style; rich texts may add others */
        VEC_PUSH(b->styles.arena, &b->styles.fonts, STR(""));
    if (strings && e == OK) {
        strings_xml(&x, &b->strings, b->f);
        e = part_parse(b, target_part(b, b->main, strings->target), &x);
    }
    return e;
}

/* ---- merged cells of the first rows ---- */

/* They stand behind the rows in the file, and are wanted before them: a look at the bytes, not a parse. */
struct merge_scan {
    struct book *book;
    char window[CARRY_BYTES + CHUNK_BYTES];
    size_t n; /* bytes carried over at its front: what the seam of two pieces may cut */
};

static void merge_take(struct book *b, struct str tag)
{
    const char *ref = memmem(tag.p, tag.n, "ref=", 4);
    if (!ref || ref + 5 >= tag.p + tag.n)
        return;
    struct str rest, area = str_slice(ref + 5, (size_t)(tag.p + tag.n - ref - 5));
    area = str_cut(area, ref[4], &rest);
    struct str first = str_cut(area, ':', &rest);
    struct sheet_merge m;
    if (rest.p && reference_parse(first, &m.column, &m.row) && reference_parse(rest, &m.column_end, &m.row_end) &&
        m.row <= m.row_end && m.column <= m.column_end && m.row <= LIMIT_SHEET_MERGE_ROWS &&
        b->merges.n < LIMIT_SHEET_MERGES)
        VEC_PUSH(b->arena, &b->merges, m);
}

/* Returns how many bytes at the end are to be seen again. */
static size_t merges_find(struct book *b, const char *p, size_t n)
{
    static const char needle[] = "mergeCell ";
    const char *end = p + n, *at = p, *close = p;
    while ((at = memmem(at, (size_t)(end - at), needle, sizeof needle - 1)) != NULL) {
        if (close <= at) /* else it ends the tag that is open here as well */
            close = memchr(at, '>', (size_t)(end - at));
        if (!close)
            return end - at < CARRY_BYTES ? (size_t)(end - at) + (at > p) : sizeof needle - 1;
        if (at > p && (at[-1] == '<' || at[-1] == ':'))
            merge_take(b, str_slice(at, (size_t)(close - at)));
        at += sizeof needle - 1;
    }
    return n < sizeof needle - 1 ? n : sizeof needle - 1;
}

static enum err merges_scan(void *ctx, char *p, size_t n)
{
    struct merge_scan *s = ctx;
    memcpy(s->window + s->n, p, n);
    size_t all = s->n + n, keep = merges_find(s->book, s->window, all);
    memmove(s->window, s->window + all - keep, keep);
    s->n = keep;
    return OK;
}

/* ---- the whole ---- */

static enum err sheet_choose(struct book *b, struct str wanted, size_t *ret_i)
{
    size_t number = 0, n = b->sheets.n;
    struct buf names CLEANUP(buf_done) = BUF_INIT(600);
    for (size_t i = 0; i < wanted.n; i++)
        number = wanted.p[i] >= '0' && wanted.p[i] <= '9' && number < 10000 ? number * 10 + (size_t)(wanted.p[i] - '0')
                                                                            : 10000;
    for (size_t i = 0; i < n; i++)
        if (wanted.n ? str_eq(b->sheets.p[i].name, wanted) : !b->sheets.p[i].is_hidden) {
            *ret_i = i;
            return OK;
        }
    if (n && (!wanted.n || (number >= 1 && number <= n))) {
        *ret_i = wanted.n ? number - 1 : 0;
        return OK;
    }
    if (!n)
        return part_fault(b, "worksheet");
    for (size_t i = 0; i < n; i++)
        buf_printf(&names, "%s%.*s", i ? ", " : "", STR_ARG(b->sheets.p[i].name));
    return FAULT(b->f, ERR_SHEET_NAME, {"sheet", wanted}, {"sheets", buf_view(&names)});
}

static void facts_send(struct book *b, size_t sheet, struct sheet_out *out)
{
    struct sheet_facts facts = {.format = SHEET_XLSX, .is_1904 = b->is_1904, .n_sheets = b->sheets.n, .sheet = sheet};
    facts.sheets = ARENA_ARRAY(b->arena, struct str, b->sheets.n);
    facts.is_sheet_hidden = ARENA_ARRAY(b->arena, bool, b->sheets.n);
    for (size_t i = 0; i < b->sheets.n; i++) {
        facts.sheets[i] = b->sheets.p[i].name;
        facts.is_sheet_hidden[i] = b->sheets.p[i].is_hidden;
    }
    facts.fonts = b->styles.fonts.p;
    facts.n_fonts = b->styles.fonts.n;
    facts.merges = b->merges.p;
    facts.n_merges = b->merges.n;
    sheet_out_facts(out, &facts);
}

static enum err sheet_read(struct book *b, struct str wanted, struct sheet_out *out)
{
    size_t i;
    enum err e = sheet_choose(b, wanted, &i);
    if (e != OK)
        return e;
    const char *part = b->sheets.p[i].part.p;
    struct merge_scan *scan = mem_zalloc(sizeof *scan);
    scan->book = b;
    e = part_read(b, part, merges_scan, scan);
    free(scan);
    if (e != OK)
        return e;
    facts_send(b, i, out);
    struct sheet_cells cells;
    struct xml x;
    sheet_cells_init(&cells, &b->strings, &b->styles, b->is_1904, out);
    sheet_cells_xml(&x, &cells, part, b->f);
    e = part_parse(b, part, &x);
    sheet_cells_done(&cells);
    return e;
}

enum err sheet_xlsx(struct str file, const struct sheet_job *job, struct sheet_out *out, struct fault *f)
{
    struct book b = {.arena = arena_new(), .f = f};
    styles_init(&b.styles);
    strings_init(&b.strings, &b.styles);
    enum err e = package_open(&b, file);
    if (e == OK)
        e = package_weigh(&b);
    if (e == OK)
        e = book_read(&b);
    if (e == OK)
        e = sheet_read(&b, job->options.sheet, out);
    if (b.zip)
        zip_discard(b.zip);
    strings_done(&b.strings);
    styles_done(&b.styles);
    arena_free(b.arena);
    return e;
}
