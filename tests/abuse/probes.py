"""Requests that two readers may take differently, or that no honest client sends. Each must be refused and its
connection closed: name, bytes. ACCEPTED are their honest neighbours, so that a server that refuses
everything does not pass."""

HOST = b"Host: localhost\r\n"


def get(headers=HOST, target=b"/healthz", version=b"HTTP/1.1"):
    return b"GET " + target + b" " + version + b"\r\n" + headers + b"\r\n"


def post(headers, body=b""):
    return b"POST /healthz HTTP/1.1\r\n" + HOST + headers + b"\r\n" + body


SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"

SMUGGLING = [
    ("Content-Length with Transfer-Encoding",
     post(b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n" + SMUGGLED)),
    ("Transfer-Encoding with Content-Length",
     post(b"Transfer-Encoding: chunked\r\nContent-Length: 50\r\n", b"0\r\n\r\n" + SMUGGLED)),
    ("two lengths that differ", post(b"Content-Length: 0\r\nContent-Length: 44\r\n", SMUGGLED)),
    ("two lengths that agree", post(b"Content-Length: 5\r\nContent-Length: 5\r\n", b"hello")),
    ("a list of lengths", post(b"Content-Length: 5, 5\r\n", b"hello")),
    ("a length with a sign", post(b"Content-Length: +5\r\n", b"hello")),
    ("a negative length", post(b"Content-Length: -5\r\n", b"hello")),
    ("a hexadecimal length", post(b"Content-Length: 0x5\r\n", b"hello")),
    ("an empty length", post(b"Content-Length:\r\n", b"hello")),
    ("a length beyond 64 bits", post(b"Content-Length: 18446744073709551617\r\n", b"h")),
    ("a space before the colon", post(b"Content-Length : 5\r\n", b"hello")),
    ("an unknown transfer coding", post(b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n")),
    ("chunked twice", post(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", b"0\r\n\r\n")),
    ("a bad chunk", post(b"Transfer-Encoding: chunked\r\n", b"zz\r\nhello\r\n0\r\n\r\n")),
    ("chunks ended by bare LF", post(b"Transfer-Encoding: chunked\r\n", b"5\nhello\n0\n\n")),
    ("a folded Transfer-Encoding", post(b"Transfer-Encoding:\r\n chunked\r\n", b"0\r\n\r\n")),
    ("a folded line", get(HOST + b"X: a\r\n b\r\n")),
    ("a folded Host", get(b"Host:\r\n localhost\r\n")),
    ("a folded first line", get(b" X: y\r\n" + HOST)),
    ("bare LF behind the request line", b"GET /healthz HTTP/1.1\n" + HOST + b"\r\n"),
    ("bare LF between headers", get(b"Host: localhost\nX: y\r\n")),
    ("bare LF behind the last header", get(HOST + b"X: y\n")),
    ("bare LF as the empty line", b"GET /healthz HTTP/1.1\r\n" + HOST + b"\n"),
    ("bare LF everywhere", b"GET /healthz HTTP/1.1\nHost: localhost\n\n"),
    ("bare CR in a header", get(HOST + b"X: a\rY: b\r\n")),
    ("bare CR at the end of a header", get(HOST + b"X: a\r\r\n")),
    ("bare CR behind the request line", b"GET /healthz HTTP/1.1\r\r\n" + HOST + b"\r\n"),
    ("a vertical tab before chunked", post(b"Transfer-Encoding:\x0bchunked\r\n", b"0\r\n\r\n" + SMUGGLED)),
    ("a form feed behind the Host", get(b"Host: localhost\x0c\r\n")),
    ("an empty Transfer-Encoding with a length", post(b"Transfer-Encoding:\r\nContent-Length: 0\r\n", SMUGGLED)),
    ("two codings", post(b"Transfer-Encoding: identity, chunked\r\n", b"0\r\n\r\n" + SMUGGLED)),
    ("chunked in HTTP/1.0", b"POST /healthz HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ("two Ranges", get(HOST + b"Range: bytes=0-0\r\nRange: bytes=1-1\r\n")),
    ("NUL in a header", get(HOST + b"X: a\0b\r\n")),
    ("NUL in a name", get(HOST + b"X\0Y: b\r\n")),
    ("NUL in the target", get(target=b"/healthz\0x")),
    ("a control character in a header", get(HOST + b"X: a\x01b\r\n")),
    ("no Host", get(b"X: y\r\n")),
    ("two Hosts", get(HOST + HOST)),
    ("a list of Hosts", get(b"Host: localhost, evil.example\r\n")),
    ("Host with a user", get(b"Host: evil.example@localhost\r\n")),
    ("a header without colon", get(HOST + b"foo\r\n")),
    ("an absolute target of another host", get(target=b"http://evil.example/healthz")),
    ("HTTP/0.9", b"GET /healthz\r\n\r\n"),
    ("HTTP/2.0 in clear", get(version=b"HTTP/2.0")),
    ("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ("a version in small letters", get(version=b"http/1.1")),
    ("two spaces in the request line", b"GET  /healthz HTTP/1.1\r\n" + HOST + b"\r\n"),
    ("tabs in the request line", b"GET\t/healthz\tHTTP/1.1\r\n" + HOST + b"\r\n"),
    ("a space behind the version", b"GET /healthz HTTP/1.1 \r\n" + HOST + b"\r\n"),
    ("a space in the target", get(target=b"/heal thz")),
    ("raw UTF-8 in the target", get(target="/sổ".encode())),
    ("a body where none is taken", b"GET /healthz HTTP/1.1\r\n" + HOST + b"Content-Length: 44\r\n\r\n" + SMUGGLED),
    ("CONNECT", b"CONNECT localhost:80 HTTP/1.1\r\n" + HOST + b"\r\n"),
]

TOO_LARGE = [
    ("a header of 9 kB", 431, get(HOST + b"X-Long: " + b"a" * 9000 + b"\r\n")),
    ("a header of 60 kB", 431, get(HOST + b"X: " + b"a" * 60000 + b"\r\n")),
    ("70 headers", 431, get(HOST + b"".join(b"X%d: a\r\n" % i for i in range(70)))),
    ("a target of 9 kB", 414, get(target=b"/" + b"a" * 9000)),
    ("a target of 60 kB", 414, get(target=b"/" + b"a" * 60000)),
    ("a body of 1 GB", 413, post(b"Content-Length: 1073741824\r\n")),
    ("a body of 5 MB where no files are taken", 413, post(b"Content-Length: 5000000\r\n")),
]

PATHS = [b"/..", b"/../etc/passwd", b"/..%2f..%2fetc/passwd", b"/%2e%2e/x", b"/a/./b", b"//",
         b"//evil.example", b"/a//b",
         b"/a%00", b"/a%5c..%5cb", b"/a\\b", b"/%0d%0aX:y", b"/%ff%fe", b"/%c0%ae%c0%ae/",
         b"/%", b"/%zz", b"/%ed%a0%80"]

ACCEPTED = [
    ("a plain request", get(HOST + b"Connection: close\r\n")),
    ("HTTP/1.0", get(HOST, version=b"HTTP/1.0")),
    ("an empty line before the request", b"\r\n" + get(HOST + b"Connection: close\r\n")),
    ("spaces around a value", get(HOST + b"X: \t a \t\r\nConnection: close\r\n")),
    ("an absolute target of this host", get(HOST + b"Connection: close\r\n", target=b"http://localhost/healthz")),
    ("a header of 7 kB", get(HOST + b"X: " + b"a" * 7000 + b"\r\nConnection: close\r\n")),
]
