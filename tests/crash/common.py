"""What the crash tests share: an invented province of a chosen size, running the program, TAP.

The province has three registers that refer to each other, and two generations of data: the second changes some rows, adds
some, and leaves the others as they are. Every data file becomes one revision.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

BIN = os.environ.get("TINHSO_RELEASE_BIN") or os.path.join(os.path.dirname(__file__), "..", "..", "build", "tinhso")
BIN = os.path.abspath(BIN)
REGISTERS = ("places", "farms", "visits")

PROVINCE = """province: thu
title: {vi: Tỉnh Thử, en: Trial}
units: {register: places, code: code, name: name, level: level, parent: parent}
levels: {1: {vi: Tỉnh, en: Province}, 2: {vi: Xã, en: Commune}}
"""
DECLARATIONS = {
    "places": """register: places
title: {vi: Nơi, en: Places}
key: [code, valid_from]
valid_time: {from: valid_from, to: valid_to}
search: [name]
fields:
  code: {type: string, title: Mã, required: true}
  valid_from: {type: date, title: Từ}
  valid_to: {type: date, title: Đến}
  name: {type: string, title: Tên, required: true}
  level: {type: integer, title: Cấp}
  parent: {type: string, title: Cấp trên}
data:
  - {file: data/places.csv, source: Invented}
""",
    "farms": """register: farms
title: {vi: Hộ, en: Farms}
key: [code]
search: [head]
indexes: [[place, area]]
fields:
  code: {type: string, title: Mã, required: true}
  head: {type: string, person: true, title: Chủ hộ}
  place: {type: unit, title: Xã, levels: [2]}
  area: {type: number, title: Diện tích, min: 0}
  since: {type: date, title: Từ}
data:
  - {file: data/farms-1.csv, source: Invented}
  - {file: data/farms-2.csv, source: Invented}
  - {file: data/farms-3.csv, source: Invented}
""",
    "visits": """register: visits
title: {vi: Lượt thăm, en: Visits}
key: [farm, on]
fields:
  farm: {type: reference, register: farms, title: Hộ, required: true}
  on: {type: date, title: Ngày, required: true}
  note: {type: text, title: Ghi chú}
data:
  - {file: data/visits-1.csv, source: Invented}
  - {file: data/visits-2.csv, source: Invented}
""",
}


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def write_province(folder, rows, generation=0, is_small=False):
    """rows: of each file of farms; a small province has one file a register."""
    os.makedirs(os.path.join(folder, "registers"), exist_ok=True)
    os.makedirs(os.path.join(folder, "data"), exist_ok=True)
    write(os.path.join(folder, "province.yaml"), PROVINCE)
    for name, text in DECLARATIONS.items():
        if is_small:
            text = "".join(line for line in text.splitlines(True) if not re.search(r"-[23]\.csv", line))
        write(os.path.join(folder, "registers", name + ".yaml"), text)
    data = os.path.join(folder, "data")
    write(os.path.join(data, "places.csv"),
          "code,name,level,parent\n1,Tỉnh Thử,1,\n" + "".join(f"1{i},Xã Đồi {i},2,1\n" for i in range(1, 9)))
    for part in (1, 2, 3):
        lines = []
        for i in range(rows):
            area = (i * 7 % 90) / 4 + (generation if i % 5 == 0 else 0)
            lines.append(f"H{part}{i:05},Nguyễn Văn Hộ {i},1{i % 8 + 1},{area:g},20{i % 20:02}-05-1{part}\n")
        if generation:
            lines.append(f"N{part},Hộ Mới {part},11,1,2024-01-01\n")
        write(os.path.join(data, f"farms-{part}.csv"), "code,head,place,area,since\n" + "".join(lines))
    for part in (1, 2):
        write(os.path.join(data, f"visits-{part}.csv"), "farm,on,note\n" + "".join(
            f"H{part}{i:05},2023-0{part}-02,\"Thăm lần {i}, {'đợt hai' if generation and i % 7 == 0 else 'đợt một'}\"\n"
            for i in range(0, rows, 2)))


def tinhso(folder, *args, wrapper=(), **more):
    """The finished process, with text output."""
    env = dict(os.environ, LC_ALL="C.UTF-8")
    for name in ("TINHSO_DB", "TINHSO_NOW", "LANG", "LANGUAGE"):
        env.pop(name, None)
    return subprocess.run([*wrapper, BIN, *args], cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, errors="replace", check=False, **more)


def entries(folder):
    """What each revision says of itself, without what differs from run to run; None when it cannot be read."""
    done = tinhso(folder, "log", "--json", "--limit", "0")
    if is_empty(done):
        return []
    if done.returncode:
        return None
    revisions = json.loads(done.stdout)["revisions"]
    return [(e["rev"], e["registers"], e.get("source")) for e in reversed(revisions)]


def state(folder):
    """All current records, as text."""
    return [tinhso(folder, "query", r, "--csv", "--limit", "0", "--lang", "en").stdout for r in REGISTERS]


def is_empty(done):
    """No database yet, or one that was made and got no revision."""
    text = done.stdout + done.stderr
    return done.returncode == 1 and ("chưa có dữ liệu" in text or "Chưa có cơ sở dữ liệu" in text or
                                     "Không tìm thấy tệp" in text)


class Server:
    """tinhso serve in a folder, with options of its own; killed as often as wanted."""

    def __init__(self, folder, *options):
        self.folder, self.options = folder, options

    def start(self):
        log = open(os.path.join(self.folder, "serve.log"), "w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [BIN, "serve", "--listen", "127.0.0.1:0", "--lang", "en", *self.options], cwd=self.folder,
            env=dict(os.environ, LC_ALL="C.UTF-8"), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        for _ in range(1000):
            log.seek(0)
            said = log.read()
            m = re.search(r"at (http://[0-9.:]+)", said)
            if m:
                self.address = m.group(1)
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        sys.exit("the server does not start: " + said)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class Tap:
    def __init__(self):
        self.count, self.failed = 0, 0

    def ok(self, is_good, name, *details):
        self.count += 1
        self.failed += not is_good
        print(("ok" if is_good else "not ok"), self.count, "-", name, flush=True)
        for d in details if not is_good else ():
            for line in str(d).splitlines()[:40]:
                print("#  ", line, flush=True)
        return is_good

    def skip(self, name, reason):
        self.count += 1
        print("ok", self.count, "-", name, "# SKIP", reason, flush=True)

    def end(self):
        print(f"1..{self.count}")
        sys.exit(1 if self.failed else 0)


class Folder:
    """A folder of the test's own, removed at the end."""
    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="tinhso-crash-")
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)
