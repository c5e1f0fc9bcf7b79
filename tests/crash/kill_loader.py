#!/usr/bin/python3
"""Kills the loader at 200 random moments (kill -9). After each: the database opens, `log verify` finds nothing, its
revisions are a beginning of those of an undisturbed load and never fewer than before. What follows goes on, and ends
with the same records."""
import os
import random
import shutil
import signal
import subprocess
import sys
import time

from common import BIN, Folder, Tap, entries, is_empty, state, tinhso, write_province

KILLS, ROWS, SEED = int(os.environ.get("TINHSO_KILLS", "200")), 700, 20220630
ENV = dict(os.environ, LC_ALL="C.UTF-8")


def reference(folder, generations):
    """The entries and the records after each generation, undisturbed; and how long the first load takes."""
    seconds, results = 0.0, []
    for province in generations:
        start = time.monotonic()
        done = tinhso(folder, "load", province, "--db", "var/thu.db")
        seconds = max(seconds, time.monotonic() - start)
        if done.returncode:
            sys.exit("the undisturbed load failed: " + done.stderr)
        results.append((entries(folder), state(folder)))
    return seconds, results


def load_and_kill(folder, province, seconds):
    """True when the signal came before the end."""
    process = subprocess.Popen([BIN, "load", province, "--db", "var/thu.db"], cwd=folder, env=ENV,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def check_after_kill(folder, wanted, before):
    """What is wrong, or None; and how many revisions there are."""
    verified = tinhso(folder, "log", "verify")
    if is_empty(verified):
        return (None, 0) if before == 0 else ("the database is empty again", 0)
    if verified.returncode:
        return "log verify: " + verified.stderr, before
    found = entries(folder)
    if found is None:
        return "the log cannot be listed", before
    if found != wanted[:len(found)]:
        return f"the revisions are no beginning of the undisturbed ones: {found[-1]}", before
    if len(found) < before:
        return f"{len(found)} revisions, there were {before}", before
    return None, len(found)


def main():
    tap, draw = Tap(), random.Random(SEED)
    with Folder() as undisturbed, Folder() as folder:
        generations = [os.path.join(undisturbed, f"province-{g}") for g in (0, 1)]
        for g, path in enumerate(generations):
            write_province(path, ROWS, g)
        seconds, results = reference(undisturbed, generations)
        wanted = results[-1][0]
        tap.ok(len(wanted) == 12, "undisturbed, two loads make 12 revisions", wanted)
        kills, ends, faults, seen = 0, 0, [], set()
        generation, revisions = 0, 0
        while kills < KILLS and len(faults) < 5:
            if not load_and_kill(folder, generations[generation], draw.uniform(0, seconds * 0.7)):
                ends += 1
                if state(folder) != results[generation][1]:
                    faults.append(f"after kill {kills}: a load that came to its end has other records")
                generation += 1
                if generation == len(generations):
                    shutil.rmtree(os.path.join(folder, "var"))
                    generation, revisions = 0, 0
                continue
            kills += 1
            fault, revisions = check_after_kill(folder, wanted, revisions)
            seen.add(revisions)
            if fault:
                faults.append(f"kill {kills}: {fault}")
        tap.ok(not faults, f"{kills} kills: the database is whole and a beginning of the undisturbed one", *faults)
        tap.ok(len(seen) >= 8, f"they came at many moments: after {len(seen)} of 13 numbers of revisions", sorted(seen))
        for province in generations[generation:]:
            done = tinhso(folder, "load", province, "--db", "var/thu.db")
            tap.ok(done.returncode == 0, "the next load goes on to its end", done.stderr)
        tap.ok(state(folder) == results[-1][1], "with the same records as undisturbed")
        tap.ok(entries(folder) == wanted, "and the same revisions")
        print(f"# {kills} kills, {ends} loads came to their end meanwhile, an undisturbed one takes {seconds:.2f} s")
    tap.end()


main()
