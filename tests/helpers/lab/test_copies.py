"""The learner's copies of the notebooks, over releases, changes and damage."""

from __future__ import annotations

import json
import os
import resource
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from nbformat import v4
from nbformat.sign import NotebookNotary

from d2l_authoring.notebook_file import read_notebook, to_bytes
from d2l_helpers.errors import NotebookError
from d2l_helpers.lab import Outcome, refresh_copies, summary, trust

NAME = "04_softmax.ipynb"
NEWER, NEWER_2 = "04_softmax (newer).ipynb", "04_softmax (newer 2).ipynb"


def notebook(source: str, output: str = "") -> bytes:
    outputs = [v4.new_output("stream", name="stdout", text=output)] if output else []
    cells = [v4.new_markdown_cell("# Title", id="title"), v4.new_code_cell(source, id="cell", outputs=outputs)]
    return to_bytes(v4.new_notebook(cells=cells))


@pytest.fixture(params=["work", "Übung mit Raum/meine Hefte", "'quoted' $HOME"])
def work(request, tmp_path):
    return tmp_path / request.param


@pytest.fixture
def released(tmp_path):
    """Release a notebook with this source."""
    folder = tmp_path / "notebooks"
    folder.mkdir()

    def release(source: str, name: str = NAME) -> Path:
        (folder / name).write_bytes(notebook(source))
        return folder

    return release


def source(path: Path) -> str:
    return read_notebook(path).cells[1].source


def copied(folder: Path, work: Path) -> list[tuple[str, Outcome]]:
    return [(copy.path.name, copy.outcome) for copy in refresh_copies(folder, work)]


def names(work: Path) -> list[str]:
    return sorted(path.name for path in work.iterdir() if not path.name.startswith("."))


def test_a_copy_is_made_once(released, work):
    folder = released("1")
    assert copied(folder, work) == [(NAME, Outcome.NEW)]
    assert copied(folder, work) == []
    assert (work / NAME).read_bytes() == (folder / NAME).read_bytes()
    assert not [path for path in work.iterdir() if path.suffix == ".tmp"]


def test_an_untouched_copy_follows_each_release(released, work):
    for number in "123":
        refresh_copies(released(number), work)
        assert source(work / NAME) == number
    assert names(work) == [NAME]


def test_a_changed_copy_stays_and_each_release_is_beside_it_once(released, work):
    refresh_copies(released("1"), work)
    (work / NAME).write_bytes(notebook("mine"))
    assert copied(released("1"), work) == []
    assert copied(released("2"), work) == [(NEWER, Outcome.BESIDE)]
    assert copied(released("2"), work) == []
    assert (source(work / NAME), source(work / NEWER)) == ("mine", "2")


def test_an_untouched_newer_copy_is_replaced_and_a_changed_one_stays(released, work):
    refresh_copies(released("1"), work)
    (work / NAME).write_bytes(notebook("mine"))
    refresh_copies(released("2"), work)
    assert copied(released("3"), work) == [(NEWER, Outcome.REPLACED)]
    (work / NEWER).write_bytes(notebook("mine too"))
    assert copied(released("4"), work) == [(NEWER_2, Outcome.BESIDE)]
    assert [source(work / name) for name in (NAME, NEWER, NEWER_2)] == ["mine", "mine too", "4"]


def test_what_was_run_is_a_change(released, work):
    refresh_copies(released("print(1)"), work)
    (work / NAME).write_bytes(notebook("print(1)", output="1\n"))
    assert copied(released("print(2)"), work) == [(NEWER, Outcome.BESIDE)]


def test_what_jupyter_writes_when_it_saves_is_no_change(released, work):
    refresh_copies(released("1"), work)
    content = json.loads((work / NAME).read_bytes())
    content["metadata"] = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)"}}
    content["cells"][1]["metadata"] = {"execution": {"iopub.status.idle": "now"}}
    (work / NAME).write_text(json.dumps(content, indent=4))
    assert copied(released("2"), work) == [(NAME, Outcome.REPLACED)]


def test_a_deleted_copy_comes_back_and_a_deleted_newer_one_does_not(released, work):
    refresh_copies(released("1"), work)
    (work / NAME).unlink()
    assert copied(released("1"), work) == [(NAME, Outcome.NEW)]
    (work / NAME).write_bytes(notebook("mine"))
    refresh_copies(released("2"), work)
    (work / NEWER).unlink()
    assert copied(released("2"), work) == []


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"04_softmax.ipynb": ["x"]}', b"[" * 50_000, b"x" * 2_000_000])
def test_a_damaged_manifest_costs_no_change_of_the_learners(released, work, content):
    refresh_copies(released("1"), work)
    (work / NAME).write_bytes(notebook("mine"))
    (work / ".releases.json").write_bytes(content)
    assert copied(released("1"), work) == [(NEWER, Outcome.BESIDE)]
    assert source(work / NAME) == "mine"
    assert copied(released("1"), work) == []


def test_a_lost_manifest_is_written_again(released, work):
    refresh_copies(released("1"), work)
    (work / ".releases.json").unlink()
    refresh_copies(released("1"), work)
    assert copied(released("2"), work) == [(NAME, Outcome.REPLACED)]


def test_what_is_no_notebook_is_kept(released, work):
    refresh_copies(released("1"), work)
    for content in (b"half a noteb", b"{}", b"\xff"):
        (work / NAME).write_bytes(content)
        refresh_copies(released(repr(content)), work)
        assert (work / NAME).read_bytes() == content


def test_links_and_folders_are_kept(released, work, tmp_path):
    refresh_copies(released("1"), work)
    elsewhere = tmp_path / "elsewhere.ipynb"
    (work / NAME).rename(elsewhere)
    (work / NAME).symlink_to(elsewhere)
    assert copied(released("2"), work) == [(NEWER, Outcome.BESIDE)]
    elsewhere.unlink()  # the link leads nowhere now
    (work / NEWER).unlink()
    (work / NEWER).mkdir()
    assert copied(released("3"), work) == [(NEWER_2, Outcome.BESIDE)]
    assert (work / NAME).is_symlink()
    assert not elsewhere.exists()


def test_the_folder_may_be_a_link(released, tmp_path):
    (tmp_path / "cloud").mkdir()
    (tmp_path / "work").symlink_to(tmp_path / "cloud")
    refresh_copies(released("1"), tmp_path / "work")
    assert source(tmp_path / "cloud" / NAME) == "1"


def test_a_file_where_the_folder_should_be_is_an_error_of_ours(released, tmp_path):
    (tmp_path / "work").write_text("my notes")
    with pytest.raises(NotebookError, match="move what is called work away"):
        refresh_copies(released("1"), tmp_path / "work")
    assert (tmp_path / "work").read_text() == "my notes"


def test_no_notebooks_are_an_error_of_ours(tmp_path):
    with pytest.raises(NotebookError, match="no notebook to copy"):
        refresh_copies(tmp_path / "nowhere", tmp_path / "work")
    assert not (tmp_path / "work").exists()


def test_where_nothing_more_can_be_written_nothing_is_half_written(released, work):
    refresh_copies(released("1"), work)
    folder = released("x" * 20_000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))  # as on a full disk, a write fails in the middle
    try:
        with pytest.raises(NotebookError, match="and free space"):
            refresh_copies(folder, work)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert source(work / NAME) == "1"
    assert names(work) == [NAME]
    assert copied(released("2"), work) == [(NAME, Outcome.REPLACED)]


@contextmanager
def without_powers():
    """Return up root's right to write everywhere."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


def test_a_folder_that_cannot_be_written_is_no_obstacle_until_there_is_something_to_copy():
    with tempfile.TemporaryDirectory() as made:  # pytest's own folder is closed to all others
        Path(made).chmod(0o755)
        folder, work = Path(made, "notebooks"), Path(made, "work")
        folder.mkdir()
        (folder / NAME).write_bytes(notebook("1"))
        refresh_copies(folder, work)
        work.chmod(0o555)
        with without_powers():
            assert refresh_copies(folder, work) == []
        (folder / "05_more.ipynb").write_bytes(notebook("more"))
        with without_powers(), pytest.raises(NotebookError, match=r"Cannot write 05_more\.ipynb"):
            refresh_copies(folder, work)
        assert names(work) == [NAME]
        work.chmod(0o755)


def test_the_summary_names_each_copy(released, work):
    assert list(summary(refresh_copies(released("1"), work), Path("work"))) == [f"copied in work: {NAME}"]
    (work / NAME).write_bytes(notebook("mine"))
    assert list(summary(refresh_copies(released("2"), work), Path("work"))) == [
        f"{NAME} in work has your changes and stays; the newer release is {NEWER}"
    ]
    assert list(summary([], Path("work"))) == []


def test_copies_are_trusted_as_if_jupyter_had_saved_them(released, work, tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    trust(refresh_copies(released("1"), work))
    with NotebookNotary(data_dir=str(tmp_path / "data")) as notary:
        assert notary.check_signature(v4.reads((work / NAME).read_text()))


def test_a_home_that_cannot_be_written_costs_trust_alone(released, work, tmp_path, monkeypatch):
    (tmp_path / "data").write_text("")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data" / "jupyter"))
    trust(refresh_copies(released("1"), work))
