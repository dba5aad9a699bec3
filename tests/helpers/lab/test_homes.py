"""A home that cannot be written, or none: JupyterLab and its kernels start, and say where their settings are."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from d2l_helpers.errors import LibraryUnusable
from d2l_helpers.lab import homes, replace_unwritable_folders, server

VARIABLES = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "MPLCONFIGDIR")
OTHERS = ("HOME", "JUPYTER_PATH", "JUPYTER_CONFIG_PATH", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A home of the user's own, without any setting; what the tests set is gone afterwards."""
    for name in (*VARIABLES, *OTHERS):
        monkeypatch.setenv(name, "")  # so that it is put back
        monkeypatch.delenv(name)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    homes.temporary_folder.cache_clear()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    yield tmp_path / "home"
    homes.temporary_folder.cache_clear()


@pytest.fixture
def closed(home, monkeypatch):
    """Closes folders for writing; root may write everywhere, so the function that asks is told."""
    shut: list[Path] = []
    is_writable = homes._is_writable
    monkeypatch.setattr(
        homes,
        "_is_writable",
        lambda folder: not any(Path(folder).is_relative_to(s) for s in shut) and is_writable(folder),
    )
    return lambda *names: shut.extend(home / name for name in names)


def test_nothing_is_replaced_and_nothing_written_in_a_home_that_can_be_written(home):
    assert replace_unwritable_folders() == {}
    assert not any(name in os.environ for name in VARIABLES)
    assert list(home.iterdir()) == []


def test_all_folders_of_a_closed_home_are_replaced(home, closed, tmp_path):
    closed(".")
    replaced = replace_unwritable_folders()
    assert [Path(folder).relative_to(home).as_posix() for folder in replaced] == [
        ".jupyter", ".local/share/jupyter", ".ipython", ".config/matplotlib", ".cache/matplotlib",
    ]  # fmt: skip
    folder = tmp_path / "tmp" / f"d2l-helpers-{os.geteuid()}"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {name: os.environ.get(name) for name in VARIABLES} == {
        name: None if "RUNTIME" in name else str(folder / name.lower()) for name in VARIABLES
    }
    assert os.environ["JUPYTER_PATH"] == str(home / ".local/share/jupyter")
    assert os.environ["JUPYTER_CONFIG_PATH"] == str(home / ".jupyter")


def test_only_what_cannot_be_written_is_replaced(home, closed):
    closed(".local/share/jupyter/runtime", ".cache")
    assert list(replace_unwritable_folders()) == [f"{home}/.local/share/jupyter/runtime", f"{home}/.cache/matplotlib"]
    assert {name for name in VARIABLES if name in os.environ} == {"JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR"}


def test_a_link_that_leads_nowhere_cannot_be_written(home):
    (home / ".jupyter").symlink_to(home / "nowhere")
    assert list(replace_unwritable_folders()) == [str(home / ".jupyter")]


def test_a_file_in_place_of_a_folder_cannot_be_written(home):
    (home / ".ipython").write_text("")
    assert list(replace_unwritable_folders()) == [str(home / ".ipython")]


def test_a_user_without_a_home_gets_one(home, monkeypatch, tmp_path):
    monkeypatch.delenv("HOME")
    expand = os.path.expanduser  # as for a user whom the system does not know:
    monkeypatch.setattr(os.path, "expanduser", lambda path: expand(path) if "HOME" in os.environ else path)
    folder = tmp_path / "tmp" / f"d2l-helpers-{os.geteuid()}" / "home"
    assert list(replace_unwritable_folders()) == ["~"]
    assert os.environ["HOME"] == str(folder)


def test_a_folder_that_others_may_read_is_not_used(home, closed, tmp_path):
    planted = tmp_path / "tmp" / f"d2l-helpers-{os.geteuid()}"
    planted.mkdir(mode=0o777)
    planted.chmod(0o777)
    closed(".")
    replace_unwritable_folders()
    assert not Path(os.environ["JUPYTER_DATA_DIR"]).is_relative_to(planted)
    assert list(planted.iterdir()) == []


def test_no_folder_for_temporary_files_is_an_error_of_ours(home, closed, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    closed(".")
    with pytest.raises(LibraryUnusable, match="name a folder that can be written by the environment variable TMPDIR"):
        replace_unwritable_folders()


def test_matplotlib_says_nothing_where_its_folders_are_replaced(closed):
    closed(".")
    replace_unwritable_folders()
    done = subprocess.run(
        [sys.executable, "-c", "import matplotlib.pyplot"], capture_output=True, text=True, check=True
    )
    assert done.stderr.replace("Matplotlib is building the font cache; this may take a moment.", "").strip() == ""


def test_our_settings_are_found_below_a_path_with_a_dollar_sign(home, tmp_path, monkeypatch):
    assert server._config_folder() == str(server._CONFIG)
    shutil.copytree(server._CONFIG, tmp_path / "a $HOME" / "config")
    monkeypatch.setattr(server, "_CONFIG", tmp_path / "a $HOME" / "config")
    for _ in range(2):  # the second time, the copy is there already
        found = Path(server._config_folder())
        assert "$" not in str(found)
        assert (found / "labconfig" / "default_setting_overrides.json").exists()
