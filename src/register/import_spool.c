/* Rows of the sheet in a file without a name: memory stays flat, and the child that reads the outside file runs once. */
#include "register/import_internal.h"

#include <errno.h>

#include "base/file.h"
#include "base/limits.h"

#include "base/banned.h"

struct spool_head {
    uint32_t number, bytes;
    uint16_t n;
    uint8_t is_hidden;
};

struct spool_cell {
    double number;
    uint32_t n;
    uint16_t font;
    uint8_t kind, flags;
};

enum { FLAG_FORMULA = 1, FLAG_TEXT_NUMBER = 2, FLAG_RUNS = 4 };

enum err spool_open(struct spool *s, struct fault *f)
{
    *s = (struct spool){.row = BUF_INIT(LIMIT_IMPORT_ROW_BYTES), .cells = arena_new()};
    s->file = tmpfile();
    return s->file ? OK : fault_errno(f, "write", "TMPDIR");
}

void spool_done(struct spool *s)
{
    if (s->file)
        fclose(s->file);
    buf_done(&s->row);
    arena_free(s->cells);
    free(s->bytes);
    *s = (struct spool){0};
}

enum err spool_add(struct spool *s, const struct sheet_row *row, struct fault *f)
{
    size_t n = row->n;
    while (n > LIMIT_IMPORT_COLUMNS && row->cells[n - 1].kind == CELL_EMPTY)
        n--;
    if (n > LIMIT_IMPORT_COLUMNS)
        return FAULT(f, ERR_LIMIT, {"what", STR("số cột (columns)")}, {"limit", STR("1000")});
    buf_reset(&s->row);
    for (size_t i = 0; i < n; i++) {
        const struct cell *c = &row->cells[i];
        struct spool_cell head = {.number = c->number,
                                  .n = (uint32_t)c->text.n,
                                  .font = (uint16_t)c->font,
                                  .kind = (uint8_t)c->kind,
                                  .flags = (uint8_t)((c->is_formula ? FLAG_FORMULA : 0) |
                                                     (c->is_text_number ? FLAG_TEXT_NUMBER : 0) |
                                                     (c->n_runs ? FLAG_RUNS : 0))};
        buf_add(&s->row, &head, sizeof head);
        if (c->n_runs) {
            buf_add(&s->row, &c->n_runs, sizeof c->n_runs);
            buf_add(&s->row, c->runs, c->n_runs * sizeof *c->runs);
        }
        buf_str(&s->row, c->text);
    }
    if (s->row.is_full)
        return FAULT(f, ERR_LIMIT, {"what", STR("row")}, {"limit", STR("256 MiB")});
    struct spool_head head = {row->number, (uint32_t)s->row.n, (uint16_t)n, row->is_hidden};
    if (fwrite(&head, sizeof head, 1, s->file) != 1 || (s->row.n && fwrite(s->row.p, s->row.n, 1, s->file) != 1))
        return fault_errno(f, "write", "TMPDIR");
    s->rows++;
    if (n > s->columns)
        s->columns = n;
    return OK;
}

enum err spool_rewind(struct spool *s, struct fault *f)
{
    return fflush(s->file) == 0 && fseek(s->file, 0, SEEK_SET) == 0 ? OK : fault_errno(f, "read", "TMPDIR");
}

enum err spool_next(struct spool *s, struct sheet_row *ret_row, bool *ret_has_row, struct fault *f)
{
    struct spool_head head;
    if (fread(&head, sizeof head, 1, s->file) != 1) {
        if (ferror(s->file))
            return fault_errno(f, "read", "TMPDIR");
        *ret_has_row = false;
        return OK;
    }
    if (head.bytes > s->cap) {
        s->cap = (size_t)head.bytes * 2;
        s->bytes = mem_realloc(s->bytes, s->cap);
    }
    if (head.bytes && fread(s->bytes, head.bytes, 1, s->file) != 1)
        return fault_errno(f, "read", "TMPDIR");
    arena_reset(s->cells);
    struct cell *cells = arena_alloc(s->cells, sizeof *cells * (head.n + 1u));
    const char *p = s->bytes;
    for (size_t i = 0; i < head.n; i++) {
        struct spool_cell c;
        memcpy(&c, p, sizeof c);
        p += sizeof c;
        struct cell_run *runs = NULL;
        size_t n_runs = 0;
        if (c.flags & FLAG_RUNS) {
            memcpy(&n_runs, p, sizeof n_runs);
            runs = arena_alloc(s->cells, n_runs * sizeof *runs);
            memcpy(runs, p + sizeof n_runs, n_runs * sizeof *runs);
            p += sizeof n_runs + n_runs * sizeof *runs;
        }
        cells[i] = (struct cell){.kind = (enum cell_kind)c.kind,
                                 .text = str_slice(p, c.n),
                                 .number = c.number,
                                 .font = c.font,
                                 .is_formula = c.flags & FLAG_FORMULA,
                                 .is_text_number = c.flags & FLAG_TEXT_NUMBER,
                                 .runs = runs,
                                 .n_runs = n_runs};
        p += c.n;
    }
    *ret_row = (struct sheet_row){.number = head.number, .is_hidden = head.is_hidden, .cells = cells, .n = head.n};
    *ret_has_row = true;
    return OK;
}
