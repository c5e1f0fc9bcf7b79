#include "http/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <arpa/inet.h>

#include "base/buf.h"
#include "base/mem.h"

#include "base/banned.h"

static enum err no_listen(const char *address, struct fault *f)
{
    return FAULT(f, ERR_HTTP_LISTEN, {"address", str_of(address)}, {"reason", str_of(strerror(errno))});
}

static enum err listen_unix(struct listening *s, const char *path, struct fault *f)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof un.sun_path)
        return FAULT(f, ERR_HTTP_ADDRESS, {"address", str_of(s->address)});
    memcpy(un.sun_path, path, strlen(path));
    s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct stat st;
    if (stat(path, &st) == 0 && S_ISSOCK(st.st_mode))
        unlink(path); /* of a process that was killed */
    if (s->fd < 0 || bind(s->fd, (struct sockaddr *)&un, sizeof un) != 0 || listen(s->fd, 512) != 0)
        return no_listen(s->address, f);
    s->unix_path = mem_strdup(path);
    return OK;
}

/* The port that the system chose for 0. */
static void note_address(struct listening *s, const char *host)
{
    struct sockaddr_storage ss = {0};
    socklen_t n = sizeof ss;
    char port[8];
    if (getsockname(s->fd, (struct sockaddr *)&ss, &n) != 0 ||
        getnameinfo((struct sockaddr *)&ss, n, NULL, 0, port, sizeof port, NI_NUMERICSERV) != 0)
        return;
    struct buf b = BUF_INIT(512);
    buf_printf(&b, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
    free(s->address);
    s->address = buf_take(&b);
}

static enum err listen_tcp(struct listening *s, struct fault *f)
{
    char *host CLEANUP(mem_freep) = mem_strdup(s->address), *colon = strrchr(host, ':'), *name = host;
    if (!colon || colon == host || !colon[1])
        return FAULT(f, ERR_HTTP_ADDRESS, {"address", str_of(s->address)});
    *colon = 0;
    if (name[0] == '[' && colon[-1] == ']') {
        name++;
        colon[-1] = 0;
    }
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV},
                    *info;
    if (getaddrinfo(strcmp(name, "localhost") == 0 ? "127.0.0.1" : name, colon + 1, &hints, &info) != 0)
        return FAULT(f, ERR_HTTP_ADDRESS, {"address", str_of(s->address)});
    int one = 1;
    s->fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool is_fine = s->fd >= 0 && setsockopt(s->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
                   bind(s->fd, info->ai_addr, info->ai_addrlen) == 0 && listen(s->fd, 1024) == 0;
    enum err e = is_fine ? OK : no_listen(s->address, f);
    freeaddrinfo(info);
    if (e == OK)
        note_address(s, name);
    return e;
}

enum err socket_listen(struct listening *s, struct str address, struct fault *f)
{
    struct buf b = BUF_INIT(512);
    buf_str(&b, address);
    *s = (struct listening){.fd = -1, .address = buf_take(&b)};
    return str_starts(address, STR("unix:")) ? listen_unix(s, s->address + 5, f) : listen_tcp(s, f);
}

void socket_close(struct listening *s)
{
    if (s->fd >= 0)
        close(s->fd);
    if (s->unix_path)
        unlink(s->unix_path);
    free(s->unix_path);
    free(s->address);
}
