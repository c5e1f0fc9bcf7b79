/* ogr2ogr as a confined child: files of maps and OpenDocument sheets, to and from CSV and GeoJSON. */
#include "register/geofile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/sandbox.h"
#include "register/record.h"
#include "text/csv.h"
#include "text/json.h"
#include "text/number.h"

#include "base/banned.h"

enum { ARGUMENTS_MAX = 40, SAID_BYTES = 4096, FLUSH_BYTES = 1 << 20, FOLDER_DEPTH = 8 };

#define FOLDER_NAME ".tinhso-"

static const struct sandbox_limits limits = {
    .memory_bytes = (size_t)LIMIT_GEOFILE_MEMORY,
    .cpu_seconds = LIMIT_GEOFILE_SECONDS,
    .wall_seconds = LIMIT_GEOFILE_SECONDS,
};

static const char *const endings[] = {"ods", "gpkg", "shp.zip", "gml", "geojson", "json"};

static const char *ending_of(const char *path)
{
    struct str p = str_of(path);
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        struct str e = str_of(endings[i]);
        if (p.n > e.n + 1 && p.p[p.n - e.n - 1] == '.' && str_eq_ascii_nocase(str_slice(p.p + p.n - e.n, e.n), e))
            return endings[i];
    }
    return NULL;
}

bool geofile_is(const char *path)
{
    return ending_of(path) != NULL;
}

bool geofile_is_formula(struct str text)
{
    while (text.n && text.p[0] == '\'')
        text = str_slice(text.p + 1, text.n - 1);
    return str_starts(text, STR("of:="));
}

/* ---- the folder ---- */

/* What a confined program may have left: files, and folders of files. Links are not followed. */
static void remove_within(int parent, const char *name, int depth)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    if (!d) {
        if (fd >= 0)
            close(fd);
        return;
    }
    for (struct dirent *e; (e = readdir(d));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        if (unlinkat(dirfd(d), e->d_name, 0) == 0 || depth == 0)
            continue;
        remove_within(dirfd(d), e->d_name, depth - 1);
        unlinkat(dirfd(d), e->d_name, AT_REMOVEDIR);
    }
    closedir(d);
}

/* A process that was killed leaves its folder, with what people entrusted to it: whoever comes by later takes it away. None that is
 * at work is that old. */
static void remove_stale(const char *folder)
{
    struct stat mine, st;
    const char *slash = strrchr(folder, '/'), *name = slash ? slash + 1 : folder;
    char parent[4096];
    int n = snprintf(parent, sizeof parent, "%.*s", slash ? (int)(slash - folder + 1) : 2, slash ? folder : "./");
    DIR *d = n > 0 && (size_t)n < sizeof parent && stat(folder, &mine) == 0 ? opendir(parent) : NULL;
    for (struct dirent *e; d && (e = readdir(d));) {
        if (strlen(e->d_name) != strlen(name) || strncmp(e->d_name, FOLDER_NAME, strlen(FOLDER_NAME)) != 0 ||
            fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(st.st_mode) ||
            st.st_uid != mine.st_uid || st.st_mtime > mine.st_mtime - LIMIT_GEOFILE_STALE_SECONDS)
            continue;
        remove_within(dirfd(d), e->d_name, FOLDER_DEPTH);
        unlinkat(dirfd(d), e->d_name, AT_REMOVEDIR);
    }
    if (d)
        closedir(d);
}

enum err geofile_folder(struct arena *a, const char *path, const char **ret_folder, struct fault *f)
{
    const char *slash = strrchr(path, '/');
    int n = slash ? (int)(slash - path + 1) : 0;
    char *folder = arena_printf(a, "%.*s" FOLDER_NAME "XXXXXX", n, path);
    if (!mkdtemp(folder))
        return fault_errno(f, "create", folder);
    remove_stale(folder);
    *ret_folder = folder;
    return OK;
}

void geofile_folder_remove(const char *folder)
{
    remove_within(AT_FDCWD, folder, FOLDER_DEPTH);
    rmdir(folder);
}

/* ---- running ---- */

enum err geofile_convert(const char *const *arguments, const char *folder, struct fault *f)
{
    const char *argv[ARGUMENTS_MAX + 2] = {"ogr2ogr"};
    struct buf said CLEANUP(buf_done) = BUF_INIT(SAID_BYTES);
    size_t n = 1;
    for (; arguments[n - 1]; n++) {
        must(n <= ARGUMENTS_MAX);
        argv[n] = arguments[n - 1];
    }
    char resolved[4096]; /* the child starts in the folder: names relative to ours would be lost */
    if (!realpath(folder, resolved))
        return fault_errno(f, "open", folder);
    return sandbox_run(argv, NULL, resolved, &limits, &said, f);
}

/* ---- reading ---- */

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* A copy that nobody can change meanwhile; its digest where one is asked for. */
static enum err copy_in(const char *path, const char *copy, struct digest *ret_digest, struct fault *f)
{
    int in CLEANUP(close_fd) = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat st;
    if (in < 0 && errno == ENOENT)
        return FAULT(f, ERR_FILE_MISSING, {"path", str_of(path)});
    if (in < 0 || fstat(in, &st) != 0)
        return fault_errno(f, "open", path);
    if (!S_ISREG(st.st_mode))
        return FAULT(f, ERR_GEOFILE_FORMAT, {"path", str_of(path)});
    if (st.st_size > LIMIT_GEOFILE_BYTES)
        return FAULT(f, ERR_LIMIT, {"what", str_of(path)}, {"limit", STR("256 MiB")});
    int out CLEANUP(close_fd) = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (out < 0)
        return fault_errno(f, "create", copy);
    struct sha256 h;
    char piece[65536];
    enum err e = OK;
    sha256_init(&h);
    for (off_t left = LIMIT_GEOFILE_BYTES; e == OK;) {
        ssize_t got = read(in, piece, sizeof piece);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            break;
        if (got < 0)
            return fault_errno(f, "read", path);
        if ((left -= got) < 0) /* it grew */
            return FAULT(f, ERR_LIMIT, {"what", str_of(path)}, {"limit", STR("256 MiB")});
        e = file_write_all(out, str_slice(piece, (size_t)got), copy, f);
        sha256_add(&h, str_slice(piece, (size_t)got));
    }
    sha256_end(&h, e == OK ? ret_digest : NULL);
    return e;
}

/* A GML file's schema stands beside it under the same name: with it types are known, without it all is text. */
static enum err copy_schema_in(struct arena *a, const char *path, const char *folder, struct fault *f)
{
    const char *beside = arena_printf(a, "%.*s.xsd", (int)(strlen(path) - strlen(".gml")), path);
    struct stat st;
    if (lstat(beside, &st) != 0 || !S_ISREG(st.st_mode))
        return OK;
    return copy_in(beside, arena_printf(a, "%s/input.xsd", folder), NULL, f);
}

/* 2022/06/30 08:00:00+07 of GDAL's CSV becomes what the rest of the program reads. True when the cell was one. */
static bool date_rewrite(struct str cell, struct buf *out)
{
    static const char pattern[] = "dddd/dd/dd dd:dd:dd";
    if (cell.n < 10 || (cell.n > 10 && cell.n < 19))
        return false;
    size_t n = cell.n == 10 ? 10 : 19;
    for (size_t i = 0; i < n; i++)
        if (pattern[i] == 'd' ? cell.p[i] < '0' || cell.p[i] > '9' : cell.p[i] != pattern[i])
            return false;
    struct str rest = str_slice(cell.p + n, cell.n - n);
    buf_printf(out, "%.4s-%.2s-%.2s", cell.p, cell.p + 5, cell.p + 8);
    if (n == 10)
        return true;
    buf_printf(out, "T%.8s", cell.p + 11);
    size_t digits = 0;
    while (rest.n > digits && ((rest.p[digits] >= '0' && rest.p[digits] <= '9') || rest.p[digits] == '.'))
        digits++;
    buf_add(out, rest.p, digits);
    rest = str_slice(rest.p + digits, rest.n - digits);
    if (str_is(rest, "+00"))
        buf_putc(out, 'Z');
    else if (rest.n == 3)
        buf_printf(out, "%.3s:00", rest.p);
    else
        buf_str(out, rest);
    return true;
}

/* "(3:a,b,c)" of GDAL's CSV becomes "a|b|c"; items with a comma or a quote of their own stay as they are. */
static bool list_rewrite(struct str cell, struct buf *out)
{
    size_t i = 1;
    if (cell.n < 5 || cell.p[0] != '(' || cell.p[cell.n - 1] != ')')
        return false;
    size_t expected = 0, items = 1;
    for (; i < cell.n && cell.p[i] >= '0' && cell.p[i] <= '9' && i < 8; i++)
        expected = expected * 10 + (size_t)(cell.p[i] - '0');
    if (i == 1 || cell.p[i] != ':')
        return false;
    struct str list = str_slice(cell.p + i + 1, cell.n - i - 2);
    for (size_t k = 0; k < list.n; k++)
        items += list.p[k] == ',';
    if (items != expected)
        return false;
    for (struct str rest = list, item; rest.p;) {
        item = str_cut(rest, ',', &rest);
        array_item_write(item, out);
        buf_puts(out, rest.p ? "|" : "");
    }
    return true;
}

/* `[ "a", "b" ]`, as GDAL writes a list of GeoJSON, becomes "a|b" too. */
static bool json_list_rewrite(struct arena *a, struct str cell, struct buf *out)
{
    struct json *list;
    if (cell.n < 2 || cell.p[0] != '[' || cell.p[cell.n - 1] != ']' ||
        json_parse(a, cell, (struct str){NULL, 0}, &list, NULL) != OK || list->n == 0)
        return false;
    for (size_t i = 0; i < list->n; i++) {
        const struct json *item = &list->items[i];
        if (item->kind != J_STRING && item->kind != J_NUMBER)
            return false;
    }
    for (size_t i = 0; i < list->n; i++) {
        if (i)
            buf_putc(out, '|');
        array_item_write(list->items[i].string, out);
    }
    return true;
}

/* What the layer says of a column, as GDAL tells it beside the CSV; a text is never taken for anything else. */
enum column_type { COLUMN_TEXT, COLUMN_NUMBER, COLUMN_DATE, COLUMN_LIST };

struct rewriting {
    struct arena *a, *row;
    const char *path;
    int fd;
    struct buf out, cell;
    enum column_type *types;
    size_t n_types;
    bool is_ods, is_first_geometry;
    bool *ret_has_geometry;
};

/* "WKT,String(19),Real(8.2),Integer64,DateTime,StringList" */
static enum err read_types(struct rewriting *w, const char *path, struct fault *f)
{
    struct str text;
    enum err e = file_read(w->a, path, LIMIT_TEXT_BYTES, &text, f);
    if (e != OK)
        return e;
    w->types = ARENA_ARRAY(w->a, enum column_type, LIMIT_CSV_COLUMNS);
    for (struct str rest = str_trim(text), type; rest.p && w->n_types < LIMIT_CSV_COLUMNS;) {
        type = str_trim(str_cut(rest, ',', &rest));
        struct str size, name = str_cut(type, '(', &size);
        w->is_first_geometry |= w->n_types == 0 && str_is(name, "WKT");
        w->types[w->n_types++] = name.n > 4 && str_is(str_slice(name.p + name.n - 4, 4), "List") ? COLUMN_LIST
                                 : str_is(name, "Real")                                          ? COLUMN_NUMBER
                                 : str_is(name, "Date") || str_is(name, "DateTime")              ? COLUMN_DATE
                                                                                                 : COLUMN_TEXT;
    }
    return OK;
}

static bool number_rewrite(struct str cell, struct buf *out)
{
    double x;
    if (number_parse(cell, &x, NULL) != OK)
        return false;
    number_csv(x, out);
    return true;
}

static struct str cell_rewrite(struct rewriting *w, size_t i, struct str cell)
{
    bool is_other = false;
    buf_reset(&w->cell);
    switch (i < w->n_types ? w->types[i] : COLUMN_TEXT) {
    case COLUMN_TEXT:
        break;
    case COLUMN_NUMBER:
        is_other = number_rewrite(cell, &w->cell);
        break;
    case COLUMN_DATE:
        is_other = date_rewrite(cell, &w->cell);
        break;
    case COLUMN_LIST:
        is_other = list_rewrite(cell, &w->cell) || json_list_rewrite(w->row, cell, &w->cell);
        break;
    }
    return is_other ? buf_view(&w->cell) : cell;
}

static void rewrite_row(struct rewriting *w, const struct str *cells, size_t n)
{
    arena_reset(w->row);
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_putc(&w->out, ',');
        struct str text = cell_rewrite(w, i, cells[i]); /* import unguards every CSV: what bears a guard needs none */
        (w->is_ods && geofile_is_formula(text) ? csv_cell : csv_cell_guarded)(&w->out, text, ',');
    }
    buf_puts(&w->out, "\r\n");
}

static enum err rewrite_flush(struct rewriting *w, bool is_last, struct fault *f)
{
    if (w->out.is_full)
        return FAULT(f, ERR_LIMIT, {"what", str_of(w->path)}, {"limit", STR("256 MiB")});
    if (w->out.n < FLUSH_BYTES && !is_last)
        return OK;
    enum err e = file_write_all(w->fd, buf_view(&w->out), w->path, f);
    buf_reset(&w->out);
    return e;
}

static enum err rewrite_rows(struct rewriting *w, struct csv *csv, struct fault *f)
{
    struct str *cells;
    size_t n;
    bool is_end = false, has_geometry = false;
    enum err e = csv_next(csv, &cells, &n, &is_end, f);
    if (e != OK || is_end)
        return e;
    has_geometry = w->is_first_geometry;
    for (size_t i = 0; i < n; i++) { /* AS_WKT puts the geometry first and calls it after the layer's own column */
        buf_puts(&w->out, i ? "," : "");
        csv_cell(&w->out, i == 0 && has_geometry ? STR("WKT") : cells[i], ',');
    }
    buf_puts(&w->out, "\r\n");
    *w->ret_has_geometry = has_geometry;
    while ((e = csv_next(csv, &cells, &n, &is_end, f)) == OK && !is_end) {
        rewrite_row(w, cells, n);
        if ((e = rewrite_flush(w, false, f)) != OK)
            return e;
    }
    return e == OK ? rewrite_flush(w, true, f) : e;
}

static enum err rewrite(struct arena *a, const char *from, const char *to, bool is_ods, bool *ret_has_geometry,
                        struct fault *f)
{
    struct arena *cells CLEANUP(arena_freep) = arena_new(), *whole CLEANUP(arena_freep) = arena_new();
    struct arena *row CLEANUP(arena_freep) = arena_new();
    struct str text;
    struct csv csv;
    enum err e = file_read(whole, from, LIMIT_GEOFILE_BYTES, &text, f);
    if (e != OK)
        return e;
    int fd CLEANUP(close_fd) = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return fault_errno(f, "create", to);
    struct rewriting w = {.a = a, .row = row, .path = to, .fd = fd, .is_ods = is_ods};
    w.ret_has_geometry = ret_has_geometry;
    w.out = BUF_INIT(LIMIT_GEOFILE_BYTES);
    w.cell = BUF_INIT(LIMIT_TEXT_BYTES * 2);
    csv_init(&csv, cells, text, ',');
    e = read_types(&w, arena_printf(a, "%st", from), f); /* layer.csvt beside layer.csv */
    if (e == OK)
        e = rewrite_rows(&w, &csv, f);
    buf_done(&w.out);
    buf_done(&w.cell);
    return e;
}

/* Several layers become several files: the names of them all, for the person to choose. */
static enum err only_layer(struct arena *a, const char *folder, const char **ret_path, struct fault *f)
{
    const char **names;
    size_t n;
    enum err e = folder_list(a, folder, ".csv", &names, &n, f);
    if (e != OK)
        return e;
    if (n == 1) {
        *ret_path = arena_printf(a, "%s/%s", folder, names[0]);
        return OK;
    }
    struct buf b CLEANUP(buf_done) = BUF_INIT(FAULT_TEXT / 2);
    for (size_t i = 0; i < n; i++)
        buf_printf(&b, "%s%.*s", i ? ", " : "", (int)(strlen(names[i]) - 4), names[i]);
    return FAULT(f, ERR_GEOFILE_LAYER, {"layers", buf_view(&b)});
}

enum err geofile_to_csv(struct arena *a, const char *path, const char *folder, struct str layer, struct str crs,
                        struct geofile_table *ret_table, struct fault *f)
{
    const char *ending = ending_of(path);
    if (!ending)
        return FAULT(f, ERR_GEOFILE_FORMAT, {"path", str_of(path)});
    if (str_starts(layer, STR("-"))) /* ogr2ogr would take it for an option */
        return FAULT(f, ERR_GEOFILE_LAYER, {"layers", layer});
    const char *input = arena_printf(a, "input.%s", ending), *raw = arena_printf(a, "%s/raw", folder);
    struct geofile_table t = {.path = arena_printf(a, "%s/out.csv", folder)};
    enum err e = copy_in(path, arena_printf(a, "%s/%s", folder, input), &t.digest, f);
    if (e == OK && strcmp(ending, "gml") == 0)
        e = copy_schema_in(a, path, folder, f);
    if (e != OK)
        return e;
    /* Types as the file declares them (a sheet by its cells, GML by its schema): no guessing, which would lose zeros; and every digit
     * of a coordinate. */
    static const char *const fixed[] = {"-f",
                                        "CSV",
                                        "raw",
                                        "-lco",
                                        "GEOMETRY=AS_WKT",
                                        "-lco",
                                        "SEPARATOR=COMMA",
                                        "-lco",
                                        "CREATE_CSVT=YES",
                                        "--config",
                                        "OGR_WKT_PRECISION",
                                        "17",
                                        "--config",
                                        "OGR_ODS_HEADERS",
                                        "FORCE",
                                        "--config",
                                        "GML_FIELDTYPES",
                                        "ALWAYS_STRING"};
    const char *arguments[ARGUMENTS_MAX];
    size_t n = 0;
    for (; n < ARRAY_LEN(fixed); n++)
        arguments[n] = fixed[n];
    arguments[n++] = input;
    if (strcmp(ending, "gml") == 0)
        arguments[n++] = "-oo", arguments[n++] = "EXPOSE_GML_ID=NO";
    if (crs.n && strcmp(ending, "ods") != 0)
        arguments[n++] = "-t_srs", arguments[n++] = arena_dup(a, crs.p, crs.n);
    if (layer.n)
        arguments[n++] = arena_dup(a, layer.p, layer.n);
    arguments[n] = NULL;
    const char *made;
    e = geofile_convert(arguments, folder, f);
    if (e == OK)
        e = only_layer(a, raw, &made, f);
    if (e == OK)
        e = rewrite(a, made, t.path, strcmp(ending, "ods") == 0, &t.has_geometry, f);
    if (e == OK)
        *ret_table = t;
    return e;
}
