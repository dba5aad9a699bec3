"""The digest of a mark covers all that the mark follows from, and nothing of where that lies."""

import dataclasses
import platform
import shutil

import pytest
from support.key import FOLDER

from d2l_autograder import digest
from d2l_autograder.assignment import load_assignment
from d2l_autograder.digest import digest_of_folder, digest_of_parts

NOTEBOOKS = FOLDER.parent / "notebooks"
NAME = "04_softmax_regression"


@pytest.fixture(autouse=True)
def _computed_in_each_test():
    digest.packages_digest.cache_clear()
    digest.environment.cache_clear()
    yield
    digest.packages_digest.cache_clear()
    digest.environment.cache_clear()


def mark_digest(answers=FOLDER, notebook=NOTEBOOKS / f"{NAME}.ipynb", points=None, submission="s", how=""):
    return load_assignment(notebook, answers, points).digest(submission, how)


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """Copy the packages that make a mark, and have the digest read the copies."""
    without = shutil.ignore_patterns("__pycache__")
    copies = [shutil.copytree(each, tmp_path / each.name, ignore=without) for each in digest.PACKAGES]
    monkeypatch.setattr(digest, "PACKAGES", tuple(copies))
    return {copy.name: copy for copy in copies}


def test_where_the_packages_lie_makes_no_other_digest(packages):
    copied = digest.packages_digest()
    digest.packages_digest.cache_clear()
    assert list(packages) == ["d2l_helpers", "d2l_authoring", "d2l_autograder"]
    assert digest_of_parts(*map(digest_of_folder, packages.values())) == copied


@pytest.mark.parametrize(
    ("package", "file"),
    [
        ("d2l_helpers", "exercises/checking.py"),
        ("d2l_helpers", "exercises/chapter/softmax_regression.py"),
        ("d2l_helpers", "engine/compat.py"),
        ("d2l_helpers", "errors.py"),
        ("d2l_authoring", "compose.py"),
        ("d2l_autograder", "marking.py"),
        ("d2l_autograder", "sandbox/worker.py"),
        ("d2l_autograder", "new.py"),
    ],
)
def test_a_changed_file_of_a_package_makes_another_digest(packages, package, file):
    before = mark_digest()
    digest.packages_digest.cache_clear()
    assert mark_digest() == before
    digest.packages_digest.cache_clear()
    with (packages[package] / file).open("a") as stream:
        stream.write("# another line\n")
    assert mark_digest() != before


def test_the_packages_are_read_once_in_a_run(packages, monkeypatch):
    reads = []
    monkeypatch.setattr(digest, "digest_of_folder", lambda folder: reads.append(folder) or str(folder))
    assignment = load_assignment(NOTEBOOKS / f"{NAME}.ipynb", FOLDER)
    digests = {assignment.digest(str(number)) for number in range(50)}
    assert len(digests) == 50
    assert reads == list(packages.values())


@pytest.mark.parametrize("file", ["softmax_regression.py", "probes/softmax_regression.py", "data.json"])
def test_a_changed_file_of_the_key_makes_another_digest(tmp_path, file):
    answers = shutil.copytree(FOLDER, tmp_path / "key", ignore=shutil.ignore_patterns("__pycache__"))
    assert mark_digest(answers) == mark_digest()
    with (answers / file).open("a") as stream:
        stream.write("\n")
    assert mark_digest(answers) != mark_digest()


def test_hidden_and_compiled_files_make_no_other_digest(tmp_path):
    for name in ("a.py", "folder/b.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    before = digest_of_folder(tmp_path)
    for name in (".a.py.swp", ".ipynb_checkpoints/a.py", "__pycache__/a.pyc", "folder/__pycache__/b.pyc"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    assert digest_of_folder(tmp_path) == before
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert digest_of_folder(tmp_path) != before


def test_the_notebook_and_the_points_make_another_digest(tmp_path):
    before = mark_digest()
    copy = tmp_path / f"{NAME}.ipynb"
    shutil.copy(NOTEBOOKS / copy.name, copy)
    assert mark_digest(notebook=copy) == before
    copy.write_text(copy.read_text().replace("softmax", "Softmax", 1))
    others = [mark_digest(notebook=copy), mark_digest(points={"kl_bits": 1}), mark_digest(points={"kl_bits": 0})]
    assert len({before, *others}) == 4


def test_submission_limits_and_name_make_another_digest():
    assignment = load_assignment(NOTEBOOKS / f"{NAME}.ipynb", FOLDER)
    renamed = dataclasses.replace(assignment, name="another")
    found = [assignment.digest("a"), assignment.digest("b"), assignment.digest("a", "slow"), renamed.digest("a")]
    assert len(set(found)) == 4


@pytest.mark.parametrize("package", ["numpy", "mxnet"])
def test_another_version_of_a_library_makes_another_digest(monkeypatch, package):
    before, version = mark_digest(), digest.version
    digest.environment.cache_clear()
    monkeypatch.setattr(digest, "version", lambda name: "0.0" if name == package else version(name))
    assert mark_digest() != before


def test_another_python_makes_another_digest(monkeypatch):
    before = mark_digest()
    digest.environment.cache_clear()
    monkeypatch.setattr(platform, "python_version", lambda: "3.99.1")
    assert mark_digest() != before


def test_the_cuts_between_parts_count():
    parts = [("ab", "c"), ("a", "bc"), ("abc",), ("abc", ""), ("", "abc"), ("1:a",), ("a1:b",), (), ("",)]
    assert len({digest_of_parts(*each) for each in parts}) == len(parts)
