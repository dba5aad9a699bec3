"""The wheel that is handed out beside each notebook: the same bytes for the same source, and nothing of the key."""

from __future__ import annotations

import builtins
import io
import zipfile

import pytest
from support.courses import ROOT
from support.key import answers_to

from d2l_autograder.course import build_course
from d2l_autograder.course.generated import Written
from d2l_autograder.course.readers_wheel import readers_wheel
from d2l_helpers.errors import LibraryUnusable
from d2l_helpers.exercises.catalogue import chapter

NOTEBOOKS, ANSWERS = ROOT / "notebooks", ROOT / "answers"


def texts(wheel):
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        return {name: archive.read(name).decode(errors="replace") for name in archive.namelist()}


def test_the_same_source_gives_the_same_name_and_bytes(monkeypatch, tmp_path):
    first = readers_wheel()
    monkeypatch.chdir(tmp_path)
    assert readers_wheel() == first
    ((name, contents),) = first.items()
    assert name == "d2l_helpers-0.1.0-py3-none-any.whl"
    assert {file.partition("/")[0] for file in texts(contents)} == {
        *("d2l_helpers", "d2l_helpers_mxnet.pth", "d2l_helpers-0.1.0.data", "d2l_helpers-0.1.0.dist-info")
    }
    assert "d2l_helpers/install/__main__.py" in texts(contents)


def test_the_wheel_holds_no_solution():
    (contents,) = readers_wheel().values()
    assert not {file.read_text() for file in ANSWERS.rglob("*.py")} & set(texts(contents).values())
    lines = {line.strip() for said in texts(contents).values() for line in said.splitlines()}
    for name in chapter():
        for answer in answers_to(name).values():
            assert {line.strip() for line in answer.source().splitlines()} - lines


def test_without_hatchling_the_error_says_what_to_do(monkeypatch):
    import_module = builtins.__import__

    def without(name, *arguments):
        if name.startswith("hatchling"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return import_module(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(LibraryUnusable, match="make grading"):
        readers_wheel()


def test_the_wheel_of_an_earlier_version_is_removed_unless_it_was_changed(tmp_path, monkeypatch):
    def build(wheel):
        monkeypatch.setattr("d2l_autograder.course.build.readers_wheel", lambda: wheel)
        return build_course(tmp_path, NOTEBOOKS, ANSWERS, only=["00", "04"])

    folders = [tmp_path / "source" / name for name in ("00_start_here", "04_softmax_regression")]
    build({"d2l_helpers-0.1.0-py3-none-any.whl": b"old"})
    (folders[1] / "d2l_helpers-0.1.0-py3-none-any.whl").write_bytes(b"a teacher's own")
    done = build({"d2l_helpers-0.2.0-py3-none-any.whl": b"new"})
    assert done["source/00_start_here/d2l_helpers-0.1.0-py3-none-any.whl"] == Written.REMOVED
    assert [sorted(path.name[12:17] for path in folder.glob("*.whl")) for folder in folders] == [
        ["0.2.0"],
        ["0.1.0", "0.2.0"],
    ]
    assert set(build({"d2l_helpers-0.2.0-py3-none-any.whl": b"new"}).values()) == {Written.UNCHANGED}


def test_files_of_assignments_that_are_not_built_again_stay(tmp_path):
    build_course(tmp_path, NOTEBOOKS, ANSWERS, only=["00"])
    done = build_course(tmp_path, NOTEBOOKS, ANSWERS, only=["04"])
    assert Written.REMOVED not in done.values()
    assert len(list((tmp_path / "source" / "00_start_here").iterdir())) == 2
