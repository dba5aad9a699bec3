"""What all tests share: MXNet in the mode the notebooks use, whatever the test before did to it; and their order."""

import d2l_helpers  # noqa: F401  (before MXNet, which does not import on today's Python without it)

# isort: split
import pytest
from hypothesis import settings
from mxnet import npx

# The longest first, or one worker is left with them when the other has nothing more to do. Before them, beside a
# notebook, the grader that is killed: until the next one removes its groups, no test may look at what is left
EVERY_NOTEBOOK = "test_every_notebook"
FIRST = (
    "test_resume",
    EVERY_NOTEBOOK,
    "test_corpus",
    "test_corpus_unprivileged",
    "test_environment",
    "test_unprivileged",
    "test_course",
    "test_colabs_stack",
    "test_formgrader",
    "test_sources",
    "test_batch",
    "test_plots",
    "test_hostile",
    "test_command",
)


settings.register_profile("no deadline", deadline=None)  # other work on the machine delays an example, too
settings.load_profile("no deadline")


@pytest.fixture(autouse=True)
def numpy_mode():
    npx.set_np()


def pytest_collection_modifyitems(items):
    place = {name: number for number, name in enumerate(FIRST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(place)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give a worker a file at a time, whose tests share what they set up; or one notebook, which takes as long."""
    from xdist.scheduler import LoadFileScheduling

    class Dealing(LoadFileScheduling):
        def _split_scope(self, nodeid):
            return nodeid if f"{EVERY_NOTEBOOK}.py" in nodeid else super()._split_scope(nodeid)

    return Dealing(config, log) if config.option.dist == "loadfile" else None
