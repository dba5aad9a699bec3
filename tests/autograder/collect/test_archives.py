"""Archives: a notebook in one is found and read; a hostile one is a problem in words, and nothing is unpacked."""

import gzip
import io
import random
import stat
import struct
import tarfile
import tracemalloc
import zipfile
import zlib

import pytest
from support.handed_in import SCRATCH, SOFTMAX, collected, entry_of_student, notebook, students_in, tarred, zipped

from d2l_autograder.collect import entry_of
from d2l_autograder.collect.archives import open_archive, read_member
from d2l_helpers.errors import NotebookError

NOTEBOOK = notebook()
WITH_A_NOTEBOOK = {
    "zip": zipped({f"hw/{SOFTMAX}.ipynb": NOTEBOOK, "hw/data.csv": b"1", f"__MACOSX/hw/._{SOFTMAX}.ipynb": b"x"}),
    "tar": tarred({f"hw/{SOFTMAX}.ipynb": NOTEBOOK}),
    "tar.gz": tarred({f"{SOFTMAX}.ipynb": NOTEBOOK}, "w:gz"),
    "gz": gzip.compress(NOTEBOOK),
    "zip in a zip": zipped({"hw.zip": zipped({"a/mine.ipynb": NOTEBOOK})}),
    "tar in a zip": zipped({"hw.tgz": tarred({"mine.ipynb": NOTEBOOK}, "w:gz")}),
    "packed on Windows": zipped({"hw\\mine.ipynb": NOTEBOOK}),
    "a name in another encoding": zipped({"~~bung.ipynb": NOTEBOOK}).replace(b"~~bung", b"\x9a\xffbung"),
    "a name that is not UTF-8 as it says": zipped({"Übung.ipynb": NOTEBOOK}).replace(b"\xc3\x9cbung", b"\xff\xffbung"),
    "names of which one is not UTF-8 as it says": zipped({"Ü.ipynb": NOTEBOOK, "é.py": ""}).replace(
        b"\xc3\xa9.py", b"\x81\x82.py"
    ),
    "one name twice": zipped([("mine.ipynb", b"{}"), ("mine.ipynb", NOTEBOOK)]),
    "a damaged file beside": zipped({"a.ipynb": b"{", "mine.ipynb": NOTEBOOK}),
}


@pytest.mark.parametrize("case", WITH_A_NOTEBOOK)
def test_a_notebook_in_an_archive_is_found_and_read(tmp_path, case):
    (entry,) = collected(tmp_path / "class", {"alice/hw.bin": WITH_A_NOTEBOOK[case]}).entries
    assert (entry.student, entry.assignment, entry.problem) == ("alice", SOFTMAX, "")
    assert entry.read(10**7) == NOTEBOOK
    assert entry.read(100) == NOTEBOOK[:101]
    assert [path.name for path in (tmp_path / "class").rglob("*")] == ["alice", "hw.bin"]  # nothing was unpacked


def test_two_assignments_in_one_archive_are_two_rows(tmp_path):
    archive = zipped({"a.ipynb": NOTEBOOK, "b.ipynb": notebook(SCRATCH)})
    found = collected(tmp_path / "class", {"alice/hw.zip": archive})
    assert students_in(found) == {("alice", SOFTMAX), ("alice", SCRATCH)}
    assert {entry.read(10**7) for entry in found.entries} == {NOTEBOOK, notebook(SCRATCH)}


def test_the_exact_name_in_an_archive_counts(tmp_path):
    archive = zipped({f"{SOFTMAX}.ipynb": NOTEBOOK, f"{SOFTMAX}-Copy1.ipynb": notebook(answers=4)})
    (entry,) = collected(tmp_path / "class", {"alice/hw.zip": archive}).entries
    assert (entry.member, entry.others) == (f"{SOFTMAX}.ipynb", (f"hw.zip: {SOFTMAX}-Copy1.ipynb",))


def test_the_content_of_a_member_is_read_when_it_is_asked_for(tmp_path):
    (entry,) = collected(tmp_path / "class", {"alice/hw.zip": zipped({"x.ipynb": NOTEBOOK})}).entries
    entry.file.write_bytes(zipped({"y.ipynb": NOTEBOOK}))
    with pytest.raises(NotebookError, match=r"an archive without x\.ipynb"):
        entry.read(10)
    entry.file.unlink()
    entry.file.symlink_to("/etc/hostname")
    with pytest.raises(NotebookError, match="a link"):
        entry.read(10)


def altered(archive, name="x.ipynb", **changes):
    """Return a zip archive of which the table of contents says something else."""
    at = archive.rindex(b"PK\x01\x02")
    fields = {"flags": (8, "<H"), "method": (10, "<H"), "packed": (20, "<I"), "size": (24, "<I"), "offset": (42, "<I")}
    changed = bytearray(archive)
    for field, value in changes.items():
        place, form = fields[field]
        struct.pack_into(form, changed, at + place, value)
    return bytes(changed)


def linked():
    """Return a zip archive with a symbolic link."""
    stream, info = io.BytesIO(), zipfile.ZipInfo("x.ipynb")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(info, "/etc/hostname")
    return stream.getvalue()


def special(kind, name="x.ipynb"):
    """Return a tar archive with a member that is no regular file."""
    stream, info = io.BytesIO(), tarfile.TarInfo(name)
    info.type, info.linkname = kind, "/etc/hostname"
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(info)
    return stream.getvalue()


def of_zeros(megabytes):
    return b"{" + bytes(megabytes << 20)


def unlimited(kind):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", kind) as archive:
        archive.writestr("x.ipynb", NOTEBOOK)
    return stream.getvalue()


PLAIN = zipped({"x.ipynb": NOTEBOOK})
HOSTILE = {
    "a path above": (zipped({"../../x.ipynb": NOTEBOOK}), "its path leads out"),
    "a path above, for Windows": (zipped({"..\\x.ipynb": NOTEBOOK}), "its path leads out"),
    "an absolute path": (zipped({"/tmp/x.ipynb": NOTEBOOK}), "its path leads out"),
    "a drive": (zipped({"C:x.ipynb": NOTEBOOK}), "its path leads out"),
    "a path above in a tar": (tarred({"../x.ipynb": NOTEBOOK}), "its path leads out"),
    "a link": (linked(), "a link"),
    "a link in a tar": (special(tarfile.SYMTYPE), "a link, a device"),
    "a hard link": (special(tarfile.LNKTYPE), "a link, a device"),
    "a device": (special(tarfile.CHRTYPE), "a link, a device"),
    "a pipe": (special(tarfile.FIFOTYPE), "a link, a device"),
    "encrypted": (altered(PLAIN, flags=1), "encrypted"),
    "a bomb": (zipped({"x.ipynb": of_zeros(30)}), "much larger unpacked"),
    "a bomb that says it is small": (altered(zipped({"x.ipynb": of_zeros(30)}), size=1000), "damaged"),
    "a bomb in a gzip": (zlib.compress(of_zeros(80), wbits=31), "more than 64 MB unpacked"),
    "a bomb in a zip in a zip": (zipped({"a.zip": zipped({"x.ipynb": of_zeros(30)})}), "much larger unpacked"),
    "three deep": (zipped({"a.zip": zipped({"b.zip": PLAIN})}), "an archive in an archive"),
    "many files": (zipped({f"{number}": b"" for number in range(2001)}), "more than 2,000 files"),
    "huge by its own account": (altered(PLAIN, size=2**32 - 2, packed=2**31), "more than 256 MB"),
    "zip64 without its record": (altered(PLAIN, size=2**32 - 1, packed=2**32 - 1), "more than 256 MB"),
    "an offset beyond the end": (altered(PLAIN, offset=2**31), "damaged"),
    "compressed by bzip2": (unlimited(zipfile.ZIP_BZIP2), "compressed in a way"),
    "compressed by LZMA": (unlimited(zipfile.ZIP_LZMA), "compressed in a way"),
    "an unknown method": (altered(PLAIN, method=99), "compressed in a way"),
    "cut": (PLAIN[:-30], "damaged"),
    "a gzip that is cut": (tarred({"x.ipynb": NOTEBOOK}, "w:gz")[:-500], "ends too early"),
    "a tar that is cut": (tarred({"x.ipynb": NOTEBOOK})[:2000], "damaged"),
    "a long name": (zipped({".py" * 20_000 + ".ipynb": NOTEBOOK}), "its name has more than 1,000 characters"),
    "empty": (zipped({}), "without a notebook"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(50), "a 7z archive, which cannot be opened here"),
    "RAR": (b"Rar!\x1a\x07\x01\x00", "a RAR archive, which cannot be opened here"),
    "xz": (b"\xfd7zXZ\x00" + bytes(50), "an xz archive, which cannot be opened here"),
    "bzip2": (b"BZh91AY&SY" + bytes(50), "a bzip2 archive, which cannot be opened here"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_archive_is_a_problem_in_words(tmp_path, case):
    archive, reason = HOSTILE[case]
    found = collected(tmp_path / "class", {"mal/hw.zip": archive, f"alice/{SOFTMAX}.ipynb": NOTEBOOK})
    entry = entry_of_student(found, "mal")
    assert reason in entry.problem
    assert "expected" in entry.problem


def test_a_bomb_takes_no_memory(tmp_path):
    bomb = altered(zipped({"x.ipynb": of_zeros(60)}), size=1000)
    (tmp_path / "hw.zip").write_bytes(bomb)
    tracemalloc.start()
    try:
        entry_of(tmp_path / "hw.zip", {SOFTMAX: tmp_path / "none"})
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 << 20


@pytest.mark.parametrize("archive", [PLAIN, tarred({"x.ipynb": NOTEBOOK}), tarred({"x.ipynb": NOTEBOOK}, "w:gz")])
def test_damage_anywhere_raises_nothing_but_our_error(tmp_path, archive):
    draws, file = random.Random(0), tmp_path / "hw"
    for _ in range(100):
        damaged = bytearray(archive)
        for _ in range(draws.randrange(1, 6)):
            damaged[draws.choice([draws.randrange(len(damaged)), -draws.randrange(1, 120)])] = draws.randrange(256)
        file.write_bytes(damaged)
        try:
            for name in open_archive(bytes(damaged))[0]:
                read_member(file, name, 1000)
        except NotebookError:
            pass
