"""Folders as students and learning platforms fill them, and what must hold for all that is collected from one."""

import io
import json
import os
import tarfile
import warnings
import zipfile
from functools import cache
from pathlib import Path

from d2l_autograder.collect import collect

ROOT = Path(__file__).parents[2]
RELEASES = {path.stem: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
SOFTMAX, SCRATCH, GLUON = "04_softmax_regression", "06_softmax_regression_scratch", "07_softmax_regression_gluon"
FASHION = "05_fashion_mnist"
TWO = (SOFTMAX, SCRATCH)


@cache
def notebook(name=SOFTMAX, answers=0):
    """Return a release without outputs, with so many stubs changed."""
    content = json.loads(RELEASES[name].read_text())
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
        metadata = cell["metadata"].get("nbgrader", {})
        if answers and metadata.get("solution") and not metadata.get("grade"):
            cell["source"] = f"{''.join(cell['source'])}\n# mine"
            answers -= 1
    return json.dumps(content).encode()


def zipped(files):
    """Return a zip archive with files, from a mapping or pairs of their names and contents."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one name may be there twice
        for name, content in files.items() if isinstance(files, dict) else files:
            archive.writestr(name, content)
    return stream.getvalue()


def tarred(files, mode="w"):
    """Return a tar archive with files."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def fill(folder, files):
    """Write files; None as the content makes an empty folder, and a path as the content a link to it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            path.mkdir()
        elif isinstance(content, Path):
            path.symlink_to(content)
        else:
            path.write_bytes(content)
    return folder


def collected(folder, files, assignments=TWO, **options):
    """Fill a folder, collect what is there, and check that all of it is accounted for once."""
    fill(folder, files)
    found = collect(folder, {name: RELEASES[name] for name in assignments}, **options)
    account_for(folder, found)
    return found


def account_for(folder, found):
    """Check that each file, and each folder that is a leaf, is in a row, a part of one, or ignored: once."""
    rows = {entry.file for entry in found.entries}
    ignored = [each.path for each in found.ignored]
    named = [*rows, *found.parts, *ignored]
    assert len(named) == len(set(named))
    assert all(each.reason for each in found.ignored)
    for path, folders, files in os.walk(folder):
        place = Path(path)
        links = [name for name in folders if (place / name).is_symlink()]
        leaves = [place / name for name in (*files, *links)]
        if not folders and not files and place != folder:
            leaves.append(place)
        for leaf in leaves:
            assert len([each for each in (leaf, *leaf.parents) if each in named]) == 1, leaf
    counts = found.counts
    assert counts.found == len(named) == counts.rows + counts.parts + counts.ignored
    pairs = [(entry.student, entry.assignment) for entry in found.entries]
    assert len(pairs) == len(set(pairs))


def students_in(found):
    """Return the pairs of student and assignment."""
    return {(entry.student, entry.assignment) for entry in found.entries}


def entry_of_student(found, student):
    """Return the only entry of a student."""
    (entry,) = [entry for entry in found.entries if entry.student == student]
    return entry
