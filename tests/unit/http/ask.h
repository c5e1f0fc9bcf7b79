/* Asks a server at `port` over a socket: for tests that look at bytes. Included after cmocka.h. */
#ifndef TINHSO_TEST_HTTP_ASK_H
#define TINHSO_TEST_HTTP_ASK_H

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int port;

static int dial(void)
{
    struct sockaddr_in in = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct timeval limit = {.tv_sec = 20};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof in), 0);
    return fd;
}

/* Sends and reads until the server closes; every request here asks it to. */
static const char *ask_raw(char *out, size_t size, const char *request, size_t n_request)
{
    int fd = dial();
    assert_int_equal(send(fd, request, n_request, MSG_NOSIGNAL), (ssize_t)n_request);
    size_t n = 0;
    for (ssize_t got; n + 1 < size && (got = recv(fd, out + n, size - 1 - n, 0)) > 0;)
        n += (size_t)got;
    out[n] = 0;
    close(fd);
    return out;
}

static char reply[1 << 20];
#define ASK(request) ask_raw(reply, sizeof reply, request, sizeof(request) - 1)
#define HOST "Host: localhost\r\nConnection: close\r\n"
#define GET(target, headers) ASK("GET " target " HTTP/1.1\r\n" HOST headers "\r\n")

static void assert_status(const char *r, int status)
{
    char head[32];
    snprintf(head, sizeof head, "HTTP/1.1 %d ", status);
    if (strncmp(r, head, strlen(head)) != 0)
        fail_msg("expected %d, got: %.300s", status, r);
}

#endif
