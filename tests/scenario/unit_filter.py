#!/usr/bin/python3
"""Runs a program under the system calls that a unit of systemd allows, as systemd would run it.

    tests/scenario/unit_filter.py UNIT COMMAND ARGS…

SystemCallFilter= is read from the unit, and what it leaves out fails with EPERM; systemd-analyze tells what its groups
hold, and libseccomp puts the filter in place.
"""
import ctypes
import errno
import os
import re
import subprocess
import sys

ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM  # SCMP_ACT_ALLOW, SCMP_ACT_ERRNO(EPERM)


def members(group):
    told = subprocess.check_output(["systemd-analyze", "syscall-filter", "--no-pager", group], text=True)
    words = [w for w in (line.strip() for line in told.splitlines()[1:]) if w and not w.startswith("#")]
    return set().union(*(members(w) if w.startswith("@") else {w} for w in words))


def allowed(unit):
    """The first line makes a list of what is allowed, as it does for systemd; "~" takes away."""
    calls = members("@default")
    with open(unit, encoding="utf-8") as f:
        for minus, words in re.findall(r"(?m)^SystemCallFilter=(~?)(.*)$", f.read()):
            some = set().union(*(members(w) if w.startswith("@") else {w} for w in words.split()))
            calls = calls - some if minus else calls | some
    return calls


def main():
    calls = allowed(sys.argv[1])
    lib = ctypes.CDLL("libseccomp.so.2")
    lib.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(lib.seccomp_init(ctypes.c_uint32(REFUSE)))
    for call in calls:
        number = lib.seccomp_syscall_resolve_name(call.encode())
        if number >= 0 and lib.seccomp_rule_add(context, ctypes.c_uint32(ALLOW), number, 0) != 0:
            raise SystemExit(f"no rule for {call}")
    if lib.seccomp_load(context) != 0:
        raise SystemExit("the filter cannot be put in place")
    os.execvp(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
