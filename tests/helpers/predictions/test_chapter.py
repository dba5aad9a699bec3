"""The questions of the chapter, against the notebooks that ask them."""

import re
from pathlib import Path

import pytest

from d2l_authoring.notebook_file import read_notebook
from d2l_helpers.predictions.catalogue import chapter
from d2l_helpers.predictions.question import ChoiceQuestion, NumberQuestion
from d2l_helpers.records import split_outputs

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
CHAPTER = chapter()  # before a fixture puts another in its place
ASKED = re.compile(r"^helpers\.(predict|compare)\(\s*[\"'](\w+)[\"']", re.MULTILINE)
QUESTIONS = [
    pytest.param(notebook, question, id=question.name) for notebook, group in CHAPTER.items() for question in group
]


def cells_of(notebook):
    return read_notebook(NOTEBOOKS / f"{notebook}.ipynb").cells


def places(cells, what, name):
    return [
        number
        for number, cell in enumerate(cells)
        if cell.cell_type == "code" and (what, name) in ASKED.findall(cell.source)
    ]


@pytest.mark.parametrize("notebook", CHAPTER)
def test_a_notebook_asks_what_is_defined(notebook):
    asked = [call for cell in cells_of(notebook) if cell.cell_type == "code" for call in ASKED.findall(cell.source)]
    names = [question.name for question in CHAPTER[notebook]]
    assert [name for what, name in asked if what == "predict"] == names
    assert [name for what, name in asked if what == "compare"] == names


def test_names_are_unique():
    names = [question.name for group in CHAPTER.values() for question in group]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("notebook", "question"), QUESTIONS)
def test_the_result_stands_folded_right_after_the_question(notebook, question):
    cells = cells_of(notebook)
    (asked,), (answered,) = (places(cells, what, question.name) for what in ("predict", "compare"))
    between = cells[asked + 1 : answered]
    assert all(cell.cell_type == "markdown" for cell in between), "the next code cell shows the result"
    assert cells[answered].metadata.get("jupyter", {}).get("outputs_hidden")
    assert not cells[asked].metadata.get("jupyter")
    explanation = cells[answered + 1]
    assert explanation.metadata.get("jupyter", {}).get("source_hidden")
    assert explanation.source.startswith("**Why**\n\n"), "JupyterLab shows the first line of what it folds"


@pytest.mark.parametrize(("notebook", "question"), QUESTIONS)
def test_the_recorded_result_makes_one_choice_right(notebook, question):
    cells = cells_of(notebook)
    (answered,) = places(cells, "compare", question.name)
    metrics, _ = split_outputs(cells[answered].outputs)
    if isinstance(question, NumberQuestion):
        assert question.judge(question.read(metrics[question.name].value), metrics[question.name].value).is_right
    if isinstance(question, ChoiceQuestion) and question.name in metrics:
        right = question.right(metrics[question.name].value)
        verdicts = [question.judge(letter, metrics[question.name].value).is_right for letter in question.options()]
        assert verdicts == [index == right for index in range(len(question.choices))]
        assert sum(verdicts) == 1


@pytest.mark.parametrize(("notebook", "question"), QUESTIONS)
def test_a_question_is_short_and_each_choice_has_its_sentence(notebook, question):
    assert len(question.text.split()) <= 60
    assert question.text.rstrip().endswith(("?", "."))
    if isinstance(question, ChoiceQuestion):
        sentences = [choice.otherwise for choice in question.choices]
        assert 2 <= len(sentences) <= 4
        assert all(sentence.endswith(".") for sentence in sentences)
        assert len(set(sentences)) == len(sentences)
