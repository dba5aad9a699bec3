"""Variants in a course: one student's numbers in the notebook's kernel, the check, the sandbox and the grader."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from types import SimpleNamespace

import nbformat
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from nbclient import NotebookClient
from support.courses import ROOT
from support.leftovers import need_a_sandbox
from support.sample_results import printed
from support.submitted import ASSIGNMENTS

from d2l_authoring.compose import compose, stubs
from d2l_authoring.notebook_file import read_notebook, to_bytes
from d2l_autograder.__main__ import _commands
from d2l_autograder.assignment import Assignment, Item, load_assignment
from d2l_autograder.batch.cluster import task
from d2l_autograder.batch.grader import Grader
from d2l_autograder.batch.marker import Marker, setup_for
from d2l_autograder.batch.outcome import damaged
from d2l_autograder.cells.named_student import only_names_a_student, students_in
from d2l_autograder.collect import Entry
from d2l_autograder.command.grade import grade_one
from d2l_autograder.command.releases import Releases
from d2l_autograder.course import build_course, read_course
from d2l_autograder.course.variant_cells import add_variant_cells
from d2l_autograder.key import Answer
from d2l_autograder.marking.marking import mark_submission
from d2l_autograder.report import summary
from d2l_autograder.report.grades import grades_csv
from d2l_autograder.results import Result, Row
from d2l_autograder.sandbox import Sandbox, Verdict
from d2l_autograder.submission.submission import Submission
from d2l_helpers.errors import NotebookError
from d2l_helpers.exercises.catalogue import chapter
from d2l_helpers.exercises.exercise import Exercise
from d2l_helpers.exercises.expectations import expect
from d2l_helpers.variants import marked_as, mine

NUMBER, LETTER = "03_linear_regression_gluon", "01_linear_regression"
IDS = ["s01", "Zoë 李", "o'brien", 'a\\b"c', "s02"]


def released(name: str) -> nbformat.NotebookNode:
    """Return the notebook as a course with variants hands it out."""
    notebook = read_notebook(ROOT / "notebooks" / f"{name}.ipynb")
    add_variant_cells(notebook, {exercise.name: exercise for exercise in chapter()[name]})
    return notebook


@pytest.fixture(scope="module")
def assignment(tmp_path_factory) -> Assignment:
    file = tmp_path_factory.mktemp("release") / f"{NUMBER}.ipynb"
    file.write_bytes(to_bytes(released(NUMBER)))
    return load_assignment(file, ROOT / "answers", has_variants=True)


def handed_in(assignment: Assignment, said: object, worked_as: str, own: str = "") -> bytes:
    """Compose a notebook that names a student, with the answers that are right for one, and a cell of its own."""
    sources = {name: cell.source for name, cell in stubs(assignment.release)}
    with marked_as(worked_as):
        for item in assignment.items:
            if item.exercise.variant:
                sources[item.exercise.name] = f"{item.exercise.name} = {item.answer.of_student(item.exercise)!r}"
    if own:
        sources["pull_cap"] = own
    notebook = compose(assignment.release, sources)
    for cell in notebook.cells:
        if cell.source == "helpers.student(...)" and said is not ...:
            cell["source"] = f"helpers.student({said!r})"
    return to_bytes(notebook)


def graded(assignment: Assignment, folder, notebooks: dict[str, bytes]) -> tuple[dict[str, dict], list[Result]]:
    """Mark notebooks by their students, several at a time; return the marks by student and exercise, and results."""
    entries = []
    for number, (student, contents) in enumerate(notebooks.items()):
        file = folder / f"{number}.ipynb"
        file.write_bytes(contents)
        entries.append(Entry(student, NUMBER, file))
    grader = Grader({NUMBER: assignment}, b"secret of this test", jobs=2)
    results = [outcome.result for outcome in grader.grade(entries)]
    return {result.student: {mark.exercise: mark for mark in result.marks} for result in results}, results


@pytest.mark.sandbox
def test_the_id_of_who_handed_in_counts(assignment, tmp_path):
    need_a_sandbox()
    notebooks = {ident: handed_in(assignment, ident, ident) for ident in IDS}
    notebooks |= {
        "left the dots": handed_in(assignment, ..., ""),
        "cy": handed_in(assignment, "dan", "dan"),
        "Ed": handed_in(assignment, "fay", "Ed"),
    }
    marks, results = graded(assignment, tmp_path, notebooks)
    for ident in IDS:
        assert (marks[ident]["pull_cap"].verdict, marks[ident]["pull_cap"].note) == (Verdict.RIGHT, "")
        assert marks[ident]["ridge_limit"].verdict == Verdict.RIGHT
    cap = marks["left the dots"]["pull_cap"]
    assert (cap.earned, cap.note) == (0, "")
    assert "right for a notebook that names no id, but the variant of 'left the dots' counts" in cap.findings[0].got
    cap = marks["cy"]["pull_cap"]
    assert (cap.earned, cap.note) == (0, "the notebook names the student 'dan'; marked with the numbers of 'cy'")
    assert "right for the variant of 'dan', which the notebook names, but the variant of 'cy'" in cap.findings[0].got
    assert marks["Ed"]["pull_cap"].verdict == Verdict.RIGHT
    assert marks["Ed"]["pull_cap"].note == "the notebook names the student 'fay'; marked with the numbers of 'ed'"
    assert marks["Ed"]["step_on_the_mean"].note == ""  # not attempted, and the same for everybody
    assert {result.student for result in results if result.detail} == {"cy", "Ed"}
    rows = [Row(result) for result in results]
    assert "naming another student" in printed(summary(rows))
    assert "the notebook names the student 'fay'; marked with the numbers of 'ed'" in grades_csv(rows).decode()


@pytest.mark.sandbox
def test_outside_a_course_with_variants_the_texts_numbers_count(assignment, tmp_path, monkeypatch):
    need_a_sandbox()
    monkeypatch.setenv("JUPYTERHUB_USER", "teacher")
    plain = replace(assignment, has_variants=False)
    own = "pull_cap = 1.8 if helpers.mine('pull_cap') == 0 else 0"
    marks, _ = graded(plain, tmp_path, {"s01": handed_in(plain, "s01", "", own), "s02": handed_in(plain, "s02", "s02")})
    assert (marks["s01"]["pull_cap"].verdict, marks["s01"]["pull_cap"].note) == (Verdict.RIGHT, "")
    assert marks["s02"]["pull_cap"].verdict == Verdict.WRONG
    assert "right for" not in marks["s02"]["pull_cap"].findings[0].got


SHOWN = """import d2l_helpers as helpers
helpers.student({ident!r})
print([helpers.mine(name) for name in ("seed", "pull_cap")])
seed = helpers.mine("seed")"""


@pytest.mark.sandbox
@pytest.mark.kernel
@pytest.mark.parametrize("ident", IDS[:3])
def test_one_id_has_the_same_numbers_in_kernel_grader_and_sandbox(assignment, tmp_path, ident):
    need_a_sandbox()
    with marked_as(ident):
        expected = [mine(name) for name in ("seed", "pull_cap")]
        right = next(item for item in assignment.items if item.exercise.name == "pull_cap")
        answer = right.answer.of_student(right.exercise)
    lines = [SHOWN.format(ident=ident), f"helpers.check('pull_cap', {answer!r})"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in lines])
    NotebookClient(notebook, kernel_name="python3", timeout=60).execute(
        env=os.environ | {"XDG_STATE_HOME": str(tmp_path)}
    )
    assert str(expected) in "".join(output.get("text", "") for output in notebook.cells[0].outputs)
    assert "right, 2 of 2 points" in str(notebook.cells[1].outputs)
    with Sandbox(setup=setup_for(assignment, ident)) as sandbox:
        sandbox.run("own", SHOWN.format(ident="somebody else"))  # what a notebook says does not count there
        assert sandbox.get("seed").value == expected[0]
    own = "rows = [off / 100 for off in (20, *range(6, 20), *range(21, 31))]\n"
    own += "pull_cap = 9 * helpers.mine('pull_cap', rows)"
    marks, _ = graded(assignment, tmp_path, {ident: handed_in(assignment, "somebody else", "", own)})
    assert marks[ident]["pull_cap"].verdict == Verdict.RIGHT


class Told:
    """A session in which the only cell binds the answer."""

    def __init__(self, value: object) -> None:
        self.value, self.limits, self.guilty = value, SimpleNamespace(seconds=3.0), {}

    def __enter__(self) -> Told:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def run(self, *_: object) -> None:
        pass

    def get(self, *_: object) -> SimpleNamespace:
        return SimpleNamespace(value=self.value)


def test_a_teachers_check_may_ask_for_numbers_without_declaring_a_variant():
    def check(answer: object) -> None:
        expect(answer == mine("seed") % 97, "another number", "your seed, modulo 97")

    item = Item(Exercise("rest", "A rest", "measured", 1, check, ("a", "b", "c")), Answer("rest", 0, ()), 1.0)
    assignment = SimpleNamespace(name="own", items=(item,), code=frozenset())
    for said, worked_as, earned, note in (
        ("s01", "s01", 1, ""),
        (None, "", 0, ""),
        ("s02", "s02", 0, "the notebook names the student 's02'; marked with the numbers of 's01'"),
    ):
        with marked_as(worked_as):
            value = mine("seed") % 97
        cells = [nbformat.v4.new_code_cell(f"helpers.student({said!r})"), nbformat.v4.new_code_cell(f"rest = {value}")]
        submission = Submission(nbformat.v4.new_notebook(cells=cells), frozenset(["rest"]), frozenset(), (), "digest")
        session = Told(value)
        (mark,) = mark_submission(submission, assignment, b"secret", lambda session=session: session, "S01")
        assert (mark.earned, mark.note) == (earned, note)


@pytest.mark.sandbox
@pytest.mark.parametrize(
    ("said", "worked_as", "whose"), [("S01", "s01", "'s01'"), (..., "", "a notebook without an id")]
)
def test_a_notebook_alone_is_marked_as_the_student_that_it_names(assignment, tmp_path, capsys, said, worked_as, whose):
    need_a_sandbox()
    file = tmp_path / f"{NUMBER}.ipynb"
    file.write_bytes(handed_in(assignment, said, worked_as))
    release = tmp_path / "release" / file.name
    release.parent.mkdir()
    release.write_bytes(to_bytes(assignment.release))
    assert grade_one(file, Releases({NUMBER: release}, lambda _: assignment)) == 0
    shown = capsys.readouterr().out
    assert f"Marked with the numbers of {whose}" in shown
    assert "3 of 11 points" in shown


def test_two_students_with_the_same_file_share_no_result(assignment):
    digests = {assignment.digest("bytes", "limits", student) for student in ("ada", "bob", "ADA ", "")}
    assert len(digests) == 3
    plain = ASSIGNMENTS[NUMBER]
    assert len({plain.digest("bytes", "limits", student) for student in ("ada", "bob", "")}) == 1


def test_a_worker_of_a_cluster_opens_the_course_with_its_variants(assignment):
    marker = Marker({NUMBER: assignment}, b"secret")
    opened, _ = task._opened(json.loads(task.course_of(marker)), b"secret")
    assert opened.assignments[NUMBER].has_variants
    assert opened.digest(opened.assignments[NUMBER], b"", "s01") == marker.digest(assignment, b"", "s01")


def test_a_damaged_notebook_gets_the_hints_of_its_student(assignment, tmp_path):
    fault = NotebookError("Cannot read it.", got="text", expected="JSON", remedy="save it again")
    (mark,) = (mark for mark in damaged("s01", assignment, fault).marks if mark.exercise == "pull_cap")
    assert "{" not in mark.hint


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ('helpers.student("S01")', ["s01"]),
        ("import d2l_helpers\nd2l_helpers.student( 4711 )", ["4711"]),
        ("from d2l_helpers import student\nstudent('Zoë  李')", ["zoë 李"]),
        ("helpers.student('a'); helpers.student('b')", ["a", "b"]),
        ("helpers.student(...)", []),
        ("helpers.student()", []),
        ("helpers.student('...')", []),
        ("helpers.student('…')", []),
        ("helpers.student(name)", []),
        ("helpers.student('')", []),
        ("helpers.student(True)", []),
        ("helpers.student('x' * 9)", []),
        (f"helpers.student('{'x' * 201}')", []),
        ("# helpers.student('s01')", []),
        ("helpers.student('s01'", []),
        ("helpers.student(" + "9" * 300 + ")", []),
    ],
)
def test_the_student_that_a_cell_names_is_read_from_its_text(source, named):
    assert list(students_in(source)) == named


@given(st.text())
def test_any_cell_can_be_read(text):
    list(students_in(f"student {text}"))
    list(students_in(f"student({text!r})"))
    only_names_a_student(f"student({text})")


def test_a_cell_that_only_names_a_student_changes_no_answer():
    assert only_names_a_student("helpers.student('s01')  # my id")
    assert only_names_a_student("helpers.student(...)")
    assert only_names_a_student("helpers.student()")
    assert not only_names_a_student("helpers.student(print('x'))")
    assert not only_names_a_student("helpers.student('s01')\nx = 1")
    assert not only_names_a_student("student")
    assert not only_names_a_student("")


@pytest.mark.parametrize("name", chapter())
def test_a_course_with_variants_asks_for_the_id_and_shows_the_own_questions(name):
    plain, notebook = read_notebook(ROOT / "notebooks" / f"{name}.ipynb"), released(name)
    nbformat.validate(notebook)
    sources, own = [cell.source for cell in notebook.cells], [each for each in chapter()[name] if each.variant]
    assert sources.count("helpers.student(...)") == bool(own)
    places = {each: place for place, (each, _) in _places(notebook)}
    for exercise in own:
        assert sources[places[exercise.name] - 1] == f'helpers.question("{exercise.name}")'
        prompt = sources[places[exercise.name] - 2]
        assert not any(text in prompt for text in exercise.variant.asked()[1].values() if len(text) > 5)
        assert prompt.startswith("###") or exercise.name == "galileos_constant"  # whose data stand below the text
    added = [source for source in sources if source not in {cell.source for cell in plain.cells}]
    texts = sum(bool(exercise.variant.asked()[1] or exercise.variant.prompt) for exercise in own)
    assert len(added) == (2 + len(own) + texts if own else 0)


TEXTS_NUMBERS = {
    "one_step_rate": ["lowest loss"],
    "descent_limit": ["`km`"],
    "metres": ["just"],
    "examples_needed": ["0.01"],
    "pull_cap": [" 0.2 "],
    "most_symbols": ["64"],
    "float_megabytes": ["60,000"],
    "held_out_by_amount": [" 10 ", " 100 ", "1,000 "],
    "best_pixel": ["sneaker", "boot"],
    "first_loss_sigma": ["4.605", r"2 \ln"],
    "sure_margin": ["0.01"],
    "gradient_shrink": [" 3 "],
}


@pytest.mark.parametrize("name", chapter())
def test_no_text_of_a_course_with_variants_names_the_numbers_of_another(name):
    plain = dict(_prompts(read_notebook(ROOT / "notebooks" / f"{name}.ipynb")))
    for exercise, prompt in _prompts(released(name)):
        title = next(each.title for each in chapter()[name] if each.name == exercise)
        for number in TEXTS_NUMBERS.get(exercise, []):
            assert number in plain[exercise], (exercise, number)
            assert number not in prompt, (exercise, number)
            assert number not in title, (exercise, number)


def _prompts(notebook):
    for place, (name, _) in _places(notebook):
        yield name, next(cell.source for cell in reversed(notebook.cells[:place]) if cell.cell_type == "markdown")


def test_a_text_without_the_part_to_be_replaced_is_named():
    notebook = read_notebook(ROOT / "notebooks" / f"{NUMBER}.ipynb")
    for cell in notebook.cells:
        cell["source"] = cell.source.replace("end 0.2 too high", "end 0.3 too high")
    with pytest.raises(NotebookError, match="part of the text of pull_cap") as caught:
        add_variant_cells(notebook, {exercise.name: exercise for exercise in chapter()[NUMBER]})
    assert "'end 0.2 too high' 0 times" in str(caught.value)


def _places(notebook):
    return [(notebook.cells.index(cell), (name, cell)) for name, cell in stubs(notebook)]


def test_a_course_keeps_its_variants_until_it_is_built_without(tmp_path):
    command = ["course", "build", str(tmp_path), "--only", "03"]
    source = tmp_path / "source" / NUMBER / f"{NUMBER}.ipynb"
    for more, has_variants in (
        ([], False),
        (["--variants"], True),
        (["--points", "pull_cap=3"], True),
        (["--no-variants"], False),
    ):
        ran = CliRunner().invoke(_commands, [*command, *more])
        assert ran.exit_code == 0, ran.output
        assert read_course(tmp_path).has_variants == has_variants
        assert read_course(tmp_path).load(source).has_variants == has_variants
        assert ("helpers.student(...)" in source.read_text()) == has_variants


def test_a_course_of_before_has_no_variants(tmp_path):
    build_course(tmp_path, ROOT / "notebooks", ROOT / "answers", only=["03"])
    description = json.loads((tmp_path / "course.json").read_text())
    del description["variants"]
    (tmp_path / "course.json").write_text(json.dumps(description))
    assert not read_course(tmp_path).has_variants


def test_a_notebook_that_imports_no_helpers_says_what_to_add():
    notebook = read_notebook(ROOT / "notebooks" / f"{LETTER}.ipynb")
    for cell in notebook.cells:
        cell["source"] = cell.source.replace("import d2l_helpers as helpers", "")
    with pytest.raises(NotebookError, match="setup cell"):
        add_variant_cells(notebook, {exercise.name: exercise for exercise in chapter()[LETTER]})
