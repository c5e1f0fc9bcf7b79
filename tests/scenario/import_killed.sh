#!/bin/bash
# suite: release
# timeout: 600
# kill -9 at 100 random moments of an import: see tests/crash/kill_import.py.
exec python3 "$(dirname "$0")/../crash/kill_import.py"
