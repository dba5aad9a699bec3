"""Collect what was handed in, in nbgrader's layout or as learning platforms export it, and say whose it is.

``walk`` lists what there is; ``contents`` looks into each file, ``archives`` into archives, and ``recognise`` knows a
notebook by its content. ``ownership`` tells whose a file is: by an ``expression``, by the names of ``platforms`` and
their ``receipts``, or by the ``level`` of the folders; ``identity`` tells apart students of one name. ``choose`` takes
one file of several, ``rows`` makes the rows, ``roster`` has the course's students, and ``collecting`` joins all these.
``teams`` reads who hands in together, and ``shared`` has one submission count for all of a group; ``sheet`` reads CSV
files of any encoding.
"""

from d2l_autograder.collect.collecting import collect, entry_of
from d2l_autograder.collect.entry import Collection, Counts, Entry, Ignored
from d2l_autograder.collect.platforms import PLATFORMS
from d2l_autograder.collect.reading import read_file

__all__ = ["PLATFORMS", "Collection", "Counts", "Entry", "Ignored", "collect", "entry_of", "read_file"]
