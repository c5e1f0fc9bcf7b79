#!/usr/bin/python3
"""Stands between a scanner and the server: adds the cookie of a session to each request, and lets none through that
would end it.

    stay_signed_in.py ADDRESS COOKIE        prints the address that it listens at
"""
import http.client
import http.server
import sys
import urllib.parse

SERVER, COOKIE = urllib.parse.urlsplit(sys.argv[1]).netloc, sys.argv[2]
ENDING = ("/sign-out", "/account/sessions/end", "/account/password", "/admin/users/chief")
HOP = ("connection", "keep-alive", "transfer-encoding", "content-length", "host", "cookie")


class Between(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def pass_on(self):
        if self.command == "POST" and self.path.startswith(ENDING):
            self.send_error(404)
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        connection = http.client.HTTPConnection(SERVER, timeout=60)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP}
        for name in ("Origin", "Referer"):
            if name in headers:
                headers[name] = f"http://{SERVER}"
        connection.request(self.command, self.path, body or None, {**headers, "Cookie": COOKIE, "Host": SERVER})
        answer = connection.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP:
                self.send_header(name, value.replace(SERVER, self.headers["Host"]))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        connection.close()

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = pass_on


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Between)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
