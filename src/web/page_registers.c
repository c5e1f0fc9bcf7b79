/* The registers, and one of them: what it is, its records by filter, and how to take them along. */
#include <stdlib.h>

#include "base/limits.h"
#include "text/vn.h"
#include "web/downloads.h"
#include "web/feature.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/register_form.h"
#include "web/show.h"
#include "web/templates.h"

#include "base/banned.h"

enum { MOST_COLUMNS = 7, CELL_CHARACTERS = 140, MOST_DRAWN = 400, MOST_ROWS = 500 };

static const struct str nothing = {NULL, 0};

/* ---- all of them ---- */

static bool has_map(const struct exchange *x, const struct reg *reg)
{
    return reg->geometry != NO_FIELD && site_shows_field(x, &reg->fields[reg->geometry]);
}

static int by_title(const void *a, const void *b)
{
    return text_compare(((const struct tpl_registers_registers *)a)->title,
                        ((const struct tpl_registers_registers *)b)->title);
}

enum err page_registers(struct exchange *x, struct fault *f)
{
    const struct province *p = ((struct worker *)x->worker)->store->province;
    struct tpl_registers_registers *shown = ARENA_ARRAY(x->arena, struct tpl_registers_registers, p->n_registers + 1);
    size_t n = 0;
    bool has_sample = false;
    for (size_t i = 0; i < p->n_registers; i++) {
        const struct reg *reg = p->registers[i];
        int64_t count;
        if (!site_shows_register(x, reg))
            continue;
        if (records_count(x, reg, &count, f) != OK)
            return f->code;
        shown[n++] = (struct tpl_registers_registers){.title = text2_in(&reg->title, x->lang),
                                                      .href = part_href(x, "/registers/", reg->name),
                                                      .description = text2_in(&reg->description, x->lang),
                                                      .count = count,
                                                      .is_sample = reg->sample != NULL,
                                                      .has_map = has_map(x, reg)};
        has_sample |= reg->sample != NULL;
    }
    qsort(shown, n, sizeof *shown, by_title);
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES), description CLEANUP(buf_done) = BUF_INIT(4096);
    message_fill(&description, M_registers_description, x->lang, text2_in(&p->title, x->lang));
    tpl_registers(&content, &(struct tpl_registers){shown, n}, x->lang);
    return page(x,
                &(struct page){.title = message(M_registers_title, x->lang),
                               .description = buf_view(&description),
                               .content = buf_view(&content),
                               .section = "registers",
                               .has_sample = has_sample},
                f);
}

/* ---- one: its records ---- */

struct listing {
    struct exchange *x;
    const struct reg *reg;
    struct ask q;
    VEC(struct record) rows;
    struct str next;
    int64_t total;
    bool has_sample;
};

static enum err read_rows(struct listing *l, struct fault *f)
{
    struct worker *w = l->x->worker;
    struct query_options o = l->q.o;
    o.limit++; /* one more tells whether there is a next page */
    struct query *query CLEANUP(query_closep) = NULL;
    struct buf after CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    struct record r;
    bool has_row = false;
    enum err e = query_open(w->store, l->reg, &o, &query, f);
    while (e == OK && (e = query_next(query, &r, &has_row, f)) == OK && has_row && (int64_t)l->rows.n < l->q.o.limit) {
        VEC_PUSH(l->x->arena, &l->rows, record_copy(l->x->arena, l->reg, &r));
        l->has_sample |= r.is_sample;
        if ((int64_t)l->rows.n == l->q.o.limit)
            query_after(query, &r, &after);
    }
    if (e == OK && has_row)
        l->next = str_dup(l->x->arena, buf_view(&after));
    if (e != OK)
        return e;
    if (l->q.o.after.n == 0 && !has_row) {
        l->total = (int64_t)l->rows.n;
        return OK;
    }
    bool is_whole = l->q.o.filter.n == 0 && l->q.o.search.n == 0 && !l->q.o.box;
    return is_whole ? records_count(l->x, l->reg, &l->total, f) : query_count(w->store, l->reg, &l->q.o, &l->total, f);
}

/* ---- one: its table ---- */

static bool holds_something(const struct listing *l, int field)
{
    for (size_t r = 0; r < l->rows.n; r++)
        if (l->rows.p[r].values[field].kind != VALUE_NULL)
            return true;
    return false;
}

static bool fits_a_column(const struct listing *l, int field)
{
    const struct field *fd = &l->reg->fields[field];
    bool is_foreign = str_ends(fd->name, STR("_en")) && l->x->lang != LANG_EN;
    return fd->type != FT_TEXT && fd->type != FT_URL && !is_foreign;
}

static bool is_asked(const struct listing *l)
{
    return input_named(l->x, "properties")->is_given;
}

/* The field by which people know a record: the first that is searched. */
static int name_field(const struct listing *l)
{
    for (size_t i = 0; l->reg->n_search && i < l->q.n_fields; i++)
        if (l->q.fields[i] == l->reg->search[0] && fits_a_column(l, l->q.fields[i]))
            return l->q.fields[i];
    return NO_FIELD;
}

static bool is_sorted_by(const struct listing *l, int field)
{
    struct str rest, by = str_cut(l->q.o.sort, ',', &rest);
    if (by.n && (by.p[0] == '-' || by.p[0] == '+'))
        by = str_slice(by.p + 1, by.n - 1);
    return str_eq(by, l->reg->fields[field].name);
}

/* Fields that fit into a table, the name of the record in the second place; of the others those that hold something here come in first. All of
 * them when they were asked for. */
static size_t choose_columns(const struct listing *l, int *columns)
{
    size_t n = 0;
    if (is_asked(l)) {
        for (; n < l->q.n_fields; n++)
            columns[n] = l->q.fields[n];
        return n;
    }
    bool *is_in = ARENA_ARRAY(l->x->arena, bool, l->reg->n_fields);
    int name = name_field(l);
    size_t n_in = 0;
    for (int pass = 0; pass < 3; pass++)
        for (size_t i = 0; i < l->q.n_fields && n_in < MOST_COLUMNS; i++) {
            int field = l->q.fields[i];
            bool comes_in = pass == 0
                                ? field == name || is_sorted_by(l, field) || (n_in == 0 && fits_a_column(l, field))
                            : pass == 1 ? fits_a_column(l, field) && holds_something(l, field)
                                        : fits_a_column(l, field);
            n_in += comes_in && !is_in[field];
            is_in[field] |= comes_in;
        }
    for (size_t i = 0; i < l->q.n_fields; i++) {
        if (is_in[l->q.fields[i]] && (l->q.fields[i] != name || n == 0))
            columns[n++] = l->q.fields[i];
        if (n == 1 && name != NO_FIELD && columns[0] != name)
            columns[n++] = name;
    }
    return n;
}

/* How many of the fields the table shows, and the way to the others. */
static void say_columns(const struct listing *l, size_t n_shown, struct buf *out)
{
    struct exchange *x = l->x;
    struct buf all CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    size_t n_all = 0;
    for (size_t i = 0; i < l->reg->n_fields; i++)
        if ((int)i != l->reg->geometry && site_shows_field(x, &l->reg->fields[i])) {
            buf_puts(&all, n_all++ ? "," : "");
            buf_str(&all, l->reg->fields[i].name);
        }
    if (n_shown == n_all && !is_asked(l))
        return;
    tpl_columns(
        out,
        &(struct tpl_columns){.shown = (int64_t)n_shown,
                              .total = (int64_t)n_all,
                              .all_href = n_shown < n_all ? exchange_link(x, "properties", buf_view(&all)) : nothing,
                              .few_href = is_asked(l) ? exchange_link(x, "properties", nothing) : nothing},
        x->lang);
}

static bool is_number(const struct field *fd)
{
    return fd->type == FT_INTEGER || fd->type == FT_NUMBER || fd->type == FT_MONEY;
}

static struct str column_title(struct exchange *x, const struct field *fd)
{
    struct str title = text2_in(&fd->title, x->lang), measure = text2_in(&fd->measure, x->lang);
    return measure.n ? str_of(arena_printf(x->arena, "%.*s (%.*s)", STR_ARG(title), STR_ARG(measure))) : title;
}

static struct str shortened(struct exchange *x, struct str s)
{
    size_t i = 0, n = 0;
    while (i < s.n && n < CELL_CHARACTERS)
        n += ((unsigned char)s.p[i++] & 0xC0) != 0x80;
    while (i < s.n && ((unsigned char)s.p[i] & 0xC0) == 0x80)
        i++;
    return i < s.n ? str_of(arena_printf(x->arena, "%.*s…", (int)i, s.p)) : s;
}

static enum err write_table(struct listing *l, struct buf *out, struct buf *out_columns, struct fault *f)
{
    struct exchange *x = l->x;
    int *fields = ARENA_ARRAY(x->arena, int, l->q.n_fields + 1);
    size_t n = choose_columns(l, fields);
    struct names names = {0};
    struct table_column *columns = ARENA_ARRAY(x->arena, struct table_column, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct field *fd = &l->reg->fields[fields[i]];
        columns[i] = (struct table_column){.title = column_title(x, fd),
                                           .sort = fd->type == FT_ARRAY ? nothing : fd->name,
                                           .is_number = i > 0 && is_number(fd),
                                           .is_head = i == 0};
    }
    struct table_row *rows = ARENA_ARRAY(x->arena, struct table_row, l->rows.n + 1);
    for (size_t r = 0; r < l->rows.n; r++) {
        struct table_cell *cells = ARENA_ARRAY(x->arena, struct table_cell, n + 1);
        for (size_t i = 0; i < n; i++) {
            struct shown s;
            enum err e = show_value(x, &names, l->reg, &l->rows.p[r], fields[i], &s, f);
            if (e != OK)
                return e;
            cells[i] = (struct table_cell){shortened(x, s.text), s.href, MARK_NONE};
        }
        if (n) {
            cells[0].text = cells[0].text.n ? cells[0].text : l->rows.p[r].id;
            cells[0].href = show_record_href(x, l->reg, l->rows.p[r].id);
            cells[0].mark = l->rows.p[r].is_sample ? MARK_SAMPLE : MARK_NONE;
        }
        rows[r] = (struct table_row){.cells = cells};
    }
    say_columns(l, n, out_columns);
    struct buf caption CLEANUP(buf_done) = BUF_INIT(4096);
    buf_str(&caption, text2_in(&l->reg->title, x->lang));
    buf_puts(&caption, ": ");
    tpl_record_count(&caption, &(struct tpl_record_count){l->total}, x->lang);
    part_table(x, out,
               &(struct table){.caption = buf_view(&caption),
                               .columns = columns,
                               .n_columns = n,
                               .rows = rows,
                               .n_rows = l->rows.n,
                               .sorted = l->q.o.sort});
    return OK;
}

/* ---- one: its map ---- */

static enum err write_map(struct listing *l, struct buf *out, struct fault *f)
{
    struct exchange *x = l->x;
    struct worker *w = x->worker;
    const struct reg *reg = l->reg;
    VEC(struct drawing_item) items = {0};
    struct buf shapes CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    struct json_out known;
    json_out_init(&known, &shapes, JSON_OUT_COMPACT);
    json_object_begin(&known);
    struct names names = {0};
    struct query_options o = l->q.o;
    o.after = o.sort = nothing; /* as the map asks the API */
    o.limit = MOST_DRAWN;
    struct query *query CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = true;
    enum err e = query_open(w->store, reg, &o, &query, f);
    while (e == OK && (e = query_next(query, &r, &has_row, f)) == OK && has_row) {
        struct record k = record_copy(x->arena, reg, &r);
        struct shown name = {.text = show_title(x, reg, &k)};
        if (reg->n_search == 0 && reg->n_key == 1)
            e = show_value(x, &names, reg, &k, reg->key[0], &name, f);
        if (e != OK || k.values[reg->geometry].kind != VALUE_BLOB)
            continue;
        VEC_PUSH(
            x->arena, &items,
            ((struct drawing_item){name.text, show_record_href(x, reg, k.id), k.values[reg->geometry].text, false}));
        json_key(&known, k.id), json_object_begin(&known);
        json_member(&known, "name", name.text);
        json_object_end(&known);
    }
    json_object_end(&known);
    json_out_done(&known);
    struct buf title CLEANUP(buf_done) = BUF_INIT(4096), plain CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    message_fill(&title, M_register_map, x->lang, text2_in(&reg->title, x->lang));
    bool is_geographic = l->q.storage == crs_wgs84() || (l->q.storage && l->q.storage->is_north_first);
    if (e != OK || !part_drawing(x, &plain, buf_view(&title), is_geographic, items.p, items.n))
        return e;
    part_map(
        x, out,
        &(struct map_box){.title = buf_view(&title),
                          .source = downloads_items(x, reg, x->query, "geojson", MOST_DRAWN),
                          .href = part_href(x, arena_printf(x->arena, "/registers/%.*s/", STR_ARG(reg->name)), nothing),
                          .values = buf_view(&shapes),
                          .plain = buf_view(&plain)});
    return OK;
}

/* ---- one: the page ---- */

/* A filter that cannot be is told above the form, so that it can be set right. */
static bool is_askers_fault(enum err e)
{
    int status = err_http(e);
    return status >= 400 && status < 500;
}

/* The sentence, and its place in words: people do not read “1:7: filter:”. */
static void write_problem(const struct listing *l, const struct fault *wrong, struct buf *out)
{
    struct fault bare = *wrong;
    bare.line = bare.column = bare.file_n = bare.field_n = 0;
    struct buf sentence CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    fault_print(&bare, l->x->lang, &sentence);
    const struct field *fd = wrong->line ? NULL : reg_field(l->reg, fault_field_name(wrong));
    bool is_named = fd && site_shows_field(l->x, fd);
    tpl_filter_problem(out,
                       &(struct tpl_filter_problem){.sentence = buf_view(&sentence),
                                                    .line = wrong->line,
                                                    .column = wrong->column,
                                                    .field = is_named ? text2_in(&fd->title, l->x->lang) : nothing},
                       l->x->lang);
}

static enum err write_register(struct listing *l, const struct fault *wrong, struct buf *out, struct fault *f)
{
    struct exchange *x = l->x;
    const struct reg *reg = l->reg;
    struct buf form CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                    table CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES),
                    map CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES), pages CLEANUP(buf_done) = BUF_INIT(1 << 16),
                    columns CLEANUP(buf_done) = BUF_INIT(1 << 16), problem CLEANUP(buf_done) = BUF_INIT(1 << 16),
                    use CLEANUP(buf_done) = BUF_INIT(1 << 18);
    struct chosen *chosen;
    size_t n_chosen = register_chosen(x, reg, &chosen);
    struct tpl_register_chosen *shown = ARENA_ARRAY(x->arena, struct tpl_register_chosen, n_chosen + 1);
    for (size_t i = 0; i < n_chosen; i++)
        shown[i] = (struct tpl_register_chosen){chosen[i].title, chosen[i].cql2, chosen[i].href};
    enum err e = register_form(x, reg, &form, f);
    if (e == OK && wrong)
        write_problem(l, wrong, &problem);
    if (e == OK && !wrong && l->q.has_geometry && l->rows.n)
        e = write_map(l, &map, f);
    if (e == OK && l->rows.n)
        e = write_table(l, &table, &columns, f);
    if (e != OK)
        return e;
    part_pages(x, &pages, &(struct pages){(int64_t)l->rows.n, l->total, l->q.o.after, l->next, NULL});
    part_use_register(x, &use, reg, x->query);
    struct tpl_download downloads[DOWNLOADS];
    static const char *const place[] = {"after", "limit", "count", "lang", "properties", NULL};
    struct str bulk_query = query_tidy(x, x->query, place);
    tpl_register(out,
                 &(struct tpl_register){
                     .description = text2_in(&reg->description, x->lang),
                     .source = text2_in(&reg->source, x->lang),
                     .is_sample = reg->sample && !l->has_sample, /* else the page says so at its top */
                     .is_writer = site_may_write(x, VERB_CREATE, reg) || site_may_write(x, VERB_UPDATE, reg) ||
                                  site_may_write(x, VERB_IMPORT, reg),
                     .add_href = site_may_write(x, VERB_CREATE, reg)
                                     ? STR_JOIN(x->arena, part_href(x, "/registers/", reg->name), STR("/new"))
                                     : nothing,
                     .export_href = downloads_export(x, reg, x->query),
                     .import_href = site_may_write(x, VERB_IMPORT, reg)
                                        ? STR_JOIN(x->arena, part_href(x, "/registers/", reg->name), STR("/import"))
                                        : nothing,
                     .bulk_href = !site_may_write(x, VERB_UPDATE, reg)
                                      ? nothing
                                      : STR_JOIN(x->arena, part_href(x, "/registers/", reg->name), STR("/bulk"),
                                                 bulk_query.n ? STR("?") : nothing, bulk_query),
                     .form = buf_view(&form),
                     .problem = buf_view(&problem),
                     .chosen = shown,
                     .n_chosen = n_chosen,
                     .cql2 = n_chosen && !str_eq(l->q.o.filter, chosen[0].cql2) ? l->q.o.filter : nothing,
                     .clear_href = part_href(x, "/registers/", reg->name),
                     .map = buf_view(&map),
                     .table = buf_view(&table),
                     .pages = buf_view(&pages),
                     .columns = buf_view(&columns),
                     .is_empty = l->rows.n == 0,
                     .is_filtered = n_chosen > 0,
                     .downloads = downloads,
                     .n_downloads = downloads_of(x, reg, x->query, l->total, downloads),
                     .use = buf_view(&use),
                     .schema_href = collection_path(x, reg, "/schema")},
                 x->lang);
    return OK;
}

/* An order by what may not be seen would tell of it. */
static bool shows_order(const struct exchange *x, const struct reg *reg)
{
    bool is_shown = true;
    for (size_t i = 0; i < reg->n_order; i++)
        is_shown &= site_shows_field(x, &reg->fields[reg->order[i].field]);
    return is_shown;
}

enum err page_register(struct exchange *x, struct fault *f)
{
    static const char *const map_scripts[] = {"map", NULL}, *const place[] = {"after", "count", NULL};
    struct listing l = {.x = x};
    struct fault wrong = {0};
    enum err e = ask_register(x, input_named(x, "register")->text, &l.reg, f);
    if (e != OK)
        return e;
    struct str asked = x->query, tidy = query_tidy(x, asked, NULL);
    if (!str_eq(tidy, asked)) { /* a form sends its empty fields too: they leave the address */
        exchange_redirect(
            x, 303, str_of(arena_printf(x->arena, "%.*s%s%.*s", STR_ARG(x->path), tidy.n ? "?" : "", STR_ARG(tidy))));
        return OK;
    }
    e = ask_read(x, l.reg, &l.q, &wrong);
    l.q.o.is_unsorted = !shows_order(x, l.reg); /* people want the declared order */
    if (l.q.o.limit > MOST_ROWS)                /* what an address of the API asked for */
        l.q.o.limit = MOST_ROWS;
    if (e == OK)
        e = read_rows(&l, &wrong);
    bool is_wrong = e != OK && is_askers_fault(e);
    if (e != OK && !is_wrong) {
        *f = wrong;
        return e;
    }
    if (is_wrong) {
        l.rows.n = 0;
        x->status = err_http(e);
    }
    x->query = query_tidy(x, asked, place); /* links begin at the first record again */
    struct buf content CLEANUP(buf_done) = BUF_INIT(LIMIT_PAGE_BYTES);
    e = write_register(&l, is_wrong ? &wrong : NULL, &content, f);
    x->query = asked;
    if (e != OK)
        return e;
    struct crumb crumbs[] = {{message(M_registers_title, x->lang), STR("/registers")},
                             {text2_in(&l.reg->title, x->lang), nothing}};
    return page(x,
                &(struct page){.title = text2_in(&l.reg->title, x->lang),
                               .description = text2_in(&l.reg->description, x->lang),
                               .content = buf_view(&content),
                               .crumbs = crumbs,
                               .n_crumbs = ARRAY_LEN(crumbs),
                               .section = "registers",
                               .has_sample = l.has_sample,
                               .scripts = l.q.has_geometry && l.rows.n ? map_scripts : NULL},
                f);
}
