#!/bin/sh
# Run once in a new development container: the image's environment, this folder's commands, the dataset, your copies.
set -eu
# Unless the folder has an environment of its own. On Linux, an editor may give the container's user another user id than
# the one that owns the image's environment: then `make data` makes an environment in the folder
if [ ! -e .venv ] && [ -w /chapter/.venv ]; then ln -sfn /chapter/.venv .venv; fi
make data
.venv/bin/python -c '
from pathlib import Path
from d2l_helpers.lab import refresh_copies
refresh_copies(Path("notebooks"), Path("work"))'
