"""The corpus graded by a user without powers."""

from nobody import pass_as_nobody


def test_the_corpus_without_powers(tmp_path):
    pass_as_nobody(["tests/corpus/test_corpus.py"], tmp_path / "aside", seconds=1500)
