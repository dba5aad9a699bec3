#!/bin/sh
# Installs Chromium for the browser tests where this user may, and says how where not. Asks nothing.
set -eu
for browser in chromium chromium-browser google-chrome; do
    if command -v "$browser" >/dev/null; then exit; fi
done
as_root=
if [ "$(id -u)" != 0 ]; then as_root="sudo -n"; fi # -n: fail rather than ask for a password
if command -v apt-get >/dev/null && $as_root true 2>/dev/null; then
    $as_root apt-get update --quiet=2 || true
    if DEBIAN_FRONTEND=noninteractive $as_root apt-get install --quiet=2 --yes --no-install-recommends chromium >/dev/null; then
        exit
    fi
fi
echo "No Chromium, and no right to install it: the browser tests are skipped, or fail where CI=true." >&2
echo "On Debian and Ubuntu: sudo apt-get install chromium" >&2
