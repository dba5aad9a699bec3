#!/bin/sh
# Makes .venv with the locked packages, or completes it. Asks nothing, needs neither root nor a compiler, and may be
# run again at any time: where nothing is to be done it ends at once.
#
# Python: uv if it is there; else venv and its own pip; and, where Debian has Python without its pip, the pip that
# Debian packs apart. Shared libraries that MXNet needs and a minimal system lacks come from Debian's packages, too.
set -eu
cd "$(dirname -- "$0")"
here=$(pwd -P)
megabytes=1500 # what the environment takes, and what pip needs beside it while it installs

say() { printf '%s\n' "$*" >&2; }
note() { tried="$tried
  $*"; }

work= # for packages of Debian's, removed at the end, however it comes
trap '[ -z "$work" ] || rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM

# ------------------------------------------------------------------------------------------------ the environment

state() { echo "$here $(cksum <requirements.lock)"; } # a folder that was moved has scripts that start nothing

is_usable() { # an earlier set-up finished it, in this folder, by a Python that is still there
    case $(cat .venv/packages 2>/dev/null) in "$here "*) ;; *) return 1 ;; esac
    .venv/bin/python -I -c 'import sys; from importlib.util import find_spec as find; sys.exit(not find("mxnet"))' \
        2>/dev/null
}

suits() { # whether requirements.lock has wheels for it; its file is printed, which may have several names
    "$1" -I -c "
import os, sys, sysconfig
print(os.path.realpath(sys.executable))
is_right = sys.implementation.name == 'cpython' and not sysconfig.get_config_var('Py_GIL_DISABLED')
sys.exit(not (is_right and (3, 11) <= sys.version_info[:2] <= (3, 14)))" 2>/dev/null
}

find_pythons() { # those that run and suit, the system's own first
    files=
    for python in python3 python3.14 python3.13 python3.12 python3.11 python; do
        command -v "$python" >/dev/null || continue
        if file=$(suits "$python"); then
            case $files in *":$file:"*) ;; *) pythons="$pythons $python" files="$files:$file:" ;; esac
        else
            version=$("$python" --version 2>&1 | head -n 1) || true
            note "$python: is ${version:-a command that does not run}"
        fi
    done
    [ -n "$pythons" ] || note "python3, python3.11 to python3.14: none that suits is on the PATH"
}

make_environment() {
    find_pythons
    if command -v uv >/dev/null; then
        for python in $pythons "3.13"; do # the last is one that uv fetches
            uv venv --quiet --clear --seed --python "$python" .venv && return
            note "uv venv --python $python: failed, see above"
        done
    else
        note "uv: not on the PATH"
    fi
    for python in $pythons; do
        make_venv "$python" && return
    done
    return 1
}

make_venv() {
    error=$("$1" -m venv --clear .venv 2>&1) && return
    # Debian's Python comes without ensurepip unless python3-venv is installed, which takes root. Its pip is a wheel
    # in a package of its own, and a wheel can install itself.
    error=$(printf '%s\n' "$error" | tr '\n' ' ' | cut -c 1-120)
    if ! "$1" -m venv --clear --without-pip .venv 2>/dev/null; then
        note "$1 -m venv: $error"
        return 1
    fi
    say "This Python has no pip of its own: fetching Debian's package python3-pip-whl (2 MB)."
    if fetch_from_debian python3-pip-whl; then
        wheel=$(echo "$work"/usr/share/python-wheels/pip-*.whl)
        .venv/bin/python -I "$wheel/pip" install --quiet --no-index "$wheel" && return
    fi
    note "$1 -m venv: $error" && note "apt-get: could not fetch a pip for it"
    return 1
}

install_packages() { # wheels alone: a build from source would need a compiler, and minutes without a word
    say "Installing $(grep -c == requirements.lock) packages (240 MB to fetch, 1 GB on the disk); this takes a minute or two."
    if command -v uv >/dev/null; then # away from pyproject.toml, whose constraints have no hashes
        (cd / && uv pip install --quiet --python "$here/.venv/bin/python" --only-binary :all: --require-hashes \
            --no-deps -r "$here/requirements.lock") && return
        note "uv pip install: failed, see above"
        return 1
    fi
    .venv/bin/python -I -m pip install --quiet --disable-pip-version-check --no-user --only-binary :all: \
        --require-hashes --no-deps -r requirements.lock && return
    note "pip install: failed, see above"
    return 1
}

fetch_from_debian() { # unpacks packages below $work; the lists of packages are fetched where the machine has none
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return
    if [ -z "$work" ]; then
        work=$(mktemp -d)
        settings='Acquire::http::Timeout "15"; Acquire::https::Timeout "15"; Acquire::Retries "2";'
        printf '%s\n' "$settings APT::Sandbox::User \"$(id -un)\";" >"$work/patient"
        printf '%s\n' "$settings APT::Sandbox::User \"$(id -un)\";" \
            "Dir::State::Lists \"$work/lists\"; Dir::Cache \"$work/cache\";" >"$work/own"
    fi
    (
        cd "$work"
        if ! { [ ! -d lists ] && APT_CONFIG=patient apt-get --quiet=2 download "$@" 2>/dev/null; }; then
            mkdir -p lists/partial cache/archives/partial
            export APT_CONFIG=own
            apt-get --quiet=2 update && apt-get --quiet=2 download "$@" || exit 1
        fi
        for package in ./*.deb; do dpkg-deb -x "$package" . || exit 1; done
    )
}

free_space() { df -Pk . | awk 'NR == 2 {print int($4 / 1024)}'; }

suggestion() { # a remedy that exists on this system
    if [ "$(free_space)" -lt "$megabytes" ]; then
        echo "free $megabytes MB on the disk of $here"
    elif [ -n "$pythons" ]; then
        echo "see above. Without pip: sudo apt-get install python3-venv on Debian and Ubuntu, or install uv. Without a way to PyPI: name a mirror by PIP_INDEX_URL"
    else
        for python in python3.14 python3.13 python3.12 python3.11; do
            if apt-cache show "$python-venv" >/dev/null 2>&1; then
                echo "sudo apt-get install $python-venv"
                return
            fi
        done
        echo "install uv (https://docs.astral.sh/uv), which fetches a Python of its own"
    fi
}

fail() { # got, expected, remedy
    say "
Could not set up the environment.
  got:      $1
  expected: $2
  try:      $3; then run make again"
    exit 1
}

set_up() {
    before= # an environment that works is updated where it is: what cannot be fetched leaves it as it was
    if is_usable; then before=$(cat .venv/packages) pythons=.venv/bin/python; fi
    rm -f .venv/packages # until all is there again, the environment is half made
    if [ -z "$before" ]; then
        free=$(free_space)
        [ "$free" -ge "$megabytes" ] || fail "$free MB free on the disk of $here" "$megabytes MB" "free some space"
        say "Making the environment .venv."
        rm -rf .venv # uv does not clear what was interrupted before it became an environment
        make_environment || return
    fi
    if install_packages; then
        state >.venv/packages
    else
        [ -z "$before" ] || echo "$before" >.venv/packages
        return 1
    fi
}

# -------------------------------------------------------------------------------------------- MXNet's shared libraries

# MXNet's wheel takes libgomp.so.1 and, for its Fortran, libquadmath.so.0 from the system. Its own RPATH names its own
# folder: what is put there is found in every process that imports it, without a setting.
missing_for() { # FOLDER
    ldd "$1/libmxnet.so" 2>/dev/null | awk '/not found/ {print $1}' | sort -u
}

complete_mxnet() { # FOLDER
    missing=$(missing_for "$1")
    [ -n "$missing" ] || return 0
    packages=$(printf '%s\n' "$missing" | sed 's/\.so\.//' | tr '\n' ' ') # Debian's names for the packages
    say "This system lacks shared libraries of MXNet's: fetching Debian's packages $packages(under 1 MB)."
    # shellcheck disable=SC2086
    fetch_from_debian $packages || return 0 # whoever imports MXNet says what to do
    for library in $missing; do
        path=$(find "$work/usr/lib" "$work/lib" -name "$library" 2>/dev/null | head -n 1)
        [ -z "$path" ] || cp -L "$path" "$1/"
    done
}

import_mxnet() {
    .venv/bin/python -c '
import sys
import d2l_helpers
try:
    import mxnet
except Exception as error:
    sys.exit(f"\n{type(error).__name__}: {error}")'
}

# ------------------------------------------------------------------------------------------------------------- begin

if [ "${1:-}" = complete-mxnet ]; then
    complete_mxnet "$2"
    exit
fi
if [ -L .venv ]; then exit; fi # somebody else's environment, which is not ours to change

tried=
pythons=
if ! { is_usable && [ "$(cat .venv/packages)" = "$(state)" ]; }; then
    set_up || fail "nothing that works, on $(uname -sm); tried in turn:$tried" \
        "CPython 3.11 to 3.14 on x86-64 Linux with glibc, and a way to a Python package index" "$(suggestion)"
fi
mxnet=$(echo .venv/lib/python3.*/site-packages/mxnet)
if [ ! .venv/imports -nt .venv/packages ] || [ -n "$(missing_for "$mxnet")" ]; then
    complete_mxnet "$mxnet"
    import_mxnet
    touch .venv/imports
fi
