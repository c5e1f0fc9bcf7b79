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
#include "text/csv.h"
#include "text/json.h"

#include "base/banned.h"

enum { ARGUMENTS_MAX = 40, SAID_BYTES = 4096, FLUSH_BYTES = 1 << 20 };

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

/* ---- the folder ---- */

enum err geofile_folder(struct arena *a, const char *path, const char **ret_folder, struct fault *f)
{
    const char *slash = strrchr(path, '/');
    int n = slash ? (int)(slash - path + 1) : 0;
    char *folder = arena_printf(a, "%.*s.tinhso-XXXXXX", n, path);
    if (!mkdtemp(folder))
        return fault_errno(f, "create", folder);
    *ret_folder = folder;
    return OK;
}

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

void geofile_folder_remove(const char *folder)
{
    remove_within(AT_FDCWD, folder, 8);
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

/* A copy that nobody can change meanwhile. */
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
        if (got < 0 || (left -= got) < 0 || write(out, piece, (size_t)got) != got)
            e = fault_errno(f, "copy", path);
        else
            sha256_add(&h, str_slice(piece, (size_t)got));
    }
    sha256_end(&h, e == OK ? ret_digest : NULL);
    return e;
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
    if (items != expected || memchr(list.p, '|', list.n))
        return false;
    for (size_t k = 0; k < list.n; k++)
        buf_putc(out, list.p[k] == ',' ? '|' : list.p[k]);
    return true;
}

/* `[ "a", "b" ]`, as GDAL writes a list of GeoJSON, becomes "a|b" too; an item with a bar of its own keeps the whole as it is. */
static bool json_list_rewrite(struct arena *a, struct str cell, struct buf *out)
{
    struct json *list;
    if (cell.n < 2 || cell.p[0] != '[' || cell.p[cell.n - 1] != ']' ||
        json_parse(a, cell, (struct str){NULL, 0}, &list, NULL) != OK || list->n == 0)
        return false;
    for (size_t i = 0; i < list->n; i++) {
        const struct json *item = &list->items[i];
        if ((item->kind != J_STRING && item->kind != J_NUMBER) ||
            (item->string.n && memchr(item->string.p, '|', item->string.n)))
            return false;
    }
    for (size_t i = 0; i < list->n; i++) {
        if (i)
            buf_putc(out, '|');
        buf_str(out, list->items[i].string);
    }
    return true;
}

struct rewriting {
    struct arena *a;
    const char *path;
    int fd;
    struct buf out, cell;
    bool is_header;
    bool *ret_has_geometry;
};

static void rewrite_row(struct rewriting *w, const struct str *cells, size_t n)
{
    /* AS_WKT puts the geometry first and calls it after the layer's own column, or WKT. */
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_putc(&w->out, ',');
        buf_reset(&w->cell);
        struct str text = cells[i];
        if (!w->is_header &&
            (date_rewrite(text, &w->cell) || list_rewrite(text, &w->cell) || json_list_rewrite(w->a, text, &w->cell)))
            text = buf_view(&w->cell);
        csv_cell(&w->out, text, ',');
    }
    buf_puts(&w->out, "\r\n");
}

static enum err rewrite_flush(struct rewriting *w, bool is_last, struct fault *f)
{
    if (w->out.is_full)
        return FAULT(f, ERR_LIMIT, {"what", str_of(w->path)}, {"limit", STR("256 MiB")});
    if (w->out.n < FLUSH_BYTES && !is_last)
        return OK;
    for (size_t done = 0; done < w->out.n;) {
        ssize_t put = write(w->fd, w->out.p + done, w->out.n - done);
        if (put < 0 && errno != EINTR)
            return fault_errno(f, "write", w->path);
        done += put > 0 ? (size_t)put : 0;
    }
    buf_reset(&w->out);
    return OK;
}

static enum err rewrite_rows(struct rewriting *w, struct csv *csv, struct fault *f)
{
    struct str *cells;
    size_t n;
    bool is_end = false;
    enum err e = OK;
    for (w->is_header = true; e == OK; w->is_header = false) {
        if ((e = csv_next(csv, &cells, &n, &is_end, f)) != OK || is_end)
            break;
        if (w->is_header && n && (str_is(cells[0], "WKT") || str_is(cells[0], "_wkt"))) {
            *w->ret_has_geometry = true;
            cells[0] = STR("WKT");
        }
        rewrite_row(w, cells, n);
        e = rewrite_flush(w, false, f);
    }
    return e == OK ? rewrite_flush(w, true, f) : e;
}

static enum err rewrite(struct arena *a, const char *from, const char *to, bool *ret_has_geometry, struct fault *f)
{
    struct arena *cells CLEANUP(arena_freep) = arena_new(), *whole CLEANUP(arena_freep) = arena_new();
    struct str text;
    struct csv csv;
    enum err e = file_read(whole, from, LIMIT_GEOFILE_BYTES, &text, f);
    if (e != OK)
        return e;
    int fd CLEANUP(close_fd) = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return fault_errno(f, "create", to);
    struct rewriting w = {.a = a, .path = to, .fd = fd, .out = BUF_INIT(LIMIT_GEOFILE_BYTES), .cell = BUF_INIT(4096)};
    w.ret_has_geometry = ret_has_geometry;
    csv_init(&csv, cells, text, ',');
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
    if (e != OK)
        return e;
    /* Values as the file has them: no guessing of types, which would lose zeros, and every digit of a coordinate. */
    static const char *const fixed[] = {"-f",
                                        "CSV",
                                        "raw",
                                        "-lco",
                                        "GEOMETRY=AS_WKT",
                                        "-lco",
                                        "SEPARATOR=COMMA",
                                        "--config",
                                        "OGR_WKT_PRECISION",
                                        "17",
                                        "--config",
                                        "OGR_ODS_FIELD_TYPES",
                                        "STRING",
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
        e = rewrite(a, made, t.path, &t.has_geometry, f);
    if (e == OK)
        *ret_table = t;
    return e;
}
