"""How well `d2l_autograder.similarity` finds copies, and how rarely it lists honest answers."""
