"""Find answers that are alike: a list of pairs with the passages that they share, for a teacher to look at.

``normalise`` turns code into tokens that do not depend on names, comments, layout and, by ``statements``, on the order
of independent statements; ``fingerprints`` winnows them, ``passages`` finds what two answers share, and ``pairs``
compares a class. ``answers`` takes the answers out of a notebook; nothing that was handed in is executed.

No library is used. copydetect compares whole files, every pair of them, with matplotlib; Dolos and JPlag need Node
and Java; MOSS is a service elsewhere; scanoss-winnowing fingerprints characters. None knows cells, stubs and solutions.
"""

from d2l_autograder.similarity.answers import Answer, answers_in, known_windows
from d2l_autograder.similarity.pairs import Compared, Match, Pair, compare
from d2l_autograder.similarity.passages import Passage

__all__ = ["Answer", "Compared", "Match", "Pair", "Passage", "answers_in", "compare", "known_windows"]
