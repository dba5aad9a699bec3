#!/bin/sh
# Installs the Debian packages named, where they are lacking and this user may, and says how where not. Asks nothing.
set -eu

has() { # whether a package's programs are there, wherever they came from
    case $1 in
    chromium) command -v chromium || command -v chromium-browser || command -v google-chrome ;;
    bubblewrap) command -v bwrap ;;
    util-linux) command -v setpriv && command -v prlimit ;;
    esac >/dev/null
}

missing=
for package; do has "$package" || missing="$missing $package"; done
if [ -z "$missing" ]; then exit; fi

as_root=
if [ "$(id -u)" != 0 ]; then as_root="sudo -n"; fi # -n: fail rather than ask for a password
if command -v apt-get >/dev/null && $as_root true 2>/dev/null; then
    $as_root apt-get update --quiet=2 || true
    # shellcheck disable=SC2086
    if DEBIAN_FRONTEND=noninteractive $as_root apt-get install --quiet=2 --yes --no-install-recommends $missing >/dev/null; then
        exit
    fi
fi
echo "Missing, and no right to install:$missing. The tests that need them are skipped, or fail where CI=true." >&2
echo "On Debian and Ubuntu: sudo apt-get install$missing" >&2
