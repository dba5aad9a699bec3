"""Hubble's table, against what is known of it."""

import numpy as np

import d2l_helpers as helpers
from d2l_helpers.data.hubble import DISTANCES, VELOCITIES


def test_there_are_24_nebulae_sorted_by_distance():
    assert len(DISTANCES) == len(VELOCITIES) == 24
    assert list(DISTANCES) == sorted(DISTANCES)


def test_the_line_through_the_table_has_the_known_slope():
    # Statistics texts that use this table report a slope of 454.2 km/s per Mpc and a height of -40.8 km/s
    slope, height = np.polyfit(DISTANCES, VELOCITIES, 1)
    assert round(slope, 1) == 454.2
    assert round(height, 1) == -40.8
    assert sum(v < 0 for v in VELOCITIES) == 5
    assert DISTANCES.count(2.0) == 4


def test_the_arrays_are_mxnets_with_enough_digits():
    distance, velocity = helpers.load_hubble()
    assert distance.shape == velocity.shape == (24,)
    assert distance.dtype == velocity.dtype == np.float64
    np.testing.assert_array_equal(distance.asnumpy(), DISTANCES)
    np.testing.assert_array_equal(velocity.asnumpy(), VELOCITIES)
