"""An nbgrader course of the chapter: its source and release hold what they should, and nbgrader's commands work."""

from __future__ import annotations

import ast
import csv
import json
import shutil

import nbformat
import pytest
from click.testing import CliRunner
from support.courses import (
    NAME,
    ROOT,
    answered,
    half_right,
    hand_in,
    make_course,
    nbgrader,
    need_nbgrader,
    released,
    solutions,
)
from support.key import answers_to
from support.lacking import lacking

from d2l_authoring.compose import stubs
from d2l_authoring.notebook_file import read_notebook
from d2l_autograder.__main__ import _commands
from d2l_autograder.course import build_course, read_course
from d2l_autograder.course.generated import Written
from d2l_autograder.course.readers_wheel import readers_wheel
from d2l_autograder.course.source_notebook import source_notebook
from d2l_autograder.sandbox import Sandbox
from d2l_helpers.errors import ArgumentError, NotebookError, SandboxError
from d2l_helpers.exercises.catalogue import chapter

NOTEBOOKS, ANSWERS = ROOT / "notebooks", ROOT / "answers"
each_notebook = pytest.mark.parametrize("name", chapter())
POINTS = {"stable_softmax": 2.66, "kl_bits": 0}
EXTRA = ["most_symbols"]
EVIL = (
    '<script>window.took = 1</script><img src="x" onerror="window.took = 2"> [here](javascript:window.took=3)\n\n</pre>'
)


def chapters(name):
    return read_notebook(NOTEBOOKS / f"{name}.ipynb")


def text(notebook):
    return "\n".join(cell.source for cell in notebook.cells)


def key_lines(name):
    """Return the lines of the solutions that the chapter does not hold itself."""
    public = {line.strip() for line in text(chapters(name)).splitlines()}
    solved = [line.strip() for answer in answers_to(name).values() for line in answer.source().splitlines()]
    return {line for line in solved if len(line) > 5 and line not in public}


def cleared(source):
    """Remove the solutions as `nbgrader generate_assignment` does in a course that d2l-grade built."""
    need_nbgrader()
    from nbgrader.preprocessors import ClearSolutions

    return ClearSolutions(code_stub={"python": ""}).preprocess(source, {})[0]


@pytest.mark.nbgrader
@each_notebook
def test_without_solutions_the_source_is_the_chapters_notebook(name):
    source = source_notebook(NOTEBOOKS / f"{name}.ipynb", ANSWERS, {})
    assert all(answer.source().splitlines()[-1] in text(source) for answer in answers_to(name).values())
    assert not any(cell.get("outputs") for cell in source.cells)
    release = cleared(source)
    for cell, original in zip(release.cells, chapters(name).cells, strict=True):
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution"):
            assert ast.dump(ast.parse(cell.source)) == ast.dump(ast.parse(original.source))
        else:
            assert cell.source == original.source
        assert cell.metadata == original.metadata


@each_notebook
def test_source_cells_run_to_the_solution(name):
    source = source_notebook(NOTEBOOKS / f"{name}.ipynb", ANSWERS, {})
    for exercise, cell in stubs(source):
        wanted = ast.parse(answers_to(name)[exercise].source()).body[0]
        given = ast.parse(cell.source).body[-1]
        if isinstance(wanted, ast.FunctionDef):
            assert ast.unparse(given.body[1]) == "..."
            del given.body[1]
        assert ast.dump(given) == ast.dump(wanted)


@pytest.mark.nbgrader
@each_notebook
def test_the_release_holds_no_key_and_no_hidden_probe(name):
    assert len(key_lines(name)) >= len(answers_to(name))
    said = text(cleared(source_notebook(NOTEBOOKS / f"{name}.ipynb", ANSWERS, {})))
    assert not [line for line in key_lines(name) if line in said]
    titles = [probe.title for answer in answers_to(name).values() for probe in answer.probes]
    assert not [title for title in titles if said.count(title) > text(chapters(name)).count(title)]


@pytest.fixture
def folder(tmp_path):
    build_course(tmp_path, NOTEBOOKS, ANSWERS, only=["04"], points=POINTS)
    return tmp_path


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_building_a_course_twice_changes_nothing(folder):
    before = contents(folder)
    done = build_course(folder, NOTEBOOKS, ANSWERS, only=["04"], points=POINTS)
    assert set(done.values()) == {Written.UNCHANGED}
    assert contents(folder) == before
    assert (folder / "secret").stat().st_mode & 0o777 == 0o600


def test_a_file_that_a_teacher_changed_is_kept_and_named(folder):
    config = folder / "nbgrader_config.py"
    config.write_text(config.read_text() + "c.CourseDirectory.course_id = 'mine'\n")
    for _ in range(2):
        done = build_course(folder, NOTEBOOKS, ANSWERS, only=["04"])
        assert done.pop("nbgrader_config.py") == Written.KEPT
        assert "mine" in config.read_text()
    assert build_course(folder, NOTEBOOKS, ANSWERS, only=["04"], force=True)["nbgrader_config.py"] == Written.UPDATED
    assert "mine" not in config.read_text()


def test_an_unchanged_file_follows_the_points(folder):
    name = f"source/{NAME}/{NAME}.ipynb"
    assert "A softmax that survives a thousand (2.66 points)" in text(read_notebook(folder / name))
    assert "What a wrong belief costs (practice)" in text(read_notebook(folder / name))
    done = build_course(folder, NOTEBOOKS, ANSWERS, only=["04"])
    assert done[name] == Written.UPDATED
    assert text(read_notebook(folder / name)).count("(2 points)") == text(chapters(NAME)).count("(2 points)")


def test_extra_credit_is_said_and_counts_apart(tmp_path):
    build_course(tmp_path, NOTEBOOKS, ANSWERS, only=["04"], points=POINTS, extra=["stable_softmax", *EXTRA])
    source = tmp_path / "source" / NAME / f"{NAME}.ipynb"
    said = text(read_notebook(source))
    assert "A softmax that survives a thousand (2.66 points of extra credit)" in said
    assert "(1 point of extra credit)" in said
    items = {item.exercise.name: item for item in read_course(tmp_path).load(source).items}
    assert {name: (item.points, item.is_extra) for name, item in items.items() if item.is_extra} == {
        "stable_softmax": (2.66, True),
        "most_symbols": (1, True),
    }
    plain = tmp_path / "plain"
    build_course(plain, NOTEBOOKS, ANSWERS, only=["04"], points=POINTS)
    without = read_course(plain).load(plain / "source" / NAME / f"{NAME}.ipynb")
    assert read_course(tmp_path).load(source).digest("x") != without.digest("x")  # so results are not mixed up


def test_exercises_are_worth_what_the_release_says(folder):
    assignment = read_course(folder).load(folder / "source" / NAME / f"{NAME}.ipynb")
    worth = {item.exercise.name: item.points for item in assignment.items}
    assert worth == {
        "stable_softmax": 2.66,
        "loss_from_labels": 2,
        "weight_gradient": 2,
        "most_symbols": 1,
        "second_derivatives": 2,
    }


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"only": ["42"]}, "42"),
        ({"only": ["04"], "points": {"stable_sofmax": 1}}, "'stable_softmax'"),
        ({"only": ["05"], "points": {"stable_softmax": 1}}, "05_fashion_mnist"),
        ({"only": ["04"], "points": {"stable_softmax": -1}}, "0 or more"),
        ({"only": ["04"], "points": {"stable_softmax": float("nan")}}, "0 or more"),
        ({"only": ["04"], "extra": ["stable_sofmax"]}, "'stable_softmax'"),
        ({"only": ["05"], "extra": ["stable_softmax"]}, "05_fashion_mnist"),
        ({"only": ["04"], "extra": ["stable_softmax"], "points": {"stable_softmax": 0}}, "worth 0 points"),
    ],
)
def test_a_wrong_choice_is_an_error_and_writes_nothing(tmp_path, options, said):
    with pytest.raises(ArgumentError, match=said):
        build_course(tmp_path / "course", NOTEBOOKS, ANSWERS, **options)
    assert not (tmp_path / "course").exists()


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / "source").write_text("a file")
    with pytest.raises(NotebookError, match="source"):
        build_course(tmp_path, NOTEBOOKS, ANSWERS, only=["04"])


@pytest.mark.parametrize("said", [None, "{", "[]", '{"answers": 1}'])
def test_a_folder_without_a_course_is_an_error(tmp_path, said):
    if said is not None:
        (tmp_path / "course.json").write_text(said)
    with pytest.raises(ArgumentError, match="course build"):
        read_course(tmp_path)


def test_the_command_says_what_became_of_each_file(tmp_path):
    folders = ("--answers", str(ANSWERS), "--notebooks", str(NOTEBOOKS))
    command = ["course", "build", str(tmp_path), *folders, "--only", "04,"]
    first, second, wrong = (
        CliRunner().invoke(_commands, [*command, *more])
        for more in ((), ("--points", "second_derivatives=1.5"), ("--points", "second_derivatives"))
    )
    assert (first.exit_code, first.output.count("new ")) == (0, 4)
    assert f"updated   source/{NAME}/{NAME}.ipynb" in second.output
    assert wrong.exit_code == 2
    assert "stable_softmax=3" in wrong.output


def test_a_course_has_the_key_that_it_was_built_with_whatever_its_name(tmp_path):
    own = shutil.copytree(ANSWERS, tmp_path / "my key", ignore=shutil.ignore_patterns("__pycache__"))
    file = own / "softmax_regression.py"
    file.write_text(
        file.read_text().replace("    40,\n        wrong", "    41,\n        wrong").replace("Wrong(41,", "Wrong(40,")
    )
    build_course(tmp_path / "course", NOTEBOOKS, own, only=["04"])
    source = tmp_path / "course" / "source" / NAME / f"{NAME}.ipynb"
    assert "most_symbols = 41" in text(read_notebook(source))
    assignment = read_course(tmp_path / "course").load(source)
    assert assignment.key.folder == own
    assert {item.exercise.name: item.answer.solution for item in assignment.items}["most_symbols"] == 41


def graded(test):
    """Mark a test of the course that nbgrader has graded."""
    return pytest.mark.nbgrader(pytest.mark.sandbox(test))


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Grade a course in which one submission is right, one partly right, one untouched, and one no notebook."""
    try:
        with Sandbox():
            pass
    except SandboxError as error:
        lacking(str(error))
    folder = make_course(tmp_path_factory.mktemp("course"), POINTS, EXTRA)
    hand_in(folder, "ada", answered(folder, solutions()))
    partly = {name: solutions()[name] for name in ("loss_from_labels", "kl_bits", "most_symbols")}
    notebook = answered(folder, {**partly, "stable_softmax": half_right("stable_softmax")})
    notebook.cells.insert(1, nbformat.v4.new_markdown_cell(EVIL))
    notebook.cells.insert(2, nbformat.v4.new_raw_cell(EVIL))
    shown = nbformat.v4.new_output("display_data", data={"text/plain": "my own plot", "text/html": EVIL})
    notebook.cells.insert(3, nbformat.v4.new_code_cell("plot()", outputs=[shown]))
    hand_in(folder, "bob", notebook)
    hand_in(folder, "cyd", released(folder))
    hand_in(folder, "dan", b"no notebook {")
    nbgrader(folder, "autograde", NAME)
    nbgrader(folder, "generate_feedback", NAME)
    return folder


def exported(course):
    nbgrader(course, "export", "--to", "grades.csv")
    with (course / "grades.csv").open(newline="") as file:
        return {row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in csv.DictReader(file)}


def feedback(course, student):
    return (course / "feedback" / student / NAME / f"{NAME}.html").read_text()


@graded
def test_the_whole_release_holds_no_key(course):
    notebook, wheel = sorted(path for path in (course / "release").rglob("*") if path.is_file())
    said = notebook.read_text()
    for line in key_lines(NAME):
        assert json.dumps(line)[1:-1] not in said
    assert "SOLUTION" not in said
    assert {wheel.name: wheel.read_bytes()} == readers_wheel()  # test_readers_wheel.py looks into it


@graded
def test_marks_are_exported(course):
    assert exported(course) == {"ada": (9.66, 8.66), "bob": (4.33, 8.66), "cyd": (0, 8.66), "dan": (0, 8.66)}


@graded
def test_feedback_says_in_words_what_was_tried(course):
    said = feedback(course, "bob")
    assert "A softmax that survives a thousand: partly right, 1.33 of 2.66 points" in said
    assert "Hint: " in said
    assert said.count("alert-success") >= 2
    assert "alert-info" in said
    assert "my own plot" in said
    assert "not right" not in feedback(course, "ada")
    assert "no notebook" not in feedback(course, "dan")
    assert "not JSON" in feedback(course, "dan")


@graded
@pytest.mark.parametrize("student", ["bob", "cyd", "dan"])
def test_feedback_holds_no_key_and_no_folder(course, student):
    said = feedback(course, student)
    mine = text(read_notebook(course / "autograded" / student / NAME / f"{NAME}.ipynb"))
    assert not [line for line in key_lines(NAME) if line in said and line not in mine]
    assert str(course) not in said
    assert str(ROOT) not in said
    assert (course / "secret").read_text() not in said


@graded
def test_nothing_of_a_student_runs_in_the_teachers_browser(course):
    said = feedback(course, "bob")
    assert "window.took = 1" in said
    for harm in ("<script>window", '<img src="x"', 'href="javascript'):
        assert harm not in said


@graded
@pytest.mark.nightly
def test_autograding_again_gives_the_same_bytes(course):
    file = course / "autograded" / "bob" / NAME / f"{NAME}.ipynb"
    before = file.read_bytes()
    nbgrader(course, "autograde", NAME, "--student", "bob", "--force")
    assert file.read_bytes() == before


@graded
def test_without_a_sandbox_a_submission_gets_an_error_and_no_mark(course):
    hand_in(course, "eve", answered(course, solutions()))
    said = nbgrader(course, "autograde", NAME, "--student", "eve", fails=True, PATH=str(course))
    assert "SandboxError" in said
    assert "bubblewrap" in said
    assert not (course / "autograded" / "eve").exists() or not list((course / "autograded" / "eve").rglob("*.ipynb"))
    assert exported(course)["bob"] == (4.33, 8.66)
