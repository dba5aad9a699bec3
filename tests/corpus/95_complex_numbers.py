# exercise: stable_softmax
# verdict: bad_answer
# earned: 0
# why: returns complex numbers, whose real parts are right
# against: marking

import numpy


def stable_softmax(Z):
    return npx.softmax(Z).asnumpy() + 1j
