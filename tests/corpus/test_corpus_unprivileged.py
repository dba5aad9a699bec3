"""The corpus graded by a user without powers: all that is against the sandbox.

Without root, bubblewrap makes the sandbox in another way, no control group limits it, and the grader adds up what its
processes use. So each attack on files, processes, network, memory, time and powers is tried again. What is against the
marking is not: its answer is read from the same pipe by the same code, whoever the user is. The frames forged by
tests/isolation/hostile.py are sent without powers too, by tests/isolation/test_unprivileged.py.
"""

from cases import SANDBOX
from support.nobody import pass_as_nobody


def test_the_corpus_without_powers(tmp_path):
    pass_as_nobody(["tests/corpus/test_corpus.py", "-k", f"{SANDBOX}-"], tmp_path / "aside", seconds=1500)
