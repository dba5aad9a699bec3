"""`d2l-author new` writes a notebook and its module under any sensible name, and never over a file."""

from __future__ import annotations

import ast
import unicodedata
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.own import own_notebook

from d2l_authoring.__main__ import _commands
from d2l_authoring.compose import stubs
from d2l_authoring.lint import lint_notebook
from d2l_authoring.new_notebook import new_notebook
from d2l_authoring.notebook_file import read_notebook
from d2l_authoring.record import record_notebook
from d2l_helpers.errors import ArgumentError, NotebookError

NAMES = ["my_notebook", "Week 1", "3 körbe", "01_start", "a-b_c d", "수업", "परीक्षण", "x", "Übung-2"]


def exercises_in(notebook):
    return [name for name, _ in stubs(read_notebook(notebook))]


@pytest.mark.parametrize("name", NAMES)
def test_any_sensible_name_makes_a_notebook_and_its_module(tmp_path, name):
    notebook, module = new_notebook(tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([notebook.name, module.name])
    assert notebook.stem == unicodedata.normalize("NFC", name)
    cells = {cell.id: cell.source for cell in read_notebook(notebook).cells}
    assert cells["title"].startswith(f"# {notebook.stem}\n")
    assert f'helpers.load_exercises("{module.stem}")' in cells["setup"]
    ast.parse(module.read_text(encoding="utf-8"))
    assert "DIGEST" not in module.read_text(encoding="utf-8")


def test_a_name_in_decomposed_letters_is_the_same_name(tmp_path):
    own_notebook(tmp_path, unicodedata.normalize("NFD", "Übung"))
    with pytest.raises(ArgumentError, match="overwrites no file"):
        own_notebook(tmp_path, "Übung")


def test_the_suffix_may_be_given(tmp_path):
    assert new_notebook(tmp_path / "week.ipynb")[0] == tmp_path / "week.ipynb"


ODD = ["", ".", "..", " ", "a+b", "a,b", "a.b", "week\n1", " a", "a ", "_a", "-a", 'a"b', "a\\b", "{a}", "%d", "x" * 81]


@pytest.mark.parametrize("name", [*ODD, "04_softmax_regression", "\udcff"])
def test_a_name_that_would_break_something_is_refused(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArgumentError, match="cannot have this name"):
        new_notebook(Path(name))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("taken", ["my_notebook.ipynb", "my_notebook_exercises.py"])
@pytest.mark.parametrize("kind", ["file", "folder", "link to nothing"])
def test_what_exists_is_never_overwritten(tmp_path, taken, kind):
    there = tmp_path / taken
    {"file": there.touch, "folder": there.mkdir, "link to nothing": lambda: there.symlink_to("nowhere")}[kind]()
    with pytest.raises(ArgumentError, match="overwrites no file"):
        own_notebook(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [taken]


def test_a_folder_that_is_none_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(NotebookError, match=r"(?s)Cannot write.*file"):
        new_notebook(tmp_path / "file" / "week")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_second_notebook_in_a_folder_has_exercises_of_other_names(tmp_path):
    found = [exercises_in(own_notebook(tmp_path, name)) for name in ("one", "two", "three")]
    assert found[0] == ["middle_value", "last_price", "doubled_prices"]
    assert found[2] == ["middle_value_3", "last_price_3", "doubled_prices_3"]
    assert len({name for names in found for name in names}) == 9


def test_the_command_says_what_it_wrote_and_what_comes_next(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(_commands, ["new", "Week 1"])
    assert done.output.splitlines() == [
        *("wrote Week 1.ipynb", "wrote Week_1_exercises.py", "next: d2l-author try 'Week 1.ipynb'")
    ]


@pytest.mark.kernel
def test_recorded_it_has_no_finding_and_its_outputs_name_no_solution(tmp_path):
    notebook = own_notebook(tmp_path, "Week 1")
    record_notebook(notebook)
    assert lint_notebook(notebook) == []
    text = notebook.read_text()
    assert "The chapter" not in text
    assert text.count("not attempted, 0 of") == 6  # as text and as HTML
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Week 1.ipynb", "Week_1_exercises.py"]


def test_a_teachers_notebook_needs_neither_the_chapters_sections_nor_its_ids(tmp_path):
    notebook = own_notebook(tmp_path)
    text = notebook.read_text().replace('"id": "setup"', '"id": "3fa85f64"').replace("## Sources", "## Thanks")
    notebook.write_text(text.replace("prices = [3", "import matplotlib\\nprices = [3"))
    said = "\n".join(lint_notebook(notebook))
    assert "never run" in said
    for rule in ("not made of words", "no heading", "imports matplotlib"):
        assert rule not in said


def test_lint_finds_a_notebook_without_its_ending(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    new_notebook(Path("Week 1"))
    named, whole = (CliRunner().invoke(_commands, ["lint", name]).output for name in ("Week 1", "Week 1.ipynb"))
    assert named == whole
    assert "1 notebooks" in named
