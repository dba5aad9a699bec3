#!/bin/sh
# Makes .venv with the locked packages. Asks nothing, needs no root, and may be run again at any time.
#
# Tried in turn: uv; Python's venv; and, where Debian has Python without its pip, the pip that Debian packs apart.
set -eu
cd "$(dirname "$0")"
wanted=3.11 # requirements.lock was made for it

say() { printf '%s\n' "$*" >&2; }

is_wanted() { "$1" -c "import sys; sys.exit(sys.version_info[:2] != (3, ${wanted#3.}))" 2>/dev/null; }

find_python() {
    for python in "python$wanted" python3 python; do
        if is_wanted "$python"; then
            echo "$python"
            return
        fi
    done
}

with_uv() {
    command -v uv >/dev/null || { tried="$tried
  uv: not on the PATH"; return 1; }
    if uv venv --quiet --clear --seed --python "$wanted" .venv &&
        uv pip install --quiet --python .venv/bin/python --require-hashes --no-deps -r requirements.lock; then
        return
    fi
    tried="$tried
  uv: failed, see above"
    return 1
}

with_pip() {
    python=$(find_python)
    [ -n "$python" ] || { tried="$tried
  pip: no Python $wanted on the PATH"; return 1; }
    make_venv "$python" || { tried="$tried
  $python -m venv: $error
  apt-get: could not fetch a pip for it"; return 1; }
    if .venv/bin/python -m pip install --quiet --require-hashes --no-deps -r requirements.lock; then
        return
    fi
    tried="$tried
  pip: failed, see above"
    return 1
}

make_venv() {
    error=$("$1" -m venv --clear .venv 2>&1) && return
    # Debian's Python comes without ensurepip unless python3-venv is installed, which takes root. Its pip is a wheel
    # in a package of its own, and a wheel can install itself.
    say "This Python has no pip of its own: fetching Debian's package python3-pip-whl."
    "$1" -m venv --clear --without-pip .venv || return
    folder=$(mktemp -d)
    if (cd "$folder" && fetch_from_debian python3-pip-whl && dpkg-deb -x python3-pip-whl_*.deb .); then
        wheel=$(ls "$folder"/usr/share/python-wheels/pip-*.whl)
        .venv/bin/python "$wheel/pip" install --quiet --no-index "$wheel" || wheel=
    fi
    rm -rf "$folder"
    [ -n "${wheel:-}" ]
}

fetch_from_debian() { # the lists of packages are fetched to a folder of our own where the machine has none
    apt-get download --quiet=2 "$1" 2>/dev/null && return
    mkdir -p lists/partial cache/archives/partial
    own="-o Dir::State::Lists=$PWD/lists -o Dir::Cache=$PWD/cache -o APT::Sandbox::User=$(id -un)"
    # shellcheck disable=SC2086
    apt-get $own update --quiet=2 && apt-get $own download --quiet=2 "$1"
}

tried=
if with_uv || with_pip; then
    touch .venv/packages
    exit
fi
say "
Could not set up the environment.
  got:      nothing that works; tried in turn:$tried
  expected: uv, or Python $wanted with pip, and a way to a Python package index
  try:      install uv, or on Debian and Ubuntu: sudo apt-get install python$wanted-venv; then run make again"
exit 1
