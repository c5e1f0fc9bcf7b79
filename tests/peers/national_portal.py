#!/usr/bin/python3
"""A stand-in of the national portal, for tests/scenario/national_portal.py: it accepts, and misbehaves in every way
that the real one is known for.

    partner = NationalPortal()                 a loopback port of its own, until partner.down()
    partner.up(); partner.down()               the same port again; the line is cut
    partner.catalogue = {"1.001193"}           codes that it knows (None: all); change it “overnight”
    partner.offices = {"000.31.05.H16"}        units that it knows (None: all)
    partner.fees = {"1.001193": 5000}          what it believes the fee to be
    partner.moods = ["lose", "slow", …]        one a call of a service, in this order; then it behaves
    partner.history["000.…-0001"]              [(MaThongDiep, TrangThaiHoSo), …] in the order in which they came
    partner.last["000.…-0001"]                 what it was told last of the dossier
    partner.repeats                            how often a message came that it had accepted already

Moods: "lose" accepts and cuts the line before the answer; "slow" accepts and answers too late; "twice" answers twice;
Moods: "lose" accepts and cuts the line before the answer; "slow" accepts, and answers too late; "twice" answers twice;
"refuse" refuses once.
"""
import http.server
import json
import socket
import sys
import threading
import time


class NationalPortal:
    def __init__(self, user="h16", password="secret"):
        self.user, self.password = user, password
        self.catalogue = self.offices = None
        self.fees, self.moods, self.history, self.progress, self.asked, self.last = {}, [], {}, {}, [], {}
        self.repeats, self.slow_s, self.sessions, self.page = 0, 3, set(), 50
        self.extra, self.override = {}, {}
        self.lock = threading.Lock()
        self.port, self.server = 0, None
        self.up()

    # ---- the line

    def up(self):
        partner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                partner.answer(self)

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, *_):
                pass  # whoever asked was killed meanwhile

        self.server = Server(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def down(self):
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    # ---- answers

    def answer(self, h):
        body = json.loads(h.rfile.read(int(h.headers["Content-Length"])))
        if h.path == "/mapi/login":
            return self.login(h, body)
        mood = ""
        with self.lock:
            if self.moods and body["service"] != "TraCuuHoSo":
                mood = self.moods.pop(0)
            self.asked.append((body["service"], mood))
        if mood == "500":
            return self.reply(h, b"<html>Bad gateway</html>", 502)
        if mood == "garbage":
            return self.reply(h, b"<?xml version='1.0'?>")
        if mood == "busy":
            return self.reply(h, {"error_code": -1, "message": "Hệ thống đang bận"})
        if mood == "refuse":
            return self.reply(h, {"error_code": "17", "message": "Phí không khớp danh mục"})
        with self.lock:
            if mood == "expire":
                self.sessions.clear()
            if body.get("session") not in self.sessions:
                return self.reply(h, {"error_code": "-2", "message": "Phiên đã hết hạn"})
            said = self.serve(body)
        if mood == "lose":
            h.connection.shutdown(socket.SHUT_RDWR)
            h.close_connection = True
            return None
        if mood == "slow":
            time.sleep(self.slow_s)
        self.reply(h, said)
        if mood == "twice":
            self.reply(h, said)
            h.close_connection = True
        return None

    def login(self, h, body):
        if (body.get("username"), body.get("password")) != (self.user, self.password):
            return self.reply(h, {"error_code": "9", "message": "Sai tên hoặc mật khẩu"})
        with self.lock:
            session = f"phien-{len(self.sessions)}-{time.monotonic_ns()}"
            self.sessions.add(session)
        return self.reply(h, {"error_code": 0, "session": session})

    @staticmethod
    def reply(h, said, status=200):
        data = said if isinstance(said, bytes) else json.dumps(said).encode()
        try:
            h.send_response(status)
            h.send_header("Content-Length", str(len(data)))
            h.end_headers()
            h.wfile.write(data)
        except OSError:
            pass  # whoever asked does not wait any more

    # ---- services

    def serve(self, body):
        data = body["data"][0]
        if body["service"] == "TraCuuHoSo":
            return self.look_up(data)
        if body["service"] == "CapNhatTienDoHoSoMC":
            return self.step(data)
        return self.dossier(data, body["isUpdating"])

    def look_up(self, data):
        if "DanhSach" not in data:
            code = data["MaHoSo"]
            known = [m for m, _ in self.history.get(code, [])]
            row = {"MaHoSo": code, "TrangThaiHoSo": self.status(code)}
            if data.get("MaThongDiep") in known:
                row["MaThongDiep"] = data["MaThongDiep"]
            return {"error_code": 0, "message": "", "result": [row] if known else []}
        every = {code: self.status(code) for code in self.history} | self.extra
        begin = (data["Trang"] - 1) * self.page
        rows = [{"MaHoSo": c, "TrangThaiHoSo": s} for c, s in sorted(every.items())][begin:begin + self.page]
        return {"error_code": 0, "message": "", "result": rows}

    def status(self, code):
        return self.override.get(code) or (self.history[code][-1][1] if code in self.history else "")

    def step(self, data):
        if data["MaHoSo"] not in self.history:
            return {"error_code": "4", "message": "Hồ sơ chưa có trên cổng"}
        steps = self.progress.setdefault(data["MaHoSo"], [])
        if data["MaThongDiep"] in steps:
            return {"error_code": "3", "message": "Đã có"}
        steps.append(data["MaThongDiep"])
        return {"error_code": 0, "message": ""}

    def wrong(self, d):
        if self.catalogue is not None and d.get("MaTTHC") not in self.catalogue:
            return "Mã TTHC không có trong danh mục"
        if self.offices is not None and d.get("DonViXuLy") not in self.offices:
            return "Đơn vị xử lý không đúng"
        fees = d.get("DanhSachLePhi") or [{}]
        if d.get("MaTTHC") in self.fees and fees[0].get("SoTien", 0) != self.fees[d["MaTTHC"]]:
            return "Lệ phí không khớp danh mục"
        return ""

    def dossier(self, d, is_update):
        seen = self.history.get(d["MaHoSo"], [])
        if any(m == d["MaThongDiep"] for m, _ in seen):
            self.repeats += 1
            return {"error_code": "3", "message": "Đã có"}
        if seen and not is_update:
            return {"error_code": "-3", "message": "Hồ sơ đã có, gửi dạng cập nhật"}
        if not seen and is_update:
            return {"error_code": "4", "message": "Hồ sơ chưa có trên cổng"}
        why = self.wrong(d)
        if why:
            refused = {"MaHoSo": d["MaHoSo"], "error_code": "12", "message": why}
            return {"error_code": 0, "message": "", "result": [refused]}
        self.last[d["MaHoSo"]] = d
        self.history.setdefault(d["MaHoSo"], []).append((d["MaThongDiep"], d["TrangThaiHoSo"]))
        return {"error_code": 0, "message": "Thành công"}


if __name__ == "__main__":
    print(NationalPortal().url, flush=True)
    sys.stdin.read()
