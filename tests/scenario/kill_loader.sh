#!/bin/bash
# suite: release
# timeout: 300
# kill -9 at 200 random moments of loading: see tests/crash/kill_loader.py.
exec python3 "$(dirname "$0")/../crash/kill_loader.py"
