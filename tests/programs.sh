#!/bin/sh
# Installs the programs that tests need beside Python, where this user may, and says how where not. Asks nothing.
set -eu

missing= # Debian packages: a browser, and what the sandbox is made of
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null ||
    missing="$missing chromium"
command -v bwrap >/dev/null || missing="$missing bubblewrap"
{ command -v setpriv && command -v prlimit; } >/dev/null || missing="$missing util-linux"
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
