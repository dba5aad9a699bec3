"""`make bench` has a bound for each figure that the project promises, and the worse of two contestants never counts."""

import pytest

from benchmarks import contestants
from benchmarks.bounds import Figure
from benchmarks.comparison import Timing
from benchmarks.contestants import CONTESTANTS, LOOPS, OURS, Contestant, missing
from benchmarks.grading.autograders import Measurement
from benchmarks.grading.report import grading_figures
from benchmarks.report import loop_figures, training_figures

LIBRARIES = ("numpy", "jax", "pytorch", "keras", "scikit_learn")


def timing(name, train=1.0, test=0.5, accuracy=0.83):
    return Timing(name, [train, train, 2 * train], [test] * 3, [train] * 3, accuracy, accuracy)


def all_alike():
    return {each.name: timing(each.name) for each in CONTESTANTS}


def by_key(figures):
    return {figure.key: figure for figure in figures}


def test_every_library_has_bounds_for_best_and_median_with_and_without_the_test():
    figures = by_key(training_figures(all_alike()))
    for library in LIBRARIES:
        for what in ("epoch", "epoch_and_test"):
            for which in ("best", "median"):
                figure = figures[f"{what}_to_{library}_s_{which}"]
                assert (figure.bound, figure.at_least, figure.measured) == (1.0, False, 1.0)
    assert figures["d2l_s_epoch_and_test_to_ours_median"].bound == 20
    assert (figures["train_acc_differs_by"].bound, figures["test_acc_differs_by"].bound) == (0.003, 0.02)


def test_the_fastest_of_a_library_counts():
    timings = all_alike()
    timings["JAX, jitted scan, one core"] = timing("JAX, jitted scan, one core", train=0.25)
    figures = by_key(training_figures(timings))
    assert figures["epoch_to_jax_s_best"].measured == 4
    assert figures["epoch_and_test_to_jax_s_median"].measured == pytest.approx(2)
    assert not figures["epoch_to_jax_s_best"].kept
    assert figures["epoch_to_jax_s_on_one_core_best"].measured == 4
    assert figures["epoch_to_numpy_s_best"].measured == 1


def test_what_is_not_installed_has_no_figure():
    timings = {name: each for name, each in all_alike().items() if not name.startswith("JAX")}
    assert not [key for key in by_key(training_figures(timings)) if "jax" in key]


def test_another_accuracy_misses_the_bound_unless_it_is_scikit_learn_s():
    timings = all_alike()
    timings["scikit-learn partial_fit"].train_acc = float("nan")
    assert by_key(training_figures(timings))["train_acc_differs_by"].kept
    timings["Keras fit"].train_acc = 0.8
    assert not by_key(training_figures(timings))["train_acc_differs_by"].kept


def test_a_network_of_one_s_own_must_be_twice_as_fast_as_the_plain_loop():
    timings = {each.name: timing(each.name) for each in LOOPS} | {OURS: timing(OURS)}
    timings["plain loop"] = timing("plain loop", train=2.0)
    first, second = loop_figures(timings)
    assert (first.bound, first.measured, first.kept) == (2, 1, False)
    assert (second.bound, second.measured, second.kept) == (2, 2, True)


def test_grading_has_its_bounds():
    ours, nbgrader = Measurement("ours", 40, seconds=10), Measurement("nbgrader", 40, seconds=100)
    ours.memory.everything, nbgrader.memory.kernel = 260, 100
    speedup, memory, endless = grading_figures([ours, nbgrader], ours)
    assert (speedup.measured, speedup.bound, speedup.kept) == (10, 10, True)
    assert (memory.measured, memory.bound, memory.kept) == (2.6, 2, False)
    assert (endless.measured, endless.bound, endless.kept) == (10, 10, True)


def test_a_ratio_is_the_median_over_rounds():
    ours = Timing("ours", [1, 2, 9], [0, 0, 0])
    theirs = Timing("theirs", [1, 1, 3], [1, 1, 0])
    assert ours.ratio(theirs, tested=False) == 2
    assert ours.ratio(theirs) == 1
    assert ours.best_ratio(theirs, tested=False) == 1
    assert ours.best_ratio(theirs) == 0.5


def test_what_cannot_be_measured_is_named_with_the_remedy(monkeypatch):
    absent = Contestant("none", "none", timing, package="no_such_package")
    compiled = Contestant("some", "compiled", timing, is_compiled=True)
    monkeypatch.setattr(contestants.shutil, "which", lambda name: None)
    first, second = missing([absent, compiled])
    assert "uv pip install -e '.[bench]'" in first
    assert "apt-get install g++" in second


def test_names_are_distinct():
    names = [each.name for each in (*CONTESTANTS, *LOOPS)]
    assert len(set(names)) == len(names)


def test_a_name_becomes_a_column():
    assert Figure("epoch, to scikit-learn's, best", 1, 1, "×").key == "epoch_to_scikit_learn_s_best"
