"""Every source of the dataset but the mirrors, and every way in which each can fail, with a small dataset."""

import shutil
import subprocess
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from support.dataset import FILENAMES, fill, is_complete, names_in, start

from d2l_helpers.data import debian, sources
from d2l_helpers.data.idx import CHECKSUMS, FILES
from d2l_helpers.errors import DataError, DataUnavailable

pytestmark = pytest.mark.usefixtures("alone", "small")


# --- $D2L_DATA


@pytest.mark.parametrize("rename", [lambda file: f"{file.filename}.gz", lambda file: f"{file.name}.gz"])
def test_the_readers_folder_is_used_first_and_not_changed(tmp_path, monkeypatch, published, cache, small, rename):
    own = tmp_path / "own"
    own.mkdir()
    for file in FILES.values():
        shutil.copy(published / f"{file.filename}.gz", own / rename(file))
    before = names_in(own)
    monkeypatch.setenv("D2L_DATA", str(own))
    found = sources.obtain([])
    assert {one.source for one in found.values()} == {"D2L_DATA"}
    assert all(np.array_equal(found[name].contents, small[name]) for name in FILES)
    assert list(found) == list(CHECKSUMS)
    assert names_in(own) == before
    assert not cache.exists()


@pytest.mark.parametrize("damage", ["corrupt", "cut off", "missing"])
def test_a_corrupt_file_of_the_readers_is_skipped_with_a_warning(
    tmp_path, monkeypatch, small, published, cache, damage
):
    fill(cache, small)
    own = shutil.copytree(published, tmp_path / "own")
    victim = own / "train-labels-idx1-ubyte.gz"
    good = victim.read_bytes()
    victim.unlink()
    if damage != "missing":
        victim.write_bytes(good[:-100] if damage == "cut off" else good[:100] + b"\0" * 9 + good[109:])
    before = names_in(own)
    monkeypatch.setenv("D2L_DATA", str(own))
    with pytest.warns(RuntimeWarning, match="train-labels-idx1-ubyte.* is not used"):
        found = sources.obtain([])
    assert [one.source for one in found.values()] == ["D2L_DATA", "the cache", "D2L_DATA", "D2L_DATA"]
    assert names_in(own) == before


@pytest.mark.parametrize("chosen", ["/does/not/exist", "~nobody-of-this-name/data", __file__])
def test_d2l_data_that_names_no_folder_is_an_error(monkeypatch, cache, small, chosen):
    fill(cache, small)
    monkeypatch.setenv("D2L_DATA", chosen)
    with pytest.raises(DataError, match="D2L_DATA") as caught:
        sources.obtain([])
    assert not isinstance(caught.value, DataUnavailable)


# --- the cache


@pytest.mark.parametrize(
    "damage", [lambda good: good[:-1], lambda good: good[:99] + b"\xff" + good[100:], lambda _: b""]
)
def test_a_corrupt_file_in_the_cache_is_set_aside_and_replaced(small, cache, serve, damage):
    fill(cache, small)
    mirror = serve()
    victim = cache / "train-labels-idx1-ubyte"
    corrupt = damage(victim.read_bytes())
    victim.write_bytes(corrupt)
    with pytest.warns(RuntimeWarning, match="train-labels-idx1-ubyte is corrupt"):
        found = sources.obtain([mirror.url])
    assert mirror.downloads() == ["train-labels-idx1-ubyte.gz"]
    assert np.array_equal(found["train-labels"].contents, small["train-labels"])
    assert victim.read_bytes() == small["train-labels"].tobytes()
    assert victim.with_name("train-labels-idx1-ubyte.corrupt").read_bytes() == corrupt


def test_data_on_the_machine_is_used_if_the_cache_cannot_be_written(monkeypatch, published):
    monkeypatch.setenv("XDG_CACHE_HOME", __file__)  # permissions would not stop root, a file does
    monkeypatch.setattr(debian, "INSTALLED", published)
    found = sources.obtain([])
    assert [one.path.parent for one in found.values()] == [published] * 4


def test_a_cache_that_cannot_be_written_is_an_error_if_data_must_be_fetched(monkeypatch, serve):
    monkeypatch.setenv("XDG_CACHE_HOME", __file__)
    mirror = serve()
    with pytest.raises(DataError, match="XDG_CACHE_HOME"):
        sources.obtain([mirror.url])
    assert not mirror.requests


FULL_DISK = """
import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
from d2l_helpers.errors import DataError, DataUnavailable
debian.INSTALLED = Path(sys.argv[2])
try: print(*{found.source for found in sources.obtain(sys.argv[1:2]).values()})
except DataUnavailable: raise
except DataError as error: print(error)
"""


def test_a_full_disk_is_an_error_and_leaves_nothing_half_written(serve, cache):
    process = start(FULL_DISK, serve().url, "/not/installed", stdout=subprocess.PIPE)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert "File too large" in output
    assert "free some space" in output
    assert names_in(cache) == []


def test_data_on_the_machine_is_used_if_the_disk_is_full(published, cache):
    process = start(FULL_DISK, "http://127.0.0.1:1/", str(published), stdout=subprocess.PIPE)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert output == "Debian's installed package\n"
    assert names_in(cache) == []


# --- Debian's installed package


def test_the_installed_package_is_cached_and_not_changed(monkeypatch, published, cache, small):
    monkeypatch.setattr(debian, "INSTALLED", published)
    before = names_in(published)
    assert {found.source for found in sources.obtain([]).values()} == {"Debian's installed package"}
    assert is_complete(cache)
    assert {found.source for found in sources.obtain([]).values()} == {"the cache"}
    assert (cache / "t10k-labels-idx1-ubyte").read_bytes() == small["t10k-labels"].tobytes()
    assert names_in(published) == before


# --- all of them


def test_if_all_sources_fail_each_is_listed_with_its_reason(tmp_path, monkeypatch, serve):
    monkeypatch.setenv("D2L_DATA", str(tmp_path / "bin"))
    mirror = serve(folder=Path("/nowhere"))
    with pytest.warns(RuntimeWarning, match="D2L_DATA|is not used"), pytest.raises(DataUnavailable) as caught:
        sources.obtain([mirror.url])
    for said in ("D2L_DATA", "the cache", "Debian's installed package", mirror.url, "404", "no apt-get"):
        assert said in str(caught.value.got)
    assert "set D2L_DATA" in caught.value.remedy
    assert "apt-get install dataset-fashion-mnist" in caught.value.remedy


def test_of_two_processes_one_fetches(serve, cache):
    both_wait = threading.Event()
    mirror = serve(pause=both_wait)
    processes = [start("sources.obtain(sys.argv[1:2])", mirror.url) for _ in range(2)]
    while not mirror.downloads():  # one of them has the lock
        time.sleep(0.02)
    both_wait.set()
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    assert mirror.downloads() == FILENAMES
    assert is_complete(cache)
