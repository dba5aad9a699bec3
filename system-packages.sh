#!/bin/sh
# Installs by apt what the tests need of the system and cannot bring along. Asks nothing; says what to do where it may not.
#
#   sh system-packages.sh                all of it
#   sh system-packages.sh PACKAGE...     only these
set -eu

# a browser; the sandbox; setpriv and prlimit, which it drops root with; certificates of a cluster
packages=${*:-"chromium bubblewrap util-linux openssl"}
has() { # Whether a package's programs are there, wherever they came from
    case $1 in
    chromium) command -v chromium || command -v chromium-browser || command -v google-chrome ;;
    bubblewrap) command -v bwrap ;;
    util-linux) command -v setpriv && command -v prlimit ;;
    openssl) command -v openssl ;;
    *) false ;; # of another package it is not known which programs show that it is there
    esac >/dev/null
}

missing=
for package in $packages; do has "$package" || missing="$missing $package"; done
if [ -z "$missing" ]; then exit; fi

as_root=
if [ "$(id -u)" != 0 ]; then as_root="sudo -n"; fi # -n: fail rather than ask for a password
if command -v apt-get >/dev/null && $as_root true 2>/dev/null; then
    $as_root apt-get update --quiet=2
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install --quiet=2 --yes --no-install-recommends $missing >/dev/null
    exit
fi
echo "Cannot install$missing: this user may not, or there is no apt-get. Tests that need them are skipped." >&2
echo "On Debian and Ubuntu: sudo apt-get install$missing" >&2
exit 1
