#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>
#include <zip.h>

#include "base/limits.h"
#include "text/sheet.h"
#include "text/xlsx_internal.h"

#include "base/banned.h"

/* ---- workbooks made by hand ---- */

static char folder[] = "/tmp/test-sheet-XXXXXX";
static char path[64];

static int folder_make_once(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/a.xlsx", folder);
    return 0;
}

static int folder_remove(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void file_write(const void *p, size_t n)
{
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(p, 1, n, out), n);
    assert_int_equal(fclose(out), 0);
}

static void file_text(const char *text)
{
    file_write(text, strlen(text));
}

struct part {
    const char *name;
    struct str content;
};

static void zip_write(const struct part *parts, size_t n)
{
    unlink(path);
    int error;
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &error);
    assert_non_null(zip);
    for (size_t i = 0; i < n; i++) {
        zip_source_t *source = zip_source_buffer(zip, parts[i].content.p, parts[i].content.n, 0);
        assert_true(zip_file_add(zip, parts[i].name, source, ZIP_FL_ENC_UTF_8) >= 0);
    }
    assert_int_equal(zip_close(zip), 0);
}

#define SPREADSHEET "application/vnd.openxmlformats-officedocument.spreadsheetml."
#define RELATION "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
#define SHEET(rows) "<worksheet><sheetData>" rows "</sheetData></worksheet>"

static const char types[] =
    "<Types><Override PartName='/xl/workbook.xml' ContentType='" SPREADSHEET "sheet.main+xml'/></Types>";
static const char root[] =
    "<Relationships><Relationship Id='r1' Type='" RELATION "officeDocument' Target='xl/workbook.xml'/>"
    "</Relationships>";
static const char links[] =
    "<Relationships><Relationship Id='r1' Type='" RELATION "worksheet' Target='worksheets/s.xml'/>"
    "<Relationship Id='r2' Type='" RELATION "worksheet' Target='/xl/worksheets/h.xml'/>"
    "<Relationship Id='r3' Type='" RELATION "styles' Target='styles.xml'/>"
    "<Relationship Id='r4' Type='" RELATION "sharedStrings' Target='strings.xml'/></Relationships>";
static const char book[] =
    "<x:workbook xmlns:x='x' xmlns:r='r'><x:sheets><x:sheet name='Ẩn' sheetId='2' state='hidden' r:id='r2'/>"
    "<x:sheet name='Hộ dân' sheetId='1' r:id='r1'/></x:sheets></x:workbook>";
static const char book_1904[] = "<workbook xmlns:r='r'><workbookPr date1904='1'/><sheets>"
                                "<sheet name='Hộ dân' sheetId='1' r:id='r1'/></sheets></workbook>";
static const char styles_text[] =
    "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='[$-42A]dd/mm/yyyy;@'/><numFmt numFmtId='165' "
    "formatCode='#,##0 \"đ\"'/></numFmts><fonts><font><name val='Arial'/></font><font><name "
    "val='.VnTime'/></font></fonts>"
    "<cellXfs><xf numFmtId='0' fontId='0'/><xf numFmtId='14' fontId='1'/><xf numFmtId='164' fontId='0'/>"
    "<xf numFmtId='22' fontId='0'/><xf numFmtId='165' fontId='0'/></cellXfs></styleSheet>";
static const char strings_text[] =
    "<sst><si><t>Xã</t></si><si><r><t>Đắk </t></r><r><t>Ha</t></r><rPh><t>không</t></rPh></si>"
    "<si><t>a_x000D_b</t></si><si><t>067</t></si></sst>";

static void book_write(const char *workbook, const char *sheet, const char *strings)
{
    const struct part parts[] = {
        {"[Content_Types].xml", str_of(types)}, {"_rels/.rels", str_of(root)},
        {"xl/workbook.xml", str_of(workbook)},  {"xl/_rels/workbook.xml.rels", str_of(links)},
        {"xl/styles.xml", str_of(styles_text)}, {"xl/strings.xml", str_of(strings)},
        {"xl/worksheets/s.xml", str_of(sheet)}, {"xl/worksheets/h.xml", STR(SHEET("<row><c><v>1</v></c></row>"))},
    };
    zip_write(parts, ARRAY_LEN(parts));
}

/* ---- what is read of them ---- */

/* Rows as "3:text|n12.5|d2022-06-30/": kind before all but texts, ! for hidden, = for formulas, ' for a number as text. */
static enum err read_rows(const struct sheet_options *o, struct buf *b, struct sheet_facts *facts, struct fault *f)
{
    static const char kinds[] = {'0', 0, 'n', 'b', 'd', 'i', 'e'};
    struct sheet *s;
    enum err e = sheet_open(path, o, &s, f);
    if (e != OK)
        return e;
    if (facts)
        *facts = *sheet_facts(s);
    bool has_row = true;
    while (e == OK && has_row) {
        struct sheet_row row;
        e = sheet_next(s, &row, &has_row, f);
        if (e != OK || !has_row)
            break;
        buf_printf(b, "%u%s:", row.number, row.is_hidden ? "!" : "");
        for (size_t i = 0; i < row.n; i++) {
            const struct cell *c = &row.cells[i];
            buf_printf(b, "%s%s%s", i ? "|" : "", c->is_formula ? "=" : "", c->is_text_number ? "'" : "");
            if (kinds[c->kind])
                buf_putc(b, kinds[c->kind]);
            buf_str(b, c->text);
            if (c->font)
                buf_printf(b, "#%u", c->font);
            for (size_t k = 0; k < c->n_runs; k++)
                buf_printf(b, "~%zu#%u", c->runs[k].n, c->runs[k].font);
        }
        buf_putc(b, '/');
    }
    if (e != OK) { /* and stays so */
        struct sheet_row row;
        assert_int_equal(sheet_next(s, &row, &has_row, NULL), e);
    }
    sheet_close(s);
    return e;
}

static void rows_are(const char *expected)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    struct fault f = {0};
    enum err e = read_rows(NULL, &b, NULL, &f);
    struct buf sentence CLEANUP(buf_done) = BUF_INIT(4096);
    if (e != OK) {
        fault_print(&f, LANG_EN, &sentence);
        fail_msg("%s", buf_cstr(&sentence));
    }
    assert_string_equal(buf_cstr(&b), expected);
}

static void refused(enum err code)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(256 << 20);
    struct fault f = {0};
    assert_int_equal(read_rows(NULL, &b, NULL, &f), code);
    assert_int_equal(f.code, code);
    struct buf sentence CLEANUP(buf_done) = BUF_INIT(4096);
    fault_print(&f, LANG_VI, &sentence);
    assert_null(strchr(buf_cstr(&sentence), '{')); /* every placeholder has its value */
}

static void sheet_is(const char *sheet, const char *expected)
{
    book_write(book, sheet, strings_text);
    rows_are(expected);
}

static void sheet_refused(const char *sheet, enum err code)
{
    book_write(book, sheet, strings_text);
    refused(code);
}

/* ---- the rules ---- */

static void cells_come_with_the_kind_and_the_text_they_are_stored_with(void **state)
{
    (void)state;
    sheet_is(
        SHEET("<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c><c r='C1' t='s'><v>2</v></c></row>"),
        "1:Xã|Đắk Ha|a\rb/");
    sheet_is(SHEET("<row r='3'><c r='B3'><v>12.5</v></c><c r='D3'><v>5</v></c><c><v>6.71E+10</v></c><c><v>1.0</v></c>"
                   "<c><v>0.30000000000000004</v></c><c><v>-7</v></c></row>"),
             "3:0|n12.5|0|n5|n67100000000|n1|n0.30000000000000004|n-7/");
    sheet_is(
        SHEET(
            "<row><c t='b'><v>1</v></c><c t='e'><v>#N/A</v></c><c "
            "t='str'><f>A1</f><v>x</v></c><c><f>1+1</f><v>2</v></c>"
            "<c t='inlineStr'><is><t>một</t><rPh><t>y</t></rPh></is></c><c t='d'><v>2022-06-30T08:00:00</v></c></row>"),
        "1:btrue|e#N/A|=x|=n2|một|i2022-06-30T08:00:00/");
    sheet_is(SHEET("<row><c t='s'><v>3</v></c><c t='inlineStr'><is><t>12 a</t></is></c></row>"), "1:'067|12 a/");
}

static void rows_without_cells_are_left_out_and_hidden_ones_marked(void **state)
{
    (void)state;
    sheet_is(SHEET("<row r='2'/><row r='4' hidden='1'><c><v>1</v></c></row><row><c/></row><row><c><v>2</v></c></row>"),
             "4!:n1/6:n2/");
    sheet_is("<worksheet><sheetData/></worksheet>", "");
}

static void dates_are_told_by_the_style_in_both_systems(void **state)
{
    (void)state;
    static const char sheet[] = SHEET(
        "<row><c s='1'><v>44742</v></c><c s='2'><v>1</v></c><c s='2'><v>59</v></c><c s='2'><v>60</v></c><c s='2'>"
        "<v>61</v></c><c s='3'><v>44742.333333333336</v></c><c s='4'><v>44742</v></c><c s='2'><v>-1</v></c></row>");
    sheet_is(sheet, "1:d2022-06-30#1|d1900-01-01|d1900-02-28|d1900-02-29|d1900-03-01|i2022-06-30T08:00:00|n44742|n-1/");
    book_write(book_1904, SHEET("<row><c s='2'><v>43280</v></c><c s='2'><v>0</v></c></row>"), strings_text);
    rows_are("1:d2022-06-30|d1904-01-01/");
}

static void a_format_is_a_date_by_its_letters_outside_of_what_is_literal(void **state)
{
    (void)state;
    static const char *const dates[] = {"dd/mm/yyyy", "[$-42A]d mmmm yyyy;@", "mmm-yy",
                                        "m/d",        "d.m.yyyy h:mm",        "\"ngày\" d"};
    static const char *const times[] = {"h:mm", "mm:ss", "h:mm:ss AM/PM", "hh:mm:ss.0"};
    static const char *const plain[] = {"General", "0.00", "#,##0 \"đồng\"", "0\\d", "[Red]0", "[h]:mm", "@",
                                        "",        "0_d"};
    for (size_t i = 0; i < ARRAY_LEN(dates); i++)
        assert_int_equal(format_code_kind(str_of(dates[i])), FORMAT_DATE);
    for (size_t i = 0; i < ARRAY_LEN(times); i++)
        assert_int_equal(format_code_kind(str_of(times[i])), FORMAT_TIME);
    for (size_t i = 0; i < ARRAY_LEN(plain); i++)
        assert_int_equal(format_code_kind(str_of(plain[i])), FORMAT_PLAIN);
}

static void facts_tell_sheets_fonts_and_merges(void **state)
{
    (void)state;
    book_write(book,
               "<worksheet><sheetData><row><c><v>1</v></c></row></sheetData><mergeCells><mergeCell ref='A1:C2'/>"
               "<mergeCell ref='B900:C900'/></mergeCells></worksheet>",
               strings_text);
    struct sheet *s;
    assert_int_equal(sheet_open(path, NULL, &s, NULL), OK);
    const struct sheet_facts *x = sheet_facts(s);
    assert_int_equal(x->format, SHEET_XLSX);
    assert_int_equal(x->n_sheets, 2);
    assert_int_equal(x->sheet, 1);
    assert_true(x->is_sheet_hidden[0] && !x->is_sheet_hidden[1]);
    assert_true(str_is(x->sheets[1], "Hộ dân") && x->n_fonts == 2 && str_is(x->fonts[1], ".VnTime"));
    assert_int_equal(x->n_merges, 1);
    assert_true(x->merges[0].row == 1 && x->merges[0].row_end == 2 && x->merges[0].column_end == 3);
    struct sheet_row row;
    bool has_row;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(sheet_next(s, &row, &has_row, NULL), OK);
        assert_true(has_row == (i == 0));
    }
    sheet_close(s);
}

struct told {
    struct buf bytes;
    const char *appended; /* to the file, while it is being taken */
};

static void told(void *ctx, struct str piece)
{
    struct told *t = ctx;
    buf_str(&t->bytes, piece);
    if (!t->appended)
        return;
    FILE *out = fopen(path, "ab");
    assert_non_null(out);
    assert_true(fputs(TAKE(t->appended), out) >= 0);
    assert_int_equal(fclose(out), 0);
}

static void what_is_read_is_what_was_told_byte_by_byte(void **state)
{
    (void)state;
    struct told t = {.bytes = BUF_INIT(1 << 20)};
    struct sheet_options o = {.on_bytes = told, .ctx = &t};
    struct buf text CLEANUP(buf_done) = BUF_INIT(1 << 20);
    struct sheet *s;
    for (int i = 0; i < 20000; i++)
        buf_printf(&text, "a%d,b\n", i);
    file_text(buf_cstr(&text));
    assert_int_equal(sheet_open(path, &o, &s, NULL), OK);
    assert_true(str_eq(buf_view(&t.bytes), buf_view(&text)));
    assert_int_equal(sheet_facts(s)->file_bytes, text.n);
    file_text("another file\n"); /* who writes over it changes nothing of what is read */
    struct sheet_row row;
    bool has_row;
    uint32_t rows = 0;
    while (sheet_next(s, &row, &has_row, NULL) == OK && has_row)
        rows++;
    assert_true(!has_row && rows == 20000);
    sheet_close(s);
    t.appended = "c,d\n"; /* meanwhile: what was read may be half of two files */
    assert_int_equal(sheet_open(path, &o, &s, NULL), ERR_SHEET_CHANGED);
    buf_done(&t.bytes);
}

/* Fonts 0 Arial and 1 .VnTime are of the styles; s='1' is a style in .VnTime. */
static void fonts_of_rich_text_come_with_the_pieces_they_draw(void **state)
{
    (void)state;
    static const char strings[] =
        "<sst><si><t>a</t></si><si><r><rPr><rFont val='.VnTime'/></rPr><t>b_x000D_</t></r><r><t>cé</t></r></si>"
        "<si><r><rPr><b/></rPr><t>d</t></r><r><t>e</t></r></si>"
        "<si><r><rPr><rFont val='.VnTime'/></rPr><t>f</t></r><r><rPr><rFont val='.VnTime'/></rPr><t>g</t></r></si>"
        "<si><r><rPr><rFont val='New'/></rPr><t>h</t></r><r><rPr><rFont val=''/></rPr><t>i</t></r></si></sst>";
    book_write(book,
               SHEET("<row><c t='s'><v>0</v></c><c t='s'><v>1</v></c><c t='s'><v>2</v></c><c t='s'><v>3</v></c>"
                     "<c t='s'><v>4</v></c></row>"
                     "<row><c s='1' t='s'><v>1</v></c><c s='1' t='s'><v>2</v></c><c s='1' t='s'><v>4</v></c></row>"),
               strings);
    rows_are("1:a|b\rcé~2#1~3#0|de|fg#1|hi~1#2~1#0/2:b\rcé#1|de#1|hi#1~1#2~1#1/");
    book_write(book,
               SHEET("<row><c t='inlineStr'><is><r><rPr><rFont val='Late'/></rPr><t>a</t></r><r><t>_x0041_</t></r>"
                     "<rPh><t>no</t></rPh></is></c><c t='inlineStr'><is><r><rPr><rFont val='.VnTime'/></rPr>"
                     "<t>b</t></r></is></c></row>"),
               strings_text);
    rows_are("1:aA~1#2~1#0|b#1/");
    struct buf b CLEANUP(buf_done) = BUF_INIT(16 << 20);
    buf_puts(&b, "<worksheet><sheetData><row>");
    for (int i = 0; i < LIMIT_SHEET_FONTS; i++)
        buf_printf(&b, "<c t='inlineStr'><is><r><rPr><rFont val='f%d'/></rPr><t>a</t></r></is></c>", i);
    buf_puts(&b, "</row></sheetData></worksheet>");
    sheet_refused(buf_cstr(&b), ERR_SHEET_XML);
}

static void a_sheet_is_chosen_by_name_or_number(void **state)
{
    (void)state;
    book_write(book, SHEET("<row><c><v>5</v></c></row>"), strings_text);
    struct buf b CLEANUP(buf_done) = BUF_INIT(1000);
    assert_int_equal(read_rows(&(struct sheet_options){.sheet = STR("Ẩn")}, &b, NULL, NULL), OK);
    assert_int_equal(read_rows(&(struct sheet_options){.sheet = STR("2")}, &b, NULL, NULL), OK);
    assert_string_equal(buf_cstr(&b), "1:n1/1:n5/");
    struct fault f = {0};
    assert_int_equal(read_rows(&(struct sheet_options){.sheet = STR("3")}, &b, NULL, &f), ERR_SHEET_NAME);
    assert_true(str_is(fault_param(&f, "sheets"), "Ẩn, Hộ dân"));
}

static void a_workbook_of_another_writer_is_read(void **state)
{
    (void)state;
    lxw_workbook *workbook = workbook_new(path);
    lxw_worksheet *sheet = workbook_add_worksheet(workbook, "Một");
    lxw_format *format = workbook_add_format(workbook);
    format_set_num_format(format, "dd/mm/yyyy");
    worksheet_write_string(sheet, 0, 0, "Họ & tên <b>", NULL);
    worksheet_write_number(sheet, 1, 1, 1234567.89, NULL);
    worksheet_write_datetime(sheet, 1, 2, &(lxw_datetime){2022, 6, 30, 0, 0, 0}, format);
    assert_int_equal(workbook_close(workbook), LXW_NO_ERROR);
    rows_are("1:Họ & tên <b>/2:0|n1234567.89|d2022-06-30/");
}

static void a_hundred_thousand_shared_strings_are_read(void **state)
{
    (void)state;
    struct buf strings CLEANUP(buf_done) = BUF_INIT(16 << 20), sheet CLEANUP(buf_done) = BUF_INIT(16 << 20);
    struct buf rows CLEANUP(buf_done) = BUF_INIT(16 << 20), expected CLEANUP(buf_done) = BUF_INIT(16 << 20);
    buf_puts(&strings, "<sst>");
    buf_puts(&sheet, "<worksheet><sheetData>");
    for (int i = 0; i < 100000; i++) {
        buf_printf(&strings, "<si><t>Hộ %d</t></si>", i);
        buf_printf(&sheet, "<row><c t='s'><v>%d</v></c></row>", 99999 - i);
        buf_printf(&expected, "%d:Hộ %d/", i + 1, 99999 - i);
    }
    buf_puts(&strings, "</sst>");
    buf_puts(&sheet, "</sheetData></worksheet>");
    book_write(book, buf_cstr(&sheet), buf_cstr(&strings));
    assert_int_equal(read_rows(NULL, &rows, NULL, NULL), OK);
    assert_true(str_eq(buf_view(&rows), buf_view(&expected)));
}

static void wrong_references_and_values_are_refused(void **state)
{
    (void)state;
    sheet_refused(SHEET("<row r='2'/><row r='1'/>"), ERR_SHEET_REFERENCE);
    sheet_refused(SHEET("<row r='0'/>"), ERR_SHEET_REFERENCE);
    sheet_refused(SHEET("<row r='1048577'/>"), ERR_SHEET_REFERENCE);
    sheet_refused(SHEET("<row r='1'><c r='B1'/><c r='A1'/></row>"), ERR_SHEET_REFERENCE);
    sheet_refused(SHEET("<row r='1'><c r='A2'/></row>"), ERR_SHEET_REFERENCE);
    sheet_refused(SHEET("<row r='1'><c r='XFE1'/></row>"), ERR_SHEET_REFERENCE);
    sheet_refused(SHEET("<row r='1'><c r='XFD1'/><c/></row>"), ERR_SHEET_REFERENCE);
    sheet_refused(SHEET("<row><c t='s'><v>4</v></c></row>"), ERR_SHEET_STRING);
    sheet_refused(SHEET("<row><c t='s'><v>-1</v></c></row>"), ERR_SHEET_STRING);
    sheet_refused(SHEET("<row><c><v>x</v></c></row>"), ERR_SHEET_VALUE);
    sheet_refused(SHEET("<row><c><v>1e999</v></c></row>"), ERR_SHEET_VALUE);
    sheet_refused("<worksheet><sheetData>", ERR_SHEET_XML);
    sheet_refused("<html/>", ERR_SHEET_XML);
    sheet_refused("", ERR_SHEET_XML);
}

static void a_document_type_is_refused_before_its_entities_grow(void **state)
{
    (void)state;
    sheet_refused(
        "<!DOCTYPE lolz [<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;'>]>"
        "<worksheet><sheetData><row><c t='str'><v>&c;</v></c></row></sheetData></worksheet>",
        ERR_SHEET_DTD);
    book_write(book, SHEET(""), "<!DOCTYPE sst SYSTEM 'file:///etc/passwd'><sst/>");
    refused(ERR_SHEET_DTD);
}

static void deep_nesting_is_refused(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 20);
    buf_puts(&b, "<worksheet>");
    for (int i = 0; i < 100; i++)
        buf_puts(&b, "<a>");
    sheet_refused(buf_cstr(&b), ERR_SHEET_XML);
}

static void a_zip_bomb_is_refused_by_its_ratio(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = BUF_INIT(32 << 20);
    buf_puts(&b, "<worksheet><sheetData>");
    buf_reserve(&b, 20 << 20);
    memset(b.p + b.n, ' ', 20 << 20);
    b.n += 20 << 20;
    buf_puts(&b, "</sheetData></worksheet>");
    sheet_refused(buf_cstr(&b), ERR_SHEET_BOMB);
}

/* Small files that cost much: each is refused before it does. */
static void what_grows_by_repetition_is_refused(void **state)
{
    (void)state;
    struct buf strings CLEANUP(buf_done) = BUF_INIT(4 << 20), sheet CLEANUP(buf_done) = BUF_INIT(16 << 20);
    buf_puts(&strings, "<sst><si><t>"); /* one text in many cells */
    for (int i = 0; i < 500000; i++)
        buf_putc(&strings, 'x');
    buf_puts(&strings, "</t></si><si>"); /* and one of many fonts */
    for (int i = 0; i < 20000; i++)
        buf_printf(&strings, "<r><rPr><rFont val='f%d'/></rPr><t>a</t></r>", i % 2);
    buf_puts(&strings, "</si></sst>");
    for (int which = 0; which < 2; which++) {
        buf_reset(&sheet);
        buf_puts(&sheet, "<worksheet><sheetData>");
        for (int i = 0; i < 400; i++)
            buf_printf(&sheet, "<row><c t='s'><v>%d</v></c></row>", which);
        buf_puts(&sheet, "</sheetData></worksheet>");
        book_write(book, buf_cstr(&sheet), buf_cstr(&strings));
        refused(ERR_SHEET_BOMB);
    }
    buf_reset(&sheet);
    buf_puts(&sheet, "<worksheet><a b='"); /* a tag that does not end, of bytes that do not pack well */
    for (uint32_t i = 1; sheet.n < LIMIT_XML_TOKEN_BYTES + (1 << 20); i++)
        buf_printf(&sheet, "%x", i * 2654435761u);
    buf_puts(&sheet, "'/></worksheet>");
    sheet_refused(buf_cstr(&sheet), ERR_SHEET_XML);
}

static void macros_encryption_and_old_workbooks_have_their_own_refusals(void **state)
{
    (void)state;
    static const char macro_types[] =
        "<Types><Override ContentType='application/vnd.ms-excel.sheet.macroEnabled.main+xml'/>"
        "<Override ContentType='" SPREADSHEET "worksheet+xml'/></Types>";
    const struct part parts[] = {{"[Content_Types].xml", str_of(macro_types)}, {"_rels/.rels", str_of(root)}};
    zip_write(parts, 2);
    refused(ERR_SHEET_MACRO);
    const struct part hidden[] = {{"[Content_Types].xml", str_of(types)}, {"xl/vbaProject.bin", STR("x")}};
    zip_write(hidden, 2);
    refused(ERR_SHEET_MACRO);
    static const char ole[] =
        "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1....E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0....";
    file_write(ole, sizeof ole);
    refused(ERR_SHEET_ENCRYPTED);
    file_write(ole, 12);
    refused(ERR_SHEET_OLD);
    static const char binary[] = "\x7F"
                                 "ELF\0\0\0";
    file_write(binary, sizeof binary);
    refused(ERR_SHEET_FORMAT);
    file_text("%PDF-1.7\n");
    refused(ERR_SHEET_FORMAT);
}

static void missing_parts_are_named(void **state)
{
    (void)state;
    const struct part parts[] = {{"[Content_Types].xml", str_of(types)}, {"_rels/.rels", str_of(root)}};
    zip_write(parts, 1);
    refused(ERR_SHEET_PART);
    zip_write(parts, 2);
    refused(ERR_SHEET_PART);
    zip_write(parts + 1, 1);
    refused(ERR_SHEET_FORMAT);
}

static void a_truncated_workbook_is_refused_at_every_length(void **state)
{
    (void)state;
    book_write(book, SHEET("<row><c><v>1</v></c></row>"), strings_text);
    char bytes[8192];
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    size_t n = fread(bytes, 1, sizeof bytes, in);
    fclose(in);
    assert_in_range(n, 1000, sizeof bytes - 1);
    for (size_t k = 4; k < n; k += 97) {
        file_write(bytes, k);
        refused(ERR_SHEET_ZIP);
    }
}

static void what_is_no_plain_file_of_a_bearable_size_is_not_opened(void **state)
{
    (void)state;
    struct sheet *s;
    struct fault f = {0};
    unlink(path);
    assert_int_equal(sheet_open(path, NULL, &s, NULL), ERR_FILE_MISSING);
    assert_int_equal(sheet_open(folder, NULL, &s, &f), ERR_SHEET_FILE);
    assert_int_equal(symlink("/etc/hostname", path), 0);
    assert_int_equal(sheet_open(path, NULL, &s, NULL), ERR_SHEET_FILE);
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(sheet_open(path, NULL, &s, NULL), ERR_SHEET_FILE);
    unlink(path);
    file_text("");
    assert_int_equal(sheet_open(path, NULL, &s, NULL), ERR_SHEET_NOTHING);
    assert_int_equal(truncate(path, 10LL << 30), 0); /* sparse: it takes no room */
    assert_int_equal(sheet_open(path, NULL, &s, NULL), ERR_SHEET_BYTES);
    unlink(path);
}

static void separators_are_found_by_how_rows_agree(void **state)
{
    (void)state;
    file_text("a;b;c\n1,5;2;3\n\"x;y\";4,0;5\n");
    rows_are("1:a|b|c/2:1,5|2|3/3:x;y|4,0|5/");
    file_text("a\tb\n1\t2\n");
    rows_are("1:a|b/2:1|2/");
    file_text("\xEF\xBB\xBFtên,số\r\n\r\nHộ,067\r\n");
    rows_are("1:tên|số/3:Hộ|067/");
    struct sheet_facts facts;
    struct buf b CLEANUP(buf_done) = BUF_INIT(100);
    file_text("a|b\n1|2\n");
    assert_int_equal(read_rows(NULL, &b, &facts, NULL), OK);
    assert_int_equal(facts.separator, '|');
    assert_int_equal(facts.format, SHEET_CSV);
    buf_reset(&b);
    assert_int_equal(read_rows(&(struct sheet_options){.separator = ','}, &b, NULL, NULL), OK);
    assert_string_equal(buf_cstr(&b), "1:a|b/2:1|2/");
}

static void csv_in_utf_16_is_read_and_a_broken_quote_refused(void **state)
{
    (void)state;
    static const char wide[] = "\xFF\xFE"
                               "X\0\xE3\0,\0b\0\n\0001\0,\0002\0";
    file_write(wide, sizeof wide - 1);
    rows_are("1:Xã|b/2:1|2/");
    file_text("a,b\n\"c,d\n");
    refused(ERR_CSV_QUOTE_OPEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_come_with_the_kind_and_the_text_they_are_stored_with),
        cmocka_unit_test(rows_without_cells_are_left_out_and_hidden_ones_marked),
        cmocka_unit_test(dates_are_told_by_the_style_in_both_systems),
        cmocka_unit_test(a_format_is_a_date_by_its_letters_outside_of_what_is_literal),
        cmocka_unit_test(facts_tell_sheets_fonts_and_merges),
        cmocka_unit_test(what_is_read_is_what_was_told_byte_by_byte),
        cmocka_unit_test(fonts_of_rich_text_come_with_the_pieces_they_draw),
        cmocka_unit_test(a_sheet_is_chosen_by_name_or_number),
        cmocka_unit_test(a_workbook_of_another_writer_is_read),
        cmocka_unit_test(a_hundred_thousand_shared_strings_are_read),
        cmocka_unit_test(wrong_references_and_values_are_refused),
        cmocka_unit_test(a_document_type_is_refused_before_its_entities_grow),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(a_zip_bomb_is_refused_by_its_ratio),
        cmocka_unit_test(what_grows_by_repetition_is_refused),
        cmocka_unit_test(macros_encryption_and_old_workbooks_have_their_own_refusals),
        cmocka_unit_test(missing_parts_are_named),
        cmocka_unit_test(a_truncated_workbook_is_refused_at_every_length),
        cmocka_unit_test(what_is_no_plain_file_of_a_bearable_size_is_not_opened),
        cmocka_unit_test(separators_are_found_by_how_rows_agree),
        cmocka_unit_test(csv_in_utf_16_is_read_and_a_broken_quote_refused),
    };
    return cmocka_run_group_tests(tests, folder_make_once, folder_remove);
}
