"""Download Fashion-MNIST's files from web servers that are slow, silent, wrong or not there."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from d2l_helpers.data.idx import Bytes, IdxFile, read_verified
from d2l_helpers.errors import DataCorrupt

__all__ = ["MIRRORS", "download", "explain", "probe"]

MIRRORS = (
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
)
CONNECT_TIMEOUT = 3.0  # seconds
READ_TIMEOUT = 10.0  # seconds without a byte
PROBE_TIMEOUT = 5.0  # seconds for all mirrors together
MAX_TRIES = 4  # requests for one file, as long as each brings us further


def probe(mirrors: Sequence[str]) -> dict[str, str | None]:
    """Find out which mirrors answer, all at once and within `PROBE_TIMEOUT` seconds.

    A timeout of the connection alone is not enough: it starts anew at each of a host's addresses, and does not
    count the time it takes to look them up.

    Parameters
    ----------
    mirrors : sequence of str
        Addresses of folders.

    Returns
    -------
    dict of str to str or None
        For each mirror None if it answers anything at all, else why it does not.
    """
    import requests  # here and below: it takes longer to import than the dataset to load, and is seldom needed

    problems: dict[str, str | None] = dict.fromkeys(mirrors, f"no answer within {PROBE_TIMEOUT:g} s")

    def ask(mirror: str) -> None:
        try:
            requests.head(mirror, timeout=CONNECT_TIMEOUT).close()
        except requests.RequestException as error:
            problems[mirror] = explain(error)
        else:
            problems[mirror] = None

    threads = [threading.Thread(target=ask, args=[mirror], daemon=True) for mirror in mirrors]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + PROBE_TIMEOUT
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return dict(problems)


def download(mirror: str, file: IdxFile, folder: Path) -> Bytes:
    """Download and verify one file, going on where an earlier try was cut off.

    Parameters
    ----------
    mirror : str
        Address of the folder that holds the compressed file.
    file : IdxFile
        Which file.
    folder : Path
        Where the unfinished download is kept, as ``….gz.part``, until it is complete.

    Returns
    -------
    numpy.ndarray of uint8, shape (file.size,)
        The decompressed, verified bytes.

    Raises
    ------
    requests.RequestException
        If the mirror fails; what has arrived is kept for the next try.
    DataCorrupt
        If it sends other bytes than the published ones.
    OSError
        If the disk cannot take them; nothing is kept.
    """
    part = part_file(folder, file)
    if part.exists():
        with contextlib.suppress(DataCorrupt):  # what was there may have been another mirror's: then from the start
            return _download_once(mirror, file, part)
    return _download_once(mirror, file, part)


def part_file(folder: Path, file: IdxFile) -> Path:
    """Give where an unfinished download of a file is kept."""
    return folder / f"{file.filename}.gz.part"


def explain(error: BaseException) -> str:
    """Give the innermost cause of a failed request in one line; the outer ones repeat it at length."""
    while error.__context__ is not None:
        error = error.__context__
    return f"{type(error).__name__}: {error}"


def _download_once(mirror: str, file: IdxFile, part: Path) -> Bytes:
    import requests

    try:
        _transfer_all(f"{mirror.rstrip('/')}/{file.filename}.gz", part, limit=file.size)
        contents = read_verified(part, file)
    except requests.RequestException:
        raise  # is an OSError too, but not the disk's
    except (DataCorrupt, OSError):
        part.unlink(missing_ok=True)
        raise
    part.unlink()
    return contents


def _transfer_all(url: str, part: Path, limit: int) -> None:
    import requests

    for remaining in reversed(range(MAX_TRIES)):
        before = _size(part)
        try:
            _transfer(url, part, limit)
        except requests.RequestException:
            if not remaining or _size(part) <= before:
                raise
        else:
            break


def _transfer(url: str, part: Path, limit: int) -> None:
    """Ask once for what is missing, and append whatever comes."""
    import requests
    from tqdm import tqdm

    held = _size(part)
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={held}-"} if held else {})
    with requests.get(url, headers=headers, stream=True, timeout=(CONNECT_TIMEOUT, READ_TIMEOUT)) as response:
        if held and response.status_code == requests.codes.requested_range_not_satisfiable:
            part.unlink()  # already whole, or longer than the file: either way the check comes next time
            return _transfer(url, part, limit)
        response.raise_for_status()
        is_rest = response.headers.get("Content-Range", "").startswith(f"bytes {held}-")
        total = held * is_rest + int(response.headers.get("Content-Length", 0)) or None
        with (
            part.open("ab" if is_rest else "wb") as sink,
            tqdm(
                desc=part.name[: -len(".part")], initial=held * is_rest, total=total, unit="B", unit_scale=True
            ) as bar,
        ):
            for chunk in response.iter_content(1 << 16):
                sink.write(chunk)
                bar.update(len(chunk))
                if sink.tell() > limit:  # compressed data is never longer: this is something else, perhaps endless
                    return None
    return None


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
