#include "cli/secret.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"

#include "base/banned.h"

enum { SECRET_BYTES = 4096 };

static enum err from_file(struct cli *c, const char *path, enum seal_kind kind, struct seal_secret *ret,
                          struct fault *f)
{
    struct stat st;
    struct str text;
    if (stat(path, &st) == 0 && (st.st_mode & (S_IRWXG | S_IRWXO)))
        return FAULT(f, ERR_SECRET_MODE, {"path", str_of(path)});
    enum err e = file_read(c->arena, path, SECRET_BYTES, &text, f);
    if (e != OK)
        return e;
    if (kind == SEAL_PASSPHRASE)
        for (size_t i = 0; i < text.n; i++)
            if (text.p[i] == '\n' || text.p[i] == '\r')
                text.n = i;
    *ret = (struct seal_secret){kind, text};
    return OK;
}

/* A line of the terminal that is not shown. */
static bool type_line(struct cli *c, int tty, const char *prompt, char *ret, size_t cap, size_t *ret_n)
{
    struct termios shown, hidden;
    ssize_t n = -1;
    if (tcgetattr(tty, &shown) != 0)
        return false;
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    cli_note(c, "%s", prompt);
    if (tcsetattr(tty, TCSAFLUSH, &hidden) == 0)
        n = read(tty, ret, cap);
    tcsetattr(tty, TCSAFLUSH, &shown);
    cli_note(c, "\n");
    if (n <= 0 || ret[n - 1] != '\n')
        return false;
    *ret_n = (size_t)n - 1;
    return true;
}

static enum err from_terminal(struct cli *c, bool is_new, struct seal_secret *ret, struct fault *f)
{
    int tty CLEANUP(fd_close) = open("/dev/tty", O_RDWR | O_CLOEXEC);
    char *first = arena_zalloc(c->arena, SECRET_BYTES), again[SECRET_BYTES];
    size_t n = 0, n_again = 0;
    if (tty < 0 ||
        !type_line(c, tty, T(c, "Mật khẩu của bản sao lưu: ", "Passphrase of the backup: "), first, SECRET_BYTES, &n))
        return FAULT(f, ERR_SECRET_NONE);
    if (is_new) {
        bool is_same = type_line(c, tty, T(c, "Gõ lại: ", "Once more: "), again, sizeof again, &n_again) &&
                       n == n_again && memcmp(first, again, n) == 0;
        secret_wipe(again, sizeof again);
        if (!is_same)
            return FAULT(f, ERR_SECRET_TWICE);
    }
    *ret = (struct seal_secret){SEAL_PASSPHRASE, str_slice(first, n)};
    return OK;
}

enum err secret_read(struct cli *c, bool is_new, struct seal_secret *ret_secret, struct fault *f)
{
    const char *passphrase = args_value(&c->args, "passphrase-file"), *key = args_value(&c->args, "key-file");
    if (passphrase && key)
        return FAULT(f, ERR_OPTION_TOGETHER, {"options", STR("--passphrase-file, --key-file")});
    if (passphrase)
        return from_file(c, passphrase, SEAL_PASSPHRASE, ret_secret, f);
    return key ? from_file(c, key, SEAL_KEY, ret_secret, f) : from_terminal(c, is_new, ret_secret, f);
}

enum err secret_key_read(struct cli *c, const char *path, struct seal_secret *ret_secret, struct fault *f)
{
    enum err e = from_file(c, path, SEAL_KEY, ret_secret, f);
    if (e == OK && ret_secret->bytes.n < SEAL_KEY_MIN)
        e = FAULT(f, ERR_SEAL_WEAK, {"min", STR("32")});
    return e;
}

enum err secret_line_read(struct cli *c, const char *path, struct str *ret_line, struct fault *f)
{
    struct seal_secret line;
    enum err e = from_file(c, path, SEAL_PASSPHRASE, &line, f);
    if (e == OK)
        *ret_line = str_trim(line.bytes);
    return e;
}

void secret_done(struct seal_secret *secret)
{
    if (secret->bytes.p)
        secret_wipe((char *)secret->bytes.p, secret->bytes.n);
    *secret = (struct seal_secret){0};
}
