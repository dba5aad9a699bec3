"""The states of exhibits that need a kernel are recorded there, and come out the same the next time."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from nbformat import v4

from d2l_authoring.__main__ import _commands
from d2l_authoring.notebook_file import to_bytes
from d2l_authoring.site.exhibits.markup import SHOWN
from d2l_authoring.site.exhibits.pictures import PICTURES, read_pictures, record_pictures
from d2l_authoring.site.exhibits.states import Shown, State
from d2l_helpers.errors import NotebookError

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
STATES = (State("slow", {"lr": 0.05}, "."), State("good", {"lr": 0.4}, "."), State("bad", {"num_epochs": 3}, "."))
SMALL = Shown("small", "panel", "question", STATES)
TRAIN = """
import d2l_helpers as helpers
_ = "a name that IPython then leaves alone"

def train(lr=0.1, num_epochs=2):
    w = 0.0
    for _ in range(num_epochs):
        w = w - lr * 2 * (w - 3)
        yield (w - 3) ** 2
"""
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


@pytest.fixture
def small(tmp_path):
    sources = {"train": TRAIN, "panel": "helpers.retrain(train)", "after": "raise ValueError('runs no further')"}
    cells = [v4.new_code_cell(source, id=name) for name, source in sources.items()]
    path = tmp_path / "small.ipynb"
    path.write_bytes(to_bytes(v4.new_notebook(cells=cells)))
    return path


@pytest.mark.kernel
def test_the_states_are_recorded_in_the_notebooks_kernel(small, tmp_path):
    before = small.read_bytes()
    file = record_pictures(small, [SMALL], tmp_path)
    assert file == tmp_path / "small.json"
    slow, good, bad = read_pictures(SMALL, tmp_path)
    assert [one["settings"] for one in (slow, good, bad)] == [
        "learning rate 0.05, epochs 2",
        "learning rate 0.4, epochs 2",
        "learning rate 0.1, epochs 3",
    ]
    assert slow["sentence"] == f"After 2 epochs: loss {9 * 0.9**4:.4g}."
    assert bad["sentence"] == f"After 3 epochs: loss {9 * 0.8**6:.4g}."
    assert all(one["markup"].startswith('<div role="img" aria-label="Training; learning rate') for one in (slow, good))
    assert small.read_bytes() == before, "the notebook itself is not changed"
    first = file.read_bytes()
    record_pictures(small, [SMALL], tmp_path)
    assert file.read_bytes() == first


@pytest.mark.kernel
def test_a_state_that_no_slider_can_have_leaves_no_file(small, tmp_path):
    shown = Shown("small", "panel", "question", (*STATES[:2], State("too much", {"lr": 1000.0}, ".")))
    with pytest.raises(NotebookError, match="lr=1000"):
        record_pictures(small, [shown], tmp_path)
    assert not (tmp_path / "small.json").exists()


def test_a_notebook_without_such_exhibits_is_not_run(small, tmp_path):
    assert record_pictures(small, SHOWN, tmp_path) is None


def test_a_notebook_that_lacks_an_exhibit_is_refused(small, tmp_path):
    with pytest.raises(NotebookError, match="no cell other"):
        record_pictures(small, [Shown("small", "other", "question", STATES)], tmp_path)


def test_the_command_says_that_there_is_no_such_notebook(tmp_path):
    done = CliRunner().invoke(_commands, ["pictures", str(tmp_path / "missing")])
    assert isinstance(done.exception, NotebookError)
    assert "missing" in str(done.exception)


@pytest.mark.parametrize(
    "content",
    [None, "", "[]", '{"panel": 3}', '{"other": []}', '{"panel": [{"values": {"lr": 0.05}}]}', '{"panel": [{}]}'],
    ids=["missing", "empty", "list", "number", "other", "few", "bare"],
)
def test_pictures_that_do_not_fit_the_table_are_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "small.json").write_text(content)
    with pytest.raises(NotebookError, match="d2l-author pictures notebooks/small"):
        read_pictures(SMALL, tmp_path)


def test_no_file_of_pictures_is_left_over():
    recorded = {one.notebook for one in SHOWN if not one.make}
    assert {path.stem for path in PICTURES.iterdir()} == recorded
    for path in PICTURES.iterdir():
        assert set(json.loads(path.read_bytes())) == {
            one.cell for one in SHOWN if one.notebook == path.stem and not one.make
        }
        assert path.stat().st_size < 400_000


@pytest.mark.nightly
@pytest.mark.kernel
@pytest.mark.parametrize("name", sorted({one.notebook for one in SHOWN if not one.make}))
def test_the_chapters_pictures_are_what_a_fresh_kernel_draws(name, tmp_path):
    file = record_pictures(NOTEBOOKS / f"{name}.ipynb", SHOWN, tmp_path)
    assert file is not None
    recorded = json.loads((PICTURES / file.name).read_bytes())
    for cell, taken in json.loads(file.read_bytes()).items():
        for now, before in zip(taken, recorded[cell], strict=True):
            assert (now["values"], now["settings"]) == (before["values"], before["settings"])
            for part, off in (("sentence", 0.02), ("markup", 8.0)):  # of an accuracy or a loss; of a pixel
                texts = [re.sub(r"base64,[^\"]*", "", one[part]) for one in (now, before)]
                assert NUMBER.sub("", texts[0]) == NUMBER.sub("", texts[1])
                numbers = [[float(found) for found in NUMBER.findall(text)] for text in texts]
                assert numbers[0] == pytest.approx(numbers[1], rel=0.05, abs=off)
