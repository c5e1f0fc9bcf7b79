#!/bin/bash
# suite: release
# timeout: 900
# kill -9 at random moments of a busy counter: see tests/crash/kill_counter.py.
exec python3 "$(dirname "$0")/../crash/kill_counter.py"
