"""A teacher's own notebooks, from `d2l-author new` to marks: one key or two places, several notebooks, files beside."""

from __future__ import annotations

import csv
import inspect
import json
import shutil
import subprocess
import sys
import textwrap

import pytest
from click.testing import CliRunner
from support.courses import nbgrader, need_nbgrader
from support.leftovers import need_a_sandbox
from support.own import change, in_two_places, module_of, own_notebook

from d2l_authoring.compose import compose, stubs
from d2l_authoring.lint import lint_notebook
from d2l_authoring.notebook_file import read_notebook, to_bytes
from d2l_authoring.record import record_notebook
from d2l_autograder.__main__ import _commands
from d2l_autograder.assignment import load_assignment
from d2l_autograder.course import build_course, read_course
from d2l_autograder.course.source_notebook import points_in
from d2l_autograder.key import KeyFault
from d2l_helpers.errors import ArgumentError, NotebookError

NAME = "Week 1"
MODULE = "Week_1_exercises.py"
KEY = ("ANSWERS", "PROBES", "ordered", "_forgets", "_odd_numbers", "d2l_autograder")


@pytest.fixture
def notebook(tmp_path):
    return own_notebook(tmp_path / "mine", NAME)


@pytest.fixture
def course(tmp_path):
    return tmp_path / "course"


def build(course, notebook, answers=None, **options):
    return build_course(course, notebook.parent, answers, **options)


def names(assignment):
    return [item.exercise.name for item in assignment.items]


def test_an_assignment_has_the_exercises_of_the_module_that_the_notebook_loads(notebook):
    assignment = load_assignment(notebook, None)
    assert names(assignment) == ["middle_value", "last_price", "doubled_prices"]
    assert [len(item.answer.probes) for item in assignment.items] == [2, 0, 0]
    assert assignment.hidden == (module_of(notebook).resolve(),)


@pytest.mark.parametrize("place", ["beside", "above", "given"])
def test_the_key_may_lie_in_a_folder(notebook, tmp_path, place):
    folder = in_two_places(notebook)
    given = None
    if place != "beside":
        folder = folder.rename(tmp_path / ("answers" if place == "above" else "keys"))
        given = folder if place == "given" else None
    assignment = load_assignment(notebook, given)
    assert [len(item.answer.probes) for item in assignment.items] == [2, 0, 0]
    assert assignment.hidden == (folder.resolve(), module_of(notebook))


def test_without_a_key_the_places_are_named(notebook):
    shutil.rmtree(in_two_places(notebook))
    with pytest.raises(KeyFault, match=rf"(?s)no ANSWERS in .*{MODULE}.*answers"):
        load_assignment(notebook, None)


NOT_LOADED = {
    "no call": ('helpers.load_exercises(\\"Week_1_exercises\\")', "pass", "a notebook that loads none"),
    "another name": ("Week_1_exercises", "others", "no file others.py"),
    "a name that is computed": ('(\\"Week_1_exercises\\")', "(NAME)", "without a name in quotes"),
    "two modules": ('(\\"Week_1_exercises\\")', '(\\"a\\"); helpers.load_exercises(\\"b\\")', "'a' and 'b'"),
}


@pytest.mark.parametrize("case", NOT_LOADED)
def test_a_notebook_whose_exercises_are_not_found_is_an_error(notebook, case):
    old, new, said = NOT_LOADED[case]
    change(notebook, (old, new))
    with pytest.raises(NotebookError, match=said):
        load_assignment(notebook, None)


@pytest.mark.parametrize(
    "call",
    [
        "%matplotlib inline\nfiles = !ls\nhelpers.load_exercises('Week_1_exercises')",
        "from d2l_helpers import load_exercises\nload_exercises(name='Week_1_exercises.py')",
    ],
)
def test_the_call_is_found_as_jupyter_reads_it(notebook, call):
    change(notebook, ('helpers.load_exercises(\\"Week_1_exercises\\")', json.dumps(call)[1:-1]))
    assert len(names(load_assignment(notebook, None))) == 3


def test_a_name_of_the_chapter_is_refused(notebook):
    for file in (notebook, module_of(notebook)):
        change(file, ("last_price", "stable_softmax"))
    with pytest.raises(ArgumentError, match="04_softmax_regression has already"):
        load_assignment(notebook, None)


def test_a_solution_under_another_name_is_refused(notebook):
    change(module_of(notebook), ("        middle_value,\n        wrong", "        _returns_the_mean,\n        wrong"))
    with pytest.raises(KeyFault, match="begins with def middle_value"):
        load_assignment(notebook, None)


def test_the_digest_of_a_result_follows_the_module_the_modules_beside_it_and_its_files(notebook):
    def digest():
        return load_assignment(notebook, None).digest("a submission")

    file, data, limits = module_of(notebook), notebook.with_name("prices.csv"), notebook.with_name("my_limits.py")
    data.write_text("3\n")
    limits.write_text("LIMIT = 0.01\n")
    change(file, ("EXERCISES = (", 'FILES = ("my_limits.py", "prices.csv")\n\nEXERCISES = ('))
    change(
        file,
        ("from d2l_helpers.exercises.exercise", "from .my_limits import LIMIT\nfrom d2l_helpers.exercises.exercise"),
    )
    seen = [digest(), digest()]
    assert seen[0] == seen[1]
    for change_it in (
        lambda: change(file, ("<= 0.01", "<= 0.02")),
        lambda: data.write_text("4\n"),
        lambda: limits.write_text("LIMIT = 0.02\n"),
    ):
        change_it()
        seen.append(digest())
    assert len(set(seen)) == 4
    notebook.with_name("notes.txt").write_text("of no importance")
    assert digest() == seen[-1]


@pytest.mark.parametrize("is_apart", [False, True])
def test_what_a_course_hands_out_holds_nothing_of_the_key(notebook, course, is_apart):
    if is_apart:
        in_two_places(notebook)
    done = build(course, notebook)
    assert {file for file in done if not file.endswith(".whl")} == {
        *("course.json", "nbgrader_config.py", f"source/{NAME}/{NAME}.ipynb", f"source/{NAME}/{MODULE}")
    }
    text = (course / "source" / NAME / MODULE).read_text()
    assert not [word for word in KEY if word in text]
    assert set(build(course, notebook).values()) == {"unchanged"}


def test_a_course_reads_exercises_and_key_from_where_the_teacher_has_them(notebook, course, tmp_path):
    in_two_places(notebook)
    build(course, notebook)
    description = json.loads((course / "course.json").read_text())
    assert description["sources"] == {NAME: {"exercises": f"../mine/{MODULE}", "answers": "../mine/answers"}}
    moved = shutil.copytree(tmp_path, tmp_path.with_name(f"{tmp_path.name} moved")) / "course"
    assignment = read_course(moved).load(moved / "source" / NAME / f"{NAME}.ipynb")
    assert assignment.module.file.resolve().parent == (moved / ".." / "mine").resolve()
    assert len(assignment.items) == 3


def test_a_course_of_before_is_still_read(tmp_path):
    (tmp_path / "course.json").write_text('{"answers": "../answers", "assignments": ["04_softmax_regression"]}')
    course = read_course(tmp_path)
    assert (course.sources, course.assignments) == ({}, ("04_softmax_regression",))
    assert course.hidden == (tmp_path, tmp_path / "../answers")


@pytest.mark.parametrize("sources", ["[]", '{"a": 3}', '{"a": {"exercises": 3}}'])
def test_a_damaged_description_is_an_error(tmp_path, sources):
    (tmp_path / "course.json").write_text(f'{{"answers": "a", "assignments": ["a"], "sources": {sources}}}')
    with pytest.raises(ArgumentError, match="holds no course"):
        read_course(tmp_path)


def test_two_own_notebooks_and_one_of_the_chapter_make_one_course(notebook, course):
    own_notebook(notebook.parent, "3 körbe")
    build(course, notebook, only=["3 körbe", NAME, "04"], points={"last_price": 5, "kl_bits": 0, "last_price_2": 0})
    found = read_course(course)
    assert found.assignments == ("04_softmax_regression", "3 körbe", NAME)
    loaded = {name: found.load(course / "source" / name / f"{name}.ipynb") for name in found.assignments}
    worth = {item.exercise.name: item.points for one in loaded.values() for item in one.items}
    assert worth["last_price"] == 5
    assert "kl_bits" not in worth
    assert "last_price_2" not in worth
    assert worth["middle_value_2"] == 2
    assert "A price that moves the mean (5 points)" in (course / "source" / NAME / f"{NAME}.ipynb").read_text()


def test_a_course_has_the_points_of_the_module_where_the_notebook_has_older_ones(notebook, course):
    change(module_of(notebook), ("points=2", "points=5"))
    build(course, notebook)
    source = read_notebook(course / "source" / NAME / f"{NAME}.ipynb")
    assert points_in(source)["middle_value"] == 5
    assert any("### 1. The value in the middle (5 points)" in cell.source for cell in source.cells)


def test_by_default_a_course_has_the_notebooks_with_exercises(notebook, course):
    other = read_notebook(notebook)
    other.cells = other.cells[:1]
    notebook.with_name("notes.ipynb").write_bytes(to_bytes(other))
    build(course, notebook)
    assert read_course(course).assignments == (NAME,)


WRONG = {
    "an unknown notebook": ({"only": ["Week 2"]}, "no such notebook"),
    "an unknown exercise": ({"points": {"last_prize": 2}}, "such as 'last_price'"),
    "points of a notebook that is not in the course": ({"points": {"kl_bits": 2}}, "for an exercise in Week 1"),
    "negative points": ({"points": {"last_price": -2}}, "0 or more"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_choice_writes_nothing(notebook, course, case):
    options, said = WRONG[case]
    with pytest.raises(ArgumentError, match=said):
        build(course, notebook, **options)
    assert not course.exists()


def test_an_empty_folder_is_no_course(course, tmp_path):
    with pytest.raises(ArgumentError, match="no notebook with exercises"):
        build_course(course, tmp_path, None)


def test_exercises_of_one_name_in_two_notebooks_are_refused(notebook, course):
    other = own_notebook(notebook.parent / "other", "other")
    for file in (other, module_of(other)):
        shutil.move(file, notebook.parent)
    with pytest.raises(ArgumentError, match=r"middle_value in Week 1 and in other"):
        build(course, notebook)


def test_a_module_whose_key_cannot_be_kept_back_makes_no_course(notebook, course):
    change(module_of(notebook), ("PROBES = {", "EXERCISES = EXERCISES[: len(ANSWERS)]\n\nPROBES = {"))
    with pytest.raises(NotebookError, match="without its key"):
        build(course, notebook)
    assert not course.exists()


UNUSABLE_FILES = {
    "a list in a text": ('FILES = "prices.csv"', "FILES = 'prices.csv'"),
    "another folder": ('FILES = ("../prices.csv",)', "'../prices.csv' in FILES"),
    "no file": ('FILES = ("nothing.csv",)', "'nothing.csv' in FILES"),
    "a folder": ('FILES = ("folder",)', "'folder' in FILES"),
    "a link": ('FILES = ("link.csv",)', "'link.csv' in FILES"),
    "the module itself": (f'FILES = ("{MODULE}",)', "is or mentions the key"),
    "a module with the key": ('FILES = ("my_key.py",)', "is or mentions the key"),
    "a notebook": (f'FILES = ("{NAME}.ipynb",)', "a notebook"),
    "too many": ('FILES = tuple(f"{i}.csv" for i in range(21))', "21 files"),
    "a number": ("FILES = (3,)", "FILES = (3,)"),
}


@pytest.mark.parametrize("case", UNUSABLE_FILES)
def test_files_that_cannot_be_handed_out_are_refused(notebook, case):
    line, said = UNUSABLE_FILES[case]
    folder = notebook.parent
    (folder / "prices.csv").touch()
    (folder / "folder").mkdir()
    (folder / "link.csv").symlink_to("prices.csv")
    (folder / "my_key.py").write_text("from d2l_autograder.key import Answer\n")
    for number in range(21):
        (folder / f"{number}.csv").touch()
    change(module_of(notebook), ("EXERCISES = (", f"{line}\n\nEXERCISES = ("))
    with pytest.raises(NotebookError, match="Cannot hand out the files") as caught:
        load_assignment(notebook, None)
    assert said in str(caught.value.got)


def answered(assignment, what):
    """Compose the notebook that a student hands in: all solutions, all first wrong answers, or nothing."""
    sources = {name: cell.source for name, cell in stubs(assignment.release)}
    for item in assignment.items:
        name = item.exercise.name
        value = item.answer.wrong[0].answer
        wrong = f"{name} = {value!r}"
        if callable(value):
            wrong = textwrap.dedent(inspect.getsource(value)).replace(value.__name__, name)
        sources[name] = {"right": item.answer.source(), "wrong": wrong, "stub": sources[name]}[what]
    return compose(assignment.release, sources)


def rows_of(course):
    with (course / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


@pytest.mark.kernel
@pytest.mark.sandbox
@pytest.mark.nbgrader
@pytest.mark.parametrize("is_apart", [False, pytest.param(True, marks=pytest.mark.nightly)])
def test_from_a_new_notebook_to_marks(notebook, course, is_apart, monkeypatch):
    need_nbgrader()
    need_a_sandbox()
    data, helper = notebook.with_name("prices.csv"), notebook.with_name("my_prices.py")
    data.write_text("3 4 4 5 5 6 50")
    helper.write_text('def read():\n    return [int(one) for one in open("prices.csv").read().split()]\n')
    change(module_of(notebook), ("EXERCISES = (", 'FILES = ("prices.csv", "my_prices.py")\n\nEXERCISES = ('))
    change(notebook, ("prices = [3, 4, 4, 5, 5, 6, 50]", "import my_prices\\nprices = my_prices.read()"))
    if is_apart:
        in_two_places(notebook)
    record_notebook(notebook)
    assert lint_notebook(notebook) == []
    nbval = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "d2l_authoring.nbval_plugin",
        "-p",
        "no:cacheprovider",
        "--nbval",
    ]
    checked = subprocess.run([*nbval, notebook.name], cwd=notebook.parent, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
    built = CliRunner().invoke(_commands, ["course", "build", str(course), "--notebooks", str(notebook.parent)])
    assert built.exit_code == 0, built.output
    nbgrader(course, "generate_assignment", NAME)
    release = course / "release" / NAME
    handed_out = {path.name: path for path in release.iterdir() if path.suffix != ".whl"}
    assert handed_out.keys() == {f"{NAME}.ipynb", MODULE, "prices.csv", "my_prices.py"}
    for path in handed_out.values():
        assert not [word for word in KEY if word in path.read_text()], path
    record_notebook(release / f"{NAME}.ipynb")  # runs as a student's does
    assignment = read_course(course).load(release / f"{NAME}.ipynb")
    for what in ("right", "wrong", "stub"):
        folder = course / "submitted" / what / NAME
        shutil.copytree(release, folder)
        solved = answered(assignment, what)
        uses = "import my_prices\nassert sum(my_prices.read()) == 77\n"
        next(cell for cell in solved.cells if cell.id == "middle-value")["source"] += (
            "" if what == "stub" else f"\n{uses}"
        )
        (folder / f"{NAME}.ipynb").write_bytes(to_bytes(solved))
        (folder / MODULE).write_text("raise SystemExit('a student changed it')")
    monkeypatch.chdir(course)
    graded = CliRunner().invoke(_commands, ["grade", str(course / "submitted")])
    assert graded.exit_code == 0, graded.output
    rows = rows_of(course)
    assert {name: row["total"] for name, row in rows.items()} == {"right": "4", "wrong": "0", "stub": "0"}
    page = (course / "feedback" / "stub" / NAME).with_suffix(".html").read_text()
    assert page.count("not attempted") >= 3
    for path in (course / "feedback").rglob("*"):
        assert not path.is_file() or not [word for word in KEY[2:] if word in path.read_text()]


@pytest.mark.sandbox
def test_in_a_sandbox_the_setup_cell_does_nothing_and_the_files_are_read_only(notebook):
    need_a_sandbox()
    from d2l_autograder.batch.marker import setup_for
    from d2l_autograder.sandbox import Lost, Sandbox

    notebook.with_name("prices.csv").write_text("3 4 5")
    change(module_of(notebook), ("EXERCISES = (", 'FILES = ("prices.csv",)\n\nEXERCISES = ('))
    with Sandbox(setup=setup_for(load_assignment(notebook, None))) as sandbox:
        sandbox.run("setup", "import d2l_helpers as helpers\nhelpers.load_exercises('Week_1_exercises')")
        sandbox.run("again", "from d2l_helpers import load_exercises\nload_exercises('no such module')")
        sandbox.run("names", "import pathlib\nfound = sorted(path.name for path in pathlib.Path.cwd().iterdir())")
        assert sandbox.get("found").value == ["prices.csv"]
        with pytest.raises(Lost, match="Read-only file system"):
            sandbox.run("write", "open('prices.csv', 'w')")


def test_one_own_notebook_is_marked_without_a_course(notebook, tmp_path):
    solved = tmp_path / "student" / f"{NAME}.ipynb"
    solved.parent.mkdir()
    solved.write_bytes(to_bytes(answered(load_assignment(notebook, None), "right")))
    places = ["--notebooks", str(notebook.parent), "--no-sandbox"]
    done = CliRunner().invoke(_commands, ["grade", str(solved), *places])
    assert done.exit_code == 0, done.output
    assert "4" in done.output


def test_exercises_that_a_student_may_have_handed_in_are_not_read(notebook, course, tmp_path):
    build(course, notebook)
    course.joinpath("submitted", "s01", NAME).mkdir(parents=True)
    description = json.loads((course / "course.json").read_text())
    description["sources"][NAME]["exercises"] = f"submitted/s01/{NAME}/{MODULE}"
    (course / "course.json").write_text(json.dumps(description))
    release = course / "release" / NAME
    release.mkdir(parents=True)
    shutil.copy(course / "source" / NAME / f"{NAME}.ipynb", release)
    shutil.copy(module_of(notebook), course / "submitted" / "s01" / NAME)
    done = CliRunner().invoke(_commands, ["grade", str(course / "submitted"), "--course", str(course)])
    assert done.exit_code != 0
    assert "may not be used" in f"{done.output}{done.exception}"
