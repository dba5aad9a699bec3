import pytest
from support.sites import built_site


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the chapter's site."""
    return built_site(tmp_path_factory)
