"""A course, a key and a folder for marks are never taken from what students handed in."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from d2l_autograder.command.releases import choose_releases
from d2l_autograder.command.trusted_places import require_folder_for_marks, require_own, require_trusted
from d2l_helpers.errors import ArgumentError

ROOT = Path(__file__).parents[3]
NAME = "04_softmax_regression"


def make_course(folder, answers=ROOT / "answers"):
    (folder / "release" / NAME).mkdir(parents=True)
    shutil.copy(ROOT / "notebooks" / f"{NAME}.ipynb", folder / "release" / NAME)
    description = {"answers": os.path.relpath(answers, folder), "assignments": [NAME]}
    (folder / "course.json").write_text(json.dumps(description), encoding="utf-8")
    return folder


def notebook_in(folder):
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(ROOT / "notebooks" / f"{NAME}.ipynb", folder))


def choose(handed_in, current, course=None, notebooks=None, answers=None):
    return choose_releases(handed_in, current, course, notebooks, answers)


@pytest.mark.parametrize("folder", ["submitted", "downloaded"])
def test_the_current_folder_is_the_course_of_what_nbgrader_collected_in_it(tmp_path, folder):
    course = make_course(tmp_path / "course")
    one = notebook_in(course / folder / "ada" / NAME)
    for handed_in in (course / folder, one):
        for releases in (choose(handed_in, course), choose(handed_in, Path("/"), course)):
            assert releases.course.folder == course
            assert releases.files == {NAME: course / "release" / NAME / f"{NAME}.ipynb"}


def test_a_course_above_the_submissions_is_not_looked_for(tmp_path):
    course = make_course(tmp_path / "course")
    one = notebook_in(course / "submitted" / "ada" / NAME)
    for current in (course / "submitted", one.parent, Path("/")):
        assert choose(one, current).course is None


@pytest.mark.parametrize("place", [".", "sub", "sub/submitted/deep", "release/submitted"])
def test_a_course_that_holds_the_notebook_elsewhere_is_refused(tmp_path, place):
    course = make_course(tmp_path / "ada")
    one = notebook_in(course / place)
    for arguments in ((course,), (Path("/"), course)):
        with pytest.raises(ArgumentError):
            choose(one, *arguments)


def test_a_single_notebook_hands_in_its_folder_but_not_the_course_that_a_teacher_names(tmp_path):
    course = make_course(tmp_path / "course")
    copy = notebook_in(tmp_path)
    assert choose(copy, tmp_path, course).course.folder == course
    with pytest.raises(ArgumentError, match=r"into a folder of its own; or, .* name it with --course"):
        choose(copy, course)  # a student may have handed in both, and the teacher only looked into the course
    moved = notebook_in(tmp_path / "moved")
    assert choose(moved, course).course.folder == course


@pytest.mark.parametrize("place", [".", "link"])
def test_what_lies_right_beside_a_notebook_is_refused_even_where_the_teacher_names_it(tmp_path, place):
    course = make_course(tmp_path / "ada")
    (tmp_path / "link").symlink_to(course)
    one = notebook_in(course)
    named = course if place == "." else tmp_path / "link"
    for arguments in ({"course": named}, {"answers": named}, {"notebooks": named}):
        with pytest.raises(ArgumentError, match="move the notebook into a folder of its own"):
            choose(one, tmp_path, **arguments)


def test_a_course_that_a_student_handed_in_beside_a_notebook_is_refused_even_where_it_is_named(tmp_path):
    teachers = make_course(tmp_path / "course")
    one = notebook_in(teachers / "submitted" / "ada")
    students = make_course(one.parent / "course")
    for arguments in ((students,), (Path("/"), students)):
        with pytest.raises(ArgumentError, match="their code would run as yours"):
            choose(one, *arguments)


def test_a_students_course_below_a_teachers_is_refused_even_with_submissions_of_its_own(tmp_path):
    teachers = make_course(tmp_path / "course")
    students = make_course(teachers / "submitted" / "ada")
    one = notebook_in(students / "submitted" / "x" / NAME)
    for handed_in in (one, students / "submitted"):
        for arguments in ((students,), (Path("/"), students)):
            with pytest.raises(ArgumentError, match="their code would run as yours"):
                choose(handed_in, *arguments)


def test_a_course_whose_key_or_release_was_handed_in_is_refused(tmp_path):
    submitted = tmp_path / "submitted"
    one = notebook_in(submitted / "ada")
    shutil.copytree(ROOT / "answers", submitted / "answers")
    with pytest.raises(ArgumentError, match="their code"):
        choose(one.parent.parent, make_course(tmp_path / "a", submitted / "answers"))
    linked = make_course(tmp_path / "b")
    shutil.rmtree(linked / "release")
    (linked / "release").symlink_to(make_course(submitted / "c") / "release")
    with pytest.raises(ArgumentError, match="their code"):
        choose(submitted, linked)


def test_without_a_course_notebooks_and_key_are_the_projects_wherever_the_command_is_started(tmp_path):
    one = notebook_in(tmp_path / "ada")
    (tmp_path / "ada" / "answers").mkdir()
    for current in (tmp_path / "ada", tmp_path, ROOT):
        releases = choose(one, current)
        assert releases.hidden == (ROOT / "answers",)
        assert releases.files[NAME] == ROOT / "notebooks" / f"{NAME}.ipynb"


def test_places_are_compared_by_where_links_lead_and_by_their_names(tmp_path):
    submitted, key = tmp_path / "submitted", tmp_path / "key"
    for folder in (submitted, key):
        folder.mkdir()
    (submitted / "out").symlink_to(key)  # leads out, but a student may lead it elsewhere
    (tmp_path / "in").symlink_to(submitted)
    for place in (
        submitted,
        submitted / "x",
        submitted / "out",
        tmp_path / "in",
        tmp_path / "in" / "x",
        key / ".." / "submitted",
    ):
        with pytest.raises(ArgumentError, match="the answer key"):
            require_trusted(submitted, {"the answer key": place})
    for place in (key, tmp_path / "submitted2", tmp_path):
        require_trusted(submitted, {"the answer key": place})


def test_what_lies_in_any_courses_submissions_is_refused(tmp_path):
    course = make_course(tmp_path / "course")
    place = notebook_in(course / "submitted" / "ada").parent
    for handed_in in (tmp_path / "other", course / "submitted" / "ben"):
        with pytest.raises(ArgumentError):
            require_trusted(handed_in, {"the answer key": place})
    with pytest.raises(ArgumentError):
        require_own({"the answer key": place})
    require_own({"the answer key": course / "release"})


@pytest.mark.parametrize(
    "name", ["results", "feedback", "gradescope", "autograded", "gradebook.db", "grades.csv", "similar.json", "secret"]
)
def test_a_link_in_the_folder_for_marks_is_refused(tmp_path, name):
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "submitted").mkdir()
    require_folder_for_marks(out, tmp_path / "submitted")
    (out / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ArgumentError, match=f"{name}, a link to"):
        require_folder_for_marks(out, tmp_path / "submitted")


def test_a_link_that_leads_to_itself_is_named(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(ArgumentError, match="loop/export, a link that leads to itself"):
        require_own({"the folder for gradebook files": tmp_path / "loop" / "export"})
