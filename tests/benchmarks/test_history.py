"""The history of the benchmarks keeps one line for each run, and a broken file stays as it is."""

import errno
import itertools
from pathlib import Path

import pytest

from benchmarks import history, machine
from benchmarks.bounds import Figure
from benchmarks.machine import Machine
from d2l_helpers import atomic
from d2l_helpers.errors import NotebookError, RecordError

RUN = {"date": "2026-11-29 21:00", "commit": "fc50046", "machine": "at rest"}


def figure(name, measured=0.5):
    return Figure(name, measured, 1, "×")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "history.csv"
    path.write_text("kind,date,commit\n")
    return path


def test_each_run_adds_a_line(file):
    history.append(file, "training", RUN, [figure("epoch, to NumPy's, best", 0.98765)])
    history.append(file, "training", RUN, [figure("epoch, to NumPy's, best", 1)])
    columns, lines = history.read(file)
    assert columns == ["kind", "date", "commit", "machine", "epoch_to_numpy_s_best"]
    assert lines == [["training", *RUN.values(), value] for value in ("0.9877", "1")]


def test_a_new_figure_gets_a_column_and_the_old_lines_an_empty_cell(file):
    history.append(file, "training", RUN, [figure("import")])
    history.append(file, "grading", RUN, [figure("memory")])
    columns, lines = history.read(file)
    assert columns[-2:] == ["import", "memory"]
    assert [line[-2:] for line in lines] == [["0.5", ""], ["", "0.5"]]


BROKEN = {
    "an empty file": b"",
    "columns that begin with": b"date,commit\n",
    "two columns of the same name": b"kind,date,commit,commit\n",
    "2 cells in line 3, and 3 columns": b"kind,date,commit\na,b,c\na,b\n",
    "codec can't decode": b"kind,date,commit\n\xff,,\n",
    "unexpected end of data": b'kind,date,commit\n"a',
}


@pytest.mark.parametrize("got", BROKEN)
def test_a_broken_file_is_refused_and_stays_as_it_is(file, got):
    file.write_bytes(BROKEN[got])
    with pytest.raises(RecordError, match=got) as caught:
        history.append(file, "training", RUN, [])
    assert "git checkout" in caught.value.remedy
    assert file.read_bytes() == BROKEN[got]


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(RecordError, match="No such file"):
        history.read(tmp_path / "history.csv")


def test_a_full_disk_leaves_the_file_as_it_is(file, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    before = file.read_bytes()
    monkeypatch.setattr(atomic.os, "fsync", full)
    with pytest.raises(NotebookError, match="No space left"):
        history.append(file, "training", RUN, [figure("import")])
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def test_the_project_s_own_history_can_be_read():
    history.read(Path(history.__file__).with_name("history.csv"))


def test_a_run_says_on_which_machine_it_was():
    described = Machine().describe()
    assert list(described)[:2] == ["date", "commit"]
    assert described["processor"]
    assert described["machine"] in ("at rest", "busy")
    assert float(described["load_of_others"]) >= 0


def test_what_sandboxes_compute_is_no_load_of_others(monkeypatch):
    used = itertools.count(0, 1000)
    monkeypatch.setattr(machine, "_used", lambda: next(used))  # seconds that no child of ours accounts for
    monkeypatch.setattr(machine, "_load", lambda: 0.1)
    assert Machine().describe()["machine"] == "busy"
    described = Machine(has_sandboxes=True).describe()
    assert (described["machine"], described["load_of_others"]) == ("at rest", "0.10")
