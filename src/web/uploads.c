#include "web/uploads.h"

#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "text/json.h"

#include "base/banned.h"

enum { NAME_BYTES = 16 };

static const char *const endings[] = {"xlsx", "csv", "tsv", "txt", "ods", "geojson", "json", "gpkg", "gml", "shp.zip"};

/* "var/x.uploads" */
static const char *folder_of(struct exchange *x)
{
    const struct worker *w = x->worker;
    struct str path = str_of(w->site->db_path);
    if (str_ends(path, STR(".db")))
        path.n -= 3;
    return arena_printf(x->arena, "%.*s.uploads", STR_ARG(path));
}

static const char *ending_of(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        struct str e = str_of(endings[i]);
        if (name.n > e.n + 1 && name.p[name.n - e.n - 1] == '.' &&
            str_eq_ascii_nocase(str_slice(name.p + name.n - e.n, e.n), e))
            return endings[i];
    }
    return NULL;
}

static bool is_token(struct str token)
{
    bool is_fine = token.n == (size_t)NAME_BYTES * 2;
    for (size_t i = 0; is_fine && i < token.n; i++)
        is_fine = (token.p[i] >= '0' && token.p[i] <= '9') || (token.p[i] >= 'a' && token.p[i] <= 'f');
    return is_fine;
}

static struct str text_of(const struct json *root, const char *name)
{
    const struct json *v = json_get(root, name);
    return v && v->kind == J_STRING ? v->string : (struct str){NULL, 0};
}

static bool is_note_of(struct arena *a, const char *path, struct str actor)
{
    struct str text;
    struct json *root;
    return str_ends(str_of(path), STR(".note")) && file_read(a, path, LIMIT_TEXT_BYTES, &text, NULL) == OK &&
           json_parse(a, text, STR(""), &root, NULL) == OK && root->kind == J_OBJECT &&
           str_eq(text_of(root, "actor"), actor);
}

/* Takes away what nobody came back for, and judges whether there is room for one more. */
static enum err make_room(struct exchange *x, const char *folder, struct str actor, struct fault *f)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const char **names;
    size_t n, kept = 0, own = 0;
    enum err e = folder_list(a, folder, "", &names, &n, f);
    for (size_t i = 0; e == OK && i < n; i++) {
        const char *path = arena_printf(a, "%s/%s", folder, names[i]);
        struct stat st;
        bool is_old = lstat(path, &st) == 0 && (int64_t)st.st_mtim.tv_sec * 1000 + LIMIT_UPLOAD_MS < clock_now_ms();
        if (is_old)
            unlink(path);
        kept += !is_old;
        own += !is_old && is_note_of(a, path, actor);
    }
    if (e == OK && own >= LIMIT_UPLOADS_OWN)
        e = FAULT(f, ERR_UPLOADS_OWN, {"limit", str_of(arena_printf(x->arena, "%d", LIMIT_UPLOADS_OWN))});
    return e == OK && kept >= LIMIT_UPLOADS_KEPT ? FAULT(f, ERR_UPLOADS_FULL) : e;
}

static void set_paths(struct exchange *x, struct kept_upload *u, const char *ending)
{
    const char *folder = folder_of(x);
    u->path = arena_printf(x->arena, "%s/%.*s.%s", folder, STR_ARG(u->token), ending);
    u->note_path = arena_printf(x->arena, "%s/%.*s.note", folder, STR_ARG(u->token));
}

enum err uploads_note(struct exchange *x, const struct kept_upload *u, struct fault *f)
{
    (void)x;
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    struct json_out o;
    json_out_init(&o, &b, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_member(&o, "register", u->reg);
    json_member(&o, "actor", u->actor);
    json_member(&o, "name", u->name);
    json_member(&o, "mode", u->mode);
    json_member(&o, "map", u->map);
    json_object_end(&o);
    return file_write_atomic(u->note_path, buf_view(&b), 0600, f);
}

enum err uploads_add(struct exchange *x, const struct upload *up, struct str reg, struct str actor,
                     struct kept_upload *ret_upload, struct fault *f)
{
    struct kept_upload u = {.reg = reg, .actor = actor, .name = up->name};
    unsigned char bytes[NAME_BYTES];
    struct buf hex = BUF_INIT(NAME_BYTES * 2);
    const char *folder = folder_of(x), *ending = ending_of(up->name);
    if (!ending)
        return FAULT(f, ERR_UPLOAD_KIND, {"name", up->name});
    if (mkdir(folder, 0700) != 0 && !file_exists(folder))
        return fault_errno(f, "mkdir", folder);
    enum err e = make_room(x, folder, actor, f);
    if (e != OK)
        return e;
    must(getrandom(bytes, sizeof bytes, 0) == sizeof bytes);
    buf_hex(&hex, bytes, sizeof bytes);
    u.token = buf_move(&hex, x->arena);
    set_paths(x, &u, ending);
    e = file_write_new(u.path, up->content, 0600, f);
    if (e == OK)
        e = uploads_note(x, &u, f);
    if (e == OK)
        *ret_upload = u;
    return e;
}

enum err uploads_find(struct exchange *x, struct str token, struct str reg, struct str actor,
                      struct kept_upload *ret_upload, struct fault *f)
{
    struct kept_upload u = {.token = token};
    struct str text;
    struct json *root;
    if (!is_token(token))
        return FAULT(f, ERR_UPLOAD_GONE);
    set_paths(x, &u, "note");
    if (file_read(x->arena, u.note_path, LIMIT_TEXT_BYTES, &text, NULL) != OK ||
        json_parse(x->arena, text, STR(""), &root, NULL) != OK || root->kind != J_OBJECT)
        return FAULT(f, ERR_UPLOAD_GONE);
    u.reg = text_of(root, "register");
    u.actor = text_of(root, "actor");
    u.name = text_of(root, "name");
    u.mode = text_of(root, "mode");
    u.map = text_of(root, "map");
    const char *ending = ending_of(u.name);
    if (!ending || !str_eq(u.reg, reg) || !str_eq(u.actor, actor)) /* somebody else's is not there */
        return FAULT(f, ERR_UPLOAD_GONE);
    set_paths(x, &u, ending);
    if (!file_exists(u.path))
        return FAULT(f, ERR_UPLOAD_GONE);
    *ret_upload = u;
    return OK;
}

void uploads_remove(const struct kept_upload *u)
{
    unlink(u->path);
    unlink(u->note_path);
}
