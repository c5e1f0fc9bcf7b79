#!/usr/bin/python3
"""Kills an import at 100 random moments (kill -9), half of them of CSV, half of a workbook.

After each: `log verify` finds nothing, and the revisions are those before the import or those of an undisturbed one,
none between. The same command again, sometimes killed once more, ends with the same revisions and records as
undisturbed: no row
is there twice and no file is left behind. The reading child, which loses its parent, ends by itself.
"""
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time

from common import BIN, Folder, Tap, entries, state, tinhso, write, write_province

KILLS, OLD, NEW, SEED = int(os.environ.get("TINHSO_KILLS", "100")), 500, 3000, 20220630
ENV = {k: v for k, v in dict(os.environ, LC_ALL="C.UTF-8").items() if k not in ("TINHSO_DB", "TINHSO_NOW", "LANG")}
FILES = ("farms.csv", "farms.xlsx")


def write_table(path):
    """Rows of existing farms, of which every second one differs, and as many new ones that it makes a few thousand."""
    lines = ["code,head,place,area,since\n"]
    for i in range(NEW):
        code = f"H1{i:05}" if i < OLD else f"M{i:06}"
        area = (i * 7 % 90) / 4 + (100 if i % 2 else 0)
        lines.append(f"{code},Nguyễn Văn Hộ {i},1{i % 8 + 1},{area:g},20{i % 20:02}-05-11\n")
    write(path, "".join(lines))


def command(name):
    return ["import", "farms", name, "--reason", "thử ngắt giữa chừng", "--json"]


def files(folder):
    """What is there, but for what SQLite puts beside its file."""
    found = [os.path.relpath(os.path.join(where, f), folder) for where, _, names in os.walk(folder) for f in names]
    return sorted(f for f in found if not re.search(r"-(wal|shm|journal)$", f))


def reset(folder):
    shutil.rmtree(os.path.join(folder, "var"))
    shutil.copytree(os.path.join(folder, "before"), os.path.join(folder, "var"))


class Wanted:
    """How things are before the import, and behind an undisturbed import of each file."""
    def __init__(self, folder):
        self.before = entries(folder)
        self.state_before = state(folder)
        self.after, self.seconds, self.answers = {}, {}, {}
        for name in FILES:
            reset(folder)
            start = time.monotonic()
            done = tinhso(folder, *command(name))
            self.seconds[name] = time.monotonic() - start
            if done.returncode:
                sys.exit(f"the undisturbed import of {name} failed: {done.stdout} {done.stderr}")
            self.answers[name] = json.loads(done.stdout)
            self.after[name] = (entries(folder), state(folder))
            if name == FILES[0]:
                some = "code LIKE 'M%' OR code LIKE 'H1%'"
                made = tinhso(folder, "export", "farms", FILES[1], "--filter", some, "--lang", "en")
                if made.returncode:
                    sys.exit("the workbook was not made: " + made.stderr)
        reset(folder)


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
            return [int(p) for p in f.read().split()]
    except OSError:
        return []


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
            return f.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def import_and_kill(folder, name, seconds):
    """Whether the signal came before the end, and the children that outlive it by more than two seconds."""
    process = subprocess.Popen([BIN, *command(name)], cwd=folder, env=ENV, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    orphans = children(process.pid)
    process.send_signal(signal.SIGKILL)
    was_killed = process.wait() == -signal.SIGKILL
    deadline = time.monotonic() + 2
    while any(map(is_running, orphans)) and time.monotonic() < deadline:
        time.sleep(0.01)
    return was_killed, [p for p in orphans if is_running(p)], len(orphans)


def fault_after_kill(folder, wanted, name):
    """What is wrong, or None; and whether the import is there."""
    verified = tinhso(folder, "log", "verify")
    if verified.returncode:
        return "log verify: " + verified.stderr, False
    found = entries(folder)
    if found == wanted.before:
        return None, False
    if found == wanted.after[name][0]:
        return None, True
    return f"the revisions are neither those before nor those behind: {found and found[-1]}", False


def fault_after_end(folder, wanted, name, was_there, listed):
    done = tinhso(folder, *command(name))
    if done.returncode:
        return f"the same command again: exit {done.returncode}: {done.stderr}"
    answer = json.loads(done.stdout)
    changed = (answer["added"], answer["changed"])
    undisturbed = (0, 0) if was_there else (wanted.answers[name]["added"], wanted.answers[name]["changed"])
    if changed != undisturbed:
        return f"the same command again added and changed {changed}, not {undisturbed}"
    if entries(folder) != wanted.after[name][0]:
        return "other revisions than undisturbed"
    if state(folder) != wanted.after[name][1]:
        return "other records than undisturbed"
    verified = tinhso(folder, "log", "verify")
    if verified.returncode:
        return "log verify at the end: " + verified.stderr
    left = [f for f in files(folder) if f not in listed]
    return f"left behind: {left}" if left else None


def try_kills(folder, wanted, draw):
    """Faults, and how many kills came before the commit, behind it, while the child was reading."""
    faults, counts, ends, kills = [], {"before": 0, "behind": 0, "reading": 0}, 0, 0
    listed = files(folder)
    while kills < KILLS and len(faults) < 5:
        name, is_there = FILES[kills % 2], False
        reset(folder)
        while not is_there:
            was_killed, orphans, reading = import_and_kill(folder, name, draw.uniform(0, wanted.seconds[name]))
            kills, ends = kills + was_killed, ends + (not was_killed)
            fault, is_there = fault_after_kill(folder, wanted, name)
            if orphans:
                fault = fault or f"the reading child goes on: {orphans}"
            if was_killed:
                counts["behind" if is_there else "before"] += 1
                counts["reading"] += reading > 0
            if not fault and not was_killed and not is_there:
                fault = "an import that came to its end is not there"
            if fault:
                faults.append(f"kill {kills}, {name}: {fault}")
            if fault or draw.random() < 0.7:
                break
        fault = fault_after_end(folder, wanted, name, is_there, listed)
        if fault:
            faults.append(f"behind kill {kills}, {name}: {fault}")
    return faults, counts, kills, ends


def main():
    tap, draw = Tap(), random.Random(SEED)
    with Folder() as folder:
        write_province(os.path.join(folder, "province"), OLD, 0, is_small=True)
        done = tinhso(folder, "load", "province", "--db", "var/thu.db")
        if done.returncode:
            sys.exit("the load failed: " + done.stderr)
        write_table(os.path.join(folder, FILES[0]))
        shutil.copytree(os.path.join(folder, "var"), os.path.join(folder, "before"))
        wanted = Wanted(folder)
        first = wanted.answers[FILES[0]]
        counts = (first["added"], first["changed"])
        tap.ok(counts == (NEW - OLD, OLD // 2), "undisturbed, the import adds and changes", first)
        tap.ok(wanted.after[FILES[0]][1] == wanted.after[FILES[1]][1], "a workbook and CSV make the same records")
        tap.ok(wanted.after[FILES[0]][1] != wanted.state_before, "which differ from those before")
        faults, counts, kills, ends = try_kills(folder, wanted, draw)
        rule = f"{kills} kills: all of the import or nothing, and the same again ends as undisturbed"
        tap.ok(not faults, rule, *faults)
        tap.ok(counts["before"] >= kills // 4 and counts["reading"] > 0, "they came at many moments", counts)
        print(f"# {counts}, {ends} came to their end meanwhile; undisturbed: " +
              ", ".join(f"{n} {s:.2f} s" for n, s in wanted.seconds.items()))
    tap.end()


main()
