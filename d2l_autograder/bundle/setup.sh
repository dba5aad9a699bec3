#!/bin/sh
# Makes a container ready to mark: system packages, a Python, the locked packages, the dataset. Gradescope runs it once,
# as root, when the teacher uploads the zip file.
set -eu
here=$(cd -- "$(dirname -- "$0")" && pwd -P)
if [ -f /autograder/source/bundle.json ]; then here=/autograder/source; fi # Gradescope may run a copy of this script
place=/opt/d2l-grade
export DEBIAN_FRONTEND=noninteractive

suits() { # whether requirements.lock has wheels for a Python, and it can make environments
    "$1" -I -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null
}

find_python() { # sets python
    for python in python3.11 python3.12 python3.13 python3.14 python3; do
        if suits "$python"; then return 0; fi
    done
    return 1
}

if [ "$(uname -m)" != x86_64 ]; then
    echo "This bundle is for Gradescope, whose containers are x86-64, not $(uname -m): docker run --platform linux/amd64." >&2
    exit 1
fi
apt-get -q update
# util-linux has setpriv; MXNet loads libgomp and libquadmath; bubblewrap works where the container allows namespaces
apt-get -q install --yes --no-install-recommends bubblewrap util-linux libgomp1 libquadmath0 ca-certificates
if ! find_python; then
    for version in 3.11 3.12 3.13 3.14; do # Ubuntu 22.04 and Debian 12 have 3.11, Ubuntu 24.04 has 3.12, Debian 13 3.13
        apt-get -q install --yes --no-install-recommends "python$version" "python$version-venv" 2>/dev/null || continue
        if find_python; then break; fi
    done
    find_python || { echo "This image has no Python 3.11 to 3.14: choose Ubuntu 22.04 or 24.04." >&2; exit 1; }
fi

"$python" -m venv --clear "$place"
for lock in pip.lock requirements.lock; do
    "$place/bin/python" -I -m pip install --quiet --disable-pip-version-check --no-cache-dir --only-binary :all: \
        --require-hashes --no-deps -r "$here/$lock"
done

# Student code may read the environment and nothing else: neither the key nor the dataset's test labels
chmod -R go+rX "$place"
mkdir -p "$place/cache"
chmod 700 "$place/cache" "$here"
cat >"$here/environment.sh" <<END
python=$place/bin/python
export XDG_CACHE_HOME=$place/cache
END
. "$here/environment.sh"
PYTHONPATH="$here/packages" "$python" -P -s -B -m d2l_helpers data
PYTHONPATH="$here/packages" "$python" -P -s -B -m d2l_autograder.bundle.inside --check "$here"
