#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "cli/new_files.h"
#include "cli/show.h"
#include "text/vn.h"

#include "base/banned.h"

/* Nothing that somebody wrote is ever overwritten, hidden files included. */
static enum err check_empty(struct cli *c, const char *folder)
{
    DIR *d = opendir(folder);
    if (!d && errno == ENOENT)
        return OK;
    if (!d)
        return fault_errno(&c->fault, "open", folder);
    bool is_empty = true;
    for (struct dirent *entry; (entry = readdir(d)) != NULL;)
        is_empty &= strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    closedir(d);
    return is_empty ? OK : FAULT(&c->fault, ERR_FOLDER_FULL, {"path", str_of(folder)});
}

/* “province/Tỉnh Mới/” → tinh-moi */
static struct str id_of(struct cli *c, struct str folder)
{
    while (folder.n > 1 && folder.p[folder.n - 1] == '/')
        folder.n--;
    const char *slash = memrchr(folder.p, '/', folder.n);
    struct str name = slash ? str_slice(slash + 1, folder.n - (size_t)(slash + 1 - folder.p)) : folder;
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES);
    text_fold_words(name, &b);
    char *id = arena_dup(c->arena, b.n ? b.p : "", b.n);
    size_t n = 0;
    for (size_t i = 0; i < b.n && n < 60; i++) {
        bool is_word = (id[i] >= 'a' && id[i] <= 'z') || (id[i] >= '0' && id[i] <= '9');
        if (is_word)
            id[n++] = id[i];
        else if (n && id[n - 1] != '-')
            id[n++] = '-';
    }
    while (n && id[n - 1] == '-')
        n--;
    bool is_id = n && id[0] >= 'a' && id[0] <= 'z';
    return is_id ? str_slice(id, n) : STR("province");
}

static void put_text(struct buf *b, struct str text, struct str id, struct str folder)
{
    while (text.n) {
        if (str_starts(text, STR("@ID@"))) {
            buf_str(b, id);
            text = str_slice(text.p + 4, text.n - 4);
        } else if (str_starts(text, STR("@FOLDER@"))) {
            buf_str(b, folder);
            text = str_slice(text.p + 8, text.n - 8);
        } else {
            buf_putc(b, text.p[0]);
            text = str_slice(text.p + 1, text.n - 1);
        }
    }
}

static enum err write_file(struct cli *c, const char *folder, struct str id, const struct new_file *file)
{
    const char *path = arena_printf(c->arena, "%s/%s", folder, file->path);
    const char *slash = strrchr(path, '/');
    enum err e = folder_make(arena_dup(c->arena, path, (size_t)(slash - path)), &c->fault);
    if (e != OK)
        return e;
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_YAML_BYTES);
    put_text(&b, str_slice(file->text, file->n), id, str_of(folder));
    return file_write_atomic(path, buf_view(&b), 0644, &c->fault);
}

static enum err new_run(struct cli *c)
{
    const char *folder = c->args.words.p[0];
    struct str id = id_of(c, str_of(folder));
    enum err e = check_empty(c, folder);
    for (size_t i = 0; i < n_new_files && e == OK; i++)
        e = write_file(c, folder, id, &new_files[i]);
    if (e != OK)
        return e;
    buf_printf(&c->out, T(c, "Đã tạo tỉnh “%.*s” trong %s. Tiếp theo:\n", "The province “%.*s” is in %s. Next:\n"),
               STR_ARG(id), folder);
    const char *word = shell_word(c, folder);
    buf_printf(&c->out, "  %s check %s\n  %s load %s\n  %s report overview --db var/%.*s.db\n", c->program, word,
               c->program, word, c->program, STR_ARG(id));
    return OK;
}

static const char *const examples[] = {"new province/NAME", NULL};

const struct command command_new = {
    .name = "new",
    .words = "FOLDER",
    .min_words = 1,
    .max_words = 1,
    .title = {"viết một tỉnh mẫu có chú thích để bắt đầu", "writes a commented starting province"},
    .more = {"Thư mục phải chưa có hoặc còn trống. Tỉnh mẫu qua được tinhso check và nạp được ngay.",
             "The folder must be new or empty. What is written passes tinhso check and loads as it is."},
    .examples = examples,
    .run = new_run,
};
