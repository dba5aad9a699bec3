"""Debian's package is fetched without being installed."""

import pytest
from support.dataset import is_complete
from support.lacking import lacking

from d2l_helpers.data import sources
from d2l_helpers.errors import DataUnavailable

pytestmark = [pytest.mark.usefixtures("alone"), pytest.mark.network]


@pytest.mark.parametrize("own_lists", [True, False], ids=["the machine's lists", "private lists"])
def test_the_package_is_fetched_without_being_installed(monkeypatch, tmp_path, cache, own_lists):
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    if not own_lists:
        (tmp_path / "apt.conf").write_text(f'Dir::State "{tmp_path}/empty/";')
        monkeypatch.setenv("APT_CONFIG", str(tmp_path / "apt.conf"))
    try:
        found = sources.obtain([])
    except DataUnavailable as error:
        if "apt-get" not in str(error.got):
            raise
        lacking(f"needs Debian's package servers; on Debian or Ubuntu run apt-get update: {error.got}")
    assert {one.source for one in found.values()} == {"Debian's package servers"}
    assert is_complete(cache)
