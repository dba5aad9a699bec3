"""The corpus graded by an unprivileged user: without root, bubblewrap and the limits on memory work differently."""

import pytest
from support.nobody import pass_as_nobody

pytestmark = [pytest.mark.sandbox, pytest.mark.nightly]


def test_the_corpus_passes_as_an_unprivileged_user(tmp_path):
    pass_as_nobody(["tests/corpus/test_corpus.py"], tmp_path / "aside", seconds=1500)
