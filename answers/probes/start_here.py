"""Hidden probes of the answers to notebooks/00_start_here.ipynb."""

from d2l_autograder.key import Probe


def _weights_and_rates(rng):
    return [(float(rng.uniform(-9, 9)), float(rng.uniform(0.05, 0.9))) for _ in range(5)]


def _at_rest(rng):
    return [(3.0, float(rng.uniform(0.1, 0.9))), (float(rng.uniform(4, 9)), 0.0), (float(rng.uniform(-9, 2)), 0.5)]


PROBES = {
    "take_step": (
        Probe("a step from anywhere", _weights_and_rates),
        Probe("steps that end where they began, or at the lowest point", _at_rest),
    ),
}
