#!/bin/sh
# Make .venv with the locked packages, or complete it. The script asks nothing, needs neither root nor a compiler, and
# may run again at any time: if nothing is to be done, it ends at once.
#
# It installs with uv if uv is on the PATH, otherwise with venv and its pip, and on Debian, whose Python may lack pip,
# with the pip of Debian's package python3-pip-whl. Shared libraries that MXNet needs and a minimal system lacks come
# from Debian's packages, too.
#
#   sh setup.sh                          do all of this
#   sh setup.sh packages                 the same, without trying MXNet, which needs the project's code: a layer of an image
#   sh setup.sh run COMMAND...           run a command that changes .venv, while no other one changes it
#   sh setup.sh complete-mxnet FOLDER    fetch the shared libraries that the MXNet in a folder lacks
set -eu
CDPATH='' cd -- "$(dirname -- "$0")"
here=$(pwd -P)
megabytes=1500 # disk space for the environment, and for pip while it installs
to_fetch=300    # the part of them in the folder for temporary files, with a margin
again="then run make again"

say() { printf '%s\n' "$*" >&2; }
note() { tried="$tried
  $*"; }

work=   # folder for Debian's packages, removed when this script ends, even by a signal
before= # former contents of .venv/packages, while a working environment is updated
before_listing=
finish() {
    [ -z "$work" ] || rm -rf "$work"
    [ -z "$before" ] || restore_stamp
}
trap finish EXIT
trap 'exit 130' HUP INT TERM

# ------------------------------------------------------------------------------------------------ the environment

# The folder's name is part of the state: after a move, the scripts in .venv/bin name an interpreter that is not there
state() { printf '%s\n' "$here $(cksum <requirements.lock)"; }

listing() { ls -1 .venv/lib/python3.*/site-packages 2>/dev/null; }

# After an update that failed before it changed a package, the environment still works and is marked as usable again:
# without a network, it could not be made again
restore_stamp() { [ "$(listing)" != "$before_listing" ] || printf '%s\n' "$before" >.venv/packages; }

is_usable() { # an earlier set-up finished .venv in this folder, and its Python still runs
    case $(cat .venv/packages 2>/dev/null) in "$here "*) ;; *) return 1 ;; esac
    .venv/bin/python -I -c 'import sys; from importlib.util import find_spec as find; sys.exit(not find("mxnet"))' \
        2>/dev/null
}

suits() { # whether requirements.lock has wheels for a Python; prints its file, which several commands may name
    "$1" -I -c "
import os, sys, sysconfig
print(os.path.realpath(sys.executable))
is_right = sys.implementation.name == 'cpython' and not sysconfig.get_config_var('Py_GIL_DISABLED')
sys.exit(not (is_right and (3, 11) <= sys.version_info[:2] <= (3, 14)))" 2>/dev/null
}

find_pythons() { # list the Pythons on the PATH that suit, the default one first
    files=
    for python in python3 python3.14 python3.13 python3.12 python3.11 python; do
        command -v "$python" >/dev/null || continue
        if file=$(suits "$python"); then
            case $files in *":$file:"*) ;; *) pythons="$pythons $python" files="$files:$file:" ;; esac
        else
            version=$("$python" --version 2>&1 | head -n 1) || true
            note "$python: ${version:-does not run}"
        fi
    done
    [ -n "$pythons" ] || note "python3, python3.11 to python3.14: no suitable one is on the PATH"
}

make_environment() {
    find_pythons
    if command -v uv >/dev/null; then
        for python in $pythons "3.13"; do # uv fetches the last one
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
    # Debian's Python has no ensurepip unless python3-venv is installed, which needs root. Debian's pip is a wheel in a
    # package of its own, and pip's wheel can install itself
    error=$(printf '%s\n' "$error" | tr '\n' ' ' | cut -c 1-120)
    if ! "$1" -m venv --clear --without-pip .venv 2>/dev/null; then
        note "$1 -m venv: $error"
        return 1
    fi
    say "This Python has no pip of its own: fetching Debian's package python3-pip-whl (2 MB)."
    if fetch_from_debian python3-pip-whl; then
        wheel=$(printf '%s\n' "$work"/usr/share/python-wheels/pip-*.whl)
        .venv/bin/python -I "$wheel/pip" install --quiet --no-index "$wheel" && return
    fi
    note "$1 -m venv: $error" && note "apt-get: could not fetch a pip for it"
    return 1
}

install_packages() { # only wheels: a build from source would need a compiler, and minutes without any output
    say "Installing $(grep -c == requirements.lock) packages (240 MB to fetch, 1 GB on the disk); this takes a minute or two."
    if command -v uv >/dev/null; then # in another folder: uv refuses pyproject.toml's constraints, which have no hashes
        (cd / && uv pip install --quiet --python "$here/.venv/bin/python" --only-binary :all: --require-hashes \
            --no-deps --compile-bytecode -r "$here/requirements.lock") && return
        note "uv pip install: failed, see above"
        return 1
    fi
    .venv/bin/python -I -m pip install --quiet --disable-pip-version-check --no-user --only-binary :all: \
        --require-hashes --no-deps -r requirements.lock && return
    note "pip install: failed, see above"
    return 1
}

fetch_from_debian() { # unpack packages below $work; fetch the package lists if the machine has none
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

free_space() { df -Pk "$1" | awk 'NR == 2 {print int($4 / 1024)}'; } # megabytes

suggestion() { # print a remedy that works on this system
    temporary=${TMPDIR:-/tmp}
    if [ "$(free_space .)" -lt "$to_fetch" ]; then
        printf '%s\n' "free $megabytes MB on the disk of $here"
    elif [ "$(free_space "$temporary")" -lt "$to_fetch" ]; then
        printf '%s\n' "free $to_fetch MB in $temporary, or set TMPDIR to another folder for temporary files"
    elif [ -n "$pythons" ]; then
        echo "see above. If pip is missing: sudo apt-get install python3-venv on Debian and Ubuntu, or install uv. If PyPI cannot be reached: set PIP_INDEX_URL to a mirror"
    else
        for python in python3.14 python3.13 python3.12 python3.11; do
            if apt-cache show "$python-venv" >/dev/null 2>&1; then
                echo "sudo apt-get install $python-venv"
                return
            fi
        done
        echo "install uv (https://docs.astral.sh/uv), which fetches a suitable Python"
    fi
}

fail() { # got, expected, remedy
    say "
Could not set up the environment.
  got:      $1
  expected: $2
  try:      $3"
    exit 1
}

require_a_system_with_mxnet() { # before anything is fetched
    system=$(uname -s) machine=$(uname -m) bits=$(getconf LONG_BIT 2>/dev/null || echo 64)
    case $system-$machine-$bits in Linux-x86_64-64 | Linux-aarch64-64 | Darwin-x86_64-64) return ;; esac
    expected="Linux with glibc on a 64-bit processor by Intel, AMD or ARM (x86_64, aarch64), for which MXNet 1.9.1, the last release, has a wheel"
    case $system in
    Linux) fail "$system on $machine, $bits bits" "$expected" \
        "install a system of 64 bits if the processor has them; otherwise use another computer, or Google Colab" ;;
    *) fail "$system on $machine" "$expected" \
        "Docker, which runs Linux on this computer: docs/containers.md says how (on Windows, WSL does, too)" ;;
    esac
}

set_up() {
    if is_usable; then # update it in place
        before_listing=$(listing)
        before=$(cat .venv/packages) pythons=.venv/bin/python
    fi
    [ -n "$before" ] || require_a_system_with_mxnet
    rm -f .venv/packages # until all packages are installed, the environment counts as unfinished
    if [ -z "$before" ]; then
        free=$(free_space .)
        [ "$free" -ge "$megabytes" ] || fail "$free MB free on the disk of $here" "$megabytes MB" "free some space; $again"
        if [ -e .venv ]; then
            say "Making the environment .venv again: the one that is there is of an earlier release, moved or unfinished."
        else
            say "Making the environment .venv."
        fi
        rm -rf .venv # uv does not clear a folder that is not an environment yet
        make_environment || return
    fi
    install_packages || return
    state >.venv/packages
    before=
}

# -------------------------------------------------------------------------------------------- MXNet's shared libraries

# MXNet's wheel loads libgomp.so.1 from the system and, on x86-64, libquadmath.so.0 for its Fortran code. Its RPATH names
# its own folder, so every process that imports MXNet finds libraries that are copied there.
#
# On aarch64 it was linked with Arm Performance Libraries, which the wheel does not contain and Debian does not have.
# Debian's OpenBLAS and LAPACKE have the same functions under the same names and take the place of libarmpl_lp64_mp;
# libamath and libastring are Arm's versions of functions that libm and libc have
in_place_of_arms="liblapacke.so.3 libtmglib.so.3 liblapack.so.3 libblas.so.3 libopenblas.so.0"

missing_for() { # FOLDER
    ldd "$1/libmxnet.so" 2>/dev/null | awk '/not found/ {print $1}' | sort -u
}

packages_with() { # LIBRARIES: Debian's names for the packages
    for library in "$@"; do
        case $library in
        libamath.so | libastring.so) ;;
        libarmpl_lp64_mp.so | liblapack* | libblas* | libopenblas* | libtmglib*)
            printf '%s\n' liblapacke libtmglib3 libopenblas0-pthread ;;
        *) printf '%s\n' "$library" | sed 's/\.so\.//' ;;
        esac
    done | sort -u
}

complete_mxnet() { # FOLDER
    missing=$(missing_for "$1")
    [ -n "$missing" ] || return 0
    # shellcheck disable=SC2086
    packages=$(packages_with $missing | tr '\n' ' ')
    if [ -n "$packages" ]; then
        say "This system lacks shared libraries that MXNet needs: fetching Debian's packages $packages(under 6 MB)."
        # shellcheck disable=SC2086
        fetch_from_debian $packages || return 0 # importing MXNet then fails with a message that names the remedy
    fi
    for library in $missing; do
        case $library in
        libarmpl_lp64_mp.so)
            for file in $in_place_of_arms; do copy_library "$file" "$1"; done
            [ ! -e "$1/liblapacke.so.3" ] || mv "$1/liblapacke.so.3" "$1/$library" ;; # it loads the others
        libamath.so) link_library libm.so.6 "$1/$library" ;;
        libastring.so) link_library libc.so.6 "$1/$library" ;;
        *) copy_library "$library" "$1" ;;
        esac
    done
}

copy_library() { # NAME FOLDER
    path=$(find "$work/usr/lib" "$work/lib" -name "$1" 2>/dev/null | head -n 1)
    [ -z "$path" ] || cp -L "$path" "$2/"
}

link_library() { # NAME LINK: the linker sees that the link's file is loaded already
    path=$(ldd "${2%/*}/libmxnet.so" | awk -v name="$1" '$1 == name {print $3}')
    [ -z "$path" ] || ln -sf "$path" "$2"
}

import_mxnet() {
    .venv/bin/python -c '
import sys
from d2l_helpers.errors import D2LHelpersError
try:
    import mxnet
except D2LHelpersError as error:
    sys.exit(f"\n{type(error).__name__}: {error}")
except Exception as error:
    sys.exit(f"""
Cannot import MXNet.
  got:      {type(error).__name__}: {error}
  expected: the packages of requirements.lock, unchanged
  try:      make clean, then run make again; if that does not help, report the error""")'
}

# -------------------------------------------------------------------------------------------------------------- main

# Two set-ups at the same time would remove each other's files. Without flock, or on a file system without locks, the
# user must not start two
exec 9<.
if command -v flock >/dev/null && ! flock --nonblock 9; then
    say "Waiting for another set-up in this folder."
    flock 9 || true
fi

case ${1:-} in
run)
    shift
    "$@" 9<&-
    exit
    ;;
complete-mxnet)
    complete_mxnet "$2"
    exit
    ;;
esac
if [ -L .venv ]; then # an environment that belongs to something else, which must not be changed
    [ -x .venv/bin/python ] || fail "a link .venv that leads to no environment" "an environment, or nothing yet" "rm .venv; $again"
    exit
fi

tried=
pythons=
if ! { is_usable && [ "$(cat .venv/packages)" = "$(state)" ]; }; then
    set_up || fail "no environment on $(uname -sm); tried in turn:$tried" \
        "CPython 3.11 to 3.14 on Linux with glibc, x86_64 or aarch64, and access to a Python package index" \
        "$(suggestion); $again"
fi
mxnet=$(echo .venv/lib/python3.*/site-packages/mxnet)
if [ ! .venv/imports -nt .venv/packages ] || [ -n "$(missing_for "$mxnet")" ]; then
    complete_mxnet "$mxnet"
    [ "${1:-}" != packages ] || exit 0
    import_mxnet
    touch .venv/imports
fi
