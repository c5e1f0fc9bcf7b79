#!/bin/bash
# suite: release
# timeout: 600
# Each failing system call in turn: see tests/crash/syscalls.py.
exec python3 "$(dirname "$0")/../crash/syscalls.py"
