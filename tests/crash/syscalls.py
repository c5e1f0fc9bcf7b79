#!/usr/bin/python3
"""Fails each system call of a load in turn (strace -e inject), the 1st, the 2nd, … until a load runs through untouched.

Whatever fails: an exit code of 0 means that every record is in the database and the log is whole; any other end is exit
1 with a reason, never a crash; and the load that follows ends with the same records as an undisturbed one. Done for a
first load and for a load of changes onto an existing database. KILL ends the process in that call, as kill -9.
"""
import json
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor

from common import Folder, Tap, entries, state, tinhso, write_province

ROWS = 3
# System call, what happens to it, the loads it is tried on (0 the first, 1 one of changes), and the step: every call,
# or every nth where another line already fails each of them. A trailing + fails all calls from the nth on, as a full
# disk does.
CASES = [
    ("pwrite64", "error=ENOSPC", (0, 1), 1), ("pwrite64", "signal=KILL", (0, 1), 1), ("pwrite64", "error=EIO", (1,), 1),
    ("pwrite64", "error=ENOSPC+", (0, 1), 7),
    ("fdatasync", "error=EIO", (0, 1), 1), ("fdatasync", "signal=KILL", (0, 1), 1),
    ("fdatasync", "error=EIO+", (1,), 1),
    ("fsync", "error=EIO", (0, 1), 1), ("fsync", "signal=KILL", (0, 1), 1), ("fsync", "error=ENOSPC", (1,), 1),
    ("write", "error=ENOSPC", (0, 1), 1), ("write", "signal=KILL", (0, 1), 1), ("write", "error=EIO", (1,), 1),
    ("rename", "error=EIO", (0, 1), 1), ("rename", "error=ENOSPC", (0,), 1), ("rename", "signal=KILL", (0, 1), 1),
    ("ftruncate", "error=EIO", (0, 1), 1), ("ftruncate", "error=ENOSPC", (0,), 1),
    ("ftruncate", "signal=KILL", (0, 1), 1),
    ("openat", "error=EIO", (0, 1), 1), ("openat", "error=EMFILE", (0,), 3), ("openat", "signal=KILL", (0,), 3),
    ("unlink", "error=EIO", (0, 1), 1), ("unlink", "signal=KILL", (0, 1), 1),
    ("link", "error=EIO", (0,), 1), ("link", "error=ENOSPC", (0,), 1), ("link", "signal=KILL", (0,), 1),
    ("mkdir", "error=ENOSPC", (0,), 1), ("fchmod", "error=EIO", (0,), 1),
    ("pread64", "error=EIO", (0, 1), 1), ("read", "error=EIO", (0,), 2),
    ("getdents64", "error=EIO", (0, 1), 1),
    ("close", "error=EIO", (0,), 3), ("fcntl", "error=EIO", (0,), 5),
]
LIMIT = 2000  # of one kind; a load makes some hundred


def records(folder):
    return json.loads(tinhso(folder, "log", "verify", "--json").stdout)["records"]


class Place:
    """A folder with the province in two generations, and the database as the first one leaves it."""
    def __init__(self, path):
        self.path = path
        self.provinces = [os.path.join(path, f"province-{g}") for g in (0, 1)]
        for g, province in enumerate(self.provinces):
            write_province(province, ROWS, g, is_small=True)
        self.wanted = []
        for province in self.provinces:
            done = tinhso(path, "load", province, "--db", "var/thu.db")
            if done.returncode:
                sys.exit("the undisturbed load failed: " + done.stderr)
            self.wanted.append((entries(path), state(path), records(path)))
            if province == self.provinces[0]:
                shutil.copytree(os.path.join(path, "var"), os.path.join(path, "first"))

    def reset(self, generation):
        var = os.path.join(self.path, "var")
        shutil.rmtree(var, ignore_errors=True)
        if generation:
            shutil.copytree(os.path.join(self.path, "first"), var)

    def load(self, generation, *wrapper):
        return tinhso(self.path, "load", self.provinces[generation], "--db", "var/thu.db", wrapper=wrapper)

    def fault_of_database(self, generation, is_thorough):
        """Entries hold the digest of each file and the counts; the records themselves are compared now and then."""
        verified = tinhso(self.path, "log", "verify", "--json")
        if verified.returncode:
            return f"log verify: {verified.returncode} {verified.stderr}"
        if json.loads(verified.stdout)["records"] != self.wanted[generation][2]:
            return "another number of versions than undisturbed"
        if entries(self.path) != self.wanted[generation][0]:
            return "other revisions than undisturbed"
        if is_thorough and state(self.path) != self.wanted[generation][1]:
            return "other records than undisturbed"
        return None


def try_once(place, call, what, n, generation):
    """Whether the nth call was there to fail, and what went wrong."""
    log = os.path.join(place.path, "strace.log")
    when = f"{n}+" if what.endswith("+") else str(n)
    place.reset(generation)
    is_kill = what.startswith("signal")
    # With --seccomp-bpf, four times as fast, strace 6.1 sends no signals.
    fast = () if is_kill else ("--seccomp-bpf",)
    done = place.load(generation, "strace", "-f", "-qq", *fast, "-o", log, "-e", f"trace={call}",
                      "-e", f"inject={call}:{what.rstrip('+')}:when={when}")
    with open(log, encoding="utf-8", errors="replace") as f:
        text = f.read()
    if not ("INJECTED" in text or (is_kill and done.returncode != 0)):
        return False, None if done.returncode == 0 else f"untouched, but exit {done.returncode}: {done.stderr}"
    if done.returncode == 0:
        fault = place.fault_of_database(generation, True)
        return True, fault and "exit 0, but " + fault
    # Before main the dynamic loader speaks for itself.
    is_loader = done.returncode == 127 and "error while loading shared libraries" in done.stderr
    if not is_kill and not is_loader and (done.returncode != 1 or not done.stderr.strip()):
        return True, f"exit {done.returncode}, not 1 with a reason: {done.stderr}"
    again = place.load(generation)
    if again.returncode:
        return True, f"the next load: exit {again.returncode}: {again.stderr} (first: {done.stderr})"
    fault = place.fault_of_database(generation, n % 10 == 0)
    return True, fault and "after the next load: " + fault


def run_case(place, call, what, generation, step):
    """How many calls were failed, and what went wrong."""
    faults, tried = [], 0
    for n in range(1, LIMIT, step):
        was_there, fault = try_once(place, call, what, n, generation)
        if fault:
            faults.append(f"call {n}: {fault}")
        tried += was_there
        if not was_there or len(faults) == 3:
            return tried, faults
    return tried, faults + ["no end"]


def main():
    tap = Tap()
    if not shutil.which("strace"):
        tap.skip("each failing system call", "strace is not installed")
        tap.end()
    wish = sys.argv[1] if len(sys.argv) > 1 else ""
    jobs = [(call, what, g, step) for call, what, loads, step in CASES for g in loads if wish in f"{call} {what}"]
    total = 0
    with Folder() as one, Folder() as two:
        places = [Place(one), Place(two)]
        probe = tinhso(one, "version", wrapper=("strace", "-f", "--seccomp-bpf", "-qq", "-o", os.devnull))
        if probe.returncode:
            tap.skip("each failing system call", "strace cannot trace here: " + probe.stderr.strip())
            tap.end()

        def worker(job):
            place = places.pop()
            try:
                return job, run_case(place, *job)
            finally:
                places.append(place)

        with ThreadPoolExecutor(2) as pool:
            for (call, what, generation, step), (n, faults) in pool.map(worker, jobs):
                load = "a load of changes" if generation else "a first load"
                each = "each" if step == 1 else f"every {step}th"
                tap.ok(n > 0 and not faults, f"{call} {what}: {n} times, {each} call of {load}", *faults)
                total += n
        print(f"# {total} calls failed")
    tap.end()


main()
