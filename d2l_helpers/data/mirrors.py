"""Download Fashion-MNIST's files from web servers that may be slow, silent, wrong or not there."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path

from d2l_helpers.data.idx import Bytes, IdxFile, read_verified
from d2l_helpers.errors import DataCorrupt

__all__ = ["MIRRORS", "download", "explain", "part_file", "probe"]

MIRRORS = (
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
)
CONNECT_TIMEOUT = 3.0  # seconds
READ_TIMEOUT = 10.0  # seconds without a byte
PROBE_TIMEOUT = 5.0  # seconds for all mirrors together
MAX_TRIES = 4  # requests for one file, as long as each delivers more of it


def probe(mirrors: Sequence[str]) -> dict[str, str | None]:
    """Find out which mirrors answer, all at once and within `PROBE_TIMEOUT` seconds.

    A timeout of the connection alone is not enough: it starts again at each of a host's addresses, and does not
    include the time for looking them up.

    Returns
    -------
    dict of str to str or None
        For each mirror None if it answers anything at all, else why it does not.
    """
    import requests  # imported here and below, because the import takes longer than loading the dataset

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
    """Download and verify one file, and continue a download that was cut off before.

    Parameters
    ----------
    mirror : str
        Address of the folder with the compressed file.
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
    import requests

    part = part_file(folder, file)
    is_continued = part.exists()
    try:
        _transfer_all(f"{mirror.rstrip('/')}/{file.filename}.gz", part, limit=file.size)
        contents = read_verified(part, file)
    except requests.RequestException:
        raise  # this class is an OSError too, but the disk is not to blame
    except (DataCorrupt, OSError) as error:
        part.unlink(missing_ok=True)
        if is_continued and isinstance(error, DataCorrupt):  # the first part may come from another mirror
            return download(mirror, file, folder)
        raise
    part.unlink()
    return contents


def part_file(folder: Path, file: IdxFile) -> Path:
    """Return the path of a file's unfinished download."""
    return folder / f"{file.filename}.gz.part"


def explain(error: BaseException) -> str:
    """Return the innermost cause of a failed request in one line; the outer ones repeat it at length."""
    while error.__context__ is not None:
        error = error.__context__
    return f"{type(error).__name__}: {error}"


def _transfer_all(url: str, part: Path, limit: int) -> None:
    import requests

    for remaining in reversed(range(MAX_TRIES)):
        before = _size(part)
        try:
            return _transfer(url, part, limit)
        except requests.RequestException:
            if not remaining or _size(part) <= before:
                raise
    return None


def _transfer(url: str, part: Path, limit: int) -> None:
    """Send one request for what is missing, and append whatever arrives."""
    import requests
    from tqdm import tqdm

    held = _size(part)
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={held}-"} if held else {})
    with requests.get(url, headers=headers, stream=True, timeout=(CONNECT_TIMEOUT, READ_TIMEOUT)) as response:
        if held and response.status_code == requests.codes.requested_range_not_satisfiable:
            part.unlink()  # the part was complete or too long: download again, and let the checksum decide
            return _transfer(url, part, limit)
        response.raise_for_status()
        kept = held if response.headers.get("Content-Range", "").startswith(f"bytes {held}-") else 0
        total = kept + int(response.headers.get("Content-Length", 0)) or None
        name = part.name.removesuffix(".part")
        with (
            part.open("ab" if kept else "wb") as sink,
            tqdm(desc=name, initial=kept, total=total, unit="B", unit_scale=True) as bar,
        ):
            for chunk in response.iter_content(1 << 16):
                sink.write(chunk)
                bar.update(len(chunk))
                # Compressed data is never longer than the file: stop a download that may never end
                if sink.tell() > limit:
                    break
    return None


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
