/* tinhso serve: the portal and the open interfaces over HTTP. */
#include <signal.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "access/account.h"
#include "base/clock.h"
#include "base/confine.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "cli/folder.h"
#include "cli/portal.h"
#include "cli/secret.h"
#include "text/ident.h"
#include "crypt/cms.h"
#include "web/node_site.h"
#include "web/portal_site.h"
#include "web/provider.h"
#include "register/file_check.h"
#include "web/site.h"

#include "base/banned.h"

enum { KEY_BYTES = 1024, MIN_KEY_BYTES = 16 };

static _Atomic int is_stopped; /* free of locks: a signal may come on any thread */

static void on_signal(int number)
{
    (void)number;
    is_stopped = 1;
}

static void stop_on_signal(void)
{
    struct sigaction action = {.sa_handler = on_signal}, ignore = {.sa_handler = SIG_IGN};
    sigemptyset(&action.sa_mask);
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
}

/* A connection is a descriptor; systems give 1,024 at first. */
static void allow_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static enum err open_log(struct cli *c, int *ret_fd)
{
    const char *path = args_value(&c->args, "access-log");
    *ret_fd = -1;
    if (!path)
        return OK;
    if (strcmp(path, "-") == 0) {
        *ret_fd = STDERR_FILENO;
        return OK;
    }
    *ret_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    return *ret_fd >= 0 ? OK
                        : FAULT(&c->fault, ERR_SYSTEM, {"path", str_of(path)}, {"action", STR("open")},
                                {"reason", str_of(strerror(errno))});
}

/* It stands before every link, in JSON, XML and HTML: of characters that mean nothing in any of them. */
static enum err read_public_url(struct cli *c, struct str *ret_url)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/[]%";
    struct str url = cli_option(c, "public-url");
    size_t scheme = str_starts(url, STR("https://")) ? 8 : str_starts(url, STR("http://")) ? 7 : url.n;
    bool is_plain = url.n == 0 || (url.n > scheme && url.p[scheme] != '/');
    for (size_t i = 0; i < url.n; i++)
        is_plain &= memchr(plain, url.p[i], sizeof plain - 1) != NULL;
    *ret_url = url;
    return is_plain ? OK
                    : FAULT(&c->fault, ERR_OPTION_CHOICE, {"option", STR("public-url")},
                            {"choices", STR("https://HOST[:PORT]")}, {"value", url});
}

static enum err read_key(struct cli *c, struct str *ret_key)
{
    const char *path = args_value(&c->args, "operator-key-file");
    *ret_key = STR("");
    if (!path)
        return OK;
    enum err e = file_read(c->arena, path, KEY_BYTES, ret_key, &c->fault);
    *ret_key = str_trim(*ret_key);
    if (e == OK && ret_key->n < MIN_KEY_BYTES)
        e = FAULT(&c->fault, ERR_HTTP_KEY_SHORT, {"path", str_of(path)}, {"min", STR("16")});
    return e;
}

/* What looks at files of applicants, and where they pay. */
static enum err read_applying(struct cli *c, struct site *site)
{
    const char *key = args_value(&c->args, "payment-key-file"), *check = args_value(&c->args, "virus-check");
    struct str url = cli_option(c, "payment-url"), text;
    site->virus_check = check && *check ? check : NULL;
    if (!key != !url.n)
        return FAULT(&c->fault, ERR_OPTION_NEEDS, {"option", key ? STR("payment-key-file") : STR("payment-url")},
                     {"needs", key ? STR("--payment-url") : STR("--payment-key-file")});
    enum err e = key ? file_read(c->arena, key, KEY_BYTES, &text, &c->fault) : OK;
    if (e != OK || !key)
        return e;
    if ((e = url_check(url, &c->fault)) != OK)
        return e;
    site->payment_url = url;
    site->payment_key = str_trim(text);
    char least[16];
    snprintf(least, sizeof least, "%d", MIN_KEY_BYTES);
    return site->payment_key.n < MIN_KEY_BYTES
               ? FAULT(&c->fault, ERR_HTTP_KEY_SHORT, {"path", str_of(key)}, {"min", str_of(least)})
               : OK;
}

/* What results are signed by. */
static enum err read_seal(struct cli *c, struct site *site)
{
    const char *cert = args_value(&c->args, "seal-cert"), *key = args_value(&c->args, "seal-key");
    const char *password = args_value(&c->args, "seal-password-file");
    struct cms_signer *signer = NULL;
    struct str secret = STR("");
    if (!cert)
        return OK;
    enum err e = password ? file_read(c->arena, password, KEY_BYTES, &secret, &c->fault) : OK;
    if (e == OK)
        e = cms_signer_read(c->arena, cert, key, str_trim(secret), &signer, &c->fault);
    site->seal = signer;
    return e;
}

/* The provider of accounts elsewhere, with its secret, which lies beside the declaration. */
static enum err read_provider(struct cli *c, struct site *site)
{
    const char *path = args_value(&c->args, "sign-in-provider"), *slash = path ? strrchr(path, '/') : NULL;
    struct str text;
    struct oidc_provider p;
    if (!path)
        return OK;
    enum err e = file_read(c->arena, path, LIMIT_YAML_BYTES, &text, &c->fault);
    if (e == OK)
        e = oidc_provider_read(c->arena, text, str_of(path), &p, &c->faults);
    if (e == OK && p.secret_file.n) {
        const char *secret =
            arena_printf(c->arena, "%.*s%.*s", slash ? (int)(slash + 1 - path) : 0, path, STR_ARG(p.secret_file));
        e = file_read(c->arena, secret, KEY_BYTES, &p.secret, &c->fault);
        p.secret = str_trim(p.secret);
    }
    if (e == OK)
        site->provider = provider_cache_new(&p);
    return e;
}

/* Backups may be made in the browser when the server was given a folder for them and the key that seals them. */
static enum err read_backup(struct cli *c, struct site *site)
{
    const char *folder = args_value(&c->args, "backup-folder"), *key = args_value(&c->args, "backup-key-file");
    if (!folder && !key)
        return OK;
    if (!folder || !key)
        return FAULT(&c->fault, ERR_OPTION_NEEDS, {"option", folder ? STR("backup-folder") : STR("backup-key-file")},
                     {"needs", folder ? STR("--backup-key-file") : STR("--backup-folder")});
    char *real = realpath(folder, NULL);
    if (!real)
        return fault_errno(&c->fault, "open", folder);
    site->backup_folder = arena_strdup(c->arena, real);
    free(real);
    return secret_key_read(c, key, &site->backup_secret, &c->fault);
}

static enum err print_routes(struct cli *c)
{
    struct json_out o;
    json_out_init(&o, &c->out, JSON_OUT_COMPACT);
    http_routes_json(site_routes, &o);
    buf_putc(&c->out, '\n');
    return OK;
}

/* Without accounts nobody could make one: the link for the first administrator is told to whoever starts the server. There is no password to begin with. */
static enum err welcome_first(struct cli *c, const struct http_options *o, struct str address)
{
    struct access *a CLEANUP(access_freep) = NULL;
    const struct site *site = o->context;
    struct token link;
    int64_t n = 0;
    enum err e = access_open(site->db_path, &a, &c->fault);
    if (e == OK)
        e = account_count(a, &n, &c->fault);
    if (e != OK || n)
        return e;
    e = access_begin(a, &c->fault);
    if (e == OK)
        e = access_end(a, account_link(a, &(struct actor){0}, 0, &link, &c->fault), &c->fault);
    if (e != OK)
        return e;
    struct str base = o->public_url.n                     ? o->public_url
                      : str_starts(address, STR("unix:")) ? STR("")
                                                          : STR_JOIN(c->arena, STR("http://"), address);
    while (base.n && base.p[base.n - 1] == '/')
        base.n--;
    cli_note(c,
             T(c,
               "Chưa có tài khoản nào. Người quản trị đầu tiên chọn mật khẩu tại (một lần, trong 24 giờ):\n  "
               "%.*s/welcome/%s\n",
               "There is no account yet. The first administrator chooses a password at (once, within 24 hours):\n  "
               "%.*s/welcome/%s\n"),
             STR_ARG(base), link.text);
    return OK;
}

static enum err serve(struct cli *c, struct http_options *o, const struct portal_options *portal)
{
    struct portal_site *sender = NULL;
    struct node_site *node = NULL;
    struct http_server *server;
    enum err e = http_server_new(o, &server, &c->fault);
    if (e != OK)
        return e;
    struct str address = http_server_address(server);
    bool is_unix = str_starts(address, STR("unix:"));
    cli_note(c, T(c, "Cổng mở tại %s%.*s (Ctrl-C để dừng)\n", "Serving at %s%.*s (Ctrl-C stops)\n"),
             is_unix ? "" : "http://", STR_ARG(address));
    e = welcome_first(c, o, address);
    if (e == OK)
        e = node_site_begin(portal->db_path, &node, &c->fault);
    if (e == OK && portal->url)
        e = portal_site_begin(portal, &sender, &c->fault);
    struct site *site = o->context;
    site->portal = sender;
    if (e == OK)
        e = http_server_run(server, &is_stopped, &c->fault);
    http_server_free(server);
    site->portal = NULL;
    portal_site_end(sender);
    node_site_end(node);
    if (e == OK)
        cli_note(c, "%s", T(c, "Đã dừng.\n", "Stopped.\n"));
    return e;
}

static const char *parent_of(struct cli *c, const char *path)
{
    char *real = realpath(path, NULL);
    const char *full = arena_strdup(c->arena, real ? real : path), *slash = strrchr(full, '/');
    free(real);
    return !slash ? "." : slash == full ? "/" : arena_dup(c->arena, full, (size_t)(slash - full));
}

/* What a server that strangers talk to gives up: the rights of root, then all files but its own, and system calls that it never needs. */
static enum err confine(struct cli *c, const char *db_path, const struct site *site, struct str listen)
{
    struct confinement got = {0};
    struct scanner scanner = {.n = 0};
    const char *backup_folder = site->backup_folder;
    if (site->virus_check)
        scanner_read(c->arena, site->virus_check, &scanner);
    const char *user = args_value(&c->args, "user");
    const char *writable[] = {parent_of(c, db_path), NULL, NULL, NULL};
    if (backup_folder)
        writable[1] = backup_folder;
    if (str_starts(listen, STR("unix:"))) {
        const char *socket = arena_dup(c->arena, listen.p + 5, listen.n - 5), *slash = strrchr(socket, '/');
        writable[backup_folder ? 2 : 1] =
            slash && slash != socket ? arena_dup(c->arena, socket, (size_t)(slash - socket)) : ".";
    }
    enum err e = user ? process_become(user, &c->fault) : OK;
    if (e != OK)
        return e;
    if (process_is_root())
        cli_note(c, "%s",
                 T(c, "Cảnh báo: đang chạy với quyền root; thêm --user TÊN.\n",
                   "Warning: running as root; add --user NAME.\n"));
    process_guard();
    e = process_confine(writable, scanner.readable, scanner.n ? scanner.argv[0] : NULL, &got, &c->fault);
    if (e == OK && !got.has_files)
        cli_note(c, "%s",
                 T(c, "Cảnh báo: nhân này không có Landlock nên không giới hạn được các tệp mà cổng mở.\n",
                   "Warning: this kernel has no Landlock, so the files that the server opens are not limited.\n"));
    return e;
}

static enum err serve_run(struct cli *c)
{
    if (args_has(&c->args, "routes"))
        return print_routes(c);
    long long threads;
    const char *path, *listen = args_value(&c->args, "listen");
    if (!listen || !*listen)
        listen = getenv("TINHSO_LISTEN");
    struct site site = {.started_ms = clock_now_ms()};
    struct http_options o = {
        .listen = str_of(listen && *listen ? listen : "127.0.0.1:8080"),
        .routes = site_routes,
        .context = &site,
        .is_loopback_rated = args_has(&c->args, "rate"),
        .worker_new = worker_new,
        .worker_free = worker_free,
        .view = worker_view,
        .identify = site_identify,
        .may = site_may,
        .leave = worker_leave,
        .refused = worker_refused,
        .revision = worker_revision,
        .epoch = worker_epoch,
        .idle = worker_idle,
        .chore = site_chore,
        .metrics = site_metrics,
        .problem_page = page_problem,
        .writer_new = worker_new_writer,
        .writer_free = worker_free,
        .group_begin = worker_group_begin,
        .group_commit = worker_group_commit,
    };
    enum err e = args_integer(&c->args, "threads", 1, 64, 0, &threads, &c->fault);
    if (e == OK)
        e = cli_database(c, &path);
    if (e == OK)
        e = read_public_url(c, &o.public_url);
    if (e == OK)
        e = read_key(c, &o.operator_key);
    if (e == OK)
        e = read_provider(c, &site);
    if (e == OK)
        e = read_applying(c, &site);
    if (e == OK)
        e = read_seal(c, &site);
    if (e == OK)
        e = read_backup(c, &site);
    struct portal_options portal = {.url = NULL};
    if (e == OK)
        e = portal_options_read(c, path, &portal, &c->fault);
    if (e == OK)
        e = open_log(c, &o.access_log);
    if (e != OK)
        return e;
    site.db_path = path;
    site.listen = o.listen;
    site.public_url = o.public_url;
    site.has_operator_key = o.operator_key.n > 0;
    o.n_threads = (int)threads;
    stop_on_signal();
    allow_descriptors();
    e = confine(c, path, &site, o.listen);
    if (e == OK)
        e = serve(c, &o, &portal);
    site_done(&site);
    provider_cache_free(site.provider);
    secret_done(&site.backup_secret);
    if (o.access_log > STDERR_FILENO)
        close(o.access_log);
    return e;
}

static const struct option options[] = {
    {"listen",
     "ADDR",
     {"địa chỉ: 127.0.0.1:8080 (mặc định; hoặc biến TINHSO_LISTEN), [::1]:8080, unix:/run/x.sock",
      "address: 127.0.0.1:8080 (default; or TINHSO_LISTEN), [::1]:8080, unix:/run/x.sock"}},
    {"threads", "N", {"số luồng (mặc định: số bộ xử lý)", "threads (default: one a processor)"}},
    {"access-log",
     "FILE",
     {"ghi mỗi yêu cầu một dòng JSON; - là đầu ra lỗi", "a line of JSON for each request; - is standard error"}},
    {"public-url", "URL", {"địa chỉ công khai của máy chủ đứng trước", "the public address, of the proxy in front"}},
    {"operator-key-file",
     "FILE",
     {"tệp chứa khóa của người vận hành, cho các yêu cầu ghi", "holds the operator's key, for requests that write"}},
    {"sign-in-provider",
     "FILE",
     {"khai báo nhà cung cấp tài khoản (OpenID Connect), xem deploy/sign-in-provider.yaml",
      "declares a provider of accounts (OpenID Connect), see deploy/sign-in-provider.yaml"}},
    {"backup-folder",
     "FOLDER",
     {"nơi đặt những bản sao lưu làm từ trang quản trị; cần --backup-key-file",
      "where backups made at /admin/backups go; needs --backup-key-file"}},
    {"backup-key-file",
     "FILE",
     {"tệp khóa (0600) mã hóa những bản sao lưu ấy", "a key file (0600) that seals those backups"}},
    PORTAL_OPTIONS,
    {"seal-cert",
     "FILE",
     {"chứng thư của cơ quan để ký kết quả (PEM hay PKCS#12)",
      "the agency's certificate by which results are signed (PEM or "
      "PKCS#12)"}},
    {"seal-key", "FILE", {"khóa riêng của chứng thư ấy (PEM)", "its private key (PEM)"}, .needs = "seal-cert"},
    {"seal-password-file",
     "FILE",
     {"tệp chứa mật khẩu của PKCS#12", "a file with the password of the PKCS#12"},
     .needs = "seal-cert"},
    {"virus-check",
     "COMMAND",
     {"chương trình quét mỗi tệp người nộp gửi (đường dẫn tệp là tham số cuối; kết thúc khác 0 là từ chối)",
      "a program that looks at each file that applicants send (its path comes last; ending with other than 0 "
      "refuses)"}},
    {"payment-url",
     "URL",
     {"trang của nền tảng thanh toán; cần --payment-key-file",
      "the page of the payment platform; needs --payment-key-file"}},
    {"payment-key-file",
     "FILE",
     {"tệp khóa dùng chung với nền tảng thanh toán (ký và kiểm thông báo)",
      "holds the key shared with the payment platform (signs and checks messages)"}},
    {"user",
     "NAME",
     {"khởi động bằng root thì trở thành người dùng này trước khi mở cơ sở dữ liệu",
      "started as root: becomes this user before the database is opened"}},
    {"rate", NULL, {"giới hạn nhịp cả các máy khách trên máy này", "limits the rate of clients on this machine too"}},
    {"routes", NULL, {"in bảng các địa chỉ dưới dạng JSON rồi thôi", "prints the table of routes as JSON, and ends"}},
    {0},
};
static const char *const examples[] = {"serve", "serve --listen 127.0.0.1:9000", "serve --routes", NULL};

const struct command command_serve = {
    .name = "serve",
    .title = {"mở cổng thông tin và các giao diện qua HTTP", "serves the portal and the interfaces over HTTP"},
    .more = {"Ctrl-C hoặc SIGTERM dừng sau khi các yêu cầu đang chạy kết thúc. Ra ngoài mạng phải qua nginx (deploy/).",
             "Ctrl-C or SIGTERM stops when the requests under way have ended. To the network it goes through nginx "
             "(deploy/)."},
    .examples = examples,
    .options = options,
    .shared = SHARED_DB,
    .run = serve_run,
};
