#!/usr/bin/python3
"""A stand-in of the payment platform: payment.py KEY-FILE.

It serves the page that a portal leads payers to, on the port that it prints, and tells the portal what became of it.
The page checks the portal's signature and has two buttons. Pressed, it calls the portal back (by TroVe)
with JSON that it signs with the shared key; fields as the national platform names them. Tests call notify() to send
what a platform should not: twice, late, wrong, forged.
"""
import hashlib
import hmac
import html
import http.client
import http.server
import json
import sys
import urllib.parse


def sign(key, text):
    return hmac.new(key, text if isinstance(text, bytes) else text.encode(), hashlib.sha256).hexdigest()


def notify(base, key, reference, code, amount, state="THANH_CONG", transaction="GD0001", signature=None, body=None):
    """What the portal answers to a message: its status and JSON."""
    body = body if body is not None else json.dumps({"MaThamChieu": reference, "MaHoSo": code, "SoTien": amount,
                                                     "TrangThai": state, "MaGiaoDich": transaction}).encode()
    parts = urllib.parse.urlsplit(base)
    c = http.client.HTTPConnection(parts.netloc, timeout=30)
    c.request("POST", "/api/payment/callback", body, {"Content-Type": "application/json", "Accept": "application/json",
                                                      "X-Signature": signature or sign(key, body)})
    a = c.getresponse()
    data = a.read().decode()
    c.close()
    return a.status, json.loads(data)


class Platform(http.server.BaseHTTPRequestHandler):
    key = b""

    def log_message(self, *args):
        pass

    def say(self, status, body):
        head = "<!doctype html><html lang=vi><meta charset=utf-8><title>Thanh toán (mẫu)</title><body>"
        data = (head + body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        q = {k: v[0] for k, v in urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).items()}
        signed = "|".join(q.get(k, "") for k in ("MaThamChieu", "MaHoSo", "SoTien"))
        if not hmac.compare_digest(sign(self.key, signed), q.get("ChuKy", "")):
            self.say(403, "<p>Chữ ký sai</p>")
            return
        fields = "".join(f'<input type=hidden name={k} value="{html.escape(v)}">' for k, v in q.items())
        self.say(200, f"<h1>Nộp {html.escape(q['SoTien'])} đồng</h1><form method=post>{fields}"
                      "<button name=TrangThai value=THANH_CONG>Trả</button>"
                      "<button name=TrangThai value=THAT_BAI>Thôi</button></form>")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        q = {k: v[0] for k, v in urllib.parse.parse_qs(body).items()}
        back = urllib.parse.urlsplit(q["TroVe"])
        notify(f"http://{back.netloc}", self.key, q["MaThamChieu"], q["MaHoSo"], int(q["SoTien"]), q["TrangThai"])
        self.send_response(303)
        self.send_header("Location", q["TroVe"])
        self.send_header("Content-Length", "0")
        self.end_headers()


def serve(key):
    Platform.key = key
    return http.server.ThreadingHTTPServer(("127.0.0.1", 0), Platform)


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as f:
        server = serve(f.read().strip())
    print(f"http://127.0.0.1:{server.server_address[1]}/", flush=True)
    server.serve_forever()
