"""Write files so that a reader finds all of a file or none of it, on file systems without hard links too."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from d2l_helpers.errors import NotebookError

__all__ = ["replace_file", "write", "write_once"]

# The errors of exFAT, SMB and some FUSE file systems for "no hard links"
_NO_HARD_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS}


def write(file: Path, contents: bytes | memoryview, mode: int | None = None) -> None:
    """Write a file; until the new contents are complete, the old file stays. A file with these contents is left alone.

    Parameters
    ----------
    file : Path
        The file; its folder is made if it does not exist.
    contents : bytes or memoryview
        All of its contents.
    mode : int, optional
        Its permissions; by default those of the file that it replaces, or 0o644.

    Raises
    ------
    OSError
        If the file cannot be written. The old file is then unchanged.
    """
    if mode is None:
        mode = file.stat().st_mode & 0o777 if file.exists() else 0o644
    if _is_written(file, contents, mode):
        return
    with _temporary(file, contents, mode) as temporary:
        temporary.replace(file)


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file by new content, as a whole or not at all; its mode stays.

    Raises
    ------
    NotebookError
        If the file cannot be written. It is then unchanged.
    """
    try:
        write(path, content)
    except OSError as error:
        raise NotebookError(
            f"Cannot write {path.name}",
            got=error,
            expected="a folder with write permission, and free space",
            remedy="look at the folder's permissions and the free space; the file is unchanged",
        ) from error


def write_once(file: Path, contents: bytes | memoryview, mode: int = 0o644) -> bool:
    """Write a file unless its name is taken, as by a file, a folder or a link.

    Where several processes of a machine write the same file at once, one of them writes it. A killed process leaves no
    lock behind. Parameters and errors are those of `write`.

    Returns
    -------
    bool
        Whether this call wrote the file.
    """
    if os.path.lexists(file):
        return False
    with _temporary(file, contents, mode) as temporary:
        try:
            os.link(temporary, file)  # fails if the name is taken; a rename would replace the other file
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno not in _NO_HARD_LINKS:
                raise
            return _rename_once(temporary, file)
    return True


def _is_written(file: Path, contents: bytes | memoryview, mode: int) -> bool:
    """Return whether a regular file has these contents and permissions: reading is much faster than a write to disk."""
    try:
        found = file.lstat()
        is_alike = stat.S_ISREG(found.st_mode) and found.st_mode & 0o777 == mode and found.st_size == len(contents)
        return is_alike and file.read_bytes() == contents
    except OSError:
        return False


def _rename_once(temporary: Path, file: Path) -> bool:
    """Rename a file unless the new name is taken; a lock on the folder keeps other processes from doing the same."""
    import fcntl  # imported here, because Windows lacks it

    folder = os.open(file.parent, os.O_RDONLY)  # closing the file releases the lock, and so does the end of the process
    try:
        with suppress(OSError):  # a file system may have neither hard links nor locks; one process is still safe there
            fcntl.flock(folder, fcntl.LOCK_EX)
        if os.path.lexists(file):
            return False
        temporary.replace(file)
        return True
    finally:
        os.close(folder)


@contextmanager
def _temporary(file: Path, contents: bytes | memoryview, mode: int) -> Iterator[Path]:
    """Write the contents to a hidden file beside the file, which is removed at the end unless it was renamed."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name[:50]}.", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(contents)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(mode)
        yield Path(name)
    finally:  # also after an error, such as a full disk or Ctrl-C
        Path(name).unlink(missing_ok=True)
