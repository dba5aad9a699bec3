"""`course build` works from the course's folder, and a course keeps the options that it was built with."""

from __future__ import annotations

import json
import shutil

import pytest
from click.testing import CliRunner
from support.courses import ROOT

from d2l_authoring.notebook_file import read_notebook
from d2l_autograder.__main__ import _commands
from d2l_autograder.command.build_options import BuildOptions, options_as_before, remember_options
from d2l_helpers.errors import ArgumentError


def build(*arguments):
    return CliRunner().invoke(_commands, ["course", "build", *map(str, arguments)], catch_exceptions=False)


def assignments(course):
    return [name[:2] for name in json.loads((course / "course.json").read_text())["assignments"]]


def text(course, name):
    return "\n".join(cell.source for cell in read_notebook(course / "source" / name / f"{name}.ipynb").cells)


@pytest.fixture
def course(tmp_path, monkeypatch):
    """The current folder: a course of one notebook, with points of the teacher's."""
    folder = tmp_path / "course"
    assert build(folder, "--only", "04", "--points", "kl_bits=5").exit_code == 0
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("name", [None, ".", "../course", "./"])
def test_in_the_courses_folder_the_course_is_built_again_as_it_was(course, name):
    before = {path: path.read_bytes() for path in course.rglob("*") if path.is_file()}
    done = build(*filter(None, [name]))
    assert done.exit_code == 0, done.output
    assert "--only 04 --points kl_bits=5" in done.output
    assert {line.split()[0] for line in done.output.splitlines()[1:]} == {"unchanged"}
    assert {path: path.read_bytes() for path in course.rglob("*") if path.is_file()} == before


def test_only_adds_notebooks_and_points_change_what_they_name(course):
    assert build("--only", "06").exit_code == 0
    assert assignments(course) == ["04", "06"]
    assert build("--points", "most_symbols=0").exit_code == 0
    assert assignments(course) == ["04", "06"]
    said = text(course, "04_softmax_regression")
    assert "(5 points)" in said
    assert "(practice)" in said
    assert build("--points", "kl_bits=2").exit_code == 0
    assert "(5 points)" not in text(course, "04_softmax_regression")


def test_what_was_released_before_a_change_is_named(course):
    (course / "release" / "04_softmax_regression").mkdir(parents=True)
    assert "generate_assignment" not in build().output
    assert "nbgrader generate_assignment 04_softmax_regression --force" in build("--points", "kl_bits=3").output


def test_only_adds_to_a_course_of_all_notebooks_too(tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    shutil.copy(ROOT / "notebooks" / "00_start_here.ipynb", mine)
    course = tmp_path / "course"
    assert build(course, "--notebooks", mine).exit_code == 0
    assert build(course, "--only", "04").exit_code == 0
    assert assignments(course) == ["00", "04"]
    assert build(course).exit_code == 0
    assert assignments(course) == ["00", "04"]


def test_a_course_keeps_its_own_key_and_can_be_moved_with_it(tmp_path):
    (tmp_path / "here").mkdir()
    shutil.copytree(ROOT / "answers", tmp_path / "here" / "key", ignore=shutil.ignore_patterns("__pycache__"))
    build(tmp_path / "here" / "course", "--only", "04", "--answers", tmp_path / "here" / "key")
    (tmp_path / "here").rename(tmp_path / "there")
    key = tmp_path / "there" / "key"
    file = key / "softmax_regression.py"
    file.write_text(
        file.read_text().replace("    40,\n        wrong", "    41,\n        wrong").replace("Wrong(41,", "Wrong(40,")
    )
    done = build(tmp_path / "there" / "course")
    assert f"--answers {key}" in done.output
    assert "most_symbols = 41" in text(tmp_path / "there" / "course", "04_softmax_regression")


def test_other_notebooks_begin_anew(tmp_path):
    remember_options(tmp_path, BuildOptions(tmp_path / "mine", None, ("04",), {"kl_bits": 5}))
    given = BuildOptions(tmp_path / "others", None, ("06",))
    assert options_as_before(tmp_path, given) == given


def test_without_a_course_the_command_asks_for_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArgumentError, match="course build DIR"):
        build("--only", "04")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wrong", ["", "[]", "{}", '{"notebooks": 1}', "\xff"])
def test_options_that_cannot_be_read_are_an_error_and_stay(course, wrong):
    (course / ".built.json").write_text(wrong, encoding="latin-1")
    with pytest.raises(ArgumentError, match="remove that file"):
        build()
    assert (course / ".built.json").read_text(encoding="latin-1") == wrong
