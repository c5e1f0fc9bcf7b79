#!/bin/bash
# suite: release
# timeout: 900
# kill -9 at 200 random moments of a server at work: see tests/crash/kill_writes.py.
exec python3 "$(dirname "$0")/../crash/kill_writes.py"
