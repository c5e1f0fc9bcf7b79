/* The socket that listens.
 *
 *     struct listening l;
 *     if (socket_listen(&l, STR("127.0.0.1:0"), f) == OK) …      // l.address names the port that was given
 *     socket_close(&l);                                         // also after an error
 *
 * Addresses: "127.0.0.1:8080", "localhost:8080", "[::1]:8080", "unix:/run/x.sock" (a socket that a killed process left is taken over).
 * Errors: ERR_HTTP_ADDRESS, ERR_HTTP_LISTEN.
 */
#ifndef TINHSO_HTTP_LISTEN_H
#define TINHSO_HTTP_LISTEN_H

#include "base/fault.h"

struct listening {
    int fd;
    char *address;
    char *unix_path; /* NULL: none */
};

enum err socket_listen(struct listening *s, struct str address, struct fault *f);
void socket_close(struct listening *s);

#endif
