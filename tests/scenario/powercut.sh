#!/bin/bash
# suite: release
# timeout: 300
# Power cuts on a file system in a file: see tests/crash/powercut.py.
exec python3 "$(dirname "$0")/../crash/powercut.py"
