"""The line between a counter node and the province: a proxy that can be cut, and lose answers.

    line = Line("http://127.0.0.1:8080")
    line.is_up = False                  connections end at once
    line.losing = 2                     the next two requests arrive, their answers do not
    line.cut("/files", 3)               the third request from here on whose path ends so breaks off in its middle, and the line with it
    line.bodies                         [(path, body), …] as they came
"""
import http.server
import socket
import threading
import urllib.error
import urllib.parse
import urllib.request


class Line:
    def __init__(self, target):
        self.target, self.is_up, self.losing, self.bodies = target, True, 0, []
        self.cutting = ("", 0)
        line = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                n = int(self.headers["Content-Length"])
                self.close_connection = True
                end, left = line.cutting
                if line.is_up and end and self.path.endswith(end):
                    line.cutting = (end, left - 1)
                    if left <= 1:
                        line.cutting, line.is_up = ("", 0), False
                        line.half(self.path, n, self.rfile.read(n // 2))
                        return
                body = self.rfile.read(n)
                if not line.is_up:
                    return
                line.bodies.append((self.path, body))
                status, answer = line.post(self.path, body)
                if line.losing > 0:
                    line.losing -= 1
                    return
                if status:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # whoever asked was killed meanwhile

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def cut(self, end, nth):
        self.cutting = (end, nth)

    def half(self, path, n, begun):
        """What came before the line broke."""
        host = urllib.parse.urlsplit(self.target)
        with socket.create_connection((host.hostname, host.port)) as s:
            s.sendall(f"POST {path} HTTP/1.1\r\nHost: {host.netloc}\r\nContent-Type: application/json\r\nContent-Length: {n}\r\n\r\n".encode()
                      + begun)

    def post(self, path, body):
        request = urllib.request.Request(self.target + path, body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as e:
            return e.code, e.read()
        except OSError:
            return 0, b""  # the province is gone
