#!/bin/bash
# scripts/setup on machines that lack packages. Nothing is installed: dpkg-query, apt-get, sudo and id are stand-ins.
. "$(dirname "$0")/lib.sh"

bin=$WORK/bin
mkdir -p "$bin" "$WORK/installed"
for tool in sh bash awk sed cat dirname env true; do
    ln -s "$(type -P "$tool")" "$bin/$tool"
done

stand_in() { # NAME, its text on standard input
    {
        echo '#!/bin/sh'
        cat
    } >"$bin/$1"
    chmod +x "$bin/$1"
}

# A package is installed when a file of its name lies in $WORK/installed.
stand_in dpkg-query <<TEXT
shift 2
for p; do
    if [ -e "$WORK/installed/\$p" ]; then echo "installed \$p"; else missing=1; fi
done
exit \${missing:-0}
TEXT
stand_in apt-get <<TEXT
echo "apt-get \$*" >>"$WORK/calls"
[ "\$DEBIAN_FRONTEND" = noninteractive ] || echo "asks questions" >>"$WORK/calls"
for p; do case \$p in install|-*|*=*|update) ;; *) : >"$WORK/installed/\$p" ;; esac; done
TEXT
stand_in sudo <<TEXT
echo "sudo" >>"$WORK/calls"
[ "\$1" != -n ] || shift
exec "\$@"
TEXT

setup_as() { # USER_ID [GROUP…]
    stand_in id <<TEXT
echo $1
TEXT
    shift
    : >"$WORK/calls"
    run env PATH="$bin" "$SOURCE/scripts/setup" "$@"
    calls=$(cat "$WORK/calls")
}

all_but() { # packages that are missing
    rm -f "$WORK"/installed/*
    sed 's/[[:space:]#:].*//; /^$/d' "$SOURCE/scripts/packages.txt" | while read -r p; do : >"$WORK/installed/$p"; done
    for p in "$@"; do rm "$WORK/installed/$p"; done
}

all_but
setup_as 0
expect_exit "with every package there is nothing to do" 0
expect_eq "and nothing is called or said" "$calls$out$err" ""

all_but strace yamllint
setup_as 0 build
expect_exit "what only tests need is not installed for running" 0
expect_eq "and apt-get is not called for it" "$calls$out$err" ""
setup_as 0 nonsense
expect_exit "a group that does not exist is wrong usage" 2

all_but strace yamllint
setup_as 0
expect_exit "missing packages are installed by root" 0
expect_contains "the package lists are refreshed first" "$(head -n 1 "$WORK/calls")" "update"
expect_contains "only the missing packages are installed, without recommended ones" "$calls" \
    "install --no-install-recommends strace yamllint"
expect_not_contains "root needs no sudo" "$calls" "sudo"
expect_not_contains "apt-get asks nothing" "$calls" "asks questions"
setup_as 0
expect_eq "a second run finds nothing to do" "$calls$out$err" ""

all_but meson
setup_as 1000
expect_exit "another user installs through sudo" 0
expect_contains "and sudo was asked" "$calls" "sudo"

rm "$bin/sudo"
all_but meson sqlite3
setup_as 1000
expect_exit "without root or sudo it ends with 1" 1
expect_contains "and names the command to run" "$err" "apt-get install -y --no-install-recommends meson sqlite3"
expect_contains "in Vietnamese" "$err" "Cần quyền root"
expect_contains "and in English" "$err" "needs root"
expect_eq "and touched nothing" "$calls" ""

stand_in apt-get <<TEXT
exit 100
TEXT
all_but meson
setup_as 0
expect_true "an apt-get that fails makes setup fail" test "$status" -ne 0

# ---- a command that is there from elsewhere serves as well as the package

version_of() { # COMMAND what it says of its version
    stand_in "$1" <<TEXT
echo "$2"
TEXT
}

all_but nodejs npm
version_of node v20.20.2
version_of npm 11.19.1
setup_as 0 build
expect_eq "node and npm from elsewhere are good enough" "$calls$out$err" ""

version_of node v16.20.0
setup_as 0 build
expect_contains "but not when they are too old" "$out" "Installing what is missing: nodejs"
